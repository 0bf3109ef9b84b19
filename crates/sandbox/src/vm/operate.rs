//! Operators beyond the fast paths: natives first, then methods written in Python, then CPython's error.

use super::after::After;
use super::call::Called;
use super::frame::Pending;
use super::raise::{Raise, Res};
use super::state::Vm;
use super::thread::Thread;
use crate::compile::op::{BinOp, CmpOp, UnaryOp};
use crate::heap::{Object, Ref, Sym, Type, Value, object::dunder, sym::sym};
use crate::objects::{self, iter, ops};

/// A method with its receiver and its argument.
type Candidate = (Value, Value, Value);

fn names(op: BinOp) -> (Sym, Sym, Sym, &'static str) {
    match op {
        BinOp::Add => (sym::ADD, sym::RADD, sym::IADD, "+"),
        BinOp::Sub => (sym::SUB, sym::RSUB, sym::ISUB, "-"),
        BinOp::Mul => (sym::MUL, sym::RMUL, sym::IMUL, "*"),
        BinOp::TrueDiv => (sym::TRUEDIV, sym::RTRUEDIV, sym::ITRUEDIV, "/"),
        BinOp::FloorDiv => (sym::FLOORDIV, sym::RFLOORDIV, sym::IFLOORDIV, "//"),
        BinOp::Mod => (sym::MOD, sym::RMOD, sym::IMOD, "%"),
        BinOp::Pow => (sym::POW, sym::RPOW, sym::IPOW, "** or pow()"),
        BinOp::LShift => (sym::LSHIFT, sym::RLSHIFT, sym::ILSHIFT, "<<"),
        BinOp::RShift => (sym::RSHIFT, sym::RRSHIFT, sym::IRSHIFT, ">>"),
        BinOp::And => (sym::AND, sym::RAND, sym::IAND, "&"),
        BinOp::Or => (sym::OR, sym::ROR, sym::IOR, "|"),
        BinOp::Xor => (sym::XOR, sym::RXOR, sym::IXOR, "^"),
        BinOp::MatMul => (sym::MATMUL, sym::RMATMUL, sym::IMATMUL, "@"),
    }
}

/// The method of a comparison, that of its reflection, and its symbol.
fn compare_names(op: CmpOp) -> (Sym, Sym, &'static str) {
    match op {
        CmpOp::Eq => (sym::EQ, sym::EQ, "=="),
        CmpOp::Ne => (sym::NE, sym::NE, "!="),
        CmpOp::Lt => (sym::LT, sym::GT, "<"),
        CmpOp::Le => (sym::LE, sym::GE, "<="),
        CmpOp::Gt => (sym::GT, sym::LT, ">"),
        CmpOp::Ge => (sym::GE, sym::LE, ">="),
        _ => (sym::EQ, sym::EQ, ""),
    }
}

impl Vm {
    /// The class of a value that may have methods written in Python.
    pub(crate) fn python_class(&self, v: Value) -> Option<Ref> {
        let Value::Ref(r) = v else { return None };
        match self.heap.get(r) {
            Object::Instance(i) => Some(i.class),
            Object::Exception(e) if e.class.0 as usize >= Type::ALL.len() => Some(e.class),
            _ => None,
        }
    }

    /// `a op b`.
    pub(crate) fn binary(
        &mut self,
        t: &mut Thread,
        op: BinOp,
        in_place: bool,
        a: Value,
        b: Value,
        chain: &mut Vec<After>,
    ) -> Res<Called> {
        if op == BinOp::Add
            && let (Value::Ref(x), Value::Ref(y)) = (a, b)
            && let (Object::Str(_), Object::Str(_)) = (self.heap.get(x), self.heap.get(y))
        {
            return objects::text_ops::joined(self, x, y).map(Called::Value);
        }
        let (left, right) = (self.python_class(a), self.python_class(b));
        let mut candidates: Vec<Candidate> = Vec::new();
        if left.is_some() || right.is_some() {
            let (name, reflected, inplace_name, _) = names(op);
            let find =
                |class: Option<Ref>, name| class.and_then(|c| self.special_method(a, c, name));
            if in_place && let Some(f) = find(left, inplace_name) {
                candidates.push((f, a, b));
            }
            let of_left = find(left, name).map(|f| (f, a, b));
            let of_right = match (left, right) {
                (Some(l), Some(r)) if l == r => None,
                _ => find(right, reflected).map(|f| (f, b, a)),
            };
            let right_first = match (left, right) {
                (Some(l), Some(r)) => {
                    l != r
                        && self.heap.class(r).mro.contains(&l)
                        && of_right.map(|c| c.0.is(find(left, reflected).unwrap_or(Value::Unbound)))
                            != Some(true)
                }
                (None, Some(r)) => {
                    let l = self.class_of(a);
                    self.heap.class(r).mro.contains(&l)
                }
                _ => false,
            };
            if right_first {
                candidates.extend(of_right);
                candidates.extend(of_left);
            } else {
                candidates.extend(of_left);
                candidates.extend(of_right);
            }
        }
        self.binary_candidates(t, op, in_place, a, b, candidates, chain)
    }

    /// Asks the next candidate of an operator.
    #[expect(clippy::too_many_arguments, reason = "an operator is that wide")]
    pub(crate) fn binary_candidates(
        &mut self,
        t: &mut Thread,
        op: BinOp,
        in_place: bool,
        a: Value,
        b: Value,
        mut rest: Vec<Candidate>,
        chain: &mut Vec<After>,
    ) -> Res<Called> {
        if !rest.is_empty() {
            let (f, this, arg) = rest.remove(0);
            chain.push(After::Binary {
                op,
                in_place,
                a,
                b,
                rest,
            });
            let whole = std::mem::take(chain);
            return self.call_method(t, f, this, &[arg], whole);
        }
        let native = if in_place {
            ops::inplace(self, op, a, b)
        } else {
            ops::binary(self, op, a, b)
        };
        match native {
            Ok(Some(v)) => Ok(Called::Value(v)),
            Ok(None) => {
                if op == BinOp::Or
                    && let Some(v) = self.union(a, b)?
                {
                    return Ok(Called::Value(v));
                }
                Err(if in_place {
                    ops::unsupported_inplace(self, op, a, b)
                } else {
                    ops::unsupported(self, op, a, b)
                })
            }
            Err(Raise::NeedsPython) => {
                let symbol = match op {
                    BinOp::Pow => "**",
                    _ => names(op).3,
                };
                let (function, symbol) = if in_place {
                    ("slow_inplace", format!("{symbol}="))
                } else {
                    ("slow_binary", symbol.to_string())
                };
                let symbol = self.new_str(symbol)?;
                let f = self.library(function)?;
                self.call_args(t, f, &[symbol, a, b], &[], chain)
            }
            Err(other) => Err(other),
        }
    }

    /// `int | None`: a union of types.
    fn union(&mut self, a: Value, b: Value) -> Res<Option<Value>> {
        let mut parts = Vec::new();
        let mut classes = 0;
        for v in [a, b] {
            match v {
                Value::None => parts.push(Type::NoneType.value()),
                Value::Ref(r) => match self.heap.get(r) {
                    Object::Class(_) => {
                        classes += 1;
                        parts.push(v);
                    }
                    Object::Alias { origin, args } => {
                        classes += 1;
                        if matches!(origin, Value::Ref(o) if *o == Type::Union.r()) {
                            parts.extend(self.heap.tuple(*args).iter().copied());
                        } else {
                            parts.push(v);
                        }
                    }
                    _ => return Ok(None),
                },
                _ => return Ok(None),
            }
        }
        if classes == 0 {
            return Ok(None);
        }
        let mut unique: Vec<Value> = Vec::new();
        for part in parts {
            if !unique.iter().any(|p| p.is(part)) {
                unique.push(part);
            }
        }
        if let [one] = unique.as_slice() {
            return Ok(Some(*one));
        }
        let Value::Ref(args) = self.new_tuple(unique)? else {
            return Ok(None);
        };
        let origin = Type::Union.value();
        self.alloc(Object::Alias { origin, args })
            .map(|r| Some(Value::Ref(r)))
    }

    /// `op a`.
    pub(crate) fn unary(&mut self, t: &mut Thread, op: UnaryOp, a: Value) -> Res<Called> {
        let name = match op {
            UnaryOp::Neg => sym::NEG,
            UnaryOp::Pos => sym::POS,
            UnaryOp::Invert => sym::INVERT,
        };
        if let Some(class) = self.python_class(a)
            && let Some(f) = self.special_method(a, class, name)
        {
            return self.call_method(t, f, a, &[], Vec::new());
        }
        match ops::unary(self, op, a)? {
            Some(v) => Ok(Called::Value(v)),
            None => Err(ops::unsupported_unary(self, op, a)),
        }
    }

    /// A comparison other than `is` and `in`.
    pub(crate) fn compare(
        &mut self,
        t: &mut Thread,
        op: CmpOp,
        a: Value,
        b: Value,
        chain: &mut Vec<After>,
    ) -> Res<Called> {
        if let Some(found) = objects::compare::texts(&self.heap, op, a, b) {
            return Ok(Called::Value(Value::Bool(found)));
        }
        let (left, right) = (self.python_class(a), self.python_class(b));
        let mut candidates: Vec<Candidate> = Vec::new();
        if left.is_some() || right.is_some() {
            let (name, reflected, _) = compare_names(op);
            let find =
                |class: Option<Ref>, name| class.and_then(|c| self.special_method(a, c, name));
            let mut of_left = find(left, name).map(|f| (f, a, b));
            let mut of_right = find(right, reflected).map(|f| (f, b, a));
            // The default `!=` is the opposite of `==`.
            if op == CmpOp::Ne && of_left.is_none() && of_right.is_none() {
                of_left = find(left, sym::EQ).map(|f| (f, a, b));
                of_right = find(right, sym::EQ).map(|f| (f, b, a));
                if of_left.is_some() || of_right.is_some() {
                    let is_after = chain.len();
                    chain.insert(is_after, After::Negate);
                    return self.compare(t, CmpOp::Eq, a, b, chain);
                }
            }
            let right_first = match (left, right) {
                (Some(l), Some(r)) => l != r && self.heap.class(r).mro.contains(&l),
                (None, Some(r)) => {
                    let l = self.class_of(a);
                    self.heap.class(r).mro.contains(&l)
                }
                _ => false,
            };
            if right_first {
                candidates.extend(of_right);
                candidates.extend(of_left);
            } else {
                candidates.extend(of_left);
                candidates.extend(of_right);
            }
        }
        self.compare_candidates(t, op, a, b, candidates, chain)
    }

    /// Asks the next candidate of a comparison.
    pub(crate) fn compare_candidates(
        &mut self,
        t: &mut Thread,
        op: CmpOp,
        a: Value,
        b: Value,
        mut rest: Vec<Candidate>,
        chain: &mut Vec<After>,
    ) -> Res<Called> {
        if !rest.is_empty() {
            let (f, this, arg) = rest.remove(0);
            chain.push(After::Compare { op, a, b, rest });
            let whole = std::mem::take(chain);
            return self.call_method(t, f, this, &[arg], whole);
        }
        match ops::compare(self, op, a, b) {
            Ok(Some(v)) => return Ok(Called::Value(v)),
            Ok(None) => {}
            // Both were asked already: what is left is identity.
            Err(Raise::NeedsPython) => {
                let asked = self.python_class(a).is_some() || self.python_class(b).is_some();
                let plain = |vm: &Self, v: Value| match v {
                    Value::Ref(r) => match vm.heap.get(r) {
                        Object::Instance(i) => i.native.is_unbound(),
                        _ => vm.python_class(v).is_some(),
                    },
                    _ => false,
                };
                if !(asked && (plain(self, a) || plain(self, b))) {
                    let name = match op {
                        CmpOp::Eq => "slow_eq",
                        CmpOp::Ne => "slow_ne",
                        CmpOp::Lt => "slow_lt",
                        CmpOp::Le => "slow_le",
                        CmpOp::Gt => "slow_gt",
                        _ => "slow_ge",
                    };
                    let f = self.library(name)?;
                    return self.call_args(t, f, &[a, b], &[], chain);
                }
            }
            Err(other) => return Err(other),
        }
        match op {
            CmpOp::Eq => Ok(Called::Value(Value::Bool(a.is(b)))),
            CmpOp::Ne => Ok(Called::Value(Value::Bool(!a.is(b)))),
            _ => {
                let text = format!(
                    "'{}' not supported between instances of '{}' and '{}'",
                    compare_names(op).2,
                    self.type_name(a),
                    self.type_name(b)
                );
                Err(self.type_error(text))
            }
        }
    }

    /// `item in container`.
    pub(crate) fn contains(
        &mut self,
        t: &mut Thread,
        container: Value,
        item: Value,
        mut chain: Vec<After>,
    ) -> Res<Called> {
        if let Value::Ref(r) = container
            && let Some(found) = objects::dict::quick_contains(&self.heap, r, item)
        {
            return match chain[..] {
                [] => Ok(Called::Value(Value::Bool(found))),
                _ => self.settle_after(t, chain, Value::Bool(found)),
            };
        }
        if let Some(class) = self.python_class(container) {
            if let Some(f) = self.special_method(container, class, sym::CONTAINS) {
                chain.push(After::Truth);
                return self.call_method(t, f, container, &[item], chain);
            }
            if self.find_in_class(class, sym::ITER).is_some()
                || self.find_in_class(class, sym::GETITEM).is_some()
            {
                return self.call_library(t, "slow_contains", &[container, item], chain);
            }
            if self.heap.class(class).layout == Type::Object {
                let class = self.type_name(container).to_string();
                return Err(self.type_error(format!("argument of type '{class}' is not iterable")));
            }
        }
        if let Some(f) = self.class_hook(container, "__kont_class_contains__") {
            return self.call_args(t, f, &[container, item], &[], &mut chain);
        }
        if self.iterates_in_python(container) {
            return self.call_library(t, "slow_contains", &[container, item], chain);
        }
        let found = match ops::contains(self, container, item) {
            Ok(Some(b)) => b,
            Ok(None) => {
                let class = self.type_name(container).to_string();
                return Err(self.type_error(format!("argument of type '{class}' is not iterable")));
            }
            Err(Raise::NeedsPython) => {
                return self.call_library(t, "slow_contains", &[container, item], chain);
            }
            Err(other) => return Err(other),
        };
        self.settle_after(t, chain, Value::Bool(found))
    }

    /// What a class of the library says of itself as a container: enumerations do.
    fn class_hook(&mut self, v: Value, name: &str) -> Option<Value> {
        let Value::Ref(r) = v else { return None };
        if !matches!(self.heap.get(r), Object::Class(_)) {
            return None;
        }
        let hook = self.sym(name);
        self.find_in_class(r, hook)
    }

    /// `bool(value)`.
    pub(crate) fn truth(
        &mut self,
        t: &mut Thread,
        v: Value,
        chain: &mut Vec<After>,
    ) -> Res<Called> {
        if let Some(class) = self.python_class(v)
            && self.heap.class(class).dunders & dunder::BOOL_OR_LEN != 0
        {
            if let Some(f) = self.special_method(v, class, sym::BOOL) {
                chain.push(After::Bool);
                let whole = std::mem::take(chain);
                return self.call_method(t, f, v, &[], whole);
            }
            if let Some(f) = self.special_method(v, class, sym::LEN) {
                chain.push(After::LengthTruth);
                let whole = std::mem::take(chain);
                return self.call_method(t, f, v, &[], whole);
            }
        }
        ops::truth(self, v).map(|b| Called::Value(Value::Bool(b)))
    }

    pub(crate) fn checked_length(&mut self, v: Value) -> Res<Value> {
        match v {
            Value::Int(i) if i >= 0 => Ok(v),
            Value::Bool(b) => Ok(Value::Int(i64::from(b))),
            Value::Int(_) => Err(self.value_error("__len__() should return >= 0")),
            Value::Ref(r) if matches!(self.heap.get(r), Object::BigInt(_)) => {
                let text = "cannot fit 'int' into an index-sized integer";
                Err(self.exception(Type::OverflowError, text))
            }
            _ => {
                let name = self.type_name(v).to_string();
                Err(self.type_error(format!(
                    "'{name}' object cannot be interpreted as an integer"
                )))
            }
        }
    }

    /// `len(value)`.
    pub(crate) fn length(
        &mut self,
        t: &mut Thread,
        v: Value,
        chain: &mut Vec<After>,
    ) -> Res<Called> {
        if let Some(class) = self.python_class(v)
            && let Some(f) = self.special_method(v, class, sym::LEN)
        {
            chain.push(After::Length);
            let whole = std::mem::take(chain);
            return self.call_method(t, f, v, &[], whole);
        }
        if let Some(f) = self.class_hook(v, "__kont_class_len__") {
            chain.push(After::Length);
            return self.call_args(t, f, &[v], &[], chain);
        }
        match ops::len(self, v)? {
            Some(n) => Ok(Called::Value(Value::Int(n as i64))),
            None => {
                let name = self.type_name(v).to_string();
                Err(self.type_error(format!("object of type '{name}' has no len()")))
            }
        }
    }

    /// `o[k]`.
    pub(crate) fn get_item(&mut self, t: &mut Thread, o: Value, k: Value) -> Res<Called> {
        if let Value::Ref(r) = o
            && let Some(v) = objects::dict::quick_get(&self.heap, r, k)
        {
            return Ok(Called::Value(v));
        }
        if let Some(class) = self.python_class(o)
            && let Some(f) = self.special_method(o, class, sym::GETITEM)
        {
            return self.call_method(t, f, o, &[k], Vec::new());
        }
        if let Value::Ref(r) = o
            && matches!(self.heap.get(r), Object::Class(_) | Object::Alias { .. })
        {
            return self.class_item(t, r, k);
        }
        match ops::get_item(self, o, k) {
            Ok(Some(v)) => Ok(Called::Value(v)),
            Ok(None) => {
                let class = self.class_of(o);
                if let Some(f) = self.native_method(class, sym::GETITEM) {
                    return self.call_value(
                        t,
                        Value::Native(f),
                        vec![o, k],
                        Vec::new(),
                        Vec::new(),
                    );
                }
                let name = self.type_name(o).to_string();
                Err(self.type_error(format!("'{name}' object is not subscriptable")))
            }
            Err(Raise::NeedsPython) => self.call_library(t, "slow_getitem", &[o, k], Vec::new()),
            Err(other) => Err(other),
        }
    }

    /// `list[int]`, `Stack[int]`.
    fn class_item(&mut self, t: &mut Thread, class: Ref, k: Value) -> Res<Called> {
        const GENERIC: &[Type] = &[
            Type::List,
            Type::Dict,
            Type::Tuple,
            Type::Set,
            Type::FrozenSet,
            Type::Type,
            Type::Enumerate,
            Type::Pattern,
            Type::Match,
        ];
        if let Some(f) = self.find_in_class(class, sym::CLASS_GETITEM) {
            let f = match f {
                Value::Ref(r) => match self.heap.get(r) {
                    Object::ClassMethod(f) => *f,
                    _ => f,
                },
                _ => f,
            };
            return self.call_value(t, f, vec![Value::Ref(class), k], Vec::new(), Vec::new());
        }
        let hook = self.sym("__kont_class_getitem__");
        if let Some(f) = self.find_in_class(class, hook) {
            return self.call_value(t, f, vec![Value::Ref(class), k], Vec::new(), Vec::new());
        }
        let generic = match self.heap.get(class) {
            Object::Class(c) => c
                .mro
                .iter()
                .any(|base| Type::of_ref(*base).is_some_and(|ty| GENERIC.contains(&ty))),
            _ => true,
        };
        if !generic {
            let name = self.heap.name(self.heap.class(class).name).to_string();
            return Err(self.type_error(format!("type '{name}' is not subscriptable")));
        }
        let args = match k {
            Value::Ref(r) if matches!(self.heap.get(r), Object::Tuple(_)) => r,
            _ => match self.new_tuple([k])? {
                Value::Ref(r) => r,
                _ => return Ok(Called::Value(Value::None)),
            },
        };
        let origin = match self.heap.get(class) {
            Object::Alias { origin, .. } => *origin,
            _ => Value::Ref(class),
        };
        self.alloc(Object::Alias { origin, args })
            .map(|r| Called::Value(Value::Ref(r)))
    }

    /// `o[k] = v`.
    pub(crate) fn set_item(&mut self, t: &mut Thread, o: Value, k: Value, v: Value) -> Res<Called> {
        if let Value::Ref(r) = o
            && objects::dict::quick_set(self, r, k, v)?
        {
            return Ok(Called::Value(Value::None));
        }
        if let Some(class) = self.python_class(o)
            && let Some(f) = self.special_method(o, class, sym::SETITEM)
        {
            return self.call_method(t, f, o, &[k, v], Vec::new());
        }
        match ops::set_item(self, o, k, v) {
            Ok(Some(())) => Ok(Called::Value(Value::None)),
            Ok(None) => {
                let name = self.type_name(o).to_string();
                Err(self.type_error(format!("'{name}' object does not support item assignment")))
            }
            Err(Raise::NeedsPython) => self.call_library(t, "slow_setitem", &[o, k, v], Vec::new()),
            Err(other) => Err(other),
        }
    }

    /// `del o[k]`.
    pub(crate) fn del_item(&mut self, t: &mut Thread, o: Value, k: Value) -> Res<Called> {
        if let Some(class) = self.python_class(o)
            && let Some(f) = self.special_method(o, class, sym::DELITEM)
        {
            return self.call_method(t, f, o, &[k], Vec::new());
        }
        match ops::del_item(self, o, k) {
            Ok(Some(())) => Ok(Called::Value(Value::None)),
            Ok(None) => {
                let name = self.type_name(o).to_string();
                Err(self.type_error(format!("'{name}' object doesn't support item deletion")))
            }
            Err(Raise::NeedsPython) => self.call_library(t, "slow_delitem", &[o, k], Vec::new()),
            Err(other) => Err(other),
        }
    }

    /// `iter(value)`.
    pub(crate) fn get_iter(
        &mut self,
        t: &mut Thread,
        v: Value,
        chain: &mut Vec<After>,
    ) -> Res<Called> {
        if let Value::Ref(r) = v {
            match self.heap.get(r) {
                Object::Generator(g) if g.kind == crate::heap::object::GeneratorKind::Generator => {
                    return Ok(Called::Value(v));
                }
                Object::Instance(i) => {
                    let (class, native) = (i.class, i.native);
                    match self.find_in_class(class, sym::ITER) {
                        Some(Value::None) => return Err(self.not_iterable(v)),
                        Some(f) => {
                            chain.push(After::Iterator);
                            let whole = std::mem::take(chain);
                            return self.call_method(t, f, v, &[], whole);
                        }
                        None => {}
                    }
                    if native.is_unbound() {
                        if self.find_in_class(class, sym::GETITEM).is_some() {
                            let f = self.library("slow_sequence_iter")?;
                            return self.call_args(t, f, &[v], &[], chain);
                        }
                        return Err(self.not_iterable(v));
                    }
                }
                Object::Class(_) => {
                    let hook = self.sym("__kont_class_iter__");
                    if let Some(f) = self.find_in_class(r, hook) {
                        return self.call_args(t, f, &[v], &[], chain);
                    }
                }
                _ => {}
            }
        }
        match iter::iter(self, v)? {
            Some(it) => Ok(Called::Value(it)),
            None => Err(self.not_iterable(v)),
        }
    }

    fn not_iterable(&mut self, v: Value) -> Raise {
        let name = self.type_name(v).to_string();
        self.type_error(format!("'{name}' object is not iterable"))
    }

    /// `Op::Unpack`: exactly `n` values to registers.
    pub(crate) fn unpack(&mut self, t: &mut Thread, v: Value, first: u16, n: u16) -> Res<Called> {
        if let Value::Ref(r) = v
            && matches!(self.heap.get(r), Object::Tuple(_) | Object::List(_))
        {
            return self.spread(t, v, first, n);
        }
        if self.iterates_in_python(v) {
            if let Some(frame) = t.frames.last_mut() {
                frame.pending = Pending::Unpack { first, n };
            }
            if let Some(class) = self.python_class(v)
                && self.find_in_class(class, sym::ITER).is_none()
                && self.find_in_class(class, sym::GETITEM).is_none()
            {
                return Err(self.cannot_unpack(v));
            }
            return self.call_library(t, "slow_unpack", &[v, Value::Int(i64::from(n))], Vec::new());
        }
        let Some(Value::Ref(it)) = iter::iter(self, v)? else {
            return Err(self.cannot_unpack(v));
        };
        let mut values = Vec::with_capacity(usize::from(n));
        while values.len() <= usize::from(n) {
            match iter::next(self, it)? {
                Some(v) => values.push(v),
                None => break,
            }
        }
        self.spread_values(t, &values, first, n)
    }

    fn cannot_unpack(&mut self, v: Value) -> Raise {
        let name = self.type_name(v).to_string();
        self.type_error(format!("cannot unpack non-iterable {name} object"))
    }

    /// Spreads a list or tuple over registers.
    pub(crate) fn spread(&mut self, t: &mut Thread, v: Value, first: u16, n: u16) -> Res<Called> {
        let values: Vec<Value> = match v {
            Value::Ref(r) => match self.heap.get(r) {
                Object::Tuple(items) if items.len() <= usize::from(n) => items.to_vec(),
                Object::List(items) if items.len() <= usize::from(n) => items.clone(),
                Object::Tuple(items) => items[..=usize::from(n)].to_vec(),
                Object::List(items) => items[..=usize::from(n)].to_vec(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        self.spread_values(t, &values, first, n)
    }

    fn spread_values(
        &mut self,
        t: &mut Thread,
        values: &[Value],
        first: u16,
        n: u16,
    ) -> Res<Called> {
        let wanted = usize::from(n);
        if values.len() > wanted {
            return Err(self.value_error(format!("too many values to unpack (expected {n})")));
        }
        if values.len() < wanted {
            let got = values.len();
            return Err(self.value_error(format!(
                "not enough values to unpack (expected {n}, got {got})"
            )));
        }
        if let Some(frame) = t.frames.last() {
            let at = frame.base as usize + usize::from(first);
            t.registers[at..at + wanted].copy_from_slice(values);
        }
        Ok(Called::Ready)
    }
}
