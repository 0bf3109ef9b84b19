//! How an activation ends: M6, M8, M9, and what transfers cut.

use super::language::make::*;
use super::language::*;
use crate::{
    Boundary, Continuation, Control, Handled, Input, Machine, MachineError, Outcome, Step, Target,
};

#[test]
fn m08_raising_before_the_use_throws_into_the_performer() {
    let body = attempt(perform("a", int(1)), log("caught", int(5)));
    check(handle("a", raise(int(9)), body.clone()), Ok(5), "caught");
    check(
        handle("a", raise(int(9)), perform("a", int(1))),
        Err(Fault::User(9)),
        "",
    );
    // From a program that the handler called, too, and after effects of its own.
    let clause = seq(perform("b", int(0)), raise(int(9)));
    check(answer("b", 0, handle("a", clause, body)), Ok(5), "caught");
}

#[test]
fn m08_raising_after_the_use_propagates_from_where_the_handler_is_installed() {
    let body = attempt(perform("a", int(1)), log("inside", int(5)));
    let program = attempt(
        handle("a", seq(resume(arg()), raise(int(9))), body),
        log("outside", int(6)),
    );
    check(program, Ok(6), "outside");
    // It is that very error, and nothing inside sees it, however long the performer is gone on with.
    let body = attempt(perform("a", int(1)), log("inside", int(5)));
    let clause = seq(resume(arg()), raise(int(9)));
    check(
        handle("a", clause.clone(), body.clone()),
        Err(Fault::User(9)),
        "",
    );
    let twice = attempt(add(perform("a", int(1)), perform("a", int(2))), int(0));
    check(
        handle(
            "a",
            attempt(clause, seq(log("next", int(0)), raise(int(8)))),
            twice,
        ),
        Err(Fault::User(8)),
        "next, next",
    );
}

#[test]
fn m09_returning_without_the_use_unwinds_first_and_is_the_answer() {
    let body = finally(
        seq(perform("a", int(1)), log("never", int(2))),
        log("cleaned", int(3)),
    );
    check(
        add(handle("a", log("handled", int(7)), body), int(100)),
        Ok(107),
        "handled, cleaned",
    );
}

#[test]
fn m06_resume_waits_and_transfer_does_not() {
    let clause = |go: fn(E) -> E| log("in", seq(go(arg()), log("out", int(1))));
    check(
        handle("a", clause(resume), log("body", perform("a", int(4)))),
        Ok(1),
        "body, in, out",
    );
    check(
        handle("a", clause(transfer), log("body", perform("a", int(4)))),
        Ok(4),
        "body, in",
    );
    let caught = attempt(perform("a", int(1)), int(50));
    check(
        handle("a", add(resume_throw(int(1)), int(1)), caught.clone()),
        Ok(51),
        "",
    );
    check(
        handle("a", add(transfer_throw(int(1)), int(1)), caught),
        Ok(50),
        "",
    );
}

#[test]
fn resume_with_runs_a_program_where_the_effect_was_performed() {
    let body = answer("b", 10, add(perform("a", int(1)), int(100)));
    check(
        answer(
            "b",
            1000,
            handle("a", resume_with(perform("b", int(2))), body.clone()),
        ),
        Ok(112),
        "",
    );
    check(
        answer(
            "b",
            1000,
            handle("a", transfer_with(perform("b", int(2))), body),
        ),
        Ok(112),
        "",
    );
    let caught = answer("b", 10, attempt(perform("a", int(1)), int(5)));
    check(handle("a", resume_with(raise(int(1))), caught), Ok(5), "");
}

#[test]
fn m01_using_a_continuation_twice_is_an_error_at_the_second_use() {
    let clause = seq(
        resume(int(1)),
        attempt(resume(int(2)), log("refused", int(7))),
    );
    check(handle("a", clause, perform("a", int(0))), Ok(7), "refused");
    let clause = seq(resume(int(1)), resume(int(2)));
    let used = Err(Fault::Machine(MachineError::ContinuationUsed));
    check(handle("a", clause, perform("a", int(0))), used, "");
    check(
        resume(int(1)),
        Err(Fault::Machine(MachineError::NotInHandler)),
        "",
    );
    // A prompt that the clause installs has a segment of its own.
    check(
        handle("a", answer("b", 0, resume(int(1))), perform("a", int(0))),
        Err(Fault::Machine(MachineError::NotInHandler)),
        "",
    );
}

/// A loop of effects: the most fibers that existed at any time.
fn most_fibers(turns: u32, clause: E) -> usize {
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    let mut left = turns;
    let body = native(move |_, input| match input {
        Input::Error(error) => Step::Raise(error),
        _ if left == 0 => Step::Return(1),
        _ => {
            left -= 1;
            Step::Perform(Op("a", 0))
        }
    });
    machine
        .resume(
            Continuation::new([Boundary::Prompt(Prompt::clause("a", clause))], body),
            Ok(0),
        )
        .expect("idle");
    let mut most = 0;
    loop {
        let outcome = machine.run(&mut world, 1);
        most = most.max(machine.fibers());
        match outcome {
            Outcome::Paused => {}
            Outcome::Done(answer) => {
                assert_eq!(answer, Ok(1));
                assert_eq!(machine.fibers(), 0);
                return most;
            }
            other => panic!("the program is {}", other.name()),
        }
    }
}

#[test]
fn m06_transfer_in_a_loop_takes_constant_memory() {
    let clause = transfer(arg());
    assert_eq!(most_fibers(2000, clause.clone()), most_fibers(10, clause));
    // Also from a program that the handler called.
    let deep = add(int(0), add(int(0), transfer(arg())));
    assert_eq!(most_fibers(2000, deep.clone()), most_fibers(10, deep));
}

#[test]
fn m06_resume_in_a_loop_keeps_one_activation_a_turn_and_frees_them_all() {
    assert_eq!(
        most_fibers(500, resume(arg())) - most_fibers(100, resume(arg())),
        400
    );
}

#[test]
fn m09_transferring_another_continuation_unwinds_the_own_one_first() {
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    let keep = Prompt::native("keep", |world: &mut World, _, k| {
        world.kept.push(k);
        Handled::Return(0)
    });
    machine
        .resume(
            Continuation::new([Boundary::Prompt(keep)], performs("keep", 0)),
            Ok(0),
        )
        .expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(0))
    ));
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
    let body = finally(perform("go", int(0)), log("cleaned", int(0)));
    machine
        .resume(
            Continuation::new([Boundary::Prompt(go)], program(body)),
            Ok(0),
        )
        .expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(42))
    ));
    assert_eq!(world.log, ["cleaned"]);
}

#[test]
fn a_transfer_outside_of_an_activation_replaces_the_code_that_asked() {
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    world.kept.push(Continuation::new([], program(int(5))));
    let helper = |world: &mut World, input: Input<Lang>| match input {
        Input::Start => {
            let k = world.kept.pop().expect("kept above");
            Step::Control(Control::Transfer(k.into(), Ok(0)))
        }
        other => panic!("the helper is gone: {:?}", answer_of(other)),
    };
    let caller = native(move |_, input| match input {
        Input::Start => Step::Call(native(helper)),
        other => Step::Return(answer_of(other).expect("a value") + 100),
    });
    machine.start(caller).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(105))
    ));
}

#[test]
fn a_handler_may_finish_what_its_program_returns() {
    let prompt = Prompt::function("a", 0).finish(|world, answer| {
        world.log.push("finished".to_owned());
        Handled::Return(answer.unwrap_or(-1) * 2)
    });
    for (body, end) in [(int(4), 8), (raise(int(1)), -2)] {
        let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
        let k = Continuation::new([Boundary::Prompt(prompt.clone())], program(body));
        machine.resume(k, Ok(0)).expect("idle");
        assert!(matches!(drive(&mut machine, &mut world), Outcome::Done(Ok(n)) if n == end));
        assert_eq!(world.log, ["finished"]);
    }
}
