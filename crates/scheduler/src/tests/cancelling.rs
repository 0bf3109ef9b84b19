//! Cancelling is throwing where a task waits.

use super::order::spawn_promise;
use super::world::*;
use crate::{Request, cancel, spawn, wake};
use machine::{Machine, Step};

#[test]
fn a_waiting_task_finds_it_where_it_waits() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let id = spawn::<Lang>(&mut world, vec![], parks(true));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(cancel::<Lang>(&mut world, id), Ok(true));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.log, ["Err(Cancelled)"]);
    assert_eq!(world.scheduler.outcome(id), Some(&Err(Fault::Cancelled)));
}

#[test]
fn one_that_has_not_begun_ends_without_running() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let id = spawn::<Lang>(&mut world, vec![], says("ran", 1));
    assert_eq!(cancel::<Lang>(&mut world, id), Ok(true));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert!(world.log.is_empty());
    assert_eq!(world.scheduler.outcome(id), Some(&Err(Fault::Cancelled)));
}

#[test]
fn what_has_finished_stays_as_it_is() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let id = spawn::<Lang>(&mut world, vec![], says("ran", 1));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(cancel::<Lang>(&mut world, id), Ok(false));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.scheduler.outcome(id), Some(&Ok(Value::Int(1))));
}

#[test]
fn a_woken_task_keeps_its_place_and_finds_the_cancellation_there() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let id = spawn::<Lang>(&mut world, vec![], parks(true));
    assert_eq!(drive(&mut machine, &mut world), None);
    wake::<Lang>(&mut world, id, Ok(Value::Int(1))).expect("parked");
    spawn::<Lang>(&mut world, vec![], says("after", 0));
    assert_eq!(cancel::<Lang>(&mut world, id), Ok(true));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.log, ["Err(Cancelled)", "after"]);
}

#[test]
fn a_task_that_cancels_itself_is_told_where_it_next_waits() {
    let main = task(|world, turn, answer| match turn {
        0 => ask(Request::Current),
        1 => ask(Request::Cancel(answer.expect("it is a task").id())),
        2 => {
            assert_eq!(answer, Ok(Value::Flag(true)));
            world.say("on");
            ask(Request::Yield)
        }
        3 => {
            assert_eq!(answer, Err(Fault::Cancelled));
            ask(Request::Yield)
        }
        // It is told once.
        _ => end(answer),
    });
    assert_eq!(run_main(main), (Ok(Value::Unit), vec!["on".to_owned()]));
}

#[test]
fn a_cancelled_waiter_is_told_nothing_more() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let promise = spawn_promise(&mut machine, &mut world, true);
    let stubborn = task(move |world, turn, answer| {
        world.say(format!("{answer:?}"));
        match turn {
            0 => ask(Request::Wait(promise)),
            1 => ask(Request::Park { external: true }),
            _ => Step::Return(Value::Unit),
        }
    });
    let id = spawn::<Lang>(&mut world, vec![], stubborn);
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(cancel::<Lang>(&mut world, id), Ok(true));
    assert_eq!(drive(&mut machine, &mut world), None);
    crate::settle::<Lang>(&mut world, promise, Ok(Value::Int(1))).expect("pending");
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.log, ["Ok(Unit)", "Err(Cancelled)"]);
    wake::<Lang>(&mut world, id, Ok(Value::Int(2))).expect("parked");
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.log.last().map(String::as_str), Some("Ok(Int(2))"));
}

#[test]
fn a_cancelled_promise_is_cancelled_for_those_who_wait() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let promise = spawn_promise(&mut machine, &mut world, false);
    let id = spawn::<Lang>(&mut world, vec![], waits(promise));
    let killer = task(move |_, turn, answer| {
        if turn == 0 {
            ask(Request::Cancel(promise))
        } else {
            end(answer)
        }
    });
    spawn::<Lang>(&mut world, vec![], killer);
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.scheduler.outcome(id), Some(&Err(Fault::Cancelled)));
}

#[test]
fn only_an_external_wait_is_interrupted_from_inside() {
    for (external, log) in [(true, "Err(User(3))"), (false, "Ok(Unit)")] {
        let mut id = None;
        let main = task(move |_, turn, answer| match turn {
            0 => ask(Request::Spawn(vec![], parks(external))),
            1 => {
                id = Some(answer.expect("spawned").id());
                ask(Request::Yield)
            }
            2 => ask(Request::Interrupt(
                id.expect("set above"),
                Err(Fault::User(3)),
            )),
            3 => {
                assert_eq!(answer, Ok(Value::Flag(external)));
                match external {
                    true => ask(Request::Yield),
                    false => ask(Request::Wake(id.expect("set above"), Ok(Value::Unit))),
                }
            }
            4 => ask(Request::Yield),
            _ => Step::Return(Value::Unit),
        });
        assert_eq!(run_main(main), (Ok(Value::Unit), vec![log.to_owned()]));
    }
}
