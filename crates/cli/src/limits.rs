//! What a program may use, as the command line says it and the journal keeps it.

use serde::{Deserialize, Serialize};

/// The limits of a run. Each ends the program with an error that it cannot catch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// Steps of the interpreter.
    pub(crate) steps: u64,
    /// Bytes of the program's heap.
    pub(crate) memory_bytes: u64,
    /// Time that it computes, in milliseconds. Waiting for an answer does not count.
    pub(crate) compute_ms: u64,
    /// Bytes that it prints.
    pub(crate) output_bytes: u64,
    /// Requests to the host: tool calls, sleeps, clock, randomness.
    pub(crate) calls: u64,
}
