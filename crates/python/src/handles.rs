//! What stands for the entries of a scheduler's table, as objects: tasks, promises, and what tasks share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use pyo3::exceptions::{PyBaseException, PyStopIteration, PyTypeError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use rustc_hash::FxHashMap;
use scheduler::{Completer, Id};

use crate::domain::Live;
use crate::names::names;

/// One run of a program: which table an id belongs to, and what nobody has a handle of any more.
#[derive(Default)]
pub(crate) struct Run {
    dropped: Mutex<Vec<Id>>,
    /// What entries have failed with, that were waited for and whose handles are still there. The traceback of such an error
    /// leads to who waited, and from there often back to the handle: here the collector of cycles sees it, by the handle,
    /// and in the table it does not.
    told: Mutex<FxHashMap<Id, Py<PyBaseException>>>,
}

impl Run {
    pub(crate) fn dropped(&self) -> MutexGuard<'_, Vec<Id>> {
        self.dropped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn told(&self) -> MutexGuard<'_, FxHashMap<Id, Py<PyBaseException>>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An entry, which its table forgets when this is gone.
pub(crate) struct Handle {
    pub(crate) id: Id,
    pub(crate) run: Arc<Run>,
}

impl Handle {
    fn traverse(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // Whoever looks into it at this moment keeps what is in it alive anyway.
        match self.run.told.try_lock() {
            Ok(told) => told.get(&self.id).map_or(Ok(()), |error| visit.call(error)),
            Err(_) => Ok(()),
        }
    }

    fn clear(&self) {
        let error = self.run.told().remove(&self.id);
        drop(error);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.clear();
        self.run.dropped().push(self.id);
    }
}

fn wait_for<'py>(handle: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = handle.py();
    let wait = names(py)?.wait.bind(py).call1((handle,))?;
    let once = Once {
        effect: Some(wait.unbind()),
    };
    Ok(Bound::new(py, once)?.into_any())
}

/// Performs an effect without a frame of its own. The traceback of a task's exception would keep such a frame, and so the
/// effect and the task; and the task keeps its exception.
#[pyclass(module = "kont")]
pub(crate) struct Once {
    effect: Option<Py<PyAny>>,
}

#[pymethods]
impl Once {
    #[new]
    fn new(effect: Py<PyAny>) -> Self {
        Once {
            effect: Some(effect),
        }
    }

    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__(&mut self) -> Option<Py<PyAny>> {
        self.effect.take()
    }

    fn send(&mut self, value: Py<PyAny>) -> PyResult<Py<PyAny>> {
        self.effect
            .take()
            .ok_or_else(|| PyStopIteration::new_err((value,)))
    }

    fn throw(&mut self, error: Bound<'_, PyAny>) -> PyResult<()> {
        self.effect = None;
        Err(PyErr::from_value(error))
    }

    fn close(&mut self) {
        self.effect = None;
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.effect)
    }

    fn __clear__(&mut self) {
        self.effect = None;
    }
}

/// A task: what `Spawn` answers. `await task` waits for its value, as `Wait(task)` does.
#[pyclass(module = "kont", frozen, generic, weakref)]
pub(crate) struct Task {
    pub(crate) handle: Handle,
    /// What it was called when it was spawned.
    #[pyo3(get)]
    pub(crate) name: Option<String>,
}

#[pymethods]
impl Task {
    /// Its number in its run.
    #[getter]
    fn id(&self) -> u64 {
        self.handle.id.0
    }

    fn __iter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        wait_for(slf.into_any())
    }

    fn __await__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        wait_for(slf.into_any())
    }

    fn __repr__(&self) -> String {
        match &self.name {
            Some(name) => format!("<task {} {name}>", self.handle.id),
            None => format!("<task {}>", self.handle.id),
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.handle.traverse(visit)
    }

    fn __clear__(&self) {
        self.handle.clear();
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(belongs_to_a_run("a task"))
    }
}

/// A value that is still to come: what `CreatePromise` answers. `await promise` waits for it.
#[pyclass(module = "kont", frozen, generic, weakref)]
pub(crate) struct Promise {
    pub(crate) handle: Handle,
}

#[pymethods]
impl Promise {
    fn __iter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        wait_for(slf.into_any())
    }

    fn __await__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        wait_for(slf.into_any())
    }

    fn __repr__(&self) -> String {
        format!("<promise {}>", self.handle.id)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.handle.traverse(visit)
    }

    fn __clear__(&self) {
        self.handle.clear();
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(belongs_to_a_run("a promise"))
    }
}

/// A value that comes from outside: what `CreateExternalPromise` answers. `await promise` waits for it.
#[pyclass(module = "kont", frozen, generic, weakref)]
pub(crate) struct ExternalPromise {
    pub(crate) handle: Handle,
    pub(crate) completer: Mutex<Option<Completer<Live>>>,
}

impl ExternalPromise {
    fn settle(&self, py: Python<'_>, answer: machine::Answer<Live>) -> PyResult<()> {
        let completer = self
            .completer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(completer) = completer else {
            return Err(names(py)?.usage(py, "the promise was completed before"));
        };
        completer.complete(answer);
        Ok(())
    }
}

#[pymethods]
impl ExternalPromise {
    /// Completes it, from any thread.
    #[pyo3(signature = (value=None, /))]
    fn complete(&self, py: Python<'_>, value: Option<Py<PyAny>>) -> PyResult<()> {
        self.settle(py, Ok(value.unwrap_or_else(|| py.None())))
    }

    /// Makes it fail with an exception, from any thread.
    fn fail(&self, error: Bound<'_, PyAny>) -> PyResult<()> {
        let py = error.py();
        self.settle(py, Err(crate::operation::exception(py, error)?))
    }

    fn __iter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        wait_for(slf.into_any())
    }

    fn __await__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        wait_for(slf.into_any())
    }

    fn __repr__(&self) -> String {
        format!("<external promise {}>", self.handle.id)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.handle.traverse(visit)
    }

    fn __clear__(&self) {
        self.handle.clear();
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(belongs_to_a_run("a promise"))
    }
}

/// What tasks of one run share: a lock, a channel, a scope. It gets its entry in the table when it is first used.
#[pyclass(module = "kont", frozen, subclass, weakref)]
#[derive(Default)]
pub(crate) struct Shared {
    bound: Mutex<Option<(Weak<Run>, Id)>>,
}

#[pymethods]
impl Shared {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        Shared::default()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let kind = slf.getattr(intern!(slf.py(), "_kind"))?;
        let bound = slf
            .get()
            .bound
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(match &*bound {
            Some((run, id)) if run.strong_count() > 0 => format!("<{kind} {id}>"),
            _ => format!("<{kind}>"),
        })
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<()> {
        let kind = slf.getattr(intern!(slf.py(), "_kind"))?;
        Err(belongs_to_a_run(&format!(
            "a thing that tasks share, such as this {kind},"
        )))
    }
}

/// Why a handle is neither copied nor pickled.
fn belongs_to_a_run(what: &str) -> PyErr {
    PyTypeError::new_err(format!(
        "{what} cannot be pickled or copied: it belongs to the run that it is used in\nhelp: pass it on as it is"
    ))
}

impl Shared {
    /// The entry in this run; `Err` if another run that has not ended has it.
    pub(crate) fn id(&self, run: &Arc<Run>) -> Result<Option<Id>, ()> {
        let bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        match &*bound {
            Some((of, id)) => match of.upgrade() {
                Some(of) if Arc::ptr_eq(&of, run) => Ok(Some(*id)),
                Some(_) => Err(()),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    pub(crate) fn bind(&self, run: &Arc<Run>, id: Id) {
        *self.bound.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Arc::downgrade(run), id));
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let bound = self.bound.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some((run, id)) = bound.take()
            && let Some(run) = run.upgrade()
        {
            run.dropped().push(id);
        }
    }
}
