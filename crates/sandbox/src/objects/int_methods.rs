//! `int`: construction and methods.

use super::{args, int, int_text};
use crate::heap::{Object, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::Res;
use crate::vm::state::Vm;
use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive as _;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Int, "__new__", new).slow("slow_int_new"),
    NativeDef::method(Type::Int, "bit_length", bit_length),
    NativeDef::method(Type::Int, "bit_count", bit_count),
    NativeDef::method(Type::Int, "to_bytes", to_bytes),
    NativeDef::method(Type::Int, "from_bytes", from_bytes),
    NativeDef::method(Type::Int, "conjugate", itself),
    NativeDef::method(Type::Int, "as_integer_ratio", as_integer_ratio),
    NativeDef::method(Type::Int, "is_integer", is_integer),
    NativeDef::method(Type::Int, "__int__", itself),
    NativeDef::method(Type::Int, "__index__", itself),
    NativeDef::method(Type::Int, "__trunc__", itself),
    NativeDef::method(Type::Int, "__floor__", itself),
    NativeDef::method(Type::Int, "__ceil__", itself),
    NativeDef::method(Type::Int, "__float__", float),
    NativeDef::method(Type::Int, "__round__", round),
];

fn new(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    if args.pos.len() > 3 {
        let n = args.pos.len() - 1;
        return Err(vm.type_error(format!("int expected at most 2 arguments, got {n}")));
    }
    let [_, x, base] = args::named(vm, args, "int.", ["", "", "base"], 1, 3)?;
    if x.is_unbound() {
        if !base.is_unbound() {
            return Err(vm.type_error("int() missing string argument"));
        }
        return Ok(Flow::Value(Value::Int(0)));
    }
    if base.is_unbound() {
        return int_text::from_value(vm, x).map(Flow::Value);
    }
    let base = args::index(vm, base)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(vm.value_error("int() base must be >= 2 and <= 36, or 0"));
    }
    let plain = super::unwrap(&vm.heap, x);
    let text = match plain {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Str(s) => vm.heap.text_of(s).to_owned(),
            Object::Bytes(b) => String::from_utf8_lossy(b).into_owned(),
            _ => return Err(vm.type_error("int() can't convert non-string with explicit base")),
        },
        _ => return Err(vm.type_error("int() can't convert non-string with explicit base")),
    };
    int_text::parse(vm, &text, base as u32, x).map(Flow::Value)
}

/// `self` as an integer, whatever its size.
fn this(vm: &mut Vm, v: Value, method: &str) -> Res<BigInt> {
    match int::big(&vm.heap, v) {
        Some(i) => Ok(i),
        None => Err(args::wrong_self(vm, v, Type::Int, method)),
    }
}

fn bit_length(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "int.bit_length")?;
    let i = this(vm, v, "bit_length")?;
    Ok(Flow::Value(Value::Int(i.bits() as i64)))
}

fn bit_count(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "int.bit_count")?;
    let i = this(vm, v, "bit_count")?;
    vm.pay(i.bits() / 512)?;
    Ok(Flow::Value(Value::Int(i.magnitude().count_ones() as i64)))
}

fn itself(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "int.__int__")?;
    let i = this(vm, v, "__int__")?;
    vm.new_int(i).map(Flow::Value)
}

fn is_integer(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "int.is_integer")?;
    this(vm, v, "is_integer")?;
    Ok(Flow::Value(Value::Bool(true)))
}

fn as_integer_ratio(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "int.as_integer_ratio")?;
    let i = this(vm, v, "as_integer_ratio")?;
    let numerator = vm.new_int(i)?;
    vm.new_tuple([numerator, Value::Int(1)]).map(Flow::Value)
}

fn float(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "int.__float__")?;
    let i = this(vm, v, "__float__")?;
    Ok(Flow::Value(Value::Float(int::to_float(vm, &i)?)))
}

fn round(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v, digits] = args::between(vm, args, "int.__round__", 1)?;
    super::numbers::round_int(vm, v, digits).map(Flow::Value)
}

fn order(vm: &mut Vm, v: Value) -> Res<bool> {
    if v.is_unbound() {
        return Ok(true);
    }
    match args::text(vm, v).as_deref() {
        Some("big") => Ok(true),
        Some("little") => Ok(false),
        _ => Err(vm.value_error("byteorder must be either 'little' or 'big'")),
    }
}

fn to_bytes(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let names = ["", "length", "byteorder", "signed"];
    let [v, length, byteorder, signed] = args::named(vm, args, "int.to_bytes", names, 1, 3)?;
    let i = this(vm, v, "to_bytes")?;
    let length = if length.is_unbound() {
        1
    } else {
        args::index(vm, length)?
    };
    let big_first = order(vm, byteorder)?;
    let signed = !signed.is_unbound() && super::ops::truth(vm, signed)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(vm.value_error("length argument must be non-negative"));
    };
    if i.sign() == Sign::Minus && !signed {
        return Err(vm.exception(
            Type::OverflowError,
            "can't convert negative int to unsigned",
        ));
    }
    vm.pay(length as u64 / 64)?;
    // Its own bytes are made first, and then there may be twice as many as are needed.
    let own = i.bits() as usize / 8 + 1;
    vm.heap
        .room(length.saturating_add(own).saturating_add(own))?;
    let mut bytes = if signed {
        i.to_signed_bytes_le()
    } else {
        i.magnitude().to_bytes_le()
    };
    if i.sign() == Sign::NoSign {
        bytes.clear();
    }
    if bytes.len() > length {
        return Err(vm.exception(Type::OverflowError, "int too big to convert"));
    }
    bytes.reserve_exact(length - bytes.len());
    bytes.resize(length, if i.sign() == Sign::Minus { 0xff } else { 0 });
    if big_first {
        bytes.reverse();
    }
    let made = vm.alloc(Object::Bytes(bytes.into()))?;
    Ok(Flow::Value(made.into()))
}

fn from_bytes(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    // As a class method it may be called with the class first.
    let skip = usize::from(
        matches!(args.pos.first(), Some(Value::Ref(r)) if matches!(vm.heap.get(*r), Object::Class(_))),
    );
    let args = Args {
        pos: &args.pos[skip..],
        kw: args.kw,
    };
    let names = ["bytes", "byteorder", "signed"];
    let [bytes, byteorder, signed] = args::named(vm, args, "from_bytes", names, 1, 2)?;
    let big_first = order(vm, byteorder)?;
    let signed = !signed.is_unbound() && super::ops::truth(vm, signed)?;
    let plain = super::unwrap(&vm.heap, bytes);
    let mut data = match plain {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Bytes(b) => b.to_vec(),
            _ => from_numbers(vm, bytes)?,
        },
        _ => from_numbers(vm, bytes)?,
    };
    int::pay_bits(vm, data.len() as u64 * 8, data.len() as u64 / 64)?;
    if big_first {
        data.reverse();
    }
    let value = if signed {
        BigInt::from_signed_bytes_le(&data)
    } else {
        BigInt::from_bytes_le(Sign::Plus, &data)
    };
    vm.new_int(value).map(Flow::Value)
}

fn from_numbers(vm: &mut Vm, v: Value) -> Res<Vec<u8>> {
    if matches!(vm.class_of(v), r if r == Type::Str.r()) {
        return Err(vm.type_error("cannot convert 'str' object to bytes"));
    }
    let items = super::iter::collect(vm, v)?;
    let mut bytes = Vec::with_capacity(items.len());
    for item in items {
        let Some(i) = int::big(&vm.heap, item) else {
            return Err(args::not_an_integer(vm, item));
        };
        let Some(byte) = i.to_u8() else {
            return Err(vm.value_error("bytes must be in range(0, 256)"));
        };
        bytes.push(byte);
    }
    Ok(bytes)
}
