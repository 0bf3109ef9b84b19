//! Instructions between `hot.rs` and `run.rs`: with built-in values, and no code written in Python has a say.
//!
//! Called from one place of the loop, out of line. The loop's rule holds here too: an instruction is done whole or left
//! untouched.

use super::call::Called;
use super::frame::Pending;
use super::hot::NATIVE;
use super::known::Question;
use super::raise::{Raise, Res};
use super::state::Vm;
use super::thread::Thread;
use super::unit::{Code, Table, TableUnit};
use crate::compile::code::{CodeRef, FunctionSpec, UnitId};
use crate::compile::op::{BinOp, CmpOp, Op};
use crate::heap::{
    Object, Ref, Sym, Value,
    object::{Function, GeneratorKind, dunder},
    sym::sym,
};
use crate::objects::{self, ops, slice};

/// What became of an instruction.
pub(super) enum Warm {
    /// It is done; the frame goes on.
    Done,
    /// It is done, and another frame is on top.
    Frame,
    /// It was not done; nothing is changed.
    Slow,
    /// It was done, and this came of it.
    Settle(Res<Called>),
}

impl Vm {
    /// Does an instruction of the top frame, whose place is behind it already, if it is one of these and its values are plain.
    #[cold]
    #[inline(never)]
    pub(super) fn warm(
        &mut self,
        table: &Table,
        unit: &TableUnit,
        code: &Code,
        t: &mut Thread,
        op: Op,
    ) -> Warm {
        let Some(frame) = t.frames.last_mut() else {
            return Warm::Slow;
        };
        let base = frame.base as usize;
        let end = base + usize::from(code.frame_registers);
        let entered = match op {
            Op::Return { src } => {
                let v = t.registers[base + usize::from(src)];
                self.end_generator(t, v)
            }
            Op::YieldFrom { dst, iter } => {
                frame.pending = Pending::YieldFrom(dst);
                match t.registers[base + usize::from(iter)] {
                    Value::Ref(r) => self.enter_generator(table, t, r, end),
                    _ => false,
                }
            }
            Op::Await { dst, src } => {
                frame.pending = Pending::Store(dst);
                match t.registers[base + usize::from(src)] {
                    Value::Ref(r) => self.enter_coroutine(t, r, end),
                    _ => false,
                }
            }
            Op::MakeGenerator => {
                let called = self.make_generator(t);
                if let Ok(Called::Value(v)) = called
                    && let Some(below) = t.frames.last()
                    && let Pending::Store(dst) = below.pending
                {
                    let at = below.base as usize + usize::from(dst);
                    t.registers[at] = v;
                    return Warm::Frame;
                }
                return Warm::Settle(called);
            }
            // Methods and properties written in Python, which are plain functions.
            Op::GetItem { dst, obj, key }
                if self.is_instance(t.registers[base + usize::from(obj)]) =>
            {
                let args = [obj, key].map(|r| t.registers[base + usize::from(r)]);
                match self.special_function(args[0], sym::GETITEM) {
                    Some(f) => self.enter_function(table, t, f, &args, Pending::Store(dst)),
                    None => false,
                }
            }
            Op::GetIter { dst, src }
            | Op::GetYieldFromIter { dst, src }
            | Op::ForPrep { dst, src }
                if self.is_instance(t.registers[base + usize::from(src)]) =>
            {
                let this = t.registers[base + usize::from(src)];
                match self.special_function(this, sym::ITER) {
                    // What it returns is an iterator: that needs no look.
                    Some(f) if self.makes_generator(table, f) => {
                        self.enter_function(table, t, f, &[this], Pending::Store(dst))
                    }
                    _ => false,
                }
            }
            Op::GetAttr { dst, obj, name } => {
                let this = t.registers[base + usize::from(obj)];
                let name = code.linked.names[usize::from(name)];
                match self.getter(this, name) {
                    Some(f) => self.enter_function(table, t, f, &[this], Pending::Store(dst)),
                    None => false,
                }
            }
            _ => match self.plain(unit, code, t, base, op) {
                Ok(true) => return Warm::Done,
                Ok(false) | Err(Raise::NeedsPython) => false,
                Err(raise) => {
                    if let Some(frame) = t.frames.last_mut() {
                        frame.pending = Pending::None;
                    }
                    return Warm::Settle(Err(raise));
                }
            },
        };
        if entered { Warm::Frame } else { Warm::Slow }
    }

    fn is_instance(&self, v: Value) -> bool {
        matches!(v, Value::Ref(r) if matches!(self.heap.get(r), Object::Instance(_)))
    }

    /// A special method of an instance that is a function.
    fn special_function(&mut self, this: Value, name: Sym) -> Option<Ref> {
        let class = self.class_of(this);
        match self.method_to_remember(this, class, name)? {
            found if found & NATIVE == 0 => Some(Ref(found as u32)),
            _ => None,
        }
    }

    /// The function that computes an attribute of an instance: a property's.
    fn getter(&mut self, this: Value, name: Sym) -> Option<Ref> {
        let Value::Ref(r) = this else { return None };
        let Object::Instance(i) = self.heap.get(r) else {
            return None;
        };
        let class = i.class;
        if self.heap.class(class).dunders & (dunder::GETATTRIBUTE | dunder::GETATTR) != 0 {
            return None;
        }
        let version = self.heap.class_version;
        let known = self.known.get(Question::Getter, class, name, version);
        let found = match known {
            Some(found) => found,
            None => {
                let Some(Value::Ref(property)) = self.find_in_class(class, name) else {
                    return None;
                };
                let Object::Property(parts) = self.heap.get(property) else {
                    return None;
                };
                let found = parts[0];
                self.known
                    .set(Question::Getter, class, name, version, found);
                found
            }
        };
        match found {
            Value::Ref(f) if matches!(self.heap.get(f), Object::Function(_)) => Some(f),
            _ => None,
        }
    }

    /// Does an instruction that stays in its frame.
    ///
    /// # Errors
    /// As the operation's; [`Raise::NeedsPython`] means the same as `false`.
    fn plain(
        &mut self,
        unit: &TableUnit,
        code: &Code,
        t: &mut Thread,
        base: usize,
        op: Op,
    ) -> Res<bool> {
        let regs = &mut t.registers[base..];
        macro_rules! reg {
            ($r:expr) => {
                regs[usize::from($r)]
            };
        }
        let (dst, found) = match op {
            Op::Add {
                in_place,
                dst,
                a,
                b,
            } => (
                dst,
                self.plain_binary(BinOp::Add, in_place, reg!(a), reg!(b))?,
            ),
            Op::Sub {
                in_place,
                dst,
                a,
                b,
            } => (
                dst,
                self.plain_binary(BinOp::Sub, in_place, reg!(a), reg!(b))?,
            ),
            Op::Mul {
                in_place,
                dst,
                a,
                b,
            } => (
                dst,
                self.plain_binary(BinOp::Mul, in_place, reg!(a), reg!(b))?,
            ),
            Op::AddInt { dst, a, i, .. } => {
                let i = Value::Int(i.into());
                (dst, self.plain_binary(BinOp::Add, false, reg!(a), i)?)
            }
            Op::SubInt { dst, a, i, .. } => {
                let i = Value::Int(i.into());
                (dst, self.plain_binary(BinOp::Sub, false, reg!(a), i)?)
            }
            Op::BinaryInt { op, dst, a, i } => {
                let i = Value::Int(i.into());
                (dst, self.plain_binary(op, false, reg!(a), i)?)
            }
            Op::Binary { op, dst, a, b } => (dst, self.plain_binary(op, false, reg!(a), reg!(b))?),
            Op::InPlace { op, dst, a, b } => (dst, self.plain_binary(op, true, reg!(a), reg!(b))?),
            Op::Compare { op, dst, a, b } => {
                let found = self.plain_compare(op, reg!(a), reg!(b))?;
                (dst, found.map(Value::Bool))
            }
            Op::CompareInt { op, dst, a, i } => {
                let found = self.plain_compare(op, reg!(a), Value::Int(i.into()))?;
                (dst, found.map(Value::Bool))
            }
            Op::GetItem { dst, obj, key } => (dst, self.plain_item(reg!(obj), reg!(key))?),
            Op::GetSlice { dst, obj, first } => {
                let found = match reg!(obj) {
                    Value::Ref(o) => slice::between(self, o, reg!(first), reg!(first + 1))?,
                    _ => None,
                };
                (dst, found)
            }
            Op::SetItem { obj, key, src } => {
                let done = ops::set_item(self, reg!(obj), reg!(key), reg!(src))?;
                return Ok(done.is_some());
            }
            Op::GetIter { dst, src }
            | Op::GetYieldFromIter { dst, src }
            | Op::ForPrep { dst, src } => (dst, self.plain_iter(reg!(src))?),
            Op::Dict { dst, n: 0, .. } => (dst, Some(self.dict_of(&[])?)),
            Op::Function { dst, first, spec } => {
                let spec = &code.functions[usize::from(spec)];
                let Some(number) = t.frames.last().map(|top| top.code.unit) else {
                    return Ok(false);
                };
                let parts = &regs[usize::from(first)..];
                (dst, Some(self.new_function(unit, number, spec, parts)?))
            }
            Op::EnterHandler { exc } => {
                let e = reg!(exc);
                if let Some(frame) = t.frames.last_mut() {
                    frame.push_handled(e);
                }
                return Ok(true);
            }
            Op::LeaveHandler if self.watched.is_none() => {
                if let Some(rare) = t.frames.last_mut().and_then(|top| top.rare.as_mut()) {
                    rare.handled.pop();
                }
                return Ok(true);
            }
            Op::MatchExc { dst, exc, types } if self.watched.is_none() => {
                let found = self.match_exception(reg!(exc), reg!(types))?;
                (dst, Some(Value::Bool(found)))
            }
            _ => return Ok(false),
        };
        match found {
            Some(v) => {
                reg!(dst) = v;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Whether a built-in container has an item; `None` if that is not told here.
    fn contains_at_hand(&mut self, container: Value, item: Value) -> Res<Option<bool>> {
        let Value::Ref(r) = container else {
            return Ok(None);
        };
        let items: &[Value] = match self.heap.get(r) {
            Object::List(items) => items,
            Object::Tuple(items) => items,
            Object::Dict(_) | Object::Set(_) => {
                return ops::contains(self, container, item);
            }
            _ => return Ok(None),
        };
        // Numbers among numbers need no more than this; the work is paid for as it is elsewhere.
        if let (Value::Int(sought), true) = (item, items.len() <= 512) {
            let mut found = false;
            for (i, other) in items.iter().enumerate() {
                match other {
                    Value::Int(other) if *other == sought => {
                        found = true;
                        self.steps_left = self.steps_left.saturating_sub(i as u64 / 8);
                        return Ok(Some(found));
                    }
                    Value::Int(_) | Value::None => {}
                    _ => return ops::contains(self, container, item),
                }
            }
            let cost = items.len() as u64 / 8;
            self.pay(cost)?;
            return Ok(Some(found));
        }
        ops::contains(self, container, item)
    }

    /// A comparison of strings, as far as it is told at once.
    fn texts_at_hand(&self, op: CmpOp, x: Value, y: Value) -> Option<bool> {
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return None;
        }
        let is_same = x.is(y);
        let (x, y) = (self.heap.as_str(x)?, self.heap.as_str(y)?);
        let equal = if is_same {
            true
        } else if x.len() != y.len() {
            false
        } else {
            match x.len() {
                // A character is the most usual text to be compared, and less work than a call.
                1 => x.as_bytes()[0] == y.as_bytes()[0],
                // What is long is paid for, elsewhere.
                65.. => return None,
                _ => x == y,
            }
        };
        Some(equal == (op == CmpOp::Eq))
    }

    /// `a op b` where no class written in Python has a say; `None` if one may have.
    fn plain_binary(
        &mut self,
        op: BinOp,
        in_place: bool,
        a: Value,
        b: Value,
    ) -> Res<Option<Value>> {
        if self.python_class(a).is_some() || self.python_class(b).is_some() {
            return Ok(None);
        }
        if op == BinOp::Add
            && let (Value::Ref(x), Value::Ref(y)) = (a, b)
            && let (Object::Str(_), Object::Str(_)) = (self.heap.get(x), self.heap.get(y))
        {
            return objects::text_ops::joined(self, x, y).map(Some);
        }
        if in_place {
            ops::inplace(self, op, a, b)
        } else {
            ops::binary(self, op, a, b)
        }
    }

    /// The same for a comparison. Instances of classes that do not define it are equal if they are one.
    fn plain_compare(&mut self, op: CmpOp, a: Value, b: Value) -> Res<Option<bool>> {
        if matches!(op, CmpOp::In | CmpOp::NotIn) {
            let found = self.contains_at_hand(b, a)?;
            return Ok(found.map(|found| found == (op == CmpOp::In)));
        }
        if let Some(found) = self.texts_at_hand(op, a, b) {
            return Ok(Some(found));
        }
        if let Some(found) = objects::compare::texts(&self.heap, op, a, b) {
            return Ok(Some(found));
        }
        let (left, right) = (self.python_class(a), self.python_class(b));
        if left.is_some() || right.is_some() {
            return Ok(match op {
                CmpOp::Eq | CmpOp::Ne if self.is_bare(a) && self.is_bare(b) => {
                    Some(a.is(b) == (op == CmpOp::Eq))
                }
                _ => None,
            });
        }
        match ops::compare(self, op, a, b)? {
            Some(Value::Bool(found)) => Ok(Some(found)),
            _ => Ok(None),
        }
    }

    /// Whether a value is equal to itself alone: None, or an instance whose class says nothing of equality.
    fn is_bare(&self, v: Value) -> bool {
        match v {
            Value::None => true,
            Value::Ref(r) => match self.heap.get(r) {
                Object::Instance(i) => {
                    i.native.is_unbound() && self.heap.class(i.class).dunders & dunder::EQ == 0
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// `o[k]` of sequences; `None` for all else.
    fn plain_item(&mut self, o: Value, k: Value) -> Res<Option<Value>> {
        let Value::Ref(r) = o else { return Ok(None) };
        match self.heap.get(r) {
            Object::List(_)
            | Object::Tuple(_)
            | Object::Str(_)
            | Object::Bytes(_)
            | Object::Range(_) => ops::plain_get_item(self, o, k),
            _ => Ok(None),
        }
    }

    /// `iter(v)` of built-in kinds; a generator is its own.
    fn plain_iter(&mut self, v: Value) -> Res<Option<Value>> {
        let Value::Ref(r) = v else { return Ok(None) };
        match self.heap.get(r) {
            Object::Generator(g) if g.kind == GeneratorKind::Generator => Ok(Some(v)),
            Object::Exception(_) | Object::Class(_) => Ok(None),
            _ => objects::iter::iter(self, v),
        }
    }

    /// `Op::Function`: its defaults and cells lie in `parts`.
    pub(super) fn new_function(
        &mut self,
        unit: &TableUnit,
        number: UnitId,
        spec: &FunctionSpec,
        parts: &[Value],
    ) -> Res<Value> {
        let body = &unit.codes[usize::from(spec.code)];
        let (defaults, parts) = parts.split_at(usize::from(spec.defaults));
        let (named, parts) = parts.split_at(spec.kw_defaults.len());
        let mut kw_defaults: Box<[Value]> = Box::default();
        if !named.is_empty() {
            kw_defaults = vec![Value::Unbound; usize::from(body.params.keyword_only)].into();
            for (which, v) in spec.kw_defaults.iter().zip(named) {
                kw_defaults[usize::from(*which)] = *v;
            }
        }
        let cells = &parts[..usize::from(spec.cells)];
        let function = Function {
            code: CodeRef {
                unit: number,
                index: spec.code,
            },
            name: body.name,
            qualname: body.qualname,
            defaults: defaults.into(),
            kw_defaults,
            closure: cells.iter().filter_map(|v| v.as_ref()).collect(),
            attrs: Default::default(),
        };
        self.alloc(Object::Function(Box::new(function)))
            .map(Value::Ref)
    }
}
