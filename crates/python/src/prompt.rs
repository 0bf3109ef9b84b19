//! What stands around a program: the handlers that were written in Python, and the scheduler's.

use machine::{Answer, Continuation, Handled};
use pyo3::prelude::*;
use scheduler::{Id, Op};

use crate::clause::{Handler, Installed};
use crate::domain::{Cx, Live};
use crate::request::{Asked, Internal, Question};
use crate::sorts::{Ask, Sort};

/// A handler of a running program.
pub(crate) enum Prompt {
    /// One that was written in Python.
    Handler(Installed),
    /// The scheduler's, around each task.
    Task,
    /// The scheduler's, around the program of a scope.
    Scope(Id),
}

impl Prompt {
    /// The handler, if a user knows of it.
    pub(crate) fn handler(&self, py: Python<'_>) -> Option<Py<Handler>> {
        match self {
            Self::Handler(Installed(handler)) => Some(handler.clone_ref(py)),
            Self::Task | Self::Scope(_) => None,
        }
    }
}

impl Prompt {
    /// The same handler at another place.
    pub(crate) fn again(&self, py: Python<'_>) -> Option<Self> {
        self.handler(py)
            .map(|handler| Self::Handler(Installed(handler)))
    }
}

impl machine::Handler<Live> for Prompt {
    #[inline]
    fn accepts(&self, cx: &mut Cx<'_>, effect: &Py<PyAny>) -> bool {
        match self {
            // The usual one, which is asked most often. What the scheduler tells itself is of no class that anybody has.
            Self::Handler(handler) if handler.is_for(effect.bind(cx.py)) => true,
            Self::Handler(handler) => {
                let object = effect.bind(cx.py);
                let is_internal = cx.keys.sorts.of(cx.names, object) == Sort::Asked(Ask::Own)
                    && object.is_instance_of::<Internal>();
                !is_internal && handler.accepts(cx, effect)
            }
            Self::Task | Self::Scope(_) => {
                matches!(
                    cx.keys.sorts.of(cx.names, effect.bind(cx.py)),
                    Sort::Asked(_)
                )
            }
        }
    }

    #[inline(always)]
    fn declines(&self, cx: &mut Cx<'_>, effect: &Py<PyAny>) -> bool {
        match self {
            Self::Handler(handler) => handler.declines(cx, effect),
            Self::Task => !cx.takes(effect),
            Self::Scope(_) => {
                Asked::of(effect.bind(cx.py)).is_none_or(|asked| asked.get().is_tagged(cx.machine))
            }
        }
    }

    #[inline(always)]
    fn answer(&self, cx: &mut Cx<'_>, effect: &Py<PyAny>) -> Option<Answer<Live>> {
        match self {
            Self::Handler(handler) => handler.answer(cx, effect),
            Self::Task => {
                let effect = effect.bind(cx.py);
                if cx.keys.sorts.of(cx.names, effect) != Sort::Asked(Ask::Own) {
                    return None;
                }
                let question = Question::of(effect)?;
                Some(cx.tell(question))
            }
            Self::Scope(_) => None,
        }
    }

    fn handle(&self, cx: &mut Cx<'_>, effect: Py<PyAny>, k: Continuation<Live>) -> Handled<Live> {
        match self {
            Self::Handler(handler) => handler.handle(cx, effect, k),
            Self::Task => scheduler::Prompt.handle(cx, effect, k),
            Self::Scope(id) => {
                if let Some(asked) = Asked::of(effect.bind(cx.py)) {
                    asked.get().tag(cx.machine, *id);
                }
                Handled::Pass(effect, k)
            }
        }
    }

    fn finish(&self, cx: &mut Cx<'_>, answer: Answer<Live>) -> Handled<Live> {
        match self {
            Self::Handler(handler) => handler.finish(cx, answer),
            Self::Task => {
                let stop = cx.leave(answer.as_ref().err());
                let handled = scheduler::Prompt.finish(cx, answer);
                cx.stop(stop);
                handled
            }
            Self::Scope(id) => perform(cx, Op::ScopeEnd(*id, answer)),
        }
    }

    fn unwound(&self, cx: &mut Cx<'_>, error: PyErr) -> Handled<Live> {
        match self {
            Self::Handler(handler) => handler.unwound(cx, error),
            Self::Task => {
                let stop = cx.leave(Some(&error));
                let handled = scheduler::Prompt.unwound(cx, error);
                cx.stop(stop);
                handled
            }
            Self::Scope(id) => {
                let quiet = error.is_instance(cx.py, cx.names.unwind.bind(cx.py))
                    || error.is_instance(cx.py, cx.names.cancelled.bind(cx.py));
                perform(cx, Op::ScopeUnwound(*id, (!quiet).then_some(error)))
            }
        }
    }
}

/// Tells the scheduler how the program of a scope has ended, past everybody who might look.
fn perform(cx: &mut Cx<'_>, op: Op<Live>) -> Handled<Live> {
    match Py::new(cx.py, Internal::init(op)) {
        Ok(effect) => Handled::Perform(effect.into_any()),
        Err(error) => Handled::Raise(error),
    }
}
