//! What a host holds of a run: it drives it, sees what it waits for, answers, and takes it away as bytes.

use super::domain::{Effect, Fail, Guest, State};
use super::limits::Limits;
use super::{Program, convert};
use crate::compile::{Diagnostic, compile_more};
use crate::data::{Data, Outcome};
use crate::heap::Value;
use crate::vm::raise::{LimitExceeded, Raise};
use crate::vm::request::Pending;
use crate::vm::state::{CapabilityInfo, Settings, Vm};
use crate::vm::watch::{Clock, Deadline};
use machine::{Answer, Continuation, Machine};
use scheduler::{Scheduler, TaskView};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// A tool that the program may call: only its name and kind are inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capability {
    /// The name by which the program calls it.
    pub name: String,
    /// Whether a call gives an awaitable.
    pub is_async: bool,
    /// Its parameters as Python writes them, for `help` and messages.
    pub signature: Option<String>,
    /// Its docstring.
    pub doc: String,
}

/// What a run is made with.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// What it may use.
    pub limits: Limits,
    /// What it may call.
    pub capabilities: Vec<Capability>,
    /// The key of string hashes: the same seed gives the same order of sets of strings.
    pub seed: u64,
}

/// Why [`Run::advance`] came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Every task waits: see [`Run::pending`]. Answer, then advance.
    Suspended,
    /// It has computed for a while: look at the clock, then advance.
    Paused,
    /// It ended; the value of the last expression statement of the program, `None` if there is none.
    Done(Data),
    /// It ended with an exception that it did not catch.
    Failed(Failed),
    /// It was ended by a limit.
    Limit(LimitExceeded),
}

/// An exception that ended a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// The class's name; `Unsupported` for what kont does not run.
    pub type_name: String,
    /// What `str(exc)` gives.
    pub message: String,
    /// The traceback as CPython prints it, the last line included, with a line end.
    pub traceback: String,
    /// The exit status that the exception asks for: `SystemExit` only.
    pub exit: Option<u8>,
}

/// Why an answer was not taken. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// No such request was made.
    #[error("call {0:02} was never made")]
    Unknown(u64),
    /// It has its answer, or the run has ended.
    #[error("call {0:02} was answered already")]
    Closed(u64),
}

/// Why [`Run::feed`] took no text. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// What it has is still to be run.
    #[error("the program has not ended\nhelp: feed it when `advance` has given its end")]
    Running,
    /// It was ended by a limit or a refusal, and is somewhere in its midst.
    #[error(
        "the program was ended in its midst: by a limit, by what kont does not do, or by a deadlock\n\
         help: go on from a dump or a fork of before"
    )]
    Spent,
    /// The text is no program.
    #[error("{0}")]
    Text(Box<Diagnostic>),
}

/// How many steps of the machine pass between two looks at the outside.
const FUEL: u64 = 1 << 16;
/// After how many steps of the interpreter the host gets a look at the clock.
const SLICE_STEPS: u64 = 65_536;

/// A program that runs, waits, or has ended.
pub struct Run {
    pub(super) program: Program,
    pub(super) machine: Machine<Guest>,
    pub(super) state: State,
    pub(super) limits: Limits,
    /// What the program waits for, in the order performed.
    pub(super) pending: Vec<Pending>,
    /// The call that no other task may overtake, with its task.
    pub(super) blocked: Option<(u64, Continuation<Guest>)>,
    /// That task, once it has its answer.
    pub(super) unblocked: Option<(Continuation<Guest>, Answer<Guest>)>,
    /// What it has computed, and what has passed since its first turn, as its host has measured.
    pub(super) spent: [Duration; 2],
    /// When [`Run::advance_timed`] looked at the clock last.
    pub(super) looked: Option<Duration>,
    pub(super) ended: Option<Event>,
    /// Whether its end was one after which a next part may run.
    pub(super) whole: bool,
}

impl Run {
    /// A run at its start. Nothing has run yet.
    pub fn new(program: Program, config: Config) -> Self {
        let Config {
            limits,
            capabilities,
            seed,
        } = config;
        let mut state = State::new(&limits, capabilities, seed);
        match state.vm.thread_main(Arc::clone(&program.unit)) {
            Ok(main) => {
                scheduler::spawn_main::<Guest>(&mut state, main);
            }
            Err(raise) => state.fatal = Some(Fail::from(raise)),
        }
        state.fatal = state.fatal.or(too_long(program.source(), &limits));
        Self {
            program,
            machine: Machine::new(),
            state,
            limits,
            pending: Vec::new(),
            blocked: None,
            unblocked: None,
            spent: [Duration::ZERO; 2],
            looked: None,
            ended: None,
            whole: false,
        }
    }

    /// Gives a program that has ended more text: the next part, which [`Run::advance`] will run, with the global
    /// variables and all else that the parts before have left. One that ended with an exception may go on too.
    ///
    /// Limits hold over all parts together.
    ///
    /// # Errors
    /// [`FeedError`]; then it is as it was.
    pub fn feed(&mut self, source: &str, filename: &str) -> Result<(), FeedError> {
        if self.ended.is_none() {
            return Err(FeedError::Running);
        }
        if !self.whole {
            return Err(FeedError::Spent);
        }
        let unit = compile_more(source, filename, self.state.vm.last_part())
            .map_err(|error| FeedError::Text(Box::new(error)))?;
        self.state.open.clear();
        self.state.scheduler = Scheduler::new();
        self.state.refused_at.clear();
        self.state.vm.result = Value::None;
        self.state.vm.watched = None;
        self.ended = None;
        match self.state.vm.thread_more(Arc::new(unit)) {
            Ok(main) => {
                scheduler::spawn_main::<Guest>(&mut self.state, main);
            }
            Err(raise) => self.state.fatal = Some(Fail::from(raise)),
        }
        self.state.fatal = self.state.fatal.take().or(too_long(source, &self.limits));
        Ok(())
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Runs until every task waits, the program ends, or it has computed for a while.
    ///
    /// The host measures the time: it calls this again after [`Event::Paused`] as long as it likes, or ends the run by
    /// [`Run::exceed`]. After the end it gives the same event again.
    pub fn advance(&mut self) -> Event {
        if let Some(ended) = &self.ended {
            return ended.clone();
        }
        let slice_end = self.state.vm.steps_left.saturating_sub(SLICE_STEPS);
        self.state.vm.pause_at = slice_end;
        let mut has_run = false;
        loop {
            if let Some(fatal) = self.state.fatal.take() {
                return self.end(Err(fatal));
            }
            if !self.machine.is_ready() && !self.find_work() {
                self.take_open();
                if self.pending.is_empty() {
                    return self.end(Err(Fail::Deadlock));
                }
                let used = self.state.suspensions.saturating_add(has_run.into());
                self.state.suspensions = used;
                let limit = self.limits.suspensions;
                if used > limit {
                    return self.end(Err(exceeded("suspensions", limit, used)));
                }
                return Event::Suspended;
            }
            has_run = true;
            match self.machine.run(&mut self.state, FUEL) {
                machine::Outcome::Done(answer) => return self.end(answer),
                machine::Outcome::Parked {
                    effect: Effect::HostBlocking(pending),
                    k,
                } => {
                    self.take_open();
                    self.blocked = Some((pending.id, k));
                    self.pending.push(pending);
                }
                machine::Outcome::Parked { .. } => {
                    unreachable!("the scheduler answers every other effect")
                }
                machine::Outcome::Idle => {}
                machine::Outcome::Paused => {
                    self.collect_if_wanted();
                    if self.state.vm.steps_left <= slice_end {
                        return Event::Paused;
                    }
                }
            }
        }
    }

    /// What [`Run::advance`] does, by a clock that the host lends: what it computes and what passes between its turns is spent, as by
    /// [`Run::spend`]. Natives that take long look at the clock, too, so that a limit of time is not passed by more than some
    /// milliseconds. At which step such a limit ends it is another at each run.
    pub fn advance_timed(&mut self, clock: Clock) -> Event {
        let begun = clock();
        let waited = self
            .looked
            .map_or(Duration::ZERO, |looked| begun.saturating_sub(looked));
        self.looked = Some(begun);
        if let Some(over) = self.spend(Duration::ZERO, waited) {
            return over;
        }
        self.state.vm.watch.deadline = self.deadline(clock, begun);
        let event = self.advance();
        self.state.vm.watch.deadline = None;
        let ended = clock();
        self.looked = Some(ended);
        let computed = ended.saturating_sub(begun);
        self.spend(computed, computed).unwrap_or(event)
    }

    /// How long it may still compute.
    pub fn compute_left(&self) -> Duration {
        Duration::from_millis(self.limits.compute_ms).saturating_sub(self.spent[0])
    }

    /// The limit of time that comes first.
    fn deadline(&self, clock: Clock, now: Duration) -> Option<Deadline> {
        let ends = self.times().map(|(kind, limit_ms, spent)| {
            let left = Duration::from_millis(limit_ms).saturating_sub(spent);
            Deadline {
                clock,
                at: now.saturating_add(left),
                kind,
                limit_ms,
            }
        });
        ends.into_iter().min_by_key(|deadline| deadline.at)
    }

    /// The limits of time, with what is spent of each.
    fn times(&self) -> [(&'static str, u64, Duration); 2] {
        let [computed, passed] = self.spent;
        [
            ("compute_ms", self.limits.compute_ms, computed),
            ("wall_ms", self.limits.wall_ms, passed),
        ]
    }

    /// Gives the machine what is to run next, if there is something.
    fn find_work(&mut self) -> bool {
        if self.blocked.is_some() {
            return false;
        }
        let next = match self.unblocked.take() {
            Some((k, answer)) => Some(scheduler::Next::Resume(k, answer)),
            None => scheduler::next::<Guest>(&mut self.state),
        };
        let Some(next) = next else {
            return false;
        };
        next.run_on(&mut self.machine, &mut self.state)
            .expect("the machine is idle and made this continuation");
        true
    }

    /// Shows the host what was performed since the last time.
    fn take_open(&mut self) {
        let known = self.pending.last().map_or(0, |p| p.id);
        let new = self
            .state
            .open
            .iter()
            .filter(|(p, _)| p.id > known)
            .map(|(p, _)| p.clone());
        self.pending.extend(new);
    }

    /// What the program waits for, in the order performed.
    pub fn pending(&self) -> &[Pending] {
        &self.pending
    }

    /// How many requests it has made.
    pub fn calls(&self) -> u64 {
        self.state.calls
    }

    /// Answers a request. A failure is an ordinary exception inside.
    ///
    /// # Errors
    /// [`AnswerError`] if there is no such open request; then nothing changes.
    pub fn answer(&mut self, id: u64, outcome: &Outcome) -> Result<(), AnswerError> {
        let Some(at) = self.pending.iter().position(|p| p.id == id) else {
            let known = (1..=self.state.calls).contains(&id);
            return Err(if known {
                AnswerError::Closed(id)
            } else {
                AnswerError::Unknown(id)
            });
        };
        self.pending.remove(at);
        let vm = &mut self.state.vm;
        let answer = match outcome {
            Ok(data) => convert::from_data(vm, data).map_err(Fail::from),
            Err(failure) => match convert::from_failure(vm, failure) {
                Ok(exception) => {
                    vm.watch(exception);
                    Err(Fail::Exception(exception))
                }
                Err(raise) => Err(Fail::from(raise)),
            },
        };
        if self
            .blocked
            .as_ref()
            .is_some_and(|(blocked, _)| *blocked == id)
        {
            self.unblocked = self.blocked.take().map(|(_, k)| (k, answer));
        } else if let Some(at) = self.state.open.iter().position(|(p, _)| p.id == id) {
            let (_, task) = self.state.open.remove(at);
            // The task may have been woken otherwise (cancelled): then nobody waits for the answer any more.
            scheduler::wake::<Guest>(&mut self.state, task, answer).unwrap_or_default();
        }
        Ok(())
    }

    /// Takes what was printed since the last time: standard output, standard error.
    pub fn take_output(&mut self) -> [Vec<u8>; 2] {
        std::mem::take(&mut self.state.vm.output)
    }

    /// Whether it has printed something since the last time.
    pub fn has_output(&self) -> bool {
        self.state.vm.output.iter().any(|stream| !stream.is_empty())
    }

    /// The line on which the program caught the failure that it was last given, if it did.
    pub fn handled_at(&self) -> Option<u32> {
        self.state.vm.caught_at()
    }

    /// Adds time that the host has measured: computing in [`Run::advance`], and all that has passed. Both are saved with
    /// the run. The end, if a limit is exceeded.
    pub fn spend(&mut self, computed: Duration, passed: Duration) -> Option<Event> {
        for (spent, more) in self.spent.iter_mut().zip([computed, passed]) {
            *spent = spent.saturating_add(more);
        }
        if self.ended.is_some() {
            return None;
        }
        let mut times = self.times().into_iter();
        let (kind, limit, spent) =
            times.find(|(_, limit, spent)| *spent > Duration::from_millis(*limit))?;
        let used = spent.as_nanos().div_ceil(1_000_000);
        let used = u64::try_from(used).unwrap_or(u64::MAX);
        Some(self.end(Err(exceeded(kind, limit, used))))
    }

    /// Ends the program by a limit that the host measures.
    pub fn exceed(&mut self, limit: LimitExceeded) -> Event {
        self.end(Err(Fail::Limit(limit)))
    }

    /// Set it to true, from any thread, to end the run by the limit `interrupted`: within 4096 steps. Natives that take long
    /// (sorts, long integers, matches, comparisons) look at it in their middle.
    pub fn interrupt_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.state.vm.watch.interrupted)
    }

    /// Steps used, and heap bytes in use.
    pub fn used(&self) -> (u64, u64) {
        let vm = &self.state.vm;
        (vm.steps_limit - vm.steps_left, vm.heap.used_bytes() as u64)
    }

    fn end(&mut self, answer: Answer<Guest>) -> Event {
        let whole = matches!(answer, Ok(_) | Err(Fail::Exception(_)));
        let event = self.state.ending(answer);
        // A value that is too large to leave is a limit, too.
        self.whole = whole && !matches!(event, Event::Limit(_));
        self.pending.clear();
        self.blocked = None;
        self.unblocked = None;
        // What still waits is abandoned, as it is when a module's code has ended.
        drop(scheduler::take_all::<Guest>(&mut self.state));
        self.machine = Machine::new();
        self.ended.insert(event).clone()
    }

    /// Frees garbage if it is time. Only here: every task is then in the machine's or the scheduler's hands.
    fn collect_if_wanted(&mut self) {
        if !self.state.vm.heap.wants_collection() {
            return;
        }
        let mut roots: Vec<Value> = Vec::new();
        self.roots(&mut |v| roots.push(v));
        self.state
            .vm
            .heap
            .collect(|mark| roots.iter().for_each(|v| mark(*v)));
    }

    fn roots(&self, see: &mut dyn FnMut(Value)) {
        let vm = &self.state.vm;
        for thread in self.machine.running().codes() {
            vm.thread_roots(thread, see);
        }
        let held = self
            .blocked
            .iter()
            .map(|(_, k)| k)
            .chain(self.unblocked.iter().map(|(k, _)| k));
        let tasks = self.state.tasks().map(|(k, _)| k);
        for k in held.chain(tasks) {
            let view = self
                .machine
                .inspect(k)
                .expect("the machine made this continuation");
            view.codes().for_each(|thread| vm.thread_roots(thread, see));
        }
        let answers = self.state.tasks().filter_map(|(_, answer)| answer);
        for answer in answers.chain(self.unblocked.iter().map(|(_, answer)| answer)) {
            match answer {
                Ok(value) | Err(Fail::Exception(value)) => see(*value),
                Err(_) => {}
            }
        }
        vm.roots(see);
    }
}

/// The end of a run whose text, or a part of it, is too long.
fn too_long(source: &str, limits: &Limits) -> Option<Fail> {
    let (limit, used) = (limits.source_bytes, source.len() as u64);
    (used > limit).then(|| exceeded("source_bytes", limit, used))
}

fn exceeded(kind: &str, limit: u64, used: u64) -> Fail {
    let kind = kind.into();
    Fail::Limit(LimitExceeded { kind, limit, used })
}

impl State {
    pub(super) fn new(limits: &Limits, capabilities: Vec<Capability>, seed: u64) -> Self {
        let settings = Settings {
            steps: limits.steps,
            memory_bytes: usize::try_from(limits.memory_bytes).unwrap_or(usize::MAX),
            output_bytes: limits.output_bytes,
            boundary_bytes: limits.boundary_bytes,
            depth_frames: limits.depth_frames as usize,
            hash_key: seed,
        };
        let mut vm = Vm::new(&settings);
        vm.capabilities = capabilities
            .iter()
            .map(|c| CapabilityInfo {
                name: c.name.clone(),
                is_async: c.is_async,
            })
            .collect();
        Self {
            vm,
            scheduler: Scheduler::new(),
            capabilities,
            open: Vec::new(),
            calls: 0,
            calls_max: limits.calls,
            suspensions: 0,
            fatal: None,
            refused_at: String::new(),
        }
    }

    /// Continuations of all tasks that do not run, with what those that are ready will get.
    pub(super) fn tasks(
        &self,
    ) -> impl Iterator<Item = (&Continuation<Guest>, Option<&Answer<Guest>>)> {
        self.scheduler
            .tasks()
            .into_iter()
            .filter_map(|(_, task)| match task {
                TaskView::Ready(k, answer) => Some((k, Some(answer))),
                TaskView::Waiting(k, _) => Some((k, None)),
                TaskView::Running | TaskView::Ended => None,
            })
    }

    /// What the host is told of the end.
    fn ending(&mut self, answer: Answer<Guest>) -> Event {
        let fail = match answer {
            Ok(_) => {
                let result = self.vm.result;
                // A result that cannot leave is no failure of the program: only its value is not known outside.
                match convert::to_data(&mut self.vm, result) {
                    Err(Raise::Limit(limit)) => Fail::Limit(limit),
                    left => return Event::Done(left.unwrap_or(Data::None)),
                }
            }
            Err(fail) => fail,
        };
        let failed = |type_name: &str, message: String| {
            let traceback = format!("{type_name}: {message}\n");
            Event::Failed(Failed {
                type_name: type_name.into(),
                message,
                traceback,
                exit: None,
            })
        };
        match fail {
            Fail::Exception(exception) => {
                let (traceback, exit) = match self.vm.exit_request(exception) {
                    Some((status, text)) => (text, Some(status)),
                    None => (self.vm.traceback_text(exception), None),
                };
                let failure = convert::to_failure(&mut self.vm, exception);
                let (type_name, message) = (failure.type_name, failure.message);
                Event::Failed(Failed {
                    type_name,
                    message,
                    traceback,
                    exit,
                })
            }
            Fail::Limit(mut limit) => {
                if limit.limit == 0 && limit.kind == "memory_bytes" {
                    limit.limit = self.vm.heap.limit_bytes() as u64;
                }
                Event::Limit(limit)
            }
            Fail::Refused(what) => Event::Failed(Failed {
                type_name: "Unsupported".into(),
                traceback: format!("{}Unsupported: {what}\n", self.refused_at),
                message: what.into(),
                exit: None,
            }),
            Fail::Deadlock => failed(
                "Deadlock",
                "every task waits, and nothing can wake one".into(),
            ),
            Fail::Unwind => failed("Deadlock", "the main task was abandoned".into()),
        }
    }
}
