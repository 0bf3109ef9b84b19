//! Parts of instructions for `hot.rs`: what it does not do in its own lines, and what is still the usual way.

use super::frame::Pending;
use super::hot::NATIVE;
use super::known::Question;
use super::raise::Res;
use super::state::Vm;
use super::thread::Thread;
use crate::compile::op::CmpOp;
use crate::heap::{
    Object, Ref, Sym, Value,
    object::{GeneratorKind, GeneratorState},
};
use crate::objects;

impl Vm {
    /// Puts the frame of a suspended generator on the thread, its registers from `base`, to go on with None, if that is all
    /// there is to do.
    #[inline]
    pub(super) fn enter_generator(&mut self, t: &mut Thread, r: Ref, base: usize) -> bool {
        let Object::Generator(g) = self.heap.get_mut(r) else {
            return false;
        };
        let (GeneratorState::Suspended(saved), GeneratorKind::Generator) = (&mut g.state, g.kind)
        else {
            return false;
        };
        // At a `yield from` it waits for something else: see `yield_value`.
        let Pending::Store(dst) = saved.frame.pending else {
            return false;
        };
        let code = saved.frame.code;
        let end = base + saved.registers.len();
        if t.frames.len() >= self.depth_limit || t.registers.len() < end {
            return false;
        }
        let window = &mut t.registers[base..end];
        window.copy_from_slice(&saved.registers);
        window[usize::from(dst)] = Value::None;
        let (pc, rare) = (saved.frame.pc, saved.frame.rare.take());
        t.frames.enter(code, pc, base as u32, Some(r), None).rare = rare;
        let state = std::mem::replace(&mut g.state, GeneratorState::Running);
        if let GeneratorState::Suspended(saved) = state {
            g.place = Some(saved);
        }
        true
    }

    /// Takes the top frame, a generator's that yields, off the thread, and gives the value to the loop below that waits
    /// for it, if that is all there is to do.
    #[inline]
    pub(super) fn leave_generator(&mut self, t: &mut Thread, v: Value) -> bool {
        let [.., below, top] = &mut *t.frames else {
            return false;
        };
        let (Some(r), Pending::ForNext(dst)) = (top.generator, below.pending) else {
            return false;
        };
        if !top.after().is_empty() {
            return false;
        }
        let Object::Generator(g) = self.heap.get_mut(r) else {
            return false;
        };
        let Some(mut place) = g.place.take() else {
            return false;
        };
        let base = top.base as usize;
        let end = base + place.registers.len();
        place.registers.copy_from_slice(&t.registers[base..end]);
        place.frame.pc = top.pc;
        place.frame.pending = top.pending;
        place.frame.generator = Some(r);
        place.frame.rare = top.rare.take();
        g.state = GeneratorState::Suspended(place);
        below.pc += 1;
        let at = below.base as usize + usize::from(dst);
        t.registers[at] = v;
        t.frames.leave();
        true
    }

    /// Whether a built-in container has an item; `None` if that is not told here.
    pub(super) fn contains_at_hand(&mut self, container: Value, item: Value) -> Res<Option<bool>> {
        let Value::Ref(r) = container else {
            return Ok(None);
        };
        let items: &[Value] = match self.heap.get(r) {
            Object::List(items) => items,
            Object::Tuple(items) => items,
            Object::Dict(_) | Object::Set(_) => {
                return objects::ops::contains(self, container, item);
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
                    _ => return objects::ops::contains(self, container, item),
                }
            }
            let cost = items.len() as u64 / 8;
            self.pay(cost)?;
            return Ok(Some(found));
        }
        objects::ops::contains(self, container, item)
    }

    /// A comparison of strings, as far as it is told at once.
    pub(super) fn compare_at_hand(&self, op: CmpOp, x: Value, y: Value) -> Option<bool> {
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

    /// What a call of a method finds each time, for this class of values: a function or a plain native.
    pub(super) fn method_to_remember(&mut self, this: Value, class: Ref, name: Sym) -> Option<u64> {
        let version = self.heap.class_version;
        if let Some(found) = self.known.get(Question::Method, class, name, version) {
            return Some(found);
        }
        let found = match self.plain_method(this, name)? {
            Value::Native(id) if self.lookup.is_plain(id) => u64::from(id.0) | NATIVE,
            Value::Ref(f) => u64::from(f.0),
            _ => return None,
        };
        self.known
            .set(Question::Method, class, name, version, found);
        Some(found)
    }
}
