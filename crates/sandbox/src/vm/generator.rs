//! Generators, coroutines and asynchronous generators: made, resumed, suspended, closed. Awaiting.

use super::after::After;
use super::call::Called;
use super::frame::{Pending, PyFrame, Saved};
use super::raise::{Raise, Res};
use super::request::Request;
use super::state::Vm;
use super::thread::Thread;
use crate::compile::code::CodeKind;
use crate::compile::op::Op;
use crate::heap::{
    Object, Ref, Type, Value,
    object::{Generator, GeneratorKind, GeneratorState},
    sym::sym,
};

/// With what a generator goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Resume {
    Send(Value),
    Throw(Value),
}

impl Vm {
    /// `Op::MakeGenerator`: the top frame becomes a generator, which is the value of the call.
    pub(crate) fn make_generator(&mut self, t: &mut Thread) -> Res<Called> {
        let Some(mut frame) = t.frames.pop() else {
            return Ok(Called::Value(Value::None));
        };
        let code = self.code(frame.code);
        let kind = match code.kind {
            CodeKind::Coroutine => GeneratorKind::Coroutine,
            CodeKind::AsyncGenerator => GeneratorKind::AsyncGenerator,
            _ => GeneratorKind::Generator,
        };
        let (name, n) = (code.name, usize::from(code.registers));
        let base = frame.base as usize;
        let registers: Box<[Value]> = t.registers[base..base + n].into();
        let (after, made) = (frame.take_after(), frame.made.take());
        frame.pending = Pending::None;
        self.heap.charge(registers.len() * size_of::<Value>())?;
        let saved = Box::new(Saved { frame, registers });
        let r = self.alloc(Object::Generator(Box::new(Generator {
            kind,
            name,
            state: GeneratorState::Created(saved),
            place: None,
        })))?;
        if let GeneratorState::Created(saved) = &mut self.heap.generator_mut(r).state {
            saved.frame.generator = Some(r);
        }
        let v = self.made(made, Value::Ref(r))?;
        self.settle_after(t, after, v)
    }

    /// The top frame, a generator's, yields: it is suspended, and the value goes to who resumed it.
    pub(crate) fn yield_value(&mut self, t: &mut Thread, v: Value, dst: u16) -> Res<Called> {
        let Some(mut frame) = t.frames.pop() else {
            return Ok(Called::Value(v));
        };
        let base = frame.base as usize;
        let n = usize::from(self.code(frame.code).frame_registers);
        let after = frame.take_after();
        let generator = frame.generator;
        let op = self
            .code(frame.code)
            .ops
            .get((frame.pc as usize).wrapping_sub(1));
        frame.pending = match op {
            Some(Op::YieldFrom { .. }) => Pending::YieldFrom(dst),
            _ => Pending::Store(dst),
        };
        let registers = &t.registers[base..base + n];
        if let Some(r) = generator {
            let g = self.heap.generator_mut(r);
            let saved = match g.place.take() {
                Some(mut place) if place.registers.len() == n => {
                    place.registers.copy_from_slice(registers);
                    place.frame = frame;
                    place
                }
                _ => Box::new(Saved {
                    frame,
                    registers: registers.into(),
                }),
            };
            g.state = GeneratorState::Suspended(saved);
        }
        if matches!(after.last(), Some(After::Close)) {
            let kind = self.generator_word(generator);
            let text = format!("{kind} ignored GeneratorExit");
            return match self.exception(Type::RuntimeError, text) {
                Raise::Exception(e) => self.raise_after(t, after, e),
                other => Err(other),
            };
        }
        self.settle_after(t, after, v)
    }

    fn generator_word(&self, r: Option<Ref>) -> &'static str {
        match r.map(|r| self.heap.generator(r).kind) {
            Some(GeneratorKind::Coroutine) => "coroutine",
            Some(GeneratorKind::AsyncGenerator) => "async generator",
            _ => "generator",
        }
    }

    /// Resumes a generator: its frame is put on the thread.
    pub(crate) fn resume(
        &mut self,
        t: &mut Thread,
        r: Ref,
        how: Resume,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        if t.frames.len() >= self.depth_limit {
            return Err(self.exception(Type::RecursionError, "maximum recursion depth exceeded"));
        }
        let g = self.heap.generator_mut(r);
        let kind = g.kind;
        let state = std::mem::replace(&mut g.state, GeneratorState::Running);
        let (saved, started) = match state {
            GeneratorState::Running => {
                let word = self.generator_word(Some(r));
                let (ty, text) = match kind {
                    GeneratorKind::Coroutine => (
                        Type::RuntimeError,
                        "coroutine is being awaited already".to_string(),
                    ),
                    GeneratorKind::AsyncGenerator => (
                        Type::RuntimeError,
                        "anext(): asynchronous generator is already running".to_string(),
                    ),
                    GeneratorKind::Generator => {
                        (Type::ValueError, format!("{word} already executing"))
                    }
                };
                return Err(self.exception(ty, text));
            }
            GeneratorState::Finished => {
                self.heap.generator_mut(r).state = GeneratorState::Finished;
                return Err(match (kind, how) {
                    (GeneratorKind::Coroutine, _) => {
                        self.exception(Type::RuntimeError, "cannot reuse already awaited coroutine")
                    }
                    (_, Resume::Throw(e)) => Raise::Exception(e),
                    (GeneratorKind::Generator, _) => self.stop(Type::StopIteration, Value::None),
                    (GeneratorKind::AsyncGenerator, _) => {
                        self.stop(Type::StopAsyncIteration, Value::None)
                    }
                });
            }
            GeneratorState::Created(saved) => match how {
                Resume::Send(Value::None) => (saved, false),
                Resume::Send(_) => {
                    self.heap.generator_mut(r).state = GeneratorState::Created(saved);
                    let word = self.generator_word(Some(r));
                    return Err(self.type_error(format!(
                        "can't send non-None value to a just-started {word}"
                    )));
                }
                Resume::Throw(e) => {
                    self.heap.generator_mut(r).state = GeneratorState::Finished;
                    return Err(Raise::Exception(e));
                }
            },
            GeneratorState::Suspended(saved) => (saved, true),
        };
        let base = self.top(t);
        let mut saved = saved;
        let end = base + saved.registers.len();
        self.reserve_frame(t, end)?;
        t.registers[base..end].copy_from_slice(&saved.registers);
        let code = saved.frame.code;
        let mut frame = std::mem::replace(&mut saved.frame, PyFrame::new(code, 0, Vec::new()));
        self.heap.generator_mut(r).place = Some(saved);
        frame.base = base as u32;
        frame.set_after(std::mem::take(after));
        let pending = frame.pending;
        let pc = frame.pc as usize;
        t.frames.push(frame);
        if !started {
            return Ok(Called::Ready);
        }
        let last = self.code(code).ops.get(pc.wrapping_sub(1)).copied();
        if let Some(Op::YieldFrom { dst, iter }) = last {
            return self.yield_from(t, dst, iter, how);
        }
        match how {
            Resume::Throw(e) => Err(Raise::Exception(e)),
            Resume::Send(v) => {
                if let Pending::Store(dst) = pending {
                    t.registers[base + usize::from(dst)] = v;
                }
                Ok(Called::Ready)
            }
        }
    }

    /// One turn of `yield from` in the top frame.
    pub(crate) fn yield_from(
        &mut self,
        t: &mut Thread,
        dst: u16,
        iter: u16,
        how: Resume,
    ) -> Res<Called> {
        let Some(frame) = t.frames.last_mut() else {
            return Ok(Called::Ready);
        };
        frame.pending = Pending::YieldFrom(dst);
        let iterator = t.registers[frame.base as usize + usize::from(iter)];
        let inner = match iterator {
            Value::Ref(r) if matches!(self.heap.get(r), Object::Generator(_)) => Some(r),
            _ => None,
        };
        let called = match (inner, how) {
            (Some(r), Resume::Throw(e)) if self.is_exception(e, Type::GeneratorExit) => {
                let mut after = vec![After::Throw(e)];
                let called = self.close(t, r, &mut after);
                match called {
                    Ok(Called::Value(_)) if !after.is_empty() => Err(Raise::Exception(e)),
                    other => other,
                }
            }
            (Some(r), how) => self.resume(t, r, how, &mut Vec::new()),
            (None, Resume::Send(Value::None)) => self.next_value(t, iterator, &mut Vec::new()),
            (None, Resume::Send(v)) => {
                let send = self.get_attr_now(iterator, sym::SEND)?;
                self.call_value(t, send, vec![v], Vec::new(), Vec::new())
            }
            (None, Resume::Throw(e)) => {
                let throw = match iterator {
                    Value::Ref(r) if matches!(self.heap.get(r), Object::Instance(_)) => {
                        let class = self.class_of(iterator);
                        self.special_method(iterator, class, sym::THROW)
                    }
                    _ => None,
                };
                match throw {
                    Some(f) => self.call_method(t, f, iterator, &[e], Vec::new()),
                    None => Err(Raise::Exception(e)),
                }
            }
        };
        match called {
            Ok(Called::Value(v)) => self.yield_value(t, v, dst),
            other => other,
        }
    }

    /// `close()`: throws `GeneratorExit` in, and sees that it ends.
    pub(crate) fn close(&mut self, t: &mut Thread, r: Ref, after: &mut Vec<After>) -> Res<Called> {
        let g = self.heap.generator_mut(r);
        match &g.state {
            GeneratorState::Created(_) => {
                g.state = GeneratorState::Finished;
                return Ok(Called::Value(Value::None));
            }
            GeneratorState::Finished => return Ok(Called::Value(Value::None)),
            GeneratorState::Running | GeneratorState::Suspended(_) => {}
        }
        let e = self.new_exception(Type::GeneratorExit.r(), &[])?;
        after.push(After::Close);
        self.resume(t, r, Resume::Throw(e), after)
    }

    /// The next value of an iterator, or `StopIteration`.
    pub(crate) fn next_value(
        &mut self,
        t: &mut Thread,
        iterator: Value,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        let Value::Ref(r) = iterator else {
            return Err(self.not_an_iterator(iterator));
        };
        match self.heap.get(r) {
            Object::Iter(_) => match crate::objects::iter::next(self, r)? {
                Some(v) => Ok(Called::Value(v)),
                None => Err(self.stop(Type::StopIteration, Value::None)),
            },
            Object::Generator(g) if g.kind == GeneratorKind::Generator => {
                self.resume(t, r, Resume::Send(Value::None), after)
            }
            Object::Instance(i) => {
                let class = i.class;
                match self.special_method(iterator, class, sym::NEXT) {
                    Some(f) => {
                        let chain = std::mem::take(after);
                        self.call_method(t, f, iterator, &[], chain)
                    }
                    None => Err(self.not_an_iterator(iterator)),
                }
            }
            _ => Err(self.not_an_iterator(iterator)),
        }
    }

    fn not_an_iterator(&mut self, v: Value) -> Raise {
        let name = self.type_name(v).to_string();
        self.type_error(format!("'{name}' object is not an iterator"))
    }

    /// Whether `next` works on a value.
    pub(crate) fn is_iterator(&self, v: Value) -> bool {
        let Value::Ref(r) = v else { return false };
        match self.heap.get(r) {
            Object::Iter(_) => true,
            Object::Generator(g) => g.kind == GeneratorKind::Generator,
            Object::Instance(i) => self.find_in_class(i.class, sym::NEXT).is_some(),
            _ => false,
        }
    }

    /// `await value`: a coroutine's frame is a call like any other; a tool's call is a request.
    pub(crate) fn await_value(
        &mut self,
        t: &mut Thread,
        v: Value,
        after: &mut Vec<After>,
    ) -> Res<Called> {
        if let Value::Ref(r) = v {
            match self.heap.get_mut(r) {
                Object::Generator(g) if g.kind == GeneratorKind::Coroutine => {
                    return self.resume(t, r, Resume::Send(Value::None), after);
                }
                Object::HostCall(call) => {
                    let Some(call) = call.take() else {
                        let text = "cannot reuse already awaited coroutine";
                        return Err(self.exception(Type::RuntimeError, text));
                    };
                    return Ok(Called::Perform(Request::HostCall {
                        tool: call.tool,
                        args: call.args.into(),
                        kwargs: call.kwargs.into(),
                        blocks_all: false,
                    }));
                }
                Object::Instance(i) => {
                    let class = i.class;
                    if let Some(f) = self.special_method(v, class, sym::AWAIT) {
                        after.push(After::AwaitIterator);
                        let chain = std::mem::take(after);
                        return self.call_method(t, f, v, &[], chain);
                    }
                }
                _ => {}
            }
        }
        let name = self.type_name(v).to_string();
        Err(self.type_error(format!("object {name} can't be used in 'await' expression")))
    }

    /// One turn of `async for`; the value is awaited already.
    pub(crate) fn async_next(&mut self, t: &mut Thread, v: Value) -> Res<Called> {
        if let Value::Ref(r) = v {
            match self.heap.get(r) {
                Object::Generator(g) if g.kind == GeneratorKind::AsyncGenerator => {
                    return self.resume(t, r, Resume::Send(Value::None), &mut Vec::new());
                }
                Object::Instance(i) => {
                    let class = i.class;
                    if let Some(f) = self.special_method(v, class, sym::ANEXT) {
                        return self.call_method(t, f, v, &[], vec![After::Await]);
                    }
                }
                _ => {}
            }
        }
        let name = self.type_name(v).to_string();
        Err(self.type_error(format!(
            "'async for' requires an iterator with __anext__ method, got {name}"
        )))
    }

    /// `aiter(value)`.
    pub(crate) fn async_iter(&mut self, t: &mut Thread, v: Value) -> Res<Called> {
        if let Value::Ref(r) = v {
            match self.heap.get(r) {
                Object::Generator(g) if g.kind == GeneratorKind::AsyncGenerator => {
                    return Ok(Called::Value(v));
                }
                Object::Instance(i) => {
                    let class = i.class;
                    if let Some(f) = self.special_method(v, class, sym::AITER) {
                        return self.call_method(t, f, v, &[], Vec::new());
                    }
                }
                _ => {}
            }
        }
        let name = self.type_name(v).to_string();
        Err(self.type_error(format!(
            "'async for' requires an object with __aiter__ method, got {name}"
        )))
    }
}
