//! The text of a `str`: a short one lies in the slot, a long one has its own allocation, and what grew by
//! concatenation is the start of a buffer that it shares with what it grew from.
//!
//! `s += t` appends in place if `s` ends where the buffer ends: the old string stays what it was, a shorter
//! start of the same buffer. So building a string piece by piece costs what the pieces cost, wherever it is kept.

use super::value::Ref;
use compact_str::{CompactString, ToCompactString as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};
use std::cell::{OnceCell, RefCell};

/// Bytes of text that a slot holds itself.
pub const SHORT: usize = size_of::<CompactString>();

/// Characters between two marks of an index.
const STRIDE: usize = 64;

/// A text. `Start` is read through the heap: [`super::Heap::text`].
#[derive(Debug, Clone)]
pub enum Text {
    /// At most [`SHORT`] bytes.
    Short(CompactString),
    /// ASCII, longer.
    Ascii(Box<str>),
    /// Longer, with characters beyond ASCII.
    Wide(Box<Wide>),
    /// The first bytes of an [`super::Object::Buffer`].
    Start {
        /// Where the buffer is.
        buffer: Ref,
        /// How many of its bytes.
        bytes: u32,
        /// How many characters these are.
        chars: u32,
    },
}

/// A long text with characters beyond ASCII.
#[derive(Debug, Clone)]
pub struct Wide {
    text: Box<str>,
    chars: usize,
    index: OnceCell<Box<[u32]>>,
}

/// A text that strings are starts of. It only grows, while the program runs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Buffer {
    /// The text.
    pub text: String,
    /// Byte offsets of every 64th character, as far as somebody asked.
    #[serde(skip)]
    index: RefCell<Vec<u32>>,
}

impl Text {
    /// A text. Cost: O(bytes).
    pub fn new(text: &str) -> Self {
        if text.len() <= SHORT {
            Self::Short(CompactString::new(text))
        } else {
            Self::long(text.into())
        }
    }

    /// The decimal digits of an integer.
    pub fn of_int(i: i64) -> Self {
        Self::Short(i.to_compact_string())
    }

    /// Several texts in one, of `bytes` bytes together.
    pub fn joined<'t>(bytes: usize, parts: impl Iterator<Item = &'t str>) -> Self {
        if bytes > SHORT {
            let mut whole = String::with_capacity(bytes);
            parts.for_each(|part| whole.push_str(part));
            return Self::long(whole.into());
        }
        let mut whole = CompactString::const_new("");
        parts.for_each(|part| whole.push_str(part));
        Self::Short(whole)
    }

    fn long(text: Box<str>) -> Self {
        if text.is_ascii() {
            return Self::Ascii(text);
        }
        Self::Wide(Box::new(Wide {
            chars: text.chars().count(),
            text,
            index: OnceCell::new(),
        }))
    }

    /// The text, if it is not in a buffer.
    pub fn own(&self) -> Option<&str> {
        match self {
            Self::Short(s) => Some(s),
            Self::Ascii(s) => Some(s),
            Self::Wide(w) => Some(&w.text),
            Self::Start { .. } => None,
        }
    }

    /// The number of characters.
    pub fn chars(&self) -> usize {
        match self {
            Self::Short(s) => s.chars().count(),
            Self::Ascii(s) => s.len(),
            Self::Wide(w) => w.chars,
            Self::Start { chars, .. } => *chars as usize,
        }
    }

    /// Whether every character is ASCII: then bytes and characters have the same numbers.
    pub fn is_ascii(&self) -> bool {
        match self {
            Self::Short(s) => s.is_ascii(),
            Self::Ascii(_) => true,
            Self::Wide(_) => false,
            Self::Start { bytes, chars, .. } => bytes == chars,
        }
    }

    /// How many bytes it takes beside its slot; the index of a wide text is counted before it is made.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Short(_) | Self::Start { .. } => 0,
            Self::Ascii(s) => s.len(),
            Self::Wide(w) => size_of::<Wide>() + w.text.len() + w.chars / STRIDE * 4,
        }
    }
}

impl Wide {
    /// Byte offsets of every 64th character.
    pub(super) fn index(&self) -> &[u32] {
        self.index.get_or_init(|| {
            let mut marks = Vec::with_capacity(self.chars / STRIDE);
            mark(&self.text, &mut marks);
            marks.into()
        })
    }
}

impl Buffer {
    /// A buffer with a text.
    pub fn new(text: String) -> Self {
        Self {
            text,
            index: RefCell::default(),
        }
    }

    /// How many bytes it takes beside its slot, an index included.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + Self::bytes_of(self.text.capacity())
    }

    /// How many bytes a capacity takes, an index included.
    pub fn bytes_of(capacity: usize) -> usize {
        capacity + capacity / STRIDE * 4
    }

    /// Drops what no string needs: only `bytes` are the start of one.
    pub(super) fn cut(&mut self, bytes: usize) {
        if bytes < self.text.len() {
            self.text.truncate(bytes);
            self.index.borrow_mut().clear();
        }
        if self.text.capacity() / 2 > bytes {
            self.text.shrink_to(bytes);
        }
    }

    /// The byte offset from which a character is sought, with the number of the character that is there.
    pub(super) fn near(&self, char_index: usize) -> (usize, usize) {
        let mut index = self.index.borrow_mut();
        mark(&self.text, &mut index);
        near(&index, char_index)
    }

    /// The number of the last marked character at or before a byte, with its offset.
    pub(super) fn before(&self, byte: usize) -> (usize, usize) {
        let mut index = self.index.borrow_mut();
        mark(&self.text, &mut index);
        before(&index, byte)
    }
}

/// Adds the marks that are missing.
fn mark(text: &str, marks: &mut Vec<u32>) {
    let from = marks.last().map_or(0, |at| *at as usize);
    let rest = text.get(from..).unwrap_or_default();
    let all = rest.char_indices().step_by(STRIDE).skip(1);
    marks.extend(all.map_while(|(at, _)| u32::try_from(from + at).ok()));
}

/// Where to begin to look for a character: its mark's byte offset, and the mark's character.
pub(super) fn near(marks: &[u32], char_index: usize) -> (usize, usize) {
    let which = (char_index / STRIDE).min(marks.len());
    let at = which.checked_sub(1).map_or(0, |i| marks[i] as usize);
    (at, which * STRIDE)
}

/// The last mark at or before a byte: its byte offset and its character.
pub(super) fn before(marks: &[u32], byte: usize) -> (usize, usize) {
    let which = marks.partition_point(|at| *at as usize <= byte);
    let at = which.checked_sub(1).map_or(0, |i| marks[i] as usize);
    (at, which * STRIDE)
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<&mut str> for Text {
    fn from(text: &mut str) -> Self {
        Self::new(text)
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        Self::new(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        if text.len() <= SHORT {
            Self::new(&text)
        } else {
            Self::long(text.into())
        }
    }
}

impl From<Box<str>> for Text {
    fn from(text: Box<str>) -> Self {
        if text.len() <= SHORT {
            Self::new(&text)
        } else {
            Self::long(text)
        }
    }
}

/// A text in a snapshot.
#[derive(Serialize, Deserialize)]
enum Image<S> {
    Own(S),
    Start(Ref, u32, u32),
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Start {
                buffer,
                bytes,
                chars,
            } => Image::<&str>::Start(*buffer, *bytes, *chars).serialize(s),
            own => {
                let text = own.own().ok_or_else(|| S::Error::custom("no text"))?;
                Image::Own(text).serialize(s)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match Image::<String>::deserialize(d)? {
            Image::Own(text) => Ok(text.into()),
            Image::Start(buffer, bytes, chars) if chars <= bytes => Ok(Self::Start {
                buffer,
                bytes,
                chars,
            }),
            Image::Start(..) => Err(D::Error::custom("more characters than bytes")),
        }
    }
}
