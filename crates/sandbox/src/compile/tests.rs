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
        3 Int 2 2
        4 Binary Add 0 1 2
        5 Result 0
        6 None 0
        7 Return 0",
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
