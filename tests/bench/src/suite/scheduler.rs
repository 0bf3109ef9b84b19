//! scheduler: jobs are forked, let the others run first, and tick. The queue of the waiting ones is a handler's.

use std::collections::VecDeque;

use machine::{Answer, Boundary, Code, Continuation, Handled, Handler, Input, Machine, Step};

use crate::language::{Kont, Lang, Language, Value, begin, finish};
use crate::meter::Meter;

struct Jobs;

enum Effect {
    Fork(Frame),
    Yield,
    Tick,
}

enum Prompt {
    Scheduler,
    Counter,
}

enum Frame {
    /// Lets the others run first, ticks, and ends.
    Job { turn: u8 },
    /// Forks the jobs.
    Forks { left: u64 },
    /// The same again.
    Again { left: u64, jobs: u64 },
}

#[derive(Default)]
struct World {
    queue: VecDeque<Kont<Jobs>>,
    ticks: i64,
}

/// How often the program is repeated.
pub(crate) const TIMES: u64 = 100;

impl Language for Jobs {
    type Effect = Effect;
    type Frame = Frame;
    type Prompt = Prompt;
    type World = World;

    fn kind(effect: &Effect) -> u64 {
        match effect {
            Effect::Fork(_) => 0,
            Effect::Yield => 1,
            Effect::Tick => 2,
        }
    }
}

impl World {
    /// Goes on with the job that waits for longest.
    fn next(&mut self) -> Handled<Lang<Jobs>> {
        match self.queue.pop_front() {
            Some(k) => Handled::Transfer(k, Ok(Value::Unit)),
            None => Handled::Return(Value::Unit),
        }
    }
}

impl Handler<Lang<Jobs>> for Prompt {
    fn accepts(&self, _: &mut World, effect: &Effect) -> bool {
        match self {
            Prompt::Scheduler => matches!(effect, Effect::Fork(_) | Effect::Yield),
            Prompt::Counter => matches!(effect, Effect::Tick),
        }
    }

    fn answer(&self, world: &mut World, effect: &Effect) -> Option<Answer<Lang<Jobs>>> {
        match effect {
            Effect::Tick => {
                world.ticks += 1;
                Some(Ok(Value::Unit))
            }
            Effect::Fork(_) | Effect::Yield => None,
        }
    }

    fn handle(&self, world: &mut World, effect: Effect, k: Kont<Jobs>) -> Handled<Lang<Jobs>> {
        world.queue.push_back(k);
        match effect {
            Effect::Fork(job) => {
                let forked = Continuation::new([Boundary::Prompt(Prompt::Scheduler)], job);
                Handled::Transfer(forked, Ok(Value::Unit))
            }
            Effect::Yield | Effect::Tick => world.next(),
        }
    }

    fn finish(&self, world: &mut World, answer: Answer<Lang<Jobs>>) -> Handled<Lang<Jobs>> {
        match (self, answer) {
            (_, Err(error)) => Handled::Raise(error),
            (Prompt::Scheduler, Ok(_)) => world.next(),
            (Prompt::Counter, Ok(_)) => Handled::Return(Value::Int(world.ticks)),
        }
    }
}

impl Code<Lang<Jobs>> for Frame {
    fn resume(&mut self, _: &mut World, input: Input<Lang<Jobs>>) -> Step<Lang<Jobs>> {
        if let Input::Error(error) = input {
            return Step::Raise(error);
        }
        match self {
            Frame::Job { turn } => {
                *turn += 1;
                match turn {
                    1 => Step::Perform(Effect::Yield),
                    2 => Step::Perform(Effect::Tick),
                    _ => Step::Return(Value::Unit),
                }
            }
            Frame::Forks { left: 0 } | Frame::Again { left: 0, .. } => Step::Return(Value::Unit),
            Frame::Forks { left } => {
                *left -= 1;
                Step::Perform(Effect::Fork(Frame::Job { turn: 0 }))
            }
            Frame::Again { left, jobs } => {
                *left -= 1;
                Step::Install {
                    boundary: Boundary::Prompt(Prompt::Scheduler),
                    body: Frame::Forks { left: *jobs },
                }
            }
        }
    }
}

/// Runs `size` jobs, a hundred times. Gives the number of ticks.
pub(crate) fn run(meter: &mut Meter, size: u64) -> i64 {
    let mut machine = Machine::<Lang<Jobs>>::new();
    let again = Frame::Again {
        left: TIMES,
        jobs: size,
    };
    begin::<Jobs>(&mut machine, [Prompt::Counter], again);
    meter.time(|| finish::<Jobs>(&mut machine, &mut World::default()))
}
