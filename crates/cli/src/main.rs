//! The bare `kont` command: everything but tools written in Python.

use std::process::ExitCode;

/// A sandboxed program lives on small objects. (A module of CPython takes CPython's process as it is, and has none of this.)
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(cli::main(std::env::args_os(), None))
}
