//! Cancelling: who is told, where, and what keeps it from them.
//!
//! A cancellation is an edge: it is thrown once, where the task waits, or at its next request. It has an origin:
//! the task itself, or a scope that the task's program is in. A shield between the task's position and the origin
//! keeps it back until the task is outside of the shield.

use machine::Domain;

use crate::scheduler::Job;
use crate::scope::Body;
use crate::table::{Entry, Id};
use crate::task::{Gift, State, Waiting};
use crate::{Refusal, Scheduler, SchedulerDomain, outcome, scope};

/// Cancels a task, a promise or a scope. Gives whether there was something to cancel: what has finished is left as
/// it is.
///
/// # Errors
/// There is no such task, promise or scope.
pub(crate) fn cancel<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id) -> Result<bool, Refusal> {
    let scheduler = D::scheduler(cx);
    let job = match scheduler.table.get(id) {
        Some(Entry::Task(task)) if task.has_ended() => return Ok(false),
        Some(Entry::Task(_)) => Job::Task(id),
        Some(Entry::Promise(promise)) => {
            if promise.outcome.answer.is_some() {
                return Ok(false);
            }
            let error = D::cancelled(cx);
            outcome::conclude::<D>(cx, id, Err(error));
            run_jobs::<D>(cx);
            return Ok(true);
        }
        Some(Entry::Scope(scope)) if scope.cancelled => return Ok(false),
        Some(Entry::Scope(_)) => Job::Scope(id),
        _ => return Err(Refusal::Unknown(id)),
    };
    scheduler.jobs.push(job);
    run_jobs::<D>(cx);
    Ok(true)
}

/// Cancels all that is to be cancelled, and what that leads to.
pub(crate) fn run_jobs<D: SchedulerDomain>(cx: &mut D::Context<'_>) {
    while let Some(job) = D::scheduler(cx).jobs.pop() {
        match job {
            Job::Task(id) => {
                let Some(task) = D::scheduler(cx).table.task(id) else {
                    continue;
                };
                match task.state {
                    // It will find the one before there: two of them are one.
                    State::Ended | State::Ready(_, _, Gift::Cancel(None) | Gift::Unwind) => {}
                    _ => {
                        (task.asked, task.alarm) = (true, true);
                        tell::<D>(cx, id);
                    }
                }
            }
            Job::Scope(id) => {
                let scheduler = D::scheduler(cx);
                let Some(scope) = scheduler.table.scope(id) else {
                    continue;
                };
                if std::mem::replace(&mut scope.cancelled, true) {
                    continue;
                }
                let children = scope.children.iter().rev().copied();
                scheduler.jobs.extend(children.map(Job::Task));
                scope.untold = matches!(scope.body, Body::Running);
                if scope.untold {
                    let owner = scope.owner;
                    scheduler.untold += 1;
                    if let Some(task) = scheduler.table.task(owner) {
                        task.alarm = true;
                        tell::<D>(cx, owner);
                    }
                }
            }
        }
    }
}

/// Whether there is something to tell a task at its position; it is then told. Gives the origin.
///
/// O(1) if nobody has cancelled it or a scope around it, and else O(scopes around it).
pub(crate) fn take_pending<D: Domain>(scheduler: &mut Scheduler<D>, id: Id) -> Option<Option<Id>> {
    let table = &mut scheduler.table;
    let task = table.task(id)?;
    if !task.alarm {
        return None;
    }
    let (asked, home) = (task.asked, task.home);
    let mut at = task.position;
    let mut inside = Vec::new();
    while let Some(place) = at.filter(|place| Some(*place) != home) {
        let Some(scope) = table.scope(place) else {
            break;
        };
        if std::mem::take(&mut scope.untold) {
            scheduler.untold -= 1;
            mark_foreign(scheduler, &inside);
            return Some(Some(place));
        }
        inside.push(place);
        if scope.shield {
            return None;
        }
        at = scope.parent;
    }
    let task = table.task(id)?;
    (task.asked, task.alarm) = (false, false);
    if !asked {
        return None;
    }
    mark_foreign(scheduler, &inside);
    Some(None)
}

fn mark_foreign<D: Domain>(scheduler: &mut Scheduler<D>, inside: &[Id]) {
    for id in inside {
        if let Some(scope) = scheduler.table.scope(*id) {
            scope.foreign = true;
        }
    }
}

/// Tells a task what it has not been told, if it is where it can be.
fn tell<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id) {
    let scheduler = D::scheduler(cx);
    let Some(task) = scheduler.table.task(id) else {
        return;
    };
    let can = match &task.state {
        State::Ready(_, _, gift) => matches!(gift, Gift::Nothing | Gift::Begin),
        // What it waits for is on its way out already, and will be told.
        State::Waiting(_, Waiting::Ends { .. }, _) => false,
        State::Waiting(..) => true,
        State::Running | State::Ended => false,
    };
    if !can {
        return;
    }
    let Some(origin) = take_pending(scheduler, id) else {
        return;
    };
    let on = match scheduler.waiting(id) {
        Some(on) => on.clone(),
        None => {
            let error = D::cancelled_task(cx, id, origin);
            if let Some(task) = D::scheduler(cx).table.task(id)
                && let State::Ready(_, answer, gift) = &mut task.state
            {
                (*answer, *gift) = (Err(error), Gift::Cancel(origin));
            }
            return;
        }
    };
    match on {
        // The children are what it waits for: they are cancelled, and it is told when they have ended.
        Waiting::Children(at) => {
            let error = D::cancelled_task(cx, id, origin);
            let unwound = matches!(
                D::scheduler(cx).table.get(at),
                Some(Entry::Scope(scope)) if matches!(scope.body, Body::Unwound)
            );
            if !unwound {
                scope::add_error::<D>(cx, at, error);
                D::scheduler(cx).jobs.push(Job::Scope(at));
            }
        }
        Waiting::All { ids, own: true, .. } | Waiting::First(ids) => {
            outcome::cancel_own::<D>(cx, id, &ids, origin);
        }
        _ => {
            let error = D::cancelled_task(cx, id, origin);
            D::scheduler(cx).make_ready(id, Err(error), Gift::Cancel(origin));
        }
    }
}
