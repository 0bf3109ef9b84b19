//! Driving a program: to its end, or step by step from stop to stop.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use std::time::Duration;

use machine::{Answer, Boundary, Continuation, Machine, Outcome};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use scheduler::Order;

use crate::clause::{Handler, Installed, Observer, Watch};
use crate::code::Code;
use crate::domain::{Cx, Keys, Live, Parks};
use crate::names::{Names, names};
use crate::prompt::Prompt;
use crate::schedule::Schedule;
use crate::tasks::{self, Asking, Tasks};
use crate::trace;

/// How many codes run between two looks at the signals.
const FUEL: u64 = 10_000;

/// Where a program has stopped.
pub(crate) enum Stop {
    /// It ended.
    Done(Answer<Live>),
    /// It performed an effect that its host has to answer.
    Parked(Py<PyAny>),
    /// Every task waits, or it is time to look outside.
    Idle(Asking),
}

/// A machine with one program in it, and its tasks.
pub(crate) struct Driver {
    machine: Machine<Live>,
    waiting: Option<Continuation<Live>>,
    parks: Parks,
    keys: Keys,
    tasks: Tasks,
    /// Why the main task was cancelled from outside.
    interrupt: Option<PyErr>,
    /// Which tasks wait for what outside, by the number of the wait.
    outside: std::collections::HashMap<u64, (scheduler::Id, Py<PyAny>)>,
}

impl Driver {
    /// A program under handlers and observers, innermost first. Nothing runs yet.
    pub(crate) fn new(
        program: &Bound<'_, PyAny>,
        around: &Bound<'_, PyTuple>,
        parks: Parks,
        tasks: Tasks,
    ) -> PyResult<Self> {
        let names = names(program.py())?;
        let mut around = boundaries(names, around)?;
        around.push(Boundary::Prompt(Prompt::Task));
        let k = Continuation::new(around, Code::new(program)?);
        Ok(Driver {
            machine: Machine::new(),
            waiting: Some(k),
            parks,
            keys: Keys::default(),
            tasks,
            interrupt: None,
            outside: std::collections::HashMap::new(),
        })
    }

    fn with<T>(
        &mut self,
        py: Python<'_>,
        act: impl FnOnce(&mut Machine<Live>, &mut Cx<'_>) -> T,
    ) -> PyResult<T> {
        let mut cx = Cx {
            py,
            names: names(py)?,
            machine: self.machine.id(),
            parks: self.parks,
            keys: &mut self.keys,
            tasks: &mut self.tasks,
        };
        Ok(act(&mut self.machine, &mut cx))
    }

    /// Goes on with an answer, to the next stop. The first answer starts the program.
    pub(crate) fn go_on(&mut self, py: Python<'_>, answer: Answer<Live>) -> PyResult<Stop> {
        let names = names(py)?;
        let Some(k) = self.waiting.take() else {
            return Err(names.usage(py, "the program has ended, or has not stopped yet"));
        };
        self.machine
            .resume(k, answer)
            .map_err(|error| names.usage(py, error.to_string()))?;
        self.run(py)
    }

    /// Goes on after everybody has waited, with what was ended outside.
    pub(crate) fn wake(
        &mut self,
        py: Python<'_>,
        ended: Vec<(u64, Answer<Live>)>,
    ) -> PyResult<Stop> {
        for (token, answer) in ended {
            if let Some((task, effect)) = self.outside.remove(&token) {
                if let Err(error) = &answer {
                    trace::answered(py, names(py)?, error, &effect, None);
                }
                self.with(py, |_, cx| tasks::wake(cx, task, token, answer))?;
            }
        }
        self.run(py)
    }

    /// Cancels the main task: unless it ends otherwise, it ends with this.
    pub(crate) fn interrupt(&mut self, py: Python<'_>, error: PyErr) -> PyResult<Stop> {
        self.interrupt = Some(error);
        self.with(py, |_, cx| {
            if let Some(main) = cx.tasks.scheduler.main() {
                // It may have ended, while others are being unwound.
                scheduler::cancel::<Live>(cx, main).unwrap_or_default();
            }
        })?;
        self.run(py)
    }

    fn run(&mut self, py: Python<'_>) -> PyResult<Stop> {
        loop {
            let outcome = self.with(py, |machine, cx| {
                if cx.tasks.is_active() {
                    cx.tell_time();
                }
                scheduler::drive(machine, cx, FUEL)
            })?;
            if !self.keys.kept.is_empty() {
                self.keys.hold_kept(py, &mut self.machine);
            }
            match outcome {
                Outcome::Done(answer) => return Ok(Stop::Done(self.end(py, answer)?)),
                Outcome::Parked { effect, k } => {
                    self.waiting = Some(k);
                    return Ok(Stop::Parked(effect));
                }
                Outcome::Idle => return Ok(Stop::Idle(self.asking(py))),
                Outcome::Paused => {
                    py.check_signals()?;
                    if self.tasks.is_active() && self.tasks.looks_outside() {
                        return Ok(Stop::Idle(Asking {
                            timeout: Some(Duration::ZERO),
                            ..self.asking(py)
                        }));
                    }
                }
            }
        }
    }

    fn asking(&mut self, py: Python<'_>) -> Asking {
        let asking = self.tasks.asking();
        for external in &asking.begin {
            let waits = (external.task, external.effect.clone_ref(py));
            self.outside.insert(external.token, waits);
        }
        for token in &asking.give_up {
            self.outside.remove(token);
        }
        asking
    }

    fn end(&mut self, py: Python<'_>, answer: Answer<Live>) -> PyResult<Answer<Live>> {
        let names = names(py)?;
        Ok(match (answer, self.interrupt.take()) {
            (Err(error), Some(interrupt)) if error.is_instance(py, names.cancelled.bind(py)) => {
                Err(interrupt)
            }
            (answer, _) => answer,
        })
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
        return Ok(Boundary::Prompt(Prompt::Handler(Installed(
            handler.clone().unbind(),
        ))));
    }
    if let Ok(observer) = object.cast::<Observer>() {
        return Ok(Boundary::Observer(Watch(observer.clone().unbind())));
    }
    Err(not_a_handler(names, object))
}

pub(crate) fn not_a_handler(names: &Names, object: &Bound<'_, PyAny>) -> PyErr {
    let shown = crate::place::shown(object);
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
///     seed: which of the tasks that could run does, is chosen at random: the same for the same seed.
///     virtual_time: no time passes in `Sleep` and deadlines; the clock jumps when every task waits. `Now` and
///         `Monotonic` show this clock, which begins with 0.
///     order: which of the tasks that could run does: what `kont.testing.explore` chooses.
///
/// Example: `kont.run(greet(), from_env)`, which is `kont.run(from_env(greet()))`.
#[pyfunction]
#[pyo3(signature = (program, /, *handlers, seed=None, virtual_time=false, order=None))]
pub(crate) fn run<'py>(
    program: Bound<'py, PyAny>,
    handlers: Bound<'py, PyTuple>,
    seed: Option<u64>,
    virtual_time: bool,
    order: Option<Bound<'py, Schedule>>,
) -> PyResult<Py<PyAny>> {
    let py = program.py();
    let names = names(py)?;
    let tasks = Tasks::new(choice(py, seed, order)?, virtual_time);
    let mut driver = Driver::new(&program, &handlers, Parks::Defaults, tasks)?;
    drop(program);
    let mut outside = None;
    let mut stop = driver.go_on(py, Ok(py.None()))?;
    loop {
        stop = match stop {
            Stop::Done(answer) => return answer.map_err(|error| trace::leaving(py, error)),
            Stop::Parked(effect) => {
                let answer = names.default_answer.bind(py).call1((&effect,));
                if let Err(error) = &answer {
                    trace::answered(py, names, error, &effect, None);
                }
                driver.go_on(py, answer.map(Bound::unbind))?
            }
            Stop::Idle(asking) => match wait(&driver, py, &mut outside, asking) {
                Ok(ended) => driver.wake(py, ended)?,
                Err(error) => driver.interrupt(py, error)?,
            },
        };
    }
}

/// Who chooses which task runs.
fn choice(
    py: Python<'_>,
    seed: Option<u64>,
    order: Option<Bound<'_, Schedule>>,
) -> PyResult<Order> {
    match (seed, order) {
        (None, None) => Ok(Order::Fifo),
        (Some(seed), None) => Ok(Order::Seeded(seed)),
        (None, Some(schedule)) => Ok(schedule.get().order()),
        (Some(_), Some(_)) => Err(names(py)?.usage(
            py,
            "a run has a `seed` or an `order`, not both\nhelp: an order says itself what is chosen at random",
        )),
    }
}

/// How long this thread sleeps between two looks at the signals.
const LOOK: Duration = Duration::from_millis(50);

type Ended = Vec<(u64, Answer<Live>)>;

/// Waits for what the tasks of a program wait for.
fn wait(
    driver: &Driver,
    py: Python<'_>,
    outside: &mut Option<Py<PyAny>>,
    asking: Asking,
) -> PyResult<Ended> {
    if asking.begin.is_empty() && driver.outside.is_empty() {
        let mailbox = driver.tasks.scheduler.mailbox();
        let time = asking.timeout.map_or(LOOK, |timeout| timeout.min(LOOK));
        py.detach(|| mailbox.wait(Some(time)));
        py.check_signals()?;
        return Ok(Vec::new());
    }
    let outside = match outside {
        Some(outside) => outside,
        None => {
            let made = py
                .import("kont._outside")?
                .getattr("Outside")?
                .call0()?
                .unbind();
            notify(driver, py, &made)?;
            outside.insert(made)
        }
    };
    let idle = Idle::of(py, asking)?;
    ended(&outside.bind(py).call_method1("wait", (idle,))?)
}

/// Lets a completion from another thread end a wait.
fn notify(driver: &Driver, py: Python<'_>, outside: &Py<PyAny>) -> PyResult<()> {
    let tell = outside.getattr(py, "tell")?;
    let mailbox = driver.tasks.scheduler.mailbox();
    mailbox.set_notify(Some(std::sync::Arc::new(move || {
        Python::attach(|py| {
            if let Err(error) = tell.call0(py) {
                error.write_unraisable(py, None);
            }
        });
    })));
    Ok(())
}

/// What was ended outside: `(number, value, error)` of each.
fn ended(list: &Bound<'_, PyAny>) -> PyResult<Ended> {
    let mut ended = Vec::new();
    for one in list.try_iter()? {
        let (token, value, error): (u64, Bound<'_, PyAny>, Bound<'_, PyAny>) = one?.extract()?;
        let answer = match error.is_none() {
            true => Ok(value.unbind()),
            false => Err(PyErr::from_value(error)),
        };
        ended.push((token, answer));
    }
    Ok(ended)
}

/// What the owner of a program does while every task of it waits.
#[pyclass(module = "kont", frozen)]
pub(crate) struct Idle {
    /// What is to be awaited: a number, an effect, and the context of the task.
    #[pyo3(get)]
    begin: Py<PyAny>,
    /// The numbers of those that nobody waits for any more.
    #[pyo3(get)]
    give_up: Py<PyAny>,
    /// After how many seconds the program goes on anyway.
    #[pyo3(get)]
    timeout: Option<f64>,
}

impl Idle {
    fn of(py: Python<'_>, asking: Asking) -> PyResult<Self> {
        let begin: Vec<_> = asking
            .begin
            .into_iter()
            .map(|external| (external.token, external.effect, external.context))
            .collect();
        Ok(Idle {
            begin: begin.into_pyobject(py)?.unbind(),
            give_up: asking.give_up.into_pyobject(py)?.unbind(),
            timeout: asking.timeout.map(|timeout| timeout.as_secs_f64()),
        })
    }
}

/// A program that its owner drives from stop to stop: what `run_async` is made of.
#[pyclass(module = "kont", frozen)]
pub(crate) struct Drive {
    driver: Mutex<Driver>,
    ended: Mutex<Option<Answer<Live>>>,
    /// The effect that its owner is answering.
    asked: Mutex<Option<Py<PyAny>>>,
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

    fn asks(&self, effect: Option<Py<PyAny>>) -> Option<Py<PyAny>> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *asked, effect)
    }

    fn go_on(&self, py: Python<'_>, answer: Answer<Live>) -> PyResult<Option<Py<PyAny>>> {
        let mut driver = self.lock(py)?;
        if let (Some(effect), Err(error)) = (self.asks(None), &answer) {
            trace::answered(py, names(py)?, error, &effect, None);
        }
        // Asked for the time until something happens, it was told that this time is over.
        let stop = match driver.waiting.is_none() && driver.tasks.is_active() {
            true => match answer {
                Ok(_) => driver.wake(py, Vec::new())?,
                Err(error) => driver.interrupt(py, error)?,
            },
            false => driver.go_on(py, answer)?,
        };
        self.stopped(py, &mut driver, stop)
    }

    fn stopped(
        &self,
        py: Python<'_>,
        driver: &mut Driver,
        mut stop: Stop,
    ) -> PyResult<Option<Py<PyAny>>> {
        loop {
            stop = match stop {
                Stop::Idle(asking) if driver.parks == Parks::Questions => {
                    if let Some(time) = asking.timeout {
                        let sleep = names(py)?.sleep.call1(py, (time.as_secs_f64(),))?;
                        return Ok(Some(sleep));
                    }
                    match wait(driver, py, &mut None, asking) {
                        Ok(ended) => driver.wake(py, ended)?,
                        Err(error) => driver.interrupt(py, error)?,
                    }
                }
                other => {
                    stop = other;
                    break;
                }
            };
        }
        match stop {
            Stop::Parked(effect) => {
                self.asks(Some(effect.clone_ref(py)));
                Ok(Some(effect))
            }
            Stop::Idle(asking) => Ok(Some(Py::new(py, Idle::of(py, asking)?)?.into_any())),
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
    #[pyo3(signature = (program, handlers=None, *, questions=false, seed=None, virtual_time=false, order=None))]
    fn new(
        py: Python<'_>,
        program: Bound<'_, PyAny>,
        handlers: Option<Bound<'_, PyTuple>>,
        questions: bool,
        seed: Option<u64>,
        virtual_time: bool,
        order: Option<Bound<'_, Schedule>>,
    ) -> PyResult<Self> {
        let handlers = handlers.unwrap_or_else(|| PyTuple::empty(py));
        let parks = if questions {
            Parks::Questions
        } else {
            Parks::Defaults
        };
        Ok(Drive {
            driver: Mutex::new(Driver::new(
                &program,
                &handlers,
                parks,
                Tasks::new(choice(py, seed, order)?, virtual_time),
            )?),
            ended: Mutex::new(None),
            asked: Mutex::new(None),
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

    /// Goes on after an `Idle`, with `(number, value, error)` of each wait that has ended. Gives what `send` gives.
    #[pyo3(signature = (ended, /))]
    fn wake(&self, py: Python<'_>, ended: Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
        let ended = self::ended(&ended)?;
        let mut driver = self.lock(py)?;
        let stop = driver.wake(py, ended)?;
        self.stopped(py, &mut driver, stop)
    }

    /// Cancels the main task, which ends with this if it does not end otherwise. Gives what `send` gives.
    #[pyo3(signature = (error, /))]
    fn interrupt(&self, py: Python<'_>, error: Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
        let mut driver = self.lock(py)?;
        let stop = driver.interrupt(py, PyErr::from_value(error))?;
        self.stopped(py, &mut driver, stop)
    }

    /// Has this object told, by its method `tell`, when something was completed in another thread.
    #[pyo3(signature = (outside, /))]
    fn notify(&self, py: Python<'_>, outside: Py<PyAny>) -> PyResult<()> {
        notify(&*self.lock(py)?, py, &outside)
    }

    /// The program's value, once; raises what it raised.
    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let ended = self
            .ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        ended
            .unwrap_or_else(|| {
                Err(names(py)?.usage(py, "the program has no result yet, or it was taken"))
            })
            .map_err(|error| trace::leaving(py, error))
    }
}
