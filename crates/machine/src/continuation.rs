//! Continuations: who owns a detached chain of fibers, and what happens when nobody does.

use std::any::Any;
use std::cell::RefCell;

use crate::fiber::FiberId;
use crate::home::{self, MachineId};
use crate::{Base, Boundary, Domain, ScopeId};

/// The rest of a program, as one value.
///
/// It is moved, never copied, and resuming takes it:
///
/// ```
/// fn once<D: machine::Domain>(m: &mut machine::Machine<D>, k: machine::Continuation<D>, a: D::Value, b: D::Value) {
///     let _ = m.resume(k, Ok(a));
///     let _ = b;
/// }
/// ```
///
/// A second resume does not compile, for the use of a moved value:
///
/// ```compile_fail,E0382
/// fn twice<D: machine::Domain>(m: &mut machine::Machine<D>, k: machine::Continuation<D>, a: D::Value, b: D::Value) {
///     let _ = m.resume(k, Ok(a));
///     let _ = m.resume(k, Ok(b));
/// }
/// ```
///
/// Dropping one abandons the program: its frames are dropped, by its machine, at the next safe point, without
/// running what they would do on the way out. To run that, unwind it.
#[must_use = "dropping a continuation abandons the program that waits in it"]
pub struct Continuation<D: Domain> {
    repr: Repr<D>,
}

pub(crate) enum Repr<D: Domain> {
    /// Fibers of a machine, up to this one, whose parent is the innermost: one word for both ends of the chain.
    Attached { tail: FiberId, machine: MachineId },
    /// Parts that no machine has taken yet.
    Loose(Box<Loose<D>>),
    /// Moved out.
    Gone,
}

pub(crate) struct Loose<D: Domain> {
    /// The innermost part, if it is a program that has not begun: here, so that most tasks to be are one allocation.
    pub(crate) fresh: Option<(Base<D>, D::Code)>,
    /// The others, innermost first.
    pub(crate) parts: Vec<Part<D>>,
}

impl<D: Domain> Loose<D> {
    /// How many fibers it will be.
    fn len(&self) -> usize {
        usize::from(self.fresh.is_some()) + self.parts.len()
    }
}

/// One fiber, taken apart: what a continuation is assembled from.
pub struct Part<D: Domain> {
    /// The codes, outermost first; each but the last waits for the next one.
    pub frames: Vec<D::Code>,
    /// What lies below them. Scope ids are given anew when a machine takes the part.
    pub base: Base<D>,
    /// When it is being unwound: how many frames, from the base, have not been told yet.
    pub unwinding: Option<u32>,
    /// Which frame, from the base, has not begun, if one has not: the first input begins it.
    pub unstarted: Option<u32>,
}

impl<D: Domain> Part<D> {
    /// A fiber whose frames have begun and wait, and that is not being unwound.
    pub fn new(base: Base<D>, frames: Vec<D::Code>) -> Self {
        Part {
            frames,
            base,
            unwinding: None,
            unstarted: None,
        }
    }

    /// A fiber with one frame, which has not begun.
    pub fn unstarted(base: Base<D>, code: D::Code) -> Self {
        Part {
            unstarted: Some(0),
            ..Part::new(base, vec![code])
        }
    }
}

impl<D: Domain> Continuation<D> {
    /// A program that has not begun, under these boundaries, innermost first.
    ///
    /// It is resumed like any other: a value starts it, an error ends it without running it.
    pub fn new(boundaries: impl IntoIterator<Item = Boundary<D>>, code: D::Code) -> Self {
        let base = |boundary| Base::Boundary(ScopeId::NONE, boundary);
        let mut bases = boundaries.into_iter().map(base);
        let fresh = Some((bases.next().unwrap_or(Base::Plain), code));
        let parts = bases.map(|base| Part::new(base, Vec::new())).collect();
        Continuation {
            repr: Repr::Loose(Box::new(Loose { fresh, parts })),
        }
    }

    /// A program that waits, put together from its fibers, innermost first: the way back from a snapshot.
    ///
    /// The innermost code gets what the continuation is resumed with. Without a part there is no program:
    /// the continuation gives back what it is resumed with.
    pub fn assemble(mut parts: Vec<Part<D>>) -> Self {
        if parts.is_empty() {
            parts.push(Part::new(Base::Plain, Vec::new()));
        }
        Continuation {
            repr: Repr::Loose(Box::new(Loose { fresh: None, parts })),
        }
    }

    /// The fibers up to `tail`, whose parent must be the innermost of them.
    #[inline]
    pub(crate) fn attached(tail: FiberId, machine: MachineId) -> Self {
        #[cfg(any(test, feature = "invariants"))]
        home::note_alive(machine, tail, true);
        Continuation {
            repr: Repr::Attached { tail, machine },
        }
    }

    /// The machine that captured it; `None` if no machine has run it yet, so that any may.
    pub fn machine(&self) -> Option<MachineId> {
        match &self.repr {
            Repr::Attached { machine, .. } => Some(*machine),
            Repr::Loose(_) | Repr::Gone => None,
        }
    }

    pub(crate) fn repr(&self) -> &Repr<D> {
        &self.repr
    }

    /// Gives up the ownership to the caller.
    #[inline]
    pub(crate) fn into_repr(mut self) -> Repr<D> {
        let repr = std::mem::replace(&mut self.repr, Repr::Gone);
        // Nothing is left in it to be dropped.
        std::mem::forget(self);
        #[cfg(any(test, feature = "invariants"))]
        if let Repr::Attached { tail, machine } = &repr {
            home::note_alive(*machine, *tail, false);
        }
        repr
    }
}

impl<D: Domain> Drop for Continuation<D> {
    #[inline]
    fn drop(&mut self) {
        match std::mem::replace(&mut self.repr, Repr::Gone) {
            Repr::Gone => {}
            Repr::Attached { tail, machine } => home::abandon(machine, tail),
            Repr::Loose(loose) => drop_flat(loose),
        }
    }
}

impl<D: Domain> std::fmt::Debug for Continuation<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.repr {
            Repr::Attached { tail, machine } => {
                write!(f, "Continuation(up to {} of {machine:?})", tail.index())
            }
            Repr::Loose(loose) => write!(f, "Continuation({} loose fibers)", loose.len()),
            Repr::Gone => f.write_str("Continuation(gone)"),
        }
    }
}

thread_local! {
    /// What is still to be dropped by a [`drop_flat`] further out on this thread; `None` if there is none.
    static DROPPING: RefCell<Option<Vec<Box<dyn Any>>>> = const { RefCell::new(None) };
}

/// Drops without recursion, however long the chain of loose continuations that hold one another.
fn drop_flat(value: Box<dyn Any>) {
    /// Ends the outermost drop even if a code panics in its own.
    struct Outermost;
    impl Drop for Outermost {
        fn drop(&mut self) {
            let rest = DROPPING.with_borrow_mut(Option::take);
            drop(rest);
        }
    }

    let mut value = Some(value);
    let outermost = DROPPING.try_with(|dropping| match &mut *dropping.borrow_mut() {
        Some(waiting) => {
            waiting.extend(value.take());
            false
        }
        none => {
            *none = Some(Vec::new());
            true
        }
    });
    // An error means that the thread is ending: what is left is dropped as Rust would.
    if outermost != Ok(true) {
        return;
    }
    let _outermost = Outermost;
    while let Some(next) = value {
        drop(next);
        value = DROPPING.with_borrow_mut(|waiting| waiting.as_mut().and_then(Vec::pop));
    }
}
