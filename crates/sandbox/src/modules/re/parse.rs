//! Reads Python's pattern syntax. Messages and their positions are CPython's.

use super::node::{
    ASCII, Anchor, Case, Category, DOTALL, Greed, IGNORECASE, Item, LOCALE, MANY, MULTILINE, Node,
    Set, UNICODE, VERBOSE,
};
use crate::text::str_repr;

/// A pattern that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// What is wrong.
    pub message: String,
    /// Where, in characters; `None` where CPython gives no position.
    pub position: Option<usize>,
}

/// A parsed pattern.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) node: Node,
    pub(super) flags: u32,
    /// Number of groups, the whole match not counted.
    pub(super) groups: u32,
    pub(super) names: Vec<(String, u32)>,
}

type Parse<T> = Result<T, PatternError>;

/// How deep groups may nest: the parser and the compiler recurse.
const DEPTH_MAX: u32 = 100;

/// Parses a pattern given as code points (for bytes: the bytes).
pub(super) fn parse(text: &[u32], flags: u32, is_bytes: bool) -> Parse<Parsed> {
    let mut flags = flags;
    loop {
        let mut parser = Parser::new(text, flags, is_bytes);
        let (node, restart) = parser.whole()?;
        if restart {
            // `(?x)` changes how everything is read.
            flags = parser.flags;
            continue;
        }
        return Ok(Parsed {
            node,
            flags: parser.flags,
            groups: parser.group_count - 1,
            names: parser.names,
        });
    }
}

struct Parser<'a> {
    text: &'a [u32],
    at: usize,
    /// Global flags.
    flags: u32,
    is_bytes: bool,
    group_count: u32,
    open: Vec<u32>,
    names: Vec<(String, u32)>,
    /// Widths of closed groups; group 0 first.
    widths: Vec<Option<(u64, u64)>>,
    /// In a look-behind: how many groups there were before it.
    look_behind: Option<u32>,
    depth: u32,
    restart: bool,
    /// Groups that conditions ask for, and where.
    conditions: Vec<(u32, usize)>,
}

const fn ch(c: char) -> u32 {
    c as u32
}

fn shown(text: &[u32]) -> String {
    text.iter()
        .map(|c| char::from_u32(*c).unwrap_or('\u{fffd}'))
        .collect()
}

fn is_letter(c: u32) -> bool {
    u8::try_from(c).is_ok_and(|b| b.is_ascii_alphabetic())
}

fn is_digit(c: u32) -> bool {
    u8::try_from(c).is_ok_and(|b| b.is_ascii_digit())
}

fn is_octal(c: u32) -> bool {
    (ch('0')..=ch('7')).contains(&c)
}

impl<'a> Parser<'a> {
    fn new(text: &'a [u32], flags: u32, is_bytes: bool) -> Self {
        Self {
            text,
            at: 0,
            flags,
            is_bytes,
            group_count: 1,
            open: Vec::new(),
            names: Vec::new(),
            widths: vec![None],
            look_behind: None,
            depth: 0,
            restart: false,
            conditions: Vec::new(),
        }
    }

    fn error<T>(&self, message: impl Into<String>, position: usize) -> Parse<T> {
        Err(PatternError {
            message: message.into(),
            position: Some(position),
        })
    }

    /// The next token: a character, or a backslash with what follows it.
    fn peek(&self) -> Parse<Option<&'a [u32]>> {
        let Some(c) = self.text.get(self.at) else {
            return Ok(None);
        };
        if *c != ch('\\') {
            return Ok(Some(&self.text[self.at..=self.at]));
        }
        if self.at + 1 >= self.text.len() {
            return self.error("bad escape (end of pattern)", self.text.len() - 1);
        }
        Ok(Some(&self.text[self.at..self.at + 2]))
    }

    fn peek_char(&self) -> Option<u32> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek_char() == Some(ch(c));
        if found {
            self.at += 1;
        }
        found
    }

    fn whole(&mut self) -> Parse<(Node, bool)> {
        let node = self.alternatives(self.flags, true)?;
        if self.restart {
            return Ok((Node::Never, true));
        }
        if self.peek_char().is_some() {
            return self.error("unbalanced parenthesis", self.at);
        }
        for (group, at) in &self.conditions {
            if *group >= self.group_count {
                return self.error(format!("invalid group reference {group}"), *at);
            }
        }
        if self.is_bytes {
            if self.flags & UNICODE != 0 {
                return Err(PatternError {
                    message: "cannot use UNICODE flag with a bytes pattern".into(),
                    position: None,
                });
            }
        } else if self.flags & ASCII == 0 {
            self.flags |= UNICODE;
        }
        Ok((node, false))
    }

    fn case(&self, flags: u32) -> Case {
        if flags & IGNORECASE == 0 {
            Case::Exact
        } else if self.is_bytes || flags & ASCII != 0 {
            Case::Ascii
        } else {
            Case::Unicode
        }
    }

    fn ascii(&self, flags: u32) -> bool {
        self.is_bytes || flags & ASCII != 0
    }

    fn alternatives(&mut self, flags: u32, top: bool) -> Parse<Node> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return self.error("pattern nested too deeply for kont", self.at);
        }
        let mut parts = Vec::new();
        let mut flags = flags;
        loop {
            let first = top && parts.is_empty();
            parts.push(self.sequence(&mut flags, first)?);
            if self.restart || !self.eat('|') {
                break;
            }
        }
        self.depth -= 1;
        Ok(if parts.len() == 1 {
            parts.pop().expect("one part")
        } else {
            Node::Alt(parts)
        })
    }

    /// * `first` – at the start of the whole pattern, where global flags may stand.
    fn sequence(&mut self, flags: &mut u32, first: bool) -> Parse<Node> {
        let mut parts: Vec<Node> = Vec::new();
        while let Some(token) = self.peek()? {
            let c = token[0];
            if c == ch('|') || c == ch(')') {
                break;
            }
            self.at += token.len();
            if *flags & VERBOSE != 0 {
                if matches!(c, 9..=13 | 32) {
                    continue;
                }
                if c == ch('#') {
                    while let Some(c) = self.peek_char() {
                        self.at += 1;
                        if c == ch('\n') {
                            break;
                        }
                    }
                    continue;
                }
            }
            match char::from_u32(c) {
                Some('\\') => {
                    let node = self.escape(token[1], *flags)?;
                    parts.push(node);
                }
                Some('[') => {
                    let node = self.set(*flags)?;
                    parts.push(node);
                }
                Some('*' | '+' | '?' | '{') => self.repeat(c, &mut parts, *flags)?,
                Some('.') => parts.push(Node::Any(*flags & DOTALL != 0)),
                Some('(') => {
                    let start = parts.is_empty() && first;
                    if let Some(node) = self.group(flags, start)? {
                        parts.push(node);
                    }
                    if self.restart {
                        return Ok(Node::Never);
                    }
                }
                Some('^') => parts.push(Node::Anchor(if *flags & MULTILINE != 0 {
                    Anchor::LineStart
                } else {
                    Anchor::TextStart
                })),
                Some('$') => parts.push(Node::Anchor(if *flags & MULTILINE != 0 {
                    Anchor::LineEnd
                } else {
                    Anchor::LastLineEnd
                })),
                _ => parts.push(Node::Char(c, self.case(*flags))),
            }
        }
        Ok(if parts.len() == 1 {
            parts.pop().expect("one part")
        } else {
            Node::Concat(parts)
        })
    }

    fn number(&mut self) -> String {
        let start = self.at;
        while self.peek_char().is_some_and(is_digit) {
            self.at += 1;
        }
        shown(&self.text[start..self.at])
    }

    fn bound(&self, digits: &str) -> Parse<u32> {
        match digits.parse::<u32>() {
            Ok(n) if n < MANY => Ok(n),
            _ => Err(PatternError {
                message: "the repetition number is too large".into(),
                position: None,
            }),
        }
    }

    fn repeat(&mut self, c: u32, parts: &mut Vec<Node>, flags: u32) -> Parse<()> {
        let here = self.at;
        let (min, max) = match char::from_u32(c) {
            Some('?') => (0, 1),
            Some('*') => (0, MANY),
            Some('+') => (1, MANY),
            _ => {
                if self.peek_char() == Some(ch('}')) {
                    parts.push(Node::Char(c, self.case(flags)));
                    return Ok(());
                }
                let low = self.number();
                let high = if self.eat(',') {
                    self.number()
                } else {
                    low.clone()
                };
                if !self.eat('}') {
                    parts.push(Node::Char(c, self.case(flags)));
                    self.at = here;
                    return Ok(());
                }
                let min = if low.is_empty() { 0 } else { self.bound(&low)? };
                let max = if high.is_empty() {
                    MANY
                } else {
                    self.bound(&high)?
                };
                if max < min {
                    return self.error("min repeat greater than max repeat", here);
                }
                (min, max)
            }
        };
        match parts.last() {
            None | Some(Node::Anchor(_)) => return self.error("nothing to repeat", here - 1),
            Some(Node::Repeat { .. }) => return self.error("multiple repeat", here - 1),
            _ => {}
        }
        let body = parts.pop().expect("there is an item");
        let greed = if self.eat('?') {
            Greed::Lazy
        } else if self.eat('+') {
            Greed::Possessive
        } else {
            Greed::Greedy
        };
        parts.push(Node::Repeat {
            body: Box::new(body),
            min,
            max,
            greed,
        });
        Ok(())
    }

    /// What a group is called: up to `end`.
    fn name(&mut self, end: char, what: &str) -> Parse<String> {
        let start = self.at;
        loop {
            let Some(token) = self.peek()? else {
                if self.at == start {
                    return self.error(format!("missing {what}"), self.at);
                }
                return self.error(format!("missing {end}, unterminated name"), start);
            };
            let c = token[0];
            self.at += token.len();
            if c == ch(end) {
                let name = shown(&self.text[start..self.at - 1]);
                if name.is_empty() {
                    return self.error(format!("missing {what}"), self.at - 1);
                }
                return Ok(name);
            }
        }
    }

    fn check_name(&self, name: &str, start: usize) -> Parse<()> {
        if !is_identifier(name) || (self.is_bytes && !name.is_ascii()) {
            let shown = str_repr(name);
            let message = format!("bad character in group name {shown}");
            return self.error(message, start);
        }
        Ok(())
    }

    fn find_name(&self, name: &str) -> Option<u32> {
        self.names.iter().find(|(n, _)| n == name).map(|(_, g)| *g)
    }

    fn is_closed(&self, group: u32) -> bool {
        group < self.group_count && self.widths[group as usize].is_some()
    }

    fn check_look_behind(&self, group: u32) -> Parse<()> {
        if let Some(before) = self.look_behind {
            if !self.is_closed(group) {
                return self.error("cannot refer to an open group", self.at);
            }
            if group >= before {
                return self.error(
                    "cannot refer to group defined in the same lookbehind subpattern",
                    self.at,
                );
            }
        }
        Ok(())
    }

    /// After `(`. `None` for what leaves no node: comments, global flags.
    fn group(&mut self, flags: &mut u32, first: bool) -> Parse<Option<Node>> {
        let start = self.at - 1;
        let mut inner = *flags;
        let mut changes = false;
        let mut number = None;
        let mut name = None;
        let mut atomic = false;
        if self.eat('?') {
            let Some(token) = self.peek()? else {
                return self.error("unexpected end of pattern", self.at);
            };
            let c = token[0];
            self.at += token.len();
            match char::from_u32(c) {
                Some('P') => {
                    if self.eat('<') {
                        let at = self.at;
                        let text = self.name('>', "group name")?;
                        self.check_name(&text, at)?;
                        name = Some((text, at));
                        number = Some(0);
                    } else if self.eat('=') {
                        return self.named_backref(*flags).map(Some);
                    } else {
                        let Some(token) = self.peek()? else {
                            return self.error("unexpected end of pattern", self.at);
                        };
                        let message = format!("unknown extension ?P{}", shown(token));
                        return self.error(message, start + 1);
                    }
                }
                Some(':') => {}
                Some('#') => {
                    while let Some(token) = self.peek()? {
                        self.at += token.len();
                        if token[0] == ch(')') {
                            return Ok(None);
                        }
                    }
                    return self.error("missing ), unterminated comment", start);
                }
                Some('=' | '!' | '<') => return self.look(c, start, *flags).map(Some),
                Some('(') => return self.conditional(start, *flags).map(Some),
                Some('>') => atomic = true,
                Some('-') => {
                    inner = self.inline_flags(c, *flags)?.unwrap_or(inner);
                    changes = true;
                }
                _ if is_flag(c) => match self.inline_flags(c, *flags)? {
                    Some(new) => {
                        inner = new;
                        changes = true;
                    }
                    None => {
                        if !first {
                            return self
                                .error("global flags not at the start of the expression", start);
                        }
                        if self.flags & VERBOSE != 0 && *flags & VERBOSE == 0 {
                            self.restart = true;
                        }
                        *flags = self.flags;
                        return Ok(None);
                    }
                },
                _ => {
                    let message = format!("unknown extension ?{}", shown(token));
                    return self.error(message, start + 1);
                }
            }
        } else {
            number = Some(0);
        }
        if number.is_some() {
            number = Some(self.open_group(name)?);
        }
        let body = self.alternatives(inner, false)?;
        if !self.eat(')') {
            return self.error("missing ), unterminated subpattern", start);
        }
        if let Some(n) = number {
            self.widths[n as usize] = Some(body.width(&self.widths));
            self.open.retain(|open| *open != n);
        }
        if atomic {
            return Ok(Some(Node::Atomic(Box::new(body))));
        }
        Ok(Some(Node::Group {
            number,
            flags: changes,
            body: Box::new(body),
        }))
    }

    fn open_group(&mut self, name: Option<(String, usize)>) -> Parse<u32> {
        let number = self.group_count;
        self.group_count += 1;
        self.widths.push(None);
        self.open.push(number);
        if let Some((name, at)) = name {
            if let Some(old) = self.find_name(&name) {
                let message = format!(
                    "redefinition of group name {} as group {number}; was group {old}",
                    str_repr(&name)
                );
                return self.error(message, at);
            }
            self.names.push((name, number));
        }
        Ok(number)
    }

    fn named_backref(&mut self, flags: u32) -> Parse<Node> {
        let at = self.at;
        let name = self.name(')', "group name")?;
        self.check_name(&name, at)?;
        let Some(group) = self.find_name(&name) else {
            return self.error(format!("unknown group name {}", str_repr(&name)), at);
        };
        if !self.is_closed(group) {
            return self.error("cannot refer to an open group", at);
        }
        self.check_look_behind(group)?;
        Ok(Node::Backref(group, self.case(flags)))
    }

    fn look(&mut self, c: u32, start: usize, flags: u32) -> Parse<Node> {
        let mut negated = c == ch('!');
        let behind = c == ch('<');
        let outer = self.look_behind;
        if behind {
            let Some(token) = self.peek()? else {
                return self.error("unexpected end of pattern", self.at);
            };
            self.at += token.len();
            if token[0] != ch('=') && token[0] != ch('!') {
                let message = format!("unknown extension ?<{}", shown(token));
                return self.error(message, start + 1);
            }
            negated = token[0] == ch('!');
            if outer.is_none() {
                self.look_behind = Some(self.group_count);
            }
        }
        let body = self.alternatives(flags, false)?;
        if behind {
            self.look_behind = outer;
        }
        if !self.eat(')') {
            return self.error("missing ), unterminated subpattern", start);
        }
        let behind = if behind {
            let (low, high) = body.width(&self.widths);
            if low != high {
                return Err(PatternError {
                    message: "look-behind requires fixed-width pattern".into(),
                    position: None,
                });
            }
            Some(u32::try_from(low).unwrap_or(u32::MAX))
        } else {
            None
        };
        Ok(Node::Look {
            body: Box::new(body),
            behind,
            negated,
        })
    }

    fn conditional(&mut self, start: usize, flags: u32) -> Parse<Node> {
        let at = self.at;
        let name = self.name(')', "group name")?;
        let group = if name.bytes().all(|b| b.is_ascii_digit()) {
            let group: u32 = name.parse().unwrap_or(u32::MAX);
            if group == 0 {
                return self.error("bad group number", at);
            }
            if group >= 1 << 30 {
                return self.error(format!("invalid group reference {name}"), at);
            }
            group
        } else {
            self.check_name(&name, at)?;
            match self.find_name(&name) {
                Some(group) => group,
                None => {
                    return self.error(format!("unknown group name {}", str_repr(&name)), at);
                }
            }
        };
        self.check_look_behind(group)?;
        let yes = self.sequence_in(flags)?;
        let no = if self.eat('|') {
            let no = self.sequence_in(flags)?;
            if self.peek_char() == Some(ch('|')) {
                return self.error("conditional backref with more than two branches", self.at);
            }
            no
        } else {
            Node::Concat(Vec::new())
        };
        if !self.eat(')') {
            return self.error("missing ), unterminated subpattern", start);
        }
        self.conditions.push((group, at));
        Ok(Node::Conditional {
            group,
            yes: Box::new(yes),
            no: Box::new(no),
        })
    }

    fn sequence_in(&mut self, flags: u32) -> Parse<Node> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return self.error("pattern nested too deeply for kont", self.at);
        }
        let mut flags = flags;
        let node = self.sequence(&mut flags, false);
        self.depth -= 1;
        node
    }

    /// Flags inside a group's head, from the first letter or the `-`. `None`: they were global, up to `)`.
    fn inline_flags(&mut self, c: u32, flags: u32) -> Parse<Option<u32>> {
        let mut c = c;
        let (mut add, mut remove) = (0, 0);
        if c != ch('-') {
            loop {
                let flag = self.flag(c)?;
                add |= flag;
                let kinds = ASCII | UNICODE | LOCALE;
                if flag & kinds != 0 && add & kinds != flag {
                    return self.error(
                        "bad inline flags: flags 'a', 'u' and 'L' are incompatible",
                        self.at,
                    );
                }
                let Some(token) = self.peek()? else {
                    return self.error("missing -, : or )", self.at);
                };
                c = token[0];
                self.at += token.len();
                if c == ch(')') || c == ch('-') || c == ch(':') {
                    break;
                }
                if !is_flag(c) {
                    let message = if is_letter(c) {
                        "unknown flag"
                    } else {
                        "missing -, : or )"
                    };
                    return self.error(message, self.at - token.len());
                }
            }
        }
        if c == ch(')') {
            self.flags |= add;
            return Ok(None);
        }
        if c == ch('-') {
            let Some(token) = self.peek()? else {
                return self.error("missing flag", self.at);
            };
            c = token[0];
            self.at += token.len();
            if !is_flag(c) {
                let message = if is_letter(c) {
                    "unknown flag"
                } else {
                    "missing flag"
                };
                return self.error(message, self.at - token.len());
            }
            loop {
                let flag = self.flag(c)?;
                if flag & (ASCII | UNICODE | LOCALE) != 0 {
                    return self.error(
                        "bad inline flags: cannot turn off flags 'a', 'u' and 'L'",
                        self.at,
                    );
                }
                remove |= flag;
                let Some(token) = self.peek()? else {
                    return self.error("missing :", self.at);
                };
                c = token[0];
                self.at += token.len();
                if c == ch(':') {
                    break;
                }
                if !is_flag(c) {
                    let message = if is_letter(c) {
                        "unknown flag"
                    } else {
                        "missing :"
                    };
                    return self.error(message, self.at - token.len());
                }
            }
        }
        if add & remove != 0 {
            return self.error("bad inline flags: flag turned on and off", self.at - 1);
        }
        let kind = if add & (ASCII | UNICODE) != 0 {
            flags & !(ASCII | UNICODE)
        } else {
            flags
        };
        Ok(Some((kind | add) & !remove))
    }

    fn flag(&self, c: u32) -> Parse<u32> {
        let flag = match char::from_u32(c) {
            Some('i') => IGNORECASE,
            Some('m') => MULTILINE,
            Some('s') => DOTALL,
            Some('x') => VERBOSE,
            Some('a') => ASCII,
            Some('u') => UNICODE,
            _ => LOCALE,
        };
        if flag == LOCALE {
            let message = if self.is_bytes {
                "the flag 'L' is not supported by kont"
            } else {
                "bad inline flags: cannot use 'L' flag with a str pattern"
            };
            return self.error(message, self.at);
        }
        if flag == UNICODE && self.is_bytes {
            return self.error(
                "bad inline flags: cannot use 'u' flag with a bytes pattern",
                self.at,
            );
        }
        Ok(flag)
    }

    /// After `\` and `c`, outside of a set.
    fn escape(&mut self, c: u32, flags: u32) -> Parse<Node> {
        let start = self.at - 2;
        let ascii = self.ascii(flags);
        let case = self.case(flags);
        let anchor = |a| Ok(Node::Anchor(a));
        let category = |category, negated| {
            Ok(Node::Set(Box::new(Set {
                items: vec![Item::Category(category, negated, ascii)],
                negated: false,
                case: Case::Exact,
            })))
        };
        match char::from_u32(c) {
            Some('A') => anchor(Anchor::TextStart),
            Some('Z') => anchor(Anchor::TextEnd),
            Some('b') => anchor(Anchor::Word(ascii)),
            Some('B') => anchor(Anchor::NotWord(ascii)),
            Some('d') => category(Category::Digit, false),
            Some('D') => category(Category::Digit, true),
            Some('s') => category(Category::Space, false),
            Some('S') => category(Category::Space, true),
            Some('w') => category(Category::Word, false),
            Some('W') => category(Category::Word, true),
            Some('0') => {
                let value = self.octal(0, 2);
                Ok(Node::Char(value, case))
            }
            Some('1'..='9') => self.numbered(c, start, case),
            _ => {
                let value = self.char_escape(c, start)?;
                Ok(Node::Char(value, case))
            }
        }
    }

    fn octal(&mut self, first: u32, more: usize) -> u32 {
        let mut value = first;
        for _ in 0..more {
            match self.peek_char() {
                Some(c) if is_octal(c) => {
                    value = value * 8 + (c - ch('0'));
                    self.at += 1;
                }
                _ => break,
            }
        }
        value
    }

    /// A back-reference, or three octal digits.
    fn numbered(&mut self, c: u32, start: usize, case: Case) -> Parse<Node> {
        let mut group = c - ch('0');
        if let Some(second) = self.peek_char().filter(|c| is_digit(*c)) {
            self.at += 1;
            if let Some(third) = self
                .peek_char()
                .filter(|third| is_octal(c) && is_octal(second) && is_octal(*third))
            {
                self.at += 1;
                let value = (c - ch('0')) * 64 + (second - ch('0')) * 8 + (third - ch('0'));
                if value > 0o377 {
                    let shown = shown(&self.text[start..self.at]);
                    let message = format!("octal escape value {shown} outside of range 0-0o377");
                    return self.error(message, start);
                }
                return Ok(Node::Char(value, case));
            }
            group = group * 10 + (second - ch('0'));
        }
        if group < self.group_count {
            if !self.is_closed(group) {
                return self.error("cannot refer to an open group", start);
            }
            self.check_look_behind(group)?;
            return Ok(Node::Backref(group, case));
        }
        self.error(format!("invalid group reference {group}"), start + 1)
    }

    /// Escapes of one character, in sets and outside.
    fn char_escape(&mut self, c: u32, start: usize) -> Parse<u32> {
        let simple = match char::from_u32(c) {
            Some('a') => 7,
            Some('f') => 12,
            Some('n') => 10,
            Some('r') => 13,
            Some('t') => 9,
            Some('v') => 11,
            Some('x') => return self.hex(start, 2),
            Some('u') if !self.is_bytes => return self.hex(start, 4),
            Some('U') if !self.is_bytes => {
                let value = self.hex(start, 8)?;
                if char::from_u32(value).is_none() && value > 0x10_ffff {
                    let shown = shown(&self.text[start..self.at]);
                    return self.error(format!("bad escape {shown}"), start);
                }
                return Ok(value);
            }
            Some('N') if !self.is_bytes => {
                return self.error("named characters (\\N) are not supported by kont", start);
            }
            _ if is_letter(c) || is_digit(c) => {
                let shown = shown(&self.text[start..self.at]);
                return self.error(format!("bad escape {shown}"), start);
            }
            _ => c,
        };
        Ok(simple)
    }

    fn hex(&mut self, start: usize, digits: usize) -> Parse<u32> {
        let from = self.at;
        let mut value = 0u32;
        while self.at - from < digits {
            let digit = self
                .peek_char()
                .and_then(char::from_u32)
                .and_then(|c| c.to_digit(16));
            let Some(digit) = digit else { break };
            value = value.wrapping_mul(16).wrapping_add(digit);
            self.at += 1;
        }
        if self.at - from < digits {
            let shown = shown(&self.text[start..self.at]);
            return self.error(format!("incomplete escape {shown}"), start);
        }
        Ok(value)
    }

    /// After `[`.
    fn set(&mut self, flags: u32) -> Parse<Node> {
        let open = self.at - 1;
        let ascii = self.ascii(flags);
        let negated = self.eat('^');
        let mut items = Vec::new();
        let begin = self.at;
        loop {
            let Some(token) = self.peek()? else {
                return self.error("unterminated character set", open);
            };
            let start = self.at;
            self.at += token.len();
            if token[0] == ch(']') && start != begin {
                break;
            }
            let first = self.set_item(token, start, ascii)?;
            if !self.eat('-') {
                items.push(first);
                continue;
            }
            let Some(token) = self.peek()? else {
                return self.error("unterminated character set", open);
            };
            let second_start = self.at;
            self.at += token.len();
            if token[0] == ch(']') {
                items.push(first);
                items.push(Item::Range(ch('-'), ch('-')));
                break;
            }
            let second = self.set_item(token, second_start, ascii)?;
            match (first, second) {
                (Item::Range(low, _), Item::Range(high, _)) if low <= high => {
                    items.push(Item::Range(low, high));
                }
                _ => {
                    let shown = shown(&self.text[start..self.at]);
                    return self.error(format!("bad character range {shown}"), start);
                }
            }
        }
        Ok(Node::Set(Box::new(Set {
            items: ordered(items),
            negated,
            case: self.case(flags),
        })))
    }

    fn set_item(&mut self, token: &[u32], start: usize, ascii: bool) -> Parse<Item> {
        let [_, c] = *token else {
            return Ok(Item::Range(token[0], token[0]));
        };
        let category = |category, negated| Ok(Item::Category(category, negated, ascii));
        let value = match char::from_u32(c) {
            Some('d') => return category(Category::Digit, false),
            Some('D') => return category(Category::Digit, true),
            Some('s') => return category(Category::Space, false),
            Some('S') => return category(Category::Space, true),
            Some('w') => return category(Category::Word, false),
            Some('W') => return category(Category::Word, true),
            Some('b') => 8,
            Some('0'..='7') => {
                let value = self.octal(c - ch('0'), 2);
                if value > 0o377 {
                    let shown = shown(&self.text[start..self.at]);
                    let message = format!("octal escape value {shown} outside of range 0-0o377");
                    return self.error(message, start);
                }
                value
            }
            _ => self.char_escape(c, start)?,
        };
        Ok(Item::Range(value, value))
    }
}

/// The items of a set as they are sought: ranges in order that do not touch, then categories.
fn ordered(mut items: Vec<Item>) -> Vec<Item> {
    items.sort_by_key(|item| match *item {
        Item::Range(first, last) => (first, last),
        Item::Category(..) => (u32::MAX, u32::MAX),
    });
    items.dedup_by(|next, before| match (next, before) {
        (Item::Range(first, last), Item::Range(_, end)) if *first <= end.saturating_add(1) => {
            *end = (*end).max(*last);
            true
        }
        (next, before) => next == before,
    });
    items.shrink_to_fit();
    items
}

fn is_flag(c: u32) -> bool {
    matches!(
        char::from_u32(c),
        Some('i' | 'L' | 'm' | 's' | 'x' | 'a' | 'u')
    )
}

/// Whether a name may be a group's.
pub(super) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}
