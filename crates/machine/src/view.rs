//! Looking at a chain of fibers without changing it.

use crate::continuation::{Continuation, Loose, Repr};
use crate::fiber::{Arena, FiberId};
use crate::{Base, Boundary, Domain, Machine, MachineError, Part, ScopeId, Slot};

/// A chain of fibers, innermost first.
pub struct View<'v, D: Domain> {
    source: Source<'v, D>,
}

enum Source<'v, D: Domain> {
    Arena {
        arena: &'v Arena<D>,
        next: Option<FiberId>,
        last: Option<FiberId>,
    },
    Parts {
        fresh: Option<&'v (Base<D>, D::Code)>,
        parts: &'v [Part<D>],
    },
}

impl<'v, D: Domain> Source<'v, D> {
    fn loose(loose: &'v Loose<D>) -> Self {
        Source::Parts {
            fresh: loose.fresh.as_ref(),
            parts: &loose.parts,
        }
    }
}

impl<D: Domain> Clone for View<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<D: Domain> Copy for View<'_, D> {}
impl<D: Domain> Clone for Source<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<D: Domain> Copy for Source<'_, D> {}

/// One fiber of a chain.
pub struct FiberView<'v, D: Domain> {
    outermost: Option<&'v D::Code>,
    inside: &'v [D::Code],
    /// What lies below them.
    pub base: &'v Base<D>,
    /// When it is being unwound: how many frames, from the base, have not been told yet.
    pub unwinding: Option<u32>,
    /// Which frame, from the base, has not begun, if one has not.
    pub unstarted: Option<u32>,
}

impl<'v, D: Domain> FiberView<'v, D> {
    /// The codes, outermost first; each but the last waits for the next one.
    pub fn frames(&self) -> impl DoubleEndedIterator<Item = &'v D::Code> + use<'v, D> {
        self.outermost.into_iter().chain(self.inside)
    }

    /// The boundary at the base, if there is one.
    pub fn boundary(&self) -> Option<(ScopeId, &'v Boundary<D>)> {
        match self.base {
            Base::Boundary(scope, boundary) => Some((*scope, boundary)),
            _ => None,
        }
    }
}

impl<'v, D: Domain> View<'v, D> {
    pub(crate) fn live(arena: &'v Arena<D>, head: Option<FiberId>) -> Self {
        View {
            source: Source::Arena {
                arena,
                next: head,
                last: None,
            },
        }
    }

    /// The boundaries in scope, innermost first.
    pub fn boundaries(self) -> impl Iterator<Item = (ScopeId, &'v Boundary<D>)> {
        self.filter_map(|fiber| fiber.boundary())
    }

    /// The handlers in scope, innermost first.
    pub fn handlers(self) -> impl Iterator<Item = (ScopeId, &'v D::Handler)> {
        self.boundaries()
            .filter_map(|(scope, boundary)| match boundary {
                Boundary::Prompt(handler) => Some((scope, handler)),
                Boundary::Observer(_) => None,
            })
    }

    /// The codes that wait for one another, innermost first.
    pub fn codes(self) -> impl Iterator<Item = &'v D::Code> {
        self.flat_map(|fiber| fiber.frames().rev())
    }
}

impl<'v, D: Domain> Iterator for View<'v, D> {
    type Item = FiberView<'v, D>;

    fn next(&mut self) -> Option<FiberView<'v, D>> {
        match &mut self.source {
            Source::Arena { arena, next, last } => {
                let id = (*next)?;
                let fiber = arena.get(id);
                *next = if *last == Some(id) {
                    None
                } else {
                    fiber.parent
                };
                Some(FiberView {
                    outermost: fiber.first.as_ref(),
                    inside: &fiber.rest,
                    base: &*fiber.base,
                    unwinding: fiber.unwinding().then_some(fiber.doomed),
                    unstarted: fiber.unstarted(),
                })
            }
            Source::Parts { fresh, parts } => {
                if let Some((base, code)) = fresh.take() {
                    return Some(FiberView {
                        outermost: Some(code),
                        inside: &[],
                        base,
                        unwinding: None,
                        unstarted: Some(0),
                    });
                }
                let (first, rest) = parts.split_first()?;
                let view = FiberView {
                    outermost: None,
                    inside: &first.frames,
                    base: &first.base,
                    unwinding: first.unwinding,
                    unstarted: first.unstarted,
                };
                *parts = rest;
                Some(view)
            }
        }
    }
}

/// What a code sees of the machine that runs it, through [`Control::Reflect`](crate::Control::Reflect).
pub struct Mirror<'v, D: Domain> {
    machine: &'v Machine<D>,
    asker: FiberId,
}

impl<D: Domain> Clone for Mirror<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<D: Domain> Copy for Mirror<'_, D> {}

impl<'v, D: Domain> Mirror<'v, D> {
    pub(crate) fn new(machine: &'v Machine<D>, asker: FiberId) -> Self {
        Mirror { machine, asker }
    }

    /// The running chain, from the code that asked outward.
    pub fn live(self) -> View<'v, D> {
        View::live(&self.machine.arena, Some(self.asker))
    }

    /// The continuation of the activation that the asking code belongs to; `None` if there is none, if it was used,
    /// or if its slot does not show it.
    pub fn own(self) -> Option<View<'v, D>> {
        match &*self.machine.arena.get(self.asker).base {
            Base::Activation(_, slot) => self.machine.inspect(slot.peek()?).ok(),
            _ => None,
        }
    }

    /// A continuation that somebody keeps.
    ///
    /// # Errors
    /// [`MachineError::ForeignContinuation`] if it belongs to another machine.
    pub fn of(self, k: &'v Continuation<D>) -> Result<View<'v, D>, MachineError> {
        self.machine.inspect(k)
    }
}

impl<D: Domain> Continuation<D> {
    /// What waits in it, if it holds that itself: before a machine has taken it, and after [`Machine::detach`].
    pub fn inside(&self) -> Option<View<'_, D>> {
        match self.repr() {
            Repr::Loose(loose) => Some(View {
                source: Source::loose(loose),
            }),
            Repr::Attached { .. } | Repr::Gone => None,
        }
    }
}

impl<D: Domain> Machine<D> {
    /// Looks at the program that waits in a continuation: to show it, or to turn it into bytes.
    ///
    /// # Errors
    /// The continuation belongs to another machine.
    pub fn inspect<'v>(&'v self, k: &'v Continuation<D>) -> Result<View<'v, D>, MachineError> {
        let source = match k.repr() {
            Repr::Attached { tail, machine } if *machine == self.id() => Source::Arena {
                arena: &self.arena,
                next: self.arena.get(*tail).parent,
                last: Some(*tail),
            },
            Repr::Attached { .. } => return Err(MachineError::ForeignContinuation),
            Repr::Loose(loose) => Source::loose(loose),
            Repr::Gone => Source::Parts {
                fresh: None,
                parts: &[],
            },
        };
        Ok(View { source })
    }

    /// Looks at what is running, from the innermost code outward.
    pub fn running(&self) -> View<'_, D> {
        View::live(&self.arena, self.current)
    }
}
