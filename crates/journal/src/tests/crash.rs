//! Crashes: the process is killed before and after every commit, and the journal says exactly what was committed.

use super::{run, script, states};
use crate::rows::Change;
use crate::{CrashAt, Journal, JournalError, View};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const PATH: &str = "KONT_TEST_JOURNAL";
const CRASH: &str = "KONT_TEST_CRASH_AT";

/// This same test program, told to run nothing but [`as_a_child`].
fn child(path: &Path, crash: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "--nocapture", "tests::crash::as_a_child"])
        .env(PATH, path)
        .env(CRASH, crash)
        .stdout(Stdio::piped());
    command
}

/// The part of the child: plays the script and dies where it is told. In the parent's own run it plays it in place.
#[test]
fn as_a_child() {
    let scratch = tempfile::tempdir().unwrap();
    let path = std::env::var_os(PATH).map_or(scratch.path().join("run.kj"), PathBuf::from);
    let crash = std::env::var(CRASH).ok();
    let crash_at = crash
        .as_deref()
        .and_then(|text| text.parse::<CrashAt>().ok());
    let mut journal = Journal::create(&path, run(), crash_at).unwrap();
    if crash.as_deref() == Some("spin") {
        spin(&mut journal);
    }
    for (label, changes) in script() {
        journal.commit(label, changes).unwrap();
    }
    assert_eq!(journal.contents(), states().last().unwrap());
    if crash.as_deref() == Some("hold") {
        writeln!(std::io::stdout(), "\nholding").unwrap();
        loop {
            std::thread::park();
        }
    }
}

/// Commits numbers until somebody kills the process, and tells of each that returned.
fn spin(journal: &mut Journal) -> ! {
    for n in 0_u64.. {
        let output = Change::Output {
            stream: "stdout".to_owned(),
            bytes: n.to_string().into(),
        };
        journal.commit("spin", vec![output]).unwrap();
        let leading = if n == 0 { "\n" } else { "" };
        writeln!(std::io::stdout(), "{leading}returned {n}").unwrap();
    }
    unreachable!("the numbers do not end");
}

fn holding(path: &Path) -> Child {
    let mut child = child(path, "hold").spawn().unwrap();
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "holding"));
    child
}

#[test]
fn a_crash_at_every_boundary_leaves_exactly_what_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let states = states();
    let n_boundaries = 2 * states.len();
    for nth in 1..=n_boundaries + 1 {
        let path = folder.path().join(format!("{nth}.kj"));
        let status = child(&path, &nth.to_string()).output().unwrap().status;
        if nth > n_boundaries {
            assert!(status.success(), "there are no more boundaries");
            continue;
        }
        assert_eq!(status.signal(), Some(9), "boundary {nth}");
        if nth == 1 {
            assert!(!path.exists(), "a journal is there whole or not at all");
            continue;
        }
        let expected = &states[nth / 2 - 1];
        assert_eq!(
            View::open(&path).unwrap().contents(),
            expected,
            "boundary {nth}"
        );
        assert_eq!(
            Journal::open(&path, None).unwrap().contents(),
            expected,
            "boundary {nth}"
        );
    }
}

#[test]
fn a_boundary_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    let status = child(&path, "before result 1.1").output().unwrap().status;
    assert_eq!(status.signal(), Some(9));
    assert_eq!(View::open(&path).unwrap().contents(), &states()[11]);
    assert_eq!(
        "later".parse::<CrashAt>().unwrap_err().to_string(),
        "`later` is neither a number nor `before LABEL` nor `after LABEL`"
    );
}

#[test]
fn a_journal_of_a_live_process_is_locked_and_of_a_killed_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.kj");
    let mut holder = holding(&path);
    let err = Journal::open(&path, None).unwrap_err();
    assert_eq!(
        err.to_string()
            .replace(&path.display().to_string(), "run.kj"),
        format!(
            "`run.kj` is held by process {}\n\
             help: wait until it ends, or stop it; `kont show run.kj` works meanwhile",
            holder.id()
        )
    );
    assert!(matches!(err, JournalError::Locked { pid: Some(pid), .. } if pid == holder.id()));
    assert_eq!(
        View::open(&path).unwrap().contents(),
        states().last().unwrap()
    );
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert_eq!(
        Journal::open(&path, None).unwrap().contents(),
        states().last().unwrap()
    );
}

#[test]
fn a_process_killed_at_any_moment_keeps_every_commit_that_returned() {
    for round in 0..40 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.kj");
        let mut child = child(&path, "spin").spawn().unwrap();
        let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        let wanted = format!("returned {}", round * 3);
        assert!(lines.map_while(Result::ok).any(|line| line == wanted));
        // Somewhere in a later commit, wherever the scheduler has it.
        std::thread::sleep(std::time::Duration::from_micros(round * 37));
        child.kill().unwrap();
        child.wait().unwrap();
        let journal = Journal::open(&path, None).unwrap();
        let numbers: Vec<_> = journal
            .contents()
            .output
            .iter()
            .map(|it| it.bytes.clone())
            .collect();
        let n_kept = u64::try_from(numbers.len()).unwrap();
        assert!(
            n_kept > round * 3,
            "commit {} returned, {n_kept} are kept",
            round * 3
        );
        let expected: Vec<_> = (0..n_kept).map(|n| n.to_string().into_bytes()).collect();
        assert_eq!(numbers, expected);
    }
}

/// The journal and its log as a killed process leaves them after the whole script.
pub(super) fn crashed_files(path: &Path) -> (Vec<u8>, Vec<u8>) {
    let mut holder = holding(path);
    holder.kill().unwrap();
    holder.wait().unwrap();
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    (fs::read(path).unwrap(), fs::read(log).unwrap())
}
