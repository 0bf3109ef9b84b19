//! The sandboxed program as the driver sees it: it runs until it waits, and is answered one request at a time.

use crate::host::ToolSpec;
use crate::limits::Limits;
use sandbox::vm::request::Pending;
use sandbox::{Data, Outcome};
use serde::{Deserialize, Serialize};

/// What running a program came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Event {
    /// All of its tasks wait.
    Suspended,
    /// It ended; the value of its last expression.
    Done(Data),
    /// It ended with an exception of its own.
    Failed(Failed),
    /// It was ended by a limit that it cannot catch.
    Limit(Limited),
    /// A person wants the process to stop. The program is as good as lost: nothing of this turn is recorded.
    Interrupted,
}

/// How a limit ended a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limited {
    /// What the message says.
    pub(crate) what: String,
    /// How often it had paused in its last turn when the clock ended it; 0 if a limit did that needs no clock.
    pub(crate) pauses: u64,
}

/// What is to be done with a program that has computed for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may go on.
    GoOn,
    /// Its time is up.
    TimeIsUp,
    /// A person wants the process to stop.
    Interrupt,
}

/// Decides, with the number of pauses in this turn, whether a program that computes may go on.
///
/// Pauses come after fixed numbers of steps. So a clock may decide while a run is live, and its replay ends the program
/// at the same step by the number that was recorded.
pub(crate) type Patience<'a> = dyn FnMut(u64) -> Verdict + 'a;

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
}

/// A program that can be held. It is deterministic: all that varies is the answers and their order.
pub(crate) trait Guest {
    /// Runs until every task waits, or the program ends.
    fn advance(&mut self, patience: &mut Patience<'_>) -> Event;

    /// Takes what was printed since the last time.
    fn take_output(&mut self) -> Vec<(Stream, Vec<u8>)>;

    /// The requests with a number above `after` that have no answer yet, in perform order.
    fn pending(&self, after: u64) -> Vec<Pending>;

    /// Answers one request.
    ///
    /// # Errors
    /// In words, if there is no such request. Then nothing was changed.
    fn answer(&mut self, id: u64, outcome: &Outcome) -> Result<(), String>;

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
