//! The host of generated programs: starts them, answers what they park, and moves them to other machines.

use super::expr::{Reply, reply};
use super::language::{E, Fault, K, Lang, Op, World, program};
use super::snapshot::rebuild_with;
use super::trace::trace;
use crate::{Answer, Machine, Outcome, ScopeId};

/// Generated programs take fewer steps than this from one park to the next.
const LONGEST: u64 = 50_000;

/// What a program ends with, its log, and the events that a trace was told.
pub(crate) type Told = (Answer<Lang>, Vec<String>, Vec<String>);

/// A program, its world, and what it waits for.
pub(crate) struct Run {
    pub(crate) world: World,
    waits: Waits,
}

enum Waits {
    /// It has not begun.
    Start(E),
    Parked(Op, K),
    Done(Answer<Lang>),
    /// It runs just now.
    Running,
}

impl Run {
    pub(crate) fn new(expr: E) -> Self {
        Run {
            world: World {
                parks: &["p"],
                traces: true,
                ..World::default()
            },
            waits: Waits::Start(expr),
        }
    }

    /// Starts it, or answers what it has parked, and drives it until it parks again or has ended.
    /// `fuel` is what the machine is given at a time; between any two of these the host looks at the machine.
    /// `false` when there is nothing left to do.
    pub(crate) fn go_on(
        &mut self,
        machine: &mut Machine<Lang>,
        fuel: u64,
        look: &mut dyn FnMut(&Machine<Lang>, &mut World),
    ) -> bool {
        match std::mem::replace(&mut self.waits, Waits::Running) {
            Waits::Done(answer) => {
                self.waits = Waits::Done(answer);
                return false;
            }
            Waits::Start(expr) => machine.start(program(expr)),
            Waits::Parked(op, k) => match reply(op) {
                Reply::Value(n) => machine.resume(k, Ok(n)),
                Reply::Throw(n) => machine.resume(k, Err(Fault::User(n))),
                Reply::With(e) => machine.resume_with(k, program(e)),
                Reply::Unwind => machine.unwind(&mut self.world, k),
            },
            Waits::Running => panic!("it was driven until it waits"),
        }
        .expect("a machine whose programs have parked is idle");
        let begun = machine.counters().steps;
        loop {
            let steps = machine.counters().steps - begun;
            assert!(steps <= LONGEST, "the program does not end");
            // The scopes of what the host has attached are told in no event.
            trace(machine.running(), &mut self.world);
            match machine.run(&mut self.world, fuel.min(LONGEST)) {
                Outcome::Paused => look(machine, &mut self.world),
                Outcome::Done(answer) => {
                    self.waits = Waits::Done(answer);
                    return true;
                }
                Outcome::Parked { effect, k } => {
                    let view = machine.inspect(&k).expect("it is this machine's");
                    let chain = trace(view, &mut self.world);
                    let Op(name, n) = effect;
                    self.world.log.push(format!("parked {name} {n} at {chain}"));
                    self.waits = Waits::Parked(effect, k);
                    return true;
                }
                Outcome::Idle => {
                    self.world.log.push("idle".to_owned());
                    let mut slots = self.world.slots.iter_mut().enumerate();
                    let (slot, k) = slots
                        .find_map(|(slot, kept)| Some((slot, kept.take()?)))
                        .expect("one was kept just now");
                    let answer = Ok(slot as i64 + 20);
                    machine.resume(k, answer).expect("it is idle");
                }
            }
        }
    }

    /// Takes a parked program, and all that it keeps, out of a machine, so that any can go on with it. `false` if it
    /// has not parked. The scopes stored in it are other ones then.
    pub(crate) fn move_out(
        &mut self,
        machine: &mut Machine<Lang>,
        other: fn(ScopeId) -> ScopeId,
    ) -> bool {
        let Waits::Parked(_, k) = &mut self.waits else {
            return false;
        };
        *k = rebuild_with(machine, k, other);
        for slot in &mut self.world.slots {
            let kept = slot.take();
            *slot = kept.map(|k| rebuild_with(machine, &k, other));
        }
        // Another machine gives other scopes.
        self.world.scopes.clear();
        machine.reclaim();
        assert_eq!(
            machine.fibers(),
            0,
            "a program that has parked and is dropped leaves no fiber"
        );
        true
    }

    /// What it has ended with, and its log; nothing of it is left in its machine.
    pub(crate) fn end(self, machine: &mut Machine<Lang>) -> (Answer<Lang>, Vec<String>) {
        let (answer, log, _) = self.end_told(machine);
        (answer, log)
    }

    /// The same, with what a trace was told.
    pub(crate) fn end_told(mut self, machine: &mut Machine<Lang>) -> Told {
        self.world.slots = Default::default();
        machine.reclaim();
        match self.waits {
            Waits::Done(answer) => (answer, self.world.log, self.world.events),
            _ => panic!("it has not ended"),
        }
    }
}
