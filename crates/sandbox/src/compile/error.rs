//! What is wrong with a source text: file, line, caret and words, as CPython prints a syntax error.

use ruff_text_size::TextRange;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of error a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DiagnosticKind {
    /// The text is not Python.
    SyntaxError,
    /// Its indentation is not Python's.
    IndentationError,
    /// It is Python, and kont does not do it.
    Unsupported,
}

/// An error in a source text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// What kind of error it is.
    pub kind: DiagnosticKind,
    /// What is wrong, in CPython's words where CPython has them.
    pub message: String,
    /// The file.
    pub filename: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The column after the last character, on the same line.
    pub end_column: u32,
    /// The text of the line.
    pub source_line: String,
    /// What to do instead, where that is known.
    pub help: Option<String>,
}

impl Diagnostic {
    /// The name of the exception that CPython would raise; `Unsupported` where CPython would raise none.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            DiagnosticKind::SyntaxError => "SyntaxError",
            DiagnosticKind::IndentationError => "IndentationError",
            DiagnosticKind::Unsupported => "Unsupported",
        }
    }
}

impl std::error::Error for Diagnostic {}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  File \"{}\", line {}", self.filename, self.line)?;
        let text = self
            .source_line
            .trim_start_matches([' ', '\t', '\x0c'])
            .trim_end();
        if !text.is_empty() {
            let cut = self.source_line.chars().count()
                - self
                    .source_line
                    .trim_start_matches([' ', '\t', '\x0c'])
                    .chars()
                    .count();
            writeln!(f, "    {text}")?;
            let indent = (self.column as usize).saturating_sub(1 + cut);
            let width = (self.end_column.saturating_sub(self.column) as usize).max(1);
            writeln!(f, "    {}{}", " ".repeat(indent), "^".repeat(width))?;
        }
        write!(f, "{}: {}", self.type_name(), self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\nhelp: {help}")?;
        }
        Ok(())
    }
}

/// An error before it knows its file: what the phases of the compiler pass on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) kind: DiagnosticKind,
    pub(crate) message: String,
    pub(crate) range: TextRange,
    pub(crate) help: Option<String>,
}

impl Refusal {
    /// The text is not Python.
    pub(crate) fn syntax(range: TextRange, message: impl Into<String>) -> Self {
        Self {
            kind: DiagnosticKind::SyntaxError,
            message: message.into(),
            range,
            help: None,
        }
    }

    /// The text is Python that kont does not do.
    pub(crate) fn unsupported(
        range: TextRange,
        what: impl fmt::Display,
        help: Option<&str>,
    ) -> Self {
        Self {
            kind: DiagnosticKind::Unsupported,
            message: format!("{what} is not supported"),
            range,
            help: help.map(str::to_owned),
        }
    }

    /// The same with file and line.
    pub(crate) fn locate(self, source: &str, filename: &str) -> Diagnostic {
        let start = floor(source, self.range.start().into());
        let end = floor(source, self.range.end().into()).max(start);
        let line_start = source[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = source[start..]
            .find('\n')
            .map_or(source.len(), |i| start + i);
        let line = source[..start].matches('\n').count() + 1;
        let column = source[line_start..start].chars().count() + 1;
        let width = source[start..end.min(line_end).max(start)].chars().count();
        Diagnostic {
            kind: self.kind,
            message: self.message,
            filename: filename.to_owned(),
            line: small(line),
            column: small(column),
            end_column: small(column + width),
            source_line: source[line_start..line_end]
                .trim_end_matches('\r')
                .to_owned(),
            help: self.help,
        }
    }
}

fn floor(source: &str, offset: usize) -> usize {
    let mut offset = offset.min(source.len());
    while !source.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The result of a phase of the compiler.
pub(crate) type Check<T> = Result<T, Refusal>;
