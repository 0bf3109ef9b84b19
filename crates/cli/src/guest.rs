//! The sandboxed program as the driver sees it: it runs until it waits, and is answered one request at a time.

use crate::host::ToolSpec;
use crate::limits::Limits;
use sandbox::vm::request::Pending;
use sandbox::{Data, Outcome};

/// What running a program came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Event {
    /// All of its tasks wait.
    Suspended,
    /// It ended; the value of its last expression.
    Done(Data),
    /// It ended with an exception of its own.
    Failed(Failed),
    /// It was ended by a limit that it cannot catch; what the message says.
    Limit(String),
}

/// An exception that a program did not catch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failed {
    /// The traceback as CPython prints it.
    pub(crate) traceback: String,
    /// The exit status, if the exception asks for one.
    pub(crate) exit: Option<u8>,
}

/// Where a program printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl Stream {
    /// The word in the journal.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }

    /// The stream of a word in the journal.
    pub(crate) fn named(name: &str) -> Self {
        if name == "stderr" {
            Self::Stderr
        } else {
            Self::Stdout
        }
    }
}

/// A program that can be held. It is deterministic: all that varies is the answers and their order.
pub(crate) trait Guest {
    /// Runs until every task waits, or the program ends.
    fn advance(&mut self) -> Event;

    /// Takes what was printed since the last time.
    fn take_output(&mut self) -> Vec<(Stream, Vec<u8>)>;

    /// The requests with a number above `after` that have no answer yet, in perform order.
    fn pending(&self, after: u64) -> Vec<Pending>;

    /// Answers one request.
    ///
    /// # Errors
    /// In words, if there is no such request. Then nothing was changed.
    fn answer(&mut self, id: u64, outcome: Outcome) -> Result<(), String>;

    /// The whole program as bytes.
    ///
    /// # Errors
    /// In words, if it holds something that has no bytes.
    fn dump(&self) -> Result<Vec<u8>, String>;

    /// Where the failure that was delivered last was handled, as `except WorkerKilled` with its line, if it was.
    fn handled_at(&self) -> Option<u32>;
}

/// What decides, together with the answers, everything that a program does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spec {
    /// Its text.
    pub(crate) source: String,
    /// Its name, as tracebacks show it.
    pub(crate) filename: String,
    /// The tools that it is granted.
    pub(crate) capabilities: Vec<ToolSpec>,
    /// What it may use.
    pub(crate) limits: Limits,
    /// The seed of what is random inside of it.
    pub(crate) seed: u64,
}

/// How to make a program anew, from its source or from a snapshot.
pub(crate) trait Nursery {
    /// A nursery for one program.
    fn new(spec: Spec) -> Self;

    /// The program.
    type Guest: Guest;

    /// From the source, before its first step.
    ///
    /// # Errors
    /// In words, complete and ready to print, if it does not compile.
    fn compile(&self) -> Result<Self::Guest, String>;

    /// From the bytes of a snapshot.
    ///
    /// # Errors
    /// In words, if they are not a snapshot.
    fn load(&self, snapshot: &[u8]) -> Result<Self::Guest, String>;
}
