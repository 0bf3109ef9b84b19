//! Tests of the format specification against tables that CPython 3.13 wrote.

use super::format_spec::{FormatError, Spec, format_float, format_int, format_str, is_float_kind};
use num_bigint::BigInt;
use num_traits::ToPrimitive as _;

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('t') => out.push('\t'),
                Some('n') => out.push('\n'),
                Some(c) => out.push(c),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

fn run(kind: &str, value: &str, spec: &str) -> Result<String, FormatError> {
    match kind {
        "int" => {
            let i: BigInt = value.parse().expect("an integer");
            if spec.is_empty() {
                return Ok(i.to_string());
            }
            let spec = Spec::parse(spec, "int", 'd', '>')?;
            if is_float_kind(spec.kind) {
                return format_float(&spec, i.to_f64().expect("finite"), "int");
            }
            format_int(&spec, &i, "int")
        }
        "float" => {
            let x: f64 = value.parse().expect("a float");
            let spec = Spec::parse(spec, "float", '\0', '>')?;
            format_float(&spec, x, "float")
        }
        _ => {
            let spec = Spec::parse(spec, "str", 's', '<')?;
            format_str(&spec, value, "str")
        }
    }
}

/// Each line of the table: kind, value, specification, and the text (`=`) or the exception (`!`).
#[test]
fn specifications_are_cpythons() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for line in include_str!("format_spec.txt").lines() {
        let cells: Vec<String> = line.split('\t').map(unescape).collect();
        let [kind, value, spec, expected] = cells.as_slice() else {
            panic!("bad line: {line}");
        };
        let actual = match run(kind, value, spec) {
            Ok(text) => format!("={text}"),
            Err(FormatError::Value(text)) => format!("!ValueError: {text}"),
            Err(FormatError::Overflow(text)) => format!("!OverflowError: {text}"),
        };
        if actual != *expected {
            wrong.push(format!(
                "{kind} {value} {spec:?}: {actual:?} not {expected:?}"
            ));
        }
        checked += 1;
    }
    assert!(checked > 1500, "{checked} lines");
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
