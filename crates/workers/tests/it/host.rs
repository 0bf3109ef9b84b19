//! The host's own end: nothing of it survives, however it ends. The test runs itself again as the host.

use crate::support::{assert_gone, eventually, python, spawn_up};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use workers::{Calls, Deadline, survivors};

const ROLE: &str = "KONT_TEST_HOST";
const WORKERS: usize = 4;

/// Not a test by itself: the host that the tests below start and end.
#[test]
fn host_role() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
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
    // On standard error, because the test harness holds the other one.
    use std::io::Write as _;
    std::io::stderr()
        .write_all(b"\nready\n")
        .expect("the test listens");
    while calls
        .next_done(std::time::Duration::from_secs(60))
        .is_none()
    {}
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
