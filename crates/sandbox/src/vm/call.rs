//! Calls: one way in for everything that can be called. Python functions get a frame; nothing here recurses into the loop.

use super::after::{After, NativeCall, NewCall};
use super::frame::PyFrame;
use super::hot::NATIVE;
use super::native::{Args, Flow};
use super::natives::{native, special};
use super::raise::{Raise, Res};
use super::request::Request;
use super::special::Special;
use super::state::Vm;
use super::thread::Thread;
use crate::compile::code::CodeRef;
use crate::heap::{
    NativeId, Object, Ref, Sym, Type, Value,
    object::{HostCall, Instance, dunder},
    sym::sym,
};
use smallvec::SmallVec;

/// How a call went so far.
#[derive(Debug)]
pub(crate) enum Called {
    /// It gave a value.
    Value(Value),
    /// The top frame of the thread is ready to run: a new one, or one that goes on.
    Ready,
    /// A request must be answered; the answer goes to the top frame.
    Perform(Request),
}

/// How many callables may stand for one another in one call.
const STANDS_FOR_MAX: u32 = 200;

/// Registers of one thread at most: 64 MB.
const REGISTERS_MAX: usize = 4 << 20;

impl Vm {
    /// The first register above the running frame.
    pub(crate) fn top(&self, t: &Thread) -> usize {
        t.frames.last().map_or(0, |f| {
            f.base as usize + usize::from(self.code(f.code).registers)
        })
    }

    /// Puts a frame on the thread. The first `kept` registers hold arguments already, others are cleared.
    pub(crate) fn push_frame_with(
        &mut self,
        t: &mut Thread,
        code: CodeRef,
        base: usize,
        kept: usize,
        after: Vec<After>,
    ) -> Res<()> {
        let c = self.code(code);
        let (n, temps) = (usize::from(c.frame_registers), usize::from(c.first_temp));
        self.reserve_frame(t, base + n)?;
        if kept < temps {
            t.registers[base + kept..base + temps].fill(Value::Unbound);
        }
        t.frames.push(PyFrame::new(code, base as u32, after));
        Ok(())
    }

    /// Sees that a frame whose registers end there may be put on the thread.
    #[inline(always)]
    pub(crate) fn reserve_frame(&mut self, t: &mut Thread, end: usize) -> Res<()> {
        if t.frames.len() >= self.depth_limit || t.registers.len() < end {
            return self.more_registers(t, end);
        }
        Ok(())
    }

    #[cold]
    fn more_registers(&mut self, t: &mut Thread, end: usize) -> Res<()> {
        if t.frames.len() >= self.depth_limit || end > REGISTERS_MAX {
            return Err(self.exception(Type::RecursionError, "maximum recursion depth exceeded"));
        }
        // Twice as many, so that a thread that calls deeper each time does not come here each time; where these are a large
        // part of the limit, as many as are needed.
        let len = t.registers.len();
        let twice = end.max(2 * len).min(REGISTERS_MAX);
        let small = twice * size_of::<Value>() <= self.heap.limit_bytes() / 32;
        let room = if small { twice } else { end };
        self.heap.charge((room - len) * size_of::<Value>())?;
        t.registers.resize(room, Value::Unbound);
        Ok(())
    }

    /// Puts a frame with empty registers on the thread.
    pub(crate) fn push_frame(
        &mut self,
        t: &mut Thread,
        code: CodeRef,
        base: usize,
        after: Vec<After>,
    ) -> Res<()> {
        self.push_frame_with(t, code, base, 0, after)
    }

    /// Calls with arguments that are at hand.
    pub(crate) fn call_value(
        &mut self,
        t: &mut Thread,
        callee: Value,
        args: Vec<Value>,
        kwargs: Vec<(Sym, Value)>,
        mut after: Vec<After>,
    ) -> Res<Called> {
        let called = self.call_args(t, callee, &args, &kwargs, &mut after);
        self.finish(t, called, after)
    }

    /// Calls a function of the library.
    pub(crate) fn call_library(
        &mut self,
        t: &mut Thread,
        name: &str,
        args: &[Value],
        after: Vec<After>,
    ) -> Res<Called> {
        let function = self.library(name)?;
        self.call_value(t, function, args.to_vec(), Vec::new(), after)
    }

    /// Calls what lies in registers: arguments from `start`, positional ones first, then keywords' values.
    /// With `room`, the register before them is free.
    #[expect(clippy::too_many_arguments, reason = "a call is that wide")]
    pub(crate) fn call_window(
        &mut self,
        t: &mut Thread,
        callee: Value,
        start: usize,
        npos: usize,
        kw: &[Sym],
        room: bool,
        mut after: Vec<After>,
    ) -> Res<Called> {
        let called = self.call_inner(t, callee, start, npos, kw, room, &mut after);
        self.finish(t, called, after)
    }

    /// Applies what must happen after a call, if no frame took it along.
    pub(crate) fn finish(
        &mut self,
        t: &mut Thread,
        called: Res<Called>,
        after: Vec<After>,
    ) -> Res<Called> {
        if after.is_empty() {
            return called;
        }
        match called {
            Ok(Called::Value(v)) => self.settle_after(t, after, v),
            Ok(Called::Perform(request)) => self.hold(t, request, after),
            Ok(Called::Ready) => Ok(Called::Ready),
            Err(Raise::Exception(e)) => self.raise_after(t, after, e),
            Err(other) => Err(other),
        }
    }

    /// Puts arguments above the running frame and calls.
    pub(crate) fn call_args(
        &mut self,
        t: &mut Thread,
        callee: Value,
        args: &[Value],
        kwargs: &[(Sym, Value)],
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let start = self.top(t) + 1;
        let end = start + args.len() + kwargs.len();
        if end > REGISTERS_MAX {
            return Err(self.exception(Type::MemoryError, "too many arguments"));
        }
        if t.registers.len() < end {
            t.registers.resize(end, Value::Unbound);
        }
        t.registers[start..start + args.len()].copy_from_slice(args);
        let mut names: SmallVec<[Sym; 8]> = SmallVec::new();
        for (i, (name, v)) in kwargs.iter().enumerate() {
            t.registers[start + args.len() + i] = *v;
            names.push(*name);
        }
        self.call_inner(t, callee, start, args.len(), &names, true, after)
    }

    #[expect(clippy::too_many_arguments, reason = "a call is that wide")]
    fn call_inner(
        &mut self,
        t: &mut Thread,
        callee: Value,
        start: usize,
        npos: usize,
        kw: &[Sym],
        room: bool,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        // One callable may stand for another, and that for a third: `C.__call__ = C()` is a chain without an end.
        if self.stands_for >= STANDS_FOR_MAX {
            let text = "maximum recursion depth exceeded while calling a Python object";
            return Err(self.exception(Type::RecursionError, text));
        }
        self.stands_for += 1;
        let called = self.call_one(t, callee, start, npos, kw, room, after);
        self.stands_for -= 1;
        called
    }

    #[expect(clippy::too_many_arguments, reason = "a call is that wide")]
    fn call_one(
        &mut self,
        t: &mut Thread,
        callee: Value,
        start: usize,
        npos: usize,
        kw: &[Sym],
        room: bool,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let r = match callee {
            Value::Native(id) => return self.call_native(t, id, start, npos, kw, after),
            Value::Ref(r) => r,
            _ => return Err(self.not_callable(callee)),
        };
        match self.heap.get(r) {
            Object::Function(f) => {
                let code = f.code;
                let exact = self.code(code).exact;
                let (base, kept) = if kw.is_empty() && usize::from(exact) == npos {
                    (start, npos)
                } else {
                    (start, self.bind(t, r, start, npos, kw)?)
                };
                self.push_frame_with(t, code, base, kept, std::mem::take(after))?;
                self.set_closure(t, r, code, base);
                Ok(Called::Ready)
            }
            Object::Method { func, this } => {
                let (func, this) = (*func, *this);
                let start = insert_this(t, start, npos + kw.len(), this, room);
                self.call_inner(t, func, start, npos + 1, kw, false, after)
            }
            Object::Class(class) => {
                if class.layout == Type::Object
                    && class.dunders & (dunder::NEW | dunder::INIT) == dunder::INIT
                    && r.0 as usize >= Type::ALL.len()
                {
                    self.check_abstract(r)?;
                    let this = self.new_instance(r, Value::Unbound)?;
                    if let Some(init) = self.find_in_class(r, sym::INIT) {
                        after.push(After::Init(this));
                        let start = insert_this(t, start, npos + kw.len(), this, room);
                        return self.call_inner(t, init, start, npos + 1, kw, false, after);
                    }
                }
                let (args, kwargs) = taken(t, start, npos, kw);
                self.call_class(t, r, args, kwargs, after)
            }
            Object::Instance(instance) => {
                let class = instance.class;
                match self.special_method(callee, class, sym::CALL) {
                    Some(f) => self.call_bound(t, f, callee, start, npos, kw, room, after),
                    None => Err(self.not_callable(callee)),
                }
            }
            Object::HostFunction(tool) => {
                let tool = *tool;
                let (args, kwargs) = taken(t, start, npos, kw);
                self.call_host(tool, args, kwargs)
            }
            Object::StaticMethod(f) => {
                let f = *f;
                self.call_inner(t, f, start, npos, kw, room, after)
            }
            Object::Alias { origin, .. } => {
                let origin = *origin;
                self.call_inner(t, origin, start, npos, kw, room, after)
            }
            _ => Err(self.not_callable(callee)),
        }
    }

    /// Calls a class attribute as a method of `this`, by the descriptor rules for functions.
    #[expect(clippy::too_many_arguments, reason = "a call is that wide")]
    fn call_bound(
        &mut self,
        t: &mut Thread,
        f: Value,
        this: Value,
        start: usize,
        npos: usize,
        kw: &[Sym],
        room: bool,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let bound = match f {
            Value::Native(_) => Some(this),
            Value::Ref(r) => match self.heap.get(r) {
                Object::Function(_) => Some(this),
                Object::ClassMethod(_) => Some(Value::Ref(self.class_of(this))),
                _ => None,
            },
            _ => None,
        };
        let f = match f {
            Value::Ref(r) => match self.heap.get(r) {
                Object::ClassMethod(inner) | Object::StaticMethod(inner) => *inner,
                _ => f,
            },
            _ => f,
        };
        match bound {
            Some(this) => {
                let start = insert_this(t, start, npos + kw.len(), this, room);
                self.call_inner(t, f, start, npos + 1, kw, false, after)
            }
            None => self.call_inner(t, f, start, npos, kw, room, after),
        }
    }

    /// Calls a special method of a value: `f` is what was found in its class.
    pub(crate) fn call_method(
        &mut self,
        t: &mut Thread,
        f: Value,
        this: Value,
        args: &[Value],
        mut after: Vec<After>,
    ) -> Res<Called> {
        let start = self.top(t) + 1;
        let end = start + args.len();
        if t.registers.len() < end {
            t.registers.resize(end, Value::Unbound);
        }
        t.registers[start..end].copy_from_slice(args);
        let called = self.call_bound(t, f, this, start, args.len(), &[], true, &mut after);
        self.finish(t, called, after)
    }

    /// Copies the cells of a function's free variables to their registers.
    pub(crate) fn set_closure(&self, t: &mut Thread, function: Ref, code: CodeRef, base: usize) {
        let closure = &self.heap.function(function).closure;
        if !closure.is_empty() {
            let first = base + usize::from(self.code(code).first_free);
            for (i, cell) in closure.iter().enumerate() {
                t.registers[first + i] = Value::Ref(*cell);
            }
        }
    }

    #[cold]
    fn not_callable(&mut self, v: Value) -> Raise {
        let name = self.type_name(v).to_string();
        self.type_error(format!("'{name}' object is not callable"))
    }

    fn call_native(
        &mut self,
        t: &mut Thread,
        id: NativeId,
        start: usize,
        npos: usize,
        kw: &[Sym],
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let def = native(id);
        if let Some(owner) = def.owner {
            let fits = npos > 0 && {
                let class = self.class_of(t.registers[start]);
                class == owner.r() || self.heap.class(class).mro.contains(&owner.r())
            };
            if !fits && !takes_no_receiver(def.name) {
                return Err(self.wrong_receiver(id, (npos > 0).then(|| t.registers[start])));
            }
        }
        if let Some(special) = special(id) {
            if special == Special::Refuse {
                let text = format!(
                    "`{}` is not part of the sandbox\nhelp: files, input and code at run time are powers; the host grants them as tools",
                    def.name
                );
                return Err(Raise::Refused(text.into()));
            }
            let (args, kwargs) = taken(t, start, npos, kw);
            return self.call_special(t, special, args, kwargs, after);
        }
        if def.owner.is_some() && def.name == "__new__" && npos > 0 {
            let class = t.registers[start];
            if let Value::Ref(class) = class
                && class.0 as usize >= Type::ALL.len()
                && matches!(self.heap.get(class), Object::Class(_))
            {
                let owner = def.owner.map_or(class, Type::r);
                t.registers[start] = Value::Ref(owner);
                after.push(After::Wrap(class));
            }
        }
        if def.drains != 0 {
            for i in 0..npos.min(8) {
                if def.drains & (1 << i) != 0 && self.iterates_in_python(t.registers[start + i]) {
                    let (args, kwargs) = taken(t, start, npos, kw);
                    let iterable = args[i];
                    let call = NativeCall {
                        native: id,
                        args,
                        kwargs,
                    };
                    after.push(After::Drain(Box::new(call), i as u8));
                    let list = self.library("slow_list")?;
                    return self.call_args(t, list, &[iterable], &[], after);
                }
            }
        }
        let result = {
            let window = &t.registers[start..start + npos + kw.len()];
            if kw.is_empty() {
                (def.run)(
                    self,
                    Args {
                        pos: window,
                        kw: &[],
                    },
                )
            } else {
                let kwargs: SmallVec<[(Sym, Value); 6]> = kw
                    .iter()
                    .copied()
                    .zip(window[npos..].iter().copied())
                    .collect();
                (def.run)(
                    self,
                    Args {
                        pos: &window[..npos],
                        kw: &kwargs,
                    },
                )
            }
        };
        self.settle_native(t, id, start, npos, kw, result, after)
    }

    /// What becomes of a native's call.
    #[expect(clippy::too_many_arguments, reason = "a call is that wide")]
    pub(crate) fn settle_native(
        &mut self,
        t: &mut Thread,
        id: NativeId,
        start: usize,
        npos: usize,
        kw: &[Sym],
        result: Res<Flow>,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        match result {
            Ok(Flow::Value(v)) => Ok(Called::Value(v)),
            Ok(Flow::Call(f, args)) => self.call_args(t, f, &args, &[], after),
            Ok(Flow::Perform(request)) => Ok(Called::Perform(request)),
            Err(Raise::NeedsPython) => {
                let Some(slow) = native(id).slow else {
                    return Err(refuse_native(id));
                };
                let f = self.library(slow)?;
                self.call_inner(t, f, start, npos, kw, false, after)
            }
            Err(other) => Err(other),
        }
    }

    #[cold]
    fn wrong_receiver(&mut self, id: NativeId, this: Option<Value>) -> Raise {
        let def = native(id);
        let owner = def.owner.map_or("", Type::name);
        let text = match this {
            Some(this) => format!(
                "descriptor '{}' for '{owner}' objects doesn't apply to a '{}' object",
                def.name,
                self.type_name(this)
            ),
            None => format!("unbound method {owner}.{}() needs an argument", def.name),
        };
        self.type_error(text)
    }

    /// Whether going through an iterable runs Python code.
    pub(crate) fn iterates_in_python(&self, v: Value) -> bool {
        let Value::Ref(r) = v else { return false };
        match self.heap.get(r) {
            Object::Generator(_) => true,
            Object::Instance(i) => {
                i.native.is_unbound() || self.heap.class(i.class).dunders & dunder::ITER != 0
            }
            Object::Class(_) => self.find_in_class(r, sym::ITER).is_some(),
            _ => false,
        }
    }

    fn call_host(&mut self, tool: u32, args: Vec<Value>, kwargs: Vec<(Sym, Value)>) -> Res<Called> {
        let is_async = self
            .capabilities
            .get(tool as usize)
            .is_some_and(|c| c.is_async);
        if is_async {
            let call = HostCall {
                tool,
                args: args.into(),
                kwargs: kwargs.into(),
            };
            let call = self.alloc(Object::HostCall(Some(Box::new(call))))?;
            return Ok(Called::Value(Value::Ref(call)));
        }
        Ok(Called::Perform(Request::HostCall {
            tool,
            args,
            kwargs,
            blocks_all: true,
        }))
    }

    /// A new plain instance of a class.
    pub(crate) fn new_instance(&mut self, class: Ref, native: Value) -> Res<Value> {
        let instance = Instance {
            class,
            attrs: Default::default(),
            native,
        };
        self.alloc(Object::Instance(Box::new(instance)))
            .map(Value::Ref)
    }

    /// How instances of a class are made, if that is plain: its `__init__` written in Python, or the native that makes them.
    pub(crate) fn constructor(&self, class: Ref) -> Option<u64> {
        let c = self.heap.class(class);
        if (class.0 as usize) < Type::ALL.len() {
            let is_made_otherwise = matches!(class, c if c == Type::Type.r() || c == Type::Object.r() || c == Type::Super.r())
                || c.layout == Type::Exception;
            let new = self.lookup.method(class, sym::NEW)?;
            return (!is_made_otherwise && self.lookup.is_plain(new))
                .then_some(u64::from(new.0) | NATIVE);
        }
        let plain = c.layout == Type::Object
            && c.dunders & (dunder::NEW | dunder::INIT | dunder::ABSTRACT) == dunder::INIT;
        match self.find_in_class(class, sym::INIT) {
            Some(Value::Ref(init)) if plain => {
                matches!(self.heap.get(init), Object::Function(_)).then_some(u64::from(init.0))
            }
            _ => None,
        }
    }

    /// Calls a class: makes an instance.
    pub(crate) fn call_class(
        &mut self,
        t: &mut Thread,
        class: Ref,
        args: Vec<Value>,
        kwargs: Vec<(Sym, Value)>,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        if (class.0 as usize) < Type::ALL.len() {
            return self.call_builtin_class(t, class, args, kwargs, after);
        }
        self.check_abstract(class)?;
        let c = self.heap.class(class);
        if c.dunders & dunder::NEW != 0
            && let Some(new) = self.find_in_class(class, sym::NEW)
        {
            let new = match new {
                Value::Ref(r) => match self.heap.get(r) {
                    Object::StaticMethod(f) => *f,
                    _ => new,
                },
                _ => new,
            };
            let mut all = vec![Value::Ref(class)];
            all.extend(&args);
            let call = NewCall {
                class,
                args,
                kwargs: kwargs.clone(),
            };
            after.push(After::New(Box::new(call)));
            return self.call_args(t, new, &all, &kwargs, after);
        }
        let (layout, dunders) = (c.layout, c.dunders);
        let has_init = dunders & dunder::INIT != 0;
        match layout {
            Type::Object => {
                if !(has_init || args.is_empty() && kwargs.is_empty()) {
                    let name = self.heap.name(self.heap.class(class).name).to_string();
                    return Err(self.type_error(format!("{name}() takes no arguments")));
                }
                let this = self.new_instance(class, Value::Unbound)?;
                self.call_init(t, class, this, args, kwargs, after)
            }
            Type::Exception => {
                let this = self.new_exception(class, &args)?;
                crate::objects::exception::refine_os_error(self, this)?;
                if has_init {
                    return self.call_init(t, class, this, args, kwargs, after);
                }
                self.exception_kwargs(class, this, &kwargs)?;
                Ok(Called::Value(this))
            }
            _ => {
                let mutable = matches!(layout, Type::List | Type::Dict | Type::Set);
                let (given, given_kw) = if has_init && mutable {
                    (Vec::new(), Vec::new())
                } else if has_init && !args.is_empty() {
                    // An immutable's own `__new__` sees the same arguments as `__init__`.
                    (args.clone(), kwargs.clone())
                } else {
                    (args.clone(), kwargs.clone())
                };
                if has_init {
                    let call = NewCall {
                        class,
                        args,
                        kwargs,
                    };
                    after.push(After::New(Box::new(call)));
                }
                after.push(After::Wrap(class));
                self.call_builtin_class(t, layout.r(), given, given_kw, after)
            }
        }
    }

    /// Calls `__init__` if Python code defined one; the instance is the value.
    pub(crate) fn call_init(
        &mut self,
        t: &mut Thread,
        class: Ref,
        this: Value,
        args: Vec<Value>,
        kwargs: Vec<(Sym, Value)>,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let Some(init) = self.find_in_class(class, sym::INIT) else {
            return Ok(Called::Value(this));
        };
        let mut all = vec![this];
        all.extend(&args);
        after.push(After::Init(this));
        self.call_args(t, init, &all, &kwargs, after)
    }

    fn call_builtin_class(
        &mut self,
        t: &mut Thread,
        class: Ref,
        args: Vec<Value>,
        kwargs: Vec<(Sym, Value)>,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let ty = Type::of_ref(class).unwrap_or(Type::Object);
        match ty {
            Type::Type => return self.call_type(t, args, kwargs, after),
            Type::Object => {
                if !args.is_empty() || !kwargs.is_empty() {
                    return Err(self.type_error("object() takes no arguments"));
                }
                return self.new_instance(class, Value::Unbound).map(Called::Value);
            }
            Type::Super => return self.make_super(t, &args).map(Called::Value),
            _ if self.heap.class(class).layout == Type::Exception => {
                let this = self.new_exception(class, &args)?;
                crate::objects::exception::refine_os_error(self, this)?;
                self.exception_kwargs(class, this, &kwargs)?;
                return Ok(Called::Value(this));
            }
            _ => {}
        }
        let Some(new) = self.lookup.method(class, sym::NEW) else {
            let name = ty.name();
            return Err(self.type_error(format!("cannot create '{name}' instances")));
        };
        let mut all = vec![Value::Ref(class)];
        all.extend(&args);
        self.call_args(t, Value::Native(new), &all, &kwargs, after)
    }
}

/// Whether a native of a class is called without an instance of it: constructors and class methods.
pub(crate) fn takes_no_receiver(name: &str) -> bool {
    matches!(
        name,
        "__new__" | "maketrans" | "fromkeys" | "from_bytes" | "fromhex"
    )
}

/// What is said where a native needs Python code and has no form in Python.
fn refuse_native(id: NativeId) -> Raise {
    let def = native(id);
    let name = match def.owner {
        Some(owner) => format!("{}.{}", owner.name(), def.name),
        None => def.name.to_string(),
    };
    Raise::Refused(
        format!("`{name}` over objects whose methods are written in Python\nhelp: convert them to built-in values first").into(),
    )
}

/// Copies arguments out of registers.
pub(crate) fn taken(
    t: &Thread,
    start: usize,
    npos: usize,
    kw: &[Sym],
) -> (Vec<Value>, Vec<(Sym, Value)>) {
    let args = t.registers[start..start + npos].to_vec();
    let kwargs = kw
        .iter()
        .copied()
        .zip(t.registers[start + npos..].iter().copied())
        .collect();
    (args, kwargs)
}

/// Puts a receiver before arguments in registers; gives where they begin now.
fn insert_this(t: &mut Thread, start: usize, n: usize, this: Value, room: bool) -> usize {
    if room {
        t.registers[start - 1] = this;
        return start - 1;
    }
    let end = start + n + 1;
    if t.registers.len() < end {
        t.registers.resize(end, Value::Unbound);
    }
    t.registers.copy_within(start..start + n, start + 1);
    t.registers[start] = this;
    start
}
