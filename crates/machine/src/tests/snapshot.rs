//! Taking a waiting program apart and putting a copy together that any machine can run, as a snapshot does.

use super::language::{K, Lang, Program};
use crate::{Base, Boundary, Continuation, Machine, Part, ScopeId, Then};

/// A copy of a program that waits, which no machine has taken yet.
pub(crate) fn rebuild(machine: &Machine<Lang>, k: &K) -> K {
    rebuild_with(machine, k, |_| ScopeId::NONE)
}

/// The same, with other scopes in the place of those that are stored.
pub(crate) fn rebuild_with(machine: &Machine<Lang>, k: &K, other: fn(ScopeId) -> ScopeId) -> K {
    let copy = |code: &Program| match code {
        Program::Node(node) => Program::Node(node.clone()),
        Program::Native(_) => panic!("only nodes can be copied"),
    };
    let view = machine
        .inspect(k)
        .expect("the continuation is this machine's");
    let parts = view.map(|fiber| {
        let base = match fiber.base {
            Base::Plain => Base::Plain,
            Base::Boundary(scope, Boundary::Prompt(prompt)) => {
                Base::Boundary(other(*scope), Boundary::Prompt(prompt.clone()))
            }
            Base::Boundary(scope, Boundary::Observer(watcher)) => {
                Base::Boundary(other(*scope), Boundary::Observer(watcher.clone()))
            }
            Base::Activation(scope, slot) => Base::Activation(
                other(*scope),
                slot.as_ref().map(|own| rebuild_with(machine, own, other)),
            ),
            Base::Ending(then) => Base::Ending(Box::new(match &**then {
                Then::Answer(answer) => Then::Answer(answer.clone()),
                Then::Transfer(k, answer) => {
                    Then::Transfer(rebuild_with(machine, k, other), answer.clone())
                }
                Then::TransferWith(k, code) => {
                    Then::TransferWith(rebuild_with(machine, k, other), copy(code))
                }
            })),
        };
        Part {
            frames: fiber.frames().map(copy).collect(),
            base,
            unwinding: fiber.unwinding,
            unstarted: fiber.unstarted,
        }
    });
    Continuation::assemble(parts.collect())
}
