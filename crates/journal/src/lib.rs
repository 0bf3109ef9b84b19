//! kont-journal: what a durable run keeps, in one SQLite file.
//!
//! The journal knows rows, transactions and damage; it knows nothing of Python, tools or programs. What crosses it
//! is opaque bytes with a readable text beside them, so that a person can read a run with any SQLite browser.
//!
//! ```text
//!   run ──┬── calls ──── steps        what the program asked for │ what was done about it, intent then result
//!         ├── snapshots               the program itself, after so many deliveries
//!         └── output                  what it printed
//! ```
//!
//! Invariants, each with tests:
//! - A [`Journal::commit`] that returned is on disk, and in the file itself: not only in its write-ahead log.
//! - A journal exists whole or not at all: it is written beside its place and linked into it.
//! - At most one live process has it open for writing; the lock ends with the process, however it ends.
//! - What is read is what was written. The run row holds a seal over all rows, each snapshot has its hash, and a file
//!   that does not agree is [`JournalError::Damaged`], never a wrong answer.

mod crash;
mod error;
mod file;
mod fork;
mod rows;
mod schema;
mod seal;
mod sql;
mod stage;
mod store;

#[cfg(test)]
mod tests;

pub use crash::{CrashAt, CrashAtError};
pub use error::JournalError;
pub use file::check_vacant;
pub use fork::{branch_at, write_branch};
pub use rows::{
    Blob, Call, Change, Contents, Delivered, Output, Run, Snapshot, Status, Step, StepKind,
    StepState,
};
pub use store::{Journal, View};
