//! Data: what crosses between a sandboxed program and its host. Plain, owned, serialisable; no handles.

use num_bigint::BigInt;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::cell::Cell;
use std::fmt::{self, Write as _};

/// A value copied out of, or into, a sandboxed program.
///
/// Nesting is at most [`Data::DEPTH_MAX`] levels; both directions refuse more, and so does reading it from bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Data {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// Any other integer.
    BigInt(BigInt),
    /// A float.
    Float(f64),
    /// A string.
    Str(String),
    /// A bytes object.
    Bytes(Vec<u8>),
    /// A list.
    List(#[serde(deserialize_with = "nested")] Vec<Data>),
    /// A tuple.
    Tuple(#[serde(deserialize_with = "nested")] Vec<Data>),
    /// A dict, in insertion order.
    Dict(#[serde(deserialize_with = "nested")] Vec<(Data, Data)>),
    /// A set, in iteration order.
    Set(#[serde(deserialize_with = "nested")] Vec<Data>),
    /// A frozenset, in iteration order.
    FrozenSet(#[serde(deserialize_with = "nested")] Vec<Data>),
    /// An instance of a plain class (a dataclass, a date): the class's name and its fields in order.
    Object {
        /// The class's name, without its module.
        class: String,
        /// Field names and values, in the order of declaration.
        #[serde(deserialize_with = "nested")]
        fields: Vec<(String, Data)>,
    },
}

/// Reads what lies inside of data, unless that is too deep: bytes come from anywhere, and each level takes native stack.
fn nested<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    thread_local! {
        static DEPTH: Cell<usize> = const { Cell::new(0) };
    }
    let depth = DEPTH.get();
    if depth > Data::DEPTH_MAX {
        return Err(D::Error::custom("data is nested too deeply"));
    }
    DEPTH.set(depth + 1);
    let read = T::deserialize(from);
    DEPTH.set(depth);
    read
}

/// An exception as it crosses the boundary: by name, not by object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The exception class's name, such as `PermissionError`.
    pub type_name: String,
    /// What `str(exc)` gives.
    pub message: String,
    /// More about it, where the host has more to say.
    pub data: Option<Data>,
}

/// How a call ended: with a value or with an exception.
pub type Outcome = Result<Data, Failure>;

impl Failure {
    /// A failure with a type's name and a message.
    pub fn new(type_name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            type_name: type_name.into(),
            message: message.into(),
            data: None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() {
            f.write_str(&self.type_name)
        } else {
            write!(f, "{}: {}", self.type_name, self.message)
        }
    }
}

impl Data {
    /// How deeply data may nest, in levels. More is refused where it would cross.
    pub const DEPTH_MAX: usize = 100;

    /// The text that Python's `repr()` gives.
    pub fn repr(&self) -> String {
        let mut out = String::new();
        self.write_repr(&mut out);
        out
    }

    fn write_repr(&self, out: &mut String) {
        match self {
            Self::None => out.push_str("None"),
            Self::Bool(true) => out.push_str("True"),
            Self::Bool(false) => out.push_str("False"),
            Self::Int(i) => write!(out, "{i}").unwrap_or_default(),
            Self::BigInt(i) => write!(out, "{i}").unwrap_or_default(),
            Self::Float(x) => out.push_str(&crate::text::float_repr(*x)),
            Self::Str(s) => out.push_str(&crate::text::str_repr(s)),
            Self::Bytes(b) => out.push_str(&crate::text::bytes_repr(b)),
            Self::List(items) => write_items(out, "[", items, "]"),
            Self::Tuple(items) if items.len() == 1 => write_items(out, "(", items, ",)"),
            Self::Tuple(items) => write_items(out, "(", items, ")"),
            Self::Set(items) if items.is_empty() => out.push_str("set()"),
            Self::Set(items) => write_items(out, "{", items, "}"),
            Self::FrozenSet(items) if items.is_empty() => out.push_str("frozenset()"),
            Self::FrozenSet(items) => write_items(out, "frozenset({", items, "})"),
            Self::Dict(pairs) => {
                out.push('{');
                for (i, (key, value)) in pairs.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    key.write_repr(out);
                    out.push_str(": ");
                    value.write_repr(out);
                }
                out.push('}');
            }
            Self::Object { class, fields } => {
                write!(out, "{class}(").unwrap_or_default();
                for (i, (name, value)) in fields.iter().enumerate() {
                    write!(out, "{}{name}=", if i == 0 { "" } else { ", " }).unwrap_or_default();
                    value.write_repr(out);
                }
                out.push(')');
            }
        }
    }
}

fn write_items(out: &mut String, open: &str, items: &[Data], close: &str) {
    out.push_str(open);
    for (i, item) in items.iter().enumerate() {
        out.push_str(if i == 0 { "" } else { ", " });
        item.write_repr(out);
    }
    out.push_str(close);
}

#[cfg(test)]
mod tests {
    use super::Data;

    fn deep(levels: usize) -> Data {
        (0..levels).fold(Data::None, |inner, _| Data::List(vec![inner]))
    }

    #[test]
    fn data_is_read_from_bytes_as_deep_as_it_may_be_and_no_deeper() {
        let read = |data: &Data| {
            let bytes = postcard::to_stdvec(data).expect("it has bytes");
            postcard::from_bytes::<Data>(&bytes)
        };
        let good = deep(Data::DEPTH_MAX);
        assert_eq!(read(&good), Ok(good));
        assert!(read(&deep(Data::DEPTH_MAX + 2)).is_err());
        // A refusal leaves nothing behind, and a million levels take no stack.
        let mut bytes = postcard::to_stdvec(&Data::List(vec![])).expect("it has bytes");
        let one = [bytes[0], 1].repeat(1_000_000);
        bytes.splice(..0, one);
        assert!(postcard::from_bytes::<Data>(&bytes).is_err());
        assert!(read(&deep(10)).is_ok());
    }
}
