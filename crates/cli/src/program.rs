//! A sandboxed program with its trace: what a live run, a resumed one and a replayed one have in common.

use crate::codec;
use crate::error::RunError;
use crate::guest::{Event, Failed, Guest, Limited, Patience, Stream};
use crate::host::HostError;
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
    Limited(Limited),
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
}

impl<G: Guest> Program<G> {
    /// A program that has not begun.
    pub(crate) fn new(guest: G) -> Self {
        Self {
            guest,
            trace: Trace::START,
            performed: 0,
        }
    }

    /// Runs it to its first stop.
    ///
    /// # Errors
    /// [`HostError::Interrupted`] if a person wants the process to stop.
    pub(crate) fn begin(&mut self, patience: &mut Patience<'_>) -> Result<Seen, RunError> {
        let event = self.guest.advance(patience);
        self.see(event)
    }

    /// Gives it an answer and runs it to its next stop. One answer at a time: so the order of answers is the only
    /// thing that decides what it does, and a replay does the same.
    ///
    /// # Errors
    /// [`RunError::Sandbox`] if it does not wait for this answer; else as [`Program::begin`].
    pub(crate) fn deliver(
        &mut self,
        id: u64,
        outcome: &Outcome,
        patience: &mut Patience<'_>,
    ) -> Result<Seen, RunError> {
        self.guest.answer(id, outcome).map_err(RunError::Sandbox)?;
        self.trace.deliver(id, &codec::outcome(outcome).bytes);
        let event = self.guest.advance(patience);
        self.see(event)
    }

    fn see(&mut self, event: Event) -> Result<Seen, RunError> {
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
        let ending = match event {
            Event::Suspended => None,
            Event::Done(value) => Some(Ending::Done(value)),
            Event::Failed(failed) => Some(Ending::Failed(failed)),
            Event::Limit(limited) => Some(Ending::Limited(limited)),
            Event::Interrupted => return Err(HostError::Interrupted.into()),
        };
        if let Some(ending) = &ending {
            self.trace.end(&ending.blob().bytes);
        }
        Ok(Seen {
            output,
            performed,
            ending,
        })
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
            Self::Limited(limited) => codec::blob(limited, limited.what.clone()),
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
