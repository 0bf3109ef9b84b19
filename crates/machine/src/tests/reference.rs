//! A reference evaluator: one stack of frames, continuations cut out of it by copying, slow and obvious.

use super::language::{E, Expr, Fault, Op};
use crate::MachineError;

type Answer = Result<i64, Fault>;

#[derive(Clone)]
enum Kind {
    Add(E),
    Plus(i64),
    Seq(E),
    Do(&'static str),
    Raise,
    Resume { tail: bool, throw: bool },
    Try(E),
    Finally(E),
    Cleaned(Answer),
    // The bases of fibers.
    Handler(&'static str, E),
    Function(&'static str, i64),
    Watch(&'static str),
    Activation(Option<Vec<Frame>>),
    Ending(Answer),
}

#[derive(Clone)]
struct Frame {
    kind: Kind,
    /// The effect that the clause around it handles.
    op: Option<Op>,
    /// It is unwound, and has not been told yet.
    doomed: bool,
    /// It is part of what was unwound.
    unwound: bool,
}

impl Frame {
    fn is_base(&self) -> bool {
        matches!(
            self.kind,
            Kind::Handler(..)
                | Kind::Function(..)
                | Kind::Watch(_)
                | Kind::Activation(_)
                | Kind::Ending(_)
        )
    }

    fn is_prompt(&self) -> bool {
        matches!(self.kind, Kind::Handler(..) | Kind::Function(..))
    }

    fn handles(&self, op: Op) -> bool {
        matches!(self.kind, Kind::Handler(name, _) | Kind::Function(name, _) if name == op.0)
    }
}

enum Now {
    Eval(E, Option<Op>),
    Give(Answer),
}

#[derive(Default)]
struct Evaluator {
    stack: Vec<Frame>,
    log: Vec<String>,
}

/// What an expression ends with, and its log. `None` if it takes more than this many steps. Effects named `p` are
/// answered by the host with their argument plus 7.
pub(crate) fn evaluate(expr: E, steps: u32) -> Option<(Answer, Vec<String>)> {
    let mut evaluator = Evaluator::default();
    let mut now = Now::Eval(expr, None);
    for _ in 0..steps {
        now = match now {
            Now::Eval(expr, op) => evaluator.eval(&expr, op),
            Now::Give(answer) => match evaluator.stack.pop() {
                None => return Some((answer, evaluator.log)),
                Some(frame) => evaluator.give(frame, answer),
            },
        };
    }
    None
}

impl Evaluator {
    fn push(&mut self, kind: Kind, op: Option<Op>) {
        self.stack.push(Frame {
            kind,
            op,
            doomed: false,
            unwound: false,
        });
    }

    fn under(&mut self, kind: Kind, op: Option<Op>, inner: &E) -> Now {
        self.push(kind, op);
        Now::Eval(inner.clone(), op)
    }

    fn eval(&mut self, expr: &E, op: Option<Op>) -> Now {
        match &**expr {
            Expr::Int(n) => Now::Give(Ok(*n)),
            Expr::Arg => Now::Give(Ok(op.map_or(0, |op| op.1))),
            Expr::Add(a, b) => self.under(Kind::Add(b.clone()), op, a),
            Expr::Seq(a, b) => self.under(Kind::Seq(b.clone()), op, a),
            Expr::Log(word, then) => {
                self.log.push((*word).to_owned());
                Now::Eval(then.clone(), op)
            }
            Expr::Do(name, e) => self.under(Kind::Do(name), op, e),
            Expr::Raise(e) => self.under(Kind::Raise, op, e),
            Expr::Resume(e) => self.under(
                Kind::Resume {
                    tail: false,
                    throw: false,
                },
                op,
                e,
            ),
            Expr::Transfer(e) => self.under(
                Kind::Resume {
                    tail: true,
                    throw: false,
                },
                op,
                e,
            ),
            Expr::ResumeThrow(e) => self.under(
                Kind::Resume {
                    tail: false,
                    throw: true,
                },
                op,
                e,
            ),
            Expr::TransferThrow(e) => self.under(
                Kind::Resume {
                    tail: true,
                    throw: true,
                },
                op,
                e,
            ),
            Expr::Try(a, b) => self.under(Kind::Try(b.clone()), op, a),
            Expr::Finally(a, b) => self.under(Kind::Finally(b.clone()), op, a),
            Expr::Handle(name, clause, body) => {
                self.under(Kind::Handler(name, clause.clone()), op, body)
            }
            Expr::Answer(name, plus, body) => self.under(Kind::Function(name, *plus), op, body),
            Expr::Watch(word, body) => self.under(Kind::Watch(word), op, body),
            Expr::ResumeWith(e) => self.reinstate(false, Now::Eval(e.clone(), op)),
            Expr::TransferWith(e) => self.reinstate(true, Now::Eval(e.clone(), op)),
            Expr::Unwind => match self.own() {
                Err(fault) => Now::Give(Err(fault)),
                Ok(k) => self.unwind(k, Ok(0)),
            },
            Expr::Pass => match self.own() {
                Err(fault) => Now::Give(Err(fault)),
                Ok(k) => {
                    self.cut();
                    let below = self.stack.len();
                    self.stack.extend(k);
                    self.dispatch(op.unwrap_or(Op("none", 0)), below)
                }
            },
            Expr::Delegate => self.dispatch(op.unwrap_or(Op("none", 0)), self.stack.len()),
        }
    }

    fn give(&mut self, frame: Frame, mut answer: Answer) -> Now {
        if frame.doomed && answer.is_ok() {
            answer = Err(Fault::Unwind);
        }
        let op = frame.op;
        match (frame.kind, answer) {
            (Kind::Try(b), Err(_)) => Now::Eval(b, op),
            (Kind::Finally(b), answer) => {
                self.stack.push(Frame {
                    kind: Kind::Cleaned(answer),
                    doomed: false,
                    ..frame
                });
                Now::Eval(b, op)
            }
            (Kind::Activation(None), answer) => Now::Give(answer),
            (Kind::Activation(Some(k)), answer) => {
                if frame.unwound || answer.is_ok() {
                    self.unwind(k, answer)
                } else {
                    self.stack.extend(k);
                    Now::Give(answer)
                }
            }
            (Kind::Ending(_), Err(fault)) if fault != Fault::Unwind => Now::Give(Err(fault)),
            (Kind::Ending(answer), _) => Now::Give(answer),
            (_, Err(fault)) => Now::Give(Err(fault)),
            (Kind::Add(b), Ok(n)) => {
                self.stack.push(Frame {
                    kind: Kind::Plus(n),
                    doomed: false,
                    ..frame
                });
                Now::Eval(b, op)
            }
            (Kind::Plus(a), Ok(b)) => Now::Give(Ok(a.wrapping_add(b))),
            (Kind::Seq(b), Ok(_)) => Now::Eval(b, op),
            (Kind::Raise, Ok(n)) => Now::Give(Err(Fault::User(n))),
            (Kind::Cleaned(answer), Ok(_)) => Now::Give(answer),
            (Kind::Resume { tail, throw }, Ok(n)) => self.reinstate(
                tail,
                Now::Give(if throw { Err(Fault::User(n)) } else { Ok(n) }),
            ),
            (Kind::Do(name), Ok(n)) => {
                for frame in self.stack.iter().rev() {
                    if let Kind::Watch(word) = frame.kind {
                        self.log.push(format!("{word} {name} {n}"));
                    }
                }
                self.dispatch(Op(name, n), self.stack.len())
            }
            (Kind::Try(_) | Kind::Handler(..) | Kind::Function(..) | Kind::Watch(_), Ok(n)) => {
                Now::Give(Ok(n))
            }
        }
    }

    /// Finds the nearest handler among the outermost frames, this many.
    fn dispatch(&mut self, op: Op, among: usize) -> Now {
        let Some(at) = self.stack[..among]
            .iter()
            .rposition(|frame| frame.handles(op))
        else {
            if op.0 == "p" {
                return Now::Give(Ok(op.1.wrapping_add(7)));
            }
            let handlers = self.stack.iter().filter(|frame| frame.is_prompt()).count();
            return Now::Give(Err(Fault::Unhandled(op.0, handlers)));
        };
        match self.stack[at].kind.clone() {
            Kind::Function(_, plus) => Now::Give(Ok(op.1.wrapping_add(plus))),
            Kind::Handler(_, clause) => {
                let k = self.stack.split_off(at);
                self.push(Kind::Activation(Some(k)), Some(op));
                Now::Eval(clause, Some(op))
            }
            _ => unreachable!("only these two handle"),
        }
    }

    /// The continuation of the activation whose own segment this is.
    fn own(&mut self) -> Result<Vec<Frame>, Fault> {
        match self.stack.iter_mut().rev().find(|frame| frame.is_base()) {
            Some(Frame {
                kind: Kind::Activation(slot),
                ..
            }) => slot
                .take()
                .ok_or(Fault::Machine(MachineError::ContinuationUsed)),
            _ => Err(Fault::Machine(MachineError::NotInHandler)),
        }
    }

    /// Cuts the activation off, to its base.
    fn cut(&mut self) {
        while let Some(frame) = self.stack.pop() {
            if frame.is_base() {
                return;
            }
        }
    }

    fn reinstate(&mut self, tail: bool, then: Now) -> Now {
        match self.own() {
            Err(fault) => Now::Give(Err(fault)),
            Ok(k) => {
                if tail {
                    self.cut();
                }
                self.stack.extend(k);
                then
            }
        }
    }

    fn unwind(&mut self, k: Vec<Frame>, then: Answer) -> Now {
        self.push(Kind::Ending(then), None);
        self.stack.extend(k.into_iter().map(|frame| Frame {
            doomed: true,
            unwound: true,
            ..frame
        }));
        Now::Give(Err(Fault::Unwind))
    }
}
