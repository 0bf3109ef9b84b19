//! The parser's errors in CPython's words.

use super::error::{DiagnosticKind, Refusal};
use ruff_python_parser::{ParseError, ParseErrorType};

/// The error in CPython's words.
pub(super) fn refusal(_source: &str, error: &ParseError) -> Refusal {
    let mut refusal = Refusal::syntax(error.location, "invalid syntax");
    if matches!(error.error, ParseErrorType::UnexpectedIndentation) {
        refusal.kind = DiagnosticKind::IndentationError;
        refusal.message = "unexpected indent".to_owned();
    }
    refusal
}
