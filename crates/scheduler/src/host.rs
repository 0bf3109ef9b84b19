//! What hosts do: start programs, answer what comes from outside, and take what is left.

use machine::{Answer, Boundary, Continuation, View};

use crate::end::tell_unheard;
use crate::request::TaskOptions;
use crate::scheduler::Job;
use crate::sync::{Channel, Event, Semaphore};
use crate::table::{Entry, Id, Outcome, Promise};
use crate::task::{Gift, State, Task, Waiting};
use crate::{Completer, Refusal, SchedulerDomain, cancel as cancelling, outcome};

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

/// A tool of synchronisation that a host makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// With so many permits.
    Semaphore(u64),
    /// With one permit that only its holder gives back.
    Lock,
    /// Not set.
    Event,
    /// For so many messages.
    Channel(usize),
}

/// Makes a tool of synchronisation, as the requests of the same names do.
pub fn make<D: SchedulerDomain>(cx: &mut D::Context<'_>, tool: Tool) -> Id {
    D::scheduler(cx).table.add(match tool {
        Tool::Semaphore(permits) => Entry::Semaphore(Semaphore::new(permits, false)),
        Tool::Lock => Entry::Semaphore(Semaphore::new(1, true)),
        Tool::Event => Entry::Event(Event::default()),
        Tool::Channel(capacity) => Entry::Channel(Channel::new(capacity)),
    })
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

/// Puts an outcome back in the table, under the number of the entry that was forgotten: the host has kept it meanwhile. It
/// stands there as a promise.
pub fn restore<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id, answer: Answer<D>) {
    let table = &mut D::scheduler(cx).table;
    if !table.contains(id) {
        let outcome = Outcome {
            answer: Some(answer),
            heard: true,
            ..Outcome::default()
        };
        table.put(
            id,
            Entry::Promise(Promise {
                external: false,
                outcome,
            }),
        );
    }
}

/// Takes every task out that has not ended, oldest first, and forgets everything else: a host that ends early drops
/// them, or unwinds them one by one.
pub fn take_all<D: SchedulerDomain>(cx: &mut D::Context<'_>) -> Vec<Continuation<D>> {
    let scheduler = D::scheduler(cx);
    scheduler.ready.clear();
    scheduler.clock.clear();
    (scheduler.current, scheduler.end) = (None, None);
    (scheduler.alive, scheduler.external, scheduler.untold) = (0, 0, 0);
    scheduler.parked = 0;
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
