//! Tests of the built-in types against tables that CPython 3.13 wrote, and of what ends by a limit.

mod eval;

use eval::{show, vm};

/// Lines of an expression, a tab, and what CPython says: the value's representation or the exception.
fn check(table: &str) {
    let mut wrong = Vec::new();
    let mut n = 0;
    for line in table.lines() {
        let (source, expected) = line.split_once('\t').expect("a tab");
        n += 1;
        let mut vm = vm(10_000_000, 64 << 20);
        let given = show(&mut vm, source);
        if given != expected {
            wrong.push(format!(
                "{source}\n  CPython: {expected}\n  kont:    {given}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {n} differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

#[test]
fn expressions_are_as_in_cpython() {
    check(include_str!("tests/expressions.txt"));
}

#[test]
fn random_arithmetic_is_as_in_cpython() {
    check(include_str!("tests/arithmetic.txt"));
}

#[test]
fn sets_iterate_in_cpythons_order() {
    check(include_str!("tests/sets.txt"));
}

#[test]
fn huge_results_end_by_a_limit() {
    for source in [
        "10**10**9",
        "2**10**18",
        "1 << 10**12",
        "'x' * 10**10",
        "b'x' * 10**10",
        "[0] * 10**12",
        "(0,) * 10**12",
        "list(range(10**12))",
        "sum(range(10**12))",
        "pow(3, 10**7) * pow(3, 10**7) * pow(7, 10**8)",
        "(1).to_bytes(10**12)",
        "sorted(range(10**12))",
        "10**9 in iter(range(10**12))",
        "set(range(10**12))",
    ] {
        let mut vm = vm(10_000_000, 64 << 20);
        let given = show(&mut vm, source);
        assert!(given.starts_with("limit"), "{source}: {given}");
    }
}

#[test]
fn values_that_share_much_end_by_a_limit() {
    // A list of two references to the next, forty times: 2^40 items to look at.
    for (question, build) in [("a == b", "[a, a]"), ("hash(a)", "(a, a)")] {
        let mut source = String::from("[a := 1, b := 1, ");
        if build.starts_with('(') {
            source = String::from("[a := (1,), b := (1,), ");
        }
        for _ in 0..40 {
            source += &format!("a := {build}, b := {}, ", build.replace('a', "b"));
        }
        source += &format!("{question}]");
        let mut vm = vm(1_000_000, 64 << 20);
        let given = show(&mut vm, &source);
        assert!(given.starts_with("limit"), "{question}: {given}");
    }
}

#[test]
fn numbers_at_the_edge_of_64_bits_do_not_wrap() {
    for (source, expected) in [
        (
            "range(-2**63, 2**63 - 1, 3)[6148914691236517204]",
            "9223372036854775804",
        ),
        ("range(-2**63, 2**63 - 1)[-1]", "9223372036854775806"),
        (
            "list(enumerate('ab', 2**63 - 1))",
            "refused `enumerate` beyond 64 bits",
        ),
        ("-2**63 // -1", "9223372036854775808"),
        ("-2**63 % -1", "0"),
        ("abs(-2**63)", "9223372036854775808"),
        ("[1, 2, 3][-2**63:2**63 - 1:2**63 - 1]", "[1]"),
        ("[1, 2, 3][::-2**63]", "[3]"),
        ("[1, 2, 3][-2**63]", "IndexError: list index out of range"),
        (
            "[a := [1], a.insert(-2**63, 0), a]",
            "[[0, 1], None, [0, 1]]",
        ),
        ("[1].index(1, -2**63, 2**63 - 1)", "0"),
        ("round(12345, -2**63)", "0"),
        ("round(1.5, 2**63 - 1)", "1.5"),
        ("'abc'[-2**63:]", "'abc'"),
        ("sum([2**63 - 1, 1])", "9223372036854775808"),
        (
            "list(reversed(range(2**63 - 3, 2**63 - 1)))",
            "[9223372036854775806, 9223372036854775805]",
        ),
    ] {
        let mut vm = vm(10_000_000, 64 << 20);
        assert_eq!(show(&mut vm, source), expected, "{source}");
    }
}

#[test]
fn deep_values_are_a_recursion_error() {
    let mut vm = vm(1_000_000, 64 << 20);
    let mut source = String::from("[a := [], b := [], ");
    for _ in 0..400 {
        source += "a := [a], b := [b], ";
    }
    let given = show(&mut vm, &format!("{source} a == b]"));
    assert!(given.starts_with("RecursionError"), "{given}");
}

#[test]
fn a_program_prints_what_cpython_prints() {
    let ended = crate::vm::alone::run_alone(include_str!("tests/program.py"), "program.py");
    assert_eq!(ended.error, None);
    let given = String::from_utf8_lossy(&ended.stdout);
    for (given, expected) in given.lines().zip(include_str!("tests/program.txt").lines()) {
        assert_eq!(given, expected);
    }
    assert_eq!(given, include_str!("tests/program.txt"));
}
