//! What tasks and hosts do with the table.

use machine::{Answer, Boundary, Continuation};

use crate::table::{Entry, Id, Kind, State, Waiting};
use crate::{Refusal, SchedulerDomain};

/// Makes a program a task, under these boundaries, innermost first, at the end of the ready queue.
pub fn spawn<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    boundaries: Vec<Boundary<D>>,
    code: D::Code,
) -> Id {
    let prompt = D::prompt(cx);
    let k = Continuation::new(boundaries.into_iter().chain([prompt]), code);
    let unit = D::unit(cx);
    let scheduler = D::scheduler(cx);
    let id = scheduler.add(Kind::Task(State::Ready(k, Ok(unit))));
    scheduler.parts.ready.push_back(id);
    id
}

/// Makes a program the main task: its end is the end of the run.
pub fn spawn_main<D: SchedulerDomain>(cx: &mut D::Context<'_>, code: D::Code) -> Id {
    let id = spawn::<D>(cx, Vec::new(), code);
    D::scheduler(cx).parts.main = Some(id);
    id
}

/// Takes the next task out, to be resumed on the machine. `None`: nothing is ready, and the host is needed.
///
/// When nothing is ready and nothing can come from outside, that is a deadlock: the main task, or else the oldest
/// that waits, is next, with the domain's error.
pub fn next<D: SchedulerDomain>(cx: &mut D::Context<'_>) -> Option<(Continuation<D>, Answer<D>)> {
    if D::scheduler(cx).parts.ready.is_empty() {
        end_deadlock::<D>(cx);
    }
    let scheduler = D::scheduler(cx);
    let id = scheduler.parts.ready.pop_front()?;
    let Some(Entry {
        kind: Kind::Task(state),
        ..
    }) = scheduler.entry(id)
    else {
        unreachable!("only tasks are in the ready queue");
    };
    match std::mem::replace(state, State::Running { cancelled: false }) {
        State::Ready(k, answer) => {
            scheduler.parts.current = Some(id);
            Some((k, answer))
        }
        _ => unreachable!("a task in the ready queue is ready"),
    }
}

fn end_deadlock<D: SchedulerDomain>(cx: &mut D::Context<'_>) {
    let scheduler = D::scheduler(cx);
    if scheduler.awaits_host() {
        return;
    }
    let blocked = scheduler.blocked();
    if blocked.is_empty() {
        return;
    }
    let main = scheduler
        .parts
        .main
        .filter(|main| blocked.iter().any(|blocked| blocked.task == *main));
    if let Some(error) = D::deadlock(cx, &blocked) {
        D::scheduler(cx).make_ready(main.unwrap_or(blocked[0].task), Err(error));
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
    match scheduler.entry(id).ok_or(Refusal::Unknown(id))?.kind {
        Kind::Task(State::Waiting(_, Waiting::Parked { .. })) => {
            scheduler.make_ready(id, answer);
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
    let entry = scheduler.entry(id).ok_or(Refusal::Unknown(id))?;
    let waits = matches!(
        entry.kind,
        Kind::Task(State::Waiting(_, Waiting::Parked { external: true }))
    );
    if waits {
        scheduler.make_ready(id, answer);
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
    let entry = D::scheduler(cx).entry(id).ok_or(Refusal::Unknown(id))?;
    match entry {
        Entry {
            kind: Kind::Promise { .. },
            outcome: None,
            ..
        } => {
            conclude::<D>(cx, id, answer);
            Ok(())
        }
        _ => Err(Refusal::NotPending(id)),
    }
}

/// Records an outcome and tells those who wait for it.
pub(crate) fn conclude<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id, answer: Answer<D>) {
    let Some(entry) = D::scheduler(cx).entry(id) else {
        return;
    };
    let failed = answer.is_err();
    entry.outcome = Some(answer);
    let mut gathering = Vec::new();
    for waiter in std::mem::take(&mut entry.waiters) {
        let told = match D::scheduler(cx).entry(waiter).map(|entry| &mut entry.kind) {
            Some(Kind::Task(State::Waiting(_, Waiting::All { ids, left }))) if !failed => {
                *left = left.saturating_sub(1);
                if *left > 0 {
                    gathering.push(waiter);
                    continue;
                }
                let ids = std::mem::take(ids);
                let told = gathered::<D>(cx, &ids);
                if let Some(Entry {
                    kind: Kind::Task(State::Waiting(_, on)),
                    ..
                }) = D::scheduler(cx).entry(waiter)
                {
                    *on = Waiting::All { ids, left: 0 };
                }
                told
            }
            _ => outcome::<D>(cx, id),
        };
        if let Some(told) = told {
            D::scheduler(cx).make_ready(waiter, told);
        }
    }
    if let Some(entry) = D::scheduler(cx).entry(id) {
        entry.waiters = gathering;
    }
}

/// One more copy of an outcome, if there is one.
fn outcome<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id) -> Option<Answer<D>> {
    let answer = D::scheduler(cx).entry(id)?.outcome.take()?;
    let copy = D::share(cx, &answer);
    if let Some(entry) = D::scheduler(cx).entry(id) {
        entry.outcome = Some(answer);
    }
    Some(copy)
}

/// The values of all of these, or the error of the first that failed; `None` while one is awaited and none has failed.
fn gathered<D: SchedulerDomain>(cx: &mut D::Context<'_>, ids: &[Id]) -> Option<Answer<D>> {
    let parts = &D::scheduler(cx).parts;
    let failed = |id: &Id| {
        matches!(
            parts.entries.get(id),
            Some(Entry {
                outcome: Some(Err(_)),
                ..
            })
        )
    };
    if let Some(failed) = ids.iter().copied().find(failed) {
        return outcome::<D>(cx, failed);
    }
    if parts.pending(ids) > 0 {
        return None;
    }
    let mut values = Vec::with_capacity(ids.len());
    for id in ids {
        values.push(outcome::<D>(cx, *id)?.ok()?);
    }
    Some(Ok(D::list_value(cx, values)))
}

/// What a wait would give at once, without waiting.
pub(crate) fn already<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    on: &Waiting,
) -> Result<Option<Answer<D>>, Refusal> {
    let known = &D::scheduler(cx).parts.entries;
    if let Some(unknown) = on.ids().iter().find(|id| !known.contains_key(id)) {
        return Err(Refusal::Unknown(*unknown));
    }
    Ok(match on {
        Waiting::Parked { .. } => None,
        Waiting::One(id) => outcome::<D>(cx, *id),
        Waiting::All { ids, .. } => gathered::<D>(cx, ids),
    })
}

/// Throws the domain's cancellation in where a task waits; a promise is settled with it. Gives whether there was
/// something to cancel: what has finished is left as it is.
///
/// # Errors
/// There is no such task or promise.
pub fn cancel<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id) -> Result<bool, Refusal> {
    let error = D::cancelled(cx);
    let scheduler = D::scheduler(cx);
    let entry = scheduler.entry(id).ok_or(Refusal::Unknown(id))?;
    match &mut entry.kind {
        _ if entry.outcome.is_some() => return Ok(false),
        Kind::Promise { .. } => conclude::<D>(cx, id, Err(error)),
        // It keeps its place: the cancellation is what it finds there.
        Kind::Task(State::Ready(_, answer)) => *answer = Err(error),
        Kind::Task(State::Running { cancelled }) => *cancelled = true,
        Kind::Task(State::Waiting(..)) => scheduler.make_ready(id, Err(error)),
        Kind::Task(State::Ended) => return Ok(false),
    }
    Ok(true)
}

/// Removes a finished task or a settled promise.
///
/// # Errors
/// There is none, or it has not finished.
pub fn forget<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id) -> Result<(), Refusal> {
    let parts = &mut D::scheduler(cx).parts;
    let entry = parts.entries.get(&id).ok_or(Refusal::Unknown(id))?;
    if entry.outcome.is_none() || !entry.waiters.is_empty() {
        return Err(Refusal::NotFinished(id));
    }
    parts.entries.remove(&id);
    Ok(())
}

/// Takes every task out that has not ended, oldest first: a host that ends early unwinds them one by one.
pub fn take_all<D: SchedulerDomain>(cx: &mut D::Context<'_>) -> Vec<Continuation<D>> {
    let parts = &mut D::scheduler(cx).parts;
    parts.ready.clear();
    parts.current = None;
    std::mem::take(&mut parts.entries)
        .into_values()
        .filter_map(|entry| match entry.kind {
            Kind::Task(State::Ready(k, _) | State::Waiting(k, _)) => Some(k),
            _ => None,
        })
        .collect()
}
