//! A program as it was, from its last snapshot and the answers since, or from its source and all answers.

use crate::codec;
use crate::error::RunError;
use crate::guest::{Limited, Nursery, Patience, Stream, Verdict};
use crate::program::{Ending, Program, Seen};
use crate::trace::Trace;
use journal::{Contents, Status};
use sandbox::Outcome;

/// Gets what a program prints.
pub(crate) type OnOutput<'a> = dyn FnMut(Stream, &[u8]) -> Result<(), RunError> + 'a;

/// Why a program can go another way than it went: only these are not in the journal.
const HELP: &str = "the program is deterministic, so another version of kont made this journal, or this is a bug of kont";

/// Where to start from.
pub(crate) enum Base<'a> {
    /// The source.
    Source,
    /// A snapshot, with its place.
    Snapshot {
        delivered: u64,
        trace: Trace,
        bytes: &'a [u8],
    },
}

/// A program as the record has it.
pub(crate) struct Rebuilt<G> {
    pub(crate) program: Program<G>,
    /// Whether it has not begun, and the journal has nothing of it.
    pub(crate) is_new: bool,
    /// How it ended, if it did.
    pub(crate) ending: Option<Ending>,
}

/// Runs a program along its record.
///
/// * `on_output` – gets what it prints on the way.
/// * `on_answer` – is told of each answer: how many were given, of how many.
///
/// # Errors
/// [`RunError::Diverged`] if it does anything but what is recorded.
pub(crate) fn rebuild<N: Nursery>(
    nursery: &N,
    contents: &Contents,
    base: &Base<'_>,
    on_output: &mut OnOutput<'_>,
    on_answer: &mut dyn FnMut(u64, u64) -> Result<(), RunError>,
) -> Result<Rebuilt<N::Guest>, RunError> {
    let mut ending = None;
    let stop = recorded_stop(contents)?;
    let (mut program, after) = match *base {
        Base::Snapshot {
            delivered,
            trace,
            bytes,
        } => {
            let guest = nursery.load(bytes).map_err(RunError::Sandbox)?;
            let before = contents
                .calls
                .values()
                .filter(|call| call.performed_after <= delivered);
            let performed = before.map(|call| call.id).max().unwrap_or(0);
            (
                Program {
                    guest,
                    trace,
                    performed,
                },
                delivered,
            )
        }
        Base::Source => {
            let mut program = Program::new(nursery.compile().map_err(RunError::Source)?);
            if contents.calls.is_empty() && contents.run.trace == Trace::START.0 {
                return Ok(Rebuilt {
                    program,
                    is_new: true,
                    ending: None,
                });
            }
            let is_last = contents.delivered == 0;
            let seen = program.begin(&mut *patience(is_last.then_some(stop)))?;
            compare(contents, &seen)?;
            pass_on(&seen, on_output)?;
            ending = seen.ending;
            (program, 0)
        }
    };
    for (call, delivered) in contents.deliveries_after(after) {
        let outcome: Outcome = codec::value(&delivered.outcome).map_err(RunError::Unreadable)?;
        let is_last = contents.delivered == delivered.seq;
        let seen = program.deliver(call.id, &outcome, &mut *patience(is_last.then_some(stop)))?;
        compare(contents, &seen)?;
        if program.trace.0 != delivered.trace {
            return Err(other_trace(
                Trace(delivered.trace),
                program.trace,
                delivered.seq,
            ));
        }
        pass_on(&seen, on_output)?;
        on_answer(delivered.seq, contents.delivered)?;
        ending = seen.ending;
    }
    let recorded = Trace(contents.run.trace);
    if recorded != Trace::START && program.trace != recorded {
        return Err(other_trace(recorded, program.trace, contents.delivered));
    }
    Ok(Rebuilt {
        program,
        is_new: false,
        ending,
    })
}

/// At which pause of its last turn the clock ended the program; 0 if it did not.
fn recorded_stop(contents: &Contents) -> Result<u64, RunError> {
    match (contents.run.status, &contents.run.ending) {
        (Status::Limited, Some(ending)) => {
            let limited: Limited = codec::value(ending).map_err(RunError::Unreadable)?;
            Ok(limited.pauses)
        }
        _ => Ok(0),
    }
}

/// The patience of a replay: the record decides, and no clock.
fn patience(stop: Option<u64>) -> Box<Patience<'static>> {
    let stop = stop.unwrap_or(0);
    Box::new(move |pauses| {
        if pauses == stop {
            Verdict::TimeIsUp
        } else {
            Verdict::GoOn
        }
    })
}

fn pass_on(seen: &Seen, on_output: &mut OnOutput<'_>) -> Result<(), RunError> {
    seen.output
        .iter()
        .try_for_each(|(stream, bytes)| on_output(*stream, bytes))
}

fn compare(contents: &Contents, seen: &Seen) -> Result<(), RunError> {
    for pending in &seen.performed {
        let now = codec::request(&pending.request);
        let recorded = contents.calls.get(&pending.id).map(|call| &call.request);
        if recorded != Some(&now) {
            return Err(RunError::Diverged {
                what: format!("call {:02} of the program", pending.id),
                recorded: recorded.map_or("nothing".to_owned(), |request| request.text.clone()),
                now: now.text,
                help: HELP,
            });
        }
    }
    Ok(())
}

fn other_trace(recorded: Trace, now: Trace, answers: u64) -> RunError {
    RunError::Diverged {
        what: format!("the trace after answer {answers}"),
        recorded: recorded.short(),
        now: now.short(),
        help: HELP,
    }
}
