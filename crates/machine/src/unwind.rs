//! How an activation ends, and how a continuation is ended that nobody will resume.

use crate::continuation::Continuation;
use crate::fiber::FiberId;
use crate::run::Flow;
use crate::{Answer, Base, Domain, Event, Input, Machine, MachineError, Slot, Taking, Then};

impl<D: Domain> Machine<D> {
    /// The code of an activation has ended. If it never took its continuation, that one is not forgotten.
    #[inline]
    pub(crate) fn end_activation(
        &mut self,
        cx: &mut D::Context<'_>,
        id: FiberId,
        input: Input<D>,
    ) -> Flow<D> {
        let answer = input.into_answer(cx);
        let fiber = self.arena.get_mut(id);
        let why = match &answer {
            _ if fiber.unwinding() => Taking::Unwound,
            Ok(_) => Taking::Returned,
            Err(_) => Taking::Raised,
        };
        let unused = match &mut *fiber.base {
            Base::Activation(_, slot) => slot.take(cx, why),
            _ => None,
        };
        self.leave_activation(cx, id);
        match unused {
            None => Some(answer.into()),
            Some(k) => self.end_unused(cx, k, why, answer),
        }
    }

    /// An activation has ended with this, and left its continuation.
    #[inline(never)]
    fn end_unused(
        &mut self,
        cx: &mut D::Context<'_>,
        k: Continuation<D>,
        why: Taking,
        answer: Answer<D>,
    ) -> Flow<D> {
        let place = self.current;
        let attempt = if why == Taking::Raised {
            // The performer may catch what the handler raised.
            self.attach(k, place).map(|head| {
                self.current = Some(head);
                answer.into()
            })
        } else {
            self.unwind_then(cx, k, Then::Answer(answer), place)
                .map(Input::Error)
        };
        match attempt {
            Ok(input) => Some(input),
            Err(error) => self.complain(cx, error, None),
        }
    }

    /// The continuation that was unwound has ended, and what waited for that goes on.
    #[inline(never)]
    pub(crate) fn end_unwinding(
        &mut self,
        cx: &mut D::Context<'_>,
        id: FiberId,
        input: Input<D>,
    ) -> Flow<D> {
        let fiber = self.arena.get_mut(id);
        let unwinding = fiber.unwinding();
        let base = fiber.take_base();
        self.leave(id);
        let Base::Ending(then) = base else {
            unreachable!("only a computation that has ended waits for an unwinding");
        };
        let instead = match input {
            // A clean-up has failed: that is not kept silent.
            Input::Error(error) if !D::is_unwind(cx, &error) => Some(error),
            // What waited is unwound itself, and does not go on with another continuation.
            _ if unwinding && !matches!(*then, Then::Answer(_)) => Some(D::unwind_error(cx)),
            _ => None,
        };
        match (instead, *then) {
            (None, then) => self.go_on(cx, then),
            (Some(error), Then::Answer(_)) => Some(Input::Error(error)),
            (Some(error), Then::Transfer(k, _) | Then::TransferWith(k, _)) => {
                let place = self.current;
                match self.unwind_then(cx, k, Then::Answer(Err(error)), place) {
                    Ok(error) => Some(Input::Error(error)),
                    Err(error) => self.complain(cx, error, None),
                }
            }
        }
    }

    /// Makes the innermost frame of a continuation, on top of `place`, the one that gets the unwinding error, which
    /// this gives; `then` comes after that, at `place`.
    ///
    /// Every frame of it is marked, so that each is told in its turn, whatever the frames inside it
    /// gave; handlers inside answer what the clean-up performs, and then those outside.
    #[inline(never)]
    pub(crate) fn unwind_then(
        &mut self,
        cx: &mut D::Context<'_>,
        k: Continuation<D>,
        then: Then<D>,
        place: Option<FiberId>,
    ) -> Result<D::Error, MachineError> {
        if self.is_foreign(&k) {
            return Err(MachineError::ForeignContinuation);
        }
        let ending = self.add_fiber(Base::Ending(Box::new(then)), place);
        let (head, tail) = self.attach_chain(k, Some(ending))?;
        let mut next = Some(head);
        while let Some(id) = next {
            let fiber = self.arena.get_mut(id);
            fiber.doom(fiber.height());
            next = if id == tail { None } else { fiber.parent };
        }
        self.current = Some(head);
        self.tell(cx, || Event::Unwinding { at: head.into() });
        Ok(D::unwind_error(cx))
    }
}
