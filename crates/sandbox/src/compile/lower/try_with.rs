//! `try` and `with`. A `finally` body is lowered once for each way out: the end, an exception, and each jump.

use super::super::error::Check;
use super::super::op::{Op, Reg};
use super::Lower;
use super::emit::span;
use super::frame::{Block, Bound, Label};
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

impl<'a> Lower<'a> {
    pub(super) fn try_stmt(&mut self, t: &'a ast::StmtTry) -> Check<()> {
        if t.finalbody.is_empty() {
            return self.try_except(t);
        }
        let exc = self.push()?;
        let (on_error, end) = (self.label(), self.label());
        let before = self.f.bound.clone();
        let region = self.open_region(on_error, exc);
        self.f.blocks.push(Block::Finally {
            region,
            body: &t.finalbody,
        });
        if t.handlers.is_empty() {
            self.stmts(&t.body)?;
            self.stmts(&t.orelse)?;
        } else {
            self.try_except(t)?;
        }
        self.f.blocks.pop();
        self.close_region(region);
        if self.f.bound.is_some() {
            self.stmts(&t.finalbody)?;
            if self.f.bound.is_some() {
                self.emit(Op::Jump { to: end.0 });
            }
        }
        let after = std::mem::replace(&mut self.f.bound, before);
        self.place(on_error);
        self.enter_handler(exc);
        self.f.blocks.push(Block::Handler);
        self.stmts(&t.finalbody)?;
        self.f.blocks.pop();
        self.emit(Op::Reraise { exc });
        self.f.handled -= 1;
        self.place(end);
        self.f.bound = after;
        Ok(())
    }

    fn enter_handler(&mut self, exc: Reg) {
        self.emit(Op::EnterHandler { exc });
        self.f.handled += 1;
    }

    fn try_except(&mut self, t: &'a ast::StmtTry) -> Check<()> {
        let exc = self.push()?;
        let (on_error, end) = (self.label(), self.label());
        let before = self.f.bound.clone();
        let region = self.open_region(on_error, exc);
        self.f.blocks.push(Block::Try { region });
        self.stmts(&t.body)?;
        self.f.blocks.pop();
        self.close_region(region);
        if self.f.bound.is_some() {
            self.stmts(&t.orelse)?;
            if self.f.bound.is_some() {
                self.emit(Op::Jump { to: end.0 });
            }
        }
        let mut done = std::mem::replace(&mut self.f.bound, before);
        self.place(on_error);
        self.enter_handler(exc);
        self.f.blocks.push(Block::Handler);
        for handler in &t.handlers {
            let ast::ExceptHandler::ExceptHandler(h) = handler;
            self.except_clause(h, exc, end, &mut done)?;
        }
        self.f.blocks.pop();
        self.emit(Op::Reraise { exc });
        self.f.handled -= 1;
        self.place(end);
        self.f.bound = done;
        Ok(())
    }

    fn except_clause(
        &mut self,
        h: &'a ast::ExceptHandlerExceptHandler,
        exc: Reg,
        end: Label,
        done: &mut Bound,
    ) -> Check<()> {
        let mark = self.f.temp;
        let next = self.label();
        self.f.span = span(h.range);
        if let Some(types) = &h.type_ {
            let types = self.operand(types)?;
            let dst = self.push()?;
            self.emit(Op::MatchExc { dst, exc, types });
            self.reset(mark);
            self.emit(Op::JumpIfNot {
                cond: dst,
                to: next.0,
            });
        }
        let before = self.f.bound.clone();
        let mut cleanup = None;
        if let Some(name) = &h.name {
            self.f.span = span(name.range);
            self.store_name(name.as_str(), exc)?;
            let (label, inner) = (self.label(), self.push()?);
            let region = self.open_region(label, inner);
            self.f.blocks.push(Block::ExceptName {
                region,
                name: name.as_str(),
            });
            self.stmts(&h.body)?;
            self.f.blocks.pop();
            self.close_region(region);
            if self.f.bound.is_some() {
                self.forget_name(name.as_str())?;
            }
            cleanup = Some((label, inner, name.as_str()));
        } else {
            self.stmts(&h.body)?;
        }
        if self.f.bound.is_some() {
            self.emit(Op::LeaveHandler);
            self.emit(Op::Jump { to: end.0 });
        }
        let after = std::mem::replace(&mut self.f.bound, before.clone());
        self.merge(done, after);
        if let Some((label, inner, name)) = cleanup {
            self.place(label);
            self.forget_name(name)?;
            self.emit(Op::Reraise { exc: inner });
            self.f.bound = before;
        }
        self.reset(mark);
        self.place(next);
        Ok(())
    }

    pub(super) fn with_stmt(
        &mut self,
        w: &'a ast::StmtWith,
        items: &'a [ast::WithItem],
    ) -> Check<()> {
        let Some((item, rest)) = items.split_first() else {
            return self.stmts(&w.body);
        };
        let context = span(item.context_expr.range());
        let mgr = self.operand(&item.context_expr)?;
        let (exit, value, exc) = (self.push()?, self.push()?, self.push()?);
        let dst = value;
        self.f.span = context;
        if w.is_async {
            self.emit(Op::AsyncWithEnter { dst, mgr, exit });
            self.emit(Op::Await { dst, src: dst });
        } else {
            self.emit(Op::WithEnter { dst, mgr, exit });
        }
        let (on_error, suppressed, end) = (self.label(), self.label(), self.label());
        let before = self.f.bound.clone();
        let region = self.open_region(on_error, exc);
        self.f.blocks.push(Block::With {
            region,
            exit,
            is_async: w.is_async,
            span: context,
        });
        if let Some(target) = &item.optional_vars {
            self.store(target, value)?;
        }
        super::super::collect::with_stack(|| self.with_stmt(w, rest))?;
        self.f.blocks.pop();
        self.close_region(region);
        if self.f.bound.is_some() {
            self.exit_with(exit, w.is_async, context)?;
            self.emit(Op::Jump { to: end.0 });
        }
        let after = std::mem::replace(&mut self.f.bound, before);
        self.place(on_error);
        self.f.span = context;
        self.enter_handler(exc);
        self.emit(Op::WithExit { dst, exit, exc });
        if w.is_async {
            self.emit(Op::Await { dst, src: dst });
        }
        self.emit(Op::JumpIf {
            cond: dst,
            to: suppressed.0,
        });
        self.emit(Op::Reraise { exc });
        self.place(suppressed);
        self.emit(Op::LeaveHandler);
        self.f.handled -= 1;
        self.place(end);
        self.f.meet(after);
        Ok(())
    }
}
