//! The host's side: the same words as `SandboxRun`, and what becomes of a process that has died or hangs.

use super::{FRAME_MAX, Reply, Request, SLICE, Standing};
use crate::data::to_data;
use crate::names::names;
use crate::sandbox_run::{
    GivenLimits, GivenTool, Streams, config, refused, show_event, show_pending, shown_output, usage,
};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple, PyType};
use sandbox::{AnswerError, Event, Failure, Outcome, Pending};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use workers::{Calls, Command, Deadline, Output, Worker};

/// How long the process may take for what has no slices: to start, to compile, to load, to dump.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long it may be silent while it should run slices. One takes [`SLICE`], and a limit of time is looked at in each.
const SILENCE: Duration = Duration::from_secs(10);

/// That much more than its limit of time a program may take until its process counts as one that hangs.
const OVERTIME: Duration = Duration::from_secs(2);

/// How long a process that hangs is waited for when somebody has asked to stop, by Ctrl-C or another signal.
const HURRY: Duration = Duration::from_secs(1);

/// One run of a sandboxed program in a worker process. It has the methods of `SandboxRun`.
#[pyclass(module = "kont._kont", frozen)]
pub(crate) struct FarRun {
    state: Mutex<Far>,
    /// Set once the program is to end.
    interrupted: AtomicBool,
}

struct Far {
    /// The process; none when it is gone.
    worker: Option<Worker>,
    pid: i32,
    /// Why it is gone.
    gone: String,
    pending: Vec<Pending>,
    answers: Vec<(u64, Outcome)>,
    output: [Vec<u8>; 2],
    calls: u64,
    used: (u64, u64),
    compute_left: Duration,
}

/// The process is gone: why.
struct Gone(String);

impl Far {
    fn spawn(command: &[String], grace: Duration) -> PyResult<Self> {
        let (program, arguments) = command.split_first().map_or(("", command), |(p, a)| (p, a));
        let command = Command::new(program)
            .args(arguments)
            .grace(grace)
            .frame_bytes_max(FRAME_MAX)
            .output(Output::Capture {
                keep_bytes: 4 << 10,
                forward: false,
            });
        let worker =
            Worker::spawn(&command).map_err(|error| PyOSError::new_err(error.to_string()))?;
        Ok(Far {
            pid: worker.pid(),
            worker: Some(worker),
            gone: String::new(),
            pending: Vec::new(),
            answers: Vec::new(),
            output: [Vec::new(), Vec::new()],
            calls: 0,
            used: (0, 0),
            compute_left: Duration::ZERO,
        })
    }

    /// One frame out and one back. A process that says nothing for this long is killed; so it is, much sooner, if
    /// `hurries` and a signal comes.
    fn ask(
        &mut self,
        request: &Request,
        snapshot: &[u8],
        patience: Duration,
        hurries: bool,
    ) -> Result<(Reply, Vec<u8>), Gone> {
        let Some(worker) = self.worker.take() else {
            return Err(Gone(self.gone.clone()));
        };
        let mut frame = postcard::to_stdvec(request).unwrap_or_default();
        frame.extend_from_slice(snapshot);
        let mut until = Instant::now() + patience;
        let mut calls = Calls::new();
        let id = calls.start(worker, &frame, Deadline::never());
        let done = loop {
            let left = until.saturating_duration_since(Instant::now());
            if let Some(done) = calls.next_done(left) {
                break done;
            }
            let now = Instant::now();
            if now >= until {
                calls.order_end(id, Duration::ZERO);
                // The end is reported, in bounded time.
                until = now + PATIENCE;
            } else if hurries {
                until = until.min(now + HURRY);
            }
        };
        let trouble = match done.result {
            Ok(frame) => match postcard::take_from_bytes(&frame) {
                Ok((reply, rest)) => {
                    let rest = rest.to_vec();
                    self.worker = Some(done.worker);
                    return Ok((reply, rest));
                }
                Err(error) => format!("its answer is none: {error}"),
            },
            Err(error) => error.to_string(),
        };
        Err(self.lose(&trouble))
    }

    /// The process is gone, and with it the program.
    fn lose(&mut self, trouble: &str) -> Gone {
        self.gone = format!(
            "the process {} of this sandbox is gone: {trouble}\n\
             help: go on from its last `dump()` with `Sandbox.load(data, where=...)`",
            self.pid
        );
        self.worker = None;
        Gone(self.gone.clone())
    }

    /// Takes what a program has come to; gives what happened.
    fn stand(&mut self, standing: Standing) -> Event {
        self.pending = standing.pending;
        for (kept, new) in self.output.iter_mut().zip(standing.output) {
            kept.extend(new);
        }
        self.calls = standing.calls;
        self.used = standing.used;
        self.compute_left = standing.compute_left;
        standing.event
    }

    fn advance(&mut self, interrupts: bool) -> Result<Event, Gone> {
        let request = Request::Advance(std::mem::take(&mut self.answers), interrupts);
        let patience = SILENCE.min(self.compute_left.saturating_add(SLICE + OVERTIME));
        match self.ask(&request, &[], patience, true)? {
            (Reply::Standing(standing), _) => Ok(self.stand(standing)),
            _ => Err(self.lose("its answer is to another question")),
        }
    }

    fn answer(&mut self, id: u64, outcome: Outcome) -> Result<(), AnswerError> {
        match self.pending.iter().position(|pending| pending.id == id) {
            Some(at) => {
                self.pending.remove(at);
                self.answers.push((id, outcome));
                Ok(())
            }
            None if (1..=self.calls).contains(&id) => Err(AnswerError::Closed(id)),
            None => Err(AnswerError::Unknown(id)),
        }
    }
}

impl FarRun {
    fn lock(&self) -> MutexGuard<'_, Far> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the run, unless it is gone. While another thread talks to the process, those of Python go on.
    fn with<T: Send>(&self, py: Python<'_>, act: impl FnOnce(&mut Far) -> T + Send) -> PyResult<T> {
        let living = |far: &mut Far| match far.worker {
            Some(_) => Ok(act(far)),
            None => Err(Gone(far.gone.clone())),
        };
        let done = match self.state.try_lock() {
            Ok(mut far) => living(&mut far),
            Err(_) => py.detach(|| living(&mut self.lock())),
        };
        done.map_err(|gone| killed(py, gone))
    }

    /// Asks the first thing of a new process.
    fn begin(py: Python<'_>, mut far: Far, request: Request, snapshot: &[u8]) -> PyResult<Self> {
        let (far, reply) = py.detach(move || {
            let reply = far.ask(&request, snapshot, PATIENCE, false);
            (far, reply)
        });
        let mut far = far;
        match reply {
            Ok((Reply::Standing(standing), _)) => {
                far.stand(standing);
                Ok(FarRun {
                    state: Mutex::new(far),
                    interrupted: AtomicBool::new(false),
                })
            }
            Ok((Reply::Refused(error), _)) => Err(refused(py, &error)),
            Ok((Reply::Foreign(why), _)) => {
                let class = names(py)?.refused.bind(py).clone();
                Err(PyErr::from_type(class, (why,)))
            }
            Ok(_) => Err(killed(py, far.lose("its answer is to another question"))),
            Err(gone) => Err(killed(py, gone)),
        }
    }
}

#[pymethods]
impl FarRun {
    /// The command of the process and its time to end, and what `SandboxRun` takes.
    #[new]
    #[expect(
        clippy::too_many_arguments,
        reason = "they are those of SandboxRun, and two more"
    )]
    fn new(
        py: Python<'_>,
        command: Vec<String>,
        grace_s: f64,
        source: String,
        filename: String,
        tools: Vec<GivenTool>,
        limits: GivenLimits,
        seed: u64,
    ) -> PyResult<Self> {
        let far = py.detach(|| Far::spawn(&command, seconds(grace_s)))?;
        let config = config(tools, limits, seed);
        let request = Request::Start {
            source,
            filename,
            limits: config.limits,
            capabilities: config.capabilities,
            seed: config.seed,
        };
        Self::begin(py, far, request, &[])
    }

    /// The run that `dump` gave the bytes of, in a process of its own.
    #[classmethod]
    fn load(
        _class: &Bound<'_, PyType>,
        py: Python<'_>,
        command: Vec<String>,
        grace_s: f64,
        data: &[u8],
    ) -> PyResult<Self> {
        let far = py.detach(|| Far::spawn(&command, seconds(grace_s)))?;
        Self::begin(py, far, Request::Load, data)
    }

    /// Runs until it waits or ends; gives what happened as a tuple that begins with a word.
    #[pyo3(signature = (_tools = None))]
    fn advance<'py>(
        &self,
        py: Python<'py>,
        _tools: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        loop {
            let event = py.detach(|| {
                let interrupts = self.interrupted.load(Ordering::Relaxed);
                self.lock().advance(interrupts)
            });
            // A Ctrl-C comes before what it may have caused.
            py.check_signals()?;
            match event.map_err(|gone| killed(py, gone))? {
                Event::Paused => {}
                event => return show_event(py, event),
            }
        }
    }

    /// What it waits for: number, line, kind, and what belongs to the kind.
    fn pending<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        show_pending(py, self.with(py, |far| far.pending.clone())?)
    }

    /// Answers a request with a value.
    fn answer(&self, py: Python<'_>, id: u64, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let data = to_data(value)?;
        self.with(py, |far| far.answer(id, Ok(data)))?
            .map_err(|error| usage(py, error))
    }

    /// Answers a request with an exception: its class's name and its message.
    fn fail(&self, py: Python<'_>, id: u64, type_name: &str, message: &str) -> PyResult<()> {
        let failure = Failure::new(type_name, message);
        self.with(py, |far| far.answer(id, Err(failure)))?
            .map_err(|error| usage(py, error))
    }

    /// Gives a program that has ended its next part.
    fn feed(&self, py: Python<'_>, source: String, filename: String) -> PyResult<()> {
        let reply = py.detach(|| {
            let mut far = self.lock();
            let request = Request::Feed { source, filename };
            match far.ask(&request, &[], PATIENCE, false)? {
                (Reply::Standing(standing), _) => {
                    far.stand(standing);
                    Ok(None)
                }
                (reply @ (Reply::Refused(_) | Reply::Kept(_)), _) => Ok(Some(reply)),
                _ => Err(far.lose("its answer is to another question")),
            }
        });
        match reply {
            Ok(Some(Reply::Refused(error))) => Err(refused(py, &error)),
            Ok(Some(Reply::Kept(why))) => Err(usage(py, why)),
            Ok(_) => Ok(()),
            Err(gone) => Err(killed(py, gone)),
        }
    }

    /// Ends the program at the end of its slice, from any thread.
    fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
    }

    /// The whole run as bytes.
    fn dump<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let reply = py.detach(|| {
            let mut far = self.lock();
            let request = Request::Dump(std::mem::take(&mut far.answers));
            match far.ask(&request, &[], PATIENCE, false)? {
                (Reply::Dumped, bytes) => Ok(Ok(bytes)),
                (Reply::Kept(why), _) => Ok(Err(why)),
                _ => Err(far.lose("its answer is to another question")),
            }
        });
        match reply {
            Ok(Ok(bytes)) => Ok(PyBytes::new(py, &bytes)),
            Ok(Err(why)) => Err(usage(py, why)),
            Err(gone) => Err(killed(py, gone)),
        }
    }

    /// What was printed since the last time: standard output, standard error. Also when the process is gone.
    fn take_output<'py>(&self, py: Python<'py>) -> Option<Streams<'py>> {
        let take = |mut far: MutexGuard<'_, Far>| std::mem::take(&mut far.output);
        let [out, err] = match self.state.try_lock() {
            Ok(far) => take(far),
            Err(_) => py.detach(|| take(self.lock())),
        };
        shown_output(py, &out, &err)
    }

    /// Steps used, and bytes of heap in use.
    fn used(&self, py: Python<'_>) -> PyResult<(u64, u64)> {
        self.with(py, |far| far.used)
    }

    /// The number of the process.
    #[getter]
    fn pid(&self, py: Python<'_>) -> i32 {
        py.detach(|| self.lock().pid)
    }

    /// Ends the process. May be called again.
    fn close(&self, py: Python<'_>) {
        py.detach(|| {
            let mut far = self.lock();
            if far.worker.is_some() {
                far.gone = "this sandbox is closed".to_owned();
                far.worker = None;
            }
        });
    }
}

fn killed(py: Python<'_>, gone: Gone) -> PyErr {
    let Gone(text) = gone;
    match names(py) {
        Ok(names) => PyErr::from_type(names.killed.bind(py).clone(), (text,)),
        Err(error) => error,
    }
}

/// Python hands over any float; a duration is not negative and not infinite.
fn seconds(s: f64) -> Duration {
    Duration::try_from_secs_f64(s.max(0.0)).unwrap_or(Duration::from_secs(60 * 60 * 24 * 365))
}
