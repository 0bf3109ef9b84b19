//! Tests of the compiler: what instructions a text becomes, and which texts are refused in which words.

use super::compile;

fn code(source: &str) -> String {
    compile(source, "t.py", "__main__", false).map_or_else(|e| e.to_string(), |u| u.to_string())
}

/// Compares a disassembly with the expected one, whose indentation does not count.
fn assert_code(source: &str, expected: &str) {
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .map(|l| l.trim().to_owned())
            .filter(|l| !l.is_empty())
            .collect()
    };
    let actual = code(source);
    assert_eq!(lines(&actual), lines(expected), "{actual}");
}

#[test]
fn the_value_of_the_last_expression_is_the_result() {
    assert_code(
        "x = 1\nx + 2\n",
        "code 0 <module>
        0 Int 0 1
        1 StoreGlobal 0 0  ; x
        2 LoadGlobal 1 0  ; x
        3 AddInt false 0 1 2
        4 Result 0
        5 None 0
        6 Return 0",
    );
}

#[test]
fn finally_runs_on_each_way_out() {
    assert_code(
        "def f(a, b):
    try:
        return a
    except ValueError as e:
        pass
    finally:
        print(b)
",
        "code 0 <module>
        0 Function 0 1 0  ; code 1 cells 0
        1 StoreGlobal 0 2  ; f
        2 None 0
        3 Return 0
        code 1 f
        0 Move 5 0
        1 LoadGlobal 7 0  ; print
        2 Move 8 1
        3 Call 6 7 1
        4 Return 5
        5 EnterHandler 4
        6 LoadGlobal 5 1  ; ValueError
        7 MatchExc 6 4 5
        8 JumpIfNot 6 15
        9 Move 2 4
        10 Clear 2
        11 LeaveHandler
        12 Jump 16
        13 Clear 2
        14 Reraise 5
        15 Reraise 4
        16 LoadGlobal 6 0  ; print
        17 Move 7 1
        18 Call 5 6 1
        19 Jump 25
        20 EnterHandler 3
        21 LoadGlobal 6 0  ; print
        22 Move 7 1
        23 Call 5 6 1
        24 Reraise 3
        25 None 3
        26 Return 3
        handler 0..1 -> 5 exc 4 depth 0
        handler 4..5 -> 5 exc 4 depth 0
        handler 0..1 -> 20 exc 3 depth 0
        handler 4..16 -> 20 exc 3 depth 0",
    );
}

/// Each text in `syntax_errors.txt` is followed by the error that CPython 3.13 gives: type, message, line, column.
#[test]
fn syntax_errors_are_cpythons() {
    let table = include_str!("syntax_errors.txt");
    let mut source = String::new();
    let mut checked = 0;
    for line in table.lines() {
        let Some(expected) = line.strip_prefix("--- ") else {
            source.push_str(line);
            source.push('\n');
            continue;
        };
        let e = compile(&source, "t.py", "__main__", false).expect_err(&source);
        let actual = format!("{}|{}|{}|{}", e.type_name(), e.message, e.line, e.column);
        assert_eq!(actual, expected, "{source}");
        source.clear();
        checked += 1;
    }
    assert!(checked > 250, "{checked} cases");
}

#[test]
fn an_error_prints_as_cpython_prints_it() {
    let error = compile("if x:\n    f(a=1, b=2, a=3)\n", "pay.py", "__main__", false)
        .expect_err("a repeated keyword");
    assert_eq!(
        error.to_string(),
        "  File \"pay.py\", line 2
    f(a=1, b=2, a=3)
                ^^^
SyntaxError: keyword argument repeated: a"
    );
}

#[test]
fn what_is_not_supported_is_refused_by_name_and_place() {
    for (source, message, column) in [
        ("x = 1 + 2j\n", "a complex number is not supported", 9),
        ("from math import *\n", "`import *` is not supported", 1),
        ("from . import a\n", "a relative import is not supported", 1),
        ("try: a\nexcept* b: c\n", "`except*` is not supported", 1),
        ("type A = int\n", "the `type` statement is not supported", 1),
        (
            "x = t'a'\n",
            "a template string (`t\"...\"`) is not supported",
            5,
        ),
        (
            "x = '\\ud800'\n",
            "a lone surrogate in a string is not supported",
            5,
        ),
        (
            "def f[T](x: T) -> T: return T(x)\n",
            "the type parameter `T` outside of an annotation is not supported",
            29,
        ),
    ] {
        let e = compile(source, "t.py", "__main__", false).expect_err(source);
        assert_eq!(
            (e.type_name(), e.message.as_str(), e.column),
            ("Unsupported", message, column)
        );
    }
}

#[test]
fn size_and_nesting_are_bounded() {
    let long_chain = format!("x = {}1\n", "a + ".repeat(100_000));
    let deep = format!("x = {}1{}\n", "(".repeat(100_000), ")".repeat(100_000));
    let calls = format!("x = a{}\n", ".b()".repeat(100_000));
    let large = "x = 1\n".repeat(300_000);
    let indents: String = (0..150).map(|i| " ".repeat(i) + "if a:\n").collect();
    let digits = format!("x = {}\n", "9".repeat(5000));
    let finals: String = (0..60)
        .map(|i| {
            let pad = " ".repeat(i);
            format!("{pad}try:\n{pad} pass\n{pad}finally:\n")
        })
        .collect::<String>()
        + &" ".repeat(60)
        + "pass\n";
    for (source, message) in [
        (
            long_chain,
            "too many operators, calls and attributes in one expression",
        ),
        (deep, "too many nested parentheses"),
        (
            calls,
            "too many operators, calls and attributes in one expression",
        ),
        (large, "source of 1800000 bytes is longer than 1048576"),
        (indents, "too many levels of indentation"),
        (digits, "Exceeds the limit (4300 digits)"),
        (finals, "too many instructions"),
    ] {
        let e = compile(&source, "t.py", "__main__", false).expect_err(message);
        assert!(e.message.starts_with(message), "{e}");
    }
    // What people write is far from the limits.
    let sum = format!("x = {}1\n", "a + ".repeat(1000));
    assert!(compile(&sum, "t.py", "__main__", false).is_ok());
}

#[test]
fn each_comprehension_and_class_has_its_cells() {
    assert_code(
        "class A:
    n: int = 1
    def f(self):
        return super().f([lambda: i for i in self])
",
        "code 0 <module>
        0 Function 1 2 0  ; code 1 cells 0
        1 Class 0 1 0  ; A bases 0
        2 StoreGlobal 0 0  ; A
        3 None 0
        4 Return 0
        code 1 A
        0 MakeCell 1
        1 Dict 2 2 0
        2 StoreName 2 0  ; __annotations__
        3 Int 2 1
        4 StoreName 2 1  ; n
        5 LoadName 3 0  ; __annotations__
        6 Const 4 0  ; 'n'
        7 Const 5 1  ; 'int'
        8 SetItem 3 4 5
        9 Move 3 1
        10 Function 2 3 0  ; code 2 cells 1
        11 StoreName 2 2  ; f
        12 StoreName 1 3  ; __classcell__
        13 None 2
        14 Return 2
        code 2 A.f
        0 Super false 4 2 0
        1 ForPrep 6 0
        2 List 5 5 0
        3 Clear 1
        4 MakeCell 1
        5 ForIter 9 6
        6 Jump 12
        7 StoreCell 1 9
        8 Move 10 1
        9 Function 9 10 0  ; code 3 cells 1
        10 ListAppend 5 9
        11 Jump 5
        12 CallMethod 3 4 0  ; f(1 )
        13 Return 3
        code 3 A.f.<locals>.<lambda>
        0 LoadCell 1 0 0  ; i
        1 Return 1",
    );
}

/// Broken texts of all kinds are refused or compiled, never a panic.
#[test]
fn broken_texts_never_panic() {
    let fragments = [
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        "\n",
        "    ",
        "lambda ",
        "yield ",
        "await ",
        "async ",
        "*",
        "**",
        "=",
        ":=",
        "def f(",
        "class A:",
        "if ",
        "else ",
        "try:\n",
        "except ",
        "finally:",
        "for x in ",
        "break",
        "return ",
        "global x",
        "nonlocal x",
        "match x:\n case ",
        "f\"{",
        "}\"",
        "'",
        "\"\"\"",
        "\\",
        "\t",
        "é",
        "0x",
        "import ",
        "del ",
        "@",
        "super()",
        "|",
        ".",
        ",",
        ";",
        "#",
        "\r",
        "\0",
        "x",
        "1",
        "\n    x = 1\n",
        "while x:\n    continue\n",
    ];
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    let mut compiled = 0;
    for _ in 0..20_000 {
        let source: String = (0..random() % 14)
            .map(|_| fragments[random() % fragments.len()])
            .collect();
        match compile(&source, "t.py", "__main__", false) {
            Ok(_) => compiled += 1,
            Err(e) => assert!(!e.to_string().is_empty()),
        }
    }
    assert!(compiled > 100, "{compiled}");
}
