//! Driving a machine: which task runs next, and what a host waits for when none can.

use std::time::Duration;

use machine::{Answer, Continuation, Machine, MachineError, Outcome};

use crate::clock::Due;
use crate::host::settle;
use crate::scheduler::Job;
use crate::table::Id;
use crate::task::{Gift, State};
use crate::{Refusal, SchedulerDomain, cancel, deadlock};

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
            // The main task's answer goes to the machine with the first that is unwound.
            Next::Unwind(k, answer) => machine.unwind_to(cx, k, answer),
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
        if let Some(next) = next_ready::<D>(cx) {
            return Some(next);
        }
        let scheduler = D::scheduler(cx);
        if !scheduler.ready.is_empty() || !deadlock::end::<D>(cx) {
            return None;
        }
    }
}

/// The same inside of the machine: a deadlock waits until the machine stands still, and can be looked at.
pub(crate) fn next_ready<D: SchedulerDomain>(cx: &mut D::Context<'_>) -> Option<Next<D>> {
    loop {
        collect::<D>(cx);
        let scheduler = D::scheduler(cx);
        if let Some(id) = scheduler.ready.pop(&mut scheduler.order) {
            if !D::may_run(cx, id) {
                D::scheduler(cx).ready.put_back(id);
                return None;
            }
            return Some(take_ready::<D>(cx, id));
        }
        let jump = scheduler.clock.is_virtual && scheduler.external == 0;
        let time = scheduler.clock.next().filter(|_| jump)?;
        advance::<D>(cx, time);
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
        if std::mem::take(&mut D::scheduler(cx).is_stuck) {
            D::stuck(cx, machine, &next);
        }
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
                let (deadline, external) = (scheduler.next_deadline(), scheduler.awaits_host());
                let mailbox = scheduler.mailbox();
                match deadline {
                    Some(deadline) => {
                        mailbox.wait(Some(deadline.saturating_sub(now())));
                    }
                    None if external && mailbox.wait_for_completer() => {}
                    None => return Outcome::Idle,
                }
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
    let name = match scheduler.main == Some(id) {
        true => Some("main"),
        false => task.label.as_ref().and_then(|label| label.name.as_deref()),
    };
    scheduler.order.tell(id, name);
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
                        cancel::run_jobs::<D>(cx);
                    }
                }
            }
        }
    }
}
