//! `int` from text and to text, with CPython's limit on digits.

use super::int;
use crate::heap::{Object, Value};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use num_bigint::BigInt;

/// More decimal digits than these are not converted (`sys.set_int_max_str_digits`' default).
const DIGITS_MAX: usize = 4300;

/// An integer in decimal.
///
/// # Errors
/// `ValueError` beyond 4300 digits.
pub(crate) fn decimal(vm: &mut Vm, v: Value) -> Res<String> {
    match v {
        Value::Int(i) => return Ok(i.to_string()),
        Value::Bool(b) => return Ok(u8::from(b).to_string()),
        _ => {}
    }
    let Some(i) = int::big(&vm.heap, v) else {
        return Ok(String::new());
    };
    // 4300 digits are 14285 bits at most.
    if i.bits() <= 14_285 {
        vm.pay(i.bits() / 64)?;
        let text = i.to_string();
        if text.trim_start_matches('-').len() <= DIGITS_MAX {
            return Ok(text);
        }
    }
    Err(vm.value_error(
        "Exceeds the limit (4300 digits) for integer string conversion; \
         use sys.set_int_max_str_digits() to increase the limit",
    ))
}

/// An integer in base 2, 8 or 16 with a prefix such as `0x`.
pub(crate) fn prefixed(vm: &mut Vm, v: Value, base: u32, prefix: &str) -> Res<String> {
    let Some(i) = int::big(&vm.heap, v) else {
        return Err(super::args::not_an_integer(vm, v));
    };
    // The digits, and the text with the prefix that they are copied into.
    int::pay_bits(vm, i.bits() * 16, i.bits() / 64)?;
    let digits = i.magnitude().to_str_radix(base);
    let sign = if i.sign() == num_bigint::Sign::Minus {
        "-"
    } else {
        ""
    };
    Ok(format!("{sign}{prefix}{digits}"))
}

/// `int(text, base)`. `shown` is the argument as the message shows it.
pub(crate) fn parse(vm: &mut Vm, text: &str, base: u32, shown: Value) -> Res<Value> {
    if let Ok(small) = text.parse::<i64>()
        && base == 10
    {
        return Ok(Value::Int(small));
    }
    vm.pay(text.len() as u64 / 64)?;
    if text.chars().any(|c| !c.is_ascii() && c.is_numeric()) {
        return Err(Raise::Refused(
            "`int()` of digits that are not ASCII".into(),
        ));
    }
    let Some((negative, digits, base)) = digits(text, base) else {
        let shown = super::repr::repr(vm, shown)?;
        return Err(vm.value_error(format!(
            "invalid literal for int() with base {base}: {shown}"
        )));
    };
    if !base.is_power_of_two() && digits.len() > DIGITS_MAX {
        return Err(vm.value_error(format!(
            "Exceeds the limit (4300 digits) for integer string conversion: value has {} digits; \
             use sys.set_int_max_str_digits() to increase the limit",
            digits.len()
        )));
    }
    int::pay_bits(vm, digits.len() as u64 * 6, digits.len() as u64 / 64)?;
    let value = BigInt::parse_bytes(digits.as_bytes(), base).unwrap_or_default();
    vm.new_int(if negative { -value } else { value })
}

/// Sign, digits without underscores, and base; `None` if the text is no integer.
fn digits(text: &str, mut base: u32) -> Option<(bool, String, u32)> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c));
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let prefix = rest.get(..2).unwrap_or("").to_ascii_lowercase();
    let named = match prefix.as_str() {
        "0x" => 16,
        "0o" => 8,
        "0b" => 2,
        _ => 0,
    };
    let from_zero = base == 0;
    if named != 0 && (base == named || base == 0) {
        base = named;
        rest = &rest[2..];
        rest = rest.strip_prefix('_').unwrap_or(rest);
    } else if base == 0 {
        base = 10;
    }
    let mut out = String::with_capacity(rest.len());
    let mut last = '_';
    for c in rest.chars() {
        if c == '_' {
            if last == '_' {
                return None;
            }
        } else {
            c.to_digit(base)?;
            out.push(c);
        }
        last = c;
    }
    if last == '_' {
        return None;
    }
    // With base 0 it is a literal of the language: no leading zeros but of zero itself.
    if from_zero
        && named == 0
        && out.len() > 1
        && out.starts_with('0')
        && out.bytes().any(|b| b != b'0')
    {
        return None;
    }
    Some((negative, out, base))
}

/// `int(v)` of what is no text.
pub(crate) fn from_value(vm: &mut Vm, v: Value) -> Res<Value> {
    let plain = super::unwrap(&vm.heap, v);
    match plain {
        Value::Int(_) => Ok(plain),
        Value::Bool(b) => Ok(Value::Int(i64::from(b))),
        Value::Float(x) => super::float::to_int(vm, x.trunc(), x),
        Value::Ref(r) => match vm.heap.get(r) {
            Object::BigInt(_) => Ok(plain),
            Object::Str(s) => {
                let text = vm.heap.text_of(s).to_owned();
                parse(vm, &text, 10, v)
            }
            Object::Bytes(b) => {
                let text = String::from_utf8_lossy(b).into_owned();
                parse(vm, &text, 10, v)
            }
            Object::Instance(_) => Err(Raise::NeedsPython),
            _ => Err(not_a_number(vm, v)),
        },
        _ => Err(not_a_number(vm, v)),
    }
}

fn not_a_number(vm: &mut Vm, v: Value) -> Raise {
    let name = vm.type_name(v).to_string();
    vm.type_error(format!(
        "int() argument must be a string, a bytes-like object or a real number, not '{name}'"
    ))
}
