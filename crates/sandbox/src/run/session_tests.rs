//! Sessions: programs that are fed one part after another, forked, and saved between parts and within them.

use super::tests::{advance, printed, start, start_with};
use super::{Event, FeedError, Limits, Run, SnapshotError};
use crate::data::Data;

fn fed(run: &mut Run, source: &str) -> Event {
    run.feed(source, "part.py").expect("it is taken");
    advance(run)
}

fn saved(run: &Run) -> Run {
    Run::load(&run.dump().expect("it can be saved")).expect("it is a snapshot")
}

/// The three ways in which a run may go on elsewhere.
fn all_ways(run: &Run) -> Vec<Run> {
    let fork = run.fork().expect("it can be forked");
    vec![saved(run), saved(&fork), fork]
}

const FIRST: &str = "\
count = 0
def more(n=1):
    global count
    count += n
    return count
class Shelf:
    kind = 'shelf'
    def __init__(self): self.books = []
shelf = Shelf()
more()";

#[test]
fn each_part_has_the_variables_of_those_before() {
    let mut run = start(FIRST);
    assert_eq!(advance(&mut run), Event::Done(Data::Int(1)));
    assert_eq!(fed(&mut run, "more(10)"), Event::Done(Data::Int(11)));
    assert_eq!(fed(&mut run, "count"), Event::Done(Data::Int(11)));
    // What a function of an earlier part reads is what a later part has set, and new names are seen by old functions.
    assert_eq!(
        fed(&mut run, "def late(): return new\ncount = 100"),
        Event::Done(Data::None)
    );
    assert_eq!(
        fed(&mut run, "new = more()\nlate()"),
        Event::Done(Data::Int(101))
    );
    assert_eq!(fed(&mut run, "del new"), Event::Done(Data::None));
    let Event::Failed(failed) = fed(&mut run, "late()") else {
        panic!("the name is gone")
    };
    assert_eq!(failed.type_name, "NameError");
    // A built-in name that the program takes for itself, and gives back.
    assert_eq!(
        fed(&mut run, "len = lambda x: 7\nlen('')"),
        Event::Done(Data::Int(7))
    );
    assert_eq!(fed(&mut run, "del len\nlen('')"), Event::Done(Data::Int(0)));
    assert_eq!(
        fed(&mut run, "__name__ + more.__module__ + Shelf.__module__"),
        Event::Done(Data::Str("__main__".repeat(3)))
    );
}

#[test]
fn a_part_that_fails_leaves_what_it_has_done() {
    let mut run = start("x = 1");
    advance(&mut run);
    let Event::Failed(failed) = fed(&mut run, "x = 2\n\n1 / 0") else {
        panic!("it fails")
    };
    assert!(
        failed.traceback.contains("File \"part.py\", line 3"),
        "{}",
        failed.traceback
    );
    let error = run.feed("x = = 3", "part.py").expect_err("it is no Python");
    assert!(matches!(error, FeedError::Text(_)), "{error}");
    assert_eq!(fed(&mut run, "x"), Event::Done(Data::Int(2)));
    // A traceback shows each frame's own text.
    fed(&mut run, "def half(n):\n    return n / 0");
    let Event::Failed(failed) = fed(&mut run, "half(1)") else {
        panic!("it fails")
    };
    assert!(
        failed.traceback.contains("return n / 0"),
        "{}",
        failed.traceback
    );
    assert!(failed.traceback.contains("half(1)"), "{}", failed.traceback);
}

#[test]
fn only_a_program_that_has_ended_by_itself_is_fed() {
    let mut run = start("ask(1)");
    assert_eq!(run.feed("1", "part.py"), Err(FeedError::Running));
    advance(&mut run);
    assert_eq!(run.feed("1", "part.py"), Err(FeedError::Running));
    run.answer(1, &Ok(Data::None)).expect("it is open");
    assert_eq!(advance(&mut run), Event::Done(Data::None));
    assert!(matches!(fed(&mut run, "while True: pass"), Event::Limit(_)));
    assert_eq!(run.feed("1", "part.py"), Err(FeedError::Spent));
    assert_eq!(run.dump(), Err(SnapshotError::Ended));
    assert!(matches!(run.fork(), Err(SnapshotError::Ended)));
}

#[test]
fn limits_hold_over_all_parts() {
    let limits = Limits {
        steps: 100_000,
        ..Limits::default()
    };
    let mut run = start_with("0", limits);
    advance(&mut run);
    let mut parts = 0;
    while let Event::Done(_) = fed(&mut run, "for _ in range(10_000): pass") {
        parts += 1;
    }
    assert_eq!(parts, 9);
}

#[test]
fn a_session_goes_on_elsewhere_between_parts_and_within_them() {
    let mut run = start(FIRST);
    advance(&mut run);
    for round in 0..3 {
        for mut other in all_ways(&run) {
            assert_eq!(advance(&mut other), advance(&mut run));
            assert_eq!(
                fed(&mut other, "shelf.books.append(more())\ncount"),
                Event::Done(Data::Int(2 + round))
            );
            assert_eq!(
                fed(&mut other, "len(shelf.books)"),
                Event::Done(Data::Int(1 + round))
            );
        }
        // Nothing of it is seen here.
        fed(&mut run, "shelf.books.append(more())");
        assert_eq!(fed(&mut run, "count"), Event::Done(Data::Int(2 + round)));
    }
    run.feed(
        "class Box(Shelf): pass\nn = ask('n')\nfor _ in range(3): n += fetch and more()\nn",
        "part.py",
    )
    .expect("it is taken");
    assert_eq!(advance(&mut run), Event::Suspended);
    for mut other in all_ways(&run) {
        assert_eq!(other.pending(), run.pending());
        let id = other.pending()[0].id;
        other.answer(id, &Ok(Data::Int(100))).expect("it is open");
        assert_eq!(advance(&mut other), Event::Done(Data::Int(100 + 5 + 6 + 7)));
        assert_eq!(
            fed(&mut other, "Box.kind"),
            Event::Done(Data::Str("shelf".into()))
        );
    }
    assert_eq!(printed(&mut run), "");
}

#[test]
fn forks_learn_nothing_from_one_another() {
    // The same instructions see classes with the same numbers that are not the same: what one remembers of its own
    // must not answer for the other.
    let mut run =
        start("class A: x = 1\ndef read(a): return a.x\ndef call(a): return a.f()\nread(A())");
    advance(&mut run);
    let mut other = run.fork().expect("it can be forked");
    let source = |n: i64| {
        format!(
            "class B:\n    x = {n}\n    def f(self): return {n}\nA.x = {n}\ntotal = 0\nfor _ in range(50): total = read(A()) + read(B()) + call(B())\ntotal"
        )
    };
    for round in 1..4 {
        for (n, run) in [(round, &mut run), (round * 100, &mut other)] {
            run.feed(&source(n), "part.py").expect("it is taken");
            assert_eq!(advance(run), Event::Done(Data::Int(3 * n)));
        }
    }
}

#[test]
fn tasks_that_a_part_left_behind_do_not_run_in_the_next() {
    let mut run = start(
        "import asyncio\nasync def main():\n    asyncio.ensure_future(fetch(1))\n    raise ValueError('no')\nasyncio.run(main())",
    );
    let mut event = advance(&mut run);
    while event == Event::Suspended {
        let id = run.pending()[0].id;
        run.answer(id, &Ok(Data::None)).expect("it is open");
        event = advance(&mut run);
    }
    assert!(matches!(event, Event::Failed(_)), "{event:?}");
    let next = "async def other():\n    return await fetch(2)\nasyncio.run(other())";
    run.feed(next, "part.py").expect("it is taken");
    assert_eq!(advance(&mut run), Event::Suspended);
    assert_eq!(run.pending().len(), 1);
    let id = run.pending()[0].id;
    run.answer(id, &Ok(Data::Int(5))).expect("it is open");
    assert_eq!(advance(&mut run), Event::Done(Data::Int(5)));
}

#[test]
fn runs_go_from_thread_to_thread() {
    fn is_send<T: Send>(it: T) -> T {
        it
    }
    let mut runs: Vec<Run> = (0..8)
        .map(|k| {
            is_send(start(&format!(
                "total = 0\nfor n in range(5): total += ask(n) * {k}\ntotal"
            )))
        })
        .collect();
    // Each turn of each run is on a thread of its own.
    for turn in 0..6 {
        runs = std::thread::scope(|scope| {
            let turns: Vec<_> = runs
                .into_iter()
                .map(|mut run| {
                    scope.spawn(move || {
                        let event = advance(&mut run);
                        if let Some(pending) = run.pending().first() {
                            let id = pending.id;
                            run.answer(id, &Ok(Data::Int(turn))).expect("it is open");
                        }
                        (run, event)
                    })
                })
                .collect();
            let ended = turns.into_iter().map(|turn| turn.join().expect("no panic"));
            ended
                .map(|(run, event)| {
                    assert_eq!(event == Event::Suspended, turn < 5, "{event:?}");
                    run
                })
                .collect()
        });
    }
    for (k, run) in (0..).zip(&mut runs) {
        assert_eq!(advance(run), Event::Done(Data::Int(10 * k)));
    }
}
