//! Snapshots: a run that waits, as bytes, and back.
//!
//! ```text
//!   "kont-run" | version u32 | sha256 of the rest | image (postcard)
//! ```
//!
//! The image has the program's source and names the library modules it has loaded: code is compiled again, never read
//! from bytes. What is read is checked before it is used: sizes, handles, kinds, places in code.

use super::domain::{Fail, Guest, State, TaskPrompt};
use super::host::{Capability, Event, Run};
use super::limits::Limits;
use super::{Program, check};
use crate::compile::code::{Unit, UnitId};
use crate::compile::compile_more;
use crate::heap::{Object, Type, Value, sym::sym};
use crate::vm::import::ModuleState;
use crate::vm::raise::LimitExceeded;
use crate::vm::request::Pending;
use crate::vm::thread::Thread;
use machine::{Answer, Base, Boundary, Continuation, Machine, Part, ScopeId};
use scheduler::{Handed, Id, Parts, Scheduler, TaskPart, TaskState, TaskView, Waiting};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

#[cfg(test)]
mod forged;

const MAGIC: &[u8; 8] = b"kont-run";
/// Raised with every change of the image. Changes of natives and library are seen by [`fingerprint`].
const VERSION: u32 = 4;
const HEAD_BYTES: usize = MAGIC.len() + 4 + 32;

/// Why bytes are no snapshot, or a run has none. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// They do not begin like one.
    #[error("not a snapshot of kont")]
    Foreign,
    /// Another version of kont made them.
    #[error(
        "the snapshot has version {found}, this kont reads {VERSION}\nhelp: use the kont that made it"
    )]
    Version {
        /// The version in the bytes.
        found: u32,
    },
    /// A kont with another interpreter or library made them: places in its code mean nothing here.
    #[error(
        "the snapshot was made by another build of kont\nhelp: use that build, or run the program again from its source"
    )]
    Build,
    /// Some bytes are missing or changed.
    #[error("the snapshot is damaged: {0}")]
    Damaged(String),
    /// The run computes: only one that waits, has not begun, or has ended can be saved.
    #[error("the run does not wait\nhelp: save it when `advance` gives `Suspended`")]
    Running,
    /// The run was ended in its midst.
    #[error(
        "the run was ended in its midst, by a limit or a refusal: there is nothing to go on with"
    )]
    Ended,
}

/// A run as data. ORDER: a change raises `VERSION`.
#[derive(Serialize, Deserialize)]
struct Image {
    fingerprint: [u8; 32],
    filename: String,
    source: String,
    limits: Limits,
    capabilities: Vec<Capability>,
    hash_key: u64,
    steps_left: u64,
    output_left: u64,
    output: [Vec<u8>; 2],
    boundary_left: u64,
    calls: u64,
    suspensions: u64,
    spent: [Duration; 2],
    symbols: Vec<String>,
    units: Vec<UnitImage>,
    modules: Vec<ModuleState>,
    result: Value,
    objects: Vec<Object>,
    tasks: Vec<TaskImage>,
    ready: Vec<u64>,
    current: Option<u64>,
    main: Option<u64>,
    next: u64,
    pending: Vec<Pending>,
    open: Vec<(Pending, u64)>,
    blocked: Option<(u64, Thread)>,
    unblocked: Option<(Thread, AnswerImage)>,
    /// How it ended, if it has.
    ended: Option<Event>,
}

#[derive(Serialize, Deserialize)]
struct UnitImage {
    module: String,
    /// The text of a later part of the program, and what tracebacks call it.
    part: Option<(String, String)>,
    consts: Vec<Vec<Value>>,
    globals: Vec<Value>,
}

#[derive(Serialize, Deserialize)]
struct TaskImage {
    id: u64,
    state: StateImage,
}

#[derive(Serialize, Deserialize)]
enum StateImage {
    Ready(Thread, AnswerImage),
    Running,
    Parked { thread: Thread, external: bool },
    Ended,
}

#[derive(Serialize, Deserialize)]
enum AnswerImage {
    Value(Value),
    Exception(Value),
    Limit(LimitExceeded),
    Refused(Box<str>),
}

impl AnswerImage {
    fn of(answer: &Answer<Guest>) -> Self {
        match answer {
            Ok(value) => Self::Value(*value),
            Err(Fail::Exception(exception)) => Self::Exception(*exception),
            Err(Fail::Limit(limit)) => Self::Limit(limit.clone()),
            Err(Fail::Refused(what)) => Self::Refused(what.clone()),
            Err(Fail::Deadlock | Fail::Unwind) => Self::Refused("an abandoned task".into()),
        }
    }

    fn into_answer(self) -> Answer<Guest> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Exception(exception) => Err(Fail::Exception(exception)),
            Self::Limit(limit) => Err(Fail::Limit(limit)),
            Self::Refused(what) => Err(Fail::Refused(what)),
        }
    }
}

/// The threads of a run: of the tasks, of the call that all wait for, of the one that was answered.
type Threads = (
    Vec<TaskImage>,
    Option<(u64, Thread)>,
    Option<(Thread, AnswerImage)>,
);

/// Tasks, and the order in which they go on.
struct Waits {
    tasks: Vec<TaskImage>,
    ready: Vec<u64>,
    current: Option<u64>,
    main: Option<u64>,
    next: u64,
}

impl Waits {
    fn scheduler(self) -> Result<Scheduler<Guest>, SnapshotError> {
        let mut tasks = BTreeMap::new();
        for task in self.tasks {
            let part = match task.state {
                StateImage::Ready(thread, answer) => {
                    TaskState::Ready(continuation(thread), answer.into_answer(), Handed::Told)
                }
                StateImage::Running => TaskState::Running,
                StateImage::Parked { thread, external } => {
                    TaskState::Waiting(continuation(thread), Waiting::Parked { external }, 0)
                }
                StateImage::Ended => TaskState::Ended(Ok(Value::None)),
            };
            tasks.insert(Id(task.id), TaskPart::from(part));
        }
        let parts = Parts {
            tasks,
            promises: BTreeMap::new(),
            ready: self.ready.into_iter().map(Id).collect(),
            current: self.current.map(Id),
            main: self.main.map(Id),
            next: self.next,
            now: Duration::ZERO,
        };
        Scheduler::from_parts(parts).map_err(|e| SnapshotError::Damaged(e.to_string()))
    }
}

impl Run {
    /// The whole run as bytes. Cost: O(heap).
    ///
    /// # Errors
    /// [`SnapshotError::Running`] if it computes, [`SnapshotError::Ended`] after an end that has no next part.
    pub fn dump(&self) -> Result<Vec<u8>, SnapshotError> {
        self.may_be_held()?;
        let payload = postcard::to_stdvec(&self.image()?)
            .map_err(|e| SnapshotError::Damaged(e.to_string()))?;
        Ok(sealed(&payload))
    }

    /// Whether it is data, all of it.
    fn may_be_held(&self) -> Result<(), SnapshotError> {
        if self.ended.is_some() && !self.whole {
            return Err(SnapshotError::Ended);
        }
        if self.machine.is_ready() || self.state.fatal.is_some() {
            return Err(SnapshotError::Running);
        }
        Ok(())
    }

    /// Another run in the same place, which goes its own way from here. Cost: O(heap), less than that of a dump.
    ///
    /// # Errors
    /// As [`Run::dump`].
    pub fn fork(&self) -> Result<Self, SnapshotError> {
        self.may_be_held()?;
        let State {
            vm,
            scheduler,
            capabilities,
            open,
            calls,
            calls_max,
            suspensions,
            fatal: _,
            refused_at,
        } = &self.state;
        let (tasks, blocked, unblocked) = self.threads()?;
        let parts = Waits {
            tasks,
            ready: scheduler.ready_order().iter().map(|id| id.0).collect(),
            current: scheduler.current().map(|id| id.0),
            main: scheduler.main().map(|id| id.0),
            next: scheduler.next_id(),
        };
        let state = State {
            vm: vm.fork(),
            scheduler: parts.scheduler()?,
            capabilities: capabilities.clone(),
            open: open.clone(),
            calls: *calls,
            calls_max: *calls_max,
            suspensions: *suspensions,
            fatal: None,
            refused_at: refused_at.clone(),
        };
        Ok(Self {
            program: self.program.clone(),
            machine: Machine::new(),
            state,
            limits: self.limits.clone(),
            pending: self.pending.clone(),
            blocked: blocked.map(|(call, thread)| (call, continuation(thread))),
            unblocked: unblocked
                .map(|(thread, answer)| (continuation(thread), answer.into_answer())),
            spent: self.spent,
            looked: self.looked,
            ended: self.ended.clone(),
            whole: self.whole,
        })
    }

    /// All threads: of the tasks, of the one that all wait for, of the one that has its answer.
    fn threads(&self) -> Result<Threads, SnapshotError> {
        let scheduler = &self.state.scheduler;
        let views = scheduler.tasks();
        if scheduler.entries() != views.len() {
            return Err(foreign_wait());
        }
        let mut tasks = Vec::with_capacity(views.len());
        for (id, view) in views {
            let state = match view {
                TaskView::Ready(k, answer) => {
                    StateImage::Ready(self.thread(k)?, AnswerImage::of(answer))
                }
                TaskView::Running => StateImage::Running,
                TaskView::Waiting(k, Waiting::Parked { external }) => StateImage::Parked {
                    thread: self.thread(k)?,
                    external: *external,
                },
                TaskView::Ended => StateImage::Ended,
                TaskView::Waiting(..) => return Err(foreign_wait()),
            };
            tasks.push(TaskImage { id: id.0, state });
        }
        let blocked = match &self.blocked {
            Some((call, k)) => Some((*call, self.thread(k)?)),
            None => None,
        };
        let unblocked = match &self.unblocked {
            Some((k, answer)) => Some((self.thread(k)?, AnswerImage::of(answer))),
            None => None,
        };
        Ok((tasks, blocked, unblocked))
    }

    fn image(&self) -> Result<Image, SnapshotError> {
        let State {
            vm,
            scheduler,
            capabilities,
            open,
            calls,
            suspensions,
            ..
        } = &self.state;
        let (tasks, blocked, unblocked) = self.threads()?;
        let units = (0..).zip(&vm.units).map(|(at, unit)| UnitImage {
            module: unit.unit.module.clone(),
            part: (at != usize::from(unit.home.0))
                .then(|| (unit.unit.filename.clone(), unit.unit.source.to_string())),
            consts: unit.consts.clone(),
            globals: unit.globals.clone(),
        });
        Ok(Image {
            fingerprint: fingerprint(vm.units.iter().map(|unit| &*unit.unit)),
            filename: self.program.filename().into(),
            source: self.program.source().into(),
            limits: self.limits.clone(),
            capabilities: capabilities.clone(),
            hash_key: vm.heap.hash_key,
            steps_left: vm.steps_left,
            output_left: vm.output_left,
            output: vm.output.clone(),
            boundary_left: vm.boundary_left,
            calls: *calls,
            suspensions: *suspensions,
            spent: self.spent,
            symbols: vm.heap.symbols.own_names().map(Into::into).collect(),
            units: units.collect(),
            modules: vm.modules.clone(),
            result: vm.result,
            objects: vm.heap.slots()[Type::ALL.len()..].to_vec(),
            tasks,
            ready: scheduler.ready_order().iter().map(|id| id.0).collect(),
            current: scheduler.current().map(|id| id.0),
            main: scheduler.main().map(|id| id.0),
            next: scheduler.next_id(),
            pending: self.pending.clone(),
            open: open
                .iter()
                .map(|(pending, task)| (pending.clone(), task.0))
                .collect(),
            blocked,
            unblocked,
            ended: self.ended.clone(),
        })
    }

    /// The one thread of a task's continuation.
    fn thread(&self, k: &Continuation<Guest>) -> Result<Thread, SnapshotError> {
        let view = self
            .machine
            .inspect(k)
            .map_err(|e| SnapshotError::Damaged(e.to_string()))?;
        let mut threads = view.codes();
        match (threads.next(), threads.next()) {
            (Some(thread), None) => {
                let mut thread = thread.clone();
                // Registers that no frame owns may name what is gone.
                thread.registers.truncate(
                    thread.end(|frame| usize::from(self.state.vm.code(frame.code).frame_registers)),
                );
                Ok(thread)
            }
            _ => Err(SnapshotError::Damaged("a task of several threads".into())),
        }
    }

    /// A run from the bytes of [`Run::dump`], here or in another process. Cost: O(heap).
    ///
    /// # Errors
    /// [`SnapshotError`]; the bytes may come from anywhere.
    pub fn load(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let image = read(bytes)?;
        let damaged = |what: &str| SnapshotError::Damaged(what.into());
        let program =
            Program::known(&image.source, &image.filename).map_err(|_| damaged("its source"))?;
        let mut state = State::new(&image.limits, image.capabilities, image.hash_key);
        let vm = &mut state.vm;
        for name in &image.symbols {
            vm.heap.symbols.intern(name);
        }
        let mut codes = Vec::with_capacity(image.units.len());
        let mut last = Arc::clone(&program.unit);
        for (i, unit) in image.units.iter().enumerate() {
            let id = UnitId(u16::try_from(i).map_err(|_| damaged("the number of its modules"))?);
            let (code, home, globals) = match &unit.part {
                Some(_) if i == 0 => return Err(damaged("its first part")),
                Some((filename, source)) => {
                    last = compile_more(source, filename, &last)
                        .map(Arc::new)
                        .map_err(|_| damaged("its source"))?;
                    (Arc::clone(&last), UnitId(0), 0)
                }
                None => {
                    let code = unit_named(&program, i, &unit.module).ok_or(SnapshotError::Build)?;
                    let globals = code.globals.len();
                    (code, id, globals)
                }
            };
            codes.push((code, home, globals));
        }
        if fingerprint(codes.iter().map(|(code, ..)| &**code)) != image.fingerprint {
            return Err(SnapshotError::Build);
        }
        for (i, ((code, home, globals), unit)) in codes.into_iter().zip(image.units).enumerate() {
            let counts = code.codes.iter().map(|c| c.consts.len());
            // Those of the program are as many as its last part has.
            if (unit.globals.len() != globals && i > 0)
                || !counts.eq(unit.consts.iter().map(Vec::len))
            {
                return Err(damaged("a module's variables"));
            }
            vm.restore_unit(code, unit.consts, home, unit.globals);
        }
        let known = vm.units.first().map(|unit| unit.globals.len());
        if known.is_some_and(|known| known != last.globals.len()) {
            return Err(damaged("the program's variables"));
        }
        vm.modules = image.modules;
        vm.result = image.result;
        vm.steps_left = image.steps_left.min(image.limits.steps);
        vm.output_left = image.output_left.min(image.limits.output_bytes);
        vm.output = image.output;
        vm.boundary_left = image.boundary_left.min(image.limits.boundary_bytes);
        vm.heap.restore(image.objects);
        vm.link();
        state.calls = image.calls;
        state.suspensions = image.suspensions;
        state.open = image
            .open
            .into_iter()
            .map(|(pending, task)| (pending, Id(task)))
            .collect();

        let mut threads: Vec<&Thread> = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        for task in &image.tasks {
            match &task.state {
                StateImage::Ready(thread, AnswerImage::Value(v) | AnswerImage::Exception(v)) => {
                    threads.push(thread);
                    values.push(*v);
                }
                StateImage::Ready(thread, _) | StateImage::Parked { thread, .. } => {
                    threads.push(thread);
                }
                StateImage::Running | StateImage::Ended => {}
            }
        }
        threads.extend(image.blocked.iter().map(|(_, thread)| thread));
        if let Some((thread, answer)) = &image.unblocked {
            threads.push(thread);
            if let AnswerImage::Value(v) | AnswerImage::Exception(v) = answer {
                values.push(*v);
            }
        }
        check::check(&state.vm, &threads, &values).map_err(|what| damaged(&what))?;
        for object in state.vm.heap.slots_mut() {
            if let Object::Dict(dict) = object {
                dict.reindex();
            }
        }
        let waits = Waits {
            tasks: image.tasks,
            ready: image.ready,
            current: image.current,
            main: image.main,
            next: image.next,
        };
        state.scheduler = waits.scheduler()?;
        Ok(Self {
            program,
            machine: Machine::new(),
            state,
            limits: image.limits,
            pending: image.pending,
            blocked: image
                .blocked
                .map(|(call, thread)| (call, continuation(thread))),
            unblocked: image
                .unblocked
                .map(|(thread, answer)| (continuation(thread), answer.into_answer())),
            spent: image.spent,
            looked: None,
            whole: image.ended.is_some(),
            ended: image.ended,
        })
    }
}

/// A payload with its head.
pub(crate) fn sealed(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD_BYTES + payload.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&Sha256::digest(payload));
    bytes.extend_from_slice(payload);
    bytes
}

/// What lies behind the head.
#[cfg(feature = "fuzzing")]
pub(crate) fn payload(bytes: &[u8]) -> &[u8] {
    bytes.get(HEAD_BYTES..).unwrap_or_default()
}

/// Gives the image to a serializer that looks at its parts.
#[cfg(feature = "fuzzing")]
pub(crate) fn look<S: serde::Serializer>(bytes: &[u8], at: S) -> Option<S::Ok> {
    read(bytes).ok()?.serialize(at).ok()
}

fn read(bytes: &[u8]) -> Result<Image, SnapshotError> {
    if bytes.len() < HEAD_BYTES || &bytes[..MAGIC.len()] != MAGIC {
        return Err(SnapshotError::Foreign);
    }
    let (head, payload) = bytes.split_at(HEAD_BYTES);
    let found = u32::from_le_bytes([head[8], head[9], head[10], head[11]]);
    if found != VERSION {
        return Err(SnapshotError::Version { found });
    }
    if head[12..] != *Sha256::digest(payload) {
        return Err(SnapshotError::Damaged("its checksum is wrong".into()));
    }
    postcard::from_bytes(payload).map_err(|e| SnapshotError::Damaged(e.to_string()))
}

/// The program itself, or a module of the library.
fn unit_named(program: &Program, position: usize, module: &str) -> Option<Arc<Unit>> {
    if position == 0 {
        return (module == "__main__").then(|| Arc::clone(&program.unit));
    }
    crate::vm::import::library_unit(module).ok().flatten()
}

/// What a snapshot relies on besides its own bytes: the natives by number, and names and classes by number, and what the
/// compiler makes of the program and of the library.
fn fingerprint<'u>(units: impl Iterator<Item = &'u Unit>) -> [u8; 32] {
    static NATIVES: OnceLock<Sha256> = OnceLock::new();
    let natives = NATIVES.get_or_init(|| {
        let mut hash = Sha256::new();
        hash.update(env!("CARGO_PKG_VERSION"));
        for native in crate::vm::natives::natives() {
            hash.update(native.module);
            hash.update(native.name);
            hash.update([0]);
        }
        let classes = Type::ALL.iter().map(|class| class.name());
        for name in classes.chain(sym::KNOWN.iter().copied()) {
            hash.update(name);
            hash.update([0]);
        }
        hash
    });
    let mut hash = natives.clone();
    for unit in units {
        hash.update(&*unit.module);
        hash.update(unit.digest());
        hash.update([0]);
    }
    hash.finalize().into()
}

fn foreign_wait() -> SnapshotError {
    SnapshotError::Damaged("a wait that the sandbox does not make".into())
}

/// A task's continuation: its thread under the scheduler's prompt.
fn continuation(thread: Thread) -> Continuation<Guest> {
    let base = Base::Boundary(ScopeId::NONE, Boundary::Prompt(TaskPrompt));
    let begun = thread.entry.is_none();
    let part = if begun {
        Part::new(base, vec![thread])
    } else {
        Part::unstarted(base, thread)
    };
    Continuation::assemble(vec![part])
}
