//! Fibers, what lies at their base, and the arena that they live in.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Answer, Continuation, Domain};

/// A machine, unique in the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MachineId(u64);

impl MachineId {
    pub(crate) fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        MachineId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// One installation of a boundary, unique in its machine and never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeId(pub(crate) u64);

impl ScopeId {
    /// The scope of a boundary that is not installed yet: in parts that will be assembled.
    pub const NONE: ScopeId = ScopeId(0);

    /// The number, for traces.
    pub fn get(self) -> u64 {
        self.0
    }
}

/// What is installed around a program.
pub enum Boundary<D: Domain> {
    /// A handler's installation.
    Prompt(D::Handler),
    /// An observer's installation.
    Observer(D::Observer),
}

/// What lies at the base of a fiber: what happens when its last frame has ended.
pub enum Base<D: Domain> {
    /// Nothing: the outermost program.
    Plain,
    /// An installation.
    Boundary(ScopeId, Boundary<D>),
    /// One run of a handler for one effect. The scope is that of the prompt whose handler it is.
    Activation(ScopeId, D::Slot),
    /// A computation that has ended and waits for a continuation to be unwound.
    Ending(Then<D>),
}

/// What happens when an unwinding is over.
pub enum Then<D: Domain> {
    /// The computation gives its answer.
    Answer(Answer<D>),
    /// The computation's last act: another continuation goes on.
    Transfer(Continuation<D>, Answer<D>),
    /// The computation's last act: another continuation goes on with a program.
    TransferWith(Continuation<D>, D::Code),
}

/// The place of a fiber in the arena. Whoever holds one owns the fiber, so that it is always valid;
/// the generation catches a breach of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FiberId {
    pub(crate) index: u32,
    pub(crate) generation: NonZeroU32,
}

/// A stack of frames, its base, and what waits for it.
pub(crate) struct Fiber<D: Domain> {
    pub(crate) frames: Vec<D::Code>,
    pub(crate) base: Base<D>,
    pub(crate) parent: Option<FiberId>,
    /// How many frames, from the base, have not been told yet that they are unwound; `NOT_UNWOUND` if they are not.
    pub(crate) doomed: u32,
    /// One more than the index of the frame that was never started; 0 if there is none.
    pub(crate) unstarted: u32,
    generation: NonZeroU32,
    live: bool,
}

/// The value of [`Fiber::doomed`] that no stack's height equals.
pub(crate) const NOT_UNWOUND: u32 = u32::MAX;

/// A recycled fiber keeps its stack's memory up to this many frames.
const KEPT_CAPACITY: usize = 256;

impl<D: Domain> Fiber<D> {
    pub(crate) fn unwinding(&self) -> bool {
        self.doomed != NOT_UNWOUND
    }

    pub(crate) fn height(&self) -> u32 {
        // A stack of 2^32 frames does not fit in memory.
        self.frames.len() as u32
    }
}

/// All fibers of a machine. A released slot is used again with the next generation.
pub(crate) struct Arena<D: Domain> {
    fibers: Vec<Fiber<D>>,
    free: Vec<u32>,
    #[cfg(any(test, feature = "invariants"))]
    pub(crate) touched: std::cell::Cell<u64>,
}

impl<D: Domain> Arena<D> {
    pub(crate) fn new() -> Self {
        Arena {
            fibers: Vec::new(),
            free: Vec::new(),
            #[cfg(any(test, feature = "invariants"))]
            touched: std::cell::Cell::new(0),
        }
    }

    pub(crate) fn add(&mut self, base: Base<D>, parent: Option<FiberId>) -> FiberId {
        if let Some(index) = self.free.pop() {
            let fiber = &mut self.fibers[index as usize];
            fiber.base = base;
            fiber.parent = parent;
            fiber.live = true;
            return FiberId {
                index,
                generation: fiber.generation,
            };
        }
        let index = u32::try_from(self.fibers.len()).expect("fewer than 2^32 fibers fit in memory");
        let generation = NonZeroU32::MIN;
        self.fibers.push(Fiber {
            frames: Vec::new(),
            base,
            parent,
            doomed: NOT_UNWOUND,
            unstarted: 0,
            generation,
            live: true,
        });
        FiberId { index, generation }
    }

    #[inline]
    pub(crate) fn get(&self, id: FiberId) -> &Fiber<D> {
        #[cfg(any(test, feature = "invariants"))]
        self.touched.set(self.touched.get() + 1);
        let fiber = &self.fibers[id.index as usize];
        debug_assert!(
            fiber.live && fiber.generation == id.generation,
            "a stale fiber: {id:?}"
        );
        fiber
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: FiberId) -> &mut Fiber<D> {
        #[cfg(any(test, feature = "invariants"))]
        self.touched.set(self.touched.get() + 1);
        let fiber = &mut self.fibers[id.index as usize];
        debug_assert!(
            fiber.live && fiber.generation == id.generation,
            "a stale fiber: {id:?}"
        );
        fiber
    }

    /// Gives a fiber's slot back. Its frames are dropped, innermost first, and its base is returned.
    pub(crate) fn release(&mut self, id: FiberId) -> (Base<D>, Option<FiberId>) {
        // One frame at a time: dropping a code may run anything, and must find no stack half emptied.
        while let Some(code) = self.get_mut(id).frames.pop() {
            drop(code);
        }
        let fiber = self.get_mut(id);
        fiber.frames.shrink_to(KEPT_CAPACITY);
        fiber.doomed = NOT_UNWOUND;
        fiber.unstarted = 0;
        fiber.live = false;
        fiber.generation = fiber.generation.checked_add(1).unwrap_or(NonZeroU32::MIN);
        let base = std::mem::replace(&mut fiber.base, Base::Plain);
        let parent = fiber.parent.take();
        self.free.push(id.index);
        (base, parent)
    }

    /// How many fibers are in use.
    pub(crate) fn live(&self) -> usize {
        self.fibers.len() - self.free.len()
    }

    #[cfg(any(test, feature = "invariants"))]
    pub(crate) fn size(&self) -> usize {
        self.fibers.len()
    }

    #[cfg(any(test, feature = "invariants"))]
    pub(crate) fn ids_contain(&self, id: FiberId) -> bool {
        self.fibers
            .get(id.index as usize)
            .is_some_and(|fiber| fiber.live && fiber.generation == id.generation)
    }

    #[cfg(any(test, feature = "invariants"))]
    pub(crate) fn ids(&self) -> impl Iterator<Item = FiberId> + '_ {
        self.fibers
            .iter()
            .enumerate()
            .filter(|(_, fiber)| fiber.live)
            .map(|(index, fiber)| FiberId {
                index: index as u32,
                generation: fiber.generation,
            })
    }
}
