//! Attributes that the interpreter itself computes: of functions, classes, modules, exceptions and the like.

use super::call::Called;
use super::raise::{Raise, Res};
use super::state::Vm;
use crate::heap::{Object, Ref, Sym, Type, Value, dict::Dict, object::GeneratorState, sym::sym};

impl Vm {
    /// A computed attribute of a value, if it has one of that name.
    pub(crate) fn member(&mut self, v: Value, name: Sym) -> Res<Option<Value>> {
        if name == sym::CLASS {
            return Ok(Some(Value::Ref(self.class_of(v))));
        }
        if name == sym::DOC {
            return Ok(Some(self.doc_of(v)?));
        }
        let text = self.heap.name(name);
        let r = match v {
            Value::Ref(r) => r,
            Value::Native(id) => {
                let def = super::natives::native(id);
                return Ok(match text {
                    "__name__" => Some(self.new_str(def.name)?),
                    "__qualname__" => {
                        let full = match def.owner {
                            Some(owner) => format!("{}.{}", owner.name(), def.name),
                            None => def.name.to_string(),
                        };
                        Some(self.new_str(full)?)
                    }
                    "__module__" => Some(self.new_str(def.module)?),
                    _ => None,
                });
            }
            Value::Int(_) | Value::Bool(_) => {
                let i = match v {
                    Value::Bool(b) => Value::Int(i64::from(b)),
                    v => v,
                };
                return Ok(match text {
                    "real" | "numerator" => Some(i),
                    "imag" => Some(Value::Int(0)),
                    "denominator" => Some(Value::Int(1)),
                    _ => None,
                });
            }
            Value::Float(_) => {
                return Ok(match text {
                    "real" => Some(v),
                    "imag" => Some(Value::Float(0.0)),
                    _ => None,
                });
            }
            _ => return Ok(None),
        };
        match self.heap.get(r) {
            Object::Instance(i) => {
                if text == "__dict__" {
                    let attrs: Vec<(Sym, Value)> = i.attrs.iter().collect();
                    return self.dict_shown(r, &attrs).map(Some);
                }
                if !i.native.is_unbound() {
                    let native = i.native;
                    if !matches!(text, "__name__" | "__module__") {
                        return self.member(native, name);
                    }
                }
                Ok(None)
            }
            Object::Exception(_) => self.exception_member(r, name),
            Object::Function(f) => {
                let f = f.clone();
                Ok(match text {
                    "__name__" => Some(self.name_value(f.name)?),
                    "__qualname__" => Some(self.name_value(f.qualname)?),
                    "__module__" => {
                        let module = self.table[f.code.unit.0 as usize].unit.module.clone();
                        Some(self.new_str(module)?)
                    }
                    "__defaults__" if f.defaults.is_empty() => Some(Value::None),
                    "__defaults__" => Some(self.new_tuple(f.defaults)?),
                    "__kwdefaults__" => {
                        let code = self.code(f.code);
                        let first = usize::from(code.params.positional);
                        let names = code.linked.params.clone();
                        let pairs: Vec<(Sym, Value)> = f
                            .kw_defaults
                            .iter()
                            .enumerate()
                            .filter(|(_, v)| !v.is_unbound())
                            .map(|(i, v)| (names[first + i], *v))
                            .collect();
                        if pairs.is_empty() {
                            Some(Value::None)
                        } else {
                            Some(self.dict_of(&pairs)?)
                        }
                    }
                    "__dict__" => {
                        let attrs: Vec<(Sym, Value)> = f.attrs.iter().collect();
                        Some(self.dict_shown(r, &attrs)?)
                    }
                    "__annotations__" => Some(self.dict_of(&[])?),
                    "__type_params__" => Some(self.new_tuple([])?),
                    "__code__" | "__globals__" | "__closure__" | "__get__" => {
                        let what = format!("`{text}` of a function");
                        return Err(Raise::Refused(what.into()));
                    }
                    _ => None,
                })
            }
            Object::Method { func, this } => {
                let (func, this) = (*func, *this);
                Ok(match text {
                    "__func__" => Some(func),
                    "__self__" => Some(this),
                    _ => match func {
                        Value::Ref(f) => match self.heap.get(f) {
                            Object::Function(function) => match function.attrs.get(name) {
                                Some(v) => Some(v),
                                None => self.member(func, name)?,
                            },
                            _ => None,
                        },
                        _ => self.member(func, name)?,
                    },
                })
            }
            Object::Property(p) => Ok(match text {
                "fget" => Some(p[0]),
                "fset" => Some(p[1]),
                "fdel" => Some(p[2]),
                _ => None,
            }),
            Object::ClassMethod(f) | Object::StaticMethod(f) => {
                let f = *f;
                if matches!(text, "__func__" | "__wrapped__") {
                    return Ok(Some(f));
                }
                match f {
                    Value::Ref(_) if text.starts_with("__") => self.member(f, name),
                    _ => Ok(None),
                }
            }
            Object::Slice(s) => Ok(match text {
                "start" => Some(s[0]),
                "stop" => Some(s[1]),
                "step" => Some(s[2]),
                _ => None,
            }),
            Object::Range(s) => Ok(match text {
                "start" => Some(Value::Int(s[0])),
                "stop" => Some(Value::Int(s[1])),
                "step" => Some(Value::Int(s[2])),
                _ => None,
            }),
            Object::Generator(g) => {
                let name = g.name;
                let running = matches!(g.state, GeneratorState::Running);
                Ok(match text {
                    "__name__" | "__qualname__" => Some(self.name_value(name)?),
                    "gi_running" | "cr_running" | "ag_running" => Some(Value::Bool(running)),
                    _ => None,
                })
            }
            Object::BigInt(_) => Ok(match text {
                "real" | "numerator" => Some(v),
                "imag" => Some(Value::Int(0)),
                "denominator" => Some(Value::Int(1)),
                _ => None,
            }),
            Object::HostFunction(n) => {
                let capability = self.capabilities.get(*n as usize).cloned();
                Ok(match (text, capability) {
                    ("__name__" | "__qualname__", Some(c)) => Some(self.new_str(c.name)?),
                    _ => None,
                })
            }
            Object::Alias { origin, args } => {
                let (origin, args) = (*origin, *args);
                Ok(match text {
                    "__origin__" => Some(origin),
                    "__args__" => Some(Value::Ref(args)),
                    _ => match origin {
                        Value::Ref(c) if matches!(self.heap.get(c), Object::Class(_)) => {
                            self.class_member(c, name)?
                        }
                        _ => None,
                    },
                })
            }
            Object::Pattern(_) | Object::Match(_) => {
                let text = text.to_string();
                crate::modules::re::matches::attribute(self, r, &text)
            }
            Object::Super { this, .. } => Ok(match text {
                "__self__" => Some(*this),
                _ => None,
            }),
            Object::Traceback(entries) => {
                let last = entries.last().copied();
                Ok(match (text, last) {
                    ("tb_lineno", Some(e)) => {
                        Some(Value::Int(i64::from(self.position(e.code, e.pc).0)))
                    }
                    ("tb_next", _) => Some(Value::None),
                    _ => None,
                })
            }
            _ => Ok(None),
        }
    }

    fn doc_of(&mut self, v: Value) -> Res<Value> {
        let doc = match v {
            Value::Ref(r) => match self.heap.get(r) {
                Object::Function(f) => self.code(f.code).doc.clone(),
                Object::Property(p) => {
                    let (doc, getter) = (p[3], p[0]);
                    if !doc.is_none() || getter.is_none() {
                        return Ok(doc);
                    }
                    return self.doc_of(getter);
                }
                Object::Method { func, .. } => {
                    let func = *func;
                    return self.doc_of(func);
                }
                _ => None,
            },
            _ => None,
        };
        match doc {
            Some(doc) => self.new_str(doc),
            None => Ok(Value::None),
        }
    }

    /// A new dict with names as keys: a copy.
    pub(crate) fn dict_of(&mut self, pairs: &[(Sym, Value)]) -> Res<Value> {
        let mut dict = Dict::default();
        for (name, value) in pairs {
            let key = self.name_value(*name)?;
            let hash = crate::objects::hash::hash(self, key)?;
            dict.push(hash, key, *value);
        }
        self.heap.charge(dict.bytes())?;
        self.alloc(Object::Dict(Box::new(dict))).map(Value::Ref)
    }

    /// The `__dict__` of an object: what changes in it changes the object's attributes.
    fn dict_shown(&mut self, owner: Ref, attrs: &[(Sym, Value)]) -> Res<Value> {
        let dict = self.dict_of(attrs)?;
        if let Value::Ref(r) = dict {
            self.heap.dict_mut(r).shows = Some(owner);
        }
        Ok(dict)
    }

    /// A computed attribute of a class.
    pub(crate) fn class_member(&mut self, class: Ref, name: Sym) -> Res<Option<Value>> {
        let refs = |list: &[Ref]| -> Vec<Value> { list.iter().map(|r| Value::Ref(*r)).collect() };
        let c = self.heap.class(class);
        let builtin = (class.0 as usize) < Type::ALL.len();
        Ok(match name {
            sym::NAME => {
                let name = c.name;
                Some(self.name_value(name)?)
            }
            sym::QUALNAME if builtin => {
                let name = c.name;
                Some(self.name_value(name)?)
            }
            sym::MODULE if builtin => Some(self.new_str("builtins")?),
            sym::MRO => {
                let list = refs(&c.mro);
                Some(self.new_tuple(list)?)
            }
            sym::BASES => {
                let list = refs(&c.bases);
                Some(self.new_tuple(list)?)
            }
            sym::CLASS => Some(Type::Type.value()),
            _ if self.heap.name(name) == "__base__" => {
                let first = self.heap.class(class).bases.first().copied();
                Some(first.map_or(Value::None, Value::Ref))
            }
            sym::DICT => {
                let r = self.alloc(Object::MappingProxy(class))?;
                Some(Value::Ref(r))
            }
            sym::DOC if c.attrs.get(sym::DOC).is_none() => Some(Value::None),
            sym::ANNOTATIONS if c.attrs.get(sym::ANNOTATIONS).is_none() => Some(self.dict_of(&[])?),
            _ => None,
        })
    }

    /// A computed attribute of a module.
    pub(crate) fn module_member(&mut self, number: u32, r: Ref, name: Sym) -> Res<Called> {
        let v = match name {
            sym::DICT => {
                let all = self.module_dict(number);
                self.dict_of(&all)?
            }
            sym::NAME => {
                let text = self.modules[number as usize].name.clone();
                self.new_str(text)?
            }
            sym::DOC => Value::None,
            sym::CLASS => Type::Module.value(),
            _ => {
                if let Some(v) = self.submodule(number, name) {
                    return Ok(Called::Value(v));
                }
                return Err(self.no_attribute(Value::Ref(r), name));
            }
        };
        Ok(Called::Value(v))
    }

    fn submodule(&self, number: u32, name: Sym) -> Option<Value> {
        let full = format!(
            "{}.{}",
            self.modules[number as usize].name,
            self.heap.name(name)
        );
        let sub = self.module(&full)?;
        Some(Value::Ref(self.modules[sub as usize].object))
    }

    fn exception_member(&mut self, r: Ref, name: Sym) -> Res<Option<Value>> {
        let e = self.heap.exception(r);
        let args = self.heap.tuple(e.args);
        let arg = |i: usize| args.get(i).copied().unwrap_or(Value::None);
        let is = |ty: Type| self.heap.class(e.class).mro.contains(&ty.r());
        Ok(match self.heap.name(name) {
            "args" => Some(Value::Ref(e.args)),
            "__cause__" => Some(e.cause),
            "__context__" => Some(e.context),
            "__suppress_context__" => Some(Value::Bool(e.suppress_context)),
            "__dict__" => {
                let attrs: Vec<(Sym, Value)> = e.attrs.iter().collect();
                Some(self.dict_shown(r, &attrs)?)
            }
            "__traceback__" => {
                let entries = e.traceback.clone();
                if entries.is_empty() {
                    return Ok(Some(Value::None));
                }
                let r = self.alloc(Object::Traceback(entries.into()))?;
                Some(Value::Ref(r))
            }
            "value" if is(Type::StopIteration) => Some(arg(0)),
            "code" if is(Type::SystemExit) => Some(arg(0)),
            "name" | "obj"
                if is(Type::AttributeError) || is(Type::NameError) || is(Type::ImportError) =>
            {
                Some(Value::None)
            }
            "path" if is(Type::ImportError) => Some(Value::None),
            "msg" if is(Type::ImportError) || is(Type::SyntaxError) => Some(arg(0)),
            "errno" if is(Type::OSError) => Some(if args.len() > 1 { arg(0) } else { Value::None }),
            "strerror" if is(Type::OSError) => {
                Some(if args.len() > 1 { arg(1) } else { Value::None })
            }
            "filename" if is(Type::OSError) => Some(arg(2)),
            "message" if is(Type::BaseExceptionGroup) => Some(arg(0)),
            "exceptions" if is(Type::BaseExceptionGroup) => {
                let list = arg(1);
                match list {
                    Value::Ref(l) => match self.heap.get(l) {
                        Object::List(items) => {
                            let items = items.clone();
                            Some(self.new_tuple(items)?)
                        }
                        _ => Some(list),
                    },
                    _ => Some(list),
                }
            }
            "encoding" if is(Type::UnicodeError) => Some(arg(0)),
            "object" if is(Type::UnicodeError) => Some(arg(1)),
            "start" if is(Type::UnicodeError) => Some(arg(2)),
            "end" if is(Type::UnicodeError) => Some(arg(3)),
            "reason" if is(Type::UnicodeError) => Some(arg(4)),
            _ => None,
        })
    }

    /// Sets a computed attribute of an exception. Gives false if it is an ordinary one.
    pub(crate) fn set_exception_member(&mut self, r: Ref, name: Sym, v: Value) -> Res<bool> {
        if !matches!(self.heap.get(r), Object::Exception(_)) {
            return Ok(false);
        }
        match name {
            sym::ARGS => {
                let items = crate::objects::iter::collect(self, v)?;
                let Value::Ref(tuple) = self.new_tuple(items)? else {
                    return Ok(false);
                };
                self.heap.exception_mut(r).args = tuple;
            }
            sym::CAUSE => {
                let e = self.heap.exception_mut(r);
                e.cause = v;
                e.suppress_context = true;
            }
            sym::CONTEXT => self.heap.exception_mut(r).context = v,
            sym::SUPPRESS_CONTEXT => {
                self.heap.exception_mut(r).suppress_context = matches!(v, Value::Bool(true));
            }
            sym::TRACEBACK => {
                let entries = match v {
                    Value::Ref(tb) => match self.heap.get(tb) {
                        Object::Traceback(entries) => entries.to_vec(),
                        _ => Vec::new(),
                    },
                    _ => Vec::new(),
                };
                self.heap.exception_mut(r).traceback = entries;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Sets an attribute of a function.
    pub(crate) fn set_function_member(&mut self, r: Ref, name: Sym, v: Value) -> Res<()> {
        let text = self.heap.as_str(v).map(str::to_string);
        match (name, text) {
            (sym::NAME, Some(text)) => {
                let name = self.heap.name_of(&text)?;
                self.heap.function_mut(r).name = name;
            }
            (sym::QUALNAME, Some(text)) => {
                let name = self.heap.name_of(&text)?;
                self.heap.function_mut(r).qualname = name;
            }
            (sym::DEFAULTS, _) => {
                let items = match v {
                    Value::None => Vec::new(),
                    _ => crate::objects::iter::collect(self, v)?,
                };
                self.heap.function_mut(r).defaults = items.into();
            }
            _ => {
                let added = self.heap.function_mut(r).attrs.set(name, v);
                self.heap.charge(added)?;
            }
        }
        Ok(())
    }

    /// Takes the keyword arguments of built-in exceptions: `name=`, `path=`, `obj=`.
    pub(crate) fn exception_kwargs(
        &mut self,
        class: Ref,
        e: Value,
        kwargs: &[(Sym, Value)],
    ) -> Res<()> {
        for (name, v) in kwargs {
            let text = self.heap.name(*name);
            let mro = &self.heap.class(class).mro;
            let known = match text {
                "name" => [Type::ImportError, Type::AttributeError, Type::NameError]
                    .iter()
                    .any(|t| mro.contains(&t.r())),
                "path" => mro.contains(&Type::ImportError.r()),
                "obj" => mro.contains(&Type::AttributeError.r()),
                _ => false,
            };
            if !known {
                let class = self.heap.name(self.heap.class(class).name);
                let text = format!("{class}() takes no keyword arguments");
                return Err(self.type_error(text));
            }
            if let Value::Ref(r) = e {
                self.heap.exception_mut(r).attrs.set(*name, *v);
            }
        }
        Ok(())
    }
}
