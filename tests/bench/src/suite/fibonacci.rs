//! fibonacci_recursive: no effects at all, only calls of frames.

use machine::{Code, Handled, Handler, Input, Machine, Step};

use crate::language::{Kont, Lang, Language, Value, begin, finish};
use crate::meter::Meter;

struct Fibonacci;

/// There is nothing to perform, and nothing to handle.
enum Never {}

enum Frame {
    Called(i64),
    /// The first call is on its way; this is what the second is for.
    First(i64),
    /// What the first call gave.
    Second(i64),
}

impl Language for Fibonacci {
    type Effect = Never;
    type Frame = Frame;
    type Prompt = Never;
    type World = ();
}

impl Handler<Lang<Fibonacci>> for Never {
    fn accepts(&self, _: &mut (), effect: &Never) -> bool {
        match *effect {}
    }

    fn handle(&self, _: &mut (), effect: Never, _: Kont<Fibonacci>) -> Handled<Lang<Fibonacci>> {
        match effect {}
    }
}

impl Code<Lang<Fibonacci>> for Frame {
    fn resume(&mut self, _: &mut (), input: Input<Lang<Fibonacci>>) -> Step<Lang<Fibonacci>> {
        // Looked at first and alone: an input that is moved together with something else is copied.
        let given = match input {
            Input::Error(error) => return Step::Raise(error),
            Input::Start => 0,
            Input::Value(value) => value.int(),
        };
        match *self {
            Frame::Called(n @ (0 | 1)) => Step::Return(Value::Int(n)),
            Frame::Called(n) => {
                *self = Frame::First(n - 2);
                Step::Call(Frame::Called(n - 1))
            }
            Frame::First(n) => {
                *self = Frame::Second(given);
                Step::Call(Frame::Called(n))
            }
            Frame::Second(first) => Step::Return(Value::Int(first + given)),
        }
    }
}

/// The same in plain Rust: the documented answer.
pub(crate) fn plain(n: u64) -> i64 {
    match n {
        0 | 1 => n as i64,
        n => plain(n - 1) + plain(n - 2),
    }
}

/// Computes one Fibonacci number by its definition.
pub(crate) fn run(meter: &mut Meter, size: u64) -> i64 {
    let mut machine = Machine::<Lang<Fibonacci>>::new();
    begin::<Fibonacci>(&mut machine, [], Frame::Called(size as i64));
    meter.time(|| finish::<Fibonacci>(&mut machine, &mut ()))
}
