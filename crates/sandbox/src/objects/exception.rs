//! Exceptions: their text.

use super::{args, int, repr};
use crate::heap::{Object, Ref, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::BaseException, "__str__", str_of).slow("slow_str"),
    NativeDef::method(Type::BaseException, "__repr__", repr_of).slow("slow_repr"),
    NativeDef::method(Type::BaseExceptionGroup, "split", in_python).slow("slow_group_split"),
    NativeDef::method(Type::BaseExceptionGroup, "subgroup", in_python).slow("slow_group_subgroup"),
    NativeDef::method(Type::BaseExceptionGroup, "derive", in_python).slow("slow_group_derive"),
];

/// What code of the library does.
fn in_python(_: &mut Vm, _: Args<'_>) -> Res<Flow> {
    Err(Raise::NeedsPython)
}

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
    if is_a(vm, r, Type::OSError) && args.len() == 2 {
        let number = repr::str(vm, args[0])?;
        let text = repr::str(vm, args[1])?;
        let mut out = format!("[Errno {number}] {text}");
        for (name, before) in [("filename", ": "), ("filename2", " -> ")] {
            let name = vm.sym(name);
            let file = vm.heap.exception(r).attrs.get(name);
            if let Some(file) = file.filter(|f| !f.is_none()) {
                out.push_str(before);
                out.push_str(&repr::repr(vm, file)?);
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

/// Makes a new `OSError` what CPython makes of it: of the class that its number names, with the file's name
/// beside the arguments.
pub(crate) fn refine_os_error(vm: &mut Vm, v: Value) -> Res<()> {
    let Value::Ref(r) = v else { return Ok(()) };
    if !is_a(vm, r, Type::OSError) {
        return Ok(());
    }
    let args = vm.heap.tuple(vm.heap.exception(r).args).to_vec();
    if !(2..=5).contains(&args.len()) {
        return Ok(());
    }
    if vm.heap.exception(r).class == Type::OSError.r()
        && let Some(number) = int::small(&vm.heap, args[0])
        && let Some((_, class)) = OS_ERRORS.iter().find(|(n, _)| *n == number)
    {
        vm.heap.exception_mut(r).class = class.r();
    }
    if let Value::Ref(pair) = vm.new_tuple([args[0], args[1]])? {
        vm.heap.exception_mut(r).args = pair;
    }
    for (name, at) in [("filename", 2), ("filename2", 4)] {
        if let Some(file) = args.get(at) {
            let name = vm.sym(name);
            vm.heap.exception_mut(r).attrs.set(name, *file);
        }
    }
    Ok(())
}

/// Linux's numbers of the errors that have a class of their own.
const OS_ERRORS: &[(i64, Type)] = &[
    (1, Type::PermissionError),
    (2, Type::FileNotFoundError),
    (3, Type::ProcessLookupError),
    (4, Type::InterruptedError),
    (10, Type::ChildProcessError),
    (11, Type::BlockingIOError),
    (13, Type::PermissionError),
    (17, Type::FileExistsError),
    (20, Type::NotADirectoryError),
    (21, Type::IsADirectoryError),
    (32, Type::BrokenPipeError),
    (103, Type::ConnectionAbortedError),
    (104, Type::ConnectionResetError),
    (108, Type::BrokenPipeError),
    (110, Type::TimeoutError),
    (111, Type::ConnectionRefusedError),
    (114, Type::BlockingIOError),
    (115, Type::BlockingIOError),
];

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
                let c = vm.heap.text_of(s).chars().nth(at).unwrap_or('?');
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
