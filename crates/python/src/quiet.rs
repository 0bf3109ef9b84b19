//! A coroutine of kont's own that does not show in the traceback of what it raises.

use pyo3::exceptions::PyStopIteration;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::place::repr_of_part;
use crate::trace;

/// Drives a coroutine. To whoever awaits it or makes a task of it, it is that coroutine.
#[pyclass(module = "kont", frozen, weakref)]
pub(crate) struct Quiet {
    coroutine: Py<PyAny>,
}

fn without_frames(py: Python<'_>, result: PyResult<Bound<'_, PyAny>>) -> PyResult<Py<PyAny>> {
    result
        .map(Bound::unbind)
        .map_err(|error| match error.is_instance_of::<PyStopIteration>(py) {
            true => error,
            false => trace::leaving(py, error),
        })
}

#[pymethods]
impl Quiet {
    #[new]
    fn new(coroutine: Py<PyAny>) -> Self {
        Quiet { coroutine }
    }

    fn __await__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.send(py, py.None())
    }

    fn send(&self, py: Python<'_>, value: Py<PyAny>) -> PyResult<Py<PyAny>> {
        let coroutine = self.coroutine.bind(py);
        without_frames(py, coroutine.call_method1(intern!(py, "send"), (value,)))
    }

    #[pyo3(signature = (*error))]
    fn throw(&self, py: Python<'_>, error: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
        let coroutine = self.coroutine.bind(py);
        without_frames(py, coroutine.call_method1(intern!(py, "throw"), error))
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.coroutine
            .bind(py)
            .call_method0(intern!(py, "close"))
            .map(drop)
    }

    /// What asyncio and debuggers look at: `cr_frame`, `cr_await`, `__qualname__`.
    fn __getattr__(&self, py: Python<'_>, name: &Bound<'_, PyString>) -> PyResult<Py<PyAny>> {
        self.coroutine.bind(py).getattr(name).map(Bound::unbind)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        repr_of_part(self.coroutine.bind(py))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.coroutine)
    }
}
