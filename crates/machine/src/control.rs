//! The operations on continuations that codes ask for.

use crate::continuation::Continuation;
use crate::fiber::FiberId;
use crate::run::{Flow, Next};
use crate::{
    Answer, Base, Control, Domain, Event, Given, Input, MachineError, Mirror, Slot, Taking, Target,
    Then,
};
use crate::{Handled, Machine};

impl<D: Domain> Machine<D> {
    /// Does what the innermost code asked for, other than what the functions below do. An error is raised at that code, which is still there.
    #[inline(never)]
    pub(crate) fn control(
        &mut self,
        cx: &mut D::Context<'_>,
        control: Control<D>,
        id: FiberId,
    ) -> Flow<D> {
        match self.try_control(cx, control, id) {
            Ok(flow) => flow,
            Err(error) => self.complain(cx, error, None),
        }
    }

    /// [`Control::Resume`].
    #[inline(always)]
    pub(crate) fn resume_on(
        &mut self,
        cx: &mut D::Context<'_>,
        id: FiberId,
        target: Target<D>,
        answer: Answer<D>,
    ) -> Next<D> {
        let attempt = self
            .resolve(cx, target, id)
            .and_then(|k| self.attach(k, Some(id)));
        match attempt {
            Ok(head) => {
                self.current = Some(head);
                self.tell_going_on(cx, head, Given::answer(&answer), false);
                Some(answer.into())
            }
            Err(error) => {
                let flow = self.complain(cx, error, None);
                self.left(flow)
            }
        }
    }

    /// [`Control::Transfer`] of the activation's own continuation: the usual end of an activation.
    #[inline(always)]
    pub(crate) fn transfer_own(
        &mut self,
        cx: &mut D::Context<'_>,
        id: FiberId,
        answer: Answer<D>,
    ) -> Next<D> {
        match self.resolve(cx, Target::Own, id) {
            Ok(k) => {
                // Nothing else can be left in the slot.
                self.leave_activation(cx, id);
                self.go_on_with(cx, k, answer)
            }
            Err(error) => {
                let flow = self.complain(cx, error, None);
                self.left(flow)
            }
        }
    }

    /// [`Control::Transfer`] of a continuation by an activation's own code: the other usual end of one.
    #[inline(always)]
    pub(crate) fn transfer_given(
        &mut self,
        cx: &mut D::Context<'_>,
        id: FiberId,
        k: Continuation<D>,
        answer: Answer<D>,
    ) -> Next<D> {
        let is_foreign = self.is_foreign(&k);
        match &mut *self.arena.get_mut(id).base {
            Base::Activation(_, slot) if !is_foreign => {
                let unused = slot.take(cx, Taking::Returned);
                self.leave_activation(cx, id);
                match unused {
                    None => self.go_on_with(cx, k, answer),
                    Some(own) => {
                        let flow = self.unwind_first(cx, own, Then::Transfer(k, answer));
                        self.left(flow)
                    }
                }
            }
            _ => {
                let flow = self.control(cx, Control::Transfer(Target::Given(k), answer), id);
                self.left(flow)
            }
        }
    }

    /// An activation has ended without having used its own continuation, and goes on with another one: its own is
    /// unwound first, at this place.
    #[inline(never)]
    fn unwind_first(
        &mut self,
        cx: &mut D::Context<'_>,
        own: Continuation<D>,
        then: Then<D>,
    ) -> Flow<D> {
        let place = self.current;
        match self.unwind_then(cx, own, then, place) {
            Ok(error) => Some(Input::Error(error)),
            Err(error) => self.complain(cx, error, None),
        }
    }

    #[inline]
    fn try_control(
        &mut self,
        cx: &mut D::Context<'_>,
        control: Control<D>,
        id: FiberId,
    ) -> Result<Flow<D>, MachineError> {
        match control {
            Control::Resume(..) | Control::Transfer(Target::Own, _) => {
                unreachable!("done in the loop")
            }
            Control::Transfer(target, answer) => {
                let k = self.resolve(cx, target, id)?;
                Ok(self.transfer(cx, id, Then::Transfer(k, answer)))
            }
            Control::ResumeWith(target, code) => {
                let k = self.resolve(cx, target, id)?;
                let head = self.attach(k, Some(id))?;
                self.push_on(head, code);
                self.tell_going_on(cx, head, Given::Program, false);
                Ok(Some(Input::Start))
            }
            Control::TransferWith(target, code) => {
                let k = self.resolve(cx, target, id)?;
                Ok(self.transfer(cx, id, Then::TransferWith(k, code)))
            }
            Control::Pass(effect) => {
                let k = self.resolve(cx, Target::Own, id)?;
                self.leave_activation(cx, id);
                Ok(self.pass(cx, effect, k))
            }
            Control::Delegate(effect) => {
                self.tell(cx, || Event::Delegated { at: id.into() });
                Ok(self.dispatch(cx, effect, id, id, Some(id)))
            }
            Control::Unwind(target) => {
                let k = self.resolve(cx, target, id)?;
                let unit = D::unit(cx);
                let error = self.unwind_then(cx, k, Then::Answer(Ok(unit)), Some(id))?;
                Ok(Some(Input::Error(error)))
            }
            Control::Reflect(look) => {
                let answer = look(Mirror::new(self, id), cx);
                Ok(Some(answer.into()))
            }
        }
    }

    /// The continuation that is meant, if this machine may run it.
    #[inline]
    fn resolve(
        &mut self,
        cx: &mut D::Context<'_>,
        target: Target<D>,
        id: FiberId,
    ) -> Result<Continuation<D>, MachineError> {
        let k = match target {
            Target::Given(k) => k,
            Target::Own => match &mut *self.arena.get_mut(id).base {
                Base::Activation(_, slot) => slot
                    .take(cx, Taking::Used)
                    .ok_or(MachineError::ContinuationUsed)?,
                _ => return Err(MachineError::NotInHandler),
            },
        };
        match k.machine() {
            Some(machine) if machine != self.id() => Err(MachineError::ForeignContinuation),
            _ => Ok(k),
        }
    }

    /// Ends the code that asked, or its whole activation, and goes on with a continuation in its place.
    #[inline]
    fn transfer(&mut self, cx: &mut D::Context<'_>, id: FiberId, then: Then<D>) -> Flow<D> {
        match &mut *self.arena.get_mut(id).base {
            Base::Activation(_, slot) => {
                let unused = slot.take(cx, Taking::Returned);
                self.leave_activation(cx, id);
                match unused {
                    Some(own) => self.unwind_first(cx, own, then),
                    None => self.go_on(cx, then),
                }
            }
            base => {
                let plain = matches!(base, Base::Plain);
                self.pop_frame(id);
                // A segment with nothing left in it would only pass the answer on.
                if plain && self.arena.get(id).first.is_none() {
                    self.leave(id);
                }
                self.go_on(cx, then)
            }
        }
    }

    /// A continuation in the place of what was there.
    #[inline(always)]
    pub(crate) fn go_on_with(
        &mut self,
        cx: &mut D::Context<'_>,
        k: Continuation<D>,
        answer: Answer<D>,
    ) -> Next<D> {
        match self.attach(k, self.current) {
            Ok(head) => {
                self.current = Some(head);
                self.tell_going_on(cx, head, Given::answer(&answer), true);
                Some(answer.into())
            }
            Err(error) => {
                let flow = self.complain(cx, error, None);
                self.left(flow)
            }
        }
    }

    /// The last act of a computation that is no longer there.
    #[inline]
    pub(crate) fn go_on(&mut self, cx: &mut D::Context<'_>, then: Then<D>) -> Flow<D> {
        let handled = match then {
            Then::Answer(answer) => return Some(answer.into()),
            Then::Transfer(k, answer) => {
                let next = self.go_on_with(cx, k, answer);
                return self.flow(next);
            }
            Then::TransferWith(k, code) => Handled::TransferWith(k, code),
        };
        self.handled(cx, handled, crate::ScopeId::NONE)
    }
}
