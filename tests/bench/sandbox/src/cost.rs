//! What single operations cost a host in Rust: nanoseconds on the processor, or bytes, for each.

use crate::say;
use cpu_time::ProcessTime;
use sandbox::{Capability, Config, Data, Event, Program, Run};
use std::hint::black_box;

/// A small program that waits for one call, made from a function in a loop.
const WAITING: &str = "\
def pay(name, amount):
    return ask('pay', name, amount)

names = ['ada', 'bob']
total = 0
for name in names:
    total += pay(name, 10)
total
";
/// A program that holds a heap of some megabytes and waits.
const LARGE: &str = "\
numbers = list(range(100000))
names = {f'name {i}': [i, i + 0.5] for i in range(20000)}
ask('what')
";
const CALLS: u64 = 10_000;
const SESSIONS: usize = 2_000;

type Cost = fn(u64) -> Result<f64, String>;

/// By name: what is measured, and how often it runs in one batch.
const COSTS: &[(&str, Cost, u64)] = &[
    ("one-plus-one", one_plus_one, 5_000),
    ("tool-call", tool_call, 10),
    ("next", next, 1),
    ("dump", |times| dump(WAITING, times), 2_000),
    (
        "dump-bytes",
        |_| dumped(WAITING).map(|bytes| bytes.len() as f64),
        1,
    ),
    ("load", |times| load(WAITING, times), 2_000),
    ("dump-large", |times| dump(LARGE, times), 3),
    (
        "dump-large-bytes",
        |_| dumped(LARGE).map(|bytes| bytes.len() as f64),
        1,
    ),
    ("load-large", |times| load(LARGE, times), 3),
    ("fork", |times| fork(WAITING, times), 2_000),
    ("fork-large", |times| fork(LARGE, times), 3),
    ("session-bytes", session, 1),
];

/// Measures one and prints its figure: the least of five batches.
pub(crate) fn cost(name: &str) -> Result<(), String> {
    let found = COSTS.iter().find(|(known, ..)| *known == name);
    let (_, measured, times) = found.ok_or_else(|| {
        let names: Vec<&str> = COSTS.iter().map(|(name, ..)| *name).collect();
        format!("no cost is called `{name}`\n  help: {}", names.join(", "))
    })?;
    let batches = if name.ends_with("bytes") { 1 } else { 5 };
    let mut least = f64::INFINITY;
    for _ in 0..batches {
        least = least.min(measured(*times)?);
    }
    say(&format!("{least:.1}"));
    Ok(())
}

/// Nanoseconds for each of so many.
fn timed(times: u64, mut part: impl FnMut() -> Result<(), String>) -> Result<f64, String> {
    let start = ProcessTime::now();
    for _ in 0..times {
        part()?;
    }
    Ok(start.elapsed().as_nanos() as f64 / times as f64)
}

/// Parsed, compiled, run, its value taken, and dropped.
fn one_plus_one(times: u64) -> Result<f64, String> {
    timed(times, || {
        let mut run = begin("1 + 1")?;
        match black_box(run.advance()) {
            Event::Done(Data::Int(2)) => Ok(()),
            other => Err(format!("1 + 1 ends with {other:?}")),
        }
    })
}

/// From the answer of one call to the next call's being seen, in a loop of the program.
fn tool_call(times: u64) -> Result<f64, String> {
    let source = format!("total = 0\nfor i in range({CALLS}):\n    total += ask(i)\ntotal");
    let mut ns = f64::INFINITY;
    for _ in 0..times {
        let mut run = begin(&source)?;
        let start = ProcessTime::now();
        let last = loop {
            match run.advance() {
                Event::Suspended => {
                    let id = run.pending().first().ok_or("nothing is pending")?.id;
                    run.answer(id, &Ok(Data::Int(1)))
                        .map_err(|e| e.to_string())?;
                }
                Event::Paused => {}
                other => break other,
            }
        };
        ns = ns.min(start.elapsed().as_nanos() as f64 / CALLS as f64);
        if last != Event::Done(Data::Int(CALLS as i64)) {
            return Err(format!("the calls end with {last:?}"));
        }
    }
    Ok(ns)
}

/// One element of a generator that yields from a range, in a loop that does nothing.
fn next(_times: u64) -> Result<f64, String> {
    const ELEMENTS: u64 = 1_000_000;
    let source = format!(
        "def each(n):\n    for i in range(n):\n        yield i\n\n\
         def main():\n    for x in each({ELEMENTS}):\n        pass\n    return x\n\nmain()"
    );
    let mut run = begin(&source)?;
    let start = ProcessTime::now();
    let last = to_the_end(&mut run);
    let ns = start.elapsed().as_nanos() as f64 / ELEMENTS as f64;
    match last {
        Event::Done(Data::Int(i)) if i as u64 == ELEMENTS - 1 => Ok(ns),
        other => Err(format!("the generator ends with {other:?}")),
    }
}

fn dump(source: &str, times: u64) -> Result<f64, String> {
    let run = waiting(source)?;
    timed(times, || {
        black_box(run.dump().map_err(|e| e.to_string())?);
        Ok(())
    })
}

fn load(source: &str, times: u64) -> Result<f64, String> {
    let bytes = dumped(source)?;
    timed(times, || {
        black_box(Run::load(&bytes).map_err(|e| e.to_string())?);
        Ok(())
    })
}

fn fork(source: &str, times: u64) -> Result<f64, String> {
    let run = waiting(source)?;
    timed(times, || {
        black_box(run.fork().map_err(|e| e.to_string())?);
        Ok(())
    })
}

fn dumped(source: &str) -> Result<Vec<u8>, String> {
    waiting(source)?.dump().map_err(|e| e.to_string())
}

/// Bytes of memory that are resident for each of many programs that wait.
fn session(_times: u64) -> Result<f64, String> {
    // What is made once for all of them does not count.
    let first = waiting(WAITING)?;
    let before = resident_bytes()?;
    let mut runs = Vec::with_capacity(SESSIONS);
    for _ in 0..SESSIONS {
        runs.push(waiting(WAITING)?);
    }
    let after = resident_bytes()?;
    black_box((&first, &runs));
    Ok((after - before) / SESSIONS as f64)
}

fn begin(source: &str) -> Result<Run, String> {
    let program = Program::compile(source, "program.py").map_err(|e| e.to_string())?;
    let config = Config {
        capabilities: vec![Capability {
            name: "ask".into(),
            is_async: false,
            signature: None,
            doc: String::new(),
        }],
        ..Config::default()
    };
    Ok(Run::new(program, config))
}

fn waiting(source: &str) -> Result<Run, String> {
    let mut run = begin(source)?;
    match to_the_end(&mut run) {
        Event::Suspended => Ok(run),
        other => Err(format!("the program does not wait: {other:?}")),
    }
}

fn to_the_end(run: &mut Run) -> Event {
    loop {
        match run.advance() {
            Event::Paused => {}
            other => return other,
        }
    }
}

fn resident_bytes() -> Result<f64, String> {
    const PAGE: f64 = 4096.0;
    let text = std::fs::read_to_string("/proc/self/statm").map_err(|e| e.to_string())?;
    let pages = text
        .split(' ')
        .nth(1)
        .and_then(|word| word.parse::<f64>().ok());
    Ok(pages.ok_or("this system does not say how much memory a process takes")? * PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_measured_does_what_it_must() {
        for (name, measured, _) in COSTS {
            let figure = measured(1);
            assert!(
                figure.as_ref().is_ok_and(|figure| *figure > 0.0),
                "{name}: {figure:?}"
            );
        }
    }
}
