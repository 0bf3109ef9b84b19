//! Attributes by name, in order of insertion: of instances, classes and class bodies.

use super::{sym::Sym, value::Value};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize, Serializer};

/// Up to this many attributes are searched in a row, which is faster than hashing.
const LINEAR_MAX: usize = 12;

/// A small ordered map from names to values.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Vec<(Sym, Value)>")]
pub struct Attrs {
    entries: Vec<(Sym, Value)>,
    /// A bit for each name, by its number: without the bit the name is not here.
    bits: u64,
    index: Option<Box<FxHashMap<Sym, u32>>>,
}

impl Serialize for Attrs {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.entries.serialize(to)
    }
}

impl From<Vec<(Sym, Value)>> for Attrs {
    fn from(entries: Vec<(Sym, Value)>) -> Self {
        let mut attrs = Self {
            entries,
            ..Self::default()
        };
        attrs.reindex();
        attrs
    }
}

/// The bit of a name in `Attrs::bits`.
fn bit(name: Sym) -> u64 {
    1 << (name.0 % 64)
}

impl Attrs {
    /// The position of a name.
    pub fn position(&self, name: Sym) -> Option<usize> {
        if self.bits & bit(name) == 0 {
            return None;
        }
        match &self.index {
            Some(index) => index.get(&name).map(|i| *i as usize),
            None => self.entries.iter().position(|(key, _)| *key == name),
        }
    }

    /// The value of a name.
    pub fn get(&self, name: Sym) -> Option<Value> {
        self.position(name).map(|i| self.entries[i].1)
    }

    /// The value at a position, if it is this name's.
    #[inline(always)]
    pub fn at(&self, position: usize, name: Sym) -> Option<&Value> {
        let (key, value) = self.entries.get(position)?;
        (*key == name).then_some(value)
    }

    /// The value at a position to change, if it is this name's.
    #[inline(always)]
    pub fn at_mut(&mut self, position: usize, name: Sym) -> Option<&mut Value> {
        let (key, value) = self.entries.get_mut(position)?;
        (*key == name).then_some(value)
    }

    /// Whether a name is here.
    #[inline(always)]
    pub fn has(&self, name: Sym) -> bool {
        self.bits & bit(name) != 0 && self.position(name).is_some()
    }

    /// Sets a name's value. A new name goes to the end. Returns how many bytes it takes more than before.
    pub fn set(&mut self, name: Sym, value: Value) -> usize {
        if let Some(i) = self.position(name) {
            self.entries[i].1 = value;
            return 0;
        }
        let at = u32::try_from(self.entries.len()).expect("fewer than 2^32 attributes");
        if self.index.is_none() && self.entries.len() < self.entries.capacity().min(LINEAR_MAX) {
            self.entries.push((name, value));
            self.bits |= bit(name);
            return 0;
        }
        let before = self.bytes();
        if self.entries.len() == self.entries.capacity() {
            self.entries.reserve_exact((self.entries.len() / 4).max(4));
        }
        self.entries.push((name, value));
        self.bits |= bit(name);
        match &mut self.index {
            Some(index) => {
                index.insert(name, at);
            }
            None if self.entries.len() > LINEAR_MAX => self.reindex(),
            None => {}
        }
        self.bytes() - before
    }

    /// How many bytes its tables take.
    pub fn bytes(&self) -> usize {
        // A place of the index has a byte beside it, and seven of eight are used at most.
        let index = self.index.as_ref();
        self.entries.capacity() * size_of::<(Sym, Value)>()
            + index.map_or(0, |i| i.capacity() * size_of::<[u64; 2]>() * 9 / 14)
    }

    /// Removes a name and gives its value.
    pub fn remove(&mut self, name: Sym) -> Option<Value> {
        let i = self.position(name)?;
        let (_, value) = self.entries.remove(i);
        self.reindex();
        Some(value)
    }

    /// Builds the index anew: after a load, or after positions moved.
    pub fn reindex(&mut self) {
        self.bits = self
            .entries
            .iter()
            .fold(0, |bits, (name, _)| bits | bit(*name));
        self.index = (self.entries.len() > LINEAR_MAX).then(|| {
            Box::new(
                (0u32..)
                    .zip(&self.entries)
                    .map(|(i, (name, _))| (*name, i))
                    .collect(),
            )
        });
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Sym, Value)> + '_ {
        self.entries.iter().copied()
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
