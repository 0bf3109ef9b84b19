//! What can go wrong: starting a worker, and calling it.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

/// Why a worker could not be started. Nothing is left running.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// No such program on `PATH`, or no such file.
    #[error("no program `{program}`\nhelp: give its full path, or put its folder on PATH")]
    NotFound {
        /// The program as it was asked for.
        program: String,
    },
    /// The program is there and the system refuses to execute it.
    #[error("cannot execute `{program}`: {source}")]
    Exec {
        /// The path that was tried.
        program: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The working directory cannot be entered.
    #[error("cannot enter the working directory `{path}`: {source}")]
    Directory {
        /// The directory that was asked for.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A word of the command contains a NUL character, which no system passes on.
    #[error("`{word}` contains a NUL character")]
    Nul {
        /// The word.
        word: String,
    },
    /// The system gave no process, pipe or socket.
    #[error("cannot start a worker: {what}: {source}")]
    System {
        /// What was being done.
        what: &'static str,
        /// The system's reason.
        source: io::Error,
    },
}

/// Why a call gave no answer. In every case the worker and its whole tree have ended, up to what `left` says.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The deadline passed, or the host ordered the end.
    #[error("{}", killed(*.after, *.processes, *.left))]
    Killed {
        /// From the start of the call to the moment when the end began.
        after: Duration,
        /// Processes of the tree that the guard saw alive from that moment on.
        processes: u32,
        /// Processes that could not be ended: zero, unless the system leaves no way.
        left: u32,
    },
    /// The worker's first process ended by itself before it answered.
    #[error("the worker died: {status}{}", quoted(.stderr))]
    Died {
        /// Its exit status or signal.
        status: ExitStatus,
        /// The end of what it printed, where that was captured.
        stderr: String,
    },
    /// The channel broke while the worker lived, or the worker had ended before the call.
    #[error("the channel to the worker is broken: {reason}")]
    Broken {
        /// What was seen.
        reason: String,
    },
    /// A frame is longer than the bound.
    #[error("{direction} of {bytes} bytes is longer than the limit of {limit} bytes")]
    Protocol {
        /// `request` or `answer`.
        direction: &'static str,
        /// The length of the frame.
        bytes: usize,
        /// The bound.
        limit: usize,
    },
}

fn killed(after: Duration, processes: u32, left: u32) -> String {
    let noun = if processes == 1 {
        "process"
    } else {
        "processes"
    };
    format!(
        "killed after {:.1} s, {processes} {noun}, {left} left",
        after.as_secs_f64()
    )
}

fn quoted(stderr: &str) -> String {
    match stderr.trim_end() {
        "" => String::new(),
        text => format!("\n{text}"),
    }
}

#[cfg(test)]
mod tests;
