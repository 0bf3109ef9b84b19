//! From a performed effect to its handler, and what the handler decides.

use crate::continuation::{Continuation, Loose, Repr};
use crate::fiber::FiberId;
use crate::run::{Flow, Next};
use crate::search::Found;
use crate::{
    Answer, Base, Boundary, Domain, Event, Given, Handled, Handler, MachineError, Nest, Observed,
    Observer, Outcome, ScopeId, Then, Unhandled, View,
};
use crate::{Input, Machine};

/// What a handler said when it was asked about an effect.
enum Asked<D: Domain> {
    /// The answer, in tail position.
    Answered(Answer<D>),
    /// A decision, at the place outside the prompt.
    Decided(Handled<D>, ScopeId),
    /// Not this one.
    Declined(D::Effect),
}

impl<D: Domain> Machine<D> {
    /// The innermost code has performed an effect.
    ///
    /// This is [`Machine::dispatch`] for the usual case, in one piece: nobody watches, and the first handler decides.
    #[inline(always)]
    pub(crate) fn perform(
        &mut self,
        cx: &mut D::Context<'_>,
        effect: D::Effect,
        head: FiberId,
    ) -> Next<D> {
        self.counters.performed += 1;
        if self.observers != 0 || self.trace.is_some() {
            let flow = self.perform_watched(cx, effect, head);
            return self.left(flow);
        }
        let id = match self.find_handler(cx, &effect, head) {
            Found::Here(id) => id,
            Found::Nobody(tail) => {
                let flow = self.unhandled(cx, effect, head, tail);
                return self.left(flow);
            }
        };
        let fiber = self.arena.get_mut(id);
        let Base::Boundary(scope, Boundary::Prompt(handler)) = &*fiber.base else {
            unreachable!("only prompts are found");
        };
        let scope = *scope;
        if handler.declines(cx, &effect) {
            let from = fiber.parent;
            let flow = self.dispatch(cx, effect, head, id, from);
            return self.left(flow);
        }
        if let Some(answer) = handler.answer(cx, &effect) {
            return Some(answer.into());
        }
        let place = fiber.parent.replace(head);
        fiber.cut_from = place;
        self.counters.captured += 1;
        self.current = place;
        let k = Continuation::attached(id, self.home.id);
        match handler.handle(cx, effect, k) {
            Handled::Transfer(k, answer) => self.go_on_with(cx, k, answer),
            Handled::Run { code, slot } => {
                self.current = Some(self.arena.add(place, |fiber| {
                    fiber.set_base(Base::Activation(scope, slot));
                    fiber.set_top(code);
                }));
                Some(Input::Start)
            }
            Handled::Return(value) => Some(Input::Value(value)),
            handled => {
                let flow = self.handled(cx, handled, scope);
                self.left(flow)
            }
        }
    }

    #[cold]
    fn perform_watched(
        &mut self,
        cx: &mut D::Context<'_>,
        effect: D::Effect,
        head: FiberId,
    ) -> Flow<D> {
        self.tell(cx, || Event::Performed {
            at: head.into(),
            effect: &effect,
        });
        match self.observe(cx, effect, head) {
            Ok(effect) => self.dispatch(cx, effect, head, head, Some(head)),
            Err(error) => Some(Input::Error(error)),
        }
    }

    /// Shows an effect to the observers around it, innermost first.
    fn observe(
        &mut self,
        cx: &mut D::Context<'_>,
        mut effect: D::Effect,
        head: FiberId,
    ) -> Result<D::Effect, D::Error> {
        if self.observers == 0 {
            return Ok(effect);
        }
        let mut next = Some(head);
        while let Some(id) = next.and_then(|from| self.find_observer(from)) {
            let fiber = self.arena.get(id);
            next = fiber.parent;
            let Base::Boundary(scope, Boundary::Observer(observer)) = &*fiber.base else {
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

    /// Asks the handler of a prompt about an effect that it accepts; the performer's innermost fiber is `head`.
    #[inline(always)]
    fn ask(
        &mut self,
        cx: &mut D::Context<'_>,
        effect: D::Effect,
        head: FiberId,
        id: FiberId,
    ) -> Asked<D> {
        let fiber = self.arena.get_mut(id);
        let Base::Boundary(scope, Boundary::Prompt(handler)) = &*fiber.base else {
            unreachable!("only prompts are found");
        };
        let scope = *scope;
        if handler.declines(cx, &effect) {
            return Asked::Declined(effect);
        }
        if let Some(answer) = handler.answer(cx, &effect) {
            self.current = Some(head);
            self.tell(cx, || Event::Answered {
                at: head.into(),
                scope,
                threw: answer.is_err(),
            });
            return Asked::Answered(answer);
        }
        let place = fiber.parent.replace(head);
        fiber.cut_from = place;
        self.counters.captured += 1;
        self.current = place;
        let k = Continuation::attached(id, self.home.id);
        let handled = handler.handle(cx, effect, k);
        self.tell(cx, || Event::Dispatched {
            at: head.into(),
            scope,
        });
        Asked::Decided(handled, scope)
    }

    /// Finds the nearest prompt from `from` outward that wants the effect. The continuation begins at `head`;
    /// `tail` is the last fiber before `from`.
    #[inline(never)]
    pub(crate) fn dispatch(
        &mut self,
        cx: &mut D::Context<'_>,
        mut effect: D::Effect,
        mut head: FiberId,
        mut tail: FiberId,
        mut from: Option<FiberId>,
    ) -> Flow<D> {
        while let Some(start) = from {
            let id = match self.find_handler(cx, &effect, start) {
                Found::Here(id) => id,
                Found::Nobody(outermost) => {
                    tail = outermost;
                    break;
                }
            };
            match self.ask(cx, effect, head, id) {
                Asked::Answered(answer) => return Some(answer.into()),
                Asked::Declined(same) => {
                    effect = same;
                    tail = id;
                    from = self.arena.get(id).parent;
                }
                // In this loop: a pass through a million handlers must not recurse.
                Asked::Decided(Handled::Pass(same, k), _) => {
                    from = self.current;
                    match self.attach_chain(k, from) {
                        Ok(chain) => (head, tail) = chain,
                        Err(error) => return self.complain(cx, error, Some(same)),
                    }
                    effect = same;
                    self.tell(cx, || Event::Forwarded { at: head.into() });
                }
                Asked::Decided(handled, scope) => return self.handled(cx, handled, scope),
            }
        }
        self.unhandled(cx, effect, head, tail)
    }

    #[cold]
    fn unhandled(
        &mut self,
        cx: &mut D::Context<'_>,
        effect: D::Effect,
        head: FiberId,
        tail: FiberId,
    ) -> Flow<D> {
        match D::on_unhandled(cx, &effect) {
            Unhandled::Park => {
                self.tell(cx, || Event::Parked { at: head.into() });
                self.counters.captured += 1;
                self.current = None;
                let outermost = self.arena.get_mut(tail);
                outermost.cut_from = None;
                outermost.parent = Some(head);
                let k = Continuation::attached(tail, self.home.id);
                self.stop(Outcome::Parked { effect, k })
            }
            Unhandled::Raise => {
                self.current = Some(head);
                self.tell(cx, || Event::Unhandled { at: head.into() });
                self.complain(cx, MachineError::Unhandled, Some(effect))
            }
        }
    }

    /// Does what a handler decided, at the current place: outside of its prompt, whose scope this was.
    #[inline(never)]
    pub(crate) fn handled(
        &mut self,
        cx: &mut D::Context<'_>,
        handled: Handled<D>,
        scope: ScopeId,
    ) -> Flow<D> {
        match handled {
            Handled::Transfer(k, answer) => {
                let next = self.go_on_with(cx, k, answer);
                self.flow(next)
            }
            Handled::Run { code, slot } => {
                let fiber = self.arena.add(self.current, |fiber| {
                    fiber.set_base(Base::Activation(scope, slot));
                    fiber.set_top(code);
                });
                self.current = Some(fiber);
                self.tell(cx, || Event::Activated {
                    at: fiber.into(),
                    scope,
                });
                Some(Input::Start)
            }
            Handled::Return(value) => Some(Input::Value(value)),
            Handled::Raise(error) => Some(Input::Error(error)),
            rare => self.handled_rarely(cx, rare),
        }
    }

    #[inline(never)]
    fn handled_rarely(&mut self, cx: &mut D::Context<'_>, handled: Handled<D>) -> Flow<D> {
        let place = self.current;
        let attempt = match handled {
            Handled::TransferWith(k, code) => self.attach(k, place).map(|head| {
                self.push_on(head, code);
                self.tell_going_on(cx, head, Given::Program, true);
                Input::Start
            }),
            Handled::Nest(nest) => {
                let Nest { k, inner, answer } = *nest;
                if self.is_foreign(&inner) {
                    return self.complain(cx, MachineError::ForeignContinuation, None);
                }
                self.attach(k, place)
                    .and_then(|head| self.attach(inner, Some(head)))
                    .map(|head| {
                        self.current = Some(head);
                        self.tell_going_on(cx, head, Given::answer(&answer), true);
                        answer.into()
                    })
            }
            Handled::Unwind(k, answer) => self
                .unwind_then(cx, k, Then::Answer(answer), place)
                .map(Input::Error),
            Handled::Perform(effect) => {
                // Outside of everything there is nobody to wait for the answer but an empty program.
                let head = place.unwrap_or_else(|| self.arena.add(None, |_| {}));
                self.current = Some(head);
                // By the loop: each of a million handlers may do this, and must not recurse.
                self.again = Some(effect);
                return None;
            }
            Handled::Pass(effect, k) => return self.pass(cx, effect, k),
            Handled::Suspend => return self.stop(Outcome::Idle),
            Handled::Transfer(..)
            | Handled::Run { .. }
            | Handled::Return(_)
            | Handled::Raise(_) => {
                unreachable!("done before what is rare")
            }
        };
        match attempt {
            Ok(input) => Some(input),
            Err(error) => self.complain(cx, error, None),
        }
    }

    /// Searches on from the current place, for an effect that a handler inside has declined.
    pub(crate) fn pass(
        &mut self,
        cx: &mut D::Context<'_>,
        effect: D::Effect,
        k: Continuation<D>,
    ) -> Flow<D> {
        let place = self.current;
        match self.attach_chain(k, place) {
            Ok((head, tail)) => {
                self.tell(cx, || Event::Forwarded { at: head.into() });
                self.dispatch(cx, effect, head, tail, place)
            }
            Err(error) => self.complain(cx, error, Some(effect)),
        }
    }

    /// Raises a machine's error at the innermost code.
    #[cold]
    pub(crate) fn complain(
        &mut self,
        cx: &mut D::Context<'_>,
        error: MachineError,
        effect: Option<D::Effect>,
    ) -> Flow<D> {
        let view = View::live(&self.arena, self.current);
        Some(Input::Error(D::machine_error(cx, error, effect, view)))
    }

    pub(crate) fn is_foreign(&self, k: &Continuation<D>) -> bool {
        k.machine().is_some_and(|machine| machine != self.id())
    }

    /// Puts a continuation on top of `place`, and gives its innermost fiber.
    #[inline(always)]
    pub(crate) fn attach(
        &mut self,
        k: Continuation<D>,
        place: Option<FiberId>,
    ) -> Result<FiberId, MachineError> {
        self.attach_chain(k, place).map(|(head, _)| head)
    }

    #[inline(always)]
    pub(crate) fn attach_chain(
        &mut self,
        k: Continuation<D>,
        place: Option<FiberId>,
    ) -> Result<(FiberId, FiberId), MachineError> {
        match k.into_repr() {
            Repr::Attached { tail, machine } if machine == self.home.id => {
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
            Repr::Attached { tail, machine } => {
                // It goes back where it belongs.
                drop(Continuation::<D>::attached(tail, machine));
                Err(MachineError::ForeignContinuation)
            }
            Repr::Loose(loose) => Ok(self.take_in(*loose, place)),
            Repr::Gone => unreachable!("a continuation is gone only while it is dropped"),
        }
    }

    /// Makes fibers of parts that no machine had taken.
    #[inline(never)]
    fn take_in(&mut self, loose: Loose<D>, place: Option<FiberId>) -> (FiberId, FiberId) {
        let mut parent = place;
        let mut tail = None;
        for part in loose.parts.into_iter().rev() {
            let id = self.add_loose(part.base, parent);
            let fiber = self.arena.get_mut(id);
            for code in part.frames {
                fiber.push(code);
            }
            if let Some(doomed) = part.unwinding {
                fiber.doom(doomed.min(fiber.height()));
            }
            if let Some(unstarted) = part.unstarted.filter(|index| *index < fiber.height()) {
                fiber.mark_unstarted(unstarted);
            }
            tail = tail.or(Some(id));
            parent = Some(id);
        }
        if let Some((base, code)) = loose.fresh {
            let id = self.add_loose(base, parent);
            let fiber = self.arena.get_mut(id);
            fiber.push(code);
            fiber.mark_unstarted(0);
            tail = tail.or(Some(id));
            parent = Some(id);
        }
        let (Some(head), Some(tail)) = (parent, tail) else {
            unreachable!("a loose continuation has at least one part");
        };
        (head, tail)
    }

    /// Adds a fiber whose base was no machine's, or another's: what its scope was says nothing here.
    #[inline]
    fn add_loose(&mut self, base: Base<D>, parent: Option<FiberId>) -> FiberId {
        let base = match base {
            Base::Boundary(_, boundary) => Base::Boundary(self.fresh_scope(), boundary),
            Base::Activation(_, slot) => Base::Activation(ScopeId::NONE, slot),
            other => other,
        };
        self.add_fiber(base, parent)
    }
}
