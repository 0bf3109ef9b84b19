//! Taking a continuation out of the machine that holds its fibers.

use crate::continuation::Repr;
use crate::{Base, Boundary, Continuation, Domain, Machine, Part};

impl<D: Domain> Machine<D> {
    /// Moves the fibers of a continuation out of this machine and into the continuation itself.
    ///
    /// It goes on as before, but it holds all that waits in it, which [`Continuation::inside`] shows without a
    /// machine: what a collector of cycles needs to know. It has then no machine, so that any machine may take it,
    /// and its scopes are given anew. One that is not this machine's, or that no machine holds, comes back as it is.
    /// The cost is that of moving each of its frames; putting them back costs the same.
    pub fn detach(&mut self, k: Continuation<D>) -> Continuation<D> {
        if k.machine() != Some(self.id()) {
            return k;
        }
        let Repr::Attached { tail, .. } = k.into_repr() else {
            unreachable!("only an attached continuation has a machine");
        };
        let mut parts = Vec::new();
        let mut next = self.arena.get(tail).parent;
        while let Some(id) = next {
            let fiber = self.arena.get_mut(id);
            let unwinding = fiber.unwinding().then_some(fiber.doomed);
            let unstarted = fiber.unstarted();
            let frames = fiber.take_frames();
            let base = fiber.take_base();
            if let Base::Boundary(_, Boundary::Observer(_)) = &base {
                self.observers -= 1;
            }
            parts.push(Part {
                frames,
                base,
                unwinding,
                unstarted,
            });
            let parent = self.release_fiber(id);
            next = if id == tail { None } else { parent };
        }
        Continuation::assemble(parts)
    }
}
