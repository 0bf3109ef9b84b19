//! Coroutines with a native stack each (corosensei): the fastest switch there is, and the largest fiber.

use std::collections::VecDeque;

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use crate::meter::Meter;
use crate::suite::scheduler::TIMES;

/// Takes answers, gives effects.
type Scope = Coroutine<i64, i64, i64>;

fn body(yielder: &Yielder<i64, i64>, count: u64) -> i64 {
    (0..count).fold(0, |sum, _| yielder.suspend(sum))
}

/// A handler of another effect: what it does not answer, it suspends with in its turn.
fn under(depth: u64, outside: &Yielder<i64, i64>, count: u64) -> i64 {
    if depth == 0 {
        return body(outside, count);
    }
    let mut inner = Scope::new(move |yielder, _| under(depth - 1, yielder, count));
    let mut answer = 0;
    loop {
        match inner.resume(answer) {
            CoroutineResult::Yield(effect) => answer = outside.suspend(effect),
            CoroutineResult::Return(sum) => return sum,
        }
    }
}

/// Performs `count` effects under `depth` handlers, each a coroutine. Gives the count.
pub(crate) fn perform(meter: &mut Meter, depth: u64, count: u64) -> i64 {
    let mut scope = Scope::new(move |yielder, _| under(depth - 1, yielder, count));
    meter.time(|| {
        let mut answer = 0;
        loop {
            match scope.resume(answer) {
                CoroutineResult::Yield(number) => answer = number + 1,
                CoroutineResult::Return(sum) => return sum,
            }
        }
    })
}

fn sum_of(meter: &mut Meter, mut scope: Scope) -> i64 {
    meter.time(|| {
        let mut sum = 0;
        while let CoroutineResult::Yield(number) = scope.resume(0) {
            sum += number;
        }
        sum
    })
}

/// Adds up what a coroutine emits: the numbers from 0 to `size`. Gives the sum.
pub(crate) fn iterator(meter: &mut Meter, size: u64) -> i64 {
    let size = size as i64;
    let range = Scope::new(move |yielder, _| {
        (0..=size).for_each(|number| {
            yielder.suspend(number);
        });
        0
    });
    sum_of(meter, range)
}

/// Adds up the values of a tree of this height, visited by a recursive coroutine.
pub(crate) fn generator(meter: &mut Meter, size: u64) -> i64 {
    fn iterate(height: i64, yielder: &Yielder<i64, i64>) {
        if height > 0 {
            iterate(height - 1, yielder);
            yielder.suspend(height);
            iterate(height - 1, yielder);
        }
    }
    let size = size as i64;
    let visit = Scope::new(move |yielder, _| {
        iterate(size, yielder);
        0
    });
    sum_of(meter, visit)
}

/// Runs `size` jobs, a hundred times, on stacks that are used again. Gives the number of ticks.
pub(crate) fn scheduler(meter: &mut Meter, size: u64) -> i64 {
    const YIELD: i64 = 0;
    type Job = Coroutine<i64, i64, i64, DefaultStack>;
    let mut stacks: Vec<DefaultStack> = Vec::new();
    let mut queue: VecDeque<Job> = VecDeque::new();
    meter.time(|| {
        let mut ticks = 0;
        for _ in 0..TIMES {
            for _ in 0..size {
                let stack = stacks.pop().unwrap_or_default();
                let mut job = Job::with_stack(stack, |yielder, _| {
                    yielder.suspend(YIELD);
                    yielder.suspend(1);
                    0
                });
                match job.resume(0) {
                    CoroutineResult::Yield(_) => queue.push_back(job),
                    CoroutineResult::Return(_) => stacks.push(job.into_stack()),
                }
            }
            while let Some(mut job) = queue.pop_front() {
                while let CoroutineResult::Yield(tick) = job.resume(0) {
                    ticks += tick;
                }
                stacks.push(job.into_stack());
            }
        }
        ticks
    })
}
