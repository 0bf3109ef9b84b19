//! The ready queue: first in, first out within a priority; or in an order that a test chooses.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use crate::Id;

/// Which of the ready tasks of the highest priority runs next.
#[derive(Default)]
pub enum Order {
    /// The one that has been ready for the longest time.
    #[default]
    Fifo,
    /// Any, the same for the same seed.
    Seeded(u64),
    /// The one that somebody says: see [`crate::explore`].
    Guided(Guide),
}

/// What is told of a task that goes on, and of its name.
pub type Went = dyn FnMut(Id, Option<&str>) + Send;

/// Who says which task runs next.
pub struct Guide {
    /// Asked with how many there are to choose from, at least two; gives the index of one. A number that is too
    /// large means the last.
    pub choose: Box<dyn FnMut(usize) -> usize + Send>,
    /// Whether it is asked after every request, also when the task could go on at once: index 0 is then that task.
    pub preempts: bool,
    /// Told of each task that goes on, with its name.
    pub went: Box<Went>,
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Order::Fifo => f.write_str("Fifo"),
            Order::Seeded(seed) => write!(f, "Seeded({seed})"),
            Order::Guided(guide) => write!(f, "Guided(preempts: {})", guide.preempts),
        }
    }
}

impl Order {
    /// Which of so many.
    pub(crate) fn choose(&mut self, among: usize) -> usize {
        if among < 2 {
            return 0;
        }
        match self {
            Order::Fifo => 0,
            Order::Seeded(state) => {
                // The remainder prefers small numbers by less than one in 2^40, for any number of tasks that fits.
                usize::try_from(random(state) % among as u64).unwrap_or(0)
            }
            Order::Guided(guide) => (guide.choose)(among).min(among - 1),
        }
    }

    /// A task goes on.
    pub(crate) fn tell(&mut self, id: Id, name: Option<&str>) {
        if let Order::Guided(guide) = self {
            (guide.went)(id, name);
        }
    }

    pub(crate) fn preempts(&self) -> bool {
        matches!(self, Order::Guided(Guide { preempts: true, .. }))
    }
}

/// The next number of a sequence (splitmix64).
pub(crate) fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The tasks that can run.
#[derive(Default)]
pub(crate) struct Ready {
    queues: BTreeMap<Reverse<i32>, VecDeque<Id>>,
    /// How many are in the queues.
    len: usize,
    /// One that was taken out, and could not run where that was: it is next.
    next: Option<Id>,
}

impl Ready {
    pub(crate) fn push(&mut self, priority: i32, id: Id) {
        if self.len == 0 && !self.queues.contains_key(&Reverse(priority)) {
            self.queues.clear();
        }
        self.queues
            .entry(Reverse(priority))
            .or_default()
            .push_back(id);
        self.len += 1;
    }

    pub(crate) fn len(&self) -> usize {
        self.len + usize::from(self.next.is_some())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many have the highest priority.
    pub(crate) fn highest(&self) -> usize {
        self.queues
            .first_key_value()
            .map_or(0, |(_, queue)| queue.len())
    }

    /// Whether there is one of at least this priority.
    pub(crate) fn has(&self, priority: i32) -> bool {
        !self.is_empty()
            && self
                .queues
                .first_key_value()
                .is_some_and(|(Reverse(p), _)| *p >= priority)
    }

    /// Takes one of those of the highest priority out.
    pub(crate) fn pop(&mut self, order: &mut Order) -> Option<Id> {
        if let Some(id) = self.next.take() {
            return Some(id);
        }
        let at = order.choose(self.highest());
        self.pop_at(at)
    }

    /// Puts the one back that was taken out last.
    pub(crate) fn put_back(&mut self, id: Id) {
        self.next = Some(id);
    }

    pub(crate) fn pop_at(&mut self, at: usize) -> Option<Id> {
        let mut first = self.queues.first_entry()?;
        let queue = first.get_mut();
        let id = if at == 0 {
            queue.pop_front()
        } else {
            queue.swap_remove_front(at)
        }?;
        // Only the last queue stays, empty, with its memory: one task that yields for ever allocates nothing.
        if queue.is_empty() && self.len > 1 {
            first.remove();
        }
        self.len -= 1;
        Some(id)
    }

    pub(crate) fn clear(&mut self) {
        *self = Ready::default();
    }

    /// In the order in which they run first in, first out.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Id> {
        let queued = self.queues.values().flatten().copied();
        self.next.into_iter().chain(queued)
    }
}
