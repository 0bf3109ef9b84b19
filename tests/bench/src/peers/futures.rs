//! Async functions, polled by hand: the compiler makes the frames, and each level is polled again for each effect.

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::meter::Meter;
use crate::suite::scheduler::TIMES;

type Program = Pin<Box<dyn Future<Output = i64>>>;

/// What a program asks for and what it is answered with pass through here.
#[derive(Default)]
struct Wire {
    effect: Cell<i64>,
    answer: Cell<Option<i64>>,
}

impl Wire {
    async fn ask(&self, effect: i64) -> i64 {
        self.effect.set(effect);
        poll_fn(|_| match self.answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        })
        .await
    }
}

fn poll(program: &mut Program) -> Poll<i64> {
    program
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

fn under(depth: u64, wire: Rc<Wire>, count: u64) -> Program {
    Box::pin(async move {
        if depth > 0 {
            return under(depth - 1, wire, count).await;
        }
        let mut sum = 0;
        for _ in 0..count {
            sum = wire.ask(sum).await;
        }
        sum
    })
}

/// Performs `count` effects under `depth` boxed async functions. Gives the count.
pub(crate) fn perform(meter: &mut Meter, depth: u64, count: u64) -> i64 {
    let wire = Rc::new(Wire::default());
    let mut program = under(depth - 1, wire.clone(), count);
    meter.time(|| {
        loop {
            match poll(&mut program) {
                Poll::Ready(sum) => return sum,
                Poll::Pending => wire.answer.set(Some(wire.effect.get() + 1)),
            }
        }
    })
}

async fn pause() {
    let mut polled = false;
    poll_fn(|_| match std::mem::replace(&mut polled, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

/// Starts, suspends, and resumes `count` boxed futures to their end, a thousand alive at a time. Gives the count.
pub(crate) fn spawn_hot(meter: &mut Meter, count: u64) -> i64 {
    const TOGETHER: u64 = 1000;
    let mut kept: Vec<Program> = Vec::new();
    meter.time(|| {
        let mut left = count;
        let mut ended = 0;
        while left > 0 {
            for _ in 0..TOGETHER.min(left) {
                let mut worker: Program = Box::pin(async {
                    pause().await;
                    1
                });
                if poll(&mut worker).is_pending() {
                    kept.push(worker);
                }
            }
            left = left.saturating_sub(TOGETHER);
            for mut worker in kept.drain(..) {
                if let Poll::Ready(one) = poll(&mut worker) {
                    ended += one;
                }
            }
        }
        ended
    })
}

/// Runs `size` jobs, a hundred times. Gives the number of ticks.
pub(crate) fn scheduler(meter: &mut Meter, size: u64) -> i64 {
    let mut queue: VecDeque<Program> = VecDeque::new();
    let ticks = Rc::new(Cell::new(0));
    meter.time(|| {
        for _ in 0..TIMES {
            for _ in 0..size {
                let ticks = ticks.clone();
                let mut job: Program = Box::pin(async move {
                    pause().await;
                    ticks.set(ticks.get() + 1);
                    0
                });
                if poll(&mut job).is_pending() {
                    queue.push_back(job);
                }
            }
            while let Some(mut job) = queue.pop_front() {
                if poll(&mut job).is_pending() {
                    queue.push_back(job);
                }
            }
        }
        ticks.get()
    })
}
