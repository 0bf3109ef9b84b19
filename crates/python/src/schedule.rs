//! The order of tasks in one run: what an explorer chooses beforehand, and what was chosen.

use pyo3::prelude::*;
use scheduler::Order;
use scheduler::explore::Attempt;

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
