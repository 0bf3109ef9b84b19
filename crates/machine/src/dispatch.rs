//! From a performed effect to its handler, and what the handler decides.

use crate::continuation::{Continuation, Repr};
use crate::fiber::FiberId;
use crate::{
    Base, Boundary, Domain, Handled, Handler, MachineError, Observed, Observer, Outcome, ScopeId,
    Then, Unhandled, View,
};
use crate::{Input, Machine};

impl<D: Domain> Machine<D> {
    /// The innermost code has performed an effect.
    pub(crate) fn perform(
        &mut self,
        cx: &mut D::Context<'_>,
        effect: D::Effect,
        head: FiberId,
    ) -> Option<Outcome<D>> {
        self.counters.performed += 1;
        let effect = match self.observe(cx, effect, head) {
            Ok(effect) => effect,
            Err(error) => {
                self.input = Some(Input::Error(error));
                return None;
            }
        };
        self.dispatch(cx, effect, head, head, Some(head))
    }

    /// Shows an effect to the observers around it, innermost first.
    fn observe(
        &self,
        cx: &mut D::Context<'_>,
        mut effect: D::Effect,
        head: FiberId,
    ) -> Result<D::Effect, D::Error> {
        if self.observers == 0 {
            return Ok(effect);
        }
        let mut next = Some(head);
        while let Some(id) = next {
            let fiber = self.arena.get(id);
            if let Base::Boundary(_, Boundary::Observer(observer)) = &fiber.base {
                match observer.observe(cx, &effect) {
                    Observed::Continue => {}
                    Observed::Replace(other) => effect = other,
                    Observed::Raise(error) => return Err(error),
                }
            }
            next = fiber.parent;
        }
        Ok(effect)
    }

    /// Finds the nearest prompt from `from` outward that wants the effect. The continuation begins at `head`;
    /// `tail` is the last fiber before `from`, or `head` where the search begins.
    pub(crate) fn dispatch(
        &mut self,
        cx: &mut D::Context<'_>,
        mut effect: D::Effect,
        mut head: FiberId,
        mut tail: FiberId,
        from: Option<FiberId>,
    ) -> Option<Outcome<D>> {
        let mut next = from;
        while let Some(id) = next {
            self.counters.searched += 1;
            let fiber = self.arena.get_mut(id);
            if let Base::Boundary(scope, Boundary::Prompt(handler)) = &fiber.base
                && handler.accepts(cx, &effect)
                && !handler.declines(cx, &effect)
            {
                if let Some(answer) = handler.answer(cx, &effect) {
                    self.current = Some(head);
                    self.deliver(answer);
                    return None;
                }
                let scope = *scope;
                let k = Continuation::attached(head, id, &self.home);
                self.counters.captured += 1;
                self.current = fiber.parent.take();
                match handler.handle(cx, effect, k) {
                    // In this loop: a pass through a million handlers must not recurse.
                    Handled::Pass(same, k) => {
                        let place = self.current;
                        match self.attach_chain(k, place) {
                            Ok(chain) => (head, tail) = chain,
                            Err(error) => {
                                self.complain(cx, error, Some(same));
                                return None;
                            }
                        }
                        (effect, next) = (same, place);
                        continue;
                    }
                    handled => return self.handled(cx, handled, scope),
                }
            }
            tail = id;
            next = fiber.parent;
        }
        match D::on_unhandled(cx, &effect) {
            Unhandled::Park => {
                self.counters.captured += 1;
                self.current = None;
                let k = Continuation::attached(head, tail, &self.home);
                Some(Outcome::Parked { effect, k })
            }
            Unhandled::Raise => {
                self.current = Some(head);
                self.complain(cx, MachineError::Unhandled, Some(effect));
                None
            }
        }
    }

    /// Does what a handler decided, at the current place: outside of its prompt, whose scope this was.
    pub(crate) fn handled(
        &mut self,
        cx: &mut D::Context<'_>,
        handled: Handled<D>,
        scope: ScopeId,
    ) -> Option<Outcome<D>> {
        match handled {
            Handled::Run { code, slot } => {
                let fiber = self.add_fiber(Base::Activation(scope, slot), self.current);
                self.push_on(fiber, code);
            }
            Handled::Transfer(k, answer) => match self.attach(k, self.current) {
                Ok(head) => {
                    self.current = Some(head);
                    self.deliver(answer);
                }
                Err(error) => self.complain(cx, error, None),
            },
            Handled::TransferWith(k, code) => match self.attach(k, self.current) {
                Ok(head) => self.push_on(head, code),
                Err(error) => self.complain(cx, error, None),
            },
            Handled::Nest { k, inner, answer } => {
                let nested = self
                    .attach(k, self.current)
                    .and_then(|head| self.attach(inner, Some(head)));
                match nested {
                    Ok(head) => {
                        self.current = Some(head);
                        self.deliver(answer);
                    }
                    Err(error) => self.complain(cx, error, None),
                }
            }
            Handled::Perform(effect) => match self.current {
                Some(head) => return self.perform(cx, effect, head),
                None => {
                    // Outside of everything there is nobody to wait for the answer but an empty program.
                    let head = self.add_fiber(Base::Plain, None);
                    self.current = Some(head);
                    return self.perform(cx, effect, head);
                }
            },
            Handled::Return(value) => self.input = Some(Input::Value(value)),
            Handled::Raise(error) => self.input = Some(Input::Error(error)),
            Handled::Unwind(k, answer) => {
                let place = self.current;
                if let Err(error) = self.unwind_then(cx, k, Then::Answer(answer), place) {
                    self.complain(cx, error, None);
                }
            }
            Handled::Pass(effect, k) => return self.pass(cx, effect, k),
            Handled::Suspend => self.input = None,
        }
        None
    }

    /// Searches on from the current place, for an effect that a handler inside has declined.
    pub(crate) fn pass(
        &mut self,
        cx: &mut D::Context<'_>,
        effect: D::Effect,
        k: Continuation<D>,
    ) -> Option<Outcome<D>> {
        let place = self.current;
        match self.attach_chain(k, place) {
            Ok((head, tail)) => self.dispatch(cx, effect, head, tail, place),
            Err(error) => {
                self.complain(cx, error, Some(effect));
                None
            }
        }
    }

    /// Raises a machine's error at the innermost code.
    pub(crate) fn complain(
        &mut self,
        cx: &mut D::Context<'_>,
        error: MachineError,
        effect: Option<D::Effect>,
    ) {
        let view = View::live(&self.arena, self.current);
        let error = D::machine_error(cx, error, effect, view);
        self.input = Some(Input::Error(error));
    }

    /// Puts a continuation on top of `place`, and gives its innermost fiber.
    pub(crate) fn attach(
        &mut self,
        k: Continuation<D>,
        place: Option<FiberId>,
    ) -> Result<FiberId, MachineError> {
        self.attach_chain(k, place).map(|(head, _)| head)
    }

    pub(crate) fn attach_chain(
        &mut self,
        k: Continuation<D>,
        place: Option<FiberId>,
    ) -> Result<(FiberId, FiberId), MachineError> {
        if k.machine().is_some_and(|id| id != self.id()) {
            return Err(MachineError::ForeignContinuation);
        }
        match k.into_repr() {
            Repr::Attached { head, tail, .. } => {
                self.arena.get_mut(tail).parent = place;
                Ok((head, tail))
            }
            Repr::Loose(loose) => {
                let mut parent = place;
                let mut tail = None;
                let mut unstarted = !loose.started;
                let innermost = loose.parts.len() - 1;
                for (index, part) in loose.parts.into_iter().rev().enumerate() {
                    let base = match part.base {
                        Base::Boundary(_, boundary) => Base::Boundary(self.fresh_scope(), boundary),
                        other => other,
                    };
                    let id = self.add_fiber(base, parent);
                    let fiber = self.arena.get_mut(id);
                    fiber.frames.extend(part.frames);
                    if let Some(doomed) = part.unwinding {
                        fiber.doomed = doomed.min(fiber.height());
                    }
                    if index == innermost && std::mem::take(&mut unstarted) {
                        fiber.unstarted = fiber.height();
                    }
                    tail = tail.or(Some(id));
                    parent = Some(id);
                }
                let (Some(head), Some(tail)) = (parent, tail) else {
                    unreachable!("a loose continuation has at least one part");
                };
                Ok((head, tail))
            }
            Repr::Gone => unreachable!("a continuation is gone only while it is dropped"),
        }
    }
}
