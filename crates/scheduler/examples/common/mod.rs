//! A language for the examples: its programs are Rust's own futures, and all that they perform is for the scheduler.
//!
//! This is all that a domain has to bring.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as Polling, Poll, Waker};
use std::time::Duration;

use machine::{
    Answer, Boundary, Code, Continuation, Domain, Handled, Handler, Input, Key, Machine,
    MachineError, Outcome, Step, Unhandled, View,
};
use scheduler::{
    Deadlock, Id, Op, Prompt, Refusal, Request, Scheduler, SchedulerDomain, ScopeOptions,
    ScopePrompt, Scoped, Together,
};

/// The language.
pub(crate) struct Lang;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Unit,
    Int(i64),
    Id(Id),
    Flag(bool),
    List(Vec<Value>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Cancelled,
    Unwound,
    Refused(Refusal),
    Wrong(String),
    Several(Vec<Fault>),
}

/// What every step is lent: the scheduler, and what was said.
pub(crate) struct World {
    scheduler: Scheduler<Lang>,
    lines: Vec<String>,
}

/// A program, and the letters that it exchanges with the world.
pub(crate) struct Program(Pin<Box<dyn Future<Output = Answer<Lang>>>>, Task);

/// What a program has of the world.
#[derive(Clone, Default)]
pub(crate) struct Task(Rc<RefCell<Letters>>);

#[derive(Default)]
struct Letters {
    asked: Option<Op<Lang>>,
    answer: Option<Answer<Lang>>,
    said: Vec<String>,
}

impl Task {
    pub(crate) fn say(&self, line: impl Into<String>) {
        self.0.borrow_mut().said.push(line.into());
    }

    /// Performs a request.
    pub(crate) async fn ask(&self, op: Op<Lang>) -> Answer<Lang> {
        self.0.borrow_mut().asked = Some(op);
        std::future::poll_fn(|_| match self.0.borrow_mut().answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        })
        .await
    }

    /// Makes something, and gives its id.
    pub(crate) async fn make(&self, op: Op<Lang>) -> Result<Id, Fault> {
        match self.ask(op).await? {
            Value::Id(id) => Ok(id),
            other => Err(Fault::Wrong(format!("{other:?} is no id"))),
        }
    }

    pub(crate) async fn spawn(&self, program: Program) -> Result<Id, Fault> {
        self.make(Op::spawn(Vec::new(), program)).await
    }

    pub(crate) async fn scope(&self, options: ScopeOptions, program: Program) -> Answer<Lang> {
        self.ask(Op::scope(options, program)).await
    }

    pub(crate) async fn sleep(&self, seconds: u64) -> Answer<Lang> {
        self.ask(Op::Sleep(Duration::from_secs(seconds))).await
    }
}

/// Makes a program of a future.
pub(crate) fn program<F>(body: impl FnOnce(Task) -> F + 'static) -> Program
where
    F: Future<Output = Answer<Lang>> + 'static,
{
    let task = Task::default();
    let same = task.clone();
    Program(Box::pin(async move { body(same).await }), task)
}

/// Runs a program to its end in virtual time, and gives what was said and how much time has passed.
pub(crate) fn run(main: Program) -> (Answer<Lang>, Vec<String>, Duration) {
    let mut world = World {
        scheduler: Scheduler::new().with_virtual_clock(),
        lines: Vec::new(),
    };
    let mut machine = Machine::<Lang>::new();
    scheduler::spawn_main::<Lang>(&mut world, main);
    match scheduler::drive(&mut machine, &mut world, u64::MAX) {
        Outcome::Done(answer) => (answer, world.lines, world.scheduler.now()),
        other => unreachable!("nothing comes from outside here: {}", other.name()),
    }
}

impl Code<Lang> for Program {
    fn resume(&mut self, world: &mut World, input: Input<Lang>) -> Step<Lang> {
        self.1.0.borrow_mut().answer = match input {
            Input::Start => None,
            Input::Value(value) => Some(Ok(value)),
            Input::Error(error) => Some(Err(error)),
        };
        let polled = self
            .0
            .as_mut()
            .poll(&mut Polling::from_waker(Waker::noop()));
        let mut letters = self.1.0.borrow_mut();
        world.lines.append(&mut letters.said);
        match polled {
            Poll::Ready(Ok(value)) => Step::Return(value),
            Poll::Ready(Err(error)) => Step::Raise(error),
            Poll::Pending => match letters.asked.take() {
                Some(op) => Step::Perform(op.into()),
                None => Step::Raise(Fault::Wrong("it waits for what nobody does".to_owned())),
            },
        }
    }
}

/// Either of the scheduler's two handlers.
pub(crate) enum Handlers {
    Task,
    Scope(ScopePrompt),
}

impl Handler<Lang> for Handlers {
    fn accepts(&self, world: &mut World, effect: &Request<Lang>) -> bool {
        match self {
            Handlers::Task => Handler::<Lang>::accepts(&Prompt, world, effect),
            Handlers::Scope(prompt) => Handler::<Lang>::accepts(prompt, world, effect),
        }
    }
    fn handle(
        &self,
        world: &mut World,
        effect: Request<Lang>,
        k: Continuation<Lang>,
    ) -> Handled<Lang> {
        match self {
            Handlers::Task => Prompt.handle(world, effect, k),
            Handlers::Scope(prompt) => prompt.handle(world, effect, k),
        }
    }
    fn finish(&self, world: &mut World, answer: Answer<Lang>) -> Handled<Lang> {
        match self {
            Handlers::Task => Prompt.finish(world, answer),
            Handlers::Scope(prompt) => prompt.finish(world, answer),
        }
    }
    fn unwound(&self, world: &mut World, error: Fault) -> Handled<Lang> {
        match self {
            Handlers::Task => Prompt.unwound(world, error),
            Handlers::Scope(prompt) => prompt.unwound(world, error),
        }
    }
}

impl Domain for Lang {
    type Value = Value;
    type Error = Fault;
    type Effect = Request<Lang>;
    type Code = Program;
    type Handler = Handlers;
    type Observer = Infallible;
    type Slot = Option<Continuation<Lang>>;
    type Context<'c> = World;

    fn key(_: &mut World, effect: &Request<Lang>) -> Option<Key> {
        Some(Key(u64::from(effect.scope.is_some())))
    }
    fn unit(_: &mut World) -> Value {
        Value::Unit
    }
    fn machine_error(
        _: &mut World,
        error: MachineError,
        _: Option<Request<Lang>>,
        _: View<'_, Lang>,
    ) -> Fault {
        Fault::Wrong(error.to_string())
    }
    fn unwind_error(_: &mut World) -> Fault {
        Fault::Unwound
    }
    fn is_unwind(_: &mut World, error: &Fault) -> bool {
        *error == Fault::Unwound
    }
    fn on_unhandled(_: &mut World, _: &Request<Lang>) -> Unhandled {
        Unhandled::Raise
    }
}

impl SchedulerDomain for Lang {
    fn scheduler(world: &mut World) -> &mut Scheduler<Lang> {
        &mut world.scheduler
    }
    fn is_request(_: &mut World, _: &Request<Lang>) -> bool {
        true
    }
    fn request(_: &mut World, effect: Request<Lang>) -> Request<Lang> {
        effect
    }
    fn prompt(_: &mut World) -> Boundary<Lang> {
        Boundary::Prompt(Handlers::Task)
    }
    fn id_value(_: &mut World, id: Id) -> Value {
        Value::Id(id)
    }
    fn flag_value(_: &mut World, flag: bool) -> Value {
        Value::Flag(flag)
    }
    fn list_value(_: &mut World, values: Vec<Value>) -> Value {
        Value::List(values)
    }
    fn share(_: &mut World, answer: &Answer<Lang>) -> Answer<Lang> {
        answer.clone()
    }
    fn cancelled(_: &mut World) -> Fault {
        Fault::Cancelled
    }
    fn is_cancelled(_: &mut World, error: &Fault) -> bool {
        *error == Fault::Cancelled
    }
    fn group(_: &mut World, _: Together, mut errors: Vec<Fault>) -> Fault {
        match errors.len() {
            1 => errors.remove(0),
            _ => Fault::Several(errors),
        }
    }
    fn deadlock(_: &mut World, deadlock: &Deadlock) -> Option<Fault> {
        Some(Fault::Wrong(deadlock.to_string()))
    }
    fn refused(_: &mut World, refusal: Refusal) -> Fault {
        Fault::Refused(refusal)
    }
}

impl Scoped for Lang {
    fn scope_prompt(_: &mut World, prompt: ScopePrompt) -> Boundary<Lang> {
        Boundary::Prompt(Handlers::Scope(prompt))
    }
    fn as_request(effect: &Request<Lang>) -> Option<&Request<Lang>> {
        Some(effect)
    }
    fn as_request_mut(effect: &mut Request<Lang>) -> Option<&mut Request<Lang>> {
        Some(effect)
    }
    fn effect(_: &mut World, request: Request<Lang>) -> Request<Lang> {
        request
    }
}
