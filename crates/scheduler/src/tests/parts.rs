//! The table is data: it is taken apart, moved, and refused when it is not true.

use super::world::*;
use crate::table::{Entry, Kind, Parts, State, Waiting};
use crate::{Id, Scheduler, spawn, spawn_main, wake};
use machine::Machine;

type Spoil = fn(&mut Parts<Lang>);

#[test]
fn a_table_put_together_from_its_parts_goes_on() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let main = spawn_main::<Lang>(&mut world, waits(Id(2)));
    let other = spawn::<Lang>(&mut world, vec![], parks(true));
    spawn::<Lang>(&mut world, vec![], says("ready", 1));
    let parts = std::mem::take(&mut world.scheduler).into_parts();
    world.scheduler = Scheduler::from_parts(parts).expect("what was one is one");
    assert_eq!(drive(&mut machine, &mut world), None);
    let parts = std::mem::take(&mut world.scheduler).into_parts();
    assert_eq!(
        (parts.main, parts.next, parts.entries.len()),
        (Some(main), 4, 3)
    );
    world.scheduler = Scheduler::from_parts(parts).expect("what was one is one");
    wake::<Lang>(&mut world, other, Ok(Value::Int(9))).expect("parked");
    assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::Int(9))));
}

#[test]
fn parts_that_cannot_be_are_refused() {
    let valid = || {
        let (mut machine, mut world) = (Machine::new(), World::default());
        let first = spawn::<Lang>(&mut world, vec![], parks(true));
        spawn::<Lang>(&mut world, vec![], waits(first));
        assert_eq!(drive(&mut machine, &mut world), None);
        spawn::<Lang>(&mut world, vec![], says("x", 1));
        std::mem::take(&mut world.scheduler).into_parts()
    };
    assert!(Scheduler::from_parts(valid()).is_ok());
    let spoilt: [(&str, Spoil); 11] = [
        ("ready twice", |parts| parts.ready.push_back(Id(3))),
        ("ready and absent", |parts| parts.ready.push_back(Id(77))),
        ("not queued", |parts| parts.ready.clear()),
        ("waits and queued", |parts| parts.ready.push_back(Id(1))),
        ("waits twice", |parts| {
            parts
                .entries
                .get_mut(&Id(1))
                .expect("it is there")
                .waiters
                .push(Id(2));
        }),
        ("current and waiting", |parts| parts.current = Some(Id(1))),
        ("never given", |parts| parts.next = 2),
        ("no more to give", |parts| parts.next = u64::MAX),
        ("ended without an outcome", |parts| {
            if let Some(Entry {
                kind: Kind::Task(state),
                ..
            }) = parts.entries.get_mut(&Id(1))
            {
                *state = State::Ended;
            }
        }),
        ("not told", |parts| {
            parts
                .entries
                .get_mut(&Id(1))
                .expect("it is there")
                .waiters
                .clear();
        }),
        ("waits for nothing", |parts| {
            if let Some(Entry {
                kind: Kind::Task(State::Waiting(_, on)),
                ..
            }) = parts.entries.get_mut(&Id(2))
            {
                *on = Waiting::One(Id(50));
            }
        }),
    ];
    for (what, spoil) in spoilt {
        let mut parts = valid();
        spoil(&mut parts);
        assert!(Scheduler::from_parts(parts).is_err(), "{what}");
    }
}
