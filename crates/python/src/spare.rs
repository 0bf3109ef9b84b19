//! Continuations as objects, kept to be used again.

use machine::{Continuation, MachineId};
use pyo3::prelude::*;

use crate::domain::Live;
use crate::k::K;
use crate::raw;

/// The objects of a run that nobody has any more, to be used again: most are needed for one effect.
#[derive(Default)]
pub(crate) struct Spare(Vec<Py<K>>);

impl Spare {
    /// How many are kept: as many as handlers wait at once in a usual program. All of them take less than 200 KB.
    const MOST: usize = 1024;

    /// Takes back an object that may not be needed any more. `machine` is the one of the run.
    #[inline]
    pub(crate) fn take_back(&mut self, k: Bound<'_, K>, machine: MachineId) {
        if self.0.len() == Self::MOST || !k.get().is_of(machine) || !raw::is_unshared(k.as_any()) {
            return;
        }
        K::empty(&k);
        // What was in it may have run anything, also what looks at all objects that there are.
        if raw::is_unshared(k.as_any()) {
            self.0.push(k.unbind());
        }
    }
    /// The object of a continuation that was captured by the machine of this run.
    ///
    /// # Errors
    /// Out of memory.
    #[inline]
    pub(crate) fn give<'py>(
        &mut self,
        py: Python<'py>,
        continuation: Continuation<Live>,
        effect: Py<PyAny>,
    ) -> PyResult<Bound<'py, K>> {
        match self.0.pop() {
            Some(k) => {
                let k = k.into_bound(py);
                K::fill(&k, continuation, effect);
                Ok(k)
            }
            None => Bound::new(py, K::new(continuation, effect)),
        }
    }
}
