//! The table behind `dict`: entries in order of insertion, and an index of them by hash.
//!
//! It knows no Python equality: the caller gives hash and comparison, so that a key's `__eq__`
//! written in Python never runs beneath a borrow of the table.

use super::value::{Ref, Value};
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

/// One key with its value.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Entry {
    /// The key's Python hash.
    pub hash: i64,
    /// The key; `Unbound` in a deleted entry.
    pub key: Value,
    /// The value.
    pub value: Value,
}

/// An insertion-ordered hash table.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Dict {
    entries: Vec<Entry>,
    live: usize,
    /// The object whose attributes it shows, if it was made by `.__dict__`: what changes here changes there.
    pub shows: Option<Ref>,
    #[serde(skip)]
    index: HashTable<u32>,
}

/// Up to so many positions a table has no index: a look at each is as fast.
const SMALL: usize = 8;

/// About how many bytes an index takes that has room for so many positions.
fn index_bytes(capacity: usize) -> usize {
    // A position and a byte beside it; seven of eight places are used at most.
    capacity * 5 / 7 * 8
}

/// How many entries are added to `n` when these are full: half as many, so that few are never used.
fn more_entries(n: usize) -> usize {
    (n / 2).max(4)
}

/// Spreads a Python hash over all bits: small integers hash to themselves.
fn spread(hash: i64) -> u64 {
    let x = (hash as u64) ^ 0x9e37_79b9_7f4a_7c15;
    let wide = u128::from(x) * 0xd6e8_feb8_6659_fd93_u128;
    (wide as u64) ^ ((wide >> 64) as u64)
}

impl Dict {
    /// The position of a key. `same` compares a stored key with the one that is sought.
    pub fn find(&self, hash: i64, mut same: impl FnMut(Value) -> bool) -> Option<usize> {
        let mut fits =
            |entry: &Entry| entry.hash == hash && !entry.key.is_unbound() && same(entry.key);
        if self.entries.len() <= SMALL {
            return self.entries.iter().position(fits);
        }
        self.index
            .find(spread(hash), |i| fits(&self.entries[*i as usize]))
            .map(|i| *i as usize)
    }

    /// Positions of all keys with a hash: for the slow path that compares in Python.
    pub fn candidates(&self, hash: i64) -> Vec<usize> {
        if self.entries.len() <= SMALL {
            let all = self.entries.iter().enumerate();
            return all
                .filter(|(_, e)| e.hash == hash && !e.key.is_unbound())
                .map(|(i, _)| i)
                .collect();
        }
        let mut found: Vec<usize> = self
            .index
            .iter_hash(spread(hash))
            .map(|i| *i as usize)
            .filter(|i| self.entries[*i].hash == hash)
            .collect();
        found.sort_unstable();
        found
    }

    /// Adds a key that is known to be absent.
    pub fn push(&mut self, hash: i64, key: Value, value: Value) {
        if self.is_sparse() {
            self.compact();
        }
        let at = u32::try_from(self.entries.len()).expect("fewer than 2^32 entries");
        if self.entries.len() == self.entries.capacity() {
            self.entries.reserve_exact(more_entries(self.entries.len()));
        }
        self.entries.push(Entry { hash, key, value });
        self.live += 1;
        if self.entries.len() <= SMALL {
            return;
        }
        if self.entries.len() == SMALL + 1 {
            self.reindex();
            return;
        }
        let entries = &self.entries;
        self.index
            .insert_unique(spread(hash), at, |i| spread(entries[*i as usize].hash));
    }

    /// Whether the next push drops deleted entries first.
    fn is_sparse(&self) -> bool {
        self.entries.len() >= 32 && self.live < self.entries.len() / 2
    }

    /// The entry at a position, or `None` if it is deleted or past the end.
    pub fn entry(&self, position: usize) -> Option<&Entry> {
        self.entries.get(position).filter(|e| !e.key.is_unbound())
    }

    /// Sets the value at a position.
    pub fn set_at(&mut self, position: usize, value: Value) {
        self.entries[position].value = value;
    }

    /// Removes the entry at a position.
    pub fn remove_at(&mut self, position: usize) -> Entry {
        let entry = self.entries[position];
        let at = position as u32;
        if self.entries.len() > SMALL
            && let Ok(found) = self.index.find_entry(spread(entry.hash), |i| *i == at)
        {
            found.remove();
        }
        self.entries[position].key = Value::Unbound;
        self.entries[position].value = Value::Unbound;
        self.live -= 1;
        while self.entries.last().is_some_and(|e| e.key.is_unbound()) {
            self.entries.pop();
        }
        entry
    }

    /// The position of the last live entry.
    pub fn last_position(&self) -> Option<usize> {
        self.entries.len().checked_sub(1)
    }

    /// Live entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter().filter(|e| !e.key.is_unbound())
    }

    /// Number of positions, deleted ones included: the end of an iteration by position.
    pub fn positions(&self) -> usize {
        self.entries.len()
    }

    /// Number of live entries.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        let shows = self.shows;
        *self = Self {
            shows,
            ..Self::default()
        };
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>() + index_bytes(self.index.capacity())
    }

    /// How many bytes the next push adds, and how many it needs beside these while it moves its index: asked before it.
    pub fn growth(&self) -> (usize, usize) {
        let n = self.entries.len();
        if self.is_sparse() {
            return (0, 0);
        }
        if n < self.entries.capacity() && (n < SMALL || self.index.len() < self.index.capacity()) {
            return (0, 0);
        }
        let mut added = 0;
        if n == self.entries.capacity() {
            added += more_entries(n) * size_of::<Entry>();
        }
        let mut moved = 0;
        if n >= SMALL && self.index.len() == self.index.capacity() {
            moved = index_bytes(self.index.capacity());
            added += index_bytes((self.index.len() + 1).max(2 * SMALL) * 2).saturating_sub(moved);
        }
        (added, moved)
    }

    /// A table with room for so many entries: see [`Dict::bytes_of`].
    pub fn with_capacity(n: usize) -> Self {
        let mut made = Self {
            entries: Vec::with_capacity(n),
            ..Self::default()
        };
        if n > SMALL {
            made.index.reserve(n, |_| 0);
        }
        made
    }

    /// At most how many bytes a table with room for so many entries takes.
    pub fn bytes_of(n: usize) -> usize {
        n * size_of::<Entry>() + if n > SMALL { index_bytes(n * 2) } else { 0 }
    }

    /// Drops deleted entries. Positions change.
    pub fn compact(&mut self) {
        self.entries.retain(|e| !e.key.is_unbound());
        self.reindex();
    }

    /// Builds the index anew, positions kept: after a load.
    pub fn reindex(&mut self) {
        self.live = self.iter().count();
        self.index.clear();
        if self.entries.len() <= SMALL {
            return;
        }
        let entries = &self.entries;
        let live = entries
            .iter()
            .enumerate()
            .filter(|(_, e)| !e.key.is_unbound());
        for (i, entry) in live {
            self.index.insert_unique(spread(entry.hash), i as u32, |i| {
                spread(entries[*i as usize].hash)
            });
        }
    }
}
