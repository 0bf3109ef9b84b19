//! Ends: deadlines, trees that hide, drops and closes.

use crate::support::{assert_gone, echo, eventually, is_alive, python, seconds, spawn};
use std::time::{Duration, Instant};
use workers::{Deadline, WorkerError};

/// Runs a body that never answers under a deadline; gives what was counted.
fn kill(body: &str, deadline: f64) -> (Duration, u32) {
    let mut worker = spawn(&python(body));
    let marker = worker.marker();
    let started = Instant::now();
    let error = worker
        .call(b"go", Deadline::after(seconds(deadline)))
        .expect_err("it never answers");
    let WorkerError::Killed {
        after,
        processes,
        left,
    } = error
    else {
        panic!("{error}");
    };
    assert_eq!(left, 0);
    assert_gone(&marker);
    assert!(after >= seconds(deadline), "{after:?}");
    assert!(after < seconds(deadline + 2.0), "{after:?}");
    assert!(started.elapsed() < seconds(deadline + 6.0));
    (after, processes)
}

#[test]
fn a_deadline_ends_a_worker_that_listens() {
    let (_, processes) = kill("read(); time.sleep(1000)", 0.3);
    assert_eq!(processes, 1);
}

#[test]
fn a_deadline_ends_a_worker_that_ignores_sigterm() {
    let (_, processes) = kill("deaf(); read(); time.sleep(1000)", 0.3);
    assert_eq!(processes, 1);
}

#[test]
fn a_deadline_ends_children_too() {
    let (_, processes) = kill(
        "deaf(); read()\nif os.fork() == 0: time.sleep(1000)\nif os.fork() == 0: time.sleep(1000)\ntime.sleep(1000)",
        0.5,
    );
    assert_eq!(processes, 3);
}

#[test]
fn a_grandchild_in_another_session_does_not_escape() {
    // The classic daemon: fork, new session, fork, and the middle one exits.
    let body = "
deaf(); read()
if os.fork() == 0:
    os.setsid()
    if os.fork() > 0: os._exit(0)
    os.setsid(); os.setpgid(0, 0) if os.getpid() != os.getsid(0) else None
    wire.close()
    time.sleep(1000)
os.wait()
time.sleep(1000)";
    let (_, processes) = kill(body, 0.7);
    assert_eq!(processes, 2);
}

#[test]
fn a_blocked_worker_dies_at_sigterm_but_its_deaf_daemon_is_killed() {
    let body = "
read()
if os.fork() == 0:
    deaf(); os.setsid(); time.sleep(1000)
time.sleep(1000)";
    let (_, processes) = kill(body, 0.5);
    assert_eq!(processes, 2);
}

#[test]
fn children_that_restart_each_other_end() {
    let body = "
deaf(); read()
def watch():
    while True:
        pid = os.fork()
        if pid == 0:
            os.setsid()
            time.sleep(1000)
        os.waitpid(pid, 0)
for _ in range(8):
    if os.fork() == 0:
        os.setsid()
        watch()
time.sleep(1000)";
    let (_, processes) = kill(body, 0.7);
    assert_eq!(processes, 17);
}

#[test]
fn a_fork_bomb_ends() {
    // Every process forks as fast as it can, for as long as there are tokens in the pipe.
    let body = "
deaf(); read()
tokens, more = os.pipe()
os.write(more, b'x' * 300)
while True:
    os.read(tokens, 1)
    if os.fork() == 0:
        if os.fork() > 0: os._exit(0)
        os.setsid()
";
    let (_, processes) = kill(body, 1.0);
    assert!(processes > 20, "{processes}");
}

#[test]
fn an_answer_in_time_stands_and_the_worker_stays() {
    let mut worker = spawn(&echo());
    for i in 0..3u8 {
        let answer = worker.call(&[i], Deadline::after(seconds(10.0)));
        assert_eq!(answer.expect("an echo"), [i]);
    }
    assert!(worker.end().is_none());
    let end = worker.close().clone();
    assert_eq!(end.status.and_then(|s| s.code()), Some(0));
    assert!(end.by_itself);
    assert_gone(&worker.marker());
}

#[test]
fn a_deadline_of_an_earlier_call_does_not_hit_a_later_one() {
    let mut worker = spawn(&python(
        "while True:\n    r = read()\n    time.sleep(float(r))\n    write(r)",
    ));
    worker
        .call(b"0", Deadline::after(seconds(0.5)))
        .expect("at once");
    worker
        .call(b"1.0", Deadline::never())
        .expect("longer than the deadline of the call before");
}

#[test]
fn closing_twice_is_closing_once() {
    let mut worker = spawn(&echo());
    let first = worker.close().clone();
    let second = worker.close().clone();
    assert_eq!(first, second);
    assert_eq!(worker.kill().clone(), first);
    let error = worker
        .call(b"late", Deadline::never())
        .expect_err("it has ended");
    assert!(
        error.to_string().contains("the worker has ended before"),
        "{error}"
    );
}

#[test]
fn closing_a_deaf_worker_is_bounded_and_takes_its_children() {
    let body = "
deaf()
if os.fork() == 0: os.setsid(); time.sleep(1000)
write(read())
time.sleep(1000)";
    let mut worker = spawn(&python(body));
    worker
        .call(b"up", Deadline::never())
        .expect("it answers once");
    let started = Instant::now();
    let end = worker.close().clone();
    assert!(started.elapsed() < seconds(6.0));
    assert_eq!((end.processes, end.left, end.by_itself), (2, 0, false));
    assert_gone(&worker.marker());
}

#[test]
fn a_worker_that_exits_leaves_no_orphan() {
    let body = "
if os.fork() == 0: os.setsid(); time.sleep(1000)
write(read())
read()";
    let mut worker = spawn(&python(body));
    worker
        .call(b"up", Deadline::never())
        .expect("it answers once");
    let end = worker.close().clone();
    assert_eq!((end.processes, end.left, end.by_itself), (1, 0, true));
    assert_gone(&worker.marker());
}

#[test]
fn dropping_ends_the_tree() {
    let mut worker = spawn(&python(
        "deaf()\nif os.fork() == 0: os.setsid(); time.sleep(1000)\nwrite(read())\ntime.sleep(1000)",
    ));
    worker
        .call(b"up", Deadline::never())
        .expect("it answers once");
    let marker = worker.marker();
    let started = Instant::now();
    drop(worker);
    assert_gone(&marker);
    assert!(started.elapsed() < seconds(6.0));
}

#[test]
fn a_stopped_worker_is_killed() {
    let (_, processes) = kill("read(); os.kill(os.getpid(), signal.SIGSTOP)", 0.3);
    assert_eq!(processes, 1);
}

#[test]
fn killing_the_guard_kills_the_worker_and_is_reported() {
    let mut worker = spawn(&python(
        "deaf(); read(); os.kill(os.getppid(), signal.SIGKILL); time.sleep(1000)",
    ));
    let (marker, pid) = (worker.marker(), worker.pid());
    let error = worker
        .call(b"go", Deadline::never())
        .expect_err("its guard is dead");
    assert!(error.to_string().contains("guard"), "{error}");
    eventually("the worker's end", || !is_alive(pid));
    assert_gone(&marker);
}
