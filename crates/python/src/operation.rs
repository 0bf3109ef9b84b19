//! The operations that a program or a handler yields: on continuations, on scopes, on the chain.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::PyBaseException;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::clause::{Handler, Installed, Observer};
use crate::code::Code;
use crate::domain::Live;
use crate::drive;
use crate::forgotten::warn_of_statement;
use crate::k::K;
use crate::names::names;
use crate::place::{repr_of_part, shown};
use crate::prompt::Prompt;
use crate::reflect::Look;
use machine::Boundary;

/// What an operation is, and what it is about.
pub(crate) enum Kind {
    Resume(Py<K>, Py<PyAny>),
    Transfer(Py<K>, Py<PyAny>),
    ResumeThrow(Py<K>, PyErr),
    TransferThrow(Py<K>, PyErr),
    ResumeWith(Py<K>, Py<PyAny>),
    TransferWith(Py<K>, Py<PyAny>),
    Pass,
    Delegate,
    Perform(Py<PyAny>),
    WithHandler(Py<Handler>, Py<PyAny>),
    WithObserve(Py<Observer>, Py<PyAny>),
    Pure(Py<PyAny>),
    GetOuterHandlers,
    GetExecutionContext,
    Look(Look, Option<Py<K>>),
    CreateContinuation(Py<PyAny>, Py<PyTuple>),
}

impl Kind {
    /// Whether it holds a program, or a value that may be one.
    fn has_program(&self) -> bool {
        matches!(
            self,
            Self::ResumeWith(..)
                | Self::TransferWith(..)
                | Self::WithHandler(..)
                | Self::WithObserve(..)
                | Self::Pure(_)
                | Self::CreateContinuation(..)
        )
    }

    fn traverse(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self {
            Self::Resume(k, other)
            | Self::Transfer(k, other)
            | Self::ResumeWith(k, other)
            | Self::TransferWith(k, other) => {
                visit.call(k)?;
                visit.call(other)
            }
            Self::ResumeThrow(k, _) | Self::TransferThrow(k, _) => visit.call(k),
            Self::WithHandler(handler, program) => {
                visit.call(handler)?;
                visit.call(program)
            }
            Self::WithObserve(observer, program) => {
                visit.call(observer)?;
                visit.call(program)
            }
            Self::CreateContinuation(program, boundaries) => {
                visit.call(program)?;
                visit.call(boundaries)
            }
            Self::Perform(object) | Self::Pure(object) => visit.call(object),
            Self::Look(_, k) => visit.call(k),
            Self::Pass | Self::Delegate | Self::GetOuterHandlers | Self::GetExecutionContext => {
                Ok(())
            }
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Resume(..) => "Resume",
            Self::Transfer(..) => "Transfer",
            Self::ResumeThrow(..) => "ResumeThrow",
            Self::TransferThrow(..) => "TransferThrow",
            Self::ResumeWith(..) => "ResumeWith",
            Self::TransferWith(..) => "TransferWith",
            Self::Pass => "Pass",
            Self::Delegate => "Delegate",
            Self::Perform(_) => "Perform",
            Self::WithHandler(..) => "WithHandler",
            Self::WithObserve(..) => "WithObserve",
            Self::Pure(_) => "Pure",
            Self::GetOuterHandlers => "GetOuterHandlers",
            Self::GetExecutionContext => "GetExecutionContext",
            Self::Look(Look::Handlers, _) => "GetHandlers",
            Self::Look(Look::Boundaries, _) => "GetBoundaries",
            Self::Look(Look::Codes, _) => "GetTraceback",
            Self::CreateContinuation(..) => "CreateContinuation",
        }
    }
}

/// Something that is done by yielding or awaiting it.
#[pyclass(module = "kont", frozen, subclass, generic)]
pub(crate) struct Operation {
    kind: Kind,
    /// Whether it was done, or taken for something that is.
    is_used: AtomicBool,
}

impl Drop for Operation {
    fn drop(&mut self) {
        if !*self.is_used.get_mut() {
            warn_of_statement(|_| format!("the operation `{}`", self.kind.name()));
        }
        if self.kind.has_program() {
            drop_flat(std::mem::replace(&mut self.kind, Kind::Pass));
        }
    }
}

/// Drops what may hold a program that is an operation itself, and so on: not one inside of the other, since there may be
/// more of them than the native stack has room for.
fn drop_flat(kind: Kind) {
    thread_local! {
        /// What waits while the outermost one is being dropped.
        static WAITING: RefCell<Option<Vec<Kind>>> = const { RefCell::new(None) };
    }
    let begun = WAITING.try_with(|waiting| {
        let mut waiting = waiting.borrow_mut();
        let is_first = waiting.is_none();
        waiting.get_or_insert_default().push(kind);
        is_first
    });
    // A thread that ends has dropped it.
    if !begun.unwrap_or(false) {
        return;
    }
    let next = || {
        let waiting = |waiting: &RefCell<Option<Vec<Kind>>>| {
            let mut waiting = waiting.borrow_mut();
            let next = waiting.as_mut().and_then(Vec::pop);
            if next.is_none() {
                *waiting = None;
            }
            next
        };
        WAITING.try_with(waiting).ok().flatten()
    };
    while let Some(kind) = next() {
        drop(kind);
    }
}

impl Operation {
    /// What it is, to be done.
    pub(crate) fn performed(&self) -> &Kind {
        self.is_used.store(true, Ordering::Relaxed);
        &self.kind
    }

    pub(crate) fn with_handler<'py>(
        handler: Py<Handler>,
        program: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, Self>> {
        Code::check(&program)?;
        let py = program.py();
        let made = WithHandler::init(Kind::WithHandler(handler, program.unbind()));
        Ok(Bound::new(py, made)?.into_super())
    }

    pub(crate) fn with_observer<'py>(
        observer: Py<Observer>,
        program: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, Self>> {
        Code::check(&program)?;
        let py = program.py();
        let made = WithObserve::init(Kind::WithObserve(observer, program.unbind()));
        Ok(Bound::new(py, made)?.into_super())
    }
}

/// `Resume(k, value)` if it waits, else `Transfer(k, value)`.
pub(crate) fn going_on<'py>(
    k: &Bound<'py, K>,
    value: &Bound<'py, PyAny>,
    waits: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = k.py();
    let (k, value) = (k.clone().unbind(), value.clone().unbind());
    Ok(match waits {
        true => Bound::new(py, Resume::init(Kind::Resume(k, value)))?.into_any(),
        false => Bound::new(py, Transfer::init(Kind::Transfer(k, value)))?.into_any(),
    })
}

#[pymethods]
impl Operation {
    fn __iter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        let py = slf.py();
        names(py)?.perform_once.bind(py).call1((slf,))
    }

    fn __await__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        Self::__iter__(slf)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let py = slf.py();
        let repr = |object: &Py<PyAny>| repr_of_part(object.bind(py));
        let parts = match &slf.get().kind {
            Kind::Resume(k, other)
            | Kind::Transfer(k, other)
            | Kind::ResumeWith(k, other)
            | Kind::TransferWith(k, other) => {
                vec![repr_of_part(k.bind(py))?, repr(other)?]
            }
            Kind::ResumeThrow(k, error) | Kind::TransferThrow(k, error) => {
                vec![repr_of_part(k.bind(py))?, repr_of_part(error.value(py))?]
            }
            Kind::Perform(value) | Kind::Pure(value) => vec![repr(value)?],
            Kind::WithHandler(handler, program) => {
                vec![repr_of_part(handler.bind(py))?, repr(program)?]
            }
            Kind::WithObserve(observer, program) => {
                vec![repr_of_part(observer.bind(py))?, repr(program)?]
            }
            Kind::Look(_, Some(k)) => vec![repr_of_part(k.bind(py))?],
            Kind::CreateContinuation(program, boundaries) => {
                let around = repr_of_part(boundaries.bind(py))?;
                vec![repr(program)?, around]
            }
            Kind::Pass
            | Kind::Delegate
            | Kind::GetOuterHandlers
            | Kind::GetExecutionContext
            | Kind::Look(_, None) => vec![],
        };
        Ok(format!("{}({})", slf.get_type().name()?, parts.join(", ")))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.kind.traverse(visit)
    }
}

/// Each operation is a class of its own with a constructor that says what it takes.
macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty $(= $default:expr)?),*) $(signature $signature:tt)? => |$py:ident| $make:expr;)*) => {$(
        $(#[$doc])*
        #[pyclass(module = "kont", frozen, extends = Operation)]
        pub(crate) struct $name;

        impl $name {
            fn init(kind: Kind) -> PyClassInitializer<Self> {
                PyClassInitializer::from(Operation {
                    kind,
                    is_used: AtomicBool::new(false),
                }).add_subclass($name)
            }
        }

        #[pymethods]
        impl $name {
            #[new]
            $(#[pyo3(signature = $signature)])?
            fn new($py: Python<'_>, $($arg: $type),*) -> PyResult<PyClassInitializer<Self>> {
                let _ = $py;
                Ok(Self::init($make))
            }
        }
    )*};
}

operations! {
    /// Goes on with a continuation, and waits: the answer is what its handled program returns in the end.
    ///
    /// While it waits, this handler stays suspended: in a loop that costs memory for each turn. Use `Transfer` when
    /// there is nothing left to do.
    Resume(k: Py<K>, value: Option<Py<PyAny>>) signature (k, value=None) =>
        |py| Kind::Resume(k, value.unwrap_or_else(|| py.None()));

    /// Goes on with a continuation, and never comes back: the handler has ended. A loop of these takes constant memory.
    Transfer(k: Py<K>, value: Option<Py<PyAny>>) signature (k, value=None) =>
        |py| Kind::Transfer(k, value.unwrap_or_else(|| py.None()));

    /// Like `Resume`, with an exception, which is raised where the effect was performed.
    ResumeThrow(k: Py<K>, error: Bound<'_, PyAny>) => |py| Kind::ResumeThrow(k, exception(py, error)?);

    /// Like `Transfer`, with an exception, which is raised where the effect was performed.
    TransferThrow(k: Py<K>, error: Bound<'_, PyAny>) => |py| Kind::TransferThrow(k, exception(py, error)?);

    /// Runs a program where the effect was performed, under the handlers there, and delivers its result to the
    /// performer. Waits like `Resume`.
    ResumeWith(k: Py<K>, program: Bound<'_, PyAny>) => |_py| Kind::ResumeWith(k, checked(program)?);

    /// Like `ResumeWith`, and never comes back.
    TransferWith(k: Py<K>, program: Bound<'_, PyAny>) => |_py| Kind::TransferWith(k, checked(program)?);

    /// Not mine: the next handler outward decides, as if this one had not matched. The handler has ended.
    Pass() => |_py| Kind::Pass;

    /// Performs the effect outside of this handler; the answer comes back here.
    Delegate() => |_py| Kind::Delegate;

    /// Performs an effect: what yielding the effect itself does.
    Perform(effect: Bound<'_, PyAny>) => |py| {
        let names = names(py)?;
        if !names.is_effect(&effect) {
            return Err(names.usage(py, format!(
                "`Perform` takes an effect, not {}\nhelp: an effect is an instance of a subclass of `kont.Effect`",
                shown(&effect)
            )));
        }
        Kind::Perform(effect.unbind())
    };

    /// A program with a handler around it: what calling the handler with the program makes.
    WithHandler(handler: Bound<'_, PyAny>, program: Bound<'_, PyAny>) => |py| {
        let (handler, program) = outermost(names(py)?, handler, program)?;
        match handler.cast_into::<Handler>() {
            Ok(handler) => Kind::WithHandler(handler.unbind(), checked(program)?),
            Err(other) => {
                let observer = other.into_inner().cast_into::<Observer>().map_err(PyErr::from)?;
                Kind::WithObserve(observer.unbind(), checked(program)?)
            }
        }
    };

    /// A program with an observer around it: what calling the observer with the program makes.
    WithObserve(observer: Py<Observer>, program: Bound<'_, PyAny>) => |_py| Kind::WithObserve(observer, checked(program)?);

    /// A program that returns a value.
    Pure(value: Py<PyAny>) => |_py| Kind::Pure(value);

    /// The handlers around the code that asks, innermost first.
    GetOuterHandlers() => |_py| Kind::GetOuterHandlers;

    /// The handlers between the performer that waits in `k` and the handler that was given `k`, innermost first, that
    /// one last. Without `k`, a handler asks about its own. `k` stays as it is.
    GetHandlers(k: Option<Py<K>>) signature (k=None) => |_py| Kind::Look(Look::Handlers, k);

    /// The same with observers and interceptors at their places among the handlers.
    GetBoundaries(k: Option<Py<K>>) signature (k=None) => |_py| Kind::Look(Look::Boundaries, k);

    /// Where the program that waits in `k` stands: a list of `Place(function, file, line)`, innermost first. Without
    /// `k`, a handler asks about its own. `k` stays as it is.
    GetTraceback(k: Option<Py<K>>) signature (k=None) => |_py| Kind::Look(Look::Codes, k);

    /// An `ExecutionContext`: where the program stands that asks, what is around it, and which effect it handles.
    GetExecutionContext() => |_py| Kind::GetExecutionContext;

    /// A continuation of a program that has not begun, under handlers and observers, innermost first. It is used
    /// like any other: a value begins the program (the value itself is of no use to it), an exception ends it unbegun.
    CreateContinuation(program: Bound<'_, PyAny>, boundaries: Option<Bound<'_, PyAny>>) signature (program, boundaries=None) => |py| {
        let around: Vec<Bound<'_, PyAny>> = match boundaries {
            Some(boundaries) => boundaries.try_iter()?.collect::<PyResult<_>>()?,
            None => Vec::new(),
        };
        let around = PyTuple::new(py, around)?;
        drive::boundaries(names(py)?, &around)?;
        Kind::CreateContinuation(checked(program)?, around.unbind())
    };
}

/// A handler, and the program with those of its parts around it that are inside of that handler.
fn outermost<'py>(
    names: &crate::names::Names,
    handler: Bound<'py, PyAny>,
    mut program: Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let Some(parts) = drive::parts(names, &handler)? else {
        if handler.is_instance_of::<Handler>() || handler.is_instance_of::<Observer>() {
            return Ok((handler, program));
        }
        return Err(drive::not_a_handler(names, &handler));
    };
    let mut last = None;
    for part in parts {
        if let Some(inner) = last.replace(part) {
            program = inner.call1((program,))?;
        }
    }
    match last {
        Some(handler) => Ok((handler, program)),
        None => Err(drive::not_a_handler(names, &handler)),
    }
}

fn checked(program: Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    Code::check(&program)?;
    Ok(program.unbind())
}

pub(crate) fn exception(py: Python<'_>, error: Bound<'_, PyAny>) -> PyResult<PyErr> {
    let is_class = error
        .cast::<pyo3::types::PyType>()
        .is_ok_and(|class| class.is_subclass_of::<PyBaseException>().unwrap_or(false));
    if is_class || error.is_instance_of::<PyBaseException>() {
        return Ok(PyErr::from_value(error));
    }
    Err(names(py)?.usage(
        py,
        format!(
            "an exception is raised at the performer, and {} is none",
            shown(&error)
        ),
    ))
}

/// The boundary and the body of a `WithHandler` or `WithObserve`.
pub(crate) fn installation(py: Python<'_>, kind: &Kind) -> Option<(Boundary<Live>, Py<PyAny>)> {
    match kind {
        Kind::WithHandler(handler, program) => Some((
            Boundary::Prompt(Prompt::Handler(Installed(handler.clone_ref(py)))),
            program.clone_ref(py),
        )),
        Kind::WithObserve(observer, program) => Some((
            Boundary::Observer(crate::clause::Watch(observer.clone_ref(py))),
            program.clone_ref(py),
        )),
        _ => None,
    }
}
