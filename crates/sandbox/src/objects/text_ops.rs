//! Operators of `str` and `bytes`: `+`, `*`, `%`, items, slices, `in`.

use super::{args, int, ops, slice, unwrap};
use crate::compile::op::BinOp;
use crate::heap::{
    Object, Ref, Type, Value,
    text::{Buffer, Text},
};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// `text op b`.
pub(super) fn binary(vm: &mut Vm, op: BinOp, text: Ref, b: Value) -> Res<Option<Value>> {
    match op {
        BinOp::Add => concat(vm, text, b),
        BinOp::Mul if int::is_int(&vm.heap, b) => repeat(vm, text, b).map(Some),
        BinOp::Mod if matches!(vm.heap.get(text), Object::Str(_)) => {
            super::percent(vm, text, b).map(Some)
        }
        BinOp::Mod => Err(Raise::Refused("`%` formatting of bytes".into())),
        BinOp::Mul if super::special(&vm.heap, b, crate::heap::sym::sym::INDEX).is_some() => {
            Err(Raise::NeedsPython)
        }
        _ => Ok(None),
    }
}

/// From this many bytes on, a concatenation makes a buffer that the next one may append to.
const BUFFER_FROM: usize = 256;

fn concat(vm: &mut Vm, text: Ref, b: Value) -> Res<Option<Value>> {
    let Value::Ref(other) = b else {
        return Ok(None);
    };
    match (vm.heap.get(text), vm.heap.get(other)) {
        (Object::Str(_), Object::Str(_)) => joined(vm, text, other).map(Some),
        (Object::Bytes(x), Object::Bytes(y)) => {
            let bytes = x.len() + y.len();
            vm.pay(bytes as u64 / 64)?;
            vm.heap.room(bytes)?;
            let joined = match (vm.heap.get(text), vm.heap.get(other)) {
                (Object::Bytes(x), Object::Bytes(y)) => [&**x, &**y].concat(),
                _ => Vec::new(),
            };
            let made = vm.alloc(Object::Bytes(joined.into()))?;
            Ok(Some(Value::Ref(made)))
        }
        _ => Ok(None),
    }
}

/// `x + y` of two strings.
pub(crate) fn joined(vm: &mut Vm, x: Ref, y: Ref) -> Res<Value> {
    let (before, after) = (vm.heap.text(x).len(), vm.heap.text(y).len());
    if after == 0 {
        return Ok(Value::Ref(x));
    }
    if before == 0 {
        return Ok(Value::Ref(y));
    }
    // A buffer moves at most three times for each byte that is appended.
    vm.pay(after as u64 / 16)?;
    if let Some(grown) = vm.heap.append(x, y)? {
        return Ok(Value::Ref(grown));
    }
    let bytes = before + after;
    vm.pay(bytes as u64 / 64)?;
    vm.heap.room(bytes)?;
    if bytes < BUFFER_FROM || u32::try_from(bytes).is_err() {
        let parts = [vm.heap.text(x), vm.heap.text(y)];
        let text = Text::joined(bytes, parts.into_iter());
        return vm.new_str(text);
    }
    let mut whole = String::with_capacity(bytes);
    whole.push_str(vm.heap.text(x));
    whole.push_str(vm.heap.text(y));
    let chars = vm.heap.str(x).chars() + vm.heap.str(y).chars();
    let buffer = vm.alloc(Object::Buffer(Box::new(Buffer::new(whole))))?;
    let start = Text::Start {
        buffer,
        bytes: bytes as u32,
        chars: chars as u32,
    };
    vm.alloc(Object::Str(start)).map(Value::Ref)
}

fn repeat(vm: &mut Vm, text: Ref, count: Value) -> Res<Value> {
    let n = usize::try_from(args::clamped_index(vm, count)?.max(0)).unwrap_or(0);
    let bytes = match vm.heap.get(text) {
        Object::Str(s) => vm.heap.text_of(s).len(),
        Object::Bytes(b) => b.len(),
        _ => 0,
    };
    let total = bytes.saturating_mul(n);
    vm.pay(total as u64 / 64)?;
    // Asked before it is made: the result may be larger than the machine.
    vm.heap.room(total)?;
    match vm.heap.get(text) {
        Object::Str(_) if n == 1 => Ok(Value::Ref(text)),
        Object::Str(_) if total == 0 => vm.new_str(""),
        Object::Str(s) => {
            let made = vm.heap.text_of(s).repeat(n);
            vm.new_str(made)
        }
        Object::Bytes(b) if total > 0 => {
            let made = b.repeat(n);
            vm.alloc(Object::Bytes(made.into())).map(Value::Ref)
        }
        _ => vm.alloc(Object::Bytes(Box::default())).map(Value::Ref),
    }
}

/// `text[k]`.
pub(super) fn get_item(vm: &mut Vm, text: Ref, k: Value) -> Res<Value> {
    let len = ops::native_len(vm, text).unwrap_or(0);
    if let Some(span) = slice::of(vm, k, len)? {
        return sliced(vm, text, span);
    }
    let is_str = matches!(vm.heap.get(text), Object::Str(_));
    if !int::is_int(&vm.heap, k) {
        return Err(wrong_index(vm, is_str, k));
    }
    let i = args::index(vm, k)?;
    let at = if i < 0 { i + len as i64 } else { i };
    let Some(at) = usize::try_from(at).ok().filter(|at| *at < len) else {
        let text = if is_str {
            "string index out of range"
        } else {
            "index out of range"
        };
        return Err(vm.exception(Type::IndexError, text));
    };
    match vm.heap.get(text) {
        Object::Bytes(b) => Ok(Value::Int(i64::from(b[at]))),
        Object::Str(s) if s.is_ascii() => {
            let byte = vm.heap.text_of(s).as_bytes()[at];
            vm.new_single(byte)
        }
        Object::Str(s) => {
            let whole = vm.heap.text_of(s);
            let c = whole[vm.heap.byte_of(text, at)..].chars().next();
            vm.new_char(c.unwrap_or_default())
        }
        _ => Ok(Value::None),
    }
}

fn wrong_index(vm: &mut Vm, is_str: bool, k: Value) -> Raise {
    match ops::bad_index(vm, "byte", k) {
        Raise::NeedsPython => Raise::NeedsPython,
        other if !is_str => other,
        _ => {
            let name = vm.type_name(k).to_string();
            vm.type_error(format!("string indices must be integers, not '{name}'"))
        }
    }
}

/// What a slice selects, as a text of the same kind.
pub(super) fn sliced(vm: &mut Vm, text: Ref, span: slice::Span) -> Res<Value> {
    vm.pay(span.count as u64 / 64)?;
    if let Object::Str(s) = vm.heap.get(text)
        && span.step == 1
        && span.count == s.chars()
    {
        return Ok(Value::Ref(text));
    }
    let most = match vm.heap.get(text) {
        // A character has at most four bytes.
        Object::Str(s) if !s.is_ascii() => vm.heap.text_of(s).len().min(4 * span.count),
        _ => span.count,
    };
    vm.heap.room(most)?;
    let made = match vm.heap.get(text) {
        Object::Bytes(b) => Object::Bytes(span.indices().map(|i| b[i]).collect()),
        Object::Str(s) if span.step == 1 => {
            let (from, to) = (span.start as usize, span.start as usize + span.count);
            let (from, to) = (vm.heap.byte_of(text, from), vm.heap.byte_of(text, to));
            let part = Text::new(&vm.heap.text_of(s)[from..to]);
            return vm.new_str(part);
        }
        Object::Str(s) if s.is_ascii() => {
            let bytes = vm.heap.text_of(s).as_bytes();
            let mut text = String::with_capacity(span.count);
            text.extend(span.indices().map(|i| bytes[i] as char));
            return vm.new_str(text);
        }
        Object::Str(s) => {
            let chars = s.chars();
            vm.pay(chars as u64 / 64)?;
            let whole = vm.heap.text(text);
            vm.heap
                .room(chars * size_of::<char>() + 2 * whole.len().min(4 * span.count))?;
            let all: Vec<char> = whole.chars().collect();
            let text: String = span.indices().map(|i| all[i]).collect();
            return vm.new_str(text);
        }
        _ => return Ok(Value::None),
    };
    vm.alloc(made).map(Value::Ref)
}

/// `part in text`. One byte is sought as one.
fn holds(text: &str, part: &str) -> bool {
    match *part.as_bytes() {
        [byte] => text.as_bytes().contains(&byte),
        _ => text.contains(part),
    }
}

/// `item in text`.
pub(super) fn contains(vm: &mut Vm, text: Ref, item: Value) -> Res<bool> {
    let cost = match vm.heap.get(text) {
        Object::Str(s) => vm.heap.text_of(s).len(),
        Object::Bytes(b) => b.len(),
        _ => 0,
    };
    vm.pay(cost as u64 / 64)?;
    let plain = unwrap(&vm.heap, item);
    if let Value::Ref(other) = plain {
        match (vm.heap.get(text), vm.heap.get(other)) {
            (Object::Str(x), Object::Str(y)) => {
                let (x, y) = (vm.heap.text_of(x), vm.heap.text_of(y));
                return Ok(holds(x, y));
            }
            (Object::Bytes(x), Object::Bytes(y)) => {
                return Ok(y.is_empty() || x.windows(y.len()).any(|w| w == &**y));
            }
            _ => {}
        }
    }
    let name = vm.type_name(item).to_string();
    if let Object::Bytes(b) = vm.heap.get(text) {
        return match int::small(&vm.heap, plain) {
            Some(byte) if (0..256).contains(&byte) => Ok(b.contains(&(byte as u8))),
            Some(_) => Err(vm.value_error("byte must be in range(0, 256)")),
            None => Err(vm.type_error(format!("a bytes-like object is required, not '{name}'"))),
        };
    }
    Err(vm.type_error(format!(
        "'in <string>' requires string as left operand, not {name}"
    )))
}
