//! Generators and coroutines in the loop, as they usually go: entered, left and ended with frames in place.

use super::frame::{Pending, PyFrame};
use super::state::Vm;
use super::thread::Thread;
use super::unit::Table;
use crate::compile::code::CodeKind;
use crate::compile::op::Op;
use crate::heap::{
    Object, Ref, Value,
    object::{Generator, GeneratorKind, GeneratorState},
};

/// Puts the frame of a generator that is not running on the thread, its registers from `base`.
///
/// Gives what it waits for: nothing if it has not begun. `None` if it cannot go on as it is; nothing is changed then.
#[inline]
fn enter(
    g: &mut Generator,
    r: Ref,
    t: &mut Thread,
    base: usize,
    depth_limit: usize,
) -> Option<Pending> {
    let (GeneratorState::Suspended(saved) | GeneratorState::Created(saved)) = &mut g.state else {
        return None;
    };
    let end = base + saved.registers.len();
    if t.frames.len() >= depth_limit || t.registers.len() < end {
        return None;
    }
    t.registers[base..end].copy_from_slice(&saved.registers);
    let frame = &mut saved.frame;
    let (code, pc, pending, rare) = (frame.code, frame.pc, frame.pending, frame.rare.take());
    t.frames.enter(code, pc, base as u32, Some(r), None).rare = rare;
    match std::mem::replace(&mut g.state, GeneratorState::Running) {
        GeneratorState::Suspended(saved) => {
            g.place = Some(saved);
            Some(pending)
        }
        GeneratorState::Created(saved) => {
            g.place = Some(saved);
            Some(Pending::None)
        }
        _ => None,
    }
}

impl Vm {
    /// Calls a function with arguments that are all it takes, its frame above the top one, if that is all there is to do.
    pub(super) fn enter_function(
        &mut self,
        table: &Table,
        t: &mut Thread,
        f: Ref,
        args: &[Value],
        pending: Pending,
    ) -> bool {
        let (Object::Function(function), Some(top)) = (self.heap.get(f), t.frames.last_mut())
        else {
            return false;
        };
        let of = function.code;
        let above = &table[usize::from(top.code.unit.0)].codes[usize::from(top.code.index)];
        let base = top.base as usize + usize::from(above.frame_registers);
        let Some(callee) = table
            .get(usize::from(of.unit.0))
            .and_then(|unit| unit.codes.get(usize::from(of.index)))
        else {
            return false;
        };
        let end = base + usize::from(callee.frame_registers);
        if usize::from(callee.exact) != args.len() || t.registers.len() < end {
            return false;
        }
        let window = &mut t.registers[base..end];
        window[..args.len()].copy_from_slice(args);
        window[args.len()..usize::from(callee.first_temp)].fill(Value::Unbound);
        let free = usize::from(callee.first_free);
        for (place, cell) in window[free..].iter_mut().zip(&function.closure) {
            *place = Value::Ref(*cell);
        }
        top.pending = pending;
        if t.frames.len() >= self.depth_limit {
            return false;
        }
        t.frames.enter(of, 0, base as u32, None, None);
        true
    }

    /// Whether a call of a function makes a generator.
    pub(super) fn makes_generator(&self, table: &Table, f: Ref) -> bool {
        let of = self.heap.function(f).code;
        table
            .get(usize::from(of.unit.0))
            .and_then(|unit| unit.codes.get(usize::from(of.index)))
            .is_some_and(|code| code.kind == CodeKind::Generator)
    }

    /// Goes on in a generator with None, if that is all there is to do.
    #[inline]
    pub(super) fn enter_generator(
        &mut self,
        table: &Table,
        t: &mut Thread,
        r: Ref,
        base: usize,
    ) -> bool {
        match self.enter_one(t, r, base) {
            None => false,
            Some(Pending::Store(dst)) => {
                t.registers[base + usize::from(dst)] = Value::None;
                true
            }
            Some(Pending::YieldFrom(dst)) => {
                self.enter_inner(table, t, dst);
                true
            }
            Some(_) => true,
        }
    }

    #[inline]
    fn enter_one(&mut self, t: &mut Thread, r: Ref, base: usize) -> Option<Pending> {
        let depth_limit = self.depth_limit;
        match self.heap.get_mut(r) {
            Object::Generator(g) if g.kind == GeneratorKind::Generator => {
                enter(g, r, t, base, depth_limit)
            }
            _ => None,
        }
    }

    /// The top frame was entered at its `yield from`: goes on in what it delegates to, and so on. If that is no generator that
    /// can go on as it is, the instruction is done again. Cost: O(generators that delegate).
    #[inline(never)]
    fn enter_inner(&mut self, table: &Table, t: &mut Thread, dst: u16) {
        let mut dst = dst;
        loop {
            let Some(top) = t.frames.last_mut() else {
                return;
            };
            top.pending = Pending::YieldFrom(dst);
            let code = &table[usize::from(top.code.unit.0)].codes[usize::from(top.code.index)];
            let pc = top.pc as usize - 1;
            let base = top.base as usize;
            let inner = match code.ops.get(pc) {
                Some(Op::YieldFrom { iter, .. }) => t.registers[base + usize::from(*iter)],
                _ => Value::Unbound,
            };
            let above = base + usize::from(code.frame_registers);
            let entered = match inner {
                Value::Ref(r) => self.enter_one(t, r, above),
                _ => None,
            };
            match entered {
                None => {
                    if let Some(top) = t.frames.last_mut() {
                        top.pc = pc as u32;
                    }
                    return;
                }
                Some(Pending::Store(dst)) => {
                    t.registers[above + usize::from(dst)] = Value::None;
                    return;
                }
                Some(Pending::YieldFrom(next)) => dst = next,
                Some(_) => return,
            }
        }
    }

    /// Goes on in a coroutine that is awaited, if that is all there is to do.
    pub(super) fn enter_coroutine(&mut self, t: &mut Thread, r: Ref, base: usize) -> bool {
        let depth_limit = self.depth_limit;
        match self.heap.get_mut(r) {
            Object::Generator(g)
                if g.kind == GeneratorKind::Coroutine
                    && matches!(g.state, GeneratorState::Created(_)) =>
            {
                enter(g, r, t, base, depth_limit).is_some()
            }
            _ => false,
        }
    }

    /// Takes the top frame, a generator's that yields, off the thread, and gives the value to the loop that waits for it, if
    /// that is all there is to do.
    #[inline]
    pub(super) fn leave_generator(&mut self, t: &mut Thread, v: Value) -> bool {
        let [.., below, top] = &*t.frames else {
            return false;
        };
        if !self.can_leave(top) {
            return false;
        }
        let Pending::ForNext(dst) = below.pending else {
            return matches!(below.pending, Pending::YieldFrom(_)) && self.leave_all(t, v);
        };
        self.put_away(t);
        if let Some(below) = t.frames.last_mut() {
            below.pc += 1;
            let at = below.base as usize + usize::from(dst);
            t.registers[at] = v;
        }
        true
    }

    /// The same, with those that delegate to it. Cost: O(their number).
    #[inline(never)]
    fn leave_all(&mut self, t: &mut Thread, v: Value) -> bool {
        // Who gets the value: the first frame below that is not at its `yield from`.
        let mut depth = t.frames.len();
        let receiver = loop {
            let [.., below, top] = &t.frames[..depth] else {
                return false;
            };
            if !self.can_leave(top) {
                return false;
            }
            depth -= 1;
            match below.pending {
                Pending::YieldFrom(_) => {}
                Pending::ForNext(dst) => break dst,
                _ => return false,
            }
        };
        while t.frames.len() > depth {
            self.put_away(t);
        }
        if let Some(below) = t.frames.last_mut() {
            below.pc += 1;
            let at = below.base as usize + usize::from(receiver);
            t.registers[at] = v;
        }
        true
    }

    /// Whether a frame is a generator's, with nothing to be done when it leaves.
    #[inline]
    fn can_leave(&self, top: &PyFrame) -> bool {
        top.after().is_empty()
            && top.generator.is_some_and(|r| match self.heap.get(r) {
                Object::Generator(g) => g.kind == GeneratorKind::Generator && g.place.is_some(),
                _ => false,
            })
    }

    /// Suspends the generator of the top frame, in the place where it was before.
    #[inline]
    fn put_away(&mut self, t: &mut Thread) {
        let Some(top) = t.frames.last_mut() else {
            return;
        };
        let Some(r) = top.generator else { return };
        let Object::Generator(g) = self.heap.get_mut(r) else {
            return;
        };
        if let Some(mut place) = g.place.take() {
            let base = top.base as usize;
            let end = base + place.registers.len();
            place.registers.copy_from_slice(&t.registers[base..end]);
            place.frame.pc = top.pc;
            place.frame.pending = top.pending;
            place.frame.generator = Some(r);
            place.frame.rare = top.rare.take();
            g.state = GeneratorState::Suspended(place);
        }
        t.frames.leave();
    }

    /// Ends the generator of the top frame, which returns, if whoever waits needs nothing but that.
    pub(super) fn end_generator(&mut self, t: &mut Thread, v: Value) -> bool {
        let [.., below, top] = &mut *t.frames else {
            return false;
        };
        let PyFrame {
            generator: Some(r),
            made: None,
            ..
        } = *top
        else {
            return false;
        };
        if !top.after().is_empty() {
            return false;
        }
        let Object::Generator(g) = self.heap.get_mut(r) else {
            return false;
        };
        match (g.kind, below.pending) {
            (GeneratorKind::Generator, Pending::ForNext(_)) => {}
            (GeneratorKind::Generator, Pending::YieldFrom(dst))
            | (GeneratorKind::Coroutine, Pending::Store(dst)) => {
                let at = below.base as usize + usize::from(dst);
                t.registers[at] = v;
            }
            _ => return false,
        }
        g.state = GeneratorState::Finished;
        g.place = None;
        top.rare = None;
        t.frames.leave();
        true
    }
}
