//! Pass and delegate.

use super::language::make::*;
use super::language::*;
use crate::{Boundary, Continuation, Handled, Machine, Outcome};

#[test]
fn pass_is_as_if_the_handler_had_not_matched() {
    check(
        answer(
            "a",
            100,
            handle("a", log("seen", pass()), perform("a", int(1))),
        ),
        Ok(101),
        "seen",
    );
    // Through several, and the continuation has them all again.
    let twice = add(perform("a", int(1)), perform("a", int(2)));
    let inside = handle(
        "a",
        log("in", pass()),
        handle("a", log("inner", pass()), twice),
    );
    check(
        handle("a", resume(add(arg(), int(10))), inside),
        Ok(23),
        "inner, in, inner, in",
    );
    check(
        handle("a", pass(), perform("a", int(1))),
        Err(Fault::Unhandled("a", 1)),
        "",
    );
    // The activation is gone: what follows the pass is not run.
    check(
        answer(
            "a",
            0,
            handle("a", seq(pass(), log("never", int(1))), perform("a", int(1))),
        ),
        Ok(1),
        "",
    );
}

#[test]
fn pass_after_effects_of_the_handler() {
    let clause = seq(perform("b", int(0)), pass());
    check(
        answer(
            "a",
            100,
            answer("b", 0, handle("a", clause, perform("a", int(1)))),
        ),
        Ok(101),
        "",
    );
}

#[test]
fn pass_after_the_use_is_an_error() {
    let clause = seq(resume(arg()), attempt(pass(), log("refused", int(3))));
    check(
        answer("a", 100, handle("a", clause, perform("a", int(1)))),
        Ok(3),
        "refused",
    );
}

#[test]
fn delegate_gives_the_outer_answer_back_to_the_handler() {
    let clause = resume(add(delegate(), int(1000)));
    check(
        answer("a", 100, handle("a", clause.clone(), perform("a", int(1)))),
        Ok(1101),
        "",
    );
    // Nobody outside: the error is raised in the handler, which still has its continuation.
    check(
        handle(
            "a",
            resume(attempt(delegate(), int(7))),
            perform("a", int(1)),
        ),
        Ok(7),
        "",
    );
    // The outer handler is a full one, and captures the activation with the continuation in it.
    let outer = add(resume(add(arg(), int(5))), int(10_000));
    check(
        handle("a", outer, handle("a", clause, perform("a", int(1)))),
        Ok(11_006),
        "",
    );
}

#[test]
fn an_outer_handler_that_drops_an_activation_unwinds_what_it_owns() {
    let body = finally(perform("a", int(1)), log("body", int(0)));
    let clause = finally(resume(delegate()), log("clause", int(0)));
    check(
        handle("a", int(7), handle("a", clause, body)),
        Ok(7),
        "clause, body",
    );
}

#[test]
fn a_native_handler_may_pass_without_an_activation() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["a"],
            ..World::default()
        },
    );
    let decline = || Boundary::Prompt(Prompt::native("a", |_, op, k| Handled::Pass(op, k)));
    let k = Continuation::new([decline(), decline()], performs("a", 3));
    machine.resume(k, Ok(0)).expect("idle");
    let Outcome::Parked { effect, k } = drive(&mut machine, &mut world) else {
        panic!("nobody answers");
    };
    assert_eq!(effect, Op("a", 3));
    assert_eq!(
        machine.inspect(&k).expect("it is ours").handlers().count(),
        2
    );
    machine.resume(k, Ok(8)).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(8))
    ));
}
