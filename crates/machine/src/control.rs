//! The operations on continuations that codes ask for.

use crate::continuation::Continuation;
use crate::fiber::FiberId;
use crate::{
    Base, Control, Domain, Event, Given, Input, MachineError, Mirror, Outcome, Slot, Taking,
    Target, Then,
};
use crate::{Handled, Machine};

impl<D: Domain> Machine<D> {
    #[inline]
    pub(crate) fn control(
        &mut self,
        cx: &mut D::Context<'_>,
        control: Control<D>,
        id: FiberId,
    ) -> Option<Outcome<D>> {
        match self.try_control(cx, control, id) {
            Ok(outcome) => outcome,
            Err(error) => {
                self.complain(cx, error, None);
                None
            }
        }
    }

    /// An error is raised at the code that asked, which is still there.
    fn try_control(
        &mut self,
        cx: &mut D::Context<'_>,
        control: Control<D>,
        id: FiberId,
    ) -> Result<Option<Outcome<D>>, MachineError> {
        match control {
            Control::Resume(target, answer) => {
                let k = self.resolve(cx, target, id)?;
                let head = self.attach(k, Some(id))?;
                self.current = Some(head);
                self.tell(cx, || Event::Resumed {
                    at: head.into(),
                    with: Given::answer(&answer),
                });
                self.deliver(answer);
            }
            Control::ResumeWith(target, code) => {
                let k = self.resolve(cx, target, id)?;
                let head = self.attach(k, Some(id))?;
                self.push_on(head, code);
                self.tell(cx, || Event::Resumed {
                    at: head.into(),
                    with: Given::Program,
                });
            }
            Control::Transfer(target, answer) => {
                let k = self.resolve(cx, target, id)?;
                return Ok(self.transfer(cx, id, Then::Transfer(k, answer)));
            }
            Control::TransferWith(target, code) => {
                let k = self.resolve(cx, target, id)?;
                return Ok(self.transfer(cx, id, Then::TransferWith(k, code)));
            }
            Control::Pass(effect) => {
                let k = self.resolve(cx, Target::Own, id)?;
                let (_, scope) = self.leave(id);
                self.tell(cx, || Event::Deactivated { scope });
                return Ok(self.handled(cx, Handled::Pass(effect, k), scope));
            }
            Control::Delegate(effect) => {
                self.tell(cx, || Event::Delegated { at: id.into() });
                return Ok(self.dispatch(cx, effect, id, id, Some(id)));
            }
            Control::Unwind(target) => {
                let k = self.resolve(cx, target, id)?;
                let unit = D::unit(cx);
                self.unwind_then(cx, k, Then::Answer(Ok(unit)), Some(id))?;
            }
            Control::Reflect(look) => {
                let answer = look(Mirror::new(self, id), cx);
                self.input = Some(Input::from(answer));
            }
        }
        Ok(None)
    }

    /// The continuation that is meant, if this machine may run it.
    fn resolve(
        &mut self,
        cx: &mut D::Context<'_>,
        target: Target<D>,
        id: FiberId,
    ) -> Result<Continuation<D>, MachineError> {
        let k = match target {
            Target::Given(k) => k,
            Target::Own => match &mut self.arena.get_mut(id).base {
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
    fn transfer(
        &mut self,
        cx: &mut D::Context<'_>,
        id: FiberId,
        then: Then<D>,
    ) -> Option<Outcome<D>> {
        match &mut self.arena.get_mut(id).base {
            Base::Activation(_, slot) => {
                let unused = slot.take(cx, Taking::Returned);
                let (_, scope) = self.leave(id);
                self.tell(cx, || Event::Deactivated { scope });
                match unused {
                    // It ends without having used its own: that one is unwound first, at this place.
                    Some(k) => {
                        let place = self.current;
                        if let Err(error) = self.unwind_then(cx, k, then, place) {
                            self.complain(cx, error, None);
                        }
                        None
                    }
                    None => self.go_on(cx, then),
                }
            }
            base => {
                let plain = matches!(base, Base::Plain);
                self.pop_frame(id);
                // A segment with nothing left in it would only pass the answer on.
                if plain && self.arena.get(id).top.is_none() {
                    self.leave(id);
                }
                self.go_on(cx, then)
            }
        }
    }

    /// The last act of a computation that is no longer there.
    pub(crate) fn go_on(&mut self, cx: &mut D::Context<'_>, then: Then<D>) -> Option<Outcome<D>> {
        let handled = match then {
            Then::Answer(answer) => {
                self.deliver(answer);
                return None;
            }
            Then::Transfer(k, answer) => Handled::Transfer(k, answer),
            Then::TransferWith(k, code) => Handled::TransferWith(k, code),
        };
        self.handled(cx, handled, crate::ScopeId::NONE)
    }
}
