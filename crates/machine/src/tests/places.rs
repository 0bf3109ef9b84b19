//! What a handler does at other places than its own: nested programs, effects performed outside, effects declined.

use super::expr::{Bound, Decision, Kind, Tail, Way};
use super::language::make::*;
use super::language::*;
use crate::MachineError;

fn decides(op: &'static str, decision: Decision, body: E) -> E {
    under(op, Kind::Native(decision), body)
}

#[test]
fn a_nested_program_runs_under_its_own_boundary_at_the_performers_place() {
    let nest = |boundary, code| Decision::Nest(Box::new(boundary), code);
    let plus = |name, n| Bound::new(name, Kind::Function(n));
    // Its own boundary is nearer than those of the performer, and these than those of the handler.
    let code = add(perform("b", int(0)), perform("c", int(0)));
    let body = answer(
        "b",
        10,
        answer("c", 20, add(perform("a", int(1)), perform("b", int(0)))),
    );
    check(
        answer("c", 3_000, decides("a", nest(plus("b", 100), code), body)),
        Ok(100 + 20 + 10),
        "",
    );
    // What it raises is raised at the performer.
    let body = attempt(perform("a", int(1)), log("caught", int(5)));
    check(
        decides("a", nest(plus("b", 0), raise(int(1))), body),
        Ok(5),
        "caught",
    );
    // The handler is in scope there: it handles what the nested program performs.
    let once = nest(plus("b", 0), add(perform("d", int(1)), int(100)));
    check(
        decides("a", once, answer("d", 1, perform("a", int(0)))),
        Ok(102),
        "",
    );
}

#[test]
fn a_nested_continuation_of_another_machine_is_refused_where_the_handler_is_installed() {
    let body = finally(perform("a", int(1)), log("never", int(0)));
    let refused = Fault::Machine(MachineError::ForeignContinuation);
    check(decides("a", Decision::JoinForeign, body), Err(refused), "");
}

#[test]
fn an_effect_performed_outside_gives_the_handled_programs_answer() {
    let outside = |op| Decision::Perform(0, op);
    let body = add(perform("a", int(1)), int(1_000));
    check(
        answer("b", 10, decides("a", outside("b"), body.clone())),
        Ok(11),
        "",
    );
    // It is an effect like any other: observers see it, but not those in the program that is left.
    check(
        watch(
            "outer",
            answer(
                "b",
                10,
                decides("a", outside("b"), watch("inner", body.clone())),
            ),
        ),
        Ok(11),
        "inner a 1, outer a 1, outer b 1",
    );
    // Nobody handles it: the error is raised there.
    check(
        attempt(
            decides("a", outside("x"), body.clone()),
            log("caught", int(3)),
        ),
        Ok(3),
        "caught",
    );
    // The program that is left was kept, and goes on where somebody resumes it.
    let kept = seq(
        answer("b", 10, decides("a", outside("b"), body)),
        go(0, Tail::Resume, Way::Value, int(7)),
    );
    check(kept, Ok(1_007), "");
}

#[test]
fn an_effect_that_is_declined_goes_to_the_next_handler() {
    let even = |body: E| {
        let bound = Bound {
            even: true,
            ..Bound::new("a", Kind::Function(10))
        };
        std::rc::Rc::new(super::expr::Expr::Under(bound, body))
    };
    let both = add(perform("a", int(2)), perform("a", int(3)));
    check(answer("a", 100, even(both.clone())), Ok(12 + 103), "");
    check(answer("a", 100, even(even(both.clone()))), Ok(12 + 103), "");
    // Nothing was captured: nobody outside, and the error is raised at the performer with all handlers in scope.
    check(
        even(even(perform("a", int(3)))),
        Err(Fault::Unhandled("a", 2)),
        "",
    );
    // Also when a handler inside has passed it on.
    let passed = handle("a", pass(), both);
    check(answer("a", 100, even(passed)), Ok(12 + 103), "");
}
