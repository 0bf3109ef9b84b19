//! The parser's errors in CPython's words.

use super::error::{DiagnosticKind, Refusal};
use ruff_python_ast::Expr;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{
    InterpolatedStringErrorType as Interpolated, LexicalErrorType as Lexical, ParseError,
    ParseErrorType as Kind,
};
use ruff_text_size::{TextRange, TextSize};

/// The error in CPython's words.
pub(super) fn refusal(source: &str, error: &ParseError) -> Refusal {
    let brackets = Brackets::scan(source, error.location.start().into());
    if let Some(refusal) = brackets.unterminated {
        return refusal;
    }
    if let Some(refusal) = brackets.wrong {
        return refusal;
    }
    if let Some(specific) = specific(source, error, brackets.open.last()) {
        return specific;
    }
    if let Some(&(bracket, at)) = brackets.open.last() {
        let start: usize = error.location.start().into();
        let is_later = source[at..start.min(source.len())].contains('\n');
        if is_later || matches!(error.error, Kind::Lexical(Lexical::Eof)) {
            return Refusal::syntax(one(at), format!("'{bracket}' was never closed"));
        }
    }
    Refusal::syntax(error.location, "invalid syntax")
}

/// Brackets up to a place in the text.
#[derive(Default)]
struct Brackets {
    open: Vec<(char, usize)>,
    /// The first bracket that closes nothing, or the wrong one.
    wrong: Option<Refusal>,
    /// A string that has no end, if it begins before the place.
    unterminated: Option<Refusal>,
}

impl Brackets {
    fn scan(source: &str, upto: usize) -> Self {
        let mut found = Self::default();
        let bytes = source.as_bytes();
        let mut i = 0;
        while i < bytes.len() && i <= upto && found.wrong.is_none() {
            match bytes[i] {
                b'#' => {
                    while i < bytes.len() && bytes[i] != b'\n' {
                        i += 1;
                    }
                }
                b'\'' | b'"' => match string_end(bytes, i) {
                    Ok(end) => i = end,
                    Err(is_triple) => {
                        found.unterminated = unterminated(source, i, is_triple);
                        return found;
                    }
                },
                b @ (b'(' | b'[' | b'{') => {
                    found.open.push((b as char, i));
                    i += 1;
                }
                b @ (b')' | b']' | b'}') => {
                    found.close(source, b as char, i);
                    i += 1;
                }
                _ => i += 1,
            }
        }
        found
    }

    fn close(&mut self, source: &str, bracket: char, at: usize) {
        let message = match self.open.pop() {
            None => format!("unmatched '{bracket}'"),
            Some(('(', _)) if bracket == ')' => return,
            Some(('[', _)) if bracket == ']' => return,
            Some(('{', _)) if bracket == '}' => return,
            Some((open, opened)) => {
                let lines = source[opened..at].matches('\n').count();
                let line = source[..opened].matches('\n').count() + 1;
                let place = if lines == 0 {
                    String::new()
                } else {
                    format!(" on line {line}")
                };
                format!(
                    "closing parenthesis '{bracket}' does not match opening parenthesis '{open}'{place}"
                )
            }
        };
        self.wrong = Some(Refusal::syntax(one(at), message));
    }
}

/// Where the string that begins at `i` ends; else whether it was a triple-quoted one.
fn string_end(bytes: &[u8], i: usize) -> Result<usize, bool> {
    let quote = bytes[i];
    let is_triple = bytes[i..].starts_with(&[quote; 3]);
    let mut at = if is_triple { i + 3 } else { i + 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' if !is_triple => return Err(false),
            b if b == quote && !is_triple => return Ok(at + 1),
            b if b == quote && bytes[at..].starts_with(&[quote; 3]) => return Ok(at + 3),
            _ => {}
        }
        at += 1;
    }
    Err(is_triple)
}

fn unterminated(source: &str, at: usize, is_triple: bool) -> Option<Refusal> {
    let prefix = source[..at]
        .bytes()
        .rev()
        .take_while(u8::is_ascii_alphabetic)
        .count();
    let is_f = source[at - prefix..at].contains(['f', 'F']);
    // Quotes may nest in f-strings: the parser knows better.
    if is_f && !is_triple && source[at..].lines().next().is_some_and(|l| l.contains('{')) {
        return None;
    }
    let line = if is_triple {
        source.lines().count()
    } else {
        source[..at].matches('\n').count() + 1
    };
    let kind = match (is_triple, is_f) {
        (true, true) => "triple-quoted f-string",
        (true, false) => "triple-quoted string",
        (false, true) => "f-string",
        (false, false) => "string",
    };
    let start = if is_f { at - prefix } else { at };
    Some(Refusal::syntax(
        one(start),
        format!("unterminated {kind} literal (detected at line {line})"),
    ))
}

fn one(at: usize) -> TextRange {
    TextRange::at(offset(at), TextSize::new(1))
}

fn offset(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or_default()
}

fn specific(source: &str, error: &ParseError, open: Option<&(char, usize)>) -> Option<Refusal> {
    let at = error.location;
    let (start, end) = (usize::from(at.start()), usize::from(at.end()));
    let syntax = |message: &str| Some(Refusal::syntax(at, message));
    match &error.error {
        Kind::UnexpectedIndentation => Some(indentation(at, "unexpected indent")),
        Kind::Lexical(Lexical::IndentationError) => Some(indentation(
            at,
            "unindent does not match any outer indentation level",
        )),
        Kind::OtherError(text) => other(source, at, text),
        Kind::ExpectedToken { expected, found } => {
            expected_token(source, at, *expected, *found, open)
        }
        Kind::InvalidAssignmentTarget
        | Kind::InvalidNamedAssignmentTarget
        | Kind::InvalidAnnotatedAssignmentTarget => {
            let (what, is_simple) = expression_name(source, at)?;
            if matches!(error.error, Kind::InvalidNamedAssignmentTarget) {
                return Some(Refusal::syntax(
                    at,
                    format!("cannot use assignment expressions with {what}"),
                ));
            }
            if matches!(error.error, Kind::InvalidAnnotatedAssignmentTarget) {
                if source[end..]
                    .trim_start_matches([' ', ':'])
                    .starts_with(['\n', '\r'])
                {
                    return None;
                }
                let message = match what {
                    "list" | "tuple" => {
                        format!("only single target (not {what}) can be annotated")
                    }
                    _ => "illegal target for annotation".to_owned(),
                };
                return Some(Refusal::syntax(at, message));
            }
            let after = source[end..].trim_start_matches([' ', ')']);
            if what == "yield expression" && !source[..start].ends_with('(') {
                return syntax("assignment to yield expression not possible");
            }
            let is_plain = after.starts_with('=') && !after.starts_with("==");
            let hint = if is_simple && is_plain {
                " here. Maybe you meant '==' instead of '='?"
            } else {
                ""
            };
            Some(Refusal::syntax(
                at,
                format!("cannot assign to {what}{hint}"),
            ))
        }
        Kind::InvalidAugmentedAssignmentTarget => {
            let (what, _) = expression_name(source, at)?;
            Some(Refusal::syntax(
                at,
                format!("'{what}' is an illegal expression for augmented assignment"),
            ))
        }
        Kind::InvalidDeleteTarget => {
            let (what, _) = expression_name(source, at)?;
            Some(Refusal::syntax(at, format!("cannot delete {what}")))
        }
        Kind::SimpleStatementsOnSameLine => same_line(source, at),
        Kind::PositionalAfterKeywordArgument => {
            syntax("positional argument follows keyword argument")
        }
        Kind::PositionalAfterKeywordUnpacking => {
            syntax("positional argument follows keyword argument unpacking")
        }
        Kind::InvalidArgumentUnpackingOrder => {
            syntax("iterable argument unpacking follows keyword argument unpacking")
        }
        Kind::NonDefaultParamAfterDefaultParam => {
            syntax("parameter without a default follows parameter with a default")
        }
        Kind::ExpectedKeywordParam => syntax("named arguments must follow bare *"),
        Kind::ParamAfterVarKeywordParam => syntax("arguments cannot follow var-keyword argument"),
        Kind::VarParameterWithDefault => {
            syntax("var-positional argument cannot have default value")
        }
        Kind::EmptyImportNames if start + 1 < end => None,
        Kind::EmptyImportNames => syntax("Expected one or more names after 'import'"),
        Kind::UnparenthesizedGeneratorExpression => {
            syntax("Generator expression must be parenthesized")
        }
        Kind::InvalidStarredExpressionUsage => syntax("can't use starred expression here"),
        Kind::ExpectedExpression => expected_expression(source, at),
        Kind::FStringError(e) => Some(Refusal::syntax(at, interpolated(source, at, e))),
        Kind::Lexical(e) => lexical(source, at, e),
        _ => None,
    }
}

fn indentation(at: TextRange, message: &str) -> Refusal {
    Refusal {
        kind: DiagnosticKind::IndentationError,
        ..Refusal::syntax(at, message)
    }
}

fn other(source: &str, at: TextRange, text: &str) -> Option<Refusal> {
    if let Some(after) = text.strip_prefix("Expected an indented block after ") {
        let quoted = after.replace('`', "'").replace(" clause", " statement");
        let what = match quoted.as_str() {
            "'class' definition" => "class definition",
            other => other,
        };
        let keyword = what.trim_start_matches('\'').split(['\'', ' ']).next()?;
        let keyword = match keyword {
            "function" => "def",
            keyword => keyword,
        };
        let before = &source[..usize::from(at.start())];
        let line = before
            .lines()
            .enumerate()
            .filter(|(_, l)| {
                let l = l.trim_start();
                l.strip_prefix("async ")
                    .unwrap_or(l)
                    .trim_start()
                    .starts_with(keyword)
            })
            .last()
            .map_or(1, |(i, _)| i + 1);
        let message = format!("expected an indented block after {what} on line {line}");
        return Some(indentation(at, &message));
    }
    let message = match text {
        "Expected `except` or `finally` after `try` block" => {
            "expected 'except' or 'finally' block"
        }
        "Multiple exception types must be parenthesized when using `as`" => {
            "multiple exception types must be parenthesized"
        }
        "Only one '/' separator allowed" => "/ may appear only once",
        "Only one '*' parameter allowed" => "* argument may appear only once",
        "Trailing comma not allowed" => {
            "trailing comma not allowed without surrounding parentheses"
        }
        "Bytes literal cannot be mixed with non-bytes literals" => {
            "cannot mix bytes and nonbytes literals"
        }
        "Expected a parameter name" => {
            return Some(match &source[at] {
                word @ ("True" | "False" | "None") => {
                    Refusal::syntax(at, format!("cannot assign to {word}"))
                }
                _ => Refusal::syntax(
                    at,
                    "expression cannot contain assignment, perhaps you meant \"==\"?",
                ),
            });
        }
        _ => return None,
    };
    Some(Refusal::syntax(at, message))
}

fn expected_token(
    source: &str,
    at: TextRange,
    expected: TokenKind,
    found: TokenKind,
    open: Option<&(char, usize)>,
) -> Option<Refusal> {
    let line_start = source[..at.start().into()].rfind('\n').map_or(0, |i| i + 1);
    let line = source[line_start..].trim_start();
    match (expected, found) {
        (TokenKind::Colon, TokenKind::Rbrace) => {
            Some(Refusal::syntax(at, "':' expected after dictionary key"))
        }
        (TokenKind::Colon, TokenKind::Equal)
            if ["if ", "elif ", "while "]
                .iter()
                .any(|w| line.starts_with(w)) =>
        {
            let condition = line_start
                + source[line_start..]
                    .find("f ")
                    .or(source[line_start..].find("e "))?
                + 2;
            Some(Refusal::syntax(
                TextRange::new(offset(condition), at.end()),
                "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
            ))
        }
        (TokenKind::Colon, TokenKind::Newline) if open.is_none() => {
            Some(Refusal::syntax(one(at.start().into()), "expected ':'"))
        }
        (TokenKind::Colon, _)
            if open.is_none()
                && ["def ", "async def ", "else", "try", "finally"]
                    .iter()
                    .any(|w| line.starts_with(w)) =>
        {
            Some(Refusal::syntax(at, "expected ':'"))
        }
        (TokenKind::Else, _) => Some(Refusal::syntax(at, "expected 'else' after 'if' expression")),
        (TokenKind::Rpar, TokenKind::Lpar) if line.starts_with("def ") => Some(Refusal::syntax(
            at,
            "Function parameters cannot be parenthesized",
        )),
        (_, TokenKind::Name | TokenKind::Int | TokenKind::Float | TokenKind::String)
            if open.is_some() && !line.starts_with("def ") && !line.contains("import") =>
        {
            forgotten_comma(source, at)
        }
        _ => None,
    }
}

/// Two expressions side by side within brackets.
fn forgotten_comma(source: &str, at: TextRange) -> Option<Refusal> {
    let start = usize::from(at.start());
    let line_start = source[..start].rfind('\n').map_or(0, |i| i + 1);
    let before = &source[line_start..start];
    let mut depth = 0;
    let mut from = None;
    for (i, c) in before.char_indices().rev() {
        match c {
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' if depth > 0 => depth -= 1,
            '(' | '[' | '{' | ',' | ':' | '=' if depth == 0 => {
                from = Some(i + 1);
                break;
            }
            _ => {}
        }
    }
    let from = from?;
    let first = before[from..].trim_start();
    let begin = line_start + before.len() - first.len();
    let word = first.split_whitespace().next()?;
    const KEYWORDS: &[&str] = &[
        "for", "if", "else", "in", "is", "not", "and", "or", "lambda", "print", "import", "from",
    ];
    if KEYWORDS.contains(&word) || KEYWORDS.contains(&&source[at]) || line_continues(source, at) {
        return None;
    }
    Some(Refusal::syntax(
        TextRange::new(offset(begin), at.end()),
        "invalid syntax. Perhaps you forgot a comma?",
    ))
}

/// Whether the error is on a later line than the bracket: CPython then names the bracket.
fn line_continues(source: &str, at: TextRange) -> bool {
    let before = &source[..usize::from(at.start())];
    before.trim_end_matches([' ', '\t']).ends_with('\n')
}

fn same_line(source: &str, at: TextRange) -> Option<Refusal> {
    let start = usize::from(at.start());
    let line_start = source[..start].rfind('\n').map_or(0, |i| i + 1);
    let before = &source[line_start..start];
    let word = before.trim();
    let rest = source[start..].lines().next().unwrap_or("");
    if word == "print" || word == "exec" {
        let begin = start - before.trim_start().len();
        return Some(Refusal::syntax(
            TextRange::new(offset(begin), offset(start + rest.trim_end().len())),
            format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?"),
        ));
    }
    if before.trim_start().starts_with("import ") && source[at].starts_with("from") {
        let begin = start - before.trim_start().len();
        return Some(Refusal::syntax(
            TextRange::new(offset(begin), offset(start + rest.trim_end().len())),
            "Did you mean to use 'from ... import ...' instead?",
        ));
    }
    // A number with letters behind it.
    let number = before
        .rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_'))
        .next()?;
    if number.starts_with(|c: char| c.is_ascii_digit()) {
        let last = start.saturating_sub(1);
        let next = rest.chars().next()?;
        let base = match number.get(..2) {
            Some("0b" | "0B") => "binary",
            Some("0o" | "0O") => "octal",
            Some("0x" | "0X") => "hexadecimal",
            _ => "decimal",
        };
        if next.is_ascii_digit() && base != "decimal" {
            return Some(Refusal::syntax(
                one(start),
                format!("invalid digit '{next}' in {base} literal"),
            ));
        }
        if next.is_alphanumeric() || next == '_' {
            return Some(Refusal::syntax(
                one(last),
                format!("invalid {base} literal"),
            ));
        }
    }
    None
}

fn expected_expression(source: &str, at: TextRange) -> Option<Refusal> {
    let before = &source[..usize::from(at.start())];
    let found = &source[at];
    let inner = before.rfind('{').map(|i| &before[i + 1..]);
    let is_field = before.rfind('{').is_some_and(|i| {
        let line = before[..i].rfind('\n').map_or(0, |n| n + 1);
        let text = &before[line..i];
        ["f\"", "f'", "F\"", "F'"].iter().any(|p| {
            text.rfind(p)
                .is_some_and(|q| !text[q + 2..].contains(&p[1..]))
        })
    });
    if is_field && inner.is_some_and(|t| t.trim().is_empty()) && !found.is_empty() {
        if matches!(found, "}" | "!" | ":" | "=") {
            return Some(Refusal::syntax(
                at,
                format!("f-string: valid expression required before '{found}'"),
            ));
        }
        return Some(Refusal::syntax(at, "f-string: expecting '}'"));
    }
    if is_field && inner.is_some_and(|t| t.trim_start().starts_with("lambda")) {
        return Some(Refusal::syntax(
            at,
            "f-string: lambda expressions are not allowed without parentheses",
        ));
    }
    let trimmed = before.trim_end();
    if trimmed.ends_with(':') && matches!(found, "}" | ",") {
        return Some(Refusal::syntax(
            one(trimmed.len() - 1),
            "expression expected after dictionary key and ':'",
        ));
    }
    if trimmed.ends_with('=') && matches!(found, ")" | ",") && before.contains('(') {
        return Some(Refusal::syntax(at, "expected argument value expression"));
    }
    None
}

fn interpolated(source: &str, at: TextRange, error: &Interpolated) -> String {
    match error {
        Interpolated::UnclosedLbrace => "f-string: expecting '}'".to_owned(),
        Interpolated::InvalidConversionFlag => {
            let found = source[at].trim();
            if found.starts_with(|c: char| c.is_alphabetic()) {
                format!(
                    "f-string: invalid conversion character '{found}': expected 's', 'r', or 'a'"
                )
            } else {
                "f-string: missing conversion character".to_owned()
            }
        }
        Interpolated::SingleRbrace => "f-string: single '}' is not allowed".to_owned(),
        Interpolated::UnterminatedString => {
            let line = source[..usize::from(at.start())].matches('\n').count() + 1;
            format!("unterminated f-string literal (detected at line {line})")
        }
        Interpolated::UnterminatedTripleQuotedString => format!(
            "unterminated triple-quoted f-string literal (detected at line {})",
            source.lines().count()
        ),
        Interpolated::LambdaWithoutParentheses => {
            "f-string: lambda expressions are not allowed without parentheses".to_owned()
        }
        Interpolated::ConversionFlagNotImmediatelyAfterExclamation => {
            "f-string: conversion type must come right after the exclamation mark".to_owned()
        }
        Interpolated::NewlineInFormatSpec => {
            "f-string: newlines are not allowed in format specifiers for single quoted f-strings"
                .to_owned()
        }
    }
}

fn lexical(source: &str, at: TextRange, error: &Lexical) -> Option<Refusal> {
    let message = match error {
        Lexical::UnrecognizedToken { tok } => {
            let code = *tok as u32;
            if tok.is_ascii() && !tok.is_control() {
                return None;
            }
            if crate::text::is_printable(*tok) {
                format!("invalid character '{tok}' (U+{code:04X})")
            } else {
                format!("invalid non-printable character U+{code:04X}")
            }
        }
        Lexical::InvalidByteLiteral => "bytes can only contain ASCII literal characters".to_owned(),
        Lexical::LineContinuationError => {
            "unexpected character after line continuation character".to_owned()
        }
        Lexical::FStringError(e) => interpolated(source, at, e),
        Lexical::UnicodeError | Lexical::MissingUnicodeLbrace | Lexical::MissingUnicodeRbrace => {
            unicode_escape(source, at)
        }
        Lexical::OtherError(text) if text.contains("decimal integer literal") => {
            "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers"
                .to_owned()
        }
        Lexical::OtherError(text) if text.contains("ParseIntError") => {
            let after = source[usize::from(at.end())..].chars().next();
            match (source[at].get(..2), after) {
                (Some("0x" | "0X"), _) => "invalid hexadecimal literal".to_owned(),
                (Some("0o" | "0O"), Some(c)) if c.is_ascii_digit() => {
                    format!("invalid digit '{c}' in octal literal")
                }
                (Some("0o" | "0O"), _) => "invalid octal literal".to_owned(),
                (Some("0b" | "0B"), Some(c)) if c.is_ascii_digit() => {
                    format!("invalid digit '{c}' in binary literal")
                }
                (Some("0b" | "0B"), _) => "invalid binary literal".to_owned(),
                _ => "invalid decimal literal".to_owned(),
            }
        }
        _ => return None,
    };
    Some(Refusal::syntax(at, message))
}

fn unicode_escape(source: &str, at: TextRange) -> String {
    let before = &source[..usize::from(at.start())];
    let escape = before.rfind('\\').map_or("", |i| &source[i..]);
    let what = match escape.as_bytes().get(1) {
        Some(b'x') => "truncated \\xXX escape",
        Some(b'u') => "truncated \\uXXXX escape",
        Some(b'U') => "truncated \\UXXXXXXXX escape",
        _ => "unknown Unicode character name",
    };
    format!("(unicode error) 'unicodeescape' codec can't decode bytes: {what}")
}

/// What CPython calls an expression, and whether `=` after it may be a mistyped `==`.
fn expression_name(source: &str, range: TextRange) -> Option<(&'static str, bool)> {
    let text = source.get(usize::from(range.start())..usize::from(range.end()))?;
    if text.starts_with('*') {
        return Some(("starred", false));
    }
    let parsed = ruff_python_parser::parse_expression(&format!("({text})")).ok()?;
    Some(match parsed.expr() {
        Expr::Call(_) => ("function call", true),
        Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::NumberLiteral(_) => {
            ("literal", true)
        }
        Expr::NoneLiteral(_) => ("None", false),
        Expr::BooleanLiteral(b) if b.value => ("True", false),
        Expr::BooleanLiteral(_) => ("False", false),
        Expr::EllipsisLiteral(_) => ("ellipsis", true),
        Expr::BinOp(_) => ("expression", true),
        Expr::UnaryOp(u) => ("expression", u.op != ruff_python_ast::UnaryOp::Not),
        Expr::BoolOp(_) => ("expression", false),
        Expr::Compare(_) => ("comparison", false),
        Expr::Lambda(_) => ("lambda", false),
        Expr::If(_) => ("conditional expression", false),
        Expr::Dict(_) => ("dict literal", true),
        Expr::Set(_) => ("set display", true),
        Expr::ListComp(_) => ("list comprehension", true),
        Expr::SetComp(_) => ("set comprehension", true),
        Expr::DictComp(_) => ("dict comprehension", true),
        Expr::Generator(_) => ("generator expression", false),
        Expr::Yield(_) | Expr::YieldFrom(_) => ("yield expression", true),
        Expr::Await(_) => ("await expression", true),
        Expr::FString(_) => ("f-string expression", true),
        Expr::Named(_) => ("named expression", true),
        Expr::Tuple(_) => ("tuple", false),
        Expr::List(_) => ("list", false),
        Expr::Starred(_) => ("starred", false),
        Expr::Attribute(_) => ("attribute", false),
        Expr::Subscript(_) => ("subscript", false),
        Expr::Name(_) => ("name", false),
        _ => ("expression", false),
    })
}
