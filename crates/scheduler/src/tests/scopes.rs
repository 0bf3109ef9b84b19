//! A scope ends when all of its tasks have; one error cancels the others; all errors leave together.

use std::time::Duration;

use super::world::*;
use crate::{Id, Op, Refusal, TaskOptions, Waiting};

#[test]
fn a_scope_waits_for_its_tasks_and_gives_what_its_program_gave() {
    let (answer, log) = run(|me| async move {
        let inner = me.clone();
        let answer = me
            .scope(plain(), |me| async move {
                me.spawn(sleeper("a", 2)).await;
                me.spawn(sleeper("b", 1)).await;
                me.say("body");
                Ok(Value::Int(7))
            })
            .await;
        inner.say("after");
        answer
    });
    assert_eq!(answer, Ok(Value::Int(7)));
    assert_eq!(log, ["body", "b", "a", "after"]);
}

#[test]
fn the_first_error_cancels_the_others_and_all_are_waited_for() {
    let (answer, log) = run(|me| async move {
        let answer = me
            .scope(plain(), |me| async move {
                me.spawn(sleeper("a", 3)).await;
                me.spawn(fails(1)).await;
                me.spawn(sleeper("b", 2)).await;
                let slept = me.sleep(9).await;
                me.say(format!("body {slept:?}"));
                slept
            })
            .await;
        me.say("after");
        answer
    });
    assert_eq!(answer, Err(Fault::Group(vec![Fault::User(1)])));
    // The one that had not begun ends without running.
    assert_eq!(log, ["body Err(Cancelled)", "a Cancelled", "after"]);
}

#[test]
fn several_errors_are_raised_together_in_the_order_in_which_they_occurred() {
    let fails_in_cleanup = |number: i64| {
        go(move |me| async move {
            me.sleep(9).await.expect_err("it is cancelled");
            me.sleep(number.unsigned_abs()).await?;
            Err(Fault::User(number))
        })
    };
    let (answer, _) = run(move |me| async move {
        me.scope(plain(), move |me| async move {
            me.spawn(fails_in_cleanup(3)).await;
            me.spawn(fails_in_cleanup(2)).await;
            me.ask(Op::Yield).await?;
            Err(Fault::User(1))
        })
        .await
    });
    let errors = [1, 2, 3].map(Fault::User).to_vec();
    assert_eq!(answer, Err(Fault::Group(errors)));
}

#[test]
fn an_error_that_the_program_was_told_of_by_its_own_task_is_raised_once() {
    let (answer, log) = run(|me| async move {
        me.scope(plain(), |me| async move {
            let child = me.spawn(fails(4)).await;
            let told = me.ask(Op::Wait(child)).await;
            me.say(format!("{told:?}"));
            told
        })
        .await
    });
    assert_eq!(answer, Err(Fault::Group(vec![Fault::User(4)])));
    assert_eq!(
        log,
        ["Err(User(4))"],
        "it waited for this, and is told this"
    );
}

#[test]
fn a_failing_program_cancels_its_tasks() {
    let (answer, log) = run(|me| async move {
        me.scope(plain(), |me| async move {
            me.spawn(sleeper("a", 5)).await;
            me.sleep(1).await?;
            Err(Fault::User(1))
        })
        .await
    });
    assert_eq!(answer, Err(Fault::Group(vec![Fault::User(1)])));
    assert_eq!(log, ["a Cancelled"]);
}

#[test]
fn a_child_that_somebody_cancelled_is_no_failure() {
    let (answer, log) = run(|me| async move {
        me.scope(plain(), |me| async move {
            let child = me.spawn(sleeper("a", 5)).await;
            me.spawn(sleeper("b", 2)).await;
            me.sleep(1).await?;
            me.ask(Op::Cancel(child)).await
        })
        .await
    });
    assert_eq!(answer, Ok(Value::Flag(true)));
    assert_eq!(log, ["b", "a Cancelled"]);
}

#[test]
fn what_a_child_spawns_belongs_to_the_scope_too() {
    let (answer, log) = run(|me| async move {
        me.scope(plain(), |me| async move {
            let child = go(|me| async move {
                me.spawn(sleeper("grandchild", 5)).await;
                Ok(Value::Unit)
            });
            me.spawn(child).await;
            Ok(Value::Unit)
        })
        .await
    });
    assert_eq!(answer, Ok(Value::Unit));
    assert_eq!(log, ["grandchild"]);
}

#[test]
fn a_deadline_cancels_what_is_inside_and_says_so() {
    let (answer, log) = run(|me| async move {
        let answer = me
            .scope(within(2), |me| async move {
                me.spawn(sleeper("child", 9)).await;
                me.sleep(1).await?;
                me.say("in time");
                me.sleep(5).await
            })
            .await;
        me.say("after");
        answer
    });
    let late = Fault::Refused(Refusal::TimedOut(Id(2)));
    assert_eq!(answer, Err(late));
    assert_eq!(log, ["in time", "child Cancelled", "after"]);
}

#[test]
fn a_deadline_that_is_not_reached_leaves_no_timer() {
    let mut world = World::timed();
    let mut machine = machine::Machine::new();
    crate::spawn_main::<Lang>(
        &mut world,
        go(|me| async move {
            me.scope(within(50), |me| async move { me.sleep(1).await })
                .await?;
            me.ask(Op::Park { external: true }).await
        }),
    );
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.scheduler.next_deadline(), None);
    assert_eq!(world.scheduler.now(), Duration::from_secs(1));
}

#[test]
fn the_earlier_of_two_deadlines_counts_and_the_outer_one_cancels_through_the_inner() {
    let (answer, log) = run(|me| async move {
        let outer = me
            .scope(within(2), |me| async move {
                let inner = me
                    .scope(within(5), |me| async move { me.sleep(9).await })
                    .await;
                me.say(format!("inner {inner:?}"));
                inner
            })
            .await;
        me.say(format!("{:?}", outer.is_err()));
        let now = me.sleep(0).await;
        outer.or(now)
    });
    assert_eq!(answer, Ok(Value::Unit));
    assert_eq!(log, ["inner Err(Cancelled)", "true"]);
}

#[test]
fn an_inner_deadline_leaves_the_outer_scope_alone() {
    let (answer, log) = run(|me| async move {
        me.scope(within(5), |me| async move {
            let inner = me
                .scope(within(1), |me| async move { me.sleep(9).await })
                .await;
            me.say(format!("{}", inner.is_err()));
            me.sleep(1).await
        })
        .await
    });
    assert_eq!(answer, Ok(Value::Unit));
    assert_eq!(log, ["true"]);
}

#[test]
fn a_scope_is_cancelled_by_its_id_and_that_is_no_error() {
    let (answer, log) = run(|me| async move {
        let answer = me
            .scope(plain(), |me| async move {
                me.spawn(sleeper("child", 3)).await;
                me.sleep(1).await?;
                // Its own scope is the first entry after the main task.
                me.ask(Op::Cancel(Id(2))).await?;
                me.sleep(9).await
            })
            .await;
        me.say(format!("{answer:?}"));
        me.sleep(1).await
    });
    assert_eq!(answer, Ok(Value::Unit));
    assert_eq!(log, ["child Cancelled", "Ok(Unit)"]);
}

#[test]
fn a_shield_keeps_what_comes_from_outside_until_the_task_has_left_it() {
    let (answer, log) = run(|me| async move {
        let victim = go(|me| async move {
            let inner = me
                .scope(shielded(), |me| async move {
                    me.spawn(sleeper("child", 2)).await;
                    me.sleep(3).await?;
                    me.say("shielded to the end");
                    Ok(Value::Int(1))
                })
                .await;
            me.say(format!("{inner:?}"));
            let told = me.ask(Op::Yield).await;
            me.say(format!("{told:?}"));
            told
        });
        let victim = me.spawn(victim).await;
        me.sleep(1).await?;
        me.ask(Op::Cancel(victim)).await?;
        me.ask(Op::Wait(victim)).await
    });
    assert_eq!(answer, Err(Fault::Cancelled));
    assert_eq!(
        log,
        [
            "child",
            "shielded to the end",
            "Ok(Int(1))",
            "Err(Cancelled)"
        ]
    );
}

/// Interruption reached an uninterruptible region before its first step (zio 9850).
#[test]
fn a_cancelled_task_is_told_before_it_enters_a_shield() {
    let (answer, log) = run(|me| async move {
        let victim = go(|me| async move {
            let current = me.make(Op::Current).await;
            me.ask(Op::Cancel(current)).await?;
            me.scope(shielded(), |me| async move {
                me.say("inside");
                Ok(Value::Unit)
            })
            .await
        });
        let victim = me.spawn(victim).await;
        me.ask(Op::Wait(victim)).await
    });
    assert_eq!(answer, Err(Fault::Cancelled));
    assert!(log.is_empty());
}

/// A timeout on what is interrupted already (zio 9288).
#[test]
fn a_deadline_in_a_cancelled_task_is_never_set() {
    let (answer, _) = run(|me| async move {
        let victim = go(|me| async move {
            let current = me.make(Op::Current).await;
            me.ask(Op::Cancel(current)).await?;
            me.scope(within(1), |me| async move { me.sleep(5).await })
                .await
        });
        let victim = me.spawn(victim).await;
        me.ask(Op::Wait(victim)).await
    });
    assert_eq!(answer, Err(Fault::Cancelled), "and not that it is late");
}

#[test]
fn a_shield_does_not_keep_its_own_deadline_away() {
    let (answer, _) = run(|me| async move {
        let mut options = within(1);
        options.shield = true;
        me.scope(options, |me| async move { me.sleep(5).await })
            .await
    });
    assert_eq!(answer, Err(Fault::Refused(Refusal::TimedOut(Id(2)))));
}

#[test]
fn a_task_that_waits_for_its_scope_is_cancelled_through_it() {
    let (answer, log) = run(|me| async move {
        let victim = go(|me| async move {
            me.scope(plain(), |me| async move {
                me.spawn(sleeper("child", 3)).await;
                Ok(Value::Unit)
            })
            .await
        });
        let victim = me.spawn(victim).await;
        me.sleep(1).await?;
        me.ask(Op::Cancel(victim)).await?;
        let end = me.ask(Op::Wait(victim)).await;
        me.say("victim");
        end
    });
    assert_eq!(answer, Err(Fault::Cancelled));
    assert_eq!(log, ["child Cancelled", "victim"], "the child ends first");
}

#[test]
fn daemons_do_not_keep_a_scope_and_end_with_it() {
    let (answer, log) = run(|me| async move {
        let answer = me
            .scope(plain(), |me| async move {
                let options = TaskOptions {
                    daemon: true,
                    ..TaskOptions::default()
                };
                let daemon = sleeper("daemon", 100);
                me.ask(Op::spawn_with(Vec::new(), daemon, options)).await?;
                me.spawn(sleeper("child", 2)).await;
                Ok(Value::Int(3))
            })
            .await;
        me.say("after");
        answer
    });
    assert_eq!(answer, Ok(Value::Int(3)));
    assert_eq!(log, ["child", "daemon Cancelled", "after"]);
}

#[test]
fn what_is_spawned_into_a_scope_on_its_way_out_ends_without_running() {
    let (answer, log) = run(|me| async move {
        me.scope(plain(), |me| async move {
            let stubborn = go(|me| async move {
                me.sleep(9).await.expect_err("it is cancelled");
                let late = me.spawn(says("never", 1)).await;
                me.say(format!("{:?}", me.ask(Op::Wait(late)).await));
                Ok(Value::Unit)
            });
            me.spawn(stubborn).await;
            me.sleep(1).await?;
            Err(Fault::User(1))
        })
        .await
    });
    assert_eq!(answer, Err(Fault::Group(vec![Fault::User(1)])));
    assert_eq!(log, ["Err(Cancelled)"]);
}

#[test]
fn a_child_sees_the_handlers_and_observers_of_its_spawner_and_not_its_scopes() {
    use machine::{Boundary, Step};
    let (answer, log) = run(|me| async move {
        let body = go(|me| async move {
            let inner = go(|me| async move {
                me.scope(plain(), |me| async move {
                    let child = go(|me| async move { me.step(Step::Perform(Effect::Read)).await });
                    let child = me.spawn(child).await;
                    me.ask(Op::Wait(child)).await
                })
                .await
            });
            me.under(Boundary::Observer(Listener), inner).await
        });
        me.under(Boundary::Prompt(Handlers::Reader(5)), body).await
    });
    assert_eq!(answer, Ok(Value::Int(5)));
    assert_eq!(log, ["heard"]);
}

/// Children of a dead fiber disappeared from the dump (zio 2266, 2274).
#[test]
fn a_dump_shows_the_children_of_those_who_have_ended() {
    let mut world = World::default();
    let mut machine = machine::Machine::new();
    crate::spawn_main::<Lang>(
        &mut world,
        go(|me| async move {
            let mut options = plain();
            options.name = Some("nursery".into());
            me.scope(options, |me| async move {
                let parent = go(|me| async move {
                    me.spawn(parks(true)).await;
                    Ok(Value::Unit)
                });
                me.spawn(parent).await;
                Ok(Value::Unit)
            })
            .await
        }),
    );
    assert_eq!(drive(&mut machine, &mut world), None);
    let scopes = world.scheduler.scopes();
    assert_eq!(scopes.len(), 1);
    assert_eq!(scopes[0].name.as_deref(), Some("nursery"));
    assert_eq!(scopes[0].children, [Id(4)]);
    let blocked = world.scheduler.blocked();
    let on: Vec<&Waiting> = blocked.iter().map(|blocked| &blocked.on).collect();
    assert_eq!(
        on,
        [
            &Waiting::Children(Id(2)),
            &Waiting::Parked { external: true }
        ]
    );
    assert_eq!(
        blocked[0].to_string(),
        "task 1 waits for the tasks in scope 2"
    );
}

#[test]
fn an_unwound_scope_takes_its_tasks_with_it() {
    let (answer, log) = run(|me| async move {
        let holder = go(|me| async move {
            me.scope(plain(), |me| async move {
                me.spawn(sleeper("child", 9)).await;
                me.sleep(99).await
            })
            .await
        });
        me.spawn(holder).await;
        me.sleep(1).await?;
        // The end of the main task unwinds the holder, and so its scope.
        Ok(Value::Int(2))
    });
    assert_eq!(answer, Ok(Value::Int(2)));
    assert_eq!(log, ["child Unwind"]);
}

/// Resumes what was kept last, and ends as it does.
fn resumes_kept() -> Task {
    use machine::{Control, Step, Target};
    task(|world, turn, answer| {
        if turn > 0 {
            return end(answer);
        }
        let k = world.kept.pop().expect("something was kept");
        Step::Control(Control::Resume(Target::Given(k), Ok(Value::Unit)))
    })
}

/// A scope with one task in it, whose program is handed to the nearest keeper.
fn handed(options: crate::ScopeOptions) -> Task {
    use machine::{Boundary, Step};
    go(move |me| async move {
        let body = go(move |me| async move {
            me.scope(options, |me| async move {
                me.spawn(sleeper("child", 5)).await;
                me.sleep(1).await?;
                me.step(Step::Perform(Effect::Hand)).await?;
                me.say("goes on");
                me.spawn(sleeper("b", 1)).await;
                let slept = me.sleep(2).await;
                me.say(format!("{slept:?}"));
                slept?;
                Ok(Value::Int(7))
            })
            .await
        });
        me.under(Boundary::Prompt(Handlers::Keeper), body).await
    })
}

/// The prompt in the live chain says what is in scope, wherever the program is resumed.
#[test]
fn a_scope_goes_with_its_program_into_another_task() {
    for (options, log, expected) in [
        (plain(), "goes on,b,child,Ok(Unit)", Ok(Value::Int(7))),
        (
            within(4),
            "goes on,Err(Cancelled),b Cancelled,child Cancelled",
            Err(Fault::Refused(Refusal::TimedOut(Id(3)))),
        ),
    ] {
        let (answer, said) = run(|me| async move {
            let first = me.spawn(handed(options)).await;
            assert_eq!(me.ask(Op::Wait(first)).await, Ok(Value::Unit));
            me.sleep(2).await?;
            let second = me.spawn(resumes_kept()).await;
            me.ask(Op::Wait(second)).await
        });
        assert_eq!((said.join(",").as_str(), answer), (log, expected));
    }
}

#[test]
fn a_scope_whose_program_was_dropped_ends_with_the_one_around_it() {
    let (answer, log) = run(|me| async move {
        let answer = me
            .scope(plain(), |me| async move {
                let first = me.spawn(handed(plain())).await;
                me.ask(Op::Wait(first)).await?;
                let drops = task(|world, _, _| {
                    world.kept.clear();
                    machine::Step::Return(Value::Unit)
                });
                me.spawn(drops).await;
                me.sleep(1).await
            })
            .await;
        me.say("after");
        answer
    });
    assert_eq!(answer, Ok(Value::Unit));
    assert_eq!(log, ["child Cancelled", "after"]);
}

#[test]
fn a_handler_that_answers_in_its_place_unwinds_a_scope_with_its_tasks_first() {
    use machine::{Boundary, Step};
    let (answer, log) = run(|me| async move {
        let body = go(|me| async move {
            me.scope(plain(), |me| async move {
                me.spawn(sleeper("child", 5)).await;
                me.sleep(1).await?;
                let told = me.step(Step::Perform(Effect::Abort)).await;
                me.say(format!("{told:?}"));
                told
            })
            .await
        });
        let answer = me.under(Boundary::Prompt(Handlers::Keeper), body).await;
        me.say("after");
        answer
    });
    assert_eq!(answer, Ok(Value::Int(3)));
    assert_eq!(log, ["Err(Unwind)", "child Cancelled", "after"]);
}

#[test]
fn what_fails_in_the_clean_up_of_an_unwound_scope_is_not_lost() {
    use machine::{Boundary, Step};
    let (answer, _) = run(|me| async move {
        let body = go(|me| async move {
            me.scope(plain(), |me| async move {
                let child = go(|me| async move {
                    me.sleep(5).await.expect_err("it is cancelled");
                    Err(Fault::User(2))
                });
                me.spawn(child).await;
                me.sleep(1).await?;
                me.step(Step::Perform(Effect::Abort))
                    .await
                    .expect_err("it is unwound");
                Err(Fault::User(1))
            })
            .await
        });
        me.under(Boundary::Prompt(Handlers::Keeper), body).await
    });
    let errors = [1, 2].map(Fault::User).to_vec();
    assert_eq!(answer, Err(Fault::Group(errors)));
}

#[test]
fn a_cancellation_from_outside_is_not_taken_for_the_scopes_own() {
    let (answer, log) = run(|me| async move {
        let victim = go(|me| async move {
            me.scope(within(2), |me| async move {
                let told = me.sleep(9).await;
                let again = me.sleep(9).await;
                me.say(format!("{told:?} {again:?}"));
                again
            })
            .await
        });
        let victim = me.spawn(victim).await;
        me.sleep(1).await?;
        me.ask(Op::Cancel(victim)).await?;
        me.ask(Op::Wait(victim)).await
    });
    assert_eq!(answer, Err(Fault::Cancelled), "and not that it is late");
    assert_eq!(log, ["Err(Cancelled) Err(Cancelled)"]);
}

#[test]
fn a_shield_holds_while_its_task_waits_for_what_it_has_spawned() {
    let (answer, log) = run(|me| async move {
        let victim = go(|me| async move {
            let inner = me
                .scope(shielded(), |me| async move {
                    me.spawn(sleeper("child", 3)).await;
                    Ok(Value::Int(1))
                })
                .await;
            me.say(format!("{inner:?}"));
            me.ask(Op::Yield).await
        });
        let victim = me.spawn(victim).await;
        me.sleep(1).await?;
        me.ask(Op::Cancel(victim)).await?;
        me.ask(Op::Wait(victim)).await
    });
    assert_eq!(answer, Err(Fault::Cancelled));
    assert_eq!(log, ["child", "Ok(Int(1))"]);
}

#[test]
fn a_scope_that_is_late_while_its_program_is_kept_tells_it_when_it_comes_back() {
    use machine::{Boundary, Step};
    for elsewhere in [false, true] {
        let (answer, log) = run(move |me| async move {
            let body = go(|me| async move {
                me.scope(within(2), |me| async move {
                    // In a scope inside of the late one, too.
                    me.scope(plain(), |me| async move {
                        me.step(Step::Perform(Effect::Hand)).await?;
                        let told = me.ask(Op::Yield).await;
                        me.say(format!("{told:?}"));
                        told
                    })
                    .await
                })
                .await
            });
            me.under(Boundary::Prompt(Handlers::Keeper), body).await?;
            me.sleep(5).await?;
            if elsewhere {
                let other = me.spawn(resumes_kept()).await;
                return me.ask(Op::Wait(other)).await;
            }
            me.step(Step::Call(resumes_kept())).await
        });
        assert!(
            matches!(answer, Err(Fault::Refused(Refusal::TimedOut(_)))),
            "{answer:?}"
        );
        assert_eq!(log, ["Err(Cancelled)"]);
    }
}

#[test]
fn a_child_may_have_a_scope_open_when_the_program_of_its_own_scope_ends() {
    let (answer, log) = run(|me| async move {
        me.scope(plain(), |me| async move {
            let child = go(|me| async move {
                let answer = me
                    .scope(plain(), |me| async move {
                        me.spawn(sleeper("grandchild", 3)).await;
                        Ok(Value::Unit)
                    })
                    .await;
                me.say(format!("{answer:?}"));
                answer
            });
            me.spawn(child).await;
            me.sleep(1).await
        })
        .await
    });
    assert_eq!(answer, Ok(Value::Unit));
    assert_eq!(log, ["grandchild", "Ok(Unit)"]);
}
