//! Patterns against CPython's recorded answers.

use super::exec::{Exhausted, Fuel, Mode, Text, find};
use super::*;

fn program(pattern: &str) -> Result<Program, PatternError> {
    let text: Vec<u32> = pattern.chars().map(u32::from).collect();
    compile(&text, 0, false)
}

/// All groups of the first match, as byte spans.
fn groups(pattern: &str, text: &str) -> Option<Vec<Option<String>>> {
    let program = program(pattern).expect("a pattern");
    let mut fuel = Fuel::new(1 << 20, 1 << 24);
    let found = find(
        &program,
        Text::Utf8(text),
        0,
        text.len(),
        Mode::Search,
        None,
        &mut fuel,
    );
    found.expect("enough fuel").map(|found| {
        let texts = found.spans.iter();
        texts
            .map(|span| span.map(|(a, b)| text[a..b].to_string()))
            .collect()
    })
}

#[test]
fn recorded_answers() {
    let mut wrong = Vec::new();
    for line in include_str!("cases.txt").lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let [pattern, text, want] = parts[..] else {
            panic!("bad line {line}")
        };
        let unescape = |s: &str| s.replace("\\N", "\n").replace("\\T", "\t");
        let (pattern, text) = (unescape(pattern), unescape(text));
        let got = match program(&pattern) {
            Err(e) => match e.position {
                Some(at) => format!("error: {} at position {at}", e.message),
                None => format!("error: {}", e.message),
            },
            Ok(_) => match groups(&pattern, &text) {
                None => "no".into(),
                Some(all) => {
                    let all: Vec<String> = all
                        .into_iter()
                        .map(|g| g.map_or("-".into(), |g| format!("<{g}>")))
                        .collect();
                    all.join(" ").replace('\n', "\\N").replace('\t', "\\T")
                }
            },
        };
        if got != want {
            wrong.push(format!("{pattern:?} on {text:?}: {got} for {want}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_catastrophic_pattern_ends_by_its_fuel() {
    let program = program("(a+)+$").expect("a pattern");
    let text = format!("{}b", "a".repeat(40));
    let mut fuel = Fuel::new(100_000, 1 << 24);
    let found = find(
        &program,
        Text::Utf8(&text),
        0,
        text.len(),
        Mode::Match,
        None,
        &mut fuel,
    );
    assert_eq!(found, Err(Exhausted::Steps));
}

#[test]
fn a_long_text_ends_by_memory_not_by_the_stack() {
    let program = program("(?:a|b)*c").expect("a pattern");
    let text = "a".repeat(1 << 20);
    let mut fuel = Fuel::new(u64::MAX, 1 << 20);
    let found = find(
        &program,
        Text::Utf8(&text),
        0,
        text.len(),
        Mode::Match,
        None,
        &mut fuel,
    );
    assert_eq!(found, Err(Exhausted::Memory));
}
