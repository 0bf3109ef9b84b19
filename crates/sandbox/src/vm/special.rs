//! Natives that only the interpreter can do: they look at frames, run Python code, or make what it alone knows.

use super::after::After;
use super::call::Called;
use super::generator::Resume;
use super::native::{Args, Flow, NativeDef};
use super::raise::{Raise, Res};
use super::state::Vm;
use super::thread::Thread;
use crate::heap::{
    Object, Ref, Sym, Type, Value,
    object::{GeneratorKind, dunder},
    sym::sym,
};

/// What the interpreter does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    GetAttr,
    SetAttr,
    DelAttr,
    HasAttr,
    Iter,
    Next,
    Len,
    BoolNew,
    Vars,
    Dir,
    Exit,
    Refuse,
    Await,
    ObjectNew,
    ObjectInit,
    ObjectGet,
    ObjectSet,
    ObjectDel,
    InitSubclass,
    ExceptionInit,
    WithTraceback,
    AddNote,
    BuiltinInit,
    TypeCall,
    SelfValue,
    GeneratorNext,
    GeneratorSend,
    GeneratorThrow,
    GeneratorClose,
    AsyncNext,
    AsyncSend,
    AsyncThrow,
    AsyncClose,
    /// A turn of an asynchronous generator: (generator, value, exception or None, how).
    AsyncTurn,
    PropertyNew,
    PropertyGetter,
    PropertySetter,
    PropertyDeleter,
    ClassMethodNew,
    StaticMethodNew,
    Mro,
    Subclasses,
    FunctionGet,
}

fn only_the_interpreter(_: &mut Vm, _: Args<'_>) -> Res<Flow> {
    Err(Raise::Refused(
        "a native of the interpreter in this place".into(),
    ))
}

const fn function(name: &'static str, special: Special) -> (NativeDef, Special) {
    (NativeDef::function(name, only_the_interpreter), special)
}

const fn method(owner: Type, name: &'static str, special: Special) -> (NativeDef, Special) {
    (
        NativeDef::method(owner, name, only_the_interpreter),
        special,
    )
}

/// The natives of this file; they are the first in the table.
pub(crate) const SPECIAL: &[(NativeDef, Special)] = &[
    function("getattr", Special::GetAttr),
    function("setattr", Special::SetAttr),
    function("delattr", Special::DelAttr),
    function("hasattr", Special::HasAttr),
    function("iter", Special::Iter),
    function("next", Special::Next),
    function("len", Special::Len),
    function("vars", Special::Vars),
    function("dir", Special::Dir),
    function("exit", Special::Exit),
    function("quit", Special::Exit),
    function("open", Special::Refuse),
    function("input", Special::Refuse),
    function("eval", Special::Refuse),
    function("exec", Special::Refuse),
    function("compile", Special::Refuse),
    function("__import__", Special::Refuse),
    function("globals", Special::Refuse),
    function("locals", Special::Refuse),
    function("breakpoint", Special::Refuse),
    function("memoryview", Special::Refuse),
    function("bytearray", Special::Refuse),
    function("complex", Special::Refuse),
    function("help", Special::Refuse),
    function("_kont_await", Special::Await),
    function("_kont_async_turn", Special::AsyncTurn),
    method(Type::Bool, "__new__", Special::BoolNew),
    method(Type::Object, "__new__", Special::ObjectNew),
    method(Type::Object, "__init__", Special::ObjectInit),
    method(Type::Object, "__getattribute__", Special::ObjectGet),
    method(Type::Object, "__setattr__", Special::ObjectSet),
    method(Type::Object, "__delattr__", Special::ObjectDel),
    method(Type::Object, "__init_subclass__", Special::InitSubclass),
    method(Type::BaseException, "__new__", Special::ObjectNew),
    method(Type::BaseException, "__init__", Special::ExceptionInit),
    method(
        Type::BaseException,
        "with_traceback",
        Special::WithTraceback,
    ),
    method(Type::BaseException, "add_note", Special::AddNote),
    method(Type::List, "__init__", Special::BuiltinInit),
    method(Type::Dict, "__init__", Special::BuiltinInit),
    method(Type::Set, "__init__", Special::BuiltinInit),
    method(Type::Type, "__call__", Special::TypeCall),
    method(Type::Type, "mro", Special::Mro),
    method(Type::Type, "__subclasses__", Special::Subclasses),
    method(Type::Generator, "__iter__", Special::SelfValue),
    method(Type::Generator, "__next__", Special::GeneratorNext),
    method(Type::Generator, "send", Special::GeneratorSend),
    method(Type::Generator, "throw", Special::GeneratorThrow),
    method(Type::Generator, "close", Special::GeneratorClose),
    method(Type::Coroutine, "send", Special::GeneratorSend),
    method(Type::Coroutine, "throw", Special::GeneratorThrow),
    method(Type::Coroutine, "close", Special::GeneratorClose),
    method(Type::Coroutine, "__await__", Special::Refuse),
    method(Type::AsyncGenerator, "__aiter__", Special::SelfValue),
    method(Type::AsyncGenerator, "__anext__", Special::AsyncNext),
    method(Type::AsyncGenerator, "asend", Special::AsyncSend),
    method(Type::AsyncGenerator, "athrow", Special::AsyncThrow),
    method(Type::AsyncGenerator, "aclose", Special::AsyncClose),
    method(Type::Property, "__new__", Special::PropertyNew),
    method(Type::Property, "getter", Special::PropertyGetter),
    method(Type::Property, "setter", Special::PropertySetter),
    method(Type::Property, "deleter", Special::PropertyDeleter),
    method(Type::ClassMethod, "__new__", Special::ClassMethodNew),
    method(Type::StaticMethod, "__new__", Special::StaticMethodNew),
    method(Type::Function, "__get__", Special::FunctionGet),
];

impl Vm {
    /// Does what only the interpreter can do.
    pub(crate) fn call_special(
        &mut self,
        t: &mut Thread,
        special: Special,
        args: Vec<Value>,
        kwargs: Vec<(Sym, Value)>,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let arg = |i: usize| args.get(i).copied().unwrap_or(Value::Unbound);
        let value = match special {
            Special::GetAttr => {
                self.count("getattr", &args, 2, 3)?;
                let name = self.attr_name("getattr", arg(1))?;
                if args.len() > 2 {
                    after.push(After::AttributeDefault(arg(2)));
                }
                return self.get_attr(t, arg(0), name, after);
            }
            Special::HasAttr => {
                self.count("hasattr", &args, 2, 2)?;
                let name = self.attr_name("hasattr", arg(1))?;
                after.push(After::HasAttribute);
                return self.get_attr(t, arg(0), name, after);
            }
            Special::SetAttr => {
                self.count("setattr", &args, 3, 3)?;
                let name = self.attr_name("setattr", arg(1))?;
                after.push(After::Constant(Value::None));
                return self.set_attr(t, arg(0), name, arg(2), after);
            }
            Special::DelAttr => {
                self.count("delattr", &args, 2, 2)?;
                let name = self.attr_name("delattr", arg(1))?;
                after.push(After::Constant(Value::None));
                return self.del_attr(t, arg(0), name, after);
            }
            Special::Iter => {
                self.count("iter", &args, 1, 2)?;
                if args.len() == 2 {
                    let f = self.library("slow_iter")?;
                    return self.call_args(t, f, &args, &[], after);
                }
                return self.get_iter(t, arg(0), after);
            }
            Special::Next => {
                self.count("next", &args, 1, 2)?;
                if args.len() > 1 {
                    after.push(After::NextDefault(arg(1)));
                }
                return self.next_value(t, arg(0), after);
            }
            Special::Len => {
                if args.len() != 1 {
                    let n = args.len();
                    return Err(
                        self.type_error(format!("len() takes exactly one argument ({n} given)"))
                    );
                }
                return self.length(t, arg(0), after);
            }
            Special::BoolNew => {
                self.count("bool", tail(&args), 0, 1)?;
                match args.get(1) {
                    Some(v) => return self.truth(t, *v, after),
                    None => Value::Bool(false),
                }
            }
            Special::Vars => {
                if args.is_empty() {
                    return Err(Raise::Refused("`vars()` without an argument".into()));
                }
                return self.get_attr(t, arg(0), sym::DICT, after);
            }
            Special::Dir => self.dir(arg(0))?,
            Special::Exit => {
                let e = self.new_exception(Type::SystemExit.r(), &args)?;
                return Err(Raise::Exception(e));
            }
            Special::Refuse => {
                return Err(Raise::Refused("this built-in function".into()));
            }
            Special::Await => return self.await_value(t, arg(0), after),
            Special::ObjectNew => {
                let Value::Ref(class) = arg(0) else {
                    return Err(self.type_error("object.__new__(X): X is not a type object"));
                };
                if !matches!(self.heap.get(class), Object::Class(_)) {
                    return Err(self.type_error("object.__new__(X): X is not a type object"));
                }
                self.check_abstract(class)?;
                match self.heap.class(class).layout {
                    Type::Object => self.new_instance(class, Value::Unbound)?,
                    Type::Exception => self.new_exception(class, tail(&args))?,
                    layout => {
                        after.push(After::Wrap(class));
                        let f = layout.value();
                        return self.call_args(t, f, tail(&args), &kwargs, after);
                    }
                }
            }
            Special::ObjectInit => {
                if args.len() > 1 || !kwargs.is_empty() {
                    let class = self.class_of(arg(0));
                    // A class with its own `__new__` may leave the arguments to it.
                    if self.heap.class(class).dunders & dunder::NEW == 0 {
                        return Err(self.type_error(
                            "object.__init__() takes exactly one argument (the instance to initialize)",
                        ));
                    }
                }
                Value::None
            }
            Special::ObjectGet => {
                let name = self.attr_name("__getattribute__", arg(1))?;
                let class = self.class_of(arg(0));
                return self.plain_attr(t, arg(0), class, name, after);
            }
            Special::ObjectSet => {
                let name = self.attr_name("__setattr__", arg(1))?;
                after.push(After::Constant(Value::None));
                return self.plain_set_attr(t, arg(0), name, arg(2), after);
            }
            Special::ObjectDel => {
                let name = self.attr_name("__delattr__", arg(1))?;
                after.push(After::Constant(Value::None));
                return self.plain_del_attr(t, arg(0), name, after);
            }
            Special::InitSubclass => {
                if !kwargs.is_empty() {
                    let name = match arg(0) {
                        Value::Ref(r) => match self.heap.get(r) {
                            Object::Class(c) => self.heap.name(c.name).to_string(),
                            _ => String::new(),
                        },
                        _ => String::new(),
                    };
                    return Err(self.type_error(format!(
                        "{name}.__init_subclass__() takes no keyword arguments"
                    )));
                }
                Value::None
            }
            Special::ExceptionInit => {
                if let Value::Ref(r) = arg(0)
                    && matches!(self.heap.get(r), Object::Exception(_))
                {
                    let class = self.class_of(arg(0));
                    self.exception_kwargs(class, arg(0), &kwargs)?;
                    if let Value::Ref(tuple) = self.new_tuple(tail(&args))? {
                        self.heap.exception_mut(r).args = tuple;
                    }
                }
                Value::None
            }
            Special::WithTraceback => {
                if let Value::Ref(r) = arg(0) {
                    self.set_exception_member(r, sym::TRACEBACK, arg(1))?;
                }
                arg(0)
            }
            Special::AddNote => {
                if let Value::Ref(r) = arg(0)
                    && let Object::Exception(e) = self.heap.get(r)
                {
                    if self.heap.as_str(arg(1)).is_none() {
                        let name = self.type_name(arg(1)).to_string();
                        return Err(self.type_error(format!("note must be a str, not '{name}'")));
                    }
                    match e.attrs.get(sym::NOTES) {
                        Some(Value::Ref(list)) => {
                            self.heap.charge(16)?;
                            self.heap.list_mut(list).push(arg(1));
                        }
                        _ => {
                            let list = self.new_list(vec![arg(1)])?;
                            self.heap.exception_mut(r).attrs.set(sym::NOTES, list);
                        }
                    }
                }
                Value::None
            }
            Special::BuiltinInit => {
                let this = arg(0);
                let class = self.class_of(this);
                let layout = self.heap.class(class).layout;
                after.push(After::Refill(this));
                return self.call_args(t, layout.value(), tail(&args), &kwargs, after);
            }
            Special::TypeCall => {
                return self.call_args(t, arg(0), tail(&args), &kwargs, after);
            }
            Special::SelfValue => arg(0),
            Special::GeneratorNext => {
                let r = self.generator_of(arg(0))?;
                return self.resume(t, r, Resume::Send(Value::None), after);
            }
            Special::GeneratorSend => {
                let r = self.generator_of(arg(0))?;
                if self.heap.generator(r).kind == GeneratorKind::Coroutine {
                    after.push(After::CoroutineEnd);
                }
                return self.resume(t, r, Resume::Send(arg(1)), after);
            }
            Special::GeneratorThrow => {
                let r = self.generator_of(arg(0))?;
                let e = self.thrown(arg(1))?;
                if self.heap.generator(r).kind == GeneratorKind::Coroutine {
                    after.push(After::CoroutineEnd);
                }
                return self.resume(t, r, Resume::Throw(e), after);
            }
            Special::GeneratorClose => {
                let r = self.generator_of(arg(0))?;
                return self.close(t, r, after);
            }
            Special::AsyncNext | Special::AsyncSend | Special::AsyncThrow | Special::AsyncClose => {
                let how = match special {
                    Special::AsyncThrow => 1,
                    Special::AsyncClose => 2,
                    _ => 0,
                };
                let value = match special {
                    Special::AsyncNext | Special::AsyncClose => Value::None,
                    _ => arg(1),
                };
                let f = self.library("async_turn")?;
                return self.call_args(t, f, &[arg(0), value, Value::Int(how)], &[], after);
            }
            Special::AsyncTurn => {
                let r = self.generator_of(arg(0))?;
                match arg(2) {
                    Value::Int(1) => {
                        let e = self.thrown(arg(1))?;
                        return self.resume(t, r, Resume::Throw(e), after);
                    }
                    Value::Int(2) => return self.close(t, r, after),
                    _ => return self.resume(t, r, Resume::Send(arg(1)), after),
                }
            }
            Special::PropertyNew => {
                let mut parts = [Value::None; 4];
                for (i, part) in parts.iter_mut().enumerate() {
                    if let Some(v) = args.get(i + 1) {
                        *part = *v;
                    }
                }
                for (name, v) in &kwargs {
                    match self.heap.name(*name) {
                        "fget" => parts[0] = *v,
                        "fset" => parts[1] = *v,
                        "fdel" => parts[2] = *v,
                        "doc" => parts[3] = *v,
                        other => {
                            let text =
                                format!("property() got an unexpected keyword argument '{other}'");
                            return Err(self.type_error(text));
                        }
                    }
                }
                Value::Ref(self.alloc(Object::Property(Box::new(parts)))?)
            }
            Special::PropertyGetter | Special::PropertySetter | Special::PropertyDeleter => {
                let Value::Ref(r) = arg(0) else {
                    return Err(self.type_error("a property is required"));
                };
                let Object::Property(parts) = self.heap.get(r) else {
                    return Err(self.type_error("a property is required"));
                };
                let mut parts = parts.clone();
                let i = match special {
                    Special::PropertyGetter => 0,
                    Special::PropertySetter => 1,
                    _ => 2,
                };
                parts[i] = arg(1);
                Value::Ref(self.alloc(Object::Property(parts))?)
            }
            Special::ClassMethodNew => Value::Ref(self.alloc(Object::ClassMethod(arg(1)))?),
            Special::StaticMethodNew => Value::Ref(self.alloc(Object::StaticMethod(arg(1)))?),
            Special::Mro => {
                let Value::Ref(r) = arg(0) else {
                    return Err(self.type_error("a class is required"));
                };
                let mro = self.heap.class(r).mro.clone();
                self.new_list(mro.into_iter().map(Value::Ref).collect())?
            }
            Special::Subclasses => {
                let Value::Ref(r) = arg(0) else {
                    return Err(self.type_error("a class is required"));
                };
                self.pay(self.heap.len() as u64 / 8)?;
                let all = (0..self.heap.len())
                    .map(|i| Ref(i as u32))
                    .filter(
                        |c| matches!(self.heap.get(*c), Object::Class(c) if c.bases.contains(&r)),
                    )
                    .map(Value::Ref)
                    .collect();
                self.new_list(all)?
            }
            Special::FunctionGet => match arg(1) {
                Value::None | Value::Unbound => arg(0),
                this => {
                    let func = arg(0);
                    Value::Ref(self.alloc(Object::Method { func, this })?)
                }
            },
        };
        Ok(Called::Value(value))
    }

    fn count(&mut self, name: &str, args: &[Value], least: usize, most: usize) -> Res<()> {
        let n = args.len();
        if n < least {
            let how = if least == most { "" } else { "at least " };
            let plural = if least == 1 { "" } else { "s" };
            return Err(self.type_error(format!(
                "{name} expected {how}{least} argument{plural}, got {n}"
            )));
        }
        if n > most {
            let how = if least == most { "" } else { "at most " };
            let plural = if most == 1 { "" } else { "s" };
            return Err(self.type_error(format!(
                "{name} expected {how}{most} argument{plural}, got {n}"
            )));
        }
        Ok(())
    }

    fn attr_name(&mut self, function: &str, v: Value) -> Res<Sym> {
        let plain = crate::objects::unwrap(&self.heap, v);
        match self.heap.as_str(plain) {
            Some(text) => {
                let text = text.to_string();
                Ok(self.heap.name_of(&text)?)
            }
            None => {
                let name = self.type_name(v).to_string();
                let _ = function;
                Err(self.type_error(format!("attribute name must be string, not '{name}'")))
            }
        }
    }

    fn generator_of(&mut self, v: Value) -> Res<Ref> {
        match v {
            Value::Ref(r) if matches!(self.heap.get(r), Object::Generator(_)) => Ok(r),
            _ => Err(self.type_error("a generator is required")),
        }
    }

    /// The exception that `throw` raises: an instance, or a class called without arguments.
    fn thrown(&mut self, v: Value) -> Res<Value> {
        if let Value::Ref(r) = v {
            match self.heap.get(r) {
                Object::Exception(_) => return Ok(v),
                Object::Class(c) if c.layout == Type::Exception => {
                    if c.dunders & (dunder::INIT | dunder::NEW) != 0 {
                        return Err(Raise::Refused(
                            "`throw` of an exception class whose `__init__` is written in Python\nhelp: throw an instance".into(),
                        ));
                    }
                    return self.new_exception(r, &[]);
                }
                _ => {}
            }
        }
        let name = self.type_name(v).to_string();
        Err(self.type_error(format!(
            "exceptions must be classes or instances deriving from BaseException, not {name}"
        )))
    }

    fn dir(&mut self, v: Value) -> Res<Value> {
        if v.is_unbound() {
            return Err(Raise::Refused("`dir()` without an argument".into()));
        }
        let mut names: Vec<Sym> = Vec::new();
        let mut class = self.class_of(v);
        if let Value::Ref(r) = v {
            match self.heap.get(r) {
                Object::Instance(i) => names.extend(i.attrs.iter().map(|(n, _)| n)),
                Object::Exception(e) => names.extend(e.attrs.iter().map(|(n, _)| n)),
                Object::Class(_) => class = r,
                Object::Module(n) => names.extend(self.module_dict(*n).iter().map(|(n, _)| *n)),
                _ => {}
            }
        }
        for c in self.heap.class(class).mro.clone() {
            names.extend(self.heap.class(c).attrs.iter().map(|(n, _)| n));
            names.extend(self.lookup.methods_of(c));
        }
        let mut texts: Vec<String> = names
            .iter()
            .map(|n| self.heap.name(*n).to_string())
            .collect();
        texts.sort_unstable();
        texts.dedup();
        let mut values = Vec::with_capacity(texts.len());
        for text in texts {
            values.push(self.new_str(text)?);
        }
        self.new_list(values)
    }
}

/// All arguments but the first.
fn tail(args: &[Value]) -> &[Value] {
    args.get(1..).unwrap_or_default()
}
