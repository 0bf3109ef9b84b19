//! M5 and the memory of searches: tasks that install handlers, stop, and are resumed on top of one another find what
//! a model of their chains says, however often and wherever they are moved.

use std::cell::RefCell;
use std::rc::Rc;

use super::language::*;
use crate::{Boundary, Continuation, Control, Handled, Machine, Outcome, Step};

/// What the handlers of each task add to `a`, innermost last; `None` for handlers of something else.
type Installed = Vec<Option<i64>>;

struct Model {
    random: u64,
    left: u32,
    /// The running tasks, the innermost last.
    chain: Vec<Installed>,
    /// Those that wait, in the order of their continuations in the world.
    waiting: Vec<Installed>,
    performed: u32,
    resumed: u32,
}

type Shared = Rc<RefCell<Model>>;

impl Model {
    fn below(&mut self, n: usize) -> usize {
        self.random = self
            .random
            .wrapping_mul(0x5851_F42D_4C95_7F2D)
            .wrapping_add(0x1405_7B7E_F767_814F);
        (self.random >> 33) as usize % n
    }

    /// What `a` is answered with here.
    fn answer(&self) -> Result<i64, Fault> {
        let mut found = self.chain.iter().rev().flat_map(|task| task.iter().rev());
        match found.find_map(|plus| *plus) {
            Some(plus) => Ok(1 + plus),
            None => Err(Fault::Unhandled("a", 0)),
        }
    }

    fn innermost(&mut self) -> &mut Installed {
        self.chain.last_mut().expect("a task runs")
    }
}

fn stop() -> Boundary<Lang> {
    Boundary::Prompt(Prompt::native("stop", |world, _, k| {
        world.kept.push(k);
        Handled::Return(0)
    }))
}

/// What a frame waits for.
#[derive(Clone, Copy, PartialEq)]
enum Waits {
    Nothing,
    Answer,
    Installed,
}

/// One frame of a task; `root` for its outermost.
fn frame(model: &Shared, root: bool) -> Program {
    let model = model.clone();
    let mut waits = Waits::Nothing;
    native(move |world, input| {
        let mut now = model.borrow_mut();
        match std::mem::replace(&mut waits, Waits::Nothing) {
            Waits::Nothing => {}
            Waits::Installed => {
                now.innermost().pop();
            }
            Waits::Answer => match (now.answer(), answer_of(input)) {
                (Err(Fault::Unhandled(..)), Err(Fault::Unhandled(..))) => {}
                (expected, got) => assert_eq!(got, expected),
            },
        }
        now.left = now.left.saturating_sub(1);
        let depth: usize = now.chain.iter().map(Vec::len).sum();
        let choice = now.below(16);
        match choice {
            _ if now.left == 0 => {}
            0..=5 => {
                waits = Waits::Answer;
                now.performed += 1;
                return Step::Perform(Op("a", 1));
            }
            6..=9 if depth < 60 => {
                let plus = (now.below(4) == 0).then(|| now.left as i64 * 10);
                now.innermost().push(plus);
                waits = Waits::Installed;
                let prompt = match plus {
                    Some(plus) => Prompt::function("a", plus),
                    None => Prompt::function("other", 0),
                };
                return Step::Install {
                    boundary: Boundary::Prompt(prompt),
                    body: frame(&model, false),
                };
            }
            10..=11 if now.chain.len() > 1 => {
                let task = now.chain.pop().expect("it runs");
                now.waiting.push(task);
                return Step::Perform(Op("stop", 0));
            }
            12..=13 if !now.waiting.is_empty() => {
                let count = now.waiting.len();
                let at = now.below(count);
                let task = now.waiting.swap_remove(at);
                now.chain.push(task);
                now.resumed += 1;
                let k = world.kept.swap_remove(at);
                return Step::Control(Control::Resume(k.into(), Ok(0)));
            }
            14 if now.chain.len() < 8 => {
                now.chain.push(Installed::new());
                let k = Continuation::new([stop()], frame(&model, true));
                return Step::Control(Control::Resume(k.into(), Ok(0)));
            }
            10..=14 => {
                waits = Waits::Answer;
                return Step::Perform(Op("a", 1));
            }
            _ => {}
        }
        if root {
            now.chain.pop();
        }
        Step::Return(0)
    })
}

#[test]
fn m05_searches_find_what_is_in_the_live_chain() {
    let (mut performed, mut resumed) = (0, 0);
    for seed in 0..300 {
        let model = Rc::new(RefCell::new(Model {
            random: seed,
            left: 1_000,
            chain: vec![Installed::new()],
            waiting: Vec::new(),
            performed: 0,
            resumed: 0,
        }));
        let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
        machine.start(frame(&model, true)).expect("idle");
        match machine.run(&mut world, u64::MAX) {
            Outcome::Done(Ok(0)) => {}
            other => panic!("it is {}", other.name()),
        }
        let model = model.borrow();
        assert!(model.chain.is_empty());
        assert_eq!(model.waiting.len(), world.kept.len());
        performed += model.performed;
        resumed += model.resumed;
    }
    assert!(performed > 20_000, "only {performed} effects");
    assert!(resumed > 2_000, "only {resumed} moves");
}
