//! Unwinding: clean-up runs, with effects, and nobody swallows it.

use super::language::make::*;
use super::language::*;
use crate::{Boundary, Continuation, Control, Handled, Input, Machine, Outcome, Step, Target};

/// Unwinds the performer of "a" and gives 7.
fn unwound(body: E) -> E {
    handle("a", seq(unwind(), int(7)), body)
}

#[test]
fn clean_up_runs_innermost_first() {
    let body = finally(
        finally(perform("a", int(1)), log("inner", int(0))),
        log("outer", int(0)),
    );
    check(unwound(body.clone()), Ok(7), "inner, outer");
    check(handle("a", int(7), body), Ok(7), "inner, outer");
}

#[test]
fn clean_up_performs_under_the_handlers_inside_and_then_outside() {
    let cleanup = perform(
        "show",
        add(perform("inner", int(1)), perform("outer", int(1))),
    );
    let body = answer("inner", 10, finally(perform("a", int(1)), cleanup));
    let around = |program| answer("outer", 100, answer("show", 0, watch("seen", program)));
    let log = "seen inner 1, seen outer 1, seen show 112";
    check(
        around(unwound(body.clone())),
        Ok(7),
        &format!("seen a 1, {log}"),
    );
    check(
        around(handle("a", int(7), body)),
        Ok(7),
        &format!("seen a 1, {log}"),
    );
}

#[test]
fn nobody_swallows_it() {
    let stubborn = |inner: E| {
        seq(
            attempt(inner, log("swallowed", int(1))),
            log("never", int(2)),
        )
    };
    check(unwound(stubborn(perform("a", int(1)))), Ok(7), "swallowed");
    let twice = finally(
        stubborn(stubborn(perform("a", int(1)))),
        log("cleaned", int(0)),
    );
    check(
        unwound(twice.clone()),
        Ok(7),
        "swallowed, swallowed, cleaned",
    );
    check(
        handle("a", int(7), twice),
        Ok(7),
        "swallowed, swallowed, cleaned",
    );
}

#[test]
fn a_clean_up_that_raises_is_not_silent() {
    let body = finally(perform("a", int(1)), raise(int(5)));
    check(unwound(body.clone()), Err(Fault::User(5)), "");
    check(handle("a", int(7), body.clone()), Err(Fault::User(5)), "");
    check(
        handle("a", attempt(unwind(), log("told", int(8))), body),
        Ok(8),
        "told",
    );
}

#[test]
fn calls_and_installations_in_a_clean_up_are_not_unwound() {
    let cleanup = seq(
        answer("b", 1, add(perform("b", int(1)), int(1))),
        log("cleaned", int(0)),
    );
    check(
        unwound(finally(perform("a", int(1)), cleanup)),
        Ok(7),
        "cleaned",
    );
    let captured = seq(
        handle("b", resume(arg()), perform("b", int(1))),
        log("cleaned", int(0)),
    );
    check(
        unwound(finally(perform("a", int(1)), captured)),
        Ok(7),
        "cleaned",
    );
}

#[test]
fn prompts_between_are_unwound_through() {
    let inner = handle(
        "x",
        resume(arg()),
        finally(perform("a", int(1)), log("inner", int(0))),
    );
    let body = seq(finally(inner, log("outer", int(0))), log("never", int(1)));
    check(unwound(body), Ok(7), "inner, outer");
}

#[test]
fn an_inner_handler_may_end_a_clean_up() {
    // The clean-up's effect is answered inside by unwinding the clean-up itself.
    let inner = handle(
        "b",
        int(3),
        finally(
            perform("a", int(1)),
            seq(perform("b", int(0)), log("never", int(0))),
        ),
    );
    let body = finally(seq(inner, log("never", int(1))), log("outer", int(0)));
    check(unwound(body), Ok(7), "outer");
}

#[test]
fn an_unstarted_program_is_unwound_without_running() {
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    let k = Continuation::new(
        [Boundary::Prompt(Prompt::function("a", 0))],
        program(log("ran", int(1))),
    );
    machine.unwind(&mut world, k).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(0))
    ));
    assert!(world.log.is_empty());
    assert_eq!(machine.fibers(), 0);
}

#[test]
fn the_host_unwinds_a_parked_program() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["a"],
            ..World::default()
        },
    );
    machine
        .start(program(finally(
            perform("a", int(1)),
            log("cleaned", int(0)),
        )))
        .expect("idle");
    let Outcome::Parked { k, .. } = drive(&mut machine, &mut world) else {
        panic!("nobody answers");
    };
    machine.unwind(&mut world, k).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(0))
    ));
    assert_eq!(world.log, ["cleaned"]);
}

#[test]
fn a_clean_up_may_park_and_its_unwinding_goes_on() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["p"],
            ..World::default()
        },
    );
    let body = finally(
        finally(
            perform("a", int(1)),
            seq(perform("p", int(2)), log("inner", int(0))),
        ),
        log("outer", int(0)),
    );
    machine.start(program(unwound(body))).expect("idle");
    let Outcome::Parked { effect, k } = drive(&mut machine, &mut world) else {
        panic!("the clean-up parks");
    };
    assert_eq!((effect, world.log.len()), (Op("p", 2), 0));
    machine.resume(k, Ok(0)).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(7))
    ));
    assert_eq!(world.log, ["inner", "outer"]);
}

#[test]
fn dropping_runs_no_code() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["a"],
            ..World::default()
        },
    );
    machine
        .start(program(finally(
            perform("a", int(1)),
            log("cleaned", int(0)),
        )))
        .expect("idle");
    let Outcome::Parked { k, .. } = drive(&mut machine, &mut world) else {
        panic!("nobody answers");
    };
    drop(k);
    assert!(machine.fibers() > 0, "it waits for a safe point");
    assert!(matches!(drive(&mut machine, &mut world), Outcome::Idle));
    assert_eq!((machine.fibers(), world.log.len()), (0, 0));
}

#[test]
fn a_code_that_parks_for_ever_in_its_clean_up_can_be_unwound_again() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["p"],
            ..World::default()
        },
    );
    let stubborn = native(|_, input| match input {
        Input::Start => Step::Perform(Op("p", 0)),
        Input::Error(_) => Step::Perform(Op("p", 1)),
        Input::Value(value) => Step::Return(value),
    });
    machine.start(stubborn).expect("idle");
    let Outcome::Parked { mut k, .. } = drive(&mut machine, &mut world) else {
        panic!("nobody answers");
    };
    for _ in 0..3 {
        machine.unwind(&mut world, k).expect("idle");
        match drive(&mut machine, &mut world) {
            Outcome::Parked { effect, k: again } => {
                assert_eq!(effect, Op("p", 1));
                k = again;
            }
            other => panic!("it is {}", other.name()),
        }
    }
    machine.resume(k, Ok(0)).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(0))
    ));
    assert_eq!(machine.fibers(), 0);
}

#[test]
fn m09_what_an_unwound_activation_owns_is_unwound_and_not_merely_told() {
    let performer = seq(
        attempt(perform("a", int(1)), log("swallowed", int(0))),
        log("never", int(1)),
    );
    let inner = handle("a", resume(delegate()), performer);
    check(handle("a", int(7), inner.clone()), Ok(7), "swallowed");
    check(unwound(inner), Ok(7), "swallowed");
}

/// An activation ends by transferring another continuation; its own is unwound first, and the
/// clean-up of that is dropped by a handler further out. The other must not go on then.
#[test]
fn an_unwound_ending_unwinds_what_it_would_have_gone_on_with() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["p"],
            ..World::default()
        },
    );
    let other = seq(
        finally(perform("p", int(0)), log("other cleaned", int(0))),
        log("never", int(1)),
    );
    machine.start(program(other)).expect("idle");
    let Outcome::Parked { k, .. } = drive(&mut machine, &mut world) else {
        panic!("nobody answers");
    };
    world.kept.push(k);
    let go = Prompt::native("go", |_, _, k| Handled::Run {
        code: native(|world, input| match input {
            Input::Start => {
                let other = world.kept.pop().expect("kept above");
                Step::Control(Control::Transfer(Target::Given(other), Ok(42)))
            }
            other => panic!("the activation is cut: {:?}", answer_of(other)),
        }),
        slot: Some(k),
    });
    let body = finally(
        perform("go", int(0)),
        seq(perform("stop", int(0)), log("never", int(0))),
    );
    let prompts = [go, Prompt::clause("stop", int(9))].map(Boundary::Prompt);
    machine
        .resume(Continuation::new(prompts, program(body)), Ok(0))
        .expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(9))
    ));
    assert_eq!(world.log, ["other cleaned"]);
    assert_eq!(machine.fibers(), 0);
}

/// A handler inside is told with which error its program was unwound, and what it does comes in the place of that.
#[test]
fn a_handler_hears_of_the_unwinding_of_its_program() {
    for (cleanup, heard) in [(int(0), Fault::Unwind), (raise(int(5)), Fault::User(5))] {
        let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
        let inner = Prompt::function("b", 0).unwound(|world, error| {
            world.log.push(format!("{error:?}"));
            Handled::Return(1)
        });
        let outer = Prompt::clause("a", seq(unwind(), int(7)));
        let k = Continuation::new(
            [inner, outer].map(Boundary::Prompt),
            program(finally(perform("a", int(1)), cleanup)),
        );
        machine.resume(k, Ok(0)).expect("idle");
        let outcome = drive(&mut machine, &mut world);
        assert!(matches!(outcome, Outcome::Done(Ok(7))));
        assert_eq!(world.log, [format!("{heard:?}")]);
    }
}
