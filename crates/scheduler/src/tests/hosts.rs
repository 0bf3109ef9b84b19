//! Hosts with rules of their own: which task may run from where, and why a task is cancelled.

use super::world::*;
use crate::{Id, Op, Order, Scheduler, cancel, spawn_main};
use machine::{Answer, Machine};

/// Drives from a place where only one task may run, and from the next one's as soon as that is another. Gives how
/// often the place has changed.
fn in_turns(mut world: World, code: Task) -> (Answer<Lang>, Vec<String>, usize) {
    let mut machine = Machine::new();
    let mut turns = 0;
    world.only = Some(spawn_main::<Lang>(&mut world, code));
    loop {
        if let Some(answer) = drive(&mut machine, &mut world) {
            return (answer, world.log, turns);
        }
        let next = world.refused.take().expect("somebody could run");
        assert_ne!(world.only, Some(next));
        world.only = Some(next);
        turns += 1;
    }
}

/// Tasks that run in turns, in a scope, and one that is left to be unwound.
fn many() -> Task {
    go(|me| async move {
        me.spawn(sleeper("left", 60)).await;
        me.scope(plain(), |me| async move {
            for (word, seconds) in [("c", 3), ("a", 1), ("b", 2), ("a2", 1)] {
                me.spawn(sleeper(word, seconds)).await;
                me.ask(Op::Yield).await?;
            }
            Ok(Value::Unit)
        })
        .await?;
        Ok(Value::Int(42))
    })
}

#[test]
fn a_task_that_may_not_run_here_is_next_elsewhere_and_nothing_else_changes() {
    let orders = [Order::Fifo, Order::Seeded(1), Order::Seeded(2)];
    let again = [Order::Fifo, Order::Seeded(1), Order::Seeded(2)];
    for (order, same) in orders.into_iter().zip(again) {
        let free = run_in(World::ordered(order), many());
        let (answer, log, turns) = in_turns(World::ordered(same), many());
        assert_eq!((answer, log), free);
        assert!(turns > 8, "each task has run from its own place: {turns}");
    }
}

#[test]
fn the_answer_of_the_main_task_outlives_those_that_are_unwound_elsewhere() {
    let (answer, _, turns) = in_turns(
        World::timed(),
        go(|me| async move {
            for _ in 0..3 {
                me.spawn(sleeper("left", 60)).await;
            }
            me.ask(Op::Yield).await?;
            Ok(Value::Int(7))
        }),
    );
    assert_eq!(answer, Ok(Value::Int(7)));
    assert!(turns >= 6);
}

#[test]
fn what_may_not_run_counts_as_ready() {
    let mut world = World::timed();
    let mut machine = Machine::new();
    let main = spawn_main::<Lang>(&mut world, says("main", 1));
    world.only = Some(Id(0));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.refused, Some(main));
    assert_eq!(world.scheduler.ready(), 1);
    assert_eq!(world.scheduler.ready_order(), [main]);
    world.only = None;
    assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::Int(1))));
}

/// Cancels the main task while it waits in this way; gives what it has found.
fn cancelled_for_a_reason(order: Scheduler<Lang>, code: Task) -> Vec<String> {
    let mut world = World {
        scheduler: order,
        ..World::default()
    };
    let mut machine = Machine::new();
    let main = spawn_main::<Lang>(&mut world, code);
    assert_eq!(drive(&mut machine, &mut world), None);
    world.reason = Some((main, Fault::User(5)));
    assert_eq!(cancel::<Lang>(&mut world, main), Ok(true));
    drive(&mut machine, &mut world);
    world.log
}

#[test]
fn a_task_finds_the_reason_why_it_was_cancelled_where_it_waits() {
    let told = ["User(5)"];
    let parked = go(|me| async move {
        let answer = me.ask(Op::Park { external: true }).await;
        me.say(format!("{:?}", answer.expect_err("it is cancelled")));
        Ok(Value::Unit)
    });
    assert_eq!(cancelled_for_a_reason(Scheduler::new(), parked), told);
    let gathers = go(|me| async move {
        let one = me.spawn(parks(true)).await;
        let answer = me.ask(Op::Gather(vec![one])).await;
        me.say(format!("{:?}", answer.expect_err("it is cancelled")));
        Ok(Value::Unit)
    });
    let log = cancelled_for_a_reason(Scheduler::new(), gathers);
    assert_eq!(log, ["Err(Cancelled)", "User(5)"]);
    let in_a_scope = go(|me| async move {
        let answer = me
            .scope(plain(), |me| async move {
                me.spawn(parks(true)).await;
                Ok(Value::Unit)
            })
            .await;
        me.say(format!("{:?}", answer.expect_err("it is cancelled")));
        Ok(Value::Unit)
    });
    let log = cancelled_for_a_reason(Scheduler::new(), in_a_scope);
    // To this domain it is an error, which the scope raises as its own.
    assert_eq!(log, ["Err(Cancelled)", "Group([User(5)])"]);
}
