//! Exceptions as a handler: a program asks what to do about a failure, and the handler unwinds it, goes on with
//! another value, or raises an error at the place that asked.
//!
//! Run it with `cargo run -p kont-machine --example exception`.

mod common;

use common::{Operation, Program, Tiny, attempt, done, perform, run, show, under};
use machine::{Answer, Continuation, Handled, Handler};

type Lang = Tiny<Effect, Policy, Lines>;
type Lines = Vec<String>;

enum Effect {
    /// Something has failed.
    Fail(&'static str),
    Print(String),
}

impl Operation for Effect {
    fn number(&self) -> u64 {
        match self {
            Effect::Fail(_) => 0,
            Effect::Print(_) => 1,
        }
    }
}

#[derive(Clone, Copy)]
enum Policy {
    /// Ends the program, whose clean-up runs, and gives this in its place.
    Catch(i64),
    /// Goes on as if this had come out.
    Replace(i64),
    /// Raises an error where the failure was: the program itself may deal with it.
    Raise,
    /// Prints, at once and without a capture.
    Printer,
}

impl Handler<Lang> for Policy {
    fn accepts(&self, _: &mut Lines, effect: &Effect) -> bool {
        matches!(self, Policy::Printer) == matches!(effect, Effect::Print(_))
    }

    fn answer(&self, lines: &mut Lines, effect: &Effect) -> Option<Answer<Lang>> {
        match effect {
            Effect::Print(line) => {
                lines.push(line.clone());
                Some(Ok(0))
            }
            Effect::Fail(_) => None,
        }
    }

    fn handle(&self, _: &mut Lines, effect: Effect, k: Continuation<Lang>) -> Handled<Lang> {
        match (self, effect) {
            (Policy::Catch(value), _) => Handled::Unwind(k, Ok(*value)),
            (Policy::Replace(value), _) => Handled::Transfer(k, Ok(*value)),
            (Policy::Raise, Effect::Fail(why)) => Handled::Transfer(k, Err(why.to_owned())),
            (_, effect) => Handled::Pass(effect, k),
        }
    }
}

/// Reads a number that is broken, and puts away what it has opened, whatever happens.
fn reads() -> Program<Lang> {
    attempt(Effect::Fail("the number is broken"), |answer| {
        let ended = match &answer {
            Ok(value) => format!("  closed after reading {value}"),
            // The unwinding comes as an error that no program may swallow.
            Err(error) => format!("  closed: {error}"),
        };
        perform(Effect::Print(ended), move |_| match answer {
            Ok(value) => done(value + 1),
            Err(error) => Program::Done(Err(error)),
        })
    })
}

fn story() -> Lines {
    let mut lines = Lines::new();
    let policies = [
        ("catch", Policy::Catch(-1)),
        ("replace", Policy::Replace(41)),
        ("raise", Policy::Raise),
    ];
    for (name, policy) in policies {
        lines.push(format!("{name}:"));
        let program = under(Policy::Printer, under(policy, reads()));
        let answer = run(program, &mut lines);
        lines.push(format!("  {answer:?}"));
    }
    lines
}

fn main() {
    show(story());
}

#[test]
fn it_does_what_it_says() {
    let lines = [
        "catch:",
        "  closed: unwound",
        "  Ok(-1)",
        "replace:",
        "  closed after reading 41",
        "  Ok(42)",
        "raise:",
        "  closed: the number is broken",
        "  Err(\"the number is broken\")",
    ];
    assert_eq!(story(), lines);
}
