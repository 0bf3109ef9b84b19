//! How the tests' expressions run on the machine: one code for each node, which is resumed once for each phase.

use std::cell::Cell;
use std::rc::Rc;

use super::expr::{After, Bound, Decision, E, Expr, Kind, NOTHING, Of, Op, Seen, Tail, Way};
use super::language::{Fault, K, Lang, Prompt, Watcher, World, foreign};
use super::trace::trace;
use crate::{
    Answer, Boundary, Code, Continuation, Control, Handled, Input, Mirror, Nest, Observed, Step,
    Target,
};

pub(crate) type Native = Box<dyn FnMut(&mut World, Input<Lang>) -> Step<Lang>>;

pub(crate) enum Program {
    Node(Node),
    Native(Native),
}

/// An expression on its way.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) expr: E,
    /// The effect that the clause around it handles.
    op: Option<Op>,
    /// How often it was resumed.
    pub(crate) phase: u8,
    saved: Option<Answer<Lang>>,
    _token: Token,
}

thread_local! {
    static ALIVE: Cell<usize> = const { Cell::new(0) };
}

/// Counts the codes that exist on this thread: each is to be dropped once.
pub(crate) struct Token;

impl Token {
    fn new() -> Self {
        ALIVE.set(ALIVE.get() + 1);
        Token
    }

    pub(crate) fn alive() -> usize {
        ALIVE.get()
    }
}

impl Clone for Token {
    fn clone(&self) -> Self {
        Token::new()
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
    }
}

pub(crate) fn native(code: impl FnMut(&mut World, Input<Lang>) -> Step<Lang> + 'static) -> Program {
    Program::Native(Box::new(code))
}

/// Code that performs one effect and returns its answer.
pub(crate) fn performs(op: &'static str, with: i64) -> Program {
    native(move |_, input| match input {
        Input::Start => Step::Perform(Op(op, with)),
        other => end(answer_of(other)),
    })
}

pub(crate) fn program(expr: E) -> Program {
    clause(expr, None)
}

pub(crate) fn clause(expr: E, op: Option<Op>) -> Program {
    Program::Node(Node {
        expr,
        op,
        phase: 0,
        saved: None,
        _token: Token::new(),
    })
}

/// An input as an answer; code that is started has none.
pub(crate) fn answer_of(input: Input<Lang>) -> Answer<Lang> {
    match input {
        Input::Start => Ok(0),
        Input::Value(value) => Ok(value),
        Input::Error(error) => Err(error),
    }
}

pub(crate) fn end(answer: Answer<Lang>) -> Step<Lang> {
    match answer {
        Ok(value) => Step::Return(value),
        Err(error) => Step::Raise(error),
    }
}

impl Code<Lang> for Program {
    fn resume(&mut self, world: &mut World, input: Input<Lang>) -> Step<Lang> {
        match self {
            Program::Native(code) => code(world, input),
            Program::Node(node) => {
                let phase = node.phase;
                node.phase += 1;
                let starts = matches!(input, Input::Start);
                assert_eq!(starts, phase == 0, "code is started once, and first");
                node.step(world, phase, answer_of(input))
            }
        }
    }
}

impl Node {
    fn sub(&self, expr: &E) -> Program {
        clause(expr.clone(), self.op)
    }

    fn step(&mut self, world: &mut World, phase: u8, answer: Answer<Lang>) -> Step<Lang> {
        let expr = self.expr.clone();
        // Only these two do anything with an error from inside.
        let answer = match (answer, &*expr, phase) {
            (Err(_), Expr::Try(_, b), 1) => return Step::TailCall(self.sub(b)),
            (answer, Expr::Finally(_, b), 1) => {
                self.saved = Some(answer);
                return Step::Call(self.sub(b));
            }
            (Err(error), ..) => return Step::Raise(error),
            (Ok(value), ..) => value,
        };
        let handled = self.op.unwrap_or(Op("none", 0));
        match (&*expr, phase) {
            (Expr::Int(n), 0) => Step::Return(*n),
            (Expr::Arg, 0) => Step::Return(handled.1),
            (
                Expr::Add(a, _)
                | Expr::Seq(a, _)
                | Expr::Try(a, _)
                | Expr::Finally(a, _)
                | Expr::Do(_, a)
                | Expr::Raise(a),
                0,
            ) => Step::Call(self.sub(a)),
            (Expr::Add(_, b), 1) => {
                self.saved = Some(Ok(answer));
                Step::Call(self.sub(b))
            }
            (Expr::Add(..), 2) => match self.saved.take() {
                Some(Ok(first)) => Step::Return(first.wrapping_add(answer)),
                other => panic!("a value was saved in the phase before, not {other:?}"),
            },
            (Expr::Seq(_, b), 1) => Step::TailCall(self.sub(b)),
            (Expr::Finally(..), 2) => end(self.saved.take().expect("saved in the phase before")),
            (Expr::Log(word, then), 0) => {
                world.log.push((*word).to_owned());
                Step::TailCall(self.sub(then))
            }
            (Expr::Do(op, _), 1) => Step::Perform(Op(op, answer)),
            (Expr::Raise(_), 1) => Step::Raise(Fault::User(answer)),
            (Expr::Under(bound, body), 0) => Step::Install {
                boundary: boundary(bound, world),
                body: self.sub(body),
            },
            (Expr::Use(_, _, Way::Value | Way::Throw, e), 0) => Step::Call(self.sub(e)),
            (Expr::Use(of, tail, Way::With, e), 0) => match target(*of, world) {
                None => Step::Return(NOTHING),
                Some(target) => Step::Control(match tail {
                    Tail::Resume => Control::ResumeWith(target, self.sub(e)),
                    Tail::Transfer => Control::TransferWith(target, self.sub(e)),
                }),
            },
            (Expr::Use(of, tail, way, _), 1) if *way != Way::With => match target(*of, world) {
                None => Step::Return(NOTHING),
                Some(target) => {
                    let answer = match way {
                        Way::Throw => Err(Fault::User(answer)),
                        _ => Ok(answer),
                    };
                    Step::Control(match tail {
                        Tail::Resume => Control::Resume(target, answer),
                        Tail::Transfer => Control::Transfer(target, answer),
                    })
                }
            },
            (Expr::Unwind(of), 0) => match target(*of, world) {
                None => Step::Return(NOTHING),
                Some(target) => Step::Control(Control::Unwind(target)),
            },
            (Expr::Drop(slot), 0) => {
                drop(world.slots[*slot].take());
                Step::Return(0)
            }
            (Expr::Make(slot, bounds, e), 0) => {
                let bounds: Vec<_> = bounds.iter().map(|bound| boundary(bound, world)).collect();
                world.slots[*slot] = Some(Continuation::new(bounds, self.sub(e)));
                Step::Return(0)
            }
            (Expr::Pass, 0) => Step::Control(Control::Pass(handled)),
            (Expr::Delegate, 0) => Step::Control(Control::Delegate(handled)),
            (Expr::Look(seen), 0) => {
                let seen = *seen;
                Step::Control(Control::Reflect(Box::new(move |mirror, world| {
                    let line = look(seen, mirror, world);
                    world.log.push(format!("look {line}"));
                    Ok(0)
                })))
            }
            _ => Step::Return(answer),
        }
    }

    /// What it still has to do with what it waits for, in a word; empty if it only passes that on.
    pub(crate) fn label(&self) -> &'static str {
        match (&*self.expr, self.phase) {
            (_, 0) => "start",
            (Expr::Add(..), 1) => "add",
            (Expr::Add(..), 2) => "plus",
            (Expr::Seq(..), 1) => "seq",
            (Expr::Do(..), 1) => "do",
            (Expr::Raise(_), 1) => "raise",
            (Expr::Try(..), 1) => "try",
            (Expr::Finally(..), 1) => "finally",
            (Expr::Finally(..), 2) => "cleaned",
            (Expr::Use(_, _, Way::Value | Way::Throw, _), 1) => "use",
            _ => "",
        }
    }
}

fn look(seen: Seen, mirror: Mirror<'_, Lang>, world: &mut World) -> String {
    let kept = match seen {
        Seen::Live => return trace(mirror.live(), world),
        Seen::Of(Of::Own) => {
            return match mirror.own() {
                Some(view) => trace(view, world),
                None => "nothing".to_owned(),
            };
        }
        Seen::Of(Of::Kept(slot)) => (world.slots[slot].take(), Some(slot)),
        Seen::Of(Of::Foreign) => (Some(foreign()), None),
    };
    let (Some(k), slot) = kept else {
        return "nothing".to_owned();
    };
    // What no machine runs has no scopes yet, whatever its parts say.
    world.unscoped = k.machine().is_none();
    let line = match mirror.of(&k) {
        Ok(view) => trace(view, world),
        Err(error) => format!("{error:?}"),
    };
    world.unscoped = false;
    if let Some(slot) = slot {
        world.slots[slot] = Some(k);
    }
    line
}

fn target(of: Of, world: &mut World) -> Option<Target<Lang>> {
    match of {
        Of::Own => Some(Target::Own),
        Of::Kept(slot) => world.slots[slot].take().map(Target::Given),
        Of::Foreign => Some(Target::Given(foreign())),
    }
}

/// A boundary of the tests' language, with a number of its own.
fn boundary(bound: &Bound, world: &mut World) -> Boundary<Lang> {
    world.boundaries += 1;
    let id = world.boundaries;
    if !bound.is_prompt() {
        let bound = bound.clone();
        return Boundary::Observer(Watcher {
            name: bound.name,
            id,
            watch: Rc::new(move |world, op| {
                let (word, made) = bound.observes(*op);
                world.log.push(word);
                match made {
                    Ok(same) if same == *op => Observed::Continue,
                    Ok(other) => Observed::Replace(other),
                    Err(n) => Observed::Raise(Fault::User(n)),
                }
            }),
        });
    }
    let mut prompt = match &bound.kind {
        Kind::Clause(clause) => Prompt::clause(bound.name, clause.clone()),
        Kind::Function(plus) => Prompt::function(bound.name, *plus),
        Kind::Keep(slot, code) => {
            let (slot, code) = (*slot, code.clone());
            Prompt::native(bound.name, move |world, op, k| {
                world.slots[slot] = Some(k);
                Handled::Run {
                    code: clause(code.clone(), Some(op)),
                    slot: None,
                }
            })
        }
        Kind::Native(decision) => {
            let decision = decision.clone();
            Prompt::native(bound.name, move |world, op, k| {
                decide(&decision, world, op, k)
            })
        }
        Kind::Watch | Kind::Rewrite(..) | Kind::Object(_) => unreachable!("these are observers"),
    };
    if bound.even {
        prompt = prompt.even();
    }
    if let Some(after) = &bound.finish {
        let (name, after) = (bound.name, after.clone());
        prompt = prompt.finish(move |world, answer| match answer {
            Ok(value) => done(&after, world, Op(name, value), Ok(value)),
            Err(error) => Handled::Raise(error),
        });
    }
    if let Some(after) = &bound.unwound {
        let (name, after) = (bound.name, after.clone());
        prompt = prompt
            .unwound(move |world, error| done(&after, world, Op(name, error.number()), Err(error)));
    }
    prompt.id = id;
    Boundary::Prompt(prompt)
}

fn done(after: &After, world: &mut World, op: Op, answer: Answer<Lang>) -> Handled<Lang> {
    let kept = match after {
        After::Next(slot) | After::Unwind(slot) => world.slots[*slot].take(),
        _ => None,
    };
    match (after, kept) {
        (After::Run(code), _) => Handled::Run {
            code: clause(code.clone(), Some(op)),
            slot: None,
        },
        (After::Perform(name), _) => Handled::Perform(Op(name, op.1)),
        (After::Next(_), Some(k)) => Handled::Transfer(k, Ok(op.1)),
        (After::Unwind(_), Some(k)) => Handled::Unwind(k, answer),
        (_, None) => match answer {
            Ok(value) => Handled::Return(value),
            Err(error) => Handled::Raise(error),
        },
    }
}

fn decide(decision: &Decision, world: &mut World, op: Op, k: K) -> Handled<Lang> {
    match decision {
        Decision::Pass => Handled::Pass(op, k),
        Decision::Transfer(n) => Handled::Transfer(k, Ok(op.1.wrapping_add(*n))),
        Decision::Throw(n) => Handled::Transfer(k, Err(Fault::User(*n))),
        Decision::With(e) => Handled::TransferWith(k, clause(e.clone(), Some(op))),
        Decision::Return(n) => Handled::Return(*n),
        Decision::Raise(n) => Handled::Raise(Fault::User(*n)),
        Decision::Unwind(n) => Handled::Unwind(k, Ok(*n)),
        Decision::Suspend(slot) => {
            world.slots[*slot] = Some(k);
            Handled::Suspend
        }
        Decision::Foreign => Handled::Transfer(foreign(), Ok(0)),
        Decision::Nest(bound, e) => {
            let code = clause(e.clone(), Some(op));
            let inner = Continuation::new([boundary(bound, world)], code);
            let answer = Ok(0);
            Handled::Nest(Box::new(Nest { k, inner, answer }))
        }
        Decision::Join(slot) => match world.slots[*slot].take() {
            Some(inner) => Handled::Nest(Box::new(Nest {
                k,
                inner,
                answer: Ok(op.1),
            })),
            None => Handled::Transfer(k, Ok(NOTHING)),
        },
        Decision::JoinForeign => Handled::Nest(Box::new(Nest {
            k,
            inner: foreign(),
            answer: Ok(0),
        })),
        Decision::Perform(slot, name) => {
            world.slots[*slot] = Some(k);
            Handled::Perform(Op(name, op.1))
        }
    }
}
