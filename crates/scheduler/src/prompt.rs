//! The handler: one request at a time, and which task goes on after it.

use machine::{Answer, Continuation, Handled, Handler};

use crate::operations::{self, already, conclude};
use crate::table::{Id, Kind, State, Waiting};
use crate::{Refusal, Request, SchedulerDomain};

/// The scheduler's handler, installed around each task. It has no state of its own: that is in the context.
///
/// A program that performs a request under a prompt that the host installed itself becomes a task then, and the
/// main one if there is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Prompt;

impl<D: SchedulerDomain> Handler<D> for Prompt {
    fn accepts(&self, cx: &mut D::Context<'_>, effect: &D::Effect) -> bool {
        D::is_request(cx, effect)
    }

    fn handle(&self, cx: &mut D::Context<'_>, effect: D::Effect, k: Continuation<D>) -> Handled<D> {
        let request = D::request(cx, effect);
        let current = current::<D>(cx);
        let answer = match request {
            Request::Park { external } => {
                return suspend::<D>(cx, current, k, Waiting::Parked { external });
            }
            Request::Wait(id) => return suspend::<D>(cx, current, k, Waiting::One(id)),
            Request::Gather(ids) => {
                return suspend::<D>(cx, current, k, Waiting::All { ids, left: 0 });
            }
            Request::Yield => {
                let unit = D::unit(cx);
                let answer = if was_cancelled::<D>(cx, current) {
                    Err(D::cancelled(cx))
                } else {
                    Ok(unit)
                };
                let scheduler = D::scheduler(cx);
                scheduler.set(current, State::Ready(k, answer));
                scheduler.parts.ready.push_back(current);
                return go_on::<D>(cx);
            }
            Request::Spawn(boundaries, code) => {
                let id = operations::spawn::<D>(cx, boundaries, code);
                Ok(D::id_value(cx, id))
            }
            Request::Current => Ok(D::id_value(cx, current)),
            Request::Promise { external } => {
                let id = D::scheduler(cx).add(Kind::Promise { external });
                Ok(D::id_value(cx, id))
            }
            Request::Wake(id, answer) => {
                operations::wake::<D>(cx, id, answer).map(|()| D::unit(cx))
            }
            Request::Interrupt(id, answer) => {
                operations::interrupt::<D>(cx, id, answer).map(|done| D::flag_value(cx, done))
            }
            Request::Settle(id, answer) => {
                operations::settle::<D>(cx, id, answer).map(|()| D::unit(cx))
            }
            Request::Forget(id) => operations::forget::<D>(cx, id).map(|()| D::unit(cx)),
            Request::Cancel(id) => {
                operations::cancel::<D>(cx, id).map(|done| D::flag_value(cx, done))
            }
        };
        Handled::Transfer(k, answer.map_err(|refusal| D::refused(cx, refusal)))
    }

    fn finish(&self, cx: &mut D::Context<'_>, answer: Answer<D>) -> Handled<D> {
        let parts = &mut D::scheduler(cx).parts;
        let is_main = parts.current == parts.main;
        let Some(current) = parts.current.take() else {
            // It never was a task.
            return ended(answer);
        };
        D::scheduler(cx).set(current, State::Ended);
        if is_main {
            let copy = D::share(cx, &answer);
            conclude::<D>(cx, current, copy);
            return ended(answer);
        }
        conclude::<D>(cx, current, answer);
        go_on::<D>(cx)
    }
}

fn ended<D: SchedulerDomain>(answer: Answer<D>) -> Handled<D> {
    match answer {
        Ok(value) => Handled::Return(value),
        Err(error) => Handled::Raise(error),
    }
}

/// The task that runs; a program that is none becomes one.
fn current<D: SchedulerDomain>(cx: &mut D::Context<'_>) -> Id {
    let scheduler = D::scheduler(cx);
    if let Some(current) = scheduler.parts.current {
        return current;
    }
    let id = scheduler.add(Kind::Task(State::Running { cancelled: false }));
    scheduler.parts.current = Some(id);
    scheduler.parts.main.get_or_insert(id);
    id
}

/// Whether the running task was cancelled, which is told once.
fn was_cancelled<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id) -> bool {
    match D::scheduler(cx).entry(id).map(|entry| &mut entry.kind) {
        Some(Kind::Task(State::Running { cancelled })) => std::mem::take(cancelled),
        _ => false,
    }
}

fn suspend<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    k: Continuation<D>,
    mut on: Waiting,
) -> Handled<D> {
    if was_cancelled::<D>(cx, id) {
        let error = D::cancelled(cx);
        return Handled::Transfer(k, Err(error));
    }
    match already::<D>(cx, &on) {
        Err(refusal) => return refuse::<D>(cx, k, refusal),
        Ok(Some(answer)) => return Handled::Transfer(k, answer),
        Ok(None) => {}
    }
    let scheduler = D::scheduler(cx);
    if let Waiting::All { ids, left } = &mut on {
        *left = scheduler.parts.pending(ids);
    }
    for other in on.ids() {
        // If it is there already, for an id that is asked for twice, then as the last.
        if let Some(entry) = scheduler.entry(*other)
            && entry.waiters.last() != Some(&id)
        {
            entry.waiters.push(id);
        }
    }
    scheduler.set(id, State::Waiting(k, on));
    go_on::<D>(cx)
}

fn refuse<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    k: Continuation<D>,
    refusal: Refusal,
) -> Handled<D> {
    let error = D::refused(cx, refusal);
    Handled::Transfer(k, Err(error))
}

/// The next task, or the host's turn.
fn go_on<D: SchedulerDomain>(cx: &mut D::Context<'_>) -> Handled<D> {
    D::scheduler(cx).parts.current = None;
    match operations::next::<D>(cx) {
        Some((k, answer)) => Handled::Transfer(k, answer),
        None => Handled::Suspend,
    }
}
