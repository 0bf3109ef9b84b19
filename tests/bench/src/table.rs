//! Runs both sides of each row in turn, in processes of their own, and prints what came out.

use std::path::PathBuf;
use std::process::Command;

use crate::catalogue::{self, Part, Row, Unit};
use crate::say;

/// What the table is to hold.
#[derive(Default)]
pub(crate) struct Options {
    quick: bool,
    only: Vec<String>,
    ocaml: Option<PathBuf>,
    rounds: Option<u32>,
}

impl Options {
    /// Reads the options of the command line.
    pub(crate) fn read(args: &[&str]) -> Result<Self, String> {
        let mut options = Options::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("`{arg}` needs a value"));
            match *arg {
                "--quick" => options.quick = true,
                "--only" => options.only.push((*value()?).to_owned()),
                "--ocaml" => options.ocaml = Some(PathBuf::from(*value()?)),
                "--rounds" => {
                    let text = value()?;
                    let rounds = text.parse().ok().filter(|rounds| *rounds > 0);
                    options.rounds =
                        Some(rounds.ok_or_else(|| format!("`{text}` is no number of rounds"))?);
                }
                other => {
                    return Err(format!(
                        "unknown option `{other}`\nhelp: see kont-bench --help"
                    ));
                }
            }
        }
        Ok(options)
    }

    fn wants(&self, row: &Row) -> bool {
        self.only.is_empty()
            || self
                .only
                .iter()
                .any(|name| row.name.starts_with(name.as_str()))
    }

    fn size(&self, row: &Row) -> u64 {
        if self.quick { row.quick } else { row.size }
    }
}

/// One side of a row.
struct Side {
    name: &'static str,
    command: Command,
    best: Option<f64>,
}

/// Runs every row and prints the table.
pub(crate) fn table(options: &Options) -> Result<(), String> {
    let rows: Vec<Row> = catalogue::rows()
        .into_iter()
        .filter(|row| options.wants(row))
        .collect();
    if rows.is_empty() {
        return Err("no row has that name\nhelp: kont-bench list".into());
    }
    let mut ratios = Vec::new();
    let mut part = None;
    for row in &rows {
        if part.replace(row.part) != Some(row.part) {
            say(&format!("\n{}\n", row.part.title()));
            say("| program | unit | ours | OCaml 5 | ratio | target | plain Rust |");
            say("|---|---|---:|---:|---:|---:|---|");
        }
        let sides = measure(row, options)?;
        let ours = sides[0].best.unwrap_or(f64::NAN);
        let ocaml = sides
            .iter()
            .find(|side| side.name == "ocaml")
            .and_then(|side| side.best);
        let ratio = ocaml.or(row.reference).map(|peer| ours / peer);
        if let (Some(ratio), Some(_)) = (ratio, ocaml) {
            ratios.push((row, ratio));
        }
        say(&line(row, ours, ocaml, ratio, &sides));
    }
    let mean = |title: &str, wanted: &dyn Fn(&Row) -> bool| {
        let logs = ratios
            .iter()
            .filter(|(row, _)| !row.grows && wanted(row))
            .map(|(_, ratio)| ratio.ln());
        let logs: Vec<f64> = logs.collect();
        if logs.len() > 1 {
            let mean = (logs.iter().sum::<f64>() / logs.len() as f64).exp();
            say(&format!(
                "\ngeometric mean of the ratios, {title}: {mean:.2} ({} rows)",
                logs.len()
            ));
        }
    };
    mean("effect programs with a target", &|row| {
        row.part == Part::Programs && row.target.is_some()
    });
    mean("all whole programs", &|row| row.part == Part::Programs);
    mean("one operation", &|row| {
        row.part == Part::Operations && row.unit == Unit::Operation
    });
    mean("the scheduler", &|row| {
        row.part == Part::Scheduler && row.unit == Unit::Operation
    });
    if options.ocaml.is_none() {
        say(
            "\nFigures in brackets were NOT measured in this run: they are OCaml 5.4.1's on another machine.",
        );
    }
    Ok(())
}

fn line(row: &Row, ours: f64, ocaml: Option<f64>, ratio: Option<f64>, sides: &[Side]) -> String {
    let unit = match row.unit {
        Unit::Operation => "ns",
        Unit::Whole => "ms",
        Unit::Bytes => "bytes",
    };
    let peer = match (ocaml, row.reference) {
        (Some(ns), _) => figure(ns),
        (None, Some(ns)) => format!("({})", figure(ns)),
        (None, None) => String::new(),
    };
    let ratio_text = match (ratio, ocaml) {
        (None, _) => String::new(),
        (Some(ratio), Some(_)) => ratio_text(ratio),
        (Some(ratio), None) => format!("({})", ratio_text(ratio)),
    };
    let target = row
        .target
        .map(|target| format!("<= {target}"))
        .unwrap_or_default();
    let others: Vec<String> = sides[1..]
        .iter()
        .filter(|side| side.name != "ocaml")
        .filter_map(|side| {
            side.best
                .map(|best| format!("{} {}", side.name, figure(best)))
        })
        .collect();
    format!(
        "| {} | {unit} | {} | {peer} | {ratio_text} | {target} | {} |",
        row.name,
        figure(ours),
        others.join(", ")
    )
}

fn ratio_text(ratio: f64) -> String {
    if ratio < 0.1 {
        format!("{ratio:.4}")
    } else {
        format!("{ratio:.2}")
    }
}

fn figure(number: f64) -> String {
    if number < 100.0 {
        format!("{number:.1}")
    } else {
        format!("{number:.0}")
    }
}

/// The fastest of several runs of each side, one after the other so that a slow moment meets all.
fn measure(row: &Row, options: &Options) -> Result<Vec<Side>, String> {
    let size = options.size(row);
    let me =
        std::env::current_exe().map_err(|error| format!("this program is not found: {error}"))?;
    let run = |peer: Option<&str>| {
        let mut command = Command::new(&me);
        command
            .args(["run", row.name, &size.to_string()])
            .args(peer);
        command
    };
    let mut sides = vec![Side {
        name: "ours",
        command: run(None),
        best: None,
    }];
    for (name, _) in row.peers {
        sides.push(Side {
            name,
            command: run(Some(name)),
            best: None,
        });
    }
    if let (Some(program), Some(file)) = (row.ocaml, &options.ocaml) {
        let mut command = Command::new(file);
        command.args([program, &size.to_string()]);
        sides.push(Side {
            name: "ocaml",
            command,
            best: None,
        });
    }
    let wanted = (row.answer)(size);
    for _ in 0..options.rounds.unwrap_or(if options.quick { 3 } else { 9 }) {
        for side in &mut sides {
            let figure = sample(row, side, size, wanted)?;
            side.best = Some(side.best.map_or(figure, |best: f64| best.min(figure)));
        }
    }
    Ok(sides)
}

/// One run: its figure, in the row's unit.
fn sample(row: &Row, side: &mut Side, size: u64, wanted: i64) -> Result<f64, String> {
    let output = side
        .command
        .output()
        .map_err(|error| format!("{}: {} does not start: {error}", row.name, side.name))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let mut words = said.split_whitespace();
    let mut number = || words.next().and_then(|word| word.parse::<f64>().ok());
    let (Some(ns), Some(answer)) = (number(), number()) else {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "{}: {} has failed ({}): {error}",
            row.name, side.name, output.status
        ));
    };
    if answer != wanted as f64 {
        return Err(format!(
            "{}: {} answers `{answer}`, not `{wanted}`",
            row.name, side.name
        ));
    }
    let operations = (row.operations)(size) as f64;
    match row.unit {
        Unit::Operation => Ok(ns / operations),
        Unit::Whole => Ok(ns / 1e6),
        Unit::Bytes => number().map(|bytes| bytes / operations).ok_or_else(|| {
            format!(
                "{}: {} does not say how much memory it takes: this system does not tell",
                row.name, side.name
            )
        }),
    }
}

/// Says what is wrong.
#[expect(clippy::print_stderr, reason = "errors of this program go there")]
pub(crate) fn complain(message: &str) {
    eprintln!("error: {message}");
}
