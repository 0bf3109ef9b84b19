//! Bad input: each kind gets its own message and the status 2, and nothing is lost.

use super::{Exit, Shell};
use journal::Journal;
use std::fs;

fn refused(exit: &Exit, message: &str) {
    assert_eq!(exit.err, format!("error: {message}\n"));
    assert_eq!((exit.status, exit.out.as_str()), (2, ""));
}

#[test]
fn a_program_that_cannot_be_read() {
    let mut shell = Shell::new("a: print hi\n");
    let exit = shell.kont("run @/no.py");
    refused(
        &exit,
        "cannot read `@/no.py`: No such file or directory (os error 2)",
    );
    fs::write(shell.path("latin.py"), b"a: print hi\nb: print \xe9\n").unwrap();
    let exit = shell.kont("run @/latin.py");
    refused(
        &exit,
        "cannot read `@/latin.py`: it is not Python source: line 2 is not UTF-8",
    );
    let exit = shell.kont("run @/");
    assert_eq!(exit.status, 2);
    assert!(
        exit.err.starts_with("error: cannot read `@/`: "),
        "{}",
        exit.err
    );
}

#[test]
fn a_program_that_does_not_compile_fails_and_leaves_no_journal() {
    let mut shell = Shell::new("not a script\n");
    let exit = shell.kont("run @/pay.py --journal @/run.kj");
    assert_eq!(exit.status, 1);
    assert_eq!(
        exit.err,
        "  File \"@/pay.py\", line 1\nSyntaxError: no task\n"
    );
    assert!(!shell.path("run.kj").exists());
}

#[test]
fn tools_without_cpython() {
    let mut shell = Shell::new("a: pay 70\n");
    let message = "`@/tools.py` is Python, and this `kont` was built without CPython\n\
                   help: `pip install kont` brings a `kont` that runs tools";
    shell.has_host = false;
    let exit = shell.kont("run @/pay.py --tools @/tools.py --journal @/run.kj");
    refused(&exit, message);
    assert!(!shell.path("run.kj").exists());

    shell.has_host = true;
    shell.kont("run @/pay.py --tools @/tools.py --journal @/run.kj");
    shell.has_host = false;
    refused(&shell.kont("resume @/run.kj --approve 1"), message);
    shell.has_host = true;
    assert_eq!(
        shell.kont("resume @/run.kj --approve 1").status,
        0,
        "and the answer was not lost"
    );
}

#[test]
fn tools_that_cannot_be_loaded_leave_no_journal() {
    let mut shell = Shell::new("a: pay 70\n");
    let exit = shell.kont("run @/pay.py --tools @/broken.py --journal @/run.kj");
    refused(&exit, "`@/broken.py` cannot be loaded");
    assert!(!shell.path("run.kj").exists());
}

#[test]
fn a_journal_that_exists_is_not_run_again() {
    let mut shell = Shell::new("a: pay 70\n");
    shell.kont("run @/pay.py --tools @/tools.py --journal @/run.kj");
    let before = fs::read(shell.path("run.kj")).unwrap();
    let exit = shell.kont("run @/pay.py --tools @/broken.py --journal @/run.kj");
    refused(
        &exit,
        "`@/run.kj` exists already\n\
         help: go on with it with `kont resume @/run.kj`, or choose another name",
    );
    assert_eq!(fs::read(shell.path("run.kj")).unwrap(), before);
}

#[test]
fn a_file_that_is_no_journal() {
    let mut shell = Shell::new("a: print hi\n");
    for verb in [
        "resume @/pay.py",
        "replay @/pay.py",
        "show @/pay.py",
        "fork @/pay.py@1 -o @/o",
    ] {
        refused(
            &shell.kont(verb),
            "`@/pay.py` is not a journal: it is not an SQLite file",
        );
    }
    for verb in [
        "resume @/no.kj",
        "replay @/no.kj",
        "show @/no.kj",
        "fork @/no.kj@1 -o @/o",
    ] {
        refused(
            &shell.kont(verb),
            "no journal `@/no.kj`\nhelp: `kont run FILE --journal @/no.kj` makes one",
        );
    }
    assert!(!shell.path("no.kj").exists() && !shell.path("o").exists());
}

#[test]
fn a_journal_that_another_process_holds() {
    let mut shell = Shell::new("a: pay 70\n");
    shell.kont("run @/pay.py --tools @/tools.py --journal @/run.kj");
    let holder = Journal::open(&shell.path("run.kj"), None).unwrap();
    let message = format!(
        "`@/run.kj` is held by process {}\n\
         help: wait until it ends, or stop it; `kont show @/run.kj` works meanwhile",
        std::process::id()
    );
    refused(&shell.kont("resume @/run.kj --approve 1"), &message);
    assert_eq!(shell.kont("show @/run.kj").status, 0);
    assert_eq!(shell.kont("replay @/run.kj").status, 0);
    drop(holder);
    assert_eq!(shell.kont("resume @/run.kj --approve 1").status, 0);
}

#[test]
fn answers_to_what_was_not_asked() {
    let mut shell = Shell::new("a: pay 70\n");
    shell.kont("run @/pay.py --tools @/tools.py --journal @/run.kj");
    refused(
        &shell.kont("resume @/run.kj --approve 7"),
        "there is no call 07: the run has 1\nhelp: open questions: 01",
    );
    refused(
        &shell.kont("resume @/run.kj --query 1"),
        "call 01 `pay(70)` is not in doubt\nhelp: open questions: 01",
    );
    let exit = shell.kont("resume @/run.kj --assume-done 1 --value {1:2}");
    assert!(
        exit.err.starts_with("error: `--value {1:2}` is not JSON: "),
        "{}",
        exit.err
    );
    assert_eq!(shell.kont("resume @/run.kj --approve 1").status, 0);
    refused(
        &shell.kont("resume @/run.kj --approve 1"),
        "the question of call 01 was answered already: approved\nhelp: nothing waits for an answer",
    );
}

#[test]
fn a_tool_that_is_gone() {
    let mut shell = Shell::new("a: pay 70\n");
    shell.kont("run @/pay.py --tools @/tools.py --journal @/run.kj");
    let path = shell.path("run.kj");
    let mut journal = Journal::open(&path, None).unwrap();
    let gone = journal::Change::Modules {
        tools: None,
        policy: None,
    };
    journal.commit("modules", vec![gone]).unwrap();
    drop(journal);
    refused(
        &shell.kont("resume @/run.kj --approve 1"),
        "tool `pay` was granted when the run began, and `no module of tools` does not have it\n\
         help: put it back, or name another module with `--tools`",
    );
    let exit = shell.kont("resume @/run.kj --approve 1 --tools @/tools.py");
    assert_eq!(exit.status, 0, "{}", exit.err);
}

#[test]
fn a_damaged_snapshot_and_the_way_around_it() {
    let mut shell = Shell::new("a: pay 10; pay 70; print end\n");
    shell.kont("run @/pay.py --tools @/tools.py --journal @/run.kj");
    let path = shell.path("run.kj");
    let snapshot = journal::View::open(&path).unwrap().snapshot(1).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes
        .windows(snapshot.len())
        .position(|window| window == snapshot)
        .unwrap();
    bytes[at + 5] ^= 1;
    fs::write(&path, &bytes).unwrap();
    refused(
        &shell.kont("resume @/run.kj --approve 2"),
        "`@/run.kj` has a damaged snapshot (after delivery 1): its sha256 differs\n\
         help: nothing was changed; `--rebuild` runs the program again from its source with the \
         recorded answers",
    );
    let exit = shell.kont("resume @/run.kj --approve 2 --rebuild");
    assert_eq!(
        (exit.status, exit.out.as_str()),
        (0, "a: 'paid 70'\na: end\n")
    );
}
