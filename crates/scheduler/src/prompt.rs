//! The handlers: of tasks, where requests are answered and the next task is chosen, and of scopes.

use machine::{Answer, Continuation, Handled, Handler};

use crate::drive::{self, Next};
use crate::request::{NewTask, Op};
use crate::scope::Ending;
use crate::table::{Entry, Id};
use crate::task::{Gift, State, Task, Waiting};
use crate::{
    AtEnd, Completer, Refusal, Request, Scheduler, SchedulerDomain, Scoped, cancel, end, host,
    outcome, scope, sync, table,
};

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
        let Request { op, scope } = D::request(cx, effect);
        let me = current::<D>(cx);
        arrive(D::scheduler(cx), me, scope);
        if op.tells_cancel()
            && let Some(origin) = cancel::take_pending(D::scheduler(cx), me)
        {
            let error = D::cancelled_task(cx, me, origin);
            return reply(cx, k, Ok(Err(error)));
        }
        answer(cx, op, me, k)
    }

    fn finish(&self, cx: &mut D::Context<'_>, answer: Answer<D>) -> Handled<D> {
        let scheduler = D::scheduler(cx);
        let is_main = scheduler.current == scheduler.main;
        let Some(current) = scheduler.current.take() else {
            // It never was a task.
            return ended(answer);
        };
        if !is_main || scheduler.end.is_some() {
            end::end_task::<D>(cx, current, answer);
            return go_on::<D>(cx);
        }
        let copy = D::share(cx, &answer);
        end::end_task::<D>(cx, current, copy);
        match D::at_end(cx) {
            AtEnd::Drop => {
                D::scheduler(cx).main = None;
                ended(answer)
            }
            AtEnd::Unwind => {
                end::begin_end::<D>(cx, answer);
                go_on::<D>(cx)
            }
        }
    }

    fn unwound(&self, cx: &mut D::Context<'_>, error: D::Error) -> Handled<D> {
        let scheduler = D::scheduler(cx);
        let Some(current) = scheduler.current.take() else {
            return Handled::Raise(error);
        };
        let ending = scheduler.end.is_some();
        let outcome = D::cancelled(cx);
        end::end_task::<D>(cx, current, Err(outcome));
        if !ending {
            // Whoever unwinds it goes on.
            return Handled::Raise(error);
        }
        let failure = failure::<D>(cx, error);
        if let Some(end) = &mut D::scheduler(cx).end {
            end.unwinding -= 1;
            end.failed |= failure.is_some();
            end.errors.extend(failure);
        }
        go_on::<D>(cx)
    }
}

/// The handler around the program of a scope. It answers nothing: it writes on each request that passes from which
/// scope it comes, so that what runs is all that says what is in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopePrompt(pub(crate) Id);

impl ScopePrompt {
    /// The scope.
    pub fn id(&self) -> Id {
        self.0
    }
}

impl<D: Scoped> Handler<D> for ScopePrompt {
    fn accepts(&self, _: &mut D::Context<'_>, effect: &D::Effect) -> bool {
        D::as_request(effect).is_some_and(|request| request.scope.is_none())
    }

    fn handle(
        &self,
        _: &mut D::Context<'_>,
        mut effect: D::Effect,
        k: Continuation<D>,
    ) -> Handled<D> {
        if let Some(request) = D::as_request_mut(&mut effect) {
            request.scope = Some(self.0);
        }
        Handled::Pass(effect, k)
    }

    fn finish(&self, cx: &mut D::Context<'_>, answer: Answer<D>) -> Handled<D> {
        Handled::Perform(D::effect(cx, Op::ScopeEnd(self.0, answer).into()))
    }

    fn unwound(&self, cx: &mut D::Context<'_>, error: D::Error) -> Handled<D> {
        let op = Op::ScopeUnwound(self.0, failure::<D>(cx, error));
        Handled::Perform(D::effect(cx, op.into()))
    }
}

/// What a clean-up has raised, if it has.
fn failure<D: SchedulerDomain>(cx: &mut D::Context<'_>, error: D::Error) -> Option<D::Error> {
    let is_failure = !D::is_unwind(cx, &error) && !D::is_cancelled(cx, &error);
    is_failure.then_some(error)
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
    if let Some(current) = scheduler.current {
        return current;
    }
    let id = scheduler.table.add(Entry::Task(Task::new(State::Running)));
    scheduler.alive += 1;
    scheduler.current = Some(id);
    scheduler.main.get_or_insert(id);
    id
}

/// Notes where a task is: the live chain says it, and the table only remembers.
fn arrive<D: SchedulerDomain>(scheduler: &mut Scheduler<D>, me: Id, tag: Option<Id>) {
    let table = &mut scheduler.table;
    let mut moved = false;
    let tag = tag.filter(|tag| match table.scope(*tag) {
        Some(scope) => {
            moved = scope.owner != me;
            scope.owner = me;
            true
        }
        None => false,
    });
    if let Some(task) = table.task(me) {
        let position = tag.or(task.home);
        // A program that was kept meanwhile may bring a scope back that was cancelled without it.
        let back = scheduler.untold > 0 && position != task.position;
        task.alarm |= moved || back;
        task.position = position;
    }
}

/// Does what a task asks for.
fn answer<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    op: Op<D>,
    me: Id,
    k: Continuation<D>,
) -> Handled<D> {
    let done = match op {
        Op::Park { external } => return wait(cx, me, k, Waiting::Parked { external }),
        Op::Wait(id) => return outcome::wait(cx, id, me, k),
        Op::Gather(ids) => return outcome::gather(cx, ids, me, k),
        Op::Race(ids) => return outcome::race(cx, ids, me, k),
        Op::Acquire(id) => return sync::acquire(cx, id, me, k),
        Op::Send(id, value) => return sync::send(cx, id, value, me, k),
        Op::Receive(id) => return sync::receive(cx, id, me, k),
        Op::Yield => return stand_aside(cx, me, k),
        Op::Sleep(time) => {
            let until = D::scheduler(cx).clock.now.saturating_add(time);
            return sleep(cx, me, k, until);
        }
        Op::SleepUntil(until) => return sleep(cx, me, k, until),
        Op::Scope(new) => return scope::open(cx, *new, me, k),
        Op::ScopeEnd(id, answer) => return scope::end(cx, id, Ending::Ended(answer), me, k),
        Op::ScopeUnwound(id, error) => return scope::end(cx, id, Ending::Unwound(error), me, k),
        Op::Spawn(new) => {
            let NewTask {
                boundaries,
                code,
                options,
            } = *new;
            let table = &mut D::scheduler(cx).table;
            if let Some(home) = options.home
                && table.scope(home).is_none()
            {
                return reply(cx, k, Err(Refusal::Unknown(home)));
            }
            let position = table.task(me).and_then(|task| task.position);
            let home = options.home.or(position);
            let id = host::spawn_in::<D>(cx, boundaries, code, options, home);
            let value = D::id_value(cx, id);
            return reply(cx, k, Ok(Ok(value)));
        }
        Op::Current => Ok(D::id_value(cx, me)),
        Op::Promise { external } => Ok(make::<D>(cx, promise(external))),
        Op::ExternalPromise => {
            let scheduler = D::scheduler(cx);
            let id = scheduler.table.add(promise(true));
            let completer = Completer::new(id, scheduler.mailbox());
            Ok(D::completer(cx, completer))
        }
        Op::Semaphore(permits) => Ok(make::<D>(
            cx,
            Entry::Semaphore(sync::Semaphore::new(permits, false)),
        )),
        Op::Lock => Ok(make::<D>(
            cx,
            Entry::Semaphore(sync::Semaphore::new(1, true)),
        )),
        Op::Event => Ok(make::<D>(cx, Entry::Event(sync::Event::default()))),
        Op::Channel(capacity) => Ok(make::<D>(cx, Entry::Channel(sync::Channel::new(capacity)))),
        Op::Release(id) => sync::release::<D>(cx, id, Some(me)).map(|()| D::unit(cx)),
        Op::Set(id) => sync::set::<D>(cx, id).map(|()| D::unit(cx)),
        Op::Clear(id) => sync::clear(D::scheduler(cx), id).map(|()| D::unit(cx)),
        Op::Close(id) => sync::close::<D>(cx, id).map(|()| D::unit(cx)),
        Op::Wake(id, answer) => host::wake::<D>(cx, id, answer).map(|()| D::unit(cx)),
        Op::Interrupt(id, answer) => {
            host::interrupt::<D>(cx, id, answer).map(|done| D::flag_value(cx, done))
        }
        Op::Settle(id, answer) => host::settle::<D>(cx, id, answer).map(|()| D::unit(cx)),
        Op::Forget(id) => host::forget::<D>(cx, id).map(|()| D::unit(cx)),
        Op::Cancel(id) => cancel::cancel::<D>(cx, id).map(|done| D::flag_value(cx, done)),
    };
    reply(cx, k, done.map(Ok))
}

fn make<D: SchedulerDomain>(cx: &mut D::Context<'_>, entry: table::Entry<D>) -> D::Value {
    let id = D::scheduler(cx).table.add(entry);
    D::id_value(cx, id)
}

fn promise<D: SchedulerDomain>(external: bool) -> Entry<D> {
    Entry::Promise(table::Promise {
        external,
        outcome: table::Outcome::default(),
    })
}

fn wait<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    me: Id,
    k: Continuation<D>,
    on: Waiting,
) -> Handled<D> {
    D::scheduler(cx).wait(me, k, on);
    go_on::<D>(cx)
}

fn sleep<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    me: Id,
    k: Continuation<D>,
    until: std::time::Duration,
) -> Handled<D> {
    if until <= D::scheduler(cx).clock.now {
        return stand_aside(cx, me, k);
    }
    wait(cx, me, k, Waiting::Until(until))
}

/// Puts the running task at the end of the ready queue.
fn stand_aside<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    me: Id,
    k: Continuation<D>,
) -> Handled<D> {
    let unit = D::unit(cx);
    let scheduler = D::scheduler(cx);
    if let Some(task) = scheduler.table.task(me) {
        task.state = State::Ready(k, Ok(unit), Gift::Nothing);
        let priority = task.priority;
        scheduler.ready.push(priority, me);
    }
    go_on::<D>(cx)
}

/// The running task goes on with this; unless whoever explores interleavings lets another run first.
///
/// In its callers, so that the answer is made where the machine finds it: one that was just written is slow to copy.
#[inline(always)]
pub(crate) fn reply<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    k: Continuation<D>,
    answer: Result<Answer<D>, Refusal>,
) -> Handled<D> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(refusal) => Err(D::refused(cx, refusal)),
    };
    if D::scheduler(cx).order.preempts() {
        return preempt(cx, k, answer);
    }
    Handled::Transfer(k, answer)
}

#[cold]
fn preempt<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    k: Continuation<D>,
    answer: Answer<D>,
) -> Handled<D> {
    let scheduler = D::scheduler(cx);
    if let Some(me) = scheduler.current
        && let Some(task) = scheduler.table.task(me)
        && scheduler.ready.has(task.priority)
    {
        let at = scheduler.order.choose(1 + scheduler.ready.highest());
        if at > 0
            && let Some(other) = scheduler.ready.pop_at(at - 1)
        {
            task.state = State::Ready(k, answer, Gift::Told);
            let priority = task.priority;
            scheduler.ready.push(priority, me);
            return run(drive::take_ready::<D>(cx, other));
        }
    }
    Handled::Transfer(k, answer)
}

/// The next task, or the host's turn.
pub(crate) fn go_on<D: SchedulerDomain>(cx: &mut D::Context<'_>) -> Handled<D> {
    D::scheduler(cx).current = None;
    if let Some(answer) = end::final_answer::<D>(cx) {
        return ended(answer);
    }
    match drive::next_ready::<D>(cx) {
        Some(next) => run(next),
        None => Handled::Suspend,
    }
}

fn run<D: SchedulerDomain>(next: Next<D>) -> Handled<D> {
    match next {
        Next::Resume(k, answer) => Handled::Transfer(k, answer),
        Next::Unwind(k, answer) => Handled::Unwind(k, answer),
    }
}
