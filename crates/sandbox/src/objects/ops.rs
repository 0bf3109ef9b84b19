//! Operators by the kind of their operands. `None` means: not one of the interpreter's own, try the special
//! methods that Python code defined.

use super::compare::Look;
use super::{args, dict, dunders, float, int, list, range, set, special, text_ops, tuple, unwrap};
use crate::compile::op::{BinOp, CmpOp, UnaryOp};
use crate::heap::{
    Object, Ref, Sym, Type, Value,
    object::{ViewKind, dunder},
    sym::sym,
};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The symbol of an operator.
pub(crate) fn symbol(op: BinOp) -> &'static str {
    match op {
        BinOp::Add => "+",
        BinOp::Sub => "-",
        BinOp::Mul => "*",
        BinOp::TrueDiv => "/",
        BinOp::FloorDiv => "//",
        BinOp::Mod => "%",
        BinOp::Pow => "** or pow()",
        BinOp::LShift => "<<",
        BinOp::RShift => ">>",
        BinOp::And => "&",
        BinOp::Or => "|",
        BinOp::Xor => "^",
        BinOp::MatMul => "@",
    }
}

/// The names of an operator's method, its reflected and its in-place form.
pub(crate) fn methods(op: BinOp) -> (Sym, Sym, Sym) {
    match op {
        BinOp::Add => (sym::ADD, sym::RADD, sym::IADD),
        BinOp::Sub => (sym::SUB, sym::RSUB, sym::ISUB),
        BinOp::Mul => (sym::MUL, sym::RMUL, sym::IMUL),
        BinOp::TrueDiv => (sym::TRUEDIV, sym::RTRUEDIV, sym::ITRUEDIV),
        BinOp::FloorDiv => (sym::FLOORDIV, sym::RFLOORDIV, sym::IFLOORDIV),
        BinOp::Mod => (sym::MOD, sym::RMOD, sym::IMOD),
        BinOp::Pow => (sym::POW, sym::RPOW, sym::IPOW),
        BinOp::LShift => (sym::LSHIFT, sym::RLSHIFT, sym::ILSHIFT),
        BinOp::RShift => (sym::RSHIFT, sym::RRSHIFT, sym::IRSHIFT),
        BinOp::And => (sym::AND, sym::RAND, sym::IAND),
        BinOp::Or => (sym::OR, sym::ROR, sym::IOR),
        BinOp::Xor => (sym::XOR, sym::RXOR, sym::IXOR),
        BinOp::MatMul => (sym::MATMUL, sym::RMATMUL, sym::IMATMUL),
    }
}

/// The symbol of a comparison.
pub(crate) fn cmp_symbol(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => "==",
        CmpOp::Ne => "!=",
        CmpOp::Lt => "<",
        CmpOp::Le => "<=",
        CmpOp::Gt => ">",
        CmpOp::Ge => ">=",
        CmpOp::Is => "is",
        CmpOp::IsNot => "is not",
        CmpOp::In => "in",
        CmpOp::NotIn => "not in",
    }
}

/// The `TypeError` of an operator that no operand defines.
pub(crate) fn unsupported(vm: &mut Vm, op: BinOp, a: Value, b: Value) -> Raise {
    let (x, y) = (vm.type_name(a).to_string(), vm.type_name(b).to_string());
    let kind = |vm: &Vm, v: Value| match unwrap(&vm.heap, v) {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::List(_) => Some("list"),
            Object::Tuple(_) => Some("tuple"),
            Object::Str(_) => Some("str"),
            Object::Bytes(_) => Some("bytes"),
            _ => None,
        },
        _ => None,
    };
    let text = match (op, kind(vm, a), kind(vm, b)) {
        (BinOp::Add, Some("bytes"), _) => format!("can't concat {y} to bytes"),
        (BinOp::Add, Some(kind), _) => {
            format!("can only concatenate {kind} (not \"{y}\") to {kind}")
        }
        (BinOp::Mul, Some(_), _) => format!("can't multiply sequence by non-int of type '{y}'"),
        (BinOp::Mul, None, Some(_)) => format!("can't multiply sequence by non-int of type '{x}'"),
        _ => format!(
            "unsupported operand type(s) for {}: '{x}' and '{y}'",
            symbol(op)
        ),
    };
    vm.type_error(text)
}

/// The `TypeError` of an in-place operator that no operand defines.
pub(crate) fn unsupported_inplace(vm: &mut Vm, op: BinOp, a: Value, b: Value) -> Raise {
    let plain = unwrap(&vm.heap, a);
    let sequence = matches!(plain, Value::Ref(r) if matches!(vm.heap.get(r), Object::List(_) | Object::Tuple(_) | Object::Str(_) | Object::Bytes(_)));
    if sequence && matches!(op, BinOp::Add | BinOp::Mul) {
        return unsupported(vm, op, a, b);
    }
    let (x, y) = (vm.type_name(a).to_string(), vm.type_name(b).to_string());
    let symbol = if op == BinOp::Pow { "**" } else { symbol(op) };
    vm.type_error(format!(
        "unsupported operand type(s) for {symbol}=: '{x}' and '{y}'"
    ))
}

/// The `TypeError` of two values without an order.
pub(crate) fn unordered(vm: &mut Vm, op: CmpOp, a: Value, b: Value) -> Raise {
    let (x, y) = (vm.type_name(a).to_string(), vm.type_name(b).to_string());
    let symbol = cmp_symbol(op);
    vm.type_error(format!(
        "'{symbol}' not supported between instances of '{x}' and '{y}'"
    ))
}

/// `a op b`.
///
/// # Errors
/// As the operator's.
pub(crate) fn binary(vm: &mut Vm, op: BinOp, a: Value, b: Value) -> Res<Option<Value>> {
    match (a, b) {
        (Value::Int(_), Value::Int(_)) => return int::binary(vm, op, a, b),
        (Value::Float(x), Value::Float(y)) => return float::binary(vm, op, x, y),
        (Value::Float(x), Value::Int(y)) => return float::binary(vm, op, x, y as f64),
        (Value::Int(x), Value::Float(y)) => return float::binary(vm, op, x as f64, y),
        (Value::Bool(x), Value::Bool(y)) => match op {
            BinOp::And => return Ok(Some(Value::Bool(x & y))),
            BinOp::Or => return Ok(Some(Value::Bool(x | y))),
            BinOp::Xor => return Ok(Some(Value::Bool(x ^ y))),
            _ => {}
        },
        _ => {}
    }
    let (method, reflected, _) = methods(op);
    if special(&vm.heap, a, method).is_some() || special(&vm.heap, b, reflected).is_some() {
        return Ok(None);
    }
    plain_binary(vm, op, a, b)
}

/// `a op b` of the built-in kinds, without a look at what the operands' own classes define.
pub(crate) fn plain_binary(vm: &mut Vm, op: BinOp, a: Value, b: Value) -> Res<Option<Value>> {
    let (a, b) = (unwrap(&vm.heap, a), unwrap(&vm.heap, b));
    if let Some(number) = numbers(vm, op, a, b)? {
        return Ok(Some(number));
    }
    if let Value::Ref(x) = a {
        return match vm.heap.get(x) {
            Object::List(_) => list::binary(vm, op, x, b),
            Object::Tuple(_) => tuple::binary(vm, op, x, b),
            Object::Str(_) | Object::Bytes(_) => text_ops::binary(vm, op, x, b),
            Object::Dict(_) => dict::binary(vm, op, x, b),
            Object::Set(_) | Object::DictView { .. } => set::binary(vm, op, x, b),
            Object::Class(_) | Object::Alias { .. } if op == BinOp::Or => union(vm, a, b),
            _ => repeated(vm, op, a, b),
        };
    }
    if a.is_none() && op == BinOp::Or && !b.is_none() && is_type(vm, b) {
        return union(vm, a, b);
    }
    repeated(vm, op, a, b)
}

/// `3 * [0]`: the sequence decides.
fn repeated(vm: &mut Vm, op: BinOp, a: Value, b: Value) -> Res<Option<Value>> {
    let Value::Ref(y) = b else { return Ok(None) };
    if op != BinOp::Mul || !int::is_int(&vm.heap, a) {
        return Ok(None);
    }
    match vm.heap.get(y) {
        Object::List(_) => list::binary(vm, op, y, a),
        Object::Tuple(_) => tuple::binary(vm, op, y, a),
        Object::Str(_) | Object::Bytes(_) => text_ops::binary(vm, op, y, a),
        _ => Ok(None),
    }
}

fn numbers(vm: &mut Vm, op: BinOp, a: Value, b: Value) -> Res<Option<Value>> {
    match (int::is_int(&vm.heap, a), int::is_int(&vm.heap, b)) {
        (true, true) => int::binary(vm, op, a, b),
        (left, right) => {
            let float_left = matches!(a, Value::Float(_));
            let float_right = matches!(b, Value::Float(_));
            if (left || float_left) && (right || float_right) {
                let (x, y) = (float::number(vm, a)?, float::number(vm, b)?);
                if let (Some(x), Some(y)) = (x, y) {
                    return float::binary(vm, op, x, y);
                }
            }
            Ok(None)
        }
    }
}

fn is_type(vm: &Vm, v: Value) -> bool {
    v.is_none()
        || matches!(v, Value::Ref(r) if matches!(vm.heap.get(r), Object::Class(_) | Object::Alias { .. }))
}

/// `int | None`.
fn union(vm: &mut Vm, a: Value, b: Value) -> Res<Option<Value>> {
    if !is_type(vm, a) || !is_type(vm, b) || (a.is_none() && b.is_none()) {
        return Ok(None);
    }
    let mut parts: Vec<Value> = Vec::new();
    for v in [a, b] {
        let members = match v {
            Value::None => vec![Type::NoneType.value()],
            Value::Ref(r) => match vm.heap.get(r) {
                Object::Alias { origin, args } if origin.is(Type::Union.value()) => {
                    vm.heap.tuple(*args).to_vec()
                }
                _ => vec![v],
            },
            _ => vec![v],
        };
        for member in members {
            if !parts.iter().any(|p| p.is(member)) {
                parts.push(member);
            }
        }
    }
    if let [only] = parts[..] {
        return Ok(Some(only));
    }
    alias(vm, Type::Union.value(), parts).map(Some)
}

fn alias(vm: &mut Vm, origin: Value, args: Vec<Value>) -> Res<Value> {
    let args = vm.alloc(Object::Tuple(args.into()))?;
    vm.alloc(Object::Alias { origin, args }).map(Value::Ref)
}

/// `a op= b`: changes a mutable `a` and gives it back, else as [`binary`].
///
/// # Errors
/// As the operator's.
pub(crate) fn inplace(vm: &mut Vm, op: BinOp, a: Value, b: Value) -> Res<Option<Value>> {
    let Value::Ref(_) = a else {
        return binary(vm, op, a, b);
    };
    let (_, _, method) = methods(op);
    if special(&vm.heap, a, method).is_some() {
        return Ok(None);
    }
    plain_inplace(vm, op, a, b)
}

/// `a op= b` without a look at the in-place method of `a`'s own class.
pub(crate) fn plain_inplace(vm: &mut Vm, op: BinOp, a: Value, b: Value) -> Res<Option<Value>> {
    if let Value::Ref(r) = unwrap(&vm.heap, a) {
        let done = match vm.heap.get(r) {
            Object::List(_) => list::inplace(vm, op, r, b)?,
            Object::Dict(_) => dict::inplace(vm, op, r, b)?,
            Object::Set(s) if !s.frozen => set::inplace(vm, op, r, b)?,
            _ => false,
        };
        if done {
            return Ok(Some(a));
        }
    }
    binary(vm, op, a, b)
}

/// `op a`.
///
/// # Errors
/// As the operator's.
pub(crate) fn unary(vm: &mut Vm, op: UnaryOp, a: Value) -> Res<Option<Value>> {
    let method = match op {
        UnaryOp::Neg => sym::NEG,
        UnaryOp::Pos => sym::POS,
        UnaryOp::Invert => sym::INVERT,
    };
    if special(&vm.heap, a, method).is_some() {
        return Ok(None);
    }
    match (op, unwrap(&vm.heap, a)) {
        (UnaryOp::Neg, Value::Float(x)) => Ok(Some(Value::Float(-x))),
        (UnaryOp::Pos, Value::Float(x)) => Ok(Some(Value::Float(x))),
        (_, plain) => int::unary(vm, op, plain),
    }
}

/// The `TypeError` of a unary operator that the operand does not define.
pub(crate) fn unsupported_unary(vm: &mut Vm, op: UnaryOp, a: Value) -> Raise {
    let symbol = match op {
        UnaryOp::Neg => "-",
        UnaryOp::Pos => "+",
        UnaryOp::Invert => "~",
    };
    let name = vm.type_name(a).to_string();
    vm.type_error(format!("bad operand type for unary {symbol}: '{name}'"))
}

/// `a op b` of a comparison other than `is` and `in`.
///
/// # Errors
/// [`Raise::NeedsPython`] if items need Python code; `TypeError` if items have no order.
pub(crate) fn compare(vm: &mut Vm, op: CmpOp, a: Value, b: Value) -> Res<Option<Value>> {
    if let (Value::Int(x), Value::Int(y)) = (a, b) {
        return Ok(Some(Value::Bool(super::compare::fits(op, x.cmp(&y)))));
    }
    if matches!(op, CmpOp::Eq | CmpOp::Ne) {
        if (dunders(&vm.heap, a) | dunders(&vm.heap, b)) & dunder::EQ != 0 {
            return Ok(None);
        }
        let equal = super::eq::eq(vm, a, b)?;
        return Ok(Some(Value::Bool(equal == (op == CmpOp::Eq))));
    }
    let look = Look::new(vm);
    let found = look.order(op, a, b, 0);
    let cost = look.cost();
    Ok(vm.settle(cost, found)?.map(Value::Bool))
}

/// Whether a value counts as true.
///
/// # Errors
/// [`Raise::NeedsPython`] if a user's `__bool__` or `__len__` has to run.
pub(crate) fn truth(vm: &Vm, v: Value) -> Res<bool> {
    let r = match v {
        Value::None | Value::Unbound => return Ok(false),
        Value::Bool(b) => return Ok(b),
        Value::Int(i) => return Ok(i != 0),
        Value::Float(x) => return Ok(x != 0.0),
        Value::Ref(r) => r,
        _ => return Ok(true),
    };
    if dunders(&vm.heap, v) & dunder::BOOL_OR_LEN != 0 {
        return Err(Raise::NeedsPython);
    }
    Ok(match vm.heap.get(r) {
        Object::Instance(i) if !i.native.is_unbound() => return truth(vm, i.native),
        _ => native_len(vm, r).is_none_or(|n| n > 0),
    })
}

/// The length of a built-in container.
pub(crate) fn native_len(vm: &Vm, r: Ref) -> Option<usize> {
    Some(match vm.heap.get(r) {
        Object::Str(text) => text.chars(),
        Object::Bytes(b) => b.len(),
        Object::List(items) => items.len(),
        Object::Tuple(items) => items.len(),
        Object::Dict(d) => d.len(),
        Object::Set(s) => s.len(),
        Object::Range(parts) => usize::try_from(range::len(**parts)).unwrap_or(usize::MAX),
        Object::DictView { dict, .. } => vm.heap.dict(*dict).len(),
        Object::Namespace(attrs) => attrs.len(),
        Object::MappingProxy(class) => vm.heap.class(*class).attrs.len(),
        _ => return None,
    })
}

/// `len(v)`; `None` if it is not a built-in container, or its own class defines `__len__`.
///
/// # Errors
/// `OverflowError` for a range that is too long.
pub(crate) fn len(vm: &mut Vm, v: Value) -> Res<Option<usize>> {
    if special(&vm.heap, v, sym::LEN).is_some() {
        return Ok(None);
    }
    match unwrap(&vm.heap, v) {
        Value::Ref(r) => match native_len(vm, r) {
            Some(n) if i64::try_from(n).is_err() => Err(vm.exception(
                Type::OverflowError,
                "Python int too large to convert to C ssize_t",
            )),
            n => Ok(n),
        },
        _ => Ok(None),
    }
}

/// `o[k]`.
///
/// # Errors
/// `IndexError`, `KeyError`, `TypeError`; [`Raise::NeedsPython`].
pub(crate) fn get_item(vm: &mut Vm, o: Value, k: Value) -> Res<Option<Value>> {
    if special(&vm.heap, o, sym::GETITEM).is_some() {
        return Ok(None);
    }
    plain_get_item(vm, o, k)
}

/// `o[k]` of the built-in kinds, without a look at the `__getitem__` of `o`'s own class.
pub(crate) fn plain_get_item(vm: &mut Vm, o: Value, k: Value) -> Res<Option<Value>> {
    let Value::Ref(r) = unwrap(&vm.heap, o) else {
        return Ok(None);
    };
    match vm.heap.get(r) {
        Object::List(items) => {
            if let Value::Int(i) = k {
                let n = items.len();
                let at = if i < 0 { i + n as i64 } else { i };
                if let Some(item) = usize::try_from(at).ok().and_then(|at| items.get(at)) {
                    return Ok(Some(*item));
                }
            }
            list::get_item(vm, r, k).map(Some)
        }
        Object::Tuple(_) => tuple::get_item(vm, r, k).map(Some),
        Object::Str(_) | Object::Bytes(_) => text_ops::get_item(vm, r, k).map(Some),
        Object::Range(_) => range::get_item(vm, r, k).map(Some),
        Object::Match(_) => crate::modules::re::matches::item(vm, r, k).map(Some),
        Object::Dict(_) => match dict::get(vm, r, k)? {
            Some(value) => Ok(Some(value)),
            None if special(&vm.heap, o, sym::MISSING).is_some() => Err(Raise::NeedsPython),
            None => Err(dict::key_error(vm, k)),
        },
        Object::MappingProxy(class) => {
            let class = *class;
            let found = vm
                .heap
                .as_str(k)
                .and_then(|name| vm.heap.symbols.find(name))
                .and_then(|name| vm.heap.class(class).attrs.get(name));
            match found {
                Some(value) => Ok(Some(value)),
                None => Err(dict::key_error(vm, k)),
            }
        }
        Object::Class(_) => {
            let generic = [
                Type::List,
                Type::Dict,
                Type::Tuple,
                Type::Set,
                Type::FrozenSet,
                Type::Type,
            ];
            if !generic.iter().any(|t| t.r() == r) {
                return Ok(None);
            }
            let args = match k {
                Value::Ref(t) => match vm.heap.get(t) {
                    Object::Tuple(items) => items.to_vec(),
                    _ => vec![k],
                },
                _ => vec![k],
            };
            alias(vm, Value::Ref(r), args).map(Some)
        }
        _ => Ok(None),
    }
}

/// `o[k] = v`.
///
/// # Errors
/// `IndexError`, `TypeError`; [`Raise::NeedsPython`].
pub(crate) fn set_item(vm: &mut Vm, o: Value, k: Value, v: Value) -> Res<Option<()>> {
    if special(&vm.heap, o, sym::SETITEM).is_some() {
        return Ok(None);
    }
    plain_set_item(vm, o, k, v)
}

/// `o[k] = v` of the built-in kinds, without a look at the `__setitem__` of `o`'s own class.
pub(crate) fn plain_set_item(vm: &mut Vm, o: Value, k: Value, v: Value) -> Res<Option<()>> {
    let Value::Ref(r) = unwrap(&vm.heap, o) else {
        return Ok(None);
    };
    match vm.heap.get_mut(r) {
        Object::List(items) => {
            if let Value::Int(i) = k {
                let at = if i < 0 { i + items.len() as i64 } else { i };
                if let Some(slot) = usize::try_from(at).ok().and_then(|at| items.get_mut(at)) {
                    *slot = v;
                    return Ok(Some(()));
                }
            }
            list::set_item(vm, r, k, v).map(Some)
        }
        Object::Dict(_) => dict::insert(vm, r, k, v).map(Some),
        _ => Ok(None),
    }
}

/// `del o[k]`.
///
/// # Errors
/// `IndexError`, `KeyError`, `TypeError`; [`Raise::NeedsPython`].
pub(crate) fn del_item(vm: &mut Vm, o: Value, k: Value) -> Res<Option<()>> {
    if special(&vm.heap, o, sym::DELITEM).is_some() {
        return Ok(None);
    }
    plain_del_item(vm, o, k)
}

/// `del o[k]` of the built-in kinds, without a look at the `__delitem__` of `o`'s own class.
pub(crate) fn plain_del_item(vm: &mut Vm, o: Value, k: Value) -> Res<Option<()>> {
    let Value::Ref(r) = unwrap(&vm.heap, o) else {
        return Ok(None);
    };
    match vm.heap.get(r) {
        Object::List(_) => list::del_item(vm, r, k).map(Some),
        Object::Dict(_) => match dict::remove(vm, r, k)? {
            Some(_) => Ok(Some(())),
            None => Err(dict::key_error(vm, k)),
        },
        _ => Ok(None),
    }
}

/// `item in container`.
///
/// # Errors
/// `TypeError`; [`Raise::NeedsPython`] if items need Python code.
pub(crate) fn contains(vm: &mut Vm, container: Value, item: Value) -> Res<Option<bool>> {
    if special(&vm.heap, container, sym::CONTAINS).is_some() {
        return Ok(None);
    }
    plain_contains(vm, container, item)
}

/// `item in container` of the built-in kinds, without a look at the `__contains__` of its own class.
pub(crate) fn plain_contains(vm: &mut Vm, container: Value, item: Value) -> Res<Option<bool>> {
    let Value::Ref(r) = unwrap(&vm.heap, container) else {
        return Ok(None);
    };
    match vm.heap.get(r) {
        Object::List(_) | Object::Tuple(_) => {
            list::position(vm, r, item, 0, usize::MAX).map(|at| Some(at.is_some()))
        }
        Object::Dict(_) => dict::find(vm, r, item).map(|(_, at)| Some(at.is_some())),
        Object::Set(_) => set::find_equal(vm, r, item).map(|at| Some(at.is_some())),
        Object::Str(_) | Object::Bytes(_) => text_ops::contains(vm, r, item).map(Some),
        Object::Range(parts) => {
            let parts = **parts;
            match unwrap(&vm.heap, item) {
                Value::Int(i) => Ok(Some(range::position(parts, i).is_some())),
                Value::Bool(b) => Ok(Some(range::position(parts, i64::from(b)).is_some())),
                Value::Float(x) if x.fract() == 0.0 && x.abs() < 9e18 => {
                    Ok(Some(range::position(parts, x as i64).is_some()))
                }
                _ if dunders(&vm.heap, item) & dunder::EQ != 0 => Err(Raise::NeedsPython),
                _ => Ok(Some(false)),
            }
        }
        Object::DictView { dict, kind } => {
            let (dict, kind) = (*dict, *kind);
            view_contains(vm, dict, kind, item).map(Some)
        }
        Object::MappingProxy(class) => {
            let class = *class;
            let found = vm
                .heap
                .as_str(item)
                .and_then(|name| vm.heap.symbols.find(name));
            Ok(Some(found.is_some_and(|name| {
                vm.heap.class(class).attrs.get(name).is_some()
            })))
        }
        Object::Iter(_) => {
            let mut found = false;
            super::iter::each(vm, container, |vm, v| {
                found = vm.same(v, item)?;
                Ok(!found)
            })?;
            Ok(Some(found))
        }
        _ => Ok(None),
    }
}

fn view_contains(vm: &mut Vm, dict: Ref, kind: ViewKind, item: Value) -> Res<bool> {
    match kind {
        ViewKind::Keys => dict::find(vm, dict, item).map(|(_, at)| at.is_some()),
        ViewKind::Values => {
            let values: Vec<Value> = vm.heap.dict(dict).iter().map(|e| e.value).collect();
            for value in values {
                if vm.same(value, item)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        ViewKind::Items => {
            let pair = match item {
                Value::Ref(r) => match vm.heap.get(r) {
                    Object::Tuple(pair) if pair.len() == 2 => [pair[0], pair[1]],
                    _ => return Ok(false),
                },
                _ => return Ok(false),
            };
            match dict::get(vm, dict, pair[0])? {
                Some(value) => vm.same(value, pair[1]),
                None => Ok(false),
            }
        }
    }
}

/// The `TypeError` of `o[k]` where `o` has no items.
pub(crate) fn not_subscriptable(vm: &mut Vm, o: Value) -> Raise {
    if let Value::Ref(r) = o
        && matches!(vm.heap.get(r), Object::Class(_))
    {
        let name = vm.heap.name(vm.heap.class(r).name).to_string();
        return vm.type_error(format!("type '{name}' is not subscriptable"));
    }
    let name = vm.type_name(o).to_string();
    vm.type_error(format!("'{name}' object is not subscriptable"))
}

/// The text of an index error of a type that is indexed by numbers.
pub(crate) fn bad_index(vm: &mut Vm, kind: &str, k: Value) -> Raise {
    match args::not_an_integer(vm, k) {
        Raise::NeedsPython => Raise::NeedsPython,
        _ => {
            let name = vm.type_name(k).to_string();
            vm.type_error(format!(
                "{kind} indices must be integers or slices, not {name}"
            ))
        }
    }
}
