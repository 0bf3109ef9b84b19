//! Room for what is made: asked for before it is taken.
//!
//! A native that makes something whose size depends on a value has three ways, and no other:
//!
//! * what becomes an object, or is gone before an object is made, asks by [`Heap::room`] first;
//! * what grows piece by piece grows by [`Heap::grow`] and [`Heap::grow_text`], which ask;
//! * what stays beside objects that are made meanwhile is charged for that time by [`Vm::holding`](crate::vm::state::Vm::holding).

use super::store::OutOfMemory;
use super::{Heap, Sym};

impl Heap {
    /// Asks whether so many bytes fit beside all that is in use.
    ///
    /// # Errors
    /// [`OutOfMemory`] if they do not. Nothing is accounted.
    #[inline]
    pub fn room(&self, bytes: usize) -> Result<(), OutOfMemory> {
        let wanted_bytes = self.used_bytes.saturating_add(bytes);
        if wanted_bytes > self.limit_bytes {
            return Err(OutOfMemory { wanted_bytes });
        }
        Ok(())
    }

    /// Gives back bytes that were charged for something that exists no longer.
    pub fn refund(&mut self, bytes: usize) {
        self.used_bytes = self.used_bytes.saturating_sub(bytes);
        self.new_bytes = self.new_bytes.saturating_sub(bytes);
    }

    /// Makes room for `more` items: half as many as there are if that fits, else as many as are needed.
    ///
    /// # Errors
    /// As [`Heap::room`].
    #[inline]
    pub fn grow<T>(&self, items: &mut Vec<T>, more: usize) -> Result<(), OutOfMemory> {
        if items.capacity() - items.len() >= more {
            return Ok(());
        }
        let wanted = self.wanted(items.len(), more, size_of::<T>())?;
        items.reserve_exact(wanted);
        Ok(())
    }

    /// The same for the bytes of a text.
    ///
    /// # Errors
    /// As [`Heap::room`].
    #[inline]
    pub fn grow_text(&self, text: &mut String, more: usize) -> Result<(), OutOfMemory> {
        if text.capacity() - text.len() >= more {
            return Ok(());
        }
        let wanted = self.wanted(text.len(), more, 1)?;
        text.reserve_exact(wanted);
        Ok(())
    }

    /// How many more there is room for beside `len`, at least `more`.
    #[cold]
    fn wanted(&self, len: usize, more: usize, each_bytes: usize) -> Result<usize, OutOfMemory> {
        let asked = |n: usize| self.room(len.saturating_add(n).saturating_mul(each_bytes));
        let half = more.max(len / 2).max(16);
        match asked(half) {
            Ok(()) => Ok(half),
            Err(_) => asked(more).map(|()| more),
        }
    }

    /// The symbol of a name. A name stays, so what a new one takes is charged, and refused before it is made.
    ///
    /// # Errors
    /// As [`Heap::charge`].
    pub fn name_of(&mut self, name: &str) -> Result<Sym, OutOfMemory> {
        if let Some(sym) = self.symbols.find(name) {
            return Ok(sym);
        }
        self.charge(super::sym::bytes_of(name))?;
        Ok(self.symbols.intern(name))
    }
}
