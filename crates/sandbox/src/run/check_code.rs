//! What code relies on: at which places it takes for granted that a register holds a cell, a list, a namespace.
//!
//! The compiler sees to it while a program runs. In a loaded snapshot the registers are only bytes: so a frame that
//! waits at some place must have in its registers what the code from there on takes for granted. That is liveness:
//! from each use backwards, to where the register is written.

use crate::compile::code::{Code, CodeKind};
use crate::compile::op::{Op, Reg};
use crate::heap::{Heap, Object, Value};
use std::collections::BTreeMap;

/// What a register must hold where it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// If it holds an object, a cell.
    Cell,
    /// A cell: its content becomes part of a closure.
    ClosureCell,
    /// If it holds an object, a list.
    List,
    /// If it holds an object, a set.
    Set,
    /// If it holds an object, a dict.
    Dict,
    /// If it holds an object, an exception.
    Exception,
    /// If it holds an object, the names of a class body.
    Namespace,
    /// If it holds an object, a function.
    Function,
}

impl Need {
    /// Whether a value will do.
    pub(super) fn is_met(self, heap: &Heap, v: Value) -> bool {
        let Value::Ref(r) = v else {
            return self != Self::ClosureCell;
        };
        let object = heap.get(r);
        match self {
            Self::Cell | Self::ClosureCell => matches!(object, Object::Cell(_)),
            Self::List => matches!(object, Object::List(_)),
            Self::Set => matches!(object, Object::Set(_)),
            Self::Dict => matches!(object, Object::Dict(_)),
            Self::Exception => matches!(object, Object::Exception(_)),
            Self::Namespace => matches!(object, Object::Namespace(_)),
            Self::Function => matches!(object, Object::Function(_)),
        }
    }
}

/// What registers must hold at one place.
pub(super) type Needs = BTreeMap<Reg, Need>;

/// What registers must hold at each place of a code.
pub(super) struct CodeNeeds {
    at: Vec<Needs>,
}

impl CodeNeeds {
    /// Looks at a code. Cost: O(instructions) for each nesting of its loops.
    pub(super) fn of(code: &Code) -> Self {
        let n = code.ops.len();
        let mut needs = Self {
            at: vec![Needs::new(); n],
        };
        let mut changed = true;
        while changed {
            changed = false;
            for pc in (0..n).rev() {
                let new = needs.before(code, pc);
                if new.len() != needs.at[pc].len() {
                    needs.at[pc] = new;
                    changed = true;
                }
            }
        }
        needs
    }

    /// What is needed when the instruction at a place runs next.
    pub(super) fn at(&self, pc: usize) -> Needs {
        self.at.get(pc).cloned().unwrap_or_default()
    }

    /// What is needed when an exception is raised at a place.
    pub(super) fn raised(&self, code: &Code, pc: usize) -> Needs {
        let covers =
            |h: &&crate::compile::code::Handler| (h.start as usize) <= pc && pc < h.end as usize;
        let Some(handler) = code.handlers.iter().find(covers) else {
            return Needs::new();
        };
        let mut needs = self.at(handler.target as usize);
        needs.remove(&handler.exc);
        needs
    }

    fn before(&self, code: &Code, pc: usize) -> Needs {
        let op = code.ops[pc];
        let mut needs = Needs::new();
        for next in nexts(op, pc).into_iter().flatten() {
            needs.extend(self.at(next));
        }
        let moved = match op {
            Op::Move { dst, src } => needs.get(&dst).map(|need| (src, *need)),
            _ => None,
        };
        let (first, count) = written(op);
        for i in 0..count {
            needs.remove(&first.saturating_add(i));
        }
        match op {
            Op::WithEnter { exit, .. } | Op::AsyncWithEnter { exit, .. } => {
                needs.remove(&exit);
            }
            _ => {}
        }
        needs.extend(moved);
        needs.extend(self.raised(code, pc));
        uses(code, op, &mut |reg, need| {
            needs.insert(reg, need);
        });
        needs
    }
}

/// The places after an instruction.
fn nexts(op: Op, pc: usize) -> [Option<usize>; 2] {
    match op {
        Op::Jump { to } => [Some(to as usize), None],
        Op::JumpIf { to, .. }
        | Op::JumpIfNot { to, .. }
        | Op::JumpIfNone { to, .. }
        | Op::JumpIfBound { to, .. } => [Some(to as usize), Some(pc + 1)],
        Op::ForIter { .. } | Op::AsyncForIter { .. } => [Some(pc + 1), Some(pc + 2)],
        Op::Return { .. }
        | Op::Raise { .. }
        | Op::Reraise { .. }
        | Op::RaiseAgain
        | Op::AssertFail { .. } => [None, None],
        _ => [Some(pc + 1), None],
    }
}

/// Which registers an instruction takes for granted.
fn uses(code: &Code, op: Op, see: &mut impl FnMut(Reg, Need)) {
    match op {
        Op::LoadCell { cell, .. } | Op::StoreCell { cell, .. } | Op::DelCell { cell, .. } => {
            see(cell, Need::Cell);
        }
        Op::Super {
            this_is_cell,
            cell,
            this,
            ..
        } => {
            see(cell, Need::Cell);
            if this_is_cell {
                see(this, Need::Cell);
            }
        }
        Op::Function { first, spec, .. } => {
            let spec = &code.functions[usize::from(spec)];
            let cells = first + spec.defaults + spec.kw_defaults.len() as u16;
            for i in 0..spec.cells {
                see(cells + i, Need::ClosureCell);
            }
        }
        Op::Class { first, .. } => see(first, Need::Function),
        Op::ListAppend { list, .. } | Op::ListExtend { list, .. } => see(list, Need::List),
        Op::ListToTuple { src, .. } => see(src, Need::List),
        Op::SetAdd { set, .. } | Op::SetUpdate { set, .. } => see(set, Need::Set),
        Op::DictInsert { dict, .. } | Op::DictMerge { dict, .. } => see(dict, Need::Dict),
        Op::Reraise { exc } | Op::EnterHandler { exc } => see(exc, Need::Exception),
        Op::LoadName { .. } | Op::StoreName { .. } | Op::DelName { .. }
            if code.kind == CodeKind::Class =>
        {
            see(0, Need::Namespace);
        }
        _ => {}
    }
}

/// The registers that an instruction writes: the first, and how many.
fn written(op: Op) -> (Reg, u16) {
    match op {
        Op::Move { dst, .. }
        | Op::Const { dst, .. }
        | Op::Int { dst, .. }
        | Op::None { dst }
        | Op::Bool { dst, .. }
        | Op::Clear { dst }
        | Op::LoadCell { dst, .. }
        | Op::LoadGlobal { dst, .. }
        | Op::LoadName { dst, .. }
        | Op::Add { dst, .. }
        | Op::Sub { dst, .. }
        | Op::Mul { dst, .. }
        | Op::AddInt { dst, .. }
        | Op::SubInt { dst, .. }
        | Op::BinaryInt { dst, .. }
        | Op::Binary { dst, .. }
        | Op::InPlace { dst, .. }
        | Op::Unary { dst, .. }
        | Op::Compare { dst, .. }
        | Op::CompareInt { dst, .. }
        | Op::Not { dst, .. }
        | Op::GetAttr { dst, .. }
        | Op::GetItem { dst, .. }
        | Op::GetSlice { dst, .. }
        | Op::Slice { dst, .. }
        | Op::List { dst, .. }
        | Op::Tuple { dst, .. }
        | Op::Set { dst, .. }
        | Op::Dict { dst, .. }
        | Op::ListToTuple { dst, .. }
        | Op::Concat { dst, .. }
        | Op::Format { dst, .. }
        | Op::Call { dst, .. }
        | Op::CallKw { dst, .. }
        | Op::CallMethod { dst, .. }
        | Op::CallSpread { dst, .. }
        | Op::Function { dst, .. }
        | Op::Class { dst, .. }
        | Op::Super { dst, .. }
        | Op::Yield { dst, .. }
        | Op::YieldFrom { dst, .. }
        | Op::GetYieldFromIter { dst, .. }
        | Op::Await { dst, .. }
        | Op::GetIter { dst, .. }
        | Op::ForIter { dst, .. }
        | Op::GetAsyncIter { dst, .. }
        | Op::AsyncForIter { dst, .. }
        | Op::MatchExc { dst, .. }
        | Op::WithEnter { dst, .. }
        | Op::WithExit { dst, .. }
        | Op::AsyncWithEnter { dst, .. }
        | Op::MatchSequence { dst, .. }
        | Op::MatchMapping { dst, .. }
        | Op::Len { dst, .. }
        | Op::MatchKeys { dst, .. }
        | Op::MatchClass { dst, .. }
        | Op::MatchRest { dst, .. }
        | Op::Import { dst, .. }
        | Op::ImportFrom { dst, .. } => (dst, 1),
        Op::MakeCell { reg } => (reg, 1),
        Op::ForPrep { dst, .. } => (dst, 3),
        Op::MatchExcStar { dst, .. } => (dst, 2),
        Op::Unpack { first, n, .. } => (first, n),
        Op::UnpackStar {
            before,
            first,
            after,
            ..
        } => (first, u16::from(before) + 1 + after),
        Op::Nop
        | Op::CheckBound { .. }
        | Op::StoreCell { .. }
        | Op::DelCell { .. }
        | Op::StoreGlobal { .. }
        | Op::DelGlobal { .. }
        | Op::StoreName { .. }
        | Op::DelName { .. }
        | Op::Jump { .. }
        | Op::JumpIf { .. }
        | Op::JumpIfNot { .. }
        | Op::JumpIfNone { .. }
        | Op::JumpIfBound { .. }
        | Op::SetAttr { .. }
        | Op::DelAttr { .. }
        | Op::SetItem { .. }
        | Op::DelItem { .. }
        | Op::ListAppend { .. }
        | Op::SetAdd { .. }
        | Op::DictInsert { .. }
        | Op::ListExtend { .. }
        | Op::SetUpdate { .. }
        | Op::DictMerge { .. }
        | Op::Return { .. }
        | Op::MakeGenerator
        | Op::Raise { .. }
        | Op::Reraise { .. }
        | Op::RaiseAgain
        | Op::EnterHandler { .. }
        | Op::LeaveHandler
        | Op::AssertFail { .. }
        | Op::Result { .. } => (0, 0),
    }
}
