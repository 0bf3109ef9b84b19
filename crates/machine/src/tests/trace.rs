//! Traces: a chain as one line of text, innermost first.

use super::language::{Lang, World};
use super::program::Program;
use crate::{Base, Boundary, Event, Given, Machine, ScopeId, Trace, View};

/// One line for a chain: in each segment the codes that still have something to do, and then what lies below them.
/// `!` marks a code that is unwound and has not been told, `~` the base of an unwound segment.
///
/// On the way it is checked that each boundary has one scope, and that no two share one.
pub(crate) fn trace(view: View<'_, Lang>, world: &mut World) -> String {
    let mut segments = Vec::new();
    for fiber in view {
        let mut words: Vec<String> = Vec::new();
        let codes: Vec<&Program> = fiber.frames().collect();
        for (index, code) in codes.into_iter().enumerate().rev() {
            let label = match code {
                Program::Node(node) => node.label(),
                Program::Native(_) => "native",
            };
            if label.is_empty() {
                continue;
            }
            let doomed = fiber.unwinding.is_some_and(|told| (index as u32) < told);
            words.push(format!("{label}{}", if doomed { "!" } else { "" }));
        }
        let base = match fiber.base {
            // The machine may or may not have one more of these: they do nothing.
            Base::Plain if words.is_empty() => continue,
            Base::Plain => "plain".to_owned(),
            Base::Boundary(scope, boundary) => {
                let (name, id) = match boundary {
                    Boundary::Prompt(prompt) => (prompt.op, prompt.id),
                    Boundary::Observer(watcher) => (watcher.name, watcher.id),
                };
                one_scope_each(world, id, *scope);
                format!("{name}:{id}")
            }
            Base::Activation(_, None) => "used".to_owned(),
            Base::Activation(_, Some(_)) => "owner".to_owned(),
            Base::Ending(_) => "ending".to_owned(),
        };
        let unwound = if fiber.unwinding.is_some() { "~" } else { "" };
        words.push(format!("{base}{unwound}"));
        segments.push(words.join(" "));
    }
    segments.join(" | ")
}

fn one_scope_each(world: &mut World, id: u64, scope: ScopeId) {
    if id == 0 || scope == ScopeId::NONE || world.unscoped {
        return;
    }
    let known = *world.scopes.entry(id).or_insert(scope);
    assert_eq!(known, scope, "boundary {id} has one scope for ever");
    let others = world.scopes.values().filter(|other| **other == scope);
    assert_eq!(others.count(), 1, "{scope:?} is of boundary {id} alone");
}

/// Logs each event in words, with the numbers of the boundaries in the place of scopes. It looks at the whole chain
/// each time.
struct Sink;

/// Installs a trace that logs the events in the world.
pub(crate) fn tell_all(machine: &mut Machine<Lang>) {
    machine.set_trace(Some(Box::new(Sink)));
}

impl Trace<Lang> for Sink {
    fn event(&mut self, world: &mut World, event: &Event<'_, Lang>, running: View<'_, Lang>) {
        let line = trace(running, world);
        assert_eq!(line, trace(running, world), "one state is one line");
        let boundary = |scope: &ScopeId| {
            let known = world.scopes.iter().find(|(_, known)| *known == scope);
            known.map_or(0, |(id, _)| *id)
        };
        let end = |raised: &bool| if *raised { "error" } else { "value" };
        let with = |given: &Given| match given {
            Given::Value => "value",
            Given::Error => "error",
            Given::Program => "program",
        };
        let line = match event {
            Event::Performed { effect, .. } => format!("performed {} {}", effect.0, effect.1),
            Event::Rewritten { scope, effect, .. } => {
                format!("rewritten {} {} {}", boundary(scope), effect.0, effect.1)
            }
            Event::Dispatched { scope, .. } => format!("dispatched {}", boundary(scope)),
            Event::Answered { scope, .. } => format!("answered {}", boundary(scope)),
            Event::Activated { scope, .. } => format!("activated {}", boundary(scope)),
            Event::Deactivated { scope } => format!("deactivated {}", boundary(scope)),
            Event::Forwarded { .. } => "forwarded".to_owned(),
            Event::Delegated { .. } => "delegated".to_owned(),
            Event::Unhandled { .. } => "unhandled".to_owned(),
            Event::Parked { .. } => "parked".to_owned(),
            Event::Spawned { .. } => "spawned".to_owned(),
            Event::Resumed { with: given, .. } => format!("resumed {}", with(given)),
            Event::Transferred { with: given, .. } => format!("transferred {}", with(given)),
            Event::Installed { scope, .. } => format!("installed {}", boundary(scope)),
            Event::Returned { scope, raised } => {
                format!("returned {} {}", boundary(scope), end(raised))
            }
            Event::Unwinding { .. } => "unwinding".to_owned(),
            Event::Unwound { scope } => format!("unwound {}", boundary(scope)),
            Event::Done { raised } => format!("done {}", end(raised)),
        };
        world.events.push(line);
    }
}
