//! Costs, counted and not timed: the same with a million tasks as with ten.

use std::time::Duration;

use super::world::*;
use crate::{Id, Op, cancel, spawn, wake};
use machine::{Machine, Step};

/// What one more of each operation looks up while so many tasks are alive.
fn cost_among(many: u64) -> u64 {
    let (mut machine, mut world) = (Machine::new(), World::default());
    world.tolerates_deadlock = true;
    let lock = {
        let id = spawn::<Lang>(
            &mut world,
            vec![],
            task(|_, turn, answer| match turn {
                0 => ask(Op::Semaphore(1)),
                _ => end(answer),
            }),
        );
        drive(&mut machine, &mut world);
        match world.scheduler.outcome(id) {
            Some(Ok(lock)) => lock.id(),
            other => panic!("{other:?}"),
        }
    };
    for number in 0..many {
        let waits = task(move |_, turn, answer| match (turn, number % 3) {
            (0, 0) => ask(Op::Park { external: true }),
            (0, 1) => ask(Op::Acquire(lock)),
            (0, _) => ask(Op::Sleep(Duration::from_secs(1 + number))),
            _ => end(answer),
        });
        spawn::<Lang>(&mut world, vec![], waits);
    }
    drive(&mut machine, &mut world);
    assert!(world.scheduler.alive() as u64 >= many - 1);
    let before = world.scheduler.counters().lookups;
    for op in 0..4 {
        let one = task(move |_, turn, answer| match (turn, op) {
            (0, 0 | 1) => ask(Op::Park { external: true }),
            (0, 2) => ask(Op::Acquire(lock)),
            (0, _) => ask(Op::Sleep(Duration::from_secs(5))),
            _ => end(answer),
        });
        let id = spawn::<Lang>(&mut world, vec![], one);
        drive(&mut machine, &mut world);
        if op == 0 {
            wake::<Lang>(&mut world, id, Ok(Value::Unit)).expect("parked");
        } else {
            assert_eq!(cancel::<Lang>(&mut world, id), Ok(true));
        }
        drive(&mut machine, &mut world);
        assert!(world.scheduler.outcome(id).is_some());
    }
    world.scheduler.counters().lookups - before
}

#[test]
fn an_operation_costs_the_same_however_many_tasks_there_are() {
    let few = cost_among(9);
    assert!(few < 100, "{few}");
    assert_eq!(cost_among(90_000), few);
}

#[test]
fn a_million_tasks_are_spawned_parked_woken_and_cancelled() {
    const MANY: u64 = 1_000_000;
    let (mut machine, mut world) = (Machine::new(), World::default());
    let parks = || {
        task(|_, turn, answer| match turn {
            0 => ask(Op::Park { external: true }),
            _ => end(answer),
        })
    };
    for _ in 0..MANY {
        spawn::<Lang>(&mut world, vec![], parks());
    }
    drive(&mut machine, &mut world);
    assert_eq!(world.scheduler.alive() as u64, MANY);
    assert_eq!(machine.fibers() as u64, MANY, "one fiber each");
    let before = world.scheduler.counters();
    for number in 1..=MANY {
        if number % 2 == 0 {
            wake::<Lang>(&mut world, Id(number), Ok(Value::Unit)).expect("parked");
        } else {
            assert_eq!(cancel::<Lang>(&mut world, Id(number)), Ok(true));
        }
    }
    drive(&mut machine, &mut world);
    let after = world.scheduler.counters();
    assert_eq!(after.switches - before.switches, MANY);
    assert!(after.lookups - before.lookups < 16 * MANY);
    assert_eq!((world.scheduler.alive(), machine.fibers()), (0, 0));
    for number in 1..=MANY {
        crate::forget::<Lang>(&mut world, Id(number)).expect("it has ended");
    }
    assert_eq!(world.scheduler.entries(), 0);
}

#[test]
fn a_million_tasks_end_in_a_scope() {
    const MANY: u32 = 1_000_000;
    let spawner = task(|_, turn, answer| match turn {
        MANY => end(answer.map(|_| Value::Int(1))),
        _ => ask(detached(task(|_, _, _| Step::Return(Value::Unit)))),
    });
    let mut spawner = Some(spawner);
    let main = task(move |_, turn, answer| match turn {
        0 => ask(Op::scope(plain(), spawner.take().expect("once"))),
        _ => end(answer),
    });
    let (mut machine, mut world) = (Machine::new(), World::default());
    crate::spawn_main::<Lang>(&mut world, main);
    assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::Int(1))));
    assert_eq!((world.scheduler.entries(), machine.fibers()), (1, 0));
}

#[test]
fn a_service_that_spawns_for_ever_stays_as_it_is() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let service = task(|_, turn, _| match turn {
        400_000 => Step::Return(Value::Unit),
        turn if turn % 2 == 0 => ask(detached(task(|_, _, _| Step::Return(Value::Unit)))),
        _ => ask(Op::Yield),
    });
    crate::spawn_main::<Lang>(&mut world, service);
    let mut most = 0;
    let end = loop {
        match machine.run(&mut world, 1000) {
            machine::Outcome::Done(answer) => break answer,
            machine::Outcome::Idle => {
                let next = crate::next::<Lang>(&mut world).expect("it goes on");
                next.run_on(&mut machine, &mut world).expect("idle");
            }
            _ => most = most.max(world.scheduler.entries() + machine.fibers()),
        }
    };
    assert_eq!(end, Ok(Value::Unit));
    assert!((1..=8).contains(&most), "{most}");
}

/// What a task takes in the table besides its program: two answers of the domain, and twenty words.
#[test]
fn a_task_is_small() {
    let answer = size_of::<machine::Answer<Lang>>();
    let task = size_of::<crate::table::Entry<Lang>>();
    assert!(task <= 2 * answer + 20 * size_of::<usize>(), "{task}");
}
