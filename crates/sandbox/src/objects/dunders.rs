//! Special methods of the built-in types by name: `int.__add__`, `super().__setitem__(..)` in a subclass of `dict`.

use super::{args, int, iter, numbers, ops, repr};
use crate::compile::op::{BinOp, CmpOp, UnaryOp};
use crate::heap::{Object, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef, NativeFn};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

fn or_not_implemented(found: Option<Value>) -> Flow {
    Flow::Value(found.unwrap_or(Value::NotImplemented))
}

/// `int`'s own methods know no floats: these answer for both.
fn is_foreign(vm: &Vm, a: Value, b: Value) -> bool {
    int::is_int(&vm.heap, a) && matches!(super::unwrap(&vm.heap, b), Value::Float(_))
}

macro_rules! binary {
    ($($name:ident $reflected:ident $op:ident;)*) => {
        $(
            fn $name(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
                let [a, b] = args::exact(vm, args, "object.__op__")?;
                let a = super::unwrap(&vm.heap, a);
                if is_foreign(vm, a, b) {
                    return Ok(Flow::Value(Value::NotImplemented));
                }
                ops::plain_binary(vm, BinOp::$op, a, b).map(or_not_implemented)
            }

            fn $reflected(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
                let [a, b] = args::exact(vm, args, "object.__op__")?;
                let a = super::unwrap(&vm.heap, a);
                if is_foreign(vm, a, b) {
                    return Ok(Flow::Value(Value::NotImplemented));
                }
                ops::plain_binary(vm, BinOp::$op, b, a).map(or_not_implemented)
            }
        )*
    };
}

binary! {
    add radd Add;
    sub rsub Sub;
    mul rmul Mul;
    truediv rtruediv TrueDiv;
    floordiv rfloordiv FloorDiv;
    modulo rmodulo Mod;
    pow rpow Pow;
    lshift rlshift LShift;
    rshift rrshift RShift;
    and rand And;
    or ror Or;
    xor rxor Xor;
}

macro_rules! inplace {
    ($($name:ident $op:ident;)*) => {
        $(
            fn $name(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
                let [a, b] = args::exact(vm, args, "object.__op__")?;
                ops::plain_inplace(vm, BinOp::$op, a, b).map(or_not_implemented)
            }
        )*
    };
}

inplace! {
    iadd Add;
    imul Mul;
    isub Sub;
    iand And;
    ior Or;
    ixor Xor;
}

macro_rules! compare {
    ($($name:ident $op:ident;)*) => {
        $(
            fn $name(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
                let [a, b] = args::exact(vm, args, "object.__op__")?;
                compared(vm, CmpOp::$op, a, b)
            }
        )*
    };
}

compare! {
    eq Eq;
    ne Ne;
    lt Lt;
    le Le;
    gt Gt;
    ge Ge;
}

fn compared(vm: &mut Vm, op: CmpOp, a: Value, b: Value) -> Res<Flow> {
    let (x, y) = (super::unwrap(&vm.heap, a), super::unwrap(&vm.heap, b));
    let comparable = {
        let kind = |v: Value| match v {
            Value::Int(_) | Value::Bool(_) | Value::Float(_) => Type::Float.r(),
            Value::Ref(r) if matches!(vm.heap.get(r), Object::BigInt(_)) => Type::Float.r(),
            Value::Ref(r) if matches!(vm.heap.get(r), Object::Set(_)) => Type::Set.r(),
            other => vm.class_of(other),
        };
        kind(x) == kind(y)
    };
    if !comparable || is_foreign(vm, x, y) {
        return Ok(Flow::Value(Value::NotImplemented));
    }
    ops::compare(vm, op, x, y).map(or_not_implemented)
}

macro_rules! unary {
    ($($name:ident $op:ident;)*) => {
        $(
            fn $name(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
                let [a] = args::exact(vm, args, "object.__op__")?;
                let a = super::unwrap(&vm.heap, a);
                ops::unary(vm, UnaryOp::$op, a).map(or_not_implemented)
            }
        )*
    };
}

unary! {
    neg Neg;
    pos Pos;
    invert Invert;
}

fn abs(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a] = args::exact(vm, args, "object.__abs__")?;
    match super::unwrap(&vm.heap, a) {
        Value::Float(x) => Ok(Flow::Value(Value::Float(x.abs()))),
        plain => {
            let negative = ops::compare(vm, CmpOp::Lt, plain, Value::Int(0))?;
            let op = if matches!(negative, Some(Value::Bool(true))) {
                UnaryOp::Neg
            } else {
                UnaryOp::Pos
            };
            ops::unary(vm, op, plain).map(or_not_implemented)
        }
    }
}

fn divmod(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a, b] = args::exact(vm, args, "object.__op__")?;
    numbers::divmod_values(vm, a, b).map(or_not_implemented)
}

fn truth(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a] = args::exact(vm, args, "object.__bool__")?;
    let a = super::unwrap(&vm.heap, a);
    Ok(Flow::Value(Value::Bool(ops::truth(vm, a)?)))
}

fn hash(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a] = args::exact(vm, args, "object.__hash__")?;
    let a = super::unwrap(&vm.heap, a);
    Ok(Flow::Value(Value::Int(super::hash::hash(vm, a)?)))
}

fn repr_of(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a] = args::exact(vm, args, "object.__repr__")?;
    let text = repr::plain_repr(vm, a)?;
    vm.new_str(text).map(Flow::Value)
}

fn str_of(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a] = args::exact(vm, args, "object.__str__")?;
    let plain = super::unwrap(&vm.heap, a);
    let text = repr::plain_str(vm, plain)?;
    vm.new_str(text).map(Flow::Value)
}

fn len(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a] = args::exact(vm, args, "object.__len__")?;
    let a = super::unwrap(&vm.heap, a);
    let n = ops::len(vm, a)?.unwrap_or(0);
    Ok(Flow::Value(Value::Int(n as i64)))
}

fn getitem(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a, k] = args::exact(vm, args, "object.__getitem__")?;
    match ops::plain_get_item(vm, a, k)? {
        Some(v) => Ok(Flow::Value(v)),
        None => Err(ops::not_subscriptable(vm, a)),
    }
}

fn setitem(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a, k, v] = args::exact(vm, args, "object.__setitem__")?;
    ops::plain_set_item(vm, a, k, v)?;
    Ok(Flow::Value(Value::None))
}

fn delitem(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a, k] = args::exact(vm, args, "object.__delitem__")?;
    ops::plain_del_item(vm, a, k)?;
    Ok(Flow::Value(Value::None))
}

fn contains(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a, item] = args::exact(vm, args, "object.__contains__")?;
    let found = ops::plain_contains(vm, a, item)?;
    Ok(Flow::Value(Value::Bool(found == Some(true))))
}

fn iterator(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a] = args::exact(vm, args, "object.__iter__")?;
    let plain = super::unwrap(&vm.heap, a);
    match iter::iter(vm, plain)? {
        Some(made) => Ok(Flow::Value(made)),
        None => Err(iter::not_native(vm, plain)),
    }
}

fn next(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a] = args::exact(vm, args, "object.__next__")?;
    if let Value::Ref(r) = a
        && matches!(vm.heap.get(r), Object::Iter(_))
    {
        return match iter::next(vm, r)? {
            Some(item) => Ok(Flow::Value(item)),
            None => {
                let stop = vm.new_exception(Type::StopIteration.r(), &[])?;
                Err(Raise::Exception(stop))
            }
        };
    }
    Err(args::wrong_self(vm, a, Type::ListIterator, "__next__"))
}

const fn method(owner: Type, name: &'static str, run: NativeFn) -> NativeDef {
    NativeDef::method(owner, name, run)
}

macro_rules! table {
    ($($owner:ident: $($name:literal $run:ident $($slow:literal)?),*;)*) => {
        &[$($(method(Type::$owner, $name, $run)$(.slow($slow))?),*),*]
    };
}

/// The natives of this file.
#[rustfmt::skip]
pub(super) const NATIVES: &[NativeDef] = table! {
    Int: "__add__" add, "__radd__" radd, "__sub__" sub, "__rsub__" rsub, "__mul__" mul, "__rmul__" rmul,
        "__truediv__" truediv, "__rtruediv__" rtruediv, "__floordiv__" floordiv, "__rfloordiv__" rfloordiv,
        "__mod__" modulo, "__rmod__" rmodulo, "__pow__" pow, "__rpow__" rpow,
        "__lshift__" lshift, "__rlshift__" rlshift, "__rshift__" rshift, "__rrshift__" rrshift,
        "__and__" and, "__rand__" rand, "__or__" or, "__ror__" ror, "__xor__" xor, "__rxor__" rxor,
        "__neg__" neg, "__pos__" pos, "__invert__" invert, "__abs__" abs, "__divmod__" divmod, "__bool__" truth,
        "__eq__" eq, "__ne__" ne, "__lt__" lt, "__le__" le, "__gt__" gt, "__ge__" ge,
        "__hash__" hash, "__repr__" repr_of, "__str__" str_of;
    Float: "__add__" add, "__radd__" radd, "__sub__" sub, "__rsub__" rsub, "__mul__" mul, "__rmul__" rmul,
        "__truediv__" truediv, "__rtruediv__" rtruediv, "__floordiv__" floordiv, "__rfloordiv__" rfloordiv,
        "__mod__" modulo, "__rmod__" rmodulo, "__pow__" pow, "__rpow__" rpow,
        "__neg__" neg, "__pos__" pos, "__abs__" abs, "__divmod__" divmod, "__bool__" truth,
        "__eq__" eq, "__ne__" ne, "__lt__" lt, "__le__" le, "__gt__" gt, "__ge__" ge,
        "__hash__" hash, "__repr__" repr_of, "__str__" str_of;
    Str: "__add__" add, "__mul__" mul, "__rmul__" rmul, "__mod__" modulo, "__len__" len, "__getitem__" getitem,
        "__contains__" contains, "__iter__" iterator, "__eq__" eq, "__ne__" ne, "__lt__" lt, "__le__" le,
        "__gt__" gt, "__ge__" ge, "__hash__" hash, "__repr__" repr_of, "__str__" str_of;
    Bytes: "__add__" add, "__mul__" mul, "__rmul__" rmul, "__len__" len, "__getitem__" getitem,
        "__contains__" contains, "__iter__" iterator, "__eq__" eq, "__ne__" ne, "__lt__" lt, "__le__" le,
        "__gt__" gt, "__ge__" ge, "__hash__" hash, "__repr__" repr_of;
    List: "__add__" add, "__mul__" mul, "__rmul__" rmul, "__iadd__" iadd, "__imul__" imul,
        "__len__" len, "__getitem__" getitem, "__setitem__" setitem, "__delitem__" delitem,
        "__contains__" contains, "__iter__" iterator, "__eq__" eq, "__ne__" ne, "__lt__" lt, "__le__" le,
        "__gt__" gt, "__ge__" ge, "__repr__" repr_of;
    Tuple: "__add__" add, "__mul__" mul, "__rmul__" rmul, "__len__" len, "__getitem__" getitem,
        "__contains__" contains, "__iter__" iterator, "__eq__" eq, "__ne__" ne, "__lt__" lt, "__le__" le,
        "__gt__" gt, "__ge__" ge, "__hash__" hash "slow_hash", "__repr__" repr_of;
    Dict: "__len__" len, "__getitem__" getitem "slow_getitem",
        "__setitem__" setitem "slow_dict_insert", "__delitem__" delitem "slow_delitem",
        "__contains__" contains "slow_dict_contains", "__iter__" iterator,
        "__eq__" eq, "__ne__" ne, "__or__" or, "__ror__" ror, "__ior__" ior, "__repr__" repr_of;
    Set: "__len__" len, "__contains__" contains "slow_set_contains", "__iter__" iterator,
        "__eq__" eq, "__ne__" ne, "__lt__" lt, "__le__" le, "__gt__" gt, "__ge__" ge,
        "__and__" and, "__or__" or, "__xor__" xor, "__sub__" sub, "__iand__" iand, "__ior__" ior,
        "__ixor__" ixor, "__isub__" isub, "__repr__" repr_of;
    FrozenSet: "__len__" len, "__contains__" contains "slow_set_contains", "__iter__" iterator,
        "__eq__" eq, "__ne__" ne, "__lt__" lt, "__le__" le, "__gt__" gt, "__ge__" ge,
        "__and__" and, "__or__" or, "__xor__" xor, "__sub__" sub, "__hash__" hash, "__repr__" repr_of;
    Range: "__len__" len, "__getitem__" getitem, "__contains__" contains, "__iter__" iterator, "__eq__" eq;
    DictKeys: "__len__" len, "__contains__" contains, "__iter__" iterator, "__eq__" eq;
    DictValues: "__len__" len, "__iter__" iterator;
    DictItems: "__len__" len, "__contains__" contains, "__iter__" iterator, "__eq__" eq;
    ListIterator: "__next__" next, "__iter__" iterator;
    TupleIterator: "__next__" next, "__iter__" iterator;
    StrIterator: "__next__" next, "__iter__" iterator;
    BytesIterator: "__next__" next, "__iter__" iterator;
    RangeIterator: "__next__" next, "__iter__" iterator;
    DictKeyIterator: "__next__" next, "__iter__" iterator;
    DictValueIterator: "__next__" next, "__iter__" iterator;
    DictItemIterator: "__next__" next, "__iter__" iterator;
    SetIterator: "__next__" next, "__iter__" iterator;
    Enumerate: "__next__" next, "__iter__" iterator;
    Zip: "__next__" next, "__iter__" iterator;
    Reversed: "__next__" next, "__iter__" iterator;
};
