//! The machine's domain for trusted programs: live CPython objects.

use std::collections::HashMap;

use machine::{
    Base, Continuation, Domain, Key, Machine, MachineError, MachineId, Slot, Taking, Unhandled,
    View,
};
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType, PyWeakrefReference};

use crate::clause::Watch;
use crate::code::Code;
use crate::k::K;
use crate::names::Names;
use crate::place::Place;
use crate::prompt::Prompt;
use crate::raw;
use crate::sorts::Sorts;
use crate::spare::Spare;
use crate::tasks::Tasks;

/// Programs that CPython runs. Their values are objects, their errors are exceptions.
pub(crate) struct Live;

/// Which unanswered effects suspend the machine to its host, in place of an `UnhandledEffect`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parks {
    /// What `run` has default answers for.
    Defaults,
    /// Those, and questions to a person.
    Questions,
}

/// What a machine must know of effects between two looks at them.
#[derive(Default)]
pub(crate) struct Keys {
    /// The classes whose addresses were given as keys: while they are here, no other class has the same address.
    classes: HashMap<usize, Py<PyType>>,
    /// What objects are, by their classes.
    pub(crate) sorts: Sorts,
    /// Which clause of the handler that was asked last wants the effect, if it has several.
    pub(crate) clause: usize,
    /// The continuations that handlers have kept since the last look at them, weakly: each may be in a cycle.
    pub(crate) kept: Vec<Py<PyWeakrefReference>>,
    /// Objects of continuations that were used and are not needed any more.
    pub(crate) spare: Spare,
    /// What a predicate raised when a handler was asked, to be raised at the performer.
    pub(crate) raised: Option<PyErr>,
}

impl Keys {
    /// Notes a continuation that was not used when its handler ended, and that somebody keeps.
    pub(crate) fn keep(&mut self, k: &Bound<'_, K>) {
        if k.get().is_here(k.py())
            && let Ok(weak) = PyWeakrefReference::new(k.as_any())
        {
            self.kept.push(weak.unbind());
        }
    }

    /// Has the continuations that are still kept hold what waits in them. Done now and then, and not where each is
    /// kept: most are used soon.
    pub(crate) fn hold_kept(&mut self, py: Python<'_>, machine: &mut Machine<Live>) {
        let kept = self.kept.drain(..);
        let mut waiting: Vec<Py<K>> = kept
            .filter_map(|weak| weak.bind(py).upgrade_as::<K>().ok().flatten())
            .map(Bound::unbind)
            .collect();
        while let Some(k) = waiting.pop() {
            waiting.extend(K::hold(k.bind(py), machine));
        }
    }

    /// The key of an effect: its class, which decides which handlers may take it.
    fn of(&mut self, effect: &Bound<'_, PyAny>) -> Key {
        let address = effect.get_type_ptr() as usize;
        if !self.sorts.is_key(address) {
            self.classes
                .entry(address)
                .or_insert_with(|| effect.get_type().unbind());
            self.sorts.note_key(address);
        }
        Key(address as u64)
    }
}

/// What every step is lent.
pub(crate) struct Cx<'py> {
    pub(crate) py: Python<'py>,
    pub(crate) names: &'static Names,
    pub(crate) machine: MachineId,
    pub(crate) parks: Parks,
    pub(crate) keys: &'py mut Keys,
    pub(crate) tasks: &'py mut Tasks,
}

impl Domain for Live {
    type Value = Py<PyAny>;
    type Error = PyErr;
    type Effect = Py<PyAny>;
    type Code = Code;
    type Handler = Prompt;
    type Observer = Watch;
    type Slot = Activation;
    type Context<'c> = Cx<'c>;

    fn key(cx: &mut Cx<'_>, effect: &Py<PyAny>) -> Option<Key> {
        Some(cx.keys.of(effect.bind(cx.py)))
    }

    fn unit(cx: &mut Cx<'_>) -> Py<PyAny> {
        cx.py.None()
    }

    fn machine_error(
        cx: &mut Cx<'_>,
        error: MachineError,
        effect: Option<Py<PyAny>>,
        view: View<'_, Self>,
    ) -> PyErr {
        let Cx { py, names, .. } = *cx;
        match error {
            MachineError::Unhandled => {
                let handlers: Vec<_> = view
                    .handlers()
                    .filter_map(|(_, prompt)| prompt.handler(py))
                    .collect();
                match PyTuple::new(py, handlers) {
                    Ok(handlers) => PyErr::from_type(
                        names.unhandled.bind(py).clone(),
                        (effect, handlers.unbind()),
                    ),
                    Err(error) => error,
                }
            }
            MachineError::ForeignContinuation => K::foreign_error(cx),
            MachineError::ContinuationUsed => {
                let k = view.into_iter().find_map(|fiber| match fiber.base {
                    Base::Activation(_, Activation::Object(k)) => Some(k.clone_ref(py)),
                    _ => None,
                });
                match k {
                    Some(k) => K::used_error(k.bind(py), names),
                    None => PyErr::from_type(names.used.bind(py).clone(), (error.to_string(),)),
                }
            }
            MachineError::NotInHandler => names.usage(
                py,
                "`Pass` and `Delegate` belong in a handler that takes `(effect, k)`\n\
                 help: perform the effect itself to ask the handlers around",
            ),
            MachineError::Busy => names.usage(py, error.to_string()),
        }
    }

    fn unwind_error(cx: &mut Cx<'_>) -> PyErr {
        PyErr::from_type(cx.names.unwind.bind(cx.py).clone(), ())
    }

    fn is_unwind(cx: &mut Cx<'_>, error: &PyErr) -> bool {
        error.is_instance(cx.py, cx.names.unwind.bind(cx.py))
    }

    fn on_unhandled(cx: &mut Cx<'_>, effect: &Py<PyAny>) -> Unhandled {
        let effect = effect.bind(cx.py);
        let parks = effect
            .is_instance(cx.names.answered.bind(cx.py))
            .unwrap_or(false)
            || cx.names.tool_call.is_class_of(effect).unwrap_or(false)
            || (cx.parks == Parks::Questions
                && cx.names.approval.is_class_of(effect).unwrap_or(false));
        if parks {
            Unhandled::Park
        } else {
            Unhandled::Raise
        }
    }
}

/// Where the activation of a handler keeps its continuation.
pub(crate) enum Activation {
    /// In an object that the handler's code holds too.
    Object(Py<K>),
    /// Here: the handler does not get it, its value is the answer.
    Hidden(Option<Continuation<Live>>, Py<PyAny>),
    /// Nowhere any more: the handler has ended.
    Over,
}

impl Activation {
    /// The effect that the handler was run for.
    pub(crate) fn effect(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        match self {
            Self::Object(k) => k.get().effect(py),
            Self::Hidden(_, effect) => Some(effect.clone_ref(py)),
            Self::Over => None,
        }
    }
}

impl Activation {
    /// Whether the program that performed the effect still waits here.
    pub(crate) fn is_unused(&self, py: Python<'_>) -> bool {
        match self {
            Self::Object(k) => k.get().is_here(py),
            Self::Hidden(k, _) => k.is_some(),
            Self::Over => false,
        }
    }
}

impl Slot<Live> for Activation {
    fn take(&mut self, cx: &mut Cx<'_>, why: Taking) -> Option<Continuation<Live>> {
        let k = match self {
            Self::Hidden(continuation, _) => return continuation.take(),
            Self::Object(k) => k.bind(cx.py),
            Self::Over => return None,
        };
        if !k.get().is_here(cx.py) {
            if why != Taking::Used
                && let Self::Object(k) = std::mem::replace(self, Self::Over)
            {
                cx.keys.spare.take_back(k.into_bound(cx.py), cx.machine);
            }
            return None;
        }
        let reason = match why {
            Taking::Used => Place::Words("by `Pass`"),
            // Somebody keeps it to use it later: it is theirs.
            Taking::Returned if raw::references(k.as_any()) != 1 => {
                cx.keys.keep(k);
                return None;
            }
            Taking::Returned => Place::Words("when its handler returned without it"),
            Taking::Raised => Place::Words("when its handler raised"),
            Taking::Unwound => Place::Words("when its handler was unwound"),
        };
        K::take_for(k, reason)
    }

    fn peek(&self) -> Option<&Continuation<Live>> {
        match self {
            Self::Hidden(continuation, _) => continuation.as_ref(),
            // It is in an object, which shows it to whoever has that.
            Self::Object(_) | Self::Over => None,
        }
    }
}
