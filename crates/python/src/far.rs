//! A sandboxed program whose interpreter runs in a worker process: what its host and that process say to one another.
//!
//! ```text
//!   kont.Sandbox ── host::FarRun ── one frame out, one frame back ── serve::serve_sandbox ── kont-sandbox
//! ```
//!
//! A frame is a [`Request`] or a [`Reply`] in postcard, and behind it the bytes of a snapshot, if there are any. The host
//! keeps what the program waits for and the answers that it has given, so that one turn of the program is one frame each
//! way. It believes nothing that comes back to be more than data: the process may have been taken over.

mod host;
mod serve;

pub(crate) use host::FarRun;
pub(crate) use serve::serve_sandbox;

use sandbox::{Capability, Diagnostic, Event, Limits, Outcome, Pending};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The longest frame, in bytes. A snapshot that is longer does not cross.
const FRAME_MAX: usize = 1 << 30;

/// After so long an advance comes back, so that the host can look at its signals.
const SLICE: Duration = Duration::from_millis(50);

/// What a host asks of the process.
#[derive(Serialize, Deserialize)]
enum Request {
    /// Compile a program and hold it at its start. `Standing` or `Refused`.
    Start {
        source: String,
        filename: String,
        limits: Limits,
        capabilities: Vec<Capability>,
        seed: u64,
    },
    /// Hold the program of the snapshot behind this. `Standing` or `Foreign`.
    Load,
    /// Answer requests, and run for a while, or end the program if the host interrupts it. `Standing`.
    Advance(Vec<(u64, Outcome)>, bool),
    /// Take the next part of the program. `Standing`, `Refused` or `Kept`.
    Feed { source: String, filename: String },
    /// Answer requests, and give a snapshot. `Dumped` or `Kept`.
    Dump(Vec<(u64, Outcome)>),
}

/// What it answers.
#[derive(Serialize, Deserialize)]
enum Reply {
    /// Where the program has come to.
    Standing(Standing),
    /// The text is no program.
    Refused(Diagnostic),
    /// The bytes are no snapshot: why.
    Foreign(String),
    /// The snapshot is behind this.
    Dumped,
    /// There is no snapshot, or no next part was taken: why.
    Kept(String),
}

/// Where a program has come to.
#[derive(Serialize, Deserialize)]
struct Standing {
    event: Event,
    pending: Vec<Pending>,
    output: [Vec<u8>; 2],
    /// How many requests it has made.
    calls: u64,
    /// Steps, and bytes of heap.
    used: (u64, u64),
    /// What it may still compute.
    compute_left: Duration,
}
