//! What the driver does in which order, and what it says.

use super::{Answer, Bench, Process, Stop};
use crate::error::RunError;
use crate::program::Ending;
use crate::rebuild::Base;
use journal::Status;
use sandbox::Data;

fn is_done(process: &Process) -> bool {
    matches!(process.stop, Ok(Stop::Ended(Ending::Done(Data::None))))
}

#[test]
fn a_run_without_questions_ends_in_one_process() {
    let mut bench = Bench::new("a: pay 10; print after; kill 1\n");
    let process = bench.process(&[]);
    assert!(is_done(&process));
    assert_eq!(
        process.out,
        "a: 'paid 10'\na: after\na: WorkerKilled: killed after 2.0 s, 2 processes, 0 left\n"
    );
    assert_eq!(
        process.err,
        "  01 pay(10)                                  ok\n  \
           02 kill(1)                                  KILLED after 2.0 s, 2 processes, 0 left\n     \
              pay.py:101 except WorkerKilled\n\
         done. ledger: 1 payments\n"
    );
    assert_eq!(bench.disk.contents.run.status, Status::Done);
}

#[test]
fn everything_that_can_run_runs_before_a_question_suspends() {
    let mut bench = Bench::new("a: pay 70\nb: pay 10; pay 20; pay 81\n");
    let process = bench.process(&[]);
    assert_eq!(process.stop.unwrap(), Stop::Waiting);
    assert_eq!(bench.paid(), [10, 20]);
    assert_eq!(
        process.err,
        "  01 pay(70)                                  ASK   amount > 50\n  \
           02 pay(10)                                  ok\n  \
           03 pay(20)                                  ok\n  \
           04 pay(81)                                  ASK   amount > 50\n\
         suspended at pay.py:1: 2 questions. run.kj\n"
    );

    let process = bench.process(&[(4, Answer::Deny)]);
    assert_eq!(process.stop.unwrap(), Stop::Waiting);
    assert_eq!(process.out, "b: PermissionError: denied\n");
    assert_eq!(
        process.err,
        "  04 -> PermissionError at pay.py:2, handled at pay.py:102\n  \
           01 pay(70)                                  ASK   amount > 50\n\
         suspended at pay.py:1: 1 question. run.kj\n"
    );

    let process = bench.process(&[(1, Answer::Approve)]);
    assert!(is_done(&process));
    assert_eq!(bench.paid(), [10, 20, 70]);
    assert_eq!(
        process.err,
        "  01 pay(70)                                  ok\n\
         done. ledger: 3 payments\n"
    );
}

/// A run that is killed after the payment, before its result is stored.
fn in_doubt() -> Bench {
    let mut bench = Bench::new("a: pay 70; print after\n");
    assert_eq!(bench.process(&[]).stop.unwrap(), Stop::Waiting);
    bench.disk.crash_in = Some(4);
    bench.process(&[(1, Answer::Approve)]).stop.unwrap_err();
    bench.disk.crash_in = None;
    assert_eq!(bench.paid(), [70]);
    bench
}

#[test]
fn what_a_crash_left_in_doubt_is_asked_about_and_not_run() {
    let mut bench = in_doubt();
    for _ in 0..2 {
        let process = bench.process(&[]);
        assert_eq!(process.stop.unwrap(), Stop::Waiting);
        assert_eq!(
            process.err,
            "  01 IN DOUBT: intent recorded, no result. Choose --query 01, --retry 01 or \
             --assume-done 01\n     pay(70)\n\
             suspended at pay.py:1: 1 in doubt. run.kj\n"
        );
        assert_eq!(bench.paid(), [70]);
    }
    let process = bench.process(&[(1, Answer::Query)]);
    assert!(is_done(&process));
    assert_eq!(bench.paid(), [70]);
    assert_eq!(process.out, "a: 'paid 70'\na: after\n");
}

#[test]
fn a_doubt_can_be_ended_by_a_persons_word() {
    let mut bench = in_doubt();
    assert!(is_done(
        &bench.process(&[(1, Answer::AssumeDone(Data::Int(7)))])
    ));
    assert_eq!(bench.printed(), "a: 7\na: after\n");
    assert_eq!(bench.paid(), [70]);

    let mut bench = in_doubt();
    assert!(is_done(&bench.process(&[(1, Answer::Retry)])));
    assert_eq!(bench.paid(), [70, 70], "who says retry gets it");
    let keys: Vec<_> = bench
        .bank
        .borrow()
        .payments
        .iter()
        .map(|(key, _)| key.clone())
        .collect();
    assert_eq!(keys[0], keys[1], "the key is stable over retries");
}

#[test]
fn a_query_that_fails_leaves_the_doubt() {
    let mut bench = in_doubt();
    bench.bank.borrow_mut().is_mute = true;
    let process = bench.process(&[(1, Answer::Query)]);
    assert_eq!(process.stop.unwrap(), Stop::Waiting);
    assert!(
        process
            .err
            .contains("  01 query failed: ConnectionError: the bank is closed\n")
    );
    assert!(process.err.contains("01 IN DOUBT"));
    bench.bank.borrow_mut().is_mute = false;
    assert!(is_done(&bench.process(&[(1, Answer::Query)])));
    assert_eq!(bench.paid(), [70]);
}

#[test]
fn an_answer_to_what_was_not_asked_changes_nothing() {
    let mut bench = Bench::new("a: pay 70\nb: pay 10; pay 81\n");
    bench.process(&[]);
    bench.process(&[(3, Answer::Deny)]);
    let before = bench.disk.contents.clone();
    let open = "help: open questions: 01";
    for (given, expected) in [
        (
            vec![(9, Answer::Approve)],
            format!("there is no call 09: the run has 3\n{open}"),
        ),
        (
            vec![(2, Answer::Approve)],
            format!("nobody asked about call 02 `pay(10)`\n{open}"),
        ),
        (
            vec![(1, Answer::Approve), (3, Answer::Approve)],
            format!("the question of call 03 was answered already: denied\n{open}"),
        ),
        (
            vec![(1, Answer::Query)],
            format!("call 01 `pay(70)` is not in doubt\n{open}"),
        ),
        (
            vec![(1, Answer::Approve), (1, Answer::Deny)],
            "call 01 has two answers".to_owned(),
        ),
    ] {
        let err = bench.process(&given).stop.unwrap_err();
        assert!(matches!(err, RunError::Answer(_)));
        assert_eq!(err.to_string(), expected);
    }
    assert_eq!(bench.disk.contents, before);
}

#[test]
fn a_tool_that_cannot_be_asked_is_named() {
    let mut bench = Bench::new("a: kill 1\n");
    bench.disk.crash_in = Some(4);
    bench.process(&[]).stop.unwrap_err();
    bench.disk.crash_in = None;
    let err = bench.process(&[(1, Answer::Query)]).stop.unwrap_err();
    assert_eq!(
        err.to_string(),
        "tool `kill` of call 01 names no query function\n\
         help: choose --retry 01 or --assume-done 01"
    );
    let process = bench.process(&[]);
    assert!(
        process
            .err
            .contains("Choose --retry 01 or --assume-done 01"),
        "{}",
        process.err
    );
}

#[test]
fn another_policy_than_the_recorded_one_is_shown_from_both_sides() {
    let mut bench = Bench::new("a: pay 70\n");
    bench.process(&[]);
    bench.limit = 60;
    assert_eq!(
        bench.process(&[]).stop.unwrap_err().to_string(),
        "step 0 of call 01 differs from the record\n\
         recorded: question amount > 50\n\
         now:      amount > 60\n\
         help: the tools or the policy have changed; go on with those that the run began with"
    );
    bench.limit = 100;
    let err = bench.process(&[]).stop.unwrap_err().to_string();
    assert!(
        err.contains("recorded: question amount > 50\nnow:      pay(70)\n"),
        "{err}"
    );
    bench.limit = 50;
    assert!(is_done(&bench.process(&[(1, Answer::Approve)])));
}

#[test]
fn another_program_than_the_recorded_one_is_shown_from_both_sides() {
    let mut bench = Bench::new("a: pay 10; pay 70\n");
    bench.process(&[]);
    bench.disk.snapshots.clear();
    bench.disk.contents.snapshots.clear();
    bench.script = "a: pay 10; pay 71\n".to_owned();
    let err = bench.process(&[]).stop.unwrap_err().to_string();
    assert!(
        err.starts_with(
            "call 02 of the program differs from the record\nrecorded: pay(70)\nnow:      pay(71)\n"
        ),
        "{err}"
    );
    bench.script = "a: pay 10; print new; pay 70\n".to_owned();
    let err = bench.process(&[]).stop.unwrap_err().to_string();
    assert!(
        err.starts_with("the trace after answer 1 differs from the record\n"),
        "{err}"
    );
}

#[test]
fn a_sleep_goes_on_where_a_crash_left_it() {
    let mut bench = Bench::new("a: sleep 10; print up\nb: sleep 4; pay 70\n");
    let process = bench.process(&[]);
    assert_eq!(
        process.stop.unwrap(),
        Stop::Waiting,
        "a question waits for nobody's sleep"
    );
    assert_eq!(bench.world.slept_ms, [4_000]);
    bench.world.now_ms += 1_000;
    assert!(is_done(&bench.process(&[(2 + 1, Answer::Approve)])));
    assert_eq!(bench.world.slept_ms, [4_000, 5_000]);
}

#[test]
fn clock_and_randomness_are_recorded() {
    let mut bench = Bench::new("a: now; monotonic; random 3; pay 70; monotonic\n");
    bench.process(&[]);
    bench.world.now_ms -= 5_000;
    assert!(is_done(&bench.process(&[(4, Answer::Approve)])));
    let printed = bench.printed();
    assert_eq!(
        printed, "a: 1790000000.0\na: 0.0\na: b'\\x00\\x01\\x02'\na: 'paid 70'\na: 0.0\n",
        "and the monotonic clock never goes back"
    );
    assert_eq!(bench.replay(&Base::Source).1, printed);
}

#[test]
fn a_program_that_only_asks_is_ended_by_its_limit() {
    let script = format!("a: {}\n", vec!["now"; 300].join("; "));
    let mut bench = Bench::new(&script);
    let process = bench.process(&[]);
    match process.stop.unwrap() {
        Stop::Ended(Ending::Limited(what)) => assert_eq!(what.what, "more than 200 calls"),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.disk.contents.run.status, Status::Limited);
    assert_eq!(
        bench.disk.snapshots.keys().copied().collect::<Vec<_>>(),
        [64, 128, 192]
    );
}

#[test]
fn a_program_that_fails_says_so_as_python_does() {
    let mut bench = Bench::new("a: pay 10; fail ValueError: no\n");
    let process = bench.process(&[]);
    assert!(
        process
            .err
            .ends_with("Traceback (most recent call last):\nValueError: no\n")
    );
    assert_eq!(bench.disk.contents.run.status, Status::Failed);
}

#[test]
fn what_the_clock_ended_is_replayed_without_a_clock() {
    for script in ["a: print before; spin\n", "a: pay 10; print before; spin\n"] {
        let mut bench = Bench::new(script);
        let process = bench.process(&[]);
        assert!(matches!(process.stop, Ok(Stop::Ended(Ending::Limited(_)))));
        assert!(process.out.contains("a: before\npause 1\npause 2\n"));
        let (trace, printed) = bench.replay(&Base::Source);
        assert_eq!(trace.0, bench.disk.contents.run.trace);
        assert_eq!(printed, process.out);
    }
}
