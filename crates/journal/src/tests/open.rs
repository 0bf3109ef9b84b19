//! Making and opening: what comes back, who may write, and every refusal with its text.

use super::{begin, deliver, end, perform, play, run, script, states};
use crate::rows::{Change, StepKind};
use crate::{Journal, JournalError, View};
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn what_was_committed_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    for (n_commits, expected) in states().iter().enumerate() {
        let journal = play(&path, n_commits);
        assert_eq!(journal.contents(), expected);
        drop(journal);
        assert_eq!(View::open(&path).unwrap().contents(), expected);
        assert_eq!(Journal::open(&path, None).unwrap().contents(), expected);
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_closed_journal_is_one_file() {
    let folder = tempfile::tempdir().unwrap();
    drop(play(&folder.path().join("run.kj"), script().len()));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_copy_of_the_file_alone_has_every_commit_while_the_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    let copy = folder.path().join("copy.kj");
    let mut journal = Journal::create(&path, run(), None).unwrap();
    for ((label, changes), expected) in script().into_iter().zip(&states()[1..]) {
        journal.commit(label, changes).unwrap();
        fs::copy(&path, &copy).unwrap();
        assert_eq!(View::open(&copy).unwrap().contents(), expected);
    }
}

#[test]
fn a_snapshot_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let journal = play(&folder.path().join("run.kj"), script().len());
    assert_eq!(journal.view().snapshot(1).unwrap(), vec![0xA5; 9000]);
    assert!(matches!(
        journal.view().snapshot(2),
        Err(JournalError::Misuse(_))
    ));
}

#[test]
fn a_second_writer_is_refused_and_a_reader_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    let journal = play(&path, 3);
    let pid = std::process::id();
    match Journal::open(&path, None) {
        Err(JournalError::Locked {
            pid: Some(found), ..
        }) => assert_eq!(found, pid),
        other => panic!("{other:?}"),
    }
    assert_eq!(View::open(&path).unwrap().contents(), journal.contents());
    drop(journal);
    Journal::open(&path, None).unwrap();
}

/// Other programs may look into a journal while its run goes on: what they do when they leave must not harm it.
#[test]
fn a_browser_that_comes_and_goes_takes_nothing_along() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    drop(play(&path, 0));
    let mut journal = Journal::open(&path, None).unwrap();
    let states = states();
    for ((label, changes), expected) in script().into_iter().zip(&states[1..]) {
        let browser = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); \
                       print(db.execute('SELECT count(*) FROM calls').fetchone()); db.close()";
        let browsed = Command::new("python3")
            .args(["-c", browser])
            .arg(&path)
            .output()
            .unwrap();
        assert!(browsed.status.success());
        journal.commit(label, changes).unwrap();
        let log = fs::metadata(folder.path().join("run.kj-wal"));
        assert!(
            log.is_ok(),
            "the log is not taken away from under the writer"
        );
        assert_eq!(View::open(&path).unwrap().contents(), expected);
    }
}

fn refusal(path: &Path) -> String {
    let reading = View::open(path).unwrap_err().to_string();
    let writing = Journal::open(path, None).unwrap_err().to_string();
    assert_eq!(reading, writing);
    reading.replace(&path.display().to_string(), "run.kj")
}

fn patched(offset: usize, field: u32) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    drop(play(&path, 4));
    let mut bytes = fs::read(&path).unwrap();
    bytes[offset..offset + 4].copy_from_slice(&field.to_be_bytes());
    fs::write(&path, bytes).unwrap();
    refusal(&path)
}

#[test]
fn what_is_not_a_journal_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    assert_eq!(
        refusal(&path),
        "no journal `run.kj`\nhelp: `kont run FILE --journal run.kj` makes one"
    );
    fs::write(&path, "").unwrap();
    assert_eq!(
        refusal(&path),
        "`run.kj` is empty, so it is not a journal\nhelp: remove it and run again"
    );
    for text in ["x", &"print(1)\n".repeat(100)] {
        fs::write(&path, text).unwrap();
        assert_eq!(
            refusal(&path),
            "`run.kj` is not a journal: it is not an SQLite file"
        );
    }
    fs::remove_file(&path).unwrap();
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch("CREATE TABLE ledger (iban TEXT)")
        .unwrap();
    drop(conn);
    assert_eq!(
        refusal(&path),
        "`run.kj` is an SQLite file, but not a journal of kont: its application id is `0x0`"
    );
    assert!(refusal(folder.path()).starts_with("cannot read `run.kj`: "));
}

#[test]
fn a_newer_journal_and_one_without_version_are_told_apart() {
    assert_eq!(
        patched(60, 2),
        "`run.kj` has journal version 2, and this kont knows versions up to 1\n\
         help: use the kont that wrote it, or a later one"
    );
    assert!(patched(60, 0).starts_with("`run.kj` is damaged: it has no journal version"));
    assert!(patched(68, 0x1234).ends_with("its application id is `0x1234`"));
}

#[test]
fn a_new_journal_overwrites_nothing_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    fs::write(&path, "mine").unwrap();
    let err = Journal::create(&path, run(), None).unwrap_err();
    assert!(matches!(err, JournalError::Exists { .. }), "{err}");
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    let missing = folder.path().join("no/run.kj");
    let err = Journal::create(&missing, run(), None)
        .unwrap_err()
        .to_string();
    let expected = format!(
        "cannot create `{}`: there is no folder `{}`",
        missing.display(),
        folder.path().join("no").display()
    );
    assert_eq!(err, expected);
}

/// A folder in which nobody can make files, also not the superuser.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let path = Path::new("/proc/sys/run.kj");
    let err = Journal::create(path, run(), None).unwrap_err();
    assert!(
        matches!(
            err,
            JournalError::Io {
                action: "create",
                ..
            }
        ),
        "{err}"
    );
    assert!(
        err.to_string()
            .starts_with("cannot create `/proc/sys/run.kj`: "),
        "{err}"
    );
}

#[test]
fn a_change_that_contradicts_the_record_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = play(&folder.path().join("run.kj"), 5);
    let before = journal.contents().clone();
    for (change, why) in [
        (deliver(2), "call 2 has its answer already"),
        (deliver(7), "there is no call 7"),
        (perform(2), "call 2 cannot follow call 3"),
        (perform(5), "call 5 cannot follow call 3"),
        (begin(2, 0, StepKind::Execute), "step 2.0 has begun already"),
        (begin(3, 1, StepKind::Execute), "step 3.1 skips a step"),
        (begin(8, 0, StepKind::Execute), "there is no call 8"),
        (end(2, 0), "step 2.0 has ended already"),
        (end(3, 0), "there is no step 3.0"),
        (
            Change::Ready { call: 2, step: 0 },
            "step 2.0 is not in doubt",
        ),
        (
            Change::Ready { call: 1, step: 0 },
            "step 1.0 is not in doubt",
        ),
    ] {
        let good = Change::Output {
            stream: "stdout".to_owned(),
            bytes: b"x".to_vec(),
        };
        let err = journal.commit("bad", vec![good, change]).unwrap_err();
        assert_eq!(err.to_string(), format!("the journal refuses: {why}"));
    }
    assert_eq!(journal.contents(), &before);
    journal
        .commit("good", vec![begin(3, 0, StepKind::Execute)])
        .unwrap();
}
