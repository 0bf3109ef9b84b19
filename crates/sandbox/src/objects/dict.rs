//! `dict`: look-up by key, operators, and the natives that the library uses for keys compared in Python.

use super::compare::Look;
use super::{args, iter};
use crate::compile::op::BinOp;
use crate::heap::{
    Heap, Object, Ref, Type, Value,
    dict::{Dict, Entry},
};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::function("_kont_dict_candidates", candidates),
    NativeDef::function("_kont_dict_at", at),
    NativeDef::function("_kont_dict_put", put),
    NativeDef::function("_kont_dict_drop", drop_entry),
];

/// A key that is compared at once: text or a 64-bit integer.
pub(super) enum Sought<'h> {
    Int(i64),
    Text(Ref, &'h str),
}

impl<'h> Sought<'h> {
    #[inline]
    pub(super) fn of(heap: &'h Heap, key: Value) -> Option<Self> {
        match key {
            Value::Int(i) => Some(Self::Int(i)),
            Value::Ref(r) => match heap.get(r) {
                Object::Str(text) => Some(Self::Text(r, heap.text_of(text))),
                _ => None,
            },
            _ => None,
        }
    }

    #[inline]
    pub(super) fn hash(&self, heap: &Heap) -> i64 {
        match self {
            Self::Int(i) => super::hash::of_int(*i),
            Self::Text(r, _) => heap.str_hash(*r),
        }
    }

    /// Whether a stored key of the same hash is this one. One that has to be looked at closer ends the search and sets `closer`.
    #[inline]
    pub(super) fn is(&self, heap: &Heap, stored: Value, closer: &mut bool) -> bool {
        match (self, stored) {
            (Self::Int(i), Value::Int(j)) => *i == j,
            (Self::Text(r, text), Value::Ref(s)) => match heap.get(s) {
                _ if s == *r => true,
                Object::Str(other) => heap.text_of(other) == *text,
                _ => {
                    *closer = true;
                    true
                }
            },
            (Self::Text(..), _) => false,
            (Self::Int(_), _) => {
                *closer = true;
                true
            }
        }
    }
}

/// The same for a key that is text or a 64-bit integer, if no key of the table with its hash needs a closer look.
/// It looks at a few keys only: their hashes are keyed, and few integers share one.
#[inline]
pub(crate) fn quick(heap: &Heap, d: &Dict, key: Value) -> Option<(i64, Option<usize>)> {
    let sought = Sought::of(heap, key)?;
    if let Sought::Text(r, _) = sought
        && let Some((hash, at)) = heap.found_again(r, d)
    {
        return Some((hash, Some(at)));
    }
    let hash = sought.hash(heap);
    let mut closer = false;
    let at = d.find(hash, |stored| sought.is(heap, stored, &mut closer));
    if closer {
        // Whoever looks closer pays for each key.
        return None;
    }
    if let (Sought::Text(r, _), Some(entry)) = (sought, at.and_then(|at| d.entry(at))) {
        heap.found(r, hash, entry.key, at.unwrap_or_default());
    }
    Some((hash, at))
}

/// The value of a key of a dict as [`quick`] finds it; `None` if it is not there or needs a closer look.
#[inline]
pub(crate) fn quick_get(heap: &Heap, d: Ref, key: Value) -> Option<Value> {
    let Object::Dict(table) = heap.get(d) else {
        return None;
    };
    let (_, at) = quick(heap, table, key)?;
    table.entry(at?).map(|e| e.value)
}

/// Sets the value of a key that [`quick`] finds the place of; whether it did.
#[inline]
pub(crate) fn quick_set(vm: &mut Vm, d: Ref, key: Value, value: Value) -> Res<bool> {
    let Object::Dict(table) = vm.heap.get(d) else {
        return Ok(false);
    };
    let Some((hash, at)) = quick(&vm.heap, table, key) else {
        return Ok(false);
    };
    if table.shows.is_none()
        && let Some(at) = at
    {
        vm.heap.dict_mut(d).set_at(at, value);
        return Ok(true);
    }
    put_at(vm, d, at, hash, key, value)?;
    Ok(true)
}

/// Whether a dict, a set or a text holds a value, if that needs no closer look.
#[inline]
pub(crate) fn quick_contains(heap: &Heap, container: Ref, key: Value) -> Option<bool> {
    match heap.get(container) {
        Object::Dict(table) => quick(heap, table, key).map(|(_, at)| at.is_some()),
        Object::Set(table) => super::set::quick(heap, table, key).map(|(_, at)| at.is_some()),
        _ => None,
    }
}

/// The hash of a key and its position, if it is there.
///
/// # Errors
/// `TypeError` for unhashable keys; [`Raise::NeedsPython`].
pub(crate) fn find(vm: &mut Vm, d: Ref, key: Value) -> Res<(i64, Option<usize>)> {
    if let Some(found) = quick(&vm.heap, vm.heap.dict(d), key) {
        return Ok(found);
    }
    let look = Look::new(vm);
    let found = look
        .hash(key, 0)
        .and_then(|hash| Ok((hash, look.find_key(d, key, hash, 0)?)));
    let cost = look.cost();
    vm.settle(cost, found)
}

/// The value of a key.
pub(crate) fn get(vm: &mut Vm, d: Ref, key: Value) -> Res<Option<Value>> {
    let (_, at) = find(vm, d, key)?;
    Ok(at.and_then(|at| vm.heap.dict(d).entry(at)).map(|e| e.value))
}

/// Sets the value of a key.
pub(crate) fn insert(vm: &mut Vm, d: Ref, key: Value, value: Value) -> Res<()> {
    let (hash, at) = find(vm, d, key)?;
    put_at(vm, d, at, hash, key, value)
}

fn put_at(vm: &mut Vm, d: Ref, at: Option<usize>, hash: i64, key: Value, value: Value) -> Res<()> {
    show(vm, d, key, Some(value))?;
    let dict = vm.heap.dict_mut(d);
    match at {
        Some(at) => dict.set_at(at, value),
        None => {
            let (added, moved) = dict.growth();
            if added + moved > 0 {
                vm.heap.room(added + moved)?;
                vm.heap.charge(added)?;
            }
            vm.heap.dict_mut(d).push(hash, key, value);
        }
    }
    Ok(())
}

/// Removes a key and gives its value.
pub(crate) fn remove(vm: &mut Vm, d: Ref, key: Value) -> Res<Option<Value>> {
    let (_, at) = find(vm, d, key)?;
    if at.is_some() {
        show(vm, d, key, None)?;
    }
    Ok(at.map(|at| vm.heap.dict_mut(d).remove_at(at).value))
}

/// What changes in a dict that shows attributes changes in their object.
pub(super) fn show(vm: &mut Vm, d: Ref, key: Value, value: Option<Value>) -> Res<()> {
    let Some(owner) = vm.heap.dict(d).shows else {
        return Ok(());
    };
    let Some(name) = vm.heap.as_str(key).map(str::to_owned) else {
        return Err(Raise::Refused(
            "a key of `__dict__` that is not a string".into(),
        ));
    };
    let name = vm.heap.name_of(&name)?;
    let attrs = match vm.heap.get_mut(owner) {
        Object::Instance(i) => &mut i.attrs,
        Object::Exception(e) => &mut e.attrs,
        Object::Function(f) => &mut f.attrs,
        _ => return Err(Raise::Refused("a change through `__dict__`".into())),
    };
    match value {
        Some(value) => {
            let added = attrs.set(name, value);
            vm.heap.charge(added)?;
        }
        None => {
            attrs.remove(name);
        }
    }
    Ok(())
}

/// A `KeyError` of a key.
pub(crate) fn key_error(vm: &mut Vm, key: Value) -> Raise {
    match vm.new_exception(Type::KeyError.r(), &[key]) {
        Ok(exception) => Raise::Exception(exception),
        Err(raise) => raise,
    }
}

/// A new dict.
pub(crate) fn new(vm: &mut Vm) -> Res<Ref> {
    vm.alloc(Object::Dict(Box::default()))
}

/// A copy of a dict.
pub(crate) fn copy(vm: &mut Vm, d: Ref) -> Res<Ref> {
    let n = vm.heap.dict(d).len();
    vm.pay(n as u64 / 4)?;
    vm.heap
        .charge(size_of::<Object>() + size_of::<Dict>() + Dict::bytes_of(n))?;
    let mut copied = Dict::with_capacity(n);
    for entry in vm.heap.dict(d).iter() {
        copied.push(entry.hash, entry.key, entry.value);
    }
    Ok(vm.heap.alloc(Object::Dict(Box::new(copied))))
}

/// The dict inside a value, if it is one whose items can be read without Python code.
pub(crate) fn of(vm: &Vm, v: Value) -> Option<Ref> {
    match super::unwrap(&vm.heap, v) {
        Value::Ref(r) if matches!(vm.heap.get(r), Object::Dict(_)) => Some(r),
        _ => None,
    }
}

/// Sets all entries of `other` in `d`. Keys that may need Python code are found before anything changes.
pub(crate) fn merge(vm: &mut Vm, d: Ref, other: Ref) -> Res<()> {
    if d == other {
        return Ok(());
    }
    let n = vm.heap.dict(other).len();
    vm.pay(n as u64 / 2)?;
    vm.holding(n * size_of::<(Entry, Option<usize>)>(), |vm| {
        merge_entries(vm, d, other)
    })
}

fn merge_entries(vm: &mut Vm, d: Ref, other: Ref) -> Res<()> {
    let entries: Vec<_> = vm.heap.dict(other).iter().copied().collect();
    let look = Look::new(vm);
    let mut places = Vec::with_capacity(entries.len());
    let mut stopped = None;
    for entry in &entries {
        match look.find_key(d, entry.key, entry.hash, 0) {
            Ok(at) => places.push(at),
            Err(stop) => {
                stopped = Some(stop);
                break;
            }
        }
    }
    let cost = look.cost();
    vm.settle(cost, stopped.map_or(Ok(()), Err))?;
    for (entry, at) in entries.into_iter().zip(places) {
        // Positions stay while only values are set; a push may compact, so later ones are sought again.
        let at = match at {
            Some(at)
                if vm
                    .heap
                    .dict(d)
                    .entry(at)
                    .is_some_and(|e| e.hash == entry.hash && e.key.is(entry.key)) =>
            {
                Some(at)
            }
            None => None,
            Some(_) => find(vm, d, entry.key)?.1,
        };
        put_at(vm, d, at, entry.hash, entry.key, entry.value)?;
    }
    Ok(())
}

/// Merges a mapping or an iterable of pairs, as `dict.update` does.
pub(crate) fn update(vm: &mut Vm, d: Ref, source: Value) -> Res<()> {
    if let Some(other) = of(vm, source) {
        let own = super::special(&vm.heap, source, crate::heap::sym::sym::ITER).is_some();
        if own {
            return Err(Raise::NeedsPython);
        }
        return merge(vm, d, other);
    }
    if let Value::Ref(r) = source {
        match vm.heap.get(r) {
            Object::Instance(_) | Object::Generator(_) | Object::Iter(_) => {
                return Err(Raise::NeedsPython);
            }
            Object::MappingProxy(_) | Object::Namespace(_) => return Err(Raise::NeedsPython),
            _ => {}
        }
    }
    let pairs = iter::collect(vm, source)?;
    let held = pairs.capacity() * size_of::<[Value; 3]>();
    vm.holding(held, |vm| update_by(vm, d, pairs))
}

fn update_by(vm: &mut Vm, d: Ref, pairs: Vec<Value>) -> Res<()> {
    let mut entries = Vec::with_capacity(pairs.len());
    for (n, pair) in pairs.into_iter().enumerate() {
        let items = match iter::collect(vm, pair) {
            Err(Raise::Exception(_)) => {
                return Err(vm.type_error(format!(
                    "cannot convert dictionary update sequence element #{n} to a sequence"
                )));
            }
            other => other?,
        };
        let [key, value] = items[..] else {
            return Err(vm.value_error(format!(
                "dictionary update sequence element #{n} has length {}; 2 is required",
                items.len()
            )));
        };
        // The key is looked up in what is there already, so that Python code is found before anything changes.
        find(vm, d, key)?;
        entries.push((key, value));
    }
    for (key, value) in entries {
        insert(vm, d, key, value)?;
    }
    Ok(())
}

/// `dict op b`.
pub(super) fn binary(vm: &mut Vm, op: BinOp, d: Ref, b: Value) -> Res<Option<Value>> {
    let Some(other) = of(vm, b).filter(|_| op == BinOp::Or) else {
        return Ok(None);
    };
    let merged = copy(vm, d)?;
    merge(vm, merged, other)?;
    Ok(Some(merged.into()))
}

/// `dict op= b`; whether it is a dict's own.
pub(super) fn inplace(vm: &mut Vm, op: BinOp, d: Ref, b: Value) -> Res<bool> {
    if op != BinOp::Or {
        return Ok(false);
    }
    update(vm, d, b)?;
    Ok(true)
}

fn library_dict(vm: &mut Vm, v: Value) -> Res<Ref> {
    match of(vm, v) {
        Some(d) => Ok(d),
        None => Err(vm.type_error("a dict is required")),
    }
}

fn candidates(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [d, h] = args::exact(vm, args, "_kont_dict_candidates")?;
    let d = library_dict(vm, d)?;
    let h = args::index(vm, h)?;
    let found = vm.heap.dict(d).candidates(h);
    let found = found.into_iter().map(|i| Value::Int(i as i64)).collect();
    vm.new_list(found).map(Flow::Value)
}

fn at(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [d, i] = args::exact(vm, args, "_kont_dict_at")?;
    let d = library_dict(vm, d)?;
    let i = args::index(vm, i)?;
    match vm.heap.dict(d).entry(i as usize).copied() {
        Some(entry) => vm.new_tuple([entry.key, entry.value]).map(Flow::Value),
        None => Ok(Flow::Value(Value::None)),
    }
}

fn put(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [d, i, h, key, value] = args::exact(vm, args, "_kont_dict_put")?;
    let d = library_dict(vm, d)?;
    let i = args::index(vm, i)?;
    let h = args::index(vm, h)?;
    let at = usize::try_from(i)
        .ok()
        .filter(|i| vm.heap.dict(d).entry(*i).is_some());
    put_at(vm, d, at, h, key, value)?;
    Ok(Flow::Value(Value::None))
}

fn drop_entry(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [d, i] = args::exact(vm, args, "_kont_dict_drop")?;
    let d = library_dict(vm, d)?;
    let i = args::index(vm, i)? as usize;
    if let Some(entry) = vm.heap.dict(d).entry(i).copied() {
        show(vm, d, entry.key, None)?;
        vm.heap.dict_mut(d).remove_at(i);
    }
    Ok(Flow::Value(Value::None))
}
