//! Random well-formed programs, and how proptest makes a smaller one of a program that fails.

use std::rc::Rc;

use proptest::prelude::{Rng, Strategy};
use proptest::strategy::{NewTree, ValueTree};
use proptest::test_runner::TestRunner;

use super::expr::{After, Bound, Decision, E, Expr, Kind, Of, SLOTS, Seen, Tail, Way, make::*};

/// SplitMix64, seeded by proptest.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    fn small(&mut self) -> i64 {
        self.below(10) as i64
    }

    fn slot(&mut self) -> usize {
        self.below(SLOTS as u64) as usize
    }
}

/// The last one is too long to have a key.
const OPS: [&str; 3] = ["a", "b", "long-name"];
/// `p` parks and `x` is raised when nobody handles them.
const PERFORMED: [&str; 8] = ["a", "a", "b", "b", "long-name", "long-name", "p", "x"];
const WORDS: [&str; 5] = ["one", "two", "three", "four", "five"];
const TAILS: [Tail; 2] = [Tail::Resume, Tail::Transfer];
const WAYS: [Way; 4] = [Way::Value, Way::Value, Way::Throw, Way::With];

fn expression(random: &mut Random, depth: u32, in_clause: bool) -> E {
    if depth == 0 {
        return match random.below(8) {
            0 if in_clause => arg(),
            0..=2 => int(random.small()),
            3 => looks(random),
            _ => perform(random.pick(&PERFORMED), int(random.small())),
        };
    }
    let depth = depth - 1;
    let sub = |random: &mut Random| expression(random, depth, in_clause);
    match random.below(if in_clause { 46 } else { 29 }) {
        0 | 1 => add(sub(random), sub(random)),
        2..=4 => seq(sub(random), sub(random)),
        5 | 6 => log(random.pick(&WORDS), sub(random)),
        7 | 8 => perform(random.pick(&PERFORMED), sub(random)),
        9 => raise(sub(random)),
        10 | 11 => attempt(sub(random), sub(random)),
        12 | 13 => finally(sub(random), sub(random)),
        14..=20 => Rc::new(Expr::Under(bound(random, depth), sub(random))),
        21 => {
            let bounds = (0..random.below(3)).map(|_| bound(random, depth)).collect();
            let body = expression(random, depth, false);
            Rc::new(Expr::Make(random.slot(), bounds, body))
        }
        22..=25 => {
            let of = Of::Kept(random.slot());
            used(random, of, sub)
        }
        26 => Rc::new(Expr::Unwind(Of::Kept(random.slot()))),
        27 => match random.below(3) {
            0 => Rc::new(Expr::Drop(random.slot())),
            1 => Rc::new(Expr::Unwind(Of::Foreign)),
            _ => used(random, Of::Foreign, sub),
        },
        28 => match random.below(3) {
            0 => used(random, Of::Own, sub),
            1 => delegate(),
            _ => looks(random),
        },
        29..=40 => used(random, Of::Own, sub),
        41 | 42 => unwind(),
        43 | 44 => pass(),
        _ => delegate(),
    }
}

/// A program under up to three boundaries.
fn around(random: &mut Random, depth: u32, inside: E) -> E {
    (0..random.below(5)).fold(inside, |inside, _| {
        Rc::new(Expr::Under(bound(random, depth), inside))
    })
}

fn looks(random: &mut Random) -> E {
    let slot = random.slot();
    let seen = [
        Seen::Live,
        Seen::Of(Of::Own),
        Seen::Of(Of::Kept(slot)),
        Seen::Of(Of::Foreign),
    ];
    Rc::new(Expr::Look(random.pick(&seen)))
}

fn used(random: &mut Random, of: Of, mut sub: impl FnMut(&mut Random) -> E) -> E {
    let (tail, way) = (random.pick(&TAILS), random.pick(&WAYS));
    Rc::new(Expr::Use(of, tail, way, sub(random)))
}

fn bound(random: &mut Random, depth: u32) -> Bound {
    let name = random.pick(&OPS);
    let clause = |random: &mut Random| expression(random, depth, true);
    let (name, kind) = match random.below(16) {
        0..=5 => (name, Kind::Clause(clause(random))),
        6 | 7 => (name, Kind::Function(random.small() * 10)),
        8..=10 => (name, Kind::Keep(random.slot(), clause(random))),
        11 | 12 => (name, Kind::Native(decision(random, depth))),
        13 => (random.pick(&WORDS), Kind::Watch),
        14 => (random.pick(&WORDS), Kind::Rewrite(name, random.pick(&OPS))),
        _ => (random.pick(&WORDS), Kind::Object(name)),
    };
    let mut bound = Bound::new(name, kind);
    if bound.is_prompt() {
        bound.even = random.below(5) == 0;
        bound.finish = (random.below(3) == 0).then(|| after(random, depth));
        bound.unwound = (random.below(5) == 0).then(|| after(random, depth));
    }
    bound
}

fn after(random: &mut Random, depth: u32) -> After {
    match random.below(7) {
        0 | 1 => After::Next(random.slot()),
        2 => After::Unwind(random.slot()),
        3 => After::Perform(random.pick(&PERFORMED)),
        _ => After::Run(expression(random, depth, true)),
    }
}

fn decision(random: &mut Random, depth: u32) -> Decision {
    let n = random.small();
    match random.below(18) {
        0..=2 => Decision::Pass,
        3 => Decision::Transfer(n),
        4 => Decision::Throw(n),
        5 | 6 => Decision::With(expression(random, depth, true)),
        7 => Decision::Return(n),
        8 => Decision::Raise(n),
        9 => Decision::Unwind(n),
        10 | 17 => Decision::Suspend(random.slot()),
        11 => Decision::Foreign,
        12 | 13 => {
            let bound = bound(random, depth);
            Decision::Nest(Box::new(bound), expression(random, depth, true))
        }
        14 => Decision::Join(random.slot()),
        15 => Decision::Perform(random.slot(), random.pick(&PERFORMED)),
        _ => Decision::JoinForeign,
    }
}

/// The strategy: programs of random depth.
#[derive(Debug)]
pub(crate) struct Programs;

impl Strategy for Programs {
    type Tree = Shrinking;
    type Value = E;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let mut random = Random(runner.rng().next_u64());
        let depth = 3 + random.below(5) as u32;
        // A program that ends in its first error shows little: several, one after the other, in each other's way.
        let tries = (0..1 + random.below(4)).map(|_| {
            let inside = expression(&mut random, depth, false);
            attempt(around(&mut random, depth, inside), look())
        });
        let all: Vec<E> = tries.collect();
        let all = all.into_iter().reduce(add).expect("there is at least one");
        Ok(Shrinking::new(around(&mut random, depth, all)))
    }
}

/// A program, and where the search for a smaller one stands.
#[derive(Debug)]
pub(crate) struct Shrinking {
    current: E,
    /// The program that `current` was tried in place of.
    before: Option<E>,
    /// What is one step smaller than the last program that failed.
    smaller: Vec<E>,
    /// Which of these is tried next.
    next: usize,
    /// How many of these did not fail.
    passed: usize,
}

impl Shrinking {
    pub(crate) fn new(program: E) -> Self {
        Shrinking {
            current: program,
            before: None,
            smaller: Vec::new(),
            next: 0,
            passed: 0,
        }
    }

    fn try_next(&mut self) -> bool {
        if self.passed >= self.smaller.len() {
            return false;
        }
        let tried = self.smaller[self.next % self.smaller.len()].clone();
        self.before = Some(std::mem::replace(&mut self.current, tried));
        true
    }
}

impl ValueTree for Shrinking {
    type Value = E;

    fn current(&self) -> E {
        self.current.clone()
    }

    /// This program fails: something smaller is tried, from where the last success was in the old one's list.
    fn simplify(&mut self) -> bool {
        (self.before, self.passed) = (None, 0);
        self.smaller = smaller(&self.current);
        self.try_next()
    }

    /// This program does not fail: something else is tried in place of the one before.
    fn complicate(&mut self) -> bool {
        let Some(before) = self.before.take() else {
            return false;
        };
        self.current = before;
        self.next += 1;
        self.passed += 1;
        self.try_next()
    }
}

/// All programs that are one step smaller: a part in place of the whole first, then the same further inside.
fn smaller(expr: &E) -> Vec<E> {
    let parts = parts(expr);
    let mut all: Vec<E> = parts.clone();
    if !matches!(**expr, Expr::Int(0)) {
        all.push(int(0));
    }
    all.extend(simpler(expr));
    for (index, part) in parts.iter().enumerate() {
        let inside = smaller(part).into_iter();
        all.extend(inside.map(|other| with_part(expr, index, &other)));
    }
    all
}

/// The expressions inside one.
pub(crate) fn parts(expr: &E) -> Vec<E> {
    let mut found = Vec::new();
    map_parts(expr, &mut |part| {
        found.push(part.clone());
        part.clone()
    });
    found
}

fn with_part(expr: &E, index: usize, other: &E) -> E {
    let mut at = 0;
    map_parts(expr, &mut |part| {
        at += 1;
        if at == index + 1 { other } else { part }.clone()
    })
}

/// Simpler forms of the expression itself.
fn simpler(expr: &E) -> Vec<E> {
    match &**expr {
        Expr::Under(bound, body) => bounds(bound)
            .into_iter()
            .map(|bound| Rc::new(Expr::Under(bound, body.clone())))
            .collect(),
        Expr::Make(slot, list, body) => {
            let fewer = (0..list.len()).map(|at| {
                let mut list = list.clone();
                list.remove(at);
                list
            });
            let simpler = list.iter().enumerate().flat_map(|(at, bound)| {
                bounds(bound).into_iter().map(move |bound| {
                    let mut list = list.clone();
                    list[at] = bound;
                    list
                })
            });
            fewer
                .chain(simpler)
                .map(|list| Rc::new(Expr::Make(*slot, list, body.clone())))
                .collect()
        }
        Expr::Int(n) if *n != 0 => vec![int(n / 2)],
        Expr::Use(of, tail, way, e) => {
            let plain = [
                (*of, Tail::Resume, *way),
                (*of, *tail, Way::Value),
                (Of::Own, *tail, *way),
            ];
            plain
                .into_iter()
                .filter(|other| *other != (*of, *tail, *way))
                .map(|(of, tail, way)| Rc::new(Expr::Use(of, tail, way, e.clone())))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn bounds(bound: &Bound) -> Vec<Bound> {
    let mut all = Vec::new();
    if bound.even || bound.finish.is_some() || bound.unwound.is_some() {
        all.push(Bound::new(bound.name, bound.kind.clone()));
    }
    if let Kind::Keep(_, clause) = &bound.kind {
        all.push(Bound {
            kind: Kind::Clause(clause.clone()),
            ..bound.clone()
        });
    }
    if matches!(bound.kind, Kind::Rewrite(..) | Kind::Object(_)) {
        all.push(Bound {
            kind: Kind::Watch,
            ..bound.clone()
        });
    }
    if bound.is_prompt() && !matches!(bound.kind, Kind::Function(_)) {
        all.push(Bound {
            kind: Kind::Function(0),
            ..bound.clone()
        });
    }
    all
}

fn map_after(after: &After, map: &mut dyn FnMut(&E) -> E) -> After {
    match after {
        After::Run(e) => After::Run(map(e)),
        other => other.clone(),
    }
}

fn map_bound(bound: &Bound, map: &mut dyn FnMut(&E) -> E) -> Bound {
    let kind = match &bound.kind {
        Kind::Clause(e) => Kind::Clause(map(e)),
        Kind::Keep(slot, e) => Kind::Keep(*slot, map(e)),
        Kind::Native(Decision::With(e)) => Kind::Native(Decision::With(map(e))),
        Kind::Native(Decision::Nest(bound, e)) => {
            let bound = Box::new(map_bound(bound, map));
            Kind::Native(Decision::Nest(bound, map(e)))
        }
        other => other.clone(),
    };
    Bound {
        kind,
        finish: bound.finish.as_ref().map(|after| map_after(after, map)),
        unwound: bound.unwound.as_ref().map(|after| map_after(after, map)),
        ..bound.clone()
    }
}

/// The same expression with other parts.
pub(crate) fn map_parts(expr: &E, map: &mut dyn FnMut(&E) -> E) -> E {
    Rc::new(match &**expr {
        Expr::Add(a, b) => Expr::Add(map(a), map(b)),
        Expr::Seq(a, b) => Expr::Seq(map(a), map(b)),
        Expr::Try(a, b) => Expr::Try(map(a), map(b)),
        Expr::Finally(a, b) => Expr::Finally(map(a), map(b)),
        Expr::Log(word, e) => Expr::Log(word, map(e)),
        Expr::Do(op, e) => Expr::Do(op, map(e)),
        Expr::Raise(e) => Expr::Raise(map(e)),
        Expr::Use(of, tail, way, e) => Expr::Use(*of, *tail, *way, map(e)),
        Expr::Under(bound, e) => Expr::Under(map_bound(bound, map), map(e)),
        Expr::Make(slot, bounds, e) => {
            let bounds = bounds.iter().map(|bound| map_bound(bound, map)).collect();
            Expr::Make(*slot, bounds, map(e))
        }
        other => other.clone(),
    })
}
