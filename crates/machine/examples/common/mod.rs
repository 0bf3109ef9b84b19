//! A small language that the examples share: its programs are trees of Rust closures over integers.
//!
//! `Tiny<E, H, S>` is a language with the effects `E`, the handlers `H`, and a store `S` that is lent to every step.

#![allow(dead_code, reason = "each example uses a part of it")]

use std::convert::Infallible;
use std::marker::PhantomData;

use machine::{
    Answer, Boundary, Code, Continuation, Domain, Handler, Input, Key, Machine, MachineError,
    Outcome, Step, Unhandled, View,
};

/// What an effect must tell of itself.
pub(crate) trait Operation: 'static {
    /// Which operation it is: handlers are chosen by this number.
    fn number(&self) -> u64;
}

pub(crate) struct Tiny<E, H, S>(PhantomData<(E, H, S)>);

impl<E, H, S> Domain for Tiny<E, H, S>
where
    E: Operation,
    H: Handler<Self> + 'static,
    S: 'static,
{
    type Value = i64;
    type Error = String;
    type Effect = E;
    type Code = Program<Self>;
    type Handler = H;
    type Observer = Infallible;
    type Slot = Option<Continuation<Self>>;
    type Context<'c> = S;

    fn key(_: &mut S, effect: &E) -> Option<Key> {
        Some(Key(effect.number()))
    }

    fn unit(_: &mut S) -> i64 {
        0
    }

    fn machine_error(_: &mut S, error: MachineError, _: Option<E>, view: View<'_, Self>) -> String {
        format!("{error} ({} are in scope)", view.handlers().count())
    }

    fn unwind_error(_: &mut S) -> String {
        "unwound".to_owned()
    }

    fn is_unwind(_: &mut S, error: &String) -> bool {
        error == "unwound"
    }

    fn on_unhandled(_: &mut S, _: &E) -> Unhandled {
        Unhandled::Raise
    }
}

type Then<D> = Box<dyn FnOnce(Answer<D>) -> Program<D>>;

/// What a program does next, and how it goes on.
pub(crate) enum Program<D: Domain> {
    Done(Answer<D>),
    /// What it asks the machine for, and what it does with the answer.
    Ask(Box<Step<D>>, Then<D>),
    Waits(Then<D>),
}

impl<D: Domain<Code = Program<D>, Value = i64>> Code<D> for Program<D> {
    fn resume(&mut self, _: &mut D::Context<'_>, input: Input<D>) -> Step<D> {
        let answer = match input {
            Input::Start => Ok(0),
            Input::Value(value) => Ok(value),
            Input::Error(error) => Err(error),
        };
        let ended = Program::Waits(Box::new(Program::Done));
        let next = match std::mem::replace(self, ended) {
            Program::Waits(then) => then(answer),
            begins => begins,
        };
        match next {
            Program::Done(Ok(value)) => Step::Return(value),
            Program::Done(Err(error)) => Step::Raise(error),
            Program::Ask(step, then) => {
                *self = Program::Waits(then);
                *step
            }
            Program::Waits(_) => unreachable!("a program that has begun waits no second time"),
        }
    }
}

/// Ends with a value.
pub(crate) fn done<D: Domain<Value = i64>>(value: i64) -> Program<D> {
    Program::Done(Ok(value))
}

/// Performs an effect, and goes on with its answer; an error ends the program.
pub(crate) fn perform<D: Domain<Value = i64>>(
    effect: D::Effect,
    then: impl FnOnce(i64) -> Program<D> + 'static,
) -> Program<D> {
    attempt(effect, move |answer| match answer {
        Ok(value) => then(value),
        Err(error) => Program::Done(Err(error)),
    })
}

/// Performs an effect, and goes on with its answer or its error.
pub(crate) fn attempt<D: Domain>(
    effect: D::Effect,
    then: impl FnOnce(Answer<D>) -> Program<D> + 'static,
) -> Program<D> {
    Program::Ask(Box::new(Step::Perform(effect)), Box::new(then))
}

/// Runs a program with a handler around it.
pub(crate) fn under<D: Domain<Code = Program<D>>>(
    handler: D::Handler,
    body: Program<D>,
) -> Program<D> {
    let boundary = Boundary::Prompt(handler);
    Program::Ask(
        Box::new(Step::Install { boundary, body }),
        Box::new(Program::Done),
    )
}

/// Runs a program to its end.
pub(crate) fn run<D: Domain<Code = Program<D>>>(
    program: Program<D>,
    store: &mut D::Context<'_>,
) -> Answer<D> {
    let mut machine = Machine::<D>::new();
    machine.start(program).expect("a new machine is idle");
    match machine.run(store, u64::MAX) {
        Outcome::Done(answer) => answer,
        other => panic!("the program is {}", other.name()),
    }
}

/// Prints what an example has to say.
#[allow(clippy::print_stdout, reason = "an example shows what it does")]
pub(crate) fn show(lines: impl IntoIterator<Item = String>) {
    for line in lines {
        println!("{line}");
    }
}
