//! Displays of lists, tuples, sets and dicts, strings and f-strings.

use super::super::code::Const;
use super::super::error::{Check, Refusal};
use super::super::op::{NO_REG, Op, Reg};
use super::Lower;
use super::emit::span;
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::TextRange;

/// More elements than this are added one by one, so that frames stay small.
const MAX_REGISTER_ELEMENTS: usize = 64;

impl<'a> Lower<'a> {
    fn push_all(&mut self, elts: &'a [Expr]) -> Check<Reg> {
        let first = self.f.temp;
        for e in elts {
            self.push_expr(e)?;
        }
        Ok(first)
    }

    pub(super) fn list_display(
        &mut self,
        elts: &'a [Expr],
        range: TextRange,
        dst: Reg,
    ) -> Check<()> {
        let list = self.scratch(dst)?;
        self.list_into(elts, list, range, false)?;
        self.f.span = span(range);
        self.copy(dst, list);
        Ok(())
    }

    /// Makes a list in a temporary; `call` tells that it is the arguments of a call. Errors are those of `range`.
    pub(super) fn list_into(
        &mut self,
        elts: &'a [Expr],
        list: Reg,
        range: TextRange,
        call: bool,
    ) -> Check<()> {
        let mark = self.f.temp;
        let plain = elts
            .iter()
            .take_while(|e| !e.is_starred_expr())
            .take(MAX_REGISTER_ELEMENTS)
            .count();
        let (start, rest) = elts.split_at(plain);
        let first = self.push_all(start)?;
        self.emit(Op::List {
            dst: list,
            first,
            n: plain as u16,
        });
        self.reset(mark);
        for e in rest {
            let op = match e {
                Expr::Starred(s) => {
                    let src = self.operand(&s.value)?;
                    Op::ListExtend { call, list, src }
                }
                e => {
                    let src = self.operand(e)?;
                    Op::ListAppend { list, src }
                }
            };
            self.f.span = span(range);
            self.emit(op);
            self.reset(mark);
        }
        Ok(())
    }

    pub(super) fn tuple_display(
        &mut self,
        elts: &'a [Expr],
        range: TextRange,
        dst: Reg,
    ) -> Check<()> {
        let plain = elts.len() <= MAX_REGISTER_ELEMENTS && !elts.iter().any(Expr::is_starred_expr);
        if plain {
            let first = self.push_all(elts)?;
            self.f.span = span(range);
            self.emit(Op::Tuple {
                dst,
                first,
                n: elts.len() as u16,
            });
            return Ok(());
        }
        let list = self.push()?;
        self.list_into(elts, list, range, false)?;
        self.f.span = span(range);
        self.emit(Op::ListToTuple { dst, src: list });
        Ok(())
    }

    pub(super) fn set_display(&mut self, s: &'a ast::ExprSet, dst: Reg) -> Check<()> {
        let set = self.scratch(dst)?;
        let mark = self.f.temp;
        if s.elts.len() > 2 && s.elts.iter().all(is_constant) {
            // CPython copies a constant: the copy's table may be smaller than that of a set that grew.
            let src = self.push()?;
            self.constant_set(s, src)?;
            self.empty_set(s, set);
            self.emit_at(s, Op::SetUpdate { set, src });
            self.reset(mark);
        } else {
            self.set_into(s, set)?;
        }
        self.copy(dst, set);
        Ok(())
    }

    /// What a loop goes over: CPython makes a set of constants a constant, whose order the loop shows.
    pub(super) fn iterated(&mut self, e: &'a Expr) -> Check<Reg> {
        match e {
            Expr::Set(s) if s.elts.iter().all(is_constant) => {
                let set = self.push()?;
                self.constant_set(s, set)?;
                Ok(set)
            }
            e => self.operand(e),
        }
    }

    /// A set in the order of CPython's constants: these are made twice, the second time from the first's items.
    fn constant_set(&mut self, s: &'a ast::ExprSet, set: Reg) -> Check<()> {
        let mark = self.f.temp;
        let src = self.push()?;
        self.set_into(s, src)?;
        let list = self.push()?;
        let (dst, first) = (list, mark);
        self.emit_at(s, Op::List { dst, first, n: 0 });
        self.emit_at(
            s,
            Op::ListExtend {
                call: false,
                list,
                src,
            },
        );
        self.empty_set(s, set);
        self.emit_at(s, Op::SetUpdate { set, src: list });
        self.reset(mark);
        Ok(())
    }

    fn empty_set(&mut self, s: &'a ast::ExprSet, dst: Reg) {
        let first = self.f.temp;
        self.emit_at(s, Op::Set { dst, first, n: 0 });
    }

    fn set_into(&mut self, s: &'a ast::ExprSet, set: Reg) -> Check<()> {
        let mark = self.f.temp;
        let plain = s
            .elts
            .iter()
            .take_while(|e| !e.is_starred_expr())
            .take(MAX_REGISTER_ELEMENTS)
            .count();
        let (start, rest) = s.elts.split_at(plain);
        let first = self.push_all(start)?;
        self.emit_at(
            s,
            Op::Set {
                dst: set,
                first,
                n: plain as u16,
            },
        );
        self.reset(mark);
        for e in rest {
            let op = match e {
                Expr::Starred(s) => {
                    let src = self.operand(&s.value)?;
                    Op::SetUpdate { set, src }
                }
                e => {
                    let src = self.operand(e)?;
                    Op::SetAdd { set, src }
                }
            };
            self.emit_at(s, op);
            self.reset(mark);
        }
        Ok(())
    }

    pub(super) fn dict_display(&mut self, d: &'a ast::ExprDict, dst: Reg) -> Check<()> {
        let dict = self.scratch(dst)?;
        let mark = self.f.temp;
        let plain = d
            .items
            .iter()
            .take_while(|item| item.key.is_some())
            .take(MAX_REGISTER_ELEMENTS)
            .count();
        let (start, rest) = d.items.split_at(plain);
        for item in start {
            if let Some(key) = &item.key {
                self.push_expr(key)?;
                self.push_expr(&item.value)?;
            }
        }
        self.emit_at(
            d,
            Op::Dict {
                dst: dict,
                first: mark,
                n: plain as u16,
            },
        );
        self.reset(mark);
        for item in rest {
            let op = match &item.key {
                Some(key) => {
                    let key = self.operand(key)?;
                    let src = self.operand(&item.value)?;
                    Op::DictInsert { dict, key, src }
                }
                None => {
                    let src = self.operand(&item.value)?;
                    Op::DictMerge {
                        dict,
                        src,
                        call: false,
                    }
                }
            };
            self.emit_at(d, op);
            self.reset(mark);
        }
        self.copy(dst, dict);
        Ok(())
    }

    /// The text of a string literal.
    pub(super) fn string(&self, s: &ast::ExprStringLiteral) -> Check<String> {
        for part in &s.value {
            self.no_surrogate(part.range, part.flags.prefix().is_raw())?;
        }
        Ok(s.value.to_str().to_owned())
    }

    /// Refuses lone surrogates: text is UTF-8 here.
    fn no_surrogate(&self, range: TextRange, is_raw: bool) -> Check<()> {
        let text = &self.source[range];
        let mut bytes = text.bytes().enumerate();
        while let Some((i, b)) = bytes.next() {
            if b != b'\\' || is_raw {
                continue;
            }
            let digits = match bytes.next() {
                Some((_, b'u')) => text.get(i + 2..i + 6),
                Some((_, b'U')) => text.get(i + 2..i + 10),
                _ => None,
            };
            let code = digits.and_then(|d| u32::from_str_radix(d, 16).ok());
            if code.is_some_and(|c| (0xd800..0xe000).contains(&c)) {
                return Err(Refusal::unsupported(
                    range,
                    "a lone surrogate in a string",
                    Some("strings are valid Unicode text here"),
                ));
            }
        }
        Ok(())
    }

    pub(super) fn f_string(&mut self, f: &'a ast::ExprFString, dst: Reg) -> Check<()> {
        let mut parts = Parts::default();
        for part in &f.value {
            match part {
                ast::FStringPart::Literal(s) => {
                    self.no_surrogate(s.range, s.flags.prefix().is_raw())?;
                    parts.text.push_str(s.as_str());
                }
                ast::FStringPart::FString(f) => {
                    let is_raw = f.flags.prefix().is_raw();
                    self.elements(&f.elements, is_raw, &mut parts)?;
                }
            }
        }
        self.f.span = span(f.range);
        self.join(parts, dst)
    }

    /// Flushes the parts of an f-string into one string.
    fn join(&mut self, mut parts: Parts, dst: Reg) -> Check<()> {
        if parts.first.is_none() {
            self.load_const(dst, Const::Str(parts.text.into()));
            return Ok(());
        }
        self.flush(&mut parts)?;
        let first = parts.first.unwrap_or(dst);
        let n = self.f.temp - first;
        if n == 1 {
            self.copy(dst, first);
        } else {
            self.emit(Op::Concat { dst, first, n });
        }
        Ok(())
    }

    /// Puts the text so far into a temporary, and joins what is there if it is much.
    fn flush(&mut self, parts: &mut Parts) -> Check<()> {
        let text = std::mem::take(&mut parts.text);
        if !text.is_empty() {
            let reg = self.push()?;
            parts.first.get_or_insert(reg);
            self.load_const(reg, Const::Str(text.into()));
        }
        if let Some(first) = parts.first {
            let n = self.f.temp - first;
            if usize::from(n) >= MAX_REGISTER_ELEMENTS {
                self.emit(Op::Concat {
                    dst: first,
                    first,
                    n,
                });
                self.reset(first + 1);
            }
        }
        Ok(())
    }

    fn elements(
        &mut self,
        elements: &'a ast::InterpolatedStringElements,
        is_raw: bool,
        parts: &mut Parts,
    ) -> Check<()> {
        for element in elements {
            match element {
                ast::InterpolatedStringElement::Literal(s) => {
                    self.no_surrogate(s.range, is_raw)?;
                    parts.text.push_str(&s.value);
                }
                ast::InterpolatedStringElement::Interpolation(i) => {
                    self.interpolation(i, is_raw, parts)?;
                }
            }
        }
        Ok(())
    }

    fn interpolation(
        &mut self,
        i: &'a ast::InterpolatedElement,
        is_raw: bool,
        parts: &mut Parts,
    ) -> Check<()> {
        if let Some(debug) = &i.debug_text {
            parts.text.push_str(debug.as_str());
        }
        self.flush(parts)?;
        let out = self.push()?;
        parts.first.get_or_insert(out);
        let src = self.operand(&i.expression)?;
        let spec = match &i.format_spec {
            Some(spec) => {
                let reg = self.push()?;
                let mut inner = Parts::default();
                self.elements(&spec.elements, is_raw, &mut inner)?;
                self.join(inner, reg)?;
                reg
            }
            None => NO_REG,
        };
        let by_repr = i.debug_text.is_some() && i.format_spec.is_none();
        let conv = match i.conversion {
            ast::ConversionFlag::None if by_repr => b'r',
            ast::ConversionFlag::None => 0,
            ast::ConversionFlag::Str => b's',
            ast::ConversionFlag::Ascii => b'a',
            ast::ConversionFlag::Repr => b'r',
        };
        self.f.span = span(i.range);
        self.emit(Op::Format {
            conv,
            dst: out,
            src,
            spec,
        });
        self.reset(out + 1);
        Ok(())
    }
}

/// The parts of an f-string: temporaries from `first` on, then text that is not in one yet.
#[derive(Debug, Default)]
struct Parts {
    first: Option<Reg>,
    text: String,
}

/// Whether an expression is a constant after CPython's folding.
fn is_constant(e: &Expr) -> bool {
    match e {
        Expr::UnaryOp(u) => u.operand.is_number_literal_expr(),
        Expr::BinOp(b) => is_constant(&b.left) && is_constant(&b.right),
        Expr::Tuple(t) => t.elts.iter().all(is_constant),
        e => e.is_literal_expr(),
    }
}
