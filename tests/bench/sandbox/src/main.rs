//! kont-bench-sandbox: the sandbox's side of each row. `cargo xtask bench sandbox` builds and runs it.

mod cost;
mod host;
mod program;

use std::process::ExitCode;

/// As the `kont` command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HELP: &str = "\
kont-bench-sandbox: run a program in kont's sandbox, and say what it took

Usage:
  kont-bench-sandbox run FILE [BASE]   run a Python file; its output goes to standard output, and the nanoseconds on
                                       the processor, from its text to its end, are the last line on standard error,
                                       less those of the file BASE
  kont-bench-sandbox cost NAME         what one operation costs a host: nanoseconds, or bytes
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["run", file] => program::run(file, None),
        ["run", file, base] => program::run(file, Some(base)),
        ["cost", name] => cost::cost(name),
        [] | ["--help" | "-h"] => {
            say(HELP.trim_end());
            Ok(())
        }
        other => Err(format!(
            "unknown command `{}`\n  help: see kont-bench-sandbox --help",
            other.join(" ")
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            tell(message.trim_end());
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the results are this program's output")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(
    clippy::print_stderr,
    reason = "what a program printed goes to standard output, all else here"
)]
fn tell(line: &str) {
    eprintln!("{line}");
}
