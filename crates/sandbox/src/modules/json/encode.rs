//! Values to JSON text, as CPython writes it.

use super::DEPTH_MAX;
use crate::heap::{Heap, Object, Ref, Type, Value};
use crate::text::float_repr;
use crate::vm::native::{Args, Flow};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use compact_str::ToCompactString as _;
use num_bigint::BigInt;
use std::fmt::Write as _;

/// How the text is laid out.
struct Style {
    skip_keys: bool,
    ascii: bool,
    allow_nan: bool,
    sort_keys: bool,
    /// What one level is indented by.
    indent: Option<String>,
    item_end: String,
    key_end: String,
    /// Whether there is a `default` function, so that the library goes on where this stops.
    has_default: bool,
}

/// `_kont_json_dumps(value, skipkeys, ensure_ascii, allow_nan, sort_keys, indent, item_separator,
/// key_separator, has_default)`. With a default, what it cannot write is `NotImplemented`.
pub(super) fn dumps(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [value, rest @ ..] = args.pos else {
        return Err(vm.type_error("_kont_json_dumps takes nine arguments"));
    };
    let [skip, ascii, nan, sort, indent, item, key, default] = rest else {
        return Err(vm.type_error("_kont_json_dumps takes nine arguments"));
    };
    let is = |v: &Value| matches!(v, Value::Bool(true));
    let styles = [indent, item, key].map(|v| vm.heap.as_str(*v).map_or(0, str::len));
    vm.heap.room(styles.iter().sum())?;
    let text = |v: &Value| vm.heap.as_str(*v).map(str::to_owned);
    let style = Style {
        skip_keys: is(skip),
        ascii: is(ascii),
        allow_nan: is(nan),
        sort_keys: is(sort),
        indent: text(indent),
        item_end: text(item).unwrap_or_default(),
        key_end: text(key).unwrap_or_default(),
        has_default: is(default),
    };
    let mut writer = Writer {
        vm,
        style,
        out: String::new(),
        paid: 0,
        open: Vec::new(),
    };
    match writer.value(*value) {
        Ok(true) => {}
        Ok(false) => return Ok(Flow::Value(Value::NotImplemented)),
        Err(raise) => return Err(raise),
    }
    let out = writer.out;
    vm.new_str(out).map(Flow::Value)
}

struct Writer<'a> {
    vm: &'a mut Vm,
    style: Style,
    out: String,
    paid: usize,
    /// Containers that are being written.
    open: Vec<Ref>,
}

impl Writer<'_> {
    /// Pays for what was written since the last time, and makes room for a number or a word.
    fn pay(&mut self) -> Res<()> {
        let new = self.out.len() - self.paid;
        if new >= 64 {
            self.vm.pay(new as u64 / 64)?;
            self.paid = self.out.len();
        }
        self.vm.heap.grow_text(&mut self.out, 64)?;
        Ok(())
    }

    /// Whether it could be written; if not, only `default` can help.
    fn value(&mut self, v: Value) -> Res<bool> {
        self.pay()?;
        let v = crate::objects::unwrap(&self.vm.heap, v);
        match v {
            Value::None => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Int(i) => self.out.push_str(&i.to_compact_string()),
            Value::Float(x) => {
                let text = self.float(x)?;
                self.out.push_str(&text);
            }
            Value::Ref(r) => match self.vm.heap.get(r) {
                Object::Str(s) => {
                    let text = self.vm.heap.text_of(s);
                    quoted(&self.vm.heap, &mut self.out, self.style.ascii, text)?;
                }
                Object::BigInt(i) => {
                    let i = i.clone();
                    let text = self.decimal(&i)?;
                    self.vm.heap.grow_text(&mut self.out, text.len() + 64)?;
                    self.out.push_str(&text);
                }
                Object::List(_) | Object::Tuple(_) => return self.array(r),
                Object::Dict(_) => return self.object(r),
                _ => return self.unknown(v),
            },
            _ => return self.unknown(v),
        }
        Ok(true)
    }

    fn unknown(&mut self, v: Value) -> Res<bool> {
        if self.style.has_default {
            return Ok(false);
        }
        let name = self.vm.type_name(v).to_string();
        Err(self
            .vm
            .type_error(format!("Object of type {name} is not JSON serializable")))
    }

    fn float(&mut self, x: f64) -> Res<String> {
        if x.is_finite() {
            return Ok(float_repr(x));
        }
        if !self.style.allow_nan {
            let shown = float_repr(x);
            return Err(self.vm.value_error(format!(
                "Out of range float values are not JSON compliant: {shown}"
            )));
        }
        Ok(match x {
            _ if x.is_nan() => "NaN",
            _ if x > 0.0 => "Infinity",
            _ => "-Infinity",
        }
        .into())
    }

    /// The digits of a big integer, by CPython's limit of them.
    fn decimal(&mut self, i: &BigInt) -> Res<String> {
        // 4,300 digits are less than 14,285 bits.
        if i.bits() > 14_285 {
            let text = "Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit";
            return Err(self.vm.value_error(text));
        }
        self.vm.pay(i.bits() / 8)?;
        Ok(i.to_string())
    }

    fn enter(&mut self, r: Ref, what: &str) -> Res<()> {
        if self.open.contains(&r) {
            return Err(self.vm.value_error("Circular reference detected"));
        }
        if self.open.len() as u32 > DEPTH_MAX {
            let text = format!("maximum recursion depth exceeded while encoding a JSON {what}");
            return Err(self.vm.exception(Type::RecursionError, text));
        }
        self.open.push(r);
        Ok(())
    }

    fn new_line(&mut self) -> Res<()> {
        if let Some(indent) = &self.style.indent {
            let bytes = 64 + indent.len().saturating_mul(self.open.len());
            self.vm.heap.grow_text(&mut self.out, bytes)?;
            self.out.push('\n');
            for _ in 0..self.open.len() {
                self.out.push_str(indent);
            }
        }
        Ok(())
    }

    fn item_end(&mut self) -> Res<()> {
        let end = &self.style.item_end;
        self.vm.heap.grow_text(&mut self.out, end.len() + 64)?;
        self.out.push_str(end);
        Ok(())
    }

    /// An item of a list or tuple: nothing changes them while they are written.
    fn item(&self, r: Ref, i: usize) -> Option<Value> {
        match self.vm.heap.get(r) {
            Object::List(items) => items.get(i).copied(),
            Object::Tuple(items) => items.get(i).copied(),
            _ => None,
        }
    }

    fn array(&mut self, r: Ref) -> Res<bool> {
        if self.item(r, 0).is_none() {
            self.out.push_str("[]");
            return Ok(true);
        }
        self.enter(r, "object")?;
        self.out.push('[');
        let mut i = 0;
        while let Some(item) = self.item(r, i) {
            if i > 0 {
                self.item_end()?;
            }
            i += 1;
            self.new_line()?;
            if !self.value(item)? {
                return Ok(false);
            }
        }
        self.open.pop();
        self.new_line()?;
        self.out.push(']');
        Ok(true)
    }

    fn object(&mut self, r: Ref) -> Res<bool> {
        let bytes = self.vm.heap.dict(r).len() * size_of::<(Value, Value)>();
        self.vm.heap.charge(bytes)?;
        let done = self.pairs(r);
        self.vm.heap.refund(bytes);
        done
    }

    fn pairs(&mut self, r: Ref) -> Res<bool> {
        let mut pairs: Vec<(Value, Value)> = self
            .vm
            .heap
            .dict(r)
            .iter()
            .map(|e| (e.key, e.value))
            .collect();
        if pairs.is_empty() {
            self.out.push_str("{}");
            return Ok(true);
        }
        self.enter(r, "object")?;
        if self.style.sort_keys {
            self.sort(&mut pairs)?;
        }
        self.out.push('{');
        let mut first = true;
        for (key, value) in pairs {
            let text = match key {
                Value::Ref(r) if matches!(self.vm.heap.get(r), Object::Str(_)) => None,
                _ => match self.key(key)? {
                    None => continue,
                    text => text,
                },
            };
            if !first {
                self.item_end()?;
            }
            first = false;
            self.new_line()?;
            let text = match &text {
                Some(text) => text,
                None => self.vm.heap.as_str(key).unwrap_or_default(),
            };
            quoted(&self.vm.heap, &mut self.out, self.style.ascii, text)?;
            let end = &self.style.key_end;
            self.vm.heap.grow_text(&mut self.out, end.len())?;
            self.out.push_str(end);
            if !self.value(value)? {
                return Ok(false);
            }
        }
        self.open.pop();
        if first {
            self.out.push('}');
            return Ok(true);
        }
        self.new_line()?;
        self.out.push('}');
        Ok(true)
    }

    /// A key's text; `None` for one that is skipped.
    fn key(&mut self, key: Value) -> Res<Option<String>> {
        let plain = crate::objects::unwrap(&self.vm.heap, key);
        Ok(Some(match plain {
            Value::None => "null".into(),
            Value::Bool(b) => b.to_string(),
            Value::Int(i) => i.to_string(),
            Value::Float(x) => self.float(x)?,
            Value::Ref(r) if matches!(self.vm.heap.get(r), Object::Str(_)) => {
                let text = self.vm.heap.text(r);
                self.vm.heap.room(text.len())?;
                text.to_owned()
            }
            Value::Ref(r) if matches!(self.vm.heap.get(r), Object::BigInt(_)) => {
                let Object::BigInt(i) = self.vm.heap.get(r).clone() else {
                    return Ok(None);
                };
                self.decimal(&i)?
            }
            _ if self.style.skip_keys => return Ok(None),
            _ => {
                let name = self.vm.type_name(key).to_string();
                return Err(self.vm.type_error(format!(
                    "keys must be str, int, float, bool or None, not {name}"
                )));
            }
        }))
    }

    fn sort(&mut self, pairs: &mut [(Value, Value)]) -> Res<()> {
        self.vm.pay(pairs.len() as u64 / 4)?;
        let heap = &self.vm.heap;
        if pairs.iter().all(|(k, _)| heap.as_str(*k).is_some()) {
            pairs.sort_by(|(a, _), (b, _)| heap.as_str(*a).cmp(&heap.as_str(*b)));
            return Ok(());
        }
        if pairs.iter().all(|(k, _)| matches!(k, Value::Int(_))) {
            pairs.sort_by_key(|(k, _)| match k {
                Value::Int(i) => *i,
                _ => 0,
            });
            return Ok(());
        }
        if pairs.len() < 2 {
            return Ok(());
        }
        let other = pairs
            .windows(2)
            .find(|w| self.vm.class_of(w[0].0) != self.vm.class_of(w[1].0))
            .map(|w| (w[1].0, w[0].0));
        match other {
            Some((a, b)) => {
                let (a, b) = (
                    self.vm.type_name(a).to_string(),
                    self.vm.type_name(b).to_string(),
                );
                Err(self.vm.type_error(format!(
                    "'<' not supported between instances of '{a}' and '{b}'"
                )))
            }
            None => Err(Raise::Refused(
                "`sort_keys` with keys that are neither all str nor all int".into(),
            )),
        }
    }
}

/// Writes a string with its quotes: runs of plain characters at once.
fn quoted(heap: &Heap, out: &mut String, ascii: bool, text: &str) -> Res<()> {
    let plain =
        |b: u8| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\' || !ascii && b >= 0x80;
    // A byte becomes at most six, and after it there is still room for a number.
    let mut bytes = 6 * text.len();
    if out.capacity() - out.len() < bytes + 64 {
        bytes = text.len() + 5 * text.bytes().filter(|b| !plain(*b)).count();
        heap.grow_text(out, bytes + 64)?;
    }
    out.push('"');
    let mut rest = text;
    loop {
        let run = rest.bytes().position(|b| !plain(b)).unwrap_or(rest.len());
        out.push_str(&rest[..run]);
        let mut after = rest[run..].chars();
        let Some(c) = after.next() else { break };
        rest = after.as_str();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' || ascii => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").unwrap_or_default();
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(())
}
