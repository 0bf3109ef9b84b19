//! Arguments of natives: counted and named, with CPython's messages.

use crate::heap::{Object, Ref, Type, Value};
use crate::vm::native::Args;
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// Exactly `N` positional arguments and no keywords. A name with a dot is a method's, whose `self` is not counted.
pub(crate) fn exact<const N: usize>(vm: &mut Vm, args: Args<'_>, name: &str) -> Res<[Value; N]> {
    no_keywords(vm, args, name)?;
    if let Ok(values) = args.pos.try_into() {
        return Ok(values);
    }
    let hidden = usize::from(name.contains('.'));
    let given = args.pos.len().saturating_sub(hidden);
    let text = match N - hidden {
        0 => format!("{name}() takes no arguments ({given} given)"),
        1 => format!("{name}() takes exactly one argument ({given} given)"),
        n => {
            let short = short(name);
            format!("{short} expected {n} arguments, got {given}")
        }
    };
    Err(vm.type_error(text))
}

/// `least` to `N` positional arguments; those that are absent are `Unbound`.
pub(crate) fn between<const N: usize>(
    vm: &mut Vm,
    args: Args<'_>,
    name: &str,
    least: usize,
) -> Res<[Value; N]> {
    no_keywords(vm, args, name)?;
    let n = args.pos.len();
    if n < least || n > N {
        let hidden = usize::from(name.contains('.'));
        let (word, limit) = if n < least {
            ("at least", least - hidden)
        } else {
            ("at most", N - hidden)
        };
        let plural = if limit == 1 { "" } else { "s" };
        let short = short(name);
        let given = n.saturating_sub(hidden);
        return Err(vm.type_error(format!(
            "{short} expected {word} {limit} argument{plural}, got {given}"
        )));
    }
    let mut values = [Value::Unbound; N];
    values[..n].copy_from_slice(args.pos);
    Ok(values)
}

/// [`exact`] for a method of `str`, whose whole name is put together only for an error.
pub(crate) fn exact_str<const N: usize>(
    vm: &mut Vm,
    args: Args<'_>,
    method: &str,
) -> Res<[Value; N]> {
    match args.pos.try_into() {
        Ok(values) if args.kw.is_empty() => Ok(values),
        _ => exact(vm, args, &format!("str.{method}")),
    }
}

/// [`between`] for a method of `str`.
pub(crate) fn between_str<const N: usize>(
    vm: &mut Vm,
    args: Args<'_>,
    method: &str,
    least: usize,
) -> Res<[Value; N]> {
    let n = args.pos.len();
    if args.kw.is_empty() && (least..=N).contains(&n) {
        let mut values = [Value::Unbound; N];
        values[..n].copy_from_slice(args.pos);
        return Ok(values);
    }
    between(vm, args, &format!("str.{method}"), least)
}

/// Up to `N` arguments by position or by name. A parameter without a name is positional only. Absent ones
/// are `Unbound`.
pub(crate) fn named<const N: usize>(
    vm: &mut Vm,
    args: Args<'_>,
    name: &str,
    names: [&str; N],
    least: usize,
    positional: usize,
) -> Res<[Value; N]> {
    let n = args.pos.len();
    let hidden = usize::from(name.contains('.'));
    if n > positional {
        let plural = if positional - hidden == 1 { "" } else { "s" };
        let text = format!(
            "{}() takes at most {} positional argument{plural} ({} given)",
            short(name),
            positional - hidden,
            n - hidden
        );
        return Err(vm.type_error(text));
    }
    let mut values = [Value::Unbound; N];
    values[..n].copy_from_slice(args.pos);
    for (word, value) in args.kw {
        let word = vm.heap.name(*word);
        let short = short(name);
        let Some(at) = names.iter().position(|known| *known == word) else {
            let text = format!("{short}() got an unexpected keyword argument '{word}'");
            return Err(vm.type_error(text));
        };
        if !values[at].is_unbound() {
            let text = format!(
                "argument for {short}() given by name ('{word}') and position ({})",
                at + 1 - hidden
            );
            return Err(vm.type_error(text));
        }
        values[at] = *value;
    }
    if let Some(missing) = (0..least).find(|i| values[*i].is_unbound()) {
        let short = short(name);
        let text = format!(
            "{short}() missing required argument '{}' (pos {})",
            names[missing],
            missing + 1 - hidden
        );
        return Err(vm.type_error(text));
    }
    Ok(values)
}

/// A method's name without its class; `int.` is the construction, called by the class's name.
fn short(name: &str) -> &str {
    match name.split_once('.') {
        Some((class, "")) => class,
        Some((_, method)) => method,
        None => name,
    }
}

/// Refuses keyword arguments.
pub(crate) fn no_keywords(vm: &mut Vm, args: Args<'_>, name: &str) -> Res<()> {
    if args.kw.is_empty() {
        Ok(())
    } else {
        Err(vm.type_error(format!("{name}() takes no keyword arguments")))
    }
}

/// The handle of `self`, if it is of the class (or of a subclass of it).
pub(crate) fn this(vm: &mut Vm, v: Value, class: Type, method: &str) -> Res<Ref> {
    let plain = super::unwrap(&vm.heap, v);
    if let Value::Ref(r) = plain {
        let fits = match vm.heap.get(r) {
            Object::List(_) => class == Type::List,
            Object::Tuple(_) => class == Type::Tuple,
            Object::Dict(_) => class == Type::Dict,
            Object::Set(s) => class == Type::Set && !s.frozen || class == Type::FrozenSet,
            Object::Range(_) => class == Type::Range,
            Object::Exception(_) => class == Type::BaseException,
            Object::Str(_) => class == Type::Str,
            Object::Bytes(_) => class == Type::Bytes,
            Object::Slice(_) => class == Type::Slice,
            _ => false,
        };
        if fits {
            return Ok(r);
        }
    }
    Err(wrong_self(vm, v, class, method))
}

/// The `TypeError` of a method that is called with a foreign `self`.
pub(crate) fn wrong_self(vm: &mut Vm, v: Value, class: Type, method: &str) -> Raise {
    let given = vm.type_name(v).to_string();
    let class = class.name();
    vm.type_error(format!(
        "descriptor '{method}' for '{class}' objects doesn't apply to a '{given}' object"
    ))
}

/// An index: an `int` that fits, or `IndexError`; `what` is the text for other types.
pub(crate) fn index(vm: &mut Vm, v: Value) -> Res<i64> {
    match super::unwrap(&vm.heap, v) {
        Value::Int(i) => Ok(i),
        Value::Bool(b) => Ok(i64::from(b)),
        Value::Ref(r) if matches!(vm.heap.get(r), Object::BigInt(_)) => Err(vm.exception(
            Type::IndexError,
            "cannot fit 'int' into an index-sized integer",
        )),
        other => Err(not_an_integer(vm, other)),
    }
}

/// An index whose size does not matter: large ones are clamped.
pub(crate) fn clamped_index(vm: &mut Vm, v: Value) -> Res<i64> {
    match super::unwrap(&vm.heap, v) {
        Value::Int(i) => Ok(i),
        Value::Bool(b) => Ok(i64::from(b)),
        Value::Ref(r) => match vm.heap.get(r) {
            Object::BigInt(i) if i.sign() == num_bigint::Sign::Minus => Ok(i64::MIN),
            Object::BigInt(_) => Ok(i64::MAX),
            _ => Err(not_an_integer(vm, v)),
        },
        other => Err(not_an_integer(vm, other)),
    }
}

/// The `TypeError` for something that is no integer, or the way to its `__index__`.
pub(crate) fn not_an_integer(vm: &mut Vm, v: Value) -> Raise {
    if super::special(&vm.heap, v, crate::heap::sym::sym::INDEX).is_some() {
        return Raise::NeedsPython;
    }
    let name = vm.type_name(v).to_string();
    vm.type_error(format!(
        "'{name}' object cannot be interpreted as an integer"
    ))
}

/// The text of a `str` argument (or of a subclass), copied.
pub(crate) fn text(vm: &Vm, v: Value) -> Option<String> {
    let plain = super::unwrap(&vm.heap, v);
    vm.heap.as_str(plain).map(str::to_owned)
}
