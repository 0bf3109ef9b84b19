//! Programs that try to harm their host: each ends as its first lines say, in bounded time and memory, and this
//! process lives.
//!
//! `# limit: steps` ends by that limit, `# error: RecursionError` by an uncaught exception, `# done` by itself.
//! Where several are named, it depends on details which of them comes first.

mod common;

use common::{Between, all, drive, folder, programs, text};
use sandbox::{Event, Limits, Program};
use std::fmt::Write as _;
use std::sync::mpsc;
use std::time::Duration;

const PROGRAMS_AT_LEAST: usize = 60;
const WATCHDOG: Duration = Duration::from_secs(60);
const MEMORY_BYTES: u64 = 32 << 20;

fn limits() -> Limits {
    Limits {
        steps: 5_000_000,
        memory_bytes: MEMORY_BYTES,
        output_bytes: 64 << 10,
        calls: 100,
        boundary_bytes: 4 << 20,
        ..Limits::default()
    }
}

/// How a program ends, in the words of the first lines of the files.
fn outcome(source: &str) -> (String, u64) {
    let program = match Program::compile(source, "hostile.py") {
        Ok(program) => program,
        Err(diagnostic) => return (format!("error: {}", diagnostic.type_name()), 0),
    };
    let ended = drive(program, limits(), Between::Answer);
    let outcome = match ended.event {
        Event::Done(_) => "done".into(),
        Event::Failed(failed) => format!("error: {}", failed.type_name),
        Event::Limit(limit) => format!("limit: {}", limit.kind),
        event => format!("{event:?}"),
    };
    (outcome, ended.peak_bytes)
}

/// The outcomes that a program may have.
fn expected(source: &str) -> Vec<String> {
    let mut expected = Vec::new();
    for line in source.lines() {
        let Some(words) = line.strip_prefix("# ") else {
            break;
        };
        match words.split_once(": ") {
            Some((kind, names)) => {
                expected.extend(names.split(", ").map(|n| format!("{kind}: {n}")));
            }
            None => expected.push(words.to_owned()),
        }
    }
    expected
}

/// Runs a program where its end is waited for only so long. What is wrong with it, if something is.
fn fault(name: &str, source: String, expected: &[String]) -> Option<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || send.send(outcome(&source)));
    let (outcome, peak_bytes) = match receive.recv_timeout(WATCHDOG) {
        Ok(ended) => ended,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{name}: no end after {WATCHDOG:?}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => return Some(format!("{name}: it panicked")),
    };
    if !expected.contains(&outcome) {
        return Some(format!(
            "{name}: {outcome} (want {})",
            expected.join(" or ")
        ));
    }
    (peak_bytes > MEMORY_BYTES).then(|| format!("{name}: {peak_bytes} bytes of heap"))
}

fn check(programs: impl Iterator<Item = (String, String, Vec<String>)>) {
    let mut faults = String::new();
    for (name, source, expected) in programs {
        assert!(!expected.is_empty(), "{name} does not say how it ends");
        if let Some(fault) = fault(&name, source, &expected) {
            writeln!(faults, "{fault}").expect("a string takes it");
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn hostile_programs_end_as_they_say() {
    let paths = programs(&folder("hostile"));
    assert!(
        paths.len() >= PROGRAMS_AT_LEAST || !all(),
        "only {} programs",
        paths.len()
    );
    check(paths.iter().map(|path| {
        let source = text(path);
        let expected = expected(&source);
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        (name.into_owned(), source, expected)
    }));
}

/// Source texts whose shape is the attack: too long to be kept as files.
#[test]
fn hostile_shapes_of_source_text_end() {
    let n = 20_000;
    let deep = |before: &str, middle: &str, after: &str| {
        format!("x = {}{middle}{}\n", before.repeat(n), after.repeat(n))
    };
    let indented = |line: &str| -> String {
        let lines = (0..200).map(|i| format!("{}{line}\n", " ".repeat(i)));
        lines.collect::<String>() + &" ".repeat(200) + "pass\n"
    };
    let shapes = [
        ("parentheses", deep("(", "1", ")")),
        ("lists", deep("[", "1", "]")),
        ("dicts", deep("{1:", "1", "}")),
        ("minus", deep("-", "1", "")),
        ("not", deep("not ", "1", "")),
        ("lambdas", deep("lambda: ", "1", "")),
        ("conditions", deep("1 if 1 else ", "1", "")),
        ("comprehensions", deep("[i for i in ", "[1]", "]")),
        ("calls", format!("f = print\nx = f{}\n", "()".repeat(n))),
        ("attributes", format!("x = 1{}\n", " .real".repeat(n))),
        ("subscripts", format!("x = [1]\nx{}\n", "[0]".repeat(n))),
        ("sum", format!("x = 1{}\n", " + 1".repeat(n))),
        ("powers", format!("x = 1{}\n", " ** 1".repeat(n))),
        ("comparisons", format!("x = 1{}\n", " < 2".repeat(n))),
        ("and", format!("x = 1{}\n", " and 1".repeat(n))),
        ("strings", format!("x = {}\n", "'a' ".repeat(n))),
        ("f-strings", format!("x = f'{}'\n", "{1}".repeat(n))),
        ("nested f-strings", deep("f\"{", "1", "}\"")),
        (
            "decorators",
            format!("{}def f(): pass\n", "@id\n".repeat(n)),
        ),
        ("arguments", format!("print({})\n", "1, ".repeat(n))),
        ("targets", format!("{}1\n", "x = ".repeat(n))),
        (
            "unpacking",
            format!("{}x{} = 1\n", "(".repeat(n), ",)".repeat(n)),
        ),
        (
            "elif",
            format!("if 0: pass\n{}", "elif 0: pass\n".repeat(n)),
        ),
        ("ifs", indented("if 1:")),
        ("functions", indented("def f():")),
        ("classes", indented("class A:")),
        ("loops", indented("for i in (1,):")),
        ("tries", {
            let finallies = (0..200)
                .rev()
                .map(|i| format!("{0}finally:\n{0} pass\n", " ".repeat(i)));
            indented("try:") + &finallies.collect::<String>()
        }),
        ("withs", indented("with x:")),
        ("digits", format!("x = {}\n", "9".repeat(n * 10))),
        ("hex digits", format!("x = 0x{}\n", "f".repeat(n * 10))),
        ("exponent", "x = 1e99999999999\n".into()),
        ("name", format!("{} = 1\n", "x".repeat(n * 10))),
        ("names", (0..n).map(|i| format!("x{i} = {i}\n")).collect()),
        (
            "constants",
            format!(
                "x = [{}]\n",
                (0..n).map(|i| format!("{i}.5, ")).collect::<String>()
            ),
        ),
        (
            "locals",
            format!(
                "def f():\n{}f()\n",
                (0..n).map(|i| format!(" x{i} = 1\n")).collect::<String>()
            ),
        ),
        (
            "parameters",
            format!(
                "def f({}): pass\n",
                (0..n).map(|i| format!("x{i}, ")).collect::<String>()
            ),
        ),
        (
            "patterns",
            format!(
                "match 1:\n case {}1{}: pass\n",
                "[".repeat(n),
                "]".repeat(n)
            ),
        ),
        (
            "or patterns",
            format!("match 1:\n case {}1: pass\n", "0 | ".repeat(n)),
        ),
        ("subscripted annotations", deep("0\nx: ", "int", "")),
        ("blank", "\n".repeat(n * 10)),
        ("zero bytes", "x = 1\0\n".into()),
        ("open parentheses", "(".repeat(n)),
        ("open strings", "'''".repeat(n) + "'"),
        ("backslashes", "\\\n".repeat(n)),
        (
            "tabs",
            (0..n).map(|i| "\t".repeat(i % 90) + "if 1:\n").collect(),
        ),
        ("walrus", deep("(y := ", "1", ")")),
        (
            "await",
            format!("async def f(): return {}1\n", "await ".repeat(n)),
        ),
        (
            "yield",
            format!(
                "def f(): return {}1{}\n",
                "(yield ".repeat(n),
                ")".repeat(n)
            ),
        ),
        (
            "starred",
            format!("print(*{}1{})\n", "[*".repeat(n), "]".repeat(n)),
        ),
        ("slices", deep("[1][", "0", ":]")),
        ("global", format!("global {}x\n", "x, ".repeat(n))),
        (
            "del",
            format!("x = 1\ndel {}x{}\n", "(".repeat(n), ")".repeat(n)),
        ),
        ("imports", format!("import json{}\n", ".json".repeat(n))),
        ("semicolons", "x = 1;".repeat(n)),
    ];
    let ends = [
        "done",
        "error: SyntaxError",
        "error: IndentationError",
        "error: TabError",
        "error: Unsupported",
        "error: RecursionError",
        "error: TypeError",
        "error: ValueError",
        "error: NameError",
        "error: AttributeError",
        "error: ModuleNotFoundError",
        "error: UnboundLocalError",
        "limit: memory_bytes",
        "limit: steps",
    ];
    let ends = ends.map(str::to_owned).to_vec();
    let shapes = shapes.into_iter();
    check(shapes.map(|(name, source)| (name.to_owned(), source, ends.clone())));
}
