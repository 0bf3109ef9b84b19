//! Calls: many workers side by side, watched from one thread.

use crate::error::WorkerError;
use crate::os;
use crate::worker::{Deadline, Worker};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The number of a call in its `Calls`: 1, 2, 3... in the order of starts.
pub type CallId = u64;

/// A call that is over.
#[derive(Debug)]
pub struct Done {
    /// Which call.
    pub id: CallId,
    /// Its worker. After an error it has ended; after an answer it can be called again or closed.
    pub worker: Worker,
    /// The answer or why there is none.
    pub result: Result<Vec<u8>, WorkerError>,
}

/// Calls that run at the same time.
///
/// Nothing runs in the background here: bytes move while `next_done` runs. Deadlines are kept by the guards, so they hold
/// also while nobody waits. Dropping this ends all workers in it.
#[derive(Debug, Default)]
pub struct Calls {
    running: Vec<(CallId, Worker)>,
    done: VecDeque<Done>,
    last: CallId,
}

impl Calls {
    /// No calls.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a call. A failure to begin is a result like any other: `next_done` gives it.
    pub fn start(&mut self, mut worker: Worker, payload: &[u8], deadline: Deadline) -> CallId {
        self.last += 1;
        let id = self.last;
        match worker.start(payload, deadline) {
            Ok(()) => self.running.push((id, worker)),
            Err(error) => self.done.push_back(Done {
                id,
                worker,
                result: Err(error),
            }),
        }
        id
    }

    /// How many calls have been started and not been given by `next_done`.
    pub fn len(&self) -> usize {
        self.running.len() + self.done.len()
    }

    /// Whether there is nothing to wait for.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits until a call is over, at most for `timeout`. `None` when the time is up, when there is no call,
    /// or when a signal came: the caller looks at its signals and asks again.
    pub fn next_done(&mut self, timeout: Duration) -> Option<Done> {
        let until = Instant::now() + timeout;
        loop {
            self.step();
            if let Some(done) = self.done.pop_front() {
                return Some(done);
            }
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() || self.running.is_empty() {
                return None;
            }
            let mut wanted = Vec::new();
            let mut wait = rest;
            for (_, worker) in &self.running {
                worker.wanted(&mut wanted);
                wait = wait.min(worker.wake_after().unwrap_or(rest));
            }
            if !os::poll(&mut wanted, Some(wait)) {
                self.step();
                return self.done.pop_front();
            }
        }
    }

    /// Orders the end of one call's worker; `next_done` gives the call as killed. Nothing happens if it is over.
    pub fn order_end(&mut self, id: CallId, grace: Duration) {
        for (other, worker) in &mut self.running {
            if *other == id {
                worker.order_end(grace);
            }
        }
    }

    /// Orders the end of all workers. A second order cuts the grace time short.
    pub fn order_end_all(&mut self, grace: Duration) {
        for (_, worker) in &mut self.running {
            worker.order_end(grace);
        }
    }

    fn step(&mut self) {
        let mut at = 0;
        while let Some((_, worker)) = self.running.get_mut(at) {
            match worker.step() {
                Some(result) => {
                    let (id, worker) = self.running.swap_remove(at);
                    self.done.push_back(Done { id, worker, result });
                }
                None => at += 1,
            }
        }
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        // All are told before the first is waited for, so that their ends overlap.
        self.order_end_all(Duration::ZERO);
    }
}
