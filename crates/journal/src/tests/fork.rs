//! Forks: the past of one call, in a file of its own.

use super::{play, script};
use crate::rows::{Status, StepState};
use crate::{Journal, JournalError, View, branch_at, write_branch};
use std::fs;
use std::path::Path;

fn fork_at(view: &View, call: u64, run_id: String, path: &Path) -> Result<(), JournalError> {
    write_branch(view, &branch_at(view.contents(), call, run_id)?, path)
}

#[test]
fn a_fork_holds_everything_before_the_answer_and_the_question_is_open_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    drop(play(&path, script().len()));
    let before = fs::read(&path).unwrap();

    let other = folder.path().join("other.kj");
    fork_at(&View::open(&path).unwrap(), 1, "new".to_owned(), &other).unwrap();
    assert_eq!(
        fs::read(&path).unwrap(),
        before,
        "the original is untouched, byte for byte"
    );

    let fork = Journal::open(&other, None).unwrap();
    let contents = fork.contents();
    assert_eq!(contents.run.run_id, "new");
    assert_eq!(contents.run.forked_from.as_deref(), Some("4f1d@1"));
    assert_eq!(contents.run.status, Status::Waiting);
    assert_eq!(
        contents.run.trace, [2; 32],
        "the trace after the delivery of call 2"
    );
    assert_eq!(contents.run.ending, None);
    assert_eq!(contents.delivered, 1);
    assert_eq!(
        contents.calls.keys().copied().collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert!(contents.calls[&1].delivered.is_none());
    assert!(contents.calls[&3].delivered.is_none());
    assert_eq!(
        contents.steps.keys().copied().collect::<Vec<_>>(),
        [(1, 0), (2, 0), (3, 0)]
    );
    assert_eq!(contents.steps[&(1, 0)].state, StepState::Open);
    assert_eq!(contents.steps[&(1, 0)].result, None);
    assert_eq!(
        contents.steps[&(3, 0)].state,
        StepState::Ended,
        "what was done is done"
    );
    let printed: Vec<u8> = contents
        .output
        .iter()
        .flat_map(|it| it.bytes.clone())
        .collect();
    assert_eq!(printed, b"start\ntwo\n");
    assert_eq!(fork.view().snapshot(1).unwrap(), vec![0xA5; 9000]);
}

#[test]
fn a_fork_at_a_call_without_question_begins_it_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    drop(play(&path, script().len()));
    let other = folder.path().join("other.kj");
    fork_at(&View::open(&path).unwrap(), 2, "new".to_owned(), &other).unwrap();
    let fork = View::open(&other).unwrap();
    let contents = fork.contents();
    assert_eq!(contents.delivered, 0);
    assert_eq!(contents.run.trace, [0; 32]);
    assert_eq!(contents.calls.keys().copied().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(
        contents.steps.keys().copied().collect::<Vec<_>>(),
        [(1, 0), (1, 1)]
    );
    assert!(contents.snapshots.is_empty());
}

#[test]
fn a_fork_at_no_call_or_onto_a_file_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    drop(play(&path, script().len()));
    let view = View::open(&path).unwrap();
    let other = folder.path().join("other.kj");
    let err = fork_at(&view, 4, "new".to_owned(), &other).unwrap_err();
    assert_eq!(
        err.to_string(),
        "the journal refuses: there is no call 4; the run has 3"
    );
    assert!(!other.exists());
    let err = fork_at(&view, 1, "new".to_owned(), &path).unwrap_err();
    assert!(matches!(err, JournalError::Exists { .. }));
}
