//! interruptible_iterator: the user of an iterator answers each element with a program, which the iterator runs where
//! it stands: its effects are for the iterator. Each level runs under the handlers of all levels before it.

use std::cell::Cell;
use std::rc::Rc;

use machine::{Answer, Boundary, Code, Handled, Handler, Input, Machine, Step};

use crate::language::{Kont, Lang, Language, Value, begin, finish};
use crate::meter::Meter;

struct Interruptible;

#[derive(Clone, Copy)]
enum Effect {
    /// For the user, outside of all levels: here is an element, what is to be done with it?
    Offer(i64),
    /// For the level that has offered: put this in its place.
    Replace(i64),
    /// The same: take it out.
    Remove,
}

/// Where an element stands, or nothing if it was taken out.
type Place = Rc<Cell<Option<i64>>>;

enum Prompt {
    User,
    Replaces(Place),
    Removes(Place),
}

enum Frame {
    /// The iterator from one element to the last. Gives the sum of what is left.
    Iterate { next: i64, last: i64 },
    /// A level with one of its handlers.
    Outer { at: i64, last: i64, place: Place },
    /// A level with both: it offers its element, does as it is told, and goes on with the rest.
    Inner { at: i64, last: i64, told: bool },
    /// What the user has answered. Values are numbers here, and a number says which program it is.
    Behave(i64),
    /// A level whose handlers are gone: the rest of the iterator has given its sum.
    Left(Place),
}

/// A behavior that takes the element out; 0 leaves it, and any other number takes its place.
const REMOVE: i64 = -1;

impl Language for Interruptible {
    type Effect = Effect;
    type Frame = Frame;
    type Prompt = Prompt;
    /// Whether the handlers take the continuation each time.
    type World = bool;

    fn kind(effect: &Effect) -> u64 {
        match effect {
            Effect::Offer(_) => 0,
            Effect::Replace(_) => 1,
            Effect::Remove => 2,
        }
    }
}

impl Prompt {
    fn tell(&self, effect: Effect) -> Value {
        match (self, effect) {
            (_, Effect::Offer(element)) if element < 0 => return Value::Int(REMOVE),
            (_, Effect::Offer(element)) => return Value::Int(2 * element),
            (Prompt::Replaces(place), Effect::Replace(other)) => place.set(Some(other)),
            (Prompt::Removes(place), Effect::Remove) => place.set(None),
            (_, Effect::Replace(_) | Effect::Remove) => unreachable!("accepted by its own handler"),
        }
        Value::Unit
    }
}

impl Handler<Lang<Interruptible>> for Prompt {
    fn accepts(&self, _: &mut bool, effect: &Effect) -> bool {
        match self {
            Prompt::User => matches!(effect, Effect::Offer(_)),
            Prompt::Replaces(_) => matches!(effect, Effect::Replace(_)),
            Prompt::Removes(_) => matches!(effect, Effect::Remove),
        }
    }

    fn answer(&self, capturing: &mut bool, effect: &Effect) -> Option<Answer<Lang<Interruptible>>> {
        (!*capturing).then(|| Ok(self.tell(*effect)))
    }

    fn handle(
        &self,
        _: &mut bool,
        effect: Effect,
        k: Kont<Interruptible>,
    ) -> Handled<Lang<Interruptible>> {
        Handled::Transfer(k, Ok(self.tell(effect)))
    }
}

fn install(prompt: Prompt, body: Frame) -> Step<Lang<Interruptible>> {
    Step::Install {
        boundary: Boundary::Prompt(prompt),
        body,
    }
}

impl Code<Lang<Interruptible>> for Frame {
    fn resume(
        &mut self,
        _: &mut bool,
        input: Input<Lang<Interruptible>>,
    ) -> Step<Lang<Interruptible>> {
        // Looked at first and alone: an input that is moved together with something else is copied.
        let given = match input {
            Input::Error(error) => return Step::Raise(error),
            Input::Start => None,
            Input::Value(value) => Some(value.int()),
        };
        match (&mut *self, given) {
            (Frame::Iterate { next, last }, _) if *next > *last => Step::Return(Value::Int(0)),
            (Frame::Iterate { next, last }, _) => {
                let (at, last) = (*next, *last);
                let place = Rc::new(Cell::new(Some(at)));
                *self = Frame::Left(place.clone());
                let removes = Prompt::Removes(place.clone());
                install(removes, Frame::Outer { at, last, place })
            }
            (Frame::Outer { at, last, place }, None) => {
                let (at, last, told) = (*at, *last, false);
                install(
                    Prompt::Replaces(place.clone()),
                    Frame::Inner { at, last, told },
                )
            }
            (Frame::Outer { .. }, Some(rest)) => Step::Return(Value::Int(rest)),
            (Frame::Inner { at, .. }, None) => Step::Perform(Effect::Offer(*at)),
            (Frame::Inner { told, .. }, Some(behavior)) if !*told => {
                *told = true;
                Step::Call(Frame::Behave(behavior))
            }
            (Frame::Inner { at, last, .. }, Some(_)) => Step::TailCall(Frame::Iterate {
                next: *at + 1,
                last: *last,
            }),
            (Frame::Behave(REMOVE), None) => Step::Perform(Effect::Remove),
            (Frame::Behave(0), _) | (Frame::Behave(_), Some(_)) => Step::Return(Value::Unit),
            (Frame::Behave(other), None) => Step::Perform(Effect::Replace(*other)),
            (Frame::Left(place), rest) => {
                let kept = place.get().unwrap_or(0);
                Step::Return(Value::Int(kept + rest.unwrap_or(0)))
            }
        }
    }
}

/// Iterates from `-size` to `size`: the negative numbers are taken out, the others doubled. Gives the sum of what is
/// left.
pub(crate) fn run(meter: &mut Meter, capturing: bool, size: u64) -> i64 {
    let mut machine = Machine::<Lang<Interruptible>>::new();
    let last = size as i64;
    begin::<Interruptible>(
        &mut machine,
        [Prompt::User],
        Frame::Iterate { next: -last, last },
    );
    meter.time(|| finish::<Interruptible>(&mut machine, &mut { capturing }))
}
