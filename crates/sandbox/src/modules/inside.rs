//! Natives that only the library written in Python sees: looks into classes, stable order of simple keys.

use crate::compile::code::CodeKind;
use crate::heap::{Object, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use crate::vm::watch::Watch;
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use std::cmp::Ordering;

/// The natives of this file.
pub const NATIVES: &[NativeDef] = &[
    NativeDef::function("_kont_special", special),
    NativeDef::function("_kont_refuse", refuse),
    NativeDef::function("_kont_become_class", become_class),
    NativeDef::function("_kont_order", order),
    NativeDef::function("_kont_sorted", sorted),
    NativeDef::function("_kont_write", write),
    NativeDef::function("_kont_class_of", class_of_name),
    NativeDef::function("_kont_is_async_function", is_async_function),
];

/// `_kont_special(o, name, default)`: what Python code defined as `name` in the class of `o` or a base of it.
fn special(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [o, name, default] = args.pos else {
        return Err(vm.type_error("_kont_special takes three arguments"));
    };
    let found = vm
        .heap
        .as_str(*name)
        .and_then(|name| vm.heap.symbols.find(name))
        .and_then(|name| {
            let class = vm.heap.class(vm.class_of(*o));
            class
                .mro
                .iter()
                .find_map(|base| vm.heap.class(*base).attrs.get(name))
        });
    Ok(Flow::Value(found.unwrap_or(*default)))
}

/// `_kont_write(stream, text)`: writes to standard output (0) or standard error (1).
fn write(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [Value::Int(stream @ (0 | 1)), text] = *args.pos else {
        return Err(vm.type_error("_kont_write takes a stream and a text"));
    };
    let Some(text) = vm.heap.as_str(text).map(str::to_owned) else {
        return Err(vm.type_error("_kont_write takes a stream and a text"));
    };
    crate::objects::function::write(vm, usize::from(stream == 1), &text)?;
    Ok(Flow::Value(Value::None))
}

/// `_kont_become_class(cls, made)`: from now on `cls` is what `made` is, under its own name.
fn become_class(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let classes = match args.pos {
        [Value::Ref(class), Value::Ref(made)] => Some((*class, *made)),
        _ => None,
    };
    let Some((class, made)) = classes.filter(|(a, b)| {
        [a, b]
            .into_iter()
            .all(|r| matches!(vm.heap.get(*r), Object::Class(_)))
    }) else {
        return Err(vm.type_error("_kont_become_class takes two classes"));
    };
    let mut new = vm.heap.class(made).clone();
    vm.heap.charge(24 * new.attrs.len() + 8 * new.mro.len())?;
    new.name = vm.heap.class(class).name;
    new.mro[0] = class;
    *vm.heap.class_mut(class) = new;
    Ok(Flow::Value(Value::None))
}

/// `_kont_refuse(what)`: ends the run with the name of what kont does not do.
fn refuse(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let what = args
        .pos
        .first()
        .and_then(|v| vm.heap.as_str(*v))
        .unwrap_or("this");
    Err(Raise::Refused(what.into()))
}

/// `_kont_class_of(name)`: the built-in class of a name, also of those that have no name in the built-in scope.
fn class_of_name(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let name = args.pos.first().and_then(|v| vm.heap.as_str(*v));
    let found = Type::ALL.iter().find(|t| Some(t.name()) == name);
    Ok(Flow::Value(found.map_or(Value::None, |t| t.value())))
}

/// `_kont_is_async_function(o)`: whether it is an `async def` (without `yield`) or a method of one.
fn is_async_function(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let mut v = args.pos.first().copied().unwrap_or(Value::None);
    if let Value::Ref(r) = v
        && let Object::Method { func, .. } = vm.heap.get(r)
    {
        v = *func;
    }
    let is = match v {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Function(f) => vm.code(f.code).kind == CodeKind::Coroutine,
            _ => false,
        },
        _ => false,
    };
    Ok(Flow::Value(Value::Bool(is)))
}

/// `_kont_sorted(items, keys, reverse)`: the items in the stable order of their keys, or None where the keys are not
/// all of one simple kind.
fn sorted(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [Value::Ref(items), Value::Ref(keys_at), Value::Bool(reverse)] = *args.pos else {
        return Err(vm.type_error("_kont_sorted takes two lists and a bool"));
    };
    let (Object::List(values), Object::List(keys)) = (vm.heap.get(items), vm.heap.get(keys_at))
    else {
        return Ok(Flow::Value(Value::None));
    };
    let n = keys.len();
    if values.len() != n {
        return Ok(Flow::Value(Value::None));
    }
    vm.pay(sort_cost(n))?;
    let keys = std::mem::take(vm.heap.list_mut(keys_at));
    let order = crate::objects::sort::simple_order(vm, &keys, reverse);
    *vm.heap.list_mut(keys_at) = keys;
    let Some(order) = order? else {
        return Ok(Flow::Value(Value::None));
    };
    vm.heap
        .charge(size_of::<Object>() + n * size_of::<Value>())?;
    let values = vm.heap.list(items);
    let sorted = order.into_iter().map(|i| values[i as usize]).collect();
    let made = vm.heap.alloc(Object::List(sorted));
    Ok(Flow::Value(Value::Ref(made)))
}

/// `_kont_order(keys)`: the positions of the keys in stable ascending order, or None where two keys may need
/// Python code, an error or a partial order (NaN).
fn order(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let Some(Value::Ref(list)) = args.pos.first().copied() else {
        return Err(vm.type_error("_kont_order takes a list"));
    };
    let Object::List(keys) = vm.heap.get(list) else {
        return Ok(Flow::Value(Value::None));
    };
    let n = keys.len();
    vm.pay(sort_cost(n))?;
    let keys = vm.heap.list(list);
    let Some(positions) = merge_sort(n, &vm.watch, |a, b| compare(vm, keys[a], keys[b], 0)) else {
        return Ok(Flow::Value(Value::None));
    };
    vm.heap.charge(n * size_of::<Value>())?;
    let positions = positions
        .into_iter()
        .map(|i| Value::Int(i as i64))
        .collect();
    vm.new_list(positions).map(Flow::Value)
}

/// The stable order of `n` items, or `None` if two of them have none. The standard sort may panic where an
/// order is not total, and keys are whatever a program makes them.
fn merge_sort(
    n: usize,
    watch: &Watch,
    compare: impl Fn(usize, usize) -> Option<Ordering>,
) -> Option<Vec<usize>> {
    let mut from: Vec<usize> = (0..n).collect();
    let mut to = Vec::with_capacity(n);
    if n == 1 {
        compare(0, 0)?;
    }
    let mut width = 1;
    while width < n {
        to.clear();
        for start in (0..n).step_by(2 * width) {
            let middle = (start + width).min(n);
            let end = (start + 2 * width).min(n);
            let (mut i, mut j) = (start, middle);
            while i < middle && j < end {
                if to.len().is_multiple_of(LOOK_ITEMS) && watch.is_due() {
                    return None;
                }
                if compare(from[j], from[i])? == Ordering::Less {
                    to.push(from[j]);
                    j += 1;
                } else {
                    to.push(from[i]);
                    i += 1;
                }
            }
            to.extend_from_slice(&from[i..middle]);
            to.extend_from_slice(&from[j..end]);
        }
        std::mem::swap(&mut from, &mut to);
        width *= 2;
    }
    Some(from)
}

/// After so many items it is looked at what may end the run.
const LOOK_ITEMS: usize = 1 << 12;

fn sort_cost(n: usize) -> u64 {
    let n = n as u64;
    n * u64::from(64 - n.leading_zeros()) / 8
}

/// The order of two values of the same simple kind.
fn compare(vm: &Vm, a: Value, b: Value, depth: u32) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(&b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(&b),
        (Value::Ref(a), Value::Ref(b)) => match (vm.heap.get(a), vm.heap.get(b)) {
            (Object::Str(a), Object::Str(b)) => Some(vm.heap.text_of(a).cmp(vm.heap.text_of(b))),
            (Object::Bytes(a), Object::Bytes(b)) => Some(a.cmp(b)),
            (Object::BigInt(a), Object::BigInt(b)) => Some(a.cmp(b)),
            (Object::Tuple(a), Object::Tuple(b)) if depth < 8 => {
                for (x, y) in a.iter().zip(b.iter()) {
                    match same_or_order(vm, *x, *y, depth)? {
                        Ordering::Equal => {}
                        other => return Some(other),
                    }
                }
                Some(a.len().cmp(&b.len()))
            }
            _ => None,
        },
        _ => mixed(vm, a, b),
    }
}

/// In a tuple, two equal values of any simple kind let the comparison go on (`None` twice, for one).
fn same_or_order(vm: &Vm, x: Value, y: Value, depth: u32) -> Option<Ordering> {
    if x.is(y) && !matches!(x, Value::Ref(_)) {
        return Some(Ordering::Equal);
    }
    compare(vm, x, y, depth + 1)
}

fn mixed(vm: &Vm, a: Value, b: Value) -> Option<Ordering> {
    match (number(vm, a)?, number(vm, b)?) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
        (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b),
        // Exact only where the integer has a float of its own.
        (Number::Int(a), Number::Float(b)) => exact_float(&a)?.partial_cmp(&b),
        (Number::Float(a), Number::Int(b)) => a.partial_cmp(&exact_float(&b)?),
    }
}

enum Number {
    Int(BigInt),
    Float(f64),
}

fn number(vm: &Vm, v: Value) -> Option<Number> {
    match v {
        Value::Bool(b) => Some(Number::Int(u8::from(b).into())),
        Value::Int(i) => Some(Number::Int(i.into())),
        Value::Float(x) => Some(Number::Float(x)),
        Value::Ref(r) => match vm.heap.get(r) {
            Object::BigInt(i) => Some(Number::Int((**i).clone())),
            _ => None,
        },
        _ => None,
    }
}

fn exact_float(i: &BigInt) -> Option<f64> {
    const EXACT: i64 = 1 << 53;
    let small = i.to_i64()?;
    (-EXACT..=EXACT).contains(&small).then_some(small as f64)
}
