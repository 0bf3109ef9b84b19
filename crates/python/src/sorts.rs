//! What objects are to the machine, by their classes: asked once of each class, then looked up by its address.

use std::cell::RefCell;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::handles::{ExternalPromise, Promise, Task};
use crate::k::K;
use crate::names::Names;
use crate::operation::Operation;
use crate::program::Program;
use crate::request::{Asked, Internal, OfRun};

/// What the objects of a class are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sort {
    /// An effect that the scheduler may answer.
    Asked(Ask),
    /// Any other effect.
    Effect,
    Operation,
    Program,
    K,
    /// A generator of CPython's.
    Generator,
    /// A coroutine of CPython's.
    Coroutine,
    /// A task or a promise, which stands for waiting for it.
    Awaited,
    /// A value.
    Other,
}

impl Sort {
    /// Asks the class.
    fn ask(names: &Names, class: &Bound<'_, PyType>) -> Self {
        let py = class.py();
        let is = |other: &Bound<'_, PyType>| class.is_subclass(other).unwrap_or(false);
        if class.is(&names.generator) {
            Self::Generator
        } else if class.is(&names.coroutine) {
            Self::Coroutine
        } else if is(&py.get_type::<Asked>()) {
            Self::Asked(Ask::of(class))
        } else if is(names.effect.bind(py)) {
            Self::Effect
        } else if is(&py.get_type::<Operation>()) {
            Self::Operation
        } else if is(&py.get_type::<Program>()) {
            Self::Program
        } else if is(&py.get_type::<K>()) {
            Self::K
        } else if is(&py.get_type::<Task>())
            || is(&py.get_type::<Promise>())
            || is(&py.get_type::<ExternalPromise>())
        {
            Self::Awaited
        } else {
            Self::Other
        }
    }
}

/// What a class of effects asks of the scheduler: what its `_kind` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ask {
    /// Of the run itself, or what a scheduler tells itself.
    Own,
    Await,
    Sleep,
    Yield,
    Spawn,
    Wait,
    Gather,
    Race,
    Cancel,
    Promise,
    ExternalPromise,
    Complete,
    Fail,
    Acquire,
    Release,
    Set,
    Clear,
    Send,
    Receive,
    Close,
    Scope,
    Exit,
    /// Nothing that is known.
    Unknown,
}

impl Ask {
    fn of(class: &Bound<'_, PyType>) -> Self {
        let py = class.py();
        let is = |other: &Bound<'_, PyType>| class.is_subclass(other).unwrap_or(false);
        if is(&py.get_type::<OfRun>()) || is(&py.get_type::<Internal>()) {
            return Self::Own;
        }
        let kind = class.getattr(intern!(py, "_kind"));
        let Ok(kind) = kind.and_then(|kind| kind.extract::<String>()) else {
            return Self::Unknown;
        };
        match kind.as_str() {
            "await" => Self::Await,
            "sleep" => Self::Sleep,
            "yield" => Self::Yield,
            "spawn" => Self::Spawn,
            "wait" => Self::Wait,
            "gather" => Self::Gather,
            "race" => Self::Race,
            "cancel" => Self::Cancel,
            "promise" => Self::Promise,
            "external" => Self::ExternalPromise,
            "complete" => Self::Complete,
            "fail" => Self::Fail,
            "acquire" => Self::Acquire,
            "release" => Self::Release,
            "set" => Self::Set,
            "clear" => Self::Clear,
            "send" => Self::Send,
            "receive" => Self::Receive,
            "close" => Self::Close,
            "scope" => Self::Scope,
            "exit" => Self::Exit,
            _ => Self::Unknown,
        }
    }
}

const PLACES: usize = 64;

/// The classes that were seen of late. Each has one place, which another class may take from it: a program may make
/// classes without end.
pub(crate) struct Sorts {
    places: RefCell<[Option<Seen>; PLACES]>,
}

struct Seen {
    /// Kept, so that no other class gets its address while it is here.
    class: Py<PyType>,
    sort: Sort,
    /// Whether its address was given to the machine as a key.
    is_key: bool,
}

impl Default for Sorts {
    fn default() -> Self {
        Sorts {
            places: RefCell::new([const { None }; PLACES]),
        }
    }
}

/// Where the class with an address has its place.
fn place(address: usize) -> usize {
    // Fibonacci hashing: classes lie at addresses that are alike in their lower bits.
    (address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) as usize >> (usize::BITS - PLACES.ilog2())
}

impl Sorts {
    /// What an object is.
    #[inline]
    pub(crate) fn of(&self, names: &Names, object: &Bound<'_, PyAny>) -> Sort {
        let address = object.get_type_ptr() as usize;
        if let Some(seen) = &self.places.borrow()[place(address)]
            && seen.class.as_ptr() as usize == address
        {
            return seen.sort;
        }
        self.see(names, object)
    }

    #[cold]
    fn see(&self, names: &Names, object: &Bound<'_, PyAny>) -> Sort {
        let class = object.get_type();
        let sort = Sort::ask(names, &class);
        let seen = Seen {
            sort,
            is_key: false,
            class: class.unbind(),
        };
        let before = self.places.borrow_mut()[place(seen.class.as_ptr() as usize)].replace(seen);
        // Outside of the borrow: it may be the last that holds a class.
        drop(before);
        sort
    }

    /// Whether the address of an object's class was noted by [`Sorts::note_key`].
    #[inline]
    pub(crate) fn is_key(&self, address: usize) -> bool {
        self.places.borrow()[place(address)]
            .as_ref()
            .is_some_and(|seen| seen.is_key && seen.class.as_ptr() as usize == address)
    }

    /// Notes that somebody keeps a class, so that its address stays its own.
    pub(crate) fn note_key(&self, address: usize) {
        if let Some(seen) = &mut self.places.borrow_mut()[place(address)]
            && seen.class.as_ptr() as usize == address
        {
            seen.is_key = true;
        }
    }
}
