//! How tasks end, and the end of the main task: what is left is unwound.

use machine::Answer;

use crate::scheduler::End;
use crate::table::{Entry, Id};
use crate::task::{Gift, State, Task, Waiting};
use crate::{SchedulerDomain, Together, cancel, host, outcome, scope, sync};

/// Tells the domain of an error that nobody else is told of.
pub(crate) fn tell_unheard<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id, task: &Task<D>) {
    if let Some(Err(error)) = &task.outcome.answer
        && !task.outcome.heard
        && !D::is_cancelled(cx, error)
    {
        D::unheard(cx, id, error);
    }
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
        host::forget::<D>(cx, id).unwrap_or_default();
    }
    if let Some(home) = home {
        scope::child_ended::<D>(cx, home, id, daemon, failure);
    }
    cancel::run_jobs::<D>(cx);
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
    // Those whose programs were kept elsewhere, and dropped there.
    scheduler.table.remove_scopes();
    scheduler.clock.clear();
    scheduler.untold = 0;
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
