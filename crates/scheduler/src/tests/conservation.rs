//! What must be true of a scheduler at any time, looked for by counting everything.

use super::world::Lang;
use crate::Scheduler;
use crate::table::Entry;
use crate::task::{State, Waiting};

impl Scheduler<Lang> {
    /// How many messages are in channels.
    pub(crate) fn buffered(&self) -> usize {
        let buffered = self.table.iter().map(|(_, entry)| match entry {
            Entry::Channel(channel) => channel.buffered(),
            _ => 0,
        });
        buffered.sum()
    }

    /// How many permits are held.
    pub(crate) fn held(&self) -> usize {
        let held = self.table.iter().map(|(_, entry)| match entry {
            Entry::Semaphore(semaphore) => (semaphore.max - semaphore.permits) as usize,
            _ => 0,
        });
        held.sum()
    }

    /// Counts what the scheduler only remembers, and looks for those who wait for what is there.
    pub(crate) fn check_conservation(&self) -> Result<(), String> {
        let (mut alive, mut external, mut ready, mut untold) = (0, 0, 0, 0);
        for (id, entry) in self.table.iter() {
            match entry {
                Entry::Task(task) => {
                    alive += usize::from(!task.has_ended());
                    ready += usize::from(matches!(task.state, State::Ready(..)));
                    let parked = Waiting::Parked { external: true };
                    external += usize::from(
                        matches!(&task.state, State::Waiting(_, on, _) if *on == parked),
                    );
                    if let State::Waiting(_, Waiting::One(on), _) = &task.state
                        && self.outcome(*on).is_some()
                    {
                        return Err(format!("{id} waits for {on}, which has ended"));
                    }
                }
                Entry::Promise(promise) => {
                    let waited = !promise.outcome.waiters.is_empty();
                    external +=
                        usize::from(promise.external && promise.outcome.answer.is_none() && waited);
                }
                Entry::Semaphore(semaphore) => {
                    let holders: u64 = semaphore.holders.values().sum();
                    if holders + semaphore.permits != semaphore.max {
                        return Err(format!("a permit of {id} is nowhere"));
                    }
                    if semaphore.permits > 0 && !semaphore.waiters.is_empty() {
                        return Err(format!("somebody waits for a permit of {id} that is there"));
                    }
                }
                Entry::Event(event) => {
                    if event.is_set && !event.waiters.is_empty() {
                        return Err(format!("somebody waits for event {id}, which is set"));
                    }
                }
                Entry::Channel(channel) => {
                    let waits = !channel.receivers.is_empty();
                    if waits && (channel.buffered() > 0 || !channel.senders.is_empty()) {
                        return Err(format!(
                            "somebody waits for a message of {id} that is there"
                        ));
                    }
                }
                Entry::Scope(scope) => {
                    untold += usize::from(scope.untold);
                    let alive = |child| matches!(self.table.get(child), Some(Entry::Task(t)) if !t.has_ended());
                    if !scope.children.iter().all(|child| alive(*child)) {
                        return Err(format!("a child of {id} has ended and is waited for"));
                    }
                }
            }
        }
        let counted = (alive, external, ready, untold);
        let remembered = (self.alive, self.external, self.ready.len(), self.untold);
        if counted != remembered {
            return Err(format!("counted {counted:?}, remembered {remembered:?}"));
        }
        Ok(())
    }
}
