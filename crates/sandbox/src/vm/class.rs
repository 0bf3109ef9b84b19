//! Classes: made from their bodies, with C3 order, and what the fast paths must know about them.

use super::after::{After, ClassBuild};
use super::call::Called;
use super::raise::{Raise, Res};
use super::state::Vm;
use super::thread::Thread;
use crate::compile::code::ClassSpec;
use crate::heap::{
    Object, Ref, Sym, Type, Value,
    attrs::Attrs,
    object::{Class, ClassBox, dunder},
    sym::sym,
};

/// Built-in classes that may have subclasses.
const BASES: &[Type] = &[
    Type::Object,
    Type::Int,
    Type::Float,
    Type::Str,
    Type::Bytes,
    Type::List,
    Type::Tuple,
    Type::Dict,
    Type::Set,
    Type::FrozenSet,
];

/// Which bit a special method sets.
fn bit_of(name: Sym) -> u32 {
    match name {
        sym::EQ | sym::NE => dunder::EQ,
        sym::BOOL | sym::LEN => dunder::BOOL_OR_LEN,
        sym::REPR => dunder::REPR,
        sym::STR => dunder::STR,
        sym::GETATTR => dunder::GETATTR,
        sym::GETATTRIBUTE => dunder::GETATTRIBUTE,
        sym::SETATTR | sym::DELATTR => dunder::SETATTR,
        sym::NEW => dunder::NEW,
        sym::INIT => dunder::INIT,
        sym::LT | sym::LE | sym::GT | sym::GE => dunder::ORDER,
        sym::ITER => dunder::ITER,
        sym::FORMAT => dunder::FORMAT,
        sym::GETITEM | sym::SETITEM | sym::DELITEM | sym::CONTAINS => dunder::ITEM,
        _ => 0,
    }
}

/// How many classes there may be above one, each counted as often as a base has it.
const CLASSES_ABOVE_MAX: usize = 500;

impl Vm {
    /// `Op::Class`: checks the bases and starts the body.
    pub(crate) fn start_class(
        &mut self,
        t: &mut Thread,
        spec: &ClassSpec,
        window: &[Value],
    ) -> Res<Called> {
        let body = window[0];
        let (bases, kwargs) = if spec.spread {
            let bases = crate::objects::iter::collect(self, window[1])?;
            let mut kwargs = Vec::new();
            if let Value::Ref(r) = window[2]
                && let Object::Dict(d) = self.heap.get(r)
            {
                let pairs: Vec<(Value, Value)> = d.iter().map(|e| (e.key, e.value)).collect();
                for (key, value) in pairs {
                    let name = self.heap.as_str(key).unwrap_or_default().to_string();
                    kwargs.push((self.heap.name_of(&name)?, value));
                }
            }
            (bases, kwargs)
        } else {
            let n = usize::from(spec.bases);
            let bases = window[1..=n].to_vec();
            let mut kwargs = Vec::new();
            for (i, name) in spec.keywords.iter().enumerate() {
                kwargs.push((self.sym(name), window[1 + n + i]));
            }
            (bases, kwargs)
        };
        let name = self.sym(&spec.name);
        let namespace = self.alloc(Object::Namespace(Box::default()))?;
        let build = self.class_build(name, body, &bases, namespace, kwargs)?;
        let Value::Ref(f) = body else {
            return Err(self.type_error("a class body is a function"));
        };
        let function = self.heap.function(f);
        let (code, qualname) = (function.code, function.qualname);
        let module = self.table[code.unit.0 as usize].unit.module.clone();
        let module = self.new_str(module)?;
        let qualname = self.name_value(qualname)?;
        let names = self.heap.namespace_mut(namespace);
        names.set(sym::MODULE, module);
        names.set(sym::QUALNAME, qualname);
        let base = self.top(t);
        self.push_frame(t, code, base, vec![After::Class(Box::new(build))])?;
        t.registers[base] = Value::Ref(namespace);
        self.set_closure(t, f, code, base);
        Ok(Called::Ready)
    }

    fn class_build(
        &mut self,
        name: Sym,
        body: Value,
        written: &[Value],
        namespace: Ref,
        mut kwargs: Vec<(Sym, Value)>,
    ) -> Res<ClassBuild> {
        let mut bases = Vec::new();
        let mut original_bases = Value::Unbound;
        for base in written {
            let base = match *base {
                Value::Ref(r) => match self.heap.get(r) {
                    Object::Alias { origin, .. } => {
                        let origin = *origin;
                        original_bases = self.new_tuple(written)?;
                        origin
                    }
                    _ => *base,
                },
                v => v,
            };
            match base {
                Value::Ref(r) if matches!(self.heap.get(r), Object::Class(_)) => {
                    if !bases.contains(&r) {
                        bases.push(r);
                    }
                }
                other => {
                    let what = self.type_name(other).to_string();
                    return Err(self.type_error(format!(
                        "bases must be types, not an object of type '{what}'"
                    )));
                }
            }
        }
        let metaclass = self.sym("metaclass");
        let mut is_abstract = false;
        if let Some(i) = kwargs.iter().position(|(n, _)| *n == metaclass) {
            let (_, meta) = kwargs.remove(i);
            let meta_name = match meta {
                Value::Ref(r) => match self.heap.get(r) {
                    Object::Class(c) => self.heap.name(c.name).to_string(),
                    _ => String::new(),
                },
                _ => String::new(),
            };
            match meta_name.as_str() {
                "type" => {}
                "ABCMeta" => is_abstract = true,
                _ => {
                    return Err(Raise::Refused(
                        format!("metaclass `{meta_name}`\nhelp: use `__init_subclass__` or a class decorator").into(),
                    ));
                }
            }
        }
        Ok(ClassBuild {
            name,
            body,
            bases,
            namespace,
            kwargs,
            original_bases,
            is_abstract,
        })
    }

    /// The body ended: makes the class, then calls `__set_name__` and `__init_subclass__` where there are any.
    pub(crate) fn finish_class(
        &mut self,
        t: &mut Thread,
        build: ClassBuild,
        chain: &mut Vec<After>,
    ) -> Res<Called> {
        let mut bases = build.bases;
        if bases.is_empty() {
            bases.push(Type::Object.r());
        }
        let layout = self.layout_of(&bases, build.body)?;
        let mut attrs = std::mem::take(self.heap.namespace_mut(build.namespace));
        let cell = attrs.remove(sym::CLASSCELL);
        if attrs.get(sym::DOC).is_none()
            && let Value::Ref(f) = build.body
            && let Object::Function(function) = self.heap.get(f)
            && let Some(doc) = self.code(function.code).doc.clone()
        {
            let doc = self.new_str(doc)?;
            attrs.set(sym::DOC, doc);
        }
        if !build.original_bases.is_unbound() {
            let name = self.sym("__orig_bases__");
            attrs.set(name, build.original_bases);
        }
        self.implicit_methods(&mut attrs)?;
        if attrs.get(sym::EQ).is_some() && attrs.get(sym::HASH).is_none() {
            attrs.set(sym::HASH, Value::None);
        }
        let class = self.alloc(Object::Class(ClassBox::Own(Box::new(Class {
            name: build.name,
            bases: bases.clone(),
            mro: Vec::new(),
            attrs,
            layout,
            dunders: 0,
        }))))?;
        let mro = self.linearize(class, &bases)?;
        self.heap.class_mut(class).mro = mro.clone();
        if let Some(Value::Ref(cell)) = cell
            && let Object::Cell(content) = self.heap.get_mut(cell)
        {
            *content = Value::Ref(class);
        }
        self.pay_for_attributes(&mro)?;
        self.refresh_one(class);
        self.note_abstract(class, build.is_abstract)?;

        let mut named = Vec::new();
        let own: Vec<(Sym, Value)> = self.heap.class(class).attrs.iter().collect();
        for (name, value) in own {
            if let Value::Ref(r) = value
                && let Object::Instance(i) = self.heap.get(r)
                && self.find_in_class(i.class, sym::SET_NAME).is_some()
            {
                let text = self.name_value(name)?;
                named.push(self.new_tuple([value, text])?);
            }
        }
        let init = mro[1..]
            .iter()
            .find_map(|c| self.heap.class(*c).attrs.get(sym::INIT_SUBCLASS));
        if init.is_none() && !build.kwargs.is_empty() {
            let name = self.heap.name(build.name);
            let text = format!("{name}.__init_subclass__() takes no keyword arguments");
            return Err(self.type_error(text));
        }
        if named.is_empty() && init.is_none() {
            return Ok(Called::Value(Value::Ref(class)));
        }
        let init = match init {
            Some(Value::Ref(r)) => match self.heap.get(r) {
                Object::ClassMethod(f) => *f,
                _ => Value::Ref(r),
            },
            _ => Value::None,
        };
        let named = self.new_list(named)?;
        let kwargs = self.dict_of(&build.kwargs)?;
        let finish = self.library("finish_class")?;
        self.call_args(
            t,
            finish,
            &[Value::Ref(class), named, init, kwargs],
            &[],
            chain,
        )
    }

    /// `__init_subclass__` and `__class_getitem__` are class methods, `__new__` is static, unsaid.
    fn implicit_methods(&mut self, attrs: &mut Attrs) -> Res<()> {
        for name in [sym::INIT_SUBCLASS, sym::CLASS_GETITEM, sym::NEW] {
            if let Some(Value::Ref(r)) = attrs.get(name)
                && matches!(self.heap.get(r), Object::Function(_))
            {
                let f = Value::Ref(r);
                let wrapped = if name == sym::NEW {
                    Object::StaticMethod(f)
                } else {
                    Object::ClassMethod(f)
                };
                let wrapped = self.alloc(wrapped)?;
                attrs.set(name, Value::Ref(wrapped));
            }
        }
        Ok(())
    }

    fn layout_of(&mut self, bases: &[Ref], body: Value) -> Res<Type> {
        let in_library = match body {
            Value::Ref(f) => match self.heap.get(f) {
                Object::Function(f) => self.table[f.code.unit.0 as usize].unit.is_library,
                _ => false,
            },
            _ => false,
        };
        let mut layout = Type::Object;
        for base in bases {
            let c = self.heap.class(*base);
            if (base.0 as usize) < Type::ALL.len()
                && c.layout != Type::Exception
                && !Type::of_ref(*base).is_some_and(|ty| BASES.contains(&ty))
            {
                let name = self.heap.name(c.name).to_string();
                if name == "type" && in_library {
                    continue;
                }
                if name == "type" {
                    return Err(Raise::Refused(
                        "a metaclass (a class derived from `type`)\nhelp: use `__init_subclass__` or a class decorator".into(),
                    ));
                }
                return Err(
                    self.type_error(format!("type '{name}' is not an acceptable base type"))
                );
            }
            if c.layout != Type::Object {
                if layout != Type::Object && layout != c.layout {
                    return Err(self.type_error("multiple bases have instance lay-out conflict"));
                }
                layout = c.layout;
            }
        }
        Ok(layout)
    }

    /// C3: the order in which bases are searched.
    fn linearize(&mut self, class: Ref, bases: &[Ref]) -> Res<Vec<Ref>> {
        let above = bases.iter().map(|b| self.heap.class(*b).mro.len());
        let above: usize = above.sum();
        if above > CLASSES_ABOVE_MAX {
            // Each look at an attribute may pass them all.
            let text = format!("a class with more than {CLASSES_ABOVE_MAX} classes above it");
            return Err(Raise::Refused(text.into()));
        }
        self.pay((above * above / 64) as u64)?;
        let mut lists: Vec<Vec<Ref>> = bases
            .iter()
            .map(|b| self.heap.class(*b).mro.clone())
            .collect();
        lists.push(bases.to_vec());
        let mut order = vec![class];
        loop {
            lists.retain(|l| !l.is_empty());
            if lists.is_empty() {
                return Ok(order);
            }
            let next = lists
                .iter()
                .map(|l| l[0])
                .find(|c| lists.iter().all(|l| !l[1..].contains(c)));
            let Some(next) = next else {
                let names: Vec<&str> = bases
                    .iter()
                    .map(|b| self.heap.name(self.heap.class(*b).name))
                    .collect();
                let text = format!(
                    "Cannot create a consistent method resolution order (MRO) for bases {}",
                    names.join(", ")
                );
                return Err(self.type_error(text));
            };
            order.push(next);
            for l in &mut lists {
                l.retain(|c| *c != next);
            }
        }
    }

    /// Pays for a look at every attribute of some classes.
    fn pay_for_attributes(&mut self, classes: &[Ref]) -> Res<()> {
        let of = |c: &Ref| 1 + self.heap.class(*c).attrs.len() as u64;
        let all = classes.iter().map(of).sum::<u64>();
        self.pay(all / 8)
    }

    /// Computes a class's bits, and those of its subclasses. Cost: a look at every object, paid.
    pub(crate) fn refresh_dunders(&mut self, class: Ref) -> Res<()> {
        self.pay(self.heap.len() as u64 / 32)?;
        self.refresh_one(class);
        let below: Vec<Ref> = (Type::ALL.len()..self.heap.len())
            .map(|i| Ref(i as u32))
            .filter(|r| *r != class)
            .filter(|r| matches!(self.heap.get(*r), Object::Class(c) if c.mro.contains(&class)))
            .collect();
        for r in below {
            let mro = self.heap.class(r).mro.clone();
            self.pay_for_attributes(&mro)?;
            self.refresh_one(r);
        }
        Ok(())
    }

    fn refresh_one(&mut self, class: Ref) {
        let mro = self.heap.class(class).mro.clone();
        let mut bits = 0;
        let mut slots = mro.len() > 1;
        for c in &mro {
            if (c.0 as usize) < Type::ALL.len() {
                continue;
            }
            let attrs = &self.heap.class(*c).attrs;
            slots &= attrs.get(sym::SLOTS).is_some();
            for (name, value) in attrs.iter() {
                bits |= bit_of(name);
                if let Value::Ref(r) = value {
                    match self.heap.get(r) {
                        Object::Property(_) => bits |= dunder::DATA_DESCRIPTOR,
                        Object::Instance(i)
                            if self.find_in_class(i.class, sym::SET).is_some()
                                || self.find_in_class(i.class, sym::DELETE).is_some() =>
                        {
                            bits |= dunder::DATA_DESCRIPTOR;
                        }
                        _ => {}
                    }
                }
            }
        }
        match self.find_in_class(class, sym::HASH) {
            Some(Value::None) => bits |= dunder::UNHASHABLE,
            Some(_) => bits |= dunder::HASH,
            None => {}
        }
        if slots && self.heap.class(class).layout == Type::Object {
            bits |= dunder::SLOTS;
        }
        let old = self.heap.class(class).dunders & dunder::ABSTRACT;
        self.heap.class_mut(class).dunders = bits | old;
    }

    /// Notes which abstract methods a class of `ABCMeta` has no implementation for.
    fn note_abstract(&mut self, class: Ref, is_abstract: bool) -> Res<()> {
        let name = self.sym("__abstractmethods__");
        let mro = self.heap.class(class).mro.clone();
        let inherits = mro[1..]
            .iter()
            .any(|c| self.heap.class(*c).attrs.get(name).is_some());
        if !is_abstract && !inherits {
            return Ok(());
        }
        let mut seen: Vec<Sym> = Vec::new();
        let mut missing: Vec<Sym> = Vec::new();
        for c in &mro {
            for (method, value) in self.heap.class(*c).attrs.iter() {
                if seen.contains(&method) {
                    continue;
                }
                seen.push(method);
                if self.is_abstract(value) {
                    missing.push(method);
                }
            }
        }
        let mut texts: Vec<String> = missing
            .iter()
            .map(|m| self.heap.name(*m).to_string())
            .collect();
        texts.sort_unstable();
        let is_open = !texts.is_empty();
        let mut values = Vec::new();
        for text in texts {
            values.push(self.new_str(text)?);
        }
        let values = self.new_tuple(values)?;
        let c = self.heap.class_mut(class);
        c.attrs.set(name, values);
        if is_open {
            c.dunders |= dunder::ABSTRACT;
        }
        Ok(())
    }

    fn is_abstract(&self, v: Value) -> bool {
        let Value::Ref(r) = v else { return false };
        match self.heap.get(r) {
            Object::Function(f) => self
                .heap
                .symbols
                .find("__isabstractmethod__")
                .is_some_and(|name| matches!(f.attrs.get(name), Some(Value::Bool(true)))),
            Object::ClassMethod(f) | Object::StaticMethod(f) => self.is_abstract(*f),
            Object::Property(p) => p[..3].iter().any(|f| self.is_abstract(*f)),
            _ => false,
        }
    }

    /// Refuses to make an instance of a class with abstract methods.
    pub(crate) fn check_abstract(&mut self, class: Ref) -> Res<()> {
        let c = self.heap.class(class);
        if c.dunders & dunder::ABSTRACT == 0 {
            return Ok(());
        }
        let class_name = self.heap.name(c.name).to_string();
        let names = self
            .heap
            .symbols
            .find("__abstractmethods__")
            .and_then(|name| c.attrs.get(name));
        let names: Vec<String> = match names {
            Some(Value::Ref(r)) => match self.heap.get(r) {
                Object::Tuple(items) => items
                    .iter()
                    .filter_map(|v| self.heap.as_str(*v))
                    .map(|s| format!("'{s}'"))
                    .collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let plural = if names.len() == 1 { "" } else { "s" };
        Err(self.type_error(format!(
            "Can't instantiate abstract class {class_name} without an implementation for abstract method{plural} {}",
            names.join(", ")
        )))
    }

    /// `Class.name = value`.
    pub(crate) fn set_class_attr(&mut self, class: Ref, name: Sym, v: Value) -> Res<()> {
        if (class.0 as usize) < Type::ALL.len() {
            let text = format!(
                "cannot set '{}' attribute of immutable type '{}'",
                self.heap.name(name),
                self.heap.name(self.heap.class(class).name)
            );
            return Err(self.type_error(text));
        }
        if name == sym::NAME {
            let text = self.heap.as_str(v).unwrap_or_default().to_string();
            let sym = self.heap.name_of(&text)?;
            self.heap.class_mut(class).name = sym;
            return Ok(());
        }
        let added = self.heap.class_mut(class).attrs.set(name, v);
        self.heap.charge(added)?;
        let is_descriptor = match v {
            Value::Ref(r) => matches!(self.heap.get(r), Object::Property(_) | Object::Instance(_)),
            _ => false,
        };
        if is_descriptor || self.heap.name(name).starts_with("__") {
            self.refresh_dunders(class)?;
        }
        Ok(())
    }

    /// `type(value)` and `type(name, bases, namespace)`.
    pub(crate) fn call_type(
        &mut self,
        t: &mut Thread,
        args: Vec<Value>,
        kwargs: Vec<(Sym, Value)>,
        chain: &mut Vec<After>,
    ) -> Res<Called> {
        match args.as_slice() {
            [v] => Ok(Called::Value(Value::Ref(self.class_of(*v)))),
            [name, bases, dict] => {
                let Some(text) = self.heap.as_str(*name).map(str::to_string) else {
                    return Err(self.type_error("type() argument 1 must be str"));
                };
                let bases = crate::objects::iter::collect(self, *bases)?;
                let pairs: Vec<(Value, Value)> = match dict {
                    Value::Ref(r) => match self.heap.get(*r) {
                        Object::Dict(d) => d.iter().map(|e| (e.key, e.value)).collect(),
                        _ => return Err(self.type_error("type() argument 3 must be dict")),
                    },
                    _ => return Err(self.type_error("type() argument 3 must be dict")),
                };
                let mut attrs = Attrs::default();
                let module = self.new_str("__main__")?;
                attrs.set(sym::MODULE, module);
                attrs.set(sym::QUALNAME, *name);
                for (key, value) in pairs {
                    let key = self.heap.as_str(key).unwrap_or_default().to_string();
                    let key = self.heap.name_of(&key)?;
                    attrs.set(key, value);
                }
                let namespace = self.alloc(Object::Namespace(Box::new(attrs)))?;
                let name = self.heap.name_of(&text)?;
                let build = self.class_build(name, Value::None, &bases, namespace, kwargs)?;
                self.finish_class(t, build, chain)
            }
            _ => Err(self.type_error("type() takes 1 or 3 arguments")),
        }
    }

    /// `super(class, value)`.
    pub(crate) fn make_super(&mut self, _t: &Thread, args: &[Value]) -> Res<Value> {
        match args {
            [Value::Ref(class), this] if matches!(self.heap.get(*class), Object::Class(_)) => {
                self.super_of(*class, *this)
            }
            [] => Err(self.exception(Type::RuntimeError, "super(): no arguments")),
            _ => Err(self.type_error("super() argument 1 must be a type")),
        }
    }

    /// A `super` object after checking that the value belongs to the class.
    pub(crate) fn super_of(&mut self, class: Ref, this: Value) -> Res<Value> {
        let of = self.class_of(this);
        let fits = self.heap.class(of).mro.contains(&class)
            || match this {
                Value::Ref(r) => match self.heap.get(r) {
                    Object::Class(c) => c.mro.contains(&class),
                    _ => false,
                },
                _ => false,
            };
        if !fits {
            return Err(
                self.type_error("super(type, obj): obj must be an instance or subtype of type")
            );
        }
        self.alloc(Object::Super { class, this }).map(Value::Ref)
    }

    /// Gives a built-in container new content: what `__init__` of a built-in class does.
    pub(crate) fn refill(&mut self, this: Value, content: Value) {
        let (Value::Ref(this), Value::Ref(content)) = (this, content) else {
            return;
        };
        let target = match self.heap.get(this) {
            Object::Instance(i) => match i.native {
                Value::Ref(r) => r,
                _ => return,
            },
            _ => this,
        };
        let content = self.heap.get(content).clone();
        *self.heap.get_mut(target) = content;
    }
}
