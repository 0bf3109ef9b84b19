//! `tuple`: operators and methods.

use super::{args, int, iter, list, ops, slice};
use crate::compile::op::BinOp;
use crate::heap::{Object, Ref, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Tuple, "__new__", new).slow("slow_tuple_new"),
    NativeDef::method(Type::Tuple, "index", index).slow("slow_tuple_index"),
    NativeDef::method(Type::Tuple, "count", count).slow("slow_tuple_count"),
];

/// `tuple op b`.
pub(super) fn binary(vm: &mut Vm, op: BinOp, r: Ref, b: Value) -> Res<Option<Value>> {
    match op {
        BinOp::Add => {
            let Value::Ref(other) = super::unwrap(&vm.heap, b) else {
                return Ok(None);
            };
            let Object::Tuple(more) = vm.heap.get(other) else {
                return Ok(None);
            };
            let n = vm.heap.tuple(r).len() + more.len();
            list::charged(vm, n)?;
            let items = [&vm.heap.tuple(r)[..], &vm.heap.tuple(other)[..]].concat();
            vm.new_tuple(items).map(Some)
        }
        BinOp::Mul if int::is_int(&vm.heap, b) => {
            let items = list::repeated(vm, r, b)?;
            vm.new_tuple(items).map(Some)
        }
        BinOp::Mul if super::special(&vm.heap, b, crate::heap::sym::sym::INDEX).is_some() => {
            Err(Raise::NeedsPython)
        }
        _ => Ok(None),
    }
}

/// The items that a slice selects, as a tuple.
pub(super) fn sliced(vm: &mut Vm, r: Ref, span: slice::Span) -> Res<Value> {
    list::charged(vm, span.count)?;
    let items = vm.heap.tuple(r);
    let selected: Vec<Value> = span.indices().map(|i| items[i]).collect();
    vm.new_tuple(selected)
}

/// `tuple[k]`.
pub(super) fn get_item(vm: &mut Vm, r: Ref, k: Value) -> Res<Value> {
    let len = vm.heap.tuple(r).len();
    if let Some(span) = slice::of(vm, k, len)? {
        return sliced(vm, r, span);
    }
    if !int::is_int(&vm.heap, k) {
        return Err(ops::bad_index(vm, "tuple", k));
    }
    let i = args::index(vm, k)?;
    let at = if i < 0 { i + len as i64 } else { i };
    match usize::try_from(at)
        .ok()
        .and_then(|at| vm.heap.tuple(r).get(at).copied())
    {
        Some(item) => Ok(item),
        None => Err(vm.exception(Type::IndexError, "tuple index out of range")),
    }
}

fn new(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [_, v] = args::between(vm, args, "tuple.", 1)?;
    if v.is_unbound() {
        return vm.new_tuple([]).map(Flow::Value);
    }
    if let Value::Ref(r) = v
        && matches!(vm.heap.get(r), Object::Tuple(_))
    {
        return Ok(Flow::Value(v));
    }
    let items = iter::collect(vm, v)?;
    vm.new_tuple(items).map(Flow::Value)
}

fn index(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this, v, start, stop] = args::between(vm, args, "tuple.index", 2)?;
    let r = args::this(vm, this, Type::Tuple, "index")?;
    let n = vm.heap.tuple(r).len();
    let (start, stop) = list::bounds(vm, start, stop, n)?;
    match list::position(vm, r, v, start, stop)? {
        Some(at) => Ok(Flow::Value(Value::Int(at as i64))),
        None => Err(vm.value_error("tuple.index(x): x not in tuple")),
    }
}

fn count(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this, v] = args::exact(vm, args, "tuple.count")?;
    let r = args::this(vm, this, Type::Tuple, "count")?;
    let n = list::count_of(vm, r, v)?;
    Ok(Flow::Value(Value::Int(n as i64)))
}
