//! The host's own end: nothing of it survives, however it ends. The test runs itself again as the host.

use crate::support::{assert_gone, eventually, python, seconds, spawn, spawn_up};
use std::io::{BufRead, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use workers::{Calls, Deadline, survivors};

const ROLE: &str = "KONT_TEST_HOST";
const HOLDER: &str = "KONT_TEST_HOLDER";
const CHURN: &str = "KONT_TEST_CHURN";
const ROLE_BOUND: Duration = Duration::from_secs(120);
const WORKERS: usize = 4;

/// Not a test by itself: the host that the tests below start and end.
#[test]
fn host_role() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    bound_role();
    let mut calls = Calls::new();
    for _ in 0..WORKERS {
        let body = "
deaf()
if os.fork() == 0:
    os.setsid()
    if os.fork() > 0: os._exit(0)
    time.sleep(1000)
os.wait()
up()
time.sleep(1000)";
        calls.start(spawn_up(&python(body)), b"", Deadline::never());
    }
    if std::env::var_os(HOLDER).is_some() {
        hold_descriptors();
    }
    // On standard error, because the test harness holds the other one.
    std::io::stderr()
        .write_all(b"\nready\n")
        .expect("the test listens");
    while calls.next_done(Duration::from_secs(60)).is_none() {}
}

/// Not a test by itself: a host that starts and ends workers as fast as it can.
#[test]
fn churn_role() {
    if std::env::var_os(CHURN).is_none() {
        return;
    }
    bound_role();
    std::io::stderr()
        .write_all(b"\nready\n")
        .expect("the test listens");
    loop {
        let shell = "sleep 1000 & (sleep 1000 &) ; exec sleep 1000";
        let mut worker = spawn(
            &workers::Command::new("sh")
                .args(["-c", shell])
                .output(workers::Output::Inherit)
                .grace(Duration::ZERO),
        );
        let error = worker.call(b"", Deadline::after(seconds(0.01)));
        assert!(error.is_err());
    }
}

#[test]
fn a_host_killed_at_any_moment_leaves_no_process() {
    let marker = format!("churn-{}", std::process::id());
    // Steps through the life of a worker: its start and its end take a few milliseconds each.
    for step in 0..24 {
        let mut host = Command::new(std::env::current_exe().expect("this test's own program"))
            .args(["--exact", "host::churn_role", "--nocapture"])
            .env(ROLE, &marker)
            .env(CHURN, "1")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a host");
        let stderr = host.stderr.take().expect("it is piped");
        let mut lines = BufReader::new(stderr).lines();
        assert!(lines.any(|line| line.is_ok_and(|line| line == "ready")));
        std::thread::sleep(seconds(f64::from(step) * 0.0013));
        host.kill().expect("SIGKILL");
        host.wait().expect("its end");
        eventually("no survivor", || {
            survivors(&format!("{ROLE}={marker}"))
                .expect("/proc")
                .is_empty()
        });
    }
}

fn parent(pid: i32) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    rest.split(' ').nth(1).map(str::to_owned)
}

/// Makes a copy of this host that holds its ends of the guards' channels, as `os.fork` in a Python host would.
#[expect(
    unsafe_code,
    reason = "a process that forked and has not executed anything"
)]
fn hold_descriptors() {
    let mut copy = Command::new("sh");
    // SAFETY: the copy only sleeps.
    unsafe {
        copy.pre_exec(|| {
            std::thread::sleep(ROLE_BOUND);
            Err(std::io::ErrorKind::TimedOut.into())
        })
    };
    // It never comes as far as exec, so this thread waits until the host is killed.
    std::thread::spawn(move || copy.spawn());
}

/// Ends a host that its test has forgotten.
fn bound_role() {
    std::thread::spawn(|| {
        std::thread::sleep(ROLE_BOUND);
        std::process::abort();
    });
}

/// Starts the host and waits until its workers and their daemons run.
fn start(marker: &str) -> Child {
    let program = std::env::current_exe().expect("this test's own program");
    let mut host = Command::new(program)
        .args(["--exact", "host::host_role", "--nocapture"])
        .env(ROLE, marker)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a host");
    let stderr = host.stderr.take().expect("it is piped");
    let mut lines = BufReader::new(stderr).lines();
    assert!(
        lines.any(|line| line.is_ok_and(|line| line == "ready")),
        "the host did not start its workers"
    );
    // The host, and for each worker: guard, worker, daemon.
    let found = survivors(&format!("{ROLE}={marker}")).expect("/proc");
    assert_eq!(found.len(), 1 + 3 * WORKERS, "{found:?}");
    host
}

#[test]
fn a_host_killed_by_sigkill_leaves_no_process() {
    let marker = format!("sigkill-{}", std::process::id());
    let mut host = start(&marker);
    host.kill().expect("SIGKILL");
    host.wait().expect("its end");
    eventually("no survivor", || {
        survivors(&format!("{ROLE}={marker}"))
            .expect("/proc")
            .is_empty()
    });
    assert_gone(&format!("{ROLE}={marker}"));
}

#[test]
fn a_host_ended_by_ctrl_c_leaves_no_process() {
    let marker = format!("sigint-{}", std::process::id());
    let mut host = start(&marker);
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -INT {}", host.id())])
        .status()
        .expect("`sh` is on PATH");
    assert!(sent.success());
    host.wait().expect("its end");
    eventually("no survivor", || {
        survivors(&format!("{ROLE}={marker}"))
            .expect("/proc")
            .is_empty()
    });
}

#[test]
fn a_copy_of_the_host_that_holds_the_channel_does_not_keep_the_tree_alive() {
    let marker = format!("copy-{}", std::process::id());
    let mut host = Command::new(std::env::current_exe().expect("this test's own program"))
        .args(["--exact", "host::host_role", "--nocapture"])
        .env(ROLE, &marker)
        .env(HOLDER, "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a host");
    let found = || survivors(&format!("{ROLE}={marker}")).expect("/proc");
    let id = host.id().to_string();
    let below = |pid: &i32| parent(*pid).is_some_and(|parent| parent == id);
    // The host's own children are the guards and the copy.
    eventually("a guard for each worker, and the copy", || {
        found().iter().filter(|pid| below(pid)).count() == WORKERS + 1
    });
    host.kill().expect("SIGKILL");
    host.wait().expect("its end");
    eventually("only the copy", || found().len() == 1);
    // Not one of the guards on its way to the end: it stays.
    std::thread::sleep(seconds(0.2));
    let copy = found()[0];
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -KILL {copy}")])
        .status()
        .expect("`sh` is on PATH");
    assert!(sent.success());
}
