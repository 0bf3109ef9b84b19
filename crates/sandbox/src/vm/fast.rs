//! Beside the loop: arithmetic that needs no heap.

use crate::compile::op::{BinOp, CmpOp};
use crate::heap::Value;

/// Arithmetic that needs no heap.
#[inline(always)]
pub(super) fn fast_binary(op: BinOp, a: &Value, b: &Value) -> Option<Value> {
    match (*a, *b) {
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
#[inline(always)]
pub(super) fn fast_compare(op: CmpOp, a: &Value, b: &Value) -> Option<bool> {
    match (*a, *b) {
        (Value::Int(x), Value::Int(y)) => Some(match op {
            CmpOp::Eq => x == y,
            CmpOp::Ne => x != y,
            CmpOp::Lt => x < y,
            CmpOp::Le => x <= y,
            CmpOp::Gt => x > y,
            CmpOp::Ge => x >= y,
            CmpOp::Is => x == y,
            CmpOp::IsNot => x != y,
            CmpOp::In | CmpOp::NotIn => return None,
        }),
        (Value::Float(x), Value::Float(y)) => match op {
            CmpOp::Is => Some(x.to_bits() == y.to_bits()),
            CmpOp::IsNot => Some(x.to_bits() != y.to_bits()),
            _ => order_of_floats(op, x, y),
        },
        // Integers up to 2^53 are floats exactly.
        (Value::Float(x), Value::Int(y)) if y.unsigned_abs() <= 1 << 53 => {
            order_of_floats(op, x, y as f64)
        }
        (Value::Int(x), Value::Float(y)) if x.unsigned_abs() <= 1 << 53 => {
            order_of_floats(op, x as f64, y)
        }
        (a, b) => match op {
            CmpOp::Is => Some(a.is(b)),
            CmpOp::IsNot => Some(!a.is(b)),
            _ => None,
        },
    }
}

#[inline]
fn order_of_floats(op: CmpOp, x: f64, y: f64) -> Option<bool> {
    Some(match op {
        CmpOp::Eq => x == y,
        CmpOp::Ne => x != y,
        CmpOp::Lt => x < y,
        CmpOp::Le => x <= y,
        CmpOp::Gt => x > y,
        CmpOp::Ge => x >= y,
        // An integer and a float are two objects.
        CmpOp::Is => false,
        CmpOp::IsNot => true,
        CmpOp::In | CmpOp::NotIn => return None,
    })
}
