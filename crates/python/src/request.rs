//! The effects that a scheduler answers, and what they ask for.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use machine::{Boundary, MachineId};
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use scheduler::{Id, Inherit, Label, NewScope, Op, Request, ScopeOptions, TaskOptions, Tool};

use crate::code::Code;
use crate::domain::{Cx, Live};
use crate::fields;
use crate::forgotten::EffectBase;
use crate::handles::{ExternalPromise, Promise, Shared, Task};
use crate::place::shown;
use crate::prompt::Prompt;
use crate::schedule::name_of;
use crate::sorts::{Ask, Sort};
use crate::tasks::Making;

/// In how many runs one and the same effect may be on its way at once.
const WAYS_MAX: usize = 256;

/// The base of the effects that a scheduler answers.
///
/// What an effect gathers on its way from the performer to the scheduler is kept here, and is gone when it arrives.
#[pyclass(module = "kont", frozen, subclass, extends = EffectBase)]
#[derive(Default)]
pub(crate) struct Asked {
    /// By the machine that performs it: one effect may be on its way in several runs at once, in as many threads. Nothing
    /// of Python runs while this is locked.
    ways: Mutex<Vec<(MachineId, Way)>>,
}

#[derive(Default)]
struct Way {
    /// The innermost scope around the performer.
    scope: Option<Id>,
    /// The handlers and observers around a performer that spawns, innermost first.
    around: Vec<Boundary<Live>>,
    /// The rest of a coroutine that opens a scope.
    code: Option<Code>,
}

#[pymethods]
impl Asked {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(
        _args: &Bound<'_, PyTuple>,
        _kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyClassInitializer<Self> {
        PyClassInitializer::from(EffectBase::made()).add_subclass(Asked::default())
    }
}

impl Asked {
    pub(crate) fn of<'a, 'py>(effect: &'a Bound<'py, PyAny>) -> Option<&'a Bound<'py, Self>> {
        effect.cast().ok()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(MachineId, Way)>> {
        self.ways.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It has arrived, or sets out anew: what it has gathered in this machine so far.
    fn take(&self, machine: MachineId) -> Way {
        let mut ways = self.lock();
        let at = ways.iter().position(|(of, _)| *of == machine);
        at.map(|at| ways.swap_remove(at).1).unwrap_or_default()
    }

    fn give(&self, machine: MachineId, give: impl FnOnce(&mut Way)) {
        let mut forgotten = None;
        let mut ways = self.lock();
        let at = ways.iter().position(|(of, _)| *of == machine);
        let at = at.unwrap_or_else(|| {
            // One that a handler has answered on its way never arrives. Kept for ever by a constant of a module, it
            // would grow with each run.
            if ways.len() == WAYS_MAX {
                forgotten = Some(ways.remove(0));
            }
            ways.push((machine, Way::default()));
            ways.len() - 1
        });
        give(&mut ways[at].1);
        drop(ways);
        drop(forgotten);
    }

    /// It sets out from its performer.
    pub(crate) fn set_out(&self, machine: MachineId) {
        drop(self.take(machine));
    }

    pub(crate) fn is_tagged(&self, machine: MachineId) -> bool {
        let ways = self.lock();
        let mut found = ways.iter().filter(|(of, _)| *of == machine);
        found.any(|(_, way)| way.scope.is_some())
    }

    pub(crate) fn tag(&self, machine: MachineId, scope: Id) {
        self.give(machine, |way| way.scope = Some(scope));
    }

    pub(crate) fn surround(&self, machine: MachineId, around: Vec<Boundary<Live>>) {
        // It has set out with nothing.
        if around.is_empty() {
            return;
        }
        let mut old = Vec::new();
        self.give(machine, |way| {
            old = std::mem::replace(&mut way.around, around);
        });
        drop(old);
    }

    /// Another effect goes on in the place of this one.
    pub(crate) fn hand_over(&self, machine: MachineId, other: &Self) {
        let mut way = self.take(machine);
        other.give(machine, |old| std::mem::swap(old, &mut way));
        drop(way);
    }

    pub(crate) fn give_code(&self, machine: MachineId, code: Code) {
        let mut code = Some(code);
        self.give(machine, |way| std::mem::swap(&mut way.code, &mut code));
        drop(code);
    }
}

/// The base of the effects about the run itself, which are answered at once, and make no task of the program.
#[pyclass(module = "kont", frozen, subclass, extends = Asked)]
pub(crate) struct OfRun;

#[pymethods]
impl OfRun {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(
        _args: &Bound<'_, PyTuple>,
        _kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyClassInitializer<Self> {
        PyClassInitializer::from(EffectBase::made())
            .add_subclass(Asked::default())
            .add_subclass(OfRun)
    }
}

/// What an effect asks of the run itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// How much virtual time has passed.
    Time,
    /// That all time is virtual from here on.
    Virtual,
    /// What is the same for all who are in this run, and for nobody else.
    Run,
}

impl Question {
    /// What an effect asks, if it is of this kind.
    pub(crate) fn of(effect: &Bound<'_, PyAny>) -> Option<Self> {
        if !effect.is_instance_of::<OfRun>() {
            return None;
        }
        let kind = effect.getattr(intern!(effect.py(), "_kind")).ok()?;
        match kind.extract::<std::borrow::Cow<'_, str>>().ok()?.as_ref() {
            "time" => Some(Self::Time),
            "virtual" => Some(Self::Virtual),
            "run" => Some(Self::Run),
            _ => None,
        }
    }
}

/// What a scheduler tells itself.
#[pyclass(module = "kont", frozen, extends = Asked)]
pub(crate) struct Internal {
    op: Mutex<Option<Op<Live>>>,
}

impl Internal {
    pub(crate) fn init(op: Op<Live>) -> PyClassInitializer<Self> {
        PyClassInitializer::from(EffectBase::performed())
            .add_subclass(Asked::default())
            .add_subclass(Internal {
                op: Mutex::new(Some(op)),
            })
    }
}

/// The boundaries that a spawned task gets.
pub(crate) fn around(view: machine::View<'_, Live>, py: Python<'_>) -> Vec<Boundary<Live>> {
    scheduler::inherit(view, |boundary| match boundary {
        Boundary::Prompt(Prompt::Task) => Inherit::End,
        Boundary::Prompt(Prompt::Scope(_)) => Inherit::Skip,
        Boundary::Prompt(prompt) => match prompt.again(py) {
            Some(prompt) => Inherit::Copy(Boundary::Prompt(prompt)),
            None => Inherit::Skip,
        },
        Boundary::Observer(observer) => Inherit::Copy(Boundary::Observer(observer.again(py))),
    })
}

/// What an effect asks for; an error is raised at its performer.
pub(crate) fn request(cx: &mut Cx<'_>, effect: &Bound<'_, PyAny>) -> PyResult<Request<Live>> {
    if let Ok(internal) = effect.cast::<Internal>() {
        let op = internal
            .get()
            .op
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let scope = internal.as_super().get().take(cx.machine).scope;
        return op
            .map(|op| Request { op, scope })
            .ok_or_else(|| PyValueError::new_err("it was told before"));
    }
    let asked = effect.cast::<Asked>()?;
    let way = asked.get().take(cx.machine);
    let scope = way.scope;
    op(cx, effect, way).map(|op| Request { op, scope })
}

fn op(cx: &mut Cx<'_>, effect: &Bound<'_, PyAny>, way: Way) -> PyResult<Op<Live>> {
    let py = cx.py;
    macro_rules! field {
        ($name:literal) => {
            fields::read(effect, intern!(py, $name))
        };
    }
    let Sort::Asked(asks) = cx.keys.sorts.of(cx.names, effect) else {
        return Err(cx.names.usage(py, "a scheduler answers what asks it"));
    };
    Ok(match asks {
        Ask::Await => Op::Park { external: true },
        Ask::Sleep => Op::Sleep(cx.duration(&field!("seconds")?)?),
        Ask::Yield => Op::Yield,
        Ask::Spawn => {
            let name: Option<String> = field!("name")?.extract()?;
            let home = field!("scope")?;
            let home = match home.is_none() {
                true => None,
                false => Some(cx.id_of(&home)?),
            };
            cx.tasks.make(Making::Task(name.clone()));
            let name = match name {
                None if cx.tasks.scheduler.is_guided() => name_of(&field!("program")?),
                name => name,
            };
            let code = Code::new(&field!("program")?)?.of_task(py);
            Op::spawn_with(
                way.around,
                code,
                TaskOptions {
                    priority: field!("priority")?.extract()?,
                    daemon: field!("daemon")?.is_truthy()?,
                    home,
                    label: name.map(|name| Label {
                        name: Some(name.into_boxed_str()),
                        site: None,
                    }),
                    ..TaskOptions::default()
                },
            )
        }
        Ask::Wait => Op::Wait(cx.id_of(&field!("task")?)?),
        Ask::Gather => Op::Gather(cx.ids_of(&field!("tasks")?)?),
        Ask::Race => Op::Race(cx.ids_of(&field!("tasks")?)?),
        Ask::Cancel => Op::Cancel(cx.id_of(&field!("task")?)?),
        Ask::Promise => {
            cx.tasks.make(Making::Promise);
            Op::Promise { external: false }
        }
        Ask::ExternalPromise => Op::ExternalPromise,
        Ask::Complete => Op::Settle(
            cx.id_of(&field!("promise")?)?,
            Ok(field!("value")?.unbind()),
        ),
        Ask::Fail => {
            let id = cx.id_of(&field!("promise")?)?;
            cx.tasks.failed.push(id);
            Op::Settle(id, Err(crate::operation::exception(py, field!("error")?)?))
        }
        Ask::Acquire => Op::Acquire(cx.id_of(&field!("lock")?)?),
        Ask::Release => Op::Release(cx.id_of(&field!("lock")?)?),
        Ask::Set => Op::Set(cx.id_of(&field!("event")?)?),
        Ask::Clear => Op::Clear(cx.id_of(&field!("event")?)?),
        Ask::Send => Op::Send(cx.id_of(&field!("channel")?)?, field!("value")?.unbind()),
        Ask::Receive => Op::Receive(cx.id_of(&field!("channel")?)?),
        Ask::Close => Op::Close(cx.id_of(&field!("channel")?)?),
        Ask::Scope => {
            let timeout = field!("timeout")?;
            let timeout = match timeout.is_none() {
                true => None,
                false => Some(cx.duration(&timeout)?),
            };
            let code = match way.code {
                Some(code) => code,
                None => Code::new(&field!("program")?)?,
            };
            let handle = field!("scope")?;
            cx.tasks.opening = handle
                .cast::<Shared>()
                .ok()
                .map(|handle| handle.clone().unbind());
            Op::Scope(Box::new(NewScope {
                options: ScopeOptions {
                    deadline: None,
                    timeout,
                    shield: field!("shield")?.is_truthy()?,
                    name: field!("name")?
                        .extract::<Option<String>>()?
                        .map(String::into_boxed_str),
                },
                prompt: |cx, id| {
                    if let Some(handle) = cx.tasks.opening.take() {
                        handle.get().bind(&cx.tasks.run, id);
                    }
                    Boundary::Prompt(Prompt::Scope(id))
                },
                code,
            }))
        }
        Ask::Own | Ask::Exit | Ask::Unknown => {
            let kind = effect.getattr(intern!(py, "_kind"))?;
            return Err(cx
                .names
                .usage(py, format!("a scheduler does not know `{kind}`")));
        }
    })
}

impl Cx<'_> {
    /// A time that a program has said in seconds. The clock is looked at.
    fn duration(&mut self, seconds: &Bound<'_, PyAny>) -> PyResult<Duration> {
        let number = seconds
            .extract()
            .ok()
            .filter(|number: &f64| !number.is_nan());
        let Some(seconds) = number else {
            let message = format!("a time is a number of seconds, and not {}", seconds.repr()?);
            return Err(self.names.usage(self.py, message));
        };
        self.tell_time();
        // Longer than anybody waits is for ever.
        Ok(Duration::try_from_secs_f64(seconds.max(0.0))
            .unwrap_or(Duration::from_secs(u64::MAX / 4)))
    }

    fn ids_of(&mut self, all: &Bound<'_, PyAny>) -> PyResult<Vec<Id>> {
        all.try_iter()?.map(|one| self.id_of(&one?)).collect()
    }

    /// The entry that an object stands for.
    fn id_of(&mut self, object: &Bound<'_, PyAny>) -> PyResult<Id> {
        let handle = if let Ok(task) = object.cast::<Task>() {
            &task.get().handle
        } else if let Ok(promise) = object.cast::<Promise>() {
            &promise.get().handle
        } else if let Ok(promise) = object.cast::<ExternalPromise>() {
            &promise.get().handle
        } else if let Ok(shared) = object.cast::<Shared>() {
            return self.id_of_shared(object, shared.get());
        } else {
            let shown = shown(object);
            return Err(self.names.usage(
                self.py,
                format!("{shown} is neither a task nor a promise\nhelp: `task = await kont.Spawn(program)` makes a task of a program"),
            ));
        };
        if std::sync::Arc::ptr_eq(&handle.run, &self.tasks.run) {
            self.take_back_error(handle.id);
            return Ok(handle.id);
        }
        Err(self.another_run(object))
    }

    fn another_run(&self, object: &Bound<'_, PyAny>) -> PyErr {
        let shown = shown(object);
        self.names.usage(
            self.py,
            format!("{shown} belongs to another run\nhelp: two runs share nothing; use an external promise to tell one of the other"),
        )
    }

    fn id_of_shared(&mut self, object: &Bound<'_, PyAny>, shared: &Shared) -> PyResult<Id> {
        let run = std::sync::Arc::clone(&self.tasks.run);
        match shared.id(&run) {
            Ok(Some(id)) => return Ok(id),
            Ok(None) => {}
            Err(()) => return Err(self.another_run(object)),
        }
        let kind: String = object.getattr(intern!(self.py, "_kind"))?.extract()?;
        let size = |name: &str| -> PyResult<u64> { object.getattr(name)?.extract() };
        let tool = match kind.as_str() {
            "semaphore" => Tool::Semaphore(size("permits")?),
            "lock" => Tool::Lock,
            "event" => Tool::Event,
            "channel" => Tool::Channel(usize::try_from(size("capacity")?).unwrap_or(usize::MAX)),
            _ => {
                return Err(self.names.usage(
                    self.py,
                    "the scope has not been opened, or its run has ended\nhelp: `async with kont.scope() as s:` opens it",
                ));
            }
        };
        let id = scheduler::make::<Live>(self, tool);
        shared.bind(&run, id);
        Ok(id)
    }
}
