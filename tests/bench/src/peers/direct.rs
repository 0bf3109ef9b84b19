//! By hand: a loop, a stack of its own, a call of the handler. What it would cost if nothing could be suspended.

use std::hint::black_box;

use crate::meter::Meter;

/// A handler: an answer, or nothing if the effect is not for it.
type Handler = Box<dyn Fn(u8, i64) -> Option<i64>>;

/// Performs `count` effects by asking the handlers one by one, innermost first. Gives the count.
pub(crate) fn perform(meter: &mut Meter, depth: u64, count: u64) -> i64 {
    const ASK: u8 = 0;
    let mut handlers: Vec<Handler> = Vec::new();
    for _ in 1..depth {
        handlers.push(Box::new(|class, _| (class != ASK).then_some(0)));
    }
    handlers.push(Box::new(|class, number| {
        (class == ASK).then_some(number + 1)
    }));
    let handlers = black_box(handlers);
    meter.time(|| {
        let mut sum = 0;
        for _ in 0..count {
            let answer = handlers.iter().find_map(|handler| handler(ASK, sum));
            sum = black_box(answer.unwrap_or(0));
        }
        sum
    })
}

/// Counts a variable down that the compiler must write and read. Gives 0.
pub(crate) fn countdown(meter: &mut Meter, size: u64) -> i64 {
    let mut counter = black_box(size as i64);
    meter.time(|| {
        while black_box(counter) != 0 {
            counter = black_box(counter - 1);
        }
        counter
    })
}

/// Adds up the numbers from 0 to `size`. Gives the sum.
pub(crate) fn iterator(meter: &mut Meter, size: u64) -> i64 {
    let size = size as i64;
    meter.time(|| (0..=size).fold(0, |sum, number| black_box(sum + number)))
}

/// Visits a tree of this height with a stack written by hand, and adds up its values.
pub(crate) fn generator(meter: &mut Meter, size: u64) -> i64 {
    /// Trees of one height are one tree, and a height is its value.
    struct InOrder {
        waiting: Vec<i64>,
        next: i64,
    }
    impl Iterator for InOrder {
        type Item = i64;
        fn next(&mut self) -> Option<i64> {
            while self.next > 0 {
                self.waiting.push(self.next);
                self.next -= 1;
            }
            let value = self.waiting.pop()?;
            self.next = value - 1;
            Some(value)
        }
    }
    let values = InOrder {
        waiting: Vec::new(),
        next: black_box(size as i64),
    };
    meter.time(|| values.fold(0, |sum, value| black_box(sum + value)))
}

/// The interruptible iterator, where each level is called with all that it may call, as if the compiler had seen which
/// handler is meant: nothing is searched for. Gives the sum of what is left.
pub(crate) fn interruptible(meter: &mut Meter, size: u64) -> i64 {
    type Behavior = Box<dyn Fn(&mut Option<i64>)>;
    fn iterate(next: i64, last: i64, user: &dyn Fn(i64) -> Behavior) -> i64 {
        if next > last {
            return 0;
        }
        let mut place = Some(next);
        user(next)(&mut place);
        let rest = iterate(next + 1, last, user);
        place.unwrap_or(0) + rest
    }
    let user = |element: i64| -> Behavior {
        match element {
            ..0 => Box::new(|place| *place = None),
            0 => Box::new(|_| {}),
            _ => Box::new(move |place| *place = Some(2 * element)),
        }
    };
    let size = size as i64;
    meter.time(|| iterate(-size, size, black_box(&user)))
}
