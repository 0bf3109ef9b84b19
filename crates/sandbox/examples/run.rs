//! Runs a Python file in the sandbox and prints what it printed: `cargo run --example run -- file.py`.
//!
//! Time is virtual: a sleep ends at once, in the order of the clock. Other powers are not granted.
#![expect(clippy::print_stderr, reason = "it is a command")]

use sandbox::{Config, Data, Event, HostRequest, Outcome, PendingRequest, Program, Run};
use std::io::Write as _;
use std::process::ExitCode;

/// The allocator that the `kont` command has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: run file.py");
        return ExitCode::from(2);
    };
    let source = match std::fs::read_to_string(&path) {
        Ok(source) => source,
        Err(e) => {
            eprintln!("{path}: {e}");
            return ExitCode::from(2);
        }
    };
    let program = match Program::compile(&source, &path) {
        Ok(program) => program,
        Err(e) => {
            eprintln!("{e}");
            return ExitCode::FAILURE;
        }
    };
    let mut run = Run::new(program, Config::default());
    let mut clock = Clock::default();
    loop {
        let event = run.advance();
        let [stdout, stderr] = run.take_output();
        std::io::stdout().write_all(&stdout).unwrap_or_default();
        std::io::stderr().write_all(&stderr).unwrap_or_default();
        match event {
            Event::Suspended => {
                let Some((id, answer)) = clock.next(&run) else {
                    eprintln!("the program waits for a power that is not granted here");
                    return ExitCode::FAILURE;
                };
                if let Err(e) = run.answer(id, &answer) {
                    eprintln!("{e}");
                    return ExitCode::FAILURE;
                }
            }
            Event::Paused => {}
            Event::Done(_) => return ExitCode::SUCCESS,
            Event::Failed(failed) => {
                eprint!("{}", failed.traceback);
                return ExitCode::FAILURE;
            }
            Event::Limit(limit) => {
                eprintln!("{limit}");
                return ExitCode::FAILURE;
            }
        }
    }
}

/// Virtual time, and when each open sleep ends.
#[derive(Default)]
struct Clock {
    now: f64,
    ends: Vec<(u64, f64)>,
}

impl Clock {
    /// The request to answer next, with its answer.
    fn next(&mut self, run: &Run) -> Option<(u64, Outcome)> {
        for pending in run.pending() {
            match &pending.request {
                PendingRequest::Host(HostRequest::Sleep(seconds)) => {
                    if self.ends.iter().all(|(id, _)| *id != pending.id) {
                        self.ends.push((pending.id, self.now + seconds));
                    }
                }
                PendingRequest::Host(HostRequest::Now) => {
                    return Some((pending.id, Ok(Data::Float(1_700_000_000.0 + self.now))));
                }
                PendingRequest::Host(HostRequest::Monotonic) => {
                    return Some((pending.id, Ok(Data::Float(self.now))));
                }
                PendingRequest::Host(HostRequest::Random(n)) => {
                    return Some((pending.id, Ok(Data::Bytes(vec![0; *n as usize]))));
                }
                PendingRequest::Call { .. } => {}
            }
        }
        let open = |id: &u64| run.pending().iter().any(|p| p.id == *id);
        self.ends.retain(|(id, _)| open(id));
        let first =
            (0..self.ends.len()).min_by(|a, b| self.ends[*a].1.total_cmp(&self.ends[*b].1))?;
        let (id, end) = self.ends.remove(first);
        self.now = self.now.max(end);
        Some((id, Ok(Data::None)))
    }
}
