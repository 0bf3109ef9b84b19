//! `set` and `frozenset`: look-up, operators, and the natives that the library uses for items compared in Python.
//!
//! The order in which results are filled is CPython's (`Objects/setobject.c`), since iteration shows it.

use super::compare::Look;
use super::{args, dict, iter, unwrap};
use crate::compile::op::BinOp;
use crate::heap::{Heap, Object, Ref, Value, object::ViewKind, set::Set};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::function("_kont_set_candidates", candidates),
    NativeDef::function("_kont_set_at", at),
    NativeDef::function("_kont_set_put", put),
    NativeDef::function("_kont_set_drop", drop_item),
    NativeDef::function("_kont_set_freeze", freeze),
];

/// The same for text and 64-bit integers, if no item with the hash needs a closer look: see [`dict::quick`].
#[inline]
pub(super) fn quick(heap: &Heap, s: &Set, item: Value) -> Option<(i64, Option<usize>)> {
    let sought = dict::Sought::of(heap, item)?;
    let hash = sought.hash(heap);
    let mut closer = false;
    let at = s.find(hash, |stored| sought.is(heap, stored, &mut closer));
    // Whoever looks closer pays for each item.
    (!closer).then_some((hash, at))
}

/// The hash of an item and its position, if it is there.
///
/// # Errors
/// `TypeError` for unhashable items; [`Raise::NeedsPython`].
pub(crate) fn find(vm: &mut Vm, s: Ref, item: Value) -> Res<(i64, Option<usize>)> {
    if let Some(found) = quick(&vm.heap, vm.heap.set(s), item) {
        return Ok(found);
    }
    let look = Look::new(vm);
    let found = look
        .hash(item, 0)
        .and_then(|hash| Ok((hash, look.find_item(s, item, hash, 0)?)));
    let cost = look.cost();
    vm.settle(cost, found)
}

/// As [`find`] for a question only: a set is sought as the frozenset that equals it.
///
/// # Errors
/// As [`find`].
pub(crate) fn find_equal(vm: &mut Vm, s: Ref, item: Value) -> Res<Option<usize>> {
    match of(vm, item) {
        Some(inner) if !vm.heap.set(inner).frozen => {
            let look = Look::new(vm);
            let found = look
                .set_hash(inner)
                .and_then(|hash| look.find_item(s, item, hash, 0));
            let cost = look.cost();
            vm.settle(cost, found)
        }
        _ => find(vm, s, item).map(|(_, at)| at),
    }
}

fn find_hashed(vm: &mut Vm, s: Ref, item: Value, hash: i64) -> Res<Option<usize>> {
    let look = Look::new(vm);
    let found = look.find_item(s, item, hash, 0);
    let cost = look.cost();
    vm.settle(cost, found)
}

/// Adds an item.
pub(crate) fn add(vm: &mut Vm, s: Ref, item: Value) -> Res<()> {
    let (hash, at) = find(vm, s, item)?;
    if at.is_none() {
        push(vm, s, hash, item)?;
    }
    Ok(())
}

fn push(vm: &mut Vm, s: Ref, hash: i64, item: Value) -> Res<()> {
    let growth = vm.heap.set(s).growth();
    if growth > 0 {
        // For a moment both tables are there.
        vm.heap.room(growth)?;
    }
    let set = vm.heap.set_mut(s);
    let before = set.bytes();
    set.push(hash, item);
    let grown = set.bytes().saturating_sub(before);
    if grown > 0 {
        vm.heap.charge(grown)?;
    }
    Ok(())
}

/// A new empty set.
pub(crate) fn new(vm: &mut Vm, frozen: bool) -> Res<Ref> {
    vm.alloc(Object::Set(Box::new(Set::new(frozen))))
}

/// The set inside a value.
pub(crate) fn of(vm: &Vm, v: Value) -> Option<Ref> {
    match unwrap(&vm.heap, v) {
        Value::Ref(r) if matches!(vm.heap.get(r), Object::Set(_)) => Some(r),
        _ => None,
    }
}

/// A copy of a set.
pub(crate) fn copy(vm: &mut Vm, s: Ref, frozen: bool) -> Res<Ref> {
    let other = vm.heap.set(s);
    let n = other.len();
    let bytes = other.bytes().max(Set::new(frozen).growth_by(n));
    vm.pay(n as u64 / 4)?;
    vm.heap
        .charge(size_of::<Object>() + size_of::<Set>() + bytes)?;
    let mut made = Set::new(frozen);
    made.fill_from(vm.heap.set(s));
    Ok(vm.heap.alloc(Object::Set(Box::new(made))))
}

/// Does something with what an iterable gives, with hashes where they are known. They are held meanwhile.
fn with_hashed<T>(
    vm: &mut Vm,
    v: Value,
    work: impl FnOnce(&mut Vm, Vec<(i64, Value)>) -> Res<T>,
) -> Res<T> {
    let items = hashed(vm, v)?;
    hold(vm, items, work)
}

fn hold<T>(
    vm: &mut Vm,
    items: Vec<(i64, Value)>,
    work: impl FnOnce(&mut Vm, Vec<(i64, Value)>) -> Res<T>,
) -> Res<T> {
    let bytes = items.capacity() * size_of::<(i64, Value)>();
    vm.holding(bytes, |vm| work(vm, items))
}

/// The keys of a set with their hashes.
fn keys(vm: &mut Vm, s: Ref) -> Res<Vec<(i64, Value)>> {
    let set = vm.heap.set(s);
    vm.heap.room(set.len() * size_of::<(i64, Value)>())?;
    let mut keys = Vec::with_capacity(set.len());
    keys.extend(set.iter());
    Ok(keys)
}

fn hashed(vm: &mut Vm, v: Value) -> Res<Vec<(i64, Value)>> {
    if super::special(&vm.heap, v, crate::heap::sym::sym::ITER).is_none() {
        if let Some(s) = of(vm, v) {
            return keys(vm, s);
        }
        if let Some(d) = dict::of(vm, v) {
            vm.heap
                .room(vm.heap.dict(d).len() * size_of::<(i64, Value)>())?;
            return Ok(vm.heap.dict(d).iter().map(|e| (e.hash, e.key)).collect());
        }
    }
    let items = iter::collect(vm, v)?;
    vm.heap
        .room(items.len() * (size_of::<Value>() + size_of::<(i64, Value)>()))?;
    let look = Look::new(vm);
    let mut found = Ok(Vec::with_capacity(items.len()));
    for item in items {
        match (look.hash(item, 0), &mut found) {
            (Ok(hash), Ok(list)) => list.push((hash, item)),
            (Err(stop), _) => {
                found = Err(stop);
                break;
            }
            _ => {}
        }
    }
    let cost = look.cost();
    vm.settle(cost, found)
}

/// Adds all of an iterable: `set.update`, `set(..)`.
pub(crate) fn update(vm: &mut Vm, s: Ref, v: Value) -> Res<()> {
    if super::special(&vm.heap, v, crate::heap::sym::sym::ITER).is_some() {
        return Err(Raise::NeedsPython);
    }
    let from_set = of(vm, v);
    // A view of keys counts as its dict.
    let from_dict = dict::of(vm, v).is_some()
        || matches!(v, Value::Ref(r) if matches!(vm.heap.get(r), Object::DictView { kind: ViewKind::Keys, .. }));
    if let Some(other) = from_set
        && vm.heap.set(s).is_empty()
    {
        let taken = vm.heap.set(other);
        let (n, bytes) = (taken.len(), taken.bytes());
        vm.pay(n as u64 / 4)?;
        let bytes = bytes.max(vm.heap.set(s).growth_by(n));
        vm.heap.charge(bytes)?;
        let frozen = vm.heap.set(s).frozen;
        let mut filled = std::mem::replace(vm.heap.set_mut(s), Set::new(frozen));
        filled.fill_from(vm.heap.set(other));
        *vm.heap.set_mut(s) = filled;
        return Ok(());
    }
    with_hashed(vm, v, |vm, items| {
        update_by(vm, s, items, from_set.is_some() || from_dict)
    })
}

/// Adds items; `at_once` makes room for all of them first, as CPython does for those of a set or a dict.
fn update_by(vm: &mut Vm, s: Ref, items: Vec<(i64, Value)>, at_once: bool) -> Res<()> {
    vm.pay(items.len() as u64 / 4)?;
    if at_once {
        let growth = vm.heap.set(s).growth_by(items.len());
        vm.heap.room(growth)?;
        let before = vm.heap.set(s).bytes();
        vm.heap.set_mut(s).reserve(items.len());
        let added = vm.heap.set(s).bytes().saturating_sub(before);
        vm.heap.charge(added)?;
    }
    // Python code is found before anything changes.
    for (hash, item) in &items {
        find_hashed(vm, s, *item, *hash)?;
    }
    for (hash, item) in items {
        if find_hashed(vm, s, item, hash)?.is_none() {
            push(vm, s, hash, item)?;
        }
    }
    Ok(())
}

/// `a & b` for a set and an iterable.
pub(super) fn intersection(vm: &mut Vm, a: Ref, b: Value, frozen: bool) -> Res<Ref> {
    let made = new(vm, frozen)?;
    // The smaller set is walked.
    let larger = of(vm, b).filter(|other| vm.heap.set(*other).len() > vm.heap.set(a).len());
    let (within, items) = match larger {
        Some(other) => (other, keys(vm, a)?),
        None => (a, hashed(vm, b)?),
    };
    hold(vm, items, |vm, items| {
        vm.pay(items.len() as u64 / 4)?;
        for (hash, item) in items {
            if find_hashed(vm, within, item, hash)?.is_some()
                && find_hashed(vm, made, item, hash)?.is_none()
            {
                push(vm, made, hash, item)?;
            }
        }
        Ok(made)
    })
}

/// Removes all of an iterable from a set.
pub(super) fn subtract(vm: &mut Vm, s: Ref, b: Value) -> Res<()> {
    let items = hashed(vm, b)?;
    vm.pay(items.len() as u64 / 4)?;
    vm.heap
        .room(items.len() * size_of::<(i64, Value, usize)>())?;
    let mut gone = Vec::with_capacity(items.len());
    for (hash, item) in items {
        if let Some(at) = find_hashed(vm, s, item, hash)? {
            gone.push(at);
        }
    }
    for at in gone {
        if vm.heap.set(s).key_at(at).is_some() {
            vm.heap.set_mut(s).remove_at(at);
        }
    }
    vm.heap.room(vm.heap.set(s).growth_by(0))?;
    vm.heap.set_mut(s).tidy();
    Ok(())
}

/// `a - b` for a set and an iterable.
pub(super) fn difference(vm: &mut Vm, a: Ref, b: Value, frozen: bool) -> Res<Ref> {
    let size = match (of(vm, b), dict::of(vm, b)) {
        (Some(other), _) => Some(vm.heap.set(other).len()),
        (_, Some(other)) => Some(vm.heap.dict(other).len()),
        _ => None,
    };
    let large = vm.heap.set(a).len() / 4;
    let Some(_) = size.filter(|size| large <= *size) else {
        let made = copy(vm, a, frozen)?;
        subtract(vm, made, b)?;
        return Ok(made);
    };
    let made = new(vm, frozen)?;
    let items = keys(vm, a)?;
    hold(vm, items, |vm, items| {
        difference_by(vm, made, items, b)?;
        Ok(made)
    })
}

/// Adds to `made` the items that are not in a set or a dict.
fn difference_by(vm: &mut Vm, made: Ref, items: Vec<(i64, Value)>, b: Value) -> Res<()> {
    vm.pay(items.len() as u64 / 4)?;
    for (hash, item) in items {
        let inside = match (of(vm, b), dict::of(vm, b)) {
            (Some(other), _) => find_hashed(vm, other, item, hash)?.is_some(),
            (_, Some(other)) => dict::find(vm, other, item)?.1.is_some(),
            _ => false,
        };
        if !inside {
            push(vm, made, hash, item)?;
        }
    }
    Ok(())
}

/// Toggles all of `items` in a set.
pub(super) fn toggle(vm: &mut Vm, s: Ref, items: Vec<(i64, Value)>) -> Res<()> {
    hold(vm, items, |vm, items| toggle_each(vm, s, items))
}

fn toggle_each(vm: &mut Vm, s: Ref, items: Vec<(i64, Value)>) -> Res<()> {
    vm.pay(items.len() as u64 / 4)?;
    for (hash, item) in &items {
        find_hashed(vm, s, *item, *hash)?;
    }
    for (hash, item) in items {
        match find_hashed(vm, s, item, hash)? {
            Some(at) => {
                vm.heap.set_mut(s).remove_at(at);
            }
            None => push(vm, s, hash, item)?,
        }
    }
    Ok(())
}

/// `a ^ b` for a set and an iterable.
pub(super) fn symmetric_difference(vm: &mut Vm, a: Ref, b: Value, frozen: bool) -> Res<Ref> {
    let made = new(vm, frozen)?;
    update(vm, made, b)?;
    let items = keys(vm, a)?;
    toggle(vm, made, items)?;
    Ok(made)
}

/// `a op b` where `a` is a set or a view of a dict.
pub(super) fn binary(vm: &mut Vm, op: BinOp, a: Ref, b: Value) -> Res<Option<Value>> {
    if !matches!(op, BinOp::And | BinOp::Or | BinOp::Xor | BinOp::Sub) {
        return Ok(None);
    }
    let plain = unwrap(&vm.heap, b);
    let set_like = |vm: &Vm, v: Value| match v {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Set(_) => true,
            Object::DictView { kind, .. } => *kind != ViewKind::Values,
            _ => false,
        },
        _ => false,
    };
    if matches!(vm.heap.get(a), Object::Set(_)) {
        if of(vm, plain).is_none() {
            // A set and a view: the view's operator, the result is a set.
            if !set_like(vm, plain) {
                return Ok(None);
            }
            return view_binary(vm, op, Value::Ref(a), plain).map(Some);
        }
        let frozen = vm.heap.set(a).frozen;
        let made = match op {
            BinOp::Or => {
                let made = copy(vm, a, frozen)?;
                if !plain.is(Value::Ref(a)) {
                    update(vm, made, plain)?;
                }
                made
            }
            BinOp::And => intersection(vm, a, plain, frozen)?,
            BinOp::Sub => difference(vm, a, plain, frozen)?,
            _ => symmetric_difference(vm, a, plain, frozen)?,
        };
        return Ok(Some(made.into()));
    }
    if !set_like(vm, Value::Ref(a)) {
        return Ok(None);
    }
    view_binary(vm, op, Value::Ref(a), b).map(Some)
}

/// An operator of a dict's view: its items become a set first.
fn view_binary(vm: &mut Vm, op: BinOp, a: Value, b: Value) -> Res<Value> {
    let made = new(vm, false)?;
    if op == BinOp::And {
        // The items of the other are walked, unless it is the longer one of two sets.
        let (mut walked, mut within) = (b, a);
        if let (Value::Ref(x), Value::Ref(y)) = (a, unwrap(&vm.heap, b))
            && let (Some(n), Some(m)) =
                (super::ops::native_len(vm, x), super::ops::native_len(vm, y))
            && matches!(vm.heap.get(y), Object::Set(_) | Object::DictView { .. })
            && (m > n || m == n && matches!(vm.heap.get(y), Object::Set(_)))
        {
            (walked, within) = (a, b);
        }
        for (hash, item) in hashed(vm, walked)? {
            if super::ops::plain_contains(vm, within, item)? == Some(true)
                && find_hashed(vm, made, item, hash)?.is_none()
            {
                push(vm, made, hash, item)?;
            }
        }
        return Ok(made.into());
    }
    update(vm, made, a)?;
    match op {
        BinOp::Or => update(vm, made, b)?,
        BinOp::Sub => subtract(vm, made, b)?,
        _ => {
            let other = from_iterable(vm, b)?;
            let items = vm.heap.set(other).iter().collect();
            toggle(vm, made, items)?;
        }
    }
    Ok(made.into())
}

/// Puts another set's content in a set's place.
pub(super) fn become_content(vm: &mut Vm, s: Ref, made: Ref) {
    let mut content = vm.heap.set(made).clone();
    content.frozen = vm.heap.set(s).frozen;
    *vm.heap.set_mut(s) = content;
}

/// `a op= b` of a set; whether it is a set's own.
pub(super) fn inplace(vm: &mut Vm, op: BinOp, s: Ref, b: Value) -> Res<bool> {
    if !matches!(op, BinOp::And | BinOp::Or | BinOp::Xor | BinOp::Sub) {
        return Ok(false);
    }
    let plain = unwrap(&vm.heap, b);
    if of(vm, plain).is_none() {
        return Ok(false);
    }
    match op {
        BinOp::Or => update(vm, s, plain)?,
        BinOp::And => {
            let made = intersection(vm, s, plain, false)?;
            become_content(vm, s, made);
        }
        BinOp::Sub => subtract(vm, s, plain)?,
        _ => {
            let items = hashed(vm, plain)?;
            toggle(vm, s, items)?;
        }
    }
    Ok(true)
}

/// The items of any iterable as a set's content, for methods that take iterables.
pub(super) fn from_iterable(vm: &mut Vm, v: Value) -> Res<Ref> {
    if let Some(s) = of(vm, v)
        && super::special(&vm.heap, v, crate::heap::sym::sym::ITER).is_none()
    {
        return Ok(s);
    }
    let made = new(vm, false)?;
    update(vm, made, v)?;
    Ok(made)
}

fn library_set(vm: &mut Vm, v: Value) -> Res<Ref> {
    match of(vm, v) {
        Some(s) => Ok(s),
        None => Err(vm.type_error("a set is required")),
    }
}

fn candidates(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [s, h] = args::exact(vm, args, "_kont_set_candidates")?;
    let s = library_set(vm, s)?;
    let h = args::index(vm, h)?;
    let found = vm.heap.set(s).candidates(h);
    let found = found.into_iter().map(|i| Value::Int(i as i64)).collect();
    vm.new_list(found).map(Flow::Value)
}

fn at(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [s, i] = args::exact(vm, args, "_kont_set_at")?;
    let s = library_set(vm, s)?;
    let i = args::index(vm, i)?;
    match vm.heap.set(s).key_at(i as usize) {
        Some((_, key)) => vm.new_tuple([key]).map(Flow::Value),
        None => Ok(Flow::Value(Value::None)),
    }
}

fn put(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [s, h, key] = args::exact(vm, args, "_kont_set_put")?;
    let s = library_set(vm, s)?;
    let h = args::index(vm, h)?;
    push(vm, s, h, key)?;
    Ok(Flow::Value(Value::None))
}

fn drop_item(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [s, i] = args::exact(vm, args, "_kont_set_drop")?;
    let s = library_set(vm, s)?;
    let i = args::index(vm, i)? as usize;
    if vm.heap.set(s).key_at(i).is_some() {
        vm.heap.set_mut(s).remove_at(i);
    }
    Ok(Flow::Value(Value::None))
}

fn freeze(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [s] = args::exact(vm, args, "_kont_set_freeze")?;
    let s = library_set(vm, s)?;
    Ok(Flow::Value(copy(vm, s, true)?.into()))
}
