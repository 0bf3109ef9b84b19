//! The rows of the scheduler.

use super::{PLAIN, Part, Row, Unit};
use crate::{peers::tokio, tasks};

const TASKS: Row = Row {
    part: Part::Scheduler,
    size: 1_000_000,
    quick: 200_000,
    ..PLAIN
};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row {
            name: "tasks-join",
            ours: tasks::join,
            peers: &[("tokio", tokio::join)],
            ocaml: Some("tasks-join"),
            ..TASKS
        },
        Row {
            name: "tasks-gather",
            ours: tasks::gather,
            peers: &[("tokio", tokio::gather)],
            ocaml: Some("tasks-gather"),
            ..TASKS
        },
        Row {
            name: "tasks-scope",
            ours: tasks::scoped,
            peers: &[("tokio", tokio::gather)],
            ..TASKS
        },
        Row {
            name: "tasks-yield",
            size: 5_000_000,
            quick: 1_000_000,
            ours: |m, n| tasks::take_turns(m, 0, n),
            peers: &[("tokio", |m, n| tokio::take_turns(m, 0, n))],
            ocaml: Some("tasks-yield"),
            ..TASKS
        },
        Row {
            name: "tasks-yield-100",
            ours: |m, n| tasks::take_turns(m, 100, n),
            peers: &[("tokio", |m, n| tokio::take_turns(m, 100, n))],
            ocaml: Some("tasks-yield-100"),
            ..TASKS
        },
        Row {
            name: "tasks-channel",
            ours: tasks::ping_pong,
            peers: &[("tokio", tokio::ping_pong)],
            ocaml: Some("tasks-channel"),
            ..TASKS
        },
        Row {
            name: "tasks-semaphore",
            ours: tasks::contend,
            peers: &[("tokio", tokio::contend)],
            ocaml: Some("tasks-semaphore"),
            ..TASKS
        },
        Row {
            name: "tasks-sleep",
            size: 100_000,
            quick: 100_000,
            ours: tasks::sleep,
            peers: &[("tokio", tokio::sleep)],
            ocaml: Some("tasks-sleep"),
            ..TASKS
        },
        Row {
            name: "tasks-cancel",
            size: 100_000,
            quick: 100_000,
            ours: tasks::cancel,
            peers: &[("tokio", tokio::cancel)],
            ocaml: Some("tasks-cancel"),
            ..TASKS
        },
        Row {
            name: "tasks-bytes",
            unit: Unit::Bytes,
            quick: 1_000_000,
            ours: tasks::bytes,
            peers: &[("tokio", tokio::bytes)],
            ocaml: Some("tasks-bytes"),
            ..TASKS
        },
    ]
}
