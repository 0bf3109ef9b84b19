//! Fibers, what lies at their base, and the arena that they live in.

use std::mem::ManuallyDrop;
use std::num::{NonZeroU32, NonZeroU64};

use crate::{Answer, Continuation, Domain};

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
    Ending(Box<Then<D>>),
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
pub(crate) struct FiberId(NonZeroU64);

impl FiberId {
    /// One word: a copy of it is one load and one store, which the processor can forward.
    #[inline(always)]
    fn new(index: u32, generation: NonZeroU32) -> Self {
        let word = u64::from(generation.get()) << 32 | u64::from(index);
        match NonZeroU64::new(word) {
            Some(word) => FiberId(word),
            None => unreachable!("the generation is not zero"),
        }
    }

    #[inline(always)]
    pub(crate) fn index(self) -> u32 {
        self.0.get() as u32
    }

    /// Both in one number.
    pub(crate) fn get(self) -> u64 {
        self.0.get()
    }

    #[inline(always)]
    fn has(self, generation: NonZeroU32) -> bool {
        (self.0.get() >> 32) as u32 == generation.get()
    }
}

/// A stack of frames, its base, and what waits for it.
pub(crate) struct Fiber<D: Domain> {
    /// The outermost frame, here and not on the heap: most fibers have no other.
    pub(crate) first: Option<D::Code>,
    /// The frames inside it, outermost first, which never move while they run. Empty if there is no first.
    pub(crate) rest: Vec<D::Code>,
    /// Dropped by hand: see [`Fiber::set_base`].
    pub(crate) base: ManuallyDrop<Base<D>>,
    /// The fiber that waits for this one. While a continuation owns the chain that this fiber is the tail of, the
    /// chain's head: so its continuation need not remember that.
    pub(crate) parent: Option<FiberId>,
    /// What the parent was when a chain was last cut off behind this fiber.
    pub(crate) cut_from: Option<FiberId>,
    /// How many frames, from the base, have not been told yet that they are unwound, if this is unwound.
    pub(crate) doomed: u32,
    /// One more than the index of the frame that was never started; 0 if there is none.
    pub(crate) unstarted: u32,
    generation: NonZeroU32,
    flags: u8,
}

/// The fiber is in use.
const LIVE: u8 = 1;
/// It is being unwound: `doomed` counts.
const UNWINDING: u8 = 2;
/// One of its frames has not begun: `unstarted` tells which.
const UNSTARTED: u8 = 4;
/// A remembered search went on from here to the parent.
const CROSSED: u8 = 8;
/// The parent has changed: remembered searches stop here. See `search.rs`.
const SEAM: u8 = 16;
/// Something was remembered of a search from here.
const REMEMBERED: u8 = 32;
/// An effect that was performed here was not for the handler at the base.
const LOOKED: u8 = 64;

/// A recycled fiber keeps its stack's memory up to this many frames.
const KEPT_CAPACITY: usize = 256;

impl<D: Domain> Fiber<D> {
    #[inline]
    pub(crate) fn unwinding(&self) -> bool {
        self.flags & UNWINDING != 0
    }

    /// Puts the base of a fiber that has none in place: it is written where it stays, and nothing is dropped.
    #[inline(always)]
    pub(crate) fn set_base(&mut self, base: Base<D>) {
        debug_assert!(matches!(*self.base, Base::Plain), "a fiber has one base");
        self.base = ManuallyDrop::new(base);
    }

    /// Takes the base out.
    #[inline]
    pub(crate) fn take_base(&mut self) -> Base<D> {
        let none = ManuallyDrop::new(Base::Plain);
        ManuallyDrop::into_inner(std::mem::replace(&mut self.base, none))
    }

    /// Takes the base out if it is a prompt.
    #[inline(always)]
    pub(crate) fn take_prompt(&mut self) -> Option<(ScopeId, D::Handler)> {
        let Base::Boundary(_, Boundary::Prompt(_)) = *self.base else {
            return None;
        };
        match self.take_base() {
            Base::Boundary(scope, Boundary::Prompt(handler)) => Some((scope, handler)),
            _ => None,
        }
    }

    /// Puts the first frame in place.
    #[inline(always)]
    pub(crate) fn set_top(&mut self, code: D::Code) {
        debug_assert!(self.first.is_none(), "a new fiber has no frame");
        std::mem::forget(self.first.replace(code));
    }

    /// The scope of its boundary, or of the handler that it is an activation of.
    pub(crate) fn scope(&self) -> ScopeId {
        match *self.base {
            Base::Boundary(scope, _) | Base::Activation(scope, _) => scope,
            Base::Plain | Base::Ending(_) => ScopeId::NONE,
        }
    }

    /// Whether the next input may not be what the innermost frame gets.
    #[inline]
    pub(crate) fn is_special(&self) -> bool {
        self.flags & (UNWINDING | UNSTARTED) != 0
    }

    /// Marks all its frames but those above the first `left` as told that they are unwound.
    pub(crate) fn doom(&mut self, left: u32) {
        self.flags |= UNWINDING;
        self.doomed = left;
    }

    /// Which frame, from the base, has not begun.
    pub(crate) fn unstarted(&self) -> Option<u32> {
        match self.flags & UNSTARTED {
            0 => None,
            _ => self.unstarted.checked_sub(1),
        }
    }

    /// Marks a frame, counted from the base, as one that has not begun.
    pub(crate) fn mark_unstarted(&mut self, index: u32) {
        self.flags |= UNSTARTED;
        self.unstarted = index + 1;
    }

    pub(crate) fn mark_started(&mut self) {
        self.flags &= !UNSTARTED;
        self.unstarted = 0;
    }

    pub(crate) fn height(&self) -> u32 {
        // A stack of 2^32 frames does not fit in memory.
        self.rest.len() as u32 + u32::from(self.first.is_some())
    }

    /// Whether remembered searches stop at this fiber.
    #[inline]
    pub(crate) fn is_seam(&self) -> bool {
        self.flags & SEAM != 0
    }

    /// A search that will be remembered goes on from here to the parent.
    #[inline]
    pub(crate) fn cross(&mut self) {
        self.flags |= CROSSED;
    }

    /// Whether something may be remembered of a search from here.
    #[inline]
    pub(crate) fn is_remembered(&self) -> bool {
        self.flags & REMEMBERED != 0
    }

    pub(crate) fn mark_remembered(&mut self) {
        self.flags |= REMEMBERED;
    }

    /// A search goes on from here to the parent. Gives whether one did before, and can be remembered.
    #[inline]
    pub(crate) fn looks_further_again(&mut self) -> bool {
        let again = self.flags & (LOOKED | SEAM) == LOOKED;
        self.flags |= LOOKED;
        again
    }

    /// The parent will be another one. Gives whether remembered searches may have gone through.
    #[inline]
    pub(crate) fn migrate(&mut self) -> bool {
        if self.flags & CROSSED == 0 {
            return false;
        }
        self.flags = self.flags & !CROSSED | SEAM;
        true
    }

    /// Drops the frames, innermost first, one at a time: dropping a code may run anything, and must find no stack
    /// half emptied.
    fn drop_frames(&mut self) {
        while let Some(code) = self.pop() {
            drop(code);
        }
    }

    /// Takes all frames out, outermost first.
    pub(crate) fn take_frames(&mut self) -> Vec<D::Code> {
        let rest = std::mem::take(&mut self.rest);
        self.first.take().into_iter().chain(rest).collect()
    }

    #[cold]
    fn shrink(&mut self) {
        self.rest.shrink_to(KEPT_CAPACITY);
    }

    #[inline]
    pub(crate) fn push(&mut self, code: D::Code) {
        if self.first.is_none() {
            std::mem::forget(self.first.replace(code));
        } else {
            self.rest.push(code);
        }
    }

    /// The innermost frame.
    #[inline(always)]
    pub(crate) fn top(&mut self) -> Option<&mut D::Code> {
        match self.rest.last_mut() {
            None => self.first.as_mut(),
            last => last,
        }
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<D::Code> {
        match self.rest.pop() {
            None => self.first.take(),
            last => last,
        }
    }
}

impl<D: Domain> Drop for Fiber<D> {
    fn drop(&mut self) {
        self.drop_frames();
        drop(self.take_base());
    }
}

/// All fibers of a machine. A released slot is used again with the next generation.
pub(crate) struct Arena<D: Domain> {
    fibers: Vec<Fiber<D>>,
    /// The first free slot. A free slot's parent is the next one.
    free: Option<FiberId>,
    live: usize,
    #[cfg(any(test, feature = "invariants"))]
    pub(crate) touched: std::cell::Cell<u64>,
}

impl<D: Domain> Arena<D> {
    pub(crate) fn new() -> Self {
        Arena {
            fibers: Vec::new(),
            free: None,
            live: 0,
            #[cfg(any(test, feature = "invariants"))]
            touched: std::cell::Cell::new(0),
        }
    }

    /// A fiber with nothing in it but what is filled in.
    #[inline(always)]
    pub(crate) fn add(
        &mut self,
        parent: Option<FiberId>,
        fill: impl FnOnce(&mut Fiber<D>),
    ) -> FiberId {
        self.live += 1;
        let id = match self.free {
            Some(id) => id,
            None => self.grow(),
        };
        let fiber = &mut self.fibers[id.index() as usize];
        self.free = fiber.parent;
        fiber.parent = parent;
        fiber.cut_from = None;
        fiber.flags = LIVE;
        fill(fiber);
        id
    }

    #[cold]
    fn grow(&mut self) -> FiberId {
        let index = u32::try_from(self.fibers.len()).expect("fewer than 2^32 fibers fit in memory");
        let generation = NonZeroU32::MIN;
        self.fibers.push(Fiber {
            first: None,
            rest: Vec::new(),
            base: ManuallyDrop::new(Base::Plain),
            parent: None,
            cut_from: None,
            doomed: 0,
            unstarted: 0,
            generation,
            flags: 0,
        });
        FiberId::new(index, generation)
    }

    #[inline]
    pub(crate) fn get(&self, id: FiberId) -> &Fiber<D> {
        #[cfg(any(test, feature = "invariants"))]
        self.touched.set(self.touched.get() + 1);
        let fiber = &self.fibers[id.index() as usize];
        debug_assert!(
            fiber.flags & LIVE != 0 && id.has(fiber.generation),
            "a stale fiber: {id:?}"
        );
        fiber
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: FiberId) -> &mut Fiber<D> {
        #[cfg(any(test, feature = "invariants"))]
        self.touched.set(self.touched.get() + 1);
        let fiber = &mut self.fibers[id.index() as usize];
        debug_assert!(
            fiber.flags & LIVE != 0 && id.has(fiber.generation),
            "a stale fiber: {id:?}"
        );
        fiber
    }

    /// Gives a fiber's slot back, and drops its frames, innermost first, and its base. Gives what waited for it.
    #[inline]
    pub(crate) fn release(&mut self, id: FiberId) -> Option<FiberId> {
        let fiber = self.get_mut(id);
        fiber.drop_frames();
        drop(fiber.take_base());
        self.give_back(id)
    }

    /// Gives back the slot of a fiber with nothing left in it. Gives what waited for it.
    #[inline(always)]
    pub(crate) fn give_back(&mut self, id: FiberId) -> Option<FiberId> {
        let next = self.free;
        let fiber = self.get_mut(id);
        debug_assert!(fiber.first.is_none() && matches!(*fiber.base, Base::Plain));
        if fiber.rest.capacity() > KEPT_CAPACITY {
            fiber.shrink();
        }
        fiber.flags = 0;
        let parent = fiber.parent;
        // So that no generation is ever used again, a slot that has had the last one is not.
        if let Some(generation) = fiber.generation.checked_add(1) {
            fiber.generation = generation;
            fiber.parent = next;
            self.free = Some(FiberId::new(id.index(), generation));
        }
        self.live -= 1;
        parent
    }

    /// How many fibers are in use.
    pub(crate) fn live(&self) -> usize {
        self.live
    }

    #[cfg(any(test, feature = "invariants"))]
    pub(crate) fn size(&self) -> usize {
        self.fibers.len()
    }

    #[cfg(any(test, feature = "invariants"))]
    pub(crate) fn ids_contain(&self, id: FiberId) -> bool {
        self.fibers
            .get(id.index() as usize)
            .is_some_and(|fiber| fiber.flags & LIVE != 0 && id.has(fiber.generation))
    }

    #[cfg(any(test, feature = "invariants"))]
    pub(crate) fn ids(&self) -> impl Iterator<Item = FiberId> + '_ {
        self.fibers
            .iter()
            .enumerate()
            .filter(|(_, fiber)| fiber.flags & LIVE != 0)
            .map(|(index, fiber)| FiberId::new(index as u32, fiber.generation))
    }
}
