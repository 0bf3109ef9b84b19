//! `str`: splitting, stripping, joining.

use super::str::{room, this};
use super::str_search::single;
use super::{args, iter, unwrap};
use crate::heap::{Object, Ref, Text, Type, Value};
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

fn split(vm: &mut Vm, a: Args<'_>, name: &str) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, sep, limit] = match *a.pos {
        [this] if a.kw.is_empty() => [this, Value::Unbound, Value::Unbound],
        [this, sep] if a.kw.is_empty() => [this, sep, Value::Unbound],
        _ => {
            let names = ["self", "sep", "maxsplit"];
            args::named(vm, a, &format!("str.{name}"), names, 1, 3)?
        }
    };
    let limit = match limit {
        Value::Unbound => usize::MAX,
        v => usize::try_from(args::index(vm, v)?).unwrap_or(usize::MAX),
    };
    let from_right = name == "rsplit";
    let sep = match sep {
        Value::Unbound | Value::None => None,
        v => Some(separator(vm, v)?),
    };
    match (sep, from_right) {
        (Some(sep), false) => split_at(vm, r, sep, limit),
        (Some(sep), true) => split_at_from_right(vm, r, sep, limit),
        (None, false) => split_words(vm, r, limit),
        (None, true) => split_words_from_right(vm, r, limit),
    }
}

/// Adds a part of a string to a list of them, which grows as it is paid for.
fn push_part(vm: &mut Vm, out: Ref, r: Ref, from: usize, to: usize) -> Res<()> {
    vm.heap.room(to - from)?;
    let part = Text::new(&vm.heap.text(r)[from..to]);
    let part = vm.new_str(part)?;
    let items = vm.heap.list(out).len();
    if items % 8 == 7 {
        vm.pay(1)?;
    }
    super::list::push(vm, out, part)
}

/// The parts between separators.
fn split_at(vm: &mut Vm, r: Ref, sep: Ref, limit: usize) -> Res<Flow> {
    let out = vm.alloc(Object::List(Vec::new()))?;
    let one = single(vm.heap.text(sep));
    let mut from = 0;
    for _ in 0..limit {
        let (text, sep) = (vm.heap.text(r), vm.heap.text(sep));
        let rest = &text[from..];
        let found = match one {
            Some(c) => rest.find(c),
            None => rest.find(sep),
        };
        let Some(at) = found else { break };
        let next = from + at + sep.len();
        push_part(vm, out, r, from, from + at)?;
        from = next;
    }
    let end = vm.heap.text(r).len();
    push_part(vm, out, r, from, end)?;
    Ok(Flow::Value(Value::Ref(out)))
}

/// The same from the right.
fn split_at_from_right(vm: &mut Vm, r: Ref, sep: Ref, limit: usize) -> Res<Flow> {
    let out = vm.alloc(Object::List(Vec::new()))?;
    let one = single(vm.heap.text(sep));
    let mut to = vm.heap.text(r).len();
    for _ in 0..limit {
        let (text, sep) = (vm.heap.text(r), vm.heap.text(sep));
        let rest = &text[..to];
        let found = match one {
            Some(c) => rest.rfind(c),
            None => rest.rfind(sep),
        };
        let Some(at) = found else { break };
        let from = at + sep.len();
        push_part(vm, out, r, from, to)?;
        to = at;
    }
    push_part(vm, out, r, 0, to)?;
    vm.heap.list_mut(out).reverse();
    Ok(Flow::Value(Value::Ref(out)))
}

/// The words between white space; what is left after `limit` splits keeps its inner white space.
fn split_words(vm: &mut Vm, r: Ref, limit: usize) -> Res<Flow> {
    let out = vm.alloc(Object::List(Vec::new()))?;
    let mut from = 0;
    loop {
        let text = vm.heap.text(r);
        let rest = text[from..].trim_start_matches(chars::is_space);
        if rest.is_empty() {
            return Ok(Flow::Value(Value::Ref(out)));
        }
        let start = text.len() - rest.len();
        let end = if vm.heap.list(out).len() == limit {
            text.len()
        } else {
            start + rest.find(chars::is_space).unwrap_or(rest.len())
        };
        push_part(vm, out, r, start, end)?;
        from = end;
    }
}

/// The same from the right.
fn split_words_from_right(vm: &mut Vm, r: Ref, limit: usize) -> Res<Flow> {
    let out = vm.alloc(Object::List(Vec::new()))?;
    let mut to = vm.heap.text(r).len();
    loop {
        let rest = vm.heap.text(r)[..to].trim_end_matches(chars::is_space);
        if rest.is_empty() {
            vm.heap.list_mut(out).reverse();
            return Ok(Flow::Value(Value::Ref(out)));
        }
        let end = rest.len();
        let last = rest.char_indices().rfind(|(_, c)| chars::is_space(*c));
        let start = match last {
            Some((at, c)) if vm.heap.list(out).len() < limit => at + c.len_utf8(),
            _ => 0,
        };
        push_part(vm, out, r, start, end)?;
        to = start;
    }
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

fn splitlines(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = this(vm, a, "splitlines")?;
    let [_, keep] = args::named(vm, a, "str.splitlines", ["self", "keepends"], 1, 2)?;
    let keep = match keep {
        Value::Unbound => false,
        v => super::ops::truth(vm, v)?,
    };
    let out = vm.alloc(Object::List(Vec::new()))?;
    let mut from = 0;
    loop {
        let rest = &vm.heap.text(r)[from..];
        if rest.is_empty() {
            return Ok(Flow::Value(Value::Ref(out)));
        }
        let (end, next) = match rest.find(chars::is_line_end) {
            None => (rest.len(), rest.len()),
            Some(i) if rest[i..].starts_with("\r\n") => (i, i + 2),
            Some(i) => (i, i + rest[i..].chars().next().map_or(1, char::len_utf8)),
        };
        push_part(vm, out, r, from, from + if keep { next } else { end })?;
        from += next;
    }
}

fn partition(vm: &mut Vm, a: Args<'_>, name: &str) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, sep] = args::exact_str(vm, a, name)?;
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
    let (before, after) = match found {
        Some((before, after)) => (before.len(), text.len() - after.len()),
        None if name == "rpartition" => (0, 0),
        None => (text.len(), text.len()),
    };
    let len = text.len();
    let mut values = [Value::None; 3];
    for (value, (from, to)) in values
        .iter_mut()
        .zip([(0, before), (before, after), (after, len)])
    {
        vm.heap.room(to - from)?;
        let part = Text::new(&vm.heap.text(r)[from..to]);
        *value = vm.new_str(part)?;
    }
    vm.new_tuple(values).map(Flow::Value)
}

fn strip(vm: &mut Vm, a: Args<'_>, name: &str, left: bool, right: bool) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, set] = args::between_str(vm, a, name, 1)?;
    let set = match unwrap(&vm.heap, set) {
        Value::Unbound | Value::None => None,
        Value::Ref(set) if matches!(vm.heap.get(set), Object::Str(_)) => Some(set),
        _ => {
            return Err(vm.type_error(format!("{name} arg must be None or str")));
        }
    };
    let whole = vm.heap.text(r);
    let set = set.map(|set| vm.heap.text(set));
    // Each character at the ends is sought among those of the argument.
    let sought = set.map_or(0, str::len) as u64 / 64;
    let looked = std::cell::Cell::new(0_u64);
    let most = vm.steps_left;
    let drop = |c: char| match set {
        None => chars::is_space(c),
        Some(set) => {
            looked.set(looked.get() + sought);
            looked.get() <= most && set.contains(c)
        }
    };
    let mut text = whole;
    if left {
        text = text.trim_start_matches(drop);
    }
    if right {
        text = text.trim_end_matches(drop);
    }
    let from = text.as_ptr() as usize - whole.as_ptr() as usize;
    let (to, len) = (from + text.len(), whole.len());
    vm.pay(looked.get())?;
    if to - from == len {
        return Ok(Flow::Value(Value::Ref(r)));
    }
    vm.heap.room(to - from)?;
    let text = Text::new(&vm.heap.text(r)[from..to]);
    vm.new_str(text).map(Flow::Value)
}

fn join(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = this(vm, a, "join")?;
    let [_, iterable] = args::exact(vm, a, "str.join")?;
    let items = match unwrap(&vm.heap, iterable) {
        Value::Ref(list) => match vm.heap.get(list) {
            Object::List(items) => {
                vm.heap.room(items.len() * size_of::<Value>())?;
                items.clone()
            }
            Object::Tuple(items) => {
                vm.heap.room(items.len() * size_of::<Value>())?;
                items.to_vec()
            }
            _ => collect(vm, iterable)?,
        },
        _ => collect(vm, iterable)?,
    };
    let held = items.capacity() * size_of::<(Value, Ref)>();
    vm.holding(held, |vm| joined(vm, r, items))
}

fn joined(vm: &mut Vm, r: Ref, items: Vec<Value>) -> Res<Flow> {
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
    let whole = size + sep - vm.heap.text(r).len().min(sep);
    let between = vm.heap.text(r);
    let mut out = String::with_capacity(whole);
    for (i, part) in refs.iter().enumerate() {
        if i > 0 {
            out.push_str(between);
        }
        out.push_str(vm.heap.text(*part));
    }
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
