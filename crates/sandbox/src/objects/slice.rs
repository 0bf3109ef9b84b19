//! `slice`, and what it selects.

use super::{args, list, text_ops, tuple};
use crate::heap::{Object, Ref, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::Res;
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Slice, "__new__", construct),
    NativeDef::method(Type::Slice, "indices", indices),
];

/// What a slice selects of a sequence: `count` items from `start` on, `step` apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// The first index (or where an insertion goes, if nothing is selected).
    pub start: i64,
    /// The end as given, clamped.
    pub stop: i64,
    /// The distance.
    pub step: i64,
    /// How many.
    pub count: usize,
}

impl Span {
    /// The selected indices in order.
    pub(crate) fn indices(self) -> impl Iterator<Item = usize> {
        (0..self.count as i64).map(move |i| (self.start + i * self.step) as usize)
    }
}

/// A slice object.
pub(crate) fn new(vm: &mut Vm, start: Value, stop: Value, step: Value) -> Res<Value> {
    vm.alloc(Object::Slice(Box::new([start, stop, step])))
        .map(Value::Ref)
}

/// What `k` selects of a sequence of `len` items, if it is a slice.
pub(crate) fn of(vm: &mut Vm, k: Value, len: usize) -> Res<Option<Span>> {
    let Value::Ref(r) = k else { return Ok(None) };
    if !matches!(vm.heap.get(r), Object::Slice(_)) {
        return Ok(None);
    }
    span(vm, r, len as i64).map(Some)
}

fn part(vm: &mut Vm, v: Value) -> Res<Option<i64>> {
    if let Value::Int(i) = v {
        return Ok(Some(i));
    }
    if v.is_none() || v.is_unbound() {
        return Ok(None);
    }
    if !super::int::is_int(&vm.heap, v) {
        return match args::not_an_integer(vm, v) {
            crate::vm::raise::Raise::NeedsPython => Err(crate::vm::raise::Raise::NeedsPython),
            _ => Err(
                vm.type_error("slice indices must be integers or None or have an __index__ method")
            ),
        };
    }
    args::clamped_index(vm, v).map(Some)
}

fn span(vm: &mut Vm, r: Ref, len: i64) -> Res<Span> {
    let parts = match vm.heap.get(r) {
        Object::Slice(parts) => **parts,
        _ => [Value::None; 3],
    };
    let step = part(vm, parts[2])?.unwrap_or(1).max(-i64::MAX);
    if step == 0 {
        return Err(vm.value_error("slice step cannot be zero"));
    }
    let start = part(vm, parts[0])?;
    let stop = part(vm, parts[1])?;
    Ok(selected(start, stop, step, len))
}

/// What a slice of integers selects of `len` items; the step is not zero.
fn selected(start: Option<i64>, stop: Option<i64>, step: i64, len: i64) -> Span {
    let (low, high) = if step < 0 { (-1, len - 1) } else { (0, len) };
    let clamp = |i: i64| {
        if i < 0 {
            i.saturating_add(len).max(low)
        } else {
            i.min(high)
        }
    };
    let start = start.map_or(if step < 0 { high } else { low }, clamp);
    let stop = stop.map_or(if step < 0 { low } else { high }, clamp);
    let count = if step < 0 {
        if stop < start {
            (start - stop - 1) / -step + 1
        } else {
            0
        }
    } else if start < stop {
        (stop - start - 1) / step + 1
    } else {
        0
    };
    Span {
        start,
        stop,
        step,
        count: count as usize,
    }
}

/// `o[start:stop]` of built-in sequences and plain numbers or None, without a slice object; `None` for all else.
pub(crate) fn between(vm: &mut Vm, o: Ref, start: Value, stop: Value) -> Res<Option<Value>> {
    let bound = |v: Value| match v {
        Value::Int(i) => Some(Some(i)),
        Value::None => Some(None),
        _ => None,
    };
    let (Some(start), Some(stop)) = (bound(start), bound(stop)) else {
        return Ok(None);
    };
    let span = |len: usize| selected(start, stop, 1, len as i64);
    match vm.heap.get(o) {
        Object::List(items) => list::sliced(vm, o, span(items.len())),
        Object::Tuple(items) => tuple::sliced(vm, o, span(items.len())),
        Object::Str(s) => text_ops::sliced(vm, o, span(s.chars())),
        Object::Bytes(b) => text_ops::sliced(vm, o, span(b.len())),
        _ => return Ok(None),
    }
    .map(Some)
}

fn construct(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [_, a, b, c] = args::between(vm, args, "slice.", 2)?;
    let none = |v: Value| if v.is_unbound() { Value::None } else { v };
    let made = if b.is_unbound() {
        new(vm, Value::None, a, Value::None)?
    } else {
        new(vm, a, b, none(c))?
    };
    Ok(Flow::Value(made))
}

fn indices(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this, len] = args::exact(vm, args, "slice.indices")?;
    let r = args::this(vm, this, Type::Slice, "indices")?;
    let len = args::index(vm, len)?;
    if len < 0 {
        return Err(vm.value_error("length should not be negative"));
    }
    let span = span(vm, r, len)?;
    let parts = [span.start, span.stop, span.step].map(Value::Int);
    vm.new_tuple(parts).map(Flow::Value)
}
