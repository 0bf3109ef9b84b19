//! The tests' language: expressions over integers, with handlers, and native code where a law needs it.

use std::rc::Rc;

use crate::{
    Answer, Base, Boundary, Code, Continuation, Control, Domain, Handled, Handler, Input, Key,
    Machine, MachineError, Observed, Observer, Outcome, Part, ScopeId, Step, Target, Then,
    Unhandled, View,
};

pub(crate) struct Lang;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    User(i64),
    Machine(MachineError),
    /// An effect nobody handles: its name, and how many handlers were in scope.
    Unhandled(&'static str, usize),
    Unwind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Op(pub(crate) &'static str, pub(crate) i64);

/// What is lent to every step.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) log: Vec<String>,
    pub(crate) kept: Vec<Continuation<Lang>>,
    /// Effects that park when nobody handles them; the others are raised.
    pub(crate) parks: &'static [&'static str],
}

pub(crate) type K = Continuation<Lang>;
pub(crate) type Native = Box<dyn FnMut(&mut World, Input<Lang>) -> Step<Lang>>;
type Clause = Rc<dyn Fn(&mut World, Op, K) -> Handled<Lang>>;
type Watch = Rc<dyn Fn(&mut World, &Op) -> Observed<Lang>>;
type Finish = Rc<dyn Fn(&mut World, Answer<Lang>) -> Handled<Lang>>;

#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Int(i64),
    /// The argument of the effect that the enclosing clause handles.
    Arg,
    Add(E, E),
    Seq(E, E),
    Log(&'static str, E),
    Do(&'static str, E),
    Raise(E),
    /// The second runs if the first raises, whatever it is: it may even swallow the unwinding.
    Try(E, E),
    Finally(E, E),
    /// Handles one operation with a clause, around a body.
    Handle(&'static str, E, E),
    /// Answers one operation with its argument plus this, without a capture.
    Answer(&'static str, i64, E),
    Watch(&'static str, E),
    Resume(E),
    Transfer(E),
    ResumeThrow(E),
    TransferThrow(E),
    ResumeWith(E),
    TransferWith(E),
    Unwind,
    Pass,
    Delegate,
}

pub(crate) type E = Rc<Expr>;

pub(crate) mod make {
    //! Short names for expressions.
    use super::{E, Expr, Rc};

    pub(crate) fn int(n: i64) -> E {
        Rc::new(Expr::Int(n))
    }
    pub(crate) fn arg() -> E {
        Rc::new(Expr::Arg)
    }
    pub(crate) fn pass() -> E {
        Rc::new(Expr::Pass)
    }
    pub(crate) fn delegate() -> E {
        Rc::new(Expr::Delegate)
    }
    pub(crate) fn unwind() -> E {
        Rc::new(Expr::Unwind)
    }
    pub(crate) fn answer(op: &'static str, plus: i64, body: E) -> E {
        Rc::new(Expr::Answer(op, plus, body))
    }
    pub(crate) fn handle(op: &'static str, clause: E, body: E) -> E {
        Rc::new(Expr::Handle(op, clause, body))
    }
    pub(crate) fn log(word: &'static str, then: E) -> E {
        Rc::new(Expr::Log(word, then))
    }
    pub(crate) fn perform(op: &'static str, with: E) -> E {
        Rc::new(Expr::Do(op, with))
    }
    pub(crate) fn watch(word: &'static str, body: E) -> E {
        Rc::new(Expr::Watch(word, body))
    }
    macro_rules! unary {
        ($($name:ident $variant:ident)*) => {$(
            pub(crate) fn $name(e: E) -> E {
                Rc::new(Expr::$variant(e))
            }
        )*};
    }
    unary! {
        raise Raise resume Resume transfer Transfer resume_throw ResumeThrow
        transfer_throw TransferThrow resume_with ResumeWith transfer_with TransferWith
    }
    macro_rules! binary {
        ($($name:ident $variant:ident)*) => {$(
            pub(crate) fn $name(a: E, b: E) -> E {
                Rc::new(Expr::$variant(a, b))
            }
        )*};
    }
    binary! { add Add seq Seq attempt Try finally Finally }
}

pub(crate) enum Program {
    Node {
        expr: E,
        op: Option<Op>,
        phase: u8,
        saved: Option<Answer<Lang>>,
    },
    Native(Native),
}

pub(crate) fn native(code: impl FnMut(&mut World, Input<Lang>) -> Step<Lang> + 'static) -> Program {
    Program::Native(Box::new(code))
}

/// Code that performs one effect and returns its answer.
pub(crate) fn performs(op: &'static str, with: i64) -> Program {
    native(move |_, input| match input {
        Input::Start => Step::Perform(Op(op, with)),
        Input::Value(value) => Step::Return(value),
        Input::Error(error) => Step::Raise(error),
    })
}

pub(crate) fn program(expr: E) -> Program {
    Program::Node {
        expr,
        op: None,
        phase: 0,
        saved: None,
    }
}

/// An input as an answer; code that is started has none.
pub(crate) fn answer_of(input: Input<Lang>) -> Answer<Lang> {
    match input {
        Input::Start => Ok(0),
        Input::Value(value) => Ok(value),
        Input::Error(error) => Err(error),
    }
}

fn end(answer: Answer<Lang>) -> Step<Lang> {
    match answer {
        Ok(value) => Step::Return(value),
        Err(error) => Step::Raise(error),
    }
}

impl Code<Lang> for Program {
    fn resume(&mut self, world: &mut World, input: Input<Lang>) -> Step<Lang> {
        let (expr, op, phase, saved) = match self {
            Program::Native(code) => return code(world, input),
            Program::Node {
                expr,
                op,
                phase,
                saved,
            } => (expr.clone(), *op, phase, saved),
        };
        let sub = |expr: &E| Program::Node {
            expr: expr.clone(),
            op,
            phase: 0,
            saved: None,
        };
        let now = *phase;
        *phase += 1;
        let answer = answer_of(input);
        let handled = op.unwrap_or(Op("none", 0));
        // Only these two do anything with an error from inside.
        if let Err(error) = &answer
            && !matches!((&*expr, now), (Expr::Try(..), 1) | (Expr::Finally(..), 1))
        {
            return Step::Raise(error.clone());
        }
        match (&*expr, now) {
            (Expr::Int(n), 0) => Step::Return(*n),
            (Expr::Arg, 0) => Step::Return(handled.1),
            (Expr::Add(a, _), 0) => Step::Call(sub(a)),
            (Expr::Add(_, b), 1) => {
                *saved = Some(answer);
                Step::Call(sub(b))
            }
            (Expr::Add(..), 2) => {
                let first = saved
                    .take()
                    .expect("saved in the phase before")
                    .expect("it was a value");
                Step::Return(first.wrapping_add(answer.expect("errors were raised above")))
            }
            (Expr::Seq(a, _), 0) => Step::Call(sub(a)),
            (Expr::Seq(_, b), 1) => Step::TailCall(sub(b)),
            (Expr::Log(word, then), 0) => {
                world.log.push((*word).to_owned());
                Step::TailCall(sub(then))
            }
            (Expr::Do(_, e) | Expr::Raise(e) | Expr::Resume(e) | Expr::Transfer(e), 0) => {
                Step::Call(sub(e))
            }
            (Expr::ResumeThrow(e) | Expr::TransferThrow(e), 0) => Step::Call(sub(e)),
            (Expr::Do(op, _), 1) => {
                Step::Perform(Op(op, answer.expect("errors were raised above")))
            }
            (Expr::Raise(_), 1) => {
                Step::Raise(Fault::User(answer.expect("errors were raised above")))
            }
            (Expr::Resume(_), 1) => Step::Control(Control::Resume(Target::Own, answer)),
            (Expr::Transfer(_), 1) => Step::Control(Control::Transfer(Target::Own, answer)),
            (Expr::ResumeThrow(_), 1) => Step::Control(Control::Resume(
                Target::Own,
                answer.and_then(|n| Err(Fault::User(n))),
            )),
            (Expr::TransferThrow(_), 1) => Step::Control(Control::Transfer(
                Target::Own,
                answer.and_then(|n| Err(Fault::User(n))),
            )),
            (Expr::ResumeWith(e), 0) => Step::Control(Control::ResumeWith(Target::Own, sub(e))),
            (Expr::TransferWith(e), 0) => Step::Control(Control::TransferWith(Target::Own, sub(e))),
            (Expr::Unwind, 0) => Step::Control(Control::Unwind(Target::Own)),
            (Expr::Pass, 0) => Step::Control(Control::Pass(handled)),
            (Expr::Delegate, 0) => Step::Control(Control::Delegate(handled)),
            (Expr::Try(a, _) | Expr::Finally(a, _), 0) => Step::Call(sub(a)),
            (Expr::Try(_, b), 1) => match answer {
                Ok(value) => Step::Return(value),
                Err(_) => Step::TailCall(sub(b)),
            },
            (Expr::Finally(_, b), 1) => {
                *saved = Some(answer);
                Step::Call(sub(b))
            }
            (Expr::Finally(..), 2) => end(saved.take().expect("saved in the phase before")),
            (Expr::Handle(op, clause, body), 0) => Step::Install {
                boundary: Boundary::Prompt(Prompt::clause(op, clause.clone())),
                body: sub(body),
            },
            (Expr::Answer(op, plus, body), 0) => {
                let plus = *plus;
                Step::Install {
                    boundary: Boundary::Prompt(Prompt::function(op, plus)),
                    body: sub(body),
                }
            }
            (Expr::Watch(word, body), 0) => Step::Install {
                boundary: Boundary::Observer(Watcher(Rc::new({
                    let word = *word;
                    move |world: &mut World, op: &Op| {
                        world.log.push(format!("{word} {} {}", op.0, op.1));
                        Observed::Continue
                    }
                }))),
                body: sub(body),
            },
            _ => end(answer),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Prompt {
    pub(crate) op: &'static str,
    plus: Option<i64>,
    clause: Option<Clause>,
    finish: Option<Finish>,
}

impl Prompt {
    pub(crate) fn function(op: &'static str, plus: i64) -> Self {
        Prompt {
            op,
            plus: Some(plus),
            clause: None,
            finish: None,
        }
    }

    pub(crate) fn native(
        op: &'static str,
        clause: impl Fn(&mut World, Op, K) -> Handled<Lang> + 'static,
    ) -> Self {
        Prompt {
            op,
            plus: None,
            clause: Some(Rc::new(clause)),
            finish: None,
        }
    }

    pub(crate) fn clause(op: &'static str, clause: E) -> Self {
        Self::native(op, move |_, op, k| Handled::Run {
            code: Program::Node {
                expr: clause.clone(),
                op: Some(op),
                phase: 0,
                saved: None,
            },
            slot: Some(k),
        })
    }

    pub(crate) fn finish(
        mut self,
        finish: impl Fn(&mut World, Answer<Lang>) -> Handled<Lang> + 'static,
    ) -> Self {
        self.finish = Some(Rc::new(finish));
        self
    }
}

impl Handler<Lang> for Prompt {
    fn accepts(&self, _: &mut World, effect: &Op) -> bool {
        effect.0 == self.op
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
}

#[derive(Clone)]
pub(crate) struct Watcher(pub(crate) Watch);

impl Observer<Lang> for Watcher {
    fn observe(&self, world: &mut World, effect: &Op) -> Observed<Lang> {
        (self.0)(world, effect)
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
        _: &mut World,
        error: MachineError,
        effect: Option<Op>,
        view: View<'_, Lang>,
    ) -> Fault {
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

/// Takes a continuation apart and puts a copy together that any machine can run, as a snapshot does.
pub(crate) fn rebuild(machine: &Machine<Lang>, k: &K) -> K {
    let copy = |code: &Program| match code {
        Program::Node {
            expr,
            op,
            phase,
            saved,
        } => Program::Node {
            expr: expr.clone(),
            op: *op,
            phase: *phase,
            saved: saved.clone(),
        },
        Program::Native(_) => panic!("only nodes can be copied"),
    };
    let mut started = true;
    let view = machine
        .inspect(k)
        .expect("the continuation is this machine's");
    let parts = view.map(|fiber| {
        started &= fiber.started;
        let base = match fiber.base {
            Base::Plain => Base::Plain,
            Base::Boundary(_, Boundary::Prompt(prompt)) => {
                Base::Boundary(ScopeId::NONE, Boundary::Prompt(prompt.clone()))
            }
            Base::Boundary(_, Boundary::Observer(watcher)) => {
                Base::Boundary(ScopeId::NONE, Boundary::Observer(watcher.clone()))
            }
            Base::Activation(scope, slot) => {
                Base::Activation(*scope, slot.as_ref().map(|own| rebuild(machine, own)))
            }
            Base::Ending(then) => match &**then {
                Then::Answer(answer) => Base::Ending(Box::new(Then::Answer(answer.clone()))),
                _ => panic!("expressions end with answers only"),
            },
        };
        Part {
            frames: fiber.frames().map(copy).collect(),
            base,
            unwinding: fiber.unwinding,
        }
    });
    let parts = parts.collect();
    if started {
        Continuation::assemble(parts)
    } else {
        Continuation::assemble_unstarted(parts)
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

pub(crate) mod sendable {
    //! A domain of plain data: nothing in it stays on its thread.
    use std::convert::Infallible;

    use crate::{
        Code, Continuation, Domain, Handled, Handler, Input, Key, MachineError, Step, Unhandled,
        View,
    };

    pub(crate) struct Plain;
    pub(crate) struct Nothing;

    impl Code<Plain> for Nothing {
        fn resume(&mut self, _: &mut (), _: Input<Plain>) -> Step<Plain> {
            Step::Return(())
        }
    }

    impl Handler<Plain> for Nothing {
        fn accepts(&self, _: &mut (), _: &()) -> bool {
            false
        }
        fn handle(&self, _: &mut (), effect: (), k: Continuation<Plain>) -> Handled<Plain> {
            Handled::Pass(effect, k)
        }
    }

    impl Domain for Plain {
        type Value = ();
        type Error = ();
        type Effect = ();
        type Code = Nothing;
        type Handler = Nothing;
        type Observer = Infallible;
        type Slot = Option<Continuation<Plain>>;
        type Context<'c> = ();

        fn key(_: &mut (), _: &()) -> Option<Key> {
            None
        }
        fn unit(_: &mut ()) {}
        fn machine_error(_: &mut (), _: MachineError, _: Option<()>, _: View<'_, Plain>) {}
        fn unwind_error(_: &mut ()) {}
        fn is_unwind(_: &mut (), _: &()) -> bool {
            true
        }
        fn on_unhandled(_: &mut (), _: &()) -> Unhandled {
            Unhandled::Raise
        }
    }
}
