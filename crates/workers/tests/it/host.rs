//! The host's own end: nothing of it survives, however it ends. The test runs itself again as the host.

use crate::support::{assert_gone, eventually, python, spawn_up};
use std::io::{BufRead, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use workers::{Calls, Deadline, survivors};

const ROLE: &str = "KONT_TEST_HOST";
const HOLDER: &str = "KONT_TEST_HOLDER";
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
    if std::env::var_os(HOLDER).is_some() {
        hold_descriptors();
    }
    // On standard error, because the test harness holds the other one.
    std::io::stderr()
        .write_all(b"\nready\n")
        .expect("the test listens");
    while calls
        .next_done(std::time::Duration::from_secs(60))
        .is_none()
    {}
}

/// Makes a copy of this host that holds its ends of the guards' channels, as `os.fork` in a Python host would.
#[expect(
    unsafe_code,
    reason = "a process that forked and has not executed anything"
)]
fn hold_descriptors() {
    let mut copy = Command::new("sh");
    copy.env(HOLDER, "copy");
    // SAFETY: the copy only writes its number and sleeps.
    unsafe {
        copy.pre_exec(|| {
            std::io::stderr().write_all(format!("\ncopy {}\n", std::process::id()).as_bytes())?;
            loop {
                std::thread::sleep(std::time::Duration::from_secs(1000));
            }
        })
    };
    // It never comes as far as exec, so this thread waits until the host is killed.
    std::thread::spawn(move || copy.spawn());
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
        .env(HOLDER, "host")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a host");
    let stderr = host.stderr.take().expect("it is piped");
    let mut copy = None;
    let mut ready = false;
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        copy = copy.or_else(|| line.strip_prefix("copy ")?.parse::<i32>().ok());
        ready |= line == "ready";
        if ready && copy.is_some() {
            break;
        }
    }
    let copy = copy.expect("the copy tells its number");
    host.kill().expect("SIGKILL");
    host.wait().expect("its end");
    eventually("only the copy", || {
        survivors(&format!("{ROLE}={marker}")).expect("/proc") == [copy]
    });
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -KILL {copy}")])
        .status()
        .expect("`sh` is on PATH");
    assert!(sent.success());
}
