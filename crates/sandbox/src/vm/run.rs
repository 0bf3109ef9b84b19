//! The loop: runs instructions of the top frame until the thread ends, waits or pauses. ORDER: instructions.
//!
//! It is in two. `hot.rs` does what programs do most of the time, in a function small enough for the processor's
//! registers; it leaves an instruction that it cannot do untouched. Here is every instruction in full.

use super::after::After;
use super::call::Called;
use super::frame::{Pending, PyFrame};
use super::hot::Hot;
use super::raise::{Raise, Res};
use super::state::Vm;
use super::thread::{Exit, Input, Thread};
use super::unit::Table;
use crate::compile::op::{BinOp, CmpOp, NO_REG, Op};
use crate::heap::{Object, Type, Value};
use crate::objects;
use std::sync::Arc;

impl Vm {
    /// Runs a thread until it ends, waits for an answer, or reaches a safe point where something is due.
    pub fn run(&mut self, t: &mut Thread, input: Input) -> Exit {
        if t.swept != self.heap.collections {
            // Registers that no frame owns may name objects that are gone.
            let end = t.end(|f| usize::from(self.code(f.code).frame_registers));
            t.registers.truncate(end);
            t.swept = self.heap.collections;
        }
        self.heap.check_at = u64::MAX;
        let start = match input {
            Input::Continue => match t.entry.take() {
                Some(f) => self.call_value(t, f, Vec::new(), Vec::new(), Vec::new()),
                None => Ok(Called::Ready),
            },
            Input::Value(v) => Ok(Called::Value(v)),
            Input::Error(e) => Err(Raise::Exception(e)),
        };
        if let Some(exit) = self.carry_on(t, start) {
            return exit;
        }
        let mut fresh = true;
        loop {
            let table = self.table.clone();
            match self.interpret(&table, t, fresh) {
                Some(exit) => return exit,
                // A unit was loaded: the table is a new one.
                None => fresh = false,
            }
        }
    }

    fn interpret(&mut self, table: &Arc<Table>, t: &mut Thread, fresh: bool) -> Option<Exit> {
        // Progress first: a pause right after a pause would never end.
        let mut may_pause = !fresh;
        'frame: loop {
            match self.hot(table, t, &mut may_pause) {
                Hot::Slow => {}
                Hot::Settle(called) => {
                    if let Some(exit) = self.carry_on(t, called) {
                        return Some(exit);
                    }
                    continue;
                }
                Hot::Pause => return Some(Exit::Pause),
            }
            // One instruction of any kind; the usual ones were done above, so this is what they leave.
            let Some(frame) = t.frames.last() else {
                return Some(Exit::Return(Value::None));
            };
            let code_ref = frame.code;
            let unit = table.get(usize::from(code_ref.unit.0))?;
            let code = &unit.codes[code_ref.index as usize];
            let ops: &[Op] = &code.ops;
            let base = frame.base as usize;
            let mut pc = frame.pc as usize;

            macro_rules! reg {
                ($r:expr) => {
                    t.registers[base + usize::from($r)]
                };
            }
            macro_rules! save_pc {
                () => {
                    if let Some(frame) = t.frames.last_mut() {
                        frame.pc = pc as u32;
                    }
                };
            }
            macro_rules! save {
                ($pending:expr) => {
                    if let Some(frame) = t.frames.last_mut() {
                        frame.pc = pc as u32;
                        frame.pending = $pending;
                    }
                };
            }
            // Settles what a slow operation gave, and goes on in the frame that is then on top.
            macro_rules! go {
                ($called:expr) => {{
                    let called = $called;
                    if let Some(exit) = self.carry_on(t, called) {
                        return Some(exit);
                    }
                    continue 'frame;
                }};
            }
            // A slow operation whose value goes to a register.
            macro_rules! store {
                ($dst:expr, $called:expr) => {{
                    save!(Pending::Store($dst));
                    match $called {
                        Ok(Called::Value(v)) => {
                            reg!($dst) = v;
                        }
                        other => go!(other),
                    }
                }};
            }
            // An operation that can fail, and runs no Python code.
            macro_rules! direct {
                ($dst:expr, $res:expr) => {{
                    let result: Res<Value> = $res;
                    match result {
                        Ok(v) => reg!($dst) = v,
                        Err(raise) => {
                            save!(Pending::None);
                            go!(Err(raise));
                        }
                    }
                }};
            }
            // A slow operation whose value is dropped.
            macro_rules! drop_value {
                ($called:expr) => {{
                    save!(Pending::Drop);
                    match $called {
                        Ok(Called::Value(_)) => {}
                        other => go!(other),
                    }
                }};
            }
            macro_rules! jump {
                ($to:expr) => {{
                    let to = $to as usize;
                    let back = to < pc;
                    pc = to;
                    if back && let Err(raise) = self.pay(1) {
                        save!(Pending::None);
                        go!(Err(raise));
                    }
                }};
            }
            macro_rules! branch {
                ($cond:expr, $to:expr, $when:expr) => {{
                    let truth = match reg!($cond) {
                        Value::Bool(b) => b,
                        Value::None => false,
                        Value::Int(i) => i != 0,
                        v => {
                            save!(Pending::Branch {
                                when: $when,
                                to: $to
                            });
                            match self.truth(t, v, &mut Vec::new()) {
                                Ok(Called::Value(Value::Bool(b))) => b,
                                other => go!(other),
                            }
                        }
                    };
                    if truth == $when {
                        jump!($to);
                    }
                }};
            }

            macro_rules! binary {
                ($op:expr, $in_place:expr, $dst:expr, $x:expr, $y:expr) => {{
                    let (x, y) = ($x, $y);
                    store!($dst, self.binary(t, $op, $in_place, x, y, &mut Vec::new()));
                }};
            }

            'one: {
                let op = ops[pc];
                pc += 1;
                match op {
                    Op::Nop => {}
                    Op::Move { dst, src } => reg!(dst) = reg!(src),
                    Op::Const { dst, k } => reg!(dst) = code.consts[k as usize],
                    Op::Int { dst, i } => reg!(dst) = Value::Int(i64::from(i)),
                    Op::None { dst } => reg!(dst) = Value::None,
                    Op::Bool { dst, b } => reg!(dst) = Value::Bool(b),
                    Op::Clear { dst } => reg!(dst) = Value::Unbound,
                    Op::CheckBound { src, name } => {
                        if reg!(src).is_unbound() {
                            save!(Pending::None);
                            go!(Err(self.unbound_local(&code.names[usize::from(name)])));
                        }
                    }
                    Op::MakeCell { reg } => {
                        let v = reg!(reg);
                        direct!(reg, self.alloc(Object::Cell(v)).map(Value::Ref));
                    }
                    Op::LoadCell { dst, cell, name } => {
                        let v = match reg!(cell) {
                            Value::Ref(r) => *self.heap.cell(r),
                            _ => Value::Unbound,
                        };
                        if v.is_unbound() {
                            save!(Pending::None);
                            let free = usize::from(cell) >= usize::from(code.first_free)
                                && usize::from(cell)
                                    < usize::from(code.first_free) + code.free.len();
                            go!(Err(self.unbound_cell(&code.names[usize::from(name)], free)));
                        }
                        reg!(dst) = v;
                    }
                    Op::StoreCell { cell, src } => {
                        if let Value::Ref(r) = reg!(cell) {
                            *self.heap.cell_mut(r) = reg!(src);
                        }
                    }
                    Op::DelCell { cell, name } => {
                        if let Value::Ref(r) = reg!(cell) {
                            if self.heap.cell(r).is_unbound() {
                                save!(Pending::None);
                                go!(Err(self.unbound_cell(&code.names[usize::from(name)], false)));
                            }
                            *self.heap.cell_mut(r) = Value::Unbound;
                        }
                    }
                    Op::LoadGlobal { dst, slot } => {
                        let v = self.units[unit.home].globals[slot as usize];
                        if !v.is_unbound() {
                            reg!(dst) = v;
                            break 'one;
                        }
                        let v = unit.builtins[slot as usize];
                        if !v.is_unbound() {
                            reg!(dst) = v;
                            break 'one;
                        }
                        save!(Pending::None);
                        let name = unit.globals[slot as usize];
                        let module = unit.unit.module.clone();
                        let extra = self
                            .module(&module)
                            .and_then(|n| self.modules[n as usize].extra.get(name));
                        match extra.map_or_else(|| self.library_builtin(name), |v| Ok(Some(v))) {
                            Ok(Some(v)) => reg!(dst) = v,
                            Ok(None) => go!(Err(self.no_name(name))),
                            Err(raise) => go!(Err(raise)),
                        }
                    }
                    Op::StoreGlobal { src, slot } => {
                        self.units[unit.home].globals[slot as usize] = reg!(src);
                    }
                    Op::DelGlobal { slot } => {
                        let place = &mut self.units[unit.home].globals[slot as usize];
                        if place.is_unbound() {
                            save!(Pending::None);
                            go!(Err(self.no_name(unit.globals[slot as usize])));
                        }
                        *place = Value::Unbound;
                    }
                    Op::LoadName { dst, name } => {
                        let name = code.linked.names[usize::from(name)];
                        reg!(dst) = match reg!(0u16) {
                            Value::Ref(r) => {
                                self.heap.namespace(r).get(name).unwrap_or(Value::Unbound)
                            }
                            _ => Value::Unbound,
                        };
                    }
                    Op::StoreName { src, name } => {
                        let name = code.linked.names[usize::from(name)];
                        let v = reg!(src);
                        if let Value::Ref(r) = reg!(0u16) {
                            self.heap.namespace_mut(r).set(name, v);
                        }
                    }
                    Op::DelName { name } => {
                        let name = code.linked.names[usize::from(name)];
                        let gone = match reg!(0u16) {
                            Value::Ref(r) => self.heap.namespace_mut(r).remove(name),
                            _ => None,
                        };
                        if gone.is_none() {
                            save!(Pending::None);
                            go!(Err(self.no_name(name)));
                        }
                    }
                    Op::JumpIfBound { src, to } => {
                        if !reg!(src).is_unbound() {
                            jump!(to);
                        }
                    }
                    Op::Add {
                        in_place,
                        dst,
                        a,
                        b,
                    } => binary!(BinOp::Add, in_place, dst, reg!(a), reg!(b)),
                    Op::Sub {
                        in_place,
                        dst,
                        a,
                        b,
                    } => binary!(BinOp::Sub, in_place, dst, reg!(a), reg!(b)),
                    Op::Mul {
                        in_place,
                        dst,
                        a,
                        b,
                    } => binary!(BinOp::Mul, in_place, dst, reg!(a), reg!(b)),
                    Op::AddInt {
                        in_place,
                        dst,
                        a,
                        i,
                    } => binary!(BinOp::Add, in_place, dst, reg!(a), Value::Int(i.into())),
                    Op::SubInt {
                        in_place,
                        dst,
                        a,
                        i,
                    } => binary!(BinOp::Sub, in_place, dst, reg!(a), Value::Int(i.into())),
                    Op::BinaryInt { op, dst, a, i } => {
                        binary!(op, false, dst, reg!(a), Value::Int(i.into()));
                    }
                    Op::Binary { op, dst, a, b } => binary!(op, false, dst, reg!(a), reg!(b)),
                    Op::InPlace { op, dst, a, b } => binary!(op, true, dst, reg!(a), reg!(b)),
                    Op::Unary { op, dst, a } => {
                        let v = reg!(a);
                        store!(dst, self.unary(t, op, v));
                    }
                    Op::Compare { op, dst, a, b } => {
                        let (x, y) = (reg!(a), reg!(b));
                        match op {
                            CmpOp::Is => reg!(dst) = Value::Bool(x.is(y)),
                            CmpOp::IsNot => reg!(dst) = Value::Bool(!x.is(y)),
                            CmpOp::In => store!(dst, self.contains(t, y, x, Vec::new())),
                            CmpOp::NotIn => {
                                store!(dst, self.contains(t, y, x, vec![After::Negate]));
                            }
                            _ => store!(dst, self.compare(t, op, x, y, &mut Vec::new())),
                        }
                    }
                    Op::CompareInt { op, dst, a, i } => {
                        let (x, y) = (reg!(a), Value::Int(i.into()));
                        store!(dst, self.compare(t, op, x, y, &mut Vec::new()));
                    }
                    Op::Not { dst, a } => {
                        let v = reg!(a);
                        save!(Pending::StoreNot(dst));
                        match self.truth(t, v, &mut Vec::new()) {
                            Ok(Called::Value(v)) => {
                                reg!(dst) = Value::Bool(!matches!(v, Value::Bool(true)));
                            }
                            other => go!(other),
                        }
                    }
                    Op::Jump { to } => jump!(to),
                    Op::JumpIf { cond, to } => branch!(cond, to, true),
                    Op::JumpIfNot { cond, to } => branch!(cond, to, false),
                    Op::JumpIfNone { src, to } => {
                        if reg!(src).is_none() {
                            jump!(to);
                        }
                    }
                    Op::GetAttr { dst, obj, name } => {
                        let v = reg!(obj);
                        let name = code.linked.names[usize::from(name)];
                        store!(dst, {
                            let mut chain = Vec::new();
                            let called = self.get_attr(t, v, name, &mut chain);
                            self.finish(t, called, chain)
                        });
                    }
                    Op::SetAttr { obj, src, name } => {
                        let (v, new) = (reg!(obj), reg!(src));
                        let name = code.linked.names[usize::from(name)];
                        drop_value!({
                            let mut chain = Vec::new();
                            let called = self.set_attr(t, v, name, new, &mut chain);
                            self.finish(t, called, chain)
                        });
                    }
                    Op::DelAttr { obj, name } => {
                        let v = reg!(obj);
                        let name = code.linked.names[usize::from(name)];
                        drop_value!({
                            let mut chain = Vec::new();
                            let called = self.del_attr(t, v, name, &mut chain);
                            self.finish(t, called, chain)
                        });
                    }
                    Op::GetItem { dst, obj, key } => {
                        let (o, k) = (reg!(obj), reg!(key));
                        store!(dst, self.get_item(t, o, k));
                    }
                    Op::GetSlice { dst, obj, first } => {
                        let (o, a, b) = (reg!(obj), reg!(first), reg!(first + 1));
                        store!(
                            dst,
                            match objects::slice::new(self, a, b, Value::None) {
                                Ok(k) => self.get_item(t, o, k),
                                Err(raise) => Err(raise),
                            }
                        );
                    }
                    Op::SetItem { obj, key, src } => {
                        let (o, k, v) = (reg!(obj), reg!(key), reg!(src));
                        drop_value!(self.set_item(t, o, k, v));
                    }
                    Op::DelItem { obj, key } => {
                        let (o, k) = (reg!(obj), reg!(key));
                        drop_value!(self.del_item(t, o, k));
                    }
                    Op::Slice { dst, first } => {
                        let (a, b, c) = (reg!(first), reg!(first + 1), reg!(first + 2));
                        direct!(dst, objects::slice::new(self, a, b, c));
                    }
                    Op::List { dst, first, n } => {
                        let at = base + usize::from(first);
                        let items = t.registers[at..at + usize::from(n)].to_vec();
                        direct!(dst, self.new_list(items));
                    }
                    Op::Tuple { dst, first, n } => {
                        let at = base + usize::from(first);
                        let items: Box<[Value]> = t.registers[at..at + usize::from(n)].into();
                        direct!(dst, self.new_tuple(items));
                    }
                    Op::Set { dst, first, n } => {
                        let at = base + usize::from(first);
                        let items = t.registers[at..at + usize::from(n)].to_vec();
                        store!(dst, self.new_set(t, &items));
                    }
                    Op::Dict { dst, first, n } => {
                        let at = base + usize::from(first);
                        let items = t.registers[at..at + 2 * usize::from(n)].to_vec();
                        store!(dst, self.new_dict(t, &items));
                    }
                    Op::ListAppend { list, src } => {
                        let v = reg!(src);
                        if let Value::Ref(r) = reg!(list) {
                            let items = self.heap.list(r);
                            let grows = items.len() == items.capacity();
                            if grows {
                                let more = items.len().max(4) * size_of::<Value>();
                                if let Err(e) = self.heap.charge(more) {
                                    save!(Pending::None);
                                    go!(Err(e.into()));
                                }
                            }
                            self.heap.list_mut(r).push(v);
                        }
                    }
                    Op::SetAdd { set, src } => {
                        let (s, v) = (reg!(set), reg!(src));
                        drop_value!(self.set_add(t, s, v));
                    }
                    Op::DictInsert { dict, key, src } => {
                        let (d, k, v) = (reg!(dict), reg!(key), reg!(src));
                        drop_value!(self.dict_insert(t, d, k, v));
                    }
                    Op::ListExtend { call, list, src } => {
                        let (l, v) = (reg!(list), reg!(src));
                        let callee = (call && list >= 1).then(|| reg!(list - 1));
                        drop_value!(self.list_extend(t, l, v, callee));
                    }
                    Op::SetUpdate { set, src } => {
                        let (s, v) = (reg!(set), reg!(src));
                        drop_value!(self.set_update(t, s, v));
                    }
                    Op::DictMerge { dict, src, call } => {
                        let (d, v) = (reg!(dict), reg!(src));
                        let callee = (call && dict >= 2).then(|| reg!(dict - 2));
                        drop_value!(self.dict_merge(t, d, v, callee));
                    }
                    Op::ListToTuple { dst, src } => {
                        let items = match reg!(src) {
                            Value::Ref(r) => self.heap.list(r).clone(),
                            _ => Vec::new(),
                        };
                        direct!(dst, self.new_tuple(items));
                    }
                    Op::Concat { dst, first, n } => {
                        let at = base + usize::from(first);
                        let parts = &t.registers[at..at + usize::from(n)];
                        direct!(dst, self.concat(parts));
                    }
                    Op::Format {
                        conv,
                        dst,
                        src,
                        spec,
                    } => {
                        let v = reg!(src);
                        let spec = if spec == NO_REG {
                            Value::Unbound
                        } else {
                            reg!(spec)
                        };
                        if conv == 0 && spec.is_unbound() && self.heap.as_str(v).is_some() {
                            reg!(dst) = v;
                            break 'one;
                        }
                        store!(dst, self.format_value(t, v, conv, spec));
                    }
                    Op::Unpack { first, src, n } => {
                        let v = reg!(src);
                        save!(Pending::Unpack { first, n });
                        match self.unpack(t, v, first, n) {
                            Ok(Called::Ready)
                                if t.frames.last().is_some_and(|f| f.base as usize == base) => {}
                            other => go!(other),
                        }
                    }
                    Op::UnpackStar {
                        before,
                        first,
                        src,
                        after,
                    } => {
                        let v = reg!(src);
                        let n = u16::from(before) + 1 + after;
                        save!(Pending::Unpack { first, n });
                        go!(self.unpack_star(t, v, before, after));
                    }
                    Op::Call { dst, func, argc } => {
                        let callee = reg!(func);
                        let start = base + usize::from(func) + 1;
                        save!(Pending::Store(dst));
                        let called = self.call_window(
                            t,
                            callee,
                            start,
                            usize::from(argc),
                            &[],
                            true,
                            Vec::new(),
                        );
                        match called {
                            Ok(Called::Value(v)) => {
                                reg!(dst) = v;
                            }
                            Ok(Called::Ready) => continue 'frame,
                            other => go!(other),
                        }
                    }
                    Op::CallKw { dst, func, site } => {
                        save!(Pending::Store(dst));
                        let callee = reg!(func);
                        let start = base + usize::from(func) + 1;
                        let s = &code.call_sites[usize::from(site)];
                        let kw = &code.linked.call_keywords[usize::from(site)];
                        let n = usize::from(s.positional);
                        match self.call_window(t, callee, start, n, kw, true, Vec::new()) {
                            Ok(Called::Value(v)) => {
                                reg!(dst) = v;
                            }
                            other => go!(other),
                        }
                    }
                    Op::CallMethod { dst, obj, site } => {
                        let s = &code.call_sites[usize::from(site)];
                        let kw = &code.linked.call_keywords[usize::from(site)];
                        let name = code.linked.names[usize::from(s.name)];
                        let this = reg!(obj);
                        let start = base + usize::from(obj);
                        let n = usize::from(s.positional);
                        save!(Pending::Store(dst));
                        let called = match self.plain_method(this, name) {
                            Some(f) => self.call_window(t, f, start, n + 1, kw, false, Vec::new()),
                            None => self.call_attribute(t, this, name, start, n, kw),
                        };
                        match called {
                            Ok(Called::Value(v)) => {
                                reg!(dst) = v;
                            }
                            Ok(Called::Ready) => continue 'frame,
                            other => go!(other),
                        }
                    }
                    Op::CallSpread { dst, func } => {
                        save!(Pending::Store(dst));
                        let (f, args, kwargs) = (reg!(func), reg!(func + 1), reg!(func + 2));
                        go!(self.call_spread(t, f, args, kwargs));
                    }
                    Op::Function { dst, first, spec } => {
                        let s = &code.functions[usize::from(spec)];
                        let parts = &t.registers[base + usize::from(first)..];
                        direct!(dst, self.new_function(unit, code_ref.unit, s, parts));
                    }
                    Op::Class { dst, first, spec } => {
                        let s = &code.classes[usize::from(spec)];
                        let n = if s.spread {
                            3
                        } else {
                            1 + usize::from(s.bases) + s.keywords.len()
                        };
                        let at = base + usize::from(first);
                        let window = t.registers[at..at + n].to_vec();
                        store!(dst, self.start_class(t, s, &window));
                    }
                    Op::Super {
                        this_is_cell,
                        dst,
                        cell,
                        this,
                    } => {
                        let class = match reg!(cell) {
                            Value::Ref(r) => *self.heap.cell(r),
                            _ => Value::Unbound,
                        };
                        let mut this = reg!(this);
                        if this_is_cell && let Value::Ref(r) = this {
                            this = *self.heap.cell(r);
                        }
                        direct!(
                            dst,
                            match class {
                                Value::Ref(class) => self.super_of(class, this),
                                _ => Err(self.exception(
                                    Type::RuntimeError,
                                    "super(): empty __class__ cell"
                                )),
                            }
                        );
                    }
                    Op::Return { src } => {
                        let v = reg!(src);
                        save!(Pending::None);
                        go!(self.return_value(t, v));
                    }
                    Op::Yield { dst, src } => {
                        let v = reg!(src);
                        save!(Pending::None);
                        go!(self.yield_value(t, v, dst));
                    }
                    Op::GetYieldFromIter { dst, src } => {
                        let v = reg!(src);
                        store!(dst, self.get_iter(t, v, &mut Vec::new()));
                    }
                    Op::YieldFrom { dst, iter } => {
                        save!(Pending::YieldFrom(dst));
                        go!(self.yield_from(
                            t,
                            dst,
                            iter,
                            super::generator::Resume::Send(Value::None)
                        ));
                    }
                    Op::Await { dst, src } => {
                        let v = reg!(src);
                        store!(dst, {
                            let mut chain = Vec::new();
                            let called = self.await_value(t, v, &mut chain);
                            self.finish(t, called, chain)
                        });
                    }
                    Op::MakeGenerator => {
                        save!(Pending::None);
                        go!(self.make_generator(t));
                    }
                    Op::GetIter { dst, src } => {
                        let v = reg!(src);
                        store!(dst, self.get_iter(t, v, &mut Vec::new()));
                    }
                    Op::ForPrep { dst, src } => {
                        let v = reg!(src);
                        store!(dst, self.get_iter(t, v, &mut Vec::new()));
                    }
                    Op::ForIter { dst, iter } => {
                        let it = reg!(iter);
                        if let Value::Ref(r) = it
                            && matches!(self.heap.get(r), Object::Iter(_))
                        {
                            save!(Pending::None);
                            match objects::iter::next(self, r) {
                                Ok(Some(v)) => {
                                    reg!(dst) = v;
                                    pc += 1;
                                }
                                Ok(None) => {}
                                Err(raise) => go!(Err(raise)),
                            }
                            break 'one;
                        }
                        save!(Pending::ForNext(dst));
                        go!(self.next_value(t, it, &mut Vec::new()));
                    }
                    Op::GetAsyncIter { dst, src } => {
                        let v = reg!(src);
                        store!(dst, self.async_iter(t, v));
                    }
                    Op::AsyncForIter { dst, iter } => {
                        let it = reg!(iter);
                        save!(Pending::AsyncForNext(dst));
                        go!(self.async_next(t, it));
                    }
                    Op::Raise { exc, cause } => {
                        let v = reg!(exc);
                        let cause = if cause == NO_REG {
                            Value::Unbound
                        } else {
                            reg!(cause)
                        };
                        save!(Pending::None);
                        let mut chain = Vec::new();
                        let called = self.raise_value(t, v, cause, &mut chain);
                        go!(self.finish(t, called, chain));
                    }
                    Op::Reraise { exc } => {
                        let e = reg!(exc);
                        save!(Pending::None);
                        let called = self.unwind(t, e, false);
                        if let (Err(Raise::Exception(e)), true) = (&called, t.frames.is_empty()) {
                            return Some(Exit::Raise(*e));
                        }
                        go!(called);
                    }
                    Op::RaiseAgain => {
                        save!(Pending::None);
                        let handled = t.frames.iter().rev().find_map(PyFrame::handled);
                        match handled {
                            Some(e) => {
                                let called = self.unwind(t, e, false);
                                if let (Err(Raise::Exception(e)), true) =
                                    (&called, t.frames.is_empty())
                                {
                                    return Some(Exit::Raise(*e));
                                }
                                go!(called);
                            }
                            None => go!(Err(self
                                .exception(Type::RuntimeError, "No active exception to reraise"))),
                        }
                    }
                    Op::EnterHandler { exc } => {
                        let e = reg!(exc);
                        if let Some(frame) = t.frames.last_mut() {
                            frame.push_handled(e);
                        }
                    }
                    Op::LeaveHandler => {
                        if let Some(frame) = t.frames.last_mut()
                            && let Some(e) = frame.rare.as_mut().and_then(|rare| rare.handled.pop())
                            && self.watched.is_some()
                        {
                            self.note_caught(e, code_ref, pc - 1);
                        }
                    }
                    Op::MatchExc { dst, exc, types } => {
                        let (e, types) = (reg!(exc), reg!(types));
                        direct!(dst, self.match_exception(e, types).map(Value::Bool));
                        if self.watched.is_some() && matches!(reg!(dst), Value::Bool(true)) {
                            self.note_caught(e, code_ref, pc - 1);
                        }
                    }
                    Op::MatchExcStar { dst, exc, types } => {
                        let (e, types) = (reg!(exc), reg!(types));
                        save!(Pending::Unpack { first: dst, n: 2 });
                        go!(self.call_library(t, "split_star", &[e, types], Vec::new()));
                    }
                    Op::AssertFail { msg } => {
                        let args = if msg == NO_REG {
                            vec![]
                        } else {
                            vec![reg!(msg)]
                        };
                        save!(Pending::None);
                        let made = self.new_exception(Type::AssertionError.r(), &args);
                        go!(Err(match made {
                            Ok(e) => Raise::Exception(e),
                            Err(raise) => raise,
                        }));
                    }
                    Op::WithEnter { dst, mgr, exit } | Op::AsyncWithEnter { dst, mgr, exit } => {
                        let manager = reg!(mgr);
                        let is_async = matches!(op, Op::AsyncWithEnter { .. });
                        save!(Pending::Store(dst));
                        match self.context_manager(manager, is_async) {
                            Ok((enter, leave)) => {
                                reg!(exit) = leave;
                                go!(self.call_value(t, enter, vec![], vec![], vec![]));
                            }
                            Err(raise) => go!(Err(raise)),
                        }
                    }
                    Op::WithExit { dst, exit, exc } => {
                        let f = reg!(exit);
                        let e = if exc == NO_REG {
                            Value::Unbound
                        } else {
                            reg!(exc)
                        };
                        save!(Pending::Store(dst));
                        match self.exit_args(e) {
                            Ok(args) => go!(self.call_value(t, f, args, vec![], vec![])),
                            Err(raise) => go!(Err(raise)),
                        }
                    }
                    Op::MatchSequence { dst, src } => {
                        reg!(dst) = Value::Bool(self.is_match_sequence(reg!(src)));
                    }
                    Op::MatchMapping { dst, src } => {
                        reg!(dst) = Value::Bool(self.is_match_mapping(reg!(src)));
                    }
                    Op::Len { dst, src } => {
                        let v = reg!(src);
                        store!(dst, self.length(t, v, &mut Vec::new()));
                    }
                    Op::MatchKeys { dst, src, keys } => {
                        let (v, keys) = (reg!(src), reg!(keys));
                        store!(
                            dst,
                            self.call_library(t, "match_keys", &[v, keys], Vec::new())
                        );
                    }
                    Op::MatchClass { dst, src, spec } => {
                        let (class, v) = (reg!(dst), reg!(src));
                        let pattern = &code.class_patterns[usize::from(spec)];
                        store!(dst, self.match_class(t, class, v, pattern));
                    }
                    Op::MatchRest { dst, src, keys } => {
                        let (v, keys) = (reg!(src), reg!(keys));
                        store!(
                            dst,
                            self.call_library(t, "match_rest", &[v, keys], Vec::new())
                        );
                    }
                    Op::Import { root, dst, name } => {
                        let name = code.linked.names[usize::from(name)];
                        save!(Pending::Retry);
                        match self.import_dotted(t, name, root) {
                            Ok(Some(v)) => {
                                reg!(dst) = v;
                            }
                            Ok(None) => continue 'frame,
                            Err(raise) => go!(Err(raise)),
                        }
                    }
                    Op::ImportFrom { dst, module, name } => {
                        let (m, name) = (reg!(module), code.linked.names[usize::from(name)]);
                        save!(Pending::Retry);
                        match self.import_from(t, m, name) {
                            Ok(Some(v)) => {
                                reg!(dst) = v;
                            }
                            Ok(None) => continue 'frame,
                            Err(raise) => go!(Err(raise)),
                        }
                    }
                    Op::Result { src } => {
                        if unit.home == 0 {
                            self.result = reg!(src);
                        }
                    }
                }
            }
            save_pc!();
        }
    }
}
