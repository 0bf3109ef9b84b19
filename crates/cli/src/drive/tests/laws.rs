//! The laws: for any program, any crashes and any order of tools, nothing twice, nothing lost, doubt always reported.

use super::{Answer, Bench, Process, Stop};
use crate::drive::is_in_doubt;
use crate::error::RunError;
use crate::program::Ending;
use crate::rebuild::Base;
use crate::testing::{Disk, is_denied};
use crate::trace::Trace;
use journal::{JournalError, StepKind, StepState};
use proptest::prelude::*;
use std::fmt::Write as _;

/// Tasks with calls of different amounts, and what the person and the crashes do.
#[derive(Debug, Clone)]
struct Case {
    tasks: Vec<Vec<Op>>,
    crashes: Vec<u64>,
    order: u64,
    lazy: Vec<bool>,
}

#[derive(Debug, Clone)]
enum Op {
    Pay(i64),
    Kill,
    Print,
    Sleep(u8),
    Now,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        5 => (0_i64..100).prop_map(Op::Pay),
        1 => Just(Op::Kill),
        1 => Just(Op::Print),
        1 => (0_u8..4).prop_map(Op::Sleep),
        1 => Just(Op::Now),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    (
        prop::collection::vec(prop::collection::vec(op(), 0..5), 1..4),
        prop::collection::vec(0_u64..40, 0..8),
        any::<u64>(),
        prop::collection::vec(any::<bool>(), 8),
    )
        .prop_map(|(tasks, crashes, order, lazy)| Case {
            tasks,
            crashes,
            order,
            lazy,
        })
}

/// The script, and every amount that it pays: amounts are made unique by their place.
fn script(case: &Case) -> (String, Vec<i64>) {
    let (mut text, mut amounts) = (String::new(), Vec::new());
    for (ops, task) in case.tasks.iter().zip(0..) {
        let _ = write!(text, "t{task}: print begin");
        for (op, place) in ops.iter().zip(0..) {
            let _ = match op {
                Op::Pay(base) => {
                    // Steps of 300 change neither the last digit nor who is denied, only small ones are not asked about.
                    let unique = (task * 10 + place) * 300 + base;
                    amounts.push(unique);
                    write!(text, "; pay {unique}")
                }
                Op::Kill => write!(text, "; kill 1"),
                Op::Print => write!(text, "; print here"),
                Op::Sleep(seconds) => write!(text, "; sleep {seconds}"),
                Op::Now => write!(text, "; now"),
            };
        }
        text.push('\n');
    }
    (text, amounts)
}

/// What a person answers to everything that waits, from the record and the bank alone.
fn answers(bench: &Bench, turn: usize) -> Vec<(u64, Answer)> {
    let steps = bench
        .disk
        .contents
        .steps
        .values()
        .filter(|step| step.state == StepState::Open);
    steps
        .filter(|step| step.request.text != "log" && !step.request.text.starts_with("log("))
        .filter_map(|step| {
            let answer = if step.kind == StepKind::Question {
                let request = &bench.disk.contents.calls[&step.call].request.text;
                let amount = request
                    .trim_start_matches("pay(")
                    .trim_end_matches(')')
                    .parse();
                if is_denied(amount.unwrap()) {
                    Answer::Deny
                } else {
                    Answer::Approve
                }
            } else if !is_in_doubt(step) {
                return None;
            } else if step.request.text.starts_with("kill") {
                Answer::Retry
            } else if turn.is_multiple_of(2) {
                Answer::Query
            } else {
                let bank = bench.bank.borrow();
                let mut paid = bank.payments.iter();
                match paid.find(|(key, _)| Some(key) == step.key.as_ref()) {
                    Some((_, amount)) => {
                        Answer::AssumeDone(sandbox::Data::Str(format!("paid {amount}")))
                    }
                    None => Answer::Retry,
                }
            };
            Some((step.call, answer))
        })
        .collect()
}

/// Every call that a crash left in doubt is named, unless its tool may run again without asking.
fn check_doubts(bench: &Bench, process: &Process) -> Result<(), TestCaseError> {
    for step in bench
        .disk
        .contents
        .steps
        .values()
        .filter(|step| is_in_doubt(step))
    {
        prop_assert!(!step.request.text.starts_with("log("), "it needs no person");
        let named = format!("  {:02} IN DOUBT: intent recorded, no result.", step.call);
        prop_assert!(
            process.err.contains(&named),
            "{} not in:\n{}",
            named,
            process.err
        );
    }
    Ok(())
}

fn check(case: &Case) -> Result<(), TestCaseError> {
    let (script, amounts) = script(case);
    let mut bench = Bench::new(&script);
    let mut crashes = case.crashes.iter();
    let mut n_processes = 0;
    let mut given = Vec::new();
    loop {
        n_processes += 1;
        prop_assert!(n_processes < 100, "it does not end");
        bench.order = case.order.wrapping_add(n_processes);
        bench.disk.crash_in = crashes.next().copied();
        let process = bench.process(&given);
        let turn = usize::try_from(n_processes).unwrap();
        given = match process.stop {
            Ok(Stop::Ended(Ending::Done(_))) => break,
            Ok(Stop::Waiting) => {
                check_doubts(&bench, &process)?;
                answers(&bench, turn)
            }
            // After a crash the person sometimes knows at once, and sometimes looks first.
            Err(RunError::Journal(JournalError::Misuse(what))) if what == Disk::CRASH => {
                if case.lazy[turn % 8] {
                    Vec::new()
                } else {
                    answers(&bench, turn)
                }
            }
            other => return Err(TestCaseError::fail(format!("{other:?}\n{script}"))),
        };
    }
    let mut expected: Vec<_> = amounts.into_iter().filter(|&it| !is_denied(it)).collect();
    expected.sort_unstable();
    prop_assert_eq!(bench.paid(), expected, "0 twice, 0 lost\n{}", script);
    let (trace, printed) = bench.replay(&Base::Source);
    prop_assert_eq!(trace.0, bench.disk.contents.run.trace);
    prop_assert_eq!(&printed, &bench.printed());
    for (&delivered, bytes) in &bench.disk.snapshots {
        let trace = Trace(bench.disk.contents.snapshots[&delivered].trace);
        let (end, rest) = bench.replay(&Base::Snapshot {
            delivered,
            trace,
            bytes,
        });
        prop_assert_eq!(end.0, bench.disk.contents.run.trace);
        prop_assert!(
            printed.ends_with(&rest),
            "a snapshot ends with the same output"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_crashes_nothing_happens_twice_and_nothing_is_lost(case in case()) {
        check(&case)?;
    }
}

#[test]
fn a_crash_at_every_boundary_of_one_run_loses_nothing() {
    let op = |amount| Op::Pay(amount);
    let mut n_crashed = 0;
    for crash in 0..60 {
        for second in 0..12 {
            let case = Case {
                tasks: vec![
                    vec![op(17), op(70), Op::Kill],
                    vec![op(10), op(66), Op::Sleep(2)],
                ],
                crashes: vec![crash, second],
                order: crash,
                lazy: vec![crash % 2 == 0; 8],
            };
            check(&case).unwrap();
            n_crashed += 1;
        }
    }
    assert_eq!(n_crashed, 720);
}
