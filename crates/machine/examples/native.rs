//! A language of its own on the machine, in one file: state and a generator, as handlers.
//!
//! A program here is a Rust closure that is called once a turn, with the answer to what it asked for in the turn
//! before. Run it with `cargo run -p kont-machine --example native`.

use std::convert::Infallible;

use machine::{
    Answer, Boundary, Code, Continuation, Domain, Handled, Handler, Input, Key, Machine,
    MachineError, Outcome, Step, Unhandled, View,
};

struct Tiny;

enum Effect {
    Get,
    Put(i64),
    Yield(i64),
}

/// What handlers share. It is lent to every step, so that no continuation carries a copy of it.
#[derive(Default)]
struct Stores {
    state: i64,
    /// What a generator has yielded, and the rest of it.
    yielded: Option<(i64, Continuation<Tiny>)>,
}

struct Program {
    turn: u32,
    run: Box<dyn FnMut(u32, i64) -> Step<Tiny>>,
}

fn program(run: impl FnMut(u32, i64) -> Step<Tiny> + 'static) -> Program {
    Program {
        turn: 0,
        run: Box::new(run),
    }
}

impl Code<Tiny> for Program {
    fn resume(&mut self, _: &mut Stores, input: Input<Tiny>) -> Step<Tiny> {
        let answer = match input {
            Input::Start => 0,
            Input::Value(value) => value,
            Input::Error(error) => return Step::Raise(error),
        };
        self.turn += 1;
        (self.run)(self.turn - 1, answer)
    }
}

#[derive(Clone, Copy)]
enum Handlers {
    State,
    Generator,
}

impl Handler<Tiny> for Handlers {
    fn accepts(&self, _: &mut Stores, effect: &Effect) -> bool {
        match self {
            Handlers::State => matches!(effect, Effect::Get | Effect::Put(_)),
            Handlers::Generator => matches!(effect, Effect::Yield(_)),
        }
    }

    /// State is answered at once, in tail position: no continuation is captured.
    fn answer(&self, stores: &mut Stores, effect: &Effect) -> Option<Answer<Tiny>> {
        match effect {
            Effect::Get => Some(Ok(stores.state)),
            Effect::Put(value) => Some(Ok(std::mem::replace(&mut stores.state, *value))),
            Effect::Yield(_) => None,
        }
    }

    /// A generator keeps the rest of its program: the consumer resumes it when it wants more.
    fn handle(&self, stores: &mut Stores, effect: Effect, k: Continuation<Tiny>) -> Handled<Tiny> {
        match effect {
            Effect::Yield(value) => {
                stores.yielded = Some((value, k));
                Handled::Suspend
            }
            other => Handled::Pass(other, k),
        }
    }
}

impl Domain for Tiny {
    type Value = i64;
    type Error = String;
    type Effect = Effect;
    type Code = Program;
    type Handler = Handlers;
    type Observer = Infallible;
    type Slot = Option<Continuation<Tiny>>;
    type Context<'c> = Stores;

    /// A handler is for operations of one kind.
    fn key(_: &mut Stores, effect: &Effect) -> Option<Key> {
        Some(match effect {
            Effect::Get | Effect::Put(_) => Key(0),
            Effect::Yield(_) => Key(1),
        })
    }

    fn unit(_: &mut Stores) -> i64 {
        0
    }

    fn machine_error(
        _: &mut Stores,
        error: MachineError,
        _: Option<Effect>,
        view: View<'_, Tiny>,
    ) -> String {
        format!("{error} ({} handlers in scope)", view.handlers().count())
    }

    fn unwind_error(_: &mut Stores) -> String {
        "unwound".to_owned()
    }

    fn is_unwind(_: &mut Stores, error: &String) -> bool {
        error == "unwound"
    }

    fn on_unhandled(_: &mut Stores, _: &Effect) -> Unhandled {
        Unhandled::Raise
    }
}

/// Counts the state down to 0, and yields each number on the way.
fn countdown() -> Program {
    let mut current = 0;
    program(move |turn, answer| match turn % 3 {
        0 => Step::Perform(Effect::Get),
        1 if answer == 0 => Step::Return(-1),
        1 => {
            current = answer;
            Step::Perform(Effect::Yield(current))
        }
        _ => Step::Perform(Effect::Put(current - 1)),
    })
}

fn main() {
    let mut machine = Machine::<Tiny>::new();
    let mut stores = Stores {
        state: 3,
        ..Stores::default()
    };
    let mut next = Continuation::new(
        [
            Boundary::Prompt(Handlers::State),
            Boundary::Prompt(Handlers::Generator),
        ],
        countdown(),
    );
    let mut seen = Vec::new();
    let end = loop {
        machine
            .resume(next, Ok(0))
            .expect("the machine is idle between two values");
        match machine.run(&mut stores, u64::MAX) {
            Outcome::Idle => match stores.yielded.take() {
                Some((value, k)) => {
                    seen.push(value);
                    next = k;
                }
                None => panic!("the program is idle and has yielded nothing"),
            },
            Outcome::Done(answer) => break answer,
            other => panic!("the program is {}", other.name()),
        }
    };
    assert_eq!(seen, [3, 2, 1]);
    assert_eq!(end, Ok(-1));

    // Without a handler, the effect is raised where it was performed.
    machine.start(countdown()).expect("the machine is idle");
    match machine.run(&mut stores, u64::MAX) {
        Outcome::Done(Err(error)) => assert!(error.starts_with("no handler in scope"), "{error}"),
        other => panic!("the program is {}", other.name()),
    }
}

#[test]
fn the_example_runs() {
    main();
}
