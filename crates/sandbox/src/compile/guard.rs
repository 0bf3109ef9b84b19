//! What is refused before the parser sees it: texts whose size or nesting would cost too much.
//!
//! The tree's depth is bounded here, so that everything that walks or drops it is bounded too.

use super::error::{Check, DiagnosticKind, Refusal};
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};
use ruff_text_size::{TextRange, TextSize};

/// The longest source text in bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// The deepest nesting of brackets, as CPython's.
const MAX_BRACKETS: usize = 200;

/// The deepest nesting of indented blocks, as CPython's.
const MAX_INDENTS: usize = 100;

/// The longest chain of operators, calls and attributes in one expression.
const MAX_DEPTH: usize = 1500;

/// Refuses what the parser must not see.
pub(super) fn check(source: &str) -> Check<()> {
    if source.len() > MAX_BYTES {
        return Err(Refusal::syntax(
            TextRange::default(),
            format!(
                "source of {} bytes is longer than {MAX_BYTES}",
                source.len()
            ),
        ));
    }
    if let Some(at) = source.find('\0') {
        return Err(Refusal::syntax(
            here(at),
            "source code string cannot contain null bytes",
        ));
    }
    nesting(source)
}

fn here(at: usize) -> TextRange {
    TextRange::empty(TextSize::try_from(at).unwrap_or_default())
}

/// A bracket that is open, or the statement around all of them.
#[derive(Clone, Copy, Default)]
struct Level {
    /// An upper bound of the depth of the expression under way.
    depth: usize,
    /// The same of the expressions before it.
    deepest: usize,
}

/// Bounds the depth of the tree by the tokens.
fn nesting(source: &str) -> Check<()> {
    let mut tokens = lexer::lex(source, Mode::Module);
    let mut levels = vec![Level::default()];
    let mut indents = 0usize;
    let mut lines = 0;
    loop {
        let kind = tokens.next_token();
        let top = levels.len() - 1;
        let level = &mut levels[top];
        match kind {
            TokenKind::EndOfFile => return Ok(()),
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::NonLogicalNewline => lines += 1,
            TokenKind::Newline => {
                lines += 1;
                levels.truncate(1);
                levels[0] = Level::default();
            }
            TokenKind::Comma | TokenKind::Semi => {
                level.deepest = level.deepest.max(level.depth);
                level.depth = 0;
            }
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                levels.push(Level::default());
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace if top > 0 => {
                let inner = level.depth.max(level.deepest);
                levels.pop();
                levels[top - 1].depth = levels[top - 1].depth.max(inner) + 1;
            }
            kind if nests(kind) => level.depth += 1,
            _ => {}
        }
        if levels.len() > MAX_BRACKETS + 1 {
            return Err(at_line(source, lines, "too many nested parentheses"));
        }
        if indents >= MAX_INDENTS {
            return Err(Refusal {
                kind: DiagnosticKind::IndentationError,
                ..at_line(source, lines, "too many levels of indentation")
            });
        }
        let depth: usize = levels.last().map_or(0, |l| l.depth);
        if depth > MAX_DEPTH {
            let mut refusal = at_line(
                source,
                lines,
                "too many operators, calls and attributes in one expression",
            );
            refusal.help = Some("split the expression into several statements".to_owned());
            return Err(refusal);
        }
    }
}

/// Whether a token may make the tree one deeper.
fn nests(kind: TokenKind) -> bool {
    kind.is_operator() && !matches!(kind, TokenKind::Equal | TokenKind::Colon)
        || matches!(
            kind,
            TokenKind::Not
                | TokenKind::And
                | TokenKind::Or
                | TokenKind::In
                | TokenKind::Is
                | TokenKind::Await
                | TokenKind::Lambda
                | TokenKind::If
                | TokenKind::Else
                | TokenKind::Yield
                | TokenKind::Dot
        )
}

/// An error at a line; multi-line strings before it may shift the line.
fn at_line(source: &str, line: usize, message: &str) -> Refusal {
    let start = source
        .split_inclusive('\n')
        .take(line)
        .map(str::len)
        .sum::<usize>();
    Refusal::syntax(here(start), message)
}
