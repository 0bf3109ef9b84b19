//! The rows that measure one operation of the machine.

use super::{PLAIN, Row, Unit};
use crate::micro::fibers::{
    bytes, drop_all, install_and_return, migrate, resume_all, spawn_fresh, spawn_hot,
};
use crate::micro::perform::{Way, growth, over_frames, perform, resume_and_wait};
use crate::peers::{closures, coroutines, direct, futures};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = depths();
    rows.extend(chains());
    rows.extend(fibers());
    rows
}

/// One effect, answered under ever more handlers.
fn depths() -> Vec<Row> {
    vec![
        Row {
            name: "answer-1",
            ours: |m, n| perform(m, Way::Answer, 1, n),
            peers: &[
                ("call", |m, n| direct::perform(m, 1, n)),
                ("free monad", |m, n| closures::perform(m, 1, n)),
                ("async", |m, n| futures::perform(m, 1, n)),
                ("corosensei", |m, n| coroutines::perform(m, 1, n)),
            ],
            ocaml: Some("perform-1"),
            reference: Some(7.25),
            target: Some(0.75),
            ..PLAIN
        },
        Row {
            name: "answer-10",
            ours: |m, n| perform(m, Way::Answer, 10, n),
            peers: &[
                ("call", |m, n| direct::perform(m, 10, n)),
                ("free monad", |m, n| closures::perform(m, 10, n)),
                ("async", |m, n| futures::perform(m, 10, n)),
                ("corosensei", |m, n| coroutines::perform(m, 10, n)),
            ],
            ocaml: Some("perform-10"),
            reference: Some(35.7),
            target: Some(0.25),
            ..PLAIN
        },
        Row {
            name: "answer-100",
            size: 1_000_000,
            quick: 100_000,
            ours: |m, n| perform(m, Way::Answer, 100, n),
            peers: &[
                ("call", |m, n| direct::perform(m, 100, n)),
                ("free monad", |m, n| closures::perform(m, 100, n)),
                ("async", |m, n| futures::perform(m, 100, n)),
                ("corosensei", |m, n| coroutines::perform(m, 100, n)),
            ],
            ocaml: Some("perform-100"),
            reference: Some(364.0),
            target: Some(0.026),
            ..PLAIN
        },
        Row {
            name: "answer-1000",
            size: 100_000,
            quick: 10_000,
            ours: |m, n| perform(m, Way::Answer, 1000, n),
            peers: &[
                ("call", |m, n| direct::perform(m, 1000, n)),
                ("free monad", |m, n| closures::perform(m, 1000, n)),
                ("async", |m, n| futures::perform(m, 1000, n)),
            ],
            ocaml: Some("perform-1000"),
            reference: Some(5328.0),
            target: Some(0.002),
            ..PLAIN
        },
        Row {
            name: "capture-1",
            ours: |m, n| perform(m, Way::Capture, 1, n),
            ocaml: Some("perform-1"),
            reference: Some(7.25),
            target: Some(1.10),
            ..PLAIN
        },
        Row {
            name: "capture-10",
            ours: |m, n| perform(m, Way::Capture, 10, n),
            ocaml: Some("perform-10"),
            reference: Some(35.7),
            target: Some(0.25),
            ..PLAIN
        },
        Row {
            name: "capture-100",
            size: 1_000_000,
            quick: 100_000,
            ours: |m, n| perform(m, Way::Capture, 100, n),
            ocaml: Some("perform-100"),
            reference: Some(364.0),
            target: Some(0.026),
            ..PLAIN
        },
        Row {
            name: "capture-1000",
            size: 100_000,
            quick: 10_000,
            ours: |m, n| perform(m, Way::Capture, 1000, n),
            ocaml: Some("perform-1000"),
            reference: Some(5328.0),
            target: Some(0.002),
            ..PLAIN
        },
        Row {
            name: "transfer-1",
            ours: |m, n| perform(m, Way::Transfer, 1, n),
            ocaml: Some("perform-1"),
            reference: Some(7.25),
            ..PLAIN
        },
        Row {
            name: "transfer-10",
            ours: |m, n| perform(m, Way::Transfer, 10, n),
            ocaml: Some("perform-10"),
            reference: Some(35.7),
            ..PLAIN
        },
        Row {
            name: "transfer-100",
            size: 1_000_000,
            quick: 100_000,
            ours: |m, n| perform(m, Way::Transfer, 100, n),
            ocaml: Some("perform-100"),
            reference: Some(364.0),
            ..PLAIN
        },
        Row {
            name: "transfer-1000",
            size: 100_000,
            quick: 10_000,
            ours: |m, n| perform(m, Way::Transfer, 1000, n),
            ocaml: Some("perform-1000"),
            reference: Some(5328.0),
            ..PLAIN
        },
    ]
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
        Row {
            name: "frames-1e3",
            size: 2_000_000,
            quick: 100_000,
            ours: |m, n| over_frames(m, 1000, n),
            ocaml: Some("frames-1e3"),
            reference: Some(7.5),
            ..PLAIN
        },
        Row {
            name: "frames-1e4",
            size: 2_000_000,
            quick: 100_000,
            ours: |m, n| over_frames(m, 10_000, n),
            ocaml: Some("frames-1e4"),
            reference: Some(8.9),
            ..PLAIN
        },
        Row {
            name: "frames-1e5",
            size: 2_000_000,
            quick: 100_000,
            ours: |m, n| over_frames(m, 100_000, n),
            ocaml: Some("frames-1e5"),
            reference: Some(21.5),
            ..PLAIN
        },
        Row {
            name: "frames-1e6",
            size: 2_000_000,
            quick: 100_000,
            ours: |m, n| over_frames(m, 1_000_000, n),
            ocaml: Some("frames-1e6"),
            reference: Some(140.0),
            target: Some(0.10),
            ..PLAIN
        },
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
            size: 1_000_000,
            quick: 1_000_000,
            ours: |m, n| growth(m, Way::Transfer, n),
            ocaml: Some("transfer-memory"),
            ..PLAIN
        },
        Row {
            name: "resume-memory",
            unit: Unit::Bytes,
            size: 1_000_000,
            quick: 1_000_000,
            ours: |m, n| growth(m, Way::Resume, n),
            ocaml: Some("resume-memory"),
            ..PLAIN
        },
    ]
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
            size: 1_000_000,
            quick: 1_000_000,
            ours: spawn_fresh,
            ocaml: Some("spawn-fresh"),
            reference: Some(586.0),
            target: Some(0.15),
            ..PLAIN
        },
        Row {
            name: "resume-1e6",
            size: 1_000_000,
            quick: 1_000_000,
            ours: resume_all,
            ocaml: Some("resume-1e6"),
            reference: Some(80.0),
            ..PLAIN
        },
        Row {
            name: "drop-1e6",
            size: 1_000_000,
            quick: 1_000_000,
            ours: drop_all,
            ocaml: Some("drop-1e6"),
            reference: Some(65.0),
            target: Some(0.2),
            ..PLAIN
        },
        Row {
            name: "bytes-1e6",
            unit: Unit::Bytes,
            size: 1_000_000,
            quick: 1_000_000,
            ours: bytes,
            ocaml: Some("bytes-1e6"),
            reference: Some(692.0),
            target: Some(0.19),
            ..PLAIN
        },
    ]
}
