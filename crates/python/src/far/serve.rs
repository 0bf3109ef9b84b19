//! The process's side: it holds one program, and does what the host asks until the host closes the channel.

use super::{FRAME_MAX, Reply, Request, SLICE, Standing};
use crate::raw;
use crate::sandbox_run::clock;
use pyo3::exceptions::{PyOSError, PyRuntimeError};
use pyo3::prelude::*;
use sandbox::{Config, Event, FeedError, Outcome, Program, Run};
use std::io::{self, ErrorKind, Read, Write};
use std::sync::atomic::Ordering;
use std::time::Instant;
use workers::{FD_VARIABLE, FRAME_HEAD_BYTES};

/// Serves the host whose channel the environment names, until the host closes it.
#[pyfunction]
pub(crate) fn serve_sandbox(py: Python<'_>) -> PyResult<()> {
    let number = std::env::var(FD_VARIABLE).ok();
    let Some(number) = number.and_then(|number| number.parse().ok()) else {
        let text =
            format!("this is for a process that kont started: {FD_VARIABLE} names no channel");
        return Err(PyRuntimeError::new_err(text));
    };
    py.detach(|| serve(raw::own_channel(number)))
        .map_err(|error| PyOSError::new_err(error.to_string()))
}

fn serve(mut channel: impl Read + Write) -> io::Result<()> {
    // Where the system has run out of memory, this is what may go. Not every system can be told.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    let mut held = None;
    let mut head = [0; FRAME_HEAD_BYTES];
    loop {
        match channel.read_exact(&mut head) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            read => read?,
        }
        let mut frame = vec![0; u32::from_le_bytes(head) as usize];
        channel.read_exact(&mut frame)?;
        let reply = answer(&mut held, &frame)?;
        let length = u32::try_from(reply.len()).map_err(io::Error::other)?;
        channel.write_all(&length.to_le_bytes())?;
        channel.write_all(&reply)?;
    }
}

/// Does what one frame asks, and makes the frame that answers it.
fn answer(held: &mut Option<Run>, frame: &[u8]) -> io::Result<Vec<u8>> {
    let (request, rest) = postcard::take_from_bytes(frame).map_err(io::Error::other)?;
    let none = || io::Error::other("nothing was started");
    let (reply, snapshot) = match request {
        Request::Start {
            source,
            filename,
            limits,
            capabilities,
            seed,
        } => match Program::compile(&source, &filename) {
            Ok(program) => {
                let config = Config {
                    limits,
                    capabilities,
                    seed,
                };
                let run = held.insert(Run::new(program, config));
                (Reply::Standing(standing(run, Event::Paused)), Vec::new())
            }
            Err(error) => (Reply::Refused(error), Vec::new()),
        },
        Request::Load => match Run::load(rest) {
            Ok(run) => {
                let run = held.insert(run);
                (Reply::Standing(standing(run, Event::Paused)), Vec::new())
            }
            Err(error) => (Reply::Foreign(error.to_string()), Vec::new()),
        },
        Request::Advance(answers, interrupts) => {
            let run = held.as_mut().ok_or_else(none)?;
            run.interrupt_flag().fetch_or(interrupts, Ordering::Relaxed);
            give(run, &answers);
            let start = Instant::now();
            let event = loop {
                match run.advance_timed(clock) {
                    Event::Paused if start.elapsed() < SLICE => {}
                    event => break event,
                }
            };
            (Reply::Standing(standing(run, event)), Vec::new())
        }
        Request::Feed { source, filename } => {
            let run = held.as_mut().ok_or_else(none)?;
            let reply = match run.feed(&source, &filename) {
                Ok(()) => Reply::Standing(standing(run, Event::Paused)),
                Err(FeedError::Text(error)) => Reply::Refused(*error),
                Err(error) => Reply::Kept(error.to_string()),
            };
            (reply, Vec::new())
        }
        Request::Dump(answers) => {
            let run = held.as_mut().ok_or_else(none)?;
            give(run, &answers);
            match run.dump() {
                Ok(bytes) if bytes.len() > FRAME_MAX / 2 => {
                    let text = format!(
                        "a snapshot of {} bytes does not leave the process\nhelp: run the program here, without `where`",
                        bytes.len()
                    );
                    (Reply::Kept(text), Vec::new())
                }
                Ok(bytes) => (Reply::Dumped, bytes),
                Err(error) => (Reply::Kept(error.to_string()), Vec::new()),
            }
        }
    };
    let mut frame = postcard::to_stdvec(&reply).map_err(io::Error::other)?;
    frame.extend_from_slice(&snapshot);
    Ok(frame)
}

/// Gives the program what its host has answered. The host has looked whether the requests are open.
fn give(run: &mut Run, answers: &[(u64, Outcome)]) {
    for (id, outcome) in answers {
        run.answer(*id, outcome).unwrap_or_default();
    }
}

fn standing(run: &mut Run, event: Event) -> Standing {
    Standing {
        event,
        pending: run.pending().to_vec(),
        output: run.take_output(),
        calls: run.calls(),
        used: run.used(),
        compute_left: run.compute_left(),
    }
}
