//! The explorer finds what only some orders show, and the laws hold in all of them.

use super::world::*;
use crate::explore::{Attempt, Explore, Failure, explore, replay};
use crate::{Op, Order};

/// Two tasks that read, let others run, and write: an update is lost in some orders.
fn lost_update(order: Order) -> Result<(), String> {
    let shared = std::rc::Rc::new(std::cell::Cell::new(0));
    let seen = shared.clone();
    let world = World::ordered(order);
    let (answer, _) = run_in(
        world,
        go(move |me| async move {
            me.scope(plain(), move |me| async move {
                for _ in 0..2 {
                    let shared = shared.clone();
                    let add = go(move |me| async move {
                        let read = shared.get();
                        me.ask(Op::Current).await?;
                        shared.set(read + 1);
                        Ok(Value::Unit)
                    });
                    me.spawn(add).await;
                }
                Ok(Value::Unit)
            })
            .await
        }),
    );
    assert_eq!(answer, Ok(Value::Unit));
    match seen.get() {
        2 => Ok(()),
        other => Err(format!("{other} of 2")),
    }
}

#[test]
fn a_lost_update_is_found_with_preemption_only_and_its_schedule_shows_it_again() {
    let all = explore(Explore::default(), lost_update).expect("without preemption none is lost");
    assert!(all.complete && all.runs >= 2, "{all:?}");
    let how = Explore {
        preempts: true,
        ..Explore::default()
    };
    let failure = explore(how, lost_update).expect_err("one is lost in some order");
    assert_eq!(failure.message, "1 of 2");
    assert_eq!(replay(&failure.schedule, true, lost_update), Err(failure));
}

#[test]
fn all_orders_of_three_tasks_are_tried_once_each() {
    let mut orders = std::collections::BTreeSet::new();
    let all = explore(Explore::default(), |order| {
        let (_, log) = run_in(
            World::ordered(order),
            go(|me| async move {
                me.scope(plain(), |me| async move {
                    for word in ["a", "b", "c"] {
                        me.spawn(says(word, 0)).await;
                    }
                    Ok(Value::Unit)
                })
                .await
            }),
        );
        if orders.insert(log.concat()) {
            Ok(())
        } else {
            Err("twice".to_owned())
        }
    });
    let all = all.expect("each is new");
    assert_eq!((all.runs, all.complete, orders.len()), (6, true, 6));
}

#[test]
fn an_attempt_tells_what_was_chosen_and_who_went_on() {
    let attempt = Attempt::new(vec![1], None, false);
    let both = || {
        run_in(
            World::ordered(attempt.order()),
            go(|me| async move {
                me.scope(plain(), |me| async move {
                    me.spawn(says("a", 0)).await;
                    me.spawn(says("b", 0)).await;
                    Ok(Value::Unit)
                })
                .await
            }),
        )
        .1
        .concat()
    };
    for _ in 0..2 {
        assert_eq!(both(), "ba");
        assert_eq!(
            (attempt.made(), attempt.schedule()),
            (vec![(1, 2)], vec![1])
        );
        let went: Vec<_> = attempt.went().iter().map(|one| one.1.clone()).collect();
        let main = || Some("main".into());
        assert_eq!(went, [main(), None, None, main()]);
        assert!(attempt.went()[1].0 > attempt.went()[2].0, "b before a");
        assert_eq!(attempt.following(), None);
    }
}

#[test]
fn random_schedules_are_tried_when_there_are_too_many() {
    let how = Explore {
        exhaustive: 3,
        random: 50,
        ..Explore::default()
    };
    let deep = |mut order: Order| {
        let all_one = (0..4).all(|_| order.choose_among(2) == 1);
        if all_one {
            Err("found".to_owned())
        } else {
            Ok(())
        }
    };
    let Failure { schedule, .. } = explore(how, deep).expect_err("one of sixteen, in fifty");
    assert_eq!(schedule, [1, 1, 1, 1]);
}

#[test]
fn one_seed_gives_one_order_and_seeds_differ() {
    let words = |seed| {
        run_in(
            World::ordered(Order::Seeded(seed)),
            go(|me| async move {
                me.scope(plain(), |me| async move {
                    for word in ["a", "b", "c", "d", "e", "f", "g", "h"] {
                        me.spawn(says(word, 0)).await;
                    }
                    Ok(Value::Unit)
                })
                .await
            }),
        )
        .1
    };
    assert_eq!(words(7), words(7));
    let different: std::collections::BTreeSet<_> = (0..10).map(words).collect();
    assert!(different.len() > 5);
}
