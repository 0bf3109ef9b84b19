//! What a domain brings, and the words it asks in.

use std::fmt;

use machine::{Answer, Boundary, Domain};

use crate::{Id, Scheduler, Waiting};

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

    /// The value that stands for a task or promise.
    fn id_value(cx: &mut Self::Context<'_>, id: Id) -> Self::Value;

    /// A truth value: whether something was cancelled.
    fn flag_value(cx: &mut Self::Context<'_>, flag: bool) -> Self::Value;

    /// What gathering gives: the values in the order of the request.
    fn list_value(cx: &mut Self::Context<'_>, values: Vec<Self::Value>) -> Self::Value;

    /// One more of the same, for one more waiter.
    fn share(cx: &mut Self::Context<'_>, answer: &Answer<Self>) -> Answer<Self>;

    /// The error that a cancelled task finds where it waits.
    fn cancelled(cx: &mut Self::Context<'_>) -> Self::Error;

    /// The error for a program that can never go on; `None` if the host knows better and the machine goes idle.
    fn deadlock(cx: &mut Self::Context<'_>, blocked: &[Blocked]) -> Option<Self::Error>;

    /// The error for a request that makes no sense, raised where it was performed.
    fn refused(cx: &mut Self::Context<'_>, refusal: Refusal) -> Self::Error;
}

/// What a task asks of the scheduler.
pub enum Request<D: Domain> {
    /// Run a program as a task, under these boundaries, innermost first. Answered with its id, at once.
    Spawn(Vec<Boundary<D>>, D::Code),
    /// Which task is this? Answered with its id.
    Current,
    /// Let the others run first.
    Yield,
    /// Wait until somebody wakes this task. An external wait is one that the host may end, so that it is no deadlock.
    Park {
        /// Whether the wake may come from outside.
        external: bool,
    },
    /// Let a parked task go on with this.
    Wake(Id, Answer<D>),
    /// End a task's external wait from inside. Answered with whether the task was in one. The host may still have
    /// an answer for that wait: it must not give it to another wait of the same task.
    Interrupt(Id, Answer<D>),
    /// Make a promise. Answered with its id.
    Promise {
        /// Whether the host will settle it.
        external: bool,
    },
    /// Settle a promise.
    Settle(Id, Answer<D>),
    /// Wait for the outcome of a task or promise.
    Wait(Id),
    /// Wait for the values of all of these, or for the first error of one.
    Gather(Vec<Id>),
    /// Throw the cancellation in, where the task waits. Answered with whether there was something to cancel.
    Cancel(Id),
    /// Remove a finished task or a settled promise from the table.
    Forget(Id),
}

/// A task that waits, for the report of a deadlock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The task.
    pub task: Id,
    /// What it waits for.
    pub on: Waiting,
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such task or promise.
    Unknown(Id),
    /// Only a parked task can be woken.
    NotParked(Id),
    /// Only a promise can be settled, and only once.
    NotPending(Id),
    /// Only what has finished, and is waited for by nobody, can be forgotten.
    NotFinished(Id),
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
        }
    }
}

impl std::error::Error for Refusal {}
