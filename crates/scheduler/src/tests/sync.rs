//! Semaphores, locks, events and channels: first come, first served, and nothing is lost when a waiter is cancelled.

use super::world::*;
use crate::{Id, Op, Refusal};

/// Takes a permit, says its word, holds it for a second.
fn worker(word: &'static str, semaphore: Id) -> Task {
    go(move |me| async move {
        me.ask(Op::Acquire(semaphore)).await?;
        me.say(word);
        let slept = me.sleep(1).await;
        me.ask(Op::Release(semaphore)).await?;
        slept
    })
}

/// A lock that this task holds, and two workers that wait for it.
async fn wanted_lock(me: &Me) -> Result<[Id; 3], Fault> {
    let lock = me.make(Op::Lock).await;
    me.ask(Op::Acquire(lock)).await?;
    let first = me.spawn(worker("first", lock)).await;
    let second = me.spawn(worker("second", lock)).await;
    me.ask(Op::Yield).await?;
    Ok([lock, first, second])
}

#[test]
fn permits_are_given_in_the_order_of_asking() {
    let (answer, log) = run(|me| async move {
        let semaphore = me.make(Op::Semaphore(2)).await;
        me.scope(plain(), move |me| async move {
            for word in ["a", "b", "c", "d", "e"] {
                me.spawn(worker(word, semaphore)).await;
            }
            me.sleep(1).await?;
            me.say("second");
            Ok(Value::Unit)
        })
        .await
    });
    assert_eq!(answer, Ok(Value::Unit));
    assert_eq!(log, ["a", "b", "second", "c", "d", "e"]);
}

#[test]
fn whoever_comes_later_does_not_overtake() {
    let (_, log) = run(|me| async move {
        let lock = me.make(Op::Lock).await;
        me.ask(Op::Acquire(lock)).await?;
        let waiter = me.spawn(worker("waiter", lock)).await;
        me.ask(Op::Yield).await?;
        me.ask(Op::Release(lock)).await?;
        // It is the waiter's already, though that one has not run yet.
        me.ask(Op::Acquire(lock)).await?;
        me.say("main");
        me.ask(Op::Wait(waiter)).await
    });
    assert_eq!(log, ["waiter", "main"]);
}

#[test]
fn a_cancelled_waiter_eats_no_permit() {
    let (answer, log) = run(|me| async move {
        let [lock, first, second] = wanted_lock(&me).await?;
        me.ask(Op::Cancel(first)).await?;
        me.ask(Op::Release(lock)).await?;
        me.ask(Op::Wait(second)).await
    });
    assert_eq!(answer, Ok(Value::Unit));
    assert_eq!(log, ["second"]);
}

#[test]
fn a_permit_handed_to_a_waiter_that_is_then_cancelled_is_given_back_by_its_clean_up() {
    let (answer, log) = run(|me| async move {
        let [lock, first, second] = wanted_lock(&me).await?;
        me.ask(Op::Release(lock)).await?;
        // In flight: it has the lock, and hears of the cancellation where it sleeps with it.
        me.ask(Op::Cancel(first)).await?;
        let end = me.ask(Op::Wait(first)).await;
        me.say(format!("{end:?}"));
        me.ask(Op::Wait(second)).await
    });
    assert_eq!(answer, Ok(Value::Unit));
    assert_eq!(log, ["first", "second", "Err(Cancelled)"]);
}

#[test]
fn what_is_not_held_is_not_released() {
    let refused = |refusal| Err(Fault::Refused(refusal));
    let (answer, _) = run(move |me| async move {
        let semaphore = me.make(Op::Semaphore(1)).await;
        let lock = me.make(Op::Lock).await;
        assert_eq!(
            me.ask(Op::Release(semaphore)).await,
            refused(Refusal::NotHeld(semaphore))
        );
        me.ask(Op::Acquire(lock)).await?;
        assert_eq!(
            me.ask(Op::Acquire(lock)).await,
            refused(Refusal::HeldAlready(lock))
        );
        let thief = me
            .spawn(go(move |me| async move { me.ask(Op::Release(lock)).await }))
            .await;
        assert_eq!(
            me.ask(Op::Wait(thief)).await,
            refused(Refusal::NotHeld(lock))
        );
        // A semaphore's permit may be given back by another than took it.
        me.ask(Op::Acquire(semaphore)).await?;
        let other = me
            .spawn(go(
                move |me| async move { me.ask(Op::Release(semaphore)).await },
            ))
            .await;
        me.ask(Op::Wait(other)).await?;
        me.ask(Op::Acquire(semaphore)).await
    });
    assert_eq!(answer, Ok(Value::Unit));
}

#[test]
fn an_event_lets_all_go_on_until_it_is_cleared() {
    let (answer, log) = run(|me| async move {
        let event = me.make(Op::Event).await;
        let waiter = |word: &'static str| {
            go(move |me| async move {
                me.ask(Op::Wait(event)).await?;
                me.say(word);
                Ok(Value::Unit)
            })
        };
        me.spawn(waiter("a")).await;
        me.spawn(waiter("b")).await;
        let cancelled = me.spawn(waiter("never")).await;
        me.ask(Op::Yield).await?;
        me.ask(Op::Cancel(cancelled)).await?;
        me.ask(Op::Set(event)).await?;
        me.spawn(waiter("c")).await;
        me.sleep(1).await?;
        me.ask(Op::Clear(event)).await?;
        me.spawn(waiter("d")).await;
        me.sleep(1).await?;
        me.say("cleared");
        me.ask(Op::Set(event)).await?;
        me.sleep(1).await
    });
    assert_eq!(answer, Ok(Value::Unit));
    assert_eq!(log, ["a", "b", "c", "cleared", "d"]);
}

fn sends(channel: Id, numbers: std::ops::Range<i64>) -> Task {
    go(move |me| async move {
        for number in numbers {
            me.ask(Op::Send(channel, Value::Int(number))).await?;
            me.say(format!("sent {number}"));
        }
        Ok(Value::Unit)
    })
}

#[test]
fn a_full_channel_keeps_its_senders_waiting() {
    let (answer, log) = run(|me| async move {
        let channel = me.make(Op::Channel(2)).await;
        me.spawn(sends(channel, 0..4)).await;
        me.sleep(1).await?;
        for _ in 0..4 {
            let got = me.ask(Op::Receive(channel)).await?;
            me.say(format!("{got:?}"));
            me.sleep(1).await?;
        }
        Ok(Value::Unit)
    });
    assert_eq!(answer, Ok(Value::Unit));
    let expected = "sent 0,sent 1,Int(0),sent 2,Int(1),sent 3,Int(2),Int(3)";
    assert_eq!(log.join(","), expected);
}

#[test]
fn a_channel_without_room_is_a_rendezvous() {
    let (answer, log) = run(|me| async move {
        let channel = me.make(Op::Channel(0)).await;
        me.spawn(sends(channel, 0..2)).await;
        me.sleep(1).await?;
        me.say("receives");
        let first = me.ask(Op::Receive(channel)).await?;
        me.sleep(1).await?;
        let second = me.ask(Op::Receive(channel)).await?;
        me.sleep(1).await?;
        Ok(Value::List(vec![first, second]))
    });
    assert_eq!(answer, Ok(Value::List([0, 1].map(Value::Int).to_vec())));
    assert_eq!(log, ["receives", "sent 0", "sent 1"]);
}

#[test]
fn a_cancelled_receiver_eats_no_message_and_a_cancelled_sender_sends_none() {
    let (answer, log) = run(|me| async move {
        let channel = me.make(Op::Channel(0)).await;
        let receives = move || go(move |me| async move { me.ask(Op::Receive(channel)).await });
        let first = me.spawn(receives()).await;
        let second = me.spawn(receives()).await;
        me.ask(Op::Yield).await?;
        me.ask(Op::Cancel(first)).await?;
        me.ask(Op::Send(channel, Value::Int(1))).await?;
        let got = me.ask(Op::Wait(second)).await;
        me.say(format!("{got:?}"));
        let sender = me.spawn(sends(channel, 7..8)).await;
        me.spawn(sends(channel, 8..9)).await;
        me.ask(Op::Yield).await?;
        me.ask(Op::Cancel(sender)).await?;
        me.ask(Op::Receive(channel)).await
    });
    assert_eq!(answer, Ok(Value::Int(8)));
    assert_eq!(log, ["Ok(Int(1))"]);
}

#[test]
fn a_closed_channel_gives_what_it_holds_and_then_says_so() {
    let (answer, log) = run(|me| async move {
        let channel = me.make(Op::Channel(1)).await;
        me.ask(Op::Send(channel, Value::Int(1))).await?;
        let blocked = me.spawn(sends(channel, 2..3)).await;
        me.ask(Op::Yield).await?;
        me.ask(Op::Close(channel)).await?;
        let closed = Err(Fault::Refused(Refusal::Closed(channel)));
        assert_eq!(me.ask(Op::Wait(blocked)).await, closed);
        assert_eq!(me.ask(Op::Send(channel, Value::Unit)).await, closed);
        let last = me.ask(Op::Receive(channel)).await;
        assert_eq!(me.ask(Op::Receive(channel)).await, closed);
        let empty = me.make(Op::Channel(1)).await;
        let receiver = me
            .spawn(go(
                move |me| async move { me.ask(Op::Receive(empty)).await },
            ))
            .await;
        me.ask(Op::Yield).await?;
        me.ask(Op::Close(empty)).await?;
        let told = me.ask(Op::Wait(receiver)).await;
        assert_eq!(told, Err(Fault::Refused(Refusal::Closed(empty))));
        last
    });
    assert_eq!(answer, Ok(Value::Int(1)));
    assert!(log.is_empty());
}

#[test]
fn what_nobody_waits_at_is_forgotten() {
    let (answer, _) = run(|me| async move {
        for op in [Op::Semaphore(1), Op::Lock, Op::Event, Op::Channel(3)] {
            let id = me.make(op).await;
            me.ask(Op::Forget(id)).await?;
            assert_eq!(
                me.ask(Op::Forget(id)).await,
                Err(Fault::Refused(Refusal::Unknown(id)))
            );
        }
        let lock = me.make(Op::Lock).await;
        me.ask(Op::Acquire(lock)).await?;
        me.spawn(worker("w", lock)).await;
        me.ask(Op::Yield).await?;
        me.ask(Op::Forget(lock)).await
    });
    assert_eq!(answer, Err(Fault::Refused(Refusal::NotFinished(Id(6)))));
}

#[test]
fn a_request_about_another_kind_is_refused() {
    let (answer, _) = run(|me| async move {
        let event = me.make(Op::Event).await;
        let requests: [fn(Id) -> Op<Lang>; 6] = [
            Op::Acquire,
            Op::Release,
            Op::Receive,
            Op::Close,
            Op::Cancel,
            |id| Op::Race(vec![id]),
        ];
        for request in requests {
            let refused = me.ask(request(event)).await;
            assert_eq!(refused, Err(Fault::Refused(Refusal::Unknown(event))));
        }
        me.ask(Op::Set(Id(1))).await
    });
    assert_eq!(answer, Err(Fault::Refused(Refusal::Unknown(Id(1)))));
}
