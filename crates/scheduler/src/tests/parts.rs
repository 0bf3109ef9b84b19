//! The table is data: it is taken apart, moved, and refused when it is not true.

use std::time::Duration;

use super::world::*;
use crate::{Handed, Id, Op, Parts, Scheduler, TaskState, Waiting, spawn, spawn_main, wake};
use machine::{Answer, Machine};

type Spoil = fn(&mut Parts<Lang>);

pub(crate) fn take_apart(world: &mut World) -> Parts<Lang> {
    match std::mem::take(&mut world.scheduler).into_parts() {
        Ok(parts) => parts,
        Err((_, why)) => panic!("{why}"),
    }
}

#[test]
fn a_table_put_together_from_its_parts_goes_on() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let main = spawn_main::<Lang>(&mut world, waits(Id(2)));
    let other = spawn::<Lang>(&mut world, vec![], parks(true));
    spawn::<Lang>(&mut world, vec![], says("ready", 1));
    let parts = take_apart(&mut world);
    world.scheduler = Scheduler::from_parts(parts).expect("what was one is one");
    assert_eq!(drive(&mut machine, &mut world), None);
    let parts = take_apart(&mut world);
    assert_eq!(
        (parts.main, parts.next, parts.tasks.len()),
        (Some(main), 4, 3)
    );
    world.scheduler = Scheduler::from_parts(parts).expect("what was one is one");
    wake::<Lang>(&mut world, other, Ok(Value::Int(9))).expect("parked");
    assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::Int(9))));
}

#[test]
fn those_who_wait_for_the_same_keep_their_order_and_a_cancellation_is_kept() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let promise = super::order::spawn_promise(&mut machine, &mut world, true);
    let waiters: Vec<Id> = (0..3)
        .map(|_| spawn::<Lang>(&mut world, vec![], waits(promise)))
        .collect();
    assert_eq!(drive(&mut machine, &mut world), None);
    let fresh = spawn::<Lang>(&mut world, vec![], says("ran", 1));
    crate::cancel::<Lang>(&mut world, fresh).expect("it is there");
    let parts = take_apart(&mut world);
    world.scheduler = Scheduler::from_parts(parts).expect("what was one is one");
    assert!(world.scheduler.awaits_host());
    crate::settle::<Lang>(&mut world, promise, Ok(Value::Unit)).expect("pending");
    let order = [fresh, waiters[0], waiters[1], waiters[2]];
    assert_eq!(world.scheduler.ready_order(), order);
    assert_eq!(drive(&mut machine, &mut world), None);
    assert!(world.log.is_empty(), "what was cancelled does not run");
}

#[test]
fn what_has_no_parts_is_given_back_whole() {
    let ops: [fn() -> Op<Lang>; 5] = [
        || Op::Semaphore(1),
        || Op::Lock,
        || Op::Event,
        || Op::Channel(1),
        || Op::Sleep(Duration::from_secs(1)),
    ];
    for op in ops {
        let (mut machine, mut world) = (Machine::new(), World::default());
        spawn_main::<Lang>(
            &mut world,
            go(move |me| async move {
                me.ask(op()).await?;
                me.ask(Op::Park { external: true }).await
            }),
        );
        assert_eq!(drive(&mut machine, &mut world), None);
        let Err((whole, _)) = std::mem::take(&mut world.scheduler).into_parts() else {
            panic!("it was taken apart");
        };
        world.scheduler = *whole;
        crate::advance::<Lang>(&mut world, Duration::from_secs(1));
        assert_eq!(drive(&mut machine, &mut world), None);
        wake::<Lang>(&mut world, Id(1), Ok(Value::Int(3))).expect("parked");
        assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::Int(3))));
    }
}

#[test]
fn parts_that_cannot_be_are_refused() {
    let valid = || {
        let (mut machine, mut world) = (Machine::new(), World::default());
        let first = spawn::<Lang>(&mut world, vec![], parks(true));
        spawn::<Lang>(&mut world, vec![], waits(first));
        assert_eq!(drive(&mut machine, &mut world), None);
        spawn::<Lang>(&mut world, vec![], says("x", 1));
        take_apart(&mut world)
    };
    fn on(parts: &mut Parts<Lang>) -> &mut Waiting {
        match parts.tasks.get_mut(&Id(2)).map(|task| &mut task.state) {
            Some(TaskState::Waiting(_, on, _)) => on,
            _ => panic!("the second task waits"),
        }
    }
    assert!(Scheduler::from_parts(valid()).is_ok());
    let spoilt: [(&str, Spoil); 14] = [
        ("ready twice", |parts| parts.ready.push(Id(3))),
        ("ready and absent", |parts| parts.ready.push(Id(77))),
        ("not queued", |parts| parts.ready.clear()),
        ("waits and queued", |parts| parts.ready.push(Id(1))),
        ("current and waiting", |parts| parts.current = Some(Id(1))),
        ("current and absent", |parts| parts.current = Some(Id(50))),
        ("never given", |parts| parts.next = 2),
        ("no more to give", |parts| parts.next = u64::MAX),
        ("a task and a promise", |parts| {
            parts.promises.insert(Id(2), (true, None));
        }),
        ("a promise never given", |parts| {
            parts.promises.insert(Id(9), (true, None));
        }),
        ("waits for what has ended", |parts| {
            let ended: Answer<Lang> = Ok(Value::Unit);
            parts.tasks.insert(Id(1), TaskState::Ended(ended).into());
        }),
        ("waits for nothing", |parts| {
            *on(parts) = Waiting::One(Id(50));
        }),
        ("waits for an empty gather", |parts| {
            *on(parts) = Waiting::All {
                ids: Vec::new(),
                left: 0,
                own: true,
            };
        }),
        ("waits for a lock that is not there", |parts| {
            *on(parts) = Waiting::Permit(Id(1));
        }),
    ];
    for (what, spoil) in spoilt {
        let mut parts = valid();
        spoil(&mut parts);
        assert!(Scheduler::from_parts(parts).is_err(), "{what}");
    }
    let mut parts = valid();
    if let Some(task) = parts.tasks.get_mut(&Id(3))
        && let TaskState::Ready(_, _, handed) = &mut task.state
    {
        assert_eq!(*handed, Handed::Begin);
    }
}
