//! The rules hold in every order of a small program, with other tasks running after any request.

use super::world::*;
use crate::explore::{Explore, explore};
use crate::{Id, Op, Order};

fn how() -> Explore {
    Explore {
        exhaustive: 4_000,
        random: 1_000,
        seed: 7,
        preempts: true,
    }
}

/// Runs a program in many orders; it says what is wrong by what it raises.
fn holds(program: fn() -> Task) {
    let explored = explore(how(), |order: Order| {
        let (answer, log) = run_in(World::ordered(order), program());
        match answer {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("{error:?} after {log:?}")),
        }
    });
    match explored {
        Ok(explored) => assert!(explored.runs > 3, "{explored:?}"),
        Err(failure) => panic!("{failure}"),
    }
}

/// Says that something is wrong, with a number to find it by.
fn demand(that: bool, number: i64) -> Result<(), Fault> {
    if that {
        Ok(())
    } else {
        Err(Fault::User(number))
    }
}

fn locked(lock: Id) -> Task {
    go(move |me| async move {
        me.ask(Op::Acquire(lock)).await?;
        let inside = me.ask(Op::Yield).await;
        me.ask(Op::Release(lock)).await?;
        inside
    })
}

fn cancels(id: Id) -> Task {
    go(move |me| async move { me.ask(Op::Cancel(id)).await })
}

#[test]
fn no_permit_is_lost() {
    holds(|| {
        go(|me| async move {
            let lock = me.make(Op::Lock).await;
            let a = me.spawn(locked(lock)).await;
            let b = me.spawn(locked(lock)).await;
            let c = me.spawn(cancels(a)).await;
            for id in [a, b, c] {
                let end = me.ask(Op::Wait(id)).await;
                demand(end.is_ok() || id == a && end == Err(Fault::Cancelled), 1)?;
            }
            me.ask(Op::Acquire(lock)).await
        })
    });
}

#[test]
fn no_message_is_lost_and_none_is_doubled() {
    for room in [0, 1] {
        let explored = explore(how(), |order| {
            let program = go(move |me| async move {
                let channel = me.make(Op::Channel(room)).await;
                let receives = || go(move |me| async move { me.ask(Op::Receive(channel)).await });
                let first = me.spawn(receives()).await;
                let second = me.spawn(receives()).await;
                let sender = go(move |me| async move {
                    for number in [1, 2] {
                        me.ask(Op::Send(channel, Value::Int(number))).await?;
                    }
                    Ok(Value::Unit)
                });
                let sender = me.spawn(sender).await;
                me.spawn(cancels(first)).await;
                let got = [
                    me.ask(Op::Wait(first)).await,
                    me.ask(Op::Wait(second)).await,
                ];
                let mut seen: Vec<i64> = got
                    .into_iter()
                    .filter_map(|got| match got {
                        Ok(Value::Int(number)) => Some(number),
                        _ => None,
                    })
                    .collect();
                // What nobody has received is still to be had.
                while seen.len() < 2 {
                    match me.ask(Op::Receive(channel)).await? {
                        Value::Int(number) => seen.push(number),
                        _ => return Err(Fault::User(1)),
                    }
                }
                me.ask(Op::Wait(sender)).await?;
                seen.sort_unstable();
                demand(seen == [1, 2], 2)?;
                Ok(Value::Unit)
            });
            let (answer, log) = run_in(World::ordered(order), program);
            answer
                .map(|_| ())
                .map_err(|error| format!("{error:?} after {log:?}"))
        });
        explored.unwrap_or_else(|failure| panic!("{failure}"));
    }
}

/// Interruption between registering and suspending (zio 10258): there is no between.
#[test]
fn no_wake_up_is_lost() {
    holds(|| {
        go(|me| async move {
            let event = me.make(Op::Event).await;
            let waiter = || go(move |me| async move { me.ask(Op::Wait(event)).await });
            let a = me.spawn(waiter()).await;
            let b = me.spawn(waiter()).await;
            me.spawn(cancels(a)).await;
            let setter = go(move |me| async move { me.ask(Op::Set(event)).await });
            me.spawn(setter).await;
            me.ask(Op::Wait(b)).await
        })
    });
}

#[test]
fn a_scope_ends_after_all_of_its_tasks_and_raises_what_failed() {
    holds(|| {
        go(|me| async move {
            let done = std::rc::Rc::new(std::cell::Cell::new(0));
            let count = done.clone();
            let answer = me
                .scope(plain(), move |me| async move {
                    let child = |number: i64| {
                        let done = done.clone();
                        go(move |me| async move {
                            let slept = me.ask(Op::Yield).await;
                            me.ask(Op::Current).await?;
                            done.set(done.get() + 1);
                            slept?;
                            if number > 0 {
                                Err(Fault::User(number))
                            } else {
                                Ok(Value::Unit)
                            }
                        })
                    };
                    for number in [0, 1, 2] {
                        me.ask(Op::spawn(Vec::new(), child(number))).await?;
                    }
                    me.ask(Op::Yield).await
                })
                .await;
            let Err(Fault::Group(errors)) = answer else {
                return Err(Fault::User(-1));
            };
            let known = |fault: &Fault| matches!(fault, Fault::User(1 | 2));
            demand(!errors.is_empty() && errors.iter().all(known), -2)?;
            let ended = count.get();
            for _ in 0..3 {
                me.ask(Op::Yield).await?;
            }
            demand(count.get() == ended, -3)?;
            Ok(Value::Unit)
        })
    });
}

#[test]
fn a_shield_holds_until_it_is_left() {
    holds(|| {
        go(|me| async move {
            let victim = go(|me| async move {
                let entered = std::rc::Rc::new(std::cell::Cell::new(false));
                let inside = entered.clone();
                let answer = me
                    .scope(shielded(), move |me| async move {
                        inside.set(true);
                        for _ in 0..2 {
                            let told = me.ask(Op::Yield).await;
                            demand(told.is_ok(), 1)?;
                        }
                        Ok(Value::Int(1))
                    })
                    .await;
                // Either it was told before, or not at all inside.
                demand(entered.get() == (answer == Ok(Value::Int(1))), 2)?;
                let after = me.ask(Op::Yield).await;
                demand(after.is_err() || !entered.get() || after.is_ok(), 3)?;
                Ok(Value::Unit)
            });
            let victim = me.spawn(victim).await;
            let canceller = me.spawn(cancels(victim)).await;
            me.ask(Op::Wait(canceller)).await?;
            match me.ask(Op::Wait(victim)).await {
                // It had not begun.
                Err(Fault::Cancelled) => Ok(Value::Unit),
                end => end,
            }
        })
    });
}

#[test]
fn a_race_leaves_no_loser_running() {
    holds(|| {
        go(|me| async move {
            let racer = |number: i64| {
                go(move |me| async move {
                    let slept = me.ask(Op::Yield).await;
                    me.ask(Op::Current).await?;
                    slept.map(|_| Value::Int(number))
                })
            };
            let ids = vec![me.spawn(racer(1)).await, me.spawn(racer(2)).await];
            let won = me.ask(Op::Race(ids.clone())).await?;
            demand(matches!(won, Value::Int(1 | 2)), 1)?;
            for id in ids {
                // It has ended: cancelling it is nothing.
                demand(me.ask(Op::Cancel(id)).await? == Value::Flag(false), 2)?;
            }
            Ok(Value::Unit)
        })
    });
}

#[test]
fn a_deadline_and_an_end_at_the_same_time_leave_one_outcome() {
    holds(|| {
        go(|me| async move {
            let answer = me
                .scope(within(1), |me| async move {
                    me.spawn(sleeper("child", 1)).await;
                    me.sleep(1).await?;
                    Ok(Value::Int(1))
                })
                .await;
            match answer {
                Ok(Value::Int(1)) | Err(Fault::Refused(_)) => Ok(Value::Unit),
                other => other,
            }
        })
    });
}

#[test]
fn cancelling_the_main_tasks_helpers_from_two_sides_tells_each_once() {
    holds(|| {
        go(|me| async move {
            let told = std::rc::Rc::new(std::cell::Cell::new(0));
            let count = told.clone();
            let victim = go(move |me| async move {
                for _ in 0..3 {
                    if me.ask(Op::Yield).await.is_err() {
                        told.set(told.get() + 1);
                    }
                }
                Ok(Value::Unit)
            });
            let victim = me.spawn(victim).await;
            me.ask(Op::Yield).await?;
            me.ask(Op::Cancel(victim)).await?;
            match me.ask(Op::Wait(victim)).await {
                Err(Fault::Cancelled) => demand(count.get() == 0, 1)?,
                Ok(_) => demand(count.get() <= 1, 2)?,
                Err(other) => return Err(other),
            }
            Ok(Value::Unit)
        })
    });
}
