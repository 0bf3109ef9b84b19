//! Scopes: a main task that opens one after the other, and their programs, which spawn and let the scope wait.

use machine::Step;
use scheduler::{Op, ScopeOptions, TaskOptions};

use super::ROUND;
use super::child::Child;
use super::language::{Frame, Turn, World, done};

pub(crate) enum Spawns {
    /// The main task: so many children are to come.
    InScopes(u64),
    /// The program of a scope: so many are to come in it.
    InThis(u64),
}

impl Spawns {
    pub(super) fn go_on(&mut self, world: &mut World) -> Turn {
        let op = match self {
            Spawns::InScopes(0) => return done(world.ran),
            Spawns::InThis(0) => return done(0),
            Spawns::InScopes(left) => {
                let round = ROUND.min(*left);
                *left -= round;
                Op::scope(
                    ScopeOptions::default(),
                    Frame::Scoped(Spawns::InThis(round)),
                )
            }
            Spawns::InThis(left) => {
                *left -= 1;
                // Nobody asks for its outcome but the scope.
                let options = TaskOptions {
                    detached: true,
                    ..TaskOptions::default()
                };
                Op::spawn_with(Vec::new(), Frame::Child(Child::Counts), options)
            }
        };
        Step::Perform(op.into())
    }
}
