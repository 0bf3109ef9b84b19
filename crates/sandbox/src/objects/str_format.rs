//! `str.format`: fields that name arguments. Attributes and items of arguments are looked up by Python code.

use super::str::this;
use super::{format, repr};
use crate::heap::{Type, Value};
use crate::text::chars;
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Str, "format", run).slow("slow_str_format"),
    NativeDef::method(Type::Str, "format_map", format_map).slow("slow_str_format_map"),
];

fn format_map(_: &mut Vm, _: Args<'_>) -> Res<Flow> {
    Err(Raise::NeedsPython)
}

fn run(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = this(vm, a, "format")?;
    let bytes = vm.heap.text(r).len();
    let out = vm.holding(bytes, |vm| {
        let text = vm.heap.text(r).to_owned();
        let mut fields = Fields {
            args: a,
            next: 0,
            manual: false,
        };
        fields.text(vm, &text, 2)
    })?;
    vm.new_str(out).map(Flow::Value)
}

struct Fields<'a> {
    args: Args<'a>,
    next: usize,
    manual: bool,
}

impl Fields<'_> {
    /// A text with its fields replaced. `depth`: how deep fields may nest still.
    fn text(&mut self, vm: &mut Vm, text: &str, depth: u32) -> Res<String> {
        if depth == 0 {
            return Err(vm.value_error("Max string recursion exceeded"));
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            vm.heap.grow_text(&mut out, at + 1)?;
            out.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            let after = &rest[at + 1..];
            if after.starts_with(brace) {
                out.push_str(brace);
                rest = &after[1..];
                continue;
            }
            if brace == "}" {
                return Err(vm.value_error("Single '}' encountered in format string"));
            }
            if after.is_empty() {
                return Err(vm.value_error("Single '{' encountered in format string"));
            }
            let end = match field_end(after) {
                Ok(end) => end,
                Err(text) => return Err(vm.value_error(text)),
            };
            let held = out.capacity();
            let piece = vm.holding(held, |vm| self.field(vm, &after[..end], depth))?;
            super::percent::append(vm, &mut out, &piece)?;
            rest = &after[end + 1..];
        }
        vm.heap.grow_text(&mut out, rest.len())?;
        out.push_str(rest);
        Ok(out)
    }

    fn field(&mut self, vm: &mut Vm, field: &str, depth: u32) -> Res<String> {
        let name_end = field.find(['!', ':', '[', '{', '.']).unwrap_or(field.len());
        if matches!(field[name_end..].chars().next(), Some('[' | '.' | '{')) {
            return Err(Raise::NeedsPython);
        }
        let value = self.value(vm, &field[..name_end])?;
        let mut rest = &field[name_end..];
        let mut converted = None;
        if let Some(after) = rest.strip_prefix('!') {
            let mut letters = after.chars();
            let Some(conversion) = letters.next() else {
                return Err(vm.value_error("end of string while looking for conversion specifier"));
            };
            rest = letters.as_str();
            if !rest.is_empty() && !rest.starts_with(':') {
                return Err(vm.value_error("expected ':' after conversion specifier"));
            }
            converted = Some(match conversion {
                's' => repr::str(vm, value)?,
                'r' => repr::repr(vm, value)?,
                'a' => ascii_of(vm, value)?,
                other => {
                    return Err(vm.value_error(format!("Unknown conversion specifier {other}")));
                }
            });
        }
        let spec = rest.strip_prefix(':').unwrap_or("");
        let spec = if spec.contains(['{', '}']) {
            self.text(vm, spec, depth - 1)?
        } else {
            spec.to_owned()
        };
        match converted {
            None => format::format(vm, value, &spec),
            Some(text) => {
                let value = vm.new_str(text)?;
                format::format(vm, value, &spec)
            }
        }
    }

    fn value(&mut self, vm: &mut Vm, name: &str) -> Res<Value> {
        let number = if name.is_empty() {
            if self.manual {
                return Err(vm.value_error(
                    "cannot switch from manual field specification to automatic field numbering",
                ));
            }
            self.next += 1;
            self.next - 1
        } else if name.chars().all(chars::is_decimal) {
            if self.next > 0 {
                return Err(vm.value_error(
                    "cannot switch from automatic field numbering to manual field specification",
                ));
            }
            self.manual = true;
            let Ok(number) = name.parse() else {
                return Err(vm.value_error("Too many decimal digits in format string"));
            };
            number
        } else {
            let found = self
                .args
                .kw
                .iter()
                .find(|(sym, _)| vm.heap.name(*sym) == name);
            if let Some((_, value)) = found {
                return Ok(*value);
            }
            let key = vm.new_str(name)?;
            let exception = vm.new_exception(Type::KeyError.r(), &[key])?;
            return Err(Raise::Exception(exception));
        };
        match self.args.pos.get(1..).and_then(|p| p.get(number)) {
            Some(value) => Ok(*value),
            None => Err(vm.exception(
                Type::IndexError,
                format!("Replacement index {number} out of range for positional args tuple"),
            )),
        }
    }
}

/// Where a field ends: at the brace that closes it. Source: `MarkupIterator_next` of CPython.
fn field_end(text: &str) -> Result<usize, &'static str> {
    let mut chars = text.char_indices();
    let mut in_index = false;
    let mark = loop {
        match chars.next() {
            None => return Err("expected '}' before end of string"),
            Some((_, '{')) => return Err("unexpected '{' in field name"),
            Some((_, '[')) => in_index = true,
            Some((_, ']')) => in_index = false,
            Some((i, '}')) if !in_index => return Ok(i),
            Some((_, c @ ('!' | ':'))) if !in_index => break c,
            Some(_) => {}
        }
    };
    if mark == '!' {
        if chars.next().is_none() {
            return Err("end of string while looking for conversion specifier");
        }
        match chars.next() {
            Some((i, '}')) => return Ok(i),
            Some((_, ':')) | None => {}
            Some(_) => return Err("expected ':' after conversion specifier"),
        }
    }
    let mut level = 1;
    for (i, c) in chars {
        match c {
            '{' => level += 1,
            '}' => {
                level -= 1;
                if level == 0 {
                    return Ok(i);
                }
            }
            _ => {}
        }
    }
    Err("unmatched '{' in format spec")
}

/// `ascii(v)`.
///
/// # Errors
/// As [`repr::repr`].
pub(crate) fn ascii_of(vm: &mut Vm, v: Value) -> Res<String> {
    let text = repr::repr(vm, v)?;
    if text.is_ascii() {
        return Ok(text);
    }
    let escaped = |c: char| match c as u32 {
        0..0x80 => 1,
        0x80..0x100 => 4,
        0x100..0x10000 => 6,
        _ => 10,
    };
    let bytes: usize = text.chars().map(escaped).sum();
    // What it is made of is there meanwhile, and it may have twice the room that it needs.
    vm.heap.room(text.capacity() + 2 * bytes)?;
    Ok(ascii(&text))
}

/// A `repr` with all that is not ASCII escaped.
pub(crate) fn ascii(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let code = c as u32;
        match code {
            0..0x80 => out.push(c),
            0x80..0x100 => write!(out, "\\x{code:02x}").unwrap_or_default(),
            0x100..0x10000 => write!(out, "\\u{code:04x}").unwrap_or_default(),
            _ => write!(out, "\\U{code:08x}").unwrap_or_default(),
        }
    }
    out
}
