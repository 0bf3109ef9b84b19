//! The wire: broken channels, frames that are too long, workers that die, and starts that fail.

use crate::support::{assert_gone, echo, eventually, python, seconds, spawn};
use std::time::Instant;
use workers::{Command, Deadline, Output, SpawnError, Worker, WorkerError};

#[test]
fn large_frames_go_both_ways() {
    let mut worker = spawn(&echo());
    let payload: Vec<u8> = (0..8_000_000u32).map(|i| (i % 253) as u8).collect();
    let answer = worker
        .call(&payload, Deadline::after(seconds(30.0)))
        .expect("an echo");
    assert!(answer == payload);
    assert_eq!(
        worker.call(b"", Deadline::never()).expect("an echo"),
        b"".to_vec()
    );
}

#[test]
fn a_request_over_the_bound_is_refused_and_the_worker_lives() {
    let mut worker = spawn(&echo().frame_bytes_max(10));
    let error = worker
        .call(&[0; 11], Deadline::never())
        .expect_err("too long");
    assert_eq!(
        error.to_string(),
        "request of 11 bytes is longer than the limit of 10 bytes"
    );
    assert_eq!(
        worker.call(&[0; 10], Deadline::never()).expect("an echo"),
        [0; 10]
    );
}

#[test]
fn an_answer_over_the_bound_ends_the_worker() {
    let mut worker = spawn(&python(
        "read(); wire.sendall(b'\\xff\\xff\\xff\\xff' + b'x' * 100); time.sleep(1000)",
    ));
    let started = Instant::now();
    let error = worker.call(b"", Deadline::never()).expect_err("too long");
    assert!(
        matches!(
            error,
            WorkerError::Protocol {
                direction: "answer",
                bytes: 0xffff_ffff,
                ..
            }
        ),
        "{error}"
    );
    assert!(started.elapsed() < seconds(6.0));
    assert_gone(&worker.marker());
}

#[test]
fn a_worker_that_closes_its_channel_and_lives_is_ended() {
    let mut worker = spawn(&python(
        "deaf(); read(); wire.shutdown(socket.SHUT_RDWR); wire.close(); time.sleep(1000)",
    ));
    let started = Instant::now();
    let error = worker
        .call(b"go", Deadline::never())
        .expect_err("no channel");
    assert!(matches!(error, WorkerError::Broken { .. }), "{error}");
    assert!(started.elapsed() < seconds(6.0));
    assert_gone(&worker.marker());
}

#[test]
fn a_worker_that_dies_shows_its_status_and_last_words() {
    let mut worker = spawn(&python(
        "read(); print('no room', file=sys.stderr, flush=True); os._exit(3)",
    ));
    let error = worker.call(b"go", Deadline::never()).expect_err("it died");
    assert_eq!(
        error.to_string(),
        "the worker died: exit status: 3\nno room"
    );

    let mut worker = spawn(&python("read(); os.kill(os.getpid(), signal.SIGSEGV)"));
    let error = worker
        .call(b"go", Deadline::after(seconds(20.0)))
        .expect_err("it died");
    assert!(
        error
            .to_string()
            .starts_with("the worker died: signal: 11 (SIGSEGV)"),
        "{error}"
    );
    assert_gone(&worker.marker());
}

#[test]
fn a_worker_that_dies_in_the_middle_of_an_answer_has_died() {
    let mut worker = spawn(&python(
        "read(); wire.sendall(b'\\x10\\0\\0\\0half'); os._exit(7)",
    ));
    let error = worker.call(b"go", Deadline::never()).expect_err("half");
    assert!(
        matches!(&error, WorkerError::Died { status, .. } if status.code() == Some(7)),
        "{error}"
    );
}

#[test]
fn an_answer_just_before_the_end_counts() {
    for _ in 0..20 {
        let mut worker = spawn(&python("write(read()); os._exit(0)"));
        let answer = worker.call(b"last", Deadline::after(seconds(20.0)));
        assert_eq!(answer.expect("it was sent"), b"last");
        eventually("the end", || worker.end().is_some());
    }
}

#[test]
fn a_child_that_keeps_the_channel_open_does_not_hold_up_the_end() {
    let mut worker = spawn(&python(
        "read()\nif os.fork() == 0: os.setsid(); time.sleep(1000)\nos._exit(5)",
    ));
    let started = Instant::now();
    let error = worker.call(b"go", Deadline::never()).expect_err("it died");
    assert!(
        matches!(&error, WorkerError::Died { status, .. } if status.code() == Some(5)),
        "{error}"
    );
    assert!(started.elapsed() < seconds(6.0));
    assert_gone(&worker.marker());
}

#[test]
fn what_a_worker_prints_is_kept_up_to_a_bound_and_never_blocks() {
    let mut worker = spawn(&python(
        "read(); sys.stdout.write('x' * 1_000_000 + 'end'); sys.stdout.flush(); write(b'ok')",
    ));
    worker
        .call(b"go", Deadline::after(seconds(30.0)))
        .expect("printing does not block");
    worker.close();
    let printed = worker.printed();
    assert!(printed.len() == 4096 && printed.ends_with("xend"));
}

#[test]
fn a_worker_has_its_arguments_environment_and_directory_and_no_other_file() {
    let body = "
read()
fds = sorted(int(n) for n in os.listdir('/proc/self/fd'))
write('|'.join([sys.argv[1], os.environ['COLOUR'], os.getcwd(), str(fds[:5]), sys.stdin.read(), os.environ['KONT_WORKER_ID'],
    str(os.getsid(0) == os.getpid()), str(signal.pthread_sigmask(signal.SIG_BLOCK, []))]).encode())";
    let held = std::fs::File::open("/dev/null").expect("a file that workers must not have");
    let mut worker = spawn(
        &python(body)
            .arg("first")
            .env("COLOUR", "teal")
            .env("COLOUR", "red")
            .directory("/"),
    );
    let answer = worker.call(b"go", Deadline::never()).expect("an answer");
    // Descriptor 4 is the listing itself.
    let expected = format!("first|red|/|[0, 1, 2, 3, 4]||{}|True|set()", worker.id());
    assert_eq!(String::from_utf8_lossy(&answer), expected);
    drop(held);
}

#[test]
fn a_guard_holds_none_of_the_host_s_files() {
    let held = std::fs::File::open("/dev/null").expect("a file that guards must not have");
    let mut worker = spawn(&python("read(); write(str(os.getppid()).encode())"));
    let guard = worker.call(b"", Deadline::never()).expect("its parent");
    let guard = String::from_utf8_lossy(&guard).into_owned();
    let mut targets: Vec<String> = std::fs::read_dir(format!("/proc/{guard}/fd"))
        .expect("these tests read /proc")
        .map(|entry| {
            let target = std::fs::read_link(entry.expect("an entry").path()).expect("a link");
            let target = target.display().to_string();
            target.split(':').next().unwrap_or_default().to_owned()
        })
        .collect();
    targets.sort();
    // Its three standard streams, a descriptor of the host's process, and the control channel.
    assert_eq!(targets[..3], ["/dev/null", "/dev/null", "/dev/null"]);
    assert_eq!(targets.len(), 5, "{targets:?}");
    assert!(targets.contains(&"socket".to_owned()), "{targets:?}");
    drop(held);
}

#[test]
fn starts_that_fail_say_why() {
    let check = |command: Command, expected: &str| {
        let error = Worker::spawn(&command).expect_err("it cannot start");
        assert!(error.to_string().starts_with(expected), "{error}");
        error
    };
    check(
        Command::new("kont-no-such-program"),
        "no program `kont-no-such-program`\nhelp: ",
    );
    check(Command::new("/nowhere/tool"), "no program `/nowhere/tool`");
    check(
        Command::new("sh").directory("/nowhere"),
        "cannot enter the working directory `/nowhere`: No such file",
    );
    let error = check(
        Command::new("/proc/self/status"),
        "cannot execute `/proc/self/status`: ",
    );
    assert!(matches!(error, SpawnError::Exec { .. }));
    check(Command::new("sh").arg("a\0b"), "`a\0b` contains a NUL");
}

#[test]
fn a_shell_is_a_worker_too() {
    let mut worker = spawn(
        &Command::new("sh")
            .args(["-c", "exit 4"])
            .output(Output::Inherit),
    );
    let error = worker.call(b"", Deadline::never()).expect_err("it exits");
    match error {
        WorkerError::Died { status, stderr } => {
            assert_eq!((status.code(), stderr.as_str()), (Some(4), ""));
        }
        // Its end may be known before the call begins.
        WorkerError::Broken { reason } => assert!(reason.contains("exit status: 4"), "{reason}"),
        other => panic!("{other}"),
    }
}
