//! Driving a program: to its end, or step by step from stop to stop.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use std::time::{Duration, Instant};

use machine::{Answer, Boundary, Continuation, Machine, Outcome};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};
use scheduler::Order;

use crate::clause::{Handler, Installed, Observer, Watch};
use crate::code::Code;
use crate::domain::{Cx, Keys, Live, Parks};
use crate::names::{Names, names};
use crate::outside::{Idle, News, Outside, notify};
use crate::prompt::Prompt;
use crate::schedule::Schedule;
use crate::tasks::{self, Asking, Host, Tasks};
use crate::trace;

/// How many codes run between two looks at the signals.
const FUEL: u64 = 10_000;

/// The same, for a program beside which others run on its thread.
const SLICE: u64 = 500;

/// After how long such a program lets the others run.
const TURN: Duration = Duration::from_millis(2);

/// Where a program has stopped.
pub(crate) enum Stop {
    /// It ended.
    Done(Answer<Live>),
    /// It performed an effect that its host has to answer.
    Parked(Py<PyAny>),
    /// Every task waits, or it is time to look outside or to let others run.
    Idle(Asking),
}

/// A machine with one program in it, and its tasks.
pub(crate) struct Driver {
    machine: Machine<Live>,
    waiting: Option<Continuation<Live>>,
    parks: Parks,
    keys: Keys,
    tasks: Tasks,
    /// Whether others run on the same thread, and get their turn.
    yields: bool,
    /// What is to be raised in a program that has no tasks, as soon as it stops; or was not in time.
    raising: Option<PyErr>,
    /// How many turns have ended since the main task was cancelled, and it has not asked for anything.
    unheard: u8,
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
            yields: false,
            raising: None,
            unheard: 0,
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

    /// Goes on after everybody has waited, with what has happened outside.
    pub(crate) fn wake(&mut self, py: Python<'_>, news: News) -> PyResult<Stop> {
        for (token, answer) in news.ended {
            if let Some((task, effect)) = self.outside.remove(&token) {
                if let Err(error) = &answer {
                    trace::answered(py, names(py)?, error, &effect, None);
                }
                self.with(py, |_, cx| tasks::wake(cx, task, token, answer))?;
            }
        }
        for (task, error) in news.cancels {
            match task {
                Some(task) => {
                    self.with(py, |_, cx| tasks::cancel(cx, scheduler::Id(task), error))?;
                }
                None => self.interrupt(py, error)?,
            }
        }
        self.run(py)
    }

    /// Cancels the program, and goes on: this is raised where it waits. If it has tasks, where the main one does.
    pub(crate) fn cancel(&mut self, py: Python<'_>, error: PyErr) -> PyResult<Stop> {
        if self.waiting.is_some() {
            return self.go_on(py, Err(error));
        }
        self.interrupt(py, error)?;
        self.run(py)
    }

    fn interrupt(&mut self, py: Python<'_>, error: PyErr) -> PyResult<()> {
        let Some(main) = self.tasks.scheduler.main() else {
            self.raising = self.machine.interrupt(error).err();
            return Ok(());
        };
        self.tasks.interrupt = Some(error);
        self.unheard = 0;
        // The main task may have ended, while others are being unwound. Then it is raised at the end.
        self.with(py, |_, cx| {
            scheduler::cancel::<Live>(cx, main).unwrap_or_default()
        })?;
        Ok(())
    }

    /// Raises what could not be raised before, if it can be now.
    fn raise(&mut self) {
        if self.tasks.scheduler.current() == self.tasks.scheduler.main()
            && self.tasks.interrupt.is_some()
        {
            self.unheard += 1;
            // It does not ask for anything: it is told in the middle of what it does.
            if self.unheard > 2 {
                self.raising = self.tasks.interrupt.take();
            }
        }
        if let Some(error) = self.raising.take() {
            self.raising = self.machine.interrupt(error).err();
        }
    }

    fn run(&mut self, py: Python<'_>) -> PyResult<Stop> {
        let began = Instant::now();
        let fuel = if self.yields { SLICE } else { FUEL };
        loop {
            let outcome = self.with(py, |machine, cx| {
                if cx.tasks.is_active() {
                    cx.tell_time();
                }
                scheduler::drive(machine, cx, fuel)
            })?;
            self.with(py, |_, cx| cx.hand_over_errors())?;
            if !self.keys.kept.is_empty() {
                self.keys.hold_kept(py, &mut self.machine);
            }
            match outcome {
                Outcome::Done(answer) => return Ok(Stop::Done(self.end(answer))),
                Outcome::Parked { effect, k } => {
                    self.waiting = Some(k);
                    if let Some(error) = self.raising.take() {
                        return self.go_on(py, Err(error));
                    }
                    return Ok(Stop::Parked(effect));
                }
                Outcome::Idle => return Ok(Stop::Idle(self.idle(py))),
                Outcome::Paused => {
                    if let Err(error) = py.check_signals() {
                        self.interrupt(py, error)?;
                    }
                    self.raise();
                    let is_turn = self.yields && began.elapsed() >= TURN;
                    if is_turn || (self.tasks.is_active() && self.tasks.looks_outside()) {
                        return Ok(Stop::Idle(Asking {
                            timeout: Some(Duration::ZERO),
                            paused: true,
                            ..self.asking(py)
                        }));
                    }
                }
            }
        }
    }

    /// Every task waits, or the next one may not run here.
    fn idle(&mut self, py: Python<'_>) -> Asking {
        let wanted = self.tasks.wanted.take();
        let mut asking = self.asking(py);
        if let Some(id) = wanted {
            let main = self.tasks.scheduler.main();
            match std::mem::take(&mut self.tasks.is_trapped) {
                true => asking.timeout = Some(Duration::ZERO),
                false => asking.switch = Some(Some(id.0).filter(|_| main != Some(id))),
            }
        }
        self.tasks.is_trapped = false;
        asking
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

    /// A program that was cancelled, and not told in time, ends as if it had been.
    fn end(&mut self, answer: Answer<Live>) -> Answer<Live> {
        let late = self.tasks.interrupt.take().or(self.raising.take());
        match (answer, late) {
            (Ok(_), Some(late)) => Err(late),
            (answer, _) => answer,
        }
    }

    /// The answer of the run itself to an effect.
    fn answer(&mut self, py: Python<'_>, effect: &Py<PyAny>) -> PyResult<Stop> {
        let answer = self.tasks.outside.answer(names(py)?, effect.bind(py));
        if let Err(error) = &answer {
            trace::answered(py, names(py)?, error, effect, None);
        }
        self.go_on(py, answer)
    }

    /// Waits for what the tasks wait for, on this thread.
    fn wait(&mut self, py: Python<'_>, asking: Asking) -> PyResult<Stop> {
        let mailbox = self.tasks.scheduler.mailbox();
        let awaits = !self.outside.is_empty();
        match self.tasks.outside.wait(py, &mailbox, asking, awaits) {
            Ok(news) => self.wake(py, news),
            Err(error) => self.cancel(py, error),
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
    if !names.several.is_class_of(object)? {
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

/// Whether a function says of itself that it gives a handler.
fn makes_handlers(function: &Bound<'_, PyAny>) -> bool {
    let py = function.py();
    let given = function
        .getattr(intern!(py, "__annotations__"))
        .and_then(|annotations| annotations.get_item("return"))
        .map(|given| given.to_string());
    given.is_ok_and(|given| {
        ["Handler", "Several", "Observer"]
            .iter()
            .any(|kind| given.contains(kind))
    })
}

pub(crate) fn not_a_handler(names: &Names, object: &Bound<'_, PyAny>) -> PyErr {
    let shown = crate::place::shown(object);
    let help = match object.getattr(intern!(object.py(), "__name__")) {
        Ok(name) if object.is_instance_of::<PyType>() => match names.is_class_of_effects(object) {
            true => {
                format!("make a handler of a function: put `@kont.handler({name})` on top of it")
            }
            false => format!("make one of the class: `{name}(...)`"),
        },
        Ok(name) if makes_handlers(object) => {
            format!("it makes handlers: call it, as in `{name}(...)`")
        }
        _ => "decorate a function with `@kont.handler(MyEffect)`".to_owned(),
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
    let tasks = Tasks::new(choice(py, seed, order)?, virtual_time);
    let mut driver = Driver::new(&program, &handlers, Parks::Defaults, tasks)?;
    drop(program);
    let mut stop = driver.go_on(py, Ok(py.None()))?;
    loop {
        stop = match stop {
            Stop::Done(answer) => {
                let closed = driver.tasks.outside.close(py);
                let value = answer.map_err(|error| trace::leaving(py, error))?;
                return closed.map(|()| value);
            }
            Stop::Parked(effect) => driver.answer(py, &effect)?,
            Stop::Idle(asking) => driver.wait(py, asking)?,
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
        let stop = driver.go_on(py, answer)?;
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
                    driver.wait(py, asking)?
                }
                Stop::Parked(effect)
                    if driver.parks == Parks::Questions
                        && effect.bind(py).is_instance(names(py)?.awaiting.bind(py))? =>
                {
                    driver.answer(py, &effect)?
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
                driver.tasks.outside.close(py)?;
                // Its table would keep the answer, too.
                driver.tasks.scheduler = scheduler::Scheduler::new();
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

    /// Goes on after an `Idle`, with `(number, value, error)` of each wait that has ended, and `(task, error)` of each
    /// task that was cancelled. Gives what `send` gives.
    #[pyo3(signature = (ended, cancels, /))]
    fn wake(
        &self,
        py: Python<'_>,
        ended: Bound<'_, PyAny>,
        cancels: Bound<'_, PyAny>,
    ) -> PyResult<Option<Py<PyAny>>> {
        let news = News::of(&ended, &cancels)?;
        let mut driver = self.lock(py)?;
        let stop = driver.wake(py, news)?;
        self.stopped(py, &mut driver, stop)
    }

    /// Raises an exception where the program waits; where its main task does, if it has tasks. Gives what `send` gives.
    #[pyo3(signature = (error, /))]
    fn cancel(&self, py: Python<'_>, error: Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
        let error = PyErr::from_value(error);
        let mut driver = self.lock(py)?;
        if let Some(effect) = self.asks(None) {
            trace::answered(py, names(py)?, &error, &effect, None);
        }
        let stop = driver.cancel(py, error)?;
        self.stopped(py, &mut driver, stop)
    }

    /// Has the program run on an event loop: one of `kont._loops`, whose `tell` is called when something was completed
    /// in another thread.
    #[pyo3(signature = (running, /))]
    fn attach(&self, py: Python<'_>, running: Bound<'_, PyAny>) -> PyResult<()> {
        let mut driver = self.lock(py)?;
        notify(
            &driver.tasks.scheduler.mailbox(),
            running.getattr(intern!(py, "tell"))?.unbind(),
        );
        driver.yields = true;
        driver.tasks.outside = Outside::running(running.unbind());
        Ok(())
    }

    /// Lets go of the event loop: this is driven no more.
    fn detach(&self, py: Python<'_>) -> PyResult<()> {
        let mut driver = self.lock(py)?;
        driver.tasks.scheduler.mailbox().set_notify(None);
        let running = std::mem::take(&mut driver.tasks.outside);
        drop(driver);
        drop(running);
        Ok(())
    }

    /// Has only one task run where this is driven from: `host(True, 7)`, or the main one, `host(True, None)`. With
    /// `host(False, None)` no task runs: what has happened is told, and which task is to run next.
    #[pyo3(signature = (runs, task, /))]
    fn host(&self, py: Python<'_>, runs: bool, task: Option<u64>) -> PyResult<()> {
        self.lock(py)?.tasks.host = match (runs, task) {
            (false, _) => Host::Nobody,
            (true, None) => Host::Main,
            (true, Some(id)) => Host::Task(scheduler::Id(id)),
        };
        Ok(())
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
