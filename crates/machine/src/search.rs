//! The search for the nearest handler, and what is remembered of it.
//!
//! A search visits the fibers outward. So that an effect handled far outside does not cost a visit to each handler
//! between, what a search has found is remembered under the fiber it began at and the effect's key: the prompt that
//! accepts it, or the fiber up to which nobody does. A later search that comes to that fiber is over.
//!
//! What is remembered stays true until a fiber on the way gets another parent, which happens to the tail of a chain
//! that is attached elsewhere than where it was cut off. The first time that this happens to a fiber, if a remembered
//! search went through it, all that is remembered is forgotten at once, by counting up an epoch; and the fiber is a
//! *seam* from then on, at which remembered searches stop. So a program that goes back to where it was (state, a
//! reader, most generators, a task of a scheduler) makes nothing be forgotten, one that moves makes it once, and the
//! cost of a search grows with the seams on the way, not with the handlers.
//!
//! The fiber that an effect is performed in is asked itself the first time, and remembered from the second: a program
//! that performs again and again finds its handler in one look, whatever is between.
//!
//! A fiber is named by slot and generation: a slot alone would be mistaken for a later fiber in the same place.

use crate::fiber::{Arena, FiberId};
use crate::{Base, Boundary, Domain, Handler, Key, Machine};

/// What a search ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The fiber with the boundary.
    Here(FiberId),
    /// There is none; this is the outermost fiber.
    Nobody(FiberId),
}

/// What is searched for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A prompt whose handler accepts effects with this key.
    Handler(Key),
    /// An observer.
    Observer,
}

#[derive(Clone, Copy)]
struct Entry {
    from: FiberId,
    to: FiberId,
    wanted: Wanted,
    epoch: u32,
    /// Whether `to` has the boundary; if not, nobody up to it has.
    accepts: bool,
}

/// What is remembered: a table in which a new entry takes the place of an older one.
pub(crate) struct Memory {
    entries: Vec<Option<Entry>>,
    epoch: u32,
}

const FIRST_SIZE: usize = 64;
const LARGEST_SIZE: usize = 1 << 16;
/// A walk of more steps than two to the power of this leaves its later part unmarked.
const MARKS: usize = 8;

impl Memory {
    pub(crate) fn new() -> Self {
        Memory {
            entries: Vec::new(),
            epoch: 0,
        }
    }

    /// Forgets everything.
    pub(crate) fn forget(&mut self) {
        match self.epoch.checked_add(1) {
            Some(next) => self.epoch = next,
            None => {
                self.entries.fill(None);
                self.epoch = 0;
            }
        }
    }

    /// Where an entry belongs; in an empty table, nowhere.
    #[inline(always)]
    fn place(&self, from: FiberId, wanted: Wanted) -> usize {
        let key = match wanted {
            Wanted::Handler(Key(key)) => key,
            Wanted::Observer => u64::MAX,
        };
        // Fibonacci hashing: the high bits of the product depend on all bits.
        let mixed =
            (u64::from(from.index()) ^ key.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 40) as usize & self.entries.len().wrapping_sub(1)
    }

    #[inline(always)]
    fn recall(&self, from: FiberId, wanted: Wanted) -> Option<(FiberId, bool)> {
        match self.entries.get(self.place(from, wanted)) {
            Some(Some(entry))
                if entry.from == from && entry.wanted == wanted && entry.epoch == self.epoch =>
            {
                Some((entry.to, entry.accepts))
            }
            _ => None,
        }
    }

    /// `fibers` is how many there are: a table for as many starts is large enough.
    fn remember(
        &mut self,
        fibers: usize,
        from: FiberId,
        wanted: Wanted,
        (to, accepts): (FiberId, bool),
    ) {
        if self.entries.is_empty() {
            self.entries.resize(FIRST_SIZE, None);
        }
        let mut place = self.place(from, wanted);
        let taken = matches!(&self.entries[place], Some(old) if old.epoch == self.epoch && old.from != from);
        let size = self.entries.len();
        if taken && size < fibers && size < LARGEST_SIZE {
            self.entries.clear();
            self.entries.resize(size * 2, None);
            place = self.place(from, wanted);
        }
        self.entries[place] = Some(Entry {
            from,
            to,
            wanted,
            epoch: self.epoch,
            accepts,
        });
    }
}

impl<D: Domain> Machine<D> {
    /// The nearest prompt that accepts an effect, from a fiber outward.
    #[inline(always)]
    pub(crate) fn find_handler(
        &mut self,
        cx: &mut D::Context<'_>,
        effect: &D::Effect,
        from: FiberId,
    ) -> Found {
        self.counters.searched += 1;
        let found = self.find_near(cx, effect, from);
        #[cfg(any(test, feature = "invariants"))]
        self.check_found(found, from, |base| accepts::<D>(cx, base, effect));
        found
    }

    #[inline(always)]
    fn find_near(&mut self, cx: &mut D::Context<'_>, effect: &D::Effect, from: FiberId) -> Found {
        let fiber = self.arena.get_mut(from);
        // A program that asks for what is handled further out asks again: then its own handler is not asked first.
        if fiber.is_remembered()
            && let Some(key) = D::key(cx, effect)
            && let Some((to, true)) = self.memory.recall(from, Wanted::Handler(key))
        {
            return Found::Here(to);
        }
        // Most effects are answered by the nearest handler: that is no matter of memory.
        if accepts::<D>(cx, &fiber.base, effect) {
            return Found::Here(from);
        }
        let Some(parent) = fiber.parent else {
            return Found::Nobody(from);
        };
        // What happens once in a fiber is not worth a place of its own.
        let again = fiber.looks_further_again();
        let key = D::key(cx, effect);
        let known = key.and_then(|key| self.memory.recall(parent, Wanted::Handler(key)));
        match known {
            // As the search would find; here without a call.
            Some((to, true)) if !again => Found::Here(to),
            _ => self.find_further(cx, effect, key, if again { from } else { parent }),
        }
    }

    #[inline(never)]
    fn find_further(
        &mut self,
        cx: &mut D::Context<'_>,
        effect: &D::Effect,
        key: Option<Key>,
        from: FiberId,
    ) -> Found {
        match key {
            Some(key) => self.search(Wanted::Handler(key), from, |base| {
                accepts::<D>(cx, base, effect)
            }),
            None => {
                let (found, visited) =
                    walk(&self.arena, from, |base| accepts::<D>(cx, base, effect));
                self.counters.searched += visited;
                found
            }
        }
    }

    /// The nearest observer, from a fiber outward.
    pub(crate) fn find_observer(&mut self, from: FiberId) -> Option<FiberId> {
        let observes = |base: &Base<D>| matches!(base, Base::Boundary(_, Boundary::Observer(_)));
        let found = self.search(Wanted::Observer, from, observes);
        #[cfg(any(test, feature = "invariants"))]
        self.check_found(found, from, observes);
        match found {
            Found::Here(id) => Some(id),
            Found::Nobody(_) => None,
        }
    }

    fn search(
        &mut self,
        wanted: Wanted,
        mut from: FiberId,
        mut fits: impl FnMut(&Base<D>) -> bool,
    ) -> Found {
        loop {
            let (to, accepts) = self.search_to_seam(wanted, from, &mut fits);
            if accepts {
                return Found::Here(to);
            }
            match self.arena.get(to).parent {
                Some(parent) => from = parent,
                None => return Found::Nobody(to),
            }
        }
    }

    /// Searches up to the first fiber that fits, or the next seam, or the outermost fiber. Gives where the search
    /// ended, and whether that one fits.
    fn search_to_seam(
        &mut self,
        wanted: Wanted,
        from: FiberId,
        fits: &mut impl FnMut(&Base<D>) -> bool,
    ) -> (FiberId, bool) {
        let mut at = from;
        // The places at 1, 2, 4, .. steps from the beginning. Later searches may come to these although the fibers
        // before them are gone, as when a handler is installed anew for each of many effects.
        let mut marks = [None; MARKS];
        let mut steps = 0_u32;
        let result = loop {
            self.counters.searched += 1;
            let fiber = self.arena.get_mut(at);
            // Also on the way: a search that began further out has seen the rest.
            if fiber.is_remembered()
                && let Some(known) = self.memory.recall(at, wanted)
            {
                break known;
            }
            if fits(&fiber.base) {
                break (at, true);
            }
            match fiber.parent {
                Some(parent) if !fiber.is_seam() => {
                    fiber.cross();
                    at = parent;
                    steps += 1;
                    if steps.is_power_of_two()
                        && let Some(mark) = marks.get_mut(steps.trailing_zeros() as usize)
                    {
                        *mark = Some(at);
                    }
                }
                _ => break (at, false),
            }
        };
        // What is a step away is as soon found as remembered.
        let starts = std::iter::once(from).chain(marks.into_iter().flatten());
        for start in starts.take_while(|start| *start != at) {
            self.arena.get_mut(start).mark_remembered();
            let fibers = self.arena.live();
            self.memory.remember(fibers, start, wanted, result);
        }
        result
    }

    /// What was found is what is found without remembering anything.
    #[cfg(any(test, feature = "invariants"))]
    fn check_found(&self, found: Found, from: FiberId, fits: impl FnMut(&Base<D>) -> bool) {
        const LONGEST: usize = 4096;
        if self.arena.live() > LONGEST {
            return;
        }
        let touched = self.arena.touched.get();
        let (expected, _) = walk(&self.arena, from, fits);
        assert_eq!(found, expected, "what was remembered of a search is wrong");
        self.arena.touched.set(touched);
    }
}

#[inline]
fn accepts<D: Domain>(cx: &mut D::Context<'_>, base: &Base<D>, effect: &D::Effect) -> bool {
    match base {
        Base::Boundary(_, Boundary::Prompt(handler)) => handler.accepts(cx, effect),
        _ => false,
    }
}

/// The search as it would be without memory. Gives how many fibers were visited, too.
fn walk<D: Domain>(
    arena: &Arena<D>,
    mut at: FiberId,
    mut fits: impl FnMut(&Base<D>) -> bool,
) -> (Found, u64) {
    let mut visited = 1;
    loop {
        let fiber = arena.get(at);
        if fits(&fiber.base) {
            return (Found::Here(at), visited);
        }
        match fiber.parent {
            Some(parent) => at = parent,
            None => return (Found::Nobody(at), visited),
        }
        visited += 1;
    }
}
