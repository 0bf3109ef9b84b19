//! Which effects a handler or an observer wants.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::names::Names;

/// Effect classes, tools and predicates; one that fits is enough.
pub(crate) struct Wanted {
    pub(crate) types: Vec<Py<PyType>>,
    pub(crate) tools: Vec<Py<PyAny>>,
    pub(crate) predicates: Vec<Py<PyAny>>,
}

impl Wanted {
    /// Whether an effect is wanted.
    ///
    /// # Errors
    /// What a predicate raised.
    pub(crate) fn fits(&self, names: &Names, effect: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = effect.py();
        let own = effect.get_type_ptr();
        for class in &self.types {
            if own.cast() == class.as_ptr() || effect.is_instance(class.bind(py))? {
                return Ok(true);
            }
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
    /// What the class of an effect raised when it was asked for its instances.
    pub(crate) fn may_fit(&self, names: &Names, effect: &Bound<'_, PyAny>) -> PyResult<bool> {
        if !self.predicates.is_empty() {
            return Ok(true);
        }
        let py = effect.py();
        let own = effect.get_type_ptr();
        for class in &self.types {
            if own.cast() == class.as_ptr() || effect.is_instance(class.bind(py))? {
                return Ok(true);
            }
        }
        Ok(!self.tools.is_empty() && names.tool_call.is_class_of(effect)?)
    }

    /// Whether only the effect itself, and not its class, can tell that it is wanted.
    pub(crate) fn looks_closer(&self) -> bool {
        !self.predicates.is_empty() || !self.tools.is_empty()
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
