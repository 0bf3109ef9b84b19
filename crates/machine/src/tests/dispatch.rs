//! Who handles an effect: M2, M3, M12, observers, and what the search costs.

use super::language::make::*;
use super::language::*;
use crate::{Boundary, Control, Handled, Input, Machine, Observed, Outcome, Step};
use std::rc::Rc;

#[test]
fn m03_the_nearest_handler_answers() {
    check(
        answer("a", 100, answer("a", 10, perform("a", int(1)))),
        Ok(11),
        "",
    );
    check(
        answer("a", 100, answer("b", 10, perform("a", int(1)))),
        Ok(101),
        "",
    );
    check(
        handle(
            "a",
            resume(add(arg(), int(5))),
            add(perform("a", int(1)), int(1000)),
        ),
        Ok(1006),
        "",
    );
}

#[test]
fn m03_a_handler_does_not_handle_its_own_effects() {
    let clause = resume(perform("a", add(arg(), int(1))));
    check(
        answer("a", 100, handle("a", clause, perform("a", int(1)))),
        Ok(102),
        "",
    );
}

#[test]
fn m12_an_effect_nobody_handles_is_raised_at_the_performer_with_the_handlers_in_scope() {
    let body = attempt(perform("x", int(1)), log("caught", int(7)));
    check(answer("a", 0, answer("b", 0, body)), Ok(7), "caught");
    check(
        answer("a", 0, answer("b", 0, perform("x", int(1)))),
        Err(Fault::Unhandled("x", 2)),
        "",
    );
    // The handlers in scope of a clause are those outside of its prompt.
    let clause = perform("x", int(1));
    check(
        answer(
            "a",
            0,
            handle("b", attempt(clause, raise(int(3))), perform("b", int(1))),
        ),
        Err(Fault::User(3)),
        "",
    );
}

/// A generator: its performer is resumed under other handlers than those it was started with.
#[test]
fn m03_after_a_resume_code_sees_what_was_captured_and_then_the_resumers() {
    let body = answer(
        "inner",
        10,
        seq(
            perform("stop", int(0)),
            add(perform("inner", int(1)), perform("outer", int(1))),
        ),
    );
    let mut started = false;
    let code = native(move |world, input| match input {
        Input::Start => Step::Install {
            boundary: Boundary::Prompt(Prompt::native("stop", |world, _, k| {
                world.kept.push(k);
                Handled::Return(0)
            })),
            body: program(answer("outer", 100, body.clone())),
        },
        Input::Value(value) if started => Step::Return(value),
        Input::Value(_) => {
            started = true;
            let k = world.kept.pop().expect("it was captured");
            let mut k = Some(k);
            Step::Install {
                boundary: Boundary::Prompt(Prompt::function("outer", 1000)),
                body: native(move |_, input| match input {
                    Input::Start => {
                        let k = k.take().expect("started once");
                        Step::Control(Control::Resume(k.into(), Ok(0)))
                    }
                    other => match answer_of(other) {
                        Ok(value) => Step::Return(value),
                        Err(error) => Step::Raise(error),
                    },
                }),
            }
        }
        Input::Error(error) => Step::Raise(error),
    });
    // "outer" was captured with +100: the resumer's +1000 lies outside of it.
    assert_eq!(finish(code).0, Ok(11 + 101));
}

#[test]
fn m03_what_is_not_captured_is_the_resumers() {
    let body = seq(perform("stop", int(0)), perform("outer", int(1)));
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    let stop = Prompt::native("stop", |world: &mut World, _, k| {
        world.kept.push(k);
        Handled::Return(0)
    });
    let mut boundary = Some((Boundary::Prompt(stop), program(body)));
    let first = native(move |_, input| match input {
        Input::Start => {
            let (boundary, body) = boundary.take().expect("started once");
            Step::Install { boundary, body }
        }
        Input::Value(value) => Step::Return(value),
        Input::Error(error) => Step::Raise(error),
    });
    machine.start(first).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(0))
    ));
    let mut k = world.kept.pop();
    let second = native(move |_, input| match input {
        Input::Start => {
            let mut k = k.take();
            Step::Install {
                boundary: Boundary::Prompt(Prompt::function("outer", 1000)),
                body: native(move |_, input| match (k.take(), input) {
                    (Some(k), _) => Step::Control(Control::Transfer(k.into(), Ok(0))),
                    (None, input) => Step::Return(answer_of(input).expect("a value")),
                }),
            }
        }
        Input::Value(value) => Step::Return(value),
        Input::Error(error) => Step::Raise(error),
    });
    machine.start(second).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(1001))
    ));
}

#[test]
fn observers_see_each_effect_once_innermost_first_before_its_handler() {
    let clause = log("handled", resume(arg()));
    check(
        watch(
            "outer",
            handle("a", clause, watch("inner", perform("a", int(4)))),
        ),
        Ok(4),
        "inner a 4, outer a 4, handled",
    );
    // An effect of the handler is seen by those around the handler only.
    let clause = resume(perform("b", int(2)));
    check(
        watch(
            "outer",
            answer(
                "b",
                0,
                handle("a", clause, watch("inner", perform("a", int(4)))),
            ),
        ),
        Ok(2),
        "inner a 4, outer a 4, outer b 2",
    );
    // Forwarding is not performing.
    for forward in [pass(), resume(delegate())] {
        let inside = handle("a", forward, perform("a", int(4)));
        check(watch("outer", answer("a", 1, inside)), Ok(5), "outer a 4");
    }
}

#[test]
fn an_observer_may_replace_an_effect_or_raise_at_the_performer() {
    let watched = |observed: fn(&Op) -> Observed<Lang>, body: E| {
        let mut body = Some(program(body));
        native(move |_, input| match (body.take(), input) {
            (Some(body), _) => Step::Install {
                boundary: Boundary::Observer(Watcher {
                    name: "watched",
                    id: 0,
                    watch: Rc::new(move |_, op| observed(op)),
                }),
                body,
            },
            (None, Input::Error(error)) => Step::Raise(error),
            (None, input) => Step::Return(answer_of(input).expect("a value")),
        })
    };
    let replaced = watched(
        |op| Observed::Replace(Op("b", op.1 * 2)),
        answer("b", 1, perform("a", int(4))),
    );
    assert_eq!(finish(replaced).0, Ok(9));
    let body = answer("a", 0, attempt(perform("a", int(4)), log("caught", int(5))));
    let raised = watched(|_| Observed::Raise(Fault::User(1)), body);
    assert_eq!(finish(raised), (Ok(5), vec!["caught".to_owned()]));
}

/// How many fibers are touched by one perform and resume, with this many frames between.
fn touched_by_one_effect(frames: u32, fibers: u32) -> u64 {
    fn nest(left: u32, fibers: u32) -> Program {
        let mut left = Some(left);
        native(move |_, input| match (left.take(), input) {
            (Some(0), _) => Step::Perform(Op("a", 0)),
            (Some(n), _) if n <= fibers => Step::Install {
                boundary: Boundary::Prompt(Prompt::function("other", 0)),
                body: nest(n - 1, fibers),
            },
            (Some(n), _) => Step::Call(nest(n - 1, fibers)),
            (None, input) => Step::Return(answer_of(input).expect("a value")),
        })
    }
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["a"],
            ..World::default()
        },
    );
    let k = crate::Continuation::new(
        [Boundary::Prompt(Prompt::native(
            "a",
            |world: &mut World, _, k| {
                world.kept.push(k);
                Handled::Suspend
            },
        ))],
        nest(frames + fibers, fibers),
    );
    machine.resume(k, Ok(0)).expect("idle");
    assert!(matches!(machine.run(&mut world, u64::MAX), Outcome::Idle));
    let k = world.kept.pop().expect("it was captured");
    let before = machine.arena.touched.get();
    machine.resume(k, Ok(0)).expect("idle");
    machine.arena.touched.get() - before
}

#[test]
fn m02_resuming_touches_as_many_fibers_whatever_lies_between() {
    let one = touched_by_one_effect(1, 0);
    assert!(one > 0, "the counter counts");
    assert_eq!(touched_by_one_effect(50_000, 0), one);
    assert_eq!(touched_by_one_effect(1, 50_000), one);
}

#[test]
fn m02_capturing_touches_as_many_fibers_whatever_the_frames() {
    let touched = |frames: u32| {
        fn nest(left: u32) -> Program {
            let mut left = Some(left);
            native(move |_, input| match (left.take(), input) {
                (Some(0), _) => Step::Pause,
                (Some(n), _) => Step::Call(nest(n - 1)),
                (None, Input::Start) => Step::Perform(Op("a", 0)),
                (None, input) => Step::Return(answer_of(input).expect("a value")),
            })
        }
        let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
        let suspend = Prompt::native("a", |world: &mut World, _, k| {
            world.kept.push(k);
            Handled::Suspend
        });
        machine
            .resume(
                crate::Continuation::new([Boundary::Prompt(suspend)], nest(frames)),
                Ok(0),
            )
            .expect("idle");
        assert!(matches!(machine.run(&mut world, u64::MAX), Outcome::Paused));
        let before = machine.arena.touched.get();
        assert!(matches!(machine.run(&mut world, u64::MAX), Outcome::Idle));
        machine.arena.touched.get() - before
    };
    assert_eq!(touched(1), touched(100_000));
}

/// A capture and a resume re-link fibers: the frames of a thousand programs that wait for one another, and their
/// fibers, stay where they are in memory.
#[test]
fn m02_frames_stay_where_they_are() {
    let addresses = |view: crate::View<'_, Lang>| -> Vec<*const Program> {
        view.codes().map(std::ptr::from_ref).collect()
    };
    fn nest(left: u32) -> Program {
        let mut left = Some(left);
        let mut effects = ["a", "p"].into_iter();
        native(move |_, input| match (left.take(), input) {
            (Some(0), _) => Step::Pause,
            (Some(n), _) if n % 10 == 0 => Step::Install {
                boundary: Boundary::Prompt(Prompt::function("other", 0)),
                body: nest(n - 1),
            },
            (Some(n), _) => Step::Call(nest(n - 1)),
            (None, input) => match effects.next() {
                Some(effect) => Step::Perform(Op(effect, 0)),
                None => end(answer_of(input)),
            },
        })
    }
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            parks: &["p"],
            ..World::default()
        },
    );
    let suspend = Prompt::native("a", |world: &mut World, _, k| {
        world.kept.push(k);
        Handled::Suspend
    });
    // Each fiber has several frames, also the handler's, which is the outermost.
    let k = crate::Continuation::new([Boundary::Prompt(suspend)], nest(1005));
    machine.resume(k, Ok(0)).expect("idle");
    assert!(matches!(machine.run(&mut world, u64::MAX), Outcome::Paused));
    let running = addresses(machine.running());
    assert_eq!(running.len(), 1006);
    assert!(matches!(machine.run(&mut world, u64::MAX), Outcome::Idle));
    let k = world.kept.pop().expect("it was captured");
    assert_eq!(addresses(machine.inspect(&k).expect("it is ours")), running);
    machine.resume(k, Ok(0)).expect("idle");
    assert_eq!(addresses(machine.running()), running);
    let Outcome::Parked { k, .. } = machine.run(&mut world, u64::MAX) else {
        panic!("nobody answers");
    };
    assert_eq!(addresses(machine.inspect(&k).expect("it is ours")), running);
    machine.resume(k, Ok(0)).expect("idle");
    assert_eq!(addresses(machine.running()), running);
}

/// What the tenth effect costs that is handled outside of this many other handlers: fibers looked at in the search,
/// and fibers touched at all until the performer goes on.
fn tenth_effect(others: u32) -> (u64, u64) {
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    let mut left = 10;
    let body = native(move |_, _| {
        left -= 1;
        if left < 0 {
            return Step::Return(0);
        }
        Step::Perform(Op("a", 0))
    });
    let suspend = Prompt::native("a", |world: &mut World, _, k| {
        world.kept.push(k);
        Handled::Suspend
    });
    let between = (0..others).map(|_| Prompt::function("other", 0));
    let boundaries = between.chain([suspend]).map(Boundary::Prompt);
    let k = crate::Continuation::new(boundaries, body);
    machine.resume(k, Ok(0)).expect("idle");
    let mut before = (0, 0);
    for _ in 0..10 {
        before = (machine.counters().searched, machine.arena.touched.get());
        assert!(matches!(machine.run(&mut world, u64::MAX), Outcome::Idle));
        let k = world.kept.pop().expect("it was captured");
        machine.resume(k, Ok(0)).expect("idle");
    }
    (
        machine.counters().searched - before.0,
        machine.arena.touched.get() - before.1,
    )
}

#[test]
fn m02_the_search_does_not_grow_with_the_handlers_between() {
    let (searched, touched) = tenth_effect(2);
    assert!(searched > 0 && touched > 0, "the counters count");
    assert_eq!(tenth_effect(200), (searched, touched));
    assert_eq!(tenth_effect(20_000), (searched, touched));
}

/// The error is made at the performer: it knows the effect and the whole chain, also what an inner handler had
/// captured and passed on, and the machine goes on from there.
#[test]
fn m12_the_error_has_the_effect_and_all_handlers_in_scope_in_order() {
    let (mut machine, mut world) = (
        Machine::<Lang>::new(),
        World {
            traces: true,
            ..World::default()
        },
    );
    let inner = handle(
        "x",
        pass(),
        attempt(perform("x", int(1)), perform("a", int(2))),
    );
    let expr = answer("a", 5, watch("seen", answer("b", 0, inner)));
    machine.start(program(expr)).expect("idle");
    assert!(matches!(
        drive(&mut machine, &mut world),
        Outcome::Done(Ok(7))
    ));
    assert_eq!(
        world.log,
        [
            "seen x 1",
            "Unhandled at try x:4 | b:3 | seen:2 | a:1",
            "seen a 2"
        ]
    );
}
