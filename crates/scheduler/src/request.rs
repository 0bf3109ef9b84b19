//! The words that programs ask in.

use std::time::Duration;

use machine::{Answer, Boundary, Domain};

use crate::{Completer, Id, Label, Scoped};

/// What a task asks of the scheduler, and from which scope.
pub struct Request<D: Domain> {
    /// What it asks for.
    pub op: Op<D>,
    /// The innermost scope around the performer: set by that scope's prompt as the request passes it.
    pub scope: Option<Id>,
}

impl<D: Domain> From<Op<D>> for Request<D> {
    fn from(op: Op<D>) -> Self {
        Request { op, scope: None }
    }
}

/// What a task asks for.
///
/// Wherever it is said that a task waits: it can be cancelled there. See [the rules](crate#cancelling) for the rest.
pub enum Op<D: Domain> {
    /// Run a program as a task. Answered with its id, at once. Made by [`Op::spawn`] and [`Op::spawn_with`].
    Spawn(Box<NewTask<D>>),
    /// Which task is this? Answered with its id.
    Current,
    /// Let the others run first.
    Yield,
    /// Wait until somebody wakes this task.
    Park {
        /// Whether the wake may come from outside, so that the wait is no deadlock.
        external: bool,
    },
    /// Let a parked task go on with this.
    Wake(Id, Answer<D>),
    /// End a task's external wait from inside. Answered with whether the task was in one. The host may still have
    /// an answer for that wait: it must not give it to another wait of the same task.
    Interrupt(Id, Answer<D>),
    /// Make a promise. Answered with its id.
    Promise {
        /// Whether the host will settle it, by its id.
        external: bool,
    },
    /// Make a promise that is completed from any thread. Answered with what the domain makes of the [`Completer`].
    ExternalPromise,
    /// Settle a promise.
    Settle(Id, Answer<D>),
    /// Wait for the outcome of a task or promise, or until an event is set.
    Wait(Id),
    /// Wait for the values of all of these, in this order; or for the failure of one.
    ///
    /// Outside of every scope a gather is one of its own: when one fails, or the waiter is cancelled, the other
    /// tasks among these are cancelled, all are waited for, and all errors are raised together. In a scope the
    /// first error is told at once: the scope does the rest.
    Gather(Vec<Id>),
    /// Wait for the first outcome of one of these, which is the answer. The tasks that have lost are cancelled and
    /// waited for; if one of them fails on its way out, that is raised.
    Race(Vec<Id>),
    /// Cancel a task, a promise or a scope. Answered with whether there was something to cancel.
    Cancel(Id),
    /// Remove a finished task, a settled promise, or a semaphore, event or channel that nobody waits at.
    Forget(Id),
    /// Wait for this long.
    Sleep(Duration),
    /// Wait until this time since the start.
    SleepUntil(Duration),
    /// Make a semaphore with so many permits. Answered with its id.
    Semaphore(u64),
    /// Make a lock: a semaphore with one permit that only its holder gives back. Answered with its id.
    Lock,
    /// Take a permit of a semaphore, or a lock; wait if there is none. First come, first served.
    Acquire(Id),
    /// Give a permit, or a lock, back: whoever has waited longest has it then.
    Release(Id),
    /// Make an event, which is not set. Answered with its id.
    Event,
    /// Set an event: all who wait for it go on.
    Set(Id),
    /// Clear an event.
    Clear(Id),
    /// Make a channel that holds so many messages; of 0, a sender waits until its message is received.
    Channel(usize),
    /// Put a message in a channel; wait while it is full.
    Send(Id, D::Value),
    /// Take the oldest message out of a channel; wait while there is none. Refused when it is empty and closed.
    Receive(Id),
    /// Close a channel: what it holds can be received, and nothing more is sent. Those who wait to send are refused.
    Close(Id),
    /// Run a program in a scope of its own, under the performer's handlers. Answered with what the program gives,
    /// when all tasks that were spawned in it have ended. Made by [`Op::scope`].
    Scope(Box<NewScope<D>>),
    /// The program of this scope has ended so. Only a [`ScopePrompt`](crate::ScopePrompt) performs it.
    ScopeEnd(Id, Answer<D>),
    /// The program of this scope was unwound, and a clean-up in it has raised this. Only a [`ScopePrompt`](crate::ScopePrompt) performs it.
    ScopeUnwound(Id, Option<D::Error>),
}

/// A task that is asked for. A box holds it, so that all other requests are a few words.
pub struct NewTask<D: Domain> {
    /// The performer's handlers and observers, so that the child sees them, innermost first: see [`crate::inherit`].
    pub boundaries: Vec<Boundary<D>>,
    /// The program.
    pub code: D::Code,
    /// How it runs.
    pub options: TaskOptions<D>,
}

/// A scope that is asked for.
pub struct NewScope<D: Domain> {
    /// How it ends.
    pub options: ScopeOptions,
    /// Makes the boundary that holds a [`ScopePrompt`](crate::ScopePrompt).
    pub prompt: MakePrompt<D>,
    /// The program.
    pub code: D::Code,
}

/// Makes the boundary of a scope.
pub type MakePrompt<D> = fn(&mut <D as Domain>::Context<'_>, Id) -> Boundary<D>;

impl<D: Domain> Op<D> {
    /// A task with no options, under these boundaries, innermost first.
    pub fn spawn(boundaries: Vec<Boundary<D>>, code: D::Code) -> Self {
        Op::spawn_with(boundaries, code, TaskOptions::default())
    }

    /// A task, under these boundaries, innermost first.
    pub fn spawn_with(
        boundaries: Vec<Boundary<D>>,
        code: D::Code,
        options: TaskOptions<D>,
    ) -> Self {
        Op::Spawn(Box::new(NewTask {
            boundaries,
            code,
            options,
        }))
    }

    /// A program in a scope of its own.
    pub fn scope(options: ScopeOptions, code: D::Code) -> Self
    where
        D: Scoped,
    {
        Op::Scope(Box::new(NewScope {
            options,
            prompt: |cx, id| D::scope_prompt(cx, crate::ScopePrompt(id)),
            code,
        }))
    }

    /// Whether a cancelled task is told of it here. Not where something is given back or only asked: a clean-up
    /// that releases what it holds must not be kept from that.
    pub(crate) fn tells_cancel(&self) -> bool {
        !matches!(
            self,
            Op::Current
                | Op::Wake(..)
                | Op::Interrupt(..)
                | Op::Settle(..)
                | Op::Cancel(_)
                | Op::Forget(_)
                | Op::Release(_)
                | Op::Set(_)
                | Op::Clear(_)
                | Op::Close(_)
                | Op::ScopeEnd(..)
                | Op::ScopeUnwound(..)
        )
    }
}

/// How a task runs.
pub struct TaskOptions<D: Domain> {
    /// Tasks of a higher priority run first; the usual one is 0. Of equal ones, first come, first served.
    pub priority: i32,
    /// Whether its scope ends without waiting for it: it is cancelled then.
    pub daemon: bool,
    /// Whether nobody will ask for its outcome: its entry is removed as soon as it has ended.
    pub detached: bool,
    /// The scope that it belongs to, if that is not the innermost one around the performer.
    pub home: Option<Id>,
    /// What to call it, and where it was spawned.
    pub label: Option<Label<D>>,
}

impl<D: Domain> Default for TaskOptions<D> {
    fn default() -> Self {
        TaskOptions {
            priority: 0,
            daemon: false,
            detached: false,
            home: None,
            label: None,
        }
    }
}

/// How a scope ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeOptions {
    /// The time since the start at which it is cancelled.
    pub deadline: Option<Duration>,
    /// How long it may take: a deadline that counts from now.
    pub timeout: Option<Duration>,
    /// Whether a cancellation from outside of it waits until the task has left it.
    pub shield: bool,
    /// What to call it in reports.
    pub name: Option<Box<str>>,
}

/// What a domain makes of an external promise, if it says nothing else: see [`crate::SchedulerDomain::completer`].
pub(crate) fn by_id<D: crate::SchedulerDomain>(
    cx: &mut D::Context<'_>,
    completer: Completer<D>,
) -> D::Value {
    D::id_value(cx, completer.into_id())
}
