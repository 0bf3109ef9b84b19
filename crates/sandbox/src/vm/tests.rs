//! Tests of what programs cannot show by what they print: limits, refusals, pauses, what the host is told.

use super::alone::{Ended, run_alone, run_with};
use super::state::{CapabilityInfo, Settings, Vm};
use super::thread::{Exit, Input, Thread};
use crate::heap::Value;
use std::sync::Arc;

fn text(ended: &Ended) -> String {
    let mut text = String::from_utf8_lossy(&ended.stdout).into_owned();
    text.push_str(ended.error.as_deref().unwrap_or_default());
    text
}

/// Runs a program and compares what it prints, and how it ends.
fn check(source: &str, expected: &str) {
    assert_eq!(text(&run_alone(source, "t.py")), expected, "{source}");
}

/// The kind of limit that ends a program.
fn limit_of(source: &str) -> String {
    let settings = Settings {
        steps: 300_000,
        memory_bytes: 8 << 20,
        output_bytes: 10_000,
        ..Settings::default()
    };
    let error = run_with(source, "t.py", &settings, None).error;
    let error = error.unwrap_or_else(|| panic!("no limit: {source}"));
    let rest = error
        .strip_prefix("limit exceeded: ")
        .unwrap_or_else(|| panic!("{error}"));
    rest.split(' ').next().unwrap_or_default().to_string()
}

#[test]
fn endless_programs_end_by_the_limit_of_steps() {
    for source in [
        "while True: pass",
        "def f():\n    while True:\n        try: 1/0\n        except ZeroDivisionError: continue\nf()",
        "def g():\n    while True: yield\nfor _ in g(): pass",
        "class A:\n    def __iter__(self): return self\n    def __next__(self): return 1\nsum(A())",
        "def f():\n    try: f()\n    except RecursionError: f()\nwhile True: f()",
    ] {
        assert_eq!(limit_of(source), "steps", "{source}");
    }
}

#[test]
fn hoarding_programs_end_by_the_limit_of_memory() {
    for source in [
        "x = []\nwhile True: x.append('a' * 1000)",
        "x = []\nwhile True: x = [x, x]",
        "d = {}\ni = 0\nwhile True:\n    d[i] = i\n    i += 1",
        "class A: pass\na = A()\ni = 0\nwhile True:\n    setattr(a, 'x' + str(i), i)\n    i += 1",
        "x = 'ab'\nwhile True: x += x",
        "x = [1]\nwhile True: x *= 2",
        "x = 2\nwhile True: x **= 2",
    ] {
        let kind = limit_of(source);
        assert!(
            kind == "memory_bytes" || kind == "steps",
            "{kind}: {source}"
        );
    }
    assert_eq!(
        limit_of("x = []\nwhile True: x.append('a' * 1000)"),
        "memory_bytes"
    );
}

#[test]
fn a_limit_cannot_be_caught() {
    let source = "try:\n    while True: pass\nexcept BaseException: print('caught')\nfinally: print('finally')";
    let settings = Settings {
        steps: 1000,
        ..Settings::default()
    };
    let ended = run_with(source, "t.py", &settings, None);
    assert_eq!(ended.stdout, b"");
    assert!(
        ended
            .error
            .is_some_and(|e| e.starts_with("limit exceeded: steps"))
    );
}

#[test]
fn recursion_of_any_kind_is_an_exception() {
    for body in [
        "def f(): f()\nf()",
        "class A:\n    def __getattr__(self, n): return self.zork\nA().x",
        "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
        "class A:\n    def __eq__(self, o): return self == o\nA() == A()",
        "def g(n): yield from g(n + 1)\nlist(g(0))",
        "class A:\n    def __init__(self): A()\nA()",
        "async def f(): await f()\nf().send(None)",
        "x = []\nfor i in range(100000): x = [x]\nrepr(x)",
        "x = []\ny = []\nfor i in range(100000):\n    x = [x]\n    y = [y]\nx == y",
    ] {
        let indented = body.replace('\n', "\n    ");
        let source = format!("try:\n    {indented}\nexcept RecursionError as e: print('deep')");
        check(&source, "deep\n");
    }
}

#[test]
fn what_is_not_done_is_refused_by_name_and_place() {
    for (source, name) in [
        ("import os", "module `os` is not part of the sandbox"),
        ("class M(type): pass", "a metaclass"),
        ("open('x')", "`open` is not part of the sandbox"),
        ("def f(): pass\nf.__code__", "`__code__` of a function"),
    ] {
        let error = run_alone(source, "t.py").error.unwrap_or_default();
        assert!(error.starts_with("refused: "), "{error}");
        assert!(error.contains(name), "{error}");
        assert!(error.contains("File \"t.py\", line"), "{error}");
    }
}

#[test]
fn a_refusal_cannot_be_caught() {
    let ended = run_alone(
        "try:\n    import os\nexcept BaseException: print('caught')",
        "t.py",
    );
    assert_eq!(ended.stdout, b"");
    assert!(ended.error.is_some());
}

#[test]
fn pausing_and_collecting_at_every_step_changes_nothing() {
    let source = include_str!("../../tests/programs/protocols.py");
    let plain = text(&run_alone(source, "t.py"));
    let paused = text(&run_with(source, "t.py", &Settings::default(), Some(1)));
    assert_eq!(paused, plain);
    let source = include_str!("../../tests/programs/generators.py");
    let plain = text(&run_alone(source, "t.py"));
    let paused = text(&run_with(source, "t.py", &Settings::default(), Some(1)));
    assert_eq!(paused, plain);
}

fn with_tools(source: &str, capabilities: &[(&str, bool)]) -> (Vm, Thread) {
    let mut vm = Vm::new(&Settings::default());
    vm.capabilities = capabilities
        .iter()
        .map(|(name, is_async)| CapabilityInfo {
            name: (*name).to_string(),
            is_async: *is_async,
        })
        .collect();
    let unit = crate::compile::compile(source, "t.py", "__main__", false).expect("it compiles");
    let thread = vm.thread_main(Arc::new(unit)).expect("there is memory");
    (vm, thread)
}

#[test]
fn a_tool_can_be_called_at_any_place() {
    // Each line calls `t` in another kind of place; the host answers each call with its argument.
    let source = r#"
class A:
    def __init__(self, x): self.x = t(x)
    def __add__(self, o): return t(self.x + o)
    def __bool__(self): return t(False)
    def __eq__(self, o): return t(True)
    def __hash__(self): return t(7)
    def __repr__(self): return t("A!")
    def __iter__(self): yield t(1); yield t(2)
    def __getattr__(self, name): return t(name)
    def __len__(self): return t(5)
    def __contains__(self, x): return t(x) == 3
    def __enter__(self): return t("in")
    def __exit__(self, *a): return t(True)
    def __lt__(self, o): return t(True)
    def __call__(self, x): return t(x)
    @property
    def p(self): return t("p")
    def __getitem__(self, k): return t(k)
    def __format__(self, s): return t("f" + s)
a = A(1)
print(a.x, a + 4, not a, a == 5, repr(a), list(a), a.zork, len(a), 3 in a, a(9), a.p, a[4], f"{a:x}")
print({a: 1}[A(2)], sorted([A(1), A(2)])[0].x, [*a], sum(a), max(a), "yes" if a else "no")
with a as q: raise ValueError(t("boom"))
print(q, [t(i) for i in range(3)], list(map(t, [1, 2])), sorted([3, 1], key=t), {t(i): t(i) for i in range(2)})
print(any(t(x) for x in [0, 1]), t(1) + t(2) * t(3), f"{t('a')}{t('b')}", t(1) < t(2) < t(3), t([t(1)]))
@(lambda f: t(f.__name__))
def deco(): pass
print(deco, hasattr(a, "w"), getattr(a, "v", 1), next(iter(a)), [x for x in a if t(x) > 1])
match t([1, 2]):
    case [x, y] if t(True): print(x, y)
x, *y = a
print(x, y, min([2, 1], key=lambda v: t(-v)), str(a), dict(zip("ab", a)))
try: t(1) / t(0)
except ZeroDivisionError: print(t("zde"))
finally: print(t("fin"))
"#;
    let (mut vm, mut thread) = with_tools(source, &[("t", false)]);
    let mut input = Input::Continue;
    let mut calls = 0;
    loop {
        match vm.run(&mut thread, input) {
            Exit::Perform(super::request::Request::HostCall { args, .. }) => {
                calls += 1;
                // The answer is the argument: it must live until it arrives.
                vm.collect_with(&[&thread], &args);
                input = Input::Value(args[0]);
            }
            Exit::Return(_) => break,
            Exit::Raise(e) => panic!("{}", vm.traceback_text(e)),
            other => panic!("{other:?}"),
        }
    }
    let printed = String::from_utf8_lossy(&vm.output[0]).into_owned();
    let expected = include_str!("tests_tool_everywhere.txt");
    assert_eq!(printed, expected);
    // CPython asks `__len__` twice more, for hints before `list(a)` and `[*a]`, and `sorted` compares once less.
    assert_eq!(calls, 76);
}

#[test]
fn an_asynchronous_tool_is_performed_when_it_is_awaited() {
    let source = "async def main():\n    c = t(5)\n    print('made')\n    print(await c)\n\
                  \x20   try: await c\n    except RuntimeError as e: print(e)\ntry: main().send(None)\nexcept StopIteration: pass";
    let (mut vm, mut thread) = with_tools(source, &[("t", true)]);
    let exit = vm.run(&mut thread, Input::Continue);
    let Exit::Perform(super::request::Request::HostCall {
        tool: 0,
        args,
        blocks_all: false,
        ..
    }) = exit
    else {
        panic!("{exit:?}")
    };
    assert!(args[0].is(Value::Int(5)));
    assert_eq!(vm.output[0], b"made\n");
    assert_eq!(vm.line_of(thread.frames.last().expect("it waits")), Some(4));
    let exit = vm.run(&mut thread, Input::Value(Value::Int(6)));
    assert!(matches!(exit, Exit::Return(_)), "{exit:?}");
    let printed = String::from_utf8_lossy(&vm.output[0]);
    assert_eq!(printed, "made\n6\ncannot reuse already awaited coroutine\n");
}

#[test]
fn a_short_start_of_a_long_text_keeps_only_itself() {
    let source = "s = 'a' * 300\ns += 'b'\nfor i in range(50):\n    t = s + 'x' * 1000000\n    t = None\nprint(len(s), s[-2:])";
    let settings = Settings {
        memory_bytes: 8 << 20,
        ..Settings::default()
    };
    assert_eq!(text(&run_with(source, "t.py", &settings, None)), "301 ab\n");
}
