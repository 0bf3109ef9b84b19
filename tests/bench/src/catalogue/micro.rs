//! The rows that measure one operation of the machine.

use super::{PLAIN, Program, Row, Unit};
use crate::micro::fibers::{bytes, drop_all, migrate, resume_all, spawn_fresh, spawn_hot};
use crate::micro::install::install_and_return;
use crate::micro::perform::{Way, growth, over_frames, perform, resume_and_wait};
use crate::peers::{closures, coroutines, direct, futures};

/// A million at a time.
const MILLION: Row = Row {
    size: 1_000_000,
    quick: 1_000_000,
    ..PLAIN
};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = depths();
    rows.extend(chains());
    rows.extend(fibers());
    rows
}

/// One effect, answered under ever more handlers.
fn depths() -> Vec<Row> {
    vec![
        answer::<1>("answer-1", 0.75),
        answer::<10>("answer-10", 0.25),
        answer::<100>("answer-100", 0.026),
        answer::<1000>("answer-1000", 0.002),
        capture::<1>("capture-1", 1.10),
        capture::<10>("capture-10", 0.25),
        capture::<100>("capture-100", 0.026),
        capture::<1000>("capture-1000", 0.002),
        transfer::<1>("transfer-1"),
        transfer::<10>("transfer-10"),
        transfer::<100>("transfer-100"),
        transfer::<1000>("transfer-1000"),
    ]
}

fn answer<const DEPTH: u64>(name: &'static str, target: f64) -> Row {
    let peers: &[(&str, Program)] = &[
        ("call", |m, n| direct::perform(m, DEPTH, n)),
        ("free monad", |m, n| closures::perform(m, DEPTH, n)),
        ("async", |m, n| futures::perform(m, DEPTH, n)),
        ("corosensei", |m, n| coroutines::perform(m, DEPTH, n)),
    ];
    Row {
        name,
        ours: |m, n| perform(m, Way::Answer, DEPTH, n),
        // A thousand native stacks in one another take too long.
        peers: if DEPTH < 1000 { peers } else { &peers[..3] },
        target: Some(target),
        ..at_depth(DEPTH)
    }
}

fn capture<const DEPTH: u64>(name: &'static str, target: f64) -> Row {
    Row {
        name,
        ours: |m, n| perform(m, Way::Capture, DEPTH, n),
        target: Some(target),
        ..at_depth(DEPTH)
    }
}

fn transfer<const DEPTH: u64>(name: &'static str) -> Row {
    Row {
        name,
        ours: |m, n| perform(m, Way::Transfer, DEPTH, n),
        ..at_depth(DEPTH)
    }
}

/// OCaml's side is the same for all ways of answering, and takes longer the deeper it is.
fn at_depth(depth: u64) -> Row {
    let (size, ocaml, reference) = match depth {
        1 => (5_000_000, "perform-1", 7.25),
        10 => (5_000_000, "perform-10", 35.7),
        100 => (1_000_000, "perform-100", 364.0),
        _ => (100_000, "perform-1000", 5328.0),
    };
    Row {
        size,
        quick: size / 5,
        ocaml: Some(ocaml),
        reference: Some(reference),
        ..PLAIN
    }
}

/// Long chains between the performer and its handler, and handlers that wait.
fn chains() -> Vec<Row> {
    vec![
        Row {
            name: "resume-wait",
            size: 1_000_000,
            quick: 100_000,
            answer: |n| (n.div_ceil(1000) * n.min(1000)) as i64,
            ours: resume_and_wait,
            ocaml: Some("resume-wait"),
            reference: Some(31.0),
            ..PLAIN
        },
        over::<1_000>("frames-1e3", 7.5, None),
        over::<10_000>("frames-1e4", 8.9, None),
        over::<100_000>("frames-1e5", 21.5, None),
        over::<1_000_000>("frames-1e6", 140.0, Some(0.10)),
        Row {
            name: "migrate-under-200",
            size: 100_000,
            quick: 10_000,
            ours: |m, n| migrate(m, false, n),
            ocaml: Some("migrate-under-200"),
            target: Some(0.5),
            ..PLAIN
        },
        Row {
            name: "migrate-with-200",
            size: 100_000,
            quick: 10_000,
            ours: |m, n| migrate(m, true, n),
            ocaml: Some("migrate-with-200"),
            target: Some(0.5),
            ..PLAIN
        },
        Row {
            name: "transfer-memory",
            unit: Unit::Bytes,
            ours: |m, n| growth(m, Way::Transfer, n),
            ocaml: Some("transfer-memory"),
            ..MILLION
        },
        Row {
            name: "resume-memory",
            unit: Unit::Bytes,
            ours: |m, n| growth(m, Way::Resume, n),
            ocaml: Some("resume-memory"),
            ..MILLION
        },
    ]
}

fn over<const FRAMES: u64>(name: &'static str, reference: f64, target: Option<f64>) -> Row {
    Row {
        name,
        size: 2_000_000,
        quick: 100_000,
        ours: |m, n| over_frames(m, FRAMES, n),
        ocaml: Some(name),
        reference: Some(reference),
        target,
        ..PLAIN
    }
}

/// Fibers, made and kept and let go.
fn fibers() -> Vec<Row> {
    vec![
        Row {
            name: "install",
            size: 2_000_000,
            quick: 200_000,
            ours: install_and_return,
            ocaml: Some("install"),
            reference: Some(13.2),
            target: Some(0.7),
            ..PLAIN
        },
        Row {
            name: "spawn-hot",
            size: 2_000_000,
            quick: 200_000,
            ours: spawn_hot,
            peers: &[("async", futures::spawn_hot)],
            ocaml: Some("spawn-hot"),
            reference: Some(47.0),
            target: Some(0.5),
            ..PLAIN
        },
        Row {
            name: "spawn-fresh",
            ours: spawn_fresh,
            ocaml: Some("spawn-fresh"),
            reference: Some(586.0),
            target: Some(0.15),
            ..MILLION
        },
        Row {
            name: "resume-1e6",
            ours: resume_all,
            ocaml: Some("resume-1e6"),
            reference: Some(80.0),
            ..MILLION
        },
        Row {
            name: "drop-1e6",
            ours: drop_all,
            ocaml: Some("drop-1e6"),
            reference: Some(65.0),
            target: Some(0.2),
            ..MILLION
        },
        Row {
            name: "bytes-1e6",
            unit: Unit::Bytes,
            ours: bytes,
            ocaml: Some("bytes-1e6"),
            reference: Some(692.0),
            target: Some(0.19),
            ..MILLION
        },
    ]
}
