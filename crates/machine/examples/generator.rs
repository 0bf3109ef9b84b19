//! Generators as a handler: whoever yields is suspended, and a Rust iterator resumes it when it wants more.
//!
//! Run it with `cargo run -p kont-machine --example generator`.

mod common;

use common::{Operation, Program, Tiny, done, perform, show};
use machine::{Boundary, Continuation, Handled, Handler, Machine, Outcome};

type Lang = Tiny<Yield, Consumer, Yielded>;

/// The only effect: here is a value, go on when another one is wanted.
struct Yield(i64);

impl Operation for Yield {
    fn number(&self) -> u64 {
        0
    }
}

/// The value that was yielded, and the rest of the program that yielded it.
struct Yielded(Option<(i64, Continuation<Lang>)>);

struct Consumer;

impl Handler<Lang> for Consumer {
    fn accepts(&self, _: &mut Yielded, _: &Yield) -> bool {
        true
    }

    /// Keeps the continuation, and lets the machine come back to its host.
    fn handle(&self, yielded: &mut Yielded, effect: Yield, k: Continuation<Lang>) -> Handled<Lang> {
        yielded.0 = Some((effect.0, k));
        Handled::Suspend
    }
}

/// A program, one value at a time.
struct Generator {
    machine: Machine<Lang>,
    rest: Option<Continuation<Lang>>,
}

impl Generator {
    fn new(program: Program<Lang>) -> Self {
        // Unstarted, with its handler around it: it is resumed like one that waits.
        let rest = Continuation::new([Boundary::Prompt(Consumer)], program);
        Generator {
            machine: Machine::new(),
            rest: Some(rest),
        }
    }
}

impl Iterator for Generator {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        let mut yielded = Yielded(None);
        self.machine
            .resume(self.rest.take()?, Ok(0))
            .expect("the machine is idle between two values");
        match self.machine.run(&mut yielded, u64::MAX) {
            Outcome::Idle => {
                let (value, rest) = yielded.0?;
                self.rest = Some(rest);
                Some(value)
            }
            _ => None,
        }
    }
}

/// Yields the nodes of a complete tree of this height, numbered from the left beginning with `first`, and goes on.
fn walk(first: i64, height: u32, then: Box<dyn FnOnce() -> Program<Lang>>) -> Program<Lang> {
    if height == 0 {
        return then();
    }
    let root = first + (1 << (height - 1)) - 1;
    let left_is_done = move || {
        let right = move |_| walk(root + 1, height - 1, then);
        perform(Yield(root), right)
    };
    walk(first, height - 1, Box::new(left_is_done))
}

fn tree(height: u32) -> Generator {
    Generator::new(walk(1, height, Box::new(|| done(0))))
}

fn story() -> Vec<String> {
    let all: Vec<i64> = tree(3).collect();
    let sum: i64 = tree(3).zip(tree(3)).map(|(a, b)| a * b).sum();
    // A million nodes, of which three are visited: the rest of the walk is dropped.
    let few: Vec<i64> = tree(20).take(3).collect();
    vec![
        format!("a tree of seven: {all:?}"),
        format!("two walks at a time: {sum}"),
        format!("the first of a million: {few:?}"),
    ]
}

fn main() {
    show(story());
}

#[test]
fn it_does_what_it_says() {
    let lines = [
        "a tree of seven: [1, 2, 3, 4, 5, 6, 7]",
        "two walks at a time: 140",
        "the first of a million: [1, 2, 3]",
    ];
    assert_eq!(story(), lines);
}
