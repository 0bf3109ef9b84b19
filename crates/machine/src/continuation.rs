//! Continuations: who owns a detached chain of fibers, and what happens when nobody does.

use std::any::Any;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fiber::FiberId;
use crate::{Base, Boundary, Domain, MachineId, ScopeId};

/// The rest of a program, as one value.
///
/// It is moved, never copied, and resuming takes it: a second resume does not compile.
///
/// ```compile_fail
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
    /// Fibers of a machine, from the innermost to the outermost.
    Attached {
        head: FiberId,
        tail: FiberId,
        home: Arc<Home>,
    },
    /// Parts that no machine has taken yet.
    Loose(Box<Loose<D>>),
    /// Moved out.
    Gone,
}

pub(crate) struct Loose<D: Domain> {
    pub(crate) parts: Vec<Part<D>>,
    pub(crate) started: bool,
}

/// One fiber, taken apart: what a continuation is assembled from.
pub struct Part<D: Domain> {
    /// The codes, outermost first; each but the last waits for the next one.
    pub frames: Vec<D::Code>,
    /// What lies below them. Scope ids are given anew when a machine takes the part.
    pub base: Base<D>,
    /// When it is being unwound: how many frames, from the base, have not been told yet.
    pub unwinding: Option<u32>,
}

impl<D: Domain> Part<D> {
    /// A fiber that waits, or has not begun, and is not being unwound.
    pub fn new(base: Base<D>, frames: Vec<D::Code>) -> Self {
        Part {
            frames,
            base,
            unwinding: None,
        }
    }
}

impl<D: Domain> Continuation<D> {
    /// A program that has not begun, under these boundaries, innermost first.
    ///
    /// It is resumed like any other: a value starts it, an error ends it without running it.
    pub fn new(boundaries: impl IntoIterator<Item = Boundary<D>>, code: D::Code) -> Self {
        let mut parts: Vec<Part<D>> = boundaries
            .into_iter()
            .map(|boundary| Part::new(Base::Boundary(ScopeId::NONE, boundary), Vec::new()))
            .collect();
        match parts.first_mut() {
            Some(innermost) => innermost.frames.push(code),
            None => parts.push(Part::new(Base::Plain, vec![code])),
        }
        Self::loose(parts, false)
    }

    /// A program that waits, put together from its fibers, innermost first: the way back from a snapshot.
    ///
    /// The innermost code gets what the continuation is resumed with. Without a part there is no program:
    /// the continuation gives back what it is resumed with.
    pub fn assemble(parts: Vec<Part<D>>) -> Self {
        Self::loose(parts, true)
    }

    /// Like [`Continuation::assemble`], of a program whose innermost code has not begun.
    pub fn assemble_unstarted(parts: Vec<Part<D>>) -> Self {
        Self::loose(parts, false)
    }

    fn loose(mut parts: Vec<Part<D>>, started: bool) -> Self {
        if parts.is_empty() {
            parts.push(Part::new(Base::Plain, Vec::new()));
        }
        Continuation {
            repr: Repr::Loose(Box::new(Loose { parts, started })),
        }
    }

    pub(crate) fn attached(head: FiberId, tail: FiberId, home: &Arc<Home>) -> Self {
        #[cfg(any(test, feature = "invariants"))]
        home.lock().alive.insert(head, tail);
        Continuation {
            repr: Repr::Attached {
                head,
                tail,
                home: home.clone(),
            },
        }
    }

    /// The machine that captured it; `None` if no machine has run it yet, so that any may.
    pub fn machine(&self) -> Option<MachineId> {
        match &self.repr {
            Repr::Attached { home, .. } => Some(home.id),
            Repr::Loose(_) | Repr::Gone => None,
        }
    }

    pub(crate) fn repr(&self) -> &Repr<D> {
        &self.repr
    }

    /// Gives up the ownership to the caller.
    pub(crate) fn into_repr(mut self) -> Repr<D> {
        let repr = std::mem::replace(&mut self.repr, Repr::Gone);
        #[cfg(any(test, feature = "invariants"))]
        if let Repr::Attached { head, home, .. } = &repr {
            home.lock().alive.remove(head);
        }
        repr
    }
}

impl<D: Domain> Drop for Continuation<D> {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.repr, Repr::Gone) {
            Repr::Attached { head, tail, home } => home.abandon(head, tail),
            Repr::Loose(loose) => drop_flat(loose),
            Repr::Gone => {}
        }
    }
}

impl<D: Domain> std::fmt::Debug for Continuation<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.repr {
            Repr::Attached { head, tail, home } => {
                write!(
                    f,
                    "Continuation({}..{} of {:?})",
                    head.index, tail.index, home.id
                )
            }
            Repr::Loose(loose) => write!(f, "Continuation({} loose fibers)", loose.parts.len()),
            Repr::Gone => f.write_str("Continuation(gone)"),
        }
    }
}

/// Where continuations that were dropped, anywhere and on any thread, wait for their machine.
pub(crate) struct Home {
    pub(crate) id: MachineId,
    waiting: AtomicBool,
    list: Mutex<List>,
}

#[derive(Default)]
pub(crate) struct List {
    abandoned: Vec<(FiberId, FiberId)>,
    #[cfg(any(test, feature = "invariants"))]
    pub(crate) alive: std::collections::HashMap<FiberId, FiberId>,
}

impl Home {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Home {
            id: MachineId::fresh(),
            waiting: AtomicBool::new(false),
            list: Mutex::default(),
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn abandon(&self, head: FiberId, tail: FiberId) {
        let mut list = self.lock();
        list.abandoned.push((head, tail));
        #[cfg(any(test, feature = "invariants"))]
        list.alive.remove(&head);
        self.waiting.store(true, Ordering::Release);
    }

    /// Whether [`Home::next_abandoned`] has something to give.
    #[inline]
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Acquire)
    }

    pub(crate) fn next_abandoned(&self) -> Option<(FiberId, FiberId)> {
        let mut list = self.lock();
        let next = list.abandoned.pop();
        if next.is_none() {
            self.waiting.store(false, Ordering::Release);
        }
        next
    }

    #[cfg(any(test, feature = "invariants"))]
    pub(crate) fn chains(&self) -> Vec<(FiberId, FiberId)> {
        let list = self.lock();
        list.abandoned
            .iter()
            .copied()
            .chain(list.alive.iter().map(|(head, tail)| (*head, *tail)))
            .collect()
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
