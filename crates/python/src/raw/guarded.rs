//! What one thread at a time looks into: the interpreter's lock is enough for that, where there is one.

#[cfg(not(Py_GIL_DISABLED))]
use std::cell::{Cell, UnsafeCell};

use pyo3::gc::PyVisit;
use pyo3::prelude::*;

/// What one thread at a time looks into, for a moment in which nothing of Python runs.
#[cfg(not(Py_GIL_DISABLED))]
pub(crate) struct Guarded<T> {
    is_taken: Cell<bool>,
    inside: UnsafeCell<T>,
}

// SAFETY: whoever looks into it shows that it holds the interpreter's lock, which only one thread does.
#[cfg(not(Py_GIL_DISABLED))]
unsafe impl<T: Send> Sync for Guarded<T> {}

#[cfg(not(Py_GIL_DISABLED))]
impl<T> Guarded<T> {
    pub(crate) fn new(inside: T) -> Self {
        Guarded {
            is_taken: Cell::new(false),
            inside: UnsafeCell::new(inside),
        }
    }

    /// # Panics
    /// It is looked into already: something of Python runs meanwhile.
    #[inline(always)]
    pub(crate) fn with<R>(&self, _attached: Python<'_>, look: impl FnOnce(&mut T) -> R) -> R {
        /// Lets go of it, also when `look` panics.
        struct Leave<'a>(&'a Cell<bool>);

        impl Drop for Leave<'_> {
            #[inline(always)]
            fn drop(&mut self) {
                self.0.set(false);
            }
        }

        assert!(!self.is_taken.replace(true), "it is looked into already");
        let _leave = Leave(&self.is_taken);
        // SAFETY: this thread holds the interpreter's lock, and nobody else has come in here.
        look(unsafe { &mut *self.inside.get() })
    }

    /// For the collector of cycles, which does not wait.
    pub(crate) fn collected<R>(
        &self,
        _visit: PyVisit<'_>,
        look: impl FnOnce(&T) -> R,
    ) -> Option<R> {
        if self.is_taken.get() {
            return None;
        }
        // SAFETY: the collector has the interpreter's lock; it runs nothing, and nobody is in here.
        Some(look(unsafe { &*self.inside.get() }))
    }
}

/// What one thread at a time looks into, for a moment in which nothing of Python runs.
#[cfg(Py_GIL_DISABLED)]
pub(crate) struct Guarded<T>(std::sync::Mutex<T>);

#[cfg(Py_GIL_DISABLED)]
impl<T> Guarded<T> {
    pub(crate) fn new(inside: T) -> Self {
        Guarded(std::sync::Mutex::new(inside))
    }

    pub(crate) fn with<R>(&self, _attached: Python<'_>, look: impl FnOnce(&mut T) -> R) -> R {
        look(
            &mut self
                .0
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        )
    }

    /// For the collector of cycles, which does not wait.
    pub(crate) fn collected<R>(
        &self,
        _visit: PyVisit<'_>,
        look: impl FnOnce(&T) -> R,
    ) -> Option<R> {
        self.0.try_lock().ok().map(|inside| look(&inside))
    }
}
