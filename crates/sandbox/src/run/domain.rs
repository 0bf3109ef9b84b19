//! The sandbox's domain of the machine: its code is a thread of execution, its context the state of the run.
//!
//! A task is a continuation with one thread in it, under the scheduler's prompt. What only one task waits for (an
//! awaited tool, a sleep) parks that task in the scheduler's table; what every task must wait for (a plain call)
//! parks the machine.

use super::convert;
use super::host::Capability;
use crate::heap::{Type, Value};
use crate::vm::raise::{LimitExceeded, Raise, Res};
use crate::vm::request::{HostRequest, Pending, PendingRequest, Request as VmRequest};
use crate::vm::state::Vm;
use crate::vm::thread::{Exit, Input as VmInput, Thread};
use machine::{
    Answer, Boundary, Code, Continuation, Domain, Handled, Handler, Input, Key, MachineError, Step,
    Unhandled, View,
};
use scheduler::{
    AtEnd, Deadlock, Id, Op, Prompt, Refusal, Request, Scheduler, SchedulerDomain, Together,
};
use std::convert::Infallible;

/// The sandbox as a domain.
pub(crate) struct Guest;

/// How a thread of execution ends without a value.
#[derive(Debug, Clone)]
pub(crate) enum Fail {
    /// A Python exception that nothing caught.
    Exception(Value),
    /// A limit.
    Limit(LimitExceeded),
    /// Something that kont does not do.
    Refused(Box<str>),
    /// Nobody can ever go on.
    Deadlock,
    /// It was abandoned.
    Unwind,
}

impl From<Raise> for Fail {
    fn from(raise: Raise) -> Self {
        match raise {
            Raise::Exception(exception) => Self::Exception(exception),
            Raise::Limit(limit) => Self::Limit(limit),
            Raise::Refused(what) => Self::Refused(what),
            Raise::NeedsPython => {
                Self::Refused("a hash or equality written in Python, here".into())
            }
        }
    }
}

/// No task: the scheduler numbers them from 1.
const NOBODY: Id = Id(0);

/// What a thread performs, as the machine moves it.
pub(crate) enum Effect {
    /// A request to the host: its arguments have left the sandbox already.
    Host(Pending),
    /// A request to the host that every task waits for.
    HostBlocking(Pending),
    /// A request to the scheduler.
    Task(VmRequest),
}

/// The state of a run: what is lent to every step.
pub(crate) struct State {
    pub(crate) vm: Vm,
    pub(crate) scheduler: Scheduler<Guest>,
    pub(crate) capabilities: Vec<Capability>,
    /// Open requests in the order of their numbers, and which task waits for each.
    pub(crate) open: Vec<(Pending, Id)>,
    /// How many requests were made, and may be made.
    pub(crate) calls: u64,
    pub(crate) calls_max: u64,
    /// How often it has waited for the host.
    pub(crate) suspensions: u64,
    /// What ends the run whatever its main task does.
    pub(crate) fatal: Option<Fail>,
    /// Where the program was when it was refused: file, line, the line and carets.
    pub(crate) refused_at: String,
}

impl State {
    /// A request to the host gets its number.
    fn perform(&mut self, thread: &Thread, request: VmRequest) -> Result<Effect, Fail> {
        let blocks_all = match &request {
            VmRequest::HostCall { blocks_all, .. } => *blocks_all,
            VmRequest::Host(host) => !matches!(host, HostRequest::Sleep(_)),
            _ => return Ok(Effect::Task(request)),
        };
        if self.calls >= self.calls_max {
            let (kind, limit) = ("calls".into(), self.calls_max);
            return Err(Fail::Limit(LimitExceeded {
                kind,
                limit,
                used: limit.saturating_add(1),
            }));
        }
        let request = match request {
            VmRequest::HostCall {
                tool, args, kwargs, ..
            } => {
                let name = self
                    .capabilities
                    .get(tool as usize)
                    .map_or_else(String::new, |c| c.name.clone());
                self.call(name, &args, &kwargs)?
            }
            VmRequest::Host(host) => {
                // Its host makes the bytes before they come back.
                if let HostRequest::Random(bytes) = host {
                    self.vm.cross(u64::from(bytes))?;
                }
                PendingRequest::Host(host)
            }
            _ => unreachable!("tasks were sent to the scheduler above"),
        };
        self.calls += 1;
        let line = thread
            .frames
            .iter()
            .rev()
            .find_map(|frame| self.vm.line_of(frame))
            .unwrap_or(0);
        let pending = Pending {
            id: self.calls,
            line,
            request,
        };
        Ok(if blocks_all {
            Effect::HostBlocking(pending)
        } else {
            Effect::Host(pending)
        })
    }

    /// A task that is woken otherwise no longer waits for the host: a late answer is then nobody's.
    fn forget_calls(&mut self, task: Id) {
        for (_, waiting) in self.open.iter_mut().filter(|(_, waiting)| *waiting == task) {
            *waiting = NOBODY;
        }
    }

    fn call(
        &mut self,
        name: String,
        args: &[Value],
        kwargs: &[(crate::heap::Sym, Value)],
    ) -> Res<PendingRequest> {
        let vm = &mut self.vm;
        let args = args
            .iter()
            .map(|v| convert::to_data(vm, *v))
            .collect::<Res<_>>()?;
        let mut named = Vec::with_capacity(kwargs.len());
        for (key, value) in kwargs {
            let bytes = vm.heap.name(*key).len();
            vm.cross(bytes as u64)?;
            let value = convert::to_data(vm, *value)?;
            named.push((vm.heap.name(*key).to_string(), value));
        }
        Ok(PendingRequest::Call {
            name,
            args,
            kwargs: named,
        })
    }
}

impl Code<Guest> for Thread {
    fn resume(&mut self, state: &mut State, input: Input<Guest>) -> Step<Guest> {
        let mut input = match input {
            Input::Start => VmInput::Continue,
            // The first value starts a thread: it waits for none.
            Input::Value(_) if !self.waits => VmInput::Continue,
            Input::Value(value) => VmInput::Value(value),
            Input::Error(Fail::Exception(exception)) => VmInput::Error(exception),
            // No thread may see these: it ends, and its frames with it.
            Input::Error(fail) => return Step::Raise(fail),
        };
        loop {
            self.waits = false;
            return match state.vm.run(self, input) {
                Exit::Return(value) => Step::Return(value),
                Exit::Raise(exception) => Step::Raise(Fail::Exception(exception)),
                Exit::Limit(limit) => Step::Raise(Fail::Limit(limit)),
                Exit::Refused(what) => {
                    state.refused_at = state.vm.place(self);
                    Step::Raise(Fail::Refused(what))
                }
                Exit::Pause => Step::Pause,
                Exit::Perform(request) => match state.perform(self, request) {
                    Ok(effect) => {
                        self.waits = true;
                        Step::Perform(effect)
                    }
                    // The arguments cannot leave: the performer hears of it, and no call was made.
                    Err(Fail::Exception(exception)) => {
                        input = VmInput::Error(exception);
                        continue;
                    }
                    Err(fail) => {
                        state.refused_at = state.vm.place(self);
                        Step::Raise(fail)
                    }
                },
            };
        }
    }
}

impl Domain for Guest {
    type Value = Value;
    type Error = Fail;
    type Effect = Effect;
    type Code = Thread;
    type Handler = TaskPrompt;
    type Observer = Infallible;
    type Slot = Option<Continuation<Self>>;
    type Context<'c> = State;

    fn key(_: &mut State, effect: &Effect) -> Option<Key> {
        Some(Key(u64::from(matches!(effect, Effect::HostBlocking(_)))))
    }

    fn unit(_: &mut State) -> Value {
        Value::None
    }

    fn machine_error(
        _: &mut State,
        error: MachineError,
        _: Option<Effect>,
        _: View<'_, Self>,
    ) -> Fail {
        Fail::Refused(error.to_string().into())
    }

    fn unwind_error(_: &mut State) -> Fail {
        Fail::Unwind
    }

    fn is_unwind(_: &mut State, error: &Fail) -> bool {
        matches!(error, Fail::Unwind)
    }

    fn on_unhandled(_: &mut State, _: &Effect) -> Unhandled {
        Unhandled::Park
    }
}

/// The scheduler's prompt, which ends the run when a task ends by what no program may survive.
#[derive(Clone, Copy)]
pub(crate) struct TaskPrompt;

impl Handler<Guest> for TaskPrompt {
    fn accepts(&self, _: &mut State, effect: &Effect) -> bool {
        !matches!(effect, Effect::HostBlocking(_))
    }

    fn handle(&self, state: &mut State, effect: Effect, k: Continuation<Guest>) -> Handled<Guest> {
        Handler::<Guest>::handle(&Prompt, state, effect, k)
    }

    fn finish(&self, state: &mut State, answer: Answer<Guest>) -> Handled<Guest> {
        let current = state.scheduler.current();
        let is_main = current == state.scheduler.main();
        match &answer {
            Err(fail @ (Fail::Limit(_) | Fail::Refused(_))) => {
                state.fatal = Some(fail.clone());
                return Handled::Suspend;
            }
            // Tasks of the library keep their own errors; what comes here is nobody's to hear.
            Err(Fail::Exception(exception)) if !is_main => {
                let text = state.vm.traceback_text(*exception);
                state.vm.output[1].extend_from_slice(text.as_bytes());
            }
            _ => {}
        }
        let answer = if is_main { answer } else { Ok(Value::None) };
        let next = Prompt.finish(state, answer);
        if let Some(id) = current.filter(|_| !is_main) {
            // Nobody waits for tasks by their number: their ends need no memory.
            scheduler::forget::<Guest>(state, id).unwrap_or_default();
        }
        next
    }
}

impl SchedulerDomain for Guest {
    fn scheduler(state: &mut State) -> &mut Scheduler<Self> {
        &mut state.scheduler
    }

    fn is_request(_: &mut State, effect: &Effect) -> bool {
        !matches!(effect, Effect::HostBlocking(_))
    }

    fn request(state: &mut State, effect: Effect) -> Request<Self> {
        let op = match effect {
            Effect::Host(pending) | Effect::HostBlocking(pending) => {
                if let Some(task) = state.scheduler.current() {
                    state.open.push((pending, task));
                }
                Op::Park { external: true }
            }
            Effect::Task(VmRequest::Spawn(function)) => {
                Op::spawn(Vec::new(), state.vm.thread_calling(function))
            }
            Effect::Task(VmRequest::Wake(id, value)) => {
                state.forget_calls(Id(id));
                Op::Wake(Id(id), Ok(value))
            }
            Effect::Task(VmRequest::WakeError(id, error)) => {
                state.forget_calls(Id(id));
                Op::Wake(Id(id), Err(Fail::Exception(error)))
            }
            Effect::Task(VmRequest::Interrupt(id, error)) => {
                state.forget_calls(Id(id));
                Op::Interrupt(Id(id), Err(Fail::Exception(error)))
            }
            Effect::Task(VmRequest::Yield) => Op::Yield,
            Effect::Task(VmRequest::CurrentTask) => Op::Current,
            Effect::Task(VmRequest::Park | VmRequest::HostCall { .. } | VmRequest::Host(_)) => {
                Op::Park { external: false }
            }
        };
        op.into()
    }

    fn prompt(_: &mut State) -> Boundary<Self> {
        Boundary::Prompt(TaskPrompt)
    }

    fn id_value(_: &mut State, id: Id) -> Value {
        Value::Int(id.0.cast_signed())
    }

    fn flag_value(_: &mut State, flag: bool) -> Value {
        Value::Bool(flag)
    }

    fn list_value(state: &mut State, values: Vec<Value>) -> Value {
        state.vm.new_list(values).unwrap_or(Value::None)
    }

    fn share(_: &mut State, answer: &Answer<Self>) -> Answer<Self> {
        answer.clone()
    }

    fn cancelled(_: &mut State) -> Fail {
        Fail::Unwind
    }

    fn is_cancelled(_: &mut State, error: &Fail) -> bool {
        matches!(error, Fail::Unwind)
    }

    /// The library gathers and groups in Python: what comes here is one error, of one task.
    fn group(_: &mut State, _: Together, errors: Vec<Fail>) -> Fail {
        errors.into_iter().next().unwrap_or(Fail::Unwind)
    }

    fn deadlock(_: &mut State, _: &Deadlock) -> Option<Fail> {
        None
    }

    /// A limit that ends the main task ends all: no other may run its `finally`.
    fn at_end(_: &mut State) -> AtEnd {
        AtEnd::Drop
    }

    fn refused(state: &mut State, refusal: Refusal) -> Fail {
        Fail::from(state.vm.exception(Type::RuntimeError, refusal.to_string()))
    }
}
