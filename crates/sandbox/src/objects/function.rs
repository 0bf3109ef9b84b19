//! Built-in functions: output, text, identity, classes.

use super::{args, hash, repr, unwrap};
use crate::heap::{Object, Ref, Type, Value, sym::sym};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{LimitExceeded, Raise, Res};
use crate::vm::state::Vm;
use smallvec::SmallVec;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::function("print", print).slow("slow_print"),
    NativeDef::function("repr", repr_of).slow("slow_repr"),
    NativeDef::function("ascii", ascii).slow("slow_ascii"),
    NativeDef::function("hash", hash_of).slow("slow_hash"),
    NativeDef::function("id", id),
    NativeDef::function("ord", ord),
    NativeDef::function("chr", chr).slow("slow_chr"),
    NativeDef::function("callable", callable),
    NativeDef::function("isinstance", isinstance),
    NativeDef::function("issubclass", issubclass),
];

/// Writes to standard output (0) or standard error (1), within the limit.
///
/// # Errors
/// [`Raise::Limit`] if it would be exceeded; then what fits is written.
pub(crate) fn write(vm: &mut Vm, stream: usize, text: &str) -> Res<()> {
    vm.pay(text.len() as u64 / 64)?;
    let left = usize::try_from(vm.output_left).unwrap_or(usize::MAX);
    let fits = &text.as_bytes()[..text.len().min(left)];
    vm.output[stream].extend_from_slice(fits);
    vm.output_left -= fits.len() as u64;
    if fits.len() < text.len() {
        let limit = vm.output_limit;
        return Err(Raise::Limit(LimitExceeded {
            kind: "output_bytes".into(),
            limit,
            used: limit + (text.len() - fits.len()) as u64,
        }));
    }
    Ok(())
}

fn print(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let mut sep = " ".to_owned();
    let mut end = "\n".to_owned();
    for (word, value) in args.kw {
        let word = *word;
        if word == sym::SEP || word == sym::END {
            if value.is_none() {
                continue;
            }
            let Some(text) = args::text(vm, *value) else {
                let (word, name) = (
                    vm.heap.name(word).to_owned(),
                    vm.type_name(*value).to_owned(),
                );
                return Err(vm.type_error(format!("{word} must be None or a string, not {name}")));
            };
            if word == sym::SEP {
                sep = text;
            } else {
                end = text;
            }
        } else if word == sym::FILE_KW {
            if !value.is_none() {
                return Err(Raise::NeedsPython);
            }
        } else if word != sym::FLUSH {
            let word = vm.heap.name(word).to_owned();
            return Err(vm.type_error(format!(
                "print() got an unexpected keyword argument '{word}'"
            )));
        }
    }
    let mut line = String::new();
    for (i, v) in args.pos.iter().enumerate() {
        if i > 0 {
            vm.heap.grow_text(&mut line, sep.len())?;
            line.push_str(&sep);
        }
        if line.len() as u64 > vm.output_left {
            // What follows will not be seen.
            break;
        }
        vm.pay(1)?;
        let text = vm.holding(line.capacity(), |vm| repr::str(vm, *v))?;
        super::percent::append(vm, &mut line, &text)?;
    }
    vm.heap.grow_text(&mut line, end.len())?;
    line.push_str(&end);
    write(vm, 0, &line)?;
    Ok(Flow::Value(Value::None))
}

fn repr_of(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "repr")?;
    let text = repr::repr(vm, v)?;
    vm.new_str(text).map(Flow::Value)
}

fn ascii(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "ascii")?;
    let text = super::str_format::ascii_of(vm, v)?;
    vm.new_str(text).map(Flow::Value)
}

fn hash_of(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "hash")?;
    Ok(Flow::Value(Value::Int(hash::hash(vm, v)?)))
}

fn id(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "id")?;
    Ok(Flow::Value(Value::Int(super::address(v) as i64)))
}

fn ord(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "ord")?;
    let plain = unwrap(&vm.heap, v);
    let length = match plain {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Str(s) if s.chars() == 1 => {
                let c = vm.heap.text_of(s).chars().next().map_or(0, |c| c as i64);
                return Ok(Flow::Value(Value::Int(c)));
            }
            Object::Bytes(b) if b.len() == 1 => {
                return Ok(Flow::Value(Value::Int(i64::from(b[0]))));
            }
            Object::Str(s) => Some(s.chars()),
            Object::Bytes(b) => Some(b.len()),
            _ => None,
        },
        _ => None,
    };
    let text = match length {
        Some(n) => format!("ord() expected a character, but string of length {n} found"),
        None => {
            let name = vm.type_name(v).to_string();
            format!("ord() expected string of length 1, but {name} found")
        }
    };
    Err(vm.type_error(text))
}

fn chr(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "chr")?;
    let n = args::clamped_index(vm, v)?;
    if (0xd800..0xe000).contains(&n) {
        return Err(Raise::Refused("`chr()` of a surrogate".into()));
    }
    match u32::try_from(n).ok().and_then(char::from_u32) {
        Some(c) => vm.new_str(c.to_string()).map(Flow::Value),
        None => Err(vm.value_error("chr() arg not in range(0x110000)")),
    }
}

/// Whether a value can be called.
pub(crate) fn is_callable(vm: &Vm, v: Value) -> bool {
    match v {
        Value::Native(_) => true,
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Function(_)
            | Object::Method { .. }
            | Object::Class(_)
            | Object::HostFunction(_)
            | Object::Alias { .. }
            | Object::StaticMethod(_) => true,
            Object::Instance(_) => super::special(&vm.heap, v, sym::CALL).is_some(),
            _ => false,
        },
        _ => false,
    }
}

fn callable(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "callable")?;
    Ok(Flow::Value(Value::Bool(is_callable(vm, v))))
}

/// Whether `class` is one of `types` or a subclass: a class or a union. `None` if `types` is something else.
pub(crate) fn is_subclass(vm: &Vm, class: Ref, types: Value) -> Option<bool> {
    let Value::Ref(r) = types else {
        return types.is_none().then(|| class == Type::NoneType.r());
    };
    match vm.heap.get(r) {
        Object::Class(_) => Some(vm.heap.class(class).mro.contains(&r)),
        Object::Alias { origin, args } if origin.is(Type::Union.value()) => {
            let mut found = false;
            for item in vm.heap.tuple(*args).iter() {
                found |= is_subclass(vm, class, *item)?;
            }
            Some(found)
        }
        _ => None,
    }
}

/// Whether a check of classes has to ask a class's own `__instancecheck__` or `__subclasscheck__`.
fn has_hook(vm: &Vm, types: Value) -> bool {
    let Value::Ref(r) = types else { return false };
    match vm.heap.get(r) {
        Object::Class(class) => class
            .mro
            .iter()
            .any(|base| vm.heap.class(*base).attrs.get(sym::INSTANCECHECK).is_some()),
        _ => false,
    }
}

/// The classes that a check names, tuples of tuples laid flat: their nesting costs no native stack.
fn alternatives(vm: &mut Vm, types: Value) -> Res<SmallVec<[Value; 8]>> {
    let mut flat = SmallVec::new();
    let mut open = SmallVec::<[Value; 8]>::from_slice(&[types]);
    while let Some(next) = open.pop() {
        match next {
            Value::Ref(r) if matches!(vm.heap.get(r), Object::Tuple(_)) => {
                vm.pay(1 + vm.heap.tuple(r).len() as u64 / 4)?;
                open.extend(vm.heap.tuple(r).iter().rev().copied());
            }
            next => flat.push(next),
        }
    }
    Ok(flat)
}

/// Whether `class` is a subclass of one of `types`; `wrong` says what is no class.
fn check_class(vm: &mut Vm, class: Ref, types: Value, wrong: &str) -> Res<Flow> {
    let types = alternatives(vm, types)?;
    if types.iter().any(|t| has_hook(vm, *t)) {
        return Err(Raise::NeedsPython);
    }
    for one in types {
        let found = is_subclass(vm, class, one).filter(|_| !one.is_none());
        match found {
            Some(true) => return Ok(Flow::Value(Value::Bool(true))),
            Some(false) => {}
            None => return Err(vm.type_error(wrong)),
        }
    }
    Ok(Flow::Value(Value::Bool(false)))
}

fn isinstance(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v, types] = args::exact(vm, args, "isinstance")?;
    let class = vm.class_of(v);
    let wrong = "isinstance() arg 2 must be a type, a tuple of types, or a union";
    check_class(vm, class, types, wrong)
}

fn issubclass(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [class, types] = args::exact(vm, args, "issubclass")?;
    let class = match class {
        Value::Ref(r) if matches!(vm.heap.get(r), Object::Class(_)) => r,
        _ => return Err(vm.type_error("issubclass() arg 1 must be a class")),
    };
    let wrong = "issubclass() arg 2 must be a class, a tuple of classes, or a union";
    check_class(vm, class, types, wrong)
}
