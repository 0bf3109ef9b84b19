//! `str`: construction, case, classification, padding.

use super::{args, repr};
use crate::heap::{Object, Ref, Type, Value};
use crate::text::chars;
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Str, "upper", |vm, a| {
        map(vm, a, "upper", str::to_uppercase)
    }),
    NativeDef::method(Type::Str, "lower", |vm, a| {
        map(vm, a, "lower", chars::lower)
    }),
    NativeDef::method(Type::Str, "casefold", |vm, a| {
        map(vm, a, "casefold", chars::casefold)
    }),
    NativeDef::method(Type::Str, "capitalize", |vm, a| {
        map(vm, a, "capitalize", chars::capitalize)
    }),
    NativeDef::method(Type::Str, "title", |vm, a| {
        map(vm, a, "title", chars::title)
    }),
    NativeDef::method(Type::Str, "swapcase", |vm, a| {
        map(vm, a, "swapcase", chars::swapcase)
    }),
    NativeDef::method(Type::Str, "isalpha", |vm, a| {
        every(vm, a, "isalpha", chars::is_alpha)
    }),
    NativeDef::method(Type::Str, "isdecimal", |vm, a| {
        every(vm, a, "isdecimal", chars::is_decimal)
    }),
    NativeDef::method(Type::Str, "isdigit", |vm, a| {
        every(vm, a, "isdigit", chars::is_digit)
    }),
    NativeDef::method(Type::Str, "isnumeric", |vm, a| {
        every(vm, a, "isnumeric", chars::is_numeric)
    }),
    NativeDef::method(Type::Str, "isspace", |vm, a| {
        every(vm, a, "isspace", chars::is_space)
    }),
    NativeDef::method(Type::Str, "isalnum", |vm, a| {
        every(vm, a, "isalnum", |c| {
            chars::is_alpha(c) || chars::is_numeric(c)
        })
    }),
    NativeDef::method(Type::Str, "isprintable", |vm, a| {
        ask(vm, a, "isprintable", |s| s.chars().all(chars::is_printable))
    }),
    NativeDef::method(Type::Str, "isascii", |vm, a| {
        ask(vm, a, "isascii", str::is_ascii)
    }),
    NativeDef::method(Type::Str, "islower", |vm, a| {
        ask(vm, a, "islower", chars::is_lower)
    }),
    NativeDef::method(Type::Str, "isupper", |vm, a| {
        ask(vm, a, "isupper", chars::is_upper)
    }),
    NativeDef::method(Type::Str, "istitle", |vm, a| {
        ask(vm, a, "istitle", chars::is_titled)
    }),
    NativeDef::method(Type::Str, "isidentifier", |vm, a| {
        ask(vm, a, "isidentifier", chars::is_identifier)
    }),
    NativeDef::method(Type::Str, "ljust", |vm, a| {
        justify(vm, a, "ljust", |n, _| (0, n))
    }),
    NativeDef::method(Type::Str, "rjust", |vm, a| {
        justify(vm, a, "rjust", |n, _| (n, 0))
    }),
    NativeDef::method(Type::Str, "center", |vm, a| {
        justify(vm, a, "center", |n, width| {
            let left = n / 2 + (n & width & 1);
            (left, n - left)
        })
    }),
    NativeDef::method(Type::Str, "zfill", zfill),
    NativeDef::method(Type::Str, "expandtabs", expandtabs),
    NativeDef::method(Type::Str, "__new__", new).slow("slow_str_new"),
];

/// The string that a method is called on.
pub(super) fn this(vm: &mut Vm, a: Args<'_>, method: &str) -> Res<Ref> {
    let Some(&v) = a.pos.first() else {
        return Err(vm.type_error(format!("unbound method str.{method}() needs an argument")));
    };
    let r = args::this(vm, v, Type::Str, method)?;
    let bytes = vm.heap.text(r).len();
    vm.pay(1 + bytes as u64 / 64)?;
    Ok(r)
}

/// Refuses a result that does not fit before it is made.
pub(super) fn room(vm: &mut Vm, bytes: usize) -> Res<()> {
    vm.pay(bytes as u64 / 64)?;
    vm.heap.room(bytes)?;
    Ok(())
}

/// A string argument of a method.
pub(super) fn str_arg(vm: &mut Vm, v: Value, what: std::fmt::Arguments<'_>) -> Res<Ref> {
    if let Value::Ref(r) = super::unwrap(&vm.heap, v)
        && matches!(vm.heap.get(r), Object::Str(_))
    {
        return Ok(r);
    }
    let name = vm.type_name(v).to_owned();
    Err(vm.type_error(format!("{what} must be str, not {name}")))
}

fn map(vm: &mut Vm, a: Args<'_>, name: &str, f: impl Fn(&str) -> String) -> Res<Flow> {
    let r = this(vm, a, name)?;
    args::exact_str::<1>(vm, a, name)?;
    room(vm, mapped_bytes(vm.heap.text(r)))?;
    let text = f(vm.heap.text(r));
    vm.new_str(text).map(Flow::Value)
}

/// At most how many bytes a text takes while its letters are changed to other ones: one may become three.
fn mapped_bytes(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let longest = |c: char| {
        let upper: usize = c.to_uppercase().map(char::len_utf8).sum();
        let lower: usize = c.to_lowercase().map(char::len_utf8).sum();
        upper.max(lower)
    };
    let most = text.chars().map(longest).sum::<usize>().max(text.len());
    // What grows beyond the length that it was made for may have twice the room that it needs.
    if most > text.len() { 2 * most } else { most }
}

fn ask(vm: &mut Vm, a: Args<'_>, name: &str, f: impl Fn(&str) -> bool) -> Res<Flow> {
    let r = this(vm, a, name)?;
    args::exact_str::<1>(vm, a, name)?;
    Ok(Flow::Value(Value::Bool(f(vm.heap.text(r)))))
}

fn every(vm: &mut Vm, a: Args<'_>, name: &str, f: impl Fn(char) -> bool) -> Res<Flow> {
    ask(vm, a, name, |s| !s.is_empty() && s.chars().all(&f))
}

fn justify(
    vm: &mut Vm,
    a: Args<'_>,
    name: &str,
    sides: impl Fn(usize, usize) -> (usize, usize),
) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, width, fill] = args::between_str(vm, a, name, 2)?;
    let width = args::index(vm, width)?;
    let fill = match fill {
        Value::Unbound => ' ',
        v => fill_char(vm, v)?,
    };
    let chars = vm.heap.str(r).chars();
    let width = usize::try_from(width).unwrap_or(0);
    let Some(missing) = width.checked_sub(chars).filter(|n| *n > 0) else {
        return Ok(Flow::Value(Value::Ref(r)));
    };
    let padding = missing.saturating_mul(fill.len_utf8());
    let bytes = padding.saturating_add(vm.heap.text(r).len());
    room(vm, bytes)?;
    let (left, right) = sides(missing, width);
    let mut out = String::with_capacity(bytes);
    out.extend(std::iter::repeat_n(fill, left));
    out.push_str(vm.heap.text(r));
    out.extend(std::iter::repeat_n(fill, right));
    vm.new_str(out).map(Flow::Value)
}

fn fill_char(vm: &mut Vm, v: Value) -> Res<char> {
    let Some(text) = args::text(vm, v) else {
        let name = vm.type_name(v).to_owned();
        return Err(vm.type_error(format!(
            "The fill character must be a unicode character, not {name}"
        )));
    };
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Ok(c),
        _ => Err(vm.type_error("The fill character must be exactly one character long")),
    }
}

fn zfill(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = this(vm, a, "zfill")?;
    let [_, width] = args::exact(vm, a, "str.zfill")?;
    let width = usize::try_from(args::index(vm, width)?).unwrap_or(0);
    let chars = vm.heap.str(r).chars();
    let missing = width.saturating_sub(chars);
    if missing == 0 {
        return Ok(Flow::Value(Value::Ref(r)));
    }
    let bytes = missing.saturating_add(vm.heap.text(r).len());
    room(vm, bytes)?;
    let text = vm.heap.text(r);
    let (sign, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (&text[..1], digits),
        None => ("", text),
    };
    let mut out = String::with_capacity(bytes);
    out.push_str(sign);
    out.extend(std::iter::repeat_n('0', missing));
    out.push_str(digits);
    vm.new_str(out).map(Flow::Value)
}

fn expandtabs(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = this(vm, a, "expandtabs")?;
    let [_, size] = args::named(vm, a, "str.expandtabs", ["self", "tabsize"], 1, 2)?;
    let size = match size {
        Value::Unbound => 8,
        v => usize::try_from(args::index(vm, v)?).unwrap_or(0),
    };
    let mut out = String::new();
    vm.heap.grow_text(&mut out, vm.heap.text(r).len())?;
    let mut column = 0_usize;
    for c in vm.heap.text(r).chars() {
        match c {
            '\t' => {
                if let Some(used) = column.checked_rem(size) {
                    vm.heap.grow_text(&mut out, size - used)?;
                    out.extend(std::iter::repeat_n(' ', size - used));
                    column += size - used;
                }
            }
            '\n' | '\r' => {
                vm.heap.grow_text(&mut out, 1)?;
                out.push(c);
                column = 0;
            }
            c => {
                vm.heap.grow_text(&mut out, c.len_utf8())?;
                out.push(c);
                column += 1;
            }
        }
    }
    vm.pay(out.len() as u64 / 64)?;
    vm.new_str(out).map(Flow::Value)
}

fn new(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let [_, object, encoding, errors] = args::named(
        vm,
        a,
        "str.__new__",
        ["cls", "object", "encoding", "errors"],
        1,
        4,
    )?;
    if encoding.is_unbound() && errors.is_unbound() {
        return match object {
            Value::Unbound => vm.new_str("").map(Flow::Value),
            Value::Int(i) => vm.int_text(i).map(Flow::Value),
            v if vm.heap.as_str(v).is_some() => Ok(Flow::Value(v)),
            v => {
                let text = repr::str(vm, v)?;
                vm.new_str(text).map(Flow::Value)
            }
        };
    }
    let plain = super::unwrap(&vm.heap, object);
    if let Value::Ref(r) = plain {
        match vm.heap.get(r) {
            Object::Bytes(_) => {
                return super::codec::decode(vm, r, encoding, errors, "str").map(Flow::Value);
            }
            Object::Str(_) => {
                return Err(vm.type_error("decoding str is not supported"));
            }
            _ => {}
        }
    }
    let name = vm.type_name(object).to_owned();
    Err::<Flow, Raise>(vm.type_error(format!(
        "decoding to str: need a bytes-like object, {name} found"
    )))
}
