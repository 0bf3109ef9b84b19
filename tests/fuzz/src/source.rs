//! Source text: programs of the corpus, changed token by token and line by line, compiled and run.

use crate::corpus::{Kind, programs, tokens};
use crate::entropy::Entropy;
use crate::host::{config, drive};
use sandbox::{Program, Run};

const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "-1",
    "2",
    "7",
    "63",
    "64",
    "1000",
    "65536",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "10**30",
    "1e308",
    "float('nan')",
    "0.5",
];

const WORDS: [&str; 96] = [
    "None",
    "True",
    "self",
    "x",
    "print",
    "len",
    "str",
    "int",
    "float",
    "list",
    "dict",
    "set",
    "tuple",
    "range",
    "sorted",
    "reversed",
    "enumerate",
    "zip",
    "map",
    "filter",
    "sum",
    "min",
    "max",
    "abs",
    "repr",
    "type",
    "isinstance",
    "getattr",
    "setattr",
    "hasattr",
    "iter",
    "next",
    "super",
    "object",
    "property",
    "staticmethod",
    "classmethod",
    "Exception",
    "ValueError",
    "StopIteration",
    "BaseException",
    "bytes",
    "frozenset",
    "slice",
    "divmod",
    "pow",
    "round",
    "hash",
    "id",
    "callable",
    "vars",
    "dir",
    "format",
    "chr",
    "ord",
    "any",
    "all",
    "open",
    "input",
    "tool",
    "async_tool",
    "await",
    "async",
    "yield",
    "return",
    "lambda",
    "del",
    "global",
    "nonlocal",
    "raise",
    "not",
    "in",
    "is",
    "and",
    "or",
    "if",
    "else",
    "for",
    "while",
    "try",
    "except",
    "finally",
    "with",
    "class",
    "def",
    "import",
    "from",
    "as",
    "match",
    "case",
    "pass",
    "break",
    "continue",
    "assert",
    "__init__",
    "__eq__",
];

const SIGNS: [&str; 24] = [
    "+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "==", "<", "(", ")", "[", "]",
    "{", "}", ",", ":", ".", "=",
];

/// A program: one of the corpus with some changes, or one that was spliced of two.
pub fn program(e: &mut Entropy) -> String {
    let all = programs();
    let mut text = e.pick(all).clone();
    if e.one_in(3) {
        text = spliced(&text, &all[e.below(all.len())], e);
    }
    for _ in 0..e.below(4) {
        text = tokens_changed(&text, e);
    }
    if e.one_in(12) {
        text = bytes_changed(text, e);
    }
    text
}

/// Some lines of a second program, between those of a first, at the depth of the place.
fn spliced(first: &str, second: &str, e: &mut Entropy) -> String {
    let lines: Vec<&str> = first.lines().collect();
    let more: Vec<&str> = second.lines().collect();
    let at = e.below(lines.len() + 1);
    let from = e.below(more.len());
    let to = (from + 1 + e.below(12)).min(more.len());
    let piece = &more[from..to];
    let depth = |line: &str| line.len() - line.trim_start().len();
    let wanted = lines.get(at).map_or(0, |line| depth(line));
    let had = piece.iter().map(|line| depth(line)).min().unwrap_or(0);
    let moved = piece.iter().map(|line| {
        let own = depth(line).saturating_sub(had) + wanted;
        format!("{}{}", " ".repeat(own), line.trim_start())
    });
    let mut out: Vec<String> = lines[..at].iter().map(|l| (*l).to_owned()).collect();
    out.extend(moved);
    out.extend(lines[at..].iter().map(|l| (*l).to_owned()));
    out.join("\n") + "\n"
}

/// The text with one token changed: left out, said twice, exchanged, or replaced by its like.
fn tokens_changed(text: &str, e: &mut Entropy) -> String {
    let mut tokens: Vec<(Kind, String)> = tokens(text)
        .into_iter()
        .map(|(kind, token)| (kind, token.to_owned()))
        .collect();
    if tokens.is_empty() {
        return text.to_owned();
    }
    let at = e.below(tokens.len());
    let kind = tokens[at].0;
    match e.below(8) {
        0 => {
            tokens.remove(at);
        }
        1 => {
            let again = tokens[at].clone();
            tokens.insert(at, again);
        }
        2 => {
            let other = e.below(tokens.len());
            tokens.swap(at, other);
        }
        3 | 4 => {
            let like: Vec<usize> = (0..tokens.len()).filter(|i| tokens[*i].0 == kind).collect();
            tokens[at].1 = tokens[*e.pick(&like)].1.clone();
        }
        _ => {
            tokens[at].1 = match kind {
                Kind::Number => (*e.pick(&NUMBERS)).into(),
                Kind::Word => (*e.pick(&WORDS)).into(),
                Kind::Sign => (*e.pick(&SIGNS)).into(),
                Kind::String => format!("({}*{})", tokens[at].1, e.pick(&NUMBERS)),
                Kind::Line => format!("\n{}", " ".repeat(e.below(9))),
                Kind::Space => (*e.pick(&SIGNS)).into(),
            };
        }
    }
    tokens.into_iter().map(|(_, token)| token).collect()
}

fn bytes_changed(text: String, e: &mut Entropy) -> String {
    let mut bytes = text.into_bytes();
    for _ in 0..=e.below(4) {
        let at = e.below(bytes.len() + 1);
        match e.below(4) {
            0 if at < bytes.len() => bytes[at] ^= 1 << e.below(8),
            1 => bytes.truncate(at),
            2 => bytes.insert(at, e.number() as u8),
            _ => {
                let piece = e.pick(&["\0", "\u{feff}", "\r", "\\\n", "((((((((", "é", "\u{1f600}"]);
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Compiles and runs a text: it is refused with a message, or it ends within its limits.
///
/// # Errors
/// What must hold and does not.
pub fn check(text: &str, e: &mut Entropy) -> Result<(), String> {
    match Program::compile(text, "fuzzed.py") {
        Ok(program) => drive(Run::new(program, config()), e).map(drop),
        Err(refused) => {
            let said = refused.to_string();
            let named = !refused.type_name().is_empty() && said.contains(refused.type_name());
            if named {
                Ok(())
            } else {
                Err(format!("a refusal without a name: {said}"))
            }
        }
    }
}
