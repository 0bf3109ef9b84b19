//! The scheduler's programs on tokio, its current-thread runtime: what one would write in Rust without a machine. Its
//! tasks may be woken from other threads, so that it counts with atomics; and time is its virtual one, too.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::{JoinHandle, JoinSet, yield_now};

use crate::meter::{Meter, resident_bytes};
use crate::tasks::{CROWD, PERMITS, ROUND, bedtime, share};

type Boxed = Pin<Box<dyn Future<Output = i64> + Send>>;

fn runtime() -> Runtime {
    let built = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    built.expect("a runtime without input and output")
}

/// Runs a main task and gives its answer.
fn run(meter: &mut Meter, main: impl Future<Output = i64>) -> i64 {
    let runtime = runtime();
    meter.time(|| runtime.block_on(main))
}

/// What a task has given; one that was cancelled counts.
async fn outcome(task: JoinHandle<i64>) -> i64 {
    match task.await {
        Ok(number) => number,
        Err(error) if error.is_cancelled() => 1,
        Err(error) => panic!("a task has failed: {error}"),
    }
}

async fn join_all(tasks: Vec<JoinHandle<i64>>) -> i64 {
    let mut sum = 0;
    for task in tasks {
        sum += outcome(task).await;
    }
    sum
}

/// Starts these, and waits for them one by one.
async fn crowd<F>(children: u64, child: impl Fn(u64) -> F) -> i64
where
    F: Future<Output = i64> + Send + 'static,
{
    join_all(
        (0..children)
            .map(|number| tokio::spawn(child(number)))
            .collect(),
    )
    .await
}

/// How many tasks there are in each round.
fn rounds(size: u64) -> impl Iterator<Item = u64> {
    let starts = (0..size).step_by(ROUND as usize);
    starts.map(move |start| ROUND.min(size - start))
}

/// Tasks that end at once are waited for one by one. Gives how many there were.
pub(crate) fn join(meter: &mut Meter, size: u64) -> i64 {
    run(meter, async {
        let mut sum = 0;
        for round in rounds(size) {
            sum += crowd(round, async |_| 1).await;
        }
        sum
    })
}

/// The same; a whole round is a set.
pub(crate) fn gather(meter: &mut Meter, size: u64) -> i64 {
    run(meter, async {
        let mut sum = 0;
        for round in rounds(size) {
            let set: JoinSet<i64> = (0..round).map(|_| async { 1 }).collect();
            sum += set.join_all().await.iter().sum::<i64>();
        }
        sum
    })
}

/// Calls a program through so many boxed async functions: each is polled again when it goes on.
fn through(levels: usize, program: impl Future<Output = i64> + Send + 'static) -> Boxed {
    async fn call(inner: Boxed) -> i64 {
        inner.await
    }
    let innermost: Boxed = Box::pin(program);
    (0..levels).fold(innermost, |inner, _| Box::pin(call(inner)))
}

/// Each of a crowd lets the others run first, again and again, inside of so many calls. Gives how often that was.
pub(crate) fn take_turns(meter: &mut Meter, levels: usize, size: u64) -> i64 {
    let child = move |number| async move {
        let turns = share(size, number, CROWD);
        for _ in 0..turns {
            yield_now().await;
        }
        turns as i64
    };
    match levels {
        0 => run(meter, crowd(CROWD, child)),
        _ => run(
            meter,
            crowd(CROWD, move |number| through(levels, child(number))),
        ),
    }
}

/// Each of a crowd takes a permit and lets the others run before it gives it back. Gives how often that was.
pub(crate) fn contend(meter: &mut Meter, size: u64) -> i64 {
    let semaphore = Arc::new(Semaphore::new(PERMITS as usize));
    run(
        meter,
        crowd(CROWD, move |number| {
            let semaphore = semaphore.clone();
            async move {
                let turns = share(size, number, CROWD);
                for _ in 0..turns {
                    let permit = semaphore.acquire().await.expect("it is not closed");
                    yield_now().await;
                    drop(permit);
                }
                turns as i64
            }
        }),
    )
}

/// Two tasks send one another messages through two channels that hold one. Gives how many were received.
pub(crate) fn ping_pong(meter: &mut Meter, size: u64) -> i64 {
    run(meter, async {
        let (ping, mut pinged) = mpsc::channel::<i64>(1);
        let (pong, mut ponged) = mpsc::channel::<i64>(1);
        let first = tokio::spawn(async move {
            let mut received = 0;
            for _ in 0..size / 2 {
                ping.send(received).await.expect("it is not closed");
                received += i64::from(ponged.recv().await.is_some());
            }
            received
        });
        let second = tokio::spawn(async move {
            let mut received = 0;
            for _ in 0..size / 2 {
                received += i64::from(pinged.recv().await.is_some());
                pong.send(received).await.expect("it is not closed");
            }
            received
        });
        join_all(vec![first, second]).await
    })
}

/// Tasks sleep, all at a time. Gives how many were woken in the order of their times.
pub(crate) fn sleep(meter: &mut Meter, size: u64) -> i64 {
    let latest = Arc::new(AtomicU64::new(0));
    run(
        meter,
        crowd(size, move |number| {
            let latest = latest.clone();
            async move {
                let time: Duration = bedtime(number, size);
                tokio::time::sleep(time).await;
                let now = time.as_millis() as u64;
                i64::from(latest.swap(now, Ordering::Relaxed) <= now)
            }
        }),
    )
}

/// Starts tasks that wait for the same, and gives them when each of them waits.
async fn waiting(size: u64, event: Arc<Notify>) -> Vec<JoinHandle<i64>> {
    let begun = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::with_capacity(size as usize);
    for _ in 0..size {
        let (begun, event) = (begun.clone(), event.clone());
        tasks.push(tokio::spawn(async move {
            begun.fetch_add(1, Ordering::Relaxed);
            event.notified().await;
            1
        }));
    }
    while begun.load(Ordering::Relaxed) < size {
        yield_now().await;
    }
    tasks
}

/// Tasks wait for an event, all at a time, and are cancelled there. Gives how many were.
pub(crate) fn cancel(meter: &mut Meter, size: u64) -> i64 {
    run(meter, async {
        let tasks = waiting(size, Arc::new(Notify::new())).await;
        for task in &tasks {
            task.abort();
        }
        join_all(tasks).await
    })
}

/// Tasks wait for an event, all at a time, and their memory is measured. Gives how many there were.
pub(crate) fn bytes(meter: &mut Meter, size: u64) -> i64 {
    let before = resident_bytes();
    let mut after = None;
    let sum = run(meter, async {
        let event = Arc::new(Notify::new());
        let tasks = waiting(size, event.clone()).await;
        after = resident_bytes();
        event.notify_waiters();
        join_all(tasks).await
    });
    meter.bytes = after.zip(before).map(|(after, before)| after - before);
    sum
}
