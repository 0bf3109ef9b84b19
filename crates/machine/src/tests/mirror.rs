//! M10: a trace is a projection of the machine's own state, and looking changes nothing.

use std::rc::Rc;

use proptest::strategy::{Strategy, ValueTree};

use super::expr::{Bound, Expr, Kind, Of, Seen};
use super::generate::{Programs, map_parts};
use super::host::Run;
use super::language::make::*;
use super::language::*;
use super::random::runner;
use super::reference::evaluate;
use super::snapshot::rebuild;
use super::trace::{tell_all, trace};
use crate::{Answer, Control, Counters, Machine, MachineError, Outcome, Step};

/// More steps than this are too many for one program here.
const STEPS: u32 = 400;

fn programs(how_many: usize) -> impl Iterator<Item = E> {
    let mut runner = runner(1);
    let all = std::iter::repeat_with(move || {
        let tree = Programs.new_tree(&mut runner).expect("a program");
        tree.current()
    });
    all.filter(|expr| evaluate(expr.clone(), STEPS).is_some())
        .take(how_many)
}

/// What can be known of a machine without looking at its chain.
fn state(machine: &Machine<Lang>) -> (Counters, usize, usize, bool) {
    (
        machine.counters(),
        machine.fibers(),
        machine.arena.size(),
        machine.is_ready(),
    )
}

type Seeing<'s> = &'s mut dyn FnMut(&Machine<Lang>, &mut World);

fn run(
    expr: E,
    sink: bool,
    fuel: u64,
    look: Seeing<'_>,
) -> (Answer<Lang>, Vec<String>, Counters, usize) {
    let (mut machine, mut run) = (Machine::<Lang>::new(), Run::new(expr));
    if sink {
        tell_all(&mut machine);
    }
    while run.go_on(&mut machine, fuel, look) {}
    let counters = machine.counters();
    let events = run.world.events.len();
    let (answer, log) = run.end(&mut machine);
    (answer, log, counters, events)
}

#[test]
fn m10_looking_between_any_two_steps_changes_nothing() {
    let (mut looks, mut events) = (0, 0);
    for expr in programs(1_000) {
        let (answer, log, counters, none) = run(expr.clone(), false, u64::MAX, &mut |_, _| {});
        assert_eq!(none, 0, "without a sink nothing is told");
        let watched = run(expr.clone(), true, 1, &mut |machine, world| {
            let before = state(machine);
            let line = trace(machine.running(), world);
            assert_eq!(line, trace(machine.running(), world));
            for k in world.slots.iter().flatten() {
                let view = machine.inspect(k).expect("it is ours");
                assert!(view.count() > 0, "a program has at least one fiber");
            }
            assert_eq!(state(machine), before);
            looks += 1;
        });
        let (its_answer, its_log, its_counters, its_events) = watched;
        assert_eq!(
            (its_answer, its_log, its_counters),
            (answer, log, counters),
            "{expr:#?}"
        );
        events += its_events;
    }
    assert!(looks > 10_000, "only {looks} looks");
    assert!(events > 5_000, "only {events} events");
}

fn without_looks(expr: &E) -> E {
    match &**expr {
        Expr::Look(_) => log("look", int(0)),
        _ => map_parts(expr, &mut without_looks),
    }
}

#[test]
fn m10_a_look_by_the_program_itself_changes_nothing() {
    let mut looks = 0;
    for expr in programs(1_000) {
        // Both take two steps, and log one line.
        let first_words = |log: Vec<String>| -> Vec<String> {
            let words = log.iter().map(|line| match line.split_once(' ') {
                Some(("look", _)) => "look".to_owned(),
                _ => line.clone(),
            });
            words.collect()
        };
        let (answer, log, counters, _) = run(expr.clone(), false, u64::MAX, &mut |_, _| {});
        let log = first_words(log);
        looks += log.iter().filter(|line| *line == "look").count();
        let blind = run(without_looks(&expr), false, u64::MAX, &mut |_, _| {});
        assert_eq!((blind.0, blind.1, blind.2), (answer, log, counters));
    }
    assert!(looks > 300, "only {looks} looks");
}

#[test]
fn m10_a_mirror_shows_the_live_chain_the_own_continuation_and_a_kept_one() {
    let look = |seen| Rc::new(Expr::Look(seen));
    let own = |then| seq(look(Seen::Of(Of::Own)), then);
    let clause = own(seq(look(Seen::Live), resume(own(arg()))));
    check(
        answer(
            "b",
            0,
            handle("a", clause, add(perform("a", int(4)), int(1))),
        ),
        Ok(5),
        "look add a:2, look seq owner | b:1, look add a:2",
    );
    let kept = look(Seen::Of(Of::Kept(0)));
    let made = Rc::new(Expr::Make(
        0,
        vec![Bound::new("a", Kind::Function(1))],
        int(0),
    ));
    check(
        seq(kept.clone(), seq(made, kept)),
        Ok(0),
        "look nothing, look start a:1",
    );
}

#[test]
fn m10_another_machines_continuation_is_not_shown() {
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    let k = foreign();
    assert!(matches!(
        machine.inspect(&k),
        Err(MachineError::ForeignContinuation)
    ));
    let mut asked = Some(k);
    let code = native(move |_, input| match asked.take() {
        Some(k) => Step::Control(Control::Reflect(Box::new(move |mirror, _| {
            match mirror.of(&k) {
                Err(MachineError::ForeignContinuation) => Ok(3),
                _ => Ok(4),
            }
        }))),
        None => Step::Return(answer_of(input).expect("a value")),
    });
    machine.start(code).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(3))
    ));
}

/// What is shown of a waiting program is the program: a copy made of it alone goes on as the program would have.
#[test]
fn m10_a_view_is_complete() {
    let expr = watch(
        "seen",
        answer(
            "b",
            10,
            finally(
                add(perform("p", int(1)), perform("b", int(2))),
                log("cleaned", int(0)),
            ),
        ),
    );
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["p"],
            ..World::default()
        },
    );
    machine.start(program(expr)).expect("idle");
    let Outcome::Parked { k, .. } = drive(&mut machine, &mut world) else {
        panic!("nobody answers");
    };
    for _ in 0..3 {
        // Made of it, and it is still there.
        let copy = rebuild(&machine, &k);
        let (mut other, mut world) = (Machine::<Lang>::new(), World::default());
        other.resume(copy, Ok(100)).expect("idle");
        assert!(matches!(
            drive(&mut other, &mut world),
            Outcome::Done(Ok(112))
        ));
        assert_eq!(world.log, ["seen b 2", "cleaned"]);
    }
    machine.resume(k, Ok(100)).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(112))
    ));
}
