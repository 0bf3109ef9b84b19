//! Characters as CPython classifies and maps them.

use super::unicode;

fn within(table: &[(u32, u32)], c: char) -> bool {
    let code = c as u32;
    let next = table.partition_point(|(_, end)| *end < code);
    table.get(next).is_some_and(|(start, _)| *start <= code)
}

fn mapped(table: &'static [(u32, &'static str)], c: char) -> Option<&'static str> {
    let found = table.binary_search_by_key(&(c as u32), |(code, _)| *code);
    found.ok().map(|i| table[i].1)
}

/// `str.isalpha` of one character.
pub fn is_alpha(c: char) -> bool {
    c.is_ascii_alphabetic() || !c.is_ascii() && within(unicode::ALPHA, c)
}

/// `str.isdecimal` of one character.
pub fn is_decimal(c: char) -> bool {
    c.is_ascii_digit() || !c.is_ascii() && within(unicode::DECIMAL, c)
}

/// The value of a decimal digit of any script.
pub fn decimal_value(c: char) -> Option<u32> {
    let code = c as u32;
    let next = unicode::DECIMAL.partition_point(|(_, end)| *end < code);
    let (start, _) = unicode::DECIMAL.get(next)?;
    (*start <= code).then(|| (code - start) % 10)
}

/// `str.isdigit` of one character.
pub fn is_digit(c: char) -> bool {
    is_decimal(c) || !c.is_ascii() && within(unicode::DIGIT, c)
}

/// `str.isnumeric` of one character.
pub fn is_numeric(c: char) -> bool {
    is_digit(c) || !c.is_ascii() && within(unicode::NUMERIC, c)
}

/// `str.isprintable` of one character: what `repr` shows as it is.
pub fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~') || !c.is_ascii() && !within(unicode::NOT_PRINTABLE, c)
}

/// `str.isspace` of one character: what `strip` and `split` take for white space.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\x1c'..='\x1f')
}

/// Whether the character is in title case itself, like `ǅ`.
pub fn is_title(c: char) -> bool {
    !c.is_ascii() && within(unicode::TITLE, c)
}

/// Whether the character ends a line for `str.splitlines`.
pub fn is_line_end(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Whether the character has upper and lower case forms.
pub fn is_cased(c: char) -> bool {
    c.is_uppercase() || c.is_lowercase() || is_title(c)
}

/// Appends the character in title case.
pub fn push_title(out: &mut String, c: char) {
    match mapped(unicode::TO_TITLE, c) {
        Some(text) => out.push_str(text),
        None => out.extend(c.to_uppercase()),
    }
}

/// `str.casefold`.
pub fn casefold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match mapped(unicode::FOLDED, c) {
            Some(folded) => out.push_str(folded),
            None => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// The characters of a text with what they are in lower case: what is around a sigma decides its form.
struct Lowered<'a> {
    text: std::str::Chars<'a>,
    lower: std::vec::IntoIter<char>,
}

impl<'a> Lowered<'a> {
    fn new(text: &'a str) -> Self {
        let lower: Vec<char> = text.to_lowercase().chars().collect();
        Self {
            text: text.chars(),
            lower: lower.into_iter(),
        }
    }

    /// The next character; its lower case is appended if `keep` says so.
    fn next(&mut self, out: &mut String, keep: impl Fn(char) -> bool) -> Option<char> {
        let c = self.text.next()?;
        let count = c.to_lowercase().count();
        let keep = keep(c);
        for lower in self.lower.by_ref().take(count) {
            if keep {
                out.push(lower);
            }
        }
        Some(c)
    }
}

/// `str.capitalize`.
pub fn capitalize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = Lowered::new(text);
    if let Some(first) = chars.next(&mut out, |_| false) {
        push_title(&mut out, first);
    }
    while chars.next(&mut out, |_| true).is_some() {}
    out
}

/// `str.lower`.
pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// `str.title`.
pub fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = Lowered::new(text);
    let mut in_word = false;
    while let Some(c) = chars.next(&mut out, |_| in_word) {
        if !in_word {
            push_title(&mut out, c);
        }
        in_word = is_cased(c);
    }
    out
}

/// `str.swapcase`.
pub fn swapcase(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = Lowered::new(text);
    while let Some(c) = chars.next(&mut out, char::is_uppercase) {
        if c.is_lowercase() {
            out.extend(c.to_uppercase());
        } else if !c.is_uppercase() {
            out.push(c);
        }
    }
    out
}

/// `str.islower`.
pub fn is_lower(text: &str) -> bool {
    let mut cased = false;
    for c in text.chars() {
        if c.is_uppercase() || is_title(c) {
            return false;
        }
        cased |= c.is_lowercase();
    }
    cased
}

/// `str.isupper`.
pub fn is_upper(text: &str) -> bool {
    let mut cased = false;
    for c in text.chars() {
        if c.is_lowercase() || is_title(c) {
            return false;
        }
        cased |= c.is_uppercase();
    }
    cased
}

/// `str.istitle`.
pub fn is_titled(text: &str) -> bool {
    let (mut cased, mut in_word) = (false, false);
    for c in text.chars() {
        if c.is_uppercase() || is_title(c) {
            if in_word {
                return false;
            }
            (cased, in_word) = (true, true);
        } else if c.is_lowercase() {
            if !in_word {
                return false;
            }
            cased = true;
        } else {
            in_word = false;
        }
    }
    cased
}

/// `str.isidentifier`.
pub fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next();
    first.is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c))
        && chars.all(unicode_ident::is_xid_continue)
}
