//! Damage: whatever happens to the bytes, a journal gives what was written or an error.

use super::{play, script, states};
use crate::rows::{Change, Contents};
use crate::{Journal, JournalError, View};
use std::fs;
use std::path::Path;

/// Reads everything there is to read.
fn read_all(path: &Path) -> Result<(Contents, Vec<Vec<u8>>), JournalError> {
    let view = View::open(path)?;
    let contents = view.contents().clone();
    let snapshots = contents
        .snapshots
        .keys()
        .map(|&after| view.snapshot(after))
        .collect::<Result<_, _>>()?;
    Ok((contents, snapshots))
}

/// A pseudo-random sequence that is the same at every run.
fn numbers() -> impl FnMut(usize) -> usize {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    }
}

#[test]
fn a_journal_cut_at_any_length_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    drop(play(&path, script().len()));
    let whole = fs::read(&path).unwrap();
    let mut n_truncated = 0;
    for len in (0..whole.len())
        .step_by(61)
        .chain([99, 100, 4095, 4096, whole.len() - 1])
    {
        fs::write(&path, &whole[..len]).unwrap();
        let err = read_all(&path).expect_err(&format!("{len} bytes of {}", whole.len()));
        n_truncated += usize::from(matches!(err, JournalError::Truncated { .. }));
        assert!(Journal::open(&path, None).is_err());
        assert_eq!(
            fs::read(&path).unwrap(),
            whole[..len],
            "a refusal changes nothing"
        );
    }
    assert!(
        n_truncated > 100,
        "most lengths are seen for what they are: {n_truncated}"
    );
}

#[test]
fn flipped_bits_never_give_wrong_data() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    drop(play(&path, script().len()));
    let whole = fs::read(&path).unwrap();
    let expected = read_all(&path).unwrap();
    let mut number = numbers();
    let (mut n_refused, mut n_intact) = (0, 0);
    for offset in (0..whole.len()).step_by(11) {
        let mut bytes = whole.clone();
        bytes[offset] ^= 1 << number(8);
        fs::write(&path, &bytes).unwrap();
        match read_all(&path) {
            Ok(found) => {
                assert_eq!(found, expected, "byte {offset}");
                n_intact += 1;
            }
            Err(_) => n_refused += 1,
        }
    }
    assert!(
        n_refused > 500 && n_intact > 100,
        "{n_refused} refused, {n_intact} intact"
    );
}

#[test]
fn a_writer_that_opens_a_damaged_journal_writes_no_wrong_data() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    drop(play(&path, 6));
    let whole = fs::read(&path).unwrap();
    let (label, changes) = script().swap_remove(6);
    let mut number = numbers();
    for _ in 0..400 {
        let mut bytes = whole.clone();
        let offset = number(bytes.len());
        bytes[offset] ^= 1 << number(8);
        fs::write(&path, &bytes).unwrap();
        let written = Journal::open(&path, None)
            .and_then(|mut journal| journal.commit(label, changes.clone()));
        if written.is_ok() {
            assert_eq!(read_all(&path).unwrap().0, states()[7], "byte {offset}");
        }
    }
}

#[test]
fn a_damaged_snapshot_is_its_own_error_and_the_rest_stays_readable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    drop(play(&path, script().len()));
    let mut bytes = fs::read(&path).unwrap();
    let run_of_snapshot = bytes
        .windows(64)
        .position(|window| window == [0xA5; 64])
        .unwrap();
    bytes[run_of_snapshot + 30] ^= 4;
    fs::write(&path, &bytes).unwrap();
    let view = View::open(&path).unwrap();
    assert_eq!(view.contents(), states().last().unwrap());
    assert_eq!(
        view.snapshot(1)
            .unwrap_err()
            .to_string()
            .replace(&path.display().to_string(), "run.kj"),
        "`run.kj` has a damaged snapshot (after delivery 1): its sha256 differs\n\
         help: nothing was changed; `--rebuild` runs the program again from its source with the \
         recorded answers"
    );
}

#[test]
fn a_row_that_another_program_changed_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    for sql in [
        "UPDATE steps SET state = 'ended' WHERE call = 3",
        "DELETE FROM steps WHERE call = 1",
        "UPDATE calls SET outcome = x'00' WHERE call = 2",
        "UPDATE run SET source = 'pay(2)'",
        "UPDATE run SET status = 'tired'",
        "DELETE FROM run",
        "DELETE FROM output WHERE seq = 0",
        "DROP TABLE snapshots",
        "CREATE TABLE more (x)",
    ] {
        drop(play(&path, 7));
        let conn = rusqlite::Connection::open(&path).unwrap();
        conn.execute_batch(sql).unwrap();
        drop(conn);
        let err = View::open(&path).expect_err(sql);
        assert!(matches!(err, JournalError::Damaged { .. }), "{sql}: {err}");
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_damaged_log_that_a_crash_left_loses_no_commit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    let (file, log) = super::crash::crashed_files(&path);
    let expected = states().last().unwrap().clone();
    assert!(!log.is_empty(), "a crash leaves a log");
    let log_path = folder.path().join("run.kj-wal");
    let mut number = numbers();
    let mut n_intact = 0;
    for round in 0..400 {
        let mut damaged = log.clone();
        if round % 2 == 0 {
            damaged.truncate(number(log.len()));
        } else {
            damaged[number(log.len())] ^= 1 << number(8);
        }
        fs::write(&path, &file).unwrap();
        fs::write(&log_path, &damaged).unwrap();
        let _ = fs::remove_file(folder.path().join("run.kj-shm"));
        if let Ok(journal) = Journal::open(&path, None) {
            assert_eq!(journal.contents(), &expected, "round {round}");
            n_intact += 1;
        }
    }
    assert!(n_intact > 0);
}

#[test]
fn a_full_disk_is_an_error_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    let mut journal = play(&path, 5);
    journal.view().limit_pages_for_test();
    let before = journal.contents().clone();
    let err = journal
        .commit(
            "snapshot",
            vec![Change::Snapshot {
                bytes: vec![1; 1_000_000],
            }],
        )
        .unwrap_err();
    assert!(matches!(err, JournalError::Sqlite { .. }), "{err}");
    assert_eq!(journal.contents(), &before);
    drop(journal);
    assert_eq!(read_all(&path).unwrap().0, before);
}
