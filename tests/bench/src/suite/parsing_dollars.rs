//! parsing_dollars: a parser reads characters, emits the length of each line, and stops at the end of the input.

use machine::{Answer, Code, Handled, Handler, Input, Machine, Step};

use crate::language::{Kont, Lang, Language, Value, begin, finish};
use crate::meter::Meter;

struct Dollars;

enum Effect {
    Read,
    Emit(i64),
    Stop,
}

enum Prompt {
    /// Gives the characters: a line of one dollar, a line of two, and so on.
    Feed,
    /// Ends the program that stops.
    Catch,
    /// Adds up what is emitted.
    Sum,
}

enum Frame {
    /// Counts the dollars of a line.
    Parse { dollars: i64, emitting: bool },
    /// The input has ended.
    Stops,
}

struct World {
    lines: i64,
    line: i64,
    left: i64,
    sum: i64,
}

const NEWLINE: i64 = 10;
const DOLLAR: i64 = 36;

impl Language for Dollars {
    type Effect = Effect;
    type Frame = Frame;
    type Prompt = Prompt;
    type World = World;

    fn kind(effect: &Effect) -> u64 {
        match effect {
            Effect::Read => 0,
            Effect::Emit(_) => 1,
            Effect::Stop => 2,
        }
    }
}

impl Handler<Lang<Dollars>> for Prompt {
    fn accepts(&self, _: &mut World, effect: &Effect) -> bool {
        match self {
            Prompt::Feed => matches!(effect, Effect::Read),
            Prompt::Catch => matches!(effect, Effect::Stop),
            Prompt::Sum => matches!(effect, Effect::Emit(_)),
        }
    }

    fn answer(&self, world: &mut World, effect: &Effect) -> Option<Answer<Lang<Dollars>>> {
        match effect {
            Effect::Read if world.line > world.lines => None,
            Effect::Read if world.left == 0 => {
                world.line += 1;
                world.left = world.line;
                Some(Ok(Value::Int(NEWLINE)))
            }
            Effect::Read => {
                world.left -= 1;
                Some(Ok(Value::Int(DOLLAR)))
            }
            Effect::Emit(dollars) => {
                world.sum += dollars;
                Some(Ok(Value::Unit))
            }
            Effect::Stop => None,
        }
    }

    fn handle(&self, _: &mut World, effect: Effect, k: Kont<Dollars>) -> Handled<Lang<Dollars>> {
        match self {
            Prompt::Feed => Handled::Run {
                code: Frame::Stops,
                slot: Some(k),
            },
            Prompt::Catch => {
                drop(k);
                Handled::Return(Value::Unit)
            }
            Prompt::Sum => Handled::Pass(effect, k),
        }
    }

    fn finish(&self, world: &mut World, answer: Answer<Lang<Dollars>>) -> Handled<Lang<Dollars>> {
        match (self, answer) {
            (_, Err(error)) => Handled::Raise(error),
            (Prompt::Sum, Ok(_)) => Handled::Return(Value::Int(world.sum)),
            (_, Ok(value)) => Handled::Return(value),
        }
    }
}

impl Code<Lang<Dollars>> for Frame {
    fn resume(&mut self, _: &mut World, input: Input<Lang<Dollars>>) -> Step<Lang<Dollars>> {
        // Looked at first and alone: an input that is moved together with something else is copied.
        let character = match input {
            Input::Error(error) => return Step::Raise(error),
            Input::Start => None,
            Input::Value(value) => Some(value.int()),
        };
        match self {
            Frame::Stops => Step::Perform(Effect::Stop),
            Frame::Parse { dollars, emitting } => match character {
                Some(DOLLAR) if !*emitting => {
                    *dollars += 1;
                    Step::Perform(Effect::Read)
                }
                Some(NEWLINE) if !*emitting => {
                    *emitting = true;
                    Step::Perform(Effect::Emit(*dollars))
                }
                Some(_) if !*emitting => Step::Perform(Effect::Stop),
                _ => {
                    (*dollars, *emitting) = (0, false);
                    Step::Perform(Effect::Read)
                }
            },
        }
    }
}

/// Parses `size` lines. Gives the number of all dollars.
pub(crate) fn run(meter: &mut Meter, size: u64) -> i64 {
    let mut machine = Machine::<Lang<Dollars>>::new();
    let mut world = World {
        lines: size as i64,
        line: 0,
        left: 0,
        sum: 0,
    };
    let parse = Frame::Parse {
        dollars: 0,
        emitting: false,
    };
    begin::<Dollars>(
        &mut machine,
        [Prompt::Feed, Prompt::Catch, Prompt::Sum],
        parse,
    );
    meter.time(|| finish::<Dollars>(&mut machine, &mut world))
}
