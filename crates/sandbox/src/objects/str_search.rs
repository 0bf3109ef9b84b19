//! `str`: searching, replacing, testing of ends.

use super::str::{room, str_arg, this};
use super::{args, unwrap};
use crate::heap::{Object, Ref, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::Res;
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Str, "find", |vm, a| find(vm, a, "find", false)),
    NativeDef::method(Type::Str, "rfind", |vm, a| find(vm, a, "rfind", true)),
    NativeDef::method(Type::Str, "index", |vm, a| index(vm, a, "index", false)),
    NativeDef::method(Type::Str, "rindex", |vm, a| index(vm, a, "rindex", true)),
    NativeDef::method(Type::Str, "count", count),
    NativeDef::method(Type::Str, "startswith", |vm, a| {
        ends(vm, a, "startswith", |text, end| text.starts_with(end))
    }),
    NativeDef::method(Type::Str, "endswith", |vm, a| {
        ends(vm, a, "endswith", |text, end| text.ends_with(end))
    }),
    NativeDef::method(Type::Str, "replace", replace),
    NativeDef::method(Type::Str, "removeprefix", |vm, a| {
        remove(vm, a, "removeprefix", |text, end| text.strip_prefix(end))
    }),
    NativeDef::method(Type::Str, "removesuffix", |vm, a| {
        remove(vm, a, "removesuffix", |text, end| text.strip_suffix(end))
    }),
];

/// The bounds that `start` and `end` arguments mean for a length; `None` if start lies behind the end.
pub(super) fn bounds(
    vm: &mut Vm,
    len: usize,
    start: Value,
    end: Value,
) -> Res<Option<(usize, usize)>> {
    let len = len as i64;
    let mut at = |v: Value, default: i64| -> Res<i64> {
        match v {
            Value::Unbound | Value::None => Ok(default),
            v => {
                let i = slice_index(vm, v)?;
                Ok(if i < 0 {
                    i.saturating_add(len).max(0)
                } else {
                    i
                })
            }
        }
    };
    let start = at(start, 0)?;
    let end = at(end, len)?.min(len);
    Ok((start <= end).then_some((start as usize, end as usize)))
}

fn slice_index(vm: &mut Vm, v: Value) -> Res<i64> {
    let is_int = match unwrap(&vm.heap, v) {
        Value::Int(_) | Value::Bool(_) => true,
        Value::Ref(r) => matches!(vm.heap.get(r), Object::BigInt(_) | Object::Instance(_)),
        _ => false,
    };
    if !is_int {
        return Err(
            vm.type_error("slice indices must be integers or None or have an __index__ method")
        );
    }
    args::clamped_index(vm, v)
}

/// The only character of a text: sought faster than a text.
pub(super) fn single(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

/// What a search is about: the string, what is sought, and where, in bytes.
struct Search {
    text: Ref,
    sought: Ref,
    range: Option<(usize, usize)>,
}

fn search(vm: &mut Vm, a: Args<'_>, name: &str) -> Res<Search> {
    let text = this(vm, a, name)?;
    let [_, sought, start, end] = args::between_str(vm, a, name, 2)?;
    let sought = str_arg(vm, sought, format_args!("{name}() argument 1"))?;
    let range = range(vm, text, start, end)?;
    Ok(Search {
        text,
        sought,
        range,
    })
}

fn range(vm: &mut Vm, text: Ref, start: Value, end: Value) -> Res<Option<(usize, usize)>> {
    let chars = vm.heap.str(text).chars();
    let found = bounds(vm, chars, start, end)?;
    Ok(found
        .filter(|(start, _)| *start <= chars)
        .map(|(start, end)| (vm.heap.byte_of(text, start), vm.heap.byte_of(text, end))))
}

impl Search {
    fn find(&self, vm: &Vm, from_right: bool) -> Option<usize> {
        let (start, end) = self.range?;
        let part = &vm.heap.text(self.text)[start..end];
        let sought = vm.heap.text(self.sought);
        let at = match (single(sought), from_right) {
            (Some(c), true) => part.rfind(c),
            (Some(c), false) => part.find(c),
            (None, true) => part.rfind(sought),
            (None, false) => part.find(sought),
        };
        at.map(|i| vm.heap.char_of(self.text, start + i))
    }
}

fn find(vm: &mut Vm, a: Args<'_>, name: &str, from_right: bool) -> Res<Flow> {
    let search = search(vm, a, name)?;
    let at = search.find(vm, from_right);
    Ok(Flow::Value(Value::Int(at.map_or(-1, |i| i as i64))))
}

fn index(vm: &mut Vm, a: Args<'_>, name: &str, from_right: bool) -> Res<Flow> {
    let search = search(vm, a, name)?;
    match search.find(vm, from_right) {
        Some(at) => Ok(Flow::Value(Value::Int(at as i64))),
        None => Err(vm.value_error("substring not found")),
    }
}

fn count(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let search = search(vm, a, "count")?;
    let n = search.range.map_or(0, |(start, end)| {
        let part = &vm.heap.text(search.text)[start..end];
        let sought = vm.heap.text(search.sought);
        match single(sought) {
            Some(c) => part.matches(c).count(),
            None => part.matches(sought).count(),
        }
    });
    Ok(Flow::Value(Value::Int(n as i64)))
}

fn ends(vm: &mut Vm, a: Args<'_>, name: &str, test: impl Fn(&str, &str) -> bool) -> Res<Flow> {
    let text = this(vm, a, name)?;
    let [_, sought, start, end] = args::between_str(vm, a, name, 2)?;
    let range = range(vm, text, start, end)?;
    let sought = unwrap(&vm.heap, sought);
    let candidates: Vec<Value> = match sought {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Tuple(items) => items.to_vec(),
            _ => vec![sought],
        },
        _ => vec![sought],
    };
    let is_tuple = matches!(sought, Value::Ref(r) if matches!(vm.heap.get(r), Object::Tuple(_)));
    for candidate in candidates {
        let candidate = unwrap(&vm.heap, candidate);
        let Some(end_text) = vm.heap.as_str(candidate) else {
            let given = vm.type_name(candidate).to_owned();
            let text = if is_tuple {
                format!("tuple for {name} must only contain str, not {given}")
            } else {
                format!("{name} first arg must be str or a tuple of str, not {given}")
            };
            return Err(vm.type_error(text));
        };
        if let Some((start, end)) = range
            && test(&vm.heap.text(text)[start..end], end_text)
        {
            return Ok(Flow::Value(Value::Bool(true)));
        }
    }
    Ok(Flow::Value(Value::Bool(false)))
}

fn replace(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let text = this(vm, a, "replace")?;
    let [_, old, new, count] = args::named(vm, a, "str.replace", ["self", "", "", "count"], 1, 4)?;
    if new.is_unbound() {
        let given = a.pos.len() - 1;
        return Err(vm.type_error(format!(
            "replace() takes at least 2 positional arguments ({given} given)"
        )));
    }
    let old = str_arg(vm, old, format_args!("replace() argument 1"))?;
    let new = str_arg(vm, new, format_args!("replace() argument 2"))?;
    let limit = match count {
        Value::Unbound => usize::MAX,
        v => usize::try_from(args::index(vm, v)?).unwrap_or(usize::MAX),
    };
    let (subject, from, to) = (vm.heap.text(text), vm.heap.text(old), vm.heap.text(new));
    let one = single(from);
    let matches = match one {
        Some(c) => subject.matches(c).take(limit).count(),
        None => subject.matches(from).take(limit).count(),
    };
    if matches == 0 {
        return Ok(Flow::Value(Value::Ref(text)));
    }
    let growth = to.len().saturating_sub(from.len()).saturating_mul(matches);
    let size = subject.len().saturating_add(growth);
    room(vm, size)?;
    let (subject, from, to) = (vm.heap.text(text), vm.heap.text(old), vm.heap.text(new));
    let mut out = String::with_capacity(size);
    let mut done = 0;
    let mut copy = |at: usize| {
        out.push_str(&subject[done..at]);
        out.push_str(to);
        done = at + from.len();
    };
    match one {
        Some(c) => subject
            .match_indices(c)
            .take(limit)
            .for_each(|(at, _)| copy(at)),
        None => subject
            .match_indices(from)
            .take(limit)
            .for_each(|(at, _)| copy(at)),
    }
    out.push_str(&subject[done..]);
    vm.new_str(out).map(Flow::Value)
}

fn remove(
    vm: &mut Vm,
    a: Args<'_>,
    name: &str,
    strip: impl for<'t> Fn(&'t str, &str) -> Option<&'t str>,
) -> Res<Flow> {
    let text = this(vm, a, name)?;
    let [_, end] = args::exact_str(vm, a, name)?;
    let end = str_arg(vm, end, format_args!("{name}() argument"))?;
    match strip(vm.heap.text(text), vm.heap.text(end)).map(str::to_owned) {
        Some(rest) => vm.new_str(rest).map(Flow::Value),
        None => Ok(Flow::Value(Value::Ref(text))),
    }
}
