//! `str`: splitting, stripping, joining.

use super::str::{room, this};
use super::{args, iter, unwrap};
use crate::heap::{Object, Ref, Type, Value};
use crate::text::chars;
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Str, "split", |vm, a| split(vm, a, "split")),
    NativeDef::method(Type::Str, "rsplit", |vm, a| split(vm, a, "rsplit")),
    NativeDef::method(Type::Str, "splitlines", splitlines),
    NativeDef::method(Type::Str, "partition", |vm, a| {
        partition(vm, a, "partition")
    }),
    NativeDef::method(Type::Str, "rpartition", |vm, a| {
        partition(vm, a, "rpartition")
    }),
    NativeDef::method(Type::Str, "strip", |vm, a| {
        strip(vm, a, "strip", true, true)
    }),
    NativeDef::method(Type::Str, "lstrip", |vm, a| {
        strip(vm, a, "lstrip", true, false)
    }),
    NativeDef::method(Type::Str, "rstrip", |vm, a| {
        strip(vm, a, "rstrip", false, true)
    }),
    NativeDef::method(Type::Str, "join", join)
        .drains(0b10)
        .slow("slow_str_join"),
];

/// A list of new strings.
fn list(vm: &mut Vm, parts: Vec<String>) -> Res<Flow> {
    vm.pay(parts.len() as u64 / 8)?;
    let mut values = Vec::with_capacity(parts.len());
    for part in parts {
        values.push(vm.new_str(part)?);
    }
    vm.new_list(values).map(Flow::Value)
}

fn split(vm: &mut Vm, a: Args<'_>, name: &str) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, sep, limit] = args::named(
        vm,
        a,
        &format!("str.{name}"),
        ["self", "sep", "maxsplit"],
        1,
        3,
    )?;
    let limit = match limit {
        Value::Unbound => usize::MAX,
        v => usize::try_from(args::index(vm, v)?).unwrap_or(usize::MAX),
    };
    let from_right = name == "rsplit";
    let sep = match sep {
        Value::Unbound | Value::None => None,
        v => Some(separator(vm, v)?),
    };
    let text = vm.heap.text(r);
    let parts: Vec<String> = match sep {
        None => words(text, limit, from_right),
        Some(sep) => {
            let sep = vm.heap.text(sep);
            let parts = limit.saturating_add(1);
            if from_right {
                let mut parts: Vec<String> = text.rsplitn(parts, sep).map(str::to_owned).collect();
                parts.reverse();
                parts
            } else {
                text.splitn(parts, sep).map(str::to_owned).collect()
            }
        }
    };
    list(vm, parts)
}

fn separator(vm: &mut Vm, v: Value) -> Res<Ref> {
    let sep = match unwrap(&vm.heap, v) {
        Value::Ref(r) if matches!(vm.heap.get(r), Object::Str(_)) => r,
        _ => {
            let name = vm.type_name(v).to_owned();
            return Err(vm.type_error(format!("must be str or None, not {name}")));
        }
    };
    if vm.heap.text(sep).is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    Ok(sep)
}

/// Words between white space; what is left after `limit` splits keeps its inner white space.
fn words(text: &str, limit: usize, from_right: bool) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = if from_right {
        text.trim_end_matches(chars::is_space)
    } else {
        text.trim_start_matches(chars::is_space)
    };
    while !rest.is_empty() {
        if parts.len() == limit {
            let last = if from_right {
                rest.trim_end_matches(chars::is_space)
            } else {
                rest
            };
            parts.push(last.to_owned());
            break;
        }
        if from_right {
            let start = rest
                .char_indices()
                .rev()
                .find(|(_, c)| chars::is_space(*c))
                .map_or(0, |(i, c)| i + c.len_utf8());
            parts.push(rest[start..].to_owned());
            rest = rest[..start].trim_end_matches(chars::is_space);
        } else {
            let end = rest.find(chars::is_space).unwrap_or(rest.len());
            parts.push(rest[..end].to_owned());
            rest = rest[end..].trim_start_matches(chars::is_space);
        }
    }
    if from_right {
        parts.reverse();
    }
    parts
}

fn splitlines(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = this(vm, a, "splitlines")?;
    let [_, keep] = args::named(vm, a, "str.splitlines", ["self", "keepends"], 1, 2)?;
    let keep = match keep {
        Value::Unbound => false,
        v => super::ops::truth(vm, v)?,
    };
    let mut parts = Vec::new();
    let mut rest = vm.heap.text(r);
    while !rest.is_empty() {
        let (end, next) = match rest.find(chars::is_line_end) {
            None => (rest.len(), rest.len()),
            Some(i) if rest[i..].starts_with("\r\n") => (i, i + 2),
            Some(i) => (i, i + rest[i..].chars().next().map_or(1, char::len_utf8)),
        };
        parts.push(rest[..if keep { next } else { end }].to_owned());
        rest = &rest[next..];
    }
    list(vm, parts)
}

fn partition(vm: &mut Vm, a: Args<'_>, name: &str) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, sep] = args::exact(vm, a, &format!("str.{name}"))?;
    let sep_ref = match unwrap(&vm.heap, sep) {
        Value::Ref(r) if matches!(vm.heap.get(r), Object::Str(_)) => r,
        _ => {
            let given = vm.type_name(sep).to_owned();
            return Err(vm.type_error(format!("must be str, not {given}")));
        }
    };
    let (text, sought) = (vm.heap.text(r), vm.heap.text(sep_ref));
    if sought.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    let found = if name == "rpartition" {
        text.rsplit_once(sought)
    } else {
        text.split_once(sought)
    };
    let parts = match found {
        Some((before, after)) => [before.to_owned(), sought.to_owned(), after.to_owned()],
        None if name == "rpartition" => [String::new(), String::new(), text.to_owned()],
        None => [text.to_owned(), String::new(), String::new()],
    };
    let mut values = [Value::None; 3];
    for (value, part) in values.iter_mut().zip(parts) {
        *value = vm.new_str(part)?;
    }
    vm.new_tuple(values).map(Flow::Value)
}

fn strip(vm: &mut Vm, a: Args<'_>, name: &str, left: bool, right: bool) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, set] = args::between(vm, a, &format!("str.{name}"), 1)?;
    let set: Option<Vec<char>> = match set {
        Value::Unbound | Value::None => None,
        v => match args::text(vm, v) {
            Some(text) => Some(text.chars().collect()),
            None => {
                return Err(vm.type_error(format!("{name} arg must be None or str")));
            }
        },
    };
    let drop = |c: char| match &set {
        None => chars::is_space(c),
        Some(set) => set.contains(&c),
    };
    let whole = vm.heap.text(r);
    let mut text = whole;
    if left {
        text = text.trim_start_matches(drop);
    }
    if right {
        text = text.trim_end_matches(drop);
    }
    if text.len() == whole.len() {
        return Ok(Flow::Value(Value::Ref(r)));
    }
    let text = text.to_owned();
    vm.new_str(text).map(Flow::Value)
}

fn join(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = this(vm, a, "join")?;
    let [_, iterable] = args::exact(vm, a, "str.join")?;
    let items = match unwrap(&vm.heap, iterable) {
        Value::Ref(list) => match vm.heap.get(list) {
            Object::List(items) => items.clone(),
            Object::Tuple(items) => items.to_vec(),
            _ => collect(vm, iterable)?,
        },
        _ => collect(vm, iterable)?,
    };
    let mut size = 0usize;
    let mut refs: Vec<Ref> = Vec::with_capacity(items.len());
    for (i, item) in items.into_iter().enumerate() {
        match unwrap(&vm.heap, item) {
            Value::Ref(item) if matches!(vm.heap.get(item), Object::Str(_)) => {
                size = size.saturating_add(vm.heap.text(item).len());
                refs.push(item);
            }
            _ => {
                let name = vm.type_name(item).to_owned();
                return Err(vm.type_error(format!(
                    "sequence item {i}: expected str instance, {name} found"
                )));
            }
        }
    }
    if let [only] = refs.as_slice() {
        return Ok(Flow::Value(Value::Ref(*only)));
    }
    let sep = vm.heap.text(r).len().saturating_mul(refs.len());
    room(vm, size.saturating_add(sep))?;
    let texts: Vec<&str> = refs.iter().map(|r| vm.heap.text(*r)).collect();
    let out = texts.join(vm.heap.text(r));
    vm.new_str(out).map(Flow::Value)
}

fn collect(vm: &mut Vm, iterable: Value) -> Res<Vec<Value>> {
    match iter::collect(vm, iterable) {
        Err(Raise::Exception(e)) if iter::iter(vm, iterable).is_ok_and(|i| i.is_none()) => {
            let is_type_error = vm.class_of(e) == Type::TypeError.r();
            if is_type_error {
                return Err(vm.type_error("can only join an iterable"));
            }
            Err(Raise::Exception(e))
        }
        other => other,
    }
}
