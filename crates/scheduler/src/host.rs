//! What hosts do: start programs, choose what runs, answer what comes from outside, and end.

use std::time::Duration;

use machine::{Answer, Boundary, Continuation, Machine, MachineError, Outcome, View};

use crate::clock::Due;
use crate::request::TaskOptions;
use crate::scheduler::{End, Job};
use crate::table::{Entry, Id};
use crate::task::{Gift, State, Task, Waiting};
use crate::{
    Completer, Refusal, SchedulerDomain, Together, cancel as cancelling, deadlock, outcome, scope,
    sync,
};

/// Makes a program a task, under these boundaries, innermost first, at the end of the ready queue. It belongs to no
/// scope.
pub fn spawn<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    boundaries: Vec<Boundary<D>>,
    code: D::Code,
) -> Id {
    spawn_in::<D>(cx, boundaries, code, TaskOptions::default(), None)
}

/// Makes a program the main task: its end is the end of the run.
pub fn spawn_main<D: SchedulerDomain>(cx: &mut D::Context<'_>, code: D::Code) -> Id {
    let id = spawn::<D>(cx, Vec::new(), code);
    D::scheduler(cx).main = Some(id);
    id
}

pub(crate) fn spawn_in<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    boundaries: Vec<Boundary<D>>,
    code: D::Code,
    options: TaskOptions<D>,
    home: Option<Id>,
) -> Id {
    let prompt = D::prompt(cx);
    let k = Continuation::new(boundaries.into_iter().chain([prompt]), code);
    let unit = D::unit(cx);
    let mut task = Task::new(State::Ready(k, Ok(unit), Gift::Begin));
    task.priority = options.priority;
    task.daemon = options.daemon;
    task.detached = options.detached;
    task.label = options.label.map(Box::new);
    (task.home, task.position) = (home, home);
    let scheduler = D::scheduler(cx);
    let id = scheduler.add_task(task);
    // Born into a scope that is on its way out, it ends without running.
    if let Some(scope) = home.and_then(|home| scheduler.table.scope(home))
        && scope.cancelled
    {
        scheduler.jobs.push(Job::Task(id));
        cancelling::run_jobs::<D>(cx);
    }
    id
}

/// The boundaries around a program that spawns, innermost first, so that the child sees the same handlers and
/// observers: ask for it in a [`machine::Control::Reflect`] before the request.
///
/// It ends at the task's own prompt; `copy` says which boundary is that one, and gives another of the same for
/// every other, or `None` for those that the child must not have: those of scopes, for it belongs to the innermost
/// one by being spawned there.
pub fn inherit<D: SchedulerDomain>(
    live: View<'_, D>,
    mut copy: impl FnMut(&Boundary<D>) -> Inherit<D>,
) -> Vec<Boundary<D>> {
    let mut boundaries = Vec::new();
    for (_, boundary) in live.boundaries() {
        match copy(boundary) {
            Inherit::Copy(same) => boundaries.push(same),
            Inherit::Skip => {}
            Inherit::End => break,
        }
    }
    boundaries
}

/// What a spawned task gets of one boundary around its spawner: see [`inherit`].
pub enum Inherit<D: SchedulerDomain> {
    /// Another of the same.
    Copy(Boundary<D>),
    /// Nothing of this one.
    Skip,
    /// This is the task's own prompt: what is outside of it is around every task.
    End,
}

/// What is to be run next.
pub enum Next<D: SchedulerDomain> {
    /// Resume this with that.
    Resume(Continuation<D>, Answer<D>),
    /// Unwind this, and then give that answer.
    Unwind(Continuation<D>, Answer<D>),
}

impl<D: SchedulerDomain> Next<D> {
    /// Gives it to a machine that has nothing to run.
    ///
    /// # Errors
    /// As [`Machine::resume`].
    pub fn run_on(
        self,
        machine: &mut Machine<D>,
        cx: &mut D::Context<'_>,
    ) -> Result<(), MachineError> {
        match self {
            Next::Resume(k, answer) => machine.resume(k, answer),
            // The main task's answer went to the machine with the first that was unwound.
            Next::Unwind(k, _) => machine.unwind(cx, k),
        }
    }
}

/// Takes the next task out, to be run on the machine. `None`: nothing is ready, and the host is needed; it looks at
/// [`next_deadline`](crate::Scheduler::next_deadline) and [`awaits_host`](crate::Scheduler::awaits_host) for what
/// to wait for.
///
/// When nothing is ready and nothing can come from outside, that is a deadlock: the main task, or else the oldest
/// that waits, is next, with the domain's error.
pub fn next<D: SchedulerDomain>(cx: &mut D::Context<'_>) -> Option<Next<D>> {
    loop {
        collect::<D>(cx);
        let scheduler = D::scheduler(cx);
        if let Some(id) = scheduler.ready.pop(&mut scheduler.order) {
            return Some(take_ready::<D>(cx, id));
        }
        let jump = scheduler.clock.is_virtual && scheduler.external == 0;
        if let Some(time) = scheduler.clock.next().filter(|_| jump) {
            advance::<D>(cx, time);
        } else if !deadlock::end::<D>(cx) {
            return None;
        }
    }
}

/// Drives a machine until the main task has ended, the machine parks or pauses, or nothing can run: [`Outcome::Idle`].
///
/// At most so many codes are resumed without a look at the outside. When it is idle, the host waits for what the
/// program waits for: see [`next`]; [`block_on`] does all of that.
pub fn drive<D: SchedulerDomain>(
    machine: &mut Machine<D>,
    cx: &mut D::Context<'_>,
    fuel: u64,
) -> Outcome<D> {
    loop {
        match machine.run(cx, fuel) {
            Outcome::Idle => {}
            other => return other,
        }
        let Some(next) = next::<D>(cx) else {
            return Outcome::Idle;
        };
        if next.run_on(machine, cx).is_err() {
            unreachable!("the machine is idle, and the task is its own");
        }
    }
}

/// After so many codes a clock is looked at.
const FUEL: u64 = 1 << 12;

/// Runs on this thread until the main task has ended or the machine parks, sleeping until the next timer is due or a
/// promise is completed. `now` is the clock: the time since the start.
///
/// [`Outcome::Idle`]: everything waits for what this thread would have to say itself, a wake or an answer.
pub fn block_on<D: SchedulerDomain>(
    machine: &mut Machine<D>,
    cx: &mut D::Context<'_>,
    mut now: impl FnMut() -> Duration,
) -> Outcome<D> {
    loop {
        advance::<D>(cx, now());
        match drive(machine, cx, FUEL) {
            Outcome::Paused => {}
            Outcome::Idle => {
                let scheduler = D::scheduler(cx);
                let deadline = scheduler.next_deadline();
                if deadline.is_none() && !scheduler.awaits_completion() {
                    return Outcome::Idle;
                }
                let mailbox = scheduler.mailbox();
                mailbox.wait(deadline.map(|deadline| deadline.saturating_sub(now())));
            }
            other => return other,
        }
    }
}

/// The task that was taken out of the ready queue is the current one.
pub(crate) fn take_ready<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id) -> Next<D> {
    let unit = D::unit(cx);
    let scheduler = D::scheduler(cx);
    scheduler.counters.switches += 1;
    scheduler.current = Some(id);
    let Some(task) = scheduler.table.task(id) else {
        unreachable!("only tasks are in the ready queue");
    };
    match std::mem::replace(&mut task.state, State::Running) {
        State::Ready(k, _, Gift::Unwind) => {
            let answer = scheduler.end.as_mut().and_then(|end| end.answer.take());
            Next::Unwind(k, answer.unwrap_or(Ok(unit)))
        }
        State::Ready(k, answer, _) => Next::Resume(k, answer),
        _ => unreachable!("a task in the ready queue is ready"),
    }
}

/// Settles what was completed from other threads.
fn collect<D: SchedulerDomain>(cx: &mut D::Context<'_>) {
    for (id, answer) in D::scheduler(cx).mailbox.take() {
        let answer = match answer {
            Some(answer) => answer,
            None => Err(D::refused(cx, Refusal::Abandoned(id))),
        };
        // It may have been settled otherwise: the first to come is right.
        settle::<D>(cx, id, answer).unwrap_or_default();
    }
}

/// Tells the time since the start: what is due then is done, in the order of the times that it was set for. Time
/// does not go back.
pub fn advance<D: SchedulerDomain>(cx: &mut D::Context<'_>, now: Duration) {
    let clock = &mut D::scheduler(cx).clock;
    clock.now = clock.now.max(now);
    while let Some(due) = D::scheduler(cx).clock.pop_due() {
        match due {
            Due::Task(id) => {
                let unit = D::unit(cx);
                D::scheduler(cx).make_ready(id, Ok(unit), Gift::Told);
            }
            Due::Scope(id) => {
                let scheduler = D::scheduler(cx);
                if let Some(scope) = scheduler.table.scope(id) {
                    scope.timer = None;
                    // One that ends for another reason is not late any more.
                    if !scope.cancelled {
                        scope.timed_out = true;
                        scheduler.jobs.push(Job::Scope(id));
                        cancelling::run_jobs::<D>(cx);
                    }
                }
            }
        }
    }
}

/// Lets a parked task go on with this, at the end of the ready queue.
///
/// # Errors
/// There is no such task, or it is not parked.
pub fn wake<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    answer: Answer<D>,
) -> Result<(), Refusal> {
    let scheduler = D::scheduler(cx);
    if !scheduler.table.contains(id) {
        return Err(Refusal::Unknown(id));
    }
    match scheduler.waiting(id) {
        Some(Waiting::Parked { .. }) => {
            scheduler.make_ready(id, answer, Gift::Told);
            Ok(())
        }
        _ => Err(Refusal::NotParked(id)),
    }
}

/// Ends an external wait from inside. Gives whether the task was in one.
///
/// # Errors
/// There is no such task.
pub fn interrupt<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    answer: Answer<D>,
) -> Result<bool, Refusal> {
    let scheduler = D::scheduler(cx);
    if !scheduler.table.contains(id) {
        return Err(Refusal::Unknown(id));
    }
    let waits = matches!(
        scheduler.waiting(id),
        Some(Waiting::Parked { external: true })
    );
    if waits {
        scheduler.make_ready(id, answer, Gift::Told);
    }
    Ok(waits)
}

/// Settles a promise: those who wait become ready in the order of their coming.
///
/// # Errors
/// There is no such promise, or it was settled before.
pub fn settle<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    answer: Answer<D>,
) -> Result<(), Refusal> {
    match D::scheduler(cx).table.get(id).ok_or(Refusal::Unknown(id))? {
        Entry::Promise(promise) if promise.outcome.answer.is_none() => {
            outcome::conclude::<D>(cx, id, answer);
            cancelling::run_jobs::<D>(cx);
            Ok(())
        }
        _ => Err(Refusal::NotPending(id)),
    }
}

/// The right to settle an external promise from any thread.
///
/// # Errors
/// There is no such promise, the host is not the one to settle it, or it was settled before.
pub fn completer<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
) -> Result<Completer<D>, Refusal> {
    let scheduler = D::scheduler(cx);
    match scheduler.table.get(id).ok_or(Refusal::Unknown(id))? {
        Entry::Promise(promise) if promise.external && promise.outcome.answer.is_none() => {
            Ok(Completer::new(id, scheduler.mailbox()))
        }
        _ => Err(Refusal::NotPending(id)),
    }
}

/// Cancels a task, a promise or a scope: see [the rules](crate#cancelling). Gives whether there was something to
/// cancel.
///
/// # Errors
/// There is no such task, promise or scope.
pub fn cancel<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id) -> Result<bool, Refusal> {
    cancelling::cancel::<D>(cx, id)
}

/// Removes a finished task, a settled promise, or a semaphore, event or channel at which nobody waits.
///
/// # Errors
/// There is none, or it is waited for, or has not finished.
pub fn forget<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id) -> Result<(), Refusal> {
    let table = &mut D::scheduler(cx).table;
    let is_over = match table.get(id).ok_or(Refusal::Unknown(id))? {
        Entry::Task(task) => task.outcome.answer.is_some() && task.outcome.waiters.is_empty(),
        Entry::Promise(promise) => {
            promise.outcome.answer.is_some() && promise.outcome.waiters.is_empty()
        }
        Entry::Semaphore(semaphore) => semaphore.waiters.is_empty(),
        Entry::Event(event) => event.waiters.is_empty(),
        Entry::Channel(channel) => channel.is_idle(),
        Entry::Scope(_) => return Err(Refusal::Unknown(id)),
    };
    if !is_over {
        return Err(Refusal::NotFinished(id));
    }
    if let Some(Entry::Task(task)) = table.remove(id) {
        tell_unheard::<D>(cx, id, &task);
    }
    Ok(())
}

/// Tells the domain of an error that nobody else is told of.
fn tell_unheard<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id, task: &Task<D>) {
    if let Some(Err(error)) = &task.outcome.answer
        && !task.outcome.heard
        && !D::is_cancelled(cx, error)
    {
        D::unheard(cx, id, error);
    }
}

/// Takes every task out that has not ended, oldest first, and forgets everything else: a host that ends early drops
/// them, or unwinds them one by one.
pub fn take_all<D: SchedulerDomain>(cx: &mut D::Context<'_>) -> Vec<Continuation<D>> {
    let scheduler = D::scheduler(cx);
    scheduler.ready.clear();
    scheduler.clock.clear();
    (scheduler.current, scheduler.end) = (None, None);
    (scheduler.alive, scheduler.external) = (0, 0);
    let empty = crate::table::Table::new();
    let next_id = scheduler.table.next_id();
    let mut entries: Vec<_> = std::mem::replace(&mut scheduler.table, empty)
        .into_entries()
        .collect();
    scheduler.table.set_next_id(next_id);
    entries.sort_unstable_by_key(|(id, _)| *id);
    entries
        .into_iter()
        .filter_map(|(_, entry)| match *entry {
            Entry::Task(Task {
                state: State::Ready(k, ..) | State::Waiting(k, ..),
                ..
            }) => Some(k),
            _ => None,
        })
        .collect()
}

/// A task has ended: those who wait are told, and then its scope.
pub(crate) fn end_task<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id, answer: Answer<D>) {
    let scheduler = D::scheduler(cx);
    let Some(task) = scheduler.table.task(id) else {
        return;
    };
    task.state = State::Ended;
    let (home, daemon, detached) = (task.home, task.daemon, task.detached);
    // A scope raises what fails in it, and the main task's error is the program's.
    task.outcome.heard = home.is_some() || scheduler.main == Some(id);
    scheduler.alive -= 1;
    let failure = match &answer {
        Err(error) if home.is_some() && !D::is_cancelled(cx, error) => D::share(cx, &answer).err(),
        _ => None,
    };
    outcome::conclude::<D>(cx, id, answer);
    if detached {
        // Unless somebody gathers it after all: then it stays until it is forgotten.
        forget::<D>(cx, id).unwrap_or_default();
    }
    if let Some(home) = home {
        scope::child_ended::<D>(cx, home, id, daemon, failure);
    }
    cancelling::run_jobs::<D>(cx);
}

/// The main task has ended: everything that is left is to be unwound.
pub(crate) fn begin_end<D: SchedulerDomain>(cx: &mut D::Context<'_>, answer: Answer<D>) {
    let mut errors = Vec::new();
    if answer.is_err() {
        errors.extend(D::share(cx, &answer).err());
    }
    D::scheduler(cx).end = Some(End {
        answer: Some(answer),
        errors,
        failed: false,
        unwinding: 0,
    });
    unwind_rest::<D>(cx);
}

fn unwind_rest<D: SchedulerDomain>(cx: &mut D::Context<'_>) {
    let scheduler = D::scheduler(cx);
    let mut left: Vec<Id> = scheduler
        .table
        .iter()
        .filter(|(_, entry)| matches!(entry, Entry::Task(task) if !task.has_ended()))
        .map(|(id, _)| id)
        .collect();
    left.sort_unstable();
    scheduler.ready.clear();
    let mut gifts = Vec::new();
    for id in left {
        let unit = D::unit(cx);
        let scheduler = D::scheduler(cx);
        let Some(task) = scheduler.table.task(id) else {
            continue;
        };
        let priority = task.priority;
        (task.asked, task.alarm, task.verdict) = (false, false, None);
        let taken = match std::mem::replace(&mut task.state, State::Running) {
            // Its scope ends first.
            waiting @ State::Waiting(_, Waiting::Children(_), _) => {
                task.state = waiting;
                task.doomed = true;
                if let Some(end) = &mut scheduler.end {
                    end.unwinding += 1;
                }
                continue;
            }
            State::Waiting(k, on, ticket) => {
                task.state = State::Ready(k, Ok(unit), Gift::Unwind);
                scheduler.quit(&on, ticket);
                None
            }
            State::Ready(k, answer, gift) => {
                task.state = State::Ready(k, Ok(unit), Gift::Unwind);
                Some((answer, gift))
            }
            other => {
                task.state = other;
                continue;
            }
        };
        scheduler.ready.push(priority, id);
        if let Some(end) = &mut scheduler.end {
            end.unwinding += 1;
        }
        gifts.extend(taken.map(|(answer, gift)| (id, answer, gift)));
    }
    // When nobody waits any more: it is there for clean-ups.
    for (id, answer, gift) in gifts {
        sync::give_back::<D>(cx, id, answer, gift);
    }
}

/// The scope that a task has waited for has ended so, after the main task: now the task is unwound.
pub(crate) fn unwind_after_scope<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    answer: Answer<D>,
) {
    if let Err(error) = answer
        && !D::is_cancelled(cx, &error)
        && let Some(end) = &mut D::scheduler(cx).end
    {
        end.errors.push(error);
        end.failed = true;
    }
    let unit = D::unit(cx);
    D::scheduler(cx).make_ready(id, Ok(unit), Gift::Unwind);
}

/// When the main task has ended and everything is unwound: what is left to say. `None` while that is not so.
pub(crate) fn final_answer<D: SchedulerDomain>(cx: &mut D::Context<'_>) -> Option<Answer<D>> {
    let scheduler = D::scheduler(cx);
    let end = scheduler.end.as_mut()?;
    if end.unwinding == 0 && scheduler.alive > 0 {
        // Clean-ups have left tasks of their own.
        unwind_rest::<D>(cx);
    }
    let scheduler = D::scheduler(cx);
    if scheduler.alive > 0 {
        return None;
    }
    let end = scheduler.end.take()?;
    // The next program that becomes a task is a main one again.
    scheduler.main = None;
    let mut unheard: Vec<Id> = scheduler
        .table
        .iter()
        .filter(|(_, entry)| matches!(entry, Entry::Task(task) if !task.outcome.heard))
        .map(|(id, _)| id)
        .collect();
    unheard.sort_unstable();
    for id in unheard {
        if let Some(Entry::Task(task)) = D::scheduler(cx).table.remove(id) {
            tell_unheard::<D>(cx, id, &task);
            D::scheduler(cx).table.put(id, Entry::Task(task));
        }
    }
    if end.failed {
        return Some(Err(D::group(cx, Together::End, end.errors)));
    }
    // The machine has it already, below what was unwound; there it counts, and this is dropped.
    Some(match end.answer {
        Some(answer) => answer,
        None => Ok(D::unit(cx)),
    })
}
