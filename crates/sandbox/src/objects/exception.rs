//! Exceptions: construction, text, notes.

use super::{args, int, repr};
use crate::heap::{Object, Ref, Type, Value, sym::sym};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::Res;
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::BaseException, "__init__", init),
    NativeDef::method(Type::BaseException, "__str__", str_of).slow("slow_str"),
    NativeDef::method(Type::BaseException, "__repr__", repr_of).slow("slow_repr"),
    NativeDef::method(Type::BaseException, "with_traceback", with_traceback),
    NativeDef::method(Type::BaseException, "add_note", add_note),
];

/// Whether an exception is of a built-in class or of a subclass of it.
pub(crate) fn is_a(vm: &Vm, r: Ref, class: Type) -> bool {
    let own = vm.heap.exception(r).class;
    vm.heap.class(own).mro.contains(&class.r())
}

/// `str(exception)`.
pub(crate) fn text(vm: &mut Vm, r: Ref) -> Res<String> {
    let args = vm.heap.tuple(vm.heap.exception(r).args).to_vec();
    if is_a(vm, r, Type::BaseExceptionGroup) {
        return group_text(vm, &args);
    }
    if is_a(vm, r, Type::KeyError)
        && let [key] = args[..]
    {
        return repr::repr(vm, key);
    }
    if is_a(vm, r, Type::OSError) && (2..=5).contains(&args.len()) {
        let number = repr::str(vm, args[0])?;
        let text = repr::str(vm, args[1])?;
        let mut out = format!("[Errno {number}] {text}");
        if let Some(file) = args.get(2).filter(|f| !f.is_none()) {
            out.push_str(": ");
            out.push_str(&repr::repr(vm, *file)?);
            if let Some(second) = args.get(4).filter(|f| !f.is_none()) {
                out.push_str(" -> ");
                out.push_str(&repr::repr(vm, *second)?);
            }
        }
        return Ok(out);
    }
    if (is_a(vm, r, Type::UnicodeDecodeError) || is_a(vm, r, Type::UnicodeEncodeError))
        && let [encoding, object, start, end, reason] = args[..]
    {
        return unicode_text(vm, encoding, object, start, end, reason);
    }
    match args[..] {
        [] => Ok(String::new()),
        [only] => repr::str(vm, only),
        _ => {
            let args = vm.heap.exception(r).args;
            repr::repr(vm, Value::Ref(args))
        }
    }
}

fn group_text(vm: &mut Vm, args: &[Value]) -> Res<String> {
    let message = match args.first() {
        Some(message) => repr::str(vm, *message)?,
        None => String::new(),
    };
    let n = match args.get(1) {
        Some(Value::Ref(r)) => super::ops::native_len(vm, *r).unwrap_or(0),
        _ => 0,
    };
    let plural = if n == 1 { "" } else { "s" };
    Ok(format!("{message} ({n} sub-exception{plural})"))
}

fn unicode_text(
    vm: &mut Vm,
    encoding: Value,
    object: Value,
    start: Value,
    end: Value,
    reason: Value,
) -> Res<String> {
    let encoding = repr::str(vm, encoding)?;
    let reason = repr::str(vm, reason)?;
    let (start, end) = (
        int::small(&vm.heap, start).unwrap_or(0),
        int::small(&vm.heap, end).unwrap_or(0),
    );
    let one = end == start + 1;
    let at = usize::try_from(start).unwrap_or(0);
    let what = match object {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Bytes(b) if one => {
                let byte = b.get(at).copied().unwrap_or(0);
                format!("can't decode byte {byte:#04x} in position {start}")
            }
            Object::Bytes(_) => format!("can't decode bytes in position {start}-{}", end - 1),
            Object::Str(s) if one => {
                let c = s.text.chars().nth(at).unwrap_or('?');
                let escaped = match c as u32 {
                    n @ 0..0x100 => format!("\\x{n:02x}"),
                    n @ 0x100..0x10000 => format!("\\u{n:04x}"),
                    n => format!("\\U{n:08x}"),
                };
                format!("can't encode character '{escaped}' in position {start}")
            }
            _ => format!("can't encode characters in position {start}-{}", end - 1),
        },
        _ => String::new(),
    };
    Ok(format!("'{encoding}' codec {what}: {reason}"))
}

fn init(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let Some((first, rest)) = args.pos.split_first() else {
        return Err(vm.type_error("unbound method BaseException.__init__() needs an argument"));
    };
    let r = args::this(vm, *first, Type::BaseException, "__init__")?;
    if !args.kw.is_empty() {
        let known = is_a(vm, r, Type::ImportError)
            || is_a(vm, r, Type::AttributeError)
            || is_a(vm, r, Type::NameError);
        for (word, value) in args.kw {
            let name = vm.heap.name(*word);
            if !(known && matches!(name, "name" | "obj" | "path")) {
                let class = vm.type_name(*first).to_owned();
                return Err(vm.type_error(format!("{class}() takes no keyword arguments")));
            }
            vm.heap.exception_mut(r).attrs.set(*word, *value);
        }
    }
    let Value::Ref(items) = vm.new_tuple(rest)? else {
        return Ok(Flow::Value(Value::None));
    };
    vm.heap.exception_mut(r).args = items;
    Ok(Flow::Value(Value::None))
}

fn str_of(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "BaseException.__str__")?;
    let r = args::this(vm, v, Type::BaseException, "__str__")?;
    let text = text(vm, r)?;
    vm.new_str(text).map(Flow::Value)
}

fn repr_of(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v] = args::exact(vm, args, "BaseException.__repr__")?;
    args::this(vm, v, Type::BaseException, "__repr__")?;
    let text = repr::plain_repr(vm, v)?;
    vm.new_str(text).map(Flow::Value)
}

fn with_traceback(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v, traceback] = args::exact(vm, args, "BaseException.with_traceback")?;
    let r = args::this(vm, v, Type::BaseException, "with_traceback")?;
    let entries = match traceback {
        Value::None => Vec::new(),
        Value::Ref(t) => match vm.heap.get(t) {
            Object::Traceback(entries) => entries.to_vec(),
            _ => return Err(vm.type_error("__traceback__ must be a traceback or None")),
        },
        _ => return Err(vm.type_error("__traceback__ must be a traceback or None")),
    };
    vm.heap.exception_mut(r).traceback = entries;
    Ok(Flow::Value(v))
}

fn add_note(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [v, note] = args::exact(vm, args, "BaseException.add_note")?;
    let r = args::this(vm, v, Type::BaseException, "add_note")?;
    if args::text(vm, note).is_none() {
        let name = vm.type_name(note).to_owned();
        return Err(vm.type_error(format!("note must be a str, not '{name}'")));
    }
    match vm.heap.exception(r).attrs.get(sym::NOTES) {
        Some(Value::Ref(notes)) if matches!(vm.heap.get(notes), Object::List(_)) => {
            super::list::push(vm, notes, note)?;
        }
        _ => {
            let notes = vm.new_list(vec![note])?;
            vm.heap.exception_mut(r).attrs.set(sym::NOTES, notes);
        }
    }
    Ok(Flow::Value(Value::None))
}
