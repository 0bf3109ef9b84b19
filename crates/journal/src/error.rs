//! Every way in which a journal can refuse, each with its own message and next step.

use std::io;
use std::path::PathBuf;

/// Why a journal could not be made, opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is no file of that name.
    #[error("no journal `{path}`\nhelp: `kont run FILE --journal {path}` makes one")]
    NotFound {
        /// The path as given.
        path: String,
    },
    /// A new journal would overwrite a file.
    #[error(
        "`{path}` exists already\nhelp: go on with it with `kont resume {path}`, or choose another name"
    )]
    Exists {
        /// The path as given.
        path: String,
    },
    /// Another live process writes to it.
    #[error("`{path}` is held by {}\nhelp: wait until it ends, or stop it; `kont show {path}` works meanwhile", holder(*.pid))]
    Locked {
        /// The path as given.
        path: String,
        /// The process that holds it, if it has written down who it is.
        pid: Option<u32>,
    },
    /// The file or its folder cannot be used.
    #[error("cannot {action} `{path}`: {source}")]
    Io {
        /// What was tried: `create`, `open`, `read`.
        action: &'static str,
        /// The path as given.
        path: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file has no bytes at all.
    #[error("`{path}` is empty, so it is not a journal\nhelp: remove it and run again")]
    Empty {
        /// The path as given.
        path: String,
    },
    /// The file is something else.
    #[error("`{path}` is not a journal: it is not an SQLite file")]
    NotSqlite {
        /// The path as given.
        path: String,
    },
    /// The file is an SQLite database of another program.
    #[error(
        "`{path}` is an SQLite file, but not a journal of kont: its application id is `{application_id:#x}`"
    )]
    Foreign {
        /// The path as given.
        path: String,
        /// The application id that the file has.
        application_id: u32,
    },
    /// The file was written by a later kont.
    #[error(
        "`{path}` has journal version {found}, and this kont knows versions up to {known}\nhelp: use the kont that wrote it, or a later one"
    )]
    Newer {
        /// The path as given.
        path: String,
        /// The version that the file has.
        found: u32,
        /// The latest version that this crate reads.
        known: u32,
    },
    /// The file is shorter than it says.
    #[error(
        "`{path}` is truncated: it has {found_bytes} bytes of {expected_bytes}\nhelp: nothing was changed; restore it from a copy"
    )]
    Truncated {
        /// The path as given.
        path: String,
        /// The length that the file's own header promises.
        expected_bytes: u64,
        /// The length that it has.
        found_bytes: u64,
    },
    /// The file does not hold what was written to it.
    #[error("`{path}` is damaged: {what}\nhelp: nothing was changed; restore it from a copy")]
    Damaged {
        /// The path as given.
        path: String,
        /// What does not agree.
        what: String,
    },
    /// A stored snapshot does not hold what was written to it.
    #[error(
        "`{path}` has a damaged snapshot (after delivery {delivered}): its sha256 differs\n\
        help: nothing was changed; `--rebuild` runs the program again from its source with the recorded answers"
    )]
    DamagedSnapshot {
        /// The path as given.
        path: String,
        /// After how many deliveries the snapshot was taken.
        delivered: u64,
    },
    /// SQLite could not do it: the disk is full, for instance.
    #[error("cannot write `{path}`: {source}")]
    Sqlite {
        /// The path as given.
        path: String,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The caller asked for a change that contradicts what is recorded. Nothing was changed.
    #[error("the journal refuses: {0}")]
    Misuse(String),
}

fn holder(pid: Option<u32>) -> String {
    match pid {
        Some(pid) => format!("process {pid}"),
        None => "another process".to_owned(),
    }
}

/// The path as messages show it.
pub(crate) fn shown(path: &std::path::Path) -> String {
    path.display().to_string()
}

/// A constructor for [`JournalError::Io`], for `map_err`.
pub(crate) fn io(action: &'static str, path: PathBuf) -> impl FnOnce(io::Error) -> JournalError {
    move |source| JournalError::Io {
        action,
        path: shown(&path),
        source,
    }
}
