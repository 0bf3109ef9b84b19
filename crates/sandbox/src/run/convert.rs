//! Values that leave and enter: heap values to [`Data`] and back, bounded in depth and size.

use crate::data::{Data, Failure};
use crate::heap::{Object, Ref, Type, Value, dict::Dict, set::Set, sym::sym};
use crate::objects::hash;
use crate::vm::raise::{LimitExceeded, Raise, Res};
use crate::vm::state::Vm;

/// How many bytes may still leave in one request: as many as the heap may have. What a small program shares
/// (`[s] * 10 ** 6`) is large outside, and is counted before it is copied.
pub(crate) struct Room {
    left_bytes: usize,
}

impl Room {
    /// The room of a new request.
    pub(crate) fn of(vm: &Vm) -> Self {
        Self {
            left_bytes: vm.heap.limit_bytes(),
        }
    }

    fn take(&mut self, vm: &Vm, bytes: usize) -> Res<()> {
        let Some(left) = self.left_bytes.checked_sub(bytes) else {
            let limit = vm.heap.limit_bytes() as u64;
            let used = limit.saturating_add((bytes - self.left_bytes) as u64);
            let kind = "memory_bytes".into();
            return Err(Raise::Limit(LimitExceeded { kind, limit, used }));
        };
        self.left_bytes = left;
        Ok(())
    }
}

/// Copies a value out. Cost: O(size), paid in steps and room.
///
/// # Errors
/// `TypeError` for what has no meaning outside (functions, generators, plain instances), `RecursionError` for
/// nesting deeper than [`Data::DEPTH_MAX`].
pub(crate) fn to_data(vm: &mut Vm, value: Value, room: &mut Room) -> Res<Data> {
    out(vm, value, room, 0)
}

fn out(vm: &mut Vm, value: Value, room: &mut Room, depth: usize) -> Res<Data> {
    if depth > Data::DEPTH_MAX {
        let text = "value is nested too deeply to leave the sandbox";
        return Err(vm.exception(Type::RecursionError, text));
    }
    vm.pay(1)?;
    room.take(vm, size_of::<Data>())?;
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
    let bytes = match vm.heap.get(r) {
        Object::Str(s) => vm.heap.text_of(s).len(),
        Object::Bytes(b) => b.len(),
        Object::BigInt(i) => i.bits() as usize / 8,
        _ => 0,
    };
    room.take(vm, bytes)?;
    Ok(match vm.heap.get(r) {
        Object::Str(s) => Data::Str(vm.heap.text_of(s).to_owned()),
        Object::Bytes(b) => Data::Bytes(b.to_vec()),
        Object::BigInt(i) => Data::BigInt((**i).clone()),
        Object::List(items) => {
            let items = items.clone();
            Data::List(out_all(vm, &items, room, depth)?)
        }
        Object::Tuple(items) => {
            let items = items.to_vec();
            Data::Tuple(out_all(vm, &items, room, depth)?)
        }
        Object::Set(set) => {
            let frozen = set.frozen;
            let keys: Vec<Value> = set.iter().map(|(_, key)| key).collect();
            let keys = out_all(vm, &keys, room, depth)?;
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
                copied.push((
                    out(vm, key, room, depth + 1)?,
                    out(vm, value, room, depth + 1)?,
                ));
            }
            Data::Dict(copied)
        }
        Object::Instance(instance) if !instance.native.is_unbound() => {
            let native = instance.native;
            out(vm, native, room, depth)?
        }
        Object::Instance(_) => object(vm, r, room, depth)?,
        _ => return Err(cannot_leave(vm, value)),
    })
}

fn out_all(vm: &mut Vm, items: &[Value], room: &mut Room, depth: usize) -> Res<Vec<Data>> {
    items
        .iter()
        .map(|item| out(vm, *item, room, depth + 1))
        .collect()
}

/// Instances leave by their fields: those of dataclasses, and the library's dates and times.
fn object(vm: &mut Vm, r: Ref, room: &mut Room, depth: usize) -> Res<Data> {
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
        let field = vm.heap.name(field).trim_start_matches('_').to_string();
        fields.push((field, out(vm, value, room, depth + 1)?));
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

/// Copies data in. Cost: O(size), paid in steps and memory.
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
