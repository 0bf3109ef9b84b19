//! The scheduler: many tasks do the same, a round of them at a time, and the main task waits for them all.

mod child;
mod language;
mod main_task;
mod scoped;

use std::time::Duration;

use machine::{Machine, Outcome};
use scheduler::{Id, Tool};

use crate::language::Lang;
use crate::meter::{Meter, resident_bytes};
use child::Child;
use language::{Frame, Tasks, World};
use main_task::{Main, Then};
use scoped::Spawns;

/// How many tasks are alive at a time, if a program does not need them all.
pub(crate) const ROUND: u64 = 10_000;
/// How many tasks take turns, or want the same.
pub(crate) const CROWD: u64 = 1000;
/// How many of a crowd have a permit at a time.
pub(crate) const PERMITS: u64 = 10;

/// One program: rounds of children.
struct Rounds {
    /// How many there are in all, and at a time.
    children: u64,
    together: u64,
    /// Two of these are there for all.
    tool: Tool,
    /// Makes the child with this number.
    child: Box<dyn Fn(u64, [Id; 2]) -> Child>,
    /// How many handlers there are around each of them, besides the scheduler.
    handlers: usize,
    /// What the main task does when a round is there.
    then: Then,
}

impl Rounds {
    /// Rounds of children that want nothing, and are waited for one by one.
    fn new(children: u64, child: impl Fn(u64, [Id; 2]) -> Child + 'static) -> Self {
        Rounds {
            children,
            together: ROUND,
            tool: Tool::Event,
            child: Box::new(child),
            handlers: 0,
            then: Then::Join,
        }
    }

    /// All at a time.
    fn together(mut self) -> Self {
        self.together = self.children;
        self
    }

    fn with(mut self, tool: Tool) -> Self {
        self.tool = tool;
        self
    }

    fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }

    /// Runs them, and gives the sum of their answers.
    fn run(self, meter: &mut Meter) -> i64 {
        let mut world = World::default();
        let make = |world: &mut World| scheduler::make::<Lang<Tasks>>(world, self.tool);
        let tools = [make(&mut world), make(&mut world)];
        let before = resident_bytes();
        let sum = run(meter, &mut world, Main::program(self, tools));
        meter.bytes = world
            .resident
            .zip(before)
            .map(|(after, before)| after - before);
        sum
    }
}

/// Runs a main task to the end of all tasks, in virtual time.
fn run(meter: &mut Meter, world: &mut World, main: Frame) -> i64 {
    let mut machine = Machine::<Lang<Tasks>>::new();
    let outcome = meter.time(|| {
        scheduler::spawn_main::<Lang<Tasks>>(world, main);
        scheduler::drive(&mut machine, world, u64::MAX)
    });
    match outcome {
        Outcome::Done(Ok(answer)) => answer.int(),
        Outcome::Done(Err(fault)) => panic!("the main task has failed: {fault:?}"),
        other => panic!("the main task is {}", other.name()),
    }
}

/// What one child of so many does of the whole.
pub(crate) fn share(whole: u64, number: u64, children: u64) -> u64 {
    whole / children + u64::from(number < whole % children)
}

/// When a child wakes up: each at a time of its own, and not in the order in which they were spawned.
pub(crate) fn bedtime(number: u64, children: u64) -> Duration {
    const PRIME: u64 = 7919;
    Duration::from_millis(1 + number * PRIME % children)
}

/// Tasks that end at once are waited for one by one. Gives how many there were.
pub(crate) fn join(meter: &mut Meter, size: u64) -> i64 {
    Rounds::new(size, |_, _| Child::Ends).run(meter)
}

/// The same; a whole round is waited for with one request.
pub(crate) fn gather(meter: &mut Meter, size: u64) -> i64 {
    Rounds::new(size, |_, _| Child::Ends)
        .then(Then::Gather)
        .run(meter)
}

/// The same, in a scope for each round, which waits for them. Gives how many have run.
pub(crate) fn scoped(meter: &mut Meter, size: u64) -> i64 {
    let main = Frame::Scoped(Spawns::InScopes(size));
    run(meter, &mut World::default(), main)
}

/// Each of a crowd lets the others run first, again and again, with so many handlers between it and the scheduler.
/// Gives how often that was.
pub(crate) fn take_turns(meter: &mut Meter, handlers: usize, size: u64) -> i64 {
    let yields = move |number, _| Child::yields(share(size, number, CROWD));
    let rounds = Rounds::new(CROWD, yields);
    Rounds { handlers, ..rounds }.run(meter)
}

/// Each of a crowd takes a permit and lets the others run before it gives it back. Gives how often that was.
pub(crate) fn contend(meter: &mut Meter, size: u64) -> i64 {
    Rounds::new(CROWD, move |number, [permits, _]| {
        Child::contends(permits, share(size, number, CROWD))
    })
    .with(Tool::Semaphore(PERMITS))
    .run(meter)
}

/// Two tasks send one another messages through two channels that hold one. Gives how many were received.
pub(crate) fn ping_pong(meter: &mut Meter, size: u64) -> i64 {
    Rounds::new(2, move |number, [ping, pong]| match number {
        0 => Child::plays(ping, pong, size / 2, true),
        _ => Child::plays(pong, ping, size / 2, false),
    })
    .with(Tool::Channel(1))
    .run(meter)
}

/// Tasks sleep, all at a time. Gives how many were woken in the order of their times.
pub(crate) fn sleep(meter: &mut Meter, size: u64) -> i64 {
    Rounds::new(size, move |number, _| Child::sleeps(bedtime(number, size)))
        .together()
        .run(meter)
}

/// Tasks wait for an event, all at a time, and are cancelled there. Gives how many were.
pub(crate) fn cancel(meter: &mut Meter, size: u64) -> i64 {
    Rounds::new(size, |_, [event, _]| Child::waits(event))
        .together()
        .then(Then::Cancel)
        .run(meter)
}

/// Tasks wait for an event, all at a time, and their memory is measured. Gives how many there were.
pub(crate) fn bytes(meter: &mut Meter, size: u64) -> i64 {
    Rounds::new(size, |_, [event, _]| Child::waits(event))
        .together()
        .then(Then::Measure)
        .run(meter)
}
