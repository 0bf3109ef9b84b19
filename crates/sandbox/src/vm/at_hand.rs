//! Parts of instructions for `hot.rs`: what it does not do in its own lines, and what is still the usual way.

use super::hot::NATIVE;
use super::known::Question;
use super::state::Vm;
use crate::heap::{Ref, Sym, Value};

impl Vm {
    /// What a call of a method finds each time, for this class of values: a function or a plain native.
    pub(super) fn method_to_remember(&mut self, this: Value, class: Ref, name: Sym) -> Option<u64> {
        let version = self.heap.class_version;
        let known = self.known.get(Question::Method, class, name, version);
        let found = match known {
            Some(found) => found,
            None => self.plain_method(this, name)?,
        };
        let number = match found {
            Value::Native(id) if self.lookup.is_plain(id) => u64::from(id.0) | NATIVE,
            Value::Ref(f) => u64::from(f.0),
            _ => return None,
        };
        if known.is_none() {
            self.known
                .set(Question::Method, class, name, version, found);
        }
        Some(number)
    }
}
