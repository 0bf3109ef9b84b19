//! Built-in functions on numbers: `abs`, `round`, `divmod`, `pow`, `bin`, `oct`, `hex`.

use super::{args, float, int, int_text, ops, unwrap};
use crate::compile::op::{BinOp, UnaryOp};
use crate::heap::{Object, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{Signed as _, ToPrimitive as _};

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::function("abs", abs).slow("slow_abs"),
    NativeDef::function("round", round).slow("slow_round"),
    NativeDef::function("divmod", divmod).slow("slow_divmod"),
    NativeDef::function("pow", pow).slow("slow_pow"),
    NativeDef::function("bin", bin).slow("slow_bin"),
    NativeDef::function("oct", oct).slow("slow_oct"),
    NativeDef::function("hex", hex).slow("slow_hex"),
];

fn is_foreign(vm: &Vm, v: Value) -> bool {
    matches!(v, Value::Ref(r) if matches!(vm.heap.get(r), Object::Instance(_)))
}

fn abs(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "abs")?;
    if super::special(&vm.heap, v, crate::heap::sym::sym::ABS).is_some() {
        return Err(Raise::NeedsPython);
    }
    let plain = unwrap(&vm.heap, v);
    if let Value::Float(x) = plain {
        return Ok(Flow::Value(Value::Float(x.abs())));
    }
    let result = match int::big(&vm.heap, plain) {
        Some(i) if i.is_negative() => int::unary(vm, UnaryOp::Neg, plain)?,
        Some(_) => int::unary(vm, UnaryOp::Pos, plain)?,
        None => None,
    };
    match result {
        Some(result) => Ok(Flow::Value(result)),
        None => {
            let name = vm.type_name(v).to_string();
            Err(vm.type_error(format!("bad operand type for abs(): '{name}'")))
        }
    }
}

fn round(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v, digits] = args::named(vm, args, "round", ["number", "ndigits"], 1, 2)?;
    if super::special(&vm.heap, v, crate::heap::sym::sym::ROUND).is_some() {
        return Err(Raise::NeedsPython);
    }
    match unwrap(&vm.heap, v) {
        Value::Float(x) => round_float(vm, x, digits).map(Flow::Value),
        plain if int::is_int(&vm.heap, plain) => round_int(vm, plain, digits).map(Flow::Value),
        _ => {
            let name = vm.type_name(v).to_string();
            Err(vm.type_error(format!("type {name} doesn't define __round__ method")))
        }
    }
}

/// `round(i, digits)` of an integer, ties to even.
pub(crate) fn round_int(vm: &mut Vm, v: Value, digits: Value) -> Res<Value> {
    let digits = match digits {
        Value::Unbound | Value::None => 0,
        digits => args::clamped_index(vm, digits)?,
    };
    let Some(i) = int::big(&vm.heap, v) else {
        return Err(args::wrong_self(vm, v, Type::Int, "__round__"));
    };
    if digits >= 0 {
        return vm.new_int(i);
    }
    let digits = digits.unsigned_abs();
    if digits > i.bits() {
        return Ok(Value::Int(0));
    }
    int::pay_bits(
        vm,
        digits * 4,
        int::division_cost(i.bits() + digits * 4, digits * 4),
    )?;
    let unit = BigInt::from(10).pow(digits as u32);
    vm.new_int(round_ratio(&i, &unit) * unit)
}

/// `n / unit` rounded to an integer, ties to even.
fn round_ratio(n: &BigInt, unit: &BigInt) -> BigInt {
    let (quotient, rest): (BigInt, BigInt) = n.div_mod_floor(unit);
    let twice: BigInt = rest * 2;
    match twice.cmp(unit) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Equal if quotient.is_even() => quotient,
        _ => quotient + 1,
    }
}

/// `round(x, digits)` of a float.
pub(crate) fn round_float(vm: &mut Vm, x: f64, digits: Value) -> Res<Value> {
    if matches!(digits, Value::Unbound | Value::None) {
        return float::to_int(vm, x.round_ties_even(), x);
    }
    let digits = args::clamped_index(vm, digits)?;
    if !x.is_finite() || x == 0.0 || digits > 323 {
        return Ok(Value::Float(x));
    }
    if digits < -308 {
        return Ok(Value::Float(0.0_f64.copysign(x)));
    }
    let rounded = if digits >= 0 {
        // Both ways are exact to the last digit: ties are decided by the float's own value.
        format!("{x:.*}", digits as usize).parse().unwrap_or(x)
    } else {
        let Some((numerator, denominator)) = float::fraction(x) else {
            return Ok(Value::Float(x));
        };
        let unit = BigInt::from(10).pow(digits.unsigned_abs() as u32);
        let rounded: f64 = (round_ratio(&numerator, &(&denominator * &unit)) * unit)
            .to_f64()
            .unwrap_or(f64::INFINITY);
        if rounded == 0.0 {
            0.0_f64.copysign(x)
        } else {
            rounded
        }
    };
    if rounded.is_infinite() {
        return Err(vm.exception(Type::OverflowError, "rounded value too large to represent"));
    }
    Ok(Value::Float(rounded))
}

/// `divmod(a, b)` of two numbers; `None` if one is none.
pub(crate) fn divmod_values(vm: &mut Vm, a: Value, b: Value) -> Res<Option<Value>> {
    let (x, y) = (unwrap(&vm.heap, a), unwrap(&vm.heap, b));
    if int::is_int(&vm.heap, x) && int::is_int(&vm.heap, y) {
        let quotient = int::binary(vm, BinOp::FloorDiv, x, y)?;
        let rest = int::binary(vm, BinOp::Mod, x, y)?;
        if let (Some(quotient), Some(rest)) = (quotient, rest) {
            return vm.new_tuple([quotient, rest]).map(Some);
        }
    }
    let (Some(x), Some(y)) = (float::number(vm, x)?, float::number(vm, y)?) else {
        return Ok(None);
    };
    if y == 0.0 {
        return Err(vm.exception(Type::ZeroDivisionError, "float divmod()"));
    }
    let (quotient, rest) = float::divmod(x, y);
    vm.new_tuple([Value::Float(quotient), Value::Float(rest)])
        .map(Some)
}

fn divmod(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [a, b] = args::exact(vm, args, "divmod")?;
    if is_foreign(vm, a) || is_foreign(vm, b) {
        return Err(Raise::NeedsPython);
    }
    match divmod_values(vm, a, b)? {
        Some(result) => Ok(Flow::Value(result)),
        None => {
            let (a, b) = (vm.type_name(a).to_string(), vm.type_name(b).to_string());
            Err(vm.type_error(format!(
                "unsupported operand type(s) for divmod(): '{a}' and '{b}'"
            )))
        }
    }
}

fn pow(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [base, exp, modulus] = args::named(vm, args, "pow", ["base", "exp", "mod"], 2, 3)?;
    if is_foreign(vm, base) || is_foreign(vm, exp) || is_foreign(vm, modulus) {
        return Err(Raise::NeedsPython);
    }
    if modulus.is_unbound() || modulus.is_none() {
        return match ops::binary(vm, BinOp::Pow, base, exp)? {
            Some(result) => Ok(Flow::Value(result)),
            None => Err(ops::unsupported(vm, BinOp::Pow, base, exp)),
        };
    }
    let all = (
        int::big(&vm.heap, base),
        int::big(&vm.heap, exp),
        int::big(&vm.heap, modulus),
    );
    let (Some(x), Some(y), Some(m)) = all else {
        return Err(
            vm.type_error("pow() 3rd argument not allowed unless all arguments are integers")
        );
    };
    int::power_modulo(vm, x, y, m).map(Flow::Value)
}

fn based(vm: &mut Vm, args: Args<'_>, name: &str, base: u32, prefix: &str) -> Res<Flow> {
    let [v] = args::exact(vm, args, name)?;
    let text = int_text::prefixed(vm, v, base, prefix)?;
    vm.new_str(text).map(Flow::Value)
}

fn bin(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    based(vm, args, "bin", 2, "0b")
}

fn oct(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    based(vm, args, "oct", 8, "0o")
}

fn hex(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    based(vm, args, "hex", 16, "0x")
}
