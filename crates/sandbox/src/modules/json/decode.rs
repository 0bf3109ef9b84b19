//! JSON text to values, with CPython's errors.

use super::DEPTH_MAX;
use crate::heap::{Object, Ref, Type, Value};
use crate::vm::native::{Args, Flow};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use num_bigint::BigInt;
use std::borrow::Cow;

/// Objects become tuples of pairs.
const PAIRS: i64 = 1;
/// Numbers with a fraction or an exponent become `bytes` of their text.
const RAW_FLOATS: i64 = 2;
/// Other numbers become `bytes` of their text.
const RAW_INTS: i64 = 4;

/// How many keys are remembered.
const NAMES: usize = 64;

/// CPython's limit of digits in a conversion.
const DIGITS_MAX: usize = 4300;

/// `_kont_json_loads(text, mode)`.
pub(super) fn loads(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [source, Value::Int(mode)] = args.pos else {
        return Err(vm.type_error("_kont_json_loads takes a text and a mode"));
    };
    let plain = crate::objects::unwrap(&vm.heap, *source);
    let Some(bytes) = vm.heap.as_str(plain).map(str::len) else {
        return Err(vm.type_error("the JSON object must be str"));
    };
    vm.holding(bytes, |vm| {
        let text = vm.heap.as_str(plain).unwrap_or_default().to_owned();
        read(vm, &text, *mode)
    })
}

fn read(vm: &mut Vm, text: &str, mode: i64) -> Res<Flow> {
    vm.pay(text.len() as u64 / 8 + 1)?;
    if text.starts_with('\u{feff}') {
        return Err(error(
            vm,
            text,
            "Unexpected UTF-8 BOM (decode using utf-8-sig)",
            0,
        ));
    }
    let mut reader = Reader {
        vm,
        text,
        at: 0,
        mode,
        names: [Value::Unbound; NAMES],
    };
    reader.space();
    let value = reader.value(0)?;
    reader.space();
    if reader.at != text.len() {
        return Err(reader.error("Extra data", reader.at));
    }
    Ok(Flow::Value(value))
}

struct Reader<'a, 't> {
    vm: &'a mut Vm,
    text: &'t str,
    at: usize,
    mode: i64,
    /// Keys that were read lately: objects of one shape share theirs.
    names: [Value; NAMES],
}

/// A `JSONDecodeError` at a byte offset.
fn error(vm: &mut Vm, text: &str, message: &str, at: usize) -> Raise {
    let before = &text[..at];
    let position = before.chars().count();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |s| s.chars().count()) + 1;
    let shown = format!("{message}: line {line} column {column} (char {position})");
    let raise = vm.exception(Type::JSONDecodeError, shown);
    let Raise::Exception(Value::Ref(r)) = raise else {
        return raise;
    };
    let made = vm
        .new_str(message)
        .and_then(|m| vm.new_str(text).map(|t| (m, t)));
    let (message, doc) = match made {
        Ok(made) => made,
        Err(raise) => return raise,
    };
    for (name, value) in [
        ("msg", message),
        ("doc", doc),
        ("pos", Value::Int(position as i64)),
        ("lineno", Value::Int(line as i64)),
        ("colno", Value::Int(column as i64)),
    ] {
        let name = vm.sym(name);
        vm.heap.exception_mut(r).attrs.set(name, value);
    }
    Raise::Exception(Value::Ref(r))
}

impl<'t> Reader<'_, 't> {
    fn error(&mut self, message: &str, at: usize) -> Raise {
        error(self.vm, self.text, message, at)
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: u32) -> Res<Value> {
        let start = self.at;
        match self.byte() {
            Some(b'"') => {
                let text = self.string()?;
                self.vm.new_str(&*text)
            }
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self
                .word()
                .ok_or_else(|| self.error("Expecting value", start)),
        }
    }

    fn word(&mut self) -> Option<Value> {
        const WORDS: [(&str, Value); 6] = [
            ("null", Value::None),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ];
        let rest = &self.text[self.at..];
        let (word, value) = WORDS.iter().find(|(word, _)| rest.starts_with(word))?;
        self.at += word.len();
        Some(*value)
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.byte().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Res<Value> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        match self.byte() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => {
                self.digits();
            }
            _ => {
                self.at = start;
                return self
                    .word()
                    .ok_or_else(|| self.error("Expecting value", start));
            }
        }
        let int_end = self.at;
        let mut is_float = false;
        if self.byte() == Some(b'.') {
            self.at += 1;
            if self.digits() > 0 {
                is_float = true;
            } else {
                self.at = int_end;
            }
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            let before = self.at;
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() > 0 {
                is_float = true;
            } else {
                self.at = before;
            }
        }
        let text = &self.text[start..self.at];
        let raw = if is_float { RAW_FLOATS } else { RAW_INTS };
        if self.mode & raw != 0 {
            self.vm.heap.room(text.len())?;
            let bytes = Object::Bytes(text.as_bytes().into());
            return self.vm.alloc(bytes).map(Value::Ref);
        }
        if is_float {
            return Ok(Value::Float(text.parse().unwrap_or(f64::NAN)));
        }
        if let Ok(small) = text.parse() {
            return Ok(Value::Int(small));
        }
        let digits = text.trim_start_matches('-').len();
        if digits > DIGITS_MAX {
            return Err(self.vm.value_error(format!(
                "Exceeds the limit ({DIGITS_MAX} digits) for integer string conversion: value has {digits} digits; \
                 use sys.set_int_max_str_digits() to increase the limit"
            )));
        }
        self.vm.pay(digits as u64)?;
        let big = BigInt::parse_bytes(text.as_bytes(), 10).unwrap_or_default();
        self.vm.new_int(big)
    }

    /// After it, the position is behind the closing quote.
    fn string(&mut self) -> Res<Cow<'t, str>> {
        let open = self.at;
        self.at += 1;
        let text: &'t str = self.text;
        let mut out = String::new();
        loop {
            let rest = &text.as_bytes()[self.at..];
            let plain = rest
                .iter()
                .position(|b| *b == b'"' || *b == b'\\' || *b < 0x20);
            let Some(plain) = plain else {
                return Err(self.error("Unterminated string starting at", open));
            };
            let piece = &text[self.at..self.at + plain];
            self.at += plain;
            match rest[plain] {
                b'"' => {
                    self.at += 1;
                    if out.is_empty() {
                        return Ok(Cow::Borrowed(piece));
                    }
                    self.vm.heap.grow_text(&mut out, piece.len())?;
                    out.push_str(piece);
                    return Ok(Cow::Owned(out));
                }
                b'\\' => {
                    self.vm.heap.grow_text(&mut out, piece.len() + 4)?;
                    out.push_str(piece);
                    let escaped = self.escape(open)?;
                    out.push(escaped);
                }
                _ => return Err(self.error("Invalid control character at", self.at)),
            }
        }
    }

    fn escape(&mut self, open: usize) -> Res<char> {
        let start = self.at;
        self.at += 1;
        let Some(b) = self.byte() else {
            return Err(self.error("Unterminated string starting at", open));
        };
        self.at += 1;
        Ok(match b {
            b'"' | b'\\' | b'/' => char::from(b),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit(start)?;
                if (0xd800..0xdc00).contains(&unit) && self.text[self.at..].starts_with("\\u") {
                    let (second, at) = (self.at, self.at);
                    self.at += 2;
                    let low = self.unit(second)?;
                    if (0xdc00..0xe000).contains(&low) {
                        let c = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                        return Ok(char::from_u32(c).unwrap_or('\u{fffd}'));
                    }
                    self.at = at;
                }
                return char::from_u32(unit).ok_or_else(|| {
                    Raise::Refused("a lone surrogate (`\\ud800` to `\\udfff`) in JSON".into())
                });
            }
            _ => return Err(self.error("Invalid \\escape", start)),
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self, start: usize) -> Res<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let digits = digits.filter(|d| d.iter().all(u8::is_ascii_hexdigit));
        let Some(digits) = digits else {
            return Err(self.error("Invalid \\uXXXX escape", start + 1));
        };
        let unit = digits.iter().fold(0, |unit, d| {
            unit * 16 + char::from(*d).to_digit(16).unwrap_or(0)
        });
        self.at += 4;
        Ok(unit)
    }

    fn too_deep(&mut self, what: &str) -> Raise {
        let text = format!(
            "maximum recursion depth exceeded while decoding a JSON {what} from a unicode string"
        );
        self.vm.exception(Type::RecursionError, text)
    }

    fn array(&mut self, depth: u32) -> Res<Value> {
        if depth > DEPTH_MAX {
            return Err(self.too_deep("array"));
        }
        self.at += 1;
        self.space();
        let list = self.vm.alloc(Object::List(Vec::new()))?;
        if self.byte() == Some(b']') {
            self.at += 1;
            return Ok(Value::Ref(list));
        }
        loop {
            let item = self.value(depth + 1)?;
            crate::objects::list::push(self.vm, list, item)?;
            self.space();
            match self.byte() {
                Some(b',') => {
                    let comma = self.at;
                    self.at += 1;
                    self.space();
                    if self.byte() == Some(b']') {
                        let message = "Illegal trailing comma before end of array";
                        return Err(self.error(message, comma));
                    }
                }
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::Ref(list));
                }
                _ => return Err(self.error("Expecting ',' delimiter", self.at)),
            }
        }
    }

    fn object(&mut self, depth: u32) -> Res<Value> {
        if depth > DEPTH_MAX {
            return Err(self.too_deep("object"));
        }
        const NAME: &str = "Expecting property name enclosed in double quotes";
        self.at += 1;
        self.space();
        let dict = match self.mode & PAIRS {
            0 => Some(self.vm.alloc(Object::Dict(Box::default()))?),
            _ => None,
        };
        let mut pairs = Vec::new();
        if self.byte() == Some(b'}') {
            self.at += 1;
            return self.made(dict, pairs);
        }
        loop {
            if self.byte() != Some(b'"') {
                return Err(self.error(NAME, self.at));
            }
            let key = self.string()?;
            let key = self.name(&key)?;
            self.space();
            if self.byte() != Some(b':') {
                return Err(self.error("Expecting ':' delimiter", self.at));
            }
            self.at += 1;
            self.space();
            let value = self.value(depth + 1)?;
            match dict {
                Some(dict) => crate::objects::dict::insert(self.vm, dict, key, value)?,
                None => {
                    let pair = self.vm.new_tuple([key, value])?;
                    self.vm.heap.grow(&mut pairs, 1)?;
                    pairs.push(pair);
                }
            }
            self.space();
            match self.byte() {
                Some(b',') => {
                    let comma = self.at;
                    self.at += 1;
                    self.space();
                    if self.byte() == Some(b'}') {
                        let message = "Illegal trailing comma before end of object";
                        return Err(self.error(message, comma));
                    }
                }
                Some(b'}') => {
                    self.at += 1;
                    return self.made(dict, pairs);
                }
                _ => return Err(self.error("Expecting ',' delimiter", self.at)),
            }
        }
    }

    fn made(&mut self, dict: Option<Ref>, pairs: Vec<Value>) -> Res<Value> {
        match dict {
            Some(dict) => Ok(Value::Ref(dict)),
            None => self.vm.new_tuple(pairs),
        }
    }

    /// A key as a string: the one of an earlier object, if it was read lately.
    fn name(&mut self, text: &str) -> Res<Value> {
        let ends = match text.as_bytes() {
            [first, .., last] => usize::from(*first) * 7 + usize::from(*last),
            [only] => usize::from(*only),
            [] => 0,
        };
        let place = (ends + text.len() * 5) % NAMES;
        if self.vm.heap.as_str(self.names[place]) == Some(text) {
            return Ok(self.names[place]);
        }
        let made = self.vm.new_str(text)?;
        self.names[place] = made;
        Ok(made)
    }
}
