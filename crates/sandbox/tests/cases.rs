//! Programs of `tests/cases` print in the sandbox what CPython prints, whether or not they are saved and loaded on
//! the way; those of `tests/cases/refused` are refused by name, with line and caret. `tests/python/test_cases.py`
//! runs the same files on CPython.

mod common;

use common::{Between, Ended, all, drive, folder, programs, text};
use sandbox::{Event, Limits, Program};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The areas there are at least; a folder that was moved away is not a test that passes.
const PROGRAMS_AT_LEAST: usize = 140;

fn name(path: &Path) -> String {
    path.strip_prefix(folder("cases"))
        .unwrap_or(path)
        .display()
        .to_string()
}

fn is_refused(path: &Path) -> bool {
    path.parent().is_some_and(|p| p.ends_with("refused"))
}

/// What is printed, and the message at the end: nothing, the last line of the traceback, or a refusal.
fn run(path: &Path, between: Between) -> (String, String, u64) {
    let file = path.file_name().map(|n| n.to_string_lossy().into_owned());
    let program = match Program::compile(&text(path), &file.unwrap_or_default()) {
        Ok(program) => program,
        Err(diagnostic) => return (String::new(), diagnostic.to_string(), 0),
    };
    let Ended {
        event,
        stdout,
        suspensions,
        ..
    } = drive(program, Limits::default(), between);
    let end = match event {
        Event::Done(_) => String::new(),
        Event::Failed(failed) => failed.traceback,
        Event::Limit(limit) => limit.to_string(),
        event => format!("{event:?}"),
    };
    (stdout, end, suspensions)
}

/// The lines from the first that differs on.
fn difference(want: &str, got: &str) -> String {
    let (mut want, mut got) = (want.lines(), got.lines());
    let mut n = 0;
    loop {
        n += 1;
        match (want.next(), got.next()) {
            (None, None) => return "they differ in line ends".into(),
            (a, b) if a == b => {}
            (a, b) => {
                let [a, b] = [a, b].map(|l| l.unwrap_or("(the end)"));
                return format!("line {n}\n    want {a}\n    got  {b}");
            }
        }
    }
}

fn last_line(text: &str) -> &str {
    text.trim_end().lines().last().unwrap_or_default()
}

/// What is wrong with a program's run.
fn fault(path: &Path, between: Between) -> Option<String> {
    let (stdout, end, _) = run(path, between);
    let want = text(&path.with_extension("out"));
    if stdout != want {
        let end = last_line(&end).to_owned();
        return Some(format!("{} (end: {end})", difference(&want, &stdout)));
    }
    let want = text(&path.with_extension("err"));
    if is_refused(path) {
        let refusal = format!("Unsupported: {}", want.trim_end());
        if !end.lines().any(|l| l == refusal) {
            return Some(format!("want {refusal}\n    got  {end}"));
        }
        if !end.contains("line ") || !end.contains('^') {
            return Some(format!("a refusal without its place\n    got  {end}"));
        }
        return None;
    }
    (last_line(&end) != want.trim_end())
        .then(|| format!("end\n    want {want}    got  {}", end.trim_end()))
}

fn check(paths: &[PathBuf], between: Between) {
    let mut faults = String::new();
    let mut n = 0;
    for path in paths {
        if let Some(fault) = fault(path, between) {
            n += 1;
            writeln!(faults, "{}: {fault}", name(path)).expect("a string takes it");
        }
    }
    assert!(
        n == 0,
        "{n} of {} programs differ from CPython\n{faults}",
        paths.len()
    );
}

#[test]
fn programs_print_what_cpython_prints() {
    let paths = programs(&folder("cases"));
    assert!(
        paths.len() >= PROGRAMS_AT_LEAST || !all(),
        "only {} programs",
        paths.len()
    );
    check(&paths, Between::Answer);
}

#[test]
fn programs_saved_and_loaded_at_each_suspension_print_the_same() {
    let waits = |path: &PathBuf| !is_refused(path) && text(path).contains("asyncio");
    let paths: Vec<_> = programs(&folder("cases"))
        .into_iter()
        .filter(waits)
        .collect();
    let suspended = |path: &PathBuf| run(path, Between::SaveAndLoad).2 > 0;
    assert!(
        paths.iter().any(suspended) || !all(),
        "no program was saved on its way"
    );
    check(&paths, Between::SaveAndLoad);
}
