//! A host for fuzzed runs: it answers everything, looks at each event, and says what a run must not do.

use crate::entropy::Entropy;
use sandbox::{
    Capability, Config, Data, Event, Failure, HostRequest, Limits, Pending, PendingRequest, Run,
};

/// The memory limit of a fuzzed run.
pub const MEMORY_BYTES: u64 = 16 << 20;

/// The limits of a fuzzed run: small, so that many run in a second.
pub fn limits() -> Limits {
    Limits {
        steps: 300_000,
        memory_bytes: MEMORY_BYTES,
        output_bytes: 64 << 10,
        calls: 30,
        ..Limits::default()
    }
}

/// What a fuzzed run is made with: two tools, `tool` and `async_tool`.
pub fn config() -> Config {
    let tool = |name: &str, is_async| Capability {
        name: name.into(),
        is_async,
        signature: None,
        doc: String::new(),
    };
    Config {
        limits: limits(),
        capabilities: vec![tool("tool", false), tool("async_tool", true)],
        seed: 0,
    }
}

/// An answer to a request.
fn answer(pending: &Pending, e: &mut Entropy) -> Result<Data, Failure> {
    Ok(match &pending.request {
        PendingRequest::Host(HostRequest::Sleep(_)) => Data::None,
        PendingRequest::Host(HostRequest::Now | HostRequest::Monotonic) => {
            Data::Float(1.7e9 + e.below(100) as f64)
        }
        PendingRequest::Host(HostRequest::Random(n)) => Data::Bytes(vec![7; *n as usize % 4096]),
        PendingRequest::Call { args, .. } => match (e.below(6), args.first()) {
            (0, _) => return Err(Failure::new("ValueError", "no")),
            (1..=3, Some(first)) => first.clone(),
            (4, _) => Data::Int(e.edge() as i64),
            _ => Data::None,
        },
    })
}

/// What a run did.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub event: Event,
    /// What it printed.
    pub output: [Vec<u8>; 2],
    /// How often it waited.
    pub waits: usize,
}

/// Runs to the end, now and then through a snapshot. What was wrong, if something was.
///
/// # Errors
/// What must hold and does not.
pub fn drive(mut run: Run, e: &mut Entropy) -> Result<Ended, String> {
    let limits = run.limits().clone();
    // A damaged snapshot may have a heap above its limit: what it had is no growth.
    let most_bytes = run.used().1.max(limits.memory_bytes / 5 * 6);
    let mut output = [Vec::new(), Vec::new()];
    let mut waits = 0;
    // A run that neither ends nor uses steps would go on for ever.
    for _ in 0..10_000 {
        let event = run.advance();
        for (all, new) in output.iter_mut().zip(run.take_output()) {
            all.extend(new);
        }
        let (steps, bytes) = run.used();
        // A list's spare room is seen when garbage is collected: so far a count may be above its limit.
        if steps > limits.steps || bytes > most_bytes {
            return Err(format!("it used {steps} steps and {bytes} bytes"));
        }
        let printed = output.iter().map(Vec::len).sum::<usize>() as u64;
        // The traceback of a lost task is printed by the interpreter itself.
        if printed > limits.output_bytes + (1 << 20) {
            return Err(format!("it printed {printed} bytes"));
        }
        match event {
            Event::Paused => {}
            Event::Suspended => {
                waits += 1;
                let Some(pending) = run.pending().first().cloned() else {
                    return Err("it waits for nothing".into());
                };
                if e.one_in(3) {
                    run = through_a_snapshot(run)?;
                }
                let all = run.pending().to_vec();
                let pending = if e.one_in(2) {
                    e.pick(&all).clone()
                } else {
                    pending
                };
                let answer = answer(&pending, e);
                run.answer(pending.id, &answer)
                    .map_err(|what| format!("an open call was not answered: {what}"))?;
            }
            event => {
                ended_well(&event)?;
                return Ok(Ended {
                    event,
                    output,
                    waits,
                });
            }
        }
    }
    Err("it never ends".into())
}

fn ended_well(event: &Event) -> Result<(), String> {
    match event {
        Event::Failed(failed) => {
            // An exit prints what it was given, which may be nothing.
            let says = failed.exit.is_some() || !failed.traceback.is_empty();
            if says && !failed.type_name.is_empty() {
                Ok(())
            } else {
                Err(format!("a failure without a name: {failed:?}"))
            }
        }
        Event::Limit(limit) if limit.kind.is_empty() => Err(format!("{limit:?}")),
        _ => Ok(()),
    }
}

/// Saves and loads: the second snapshot is the first.
///
/// # Errors
/// What must hold and does not.
pub fn through_a_snapshot(run: Run) -> Result<Run, String> {
    let first = run.dump().map_err(|e| format!("it is not saved: {e}"))?;
    drop(run);
    let again = Run::load(&first).map_err(|e| format!("its own snapshot is not loaded: {e}"))?;
    let second = again
        .dump()
        .map_err(|e| format!("it is not saved again: {e}"))?;
    if first != second {
        let at = first.iter().zip(&second).position(|(a, b)| a != b);
        return Err(format!("a second snapshot differs at byte {at:?}"));
    }
    Ok(again)
}
