//! Expressions.

use super::super::code::Const;
use super::super::collect::with_stack;
use super::super::error::{Check, Refusal};
use super::super::op::{BinOp, CmpOp, Op, Reg, UnaryOp};
use super::super::scope::{fact, mangle};
use super::Lower;
use super::emit::span;
use super::frame::Label;
use num_bigint::BigInt;
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange, TextSize};

/// Where a name's value is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// A register; whether an operand must be a copy (the name is bound by `:=`).
    Register { reg: Reg, volatile: bool },
    /// The content of the cell in a register.
    Cell(Reg),
    /// A global.
    Global,
    /// The namespace of a class body, then the globals.
    Class,
}

/// The instruction of a binary operator.
pub(super) fn bin_op(op: ast::Operator) -> BinOp {
    match op {
        ast::Operator::Add => BinOp::Add,
        ast::Operator::Sub => BinOp::Sub,
        ast::Operator::Mult => BinOp::Mul,
        ast::Operator::MatMult => BinOp::MatMul,
        ast::Operator::Div => BinOp::TrueDiv,
        ast::Operator::Mod => BinOp::Mod,
        ast::Operator::Pow => BinOp::Pow,
        ast::Operator::LShift => BinOp::LShift,
        ast::Operator::RShift => BinOp::RShift,
        ast::Operator::BitOr => BinOp::Or,
        ast::Operator::BitXor => BinOp::Xor,
        ast::Operator::BitAnd => BinOp::And,
        ast::Operator::FloorDiv => BinOp::FloorDiv,
    }
}

fn cmp_op(op: ast::CmpOp) -> CmpOp {
    match op {
        ast::CmpOp::Eq => CmpOp::Eq,
        ast::CmpOp::NotEq => CmpOp::Ne,
        ast::CmpOp::Lt => CmpOp::Lt,
        ast::CmpOp::LtE => CmpOp::Le,
        ast::CmpOp::Gt => CmpOp::Gt,
        ast::CmpOp::GtE => CmpOp::Ge,
        ast::CmpOp::Is => CmpOp::Is,
        ast::CmpOp::IsNot => CmpOp::IsNot,
        ast::CmpOp::In => CmpOp::In,
        ast::CmpOp::NotIn => CmpOp::NotIn,
    }
}

/// The constant of an integer literal.
pub(super) fn int_const(i: &ast::Int) -> Const {
    if let Some(small) = i.as_i64() {
        return Const::Int(small);
    }
    let text = i.to_string().replace('_', "");
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.get(..2) {
        Some("0x") => (&lower[2..], 16),
        Some("0o") => (&lower[2..], 8),
        Some("0b") => (&lower[2..], 2),
        _ => (lower.as_str(), 10),
    };
    let big = BigInt::parse_bytes(digits.as_bytes(), radix).unwrap_or_default();
    i64::try_from(&big).map_or(Const::BigInt(big), Const::Int)
}

impl<'a> Lower<'a> {
    /// Where the value of a name is, seen from the scope under work.
    pub(super) fn place_of(&mut self, name: &str) -> Place {
        let scopes = self.scopes;
        let from = self.f.scope;
        let Some(owner) = scopes.owner(from, name) else {
            return Place::Global;
        };
        let scope = &scopes.all[owner];
        if scope.frame != self.f.root {
            return self
                .f
                .free
                .get(name)
                .map_or(Place::Global, |reg| Place::Cell(*reg));
        }
        if scope.kind == super::super::scope::ScopeKind::Class {
            return match self.f.class_cell {
                Some(reg) if name == "__class__" && owner != from => Place::Cell(reg),
                _ => Place::Class,
            };
        }
        let found = scope
            .find(name)
            .and_then(|i| self.f.registers.get(&(owner, i)).map(|reg| (i, *reg)));
        match found {
            None => Place::Global,
            Some((i, reg)) if scope.names[i].facts & fact::CELL != 0 => Place::Cell(reg),
            Some((i, reg)) => Place::Register {
                reg,
                volatile: scope.names[i].facts & fact::WALRUS != 0,
            },
        }
    }

    /// The name as it is stored: private names of classes are completed.
    pub(super) fn mangled(&self, name: &str) -> String {
        let class = self.scopes.all[self.f.scope].class.as_deref();
        mangle(class, name).into_owned()
    }

    fn check_bound(&mut self, reg: Reg, name: &str) -> Check<()> {
        if !self.f.is_bound(reg) {
            let n = self.name(name)?;
            self.emit(Op::CheckBound { src: reg, name: n });
        }
        Ok(())
    }

    fn load_name(&mut self, n: &ast::ExprName, dst: Reg) -> Check<()> {
        let name = self.mangled(n.id.as_str());
        self.f.span = span(n.range);
        match self.place_of(&name) {
            Place::Register { reg, .. } => {
                self.check_bound(reg, &name)?;
                self.copy(dst, reg);
            }
            Place::Cell(cell) => {
                let n = self.name(&name)?;
                self.emit(Op::LoadCell { dst, cell, name: n });
            }
            Place::Global => {
                // Names that the class statement itself puts into the namespace.
                if self.f.root == self.f.scope
                    && matches!(name.as_str(), "__module__" | "__qualname__")
                    && self.scopes.all[self.f.root].kind == super::super::scope::ScopeKind::Class
                {
                    return self.load_class_name(&name, dst);
                }
                let slot = self.global(&name);
                self.emit(Op::LoadGlobal { dst, slot });
            }
            Place::Class => self.load_class_name(&name, dst)?,
        }
        Ok(())
    }

    fn load_class_name(&mut self, name: &str, dst: Reg) -> Check<()> {
        let n = self.name(name)?;
        let slot = self.global(name);
        let found = self.label();
        self.emit(Op::LoadName { dst, name: n });
        self.emit(Op::JumpIfBound {
            src: dst,
            to: found.0,
        });
        self.emit(Op::LoadGlobal { dst, slot });
        self.place(found);
        Ok(())
    }

    /// The value of an expression in some register: a variable's own, or a new temporary.
    pub(super) fn operand(&mut self, e: &'a Expr) -> Check<Reg> {
        if let Expr::Name(n) = e {
            let name = self.mangled(n.id.as_str());
            if let Place::Register {
                reg,
                volatile: false,
            } = self.place_of(&name)
            {
                self.f.span = span(n.range);
                self.check_bound(reg, &name)?;
                return Ok(reg);
            }
        }
        self.push_expr(e)
    }

    /// The value of an expression in the next temporary.
    pub(super) fn push_expr(&mut self, e: &'a Expr) -> Check<Reg> {
        let reg = self.push()?;
        self.expr(e, reg)?;
        self.reset(reg + 1);
        Ok(reg)
    }

    /// The value of an expression into a register. A variable is written by the last instruction only.
    pub(super) fn expr(&mut self, e: &'a Expr, dst: Reg) -> Check<()> {
        let mark = self.f.temp;
        with_stack(|| self.expr_inner(e, dst))?;
        self.reset(mark);
        Ok(())
    }

    fn expr_inner(&mut self, e: &'a Expr, dst: Reg) -> Check<()> {
        match e {
            Expr::BoolOp(b) => self.bool_op(b, dst),
            Expr::Named(n) => self.named(n, dst),
            Expr::BinOp(b) => {
                let a = self.operand(&b.left)?;
                self.binary(e, bin_op(b.op), false, dst, a, &b.right)
            }
            Expr::UnaryOp(u) => self.unary(u, dst),
            Expr::Lambda(l) => self.lambda(l, dst),
            Expr::If(i) => self.conditional(i, dst),
            Expr::Dict(d) => self.dict_display(d, dst),
            Expr::Set(s) => self.set_display(s, dst),
            Expr::List(l) => self.list_display(&l.elts, l.range, dst),
            Expr::Tuple(t) => self.tuple_display(&t.elts, t.range, dst),
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) => self.comprehension(e, dst),
            Expr::Generator(g) => self.generator(g, dst),
            Expr::Await(a) => {
                let src = self.operand(&a.value)?;
                self.emit_at(e, Op::Await { dst, src });
                Ok(())
            }
            Expr::Yield(y) => {
                let src = match &y.value {
                    Some(value) => self.operand(value)?,
                    None => self.push_none()?,
                };
                self.emit_at(e, Op::Yield { dst, src });
                Ok(())
            }
            Expr::YieldFrom(y) => {
                let src = self.operand(&y.value)?;
                let iter = self.push()?;
                self.emit_at(e, Op::GetYieldFromIter { dst: iter, src });
                let result = self.scratch(dst)?;
                self.emit(Op::YieldFrom { dst: result, iter });
                self.copy(dst, result);
                Ok(())
            }
            Expr::Compare(c) => self.compare(c, dst),
            Expr::Call(c) => self.call(c, dst),
            Expr::FString(f) => self.f_string(f, dst),
            Expr::StringLiteral(s) => {
                self.f.span = span(s.range);
                let text = self.string(s)?;
                self.load_const(dst, Const::Str(text.into()));
                Ok(())
            }
            Expr::BytesLiteral(b) => {
                self.f.span = span(b.range);
                let bytes: Vec<u8> = b.value.bytes().collect();
                self.load_const(dst, Const::Bytes(bytes.into()));
                Ok(())
            }
            Expr::NumberLiteral(n) => {
                self.f.span = span(n.range);
                match &n.value {
                    ast::Number::Int(i) => {
                        self.check_digits(n)?;
                        self.load_const(dst, int_const(i));
                    }
                    ast::Number::Float(x) => self.load_const(dst, Const::Float(*x)),
                    ast::Number::Complex { .. } => {
                        return Err(Refusal::unsupported(n.range, "a complex number", None));
                    }
                }
                Ok(())
            }
            Expr::BooleanLiteral(b) => {
                self.emit_at(e, Op::Bool { dst, b: b.value });
                Ok(())
            }
            Expr::NoneLiteral(_) => {
                self.emit_at(e, Op::None { dst });
                Ok(())
            }
            Expr::EllipsisLiteral(_) => {
                self.f.span = span(e.range());
                self.load_const(dst, Const::Ellipsis);
                Ok(())
            }
            Expr::Attribute(a) => {
                let obj = self.operand(&a.value)?;
                let name = self.attr(a.attr.as_str())?;
                self.f.span = self.attribute_span(a);
                self.emit(Op::GetAttr { dst, obj, name });
                Ok(())
            }
            Expr::Subscript(s) => {
                let obj = self.operand(&s.value)?;
                if let Expr::Slice(slice) = &*s.slice
                    && slice.step.is_none()
                {
                    let first = self.f.temp;
                    for part in [&slice.lower, &slice.upper] {
                        match part {
                            Some(part) => self.push_expr(part)?,
                            None => self.push_none()?,
                        };
                    }
                    self.emit_at(e, Op::GetSlice { dst, obj, first });
                    return Ok(());
                }
                let key = self.operand(&s.slice)?;
                self.emit_at(e, Op::GetItem { dst, obj, key });
                Ok(())
            }
            Expr::Name(n) => self.load_name(n, dst),
            Expr::Slice(s) => {
                let first = self.f.temp;
                for part in [&s.lower, &s.upper, &s.step] {
                    match part {
                        Some(part) => self.push_expr(part)?,
                        None => self.push_none()?,
                    };
                }
                self.emit_at(e, Op::Slice { dst, first });
                Ok(())
            }
            Expr::Starred(s) => Err(Refusal::syntax(
                s.range,
                "can't use starred expression here",
            )),
            Expr::TString(_) | Expr::IpyEscapeCommand(_) => {
                Err(Refusal::syntax(e.range(), "invalid syntax"))
            }
        }
    }

    /// Refuses decimal literals that CPython refuses, since their conversion takes quadratic time.
    fn check_digits(&self, n: &ast::ExprNumberLiteral) -> Check<()> {
        let text = &self.source[n.range];
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let is_decimal = !text.starts_with("0x") && !text.starts_with("0X");
        if digits > 4300 && is_decimal && matches!(n.value, ast::Number::Int(_)) {
            return Err(Refusal::syntax(
                n.range,
                format!(
                    "Exceeds the limit (4300 digits) for integer string conversion: value has {digits} digits; \
                     use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer \
                     literals to avoid decimal conversion limits."
                ),
            ));
        }
        Ok(())
    }

    /// `None` in the next temporary.
    pub(super) fn push_none(&mut self) -> Check<Reg> {
        let dst = self.push()?;
        self.emit(Op::None { dst });
        Ok(dst)
    }

    /// Where CPython says that an attribute is looked up: its name alone if it stands on a line of its own.
    pub(super) fn attribute_span(&self, a: &ast::ExprAttribute) -> super::super::code::Span {
        let start = self.attribute_start(a);
        span(TextRange::new(start, a.range.end()))
    }

    pub(super) fn attribute_start(&self, a: &ast::ExprAttribute) -> TextSize {
        let own_line = self.line(a.range.start().into()) != self.line(a.attr.range.start().into());
        if own_line {
            a.attr.range.start()
        } else {
            a.range.start()
        }
    }

    fn unary(&mut self, u: &'a ast::ExprUnaryOp, dst: Reg) -> Check<()> {
        if u.op == ast::UnaryOp::USub
            && let Expr::NumberLiteral(n) = &*u.operand
        {
            self.check_digits(n)?;
            let folded = match &n.value {
                ast::Number::Int(i) => Some(match int_const(i) {
                    Const::Int(i) => Const::Int(-i),
                    Const::BigInt(big) => {
                        let negative = -big;
                        i64::try_from(&negative).map_or(Const::BigInt(negative), Const::Int)
                    }
                    other => other,
                }),
                ast::Number::Float(x) => Some(Const::Float(-x)),
                ast::Number::Complex { .. } => None,
            };
            if let Some(value) = folded {
                self.f.span = span(u.range);
                self.load_const(dst, value);
                return Ok(());
            }
        }
        let a = self.operand(&u.operand)?;
        let op = match u.op {
            ast::UnaryOp::Not => Op::Not { dst, a },
            ast::UnaryOp::Invert => Op::Unary {
                op: UnaryOp::Invert,
                dst,
                a,
            },
            ast::UnaryOp::UAdd => Op::Unary {
                op: UnaryOp::Pos,
                dst,
                a,
            },
            ast::UnaryOp::USub => Op::Unary {
                op: UnaryOp::Neg,
                dst,
                a,
            },
        };
        self.emit_at(u, op);
        Ok(())
    }

    fn named(&mut self, n: &'a ast::ExprNamed, dst: Reg) -> Check<()> {
        let value = self.scratch(dst)?;
        self.expr(&n.value, value)?;
        self.store(&n.target, value)?;
        self.copy(dst, value);
        Ok(())
    }

    fn bool_op(&mut self, b: &'a ast::ExprBoolOp, dst: Reg) -> Check<()> {
        let value = self.scratch(dst)?;
        let end = self.label();
        let mut after_first = None;
        for (i, e) in b.values.iter().enumerate() {
            self.expr(e, value)?;
            if i == 0 {
                after_first.clone_from(&self.f.bound);
            }
            if i + 1 < b.values.len() {
                self.f.span = span(e.range());
                self.emit(match b.op {
                    ast::BoolOp::And => Op::JumpIfNot {
                        cond: value,
                        to: end.0,
                    },
                    ast::BoolOp::Or => Op::JumpIf {
                        cond: value,
                        to: end.0,
                    },
                });
            }
        }
        self.place(end);
        self.f.bound = after_first;
        self.copy(dst, value);
        Ok(())
    }

    fn conditional(&mut self, i: &'a ast::ExprIf, dst: Reg) -> Check<()> {
        let value = self.scratch(dst)?;
        let (otherwise, end) = (self.label(), self.label());
        self.branch(&i.test, false, otherwise)?;
        let before = self.f.bound.clone();
        self.expr(&i.body, value)?;
        self.emit(Op::Jump { to: end.0 });
        let after = std::mem::replace(&mut self.f.bound, before);
        self.place(otherwise);
        self.expr(&i.orelse, value)?;
        self.place(end);
        self.f.meet(after);
        self.copy(dst, value);
        Ok(())
    }

    /// A binary operation whose left operand is in a register.
    pub(super) fn binary(
        &mut self,
        e: &'a impl Ranged,
        op: BinOp,
        in_place: bool,
        dst: Reg,
        a: Reg,
        right: &'a Expr,
    ) -> Check<()> {
        let made = match (op, small_int(right)) {
            (BinOp::Add, Some(i)) => Op::AddInt {
                in_place,
                dst,
                a,
                i,
            },
            (BinOp::Sub, Some(i)) => Op::SubInt {
                in_place,
                dst,
                a,
                i,
            },
            (op, Some(i)) if !in_place => Op::BinaryInt { op, dst, a, i },
            _ => {
                let b = self.operand(right)?;
                match op {
                    BinOp::Add => Op::Add {
                        in_place,
                        dst,
                        a,
                        b,
                    },
                    BinOp::Sub => Op::Sub {
                        in_place,
                        dst,
                        a,
                        b,
                    },
                    BinOp::Mul => Op::Mul {
                        in_place,
                        dst,
                        a,
                        b,
                    },
                    op if in_place => Op::InPlace { op, dst, a, b },
                    op => Op::Binary { op, dst, a, b },
                }
            }
        };
        self.emit_at(e, made);
        Ok(())
    }

    fn compare(&mut self, c: &'a ast::ExprCompare, dst: Reg) -> Check<()> {
        let mut a = self.operand(&c.left)?;
        let last = c.ops.len() - 1;
        if last == 0 {
            let op = cmp_op(c.ops[0]);
            let with_int = !matches!(op, CmpOp::Is | CmpOp::IsNot | CmpOp::In | CmpOp::NotIn);
            if let (true, Some(i)) = (with_int, small_int(&c.comparators[0])) {
                self.emit_at(c, Op::CompareInt { op, dst, a, i });
                return Ok(());
            }
            let b = self.operand(&c.comparators[0])?;
            self.emit_at(c, Op::Compare { op, dst, a, b });
            return Ok(());
        }
        let value = self.scratch(dst)?;
        let end = self.label();
        let mut after_first = None;
        for (i, (op, right)) in c.ops.iter().zip(&c.comparators).enumerate() {
            let b = self.operand(right)?;
            let op = cmp_op(*op);
            self.emit_at(
                c,
                Op::Compare {
                    op,
                    dst: value,
                    a,
                    b,
                },
            );
            if i == 0 {
                after_first.clone_from(&self.f.bound);
            }
            if i < last {
                self.emit(Op::JumpIfNot {
                    cond: value,
                    to: end.0,
                });
            }
            a = b;
        }
        self.place(end);
        self.f.bound = after_first;
        self.copy(dst, value);
        Ok(())
    }

    /// Jumps to the label if the truth of the expression is `when`; else goes on.
    pub(super) fn branch(&mut self, e: &'a Expr, when: bool, to: Label) -> Check<()> {
        with_stack(|| self.branch_inner(e, when, to))
    }

    fn branch_inner(&mut self, e: &'a Expr, when: bool, to: Label) -> Check<()> {
        match e {
            Expr::UnaryOp(u) if u.op == ast::UnaryOp::Not => self.branch(&u.operand, !when, to),
            Expr::BoolOp(b) => {
                // `and` is false at its first false value, `or` true at its first true one.
                let decides = b.op == ast::BoolOp::Or;
                let skip = self.label();
                let mut after_first = None;
                for (i, value) in b.values.iter().enumerate() {
                    let is_last = i + 1 == b.values.len();
                    if is_last || decides == when {
                        self.branch(value, when, to)?;
                    } else {
                        self.branch(value, decides, skip)?;
                    }
                    if i == 0 {
                        after_first.clone_from(&self.f.bound);
                    }
                }
                self.place(skip);
                self.f.bound = after_first;
                Ok(())
            }
            e => {
                let mark = self.f.temp;
                let cond = self.operand(e)?;
                self.reset(mark);
                self.f.span = span(e.range());
                self.emit(if when {
                    Op::JumpIf { cond, to: to.0 }
                } else {
                    Op::JumpIfNot { cond, to: to.0 }
                });
                Ok(())
            }
        }
    }
}

/// The value of a small number as it stands in the source.
fn small_int(e: &Expr) -> Option<i16> {
    match e {
        Expr::NumberLiteral(n) => match &n.value {
            ast::Number::Int(i) => i.as_i64().and_then(|i| i16::try_from(i).ok()),
            _ => None,
        },
        _ => None,
    }
}
