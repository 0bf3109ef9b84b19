//! M4: mutable state lives in the handlers' stores, which all that was captured under them share.

use std::cell::Cell;
use std::rc::Rc;

use super::language::make::*;
use super::language::*;
use super::sendable::{Kept, Plain, Plainly, script};
use crate::{Boundary, Continuation, Handled, Machine, Outcome};

/// Handlers of `get` and `put`, that share a cell. Not function handlers: each effect is a capture.
fn state(cell: &Rc<Cell<i64>>) -> [Boundary<Lang>; 2] {
    let (get, put) = (cell.clone(), cell.clone());
    [
        Prompt::native("get", move |_, _, k| Handled::Transfer(k, Ok(get.get()))),
        Prompt::native("put", move |_, op, k| {
            put.set(op.1);
            Handled::Transfer(k, Ok(op.1))
        }),
    ]
    .map(Boundary::Prompt)
}

fn parked(machine: &mut Machine<Lang>, k: K) -> K {
    let mut world = World {
        parks: &["stop"],
        ..World::default()
    };
    machine.resume(k, Ok(0)).expect("idle");
    match drive(machine, &mut world) {
        Outcome::Parked { k, .. } => k,
        other => panic!("it is {}", other.name()),
    }
}

#[test]
fn m04_what_was_captured_sees_what_became_of_the_state_since() {
    let mut machine = Machine::<Lang>::new();
    let cell = Rc::new(Cell::new(0));
    let waits = seq(
        perform("put", int(1)),
        seq(perform("stop", int(0)), perform("get", int(0))),
    );
    let inside = parked(
        &mut machine,
        Continuation::new(state(&cell), program(waits)),
    );
    assert_eq!(cell.get(), 1);
    // Another program under the same handlers, as a spawned one is.
    let boundaries: Vec<_> = machine
        .inspect(&inside)
        .expect("it is ours")
        .handlers()
        .map(|(_, handler)| Boundary::Prompt(handler.clone()))
        .collect();
    let changes = program(perform("put", int(5)));
    machine
        .resume(Continuation::new(boundaries, changes), Ok(0))
        .expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut World::default()),
        Outcome::Done(Ok(5))
    ));
    machine.resume(inside, Ok(0)).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut World::default()),
        Outcome::Done(Ok(5))
    ));
}

#[test]
fn m04_two_continuations_captured_under_one_handler_share_its_store() {
    let mut machine = Machine::<Lang>::new();
    let cell = Rc::new(Cell::new(10));
    let adds = |n| {
        seq(
            perform("stop", int(0)),
            perform("put", add(perform("get", int(0)), int(n))),
        )
    };
    let one = Continuation::new(state(&cell), program(adds(1)));
    let two = Continuation::new(state(&cell), program(adds(2)));
    let (one, two) = (parked(&mut machine, one), parked(&mut machine, two));
    for (k, sum) in [(two, 12), (one, 13)] {
        machine.resume(k, Ok(0)).expect("idle");
        let outcome = drive(&mut machine, &mut World::default());
        assert!(matches!(outcome, Outcome::Done(Ok(n)) if n == sum));
    }
    assert_eq!(cell.get(), 13);
}

/// The handlers of this domain cannot be cloned, and one counts in itself: that it is the same one after each capture
/// and each resume is seen in the numbers, and that the machine needs no `Clone` is seen in that this compiles.
#[test]
fn m04_a_handler_is_moved_with_its_fiber_and_never_copied() {
    let (mut machine, mut kept) = (Machine::<Plain>::new(), Kept::default());
    let effects = ["count", "keep", "count", "keep", "count"];
    let k = Continuation::new([Plainly::counter(), Plainly::keeper()], script(&effects));
    machine.resume(k, Ok(0)).expect("idle");
    for _ in 0..2 {
        assert!(matches!(machine.run(&mut kept, u64::MAX), Outcome::Idle));
        let k = kept.0.pop().expect("it is kept");
        machine.resume(k, Ok(0)).expect("idle");
    }
    match machine.run(&mut kept, u64::MAX) {
        // 1 + 2 + 3 is the sum, and 3 were counted.
        Outcome::Done(Ok(value)) => assert_eq!(value, 603),
        other => panic!("it is {}", other.name()),
    }
}
