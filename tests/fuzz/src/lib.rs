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
//! runs some of each; with `FUZZ_SECONDS` it goes on for as long. `crates/sandbox/fuzz` gives the same to libFuzzer.

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
    ///
    /// # Errors
    /// What must hold and does not.
    pub fn check(self, mut e: Entropy) -> Result<(), String> {
        match self {
            Self::Source => {
                let text = source::program(&mut e);
                source::check(&text, &mut e).map_err(|what| format!("{what}\n--- it was\n{text}"))
            }
            Self::Parts => {
                let valid = snapshot::valid(&mut e);
                snapshot::tree_is_exact(&valid)?;
                for _ in 0..8 {
                    let bytes = snapshot::changed_by_part(&valid, &mut e);
                    snapshot::check(&bytes, &mut e)?;
                }
                Ok(())
            }
            Self::Bytes => {
                let valid = snapshot::valid(&mut e);
                for _ in 0..16 {
                    let bytes = snapshot::changed_by_byte(&valid, &mut e);
                    snapshot::check(&bytes, &mut e)?;
                }
                Ok(())
            }
            Self::Boundary => boundary::check(&mut e),
        }
    }
}
