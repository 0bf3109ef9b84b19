//! What it costs to install a handler around a program that returns at once.

use machine::{Boundary, Code, Handled, Handler, Input, Machine, Step};

use crate::language::{Kont, Lang, Language, Value, begin, finish};
use crate::meter::Meter;

struct Install;

/// Nobody performs it.
struct Effect;

struct Prompt;

enum Frame {
    /// Ends at once.
    Nothing,
    /// Installs a handler around nothing, again and again.
    Installs { left: u64 },
}

impl Language for Install {
    type Effect = Effect;
    type Frame = Frame;
    type Prompt = Prompt;
    type World = ();
}

impl Handler<Lang<Install>> for Prompt {
    fn accepts(&self, (): &mut (), _: &Effect) -> bool {
        true
    }

    fn handle(&self, (): &mut (), _: Effect, k: Kont<Install>) -> Handled<Lang<Install>> {
        Handled::Transfer(k, Ok(Value::Unit))
    }
}

impl Code<Lang<Install>> for Frame {
    fn resume(&mut self, (): &mut (), input: Input<Lang<Install>>) -> Step<Lang<Install>> {
        if let Input::Error(error) = input {
            return Step::Raise(error);
        }
        match self {
            Frame::Nothing | Frame::Installs { left: 0 } => Step::Return(Value::Unit),
            Frame::Installs { left } => {
                *left -= 1;
                Step::Install {
                    boundary: Boundary::Prompt(Prompt),
                    body: Frame::Nothing,
                }
            }
        }
    }
}

/// Installs `count` handlers, one after the other, around programs that return at once. Gives the count.
pub(crate) fn install_and_return(meter: &mut Meter, count: u64) -> i64 {
    let mut machine = Machine::new();
    begin::<Install>(&mut machine, [], Frame::Installs { left: count });
    let _unit = meter.time(|| finish::<Install>(&mut machine, &mut ()));
    count as i64
}
