//! M7: a million of anything uses the heap and never the thread's stack.

use super::language::*;
use crate::{Boundary, Continuation, Control, Handled, Input, Machine, Outcome, Step};

const MANY: u32 = 1_000_000;

/// On a stack where a recursion of this depth is out of the question.
fn on_a_small_stack(body: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(256 << 10)
        .spawn(body)
        .expect("a thread starts");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn run(machine: &mut Machine<Lang>, world: &mut World) -> Outcome<Lang> {
    let outcome = machine.run(world, u64::MAX);
    machine.check().expect("the invariants hold");
    outcome
}

/// This many programs or handlers around one effect, counting them on the way out.
fn nest(left: u32, install: bool) -> Program {
    let mut left = Some(left);
    native(move |_, input| match (left.take(), input) {
        (Some(0), _) => Step::Perform(Op("ask", 0)),
        (Some(n), _) if install => Step::Install {
            boundary: Boundary::Prompt(Prompt::function("other", 0)),
            body: nest(n - 1, install),
        },
        (Some(n), _) => Step::Call(nest(n - 1, install)),
        (None, Input::Error(error)) => Step::Raise(error),
        (None, input) => Step::Return(answer_of(input).expect("a value") + 1),
    })
}

#[test]
fn m07_a_million_programs_and_a_million_handlers_return_raise_and_unwind() {
    on_a_small_stack(|| {
        for install in [false, true] {
            let (mut machine, mut world) = (
                Machine::<Lang>::new(),
                World {
                    parks: &["ask"],
                    ..World::default()
                },
            );
            let mut park = |machine: &mut Machine<Lang>| {
                machine.start(nest(MANY, install)).expect("idle");
                match run(machine, &mut world) {
                    Outcome::Parked { k, .. } => k,
                    other => panic!("it is {}", other.name()),
                }
            };
            let mut rest = World::default();
            let k = park(&mut machine);
            machine.resume(k, Ok(0)).expect("idle");
            assert!(
                matches!(run(&mut machine, &mut rest), Outcome::Done(Ok(n)) if n == i64::from(MANY) + 1)
            );
            let k = park(&mut machine);
            machine.resume(k, Err(Fault::User(1))).expect("idle");
            assert!(matches!(
                run(&mut machine, &mut rest),
                Outcome::Done(Err(Fault::User(1)))
            ));
            let k = park(&mut machine);
            machine.unwind(&mut rest, k).expect("idle");
            assert!(matches!(run(&mut machine, &mut rest), Outcome::Done(Ok(0))));
            drop(park(&mut machine));
            assert!(matches!(run(&mut machine, &mut rest), Outcome::Idle));
            assert_eq!(machine.fibers(), 0);
        }
    });
}

#[test]
fn m07_a_machine_is_dropped_with_a_million_fibers_in_it() {
    on_a_small_stack(|| {
        let (mut machine, mut world) = (
            Machine::<Lang>::new(),
            World {
                parks: &["ask"],
                ..World::default()
            },
        );
        machine.start(nest(MANY, true)).expect("idle");
        assert!(matches!(
            run(&mut machine, &mut world),
            Outcome::Parked { .. }
        ));
        drop(machine);
    });
}

#[test]
fn m07_a_million_activations_wait_for_one_another() {
    on_a_small_stack(|| {
        let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
        let mut left = MANY;
        let body = native(move |_, input| match input {
            Input::Error(error) => Step::Raise(error),
            _ if left == 0 => Step::Return(0),
            _ => {
                left -= 1;
                Step::Perform(Op("a", 0))
            }
        });
        let handler = Prompt::native("a", |_, _, k| Handled::Run {
            code: native(|_, input| match input {
                Input::Start => Step::Control(Control::Resume(crate::Target::Own, Ok(0))),
                other => Step::Return(answer_of(other).expect("a value") + 1),
            }),
            slot: Some(k),
        });
        machine
            .resume(Continuation::new([Boundary::Prompt(handler)], body), Ok(0))
            .expect("idle");
        assert!(
            matches!(run(&mut machine, &mut world), Outcome::Done(Ok(n)) if n == i64::from(MANY))
        );
        assert_eq!(machine.fibers(), 0);
    });
}

#[test]
fn m07_a_million_continuations_that_own_one_another_are_dropped() {
    on_a_small_stack(|| {
        let holding = |inner: Option<K>| {
            native(move |_, input| {
                let _ = &inner;
                Step::Return(answer_of(input).expect("a value"))
            })
        };
        // Loose ones, that no machine has taken.
        let mut k = None;
        for _ in 0..MANY {
            k = Some(Continuation::new([], holding(k)));
        }
        drop(k);
        // Captured ones, each in a code that waits in the next.
        let (mut machine, mut world) = (
            Machine::<Lang>::new(),
            World {
                parks: &["ask"],
                ..World::default()
            },
        );
        let mut k: Option<K> = None;
        for _ in 0..MANY / 10 {
            let inner = k.take();
            machine
                .start(native(move |_, _| {
                    let _ = &inner;
                    Step::Perform(Op("ask", 0))
                }))
                .expect("idle");
            match machine.run(&mut world, u64::MAX) {
                Outcome::Parked { k: next, .. } => k = Some(next),
                other => panic!("it is {}", other.name()),
            }
        }
        drop(k);
        assert!(matches!(run(&mut machine, &mut world), Outcome::Idle));
        assert_eq!(machine.fibers(), 0);
    });
}

#[test]
fn m07_a_pass_through_many_handlers_appends() {
    on_a_small_stack(|| {
        let (mut machine, mut world) = (
            Machine::<Lang>::new(),
            World {
                parks: &["a"],
                ..World::default()
            },
        );
        let decline = || Boundary::Prompt(Prompt::native("a", |_, op, k| Handled::Pass(op, k)));
        let k = Continuation::new((0..MANY).map(|_| decline()), performs("a", 3));
        machine.resume(k, Ok(0)).expect("idle");
        let Outcome::Parked { k, .. } = run(&mut machine, &mut world) else {
            panic!("nobody answers");
        };
        machine.resume(k, Ok(4)).expect("idle");
        assert!(matches!(
            run(&mut machine, &mut world),
            Outcome::Done(Ok(4))
        ));
    });
}

/// Each handler performs the effect once more outside, in place of the program that it handled.
#[test]
fn m07_a_million_handlers_perform_outside() {
    on_a_small_stack(|| {
        let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
        let again = || Boundary::Prompt(Prompt::native("a", |_, op, _| Handled::Perform(op)));
        let last = Boundary::Prompt(Prompt::function("a", 1));
        let prompts = (0..MANY).map(|_| again()).chain([last]);
        let k = Continuation::new(prompts, performs("a", 3));
        machine.resume(k, Ok(0)).expect("idle");
        assert!(matches!(
            run(&mut machine, &mut world),
            Outcome::Done(Ok(4))
        ));
        assert_eq!(machine.fibers(), 0);
    });
}
