//! One effect performed again and again, answered by the outermost of many handlers, in each way there is.

use machine::{Answer, Code, Control, Handled, Handler, Input, Machine, Step, Target};

use crate::language::{Kont, Lang, Language, Value, begin, finish};
use crate::meter::{Meter, peak_bytes};

struct Asking;

struct Effect {
    class: u8,
    number: i64,
}

/// The effect that is answered with one more.
const ASK: u8 = 0;
/// The effect that the handlers in between are for. Nobody performs it.
const OTHER: u8 = 1;

/// How the handler answers.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// At once, without a capture.
    Answer,
    /// With the continuation, natively.
    Capture,
    /// By an activation that transfers.
    Transfer,
    /// By an activation that resumes and waits.
    Resume,
}

enum Prompt {
    Asked(Way),
    Other,
}

enum Frame {
    /// Performs until nothing is left.
    Body { left: u64, sum: i64 },
    /// The code of a handler.
    Activation { answer: i64, way: Way },
    /// Calls itself until nothing is left, and then the body.
    Deep { left: u64, performs: u64 },
}

impl Language for Asking {
    type Effect = Effect;
    type Frame = Frame;
    type Prompt = Prompt;
    type World = ();

    fn kind(effect: &Effect) -> u64 {
        u64::from(effect.class)
    }
}

impl Code<Lang<Asking>> for Frame {
    fn resume(&mut self, _: &mut (), input: Input<Lang<Asking>>) -> Step<Lang<Asking>> {
        // Looked at first and alone: an input that is moved together with something else is copied.
        let given = match input {
            Input::Error(error) => return Step::Raise(error),
            Input::Start => None,
            Input::Value(value) => Some(value.int()),
        };
        match self {
            Frame::Body { left, sum } => {
                *sum = given.unwrap_or(*sum);
                if *left == 0 {
                    return Step::Return(Value::Int(*sum));
                }
                *left -= 1;
                Step::Perform(Effect {
                    class: ASK,
                    number: *sum,
                })
            }
            Frame::Activation { answer, way } => match (given, way) {
                (Some(given), _) => Step::Return(Value::Int(given)),
                (None, Way::Resume) => {
                    Step::Control(Control::Resume(Target::Own, Ok(Value::Int(*answer))))
                }
                (None, _) => Step::Control(Control::Transfer(Target::Own, Ok(Value::Int(*answer)))),
            },
            Frame::Deep { left, performs } => match given {
                Some(given) => Step::Return(Value::Int(given)),
                None if *left == 0 => Step::Call(Frame::body(*performs)),
                None => Step::Call(Frame::Deep {
                    left: *left - 1,
                    performs: *performs,
                }),
            },
        }
    }
}

impl Frame {
    fn body(left: u64) -> Self {
        Frame::Body { left, sum: 0 }
    }
}

impl Handler<Lang<Asking>> for Prompt {
    fn accepts(&self, _: &mut (), effect: &Effect) -> bool {
        match self {
            Prompt::Asked(_) => effect.class == ASK,
            Prompt::Other => effect.class == OTHER,
        }
    }

    fn answer(&self, _: &mut (), effect: &Effect) -> Option<Answer<Lang<Asking>>> {
        match self {
            Prompt::Asked(Way::Answer) => Some(Ok(Value::Int(effect.number + 1))),
            _ => None,
        }
    }

    fn handle(&self, _: &mut (), effect: Effect, k: Kont<Asking>) -> Handled<Lang<Asking>> {
        let answer = effect.number + 1;
        match self {
            Prompt::Asked(Way::Answer | Way::Capture) => {
                Handled::Transfer(k, Ok(Value::Int(answer)))
            }
            Prompt::Asked(way) => Handled::Run {
                code: Frame::Activation { answer, way: *way },
                slot: Some(k),
            },
            Prompt::Other => Handled::Pass(effect, k),
        }
    }
}

/// Performs `count` effects under `depth` handlers. Gives the count.
pub(crate) fn perform(meter: &mut Meter, way: Way, depth: u64, count: u64) -> i64 {
    let mut machine = Machine::<Lang<Asking>>::new();
    let between = (1..depth).map(|_| Prompt::Other);
    begin::<Asking>(
        &mut machine,
        between.chain([Prompt::Asked(way)]),
        Frame::body(count),
    );
    meter.time(|| finish::<Asking>(&mut machine, &mut ()))
}

/// Performs effects whose handlers resume and wait, so that a thousand of them wait at a time. Gives the count.
pub(crate) fn resume_and_wait(meter: &mut Meter, count: u64) -> i64 {
    const TOGETHER: u64 = 1000;
    let mut machine = Machine::<Lang<Asking>>::new();
    let rounds = count.div_ceil(TOGETHER);
    meter.time(|| {
        let mut sum = 0;
        for _ in 0..rounds {
            let body = Frame::body(TOGETHER.min(count));
            begin::<Asking>(&mut machine, [Prompt::Asked(Way::Resume)], body);
            sum += finish::<Asking>(&mut machine, &mut ());
        }
        sum
    })
}

/// Measures how much a run of `count` effects grows the process: nothing if its handlers transfer. Gives the count.
pub(crate) fn growth(meter: &mut Meter, way: Way, count: u64) -> i64 {
    let before = peak_bytes();
    let sum = perform(meter, way, 1, count);
    meter.bytes = peak_bytes()
        .zip(before)
        .map(|(after, before)| after - before);
    sum
}

/// Performs `count` effects while `frames` programs wait between the performer and its handler. Gives the count.
pub(crate) fn over_frames(meter: &mut Meter, frames: u64, count: u64) -> i64 {
    let build = |performs| {
        let mut machine = Machine::<Lang<Asking>>::new();
        let body = Frame::Deep {
            left: frames,
            performs,
        };
        begin::<Asking>(&mut machine, [Prompt::Asked(Way::Capture)], body);
        machine
    };
    let mut without = Meter::default();
    let mut empty = build(0);
    without.time(|| finish::<Asking>(&mut empty, &mut ()));
    drop(empty);
    let mut machine = build(count);
    let sum = meter.time(|| finish::<Asking>(&mut machine, &mut ()));
    meter.ns = (meter.ns - without.ns).max(0.0);
    sum
}
