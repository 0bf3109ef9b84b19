//! A free monad: an effect is a value with a boxed closure for the rest of the program.

use crate::meter::Meter;

enum Program {
    Done(i64),
    Perform(u8, i64, Box<dyn FnOnce(i64) -> Program>),
}

const ASK: u8 = 0;
const OTHER: u8 = 1;

fn body(left: u64, sum: i64) -> Program {
    match left {
        0 => Program::Done(sum),
        left => Program::Perform(ASK, sum, Box::new(move |answer| body(left - 1, answer))),
    }
}

/// A handler of another effect: it puts itself around the rest of the program again.
fn under(program: Program) -> Program {
    match program {
        Program::Perform(OTHER, _, rest) => under(rest(0)),
        Program::Perform(effect, number, rest) => {
            Program::Perform(effect, number, Box::new(move |answer| under(rest(answer))))
        }
        done @ Program::Done(_) => done,
    }
}

/// Performs `count` effects under `depth` handlers. Gives the count.
pub(crate) fn perform(meter: &mut Meter, depth: u64, count: u64) -> i64 {
    let mut program = (1..depth).fold(body(count, 0), |inner, _| under(inner));
    meter.time(|| {
        loop {
            match program {
                Program::Done(sum) => return sum,
                Program::Perform(_, number, rest) => program = rest(number + 1),
            }
        }
    })
}

/// Adds up what a program emits: the numbers from 0 to `size`. Gives the sum.
pub(crate) fn iterator(meter: &mut Meter, size: u64) -> i64 {
    fn range(next: i64, last: i64) -> Program {
        if next > last {
            return Program::Done(0);
        }
        Program::Perform(ASK, next, Box::new(move |_| range(next + 1, last)))
    }
    let mut program = range(0, size as i64);
    meter.time(|| {
        let mut sum = 0;
        loop {
            match program {
                Program::Done(_) => return sum,
                Program::Perform(_, number, rest) => {
                    sum += number;
                    program = rest(0);
                }
            }
        }
    })
}
