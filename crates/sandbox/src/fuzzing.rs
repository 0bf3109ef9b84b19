//! What fuzzers need of snapshots: their parts, and a valid head for parts that were changed.

use crate::run::snapshot;
use serde::Serializer;

/// The bytes behind the head of a snapshot.
pub fn payload(bytes: &[u8]) -> &[u8] {
    snapshot::payload(bytes)
}

/// A snapshot of changed bytes: magic, version and checksum are right, so that only the check can refuse it.
pub fn seal(payload: &[u8]) -> Vec<u8> {
    snapshot::sealed(payload)
}

/// Gives a valid snapshot's image to a serializer, which sees all of its parts. Nothing if it is not valid.
pub fn look<S: Serializer>(bytes: &[u8], at: S) -> Option<S::Ok> {
    snapshot::look(bytes, at)
}
