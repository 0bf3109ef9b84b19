//! A sandboxed program with its trace: what a live run, a resumed one and a replayed one have in common.

use crate::codec;
use crate::error::RunError;
use crate::guest::{Event, Failed, Guest, Stream};
use crate::trace::Trace;
use sandbox::vm::request::Pending;
use sandbox::{Data, Outcome};

/// How a program ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ending {
    /// With the value of its last expression.
    Done(Data),
    /// With an exception of its own.
    Failed(Failed),
    /// By a limit.
    Limited(String),
}

/// What a program did from one answer to the next.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    /// What it printed.
    pub(crate) output: Vec<(Stream, Vec<u8>)>,
    /// What it asks for that it did not ask for before.
    pub(crate) performed: Vec<Pending>,
    /// How it ended, if it did.
    pub(crate) ending: Option<Ending>,
}

/// A program, the hash over what it did, and how much it asked for.
pub(crate) struct Program<G> {
    pub(crate) guest: G,
    pub(crate) trace: Trace,
    /// The number of its last request.
    pub(crate) performed: u64,
    /// How many requests it may perform.
    pub(crate) calls_max: u64,
}

impl<G: Guest> Program<G> {
    /// A program that has not begun.
    pub(crate) fn new(guest: G, calls_max: u64) -> Self {
        Self {
            guest,
            trace: Trace::START,
            performed: 0,
            calls_max,
        }
    }

    /// Runs it to its first stop.
    pub(crate) fn begin(&mut self) -> Seen {
        let event = self.guest.advance();
        self.see(event)
    }

    /// Gives it an answer and runs it to its next stop. One answer at a time: so the order of answers is the only
    /// thing that decides what it does, and a replay does the same.
    ///
    /// # Errors
    /// [`RunError::Sandbox`] if it does not wait for this answer.
    pub(crate) fn deliver(&mut self, id: u64, outcome: &Outcome) -> Result<Seen, RunError> {
        self.guest
            .answer(id, outcome.clone())
            .map_err(RunError::Sandbox)?;
        self.trace.deliver(id, &codec::outcome(outcome).bytes);
        let event = self.guest.advance();
        Ok(self.see(event))
    }

    fn see(&mut self, event: Event) -> Seen {
        let mut output: Vec<(Stream, Vec<u8>)> = Vec::new();
        for (stream, bytes) in self.guest.take_output() {
            match output.last_mut() {
                Some((last, all)) if *last == stream => all.extend(bytes),
                _ if bytes.is_empty() => {}
                _ => output.push((stream, bytes)),
            }
        }
        for (stream, bytes) in &output {
            self.trace.output(stream.name(), bytes);
        }
        let mut performed = Vec::new();
        if event == Event::Suspended {
            performed = self.guest.pending(self.performed);
        }
        for pending in &performed {
            self.trace
                .perform(pending.id, &codec::request(&pending.request).bytes);
            self.performed = pending.id;
        }
        let ending = self.ending(event);
        if let Some(ending) = &ending {
            self.trace.end(&ending.blob().bytes);
        }
        Seen {
            output,
            performed,
            ending,
        }
    }

    fn ending(&self, event: Event) -> Option<Ending> {
        match event {
            Event::Suspended if self.performed > self.calls_max => Some(Ending::Limited(format!(
                "the program made more than {} calls\nhelp: `--max-calls` sets the limit",
                self.calls_max
            ))),
            Event::Suspended => None,
            Event::Done(value) => Some(Ending::Done(value)),
            Event::Failed(failed) => Some(Ending::Failed(failed)),
            Event::Limit(what) => Some(Ending::Limited(what)),
        }
    }
}

impl Ending {
    /// The ending as the journal keeps it: the text is what a person is told.
    pub(crate) fn blob(&self) -> journal::Blob {
        match self {
            Self::Done(value) => codec::blob(value, value.repr()),
            Self::Failed(failed) => {
                codec::blob(&(&failed.traceback, failed.exit), failed.traceback.clone())
            }
            Self::Limited(what) => codec::blob(what, what.clone()),
        }
    }

    /// The state of a run that ended so.
    pub(crate) fn status(&self) -> journal::Status {
        match self {
            Self::Done(_) => journal::Status::Done,
            Self::Failed(_) => journal::Status::Failed,
            Self::Limited(_) => journal::Status::Limited,
        }
    }
}
