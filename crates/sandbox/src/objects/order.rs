//! The stable order of keys that are all of one simple kind: numbers of 64 bits that the standard sort compares.
//!
//! Integers, floats and the first eight bytes of a text become numbers in the same order; tuples of these become
//! rows. Whatever has no such form (mixed kinds, NaN, lists, own classes) is left to who asks.

use super::sort_parts;
use crate::heap::{Heap, Object, Value};
use crate::vm::watch::Watch;
use std::cmp::Ordering;

/// The most columns of a row.
const COLUMNS: usize = 3;

/// What a column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Int,
    Float,
    Text,
}

/// Bytes that the rows of `n` keys take while they are sorted.
pub(crate) fn room(n: usize) -> usize {
    n.saturating_mul(size_of::<([u64; COLUMNS], u32)>() * 5 / 2)
}

/// The positions of keys in stable ascending order, or with `reverse` in stable descending order.
/// `None` if the keys are not all of one simple kind, or the run is to end: see [`Watch::is_due`].
pub(crate) fn positions(
    (heap, watch): (&Heap, &Watch),
    keys: &[Value],
    reverse: bool,
) -> Option<Vec<u32>> {
    u32::try_from(keys.len()).ok()?;
    let first = *keys.first()?;
    let columns = match tuple(heap, first) {
        Some(items) => items.len(),
        None => {
            return rows::<1>((heap, watch), keys, reverse, |heap, key| {
                Some([field(heap, key)?])
            });
        }
    };
    match columns {
        1 => rows::<1>((heap, watch), keys, reverse, fields),
        2 => rows::<2>((heap, watch), keys, reverse, fields),
        3 => rows::<3>((heap, watch), keys, reverse, fields),
        _ => None,
    }
}

fn tuple(heap: &Heap, v: Value) -> Option<&[Value]> {
    match v {
        Value::Ref(r) => match heap.get(r) {
            Object::Tuple(items) => Some(items),
            _ => None,
        },
        _ => None,
    }
}

fn fields<const N: usize>(heap: &Heap, key: Value) -> Option<[(Kind, u64); N]> {
    let items: &[Value; N] = tuple(heap, key)?.try_into().ok()?;
    let mut found = [(Kind::Int, 0); N];
    for (place, item) in found.iter_mut().zip(items) {
        *place = field(heap, *item)?;
    }
    Some(found)
}

/// A value as a number in the same order. Two texts with the same number are compared as texts.
fn field(heap: &Heap, v: Value) -> Option<(Kind, u64)> {
    const SIGN: u64 = 1 << 63;
    match v {
        Value::Int(i) => Some((Kind::Int, i as u64 ^ SIGN)),
        Value::Bool(b) => Some((Kind::Int, u64::from(b) ^ SIGN)),
        Value::Float(x) if x.is_nan() => None,
        Value::Float(x) => {
            // Both zeros are equal.
            let bits = if x == 0.0 { 0 } else { x.to_bits() };
            let ordered = if bits & SIGN == 0 { bits | SIGN } else { !bits };
            Some((Kind::Float, ordered))
        }
        Value::Ref(r) => match heap.get(r) {
            Object::Str(text) => {
                let bytes = heap.text_of(text).as_bytes();
                let mut head = [0; 8];
                let n = bytes.len().min(8);
                head[..n].copy_from_slice(&bytes[..n]);
                Some((Kind::Text, u64::from_be_bytes(head)))
            }
            _ => None,
        },
        _ => None,
    }
}

fn rows<const N: usize>(
    (heap, watch): (&Heap, &Watch),
    keys: &[Value],
    reverse: bool,
    fields: impl Fn(&Heap, Value) -> Option<[(Kind, u64); N]>,
) -> Option<Vec<u32>> {
    let kinds = fields(heap, *keys.first()?)?.map(|(kind, _)| kind);
    let mut rows: Vec<([u64; N], u32)> = Vec::with_capacity(keys.len());
    for (i, key) in keys.iter().enumerate() {
        let found = fields(heap, *key)?;
        if found.map(|(kind, _)| kind) != kinds {
            return None;
        }
        rows.push((found.map(|(_, number)| number), i as u32));
    }
    // In descending order, too, equal keys stay in theirs: turned before and after.
    if reverse {
        rows.reverse();
    }
    let is_sorted = if kinds.contains(&Kind::Text) {
        sort_parts::sort(&mut rows, watch, &|a, b| {
            for (column, kind) in kinds.iter().enumerate() {
                let order = a.0[column].cmp(&b.0[column]);
                let order = match order {
                    Ordering::Equal if *kind == Kind::Text => {
                        let text = |row: u32| text(heap, keys[row as usize], column);
                        text(a.1).cmp(text(b.1))
                    }
                    other => other,
                };
                if order.is_ne() {
                    return order;
                }
            }
            Ordering::Equal
        })
    } else {
        sort_parts::sort(&mut rows, watch, &|a, b| a.0.cmp(&b.0))
    };
    if !is_sorted {
        return None;
    }
    if reverse {
        rows.reverse();
    }
    Some(rows.into_iter().map(|(_, at)| at).collect())
}

/// The text in a column of a key.
fn text(heap: &Heap, key: Value, column: usize) -> &str {
    let v = match tuple(heap, key) {
        Some(items) => items.get(column).copied().unwrap_or(Value::None),
        None => key,
    };
    heap.as_str(v).unwrap_or_default()
}
