//! The language of the tasks: all that they perform is for the scheduler.

use std::time::Duration;

use machine::{Answer, Boundary, Code, Input, Step};
use scheduler::{Deadlock, Id, Op, Prompt, Refusal, Request, Scheduler, SchedulerDomain, Together};

use super::child::Child;
use super::main_task::Main;
use crate::language::{Fault, Lang, Language, Value};

pub(crate) struct Tasks;

pub(crate) type Operation = Op<Lang<Tasks>>;
pub(super) type Turn = Step<Lang<Tasks>>;

pub(crate) enum Frame {
    Main(Box<Main>),
    Child(Child),
}

pub(crate) struct World {
    scheduler: Scheduler<Lang<Tasks>>,
    /// When the last sleeper woke up.
    pub(super) latest: Duration,
    /// The memory of this process when all children were there.
    pub(super) resident: Option<f64>,
}

impl Default for World {
    fn default() -> Self {
        World {
            scheduler: Scheduler::new().with_virtual_clock(),
            latest: Duration::ZERO,
            resident: None,
        }
    }
}

impl Language for Tasks {
    type Effect = Request<Lang<Tasks>>;
    type Frame = Frame;
    type Prompt = Prompt;
    type World = World;
}

/// The task ends with this.
pub(super) fn done(number: i64) -> Turn {
    Step::Return(Value::Int(number))
}

impl Code<Lang<Tasks>> for Frame {
    fn resume(&mut self, world: &mut World, input: Input<Lang<Tasks>>) -> Turn {
        match (self, input) {
            (Frame::Child(_), Input::Error(error)) => Step::Raise(error),
            (Frame::Child(child), _) => child.go_on(world),
            (Frame::Main(main), Input::Start) => main.go_on(world, Ok(Value::Unit)),
            (Frame::Main(main), Input::Value(value)) => main.go_on(world, Ok(value)),
            (Frame::Main(main), Input::Error(error)) => main.go_on(world, Err(error)),
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
        Boundary::Prompt(Prompt)
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
