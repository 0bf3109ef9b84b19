//! Running other programs, with a line of progress for each.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

/// What every part of xtask gives back; the error is a text for people.
pub type Done<T = ()> = Result<T, String>;

/// The repository's root. Cargo says it to whom it runs: what this program was built from may be another clone, when
/// several share one target folder.
pub fn root() -> PathBuf {
    let built = || env!("CARGO_MANIFEST_DIR").into();
    let xtask = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(built));
    xtask.parent().unwrap_or(&xtask).to_path_buf()
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Runs a command in the repository's root, and fails if it does.
pub fn run(title: &str, command: &mut Command) -> Done {
    eprintln!("==> {title}");
    let start = Instant::now();
    let status = command
        .current_dir(root())
        .status()
        .map_err(|e| not_started(command, &e))?;
    if status.success() {
        eprintln!("    {title}: {:.1} s", start.elapsed().as_secs_f64());
        Ok(())
    } else {
        Err(format!("{title} failed ({status}): {command:?}"))
    }
}

/// Runs a command and gives what it printed, if it succeeded.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// What to say of a command that could not be started.
pub fn not_started(command: &Command, error: &std::io::Error) -> String {
    let program = command.get_program().to_string_lossy();
    format!("cannot start `{program}`: {error}")
}

/// Cargo, the one that runs us.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
