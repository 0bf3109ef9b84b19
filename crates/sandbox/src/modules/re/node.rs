//! The syntax tree of a pattern. Letter case and kind of text are settled here, so later stages need no flags.

use super::tables;

/// `re.I`.
pub(super) const IGNORECASE: u32 = 2;
/// `re.L`: bytes patterns only; refused.
pub(super) const LOCALE: u32 = 4;
/// `re.M`.
pub(super) const MULTILINE: u32 = 8;
/// `re.S`.
pub(super) const DOTALL: u32 = 16;
/// `re.U`, set for every `str` pattern that is not ASCII.
pub(super) const UNICODE: u32 = 32;
/// `re.X`.
pub(super) const VERBOSE: u32 = 64;
/// `re.A`.
pub(super) const ASCII: u32 = 256;

/// A class of characters by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    Digit,
    Space,
    Word,
}

/// How letters without regard to case are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Exact,
    /// Only ASCII letters have two cases.
    Ascii,
    Unicode,
}

/// One part of a set of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Range(u32, u32),
    Category(Category, bool, bool),
}

/// A set of characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set {
    /// Ranges in order that do not touch, then categories.
    pub(super) items: Vec<Item>,
    pub(super) negated: bool,
    pub(super) case: Case,
}

/// A test of a place between characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    /// The end, or before a newline at the end.
    LastLineEnd,
    /// A boundary of words; whether words are ASCII.
    Word(bool),
    NotWord(bool),
}

/// How a repetition tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

/// No upper bound of a repetition.
pub(super) const MANY: u32 = u32::MAX;

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Char(u32, Case),
    /// Any character; whether newlines too.
    Any(bool),
    Set(Box<Set>),
    Anchor(Anchor),
    /// A group, numbered if it captures. `flags`: whether it changes flags, which matters to messages only.
    Group {
        number: Option<u32>,
        flags: bool,
        body: Box<Node>,
    },
    Concat(Vec<Node>),
    Alt(Vec<Node>),
    Repeat {
        body: Box<Node>,
        min: u32,
        max: u32,
        greed: Greed,
    },
    Backref(u32, Case),
    Look {
        body: Box<Node>,
        /// The width of what is looked at backwards.
        behind: Option<u32>,
        negated: bool,
    },
    Atomic(Box<Node>),
    Conditional {
        group: u32,
        yes: Box<Node>,
        no: Box<Node>,
    },
    /// Never matches.
    Never,
}

impl Node {
    /// The least and greatest number of characters that it takes. `groups`: of those that are closed.
    pub(super) fn width(&self, groups: &[Option<(u64, u64)>]) -> (u64, u64) {
        match self {
            Self::Char(..) | Self::Any(_) | Self::Set(_) => (1, 1),
            Self::Anchor(_) | Self::Look { .. } | Self::Never => (0, 0),
            Self::Group { body, .. } | Self::Atomic(body) => body.width(groups),
            Self::Concat(parts) => parts.iter().fold((0, 0), |(lo, hi), part| {
                let (a, b) = part.width(groups);
                (lo + a, hi.saturating_add(b))
            }),
            Self::Alt(parts) => parts.iter().fold((u64::MAX, 0), |(lo, hi), part| {
                let (a, b) = part.width(groups);
                (lo.min(a), hi.max(b))
            }),
            Self::Repeat { body, min, max, .. } => {
                let (a, b) = body.width(groups);
                let max = if *max == MANY {
                    u64::MAX
                } else {
                    u64::from(*max)
                };
                (a.saturating_mul(u64::from(*min)), b.saturating_mul(max))
            }
            Self::Backref(n, _) => groups
                .get(*n as usize)
                .copied()
                .flatten()
                .unwrap_or((0, u64::MAX)),
            Self::Conditional { yes, no, .. } => {
                let ((a, b), (c, d)) = (yes.width(groups), no.width(groups));
                (a.min(c), b.max(d))
            }
        }
    }
}

impl Category {
    /// Whether a character is in it.
    pub(super) fn has(self, c: u32, ascii: bool) -> bool {
        let small = u8::try_from(c).ok().filter(u8::is_ascii);
        match (self, small) {
            (Self::Digit, Some(b)) => b.is_ascii_digit(),
            (Self::Word, Some(b)) => b.is_ascii_alphanumeric() || b == b'_',
            (Self::Space, Some(b)) => {
                matches!(b, 9..=13 | b' ') || (!ascii && matches!(b, 28..=31))
            }
            (_, None) if ascii => false,
            (Self::Digit, None) => tables::is_decimal(c),
            (Self::Word, None) => tables::is_alnum(c),
            (Self::Space, None) => matches!(
                c,
                0x85 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000
            ),
        }
    }
}

impl Case {
    /// What two letters that differ only in case have in common.
    pub(super) fn fold(self, c: u32) -> u32 {
        match self {
            Self::Exact => c,
            Self::Ascii => match u8::try_from(c) {
                Ok(b) => u32::from(b.to_ascii_lowercase()),
                Err(_) => c,
            },
            Self::Unicode => canonical(lower(c)),
        }
    }
}

/// The simple lower case: one character for one.
pub(super) fn lower(c: u32) -> u32 {
    if c == 0x130 {
        return 0x69;
    }
    let Some(char) = char::from_u32(c) else {
        return c;
    };
    let mut lower = char.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => u32::from(one),
        _ => c,
    }
}

fn upper(c: u32) -> u32 {
    let Some(char) = char::from_u32(c) else {
        return c;
    };
    let mut upper = char.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => u32::from(one),
        _ => c,
    }
}

/// Lower-case letters that share an upper case, each class named by its first.
const SAME: &[&[u32]] = &[
    &[0x69, 0x131],
    &[0x73, 0x17f],
    &[0xb5, 0x3bc],
    &[0x345, 0x3b9, 0x1fbe],
    &[0x390, 0x1fd3],
    &[0x3b0, 0x1fe3],
    &[0x3b2, 0x3d0],
    &[0x3b5, 0x3f5],
    &[0x3b8, 0x3d1],
    &[0x3ba, 0x3f0],
    &[0x3c0, 0x3d6],
    &[0x3c1, 0x3f1],
    &[0x3c2, 0x3c3],
    &[0x3c6, 0x3d5],
    &[0x432, 0x1c80],
    &[0x434, 0x1c81],
    &[0x43e, 0x1c82],
    &[0x441, 0x1c83],
    &[0x442, 0x1c84, 0x1c85],
    &[0x44a, 0x1c86],
    &[0x463, 0x1c87],
    &[0x1c88, 0xa64b],
    &[0x1e61, 0x1e9b],
    &[0xfb05, 0xfb06],
];

fn class_of(c: u32) -> Option<&'static [u32]> {
    if c < 128 && c != 0x69 && c != 0x73 {
        return None;
    }
    SAME.iter().copied().find(|class| class.contains(&c))
}

fn canonical(c: u32) -> u32 {
    class_of(c).map_or(c, |class| class[0])
}

impl Set {
    /// Whether a character is in it.
    pub(super) fn has(&self, c: u32) -> bool {
        let found = match self.case {
            Case::Exact => self.has_exactly(c),
            Case::Ascii => match u8::try_from(c) {
                Ok(b) => {
                    self.has_exactly(u32::from(b.to_ascii_lowercase()))
                        || self.has_exactly(u32::from(b.to_ascii_uppercase()))
                }
                Err(_) => self.has_exactly(c),
            },
            Case::Unicode => {
                let low = lower(c);
                let alone = [low];
                class_of(low)
                    .unwrap_or(&alone)
                    .iter()
                    .any(|x| self.has_exactly(*x) || self.has_exactly(upper(*x)))
                    || self.has_exactly(c)
            }
        };
        found != self.negated
    }

    fn has_exactly(&self, c: u32) -> bool {
        // Ranges come first, in order.
        let after = self
            .items
            .partition_point(|item| matches!(item, Item::Range(first, _) if *first <= c));
        let in_range = after
            .checked_sub(1)
            .is_some_and(|at| matches!(self.items[at], Item::Range(_, last) if c <= last));
        in_range
            || self
                .items
                .iter()
                .rev()
                .map_while(|item| match *item {
                    Item::Category(category, negated, ascii) => {
                        Some(category.has(c, ascii) != negated)
                    }
                    Item::Range(..) => None,
                })
                .any(|found| found)
    }
}
