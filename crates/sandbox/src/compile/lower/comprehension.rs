//! Comprehensions, in the frame around them, and generator expressions, which are functions.

use super::super::code::{Code, CodeKind, Params};
use super::super::collect::with_stack;
use super::super::error::Check;
use super::super::op::{Op, Reg};
use super::super::scope::{ScopeId, fact, node_key};
use super::Lower;
use super::emit::span;
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

/// What a comprehension does with an element.
#[derive(Clone, Copy)]
enum Element<'a> {
    Append(Reg, &'a Expr),
    Add(Reg, &'a Expr),
    Insert(Reg, &'a Expr, &'a Expr),
    Yield(&'a Expr),
}

impl<'a> Lower<'a> {
    pub(super) fn comprehension(&mut self, e: &'a Expr, dst: Reg) -> Check<()> {
        let result = self.scratch(dst)?;
        let (key, generators, element, make) = match e {
            Expr::ListComp(c) => (
                node_key(c),
                &c.generators,
                Element::Append(result, &c.elt),
                Op::List {
                    dst: result,
                    first: result,
                    n: 0,
                },
            ),
            Expr::SetComp(c) => (
                node_key(c),
                &c.generators,
                Element::Add(result, &c.elt),
                Op::Set {
                    dst: result,
                    first: result,
                    n: 0,
                },
            ),
            Expr::DictComp(c) => (
                node_key(c),
                &c.generators,
                Element::Insert(result, c.key.as_deref().unwrap_or(&c.value), &c.value),
                Op::Dict {
                    dst: result,
                    first: result,
                    n: 0,
                },
            ),
            _ => return Ok(()),
        };
        let Some(first) = generators.first() else {
            return Ok(());
        };
        let iter = self.iterator(&first.iter, first.is_async)?;
        self.emit_at(e, make);
        let scope = self.scope_of(key);
        let outer = std::mem::replace(&mut self.f.scope, scope);
        let before = self.f.bound.clone();
        self.fresh_variables(scope);
        self.comprehension_loop(generators, iter, element)?;
        self.f.bound = before;
        self.f.scope = outer;
        self.copy(dst, result);
        Ok(())
    }

    /// A comprehension begins with variables of its own, each time that it runs.
    fn fresh_variables(&mut self, scope: ScopeId) {
        let scopes = self.scopes;
        for (i, name) in scopes.all[scope].names.iter().enumerate() {
            if let Some(&reg) = self.f.registers.get(&(scope, i)) {
                self.emit(Op::Clear { dst: reg });
                self.f.set_unbound(reg);
                if name.facts & fact::CELL != 0 {
                    self.emit(Op::MakeCell { reg });
                }
            }
        }
    }

    fn comprehension_loop(
        &mut self,
        generators: &'a [ast::Comprehension],
        iter: Reg,
        element: Element<'a>,
    ) -> Check<()> {
        let Some((generator, inner)) = generators.split_first() else {
            return self.element(element);
        };
        let mark = self.f.temp;
        let (again, exhausted) = (self.label(), self.label());
        let before = self.f.bound.clone();
        self.place(again);
        self.f.span = span(generator.iter.range());
        self.next_item(iter, generator.is_async, &generator.target, exhausted)?;
        for condition in &generator.ifs {
            self.branch(condition, false, again)?;
        }
        let inner_iter = match inner.first() {
            Some(next) => self.iterator(&next.iter, next.is_async)?,
            None => iter,
        };
        with_stack(|| self.comprehension_loop(inner, inner_iter, element))?;
        self.f.span = span(generator.iter.range());
        self.emit(Op::Jump { to: again.0 });
        self.place(exhausted);
        self.f.bound = before;
        self.reset(mark);
        Ok(())
    }

    fn element(&mut self, element: Element<'a>) -> Check<()> {
        let mark = self.f.temp;
        match element {
            Element::Append(list, e) => {
                let src = self.operand(e)?;
                self.emit_at(e, Op::ListAppend { list, src });
            }
            Element::Add(set, e) => {
                let src = self.operand(e)?;
                self.emit_at(e, Op::SetAdd { set, src });
            }
            Element::Insert(dict, key, value) => {
                let key_reg = self.operand(key)?;
                let src = self.operand(value)?;
                self.emit_at(
                    key,
                    Op::DictInsert {
                        dict,
                        key: key_reg,
                        src,
                    },
                );
            }
            Element::Yield(e) => {
                let src = self.operand(e)?;
                let dst = self.push()?;
                self.emit_at(e, Op::Yield { dst, src });
            }
        }
        self.reset(mark);
        Ok(())
    }

    pub(super) fn generator(&mut self, g: &'a ast::ExprGenerator, dst: Reg) -> Check<()> {
        let key = node_key(g);
        let scope = self.scope_of(key);
        let kind = if self.scopes.all[scope].awaits {
            CodeKind::AsyncGenerator
        } else {
            CodeKind::Generator
        };
        self.f.span = span(g.range);
        let start = Code {
            name: "<genexpr>".to_owned(),
            params: Params {
                names: vec![".0".to_owned()],
                positional_only: 1,
                positional: 1,
                ..Params::default()
            },
            kind,
            first_line: self.line(g.range.start().into()),
            ..Code::default()
        };
        let code = self.code(key, start, |this| {
            this.comprehension_loop(&g.generators, 0, Element::Yield(&g.elt))?;
            this.return_none()
        })?;
        let func = self.push()?;
        self.function(func, code, scope, None)?;
        let iter = self.push()?;
        if let Some(first) = g.generators.first() {
            self.iterator_into(&first.iter, first.is_async, iter)?;
        }
        self.f.span = span(g.range);
        self.emit(Op::Call { dst, func, argc: 1 });
        Ok(())
    }
}
