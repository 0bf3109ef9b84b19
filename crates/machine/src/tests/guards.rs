//! The guards themselves: the invariant check finds what is broken, and layouts stay small.

use super::language::make::*;
use super::language::*;
use crate::{Boundary, Continuation, Machine, Outcome};

/// A machine with one program parked and one paused in the middle.
fn busy() -> (Machine<Lang>, K) {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["ask"],
            ..World::default()
        },
    );
    let program_of = || program(watch("seen", answer("a", 1, perform("ask", int(0)))));
    machine.start(program_of()).expect("idle");
    let Outcome::Parked { k, .. } = drive(&mut machine, &mut world) else {
        panic!("nobody answers");
    };
    machine.start(program_of()).expect("idle");
    assert!(matches!(machine.run(&mut world, 3), Outcome::Paused));
    machine.check().expect("all is well");
    (machine, k)
}

#[test]
fn m11_the_check_finds_what_is_broken() {
    type Break = fn(&mut Machine<Lang>);
    let breaks: [(&str, Break); 7] = [
        ("has no owner", |machine| {
            machine.arena.add(None, |_| {});
        }),
        ("observers are installed", |machine| machine.observers += 1),
        ("has no head", |machine| {
            let tail = machine.home.chains()[0];
            machine.arena.get_mut(tail).parent = None;
        }),
        ("is owned by", |machine| {
            let tail = machine.home.chains()[0];
            machine.arena.get_mut(tail).parent = machine.current;
        }),
        ("does not reach", |machine| {
            let tail = machine.home.chains()[0];
            let head = machine
                .arena
                .get(tail)
                .parent
                .expect("the chain has a head");
            machine.arena.get_mut(head).parent = None;
        }),
        ("wait for nothing", |machine| {
            let head = machine.current.expect("it is paused");
            let fiber = machine.arena.get_mut(head);
            fiber.rest.extend(fiber.first.take());
        }),
        ("are doomed", |machine| {
            let head = machine.current.expect("it is paused");
            machine.arena.get_mut(head).doom(u32::MAX);
        }),
    ];
    for (message, spoil) in breaks {
        let (mut machine, k) = busy();
        spoil(&mut machine);
        let broken = machine.check().expect_err(message);
        assert!(broken.contains(message), "{broken}");
        std::mem::forget(k);
    }
}

#[test]
fn m11_the_check_runs_by_itself_between_steps() {
    let (mut machine, k) = busy();
    machine.observers += 1;
    let run = std::panic::AssertUnwindSafe(|| {
        let _ = machine.run(&mut World::default(), 1);
    });
    assert!(std::panic::catch_unwind(run).is_err());
    drop(k);
}

#[test]
fn layouts_stay_small() {
    assert_eq!(size_of::<K>(), 24);
    assert_eq!(size_of::<Option<K>>(), 24);
    assert_eq!(size_of::<Option<crate::fiber::FiberId>>(), 8);
}

#[test]
fn released_slots_are_used_again() {
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    for _ in 0..100 {
        let k = Continuation::new(
            [Boundary::Prompt(Prompt::function("a", 1))],
            performs("a", 1),
        );
        machine.resume(k, Ok(0)).expect("idle");
        assert!(matches!(
            drive(&mut machine, &mut world),
            Outcome::Done(Ok(2))
        ));
    }
    assert_eq!(machine.arena.size(), 1);
}
