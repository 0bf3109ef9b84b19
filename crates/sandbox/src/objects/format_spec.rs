//! The format specification mini language on plain values: no heap, no objects.
//!
//! Source: CPython `Python/formatter_unicode.c` and `Python/pystrtod.c`.

use crate::text::float_repr;
use num_bigint::{BigInt, Sign};

/// What is wrong with a specification, as the exception's type and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FormatError {
    /// `ValueError`.
    Value(String),
    /// `OverflowError`.
    Overflow(String),
}

type Formatted<T> = Result<T, FormatError>;

fn value_error<T>(text: impl Into<String>) -> Formatted<T> {
    Err(FormatError::Value(text.into()))
}

/// A parsed specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    fill: char,
    align: char,
    sign: Option<char>,
    no_negative_zero: bool,
    alternate: bool,
    pub(crate) width: usize,
    /// `,` or `_`, and how many digits it groups.
    grouping: Option<(char, usize)>,
    pub(crate) precision: Option<usize>,
    /// The type; `\0` if none is given.
    pub(crate) kind: char,
}

impl Spec {
    /// Parses a specification for an object of a type; `kind` and `align` are the defaults.
    pub(crate) fn parse(text: &str, type_name: &str, kind: char, align: char) -> Formatted<Self> {
        let chars: Vec<char> = text.chars().collect();
        let mut at = 0;
        let peek = |at: usize| chars.get(at).copied();
        let is_align = |c: Option<char>| matches!(c, Some('<' | '>' | '=' | '^'));
        let mut spec = Self {
            fill: ' ',
            align,
            sign: None,
            no_negative_zero: false,
            alternate: false,
            width: 0,
            grouping: None,
            precision: None,
            kind,
        };
        let (mut has_fill, mut has_align) = (false, false);
        if is_align(peek(1)) {
            spec.fill = chars[0];
            spec.align = chars[1];
            (has_fill, has_align) = (true, true);
            at = 2;
        } else if is_align(peek(0)) {
            spec.align = chars[0];
            has_align = true;
            at = 1;
        }
        if let Some(sign @ ('+' | '-' | ' ')) = peek(at) {
            spec.sign = Some(sign);
            at += 1;
        }
        if peek(at) == Some('z') {
            spec.no_negative_zero = true;
            at += 1;
        }
        if peek(at) == Some('#') {
            spec.alternate = true;
            at += 1;
        }
        if !has_fill && peek(at) == Some('0') {
            spec.fill = '0';
            if !has_align && align == '>' {
                spec.align = '=';
            }
            at += 1;
        }
        if let Some(width) = number(&chars, &mut at)? {
            spec.width = width;
        }
        let mut separator = None;
        if peek(at) == Some(',') {
            separator = Some(',');
            at += 1;
        }
        if peek(at) == Some('_') {
            if separator.is_some() {
                return value_error("Cannot specify both ',' and '_'.");
            }
            separator = Some('_');
            at += 1;
        }
        if peek(at) == Some(',') && separator == Some('_') {
            return value_error("Cannot specify both ',' and '_'.");
        }
        if peek(at) == Some('.') {
            at += 1;
            spec.precision = number(&chars, &mut at)?;
            if spec.precision.is_none() {
                return value_error("Format specifier missing precision");
            }
        }
        if chars.len() > at + 1 {
            return value_error(format!(
                "Invalid format specifier '{text}' for object of type '{type_name}'"
            ));
        }
        if let Some(kind) = peek(at) {
            spec.kind = kind;
        }
        if let Some(separator) = separator {
            spec.grouping = Some(match (spec.kind, separator) {
                ('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F' | '\0', _) => (separator, 3),
                ('b' | 'o' | 'x' | 'X', '_') => ('_', 4),
                (kind, _) if kind > ' ' && kind < '\u{80}' => {
                    return value_error(format!("Cannot specify '{separator}' with '{kind}'."));
                }
                (kind, _) => {
                    return value_error(format!(
                        "Cannot specify '{separator}' with '\\x{:x}'.",
                        kind as u32
                    ));
                }
            });
        }
        Ok(spec)
    }

    /// About how many bytes the result may take beyond the digits of the value itself.
    pub(crate) fn cost(&self) -> usize {
        let fill = self.fill.len_utf8();
        self.width
            .saturating_mul(fill)
            .saturating_add(self.precision.unwrap_or(0))
    }

    fn unknown<T>(&self, type_name: &str) -> Formatted<T> {
        let kind = self.kind;
        let shown = if kind > ' ' && kind < '\u{80}' {
            kind.to_string()
        } else {
            format!("\\x{:x}", kind as u32)
        };
        value_error(format!(
            "Unknown format code '{shown}' for object of type '{type_name}'"
        ))
    }

    /// Pads a text to the width.
    fn pad(&self, text: &str) -> String {
        let missing = self.width.saturating_sub(text.chars().count());
        let (left, right) = match self.align {
            '<' => (0, missing),
            '^' => (missing / 2, missing - missing / 2),
            _ => (missing, 0),
        };
        let mut out = String::with_capacity(text.len() + missing * self.fill.len_utf8());
        out.extend(std::iter::repeat_n(self.fill, left));
        out.push_str(text);
        out.extend(std::iter::repeat_n(self.fill, right));
        out
    }

    /// Puts sign, prefix, grouped digits and the rest together, padded.
    fn assemble(&self, negative: bool, prefix: &str, digits: &str, rest: &str) -> String {
        let sign = match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            (false, _) => "",
        };
        let fixed = sign.len() + prefix.len() + rest.chars().count();
        let inner_width = if self.fill == '0' && self.align == '=' {
            self.width.saturating_sub(fixed)
        } else {
            0
        };
        let digits = match self.grouping {
            Some((separator, size)) if !digits.is_empty() => {
                grouped(digits, separator, size, inner_width)
            }
            _ => digits.to_owned(),
        };
        if self.align == '=' {
            let missing = self.width.saturating_sub(fixed + digits.chars().count());
            let fill: String = std::iter::repeat_n(self.fill, missing).collect();
            return format!("{sign}{prefix}{fill}{digits}{rest}");
        }
        self.pad(&format!("{sign}{prefix}{digits}{rest}"))
    }
}

/// A decimal number at a place of the text, if there is one.
fn number(chars: &[char], at: &mut usize) -> Formatted<Option<usize>> {
    let mut value: Option<usize> = None;
    while let Some(digit) = chars
        .get(*at)
        .copied()
        .and_then(crate::text::chars::decimal_value)
    {
        value = value
            .unwrap_or(0)
            .checked_mul(10)
            .and_then(|v| v.checked_add(digit as usize))
            .filter(|v| i64::try_from(*v).is_ok())
            .map(Some)
            .ok_or_else(|| {
                FormatError::Value("Too many decimal digits in format string".to_owned())
            })?;
        *at += 1;
    }
    Ok(value)
}

/// Digits in groups, with zeros in front up to a width.
fn grouped(digits: &str, separator: char, size: usize, width: usize) -> String {
    // From the right.
    let mut out = Vec::with_capacity(digits.len().max(width) / size * (size + 1) + size + 1);
    let mut rest = digits.as_bytes();
    let mut width = width;
    loop {
        let len = size.min(rest.len().max(width).max(1));
        let (left, group) = rest.split_at(rest.len() - len.min(rest.len()));
        out.extend(group.iter().rev());
        out.extend(std::iter::repeat_n(b'0', len - group.len()));
        rest = left;
        width = width.saturating_sub(len);
        if rest.is_empty() && width == 0 {
            break;
        }
        out.push(separator as u8);
        width = width.saturating_sub(1);
    }
    out.iter().rev().map(|b| char::from(*b)).collect()
}

/// `format(text, spec)`.
pub(crate) fn format_str(spec: &Spec, text: &str, type_name: &str) -> Formatted<String> {
    if spec.kind != 's' {
        return spec.unknown(type_name);
    }
    match spec.sign {
        Some(' ') => {
            return value_error("Space not allowed in string format specifier");
        }
        Some(_) => {
            return value_error("Sign not allowed in string format specifier");
        }
        None => {}
    }
    if spec.no_negative_zero {
        return value_error("Negative zero coercion (z) not allowed in string format specifier");
    }
    if spec.alternate {
        return value_error("Alternate form (#) not allowed in string format specifier");
    }
    if spec.align == '=' {
        return value_error("'=' alignment not allowed in string format specifier");
    }
    let cut = spec
        .precision
        .and_then(|n| text.char_indices().nth(n))
        .map_or(text.len(), |(i, _)| i);
    Ok(spec.pad(&text[..cut]))
}

/// Whether the type is one of a float's: an integer is converted first.
pub(crate) fn is_float_kind(kind: char) -> bool {
    matches!(kind, 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%')
}

/// `format(i, spec)` for the integer types.
pub(crate) fn format_int(spec: &Spec, i: &BigInt, type_name: &str) -> Formatted<String> {
    let known = matches!(spec.kind, 'b' | 'c' | 'd' | 'o' | 'x' | 'X' | 'n');
    if !known {
        return spec.unknown(type_name);
    }
    if spec.precision.is_some() {
        return value_error("Precision not allowed in integer format specifier");
    }
    if spec.no_negative_zero {
        return value_error("Negative zero coercion (z) not allowed in integer format specifier");
    }
    if spec.kind == 'c' {
        if spec.sign.is_some() {
            return value_error("Sign not allowed with integer format specifier 'c'");
        }
        if spec.alternate {
            return value_error("Alternate form (#) not allowed with integer format specifier 'c'");
        }
        if i64::try_from(i).is_err() {
            return Err(FormatError::Overflow(
                "Python int too large to convert to C long".to_owned(),
            ));
        }
        let code = u32::try_from(i).ok().and_then(char::from_u32);
        return match code {
            Some(c) => Ok(spec.assemble(false, "", "", &c.to_string())),
            None => Err(FormatError::Overflow(
                "%c arg not in range(0x110000)".to_owned(),
            )),
        };
    }
    let (radix, prefix) = match spec.kind {
        'b' => (2, "0b"),
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = i.magnitude().to_str_radix(radix);
    if spec.kind == 'X' {
        digits.make_ascii_uppercase();
    }
    let prefix = if spec.alternate { prefix } else { "" };
    Ok(spec.assemble(i.sign() == Sign::Minus, prefix, &digits, ""))
}

/// `format(x, spec)` for the float types.
pub(crate) fn format_float(spec: &Spec, x: f64, type_name: &str) -> Formatted<String> {
    if !(is_float_kind(spec.kind) || matches!(spec.kind, '\0' | 'n')) {
        return spec.unknown(type_name);
    }
    if spec.precision.is_some_and(|p| i32::try_from(p).is_err()) {
        return value_error("precision too big");
    }
    let (kind, x) = match spec.kind {
        'n' => ('g', x),
        '%' => ('f', x * 100.0),
        kind => (kind, x),
    };
    let mut text = float_digits(
        x.abs(),
        kind,
        spec.precision,
        spec.alternate,
        spec.kind == '\0',
    );
    if spec.kind == '%' {
        text.push('%');
    }
    let is_zero = !text.contains(|c: char| ('1'..='9').contains(&c)) && x.is_finite();
    let negative = x.is_sign_negative() && !x.is_nan() && !(spec.no_negative_zero && is_zero);
    let split = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    Ok(spec.assemble(negative, "", &text[..split], &text[split..]))
}

/// The digits of a float that is not negative, in the form that a type letter asks for (`\0`: like `repr`).
pub(crate) fn float_digits(
    x: f64,
    kind: char,
    precision: Option<usize>,
    alternate: bool,
    add_dot: bool,
) -> String {
    let upper = kind.is_ascii_uppercase();
    let mut text = if !x.is_finite() {
        float_repr(x)
    } else {
        match kind.to_ascii_lowercase() {
            'f' => fixed(x, precision.unwrap_or(6), alternate),
            'e' => exponential(x, precision.unwrap_or(6), alternate),
            'g' => general(x, precision.unwrap_or(6), alternate, add_dot),
            _ => match precision {
                Some(precision) => general(x, precision, alternate, add_dot),
                None => {
                    let text = float_repr(x);
                    match text.find('e') {
                        Some(e) if alternate && !text.contains('.') => {
                            format!("{}.{}", &text[..e], &text[e..])
                        }
                        _ => text,
                    }
                }
            },
        }
    };
    if upper {
        text.make_ascii_uppercase();
    }
    text
}

fn fixed(x: f64, precision: usize, alternate: bool) -> String {
    // Rust's formatter holds 16 bits of precision; what comes after are zeros.
    let exact = precision.min(1100);
    let mut text = format!("{x:.exact$}");
    text.extend(std::iter::repeat_n('0', precision - exact));
    if alternate && precision == 0 {
        text.push('.');
    }
    text
}

/// Digits and exponent of the number rounded to `precision + 1` significant digits.
fn scientific(x: f64, precision: usize) -> (String, i32) {
    let exact = precision.min(1100);
    let text = format!("{x:.exact$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mut digits = digits.to_owned();
    digits.extend(std::iter::repeat_n('0', precision - exact));
    (digits, exponent.parse().unwrap_or(0))
}

fn with_exponent(digits: &str, exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

fn exponential(x: f64, precision: usize, alternate: bool) -> String {
    let (mut digits, exponent) = scientific(x, precision);
    if alternate && precision == 0 {
        digits.push('.');
    }
    with_exponent(&digits, exponent)
}

fn general(x: f64, precision: usize, alternate: bool, add_dot: bool) -> String {
    let precision = precision.max(1);
    let (digits, exponent) = scientific(x, precision - 1);
    let limit = precision as i64 - i64::from(add_dot);
    let trim = |text: String| {
        if alternate {
            if text.contains('.') { text } else { text + "." }
        } else if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        }
    };
    if exponent < -4 || i64::from(exponent) >= limit {
        return with_exponent(&trim(digits), exponent);
    }
    let decimals = usize::try_from(precision as i64 - 1 - i64::from(exponent)).unwrap_or(0);
    let text = trim(fixed(x, decimals, false));
    if add_dot && !text.contains('.') {
        return text + ".0";
    }
    if add_dot && text.ends_with('.') {
        return text + "0";
    }
    text
}
