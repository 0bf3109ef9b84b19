//! Functions of floats.

use super::{domain, exact, range, real, take};
use crate::heap::{Object, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef, NativeFn};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use num_bigint::BigInt;
use num_traits::{FromPrimitive, Signed, ToPrimitive};

const fn of(name: &'static str, run: NativeFn) -> NativeDef {
    NativeDef::of_module("math", name, run)
}

/// A function of one float: finite arguments must give finite results.
macro_rules! simple {
    ($($name:ident: $f:expr;)*) => {
        $(fn $name(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
            let f: fn(f64) -> f64 = $f;
            let [x] = take(vm, stringify!($name), args.pos)?;
            let x = real(vm, x)?;
            let y = f(x);
            if y.is_nan() && !x.is_nan() {
                return Err(domain(vm));
            }
            if y.is_infinite() && x.is_finite() {
                return Err(range(vm));
            }
            Ok(Flow::Value(Value::Float(y)))
        })*
    };
}

simple! {
    sqrt: f64::sqrt;
    exp: f64::exp;
    expm1: f64::exp_m1;
    exp2: f64::exp2;
    sin: f64::sin;
    cos: f64::cos;
    tan: f64::tan;
    asin: f64::asin;
    acos: f64::acos;
    atan: f64::atan;
    sinh: f64::sinh;
    cosh: f64::cosh;
    tanh: f64::tanh;
    asinh: f64::asinh;
    acosh: f64::acosh;
    cbrt: f64::cbrt;
    fabs: f64::abs;
    degrees: |x| x * (180.0 / std::f64::consts::PI);
    radians: |x| x * (std::f64::consts::PI / 180.0);
}

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    of("sqrt", sqrt),
    of("exp", exp),
    of("expm1", expm1),
    of("exp2", exp2),
    of("sin", sin),
    of("cos", cos),
    of("tan", tan),
    of("asin", asin),
    of("acos", acos),
    of("atan", atan),
    of("sinh", sinh),
    of("cosh", cosh),
    of("tanh", tanh),
    of("asinh", asinh),
    of("acosh", acosh),
    of("atanh", atanh),
    of("cbrt", cbrt),
    of("fabs", fabs),
    of("degrees", degrees),
    of("radians", radians),
    of("log", log),
    of("log2", log2),
    of("log10", log10),
    of("log1p", log1p),
    of("pow", pow),
    of("atan2", atan2),
    of("fmod", fmod),
    of("copysign", copysign),
    of("remainder", remainder),
    of("ldexp", ldexp),
    of("frexp", frexp),
    of("modf", modf),
    of("isfinite", isfinite),
    of("isinf", isinf),
    of("isnan", isnan),
    of("isclose", isclose),
    of("hypot", hypot),
    of("dist", dist).drains(3),
    of("fsum", fsum).drains(1),
    of("nextafter", nextafter),
    of("ulp", ulp),
    of("floor", floor).slow("slow_math_floor"),
    of("ceil", ceil).slow("slow_math_ceil"),
    of("trunc", trunc).slow("slow_math_trunc"),
    of("gamma", refused),
    of("lgamma", refused),
    of("erf", refused),
    of("erfc", refused),
];

fn refused(_: &mut Vm, _: Args<'_>) -> Res<Flow> {
    Err(Raise::Refused(
        "`math.gamma`, `math.lgamma`, `math.erf` and `math.erfc`".into(),
    ))
}

fn two(vm: &mut Vm, name: &str, args: Args<'_>) -> Res<(f64, f64)> {
    let [x, y] = take(vm, name, args.pos)?;
    Ok((real(vm, x)?, real(vm, y)?))
}

fn float(x: f64) -> Res<Flow> {
    Ok(Flow::Value(Value::Float(x)))
}

fn atanh(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [x] = take(vm, "atanh", args.pos)?;
    let x = real(vm, x)?;
    if x.abs() >= 1.0 {
        return Err(domain(vm));
    }
    float(x.atanh())
}

fn log1p(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [x] = take(vm, "log1p", args.pos)?;
    let x = real(vm, x)?;
    if x <= -1.0 {
        return Err(domain(vm));
    }
    float(x.ln_1p())
}

/// A logarithm that takes integers of any size.
fn logarithm(vm: &mut Vm, v: Value, f: fn(f64) -> f64) -> Res<f64> {
    if let Value::Ref(r) = v
        && let Object::BigInt(i) = vm.heap.get(r)
    {
        if !i.is_positive() {
            return Err(domain(vm));
        }
        // As CPython: the leading bits, and the rest as an exponent.
        let shift = i.bits() - 64;
        let mantissa = (i.as_ref() >> shift).to_f64().unwrap_or(1.0) / 2.0_f64.powi(64);
        return Ok(f(mantissa) + f(2.0) * (shift + 64) as f64);
    }
    let x = real(vm, v)?;
    if x <= 0.0 {
        return Err(domain(vm));
    }
    Ok(f(x))
}

fn log(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    match args.pos {
        [x] => logarithm(vm, *x, f64::ln).and_then(float),
        [x, base] => {
            let x = logarithm(vm, *x, f64::ln)?;
            let base = logarithm(vm, *base, f64::ln)?;
            if base == 0.0 {
                return Err(vm.exception(Type::ZeroDivisionError, "division by zero"));
            }
            float(x / base)
        }
        pos => {
            let (word, limit) = if pos.is_empty() {
                ("least", 1)
            } else {
                ("most", 2)
            };
            let plural = if limit == 1 { "" } else { "s" };
            let n = pos.len();
            let text = format!("log expected at {word} {limit} argument{plural}, got {n}");
            Err(vm.type_error(text))
        }
    }
}

fn log2(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [x] = take(vm, "log2", args.pos)?;
    logarithm(vm, x, f64::log2).and_then(float)
}

fn log10(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [x] = take(vm, "log10", args.pos)?;
    logarithm(vm, x, f64::log10).and_then(float)
}

fn pow(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (x, y) = two(vm, "pow", args)?;
    let z = x.powf(y);
    if x.is_finite() && y.is_finite() {
        if z.is_nan() || (x == 0.0 && y < 0.0) {
            return Err(domain(vm));
        }
        if z.is_infinite() {
            return Err(range(vm));
        }
    }
    float(z)
}

fn atan2(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (y, x) = two(vm, "atan2", args)?;
    float(y.atan2(x))
}

fn fmod(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (x, y) = two(vm, "fmod", args)?;
    if (x.is_infinite() && !y.is_nan()) || (y == 0.0 && !x.is_nan()) {
        return Err(domain(vm));
    }
    float(x % y)
}

fn copysign(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (x, y) = two(vm, "copysign", args)?;
    float(x.copysign(y))
}

fn remainder(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (x, y) = two(vm, "remainder", args)?;
    if x.is_nan() || y.is_nan() {
        return float(f64::NAN);
    }
    if x.is_infinite() || y == 0.0 {
        return Err(domain(vm));
    }
    if y.is_infinite() {
        return float(x);
    }
    let (x_abs, y_abs) = (x.abs(), y.abs());
    let m = x_abs % y_abs;
    let c = y_abs - m;
    let r = if m < c {
        m
    } else if m > c {
        -c
    } else {
        m - 2.0 * ((0.5 * (x_abs - m)) % y_abs)
    };
    float(1.0_f64.copysign(x) * r)
}

fn ldexp(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [x, i] = take(vm, "ldexp", args.pos)?;
    let x = real(vm, x)?;
    let exponent = match i {
        Value::Int(i) => i.clamp(-5000, 5000) as i32,
        Value::Bool(b) => i32::from(b),
        _ => return Err(vm.type_error("Expected an int as second argument to ldexp.")),
    };
    if x == 0.0 || !x.is_finite() {
        return float(x);
    }
    let y = scale(x, exponent);
    if y.is_infinite() {
        return Err(range(vm));
    }
    float(y)
}

/// `x * 2**exponent`, rounded once.
fn scale(x: f64, exponent: i32) -> f64 {
    let (m, e) = split(x);
    let exponent = exponent + e;
    if exponent > 1100 {
        return f64::INFINITY.copysign(x);
    }
    if exponent > -1000 {
        // The mantissa is below one, so this is exact up to the last step.
        let half = exponent / 2;
        return m * 2.0_f64.powi(half) * 2.0_f64.powi(exponent - half);
    }
    if exponent < -1200 {
        return 0.0_f64.copysign(x);
    }
    m * 2.0_f64.powi(-1000) * 2.0_f64.powi(exponent + 1000)
}

/// Mantissa in [0.5, 1) and exponent.
fn split(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (x, bias) = if x.abs() < f64::MIN_POSITIVE {
        (x * 2.0_f64.powi(64), -64)
    } else {
        (x, 0)
    };
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1022;
    let mantissa = f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52);
    (mantissa, exponent + bias)
}

fn frexp(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [x] = take(vm, "frexp", args.pos)?;
    let (m, e) = split(real(vm, x)?);
    vm.new_tuple(vec![Value::Float(m), Value::Int(e.into())])
        .map(Flow::Value)
}

fn modf(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [x] = take(vm, "modf", args.pos)?;
    let x = real(vm, x)?;
    let whole = x.trunc();
    let rest = if x.is_infinite() { 0.0 } else { x - whole };
    vm.new_tuple(vec![Value::Float(rest.copysign(x)), Value::Float(whole)])
        .map(Flow::Value)
}

fn isfinite(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [x] = take(vm, "isfinite", args.pos)?;
    Ok(Flow::Value(Value::Bool(real(vm, x)?.is_finite())))
}

fn isinf(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [x] = take(vm, "isinf", args.pos)?;
    Ok(Flow::Value(Value::Bool(real(vm, x)?.is_infinite())))
}

fn isnan(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [x] = take(vm, "isnan", args.pos)?;
    Ok(Flow::Value(Value::Bool(real(vm, x)?.is_nan())))
}

fn isclose(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (a, b) = two(vm, "isclose", args)?;
    let (mut relative, mut absolute) = (1e-9, 0.0);
    for (name, value) in args.kw {
        let name = vm.heap.name(*name).to_string();
        let value = real(vm, *value)?;
        match name.as_str() {
            "rel_tol" => relative = value,
            "abs_tol" => absolute = value,
            _ => {
                return Err(vm.type_error(format!(
                    "isclose() got an unexpected keyword argument '{name}'"
                )));
            }
        }
    }
    if relative < 0.0 || absolute < 0.0 {
        return Err(vm.value_error("tolerances must be non-negative"));
    }
    let close = if a == b {
        true
    } else if a.is_infinite() || b.is_infinite() {
        false
    } else {
        let difference = (b - a).abs();
        difference <= (relative * b).abs()
            || difference <= (relative * a).abs()
            || difference <= absolute
    };
    Ok(Flow::Value(Value::Bool(close)))
}

fn reals(vm: &mut Vm, items: &[Value]) -> Res<Vec<f64>> {
    vm.pay(items.len() as u64 / 8)?;
    items.iter().map(|v| real(vm, *v)).collect()
}

fn hypot(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let coordinates = reals(vm, args.pos)?;
    float(exact::norm(&coordinates))
}

fn dist(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [p, q] = take(vm, "dist", args.pos)?;
    let p = crate::objects::iter::collect(vm, p)?;
    let q = crate::objects::iter::collect(vm, q)?;
    let (p, q) = (reals(vm, &p)?, reals(vm, &q)?);
    if p.len() != q.len() {
        return Err(vm.value_error("both points must have the same number of dimensions"));
    }
    let differences: Vec<f64> = p.iter().zip(&q).map(|(a, b)| a - b).collect();
    float(exact::norm(&differences))
}

fn fsum(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [items] = take(vm, "fsum", args.pos)?;
    let items = crate::objects::iter::collect(vm, items)?;
    let items = reals(vm, &items)?;
    vm.pay(items.len() as u64 / 4)?;
    if items.iter().any(|x| !x.is_finite()) {
        let has = |x: f64| items.contains(&x);
        if has(f64::INFINITY) && has(f64::NEG_INFINITY) {
            return Err(vm.value_error("-inf + inf in fsum"));
        }
        return float(items.iter().filter(|x| !x.is_finite()).sum());
    }
    match exact::sum(&items) {
        Some(sum) => float(sum),
        None => Err(vm.exception(Type::OverflowError, "intermediate overflow in fsum")),
    }
}

fn nextafter(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (x, y) = two(vm, "nextafter", args)?;
    if x.is_nan() || y.is_nan() {
        return float(f64::NAN);
    }
    float(if x == y {
        y
    } else if y > x {
        x.next_up()
    } else {
        x.next_down()
    })
}

fn ulp(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [x] = take(vm, "ulp", args.pos)?;
    let x = real(vm, x)?.abs();
    if !x.is_finite() {
        return float(x);
    }
    let next = x.next_up();
    float(if next.is_infinite() {
        x - x.next_down()
    } else {
        next - x
    })
}

fn rounded(vm: &mut Vm, name: &str, args: Args<'_>, f: fn(f64) -> f64) -> Res<Flow> {
    let [v] = take(vm, name, args.pos)?;
    let plain = crate::objects::unwrap(&vm.heap, v);
    match plain {
        Value::Int(_) => return Ok(Flow::Value(plain)),
        Value::Bool(b) => return Ok(Flow::Value(Value::Int(b.into()))),
        Value::Ref(r) if matches!(vm.heap.get(r), Object::BigInt(_)) => {
            return Ok(Flow::Value(plain));
        }
        Value::Float(_) => {}
        Value::Ref(r) if matches!(vm.heap.get(r), Object::Instance(_)) => {
            return Err(Raise::NeedsPython);
        }
        _ if name == "trunc" => {
            let class = vm.type_name(v).to_string();
            return Err(vm.type_error(format!("type {class} doesn't define __trunc__ method")));
        }
        _ => {}
    }
    let x = real(vm, plain)?;
    if x.is_nan() {
        return Err(vm.value_error("cannot convert float NaN to integer"));
    }
    if x.is_infinite() {
        let text = "cannot convert float infinity to integer";
        return Err(vm.exception(Type::OverflowError, text));
    }
    let whole = BigInt::from_f64(f(x)).unwrap_or_default();
    vm.new_int(whole).map(Flow::Value)
}

fn floor(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    rounded(vm, "floor", args, f64::floor)
}

fn ceil(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    rounded(vm, "ceil", args, f64::ceil)
}

fn trunc(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    rounded(vm, "trunc", args, f64::trunc)
}
