//! The trace hash: one number that two runs share if the program saw and did the same in both.
//!
//! It is a chain: the hash after an event is the sha256 of the hash before it and the event. So it can be stored with
//! a snapshot and continued in another process.

use sha2::{Digest, Sha256};

/// The hash over everything that a program performed, got and printed so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trace(pub(crate) [u8; 32]);

impl Trace {
    /// The hash of a program that has not begun.
    pub(crate) const START: Self = Self([0; 32]);

    /// The program performed a request.
    pub(crate) fn perform(&mut self, id: u64, request: &[u8]) {
        self.event("perform", &[&id.to_le_bytes(), request]);
    }

    /// It got an answer.
    pub(crate) fn deliver(&mut self, id: u64, outcome: &[u8]) {
        self.event("deliver", &[&id.to_le_bytes(), outcome]);
    }

    /// It printed.
    pub(crate) fn output(&mut self, stream: &str, bytes: &[u8]) {
        self.event("output", &[stream.as_bytes(), bytes]);
    }

    /// It ended.
    pub(crate) fn end(&mut self, ending: &[u8]) {
        self.event("end", &[ending]);
    }

    /// The first digits, enough for people to compare.
    pub(crate) fn short(self) -> String {
        self.0[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn event(&mut self, kind: &str, fields: &[&[u8]]) {
        let mut hash = Sha256::new();
        hash.update(self.0);
        for field in [&[kind.as_bytes()], fields].concat() {
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field);
        }
        self.0 = hash.finalize().into();
    }
}
