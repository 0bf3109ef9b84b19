//! A program as it was, from its last snapshot and the answers since, or from its source and all answers.

use crate::codec;
use crate::error::RunError;
use crate::guest::{Nursery, Stream};
use crate::program::{Ending, Program, Seen};
use crate::trace::Trace;
use journal::Contents;
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

/// What a rebuilt program did that the record cannot have: how it ended, and whether it had begun at all.
pub(crate) struct Rebuilt<G> {
    pub(crate) program: Program<G>,
    /// What it did before its first answer, if it began only now and the journal does not know of it.
    pub(crate) first: Option<Seen>,
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
    calls_max: u64,
    on_output: &mut OnOutput<'_>,
    on_answer: &mut dyn FnMut(u64, u64) -> Result<(), RunError>,
) -> Result<Rebuilt<N::Guest>, RunError> {
    let mut ending = None;
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
                    calls_max,
                },
                delivered,
            )
        }
        Base::Source => {
            let guest = nursery.compile().map_err(RunError::Source)?;
            let mut program = Program::new(guest, calls_max);
            let seen = program.begin();
            if contents.calls.is_empty() && contents.run.trace == Trace::START.0 {
                return Ok(Rebuilt {
                    program,
                    first: Some(seen),
                    ending: None,
                });
            }
            compare(contents, &seen)?;
            pass_on(&seen, on_output)?;
            ending = seen.ending;
            (program, 0)
        }
    };
    for (call, delivered) in contents.deliveries_after(after) {
        let outcome: Outcome = codec::value(&delivered.outcome).map_err(RunError::Unreadable)?;
        let seen = program.deliver(call.id, &outcome)?;
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
        first: None,
        ending,
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
