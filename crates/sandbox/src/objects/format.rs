//! `format`: values by the format specification.

use super::format_spec::{FormatError, Spec, format_float, format_int, format_str, is_float_kind};
use super::str::room;
use super::{args, dunders, int, repr, unwrap};
use crate::heap::{Object, Type, Value, object::dunder};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::function("format", builtin).slow("slow_format"),
    NativeDef::method(Type::Object, "__format__", method),
    NativeDef::method(Type::Str, "__format__", method),
    NativeDef::method(Type::Int, "__format__", method),
    NativeDef::method(Type::Float, "__format__", method),
];

/// `format(v, spec)`.
///
/// # Errors
/// [`Raise::NeedsPython`] if a user's `__format__` or `__str__` has to run.
pub(crate) fn format(vm: &mut Vm, v: Value, spec: &str) -> Res<String> {
    if dunders(&vm.heap, v) & dunder::FORMAT != 0 {
        return Err(Raise::NeedsPython);
    }
    plain_format(vm, v, spec)
}

/// `format` of the built-in kind, without a look at what the value's own class defines.
pub(crate) fn plain_format(vm: &mut Vm, v: Value, spec: &str) -> Res<String> {
    if spec.is_empty() {
        return repr::str(vm, v);
    }
    let name = vm.type_name(v).to_owned();
    let plain = unwrap(&vm.heap, v);
    let formatted = match plain {
        Value::Float(x) => {
            let spec = parse(vm, spec, &name, '\0', '>')?;
            format_float(&spec, x, &name)
        }
        Value::Int(_) | Value::Bool(_) => integer(vm, plain, spec, &name)?,
        Value::Ref(r) => match vm.heap.get(r) {
            Object::BigInt(_) => integer(vm, plain, spec, &name)?,
            Object::Str(_) => {
                let spec = parse(vm, spec, &name, 's', '<')?;
                let len = vm.heap.text(r).len();
                vm.heap.room(spec.cost().saturating_add(2 * len))?;
                format_str(&spec, vm.heap.text(r), &name)
            }
            _ => return Err(unsupported(vm, v, &name)),
        },
        _ => return Err(unsupported(vm, v, &name)),
    };
    formatted.map_err(|e| raise(vm, e))
}

fn unsupported(vm: &mut Vm, v: Value, name: &str) -> Raise {
    let shown = match v {
        Value::Ref(r) if matches!(vm.heap.get(r), Object::Class(_)) => "type",
        _ => name,
    };
    vm.type_error(format!(
        "unsupported format string passed to {shown}.__format__"
    ))
}

fn raise(vm: &mut Vm, e: FormatError) -> Raise {
    match e {
        FormatError::Value(text) => vm.value_error(text),
        FormatError::Overflow(text) => vm.exception(Type::OverflowError, text),
    }
}

fn parse(vm: &mut Vm, text: &str, name: &str, kind: char, align: char) -> Res<Spec> {
    let spec = Spec::parse(text, name, kind, align).map_err(|e| raise(vm, e))?;
    room(vm, spec.cost())?;
    Ok(spec)
}

fn integer(vm: &mut Vm, v: Value, spec: &str, name: &str) -> Res<Result<String, FormatError>> {
    let spec = parse(vm, spec, name, 'd', '>')?;
    let Some(i) = int::big(&vm.heap, v) else {
        return Err(unsupported(vm, v, name));
    };
    if is_float_kind(spec.kind) {
        let x = int::to_float(vm, &i)?;
        return Ok(format_float(&spec, x, name));
    }
    if matches!(spec.kind, 'd' | 'n') {
        // The limit on digits and the price are those of `str`.
        super::int_text::decimal(vm, v)?;
    }
    vm.pay(i.bits() / 64)?;
    let bits = usize::try_from(i.bits()).unwrap_or(usize::MAX);
    let digits = match spec.kind {
        'b' => bits,
        _ => bits / 3,
    };
    // They are grouped, put together and padded, each time in a text of its own.
    vm.heap.room(digits.saturating_mul(4))?;
    Ok(format_int(&spec, &i, name))
}

fn spec_text(vm: &mut Vm, spec: Value, what: &str) -> Res<String> {
    match spec {
        Value::Unbound => Ok(String::new()),
        spec => match args::text(vm, spec) {
            Some(text) => Ok(text),
            None => {
                let name = vm.type_name(spec).to_owned();
                Err(vm.type_error(format!("{what} must be str, not {name}")))
            }
        },
    }
}

fn builtin(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let [v, spec] = args::between(vm, a, "format", 1)?;
    let spec = spec_text(vm, spec, "format() argument 2")?;
    let text = format(vm, v, &spec)?;
    vm.new_str(text).map(Flow::Value)
}

fn method(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let [v, spec] = args::exact(vm, a, "object.__format__")?;
    let spec = spec_text(vm, spec, "__format__() argument")?;
    let text = plain_format(vm, v, &spec)?;
    vm.new_str(text).map(Flow::Value)
}
