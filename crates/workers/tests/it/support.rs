//! What the tests share: workers written in Python, and waiting for a condition.

use std::sync::OnceLock;
use std::time::{Duration, Instant};
use workers::{Command, Deadline, Output, Worker, survivors};

/// The wire in a few lines: `read()` gives a request, `write(b)` sends an answer, `up()` answers the first request.
const PRELUDE: &str = "
import os, socket, struct, sys, time, signal, threading
wire = socket.socket(fileno=int(os.environ['KONT_WORKER_FD']))
def exactly(n):
    data = b''
    while len(data) < n:
        more = wire.recv(n - len(data))
        if not more:
            sys.exit(0)
        data += more
    return data
def read():
    return exactly(struct.unpack('<I', exactly(4))[0])
def write(b):
    wire.sendall(struct.pack('<I', len(b)) + b)
def up():
    write(read())
def deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
";

pub(crate) fn python(body: &str) -> Command {
    static FOUND: OnceLock<bool> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        std::process::Command::new("python3")
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success())
    });
    assert!(
        *found,
        "these tests run `python3`, which is not on PATH\nhelp: install Python 3.11 or newer"
    );
    Command::new("python3")
        .args(["-I", "-S", "-c", &format!("{PRELUDE}{body}")])
        .grace(Duration::from_millis(100))
        .output(Output::Capture {
            keep_bytes: 4096,
            forward: false,
        })
}

/// A worker that answers each request with itself.
pub(crate) fn echo() -> Command {
    python("while True: write(read())")
}

pub(crate) fn spawn(command: &Command) -> Worker {
    Worker::spawn(command).unwrap_or_else(|e| panic!("{e}"))
}

/// A worker that has come as far as its `up()`, so that times can be counted from here.
pub(crate) fn spawn_up(command: &Command) -> Worker {
    let mut worker = spawn(command);
    worker
        .call(b"up", Deadline::after(Duration::from_secs(60)))
        .expect("it answers once");
    worker
}

pub(crate) fn seconds(s: f64) -> Duration {
    Duration::from_secs_f64(s)
}

/// Asserts that nothing of the worker's tree is alive.
pub(crate) fn assert_gone(marker: &str) {
    let left = survivors(marker).expect("these tests read /proc");
    assert_eq!(left, [], "processes with `{marker}` are alive");
}

/// Polls until the condition holds; the bound is a failure, not a pace.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < until, "waited 20 s for: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whether a process of this number runs, zombies excepted.
pub(crate) fn is_alive(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|text| {
        text.rsplit(')')
            .next()
            .is_some_and(|rest| !rest.trim_start().starts_with(['Z', 'X']))
    })
}
