//! Time as the host tells it, and promises that other threads complete.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::world::*;
use crate::{Id, Op, Refusal, advance, completer, spawn_main};
use machine::Machine;

#[test]
fn time_is_what_the_host_says_and_what_is_due_is_done_in_its_order() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    spawn_main::<Lang>(
        &mut world,
        go(|me| async move {
            me.scope(plain(), |me| async move {
                for (word, seconds) in [("c", 3), ("a", 1), ("b", 2), ("a2", 1)] {
                    me.spawn(sleeper(word, seconds)).await;
                }
                Ok(Value::Unit)
            })
            .await
        }),
    );
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(
        world.scheduler.next_deadline(),
        Some(Duration::from_secs(1))
    );
    advance::<Lang>(&mut world, Duration::from_millis(999));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert!(world.log.is_empty());
    advance::<Lang>(&mut world, Duration::from_secs(2));
    // It does not go back.
    advance::<Lang>(&mut world, Duration::from_secs(1));
    assert_eq!(world.scheduler.now(), Duration::from_secs(2));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.log, ["a", "a2", "b"]);
    advance::<Lang>(&mut world, Duration::MAX);
    assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::Unit)));
}

#[test]
fn no_time_at_all_lets_the_others_run_first_and_an_endless_sleep_does_not_overflow() {
    let (answer, log) = run(|me| async move {
        me.spawn(says("other", 1)).await;
        me.sleep(0).await?;
        me.say("main");
        me.sleep(1).await?;
        let long = go(|me| async move { me.ask(Op::Sleep(Duration::MAX)).await });
        let long = me.spawn(long).await;
        me.ask(Op::Yield).await?;
        me.ask(Op::Cancel(long)).await
    });
    assert_eq!(answer, Ok(Value::Flag(true)));
    assert_eq!(log, ["other", "main"]);
}

#[test]
fn a_virtual_clock_waits_for_what_comes_from_outside() {
    let (mut machine, mut world) = (Machine::new(), World::timed());
    spawn_main::<Lang>(
        &mut world,
        go(|me| async move {
            let promise = me.make(Op::Promise { external: true }).await;
            me.spawn(sleeper("slept", 5)).await;
            let got = me.ask(Op::Wait(promise)).await;
            me.say(format!("{got:?}"));
            me.sleep(6).await
        }),
    );
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.scheduler.now(), Duration::ZERO);
    crate::settle::<Lang>(&mut world, Id(2), Ok(Value::Unit)).expect("pending");
    assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::Unit)));
    assert_eq!(world.log, ["Ok(Unit)", "slept"]);
}

/// Waits for an external promise; the world has its completer.
fn waits_for_outside() -> Task {
    go(|me| async move {
        let promise = me.make(Op::ExternalPromise).await;
        me.ask(Op::Wait(promise)).await
    })
}

#[test]
fn another_thread_completes_a_promise_and_wakes_the_host() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    spawn_main::<Lang>(&mut world, waits_for_outside());
    assert_eq!(drive(&mut machine, &mut world), None);
    let mailbox = world.scheduler.mailbox();
    let called = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&called);
    mailbox.set_notify(Some(Arc::new(move || {
        counts.fetch_add(1, Ordering::SeqCst);
    })));
    assert!(!mailbox.wait(Some(Duration::ZERO)), "nothing has come yet");
    let completer = world.completers.pop().expect("it was made");
    let thread = std::thread::spawn(move || completer.complete(Ok(Value::Int(8))));
    assert!(mailbox.wait(None));
    thread.join().expect("it only completes");
    assert_eq!(drive(&mut machine, &mut world), Some(Ok(Value::Int(8))));
    assert_eq!(called.load(Ordering::SeqCst), 1);
    assert!(mailbox.is_empty());
}

#[test]
fn many_threads_complete_and_each_completion_is_told_once() {
    const MANY: usize = 64;
    let (mut machine, mut world) = (Machine::new(), World::default());
    spawn_main::<Lang>(
        &mut world,
        go(|me| async move {
            let mut ids = Vec::new();
            for _ in 0..MANY {
                ids.push(me.make(Op::ExternalPromise).await);
            }
            me.ask(Op::Gather(ids)).await
        }),
    );
    assert_eq!(drive(&mut machine, &mut world), None);
    let completers = std::mem::take(&mut world.completers);
    let threads: Vec<_> = completers
        .into_iter()
        .enumerate()
        .map(|(i, completer)| {
            std::thread::spawn(move || completer.complete(Ok(Value::Int(i as i64))))
        })
        .collect();
    let mailbox = world.scheduler.mailbox();
    let answer = loop {
        mailbox.wait(None);
        if let Some(answer) = drive(&mut machine, &mut world) {
            break answer;
        }
    };
    for thread in threads {
        thread.join().expect("it only completes");
    }
    let values = (0..MANY as i64).map(Value::Int).collect();
    assert_eq!(answer, Ok(Value::List(values)));
}

#[test]
fn a_completer_that_is_dropped_settles_its_promise() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    spawn_main::<Lang>(&mut world, waits_for_outside());
    assert_eq!(drive(&mut machine, &mut world), None);
    world.completers.clear();
    let abandoned = Err(Fault::Refused(Refusal::Abandoned(Id(2))));
    assert_eq!(drive(&mut machine, &mut world), Some(abandoned));
}

#[test]
fn what_comes_after_a_cancellation_is_nobodys() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let id = crate::spawn::<Lang>(&mut world, vec![], waits_for_outside());
    assert_eq!(drive(&mut machine, &mut world), None);
    assert!(world.scheduler.awaits_host());
    crate::cancel::<Lang>(&mut world, id).expect("it is there");
    assert!(
        !world.scheduler.awaits_host(),
        "nobody waits for it any more"
    );
    world
        .completers
        .pop()
        .expect("made")
        .complete(Ok(Value::Int(1)));
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.scheduler.outcome(id), Some(&Err(Fault::Cancelled)));
    assert_eq!(world.scheduler.outcome(Id(2)), Some(&Ok(Value::Int(1))));
    assert!(
        completer::<Lang>(&mut world, Id(2)).is_err(),
        "it is settled"
    );
}

#[test]
fn a_host_gets_a_completer_by_the_promises_id() {
    let (mut machine, mut world) = (Machine::new(), World::default());
    let promise = super::order::spawn_promise(&mut machine, &mut world, true);
    let inside = super::order::spawn_promise(&mut machine, &mut world, false);
    assert!(completer::<Lang>(&mut world, inside).is_err());
    let completer = completer::<Lang>(&mut world, promise).expect("pending");
    assert_eq!(completer.id(), promise);
    assert_eq!(completer.into_id(), promise, "given up without settling");
    assert_eq!(drive(&mut machine, &mut world), None);
    assert_eq!(world.scheduler.outcome(promise), None);
}

#[test]
fn what_other_threads_hold_may_go_there() {
    fn sends<T: Send>() {}
    sends::<crate::Order>();
    sends::<crate::Mailbox<Lang>>();
    sends::<crate::Completer<Lang>>();
}

#[test]
fn a_thread_of_its_own_waits_for_timers_and_completions() {
    use machine::Outcome;
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    spawn_main::<Lang>(
        &mut world,
        go(|me| async move {
            me.spawn(sleeper("slept", 1)).await;
            let promise = me.make(Op::ExternalPromise).await;
            let got = me.ask(Op::Wait(promise)).await;
            me.say(format!("{got:?}"));
            me.sleep(5).await?;
            me.ask(Op::Park { external: true }).await
        }),
    );
    // The clock stands still until the promise is completed, and then runs an hour a look.
    let mut looks = 0;
    let clock = || {
        looks += 1;
        Duration::from_secs(3600 * looks)
    };
    let thread = {
        let still = crate::drive(&mut machine, &mut world, u64::MAX);
        assert!(matches!(still, Outcome::Idle));
        let completer = world.completers.pop().expect("it was made");
        std::thread::spawn(move || completer.complete(Ok(Value::Int(8))))
    };
    let idle = crate::block_on(&mut machine, &mut world, clock);
    assert!(
        matches!(idle, Outcome::Idle),
        "it waits to be woken by this thread"
    );
    thread.join().expect("it only completes");
    let mut log = world.log.clone();
    log.sort();
    assert_eq!(log, ["Ok(Int(8))", "slept"]);
    crate::wake::<Lang>(&mut world, Id(1), Ok(Value::Int(4))).expect("parked");
    let end = crate::block_on(&mut machine, &mut world, || Duration::ZERO);
    assert!(matches!(end, Outcome::Done(Ok(Value::Int(4)))));
}
