//! Built-in functions on iterables: `sum`, `min`, `max`, `any`, `all`, `enumerate`, `zip`, `reversed`.

use super::compare::Look;
use super::{args, iter, ops, range, unwrap};
use crate::compile::op::{BinOp, CmpOp};
use crate::heap::{
    Object, Ref, Type, Value,
    object::{Iter, ViewKind},
};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::function("sum", sum).slow("slow_sum"),
    NativeDef::function("min", min).slow("slow_min"),
    NativeDef::function("max", max).slow("slow_max"),
    NativeDef::function("any", any).slow("slow_any"),
    NativeDef::function("all", all).slow("slow_all"),
    NativeDef::method(Type::Enumerate, "__new__", enumerate).slow("slow_enumerate_new"),
    NativeDef::method(Type::Zip, "__new__", zip).slow("slow_zip_new"),
    NativeDef::method(Type::Reversed, "__new__", reversed).slow("slow_reversed_new"),
];

/// The state of a sum: 64-bit integers, then floats with compensation, then anything.
enum Total {
    Int(i64),
    Float(f64, f64),
    Any(Value),
}

impl Total {
    fn value(&self) -> Value {
        match *self {
            Self::Int(i) => Value::Int(i),
            Self::Float(x, c) => Value::Float(compensated(x, c)),
            Self::Any(v) => v,
        }
    }
}

fn compensated(x: f64, c: f64) -> f64 {
    if c != 0.0 && c.is_finite() { x + c } else { x }
}

/// One more item. Source: CPython `Python/bltinmodule.c`, `builtin_sum_impl`.
fn add(vm: &mut Vm, total: Total, item: Value) -> Res<Total> {
    match (&total, item) {
        (Total::Int(i), Value::Int(_) | Value::Bool(_)) => {
            let more = match item {
                Value::Int(more) => more,
                other => i64::from(other.is(Value::Bool(true))),
            };
            if let Some(next) = i.checked_add(more) {
                return Ok(Total::Int(next));
            }
        }
        (Total::Float(x, c), Value::Float(y)) => {
            // Kahan and Babuška's summation as improved by Neumaier.
            let t = x + y;
            let lost = if x.abs() >= y.abs() {
                (x - t) + y
            } else {
                (y - t) + x
            };
            return Ok(Total::Float(t, c + lost));
        }
        (Total::Float(x, c), Value::Int(i)) => return Ok(Total::Float(x + i as f64, *c)),
        (Total::Float(x, c), Value::Bool(b)) => {
            return Ok(Total::Float(x + f64::from(u8::from(b)), *c));
        }
        _ => {}
    }
    let was_int = matches!(total, Total::Int(_));
    let before = total.value();
    let after = match ops::binary(vm, BinOp::Add, before, item)? {
        Some(after) => after,
        None if matches!(item, Value::Ref(r) if matches!(vm.heap.get(r), Object::Instance(_)))
            || matches!(before, Value::Ref(r) if matches!(vm.heap.get(r), Object::Instance(_))) =>
        {
            return Err(Raise::NeedsPython);
        }
        None => return Err(ops::unsupported(vm, BinOp::Add, before, item)),
    };
    Ok(match after {
        Value::Float(x) if was_int => Total::Float(x, 0.0),
        other => Total::Any(other),
    })
}

fn sum(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [source, start] = args::named(vm, args, "sum", ["", "start"], 1, 2)?;
    let refused = match unwrap(&vm.heap, start) {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Str(_) => Some("sum() can't sum strings [use ''.join(seq) instead]"),
            Object::Bytes(_) => Some("sum() can't sum bytes [use b''.join(seq) instead]"),
            _ => None,
        },
        _ => None,
    };
    if let Some(text) = refused {
        return Err(vm.type_error(text));
    }
    let mut total = match start {
        Value::Unbound => Total::Int(0),
        Value::Int(i) => Total::Int(i),
        Value::Float(x) => Total::Float(x, 0.0),
        other => Total::Any(other),
    };
    iter::each(vm, source, |vm, item| {
        let before = std::mem::replace(&mut total, Total::Int(0));
        total = add(vm, before, item)?;
        Ok(true)
    })?;
    Ok(Flow::Value(total.value()))
}

fn extreme(vm: &mut Vm, args: Args<'_>, name: &str, op: CmpOp) -> Res<Flow> {
    let mut default = Value::Unbound;
    for (word, value) in args.kw {
        match vm.heap.name(*word) {
            "key" if value.is_none() => {}
            "key" => return Err(Raise::NeedsPython),
            "default" => default = *value,
            other => {
                let text = format!("{name}() got an unexpected keyword argument '{other}'");
                return Err(vm.type_error(text));
            }
        }
    }
    let mut best = Value::Unbound;
    let mut visit = |vm: &mut Vm, item: Value| {
        if best.is_unbound() {
            best = item;
            return Ok(true);
        }
        if let (Value::Int(x), Value::Int(y)) = (item, best) {
            if super::compare::fits(op, x.cmp(&y)) {
                best = item;
            }
            return Ok(true);
        }
        let look = Look::new(vm);
        let found = look.order(op, item, best, 0);
        let python = look.may_order(item) || look.may_order(best);
        let cost = look.cost();
        match vm.settle(cost, found)? {
            Some(true) => best = item,
            Some(false) => {}
            None if python => return Err(Raise::NeedsPython),
            None => return Err(ops::unordered(vm, op, item, best)),
        }
        Ok(true)
    };
    match args.pos {
        [] => {
            return Err(vm.type_error(format!("{name} expected at least 1 argument, got 0")));
        }
        [source] => iter::each(vm, *source, visit)?,
        items => {
            if !default.is_unbound() {
                return Err(vm.type_error(format!(
                    "Cannot specify a default for {name}() with multiple positional arguments"
                )));
            }
            for item in items {
                visit(vm, *item)?;
            }
        }
    }
    match (best, default) {
        (Value::Unbound, Value::Unbound) => {
            Err(vm.value_error(format!("{name}() iterable argument is empty")))
        }
        (Value::Unbound, default) => Ok(Flow::Value(default)),
        (best, _) => Ok(Flow::Value(best)),
    }
}

fn min(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    extreme(vm, args, "min", CmpOp::Lt)
}

fn max(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    extreme(vm, args, "max", CmpOp::Gt)
}

fn truths(vm: &mut Vm, args: Args<'_>, name: &str, wanted: bool) -> Res<Flow> {
    let [source] = args::exact(vm, args, name)?;
    let mut found = false;
    iter::each(vm, source, |vm, item| {
        found = ops::truth(vm, item)? == wanted;
        Ok(!found)
    })?;
    Ok(Flow::Value(Value::Bool(found == wanted)))
}

fn any(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    truths(vm, args, "any", true)
}

fn all(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    truths(vm, args, "all", false)
}

/// The interpreter's own iterator of a value, or the way to Python code.
fn native_iter(vm: &mut Vm, v: Value) -> Res<Ref> {
    match iter::iter(vm, v)? {
        Some(Value::Ref(r)) => Ok(r),
        _ => Err(iter::not_native(vm, v)),
    }
}

fn enumerate(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let names = ["", "iterable", "start"];
    if args.pos.len() < 2 && args.kw.is_empty() {
        return Err(vm.type_error("enumerate() missing required argument 'iterable'"));
    }
    let [_, source, start] = args::named(vm, args, "enumerate.", names, 2, 3)?;
    let start = if start.is_unbound() {
        0
    } else {
        args::index(vm, start)?
    };
    let inner = native_iter(vm, source)?;
    iter::make(vm, Iter::Enumerate(inner, start)).map(Flow::Value)
}

fn zip(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let mut strict = false;
    for (word, value) in args.kw {
        if vm.heap.name(*word) != "strict" {
            let word = vm.heap.name(*word).to_owned();
            let text = format!("zip() got an unexpected keyword argument '{word}'");
            return Err(vm.type_error(text));
        }
        strict = ops::truth(vm, *value)?;
    }
    let sources = args.pos.get(1..).unwrap_or(&[]);
    let mut parts = Vec::with_capacity(sources.len());
    for source in sources {
        parts.push(native_iter(vm, *source)?);
    }
    iter::make(vm, Iter::Zip(parts.into(), strict)).map(Flow::Value)
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [_, v] = args::exact(vm, args, "reversed.")?;
    if let Value::Ref(r) = v
        && let Object::Instance(_) = vm.heap.get(r)
    {
        return Err(Raise::NeedsPython);
    }
    let iter = match v {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::List(items) => Some(Iter::ListReversed(r, items.len())),
            Object::Tuple(_) | Object::Bytes(_) | Object::Str(_) => {
                let mut items = iter::collect(vm, v)?;
                items.reverse();
                Some(Iter::Values(items.into(), 0))
            }
            Object::Range(parts) => {
                let [start, _, step] = **parts;
                let n = range::len(**parts);
                let last = start.wrapping_add((n as i64).wrapping_sub(1).wrapping_mul(step));
                match step.checked_neg() {
                    Some(back) => Some(Iter::Range(last, back, n)),
                    None => return Err(Raise::Refused("a range of numbers beyond 64 bits".into())),
                }
            }
            Object::Dict(d) => Some(Iter::DictReversed(
                r,
                d.positions(),
                d.len(),
                ViewKind::Keys,
            )),
            Object::DictView { dict, kind } => {
                let d = vm.heap.dict(*dict);
                Some(Iter::DictReversed(*dict, d.positions(), d.len(), *kind))
            }
            _ => None,
        },
        _ => None,
    };
    match iter {
        Some(iter) => iter::make(vm, iter).map(Flow::Value),
        None => {
            let name = vm.type_name(v).to_string();
            Err(vm.type_error(format!("'{name}' object is not reversible")))
        }
    }
}
