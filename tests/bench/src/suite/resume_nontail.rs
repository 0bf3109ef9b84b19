//! resume_nontail: each handler waits for what its continuation gives, so that as many of them wait as there are effects.

use machine::{Boundary, Code, Control, Handled, Handler, Input, Machine, Step, Target};

use crate::language::{Kont, Lang, Language, Value, begin, finish};
use crate::meter::Meter;

struct Nontail;

struct Operator(i64);

struct Operates;

enum Frame {
    /// Performs until nothing is left.
    Loop { left: i64, seed: i64 },
    /// A handler's code: what the continuation gives goes into its own answer.
    After(i64),
    /// The same again, each from what the last gave.
    Again { left: u64, size: i64, seed: i64 },
}

/// How often the program is repeated.
pub(crate) const TIMES: u64 = 100;

impl Language for Nontail {
    type Effect = Operator;
    type Frame = Frame;
    type Prompt = Operates;
    type World = ();
}

impl Handler<Lang<Nontail>> for Operates {
    fn accepts(&self, _: &mut (), _: &Operator) -> bool {
        true
    }

    fn handle(&self, _: &mut (), effect: Operator, k: Kont<Nontail>) -> Handled<Lang<Nontail>> {
        Handled::Run {
            code: Frame::After(effect.0),
            slot: Some(k),
        }
    }
}

fn combine(x: i64, y: i64) -> i64 {
    (x - 503 * y + 37).abs() % 1009
}

impl Code<Lang<Nontail>> for Frame {
    fn resume(&mut self, _: &mut (), input: Input<Lang<Nontail>>) -> Step<Lang<Nontail>> {
        // Looked at first and alone: an input that is moved together with something else is copied.
        let given = match input {
            Input::Error(error) => return Step::Raise(error),
            Input::Start => None,
            Input::Value(value) => Some(value.int()),
        };
        match self {
            Frame::Loop { left: 0, seed } => Step::Return(Value::Int(*seed)),
            Frame::Loop { left, .. } => {
                *left -= 1;
                Step::Perform(Operator(*left + 1))
            }
            Frame::After(x) => match given {
                None => Step::Control(Control::Resume(Target::Own, Ok(Value::Unit))),
                Some(y) => Step::Return(Value::Int(combine(*x, y))),
            },
            Frame::Again { left, size, seed } => {
                *seed = given.unwrap_or(*seed);
                if *left == 0 {
                    return Step::Return(Value::Int(*seed));
                }
                *left -= 1;
                let body = Frame::Loop {
                    left: *size,
                    seed: *seed,
                };
                Step::Install {
                    boundary: Boundary::Prompt(Operates),
                    body,
                }
            }
        }
    }
}

/// The same in plain Rust: the documented answer.
pub(crate) fn plain(size: u64) -> i64 {
    (0..TIMES).fold(0, |seed, _| {
        (1..=size as i64).fold(seed, |y, x| combine(x, y))
    })
}

/// Performs `size` effects that all wait, a hundred times.
pub(crate) fn run(meter: &mut Meter, size: u64) -> i64 {
    let mut machine = Machine::<Lang<Nontail>>::new();
    let again = Frame::Again {
        left: TIMES,
        size: size as i64,
        seed: 0,
    };
    begin::<Nontail>(&mut machine, [], again);
    meter.time(|| finish::<Nontail>(&mut machine, &mut ()))
}
