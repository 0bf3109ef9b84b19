//! Text: how Python writes floats, strings and bytes.

pub mod chars;
#[rustfmt::skip]
mod unicode;

pub use chars::is_printable;

/// The shortest text that reads back as the same float, as `repr(float)` gives it.
///
/// Source: CPython `Python/pystrtod.c` (`format_float_short` with code `r`): an exponent is used
/// below 1e-4 and from 1e16 on.
pub fn float_repr(x: f64) -> String {
    if x.is_nan() {
        return "nan".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf" } else { "-inf" }.into();
    }
    // Rust's `{:e}` gives the shortest round-trip digits: d.ddde±x.
    let text = format!("{x:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // Of two shortest texts that are equally near, CPython takes the one with the even last digit. Both have
    // this many digits.
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let nearest = (digits >= 15).then(|| format!("{x:.*e}", digits - 1));
    let nearest = nearest.filter(|text| text.parse() == Ok(x));
    let mantissa = match nearest.as_deref().and_then(|text| text.split_once('e')) {
        Some((mantissa, _)) => mantissa,
        None => mantissa,
    };
    if (-4..16).contains(&exponent) {
        return positional(mantissa, exponent);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// Digits such as `-1.234` times a power of ten, without an exponent.
fn positional(mantissa: &str, exponent: i32) -> String {
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", mantissa),
    };
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    if exponent < 0 {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = exponent as usize + 1;
    let padded = format!("{digits:0<whole$}");
    let (whole, rest) = padded.split_at(whole);
    let rest = if rest.is_empty() { "0" } else { rest };
    format!("{sign}{whole}.{rest}")
}

/// Counts the bytes of what is written.
struct Count(usize);

impl std::fmt::Write for Count {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        self.0 += s.len();
        Ok(())
    }
}

/// How many bytes something takes that is written: counted only where `short`, at most so many, does not suffice.
pub fn written_bytes(short: usize, write: impl FnOnce(&mut dyn std::fmt::Write)) -> usize {
    const SHORT: usize = 1024;
    if short <= SHORT {
        return short;
    }
    let mut count = Count(0);
    write(&mut count);
    count.0
}

/// A string in quotes with escapes, as `repr(str)` gives it.
pub fn str_repr(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    write_str_repr(&mut out, s).unwrap_or_default();
    out
}

/// Writes a string in quotes with escapes: each byte becomes at most five.
///
/// # Errors
/// That of `out`.
pub fn write_str_repr(out: &mut (impl std::fmt::Write + ?Sized), s: &str) -> std::fmt::Result {
    let quote = if s.contains('\'') && !s.contains('"') {
        '"'
    } else {
        '\''
    };
    out.write_char(quote)?;
    for c in s.chars() {
        match c {
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            '\\' => out.write_str("\\\\"),
            c if c == quote => {
                out.write_char('\\')?;
                out.write_char(c)
            }
            c if (c as u32) < 0x20 || c as u32 == 0x7f => write!(out, "\\x{:02x}", c as u32),
            c if c.is_ascii() || is_printable(c) => out.write_char(c),
            c if (c as u32) < 0x100 => write!(out, "\\x{:02x}", c as u32),
            c if (c as u32) < 0x10000 => write!(out, "\\u{:04x}", c as u32),
            c => write!(out, "\\U{:08x}", c as u32),
        }?;
    }
    out.write_char(quote)
}

/// Bytes as a literal, as `repr(bytes)` gives it.
pub fn bytes_repr(b: &[u8]) -> String {
    let mut out = String::with_capacity(b.len() + 3);
    write_bytes_repr(&mut out, b).unwrap_or_default();
    out
}

/// Writes bytes as a literal: each becomes at most four.
///
/// # Errors
/// That of `out`.
pub fn write_bytes_repr(out: &mut (impl std::fmt::Write + ?Sized), b: &[u8]) -> std::fmt::Result {
    let quote = if b.contains(&b'\'') && !b.contains(&b'"') {
        '"'
    } else {
        '\''
    };
    write!(out, "b{quote}")?;
    for &byte in b {
        match byte {
            b'\n' => out.write_str("\\n"),
            b'\r' => out.write_str("\\r"),
            b'\t' => out.write_str("\\t"),
            b'\\' => out.write_str("\\\\"),
            b if b as char == quote => {
                out.write_char('\\')?;
                out.write_char(quote)
            }
            0x20..=0x7e => out.write_char(byte as char),
            b => write!(out, "\\x{b:02x}"),
        }?;
    }
    out.write_char(quote)
}
