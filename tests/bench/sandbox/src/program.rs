//! A whole program: compiled, run to its end, and dropped.

use crate::host::Clock;
use crate::tell;
use cpu_time::ProcessTime;
use sandbox::{Config, Event, Limits, Program, Run};
use std::io::Write as _;

/// Runs a file and says what it took, from its text in memory until all that it made is freed.
///
/// * `base` – what is not to count: a program that runs twice before, so that what a process does once is done, and whose
///   time is taken off.
pub(crate) fn run(file: &str, base: Option<&str>) -> Result<(), String> {
    let mut less = 0;
    if let Some(base) = base {
        timed(base)?;
        less = timed(base)?;
    }
    let ns = timed(file)?;
    tell(&ns.saturating_sub(less).to_string());
    Ok(())
}

fn timed(file: &str) -> Result<u128, String> {
    let source = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    let start = ProcessTime::now();
    let done = to_the_end(&source, file);
    let ns = start.elapsed().as_nanos();
    done.map(|()| ns)
}

fn to_the_end(source: &str, file: &str) -> Result<(), String> {
    let program = Program::compile(source, file).map_err(|e| e.to_string())?;
    let config = Config {
        limits: limits(),
        ..Config::default()
    };
    let mut run = Run::new(program, config);
    let mut clock = Clock::default();
    loop {
        let event = run.advance();
        let [stdout, stderr] = run.take_output();
        std::io::stdout().write_all(&stdout).unwrap_or_default();
        std::io::stderr().write_all(&stderr).unwrap_or_default();
        match event {
            Event::Paused => {}
            Event::Done(_) => return Ok(()),
            Event::Failed(failed) => return Err(failed.traceback),
            Event::Limit(limit) => return Err(limit.to_string()),
            Event::Suspended => clock.answer(&mut run)?,
        }
    }
}

/// Limits are kept account of as always; only their ends are far away.
fn limits() -> Limits {
    Limits {
        steps: u64::MAX / 2,
        memory_bytes: 8 << 30,
        output_bytes: 1 << 30,
        compute_ms: 3_600_000,
        calls: u64::MAX / 2,
        ..Limits::default()
    }
}
