//! Every program runs tiny in the default check, on each of its sides, and gives its documented answer.

use crate::catalogue;
use crate::language::Value;

#[test]
fn every_program_gives_its_answer_on_every_side() {
    crate::check().expect("all answers are right");
}

#[test]
fn no_two_rows_have_one_name() {
    let mut names: Vec<&str> = catalogue::rows().iter().map(|row| row.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn the_rows_that_are_known_before_the_build_are_these() {
    let names: Vec<&str> = catalogue::rows().iter().map(|row| row.name).collect();
    let known: Vec<&str> = include_str!("../../rows.txt").lines().collect();
    assert_eq!(known, names);
}

#[test]
fn a_value_is_two_words_and_can_be_shared() {
    assert_eq!(size_of::<Value>(), 16);
    let text = Value::Text("kept".to_owned().into());
    assert_eq!(text.clone(), text);
}
