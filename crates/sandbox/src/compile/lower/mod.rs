//! The second pass: from the tree to instructions on registers.

mod assign;
mod call;
mod comprehension;
mod control;
mod display;
mod emit;
mod expr;
mod frame;
mod function;
mod pattern;
mod stmt;
mod try_with;

use super::code::{Code, Unit};
use super::error::{Check, Refusal};
use super::scope::{ScopeId, Scopes};
use frame::Frame;
use ruff_python_ast::Stmt;
use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The most instructions a source text may become: copies of `finally` bodies multiply.
const MAX_OPS: usize = 4_000_000;

/// The state of the second pass.
struct Lower<'a> {
    source: &'a str,
    scopes: &'a Scopes,
    /// Code objects that are done, by number; those under work are empty.
    codes: Vec<Code>,
    globals: Vec<String>,
    global_slots: FxHashMap<String, u32>,
    /// The code object of a syntax node: a body that is lowered twice makes its functions once.
    code_of_node: FxHashMap<usize, u16>,
    /// The frame under work.
    f: Frame<'a>,
    ops_total: usize,
    line_starts: Vec<u32>,
}

/// Lowers a module.
pub(super) fn lower(
    source: &str,
    filename: &str,
    module: &str,
    is_library: bool,
    body: &[Stmt],
    scopes: &Scopes,
    globals: &[String],
) -> Check<Unit> {
    let line_starts: Vec<u32> = std::iter::once(0)
        .chain(
            source
                .bytes()
                .zip(1u32..)
                .filter_map(|(b, next)| (b == b'\n').then_some(next)),
        )
        .collect();
    let mut lower = Lower {
        source,
        scopes,
        codes: vec![Code::default()],
        globals: globals.to_vec(),
        global_slots: globals.iter().cloned().zip(0..).collect(),
        code_of_node: FxHashMap::default(),
        f: Frame::new(scopes, 0)?,
        ops_total: 0,
        line_starts,
    };
    lower.module(module, body)?;
    Ok(Unit {
        module: module.to_owned(),
        filename: filename.to_owned(),
        source: Arc::from(source),
        line_starts: lower.line_starts,
        codes: lower.codes,
        globals: lower.globals,
        is_library,
        digest: std::sync::OnceLock::new(),
    })
}

/// Refuses what does not fit the tables of a code object.
fn too_large(range: TextRange, what: &str) -> Refusal {
    Refusal::syntax(range, format!("too many {what}"))
}

impl Lower<'_> {
    /// The scope that a syntax node made in the first pass.
    fn scope_of(&self, key: usize) -> ScopeId {
        self.scopes.of_node.get(&key).copied().unwrap_or_default()
    }
}
