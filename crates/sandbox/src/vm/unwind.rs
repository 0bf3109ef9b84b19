//! How values and exceptions go from frame to frame: returns, handlers, what happens in between.

use super::after::After;
use super::call::Called;
use super::frame::{Pending, PyFrame};
use super::raise::{Raise, Res};
use super::state::Vm;
use super::thread::{Exit, Thread};
use crate::heap::{
    Object, Ref, Type, Value,
    object::{GeneratorKind, GeneratorState, TracebackEntry},
};

/// How many places a traceback remembers.
const TRACEBACK_MAX: usize = 2048;

impl Vm {
    /// Goes on until the top frame is ready to run, or the thread cannot go on.
    pub(crate) fn carry_on(&mut self, t: &mut Thread, mut called: Res<Called>) -> Option<Exit> {
        loop {
            called = match called {
                Ok(Called::Ready) => return None,
                Ok(Called::Perform(request)) => return Some(Exit::Perform(request)),
                Ok(Called::Value(v)) => {
                    if t.frames.is_empty() {
                        return Some(Exit::Return(v));
                    }
                    self.deliver(t, v)
                }
                Err(Raise::Exception(e)) => {
                    if self.ends_iteration(t, e) {
                        return None;
                    }
                    self.set_context(t, e);
                    self.unwind(t, e, true)
                }
                Err(Raise::Limit(mut limit)) => {
                    if limit.limit == 0 && limit.kind == "memory_bytes" {
                        limit.limit = self.heap.limit_bytes() as u64;
                    }
                    return Some(Exit::Limit(limit));
                }
                Err(Raise::Refused(what)) => return Some(Exit::Refused(what)),
                Err(Raise::NeedsPython) => {
                    return Some(Exit::Refused(
                        "this operation on objects whose methods are written in Python".into(),
                    ));
                }
            };
            if let (Err(Raise::Exception(e)), true) = (&called, t.frames.is_empty()) {
                return Some(Exit::Raise(*e));
            }
        }
    }

    /// Gives a value to the top frame, as it said.
    pub(crate) fn deliver(&mut self, t: &mut Thread, v: Value) -> Res<Called> {
        let Some(frame) = t.frames.last_mut() else {
            return Ok(Called::Value(v));
        };
        let base = frame.base as usize;
        match frame.pending {
            Pending::None | Pending::Drop => {}
            Pending::Store(dst) => t.registers[base + usize::from(dst)] = v,
            Pending::Branch { when, to } => {
                if matches!(v, Value::Bool(b) if b == when) {
                    frame.pc = to;
                }
            }
            Pending::StoreNot(dst) => {
                t.registers[base + usize::from(dst)] = Value::Bool(!matches!(v, Value::Bool(true)));
            }
            Pending::ForNext(dst) | Pending::AsyncForNext(dst) => {
                t.registers[base + usize::from(dst)] = v;
                frame.pc += 1;
            }
            Pending::YieldFrom(dst) => return self.yield_value(t, v, dst),
            Pending::Retry => frame.pc -= 1,
            Pending::Unpack { first, n } => return self.spread(t, v, first, n),
        }
        Ok(Called::Ready)
    }

    /// Whether an exception is the end of the iteration that the top frame waits for.
    fn ends_iteration(&mut self, t: &mut Thread, e: Value) -> bool {
        let Some(frame) = t.frames.last_mut() else {
            return false;
        };
        let pending = frame.pending;
        match pending {
            Pending::ForNext(_) if self.is_exception(e, Type::StopIteration) => {}
            Pending::AsyncForNext(_) if self.is_exception(e, Type::StopAsyncIteration) => {}
            Pending::YieldFrom(dst) if self.is_exception(e, Type::StopIteration) => {
                let at = frame.base as usize + usize::from(dst);
                let value = self.stop_value(e);
                t.registers[at] = value;
            }
            _ => return false,
        }
        if let Some(frame) = t.frames.last_mut() {
            frame.pending = Pending::None;
        }
        true
    }

    /// Whether a value is an exception of a class.
    pub(crate) fn is_exception(&self, e: Value, ty: Type) -> bool {
        let class = self.class_of(e);
        self.heap.class(class).mro.contains(&ty.r())
    }

    /// `value` of a `StopIteration`.
    pub(crate) fn stop_value(&self, e: Value) -> Value {
        let Value::Ref(r) = e else { return Value::None };
        match self.heap.get(r) {
            Object::Exception(e) => self
                .heap
                .tuple(e.args)
                .first()
                .copied()
                .unwrap_or(Value::None),
            _ => Value::None,
        }
    }

    /// A `StopIteration` or the like with a value.
    pub(crate) fn stop(&mut self, ty: Type, value: Value) -> Raise {
        let args: &[Value] = if value.is_none() { &[] } else { &[value] };
        match self.new_exception(ty.r(), args) {
            Ok(e) => Raise::Exception(e),
            Err(raise) => raise,
        }
    }

    /// The value of a call that ran a frame: the instance, if that was its `__init__`.
    pub(crate) fn made(&mut self, made: Option<Ref>, v: Value) -> Res<Value> {
        match made {
            Some(this) => self.checked_init(Value::Ref(this), v),
            None => Ok(v),
        }
    }

    fn checked_init(&mut self, this: Value, v: Value) -> Res<Value> {
        if v.is_none() {
            return Ok(this);
        }
        let name = self.type_name(v).to_string();
        Err(self.type_error(format!("__init__() should return None, not '{name}'")))
    }

    /// The top frame returns.
    pub(crate) fn return_value(&mut self, t: &mut Thread, v: Value) -> Res<Called> {
        let Some(mut frame) = t.frames.pop() else {
            return Ok(Called::Value(v));
        };
        let after = frame.take_after();
        let Some(generator) = frame.generator else {
            let v = self.made(frame.made, v)?;
            return self.settle_after(t, after, v);
        };
        let g = self.heap.generator_mut(generator);
        g.state = GeneratorState::Finished;
        let (end, waits) = match g.kind {
            GeneratorKind::Coroutine => return self.settle_after(t, after, v),
            GeneratorKind::Generator => (Type::StopIteration, t.frames.last().map(|f| f.pending)),
            GeneratorKind::AsyncGenerator => {
                (Type::StopAsyncIteration, t.frames.last().map(|f| f.pending))
            }
        };
        if after.is_empty() {
            match (end, waits) {
                (Type::StopIteration, Some(Pending::ForNext(_)))
                | (Type::StopAsyncIteration, Some(Pending::AsyncForNext(_))) => {
                    return Ok(Called::Ready);
                }
                (Type::StopIteration, Some(Pending::YieldFrom(dst))) => {
                    if let Some(below) = t.frames.last() {
                        let at = below.base as usize + usize::from(dst);
                        t.registers[at] = v;
                    }
                    return Ok(Called::Ready);
                }
                _ => {}
            }
        }
        match self.stop(end, v) {
            Raise::Exception(e) => self.raise_after(t, after, e),
            other => Err(other),
        }
    }

    /// Applies what comes after a value.
    pub(crate) fn settle_after(
        &mut self,
        t: &mut Thread,
        mut chain: Vec<After>,
        mut v: Value,
    ) -> Res<Called> {
        while let Some(step) = chain.pop() {
            match self.apply(t, step, v, &mut chain) {
                Ok(Called::Value(next)) => v = next,
                Ok(Called::Ready) => return Ok(Called::Ready),
                Ok(Called::Perform(request)) => return self.hold(t, request, chain),
                Err(Raise::Exception(e)) => return self.raise_after(t, chain, e),
                Err(other) => return Err(other),
            }
        }
        Ok(Called::Value(v))
    }

    fn apply(
        &mut self,
        t: &mut Thread,
        step: After,
        v: Value,
        chain: &mut Vec<After>,
    ) -> Res<Called> {
        let value = match step {
            After::Init(this) => self.checked_init(this, v)?,
            After::New(call) => {
                let made = self.class_of(v);
                if !self.heap.class(made).mro.contains(&call.class) {
                    return Ok(Called::Value(v));
                }
                return self.call_init(t, made, v, call.args, call.kwargs, chain);
            }
            After::Wrap(class) => self.new_instance(class, v)?,
            After::Refill(this) => {
                self.refill(this, v);
                Value::None
            }
            After::Constant(c) => c,
            After::Throw(e) => return Err(Raise::Exception(e)),
            After::Bool => match v {
                Value::Bool(_) => v,
                _ => {
                    let name = self.type_name(v).to_string();
                    return Err(
                        self.type_error(format!("__bool__ should return bool, returned {name}"))
                    );
                }
            },
            After::Length => self.checked_length(v)?,
            After::LengthTruth => match self.checked_length(v)? {
                Value::Int(0) => Value::Bool(false),
                _ => Value::Bool(true),
            },
            After::Truth => return self.truth(t, v, chain),
            After::Negate => match v {
                Value::Bool(b) => Value::Bool(!b),
                _ => {
                    chain.push(After::Negate);
                    return self.truth(t, v, chain);
                }
            },
            After::Iterator => {
                if !self.is_iterator(v) {
                    let name = self.type_name(v).to_string();
                    return Err(
                        self.type_error(format!("iter() returned non-iterator of type '{name}'"))
                    );
                }
                v
            }
            After::Binary {
                op,
                in_place,
                a,
                b,
                rest,
            } => {
                if matches!(v, Value::NotImplemented) {
                    return self.binary_candidates(t, op, in_place, a, b, rest, chain);
                }
                v
            }
            After::Compare { op, a, b, rest } => {
                if matches!(v, Value::NotImplemented) {
                    return self.compare_candidates(t, op, a, b, rest, chain);
                }
                v
            }
            After::Drain(mut call, i) => {
                call.args[usize::from(i)] = v;
                return self.call_args(
                    t,
                    Value::Native(call.native),
                    &call.args,
                    &call.kwargs,
                    chain,
                );
            }
            After::Raise(cause) => return self.raise_value(t, v, cause, chain),
            After::RaiseFrom(e) => return Err(self.raise_with_cause(e, v)),
            After::Class(build) => return self.finish_class(t, *build, chain),
            After::AttributeFallback(..) | After::AttributeDefault(_) | After::NextDefault(_) => v,
            After::HasAttribute => Value::Bool(true),
            After::Close => Value::None,
            After::CoroutineEnd => return Err(self.stop(Type::StopIteration, v)),
            After::Call(args, kwargs) => return self.call_args(t, v, &args, &kwargs, chain),
            After::Module(number) => {
                self.modules[number as usize].loaded = true;
                Value::Ref(self.modules[number as usize].object)
            }
            After::Await => return self.await_value(t, v, chain),
            After::AwaitIterator => {
                let f = self.library("await_iter")?;
                return self.call_args(t, f, &[v], &[], chain);
            }
        };
        Ok(Called::Value(value))
    }

    /// What comes after an exception: the first step that has an answer to it gives a value.
    pub(crate) fn raise_after(
        &mut self,
        t: &mut Thread,
        mut chain: Vec<After>,
        e: Value,
    ) -> Res<Called> {
        while let Some(step) = chain.pop() {
            let value = match step {
                After::AttributeFallback(object, name)
                    if self.is_exception(e, Type::AttributeError) =>
                {
                    let called = self.call_getattr(t, object, name, &mut chain);
                    return match called {
                        Ok(Called::Value(v)) => self.settle_after(t, chain, v),
                        Ok(Called::Perform(request)) => self.hold(t, request, chain),
                        Err(Raise::Exception(e)) => self.raise_after(t, chain, e),
                        other => other,
                    };
                }
                After::AttributeDefault(v) if self.is_exception(e, Type::AttributeError) => v,
                After::HasAttribute if self.is_exception(e, Type::AttributeError) => {
                    Value::Bool(false)
                }
                After::NextDefault(v) if self.is_exception(e, Type::StopIteration) => v,
                After::Close
                    if self.is_exception(e, Type::GeneratorExit)
                        || self.is_exception(e, Type::StopIteration)
                        || self.is_exception(e, Type::StopAsyncIteration) =>
                {
                    Value::None
                }
                After::Throw(other) => {
                    return self.raise_after(t, chain, other);
                }
                After::Module(number) => {
                    self.modules[number as usize].name = String::new();
                    continue;
                }
                _ => continue,
            };
            return self.settle_after(t, chain, value);
        }
        Err(Raise::Exception(e))
    }

    /// A request whose answer goes through steps: a frame waits for it.
    pub(crate) fn hold(
        &mut self,
        t: &mut Thread,
        request: super::request::Request,
        chain: Vec<After>,
    ) -> Res<Called> {
        if !chain.is_empty() {
            let Value::Ref(f) = self.library("answer")? else {
                return Err(Raise::Refused("the library's `answer`".into()));
            };
            let code = self.heap.function(f).code;
            let base = self.top(t);
            self.push_frame(t, code, base, chain)?;
            if let Some(frame) = t.frames.last_mut() {
                frame.pending = Pending::Store(0);
            }
        }
        Ok(Called::Perform(request))
    }

    /// Makes what is being handled the context of a new exception.
    fn set_context(&mut self, t: &Thread, e: Value) {
        let handled = t.frames.iter().rev().find_map(PyFrame::handled);
        let (Some(Value::Ref(handled)), Value::Ref(new)) = (handled, e) else {
            return;
        };
        if handled == new {
            return;
        }
        let mut walked = t.frames.len() as u64 / 64;
        // A chain that leads back to the new one is cut there.
        let mut at = handled;
        let mut left = 10_000;
        while let Object::Exception(x) = self.heap.get(at) {
            let Value::Ref(next) = x.context else { break };
            if next == new {
                self.heap.exception_mut(at).context = Value::None;
                break;
            }
            left -= 1;
            if left == 0 {
                break;
            }
            walked += 1;
            at = next;
        }
        // Chains may be long, and a raise is one step: what this costs is missing at the next one.
        self.steps_left = self.steps_left.saturating_sub(walked / 8);
        if left == 0 {
            return;
        }
        if let Object::Exception(x) = self.heap.get_mut(new) {
            x.context = Value::Ref(handled);
        }
    }

    /// Finds who handles an exception, frame by frame. Without `here` the first frame is not noted again.
    pub(crate) fn unwind(&mut self, t: &mut Thread, mut e: Value, mut here: bool) -> Res<Called> {
        let table = self.table.clone();
        while let Some(frame) = t.frames.last_mut() {
            let at = frame.pc.saturating_sub(1);
            if here
                && let Value::Ref(r) = e
                && let Object::Exception(x) = self.heap.get_mut(r)
                && x.traceback.len() < TRACEBACK_MAX
            {
                x.traceback.push(TracebackEntry {
                    code: frame.code,
                    pc: at,
                });
            }
            here = true;
            let code = &table[frame.code.unit.0 as usize].codes[frame.code.index as usize];
            if let Some(h) = code.handlers.iter().find(|h| h.start <= at && at < h.end) {
                if let Some(rare) = &mut frame.rare {
                    rare.handled.truncate(usize::from(h.depth));
                }
                frame.pc = h.target;
                frame.pending = Pending::None;
                t.registers[frame.base as usize + usize::from(h.exc)] = e;
                return Ok(Called::Ready);
            }
            let Some(mut frame) = t.frames.pop() else {
                break;
            };
            if let Some(generator) = frame.generator {
                let g = self.heap.generator_mut(generator);
                g.state = GeneratorState::Finished;
                let kind = g.kind;
                e = self.convert_stop(kind, e)?;
            }
            if !frame.after().is_empty() {
                match self.raise_after(t, frame.take_after(), e) {
                    Err(Raise::Exception(other)) => e = other,
                    called => return called,
                }
            }
            if self.ends_iteration(t, e) {
                return Ok(Called::Ready);
            }
        }
        Err(Raise::Exception(e))
    }

    /// `StopIteration` must not leave a generator's body as itself.
    fn convert_stop(&mut self, kind: GeneratorKind, e: Value) -> Res<Value> {
        let stop = self.is_exception(e, Type::StopIteration);
        let text = match kind {
            GeneratorKind::Generator if stop => "generator raised StopIteration",
            GeneratorKind::Coroutine if stop => "coroutine raised StopIteration",
            GeneratorKind::AsyncGenerator if stop => "async generator raised StopIteration",
            GeneratorKind::AsyncGenerator if self.is_exception(e, Type::StopAsyncIteration) => {
                "async generator raised StopAsyncIteration"
            }
            _ => return Ok(e),
        };
        match self.exception(Type::RuntimeError, text) {
            Raise::Exception(Value::Ref(new)) => {
                let traceback = match e {
                    Value::Ref(r) => self.heap.exception(r).traceback.clone(),
                    _ => Vec::new(),
                };
                let x = self.heap.exception_mut(new);
                x.cause = e;
                x.context = e;
                x.suppress_context = true;
                x.traceback = traceback;
                Ok(Value::Ref(new))
            }
            Raise::Exception(other) => Ok(other),
            other => Err(other),
        }
    }

    /// `raise value from cause`. A class is called first; `Unbound` stands for no cause.
    pub(crate) fn raise_value(
        &mut self,
        t: &mut Thread,
        v: Value,
        cause: Value,
        chain: &mut Vec<After>,
    ) -> Res<Called> {
        if let Value::Ref(r) = v {
            match self.heap.get(r) {
                Object::Exception(_) => {
                    if cause.is_unbound() {
                        return Err(Raise::Exception(v));
                    }
                    if let Value::Ref(c) = cause
                        && let Object::Class(class) = self.heap.get(c)
                        && class.layout == Type::Exception
                    {
                        chain.push(After::RaiseFrom(v));
                        return self.call_args(t, cause, &[], &[], chain);
                    }
                    return Err(self.raise_with_cause(v, cause));
                }
                Object::Class(class) if class.layout == Type::Exception => {
                    chain.push(After::Raise(cause));
                    return self.call_args(t, v, &[], &[], chain);
                }
                _ => {}
            }
        }
        Err(self.type_error("exceptions must derive from BaseException"))
    }

    fn raise_with_cause(&mut self, v: Value, cause: Value) -> Raise {
        let is_exception = match cause {
            Value::None => true,
            Value::Ref(r) => matches!(self.heap.get(r), Object::Exception(_)),
            _ => false,
        };
        if !is_exception {
            return self.type_error("exception causes must derive from BaseException");
        }
        if let Value::Ref(r) = v {
            let x = self.heap.exception_mut(r);
            x.cause = cause;
            x.suppress_context = true;
        }
        Raise::Exception(v)
    }
}
