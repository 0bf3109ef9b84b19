//! Worker processes for tools: the Python face of kont-workers.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use workers::{Calls, Command, Deadline, Done, Worker, WorkerError};

/// How many workers wait for a next call, at most.
const IDLE_MAX: usize = 8;

/// How long a worker may take to start and to load the tools.
const WARM_UP_MAX: Duration = Duration::from_secs(60);

/// Worker processes that run tools side by side. While it waits, other threads of Python run.
#[pyclass(module = "kont._kont", frozen)]
pub(crate) struct Workers {
    program: Vec<String>,
    warm: Vec<u8>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    calls: Calls,
    /// Workers that have answered and can be called again, the oldest first.
    idle: VecDeque<(Kind, Worker)>,
    running: Vec<Running>,
    last: u64,
}

/// What a worker was started with: its grace time in milliseconds, and its warm-up.
type Kind = (u64, Vec<u8>);

/// A call that somebody waits for.
struct Running {
    /// Its number for Python.
    id: u64,
    /// Its number in `Calls`: of the warm-up first, then of the call itself.
    inner: u64,
    kind: Kind,
    /// What is to be asked when the worker is warm, by when.
    next: Option<(Vec<u8>, Deadline)>,
}

/// A call that is over: its number, and the answer or what went wrong.
type Ended = (u64, Option<Py<PyBytes>>, Option<String>);

impl State {
    /// What a call that is over means; `None` if it was a warm-up, and the call itself has begun.
    fn settle(&mut self, done: Done, warm: &[u8]) -> Option<(u64, Result<Vec<u8>, WorkerError>)> {
        let Done { id, worker, result } = done;
        let at = self
            .running
            .iter()
            .position(|running| running.inner == id)?;
        match (result, self.running[at].next.take()) {
            (Ok(answer), Some((payload, deadline))) if answer == warm => {
                self.running[at].inner = self.calls.start(worker, &payload, deadline);
                None
            }
            (result, _) => {
                let Running { id, kind, .. } = self.running.swap_remove(at);
                if result.is_ok() {
                    self.idle.push_back((kind, worker));
                    if self.idle.len() > IDLE_MAX {
                        drop(self.idle.pop_front());
                    }
                }
                Some((id, result))
            }
        }
    }
}

impl Workers {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spawn(&self, grace: Duration) -> Result<Worker, workers::SpawnError> {
        let mut words = self.program.iter();
        let program = words.next().map_or("", String::as_str);
        Worker::spawn(&Command::new(program).args(words).grace(grace))
    }
}

#[pymethods]
impl Workers {
    /// The command of a worker, and the answer to a warm-up that went well.
    #[new]
    fn new(program: Vec<String>, warm: Vec<u8>) -> Self {
        Workers {
            program,
            warm,
            state: Mutex::default(),
        }
    }

    /// Begins a call in a worker process, and gives its number.
    ///
    /// A new worker is asked the warm-up first; the deadline counts from the moment when it has answered.
    fn start(
        &self,
        py: Python<'_>,
        payload: &[u8],
        deadline_s: Option<f64>,
        grace_s: f64,
        warm_up: &[u8],
    ) -> PyResult<u64> {
        let grace = seconds(grace_s);
        let grace_ms = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        let deadline = deadline_s.map_or_else(Deadline::never, |s| Deadline::after(seconds(s)));
        py.detach(|| {
            let mut state = self.lock();
            let kind = (grace_ms, warm_up.to_vec());
            let at = state
                .idle
                .iter_mut()
                .position(|(other, worker)| *other == kind && worker.end().is_none());
            let idle = at.and_then(|at| state.idle.remove(at));
            let (inner, next) = if let Some((_, worker)) = idle {
                (state.calls.start(worker, payload, deadline), None)
            } else {
                let worker = self
                    .spawn(grace)
                    .map_err(|error| PyOSError::new_err(error.to_string()))?;
                let inner = state
                    .calls
                    .start(worker, warm_up, Deadline::after(WARM_UP_MAX));
                (inner, Some((payload.to_vec(), deadline)))
            };
            state.last += 1;
            let id = state.last;
            state.running.push(Running {
                id,
                inner,
                kind,
                next,
            });
            Ok(id)
        })
    }

    /// Waits for a call to end, at most for this time. None when the time is up or a signal came.
    fn next_done(&self, py: Python<'_>, timeout_s: f64) -> Option<Ended> {
        let until = Instant::now() + seconds(timeout_s);
        let done = py.detach(|| {
            let mut state = self.lock();
            loop {
                let left = until.saturating_duration_since(Instant::now());
                let done = state.calls.next_done(left)?;
                if let Some(ended) = state.settle(done, &self.warm) {
                    return Some(ended);
                }
            }
        });
        done.map(|(id, result)| match result {
            Ok(answer) => (id, Some(PyBytes::new(py, &answer).unbind()), None),
            Err(error) => (id, None, Some(error.to_string())),
        })
    }

    /// Kills what runs, with everything that it started. `next_done` gives the calls as killed.
    fn end_all(&self, py: Python<'_>) {
        py.detach(|| self.lock().calls.order_end_all(Duration::ZERO));
    }

    /// How many calls run.
    fn __len__(&self) -> usize {
        self.lock().calls.len()
    }

    /// Ends all workers, also those that wait for a next call. Bounded in time.
    fn close(&self, py: Python<'_>) {
        let state = std::mem::take(&mut *self.lock());
        py.detach(move || drop(state));
    }
}

/// Python hands over any float; a duration is not negative and not infinite.
fn seconds(s: f64) -> Duration {
    Duration::try_from_secs_f64(s.max(0.0)).unwrap_or(Duration::from_secs(60 * 60 * 24 * 365))
}
