//! The frame under work: registers, labels, blocks and the instructions so far.

use super::super::code::{Code, Span};
use super::super::error::{Check, Refusal};
use super::super::op::Reg;
use super::super::scope::{ScopeId, ScopeKind, Scopes, fact};
use ruff_python_ast::Stmt;
use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

/// A place in the code that is not known yet. Jumps hold labels until the code is finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label(pub(super) u32);

/// A range of instructions whose exceptions land at a label.
#[derive(Debug)]
pub(super) struct Region {
    pub(super) target: Label,
    pub(super) exc: Reg,
    pub(super) depth: u16,
    pub(super) level: usize,
    /// Where the range under work began.
    pub(super) open: Option<u32>,
    pub(super) ranges: Vec<(u32, u32)>,
}

/// What is around the statement under work, and must be left in order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Block<'a> {
    /// A loop: where `break` and `continue` go.
    Loop { end: Label, again: Label },
    /// A `try` with a `finally` that has not run.
    Finally { region: usize, body: &'a [Stmt] },
    /// A `try` with `except` clauses.
    Try { region: usize },
    /// A `with`: the register of its exit method.
    With {
        region: usize,
        exit: Reg,
        is_async: bool,
        span: Span,
    },
    /// Code that handles an exception.
    Handler,
    /// The body of `except .. as name`.
    ExceptName { region: usize, name: &'a str },
}

impl Block<'_> {
    /// The region that ends where the block is left.
    pub(super) fn region(&self) -> Option<usize> {
        match *self {
            Block::Finally { region, .. }
            | Block::Try { region }
            | Block::With { region, .. }
            | Block::ExceptName { region, .. } => Some(region),
            Block::Loop { .. } | Block::Handler => None,
        }
    }
}

/// Which variables certainly have a value here. `None`: the place cannot be reached.
pub(super) type Bound = Option<Box<[u64]>>;

/// The frame under work.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) code: Code,
    /// The scope whose frame it is.
    pub(super) root: ScopeId,
    /// The scope that names are looked up from: `root`, or a comprehension in it.
    pub(super) scope: ScopeId,
    pub(super) registers: FxHashMap<(ScopeId, usize), Reg>,
    pub(super) free: FxHashMap<String, Reg>,
    pub(super) class_cell: Option<Reg>,
    /// The first temporary.
    pub(super) first_temp: Reg,
    /// The next temporary.
    pub(super) temp: Reg,
    pub(super) labels: Vec<Option<u32>>,
    pub(super) blocks: Vec<Block<'a>>,
    pub(super) regions: Vec<Region>,
    /// How many exceptions are being handled here.
    pub(super) handled: u16,
    pub(super) bound: Bound,
    /// Variables that are deleted somewhere: their uses are always checked.
    deleted: Box<[u64]>,
    pub(super) consts: FxHashMap<ConstKey, u32>,
    pub(super) names: FxHashMap<String, u16>,
    pub(super) span: Span,
}

/// What tells constants apart.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum ConstKey {
    Int(i64),
    Float(u64),
    Str(Box<str>),
}

impl Frame<'_> {
    /// The frame of a scope: registers are given to its variables, and to those of comprehensions in it.
    pub(super) fn new(scopes: &Scopes, root: ScopeId) -> Check<Self> {
        let mut frame = Frame {
            code: Code::default(),
            root,
            scope: root,
            registers: FxHashMap::default(),
            free: FxHashMap::default(),
            class_cell: None,
            first_temp: 0,
            temp: 0,
            labels: Vec::new(),
            blocks: Vec::new(),
            regions: Vec::new(),
            handled: 0,
            bound: Some(Box::default()),
            deleted: Box::default(),
            consts: FxHashMap::default(),
            names: FxHashMap::default(),
            span: Span::default(),
        };
        let scope = &scopes.all[root];
        let mut variables: Vec<String> = Vec::new();
        if scope.kind == ScopeKind::Class {
            variables.push(".namespace".to_owned());
            if scope.class_cell {
                frame.class_cell = Some(1);
                variables.push("__class__".to_owned());
            }
        }
        let mut deleted = Vec::new();
        let inside = (root..scopes.all.len()).filter(|id| scopes.all[*id].frame == root);
        for id in inside {
            for i in 0..scopes.all[id].names.len() {
                if scopes.all[id].is_variable(i) {
                    let reg = number(variables.len())?;
                    frame.registers.insert((id, i), reg);
                    if scopes.all[id].names[i].facts & fact::DELETED != 0 {
                        deleted.push(reg);
                    }
                    variables.push(scopes.all[id].names[i].name.clone());
                }
            }
        }
        frame.code.first_free = number(variables.len())?;
        frame.code.free.clone_from(&scope.free);
        for (i, name) in scope.free.iter().enumerate() {
            frame
                .free
                .insert(name.clone(), number(variables.len() + i)?);
        }
        frame.first_temp = number(variables.len() + scope.free.len())?;
        frame.temp = frame.first_temp;
        frame.code.registers = frame.first_temp;
        frame.bound = Some(vec![0; variables.len().div_ceil(64)].into());
        frame.deleted = vec![0; variables.len().div_ceil(64)].into();
        for reg in deleted {
            frame.deleted[usize::from(reg) / 64] |= 1 << (reg % 64);
        }
        frame.code.variables = variables;
        for (i, name) in scope.names.iter().enumerate() {
            if name.facts & fact::PARAM != 0
                && let Some(&reg) = frame.registers.get(&(root, i))
            {
                frame.set_bound(reg);
            }
        }
        Ok(frame)
    }

    /// The variable in the register has a value from here on.
    pub(super) fn set_bound(&mut self, reg: Reg) {
        if let Some(bits) = &mut self.bound
            && let Some(word) = bits.get_mut(usize::from(reg) / 64)
        {
            let i = usize::from(reg) / 64;
            *word |= (1 << (reg % 64)) & !self.deleted[i];
        }
    }

    /// The variable in the register may have no value from here on.
    pub(super) fn set_unbound(&mut self, reg: Reg) {
        if let Some(bits) = &mut self.bound
            && let Some(word) = bits.get_mut(usize::from(reg) / 64)
        {
            *word &= !(1 << (reg % 64));
        }
    }

    /// Whether the variable in the register certainly has a value.
    pub(super) fn is_bound(&self, reg: Reg) -> bool {
        match &self.bound {
            None => true,
            Some(bits) => bits
                .get(usize::from(reg) / 64)
                .is_some_and(|word| word & (1 << (reg % 64)) != 0),
        }
    }

    /// Two ways meet: what is bound on both is bound.
    pub(super) fn meet(&mut self, other: Bound) {
        match (&mut self.bound, other) {
            (_, None) => {}
            (None, other) => self.bound = other,
            (Some(mine), Some(other)) => {
                for (a, b) in mine.iter_mut().zip(&other) {
                    *a &= b;
                }
            }
        }
    }
}

fn number(n: usize) -> Check<Reg> {
    // The last numbers stay free for temporaries and `NO_REG`.
    if n > 60_000 {
        return Err(Refusal::syntax(
            TextRange::default(),
            "too many variables in one function",
        ));
    }
    Ok(n as Reg)
}
