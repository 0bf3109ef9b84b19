//! A host for tests: its clock jumps, its tools give nothing, and what it is asked it answers at once.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses its own part of this module"
)]

use sandbox::{Capability, Config, Data, Event, HostRequest, Limits, PendingRequest, Program, Run};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How a program ended, and what it printed to standard output.
pub struct Ended {
    pub event: Event,
    pub stdout: String,
    /// The most heap that was seen in use.
    pub peak_bytes: u64,
    /// The steps that it has paid.
    pub steps: u64,
    /// How often it waited for its host.
    pub suspensions: u64,
}

/// What a host does between two turns of a program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// It answers.
    Answer,
    /// It saves the program, loads it again, and answers that.
    SaveAndLoad,
}

/// Runs a compiled program to its end.
pub fn drive(program: Program, limits: Limits, between: Between) -> Ended {
    let tool = |name: &str, is_async| Capability {
        name: name.into(),
        is_async,
        signature: None,
        doc: String::new(),
    };
    let capabilities = vec![tool("tool", false), tool("async_tool", true)];
    let mut run = Run::new(
        program,
        Config {
            limits,
            capabilities,
            seed: 0,
        },
    );
    let mut stdout = Vec::new();
    let (mut peak_bytes, mut suspensions) = (0, 0);
    let mut clock = Clock::default();
    loop {
        let event = run.advance();
        peak_bytes = peak_bytes.max(run.used().1);
        stdout.extend(std::mem::take(&mut run.take_output()[0]));
        match event {
            Event::Paused => {}
            Event::Suspended => {
                suspensions += 1;
                if between == Between::SaveAndLoad {
                    run = Run::load(&run.dump().unwrap_or_else(|e| panic!("{e}")))
                        .unwrap_or_else(|e| panic!("{e}"));
                }
                clock.answer(&mut run);
            }
            event => {
                let stdout = String::from_utf8_lossy(&stdout).into_owned();
                return Ended {
                    event,
                    stdout,
                    peak_bytes,
                    steps: run.used().0,
                    suspensions,
                };
            }
        }
    }
}

/// A clock that stands still while a program computes, and jumps to the next timer when it waits.
#[derive(Default)]
struct Clock {
    now_s: f64,
    /// When each sleep that was asked for ends.
    ends: BTreeMap<u64, f64>,
}

impl Clock {
    fn answer(&mut self, run: &mut Run) {
        let mut slept_long_enough = None;
        let mut answered = false;
        for pending in run.pending().to_vec() {
            let data = match pending.request {
                PendingRequest::Host(HostRequest::Sleep(seconds)) => {
                    let end = *self
                        .ends
                        .entry(pending.id)
                        .or_insert(self.now_s + seconds.max(0.0));
                    if slept_long_enough.is_none_or(|(_, best)| end < best) {
                        slept_long_enough = Some((pending.id, end));
                    }
                    continue;
                }
                PendingRequest::Host(HostRequest::Now) => Data::Float(1.7e9 + self.now_s),
                PendingRequest::Host(HostRequest::Monotonic) => Data::Float(self.now_s),
                PendingRequest::Host(HostRequest::Random(n)) => Data::Bytes(vec![7; n as usize]),
                PendingRequest::Call { .. } => Data::None,
            };
            run.answer(pending.id, &Ok(data))
                .unwrap_or_else(|e| panic!("{e}"));
            answered = true;
        }
        if let (false, Some((id, end))) = (answered, slept_long_enough) {
            self.now_s = end;
            run.answer(id, &Ok(Data::None))
                .unwrap_or_else(|e| panic!("{e}"));
        }
    }
}

/// The folder `tests/<name>` of the repository.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests")
        .join(name)
}

/// Whether all programs are run.
pub fn all() -> bool {
    std::env::var_os("ONLY").is_none()
}

/// Every Python file below a folder, in order; with the variable `ONLY`, those with that in their path. At least one.
pub fn programs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let entries =
            std::fs::read_dir(&next).unwrap_or_else(|e| panic!("{}: {e}", next.display()));
        for entry in entries {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "py") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no program in {}", folder.display());
    if let Ok(only) = std::env::var("ONLY") {
        found.retain(|path| path.display().to_string().contains(&only));
        assert!(!found.is_empty(), "no program is called `{only}`");
    }
    found.sort();
    found
}

/// The text of a file; nothing if it is not there.
pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
