//! Fibers: made, suspended, resumed, moved, dropped, and how much memory they take.

use std::rc::Rc;

use machine::{Boundary, Code, Control, Handled, Handler, Input, Machine, Step, Target};

use crate::language::{Kont, Lang, Language, Value, begin, finish};
use crate::meter::{Meter, resident_bytes};

struct Fibers;

#[derive(Clone, Copy, PartialEq)]
enum Effect {
    /// Keeps the rest of the program for later.
    Suspend,
    /// Answered by the outermost handler.
    Ask,
    /// What the handlers in between are for. Nobody performs it.
    Other,
}

struct Prompt(Effect);

enum Frame {
    /// Suspends once, holding something counted.
    Worker { name: Value },
    /// Starts workers, each under a handler of its own.
    Spawns { left: u32 },
    /// Resumes all that is kept.
    Resumes,
    /// Resumes the last that is kept, once.
    Resume,
    /// Starts some workers, resumes them all, and so on.
    Rounds { left: u32, spawning: bool },
    /// Resumes the one that is kept, from a new place each time.
    Moves { left: u32 },
    /// Installs handlers around what travels.
    Wraps { handlers: u32 },
    /// Asks and suspends, without end.
    Travels { asked: bool },
}

struct World {
    kept: Vec<Kont<Fibers>>,
    asked: i64,
    /// What the workers hold.
    name: Value,
}

impl World {
    fn new() -> Self {
        World {
            kept: Vec::new(),
            asked: 0,
            name: Value::Text(Rc::new("worker".to_owned())),
        }
    }
}

// As the closures that OCaml's programs start fibers with: a frame is no larger than what its own program needs.
const _: () = assert!(size_of::<Frame>() == 16);

/// How many workers are alive at a time when they are hot.
const TOGETHER: u32 = 1000;
/// How many handlers a moving program's effect passes.
const HANDLERS: u32 = 200;

type Turn = Step<Lang<Fibers>>;

impl Language for Fibers {
    type Effect = Effect;
    type Frame = Frame;
    type Prompt = Prompt;
    type World = World;

    fn kind(effect: &Effect) -> u64 {
        match effect {
            Effect::Suspend => 0,
            Effect::Ask => 1,
            Effect::Other => 2,
        }
    }
}

impl Handler<Lang<Fibers>> for Prompt {
    fn accepts(&self, _: &mut World, effect: &Effect) -> bool {
        self.0 == *effect
    }

    fn handle(&self, world: &mut World, effect: Effect, k: Kont<Fibers>) -> Handled<Lang<Fibers>> {
        match effect {
            Effect::Suspend => {
                world.kept.push(k);
                Handled::Return(Value::Unit)
            }
            Effect::Ask | Effect::Other => {
                world.asked += 1;
                Handled::Transfer(k, Ok(Value::Unit))
            }
        }
    }
}

fn install(effect: Effect, body: Frame) -> Turn {
    Step::Install {
        boundary: Boundary::Prompt(Prompt(effect)),
        body,
    }
}

/// Resumes the last that is kept, if there is one.
fn resume(world: &mut World) -> Option<Turn> {
    let k = world.kept.pop()?;
    Some(Step::Control(Control::Resume(
        Target::Given(k),
        Ok(Value::Unit),
    )))
}

fn done() -> Turn {
    Step::Return(Value::Unit)
}

impl Code<Lang<Fibers>> for Frame {
    fn resume(&mut self, world: &mut World, input: Input<Lang<Fibers>>) -> Turn {
        let started = match input {
            Input::Start => false,
            Input::Value(_) => true,
            Input::Error(error) => return Step::Raise(error),
        };
        match self {
            Frame::Worker { name } if started => Step::Return(name.clone()),
            Frame::Worker { .. } => Step::Perform(Effect::Suspend),
            Frame::Spawns { left: 0 } => done(),
            Frame::Spawns { left } => {
                *left -= 1;
                let name = world.name.clone();
                install(Effect::Suspend, Frame::Worker { name })
            }
            Frame::Resume if started => done(),
            Frame::Resume | Frame::Resumes => resume(world).unwrap_or_else(done),
            Frame::Rounds { left: 0, .. } => done(),
            Frame::Rounds { left, spawning } => {
                *spawning = !*spawning;
                if *spawning {
                    return Step::Call(Frame::Spawns {
                        left: TOGETHER.min(*left),
                    });
                }
                *left = left.saturating_sub(TOGETHER);
                Step::Call(Frame::Resumes)
            }
            Frame::Moves { left: 0 } => done(),
            Frame::Moves { left } => {
                *left -= 1;
                install(Effect::Other, Frame::Resume)
            }
            Frame::Wraps { .. } if started => done(),
            Frame::Wraps { handlers: 0 } => Step::Call(Frame::Travels { asked: false }),
            Frame::Wraps { handlers } => install(
                Effect::Other,
                Frame::Wraps {
                    handlers: *handlers - 1,
                },
            ),
            Frame::Travels { asked } => {
                *asked = !*asked;
                Step::Perform(if *asked { Effect::Ask } else { Effect::Suspend })
            }
        }
    }
}

/// A count that fits in a frame.
fn small(count: u64) -> u32 {
    u32::try_from(count).expect("fewer turns than 2^32")
}

/// Runs a program to its end.
fn run(machine: &mut Machine<Lang<Fibers>>, world: &mut World, body: Frame) {
    begin::<Fibers>(machine, [], body);
    let _unit = finish::<Fibers>(machine, world);
}

/// A machine on which this many workers are suspended.
fn suspended(count: u32) -> (Machine<Lang<Fibers>>, World) {
    let (mut machine, mut world) = (Machine::new(), World::new());
    run(&mut machine, &mut world, Frame::Spawns { left: count });
    (machine, world)
}

/// Starts, suspends, and resumes `count` fibers to their end, a thousand alive at a time. Gives the count.
pub(crate) fn spawn_hot(meter: &mut Meter, count: u64) -> i64 {
    let (mut machine, mut world) = (Machine::new(), World::new());
    let rounds = Frame::Rounds {
        left: small(count),
        spawning: false,
    };
    meter.time(|| run(&mut machine, &mut world, rounds));
    count as i64
}

/// Starts and suspends `count` fibers in fresh memory. Gives how many are alive then.
pub(crate) fn spawn_fresh(meter: &mut Meter, count: u64) -> i64 {
    let (_machine, world) = meter.time(|| suspended(small(count)));
    world.kept.len() as i64
}

/// Resumes `count` suspended fibers to their end, all of which were alive together. Gives the count.
pub(crate) fn resume_all(meter: &mut Meter, count: u64) -> i64 {
    let (mut machine, mut world) = suspended(small(count));
    meter.time(|| run(&mut machine, &mut world, Frame::Resumes));
    count as i64 - world.kept.len() as i64
}

/// Drops `count` suspended fibers. Gives how many the machine has let go.
pub(crate) fn drop_all(meter: &mut Meter, count: u64) -> i64 {
    let (mut machine, mut world) = suspended(small(count));
    let before = machine.fibers();
    meter.time(|| {
        world.kept.clear();
        machine.reclaim();
    });
    before as i64 - machine.fibers() as i64
}

/// Measures the memory of `count` suspended fibers, without the list of the continuations. Gives the count.
pub(crate) fn bytes(meter: &mut Meter, count: u64) -> i64 {
    let before = resident_bytes();
    let (_machine, world) = suspended(small(count));
    let after = resident_bytes();
    let alive = world.kept.len();
    let list = (size_of::<Kont<Fibers>>() * alive) as f64;
    meter.bytes = after
        .zip(before)
        .map(|(after, before)| after - before - list);
    alive as i64
}

/// Resumes a kept program `count` times, each time from a new place. It performs an effect that passes 200 handlers:
/// its own if it travels with them, or else those of the place. Gives how often it was answered.
pub(crate) fn migrate(meter: &mut Meter, with_handlers: bool, count: u64) -> i64 {
    let (mut machine, mut world) = (Machine::new(), World::new());
    let (inside, outside) = if with_handlers {
        (HANDLERS, 0)
    } else {
        (0, HANDLERS)
    };
    begin::<Fibers>(
        &mut machine,
        [Prompt(Effect::Suspend), Prompt(Effect::Ask)],
        Frame::Wraps { handlers: inside },
    );
    let _unit = finish::<Fibers>(&mut machine, &mut world);
    let handlers = (0..outside).map(|_| Prompt(Effect::Other));
    begin::<Fibers>(
        &mut machine,
        handlers.chain([Prompt(Effect::Ask)]),
        Frame::Moves { left: small(count) },
    );
    world.asked = 0;
    meter.time(|| finish::<Fibers>(&mut machine, &mut world));
    world.asked
}
