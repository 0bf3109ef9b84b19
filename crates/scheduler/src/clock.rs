//! Time, as the host tells it: what is due when.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Id;
use crate::waiters::Ticket;

/// The place of a timer: by time, and then in the order of setting.
pub(crate) type TimerKey = (Duration, Ticket);

/// What happens when a timer is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// A task has slept enough.
    Task(Id),
    /// A scope has taken too long.
    Scope(Id),
}

/// The time since the start, and what waits for it. Setting, removing and being first are O(log n).
#[derive(Default)]
pub(crate) struct Clock {
    pub(crate) now: Duration,
    /// Time passes only when nothing else can run, and then at once.
    pub(crate) is_virtual: bool,
    timers: BTreeMap<TimerKey, Due>,
}

impl Clock {
    pub(crate) fn set(&mut self, key: TimerKey, due: Due) {
        self.timers.insert(key, due);
    }

    pub(crate) fn remove(&mut self, key: TimerKey) {
        self.timers.remove(&key);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.timers.is_empty()
    }

    pub(crate) fn next(&self) -> Option<Duration> {
        self.timers.first_key_value().map(|((time, _), _)| *time)
    }

    /// Takes the first timer out that is due.
    pub(crate) fn pop_due(&mut self) -> Option<Due> {
        let first = self.timers.first_entry()?;
        let (time, _) = *first.key();
        (time <= self.now).then(|| first.remove())
    }

    pub(crate) fn clear(&mut self) {
        self.timers.clear();
    }
}
