//! A task: where it stands, what it waits for, where it belongs.

use std::time::Duration;

use machine::{Answer, Continuation, Domain};

use crate::Id;
use crate::table::Outcome;
use crate::waiters::Ticket;

/// What a task waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// To be woken; from outside, if it is external.
    Parked {
        /// Whether the wake may come from outside.
        external: bool,
    },
    /// The outcome of this task or promise.
    One(Id),
    /// The outcomes of all of these.
    All {
        /// In the order of the answer; one may be there twice.
        ids: Vec<Id>,
        /// How many of them, each counted once, have no outcome yet.
        left: usize,
        /// Whether the gather is a scope of its own: one failure cancels the others.
        own: bool,
    },
    /// The first outcome of one of these.
    First(Vec<Id>),
    /// The ends of these, that were cancelled because a gather failed, a race was won, or either was cancelled.
    Ends {
        /// Those that had not ended then.
        ids: Vec<Id>,
        /// How many of them have not ended yet.
        left: usize,
    },
    /// A permit of this semaphore, or this lock.
    Permit(Id),
    /// That this event is set.
    Event(Id),
    /// Room in this channel, or a receiver.
    Room(Id),
    /// A message of this channel.
    Message(Id),
    /// This time.
    Until(Duration),
    /// The ends of all children of this scope.
    Children(Id),
}

impl Waiting {
    /// The tasks and promises whose outcome is awaited.
    pub fn ids(&self) -> &[Id] {
        match self {
            Waiting::One(id) => std::slice::from_ref(id),
            Waiting::All { ids, .. } | Waiting::First(ids) | Waiting::Ends { ids, .. } => ids,
            _ => &[],
        }
    }
}

/// What a ready task was handed, and must not lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gift {
    /// Nothing: it only let others run first.
    Nothing,
    /// It has not begun.
    Begin,
    /// An outcome, a wake-up, an answer.
    Told,
    /// A permit of this semaphore.
    Permit(Id),
    /// A message of this channel.
    Message(Id),
    /// The cancellation of the task, or of this scope.
    Cancel(Option<Id>),
    /// It is to be unwound, and is given no answer.
    Unwind,
}

/// Where a task stands.
pub(crate) enum State<D: Domain> {
    /// In the ready queue, with what it will be resumed with.
    Ready(Continuation<D>, Answer<D>, Gift),
    /// It runs now: the machine has its continuation.
    Running,
    /// It waits, with this ticket in every queue that it stands in.
    Waiting(Continuation<D>, Waiting, Ticket),
    /// It has ended: its entry has the outcome.
    Ended,
}

/// What is known of a task besides what it does.
pub struct Label<D: Domain> {
    /// What to call it in reports.
    pub name: Option<Box<str>>,
    /// Where it was spawned, as the domain says that.
    pub site: Option<D::Value>,
}

/// Why a gather or a race waits for the ends of what it has cancelled.
pub(crate) enum Verdict<D: Domain> {
    /// One of these has failed.
    Failed(Vec<Id>),
    /// The race was won with this.
    Won(Answer<D>),
    /// The waiter was cancelled: itself, or this scope around it.
    Cancelled(Option<Id>),
}

pub(crate) struct Task<D: Domain> {
    pub(crate) state: State<D>,
    pub(crate) outcome: Outcome<D>,
    /// The scope that it belongs to: it does not end before this task has.
    pub(crate) home: Option<Id>,
    /// The innermost scope around its last request, or its home.
    pub(crate) position: Option<Id>,
    pub(crate) priority: i32,
    pub(crate) daemon: bool,
    /// Its entry is removed when it ends.
    pub(crate) detached: bool,
    /// It was cancelled, and has not been told.
    pub(crate) asked: bool,
    /// There may be something that it has not been told: of itself, or of a scope around its position.
    pub(crate) alarm: bool,
    /// It is to be unwound as soon as the tasks of the scope that it waits for have ended.
    pub(crate) doomed: bool,
    pub(crate) verdict: Option<Box<Verdict<D>>>,
    pub(crate) label: Option<Box<Label<D>>>,
}

impl<D: Domain> Task<D> {
    pub(crate) fn new(state: State<D>) -> Self {
        Task {
            state,
            outcome: Outcome::default(),
            home: None,
            position: None,
            priority: 0,
            daemon: false,
            detached: false,
            asked: false,
            alarm: false,
            doomed: false,
            verdict: None,
            label: None,
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }
}
