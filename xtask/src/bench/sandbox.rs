//! `cargo xtask bench sandbox`: the sandbox beside CPython and Monty.

use crate::python;
use crate::run::{Done, cargo, output, root, run, target};
use std::path::PathBuf;
use std::process::Command;

/// The CPython whose time is the measure.
const MEASURE: &str = "3.13";

/// Builds the sandbox as people get it, makes an environment for the others, and measures.
pub(super) fn sandbox(options: &[&str]) -> Done {
    let (interpreter, options) = super::options::python(options);
    let interpreter = match interpreter {
        Some(path) => path.to_string(),
        None => measure()?,
    };
    let folder = root().join("tests/bench/sandbox");
    super::look(&interpreter, &folder.join("table.py"), &options)?;
    let mut build = cargo();
    build.args([
        "build",
        "--release",
        "--quiet",
        "--package",
        "kont-bench-sandbox",
    ]);
    run("build the sandbox", &mut build)?;
    let venv = super::environment(&interpreter, &folder, "bench-sandbox")?;
    let mut table = venv.command("python");
    table.arg(folder.join("table.py"));
    // It takes minutes to build the first time.
    if wants_package(&options) {
        venv.build_wheel()?;
        table.arg("--package");
    }
    table
        .args(options)
        .arg("--program")
        .arg(target().join("release/kont-bench-sandbox"));
    run("measure", &mut table)
}

/// Whether a row of hosts in Python is asked for.
fn wants_package(options: &[&str]) -> bool {
    let mut names = options.windows(2).filter(|pair| pair[0] == "--only");
    let first = "cost/python-";
    let is_wanted = |name: &str| {
        let bare = first.trim_start_matches("cost/");
        [first, bare]
            .iter()
            .any(|row| row.starts_with(name) || name.starts_with(row))
    };
    let asked = options.contains(&"--only");
    !asked || names.any(|pair| is_wanted(pair[1]))
}

/// A CPython 3.13 of this machine, or the one that all else uses.
fn measure() -> Done<String> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let pyenv = pyenv.or_else(|| Some(home?.join(".pyenv")));
    let versions = pyenv.and_then(|root| root.join("versions").read_dir().ok());
    let mut found: Vec<PathBuf> = versions
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin/python"))
        .collect();
    found.sort();
    found.push(format!("python{MEASURE}").into());
    let probe = "import sys; print('%d.%d' % sys.version_info[:2], sys.implementation.name)";
    let wanted = format!("{MEASURE} cpython");
    let is_it = |path: &PathBuf| {
        output(Command::new(path).args(["-c", probe])).is_some_and(|said| said == wanted)
    };
    if let Some(path) = found.into_iter().find(is_it) {
        return Ok(path.to_string_lossy().into_owned());
    }
    let other = python::find()?;
    eprintln!(
        "    no CPython {MEASURE} was found: {other} stands in its place\n    \
         help: install one, or name one with --python"
    );
    Ok(other)
}
