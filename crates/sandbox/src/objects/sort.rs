//! `sorted` and `list.sort` of values that the interpreter itself can order.

use super::compare::{Look, Stop};
use super::{args, iter, ops, sort_parts};
use crate::compile::op::CmpOp;
use crate::heap::{Object, Type, Value, object::Iter};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::function("sorted", sorted).slow("slow_sorted"),
    NativeDef::method(Type::List, "sort", sort).slow("slow_list_sort"),
];

/// Sorts items in place: stable, by `<` alone.
pub(crate) fn sort_values(vm: &mut Vm, items: &mut Vec<Value>, reverse: bool) -> Res<()> {
    let n = items.len() as u64;
    vm.pay(n * u64::from(64 - n.leading_zeros()) / 16)?;
    // The items themselves, and as many more: in another order, or as numbers.
    vm.heap.room(items.len() * size_of::<[Value; 2]>())?;
    if reverse {
        items.reverse();
    }
    if let Some(mut numbers) = integers(items) {
        if !sort_parts::sort(&mut numbers, &vm.watch, &|a, b| a.cmp(b)) {
            return vm.look(0);
        }
        // Which of two equal integers is first cannot be seen.
        for (place, number) in items.iter_mut().zip(numbers) {
            *place = Value::Int(number);
        }
    } else if let Some(order) = simple_order(vm, items, false)? {
        let sorted = order.into_iter().map(|i| items[i as usize]).collect();
        *items = sorted;
    } else {
        let look = Look::new(vm);
        let found = merge_sort(&look, items);
        let cost = look.cost();
        vm.settle(cost, found)?;
    }
    if reverse {
        items.reverse();
    }
    Ok(())
}

/// The items, if all are integers.
fn integers(items: &[Value]) -> Option<Vec<i64>> {
    let numbers = items.iter().map(|v| match v {
        Value::Int(i) => Some(*i),
        _ => None,
    });
    numbers.collect()
}

/// The stable order of keys of one simple kind, paid for: room for their rows, and long texts.
pub(crate) fn simple_order(vm: &mut Vm, keys: &[Value], reverse: bool) -> Res<Option<Vec<u32>>> {
    let n = keys.len();
    vm.heap.room(super::order::room(n))?;
    let long: u64 = keys
        .iter()
        .filter_map(|v| vm.heap.as_str(*v))
        .map(|text| text.len() as u64 / 64)
        .sum();
    vm.pay(long * u64::from(usize::BITS - n.leading_zeros()))?;
    let found = super::order::positions((&vm.heap, &vm.watch), keys, reverse);
    vm.look(0)?;
    Ok(found)
}

fn less(look: &Look<'_>, a: Value, b: Value) -> Result<bool, Stop> {
    look.spend(1)?;
    match look.order(CmpOp::Lt, a, b, 0)? {
        Some(less) => Ok(less),
        None if look.may_order(a) || look.may_order(b) => Err(Stop::Python),
        None => Err(Stop::Unordered(CmpOp::Lt, a, b)),
    }
}

/// The standard sort may panic where an order is not total, and values are whatever a program makes them.
fn merge_sort(look: &Look<'_>, items: &mut Vec<Value>) -> Result<(), Stop> {
    let n = items.len();
    let mut sorted = true;
    for i in 1..n {
        if less(look, items[i], items[i - 1])? {
            sorted = false;
            break;
        }
    }
    if sorted {
        return Ok(());
    }
    let mut to: Vec<Value> = Vec::with_capacity(n);
    let mut width = 1;
    while width < n {
        to.clear();
        for start in (0..n).step_by(2 * width) {
            let middle = (start + width).min(n);
            let end = (start + 2 * width).min(n);
            let (mut i, mut j) = (start, middle);
            while i < middle && j < end {
                if less(look, items[j], items[i])? {
                    to.push(items[j]);
                    j += 1;
                } else {
                    to.push(items[i]);
                    i += 1;
                }
            }
            to.extend_from_slice(&items[i..middle]);
            to.extend_from_slice(&items[j..end]);
        }
        std::mem::swap(items, &mut to);
        width *= 2;
    }
    Ok(())
}

/// `key` and `reverse` of keyword arguments; a key function is Python code's to call.
fn options(vm: &mut Vm, args: Args<'_>, name: &str) -> Res<bool> {
    let mut reverse = false;
    let mut keyed = false;
    for (word, value) in args.kw {
        match vm.heap.name(*word) {
            "key" => keyed = !value.is_none(),
            "reverse" => reverse = ops::truth(vm, *value)?,
            other => {
                let text = format!("{name}() got an unexpected keyword argument '{other}'");
                return Err(vm.type_error(text));
            }
        }
    }
    if keyed {
        Err(Raise::NeedsPython)
    } else {
        Ok(reverse)
    }
}

fn sorted(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [source] = args.pos[..] else {
        let n = args.pos.len();
        return Err(vm.type_error(format!("sorted expected 1 argument, got {n}")));
    };
    let reverse = options(vm, args, "sort")?;
    let mut items = iter::collect(vm, source)?;
    let original = match source {
        Value::Ref(r) if matches!(vm.heap.get(r), Object::Iter(_)) => Some((r, items.clone())),
        _ => None,
    };
    let held = items.capacity() * size_of::<Value>();
    let held = if original.is_some() { held * 2 } else { held };
    match vm.holding(held, |vm| sort_values(vm, &mut items, reverse)) {
        Err(Raise::NeedsPython) => {
            if let Some((r, items)) = original {
                *vm.heap.iter_mut(r) = Iter::Values(items.into(), 0);
            }
            return Err(Raise::NeedsPython);
        }
        other => other?,
    }
    vm.new_list(items).map(Flow::Value)
}

fn sort(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [this] = args.pos[..] else {
        return Err(vm.type_error("sort() takes no positional arguments"));
    };
    let reverse = options(vm, args, "sort")?;
    let r = args::this(vm, this, Type::List, "sort")?;
    let n = vm.heap.list(r).len();
    super::list::charged(vm, n)?;
    let mut items = vm.heap.list(r).clone();
    vm.holding(n * size_of::<Value>(), |vm| {
        sort_values(vm, &mut items, reverse)
    })?;
    *vm.heap.list_mut(r) = items;
    Ok(Flow::Value(Value::None))
}
