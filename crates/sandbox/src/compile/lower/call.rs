//! Calls. Function and arguments lie in consecutive temporaries at the top: the callee's frame begins there.

use super::super::code::CallSite;
use super::super::error::Check;
use super::super::op::{Op, Reg};
use super::super::scope::{ScopeKind, fact};
use super::Lower;
use super::emit::span;
use super::expr::Place;
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

/// More arguments than this are passed as a list.
const MAX_REGISTER_ARGUMENTS: usize = 200;

impl<'a> Lower<'a> {
    pub(super) fn call(&mut self, c: &'a ast::ExprCall, dst: Reg) -> Check<()> {
        if self.zero_argument_super(c, dst)? {
            return Ok(());
        }
        let arguments = &c.arguments;
        let spread = arguments.args.iter().any(Expr::is_starred_expr)
            || arguments.keywords.iter().any(|k| k.arg.is_none())
            || arguments.len() > MAX_REGISTER_ARGUMENTS;
        if let Expr::Attribute(a) = &*c.func
            && !spread
        {
            let obj = self.push_expr(&a.value)?;
            let name = self.attr(a.attr.as_str())?;
            let site = self.plain_arguments(name, arguments)?;
            self.f.span = span(TextRange::new(self.attribute_start(a), c.range().end()));
            self.emit(Op::CallMethod { dst, obj, site });
            return Ok(());
        }
        let func = self.push_expr(&c.func)?;
        if spread {
            self.spread_arguments(arguments, c.range())?;
            self.f.span = span(c.range());
            self.emit(Op::CallSpread { dst, func });
        } else if arguments.keywords.is_empty() {
            for arg in &arguments.args {
                self.push_expr(arg)?;
            }
            let argc = arguments.args.len() as u16;
            self.f.span = span(c.range());
            self.emit(Op::Call { dst, func, argc });
        } else {
            let site = self.plain_arguments(0, arguments)?;
            self.f.span = span(c.range());
            self.emit(Op::CallKw { dst, func, site });
        }
        Ok(())
    }

    /// Positional arguments, then the keywords' values, in temporaries.
    fn plain_arguments(&mut self, name: u16, arguments: &'a ast::Arguments) -> Check<u16> {
        for arg in &arguments.args {
            self.push_expr(arg)?;
        }
        let mut keywords = Vec::with_capacity(arguments.keywords.len());
        for keyword in &arguments.keywords {
            self.push_expr(&keyword.value)?;
            keywords.extend(keyword.arg.as_ref().map(|k| self.mangled(k.as_str())));
        }
        self.call_site(CallSite {
            name,
            positional: arguments.args.len() as u16,
            keywords,
        })
    }

    /// A list of positional arguments and a dict of keywords (or nothing) in the next two temporaries.
    pub(super) fn spread_arguments(
        &mut self,
        arguments: &'a ast::Arguments,
        range: TextRange,
    ) -> Check<()> {
        let list = self.push()?;
        self.list_into(&arguments.args, list, range, true)?;
        let dict = self.push()?;
        if arguments.keywords.is_empty() {
            self.emit(Op::Clear { dst: dict });
            return Ok(());
        }
        let mut made = false;
        let mut rest = arguments.keywords.as_slice();
        while let Some(first) = rest.first() {
            let Some(_) = &first.arg else {
                if !made {
                    self.emit(Op::Dict {
                        dst: dict,
                        first: self.f.temp,
                        n: 0,
                    });
                    made = true;
                }
                let src = self.push_expr(&first.value)?;
                self.f.span = span(range);
                self.emit(Op::DictMerge {
                    dict,
                    src,
                    call: true,
                });
                self.reset(dict + 1);
                rest = &rest[1..];
                continue;
            };
            let named = rest.iter().take_while(|k| k.arg.is_some()).take(64).count();
            let (group, after) = rest.split_at(named);
            let start = self.f.temp;
            // A later group is merged, so that a name that came before is an error.
            let target = if made { self.push()? } else { dict };
            let items = self.f.temp;
            for keyword in group {
                let key = self.push()?;
                let name = keyword.arg.as_ref().map_or("", |k| k.as_str());
                let name = self.mangled(name);
                self.load_const(key, super::super::code::Const::Str(name.into()));
                self.push_expr(&keyword.value)?;
            }
            self.emit(Op::Dict {
                dst: target,
                first: items,
                n: named as u16,
            });
            if made {
                self.f.span = span(range);
                self.emit(Op::DictMerge {
                    dict,
                    src: target,
                    call: true,
                });
            }
            made = true;
            self.reset(start);
            rest = after;
        }
        Ok(())
    }

    /// `super()` in a method: the class cell and the first parameter are implied.
    fn zero_argument_super(&mut self, c: &ast::ExprCall, dst: Reg) -> Check<bool> {
        let Expr::Name(n) = &*c.func else {
            return Ok(false);
        };
        let scopes = self.scopes;
        let root = &scopes.all[self.f.root];
        let is_builtin = n.id.as_str() == "super"
            && c.arguments.is_empty()
            && scopes.owner(self.f.scope, "super").is_none()
            && scopes.all[0].facts("super") & fact::BOUND == 0;
        let is_method = root.kind == ScopeKind::Function
            && root
                .names
                .first()
                .is_some_and(|p| p.facts & fact::PARAM != 0)
            && self.f.code.params.positional > 0;
        if !is_builtin || !is_method {
            return Ok(false);
        }
        let Place::Cell(cell) = self.place_of("__class__") else {
            return Ok(false);
        };
        let this_is_cell = root.names[0].facts & fact::CELL != 0;
        self.f.span = span(c.range());
        self.emit(Op::Super {
            this_is_cell,
            dst,
            cell,
            this: 0,
        });
        Ok(true)
    }
}
