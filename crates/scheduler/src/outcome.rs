//! How tasks and promises end, and who is told: waiting, gathering, racing.

use std::collections::BTreeSet;

use machine::{Answer, Continuation, Handled};

use crate::prompt::{go_on, reply};
use crate::scheduler::Job;
use crate::table::{Entry, Id};
use crate::task::{Gift, State, Verdict, Waiting};
use crate::{Refusal, Scheduler, SchedulerDomain, Together};

/// Records an outcome and tells those who wait for it, in the order of their coming.
pub(crate) fn conclude<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id, answer: Answer<D>) {
    let scheduler = D::scheduler(cx);
    let external = matches!(scheduler.table.get(id), Some(Entry::Promise(p)) if p.external);
    let Some(outcome) = scheduler.table.outcome(id) else {
        return;
    };
    let failed = answer.is_err();
    let waited = !outcome.waiters.is_empty();
    outcome.answer = Some(answer);
    let waiters = outcome.waiters.take();
    scheduler.external -= usize::from(external && waited);
    for (ticket, waiter) in waiters {
        match D::scheduler(cx).waiting(waiter) {
            Some(Waiting::One(_)) => {
                if let Some(copy) = copy::<D>(cx, id) {
                    D::scheduler(cx).make_ready(waiter, copy, Gift::Told);
                }
            }
            Some(Waiting::All { own, .. }) if failed => {
                let own = *own;
                if own {
                    fail_gather::<D>(cx, waiter);
                } else if let Some(copy) = copy::<D>(cx, id) {
                    D::scheduler(cx).make_ready(waiter, copy, Gift::Told);
                }
            }
            Some(Waiting::All { ids, left, .. }) => {
                *left -= 1;
                let done = (*left == 0).then(|| ids.clone());
                // It stays here until it has all: what it still has to collect is not forgotten.
                if let Some(outcome) = D::scheduler(cx).table.outcome(id) {
                    outcome.waiters.join(ticket, waiter);
                }
                if let Some(ids) = done
                    && let Some(Some(told)) = gathered::<D>(cx, &ids)
                {
                    D::scheduler(cx).make_ready(waiter, told, Gift::Told);
                }
            }
            Some(Waiting::First(_)) => win::<D>(cx, waiter, id),
            Some(Waiting::Ends { left, .. }) => {
                *left -= 1;
                if *left == 0 {
                    pronounce::<D>(cx, waiter);
                } else if let Some(outcome) = D::scheduler(cx).table.outcome(id) {
                    outcome.waiters.join(ticket, waiter);
                }
            }
            _ => {}
        }
    }
}

/// One more copy of an outcome, if there is one.
pub(crate) fn copy<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id) -> Option<Answer<D>> {
    let outcome = D::scheduler(cx).table.outcome(id)?;
    outcome.heard = true;
    let answer = outcome.answer.take()?;
    let copy = D::share(cx, &answer);
    if let Some(outcome) = D::scheduler(cx).table.outcome(id) {
        outcome.answer = Some(answer);
    }
    Some(copy)
}

/// Whether this has an outcome; `None` if it can have none.
fn is_settled<D: SchedulerDomain>(scheduler: &mut Scheduler<D>, id: Id) -> Option<bool> {
    Some(scheduler.table.outcome(id)?.answer.is_some())
}

/// The values of all of these, or the error of the first that failed; `Some(None)` while one is awaited and none
/// has failed, `None` if one of them is nothing that ends.
fn gathered<D: SchedulerDomain>(cx: &mut D::Context<'_>, ids: &[Id]) -> Option<Option<Answer<D>>> {
    let mut pending = false;
    for id in ids {
        match &D::scheduler(cx).table.outcome(*id)?.answer {
            Some(Err(_)) => return Some(copy::<D>(cx, *id)),
            Some(Ok(_)) => {}
            None => pending = true,
        }
    }
    if pending {
        return Some(None);
    }
    let mut values = Vec::with_capacity(ids.len());
    for id in ids {
        values.push(copy::<D>(cx, *id)?.ok()?);
    }
    Some(Some(Ok(D::list_value(cx, values))))
}

/// Waits for the outcome of a task or promise, or for an event.
pub(crate) fn wait<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    me: Id,
    k: Continuation<D>,
) -> Handled<D> {
    let scheduler = D::scheduler(cx);
    let on = match scheduler.table.get(id) {
        Some(Entry::Event(event)) if event.is_set => {
            let unit = D::unit(cx);
            return reply(cx, k, Ok(Ok(unit)));
        }
        Some(Entry::Event(_)) => Waiting::Event(id),
        Some(Entry::Task(_) | Entry::Promise(_)) => match copy::<D>(cx, id) {
            Some(answer) => return reply(cx, k, Ok(answer)),
            None => Waiting::One(id),
        },
        _ => return reply(cx, k, Err(Refusal::Unknown(id))),
    };
    D::scheduler(cx).wait(me, k, on);
    go_on::<D>(cx)
}

/// Those of these that have no outcome, each once, oldest first.
pub(crate) fn pending<D: SchedulerDomain>(
    scheduler: &mut Scheduler<D>,
    ids: &[Id],
) -> Result<Vec<Id>, Refusal> {
    let distinct: BTreeSet<Id> = ids.iter().copied().collect();
    let mut pending = Vec::new();
    for id in distinct {
        if !is_settled(scheduler, id).ok_or(Refusal::Unknown(id))? {
            pending.push(id);
        }
    }
    Ok(pending)
}

pub(crate) fn gather<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    ids: Vec<Id>,
    me: Id,
    k: Continuation<D>,
) -> Handled<D> {
    let left = match pending(D::scheduler(cx), &ids) {
        Ok(pending) => pending.len(),
        Err(refusal) => return reply(cx, k, Err(refusal)),
    };
    let told = gathered::<D>(cx, &ids).flatten();
    let scheduler = D::scheduler(cx);
    let position = scheduler.table.task(me).and_then(|task| task.position);
    let own = position.is_none();
    match told {
        Some(Err(_)) if own => {
            scheduler.wait(me, k, Waiting::All { ids, left, own });
            fail_gather::<D>(cx, me);
            crate::cancel::run_jobs::<D>(cx);
            go_on::<D>(cx)
        }
        Some(answer) => reply(cx, k, Ok(answer)),
        None => {
            scheduler.wait(me, k, Waiting::All { ids, left, own });
            go_on::<D>(cx)
        }
    }
}

pub(crate) fn race<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    ids: Vec<Id>,
    me: Id,
    k: Continuation<D>,
) -> Handled<D> {
    if ids.is_empty() {
        return reply(cx, k, Err(Refusal::NoRacer));
    }
    if let Err(refusal) = pending(D::scheduler(cx), &ids) {
        return reply(cx, k, Err(refusal));
    }
    let scheduler = D::scheduler(cx);
    let winner = ids
        .iter()
        .copied()
        .find(|id| is_settled(scheduler, *id) == Some(true));
    scheduler.wait(me, k, Waiting::First(ids));
    if let Some(winner) = winner {
        win::<D>(cx, me, winner);
        crate::cancel::run_jobs::<D>(cx);
    }
    go_on::<D>(cx)
}

/// A race has its first outcome.
fn win<D: SchedulerDomain>(cx: &mut D::Context<'_>, waiter: Id, winner: Id) {
    let Some(Waiting::First(ids)) = D::scheduler(cx).waiting(waiter) else {
        return;
    };
    let ids = ids.clone();
    if let Some(answer) = copy::<D>(cx, winner) {
        wait_for_ends::<D>(cx, waiter, &ids, Verdict::Won(answer));
    }
}

/// One of those that are gathered has failed: the others are cancelled.
fn fail_gather<D: SchedulerDomain>(cx: &mut D::Context<'_>, waiter: Id) {
    let Some(Waiting::All { ids, .. }) = D::scheduler(cx).waiting(waiter) else {
        return;
    };
    let ids = ids.clone();
    wait_for_ends::<D>(cx, waiter, &ids, Verdict::Failed(ids.clone()));
}

/// The waiter of a gather or a race of its own was cancelled: so is what it waits for.
pub(crate) fn cancel_own<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    waiter: Id,
    ids: &[Id],
    origin: Option<Id>,
) {
    wait_for_ends::<D>(cx, waiter, ids, Verdict::Cancelled(origin));
}

/// Cancels those tasks among these that have not ended, and lets the waiter wait for that. Promises are left to
/// whoever settles them.
fn wait_for_ends<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    waiter: Id,
    ids: &[Id],
    verdict: Verdict<D>,
) {
    let scheduler = D::scheduler(cx);
    let mut losers = pending(scheduler, ids).unwrap_or_default();
    losers.retain(|id| *id != waiter && scheduler.table.task(*id).is_some());
    let Some(task) = scheduler.table.task(waiter) else {
        return;
    };
    let State::Waiting(k, on, ticket) = std::mem::replace(&mut task.state, State::Running) else {
        unreachable!("whoever gathers or races waits");
    };
    task.verdict = Some(Box::new(verdict));
    scheduler.quit(&on, ticket);
    scheduler
        .jobs
        .extend(losers.iter().map(|loser| Job::Task(*loser)));
    let left = losers.len();
    scheduler.wait(waiter, k, Waiting::Ends { ids: losers, left });
    if left == 0 {
        pronounce::<D>(cx, waiter);
    }
}

/// All have ended whose end is waited for: the waiter is told what it asked for, or all errors together.
fn pronounce<D: SchedulerDomain>(cx: &mut D::Context<'_>, waiter: Id) {
    let scheduler = D::scheduler(cx);
    let Some(task) = scheduler.table.task(waiter) else {
        return;
    };
    let (Some(verdict), State::Waiting(_, Waiting::Ends { ids, .. }, _)) =
        (task.verdict.take(), &task.state)
    else {
        unreachable!("whoever waits for ends has a verdict");
    };
    let losers = ids.clone();
    let answer = match *verdict {
        Verdict::Failed(ids) => {
            let errors = failures::<D>(cx, &ids);
            if errors.is_empty() {
                // One of them was cancelled by somebody else: that is the failure.
                gathered::<D>(cx, &ids).flatten()
            } else {
                Some(Err(D::group(cx, Together::Gather, errors)))
            }
        }
        Verdict::Won(winner) => {
            let mut errors = failures::<D>(cx, &losers);
            match winner {
                winner if errors.is_empty() => Some(winner),
                Ok(_) => Some(Err(D::group(cx, Together::Race, errors))),
                Err(error) => {
                    errors.insert(0, error);
                    Some(Err(D::group(cx, Together::Race, errors)))
                }
            }
        }
        Verdict::Cancelled(origin) => {
            let errors = failures::<D>(cx, &losers);
            Some(Err(if errors.is_empty() {
                D::cancelled_task(cx, waiter, origin)
            } else {
                D::group(cx, Together::Gather, errors)
            }))
        }
    };
    if let Some(answer) = answer {
        D::scheduler(cx).make_ready(waiter, answer, Gift::Told);
    }
}

/// The errors among these, without those of tasks that were only cancelled.
fn failures<D: SchedulerDomain>(cx: &mut D::Context<'_>, ids: &[Id]) -> Vec<D::Error> {
    let mut seen = BTreeSet::new();
    let mut errors = Vec::new();
    for id in ids {
        let failed = matches!(
            D::scheduler(cx).table.outcome(*id),
            Some(outcome) if matches!(outcome.answer, Some(Err(_)))
        );
        if failed
            && seen.insert(*id)
            && let Some(Err(error)) = copy::<D>(cx, *id)
            && !D::is_cancelled(cx, &error)
        {
            errors.push(error);
        }
    }
    errors
}
