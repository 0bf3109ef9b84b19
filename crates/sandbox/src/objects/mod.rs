//! Built-in types: their operators and methods, one file per type.

mod args;
pub(crate) mod bytes;
mod codec;
pub(crate) mod compare;
pub(crate) mod dict;
mod dict_methods;
pub(crate) mod dunders;
pub(crate) mod eq;
pub(crate) mod exception;
pub(crate) mod float;
mod float_text;
pub(crate) mod format;
mod format_spec;
#[cfg(test)]
mod format_tests;
pub(crate) mod function;
pub(crate) mod hash;
pub(crate) mod int;
pub(crate) mod int_long;
mod int_methods;
mod int_text;
pub(crate) mod iter;
mod iterables;
pub(crate) mod list;
mod numbers;
pub(crate) mod object;
pub(crate) mod ops;
pub(crate) mod order;
mod percent;
pub(crate) mod range;
pub(crate) mod repr;
pub(crate) mod set;
mod set_methods;
pub(crate) mod slice;
pub(crate) mod sort;
mod sort_parts;
pub(crate) mod str;
pub(crate) mod str_format;
mod str_search;
mod str_split;
mod str_translate;
#[cfg(test)]
mod tests;
pub(crate) mod text_ops;
pub(crate) mod tuple;

pub(crate) use percent::percent;

use crate::heap::{
    Heap, Object, Ref, Sym, Type, Value,
    object::{GeneratorKind, Iter, ViewKind},
};
use crate::vm::native::NativeDef;

/// The natives of the built-in types and functions, in the order of their numbers.
pub const NATIVES: &[&[NativeDef]] = &[
    bytes::NATIVES,
    codec::NATIVES,
    dict::NATIVES,
    dict_methods::NATIVES,
    dunders::NATIVES,
    exception::NATIVES,
    float::NATIVES,
    format::NATIVES,
    function::NATIVES,
    int_methods::NATIVES,
    iterables::NATIVES,
    list::NATIVES,
    numbers::NATIVES,
    object::NATIVES,
    range::NATIVES,
    set::NATIVES,
    set_methods::NATIVES,
    slice::NATIVES,
    sort::NATIVES,
    str::NATIVES,
    str_format::NATIVES,
    str_search::NATIVES,
    str_split::NATIVES,
    str_translate::NATIVES,
    tuple::NATIVES,
];

/// The built-in value inside an instance of a subclass of a built-in class; any other value as it is.
pub(crate) fn unwrap(heap: &Heap, v: Value) -> Value {
    match v {
        Value::Ref(r) => match heap.get(r) {
            Object::Instance(i) if !i.native.is_unbound() => i.native,
            _ => v,
        },
        _ => v,
    }
}

/// Bits of the special methods that Python code defines for a value's class; 0 for built-in classes.
pub(crate) fn dunders(heap: &Heap, v: Value) -> u32 {
    match v {
        Value::Ref(r) => match heap.get(r) {
            Object::Instance(i) => heap.class(i.class).dunders,
            Object::Exception(e) => heap.class(e.class).dunders,
            _ => 0,
        },
        _ => 0,
    }
}

/// What Python code defined as `name` in the class of a value or a base of it.
pub(crate) fn special(heap: &Heap, v: Value, name: Sym) -> Option<Value> {
    let Value::Ref(r) = v else { return None };
    let class = match heap.get(r) {
        Object::Instance(i) => i.class,
        Object::Exception(e) => e.class,
        _ => return None,
    };
    let found = |base: &Ref| heap.class(*base).attrs.get(name);
    heap.class(class).mro.iter().find_map(found)
}

/// A number that stands for an object's address: the same all its life, and different from others'.
pub(crate) fn address(v: Value) -> u64 {
    const BASE: u64 = 0x7f00_0000_0000;
    match v {
        Value::Ref(r) => BASE + u64::from(r.0) * 16,
        Value::Unbound | Value::None => BASE - 16,
        Value::Bool(b) => BASE - 32 - 16 * u64::from(b),
        Value::Ellipsis => BASE - 64,
        Value::NotImplemented => BASE - 80,
        Value::Native(id) => BASE - 0x1000_0000 + u64::from(id.0) * 16,
        Value::Int(i) => (i as u64).wrapping_mul(32) & 0x7fff_ffff_ffff,
        Value::Float(x) => x.to_bits() >> 17 << 4,
    }
}

/// The class of a value.
pub fn class_of(heap: &Heap, v: Value) -> Ref {
    let t = match v {
        Value::Unbound | Value::None => Type::NoneType,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Float(_) => Type::Float,
        Value::Ellipsis => Type::EllipsisType,
        Value::NotImplemented => Type::NotImplementedType,
        Value::Native(_) => Type::NativeFunction,
        Value::Ref(r) => return class_of_object(heap, r),
    };
    t.r()
}

fn class_of_object(heap: &Heap, r: Ref) -> Ref {
    let t = match heap.get(r) {
        Object::Instance(i) => return i.class,
        Object::Exception(e) => return e.class,
        Object::Free(_) | Object::Buffer(_) => unreachable!("no value, so it has no class"),
        Object::Str(_) => Type::Str,
        Object::Bytes(_) => Type::Bytes,
        Object::BigInt(_) => Type::Int,
        Object::List(_) => Type::List,
        Object::Tuple(_) => Type::Tuple,
        Object::Dict(_) => Type::Dict,
        Object::Set(s) if s.frozen => Type::FrozenSet,
        Object::Set(_) => Type::Set,
        Object::Range(_) => Type::Range,
        Object::Slice(_) => Type::Slice,
        Object::Cell(_) => Type::Cell,
        Object::Function(_) => Type::Function,
        Object::Method {
            func: Value::Native(_),
            ..
        } => Type::NativeFunction,
        Object::Method { .. } => Type::Method,
        Object::Class(_) => Type::Type,
        Object::Generator(g) => match g.kind {
            GeneratorKind::Generator => Type::Generator,
            GeneratorKind::Coroutine => Type::Coroutine,
            GeneratorKind::AsyncGenerator => Type::AsyncGenerator,
        },
        Object::Iter(i) => iter_type(i),
        Object::Property(_) => Type::Property,
        Object::ClassMethod(_) => Type::ClassMethod,
        Object::StaticMethod(_) => Type::StaticMethod,
        Object::Super { .. } => Type::Super,
        Object::Module(_) => Type::Module,
        Object::DictView { kind, .. } => match kind {
            ViewKind::Keys => Type::DictKeys,
            ViewKind::Values => Type::DictValues,
            ViewKind::Items => Type::DictItems,
        },
        Object::Namespace(_) => Type::Dict,
        Object::MappingProxy(_) => Type::MappingProxy,
        Object::HostFunction(_) => Type::HostFunction,
        Object::HostCall(_) => Type::HostCall,
        Object::Pattern(_) => Type::Pattern,
        Object::Match(_) => Type::Match,
        Object::Alias {
            origin: Value::Ref(r),
            ..
        } if *r == Type::Union.r() => Type::Union,
        Object::Alias { .. } => Type::GenericAlias,
        Object::Traceback(_) => Type::Traceback,
    };
    t.r()
}

fn iter_type(iter: &Iter) -> Type {
    match iter {
        Iter::List(..) | Iter::Values(..) | Iter::Done => Type::ListIterator,
        Iter::Tuple(..) => Type::TupleIterator,
        Iter::Str(..) => Type::StrIterator,
        Iter::Bytes(..) => Type::BytesIterator,
        Iter::Range(..) => Type::RangeIterator,
        Iter::Dict(.., ViewKind::Keys) | Iter::DictReversed(.., ViewKind::Keys) => {
            Type::DictKeyIterator
        }
        Iter::Dict(.., ViewKind::Values) | Iter::DictReversed(.., ViewKind::Values) => {
            Type::DictValueIterator
        }
        Iter::Dict(..) | Iter::DictReversed(..) => Type::DictItemIterator,
        Iter::Set(..) => Type::SetIterator,
        Iter::ListReversed(..) => Type::Reversed,
        Iter::Enumerate(..) => Type::Enumerate,
        Iter::Zip(..) => Type::Zip,
    }
}
