//! Operators of `str` and `bytes`: `+`, `*`, `%`, items, slices, `in`.

use super::{args, int, ops, slice, unwrap};
use crate::compile::op::BinOp;
use crate::heap::{Object, Ref, Type, Value, object::Str};
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

fn concat(vm: &mut Vm, text: Ref, b: Value) -> Res<Option<Value>> {
    let Value::Ref(other) = b else {
        return Ok(None);
    };
    let bytes = match (vm.heap.get(text), vm.heap.get(other)) {
        (Object::Str(x), Object::Str(y)) => x.text.len() + y.text.len(),
        (Object::Bytes(x), Object::Bytes(y)) => x.len() + y.len(),
        _ => return Ok(None),
    };
    vm.pay(bytes as u64 / 64)?;
    let joined = match (vm.heap.get(text), vm.heap.get(other)) {
        (Object::Str(x), Object::Str(y)) => {
            let mut joined = String::with_capacity(bytes);
            joined.push_str(&x.text);
            joined.push_str(&y.text);
            Object::Str(Str {
                chars: x.chars.saturating_add(y.chars),
                text: joined.into(),
            })
        }
        (Object::Bytes(x), Object::Bytes(y)) => Object::Bytes([&**x, &**y].concat().into()),
        _ => return Ok(None),
    };
    vm.alloc(joined).map(|r| Some(Value::Ref(r)))
}

fn repeat(vm: &mut Vm, text: Ref, count: Value) -> Res<Value> {
    let n = usize::try_from(args::clamped_index(vm, count)?.max(0)).unwrap_or(0);
    let bytes = match vm.heap.get(text) {
        Object::Str(s) => s.text.len(),
        Object::Bytes(b) => b.len(),
        _ => 0,
    };
    let total = bytes.saturating_mul(n);
    vm.pay(total as u64 / 64)?;
    // Asked before it is made: the result may be larger than the machine.
    if total > vm.heap.limit_bytes() {
        vm.heap.charge(total)?;
    }
    let made = match vm.heap.get(text) {
        Object::Str(s) => {
            let chars = (s.chars as usize).saturating_mul(n);
            if u32::try_from(chars).is_err() {
                return Err(Raise::Refused(
                    "a string of more than 2^32 characters".into(),
                ));
            }
            Object::Str(Str {
                text: if bytes == 0 {
                    "".into()
                } else {
                    s.text.repeat(n).into()
                },
                chars: chars as u32,
            })
        }
        Object::Bytes(b) if bytes > 0 => Object::Bytes(b.repeat(n).into()),
        _ => Object::Bytes(Box::default()),
    };
    vm.alloc(made).map(Value::Ref)
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
            let c = s.text.get(at..at + 1).unwrap_or("").to_owned();
            vm.new_str(c)
        }
        Object::Str(s) => {
            let c: String = s.text.chars().nth(at).into_iter().collect();
            vm.pay(at as u64 / 64)?;
            vm.new_str(c)
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

fn sliced(vm: &mut Vm, text: Ref, span: slice::Span) -> Res<Value> {
    vm.pay(span.count as u64 / 64)?;
    let made = match vm.heap.get(text) {
        Object::Bytes(b) => Object::Bytes(span.indices().map(|i| b[i]).collect()),
        Object::Str(s) if s.is_ascii() && span.step == 1 => {
            let from = span.start as usize;
            Object::Str(Str::new(s.text.get(from..from + span.count).unwrap_or("")))
        }
        Object::Str(s) if s.is_ascii() => {
            let bytes = s.text.as_bytes();
            let text: String = span.indices().map(|i| bytes[i] as char).collect();
            Object::Str(Str::new(text))
        }
        Object::Str(s) if span.step == 1 => {
            let chars = s.chars as u64;
            let text: String = s
                .text
                .chars()
                .skip(span.start as usize)
                .take(span.count)
                .collect();
            vm.pay(chars / 64)?;
            Object::Str(Str::new(text))
        }
        Object::Str(s) => {
            let all: Vec<char> = s.text.chars().collect();
            let text: String = span.indices().map(|i| all[i]).collect();
            vm.pay(all.len() as u64 / 64)?;
            Object::Str(Str::new(text))
        }
        _ => return Ok(Value::None),
    };
    vm.alloc(made).map(Value::Ref)
}

/// `item in text`.
pub(super) fn contains(vm: &mut Vm, text: Ref, item: Value) -> Res<bool> {
    let cost = match vm.heap.get(text) {
        Object::Str(s) => s.text.len(),
        Object::Bytes(b) => b.len(),
        _ => 0,
    };
    vm.pay(cost as u64 / 64)?;
    let plain = unwrap(&vm.heap, item);
    if let Value::Ref(other) = plain {
        match (vm.heap.get(text), vm.heap.get(other)) {
            (Object::Str(x), Object::Str(y)) => return Ok(x.text.contains(&*y.text)),
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
