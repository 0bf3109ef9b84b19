//! `re`: regular expressions with Python's syntax and meaning.

/// A compiled pattern.
#[derive(Debug)]
pub struct Program {}
