//! M2 for programs that move: what it costs the others.

use super::language::*;
use crate::{Boundary, Continuation, Control, Handled, Machine, Outcome, Step};

/// Performs `a` under three handlers of its own and then stops, for ever.
fn worker() -> K {
    let mut turn = 0;
    let code = native(move |_, _| {
        turn += 1;
        Step::Perform(Op(if turn % 2 == 1 { "a" } else { "stop" }, 0))
    });
    let stop = Prompt::native("stop", |world: &mut World, _, k| {
        world.kept.push(k);
        Handled::Return(0)
    });
    let other = || Prompt::function("other", 0);
    let prompts = [other(), other(), other(), stop].map(Boundary::Prompt);
    Continuation::new(prompts, code)
}

/// Resumes the worker.
fn resumer() -> Program {
    let mut begun = false;
    native(move |world, _| {
        if std::mem::replace(&mut begun, true) {
            return Step::Return(0);
        }
        let k = world.kept.pop().unwrap_or_else(worker);
        Step::Control(Control::Resume(k.into(), Ok(0)))
    })
}

/// Each turn of the main program performs `a`, a thousand handlers away, and has the worker resumed somewhere else
/// than before. That the worker moves makes the machine forget what it knows once, and not each time.
#[test]
fn m02_a_program_that_moves_does_not_make_all_others_search_again() {
    const TURNS: u64 = 1_000;
    let mut turn = 0;
    let main = native(move |_, _| {
        turn += 1;
        match turn % 2 {
            _ if turn > 2 * TURNS => Step::Return(0),
            1 => Step::Perform(Op("a", 0)),
            _ => Step::Install {
                boundary: Boundary::Prompt(Prompt::function("x", 0)),
                body: resumer(),
            },
        }
    });
    let answer = Prompt::native("a", |_, _, k| Handled::Transfer(k, Ok(0)));
    let others = (0..1_000).map(|_| Prompt::function("other", 0));
    let prompts = others.chain([answer]).map(Boundary::Prompt);
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    machine
        .resume(Continuation::new(prompts, main), Ok(0))
        .expect("idle");
    assert!(matches!(
        machine.run(&mut world, u64::MAX),
        Outcome::Done(Ok(0))
    ));
    let counters = machine.counters();
    assert_eq!(counters.performed, 3 * TURNS);
    let searched = counters.searched / TURNS;
    assert!(searched < 50, "{searched} fibers are looked at in a turn");
}
