//! `repr` and `str` of values.

use super::compare::DEPTH_MAX;
use super::{address, class_of, dunders};
use crate::heap::{
    Object, Ref, Type, Value,
    object::{ViewKind, dunder},
    sym::sym,
};
use crate::text;
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use std::fmt::Write as _;

/// `repr(v)`.
///
/// # Errors
/// [`Raise::NeedsPython`] if a user's `__repr__` has to run.
pub(crate) fn repr(vm: &mut Vm, v: Value) -> Res<String> {
    if dunders(&vm.heap, v) & dunder::REPR != 0 {
        return Err(Raise::NeedsPython);
    }
    plain_repr(vm, v)
}

/// `repr` of the built-in kind, without a look at what the value's own class defines.
pub(crate) fn plain_repr(vm: &mut Vm, v: Value) -> Res<String> {
    let mut writer = Writer {
        vm,
        out: String::new(),
        open: Vec::new(),
        paid: 0,
    };
    writer.write_plain(v)?;
    Ok(writer.out)
}

/// `str(v)`.
///
/// # Errors
/// [`Raise::NeedsPython`] if a user's `__str__` or `__repr__` has to run.
pub(crate) fn str(vm: &mut Vm, v: Value) -> Res<String> {
    if dunders(&vm.heap, v) & (dunder::STR | dunder::REPR) != 0 {
        return Err(Raise::NeedsPython);
    }
    plain_str(vm, v)
}

/// `str` of the built-in kind, without a look at what the value's own class defines.
pub(crate) fn plain_str(vm: &mut Vm, v: Value) -> Res<String> {
    let plain = super::unwrap(&vm.heap, v);
    if let Some(text) = vm.heap.as_str(plain) {
        vm.heap.room(text.len())?;
        let text = text.to_owned();
        vm.pay(text.len() as u64 / 64)?;
        return Ok(text);
    }
    if let Value::Ref(r) = v
        && matches!(vm.heap.get(r), Object::Exception(_))
    {
        return super::exception::text(vm, r);
    }
    plain_repr(vm, v)
}

/// The name of a class as `repr` gives it: with its module, if that is not `builtins`.
pub(crate) fn class_name(vm: &Vm, class: Ref) -> String {
    let class = vm.heap.class(class);
    let qualname = class
        .attrs
        .get(sym::QUALNAME)
        .and_then(|v| vm.heap.as_str(v));
    let name = qualname.unwrap_or_else(|| vm.heap.name(class.name));
    let module = class.attrs.get(sym::MODULE).and_then(|v| vm.heap.as_str(v));
    match module {
        Some(module) if module != "builtins" => format!("{module}.{name}"),
        _ => name.to_owned(),
    }
}

struct Writer<'a> {
    vm: &'a mut Vm,
    out: String,
    open: Vec<Ref>,
    paid: usize,
}

impl Writer<'_> {
    /// Pays for what was written since the last time, and makes room for a few words more.
    fn pay(&mut self) -> Res<()> {
        let new = self.out.len() - self.paid;
        self.paid = self.out.len();
        self.vm.heap.grow_text(&mut self.out, 256)?;
        self.vm.pay(1 + new as u64 / 64)
    }

    /// Writes a text for which there may be no room.
    fn text(&mut self, text: &str) -> Res<()> {
        self.vm.heap.grow_text(&mut self.out, text.len() + 2)?;
        self.out.push_str(text);
        Ok(())
    }

    fn write(&mut self, v: Value) -> Res<()> {
        if dunders(&self.vm.heap, v) & dunder::REPR != 0 {
            return Err(Raise::NeedsPython);
        }
        self.write_plain(v)
    }

    fn push(&mut self, args: std::fmt::Arguments<'_>) {
        self.out.write_fmt(args).unwrap_or_default();
    }

    fn write_plain(&mut self, v: Value) -> Res<()> {
        match v {
            Value::Unbound | Value::None => self.out.push_str("None"),
            Value::Bool(true) => self.out.push_str("True"),
            Value::Bool(false) => self.out.push_str("False"),
            Value::Int(i) => self.push(format_args!("{i}")),
            Value::Float(x) => self.out.push_str(&text::float_repr(x)),
            Value::Ellipsis => self.out.push_str("Ellipsis"),
            Value::NotImplemented => self.out.push_str("NotImplemented"),
            Value::Native(_) => {
                let name = super::object::native_name(v);
                self.push(format_args!("<built-in function {name}>"));
            }
            Value::Ref(r) => return self.write_object(v, r),
        }
        Ok(())
    }

    fn write_object(&mut self, v: Value, r: Ref) -> Res<()> {
        self.pay()?;
        if self.open.len() > DEPTH_MAX as usize {
            return Err(self.vm.exception(
                Type::RecursionError,
                "maximum recursion depth exceeded while getting the repr of an object",
            ));
        }
        match self.vm.heap.get(r) {
            Object::Str(s) => {
                let s = self.vm.heap.text_of(s);
                let bytes = text::written_bytes(5 * s.len() + 2, |out| {
                    text::write_str_repr(out, s).unwrap_or_default();
                });
                self.vm.heap.grow_text(&mut self.out, bytes + 2)?;
                text::write_str_repr(&mut self.out, s).unwrap_or_default();
            }
            Object::Bytes(b) => {
                let bytes = text::written_bytes(4 * b.len() + 3, |out| {
                    text::write_bytes_repr(out, b).unwrap_or_default();
                });
                self.vm.heap.grow_text(&mut self.out, bytes + 2)?;
                text::write_bytes_repr(&mut self.out, b).unwrap_or_default();
            }
            Object::BigInt(_) => {
                let digits = super::int_text::decimal(self.vm, v)?;
                self.text(&digits)?;
            }
            Object::List(_) => return self.write_items(r, "[", "]", "[...]"),
            Object::Tuple(items) => {
                let end = if items.len() == 1 { ",)" } else { ")" };
                return self.write_items(r, "(", end, "(...)");
            }
            Object::Dict(_) => return self.write_dict(r),
            Object::Set(s) => {
                let frozen = s.frozen;
                let empty = s.is_empty();
                return self.write_set(r, if frozen { "frozenset" } else { "set" }, frozen, empty);
            }
            Object::Range(parts) => {
                let [start, stop, step] = **parts;
                if step == 1 {
                    self.push(format_args!("range({start}, {stop})"));
                } else {
                    self.push(format_args!("range({start}, {stop}, {step})"));
                }
            }
            Object::Slice(parts) => {
                let parts = **parts;
                self.out.push_str("slice(");
                self.write_values(&parts)?;
                self.out.push(')');
            }
            Object::Function(f) => {
                let name = self.vm.heap.name(f.qualname).to_owned();
                self.push(format_args!("<function {name} at {:#x}>", address(v)));
            }
            Object::Method { func, this } => {
                let (func, this) = (*func, *this);
                return self.write_method(v, func, this);
            }
            Object::Class(_) => {
                let name = class_name(self.vm, r);
                self.text("<class '")?;
                self.text(&name)?;
                self.out.push_str("'>");
            }
            Object::Instance(i) if !i.native.is_unbound() => {
                let native = i.native;
                return self.write_subclass(v, native);
            }
            Object::Exception(_) => return self.write_exception(r),
            Object::DictView { dict, kind } => {
                let (dict, kind) = (*dict, *kind);
                return self.write_view(r, dict, kind);
            }
            Object::Generator(g) => {
                let name = self.vm.heap.name(g.name).to_owned();
                let kind = self.vm.type_name(v).to_owned();
                self.push(format_args!("<{kind} object {name} at {:#x}>", address(v)));
            }
            Object::MappingProxy(_) | Object::Namespace(_) => return Err(Raise::NeedsPython),
            Object::Module(_) => {
                return Err(Raise::Refused("the representation of a module".into()));
            }
            Object::Alias { origin, args } => {
                let (origin, args) = (*origin, self.vm.heap.tuple(*args).to_vec());
                return self.write_alias(origin, &args);
            }
            Object::Pattern(p) => {
                if p.flags & !32 != 0 {
                    return Err(Raise::NeedsPython);
                }
                let source = p.source;
                self.out.push_str("re.compile(");
                self.write(source)?;
                self.out.push(')');
            }
            Object::Match(m) => {
                let whole = m.spans.first().copied().flatten().unwrap_or((0, 0));
                let Object::Str(s) = self.vm.heap.get(m.subject) else {
                    return Err(Raise::NeedsPython);
                };
                let (from, to) = (whole.0 as usize, whole.1 as usize);
                let matched = self.vm.heap.text_of(s).get(from..to).unwrap_or("");
                let start = self.vm.heap.char_of(m.subject, from);
                let end = start + matched.chars().count();
                let bytes = text::written_bytes(5 * matched.len() + 2, |out| {
                    text::write_str_repr(out, matched).unwrap_or_default();
                });
                self.vm.heap.grow_text(&mut self.out, bytes + 128)?;
                let start =
                    format_args!("<re.Match object; span=({start}, {end}), match=").to_string();
                self.out.push_str(&start);
                text::write_str_repr(&mut self.out, matched).unwrap_or_default();
                self.out.push('>');
            }
            Object::HostFunction(_) => {
                return Err(Raise::NeedsPython);
            }
            _ => self.write_default(v),
        }
        self.pay()
    }

    fn write_default(&mut self, v: Value) {
        let name = class_name(self.vm, class_of(&self.vm.heap, v));
        self.push(format_args!("<{name} object at {:#x}>", address(v)));
    }

    fn write_method(&mut self, v: Value, func: Value, this: Value) -> Res<()> {
        let Value::Ref(f) = func else {
            let name = super::object::native_name(func);
            let class = self.vm.type_name(this).to_owned();
            self.push(format_args!(
                "<built-in method {name} of {class} object at {:#x}>",
                address(this)
            ));
            return Ok(());
        };
        if let Object::Function(f) = self.vm.heap.get(f) {
            let name = self.vm.heap.name(f.qualname).to_owned();
            self.push(format_args!("<bound method {name} of "));
            self.write(this)?;
            self.out.push('>');
        } else {
            self.write_default(v);
        }
        Ok(())
    }

    fn enter(&mut self, r: Ref, again: &str) -> bool {
        if self.open.contains(&r) {
            self.out.push_str(again);
            return false;
        }
        self.open.push(r);
        true
    }

    fn write_values(&mut self, items: &[Value]) -> Res<()> {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.pay()?;
            self.write(*item)?;
        }
        Ok(())
    }

    fn write_items(&mut self, r: Ref, start: &str, end: &str, again: &str) -> Res<()> {
        if !self.enter(r, again) {
            return Ok(());
        }
        self.out.push_str(start);
        // Nothing changes them while they are written.
        let item = |vm: &Vm, i: usize| match vm.heap.get(r) {
            Object::List(items) => items.get(i).copied(),
            Object::Tuple(items) => items.get(i).copied(),
            _ => None,
        };
        let mut i = 0;
        while let Some(item) = item(self.vm, i) {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.pay()?;
            self.write(item)?;
            i += 1;
        }
        self.out.push_str(end);
        self.open.pop();
        Ok(())
    }

    fn write_dict(&mut self, r: Ref) -> Res<()> {
        if !self.enter(r, "{...}") {
            return Ok(());
        }
        self.out.push('{');
        let mut first = true;
        for at in 0..self.vm.heap.dict(r).positions() {
            let Some(entry) = self.vm.heap.dict(r).entry(at).copied() else {
                continue;
            };
            if !first {
                self.out.push_str(", ");
            }
            first = false;
            self.pay()?;
            self.write(entry.key)?;
            self.out.push_str(": ");
            self.write(entry.value)?;
        }
        self.out.push('}');
        self.open.pop();
        Ok(())
    }

    fn write_set(&mut self, r: Ref, name: &str, named: bool, empty: bool) -> Res<()> {
        if empty {
            self.push(format_args!("{name}()"));
            return Ok(());
        }
        if !self.enter(r, &format!("{name}(...)")) {
            return Ok(());
        }
        let (start, end) = if named {
            (format!("{name}({{"), "})")
        } else {
            ("{".to_owned(), "}")
        };
        self.text(&start)?;
        let mut first = true;
        for at in 0..self.vm.heap.set(r).positions() {
            let Some((_, item)) = self.vm.heap.set(r).key_at(at) else {
                continue;
            };
            if !first {
                self.out.push_str(", ");
            }
            first = false;
            self.pay()?;
            self.write(item)?;
        }
        self.out.push_str(end);
        self.open.pop();
        Ok(())
    }

    fn write_view(&mut self, r: Ref, dict: Ref, kind: ViewKind) -> Res<()> {
        if !self.enter(r, "...") {
            return Ok(());
        }
        let name = match kind {
            ViewKind::Keys => "dict_keys",
            ViewKind::Values => "dict_values",
            ViewKind::Items => "dict_items",
        };
        self.push(format_args!("{name}(["));
        let mut first = true;
        for at in 0..self.vm.heap.dict(dict).positions() {
            let Some(entry) = self.vm.heap.dict(dict).entry(at).copied() else {
                continue;
            };
            if !first {
                self.out.push_str(", ");
            }
            first = false;
            self.pay()?;
            match kind {
                ViewKind::Keys => self.write(entry.key)?,
                ViewKind::Values => self.write(entry.value)?,
                ViewKind::Items => {
                    self.out.push('(');
                    self.write_values(&[entry.key, entry.value])?;
                    self.out.push(')');
                }
            }
        }
        self.out.push_str("])");
        self.open.pop();
        Ok(())
    }

    /// An instance of a subclass of a built-in class shows as the built-in value; sets show the class's name.
    fn write_subclass(&mut self, v: Value, native: Value) -> Res<()> {
        if let Value::Ref(r) = native
            && let Object::Set(s) = self.vm.heap.get(r)
        {
            let empty = s.is_empty();
            let name = self.vm.type_name(v).to_owned();
            return self.write_set(r, &name, true, empty);
        }
        self.write_plain(native)
    }

    fn write_exception(&mut self, r: Ref) -> Res<()> {
        let args = self.vm.heap.exception(r).args;
        super::list::charged(self.vm, self.vm.heap.tuple(args).len())?;
        let args = self.vm.heap.tuple(args).to_vec();
        let name = self.vm.type_name(Value::Ref(r)).to_owned();
        if !self.enter(r, &format!("{name}(...)")) {
            return Ok(());
        }
        self.text(&name)?;
        self.out.push('(');
        self.write_values(&args)?;
        self.out.push(')');
        self.open.pop();
        Ok(())
    }

    fn write_alias(&mut self, origin: Value, args: &[Value]) -> Res<()> {
        let union = origin.is(Type::Union.value());
        if !union {
            self.write_annotation(origin)?;
            self.out.push('[');
        }
        for (i, arg) in args.iter().enumerate() {
            if i > 0 {
                self.out.push_str(if union { " | " } else { ", " });
            }
            self.write_annotation(*arg)?;
        }
        if !union {
            self.out.push(']');
        }
        Ok(())
    }

    fn write_annotation(&mut self, v: Value) -> Res<()> {
        match v {
            Value::Ellipsis => self.out.push_str("..."),
            Value::Ref(r) if r == Type::NoneType.r() => self.out.push_str("None"),
            Value::Ref(r) if matches!(self.vm.heap.get(r), Object::Class(_)) => {
                let name = class_name(self.vm, r);
                self.out.push_str(&name);
            }
            other => return self.write(other),
        }
        Ok(())
    }
}
