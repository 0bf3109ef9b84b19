//! Programs as descriptions: a function and its arguments, run anew each time.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::code::Code;
use crate::forgotten::warn_of_statement;
use crate::names::names;
use crate::place::repr_of_part;

/// A program that a function makes: what calling a `@kont.do` function gives.
///
/// It may be run any number of times. `yield program` or `await program` inside another program runs it there, as
/// deep as memory allows.
#[pyclass(module = "kont", frozen, generic)]
pub(crate) struct Program {
    function: Py<PyAny>,
    args: Py<PyTuple>,
    kwargs: Option<Py<PyDict>>,
    is_used: AtomicBool,
}

impl Drop for Program {
    fn drop(&mut self) {
        if !*self.is_used.get_mut() {
            warn_of_statement(|py| format!("the program `{}`", self.name(py)));
        }
    }
}

impl Program {
    pub(crate) fn code(&self, py: Python<'_>) -> Code {
        self.is_used.store(true, Ordering::Relaxed);
        let kwargs = self.kwargs.as_ref().map(|kwargs| kwargs.clone_ref(py));
        Code::call(self.function.clone_ref(py), self.args.clone_ref(py), kwargs)
    }

    pub(crate) fn name(&self, py: Python<'_>) -> String {
        let name = self.function.bind(py).getattr("__qualname__");
        name.map_or_else(|_| "a program".to_owned(), |name| name.to_string())
    }
}

#[pymethods]
impl Program {
    #[new]
    #[pyo3(signature = (function, args, kwargs=None, /))]
    fn new(function: Py<PyAny>, args: Py<PyTuple>, kwargs: Option<Py<PyDict>>) -> Self {
        Program {
            function,
            args,
            kwargs,
            is_used: AtomicBool::new(false),
        }
    }

    fn __iter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        let py = slf.py();
        names(py)?.perform_once.bind(py).call1((slf,))
    }

    fn __await__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        Self::__iter__(slf)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let mut parts = Vec::new();
        for value in self.args.bind(py) {
            parts.push(repr_of_part(&value)?);
        }
        if let Some(kwargs) = &self.kwargs {
            for (name, value) in kwargs.bind(py) {
                parts.push(format!("{name}={}", repr_of_part(&value)?));
            }
        }
        Ok(format!("<program {}({})>", self.name(py), parts.join(", ")))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let reduced = py.import("kont.programs")?.getattr("reduced")?;
        reduced.call1((&self.function, &self.args, &self.kwargs))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.function)?;
        visit.call(&self.args)?;
        visit.call(&self.kwargs)
    }
}
