//! Built-in types: their operators and methods, one file per type.

#[cfg_attr(
    not(test),
    allow(dead_code, reason = "its users come with the rest of the types")
)]
mod format_spec;
#[cfg(test)]
mod format_tests;

use crate::heap::{
    Heap, Object, Ref, Type, Value,
    object::{GeneratorKind, Iter, ViewKind},
};

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
        Object::Free(_) => unreachable!("a free slot has no class"),
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
