//! The order of tasks in one run: what an explorer chooses beforehand, and what was chosen.

use pyo3::intern;
use pyo3::prelude::*;
use scheduler::Order;
use scheduler::explore::Attempt;

use crate::program::Program;

/// Which of the tasks that could run does, each time that there is a choice: one number for each.
#[pyclass(module = "kont", frozen)]
pub(crate) struct Schedule {
    attempt: Attempt,
}

impl Schedule {
    /// The order for a run that begins.
    pub(crate) fn order(&self) -> Order {
        self.attempt.order()
    }
}

/// What to call a task that was given no name: as what it runs.
pub(crate) fn name_of(program: &Bound<'_, PyAny>) -> Option<String> {
    if let Ok(program) = program.cast::<Program>() {
        return Some(program.get().name(program.py()));
    }
    let name = program
        .getattr(intern!(program.py(), "__name__"))
        .or_else(|_| program.get_type().name().map(Bound::into_any));
    name.ok()?.extract().ok()
}

#[pymethods]
impl Schedule {
    #[new]
    #[pyo3(signature = (choices=Vec::new(), *, seed=None, preempts=false))]
    fn new(choices: Vec<usize>, seed: Option<u64>, preempts: bool) -> Self {
        Schedule {
            attempt: Attempt::new(choices, seed, preempts),
        }
    }

    /// What was chosen in the last run, and among how many.
    #[getter]
    fn made(&self) -> Vec<(usize, usize)> {
        self.attempt.made()
    }

    /// What was chosen in the last run, without the zeros at the end.
    #[getter]
    fn choices(&self) -> Vec<usize> {
        self.attempt.schedule()
    }

    /// Which tasks went on in the last run, with their names: the first thousand.
    #[getter]
    fn went(&self) -> Vec<(u64, Option<String>)> {
        let went = self.attempt.went();
        went.into_iter()
            .map(|(id, name)| (id.0, name.map(String::from)))
            .collect()
    }

    /// Whether a choice is made after every effect that the scheduler answers.
    #[getter]
    fn preempts(&self) -> bool {
        self.attempt.preempts()
    }

    /// The choices of the run that comes after the last one when all are tried; None if it was the last.
    fn following(&self) -> Option<Vec<usize>> {
        self.attempt.following()
    }
}
