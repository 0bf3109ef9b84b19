//! countdown: a loop that reads a counter and writes it back, one less, until it is 0.

use machine::{Answer, Code, Handled, Handler, Input, Machine, Step};

use crate::language::{Kont, Lang, Language, Value, begin, finish};
use crate::meter::Meter;

struct Countdown;

#[derive(Clone, Copy)]
enum Effect {
    Get,
    Set(i64),
}

enum Prompt {
    /// Answers at once.
    Function,
    /// Takes the continuation each time.
    Capturing,
}

struct Frame {
    reading: bool,
}

impl Language for Countdown {
    type Effect = Effect;
    type Frame = Frame;
    type Prompt = Prompt;
    type World = i64;

    fn kind(effect: &Effect) -> u64 {
        match effect {
            Effect::Get => 0,
            Effect::Set(_) => 1,
        }
    }
}

fn answer(counter: &mut i64, effect: Effect) -> Value {
    match effect {
        Effect::Get => Value::Int(*counter),
        Effect::Set(value) => {
            *counter = value;
            Value::Unit
        }
    }
}

impl Handler<Lang<Countdown>> for Prompt {
    fn accepts(&self, _: &mut i64, effect: &Effect) -> bool {
        matches!(effect, Effect::Get | Effect::Set(_))
    }

    fn answer(&self, counter: &mut i64, effect: &Effect) -> Option<Answer<Lang<Countdown>>> {
        match self {
            Prompt::Function => Some(Ok(answer(counter, *effect))),
            Prompt::Capturing => None,
        }
    }

    fn handle(
        &self,
        counter: &mut i64,
        effect: Effect,
        k: Kont<Countdown>,
    ) -> Handled<Lang<Countdown>> {
        Handled::Transfer(k, Ok(answer(counter, effect)))
    }
}

impl Code<Lang<Countdown>> for Frame {
    fn resume(&mut self, _: &mut i64, input: Input<Lang<Countdown>>) -> Step<Lang<Countdown>> {
        match input {
            Input::Error(error) => Step::Raise(error),
            Input::Value(value) if self.reading => match value.int() {
                0 => Step::Return(value),
                left => {
                    self.reading = false;
                    Step::Perform(Effect::Set(left - 1))
                }
            },
            Input::Start | Input::Value(_) => {
                self.reading = true;
                Step::Perform(Effect::Get)
            }
        }
    }
}

/// Counts down from `size`. Gives 0.
pub(crate) fn run(meter: &mut Meter, capturing: bool, size: u64) -> i64 {
    let mut machine = Machine::<Lang<Countdown>>::new();
    let prompt = if capturing {
        Prompt::Capturing
    } else {
        Prompt::Function
    };
    begin::<Countdown>(&mut machine, [prompt], Frame { reading: false });
    let mut counter = size as i64;
    meter.time(|| finish::<Countdown>(&mut machine, &mut counter))
}
