//! Fuzzers of the sandbox: what they make of a number or of bytes, and what must hold for it.
//!
//! ```text
//!   entropy ──▶ source     a program, changed        ──▶ compiled, run
//!           ──▶ parts      a snapshot, parts changed ──▶ loaded, saved, run
//!           ──▶ bytes      a snapshot, bytes changed ──▶ loaded, saved, run
//!           ──▶ boundary   values                    ──▶ in, out, equal
//! ```
//!
//! Each input ends in a clear refusal, or in a run within its limits: no panic, no abort, no hang. `tests/smoke.rs`
//! runs some of each; with `FUZZ_SECONDS` it goes on for as long.

pub mod boundary;
pub mod corpus;
pub mod entropy;
pub mod host;
pub mod snapshot;
pub mod source;
pub mod tree;

use entropy::Entropy;

/// What is fuzzed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Source text.
    Source,
    /// Frames, registers and objects of snapshots.
    Parts,
    /// Bytes of snapshots.
    Bytes,
    /// Values across the boundary.
    Boundary,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Source, Self::Parts, Self::Bytes, Self::Boundary];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Parts => "parts",
            Self::Bytes => "bytes",
            Self::Boundary => "boundary",
        }
    }

    /// One input of this target, which follows from the choices.
    pub fn input(self, e: &mut Entropy) -> Input {
        let changed = |n, e: &mut Entropy, change: fn(&[u8], &mut Entropy) -> Vec<u8>| {
            let valid = snapshot::valid(e);
            Input::Snapshots((0..n).map(|_| change(&valid, e)).collect())
        };
        match self {
            Self::Source => Input::Text(source::program(e)),
            Self::Parts => changed(8, e, snapshot::changed_by_part),
            Self::Bytes => changed(16, e, snapshot::changed_by_byte),
            Self::Boundary => Input::Choices,
        }
    }
}

/// What is put to the test.
#[derive(Debug)]
pub enum Input {
    /// A program.
    Text(String),
    /// Snapshots, all but surely damaged.
    Snapshots(Vec<Vec<u8>>),
    /// What the next choices give.
    Choices,
}

impl Input {
    /// Puts it to the test.
    ///
    /// # Errors
    /// What must hold and does not.
    pub fn check(&self, e: &mut Entropy) -> Result<(), String> {
        match self {
            Self::Text(text) => {
                source::check(text, e).map_err(|what| format!("{what}\n--- it was\n{text}"))
            }
            Self::Snapshots(all) => all.iter().try_for_each(|bytes| snapshot::check(bytes, e)),
            Self::Choices => boundary::check(e),
        }
    }
}
