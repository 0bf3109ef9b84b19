//! Queues of those who wait for the same: in the order of their coming, and left from anywhere.

use std::collections::BTreeMap;

use crate::Id;

/// The place of a waiter in every queue that it stands in. Given in turn, once.
pub(crate) type Ticket = u64;

/// Tasks by ticket. Joining, leaving and being first are O(log n); none and one take no memory of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Waiters {
    #[default]
    Nobody,
    One(Ticket, Id),
    Many(BTreeMap<Ticket, Id>),
}

impl Waiters {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Waiters::Nobody => true,
            Waiters::One(..) => false,
            Waiters::Many(queue) => queue.is_empty(),
        }
    }

    pub(crate) fn join(&mut self, ticket: Ticket, id: Id) {
        match self {
            Waiters::Nobody => *self = Waiters::One(ticket, id),
            Waiters::One(first, other) => {
                let queue = BTreeMap::from([(*first, *other), (ticket, id)]);
                *self = Waiters::Many(queue);
            }
            Waiters::Many(queue) => {
                queue.insert(ticket, id);
            }
        }
    }

    pub(crate) fn leave(&mut self, ticket: Ticket) {
        match self {
            Waiters::One(first, _) if *first == ticket => *self = Waiters::Nobody,
            Waiters::Many(queue) => {
                queue.remove(&ticket);
                if queue.is_empty() {
                    *self = Waiters::Nobody;
                }
            }
            Waiters::Nobody | Waiters::One(..) => {}
        }
    }

    pub(crate) fn first(&self) -> Option<(Ticket, Id)> {
        match self {
            Waiters::Nobody => None,
            Waiters::One(ticket, id) => Some((*ticket, *id)),
            Waiters::Many(queue) => queue.first_key_value().map(|(ticket, id)| (*ticket, *id)),
        }
    }

    /// All of them, in order; the queue is then empty.
    pub(crate) fn take(&mut self) -> Vec<(Ticket, Id)> {
        match std::mem::take(self) {
            Waiters::Nobody => Vec::new(),
            Waiters::One(ticket, id) => vec![(ticket, id)],
            Waiters::Many(queue) => queue.into_iter().collect(),
        }
    }
}
