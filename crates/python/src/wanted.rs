//! Which effects a handler or an observer wants.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::PyException;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::names::Names;

/// Effect classes, tools and predicates; one that fits is enough.
pub(crate) struct Wanted {
    pub(crate) types: Vec<Py<PyType>>,
    pub(crate) tools: Vec<Py<PyAny>>,
    pub(crate) predicates: Vec<Py<PyAny>>,
    /// A class has not been able to say which effects are its own: it is asked about each effect from then on.
    pub(crate) is_unsure: AtomicBool,
}

impl Wanted {
    /// Whether an effect is wanted.
    ///
    /// # Errors
    /// What a predicate raised, and that a class of effects raised something when it was asked for its instances.
    pub(crate) fn fits(&self, names: &Names, effect: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = effect.py();
        if self.is_of_its_classes(names, effect)? {
            return Ok(true);
        }
        if !self.tools.is_empty() && names.tool_call.is_class_of(effect)? {
            let tool = effect.getattr(pyo3::intern!(py, "tool"))?;
            if self.tools.iter().any(|wanted| tool.is(wanted)) {
                return Ok(true);
            }
        }
        for predicate in &self.predicates {
            if predicate.bind(py).call1((effect,))?.is_truthy()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether effects of this class may be wanted: whatever else is asked, the answer is the same for all of them.
    ///
    /// # Errors
    /// A class of effects raised something when it was asked for its instances.
    pub(crate) fn may_fit(&self, names: &Names, effect: &Bound<'_, PyAny>) -> PyResult<bool> {
        if !self.predicates.is_empty() {
            return Ok(true);
        }
        if self.is_of_its_classes(names, effect)? {
            return Ok(true);
        }
        Ok(!self.tools.is_empty() && names.tool_call.is_class_of(effect)?)
    }

    fn is_of_its_classes(&self, names: &Names, effect: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = effect.py();
        let own = effect.get_type_ptr();
        for class in &self.types {
            let class = class.bind(py);
            if own.cast() == class.as_ptr() {
                return Ok(true);
            }
            match effect.is_instance(class) {
                Ok(false) => {}
                Ok(true) => return Ok(true),
                Err(error) => {
                    self.is_unsure.store(true, Ordering::Relaxed);
                    return Err(unsure(names, class, effect, error));
                }
            }
        }
        Ok(false)
    }

    /// Whether only the effect itself, and not its class, can tell that it is wanted.
    pub(crate) fn looks_closer(&self) -> bool {
        !self.predicates.is_empty()
            || !self.tools.is_empty()
            || self.is_unsure.load(Ordering::Relaxed)
    }

    /// Whether it wants everything there is: nothing was said.
    pub(crate) fn is_empty(&self) -> bool {
        self.types.is_empty() && self.tools.is_empty() && self.predicates.is_empty()
    }

    pub(crate) fn traverse(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.types.iter().try_for_each(|class| visit.call(class))?;
        self.tools
            .iter()
            .chain(&self.predicates)
            .try_for_each(|object| visit.call(object))
    }
}

/// What to say of a class that cannot tell whether an effect is one of its own.
#[cold]
fn unsure(
    names: &Names,
    class: &Bound<'_, PyType>,
    effect: &Bound<'_, PyAny>,
    error: PyErr,
) -> PyErr {
    let py = class.py();
    if !error.is_instance_of::<PyException>(py) {
        return error;
    }
    let name = |class: &Bound<'_, PyType>| {
        class
            .qualname()
            .map_or_else(|_| "?".to_owned(), |name| name.to_string())
    };
    let (class, asked) = (name(class), name(&effect.get_type()));
    let said = names.usage(
        py,
        format!(
            "nobody can tell whether a handler of `{class}` is for a `{asked}`: `isinstance` raised {error}\n\
             help: the metaclass of `{class}` has an `__instancecheck__`; let it answer, and not raise"
        ),
    );
    said.set_cause(py, Some(error));
    said
}
