//! Programs to begin with: those of the tests, cut into tokens and lines.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Where programs are, from this crate's folder.
const FOLDERS: [&str; 4] = [
    "programs",
    "../cases",
    "../hostile",
    "../../crates/sandbox/tests/programs",
];

/// The longest program that is taken: long ones are slow, and say nothing new.
const BYTES_MAX: usize = 6000;

/// All programs, in order.
///
/// # Panics
/// If a folder is not there.
pub fn programs() -> &'static [String] {
    static PROGRAMS: OnceLock<Vec<String>> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let mut paths = Vec::new();
        for folder in FOLDERS {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            let before = paths.len();
            find(&folder, &mut paths);
            assert!(paths.len() > before, "no program in {}", folder.display());
        }
        let text = |path: &PathBuf| std::fs::read_to_string(path).ok();
        paths
            .iter()
            .filter_map(text)
            .filter(|text| text.len() <= BYTES_MAX)
            .collect()
    })
}

fn find(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            find(&path, paths);
        } else if path.extension().is_some_and(|e| e == "py") {
            paths.push(path);
        }
    }
}

/// What a token is: mutation puts like for like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Word,
    /// A number.
    Number,
    /// A string with its quotes.
    String,
    /// An operator or a bracket.
    Sign,
    /// A line end with the indentation behind it.
    Line,
    /// Spaces and comments.
    Space,
}

/// Cuts a program into tokens. Together they are the program.
pub fn tokens(text: &str) -> Vec<(Kind, &str)> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let while_in = |good: &dyn Fn(char) -> bool| {
            rest.char_indices()
                .find(|(_, c)| !good(*c))
                .map_or(rest.len(), |(at, _)| at)
        };
        let (kind, length) = match first {
            '\n' => (Kind::Line, 1 + while_in_from(rest, 1, &|c| c == ' ')),
            ' ' | '\t' => (Kind::Space, while_in(&|c| c == ' ' || c == '\t')),
            '#' => (Kind::Space, while_in(&|c| c != '\n')),
            c if c.is_ascii_digit() => (
                Kind::Number,
                while_in(&|c| c.is_ascii_alphanumeric() || c == '_' || c == '.'),
            ),
            c if c.is_alphabetic() || c == '_' => {
                (Kind::Word, while_in(&|c| c.is_alphanumeric() || c == '_'))
            }
            '"' | '\'' => (Kind::String, string(rest)),
            _ => {
                let two = rest
                    .get(..2)
                    .is_some_and(|two| "== != <= >= ** // << >> += -= *= -> :=".contains(two));
                (Kind::Sign, if two { 2 } else { first.len_utf8() })
            }
        };
        let (token, more) = rest.split_at(length.max(first.len_utf8()));
        tokens.push((kind, token));
        rest = more;
    }
    tokens
}

fn while_in_from(text: &str, from: usize, good: &dyn Fn(char) -> bool) -> usize {
    let rest = &text[from..];
    rest.char_indices()
        .find(|(_, c)| !good(*c))
        .map_or(rest.len(), |(at, _)| at)
}

fn string(text: &str) -> usize {
    let quote = &text[..1];
    let triple = quote.repeat(3);
    let (open, close) = if text.starts_with(&triple) {
        (3, triple.as_str())
    } else {
        (1, quote)
    };
    let mut at = open;
    while let Some(c) = text[at..].chars().next() {
        if text[at..].starts_with(close) {
            return at + close.len();
        }
        at += c.len_utf8();
        if c == '\\' {
            at += text[at..].chars().next().map_or(0, char::len_utf8);
        } else if c == '\n' && open == 1 {
            return at - 1;
        }
    }
    text.len()
}
