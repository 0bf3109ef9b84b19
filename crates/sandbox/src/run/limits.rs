//! Limits of a run: each has a unit in its name, a default that is safe for a server, and ends the program.

use serde::{Deserialize, Serialize};

/// What a run may use. A program cannot catch having run out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Steps: calls, loop turns, and work of natives in proportion to their data.
    pub steps: u64,
    /// Bytes of heap.
    pub memory_bytes: u64,
    /// Bytes printed, standard output and error together.
    pub output_bytes: u64,
    /// Milliseconds of computing. Waiting for the host is free. The host's clock decides: see [`super::Run::advance`].
    pub compute_ms: u64,
    /// Depth of calls, in frames; more is `RecursionError`, which a program can catch as it can in CPython.
    pub depth_frames: u32,
    /// Requests to the host over the whole run.
    pub calls: u64,
    /// How often it may wait for the host.
    pub suspensions: u64,
    /// Bytes copied between program and host, both ways, over the whole run: arguments, answers, random bytes, the
    /// result.
    pub boundary_bytes: u64,
    /// Milliseconds since its first turn, waiting included. The host's clock decides, as for `compute_ms`.
    pub wall_ms: u64,
    /// Bytes of source text. Above a mebibyte it is a `SyntaxError` whatever this says, as is nesting beyond CPython's.
    pub source_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 2_000_000_000,
            memory_bytes: 256 << 20,
            output_bytes: 16 << 20,
            compute_ms: 60_000,
            depth_frames: 1000,
            calls: 10_000,
            suspensions: 1_000_000,
            boundary_bytes: 256 << 20,
            wall_ms: 24 * 60 * 60 * 1000,
            source_bytes: 1 << 20,
        }
    }
}
