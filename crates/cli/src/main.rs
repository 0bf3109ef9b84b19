//! The bare `kont` command: everything but tools written in Python.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cli::main(std::env::args_os(), None))
}
