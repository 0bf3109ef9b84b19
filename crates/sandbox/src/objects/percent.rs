//! `text % values`: formatting as C's `printf` does it.

use super::format_spec::float_digits;
use super::str::room;
use super::str_format::ascii_of;
use super::{dict, float, int, repr, unwrap};
use crate::heap::{Object, Ref, Type, Value};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use num_bigint::Sign;
use num_traits::ToPrimitive as _;

/// A conversion: what stands between `%` and its letter.
#[derive(Debug, Default, Clone)]
struct Conversion {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

/// The values of one formatting.
struct Values {
    items: Vec<Value>,
    next: usize,
    mapping: Option<Value>,
    used_mapping: bool,
}

/// `text % values`.
///
/// # Errors
/// [`Raise::NeedsPython`] if a value's text is made by Python code.
pub(crate) fn percent(vm: &mut Vm, text: Ref, values: Value) -> Res<Value> {
    let chars = vm.heap.str(text).chars();
    let items = match unwrap(&vm.heap, values) {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Tuple(items) => items.len(),
            _ => 1,
        },
        _ => 1,
    };
    let bytes = chars * size_of::<char>() + items * size_of::<Value>();
    let out = vm.holding(bytes, |vm| formatted(vm, text, values))?;
    vm.new_str(out)
}

fn formatted(vm: &mut Vm, text: Ref, values: Value) -> Res<String> {
    let source: Vec<char> = vm.heap.text(text).chars().collect();
    vm.pay(source.len() as u64 / 16)?;
    let mut values = Values::new(vm, values);
    let mut out = String::new();
    let mut at = 0;
    while at < source.len() {
        if source[at] != '%' {
            let c = source[at];
            vm.heap.grow_text(&mut out, c.len_utf8())?;
            out.push(c);
            at += 1;
            continue;
        }
        at += 1;
        let piece = vm.holding(out.capacity(), |vm| {
            conversion(vm, &source, &mut at, &mut values)
        })?;
        append(vm, &mut out, &piece)?;
    }
    if values.next < values.items.len() && values.mapping.is_none() {
        return Err(vm.type_error("not all arguments converted during string formatting"));
    }
    Ok(out)
}

/// Appends a piece that was just made.
pub(super) fn append(vm: &mut Vm, out: &mut String, piece: &str) -> Res<()> {
    vm.pay(piece.len() as u64 / 64)?;
    vm.holding(piece.len(), |vm| Ok(vm.heap.grow_text(out, piece.len())?))?;
    out.push_str(piece);
    Ok(())
}

impl Values {
    fn new(vm: &Vm, values: Value) -> Self {
        let plain = unwrap(&vm.heap, values);
        let mut made = Self {
            items: vec![values],
            next: 0,
            mapping: None,
            used_mapping: false,
        };
        if let Value::Ref(r) = plain {
            match vm.heap.get(r) {
                Object::Tuple(items) => made.items = items.to_vec(),
                // What has items and is no text: its keys may be named.
                Object::Dict(_)
                | Object::List(_)
                | Object::Range(_)
                | Object::Instance(_)
                | Object::MappingProxy(_)
                | Object::Bytes(_) => made.mapping = Some(plain),
                _ => {}
            }
        }
        made
    }

    fn take(&mut self, vm: &mut Vm) -> Res<Value> {
        let Some(value) = self.items.get(self.next) else {
            return Err(vm.type_error("not enough arguments for format string"));
        };
        self.next += 1;
        Ok(*value)
    }

    fn keyed(&mut self, vm: &mut Vm, key: String) -> Res<Value> {
        let Some(mapping) = self.mapping else {
            return Err(vm.type_error("format requires a mapping"));
        };
        self.used_mapping = true;
        let key = vm.new_str(key)?;
        let Value::Ref(r) = mapping else {
            return Err(Raise::NeedsPython);
        };
        if !matches!(vm.heap.get(r), Object::Dict(_)) {
            return Err(Raise::NeedsPython);
        }
        match dict::get(vm, r, key)? {
            Some(value) => Ok(value),
            None => {
                let exception = vm.new_exception(Type::KeyError.r(), &[key])?;
                Err(Raise::Exception(exception))
            }
        }
    }
}

fn conversion(vm: &mut Vm, source: &[char], at: &mut usize, values: &mut Values) -> Res<String> {
    let mut c = Conversion::default();
    let mut keyed = None;
    if source.get(*at) == Some(&'(') {
        let mut level = 1;
        let start = *at + 1;
        let mut end = start;
        while end < source.len() {
            match source[end] {
                '(' => level += 1,
                ')' => level -= 1,
                _ => {}
            }
            if level == 0 {
                break;
            }
            end += 1;
        }
        if level > 0 {
            return Err(vm.value_error("incomplete format key"));
        }
        let key: String = source[start..end].iter().collect();
        keyed = Some(values.keyed(vm, key)?);
        *at = end + 1;
    }
    loop {
        match source.get(*at) {
            Some('-') => c.left = true,
            Some('+') => c.plus = true,
            Some(' ') => c.space = true,
            Some('#') => c.alternate = true,
            Some('0') => c.zero = true,
            _ => break,
        }
        *at += 1;
    }
    if let Some(width) = size(vm, source, at, values, "width")? {
        c.left |= width < 0;
        c.width = usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX);
    }
    if source.get(*at) == Some(&'.') {
        *at += 1;
        let precision = size(vm, source, at, values, "precision")?.unwrap_or(0);
        c.precision = Some(usize::try_from(precision).unwrap_or(0));
    }
    if matches!(source.get(*at), Some('h' | 'l' | 'L')) {
        *at += 1;
    }
    let Some(&kind) = source.get(*at) else {
        return Err(vm.value_error("incomplete format"));
    };
    *at += 1;
    if kind == '%' {
        return Ok("%".to_owned());
    }
    let value = match keyed {
        Some(value) => value,
        None => values.take(vm)?,
    };
    room(vm, c.width.saturating_add(c.precision.unwrap_or(0)))?;
    match kind {
        's' | 'r' | 'a' => {
            let text = match kind {
                's' => repr::str(vm, value)?,
                'r' => repr::repr(vm, value)?,
                _ => ascii_of(vm, value)?,
            };
            vm.heap.room(c.width.saturating_add(2 * text.capacity()))?;
            Ok(text_piece(&c, text))
        }
        'c' => char_piece(vm, &c, value),
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' => int_piece(vm, &c, kind, value),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => float_piece(vm, &c, kind, value),
        other => Err(vm.value_error(format!(
            "unsupported format character '{other}' (0x{:x}) at index {}",
            other as u32,
            *at - 1
        ))),
    }
}

fn size(
    vm: &mut Vm,
    source: &[char],
    at: &mut usize,
    values: &mut Values,
    what: &str,
) -> Res<Option<i64>> {
    if source.get(*at) == Some(&'*') {
        *at += 1;
        let value = values.take(vm)?;
        return match unwrap(&vm.heap, value) {
            Value::Int(i) => Ok(Some(i)),
            Value::Bool(b) => Ok(Some(i64::from(b))),
            _ => Err(vm.type_error("* wants int")),
        };
    }
    let mut number: Option<i64> = None;
    while let Some(digit) = source.get(*at).and_then(|c| c.to_digit(10)) {
        let next = number
            .unwrap_or(0)
            .checked_mul(10)
            .and_then(|n| n.checked_add(i64::from(digit)))
            .filter(|n| what == "width" || *n <= i64::from(i32::MAX));
        let Some(next) = next else {
            return Err(vm.value_error(format!("{what} too big")));
        };
        number = Some(next);
        *at += 1;
    }
    Ok(number)
}

fn pad(c: &Conversion, text: String) -> String {
    let missing = c.width.saturating_sub(text.chars().count());
    if missing == 0 {
        return text;
    }
    let mut out = String::with_capacity(missing + text.len());
    let fill = std::iter::repeat_n(' ', missing);
    if c.left {
        out.push_str(&text);
        out.extend(fill);
    } else {
        out.extend(fill);
        out.push_str(&text);
    }
    out
}

fn text_piece(c: &Conversion, text: String) -> String {
    let cut = c
        .precision
        .and_then(|n| text.char_indices().nth(n))
        .map(|(i, _)| i);
    match cut {
        Some(cut) => pad(c, text[..cut].to_owned()),
        None => pad(c, text),
    }
}

fn char_piece(vm: &mut Vm, c: &Conversion, value: Value) -> Res<String> {
    let plain = unwrap(&vm.heap, value);
    if let Some(text) = vm.heap.as_str(plain) {
        if text.chars().count() == 1 {
            return Ok(pad(c, text.to_owned()));
        }
        return Err(vm.type_error("%c requires int or char"));
    }
    if !int::is_int(&vm.heap, plain) {
        return Err(vm.type_error("%c requires int or char"));
    }
    let code = int::small(&vm.heap, plain).and_then(|i| u32::try_from(i).ok());
    match code.and_then(char::from_u32) {
        Some(letter) => Ok(pad(c, letter.to_string())),
        None => Err(vm.exception(Type::OverflowError, "%c arg not in range(0x110000)")),
    }
}

/// Sign, prefix, digits: zeros go between prefix and digits.
fn number(c: &Conversion, negative: bool, prefix: &str, digits: &str, zeros: bool) -> String {
    let sign = match (negative, c.plus, c.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    };
    let used = sign.len() + prefix.len() + digits.len();
    if zeros && c.zero && !c.left {
        let fill = "0".repeat(c.width.saturating_sub(used));
        return format!("{sign}{prefix}{fill}{digits}");
    }
    pad(c, format!("{sign}{prefix}{digits}"))
}

fn int_piece(vm: &mut Vm, c: &Conversion, kind: char, value: Value) -> Res<String> {
    let mut plain = unwrap(&vm.heap, value);
    let is_decimal = matches!(kind, 'd' | 'i' | 'u');
    if let (true, Value::Float(x)) = (is_decimal, plain) {
        plain = float::to_int(vm, x.trunc(), x)?;
    }
    let Some(i) = int::big(&vm.heap, plain).filter(|_| int::is_int(&vm.heap, plain)) else {
        if super::special(&vm.heap, value, crate::heap::sym::sym::INDEX).is_some()
            || super::special(&vm.heap, value, crate::heap::sym::sym::INT).is_some()
        {
            return Err(Raise::NeedsPython);
        }
        let name = vm.type_name(value).to_owned();
        let wanted = if is_decimal {
            "a real number is required"
        } else {
            "an integer is required"
        };
        return Err(vm.type_error(format!("%{kind} format: {wanted}, not {name}")));
    };
    let (mut digits, prefix) = match kind {
        'x' => (i.magnitude().to_str_radix(16), "0x"),
        'X' => (i.magnitude().to_str_radix(16).to_uppercase(), "0X"),
        'o' => (i.magnitude().to_str_radix(8), "0o"),
        _ => {
            let text = super::int_text::decimal(vm, plain)?;
            (text.trim_start_matches('-').to_owned(), "")
        }
    };
    if let Some(least) = c.precision {
        digits = "0".repeat(least.saturating_sub(digits.len())) + &digits;
    }
    let prefix = if c.alternate { prefix } else { "" };
    Ok(number(c, i.sign() == Sign::Minus, prefix, &digits, true))
}

fn float_piece(vm: &mut Vm, c: &Conversion, kind: char, value: Value) -> Res<String> {
    let plain = unwrap(&vm.heap, value);
    let x = match plain {
        Value::Float(x) => x,
        plain if int::is_int(&vm.heap, plain) => match int::small(&vm.heap, plain) {
            Some(i) => i.to_f64().unwrap_or(0.0),
            None => {
                let i = int::big(&vm.heap, plain).unwrap_or_default();
                int::to_float(vm, &i)?
            }
        },
        _ => {
            if super::special(&vm.heap, value, crate::heap::sym::sym::FLOAT).is_some() {
                return Err(Raise::NeedsPython);
            }
            let name = vm.type_name(value).to_owned();
            return Err(vm.type_error(format!("must be real number, not {name}")));
        }
    };
    let precision = Some(c.precision.unwrap_or(6));
    let digits = float_digits(x.abs(), kind, precision, c.alternate, false);
    let negative = x.is_sign_negative() && !x.is_nan();
    Ok(number(c, negative, "", &digits, true))
}
