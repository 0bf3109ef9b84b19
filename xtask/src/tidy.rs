//! `cargo xtask tidy`: the project's own rules, as a test. A rule that finds nothing to look at fails.

use crate::run::{Done, output, root};
use std::path::PathBuf;
use std::process::Command;

const LINES_MAX: usize = 1000;
const BYTES_MAX: u64 = 200_000;
const COLUMNS_MAX: usize = 160;

/// Which of our crates a crate may use: dependencies point one way.
const WALLS: &[(&str, &[&str])] = &[
    ("machine", &[]),
    ("scheduler", &["machine"]),
    ("sandbox", &["machine", "scheduler"]),
    ("workers", &["machine"]),
    ("journal", &["machine"]),
    (
        "cli",
        &["machine", "scheduler", "sandbox", "workers", "journal"],
    ),
    (
        "python",
        &[
            "machine",
            "scheduler",
            "sandbox",
            "workers",
            "journal",
            "cli",
        ],
    ),
];

/// Checks every tracked file.
pub fn tidy() -> Done {
    eprintln!("==> tidy");
    let files = tracked()?;
    let mut wrong = Vec::new();
    let mut looked = 0;
    for path in &files {
        let full = root().join(path);
        if std::fs::metadata(&full).is_ok_and(|m| m.len() > BYTES_MAX)
            && !path.ends_with("Cargo.lock")
        {
            wrong.push(format!("{path}: larger than {BYTES_MAX} bytes"));
        }
        let is_source = path.ends_with(".rs") || path.ends_with(".py");
        // Programs for the sandbox are data: they are as a model writes them.
        let is_data = [
            "tests/cases/",
            "tests/hostile/",
            "tests/bench/sandbox/programs/",
            "crates/sandbox/tests/",
            "crates/sandbox/src/objects/tests/",
        ];
        if !is_source {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(&full) else {
            continue;
        };
        looked += 1;
        let lines = text.lines().count();
        if lines > LINES_MAX {
            wrong.push(format!("{path}: {lines} lines, more than {LINES_MAX}"));
        }
        if !(path.ends_with(".py") && is_data.iter().any(|folder| path.starts_with(folder))) {
            source(path, &text, &mut wrong);
        }
    }
    if looked == 0 {
        return Err("tidy found no source file to look at: it must run in the repository".into());
    }
    walls(&mut wrong)?;
    if wrong.is_empty() {
        eprintln!("    {looked} source files, {} crates", WALLS.len());
        return Ok(());
    }
    Err(format!("tidy:\n  {}", wrong.join("\n  ")))
}

fn source(path: &str, text: &str, wrong: &mut Vec<String>) {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines
        .iter()
        .find(|l| !l.is_empty() && !l.starts_with("#!"))
        .unwrap_or(&"");
    if path.ends_with(".rs") && !first.starts_with("//!") {
        wrong.push(format!(
            "{path}: the first line must say what the file is (`//! ...`)"
        ));
    }
    // A module of the sandbox's library may be kept in two files; the second begins with a comment.
    let explained =
        first.starts_with("\"\"\"") || path.contains("/library/") && first.starts_with("# ");
    if path.ends_with(".py") && !explained && !lines.is_empty() {
        wrong.push(format!("{path}: the first line must be a docstring"));
    }
    if path.starts_with("crates/")
        && !path.starts_with("crates/python/")
        && text.contains("use pyo3")
    {
        wrong.push(format!("{path}: only crates/python knows CPython"));
    }
    // Written in two parts, so that this file does not find itself.
    let banned = [
        concat!("FIX", "ME"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
    ];
    for (i, line) in lines.iter().enumerate() {
        let at = i + 1;
        if line.chars().count() > COLUMNS_MAX {
            wrong.push(format!("{path}:{at}: longer than {COLUMNS_MAX} columns"));
        }
        if line.ends_with(' ') || line.contains('\t') && !line.contains("\\t") {
            wrong.push(format!("{path}:{at}: a tab or a space at the end"));
        }
        if let Some(word) = banned.iter().find(|w| line.contains(**w)) {
            wrong.push(format!("{path}:{at}: `{word}`"));
        }
    }
}

fn walls(wrong: &mut Vec<String>) -> Done {
    let names: Vec<&str> = WALLS.iter().map(|(name, _)| *name).collect();
    for (name, allowed) in WALLS {
        let manifest = root().join("crates").join(name).join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest)
            .map_err(|e| format!("{}: {e}", manifest.display()))?;
        let uses = text
            .lines()
            .skip_while(|l| !l.starts_with("[dependencies]"))
            .skip(1);
        for line in uses.take_while(|l| !l.starts_with('[')) {
            let used = line.split(['.', ' ', '=']).next().unwrap_or("");
            if names.contains(&used) && !allowed.contains(&used) {
                wrong.push(format!("crates/{name} must not use {used}"));
            }
        }
    }
    let mut tree = crate::run::cargo();
    tree.args([
        "tree",
        "-p",
        "kont-machine",
        "--edges",
        "normal",
        "--prefix",
        "none",
    ])
    .current_dir(root());
    let tree = output(&mut tree).ok_or("cargo tree does not run")?;
    if tree.lines().count() != 1 {
        wrong.push(format!(
            "kont-machine must have no dependency, it has:\n{tree}"
        ));
    }
    Ok(())
}

fn tracked() -> Done<Vec<String>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root());
    if let Some(list) = output(&mut git) {
        return Ok(list.lines().map(str::to_string).collect());
    }
    // Not a git checkout (a source archive): every file below the source folders.
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = ["crates", "python", "xtask", "tests", "examples"]
        .map(|f| root().join(f))
        .into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && entry.file_name() != "target" && entry.file_name() != "__pycache__"
            {
                folders.push(path);
            } else if let Ok(inside) = path.strip_prefix(root()) {
                files.push(inside.to_string_lossy().into_owned());
            }
        }
    }
    Ok(files)
}
