//! Where in a program something happened: kept cheaply, written out only when somebody is told.

use pyo3::intern;
use pyo3::prelude::*;

/// A place, for people.
pub(crate) enum Place {
    /// In words: `when its handler raised`.
    Words(&'static str),
    /// By a function, as a whole.
    Function(Py<PyAny>),
    /// By a code object, at a line; at its first line if that is not known.
    Line {
        code: Py<PyAny>,
        line: Option<Py<PyAny>>,
    },
}

impl Place {
    /// Where a generator stands.
    pub(crate) fn of_generator(generator: &Bound<'_, PyAny>) -> Self {
        let py = generator.py();
        Self::of(generator, intern!(py, "gi_code"), intern!(py, "gi_frame"))
    }

    /// Where a coroutine stands.
    pub(crate) fn of_coroutine(coroutine: &Bound<'_, PyAny>) -> Self {
        let py = coroutine.py();
        Self::of(coroutine, intern!(py, "cr_code"), intern!(py, "cr_frame"))
    }

    fn of<'py>(
        object: &Bound<'py, PyAny>,
        code: &Bound<'py, pyo3::types::PyString>,
        frame: &Bound<'py, pyo3::types::PyString>,
    ) -> Self {
        let Ok(code) = object.getattr(code) else {
            return Self::Words("by a program");
        };
        // A generator that has ended has no frame any more.
        let line = object
            .getattr(frame)
            .and_then(|frame| frame.getattr(intern!(object.py(), "f_lineno")));
        Self::Line {
            code: code.unbind(),
            line: line.ok().map(Bound::unbind),
        }
    }

    /// The place in words: ``by `greet` (app.py:12)``.
    pub(crate) fn text(&self, py: Python<'_>) -> String {
        let found = || -> PyResult<String> {
            Ok(match self {
                Self::Words(words) => (*words).to_owned(),
                Self::Function(function) => {
                    format!("by `{}`", function.bind(py).getattr("__qualname__")?)
                }
                Self::Line { code, line } => {
                    let code = code.bind(py);
                    let line = match line {
                        Some(line) => line.bind(py).clone(),
                        None => code.getattr("co_firstlineno")?,
                    };
                    format!(
                        "by `{}` ({}:{line})",
                        code.getattr("co_qualname")?,
                        code.getattr("co_filename")?
                    )
                }
            })
        };
        found().unwrap_or_else(|_| "by a program".to_owned())
    }
}
