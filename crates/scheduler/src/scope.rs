//! Scopes: a program that ends only when all tasks that were spawned in it have ended.

use std::collections::BTreeSet;

use machine::{Answer, Continuation, Domain, Handled, Nest};

use crate::clock::{Due, TimerKey};
use crate::prompt::{go_on, reply};
use crate::request::NewScope;
use crate::scheduler::Job;
use crate::table::{Entry, Id};
use crate::task::{Gift, State, Waiting};
use crate::{Scheduler, SchedulerDomain, Together};

/// How far the program of a scope is.
pub(crate) enum Body<D: Domain> {
    Running,
    /// It gave this; if it failed, the error is among the scope's.
    Ended(Option<D::Value>),
    Unwound,
}

pub(crate) struct Scope<D: Domain> {
    /// The scope in which it was opened.
    pub(crate) parent: Option<Id>,
    /// The task that was last seen in it.
    pub(crate) owner: Id,
    pub(crate) shield: bool,
    pub(crate) name: Option<Box<str>>,
    pub(crate) children: BTreeSet<Id>,
    /// How many of the children are no daemons.
    pub(crate) waited: usize,
    /// The scopes that were opened in it, by its program and by its children.
    pub(crate) scopes: BTreeSet<Id>,
    pub(crate) cancelled: bool,
    /// Its program has still to be told that it is cancelled.
    pub(crate) untold: bool,
    /// Its program was told of a cancellation that came from outside of the scope.
    pub(crate) foreign: bool,
    pub(crate) timed_out: bool,
    pub(crate) timer: Option<TimerKey>,
    pub(crate) body: Body<D>,
    pub(crate) errors: Vec<D::Error>,
}

/// Opens a scope: its program runs at the performer's place.
pub(crate) fn open<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    new: NewScope<D>,
    me: Id,
    k: Continuation<D>,
) -> Handled<D> {
    let NewScope {
        options,
        prompt,
        code,
    } = new;
    let scheduler = D::scheduler(cx);
    let parent = scheduler.table.task(me).and_then(|task| task.position);
    let relative = options
        .timeout
        .map(|timeout| scheduler.clock.now.saturating_add(timeout));
    let deadline = [options.deadline, relative].into_iter().flatten().min();
    let timer = deadline.map(|time| (time, scheduler.ticket()));
    let id = scheduler.table.add(Entry::Scope(Scope {
        parent,
        owner: me,
        shield: options.shield,
        name: options.name,
        children: BTreeSet::new(),
        waited: 0,
        scopes: BTreeSet::new(),
        cancelled: false,
        untold: false,
        foreign: false,
        timed_out: false,
        timer,
        body: Body::Running,
        errors: Vec::new(),
    }));
    if let Some(parent) = parent.and_then(|parent| scheduler.table.scope(parent)) {
        parent.scopes.insert(id);
    }
    if let Some(timer) = timer {
        scheduler.clock.set(timer, Due::Scope(id));
    }
    if let Some(task) = scheduler.table.task(me) {
        task.position = Some(id);
    }
    let boundary = prompt(cx, id);
    let answer = Ok(D::unit(cx));
    Handled::Nest(Box::new(Nest {
        k,
        inner: Continuation::new([boundary], code),
        answer,
    }))
}

/// How the program of a scope came to its end.
pub(crate) enum Ending<D: Domain> {
    Ended(Answer<D>),
    /// With what a clean-up has raised.
    Unwound(Option<D::Error>),
}

/// The program of a scope has ended: its task waits for the children.
pub(crate) fn end<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    ending: Ending<D>,
    me: Id,
    k: Continuation<D>,
) -> Handled<D> {
    let Some(scope) = D::scheduler(cx).table.scope(id) else {
        // The scope around it has ended before, while this program was kept elsewhere.
        let answer = match ending {
            Ending::Ended(answer) => answer,
            Ending::Unwound(Some(error)) => Err(error),
            Ending::Unwound(None) => Err(D::unwind_error(cx)),
        };
        return reply(cx, k, Ok(answer));
    };
    scope.owner = me;
    let untold = std::mem::take(&mut scope.untold);
    let counts = !scope.cancelled || scope.foreign;
    D::scheduler(cx).untold -= usize::from(untold);
    let (body, failed) = match ending {
        Ending::Unwound(error) => {
            if let Some(error) = error {
                add_error::<D>(cx, id, error);
            }
            (Body::Unwound, true)
        }
        Ending::Ended(Ok(value)) => (Body::Ended(Some(value)), false),
        Ending::Ended(Err(error)) => {
            if counts || !D::is_cancelled(cx, &error) {
                add_error::<D>(cx, id, error);
            }
            (Body::Ended(None), true)
        }
    };
    let scheduler = D::scheduler(cx);
    let Some(scope) = scheduler.table.scope(id) else {
        unreachable!("it was there before its error was added");
    };
    scope.body = body;
    // Scopes of this task that are open still, though the program around them has ended: somebody keeps theirs. Those
    // of other tasks may be of children, and are looked at when these have ended.
    let inner: Vec<Id> = scope.scopes.iter().copied().collect();
    for orphan in inner {
        if scheduler
            .table
            .scope(orphan)
            .is_some_and(|scope| scope.owner == me)
        {
            adopt(scheduler, orphan, id);
        }
    }
    if let Some(task) = scheduler.table.task(me) {
        // The wait is part of the scope: what comes from outside finds the task in it.
        task.position = Some(id);
        task.state = State::Waiting(k, Waiting::Children(id), 0);
    }
    if failed {
        scheduler.jobs.push(Job::Scope(id));
    }
    crate::cancel::run_jobs::<D>(cx);
    if D::scheduler(cx).table.contains(id) {
        close_if_empty::<D>(cx, id);
        crate::cancel::run_jobs::<D>(cx);
    }
    go_on::<D>(cx)
}

/// Lets a scope's children belong to the one around it, where they are cancelled.
fn adopt<D: Domain>(scheduler: &mut Scheduler<D>, orphan: Id, by: Id) {
    let mut orphans = vec![orphan];
    while let Some(orphan) = orphans.pop() {
        let Some(Entry::Scope(scope)) = scheduler.table.remove(orphan) else {
            continue;
        };
        if let Some(timer) = scope.timer {
            scheduler.clock.remove(timer);
        }
        scheduler.untold -= usize::from(scope.untold);
        orphans.extend(scope.scopes);
        for child in scope.children {
            let Some(task) = scheduler.table.task(child) else {
                continue;
            };
            task.home = Some(by);
            let waited = usize::from(!task.daemon);
            if let Some(scope) = scheduler.table.scope(by) {
                scope.children.insert(child);
                scope.waited += waited;
            }
            scheduler.jobs.push(Job::Task(child));
        }
    }
}

/// Adds to the errors that a scope raises at its end, unless it is there already.
pub(crate) fn add_error<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id, error: D::Error) {
    let Some(scope) = D::scheduler(cx).table.scope(id) else {
        return;
    };
    let mut errors = std::mem::take(&mut scope.errors);
    let mut is_new = true;
    for known in &errors {
        is_new = is_new && !D::same(cx, known, &error);
    }
    if is_new {
        errors.push(error);
    }
    if let Some(scope) = D::scheduler(cx).table.scope(id) {
        scope.errors = errors;
    }
}

/// A child has ended; `failure` is its error, if that is one which counts.
pub(crate) fn child_ended<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    child: Id,
    daemon: bool,
    failure: Option<D::Error>,
) {
    let scheduler = D::scheduler(cx);
    let Some(scope) = scheduler.table.scope(id) else {
        return;
    };
    scope.children.remove(&child);
    scope.waited -= usize::from(!daemon);
    if let Some(failure) = failure {
        add_error::<D>(cx, id, failure);
        D::scheduler(cx).jobs.push(Job::Scope(id));
    }
    close_if_empty::<D>(cx, id);
}

/// Ends a scope that waits for nobody any more: daemons are cancelled, and when they have ended too, its task goes on.
pub(crate) fn close_if_empty<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id) {
    let scheduler = D::scheduler(cx);
    let Some(scope) = scheduler.table.scope(id) else {
        return;
    };
    if matches!(scope.body, Body::Running) || scope.waited > 0 {
        return;
    }
    if scope.children.is_empty() && !scope.scopes.is_empty() {
        for orphan in std::mem::take(&mut scope.scopes) {
            adopt(scheduler, orphan, id);
        }
    }
    let Some(scope) = scheduler.table.scope(id) else {
        return;
    };
    if scope.waited > 0 {
        return;
    }
    if !scope.children.is_empty() {
        // Once: a daemon that goes on regardless is waited for.
        if !std::mem::replace(&mut scope.cancelled, true) {
            let daemons = scope.children.iter().rev().copied();
            scheduler.jobs.extend(daemons.map(Job::Task));
        }
        return;
    }
    let Some(Entry::Scope(scope)) = scheduler.table.remove(id) else {
        return;
    };
    if let Some(timer) = scope.timer {
        scheduler.clock.remove(timer);
    }
    if let Some(parent) = scope
        .parent
        .and_then(|parent| scheduler.table.scope(parent))
    {
        parent.scopes.remove(&id);
    }
    let owner = scope.owner;
    let waits = matches!(scheduler.waiting(owner), Some(Waiting::Children(at)) if *at == id);
    if !waits {
        return;
    }
    if let Some(task) = scheduler.table.task(owner) {
        task.position = scope.parent;
        if std::mem::take(&mut task.doomed) {
            let answer = result::<D>(cx, id, None, false, scope.errors);
            crate::end::unwind_after_scope::<D>(cx, owner, answer);
            return;
        }
    }
    let answer = match scope.body {
        Body::Unwound => match result::<D>(cx, id, None, false, scope.errors) {
            Ok(_) => Err(D::unwind_error(cx)),
            failed => failed,
        },
        Body::Ended(value) => result::<D>(cx, id, value, scope.timed_out, scope.errors),
        Body::Running => unreachable!("checked above"),
    };
    D::scheduler(cx).make_ready(owner, answer, Gift::Told);
}

/// What a scope gives: all errors together, or else the value of its program.
fn result<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    value: Option<D::Value>,
    timed_out: bool,
    errors: Vec<D::Error>,
) -> Answer<D> {
    let mut real = Vec::with_capacity(errors.len());
    let mut cancelled = None;
    for error in errors {
        if D::is_cancelled(cx, &error) {
            cancelled.get_or_insert(error);
        } else {
            real.push(error);
        }
    }
    match (real.is_empty(), cancelled) {
        // It is cancelled from outside, and has nothing else to say.
        (true, Some(cancelled)) => Err(cancelled),
        (true, None) if timed_out => Err(D::timed_out(cx, id)),
        (true, None) => Ok(match value {
            Some(value) => value,
            None => D::unit(cx),
        }),
        (false, _) => {
            if timed_out {
                let late = D::timed_out(cx, id);
                real.insert(0, late);
            }
            Err(D::group(cx, Together::Scope(id), real))
        }
    }
}
