//! `match`, `except` and `with`: what their instructions look up.

use super::call::Called;
use super::raise::{Raise, Res};
use super::state::Vm;
use super::thread::Thread;
use crate::compile::code::ClassPattern;
use crate::heap::{Object, Ref, Type, Value, sym::sym};

impl Vm {
    /// Whether an exception matches what stands after `except`.
    pub(crate) fn match_exception(&mut self, e: Value, types: Value) -> Res<bool> {
        let list: Vec<Value> = match types {
            Value::Ref(r) => match self.heap.get(r) {
                Object::Tuple(items) => items.to_vec(),
                _ => vec![types],
            },
            _ => vec![types],
        };
        let class = self.class_of(e);
        let mut found = false;
        for v in list {
            match v {
                Value::Ref(r) if matches!(self.heap.get(r), Object::Class(c) if c.layout == Type::Exception) =>
                {
                    found |= self.heap.class(class).mro.contains(&r);
                }
                _ => {
                    return Err(self.type_error(
                        "catching classes that do not inherit from BaseException is not allowed",
                    ));
                }
            }
        }
        Ok(found)
    }

    /// A special method of a value, bound; `None` if its class has none.
    pub(crate) fn bound_special(&mut self, v: Value, name: crate::heap::Sym) -> Res<Option<Value>> {
        let class = self.class_of(v);
        let func = match self.find_in_class(class, name) {
            Some(f) => f,
            None => match self.native_method(class, name) {
                Some(id) => Value::Native(id),
                None => return Ok(None),
            },
        };
        let func = match func {
            Value::Ref(r) => match self.heap.get(r) {
                Object::StaticMethod(f) => return Ok(Some(*f)),
                Object::ClassMethod(f) => {
                    let func = *f;
                    let this = Value::Ref(class);
                    let r = self.alloc(Object::Method { func, this })?;
                    return Ok(Some(Value::Ref(r)));
                }
                Object::Function(_) => func,
                _ => return Ok(Some(func)),
            },
            _ => func,
        };
        let r = self.alloc(Object::Method { func, this: v })?;
        Ok(Some(Value::Ref(r)))
    }

    /// The two methods of a context manager, bound.
    pub(crate) fn context_manager(&mut self, v: Value, is_async: bool) -> Res<(Value, Value)> {
        let (enter, exit) = if is_async {
            (sym::AENTER, sym::AEXIT)
        } else {
            (sym::ENTER, sym::EXIT)
        };
        let (a, b) = (self.bound_special(v, enter)?, self.bound_special(v, exit)?);
        if let (Some(a), Some(b)) = (a, b) {
            return Ok((a, b));
        }
        let name = self.type_name(v).to_string();
        let kind = if is_async {
            "asynchronous context manager"
        } else {
            "context manager"
        };
        Err(self.type_error(format!(
            "'{name}' object does not support the {kind} protocol"
        )))
    }

    /// The three arguments of `__exit__`.
    pub(crate) fn exit_args(&mut self, e: Value) -> Res<Vec<Value>> {
        if e.is_unbound() {
            return Ok(vec![Value::None; 3]);
        }
        let traceback = match e {
            Value::Ref(r) => match self.heap.get(r) {
                Object::Exception(x) => {
                    let entries = x.traceback.clone().into();
                    Value::Ref(self.alloc(Object::Traceback(entries))?)
                }
                _ => Value::None,
            },
            _ => Value::None,
        };
        Ok(vec![Value::Ref(self.class_of(e)), e, traceback])
    }

    fn native_of(&self, v: Value) -> Option<&Object> {
        match crate::objects::unwrap(&self.heap, v) {
            Value::Ref(r) => Some(self.heap.get(r)),
            _ => None,
        }
    }

    /// Whether a sequence pattern looks inside.
    pub(crate) fn is_match_sequence(&self, v: Value) -> bool {
        match self.native_of(v) {
            Some(Object::List(_) | Object::Tuple(_) | Object::Range(_)) => true,
            Some(Object::Instance(i)) => {
                let hook = self.heap.symbols.find("__kont_sequence__");
                hook.is_some_and(|hook| self.find_in_class(i.class, hook).is_some())
            }
            _ => false,
        }
    }

    /// Whether a mapping pattern looks inside.
    pub(crate) fn is_match_mapping(&self, v: Value) -> bool {
        match self.native_of(v) {
            Some(Object::Dict(_)) => true,
            Some(Object::Instance(i)) => {
                let hook = self.heap.symbols.find("__kont_mapping__");
                hook.is_some_and(|hook| self.find_in_class(i.class, hook).is_some())
            }
            _ => false,
        }
    }

    /// A class pattern: a tuple of what its sub-patterns look at, or None.
    pub(crate) fn match_class(
        &mut self,
        t: &mut Thread,
        class: Value,
        subject: Value,
        pattern: &ClassPattern,
    ) -> Res<Called> {
        const SELF_MATCH: &[Type] = &[
            Type::Bool,
            Type::Bytes,
            Type::Dict,
            Type::Float,
            Type::FrozenSet,
            Type::Int,
            Type::List,
            Type::Set,
            Type::Str,
            Type::Tuple,
        ];
        let class_ref = match class {
            Value::Ref(r) if matches!(self.heap.get(r), Object::Class(_)) => r,
            _ => return Err(self.type_error("called match pattern must be a class")),
        };
        let of = self.class_of(subject);
        if !self.heap.class(of).mro.contains(&class_ref) {
            return Ok(Called::Value(Value::None));
        }
        let n = usize::from(pattern.positional);
        let mut values = Vec::new();
        let mut names = Vec::new();
        if n > 0 {
            let match_args = self.find_in_class(class_ref, sym::MATCH_ARGS);
            let takes_itself = match_args.is_none()
                && self
                    .heap
                    .class(class_ref)
                    .mro
                    .iter()
                    .any(|c| SELF_MATCH.iter().any(|ty| ty.r() == *c));
            let listed: Vec<Value> = match match_args {
                Some(Value::Ref(r)) => match self.heap.get(r) {
                    Object::Tuple(items) => items.to_vec(),
                    _ => return Err(self.match_args_error(class_ref)),
                },
                Some(_) => return Err(self.match_args_error(class_ref)),
                None => Vec::new(),
            };
            let most = if takes_itself { 1 } else { listed.len() };
            if n > most {
                let name = self.heap.name(self.heap.class(class_ref).name);
                let plural = if most == 1 { "" } else { "s" };
                let text =
                    format!("{name}() accepts {most} positional sub-pattern{plural} ({n} given)");
                return Err(self.type_error(text));
            }
            if takes_itself {
                values.push(subject);
            } else {
                names.extend_from_slice(&listed[..n]);
            }
        }
        for keyword in &pattern.keywords {
            names.push(self.new_str(keyword.as_str())?);
        }
        if names.is_empty() {
            return self.new_tuple(values).map(Called::Value);
        }
        let first = self.new_tuple(values)?;
        let names = self.new_tuple(names)?;
        self.call_library(t, "match_attributes", &[subject, first, names], Vec::new())
    }

    fn match_args_error(&mut self, class: Ref) -> Raise {
        let name = self.heap.name(self.heap.class(class).name).to_string();
        self.type_error(format!("{name}.__match_args__ must be a tuple"))
    }
}
