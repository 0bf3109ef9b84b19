//! Runs: a program on the machine, held, answered, saved and loaded by its host.
//!
//! ```text
//!   Program::compile ──▶ Run::new ──▶ advance ──▶ Suspended ── pending() ── answer(id, outcome) ──▶ advance ...
//!                                        │             └── dump() ──▶ bytes ──▶ Run::load
//!                                        └──▶ Done / Failed / Limit
//! ```
//!
//! A run reads no clock and draws no randomness: all that varies is the answers and their order, so the same
//! answers give the same run. The clock that a host lends to `advance_timed` only ends a run that is late.

mod check;
mod check_code;
mod convert;
mod domain;
mod host;
mod inside;
mod limits;
pub(crate) mod snapshot;

#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod tests;

pub use host::{AnswerError, Capability, Config, Event, Failed, FeedError, Run};
pub use limits::Limits;
pub use snapshot::SnapshotError;

use crate::compile::{Diagnostic, code::Unit, compile};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// So many texts of snapshots are kept compiled, if they are not longer than this.
const KNOWN_MAX: usize = 32;
const KNOWN_BYTES_MAX: usize = 16 << 10;

/// A compiled program. Cheap to clone; it may be run any number of times.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) unit: Arc<Unit>,
}

impl Program {
    /// Compiles source text.
    ///
    /// * `filename` – what tracebacks call it.
    ///
    /// # Errors
    /// A [`Diagnostic`] with line and caret: what is not Python, and what kont does not run, by name.
    pub fn compile(source: &str, filename: &str) -> Result<Self, Diagnostic> {
        let unit = compile(source, filename, "__main__", false)?;
        Ok(Self {
            unit: Arc::new(unit),
        })
    }

    /// The same, for a text that was compiled before: what was asked for lately is kept. Snapshots have the same texts again
    /// and again.
    pub(crate) fn known(source: &str, filename: &str) -> Result<Self, Diagnostic> {
        static KNOWN: Mutex<VecDeque<Arc<Unit>>> = Mutex::new(VecDeque::new());
        let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |unit: &Arc<Unit>| *unit.source == *source && unit.filename == filename;
        if let Some(unit) = known().iter().find(|unit| same(unit)) {
            let unit = Arc::clone(unit);
            return Ok(Self { unit });
        }
        let program = Self::compile(source, filename)?;
        if source.len() <= KNOWN_BYTES_MAX {
            let mut known = known();
            known.truncate(KNOWN_MAX - 1);
            known.push_front(Arc::clone(&program.unit));
        }
        Ok(program)
    }

    /// The source text.
    pub fn source(&self) -> &str {
        &self.unit.source
    }

    /// What tracebacks call the file.
    pub fn filename(&self) -> &str {
        &self.unit.filename
    }
}
