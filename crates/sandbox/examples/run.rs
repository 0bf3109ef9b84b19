//! Runs a Python file in the sandbox and prints what it printed: `cargo run --example run -- file.py`.
//!
//! One thread, no host: a program that asks for something ends here.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command")]

use std::io::Write as _;
use std::process::ExitCode;

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
    let ended = sandbox::vm::alone::run_alone(&source, &path);
    std::io::stdout()
        .write_all(&ended.stdout)
        .unwrap_or_default();
    print!("");
    eprint!("{}", String::from_utf8_lossy(&ended.stderr));
    match ended.error {
        None => ExitCode::SUCCESS,
        Some(text) => {
            eprint!("{text}");
            ExitCode::FAILURE
        }
    }
}
