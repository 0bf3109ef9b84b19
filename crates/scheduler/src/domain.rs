//! What a domain brings, and the reasons that it is told.

use std::fmt;

use machine::{Answer, Boundary, Domain, Machine};

use crate::{Completer, Deadlock, Id, Next, Request, Scheduler, ScopePrompt};

/// A domain whose context holds a scheduler.
pub trait SchedulerDomain: Domain {
    /// The table, lent from the context.
    fn scheduler<'s>(cx: &'s mut Self::Context<'_>) -> &'s mut Scheduler<Self>;

    /// Whether this effect is for the scheduler.
    fn is_request(cx: &mut Self::Context<'_>, effect: &Self::Effect) -> bool;

    /// What the effect asks for. Only called with effects that are requests.
    fn request(cx: &mut Self::Context<'_>, effect: Self::Effect) -> Request<Self>;

    /// The boundary that makes a program a task: a handler that is, or delegates to, [`crate::Prompt`].
    fn prompt(cx: &mut Self::Context<'_>) -> Boundary<Self>;

    /// The value that stands for an entry of the table.
    fn id_value(cx: &mut Self::Context<'_>, id: Id) -> Self::Value;

    /// A truth value: whether something was cancelled.
    fn flag_value(cx: &mut Self::Context<'_>, flag: bool) -> Self::Value;

    /// What gathering gives: the values in the order of the request.
    fn list_value(cx: &mut Self::Context<'_>, values: Vec<Self::Value>) -> Self::Value;

    /// One more of the same, for one more waiter.
    fn share(cx: &mut Self::Context<'_>, answer: &Answer<Self>) -> Answer<Self>;

    /// The error that a cancelled task finds where it waits.
    fn cancelled(cx: &mut Self::Context<'_>) -> Self::Error;

    /// The error that this task finds, when it itself is what was cancelled (`origin` is `None`) or a scope around it.
    /// A host that cancels a task for a reason of its own gives that reason here.
    fn cancelled_task(cx: &mut Self::Context<'_>, task: Id, origin: Option<Id>) -> Self::Error {
        let _ = (task, origin);
        Self::cancelled(cx)
    }

    /// Whether an error was made by [`SchedulerDomain::cancelled`]: a scope does not count those that it caused.
    fn is_cancelled(cx: &mut Self::Context<'_>, error: &Self::Error) -> bool;

    /// One error for these, in the order in which they occurred. There is at least one; the domain decides whether
    /// one alone is wrapped.
    fn group(cx: &mut Self::Context<'_>, of: Together, errors: Vec<Self::Error>) -> Self::Error;

    /// The error for a program that can never go on; `None` if the host knows better and the machine goes idle.
    fn deadlock(cx: &mut Self::Context<'_>, deadlock: &Deadlock) -> Option<Self::Error>;

    /// [`SchedulerDomain::deadlock`] was asked for an error, and `next` goes on now: a domain that shows where tasks wait
    /// looks at them here, as the machine stands still. Called by [`drive`](crate::drive).
    fn stuck(cx: &mut Self::Context<'_>, machine: &Machine<Self>, next: &Next<Self>) {
        let _ = (cx, machine, next);
    }

    /// The error for a request that makes no sense, raised where it was performed.
    fn refused(cx: &mut Self::Context<'_>, refusal: Refusal) -> Self::Error;

    /// The error of a scope whose deadline was reached.
    fn timed_out(cx: &mut Self::Context<'_>, scope: Id) -> Self::Error {
        Self::refused(cx, Refusal::TimedOut(scope))
    }

    /// Whether two errors are one and the same, so that it is raised once. It occurs when the body of a scope waits
    /// for a child that fails, and raises what it was told.
    fn same(cx: &mut Self::Context<'_>, one: &Self::Error, other: &Self::Error) -> bool {
        let _ = (cx, one, other);
        false
    }

    /// The value that stands for an external promise and the right to complete it. If the domain says nothing, it
    /// is the promise's id, and the host settles it by that.
    fn completer(cx: &mut Self::Context<'_>, completer: Completer<Self>) -> Self::Value {
        crate::request::by_id(cx, completer)
    }

    /// A task has failed, in no scope, and nobody will ever ask for its outcome: it was forgotten, or was detached, or
    /// the main task has ended. A domain that says nothing lets its error go.
    fn unheard(cx: &mut Self::Context<'_>, task: Id, error: &Self::Error) {
        let _ = (cx, task, error);
    }

    /// Whether this task may run now, on the thread, or in the task of another library, from which the machine is driven.
    /// If not, nothing runs and the host is told by an idle machine; the same task is next when it drives on.
    fn may_run(cx: &mut Self::Context<'_>, task: Id) -> bool {
        let _ = (cx, task);
        true
    }

    /// What becomes of the tasks that are left when the main task has ended.
    fn at_end(cx: &mut Self::Context<'_>) -> AtEnd {
        let _ = cx;
        AtEnd::Unwind
    }
}

/// A domain whose programs open scopes.
///
/// The key of an effect ([`Domain::key`]) must tell a request that has passed a scope from one that has not:
/// [`ScopePrompt`] accepts only those whose [`Request::scope`] is not set yet.
pub trait Scoped: SchedulerDomain {
    /// The boundary that makes a program a scope: a handler that is, or delegates to, this one.
    fn scope_prompt(cx: &mut Self::Context<'_>, prompt: ScopePrompt) -> Boundary<Self>;

    /// The request that an effect is, if it is one.
    fn as_request(effect: &Self::Effect) -> Option<&Request<Self>>;

    /// The same, to be changed.
    fn as_request_mut(effect: &mut Self::Effect) -> Option<&mut Request<Self>>;

    /// The effect that makes a request.
    fn effect(cx: &mut Self::Context<'_>, request: Request<Self>) -> Self::Effect;
}

/// What becomes of the tasks that are left when the main task has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtEnd {
    /// They are unwound, all at a time, and then the main task's answer is given. Their clean-up may perform
    /// effects, and sleep.
    Unwind,
    /// The main task's answer is given at once, and the host does with the others as it likes:
    /// [`take_all`](crate::take_all).
    Drop,
}

/// Whose errors are raised together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// Of a scope: its body and its children.
    Scope(Id),
    /// Of those that were gathered.
    Gather,
    /// Of a race: the winner, and what the losers raised when they were cancelled.
    Race,
    /// Of the tasks that were unwound when the main task had ended; the main task's is the first, if it has failed.
    End,
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such entry, or it is of another kind than the request is about.
    Unknown(Id),
    /// Only a parked task can be woken.
    NotParked(Id),
    /// Only a promise can be settled, and only once.
    NotPending(Id),
    /// Only what has finished, and is waited for by nobody, can be forgotten.
    NotFinished(Id),
    /// A race of nobody has no winner.
    NoRacer,
    /// All permits were given back already, or the lock is not the task's to release.
    NotHeld(Id),
    /// The task holds the lock already, and would wait for itself.
    HeldAlready(Id),
    /// The channel is closed.
    Closed(Id),
    /// The scope's deadline was reached.
    TimedOut(Id),
    /// Whoever had the right to complete the promise has gone without doing so.
    Abandoned(Id),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Unknown(id) => write!(f, "there is no task or promise `{id}`"),
            Refusal::NotParked(id) => write!(f, "task `{id}` is not parked"),
            Refusal::NotPending(id) => {
                write!(f, "`{id}` is not a promise that can still be settled")
            }
            Refusal::NotFinished(id) => write!(f, "`{id}` has not finished"),
            Refusal::NoRacer => f.write_str("a race of nobody has no winner"),
            Refusal::NotHeld(id) => write!(f, "`{id}` is not held, so that it cannot be released"),
            Refusal::HeldAlready(id) => {
                write!(
                    f,
                    "the task holds lock `{id}` already\nhelp: release it first; a lock is taken once"
                )
            }
            Refusal::Closed(id) => write!(f, "channel `{id}` is closed"),
            Refusal::TimedOut(id) => write!(f, "the deadline of scope `{id}` was reached"),
            Refusal::Abandoned(id) => {
                write!(f, "nobody is left who could complete promise `{id}`")
            }
        }
    }
}

impl std::error::Error for Refusal {}
