//! Frames: the activation records of a thread of execution. They are data: they can be moved, saved and loaded.

use super::after::After;
use crate::compile::code::CodeRef;
use crate::heap::{Ref, Value};
use serde::{Deserialize, Serialize};

/// A frame taken off its thread: a suspended generator's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Saved {
    /// The frame.
    pub frame: PyFrame,
    /// Its registers.
    pub registers: Box<[Value]>,
}

/// The activation of code written in Python.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PyFrame {
    /// The code.
    pub code: CodeRef,
    /// The next instruction (while it waits: the one after the call, see `pending`).
    pub pc: u32,
    /// Where its registers begin in the thread's.
    pub base: u32,
    /// What to do with the value that the frame above returns.
    pub pending: Pending,
    /// The generator whose body this is.
    pub generator: Option<Ref>,
    /// The instance whose `__init__` this is: the value of the call, if this returns None.
    pub made: Option<Ref>,
    /// What few frames have.
    pub rare: Option<Box<Rare>>,
}

/// What few frames have.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Rare {
    /// Exceptions that are being handled here, innermost last.
    pub handled: Vec<Value>,
    /// What becomes of the value that this frame returns before the frame below gets it: the last is applied first.
    pub after: Vec<After>,
}

impl PyFrame {
    /// A frame at the start of its code.
    pub fn new(code: CodeRef, base: u32, after: Vec<After>) -> Self {
        let rare = (!after.is_empty()).then(|| {
            Box::new(Rare {
                after,
                ..Rare::default()
            })
        });
        Self {
            code,
            pc: 0,
            base,
            pending: Pending::None,
            generator: None,
            made: None,
            rare,
        }
    }

    /// The exception that is being handled here, innermost.
    pub fn handled(&self) -> Option<Value> {
        self.rare.as_ref()?.handled.last().copied()
    }

    /// An exception is now being handled here.
    pub fn push_handled(&mut self, e: Value) {
        self.rare.get_or_insert_default().handled.push(e);
    }

    /// What becomes of the value that this frame returns.
    pub fn after(&self) -> &[After] {
        self.rare.as_ref().map_or(&[], |rare| &rare.after)
    }

    /// Takes what becomes of the value that this frame returns.
    pub fn take_after(&mut self) -> Vec<After> {
        self.rare
            .as_mut()
            .map_or_else(Vec::new, |rare| std::mem::take(&mut rare.after))
    }

    /// Sets what becomes of the value that this frame returns.
    pub fn set_after(&mut self, after: Vec<After>) {
        if !after.is_empty() || self.rare.is_some() {
            self.rare.get_or_insert_default().after = after;
        }
    }
}

/// What a frame does with the value it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pending {
    /// Nothing is waited for.
    None,
    /// Store it in a register.
    Store(u16),
    /// Drop it.
    Drop,
    /// Jump to the place if its truth is as given; else go on.
    Branch {
        /// The truth that jumps.
        when: bool,
        /// Where.
        to: u32,
    },
    /// Store `not value`.
    StoreNot(u16),
    /// The next value of a `for` loop: store it and skip the jump; `StopIteration` ends the loop.
    ForNext(u16),
    /// The same for `async for` and `StopAsyncIteration`.
    AsyncForNext(u16),
    /// A turn of `yield from`: what the iterator yields is yielded on; what it returns is stored.
    YieldFrom(u16),
    /// Execute the same instruction again (a library module was loaded first).
    Retry,
    /// Spread a list or tuple of exactly so many values over registers.
    Unpack {
        /// The first register.
        first: u16,
        /// How many.
        n: u16,
    },
}
