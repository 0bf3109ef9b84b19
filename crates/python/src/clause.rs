//! Handlers and observers: a Python function, what it wants, and how it is called.

use machine::{Answer, Continuation, Handled, Observed};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::code::Code;
use crate::domain::{Activation, Cx, Live};
use crate::k::K;
use crate::names::names;
use crate::operation::{Kind, Operation};
use crate::place::Place;
use crate::wanted::Wanted;

/// How a handler's function is called, chosen where it is defined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `def h(effect)`: its value is the answer.
    Function,
    /// The same as a program.
    Answering,
    /// A program that takes `(effect, k)`.
    Full,
    /// `def h(effect, k)`: `return k(value)`.
    Transfer,
}

/// What answers effects: a function and what it wants. Made by `@kont.handler`.
///
/// Calling it with a program installs it around that program.
#[pyclass(module = "kont", frozen, dict)]
pub(crate) struct Handler {
    style: Style,
    wanted: Wanted,
    /// The function that was decorated.
    #[pyo3(get)]
    function: Py<PyAny>,
}

#[pymethods]
impl Handler {
    #[new]
    fn new(
        py: Python<'_>,
        style: &str,
        types: Vec<Py<PyType>>,
        tools: Vec<Py<PyAny>>,
        predicates: Vec<Py<PyAny>>,
        function: Py<PyAny>,
    ) -> PyResult<Self> {
        let style = match style {
            "function" => Style::Function,
            "answering" => Style::Answering,
            "full" => Style::Full,
            "transfer" => Style::Transfer,
            other => {
                return Err(names(py)?.usage(py, format!("there is no kind of handler `{other}`")));
            }
        };
        Ok(Handler {
            style,
            wanted: Wanted {
                types,
                tools,
                predicates,
            },
            function,
        })
    }

    /// The program with this handler around it.
    fn __call__<'py>(
        slf: Bound<'py, Self>,
        program: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, Operation>> {
        Operation::with_handler(slf.unbind(), program)
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("<handler {}>", name(self.function.bind(py)))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.wanted.traverse(visit)?;
        visit.call(&self.function)
    }
}

/// What sees effects pass. Made by `@kont.observer`.
///
/// Calling it with a program installs it around that program.
#[pyclass(module = "kont", frozen, dict)]
pub(crate) struct Observer {
    wanted: Wanted,
    /// The function that was decorated.
    #[pyo3(get)]
    function: Py<PyAny>,
}

#[pymethods]
impl Observer {
    #[new]
    fn new(
        types: Vec<Py<PyType>>,
        tools: Vec<Py<PyAny>>,
        predicates: Vec<Py<PyAny>>,
        function: Py<PyAny>,
    ) -> Self {
        Observer {
            wanted: Wanted {
                types,
                tools,
                predicates,
            },
            function,
        }
    }

    /// The program with this observer around it.
    fn __call__<'py>(
        slf: Bound<'py, Self>,
        program: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, Operation>> {
        Operation::with_observer(slf.unbind(), program)
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("<observer {}>", name(self.function.bind(py)))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.wanted.traverse(visit)?;
        visit.call(&self.function)
    }
}

fn name(function: &Bound<'_, PyAny>) -> String {
    function
        .getattr("__qualname__")
        .map_or_else(|_| "of a function".to_owned(), |name| name.to_string())
}

/// An installed handler.
pub(crate) struct Prompt(pub(crate) Py<Handler>);

impl machine::Handler<Live> for Prompt {
    fn accepts(&self, cx: &mut Cx<'_>, effect: &Py<PyAny>) -> bool {
        // What cannot be told is asked of the effect itself, and raised there.
        self.0
            .get()
            .wanted
            .may_fit(cx.names, effect.bind(cx.py))
            .unwrap_or(true)
    }

    fn declines(&self, cx: &mut Cx<'_>, effect: &Py<PyAny>) -> bool {
        let wanted = &self.0.get().wanted;
        if !wanted.looks_closer() {
            return false;
        }
        match wanted.fits(cx.names, effect.bind(cx.py)) {
            Ok(fits) => !fits,
            Err(error) => {
                cx.keys.raised = Some(error);
                false
            }
        }
    }

    fn answer(&self, cx: &mut Cx<'_>, effect: &Py<PyAny>) -> Option<Answer<Live>> {
        if let Some(error) = cx.keys.raised.take() {
            return Some(Err(error));
        }
        let handler = self.0.get();
        if handler.style != Style::Function {
            return None;
        }
        let value = handler.function.bind(cx.py).call1((effect,));
        Some(value.and_then(|value| match mistaken(cx, &value) {
            None => Ok(value.unbind()),
            Some(what) => Err(cx.names.usage(
                cx.py,
                format!(
                    "the handler `{}` returned {what} as its answer\nhelp: a handler that performs or passes is a \
                     generator or `async def`, and takes `(effect, k)` to decide",
                    name(handler.function.bind(cx.py))
                ),
            )),
        }))
    }

    fn handle(&self, cx: &mut Cx<'_>, effect: Py<PyAny>, k: Continuation<Live>) -> Handled<Live> {
        let py = cx.py;
        let handler = self.0.get();
        let function = handler.function.clone_ref(py);
        if matches!(handler.style, Style::Function | Style::Answering) {
            return match (effect.clone_ref(py),).into_pyobject(py) {
                Ok(args) => Handled::Run {
                    code: Code::call(function, args.unbind(), None).answering(),
                    slot: Activation::Hidden(Some(k), effect),
                },
                Err(error) => Handled::Transfer(k, Err(error)),
            };
        }
        let k = match Py::new(py, K::new(k, effect.clone_ref(py))) {
            Ok(k) => k,
            // Out of memory: there is no object that could still hold the continuation.
            Err(error) => return Handled::Raise(error),
        };
        if handler.style == Style::Full {
            return match (effect, k.clone_ref(py)).into_pyobject(py) {
                Ok(args) => Handled::Run {
                    code: Code::call(function, args.unbind(), None).clause(),
                    slot: Activation::Object(k),
                },
                Err(error) => Handled::Raise(error),
            };
        }
        let value = function.bind(py).call1((effect, &k));
        decide(cx, k.bind(py), function.bind(py), value)
    }
}

/// What a plain function with `k` has decided.
fn decide<'py>(
    cx: &mut Cx<'py>,
    k: &Bound<'py, K>,
    function: &Bound<'py, PyAny>,
    value: PyResult<Bound<'py, PyAny>>,
) -> Handled<Live> {
    let used = || Place::Function(function.clone().unbind());
    let (value, error) = match value {
        Ok(value) => (value, None),
        Err(error) => (cx.py.None().into_bound(cx.py), Some(error)),
    };
    if let Some(error) = error {
        return match K::take_for(k, Place::Words("when its handler raised")) {
            Some(continuation) => Handled::Transfer(continuation, Err(error)),
            None => Handled::Raise(error),
        };
    }
    if let Ok(other) = value.cast::<K>()
        && let Some(answer) = K::disarm(other)
    {
        return match K::take(other, cx, used) {
            Ok(continuation) => Handled::Transfer(continuation, answer),
            Err(error) => give_back(k, error),
        };
    }
    if let Ok(operation) = value.cast::<Operation>() {
        return match operation.get().kind() {
            Kind::Pass => match K::take_for(k, Place::Words("by `Pass`")) {
                Some(continuation) => match k.borrow().effect(cx.py) {
                    Some(effect) => Handled::Pass(effect, continuation),
                    None => Handled::Raise(K::used_error(k, cx.names)),
                },
                None => Handled::Raise(K::used_error(k, cx.names)),
            },
            Kind::Transfer(other, value) => match K::take(other.bind(cx.py), cx, used) {
                Ok(continuation) => Handled::Transfer(continuation, Ok(value.clone_ref(cx.py))),
                Err(error) => give_back(k, error),
            },
            Kind::TransferThrow(other, error) => match K::take(other.bind(cx.py), cx, used) {
                Ok(continuation) => Handled::Transfer(continuation, Err(error.clone_ref(cx.py))),
                Err(error) => give_back(k, error),
            },
            _ => give_back(k, unyielded(cx, function, "an operation")),
        };
    }
    if let Some(what) = mistaken(cx, &value) {
        return give_back(k, unyielded(cx, function, &what));
    }
    if K::disarm(k).is_some() {
        let message = format!(
            "the handler `{}` called `k(...)` and dropped it\nhelp: return it",
            name(function)
        );
        return give_back(k, cx.names.usage(cx.py, message));
    }
    let value = value.unbind();
    if cx.names.is_owned_alone(k.as_any()) {
        return match K::take_for(k, Place::Words("when its handler returned without it")) {
            Some(continuation) => Handled::Unwind(continuation, Ok(value)),
            None => Handled::Return(value),
        };
    }
    Handled::Return(value)
}

/// An error of the handler: at the performer while the continuation is here, else where the handler is installed.
fn give_back(k: &Bound<'_, K>, error: PyErr) -> Handled<Live> {
    match K::take_for(k, Place::Words("when its handler raised")) {
        Some(continuation) => Handled::Transfer(continuation, Err(error)),
        None => Handled::Raise(error),
    }
}

fn unyielded(cx: &Cx<'_>, function: &Bound<'_, PyAny>, what: &str) -> PyErr {
    cx.names.usage(
        cx.py,
        format!(
            "the handler `{}` returned {what}, which has to be yielded\nhelp: write `yield`, or `return k(value)`, \
             or make it an `async def` and await it",
            name(function)
        ),
    )
}

/// What a value is, if it is something to be performed and not a value at all.
pub(crate) fn mistaken(cx: &Cx<'_>, value: &Bound<'_, PyAny>) -> Option<String> {
    if value.is_none() {
        return None;
    }
    if cx.names.is_effect(value) {
        let shown = value
            .repr()
            .map_or_else(|_| value.get_type().to_string(), |shown| shown.to_string());
        return Some(format!("the effect {shown}"));
    }
    if let Ok(program) = value.cast::<crate::program::Program>() {
        return Some(format!("the program `{}`", program.get().name(cx.py)));
    }
    value
        .is_instance_of::<Operation>()
        .then(|| "an operation".to_owned())
}

/// An installed observer.
pub(crate) struct Watch(pub(crate) Py<Observer>);

impl machine::Observer<Live> for Watch {
    fn observe(&self, cx: &mut Cx<'_>, effect: &Py<PyAny>) -> Observed<Live> {
        let observer = self.0.get();
        let effect = effect.bind(cx.py);
        let seen = || -> PyResult<()> {
            if observer.wanted.is_empty() || observer.wanted.fits(cx.names, effect)? {
                observer.function.bind(cx.py).call1((effect,))?;
            }
            Ok(())
        };
        match seen() {
            Ok(()) => Observed::Continue,
            Err(error) => Observed::Raise(error),
        }
    }
}
