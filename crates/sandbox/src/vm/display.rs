//! Displays, spreads and names: instructions that build containers, unpack them, or report what has no value.

use super::after::After;
use super::call::{Called, taken, takes_no_receiver};
use super::natives::native;
use super::raise::{Raise, Res};
use super::state::Vm;
use super::thread::Thread;
use crate::heap::{Object, Sym, Text, Type, Value, object::dunder};
use crate::objects::{self, dict, iter, list, repr, set};

impl Vm {
    /// A set display.
    pub(crate) fn new_set(&mut self, t: &mut Thread, items: &[Value]) -> Res<Called> {
        let s = set::new(self, false)?;
        for item in items {
            match set::add(self, s, *item) {
                Ok(()) => {}
                Err(Raise::NeedsPython) => {
                    let all = self.new_list(items.to_vec())?;
                    return self.call_library(t, "make_set", &[all], Vec::new());
                }
                Err(other) => return Err(other),
            }
        }
        Ok(Called::Value(Value::Ref(s)))
    }

    /// A dict display: keys and values in turn.
    pub(crate) fn new_dict(&mut self, t: &mut Thread, items: &[Value]) -> Res<Called> {
        let d = dict::new(self)?;
        for pair in items.chunks_exact(2) {
            match dict::insert(self, d, pair[0], pair[1]) {
                Ok(()) => {}
                Err(Raise::NeedsPython) => {
                    let all = self.new_list(items.to_vec())?;
                    return self.call_library(t, "make_dict", &[all], Vec::new());
                }
                Err(other) => return Err(other),
            }
        }
        Ok(Called::Value(Value::Ref(d)))
    }

    pub(crate) fn set_add(&mut self, t: &mut Thread, s: Value, v: Value) -> Res<Called> {
        let Value::Ref(r) = s else {
            return Ok(Called::Value(Value::None));
        };
        match set::add(self, r, v) {
            Ok(()) => Ok(Called::Value(Value::None)),
            Err(Raise::NeedsPython) => self.call_library(t, "slow_set_add", &[s, v], Vec::new()),
            Err(other) => Err(other),
        }
    }

    pub(crate) fn dict_insert(
        &mut self,
        t: &mut Thread,
        d: Value,
        k: Value,
        v: Value,
    ) -> Res<Called> {
        let Value::Ref(r) = d else {
            return Ok(Called::Value(Value::None));
        };
        match dict::insert(self, r, k, v) {
            Ok(()) => Ok(Called::Value(Value::None)),
            Err(Raise::NeedsPython) => {
                self.call_library(t, "slow_dict_insert", &[d, k, v], Vec::new())
            }
            Err(other) => Err(other),
        }
    }

    pub(crate) fn list_extend(
        &mut self,
        t: &mut Thread,
        l: Value,
        v: Value,
        callee: Option<Value>,
    ) -> Res<Called> {
        let Value::Ref(r) = l else {
            return Ok(Called::Value(Value::None));
        };
        if !self.iterates_in_python(v) {
            if iter::iter(self, v)?.is_none() {
                let name = self.type_name(v).to_string();
                let what = callee.map_or("Value".to_owned(), |f| self.callee_name(f) + " argument");
                return Err(
                    self.type_error(format!("{what} after * must be an iterable, not {name}"))
                );
            }
            match list::extend_by(self, r, v) {
                Ok(()) => return Ok(Called::Value(Value::None)),
                Err(Raise::NeedsPython) => {}
                Err(other) => return Err(other),
            }
        }
        self.call_library(t, "slow_list_extend", &[l, v], Vec::new())
    }

    pub(crate) fn set_update(&mut self, t: &mut Thread, s: Value, v: Value) -> Res<Called> {
        let Value::Ref(r) = s else {
            return Ok(Called::Value(Value::None));
        };
        if !self.iterates_in_python(v) {
            match set::update(self, r, v) {
                Ok(()) => return Ok(Called::Value(Value::None)),
                Err(Raise::NeedsPython) => {}
                Err(other) => return Err(other),
            }
        }
        self.call_library(t, "slow_set_update", &[s, v], Vec::new())
    }

    /// Merges a mapping into a dict. For a call, `callee` is what will be called: its name is in the errors.
    pub(crate) fn dict_merge(
        &mut self,
        t: &mut Thread,
        d: Value,
        v: Value,
        callee: Option<Value>,
    ) -> Res<Called> {
        if let (Value::Ref(r), Value::Ref(other)) = (d, v)
            && let Object::Dict(source) = self.heap.get(other)
        {
            if let Some(callee) = callee {
                let keys: Vec<Value> = source.iter().map(|e| e.key).collect();
                for key in keys {
                    let Some(name) = self.heap.as_str(key).map(str::to_string) else {
                        return Err(self.type_error("keywords must be strings"));
                    };
                    if dict::get(self, r, key)?.is_some() {
                        let text = format!(
                            "{} got multiple values for keyword argument '{name}'",
                            self.callee_name(callee)
                        );
                        return Err(self.type_error(text));
                    }
                }
            }
            match dict::merge(self, r, other) {
                Ok(()) => return Ok(Called::Value(Value::None)),
                Err(Raise::NeedsPython) => {}
                Err(other) => return Err(other),
            }
        }
        let may_be_mapping = matches!(v, Value::Ref(r) if matches!(
            self.heap.get(r),
            Object::Instance(_) | Object::Dict(_) | Object::MappingProxy(_) | Object::Namespace(_)
        ));
        if let Some(callee) = callee
            && !may_be_mapping
        {
            let text = format!(
                "{} argument after ** must be a mapping, not {}",
                self.callee_name(callee),
                self.type_name(v)
            );
            return Err(self.type_error(text));
        }
        let args = [d, v, Value::Bool(callee.is_some())];
        self.call_library(t, "slow_dict_merge", &args, Vec::new())
    }

    /// How errors about the arguments of a call name what is called.
    fn callee_name(&self, callee: Value) -> String {
        let function = match callee {
            Value::Ref(r) => match self.heap.get(r) {
                Object::Method { func, .. } => *func,
                _ => callee,
            },
            _ => callee,
        };
        match function {
            Value::Ref(r) => match self.heap.get(r) {
                Object::Function(f) => {
                    let module = &self.table[f.code.unit.0 as usize].unit.module;
                    format!("{module}.{}()", self.heap.name(f.qualname))
                }
                Object::Class(c) if r.0 as usize >= Type::ALL.len() => {
                    format!("__main__.{}()", self.heap.name(c.name))
                }
                Object::Class(c) => format!("{}()", self.heap.name(c.name)),
                _ => format!("{} object", self.type_name(callee)),
            },
            Value::Native(id) => format!("{}()", native(id).name),
            _ => format!("{} object", self.type_name(callee)),
        }
    }

    /// The pieces of an f-string in one string.
    pub(crate) fn concat(&mut self, parts: &[Value]) -> Res<Value> {
        let n: usize = parts
            .iter()
            .filter_map(|v| self.heap.as_str(*v))
            .map(str::len)
            .sum();
        self.pay(n as u64 / 64)?;
        self.heap.room(n)?;
        let texts = parts.iter().filter_map(|v| self.heap.as_str(*v));
        let text = Text::joined(n, texts);
        self.new_str(text)
    }

    /// A replacement field of an f-string.
    pub(crate) fn format_value(
        &mut self,
        t: &mut Thread,
        v: Value,
        conv: u8,
        spec: Value,
    ) -> Res<Called> {
        if let Value::Int(i) = v
            && spec.is_unbound()
        {
            return self.int_text(i).map(Called::Value);
        }
        let text = match conv {
            b'r' => repr::repr(self, v),
            b's' => repr::str(self, v),
            0 if spec.is_unbound() && objects::dunders(&self.heap, v) & dunder::FORMAT == 0 => {
                repr::str(self, v)
            }
            _ => Err(Raise::NeedsPython),
        };
        match text {
            Ok(text) => {
                let v = self.new_str(text)?;
                if spec.is_unbound() {
                    return Ok(Called::Value(v));
                }
                return self.call_format(t, v, spec);
            }
            Err(Raise::NeedsPython) => {}
            Err(other) => return Err(other),
        }
        let spec = if spec.is_unbound() {
            self.new_str("")?
        } else {
            spec
        };
        if conv == 0 {
            return self.call_format(t, v, spec);
        }
        let conv = self.new_str((conv as char).to_string())?;
        self.call_library(t, "format_value", &[v, conv, spec], Vec::new())
    }

    fn call_format(&mut self, t: &mut Thread, v: Value, spec: Value) -> Res<Called> {
        let name = self.sym("format");
        let f = self.lookup.builtin(name, true);
        self.call_value(t, f, vec![v, spec], Vec::new(), Vec::new())
    }

    /// `Op::UnpackStar`.
    pub(crate) fn unpack_star(
        &mut self,
        t: &mut Thread,
        v: Value,
        before: u8,
        after: u16,
    ) -> Res<Called> {
        let (b, a) = (usize::from(before), usize::from(after));
        if self.iterates_in_python(v) {
            let args = [
                v,
                Value::Int(i64::from(before)),
                Value::Int(i64::from(after)),
            ];
            return self.call_library(t, "slow_unpack_star", &args, Vec::new());
        }
        if iter::iter(self, v)?.is_none() {
            let name = self.type_name(v).to_string();
            return Err(self.type_error(format!("cannot unpack non-iterable {name} object")));
        }
        let mut values = iter::collect(self, v)?;
        if values.len() < b + a {
            let got = values.len();
            return Err(self.value_error(format!(
                "not enough values to unpack (expected at least {}, got {got})",
                b + a
            )));
        }
        // What is left of the values is the list: they may be many.
        let last = values.split_off(values.len() - a);
        let mut all: Vec<Value> = values.drain(..b).collect();
        all.push(self.new_list(values)?);
        all.extend(last);
        let all = self.new_tuple(all)?;
        Ok(Called::Value(all))
    }

    /// What a method call calls with the receiver as its first argument, where nothing else needs to happen.
    pub(crate) fn plain_method(&self, this: Value, name: Sym) -> Option<Value> {
        let class = self.class_of(this);
        if let Value::Ref(r) = this {
            match self.heap.get(r) {
                Object::Class(_) | Object::Module(_) | Object::Super { .. } => return None,
                Object::Instance(i) if i.attrs.get(name).is_some() => return None,
                Object::Exception(e) if e.attrs.get(name).is_some() => return None,
                Object::Function(f) if f.attrs.get(name).is_some() => return None,
                _ => {}
            }
        }
        if class.0 as usize >= Type::ALL.len() {
            if self.heap.class(class).dunders & dunder::GETATTRIBUTE != 0 {
                return None;
            }
            if let Some(found) = self.find_in_class(class, name) {
                return match found {
                    Value::Ref(r) if matches!(self.heap.get(r), Object::Function(_)) => Some(found),
                    _ => None,
                };
            }
        }
        let id = self.native_method(class, name)?;
        let def = native(id);
        if def.getter || takes_no_receiver(def.name) {
            return None;
        }
        Some(Value::Native(id))
    }

    /// A method call by way of the attribute: arguments lie after the receiver at `start`.
    pub(crate) fn call_attribute(
        &mut self,
        t: &mut Thread,
        this: Value,
        name: Sym,
        start: usize,
        n: usize,
        kw: &[Sym],
    ) -> Res<Called> {
        let (args, kwargs) = taken(t, start + 1, n, kw);
        let mut chain = vec![After::Call(args, kwargs)];
        let called = self.get_attr(t, this, name, &mut chain);
        self.finish(t, called, chain)
    }

    /// A call with `*` or `**`.
    pub(crate) fn call_spread(
        &mut self,
        t: &mut Thread,
        f: Value,
        args: Value,
        kwargs: Value,
    ) -> Res<Called> {
        let len = |v: Value| match v {
            Value::Ref(r) => objects::ops::native_len(self, r).unwrap_or(0),
            _ => 0,
        };
        let (n, m) = (len(args), len(kwargs));
        self.pay((n / 8 + m / 2) as u64)?;
        // They are copied on the way into registers, and from there into tuples and dicts.
        let held = (2 * n + 6 * m) * size_of::<Value>();
        self.holding(held, |vm| vm.call_with(t, f, args, kwargs))
    }

    fn call_with(&mut self, t: &mut Thread, f: Value, args: Value, kwargs: Value) -> Res<Called> {
        let args: Vec<Value> = match args {
            Value::Ref(r) => match self.heap.get(r) {
                Object::List(items) => items.clone(),
                Object::Tuple(items) => items.to_vec(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let mut named = Vec::new();
        if let Value::Ref(r) = kwargs
            && let Object::Dict(d) = self.heap.get(r)
        {
            let pairs: Vec<(Value, Value)> = d.iter().map(|e| (e.key, e.value)).collect();
            for (key, value) in pairs {
                let Some(text) = self.heap.as_str(key).map(str::to_string) else {
                    return Err(self.type_error("keywords must be strings"));
                };
                named.push((self.heap.name_of(&text)?, value));
            }
        }
        self.call_value(t, f, args, named, Vec::new())
    }

    /// `Op::Import`: each part of a dotted name in turn.
    pub(crate) fn import_dotted(
        &mut self,
        t: &mut Thread,
        name: Sym,
        root: bool,
    ) -> Res<Option<Value>> {
        let full = self.heap.name(name).to_string();
        let mut first = None;
        let mut last = Value::None;
        for (i, _) in full.match_indices('.').chain([(full.len(), "")]) {
            let part = self.sym(&full[..i]);
            let Some(module) = self.import(t, part)? else {
                return Ok(None);
            };
            first.get_or_insert(module);
            last = module;
        }
        Ok(Some(if root { first.unwrap_or(last) } else { last }))
    }

    /// `Op::ImportFrom`.
    pub(crate) fn import_from(
        &mut self,
        t: &mut Thread,
        module: Value,
        name: Sym,
    ) -> Res<Option<Value>> {
        let number = match module {
            Value::Ref(r) => match self.heap.get(r) {
                Object::Module(n) => *n,
                _ => return self.get_attr_now(module, name).map(Some),
            },
            _ => return self.get_attr_now(module, name).map(Some),
        };
        if let Some(v) = self.module_attr(number, name) {
            return Ok(Some(v));
        }
        let module_name = self.modules[number as usize].name.clone();
        let text = self.heap.name(name).to_string();
        let full = format!("{module_name}.{text}");
        let is_module =
            crate::modules::library::source(&full).is_some() || self.module(&full).is_some();
        if is_module {
            let full = self.sym(&full);
            return self.import(t, full);
        }
        if super::lacking::module_lacks(&module_name, &text) {
            return Err(Raise::Refused(
                format!("`{full}` is not part of the sandbox").into(),
            ));
        }
        let raise = self.exception(
            Type::ImportError,
            format!("cannot import name '{text}' from '{module_name}' (unknown location)"),
        );
        Err(self.set_exception_attr(raise, "name", &module_name))
    }

    #[cold]
    pub(crate) fn no_name(&mut self, name: Sym) -> Raise {
        let text = self.heap.name(name).to_string();
        let raise = self.exception(Type::NameError, format!("name '{text}' is not defined"));
        self.set_exception_attr(raise, "name", &text)
    }

    #[cold]
    pub(crate) fn unbound_local(&mut self, name: &str) -> Raise {
        let text = format!(
            "cannot access local variable '{name}' where it is not associated with a value"
        );
        let raise = self.exception(Type::UnboundLocalError, text);
        self.set_exception_attr(raise, "name", name)
    }

    #[cold]
    pub(crate) fn unbound_cell(&mut self, name: &str, free: bool) -> Raise {
        if !free {
            return self.unbound_local(name);
        }
        let text = format!(
            "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        );
        let raise = self.exception(Type::NameError, text);
        self.set_exception_attr(raise, "name", name)
    }
}
