//! The tests' language: how it sits on the machine, and how a program of it is run to its end.

use std::collections::HashMap;
use std::rc::Rc;

use super::trace::trace;
use crate::{
    Answer, Continuation, Domain, Handled, Handler, Key, Machine, MachineError, Observed, Observer,
    Outcome, ScopeId, Unhandled, View,
};

pub(crate) use super::expr::{E, Op, SLOTS, make};
pub(crate) use super::program::{Program, answer_of, clause, end, native, performs, program};

pub(crate) struct Lang;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    User(i64),
    Machine(MachineError),
    /// An effect nobody handles: its name, and how many handlers were in scope.
    Unhandled(&'static str, usize),
    Unwind,
}

impl Fault {
    /// A number for it, as the argument of what handles it.
    pub(crate) fn number(&self) -> i64 {
        match self {
            Fault::User(n) => *n,
            Fault::Unwind => -10,
            Fault::Machine(_) => -20,
            Fault::Unhandled(..) => -30,
        }
    }
}

/// What is lent to every step.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) log: Vec<String>,
    pub(crate) kept: Vec<K>,
    /// Continuations that programs keep by number.
    pub(crate) slots: [Option<K>; SLOTS],
    /// How many boundaries were made by programs: each has its number.
    pub(crate) boundaries: u64,
    /// The scope of each of these, as far as one was seen.
    pub(crate) scopes: HashMap<u64, ScopeId>,
    /// Effects that park when nobody handles them; the others are raised.
    pub(crate) parks: &'static [&'static str],
    /// Whether what is looked at has no scopes of its own.
    pub(crate) unscoped: bool,
    /// What a trace was told.
    pub(crate) events: Vec<String>,
    /// Whether a trace is logged for each error that the machine makes.
    pub(crate) traces: bool,
}

pub(crate) type K = Continuation<Lang>;
type Clause = Rc<dyn Fn(&mut World, Op, K) -> Handled<Lang>>;
type Watch = Rc<dyn Fn(&mut World, &Op) -> Observed<Lang>>;
type Unwound = Rc<dyn Fn(&mut World, Fault) -> Handled<Lang>>;
type Finish = Rc<dyn Fn(&mut World, Answer<Lang>) -> Handled<Lang>>;

/// A continuation that another machine has captured.
pub(crate) fn foreign() -> K {
    let mut machine = Machine::<Lang>::new();
    let mut world = World {
        parks: &["p"],
        ..World::default()
    };
    machine
        .start(program(make::perform("p", make::int(0))))
        .expect("a new machine is idle");
    match machine.run(&mut world, u64::MAX) {
        Outcome::Parked { k, .. } => k,
        other => panic!("it is {}", other.name()),
    }
}

#[derive(Clone)]
pub(crate) struct Prompt {
    pub(crate) op: &'static str,
    /// Which installation this is, in programs that count them; 0 elsewhere.
    pub(crate) id: u64,
    even: bool,
    plus: Option<i64>,
    clause: Option<Clause>,
    finish: Option<Finish>,
    unwound: Option<Unwound>,
}

impl Prompt {
    pub(crate) fn function(op: &'static str, plus: i64) -> Self {
        Prompt {
            op,
            id: 0,
            even: false,
            plus: Some(plus),
            clause: None,
            finish: None,
            unwound: None,
        }
    }

    pub(crate) fn native(
        op: &'static str,
        clause: impl Fn(&mut World, Op, K) -> Handled<Lang> + 'static,
    ) -> Self {
        Prompt {
            op,
            id: 0,
            even: false,
            plus: None,
            clause: Some(Rc::new(clause)),
            finish: None,
            unwound: None,
        }
    }

    pub(crate) fn clause(op: &'static str, code: E) -> Self {
        Self::native(op, move |_, op, k| Handled::Run {
            code: clause(code.clone(), Some(op)),
            slot: Some(k),
        })
    }

    /// Leaves effects with an odd argument to the handlers outside.
    pub(crate) fn even(mut self) -> Self {
        self.even = true;
        self
    }

    pub(crate) fn finish(
        mut self,
        finish: impl Fn(&mut World, Answer<Lang>) -> Handled<Lang> + 'static,
    ) -> Self {
        self.finish = Some(Rc::new(finish));
        self
    }

    pub(crate) fn unwound(
        mut self,
        unwound: impl Fn(&mut World, Fault) -> Handled<Lang> + 'static,
    ) -> Self {
        self.unwound = Some(Rc::new(unwound));
        self
    }
}

impl Handler<Lang> for Prompt {
    fn accepts(&self, _: &mut World, effect: &Op) -> bool {
        effect.0 == self.op
    }

    fn declines(&self, _: &mut World, effect: &Op) -> bool {
        self.even && effect.1 % 2 != 0
    }

    fn answer(&self, _: &mut World, effect: &Op) -> Option<Answer<Lang>> {
        self.plus.map(|plus| Ok(effect.1.wrapping_add(plus)))
    }

    fn handle(&self, world: &mut World, effect: Op, k: K) -> Handled<Lang> {
        match &self.clause {
            Some(clause) => clause(world, effect, k),
            None => Handled::Pass(effect, k),
        }
    }

    fn finish(&self, world: &mut World, answer: Answer<Lang>) -> Handled<Lang> {
        match (&self.finish, answer) {
            (Some(finish), answer) => finish(world, answer),
            (None, Ok(value)) => Handled::Return(value),
            (None, Err(error)) => Handled::Raise(error),
        }
    }

    fn unwound(&self, world: &mut World, error: Fault) -> Handled<Lang> {
        match &self.unwound {
            Some(unwound) => unwound(world, error),
            None => Handled::Raise(error),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Watcher {
    pub(crate) name: &'static str,
    pub(crate) id: u64,
    pub(crate) watch: Watch,
}

impl Observer<Lang> for Watcher {
    fn observe(&self, world: &mut World, effect: &Op) -> Observed<Lang> {
        (self.watch)(world, effect)
    }
}

impl Domain for Lang {
    type Value = i64;
    type Error = Fault;
    type Effect = Op;
    type Code = Program;
    type Handler = Prompt;
    type Observer = Watcher;
    type Slot = Option<K>;
    type Context<'c> = World;

    fn key(_: &mut World, effect: &Op) -> Option<Key> {
        // The operations of the tests are told apart by their first letters, some of them only.
        let name = effect.0.as_bytes();
        (name.len() < 8).then(|| Key(name.iter().fold(1, |key, byte| key << 8 | u64::from(*byte))))
    }

    fn unit(_: &mut World) -> i64 {
        0
    }

    fn machine_error(
        world: &mut World,
        error: MachineError,
        effect: Option<Op>,
        view: View<'_, Lang>,
    ) -> Fault {
        if world.traces {
            let chain = trace(view, world);
            world.log.push(format!("{error:?} at {chain}"));
        }
        match (error, effect) {
            (MachineError::Unhandled, Some(op)) => Fault::Unhandled(op.0, view.handlers().count()),
            _ => Fault::Machine(error),
        }
    }

    fn unwind_error(_: &mut World) -> Fault {
        Fault::Unwind
    }

    fn is_unwind(_: &mut World, error: &Fault) -> bool {
        *error == Fault::Unwind
    }

    fn on_unhandled(world: &mut World, effect: &Op) -> Unhandled {
        if world.parks.contains(&effect.0) {
            Unhandled::Park
        } else {
            Unhandled::Raise
        }
    }
}

/// Drives one step at a time and checks the whole machine between any two.
pub(crate) fn drive(machine: &mut Machine<Lang>, world: &mut World) -> Outcome<Lang> {
    loop {
        let outcome = machine.run(world, 1);
        if let Err(broken) = machine.check() {
            panic!("{broken}");
        }
        if !matches!(outcome, Outcome::Paused) {
            return outcome;
        }
    }
}

/// Runs a code to its end, and finds that nothing of it is left.
pub(crate) fn finish(code: Program) -> (Answer<Lang>, Vec<String>) {
    let (mut machine, mut world) = (Machine::<Lang>::new(), World::default());
    machine.start(code).expect("a new machine is idle");
    let outcome = drive(&mut machine, &mut world);
    let Outcome::Done(answer) = outcome else {
        panic!("the program is {}", outcome.name());
    };
    assert!(
        matches!(machine.run(&mut world, 1), Outcome::Idle),
        "a machine that is done is idle"
    );
    // What it keeps is no part of it.
    world.slots = Default::default();
    machine.reclaim();
    assert_eq!(
        machine.fibers(),
        0,
        "a program that has ended leaves no fiber"
    );
    (answer, world.log)
}

/// Runs an expression to its end.
pub(crate) fn eval(expr: E) -> (Answer<Lang>, Vec<String>) {
    finish(program(expr))
}

/// Checks what an expression ends with and what it logs, words separated by commas.
#[track_caller]
pub(crate) fn check(expr: E, answer: Answer<Lang>, log: &str) {
    let (got, words) = eval(expr);
    assert_eq!((got, words.join(", ")), (answer, log.to_owned()));
}
