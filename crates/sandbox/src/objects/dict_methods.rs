//! `dict`: construction, methods, views.

use super::{args, dict, hash, iter};
use crate::heap::{
    Object, Ref, Type, Value,
    object::{Iter, ViewKind},
};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Dict, "__new__", new).slow("slow_dict_new"),
    NativeDef::method(Type::Dict, "get", get).slow("slow_dict_get"),
    NativeDef::method(Type::Dict, "setdefault", setdefault).slow("slow_dict_setdefault"),
    NativeDef::method(Type::Dict, "pop", pop).slow("slow_dict_pop"),
    NativeDef::method(Type::Dict, "popitem", popitem),
    NativeDef::method(Type::Dict, "update", update).slow("slow_dict_update"),
    NativeDef::method(Type::Dict, "keys", keys),
    NativeDef::method(Type::Dict, "values", values),
    NativeDef::method(Type::Dict, "items", items),
    NativeDef::method(Type::Dict, "clear", clear),
    NativeDef::method(Type::Dict, "copy", copy),
    NativeDef::method(Type::Dict, "fromkeys", fromkeys_again).slow("slow_dict_fromkeys"),
    NativeDef::method(Type::Dict, "__reversed__", reversed),
    NativeDef::method(Type::DictKeys, "isdisjoint", isdisjoint),
    NativeDef::method(Type::DictItems, "isdisjoint", isdisjoint),
    NativeDef::method(Type::MappingProxy, "get", proxy_get),
    NativeDef::method(Type::MappingProxy, "keys", proxy_keys),
    NativeDef::method(Type::MappingProxy, "values", proxy_values),
    NativeDef::method(Type::MappingProxy, "items", proxy_items),
];

fn this(vm: &mut Vm, v: Value, method: &str) -> Res<Ref> {
    args::this(vm, v, Type::Dict, method)
}

fn new(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    if args.pos.len() > 2 {
        let n = args.pos.len() - 1;
        return Err(vm.type_error(format!("dict expected at most 1 argument, got {n}")));
    }
    let d = dict::new(vm)?;
    fill(vm, d, args)?;
    Ok(Flow::Value(d.into()))
}

/// What `dict(..)` and `dict.update(..)` share: a source and keywords.
pub(super) fn fill(vm: &mut Vm, d: Ref, args: Args<'_>) -> Res<()> {
    if let Some(source) = args.pos.get(1) {
        dict::update(vm, d, *source)?;
    }
    for (name, value) in args.kw {
        let key = vm.heap.name(*name).to_owned();
        let key = vm.new_str(key)?;
        dict::insert(vm, d, key, *value)?;
    }
    Ok(())
}

fn update(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let Some(first) = args.pos.first() else {
        return Err(vm.type_error("unbound method dict.update() needs an argument"));
    };
    let d = this(vm, *first, "update")?;
    if args.pos.len() > 2 {
        let n = args.pos.len() - 1;
        return Err(vm.type_error(format!("update expected at most 1 argument, got {n}")));
    }
    fill(vm, d, args)?;
    Ok(Flow::Value(Value::None))
}

fn get(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [d, key, default] = args::between(vm, args, "dict.get", 2)?;
    let d = this(vm, d, "get")?;
    let default = if default.is_unbound() {
        Value::None
    } else {
        default
    };
    Ok(Flow::Value(dict::get(vm, d, key)?.unwrap_or(default)))
}

fn setdefault(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [d, key, default] = args::between(vm, args, "dict.setdefault", 2)?;
    let d = this(vm, d, "setdefault")?;
    if let Some(found) = dict::get(vm, d, key)? {
        return Ok(Flow::Value(found));
    }
    let default = if default.is_unbound() {
        Value::None
    } else {
        default
    };
    dict::insert(vm, d, key, default)?;
    Ok(Flow::Value(default))
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [d, key, default] = args::between(vm, args, "dict.pop", 2)?;
    let d = this(vm, d, "pop")?;
    match dict::remove(vm, d, key)? {
        Some(value) => Ok(Flow::Value(value)),
        None if default.is_unbound() => Err(dict::key_error(vm, key)),
        None => Ok(Flow::Value(default)),
    }
}

fn popitem(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [d] = args::exact(vm, args, "dict.popitem")?;
    let d = this(vm, d, "popitem")?;
    let Some(last) = vm.heap.dict(d).last_position() else {
        return Err(vm.exception(Type::KeyError, "popitem(): dictionary is empty"));
    };
    if let Some(entry) = vm.heap.dict(d).entry(last).copied() {
        dict::show(vm, d, entry.key, None)?;
    }
    let entry = vm.heap.dict_mut(d).remove_at(last);
    vm.new_tuple([entry.key, entry.value]).map(Flow::Value)
}

fn view(vm: &mut Vm, args: Args<'_>, name: &str, kind: ViewKind) -> Res<Flow> {
    let [d] = args::exact(vm, args, &format!("dict.{name}"))?;
    let dict = this(vm, d, name)?;
    let made = vm.alloc(Object::DictView { dict, kind })?;
    Ok(Flow::Value(made.into()))
}

fn keys(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    view(vm, args, "keys", ViewKind::Keys)
}

fn values(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    view(vm, args, "values", ViewKind::Values)
}

fn items(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    view(vm, args, "items", ViewKind::Items)
}

fn clear(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [d] = args::exact(vm, args, "dict.clear")?;
    let d = this(vm, d, "clear")?;
    if vm.heap.dict(d).shows.is_some() {
        let keys: Vec<Value> = vm.heap.dict(d).iter().map(|e| e.key).collect();
        for key in keys {
            dict::show(vm, d, key, None)?;
        }
    }
    vm.heap.dict_mut(d).clear();
    Ok(Flow::Value(Value::None))
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [d] = args::exact(vm, args, "dict.copy")?;
    let d = this(vm, d, "copy")?;
    Ok(Flow::Value(dict::copy(vm, d)?.into()))
}

fn fromkeys_again(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    iter::put_back_for_python(vm, args, fromkeys)
}

fn fromkeys(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    // It is a class method; called with the class first or without.
    let is_class =
        |v: &Value| matches!(v, Value::Ref(r) if matches!(vm.heap.get(*r), Object::Class(_)));
    let class = args.pos.first().copied().filter(is_class);
    let rest = if class.is_some() {
        &args.pos[1..]
    } else {
        args.pos
    };
    if class.is_some_and(|class| !class.is(Type::Dict.value())) {
        return Err(Raise::NeedsPython);
    }
    let args = Args {
        pos: rest,
        kw: args.kw,
    };
    let [source, value] = args::between(vm, args, "fromkeys", 1)?;
    let value = if value.is_unbound() {
        Value::None
    } else {
        value
    };
    let keys = iter::collect(vm, source)?;
    for key in &keys {
        hash::hash(vm, *key)?;
    }
    let d = dict::new(vm)?;
    vm.holding(keys.capacity() * size_of::<Value>(), |vm| {
        keys.iter()
            .try_for_each(|key| dict::insert(vm, d, *key, value))
    })?;
    Ok(Flow::Value(d.into()))
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [d] = args::exact(vm, args, "dict.__reversed__")?;
    let d = this(vm, d, "__reversed__")?;
    let table = vm.heap.dict(d);
    let iter = Iter::DictReversed(d, table.positions(), table.len(), ViewKind::Keys);
    iter::make(vm, iter).map(Flow::Value)
}

fn isdisjoint(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [view, other] = args::exact(vm, args, "dict_keys.isdisjoint")?;
    let mut disjoint = true;
    iter::each(vm, other, |vm, item| {
        disjoint = super::ops::plain_contains(vm, view, item)? != Some(true);
        Ok(disjoint)
    })?;
    Ok(Flow::Value(Value::Bool(disjoint)))
}

/// The names and values of a class, as a dict.
fn proxied(vm: &mut Vm, v: Value) -> Res<Ref> {
    let class = match v {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::MappingProxy(class) => Some(*class),
            _ => None,
        },
        _ => None,
    };
    let Some(class) = class else {
        return Err(args::wrong_self(vm, v, Type::MappingProxy, "get"));
    };
    let attrs: Vec<_> = vm.heap.class(class).attrs.iter().collect();
    let d = dict::new(vm)?;
    for (name, value) in attrs {
        let name = vm.heap.name(name).to_owned();
        let name = vm.new_str(name)?;
        dict::insert(vm, d, name, value)?;
    }
    Ok(d)
}

fn proxy_get(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this, key, default] = args::between(vm, args, "mappingproxy.get", 2)?;
    let d = proxied(vm, this)?;
    let default = if default.is_unbound() {
        Value::None
    } else {
        default
    };
    Ok(Flow::Value(dict::get(vm, d, key)?.unwrap_or(default)))
}

fn proxy_view(vm: &mut Vm, args: Args<'_>, kind: ViewKind) -> Res<Flow> {
    let [this] = args::exact(vm, args, "mappingproxy.keys")?;
    let dict = proxied(vm, this)?;
    let made = vm.alloc(Object::DictView { dict, kind })?;
    Ok(Flow::Value(made.into()))
}

fn proxy_keys(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    proxy_view(vm, args, ViewKind::Keys)
}

fn proxy_values(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    proxy_view(vm, args, ViewKind::Values)
}

fn proxy_items(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    proxy_view(vm, args, ViewKind::Items)
}
