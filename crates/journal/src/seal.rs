//! The seal: one hash over all rows, kept up to date row by row, so that damage cannot pass for data.
//!
//! Each row has a digest over its table and all of its columns, each with its length. The seal is the exclusive or of
//! the digests: adding, changing and removing a row is O(1), and the order of rows in the file does not matter. It is
//! made against damage (flipped bits, lost pages, half-applied logs), not against a person who forges a journal.

use crate::rows::{Call, Output, Run, Snapshot, Status, Step, StepKind, StepState};
use sha2::{Digest, Sha256};

/// 32 bytes, as sha256 gives them.
pub(crate) type Hash = [u8; 32];

/// Adds a row's digest to a seal, or takes it out again.
pub(crate) fn toggle(seal: &mut Hash, digest: Hash) {
    for (byte, other) in seal.iter_mut().zip(digest) {
        *byte ^= other;
    }
}

/// The sha256 of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// A digest over fields that cannot run into each other.
struct Fields(Sha256);

impl Fields {
    fn of(table: &str) -> Self {
        Self(Sha256::new()).bytes(table.as_bytes())
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    fn number(self, number: u64) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    fn signed(self, number: i64) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    fn option<T>(self, value: Option<T>, add: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => add(self.number(1), value),
            None => self.number(0),
        }
    }

    fn end(self) -> Hash {
        self.0.finalize().into()
    }
}

/// What a row says of itself.
pub(crate) trait Sealed {
    /// The digest over all columns of the row.
    fn digest(&self) -> Hash;
}

impl Sealed for Run {
    fn digest(&self) -> Hash {
        Fields::of("run")
            .text(&self.run_id)
            .signed(self.created_ms)
            .text(&self.kont_version)
            .text(&self.filename)
            .text(&self.source)
            .option(self.tools.as_deref(), Fields::text)
            .option(self.policy.as_deref(), Fields::text)
            .text(&self.capabilities)
            .text(&self.limits)
            .number(self.seed)
            .option(self.forked_from.as_deref(), Fields::text)
            .text(self.status.name())
            .option(self.ending.as_ref(), |fields, ending| {
                fields.bytes(&ending.bytes).text(&ending.text)
            })
            .bytes(&self.trace)
            .end()
    }
}

impl Sealed for Call {
    fn digest(&self) -> Hash {
        Fields::of("calls")
            .number(self.id)
            .text(&self.name)
            .bytes(&self.request.bytes)
            .text(&self.request.text)
            .text(&self.place)
            .number(self.performed_after)
            .option(self.delivered.as_ref(), |fields, delivered| {
                fields
                    .number(delivered.seq)
                    .bytes(&delivered.outcome.bytes)
                    .text(&delivered.outcome.text)
                    .option(delivered.note.as_deref(), Fields::text)
                    .bytes(&delivered.trace)
            })
            .end()
    }
}

impl Sealed for Step {
    fn digest(&self) -> Hash {
        Fields::of("steps")
            .number(self.call)
            .number(self.step.into())
            .text(self.kind.name())
            .bytes(&self.request.bytes)
            .text(&self.request.text)
            .option(self.key.as_deref(), Fields::text)
            .number(self.attempts.into())
            .text(self.state.name())
            .signed(self.begun_ms)
            .option(self.result.as_ref(), |fields, result| {
                fields.bytes(&result.bytes).text(&result.text)
            })
            .option(self.ended_ms, Fields::signed)
            .option(self.answered_by.as_deref(), Fields::text)
            .end()
    }
}

impl Sealed for Snapshot {
    fn digest(&self) -> Hash {
        Fields::of("snapshots")
            .number(self.delivered)
            .bytes(&self.trace)
            .bytes(&self.sha256)
            .number(self.size_bytes)
            .end()
    }
}

/// A piece of output with its place: output has no identity of its own.
impl Sealed for (u64, &Output) {
    fn digest(&self) -> Hash {
        Fields::of("output")
            .number(self.0)
            .number(self.1.delivered)
            .text(&self.1.stream)
            .bytes(&self.1.bytes)
            .end()
    }
}

impl Status {
    /// The word in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Limited => "limited",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        [
            Self::Running,
            Self::Waiting,
            Self::Done,
            Self::Failed,
            Self::Limited,
        ]
        .into_iter()
        .find(|status| status.name() == name)
    }
}

impl StepKind {
    /// The word in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Execute => "execute",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Question, Self::Execute]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

impl StepState {
    /// The word in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Ready => "ready",
            Self::Ended => "ended",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Open, Self::Ready, Self::Ended]
            .into_iter()
            .find(|state| state.name() == name)
    }
}
