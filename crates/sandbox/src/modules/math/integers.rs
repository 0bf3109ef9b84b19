//! Functions of integers of any size. Each pays for its words before it multiplies them.

use super::{integer, take};
use crate::heap::{Type, Value};
use crate::objects::int_long;
use crate::vm::native::{Args, Flow, NativeDef, NativeFn};
use crate::vm::raise::Res;
use crate::vm::state::Vm;
use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};

const fn of(name: &'static str, run: NativeFn) -> NativeDef {
    NativeDef::of_module("math", name, run)
}

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    of("factorial", factorial),
    of("comb", comb),
    of("perm", perm),
    of("gcd", gcd),
    of("lcm", lcm),
    of("isqrt", isqrt),
];

/// Pays for a product of two numbers.
fn pay_product(vm: &mut Vm, a: &BigInt, b: &BigInt) -> Res<()> {
    let (a, b) = (a.bits() / 64 + 1, b.bits() / 64 + 1);
    vm.pay((a * b.min(64)) / 8 + 1)?;
    vm.heap.charge((a + b) as usize * 8)?;
    Ok(())
}

/// A common divisor is sought bit by bit, each time over the whole numbers.
fn pay_divisor(vm: &mut Vm, a: &BigInt, b: &BigInt) -> Res<()> {
    let (a, b) = (a.bits() / 64, b.bits() / 64);
    vm.pay(a.max(b) * (a + b) + 1)
}

/// The product of all numbers from `low` to `high`, by halves so that factors are of like size.
fn product(vm: &mut Vm, low: u64, high: u64) -> Res<BigInt> {
    if high < low {
        return Ok(BigInt::one());
    }
    if high - low < 16 {
        vm.pay(1)?;
        return Ok((low..=high).fold(BigInt::one(), |p, n| p * n));
    }
    let middle = low + (high - low) / 2;
    let a = product(vm, low, middle)?;
    let b = product(vm, middle + 1, high)?;
    pay_product(vm, &a, &b)?;
    int_long::product(vm, &a, &b)
}

fn factorial(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [n] = take(vm, "factorial", args.pos)?;
    let n = integer(vm, n)?;
    if n.is_negative() {
        return Err(vm.value_error("factorial() not defined for negative values"));
    }
    let Some(n) = n.to_u64().filter(|n| i64::try_from(*n).is_ok()) else {
        let text = "factorial() argument should not exceed 9223372036854775807";
        return Err(vm.exception(Type::OverflowError, text));
    };
    let value = product(vm, 2, n)?;
    vm.new_int(value).map(Flow::Value)
}

fn not_negative(vm: &mut Vm, name: &str, v: &BigInt) -> Res<()> {
    if v.is_negative() {
        return Err(vm.value_error(format!("{name} must be a non-negative integer")));
    }
    Ok(())
}

/// `n * (n - 1) * ...`, k factors.
fn falling(vm: &mut Vm, n: &BigInt, k: u64) -> Res<BigInt> {
    if let Some(n) = n.to_u64() {
        return product(vm, n - k + 1, n);
    }
    let mut value = BigInt::one();
    for i in 0..k {
        let factor = n - i;
        pay_product(vm, &value, &factor)?;
        value = int_long::product(vm, &value, &factor)?;
    }
    Ok(value)
}

fn small(vm: &mut Vm, k: &BigInt) -> Res<u64> {
    k.to_u64().ok_or_else(|| {
        let text = "min(n - k, k) must not exceed 9223372036854775807";
        vm.exception(Type::OverflowError, text)
    })
}

fn comb(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [n, k] = take(vm, "comb", args.pos)?;
    let (n, k) = (integer(vm, n)?, integer(vm, k)?);
    not_negative(vm, "n", &n)?;
    not_negative(vm, "k", &k)?;
    if k > n {
        return Ok(Flow::Value(Value::Int(0)));
    }
    let k = k.clone().min(&n - &k);
    let k = small(vm, &k)?;
    let above = falling(vm, &n, k)?;
    let below = product(vm, 2, k)?;
    pay_product(vm, &above, &below)?;
    vm.new_int(int_long::divide(vm, &above, &below)?.0)
        .map(Flow::Value)
}

fn perm(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (n, k) = match args.pos {
        [n] | [n, Value::None] => {
            return factorial(
                vm,
                Args {
                    pos: &[*n],
                    kw: &[],
                },
            );
        }
        [n, k] => (integer(vm, *n)?, integer(vm, *k)?),
        _ => {
            let [_, _] = take(vm, "perm", args.pos)?;
            return Ok(Flow::Value(Value::None));
        }
    };
    not_negative(vm, "n", &n)?;
    not_negative(vm, "k", &k)?;
    if k > n {
        return Ok(Flow::Value(Value::Int(0)));
    }
    let k = small(vm, &k)?;
    let value = falling(vm, &n, k)?;
    vm.new_int(value).map(Flow::Value)
}

fn gcd(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let mut value = BigInt::zero();
    for v in args.pos {
        let next = integer(vm, *v)?;
        pay_divisor(vm, &value, &next)?;
        value = int_long::divisor(vm, &value, &next)?;
    }
    vm.new_int(value).map(Flow::Value)
}

fn lcm(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let mut value = BigInt::one();
    for v in args.pos {
        let next = integer(vm, *v)?;
        pay_product(vm, &value, &next)?;
        pay_divisor(vm, &value, &next)?;
        value = match int_long::divisor(vm, &value, &next)? {
            common if common.is_zero() => common,
            common => {
                int_long::product(vm, &int_long::divide(vm, &value, &common)?.0, &next)?.abs()
            }
        };
    }
    vm.new_int(value).map(Flow::Value)
}

fn isqrt(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [n] = take(vm, "isqrt", args.pos)?;
    let n = integer(vm, n)?;
    if n.is_negative() {
        return Err(vm.value_error("isqrt() argument must be nonnegative"));
    }
    pay_product(vm, &n, &n)?;
    let root = int_long::root(vm, &n)?;
    vm.new_int(root).map(Flow::Value)
}
