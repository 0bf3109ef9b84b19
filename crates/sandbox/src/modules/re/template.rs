//! Replacement templates: `\1`, `\g<name>`, and the escapes.

use super::compile::Program;
use super::parse::{PatternError, is_identifier};
use crate::text::str_repr;

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Code points as they are.
    Literal(Vec<u32>),
    /// The text of a group.
    Group(u32),
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TemplateError {
    /// A `PatternError`.
    Pattern(PatternError),
    /// An `IndexError` with this message.
    Index(String),
}

fn bad<T>(message: String, at: usize) -> Result<T, TemplateError> {
    Err(TemplateError::Pattern(PatternError {
        message,
        position: Some(at),
    }))
}

fn char_at(text: &[u32], at: usize) -> Option<char> {
    text.get(at).copied().and_then(char::from_u32)
}

fn shown(text: &[u32]) -> String {
    text.iter().filter_map(|c| char::from_u32(*c)).collect()
}

/// Reads a template for a pattern.
pub(super) fn parse(text: &[u32], program: &Program) -> Result<Vec<Part>, TemplateError> {
    let mut parts = Vec::new();
    let mut literal = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if text[at] != u32::from('\\') {
            literal.push(text[at]);
            at += 1;
            continue;
        }
        let start = at;
        let Some(c) = char_at(text, at + 1) else {
            return bad("bad escape (end of pattern)".into(), start);
        };
        at += 2;
        let group = match c {
            'g' => Some(named(text, &mut at, program)?),
            '0' => {
                let mut value = 0;
                let mut n = 0;
                while let Some(d) = char_at(text, at)
                    .and_then(|c| c.to_digit(8))
                    .filter(|_| n < 2)
                {
                    value = value * 8 + d;
                    at += 1;
                    n += 1;
                }
                literal.push(value);
                None
            }
            '1'..='9' => match numbered(text, start, &mut at, program)? {
                Ok(group) => Some(group),
                Err(value) => {
                    literal.push(value);
                    None
                }
            },
            'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' => {
                literal.push(match c {
                    'a' => 7,
                    'b' => 8,
                    'f' => 12,
                    'n' => 10,
                    'r' => 13,
                    't' => 9,
                    'v' => 11,
                    _ => 92,
                });
                None
            }
            _ if c.is_ascii_alphabetic() => return bad(format!("bad escape \\{c}"), start),
            _ => {
                literal.push(92);
                literal.push(u32::from(c));
                None
            }
        };
        if let Some(group) = group {
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(Part::Group(group));
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(parts)
}

fn known(group: u64, program: &Program, at: usize) -> Result<u32, TemplateError> {
    if group > u64::from(program.groups) {
        return bad(format!("invalid group reference {group}"), at);
    }
    Ok(group as u32)
}

fn named(text: &[u32], at: &mut usize, program: &Program) -> Result<u32, TemplateError> {
    if char_at(text, *at) != Some('<') {
        return bad("missing <".into(), *at);
    }
    let start = *at + 1;
    let rest = &text[start..];
    let Some(length) = rest.iter().position(|c| *c == u32::from('>')) else {
        if rest.is_empty() {
            return bad("missing group name".into(), text.len());
        }
        return bad("missing >, unterminated name".into(), start);
    };
    if length == 0 {
        return bad("missing group name".into(), start);
    }
    let name = shown(&rest[..length]);
    *at = start + length + 1;
    if name.bytes().all(|b| b.is_ascii_digit()) {
        return known(name.parse().unwrap_or(u64::MAX), program, start);
    }
    if !is_identifier(&name) {
        return bad(
            format!("bad character in group name {}", str_repr(&name)),
            start,
        );
    }
    match program.names.iter().find(|(n, _)| *n == name) {
        Some((_, group)) => Ok(*group),
        None => Err(TemplateError::Index(format!(
            "unknown group name {}",
            str_repr(&name)
        ))),
    }
}

/// A group, or the code point of three octal digits.
fn numbered(
    text: &[u32],
    start: usize,
    at: &mut usize,
    program: &Program,
) -> Result<Result<u32, u32>, TemplateError> {
    let digit = |at: usize, radix| char_at(text, at).and_then(|c| c.to_digit(radix));
    let mut group = u64::from(digit(start + 1, 10).unwrap_or(0));
    if let Some(second) = digit(*at, 10) {
        *at += 1;
        let octal = (digit(start + 1, 8), digit(start + 2, 8), digit(*at, 8));
        if let (Some(a), Some(b), Some(c)) = octal {
            *at += 1;
            let value = a * 64 + b * 8 + c;
            if value > 0o377 {
                let shown = shown(&text[start..*at]);
                return bad(
                    format!("octal escape value {shown} outside of range 0-0o377"),
                    start,
                );
            }
            return Ok(Err(value));
        }
        group = group * 10 + u64::from(second);
    }
    known(group, program, start + 1).map(Ok)
}
