//! What a language brings to the machine: its values, its code, its handlers.

use crate::{
    Answer, Continuation, Handled, Input, Key, MachineError, Observed, Step, Taking, Unhandled,
    View,
};

/// A language that runs on the machine.
///
/// The machine never looks into a value, an error or an effect: it moves them. Everything it must
/// know of them is asked here.
pub trait Domain: Sized + 'static {
    /// What programs return and what effects are answered with.
    type Value;
    /// What programs raise.
    type Error;
    /// What programs perform.
    type Effect;
    /// A resumable computation: an enum or a boxed trait object, as the domain likes.
    type Code: Code<Self>;
    /// What is installed at a prompt.
    type Handler: Handler<Self>;
    /// What is installed to see effects pass; [`std::convert::Infallible`] if the domain has none.
    type Observer: Observer<Self>;
    /// Where an activation keeps its continuation. `Option<Continuation<Self>>` if nobody shares it.
    type Slot: Slot<Self>;
    /// What is lent to every step: an interpreter's heap, a token of a runtime, `()`.
    type Context<'c>;

    /// What decides which handlers accept an effect: a number for its type, its name, its operation.
    ///
    /// Where a handler was found for a key is remembered, so that the next effect with the same key finds it
    /// however many handlers are between. `None` if no such number is to be had: the handlers are then asked one
    /// by one, each time. A key must mean the same for as long as the machine lives.
    fn key(cx: &mut Self::Context<'_>, effect: &Self::Effect) -> Option<Key>;

    /// The value that says nothing: what [`Control::Unwind`](crate::Control::Unwind) answers.
    fn unit(cx: &mut Self::Context<'_>) -> Self::Value;

    /// Makes the error that is raised at the code that made a mistake, or performed an effect that
    /// nobody handles. `view` shows the chain from that code outward, `effect` is what it performed.
    fn machine_error(
        cx: &mut Self::Context<'_>,
        error: MachineError,
        effect: Option<Self::Effect>,
        view: View<'_, Self>,
    ) -> Self::Error;

    /// Makes the error that unwinds a continuation: no code may swallow it.
    fn unwind_error(cx: &mut Self::Context<'_>) -> Self::Error;

    /// Whether this error was made by [`Domain::unwind_error`].
    fn is_unwind(cx: &mut Self::Context<'_>, error: &Self::Error) -> bool;

    /// What becomes of an effect that no handler accepted.
    fn on_unhandled(cx: &mut Self::Context<'_>, effect: &Self::Effect) -> Unhandled;
}

/// A resumable computation.
pub trait Code<D: Domain> {
    /// Runs until the next thing that this code cannot do alone.
    ///
    /// The first input is [`Input::Start`]. Code that was never started is never given an error: the
    /// machine drops it and raises the error at whoever waits for it.
    fn resume(&mut self, cx: &mut D::Context<'_>, input: Input<D>) -> Step<D>;
}

/// What answers effects. One per installation; make it cheap to clone if reflection shall copy it.
pub trait Handler<D: Domain> {
    /// Whether this handler is for effects like this one. Asked of each prompt outward until one says yes.
    ///
    /// If the effect has a [`Domain::key`], nothing but the key may decide: the handler is not asked again about
    /// the same key. What depends on the effect's value is asked by [`Handler::declines`].
    fn accepts(&self, cx: &mut D::Context<'_>, effect: &D::Effect) -> bool;

    /// Whether this handler, although it accepts effects like this one, leaves this very one to those outside.
    /// Asked each time, before anything is captured.
    fn declines(&self, cx: &mut D::Context<'_>, effect: &D::Effect) -> bool {
        let _ = (cx, effect);
        false
    }

    /// Answers at once, in tail position, without a capture; `None` if it takes [`Handler::handle`].
    fn answer(&self, cx: &mut D::Context<'_>, effect: &D::Effect) -> Option<Answer<D>> {
        let _ = (cx, effect);
        None
    }

    /// Decides about an effect. `k` is the rest of the program up to and including this handler's
    /// prompt; what is returned happens outside the prompt, so the handler does not handle its own effects.
    fn handle(&self, cx: &mut D::Context<'_>, effect: D::Effect, k: Continuation<D>) -> Handled<D>;

    /// The handled program has ended: what is its answer? Not asked when the program was unwound.
    fn finish(&self, cx: &mut D::Context<'_>, answer: Answer<D>) -> Handled<D> {
        let _ = cx;
        match answer {
            Ok(value) => Handled::Return(value),
            Err(error) => Handled::Raise(error),
        }
    }

    /// The handled program was unwound. `error` is the unwinding, or what a clean-up raised; what is returned comes
    /// in its place, outside the prompt.
    fn unwound(&self, cx: &mut D::Context<'_>, error: D::Error) -> Handled<D> {
        let _ = cx;
        Handled::Raise(error)
    }
}

/// What sees effects before they are dispatched.
pub trait Observer<D: Domain> {
    /// Sees an effect that was performed inside this observer's extent, whoever will handle it.
    /// Innermost observers see it first.
    fn observe(&self, cx: &mut D::Context<'_>, effect: &D::Effect) -> Observed<D>;
}

impl<D: Domain> Observer<D> for std::convert::Infallible {
    fn observe(&self, _: &mut D::Context<'_>, _: &D::Effect) -> Observed<D> {
        match *self {}
    }
}

/// Where an activation keeps its continuation until its code takes it.
pub trait Slot<D: Domain> {
    /// Takes the continuation out, if it is still there.
    ///
    /// A domain whose programs can keep a continuation elsewhere without using it (a shared object)
    /// answers `None` to [`Taking::Returned`] when it was kept.
    fn take(&mut self, cx: &mut D::Context<'_>, why: Taking) -> Option<Continuation<D>>;

    /// Shows the continuation while it is there, for [`Mirror::own`](crate::Mirror::own); `None` if the slot
    /// cannot show it.
    fn peek(&self) -> Option<&Continuation<D>>;
}

impl<D: Domain> Slot<D> for Option<Continuation<D>> {
    fn take(&mut self, _: &mut D::Context<'_>, _: Taking) -> Option<Continuation<D>> {
        Option::take(self)
    }

    fn peek(&self) -> Option<&Continuation<D>> {
        self.as_ref()
    }
}
