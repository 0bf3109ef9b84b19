//! `list`: operators and methods.

use super::compare::Look;
use super::{args, int, iter, ops, slice};
use crate::compile::op::BinOp;
use crate::heap::{Object, Ref, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::List, "__new__", new).slow("slow_list_new"),
    NativeDef::method(Type::List, "append", append),
    NativeDef::method(Type::List, "extend", extend).slow("slow_list_extend"),
    NativeDef::method(Type::List, "insert", insert),
    NativeDef::method(Type::List, "pop", pop),
    NativeDef::method(Type::List, "remove", remove).slow("slow_list_remove"),
    NativeDef::method(Type::List, "index", index).slow("slow_list_index"),
    NativeDef::method(Type::List, "count", count).slow("slow_list_count"),
    NativeDef::method(Type::List, "reverse", reverse),
    NativeDef::method(Type::List, "clear", clear),
    NativeDef::method(Type::List, "copy", copy),
];

/// Charges room for `more` items in a list before they are added.
pub(crate) fn grow(vm: &mut Vm, r: Ref, more: usize) -> Res<()> {
    let items = vm.heap.list(r);
    let (len, capacity) = (items.len(), items.capacity());
    if len + more > capacity {
        let wanted = (len + more).max(len + len / 2).max(4);
        vm.heap.charge((wanted - capacity) * size_of::<Value>())?;
        vm.heap.list_mut(r).reserve_exact(wanted - len);
    }
    Ok(())
}

/// Appends an item.
pub(crate) fn push(vm: &mut Vm, r: Ref, v: Value) -> Res<()> {
    grow(vm, r, 1)?;
    vm.heap.list_mut(r).push(v);
    Ok(())
}

/// Appends all of an iterable that runs no Python code.
pub(crate) fn extend_by(vm: &mut Vm, r: Ref, v: Value) -> Res<()> {
    let items = iter::collect(vm, v)?;
    vm.holding(items.capacity() * size_of::<Value>(), |vm| {
        grow(vm, r, items.len())
    })?;
    vm.heap.list_mut(r).extend(items);
    Ok(())
}

/// Pays for a list or tuple of `n` items that is made next, and asks for its room.
pub(super) fn charged(vm: &mut Vm, n: usize) -> Res<()> {
    vm.pay(n as u64 / 8)?;
    vm.heap.room(n.saturating_mul(size_of::<Value>()))?;
    Ok(())
}

/// `items * count`.
pub(super) fn repeated(vm: &mut Vm, r: Ref, count: Value) -> Res<Vec<Value>> {
    let n = usize::try_from(args::clamped_index(vm, count)?.max(0)).unwrap_or(0);
    let len = ops::native_len(vm, r).unwrap_or(0);
    charged(vm, len.saturating_mul(n))?;
    Ok(match vm.heap.get(r) {
        Object::List(items) if !items.is_empty() => items.repeat(n),
        Object::Tuple(items) if !items.is_empty() => items.repeat(n),
        _ => Vec::new(),
    })
}

/// `list op b`.
pub(super) fn binary(vm: &mut Vm, op: BinOp, r: Ref, b: Value) -> Res<Option<Value>> {
    match op {
        BinOp::Add => {
            let Value::Ref(other) = super::unwrap(&vm.heap, b) else {
                return Ok(None);
            };
            let Object::List(more) = vm.heap.get(other) else {
                return Ok(None);
            };
            let n = vm.heap.list(r).len() + more.len();
            charged(vm, n)?;
            let items = [&vm.heap.list(r)[..], &vm.heap.list(other)[..]].concat();
            vm.new_list(items).map(Some)
        }
        BinOp::Mul if int::is_int(&vm.heap, b) => {
            let items = repeated(vm, r, b)?;
            vm.new_list(items).map(Some)
        }
        BinOp::Mul if super::special(&vm.heap, b, crate::heap::sym::sym::INDEX).is_some() => {
            Err(Raise::NeedsPython)
        }
        _ => Ok(None),
    }
}

/// `list op= b`; whether it is a list's own.
pub(super) fn inplace(vm: &mut Vm, op: BinOp, r: Ref, b: Value) -> Res<bool> {
    match op {
        BinOp::Add => {
            extend_by(vm, r, b)?;
            Ok(true)
        }
        BinOp::Mul if int::is_int(&vm.heap, b) => {
            let items = repeated(vm, r, b)?;
            let before = vm.heap.list(r).capacity();
            let added = items.capacity().saturating_sub(before);
            vm.heap.charge(added * size_of::<Value>())?;
            *vm.heap.list_mut(r) = items;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// The position of the first item that equals `item`, in a list or tuple.
pub(super) fn position(
    vm: &mut Vm,
    r: Ref,
    item: Value,
    start: usize,
    stop: usize,
) -> Res<Option<usize>> {
    let look = Look::new(vm);
    let items = match vm.heap.get(r) {
        Object::List(items) => &items[..],
        Object::Tuple(items) => items,
        _ => &[],
    };
    let stop = stop.min(items.len());
    let mut found = Ok(None);
    for (i, other) in items.iter().enumerate().take(stop).skip(start) {
        match look.spend(1).and_then(|()| look.same(*other, item, 0)) {
            Ok(false) => {}
            Ok(true) => {
                found = Ok(Some(i));
                break;
            }
            Err(stop) => {
                found = Err(stop);
                break;
            }
        }
    }
    let cost = look.cost();
    vm.settle(cost, found)
}

fn at(vm: &mut Vm, r: Ref, k: Value, error: &str) -> Res<usize> {
    if !int::is_int(&vm.heap, k) {
        return Err(ops::bad_index(vm, "list", k));
    }
    let i = args::index(vm, k)?;
    let n = vm.heap.list(r).len();
    let at = if i < 0 { i + n as i64 } else { i };
    match usize::try_from(at).ok().filter(|at| *at < n) {
        Some(at) => Ok(at),
        None => Err(vm.exception(Type::IndexError, error)),
    }
}

/// `list[k]`.
pub(super) fn get_item(vm: &mut Vm, r: Ref, k: Value) -> Res<Value> {
    let len = vm.heap.list(r).len();
    if let Some(span) = slice::of(vm, k, len)? {
        return sliced(vm, r, span);
    }
    let at = at(vm, r, k, "list index out of range")?;
    Ok(vm.heap.list(r)[at])
}

/// The items that a slice selects, as a list.
pub(super) fn sliced(vm: &mut Vm, r: Ref, span: slice::Span) -> Res<Value> {
    charged(vm, span.count)?;
    let items = vm.heap.list(r);
    let selected = if span.step == 1 {
        items[span.start as usize..][..span.count].to_vec()
    } else {
        span.indices().map(|i| items[i]).collect()
    };
    vm.new_list(selected)
}

/// `list[k] = v`.
pub(super) fn set_item(vm: &mut Vm, r: Ref, k: Value, v: Value) -> Res<()> {
    let len = vm.heap.list(r).len();
    let Some(span) = slice::of(vm, k, len)? else {
        let at = at(vm, r, k, "list assignment index out of range")?;
        vm.heap.list_mut(r)[at] = v;
        return Ok(());
    };
    let items = match iter::collect(vm, v) {
        Err(Raise::Exception(_)) if span.step != 1 => {
            return Err(vm.type_error("must assign iterable to extended slice"));
        }
        Err(Raise::Exception(_)) => {
            return Err(vm.type_error("can only assign an iterable"));
        }
        other => other?,
    };
    if span.step == 1 {
        let start = span.start as usize;
        vm.pay((len - start + items.len()) as u64 / 64)?;
        vm.holding(items.capacity() * size_of::<Value>(), |vm| {
            grow(vm, r, items.len().saturating_sub(span.count))
        })?;
        vm.heap.list_mut(r).splice(start..start + span.count, items);
        return Ok(());
    }
    if items.len() != span.count {
        return Err(vm.value_error(format!(
            "attempt to assign sequence of size {} to extended slice of size {}",
            items.len(),
            span.count
        )));
    }
    let list = vm.heap.list_mut(r);
    for (i, item) in span.indices().zip(items) {
        list[i] = item;
    }
    Ok(())
}

/// `del list[k]`.
pub(super) fn del_item(vm: &mut Vm, r: Ref, k: Value) -> Res<()> {
    let len = vm.heap.list(r).len();
    vm.pay(len as u64 / 256)?;
    let Some(span) = slice::of(vm, k, len)? else {
        let at = at(vm, r, k, "list assignment index out of range")?;
        vm.heap.list_mut(r).remove(at);
        return Ok(());
    };
    let list = vm.heap.list_mut(r);
    if span.step == 1 {
        let start = span.start as usize;
        list.drain(start..start + span.count);
        return Ok(());
    }
    let mut gone = vec![false; len];
    span.indices().for_each(|i| gone[i] = true);
    let mut flags = gone.into_iter();
    list.retain(|_| !flags.next().unwrap_or(false));
    Ok(())
}

fn new(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [_, v] = args::between(vm, args, "list.", 1)?;
    let items = if v.is_unbound() {
        Vec::new()
    } else {
        iter::collect(vm, v)?
    };
    vm.new_list(items).map(Flow::Value)
}

fn append(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this, v] = args::exact(vm, args, "list.append")?;
    let r = args::this(vm, this, Type::List, "append")?;
    push(vm, r, v)?;
    Ok(Flow::Value(Value::None))
}

fn extend(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this, v] = args::exact(vm, args, "list.extend")?;
    let r = args::this(vm, this, Type::List, "extend")?;
    extend_by(vm, r, v)?;
    Ok(Flow::Value(Value::None))
}

fn insert(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this, i, v] = args::exact(vm, args, "list.insert")?;
    let r = args::this(vm, this, Type::List, "insert")?;
    let i = args::index(vm, i)?;
    let n = vm.heap.list(r).len();
    let at = if i < 0 {
        (i + n as i64).max(0)
    } else {
        i.min(n as i64)
    };
    vm.pay((n as u64 - at as u64) / 256)?;
    grow(vm, r, 1)?;
    vm.heap.list_mut(r).insert(at as usize, v);
    Ok(Flow::Value(Value::None))
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this, i] = args::between(vm, args, "list.pop", 1)?;
    let r = args::this(vm, this, Type::List, "pop")?;
    let i = if i.is_unbound() {
        -1
    } else {
        args::index(vm, i)?
    };
    let n = vm.heap.list(r).len();
    if n == 0 {
        return Err(vm.exception(Type::IndexError, "pop from empty list"));
    }
    let at = if i < 0 { i + n as i64 } else { i };
    let Some(at) = usize::try_from(at).ok().filter(|at| *at < n) else {
        return Err(vm.exception(Type::IndexError, "pop index out of range"));
    };
    vm.pay((n - at) as u64 / 256)?;
    Ok(Flow::Value(vm.heap.list_mut(r).remove(at)))
}

fn remove(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this, v] = args::exact(vm, args, "list.remove")?;
    let r = args::this(vm, this, Type::List, "remove")?;
    match position(vm, r, v, 0, usize::MAX)? {
        Some(at) => {
            vm.heap.list_mut(r).remove(at);
            Ok(Flow::Value(Value::None))
        }
        None => Err(vm.value_error("list.remove(x): x not in list")),
    }
}

/// The bounds of `index(x, start, stop)` in a sequence of `n` items.
pub(super) fn bounds(vm: &mut Vm, start: Value, stop: Value, n: usize) -> Res<(usize, usize)> {
    let bound = |vm: &mut Vm, v: Value, default: usize| {
        if v.is_unbound() {
            return Ok(default);
        }
        let i = args::clamped_index(vm, v)?;
        let at = if i < 0 {
            i.saturating_add(n as i64).max(0)
        } else {
            i
        };
        Ok::<_, Raise>(at as usize)
    };
    Ok((bound(vm, start, 0)?, bound(vm, stop, n)?))
}

fn index(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this, v, start, stop] = args::between(vm, args, "list.index", 2)?;
    let r = args::this(vm, this, Type::List, "index")?;
    let n = vm.heap.list(r).len();
    let (start, stop) = bounds(vm, start, stop, n)?;
    match position(vm, r, v, start, stop)? {
        Some(at) => Ok(Flow::Value(Value::Int(at as i64))),
        None => {
            let shown = super::repr::repr(vm, v)?;
            Err(vm.value_error(format!("{shown} is not in list")))
        }
    }
}

/// How many items equal `item`, in a list or tuple.
pub(super) fn count_of(vm: &mut Vm, r: Ref, item: Value) -> Res<usize> {
    let mut n = 0;
    let mut start = 0;
    while let Some(at) = position(vm, r, item, start, usize::MAX)? {
        n += 1;
        start = at + 1;
    }
    Ok(n)
}

fn count(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this, v] = args::exact(vm, args, "list.count")?;
    let r = args::this(vm, this, Type::List, "count")?;
    Ok(Flow::Value(Value::Int(count_of(vm, r, v)? as i64)))
}

fn reverse(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this] = args::exact(vm, args, "list.reverse")?;
    let r = args::this(vm, this, Type::List, "reverse")?;
    vm.pay(vm.heap.list(r).len() as u64 / 8)?;
    vm.heap.list_mut(r).reverse();
    Ok(Flow::Value(Value::None))
}

fn clear(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this] = args::exact(vm, args, "list.clear")?;
    let r = args::this(vm, this, Type::List, "clear")?;
    *vm.heap.list_mut(r) = Vec::new();
    Ok(Flow::Value(Value::None))
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this] = args::exact(vm, args, "list.copy")?;
    let r = args::this(vm, this, Type::List, "copy")?;
    charged(vm, vm.heap.list(r).len())?;
    let items = vm.heap.list(r).clone();
    vm.new_list(items).map(Flow::Value)
}
