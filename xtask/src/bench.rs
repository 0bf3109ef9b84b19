//! `cargo xtask bench`: builds the measured programs, and those of others, and prints their table.

mod options;
mod sandbox;

use crate::python::{self, Venv};
use crate::run::{Done, cargo, not_started, output, root, run, target};
use std::path::{Path, PathBuf};
use std::process::Command;

const HELP: &str = "\
cargo xtask bench: measure kont beside others, both sides in turn on this machine

Usage: cargo xtask bench <suite> [options]

Suites:
  machine   the effect machine and its scheduler: one operation at a time, and the public effect-handlers suite
  python    what it costs in Python: beside a bare generator, asyncio, greenlet, doeff and stateless
  sandbox   the interpreter for programs that a model wrote: beside CPython and Monty

Options:
  --quick           smaller programs and fewer rounds: for a first look
  --only NAME       only the rows whose name begins with this; may be repeated
  --rounds N        how often each side runs; the fastest counts
  --instructions    count instructions in place of time, with valgrind; needs --only
  --python PATH     the CPython of the suites `python` (default: as for cargo xtask setup) and `sandbox` (default: 3.13)

Environment:
  OCAMLOPT  the OCaml 5 compiler to measure beside (default: `ocamlfind ocamlopt`, then `ocamlopt`)

Examples:
  cargo xtask bench machine --quick
  cargo xtask bench machine --only capture
  cargo xtask bench machine --only capture-1 --instructions
  OCAMLOPT=~/.opam/5.4.1/bin/ocamlopt cargo xtask bench machine
  cargo xtask bench sandbox --quick --only programs
  cargo xtask bench sandbox --only fib --only richards --rounds 9
  cargo xtask bench sandbox --only fib --instructions
";

pub use options::wrong;

/// Runs what the command line asks for; see [`wrong`] first.
pub fn bench(args: &[&str]) -> Done {
    match args {
        [suite, options @ ..] if !options::asks_for_help(args) => match *suite {
            "machine" => machine(options),
            "python" => python(options),
            _ => sandbox::sandbox(options),
        },
        _ => {
            print!("{HELP}");
            Ok(())
        }
    }
}

fn machine(options: &[&str]) -> Done {
    let mut build = cargo();
    build.args(["build", "--release", "--quiet", "--package", "kont-bench"]);
    run("build the programs", &mut build)?;
    let program = target().join("release/kont-bench");
    if let Some(at) = options
        .iter()
        .position(|option| *option == "--instructions")
    {
        let rest = [&options[..at], &options[at + 1..]].concat();
        return instructions(&program, &rest);
    }
    let mut table = Command::new(&program);
    table.arg("table").args(options);
    match ocaml()? {
        Some(peers) => {
            table.arg("--ocaml").arg(peers);
        }
        None => eprintln!(
            "    no OCaml 5 compiler was found: its column shows figures of another machine\n    \
             help: install OCaml 5, or set OCAMLOPT to its ocamlopt"
        ),
    }
    run("measure", &mut table)
}

/// Builds kont as people get it, installs it beside the others, and measures.
fn python(options: &[&str]) -> Done {
    let (interpreter, options) = options::python(options);
    let interpreter = interpreter.map_or_else(python::find, |path| Ok(path.to_string()))?;
    let folder = root().join("tests/bench/python");
    look(&interpreter, &folder.join("table.py"), &options)?;
    let venv = environment(&interpreter, &folder, "bench-python")?;
    let wheel = venv.build_wheel()?;
    let mut table = venv.command("python");
    table
        .arg(folder.join("table.py"))
        .args(options)
        .arg("--wheel")
        .arg(wheel);
    run("measure", &mut table)
}

/// Has the table say what is wrong with its options, before anybody waits for a build.
#[expect(
    clippy::exit,
    reason = "what is wrong has been said, and 2 is the status of that"
)]
fn look(interpreter: &str, table: &Path, options: &[&str]) -> Done {
    let mut look = Command::new(interpreter);
    look.arg(table).args(options).arg("--look");
    let status = look.status().map_err(|e| {
        let error = not_started(&look, &e);
        format!("{error}\n  help: name a CPython with --python")
    })?;
    match status.code() {
        Some(0) => Ok(()),
        Some(2) => std::process::exit(2),
        _ => Err(format!(
            "`{interpreter}` does not run the table\n  help: name a CPython from 3.11 on with --python"
        )),
    }
}

/// An environment with what the `requirements.txt` of a folder names, as far as it can be had.
fn environment(interpreter: &str, folder: &Path, name: &str) -> Done<Venv> {
    let wanted = folder.join("requirements.txt");
    let wanted =
        std::fs::read_to_string(&wanted).map_err(|e| format!("{}: {e}", wanted.display()))?;
    let wanted = wanted.lines().filter(|line| !line.starts_with('#'));
    Venv::with(interpreter, name, &wanted.collect::<Vec<_>>())
}

/// Compiles the programs of `tests/bench/ocaml`, if there is a compiler of version 5.
fn ocaml() -> Done<Option<PathBuf>> {
    let Some(compiler) = compiler()? else {
        return Ok(None);
    };
    let folder = target().join("bench-ocaml");
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut sources = Vec::new();
    let from = root().join("tests/bench/ocaml");
    for entry in std::fs::read_dir(&from).map_err(|e| format!("{}: {e}", from.display()))? {
        let entry = entry.map_err(|e| e.to_string())?;
        // The compiler leaves its files beside the sources.
        std::fs::copy(entry.path(), folder.join(entry.file_name())).map_err(|e| e.to_string())?;
        sources.push(entry.file_name());
    }
    // `main.ml` names all others; of those, all may name `memory.ml`.
    sources.sort_by_key(|name| (name == "main.ml", name != "memory.ml", name.clone()));
    let mut compile = compiler.command();
    compile
        .args(["-O3", "-w", "-a", "-I"])
        .arg(&folder)
        .arg("-o")
        .arg(folder.join("peers"));
    compile.args(sources.iter().map(|name| folder.join(name)));
    run(
        &format!("compile the programs for OCaml {}", compiler.version),
        &mut compile,
    )?;
    Ok(Some(folder.join("peers")))
}

struct Compiler {
    words: Vec<String>,
    version: String,
}

impl Compiler {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        command
    }
}

/// The OCaml 5 compiler of this machine. One that was asked for and is not of version 5 is an error.
fn compiler() -> Done<Option<Compiler>> {
    let probe = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| (*word).to_string()).collect();
        let mut compiler = Compiler {
            words,
            version: String::new(),
        };
        compiler.version = output(compiler.command().arg("-version"))?;
        compiler.version.starts_with("5.").then_some(compiler)
    };
    if let Some(wanted) = std::env::var_os("OCAMLOPT") {
        let wanted = wanted.to_string_lossy().into_owned();
        let found = probe(&[&wanted]);
        return found
            .map(Some)
            .ok_or_else(|| format!("OCAMLOPT is `{wanted}`, which is no OCaml 5 compiler"));
    }
    Ok(probe(&["ocamlfind", "ocamlopt"]).or_else(|| probe(&["ocamlopt"])))
}

/// Instructions for each operation: the difference between two sizes, so that starting up does not count.
fn instructions(program: &Path, options: &[&str]) -> Done {
    let names: Vec<&str> = match options {
        ["--only", name] => output(Command::new(program).arg("list"))
            .ok_or("the list of programs is not printed")?
            .lines()
            .filter(|line| line.starts_with(name))
            .map(|line| line.to_string().leak() as &str)
            .collect(),
        _ => {
            return Err(
                "`--instructions` needs `--only NAME`, and nothing else\n  help: cargo xtask bench --help"
                    .into(),
            );
        }
    };
    if output(Command::new("valgrind").arg("--version")).is_none() {
        return Err("valgrind was not found\n  help: install it (`apt install valgrind`)".into());
    }
    println!("| program | instructions for each operation |\n|---|---:|");
    for name in names {
        let sizes = output(Command::new(program).args(["sizes", name]))
            .ok_or_else(|| format!("`{name}` has no sizes"))?;
        let mut numbers = sizes
            .split_whitespace()
            .map(|word| word.parse::<u64>().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        let (small, small_operations, large, large_operations) = (next(), next(), next(), next());
        let count = |size: u64| counted(program, name, size);
        let more = count(large)?.saturating_sub(count(small)?);
        let operations = large_operations.saturating_sub(small_operations).max(1);
        println!("| {name} | {} |", more / operations);
    }
    Ok(())
}

/// Instructions of one whole run.
fn counted(program: &Path, name: &str, size: u64) -> Done<u64> {
    let file = target().join(format!("callgrind-{name}-{size}"));
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(program)
        .args(["run", name, &size.to_string()]);
    output(&mut command).ok_or_else(|| format!("`{name}` does not run under valgrind"))?;
    let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let total = text.lines().find_map(|line| line.strip_prefix("summary: "));
    let total = total.and_then(|number| number.trim().parse().ok());
    total.ok_or_else(|| format!("{}: valgrind wrote no total", file.display()))
}
