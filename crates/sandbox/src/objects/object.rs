//! `object` and `type`: what every value can do.

use super::{args, hash, repr};
use crate::heap::{Object, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::Res;
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Object, "__repr__", object_repr),
    NativeDef::method(Type::Object, "__str__", object_str).slow("slow_repr"),
    NativeDef::method(Type::Object, "__eq__", object_eq),
    NativeDef::method(Type::Object, "__ne__", object_ne),
    NativeDef::method(Type::Object, "__hash__", object_hash),
    NativeDef::method(Type::Object, "__lt__", not_implemented),
    NativeDef::method(Type::Object, "__le__", not_implemented),
    NativeDef::method(Type::Object, "__gt__", not_implemented),
    NativeDef::method(Type::Object, "__ge__", not_implemented),
];

/// The name of a native function.
pub(crate) fn native_name(v: Value) -> &'static str {
    match v {
        Value::Native(id) => crate::vm::natives::native(id).name,
        _ => "",
    }
}

fn object_repr(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "object.__repr__")?;
    let name = repr::class_name(vm, vm.class_of(v));
    let address = super::address(v);
    vm.new_str(format!("<{name} object at {address:#x}>"))
        .map(Flow::Value)
}

fn object_str(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "object.__str__")?;
    let text = repr::repr(vm, v)?;
    vm.new_str(text).map(Flow::Value)
}

fn object_eq(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a, b] = args::exact(vm, args, "object.__eq__")?;
    Ok(Flow::Value(if a.is(b) {
        Value::Bool(true)
    } else {
        Value::NotImplemented
    }))
}

fn object_ne(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a, b] = args::exact(vm, args, "object.__ne__")?;
    Ok(Flow::Value(if a.is(b) {
        Value::Bool(false)
    } else {
        Value::NotImplemented
    }))
}

fn object_hash(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "object.__hash__")?;
    let plain = matches!(v, Value::Ref(r) if matches!(vm.heap.get(r), Object::Instance(_)));
    if plain {
        return Ok(Flow::Value(Value::Int((super::address(v) >> 4) as i64)));
    }
    Ok(Flow::Value(Value::Int(hash::hash(vm, v)?)))
}

fn not_implemented(_: &mut Vm, _: Args<'_>) -> Res<Flow> {
    Ok(Flow::Value(Value::NotImplemented))
}
