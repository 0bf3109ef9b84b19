//! The table behind `set` and `frozenset`. Its probing is CPython's (`Objects/setobject.c`), so that
//! iteration gives CPython's order wherever hashes are the same (integers, floats, tuples of these).

use super::value::Value;
use serde::{Deserialize, Serialize};

/// How many neighbours are probed before the sequence jumps.
const LINEAR_PROBES: usize = 9;
const PERTURB_SHIFT: u32 = 5;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Slot {
    Empty,
    Dummy,
    Full(i64, Value),
}

/// For how many keys a table is made that holds `used`.
fn wanted(used: usize) -> usize {
    if used > 50_000 { used * 2 } else { used * 4 }
}

/// The size of a table for so many keys: a power of two above them.
fn size_for(wanted: usize) -> usize {
    (wanted + 1).next_power_of_two().max(8)
}

/// A hash table without values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Set {
    /// Whether it is a `frozenset`.
    pub frozen: bool,
    table: Vec<Slot>,
    used: usize,
    fill: usize,
    /// Where the next `pop` starts to look.
    finger: usize,
}

impl Set {
    /// An empty set.
    pub fn new(frozen: bool) -> Self {
        Self {
            frozen,
            table: vec![Slot::Empty; 8],
            used: 0,
            fill: 0,
            finger: 0,
        }
    }

    fn mask(&self) -> usize {
        self.table.len() - 1
    }

    /// Walks the probe sequence of a hash. `visit` says where to stop.
    fn probe<R>(&self, hash: i64, mut visit: impl FnMut(usize, Slot) -> Option<R>) -> R {
        let mask = self.mask();
        let mut perturb = hash as u64;
        let mut i = hash as usize & mask;
        loop {
            let last = if i + LINEAR_PROBES <= mask {
                i + LINEAR_PROBES
            } else {
                i
            };
            for j in i..=last {
                if let Some(answer) = visit(j, self.table[j]) {
                    return answer;
                }
            }
            perturb >>= PERTURB_SHIFT;
            i = (i
                .wrapping_mul(5)
                .wrapping_add(1)
                .wrapping_add(perturb as usize))
                & mask;
        }
    }

    /// The position of a key.
    pub fn find(&self, hash: i64, mut same: impl FnMut(Value) -> bool) -> Option<usize> {
        self.probe(hash, |i, slot| match slot {
            Slot::Empty => Some(None),
            Slot::Full(h, key) if h == hash && same(key) => Some(Some(i)),
            _ => None,
        })
    }

    /// Positions of all keys with a hash: for the slow path that compares in Python.
    pub fn candidates(&self, hash: i64) -> Vec<usize> {
        let mut found = Vec::new();
        self.probe(hash, |i, slot| match slot {
            Slot::Empty => Some(()),
            Slot::Full(h, _) if h == hash => {
                found.push(i);
                None
            }
            _ => None,
        });
        found
    }

    /// Adds a key that is known to be absent. The last removed entry on its way is used again, if there is one.
    pub fn push(&mut self, hash: i64, key: Value) {
        let mut free = None;
        let at = self.probe(hash, |i, slot| match slot {
            Slot::Empty => Some(i),
            Slot::Dummy => {
                free = Some(i);
                None
            }
            Slot::Full(..) => None,
        });
        if let Some(at) = free {
            self.table[at] = Slot::Full(hash, key);
            self.used += 1;
            return;
        }
        self.table[at] = Slot::Full(hash, key);
        self.fill += 1;
        self.used += 1;
        if self.fill * 5 >= self.mask() * 3 {
            self.resize(wanted(self.used));
        }
    }

    /// Bytes of the table that the next [`Set::push`] may make beside the one that is there; 0 if it makes none.
    pub fn growth(&self) -> usize {
        if (self.fill + 1) * 5 < self.mask() * 3 {
            return 0;
        }
        size_for(wanted(self.used + 1)) * size_of::<Slot>()
    }

    /// The same of [`Set::reserve`].
    pub fn growth_by(&self, more: usize) -> usize {
        if (self.fill + more) * 5 < self.mask() * 3 {
            return 0;
        }
        size_for((self.used + more) * 2) * size_of::<Slot>()
    }

    fn resize(&mut self, wanted: usize) {
        self.rebuild(size_for(wanted));
    }

    fn rebuild(&mut self, size: usize) {
        let old = std::mem::replace(&mut self.table, vec![Slot::Empty; size]);
        self.fill = self.used;
        for slot in old {
            if let Slot::Full(hash, key) = slot {
                let at = self.probe(hash, |i, slot| matches!(slot, Slot::Empty).then_some(i));
                self.table[at] = Slot::Full(hash, key);
            }
        }
    }

    /// Makes room for `more` keys at once, as CPython does before it merges a set or a dict.
    pub fn reserve(&mut self, more: usize) {
        if (self.fill + more) * 5 >= self.mask() * 3 {
            self.resize((self.used + more) * 2);
        }
    }

    /// Merges another set into this one while this one is empty: CPython's copy.
    pub fn fill_from(&mut self, other: &Self) {
        if other.used == 0 {
            return;
        }
        self.reserve(other.used);
        if self.fill == 0 && self.table.len() == other.table.len() && other.fill == other.used {
            self.table.clone_from(&other.table);
            self.fill = other.fill;
            self.used = other.used;
            return;
        }
        for (hash, key) in other.iter() {
            self.push(hash, key);
        }
    }

    /// Gets rid of many removed entries, as CPython does after it removed another set's keys.
    pub fn tidy(&mut self) {
        if self.fill - self.used > self.mask() / 4 {
            self.resize(wanted(self.used));
        }
    }

    /// Removes some key: the first one after where the last `pop` ended.
    pub fn pop(&mut self) -> Option<Value> {
        if self.used == 0 {
            return None;
        }
        let mask = self.mask();
        let mut at = self.finger & mask;
        while !matches!(self.table[at], Slot::Full(..)) {
            at = if at == mask { 0 } else { at + 1 };
        }
        self.finger = at + 1;
        Some(self.remove_at(at))
    }

    /// Removes the key at a position.
    pub fn remove_at(&mut self, position: usize) -> Value {
        let Slot::Full(_, key) = self.table[position] else {
            return Value::Unbound;
        };
        self.table[position] = Slot::Dummy;
        self.used -= 1;
        key
    }

    /// The key at a table position, if there is one.
    pub fn key_at(&self, position: usize) -> Option<(i64, Value)> {
        match self.table.get(position) {
            Some(Slot::Full(hash, key)) => Some((*hash, *key)),
            _ => None,
        }
    }

    /// Number of table positions: the end of an iteration by position.
    pub fn positions(&self) -> usize {
        self.table.len()
    }

    /// Keys with their hashes in the order of iteration.
    pub fn iter(&self) -> impl Iterator<Item = (i64, Value)> + '_ {
        self.table.iter().filter_map(|slot| match slot {
            Slot::Full(hash, key) => Some((*hash, *key)),
            _ => None,
        })
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.used
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        *self = Self::new(self.frozen);
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.table.capacity() * size_of::<Slot>()
    }

    /// Whether the table is one that this code could have made: a loaded one is checked before use.
    pub fn is_sound(&self) -> bool {
        let full = self
            .table
            .iter()
            .filter(|s| matches!(s, Slot::Full(..)))
            .count();
        let empty = self
            .table
            .iter()
            .filter(|s| matches!(s, Slot::Empty))
            .count();
        self.table.len() >= 8
            && self.table.len().is_power_of_two()
            && full == self.used
            && empty > 0
            && self.fill == self.table.len() - empty
    }
}
