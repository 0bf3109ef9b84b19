//! Comparison without side effects: equality and order of built-in values, with the work counted.

use super::{dunders, unwrap};
use crate::compile::op::CmpOp;
use crate::heap::{
    Heap, Object, Ref, Type, Value,
    object::{ViewKind, dunder},
};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use crate::vm::watch::Watch;
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use std::cell::Cell;
use std::cmp::Ordering;

/// How deeply containers may nest in one comparison, hash or representation.
pub(crate) const DEPTH_MAX: u32 = 200;

/// Elements that one step pays for.
const ELEMENTS_PER_STEP: u64 = 8;

/// After so many elements it is looked at what may end the run.
const LOOK_ELEMENTS: u64 = 1 << 13;

/// Why a look at values ended early.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stop {
    /// Python code has to decide.
    Python,
    /// Nested too deeply.
    Deep,
    /// The steps are used up.
    Budget,
    /// Two values have no order.
    Unordered(CmpOp, Value, Value),
    /// A value has no hash.
    Unhashable(Value),
}

/// Looks at values of a heap, counting what it costs.
pub(crate) struct Look<'h> {
    pub(super) heap: &'h Heap,
    watch: &'h Watch,
    /// What it may cost until the next look at what may end the run, and after it.
    left: Cell<u64>,
    rest: Cell<u64>,
    start: u64,
}

type Found<T> = Result<T, Stop>;

impl<'h> Look<'h> {
    /// A look that may cost all steps that are left.
    pub(crate) fn new(vm: &'h Vm) -> Self {
        let start = vm.steps_left.saturating_mul(ELEMENTS_PER_STEP);
        Self {
            heap: &vm.heap,
            watch: &vm.watch,
            left: Cell::new(start.min(LOOK_ELEMENTS)),
            rest: Cell::new(start.saturating_sub(LOOK_ELEMENTS)),
            start,
        }
    }

    pub(super) fn spend(&self, n: usize) -> Found<()> {
        match self.left.get().checked_sub(n as u64) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => self.look(n as u64),
        }
    }

    #[cold]
    fn look(&self, n: u64) -> Found<()> {
        let all = self.left.get() + self.rest.get();
        if all < n || self.watch.is_due() {
            return Err(Stop::Budget);
        }
        let left = (all - n).min(LOOK_ELEMENTS);
        self.left.set(left);
        self.rest.set(all - n - left);
        Ok(())
    }

    /// The steps that were used.
    pub(crate) fn cost(&self) -> u64 {
        (self.start - self.left.get() - self.rest.get()) / ELEMENTS_PER_STEP
    }

    /// `a is b or a == b`: how containers compare their items.
    pub(crate) fn same(&self, a: Value, b: Value, depth: u32) -> Found<bool> {
        if a.is(b) {
            return Ok(true);
        }
        self.eq(a, b, depth)
    }

    /// `a == b`.
    pub(crate) fn eq(&self, a: Value, b: Value, depth: u32) -> Found<bool> {
        match (a, b) {
            (Value::Int(x), Value::Int(y)) => return Ok(x == y),
            (Value::Float(x), Value::Float(y)) => return Ok(x == y),
            _ => {}
        }
        if (dunders(self.heap, a) | dunders(self.heap, b)) & dunder::EQ != 0 {
            return Err(Stop::Python);
        }
        let (a, b) = (unwrap(self.heap, a), unwrap(self.heap, b));
        if let Some(order) = number_order(self.heap, a, b) {
            return Ok(order == Some(Ordering::Equal));
        }
        let (Value::Ref(x), Value::Ref(y)) = (a, b) else {
            return Ok(a.is(b));
        };
        if depth > DEPTH_MAX {
            return Err(Stop::Deep);
        }
        match (self.heap.get(x), self.heap.get(y)) {
            (Object::Str(x), Object::Str(y)) => {
                let (x, y) = (self.heap.text_of(x), self.heap.text_of(y));
                self.spend(x.len() / 64)?;
                Ok(x == y)
            }
            (Object::Bytes(x), Object::Bytes(y)) => {
                self.spend(x.len() / 64)?;
                Ok(x == y)
            }
            (Object::List(x), Object::List(y)) => self.items_eq(x, y, depth),
            (Object::Tuple(x), Object::Tuple(y)) => self.items_eq(x, y, depth),
            (Object::Dict(_), Object::Dict(_)) => self.dict_eq(x, y, depth),
            (Object::Range(x), Object::Range(y)) => {
                let (n, m) = (super::range::len(**x), super::range::len(**y));
                Ok(n == m && (n == 0 || x[0] == y[0] && (n == 1 || x[2] == y[2])))
            }
            (Object::Slice(x), Object::Slice(y)) => self.items_eq(&x[..], &y[..], depth),
            (Object::Method { func: f, this: s }, Object::Method { func: g, this: t }) => {
                Ok(f.is(*g) && s.is(*t))
            }
            (Object::Alias { origin: o, args: x }, Object::Alias { origin: p, args: y }) => {
                let (x, y) = (self.heap.tuple(*x), self.heap.tuple(*y));
                if !o.is(*p) {
                    return Ok(false);
                }
                if o.is(Type::Union.value()) {
                    return Ok(x.len() == y.len() && x.iter().all(|v| y.iter().any(|w| v.is(*w))));
                }
                self.items_eq(x, y, depth)
            }
            _ => match (self.set_like(x), self.set_like(y)) {
                (Some(n), Some(m)) => Ok(n == m && self.subset(x, y, depth)?),
                _ => Ok(x == y),
            },
        }
    }

    fn items_eq(&self, x: &[Value], y: &[Value], depth: u32) -> Found<bool> {
        if x.len() != y.len() {
            return Ok(false);
        }
        for (a, b) in x.iter().zip(y) {
            self.spend(1)?;
            if !self.same(*a, *b, depth + 1)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn dict_eq(&self, x: Ref, y: Ref, depth: u32) -> Found<bool> {
        let x = self.heap.dict(x);
        if x.len() != self.heap.dict(y).len() {
            return Ok(false);
        }
        for entry in x.iter() {
            self.spend(2)?;
            let Some(at) = self.find_key(y, entry.key, entry.hash, depth + 1)? else {
                return Ok(false);
            };
            let other = self
                .heap
                .dict(y)
                .entry(at)
                .map_or(Value::Unbound, |e| e.value);
            if !self.same(entry.value, other, depth + 1)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The position of a key in a dict.
    pub(crate) fn find_key(
        &self,
        dict: Ref,
        key: Value,
        hash: i64,
        depth: u32,
    ) -> Found<Option<usize>> {
        let mut stop = None;
        let found = self
            .heap
            .dict(dict)
            .find(hash, |k| match self.candidate(k, key, depth) {
                Ok(same) => same,
                Err(e) => {
                    stop = Some(e);
                    true
                }
            });
        stop.map_or(Ok(found), Err)
    }

    /// Whether a key with the hash that is sought is the one. Each costs: a table of keys with one hash is a list.
    fn candidate(&self, stored: Value, key: Value, depth: u32) -> Found<bool> {
        self.spend(1)?;
        self.same(stored, key, depth)
    }

    /// The position of a key in a set.
    pub(crate) fn find_item(
        &self,
        set: Ref,
        key: Value,
        hash: i64,
        depth: u32,
    ) -> Found<Option<usize>> {
        let mut stop = None;
        let found = self
            .heap
            .set(set)
            .find(hash, |k| match self.candidate(k, key, depth) {
                Ok(same) => same,
                Err(e) => {
                    stop = Some(e);
                    true
                }
            });
        stop.map_or(Ok(found), Err)
    }

    /// The size of a set or of a view that compares as one.
    pub(super) fn set_like(&self, r: Ref) -> Option<usize> {
        match self.heap.get(r) {
            Object::Set(s) => Some(s.len()),
            Object::DictView {
                kind: ViewKind::Values,
                ..
            } => None,
            Object::DictView { dict, .. } => Some(self.heap.dict(*dict).len()),
            _ => None,
        }
    }

    /// Whether every item of `x` is in `y`; both are set-like.
    fn subset(&self, x: Ref, y: Ref, depth: u32) -> Found<bool> {
        match self.heap.get(x) {
            Object::Set(s) => {
                for (hash, key) in s.iter() {
                    self.spend(2)?;
                    if !self.holds(y, key, hash, depth + 1)? {
                        return Ok(false);
                    }
                }
            }
            Object::DictView { dict, kind } => {
                for entry in self.heap.dict(*dict).iter() {
                    self.spend(2)?;
                    let inside = match kind {
                        ViewKind::Items => {
                            self.holds_pair(y, entry.key, entry.hash, entry.value, depth + 1)?
                        }
                        _ => self.holds(y, entry.key, entry.hash, depth + 1)?,
                    };
                    if !inside {
                        return Ok(false);
                    }
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn holds(&self, y: Ref, key: Value, hash: i64, depth: u32) -> Found<bool> {
        match self.heap.get(y) {
            Object::Set(_) => Ok(self.find_item(y, key, hash, depth)?.is_some()),
            Object::DictView {
                dict,
                kind: ViewKind::Keys,
            } => Ok(self.find_key(*dict, key, hash, depth)?.is_some()),
            Object::DictView { dict, .. } => match key {
                Value::Ref(pair) => match self.heap.get(pair) {
                    Object::Tuple(pair) if pair.len() == 2 => {
                        let hash = self.hash(pair[0], depth)?;
                        self.pair_in_dict(*dict, pair[0], hash, pair[1], depth)
                    }
                    _ => Ok(false),
                },
                _ => Ok(false),
            },
            _ => Ok(false),
        }
    }

    fn holds_pair(&self, y: Ref, key: Value, hash: i64, value: Value, depth: u32) -> Found<bool> {
        match self.heap.get(y) {
            Object::DictView {
                dict,
                kind: ViewKind::Items,
            } => self.pair_in_dict(*dict, key, hash, value, depth),
            Object::Set(s) => {
                let hash = super::hash::of_tuple(&[hash, self.hash(value, depth)?]);
                let mut stop = None;
                let found = s.find(hash, |stored| {
                    let Value::Ref(stored) = stored else {
                        return false;
                    };
                    let Object::Tuple(pair) = self.heap.get(stored) else {
                        return false;
                    };
                    match self.items_eq(pair, &[key, value], depth) {
                        Ok(same) => same,
                        Err(e) => {
                            stop = Some(e);
                            true
                        }
                    }
                });
                stop.map_or(Ok(found.is_some()), Err)
            }
            _ => Ok(false),
        }
    }

    fn pair_in_dict(
        &self,
        dict: Ref,
        key: Value,
        hash: i64,
        value: Value,
        depth: u32,
    ) -> Found<bool> {
        let Some(at) = self.find_key(dict, key, hash, depth)? else {
            return Ok(false);
        };
        let stored = self
            .heap
            .dict(dict)
            .entry(at)
            .map_or(Value::Unbound, |e| e.value);
        self.same(stored, value, depth)
    }

    /// `a op b` for the four order operators; `None` if the two have no order of the interpreter's own.
    pub(crate) fn order(&self, op: CmpOp, a: Value, b: Value, depth: u32) -> Found<Option<bool>> {
        if (dunders(self.heap, a) | dunders(self.heap, b)) & dunder::ORDER != 0 {
            return Ok(None);
        }
        let (a, b) = (unwrap(self.heap, a), unwrap(self.heap, b));
        if let Some(order) = number_order(self.heap, a, b) {
            return Ok(Some(order.is_some_and(|order| fits(op, order))));
        }
        let (Value::Ref(x), Value::Ref(y)) = (a, b) else {
            return Ok(None);
        };
        if depth > DEPTH_MAX {
            return Err(Stop::Deep);
        }
        match (self.heap.get(x), self.heap.get(y)) {
            (Object::Str(x), Object::Str(y)) => {
                let (x, y) = (self.heap.text_of(x), self.heap.text_of(y));
                self.spend(x.len().min(y.len()) / 64)?;
                Ok(Some(fits(op, x.cmp(y))))
            }
            (Object::Bytes(x), Object::Bytes(y)) => Ok(Some(fits(op, x.cmp(y)))),
            (Object::List(x), Object::List(y)) => self.items_order(op, x, y, depth),
            (Object::Tuple(x), Object::Tuple(y)) => self.items_order(op, x, y, depth),
            _ => {
                let (Some(n), Some(m)) = (self.set_like(x), self.set_like(y)) else {
                    return Ok(None);
                };
                Ok(Some(match op {
                    CmpOp::Lt => n < m && self.subset(x, y, depth)?,
                    CmpOp::Le => n <= m && self.subset(x, y, depth)?,
                    CmpOp::Gt => n > m && self.subset(y, x, depth)?,
                    _ => n >= m && self.subset(y, x, depth)?,
                }))
            }
        }
    }

    fn items_order(&self, op: CmpOp, x: &[Value], y: &[Value], depth: u32) -> Found<Option<bool>> {
        for (a, b) in x.iter().zip(y) {
            self.spend(1)?;
            if self.same(*a, *b, depth + 1)? {
                continue;
            }
            return match self.order(op, *a, *b, depth + 1)? {
                Some(answer) => Ok(Some(answer)),
                None if self.may_order(*a) || self.may_order(*b) => Err(Stop::Python),
                None => Err(Stop::Unordered(op, *a, *b)),
            };
        }
        Ok(Some(fits(op, x.len().cmp(&y.len()))))
    }

    pub(super) fn may_order(&self, v: Value) -> bool {
        dunders(self.heap, v) & dunder::ORDER != 0
    }
}

/// Compares two texts.
#[inline]
pub(crate) fn texts(heap: &Heap, op: CmpOp, a: Value, b: Value) -> Option<bool> {
    let (Value::Ref(x), Value::Ref(y)) = (a, b) else {
        return None;
    };
    let (Object::Str(s), Object::Str(t)) = (heap.get(x), heap.get(y)) else {
        return None;
    };
    if x == y {
        return Some(fits(op, Ordering::Equal));
    }
    let (s, t) = (heap.text_of(s), heap.text_of(t));
    // Longer ones are paid for.
    if s.len().min(t.len()) > 1024 {
        return None;
    }
    Some(match op {
        CmpOp::Eq => s == t,
        CmpOp::Ne => s != t,
        _ => fits(op, s.cmp(t)),
    })
}

/// Whether an order is one that the operator accepts.
pub(crate) fn fits(op: CmpOp, order: Ordering) -> bool {
    match op {
        CmpOp::Lt => order.is_lt(),
        CmpOp::Le => order.is_le(),
        CmpOp::Gt => order.is_gt(),
        CmpOp::Ge => order.is_ge(),
        CmpOp::Ne => order.is_ne(),
        _ => order.is_eq(),
    }
}

/// The order of two numbers, exactly; `Some(None)` with a NaN, `None` if one is no number.
pub(crate) fn number_order(heap: &Heap, a: Value, b: Value) -> Option<Option<Ordering>> {
    enum Number<'a> {
        Int(i64),
        Big(&'a BigInt),
        Float(f64),
    }
    let number = |v| match v {
        Value::Int(i) => Some(Number::Int(i)),
        Value::Bool(b) => Some(Number::Int(i64::from(b))),
        Value::Float(x) => Some(Number::Float(x)),
        Value::Ref(r) => match heap.get(r) {
            Object::BigInt(i) => Some(Number::Big(i)),
            _ => None,
        },
        _ => None,
    };
    Some(match (number(a)?, number(b)?) {
        (Number::Int(x), Number::Int(y)) => Some(x.cmp(&y)),
        (Number::Big(x), Number::Big(y)) => Some(x.cmp(y)),
        (Number::Float(x), Number::Float(y)) => x.partial_cmp(&y),
        (Number::Int(x), Number::Float(y)) => int_float(&BigInt::from(x), x as f64, y),
        (Number::Float(x), Number::Int(y)) => {
            int_float(&BigInt::from(y), y as f64, x).map(Ordering::reverse)
        }
        (Number::Big(x), Number::Float(y)) => int_float(x, f64::NAN, y),
        (Number::Float(x), Number::Big(y)) => int_float(y, f64::NAN, x).map(Ordering::reverse),
        // A `BigInt` is outside of 64 bits.
        (Number::Big(x), Number::Int(_)) => Some(x.sign().cmp(&num_bigint::Sign::NoSign)),
        (Number::Int(_), Number::Big(y)) => Some(num_bigint::Sign::NoSign.cmp(&y.sign())),
    })
}

/// The order of an integer and a float. `near` is the integer as a float if that is cheap.
fn int_float(x: &BigInt, near: f64, y: f64) -> Option<Ordering> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if y.is_nan() {
        return None;
    }
    if y.is_infinite() {
        return Some(if y > 0.0 {
            Ordering::Less
        } else {
            Ordering::Greater
        });
    }
    if near.abs() < EXACT {
        return near.partial_cmp(&y);
    }
    let whole = <BigInt as num_traits::FromPrimitive>::from_f64(y.trunc())?;
    Some(x.cmp(&whole).then_with(|| {
        let rest = y - whole.to_f64().unwrap_or(y);
        0.0_f64.partial_cmp(&rest).unwrap_or(Ordering::Equal)
    }))
}

impl Vm {
    /// Turns what a look found into a result, and pays for it.
    pub(crate) fn settle<T>(&mut self, cost: u64, found: Result<T, Stop>) -> Res<T> {
        match found {
            Ok(value) => {
                if cost > 0 {
                    self.pay(cost)?;
                }
                Ok(value)
            }
            Err(stop) => Err(self.stopped(stop)),
        }
    }

    #[cold]
    fn stopped(&mut self, stop: Stop) -> Raise {
        match stop {
            Stop::Python => Raise::NeedsPython,
            Stop::Deep => self.exception(
                Type::RecursionError,
                "maximum recursion depth exceeded in comparison",
            ),
            Stop::Budget => match self.look(0).and_then(|()| self.pay(u64::MAX)) {
                Err(raise) => raise,
                Ok(()) => Raise::Refused("a step budget without an end".into()),
            },
            Stop::Unordered(op, a, b) => super::ops::unordered(self, op, a, b),
            Stop::Unhashable(v) => {
                let name = self.type_name(v).to_string();
                self.type_error(format!("unhashable type: '{name}'"))
            }
        }
    }

    /// `a is b or a == b`.
    pub(crate) fn same(&mut self, a: Value, b: Value) -> Res<bool> {
        let look = Look::new(self);
        let found = look.same(a, b, 0);
        let cost = look.cost();
        self.settle(cost, found)
    }
}
