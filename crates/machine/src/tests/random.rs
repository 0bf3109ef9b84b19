//! Random programs run on the machine and on the reference evaluator, and must agree.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use proptest::prelude::{Strategy, TestCaseError};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::generate::{Programs, parts};
use super::host::{Run, Told};
use super::language::make::*;
use super::language::*;
use super::program::Token;
use super::reference::evaluate_and_tell;
use super::trace::tell_all;
use crate::{Machine, Outcome, ScopeId};

/// More steps of the reference than this are too many for one program.
pub(crate) const STEPS: u32 = 5_000;

/// Runs on the machine with every invariant checked at every step, answering what parks. If it `moves`, what has
/// parked goes on in another machine: nothing of it may be anywhere but in its parts. If it is `told`, a trace logs
/// the events.
fn on_the_machine(expr: E, moves: bool, told: bool, moved: &Cell<u32>) -> Told {
    let (mut machine, mut run) = (Machine::<Lang>::new(), Run::new(expr));
    if told {
        tell_all(&mut machine);
    }
    while run.go_on(&mut machine, 1, &mut |machine, _| {
        machine.check().expect("the invariants hold");
    }) {
        if moves && run.move_out(&mut machine, |_| ScopeId::NONE) {
            machine = Machine::new();
            if told {
                tell_all(&mut machine);
            }
            moved.set(moved.get() + 1);
        }
    }
    let end = run.end_told(&mut machine);
    assert!(matches!(
        machine.run(&mut World::default(), 0),
        Outcome::Idle
    ));
    assert_eq!(
        machine.fibers(),
        0,
        "a program that has ended leaves no fiber"
    );
    assert_eq!(Token::alive(), 0, "a program that has ended leaves no code");
    end
}

/// How the lines begin that logs and events are made of: each must happen often.
const KINDS: [&str; 29] = [
    "look",
    "idle",
    "parked p",
    "Unhandled at",
    "ContinuationUsed at",
    "NotInHandler at",
    "ForeignContinuation at",
    "performed",
    "rewritten",
    "dispatched",
    "answered",
    "activated",
    "deactivated",
    "forwarded",
    "delegated",
    "unhandled",
    "parked",
    "resumed value",
    "resumed error",
    "resumed program",
    "transferred value",
    "transferred error",
    "transferred program",
    "installed",
    "returned",
    "unwinding",
    "unwound",
    "done value",
    "done error",
];

fn forget_activations(events: &mut [String]) {
    for event in events {
        if event.starts_with("deactivated") {
            event.truncate("deactivated".len());
        }
    }
}

/// How many programs are compared: few in every run, many when `SLOW` is set.
fn how_many() -> u32 {
    if std::env::var_os("SLOW").is_some() {
        100_000
    } else {
        5_000
    }
}

/// The same programs on every computer.
pub(crate) fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        max_global_rejects: cases * 10,
        max_shrink_iters: 5_000,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[20; 32]))
}

#[test]
fn random_programs_do_the_same_on_the_machine_and_on_the_reference() {
    let (compared, eventful, moved) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let kinds = RefCell::new(BTreeMap::<&str, u32>::new());
    let count = |cell: &Cell<u32>, yes: bool| cell.set(cell.get() + u32::from(yes));
    let run = runner(how_many()).run(&Programs, |expr| {
        let Some(mut expected) = evaluate_and_tell(expr.clone(), STEPS) else {
            return Err(TestCaseError::reject("it takes too many steps"));
        };
        count(&compared, true);
        let mut seen = kinds.borrow_mut();
        for line in expected.1.iter().chain(&expected.2) {
            if let Some(kind) = KINDS.iter().find(|kind| line.starts_with(**kind)) {
                *seen.entry(*kind).or_insert(0) += 1;
            }
        }
        drop(seen);
        count(&eventful, expected.1.len() > 4);
        // A machine that nobody watches takes shorter ways.
        let (moves, told) = (compared.get() % 2 == 0, compared.get() % 4 < 2);
        let mut got = on_the_machine(expr, moves, told, &moved);
        if !told {
            assert!(got.2.is_empty(), "without a trace nothing is told");
            expected.2.clear();
        }
        if moves {
            // The scope in an activation is a record of the machine that it began in.
            for (_, _, events) in [&mut got, &mut expected] {
                forget_activations(events);
            }
        }
        if got != expected {
            let message = format!("machine: {got:#?}\nreference: {expected:#?}");
            return Err(TestCaseError::fail(message));
        }
        Ok(())
    });
    if let Err(failure) = run {
        panic!("{failure}");
    }
    let cases = how_many();
    for (what, cell, least) in [
        ("are compared", compared, cases),
        ("log anything to speak of", eventful, cases / 4),
        ("went on in another machine", moved, cases / 10),
    ] {
        assert!(cell.get() >= least, "only {} programs {what}", cell.get());
    }
    let kinds = kinds.into_inner();
    for kind in KINDS {
        let times = kinds.get(kind).copied().unwrap_or(0);
        assert!(times > cases / 100, "`{kind}` happens {times} times");
    }
}

/// How often each word stands in a debugged form of many programs: no operation may be left out.
#[test]
fn random_programs_do_everything() {
    let mut runner = runner(1);
    let programs: String = (0..300)
        .map(|_| format!("{:?}", Programs.new_tree(&mut runner).expect("a program")))
        .collect();
    for word in "Int Arg Add Seq Log Do Raise Try Finally Under Use Unwind Drop Make Pass Delegate Look Own Kept \
                 Foreign Resume Transfer Value Throw With Clause Function Keep Native Watch Rewrite Object Return \
                 Suspend Nest Join JoinForeign Perform Next true Some"
        .split_whitespace()
    {
        let times = programs.matches(word).count();
        assert!(times > 5, "`{word}` is in {times} places");
    }
}

/// A fault that is hidden in a large program is found again in a small one.
#[test]
fn shrinking_leaves_what_matters() {
    /// Whether somewhere a clause transfers under a handler of `b`: a stand-in for what a broken machine trips over.
    fn fails(expr: &E) -> bool {
        fn has(expr: &E, word: &str) -> bool {
            format!("{expr:?}").contains(word)
        }
        let here = matches!(&**expr, super::expr::Expr::Under(bound, body)
            if bound.name == "b" && has(body, "Transfer"));
        here || parts(expr).iter().any(fails)
    }
    let mut runner = runner(1);
    let mut shrunk = 0;
    while shrunk < 5 {
        let mut tree = Programs.new_tree(&mut runner).expect("a program");
        if !fails(&tree.current()) || parts(&tree.current()).len() < 2 {
            continue;
        }
        shrunk += 1;
        let mut failing = true;
        while if failing {
            tree.simplify()
        } else {
            tree.complicate()
        } {
            failing = fails(&tree.current());
        }
        let small = tree.current();
        assert!(fails(&small), "what is reported fails: {small:?}");
        let size = format!("{small:?}");
        assert!(size.len() < 180, "{size}");
    }
}

/// The programs that once differed, and others that the generator is unlikely to find.
#[test]
fn known_programs_do_the_same_on_the_machine_and_on_the_reference() {
    let far = attempt(perform("a", int(2)), log("caught", int(1)));
    let programs = [
        keep(
            "a",
            0,
            go(
                0,
                super::expr::Tail::Resume,
                super::expr::Way::Throw,
                int(1),
            ),
            far,
        ),
        handle(
            "a",
            int(7),
            finally(perform("a", int(1)), perform("p", int(6))),
        ),
    ];
    for expr in programs {
        for (moves, told) in [(false, false), (false, true), (true, false), (true, true)] {
            let mut expected = evaluate_and_tell(expr.clone(), STEPS).expect("it ends");
            let mut got = on_the_machine(expr.clone(), moves, told, &Cell::new(0));
            if !told {
                expected.2.clear();
            }
            forget_activations(&mut expected.2);
            forget_activations(&mut got.2);
            assert_eq!(got, expected);
        }
    }
}
