//! Tests of the journal: what it keeps, what it survives, what it refuses.

mod crash;
mod damage;
mod fork;
mod open;

use crate::rows::{Call, Change, Contents, Run, Status, Step, StepKind, StepState};
use crate::stage::Stage;
use crate::{Blob, Journal};
use std::path::Path;

fn blob(text: &str) -> Blob {
    Blob {
        bytes: text.as_bytes().to_vec(),
        text: text.to_owned(),
    }
}

fn run() -> Run {
    Run {
        run_id: "4f1d".to_owned(),
        created_ms: 1_790_000_000_000,
        kont_version: "0.1.0".to_owned(),
        filename: "pay.py".to_owned(),
        source: "pay(1)\n".repeat(300),
        tools: Some("tools.py".to_owned()),
        policy: None,
        capabilities: "[]".to_owned(),
        limits: "{}".to_owned(),
        seed: u64::MAX - 1,
        forked_from: None,
        status: Status::Running,
        ending: None,
        trace: [0; 32],
    }
}

fn perform(id: u64) -> Change {
    Change::Perform(Call {
        id,
        name: "pay".to_owned(),
        request: blob(&format!("pay({id})")),
        place: format!("pay.py:{id}"),
        performed_after: 0,
        delivered: None,
    })
}

fn begin(call: u64, step: u32, kind: StepKind) -> Change {
    Change::Begin(Step {
        call,
        step,
        kind,
        request: blob(&format!("step {call}.{step}")),
        key: (kind == StepKind::Execute).then(|| format!("key-{call}-{step}")),
        attempts: 0,
        state: StepState::Open,
        begun_ms: 17,
        result: None,
        ended_ms: None,
        answered_by: None,
    })
}

fn end(call: u64, step: u32) -> Change {
    Change::End {
        call,
        step,
        result: blob("done"),
        ended_ms: 18,
        answered_by: Some("you".to_owned()),
    }
}

fn deliver(call: u64) -> Change {
    Change::Deliver {
        call,
        outcome: blob("7"),
        note: None,
        trace: [u8::try_from(call).unwrap(); 32],
    }
}

/// Commits as a driver makes them: two calls at once, one asked about, one answered first, then a third.
fn script() -> Vec<(&'static str, Vec<Change>)> {
    let output = |text: &str| Change::Output {
        stream: "stdout".to_owned(),
        bytes: text.into(),
    };
    vec![
        (
            "turn 0",
            vec![
                output("start\n"),
                perform(1),
                perform(2),
                Change::Trace([9; 32]),
            ],
        ),
        ("ask 1.0", vec![begin(1, 0, StepKind::Question)]),
        ("intent 2.0", vec![begin(2, 0, StepKind::Execute)]),
        ("result 2.0", vec![end(2, 0)]),
        ("turn 1", vec![deliver(2), output("two\n"), perform(3)]),
        ("intent 3.0", vec![begin(3, 0, StepKind::Execute)]),
        (
            "snapshot",
            vec![Change::Snapshot {
                bytes: vec![0xA5; 9000],
            }],
        ),
        ("ready 3.0", vec![Change::Ready { call: 3, step: 0 }]),
        ("intent 3.0", vec![begin(3, 0, StepKind::Execute)]),
        ("answer 1.0", vec![end(1, 0)]),
        ("intent 1.1", vec![begin(1, 1, StepKind::Execute)]),
        ("result 1.1", vec![end(1, 1)]),
        ("turn 2", vec![deliver(1), output("one\n")]),
        ("result 3.0", vec![end(3, 0)]),
        (
            "turn 3",
            vec![
                deliver(3),
                output("three\n"),
                Change::Status {
                    status: Status::Done,
                    ending: Some(blob("None")),
                },
            ],
        ),
    ]
}

/// What the journal holds before the script and after each of its commits, worked out without a file.
fn states() -> Vec<Contents> {
    let mut contents = Contents::new(run());
    let mut states = vec![contents.clone()];
    for (_, changes) in script() {
        let mut stage = Stage::new(&contents);
        changes
            .into_iter()
            .for_each(|change| stage.apply(change).unwrap());
        stage.into_rows().merge_into(&mut contents);
        states.push(contents.clone());
    }
    states
}

fn play(path: &Path, n_commits: usize) -> Journal {
    let mut journal = Journal::create(path, run(), None).unwrap();
    for (label, changes) in script().into_iter().take(n_commits) {
        journal.commit(label, changes).unwrap();
    }
    journal
}
