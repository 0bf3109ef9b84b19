//! What programs see of patterns: the methods of `re.Pattern`, and how a pattern comes to be.

use super::exec::{Exhausted, Found, Fuel, Mode, Text, find};
use super::template::{self, Part, TemplateError};
use super::{PatternError, Program};
use crate::heap::{
    self, Heap, Object, Ref, Type, Value,
    object::{Iter, Match, Pattern},
};
use crate::objects::list;
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

/// A text where it is: on the heap.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    pub(super) r: Ref,
    pub(super) is_bytes: bool,
}

impl Subject {
    /// A value as a text, a subclass's instance by what is inside.
    pub(super) fn of(vm: &Vm, v: Value) -> Option<Self> {
        let Value::Ref(r) = crate::objects::unwrap(&vm.heap, v) else {
            return None;
        };
        match vm.heap.get(r) {
            Object::Str(_) => Some(Self { r, is_bytes: false }),
            Object::Bytes(_) => Some(Self { r, is_bytes: true }),
            _ => None,
        }
    }

    pub(super) fn text<'h>(&self, heap: &'h Heap) -> Text<'h> {
        match heap.get(self.r) {
            Object::Bytes(b) => Text::Raw(b),
            _ => Text::Utf8(heap.text(self.r)),
        }
    }

    pub(super) fn raw<'h>(&self, heap: &'h Heap) -> &'h [u8] {
        match self.text(heap) {
            Text::Raw(b) => b,
            Text::Utf8(s) => s.as_bytes(),
        }
    }

    pub(super) fn len(&self, heap: &Heap) -> usize {
        self.raw(heap).len()
    }

    /// The byte offset of a character's number; the end if it is past it.
    fn offset(&self, heap: &Heap, chars: usize) -> usize {
        match heap.get(self.r) {
            Object::Bytes(b) => chars.min(b.len()),
            _ => heap.byte_of(self.r, chars),
        }
    }

    /// How many characters there are before a byte offset.
    pub(super) fn chars_before(&self, heap: &Heap, offset: usize) -> usize {
        match heap.get(self.r) {
            Object::Bytes(_) => offset,
            _ => heap.char_of(self.r, offset),
        }
    }
}

/// A new `str` or `bytes` of a piece.
pub(super) fn piece(vm: &mut Vm, subject: Subject, from: usize, to: usize) -> Res<Value> {
    vm.heap.room(to - from)?;
    vm.pay((to - from) as u64 / 64)?;
    match subject.text(&vm.heap) {
        Text::Utf8(s) => {
            let part = heap::Text::new(&s[from..to]);
            vm.new_str(part)
        }
        Text::Raw(b) => {
            let part: Box<[u8]> = b[from..to].into();
            vm.alloc(Object::Bytes(part)).map(Value::Ref)
        }
    }
}

fn code_points(heap: &Heap, subject: Subject) -> Vec<u32> {
    match subject.text(heap) {
        Text::Utf8(s) => s.chars().map(u32::from).collect(),
        Text::Raw(b) => b.iter().map(|b| u32::from(*b)).collect(),
    }
}

/// The exception of a bad pattern or template.
fn pattern_error(vm: &mut Vm, error: &PatternError, pattern: Value) -> Raise {
    let points = Subject::of(vm, pattern)
        .map(|subject| code_points(&vm.heap, subject))
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
    let Some(text) = Subject::of(vm, *source) else {
        return Err(vm.type_error("first argument must be string or compiled pattern"));
    };
    let Value::Int(flags) = *flags else {
        return Err(vm.type_error("flags must be an int"));
    };
    let (r, is_bytes) = (text.r, text.is_bytes);
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
    let len = text.len(&vm.heap);
    vm.pay(len as u64 / 4 + 8)?;
    // What a pattern becomes on the way takes much more than its text.
    let compiled = vm.holding(len.saturating_mul(super::BYTES_OF_CHARACTER), |vm| {
        let points = code_points(&vm.heap, text);
        Ok(super::compile(&points, flags as u32 & 0x1ff, is_bytes))
    })?;
    let program = match compiled {
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
    let text = Subject::of(vm, pattern.source)?;
    let points = code_points(&vm.heap, text);
    let program = Arc::new(super::compile(&points, pattern.flags, text.is_bytes).ok()?);
    Some(pattern.program.get_or_init(|| program).clone())
}

/// One call of a method of a pattern.
struct Call {
    pattern: Ref,
    program: Arc<Program>,
    text: Subject,
}

fn this(vm: &mut Vm, v: Value) -> Res<(Ref, Arc<Program>)> {
    let found = v.as_ref().and_then(|r| program(vm, r).map(|p| (r, p)));
    found.ok_or_else(|| vm.type_error("a compiled pattern is required"))
}

fn is_bytes_pattern(vm: &Vm, pattern: Ref) -> bool {
    match vm.heap.get(pattern) {
        Object::Pattern(p) => Subject::of(vm, p.source).is_some_and(|subject| subject.is_bytes),
        _ => false,
    }
}

impl Call {
    fn new(vm: &mut Vm, pattern: Value, subject: Value) -> Res<Self> {
        let (pattern, program) = this(vm, pattern)?;
        let Some(text) = Subject::of(vm, subject) else {
            let name = vm.type_name(subject).to_string();
            return Err(vm.type_error(format!(
                "expected string or bytes-like object, got '{name}'"
            )));
        };
        let bytes = is_bytes_pattern(vm, pattern);
        match (text.is_bytes, bytes) {
            (true, false) => {
                Err(vm.type_error("cannot use a string pattern on a bytes-like object"))
            }
            (false, true) => {
                Err(vm.type_error("cannot use a bytes pattern on a string-like object"))
            }
            _ => {
                vm.pay(text.len(&vm.heap) as u64 / 64 + 1)?;
                Ok(Self {
                    pattern,
                    program,
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
        let mut fuel = Fuel::new(vm.steps_left, room).watched(&vm.watch);
        let found = find(
            &self.program,
            self.text.text(&vm.heap),
            start,
            end,
            mode,
            not_empty_at,
            &mut fuel,
        );
        match found {
            Ok(found) => {
                let spent = vm.steps_left - fuel.left();
                vm.pay(spent)?;
                Ok(found)
            }
            Err(Exhausted::Steps) => {
                vm.look(0)?;
                Err(vm.pay(u64::MAX).err().unwrap_or(Raise::NeedsPython))
            }
            Err(Exhausted::Memory) => {
                vm.heap.charge(room + 1)?;
                Err(Raise::Refused("a match that needs too much memory".into()))
            }
        }
    }

    /// Does something with each match from the left, as `finditer` gives them. `limit` 0 is no limit.
    fn each(
        &self,
        vm: &mut Vm,
        (start, end): (usize, usize),
        limit: usize,
        mut visit: impl FnMut(&mut Vm, &Found) -> Res<()>,
    ) -> Res<usize> {
        let mut n = 0;
        let (mut at, mut banned) = (start, None);
        while limit == 0 || n < limit {
            let Some(found) = self.find(vm, (at, end), Mode::Search, banned)? else {
                break;
            };
            let (from, to) = found.spans[0].expect("a match has a span");
            // After an empty match the next one may begin here, but must not be empty again.
            banned = (from == to).then_some(to);
            at = to;
            vm.pay(1)?;
            visit(vm, &found)?;
            n += 1;
        }
        Ok(n)
    }

    fn match_object(&self, vm: &mut Vm, found: &Found, range: (u32, u32)) -> Res<Value> {
        let spans = found
            .spans
            .iter()
            .map(|span| span.map(|(a, b)| (a as u32, b as u32)))
            .collect();
        let object = Match {
            pattern: self.pattern,
            subject: self.text.r,
            spans,
            last_group: found.last_group,
            range,
        };
        vm.alloc(Object::Match(Box::new(object))).map(Value::Ref)
    }

    /// The text of a group of a match, or what stands for one that did not match.
    fn group(&self, vm: &mut Vm, found: &Found, group: usize, absent: Value) -> Res<Value> {
        match found.spans[group] {
            Some((from, to)) => piece(vm, self.text, from, to),
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
    let total = call.text.chars_before(&vm.heap, call.text.len(&vm.heap));
    let endpos = number(vm, endpos, total)?.min(total);
    let pos = number(vm, pos, 0)?.min(total);
    let range = (pos as u32, endpos as u32);
    let start = call.text.offset(&vm.heap, pos);
    let end = call.text.offset(&vm.heap, endpos);
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
    let items = vm.alloc(Object::List(Vec::new()))?;
    if span.0 > span.1 {
        return Ok(Flow::Value(Value::Ref(items)));
    }
    let empty = piece(vm, call.text, 0, 0)?;
    call.each(vm, span, 0, |vm, one| {
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
        list::push(vm, items, item)
    })?;
    Ok(Flow::Value(Value::Ref(items)))
}

fn finditer(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (call, span, range) = scan(vm, args, "finditer")?;
    let matches = vm.alloc(Object::List(Vec::new()))?;
    if span.0 <= span.1 {
        call.each(vm, span, 0, |vm, one| {
            let made = call.match_object(vm, one, range)?;
            list::push(vm, matches, made)
        })?;
    }
    crate::objects::iter::make(vm, Iter::List(matches, 0)).map(Flow::Value)
}

fn split(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [string, maxsplit] = bind(vm, args, "split", ["string", "maxsplit"], 1)?;
    let call = Call::new(vm, args.pos[0], string)?;
    let items = vm.alloc(Object::List(Vec::new()))?;
    let mut from = 0;
    let negative = matches!(maxsplit, Value::Int(n) if n < 0);
    let limit = number(vm, maxsplit, 0)?;
    let len = call.text.len(&vm.heap);
    if !negative {
        call.each(vm, (0, len), limit, |vm, one| {
            let (start, end) = one.spans[0].expect("a match has a span");
            let part = piece(vm, call.text, from, start)?;
            list::push(vm, items, part)?;
            for g in 1..=call.program.groups as usize {
                let group = call.group(vm, one, g, Value::None)?;
                list::push(vm, items, group)?;
            }
            from = end;
            Ok(())
        })?;
    }
    let rest = piece(vm, call.text, from, len)?;
    list::push(vm, items, rest)?;
    Ok(Flow::Value(Value::Ref(items)))
}

/// Appends a piece of a text.
fn append_piece(vm: &mut Vm, out: &mut Vec<u8>, text: Subject, from: usize, to: usize) -> Res<()> {
    vm.pay((to - from) as u64 / 64)?;
    vm.heap.grow(out, to - from)?;
    out.extend_from_slice(&text.raw(&vm.heap)[from..to]);
    Ok(())
}

/// Appends a template, filled in from a match.
fn fill(
    vm: &mut Vm,
    out: &mut Vec<u8>,
    parts: &[Part],
    text: Subject,
    spans: &[Option<(usize, usize)>],
) -> Res<()> {
    for part in parts {
        match part {
            Part::Group(g) => {
                if let Some((from, to)) = spans[*g as usize] {
                    append_piece(vm, out, text, from, to)?;
                }
            }
            Part::Literal(points) if text.is_bytes => {
                vm.heap.grow(out, points.len())?;
                vm.pay(points.len() as u64 / 64)?;
                out.extend(points.iter().map(|c| *c as u8));
            }
            Part::Literal(points) => {
                vm.pay(points.len() as u64 / 16)?;
                for c in points.iter().filter_map(|c| char::from_u32(*c)) {
                    vm.heap.grow(out, 4)?;
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
    }
    Ok(())
}

fn finished(vm: &mut Vm, like: Subject, out: Vec<u8>) -> Res<Value> {
    if like.is_bytes {
        return vm.alloc(Object::Bytes(out.into())).map(Value::Ref);
    }
    let text = String::from_utf8(out).expect("pieces of texts are text");
    vm.new_str(text)
}

pub(super) fn read_template(vm: &mut Vm, program: &Program, v: Value) -> Res<Vec<Part>> {
    let Some(text) = Subject::of(vm, v) else {
        let name = vm.type_name(v).to_string();
        return Err(vm.type_error(format!("expected str instance, {name} found")));
    };
    // Its characters twice, as numbers.
    let len = text.len(&vm.heap);
    vm.pay(len as u64 / 16)?;
    vm.heap.room(len * 4 * size_of::<u32>())?;
    match template::parse(&code_points(&vm.heap, text), program) {
        Ok(parts) => Ok(parts),
        Err(TemplateError::Pattern(error)) => Err(pattern_error(vm, &error, v)),
        Err(TemplateError::Index(message)) => Err(vm.exception(Type::IndexError, message)),
    }
}

fn replace(vm: &mut Vm, args: Args<'_>, name: &str) -> Res<(Value, usize)> {
    let [repl, string, count] = bind(vm, args, name, ["repl", "string", "count"], 2)?;
    let call = Call::new(vm, args.pos[0], string)?;
    match Subject::of(vm, repl) {
        None => return Err(Raise::NeedsPython),
        Some(repl) if repl.is_bytes != call.text.is_bytes => {
            let (want, got) = match repl.is_bytes {
                false => ("a bytes-like object", "str"),
                true => ("str instance", "bytes"),
            };
            return Err(vm.type_error(format!("sequence item 0: expected {want}, {got} found")));
        }
        Some(_) => {}
    }
    let parts = read_template(vm, &call.program, repl)?;
    let limit = number(vm, count, 0)?;
    let len = call.text.len(&vm.heap);
    if matches!(count, Value::Int(n) if n < 0) {
        let whole = piece(vm, call.text, 0, len)?;
        return Ok((whole, 0));
    }
    let held = literal_bytes(&parts);
    let (n, out) = vm.holding(held, |vm| {
        let mut out = Vec::new();
        let mut from = 0;
        let n = call.each(vm, (0, len), limit, |vm, one| {
            let (start, end) = one.spans[0].expect("a match has a span");
            append_piece(vm, &mut out, call.text, from, start)?;
            fill(vm, &mut out, &parts, call.text, &one.spans)?;
            from = end;
            Ok(())
        })?;
        append_piece(vm, &mut out, call.text, from, len)?;
        Ok((n, out))
    })?;
    Ok((finished(vm, call.text, out)?, n))
}

/// What the literals of a template take.
fn literal_bytes(parts: &[Part]) -> usize {
    let bytes = |part: &Part| match part {
        Part::Literal(points) => points.capacity() * size_of::<u32>(),
        Part::Group(_) => 0,
    };
    parts.iter().map(bytes).sum::<usize>() + size_of_val(parts)
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
    text: Subject,
    spans: &[Option<(usize, usize)>],
) -> Res<Value> {
    let out = vm.holding(literal_bytes(parts), |vm| {
        let mut out = Vec::new();
        fill(vm, &mut out, parts, text, spans)?;
        Ok(out)
    })?;
    finished(vm, text, out)
}
