//! Assignment: storing to names, attributes, items and patterns of targets; `del`.

use super::super::error::{Check, Refusal};
use super::super::op::{Op, Reg};
use super::Lower;
use super::emit::span;
use super::expr::{Place, bin_op};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

impl<'a> Lower<'a> {
    /// Stores a register to a name.
    pub(super) fn store_name(&mut self, name: &str, src: Reg) -> Check<()> {
        let name = self.mangled(name);
        match self.place_of(&name) {
            Place::Register { reg, .. } => {
                self.copy(reg, src);
                self.f.set_bound(reg);
            }
            Place::Cell(cell) => self.emit(Op::StoreCell { cell, src }),
            Place::Global => {
                let slot = self.global(&name);
                self.emit(Op::StoreGlobal { src, slot });
            }
            Place::Class => {
                let name = self.name(&name)?;
                self.emit(Op::StoreName { src, name });
            }
        }
        Ok(())
    }

    /// The register of a target that is a plain variable.
    pub(super) fn target_register(&mut self, target: &Expr) -> Option<Reg> {
        let Expr::Name(n) = target else { return None };
        let name = self.mangled(n.id.as_str());
        match self.place_of(&name) {
            Place::Register { reg, .. } => Some(reg),
            _ => None,
        }
    }

    /// Stores a register to a target.
    pub(super) fn store(&mut self, target: &'a Expr, src: Reg) -> Check<()> {
        let mark = self.f.temp;
        super::super::collect::with_stack(|| self.store_inner(target, src))?;
        self.reset(mark);
        Ok(())
    }

    fn store_inner(&mut self, target: &'a Expr, src: Reg) -> Check<()> {
        match target {
            Expr::Name(n) => {
                self.f.span = span(n.range);
                self.store_name(n.id.as_str(), src)
            }
            Expr::Attribute(a) => {
                let obj = self.operand(&a.value)?;
                let name = self.attr(a.attr.as_str())?;
                self.emit_at(a, Op::SetAttr { obj, src, name });
                Ok(())
            }
            Expr::Subscript(s) => {
                let obj = self.operand(&s.value)?;
                let key = self.operand(&s.slice)?;
                self.emit_at(s, Op::SetItem { obj, key, src });
                Ok(())
            }
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                self.f.span = span(target.range());
                self.unpack(elts, src)
            }
            other => Err(Refusal::syntax(
                other.range(),
                "cannot assign to expression",
            )),
        }
    }

    fn unpack(&mut self, elts: &'a [Expr], src: Reg) -> Check<()> {
        if let Some(first) = self.side_by_side(elts) {
            let n = elts.len() as u16;
            self.emit(Op::Unpack { first, src, n });
            (first..first + n).for_each(|reg| self.f.set_bound(reg));
            return Ok(());
        }
        let first = self.f.temp;
        for _ in elts {
            self.push()?;
        }
        match elts.iter().position(Expr::is_starred_expr) {
            Some(star) => self.emit(Op::UnpackStar {
                before: star as u8,
                first,
                src,
                after: (elts.len() - star - 1) as u16,
            }),
            None => self.emit(Op::Unpack {
                first,
                src,
                n: elts.len() as u16,
            }),
        }
        for (reg, e) in (first..).zip(elts) {
            match e {
                Expr::Starred(s) => self.store(&s.value, reg)?,
                e => self.store(e, reg)?,
            }
        }
        Ok(())
    }

    /// The first register of targets that are plain variables whose registers follow one another.
    fn side_by_side(&mut self, targets: &[Expr]) -> Option<Reg> {
        let first = self.target_register(targets.first()?)?;
        let mut pairs = (first..).zip(targets);
        pairs
            .all(|(reg, target)| self.target_register(target) == Some(reg))
            .then_some(first)
    }

    pub(super) fn assign(&mut self, a: &'a ast::StmtAssign) -> Check<()> {
        if let [target] = a.targets.as_slice() {
            if let Some(reg) = self.target_register(target) {
                self.expr(&a.value, reg)?;
                self.f.set_bound(reg);
                return Ok(());
            }
            if self.assign_side_by_side(target, &a.value)? {
                return Ok(());
            }
        }
        let value = self.operand(&a.value)?;
        for target in &a.targets {
            self.store(target, value)?;
        }
        Ok(())
    }

    /// `a, b = b, a` without a tuple.
    fn assign_side_by_side(&mut self, target: &'a Expr, value: &'a Expr) -> Check<bool> {
        let (Expr::Tuple(targets), Expr::Tuple(values)) = (target, value) else {
            return Ok(false);
        };
        let has_star = |elts: &[Expr]| elts.iter().any(Expr::is_starred_expr);
        if targets.elts.len() != values.elts.len()
            || targets.elts.len() > 16
            || has_star(&targets.elts)
            || has_star(&values.elts)
        {
            return Ok(false);
        }
        let first = self.f.temp;
        for value in &values.elts {
            self.push_expr(value)?;
        }
        for (reg, target) in (first..).zip(&targets.elts) {
            self.store(target, reg)?;
        }
        Ok(true)
    }

    pub(super) fn augmented(&mut self, a: &'a ast::StmtAugAssign) -> Check<()> {
        let op = bin_op(a.op);
        match &*a.target {
            Expr::Name(_) => {
                let left = self.operand(&a.target)?;
                match self.target_register(&a.target) {
                    Some(dst) => {
                        self.binary(a, op, true, dst, left, &a.value)?;
                        self.f.set_bound(dst);
                    }
                    None => {
                        self.binary(a, op, true, left, left, &a.value)?;
                        self.store(&a.target, left)?;
                    }
                }
                Ok(())
            }
            Expr::Attribute(t) => {
                let obj = self.operand(&t.value)?;
                let name = self.attr(t.attr.as_str())?;
                let value = self.push()?;
                self.f.span = self.attribute_span(t);
                self.emit(Op::GetAttr {
                    dst: value,
                    obj,
                    name,
                });
                self.binary(a, op, true, value, value, &a.value)?;
                self.f.span = self.attribute_span(t);
                self.emit(Op::SetAttr {
                    obj,
                    src: value,
                    name,
                });
                Ok(())
            }
            Expr::Subscript(t) => {
                let obj = self.operand(&t.value)?;
                let key = self.operand(&t.slice)?;
                let value = self.push()?;
                self.emit_at(
                    t,
                    Op::GetItem {
                        dst: value,
                        obj,
                        key,
                    },
                );
                self.binary(a, op, true, value, value, &a.value)?;
                self.emit_at(
                    t,
                    Op::SetItem {
                        obj,
                        key,
                        src: value,
                    },
                );
                Ok(())
            }
            other => Err(Refusal::syntax(
                other.range(),
                "illegal expression for augmented assignment",
            )),
        }
    }

    pub(super) fn annotated(&mut self, stmt: &'a Stmt, a: &'a ast::StmtAnnAssign) -> Check<()> {
        if let Some(value) = &a.value {
            match self.target_register(&a.target) {
                Some(reg) => {
                    self.expr(value, reg)?;
                    self.f.set_bound(reg);
                }
                None => {
                    let value = self.operand(value)?;
                    self.store(&a.target, value)?;
                }
            }
        }
        let in_class = self.f.scope == self.f.root && self.scopes.all[self.f.root].annotations;
        if let Expr::Name(name) = &*a.target
            && a.simple
            && in_class
        {
            self.f.span = span(stmt.range());
            let annotations = self.push()?;
            let table = self.name("__annotations__")?;
            self.emit(Op::LoadName {
                dst: annotations,
                name: table,
            });
            let (key, text) = (self.push()?, self.push()?);
            let name = self.mangled(name.id.as_str());
            self.load_const(key, super::super::code::Const::Str(name.into()));
            let source = &self.source[a.annotation.range()];
            self.load_const(text, super::super::code::Const::Str(source.into()));
            self.emit(Op::SetItem {
                obj: annotations,
                key,
                src: text,
            });
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, target: &'a Expr) -> Check<()> {
        let mark = self.f.temp;
        match target {
            Expr::Name(n) => {
                self.f.span = span(n.range);
                let name = self.mangled(n.id.as_str());
                self.delete_name(&name)?;
            }
            Expr::Attribute(a) => {
                let obj = self.operand(&a.value)?;
                let name = self.attr(a.attr.as_str())?;
                self.emit_at(a, Op::DelAttr { obj, name });
            }
            Expr::Subscript(s) => {
                let obj = self.operand(&s.value)?;
                let key = self.operand(&s.slice)?;
                self.emit_at(s, Op::DelItem { obj, key });
            }
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                for e in elts {
                    super::super::collect::with_stack(|| self.delete(e))?;
                }
            }
            other => {
                return Err(Refusal::syntax(other.range(), "cannot delete expression"));
            }
        }
        self.reset(mark);
        Ok(())
    }

    /// `del` of a name that is already mangled.
    fn delete_name(&mut self, name: &str) -> Check<()> {
        match self.place_of(name) {
            Place::Register { reg, .. } => {
                if !self.f.is_bound(reg) {
                    let name = self.name(name)?;
                    self.emit(Op::CheckBound { src: reg, name });
                }
                self.emit(Op::Clear { dst: reg });
                self.f.set_unbound(reg);
            }
            Place::Cell(cell) => {
                let name = self.name(name)?;
                self.emit(Op::DelCell { cell, name });
            }
            Place::Global => {
                let slot = self.global(name);
                self.emit(Op::DelGlobal { slot });
            }
            Place::Class => {
                let name = self.name(name)?;
                self.emit(Op::DelName { name });
            }
        }
        Ok(())
    }

    /// The end of `except .. as name`: the name is bound no more, whatever the body did to it.
    pub(super) fn forget_name(&mut self, name: &str) -> Check<()> {
        let name = self.mangled(name);
        if let Place::Register { reg, .. } = self.place_of(&name) {
            self.emit(Op::Clear { dst: reg });
            self.f.set_unbound(reg);
            return Ok(());
        }
        let mark = self.f.temp;
        let none = self.push_none()?;
        self.store_name(&name, none)?;
        self.reset(mark);
        self.delete_name(&name)
    }
}
