//! `range`. Its numbers fit 64 bits; larger ranges are refused.

use super::{args, int, slice};
use crate::heap::{Object, Ref, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Range, "__new__", new).slow("slow_range_new"),
    NativeDef::method(Type::Range, "index", index),
    NativeDef::method(Type::Range, "count", count),
];

/// The number of items.
pub(crate) fn len([start, stop, step]: [i64; 3]) -> u64 {
    let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
    let n = if step > 0 && start < stop {
        (stop - start - 1) / step + 1
    } else if step < 0 && stop < start {
        (start - stop - 1) / -step + 1
    } else {
        0
    };
    n as u64
}

/// The position of a number, if it is one of the range's.
pub(crate) fn position(parts: [i64; 3], item: i64) -> Option<u64> {
    let [start, _, step] = parts.map(i128::from);
    let distance = i128::from(item) - start;
    let at = u64::try_from(distance / step).ok()?;
    (distance % step == 0 && at < len(parts)).then_some(at)
}

fn new(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [_, a, b, c] = args::between(vm, args, "range.", 2)?;
    let part = |vm: &mut Vm, v: Value, default: i64| {
        if v.is_unbound() {
            return Ok(default);
        }
        if int::is_int(&vm.heap, v) && int::small(&vm.heap, v).is_none() {
            return Err(Raise::Refused("a range of numbers beyond 64 bits".into()));
        }
        args::index(vm, v)
    };
    let (start, stop) = if b.is_unbound() {
        (0, part(vm, a, 0)?)
    } else {
        (part(vm, a, 0)?, part(vm, b, 0)?)
    };
    let step = part(vm, c, 1)?;
    if step == 0 {
        return Err(vm.value_error("range() arg 3 must not be zero"));
    }
    let made = vm.alloc(Object::Range(Box::new([start, stop, step])))?;
    Ok(Flow::Value(made.into()))
}

pub(super) fn parts(vm: &Vm, r: Ref) -> [i64; 3] {
    match vm.heap.get(r) {
        Object::Range(parts) => **parts,
        _ => [0, 0, 1],
    }
}

/// `range[k]`.
pub(super) fn get_item(vm: &mut Vm, r: Ref, k: Value) -> Res<Value> {
    let parts = parts(vm, r);
    let is_slice = matches!(k, Value::Ref(k) if matches!(vm.heap.get(k), Object::Slice(_)));
    let Ok(n) = i64::try_from(len(parts)) else {
        if is_slice {
            return Err(Raise::Refused("a slice of a range of 2^63 numbers".into()));
        }
        return item(vm, parts, k);
    };
    if let Some(span) = slice::of(vm, k, n as usize)? {
        let at = |i: i64| i128::from(parts[0]) + i128::from(i) * i128::from(parts[2]);
        let numbers = [
            at(span.start),
            at(span.stop),
            i128::from(parts[2]) * i128::from(span.step),
        ];
        let mut made = [0; 3];
        for (to, from) in made.iter_mut().zip(numbers) {
            let Ok(number) = i64::try_from(from) else {
                return Err(Raise::Refused("a range of numbers beyond 64 bits".into()));
            };
            *to = number;
        }
        return vm.alloc(Object::Range(Box::new(made))).map(Value::Ref);
    }
    item(vm, parts, k)
}

fn item(vm: &mut Vm, parts: [i64; 3], k: Value) -> Res<Value> {
    if !int::is_int(&vm.heap, k) {
        return Err(super::ops::bad_index(vm, "range", k));
    }
    let n = i128::from(len(parts));
    let i = i128::from(args::index(vm, k)?);
    let at = if i < 0 { i + n } else { i };
    if at < 0 || at >= n {
        return Err(vm.exception(Type::IndexError, "range object index out of range"));
    }
    let number = i128::from(parts[0]) + at * i128::from(parts[2]);
    Ok(Value::Int(number as i64))
}

fn find(vm: &mut Vm, args: Args<'_>, name: &str) -> Res<(Value, Option<u64>)> {
    let [this, item] = args::exact(vm, args, name)?;
    let r = args::this(vm, this, Type::Range, "index")?;
    let parts = parts(vm, r);
    let at = match super::unwrap(&vm.heap, item) {
        Value::Int(i) => position(parts, i),
        Value::Bool(b) => position(parts, i64::from(b)),
        Value::Float(x) if x.fract() == 0.0 && x.abs() < 9e18 => position(parts, x as i64),
        Value::Ref(r) if matches!(vm.heap.get(r), Object::Instance(_)) => {
            return Err(Raise::Refused("`range.index` of an instance".into()));
        }
        _ => None,
    };
    Ok((item, at))
}

fn index(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (item, at) = find(vm, args, "range.index")?;
    match at {
        Some(at) => Ok(Flow::Value(Value::Int(at as i64))),
        None if int::is_int(&vm.heap, item) => {
            let shown = super::repr::repr(vm, item)?;
            Err(vm.value_error(format!("{shown} is not in range")))
        }
        None => Err(vm.value_error("sequence.index(x): x not in sequence")),
    }
}

fn count(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (_, at) = find(vm, args, "range.count")?;
    Ok(Flow::Value(Value::Int(i64::from(at.is_some()))))
}
