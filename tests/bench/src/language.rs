//! What all benchmark programs share: one shape of values and errors, so that a program only brings its frames,
//! its effects and its handlers.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::rc::Rc;

use machine::{
    Boundary, Code, Continuation, Domain, Handler, Key, Machine, MachineError, Outcome, Unhandled,
    View,
};

/// A value of two words. The counted variant makes dropping one real work, as it is for every dynamic language.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Unit,
    Int(i64),
    /// Held by the tests and by programs whose values are shared.
    Text(Rc<String>),
}

impl Value {
    /// The number in it.
    pub(crate) fn int(&self) -> i64 {
        match self {
            Value::Int(number) => *number,
            Value::Unit => 0,
            Value::Text(text) => panic!("a number is expected, and this is `{text}`"),
        }
    }
}

/// What goes wrong in a benchmark program.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    Machine(MachineError),
    Unwind,
    /// A task was cancelled.
    Cancelled,
}

/// A benchmark program: its frames, its effects, its handlers, and the state that the handlers share.
pub(crate) trait Language: Sized + 'static {
    type Effect;
    type Frame: Code<Lang<Self>>;
    type Prompt: Handler<Lang<Self>>;
    type World;

    /// Which kind of effect this is: handlers accept kinds.
    fn kind(effect: &Self::Effect) -> u64 {
        let _ = effect;
        0
    }
}

/// The domain of a benchmark program.
pub(crate) struct Lang<L>(PhantomData<L>);

/// A continuation of a benchmark program.
pub(crate) type Kont<L> = Continuation<Lang<L>>;

impl<L: Language> Domain for Lang<L> {
    type Value = Value;
    type Error = Fault;
    type Effect = L::Effect;
    type Code = L::Frame;
    type Handler = L::Prompt;
    type Observer = Infallible;
    type Slot = Option<Kont<L>>;
    type Context<'c> = L::World;

    fn key(_: &mut L::World, effect: &L::Effect) -> Option<Key> {
        Some(Key(L::kind(effect)))
    }

    fn unit(_: &mut L::World) -> Value {
        Value::Unit
    }

    fn machine_error(
        _: &mut L::World,
        error: MachineError,
        _: Option<L::Effect>,
        _: View<'_, Self>,
    ) -> Fault {
        Fault::Machine(error)
    }

    fn unwind_error(_: &mut L::World) -> Fault {
        Fault::Unwind
    }

    fn is_unwind(_: &mut L::World, error: &Fault) -> bool {
        matches!(error, Fault::Unwind)
    }

    fn on_unhandled(_: &mut L::World, _: &L::Effect) -> Unhandled {
        Unhandled::Raise
    }
}

/// Makes a program under these handlers, innermost first, the next thing that the machine runs.
pub(crate) fn begin<L: Language>(
    machine: &mut Machine<Lang<L>>,
    prompts: impl IntoIterator<Item = L::Prompt>,
    body: L::Frame,
) {
    let k = Continuation::new(prompts.into_iter().map(Boundary::Prompt), body);
    machine
        .resume(k, Ok(Value::Unit))
        .expect("a machine that runs nothing takes a program");
}

/// Drives the machine to the end of its program and gives the program's number.
pub(crate) fn finish<L: Language>(machine: &mut Machine<Lang<L>>, world: &mut L::World) -> i64 {
    match machine.run(world, u64::MAX) {
        Outcome::Done(Ok(value)) => value.int(),
        Outcome::Done(Err(fault)) => panic!("the program has failed: {fault:?}"),
        other => panic!("the program is {}", other.name()),
    }
}
