//! The scheduler's domain: what a run keeps of its tasks, and what they are told.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use machine::{Answer, Boundary, Machine};
use pyo3::exceptions::{PyKeyboardInterrupt, PySystemExit, PyTimeoutError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyList, PyTuple};
use pyo3::{PyClass, intern};
use rustc_hash::FxHashMap;
use scheduler::{
    Completer, Deadlock, Id, Next, Op, Order, Refusal, Request, Scheduler, SchedulerDomain,
    Together,
};

use crate::domain::{Cx, Live, Parks};
use crate::handles::{ExternalPromise, Handle, Promise, Run, Shared, Task};
use crate::outside::{self, Outside};
use crate::place::Site;
use crate::prompt::Prompt;
use crate::raw;
use crate::request::{Question, request};
use crate::sorts::{Ask, Sort};
use crate::stuck::{self, Stuck};

/// How many handles are gone before their entries are looked at.
const SWEEP: usize = 256;

/// How many failures there are before they are looked at.
const FAILED: usize = 64;

/// What the entry is that the scheduler makes next.
pub(crate) enum Making {
    Task(Option<String>),
    Promise,
}

/// A wait for something of another library: the task's, with this number.
pub(crate) struct External {
    pub(crate) token: u64,
    pub(crate) task: Id,
    /// Whether it is the main task.
    pub(crate) is_main: bool,
    pub(crate) effect: Py<PyAny>,
    pub(crate) context: Option<Py<PyAny>>,
}

/// Which tasks may run where the machine is driven from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    /// All of them.
    Any,
    /// None: only what has happened is told.
    Nobody,
    /// The main task.
    Main,
    /// This one.
    Task(Id),
}

/// What is known of a task from where it was spawned.
pub(crate) struct Spawned {
    /// What `contextvars` it has.
    pub(crate) context: Py<PyAny>,
    pub(crate) site: Option<Site>,
    /// The task that has spawned it.
    pub(crate) by: Option<Id>,
}

/// What a run keeps of its tasks.
pub(crate) struct Tasks {
    pub(crate) scheduler: Scheduler<Live>,
    pub(crate) run: Arc<Run>,
    pub(crate) opening: Option<Py<Shared>>,
    making: Option<Making>,
    /// Why the request that is being answered makes no sense.
    refused: Option<PyErr>,
    /// What is known of each task that was spawned.
    contexts: FxHashMap<Id, Spawned>,
    /// What will be known of the task that is spawned next.
    spawning: Option<Spawned>,
    /// What is to be waited for outside, and was not told to the host yet.
    pub(crate) outbox: Vec<External>,
    /// Which task waits for what outside, by the number of the wait.
    pub(crate) waits: FxHashMap<Id, u64>,
    pub(crate) tokens: u64,
    /// Why the host has cancelled the main task, until it has been told.
    pub(crate) interrupt: Option<PyErr>,
    /// Why others have cancelled tasks, until these have been told.
    interrupts: FxHashMap<Id, PyErr>,
    /// The event loop around the run.
    pub(crate) outside: Outside,
    /// Which tasks may run now.
    pub(crate) host: Host,
    /// The task that would run next, and may not.
    pub(crate) wanted: Option<Id>,
    /// The tasks that have ended since the host was last told, if it wants to know.
    pub(crate) left: Vec<Id>,
    /// Whether the task that runs waits for the loop, which is to be told at once.
    pub(crate) is_trapped: bool,
    /// Waits that were given up by tasks that wait for something else now.
    pub(crate) given_up: Vec<u64>,
    sweep_at: usize,
    /// What has failed, or may fail: its error is kept elsewhere once it was told.
    pub(crate) failed: Vec<Id>,
    failed_at: usize,
    /// What a task has ended with, that ends the program.
    pub(crate) ending: Option<Id>,
    began: Instant,
    /// Where the virtual clock began to count, if there is one.
    virtual_from: Option<Duration>,
    /// What stands for this run in handlers that several runs may share.
    token: Option<Py<PyAny>>,
    /// The deadlock that is being told.
    pub(crate) stuck: Option<Stuck>,
}

impl Tasks {
    pub(crate) fn new(order: Order, is_virtual: bool) -> Self {
        let mut scheduler = Scheduler::new().with_order(order);
        if is_virtual {
            scheduler = scheduler.with_virtual_clock();
        }
        Tasks {
            scheduler,
            run: Arc::default(),
            opening: None,
            making: None,
            refused: None,
            stuck: None,
            contexts: FxHashMap::default(),
            spawning: None,
            outbox: Vec::new(),
            waits: FxHashMap::default(),
            tokens: 0,
            interrupt: None,
            interrupts: FxHashMap::default(),
            outside: Outside::default(),
            host: Host::Any,
            wanted: None,
            left: Vec::new(),
            is_trapped: false,
            given_up: Vec::new(),
            sweep_at: SWEEP,
            failed: Vec::new(),
            failed_at: FAILED,
            ending: None,
            began: Instant::now(),
            virtual_from: is_virtual.then_some(Duration::ZERO),
            token: None,
        }
    }

    /// Lets no time pass from here on but by jumps.
    fn make_virtual(&mut self) {
        if self.virtual_from.is_none() {
            self.virtual_from = Some(self.scheduler.now());
            self.scheduler.make_clock_virtual();
        }
    }

    /// Whether the program has ever asked for what only a scheduler gives.
    pub(crate) fn is_active(&self) -> bool {
        self.scheduler.main().is_some()
    }

    pub(crate) fn make(&mut self, what: Making) {
        self.making = Some(what);
    }

    fn give_up(&mut self, id: Id) {
        if let Some(token) = self.waits.remove(&id) {
            self.given_up.push(token);
        }
    }

    /// The task that runs, unless it is the main one or there are none.
    pub(crate) fn other(&self) -> Option<Id> {
        let current = self.scheduler.current();
        current.filter(|_| current != self.scheduler.main())
    }

    pub(crate) fn spawns(&mut self, context: Py<PyAny>, site: Option<Site>) {
        let by = self.scheduler.current();
        self.spawning = Some(Spawned { context, site, by });
    }

    /// What is known of a task, if it was spawned and has not ended.
    pub(crate) fn spawned(&self, id: Id) -> Option<&Spawned> {
        self.contexts.get(&id)
    }

    /// The context of the task that runs, if it is not the one of whoever runs the program.
    pub(crate) fn context(&self) -> Option<&Py<PyAny>> {
        if self.contexts.is_empty() {
            return None;
        }
        let spawned = self.contexts.get(&self.scheduler.current()?)?;
        Some(&spawned.context)
    }

    /// Whether something outside is waited for, or was completed.
    pub(crate) fn looks_outside(&self) -> bool {
        !self.waits.is_empty() || !self.outbox.is_empty()
    }

    /// How long until the next timer.
    pub(crate) fn until_deadline(&self) -> Option<Duration> {
        if self.virtual_from.is_some() {
            // Virtual time does not pass while something outside is waited for.
            return None;
        }
        let deadline = self.scheduler.next_deadline()?;
        Some(deadline.saturating_sub(self.began.elapsed()))
    }
}

/// A task has ended with what ends the whole program, unless somebody waits for that task: Ctrl-C hits whichever runs.
pub(crate) struct Ending {
    task: Id,
    error: PyErr,
}

impl<'py> Cx<'py> {
    /// Calls a function of a handler or an observer: in the context of the task that performs.
    pub(crate) fn call(
        &self,
        function: &Py<PyAny>,
        args: impl pyo3::call::PyCallArgs<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let function = function.bind(self.py);
        let Some(context) = self.tasks.context() else {
            return function.call1(args);
        };
        raw::within(context.bind(self.py), || function.call1(args))?
    }

    /// The task that runs has ended.
    pub(crate) fn leave(&mut self, error: Option<&PyErr>) -> Option<Ending> {
        let task = self.tasks.scheduler.current()?;
        self.tasks.contexts.remove(&task);
        self.tasks.interrupts.remove(&task);
        self.tasks.give_up(task);
        if self.tasks.host != Host::Any {
            self.tasks.left.push(task);
        }
        if error.is_some() {
            self.tasks.failed.push(task);
        }
        let error = error.filter(|error| {
            error.is_instance_of::<PyKeyboardInterrupt>(self.py)
                || error.is_instance_of::<PySystemExit>(self.py)
        })?;
        let error = error.clone_ref(self.py);
        Some(Ending { task, error })
    }

    /// Ends the program, if nobody has heard of what has ended the task.
    pub(crate) fn stop(&mut self, ending: Option<Ending>) {
        let (Some(Ending { task, error }), Some(main)) = (ending, self.tasks.scheduler.main())
        else {
            return;
        };
        if self.tasks.scheduler.is_heard(task) || self.tasks.ending.is_some() {
            return;
        }
        self.tasks.ending = Some(task);
        self.tasks.interrupt = Some(error);
        // It may have ended, while others are being unwound.
        scheduler::cancel::<Live>(self, main).unwrap_or_default();
    }

    /// Whether the scheduler answers this. What it need not answer while there is one task, the host does.
    pub(crate) fn takes(&self, effect: &Py<PyAny>) -> bool {
        let effect = effect.bind(self.py);
        let is = |class: &Py<pyo3::types::PyType>| {
            effect.is_instance(class.bind(self.py)).unwrap_or(false)
        };
        let names = self.names;
        match self.keys.sorts.of(names, effect) {
            Sort::Asked(Ask::Own) => match Question::of(effect) {
                Some(Question::Time) => self.tasks.virtual_from.is_some(),
                _ => true,
            },
            Sort::Asked(Ask::Sleep) if is(&names.sleep) => {
                self.tasks.is_active() || self.tasks.virtual_from.is_some()
            }
            Sort::Asked(Ask::Await) if is(&names.awaiting) => self.tasks.is_active(),
            // The host of a policy stores what its tools have answered, one call at a time.
            Sort::Asked(Ask::Await) if names.tool_call.is_class_of(effect).unwrap_or(false) => {
                self.tasks.is_active() && self.parks == Parks::Defaults
            }
            _ => true,
        }
    }

    /// Answers what an effect asks of the run itself.
    pub(crate) fn tell(&mut self, question: Question) -> Answer<Live> {
        let py = self.py;
        match question {
            Question::Time => {
                let from = self.tasks.virtual_from.unwrap_or_default();
                let passed = self.tasks.scheduler.now().saturating_sub(from);
                Ok(PyFloat::new(py, passed.as_secs_f64()).into_any().unbind())
            }
            Question::Virtual => {
                self.tasks.make_virtual();
                Ok(py.None())
            }
            Question::Run => {
                if self.tasks.token.is_none() {
                    let token = py.import("builtins")?.getattr("object")?.call0()?;
                    self.tasks.token = Some(token.unbind());
                }
                Ok(self
                    .tasks
                    .token
                    .as_ref()
                    .map_or_else(|| py.None(), |token| token.clone_ref(py)))
            }
        }
    }

    /// Tells the scheduler what time it is.
    pub(crate) fn tell_time(&mut self) {
        if self.tasks.virtual_from.is_none() {
            let now = self.tasks.began.elapsed();
            scheduler::advance::<Live>(self, now);
        }
    }

    /// Forgets entries of which nobody has a handle any more.
    fn sweep(&mut self, at_least: usize) {
        let dropped = {
            let mut dropped = self.tasks.run.dropped();
            if dropped.len() < at_least {
                return;
            }
            std::mem::take(&mut *dropped)
        };
        let mut kept = Vec::new();
        for id in dropped {
            match scheduler::forget::<Live>(self, id) {
                Err(Refusal::NotFinished(_)) => kept.push(id),
                Ok(()) | Err(_) => {
                    self.tasks.contexts.remove(&id);
                }
            }
        }
        self.tasks.sweep_at = SWEEP.max(2 * kept.len());
        self.tasks.run.dropped().append(&mut kept);
    }

    /// Has the handles of what has failed keep its error, once that was told. Done now and then.
    pub(crate) fn hand_over_errors(&mut self) {
        if self.tasks.failed.len() < self.tasks.failed_at {
            return;
        }
        // What is left after that has a handle.
        self.sweep(1);
        for id in std::mem::take(&mut self.tasks.failed) {
            let error = match self.tasks.scheduler.outcome(id) {
                Some(Ok(_)) => continue,
                Some(Err(error)) if self.tasks.scheduler.is_heard(id) => error.clone_ref(self.py),
                _ if self.tasks.scheduler.contains(id) => {
                    self.tasks.failed.push(id);
                    continue;
                }
                _ => continue,
            };
            // As it is: with its traceback as far as that leads by now.
            let error = error.value(self.py).clone().unbind();
            if scheduler::forget::<Live>(self, id).is_ok() {
                let old = self.tasks.run.told().insert(id, error);
                drop(old);
            } else {
                self.tasks.failed.push(id);
            }
        }
        self.tasks.failed_at = FAILED.max(2 * self.tasks.failed.len());
    }

    /// Puts the error of an entry back in the table, where somebody wants to have it once more.
    pub(crate) fn take_back_error(&mut self, id: Id) {
        let error = self.tasks.run.told().remove(&id);
        if let Some(error) = error {
            let error = PyErr::from_value(error.into_bound(self.py).into_any());
            scheduler::restore::<Live>(self, id, Err(error));
            self.tasks.failed.push(id);
        }
    }

    pub(crate) fn error(
        &self,
        class: &Py<pyo3::types::PyType>,
        message: impl Into<String>,
    ) -> PyErr {
        PyErr::from_type(class.bind(self.py).clone(), (message.into(),))
    }

    fn handle(&self, id: Id) -> Handle {
        Handle {
            id,
            run: Arc::clone(&self.tasks.run),
        }
    }

    fn object<T>(&self, made: impl Into<PyClassInitializer<T>>) -> Py<PyAny>
    where
        T: PyClass,
    {
        // Out of memory: there is nothing else to say it with.
        Py::new(self.py, made).map_or_else(|_| self.py.None(), Py::into_any)
    }
}

impl SchedulerDomain for Live {
    fn scheduler<'s>(cx: &'s mut Cx<'_>) -> &'s mut Scheduler<Live> {
        &mut cx.tasks.scheduler
    }

    fn is_request(cx: &mut Cx<'_>, effect: &Py<PyAny>) -> bool {
        matches!(
            cx.keys.sorts.of(cx.names, effect.bind(cx.py)),
            Sort::Asked(_)
        )
    }

    fn request(cx: &mut Cx<'_>, effect: Py<PyAny>) -> Request<Live> {
        cx.sweep(cx.tasks.sweep_at);
        let bound = effect.bind(cx.py);
        match request(cx, bound) {
            Ok(request) => {
                if let (Op::Park { external: true }, Some(task)) =
                    (&request.op, cx.tasks.scheduler.current())
                {
                    cx.tasks.give_up(task);
                    cx.tasks.tokens += 1;
                    let token = cx.tasks.tokens;
                    cx.tasks.waits.insert(task, token);
                    let is_main = cx.tasks.other().is_none();
                    cx.tasks.is_trapped = cx.tasks.host != Host::Any && is_trap(cx, &effect);
                    let context = cx.tasks.context().map(|context| context.clone_ref(cx.py));
                    cx.tasks.outbox.push(External {
                        token,
                        task,
                        is_main,
                        effect,
                        context,
                    });
                }
                request
            }
            Err(error) => {
                cx.tasks.refused = Some(error);
                // Nothing has this number: it is refused, for the reason above.
                Op::Wait(Id(u64::MAX)).into()
            }
        }
    }

    fn may_run(cx: &mut Cx<'_>, task: Id) -> bool {
        let tasks = &mut *cx.tasks;
        let may = match tasks.host {
            Host::Any => true,
            _ if tasks.is_trapped => false,
            Host::Nobody => false,
            Host::Main => tasks.scheduler.main() == Some(task),
            Host::Task(id) => id == task,
        };
        if !may {
            tasks.wanted = Some(task);
        }
        may
    }

    fn prompt(_: &mut Cx<'_>) -> Boundary<Live> {
        Boundary::Prompt(Prompt::Task)
    }

    fn id_value(cx: &mut Cx<'_>, id: Id) -> Py<PyAny> {
        let handle = cx.handle(id);
        match cx.tasks.making.take() {
            Some(Making::Task(name)) => {
                if let Some(spawned) = cx.tasks.spawning.take() {
                    cx.tasks.contexts.insert(id, spawned);
                }
                cx.object(Task { handle, name })
            }
            _ => cx.object(Promise { handle }),
        }
    }

    fn flag_value(cx: &mut Cx<'_>, flag: bool) -> Py<PyAny> {
        pyo3::types::PyBool::new(cx.py, flag)
            .to_owned()
            .into_any()
            .unbind()
    }

    fn list_value(cx: &mut Cx<'_>, values: Vec<Py<PyAny>>) -> Py<PyAny> {
        PyList::new(cx.py, values).map_or_else(|_| cx.py.None(), |list| list.into_any().unbind())
    }

    fn share(cx: &mut Cx<'_>, answer: &Answer<Live>) -> Answer<Live> {
        match answer {
            Ok(value) => Ok(value.clone_ref(cx.py)),
            Err(error) => Err(error.clone_ref(cx.py)),
        }
    }

    fn cancelled(cx: &mut Cx<'_>) -> PyErr {
        PyErr::from_type(cx.names.cancelled.bind(cx.py).clone(), ())
    }

    fn cancelled_task(cx: &mut Cx<'_>, task: Id, origin: Option<Id>) -> PyErr {
        let reason = match origin {
            Some(_) => None,
            None if cx.tasks.scheduler.main() == Some(task) => cx.tasks.interrupt.take(),
            None => cx.tasks.interrupts.remove(&task),
        };
        reason.unwrap_or_else(|| Self::cancelled(cx))
    }

    fn is_cancelled(cx: &mut Cx<'_>, error: &PyErr) -> bool {
        error.is_instance(cx.py, cx.names.cancelled.bind(cx.py))
            || outside::is_cancelled(cx.py, cx.names, error)
    }

    fn group(cx: &mut Cx<'_>, of: Together, mut errors: Vec<PyErr>) -> PyErr {
        if errors.len() == 1 {
            return errors.remove(0);
        }
        let message = match of {
            Together::Scope(_) => "several tasks of a scope failed",
            Together::Gather => "several of the gathered tasks failed",
            Together::Race => "several of the racing tasks failed",
            Together::End => "the program or its tasks failed while they ended",
        };
        let values: Vec<_> = errors
            .into_iter()
            .map(|error| error.into_value(cx.py))
            .collect();
        let made = PyList::new(cx.py, values)
            .and_then(|list| cx.names.exception_group.bind(cx.py).call1((message, list)));
        match made {
            Ok(group) => PyErr::from_value(group),
            Err(error) => error,
        }
    }

    fn deadlock(cx: &mut Cx<'_>, deadlock: &Deadlock) -> Option<PyErr> {
        Some(stuck::error(cx, deadlock))
    }

    fn stuck(cx: &mut Cx<'_>, machine: &Machine<Live>, next: &Next<Live>) {
        stuck::add_places(cx, machine, next);
    }

    fn refused(cx: &mut Cx<'_>, refusal: Refusal) -> PyErr {
        if let Some(error) = cx.tasks.refused.take() {
            return error;
        }
        match refusal {
            Refusal::TimedOut(_) => PyTimeoutError::new_err("the time is up"),
            Refusal::Closed(_) => cx.error(&cx.names.closed, "the channel is closed"),
            Refusal::Abandoned(_) => cx.error(
                &cx.names.abandoned,
                "nobody is left who could complete this external promise",
            ),
            Refusal::NoRacer => PyValueError::new_err("a race of nobody has no winner"),
            Refusal::NotHeld(_) => cx.names.usage(
                cx.py,
                "what is released is not held\nhelp: `async with lock:` acquires and releases in pairs",
            ),
            Refusal::HeldAlready(_) => cx.names.usage(
                cx.py,
                "the task holds this lock already, and would wait for itself\nhelp: release it first",
            ),
            Refusal::NotPending(_) => {
                cx.names.usage(cx.py, "the promise was settled before, or only the outside may settle it")
            }
            other => cx.names.usage(cx.py, other.to_string()),
        }
    }

    fn same(cx: &mut Cx<'_>, one: &PyErr, other: &PyErr) -> bool {
        one.value(cx.py).is(other.value(cx.py))
    }

    fn completer(cx: &mut Cx<'_>, completer: Completer<Live>) -> Py<PyAny> {
        let handle = cx.handle(completer.id());
        cx.tasks.failed.push(completer.id());
        cx.object(ExternalPromise {
            handle,
            completer: Mutex::new(Some(completer)),
        })
    }

    fn unheard(cx: &mut Cx<'_>, task: Id, error: &PyErr) {
        if cx.tasks.ending == Some(task) {
            return;
        }
        // The value by itself does not have its traceback yet.
        let error = error.clone_ref(cx.py).into_value(cx.py);
        let args = (task.0, error).into_pyobject(cx.py);
        let told =
            args.and_then(|args: Bound<'_, PyTuple>| cx.names.tell_unheard.bind(cx.py).call1(args));
        // A filter may make an error of a warning; nobody is here to be raised at.
        if let Err(error) = told {
            error.write_unraisable(cx.py, None);
        }
    }
}

/// Whether an effect waits for what a coroutine has said to its loop, and not for an awaitable.
fn is_trap(cx: &Cx<'_>, effect: &Py<PyAny>) -> bool {
    let awaitable = effect.bind(cx.py).getattr(intern!(cx.py, "awaitable"));
    awaitable.is_ok_and(|awaitable| outside::is_of_trio(&awaitable))
}

/// What a host is asked for while every task waits.
pub(crate) struct Asking {
    pub(crate) begin: Vec<External>,
    pub(crate) give_up: Vec<u64>,
    pub(crate) timeout: Option<Duration>,
    /// Whether a task is in the middle of its work.
    pub(crate) paused: bool,
    pub(crate) left: Vec<u64>,
    /// The task that could run, and has to be run from elsewhere; `Some(None)` is the main one.
    pub(crate) switch: Option<Option<u64>>,
}

impl Tasks {
    /// What has changed outside since the host was last asked.
    pub(crate) fn asking(&mut self) -> Asking {
        let mut begin = Vec::new();
        for external in self.outbox.drain(..) {
            let waits = self.waits.get(&external.task) == Some(&external.token)
                && self.scheduler.is_parked(external.task);
            match waits {
                true => begin.push(external),
                // It was cancelled before it began; its awaitable is closed there.
                false => {
                    self.given_up.push(external.token);
                    begin.push(external);
                }
            }
        }
        if self.waits.len() > self.scheduler.parked() {
            let Tasks {
                waits,
                scheduler,
                given_up,
                ..
            } = self;
            waits.retain(|id, token| {
                let waits = scheduler.is_parked(*id);
                if !waits {
                    given_up.push(*token);
                }
                waits
            });
        }
        Asking {
            begin,
            give_up: std::mem::take(&mut self.given_up),
            timeout: self.until_deadline(),
            paused: false,
            left: self.left.drain(..).map(|id| id.0).collect(),
            switch: None,
        }
    }
}

/// Somebody outside cancels a task that is not the main one: it finds this error.
pub(crate) fn cancel(cx: &mut Cx<'_>, task: Id, error: PyErr) {
    cx.tasks.interrupts.insert(task, error);
    if !scheduler::cancel::<Live>(cx, task).unwrap_or_default() {
        // It has ended already.
        cx.tasks.interrupts.remove(&task);
    }
}

/// What was awaited outside has ended.
pub(crate) fn wake(cx: &mut Cx<'_>, task: Id, token: u64, answer: Answer<Live>) {
    if cx.tasks.waits.get(&task) == Some(&token) {
        cx.tasks.waits.remove(&task);
        // A task that was cancelled meanwhile has gone on without it.
        scheduler::wake::<Live>(cx, task, answer).unwrap_or_default();
    }
}
