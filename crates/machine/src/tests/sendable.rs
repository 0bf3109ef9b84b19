//! A domain of plain data: nothing in it stays on its thread, and none of it can be cloned.

use std::cell::Cell;
use std::convert::Infallible;

use crate::{
    Answer, Boundary, Code, Continuation, Domain, Handled, Handler, Input, Key, MachineError, Step,
    Unhandled, View,
};

pub(crate) struct Plain;

/// Performs effects one after the other, and returns the sum of the answers.
pub(crate) struct Script {
    /// What is still to be performed, the next one last.
    effects: Vec<&'static str>,
    sum: i64,
}

/// A script of these effects.
pub(crate) fn script(effects: &[&'static str]) -> Script {
    Script {
        effects: effects.iter().rev().copied().collect(),
        sum: 0,
    }
}

impl Code<Plain> for Script {
    fn resume(&mut self, _: &mut Kept, input: Input<Plain>) -> Step<Plain> {
        match input {
            Input::Start => {}
            Input::Value(value) => self.sum += value,
            Input::Error(error) => return Step::Raise(error),
        }
        match self.effects.pop() {
            Some(effect) => Step::Perform(effect),
            None => Step::Return(self.sum),
        }
    }
}

/// What handlers share.
#[derive(Default)]
pub(crate) struct Kept(pub(crate) Vec<Continuation<Plain>>);

/// Not `Clone`: what the machine does with it, it does with this very one.
pub(crate) enum Plainly {
    /// Answers `count` with how often it was asked.
    Counter(Cell<i64>),
    /// Keeps the continuation of `keep`, and lets the machine go idle.
    Keeper,
}

impl Plainly {
    pub(crate) fn counter() -> Boundary<Plain> {
        Boundary::Prompt(Plainly::Counter(Cell::new(0)))
    }

    pub(crate) fn keeper() -> Boundary<Plain> {
        Boundary::Prompt(Plainly::Keeper)
    }
}

impl Handler<Plain> for Plainly {
    fn accepts(&self, _: &mut Kept, effect: &&'static str) -> bool {
        match self {
            Plainly::Counter(_) => *effect == "count",
            Plainly::Keeper => *effect == "keep",
        }
    }

    fn handle(&self, kept: &mut Kept, _: &'static str, k: Continuation<Plain>) -> Handled<Plain> {
        match self {
            Plainly::Counter(count) => {
                count.set(count.get() + 1);
                Handled::Transfer(k, Ok(count.get()))
            }
            Plainly::Keeper => {
                kept.0.push(k);
                Handled::Suspend
            }
        }
    }

    fn finish(&self, _: &mut Kept, answer: Answer<Plain>) -> Handled<Plain> {
        match (self, answer) {
            // What it has counted, after the sum of the program.
            (Plainly::Counter(count), Ok(sum)) => Handled::Return(sum * 100 + count.get()),
            (_, Ok(sum)) => Handled::Return(sum),
            (_, Err(error)) => Handled::Raise(error),
        }
    }
}

impl Domain for Plain {
    type Value = i64;
    type Error = String;
    type Effect = &'static str;
    type Code = Script;
    type Handler = Plainly;
    type Observer = Infallible;
    type Slot = Option<Continuation<Plain>>;
    type Context<'c> = Kept;

    fn key(_: &mut Kept, effect: &&'static str) -> Option<Key> {
        Some(Key(effect.len() as u64))
    }
    fn unit(_: &mut Kept) -> i64 {
        0
    }
    fn machine_error(
        _: &mut Kept,
        error: MachineError,
        _: Option<&'static str>,
        _: View<'_, Plain>,
    ) -> String {
        error.to_string()
    }
    fn unwind_error(_: &mut Kept) -> String {
        "unwound".to_owned()
    }
    fn is_unwind(_: &mut Kept, error: &String) -> bool {
        error == "unwound"
    }
    fn on_unhandled(_: &mut Kept, effect: &&'static str) -> Unhandled {
        match *effect {
            "ask" => Unhandled::Park,
            _ => Unhandled::Raise,
        }
    }
}
