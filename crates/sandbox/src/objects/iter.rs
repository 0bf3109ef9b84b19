//! Iterators that run no Python code.

use super::compare::DEPTH_MAX;
use super::{range, special, unwrap};
use crate::heap::{
    Object, Ref, Type, Value,
    object::{Iter, ViewKind},
    sym::sym,
};
use crate::vm::native::{Args, Flow};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// An iterator of a value; `None` if there is none of the interpreter's own.
///
/// # Errors
/// Memory.
pub(crate) fn iter(vm: &mut Vm, v: Value) -> Res<Option<Value>> {
    if special(&vm.heap, v, sym::ITER).is_some() {
        return Ok(None);
    }
    let plain = unwrap(&vm.heap, v);
    let Value::Ref(r) = plain else {
        return Ok(None);
    };
    let iter = match vm.heap.get(r) {
        Object::Iter(_) => return Ok(Some(plain)),
        Object::List(_) => Iter::List(r, 0),
        Object::Tuple(_) => Iter::Tuple(r, 0),
        Object::Str(_) => Iter::Str(r, 0),
        Object::Bytes(_) => Iter::Bytes(r, 0),
        Object::Range(parts) => Iter::Range(parts[0], parts[2], range::len(**parts)),
        Object::Dict(d) => Iter::Dict(r, 0, d.len(), ViewKind::Keys),
        Object::DictView { dict, kind } => Iter::Dict(*dict, 0, vm.heap.dict(*dict).len(), *kind),
        Object::Set(s) => Iter::Set(r, 0, s.len()),
        Object::MappingProxy(class) => {
            let names: Vec<_> = vm
                .heap
                .class(*class)
                .attrs
                .iter()
                .map(|(name, _)| name)
                .collect();
            let mut values = Vec::with_capacity(names.len());
            for name in names {
                let name = vm.heap.name(name).to_owned();
                values.push(vm.new_str(name)?);
            }
            Iter::Values(values.into(), 0)
        }
        _ => return Ok(None),
    };
    make(vm, iter).map(Some)
}

/// An iterator object.
pub(crate) fn make(vm: &mut Vm, iter: Iter) -> Res<Value> {
    vm.alloc(Object::Iter(Box::new(iter))).map(Value::Ref)
}

/// The next value, or `None` at the end.
///
/// # Errors
/// `RuntimeError` if a dict or set changed its size.
pub(crate) fn next(vm: &mut Vm, r: Ref) -> Res<Option<Value>> {
    next_at(vm, r, 0)
}

/// The same inside `depth` other iterators.
fn next_at(vm: &mut Vm, r: Ref, depth: u32) -> Res<Option<Value>> {
    // The common ones without a copy of the state.
    let found = match vm.heap.iter(r) {
        Iter::Range(at, step, left) => {
            if *left == 0 {
                return Ok(None);
            }
            let (at, step, left) = (*at, *step, *left);
            *vm.heap.iter_mut(r) = Iter::Range(at.wrapping_add(step), step, left - 1);
            return Ok(Some(Value::Int(at)));
        }
        Iter::List(list, at) => {
            let item = vm.heap.list(*list).get(*at).copied();
            let after = Iter::List(*list, *at + 1);
            Some((item, after))
        }
        Iter::Str(text, at) => {
            let (text, at) = (*text, *at);
            let whole = vm.heap.text(text);
            let c = match whole.as_bytes().get(at) {
                Some(byte @ 0..128) => char::from(*byte),
                _ => match whole.get(at..).and_then(|rest| rest.chars().next()) {
                    Some(c) => c,
                    None => {
                        *vm.heap.iter_mut(r) = Iter::Done;
                        return Ok(None);
                    }
                },
            };
            if let Iter::Str(_, place) = vm.heap.iter_mut(r) {
                *place = at + c.len_utf8();
            }
            return vm.new_char(c).map(Some);
        }
        Iter::Dict(dict, at, size, kind) => {
            let (dict, at, kind) = (*dict, *at, *kind);
            let table = vm.heap.dict(dict);
            let found = match table.entry(at) {
                Some(entry) if table.len() == *size => Some(*entry),
                _ => None,
            };
            let Some(entry) = found else {
                return next_other(vm, r, depth);
            };
            if let Iter::Dict(_, place, ..) = vm.heap.iter_mut(r) {
                *place = at + 1;
            }
            return match kind {
                ViewKind::Keys => Ok(Some(entry.key)),
                ViewKind::Values => Ok(Some(entry.value)),
                ViewKind::Items => vm.new_tuple([entry.key, entry.value]).map(Some),
            };
        }
        Iter::Tuple(tuple, at) => {
            let item = vm.heap.tuple(*tuple).get(*at).copied();
            Some((item, Iter::Tuple(*tuple, *at + 1)))
        }
        Iter::Bytes(bytes, at) => {
            let item = match vm.heap.get(*bytes) {
                Object::Bytes(b) => b.get(*at).map(|b| Value::Int(i64::from(*b))),
                _ => None,
            };
            Some((item, Iter::Bytes(*bytes, *at + 1)))
        }
        Iter::ListReversed(list, left) => {
            let items = vm.heap.list(*list);
            let item = left.checked_sub(1).and_then(|i| items.get(i)).copied();
            Some((item, Iter::ListReversed(*list, left.saturating_sub(1))))
        }
        Iter::Done => return Ok(None),
        _ => None,
    };
    if let Some((item, after)) = found {
        *vm.heap.iter_mut(r) = if item.is_some() { after } else { Iter::Done };
        return Ok(item);
    }
    if depth > DEPTH_MAX {
        return Err(vm.exception(Type::RecursionError, "maximum recursion depth exceeded"));
    }
    next_other(vm, r, depth)
}

fn next_other(vm: &mut Vm, r: Ref, depth: u32) -> Res<Option<Value>> {
    match *vm.heap.iter(r) {
        Iter::Dict(dict, at, size, kind) => next_entry(vm, r, dict, at, size, kind, false),
        Iter::DictReversed(dict, at, size, kind) => next_entry(vm, r, dict, at, size, kind, true),
        Iter::Set(set, at, size) => {
            let table = vm.heap.set(set);
            if table.len() != size {
                *vm.heap.iter_mut(r) = Iter::Set(set, at, usize::MAX);
                return Err(vm.exception(Type::RuntimeError, "Set changed size during iteration"));
            }
            let found = (at..table.positions()).find_map(|i| Some((i, table.key_at(i)?.1)));
            let passed = found
                .map_or(table.positions(), |(i, _)| i)
                .saturating_sub(at);
            vm.pay(passed as u64 / 16)?;
            *vm.heap.iter_mut(r) = match found {
                Some((i, _)) => Iter::Set(set, i + 1, size),
                None => Iter::Done,
            };
            Ok(found.map(|(_, key)| key))
        }
        Iter::Enumerate(inner, n) => {
            let Some(item) = next_at(vm, inner, depth + 1)? else {
                return Ok(None);
            };
            let Some(after) = n.checked_add(1) else {
                return Err(Raise::Refused("`enumerate` beyond 64 bits".into()));
            };
            *vm.heap.iter_mut(r) = Iter::Enumerate(inner, after);
            vm.new_tuple([Value::Int(n), item]).map(Some)
        }
        Iter::Zip(..) => next_zip(vm, r, depth + 1),
        Iter::Values(..) => {
            let Iter::Values(values, at) = vm.heap.iter_mut(r) else {
                return Ok(None);
            };
            let item = values.get(*at).copied();
            *at += 1;
            if item.is_none() {
                *vm.heap.iter_mut(r) = Iter::Done;
            }
            Ok(item)
        }
        _ => Ok(None),
    }
}

fn next_entry(
    vm: &mut Vm,
    r: Ref,
    dict: Ref,
    at: usize,
    size: usize,
    kind: ViewKind,
    backwards: bool,
) -> Res<Option<Value>> {
    let table = vm.heap.dict(dict);
    if table.len() != size {
        // Every later call fails, too.
        let stuck = usize::MAX;
        *vm.heap.iter_mut(r) = if backwards {
            Iter::DictReversed(dict, at, stuck, kind)
        } else {
            Iter::Dict(dict, at, stuck, kind)
        };
        return Err(vm.exception(
            Type::RuntimeError,
            "dictionary changed size during iteration",
        ));
    }
    let found = if backwards {
        (0..at.min(table.positions()))
            .rev()
            .find_map(|i| Some((i, *table.entry(i)?)))
    } else {
        (at..table.positions()).find_map(|i| Some((i, *table.entry(i)?)))
    };
    // Deleted entries are passed, and that is work.
    let passed = found.map_or(table.positions(), |(i, _)| i.abs_diff(at));
    vm.pay(passed as u64 / 16)?;
    *vm.heap.iter_mut(r) = match found {
        Some((i, _)) if backwards => Iter::DictReversed(dict, i, size, kind),
        Some((i, _)) => Iter::Dict(dict, i + 1, size, kind),
        None => Iter::Done,
    };
    let Some((_, entry)) = found else {
        return Ok(None);
    };
    match kind {
        ViewKind::Keys => Ok(Some(entry.key)),
        ViewKind::Values => Ok(Some(entry.value)),
        ViewKind::Items => vm.new_tuple([entry.key, entry.value]).map(Some),
    }
}

fn next_zip(vm: &mut Vm, r: Ref, depth: u32) -> Res<Option<Value>> {
    let Iter::Zip(parts, strict) = vm.heap.iter(r) else {
        return Ok(None);
    };
    let (parts, strict) = (parts.clone(), *strict);
    let mut items = Vec::with_capacity(parts.len());
    for (i, part) in parts.iter().enumerate() {
        if let Some(item) = next_at(vm, *part, depth)? {
            items.push(item);
            continue;
        }
        if strict {
            strict_end(vm, &parts, i, depth)?;
        }
        return Ok(None);
    }
    if parts.is_empty() {
        return Ok(None);
    }
    vm.new_tuple(items).map(Some)
}

/// Part `ended` of a strict `zip` is at its end: all others have to be.
fn strict_end(vm: &mut Vm, parts: &[Ref], ended: usize, depth: u32) -> Res<()> {
    let earlier = |n: usize| {
        if n == 1 {
            " 1".to_owned()
        } else {
            format!("s 1-{n}")
        }
    };
    if ended > 0 {
        let text = format!(
            "zip() argument {} is shorter than argument{}",
            ended + 1,
            earlier(ended)
        );
        return Err(vm.value_error(text));
    }
    for (i, part) in parts.iter().enumerate().skip(1) {
        if next_at(vm, *part, depth)?.is_some() {
            let text = format!(
                "zip() argument {} is longer than argument{}",
                i + 1,
                earlier(i)
            );
            return Err(vm.value_error(text));
        }
    }
    Ok(())
}

/// The `TypeError` for what cannot be iterated, or the way to the Python code that can.
pub(crate) fn not_native(vm: &mut Vm, v: Value) -> Raise {
    if let Value::Ref(r) = v
        && matches!(
            vm.heap.get(r),
            Object::Instance(_)
                | Object::Generator(_)
                | Object::Class(_)
                | Object::Exception(_)
                | Object::Alias { .. }
        )
    {
        return Raise::NeedsPython;
    }
    let name = vm.type_name(v).to_string();
    vm.type_error(format!("'{name}' object is not iterable"))
}

/// All values of an iterable that runs no Python code.
///
/// # Errors
/// [`Raise::NeedsPython`] if it does; `TypeError` if it is no iterable.
pub(crate) fn collect(vm: &mut Vm, v: Value) -> Res<Vec<Value>> {
    if special(&vm.heap, v, sym::ITER).is_none()
        && let Value::Ref(r) = unwrap(&vm.heap, v)
    {
        let n = match vm.heap.get(r) {
            Object::List(items) => items.len(),
            Object::Tuple(items) => items.len(),
            Object::Set(s) => s.len(),
            Object::Dict(d) => d.len(),
            _ => usize::MAX,
        };
        if n != usize::MAX {
            super::list::charged(vm, n)?;
            return Ok(match vm.heap.get(r) {
                Object::List(items) => items.clone(),
                Object::Tuple(items) => items.to_vec(),
                Object::Set(s) => s.iter().map(|(_, key)| key).collect(),
                Object::Dict(d) => d.iter().map(|e| e.key).collect(),
                _ => Vec::new(),
            });
        }
    }
    let Some(iterator) = iter(vm, v)? else {
        return Err(not_native(vm, v));
    };
    let Value::Ref(r) = iterator else {
        return Err(not_native(vm, v));
    };
    drain(vm, r)
}

/// All values that are left of an iterator.
fn drain(vm: &mut Vm, r: Ref) -> Res<Vec<Value>> {
    let mut held = 0;
    let items = drain_held(vm, r, &mut held);
    // What these become is charged by who makes it.
    vm.heap.refund(held);
    items
}

/// The same; `held` becomes what is charged for them.
fn drain_held(vm: &mut Vm, r: Ref, held: &mut usize) -> Res<Vec<Value>> {
    let mut items = Vec::new();
    let mut hold = |vm: &mut Vm, items: &mut Vec<Value>, more: usize| {
        let bytes = more.saturating_mul(size_of::<Value>());
        vm.heap.charge(bytes)?;
        *held += bytes;
        items.reserve_exact(more);
        Ok::<_, Raise>(())
    };
    if let Iter::Range(_, _, left) = vm.heap.iter(r) {
        let left = *left;
        vm.pay(left / 8)?;
        hold(vm, &mut items, usize::try_from(left).unwrap_or(usize::MAX))?;
    }
    while let Some(item) = next(vm, r)? {
        if items.len() % 64 == 63 {
            vm.pay(8)?;
        }
        if items.len() == items.capacity() {
            let more = (items.len() / 2).max(8);
            hold(vm, &mut items, more)?;
        }
        items.push(item);
    }
    Ok(items)
}

/// Calls `visit` with each value of an iterable until it says `false`. If `visit` needs Python code, an
/// iterator that was given is put back to where it was.
///
/// # Errors
/// As [`collect`], and those of `visit`.
pub(crate) fn each(
    vm: &mut Vm,
    v: Value,
    mut visit: impl FnMut(&mut Vm, Value) -> Res<bool>,
) -> Res<()> {
    if let Value::Ref(r) = v
        && matches!(vm.heap.get(r), Object::List(_) | Object::Tuple(_))
    {
        return each_of(vm, r, visit);
    }
    let Some(Value::Ref(r)) = iter(vm, v)? else {
        return Err(not_native(vm, v));
    };
    // Only an iterator that others hold has to be put back.
    let held = v.is(Value::Ref(r));
    let mut seen = Vec::new();
    let mut n = 0_u64;
    while let Some(item) = next(vm, r)? {
        n += 1;
        if n.is_multiple_of(16) {
            vm.pay(2)?;
        }
        if held {
            vm.heap.grow(&mut seen, 1)?;
            seen.push(item);
        }
        match visit(vm, item) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(Raise::NeedsPython) => {
                if held {
                    seen.append(&mut drain(vm, r)?);
                    *vm.heap.iter_mut(r) = Iter::Values(seen.into(), 0);
                }
                return Err(Raise::NeedsPython);
            }
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// [`each`] of a list or tuple.
fn each_of(vm: &mut Vm, r: Ref, mut visit: impl FnMut(&mut Vm, Value) -> Res<bool>) -> Res<()> {
    let mut at = 0;
    loop {
        let item = match vm.heap.get(r) {
            Object::List(items) => items.get(at),
            Object::Tuple(items) => items.get(at),
            _ => None,
        };
        let Some(item) = item.copied() else {
            return Ok(());
        };
        at += 1;
        if at.is_multiple_of(16) {
            vm.pay(2)?;
        }
        if !visit(vm, item)? {
            return Ok(());
        }
    }
}

/// Runs a native that uses up iterators among its arguments, and puts them back to where they were if Python code
/// has to do the work: it will use them again.
///
/// # Errors
/// As the native's.
pub(crate) fn put_back_for_python(
    vm: &mut Vm,
    args: Args<'_>,
    run: impl FnOnce(&mut Vm, Args<'_>) -> Res<Flow>,
) -> Res<Flow> {
    let mut held: Vec<(Ref, Box<[Value]>)> = Vec::new();
    for v in args.pos {
        if let Value::Ref(r) = *v
            && let Object::Iter(state) = vm.heap.get(r)
            && !matches!(**state, Iter::Range(..))
            && !held.iter().any(|(other, _)| *other == r)
        {
            let items: Box<[Value]> = drain(vm, r)?.into();
            *vm.heap.iter_mut(r) = Iter::Values(items.clone(), 0);
            held.push((r, items));
        }
    }
    let done = run(vm, args);
    if matches!(done, Err(Raise::NeedsPython)) {
        for (r, items) in held {
            *vm.heap.iter_mut(r) = Iter::Values(items, 0);
        }
    }
    done
}
