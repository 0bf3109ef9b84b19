//! kont-bench: programs that are measured beside others. `cargo xtask bench` builds and runs it.

mod catalogue;
mod language;
mod meter;
mod micro;
mod peers;
mod suite;
mod table;
mod tasks;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use catalogue::Row;
use meter::Meter;

const HELP: &str = "\
kont-bench: measure the effect machine beside others

Usage:
  kont-bench list                     the names of all programs
  kont-bench check                    run all of them, tiny, and check their answers
  kont-bench run NAME [SIZE] [PEER]   run one once, and print `nanoseconds answer [bytes]`
  kont-bench sizes NAME               two of its sizes, each with its number of operations
  kont-bench table [options]          run all, each side in turn, and print the table

Options of table:
  --quick         smaller sizes and fewer rounds
  --only NAME     only the rows whose name begins with this; may be repeated
  --ocaml FILE    the OCaml programs, compiled
  --rounds N      how often each side runs; the fastest counts (default 9, quick 3)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["list"] => {
            for row in catalogue::rows() {
                say(row.name);
            }
            Ok(())
        }
        ["check"] => check(),
        ["run", name, rest @ ..] => run(name, rest),
        ["sizes", name] => find(name).map(|row| {
            let sizes = [row.tiny, row.tiny * 10];
            let [small, large] = sizes.map(|size| format!("{size} {}", (row.operations)(size)));
            say(&format!("{small} {large}"));
        }),
        ["table", options @ ..] => {
            table::Options::read(options).and_then(|options| table::table(&options))
        }
        [] | ["--help" | "-h"] => {
            say(HELP.trim_end());
            Ok(())
        }
        other => Err(format!(
            "unknown command `{}`\nhelp: see kont-bench --help",
            other.join(" ")
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            table::complain(&message);
            ExitCode::FAILURE
        }
    }
}

/// Runs every program tiny, on each of its sides in Rust, and compares the answers.
fn check() -> Result<(), String> {
    for row in catalogue::rows() {
        let wanted = (row.answer)(row.tiny);
        let ours = ("ours", row.ours);
        for (side, program) in std::iter::once(ours).chain(row.peers.iter().copied()) {
            let answer = program(&mut Meter::default(), row.tiny);
            if answer != wanted {
                return Err(format!(
                    "{}: {side} answers `{answer}`, not `{wanted}`",
                    row.name
                ));
            }
        }
    }
    Ok(())
}

/// Runs one program once.
fn run(name: &str, rest: &[&str]) -> Result<(), String> {
    let row = find(name)?;
    let size = match rest.first() {
        None => row.size,
        Some(text) => text.parse().map_err(|_| format!("`{text}` is no size"))?,
    };
    let program = match rest.get(1) {
        None => row.ours,
        Some(peer) => {
            let found = row.peers.iter().find(|(name, _)| name == peer);
            found
                .ok_or_else(|| format!("`{name}` has no peer `{peer}`"))?
                .1
        }
    };
    let mut meter = Meter::default();
    let answer = program(&mut meter, size);
    match meter.bytes {
        None => say(&format!("{:.0} {answer}", meter.ns)),
        Some(bytes) => say(&format!("{:.0} {answer} {bytes:.0}", meter.ns)),
    }
    Ok(())
}

fn find(name: &str) -> Result<Row, String> {
    let row = catalogue::rows().into_iter().find(|row| row.name == name);
    row.ok_or_else(|| format!("no program is called `{name}`\nhelp: kont-bench list"))
}

#[expect(clippy::print_stdout, reason = "the results are this program's output")]
fn say(line: &str) {
    println!("{line}");
}
