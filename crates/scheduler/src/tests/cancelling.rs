//! Cancelling is throwing where a task waits.

use super::order::spawn_promise;
use super::world::*;
use crate::{Op, cancel, spawn, wake};
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
fn a_woken_task_keeps_what_it_was_woken_with_and_is_told_at_its_next_request() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let id = spawn::<Lang>(
        &mut world,
        vec![],
        go(|me| async move {
            me.say(format!("{:?}", me.ask(Op::Park { external: true }).await));
            me.say(format!("{:?}", me.ask(Op::Yield).await));
            me.ask(Op::Yield).await
        }),
    );
    assert_eq!(drive(&mut machine, &mut world), None);
    wake::<Lang>(&mut world, id, Ok(Value::Int(1))).expect("parked");
    assert_eq!(cancel::<Lang>(&mut world, id), Ok(true));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.log, ["Ok(Int(1))", "Err(Cancelled)"]);
    assert_eq!(world.scheduler.outcome(id), Some(&Ok(Value::Unit)));
}

#[test]
fn a_task_that_stood_aside_is_told_there() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let yielder = || {
        task(|_, turn, answer| {
            if turn == 0 {
                ask(Op::Yield)
            } else {
                end(answer)
            }
        })
    };
    let id = spawn::<Lang>(&mut world, vec![], yielder());
    let killer = go(move |me| async move { me.ask(Op::Cancel(id)).await });
    spawn::<Lang>(&mut world, vec![], killer);
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.scheduler.outcome(id), Some(&Err(Fault::Cancelled)));
}

#[test]
fn a_task_that_cancels_itself_is_told_where_it_next_waits() {
    let main = task(|world, turn, answer| match turn {
        0 => ask(Op::Current),
        1 => ask(Op::Cancel(answer.expect("it is a task").id())),
        2 => {
            assert_eq!(answer, Ok(Value::Flag(true)));
            world.say("on");
            ask(Op::Yield)
        }
        3 => {
            assert_eq!(answer, Err(Fault::Cancelled));
            ask(Op::Yield)
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
            0 => ask(Op::Wait(promise)),
            1 => ask(Op::Park { external: true }),
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
            ask(Op::Cancel(promise))
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
    let told: [(bool, &[&str]); 2] = [
        (true, &["Err(User(3))", "unheard 2 User(3)"]),
        (false, &["Ok(Unit)"]),
    ];
    for (external, log) in told {
        let mut id = None;
        let main = task(move |_, turn, answer| match turn {
            0 => ask(Op::spawn(vec![], parks(external))),
            1 => {
                id = Some(answer.expect("spawned").id());
                ask(Op::Yield)
            }
            2 => ask(Op::Interrupt(id.expect("set above"), Err(Fault::User(3)))),
            3 => {
                assert_eq!(answer, Ok(Value::Flag(external)));
                match external {
                    true => ask(Op::Yield),
                    false => ask(Op::Wake(id.expect("set above"), Ok(Value::Unit))),
                }
            }
            4 => ask(Op::Yield),
            _ => Step::Return(Value::Unit),
        });
        let (answer, said) = run_main(main);
        assert_eq!(answer, Ok(Value::Unit));
        assert_eq!(said, log);
    }
}
