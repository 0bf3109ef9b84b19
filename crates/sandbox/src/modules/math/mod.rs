//! `math`. Constants are in `library/math.py`.

mod exact;
mod floats;
mod integers;

#[cfg(test)]
mod tests;

use crate::heap::{Object, Type, Value};
use crate::vm::native::NativeDef;
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

/// The natives of this module.
pub const NATIVES: &[&[NativeDef]] = &[floats::NATIVES, integers::NATIVES];

/// A real number as a float.
fn real(vm: &mut Vm, v: Value) -> Res<f64> {
    match crate::objects::unwrap(&vm.heap, v) {
        Value::Float(x) => Ok(x),
        Value::Int(i) => Ok(i as f64),
        Value::Bool(b) => Ok(f64::from(u8::from(b))),
        Value::Ref(r) => match vm.heap.get(r) {
            Object::BigInt(i) => match i.to_f64().filter(|x| x.is_finite()) {
                Some(x) => Ok(x),
                None => Err(vm.exception(Type::OverflowError, "int too large to convert to float")),
            },
            Object::Instance(_) => Err(Raise::NeedsPython),
            _ => Err(not_real(vm, v)),
        },
        _ => Err(not_real(vm, v)),
    }
}

fn not_real(vm: &mut Vm, v: Value) -> Raise {
    let name = vm.type_name(v).to_string();
    vm.type_error(format!("must be real number, not {name}"))
}

/// An integer of any size.
fn integer(vm: &mut Vm, v: Value) -> Res<BigInt> {
    match crate::objects::unwrap(&vm.heap, v) {
        Value::Int(i) => return Ok(i.into()),
        Value::Bool(b) => return Ok(u8::from(b).into()),
        Value::Ref(r) => match vm.heap.get(r) {
            Object::BigInt(i) => return Ok((**i).clone()),
            Object::Instance(_) => return Err(Raise::NeedsPython),
            _ => {}
        },
        _ => {}
    }
    let name = vm.type_name(v).to_string();
    Err(vm.type_error(format!(
        "'{name}' object cannot be interpreted as an integer"
    )))
}

fn domain(vm: &mut Vm) -> Raise {
    vm.value_error("math domain error")
}

fn range(vm: &mut Vm) -> Raise {
    vm.exception(Type::OverflowError, "math range error")
}

/// Exactly `N` positional arguments.
fn take<const N: usize>(vm: &mut Vm, name: &str, pos: &[Value]) -> Res<[Value; N]> {
    match <[Value; N]>::try_from(pos) {
        Ok(taken) => Ok(taken),
        Err(_) if N == 1 => Err(vm.type_error(format!(
            "math.{name}() takes exactly one argument ({} given)",
            pos.len()
        ))),
        Err(_) => Err(vm.type_error(format!("{name} expected {N} arguments, got {}", pos.len()))),
    }
}
