//! How something ends that did not give a value.

use crate::heap::Value;
use crate::heap::store::OutOfMemory;
use serde::{Deserialize, Serialize};

/// Why an operation gave no value. Only [`Raise::Exception`] can be caught by a program.
#[derive(Debug, Clone)]
pub enum Raise {
    /// A Python exception object.
    Exception(Value),
    /// The operation must be done by code written in Python (a user's `__eq__`, an iterator written in
    /// Python...). A native returns it before it has changed anything; the caller then runs the native's
    /// slow form from the library written in Python.
    NeedsPython,
    /// A limit was hit: ends the program.
    Limit(LimitExceeded),
    /// Something that kont does not do, by name: ends the program, since a program that goes on without
    /// could give a wrong answer.
    Refused(Box<str>),
}

/// A limit was exceeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("limit exceeded: {kind} {used} of {limit}")]
pub struct LimitExceeded {
    /// Which limit, as the field of [`crate::Limits`] is called; `interrupted` if the host's will ended it.
    pub kind: String,
    /// The limit.
    pub limit: u64,
    /// What was used, or would have been.
    pub used: u64,
}

/// The result of an operation that may not give a value.
pub type Res<T> = Result<T, Raise>;

impl From<LimitExceeded> for Raise {
    fn from(limit: LimitExceeded) -> Self {
        Self::Limit(limit)
    }
}

impl From<OutOfMemory> for Raise {
    fn from(e: OutOfMemory) -> Self {
        // The limit itself is filled in where the run ends: the heap knows it.
        Self::Limit(LimitExceeded {
            kind: "memory_bytes".into(),
            limit: 0,
            used: e.wanted_bytes as u64,
        })
    }
}
