//! The words that code, handlers and hosts speak with the machine.

use crate::{Boundary, Continuation, Domain, Mirror};

/// How a computation ends, and what an effect is answered with.
pub type Answer<D> = Result<<D as Domain>::Value, <D as Domain>::Error>;

/// A number that decides which handlers accept an effect: see [`Domain::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub u64);

/// What a code is resumed with.
pub enum Input<D: Domain> {
    /// Begin; or go on after [`Step::Pause`].
    Start,
    /// What the last step asked for.
    Value(D::Value),
    /// What the last step asked for has failed, or somebody threw this in, or it is the unwinding.
    Error(D::Error),
}

impl<D: Domain> Input<D> {
    /// The end of a computation that would have got this: what it was given is what it gives.
    #[inline(always)]
    pub(crate) fn into_answer(self, cx: &mut D::Context<'_>) -> Answer<D> {
        match self {
            Input::Value(value) => Ok(value),
            Input::Error(error) => Err(error),
            Input::Start => Ok(D::unit(cx)),
        }
    }
}

impl<D: Domain> From<Answer<D>> for Input<D> {
    #[inline(always)]
    fn from(answer: Answer<D>) -> Self {
        match answer {
            Ok(value) => Input::Value(value),
            Err(error) => Input::Error(error),
        }
    }
}

/// What a code asks for when it cannot go on alone.
pub enum Step<D: Domain> {
    /// It has ended with a value.
    Return(D::Value),
    /// It has ended with an error.
    Raise(D::Error),
    /// An effect: the next input is its answer.
    Perform(D::Effect),
    /// Another code, in the same scope: the next input is what it ends with.
    Call(D::Code),
    /// Another code in place of this one.
    TailCall(D::Code),
    /// Another code under a boundary of its own: the next input is what it ends with.
    Install {
        /// The handler or observer to install.
        boundary: Boundary<D>,
        /// What runs under it.
        body: D::Code,
    },
    /// An operation on continuations.
    Control(Control<D>),
    /// Nothing, but out of its budget: the host may look, and drive on.
    Pause,
}

/// Which continuation a control operation is about.
pub enum Target<D: Domain> {
    /// The one in the slot of the activation that this code belongs to.
    Own,
    /// This one.
    Given(Continuation<D>),
}

impl<D: Domain> From<Continuation<D>> for Target<D> {
    fn from(k: Continuation<D>) -> Self {
        Target::Given(k)
    }
}

/// A question about the running chain or a continuation, asked by the innermost code.
///
/// It sees the machine and cannot change it.
pub type Reflect<D> =
    Box<dyn for<'v, 'r, 'c> FnOnce(Mirror<'v, D>, &'r mut <D as Domain>::Context<'c>) -> Answer<D>>;

/// The operations on continuations.
///
/// In an activation's own segment, the transfers cut the whole activation: the handler's code and every
/// program that it called are gone before the continuation runs. Elsewhere they replace the code that asked.
pub enum Control<D: Domain> {
    /// Attach it on top of this code and deliver: the next input is what the continuation's last prompt returns.
    Resume(Target<D>, Answer<D>),
    /// The same in tail position.
    Transfer(Target<D>, Answer<D>),
    /// Attach it, and run a program at the place where it waits; the program's end is delivered there.
    ResumeWith(Target<D>, D::Code),
    /// The same in tail position.
    TransferWith(Target<D>, D::Code),
    /// This handler had not matched: the search goes on outside, and the activation is gone.
    Pass(D::Effect),
    /// Perform the handled effect outside; the next input is its answer. Observers have seen it already.
    Delegate(D::Effect),
    /// End it by throwing the unwinding error in; the next input is the unit value, or the error that a
    /// clean-up raised.
    Unwind(Target<D>),
    /// Look at the chain: the next input is what the closure gives.
    Reflect(Reflect<D>),
}

/// What a handler decides. All of it happens at the place outside the handler's prompt.
pub enum Handled<D: Domain> {
    /// Run this code as the activation of the handler, with the continuation in the slot.
    Run {
        /// The handler's code.
        code: D::Code,
        /// Owns the continuation until the code takes it.
        slot: D::Slot,
    },
    /// Go on with a continuation, this effect's or another.
    Transfer(Continuation<D>, Answer<D>),
    /// Go on with a continuation by running a program where it waits.
    TransferWith(Continuation<D>, D::Code),
    /// Go on with a continuation by resuming another one, `inner`, where the first waits: what `inner` ends with
    /// is delivered there. With an unstarted `inner` this runs a program under boundaries of its own at the place
    /// of a performer.
    Nest(Box<Nest<D>>),
    /// Perform an effect, at the place outside the prompt: its answer is the handled program's answer.
    Perform(D::Effect),
    /// The handled program's answer.
    Return(D::Value),
    /// The handled program fails with this, where the handler is installed. To raise at the performer,
    /// transfer the error.
    Raise(D::Error),
    /// Unwind this continuation, then give the answer of the handled program.
    Unwind(Continuation<D>, Answer<D>),
    /// Not mine: the search goes on outside.
    Pass(D::Effect, Continuation<D>),
    /// The continuation is kept elsewhere and nothing is to be run now: the machine goes idle.
    Suspend,
}

/// What [`Handled::Nest`] attaches where.
pub struct Nest<D: Domain> {
    /// Attached at the place outside the prompt.
    pub k: Continuation<D>,
    /// Attached on top of `k`.
    pub inner: Continuation<D>,
    /// What `inner` is resumed with.
    pub answer: Answer<D>,
}

/// What an observer makes of an effect.
pub enum Observed<D: Domain> {
    /// It goes on as it is.
    Continue,
    /// It goes on as this one; observers further out see this one.
    Replace(D::Effect),
    /// It is not dispatched: this is raised at the performer.
    Raise(D::Error),
}

/// What becomes of an effect that no handler accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unhandled {
    /// The machine suspends to its host with it: [`Outcome::Parked`].
    Park,
    /// [`MachineError::Unhandled`](crate::MachineError::Unhandled) is raised at the performer.
    Raise,
}

/// Why a continuation is taken from its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// The activation's code uses it.
    Used,
    /// The activation has raised: the error will be thrown into it.
    Raised,
    /// The activation has ended without using it: it will be unwound.
    Returned,
    /// The activation was itself unwound: it will be unwound too.
    Unwound,
}

/// Why the machine came back to its host.
pub enum Outcome<D: Domain> {
    /// The outermost computation has ended.
    Done(Answer<D>),
    /// An effect that nobody inside answers. Resume `k` with the answer, now or later.
    Parked {
        /// What was performed.
        effect: D::Effect,
        /// The whole program.
        k: Continuation<D>,
    },
    /// Nothing to run: somebody keeps the continuations that could go on.
    Idle,
    /// Out of fuel, or a code paused: run again to go on.
    Paused,
}

impl<D: Domain> Outcome<D> {
    /// The word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Done(Ok(_)) => "done",
            Outcome::Done(Err(_)) => "failed",
            Outcome::Parked { .. } => "parked",
            Outcome::Idle => "idle",
            Outcome::Paused => "paused",
        }
    }
}
