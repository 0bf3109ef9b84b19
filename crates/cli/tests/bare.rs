//! The bare binary on real programs: what it prints, how it ends, and that a crash at any boundary loses nothing.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn kont(folder: &Path, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kont"));
    command
        .args(words.split_whitespace())
        .current_dir(folder)
        .env_remove("KONT_CRASH_AT");
    command
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn run(source: &str, words: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.py"), source).unwrap();
    kont(folder.path(), &format!("run main.py {words}"))
        .output()
        .unwrap()
}

#[test]
fn a_program_prints_to_stdout_and_kont_says_nothing() {
    let done = run("print('hello')\nprint(2 ** 100)\n", "");
    assert_eq!(
        text(&done.stdout),
        "hello\n1267650600228229401496703205376\n"
    );
    assert_eq!(text(&done.stderr), "");
    assert_eq!(done.status.code(), Some(0));
}

#[test]
fn a_program_comes_from_stdin() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = kont(folder.path(), "run -")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"print(6 * 7)")
        .unwrap();
    assert_eq!(text(&child.wait_with_output().unwrap().stdout), "42\n");
}

#[test]
fn a_program_that_fails_ends_with_its_traceback_and_status_1() {
    let done = run(
        "def f(x):\n    return 1 // x\n\nprint('before')\nf(0)\n",
        "",
    );
    assert_eq!(text(&done.stdout), "before\n");
    let err = text(&done.stderr);
    assert!(
        err.starts_with("Traceback (most recent call last):\n  File \"main.py\", line 5"),
        "{err}"
    );
    assert!(err.contains("    return 1 // x\n"), "{err}");
    assert!(
        err.trim_end()
            .ends_with("ZeroDivisionError: integer division or modulo by zero"),
        "{err}"
    );
    assert_eq!(done.status.code(), Some(1));
}

#[test]
fn a_program_that_is_not_python_is_refused_with_its_line() {
    let done = run("print('a')\nif :\n", "--journal run.kj");
    let err = text(&done.stderr);
    assert!(
        err.contains("main.py") && err.contains("line 2") || err.contains("main.py:2"),
        "{err}"
    );
    assert!(err.contains("SyntaxError") && err.contains('^'), "{err}");
    assert_eq!((done.status.code(), text(&done.stdout)), (Some(1), ""));
}

#[test]
fn a_program_without_end_ends_by_its_limit_and_the_host_lives() {
    for (source, words) in [
        ("while True:\n    pass\n", "--max-steps 1000000"),
        ("while True:\n    pass\n", "--max-time-s 0.2"),
        (
            "x = [0]\nwhile True:\n    x = x + x\n",
            "--max-memory-mib 16",
        ),
        ("x = 'a' * 10 ** 12\n", "--max-memory-mib 16"),
        ("while True:\n    print('x' * 1000)\n", "--max-output-mib 1"),
        (
            "import asyncio\nasync def f():\n    while True:\n        await asyncio.sleep(0.001)\nasyncio.run(f())\n",
            "--max-calls 100",
        ),
    ] {
        let guarded = format!(
            "try:\n    {}\nexcept BaseException:\n    print('caught')\n",
            source.trim_end().replace('\n', "\n    ")
        );
        let done = run(&guarded, words);
        let err = text(&done.stderr);
        assert_eq!(done.status.code(), Some(1), "{source}: {err}");
        assert!(err.starts_with("error: "), "{source}: {err}");
        assert!(
            !text(&done.stdout).contains("caught"),
            "{source}: a limit cannot be caught"
        );
    }
    let done = run(
        "def f(n):\n    return f(n + 1)\ntry:\n    f(0)\nexcept RecursionError:\n    print('deep')\n",
        "",
    );
    assert_eq!(text(&done.stdout), "deep\n");
}

#[test]
fn tools_need_cpython_and_it_says_so() {
    let done = run("print(1)\n", "--tools tools.py");
    assert!(
        text(&done.stderr).contains("help: `pip install kont` brings a `kont` that runs tools\n")
    );
    assert_eq!(done.status.code(), Some(2));
}

#[test]
fn a_wrong_crash_hook_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let done = kont(folder.path(), "run -")
        .env("KONT_CRASH_AT", "soon")
        .output()
        .unwrap();
    assert_eq!(
        text(&done.stderr),
        "error: KONT_CRASH_AT: `soon` is neither a number nor `before LABEL` nor `after LABEL`\n"
    );
    assert_eq!(done.status.code(), Some(2));
}

/// Two tasks that sleep and print, so that every turn has an answer, output and new requests.
const TASKS: &str = "
import asyncio

async def walk(name, n):
    place = 0
    for turn in range(n):
        await asyncio.sleep(0.001)
        place += turn if name == 'a' else -turn
        print(name, turn, place)
    return place

async def main():
    places = await asyncio.gather(walk('a', 4), walk('b', 3))
    print('end', places)

asyncio.run(main())
";

#[test]
fn a_crash_at_every_boundary_loses_nothing() {
    for nth in 1.. {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("main.py"), TASKS).unwrap();
        let nth_text = nth.to_string();
        let crashed = kont(folder, "run main.py --journal run.kj")
            .env("KONT_CRASH_AT", &nth_text)
            .output()
            .unwrap();
        let was_killed = crashed.status.code().is_none();
        if nth == 1 {
            assert!(was_killed && !folder.join("run.kj").exists());
            continue;
        }
        let resumed = kont(folder, "resume run.kj").output().unwrap();
        assert_eq!(
            resumed.status.code(),
            Some(0),
            "boundary {nth}: {}",
            text(&resumed.stderr)
        );
        let replayed = kont(folder, "replay run.kj").output().unwrap();
        assert_eq!(
            replayed.status.code(),
            Some(0),
            "boundary {nth}: {}",
            text(&replayed.stderr)
        );
        let out = text(&replayed.stdout);
        assert_eq!(out.lines().count(), 8, "boundary {nth}: {out}");
        assert!(out.lines().last().unwrap().starts_with("end ["), "{out}");
        let shown = [text(&crashed.stdout), text(&resumed.stdout)].concat();
        // What was recorded and not yet printed when the process died is in the record only.
        assert!(
            out.len() - shown.len() <= 32,
            "boundary {nth}: {shown}\nof\n{out}"
        );
        if !was_killed {
            assert!(nth > 10, "there were boundaries");
            return;
        }
    }
}
