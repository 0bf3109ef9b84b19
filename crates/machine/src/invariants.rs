//! What must hold between any two steps, checked in tests and under the feature `invariants`.

use crate::fiber::FiberId;
use crate::{Base, Boundary, Domain, Machine};

/// Arenas up to this size are checked after every step; larger ones as often as it costs no more
/// than the steps themselves.
const SMALL: usize = 24;

impl<D: Domain> Machine<D> {
    pub(crate) fn check_now_and_then(&mut self) {
        let live = self.arena.live();
        if live > SMALL && self.counters.steps < self.next_check {
            return;
        }
        self.next_check = self.counters.steps + 32 * live as u64;
        let touched = self.arena.touched.get();
        if let Err(broken) = self.check() {
            panic!(
                "an invariant of the machine is broken after {} steps: {broken}",
                self.counters.steps
            );
        }
        self.arena.touched.set(touched);
    }

    /// Checks that every fiber has exactly one owner, that chains end, and that the counts are right.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), String> {
        let mut owner: Vec<Option<FiberId>> = vec![None; self.arena.size()];
        let mut observers = 0;
        let mut claim = |head: FiberId, tail: Option<FiberId>| {
            let who = if tail.is_some() {
                "a continuation"
            } else {
                "the running program"
            };
            let mut next = Some(head);
            while let Some(id) = next {
                if !self.arena.ids_contain(id) {
                    return Err(format!("{who} owns {id:?}, which is not in use"));
                }
                if let Some(other) = owner[id.index() as usize].replace(head) {
                    return Err(format!(
                        "{id:?} is owned by {who} from {head:?} and by the owner of {other:?}"
                    ));
                }
                let fiber = self.arena.get(id);
                if fiber.unwinding() && fiber.doomed > fiber.height() {
                    return Err(format!(
                        "{id:?} has {} frames of which {} are doomed",
                        fiber.height(),
                        fiber.doomed
                    ));
                }
                if let Base::Boundary(_, Boundary::Observer(_)) = &*fiber.base {
                    observers += 1;
                }
                if fiber.first.is_none() && !fiber.rest.is_empty() {
                    return Err(format!("{id:?} has frames that wait for nothing"));
                }
                next = fiber.parent;
                if tail == Some(id) {
                    return Ok(());
                }
            }
            match tail {
                None => Ok(()),
                Some(tail) => Err(format!("the chain of {who} does not reach {tail:?}")),
            }
        };
        if let Some(head) = self.current {
            claim(head, None)?;
        }
        for tail in self.home.chains() {
            if !self.arena.ids_contain(tail) {
                return Err(format!("a continuation owns {tail:?}, which is not in use"));
            }
            match self.arena.get(tail).parent {
                Some(head) => claim(head, Some(tail))?,
                None => return Err(format!("the detached chain up to {tail:?} has no head")),
            }
        }
        if let Some(lost) = self
            .arena
            .ids()
            .find(|id| owner[id.index() as usize].is_none())
        {
            return Err(format!("{lost:?} has no owner"));
        }
        if observers != self.observers {
            return Err(format!(
                "{observers} observers are installed, {} are counted",
                self.observers
            ));
        }
        Ok(())
    }
}
