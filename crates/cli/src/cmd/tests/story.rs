//! The main job, command by command.

use super::Shell;
use std::fs;

const SCRIPT: &str = "a: pay 10; kill 1; pay 75; pay 410; print end\n";

fn suspended() -> Shell {
    let mut shell = Shell::new(SCRIPT);
    let exit = shell.kont("run @/pay.py --tools @/tools.py --journal @/run.kj");
    assert_eq!(
        exit.err,
        "  01 pay(10)                                  ok\n  \
           02 kill(1)                                  KILLED after 2.0 s, 2 processes, 0 left\n     \
              pay.py:101 except WorkerKilled\n  \
           03 pay(75)                                  ASK   amount > 50\n\
         suspended at pay.py:1: 1 question. @/run.kj\n"
    );
    assert_eq!(exit.status, 75);
    shell
}

#[test]
fn a_run_is_answered_replayed_and_forked() {
    let mut shell = suspended();
    let exit = shell.kont("resume @/run.kj --deny 03");
    assert_eq!(exit.status, 75);
    assert_eq!(
        exit.err,
        "  03 -> PermissionError at pay.py:1, handled at pay.py:101\n  \
           04 pay(410)                                 ASK   amount > 50\n\
         suspended at pay.py:1: 1 question. @/run.kj\n"
    );
    let exit = shell.kont("resume @/run.kj --approve 04");
    assert_eq!(exit.status, 0);
    assert_eq!(exit.out, "a: 'paid 410'\na: end\n");
    assert_eq!(
        exit.err,
        "  04 pay(410)                                 ok\n\
         done. ledger: 2 payments\n"
    );

    let n_runs = shell.bank.borrow().runs.clone();
    let replay = shell.kont("replay @/run.kj");
    assert_eq!(replay.status, 0);
    assert_eq!(
        replay.out,
        "a: 'paid 10'\na: WorkerKilled: killed after 2.0 s, 2 processes, 0 left\n\
         a: PermissionError: denied\na: 'paid 410'\na: end\n"
    );
    assert!(
        replay
            .err
            .starts_with("replayed: 4 calls, 4 answers, no tool called. The run is done\ntrace ")
    );
    assert_eq!(shell.bank.borrow().runs, n_runs, "no tool was called");

    let before = fs::read(shell.path("run.kj")).unwrap();
    let fork = shell.kont("fork @/run.kj@03 --approve 03 -o @/other.kj");
    assert_eq!(fork.status, 75);
    assert_eq!(
        fork.err,
        "  03 pay(75)                                  ok\n  \
           04 pay(410)                                 ASK   amount > 50\n\
         suspended at pay.py:1: 1 question. @/other.kj\n"
    );
    assert_eq!(fs::read(shell.path("run.kj")).unwrap(), before);
    let exit = shell.kont("resume @/other.kj --approve 4");
    assert_eq!(exit.status, 0);
    let payments = shell.bank.borrow().payments.clone();
    assert_eq!(payments.len(), 4);
    assert_ne!(
        payments[1].0, payments[3].0,
        "the branch has keys of its own"
    );
    assert_eq!(shell.kont("replay @/other.kj").status, 0);
}

#[test]
fn a_fork_without_answers_waits() {
    let mut shell = suspended();
    let exit = shell.kont("fork @/run.kj@3 -o @/other.kj");
    assert_eq!(exit.status, 0);
    assert_eq!(
        exit.err,
        "forked before the answer of call 03: @/other.kj\nhelp: go on with `kont resume @/other.kj`\n"
    );
    assert_eq!(shell.kont("resume @/other.kj --deny 3").status, 75);

    let exit = shell.kont("fork @/run.kj@3 --approve 1 -o @/third.kj");
    assert_eq!(exit.status, 2);
    assert!(
        exit.err
            .starts_with("error: nobody asked about call 01 `pay(10)`\n"),
        "{}",
        exit.err
    );
    assert!(!shell.path("third.kj").exists());
    let exit = shell.kont("fork @/run.kj@9 -o @/third.kj");
    assert_eq!(
        exit.err,
        "error: there is no call 09: the run has 3\nhelp: open questions: 03\n"
    );
}

#[test]
fn a_run_that_is_over_says_so() {
    let mut shell = Shell::new("a: print hi\n");
    let exit = shell.kont("run @/pay.py --journal @/run.kj");
    assert_eq!(
        (exit.status, exit.out.as_str(), exit.err.as_str()),
        (0, "a: hi\n", "done.\n")
    );
    let exit = shell.kont("resume @/run.kj");
    assert_eq!((exit.status, exit.out.as_str()), (0, ""));
    assert_eq!(
        exit.err,
        "`@/run.kj` is done already\nhelp: `kont replay @/run.kj` shows its output again\n"
    );

    let mut shell = Shell::new("a: fail ValueError: no\n");
    let traceback = "Traceback (most recent call last):\nValueError: no\n";
    let exit = shell.kont("run @/pay.py --journal @/run.kj");
    assert_eq!((exit.status, exit.err.as_str()), (1, traceback));
    let exit = shell.kont("resume @/run.kj");
    assert_eq!(exit.status, 1);
    assert!(
        exit.err
            .starts_with(&format!("{traceback}`@/run.kj` has failed already\n"))
    );
}

#[test]
fn a_plain_program_needs_nothing_and_says_nothing() {
    let mut shell = Shell::new("a: print hi; now; print bye\n");
    shell.has_host = false;
    let exit = shell.kont("run @/pay.py");
    assert_eq!(exit.status, 0);
    assert_eq!(exit.out, "a: hi\na: 1790000000.0\na: bye\n");
    assert_eq!(exit.err, "");
}

#[test]
fn a_question_without_a_journal_tells_what_to_do() {
    let mut shell = Shell::new("a: pay 70\n");
    let exit = shell.kont("run @/pay.py --tools @/tools.py");
    assert_eq!(exit.status, 75);
    assert_eq!(
        exit.err,
        "  01 pay(70)                                  ASK   amount > 50\n\
         suspended at pay.py:1: 1 question. Nothing was kept\n\
         help: with `--journal RUN.kj` a run can be answered and goes on\n"
    );
}

#[test]
fn machines_read_one_object_a_line() {
    let mut shell = Shell::new(SCRIPT);
    let run = shell.kont("run @/pay.py --tools @/tools.py --journal @/run.kj --json");
    let show = shell.kont("show @/run.kj --json");
    let events = |text: &str, key: &str| {
        let parse = |line| serde_json::from_str::<serde_json::Value>(line).unwrap();
        text.lines()
            .map(|line| parse(line)[key].to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        events(&run.err, "event"),
        r#""outcome" "outcome" "ask" "suspended""#
    );
    assert_eq!(
        events(&show.out, "type"),
        r#""run" "call" "call" "call" "step" "step" "step" "snapshot" "output""#
            .replace(r#""output""#, r#""output" "output""#)
    );
    assert_eq!(show.err, "");
}

#[test]
fn people_see_what_a_journal_holds() {
    let mut shell = suspended();
    shell.kont("resume @/run.kj --deny 3");
    let show = shell.kont("show @/run.kj");
    let lines: Vec<_> = show.out.lines().collect();
    assert_eq!(
        lines[0],
        "@/run.kj: @/pay.py, waiting, begun 2026-09-21 14:13:20 UTC"
    );
    assert!(lines[1].starts_with("run 08090a0b0c0d0e0f1011121314151617, kont 0.1.0, trace "));
    assert!(lines[2].starts_with("4 calls, 3 answers, 2 snapshots of "));
    assert_eq!(
        lines[3..].join("\n"),
        "  01 pay(10)                                  pay.py:1  -> 'paid 10'\n     \
              ran 2026-09-21 14:13:20 UTC: 'paid 10'\n  \
           02 kill(1)                                  pay.py:1  -> WorkerKilled: killed after 2.0 s, \
              2 processes, 0 left, handled at pay.py:101\n     \
              ran 2026-09-21 14:13:20 UTC: WorkerKilled: killed after 2.0 s, 2 processes, 0 left\n  \
           03 pay(75)                                  pay.py:1  -> PermissionError: denied, \
              handled at pay.py:101\n     \
              asked amount > 50: denied (by person)\n  \
           04 pay(410)                                 pay.py:1  open\n     \
              asked amount > 50: open"
    );
}
