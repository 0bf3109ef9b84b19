//! `cargo xtask`: the only automation of the repository. It needs a Rust toolchain, some CPython from 3.11 on, and
//! the package registries; everything else it installs below `target/`.

mod bench;
mod check;
mod demo;
mod python;
mod run;
mod tidy;
mod versions;
mod wheel;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask: build, try and check kont

Usage: cargo xtask <command>

Commands:
  demo    build kont and play the demo of the README: approval, a real crash, a killed worker, replay, fork
  check   format, lint, build, and run every test; all that CI runs
  setup   make the private Python environment below target/ and build the extension into it
  wheel   build the wheel as people get it, and use it in an empty environment
  bench   measure kont beside others: see cargo xtask bench --help
  tidy    check the project's own rules (file sizes, walls between crates, forbidden words)

Options of check:
  --fast  leave out the slow tests (crash at 200 random moments)

Environment:
  PYTHON        the CPython to use (default: the newest of python3.14 .. python3.11 and python3 that works)
  KONT_PYTHONS  other CPythons on which check runs the Python tests, separated as in PATH (default: the one found on
                PATH or below ~/.pyenv whose version is furthest from the first, and a free-threaded one if there is one)

Examples:
  cargo xtask demo
  cargo xtask check --fast
  cargo xtask bench machine --quick
  PYTHON=/opt/python/bin/python3.12 cargo xtask setup
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let wrong = match args.as_slice() {
        ["bench", args @ ..] => bench::wrong(args),
        _ => None,
    };
    if let Some(wrong) = wrong {
        eprintln!("error: {wrong}");
        return ExitCode::from(2);
    }
    let done = match args.as_slice() {
        ["demo"] => demo::demo(),
        ["check"] => check::check(false),
        ["check", "--fast"] => check::check(true),
        ["setup"] => python::setup(python::Profile::Release).map(|_| ()),
        ["wheel"] => wheel::wheel(),
        ["bench", args @ ..] => bench::bench(args),
        ["tidy"] => tidy::tidy(),
        [] | ["--help" | "-h" | "help"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        other => {
            eprintln!("error: unknown command `{}`\n\n{HELP}", other.join(" "));
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nerror: {message}");
            ExitCode::FAILURE
        }
    }
}
