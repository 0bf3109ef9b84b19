//! What programs see of patterns: the methods of `re.Pattern`, and how a pattern comes to be.

use super::exec::{Exhausted, Found, Fuel, Mode, Text, find};
use super::template::{self, Part, TemplateError};
use super::{PatternError, Program};
use crate::heap::{
    Object, Ref, Type, Value,
    object::{Iter, Match, Pattern},
};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use std::sync::Arc;

/// The natives of this file.
pub const NATIVES: &[NativeDef] = &[
    NativeDef::function("_kont_re_compile", compile_pattern),
    NativeDef::method(Type::Pattern, "match", match_),
    NativeDef::method(Type::Pattern, "fullmatch", fullmatch),
    NativeDef::method(Type::Pattern, "search", search),
    NativeDef::method(Type::Pattern, "findall", findall),
    NativeDef::method(Type::Pattern, "finditer", finditer),
    NativeDef::method(Type::Pattern, "split", split),
    NativeDef::method(Type::Pattern, "sub", sub).slow("slow_pattern_sub"),
    NativeDef::method(Type::Pattern, "subn", subn).slow("slow_pattern_subn"),
];

/// A text that was taken out of the heap: what a matcher reads while the run's counters change.
pub(super) enum Owned {
    Str(Box<str>),
    Bytes(Box<[u8]>),
}

impl Owned {
    pub(super) fn text(&self) -> Text<'_> {
        match self {
            Self::Str(s) => Text::Utf8(s),
            Self::Bytes(b) => Text::Raw(b),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Str(s) => s.len(),
            Self::Bytes(b) => b.len(),
        }
    }

    fn slice(&self, from: usize, to: usize) -> Self {
        match self {
            Self::Str(s) => Self::Str(s[from..to].into()),
            Self::Bytes(b) => Self::Bytes(b[from..to].into()),
        }
    }

    /// The byte offset of a character's number; the end if it is past it.
    fn offset(&self, chars: usize) -> usize {
        match self {
            Self::Bytes(b) => chars.min(b.len()),
            Self::Str(s) if s.is_ascii() => chars.min(s.len()),
            Self::Str(s) => s.char_indices().nth(chars).map_or(s.len(), |(i, _)| i),
        }
    }

    /// How many characters there are before a byte offset.
    pub(super) fn chars_before(&self, offset: usize) -> usize {
        match self {
            Self::Bytes(_) => offset,
            Self::Str(s) => s[..offset].chars().count(),
        }
    }
}

/// A value as a text, a subclass's instance by what is inside.
pub(super) fn owned(vm: &Vm, v: Value) -> Option<(Ref, Owned)> {
    let Value::Ref(r) = crate::objects::unwrap(&vm.heap, v) else {
        return None;
    };
    match vm.heap.get(r) {
        Object::Str(s) => Some((r, Owned::Str(vm.heap.text_of(s).into()))),
        Object::Bytes(b) => Some((r, Owned::Bytes(b.clone()))),
        _ => None,
    }
}

/// A new `str` or `bytes` of a piece.
pub(super) fn piece(vm: &mut Vm, owned: &Owned, from: usize, to: usize) -> Res<Value> {
    match owned {
        Owned::Str(s) => vm.new_str(&s[from..to]),
        Owned::Bytes(b) => vm.alloc(Object::Bytes(b[from..to].into())).map(Value::Ref),
    }
}

fn code_points(owned: &Owned) -> Vec<u32> {
    match owned {
        Owned::Str(s) => s.chars().map(u32::from).collect(),
        Owned::Bytes(b) => b.iter().map(|b| u32::from(*b)).collect(),
    }
}

/// The exception of a bad pattern or template.
fn pattern_error(vm: &mut Vm, error: &PatternError, pattern: Value) -> Raise {
    let points = owned(vm, pattern)
        .map(|(_, o)| code_points(&o))
        .unwrap_or_default();
    let (text, line, column) = match error.position {
        None => (error.message.clone(), None, None),
        Some(at) => {
            let before = &points[..at.min(points.len())];
            let line = before.iter().filter(|c| **c == 10).count() + 1;
            let column = at - before.iter().rposition(|c| *c == 10).map_or(0, |i| i + 1) + 1;
            let mut text = format!("{} at position {at}", error.message);
            if points.contains(&10) {
                text += &format!(" (line {line}, column {column})");
            }
            (text, Some(line), Some(column))
        }
    };
    let raise = vm.exception(Type::PatternError, text);
    let Raise::Exception(Value::Ref(r)) = raise else {
        return raise;
    };
    let message = match vm.new_str(error.message.clone()) {
        Ok(message) => message,
        Err(raise) => return raise,
    };
    let number = |n: Option<usize>| n.map_or(Value::None, |n| Value::Int(n as i64));
    for (name, value) in [
        ("msg", message),
        ("pattern", pattern),
        ("pos", number(error.position)),
        ("lineno", number(line)),
        ("colno", number(column)),
    ] {
        let name = vm.sym(name);
        vm.heap.exception_mut(r).attrs.set(name, value);
    }
    Raise::Exception(Value::Ref(r))
}

/// `_kont_re_compile(pattern, flags)`.
fn compile_pattern(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [source, flags] = args.pos else {
        return Err(vm.type_error("_kont_re_compile takes two arguments"));
    };
    let Some((r, text)) = owned(vm, *source) else {
        return Err(vm.type_error("first argument must be string or compiled pattern"));
    };
    let Value::Int(flags) = *flags else {
        return Err(vm.type_error("flags must be an int"));
    };
    let is_bytes = matches!(text, Owned::Bytes(_));
    if flags & 4 != 0 {
        return Err(if is_bytes {
            Raise::Refused("the flag `re.LOCALE`".into())
        } else {
            vm.value_error("cannot use LOCALE flag with a str pattern")
        });
    }
    if flags & 32 != 0 && is_bytes {
        return Err(vm.value_error("cannot use UNICODE flag with a bytes pattern"));
    }
    if flags & 32 != 0 && flags & 256 != 0 {
        return Err(vm.value_error("ASCII and UNICODE flags are incompatible"));
    }
    vm.pay(text.len() as u64 / 4 + 8)?;
    let points = code_points(&text);
    let program = match super::compile(&points, flags as u32 & 0x1ff, is_bytes) {
        Ok(program) => program,
        Err(error) => return Err(compile_error(vm, &error, Value::Ref(r))),
    };
    let pattern = Pattern {
        source: Value::Ref(r),
        flags: program.flags,
        program: Arc::new(program).into(),
    };
    vm.alloc(Object::Pattern(Box::new(pattern)))
        .map(|r| Flow::Value(Value::Ref(r)))
}

fn compile_error(vm: &mut Vm, error: &PatternError, pattern: Value) -> Raise {
    // These two are other exceptions in CPython.
    match error.message.as_str() {
        "the repetition number is too large" => {
            vm.exception(Type::OverflowError, error.message.as_str())
        }
        "cannot use UNICODE flag with a bytes pattern" => vm.value_error(error.message.as_str()),
        m if m.ends_with("kont") => Raise::Refused(format!("in a pattern: {m}").into()),
        _ => pattern_error(vm, error, pattern),
    }
}

/// The program of a pattern object, made again after a load.
pub(super) fn program(vm: &Vm, r: Ref) -> Option<Arc<Program>> {
    let Object::Pattern(pattern) = vm.heap.get(r) else {
        return None;
    };
    if let Some(program) = pattern.program.get() {
        return Some(program.clone());
    }
    let (_, text) = owned(vm, pattern.source)?;
    let is_bytes = matches!(text, Owned::Bytes(_));
    let program = Arc::new(super::compile(&code_points(&text), pattern.flags, is_bytes).ok()?);
    Some(pattern.program.get_or_init(|| program).clone())
}

/// One call of a method of a pattern.
struct Call {
    pattern: Ref,
    program: Arc<Program>,
    subject: Ref,
    text: Owned,
}

fn this(vm: &mut Vm, v: Value) -> Res<(Ref, Arc<Program>)> {
    let found = v.as_ref().and_then(|r| program(vm, r).map(|p| (r, p)));
    found.ok_or_else(|| vm.type_error("a compiled pattern is required"))
}

fn is_bytes_pattern(vm: &Vm, pattern: Ref) -> bool {
    match vm.heap.get(pattern) {
        Object::Pattern(p) => {
            owned(vm, p.source).is_some_and(|(_, o)| matches!(o, Owned::Bytes(_)))
        }
        _ => false,
    }
}

impl Call {
    fn new(vm: &mut Vm, pattern: Value, subject: Value) -> Res<Self> {
        let (pattern, program) = this(vm, pattern)?;
        let Some((subject, text)) = owned(vm, subject) else {
            let name = vm.type_name(subject).to_string();
            return Err(vm.type_error(format!(
                "expected string or bytes-like object, got '{name}'"
            )));
        };
        let bytes = is_bytes_pattern(vm, pattern);
        match (&text, bytes) {
            (Owned::Bytes(_), false) => {
                Err(vm.type_error("cannot use a string pattern on a bytes-like object"))
            }
            (Owned::Str(_), true) => {
                Err(vm.type_error("cannot use a bytes pattern on a string-like object"))
            }
            _ => {
                vm.pay(text.len() as u64 / 64 + 1)?;
                Ok(Self {
                    pattern,
                    program,
                    subject,
                    text,
                })
            }
        }
    }

    fn find(
        &self,
        vm: &mut Vm,
        (start, end): (usize, usize),
        mode: Mode,
        not_empty_at: Option<usize>,
    ) -> Res<Option<Found>> {
        let room = vm.heap.limit_bytes().saturating_sub(vm.heap.used_bytes());
        let mut fuel = Fuel::new(vm.steps_left, room);
        let found = find(
            &self.program,
            self.text.text(),
            start,
            end,
            mode,
            not_empty_at,
            &mut fuel,
        );
        match found {
            Ok(found) => {
                let spent = vm.steps_left - fuel.steps;
                vm.pay(spent)?;
                Ok(found)
            }
            Err(Exhausted::Steps) => Err(vm.pay(u64::MAX).err().unwrap_or(Raise::NeedsPython)),
            Err(Exhausted::Memory) => {
                vm.heap.charge(room + 1)?;
                Err(Raise::Refused("a match that needs too much memory".into()))
            }
        }
    }

    /// All matches from the left, as `finditer` gives them. `limit` 0 is no limit.
    fn all(&self, vm: &mut Vm, (start, end): (usize, usize), limit: usize) -> Res<Vec<Found>> {
        let mut all: Vec<Found> = Vec::new();
        let (mut at, mut banned) = (start, None);
        while limit == 0 || all.len() < limit {
            let Some(found) = self.find(vm, (at, end), Mode::Search, banned)? else {
                break;
            };
            let (from, to) = found.spans[0].expect("a match has a span");
            // After an empty match the next one may begin here, but must not be empty again.
            banned = (from == to).then_some(to);
            at = to;
            vm.heap
                .charge(size_of::<Found>() + found.spans.len() * 24)?;
            all.push(found);
        }
        Ok(all)
    }

    fn match_object(&self, vm: &mut Vm, found: &Found, range: (u32, u32)) -> Res<Value> {
        let spans = found
            .spans
            .iter()
            .map(|span| span.map(|(a, b)| (a as u32, b as u32)))
            .collect();
        let object = Match {
            pattern: self.pattern,
            subject: self.subject,
            spans,
            last_group: found.last_group,
            range,
        };
        vm.alloc(Object::Match(Box::new(object))).map(Value::Ref)
    }

    /// The text of a group of a match, or what stands for one that did not match.
    fn group(&self, vm: &mut Vm, found: &Found, group: usize, absent: Value) -> Res<Value> {
        match found.spans[group] {
            Some((from, to)) => piece(vm, &self.text, from, to),
            None => Ok(absent),
        }
    }
}

/// Arguments by position or name; absent ones are `Unbound`.
pub(super) fn bind<const N: usize>(
    vm: &mut Vm,
    args: Args<'_>,
    function: &str,
    names: [&str; N],
    required: usize,
) -> Res<[Value; N]> {
    let mut values = [Value::Unbound; N];
    let given = args.pos.get(1..).unwrap_or_default();
    if given.len() > N {
        return Err(vm.type_error(format!(
            "{function}() takes at most {N} arguments ({} given)",
            given.len()
        )));
    }
    values[..given.len()].copy_from_slice(given);
    for (name, value) in args.kw {
        let name = vm.heap.name(*name).to_string();
        match names.iter().position(|n| *n == name) {
            Some(i) if values[i].is_unbound() => values[i] = *value,
            Some(i) => {
                return Err(vm.type_error(format!(
                    "argument for {function}() given by name ('{name}') and position ({})",
                    i + 1
                )));
            }
            None => {
                return Err(vm.type_error(format!(
                    "{function}() got an unexpected keyword argument '{name}'"
                )));
            }
        }
    }
    if let Some(i) = (0..required).find(|i| values[*i].is_unbound()) {
        return Err(vm.type_error(format!(
            "{function}() missing required argument '{}' (pos {})",
            names[i],
            i + 1
        )));
    }
    Ok(values)
}

fn number(vm: &mut Vm, v: Value, default: usize) -> Res<usize> {
    match v {
        Value::Unbound => Ok(default),
        Value::Int(n) => Ok(usize::try_from(n).unwrap_or(0)),
        Value::Bool(b) => Ok(usize::from(b)),
        _ => {
            let name = vm.type_name(v).to_string();
            Err(vm.type_error(format!(
                "'{name}' object cannot be interpreted as an integer"
            )))
        }
    }
}

/// A method of `string, pos, endpos`: the call, its range in bytes and in characters.
/// What to search: the call, the range in bytes, and the range in characters.
type Scan = (Call, (usize, usize), (u32, u32));

fn scan(vm: &mut Vm, args: Args<'_>, name: &str) -> Res<Scan> {
    let [string, pos, endpos] = bind(vm, args, name, ["string", "pos", "endpos"], 1)?;
    let call = Call::new(vm, args.pos.first().copied().unwrap_or(Value::None), string)?;
    let total = call.text.chars_before(call.text.len());
    let endpos = number(vm, endpos, total)?.min(total);
    let pos = number(vm, pos, 0)?.min(total);
    let range = (pos as u32, endpos as u32);
    let (start, end) = (call.text.offset(pos), call.text.offset(endpos));
    Ok((call, (start, end), range))
}

fn one(vm: &mut Vm, args: Args<'_>, name: &str, mode: Mode) -> Res<Flow> {
    let (call, (start, end), range) = scan(vm, args, name)?;
    if start > end {
        return Ok(Flow::Value(Value::None));
    }
    match call.find(vm, (start, end), mode, None)? {
        Some(found) => call.match_object(vm, &found, range).map(Flow::Value),
        None => Ok(Flow::Value(Value::None)),
    }
}

fn match_(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    one(vm, args, "match", Mode::Match)
}

fn fullmatch(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    one(vm, args, "fullmatch", Mode::Full)
}

fn search(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    one(vm, args, "search", Mode::Search)
}

fn findall(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (call, span, _) = scan(vm, args, "findall")?;
    let found = if span.0 > span.1 {
        Vec::new()
    } else {
        call.all(vm, span, 0)?
    };
    let mut items = Vec::with_capacity(found.len());
    let empty = piece(vm, &call.text, 0, 0)?;
    for one in &found {
        let item = match call.program.groups {
            0 => call.group(vm, one, 0, empty)?,
            1 => call.group(vm, one, 1, empty)?,
            n => {
                let groups = 1..=n as usize;
                let groups = groups.map(|g| call.group(vm, one, g, empty));
                let groups = groups.collect::<Res<Vec<_>>>()?;
                vm.new_tuple(groups)?
            }
        };
        items.push(item);
    }
    vm.new_list(items).map(Flow::Value)
}

fn finditer(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (call, span, range) = scan(vm, args, "finditer")?;
    let found = if span.0 > span.1 {
        Vec::new()
    } else {
        call.all(vm, span, 0)?
    };
    let matches = found.iter().map(|one| call.match_object(vm, one, range));
    let matches = matches.collect::<Res<Vec<_>>>()?;
    let iter = Iter::Values(matches.into(), 0);
    vm.alloc(Object::Iter(Box::new(iter)))
        .map(|r| Flow::Value(Value::Ref(r)))
}

fn split(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [string, maxsplit] = bind(vm, args, "split", ["string", "maxsplit"], 1)?;
    let call = Call::new(vm, args.pos[0], string)?;
    let mut items = Vec::new();
    let mut from = 0;
    let negative = matches!(maxsplit, Value::Int(n) if n < 0);
    let limit = number(vm, maxsplit, 0)?;
    let found = if negative {
        Vec::new()
    } else {
        call.all(vm, (0, call.text.len()), limit)?
    };
    for one in &found {
        let (start, end) = one.spans[0].expect("a match has a span");
        items.push(piece(vm, &call.text, from, start)?);
        for g in 1..=call.program.groups as usize {
            items.push(call.group(vm, one, g, Value::None)?);
        }
        from = end;
    }
    items.push(piece(vm, &call.text, from, call.text.len())?);
    vm.new_list(items).map(Flow::Value)
}

/// Appends to a text of the same kind.
fn append(vm: &mut Vm, out: &mut Vec<u8>, text: &Owned, from: usize, to: usize) -> Res<()> {
    let bytes = match text {
        Owned::Str(s) => &s.as_bytes()[from..to],
        Owned::Bytes(b) => &b[from..to],
    };
    vm.pay(bytes.len() as u64 / 64)?;
    if out.capacity() - out.len() < bytes.len() {
        vm.heap.charge(bytes.len())?;
    }
    out.extend_from_slice(bytes);
    Ok(())
}

/// Appends a template, filled in from a match.
fn fill(
    vm: &mut Vm,
    out: &mut Vec<u8>,
    parts: &[Part],
    text: &Owned,
    spans: &[Option<(usize, usize)>],
) -> Res<()> {
    for part in parts {
        match part {
            Part::Group(g) => {
                if let Some((from, to)) = spans[*g as usize] {
                    append(vm, out, text, from, to)?;
                }
            }
            Part::Literal(points) => {
                let literal = literal(text, points);
                append(vm, out, &literal, 0, literal.len())?;
            }
        }
    }
    Ok(())
}

fn literal(like: &Owned, points: &[u32]) -> Owned {
    match like {
        Owned::Str(_) => {
            let text: String = points.iter().filter_map(|c| char::from_u32(*c)).collect();
            Owned::Str(text.into())
        }
        Owned::Bytes(_) => Owned::Bytes(points.iter().map(|c| *c as u8).collect()),
    }
}

fn finished(vm: &mut Vm, like: &Owned, out: Vec<u8>) -> Res<Value> {
    match like {
        Owned::Str(_) => {
            let text = String::from_utf8(out).expect("pieces of texts are text");
            vm.new_str(text)
        }
        Owned::Bytes(_) => vm.alloc(Object::Bytes(out.into())).map(Value::Ref),
    }
}

pub(super) fn read_template(vm: &mut Vm, program: &Program, v: Value) -> Res<Vec<Part>> {
    let Some((_, text)) = owned(vm, v) else {
        let name = vm.type_name(v).to_string();
        return Err(vm.type_error(format!("expected str instance, {name} found")));
    };
    match template::parse(&code_points(&text), program) {
        Ok(parts) => Ok(parts),
        Err(TemplateError::Pattern(error)) => Err(pattern_error(vm, &error, v)),
        Err(TemplateError::Index(message)) => Err(vm.exception(Type::IndexError, message)),
    }
}

fn replace(vm: &mut Vm, args: Args<'_>, name: &str) -> Res<(Value, usize)> {
    let [repl, string, count] = bind(vm, args, name, ["repl", "string", "count"], 2)?;
    let call = Call::new(vm, args.pos[0], string)?;
    match owned(vm, repl) {
        None => return Err(Raise::NeedsPython),
        Some((_, repl)) if matches!(repl, Owned::Str(_)) != matches!(call.text, Owned::Str(_)) => {
            let (want, got) = match repl {
                Owned::Str(_) => ("a bytes-like object", "str"),
                Owned::Bytes(_) => ("str instance", "bytes"),
            };
            return Err(vm.type_error(format!("sequence item 0: expected {want}, {got} found")));
        }
        Some(_) => {}
    }
    let parts = read_template(vm, &call.program, repl)?;
    let limit = number(vm, count, 0)?;
    if matches!(count, Value::Int(n) if n < 0) {
        let whole = piece(vm, &call.text, 0, call.text.len())?;
        return Ok((whole, 0));
    }
    let found = call.all(vm, (0, call.text.len()), limit)?;
    let mut out = Vec::new();
    let mut from = 0;
    for one in &found {
        let (start, end) = one.spans[0].expect("a match has a span");
        append(vm, &mut out, &call.text, from, start)?;
        fill(vm, &mut out, &parts, &call.text, &one.spans)?;
        from = end;
    }
    append(vm, &mut out, &call.text, from, call.text.len())?;
    Ok((finished(vm, &call.text, out)?, found.len()))
}

fn sub(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    replace(vm, args, "sub").map(|(text, _)| Flow::Value(text))
}

fn subn(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (text, n) = replace(vm, args, "subn")?;
    vm.new_tuple(vec![text, Value::Int(n as i64)])
        .map(Flow::Value)
}

/// `Match.expand`: a template filled in.
pub(super) fn expand(
    vm: &mut Vm,
    parts: &[Part],
    text: &Owned,
    spans: &[Option<(usize, usize)>],
) -> Res<Value> {
    let mut out = Vec::new();
    fill(vm, &mut out, parts, text, spans)?;
    let like = text.slice(0, 0);
    finished(vm, &like, out)
}
