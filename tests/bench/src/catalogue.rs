//! Every row of the tables: what runs, how large, against whom, and what it should cost.

use crate::meter::Meter;

mod micro;
mod suite;
mod tasks;

/// A program to be measured: it counts its own time, and gives an answer that can be checked.
pub(crate) type Program = fn(&mut Meter, u64) -> i64;

/// What a row's figures are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Nanoseconds for each operation.
    Operation,
    /// Milliseconds for the whole program.
    Whole,
    /// Bytes for each operation.
    Bytes,
}

/// Which table a row stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The programs of the public suite.
    Programs,
    /// One operation of the machine at a time.
    Operations,
    /// The scheduler's operations.
    Scheduler,
}

impl Part {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Part::Programs => "Whole programs",
            Part::Operations => "One operation",
            Part::Scheduler => "The scheduler",
        }
    }
}

/// One line of the table.
pub(crate) struct Row {
    /// What to call it: `kont-bench run NAME`.
    pub(crate) name: &'static str,
    /// Where it stands.
    pub(crate) part: Part,
    /// What is counted.
    pub(crate) unit: Unit,
    /// Its size in a table, and in a quick one.
    pub(crate) size: u64,
    pub(crate) quick: u64,
    /// A size at which its answer is checked in no time.
    pub(crate) tiny: u64,
    /// How many operations there are at a size.
    pub(crate) operations: fn(u64) -> u64,
    /// The answer at a size, if it is not the size.
    pub(crate) answer: fn(u64) -> i64,
    /// On our machine.
    pub(crate) ours: Program,
    /// The same, in plain Rust.
    pub(crate) peers: &'static [(&'static str, Program)],
    /// The program of `tests/bench/ocaml` that does the same.
    pub(crate) ocaml: Option<&'static str>,
    /// What OCaml 5.4.1 took on the machine of the study that set the targets, in the row's unit at its full size.
    pub(crate) reference: Option<f64>,
    /// Our target, as a ratio to OCaml.
    pub(crate) target: Option<f64>,
    /// Whether its ratio says nothing without its size, so that no mean counts it.
    pub(crate) grows: bool,
}

/// All rows, in the order of the table.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = suite::rows();
    rows.extend(micro::rows());
    rows.extend(tasks::rows());
    rows
}

/// A row from which others differ in what they name.
const PLAIN: Row = Row {
    name: "",
    part: Part::Operations,
    unit: Unit::Operation,
    size: 5_000_000,
    quick: 1_000_000,
    tiny: 1000,
    operations: |size| size,
    answer: |size| size as i64,
    ours: |_, _| 0,
    peers: &[],
    ocaml: None,
    reference: None,
    target: None,
    grows: false,
};
