//! Hashes: CPython's for numbers and tuples of them; keyed SipHash-1-3 for text.
//!
//! Source: CPython `Python/pyhash.c`, `Objects/{tupleobject,setobject,longobject}.c`.

use super::compare::{DEPTH_MAX, Look, Stop};
use super::{address, dunders};
use crate::heap::{Object, Ref, Value, object::dunder};
use crate::vm::raise::Res;
use crate::vm::state::Vm;
use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

/// The prime of numeric hashes: 2^61 - 1.
const MODULUS: u64 = (1 << 61) - 1;

/// `hash(v)`.
///
/// # Errors
/// `TypeError` if it has none; [`crate::vm::raise::Raise::NeedsPython`] if a user's `__hash__` has to run.
pub(crate) fn hash(vm: &mut Vm, v: Value) -> Res<i64> {
    if let Value::Int(i) = v {
        return Ok(of_int(i));
    }
    let look = Look::new(vm);
    let found = look.hash(v, 0);
    let cost = look.cost();
    vm.settle(cost, found)
}

/// The hash of a small integer.
pub(crate) fn of_int(i: i64) -> i64 {
    let rest = (i.unsigned_abs() % MODULUS) as i64;
    avoid_error(if i < 0 { -rest } else { rest })
}

/// The hash of a large integer.
pub(crate) fn of_big(i: &BigInt) -> i64 {
    let rest = (i.magnitude() % MODULUS).to_i64().unwrap_or(0);
    avoid_error(if i.sign() == Sign::Minus { -rest } else { rest })
}

/// -1 is CPython's sign of an error, so no hash is -1.
fn avoid_error(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

/// The hash of a float: that of the equal integer, if there is one.
pub(crate) fn of_float(x: f64) -> i64 {
    if x.is_infinite() {
        return if x > 0.0 { 314_159 } else { -314_159 };
    }
    if x.is_nan() {
        return 0;
    }
    let bits = x.abs().to_bits();
    let (mantissa, exponent) = match bits >> 52 {
        0 => (bits, -1074),
        e => (bits & ((1 << 52) - 1) | 1 << 52, e as i64 - 1075),
    };
    // x = mantissa * 2^exponent, and 2^61 = 1 modulo the prime.
    let turn = exponent.rem_euclid(61) as u32;
    let mantissa = mantissa % MODULUS;
    let turned = (u128::from(mantissa) << turn) % u128::from(MODULUS);
    let hash = turned as i64;
    avoid_error(if x < 0.0 { -hash } else { hash })
}

/// The hash of a tuple of the hashes of its items (xxHash's rounds).
pub(crate) fn of_tuple(items: &[i64]) -> i64 {
    const P1: u64 = 11_400_714_785_074_694_791;
    const P2: u64 = 14_029_467_366_897_019_727;
    const P5: u64 = 2_870_177_450_012_600_261;
    let mut acc = P5;
    for item in items {
        acc = acc.wrapping_add((*item as u64).wrapping_mul(P2));
        acc = acc.rotate_left(31).wrapping_mul(P1);
    }
    acc = acc.wrapping_add(items.len() as u64 ^ (P5 ^ 3_527_539));
    if acc == u64::MAX {
        return 1_546_275_796;
    }
    acc as i64
}

fn of_frozenset(hashes: impl Iterator<Item = i64>, len: usize) -> i64 {
    let mut acc: u64 = 0;
    for hash in hashes {
        let h = hash as u64;
        acc ^= ((h ^ 89_869_747) ^ (h << 16)).wrapping_mul(3_644_798_167);
    }
    acc ^= (len as u64 + 1).wrapping_mul(1_927_868_237);
    acc ^= (acc >> 11) ^ (acc >> 25);
    acc = acc.wrapping_mul(69_069).wrapping_add(907_133_923);
    if acc == u64::MAX {
        590_923_713
    } else {
        acc as i64
    }
}

impl Look<'_> {
    fn bytes_hash(&self, bytes: &[u8]) -> Result<i64, Stop> {
        self.spend(bytes.len() / 64)?;
        Ok(self.heap.bytes_hash(bytes))
    }

    /// `hash(v)`.
    pub(crate) fn hash(&self, v: Value, depth: u32) -> Result<i64, Stop> {
        let r = match v {
            Value::Int(i) => return Ok(of_int(i)),
            Value::Bool(b) => return Ok(i64::from(b)),
            Value::Float(x) => return Ok(of_float(x)),
            Value::None => return Ok(0xfca8_6420),
            Value::Ref(r) => r,
            other => return Ok((address(other) >> 4) as i64),
        };
        if depth > DEPTH_MAX {
            return Err(Stop::Deep);
        }
        let bits = dunders(self.heap, v);
        if bits & dunder::UNHASHABLE != 0 {
            return Err(Stop::Unhashable(v));
        }
        if bits & dunder::HASH != 0 {
            return Err(Stop::Python);
        }
        match self.heap.get(r) {
            Object::Str(text) => {
                self.spend(self.heap.text_of(text).len() / 64)?;
                Ok(self.heap.str_hash(r))
            }
            Object::Bytes(b) => self.bytes_hash(b),
            Object::BigInt(i) => Ok(of_big(i)),
            Object::Tuple(items) => self.items_hash(items, depth),
            Object::Slice(parts) => self.items_hash(&parts[..], depth),
            Object::Set(s) if s.frozen => self.set_hash(r),
            Object::List(_) | Object::Dict(_) | Object::Set(_) | Object::Namespace(_) => {
                Err(Stop::Unhashable(v))
            }
            Object::DictView { kind, .. } if *kind != crate::heap::object::ViewKind::Values => {
                Err(Stop::Unhashable(v))
            }
            Object::MappingProxy(_) => Err(Stop::Unhashable(v)),
            Object::Range(parts) => {
                let n = super::range::len(**parts) as i64;
                let none = self.hash(Value::None, depth)?;
                let hashes = [
                    of_int(n),
                    if n == 0 { none } else { of_int(parts[0]) },
                    if n <= 1 { none } else { of_int(parts[2]) },
                ];
                Ok(of_tuple(&hashes))
            }
            Object::Instance(i) if !i.native.is_unbound() => match self.hash(i.native, depth + 1) {
                Err(Stop::Unhashable(_)) => Err(Stop::Unhashable(v)),
                other => other,
            },
            Object::Method { func, this } => Ok(avoid_error(
                (address(*func) >> 4) as i64 ^ (address(*this) >> 4) as i64,
            )),
            Object::Alias { args, .. } => self.items_hash(self.heap.tuple(*args), depth),
            _ => Ok((address(v) >> 4) as i64),
        }
    }

    /// The hash of a set's items: that of the frozenset with these.
    pub(super) fn set_hash(&self, r: Ref) -> Result<i64, Stop> {
        let s = self.heap.set(r);
        self.spend(s.len())?;
        Ok(of_frozenset(s.iter().map(|(hash, _)| hash), s.len()))
    }

    fn items_hash(&self, items: &[Value], depth: u32) -> Result<i64, Stop> {
        self.spend(items.len())?;
        let mut hashes = smallvec::SmallVec::<[i64; 8]>::new();
        for item in items {
            hashes.push(self.hash(*item, depth + 1)?);
        }
        Ok(of_tuple(&hashes))
    }
}
