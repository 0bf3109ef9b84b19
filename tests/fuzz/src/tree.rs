//! A snapshot's image as a tree of its parts, each with its name, and back to bytes: what is changed in it is changed
//! by what it means, and still reads as an image.

use crate::entropy::Entropy;
use serde::ser::{self, Serialize};
use std::fmt;

/// A part.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// Nothing: `()`, or a variant without fields.
    Unit,
    /// A bool.
    Bool(bool),
    /// One byte as it is.
    Byte(u8),
    /// An unsigned number.
    Unsigned(u64),
    /// A signed number.
    Signed(i64),
    /// A float.
    Float(f64),
    /// A text.
    Text(String),
    /// What may be there.
    Option(Option<Box<Tree>>),
    /// Any number of parts.
    Many(Vec<Tree>),
    /// Parts without names, as many as the type says.
    Fixed(Vec<Tree>),
    /// A structure, or a number with a name of its own.
    Struct(&'static str, Vec<(&'static str, Tree)>),
    /// A variant of an enumeration: its number and its content.
    Variant(&'static str, u32, Box<Tree>),
}

impl Tree {
    /// The bytes that postcard gives.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Unit => {}
            Self::Bool(b) => out.push(u8::from(*b)),
            Self::Byte(b) => out.push(*b),
            Self::Unsigned(n) => varint(*n, out),
            Self::Signed(n) => varint(((n << 1) ^ (n >> 63)) as u64, out),
            Self::Float(x) => out.extend_from_slice(&x.to_le_bytes()),
            Self::Text(text) => {
                varint(text.len() as u64, out);
                out.extend_from_slice(text.as_bytes());
            }
            Self::Option(None) => out.push(0),
            Self::Option(Some(part)) => {
                out.push(1);
                part.write(out);
            }
            Self::Many(parts) => {
                varint(parts.len() as u64, out);
                parts.iter().for_each(|part| part.write(out));
            }
            Self::Fixed(parts) => parts.iter().for_each(|part| part.write(out)),
            Self::Struct(_, parts) => parts.iter().for_each(|(_, part)| part.write(out)),
            Self::Variant(_, number, content) => {
                varint(u64::from(*number), out);
                content.write(out);
            }
        }
    }

    /// The parts of a part, each with the name of its field if it has one.
    pub fn parts(&self) -> Vec<(&'static str, &Self)> {
        match self {
            Self::Option(Some(part)) | Self::Variant(_, _, part) => vec![("", part)],
            Self::Many(parts) | Self::Fixed(parts) => parts.iter().map(|p| ("", p)).collect(),
            Self::Struct(_, parts) => parts.iter().map(|(name, p)| (*name, p)).collect(),
            _ => Vec::new(),
        }
    }

    fn parts_mut(&mut self) -> Vec<&mut Self> {
        match self {
            Self::Option(Some(part)) | Self::Variant(_, _, part) => vec![part],
            Self::Many(parts) | Self::Fixed(parts) => parts.iter_mut().collect(),
            Self::Struct(_, parts) => parts.iter_mut().map(|(_, p)| p).collect(),
            _ => Vec::new(),
        }
    }

    /// The part of a structure with this name.
    pub fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Struct(_, parts) => parts.iter().find(|(n, _)| *n == name).map(|(_, p)| p),
            _ => None,
        }
    }

    /// The same, to change.
    pub fn field_mut(&mut self, name: &str) -> Option<&mut Self> {
        match self {
            Self::Struct(_, parts) => parts.iter_mut().find(|(n, _)| *n == name).map(|(_, p)| p),
            _ => None,
        }
    }

    /// How many parts there are in all, itself included.
    pub fn count(&self) -> usize {
        1 + self.parts().iter().map(|(_, p)| p.count()).sum::<usize>()
    }

    /// The part with a number, in the order of writing, and what its kind is called: see [`kind`].
    pub fn nth_mut(&mut self, n: &mut usize) -> Option<&mut Self> {
        if *n == 0 {
            return Some(self);
        }
        *n -= 1;
        self.parts_mut()
            .into_iter()
            .find_map(|part| part.nth_mut(n))
    }

    /// Calls `see` with every part.
    pub fn each<'t>(&'t self, see: &mut impl FnMut(&'t Self)) {
        see(self);
        for (_, part) in self.parts() {
            part.each(see);
        }
    }

    /// What may stand where this stands: enumerations and structures by name, other parts by shape.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Bool(_) => "bool",
            Self::Byte(_) => "byte",
            Self::Unsigned(_) => "unsigned",
            Self::Signed(_) => "signed",
            Self::Float(_) => "float",
            Self::Text(_) => "text",
            Self::Option(_) => "option",
            Self::Many(_) => "many",
            Self::Fixed(_) => "fixed",
            Self::Struct(name, _) | Self::Variant(name, ..) => name,
        }
    }

    /// Whether two parts have the same type, as far as it can be seen.
    pub fn is_like(&self, other: &Self) -> bool {
        let first = |parts: &[Self]| parts.first().map(Self::kind);
        self.kind() == other.kind()
            && std::mem::discriminant(self) == std::mem::discriminant(other)
            && match (self, other) {
                (Self::Option(Some(a)), Self::Option(Some(b))) => a.is_like(b),
                (Self::Many(a), Self::Many(b)) => {
                    first(a).is_none() || first(b).is_none() || first(a) == first(b)
                }
                (Self::Fixed(a), Self::Fixed(b)) => {
                    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_like(b))
                }
                _ => true,
            }
    }

    /// Changes this part to something else of its type. `ranges` says how large numbers with a name of their own are.
    pub fn change(&mut self, e: &mut Entropy, donors: &[&Self], ranges: &impl Fn(&str) -> usize) {
        if matches!(self, Self::Struct(name, parts) if parts.len() == 1 && ranges(name) > 0) {
            let Self::Struct(name, parts) = self else {
                return;
            };
            let past = usize::from(e.one_in(8));
            let near = e.below(ranges(name) + past);
            parts[0].1 = Self::Unsigned(near as u64);
            return;
        }
        let like: Vec<&Self> = donors.iter().copied().filter(|d| self.is_like(d)).collect();
        let donor = (!like.is_empty()).then(|| (*e.pick(&like)).clone());
        match self {
            Self::Bool(b) => *b = !*b,
            Self::Byte(b) => *b = e.edge() as u8,
            Self::Unsigned(n) => {
                *n = match (e.below(4), donor) {
                    (0, _) => n.wrapping_add(1),
                    (1, _) => n.wrapping_sub(1),
                    (2, Some(Self::Unsigned(other))) => other,
                    _ => e.edge(),
                };
            }
            Self::Signed(n) => {
                *n = match (e.below(4), donor) {
                    (0, _) => n.wrapping_add(1),
                    (1, _) => n.wrapping_neg(),
                    (2, Some(Self::Signed(other))) => other,
                    _ => e.edge() as i64,
                };
            }
            Self::Float(x) => *x = f64::from_bits(e.edge()),
            Self::Option(of @ Some(_)) if e.one_in(2) => *of = None,
            Self::Many(parts) => change_many(parts, e, donor),
            other => {
                if let Some(donor) = donor {
                    *other = donor;
                }
            }
        }
    }
}

fn change_many(parts: &mut Vec<Tree>, e: &mut Entropy, donor: Option<Tree>) {
    let at = e.below(parts.len());
    match (e.below(6), donor) {
        (0, _) if !parts.is_empty() => {
            parts.remove(at);
        }
        (1, _) if !parts.is_empty() => {
            let again = parts[at].clone();
            parts.insert(at, again);
        }
        (2, _) if !parts.is_empty() => {
            let other = e.below(parts.len());
            parts.swap(at, other);
        }
        (3, _) => parts.truncate(at),
        (4, Some(Tree::Many(more))) => {
            let room = 4096usize.saturating_sub(parts.len());
            parts.extend(more.into_iter().take(room));
        }
        (_, Some(donor)) => {
            *parts = if let Tree::Many(other) = donor {
                other
            } else {
                return;
            }
        }
        _ => {}
    }
}

fn varint(mut n: u64, out: &mut Vec<u8>) {
    while n >= 128 {
        out.push(n as u8 | 128);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Makes a tree of what is serialized.
#[derive(Debug, Clone, Copy)]
pub struct Look;

/// It never fails.
#[derive(Debug)]
pub struct Never;

impl fmt::Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part that has no tree")
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Parts that are being collected.
#[derive(Debug)]
pub struct Parts {
    kind: Kind,
    parts: Vec<(&'static str, Tree)>,
}

#[derive(Debug)]
enum Kind {
    Many,
    Fixed,
    Struct(&'static str),
    Variant(&'static str, u32, bool),
}

impl Parts {
    fn new(kind: Kind) -> Self {
        let parts = Vec::new();
        Self { kind, parts }
    }

    fn add<T: Serialize + ?Sized>(&mut self, name: &'static str, part: &T) -> Result<(), Never> {
        self.parts.push((name, part.serialize(Look)?));
        Ok(())
    }

    fn tree(self) -> Tree {
        let bare = |parts: Vec<(&'static str, Tree)>| parts.into_iter().map(|(_, p)| p).collect();
        match self.kind {
            Kind::Many => Tree::Many(bare(self.parts)),
            Kind::Fixed => Tree::Fixed(bare(self.parts)),
            Kind::Struct(name) => Tree::Struct(name, self.parts),
            Kind::Variant(name, number, true) => {
                Tree::Variant(name, number, Box::new(Tree::Struct("", self.parts)))
            }
            Kind::Variant(name, number, false) => {
                Tree::Variant(name, number, Box::new(Tree::Fixed(bare(self.parts))))
            }
        }
    }
}

macro_rules! collects {
    ($($trait:ident $method:ident;)*) => {
        $(impl ser::$trait for Parts {
            type Ok = Tree;
            type Error = Never;

            fn $method<T: Serialize + ?Sized>(&mut self, part: &T) -> Result<(), Never> {
                self.add("", part)
            }

            fn end(self) -> Result<Tree, Never> {
                Ok(self.tree())
            }
        })*
    };
}

collects! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

macro_rules! collects_named {
    ($($trait:ident)*) => {
        $(impl ser::$trait for Parts {
            type Ok = Tree;
            type Error = Never;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                part: &T,
            ) -> Result<(), Never> {
                self.add(name, part)
            }

            fn end(self) -> Result<Tree, Never> {
                Ok(self.tree())
            }
        })*
    };
}

collects_named! { SerializeStruct SerializeStructVariant }

macro_rules! leaves {
    ($($method:ident $ty:ty => $variant:ident;)*) => {
        $(fn $method(self, v: $ty) -> Result<Tree, Never> {
            Ok(Tree::$variant(v.into()))
        })*
    };
}

impl ser::Serializer for Look {
    type Ok = Tree;
    type Error = Never;
    type SerializeSeq = Parts;
    type SerializeTuple = Parts;
    type SerializeTupleStruct = Parts;
    type SerializeTupleVariant = Parts;
    type SerializeMap = ser::Impossible<Tree, Never>;
    type SerializeStruct = Parts;
    type SerializeStructVariant = Parts;

    leaves! {
        serialize_bool bool => Bool;
        serialize_u8 u8 => Byte;
        serialize_u16 u16 => Unsigned;
        serialize_u32 u32 => Unsigned;
        serialize_u64 u64 => Unsigned;
        serialize_i16 i16 => Signed;
        serialize_i32 i32 => Signed;
        serialize_i64 i64 => Signed;
        serialize_f64 f64 => Float;
        serialize_str &str => Text;
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_i8(self, v: i8) -> Result<Tree, Never> {
        Ok(Tree::Byte(v as u8))
    }

    fn serialize_f32(self, _: f32) -> Result<Tree, Never> {
        Err(Never)
    }

    fn serialize_char(self, _: char) -> Result<Tree, Never> {
        Err(Never)
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<Tree, Never> {
        Ok(Tree::Many(v.iter().map(|b| Tree::Byte(*b)).collect()))
    }

    fn serialize_none(self) -> Result<Tree, Never> {
        Ok(Tree::Option(None))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, v: &T) -> Result<Tree, Never> {
        Ok(Tree::Option(Some(Box::new(v.serialize(self)?))))
    }

    fn serialize_unit(self) -> Result<Tree, Never> {
        Ok(Tree::Unit)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Tree, Never> {
        Ok(Tree::Unit)
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        number: u32,
        _: &'static str,
    ) -> Result<Tree, Never> {
        Ok(Tree::Variant(name, number, Box::new(Tree::Unit)))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        v: &T,
    ) -> Result<Tree, Never> {
        Ok(Tree::Struct(name, vec![("0", v.serialize(self)?)]))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        number: u32,
        _: &'static str,
        v: &T,
    ) -> Result<Tree, Never> {
        Ok(Tree::Variant(name, number, Box::new(v.serialize(self)?)))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts, Never> {
        Ok(Parts::new(Kind::Many))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts, Never> {
        Ok(Parts::new(Kind::Fixed))
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Parts, Never> {
        Ok(Parts::new(Kind::Struct(name)))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        number: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts, Never> {
        Ok(Parts::new(Kind::Variant(name, number, false)))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Never> {
        Err(Never)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Parts, Never> {
        Ok(Parts::new(Kind::Struct(name)))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        number: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts, Never> {
        Ok(Parts::new(Kind::Variant(name, number, true)))
    }
}
