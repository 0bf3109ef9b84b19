//! The machine: what the host sees of it, and the loop that drives it.

use crate::continuation::Continuation;
use crate::fiber::{Arena, FiberId};
use crate::home::{Home, MachineId};
use crate::search::Memory;
use crate::{
    Answer, Base, Boundary, Code, Control, Domain, Event, Handled, Handler, Input, MachineError,
    Outcome, ScopeId, Step, Target, TraceBox,
};

/// Runs programs of a domain, one at a time.
///
/// The host starts or resumes a program, and then drives it with [`Machine::run`] until it is done, parked or idle.
/// The machine has no thread, clock or input of its own, and never calls itself.
pub struct Machine<D: Domain> {
    pub(crate) arena: Arena<D>,
    /// The innermost fiber of the running chain, or of the chain that waits while the machine is idle.
    pub(crate) current: Option<FiberId>,
    /// What `current` is to be resumed with; `None` while nothing is to be run.
    pub(crate) input: Option<Input<D>>,
    /// Whether `input` is for a fiber that is special, and [`Machine::attend`] has looked after it.
    attended: bool,
    /// Why the run ends.
    outcome: Option<Outcome<D>>,
    /// What a handler performs at the place where it is installed.
    pub(crate) again: Option<D::Effect>,
    pub(crate) home: Home,
    pub(crate) memory: Memory,
    pub(crate) trace: Option<TraceBox<D>>,
    /// How many observers are installed, in running and waiting programs: without one, nobody looks for them.
    pub(crate) observers: usize,
    pub(crate) counters: Counters,
    next_scope: u64,
    #[cfg(any(test, feature = "invariants"))]
    pub(crate) next_check: u64,
}

/// What the current fiber goes on with. `None`: the host is needed, for what `Machine::outcome` says.
pub(crate) type Flow<D> = Option<Input<D>>;

/// What a step of the usual kind ends with.
///
/// The functions that return it are inlined into the loop, and what a function that is not inlined gives is left in
/// the machine. So no pointer to this exists, and it stays in registers: written to memory in two words and read in
/// one, it would make the processor wait for longer than the rest of the step takes. `None`: look into the machine: its
/// `input` is what the current fiber goes on with; without one, the host is needed.
pub(crate) type Next<D> = Option<Input<D>>;

/// What a machine has done, for limits and for tests of cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Codes resumed.
    pub steps: u64,
    /// Effects performed.
    pub performed: u64,
    /// Continuations captured.
    pub captured: u64,
    /// Fibers looked at in search of a handler.
    pub searched: u64,
}

impl<D: Domain> Default for Machine<D> {
    fn default() -> Self {
        Self::new()
    }
}

impl<D: Domain> Machine<D> {
    /// A machine with nothing to run.
    pub fn new() -> Self {
        Machine {
            arena: Arena::new(),
            current: None,
            input: None,
            attended: false,
            outcome: None,
            again: None,
            home: Home::new(),
            memory: Memory::new(),
            trace: None,
            observers: 0,
            counters: Counters::default(),
            next_scope: 1,
            #[cfg(any(test, feature = "invariants"))]
            next_check: 0,
        }
    }

    /// Which machine this is: what [`Continuation::machine`] answers for continuations captured here.
    pub fn id(&self) -> MachineId {
        self.home.id
    }

    /// What the machine has done so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// How many fibers exist, in the running program and in all that wait.
    pub fn fibers(&self) -> usize {
        self.arena.live()
    }

    /// Whether there is something to run.
    pub fn is_ready(&self) -> bool {
        self.input.is_some()
    }

    /// Makes a program the next thing to run.
    ///
    /// # Errors
    /// [`MachineError::Busy`] if there is something to run already.
    pub fn start(&mut self, code: D::Code) -> Result<(), MachineError> {
        self.expect_idle()?;
        let fiber = self.arena.add(self.current, |fiber| fiber.set_top(code));
        self.current = Some(fiber);
        self.input = Some(Input::Start);
        Ok(())
    }

    /// Goes on with a continuation: the answer of a parked effect, or the start of an unstarted program.
    ///
    /// # Errors
    /// [`MachineError::Busy`] if there is something to run already; [`MachineError::ForeignContinuation`] if the
    /// continuation belongs to another machine. The program is then abandoned: see [`Continuation::machine`].
    pub fn resume(&mut self, k: Continuation<D>, answer: Answer<D>) -> Result<(), MachineError> {
        self.expect_idle()?;
        let head = self.attach(k, self.current)?;
        self.current = Some(head);
        self.input = Some(answer.into());
        Ok(())
    }

    /// Goes on with a continuation by running a program where it waits.
    ///
    /// # Errors
    /// As [`Machine::resume`].
    pub fn resume_with(&mut self, k: Continuation<D>, code: D::Code) -> Result<(), MachineError> {
        self.expect_idle()?;
        let head = self.attach(k, self.current)?;
        self.push_on(head, code);
        self.input = Some(Input::Start);
        Ok(())
    }

    /// Ends a continuation, so that its clean-up runs. The run then ends with the unit value, or with the error
    /// that a clean-up raised.
    ///
    /// # Errors
    /// As [`Machine::resume`].
    pub fn unwind(
        &mut self,
        cx: &mut D::Context<'_>,
        k: Continuation<D>,
    ) -> Result<(), MachineError> {
        let unit = D::unit(cx);
        self.unwind_to(cx, k, Ok(unit))
    }

    /// The same; the run then ends with this answer.
    ///
    /// # Errors
    /// As [`Machine::resume`].
    pub fn unwind_to(
        &mut self,
        cx: &mut D::Context<'_>,
        k: Continuation<D>,
        answer: Answer<D>,
    ) -> Result<(), MachineError> {
        self.expect_idle()?;
        let error = self.unwind_then(cx, k, crate::Then::Answer(answer), self.current)?;
        self.input = Some(Input::Error(error));
        Ok(())
    }

    /// Raises an error in the innermost code of a program that has paused, in place of what it would be resumed with:
    /// a host ends a program so that performs effects for ever and never stops.
    ///
    /// # Errors
    /// The error itself, if nothing has paused, or what has paused is about to begin or is told of an error already.
    pub fn interrupt(&mut self, error: D::Error) -> Result<(), D::Error> {
        if !matches!(self.input, Some(Input::Value(_))) {
            return Err(error);
        }
        self.input = Some(Input::Error(error));
        Ok(())
    }

    fn expect_idle(&self) -> Result<(), MachineError> {
        match self.input {
            None => Ok(()),
            Some(_) => Err(MachineError::Busy),
        }
    }

    /// Drives until the host is needed, or for `fuel` turns: most of them resume a code, some prepare that or end a program.
    pub fn run(&mut self, cx: &mut D::Context<'_>, fuel: u64) -> Outcome<D> {
        let mut left = fuel;
        if self.home.is_waiting() {
            self.reclaim();
        }
        let Some(mut input) = self.input.take() else {
            return Outcome::Idle;
        };
        loop {
            #[cfg(any(test, feature = "invariants"))]
            self.check_now_and_then();
            let Some(id) = self.current else {
                return self.done(cx, input);
            };
            if left == 0 {
                self.input = Some(input);
                return Outcome::Paused;
            }
            left -= 1;
            match self.turn(cx, id, input) {
                Some(next) => input = next,
                None => {
                    if self.again.is_some() {
                        self.perform_again(cx);
                    }
                    match (self.outcome.take(), self.input.take()) {
                        (None, Some(next)) => input = next,
                        (outcome, next) => {
                            self.input = next;
                            return outcome.unwrap_or(Outcome::Idle);
                        }
                    }
                }
            }
            if self.home.is_waiting() {
                self.reclaim();
            }
        }
    }

    #[cold]
    fn done(&mut self, cx: &mut D::Context<'_>, input: Input<D>) -> Outcome<D> {
        let answer = input.into_answer(cx);
        self.tell(cx, || Event::Done {
            raised: answer.is_err(),
        });
        Outcome::Done(answer)
    }

    /// Leaves what comes next in the machine, for the loop to find.
    #[inline(always)]
    pub(crate) fn left(&mut self, flow: Flow<D>) -> Next<D> {
        if flow.is_some() {
            self.input = flow;
        }
        None
    }

    /// What comes next, for a function that is not inlined into the loop.
    #[inline]
    pub(crate) fn flow(&mut self, next: Next<D>) -> Flow<D> {
        next.or_else(|| self.input.take())
    }

    /// Performs what handlers have decided to perform, until none does.
    #[cold]
    #[inline(never)]
    fn perform_again(&mut self, cx: &mut D::Context<'_>) {
        while let (Some(effect), Some(head)) = (self.again.take(), self.current) {
            let next = self.perform(cx, effect, head);
            self.input = self.flow(next);
        }
    }

    /// Ends the run.
    #[cold]
    pub(crate) fn stop(&mut self, outcome: Outcome<D>) -> Flow<D> {
        self.outcome = Some(outcome);
        None
    }

    /// Delivers one input to the innermost code, and does what it asks for.
    #[inline(always)]
    fn turn(&mut self, cx: &mut D::Context<'_>, id: FiberId, input: Input<D>) -> Next<D> {
        let fiber = self.arena.get_mut(id);
        if fiber.is_special() && !std::mem::take(&mut self.attended) {
            self.attend(cx, id, input);
            return None;
        }
        let Some(code) = fiber.top() else {
            if fiber.unwinding() {
                let flow = self.end_fiber(cx, id, input);
                return self.left(flow);
            }
            return self.end_usually(cx, id, input);
        };
        self.counters.steps += 1;
        // Nothing can reach this machine while the code runs: it is lent to nobody.
        match code.resume(cx, input) {
            Step::Perform(effect) => self.perform(cx, effect, id),
            Step::Return(value) => {
                // The code is dropped when the arena is whole again.
                let fiber = self.arena.get_mut(id);
                let code = fiber.pop();
                let over = fiber.first.is_none() && !fiber.is_special();
                drop(code);
                if over {
                    return self.end_usually(cx, id, Input::Value(value));
                }
                Some(Input::Value(value))
            }
            Step::Call(code) => {
                self.arena.get_mut(id).push(code);
                Some(Input::Start)
            }
            Step::Install { boundary, body } => {
                self.install(cx, id, boundary, body);
                Some(Input::Start)
            }
            Step::Control(control) => match control {
                Control::Transfer(Target::Own, answer) => self.transfer_own(cx, id, answer),
                Control::Transfer(Target::Given(k), answer) => {
                    self.transfer_given(cx, id, k, answer)
                }
                Control::Resume(target, answer) => self.resume_on(cx, id, target, answer),
                control => {
                    let flow = self.control(cx, control, id);
                    self.left(flow)
                }
            },
            Step::TailCall(code) => {
                let old = self
                    .arena
                    .get_mut(id)
                    .top()
                    .map(|top| std::mem::replace(top, code));
                drop(old);
                Some(Input::Start)
            }
            Step::Raise(error) => {
                self.pop_frame(id);
                Some(Input::Error(error))
            }
            Step::Pause => {
                self.input = Some(Input::Start);
                let flow = self.stop(Outcome::Paused);
                self.left(flow)
            }
        }
    }

    /// Looks after the input of a fiber that is being unwound, or whose innermost frame may not have begun.
    #[cold]
    #[inline(never)]
    fn attend(&mut self, cx: &mut D::Context<'_>, id: FiberId, input: Input<D>) {
        let input = match self.special_input(cx, id, input) {
            Ok(input) => {
                self.attended = self.arena.get(id).is_special();
                input
            }
            Err(error) => Input::Error(error),
        };
        self.input = Some(input);
    }

    /// What such a fiber is to be resumed with. An error if the frame ends with it before it begins.
    fn special_input(
        &mut self,
        cx: &mut D::Context<'_>,
        id: FiberId,
        mut input: Input<D>,
    ) -> Result<Input<D>, D::Error> {
        let fiber = self.arena.get_mut(id);
        let height = fiber.height();
        if fiber.unwinding() && height == fiber.doomed {
            // What the frame waited for belongs to the unwound part: whatever it gave, it is told now.
            fiber.doomed = height.saturating_sub(1);
            if !matches!(input, Input::Error(_)) {
                input = Input::Error(D::unwind_error(cx));
            }
        }
        if height != 0 && height == fiber.unstarted {
            fiber.mark_started();
            match input {
                Input::Error(error) => {
                    self.pop_frame(id);
                    return Err(error);
                }
                _ => input = Input::Start,
            }
        }
        Ok(input)
    }

    #[inline(always)]
    fn install(
        &mut self,
        cx: &mut D::Context<'_>,
        id: FiberId,
        boundary: Boundary<D>,
        body: D::Code,
    ) {
        let scope = self.fresh_scope();
        let observer = matches!(boundary, Boundary::Observer(_));
        self.observers += usize::from(observer);
        self.current = Some(self.arena.add(Some(id), |fiber| {
            fiber.set_base(Base::Boundary(scope, boundary));
            fiber.set_top(body);
        }));
        self.tell(cx, || Event::Installed { scope, observer });
    }

    /// The last frame of a fiber has ended: what lies at its base decides.
    #[inline(never)]
    fn end_fiber(&mut self, cx: &mut D::Context<'_>, id: FiberId, input: Input<D>) -> Flow<D> {
        match &*self.arena.get(id).base {
            Base::Plain => {
                self.leave(id);
                Some(input.into_answer(cx).into())
            }
            Base::Boundary(..) => self.end_boundary(cx, id, input),
            Base::Activation(..) => self.end_activation(cx, id, input),
            Base::Ending(_) => self.end_unwinding(cx, id, input),
        }
    }

    /// [`Machine::end_fiber`] for the usual case, in one piece: a handled program that is not unwound and nobody watches.
    #[inline(always)]
    fn end_usually(&mut self, cx: &mut D::Context<'_>, id: FiberId, input: Input<D>) -> Next<D> {
        let prompt = match self.trace {
            None => self.arena.get_mut(id).take_prompt(),
            Some(_) => None,
        };
        let Some((scope, handler)) = prompt else {
            let flow = self.end_fiber(cx, id, input);
            return self.left(flow);
        };
        self.current = self.arena.give_back(id);
        let answer = input.into_answer(cx);
        let handled = handler.finish(cx, answer);
        drop(handler);
        match handled {
            Handled::Return(value) => Some(Input::Value(value)),
            Handled::Raise(error) => Some(Input::Error(error)),
            handled => {
                let flow = self.handled(cx, handled, scope);
                self.left(flow)
            }
        }
    }

    #[inline]
    fn end_boundary(&mut self, cx: &mut D::Context<'_>, id: FiberId, input: Input<D>) -> Flow<D> {
        let answer = input.into_answer(cx);
        if self.trace.is_some() {
            self.tell_end(cx, id, answer.is_err());
        }
        let fiber = self.arena.get(id);
        let Base::Boundary(scope, Boundary::Prompt(handler)) = &*fiber.base else {
            self.leave(id);
            return Some(answer.into());
        };
        let scope = *scope;
        let handled = match answer {
            Err(error) if fiber.unwinding() => handler.unwound(cx, error),
            answer => handler.finish(cx, answer),
        };
        self.leave(id);
        self.handled(cx, handled, scope)
    }

    #[cold]
    fn tell_end(&mut self, cx: &mut D::Context<'_>, id: FiberId, raised: bool) {
        let fiber = self.arena.get(id);
        let (scope, unwinding) = (fiber.scope(), fiber.unwinding());
        self.tell(cx, || match unwinding {
            true => Event::Unwound { scope },
            false => Event::Returned { scope, raised },
        });
    }

    /// Makes a code the innermost one, which is to be started.
    #[inline]
    pub(crate) fn push_on(&mut self, id: FiberId, code: D::Code) {
        self.arena.get_mut(id).push(code);
        self.current = Some(id);
    }

    #[inline]
    pub(crate) fn pop_frame(&mut self, id: FiberId) {
        // Two statements: the code is dropped when the arena is whole again.
        let code = self.arena.get_mut(id).pop();
        drop(code);
    }

    pub(crate) fn fresh_scope(&mut self) -> ScopeId {
        let scope = ScopeId(self.next_scope);
        self.next_scope += 1;
        scope
    }

    pub(crate) fn add_fiber(&mut self, base: Base<D>, parent: Option<FiberId>) -> FiberId {
        if let Base::Boundary(_, Boundary::Observer(_)) = base {
            self.observers += 1;
        }
        self.arena.add(parent, |fiber| fiber.set_base(base))
    }

    #[inline]
    pub(crate) fn release_fiber(&mut self, id: FiberId) -> Option<FiberId> {
        if let Base::Boundary(_, Boundary::Observer(_)) = &*self.arena.get(id).base {
            self.observers -= 1;
        }
        self.arena.release(id)
    }

    /// Releases the innermost fiber; the one that waits for it is current.
    #[inline]
    pub(crate) fn leave(&mut self, id: FiberId) {
        self.current = self.release_fiber(id);
    }

    /// Releases the fiber of an activation that is over. Gives its scope.
    #[inline]
    pub(crate) fn leave_activation(&mut self, cx: &mut D::Context<'_>, id: FiberId) -> ScopeId {
        let scope = self.arena.get(id).scope();
        self.current = self.arena.release(id);
        self.tell(cx, || Event::Deactivated { scope });
        scope
    }

    /// Releases the fibers of continuations that were dropped, as [`Machine::run`] does between any two steps.
    pub fn reclaim(&mut self) {
        // What is dropped may drop more continuations.
        while self.home.is_waiting() {
            for tail in self.home.abandoned() {
                let mut next = self.arena.get(tail).parent;
                while let Some(id) = next {
                    let parent = self.release_fiber(id);
                    next = if id == tail { None } else { parent };
                }
            }
        }
    }
}
