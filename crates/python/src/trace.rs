//! What is noted of an exception while the machine still knows it: which effects were being performed, under which
//! handlers, in which tasks. It is collected where the exception comes from, and written out only if somebody reads it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use machine::{Base, Boundary, Reflect, View};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyList;
use scheduler::Id;

use crate::domain::{Cx, Live};
use crate::names::{Names, names};
use crate::place::Site;

/// How many handlers, effects and tasks are kept, the nearest ones; the others are counted.
const NEAREST: usize = 5;

/// What an exception knows of where it comes from. It lies on the exception, until the run gives that to its caller.
#[pyclass(module = "kont", frozen, weakref)]
#[derive(Default)]
pub(crate) struct Seen {
    parts: Mutex<Parts>,
}

#[derive(Default)]
struct Parts {
    /// The effects that were being performed, innermost first, and what was answering each.
    performed: Nearest<(Py<PyAny>, Option<Py<PyAny>>)>,
    around: Option<Around>,
}

/// What was around the code that raised it.
struct Around {
    boundaries: Nearest<Py<PyAny>>,
    tasks: Nearest<(Id, Option<String>, Option<Site>)>,
}

/// The first ones, and how many there are besides.
struct Nearest<T> {
    kept: Vec<T>,
    more: usize,
}

impl<T> Default for Nearest<T> {
    fn default() -> Self {
        Nearest {
            kept: Vec::new(),
            more: 0,
        }
    }
}

impl<T> Nearest<T> {
    fn add(&mut self, make: impl FnOnce() -> Option<T>) {
        if self.kept.len() >= NEAREST {
            self.more += 1;
        } else {
            self.kept.extend(make());
        }
    }
}

impl Seen {
    fn lock(&self) -> MutexGuard<'_, Parts> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Seen {
    /// `(performed, more, boundaries, more, tasks, more)`, in words of the extension.
    fn parts(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let parts = self.lock();
        let performed = parts.performed.kept.iter();
        let performed: Vec<_> = performed
            .map(|(effect, by)| (effect.clone_ref(py), by.as_ref().map(|by| by.clone_ref(py))))
            .collect();
        let mut boundaries = Vec::new();
        let mut tasks = Vec::new();
        let (mut more_boundaries, mut more_tasks) = (0, 0);
        if let Some(around) = &parts.around {
            boundaries.extend(around.boundaries.kept.iter().map(|one| one.clone_ref(py)));
            more_boundaries = around.boundaries.more;
            more_tasks = around.tasks.more;
            for (id, name, site) in &around.tasks.kept {
                tasks.push((id.0, name.clone(), site.as_ref().map(|site| site.parts(py))));
            }
        }
        let more = parts.performed.more;
        drop(parts);
        let all = (
            PyList::new(py, performed)?,
            more,
            PyList::new(py, boundaries)?,
            more_boundaries,
            PyList::new(py, tasks)?,
            more_tasks,
        );
        Ok(all.into_pyobject(py)?.into_any().unbind())
    }

    /// As bytes it is what people read: the objects stay here.
    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        let py = slf.py();
        let written = names(py)?.written.get(py)?.call1((slf,))?;
        written
            .call_method0(intern!(py, "__reduce__"))
            .map(Bound::unbind)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Ok(parts) = self.parts.try_lock() else {
            return Ok(());
        };
        for (effect, by) in &parts.performed.kept {
            visit.call(effect)?;
            visit.call(by)?;
        }
        if let Some(around) = &parts.around {
            for one in &around.boundaries.kept {
                visit.call(one)?;
            }
        }
        Ok(())
    }

    fn __clear__(&self) {
        let parts = std::mem::take(&mut *self.lock());
        drop(parts);
    }
}

/// Notes that a handler, or the run itself, has answered an effect with an exception.
pub(crate) fn answered(
    py: Python<'_>,
    names: &Names,
    error: &PyErr,
    effect: &Py<PyAny>,
    by: Option<Py<PyAny>>,
) {
    if is_of_control(py, names, error) {
        return;
    }
    if let Found::Seen(seen) | Found::New(seen) = find(py, names, error) {
        let add = || Some((effect.clone_ref(py), by));
        seen.get().lock().performed.add(add);
    }
}

/// Whether there is something to note of an exception with which a code ends. `answers` says that the code is a
/// handler's, which has failed with its effect.
pub(crate) fn is_worth_a_look(cx: &Cx<'_>, error: &PyErr, answers: bool) -> bool {
    if is_of_control(cx.py, cx.names, error) {
        return false;
    }
    match attached(cx.py, cx.names, error) {
        Attached::Nothing => true,
        Attached::Seen(seen) => answers || seen.get().lock().around.is_none(),
        Attached::Told => false,
    }
}

/// Notes what is around the code that has raised; gives the exception back to it. `by` is the code, if it is a handler's.
pub(crate) fn look(error: PyErr, by: Option<Py<PyAny>>) -> Reflect<Live> {
    Box::new(move |mirror, cx| {
        let py = cx.py;
        let seen = match find(py, cx.names, &error) {
            Found::Seen(seen) | Found::New(seen) => seen,
            Found::Nothing => return Err(error),
        };
        let is_known = seen.get().lock().around.is_some();
        let effect = by.as_ref().and_then(|_| match mirror.live().next()?.base {
            // What only passes through a handler that has resumed its program is not about its effect any more.
            Base::Activation(_, activation) if !is_known || activation.is_unused(py) => {
                activation.effect(py)
            }
            _ => None,
        });
        let around = (!is_known).then(|| around(mirror.live(), cx));
        let mut parts = seen.get().lock();
        if let Some(effect) = effect {
            parts.performed.add(|| Some((effect, by)));
        }
        if let Some(around) = around {
            parts.around = Some(around);
        }
        drop(parts);
        Err(error)
    })
}

fn around(view: View<'_, Live>, cx: &Cx<'_>) -> Around {
    let py = cx.py;
    let mut boundaries = Nearest::default();
    for (_, boundary) in view.boundaries() {
        match boundary {
            Boundary::Prompt(prompt) => {
                if let Some(handler) = prompt.handler(py) {
                    boundaries.add(|| Some(handler.into_any()));
                }
            }
            Boundary::Observer(watch) => {
                boundaries.add(|| Some(watch.0.clone_ref(py).into_any()));
            }
        }
    }
    let mut tasks = Nearest::default();
    let scheduler = &cx.tasks.scheduler;
    let mut next = scheduler.current();
    while let Some(id) = next {
        // The main task was not spawned, and of one that has ended nothing is known any more.
        let Some(spawned) = cx.tasks.spawned(id) else {
            break;
        };
        tasks.add(|| {
            let label = scheduler.label(id).and_then(|label| label.name.as_deref());
            let site = spawned.site.as_ref().map(|site| site.clone_ref(py));
            Some((id, label.map(str::to_owned), site))
        });
        next = spawned.by;
    }
    Around { boundaries, tasks }
}

/// What ends a program without being a mistake: there is one for each task that is cancelled.
fn is_of_control(py: Python<'_>, names: &Names, error: &PyErr) -> bool {
    error.is_instance(py, names.unwind.bind(py)) || error.is_instance(py, names.cancelled.bind(py))
}

enum Attached<'py> {
    Nothing,
    Seen(Bound<'py, Seen>),
    /// It has left a run, and says all that it will ever say.
    Told,
}

enum Found<'py> {
    Seen(Bound<'py, Seen>),
    New(Bound<'py, Seen>),
    Nothing,
}

/// What lies on an exception. Classes of exceptions may say what an attribute is; they are not asked.
fn attached<'py>(py: Python<'py>, names: &Names, error: &PyErr) -> Attached<'py> {
    let found = names
        .get_attribute
        .bind(py)
        .call1((error.value(py), intern!(py, "__kont_traceback__")));
    match found {
        Err(_) => Attached::Nothing,
        Ok(found) => match found.cast_into::<Seen>() {
            Ok(seen) => Attached::Seen(seen),
            Err(_) => Attached::Told,
        },
    }
}

fn find<'py>(py: Python<'py>, names: &Names, error: &PyErr) -> Found<'py> {
    match attached(py, names, error) {
        Attached::Seen(seen) => Found::Seen(seen),
        Attached::Told => Found::Nothing,
        Attached::Nothing => {
            let Ok(seen) = Bound::new(py, Seen::default()) else {
                return Found::Nothing;
            };
            let name = intern!(py, "__kont_traceback__");
            let set = names.set_attribute.bind(py);
            match set.call1((error.value(py), name, &seen)) {
                Ok(_) => Found::New(seen),
                Err(_) => Found::Nothing,
            }
        }
    }
}

/// An exception that leaves a run: without the frames of the machine, and with notes of what was around it.
pub(crate) fn leaving(py: Python<'_>, error: PyErr) -> PyErr {
    let Ok(names) = names(py) else {
        return error;
    };
    let value = error.into_value(py).into_bound(py).into_any();
    match names.leave.get(py).and_then(|leave| leave.call1((&value,))) {
        Err(interrupt) if interrupt.is_instance_of::<PyKeyboardInterrupt>(py) => interrupt,
        // What else goes wrong with that is of no interest to somebody who has a mistake to find.
        _ => PyErr::from_value(value),
    }
}
