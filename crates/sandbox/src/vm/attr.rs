//! Attributes: found by the descriptor rules, set and deleted by them.

use super::after::After;
use super::call::{Called, takes_no_receiver};
use super::native::Args;
use super::natives::native;
use super::raise::{Raise, Res};
use super::state::Vm;
use super::thread::Thread;
use crate::heap::{NativeId, Object, Ref, Sym, Type, Value, object::dunder, sym::sym};

/// What built-in classes have in CPython and not here: a program that asks for it is refused, since it could catch
/// an `AttributeError` and go on as it would not on CPython.
const LACKING: &[(Type, &[&str])] = &[
    (
        Type::Bytes,
        &[
            "capitalize",
            "center",
            "expandtabs",
            "islower",
            "istitle",
            "isupper",
            "maketrans",
            "swapcase",
            "title",
            "translate",
        ],
    ),
    (Type::Int, &["denominator", "imag", "numerator", "real"]),
    (Type::Float, &["fromhex", "imag", "real"]),
    (Type::Range, &["start", "step", "stop"]),
];

impl Vm {
    /// What Python code defined as a name in a class or its bases.
    pub(crate) fn find_in_class(&self, class: Ref, name: Sym) -> Option<Value> {
        let Object::Class(c) = self.heap.get(class) else {
            return None;
        };
        if let Some(v) = c.attrs.get(name) {
            return Some(v);
        }
        c.mro[1..].iter().find_map(|base| {
            if (base.0 as usize) < Type::ALL.len() {
                return None;
            }
            self.heap.class(*base).attrs.get(name)
        })
    }

    /// Whether an attribute of an instance is what its class's instances hold: nothing in the class comes before it.
    pub(crate) fn reads_plainly(&self, class: Ref, name: Sym) -> bool {
        self.heap.class(class).dunders & dunder::GETATTRIBUTE == 0
            && !self
                .find_in_class(class, name)
                .is_some_and(|found| self.is_data_descriptor(found))
    }

    /// Whether setting an attribute of an instance is nothing but that.
    pub(crate) fn writes_plainly(&self, class: Ref, name: Sym) -> bool {
        let dunders = self.heap.class(class).dunders;
        dunders & dunder::SETATTR == 0
            && (dunders & dunder::SLOTS == 0 || self.in_slots(class, name))
            && name != sym::CLASS
            && name != sym::DICT
            && !self
                .find_in_class(class, name)
                .is_some_and(|found| self.is_data_descriptor(found))
    }

    /// Whether an attribute of a class is what it or a base has under the name, as it stands: nothing of a metaclass and no
    /// descriptor comes between.
    pub(crate) fn class_reads_plainly(&self, class: Ref, name: Sym) -> Option<Value> {
        let text = self.heap.name(name);
        if text.starts_with("__") || (class.0 as usize) < Type::ALL.len() {
            return None;
        }
        let found = self.find_in_class(class, name)?;
        let Value::Ref(r) = found else {
            return Some(found);
        };
        let plain = match self.heap.get(r) {
            Object::ClassMethod(_) | Object::StaticMethod(_) | Object::Property(_) => false,
            Object::Instance(i) => self.find_in_class(i.class, sym::GET).is_none(),
            _ => true,
        };
        plain.then_some(found)
    }

    /// A special method that Python code defined in the value's class. `None` in the class counts as absent.
    pub(crate) fn special_method(&self, _v: Value, class: Ref, name: Sym) -> Option<Value> {
        self.find_in_class(class, name).filter(|v| !v.is_none())
    }

    /// A native method of a class or its bases.
    pub(crate) fn native_method(&self, class: Ref, name: Sym) -> Option<NativeId> {
        if let Some(id) = self.lookup.method(class, name) {
            return Some(id);
        }
        self.heap.class(class).mro[1..]
            .iter()
            .find_map(|base| self.lookup.method(*base, name))
    }

    /// `value.name`.
    pub(crate) fn get_attr(
        &mut self,
        t: &mut Thread,
        v: Value,
        name: Sym,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        if let Value::Ref(r) = v {
            match self.heap.get(r) {
                Object::Instance(_) | Object::Exception(_) => {
                    let class = self.class_of(v);
                    let dunders = self.heap.class(class).dunders;
                    if dunders & dunder::GETATTR != 0 {
                        after.push(After::AttributeFallback(v, name));
                    }
                    if dunders & dunder::GETATTRIBUTE != 0
                        && let Some(f) = self.find_in_class(class, sym::GETATTRIBUTE)
                    {
                        let text = self.name_value(name)?;
                        return self.call_args(t, f, &[v, text], &[], after);
                    }
                    return self.plain_attr(t, v, class, name, after);
                }
                Object::Class(_) => return self.class_attr(t, r, name, after),
                Object::Module(n) => {
                    let n = *n;
                    return match self.module_attr(n, name) {
                        Some(v) => Ok(Called::Value(v)),
                        None => self.module_member(n, r, name),
                    };
                }
                Object::Super { class, this } => {
                    let (class, this) = (*class, *this);
                    return self.super_attr(t, class, this, name, after);
                }
                _ => {}
            }
        }
        let class = self.class_of(v);
        self.plain_attr(t, v, class, name, after)
    }

    /// `value.name` where it gives a value without running Python code.
    pub(crate) fn get_attr_now(&mut self, v: Value, name: Sym) -> Res<Value> {
        let mut thread = Thread::new(u64::MAX);
        match self.get_attr(&mut thread, v, name, &mut Vec::new())? {
            Called::Value(v) => Ok(v),
            _ => Err(Raise::Refused(
                "an attribute computed by Python code in this place".into(),
            )),
        }
    }

    /// `object.__getattribute__`.
    pub(crate) fn plain_attr(
        &mut self,
        t: &mut Thread,
        v: Value,
        class: Ref,
        name: Sym,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let found = self.find_in_class(class, name);
        if let Some(found) = found
            && self.is_data_descriptor(found)
        {
            return self.bind_attr(t, found, v, class, name, after);
        }
        if let Value::Ref(r) = v {
            let own = match self.heap.get(r) {
                Object::Instance(i) => i.attrs.get(name),
                Object::Exception(e) => e.attrs.get(name),
                Object::Function(f) => f.attrs.get(name),
                _ => None,
            };
            if let Some(own) = own {
                return Ok(Called::Value(own));
            }
        }
        if let Some(found) = found {
            return self.bind_attr(t, found, v, class, name, after);
        }
        if let Some(value) = self.member(v, name)? {
            return Ok(Called::Value(value));
        }
        if let Some(id) = self.native_method(class, name) {
            return self.bind_native(id, v, class);
        }
        Err(self.no_attribute(v, name))
    }

    fn bind_native(&mut self, id: NativeId, v: Value, class: Ref) -> Res<Called> {
        let def = native(id);
        if def.getter {
            return match (def.run)(self, Args { pos: &[v], kw: &[] })? {
                super::native::Flow::Value(v) => Ok(Called::Value(v)),
                _ => Err(Raise::Refused("a native attribute that calls".into())),
            };
        }
        if def.name == "__new__" || def.name == "maketrans" {
            return Ok(Called::Value(Value::Native(id)));
        }
        let this = if takes_no_receiver(def.name) {
            Value::Ref(class)
        } else {
            v
        };
        let func = Value::Native(id);
        self.alloc(Object::Method { func, this })
            .map(|r| Called::Value(Value::Ref(r)))
    }

    fn is_data_descriptor(&self, v: Value) -> bool {
        let Value::Ref(r) = v else { return false };
        match self.heap.get(r) {
            Object::Property(_) => true,
            Object::Instance(i) => {
                self.find_in_class(i.class, sym::SET).is_some()
                    || self.find_in_class(i.class, sym::DELETE).is_some()
            }
            _ => false,
        }
    }

    /// What a class attribute gives when it is asked for through an instance.
    fn bind_attr(
        &mut self,
        t: &mut Thread,
        found: Value,
        v: Value,
        class: Ref,
        name: Sym,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let Value::Ref(r) = found else {
            return Ok(Called::Value(found));
        };
        let method = match self.heap.get(r) {
            Object::Function(_) => Object::Method {
                func: found,
                this: v,
            },
            Object::ClassMethod(f) => Object::Method {
                func: *f,
                this: Value::Ref(class),
            },
            Object::StaticMethod(f) => return Ok(Called::Value(*f)),
            Object::Property(p) => {
                let getter = p[0];
                if getter.is_none() {
                    return Err(self.property_error(v, name, "getter"));
                }
                return self.call_args(t, getter, &[v], &[], after);
            }
            Object::Instance(i) => {
                let descriptor = i.class;
                return match self.find_in_class(descriptor, sym::GET) {
                    Some(get) => self.call_args(t, get, &[found, v, Value::Ref(class)], &[], after),
                    None => Ok(Called::Value(found)),
                };
            }
            _ => return Ok(Called::Value(found)),
        };
        self.alloc(method).map(|r| Called::Value(Value::Ref(r)))
    }

    fn property_error(&mut self, v: Value, name: Sym, what: &str) -> Raise {
        let class = self.type_name(v).to_string();
        let text = format!(
            "property '{}' of '{class}' object has no {what}",
            self.heap.name(name)
        );
        self.exception(Type::AttributeError, text)
    }

    /// `Class.name`.
    fn class_attr(
        &mut self,
        t: &mut Thread,
        class: Ref,
        name: Sym,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        if let Some(value) = self.class_member(class, name)? {
            return Ok(Called::Value(value));
        }
        if let Some(found) = self.find_in_class(class, name) {
            let Value::Ref(r) = found else {
                return Ok(Called::Value(found));
            };
            let method = match self.heap.get(r) {
                Object::ClassMethod(f) => Object::Method {
                    func: *f,
                    this: Value::Ref(class),
                },
                Object::StaticMethod(f) => return Ok(Called::Value(*f)),
                Object::Instance(i) => {
                    let descriptor = i.class;
                    return match self.find_in_class(descriptor, sym::GET) {
                        Some(get) => {
                            let args = [found, Value::None, Value::Ref(class)];
                            self.call_args(t, get, &args, &[], after)
                        }
                        None => Ok(Called::Value(found)),
                    };
                }
                _ => return Ok(Called::Value(found)),
            };
            return self.alloc(method).map(|r| Called::Value(Value::Ref(r)));
        }
        if let Some(id) = self.native_method(class, name) {
            let method = native(id).name;
            let of_class = takes_no_receiver(method) && !matches!(method, "__new__" | "maketrans");
            if of_class || name == sym::INIT_SUBCLASS {
                let (func, this) = (Value::Native(id), Value::Ref(class));
                let r = self.alloc(Object::Method { func, this })?;
                return Ok(Called::Value(Value::Ref(r)));
            }
            return Ok(Called::Value(Value::Native(id)));
        }
        if let Some(id) = self.lookup.method(Type::Type.r(), name) {
            return self.bind_native(id, Value::Ref(class), Type::Type.r());
        }
        Err(self.no_attribute(Value::Ref(class), name))
    }

    /// `super().name`.
    fn super_attr(
        &mut self,
        t: &mut Thread,
        after_class: Ref,
        this: Value,
        name: Sym,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let of_class = match this {
            Value::Ref(r) => matches!(self.heap.get(r), Object::Class(_)).then_some(r),
            _ => None,
        };
        let start = match of_class {
            Some(r) if self.heap.class(r).mro.contains(&after_class) => r,
            _ => self.class_of(this),
        };
        let mro = self.heap.class(start).mro.clone();
        let place = mro
            .iter()
            .position(|c| *c == after_class)
            .map_or(0, |i| i + 1);
        for base in &mro[place.min(mro.len())..] {
            if let Some(found) = self.heap.class(*base).attrs.get(name) {
                if of_class.is_some() {
                    // Through a class, functions stay as they are; class methods bind the class.
                    let method = match found {
                        Value::Ref(r) => match self.heap.get(r) {
                            Object::ClassMethod(f) => Some(*f),
                            Object::StaticMethod(f) => return Ok(Called::Value(*f)),
                            _ => None,
                        },
                        _ => None,
                    };
                    return match method {
                        Some(func) => self
                            .alloc(Object::Method { func, this })
                            .map(|r| Called::Value(Value::Ref(r))),
                        None => Ok(Called::Value(found)),
                    };
                }
                return self.bind_attr(t, found, this, start, name, after);
            }
            if let Some(id) = self.lookup.method(*base, name) {
                return self.bind_native(id, this, start);
            }
        }
        if name == sym::CLASS {
            return Ok(Called::Value(Type::Super.value()));
        }
        let text = format!("'super' object has no attribute '{}'", self.heap.name(name));
        Err(self.exception(Type::AttributeError, text))
    }

    /// Calls `__getattr__`.
    pub(crate) fn call_getattr(
        &mut self,
        t: &mut Thread,
        v: Value,
        name: Sym,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let class = self.class_of(v);
        let Some(f) = self.find_in_class(class, sym::GETATTR) else {
            return Err(self.no_attribute(v, name));
        };
        let text = self.name_value(name)?;
        self.call_args(t, f, &[v, text], &[], after)
    }

    /// A name as a string value.
    pub(crate) fn name_value(&mut self, name: Sym) -> Res<Value> {
        let text = self.heap.name(name).to_string();
        self.new_str(text)
    }

    /// The built-in class, of a value or a class, that has this attribute in CPython and not here.
    fn lacking(&self, v: Value, name: &str) -> Option<&'static str> {
        let class = match v {
            Value::Ref(r) if matches!(self.heap.get(r), Object::Class(_)) => r,
            _ => self.class_of(v),
        };
        let mro = &self.heap.class(class).mro;
        let of_type = LACKING.iter().filter(|(owner, _)| mro.contains(&owner.r()));
        of_type
            .filter(|(_, names)| names.contains(&name))
            .map(|(owner, _)| owner.name())
            .next()
    }

    /// The `AttributeError` of a missing attribute.
    #[cold]
    pub(crate) fn no_attribute(&mut self, v: Value, name: Sym) -> Raise {
        let name_text = self.heap.name(name).to_string();
        let module = match v {
            Value::Ref(r) => match self.heap.get(r) {
                Object::Module(n) => Some(self.modules[*n as usize].name.clone()),
                _ => None,
            },
            _ => None,
        };
        let lacks = module.filter(|module| super::lacking::module_lacks(module, &name_text));
        let owner = lacks.or_else(|| self.lacking(v, &name_text).map(str::to_owned));
        if let Some(owner) = owner {
            return Raise::Refused(
                format!("`{owner}.{name_text}` is not part of the sandbox").into(),
            );
        }
        let text = match v {
            Value::Ref(r) => match self.heap.get(r) {
                Object::Class(c) => {
                    let class = self.heap.name(c.name);
                    format!("type object '{class}' has no attribute '{name_text}'")
                }
                Object::Module(n) => {
                    let module = &self.modules[*n as usize].name;
                    format!("module '{module}' has no attribute '{name_text}'")
                }
                _ => format!(
                    "'{}' object has no attribute '{name_text}'",
                    self.type_name(v)
                ),
            },
            _ => format!(
                "'{}' object has no attribute '{name_text}'",
                self.type_name(v)
            ),
        };
        let raise = self.exception(Type::AttributeError, text);
        let raise = self.set_exception_attr(raise, "name", &name_text);
        if let Raise::Exception(Value::Ref(e)) = raise {
            self.heap.exception_mut(e).attrs.set(sym::OBJ, v);
        }
        raise
    }

    /// Sets a string attribute of an exception under way.
    pub(crate) fn set_exception_attr(&mut self, raise: Raise, name: &str, value: &str) -> Raise {
        if let Raise::Exception(Value::Ref(e)) = raise
            && let Ok(text) = self.new_str(value)
        {
            let name = self.sym(name);
            self.heap.exception_mut(e).attrs.set(name, text);
        }
        raise
    }

    /// `value.name = new`. The value of the call is None.
    pub(crate) fn set_attr(
        &mut self,
        t: &mut Thread,
        v: Value,
        name: Sym,
        new: Value,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        if let Value::Ref(r) = v
            && matches!(self.heap.get(r), Object::Instance(_) | Object::Exception(_))
        {
            let class = self.class_of(v);
            if self.heap.class(class).dunders & dunder::SETATTR != 0
                && let Some(f) = self.special_method(v, class, sym::SETATTR)
            {
                let text = self.name_value(name)?;
                return self.call_args(t, f, &[v, text, new], &[], after);
            }
        }
        self.plain_set_attr(t, v, name, new, after)
    }

    /// `object.__setattr__`.
    pub(crate) fn plain_set_attr(
        &mut self,
        t: &mut Thread,
        v: Value,
        name: Sym,
        new: Value,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let Value::Ref(r) = v else {
            return Err(self.cannot_set(v, name));
        };
        match self.heap.get(r) {
            Object::Instance(_) | Object::Exception(_) => {
                let class = self.class_of(v);
                let dunders = self.heap.class(class).dunders;
                if dunders & dunder::DATA_DESCRIPTOR != 0
                    && let Some(Value::Ref(d)) = self.find_in_class(class, name)
                {
                    match self.heap.get(d) {
                        Object::Property(p) => {
                            let setter = p[1];
                            if setter.is_none() {
                                return Err(self.property_error(v, name, "setter"));
                            }
                            return self.call_args(t, setter, &[v, new], &[], after);
                        }
                        Object::Instance(i) => {
                            let descriptor = i.class;
                            if let Some(set) = self.find_in_class(descriptor, sym::SET) {
                                return self.call_args(
                                    t,
                                    set,
                                    &[Value::Ref(d), v, new],
                                    &[],
                                    after,
                                );
                            }
                        }
                        _ => {}
                    }
                }
                if dunders & dunder::SLOTS != 0 && !self.in_slots(class, name) {
                    return Err(self.cannot_set(v, name));
                }
                if name == sym::CLASS || name == sym::DICT {
                    let what = format!("assignment to `{}`", self.heap.name(name));
                    return Err(Raise::Refused(what.into()));
                }
                if self.set_exception_member(r, name, new)? {
                    return Ok(Called::Value(Value::None));
                }
                let added = match self.heap.get_mut(r) {
                    Object::Instance(i) => i.attrs.set(name, new),
                    Object::Exception(e) => e.attrs.set(name, new),
                    _ => 0,
                };
                self.heap.charge(added)?;
            }
            Object::Class(_) => self.set_class_attr(r, name, new)?,
            Object::Module(n) => {
                let n = *n;
                self.set_module_attr(n, name, new);
            }
            Object::Function(_) => self.set_function_member(r, name, new)?,
            _ => return Err(self.cannot_set(v, name)),
        }
        Ok(Called::Value(Value::None))
    }

    fn in_slots(&self, class: Ref, name: Sym) -> bool {
        let text = self.heap.name(name);
        let is_name = |v: Value| self.heap.as_str(v) == Some(text);
        self.heap.class(class).mro.iter().any(|c| {
            let Some(slots) = self.heap.class(*c).attrs.get(sym::SLOTS) else {
                return false;
            };
            match slots {
                Value::Ref(r) => match self.heap.get(r) {
                    Object::Tuple(items) => items.iter().any(|v| is_name(*v)),
                    Object::List(items) => items.iter().any(|v| is_name(*v)),
                    Object::Dict(d) => d.iter().any(|e| is_name(e.key)),
                    Object::Set(s) => s.iter().any(|(_, key)| is_name(key)),
                    _ => is_name(slots),
                },
                _ => false,
            }
        })
    }

    fn cannot_set(&mut self, v: Value, name: Sym) -> Raise {
        let class = self.type_name(v).to_string();
        let text = format!(
            "'{class}' object has no attribute '{}' and no __dict__ for setting new attributes",
            self.heap.name(name)
        );
        self.exception(Type::AttributeError, text)
    }

    /// `del value.name`.
    pub(crate) fn del_attr(
        &mut self,
        t: &mut Thread,
        v: Value,
        name: Sym,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        if let Value::Ref(r) = v
            && matches!(self.heap.get(r), Object::Instance(_) | Object::Exception(_))
        {
            let class = self.class_of(v);
            if let Some(f) = self.special_method(v, class, sym::DELATTR) {
                let text = self.name_value(name)?;
                return self.call_args(t, f, &[v, text], &[], after);
            }
        }
        self.plain_del_attr(t, v, name, after)
    }

    /// `object.__delattr__`.
    pub(crate) fn plain_del_attr(
        &mut self,
        t: &mut Thread,
        v: Value,
        name: Sym,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let Value::Ref(r) = v else {
            return Err(self.no_attribute(v, name));
        };
        if matches!(self.heap.get(r), Object::Instance(_) | Object::Exception(_)) {
            let class = self.class_of(v);
            if let Some(Value::Ref(d)) = self.find_in_class(class, name) {
                match self.heap.get(d) {
                    Object::Property(p) => {
                        let deleter = p[2];
                        if deleter.is_none() {
                            return Err(self.property_error(v, name, "deleter"));
                        }
                        return self.call_args(t, deleter, &[v], &[], after);
                    }
                    Object::Instance(i) => {
                        let descriptor = i.class;
                        if let Some(f) = self.find_in_class(descriptor, sym::DELETE) {
                            return self.call_args(t, f, &[Value::Ref(d), v], &[], after);
                        }
                    }
                    _ => {}
                }
            }
        }
        let gone = match self.heap.get_mut(r) {
            Object::Instance(i) => i.attrs.remove(name),
            Object::Exception(e) => e.attrs.remove(name),
            Object::Function(f) => f.attrs.remove(name),
            Object::Class(_) if r.0 as usize >= Type::ALL.len() => {
                self.heap.class_mut(r).attrs.remove(name)
            }
            Object::Module(n) => {
                let n = *n;
                let had = self.module_attr(n, name);
                if had.is_some() {
                    self.set_module_attr(n, name, Value::Unbound);
                    self.modules[n as usize].extra.remove(name);
                }
                had
            }
            _ => None,
        };
        if gone.is_none() {
            return Err(self.no_attribute(v, name));
        }
        if matches!(self.heap.get(r), Object::Class(_)) {
            self.refresh_dunders(r)?;
        }
        Ok(Called::Value(Value::None))
    }
}
