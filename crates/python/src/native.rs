//! Answers that need no call of Python: what the standard handlers for values, cells and messages are made of.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySet, PyTuple};

use crate::domain::Cx;
use crate::fields;

/// What answers effects of one class, by their fields.
pub(crate) enum Native {
    /// `key` has this value. Those that are in the set, and those that are not there at all, are left to the function.
    Ask(Py<PyDict>, Py<PySet>),
    /// The value of the cell `key`.
    Get(Py<PyDict>),
    /// Gives the cell `key` a `value`.
    Put(Py<PyDict>),
    /// Gives the cell `key` what `function` makes of its value, and answers with that.
    Modify(Py<PyDict>),
    /// Adds `message` to the list.
    Tell(Py<PyList>),
}

impl Native {
    /// What has a name, over the objects that it works on.
    pub(crate) fn new(name: &str, over: &Bound<'_, PyTuple>) -> PyResult<Option<Self>> {
        let dict = || PyResult::Ok(over.get_item(0)?.cast_into::<PyDict>()?.unbind());
        Ok(Some(match name {
            "ask" => Self::Ask(dict()?, over.get_item(1)?.cast_into::<PySet>()?.unbind()),
            "get" => Self::Get(dict()?),
            "put" => Self::Put(dict()?),
            "modify" => Self::Modify(dict()?),
            "tell" => Self::Tell(over.get_item(0)?.cast_into::<PyList>()?.unbind()),
            _ => return Ok(None),
        }))
    }

    /// The answer to an effect; `None` if the function of the handler has to decide.
    #[inline]
    pub(crate) fn answer(
        &self,
        cx: &Cx<'_>,
        effect: &Bound<'_, PyAny>,
    ) -> Option<PyResult<Py<PyAny>>> {
        self.try_answer(cx, effect).transpose()
    }

    fn try_answer(&self, cx: &Cx<'_>, effect: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
        let py = effect.py();
        if let Self::Tell(messages) = self {
            let message = fields::read(effect, intern!(py, "message"))?;
            messages.bind(py).append(message)?;
            return Ok(Some(py.None()));
        }
        let key = fields::read(effect, intern!(py, "key"))?;
        Ok(match self {
            Self::Ask(values, lazy) => match values.bind(py).get_item(&key)? {
                Some(value) if lazy.bind(py).is_empty() || !lazy.bind(py).contains(&key)? => {
                    Some(value.unbind())
                }
                _ => None,
            },
            Self::Get(cells) => {
                let value = cells.bind(py).get_item(key)?;
                Some(value.map_or_else(|| py.None(), Bound::unbind))
            }
            Self::Put(cells) => {
                let value = fields::read(effect, intern!(py, "value"))?;
                cells.bind(py).set_item(key, value)?;
                Some(py.None())
            }
            Self::Modify(cells) => {
                let cells = cells.bind(py);
                let value = cells.get_item(&key)?;
                let function = fields::read(effect, intern!(py, "function"))?;
                let value = cx.call(function.as_unbound(), (value,))?;
                cells.set_item(key, &value)?;
                Some(value.unbind())
            }
            Self::Tell(_) => None,
        })
    }

    /// Shows the collector of cycles what this works on.
    pub(crate) fn traverse(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self {
            Self::Ask(values, lazy) => {
                visit.call(values)?;
                visit.call(lazy)
            }
            Self::Get(cells) | Self::Put(cells) | Self::Modify(cells) => visit.call(cells),
            Self::Tell(messages) => visit.call(messages),
        }
    }
}
