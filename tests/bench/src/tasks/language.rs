//! The language of the tasks: all that they perform is for the scheduler.

use std::time::Duration;

use machine::{Answer, Boundary, Code, Handled, Handler, Input, Step};
use scheduler::{
    Deadlock, Id, Op, Prompt, Refusal, Request, Scheduler, SchedulerDomain, ScopePrompt, Scoped,
    Together,
};

use super::child::Child;
use super::main_task::Main;
use super::scoped::Spawns;
use crate::language::{Fault, Kont, Lang, Language, Value};

pub(crate) struct Tasks;

pub(crate) type Operation = Op<Lang<Tasks>>;
pub(super) type Turn = Step<Lang<Tasks>>;

pub(crate) enum Frame {
    Main(Box<Main>),
    Scoped(Spawns),
    Child(Child),
}

pub(crate) enum Handlers {
    Task,
    Scope(ScopePrompt),
    /// One of those between a task and the scheduler: for an effect that nobody performs.
    Other,
}

pub(crate) struct World {
    scheduler: Scheduler<Lang<Tasks>>,
    /// How many children of scopes have run.
    pub(super) ran: i64,
    /// When the last sleeper woke up.
    pub(super) latest: Duration,
    /// The memory of this process when all children were there.
    pub(super) resident: Option<f64>,
}

impl Default for World {
    fn default() -> Self {
        World {
            scheduler: Scheduler::new().with_virtual_clock(),
            ran: 0,
            latest: Duration::ZERO,
            resident: None,
        }
    }
}

impl Language for Tasks {
    type Effect = Request<Lang<Tasks>>;
    type Frame = Frame;
    type Prompt = Handlers;
    type World = World;

    /// A scope's handler wants those requests that come from no scope yet.
    fn kind(effect: &Request<Lang<Tasks>>) -> u64 {
        u64::from(effect.scope.is_some())
    }
}

/// The task ends with this.
pub(super) fn done(number: i64) -> Turn {
    Step::Return(Value::Int(number))
}

impl Code<Lang<Tasks>> for Frame {
    fn resume(&mut self, world: &mut World, input: Input<Lang<Tasks>>) -> Turn {
        // Looked at first and alone: an input that is moved together with something else is copied.
        let given = match input {
            Input::Start => Ok(0),
            Input::Value(value) => Ok(value.int()),
            Input::Error(fault) => Err(fault),
        };
        match (self, given) {
            (Frame::Main(main), given) => main.go_on(world, given),
            (_, Err(fault)) => Step::Raise(fault),
            (Frame::Scoped(spawns), Ok(_)) => spawns.go_on(world),
            (Frame::Child(child), Ok(_)) => child.go_on(world),
        }
    }
}

impl Handler<Lang<Tasks>> for Handlers {
    fn accepts(&self, world: &mut World, effect: &Request<Lang<Tasks>>) -> bool {
        match self {
            Handlers::Task => Handler::<Lang<Tasks>>::accepts(&Prompt, world, effect),
            Handlers::Scope(prompt) => Handler::<Lang<Tasks>>::accepts(prompt, world, effect),
            Handlers::Other => false,
        }
    }

    fn handle(
        &self,
        world: &mut World,
        effect: Request<Lang<Tasks>>,
        k: Kont<Tasks>,
    ) -> Handled<Lang<Tasks>> {
        match self {
            Handlers::Task => Prompt.handle(world, effect, k),
            Handlers::Scope(prompt) => prompt.handle(world, effect, k),
            Handlers::Other => Handled::Pass(effect, k),
        }
    }

    fn finish(&self, world: &mut World, answer: Answer<Lang<Tasks>>) -> Handled<Lang<Tasks>> {
        match (self, answer) {
            (Handlers::Task, answer) => Prompt.finish(world, answer),
            (Handlers::Scope(prompt), answer) => prompt.finish(world, answer),
            (Handlers::Other, Ok(value)) => Handled::Return(value),
            (Handlers::Other, Err(fault)) => Handled::Raise(fault),
        }
    }

    fn unwound(&self, world: &mut World, fault: Fault) -> Handled<Lang<Tasks>> {
        match self {
            Handlers::Task => Prompt.unwound(world, fault),
            Handlers::Scope(prompt) => prompt.unwound(world, fault),
            Handlers::Other => Handled::Raise(fault),
        }
    }
}

impl SchedulerDomain for Lang<Tasks> {
    fn scheduler(world: &mut World) -> &mut Scheduler<Self> {
        &mut world.scheduler
    }

    fn is_request(_: &mut World, _: &Request<Self>) -> bool {
        true
    }

    fn request(_: &mut World, effect: Request<Self>) -> Request<Self> {
        effect
    }

    fn prompt(_: &mut World) -> Boundary<Self> {
        Boundary::Prompt(Handlers::Task)
    }

    fn id_value(_: &mut World, id: Id) -> Value {
        Value::Int(id.0 as i64)
    }

    fn flag_value(_: &mut World, flag: bool) -> Value {
        Value::Int(i64::from(flag))
    }

    /// Their sum: a list is no value here.
    fn list_value(_: &mut World, values: Vec<Value>) -> Value {
        Value::Int(values.iter().map(Value::int).sum())
    }

    fn share(_: &mut World, answer: &Answer<Self>) -> Answer<Self> {
        answer.clone()
    }

    fn cancelled(_: &mut World) -> Fault {
        Fault::Cancelled
    }

    fn is_cancelled(_: &mut World, error: &Fault) -> bool {
        matches!(error, Fault::Cancelled)
    }

    fn group(_: &mut World, _: Together, errors: Vec<Fault>) -> Fault {
        errors.into_iter().next().unwrap_or(Fault::Unwind)
    }

    fn deadlock(_: &mut World, deadlock: &Deadlock) -> Option<Fault> {
        panic!("{deadlock}")
    }

    fn refused(_: &mut World, refusal: Refusal) -> Fault {
        panic!("{refusal}")
    }
}

impl Scoped for Lang<Tasks> {
    fn scope_prompt(_: &mut World, prompt: ScopePrompt) -> Boundary<Self> {
        Boundary::Prompt(Handlers::Scope(prompt))
    }

    fn as_request(effect: &Request<Self>) -> Option<&Request<Self>> {
        Some(effect)
    }

    fn as_request_mut(effect: &mut Request<Self>) -> Option<&mut Request<Self>> {
        Some(effect)
    }

    fn effect(_: &mut World, request: Request<Self>) -> Request<Self> {
        request
    }
}
