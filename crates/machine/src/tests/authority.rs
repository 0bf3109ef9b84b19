//! M5: the prompt in the live chain is the only authority for what is in scope. What was stored of scopes, looked up
//! or looked at before is a record, and decides nothing.

use proptest::strategy::{Strategy, ValueTree};

use super::expr::{Tail, Way};
use super::generate::Programs;
use super::host::Run;
use super::language::make::*;
use super::language::*;
use super::random::{STEPS, runner};
use super::reference::evaluate;
use crate::{Boundary, Continuation, Control, Machine, Outcome, ScopeId, Step};

/// Programs that have parked go on in other machines, and all scopes stored in them are false: those of the
/// boundaries, and those of the activations, whose prompts they name.
#[test]
fn m05_false_scopes_in_a_snapshot_decide_nothing() {
    let lies: [fn(ScopeId) -> ScopeId; 3] = [
        |_| ScopeId::NONE,
        |_| ScopeId(1),
        |scope| ScopeId(1_000 - scope.get().min(999)),
    ];
    let mut runner = runner(1);
    let mut moved = 0;
    for _ in 0..1_000 {
        let expr = Programs.new_tree(&mut runner).expect("a program").current();
        let Some(expected) = evaluate(expr.clone(), STEPS) else {
            continue;
        };
        for lie in lies {
            let (mut machine, mut run) = (Machine::<Lang>::new(), Run::new(expr.clone()));
            while run.go_on(&mut machine, u64::MAX, &mut |_, _| {}) {
                if run.move_out(&mut machine, lie) {
                    machine = Machine::new();
                    // So that the scopes given anew are others than before.
                    for _ in 0..moved % 3 {
                        machine.fresh_scope();
                    }
                    moved += 1;
                }
            }
            assert_eq!(run.end(&mut machine), expected, "{expr:#?}");
        }
    }
    assert!(moved > 300, "only {moved} were moved");
}

#[test]
fn m05_a_handler_that_was_seen_in_scope_is_not_once_it_is_gone() {
    let seen = answer("a", 1, seq(look(), perform("a", int(1))));
    let after = attempt(perform("a", int(1)), log("unhandled", int(7)));
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    machine.start(program(seq(seen, after))).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(7))
    ));
    assert_eq!(world.log, ["look seq a:1 | seq plain", "unhandled"]);
}

/// The same fiber searches for the same effect before and after it is moved, under fifty handlers that it brings
/// along: what the first search found out must not be believed by the second.
#[test]
fn m05_what_a_search_found_is_not_believed_after_a_move() {
    let body = (0..50).fold(
        add(
            perform("a", int(0)),
            seq(perform("stop", int(0)), perform("a", int(0))),
        ),
        |body, _| answer("other", 0, body),
    );
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["p"],
            ..World::default()
        },
    );
    // It is kept under +10, and resumed under +1000.
    let kept = answer("a", 10, keep("stop", 0, int(5), body));
    machine.start(program(kept)).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(5))
    ));
    let resumed = answer("a", 1000, go(0, Tail::Resume, Way::Value, int(0)));
    machine.start(program(resumed)).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(1010))
    ));
}

/// A handler is gone, and a later one lies in its slot of the arena: nothing may take the one for the other.
#[test]
fn m05_a_slot_of_the_arena_is_no_identity() {
    let deep = |body: E| (0..5).fold(body, |body, _| answer("other", 0, body));
    let turn = |plus| answer("a", plus, deep(perform("a", int(0))));
    let expr = (1..30).fold(int(0), |sum, n| {
        // Every second time nobody handles it, in fibers that lie where the handler and its program lay.
        let nobody = answer("b", 0, deep(attempt(perform("a", int(0)), int(1000))));
        add(sum, add(turn(n), nobody))
    });
    check(expr, Ok((1..30).sum::<i64>() + 29_000), "");
}

/// A record is made by one program and believed by no other: the list of boundaries that a program takes of itself
/// is installed around another, and each has its own scope then.
#[test]
fn m05_boundaries_installed_from_a_record_are_new_installations() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["p"],
            ..World::default()
        },
    );
    machine
        .start(program(answer(
            "a",
            1,
            answer("b", 2, perform("p", int(0))),
        )))
        .expect("idle");
    let Outcome::Parked { k, .. } = drive(&mut machine, &mut world) else {
        panic!("nobody answers");
    };
    let (scopes, boundaries): (Vec<_>, Vec<_>) = machine
        .inspect(&k)
        .expect("it is ours")
        .handlers()
        .map(|(scope, handler)| (scope, Boundary::Prompt(handler.clone())))
        .unzip();
    let mut begun = false;
    let code = native(move |_, _| {
        if std::mem::replace(&mut begun, true) {
            return Step::Return(0);
        }
        Step::Control(Control::Reflect(Box::new(|mirror, world: &mut World| {
            let live = mirror.live().handlers();
            world
                .log
                .extend(live.map(|(scope, _)| scope.get().to_string()));
            Ok(0)
        })))
    });
    machine
        .resume(Continuation::new(boundaries, code), Ok(0))
        .expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(0))
    ));
    assert_eq!(world.log.len(), 2);
    for scope in scopes {
        assert!(!world.log.contains(&scope.get().to_string()));
    }
    drop(k);
}
