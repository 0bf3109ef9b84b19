//! The table: every task and promise, and the queue of those that can run.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use machine::{Answer, Continuation, Domain};

use crate::Blocked;

/// A task or a promise. Never used again in the same table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub u64);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a task waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// To be woken; from outside, if it is external.
    Parked {
        /// Whether the wake may come from outside.
        external: bool,
    },
    /// The outcome of this.
    One(Id),
    /// The outcomes of all of these.
    All {
        /// In the order of the answer; one may be there twice.
        ids: Vec<Id>,
        /// How many of them, each counted once, have no outcome yet.
        left: usize,
    },
}

impl Waiting {
    /// The tasks and promises whose outcome is awaited.
    pub fn ids(&self) -> &[Id] {
        match self {
            Waiting::Parked { .. } => &[],
            Waiting::One(id) => std::slice::from_ref(id),
            Waiting::All { ids, .. } => ids,
        }
    }
}

/// Where a task stands.
pub enum State<D: Domain> {
    /// In the ready queue, with what it will be resumed with.
    Ready(Continuation<D>, Answer<D>),
    /// It runs now: the machine has its continuation.
    Running {
        /// It was cancelled meanwhile: it is told where it next waits.
        cancelled: bool,
    },
    /// It waits.
    Waiting(Continuation<D>, Waiting),
    /// It has ended: its entry has the outcome.
    Ended,
}

/// A task, or what is like one: something that will have an outcome.
pub enum Kind<D: Domain> {
    /// A program.
    Task(State<D>),
    /// A promise that somebody settles.
    Promise {
        /// Whether the host will.
        external: bool,
    },
}

/// One line of the table.
pub struct Entry<D: Domain> {
    /// What it is.
    pub kind: Kind<D>,
    /// How it ended.
    pub outcome: Option<Answer<D>>,
    /// The tasks that wait for the outcome, in the order of their coming. Those that gather stay here until they
    /// have all that they wait for.
    pub waiters: Vec<Id>,
}

impl<D: Domain> Entry<D> {
    pub(crate) fn new(kind: Kind<D>) -> Self {
        Entry {
            kind,
            outcome: None,
            waiters: Vec::new(),
        }
    }
}

/// The whole state of a scheduler: what a snapshot writes and reads.
pub struct Parts<D: Domain> {
    /// All tasks and promises.
    pub entries: BTreeMap<Id, Entry<D>>,
    /// The tasks that can run, in order.
    pub ready: VecDeque<Id>,
    /// The task that runs.
    pub current: Option<Id>,
    /// The task whose end is the end of the program.
    pub main: Option<Id>,
    /// The next id to give.
    pub next: u64,
}

/// Tasks, promises and the ready queue. The operations are functions of the crate: they need the domain's context.
pub struct Scheduler<D: Domain> {
    pub(crate) parts: Parts<D>,
}

/// Parts that belong to no possible scheduler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not the state of a scheduler: {}", self.0)
    }
}

impl std::error::Error for Broken {}

impl<D: Domain> Default for Scheduler<D> {
    fn default() -> Self {
        Self::new()
    }
}

impl<D: Domain> Scheduler<D> {
    /// An empty table.
    pub fn new() -> Self {
        Scheduler {
            parts: Parts {
                entries: BTreeMap::new(),
                ready: VecDeque::new(),
                current: None,
                main: None,
                next: 1,
            },
        }
    }

    /// All there is to know, for a snapshot or a report.
    pub fn parts(&self) -> &Parts<D> {
        &self.parts
    }

    /// Takes the table apart.
    pub fn into_parts(self) -> Parts<D> {
        self.parts
    }

    /// Puts a table together, from bytes that need not be true.
    ///
    /// # Errors
    /// What cannot be in a table: nothing would ever run wrongly because of it, but something might never run.
    pub fn from_parts(parts: Parts<D>) -> Result<Self, Broken> {
        let broken = |what: String| Err(Broken(what));
        let mut queued: Vec<Id> = parts.ready.iter().copied().collect();
        queued.sort_unstable();
        if queued.windows(2).any(|pair| pair[0] == pair[1]) {
            return broken("a task is ready twice".to_owned());
        }
        // So many were never given, and there must be room for more.
        if parts.next > u64::MAX / 4 {
            return broken(format!("`{}` would be the next", parts.next));
        }
        for (id, entry) in &parts.entries {
            if id.0 >= parts.next {
                return broken(format!("`{id}` was never given"));
            }
            let ready = matches!(entry.kind, Kind::Task(State::Ready(..)));
            if ready != queued.binary_search(id).is_ok() {
                return broken(format!(
                    "`{id}` is in the ready queue and not ready, or the other way"
                ));
            }
            let running = matches!(entry.kind, Kind::Task(State::Running { .. }));
            if running != (parts.current == Some(*id)) {
                return broken(format!("`{id}` runs and is not current, or the other way"));
            }
            if matches!(entry.kind, Kind::Task(State::Ended)) && entry.outcome.is_none() {
                return broken(format!("`{id}` has ended without an outcome"));
            }
            if let Kind::Task(State::Waiting(_, on)) = &entry.kind
                && !parts.will_be_told(*id, on)
            {
                return broken(format!("`{id}` waits for what will never tell it"));
            }
            let distinct: BTreeSet<&Id> = entry.waiters.iter().collect();
            if distinct.len() != entry.waiters.len() {
                return broken(format!("a task waits twice for `{id}`"));
            }
            for waiter in &entry.waiters {
                let waits = match parts.entries.get(waiter).map(|waiter| &waiter.kind) {
                    Some(Kind::Task(State::Waiting(_, Waiting::All { ids, .. }))) => {
                        ids.contains(id)
                    }
                    Some(Kind::Task(State::Waiting(_, on))) => {
                        on.ids().contains(id) && entry.outcome.is_none()
                    }
                    _ => false,
                };
                if !waits {
                    return broken(format!("`{waiter}` does not wait for `{id}`"));
                }
            }
        }
        for id in queued.iter().chain(&parts.current) {
            if !parts.entries.contains_key(id) {
                return broken(format!("there is no task `{id}`"));
            }
        }
        Ok(Scheduler { parts })
    }

    /// The task that runs.
    pub fn current(&self) -> Option<Id> {
        self.parts.current
    }

    /// How a task ended or a promise was settled, if it was.
    pub fn outcome(&self, id: Id) -> Option<&Answer<D>> {
        self.parts.entries.get(&id)?.outcome.as_ref()
    }

    /// Who waits, and for what.
    pub fn blocked(&self) -> Vec<Blocked> {
        self.parts
            .entries
            .iter()
            .filter_map(|(id, entry)| match &entry.kind {
                Kind::Task(State::Waiting(_, on)) => Some(Blocked {
                    task: *id,
                    on: on.clone(),
                }),
                _ => None,
            })
            .collect()
    }

    /// Whether something from outside may still make a task ready.
    pub fn awaits_host(&self) -> bool {
        self.parts.entries.values().any(|entry| match &entry.kind {
            Kind::Task(State::Waiting(_, Waiting::Parked { external })) => *external,
            Kind::Promise { external } => *external && !entry.waiters.is_empty(),
            Kind::Task(_) => false,
        })
    }

    pub(crate) fn add(&mut self, kind: Kind<D>) -> Id {
        let id = Id(self.parts.next);
        self.parts.next += 1;
        self.parts.entries.insert(id, Entry::new(kind));
        id
    }

    pub(crate) fn entry(&mut self, id: Id) -> Option<&mut Entry<D>> {
        self.parts.entries.get_mut(&id)
    }

    pub(crate) fn set(&mut self, id: Id, state: State<D>) {
        if let Some(entry) = self.parts.entries.get_mut(&id) {
            entry.kind = Kind::Task(state);
        }
    }

    /// Puts a waiting task at the end of the ready queue; nobody will tell it anything more.
    pub(crate) fn make_ready(&mut self, id: Id, answer: Answer<D>) {
        let Some(Entry {
            kind: Kind::Task(state),
            ..
        }) = self.parts.entries.get_mut(&id)
        else {
            return;
        };
        match std::mem::replace(state, State::Ended) {
            State::Waiting(k, on) => {
                *state = State::Ready(k, answer);
                self.parts.ready.push_back(id);
                for other in on.ids() {
                    if let Some(other) = self.parts.entries.get_mut(other) {
                        other.waiters.retain(|waiter| *waiter != id);
                    }
                }
            }
            other => *state = other,
        }
    }
}

impl<D: Domain> Parts<D> {
    /// Whether each of these is there and knows of the waiter, and one at least has still to come.
    fn will_be_told(&self, waiter: Id, on: &Waiting) -> bool {
        let known = |id: &Id| {
            self.entries
                .get(id)
                .is_some_and(|entry| entry.waiters.contains(&waiter))
        };
        let counted = match on {
            Waiting::All { ids, left } => *left > 0 && *left == self.pending(ids),
            Waiting::One(id) => self.pending(&[*id]) == 1,
            Waiting::Parked { .. } => true,
        };
        counted && on.ids().iter().all(known)
    }

    /// How many of these, each counted once, have no outcome.
    pub(crate) fn pending(&self, ids: &[Id]) -> usize {
        let settled = |id: &Id| {
            self.entries
                .get(id)
                .is_some_and(|entry| entry.outcome.is_some())
        };
        let distinct: BTreeSet<Id> = ids.iter().copied().collect();
        distinct.iter().filter(|id| !settled(id)).count()
    }
}
