//! A thread's stack of frames. Frames are made in place: what was popped stays, to be written over.
//!
//! A frame that is built elsewhere and moved here is written in small pieces and read at once in large ones, for which the
//! processor waits. That is a fifth of a call.

use super::frame::{Pending, PyFrame};
use crate::compile::code::CodeRef;
use crate::heap::Ref;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::{Deref, DerefMut};

/// The frames, the running one last.
#[derive(Debug, Default)]
pub struct Frames {
    /// Frames, and behind them places of frames that were popped: nothing in those counts, and their `rare` is empty.
    places: Vec<PyFrame>,
    len: usize,
}

impl Frames {
    /// How many frames there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Puts a frame on the stack.
    pub fn push(&mut self, frame: PyFrame) {
        match self.places.get_mut(self.len) {
            Some(place) => *place = frame,
            None => self.places.push(frame),
        }
        self.len += 1;
    }

    /// Puts a new frame on the stack that has nothing rare.
    #[inline(always)]
    pub fn enter(
        &mut self,
        code: CodeRef,
        pc: u32,
        base: u32,
        generator: Option<Ref>,
        made: Option<Ref>,
    ) -> &mut PyFrame {
        if self.len == self.places.len() {
            self.more(code);
        }
        let frame = &mut self.places[self.len];
        self.len += 1;
        frame.code = code;
        frame.pc = pc;
        frame.base = base;
        frame.pending = Pending::None;
        frame.generator = generator;
        frame.made = made;
        frame
    }

    #[cold]
    #[inline(never)]
    fn more(&mut self, code: CodeRef) {
        self.places.push(PyFrame::new(code, 0, Vec::new()));
    }

    /// Takes the top frame off.
    pub fn pop(&mut self) -> Option<PyFrame> {
        let top = self.last_mut()?;
        let rare = top.rare.take();
        let frame = PyFrame { rare, ..*top };
        self.len -= 1;
        Some(frame)
    }

    /// Takes the top frame off, which has nothing rare.
    #[inline(always)]
    pub fn leave(&mut self) {
        debug_assert!(self.last().is_none_or(|top| top.rare.is_none()));
        self.len -= 1;
    }
}

impl Deref for Frames {
    type Target = [PyFrame];

    #[inline(always)]
    fn deref(&self) -> &[PyFrame] {
        &self.places[..self.len]
    }
}

impl DerefMut for Frames {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [PyFrame] {
        &mut self.places[..self.len]
    }
}

impl Clone for Frames {
    fn clone(&self) -> Self {
        Self::from(self.to_vec())
    }
}

impl From<Vec<PyFrame>> for Frames {
    fn from(places: Vec<PyFrame>) -> Self {
        Self {
            len: places.len(),
            places,
        }
    }
}

impl<'a> IntoIterator for &'a Frames {
    type Item = &'a PyFrame;
    type IntoIter = std::slice::Iter<'a, PyFrame>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Serialize for Frames {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Frames {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::deserialize(from).map(Self::from)
    }
}
