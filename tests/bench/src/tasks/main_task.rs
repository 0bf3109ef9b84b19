//! The main task: it starts a round of children, does something with them, waits for them all, and starts the next.

use machine::{Boundary, Step};
use scheduler::{Id, Op};

use super::Rounds;
use super::language::{Frame, Handlers, Operation, Turn, World, done};
use crate::language::Fault;
use crate::meter::resident_bytes;

/// What the main task does when all of a round are there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// Waits for them one by one.
    Join,
    /// Waits for them all with one request.
    Gather,
    /// When each of them waits: cancels them all.
    Cancel,
    /// When each of them waits: looks how much memory there is, and sets the event that they wait for.
    Measure,
}

pub(crate) struct Main {
    rounds: Rounds,
    tools: [Id; 2],
    /// How many children there have been.
    begun: u64,
    /// Those of this round.
    alive: Vec<Id>,
    /// What the children have given.
    sum: i64,
    now: Now,
}

/// What was asked for last. A number is the place of a child in the round.
enum Now {
    Begin,
    Spawn,
    /// All children run, up to where they wait.
    Yield,
    Cancel(usize),
    Set,
    Gather,
    Wait(usize),
    Forget(usize),
}

impl Main {
    pub(super) fn program(rounds: Rounds, tools: [Id; 2]) -> Frame {
        Frame::Main(Box::new(Main {
            rounds,
            tools,
            begun: 0,
            alive: Vec::new(),
            sum: 0,
            now: Now::Begin,
        }))
    }

    pub(super) fn go_on(&mut self, world: &mut World, given: Result<i64, Fault>) -> Turn {
        let op = match (&self.now, given) {
            // It is what a cancelled child has to give.
            (Now::Wait(at), Err(Fault::Cancelled)) => {
                self.sum += 1;
                self.forget(*at)
            }
            (_, Err(fault)) => return Step::Raise(fault),
            (Now::Begin, _) => {
                // All at once, as in the peers: how a list grows is no matter of the scheduler.
                let together = self.rounds.together.min(self.rounds.children);
                self.alive.reserve_exact(together as usize);
                self.spawn()
            }
            (Now::Spawn, Ok(id)) => {
                self.alive.push(Id(id as u64));
                let complete = self.alive.len() as u64 == self.rounds.together;
                if complete || self.begun == self.rounds.children {
                    self.act()
                } else {
                    self.spawn()
                }
            }
            (Now::Yield, _) if self.rounds.then == Then::Cancel => self.cancel(0),
            (Now::Yield, _) => {
                world.resident = resident_bytes();
                self.now = Now::Set;
                Op::Set(self.tools[0])
            }
            (Now::Cancel(at), _) if at + 1 < self.alive.len() => self.cancel(at + 1),
            (Now::Cancel(_) | Now::Set, _) => self.wait(0),
            (Now::Gather, Ok(sum)) => {
                self.sum += sum;
                self.forget(0)
            }
            (Now::Wait(at), Ok(number)) => {
                self.sum += number;
                self.forget(*at)
            }
            (Now::Forget(at), _) if at + 1 < self.alive.len() => match self.rounds.then {
                Then::Gather => self.forget(at + 1),
                _ => self.wait(at + 1),
            },
            (Now::Forget(_), _) if self.begun == self.rounds.children => return done(self.sum),
            (Now::Forget(_), _) => {
                self.alive.clear();
                self.spawn()
            }
        };
        Step::Perform(op.into())
    }

    fn spawn(&mut self) -> Operation {
        let child = (self.rounds.child)(self.begun, self.tools);
        self.begun += 1;
        self.now = Now::Spawn;
        let others = (0..self.rounds.handlers).map(|_| Boundary::Prompt(Handlers::Other));
        Op::spawn(others.collect(), Frame::Child(child))
    }

    /// The round is there.
    fn act(&mut self) -> Operation {
        match self.rounds.then {
            Then::Join => self.wait(0),
            Then::Gather => {
                self.now = Now::Gather;
                Op::Gather(self.alive.clone())
            }
            Then::Cancel | Then::Measure => {
                self.now = Now::Yield;
                Op::Yield
            }
        }
    }

    fn cancel(&mut self, at: usize) -> Operation {
        self.now = Now::Cancel(at);
        Op::Cancel(self.alive[at])
    }

    fn wait(&mut self, at: usize) -> Operation {
        self.now = Now::Wait(at);
        Op::Wait(self.alive[at])
    }

    fn forget(&mut self, at: usize) -> Operation {
        self.now = Now::Forget(at);
        Op::Forget(self.alive[at])
    }
}
