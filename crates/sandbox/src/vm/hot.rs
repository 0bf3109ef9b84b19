//! The hot part of the loop: instructions as they usually go, with built-in values and plain classes.
//!
//! What is unusual about an instruction is found before anything is changed, and the instruction left to `run.rs`. That is
//! the rule of this file: until an instruction is certain to be done, nothing is written. No call in here runs Python
//! code, and none is inlined that is not needed at each step: the loop's own variables stay in registers then.

use super::call::Called;
use super::fast::{fast_binary, fast_compare};
use super::frame::Pending;
use super::known::Question;
use super::native::{Args, Flow};
use super::natives::native;
use super::raise::{Raise, Res};
use super::state::{Due, Vm};
use super::thread::Thread;
use super::unit::{Code, NOT_EXACT, Table};
use super::warm::Warm;
use crate::compile::op::{CmpOp, Op, UnaryOp};
use crate::heap::{
    NativeId, Object, Ref, Type, Value,
    object::{Function, Iter, dunder},
};
use crate::objects;

/// In a cache: what was found is a native, not an object.
pub(super) const NATIVE: u64 = 1 << 32;

/// Why the hot part ended.
pub(super) enum Hot {
    /// The next instruction of the top frame is one that it does not do.
    Slow,
    /// An operation was done, and this came of it.
    Settle(Res<Called>),
    /// Something is due at a safe point.
    Pause,
}

impl Vm {
    #[inline(never)]
    pub(super) fn hot(&mut self, table: &Table, t: &mut Thread, may_pause: &mut bool) -> Hot {
        // The top frame, at hand: see `load`.
        let Some(mut unit) = table.first() else {
            return Hot::Slow;
        };
        let mut code: &Code = &unit.codes[0];
        let mut base = 0;
        let mut pc = 0;
        let mut enters = false;
        'frame: loop {
            if !enters {
                let Some(frame) = t.frames.last() else {
                    return Hot::Slow;
                };
                let at = frame.code;
                base = frame.base as usize;
                pc = frame.pc as usize;
                let Some(of_unit) = table.get(usize::from(at.unit.0)) else {
                    return Hot::Slow;
                };
                unit = of_unit;
                code = &unit.codes[usize::from(at.index)];
            }
            enters = false;
            let ops: &[Op] = &code.ops;
            let end = base + usize::from(code.frame_registers);
            // Its window. What takes the thread makes it anew: see `window`.
            let mut regs: &mut [Value] = &mut t.registers[base..end];

            macro_rules! window {
                () => {
                    regs = &mut t.registers[base..end]
                };
            }
            macro_rules! reg {
                ($r:expr) => {
                    regs[usize::from($r)]
                };
            }
            // A copy of a register. A number was written as two words a moment ago, as a rule, and is read as two words: as one
            // of sixteen bytes it would have to wait until both are in the cache.
            macro_rules! copy {
                ($r:expr) => {
                    match reg!($r) {
                        Value::Int(i) => Value::Int(i),
                        Value::Float(x) => Value::Float(x),
                        Value::Bool(b) => Value::Bool(b),
                        other => other,
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
            // Leaves this instruction to the other loop.
            macro_rules! slow {
                () => {{
                    if let Some(frame) = t.frames.last_mut() {
                        frame.pc = pc as u32 - 1;
                    }
                    return Hot::Slow;
                }};
            }
            // Leaves the loop with what an operation came to.
            macro_rules! settle {
                ($called:expr) => {{
                    save!(Pending::None);
                    return Hot::Settle($called);
                }};
            }
            'next: loop {
                let op = ops[pc];
                pc += 1;
                'op: {
                    // An operation of Rust alone; one that needs Python has changed nothing.
                    macro_rules! done {
                        ($done:expr) => {
                            match $done {
                                Ok(()) => {}
                                Err(Raise::NeedsPython) => slow!(),
                                Err(raise) => settle!(Err(raise)),
                            }
                        };
                    }
                    // Leaves an instruction whose usual values do not do to `warm`, called in one place: each call in here costs the loop
                    // registers of the processor.
                    macro_rules! warm {
                        () => {
                            break 'op
                        };
                    }
                    // One step. `$back` is how far back the instruction begins that is done after a pause.
                    macro_rules! step {
                        ($back:expr) => {{
                            if self.steps_left > self.heap.check_at {
                                self.steps_left -= 1;
                            } else {
                                match self.step(*may_pause) {
                                    Ok(Due::Nothing) => *may_pause = true,
                                    Ok(Due::Pause) => {
                                        pc -= $back;
                                        save!(Pending::None);
                                        return Hot::Pause;
                                    }
                                    Err(raise) => settle!(Err(raise)),
                                }
                            }
                        }};
                    }
                    macro_rules! jump {
                        ($to:expr) => {{
                            let to = $to as usize;
                            let back = to < pc;
                            pc = to;
                            if back {
                                step!(0);
                            }
                        }};
                    }
                    macro_rules! branch {
                        ($cond:expr, $to:expr, $when:expr) => {{
                            let truth = match reg!($cond) {
                                Value::Bool(b) => b,
                                Value::None => false,
                                Value::Int(i) => i != 0,
                                Value::Ref(r) => match self.heap.get(r) {
                                    Object::List(items) => !items.is_empty(),
                                    Object::Tuple(items) => !items.is_empty(),
                                    Object::Dict(d) => !d.is_empty(),
                                    Object::Instance(i)
                                        if i.native.is_unbound()
                                            && self.heap.class(i.class).dunders
                                                & dunder::BOOL_OR_LEN
                                                == 0 =>
                                    {
                                        true
                                    }
                                    _ => slow!(),
                                },
                                _ => slow!(),
                            };
                            if truth == $when {
                                jump!($to);
                            }
                        }};
                    }
                    // Numbers that need no heap.
                    macro_rules! arithmetic {
                ($checked:ident, $float:tt, $dst:expr, $a:expr, $b:expr) => {{
                    let v = match (reg!($a), reg!($b)) {
                        (Value::Int(x), Value::Int(y)) => match x.$checked(y) {
                            Some(v) => Value::Int(v),
                            None => warm!(),
                        },
                        (Value::Float(x), Value::Float(y)) => Value::Float(x $float y),
                        (Value::Float(x), Value::Int(y)) => Value::Float(x $float (y as f64)),
                        (Value::Int(x), Value::Float(y)) => Value::Float((x as f64) $float y),
                        _ => warm!(),
                    };
                    reg!($dst) = v;
                }};
            }
                    // The truth of a comparison; a jump that asks for it comes next as a rule, and is done at once.
                    macro_rules! compared {
                        ($dst:expr, $truth:expr) => {{
                            let truth: bool = $truth;
                            reg!($dst) = Value::Bool(truth);
                            match ops[pc] {
                                Op::JumpIfNot { cond, to } if cond == $dst => {
                                    pc += 1;
                                    if !truth {
                                        jump!(to);
                                    }
                                }
                                Op::JumpIf { cond, to } if cond == $dst => {
                                    pc += 1;
                                    if truth {
                                        jump!(to);
                                    }
                                }
                                _ => {}
                            }
                        }};
                    }
                    // Puts a function's frame on the thread, its arguments being in place, and goes on there.
                    macro_rules! enter {
                        ($function:expr, $start:expr, $argc:expr, $dst:expr, $made:expr) => {
                            let function: &Function = $function;
                            let of = function.code;
                            if let Some(callee_unit) = table.get(usize::from(of.unit.0))
                                && let Some(callee) = callee_unit.codes.get(usize::from(of.index))
                                && (callee.exact == $argc
                                    || callee.exact != NOT_EXACT
                                        && callee.exact > $argc
                                        && usize::from(callee.exact - $argc)
                                            <= function.defaults.len())
                                && t.frames.len() < self.depth_limit
                            {
                                let start: usize = $start;
                                let end = start + usize::from(callee.frame_registers);
                                if let Some(window) = t.registers.get_mut(start..end) {
                                    for place in &mut window
                                        [usize::from($argc)..usize::from(callee.first_temp)]
                                    {
                                        *place = Value::Unbound;
                                    }
                                    if callee.exact > $argc {
                                        let missing = usize::from(callee.exact - $argc);
                                        let from = function.defaults.len() - missing;
                                        let first = usize::from($argc);
                                        window[first..first + missing]
                                            .copy_from_slice(&function.defaults[from..]);
                                    }
                                    let free = usize::from(callee.first_free);
                                    for (i, cell) in function.closure.iter().enumerate() {
                                        window[free + i] = Value::Ref(*cell);
                                    }
                                    save!(Pending::Store($dst));
                                    unit = callee_unit;
                                    code = callee;
                                    base = start;
                                    pc = 0;
                                    enters = true;
                                    t.frames.enter(of, 0, start as u32, None, $made);
                                    continue 'frame;
                                }
                            }
                        };
                    }
                    // Calls a native that is nothing but a Rust function; one that needs Python has changed nothing.
                    macro_rules! native {
                        ($found:expr, $dst:expr, $first:expr, $n:expr) => {
                            native!($found, $dst, $first, $n, reg!($first))
                        };
                        ($found:expr, $dst:expr, $first:expr, $n:expr, $restored:expr) => {{
                            let (id, first, n) = (NativeId($found as u16), usize::from($first), $n);
                            let args = Args {
                                pos: &regs[first..first + n],
                                kw: &[],
                            };
                            match (native(id).run)(self, args) {
                                Ok(Flow::Value(v)) => {
                                    reg!($dst) = v;
                                    continue 'next;
                                }
                                Err(Raise::NeedsPython) => {
                                    reg!($first) = $restored;
                                    slow!()
                                }
                                other => {
                                    save!(Pending::Store($dst));
                                    let mut after = Vec::new();
                                    let called = self.settle_native(
                                        t,
                                        id,
                                        base + first,
                                        n,
                                        &[],
                                        other,
                                        &mut after,
                                    );
                                    return Hot::Settle(self.finish(t, called, after));
                                }
                            }
                        }};
                    }

                    // A call whose arguments lie behind the register of what is called. What is not usual falls through, with that register
                    // as it was.
                    macro_rules! call {
                        ($callee:expr, $func:expr, $argc:expr, $dst:expr, $restored:expr) => {
                            match $callee {
                                Value::Ref(r) => match self.heap.get(r) {
                                    Object::Function(f) => {
                                        enter!(f, base + usize::from($func) + 1, $argc, $dst, None);
                                    }
                                    Object::Class(_) if r == Type::Type.r() && $argc == 1 => {
                                        reg!($dst) = Value::Ref(self.class_of(reg!($func + 1)));
                                        continue 'next;
                                    }
                                    Object::Method { func, this } => {
                                        let (func, this) = (*func, *this);
                                        match func {
                                            Value::Native(id) if self.lookup.is_plain(id) => {
                                                reg!($func) = this;
                                                native!(
                                                    id.0,
                                                    $dst,
                                                    $func,
                                                    usize::from($argc) + 1,
                                                    $restored
                                                );
                                            }
                                            Value::Ref(f) => {
                                                if let Object::Function(f) = self.heap.get(f) {
                                                    reg!($func) = this;
                                                    let start = base + usize::from($func);
                                                    enter!(f, start, $argc + 1, $dst, None);
                                                    window!();
                                                    reg!($func) = $restored;
                                                }
                                            }
                                            _ => {}
                                        }
                                    }
                                    Object::Class(_) => {
                                        let cache = &code.caches[pc - 1];
                                        let version = self.heap.class_version;
                                        match cache.get(r, version) {
                                            Some(found) if found & NATIVE != 0 => {
                                                reg!($func) = $callee;
                                                native!(
                                                    found,
                                                    $dst,
                                                    $func,
                                                    usize::from($argc) + 1,
                                                    $restored
                                                );
                                            }
                                            Some(found) => {
                                                let Ok(Value::Ref(this)) =
                                                    self.new_instance(r, Value::Unbound)
                                                else {
                                                    slow!()
                                                };
                                                reg!($func) = Value::Ref(this);
                                                let start = base + usize::from($func);
                                                if let Object::Function(f) =
                                                    self.heap.get(Ref(found as u32))
                                                {
                                                    enter!(f, start, $argc + 1, $dst, Some(this));
                                                }
                                                window!();
                                                reg!($func) = $restored;
                                            }
                                            None => {
                                                if let Some(found) = self.constructor(r) {
                                                    cache.set(r, version, found);
                                                }
                                            }
                                        }
                                    }
                                    _ => {}
                                },
                                Value::Native(id) if Some(id) == self.lookup.len && $argc == 1 => {
                                    let n = match reg!($func + 1) {
                                        Value::Ref(r) => objects::ops::native_len(self, r),
                                        _ => None,
                                    };
                                    if let Some(n) = n.and_then(|n| i64::try_from(n).ok()) {
                                        reg!($dst) = Value::Int(n);
                                        continue 'next;
                                    }
                                }
                                Value::Native(id) if self.lookup.is_plain_function(id) => {
                                    native!(id.0, $dst, $func + 1, usize::from($argc));
                                }
                                _ => {}
                            }
                        };
                    }

                    match op {
                        Op::Nop => {}
                        Op::Move { dst, src } => reg!(dst) = copy!(src),
                        Op::Const { dst, k } => reg!(dst) = code.consts[k as usize],
                        Op::Int { dst, i } => reg!(dst) = Value::Int(i64::from(i)),
                        Op::None { dst } => reg!(dst) = Value::None,
                        Op::Bool { dst, b } => reg!(dst) = Value::Bool(b),
                        Op::Clear { dst } => reg!(dst) = Value::Unbound,
                        Op::CheckBound { src, .. } => {
                            if reg!(src).is_unbound() {
                                slow!();
                            }
                        }
                        Op::MakeCell { reg } => {
                            let Ok(cell) = self.alloc(Object::Cell(reg!(reg))) else {
                                slow!()
                            };
                            reg!(reg) = Value::Ref(cell);
                        }
                        Op::LoadCell { dst, cell, .. } => {
                            let Value::Ref(r) = reg!(cell) else { slow!() };
                            let v = *self.heap.cell(r);
                            if v.is_unbound() {
                                slow!();
                            }
                            reg!(dst) = v;
                        }
                        Op::StoreCell { cell, src } => {
                            if let Value::Ref(r) = reg!(cell) {
                                *self.heap.cell_mut(r) = copy!(src);
                            }
                        }
                        Op::LoadGlobal { dst, slot } => {
                            let mut v = self.units[unit.home].globals[slot as usize];
                            if v.is_unbound() {
                                v = unit.builtins[slot as usize];
                                if v.is_unbound() {
                                    slow!();
                                }
                            }
                            reg!(dst) = v;
                        }
                        Op::StoreGlobal { src, slot } => {
                            self.units[unit.home].globals[slot as usize] = copy!(src);
                        }
                        Op::JumpIfBound { src, to } => {
                            if !reg!(src).is_unbound() {
                                jump!(to);
                            }
                        }
                        Op::Add { dst, a, b, .. } => arithmetic!(checked_add, +, dst, a, b),
                        Op::Sub { dst, a, b, .. } => arithmetic!(checked_sub, -, dst, a, b),
                        Op::Mul { dst, a, b, .. } => arithmetic!(checked_mul, *, dst, a, b),
                        Op::AddInt { dst, a, i, .. } => {
                            let Value::Int(x) = reg!(a) else { warm!() };
                            let Some(sum) = x.checked_add(i64::from(i)) else {
                                warm!()
                            };
                            reg!(dst) = Value::Int(sum);
                        }
                        Op::SubInt { dst, a, i, .. } => {
                            let Value::Int(x) = reg!(a) else { warm!() };
                            let Some(rest) = x.checked_sub(i64::from(i)) else {
                                warm!()
                            };
                            reg!(dst) = Value::Int(rest);
                        }
                        Op::BinaryInt { op, dst, a, i } => {
                            let Some(v) = fast_binary(op, &reg!(a), &Value::Int(i64::from(i)))
                            else {
                                warm!()
                            };
                            reg!(dst) = v;
                        }
                        Op::Binary { op, dst, a, b } | Op::InPlace { op, dst, a, b } => {
                            let Some(v) = fast_binary(op, &reg!(a), &reg!(b)) else {
                                warm!()
                            };
                            reg!(dst) = v;
                        }
                        Op::Unary {
                            op: UnaryOp::Neg,
                            dst,
                            a,
                        } => {
                            let v = match reg!(a) {
                                Value::Int(x) if x != i64::MIN => Value::Int(-x),
                                Value::Float(x) => Value::Float(-x),
                                _ => slow!(),
                            };
                            reg!(dst) = v;
                        }
                        Op::Compare { op, dst, a, b } => {
                            let truth = match fast_compare(op, &reg!(a), &reg!(b)) {
                                Some(truth) => truth,
                                None => warm!(),
                            };
                            compared!(dst, truth);
                        }
                        Op::CompareInt { op, dst, a, i } => {
                            let Value::Int(x) = reg!(a) else { warm!() };
                            let y = i64::from(i);
                            compared!(
                                dst,
                                match op {
                                    CmpOp::Eq => x == y,
                                    CmpOp::Ne => x != y,
                                    CmpOp::Lt => x < y,
                                    CmpOp::Le => x <= y,
                                    CmpOp::Gt => x > y,
                                    _ => x >= y,
                                }
                            );
                        }
                        Op::Not { dst, a } => {
                            let b = match reg!(a) {
                                Value::Bool(b) => b,
                                Value::None => false,
                                Value::Int(i) => i != 0,
                                _ => slow!(),
                            };
                            reg!(dst) = Value::Bool(!b);
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
                            let Value::Ref(r) = reg!(obj) else { slow!() };
                            let name = code.linked.names[usize::from(name)];
                            let version = self.heap.class_version;
                            let i = match self.heap.get(r) {
                                Object::Instance(i) => i,
                                Object::Class(_) => {
                                    let known =
                                        self.known.get(Question::ClassField, r, name, version);
                                    let found = match known {
                                        Some(found) => found,
                                        None => {
                                            let Some(found) = self.class_reads_plainly(r, name)
                                            else {
                                                slow!()
                                            };
                                            self.known.set(
                                                Question::ClassField,
                                                r,
                                                name,
                                                version,
                                                found,
                                            );
                                            found
                                        }
                                    };
                                    reg!(dst) = found;
                                    continue 'next;
                                }
                                Object::Module(number) => {
                                    let Some(found) = self.module_attr(*number, name) else {
                                        slow!()
                                    };
                                    reg!(dst) = found;
                                    continue 'next;
                                }
                                _ => slow!(),
                            };
                            let cache = &code.caches[pc - 1];
                            if let Some(at) = cache.get(i.class, version)
                                && let Some(found) = i.attrs.at(at as usize, name)
                            {
                                reg!(dst) = *found;
                                continue 'next;
                            }
                            let class = i.class;
                            let Some(at) = i.attrs.position(name) else {
                                warm!()
                            };
                            if self
                                .known
                                .get(Question::Field, class, name, version)
                                .is_none()
                            {
                                if !self.reads_plainly(class, name) {
                                    slow!();
                                }
                                self.known
                                    .set(Question::Field, class, name, version, Value::None);
                            }
                            cache.set(class, version, at as u64);
                            let Some(found) = self.heap.instance(r).attrs.at(at, name) else {
                                slow!()
                            };
                            reg!(dst) = *found;
                        }
                        Op::SetAttr { obj, src, name } => {
                            let Value::Ref(r) = reg!(obj) else { slow!() };
                            let Object::Instance(i) = self.heap.get(r) else {
                                slow!()
                            };
                            let class = i.class;
                            let name = code.linked.names[usize::from(name)];
                            let cache = &code.caches[pc - 1];
                            let version = self.heap.class_version;
                            let known = cache.get(class, version);
                            if known.is_none() && !self.writes_plainly(class, name) {
                                slow!();
                            }
                            let attrs = &mut self.heap.instance_mut(r).attrs;
                            if let Some(at) = known
                                && let Some(place) = attrs.at_mut(at as usize, name)
                            {
                                *place = copy!(src);
                                continue 'next;
                            }
                            let added = attrs.set(name, reg!(src));
                            if known.is_none() {
                                let at = attrs.position(name).unwrap_or(0);
                                cache.set(class, version, at as u64);
                            }
                            if added > 0
                                && let Err(e) = self.heap.charge(added)
                            {
                                settle!(Err(e.into()));
                            }
                        }
                        Op::GetItem { dst, obj, key } => {
                            let Value::Ref(r) = reg!(obj) else { slow!() };
                            if let Value::Int(i) = reg!(key) {
                                let items: &[Value] = match self.heap.get(r) {
                                    Object::List(items) => items,
                                    Object::Tuple(items) => items,
                                    _ => &[],
                                };
                                let i = if i < 0 { i + items.len() as i64 } else { i };
                                if let Some(v) = items.get(i as usize) {
                                    reg!(dst) = *v;
                                    continue 'next;
                                }
                            }
                            if !matches!(self.heap.get(r), Object::Dict(_)) {
                                warm!();
                            }
                            let Ok(Some(v)) = objects::dict::get(self, r, reg!(key)) else {
                                slow!()
                            };
                            reg!(dst) = v;
                        }
                        Op::SetItem { obj, key, src } => {
                            let Value::Ref(r) = reg!(obj) else { slow!() };
                            match self.heap.get_mut(r) {
                                Object::List(items) => {
                                    let Value::Int(i) = reg!(key) else { warm!() };
                                    let i = if i < 0 { i + items.len() as i64 } else { i };
                                    let Some(place) = items.get_mut(i as usize) else {
                                        slow!()
                                    };
                                    *place = copy!(src);
                                }
                                Object::Dict(_) => {
                                    done!(objects::dict::insert(self, r, reg!(key), reg!(src)));
                                }
                                _ => slow!(),
                            }
                        }
                        Op::ListAppend { list, src } => {
                            let Value::Ref(r) = reg!(list) else { slow!() };
                            let items = self.heap.list_mut(r);
                            if items.len() == items.capacity() {
                                let more = items.len().max(4) * size_of::<Value>();
                                if self.heap.charge(more).is_err() {
                                    slow!();
                                }
                                let items = self.heap.list_mut(r);
                                items.reserve_exact(items.len().max(4));
                                items.push(copy!(src));
                                continue 'next;
                            }
                            items.push(copy!(src));
                        }
                        Op::List { dst, first, n } => {
                            let first = usize::from(first);
                            let items = regs[first..first + usize::from(n)].to_vec();
                            let Ok(v) = self.new_list(items) else { slow!() };
                            reg!(dst) = v;
                        }
                        Op::Slice { dst, first } => {
                            let [start, stop, step] =
                                [reg!(first), reg!(first + 1), reg!(first + 2)];
                            let Ok(v) = objects::slice::new(self, start, stop, step) else {
                                slow!()
                            };
                            reg!(dst) = v;
                        }
                        Op::Tuple { dst, first, n } => {
                            let first = usize::from(first);
                            let items: Box<[Value]> = regs[first..first + usize::from(n)].into();
                            let Ok(v) = self.new_tuple(items) else {
                                slow!()
                            };
                            reg!(dst) = v;
                        }
                        Op::Unpack { first, src, n } => {
                            let Value::Ref(r) = reg!(src) else { slow!() };
                            let items: &[Value] = match self.heap.get(r) {
                                Object::Tuple(items) => items,
                                Object::List(items) => items,
                                _ => slow!(),
                            };
                            let first = usize::from(first);
                            if items.len() != usize::from(n) {
                                slow!();
                            }
                            regs[first..first + usize::from(n)].copy_from_slice(items);
                        }
                        Op::Call { dst, func, argc } => {
                            step!(1);
                            let callee = reg!(func);
                            call!(callee, func, argc, dst, callee);
                            slow!();
                        }
                        Op::CallMethod { dst, obj, site } => {
                            step!(1);
                            let s = &code.sites[usize::from(site)];
                            if s.has_keywords {
                                slow!();
                            }
                            let Value::Ref(r) = reg!(obj) else { slow!() };
                            let class = match self.heap.get(r) {
                                Object::Instance(i) if !i.attrs.has(s.name) => i.class,
                                Object::List(_) => Type::List.r(),
                                Object::Str(_) => Type::Str.r(),
                                Object::Dict(_) => Type::Dict.r(),
                                Object::Set(_) => self.class_of(reg!(obj)),
                                Object::Module(number) => {
                                    let Some(callee) = self.module_attr(*number, s.name) else {
                                        slow!()
                                    };
                                    call!(callee, obj, s.positional, dst, Value::Ref(r));
                                    window!();
                                    reg!(obj) = Value::Ref(r);
                                    slow!()
                                }
                                _ => slow!(),
                            };
                            let cache = &code.caches[pc - 1];
                            let version = self.heap.class_version;
                            let mut found = cache.get(class, version);
                            if found.is_none() {
                                found = self.method_to_remember(reg!(obj), class, s.name);
                                if let Some(found) = found {
                                    cache.set(class, version, found);
                                }
                            }
                            match found {
                                Some(found) if found & NATIVE != 0 => {
                                    native!(found, dst, obj, usize::from(s.positional) + 1);
                                }
                                Some(found) => {
                                    if let Object::Function(f) = self.heap.get(Ref(found as u32)) {
                                        let start = base + usize::from(obj);
                                        enter!(f, start, s.positional + 1, dst, None);
                                    }
                                }
                                None => {}
                            }
                            slow!();
                        }
                        Op::Return { src } => {
                            let depth = t.frames.len();
                            if depth < 2 {
                                slow!();
                            }
                            let top = &t.frames[depth - 1];
                            let Pending::Store(dst) = t.frames[depth - 2].pending else {
                                warm!()
                            };
                            if top.rare.is_some()
                                || top.generator.is_some()
                                || (top.made.is_some() && !reg!(src).is_none())
                            {
                                warm!();
                            }
                            let v = match top.made {
                                None => copy!(src),
                                Some(made) => Value::Ref(made),
                            };
                            t.frames.leave();
                            let below = t.frames[depth - 2].base as usize;
                            t.registers[below + usize::from(dst)] = v;
                            continue 'frame;
                        }
                        Op::ForPrep { dst, src } => {
                            let v = reg!(src);
                            let Value::Ref(r) = v else { slow!() };
                            match self.heap.get(r) {
                                Object::Range(range) => {
                                    let [start, _, step] = **range;
                                    let Ok(left) = i64::try_from(objects::range::len(**range))
                                    else {
                                        slow!()
                                    };
                                    reg!(dst) = Value::Int(start);
                                    reg!(dst + 1) = Value::Int(left);
                                    reg!(dst + 2) = Value::Int(step);
                                }
                                Object::List(_) | Object::Tuple(_) => {
                                    reg!(dst) = v;
                                    reg!(dst + 1) = Value::Int(0);
                                }
                                _ => warm!(),
                            }
                        }
                        Op::ForIter { dst, iter } => match reg!(iter) {
                            Value::Int(next) => {
                                if let (Value::Int(left), Value::Int(step)) =
                                    (reg!(iter + 1), reg!(iter + 2))
                                    && left > 0
                                {
                                    reg!(iter) = Value::Int(next.wrapping_add(step));
                                    reg!(iter + 1) = Value::Int(left - 1);
                                    reg!(dst) = Value::Int(next);
                                    pc += 1;
                                }
                            }
                            Value::Ref(r) => {
                                let items: &[Value] = match self.heap.get_mut(r) {
                                    Object::List(items) => items,
                                    Object::Tuple(items) => items,
                                    Object::Iter(it) => {
                                        if let Iter::Range(next, step, left) = &mut **it
                                            && *left > 0
                                        {
                                            let v = *next;
                                            *left -= 1;
                                            *next = v.wrapping_add(*step);
                                            reg!(dst) = Value::Int(v);
                                            pc += 1;
                                            continue 'next;
                                        }
                                        match objects::iter::next(self, r) {
                                            Ok(Some(v)) => {
                                                reg!(dst) = v;
                                                pc += 1;
                                            }
                                            Ok(None) => {}
                                            Err(raise) => settle!(Err(raise)),
                                        }
                                        continue 'next;
                                    }
                                    Object::Generator(_) => {
                                        save!(Pending::ForNext(dst));
                                        if self.enter_generator(table, t, r, end) {
                                            continue 'frame;
                                        }
                                        slow!()
                                    }
                                    _ => slow!(),
                                };
                                if let Value::Int(at) = reg!(iter + 1)
                                    && let Some(v) = items.get(at as usize)
                                {
                                    reg!(iter + 1) = Value::Int(at + 1);
                                    reg!(dst) = *v;
                                    pc += 1;
                                } else {
                                    // Once at its end it stays there, whatever is appended.
                                    reg!(iter + 1) = Value::Int(i64::MAX);
                                }
                            }
                            _ => slow!(),
                        },
                        Op::Yield { dst, src } => {
                            let v = copy!(src);
                            save!(Pending::Store(dst));
                            if self.leave_generator(t, v) {
                                continue 'frame;
                            }
                            slow!();
                        }
                        Op::DictInsert { dict, key, src } => {
                            let Value::Ref(r) = reg!(dict) else { slow!() };
                            done!(objects::dict::insert(self, r, reg!(key), reg!(src)));
                        }
                        Op::Result { src } => {
                            if unit.home == 0 {
                                self.result = reg!(src);
                            }
                        }
                        _ => warm!(),
                    }
                    continue 'next;
                }
                if let Some(frame) = t.frames.last_mut() {
                    frame.pc = pc as u32;
                }
                match self.warm(table, unit, code, t, op) {
                    Warm::Done => window!(),
                    Warm::Frame => continue 'frame,
                    Warm::Slow => slow!(),
                    Warm::Settle(called) => return Hot::Settle(called),
                }
            }
        }
    }
}
