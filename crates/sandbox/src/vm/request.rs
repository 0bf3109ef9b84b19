//! Requests: what a suspended program asks for. The one typed channel between a program and who answers it.

use crate::data::Data;
use crate::heap::{Sym, Value};
use serde::{Deserialize, Serialize};

/// What a thread of execution performs. Never a Python value in disguise.
#[derive(Debug, Clone)]
pub enum Request {
    /// Call a tool of the host. With `blocks_all`, no other task runs until it is answered (a plain call in
    /// `async` code blocks the loop, as it does in CPython).
    HostCall {
        /// The tool's number.
        tool: u32,
        /// Positional arguments.
        args: Vec<Value>,
        /// Keyword arguments.
        kwargs: Vec<(Sym, Value)>,
        /// Whether other tasks must wait.
        blocks_all: bool,
    },
    /// Another power that the host grants.
    Host(HostRequest),
    /// Start a task that calls the value with no arguments; the answer is its number. It is put at the end of the ready queue.
    Spawn(Value),
    /// Wait until somebody wakes this task; the answer is what it was woken with.
    Park,
    /// Wake a parked task (its number) with a value; it is put at the end of the ready queue.
    Wake(u64, Value),
    /// Wake a parked task with an exception.
    WakeError(u64, Value),
    /// Give up what a task (its number) waits for from the host, and raise the exception there; it is put at the
    /// end of the ready queue and a late answer is ignored. The answer is whether the task did wait for the host.
    Interrupt(u64, Value),
    /// Go to the end of the ready queue.
    Yield,
    /// The number of the running task.
    CurrentTask,
}

/// Powers that need no tool: each is an effect that the host answers, records and replays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum HostRequest {
    /// Wait: seconds.
    Sleep(f64),
    /// The wall clock: seconds since 1970 in UTC.
    Now,
    /// The monotonic clock: seconds.
    Monotonic,
    /// Random bytes: how many.
    Random(u32),
}

/// A request that waits for the host's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// Its number: 1, 2, 3... in the order in which they were performed.
    pub id: u64,
    /// The line of the program that performed it, from 1.
    pub line: u32,
    /// What is asked for.
    pub request: PendingRequest,
}

/// What a pending request asks for, as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PendingRequest {
    /// A call of a tool.
    Call {
        /// The tool's name.
        name: String,
        /// Positional arguments.
        args: Vec<Data>,
        /// Keyword arguments.
        kwargs: Vec<(String, Data)>,
    },
    /// Another power.
    Host(HostRequest),
}
