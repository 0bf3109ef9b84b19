//! Driving a program: to its end, or step by step from stop to stop.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use machine::{Answer, Boundary, Continuation, Machine, Outcome};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::clause::{Handler, Observer, Prompt, Watch};
use crate::code::Code;
use crate::domain::{Cx, Keys, Live, Parks};
use crate::names::{Names, names};

/// How many codes run between two looks at the signals.
const FUEL: u64 = 10_000;

/// Where a program has stopped.
pub(crate) enum Stop {
    /// It ended.
    Done(Answer<Live>),
    /// It performed an effect that its host has to answer.
    Parked(Py<PyAny>),
}

/// A machine with one program in it.
pub(crate) struct Driver {
    machine: Machine<Live>,
    waiting: Option<Continuation<Live>>,
    parks: Parks,
    keys: Keys,
}

impl Driver {
    /// A program under handlers and observers, innermost first. Nothing runs yet.
    pub(crate) fn new(
        program: &Bound<'_, PyAny>,
        around: &Bound<'_, PyTuple>,
        parks: Parks,
    ) -> PyResult<Self> {
        let names = names(program.py())?;
        let k = Continuation::new(boundaries(names, around)?, Code::new(program)?);
        Ok(Driver {
            machine: Machine::new(),
            waiting: Some(k),
            parks,
            keys: Keys::default(),
        })
    }

    /// Goes on with an answer, to the next stop. The first answer starts the program.
    pub(crate) fn go_on(&mut self, py: Python<'_>, answer: Answer<Live>) -> PyResult<Stop> {
        let names = names(py)?;
        let usage = |error: machine::MachineError| names.usage(py, error.to_string());
        let Some(k) = self.waiting.take() else {
            return Err(names.usage(py, "the program has ended, or has not stopped yet"));
        };
        self.machine.resume(k, answer).map_err(usage)?;
        loop {
            let mut cx = Cx {
                py,
                names,
                machine: self.machine.id(),
                parks: self.parks,
                keys: &mut self.keys,
            };
            let outcome = self.machine.run(&mut cx, FUEL);
            if !self.keys.kept.is_empty() {
                self.keys.hold_kept(py, &mut self.machine);
            }
            match outcome {
                Outcome::Done(answer) => return Ok(Stop::Done(answer)),
                Outcome::Parked { effect, k } => {
                    self.waiting = Some(k);
                    return Ok(Stop::Parked(effect));
                }
                Outcome::Idle => return Err(names.usage(py, "nothing is left to run")),
                Outcome::Paused => py.check_signals()?,
            }
        }
    }
}

/// What handlers and observers are to the machine, in their order.
pub(crate) fn boundaries(
    names: &Names,
    around: &Bound<'_, PyTuple>,
) -> PyResult<Vec<Boundary<Live>>> {
    let mut found = Vec::with_capacity(around.len());
    for one in around {
        add_boundaries(names, &one, &mut found)?;
    }
    Ok(found)
}

/// Adds what one object is: a handler, or several in one.
fn add_boundaries(
    names: &Names,
    object: &Bound<'_, PyAny>,
    found: &mut Vec<Boundary<Live>>,
) -> PyResult<()> {
    match parts(names, object)? {
        None => found.push(boundary(names, object)?),
        Some(parts) => {
            for part in parts {
                found.push(boundary(names, &part)?);
            }
        }
    }
    Ok(())
}

/// What an object of `kont.Handlers` or `kont.handlers` is made of, innermost first; `None` for any other.
pub(crate) fn parts<'py>(
    names: &Names,
    object: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyTuple>>> {
    let py = object.py();
    if !object.is_instance(names.several.bind(py))? {
        return Ok(None);
    }
    let parts = object.call_method0(intern!(py, "_kont_boundaries"))?;
    Ok(Some(parts.cast_into::<PyTuple>().map_err(PyErr::from)?))
}

fn boundary(names: &Names, object: &Bound<'_, PyAny>) -> PyResult<Boundary<Live>> {
    if let Ok(handler) = object.cast::<Handler>() {
        return Ok(Boundary::Prompt(Prompt(handler.clone().unbind())));
    }
    if let Ok(observer) = object.cast::<Observer>() {
        return Ok(Boundary::Observer(Watch(observer.clone().unbind())));
    }
    Err(not_a_handler(names, object))
}

pub(crate) fn not_a_handler(names: &Names, object: &Bound<'_, PyAny>) -> PyErr {
    let shown = object
        .repr()
        .map_or_else(|_| object.get_type().to_string(), |shown| shown.to_string());
    let help = if object.is_instance_of::<pyo3::types::PyType>() {
        "make one of the class: `MyHandlers()`"
    } else {
        "decorate a function with `@kont.handler(MyEffect)`"
    };
    names.usage(
        object.py(),
        format!("{shown} is not a handler\nhelp: {help}"),
    )
}

/// Runs a program to its end and gives its value; what it raises is raised here.
///
/// What no handler answers: an awaitable of another library is waited for on an event loop of this run's own, a call
/// of a tool runs the tool. Everything else is `UnhandledEffect` where it was performed.
///
/// Args:
///     program: an effect, a coroutine, or what a `@kont.do` function gives.
///     handlers: handlers and observers, the innermost first.
///
/// Example: `kont.run(greet(), from_env)`, which is `kont.run(from_env(greet()))`.
#[pyfunction]
#[pyo3(signature = (program, /, *handlers))]
pub(crate) fn run<'py>(
    program: Bound<'py, PyAny>,
    handlers: Bound<'py, PyTuple>,
) -> PyResult<Py<PyAny>> {
    let py = program.py();
    let names = names(py)?;
    let mut driver = Driver::new(&program, &handlers, Parks::Defaults)?;
    drop(program);
    let mut answer = Ok(py.None());
    loop {
        match driver.go_on(py, answer)? {
            Stop::Done(answer) => return answer,
            Stop::Parked(effect) => {
                answer = names
                    .default_answer
                    .bind(py)
                    .call1((effect,))
                    .map(Bound::unbind);
            }
        }
    }
}

/// A program that its owner drives from stop to stop: what `run_async` is made of.
#[pyclass(module = "kont", frozen)]
pub(crate) struct Drive {
    driver: Mutex<Driver>,
    ended: Mutex<Option<Answer<Live>>>,
}

impl Drive {
    fn lock<'a>(&'a self, py: Python<'_>) -> PyResult<MutexGuard<'a, Driver>> {
        match self.driver.try_lock() {
            Ok(driver) => Ok(driver),
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => Err(names(py)?.usage(
                py,
                "this program runs already\nhelp: a program cannot drive itself",
            )),
        }
    }

    fn go_on(&self, py: Python<'_>, answer: Answer<Live>) -> PyResult<Option<Py<PyAny>>> {
        match self.lock(py)?.go_on(py, answer)? {
            Stop::Parked(effect) => Ok(Some(effect)),
            Stop::Done(answer) => {
                *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
                Ok(None)
            }
        }
    }
}

#[pymethods]
impl Drive {
    #[new]
    #[pyo3(signature = (program, handlers=None, *, questions=false))]
    fn new(
        py: Python<'_>,
        program: Bound<'_, PyAny>,
        handlers: Option<Bound<'_, PyTuple>>,
        questions: bool,
    ) -> PyResult<Self> {
        let handlers = handlers.unwrap_or_else(|| PyTuple::empty(py));
        let parks = if questions {
            Parks::Questions
        } else {
            Parks::Defaults
        };
        Ok(Drive {
            driver: Mutex::new(Driver::new(&program, &handlers, parks)?),
            ended: Mutex::new(None),
        })
    }

    /// Starts the program, or answers the effect on which it stopped. Gives the next such effect, or None at its end.
    #[pyo3(signature = (value=None, /))]
    fn send(&self, py: Python<'_>, value: Option<Py<PyAny>>) -> PyResult<Option<Py<PyAny>>> {
        self.go_on(py, Ok(value.unwrap_or_else(|| py.None())))
    }

    /// Raises an exception where the program stopped. Gives what `send` gives.
    #[pyo3(signature = (error, /))]
    fn throw(&self, py: Python<'_>, error: Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
        self.go_on(py, Err(PyErr::from_value(error)))
    }

    /// The program's value, once; raises what it raised.
    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let ended = self
            .ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        ended.unwrap_or_else(|| {
            Err(names(py)?.usage(py, "the program has no result yet, or it was taken"))
        })
    }
}
