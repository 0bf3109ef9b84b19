//! What was made to be performed, and was dropped by the statement that made it: a forgotten `yield` or `await`.

use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use crate::fields::Fields;
use crate::names::{Names, names};

/// The number of the effect that was made last.
static NEWEST: AtomicU64 = AtomicU64::new(0);

/// What the class `kont.Effect` is built on: it knows whether an effect was performed.
#[pyclass(module = "kont", frozen, subclass)]
pub(crate) struct EffectBase {
    /// Which effect it is of those that were made; 0 once it was performed.
    pub(crate) number: AtomicU64,
    pub(crate) fields: Fields,
}

impl EffectBase {
    /// The part of an effect that is made by the extension itself, to be performed at once.
    pub(crate) fn performed() -> Self {
        EffectBase {
            number: AtomicU64::new(0),
            fields: Fields::default(),
        }
    }

    /// The part of an effect that a program has made.
    pub(crate) fn made() -> Self {
        EffectBase {
            number: AtomicU64::new(Self::next_number()),
            fields: Fields::default(),
        }
    }

    /// The number of the effect that is made now, by whoever holds the interpreter's lock.
    #[inline]
    pub(crate) fn next_number() -> u64 {
        if cfg!(Py_GIL_DISABLED) {
            return NEWEST.fetch_add(1, Ordering::Relaxed) + 1;
        }
        // Nobody else writes meanwhile: to count up in one step would take longer than all the rest.
        let number = NEWEST.load(Ordering::Relaxed) + 1;
        NEWEST.store(number, Ordering::Relaxed);
        number
    }

    pub(crate) fn note_performed(&self) {
        self.number.store(0, Ordering::Relaxed);
    }
}

#[pymethods]
impl EffectBase {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        Self::made()
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.fields.traverse(visit)
    }

    fn __clear__(&self) {
        self.fields.clear();
    }

    /// Says that whoever got it may drop it: it was made for a host to look at.
    fn _kont_may_be_dropped(&self) {
        self.note_performed();
    }
}

impl Drop for EffectBase {
    fn drop(&mut self) {
        // One that is not the newest was kept for a while: it is a value, and not a forgotten statement.
        let number = *self.number.get_mut();
        if number != 0 && number == NEWEST.load(Ordering::Relaxed) {
            warn_of_statement(|_| "an effect".to_owned());
        }
    }
}

/// Warns if the running statement is nothing but the expression that made what is being dropped.
pub(crate) fn warn_of_statement(what: impl FnOnce(Python<'_>) -> String) {
    // Nothing is warned of while the interpreter ends.
    let _ = Python::try_attach(|py| {
        let pending = PyErr::take(py);
        if let Err(error) = warn(py, what) {
            // Raising is not possible where something is dropped: this is what CPython does for its coroutines.
            error.write_unraisable(py, None);
        }
        if let Some(pending) = pending {
            pending.restore(py);
        }
    });
}

fn warn(py: Python<'_>, what: impl FnOnce(Python<'_>) -> String) -> PyResult<()> {
    let Ok(names) = names(py) else {
        return Ok(());
    };
    // No frame, no statement.
    let Ok(frame) = names.getframe.bind(py).call0() else {
        return Ok(());
    };
    let last: usize = match frame.getattr(intern!(py, "f_lasti"))?.extract() {
        Ok(last) => last,
        Err(_) => return Ok(()),
    };
    let code = frame
        .getattr(intern!(py, "f_code"))?
        .getattr(intern!(py, "co_code"))?;
    let code = code.cast::<PyBytes>().map_err(PyErr::from)?;
    if !throws_away_a_call(code.as_bytes(), last, names) {
        return Ok(());
    }
    let message = format!(
        "{} was made here and dropped: it was never performed\nhelp: write `yield` or `await` in front of it",
        what(py)
    );
    let message = std::ffi::CString::new(message)?;
    PyErr::warn(py, names.warning.bind(py), &message, 1)
}

/// Whether the instruction at `last` throws away what the call before it has given.
fn throws_away_a_call(code: &[u8], last: usize, names: &Names) -> bool {
    if code.get(last) != Some(&names.pop_top) {
        return false;
    }
    // Each instruction is two bytes, and some are followed by room for their caches, which reads as zeros.
    let before = code[..last].chunks_exact(2).rev().find(|unit| unit[0] != 0);
    before.is_some_and(|unit| names.calls.contains(&unit[0]))
}

/// What a value is that a program returns, if it is a coroutine: a call with the `await` forgotten.
pub(crate) fn forgotten_await(names: &Names, value: &Bound<'_, PyAny>) -> Option<String> {
    let py = value.py();
    if !value.get_type().is(names.coroutine.bind(py)) {
        return None;
    }
    let name = value.getattr(intern!(py, "__qualname__")).ok()?;
    // It is reported here: CPython need not warn of it as well.
    let _closed = value.call_method0(intern!(py, "close"));
    Some(format!("the coroutine `{name}`"))
}
