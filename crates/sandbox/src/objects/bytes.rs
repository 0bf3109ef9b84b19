//! `bytes`: construction and methods.

use super::str::room;
use super::str_search::bounds;
use super::{args, int, iter, unwrap};
use crate::heap::{Object, Ref, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Bytes, "__new__", new)
        .drains(0b10)
        .slow("slow_bytes_new"),
    NativeDef::method(Type::Bytes, "hex", hex),
    NativeDef::method(Type::Bytes, "fromhex", fromhex),
    NativeDef::method(Type::Bytes, "upper", |vm, a| {
        map(vm, a, "upper", <[u8]>::to_ascii_uppercase)
    }),
    NativeDef::method(Type::Bytes, "lower", |vm, a| {
        map(vm, a, "lower", <[u8]>::to_ascii_lowercase)
    }),
    NativeDef::method(Type::Bytes, "isdigit", |vm, a| {
        every(vm, a, "isdigit", u8::is_ascii_digit)
    }),
    NativeDef::method(Type::Bytes, "isalpha", |vm, a| {
        every(vm, a, "isalpha", u8::is_ascii_alphabetic)
    }),
    NativeDef::method(Type::Bytes, "isalnum", |vm, a| {
        every(vm, a, "isalnum", u8::is_ascii_alphanumeric)
    }),
    NativeDef::method(Type::Bytes, "isspace", |vm, a| {
        every(vm, a, "isspace", is_space)
    }),
    NativeDef::method(Type::Bytes, "isascii", |vm, a| {
        let r = only(vm, a, "isascii")?;
        Ok(Flow::Value(Value::Bool(raw(vm, r).is_ascii())))
    }),
    NativeDef::method(Type::Bytes, "find", |vm, a| find(vm, a, "find", false)),
    NativeDef::method(Type::Bytes, "rfind", |vm, a| find(vm, a, "rfind", false)),
    NativeDef::method(Type::Bytes, "index", |vm, a| find(vm, a, "index", true)),
    NativeDef::method(Type::Bytes, "rindex", |vm, a| find(vm, a, "rindex", true)),
    NativeDef::method(Type::Bytes, "count", count),
    NativeDef::method(Type::Bytes, "startswith", |vm, a| {
        ends(vm, a, "startswith", |text, end| text.starts_with(end))
    }),
    NativeDef::method(Type::Bytes, "endswith", |vm, a| {
        ends(vm, a, "endswith", |text, end| text.ends_with(end))
    }),
    NativeDef::method(Type::Bytes, "removeprefix", |vm, a| {
        remove(vm, a, "removeprefix", |text, end| text.strip_prefix(end))
    }),
    NativeDef::method(Type::Bytes, "removesuffix", |vm, a| {
        remove(vm, a, "removesuffix", |text, end| text.strip_suffix(end))
    }),
    NativeDef::method(Type::Bytes, "replace", replace),
    NativeDef::method(Type::Bytes, "split", |vm, a| split(vm, a, "split")),
    NativeDef::method(Type::Bytes, "rsplit", |vm, a| split(vm, a, "rsplit")),
    NativeDef::method(Type::Bytes, "splitlines", splitlines),
    NativeDef::method(Type::Bytes, "partition", |vm, a| {
        partition(vm, a, "partition")
    }),
    NativeDef::method(Type::Bytes, "rpartition", |vm, a| {
        partition(vm, a, "rpartition")
    }),
    NativeDef::method(Type::Bytes, "strip", |vm, a| {
        strip(vm, a, "strip", true, true)
    }),
    NativeDef::method(Type::Bytes, "lstrip", |vm, a| {
        strip(vm, a, "lstrip", true, false)
    }),
    NativeDef::method(Type::Bytes, "rstrip", |vm, a| {
        strip(vm, a, "rstrip", false, true)
    }),
    NativeDef::method(Type::Bytes, "join", join).drains(0b10),
    NativeDef::method(Type::Bytes, "ljust", |vm, a| justify(vm, a, "ljust")),
    NativeDef::method(Type::Bytes, "rjust", |vm, a| justify(vm, a, "rjust")),
    NativeDef::method(Type::Bytes, "zfill", |vm, a| justify(vm, a, "zfill")),
];

/// The bytes that a method is called on.
pub(super) fn this(vm: &mut Vm, a: Args<'_>, method: &str) -> Res<Ref> {
    let Some(&v) = a.pos.first() else {
        return Err(vm.type_error(format!("unbound method bytes.{method}() needs an argument")));
    };
    let r = args::this(vm, v, Type::Bytes, method)?;
    vm.pay(1 + raw(vm, r).len() as u64 / 64)?;
    Ok(r)
}

fn only(vm: &mut Vm, a: Args<'_>, method: &str) -> Res<Ref> {
    let r = this(vm, a, method)?;
    args::exact::<1>(vm, a, &format!("bytes.{method}"))?;
    Ok(r)
}

fn raw(vm: &Vm, r: Ref) -> &[u8] {
    match vm.heap.get(r) {
        Object::Bytes(b) => b,
        _ => &[],
    }
}

fn made(vm: &mut Vm, bytes: impl Into<Box<[u8]>>) -> Res<Value> {
    vm.alloc(Object::Bytes(bytes.into())).map(Value::Ref)
}

fn bytes_arg(vm: &mut Vm, v: Value) -> Res<Ref> {
    if let Value::Ref(r) = unwrap(&vm.heap, v)
        && matches!(vm.heap.get(r), Object::Bytes(_))
    {
        return Ok(r);
    }
    let name = vm.type_name(v).to_owned();
    Err(vm.type_error(format!("a bytes-like object is required, not '{name}'")))
}

fn is_space(b: &u8) -> bool {
    matches!(b, b' ' | b'\t'..=b'\r')
}

fn new(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let [_, source, encoding, errors] = args::named(
        vm,
        a,
        "bytes.__new__",
        ["cls", "source", "encoding", "errors"],
        1,
        4,
    )?;
    let plain = unwrap(&vm.heap, source);
    if let Value::Ref(r) = plain {
        match vm.heap.get(r) {
            Object::Str(_) if encoding.is_unbound() => {
                return Err(vm.type_error("string argument without an encoding"));
            }
            Object::Str(_) => {
                return super::codec::encode_value(vm, r, encoding, errors).map(Flow::Value);
            }
            Object::Bytes(_) => return Ok(Flow::Value(plain)),
            Object::Instance(_) => return Err(Raise::NeedsPython),
            _ => {}
        }
    }
    if !encoding.is_unbound() || !errors.is_unbound() {
        let word = if encoding.is_unbound() {
            "errors"
        } else {
            "encoding"
        };
        return Err(vm.type_error(format!("{word} without a string argument")));
    }
    match plain {
        Value::Unbound => made(vm, []).map(Flow::Value),
        plain if int::is_int(&vm.heap, plain) => {
            let n = args::index(vm, plain)?;
            let Ok(n) = usize::try_from(n) else {
                return Err(vm.value_error("negative count"));
            };
            room(vm, n)?;
            made(vm, vec![0; n]).map(Flow::Value)
        }
        plain => {
            let items = match iter::collect(vm, plain) {
                Err(Raise::Exception(_)) if iter::iter(vm, plain).is_ok_and(|i| i.is_none()) => {
                    let name = vm.type_name(source).to_owned();
                    return Err(vm.type_error(format!("cannot convert '{name}' object to bytes")));
                }
                other => other?,
            };
            vm.heap.room(items.len() * size_of::<(Value, u8)>())?;
            let mut bytes = Vec::with_capacity(items.len());
            for item in items {
                let i = args::clamped_index(vm, item)?;
                let Ok(byte) = u8::try_from(i) else {
                    return Err(vm.value_error("bytes must be in range(0, 256)"));
                };
                bytes.push(byte);
            }
            made(vm, bytes).map(Flow::Value)
        }
    }
}

fn hex(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = this(vm, a, "hex")?;
    let [_, sep, group] = args::named(vm, a, "bytes.hex", ["self", "sep", "bytes_per_sep"], 1, 3)?;
    let sep = match sep {
        Value::Unbound => None,
        v => {
            let text = match args::text(vm, v) {
                Some(text) => text,
                None => {
                    let r = bytes_arg(vm, v)?;
                    String::from_utf8_lossy(raw(vm, r)).into_owned()
                }
            };
            if text.chars().count() != 1 {
                return Err(vm.value_error("sep must be length 1."));
            }
            Some(text)
        }
    };
    let group = match group {
        Value::Unbound => 1,
        v => args::index(vm, v)?,
    };
    let n = raw(vm, r).len();
    let each = 2 + sep.as_ref().map_or(0, String::len);
    room(vm, n.saturating_mul(each))?;
    let bytes = raw(vm, r);
    let size = usize::try_from(group.unsigned_abs()).unwrap_or(usize::MAX);
    let mut out = String::with_capacity(n * each);
    for (i, b) in bytes.iter().enumerate() {
        if let Some(sep) = &sep
            && i > 0
            && size > 0
        {
            let place = if group > 0 { bytes.len() - i } else { i };
            if place % size == 0 {
                out.push_str(sep);
            }
        }
        for digit in [b >> 4, b & 15] {
            out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    vm.new_str(out).map(Flow::Value)
}

fn fromhex(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    // A class method: called on the class with the text.
    let text = a.pos.last().map(|v| unwrap(&vm.heap, *v));
    let Some(text) = text.and_then(|v| vm.heap.as_str(v)) else {
        return Err(vm.type_error("fromhex() argument must be str"));
    };
    let len = text.len();
    vm.heap.room(len / 2)?;
    let mut out = Vec::with_capacity(len / 2);
    let mut digits = text.char_indices().peekable();
    while let Some((at, c)) = digits.next() {
        if c.is_ascii_whitespace() || c == '\x0b' {
            continue;
        }
        let high = c.to_digit(16);
        let low = digits.next().map(|(i, c)| (i, c.to_digit(16)));
        match (high, low) {
            (Some(high), Some((_, Some(low)))) => out.push((high * 16 + low) as u8),
            (Some(_), low) => {
                let at = low.map_or(text.len(), |(i, _)| i);
                return Err(vm.value_error(format!(
                    "non-hexadecimal number found in fromhex() arg at position {at}"
                )));
            }
            (None, _) => {
                return Err(vm.value_error(format!(
                    "non-hexadecimal number found in fromhex() arg at position {at}"
                )));
            }
        }
    }
    vm.pay(len as u64 / 64)?;
    made(vm, out).map(Flow::Value)
}

fn map(vm: &mut Vm, a: Args<'_>, name: &str, f: impl Fn(&[u8]) -> Vec<u8>) -> Res<Flow> {
    let r = only(vm, a, name)?;
    vm.heap.room(raw(vm, r).len())?;
    let out = f(raw(vm, r));
    made(vm, out).map(Flow::Value)
}

fn every(vm: &mut Vm, a: Args<'_>, name: &str, f: impl Fn(&u8) -> bool) -> Res<Flow> {
    let r = only(vm, a, name)?;
    let bytes = raw(vm, r);
    let all = !bytes.is_empty() && bytes.iter().all(f);
    Ok(Flow::Value(Value::Bool(all)))
}

/// A sub-sequence argument: bytes, or one byte as a number.
fn sought(vm: &mut Vm, v: Value) -> Res<Vec<u8>> {
    let plain = unwrap(&vm.heap, v);
    if int::is_int(&vm.heap, plain) {
        return match u8::try_from(args::clamped_index(vm, plain)?) {
            Ok(byte) => Ok(vec![byte]),
            Err(_) => Err(vm.value_error("byte must be in range(0, 256)")),
        };
    }
    match plain {
        Value::Ref(r) if matches!(vm.heap.get(r), Object::Bytes(_)) => Ok(raw(vm, r).to_vec()),
        _ => {
            let name = vm.type_name(v).to_owned();
            Err(vm.type_error(format!(
                "argument should be integer or bytes-like object, not '{name}'"
            )))
        }
    }
}

fn position(text: &[u8], sought: &[u8]) -> Option<usize> {
    if sought.is_empty() {
        return Some(0);
    }
    text.windows(sought.len()).position(|w| w == sought)
}

fn last_position(text: &[u8], sought: &[u8]) -> Option<usize> {
    if sought.is_empty() {
        return Some(text.len());
    }
    text.windows(sought.len()).rposition(|w| w == sought)
}

fn find(vm: &mut Vm, a: Args<'_>, name: &str, must: bool) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, what, start, end] = args::between(vm, a, &format!("bytes.{name}"), 2)?;
    let what = sought(vm, what)?;
    let len = raw(vm, r).len();
    vm.pay((len as u64).saturating_mul(what.len() as u64) / 64)?;
    let range = bounds(vm, len, start, end)?.filter(|(start, _)| *start <= len);
    let at = range.and_then(|(start, end)| {
        let part = &raw(vm, r)[start..end];
        let found = if name.starts_with('r') {
            last_position(part, &what)
        } else {
            position(part, &what)
        };
        found.map(|i| i + start)
    });
    match at {
        Some(at) => Ok(Flow::Value(Value::Int(at as i64))),
        None if must => Err(vm.value_error("subsection not found")),
        None => Ok(Flow::Value(Value::Int(-1))),
    }
}

fn count(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = this(vm, a, "count")?;
    let [_, what, start, end] = args::between(vm, a, "bytes.count", 2)?;
    let what = sought(vm, what)?;
    let len = raw(vm, r).len();
    vm.pay((len as u64).saturating_mul(what.len() as u64) / 64)?;
    let range = bounds(vm, len, start, end)?.filter(|(start, _)| *start <= len);
    let n = range.map_or(0, |(start, end)| {
        if what.is_empty() {
            return end - start + 1;
        }
        let mut rest = &raw(vm, r)[start..end];
        let mut n = 0;
        while let Some(at) = position(rest, &what) {
            n += 1;
            rest = &rest[at + what.len()..];
        }
        n
    });
    Ok(Flow::Value(Value::Int(n as i64)))
}

fn ends(vm: &mut Vm, a: Args<'_>, name: &str, test: impl Fn(&[u8], &[u8]) -> bool) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, what, start, end] = args::between(vm, a, &format!("bytes.{name}"), 2)?;
    let len = raw(vm, r).len();
    let range = bounds(vm, len, start, end)?.filter(|(start, _)| *start <= len);
    let plain = unwrap(&vm.heap, what);
    let candidates = match plain {
        Value::Ref(t) => match vm.heap.get(t) {
            Object::Tuple(items) => items.to_vec(),
            Object::Bytes(_) => vec![plain],
            _ => return Err(wrong_end(vm, name, what)),
        },
        _ => return Err(wrong_end(vm, name, what)),
    };
    for candidate in candidates {
        let candidate = bytes_arg(vm, candidate)?;
        if let Some((start, end)) = range
            && test(&raw(vm, r)[start..end], raw(vm, candidate))
        {
            return Ok(Flow::Value(Value::Bool(true)));
        }
    }
    Ok(Flow::Value(Value::Bool(false)))
}

fn wrong_end(vm: &mut Vm, name: &str, v: Value) -> Raise {
    let given = vm.type_name(v).to_owned();
    vm.type_error(format!(
        "{name} first arg must be bytes or a tuple of bytes, not {given}"
    ))
}

fn remove(
    vm: &mut Vm,
    a: Args<'_>,
    name: &str,
    strip: impl for<'t> Fn(&'t [u8], &[u8]) -> Option<&'t [u8]>,
) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, end] = args::exact(vm, a, &format!("bytes.{name}"))?;
    let end = bytes_arg(vm, end)?;
    match strip(raw(vm, r), raw(vm, end)).map(<[u8]>::to_vec) {
        Some(rest) => made(vm, rest).map(Flow::Value),
        None => Ok(Flow::Value(Value::Ref(r))),
    }
}

fn replace(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = this(vm, a, "replace")?;
    let [_, old, new, count] = args::between(vm, a, "bytes.replace", 3)?;
    let (old, new) = (bytes_arg(vm, old)?, bytes_arg(vm, new)?);
    let limit = match count {
        Value::Unbound => usize::MAX,
        v => usize::try_from(args::index(vm, v)?).unwrap_or(usize::MAX),
    };
    let cost = (raw(vm, r).len() as u64).saturating_mul(raw(vm, old).len() as u64);
    vm.pay(cost / 64)?;
    let (text, from, to) = (raw(vm, r), raw(vm, old), raw(vm, new));
    let mut out = Vec::new();
    vm.heap.grow(&mut out, text.len())?;
    let mut at = 0;
    let mut n = 0;
    while n < limit {
        if from.is_empty() {
            vm.heap.grow(&mut out, to.len() + 1)?;
            out.extend(to);
            n += 1;
            let Some(byte) = text.get(at) else { break };
            out.push(*byte);
            at += 1;
            continue;
        }
        let Some(found) = position(&text[at..], from) else {
            break;
        };
        vm.heap.grow(&mut out, found + to.len())?;
        out.extend(&text[at..at + found]);
        out.extend(to);
        at += found + from.len();
        n += 1;
    }
    let rest = text.get(at..).unwrap_or(&[]);
    vm.heap.grow(&mut out, rest.len())?;
    out.extend(rest);
    vm.pay(out.len() as u64 / 64)?;
    made(vm, out).map(Flow::Value)
}

/// A piece of bytes as an object.
fn part(vm: &mut Vm, r: Ref, from: usize, to: usize) -> Res<Value> {
    vm.heap.room(to - from)?;
    let part: Box<[u8]> = raw(vm, r)[from..to].into();
    made(vm, part)
}

/// Adds a piece of bytes to a list, which grows as it is paid for.
fn push_part(vm: &mut Vm, out: Ref, r: Ref, from: usize, to: usize) -> Res<()> {
    let part = part(vm, r, from, to)?;
    if vm.heap.list(out).len() % 8 == 7 {
        vm.pay(1)?;
    }
    super::list::push(vm, out, part)
}

fn split(vm: &mut Vm, a: Args<'_>, name: &str) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, sep, limit] = args::named(
        vm,
        a,
        &format!("bytes.{name}"),
        ["self", "sep", "maxsplit"],
        1,
        3,
    )?;
    let limit = match limit {
        Value::Unbound => usize::MAX,
        v => usize::try_from(args::index(vm, v)?).unwrap_or(usize::MAX),
    };
    let sep = match sep {
        Value::Unbound | Value::None => None,
        v => {
            let sep = bytes_arg(vm, v)?;
            if raw(vm, sep).is_empty() {
                return Err(vm.value_error("empty separator"));
            }
            Some(sep)
        }
    };
    let len = raw(vm, r).len();
    let cost = sep.map_or(1, |sep| raw(vm, sep).len());
    vm.pay((len as u64).saturating_mul(cost as u64) / 64)?;
    let from_right = name == "rsplit";
    let out = vm.alloc(Object::List(Vec::new()))?;
    let mut left = (0, len);
    while let Some(next) = match sep {
        Some(sep) => next_between(vm, r, raw(vm, sep), left, from_right),
        None => next_word(vm, r, left, from_right),
    } {
        let (whole, piece, rest) = next;
        let last = vm.heap.list(out).len() == limit;
        let (from, to) = if last { whole } else { piece };
        push_part(vm, out, r, from, to)?;
        match rest {
            Some(rest) if !last => left = rest,
            _ => break,
        }
    }
    if from_right {
        vm.heap.list_mut(out).reverse();
    }
    Ok(Flow::Value(Value::Ref(out)))
}

type Span = (usize, usize);

/// The next piece of what is left: all that is left, the piece, and what is left after it.
fn next_between(
    vm: &Vm,
    r: Ref,
    sep: &[u8],
    left: Span,
    from_right: bool,
) -> Option<(Span, Span, Option<Span>)> {
    let rest = &raw(vm, r)[left.0..left.1];
    let found = if from_right {
        last_position(rest, sep)
    } else {
        position(rest, sep)
    };
    Some(match found {
        None => (left, left, None),
        Some(at) => {
            let before = (left.0, left.0 + at);
            let after = (left.0 + at + sep.len(), left.1);
            if from_right {
                (left, after, Some(before))
            } else {
                (left, before, Some(after))
            }
        }
    })
}

/// The same for words between white space.
fn next_word(vm: &Vm, r: Ref, left: Span, from_right: bool) -> Option<(Span, Span, Option<Span>)> {
    let rest = &raw(vm, r)[left.0..left.1];
    let first = rest.iter().position(|b| !is_space(b))?;
    if from_right {
        let last = rest.iter().rposition(|b| !is_space(b)).unwrap_or(first);
        let start = rest[..last].iter().rposition(is_space).map_or(0, |i| i + 1);
        let end = left.0 + last + 1;
        let piece = (left.0 + start, end);
        return Some(((left.0, end), piece, Some((left.0, left.0 + start))));
    }
    let len = rest[first..]
        .iter()
        .position(is_space)
        .unwrap_or(rest.len() - first);
    let start = left.0 + first;
    let piece = (start, start + len);
    Some(((start, left.1), piece, Some((start + len, left.1))))
}

fn splitlines(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = this(vm, a, "splitlines")?;
    let [_, keep] = args::named(vm, a, "bytes.splitlines", ["self", "keepends"], 1, 2)?;
    let keep = match keep {
        Value::Unbound => false,
        v => super::ops::truth(vm, v)?,
    };
    let out = vm.alloc(Object::List(Vec::new()))?;
    let mut from = 0;
    loop {
        let rest = &raw(vm, r)[from..];
        if rest.is_empty() {
            return Ok(Flow::Value(Value::Ref(out)));
        }
        let end = rest
            .iter()
            .position(|b| matches!(b, b'\n' | b'\r'))
            .unwrap_or(rest.len());
        let next = if rest[end..].starts_with(b"\r\n") {
            end + 2
        } else {
            (end + 1).min(rest.len())
        };
        push_part(vm, out, r, from, from + if keep { next } else { end })?;
        from += next;
    }
}

fn partition(vm: &mut Vm, a: Args<'_>, name: &str) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, sep] = args::exact(vm, a, &format!("bytes.{name}"))?;
    let sep_ref = bytes_arg(vm, sep)?;
    let (len, width) = (raw(vm, r).len(), raw(vm, sep_ref).len());
    if width == 0 {
        return Err(vm.value_error("empty separator"));
    }
    vm.pay((len as u64).saturating_mul(width as u64) / 64)?;
    let is_right = name == "rpartition";
    let (text, sep) = (raw(vm, r), raw(vm, sep_ref));
    let found = if is_right {
        last_position(text, sep)
    } else {
        position(text, sep)
    };
    let (before, after) = match found {
        Some(at) => (at, at + width),
        None if is_right => (0, 0),
        None => (len, len),
    };
    let before_sep = part(vm, r, 0, before)?;
    let found = part(vm, r, before, after)?;
    let after_sep = part(vm, r, after, len)?;
    vm.new_tuple([before_sep, found, after_sep])
        .map(Flow::Value)
}

fn strip(vm: &mut Vm, a: Args<'_>, name: &str, left: bool, right: bool) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, set] = args::between(vm, a, &format!("bytes.{name}"), 1)?;
    let set = match set {
        Value::Unbound | Value::None => None,
        v => {
            let set = bytes_arg(vm, v)?;
            vm.pay(raw(vm, set).len() as u64 / 64)?;
            let mut has = [false; 256];
            for byte in raw(vm, set) {
                has[usize::from(*byte)] = true;
            }
            Some(has)
        }
    };
    let drop = |b: &u8| match &set {
        None => is_space(b),
        Some(has) => has[usize::from(*b)],
    };
    let whole = raw(vm, r);
    let mut text = whole;
    while let [first, rest @ ..] = text
        && left
        && drop(first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && right
        && drop(last)
    {
        text = rest;
    }
    let from = text.as_ptr() as usize - whole.as_ptr() as usize;
    let to = from + text.len();
    part(vm, r, from, to).map(Flow::Value)
}

fn join(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = this(vm, a, "join")?;
    let [_, iterable] = args::exact(vm, a, "bytes.join")?;
    let items = match iter::collect(vm, iterable) {
        Err(Raise::Exception(_)) if iter::iter(vm, iterable).is_ok_and(|i| i.is_none()) => {
            return Err(vm.type_error("can only join an iterable"));
        }
        other => other?,
    };
    vm.heap.room(items.len() * size_of::<[Value; 2]>())?;
    let mut parts = Vec::with_capacity(items.len());
    let mut size = raw(vm, r).len().saturating_mul(items.len());
    for (i, item) in items.into_iter().enumerate() {
        match unwrap(&vm.heap, item) {
            Value::Ref(part) if matches!(vm.heap.get(part), Object::Bytes(_)) => {
                size = size.saturating_add(raw(vm, part).len());
                parts.push(part);
            }
            _ => {
                let name = vm.type_name(item).to_owned();
                return Err(vm.type_error(format!(
                    "sequence item {i}: expected a bytes-like object, {name} found"
                )));
            }
        }
    }
    // The items' handles and where their bytes are.
    room(
        vm,
        size.saturating_add(parts.len() * size_of::<[Value; 2]>()),
    )?;
    let parts: Vec<&[u8]> = parts.iter().map(|p| raw(vm, *p)).collect();
    let out = parts.join(raw(vm, r));
    made(vm, out).map(Flow::Value)
}

fn justify(vm: &mut Vm, a: Args<'_>, name: &str) -> Res<Flow> {
    let r = this(vm, a, name)?;
    let [_, width, fill] = args::between(vm, a, &format!("bytes.{name}"), 2)?;
    let width = usize::try_from(args::index(vm, width)?).unwrap_or(0);
    let fill = match fill {
        Value::Unbound if name == "zfill" => b'0',
        Value::Unbound => b' ',
        v => {
            let fill = bytes_arg(vm, v)?;
            let &[fill] = raw(vm, fill) else {
                return Err(vm.type_error(format!(
                    "{name}() argument 2 must be a byte string of length 1, not a bytes object"
                )));
            };
            fill
        }
    };
    let missing = width.saturating_sub(raw(vm, r).len());
    let bytes = missing.saturating_add(raw(vm, r).len());
    room(vm, bytes)?;
    let text = raw(vm, r);
    let before = match (name, text) {
        ("ljust", text) => text.len(),
        ("zfill", [b'+' | b'-', ..]) => 1,
        _ => 0,
    };
    let mut out = Vec::with_capacity(bytes);
    out.extend_from_slice(&text[..before]);
    out.resize(before + missing, fill);
    out.extend_from_slice(&text[before..]);
    made(vm, out).map(Flow::Value)
}
