//! First in, first out, exactly; waiting and gathering.

use super::parts::take_apart;
use super::world::*;
use crate::{Id, Op, Refusal, settle, spawn, spawn_main, wake};
use machine::{Machine, Step};

/// Spawns these, one a turn, and then does what follows with their ids.
fn spawner(
    mut tasks: Vec<Task>,
    mut then: impl FnMut(&mut World, u32, &[Id], machine::Answer<Lang>) -> Step<Lang> + 'static,
) -> Task {
    let mut ids = Vec::new();
    let (mut spawning, mut after) = (true, 0);
    tasks.reverse();
    task(move |world, turn, answer| {
        if spawning {
            if turn > 0 {
                ids.push(answer.as_ref().expect("spawning succeeds").id());
            }
            if let Some(next) = tasks.pop() {
                return ask(Op::spawn(Vec::new(), next));
            }
            spawning = false;
        }
        after += 1;
        then(world, after - 1, &ids, answer)
    })
}

#[test]
fn a_spawner_goes_on_and_the_spawned_run_in_order() {
    let main = spawner(
        vec![says("a", 1), says("b", 2), says("c", 3)],
        |world, turn, ids, answer| {
            if turn == 0 {
                world.say("main");
                return ask(Op::Gather(ids.to_vec()));
            }
            end(answer)
        },
    );
    let (answer, log) = run_main(main);
    assert_eq!(
        answer,
        Ok(Value::List(vec![
            Value::Int(1),
            Value::Int(2),
            Value::Int(3)
        ]))
    );
    assert_eq!(log, ["main", "a", "b", "c"]);
}

#[test]
fn yielding_goes_to_the_end_of_the_queue() {
    fn thrice(word: &'static str) -> Task {
        task(move |world, turn, _| {
            world.say(format!("{word}{turn}"));
            if turn < 2 {
                ask(Op::Yield)
            } else {
                Step::Return(Value::Unit)
            }
        })
    }
    let main = spawner(vec![thrice("a"), thrice("b")], |_, turn, ids, answer| {
        if turn == 0 {
            ask(Op::Gather(ids.to_vec()))
        } else {
            end(answer)
        }
    });
    assert_eq!(run_main(main).1, ["a0", "b0", "a1", "b1", "a2", "b2"]);
}

#[test]
fn each_wake_is_one_entry_at_the_end_of_the_queue() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let ids: Vec<Id> = (0..3)
        .map(|_| spawn::<Lang>(&mut world, vec![], parks(true)))
        .collect();
    assert_eq!(drive(&mut machine, &mut world), None);
    for n in [2, 0, 1] {
        wake::<Lang>(&mut world, ids[n], Ok(Value::Int(n as i64))).expect("it is parked");
        assert_eq!(
            wake::<Lang>(&mut world, ids[n], Ok(Value::Unit)),
            Err(Refusal::NotParked(ids[n]))
        );
    }
    assert_eq!(world.scheduler.ready_order(), [ids[2], ids[0], ids[1]]);
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.log, ["Ok(Int(2))", "Ok(Int(0))", "Ok(Int(1))"]);
    assert_eq!(
        wake::<Lang>(&mut world, Id(99), Ok(Value::Unit)),
        Err(Refusal::Unknown(Id(99)))
    );
}

#[test]
fn a_task_wakes_another_and_goes_on_first() {
    let main = spawner(vec![parks(false)], |world, turn, ids, answer| match turn {
        0 => ask(Op::Yield),
        1 => ask(Op::Wake(ids[0], Err(Fault::User(4)))),
        2 => {
            assert_eq!(answer, Ok(Value::Unit));
            world.say("main");
            ask(Op::Wait(ids[0]))
        }
        _ => end(answer),
    });
    assert_eq!(
        run_main(main),
        (
            Err(Fault::User(4)),
            vec!["main".to_owned(), "Err(User(4))".to_owned()]
        )
    );
}

#[test]
fn waiters_are_told_in_the_order_of_their_coming_and_each_has_its_own_copy() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let promise = spawn_promise(&mut machine, &mut world, true);
    let tasks: Vec<Id> = (0..3)
        .map(|_| spawn::<Lang>(&mut world, vec![], waits(promise)))
        .collect();
    assert_eq!(drive(&mut machine, &mut world), None);
    settle::<Lang>(&mut world, promise, Ok(Value::Int(5))).expect("it is pending");
    assert_eq!(
        settle::<Lang>(&mut world, promise, Ok(Value::Unit)),
        Err(Refusal::NotPending(promise))
    );
    assert_eq!(world.scheduler.ready_order(), tasks);
    assert_eq!(drive(&mut machine, &mut world), None);
    for id in tasks {
        assert_eq!(world.scheduler.outcome(id), Some(&Ok(Value::Int(5))));
    }
    // What is settled is had at once.
    let late = spawn::<Lang>(&mut world, vec![], waits(promise));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.scheduler.outcome(late), Some(&Ok(Value::Int(5))));
}

pub(crate) fn spawn_promise(machine: &mut Machine<Lang>, world: &mut World, external: bool) -> Id {
    let maker = task(move |_, turn, answer| {
        if turn == 0 {
            ask(Op::Promise { external })
        } else {
            end(answer)
        }
    });
    let id = spawn::<Lang>(world, vec![], maker);
    assert_eq!(drive(machine, world), None);
    match world.scheduler.outcome(id) {
        Some(Ok(promise)) => promise.id(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn external_promises_are_settled_in_any_order_and_gathered_in_the_order_asked() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let promises: Vec<Id> = (0..3)
        .map(|_| spawn_promise(&mut machine, &mut world, true))
        .collect();
    let mut ids = promises.clone();
    ids.push(promises[0]);
    let main = task(move |_, turn, answer| {
        if turn == 0 {
            ask(Op::Gather(ids.clone()))
        } else {
            end(answer)
        }
    });
    spawn_main::<Lang>(&mut world, main);
    for n in [2, 0, 1] {
        assert_eq!(drive(&mut machine, &mut world), None);
        settle::<Lang>(&mut world, promises[n], Ok(Value::Int(n as i64))).expect("pending");
    }
    let list = [0, 1, 2, 0].map(Value::Int).to_vec();
    assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::List(list))));
}

#[test]
fn the_first_error_of_a_gather_is_told_at_once_and_the_others_go_on() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let promises: Vec<Id> = (0..3)
        .map(|_| spawn_promise(&mut machine, &mut world, true))
        .collect();
    let ids = promises.clone();
    let main = task(move |_, turn, answer| match turn {
        0 => ask(Op::Gather(ids.clone())),
        1 => {
            assert_eq!(answer, Err(Fault::User(1)));
            ask(Op::Wait(ids[2]))
        }
        _ => end(answer),
    });
    spawn_main::<Lang>(&mut world, main);
    assert_eq!(drive(&mut machine, &mut world), None);
    settle::<Lang>(&mut world, promises[1], Err(Fault::User(1))).expect("pending");
    assert_eq!(drive(&mut machine, &mut world), None);
    settle::<Lang>(&mut world, promises[0], Ok(Value::Unit)).expect("pending");
    settle::<Lang>(&mut world, promises[2], Ok(Value::Int(8))).expect("pending");
    assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::Int(8))));
}

#[test]
fn nothing_is_gathered_at_once() {
    let main = task(|_, turn, answer| {
        if turn == 0 {
            ask(Op::Gather(Vec::new()))
        } else {
            end(answer)
        }
    });
    assert_eq!(run_main(main).0, Ok(Value::List(Vec::new())));
}

#[test]
fn a_request_about_nothing_is_refused_where_it_was_made() {
    let nobody = Id(99);
    let requests: [fn(Id) -> Op<Lang>; 6] = [
        Op::Wait,
        |id| Op::Gather(vec![id]),
        Op::Cancel,
        Op::Forget,
        |id| Op::Wake(id, Ok(Value::Unit)),
        |id| Op::Settle(id, Ok(Value::Unit)),
    ];
    for request in requests {
        let main = task(move |_, turn, answer| {
            if turn == 0 {
                ask(request(nobody))
            } else {
                end(answer)
            }
        });
        assert_eq!(
            run_main(main).0,
            Err(Fault::Refused(Refusal::Unknown(nobody)))
        );
    }
}

#[test]
fn what_is_finished_and_awaited_by_nobody_is_forgotten() {
    let main = spawner(vec![says("a", 1)], |world, turn, ids, answer| match turn {
        0 => ask(Op::Forget(ids[0])),
        1 => {
            assert_eq!(answer, Err(Fault::Refused(Refusal::NotFinished(ids[0]))));
            ask(Op::Wait(ids[0]))
        }
        2 => ask(Op::Forget(ids[0])),
        _ => {
            assert_eq!(world.scheduler.entries(), 1);
            end(answer)
        }
    });
    assert_eq!(run_main(main).0, Ok(Value::Unit));
}

#[test]
fn the_program_ends_with_its_main_task_and_leaves_the_rest_to_the_host() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    world.drops_at_end = true;
    spawn_main::<Lang>(
        &mut world,
        spawner(vec![parks(true), parks(true)], |_, turn, _, _| {
            if turn == 0 {
                ask(Op::Yield)
            } else {
                Step::Return(Value::Int(3))
            }
        }),
    );
    assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::Int(3))));
    let rest = crate::take_all::<Lang>(&mut world);
    assert_eq!(rest.len(), 2);
    for k in rest {
        machine.unwind(&mut world, k).expect("idle");
        assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::Unit)));
    }
    assert_eq!(world.log, ["Err(Unwind)", "Err(Unwind)"]);
    assert_eq!(machine.fibers(), 0);
}

#[test]
fn many_tasks_take_turns_in_constant_machine_memory() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    for _ in 0..2 {
        let idler = task(|_, turn, _| {
            if turn < 50_000 {
                ask(Op::Yield)
            } else {
                Step::Return(Value::Unit)
            }
        });
        spawn::<Lang>(&mut world, vec![], idler);
    }
    assert_eq!(drive(&mut machine, &mut world), None);
    assert!(machine.counters().captured >= 100_000);
    assert_eq!(machine.fibers(), 0);
}

#[test]
fn what_a_gather_still_has_to_collect_is_not_forgotten() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let ids: Vec<Id> = (0..2)
        .map(|_| spawn_promise(&mut machine, &mut world, true))
        .collect();
    let wanted = ids.clone();
    spawn_main::<Lang>(
        &mut world,
        task(move |_, turn, answer| {
            if turn == 0 {
                ask(Op::Gather(wanted.clone()))
            } else {
                end(answer)
            }
        }),
    );
    assert_eq!(drive(&mut machine, &mut world), None);
    settle::<Lang>(&mut world, ids[0], Ok(Value::Int(1))).expect("pending");
    assert_eq!(
        crate::forget::<Lang>(&mut world, ids[0]),
        Err(Refusal::NotFinished(ids[0]))
    );
    let parts = take_apart(&mut world);
    world.scheduler = crate::Scheduler::from_parts(parts).expect("a gather in the middle is one");
    settle::<Lang>(&mut world, ids[1], Ok(Value::Int(2))).expect("pending");
    assert_eq!(crate::forget::<Lang>(&mut world, ids[0]), Ok(()));
    let list = vec![Value::Int(1), Value::Int(2)];
    assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::List(list))));
}

/// Linear, or this takes minutes.
#[test]
fn many_are_gathered_and_forgotten() {
    const MANY: u64 = 50_000;
    let mut ids = Vec::new();
    let main = task(move |_, turn, answer| {
        let turn = u64::from(turn);
        if (1..=MANY).contains(&turn) {
            ids.push(answer.as_ref().expect("spawned or forgotten").id());
        }
        match turn {
            turn if turn < MANY => ask(Op::spawn(Vec::new(), says("x", turn as i64))),
            MANY => ask(Op::Gather(ids.clone())),
            _ => match ids.pop() {
                Some(id) => ask(Op::Forget(id)),
                None => end(answer),
            },
        }
    });
    assert_eq!(run_main(main).0, Ok(Value::Unit));
}
