//! Handlers and observers: a Python function, what it wants, and how it is called.

use machine::{Answer, Continuation, Handled, Observed};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use crate::code::Code;
use crate::domain::{Activation, Cx, Live};
use crate::k::K;
use crate::names::names;
use crate::native::Native;
use crate::operation::{Kind, Operation};
use crate::place::{Place, shown};
use crate::raw;
use crate::request::{Asked, Internal};
use crate::sorts::Sort;
use crate::trace;
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
#[pyclass(module = "kont", frozen, dict, generic)]
pub(crate) struct Handler {
    /// In order: the first one that wants an effect gets it.
    clauses: Vec<Clause>,
    /// The function that was decorated, or the object whose methods the clauses are.
    #[pyo3(get)]
    function: Py<PyAny>,
    /// Whether the fields have been written. CPython 3.11 makes the `dict` of an object that the collector sees
    /// already, and that may run the collector: it then looks into zeroed memory.
    is_whole: bool,
}

/// One function of a handler.
struct Clause {
    style: Style,
    /// What answers in place of the function, as far as it can.
    native: Option<Native>,
    wanted: Wanted,
    function: Py<PyAny>,
}

/// How a clause is called, as Python says it.
#[derive(FromPyObject)]
enum How<'py> {
    Style(String),
    /// The same, with the name of what answers natively and the objects that it works on.
    Native(String, String, Bound<'py, PyTuple>),
}

/// A clause as Python gives it: how it is called, its classes, tools and predicates, and its function.
type Given<'py> = (
    How<'py>,
    Vec<Py<PyType>>,
    Vec<Py<PyAny>>,
    Vec<Py<PyAny>>,
    Py<PyAny>,
);

impl Clause {
    fn new(py: Python<'_>, given: Given<'_>) -> PyResult<Self> {
        let (how, types, tools, predicates, function) = given;
        let (style, native) = match how {
            How::Style(style) => (style, None),
            How::Native(style, name, over) => {
                let native = Native::new(&name, &over)?;
                if native.is_none() {
                    let message = format!("nothing answers natively that is called `{name}`");
                    return Err(names(py)?.usage(py, message));
                }
                (style, native)
            }
        };
        let style = match style.as_str() {
            "function" => Style::Function,
            "answering" => Style::Answering,
            "full" => Style::Full,
            "transfer" => Style::Transfer,
            other => {
                return Err(names(py)?.usage(py, format!("there is no kind of handler `{other}`")));
            }
        };
        let wanted = Wanted {
            types,
            tools,
            predicates,
            is_unsure: Default::default(),
        };
        Ok(Clause {
            style,
            native,
            wanted,
            function,
        })
    }
}

impl Handler {
    /// The clause that `declines` has found for the effect that is being handled.
    fn chosen(&self, cx: &Cx<'_>) -> &Clause {
        match self.clauses.as_slice() {
            [only] => only,
            clauses => &clauses[cx.keys.clause],
        }
    }
}

#[pymethods]
impl Handler {
    #[new]
    fn new(py: Python<'_>, clauses: Vec<Given<'_>>, function: Py<PyAny>) -> PyResult<Self> {
        if clauses.is_empty() {
            return Err(names(py)?.usage(py, "a handler needs a function"));
        }
        let clauses = clauses.into_iter().map(|given| Clause::new(py, given));
        Ok(Handler {
            clauses: clauses.collect::<PyResult<_>>()?,
            function,
            is_whole: true,
        })
    }

    /// The program with this handler around it.
    fn __call__<'py>(
        slf: Bound<'py, Self>,
        program: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, Operation>> {
        Operation::with_handler(slf.unbind(), program)
    }

    /// The classes of effects that it handles; what predicates take is not among them.
    #[getter]
    fn effects(&self, py: Python<'_>) -> Vec<Py<PyType>> {
        let types = self.clauses.iter().flat_map(|clause| &clause.wanted.types);
        types.map(|class| class.clone_ref(py)).collect()
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("<handler {}>", name(self.function.bind(py)))
    }

    /// Copied and pickled as functions are: by name.
    fn __reduce__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        slf.getattr(intern!(slf.py(), "__qualname__"))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if !self.is_whole {
            return Ok(());
        }
        for clause in &self.clauses {
            clause.wanted.traverse(visit)?;
            if let Some(native) = &clause.native {
                native.traverse(visit)?;
            }
            visit.call(&clause.function)?;
        }
        visit.call(&self.function)
    }
}

/// What sees effects pass, and may put others in their place. Made by `@kont.observer` and `@kont.interceptor`.
///
/// Calling it with a program installs it around that program.
#[pyclass(module = "kont", frozen, dict)]
pub(crate) struct Observer {
    wanted: Wanted,
    /// Whether what the function returns goes on in place of the effect.
    rewrites: bool,
    /// The function that was decorated.
    #[pyo3(get)]
    function: Py<PyAny>,
    /// Whether the fields have been written. CPython 3.11 makes the `dict` of an object that the collector sees
    /// already, and that may run the collector: it then looks into zeroed memory.
    is_whole: bool,
}

#[pymethods]
impl Observer {
    #[new]
    #[pyo3(signature = (types, tools, predicates, function, rewrites=false))]
    fn new(
        types: Vec<Py<PyType>>,
        tools: Vec<Py<PyAny>>,
        predicates: Vec<Py<PyAny>>,
        function: Py<PyAny>,
        rewrites: bool,
    ) -> Self {
        Observer {
            rewrites,
            wanted: Wanted {
                types,
                tools,
                predicates,
                is_unsure: Default::default(),
            },
            function,
            is_whole: true,
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
        let kind = if self.rewrites {
            "interceptor"
        } else {
            "observer"
        };
        format!("<{kind} {}>", name(self.function.bind(py)))
    }

    /// Copied and pickled as functions are: by name.
    fn __reduce__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        slf.getattr(intern!(slf.py(), "__qualname__"))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if !self.is_whole {
            return Ok(());
        }
        self.wanted.traverse(visit)?;
        visit.call(&self.function)
    }
}

fn name(function: &Bound<'_, PyAny>) -> String {
    function
        .getattr("__qualname__")
        .or_else(|_| function.get_type().getattr("__qualname__"))
        .map_or_else(|_| "of a function".to_owned(), |name| name.to_string())
}

/// An installed handler.
pub(crate) struct Installed(pub(crate) Py<Handler>);

impl Installed {
    /// Whether it was made for the class of this effect before any other.
    #[inline]
    pub(crate) fn is_for(&self, effect: &Bound<'_, PyAny>) -> bool {
        let first = self.0.get().clauses.first();
        let class = first.and_then(|clause| clause.wanted.types.first());
        class.is_some_and(|class| class.as_ptr() == effect.get_type_ptr().cast())
    }
}

impl machine::Handler<Live> for Installed {
    fn accepts(&self, cx: &mut Cx<'_>, effect: &Py<PyAny>) -> bool {
        // What cannot be told is asked of the effect itself, and raised there.
        self.0.get().clauses.iter().any(|clause| {
            clause
                .wanted
                .may_fit(cx.names, effect.bind(cx.py))
                .unwrap_or(true)
        })
    }

    #[inline(always)]
    fn declines(&self, cx: &mut Cx<'_>, effect: &Py<PyAny>) -> bool {
        let clauses = &self.0.get().clauses;
        if let [only] = clauses.as_slice()
            && !only.wanted.looks_closer()
        {
            return false;
        }
        self.declines_all(cx, effect)
    }

    #[inline(always)]
    fn answer(&self, cx: &mut Cx<'_>, effect: &Py<PyAny>) -> Option<Answer<Live>> {
        if let Some(error) = cx.keys.raised.take() {
            return Some(Err(self.raised(cx, effect, error)));
        }
        let clause = self.0.get().chosen(cx);
        if let Some(native) = &clause.native
            && let Some(answer) = native.answer(cx, effect.bind(cx.py))
        {
            return Some(answer.map_err(|error| self.raised(cx, effect, error)));
        }
        if clause.style != Style::Function {
            return None;
        }
        match cx.call(&clause.function, (effect,)) {
            Ok(value) if cx.keys.sorts.of(cx.names, &value) == Sort::Other => {
                Some(Ok(value.unbind()))
            }
            answer => {
                let answer = answer.and_then(|value| checked(cx, clause, value));
                Some(answer.map_err(|error| self.raised(cx, effect, error)))
            }
        }
    }

    fn handle(&self, cx: &mut Cx<'_>, effect: Py<PyAny>, k: Continuation<Live>) -> Handled<Live> {
        self.begin(cx, effect, k)
    }
}

/// The answer of a function, if it is one.
#[cold]
fn checked(cx: &Cx<'_>, handler: &Clause, value: Bound<'_, PyAny>) -> Answer<Live> {
    match mistaken(cx, &value) {
        None => Ok(value.unbind()),
        Some(what) => Err(cx.names.usage(
            cx.py,
            format!(
                "the handler `{}` returned {what} as its answer\nhelp: a handler that performs or passes is a \
                 generator or `async def`, and takes `(effect, k)` to decide",
                name(handler.function.bind(cx.py))
            ),
        )),
    }
}

impl Installed {
    /// Notes that this handler answers an effect with an exception.
    #[cold]
    fn raised(&self, cx: &Cx<'_>, effect: &Py<PyAny>, error: PyErr) -> PyErr {
        let by = self.0.clone_ref(cx.py).into_any();
        trace::answered(cx.py, cx.names, &error, effect, Some(by));
        error
    }

    /// Looks at the effect itself for the first clause that wants it.
    fn declines_all(&self, cx: &mut Cx<'_>, effect: &Py<PyAny>) -> bool {
        let clauses = &self.0.get().clauses;
        let effect = effect.bind(cx.py);
        for (index, clause) in clauses.iter().enumerate() {
            match clause.wanted.fits(cx.names, effect) {
                Ok(false) => {}
                Ok(true) => {
                    cx.keys.clause = index;
                    return false;
                }
                Err(error) => {
                    cx.keys.raised = Some(error);
                    return false;
                }
            }
        }
        true
    }

    /// Notes that the function has made an exception of the effect that a continuation waits for.
    #[cold]
    fn throws(&self, cx: &Cx<'_>, k: &Bound<'_, K>, error: &PyErr) {
        if let Some(effect) = k.get().effect(cx.py) {
            let by = self.0.clone_ref(cx.py).into_any();
            trace::answered(cx.py, cx.names, error, &effect, Some(by));
        }
    }

    /// Begins to handle an effect.
    fn begin(&self, cx: &mut Cx<'_>, effect: Py<PyAny>, k: Continuation<Live>) -> Handled<Live> {
        let py = cx.py;
        let handler = self.0.get().chosen(cx);
        let function = handler.function.bind(py);
        if matches!(handler.style, Style::Function | Style::Answering) {
            return Handled::Run {
                code: Code::answering(cx, function, &effect),
                slot: Activation::Hidden(Some(k), effect),
            };
        }
        // It is known to the continuation from here on; let go of without a look at whose the interpreter's lock is.
        let effect = effect.into_bound(py);
        let k = match cx.keys.spare.give(py, k, effect.clone().unbind()) {
            Ok(k) => k,
            // Out of memory: there is no object that could still hold the continuation.
            Err(error) => return Handled::Raise(error),
        };
        if handler.style == Style::Full {
            return Handled::Run {
                code: Code::clause(cx, function, effect.as_unbound(), &k),
                slot: Activation::Object(k.unbind()),
            };
        }
        let value = call(cx, function, effect.as_unbound(), Some(&k));
        // The usual decision, of a function that ends with `return k(value)`: `k` is known here and in what it gave.
        if let Ok(given) = &value
            && given.is(&k)
            && let Some(fired) = K::fire(&k, cx, 2, || Place::Function(function.clone().unbind()))
        {
            drop(value);
            return match fired {
                Ok((continuation, answer)) => {
                    if let Err(error) = &answer {
                        self.throws(cx, &k, error);
                    }
                    cx.keys.spare.take_back(k, cx.machine);
                    Handled::Transfer(continuation, answer)
                }
                Err(error) => give_back(&k, error),
            };
        }
        let handled = decide(cx, &k, function, value);
        if let Handled::Transfer(_, Err(error)) | Handled::Raise(error) = &handled {
            self.throws(cx, &k, error);
        }
        if k.get().is_here(py) && raw::references(k.as_any()) != 1 {
            cx.keys.keep(&k);
        }
        handled
    }
}

/// Calls the function of a handler, in the context of the task that performs.
#[inline]
pub(crate) fn call<'py>(
    cx: &Cx<'py>,
    function: &Bound<'py, PyAny>,
    effect: &Py<PyAny>,
    k: Option<&Bound<'py, K>>,
) -> PyResult<Bound<'py, PyAny>> {
    let call = || raw::call(function, effect.bind(cx.py), k.map(Bound::as_any));
    match cx.tasks.context() {
        None => call(),
        Some(context) => raw::within(context.bind(cx.py), call)?,
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
        && let Some(fired) = K::fire(other, cx, 0, used)
    {
        return match fired {
            Ok((continuation, answer)) => Handled::Transfer(continuation, answer),
            Err(error) => give_back(k, error),
        };
    }
    if let Ok(operation) = value.cast::<Operation>() {
        return match operation.get().performed() {
            Kind::Pass => match K::take_for(k, Place::Words("by `Pass`")) {
                Some(continuation) => match k.get().effect(cx.py) {
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
            Kind::TransferWith(other, program) => match K::take(other.bind(cx.py), cx, used) {
                Ok(continuation) => match Code::new(program.bind(cx.py)) {
                    Ok(code) => Handled::TransferWith(continuation, code),
                    Err(error) => Handled::Transfer(continuation, Err(error)),
                },
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
            "the handler `{}` called `k(...)` and dropped it\nhelp: write `return k(...)`",
            name(function)
        );
        return give_back(k, cx.names.usage(cx.py, message));
    }
    let value = value.unbind();
    if raw::references(k.as_any()) == 1 {
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
    match cx.keys.sorts.of(cx.names, value) {
        Sort::Asked(_) | Sort::Effect => Some(format!("the effect {}", shown(value))),
        Sort::Program => {
            let program = value.cast::<crate::program::Program>().ok()?;
            Some(format!("the program `{}`", program.get().name(cx.py)))
        }
        Sort::Operation => Some("an operation".to_owned()),
        _ => None,
    }
}

/// An installed observer.
pub(crate) struct Watch(pub(crate) Py<Observer>);

impl Watch {
    /// The same observer at another place.
    pub(crate) fn again(&self, py: Python<'_>) -> Self {
        Watch(self.0.clone_ref(py))
    }
}

impl machine::Observer<Live> for Watch {
    fn observe(&self, cx: &mut Cx<'_>, effect: &Py<PyAny>) -> Observed<Live> {
        let observer = self.0.get();
        let effect = effect.bind(cx.py);
        if effect.is_instance_of::<Internal>() {
            return Observed::Continue;
        }
        let see = || -> PyResult<Observed<Live>> {
            if !observer.wanted.is_empty() && !observer.wanted.fits(cx.names, effect)? {
                return Ok(Observed::Continue);
            }
            let value = cx.call(&observer.function, (effect,))?;
            if !observer.rewrites || value.is(effect) {
                return Ok(Observed::Continue);
            }
            if cx.names.is_effect(&value) {
                if let (Some(old), Some(new)) = (Asked::of(effect), Asked::of(&value)) {
                    old.get().hand_over(cx.machine, new.get());
                }
                return Ok(Observed::Replace(value.unbind()));
            }
            let message = format!(
                "the interceptor `{}` returned {}, and an effect goes on in place of {}\nhelp: return the effect \
                 itself to leave it as it is; one that only looks is an observer",
                name(observer.function.bind(cx.py)),
                shown(&value),
                shown(effect)
            );
            Err(cx.names.usage(cx.py, message))
        };
        see().unwrap_or_else(|error| {
            let by = self.0.clone_ref(cx.py).into_any();
            trace::answered(cx.py, cx.names, &error, &effect.clone().unbind(), Some(by));
            Observed::Raise(error)
        })
    }
}
