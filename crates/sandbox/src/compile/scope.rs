//! Scopes: which names a module, class, function or comprehension binds and uses.
//!
//! Comprehensions (not generator expressions) are scopes without a frame: their variables are registers of
//! the frame around them, as in CPython since 3.12.

use super::error::{Check, Refusal};
use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// The number of a scope; 0 is the module.
pub(crate) type ScopeId = usize;

/// What made a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    Module,
    Class,
    Function,
    Lambda,
    /// A generator expression: a function of its own.
    Generator,
    /// A list, set or dict comprehension: part of the frame around it.
    Comprehension,
}

/// Facts about a name in a scope, as bits.
pub(crate) mod fact {
    pub(crate) const BOUND: u16 = 1;
    pub(crate) const USED: u16 = 1 << 1;
    pub(crate) const PARAM: u16 = 1 << 2;
    pub(crate) const GLOBAL: u16 = 1 << 3;
    pub(crate) const NONLOCAL: u16 = 1 << 4;
    /// Deleted somewhere: its uses are always checked.
    pub(crate) const DELETED: u16 = 1 << 5;
    /// Bound by `:=`: an operand must be copied, since it may change while the expression is evaluated.
    pub(crate) const WALRUS: u16 = 1 << 6;
    pub(crate) const ANNOTATED: u16 = 1 << 7;
    /// Used by an inner frame: lives in a cell.
    pub(crate) const CELL: u16 = 1 << 8;
}

/// A name of a scope.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) name: String,
    pub(crate) facts: u16,
    /// Where it was first met, for messages.
    pub(crate) range: TextRange,
}

/// A scope.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) kind: ScopeKind,
    pub(crate) parent: Option<ScopeId>,
    /// The scope whose frame holds this one's variables: itself, or what is around a comprehension.
    pub(crate) frame: ScopeId,
    /// The class whose private names (`__x`) are meant.
    pub(crate) class: Option<String>,
    pub(crate) names: Vec<Name>,
    index: FxHashMap<String, usize>,
    /// Names of the cells it gets from outside, for scopes with a frame.
    pub(crate) free: Vec<String>,
    pub(crate) is_async: bool,
    pub(crate) has_yield: bool,
    /// For generator expressions: whether it awaits, and so is asynchronous.
    pub(crate) awaits: bool,
    /// For classes: whether annotated names are collected.
    pub(crate) annotations: bool,
    /// For classes: whether a method needs `__class__`.
    pub(crate) class_cell: bool,
}

impl Scope {
    fn new(
        kind: ScopeKind,
        parent: Option<ScopeId>,
        frame: ScopeId,
        class: Option<String>,
    ) -> Self {
        Self {
            kind,
            parent,
            frame,
            class,
            names: Vec::new(),
            index: FxHashMap::default(),
            free: Vec::new(),
            is_async: false,
            has_yield: false,
            awaits: false,
            annotations: false,
            class_cell: false,
        }
    }

    /// The position of a name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// What is known of a name.
    pub(crate) fn facts(&self, name: &str) -> u16 {
        self.find(name).map_or(0, |i| self.names[i].facts)
    }

    /// Adds facts about a name.
    pub(crate) fn note(&mut self, name: &str, facts: u16, range: TextRange) {
        if let Some(i) = self.find(name) {
            self.names[i].facts |= facts;
            return;
        }
        self.index.insert(name.to_owned(), self.names.len());
        self.names.push(Name {
            name: name.to_owned(),
            facts,
            range,
        });
    }

    /// Whether the name is a variable of this very scope that lives in a register or cell.
    pub(crate) fn is_variable(&self, i: usize) -> bool {
        let facts = self.names[i].facts;
        facts & fact::BOUND != 0
            && facts & (fact::GLOBAL | fact::NONLOCAL) == 0
            && !matches!(self.kind, ScopeKind::Module | ScopeKind::Class)
    }
}

/// All scopes of a source text.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    pub(crate) all: Vec<Scope>,
    /// The scope that a syntax node makes, by the node's address.
    pub(crate) of_node: FxHashMap<usize, ScopeId>,
}

/// The address of a syntax node: its identity while the tree lives.
pub(crate) fn node_key<T>(node: &T) -> usize {
    std::ptr::from_ref(node).addr()
}

impl Scopes {
    /// Adds a scope.
    pub(crate) fn add(
        &mut self,
        kind: ScopeKind,
        parent: Option<ScopeId>,
        class: Option<String>,
    ) -> ScopeId {
        let id = self.all.len();
        let frame = match (kind, parent) {
            (ScopeKind::Comprehension, Some(parent)) => self.all[parent].frame,
            _ => id,
        };
        self.all.push(Scope::new(kind, parent, frame, class));
        id
    }

    /// The scope that binds what `name` means in scope `from`; `None` for globals.
    pub(crate) fn owner(&self, from: ScopeId, name: &str) -> Option<ScopeId> {
        self.search(from, from, name)
    }

    /// The same for a free variable of `inner`, which `inner` itself does not bind for its own inner scopes.
    pub(crate) fn owner_above(&self, inner: ScopeId, name: &str) -> Option<ScopeId> {
        self.search(inner, self.all[inner].parent?, name)
    }

    fn search(&self, from: ScopeId, start: ScopeId, name: &str) -> Option<ScopeId> {
        let mut current = start;
        loop {
            let scope = &self.all[current];
            let facts = scope.facts(name);
            if facts & fact::GLOBAL != 0 {
                return None;
            }
            if facts & fact::BOUND != 0 && facts & fact::NONLOCAL == 0 {
                match scope.kind {
                    ScopeKind::Module => return None,
                    ScopeKind::Class if current != from => {}
                    _ => return Some(current),
                }
            }
            if name == "__class__" && scope.kind == ScopeKind::Class && current != from {
                return Some(current);
            }
            current = scope.parent?;
        }
    }

    /// Finds out which variables are shared by frames, and which cells each frame gets from outside.
    pub(crate) fn resolve(&mut self) -> Check<()> {
        for id in 0..self.all.len() {
            for i in 0..self.all[id].names.len() {
                let name = self.all[id].names[i].name.clone();
                let owner = self.owner(id, &name);
                if self.all[id].names[i].facts & fact::NONLOCAL != 0 && owner.is_none() {
                    return Err(Refusal::syntax(
                        self.all[id].names[i].range,
                        format!("no binding for nonlocal '{name}' found"),
                    ));
                }
                if let Some(owner) = owner {
                    self.share(id, owner, &name);
                }
            }
        }
        Ok(())
    }

    fn share(&mut self, user: ScopeId, owner: ScopeId, name: &str) {
        let owner_frame = self.all[owner].frame;
        let mut frame = self.all[user].frame;
        if frame == owner_frame {
            return;
        }
        if self.all[owner].kind == ScopeKind::Class {
            self.all[owner].class_cell = true;
        } else if let Some(i) = self.all[owner].find(name) {
            self.all[owner].names[i].facts |= fact::CELL;
        }
        while frame != owner_frame {
            let scope = &mut self.all[frame];
            if !scope.free.iter().any(|n| n == name) {
                scope.free.push(name.to_owned());
            }
            let Some(parent) = scope.parent else { return };
            frame = self.all[parent].frame;
        }
    }
}

/// A private name of a class as it is stored: `__x` in class `A` is `_A__x`.
pub(crate) fn mangle<'n>(class: Option<&str>, name: &'n str) -> Cow<'n, str> {
    let Some(class) = class else {
        return Cow::Borrowed(name);
    };
    let class = class.trim_start_matches('_');
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') || class.is_empty() {
        return Cow::Borrowed(name);
    }
    Cow::Owned(format!("_{class}{name}"))
}
