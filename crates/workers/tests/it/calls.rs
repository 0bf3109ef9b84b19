//! Many workers side by side, from one thread.

use crate::support::{assert_gone, echo, python, seconds, spawn, spawn_up};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use workers::{Calls, Deadline, WorkerError, survivors};

#[test]
fn the_first_that_is_over_comes_first() {
    let mut calls = Calls::new();
    let body = "up(); r = read(); time.sleep(float(r)); write(r)";
    let slow = calls.start(spawn_up(&python(body)), b"3.0", Deadline::never());
    let fast = calls.start(spawn_up(&python(body)), b"0.1", Deadline::never());
    let stuck = calls.start(
        spawn_up(&python(body)),
        b"1000",
        Deadline::after(seconds(1.0)),
    );
    let mut order = Vec::new();
    while !calls.is_empty() {
        if let Some(done) = calls.next_done(seconds(0.05)) {
            order.push(done.id);
            if done.id == stuck {
                let result = done.result;
                assert!(
                    matches!(result, Err(WorkerError::Killed { left: 0, .. })),
                    "{result:?}"
                );
            } else {
                done.result.expect("it answers");
            }
        }
    }
    assert_eq!(order, [fast, stuck, slow]);
}

#[test]
fn waiting_ends_in_time_and_an_empty_set_does_not_wait() {
    let mut calls = Calls::new();
    let started = Instant::now();
    assert!(calls.next_done(seconds(100.0)).is_none());
    assert!(started.elapsed() < seconds(5.0));
    calls.start(
        spawn(&python("read(); time.sleep(1000)")),
        b"",
        Deadline::never(),
    );
    let started = Instant::now();
    assert!(calls.next_done(seconds(0.2)).is_none());
    assert!(started.elapsed() >= seconds(0.2));
    assert!(started.elapsed() < seconds(5.0));
}

#[test]
fn a_deadline_holds_while_nobody_waits() {
    let mut calls = Calls::new();
    let worker = spawn(&python("deaf(); read(); time.sleep(1000)"));
    let marker = worker.marker();
    calls.start(worker, b"", Deadline::after(seconds(0.2)));
    crate::support::eventually("the guard's own kill", || {
        survivors(&marker).expect("/proc").is_empty()
    });
    let done = calls.next_done(seconds(10.0)).expect("it is over");
    assert!(matches!(done.result, Err(WorkerError::Killed { after, .. }) if after < seconds(3.0)));
}

#[test]
fn an_answer_that_lay_there_before_the_deadline_counts() {
    let mut calls = Calls::new();
    let worker = spawn_up(&python(
        "up(); r = read(); time.sleep(0.3); write(r); time.sleep(1000)",
    ));
    let marker = worker.marker();
    calls.start(worker, b"in time", Deadline::after(seconds(1.0)));
    // The request leaves; then nobody looks until the guard has ended the worker.
    assert!(calls.next_done(Duration::ZERO).is_none());
    crate::support::eventually("the guard's own kill", || {
        survivors(&marker).expect("/proc").is_empty()
    });
    let mut done = calls.next_done(seconds(10.0)).expect("it is over");
    assert_eq!(done.result.expect("it was in time"), b"in time");
    assert_eq!(done.worker.close().left, 0);
}

#[test]
fn fifty_workers_side_by_side() {
    let mut calls = Calls::new();
    let mut wanted = BTreeMap::new();
    for i in 0..50u8 {
        let worker = if i % 10 == 3 {
            spawn_up(&python("deaf(); os.fork() and up(); time.sleep(1000)"))
        } else {
            spawn(&echo())
        };
        let marker = worker.marker();
        let id = calls.start(
            worker,
            &[i],
            Deadline::after(seconds(if i % 10 == 3 { 2.0 } else { 60.0 })),
        );
        wanted.insert(id, (i, marker));
    }
    assert_eq!(calls.len(), 50);
    let started = Instant::now();
    let mut killed = 0;
    while !calls.is_empty() {
        assert!(started.elapsed() < seconds(60.0));
        let Some(mut done) = calls.next_done(Duration::from_millis(100)) else {
            continue;
        };
        let (i, marker) = wanted.remove(&done.id).expect("each is done once");
        match done.result {
            Ok(answer) => assert_eq!(answer, [i]),
            Err(WorkerError::Killed {
                processes, left, ..
            }) => {
                assert_eq!((i % 10, processes, left), (3, 2, 0));
                killed += 1;
            }
            Err(other) => panic!("{other}"),
        }
        done.worker.close();
        assert_gone(&marker);
    }
    assert_eq!((killed, wanted.len()), (5, 0));
}

#[test]
fn ending_all_is_reported_and_dropping_is_bounded() {
    let mut calls = Calls::new();
    let mut markers = Vec::new();
    for _ in 0..6 {
        let worker = spawn_up(&python("deaf(); up(); read(); time.sleep(1000)"));
        markers.push(worker.marker());
        calls.start(worker, b"", Deadline::never());
    }
    // Patience first, none at the second order.
    calls.order_end(1, seconds(100.0));
    assert!(calls.next_done(seconds(0.1)).is_none());
    calls.order_end(1, Duration::ZERO);
    let done = calls.next_done(seconds(20.0)).expect("it is over");
    assert_eq!(done.id, 1);
    assert!(matches!(
        done.result,
        Err(WorkerError::Killed {
            processes: 1,
            left: 0,
            ..
        })
    ));
    let started = Instant::now();
    drop(calls);
    assert!(started.elapsed() < seconds(6.0));
    for marker in markers {
        assert_gone(&marker);
    }
}
