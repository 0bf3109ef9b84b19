//! Every way in which the command can refuse or fail, apart from what the program itself does.

use crate::host::{CallId, HostError};
use journal::JournalError;
use std::io;

/// Why a run could not go on. The program is not at fault.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Host(#[from] HostError),
    /// What was recorded and what happens now are not the same.
    #[error("{what} differs from the record\nrecorded: {recorded}\nnow:      {now}\nhelp: {help}")]
    Diverged {
        what: String,
        recorded: String,
        now: String,
        help: &'static str,
    },
    /// The sandbox refuses what the driver asked of it.
    #[error("the sandbox refuses: {0}")]
    Sandbox(String),
    /// A recorded value cannot be read.
    #[error("a recorded value cannot be read: {0}")]
    Unreadable(String),
    /// The program's source does not compile; the text is complete.
    #[error("{0}")]
    Source(String),
    #[error("cannot write the program's output: {0}")]
    Output(io::Error),
    #[error("{0}")]
    Answer(#[from] AnswerError),
    /// A file cannot be read.
    #[error("cannot read `{path}`: {why}")]
    File { path: String, why: String },
    /// Misuse of the command line that its parser cannot see.
    #[error("{0}")]
    Usage(String),
}

/// Why an answer on the command line cannot be given. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AnswerError {
    #[error("there is no call {id}: the run has {n_calls}{help}")]
    NoSuchCall {
        id: CallId,
        n_calls: u64,
        help: String,
    },
    #[error("nobody asked about call {id} `{call}`{help}")]
    NotAsked {
        id: CallId,
        call: String,
        help: String,
    },
    #[error("the question of call {id} was answered already: {answer}{help}")]
    Answered {
        id: CallId,
        answer: String,
        help: String,
    },
    #[error("call {id} `{call}` is not in doubt{help}")]
    NotInDoubt {
        id: CallId,
        call: String,
        help: String,
    },
    #[error("call {id} has two answers")]
    Twice { id: CallId },
    #[error(
        "tool `{tool}` of call {id} names no query function\nhelp: choose --retry {id} or --assume-done {id}"
    )]
    NoQuery { id: CallId, tool: String },
}
