//! A machine is `Send` when its domain's types are: programs move to other threads, and are dropped there.

use std::thread;

use super::sendable::{Kept, Plain, Plainly, script};
use crate::{Continuation, Machine, Outcome};

/// Holds while this compiles.
const fn is_send<T: Send>() {}
const _: () = {
    is_send::<Machine<Plain>>();
    is_send::<Continuation<Plain>>();
    is_send::<Outcome<Plain>>();
};

fn parked() -> (Machine<Plain>, Continuation<Plain>) {
    let mut machine = Machine::<Plain>::new();
    let k = Continuation::new([Plainly::counter()], script(&["count", "ask", "count"]));
    machine.resume(k, Ok(0)).expect("idle");
    match machine.run(&mut Kept::default(), u64::MAX) {
        Outcome::Parked { effect: "ask", k } => (machine, k),
        other => panic!("it is {}", other.name()),
    }
}

#[test]
fn send_a_parked_program_goes_on_on_another_thread() {
    let (mut machine, k) = parked();
    let there = thread::spawn(move || {
        machine.resume(k, Ok(40)).expect("idle");
        match machine.run(&mut Kept::default(), u64::MAX) {
            Outcome::Done(Ok(value)) => (machine.fibers(), value),
            other => panic!("it is {}", other.name()),
        }
    });
    // 1 + 40 + 2 is the sum, and 2 were counted.
    assert_eq!(there.join().expect("it ends"), (0, 4302));
}

#[test]
fn send_a_running_machine_is_paused_and_driven_on_by_threads_in_turn() {
    let mut machine = Machine::<Plain>::new();
    let k = Continuation::new([Plainly::counter()], script(&["count"; 50]));
    machine.resume(k, Ok(0)).expect("idle");
    let mut turns = 0;
    let value = loop {
        turns += 1;
        let there = thread::spawn(move || {
            let outcome = machine.run(&mut Kept::default(), 3);
            (machine, outcome)
        });
        let outcome;
        (machine, outcome) = there.join().expect("it ends");
        match outcome {
            Outcome::Paused => {}
            Outcome::Done(answer) => break answer,
            other => panic!("it is {}", other.name()),
        }
    };
    assert_eq!(value, Ok((1..=50).sum::<i64>() * 100 + 50));
    // A turn to prepare its beginning, one that begins, and 50 that go on with a count, the last of which ends it.
    assert_eq!(turns, 52_usize.div_ceil(3));
}

#[test]
fn send_a_continuation_dropped_on_another_thread_is_freed_by_its_machine() {
    let (mut machine, k) = parked();
    let (mut other, mut world) = (Vec::new(), Kept::default());
    for _ in 0..10 {
        let k = Continuation::new([Plainly::counter()], script(&["ask"]));
        machine.resume(k, Ok(0)).expect("idle");
        match machine.run(&mut world, u64::MAX) {
            Outcome::Parked { k, .. } => other.push(k),
            outcome => panic!("it is {}", outcome.name()),
        }
    }
    assert_eq!(machine.fibers(), 11);
    thread::spawn(move || drop(other)).join().expect("it ends");
    // No other thread touches the machine: what was dropped waits for it.
    assert_eq!(machine.fibers(), 11);
    assert!(matches!(machine.run(&mut world, 0), Outcome::Idle));
    assert_eq!(machine.fibers(), 1);
    machine.resume(k, Ok(40)).expect("idle");
    assert!(matches!(
        machine.run(&mut world, u64::MAX),
        Outcome::Done(Ok(4302))
    ));
}
