//! Looking at programs: what is around the code that asks, and what waits in a continuation. Nothing is used up.

use machine::{Base, Boundary, Mirror, Reflect, View};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::domain::{Activation, Cx, Live};
use crate::k::K;
use crate::names::Later;

/// What is asked of a continuation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// The handlers in it.
    Handlers,
    /// The handlers and observers in it.
    Boundaries,
    /// What waits in it: generators, coroutines, and functions that have not been called.
    Codes,
}

/// Looks at a continuation; at the one that the asking handler was given, if none is named.
pub(crate) fn of_continuation(look: Look, k: Option<Py<K>>) -> Reflect<Live> {
    Box::new(move |mirror, cx| {
        if let Some(k) = &k {
            return of_object(look, k.bind(cx.py), mirror, cx);
        }
        match activation(mirror) {
            Some(Activation::Object(k)) => of_object(look, k.bind(cx.py), mirror, cx),
            Some(Activation::Hidden(Some(k), _)) => match mirror.of(k) {
                Ok(view) => collect(look, view, cx.py),
                Err(error) => Err(cx.names.usage(cx.py, error.to_string())),
            },
            Some(Activation::Hidden(None, _) | Activation::Over) | None => Err(no_continuation(cx)),
        }
    })
}

/// The effect that the asking handler was called for.
pub(crate) fn handled_effect() -> Reflect<Live> {
    Box::new(|mirror, cx| {
        effect(mirror, cx).ok_or_else(|| {
            let message = machine::MachineError::NotInHandler.to_string();
            cx.names.usage(cx.py, message)
        })
    })
}

/// The handlers around the code that asks.
pub(crate) fn outer_handlers() -> Reflect<Live> {
    Box::new(|mirror, cx| collect(Look::Handlers, mirror.live(), cx.py))
}

/// The arguments of an `ExecutionContext`: what runs, what is around it, and which effect is being handled.
pub(crate) fn context() -> Reflect<Live> {
    Box::new(|mirror, cx| {
        let codes = collect(Look::Codes, mirror.live(), cx.py)?;
        let boundaries = collect(Look::Boundaries, mirror.live(), cx.py)?;
        let parts = (codes, boundaries, effect(mirror, cx));
        Ok(parts.into_pyobject(cx.py)?.into_any().unbind())
    })
}

fn of_object(
    look: Look,
    k: &Bound<'_, K>,
    mirror: Mirror<'_, Live>,
    cx: &Cx<'_>,
) -> PyResult<Py<PyAny>> {
    if k.get().is_here(cx.py) && k.get().is_foreign(cx.machine) {
        return Err(K::foreign_error(cx));
    }
    // Nothing of Python runs while the continuation is looked at: the list is made after that.
    let found = k.get().look(cx.py, |continuation| {
        mirror.of(continuation).map(|view| found(look, view, cx.py))
    });
    match found {
        Some(Ok(found)) => listed(found, cx.py),
        Some(Err(_)) => Err(K::foreign_error(cx)),
        None => Err(K::used_error(k, cx.names)),
    }
}

fn activation(mirror: Mirror<'_, Live>) -> Option<&Activation> {
    mirror.live().find_map(|fiber| match fiber.base {
        Base::Activation(_, activation) => Some(activation),
        _ => None,
    })
}

fn effect(mirror: Mirror<'_, Live>, cx: &Cx<'_>) -> Option<Py<PyAny>> {
    activation(mirror).and_then(|activation| activation.effect(cx.py))
}

fn no_continuation(cx: &Cx<'_>) -> PyErr {
    cx.names.usage(
        cx.py,
        "there is no continuation to look at here\nhelp: a handler may leave it out and means its own; others name it",
    )
}

fn collect(look: Look, view: View<'_, Live>, py: Python<'_>) -> PyResult<Py<PyAny>> {
    listed(found(look, view, py), py)
}

fn listed(found: Vec<Py<PyAny>>, py: Python<'_>) -> PyResult<Py<PyAny>> {
    Ok(PyList::new(py, found)?.into_any().unbind())
}

fn found(look: Look, view: View<'_, Live>, py: Python<'_>) -> Vec<Py<PyAny>> {
    match look {
        Look::Handlers => view
            .handlers()
            .filter_map(|(_, prompt)| prompt.handler(py).map(Py::into_any))
            .collect(),
        Look::Boundaries => view
            .boundaries()
            .filter_map(|(_, boundary)| match boundary {
                Boundary::Prompt(prompt) => prompt.handler(py).map(Py::into_any),
                Boundary::Observer(watch) => Some(watch.0.clone_ref(py).into_any()),
            })
            .collect(),
        Look::Codes => view.codes().filter_map(|code| code.shown(py)).collect(),
    }
}

/// The value of a look, finished by Python once the machine is no longer looked into.
pub(crate) fn finished(function: &Later, py: Python<'_>, looked: Py<PyAny>) -> PyResult<Py<PyAny>> {
    let looked = looked.into_bound(py);
    let value = match looked.cast::<PyTuple>() {
        Ok(parts) => function.get(py)?.call1(parts)?,
        Err(_) => function.get(py)?.call1((looked,))?,
    };
    Ok(value.unbind())
}
