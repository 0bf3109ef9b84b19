//! Parking: the host answers, in any order, and the machine can be looked at meanwhile.

use super::language::make::*;
use super::language::*;
use super::snapshot::rebuild;
use crate::{Continuation, Machine, MachineError, Outcome, Step};

fn park(machine: &mut Machine<Lang>, world: &mut World, expr: E) -> (Op, K) {
    machine.start(program(expr)).expect("idle");
    match drive(machine, world) {
        Outcome::Parked { effect, k } => (effect, k),
        other => panic!("it is {}", other.name()),
    }
}

#[test]
fn parked_programs_are_answered_in_any_order() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["ask"],
            ..World::default()
        },
    );
    let mut parked: Vec<(Op, K)> = (0..5)
        .map(|n| {
            park(
                &mut machine,
                &mut world,
                answer("b", 0, add(perform("ask", int(n)), int(n * 10))),
            )
        })
        .collect();
    for index in [3, 0, 2, 0, 0] {
        let (effect, k) = parked.remove(index);
        machine.resume(k, Ok(effect.1 + 1000)).expect("idle");
        let n = effect.1;
        assert!(
            matches!(drive(&mut machine, &mut world), Outcome::Done(Ok(v)) if v == n + 1000 + n * 10)
        );
    }
    assert_eq!(machine.fibers(), 0);
}

#[test]
fn an_answer_may_be_an_error() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["ask"],
            ..World::default()
        },
    );
    let (_, k) = park(
        &mut machine,
        &mut world,
        attempt(perform("ask", int(1)), int(4)),
    );
    machine.resume(k, Err(Fault::User(1))).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(4))
    ));
}

#[test]
fn a_parked_program_is_resumed_with_a_program() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["ask"],
            ..World::default()
        },
    );
    let (_, k) = park(
        &mut machine,
        &mut world,
        answer("b", 10, add(perform("ask", int(1)), int(100))),
    );
    machine.resume_with(k, performs("b", 1)).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(111))
    ));
}

#[test]
fn a_machine_that_runs_takes_nothing_else() {
    let mut machine = Machine::<Lang>::new();
    machine.start(program(int(1))).expect("idle");
    assert_eq!(machine.start(program(int(2))), Err(MachineError::Busy));
    let k = Continuation::new([], program(int(3)));
    assert_eq!(machine.resume(k, Ok(0)), Err(MachineError::Busy));
    assert!(matches!(
        drive(&mut machine, &mut World::default()),
        Outcome::Done(Ok(1))
    ));
}

#[test]
fn fuel_bounds_a_run_and_loses_nothing() {
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    let expr = (0..50).fold(int(0), |sum, n| {
        add(sum, answer("a", 1, perform("a", int(n))))
    });
    machine.start(program(expr)).expect("idle");
    let mut runs = 0;
    let answer = loop {
        runs += 1;
        match machine.run(&mut world, 7) {
            Outcome::Paused => {}
            Outcome::Done(answer) => break answer,
            other => panic!("it is {}", other.name()),
        }
    };
    assert_eq!(answer, Ok((0..50).sum::<i64>() + 50));
    assert!(runs > 50, "{runs} runs of 7 steps");
    assert!(matches!(machine.run(&mut world, 0), Outcome::Idle));
}

#[test]
fn a_program_that_has_paused_is_told_of_an_error_where_it_is() {
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    let endless = (0..50).fold(int(0), |sum, n| {
        add(sum, answer("a", 1, perform("a", int(n))))
    });
    assert_eq!(machine.interrupt(Fault::User(9)), Err(Fault::User(9)));
    machine
        .start(program(finally(endless, log("tidy", int(0)))))
        .expect("idle");
    // It is about to begin: there is nowhere to raise it.
    assert_eq!(machine.interrupt(Fault::User(9)), Err(Fault::User(9)));
    assert!(matches!(machine.run(&mut world, 20), Outcome::Paused));
    while machine.interrupt(Fault::User(9)).is_err() {
        assert!(matches!(machine.run(&mut world, 1), Outcome::Paused));
    }
    // It is told once.
    assert_eq!(machine.interrupt(Fault::User(8)), Err(Fault::User(8)));
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Err(Fault::User(9)))
    ));
    assert_eq!(world.log, ["tidy"]);
}

#[test]
fn a_code_may_pause() {
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    let mut paused = false;
    let code = native(move |_, _| {
        if std::mem::replace(&mut paused, true) {
            Step::Return(3)
        } else {
            Step::Pause
        }
    });
    machine.start(code).expect("idle");
    assert!(matches!(machine.run(&mut world, u64::MAX), Outcome::Paused));
    assert!(matches!(
        machine.run(&mut world, u64::MAX),
        Outcome::Done(Ok(3))
    ));
}

/// Takes a parked program apart and puts it together in another machine, as a snapshot does.
#[test]
fn a_parked_program_moves_to_another_machine_part_by_part() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["ask"],
            ..World::default()
        },
    );
    let body = answer("b", 10, add(perform("ask", int(1)), perform("b", int(1))));
    let (_, k) = park(
        &mut machine,
        &mut world,
        answer("c", 0, finally(body, log("cleaned", int(0)))),
    );
    assert_eq!(machine.inspect(&k).expect("it is ours").count(), 3);
    let rebuilt = rebuild(&machine, &k);
    drop(k);
    drop(machine);
    let (mut other, mut world) = (Machine::<Lang>::new(), World::default());
    assert_eq!(rebuilt.machine(), None);
    assert_eq!(
        other
            .inspect(&rebuilt)
            .expect("anybody's")
            .handlers()
            .count(),
        2
    );
    other.resume(rebuilt, Ok(100)).expect("idle");
    assert!(matches!(
        drive(&mut other, &mut world),
        Outcome::Done(Ok(111))
    ));
    assert_eq!(world.log, ["cleaned"]);
}

#[test]
fn what_is_detached_is_seen_without_a_machine_and_goes_on_as_before() {
    for other in [false, true] {
        let (mut machine, mut world) = (
            Machine::<Lang>::new(),
            World {
                parks: &["ask"],
                ..World::default()
            },
        );
        let body = answer("b", 10, add(perform("ask", int(1)), perform("b", int(1))));
        let (_, k) = park(
            &mut machine,
            &mut world,
            answer("c", 0, finally(body, log("cleaned", int(0)))),
        );
        assert!(k.inside().is_none());
        let k = machine.detach(k);
        assert_eq!(k.machine(), None);
        assert_eq!(machine.fibers(), 0);
        let inside = k.inside().expect("it holds all that waits");
        assert_eq!(inside.handlers().count(), 2);
        assert_eq!(inside.count(), 3);
        // Once more changes nothing.
        let k = machine.detach(k);
        let mut elsewhere = Machine::<Lang>::new();
        let place = if other { &mut elsewhere } else { &mut machine };
        place.resume(k, Ok(100)).expect("idle");
        assert!(matches!(drive(place, &mut world), Outcome::Done(Ok(111))));
        assert_eq!(world.log, ["cleaned"]);
        assert_eq!(place.fibers(), 0);
    }
}

#[test]
fn detaching_a_foreign_continuation_leaves_it_where_it_is() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["ask"],
            ..World::default()
        },
    );
    let (_, k) = park(&mut machine, &mut world, perform("ask", int(1)));
    let k = Machine::<Lang>::new().detach(k);
    assert_eq!(k.machine(), Some(machine.id()));
    machine.resume(k, Ok(5)).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(5))
    ));
}
