//! iterator: emits the numbers from 0 to n, and a handler adds them up.

use machine::{Answer, Code, Handled, Handler, Input, Machine, Step};

use crate::language::{Kont, Lang, Language, Value, begin, finish};
use crate::meter::Meter;

struct Iterator;

struct Emit(i64);

enum Prompt {
    /// Answers at once.
    Function,
    /// Takes the continuation each time.
    Capturing,
}

struct Range {
    next: i64,
    last: i64,
}

impl Language for Iterator {
    type Effect = Emit;
    type Frame = Range;
    type Prompt = Prompt;
    type World = i64;
}

impl Handler<Lang<Iterator>> for Prompt {
    fn accepts(&self, _: &mut i64, _: &Emit) -> bool {
        true
    }

    fn answer(&self, sum: &mut i64, effect: &Emit) -> Option<Answer<Lang<Iterator>>> {
        match self {
            Prompt::Function => {
                *sum += effect.0;
                Some(Ok(Value::Unit))
            }
            Prompt::Capturing => None,
        }
    }

    fn handle(&self, sum: &mut i64, effect: Emit, k: Kont<Iterator>) -> Handled<Lang<Iterator>> {
        *sum += effect.0;
        Handled::Transfer(k, Ok(Value::Unit))
    }

    fn finish(&self, sum: &mut i64, answer: Answer<Lang<Iterator>>) -> Handled<Lang<Iterator>> {
        match answer {
            Ok(_) => Handled::Return(Value::Int(*sum)),
            Err(error) => Handled::Raise(error),
        }
    }
}

impl Code<Lang<Iterator>> for Range {
    fn resume(&mut self, _: &mut i64, input: Input<Lang<Iterator>>) -> Step<Lang<Iterator>> {
        if let Input::Error(error) = input {
            return Step::Raise(error);
        }
        if self.next > self.last {
            return Step::Return(Value::Unit);
        }
        self.next += 1;
        Step::Perform(Emit(self.next - 1))
    }
}

/// Adds up the numbers from 0 to `size`. Gives the sum.
pub(crate) fn run(meter: &mut Meter, capturing: bool, size: u64) -> i64 {
    let mut machine = Machine::<Lang<Iterator>>::new();
    let prompt = if capturing {
        Prompt::Capturing
    } else {
        Prompt::Function
    };
    let range = Range {
        next: 0,
        last: size as i64,
    };
    begin::<Iterator>(&mut machine, [prompt], range);
    meter.time(|| finish::<Iterator>(&mut machine, &mut 0))
}
