//! Statements.

use super::super::collect::with_stack;
use super::super::error::{Check, Refusal};
use super::super::op::{NO_REG, Op, Reg};
use super::Lower;
use super::emit::span;
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

impl<'a> Lower<'a> {
    pub(super) fn stmts(&mut self, body: &'a [Stmt]) -> Check<()> {
        for stmt in body {
            let mark = self.f.temp;
            with_stack(|| self.stmt(stmt))?;
            self.reset(mark);
        }
        Ok(())
    }

    fn stmt(&mut self, stmt: &'a Stmt) -> Check<()> {
        self.f.span = span(stmt.range());
        self.check_size(stmt.range())?;
        match stmt {
            Stmt::FunctionDef(f) => self.function_def(f),
            Stmt::ClassDef(c) => self.class_def(c),
            Stmt::Return(r) => self.return_stmt(r),
            Stmt::Delete(d) => d.targets.iter().try_for_each(|t| self.delete(t)),
            Stmt::Assign(a) => self.assign(a),
            Stmt::AugAssign(a) => self.augmented(a),
            Stmt::AnnAssign(a) => self.annotated(stmt, a),
            Stmt::For(f) => self.for_stmt(f),
            Stmt::While(w) => self.while_stmt(w),
            Stmt::If(i) => self.if_stmt(i),
            Stmt::With(w) => self.with_stmt(w, &w.items),
            Stmt::Match(m) => self.match_stmt(m),
            Stmt::Raise(r) => self.raise_stmt(r),
            Stmt::Try(t) => self.try_stmt(t),
            Stmt::Assert(a) => self.assert_stmt(a),
            Stmt::Import(i) => self.import(i),
            Stmt::ImportFrom(i) => self.import_from(i),
            Stmt::Expr(e) => {
                if !is_constant(&e.value) {
                    self.push_expr(&e.value)?;
                }
                Ok(())
            }
            Stmt::Break(_) => self.break_stmt(),
            Stmt::Continue(_) => self.continue_stmt(),
            // The first pass refused what has no meaning here.
            Stmt::Global(_)
            | Stmt::Nonlocal(_)
            | Stmt::Pass(_)
            | Stmt::TypeAlias(_)
            | Stmt::IpyEscapeCommand(_) => Ok(()),
        }
    }

    fn if_stmt(&mut self, i: &'a ast::StmtIf) -> Check<()> {
        let end = self.label();
        let mut done = None;
        let mut next = self.label();
        self.branch(&i.test, false, next)?;
        let mut before = self.f.bound.clone();
        self.stmts(&i.body)?;
        let mut has_else = false;
        for clause in &i.elif_else_clauses {
            if self.f.bound.is_some() {
                self.f.span = span(clause.range);
                self.emit(Op::Jump { to: end.0 });
            }
            let after = std::mem::replace(&mut self.f.bound, before.clone());
            self.merge(&mut done, after);
            self.place(next);
            if let Some(test) = &clause.test {
                next = self.label();
                self.f.span = span(test.range());
                self.branch(test, false, next)?;
                before.clone_from(&self.f.bound);
            } else {
                has_else = true;
            }
            self.stmts(&clause.body)?;
        }
        if !has_else {
            self.place(next);
            let after = std::mem::replace(&mut self.f.bound, before);
            self.merge(&mut done, after);
        }
        self.place(end);
        self.f.meet(done);
        Ok(())
    }

    /// Adds a way to those that meet.
    pub(super) fn merge(&mut self, into: &mut super::frame::Bound, other: super::frame::Bound) {
        let current = std::mem::replace(&mut self.f.bound, into.take());
        self.f.meet(other);
        *into = std::mem::replace(&mut self.f.bound, current);
    }

    fn raise_stmt(&mut self, r: &'a ast::StmtRaise) -> Check<()> {
        let Some(exc) = &r.exc else {
            self.emit_at(r, Op::RaiseAgain);
            self.f.bound = None;
            return Ok(());
        };
        let exc = self.operand(exc)?;
        let cause = match &r.cause {
            Some(cause) => self.operand(cause)?,
            None => NO_REG,
        };
        self.emit_at(r, Op::Raise { exc, cause });
        self.f.bound = None;
        Ok(())
    }

    fn assert_stmt(&mut self, a: &'a ast::StmtAssert) -> Check<()> {
        let end = self.label();
        self.branch(&a.test, true, end)?;
        let before = self.f.bound.clone();
        let msg = match &a.msg {
            Some(msg) => self.operand(msg)?,
            None => NO_REG,
        };
        self.emit_at(&*a.test, Op::AssertFail { msg });
        self.f.bound = before;
        self.place(end);
        Ok(())
    }

    fn import(&mut self, i: &'a ast::StmtImport) -> Check<()> {
        for alias in &i.names {
            let full = alias.name.as_str();
            let name = self.name(full)?;
            let dst = self.push()?;
            let root = alias.asname.is_none();
            self.emit(Op::Import { root, dst, name });
            let target = match &alias.asname {
                Some(name) => name.as_str(),
                None => full.split('.').next().unwrap_or(full),
            };
            self.store_name(target, dst)?;
        }
        Ok(())
    }

    fn import_from(&mut self, i: &'a ast::StmtImportFrom) -> Check<()> {
        let Some(module) = &i.module else {
            return Err(Refusal::unsupported(i.range, "a relative import", None));
        };
        if module.as_str() == "__future__" {
            return Ok(());
        }
        let name = self.name(module.as_str())?;
        let dst = self.push()?;
        self.emit(Op::Import {
            root: false,
            dst,
            name,
        });
        for alias in &i.names {
            let value: Reg = self.push()?;
            let name = self.name(alias.name.as_str())?;
            self.f.span = span(i.range);
            self.emit(Op::ImportFrom {
                dst: value,
                module: dst,
                name,
            });
            let target = alias.asname.as_ref().unwrap_or(&alias.name);
            self.store_name(target.as_str(), value)?;
            self.reset(value);
        }
        Ok(())
    }
}

/// Whether an expression statement does nothing.
pub(super) fn is_constant(e: &Expr) -> bool {
    e.is_literal_expr()
}
