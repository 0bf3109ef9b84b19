//! The seam between the durable run and the trusted side that has the tools: plain data in, plain data out.
//!
//! The driver asks, the host answers, and nothing else passes. For each call that the sandboxed program makes the
//! host runs one *host program*: the call, performed under the policy's handlers. It parks where no handler answered
//! (run this tool, ask a person), the driver writes that step down, and answers it now or in another process.

use sandbox::{Data, Failure, Outcome};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::ControlFlow;
use std::path::Path;

/// Which request of the sandboxed program: 1, 2, 3.. in the order they were performed, over the whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

/// What the host tells of one tool when it is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// The name under which the sandboxed program calls it.
    pub name: String,
    /// Whether the program awaits it.
    pub is_async: bool,
    /// Its parameters as Python writes them, such as `(iban, amount, *, currency='EUR')`; `None` accepts anything.
    pub signature: Option<String>,
    /// Its docstring.
    pub doc: String,
    /// Whether it names a function that tells, for an idempotency key, if the effect took place.
    pub can_query: bool,
    /// Whether it may run again, unasked, when a crash left it in doubt: it has no side effect.
    pub retry_in_doubt: bool,
}

/// A tool call, as the sandboxed program made it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Its number in the run.
    pub id: CallId,
    /// The tool's name.
    pub name: String,
    /// Positional arguments.
    pub args: Vec<Data>,
    /// Keyword arguments, in the order written.
    pub kwargs: Vec<(String, Data)>,
}

/// Where a host program stands: what it is parked on, or how it ended.
#[derive(Debug, Clone, PartialEq)]
pub enum HostTurn {
    /// It ended; this is the call's outcome for the sandboxed program.
    Done(Outcome),
    /// It wants a tool to be run. Nothing has run yet.
    Execute(Execute),
    /// It asks a person.
    Question(Question),
}

/// A tool to run: the call that a host program asks for, which its policy may have changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Execute {
    /// The tool's name.
    pub tool: String,
    /// Positional arguments, after the policy.
    pub args: Vec<Data>,
    /// Keyword arguments, after the policy.
    pub kwargs: Vec<(String, Data)>,
    /// Where it runs, for people: `worker process`. `None` is the host's own process.
    pub place: Option<String>,
}

/// A question to a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What is asked, in one line: `amount > 50`.
    pub text: String,
    /// What a program may want to know about it (the call, the limit).
    pub data: Data,
}

/// The answer to the step on which a host program is parked.
#[derive(Debug, Clone, PartialEq)]
pub enum StepAnswer {
    /// To [`HostTurn::Execute`]: how the tool ended, now or in an earlier process.
    Executed(Outcome),
    /// To [`HostTurn::Question`]: a person said yes.
    Approved,
    /// To [`HostTurn::Question`]: a person said no.
    Denied,
}

/// One tool to run now.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// The call whose host program is parked on it.
    pub call: CallId,
    /// What to run.
    pub execute: Execute,
    /// The idempotency key: the same over every retry and resume of this step, another one in a fork.
    pub key: String,
}

/// What the host reports while it runs a batch of tools.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// The tool is about to run. The driver makes the intent durable before it returns; nothing of the tool may
    /// have happened before.
    Starting(CallId),
    /// The tool ended. The driver makes the result durable before it returns.
    ///
    /// A tool whose worker was killed ends with a failure of the type `WorkerKilled` and a message like
    /// `killed after 2.0 s, 2 processes, 0 left`.
    Ended(CallId, Outcome),
}

/// What the sandboxed program was told about one of its calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The call as it was made.
    pub call: Call,
    /// The outcome that it got.
    pub outcome: Outcome,
}

/// What a tool's query function says about a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Queried {
    /// The effect took place; this is the tool's result.
    Happened(Data),
    /// It did not, and it is safe to run the tool.
    NotHappened,
}

/// Why the host could not do its part. These are the user's or our mistakes, never the sandboxed program's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// A file of tools or a policy could not be loaded; the text is complete and may have many lines.
    #[error("{0}")]
    Load(String),
    /// The person pressed Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// The host broke its own rules.
    #[error("{0}")]
    Internal(String),
}

/// The trusted side of a run: it has the tools and the policy, and runs the host programs.
pub trait ToolHost {
    /// Loads the modules of tools and policy, and tells which tools there are.
    ///
    /// # Errors
    /// [`HostError::Load`] with what Python says of the module, or that a file is missing.
    fn load(
        &mut self,
        tools: Option<&Path>,
        policy: Option<&Path>,
    ) -> Result<Vec<ToolSpec>, HostError>;

    /// Starts the host program of a call: the call performed under the policy's handlers. Runs no tool.
    ///
    /// # Errors
    /// [`HostError::Interrupted`] on Ctrl-C. What a handler raises is the call's outcome, not an error.
    fn start(&mut self, call: &Call) -> Result<HostTurn, HostError>;

    /// Answers what the host program of a call is parked on, and runs it to its next stop.
    ///
    /// # Errors
    /// As [`ToolHost::start`].
    fn answer(&mut self, call: CallId, answer: StepAnswer) -> Result<HostTurn, HostError>;

    /// Runs tools, side by side where it can, and returns when all have ended.
    ///
    /// * `report` – called with [`Progress::Starting`] before each tool and with [`Progress::Ended`] as soon as it
    ///   has ended, on the calling thread. On `Break` no further tool is started, and the call returns soon.
    ///
    /// # Errors
    /// [`HostError::Interrupted`] on Ctrl-C: tools that were running and have no result stay in doubt.
    fn execute(
        &mut self,
        batch: Vec<Execution>,
        report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), HostError>;

    /// Asks a tool whether the effect with a key took place.
    ///
    /// # Errors
    /// What the tool's query function raised; the step stays in doubt.
    fn query(&mut self, tool: &str, key: &str) -> Result<Queried, Failure>;

    /// Whether the person pressed Ctrl-C; asked while the driver waits.
    fn interrupted(&mut self) -> bool {
        false
    }

    /// What the tools' module has to say at the end of a run that is done, in one line.
    ///
    /// * `calls` – every tool call of the run that has its outcome, from the first process to this one, in call order.
    ///
    /// # Errors
    /// What the summary function raised.
    fn summary(&mut self, calls: &[Told]) -> Result<Option<String>, Failure>;
}
