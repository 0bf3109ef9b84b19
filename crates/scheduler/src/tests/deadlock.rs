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
fn the_domain_may_look_at_who_waits_before_anybody_is_told() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    spawn_main::<Lang>(&mut world, waits(Id(2)));
    spawn::<Lang>(&mut world, vec![], parks(false));
    let answer = drive(&mut machine, &mut world);
    assert!(matches!(answer, Some(Err(Fault::Deadlock(_)))));
    assert_eq!(world.stuck, [(Id(1), 1), (Id(2), 1)]);
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

#[test]
fn two_locks_taken_crosswise_are_named_as_a_circle() {
    let takes = |first: Id, second: Id| {
        go(move |me| async move {
            me.ask(Op::Acquire(first)).await?;
            me.ask(Op::Yield).await?;
            me.ask(Op::Acquire(second)).await
        })
    };
    let (answer, _) = run(move |me| async move {
        let one = me.make(Op::Lock).await;
        let other = me.make(Op::Lock).await;
        let a = me.spawn(takes(one, other)).await;
        me.spawn(takes(other, one)).await;
        me.ask(Op::Wait(a)).await
    });
    let Err(Fault::Deadlock(told)) = answer else {
        panic!("{answer:?}");
    };
    let mut cycle = told.cycle.clone();
    cycle.sort_unstable();
    assert_eq!(cycle, [Id(4), Id(5)]);
    let lines = told.to_string();
    assert!(lines.starts_with("no task can ever go on: "), "{lines}");
    assert!(
        lines.contains("task 4 waits for a permit of 3, held by 5"),
        "{lines}"
    );
    assert!(
        lines.contains("task 5 waits for a permit of 2, held by 4"),
        "{lines}"
    );
}

#[test]
fn a_deadlock_in_a_scope_fails_the_scope_and_lets_its_tasks_clean_up() {
    let (answer, log) = run(|me| async move {
        me.scope(plain(), |me| async move {
            let child = go(|me| async move {
                let told = me.ask(Op::Park { external: false }).await;
                me.say(format!("{told:?}"));
                told
            });
            me.spawn(child).await;
            Ok(Value::Unit)
        })
        .await
    });
    let Err(Fault::Group(errors)) = answer else {
        panic!("{answer:?}");
    };
    assert!(matches!(&errors[..], [Fault::Deadlock(_)]), "{errors:?}");
    assert_eq!(log, ["Err(Cancelled)"]);
}

#[test]
fn a_child_that_waits_for_the_task_of_its_scope_is_a_circle() {
    let (answer, _) = run(|me| async move {
        me.scope(plain(), |me| async move {
            let main = me.make(Op::Current).await;
            me.spawn(waits(main)).await;
            Ok(Value::Unit)
        })
        .await
    });
    let Err(Fault::Group(errors)) = answer else {
        panic!("{answer:?}");
    };
    let [Fault::Deadlock(told)] = &errors[..] else {
        panic!("{errors:?}");
    };
    assert_eq!(told.cycle, [Id(1), Id(3)]);
}

#[test]
fn gatherers_that_wait_for_the_ends_of_one_another_are_not_left_alone() {
    let (answer, log) = run(|me| async move {
        let promise = me.make(Op::Promise { external: false }).await;
        // Each gathers the other and a task that fails.
        let gatherer = move |word: &'static str| {
            go(move |me| async move {
                let other = me.ask(Op::Wait(promise)).await?;
                let bad = me.spawn(fails(1)).await;
                let Value::List(ids) = other else {
                    panic!("{other:?}");
                };
                let mut ids: Vec<Id> = ids.iter().map(Value::id).collect();
                ids.push(bad);
                let told = me.ask(Op::Gather(ids)).await;
                me.say(format!("{word} {}", told.is_err()));
                told
            })
        };
        let a = me.spawn(gatherer("a")).await;
        let b = me.spawn(gatherer("b")).await;
        let both = Value::List(vec![Value::Id(a), Value::Id(b)]);
        me.ask(Op::Settle(promise, Ok(both))).await?;
        me.ask(Op::Wait(a)).await
    });
    assert!(answer.is_err());
    // The failure that one of them was to raise made way for the deadlock, and is not lost.
    assert_eq!(log, ["a true", "b true", "unheard 5 User(1)"]);
}

#[test]
fn a_sleeping_task_is_no_deadlock_and_a_named_one_is_named() {
    let (answer, _) = run(|me| async move {
        me.spawn(sleeper("s", 3)).await;
        let label = Some(crate::Label {
            name: Some("fetch".into()),
            site: Some(Value::Int(12)),
        });
        let options = crate::TaskOptions {
            label,
            ..crate::TaskOptions::default()
        };
        let child = Op::spawn_with(Vec::new(), parks(false), options);
        let child = me.make(child).await;
        me.ask(Op::Wait(child)).await
    });
    let Err(Fault::Deadlock(told)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(told.blocked.len(), 2, "the sleeper had ended before");
    assert_eq!(
        told.blocked[1].to_string(),
        "task 3 `fetch` waits to be woken"
    );
}
