//! The tasks that do what is to be measured. Each gives how often it has.

use std::time::Duration;

use machine::Step;
use scheduler::{Id, Op};

use super::language::{Turn, World, done};
use crate::language::Value;

pub(crate) enum Child {
    /// Does nothing.
    Ends,
    /// Is counted, since nobody asks for its answer.
    Counts,
    /// Lets others run first.
    Yields { left: u64, done: i64 },
    /// Waits for an event, once.
    Waits { event: Id, begun: bool },
    /// Sleeps until this time.
    Sleeps { until: Duration, begun: bool },
    /// Takes a permit, lets others run, and gives it back.
    Contends {
        permits: Id,
        left: u64,
        done: i64,
        stage: Stage,
    },
    /// Sends and receives, in turn.
    Plays {
        to: Id,
        from: Id,
        left: u64,
        received: i64,
        sends: bool,
    },
}

/// What is to be done with a permit.
pub(crate) enum Stage {
    Acquire,
    Hold,
    Release,
}

impl Child {
    pub(crate) fn yields(left: u64) -> Self {
        Child::Yields { left, done: 0 }
    }

    pub(crate) fn waits(event: Id) -> Self {
        let begun = false;
        Child::Waits { event, begun }
    }

    pub(crate) fn sleeps(until: Duration) -> Self {
        let begun = false;
        Child::Sleeps { until, begun }
    }

    pub(crate) fn contends(permits: Id, left: u64) -> Self {
        Child::Contends {
            permits,
            left,
            done: 0,
            stage: Stage::Acquire,
        }
    }

    /// Receives `messages`, and sends as many; first the one or the other.
    pub(crate) fn plays(to: Id, from: Id, messages: u64, sends: bool) -> Self {
        Child::Plays {
            to,
            from,
            left: 2 * messages,
            received: 0,
            sends,
        }
    }

    pub(super) fn go_on(&mut self, world: &mut World) -> Turn {
        let op = match self {
            Child::Counts => {
                world.ran += 1;
                return done(1);
            }
            Child::Ends | Child::Waits { begun: true, .. } => return done(1),
            Child::Sleeps { until, begun: true } => {
                let in_order = world.latest <= *until;
                world.latest = *until;
                return done(i64::from(in_order));
            }
            Child::Yields {
                left: 0,
                done: number,
            }
            | Child::Contends {
                left: 0,
                done: number,
                ..
            }
            | Child::Plays {
                left: 0,
                received: number,
                ..
            } => return done(*number),
            Child::Waits { event, begun } => {
                *begun = true;
                Op::Wait(*event)
            }
            Child::Sleeps { until, begun } => {
                *begun = true;
                Op::Sleep(*until)
            }
            Child::Yields { left, done } => {
                *left -= 1;
                *done += 1;
                Op::Yield
            }
            Child::Contends {
                permits,
                left,
                done,
                stage,
            } => match stage {
                Stage::Acquire => {
                    *stage = Stage::Hold;
                    Op::Acquire(*permits)
                }
                Stage::Hold => {
                    *stage = Stage::Release;
                    Op::Yield
                }
                Stage::Release => {
                    *stage = Stage::Acquire;
                    *left -= 1;
                    *done += 1;
                    Op::Release(*permits)
                }
            },
            Child::Plays {
                to,
                from,
                left,
                received,
                sends,
            } => {
                *left -= 1;
                *sends = !*sends;
                if *sends {
                    *received += 1;
                    Op::Receive(*from)
                } else {
                    Op::Send(*to, Value::Int(*received))
                }
            }
        };
        Step::Perform(op.into())
    }
}
