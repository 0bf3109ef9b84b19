//! When the main task has ended, what is left is unwound: clean-up runs, with effects and in its own time.

use super::world::*;
use crate::Op;

#[test]
fn what_is_left_is_unwound_all_at_a_time() {
    let (answer, log) = run(|me| async move {
        for seconds in [3, 1, 2] {
            let word = ["", "one", "two", "three"][seconds as usize];
            me.spawn(sleeper(word, seconds)).await;
        }
        me.spawn(says("never", 1)).await;
        me.ask(Op::Yield).await.expect("nobody cancels it");
        me.say("main");
        Ok(Value::Int(9))
    });
    assert_eq!(answer, Ok(Value::Int(9)));
    // They sleep at the same time, so that the shortest clean-up ends first.
    assert_eq!(
        log,
        ["never", "main", "one Unwind", "two Unwind", "three Unwind"]
    );
}

#[test]
fn one_that_has_not_begun_does_not_begin() {
    let (answer, log) = run(|me| async move {
        me.spawn(says("never", 1)).await;
        Ok(Value::Unit)
    });
    assert_eq!(answer, Ok(Value::Unit));
    assert!(log.is_empty());
}

#[test]
fn the_unwinding_cannot_be_swallowed() {
    let (answer, log) = run(|me| async move {
        let stubborn = go(|me| async move {
            for _ in 0..3 {
                let answer = me.sleep(1).await;
                me.say(format!("{answer:?}"));
            }
            Ok(Value::Int(5))
        });
        me.spawn(stubborn).await;
        me.ask(Op::Yield).await
    });
    assert_eq!(answer, Ok(Value::Unit));
    // The frame is told once, and may clean up; what it gives in the end is not an answer any more.
    assert_eq!(log, ["Err(Unwind)", "Ok(Unit)", "Ok(Unit)"]);
}

#[test]
fn an_error_of_a_clean_up_is_not_lost() {
    let bad = |number| {
        go(move |me| async move {
            me.sleep(9).await.expect_err("it is unwound");
            Err(Fault::User(number))
        })
    };
    for main_fails in [false, true] {
        let (answer, _) = run(move |me| async move {
            me.spawn(bad(1)).await;
            me.spawn(bad(2)).await;
            me.ask(Op::Yield).await?;
            if main_fails {
                return Err(Fault::User(0));
            }
            Ok(Value::Unit)
        });
        let errors = [0, 1, 2].map(Fault::User);
        let errors = if main_fails {
            &errors[..]
        } else {
            &errors[1..]
        };
        assert_eq!(answer, Err(Fault::Group(errors.to_vec())));
    }
}

#[test]
fn a_permit_in_flight_to_an_unwound_task_comes_back() {
    let (answer, log) = run(|me| async move {
        let lock = me.make(Op::Lock).await;
        me.ask(Op::Acquire(lock)).await?;
        let cleans = go(move |me| async move {
            me.sleep(9).await.expect_err("it is unwound");
            me.ask(Op::Acquire(lock)).await?;
            me.say("has it");
            me.ask(Op::Release(lock)).await
        });
        me.spawn(go(move |me| async move { me.ask(Op::Acquire(lock)).await }))
            .await;
        me.spawn(cleans).await;
        me.ask(Op::Yield).await?;
        // The first waiter has it now, and is unwound before it sees it.
        me.ask(Op::Release(lock)).await
    });
    assert_eq!(answer, Ok(Value::Unit));
    assert_eq!(log, ["has it"]);
}

#[test]
fn a_clean_up_may_spawn_and_wait_and_what_it_leaves_is_unwound_too() {
    let (answer, log) = run(|me| async move {
        let cleans = go(|me| async move {
            me.sleep(9).await.expect_err("it is unwound");
            let helper = me.spawn(says("helper", 3)).await;
            me.ask(Op::Wait(helper)).await?;
            me.spawn(sleeper("left", 50)).await;
            me.sleep(1).await
        });
        me.spawn(cleans).await;
        me.ask(Op::Yield).await?;
        Ok(Value::Int(1))
    });
    assert_eq!(answer, Ok(Value::Int(1)));
    assert_eq!(log, ["helper", "left Unwind"]);
}

#[test]
fn detached_tasks_leave_nothing() {
    let mut world = World::timed();
    let mut machine = machine::Machine::new();
    crate::spawn_main::<Lang>(
        &mut world,
        go(|me| async move {
            for _ in 0..1000 {
                me.ask(detached(says("x", 1))).await?;
                me.ask(Op::Yield).await?;
            }
            me.ask(Op::Park { external: true }).await
        }),
    );
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.scheduler.entries(), 1);
    assert_eq!(machine.fibers(), 1);
}

#[test]
fn an_error_that_nobody_asked_for_is_told_to_the_domain() {
    let (answer, log) = run(move |me| async move {
        me.ask(detached(fails(1))).await?;
        let forgotten = me.spawn(fails(2)).await;
        let asked = me.spawn(fails(3)).await;
        me.spawn(fails(4)).await;
        me.spawn(says("well", 5)).await;
        let cancelled = me.spawn(says("never", 6)).await;
        me.ask(Op::Cancel(cancelled)).await?;
        me.ask(Op::Yield).await?;
        me.ask(Op::Forget(forgotten)).await?;
        me.ask(Op::Wait(asked)).await.expect_err("it has failed");
        me.scope(plain(), |me| async move {
            me.spawn(fails(7)).await;
            Ok(Value::Unit)
        })
        .await
    });
    assert_eq!(answer, Err(Fault::Group(vec![Fault::User(7)])));
    let told = [
        "unheard 2 User(1)",
        "well",
        "unheard 3 User(2)",
        "unheard 5 User(4)",
    ];
    assert_eq!(log, told);
}

#[test]
fn a_task_that_waits_for_its_scope_is_unwound_after_the_tasks_in_it() {
    let (answer, log) = run(|me| async move {
        let holder = go(|me| async move {
            let answer = me
                .scope(plain(), |me| async move {
                    let child = go(|me| async move {
                        me.sleep(9).await.expect_err("it is unwound");
                        me.sleep(2).await?;
                        me.say("child");
                        Err(Fault::User(6))
                    });
                    me.spawn(child).await;
                    Ok(Value::Unit)
                })
                .await;
            me.say(format!("holder {answer:?}"));
            answer
        });
        me.spawn(holder).await;
        me.sleep(1).await
    });
    // What its clean-up has raised is not lost.
    assert_eq!(answer, Err(Fault::User(6)));
    assert_eq!(log, ["child", "holder Err(Unwind)"]);
}

#[test]
fn a_program_under_a_prompt_of_its_own_is_a_main_task_and_ends_as_one() {
    use machine::{Boundary, Machine};
    let (mut machine, mut world) = (Machine::new(), World::timed());
    let program = |number: i64| {
        go(move |me| async move {
            let inside = go(move |me| async move {
                me.spawn(sleeper("left", 2)).await;
                me.sleep(1).await?;
                Ok(Value::Int(number))
            });
            let answer = me.under(Boundary::Prompt(Handlers::Task), inside).await;
            me.say(format!("{answer:?}"));
            answer
        })
    };
    // Twice: the second is no part of the first.
    for number in [1, 2] {
        machine.start(program(number)).expect("it is idle");
        assert_eq!(
            drive(&mut machine, &mut world),
            Some(Ok(Value::Int(number)))
        );
        assert_eq!((world.scheduler.alive(), machine.fibers()), (0, 0));
    }
    assert_eq!(
        world.log,
        ["left Unwind", "Ok(Int(1))", "left Unwind", "Ok(Int(2))"]
    );
}
