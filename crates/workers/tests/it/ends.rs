//! Ends: deadlines, trees that hide, drops and closes.

use crate::support::{assert_gone, echo, eventually, is_alive, python, seconds, spawn, spawn_up};
use std::time::{Duration, Instant};
use workers::{Calls, Deadline, WorkerError, survivors};

/// Runs a body that gets up and then never answers; gives how many processes its end counted.
fn kill(body: &str) -> u32 {
    let mut worker = spawn_up(&python(body));
    let marker = worker.marker();
    let deadline = seconds(0.3);
    let started = Instant::now();
    let error = worker
        .call(b"go", Deadline::after(deadline))
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
    assert!(after >= deadline, "{after:?}");
    assert!(after < deadline + seconds(2.0), "{after:?}");
    assert!(started.elapsed() < deadline + seconds(6.0));
    processes
}

#[test]
fn a_deadline_ends_a_worker_that_listens() {
    assert_eq!(kill("up(); time.sleep(1000)"), 1);
}

#[test]
fn a_deadline_ends_a_worker_that_ignores_sigterm() {
    assert_eq!(kill("deaf(); up(); time.sleep(1000)"), 1);
}

#[test]
fn a_stopped_worker_is_killed() {
    assert_eq!(
        kill("up(); read(); os.kill(os.getpid(), signal.SIGSTOP)"),
        1
    );
}

#[test]
fn a_deadline_ends_children_too() {
    let body = "
deaf()
for _ in range(2):
    if os.fork() == 0: time.sleep(1000)
up()
time.sleep(1000)";
    assert_eq!(kill(body), 3);
}

#[test]
fn a_grandchild_in_another_session_does_not_escape() {
    // The classic daemon: fork, new session, fork, and the middle one exits.
    let body = "
deaf()
if os.fork() == 0:
    os.setsid()
    if os.fork() > 0: os._exit(0)
    os.setpgid(0, 0)
    wire.close()
    time.sleep(1000)
os.wait()
up()
time.sleep(1000)";
    assert_eq!(kill(body), 2);
}

#[test]
fn a_worker_dies_at_sigterm_and_its_deaf_daemon_is_killed() {
    let body = "
ready, tell = os.pipe()
if os.fork() == 0:
    deaf(); os.setsid(); os.write(tell, b'x'); time.sleep(1000)
os.read(ready, 1)
up()
time.sleep(1000)";
    assert_eq!(kill(body), 2);
}

#[test]
fn children_that_restart_each_other_end() {
    let body = "
deaf()
ready, tell = os.pipe()
def watch():
    while True:
        pid = os.fork()
        if pid == 0:
            os.setsid()
            os.write(tell, b'x')
            time.sleep(1000)
        os.waitpid(pid, 0)
for _ in range(8):
    if os.fork() == 0:
        os.setsid()
        watch()
for _ in range(8): os.read(ready, 1)
up()
time.sleep(1000)";
    assert_eq!(kill(body), 17);
}

#[test]
fn a_fork_bomb_ends() {
    // Every process forks as fast as it can, for as long as there are tokens in the pipe.
    let body = "
deaf()
tokens, more = os.pipe()
os.write(more, b'x' * 300)
up(); read()
while True:
    os.read(tokens, 1)
    if os.fork() == 0:
        if os.fork() > 0: os._exit(0)
        os.setsid()
";
    let worker = spawn_up(&python(body));
    let marker = worker.marker();
    let mut calls = Calls::new();
    let id = calls.start(worker, b"go", Deadline::never());
    // It needs the request first; then it is ended in the middle of its growth.
    eventually("fifty processes", || {
        assert!(calls.next_done(Duration::ZERO).is_none());
        survivors(&marker).expect("/proc").len() >= 50
    });
    calls.order_end(id, Duration::ZERO);
    let done = calls.next_done(seconds(10.0)).expect("it ends");
    assert!(
        matches!(done.result, Err(WorkerError::Killed { processes, left: 0, .. }) if processes >= 20),
        "{:?}",
        done.result
    );
    assert_gone(&marker);
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
fn an_answer_within_the_grace_time_is_given_and_the_worker_ends() {
    let body = "
def late(*_):
    write(b'late')
    time.sleep(1000)
signal.signal(signal.SIGTERM, late)
up(); read()
time.sleep(1000)";
    let mut worker = spawn_up(&python(body).grace(seconds(2.0)));
    let answer = worker.call(b"go", Deadline::after(seconds(0.2)));
    assert_eq!(answer.expect("it was asked to end, and did"), b"late");
    let end = worker.end().cloned().expect("the guard went on");
    assert_eq!((end.processes, end.left), (1, 0));
    assert_gone(&worker.marker());
}

#[test]
fn a_deadline_of_an_earlier_call_does_not_hit_a_later_one() {
    let mut worker = spawn_up(&python(
        "up()\nwhile True:\n    r = read()\n    time.sleep(float(r))\n    write(r)",
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
up()
time.sleep(1000)";
    let mut worker = spawn_up(&python(body));
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
up()
read()";
    let mut worker = spawn_up(&python(body));
    let end = worker.close().clone();
    assert_eq!((end.processes, end.left, end.by_itself), (1, 0, true));
    assert_gone(&worker.marker());
}

#[test]
fn dropping_ends_the_tree() {
    let worker = spawn_up(&python(
        "deaf()\nif os.fork() == 0: os.setsid(); time.sleep(1000)\nup()\ntime.sleep(1000)",
    ));
    let marker = worker.marker();
    let started = Instant::now();
    drop(worker);
    assert_gone(&marker);
    assert!(started.elapsed() < seconds(6.0));
}

#[test]
fn a_worker_that_hides_its_id_dies_with_its_guard() {
    // Without the id in its environment nothing finds it; the system itself has to end it.
    let body = "
if 'KONT_WORKER_ID' in os.environ:
    hidden = {k: v for k, v in os.environ.items() if k != 'KONT_WORKER_ID'}
    os.execve(sys.executable, sys.orig_argv, hidden)
deaf(); up(); read(); os.kill(os.getppid(), signal.SIGKILL); time.sleep(1000)";
    let mut worker = spawn_up(&python(body));
    let pid = worker.pid();
    assert!(is_alive(pid));
    worker
        .call(b"go", Deadline::never())
        .expect_err("its guard is dead");
    eventually("the worker's end", || !is_alive(pid));
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
