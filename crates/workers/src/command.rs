//! The description of a worker: what to run, where, with what, and how it is ended.

use crate::frame::FRAME_BYTES_MAX;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

/// The variable in a worker's environment that holds its id; descendants inherit it.
pub const ID_VARIABLE: &str = "KONT_WORKER_ID";

/// The variable in a worker's environment that holds the number of the wire's file descriptor.
pub const FD_VARIABLE: &str = "KONT_WORKER_FD";

/// Where a worker's standard output and error go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Both to the host's standard error, directly. Nothing is kept.
    Inherit,
    /// Both to the host, which keeps the last `keep_bytes` of them, and passes them on to its own standard
    /// error if `forward` is set. The host reads while a call runs: a worker that prints more than a
    /// pipe holds while no call runs waits for the next one.
    Capture {
        /// How much of the end is kept, in bytes.
        keep_bytes: usize,
        /// Whether what arrives is also written to the host's standard error.
        forward: bool,
    },
}

/// What a worker runs and how it ends.
#[derive(Debug, Clone)]
pub struct Command {
    pub(crate) program: OsString,
    pub(crate) args: Vec<OsString>,
    pub(crate) env: Vec<(OsString, OsString)>,
    pub(crate) directory: Option<PathBuf>,
    pub(crate) output: Output,
    pub(crate) grace: Duration,
    pub(crate) frame_bytes_max: usize,
}

impl Command {
    /// A command that runs `program`: a path, or a name that is looked up on the host's `PATH`.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            env: Vec::new(),
            directory: None,
            output: Output::Capture {
                keep_bytes: 16 << 10,
                forward: true,
            },
            grace: Duration::from_millis(200),
            frame_bytes_max: FRAME_BYTES_MAX,
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args
            .extend(args.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    /// Sets one variable on top of the environment that the host has when it spawns.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Sets the working directory. Without it the worker has the host's.
    #[must_use]
    pub fn directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.directory = Some(path.into());
        self
    }

    /// Says where standard output and error go.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// The time between SIGTERM to the worker's process group and SIGKILL to the whole tree. Zero kills at once.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// The bound on one frame in each direction, in bytes; at most what 32 bits hold.
    #[must_use]
    pub fn frame_bytes_max(mut self, bytes: usize) -> Self {
        self.frame_bytes_max = bytes.min(u32::MAX as usize);
        self
    }
}
