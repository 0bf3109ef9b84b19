//! Programs in `tests/programs/`: each prints here what CPython 3.13 printed when the `.txt` beside it was recorded.

use std::path::{Path, PathBuf};

fn programs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|e| e == "py"))
        .collect();
    all.sort();
    all
}

#[test]
fn every_program_prints_what_cpython_printed() {
    let all = programs();
    assert!(!all.is_empty());
    let mut different = Vec::new();
    for path in &all {
        let name = path.file_name().expect("it has a name").to_string_lossy();
        let source = std::fs::read_to_string(path).expect("it can be read");
        let expected =
            std::fs::read_to_string(path.with_extension("txt")).expect("its output is recorded");
        let ended = sandbox::vm::alone::run_alone(&source, &name);
        let mut got = String::from_utf8_lossy(&ended.stdout).into_owned();
        got.push_str(&ended.error.unwrap_or_default());
        if got != expected {
            let line = got
                .lines()
                .zip(expected.lines())
                .position(|(a, b)| a != b)
                .unwrap_or_else(|| got.lines().count().min(expected.lines().count()));
            different.push(format!(
                "{name}, line {} of the output\n  here    {:?}\n  CPython {:?}",
                line + 1,
                got.lines().nth(line),
                expected.lines().nth(line)
            ));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}
