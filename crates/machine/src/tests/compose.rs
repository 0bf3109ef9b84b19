//! Machines compose.

use super::language::make::*;
use super::language::*;
use crate::{Input, Machine, Outcome, Step};

/// A machine inside a code of another: what it parks is performed outside.
#[test]
fn what_a_machine_parks_is_performed_in_its_hosts() {
    let mut inner = Machine::<Lang>::new();
    let mut world = World {
        parks: &["ask"],
        ..World::default()
    };
    inner
        .start(program(add(perform("ask", int(1)), perform("ask", int(2)))))
        .expect("idle");
    let mut waiting: Option<K> = None;
    let code = native(move |_, input| {
        if let Some(k) = waiting.take() {
            inner.resume(k, answer_of(input)).expect("idle");
        }
        match drive(&mut inner, &mut world) {
            Outcome::Parked { effect, k } => {
                waiting = Some(k);
                Step::Perform(effect)
            }
            Outcome::Done(Ok(value)) => Step::Return(value),
            Outcome::Done(Err(error)) => Step::Raise(error),
            other => panic!("it is {}", other.name()),
        }
    });
    let mut code = Some(code);
    let host = native(move |_, input| match (code.take(), input) {
        (Some(body), _) => Step::Install {
            boundary: crate::Boundary::Prompt(Prompt::clause("ask", resume(add(arg(), int(100))))),
            body,
        },
        (None, Input::Error(error)) => Step::Raise(error),
        (None, input) => Step::Return(answer_of(input).expect("a value")),
    });
    assert_eq!(finish(host).0, Ok(203));
}
