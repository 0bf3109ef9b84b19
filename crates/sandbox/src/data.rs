//! Data: what crosses between a sandboxed program and its host. Plain, owned, serialisable; no handles.

use num_bigint::BigInt;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write as _};

/// A value copied out of, or into, a sandboxed program.
///
/// Nesting is at most [`Data::DEPTH_MAX`] levels; both directions refuse more.
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
    List(Vec<Data>),
    /// A tuple.
    Tuple(Vec<Data>),
    /// A dict, in insertion order.
    Dict(Vec<(Data, Data)>),
    /// A set, in iteration order.
    Set(Vec<Data>),
    /// A frozenset, in iteration order.
    FrozenSet(Vec<Data>),
    /// An instance of a plain class (a dataclass, a date): the class's name and its fields in order.
    Object {
        /// The class's name, without its module.
        class: String,
        /// Field names and values, in the order of declaration.
        fields: Vec<(String, Data)>,
    },
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
