//! `match`. Names are bound after the whole pattern has matched.

use super::super::code::{ClassPattern, Const};
use super::super::collect::with_stack;
use super::super::error::Check;
use super::super::op::{CmpOp, Op, Reg};
use super::Lower;
use super::emit::span;
use super::frame::Label;
use ruff_python_ast::{self as ast, Pattern};
use ruff_text_size::Ranged;

/// The temporaries of a pattern's names.
type Captures<'a> = Vec<(&'a str, Reg)>;

impl<'a> Lower<'a> {
    pub(super) fn match_stmt(&mut self, m: &'a ast::StmtMatch) -> Check<()> {
        let subject = self.push_expr(&m.subject)?;
        let end = self.label();
        let mut done = None;
        for case in &m.cases {
            let mark = self.f.temp;
            let fail = self.label();
            let before = self.f.bound.clone();
            let mut captures = Vec::new();
            self.capture_registers(&case.pattern, &mut captures)?;
            self.pattern(&case.pattern, subject, fail, &captures)?;
            for (name, reg) in &captures {
                self.store_name(name, *reg)?;
            }
            if let Some(guard) = &case.guard {
                self.branch(guard, false, fail)?;
            }
            self.stmts(&case.body)?;
            if self.f.bound.is_some() {
                self.emit(Op::Jump { to: end.0 });
            }
            let always = case.guard.is_none() && case.pattern.is_irrefutable();
            let failed = if always { None } else { before };
            let after = std::mem::replace(&mut self.f.bound, failed);
            self.merge(&mut done, after);
            self.place(fail);
            self.reset(mark);
        }
        self.place(end);
        self.f.meet(done);
        Ok(())
    }

    fn capture_registers(&mut self, p: &'a Pattern, out: &mut Captures<'a>) -> Check<()> {
        let name = match p {
            Pattern::MatchSequence(s) => {
                for p in &s.patterns {
                    with_stack(|| self.capture_registers(p, out))?;
                }
                None
            }
            Pattern::MatchMapping(m) => {
                for p in &m.patterns {
                    with_stack(|| self.capture_registers(p, out))?;
                }
                m.rest.as_ref()
            }
            Pattern::MatchClass(c) => {
                let keywords = c.arguments.keywords.iter().map(|k| &k.pattern);
                for p in c.arguments.patterns.iter().chain(keywords) {
                    with_stack(|| self.capture_registers(p, out))?;
                }
                None
            }
            Pattern::MatchStar(s) => s.name.as_ref(),
            Pattern::MatchAs(a) => {
                if let Some(p) = &a.pattern {
                    with_stack(|| self.capture_registers(p, out))?;
                }
                a.name.as_ref()
            }
            // All alternatives bind the same names.
            Pattern::MatchOr(o) => {
                if let Some(p) = o.patterns.first() {
                    with_stack(|| self.capture_registers(p, out))?;
                }
                None
            }
            Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => None,
        };
        if let Some(name) = name {
            out.push((name.as_str(), self.push()?));
        }
        Ok(())
    }

    fn capture(&mut self, name: Option<&ast::Identifier>, src: Reg, captures: &Captures<'a>) {
        let target = name.and_then(|name| captures.iter().find(|(n, _)| *n == name.as_str()));
        if let Some((_, dst)) = target {
            self.emit(Op::Move { dst: *dst, src });
        }
    }

    fn pattern(
        &mut self,
        p: &'a Pattern,
        src: Reg,
        fail: Label,
        captures: &Captures<'a>,
    ) -> Check<()> {
        let mark = self.f.temp;
        self.f.span = span(p.range());
        with_stack(|| self.pattern_inner(p, src, fail, captures))?;
        self.reset(mark);
        Ok(())
    }

    fn pattern_inner(
        &mut self,
        p: &'a Pattern,
        src: Reg,
        fail: Label,
        captures: &Captures<'a>,
    ) -> Check<()> {
        match p {
            Pattern::MatchValue(v) => {
                let b = self.operand(&v.value)?;
                self.f.span = span(p.range());
                self.compare_or_fail(CmpOp::Eq, src, b, fail)
            }
            Pattern::MatchSingleton(s) => {
                let b = self.push()?;
                self.load_const(
                    b,
                    match s.value {
                        ast::Singleton::None => Const::None,
                        ast::Singleton::True => Const::Bool(true),
                        ast::Singleton::False => Const::Bool(false),
                    },
                );
                self.compare_or_fail(CmpOp::Is, src, b, fail)
            }
            Pattern::MatchSequence(s) => self.sequence(&s.patterns, src, fail, captures),
            Pattern::MatchMapping(m) => self.mapping(m, src, fail, captures),
            Pattern::MatchClass(c) => self.class_pattern(c, src, fail, captures),
            Pattern::MatchStar(s) => {
                self.capture(s.name.as_ref(), src, captures);
                Ok(())
            }
            Pattern::MatchAs(a) => {
                if let Some(p) = &a.pattern {
                    self.pattern(p, src, fail, captures)?;
                }
                self.capture(a.name.as_ref(), src, captures);
                Ok(())
            }
            Pattern::MatchOr(o) => {
                let matched = self.label();
                for (i, p) in o.patterns.iter().enumerate() {
                    if i + 1 == o.patterns.len() {
                        self.pattern(p, src, fail, captures)?;
                    } else {
                        let next = self.label();
                        self.pattern(p, src, next, captures)?;
                        self.emit(Op::Jump { to: matched.0 });
                        self.place(next);
                    }
                }
                self.place(matched);
                Ok(())
            }
        }
    }

    fn compare_or_fail(&mut self, op: CmpOp, a: Reg, b: Reg, fail: Label) -> Check<()> {
        let dst = self.push()?;
        self.emit(Op::Compare { op, dst, a, b });
        self.emit(Op::JumpIfNot {
            cond: dst,
            to: fail.0,
        });
        Ok(())
    }

    fn length_or_fail(&mut self, op: CmpOp, src: Reg, n: usize, fail: Label) -> Check<()> {
        let mark = self.f.temp;
        let (dst, b) = (self.push()?, self.push()?);
        self.emit(Op::Len { dst, src });
        self.load_const(b, Const::Int(n as i64));
        self.compare_or_fail(op, dst, b, fail)?;
        self.reset(mark);
        Ok(())
    }

    fn test_or_fail(&mut self, test: impl Fn(Reg) -> Op, fail: Label) -> Check<()> {
        let dst = self.push()?;
        self.emit(test(dst));
        self.emit(Op::JumpIfNot {
            cond: dst,
            to: fail.0,
        });
        self.reset(dst);
        Ok(())
    }

    fn sequence(
        &mut self,
        patterns: &'a [Pattern],
        src: Reg,
        fail: Label,
        captures: &Captures<'a>,
    ) -> Check<()> {
        self.test_or_fail(|dst| Op::MatchSequence { dst, src }, fail)?;
        let star = patterns.iter().position(Pattern::is_match_star);
        let (op, n) = match star {
            Some(_) => (CmpOp::Ge, patterns.len() - 1),
            None => (CmpOp::Eq, patterns.len()),
        };
        self.length_or_fail(op, src, n, fail)?;
        if patterns.is_empty() {
            return Ok(());
        }
        let first = self.f.temp;
        for _ in patterns {
            self.push()?;
        }
        self.emit(match star {
            Some(star) => Op::UnpackStar {
                before: star as u8,
                first,
                src,
                after: (patterns.len() - star - 1) as u16,
            },
            None => Op::Unpack {
                first,
                src,
                n: patterns.len() as u16,
            },
        });
        for (reg, p) in (first..).zip(patterns) {
            self.pattern(p, reg, fail, captures)?;
        }
        Ok(())
    }

    fn mapping(
        &mut self,
        m: &'a ast::PatternMatchMapping,
        src: Reg,
        fail: Label,
        captures: &Captures<'a>,
    ) -> Check<()> {
        self.test_or_fail(|dst| Op::MatchMapping { dst, src }, fail)?;
        if !m.keys.is_empty() {
            self.length_or_fail(CmpOp::Ge, src, m.keys.len(), fail)?;
        }
        let keys = self.push()?;
        for key in &m.keys {
            self.push_expr(key)?;
        }
        self.f.span = span(m.range);
        self.emit(Op::Tuple {
            dst: keys,
            first: keys + 1,
            n: m.keys.len() as u16,
        });
        self.reset(keys + 1);
        if !m.keys.is_empty() {
            let dst = self.push()?;
            self.emit(Op::MatchKeys { dst, src, keys });
            self.sub_patterns(dst, m.patterns.iter(), fail, captures)?;
        }
        if let Some(rest) = &m.rest {
            let dst = self.push()?;
            self.f.span = span(rest.range);
            self.emit(Op::MatchRest { dst, src, keys });
            self.capture(Some(rest), dst, captures);
        }
        Ok(())
    }

    fn class_pattern(
        &mut self,
        c: &'a ast::PatternMatchClass,
        src: Reg,
        fail: Label,
        captures: &Captures<'a>,
    ) -> Check<()> {
        let dst = self.push_expr(&c.cls)?;
        let spec = self.table(self.f.code.class_patterns.len(), "patterns")?;
        self.f.code.class_patterns.push(ClassPattern {
            positional: c.arguments.patterns.len() as u16,
            keywords: c
                .arguments
                .keywords
                .iter()
                .map(|k| k.attr.to_string())
                .collect(),
        });
        self.f.span = span(c.range);
        self.emit(Op::MatchClass { dst, src, spec });
        let keywords = c.arguments.keywords.iter().map(|k| &k.pattern);
        let all = c.arguments.patterns.iter().chain(keywords);
        self.sub_patterns(dst, all, fail, captures)
    }

    /// Matches the elements of the tuple in a register; `None` there is no match.
    fn sub_patterns(
        &mut self,
        tuple: Reg,
        patterns: impl Iterator<Item = &'a Pattern> + Clone,
        fail: Label,
        captures: &Captures<'a>,
    ) -> Check<()> {
        self.emit(Op::JumpIfNone {
            src: tuple,
            to: fail.0,
        });
        let first = self.f.temp;
        let mut n = 0;
        for _ in patterns.clone() {
            self.push()?;
            n += 1;
        }
        if n == 0 {
            return Ok(());
        }
        self.emit(Op::Unpack {
            first,
            src: tuple,
            n,
        });
        for (reg, p) in (first..).zip(patterns) {
            self.pattern(p, reg, fail, captures)?;
        }
        Ok(())
    }
}
