//! Gathering and racing, as scopes of their own.

use super::world::*;
use crate::{Id, Op, Refusal, TaskOptions};

async fn all(me: &Me, tasks: Vec<Task>) -> Vec<Id> {
    let mut ids = Vec::new();
    for task in tasks {
        ids.push(me.spawn(task).await);
    }
    ids
}

#[test]
fn outside_of_a_scope_one_failure_cancels_the_others_and_waits_for_them() {
    let (answer, log) = run(|me| async move {
        let ids = all(&me, vec![sleeper("a", 3), fails(1), sleeper("b", 2)]).await;
        let answer = me.ask(Op::Gather(ids)).await;
        me.say("after");
        answer
    });
    assert_eq!(answer, Err(Fault::User(1)));
    assert_eq!(log, ["a Cancelled", "after"]);
}

#[test]
fn all_errors_of_a_gather_are_raised_together() {
    let bad = |number| {
        go(move |me| async move {
            me.sleep(9).await.expect_err("it is cancelled");
            Err(Fault::User(number))
        })
    };
    let (answer, _) = run(move |me| async move {
        let ids = all(&me, vec![bad(1), bad(2), sleeper("c", 1)]).await;
        me.sleep(2).await?;
        me.ask(Op::Cancel(ids[0])).await?;
        me.ask(Op::Gather(ids)).await
    });
    let errors = [1, 2].map(Fault::User).to_vec();
    assert_eq!(answer, Err(Fault::Group(errors)));
}

#[test]
fn a_cancelled_gatherer_takes_its_tasks_with_it_and_is_told_when_they_have_ended() {
    let (answer, log) = run(|me| async move {
        let gatherer = go(|me| async move {
            let ids = all(&me, vec![sleeper("a", 3), sleeper("b", 2)]).await;
            let answer = me.ask(Op::Gather(ids)).await;
            me.say(format!("{answer:?}"));
            answer
        });
        let gatherer = me.spawn(gatherer).await;
        me.sleep(1).await?;
        me.ask(Op::Cancel(gatherer)).await?;
        me.ask(Op::Wait(gatherer)).await
    });
    assert_eq!(answer, Err(Fault::Cancelled));
    assert_eq!(log, ["b Cancelled", "a Cancelled", "Err(Cancelled)"]);
}

#[test]
fn a_chain_of_gatherers_is_cancelled_without_recursion() {
    fn nested(depth: u32) -> Task {
        go(move |me| async move {
            if depth == 0 {
                return me.sleep(9).await;
            }
            let inner = me.spawn(nested(depth - 1)).await;
            me.ask(Op::Gather(vec![inner])).await
        })
    }
    let (answer, _) = run(|me| async move {
        let outer = me.spawn(nested(100_000)).await;
        me.sleep(1).await?;
        me.ask(Op::Cancel(outer)).await?;
        me.ask(Op::Wait(outer)).await
    });
    assert_eq!(answer, Err(Fault::Cancelled));
}

#[test]
fn in_a_scope_the_gatherer_is_told_of_the_first_error_and_the_scope_does_the_rest() {
    let (answer, log) = run(|me| async move {
        me.scope(plain(), |me| async move {
            let ids = all(&me, vec![sleeper("a", 3), fails(1)]).await;
            let told = me.ask(Op::Gather(ids)).await;
            me.say(format!("{told:?}"));
            told
        })
        .await
    });
    assert_eq!(answer, Err(Fault::Group(vec![Fault::User(1)])));
    assert_eq!(log, ["Err(User(1))", "a Cancelled"]);
}

#[test]
fn the_first_to_end_wins_and_the_losers_are_cancelled_and_waited_for() {
    let (answer, log) = run(|me| async move {
        let quick = go(|me| async move {
            me.sleep(1).await?;
            Ok(Value::Int(5))
        });
        let ids = all(&me, vec![sleeper("slow", 3), quick, sleeper("slower", 4)]).await;
        let answer = me.ask(Op::Race(ids)).await;
        me.say("after");
        answer
    });
    assert_eq!(answer, Ok(Value::Int(5)));
    assert_eq!(log, ["slow Cancelled", "slower Cancelled", "after"]);
}

#[test]
fn a_race_that_is_decided_already_has_the_first_of_those_who_have_ended() {
    let (answer, log) = run(|me| async move {
        let ids = all(&me, vec![sleeper("slow", 3), says("a", 1), says("b", 2)]).await;
        me.sleep(1).await?;
        me.ask(Op::Race(ids)).await
    });
    assert_eq!(answer, Ok(Value::Int(1)));
    assert_eq!(log, ["a", "b", "slow Cancelled"]);
}

#[test]
fn an_error_wins_too_and_what_a_loser_raises_on_its_way_out_is_not_lost() {
    let bad = go(|me| async move {
        me.sleep(9).await.expect_err("it has lost");
        Err(Fault::User(2))
    });
    let (answer, _) = run(|me| async move {
        let ids = all(&me, vec![bad, fails(1)]).await;
        me.ask(Op::Race(ids)).await
    });
    let errors = [1, 2].map(Fault::User).to_vec();
    assert_eq!(answer, Err(Fault::Group(errors)));
}

#[test]
fn nobody_wins_a_race_of_nobody() {
    let (answer, _) = run(|me| async move { me.ask(Op::Race(Vec::new())).await });
    assert_eq!(answer, Err(Fault::Refused(Refusal::NoRacer)));
}

/// A finaliser interrupted itself through a race (zio 2226, 2317).
#[test]
fn a_clean_up_may_race_with_its_own_task_and_cancel_itself() {
    let (answer, log) = run(|me| async move {
        let victim = go(|me| async move {
            let cancelled = me.sleep(9).await;
            let myself = me.make(Op::Current).await;
            let other = me.spawn(says("other", 4)).await;
            let won = me.ask(Op::Race(vec![myself, other])).await;
            me.say(format!("{won:?}"));
            me.ask(Op::Cancel(myself)).await?;
            let told = me.ask(Op::Yield).await;
            me.say(format!("{told:?}"));
            cancelled
        });
        let victim = me.spawn(victim).await;
        me.sleep(1).await?;
        me.ask(Op::Cancel(victim)).await?;
        me.ask(Op::Wait(victim)).await
    });
    assert_eq!(answer, Err(Fault::Cancelled));
    assert_eq!(log, ["other", "Ok(Int(4))", "Err(Cancelled)"]);
}

#[test]
fn a_higher_priority_runs_first_and_equal_ones_in_order() {
    let (_, log) = run(|me| async move {
        me.scope(plain(), |me| async move {
            for (word, priority) in [("a", 0), ("b", -5), ("c", 7), ("d", 0), ("e", 7)] {
                let options = TaskOptions {
                    priority,
                    ..TaskOptions::default()
                };
                me.ask(Op::spawn_with(Vec::new(), says(word, 0), options))
                    .await?;
            }
            Ok(Value::Unit)
        })
        .await
    });
    assert_eq!(log.concat(), "ceadb");
}
