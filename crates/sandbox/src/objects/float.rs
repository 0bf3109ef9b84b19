//! `float`: operators, construction and methods.

use super::{args, float_text, int, unwrap};
use crate::compile::op::BinOp;
use crate::heap::{Object, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use num_bigint::BigInt;
use num_traits::FromPrimitive as _;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Float, "__new__", new).slow("slow_float_new"),
    NativeDef::method(Type::Float, "is_integer", is_integer),
    NativeDef::method(Type::Float, "as_integer_ratio", as_integer_ratio),
    NativeDef::method(Type::Float, "hex", hex),
    NativeDef::method(Type::Float, "fromhex", fromhex),
    NativeDef::method(Type::Float, "conjugate", itself),
    NativeDef::method(Type::Float, "__float__", itself),
    NativeDef::method(Type::Float, "__int__", trunc),
    NativeDef::method(Type::Float, "__trunc__", trunc),
    NativeDef::method(Type::Float, "__floor__", floor),
    NativeDef::method(Type::Float, "__ceil__", ceil),
    NativeDef::method(Type::Float, "__round__", round),
];

/// A number as a float; `None` for what is no number.
///
/// # Errors
/// `OverflowError` for integers that are too large.
pub(crate) fn number(vm: &mut Vm, v: Value) -> Res<Option<f64>> {
    match unwrap(&vm.heap, v) {
        Value::Float(x) => Ok(Some(x)),
        Value::Int(i) => Ok(Some(i as f64)),
        Value::Bool(b) => Ok(Some(f64::from(u8::from(b)))),
        Value::Ref(r) => match vm.heap.get(r) {
            Object::BigInt(i) => {
                let i = (**i).clone();
                int::to_float(vm, &i).map(Some)
            }
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

/// `x op y`; `None` for operators that floats do not have.
pub(crate) fn binary(vm: &mut Vm, op: BinOp, x: f64, y: f64) -> Res<Option<Value>> {
    let zero = |vm: &mut Vm, text: &str| Err(vm.exception(Type::ZeroDivisionError, text));
    let result = match op {
        BinOp::Add => x + y,
        BinOp::Sub => x - y,
        BinOp::Mul => x * y,
        BinOp::TrueDiv if y == 0.0 => return zero(vm, "float division by zero"),
        BinOp::TrueDiv => x / y,
        BinOp::FloorDiv if y == 0.0 => return zero(vm, "float floor division by zero"),
        BinOp::FloorDiv => divmod(x, y).0,
        BinOp::Mod if y == 0.0 => return zero(vm, "float modulo by zero"),
        BinOp::Mod => divmod(x, y).1,
        BinOp::Pow => power(vm, x, y)?,
        _ => return Ok(None),
    };
    Ok(Some(Value::Float(result)))
}

/// Floored quotient and remainder. Source: CPython `_float_div_mod`.
pub(crate) fn divmod(x: f64, y: f64) -> (f64, f64) {
    let mut rest = x % y;
    let mut quotient = (x - rest) / y;
    if rest != 0.0 {
        if (y < 0.0) != (rest < 0.0) {
            rest += y;
            quotient -= 1.0;
        }
    } else {
        rest = 0.0_f64.copysign(y);
    }
    let floored = if quotient == 0.0 {
        0.0_f64.copysign(x / y)
    } else {
        let floor = quotient.floor();
        if quotient - floor > 0.5 {
            floor + 1.0
        } else {
            floor
        }
    };
    (floored, rest)
}

/// `x ** y`.
///
/// # Errors
/// `ZeroDivisionError`, `OverflowError`; complex results are refused.
pub(crate) fn power(vm: &mut Vm, x: f64, y: f64) -> Res<f64> {
    if x == 0.0 && y < 0.0 {
        return Err(vm.exception(
            Type::ZeroDivisionError,
            "0.0 cannot be raised to a negative power",
        ));
    }
    if x < 0.0 && x.is_finite() && y.is_finite() && y.fract() != 0.0 {
        return Err(Raise::Refused(
            "a power with a complex result (complex numbers are not supported)".into(),
        ));
    }
    let result = x.powf(y);
    if result.is_infinite() && x.is_finite() && y.is_finite() {
        let number = Value::Int(34);
        let text = vm.new_str("Numerical result out of range")?;
        return Err(Raise::Exception(
            vm.new_exception(Type::OverflowError.r(), &[number, text])?,
        ));
    }
    Ok(result)
}

/// A float without a fraction as an integer. `shown` is what was converted.
pub(crate) fn to_int(vm: &mut Vm, whole: f64, shown: f64) -> Res<Value> {
    if shown.is_nan() {
        return Err(vm.value_error("cannot convert float NaN to integer"));
    }
    if shown.is_infinite() {
        return Err(vm.exception(
            Type::OverflowError,
            "cannot convert float infinity to integer",
        ));
    }
    vm.new_int(BigInt::from_f64(whole).unwrap_or_default())
}

fn new(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [_, v] = args::between(vm, args, "float.", 1)?;
    if v.is_unbound() {
        return Ok(Flow::Value(Value::Float(0.0)));
    }
    from_value(vm, v).map(|x| Flow::Value(Value::Float(x)))
}

/// `float(v)`.
pub(crate) fn from_value(vm: &mut Vm, v: Value) -> Res<f64> {
    if super::special(&vm.heap, v, crate::heap::sym::sym::FLOAT).is_some() {
        return Err(Raise::NeedsPython);
    }
    if let Some(x) = number(vm, v)? {
        return Ok(x);
    }
    let text = match unwrap(&vm.heap, v) {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Str(s) => Some(vm.heap.text_of(s).to_owned()),
            Object::Bytes(b) => Some(String::from_utf8_lossy(b).into_owned()),
            Object::Instance(_) => return Err(Raise::NeedsPython),
            _ => None,
        },
        _ => None,
    };
    let Some(text) = text else {
        let name = vm.type_name(v).to_string();
        return Err(vm.type_error(format!(
            "float() argument must be a string or a real number, not '{name}'"
        )));
    };
    vm.pay(text.len() as u64 / 64)?;
    if let Some(x) = float_text::parse(&text) {
        return Ok(x);
    }
    if text.chars().any(|c| !c.is_ascii() && c.is_numeric()) {
        return Err(Raise::Refused(
            "`float()` of digits that are not ASCII".into(),
        ));
    }
    let shown = super::repr::repr(vm, v)?;
    Err(vm.value_error(format!("could not convert string to float: {shown}")))
}

fn this(vm: &mut Vm, args: Args<'_>, name: &str) -> Res<f64> {
    let [v] = args::exact(vm, args, name)?;
    match unwrap(&vm.heap, v) {
        Value::Float(x) => Ok(x),
        _ => Err(args::wrong_self(
            vm,
            v,
            Type::Float,
            name.trim_start_matches("float."),
        )),
    }
}

fn is_integer(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let x = this(vm, args, "float.is_integer")?;
    Ok(Flow::Value(Value::Bool(x.is_finite() && x.fract() == 0.0)))
}

fn itself(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    this(vm, args, "float.__float__").map(|x| Flow::Value(Value::Float(x)))
}

fn trunc(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let x = this(vm, args, "float.__trunc__")?;
    to_int(vm, x.trunc(), x).map(Flow::Value)
}

fn floor(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let x = this(vm, args, "float.__floor__")?;
    to_int(vm, x.floor(), x).map(Flow::Value)
}

fn ceil(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let x = this(vm, args, "float.__ceil__")?;
    to_int(vm, x.ceil(), x).map(Flow::Value)
}

fn round(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v, digits] = args::between(vm, args, "float.__round__", 1)?;
    match unwrap(&vm.heap, v) {
        Value::Float(x) => super::numbers::round_float(vm, x, digits).map(Flow::Value),
        _ => Err(args::wrong_self(vm, v, Type::Float, "__round__")),
    }
}

/// Numerator and denominator in lowest terms; `None` for infinities and NaN.
pub(crate) fn fraction(x: f64) -> Option<(BigInt, BigInt)> {
    if !x.is_finite() {
        return None;
    }
    let bits = x.abs().to_bits();
    let (mut mantissa, mut exponent) = match bits >> 52 {
        0 => (bits, -1074),
        e => (bits & ((1 << 52) - 1) | 1 << 52, e as i64 - 1075),
    };
    if mantissa == 0 {
        return Some((BigInt::from(0), BigInt::from(1)));
    }
    let zeros = mantissa.trailing_zeros();
    mantissa >>= zeros;
    exponent += i64::from(zeros);
    let mut numerator = BigInt::from(mantissa);
    let mut denominator = BigInt::from(1);
    if exponent >= 0 {
        numerator <<= exponent;
    } else {
        denominator <<= -exponent;
    }
    if x < 0.0 {
        numerator = -numerator;
    }
    Some((numerator, denominator))
}

fn as_integer_ratio(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let x = this(vm, args, "float.as_integer_ratio")?;
    let Some((numerator, denominator)) = fraction(x) else {
        return Err(if x.is_nan() {
            vm.value_error("cannot convert NaN to integer ratio")
        } else {
            vm.exception(
                Type::OverflowError,
                "cannot convert Infinity to integer ratio",
            )
        });
    };
    let numerator = vm.new_int(numerator)?;
    let denominator = vm.new_int(denominator)?;
    vm.new_tuple([numerator, denominator]).map(Flow::Value)
}

fn hex(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let x = this(vm, args, "float.hex")?;
    vm.new_str(float_text::hex(x)).map(Flow::Value)
}

fn fromhex(_: &mut Vm, _: Args<'_>) -> Res<Flow> {
    Err(Raise::Refused("`float.fromhex`".into()))
}
