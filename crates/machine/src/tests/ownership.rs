//! M1 and who owns what: continuations of another machine, dropped ones, unstarted ones.

use std::cell::Cell;
use std::rc::Rc;

use super::language::make::*;
use super::language::*;
use crate::{Boundary, Continuation, Control, Input, Machine, MachineError, Outcome, Step};

fn parked(machine: &mut Machine<Lang>) -> K {
    let mut world = World {
        parks: &["ask"],
        ..World::default()
    };
    machine
        .start(program(perform("ask", int(1))))
        .expect("idle");
    match drive(machine, &mut world) {
        Outcome::Parked { k, .. } => k,
        other => panic!("it is {}", other.name()),
    }
}

#[test]
fn m01_a_foreign_continuation_is_refused_and_harms_nobody() {
    let (mut one, mut two) = (Machine::<Lang>::new(), Machine::<Lang>::new());
    let mut world = World::default();
    let mine = parked(&mut two);
    assert_eq!(mine.machine(), Some(two.id()));
    for operation in 0..4 {
        let foreign = Cell::new(Some(parked(&mut one)));
        let code = native(move |_, input| match (foreign.take(), input) {
            (Some(k), _) => Step::Control(match operation {
                0 => Control::Resume(k.into(), Ok(1)),
                1 => Control::Transfer(k.into(), Ok(1)),
                2 => Control::ResumeWith(k.into(), program(int(1))),
                _ => Control::Unwind(k.into()),
            }),
            (None, Input::Error(Fault::Machine(MachineError::ForeignContinuation))) => {
                Step::Return(9)
            }
            (None, other) => panic!("expected a refusal, got {:?}", answer_of(other)),
        });
        two.start(code).expect("idle");
        assert!(matches!(drive(&mut two, &mut world), Outcome::Done(Ok(9))));
    }
    assert_eq!(
        two.resume(parked(&mut one), Ok(1)),
        Err(MachineError::ForeignContinuation)
    );
    two.resume(mine, Ok(5)).expect("idle");
    assert!(matches!(drive(&mut two, &mut world), Outcome::Done(Ok(5))));
    // What was refused is abandoned by the machine that it belongs to.
    assert!(matches!(drive(&mut one, &mut world), Outcome::Idle));
    assert_eq!(one.fibers(), 0);
}

#[test]
fn a_continuation_may_outlive_its_machine() {
    let mut machine = Machine::<Lang>::new();
    let k = parked(&mut machine);
    drop(machine);
    drop(k);
}

#[test]
fn m01_a_dropped_continuation_drops_its_codes_once() {
    struct Token(Rc<Cell<u32>>);
    impl Drop for Token {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let dropped = Rc::new(Cell::new(0));
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["ask"],
            ..World::default()
        },
    );
    let token = Token(dropped.clone());
    let code = native(move |_, _| {
        let _ = &token;
        Step::Perform(Op("ask", 0))
    });
    machine.start(code).expect("idle");
    let Outcome::Parked { k, .. } = drive(&mut machine, &mut world) else {
        panic!("nobody answers");
    };
    drop(k);
    assert_eq!(dropped.get(), 0);
    assert!(matches!(drive(&mut machine, &mut world), Outcome::Idle));
    assert_eq!(dropped.get(), 1);
}

#[test]
fn an_unstarted_program_is_resumed_like_any_other() {
    let prompt = || Boundary::Prompt(Prompt::function("a", 10));
    let body = || program(log("ran", perform("a", int(1))));
    let mut world = World::default();
    let mut machine = Machine::<Lang>::new();
    machine
        .resume(Continuation::new([prompt()], body()), Ok(99))
        .expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(11))
    ));
    assert_eq!(world.log.len(), 1);
    // An error ends it without running it.
    machine
        .resume(Continuation::new([prompt()], body()), Err(Fault::User(3)))
        .expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Err(Fault::User(3)))
    ));
    assert_eq!(world.log.len(), 1);
    // A program at its place comes before it, under its handlers.
    machine
        .resume_with(Continuation::new([prompt()], body()), performs("a", 5))
        .expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(11))
    ));
    assert_eq!(world.log.len(), 2);
    machine
        .resume_with(
            Continuation::new([prompt()], body()),
            program(raise(int(4))),
        )
        .expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Err(Fault::User(4)))
    ));
    assert_eq!(world.log.len(), 2);
}

/// Whatever it would have done with one.
#[test]
fn an_unstarted_code_is_never_given_an_error() {
    let greedy = || native(|_, _| panic!("it is not to be run"));
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    let error = Err(Fault::User(3));
    machine
        .resume(Continuation::new([], greedy()), error)
        .expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Err(Fault::User(3)))
    ));
    machine
        .resume_with(Continuation::new([], greedy()), program(raise(int(4))))
        .expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Err(Fault::User(4)))
    ));
    let k = Continuation::new([], greedy());
    machine.unwind(&mut world, k).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(0))
    ));
}

#[test]
fn boundaries_can_be_listed_and_installed_around_another_program() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["ask"],
            ..World::default()
        },
    );
    machine
        .start(program(answer(
            "a",
            1,
            answer("b", 2, perform("ask", int(0))),
        )))
        .expect("idle");
    let Outcome::Parked { k, .. } = drive(&mut machine, &mut world) else {
        panic!("nobody answers");
    };
    let boundaries: Vec<_> = machine
        .inspect(&k)
        .expect("it is ours")
        .handlers()
        .map(|(_, handler)| Boundary::Prompt(handler.clone()))
        .collect();
    let other = Continuation::new(
        boundaries,
        program(add(perform("a", int(10)), perform("b", int(100)))),
    );
    machine.resume(other, Ok(0)).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(113))
    ));
    machine.resume(k, Ok(6)).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(6))
    ));
}

#[test]
fn m05_scopes_are_never_used_again() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["ask"],
            ..World::default()
        },
    );
    let mut seen = std::collections::HashSet::new();
    for _ in 0..10 {
        machine
            .start(program(answer("a", 1, perform("ask", int(0)))))
            .expect("idle");
        let Outcome::Parked { k, .. } = drive(&mut machine, &mut world) else {
            panic!("nobody answers");
        };
        for (scope, _) in machine.inspect(&k).expect("it is ours").boundaries() {
            assert!(
                seen.insert(scope.get()),
                "scope {} was used before",
                scope.get()
            );
        }
    }
    assert_eq!(seen.len(), 10);
}

#[test]
fn m10_code_can_look_at_its_chain() {
    let look = native(|_, input| match input {
        Input::Start => Step::Control(Control::Reflect(Box::new(|mirror, world: &mut World| {
            let view = mirror.live();
            world
                .log
                .extend(view.handlers().map(|(_, handler)| handler.op.to_owned()));
            Ok(view.codes().count() as i64)
        }))),
        other => Step::Return(answer_of(other).expect("a value")),
    });
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    let prompts = ["inner", "outer"].map(|op| Boundary::Prompt(Prompt::function(op, 0)));
    machine
        .resume(Continuation::new(prompts, look), Ok(0))
        .expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(1))
    ));
    assert_eq!(world.log, ["inner", "outer"]);
}

/// Does not compile once a continuation can be copied: the two implementations are ambiguous then.
#[test]
fn m01_a_continuation_is_neither_clone_nor_copy() {
    trait Unless<What> {
        fn is_not(&self) -> bool {
            true
        }
    }
    struct Clonable;
    impl<T> Unless<()> for T {}
    impl<T: Clone> Unless<Clonable> for T {}
    fn is_not<What, T: Unless<What>>(value: &T) -> bool {
        value.is_not()
    }
    assert!(is_not(&Continuation::<Lang>::new([], program(int(1)))));
}
