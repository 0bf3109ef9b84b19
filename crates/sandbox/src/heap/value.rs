//! Values: 16 bytes, copied freely. Everything larger lives on the heap behind a [`Ref`].

use serde::{Deserialize, Serialize};

/// A handle of a heap object: the slot's number. It means something in its own heap only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ref(pub u32);

/// The number of a native function in the table that `natives` builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NativeId(pub u16);

/// A Python value.
///
/// Two words, whatever it is: a smaller tag would let the compiler copy values in pieces of odd sizes, and what reads
/// them back as a whole waits for each piece.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[repr(u64)]
pub enum Value {
    /// No value: a local before its assignment, a deleted global, an absent argument. Never seen by a program.
    Unbound,
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer of 64 bits. Larger ones are `Object::BigInt`, which never holds one that fits here.
    Int(i64),
    /// A float.
    Float(f64),
    /// `Ellipsis`.
    Ellipsis,
    /// `NotImplemented`.
    NotImplemented,
    /// A function of the interpreter itself.
    Native(NativeId),
    /// A heap object. Built-in classes are the first slots: see [`crate::heap::Type`].
    Ref(Ref),
}

impl Value {
    /// Whether two values are the same object, as `is` tells.
    pub fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Unbound, Self::Unbound)
            | (Self::None, Self::None)
            | (Self::Ellipsis, Self::Ellipsis)
            | (Self::NotImplemented, Self::NotImplemented) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Native(a), Self::Native(b)) => a == b,
            (Self::Ref(a), Self::Ref(b)) => a == b,
            _ => false,
        }
    }

    /// Whether this is `Unbound`.
    pub fn is_unbound(self) -> bool {
        matches!(self, Self::Unbound)
    }

    /// Whether this is `None`.
    pub fn is_none(self) -> bool {
        matches!(self, Self::None)
    }

    /// The heap handle, if there is one.
    pub fn as_ref(self) -> Option<Ref> {
        match self {
            Self::Ref(r) => Some(r),
            _ => None,
        }
    }
}

impl From<Ref> for Value {
    fn from(r: Ref) -> Self {
        Self::Ref(r)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<i64> for Value {
    fn from(i: i64) -> Self {
        Self::Int(i)
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Self::Float(x)
    }
}
