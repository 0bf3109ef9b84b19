//! The rows of whole programs: the public effect-handlers suite.

use super::{PLAIN, Part, Row, Unit};
use crate::peers::{closures, coroutines, direct, futures};
use crate::suite::{
    countdown, fibonacci, generator, handler_sieve, interruptible, iterator, parsing_dollars,
    product_early, resume_nontail, scheduler,
};

const WHOLE: Row = Row {
    part: Part::Programs,
    unit: Unit::Whole,
    ..PLAIN
};

/// The sum of the numbers up to this one.
fn triangle(n: u64) -> u64 {
    n * (n + 1) / 2
}

/// How many numbers there are from `-n` to `n`.
fn levels(n: u64) -> u64 {
    2 * n + 1
}

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row {
            name: "countdown",
            size: 10_000_000,
            operations: |n| 2 * n + 1,
            answer: |_| 0,
            ours: |m, n| countdown::run(m, false, n),
            peers: &[("by hand", direct::countdown)],
            ocaml: Some("countdown"),
            reference: Some(140.0),
            target: Some(1.25),
            ..WHOLE
        },
        Row {
            name: "countdown-capture",
            size: 10_000_000,
            operations: |n| 2 * n + 1,
            answer: |_| 0,
            ours: |m, n| countdown::run(m, true, n),
            ocaml: Some("countdown"),
            reference: Some(140.0),
            ..WHOLE
        },
        Row {
            name: "fibonacci-recursive",
            size: 32,
            quick: 26,
            tiny: 10,
            operations: |n| 2 * fibonacci::plain(n + 1) as u64 - 1,
            answer: fibonacci::plain,
            ours: fibonacci::run,
            peers: &[("by hand", |m, n| m.time(|| fibonacci::plain(n)))],
            ocaml: Some("fibonacci-recursive"),
            reference: Some(15.7),
            ..WHOLE
        },
        Row {
            name: "product-early",
            size: 10_000,
            quick: 1000,
            tiny: 3,
            operations: |n| 1001 * n,
            answer: |_| 0,
            ours: product_early::run,
            ocaml: Some("product-early"),
            reference: Some(17.2),
            ..WHOLE
        },
        Row {
            name: "iterator",
            size: 20_000_000,
            operations: |n| n + 1,
            answer: |n| triangle(n) as i64,
            ours: |m, n| iterator::run(m, false, n),
            peers: &[
                ("by hand", direct::iterator),
                ("free monad", closures::iterator),
                ("corosensei", coroutines::iterator),
            ],
            ocaml: Some("iterator"),
            reference: Some(170.0),
            target: Some(1.25),
            ..WHOLE
        },
        Row {
            name: "iterator-capture",
            size: 20_000_000,
            operations: |n| n + 1,
            answer: |n| triangle(n) as i64,
            ours: |m, n| iterator::run(m, true, n),
            ocaml: Some("iterator"),
            reference: Some(170.0),
            ..WHOLE
        },
        Row {
            name: "generator",
            size: 21,
            quick: 16,
            tiny: 5,
            operations: |n| (1 << n) - 1,
            answer: |n| (1 << (n + 1)) - n as i64 - 2,
            ours: generator::run,
            peers: &[
                ("by hand", direct::generator),
                ("corosensei", coroutines::generator),
            ],
            ocaml: Some("generator"),
            reference: Some(65.0),
            target: Some(1.25),
            ..WHOLE
        },
        Row {
            name: "parsing-dollars",
            size: 5000,
            quick: 1000,
            tiny: 10,
            operations: |n| triangle(n) + 2 * n + 2,
            answer: |n| triangle(n) as i64,
            ours: parsing_dollars::run,
            ocaml: Some("parsing-dollars"),
            reference: Some(124.0),
            target: Some(1.25),
            ..WHOLE
        },
        Row {
            name: "handler-sieve",
            size: 10_000,
            quick: 2000,
            tiny: 100,
            operations: |n| n - 2,
            answer: handler_sieve::plain,
            ours: handler_sieve::run,
            ocaml: Some("handler-sieve"),
            target: Some(1.25),
            ..WHOLE
        },
        Row {
            name: "resume-nontail",
            size: 10_000,
            quick: 1000,
            tiny: 5,
            operations: |n| n * resume_nontail::TIMES,
            answer: resume_nontail::plain,
            ours: resume_nontail::run,
            ocaml: Some("resume-nontail"),
            reference: Some(31.4),
            target: Some(1.25),
            ..WHOLE
        },
        Row {
            name: "scheduler",
            size: 3000,
            quick: 300,
            tiny: 10,
            operations: |n| 3 * n * scheduler::TIMES,
            answer: |n| (n * scheduler::TIMES) as i64,
            ours: scheduler::run,
            peers: &[
                ("async", futures::scheduler),
                ("corosensei", coroutines::scheduler),
            ],
            ocaml: Some("scheduler"),
            reference: Some(61.2),
            target: Some(1.25),
            ..WHOLE
        },
        Row {
            name: "interruptible",
            size: 3000,
            quick: 1000,
            tiny: 20,
            operations: levels,
            answer: |n| 2 * triangle(n) as i64,
            ours: |m, n| interruptible::run(m, false, n),
            peers: &[("by hand", direct::interruptible)],
            ocaml: Some("interruptible"),
            reference: Some(473.0),
            target: Some(0.02),
            grows: true,
            ..WHOLE
        },
        Row {
            name: "interruptible-capture",
            size: 3000,
            quick: 1000,
            tiny: 20,
            operations: levels,
            answer: |n| 2 * triangle(n) as i64,
            ours: |m, n| interruptible::run(m, true, n),
            ocaml: Some("interruptible"),
            reference: Some(473.0),
            grows: true,
            ..WHOLE
        },
    ]
}
