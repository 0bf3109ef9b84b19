//! Continuations as Python objects: one owner, one use.

use machine::{Answer, Base, Boundary, Continuation, Machine, MachineId};
use pyo3::exceptions::PyTypeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use crate::domain::{Activation, Cx, Live};
use crate::names::{Names, names};
use crate::place::{Place, repr_of_part};
use crate::prompt::Prompt;
use crate::raw::{self, Guarded};

/// The rest of a program, from the effect that a handler was called for up to that handler.
///
/// It is used once: with `Resume`, `Transfer` and their kin, or by calling it. `return k(value)` goes on with the
/// program and is the handler's last act; `yield k(value)` waits for what the rest of the program returns. A second
/// use raises `ContinuationUsedError`, which names the first. A handler may keep it and use it later in the same run.
/// It cannot be copied or pickled.
#[pyclass(module = "kont", frozen, weakref)]
pub(crate) struct K {
    /// What CPython calls for `k(value)`.
    call: raw::Call,
    /// The machine that captured it, which alone may go on with it; none for a program that has not begun.
    machine: Option<MachineId>,
    /// Any thread may ask for it at any time. While it is looked into nothing of Python runs: what is taken out of it is
    /// dropped after that.
    inside: Guarded<Inside>,
}

#[derive(Default)]
struct Inside {
    continuation: Option<Continuation<Live>>,
    /// What `k(value)` has put in. An exception is boxed, since it is larger than all the rest.
    armed: Option<Result<Py<PyAny>, Box<PyErr>>>,
    effect: Option<Py<PyAny>>,
    used: Option<Place>,
}

impl K {
    pub(crate) fn new(continuation: Continuation<Live>, effect: Py<PyAny>) -> Self {
        Self::of(continuation.machine(), Some(continuation), Some(effect))
    }

    /// A program that has not begun: nobody performed an effect for it.
    pub(crate) fn unstarted(continuation: Continuation<Live>) -> Self {
        Self::of(None, Some(continuation), None)
    }

    fn of(
        machine: Option<MachineId>,
        continuation: Option<Continuation<Live>>,
        effect: Option<Py<PyAny>>,
    ) -> Self {
        K {
            call: raw::CALL,
            machine,
            inside: Guarded::new(Inside {
                continuation,
                effect,
                ..Inside::default()
            }),
        }
    }

    /// Has CPython call its objects without a tuple of the arguments. Done once, before anybody has the class.
    pub(crate) fn init(py: Python<'_>) -> PyResult<()> {
        let k = Bound::new(py, Self::of(None, None, None))?;
        raw::call_directly(&k, &k.get().call);
        Ok(())
    }

    /// Whether this machine has captured it.
    pub(crate) fn is_of(&self, machine: MachineId) -> bool {
        self.machine == Some(machine)
    }

    /// Drops all that is in it, for [`K::fill`].
    #[inline]
    pub(crate) fn empty(k: &Bound<'_, Self>) {
        let mut old = k.get().inside.with(k.py(), std::mem::take);
        if let Some(effect) = old.effect.take() {
            drop(effect.into_bound(k.py()));
        }
        drop(old);
    }

    /// Makes an empty one the object of another continuation of the same machine.
    #[inline]
    pub(crate) fn fill(k: &Bound<'_, Self>, continuation: Continuation<Live>, effect: Py<PyAny>) {
        k.get().inside.with(k.py(), |inside| {
            // There is nothing to be dropped.
            std::mem::forget(inside.continuation.replace(continuation));
            std::mem::forget(inside.effect.replace(effect));
        });
    }

    /// Whether the continuation is here.
    #[inline]
    pub(crate) fn is_here(&self, py: Python<'_>) -> bool {
        self.inside.with(py, |inside| inside.continuation.is_some())
    }

    /// Looks at the continuation while it is here. Nothing of Python may run meanwhile.
    pub(crate) fn look<T>(
        &self,
        py: Python<'_>,
        look: impl FnOnce(&Continuation<Live>) -> T,
    ) -> Option<T> {
        self.inside
            .with(py, |inside| inside.continuation.as_ref().map(look))
    }

    /// Whether another machine than this one has captured it.
    pub(crate) fn is_foreign(&self, machine: MachineId) -> bool {
        self.machine.is_some_and(|home| home != machine)
    }

    /// Has the continuation hold what waits in it, so that the collector of cycles sees it. Gives what else is to be
    /// treated like this: the continuations of handlers that wait in it.
    pub(crate) fn hold(k: &Bound<'_, Self>, machine: &mut Machine<Live>) -> Vec<Py<K>> {
        let py = k.py();
        let inside = &k.get().inside;
        let Some(continuation) = inside.with(py, |inside| inside.continuation.take()) else {
            return Vec::new();
        };
        let continuation = machine.detach(continuation);
        let found = continuation.inside().into_iter().flatten();
        let nested = found.filter_map(|fiber| match fiber.base {
            Base::Activation(_, Activation::Object(inner)) => Some(inner.clone_ref(py)),
            _ => None,
        });
        let nested = nested.collect();
        inside.with(py, |inside| inside.continuation = Some(continuation));
        nested
    }

    pub(crate) fn effect(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.inside.with(py, |inside| {
            inside.effect.as_ref().map(|effect| effect.clone_ref(py))
        })
    }

    /// Takes the continuation out, if it is there, for a reason that a later user is told.
    pub(crate) fn take_for(k: &Bound<'_, Self>, reason: Place) -> Option<Continuation<Live>> {
        let (continuation, before) = k.get().inside.with(k.py(), |inside| {
            let continuation = inside.continuation.take()?;
            let before = (inside.used.replace(reason), inside.armed.take());
            Some((continuation, before))
        })?;
        drop(before);
        Some(continuation)
    }

    /// Takes the continuation out to use it, or tells why that cannot be.
    pub(crate) fn take(
        k: &Bound<'_, Self>,
        cx: &Cx<'_>,
        place: impl FnOnce() -> Place,
    ) -> PyResult<Continuation<Live>> {
        if k.get().is_foreign(cx.machine) && k.get().is_here(cx.py) {
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
        let armed = k.get().inside.with(k.py(), |inside| inside.armed.take());
        armed.map(|answer| answer.map_err(|error| *error))
    }

    /// Takes the continuation out to use it with what `k(value)` has put in, or tells why that cannot be; `None` if it
    /// was not called. The caller and what it has called have it so many times: if nobody else has it, nobody is told
    /// of the place.
    #[inline]
    pub(crate) fn fire(
        k: &Bound<'_, Self>,
        cx: &Cx<'_>,
        times: isize,
        place: impl FnOnce() -> Place,
    ) -> Option<PyResult<(Continuation<Live>, Answer<Live>)>> {
        let this = k.get();
        let is_foreign = this.is_foreign(cx.machine);
        let (answer, continuation) = this.inside.with(cx.py, |inside| {
            let answer = inside.armed.take()?;
            let continuation = match is_foreign {
                true => None,
                false => inside.continuation.take(),
            };
            Some((answer, continuation))
        })?;
        let Some(continuation) = continuation else {
            return Some(Err(match this.is_here(cx.py) {
                true => Self::foreign_error(cx),
                false => Self::used_error(k, cx.names),
            }));
        };
        if raw::references(k.as_any()) > times {
            let place = place();
            let before = this.inside.with(cx.py, |inside| inside.used.replace(place));
            drop(before);
        }
        Some(Ok((continuation, answer.map_err(|error| *error))))
    }

    /// The error that names the first use.
    pub(crate) fn used_error(k: &Bound<'_, Self>, names: &Names) -> PyErr {
        let place = k.get().used_at(k.py());
        Self::used_error_at(k.py(), place.as_ref(), names)
    }

    fn used_error_at(py: Python<'_>, place: Option<&Place>, names: &Names) -> PyErr {
        let place = place.map_or_else(|| "before".to_owned(), |place| place.text(py));
        let message =
            format!("this continuation was used {place}\nhelp: a continuation goes on once");
        PyErr::from_type(names.used.bind(py).clone(), (message,))
    }

    /// Where it was used, if it was.
    fn used_at(&self, py: Python<'_>) -> Option<Place> {
        self.inside.with(py, |inside| {
            let is_called = inside.continuation.is_some() && inside.armed.is_some();
            match &inside.used {
                None if is_called => Some(Place::Words("by the call before this one")),
                used => used.as_ref().map(|place| place.again(py)),
            }
        })
    }

    /// Puts in what `k(value)` is called with, if it has not been called or used.
    #[inline]
    pub(crate) fn accept(&self, value: &Bound<'_, PyAny>) -> bool {
        self.inside.with(value.py(), |inside| {
            let accepts = inside.continuation.is_some() && inside.armed.is_none();
            if accepts {
                std::mem::forget(inside.armed.replace(Ok(value.clone().unbind())));
            }
            accepts
        })
    }

    fn arm(slf: Bound<'_, Self>, answer: Answer<Live>) -> PyResult<Bound<'_, Self>> {
        let py = slf.py();
        let refused = slf.get().inside.with(py, |inside| {
            if inside.continuation.is_none() || inside.armed.is_some() {
                return Some(answer);
            }
            inside.armed = Some(answer.map_err(Box::new));
            None
        });
        match refused {
            None => Ok(slf),
            Some(_) => Err(Self::used_error(&slf, names(py)?)),
        }
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
    fn used(&self, py: Python<'_>) -> bool {
        !self.is_here(py)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let py = slf.py();
        let this = slf.get();
        let state = match (this.is_here(py), this.used_at(py)) {
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
        let seen = self.inside.collected(visit, |inside| {
            if let Some(Ok(value)) = &inside.armed {
                visit.call(value)?;
            }
            if let Some(view) = inside.continuation.as_ref().and_then(Continuation::inside) {
                for fiber in view {
                    fiber.frames().try_for_each(|code| code.traverse(visit))?;
                    traverse_base(fiber.base, visit)?;
                }
            }
            visit.call(&inside.effect)
        });
        seen.unwrap_or(Ok(()))
    }

    fn __clear__(&self, py: Python<'_>) {
        let inside = self.inside.with(py, |inside| {
            (
                inside.effect.take(),
                inside.armed.take(),
                inside.continuation.take(),
            )
        });
        // Programs that end here run their `finally`, and may look at this object.
        drop(inside);
    }
}

/// Shows the collector of cycles what lies at the base of a fiber.
fn traverse_base(base: &Base<Live>, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
    match base {
        Base::Boundary(_, Boundary::Prompt(Prompt::Handler(handler))) => visit.call(&handler.0),
        Base::Boundary(_, Boundary::Observer(watch)) => visit.call(&watch.0),
        Base::Activation(_, Activation::Object(k)) => visit.call(k),
        Base::Activation(_, Activation::Hidden(_, effect)) => visit.call(effect),
        Base::Boundary(_, Boundary::Prompt(Prompt::Task | Prompt::Scope(_)))
        | Base::Activation(_, Activation::Over)
        | Base::Plain
        | Base::Ending(_) => Ok(()),
    }
}
