//! Beside the loop: arithmetic that needs no heap, and looks at the instructions around one.

use super::raise::Raise;
use crate::compile::op::{BinOp, CmpOp, Op};
use crate::heap::Value;

/// `__dict__` of an instance is a copy: a change to it would be lost, so it is refused.
#[cold]
pub(super) fn change_through_dict() -> Raise {
    Raise::Refused("a change through `__dict__`\nhelp: use `setattr(object, name, value)`".into())
}

/// Whether one of the next instructions changes what was just put in a register, as an item or by a method.
pub(super) fn writes_to(ops: &[Op], pc: usize, reg: u16) -> bool {
    ops[pc..]
        .iter()
        .take(12)
        .any(|op| matches!(op, Op::SetItem { obj, .. } | Op::DelItem { obj, .. } if *obj == reg))
}

pub(super) fn name_is_update(name: &str) -> bool {
    matches!(name, "update" | "setdefault" | "pop" | "popitem" | "clear")
}

/// Whether a register was filled by `.__dict__` shortly before.
pub(super) fn came_from_dict(code: &super::unit::Code, pc: usize, reg: u16) -> bool {
    code.ops[pc.saturating_sub(12)..pc].iter().any(|op| {
        matches!(op, Op::GetAttr { dst, name, .. } if *dst == reg && code.names[usize::from(*name)] == "__dict__")
    })
}

/// Arithmetic that needs no heap.
#[inline]
pub(super) fn fast_binary(op: BinOp, a: Value, b: Value) -> Option<Value> {
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => {
            let v = match op {
                BinOp::Add => x.checked_add(y),
                BinOp::Sub => x.checked_sub(y),
                BinOp::Mul => x.checked_mul(y),
                BinOp::FloorDiv if y > 0 => Some(x.div_euclid(y)),
                BinOp::Mod if y > 0 => Some(x.rem_euclid(y)),
                BinOp::And => Some(x & y),
                BinOp::Or => Some(x | y),
                BinOp::Xor => Some(x ^ y),
                BinOp::RShift if (0..64).contains(&y) => Some(x >> y),
                _ => None,
            };
            v.map(Value::Int)
        }
        (Value::Float(x), Value::Float(y)) => fast_float(op, x, y),
        (Value::Float(x), Value::Int(y)) => fast_float(op, x, y as f64),
        (Value::Int(x), Value::Float(y)) => fast_float(op, x as f64, y),
        _ => None,
    }
}

#[inline]
fn fast_float(op: BinOp, x: f64, y: f64) -> Option<Value> {
    let v = match op {
        BinOp::Add => x + y,
        BinOp::Sub => x - y,
        BinOp::Mul => x * y,
        BinOp::TrueDiv if y != 0.0 => x / y,
        _ => return None,
    };
    Some(Value::Float(v))
}

/// Comparisons that need no heap.
#[inline]
pub(super) fn fast_compare(op: CmpOp, a: Value, b: Value) -> Option<bool> {
    match op {
        CmpOp::Is => return Some(a.is(b)),
        CmpOp::IsNot => return Some(!a.is(b)),
        _ => {}
    }
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => Some(match op {
            CmpOp::Eq => x == y,
            CmpOp::Ne => x != y,
            CmpOp::Lt => x < y,
            CmpOp::Le => x <= y,
            CmpOp::Gt => x > y,
            CmpOp::Ge => x >= y,
            _ => return None,
        }),
        (Value::Float(x), Value::Float(y)) => Some(match op {
            CmpOp::Eq => x == y,
            CmpOp::Ne => x != y,
            CmpOp::Lt => x < y,
            CmpOp::Le => x <= y,
            CmpOp::Gt => x > y,
            CmpOp::Ge => x >= y,
            _ => return None,
        }),
        _ => None,
    }
}
