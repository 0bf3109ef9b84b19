//! Values that leave and enter: heap values to [`Data`] and back, bounded in depth and size.

use crate::data::{Data, Failure};
use crate::heap::{Object, Ref, Type, Value, dict::Dict, set::Set, sym::sym};
use crate::objects::hash;
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// Bytes that a value takes outside, its text or digits not counted.
const NODE_BYTES: usize = size_of::<Data>();

/// Accounts for `n` values or as many bytes of text that are about to be copied.
fn cross(vm: &mut Vm, n: usize, each_bytes: usize) -> Res<()> {
    vm.cross(n.saturating_mul(each_bytes) as u64)
}

/// Copies a value out. Cost: O(size), paid in steps and in bytes across the boundary before anything is copied: what a
/// small program shares (`[s] * 10 ** 6`) is large outside.
///
/// # Errors
/// `TypeError` for what has no meaning outside (functions, generators, plain instances), `RecursionError` for
/// nesting deeper than [`Data::DEPTH_MAX`].
pub(crate) fn to_data(vm: &mut Vm, value: Value) -> Res<Data> {
    out(vm, value, 0)
}

fn out(vm: &mut Vm, value: Value, depth: usize) -> Res<Data> {
    if depth > Data::DEPTH_MAX {
        let text = "value is nested too deeply to leave the sandbox";
        return Err(vm.exception(Type::RecursionError, text));
    }
    vm.pay(1)?;
    cross(vm, 1, NODE_BYTES)?;
    let r = match value {
        Value::Unbound | Value::None => return Ok(Data::None),
        Value::Bool(b) => return Ok(Data::Bool(b)),
        Value::Int(i) => return Ok(Data::Int(i)),
        Value::Float(x) => return Ok(Data::Float(x)),
        Value::Ellipsis | Value::NotImplemented | Value::Native(_) => {
            return Err(cannot_leave(vm, value));
        }
        Value::Ref(r) => r,
    };
    let (parts, each_bytes) = match vm.heap.get(r) {
        Object::Str(s) => (vm.heap.text_of(s).len(), 1),
        Object::Bytes(b) => (b.len(), 1),
        Object::BigInt(i) => (i.bits() as usize / 8, 1),
        // The handles are copied first, each part accounts for itself.
        Object::List(items) => (items.len(), size_of::<Value>()),
        Object::Tuple(items) => (items.len(), size_of::<Value>()),
        Object::Set(set) => (set.len(), size_of::<Value>()),
        Object::Dict(dict) => (dict.len(), 2 * size_of::<Value>()),
        _ => (0, 0),
    };
    cross(vm, parts, each_bytes)?;
    Ok(match vm.heap.get(r) {
        Object::Str(s) => Data::Str(vm.heap.text_of(s).to_owned()),
        Object::Bytes(b) => Data::Bytes(b.to_vec()),
        Object::BigInt(i) => Data::BigInt((**i).clone()),
        Object::List(items) => {
            let items = items.clone();
            Data::List(out_all(vm, &items, depth)?)
        }
        Object::Tuple(items) => {
            let items = items.to_vec();
            Data::Tuple(out_all(vm, &items, depth)?)
        }
        Object::Set(set) => {
            let frozen = set.frozen;
            let keys: Vec<Value> = set.iter().map(|(_, key)| key).collect();
            let keys = out_all(vm, &keys, depth)?;
            if frozen {
                Data::FrozenSet(keys)
            } else {
                Data::Set(keys)
            }
        }
        Object::Dict(dict) => {
            let pairs: Vec<(Value, Value)> = dict.iter().map(|e| (e.key, e.value)).collect();
            let mut copied = Vec::with_capacity(pairs.len());
            for (key, value) in pairs {
                copied.push((out(vm, key, depth + 1)?, out(vm, value, depth + 1)?));
            }
            Data::Dict(copied)
        }
        Object::Instance(instance) if !instance.native.is_unbound() => {
            let native = instance.native;
            out(vm, native, depth)?
        }
        Object::Instance(_) => object(vm, r, depth)?,
        _ => return Err(cannot_leave(vm, value)),
    })
}

fn out_all(vm: &mut Vm, items: &[Value], depth: usize) -> Res<Vec<Data>> {
    items.iter().map(|item| out(vm, *item, depth + 1)).collect()
}

/// Instances leave by their fields: those of dataclasses, and the library's dates and times.
fn object(vm: &mut Vm, r: Ref, depth: usize) -> Res<Data> {
    let class = vm.heap.instance(r).class;
    let name = vm.heap.class(class).name;
    let mro = vm.heap.class(class).mro.clone();
    let has = |vm: &Vm, name| {
        mro.iter()
            .any(|c| vm.heap.class(*c).attrs.get(name).is_some())
    };
    let is_time = {
        let module = mro
            .iter()
            .find_map(|c| vm.heap.class(*c).attrs.get(sym::MODULE));
        module.and_then(|m| vm.heap.as_str(m)) == Some("datetime")
    };
    if !has(vm, sym::DATACLASS_FIELDS) && !is_time {
        return Err(cannot_leave(vm, Value::Ref(r)));
    }
    let attrs: Vec<_> = vm.heap.instance(r).attrs.iter().collect();
    let mut fields = Vec::with_capacity(attrs.len());
    for (field, value) in attrs {
        let bytes = vm.heap.name(field).len();
        cross(vm, 1, bytes)?;
        let field = vm.heap.name(field).trim_start_matches('_').to_string();
        fields.push((field, out(vm, value, depth + 1)?));
    }
    Ok(Data::Object {
        class: vm.heap.name(name).to_string(),
        fields,
    })
}

fn cannot_leave(vm: &mut Vm, value: Value) -> Raise {
    let name = vm.type_name(value).to_string();
    vm.type_error(format!(
        "a value of type '{name}' cannot leave the sandbox (plain data and dataclasses can)"
    ))
}

/// Copies data in. Cost: O(size), paid in steps, memory and bytes across the boundary.
///
/// # Errors
/// `TypeError` for objects of the host's classes and for keys that cannot be hashed.
pub(crate) fn from_data(vm: &mut Vm, data: &Data) -> Res<Value> {
    enter(vm, data, 0)
}

fn enter(vm: &mut Vm, data: &Data, depth: usize) -> Res<Value> {
    if depth > Data::DEPTH_MAX {
        let text = "value is nested too deeply to enter the sandbox";
        return Err(vm.exception(Type::RecursionError, text));
    }
    vm.pay(1)?;
    let text_bytes = match data {
        Data::Str(s) => s.len(),
        Data::Bytes(b) => b.len(),
        Data::BigInt(i) => i.bits() as usize / 8,
        _ => 0,
    };
    cross(vm, 1, NODE_BYTES + text_bytes)?;
    Ok(match data {
        Data::None => Value::None,
        Data::Bool(b) => Value::Bool(*b),
        Data::Int(i) => Value::Int(*i),
        Data::Float(x) => Value::Float(*x),
        Data::BigInt(i) => vm.new_int(i.clone())?,
        Data::Str(s) => vm.new_str(s.as_str())?,
        Data::Bytes(b) => Value::Ref(vm.alloc(Object::Bytes(b.as_slice().into()))?),
        Data::List(items) => {
            let items = enter_all(vm, items, depth)?;
            vm.new_list(items)?
        }
        Data::Tuple(items) => {
            let items = enter_all(vm, items, depth)?;
            vm.new_tuple(items)?
        }
        Data::Set(keys) | Data::FrozenSet(keys) => {
            let mut set = Set::new(matches!(data, Data::FrozenSet(_)));
            for key in enter_all(vm, keys, depth)? {
                let hash = hash::hash(vm, key)?;
                let known: Vec<Value> = set
                    .candidates(hash)
                    .iter()
                    .filter_map(|i| set.key_at(*i))
                    .map(|(_, k)| k)
                    .collect();
                if !contains(vm, &known, key)? {
                    set.push(hash, key);
                }
            }
            Value::Ref(vm.alloc(Object::Set(Box::new(set)))?)
        }
        Data::Dict(pairs) => {
            let mut dict = Dict::default();
            for (key, value) in pairs {
                let key = enter(vm, key, depth + 1)?;
                let value = enter(vm, value, depth + 1)?;
                let hash = hash::hash(vm, key)?;
                let places = dict.candidates(hash);
                let known: Vec<Value> = places
                    .iter()
                    .filter_map(|i| dict.entry(*i))
                    .map(|e| e.key)
                    .collect();
                if contains(vm, &known, key)? {
                    continue;
                }
                dict.push(hash, key, value);
            }
            Value::Ref(vm.alloc(Object::Dict(Box::new(dict)))?)
        }
        Data::Object { class, .. } => {
            return Err(vm.type_error(format!(
                "a host object of class '{class}' cannot enter the sandbox (give a dict of its fields)"
            )));
        }
    })
}

fn enter_all(vm: &mut Vm, items: &[Data], depth: usize) -> Res<Vec<Value>> {
    items
        .iter()
        .map(|item| enter(vm, item, depth + 1))
        .collect()
}

/// Whether a key is there: the same object, or an equal one, as inside. A NaN equals no NaN, but is itself.
fn contains(vm: &mut Vm, known: &[Value], key: Value) -> Res<bool> {
    for other in known {
        if other.is(key) || crate::objects::eq::eq(vm, *other, key)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The exception object for a failure of the host: of the built-in or tool-declared class of that name, or
/// `RuntimeError` with the name in front.
pub(crate) fn from_failure(vm: &mut Vm, failure: &Failure) -> Res<Value> {
    let class = Type::ALL
        .iter()
        .find(|t| t.name() == failure.type_name && vm.heap.class(t.r()).layout == Type::Exception)
        .map(|t| t.r());
    let text = match class {
        Some(_) => failure.message.clone(),
        None => failure.to_string(),
    };
    cross(vm, text.len(), 1)?;
    let message = vm.new_str(text)?;
    vm.new_exception(class.unwrap_or(Type::RuntimeError.r()), &[message])
}

/// What an exception object is outside.
pub(crate) fn to_failure(vm: &mut Vm, exception: Value) -> Failure {
    let type_name = vm.type_name(exception).to_string();
    let message = crate::objects::repr::str(vm, exception).unwrap_or_default();
    Failure {
        type_name,
        message,
        data: None,
    }
}
