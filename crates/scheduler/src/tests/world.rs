//! A domain whose effects are the scheduler's requests, and tasks written as one closure a turn.

use std::convert::Infallible;

use machine::{
    Answer, Boundary, Code, Continuation, Domain, Input, Key, Machine, MachineError, Outcome, Step,
    Unhandled, View,
};

use crate::{Blocked, Id, Prompt, Refusal, Request, Scheduler, SchedulerDomain};

pub(crate) struct Lang;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Unit,
    Int(i64),
    Id(Id),
    Flag(bool),
    List(Vec<Value>),
}

impl Value {
    pub(crate) fn id(&self) -> Id {
        match self {
            Value::Id(id) => *id,
            other => panic!("{other:?} is no id"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    User(i64),
    Cancelled,
    Deadlock(Vec<Blocked>),
    Refused(Refusal),
    Machine(MachineError),
    Unwind,
}

#[derive(Default)]
pub(crate) struct World {
    pub(crate) scheduler: Scheduler<Lang>,
    pub(crate) log: Vec<String>,
    /// Somebody outside knows how to go on.
    pub(crate) tolerates_deadlock: bool,
}

impl World {
    pub(crate) fn say(&mut self, word: impl Into<String>) {
        self.log.push(word.into());
    }
}

type Turn = Box<dyn FnMut(&mut World, u32, Answer<Lang>) -> Step<Lang>>;

pub(crate) struct Task {
    turn: u32,
    run: Turn,
}

/// A program: what it does at each turn, given the answer to what it did in the turn before.
pub(crate) fn task(run: impl FnMut(&mut World, u32, Answer<Lang>) -> Step<Lang> + 'static) -> Task {
    Task {
        turn: 0,
        run: Box::new(run),
    }
}

pub(crate) fn ask(request: Request<Lang>) -> Step<Lang> {
    Step::Perform(request)
}

pub(crate) fn end(answer: Answer<Lang>) -> Step<Lang> {
    match answer {
        Ok(value) => Step::Return(value),
        Err(error) => Step::Raise(error),
    }
}

/// A task that says its word and returns a number.
pub(crate) fn says(word: &'static str, number: i64) -> Task {
    task(move |world, _, _| {
        world.say(word);
        Step::Return(Value::Int(number))
    })
}

/// A task that waits for this, and ends as it does.
pub(crate) fn waits(id: Id) -> Task {
    task(move |_, turn, answer| {
        if turn == 0 {
            ask(Request::Wait(id))
        } else {
            end(answer)
        }
    })
}

/// A task that parks, and says what it was woken with.
pub(crate) fn parks(external: bool) -> Task {
    task(move |world, turn, answer| {
        if turn == 0 {
            return ask(Request::Park { external });
        }
        world.say(format!("{answer:?}"));
        end(answer)
    })
}

impl Code<Lang> for Task {
    fn resume(&mut self, world: &mut World, input: Input<Lang>) -> Step<Lang> {
        let turn = self.turn;
        self.turn += 1;
        let answer = match input {
            Input::Start => Ok(Value::Unit),
            Input::Value(value) => Ok(value),
            Input::Error(error) => Err(error),
        };
        (self.run)(world, turn, answer)
    }
}

impl Domain for Lang {
    type Value = Value;
    type Error = Fault;
    type Effect = Request<Lang>;
    type Code = Task;
    type Handler = Prompt;
    type Observer = Infallible;
    type Slot = Option<Continuation<Lang>>;
    type Context<'c> = World;

    fn key(_: &mut World, _: &Request<Lang>) -> Option<Key> {
        Some(Key(0))
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
        Fault::Machine(error)
    }
    fn unwind_error(_: &mut World) -> Fault {
        Fault::Unwind
    }
    fn is_unwind(_: &mut World, error: &Fault) -> bool {
        *error == Fault::Unwind
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
        Boundary::Prompt(Prompt)
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
    fn deadlock(world: &mut World, blocked: &[Blocked]) -> Option<Fault> {
        (!world.tolerates_deadlock).then(|| Fault::Deadlock(blocked.to_vec()))
    }
    fn refused(_: &mut World, refusal: Refusal) -> Fault {
        Fault::Refused(refusal)
    }
}

/// Drives until the main task has ended, or the host is needed.
pub(crate) fn drive(machine: &mut Machine<Lang>, world: &mut World) -> Option<Answer<Lang>> {
    loop {
        match machine.run(world, u64::MAX) {
            Outcome::Done(answer) => return Some(answer),
            Outcome::Idle => {}
            other => panic!("the machine is {}", other.name()),
        }
        let (k, answer) = crate::next::<Lang>(world)?;
        machine.resume(k, answer).expect("the machine is idle");
    }
}

/// Runs a main task to its end.
pub(crate) fn run_main(code: Task) -> (Answer<Lang>, Vec<String>) {
    let (mut machine, mut world) = (Machine::new(), World::default());
    crate::spawn_main::<Lang>(&mut world, code);
    let answer = drive(&mut machine, &mut world).expect("the main task ends");
    (answer, world.log)
}
