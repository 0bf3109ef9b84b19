//! Runs as a host sees them: suspended, answered in any order, saved at every suspension, ended by limits.

use super::{AnswerError, Capability, Config, Event, Limits, Program, Run, SnapshotError};
use crate::data::{Data, Failure};
use crate::vm::request::PendingRequest;

fn tool(name: &str, is_async: bool) -> Capability {
    Capability {
        name: name.into(),
        is_async,
        signature: None,
        doc: String::new(),
    }
}

pub(super) fn start(source: &str) -> Run {
    start_with(
        source,
        Limits {
            steps: 5_000_000,
            ..Limits::default()
        },
    )
}

pub(super) fn start_with(source: &str, limits: Limits) -> Run {
    let program = Program::compile(source, "test.py").unwrap_or_else(|e| panic!("{e}"));
    let capabilities = vec![tool("ask", false), tool("fetch", true)];
    Run::new(
        program,
        Config {
            limits,
            capabilities,
            seed: 7,
        },
    )
}

pub(super) fn advance(run: &mut Run) -> Event {
    loop {
        match run.advance() {
            Event::Paused => {}
            event => return event,
        }
    }
}

pub(super) fn printed(run: &mut Run) -> String {
    String::from_utf8(run.take_output().concat()).expect("utf-8")
}

/// The first argument of each open call, in order, with its number.
fn open(run: &Run) -> Vec<(u64, String)> {
    let first = |request: &PendingRequest| match request {
        PendingRequest::Call { args, .. } => args.first().map_or_else(String::new, Data::repr),
        PendingRequest::Host(host) => format!("{host:?}"),
    };
    run.pending()
        .iter()
        .map(|p| (p.id, first(&p.request)))
        .collect()
}

const ASYNC: &str = r#"
import asyncio
async def one(name):
    got = await fetch(name)
    print(name, got)
    return got * 2
async def main():
    a, b, c = await asyncio.gather(one("a"), one("b"), one("c"))
    return a, b, c
asyncio.run(main())
"#;

#[test]
fn a_plain_call_suspends_and_goes_on() {
    let mut run = start("x = ask('how many?', unit='kg')\nprint(x + 1)\nx");
    assert_eq!(advance(&mut run), Event::Suspended);
    let pending = run.pending()[0].clone();
    let kwargs = vec![("unit".to_string(), Data::Str("kg".into()))];
    let args = vec![Data::Str("how many?".into())];
    assert_eq!((pending.id, pending.line), (1, 1));
    assert_eq!(
        pending.request,
        PendingRequest::Call {
            name: "ask".into(),
            args,
            kwargs
        }
    );
    run.answer(1, &Ok(Data::Int(41))).expect("it is open");
    assert_eq!(advance(&mut run), Event::Done(Data::Int(41)));
    assert_eq!(printed(&mut run), "42\n");
}

#[test]
fn awaited_calls_are_open_together_and_answered_in_any_order() {
    let mut run = start(ASYNC);
    assert_eq!(advance(&mut run), Event::Suspended);
    assert_eq!(
        open(&run),
        [(1, "'a'".into()), (2, "'b'".into()), (3, "'c'".into())]
    );
    for id in [3, 1, 2] {
        run.answer(id, &Ok(Data::Int(id as i64)))
            .expect("it is open");
        let event = advance(&mut run);
        assert_eq!(event == Event::Suspended, id != 2, "{event:?}");
    }
    assert_eq!(printed(&mut run), "c 3\na 1\nb 2\n");
    let tuple = Data::Tuple(vec![Data::Int(2), Data::Int(4), Data::Int(6)]);
    assert_eq!(advance(&mut run), Event::Done(tuple));
}

#[test]
fn a_failure_is_an_exception_inside_and_its_handler_is_known() {
    let source = "try:\n    ask(1)\nexcept PermissionError as e:\n    print('no:', e)\n";
    let mut run = start(source);
    assert_eq!(advance(&mut run), Event::Suspended);
    run.answer(1, &Err(Failure::new("PermissionError", "denied")))
        .expect("it is open");
    assert_eq!(advance(&mut run), Event::Done(Data::None));
    assert_eq!(printed(&mut run), "no: denied\n");
    assert_eq!(run.handled_at(), Some(3));
}

#[test]
fn an_answer_that_was_not_asked_for_changes_nothing() {
    let mut run = start("print(ask(1))\nprint(ask(2))");
    advance(&mut run);
    assert_eq!(run.answer(9, &Ok(Data::None)), Err(AnswerError::Unknown(9)));
    assert_eq!(run.answer(0, &Ok(Data::None)), Err(AnswerError::Unknown(0)));
    run.answer(1, &Ok(Data::Int(5))).expect("it is open");
    assert_eq!(
        run.answer(1, &Ok(Data::Int(6))),
        Err(AnswerError::Closed(1))
    );
    assert_eq!(advance(&mut run), Event::Suspended);
    assert_eq!(printed(&mut run), "5\n");
}

/// Inside, a key is there if it is the same object or equal. A NaN equals no NaN, but one of the same bits is the same.
#[test]
fn keys_that_enter_are_one_where_they_would_be_one_inside() {
    let mut run = start("x = ask(1)\nprint(len(x), len(set(x)), len({k: 1 for k in x}))");
    advance(&mut run);
    let keys = [f64::NAN, f64::NAN, 1.0, 0.0, -0.0].map(Data::Float);
    run.answer(1, &Ok(Data::Set(keys.to_vec())))
        .expect("it is open");
    assert_eq!(advance(&mut run), Event::Done(Data::None));
    assert_eq!(printed(&mut run), "3 3 3\n");
}

#[test]
fn arguments_that_cannot_leave_raise_at_the_call() {
    let mut run = start("try:\n    ask(lambda: 1)\nexcept TypeError as e:\n    print(e)\n");
    assert_eq!(advance(&mut run), Event::Done(Data::None));
    assert!(printed(&mut run).contains("'function' cannot leave the sandbox"));
}

/// Programs that suspend in the middle of everything, with a tool that gives its argument back.
const SUSPENDING: &[&str] = &[
    ASYNC,
    "print(sorted([3, 1, 2], key=lambda x: ask(-x)))",
    "print([ask(i) + ask(10 * i) for i in range(3)], {ask(i): i for i in range(3)})",
    "print(max([1, 5, 2], key=ask), list(map(ask, 'ab')), f'{ask(1)!r:>3}')",
    r#"
class P:
    def __init__(self, x): self.x = x
    def __eq__(self, other): return ask(self.x) == ask(other.x)
    def __hash__(self): return ask(7)
    def __repr__(self): return f"P({ask(self.x)})"
    def __enter__(self): return ask(self)if False else self
    def __exit__(self, *exc): print('exit', ask(1)); return True
d = {P(1): 'one', P(2): 'two'}
print(d[P(2)], P(1) in [P(3), P(1)], [P(9)])
with P(0): raise ValueError(ask('gone'))
"#,
    r#"
def gen():
    try:
        for i in range(3):
            got = yield ask(i)
            print('got', got)
    finally:
        print('closed', ask('f'))
g = gen()
print(next(g), g.send('x'))
g.close()
print(sum(ask(x) for x in range(5)))
try:
    raise KeyError(ask(1))
except KeyError as e:
    try:
        raise ValueError(ask(2)) from e
    except ValueError as f:
        print(repr(f), repr(f.__cause__))
"#,
];

fn echo(run: &mut Run, id: u64) {
    let request = run
        .pending()
        .iter()
        .find(|p| p.id == id)
        .map(|p| p.request.clone());
    let Some(PendingRequest::Call { args, .. }) = request else {
        panic!("call {id} is not open")
    };
    let value = match &args[0] {
        Data::Str(s) if s.len() == 1 => Data::Int(i64::from(s.as_bytes()[0])),
        other => other.clone(),
    };
    run.answer(id, &Ok(value)).expect("it is open");
}

#[test]
fn a_run_saved_and_loaded_at_every_suspension_ends_the_same() {
    for source in SUSPENDING {
        let mut plain = start(source);
        let mut output = String::new();
        let mut suspensions = 0;
        let ended = loop {
            let event = advance(&mut plain);
            output += &printed(&mut plain);
            if event != Event::Suspended {
                break event;
            }
            suspensions += 1;
            let id = plain.pending()[0].id;
            echo(&mut plain, id);
        };
        assert!(matches!(ended, Event::Done(_)), "{source}\n{ended:?}");
        assert!(suspensions >= 3, "{source}");

        let mut run = start(source);
        let mut saved_output = String::new();
        loop {
            let bytes = run.dump().expect("it has not begun or it waits");
            run = Run::load(&bytes).unwrap_or_else(|e| panic!("{e}\n{source}"));
            assert_eq!(
                run.dump().expect("it waits"),
                bytes,
                "the same run has the same bytes"
            );
            let event = advance(&mut run);
            saved_output += &printed(&mut run);
            if event != Event::Suspended {
                assert_eq!(event, ended, "{source}");
                break;
            }
            let bytes = run.dump().expect("it waits");
            run = Run::load(&bytes).unwrap_or_else(|e| panic!("{e}\n{source}"));
            let id = run.pending()[0].id;
            echo(&mut run, id);
        }
        assert_eq!(saved_output, output, "{source}");
    }
}

#[test]
fn damaged_bytes_are_refused() {
    let mut run = start(ASYNC);
    advance(&mut run);
    let bytes = run.dump().expect("it waits");
    assert_eq!(Run::load(b"hello").err(), Some(SnapshotError::Foreign));
    assert_eq!(Run::load(&[]).err(), Some(SnapshotError::Foreign));
    for at in (0..bytes.len()).step_by(97) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        assert!(Run::load(&flipped).is_err(), "byte {at}");
        assert!(Run::load(&bytes[..at]).is_err(), "cut at {at}");
    }
    let mut newer = bytes.clone();
    newer[8] = 200;
    assert_eq!(
        Run::load(&newer).err(),
        Some(SnapshotError::Version { found: 200 })
    );
}

/// Bytes whose checksum is right and whose content is not: an error, or a run that ends, and never a panic.
#[test]
fn forged_bytes_never_panic() {
    use sha2::{Digest, Sha256};
    let mut run = start(SUSPENDING[4]);
    advance(&mut run);
    let bytes = run.dump().expect("it waits");
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..400 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let mut forged = bytes.clone();
        let at = 44 + (state as usize >> 8) % (forged.len() - 44);
        forged[at] ^= (state & 0xff) as u8 | 1;
        let sum = Sha256::digest(&forged[44..]);
        forged[12..44].copy_from_slice(&sum);
        let _ = Run::load(&forged);
    }
}

#[test]
fn limits_end_the_program_and_cannot_be_caught() {
    let limits = Limits {
        steps: 200_000,
        memory_bytes: 8 << 20,
        output_bytes: 10_000,
        calls: 50,
        boundary_bytes: 8 << 20,
        ..Limits::default()
    };
    let hostile = [
        (
            "steps",
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass\n    finally: print('f')",
        ),
        (
            "memory_bytes",
            "x = []\nwhile True:\n    try:\n        x.append('y' * 10000)\n    except BaseException: pass",
        ),
        (
            "boundary_bytes",
            "s = 'y' * 1_000_000\ntry:\n    ask([s] * 100_000)\nfinally: print('f')",
        ),
        (
            "boundary_bytes",
            "s = 'y' * 1_000_000\ntry:\n    ask(s, s, s, s, *[s] * 9)\nfinally: print('f')",
        ),
        (
            "output_bytes",
            "while True:\n    try:\n        print('spam' * 10)\n    except BaseException: pass",
        ),
        (
            "calls",
            "import asyncio\nasync def main():\n    while True: await asyncio.sleep(0.1)\nasyncio.run(main())",
        ),
    ];
    for (kind, source) in hostile {
        let mut run = start_with(source, limits.clone());
        let ended = loop {
            match advance(&mut run) {
                Event::Suspended => {
                    let id = run.pending()[0].id;
                    run.answer(id, &Ok(Data::None)).expect("it is open");
                }
                event => break event,
            }
        };
        let Event::Limit(limit) = &ended else {
            panic!("{kind}: {ended:?}")
        };
        assert_eq!(limit.kind, kind);
        assert!(limit.limit > 0 && limit.used > limit.limit, "{limit:?}");
        assert_eq!(run.advance(), ended, "an ended run stays ended");
        assert!(
            !printed(&mut run).contains("f\n"),
            "`finally` does not run on"
        );
        assert_eq!(run.dump().err(), Some(SnapshotError::Ended));
    }
}

#[test]
fn a_run_can_be_ended_from_another_thread() {
    let mut run = start("while True: pass");
    let flag = run.interrupt_flag();
    let other = std::thread::spawn(move || flag.store(true, std::sync::atomic::Ordering::Relaxed));
    let ended = loop {
        match run.advance() {
            Event::Paused => {}
            event => break event,
        }
    };
    other.join().expect("it stores a flag");
    assert!(matches!(ended, Event::Limit(_)), "{ended:?}");
}

#[test]
fn tasks_that_wait_for_each_other_for_ever_are_a_deadlock() {
    let mut run = start(
        "import asyncio\nasync def main():\n    await asyncio.Event().wait()\nasyncio.run(main())",
    );
    let Event::Failed(failed) = advance(&mut run) else {
        panic!("it should fail")
    };
    assert_eq!(failed.type_name, "Deadlock");
}

#[test]
fn garbage_is_collected_while_tasks_wait() {
    let source = r#"
import asyncio
async def keep(n):
    held = [str(i) * 20 for i in range(n)]
    await fetch(n)
    for _ in range(200):
        junk = ['x' * 1000 for _ in range(50)]
    return len(held), held[-1][:4]
async def main():
    print(await asyncio.gather(keep(100), keep(200)))
asyncio.run(main())
"#;
    let mut run = start_with(
        source,
        Limits {
            memory_bytes: 6 << 20,
            ..Limits::default()
        },
    );
    assert_eq!(advance(&mut run), Event::Suspended);
    for id in [1, 2] {
        run.answer(id, &Ok(Data::None)).expect("it is open");
    }
    assert_eq!(advance(&mut run), Event::Done(Data::None));
    assert_eq!(printed(&mut run), "[(100, '9999'), (200, '1991')]\n");
}

#[test]
fn strings_that_grew_from_one_another_are_saved_once() {
    let source = "s = ''\nkept = []\nfor i in range(2000):\n    s += 'piece \u{e9}'\n    kept.append(s)\n\
        x = ask('now')\nt = kept[-1] + x\nprint(len(t), t[-4:], kept[1500][-3:], kept[0] + x)\n";
    // As texts of their own they would take four times the limit.
    let limits = Limits {
        memory_bytes: 4 << 20,
        ..Limits::default()
    };
    let mut run = start_with(source, limits);
    assert_eq!(advance(&mut run), Event::Suspended);
    let bytes = run.dump().expect("it waits");
    assert!(bytes.len() < 100_000, "{} bytes", bytes.len());
    let mut loaded = Run::load(&bytes).expect("its own bytes");
    for run in [&mut run, &mut loaded] {
        run.answer(1, &Ok(Data::Str("end".into()))).expect("open");
        assert!(matches!(advance(run), Event::Done(_)));
        assert_eq!(printed(run), "14003 \u{e9}end e \u{e9} piece \u{e9}end\n");
    }
}
