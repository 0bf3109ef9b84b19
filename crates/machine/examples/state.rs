//! State as a handler: a program gets and puts a number, and does not know where it lies.
//!
//! Run it with `cargo run -p kont-machine --example state`.

mod common;

use common::{Operation, Program, Tiny, done, perform, run, show, under};
use machine::{Answer, Continuation, Handled, Handler};

type Lang = Tiny<Effect, State, Store>;

enum Effect {
    Get,
    Put(i64),
}

impl Operation for Effect {
    fn number(&self) -> u64 {
        match self {
            Effect::Get => 0,
            Effect::Put(_) => 1,
        }
    }
}

/// Where the state lies: in no continuation, so that all that was captured sees what became of it.
struct Store {
    state: i64,
    history: Vec<String>,
}

struct State;

impl Handler<Lang> for State {
    fn accepts(&self, _: &mut Store, _: &Effect) -> bool {
        true
    }

    /// Both are answered at once, in tail position: nothing is captured.
    fn answer(&self, store: &mut Store, effect: &Effect) -> Option<Answer<Lang>> {
        match effect {
            Effect::Get => store.history.push(format!("get {}", store.state)),
            Effect::Put(value) => {
                store.history.push(format!("put {value}"));
                store.state = *value;
            }
        }
        Some(Ok(store.state))
    }

    fn handle(&self, _: &mut Store, effect: Effect, k: Continuation<Lang>) -> Handled<Lang> {
        Handled::Pass(effect, k)
    }

    /// What the handled program is worth: its own value, and a hundred times the last state.
    fn finish(&self, store: &mut Store, answer: Answer<Lang>) -> Handled<Lang> {
        match answer {
            Ok(value) => Handled::Return(value + 100 * store.state),
            Err(error) => Handled::Raise(error),
        }
    }
}

/// Adds the numbers up to this one to the state, and returns how many there were.
fn add_up_to(n: i64) -> Program<Lang> {
    fn from(i: i64, n: i64) -> Program<Lang> {
        if i > n {
            return done(n);
        }
        perform(Effect::Get, move |sum| {
            perform(Effect::Put(sum + i), move |_| from(i + 1, n))
        })
    }
    from(1, n)
}

fn story() -> Vec<String> {
    let mut store = Store {
        state: 10,
        history: Vec::new(),
    };
    let answer = run(under(State, add_up_to(3)), &mut store);
    let mut lines = store.history;
    lines.push(format!("with the handler: {answer:?}"));

    // Without a handler, the effect is an error where it is performed.
    let mut store = Store {
        state: 0,
        history: Vec::new(),
    };
    let error = run(add_up_to(3), &mut store).expect_err("nobody handles it");
    lines.push(format!("without one: {error}"));
    lines
}

fn main() {
    show(story());
}

#[test]
fn it_does_what_it_says() {
    let lines = [
        "get 10",
        "put 11",
        "get 11",
        "put 13",
        "get 13",
        "put 16",
        "with the handler: Ok(1603)",
        "without one: no handler in scope accepts the effect (0 are in scope)",
    ];
    assert_eq!(story(), lines);
}
