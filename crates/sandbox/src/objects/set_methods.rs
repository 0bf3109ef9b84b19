//! `set` and `frozenset`: construction and methods.

use super::{args, dict, iter, ops, set, unwrap};
use crate::heap::{Object, Ref, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::Res;
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Set, "__new__", again::new).slow("slow_set_new"),
    NativeDef::method(Type::FrozenSet, "__new__", again::new_frozen).slow("slow_frozenset_new"),
    NativeDef::method(Type::Set, "add", add).slow("slow_set_add"),
    NativeDef::method(Type::Set, "remove", remove).slow("slow_set_remove"),
    NativeDef::method(Type::Set, "discard", discard).slow("slow_set_discard"),
    NativeDef::method(Type::Set, "pop", pop),
    NativeDef::method(Type::Set, "clear", clear),
    NativeDef::method(Type::Set, "update", again::update).slow("slow_set_update"),
    NativeDef::method(Type::Set, "copy", copy),
    NativeDef::method(Type::FrozenSet, "copy", copy),
    NativeDef::method(Type::Set, "union", again::union).slow("slow_set_union"),
    NativeDef::method(Type::FrozenSet, "union", again::union).slow("slow_set_union"),
    NativeDef::method(Type::Set, "intersection", again::intersection).slow("slow_set_intersection"),
    NativeDef::method(Type::FrozenSet, "intersection", again::intersection)
        .slow("slow_set_intersection"),
    NativeDef::method(Type::Set, "difference", again::difference).slow("slow_set_difference"),
    NativeDef::method(Type::FrozenSet, "difference", again::difference).slow("slow_set_difference"),
    NativeDef::method(Type::Set, "symmetric_difference", again::symmetric)
        .slow("slow_set_symmetric_difference"),
    NativeDef::method(Type::FrozenSet, "symmetric_difference", again::symmetric)
        .slow("slow_set_symmetric_difference"),
    NativeDef::method(Type::Set, "intersection_update", again::intersection_update)
        .slow("slow_set_intersection_update"),
    NativeDef::method(Type::Set, "difference_update", again::difference_update)
        .slow("slow_set_difference_update"),
    NativeDef::method(
        Type::Set,
        "symmetric_difference_update",
        again::symmetric_update,
    )
    .slow("slow_set_symmetric_difference_update"),
    NativeDef::method(Type::Set, "issubset", again::issubset).slow("slow_set_issubset"),
    NativeDef::method(Type::FrozenSet, "issubset", again::issubset).slow("slow_set_issubset"),
    NativeDef::method(Type::Set, "issuperset", again::issuperset).slow("slow_set_issuperset"),
    NativeDef::method(Type::FrozenSet, "issuperset", again::issuperset).slow("slow_set_issuperset"),
    NativeDef::method(Type::Set, "isdisjoint", isdisjoint).slow("slow_set_isdisjoint"),
    NativeDef::method(Type::FrozenSet, "isdisjoint", isdisjoint).slow("slow_set_isdisjoint"),
];

/// The same natives for iterators among the arguments that Python code may have to walk again.
mod again {
    use super::super::iter::put_back_for_python;
    use super::{Args, Flow, Res, Vm};

    macro_rules! natives {
        ($($name:ident)*) => {
            $(pub(super) fn $name(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
                put_back_for_python(vm, args, super::$name)
            })*
        };
    }

    natives! {
        new new_frozen update union intersection difference symmetric
        intersection_update difference_update symmetric_update issubset issuperset
    }
}

fn none() -> Res<Flow> {
    Ok(Flow::Value(Value::None))
}

fn new(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [_, v] = args::between(vm, args, "set.", 1)?;
    let s = set::new(vm, false)?;
    if !v.is_unbound() {
        set::update(vm, s, v)?;
    }
    Ok(Flow::Value(s.into()))
}

fn new_frozen(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [_, v] = args::between(vm, args, "frozenset.", 1)?;
    if let Value::Ref(r) = v
        && matches!(vm.heap.get(r), Object::Set(s) if s.frozen)
    {
        return Ok(Flow::Value(v));
    }
    let s = set::new(vm, true)?;
    if !v.is_unbound() {
        set::update(vm, s, v)?;
    }
    Ok(Flow::Value(s.into()))
}

/// `self`, a set or frozenset.
fn this(vm: &mut Vm, v: Value, method: &str) -> Res<Ref> {
    match set::of(vm, v) {
        Some(s) => Ok(s),
        None => Err(args::wrong_self(vm, v, Type::Set, method)),
    }
}

fn split<'a>(vm: &mut Vm, args: Args<'a>, method: &str) -> Res<(Ref, &'a [Value])> {
    args::no_keywords(vm, args, &format!("set.{method}"))?;
    let Some((first, rest)) = args.pos.split_first() else {
        return Err(vm.type_error(format!("unbound method set.{method}() needs an argument")));
    };
    Ok((this(vm, *first, method)?, rest))
}

fn add(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [s, v] = args::exact(vm, args, "set.add")?;
    let s = args::this(vm, s, Type::Set, "add")?;
    set::add(vm, s, v)?;
    none()
}

fn take(vm: &mut Vm, args: Args<'_>, name: &str) -> Res<(Value, bool)> {
    let [s, v] = args::exact(vm, args, &format!("set.{name}"))?;
    let s = args::this(vm, s, Type::Set, name)?;
    let at = set::find_equal(vm, s, v)?;
    if let Some(at) = at {
        vm.heap.set_mut(s).remove_at(at);
    }
    Ok((v, at.is_some()))
}

fn remove(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    match take(vm, args, "remove")? {
        (_, true) => none(),
        (v, false) => Err(dict::key_error(vm, v)),
    }
}

fn discard(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    take(vm, args, "discard")?;
    none()
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [s] = args::exact(vm, args, "set.pop")?;
    let s = args::this(vm, s, Type::Set, "pop")?;
    match vm.heap.set_mut(s).pop() {
        Some(v) => Ok(Flow::Value(v)),
        None => Err(vm.exception(Type::KeyError, "pop from an empty set")),
    }
}

fn clear(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [s] = args::exact(vm, args, "set.clear")?;
    let s = args::this(vm, s, Type::Set, "clear")?;
    vm.heap.set_mut(s).clear();
    none()
}

/// Refuses operands whose iteration is Python code before anything is done.
fn check(vm: &mut Vm, others: &[Value]) -> Res<()> {
    for other in others {
        if iter::iter(vm, *other)?.is_none() {
            return Err(iter::not_native(vm, *other));
        }
    }
    Ok(())
}

fn update(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (s, others) = split(vm, args, "update")?;
    check(vm, others)?;
    for other in others {
        set::update(vm, s, *other)?;
    }
    none()
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "set.copy")?;
    let s = this(vm, v, "copy")?;
    let frozen = vm.heap.set(s).frozen;
    if frozen && unwrap(&vm.heap, v).is(v) {
        return Ok(Flow::Value(v));
    }
    Ok(Flow::Value(set::copy(vm, s, frozen)?.into()))
}

type Combine = fn(&mut Vm, Ref, Value, bool) -> Res<Ref>;

fn combined(vm: &mut Vm, args: Args<'_>, name: &str, combine: Combine) -> Res<Ref> {
    let (s, others) = split(vm, args, name)?;
    check(vm, others)?;
    let frozen = vm.heap.set(s).frozen;
    let Some((first, rest)) = others.split_first() else {
        return set::copy(vm, s, frozen);
    };
    let mut made = combine(vm, s, *first, frozen)?;
    for other in rest {
        if name == "difference" {
            set::subtract(vm, made, *other)?;
        } else {
            made = combine(vm, made, *other, frozen)?;
        }
    }
    Ok(made)
}

fn union(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (s, others) = split(vm, args, "union")?;
    check(vm, others)?;
    let frozen = vm.heap.set(s).frozen;
    let made = set::copy(vm, s, frozen)?;
    for other in others {
        set::update(vm, made, *other)?;
    }
    Ok(Flow::Value(made.into()))
}

fn intersection(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    Ok(Flow::Value(
        combined(vm, args, "intersection", set::intersection)?.into(),
    ))
}

fn difference(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    Ok(Flow::Value(
        combined(vm, args, "difference", set::difference)?.into(),
    ))
}

fn symmetric(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v, other] = args::exact(vm, args, "set.symmetric_difference")?;
    let s = this(vm, v, "symmetric_difference")?;
    let frozen = vm.heap.set(s).frozen;
    Ok(Flow::Value(
        set::symmetric_difference(vm, s, other, frozen)?.into(),
    ))
}

fn intersection_update(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (s, _) = split(vm, args, "intersection_update")?;
    let made = combined(vm, args, "intersection_update", set::intersection)?;
    set::become_content(vm, s, made);
    none()
}

fn difference_update(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (s, others) = split(vm, args, "difference_update")?;
    check(vm, others)?;
    for other in others {
        set::subtract(vm, s, *other)?;
    }
    none()
}

fn symmetric_update(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v, other] = args::exact(vm, args, "set.symmetric_difference_update")?;
    let s = args::this(vm, v, Type::Set, "symmetric_difference_update")?;
    let other = set::from_iterable(vm, other)?;
    let items = vm.heap.set(other).iter().collect();
    set::toggle(vm, s, items)?;
    none()
}

fn within(vm: &mut Vm, small: Value, large: Value) -> Res<Flow> {
    let answer = ops::compare(vm, crate::compile::op::CmpOp::Le, small, large)?;
    Ok(Flow::Value(answer.unwrap_or(Value::Bool(false))))
}

fn issubset(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v, other] = args::exact(vm, args, "set.issubset")?;
    let s = this(vm, v, "issubset")?;
    let other = set::from_iterable(vm, other)?;
    within(vm, s.into(), other.into())
}

fn issuperset(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v, other] = args::exact(vm, args, "set.issuperset")?;
    let s = this(vm, v, "issuperset")?;
    let other = set::from_iterable(vm, other)?;
    within(vm, other.into(), s.into())
}

fn isdisjoint(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v, other] = args::exact(vm, args, "set.isdisjoint")?;
    let s = this(vm, v, "isdisjoint")?;
    let mut disjoint = true;
    iter::each(vm, other, |vm, item| {
        disjoint = set::find(vm, s, item)?.1.is_none();
        Ok(disjoint)
    })?;
    Ok(Flow::Value(Value::Bool(disjoint)))
}
