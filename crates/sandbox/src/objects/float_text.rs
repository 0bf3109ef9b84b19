//! Floats from text and to hexadecimal text.

/// `float(text)`; `None` if the text is no float.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c));
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    if matches!(lower.as_str(), "inf" | "infinity" | "nan") {
        let x = if lower == "nan" {
            f64::NAN
        } else {
            f64::INFINITY
        };
        return Some(if text.starts_with('-') { -x } else { x });
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    let bytes = text.as_bytes();
    for (i, c) in text.char_indices() {
        match c {
            '_' => {
                // Only between digits.
                let before = i.checked_sub(1).map(|i| bytes[i]);
                let after = bytes.get(i + 1).copied();
                if !(before.is_some_and(|b| b.is_ascii_digit())
                    && after.is_some_and(|b| b.is_ascii_digit()))
                {
                    return None;
                }
            }
            '0'..='9' | '.' | 'e' | 'E' | '+' | '-' => plain.push(c),
            _ => return None,
        }
    }
    plain.parse().ok()
}

/// `float.hex()`.
pub(crate) fn hex(x: f64) -> String {
    if !x.is_finite() {
        return crate::text::float_repr(x);
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    let bits = x.abs().to_bits();
    let mantissa = bits & ((1 << 52) - 1);
    match bits >> 52 {
        0 if mantissa == 0 => format!("{sign}0x0.0p+0"),
        0 => format!("{sign}0x0.{mantissa:013x}p-1022"),
        e => format!("{sign}0x1.{mantissa:013x}p{:+}", e as i64 - 1023),
    }
}
