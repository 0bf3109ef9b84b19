//! Limits end a run, whatever the program does about it; interruption does so from outside; and what a run can ask of
//! its host is what SECURITY.md says.

use sandbox::{Capability, Config, Data, Event, HostRequest, Limits, PendingRequest, Program, Run};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

fn start(source: &str, limits: Limits) -> Run {
    let program = Program::compile(source, "test.py").unwrap_or_else(|e| panic!("{e}"));
    let tool = |name: &str, is_async| Capability {
        name: name.into(),
        is_async,
        signature: None,
        doc: String::new(),
    };
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

/// Runs to the end; every request is answered with the value.
fn end(run: &mut Run, answer: &Data) -> Event {
    loop {
        match run.advance() {
            Event::Paused => {}
            Event::Suspended => {
                let open: Vec<u64> = run.pending().iter().map(|p| p.id).collect();
                for id in open {
                    run.answer(id, &Ok(answer.clone()))
                        .unwrap_or_else(|e| panic!("{e}"));
                }
            }
            event => return event,
        }
    }
}

/// A program that tries everything to live on; `{}` is where it meets the limit.
const STUBBORN: &str = "\
class Guard:
    def __enter__(self): pass
    def __exit__(self, *error):
        print('alive')
        return True
def generator():
    try:
        yield 1
    finally:
        print('alive')
kept = generator()
next(kept)
for _ in range(3):
    with Guard():
        try:
            {}
        except BaseException:
            print('alive')
        finally:
            print('alive')
";

/// Asserts that the program ends by the limit, and that nothing of it runs on.
fn ends_by(kind: &str, limits: Limits, attack: &str, answer: &Data) {
    let mut run = start(&STUBBORN.replace("{}", attack), limits);
    let ended = end(&mut run, answer);
    let Event::Limit(limit) = &ended else {
        panic!("{kind}: {ended:?}")
    };
    assert_eq!(limit.kind, kind);
    assert!(limit.used > limit.limit, "{limit:?}");
    assert_eq!(run.advance(), ended, "an ended run stays ended");
    assert_eq!(run.take_output().concat(), b"", "{kind}: something ran on");
    assert!(run.pending().is_empty());
}

#[test]
fn every_limit_ends_the_program_which_can_do_nothing_about_it() {
    let limits = Limits::default;
    let few = Limits {
        suspensions: 3,
        ..limits()
    };
    ends_by(
        "suspensions",
        few,
        "exec_ = [ask() for _ in range(9)]",
        &Data::None,
    );
    let few = Limits {
        calls: 3,
        ..limits()
    };
    ends_by("calls", few, "[ask() for _ in range(9)]", &Data::None);
    let narrow = Limits {
        boundary_bytes: 100_000,
        ..limits()
    };
    ends_by(
        "boundary_bytes",
        narrow.clone(),
        "ask('x' * 200_000)",
        &Data::None,
    );
    ends_by(
        "boundary_bytes",
        narrow.clone(),
        "s = 'x' * 1000\n            ask(text=[s] * 1000)",
        &Data::None,
    );
    ends_by(
        "boundary_bytes",
        narrow.clone(),
        "ask()",
        &Data::Str("x".repeat(200_000)),
    );
    ends_by(
        "boundary_bytes",
        narrow,
        "ask()",
        &Data::List(vec![Data::None; 100_000]),
    );
    let short = Limits {
        source_bytes: 10,
        ..limits()
    };
    ends_by("source_bytes", short, "pass", &Data::None);
    let few = Limits {
        steps: 10_000,
        ..limits()
    };
    ends_by("steps", few, "while True: pass", &Data::None);
    let small = Limits {
        memory_bytes: 1 << 20,
        ..limits()
    };
    ends_by("memory_bytes", small, "'x' * 10 ** 7", &Data::None);
}

#[test]
fn a_value_that_is_too_large_to_leave_as_the_result_is_a_limit() {
    let limits = Limits {
        boundary_bytes: 10_000,
        ..Limits::default()
    };
    let mut run = start("'x' * 20_000", limits);
    let Event::Limit(limit) = run.advance() else {
        panic!("it should end by a limit")
    };
    assert_eq!(limit.kind, "boundary_bytes");
}

#[test]
fn time_that_the_host_measures_adds_up_over_a_save() {
    let limits = Limits {
        compute_ms: 100,
        wall_ms: 1000,
        ..Limits::default()
    };
    let second = Duration::from_secs(1);
    for (kind, computed, passed) in [
        ("compute_ms", second / 16, Duration::ZERO),
        ("wall_ms", Duration::ZERO, second * 5 / 8),
    ] {
        let mut run = start("try:\n    ask()\nfinally:\n    print(1)", limits.clone());
        assert_eq!(run.advance(), Event::Suspended);
        assert_eq!(run.spend(computed, passed), None);
        let bytes = run.dump().unwrap_or_else(|e| panic!("{e}"));
        let mut run = Run::load(&bytes).unwrap_or_else(|e| panic!("{e}"));
        let Some(Event::Limit(limit)) = run.spend(computed, passed) else {
            panic!("{kind}: it should have ended")
        };
        assert_eq!(limit.kind, kind);
        assert!(limit.used > limit.limit, "{limit:?}");
        assert_eq!(run.advance(), Event::Limit(limit));
        assert_eq!(run.take_output().concat(), b"");
    }
}

/// Work of every kind, without end.
const ENDLESS: &[&str] = &[
    "while True: pass",
    "sum(range(10 ** 15))",
    "any(map(lambda x: False, range(10 ** 15)))",
    "s = 'a' * 100_000\nwhile True: s.replace('a', 'b').find('c')",
    "s = 'ab ' * 10_000\nwhile True: ' '.join(s.split())",
    "n = 3 ** 10_000\nwhile True: n * n % 7",
    "def g():\n    while True: yield 1\nsum(g())",
];

#[test]
fn an_interrupt_from_another_thread_ends_every_kind_of_work_within_few_steps() {
    const LOOK_STEPS: u64 = 4096;
    for source in ENDLESS {
        let mut run = start(&format!("ask()\n{source}"), Limits::default());
        assert_eq!(run.advance(), Event::Suspended, "{source}");
        run.answer(1, &Ok(Data::None)).expect("it waits");
        let (before, _) = run.used();
        let flag = run.interrupt_flag();
        let other = std::thread::spawn(move || flag.store(true, Ordering::Relaxed));
        other.join().expect("it stores a flag");
        let Event::Limit(limit) = end(&mut run, &Data::None) else {
            panic!("{source}: it should have been interrupted")
        };
        assert_eq!((limit.kind.as_str(), limit.limit), ("interrupted", 0));
        let more = run.used().0 - before;
        assert!(more <= LOOK_STEPS, "{source}: {more} steps");
    }
}

/// Natives that nothing leaves before they are done, with what they need.
const LONG: &[(&str, &str)] = &[
    ("n = 3 ** 40_000", "n ** 3_000"),
    ("n, m = 7 ** 400_000, 3 ** 300_000", "n // m"),
    ("n = (1 << 9_000) - 1", "pow(3, n, n - 2)"),
    ("import math\nn = 3 ** 300_000", "math.isqrt(n)"),
    (
        "import math\nn, m = 3 ** 80_000, 7 ** 50_000 + 1",
        "math.gcd(n, m)",
    ),
    (
        "values = [i * 7919 % 1_000_003 for i in range(100_000)]",
        "sorted(values)",
    ),
    (
        "values = [str(i * 7919 % 1_000_003) for i in range(50_000)]",
        "values.sort()",
    ),
    (
        "a, b = list(range(10 ** 5)), list(range(10 ** 5))",
        "a == b",
    ),
    ("import re", "re.match('(a*)*b', 'a' * 40)"),
];

#[test]
fn an_interrupt_ends_long_natives_in_their_middle() {
    for (before, native) in LONG {
        let mut run = start(&format!("{before}\nask()\n{native}"), Limits::default());
        let flag = run.interrupt_flag();
        while run.advance() == Event::Paused {}
        assert_eq!(run.pending().len(), 1, "{native}");
        run.answer(1, &Ok(Data::None)).expect("it waits");
        flag.store(true, Ordering::Relaxed);
        let (before, _) = run.used();
        let Event::Limit(limit) = end(&mut run, &Data::None) else {
            panic!("{native}: it should have been interrupted")
        };
        assert_eq!((limit.kind.as_str(), limit.limit), ("interrupted", 0));
        assert!(run.used().0 - before <= 4096, "{native}");
    }
}

/// It jumps by a minute whenever it is looked at.
fn clock() -> Duration {
    static LOOKS: AtomicU32 = AtomicU32::new(0);
    Duration::from_secs(60) * LOOKS.fetch_add(1, Ordering::Relaxed)
}

#[test]
fn a_clock_ends_natives_that_never_come_back_to_the_loop() {
    for (before, native) in LONG.iter().copied().chain([
        ("", "sum(range(10 ** 15))"),
        ("import itertools", "any(itertools.repeat(0))"),
        ("", "while True: pass"),
    ]) {
        let again = format!("{before}\nask()\nwhile True:\n    {native}");
        let limits = Limits {
            compute_ms: 90_000,
            ..Limits::default()
        };
        let mut run = start(&again, limits);
        while run.advance() == Event::Paused {}
        run.answer(1, &Ok(Data::None)).expect("it waits");
        let event = loop {
            match run.advance_timed(clock) {
                Event::Paused => {}
                event => break event,
            }
        };
        let Event::Limit(limit) = event else {
            panic!("{native}: {event:?}")
        };
        assert_eq!((limit.kind.as_str(), limit.limit), ("compute_ms", 90_000));
        assert!(limit.used > limit.limit, "{limit:?}");
        assert_eq!(run.take_output().concat(), b"");
    }
}

/// The name by which SECURITY.md describes a request. A new kind of request does not compile until it has one here.
fn power(request: &PendingRequest) -> &'static str {
    match request {
        PendingRequest::Call { .. } => "Call",
        PendingRequest::Host(host) => match host {
            HostRequest::Sleep(_) => "Sleep",
            HostRequest::Now => "Now",
            HostRequest::Monotonic => "Monotonic",
            HostRequest::Random(_) => "Random",
        },
    }
}

/// The variants of an enum of the source text.
fn variants(source: &str, name: &str) -> Vec<String> {
    let (_, body) = source
        .split_once(&format!("pub enum {name} {{\n"))
        .unwrap_or_else(|| panic!("no enum {name}"));
    let (body, _) = body.split_once("\n}").expect("an enum ends");
    body.lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(char::is_uppercase))
        .map(|line| line.chars().take_while(|c| c.is_alphanumeric()).collect())
        .collect()
}

/// The names in the table of powers.
fn described(security: &str) -> Vec<String> {
    let rows = security.lines().filter_map(|l| l.strip_prefix("| `"));
    rows.filter_map(|row| row.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn every_power_of_a_program_is_described() {
    let source = include_str!("../src/vm/request.rs");
    let described = described(include_str!("../../../SECURITY.md"));
    let mut powers = variants(source, "PendingRequest");
    powers.retain(|name| name != "Host");
    powers.extend(variants(source, "HostRequest"));
    assert!(powers.len() >= 5, "{powers:?}");
    assert_eq!(described, powers, "SECURITY.md and vm/request.rs differ");

    // What threads perform is one of those, or stays among the run's own tasks.
    let inside = [
        "Spawn",
        "Park",
        "Wake",
        "WakeError",
        "Interrupt",
        "Yield",
        "CurrentTask",
    ];
    let mut performed = variants(source, "Request");
    performed.retain(|name| !inside.contains(&&**name));
    assert_eq!(performed, ["HostCall", "Host"], "a new way out");
}

#[test]
fn what_programs_ask_for_is_what_is_described() {
    let described = described(include_str!("../../../SECURITY.md"));
    let program = "\
import asyncio, random, time
async def main():
    await fetch(1)
    await asyncio.sleep(1)
ask(1)
time.time()
time.monotonic()
time.sleep(1)
random.random()
asyncio.run(main())
";
    let mut run = start(program, Limits::default());
    let mut seen = Vec::new();
    while run.advance() == Event::Suspended {
        for pending in run.pending().to_vec() {
            let name = power(&pending.request).to_owned();
            let answer = match &pending.request {
                PendingRequest::Call { .. } | PendingRequest::Host(HostRequest::Sleep(_)) => {
                    Data::None
                }
                PendingRequest::Host(HostRequest::Random(n)) => Data::Bytes(vec![7; *n as usize]),
                PendingRequest::Host(_) => Data::Float(1.0),
            };
            seen.push(name);
            run.answer(pending.id, &Ok(answer))
                .unwrap_or_else(|e| panic!("{e}"));
        }
    }
    assert!(
        matches!(run.advance(), Event::Done(_)),
        "{:?}",
        run.advance()
    );
    for name in &described {
        assert!(seen.contains(name), "nothing asked for {name}");
    }
    assert!(seen.iter().all(|name| described.contains(name)), "{seen:?}");
}
