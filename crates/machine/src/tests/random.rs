//! Random programs run on the machine and on the reference evaluator, and must agree.

use super::language::make::*;
use super::language::*;
use super::reference::evaluate;
use crate::{Machine, Outcome};

/// SplitMix64: the same programs on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len() as u64) as usize]
    }
}

const OPS: [&str; 3] = ["a", "b", "c"];
const PERFORMED: [&str; 7] = ["a", "a", "b", "b", "c", "p", "x"];
const WORDS: [&str; 5] = ["one", "two", "three", "four", "five"];

fn expression(random: &mut Random, depth: u32, in_clause: bool) -> E {
    if depth == 0 {
        return match random.below(4) {
            0 if in_clause => arg(),
            0 | 1 => int(random.below(10) as i64),
            _ => perform(random.pick(&PERFORMED), int(random.below(10) as i64)),
        };
    }
    let depth = depth - 1;
    let choice = random.below(if in_clause { 22 } else { 13 });
    let clause = |random: &mut Random| expression(random, depth, true);
    let sub = |random: &mut Random| expression(random, depth, in_clause);
    match choice {
        0 => add(sub(random), sub(random)),
        1 => seq(sub(random), sub(random)),
        2 | 3 => log(random.pick(&WORDS), sub(random)),
        4 => perform(random.pick(&PERFORMED), sub(random)),
        5 => raise(sub(random)),
        6 => attempt(sub(random), sub(random)),
        7 => finally(sub(random), sub(random)),
        8..=10 => handle(random.pick(&OPS), clause(random), sub(random)),
        11 => answer(random.pick(&OPS), random.below(5) as i64 * 10, sub(random)),
        12 => watch(random.pick(&WORDS), sub(random)),
        13 | 14 => resume(sub(random)),
        15 => transfer(sub(random)),
        16 => resume_throw(sub(random)),
        17 => transfer_throw(sub(random)),
        18 => resume_with(sub(random)),
        19 => transfer_with(sub(random)),
        20 => unwind(),
        _ if random.below(2) == 0 => pass(),
        _ => delegate(),
    }
}

/// Runs on the machine with every invariant checked at every step, answering what parks. What has parked goes on in
/// another machine, for half of the programs: nothing of it may be anywhere but in its parts.
fn on_the_machine(expr: E, moves: bool, moved: &mut u32) -> (crate::Answer<Lang>, Vec<String>) {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["p"],
            ..World::default()
        },
    );
    machine.start(program(expr)).expect("a new machine is idle");
    let answer = loop {
        match drive(&mut machine, &mut world) {
            Outcome::Done(answer) => break answer,
            Outcome::Parked { effect, k } => {
                let k = if moves {
                    let copy = rebuild(&machine, &k);
                    drop(k);
                    machine.reclaim();
                    assert_eq!(
                        machine.fibers(),
                        0,
                        "a program that has parked and is dropped leaves no fiber"
                    );
                    machine = Machine::new();
                    *moved += 1;
                    copy
                } else {
                    k
                };
                machine
                    .resume(k, Ok(effect.1.wrapping_add(7)))
                    .expect("it is parked");
            }
            other => panic!("the program is {}", other.name()),
        }
    };
    assert!(matches!(machine.run(&mut world, 0), Outcome::Idle));
    assert_eq!(
        machine.fibers(),
        0,
        "a program that has ended leaves no fiber"
    );
    (answer, world.log)
}

#[test]
fn random_programs_do_the_same_on_the_machine_and_on_the_reference() {
    let mut random = Random(20);
    let (mut compared, mut eventful, mut moved) = (0, 0, 0);
    while compared < 20_000 {
        let depth = 3 + random.below(5) as u32;
        let expr = expression(&mut random, depth, false);
        let Some(expected) = evaluate(expr.clone(), 20_000) else {
            continue;
        };
        compared += 1;
        eventful += u32::from(expected.1.len() > 2);
        let got = on_the_machine(expr.clone(), compared % 2 == 0, &mut moved);
        assert_eq!(got, expected, "program {compared}: {expr:#?}");
    }
    assert!(
        eventful > 1_000,
        "only {eventful} programs log anything to speak of"
    );
    assert!(
        moved > 1_000,
        "only {moved} programs went on in another machine"
    );
}
