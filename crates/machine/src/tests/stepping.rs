//! Stepping: how often the host interrupts a machine, and in which order it answers, changes nothing.

use proptest::strategy::{Strategy, ValueTree};

use super::generate::Programs;
use super::host::Run;
use super::language::*;
use super::random::runner;
use super::reference::evaluate;
use crate::{Answer, Base, Boundary, Continuation, Handled, Machine, Outcome, Part, ScopeId};

type End = (Answer<Lang>, Vec<String>);

/// Random programs, and what they end with.
fn programs(how_many: usize, steps: u32) -> Vec<(E, End)> {
    let mut runner = runner(1);
    let all = std::iter::repeat_with(move || {
        let tree = Programs.new_tree(&mut runner).expect("a program");
        tree.current()
    });
    all.filter_map(|expr| Some((expr.clone(), evaluate(expr, steps)?)))
        .take(how_many)
        .collect()
}

fn with_fuel(expr: &E, fuel: u64) -> (End, u64) {
    let (mut machine, mut run) = (Machine::<Lang>::new(), Run::new(expr.clone()));
    let mut before = 0;
    while run.go_on(&mut machine, fuel, &mut |machine, world| {
        let steps = machine.counters().steps;
        // A host whose machine has gone idle gives it new fuel.
        let idle = world.log.iter().any(|line| line == "idle");
        assert!(
            idle || steps - before <= fuel,
            "more than the fuel is resumed"
        );
        before = steps;
    }) {
        before = machine.counters().steps;
    }
    let steps = machine.counters().steps;
    (run.end(&mut machine), steps)
}

#[test]
fn stepping_with_any_fuel_does_the_same() {
    let mut runs = 0;
    for (expr, end) in programs(200, 150) {
        let (_, steps) = with_fuel(&expr, u64::MAX);
        for fuel in 1..=steps + 1 {
            let (got, its_steps) = with_fuel(&expr, fuel);
            assert_eq!((&got, its_steps), (&end, steps), "fuel {fuel}: {expr:#?}");
            runs += 1;
        }
    }
    assert!(runs > 2_000, "only {runs} runs");
}

/// Four programs at a time in one machine, each in its own world: whatever the order in which the host answers what
/// they park, each ends as it does alone.
#[test]
fn stepping_parked_effects_are_answered_in_any_order() {
    let programs = programs(2_000, 1_000);
    let (mut waited, mut random) = (0, 20_u64);
    for four in programs.chunks(4) {
        let mut machine = Machine::<Lang>::new();
        let mut runs: Vec<_> = four
            .iter()
            .map(|(expr, end)| Some((Run::new(expr.clone()), end)))
            .collect();
        while runs.iter().any(Option::is_some) {
            random = random.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
            let at = (random >> 33) as usize % runs.len();
            let Some((run, _)) = &mut runs[at] else {
                continue;
            };
            if run.go_on(&mut machine, 7, &mut |_, _| {}) {
                waited += 1;
            } else {
                let (run, end) = runs[at].take().expect("it is there");
                assert_eq!(run.end(&mut machine), *end);
            }
        }
        assert_eq!(
            machine.fibers(),
            0,
            "programs that have ended leave no fiber"
        );
    }
    assert!(waited > 2_500, "the host was asked only {waited} times");
}

/// A handler that goes on with one empty program after the other never lets a code run: fuel ends that, too.
#[test]
fn stepping_ends_by_fuel_where_no_code_runs() {
    fn empty() -> K {
        let prompt = Prompt::function("a", 0).finish(|world, _| {
            world.log.push("empty".to_owned());
            Handled::Transfer(empty(), Ok(0))
        });
        let base = Base::Boundary(ScopeId::NONE, Boundary::Prompt(prompt));
        Continuation::assemble(vec![Part::new(base, Vec::new())])
    }
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    machine.resume(empty(), Ok(0)).expect("idle");
    for turns in [10, 20] {
        assert!(matches!(machine.run(&mut world, 10), Outcome::Paused));
        assert_eq!((world.log.len(), machine.counters().steps), (turns, 0));
    }
    assert_eq!(machine.fibers(), 1);
}
