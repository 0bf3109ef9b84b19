//! `cargo xtask check`: all that CI runs, in the order in which mistakes are cheapest to see.

use crate::python::{Profile, cargo_works, setup};
use crate::run::{Done, cargo, run};
use crate::tidy::tidy;
use crate::versions;
use crate::wheel;

/// Formats, lints, builds and runs every test.
///
/// * `fast` – leave out what takes minutes.
pub fn check(fast: bool) -> Done {
    cargo_works()?;
    tidy()?;
    // In CI a file that is not formatted is an error; at home it is formatted.
    let mut format = cargo();
    format.arg("fmt").arg("--all");
    if std::env::var_os("CI").is_some() {
        format.arg("--check");
    }
    run("format", &mut format)?;
    let mut clippy = cargo();
    clippy.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]);
    run("lint", &mut clippy)?;
    // The extension's own tests are Python's: a test binary of it would need a shared libpython.
    let mut tests = cargo();
    tests.args([
        "test",
        "--workspace",
        "--exclude",
        "kont-python",
        "--no-fail-fast",
        "--quiet",
    ]);
    run("Rust tests", &mut tests)?;
    let venv = setup(Profile::Dev)?;
    wheel::check(&venv)?;
    let mut pytest = venv.command("python");
    pytest.args(["-m", "pytest", "-q", "tests/python"]);
    if !fast {
        pytest.env("SLOW", "1");
    }
    let others = versions::start(&venv)?;
    let done = run("Python tests, documents, demo under crashes", &mut pytest);
    versions::finish(others)?;
    done?;
    eprintln!("\nall checks passed");
    Ok(())
}
