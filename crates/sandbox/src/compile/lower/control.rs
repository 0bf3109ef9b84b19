//! Loops, and leaving blocks by `return`, `break` and `continue`.

use super::super::code::Span;
use super::super::error::Check;
use super::super::op::{NO_REG, Op, Reg};
use super::Lower;
use super::emit::span;
use super::frame::{Block, Label};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

impl<'a> Lower<'a> {
    pub(super) fn while_stmt(&mut self, w: &'a ast::StmtWhile) -> Check<()> {
        let (again, exhausted, end) = (self.label(), self.label(), self.label());
        self.place(again);
        let endless = matches!(&*w.test, Expr::BooleanLiteral(b) if b.value)
            || matches!(&*w.test, Expr::NumberLiteral(n)
                if matches!(&n.value, ast::Number::Int(i) if *i == 1u8));
        if !endless {
            self.branch(&w.test, false, exhausted)?;
        }
        let after_test = self.f.bound.clone();
        self.f.blocks.push(Block::Loop { end, again });
        self.stmts(&w.body)?;
        self.f.blocks.pop();
        self.f.span = span(w.test.range());
        self.jump(again);
        self.place(exhausted);
        self.f.bound.clone_from(&after_test);
        self.stmts(&w.orelse)?;
        self.place(end);
        self.f.meet(after_test);
        Ok(())
    }

    pub(super) fn for_stmt(&mut self, f: &'a ast::StmtFor) -> Check<()> {
        let iter = self.iterator(&f.iter, f.is_async)?;
        let (again, exhausted, end) = (self.label(), self.label(), self.label());
        let before = self.f.bound.clone();
        self.place(again);
        self.f.span = span(f.iter.range());
        self.next_item(iter, f.is_async, &f.target, exhausted)?;
        self.f.blocks.push(Block::Loop { end, again });
        self.stmts(&f.body)?;
        self.f.blocks.pop();
        self.f.span = span(f.iter.range());
        self.jump(again);
        self.place(exhausted);
        self.f.bound.clone_from(&before);
        self.stmts(&f.orelse)?;
        self.place(end);
        self.f.meet(before);
        Ok(())
    }

    /// The iterator of a loop in a temporary that stays.
    pub(super) fn iterator(&mut self, e: &'a Expr, is_async: bool) -> Check<Reg> {
        let iter = self.push()?;
        if is_async {
            self.iterator_into(e, true, iter)?;
            return Ok(iter);
        }
        let (_, _) = (self.push()?, self.push()?);
        let mark = self.f.temp;
        let src = self.iterated(e)?;
        self.reset(mark);
        self.emit_at(e, Op::ForPrep { dst: iter, src });
        Ok(iter)
    }

    pub(super) fn iterator_into(&mut self, e: &'a Expr, is_async: bool, iter: Reg) -> Check<()> {
        let mark = self.f.temp;
        let src = self.iterated(e)?;
        self.reset(mark);
        self.emit_at(
            e,
            if is_async {
                Op::GetAsyncIter { dst: iter, src }
            } else {
                Op::GetIter { dst: iter, src }
            },
        );
        Ok(())
    }

    /// Takes the next item into the target, or jumps.
    pub(super) fn next_item(
        &mut self,
        iter: Reg,
        is_async: bool,
        target: &'a Expr,
        exhausted: Label,
    ) -> Check<()> {
        let mark = self.f.temp;
        let variable = self.target_register(target);
        let dst = match variable {
            Some(reg) => reg,
            None => self.push()?,
        };
        self.emit(if is_async {
            Op::AsyncForIter { dst, iter }
        } else {
            Op::ForIter { dst, iter }
        });
        self.emit(Op::Jump { to: exhausted.0 });
        match variable {
            Some(reg) => self.f.set_bound(reg),
            None => self.store(target, dst)?,
        }
        self.reset(mark);
        Ok(())
    }

    /// The blocks from the innermost loop on.
    fn innermost_loop(&self) -> Option<(usize, Label, Label)> {
        let blocks = self.f.blocks.iter().enumerate().rev();
        blocks.into_iter().find_map(|(i, block)| match block {
            Block::Loop { end, again } => Some((i, *end, *again)),
            _ => None,
        })
    }

    pub(super) fn break_stmt(&mut self) -> Check<()> {
        if let Some((i, end, _)) = self.innermost_loop() {
            self.unwind(i + 1)?;
            self.jump(end);
        }
        Ok(())
    }

    pub(super) fn continue_stmt(&mut self) -> Check<()> {
        if let Some((i, _, again)) = self.innermost_loop() {
            self.unwind(i + 1)?;
            self.jump(again);
        }
        Ok(())
    }

    pub(super) fn return_stmt(&mut self, r: &'a ast::StmtReturn) -> Check<()> {
        let leaves = self
            .f
            .blocks
            .iter()
            .any(|b| !matches!(b, Block::Loop { .. }));
        let src = match &r.value {
            // The value is fixed now, whatever `finally` does to the variable.
            Some(value) if leaves => self.push_expr(value)?,
            Some(value) => self.operand(value)?,
            None => self.push_none()?,
        };
        self.unwind(0)?;
        self.emit_at(r, Op::Return { src });
        self.f.bound = None;
        Ok(())
    }

    /// Emits what leaving all blocks from number `to` on does. The blocks stay as they are.
    fn unwind(&mut self, to: usize) -> Check<()> {
        let handled = self.f.handled;
        let span = self.f.span;
        let mut left = Vec::new();
        while self.f.blocks.len() > to {
            let Some(block) = self.f.blocks.pop() else {
                break;
            };
            if let Some(region) = block.region() {
                self.close_region(region);
            }
            left.push(block);
            match block {
                Block::Loop { .. } | Block::Try { .. } => {}
                Block::Finally { body, .. } => self.stmts(body)?,
                Block::With {
                    exit,
                    is_async,
                    span,
                    ..
                } => self.exit_with(exit, is_async, span)?,
                Block::Handler => {
                    self.emit(Op::LeaveHandler);
                    self.f.handled -= 1;
                }
                Block::ExceptName { name, .. } => self.forget_name(name)?,
            }
        }
        for block in left.into_iter().rev() {
            if let Some(region) = block.region() {
                self.reopen_region(region);
            }
            self.f.blocks.push(block);
        }
        self.f.handled = handled;
        self.f.span = span;
        Ok(())
    }

    /// Leaves a context manager without an exception.
    pub(super) fn exit_with(&mut self, exit: Reg, is_async: bool, span: Span) -> Check<()> {
        let mark = self.f.temp;
        let dst = self.push()?;
        self.f.span = span;
        self.emit(Op::WithExit {
            dst,
            exit,
            exc: NO_REG,
        });
        if is_async {
            self.emit(Op::Await { dst, src: dst });
        }
        self.reset(mark);
        Ok(())
    }
}
