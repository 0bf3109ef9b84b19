//! A program that can never go on is told so, at once, with who waits for what.

use super::order::spawn_promise;
use super::world::*;
use crate::{Blocked, Deadlock, Id, Op, Waiting, spawn, spawn_main, wake};
use machine::Machine;

fn blocked(task: Id, on: Waiting) -> Blocked {
    Blocked {
        task,
        name: None,
        on,
        held_by: Vec::new(),
    }
}

#[test]
fn the_main_task_is_told_who_waits_for_what() {
    let main = task(|_, turn, answer| match turn {
        0 => ask(Op::spawn(vec![], parks(false))),
        1 => ask(Op::Wait(answer.expect("spawned").id())),
        _ => end(answer),
    });
    let (main_id, parked) = (Id(1), Id(2));
    let blocked = vec![
        blocked(main_id, Waiting::One(parked)),
        blocked(parked, Waiting::Parked { external: false }),
    ];
    let (answer, log) = run_main(main);
    let cycle = Vec::new();
    assert_eq!(answer, Err(Fault::Deadlock(Deadlock { blocked, cycle })));
    assert_eq!(log, ["Err(Unwind)"], "the other is unwound after that");
}

#[test]
fn a_task_that_waits_for_itself_is_a_deadlock() {
    let main = task(|_, turn, answer| match turn {
        0 => ask(Op::Wait(Id(1))),
        _ => end(answer),
    });
    let blocked = vec![blocked(Id(1), Waiting::One(Id(1)))];
    let cycle = vec![Id(1)];
    assert_eq!(
        run_main(main).0,
        Err(Fault::Deadlock(Deadlock { blocked, cycle }))
    );
}

#[test]
fn what_may_come_from_outside_is_no_deadlock() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let promise = spawn_promise(&mut machine, &mut world, true);
    spawn_main::<Lang>(&mut world, waits(promise));
    spawn::<Lang>(&mut world, vec![], parks(false));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert!(world.scheduler.awaits_host());
    crate::settle::<Lang>(&mut world, promise, Ok(Value::Int(1))).expect("pending");
    assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::Int(1))));
}

#[test]
fn without_a_main_task_the_oldest_is_told() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let first = spawn::<Lang>(&mut world, vec![], parks(false));
    spawn::<Lang>(&mut world, vec![], parks(false));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert!(
        matches!(world.scheduler.outcome(first), Some(Err(Fault::Deadlock(told))) if told.blocked.len() == 2)
    );
    assert_eq!(world.log.len(), 2, "then the other is alone, and told too");
}

#[test]
fn a_host_that_knows_better_gets_its_turn() {
    let (mut machine, mut world) = (
        Machine::new(),
        World {
            tolerates_deadlock: true,
            ..World::default()
        },
    );
    let main = spawn_main::<Lang>(&mut world, parks(false));
    assert_eq!(drive(&mut machine, &mut world), None);
    wake::<Lang>(&mut world, main, Ok(Value::Int(6))).expect("parked");
    assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::Int(6))));
}
