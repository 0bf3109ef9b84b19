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
    /// Exceptions that are being handled here, innermost last.
    pub handled: Vec<Value>,
    /// The generator whose body this is.
    pub generator: Option<Ref>,
    /// What becomes of the value that this frame returns before the frame below gets it: the last is applied first.
    pub after: Vec<After>,
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
