//! Continuations as Python objects: one owner, one use.

use std::sync::{Mutex, MutexGuard, PoisonError};

use machine::{Answer, Base, Boundary, Continuation, Machine, MachineId};
use pyo3::exceptions::PyTypeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use crate::domain::{Activation, Cx, Live};
use crate::names::{Names, names};
use crate::place::{Place, repr_of_part};
use crate::prompt::Prompt;

/// The rest of a program, from the effect that a handler was called for up to that handler.
///
/// It is used once: with `Resume`, `Transfer` and their kin, or by calling it. `return k(value)` goes on with the
/// program and is the handler's last act; `yield k(value)` waits for what the rest of the program returns. A second
/// use raises `ContinuationUsedError`, which names the first. A handler may keep it and use it later in the same run.
/// It cannot be copied or pickled.
#[pyclass(module = "kont", frozen, weakref)]
pub(crate) struct K {
    /// The machine that captured it, which alone may go on with it; none for a program that has not begun.
    machine: Option<MachineId>,
    /// Any thread may ask for it at any time. While it is locked nothing of Python runs, so nobody waits for long:
    /// what is taken out of it is dropped after that.
    inside: Mutex<Inside>,
}

struct Inside {
    continuation: Option<Continuation<Live>>,
    /// What `k(value)` has put in. An exception is boxed, since it is larger than all the rest.
    armed: Option<Result<Py<PyAny>, Box<PyErr>>>,
    effect: Option<Py<PyAny>>,
    used: Option<Place>,
}

impl K {
    pub(crate) fn new(continuation: Continuation<Live>, effect: Py<PyAny>) -> Self {
        Self::of(continuation.machine(), continuation, Some(effect))
    }

    /// A program that has not begun: nobody performed an effect for it.
    pub(crate) fn unstarted(continuation: Continuation<Live>) -> Self {
        Self::of(None, continuation, None)
    }

    fn of(
        machine: Option<MachineId>,
        continuation: Continuation<Live>,
        effect: Option<Py<PyAny>>,
    ) -> Self {
        K {
            machine,
            inside: Mutex::new(Inside {
                continuation: Some(continuation),
                armed: None,
                effect,
                used: None,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the continuation is here.
    pub(crate) fn is_here(&self) -> bool {
        self.lock().continuation.is_some()
    }

    /// Looks at the continuation while it is here. Nothing of Python may run meanwhile.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Continuation<Live>) -> T) -> Option<T> {
        self.lock().continuation.as_ref().map(look)
    }

    /// Whether another machine than this one has captured it.
    pub(crate) fn is_foreign(&self, machine: MachineId) -> bool {
        self.machine.is_some_and(|home| home != machine)
    }

    /// Has the continuation hold what waits in it, so that the collector of cycles sees it. Gives what else is to be
    /// treated like this: the continuations of handlers that wait in it.
    pub(crate) fn hold(k: &Bound<'_, Self>, machine: &mut Machine<Live>) -> Vec<Py<K>> {
        let py = k.py();
        let Some(continuation) = k.get().lock().continuation.take() else {
            return Vec::new();
        };
        let continuation = machine.detach(continuation);
        let found = continuation.inside().into_iter().flatten();
        let nested = found.filter_map(|fiber| match fiber.base {
            Base::Activation(_, Activation::Object(inner)) => Some(inner.clone_ref(py)),
            _ => None,
        });
        let nested = nested.collect();
        k.get().lock().continuation = Some(continuation);
        nested
    }

    pub(crate) fn effect(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        let inside = self.lock();
        inside.effect.as_ref().map(|effect| effect.clone_ref(py))
    }

    /// Takes the continuation out, if it is there, for a reason that a later user is told.
    pub(crate) fn take_for(k: &Bound<'_, Self>, reason: Place) -> Option<Continuation<Live>> {
        let (continuation, armed) = {
            let mut inside = k.get().lock();
            let continuation = inside.continuation.take()?;
            inside.used = Some(reason);
            (continuation, inside.armed.take())
        };
        drop(armed);
        Some(continuation)
    }

    /// Takes the continuation out to use it, or tells why that cannot be.
    pub(crate) fn take(
        k: &Bound<'_, Self>,
        cx: &Cx<'_>,
        place: impl FnOnce() -> Place,
    ) -> PyResult<Continuation<Live>> {
        if k.get().is_foreign(cx.machine) && k.get().is_here() {
            return Err(Self::foreign_error(cx));
        }
        Self::take_for(k, place()).ok_or_else(|| Self::used_error(k, cx.names))
    }

    /// The error of one that another machine has captured.
    pub(crate) fn foreign_error(cx: &Cx<'_>) -> PyErr {
        let message =
            "the continuation belongs to another run\nhelp: resume it in the run that captured it";
        PyErr::from_type(cx.names.foreign.bind(cx.py).clone(), (message,))
    }

    /// What `k(value)` or `k.throw(error)` has put in, if the continuation has been called.
    pub(crate) fn disarm(k: &Bound<'_, Self>) -> Option<Answer<Live>> {
        let armed = k.get().lock().armed.take();
        armed.map(|answer| answer.map_err(|error| *error))
    }

    /// Takes the continuation out to use it with what `k(value)` has put in, or tells why that cannot be; `None` if it
    /// was not called.
    #[inline]
    pub(crate) fn fire(
        k: &Bound<'_, Self>,
        cx: &Cx<'_>,
        place: Place,
    ) -> Option<PyResult<(Continuation<Live>, Answer<Live>)>> {
        let mut inside = k.get().lock();
        let answer = inside.armed.take()?;
        let is_foreign = k.get().is_foreign(cx.machine);
        if !is_foreign && let Some(continuation) = inside.continuation.take() {
            inside.used = Some(place);
            return Some(Ok((continuation, answer.map_err(|error| *error))));
        }
        let is_here = inside.continuation.is_some();
        drop(inside);
        Some(Err(match is_here {
            true => Self::foreign_error(cx),
            false => Self::used_error(k, cx.names),
        }))
    }

    /// The error that names the first use.
    pub(crate) fn used_error(k: &Bound<'_, Self>, names: &Names) -> PyErr {
        let place = k
            .get()
            .used_at(k.py())
            .map_or_else(String::new, |place| place.text(k.py()));
        let message =
            format!("this continuation was used {place}\nhelp: a continuation goes on once");
        PyErr::from_type(names.used.bind(k.py()).clone(), (message,))
    }

    /// Where it was used, if it was.
    fn used_at(&self, py: Python<'_>) -> Option<Place> {
        self.lock().used.as_ref().map(|place| place.again(py))
    }

    fn arm(slf: Bound<'_, Self>, answer: Answer<Live>) -> PyResult<Bound<'_, Self>> {
        let names = names(slf.py())?;
        let mut inside = slf.get().lock();
        if inside.continuation.is_none() || inside.armed.is_some() {
            if inside.used.is_none() {
                inside.used = Some(Place::Words("by the call before this one"));
            }
            drop(inside);
            return Err(Self::used_error(&slf, names));
        }
        inside.armed = Some(answer.map_err(Box::new));
        drop(inside);
        Ok(slf)
    }
}

#[pymethods]
impl K {
    /// Goes on with a value: `return k(value)` as the last act of the handler, `yield k(value)` to wait for the rest.
    #[pyo3(signature = (value=None, /))]
    fn __call__(slf: Bound<'_, Self>, value: Option<Py<PyAny>>) -> PyResult<Bound<'_, Self>> {
        let value = value.unwrap_or_else(|| slf.py().None());
        Self::arm(slf, Ok(value))
    }

    /// The same with an exception, which is raised where the effect was performed.
    #[pyo3(signature = (error, /))]
    fn throw<'py>(slf: Bound<'py, Self>, error: Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        Self::arm(slf, Err(PyErr::from_value(error)))
    }

    /// Whether it has been used.
    #[getter]
    fn used(&self) -> bool {
        !self.is_here()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let py = slf.py();
        let this = slf.get();
        let state = match (this.is_here(), this.used_at(py)) {
            (true, _) => String::new(),
            (false, Some(place)) => format!(", used {}", place.text(py)),
            (false, None) => ", used".to_owned(),
        };
        let effect = this.effect(py);
        Ok(match effect {
            Some(effect) => format!("<kont.K of {}{state}>", repr_of_part(effect.bind(py))?),
            None => format!("<kont.K of a program from its start{state}>"),
        })
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err(
            "a continuation cannot be pickled or copied: it is a CPython program that waits\n\
             help: run the program in a `kont.Sandbox`; what waits there is bytes with `dump()`",
        ))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // Whoever uses it at this moment keeps what is in it alive anyway.
        let Ok(inside) = self.inside.try_lock() else {
            return Ok(());
        };
        if let Some(Ok(value)) = &inside.armed {
            visit.call(value)?;
        }
        if let Some(view) = inside.continuation.as_ref().and_then(Continuation::inside) {
            for fiber in view {
                fiber.frames().try_for_each(|code| code.traverse(visit))?;
                match fiber.base {
                    Base::Boundary(_, Boundary::Prompt(Prompt::Handler(handler))) => {
                        visit.call(&handler.0)?;
                    }
                    Base::Boundary(_, Boundary::Prompt(Prompt::Task | Prompt::Scope(_))) => {}
                    Base::Boundary(_, Boundary::Observer(watch)) => visit.call(&watch.0)?,
                    Base::Activation(_, Activation::Object(k)) => visit.call(k)?,
                    Base::Activation(_, Activation::Hidden(_, effect)) => visit.call(effect)?,
                    Base::Plain | Base::Ending(_) => {}
                }
            }
        }
        visit.call(&inside.effect)
    }

    fn __clear__(&self) {
        let (effect, armed, continuation) = {
            let mut inside = self.lock();
            (
                inside.effect.take(),
                inside.armed.take(),
                inside.continuation.take(),
            )
        };
        // Programs that end here run their `finally`, and may look at this object.
        drop((effect, armed, continuation));
    }
}
