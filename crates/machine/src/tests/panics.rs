//! No code of a domain runs while the machine is anything but whole: when one panics, the machine still is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::language::make::*;
use super::language::*;
use crate::{Boundary, Continuation, Machine};

fn panicking() -> Vec<(&'static str, Boundary<Lang>, Program)> {
    let panics = || -> ! { panic!("as it is meant to") };
    let observer = Watcher {
        name: "panics",
        id: 0,
        watch: Rc::new(move |_, _| panics()),
    };
    vec![
        (
            "a code",
            Boundary::Prompt(Prompt::function("a", 1)),
            native(move |_, _| panics()),
        ),
        (
            "a handler",
            Boundary::Prompt(Prompt::native("a", move |_, _, _| panics())),
            program(finally(perform("a", int(1)), log("cleaned", int(0)))),
        ),
        (
            "a handler's finish",
            Boundary::Prompt(Prompt::function("a", 1).finish(move |_, _| panics())),
            program(int(1)),
        ),
        (
            "an observer",
            Boundary::Observer(observer),
            program(perform("a", int(1))),
        ),
    ]
}

#[test]
fn a_machine_is_whole_after_a_panic_in_the_domain() {
    for (who, boundary, body) in panicking() {
        let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
        let outer = Boundary::Prompt(Prompt::function("b", 1));
        let k = Continuation::new([boundary, outer], body);
        machine.resume(k, Ok(0)).expect("idle");
        let run = AssertUnwindSafe(|| machine.run(&mut world, u64::MAX).name());
        assert!(catch_unwind(run).is_err(), "{who} panics");
        if let Err(broken) = machine.check() {
            panic!("after a panic in {who}: {broken}");
        }
        assert!(!machine.is_ready(), "{who}: nothing is run again");
        // What was captured and not kept is given back.
        machine.reclaim();
        if let Err(broken) = machine.check() {
            panic!("after a panic in {who}, and a clearing: {broken}");
        }
        assert!(world.log.is_empty(), "no program is gone on with");
    }
}
