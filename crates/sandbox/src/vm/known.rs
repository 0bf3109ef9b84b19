//! What look-ups in classes found, for places of a program that see many classes: one table for a whole run.
//!
//! The cache of an instruction holds one class. Where several come by in turn, this table answers before the classes
//! themselves are asked. It is emptied by nothing: an entry is for one version of all classes.

use crate::heap::{Ref, Sym, Value};

/// What was looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// What is called for a method: see `hot.rs`.
    Method,
    /// Whether an attribute that an instance holds is what reading it gives.
    Field,
    /// The function of a property.
    Getter,
    /// What an attribute of a class is.
    ClassField,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    question: Question,
    class: Ref,
    name: Sym,
    version: u32,
    found: Value,
}

const ENTRIES: usize = 512;

/// The table. It is small, and made when it is first needed.
#[derive(Debug, Default)]
pub(crate) struct Known {
    entries: Vec<Entry>,
}

fn slot(question: Question, class: Ref, name: Sym) -> usize {
    let mixed = class.0.wrapping_mul(0x9e37_79b1) ^ name.0.wrapping_mul(0x85eb_ca77);
    ((mixed >> 16) as usize % ENTRIES) ^ question as usize
}

impl Known {
    /// What was found in this version of all classes.
    #[inline]
    pub(super) fn get(
        &self,
        question: Question,
        class: Ref,
        name: Sym,
        version: u32,
    ) -> Option<Value> {
        let entry = self.entries.get(slot(question, class, name))?;
        let is_it = entry.class == class
            && entry.name == name
            && entry.version == version
            && entry.question == question;
        is_it.then_some(entry.found)
    }

    /// Remembers it. The last version never ends, so nothing is remembered in it.
    pub(super) fn set(
        &mut self,
        question: Question,
        class: Ref,
        name: Sym,
        version: u32,
        found: Value,
    ) {
        if version == u32::MAX {
            return;
        }
        if self.entries.is_empty() {
            let none = Entry {
                question,
                class: Ref(u32::MAX),
                name,
                version: 0,
                found: Value::None,
            };
            self.entries = vec![none; ENTRIES];
        }
        self.entries[slot(question, class, name)] = Entry {
            question,
            class,
            name,
            version,
            found,
        };
    }
}
