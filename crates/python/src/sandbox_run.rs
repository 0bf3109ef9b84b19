//! A sandboxed program as Python sees it: advanced, asked what it waits for, answered, dumped and loaded.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyKeyboardInterrupt, PySyntaxError, PySystemExit};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple, PyType};
use sandbox::vm::request::{HostRequest, PendingRequest};
use sandbox::{
    Capability, Config, Diagnostic, Event, Failure, FeedError, Limits, Pending, Program, Run,
};

use crate::data::{to_data, to_object};
use crate::names::names;

/// One run of a sandboxed program: what `kont.Sandbox` is made of. While it computes, other threads of Python run.
#[pyclass(module = "kont._kont", frozen)]
pub(crate) struct SandboxRun {
    state: Mutex<Run>,
    interrupted: Arc<AtomicBool>,
}

/// What became of a call that was to be answered at once.
enum Quick {
    /// It was.
    Answered,
    /// The tool has raised.
    Raised(u64, Py<PyAny>),
    /// What the program printed before it is to be shown first.
    Printed,
    /// It is not for here.
    Not,
}

/// A tool as the program knows it: name, whether it is awaited, parameters, docstring.
pub(crate) type GivenTool = (String, bool, String, String);

/// Limits as Python gives them: see `kont.Limits`.
pub(crate) type GivenLimits = (u64, u64, u64, u64, u32, u64, (u64, u64, u64, u64));

impl SandboxRun {
    fn lock(&self) -> MutexGuard<'_, Run> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the run. While another thread computes with it, those of Python go on.
    fn with<T: Send>(&self, py: Python<'_>, act: impl FnOnce(&mut Run) -> T + Send) -> T {
        match self.state.try_lock() {
            Ok(mut run) => act(&mut run),
            Err(_) => py.detach(|| act(&mut self.lock())),
        }
    }

    /// Answers the one call that the program waits for, if it is of one of these tools: functions by name, with the least
    /// and the most positional arguments that they take.
    fn call<'py>(&self, py: Python<'py>, tools: &Bound<'py, PyDict>) -> PyResult<Quick> {
        let asked = self.with(py, |run| match run.pending() {
            [pending] if run.has_output() => {
                matches!(pending.request, PendingRequest::Call { .. }).then_some(None)
            }
            [Pending { id, request, .. }] => match request {
                PendingRequest::Call { name, args, kwargs } if kwargs.is_empty() => {
                    Some(Some((*id, name.clone(), args.clone())))
                }
                _ => None,
            },
            _ => None,
        });
        let (id, name, args) = match asked {
            None => return Ok(Quick::Not),
            Some(None) => return Ok(Quick::Printed),
            Some(Some(call)) => call,
        };
        let Some(tool) = tools.get_item(&name)? else {
            return Ok(Quick::Not);
        };
        let (function, least, most) = tool.extract::<(Bound<'py, PyAny>, usize, usize)>()?;
        if !(least..=most).contains(&args.len()) {
            return Ok(Quick::Not);
        }
        let make = names(py)?.record.get(py)?;
        let args = args.iter().map(|arg| to_object(py, arg, make));
        let args = PyTuple::new(py, args.collect::<PyResult<Vec<_>>>()?)?;
        let result = function.call1(args).and_then(|value| to_data(&value));
        match result {
            Ok(data) => {
                self.with(py, |run| run.answer(id, &Ok(data)))
                    .map_err(|error| usage(py, error))?;
                Ok(Quick::Answered)
            }
            Err(error)
                if error.is_instance_of::<PyKeyboardInterrupt>(py)
                    || error.is_instance_of::<PySystemExit>(py) =>
            {
                Err(error)
            }
            Err(error) => Ok(Quick::Raised(id, error.into_value(py).into_any())),
        }
    }

    fn of(run: Run) -> Self {
        SandboxRun {
            interrupted: run.interrupt_flag(),
            state: Mutex::new(run),
        }
    }
}

/// The clock of all runs.
pub(crate) fn clock() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// Runs for some milliseconds: so many slices are computed between two looks at signals.
fn turn(run: &mut Run) -> Event {
    for _ in 1..16 {
        match run.advance_timed(clock) {
            Event::Paused => {}
            event => return event,
        }
    }
    run.advance_timed(clock)
}

#[pymethods]
impl SandboxRun {
    #[new]
    fn new(
        py: Python<'_>,
        source: &str,
        filename: &str,
        tools: Vec<GivenTool>,
        limits: GivenLimits,
        seed: u64,
    ) -> PyResult<Self> {
        let program = py
            .detach(|| Program::compile(source, filename))
            .map_err(|error| refused(py, &error))?;
        Ok(Self::of(Run::new(program, config(tools, limits, seed))))
    }

    /// The run that `dump` gave the bytes of.
    #[classmethod]
    fn load(_class: &Bound<'_, PyType>, py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        match py.detach(|| Run::load(data)) {
            Ok(run) => Ok(Self::of(run)),
            Err(error) => Err(PyErr::from_type(
                names(py)?.refused.bind(py).clone(),
                (error.to_string(),),
            )),
        }
    }

    /// Runs until it waits or ends; gives what happened as a tuple that begins with a word.
    ///
    /// With `tools`, calls of those are answered here, as long as the program waits for nothing else: see [`Quick`].
    /// ("raised", id, exception) is then one that the caller has to answer, and ("printed",) what it has to show first.
    #[pyo3(signature = (tools = None))]
    fn advance<'py>(
        &self,
        py: Python<'py>,
        tools: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        loop {
            let event = match py.detach(|| turn(&mut self.lock())) {
                Event::Paused => {
                    py.check_signals()?;
                    continue;
                }
                event => event,
            };
            let quick = match (&event, tools) {
                (Event::Suspended, Some(tools)) => self.call(py, tools)?,
                _ => Quick::Not,
            };
            match quick {
                Quick::Answered => {}
                Quick::Raised(id, error) => return ("raised", id, error).into_pyobject(py),
                Quick::Printed => return ("printed",).into_pyobject(py),
                Quick::Not => return show_event(py, event),
            }
        }
    }

    /// What it waits for: number, line, kind, and what belongs to the kind.
    fn pending<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        show_pending(py, self.with(py, |run| run.pending().to_vec()))
    }

    /// Answers a request with a value.
    fn answer(&self, py: Python<'_>, id: u64, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let data = to_data(value)?;
        self.with(py, |run| run.answer(id, &Ok(data)))
            .map_err(|error| usage(py, error))
    }

    /// Answers a request with an exception: its class's name and its message.
    fn fail(&self, py: Python<'_>, id: u64, type_name: &str, message: &str) -> PyResult<()> {
        let failure = Failure::new(type_name, message);
        self.with(py, |run| run.answer(id, &Err(failure)))
            .map_err(|error| usage(py, error))
    }

    /// Ends the run at its next step, from any thread.
    fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
    }

    /// The whole run as bytes.
    fn dump<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = py
            .detach(|| self.lock().dump())
            .map_err(|error| usage(py, error))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Gives a program that has ended its next part.
    fn feed(&self, py: Python<'_>, source: &str, filename: &str) -> PyResult<()> {
        py.detach(|| self.lock().feed(source, filename))
            .map_err(|error| not_fed(py, &error))
    }

    /// Another run in the same place.
    fn fork(&self, py: Python<'_>) -> PyResult<Self> {
        let run = py.detach(|| self.lock().fork());
        run.map(Self::of).map_err(|error| usage(py, error))
    }

    /// What was printed since the last time: standard output, standard error. None if that is nothing.
    fn take_output<'py>(&self, py: Python<'py>) -> Option<Streams<'py>> {
        let [out, err] = self.with(py, |run| run.take_output());
        shown_output(py, &out, &err)
    }

    /// Steps used, and bytes of heap in use.
    fn used(&self, py: Python<'_>) -> (u64, u64) {
        self.with(py, |run| run.used())
    }
}

/// What a run is made with, of what Python gives.
pub(crate) fn config(tools: Vec<GivenTool>, limits: GivenLimits, seed: u64) -> Config {
    let (steps, memory_bytes, output_bytes, compute_ms, depth_frames, calls, more) = limits;
    let (suspensions, boundary_bytes, wall_ms, source_bytes) = more;
    let limits = Limits {
        steps,
        memory_bytes,
        output_bytes,
        compute_ms,
        depth_frames,
        calls,
        suspensions,
        boundary_bytes,
        wall_ms,
        source_bytes,
    };
    let capabilities = tools
        .into_iter()
        .map(|(name, is_async, signature, doc)| Capability {
            name,
            is_async,
            signature: Some(signature),
            doc,
        })
        .collect();
    Config {
        limits,
        capabilities,
        seed,
    }
}

/// What happened, as a tuple that begins with a word.
pub(crate) fn show_event(py: Python<'_>, event: Event) -> PyResult<Bound<'_, PyTuple>> {
    match event {
        Event::Suspended | Event::Paused => ("suspended",).into_pyobject(py),
        Event::Done(value) => {
            ("done", to_object(py, &value, names(py)?.record.get(py)?)?).into_pyobject(py)
        }
        Event::Failed(failed) => {
            ("failed", failed.type_name, failed.message, failed.traceback).into_pyobject(py)
        }
        Event::Limit(limit) => ("limit", limit.kind, limit.limit, limit.used).into_pyobject(py),
    }
}

/// Standard output, standard error.
pub(crate) type Streams<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>);

/// What was printed, if it was something.
pub(crate) fn shown_output<'py>(py: Python<'py>, out: &[u8], err: &[u8]) -> Option<Streams<'py>> {
    if out.is_empty() && err.is_empty() {
        return None;
    }
    Some((PyBytes::new(py, out), PyBytes::new(py, err)))
}

/// What a run waits for: number, line, kind, and what belongs to the kind.
pub(crate) fn show_pending(
    py: Python<'_>,
    pending: Vec<Pending>,
) -> PyResult<Vec<Bound<'_, PyTuple>>> {
    let make = names(py)?.record.get(py)?;
    let shown = pending.into_iter().map(|pending| {
        let (id, line) = (pending.id, pending.line);
        match pending.request {
            PendingRequest::Call { name, args, kwargs } => {
                let args = args
                    .iter()
                    .map(|arg| to_object(py, arg, make))
                    .collect::<PyResult<Vec<_>>>()?;
                let named = PyDict::new(py);
                for (name, value) in &kwargs {
                    named.set_item(name, to_object(py, value, make)?)?;
                }
                (id, line, "call", name, PyTuple::new(py, args)?, named).into_pyobject(py)
            }
            PendingRequest::Host(HostRequest::Sleep(seconds)) => {
                (id, line, "sleep", seconds).into_pyobject(py)
            }
            PendingRequest::Host(HostRequest::Now) => (id, line, "now").into_pyobject(py),
            PendingRequest::Host(HostRequest::Monotonic) => {
                (id, line, "monotonic").into_pyobject(py)
            }
            PendingRequest::Host(HostRequest::Random(count)) => {
                (id, line, "random", count).into_pyobject(py)
            }
        }
    });
    shown.collect()
}

pub(crate) fn usage(py: Python<'_>, error: impl std::fmt::Display) -> PyErr {
    names(py).map_or_else(|error| error, |names| names.usage(py, error.to_string()))
}

/// Why a program took no next part.
pub(crate) fn not_fed(py: Python<'_>, error: &FeedError) -> PyErr {
    match error {
        FeedError::Text(error) => refused(py, error),
        error => usage(py, error),
    }
}

/// A text that is no program: CPython's own exception where CPython has one.
pub(crate) fn refused(py: Python<'_>, error: &Diagnostic) -> PyErr {
    if error.type_name() == "Unsupported" {
        return match names(py) {
            Ok(names) => PyErr::from_type(names.refused.bind(py).clone(), (error.to_string(),)),
            Err(error) => error,
        };
    }
    let class = match error.type_name() {
        "IndentationError" => match py
            .import("builtins")
            .and_then(|builtins| builtins.getattr("IndentationError"))
        {
            Ok(class) => class
                .cast_into::<PyType>()
                .unwrap_or_else(|_| py.get_type::<PySyntaxError>()),
            Err(error) => return error,
        },
        _ => py.get_type::<PySyntaxError>(),
    };
    let place = (
        &error.filename,
        error.line,
        error.column,
        &error.source_line,
        error.line,
        error.end_column,
    );
    PyErr::from_type(
        class,
        (
            error.message.clone(),
            place.into_pyobject(py).map(Bound::unbind).ok(),
        ),
    )
}
