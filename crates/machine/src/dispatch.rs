//! From a performed effect to its handler, and what the handler decides.

use crate::continuation::{Continuation, Repr};
use crate::fiber::FiberId;
use crate::search::Found;
use crate::{
    Base, Boundary, Domain, Event, Given, Handled, Handler, MachineError, Observed, Observer,
    Outcome, ScopeId, Then, Unhandled, View,
};
use crate::{Input, Machine};

impl<D: Domain> Machine<D> {
    /// The innermost code has performed an effect.
    #[inline]
    pub(crate) fn perform(
        &mut self,
        cx: &mut D::Context<'_>,
        mut effect: D::Effect,
        head: FiberId,
    ) -> Option<Outcome<D>> {
        self.counters.performed += 1;
        self.tell(cx, || Event::Performed {
            at: head.into(),
            effect: &effect,
        });
        if self.observers != 0 {
            effect = match self.observe(cx, effect, head) {
                Ok(effect) => effect,
                Err(error) => {
                    self.input = Some(Input::Error(error));
                    return None;
                }
            };
        }
        self.dispatch(cx, effect, head, head, Some(head))
    }

    /// Shows an effect to the observers around it, innermost first.
    fn observe(
        &mut self,
        cx: &mut D::Context<'_>,
        mut effect: D::Effect,
        head: FiberId,
    ) -> Result<D::Effect, D::Error> {
        let mut next = Some(head);
        while let Some(id) = next.and_then(|from| self.find_observer(from)) {
            let fiber = self.arena.get(id);
            next = fiber.parent;
            let Base::Boundary(scope, Boundary::Observer(observer)) = &fiber.base else {
                unreachable!("only observers are found here");
            };
            let scope = *scope;
            match observer.observe(cx, &effect) {
                Observed::Continue => {}
                Observed::Replace(other) => {
                    effect = other;
                    self.tell(cx, || Event::Rewritten {
                        at: head.into(),
                        scope,
                        effect: &effect,
                    });
                }
                Observed::Raise(error) => return Err(error),
            }
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
        mut from: Option<FiberId>,
    ) -> Option<Outcome<D>> {
        while let Some(start) = from {
            let id = match self.find_handler(cx, &effect, start) {
                Found::Here(id) => id,
                Found::Nobody(outermost) => {
                    tail = outermost;
                    break;
                }
            };
            let fiber = self.arena.get_mut(id);
            let Base::Boundary(scope, Boundary::Prompt(handler)) = &fiber.base else {
                unreachable!("only prompts are found here");
            };
            let scope = *scope;
            if handler.declines(cx, &effect) {
                (tail, from) = (id, fiber.parent);
                continue;
            }
            if let Some(answer) = handler.answer(cx, &effect) {
                self.current = Some(head);
                self.tell(cx, || Event::Answered {
                    at: head.into(),
                    scope,
                    threw: answer.is_err(),
                });
                self.deliver(answer);
                return None;
            }
            let place = fiber.parent;
            fiber.cut_from = place;
            fiber.parent = Some(head);
            self.counters.captured += 1;
            self.current = place;
            let k = Continuation::attached(id, self.home.id);
            if self.trace.is_some() {
                self.tell(cx, || Event::Dispatched {
                    at: head.into(),
                    scope,
                });
            }
            let Base::Boundary(_, Boundary::Prompt(handler)) = &self.arena.get(id).base else {
                unreachable!("only prompts are found here");
            };
            match handler.handle(cx, effect, k) {
                // In this loop: a pass through a million handlers must not recurse.
                Handled::Pass(same, k) => {
                    match self.attach_chain(k, place) {
                        Ok(chain) => (head, tail) = chain,
                        Err(error) => {
                            self.complain(cx, error, Some(same));
                            return None;
                        }
                    }
                    self.tell(cx, || Event::Forwarded { at: head.into() });
                    (effect, from) = (same, place);
                }
                handled => return self.handled(cx, handled, scope),
            }
        }
        match D::on_unhandled(cx, &effect) {
            Unhandled::Park => {
                self.tell(cx, || Event::Parked { at: head.into() });
                self.counters.captured += 1;
                self.current = None;
                let outermost = self.arena.get_mut(tail);
                outermost.cut_from = None;
                outermost.parent = Some(head);
                let k = Continuation::attached(tail, self.home.id);
                Some(Outcome::Parked { effect, k })
            }
            Unhandled::Raise => {
                self.current = Some(head);
                self.tell(cx, || Event::Unhandled { at: head.into() });
                self.complain(cx, MachineError::Unhandled, Some(effect));
                None
            }
        }
    }

    /// Does what a handler decided, at the current place: outside of its prompt, whose scope this was.
    #[inline]
    pub(crate) fn handled(
        &mut self,
        cx: &mut D::Context<'_>,
        handled: Handled<D>,
        scope: ScopeId,
    ) -> Option<Outcome<D>> {
        match handled {
            Handled::Run { code, slot } => {
                let base = Base::Activation(scope, slot);
                let fiber = self.arena.add(base, self.current, Some(code));
                self.current = Some(fiber);
                self.input = Some(Input::Start);
                self.tell(cx, || Event::Activated {
                    at: fiber.into(),
                    scope,
                });
            }
            Handled::Transfer(k, answer) => match self.attach(k, self.current) {
                Ok(head) => {
                    self.current = Some(head);
                    self.tell(cx, || Event::Transferred {
                        at: head.into(),
                        with: Given::answer(&answer),
                    });
                    self.deliver(answer);
                }
                Err(error) => self.complain(cx, error, None),
            },
            Handled::TransferWith(k, code) => match self.attach(k, self.current) {
                Ok(head) => {
                    self.push_on(head, code);
                    self.tell(cx, || Event::Transferred {
                        at: head.into(),
                        with: Given::Program,
                    });
                }
                Err(error) => self.complain(cx, error, None),
            },
            Handled::Nest { k, inner, answer } => self.nest(cx, k, inner, answer),
            Handled::Perform(effect) => {
                let head = match self.current {
                    Some(head) => head,
                    // Outside of everything there is nobody to wait for the answer but an empty program.
                    None => self.arena.add(Base::Plain, None, None),
                };
                self.current = Some(head);
                return self.perform(cx, effect, head);
            }
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

    fn nest(
        &mut self,
        cx: &mut D::Context<'_>,
        k: Continuation<D>,
        inner: Continuation<D>,
        answer: crate::Answer<D>,
    ) {
        let nested = self
            .attach(k, self.current)
            .and_then(|head| self.attach(inner, Some(head)));
        match nested {
            Ok(head) => {
                self.current = Some(head);
                self.tell(cx, || Event::Transferred {
                    at: head.into(),
                    with: Given::answer(&answer),
                });
                self.deliver(answer);
            }
            Err(error) => self.complain(cx, error, None),
        }
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
            Ok((head, tail)) => {
                self.tell(cx, || Event::Forwarded { at: head.into() });
                self.dispatch(cx, effect, head, tail, place)
            }
            Err(error) => {
                self.complain(cx, error, Some(effect));
                None
            }
        }
    }

    /// Raises a machine's error at the innermost code.
    #[cold]
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
    #[inline]
    pub(crate) fn attach(
        &mut self,
        k: Continuation<D>,
        place: Option<FiberId>,
    ) -> Result<FiberId, MachineError> {
        self.attach_chain(k, place).map(|(head, _)| head)
    }

    #[inline]
    pub(crate) fn attach_chain(
        &mut self,
        k: Continuation<D>,
        place: Option<FiberId>,
    ) -> Result<(FiberId, FiberId), MachineError> {
        match k.repr() {
            Repr::Attached { tail, machine } if *machine == self.home.id => {
                let tail = *tail;
                let _ = k.into_repr();
                let fiber = self.arena.get_mut(tail);
                let head = std::mem::replace(&mut fiber.parent, place);
                if fiber.cut_from != place && fiber.migrate() {
                    self.memory.forget();
                }
                let Some(head) = head else {
                    unreachable!("a detached chain's tail knows its head");
                };
                Ok((head, tail))
            }
            Repr::Attached { .. } => Err(MachineError::ForeignContinuation),
            Repr::Loose(_) | Repr::Gone => Ok(self.take_in(k, place)),
        }
    }

    /// Makes fibers of parts that no machine had taken.
    #[cold]
    fn take_in(&mut self, k: Continuation<D>, place: Option<FiberId>) -> (FiberId, FiberId) {
        let Repr::Loose(loose) = k.into_repr() else {
            unreachable!("a continuation is gone only while it is dropped");
        };
        let mut parent = place;
        let mut tail = None;
        let innermost = loose.parts.len() - 1;
        for (index, part) in loose.parts.into_iter().rev().enumerate() {
            let base = match part.base {
                Base::Boundary(_, boundary) => Base::Boundary(self.fresh_scope(), boundary),
                other => other,
            };
            let id = self.add_fiber(base, parent);
            let fiber = self.arena.get_mut(id);
            for code in part.frames {
                fiber.push(code);
            }
            if let Some(doomed) = part.unwinding {
                fiber.doom(doomed.min(fiber.height()));
            }
            if index == innermost && !loose.started {
                fiber.mark_unstarted();
            }
            tail = tail.or(Some(id));
            parent = Some(id);
        }
        let (Some(head), Some(tail)) = (parent, tail) else {
            unreachable!("a loose continuation has at least one part");
        };
        (head, tail)
    }
}
