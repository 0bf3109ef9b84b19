//! The table: every task, promise, scope and tool of synchronisation, found by its id.

use std::collections::hash_map::{self, HashMap};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

use machine::{Answer, Domain};

use crate::scope::Scope;
use crate::sync::{Channel, Event, Semaphore};
use crate::task::Task;
use crate::waiters::Waiters;

/// A task, a promise, a scope or a tool of synchronisation. Never used again in the same table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub u64);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Ids are given in turn, and nobody outside chooses them: as they are, they fill the table evenly, and those that were
/// made one after the other lie side by side. The table tells apart what lies together by the seven highest bits.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let high = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) & (0x7F << 57);
        self.0 = self.0.rotate_left(5) ^ number ^ high;
    }
}

/// How something ended, and who waits for that.
pub(crate) struct Outcome<D: Domain> {
    pub(crate) answer: Option<Answer<D>>,
    /// Somebody knows the answer, or there is nobody who should.
    pub(crate) heard: bool,
    /// Those that gather stay here after the end, until they have all that they wait for.
    pub(crate) waiters: Waiters,
}

impl<D: Domain> Default for Outcome<D> {
    fn default() -> Self {
        Outcome {
            answer: None,
            heard: false,
            waiters: Waiters::default(),
        }
    }
}

/// What somebody settles.
pub(crate) struct Promise<D: Domain> {
    pub(crate) external: bool,
    pub(crate) outcome: Outcome<D>,
}

/// One line of the table.
pub(crate) enum Entry<D: Domain> {
    Task(Task<D>),
    Promise(Promise<D>),
    Scope(Scope<D>),
    Semaphore(Semaphore),
    Event(Event),
    Channel(Channel<D>),
}

/// All entries. An entry is found in constant time, and its memory is free when it is removed.
pub(crate) struct Table<D: Domain> {
    /// Boxed, so that growing moves 16 bytes an entry.
    entries: HashMap<Id, Box<Entry<D>>, BuildHasherDefault<IdHasher>>,
    next: u64,
    /// How often an entry was looked for: what tests of cost count.
    pub(crate) lookups: u64,
}

impl<D: Domain> Table<D> {
    pub(crate) fn new() -> Self {
        Table {
            entries: HashMap::default(),
            next: 1,
            lookups: 0,
        }
    }

    pub(crate) fn add(&mut self, entry: Entry<D>) -> Id {
        let id = Id(self.next);
        self.next += 1;
        self.put(id, entry);
        id
    }

    pub(crate) fn put(&mut self, id: Id, entry: Entry<D>) {
        self.entries.insert(id, Box::new(entry));
    }

    pub(crate) fn remove(&mut self, id: Id) -> Option<Entry<D>> {
        self.entries.remove(&id).map(|entry| *entry)
    }

    pub(crate) fn remove_scopes(&mut self) {
        self.entries
            .retain(|_, entry| !matches!(**entry, Entry::Scope(_)));
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.next
    }

    pub(crate) fn set_next_id(&mut self, next: u64) {
        self.next = next;
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn contains(&self, id: Id) -> bool {
        self.entries.contains_key(&id)
    }

    pub(crate) fn get(&self, id: Id) -> Option<&Entry<D>> {
        self.entries.get(&id).map(|entry| &**entry)
    }

    pub(crate) fn get_mut(&mut self, id: Id) -> Option<&mut Entry<D>> {
        self.lookups += 1;
        self.entries.get_mut(&id).map(|entry| &mut **entry)
    }

    /// In no order: whoever shows it sorts it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Id, &Entry<D>)> {
        self.entries.iter().map(|(id, entry)| (*id, &**entry))
    }

    pub(crate) fn into_entries(self) -> hash_map::IntoIter<Id, Box<Entry<D>>> {
        self.entries.into_iter()
    }

    pub(crate) fn task(&mut self, id: Id) -> Option<&mut Task<D>> {
        match self.get_mut(id)? {
            Entry::Task(task) => Some(task),
            _ => None,
        }
    }

    pub(crate) fn scope(&mut self, id: Id) -> Option<&mut Scope<D>> {
        match self.get_mut(id)? {
            Entry::Scope(scope) => Some(scope),
            _ => None,
        }
    }

    pub(crate) fn semaphore(&mut self, id: Id) -> Option<&mut Semaphore> {
        match self.get_mut(id)? {
            Entry::Semaphore(semaphore) => Some(semaphore),
            _ => None,
        }
    }

    pub(crate) fn channel(&mut self, id: Id) -> Option<&mut Channel<D>> {
        match self.get_mut(id)? {
            Entry::Channel(channel) => Some(channel),
            _ => None,
        }
    }

    /// The outcome of a task or promise, to be.
    pub(crate) fn outcome(&mut self, id: Id) -> Option<&mut Outcome<D>> {
        match self.get_mut(id)? {
            Entry::Task(task) => Some(&mut task.outcome),
            Entry::Promise(promise) => Some(&mut promise.outcome),
            _ => None,
        }
    }
}
