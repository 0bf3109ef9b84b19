//! `int`: operators, with 64 bits as the fast path and the size of large results paid before they are made.

use super::{int_long, unwrap};
use crate::compile::op::{BinOp, UnaryOp};
use crate::heap::{Heap, Object, Type, Value};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use num_bigint::{BigInt, Sign};
use num_integer::Integer as _;
use num_traits::{One as _, Signed as _, ToPrimitive as _, Zero as _};

/// An integer as a `BigInt`; `None` for what is no integer.
pub(crate) fn big(heap: &Heap, v: Value) -> Option<BigInt> {
    match unwrap(heap, v) {
        Value::Int(i) => Some(i.into()),
        Value::Bool(b) => Some(i64::from(b).into()),
        Value::Ref(r) => match heap.get(r) {
            Object::BigInt(i) => Some((**i).clone()),
            _ => None,
        },
        _ => None,
    }
}

/// An integer of 64 bits; `None` for larger ones and for what is no integer.
pub(crate) fn small(heap: &Heap, v: Value) -> Option<i64> {
    match unwrap(heap, v) {
        Value::Int(i) => Some(i),
        Value::Bool(b) => Some(i64::from(b)),
        _ => None,
    }
}

/// Whether a value is an integer (or an instance of a subclass of `int`).
pub(crate) fn is_int(heap: &Heap, v: Value) -> bool {
    match unwrap(heap, v) {
        Value::Int(_) | Value::Bool(_) => true,
        Value::Ref(r) => matches!(heap.get(r), Object::BigInt(_)),
        _ => false,
    }
}

/// Pays for an integer of so many bits that costs so many steps, before it is made.
pub(crate) fn pay_bits(vm: &mut Vm, bits: u64, steps: u64) -> Res<()> {
    vm.pay(steps)?;
    let bytes = usize::try_from(bits / 8).unwrap_or(usize::MAX);
    if bytes > 64 {
        // Room for the result and for a work copy.
        vm.heap.charge(bytes.saturating_mul(2))?;
    }
    Ok(())
}

/// Steps of a multiplication or division of numbers of so many bits.
fn product_cost(a: u64, b: u64) -> u64 {
    let (long, short) = ((a / 64).max(b / 64), (a / 64).min(b / 64));
    // Karatsuba and Toom-3 need fewer than the school's product.
    let root = (short as f64).powf(0.55) as u64;
    long.saturating_mul(root.max(1)) / 16
}

/// `a op b` of two integers.
pub(crate) fn binary(vm: &mut Vm, op: BinOp, a: Value, b: Value) -> Res<Option<Value>> {
    if let (Some(x), Some(y)) = (small(&vm.heap, a), small(&vm.heap, b))
        && let Some(result) = small_binary(vm, op, x, y)?
    {
        return Ok(Some(result));
    }
    let (Some(x), Some(y)) = (big(&vm.heap, a), big(&vm.heap, b)) else {
        return Ok(None);
    };
    big_binary(vm, op, x, y)
}

/// The operators on 64 bits; `None` if the result may be larger.
fn small_binary(vm: &mut Vm, op: BinOp, x: i64, y: i64) -> Res<Option<Value>> {
    let result = match op {
        BinOp::Add => x.checked_add(y),
        BinOp::Sub => x.checked_sub(y),
        BinOp::Mul => x.checked_mul(y),
        BinOp::FloorDiv if y == 0 => {
            return Err(zero_division(vm, "integer division or modulo by zero"));
        }
        BinOp::Mod if y == 0 => return Err(zero_division(vm, "integer modulo by zero")),
        BinOp::FloorDiv if y == -1 => x.checked_neg(),
        BinOp::Mod if y == -1 => Some(0),
        BinOp::FloorDiv => Some(num_integer::Integer::div_floor(&x, &y)),
        BinOp::Mod => Some(num_integer::Integer::mod_floor(&x, &y)),
        BinOp::And => Some(x & y),
        BinOp::Or => Some(x | y),
        BinOp::Xor => Some(x ^ y),
        BinOp::RShift if y >= 0 => Some(x >> y.min(63)),
        BinOp::LShift if (0..63).contains(&y) => {
            let shifted = x << y;
            (shifted >> y == x).then_some(shifted)
        }
        BinOp::Pow if y >= 0 => u32::try_from(y).ok().and_then(|y| x.checked_pow(y)),
        BinOp::TrueDiv => {
            const EXACT: u64 = 1 << 53;
            if y != 0 && x.unsigned_abs() <= EXACT && y.unsigned_abs() <= EXACT {
                return Ok(Some(Value::Float(x as f64 / y as f64)));
            }
            None
        }
        _ => None,
    };
    Ok(result.map(Value::Int))
}

fn zero_division(vm: &mut Vm, text: &str) -> Raise {
    vm.exception(Type::ZeroDivisionError, text)
}

fn big_binary(vm: &mut Vm, op: BinOp, x: BigInt, y: BigInt) -> Res<Option<Value>> {
    let (n, m) = (x.bits(), y.bits());
    let linear = (n + m) / 512;
    let result = match op {
        BinOp::Add | BinOp::Sub | BinOp::And | BinOp::Or | BinOp::Xor => {
            pay_bits(vm, n.max(m) + 64, linear)?;
            match op {
                BinOp::Add => x + y,
                BinOp::Sub => x - y,
                BinOp::And => x & y,
                BinOp::Or => x | y,
                _ => x ^ y,
            }
        }
        BinOp::Mul => {
            pay_bits(vm, n + m, product_cost(n, m))?;
            int_long::product(vm, &x, &y)?
        }
        BinOp::FloorDiv | BinOp::Mod if y.is_zero() => {
            let text = if op == BinOp::Mod {
                "integer modulo by zero"
            } else {
                "integer division or modulo by zero"
            };
            return Err(zero_division(vm, text));
        }
        BinOp::FloorDiv => {
            pay_bits(vm, n, division_cost(n, m))?;
            int_long::divide(vm, &x, &y)?.0
        }
        BinOp::Mod => {
            pay_bits(vm, n, division_cost(n, m))?;
            int_long::divide(vm, &x, &y)?.1
        }
        BinOp::TrueDiv => return true_div(vm, &x, &y).map(|q| Some(Value::Float(q))),
        BinOp::Pow => return power(vm, x, y).map(Some),
        BinOp::LShift | BinOp::RShift => return shift(vm, op, x, &y).map(Some),
        BinOp::MatMul => return Ok(None),
    };
    vm.new_int(result).map(Some)
}

/// Steps of a long division: it is the school's, so quotient length times divisor length.
pub(crate) fn division_cost(n: u64, m: u64) -> u64 {
    let quotient = n.saturating_sub(m) / 64 + 1;
    quotient.saturating_mul(m / 64 + 1) / 64
}

fn shift(vm: &mut Vm, op: BinOp, x: BigInt, by: &BigInt) -> Res<Value> {
    if by.sign() == Sign::Minus {
        return Err(vm.value_error("negative shift count"));
    }
    if x.is_zero() {
        return Ok(Value::Int(0));
    }
    if op == BinOp::RShift {
        let Some(count) = by.to_u64().filter(|count| *count <= x.bits()) else {
            return Ok(Value::Int(if x.is_negative() { -1 } else { 0 }));
        };
        vm.pay(x.bits() / 512)?;
        return vm.new_int(x >> count);
    }
    let count = by.to_u64().unwrap_or(u64::MAX);
    let bits = x.bits().saturating_add(count);
    pay_bits(vm, bits, bits / 512)?;
    vm.new_int(x << count)
}

fn power(vm: &mut Vm, x: BigInt, y: BigInt) -> Res<Value> {
    if y.sign() == Sign::Minus {
        if x.is_zero() {
            return Err(zero_division(
                vm,
                "0.0 cannot be raised to a negative power",
            ));
        }
        let (x, y) = (to_float(vm, &x)?, to_float(vm, &y)?);
        return super::float::power(vm, x, y).map(Value::Float);
    }
    if y.is_zero() || x.is_one() {
        return Ok(Value::Int(1));
    }
    if x.is_zero() {
        return Ok(Value::Int(0));
    }
    if (-&x).is_one() {
        return Ok(Value::Int(if y.is_even() { 1 } else { -1 }));
    }
    let exponent = y.to_u64().unwrap_or(u64::MAX);
    // |x| >= 2, so the result has at least (bits - 1) * exponent bits.
    let bits = x.bits().saturating_mul(exponent);
    pay_bits(vm, bits, product_cost(bits / 2, bits / 2).saturating_mul(2))?;
    let Ok(exponent) = u32::try_from(exponent) else {
        return Err(vm.exception(Type::MemoryError, "integer power is too large"));
    };
    let result = int_long::power(vm, &x, exponent)?;
    vm.new_int(result)
}

/// An integer as the nearest float.
///
/// # Errors
/// `OverflowError` if it is too large.
pub(crate) fn to_float(vm: &mut Vm, x: &BigInt) -> Res<f64> {
    match x.to_f64().filter(|x| x.is_finite()) {
        Some(x) => Ok(x),
        None => Err(vm.exception(Type::OverflowError, "int too large to convert to float")),
    }
}

/// `x / y`, rounded once.
fn true_div(vm: &mut Vm, x: &BigInt, y: &BigInt) -> Res<f64> {
    if y.is_zero() {
        return Err(zero_division(vm, "division by zero"));
    }
    vm.pay(division_cost(x.bits(), y.bits()))?;
    match ratio(x, y) {
        Some(q) => Ok(q),
        None => Err(vm.exception(
            Type::OverflowError,
            "integer division result too large for a float",
        )),
    }
}

/// `x / y` as the nearest float, ties to even; `None` if it overflows. `y` is not zero.
pub(crate) fn ratio(x: &BigInt, y: &BigInt) -> Option<f64> {
    if x.is_zero() {
        return Some(if y.is_negative() { -0.0 } else { 0.0 });
    }
    let negative = x.is_negative() != y.is_negative();
    let (x, y) = (x.magnitude(), y.magnitude());
    let exponent = i64::try_from(x.bits()).ok()? - i64::try_from(y.bits()).ok()?;
    if exponent > 1025 {
        return None;
    }
    // A quotient of about 66 bits, but none below the last bit of a subnormal (and two bits to round by).
    let shift = (66 - exponent).min(1076);
    let (q, rest) = if shift >= 0 {
        (x << shift.unsigned_abs()).div_rem(y)
    } else {
        x.div_rem(&(y << shift.unsigned_abs()))
    };
    let mut q = q.to_u128()?;
    if !rest.is_zero() {
        // Below the bits that count, so that it is no tie.
        q = q << 1 | 1;
    } else {
        q <<= 1;
    }
    let shift = shift + 1;
    let value = if shift == 1077 {
        let kept = (q >> 3) as u64;
        let round = q & 7;
        let up = round > 4 || round == 4 && kept & 1 == 1;
        // The bits of a subnormal are its number of units; a carry makes the smallest normal.
        if kept < 1 << 53 {
            f64::from_bits(kept + u64::from(up))
        } else {
            scale(q as f64, -shift)
        }
    } else {
        scale(q as f64, -shift)
    };
    value
        .is_finite()
        .then_some(if negative { -value } else { value })
}

/// `x * 2^exponent`, exact where the result is a normal float.
pub(crate) fn scale(mut x: f64, mut exponent: i64) -> f64 {
    while exponent > 1000 {
        x *= 2f64.powi(1000);
        exponent -= 1000;
        if x.is_infinite() {
            return x;
        }
    }
    while exponent < -1000 {
        x *= 2f64.powi(-1000);
        exponent += 1000;
        if x == 0.0 {
            return x;
        }
    }
    x * 2f64.powi(exponent as i32)
}

/// `-a`, `+a`, `~a` of an integer.
pub(crate) fn unary(vm: &mut Vm, op: UnaryOp, a: Value) -> Res<Option<Value>> {
    if let Some(x) = small(&vm.heap, a) {
        let result = match op {
            UnaryOp::Neg => x.checked_neg(),
            UnaryOp::Pos => Some(x),
            UnaryOp::Invert => Some(!x),
        };
        if let Some(result) = result {
            return Ok(Some(Value::Int(result)));
        }
    }
    let Some(x) = big(&vm.heap, a) else {
        return Ok(None);
    };
    vm.pay(x.bits() / 512)?;
    let result = match op {
        UnaryOp::Neg => -x,
        UnaryOp::Pos => x,
        UnaryOp::Invert => -x - 1,
    };
    vm.new_int(result).map(Some)
}

/// `pow(x, y, modulus)` of integers.
pub(crate) fn power_modulo(vm: &mut Vm, x: BigInt, y: BigInt, modulus: BigInt) -> Res<Value> {
    if modulus.is_zero() {
        return Err(vm.value_error("pow() 3rd argument cannot be 0"));
    }
    let (mut x, mut y) = (x.mod_floor(&modulus), y);
    let words = modulus.bits() / 64 + 1;
    vm.pay(words.saturating_mul(words).saturating_mul(y.bits() + 1) / 64)?;
    if y.is_negative() {
        let Some(inverse) = invert(&x, &modulus) else {
            return Err(vm.value_error("base is not invertible for the given modulus"));
        };
        x = inverse;
        y = -y;
    }
    let size = modulus.abs();
    let result = int_long::power_modulo(vm, &x.mod_floor(&size), &y, &size)?;
    // It takes the sign of the modulus.
    vm.new_int(result.mod_floor(&modulus))
}

fn invert(x: &BigInt, modulus: &BigInt) -> Option<BigInt> {
    let found = x.extended_gcd(&modulus.abs());
    found.gcd.is_one().then(|| found.x.mod_floor(modulus))
}
