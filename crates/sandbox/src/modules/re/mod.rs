//! `re`: regular expressions with Python's syntax and meaning.
//!
//! ```text
//!   text ── parse ──▶ node ── compile ──▶ Program ── exec ──▶ Found
//! ```

pub mod api;
mod compile;
pub mod exec;
pub mod matches;
mod node;
mod parse;
mod tables;
mod template;

#[cfg(test)]
mod tests;

pub use compile::Program;
pub use parse::PatternError;

/// At most so many bytes are taken for each character of a pattern while it is compiled.
const BYTES_OF_CHARACTER: usize = 256;

/// Compiles a pattern given as code points (bytes patterns: as bytes).
///
/// # Errors
/// [`PatternError`] with CPython's message.
pub fn compile(pattern: &[u32], flags: u32, is_bytes: bool) -> Result<Program, PatternError> {
    compile::compile(&parse::parse(pattern, flags, is_bytes)?)
}
