//! Where in a program something happened: kept cheaply, written out only when somebody is told.

use std::cell::Cell;

use pyo3::exceptions::PyRecursionError;
use pyo3::intern;
use pyo3::prelude::*;

use crate::names::Names;
use crate::raw;

/// How much is shown of an object.
const SHOWN: usize = 120;

/// What an object says of itself, however it does that: its `repr`, or its class if that fails.
pub(crate) fn shown(object: &Bound<'_, PyAny>) -> String {
    if object
        .get_type()
        .name()
        .is_ok_and(|name| name == "function")
        && let Ok(name) = object.getattr("__qualname__")
    {
        return format!("the function `{name}`");
    }
    let text = object.repr().map_or_else(
        |_| {
            let class = object.get_type().qualname();
            let class = class.map_or_else(|_| "object".to_owned(), |name| name.to_string());
            format!("<a {class}, whose repr fails>")
        },
        |text| text.to_string(),
    );
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// The `repr` of something that an object of ours is made of.
///
/// # Errors
/// What it raises; `RecursionError` where such objects lie in one another deeper than is shown. CPython's own limit
/// is no help: from 3.12 on it lets calls of C go deeper than the native stack lets ours.
pub(crate) fn repr_of_part<T>(object: &Bound<'_, T>) -> PyResult<String> {
    const DEEPEST: u32 = 200;
    thread_local! {
        static DEPTH: Cell<u32> = const { Cell::new(0) };
    }
    let depth = DEPTH.get();
    if depth == DEEPEST {
        let message = format!("more than {DEEPEST} objects lie in one another: they are not shown");
        return Err(PyRecursionError::new_err(message));
    }
    DEPTH.set(depth + 1);
    let shown = object.as_any().repr();
    DEPTH.set(depth);
    Ok(shown?.to_string())
}

/// A place, for people.
pub(crate) enum Place {
    /// In words: `when its handler raised`.
    Words(&'static str),
    /// By a function, as a whole.
    Function(Py<PyAny>),
    /// By a generator or coroutine that has ended, as a whole.
    Ended(Py<PyAny>),
    /// By a code object, at an instruction, of which the line is looked up if somebody is told; at its first line if
    /// that is not known.
    Line {
        code: Py<PyAny>,
        instruction: Option<i32>,
    },
}

impl Place {
    /// Where a generator or a coroutine stands.
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> Self {
        if let Some((code, instruction)) = raw::standing(object) {
            return Self::Line {
                code: code.unbind(),
                instruction: Some(instruction),
            };
        }
        // One that has ended has no frame any more.
        match code_of(object) {
            Ok(code) => Self::Line {
                code: code.unbind(),
                instruction: None,
            },
            Err(_) => Self::Words("by a program"),
        }
    }

    /// The same place, for somebody else to tell.
    pub(crate) fn again(&self, py: Python<'_>) -> Self {
        match self {
            Self::Words(words) => Self::Words(words),
            Self::Function(function) => Self::Function(function.clone_ref(py)),
            Self::Ended(object) => Self::Ended(object.clone_ref(py)),
            Self::Line { code, instruction } => Self::Line {
                code: code.clone_ref(py),
                instruction: *instruction,
            },
        }
    }

    /// The line of its `return`, for code that has ended: its frame is gone, and with it the line.
    pub(crate) fn at_its_return(self, py: Python<'_>, names: &Names) -> Self {
        match self {
            Self::Line {
                code,
                instruction: None,
            } => {
                let at = names.return_at.get(py).and_then(|it| it.call1((&code,)));
                let at = at.ok().and_then(|at| at.extract().ok());
                Self::Line {
                    code,
                    instruction: at,
                }
            }
            other => other,
        }
    }

    /// The place in words: ``by `greet` (app.py:12)``.
    pub(crate) fn text(&self, py: Python<'_>) -> String {
        let found = || -> PyResult<String> {
            Ok(match self {
                Self::Words(words) => (*words).to_owned(),
                Self::Function(function) => {
                    let function = function.bind(py);
                    let name = function.getattr("__qualname__")?;
                    match function.getattr("__code__") {
                        Ok(code) => format!(
                            "by `{name}` ({}:{})",
                            code.getattr("co_filename")?,
                            code.getattr("co_firstlineno")?
                        ),
                        // It is no function of Python.
                        Err(_) => format!("by `{name}`"),
                    }
                }
                Self::Ended(object) => of_code(&code_of(object.bind(py))?, None)?,
                Self::Line { code, instruction } => of_code(code.bind(py), *instruction)?,
            })
        };
        found().unwrap_or_else(|_| "by a program".to_owned())
    }
}

/// Where a task was spawned: a code object, and an instruction of it. Its line is looked up when somebody asks.
pub(crate) struct Site {
    code: Py<PyAny>,
    instruction: i32,
}

impl Site {
    /// Where a generator or coroutine stands that waits, or the innermost one that it awaits.
    pub(crate) fn of(names: &Names, object: &Bound<'_, PyAny>) -> Option<Self> {
        let py = object.py();
        let mut object = object.clone();
        loop {
            let is_generator = object.get_type().is(&names.generator);
            let inner = match is_generator {
                true => intern!(py, "gi_yieldfrom"),
                false => intern!(py, "cr_await"),
            };
            let inner = object.getattr(inner).ok()?;
            if names.is_program(&inner) {
                object = inner;
                continue;
            }
            let (code, instruction) = raw::standing(&object)?;
            return Some(Site {
                code: code.unbind(),
                instruction,
            });
        }
    }

    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Self {
        Site {
            code: self.code.clone_ref(py),
            instruction: self.instruction,
        }
    }

    /// `(code, instruction)`.
    pub(crate) fn parts(&self, py: Python<'_>) -> (Py<PyAny>, i32) {
        let Site { code, instruction } = self.clone_ref(py);
        (code, instruction)
    }
}

/// The code object of a generator or a coroutine.
fn code_of<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    object
        .getattr(intern!(py, "gi_code"))
        .or_else(|_| object.getattr(intern!(py, "cr_code")))
}

/// A code object in words, at the line of an instruction.
fn of_code(code: &Bound<'_, PyAny>, instruction: Option<i32>) -> PyResult<String> {
    let mut line = code.getattr("co_firstlineno")?;
    if let Some(instruction) = instruction.map(i64::from) {
        for range in code.call_method0("co_lines")?.try_iter()? {
            let (start, end, at): (i64, i64, Bound<'_, PyAny>) = range?.extract()?;
            if (start..end).contains(&instruction) && !at.is_none() {
                line = at;
            }
        }
    }
    Ok(format!(
        "by `{}` ({}:{line})",
        code.getattr("co_qualname")?,
        code.getattr("co_filename")?
    ))
}
