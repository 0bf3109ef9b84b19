//! Worker processes for tools: the Python face of kont-workers.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use workers::{Calls, Command, Deadline, Done, Worker};

/// How many workers wait for a next call, at most.
const IDLE_MAX: usize = 4;

/// Worker processes that run tools side by side. While it waits, other threads of Python run.
#[pyclass(module = "kont._kont", frozen)]
pub(crate) struct Workers {
    program: Vec<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    calls: Calls,
    /// Workers that have answered and can be called again, with their grace time in milliseconds.
    idle: Vec<(u64, Worker)>,
    running: Vec<(u64, u64)>,
}

/// A call that is over: its number, and the answer or what went wrong.
type Ended = (u64, Option<Py<PyBytes>>, Option<String>);

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
    #[new]
    fn new(program: Vec<String>) -> Self {
        Workers {
            program,
            state: Mutex::default(),
        }
    }

    /// Begins a call in a worker process, and gives its number. The deadline counts from here.
    fn start(
        &self,
        py: Python<'_>,
        payload: &[u8],
        deadline_s: Option<f64>,
        grace_s: f64,
    ) -> PyResult<u64> {
        let grace = seconds(grace_s);
        let millis = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        let deadline = deadline_s.map_or_else(Deadline::never, |s| Deadline::after(seconds(s)));
        py.detach(|| {
            let mut state = self.lock();
            let at = state
                .idle
                .iter_mut()
                .position(|(m, worker)| *m == millis && worker.end().is_none());
            let worker = match at {
                Some(at) => state.idle.swap_remove(at).1,
                None => self
                    .spawn(grace)
                    .map_err(|error| PyOSError::new_err(error.to_string()))?,
            };
            let id = state.calls.start(worker, payload, deadline);
            state.running.push((id, millis));
            Ok(id)
        })
    }

    /// Waits for a call to end, at most for this time. None when the time is up or a signal came.
    fn next_done(&self, py: Python<'_>, timeout_s: f64) -> Option<Ended> {
        let done = py.detach(|| {
            let mut state = self.lock();
            let Done { id, worker, result } = state.calls.next_done(seconds(timeout_s))?;
            let at = state.running.iter().position(|(running, _)| *running == id);
            let millis = at.map(|at| state.running.swap_remove(at).1);
            if let (Ok(_), Some(millis)) = (&result, millis)
                && state.idle.len() < IDLE_MAX
            {
                state.idle.push((millis, worker));
            }
            Some((id, result))
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
