//! Every operation that is built in, with arguments of some megabytes under a small limit of memory: the process takes
//! no more than a fifth beyond the limit, whatever the operation makes on its way, and work is paid for in steps.

mod common;
#[path = "common/measure.rs"]
mod measure;

use common::{Between, drive};
use sandbox::{Event, Limits, Program};
use std::fmt::Write as _;

const LIMIT_BYTES: u64 = 16 << 20;
/// What a run takes of its own: code, tables, the modules that it imports.
const OWN_BYTES: u64 = 3 << 20;
/// So many bytes may be taken for a step, and for a whole run that pays none.
const BYTES_OF_STEP: u64 = 2048;
const BYTES_UNPAID: u64 = 8 << 20;

/// The arguments, each some megabytes under half of the limit.
const MADE: &str = "\
N = 2_000_000
A = lambda: 'ab c' * (N // 4)
W = lambda: '\u{390}\u{e9} \u{df}' * (N // 8)
NL = lambda: '\\n' * N
TAB = lambda: '\\t' * N
B = lambda: b'ab c' * (N // 4)
BL = lambda: b'\\n' * N
L = lambda: [0] * (N // 16)
LR = lambda: list(range(N // 16))
LS = lambda: ['ab'] * (N // 16)
LF = lambda: [i + 0.5 for i in range(N // 32)]
LT = lambda: [(i, i) for i in range(N // 128)]
LL = lambda: [[] for i in range(N // 64)]
T = lambda: (1, 2) * (N // 32)
R = lambda: range(10 ** 6)
D = lambda: {i: i for i in range(N // 64)}
DS = lambda: {'k' + str(i): i for i in range(N // 128)}
S = lambda: set(range(N // 64))
SF = lambda: {i + 0.5 for i in range(N // 64)}
F = lambda: frozenset(range(N // 64))
I = lambda: 1 << (N * 2)
class C:
    pass
";

const MODULES: &[&str] = &[
    "asyncio",
    "bisect",
    "collections",
    "copy",
    "datetime",
    "enum",
    "functools",
    "heapq",
    "io",
    "itertools",
    "json",
    "math",
    "operator",
    "random",
    "re",
    "statistics",
    "string",
    "textwrap",
];

/// Expressions, by lines: each is a program of its own.
const EXPRESSIONS: &str = include_str!("memory/expressions.txt");

fn limits() -> Limits {
    Limits {
        steps: 20_000_000,
        memory_bytes: LIMIT_BYTES,
        output_bytes: 1 << 20,
        calls: 100,
        ..Limits::default()
    }
}

/// What is wrong with a program, if something is.
fn fault(expression: &str) -> Option<String> {
    let used = MODULES
        .iter()
        .filter(|m| expression.contains(&format!("{m}.")));
    let imports: String = used
        .map(|m| {
            format!(
                "import {m}
"
            )
        })
        .collect();
    // What the last line gives goes to the host: not what is measured.
    let lines = expression.replace(" @@ ", "\n");
    let source = format!("{imports}{MADE}{lines}\nstr()\n");
    let program =
        Program::compile(&source, "memory.py").unwrap_or_else(|d| panic!("{expression}: {d}"));
    let ended = drive(program, limits(), Between::Answer);
    let measured = measure::taken();
    let most = LIMIT_BYTES / 5 * 6 + OWN_BYTES;
    let paid = ended.steps * BYTES_OF_STEP + BYTES_UNPAID;
    let mut faults = Vec::new();
    if let Event::Failed(failed) = &ended.event {
        faults.push(format!("{}: {}", failed.type_name, failed.message));
    }
    if measured.most_bytes > most {
        let mb = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        faults.push(format!(
            "{:.1} MB at once (limit {:.1})",
            mb(measured.most_bytes),
            mb(LIMIT_BYTES)
        ));
    }
    if measured.all_bytes > paid {
        faults.push(format!(
            "{} bytes taken for {} steps",
            measured.all_bytes, ended.steps
        ));
    }
    (!faults.is_empty()).then(|| format!("{expression}: {}", faults.join("; ")))
}

#[test]
fn nothing_takes_more_memory_than_the_limit_and_all_is_paid() {
    let mut faults = String::new();
    let only = std::env::var("ONLY").unwrap_or_default();
    let lines = EXPRESSIONS.lines().map(str::trim);
    let chosen = lines.filter(|l| !l.is_empty() && !l.starts_with('#') && l.contains(&only));
    for expression in chosen {
        let expression = expression.to_owned();
        let name = expression.clone();
        // Memory is counted by thread.
        let end = std::thread::spawn(move || fault(&expression)).join();
        match end {
            Ok(None) => {}
            Ok(Some(fault)) => writeln!(faults, "{fault}").expect("a string takes it"),
            Err(_) => writeln!(faults, "{name}: it panicked").expect("a string takes it"),
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}
