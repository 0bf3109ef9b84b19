//! The reference: a CEK machine with multi-prompt delimited control, slow and obvious.
//!
//! Its state is a *control* (an expression to evaluate, or an answer to give), an *environment* (the effect that the
//! enclosing clause handles) and a *continuation*: a list of segments, each a list of frames with a delimiter below
//! them. To capture is to split that list, to resume is to append. The rules below follow the words of `lib.rs`;
//! nothing here knows how the machine does it.

use super::expr::{
    After, Bound, Decision, E, Expr, Kind, NOTHING, Of, Op, Reply, SLOTS, Seen, Tail, Way, reply,
};
use super::language::Fault;
use crate::MachineError;

pub(crate) type Answer = Result<i64, Fault>;
/// The effect that the enclosing clause handles.
type Env = Option<Op>;
/// Outermost segment first.
type Kont = Vec<Segment>;

enum Control {
    Eval(E, Env),
    Give(Answer),
}
use Control::{Eval, Give};

/// Frames, the innermost last, and what delimits them.
struct Segment {
    frames: Vec<Frame>,
    base: Base,
    /// It belongs to a continuation that is unwound.
    unwound: bool,
}

struct Frame {
    work: Work,
    env: Env,
    /// It is unwound, and has not been told yet.
    doomed: bool,
}

/// What a frame does with the value that it waits for.
enum Work {
    /// Nothing has begun yet; whether a program was put on top of it, which goes on first.
    Start(E, bool),
    Add(E),
    Plus(i64),
    Seq(E),
    Do(&'static str),
    Raise,
    Use(Of, Tail, Way),
    Try(E),
    Finally(E),
    Cleaned(Answer),
}

enum Base {
    Plain,
    /// A boundary, with its number.
    Boundary(u64, Bound),
    /// A handler at work, the number of its boundary, and its continuation if it still has it.
    Activation(u64, Option<Kont>),
    /// A computation that has ended, but for the unwinding of a continuation.
    Ending(Then),
}

/// What happens when an unwinding is over.
enum Then {
    Answer(Answer),
    Transfer(Kont, Answer),
    TransferWith(Kont, E, Env),
}

#[derive(Default)]
struct Cek {
    kont: Kont,
    slots: [Option<Kont>; SLOTS],
    boundaries: u64,
    log: Vec<String>,
    /// What a trace would be told.
    events: Vec<String>,
}

impl Segment {
    fn new(base: Base) -> Self {
        Segment {
            frames: Vec::new(),
            base,
            unwound: false,
        }
    }
}

/// Programs that are deeper than this are too deep: some have no end.
const DEEPEST: usize = 300;

/// What an expression ends with, and its log. `None` if that takes more than this many steps, or grows too deep.
pub(crate) fn evaluate(expr: E, steps: u32) -> Option<(Answer, Vec<String>)> {
    evaluate_and_tell(expr, steps).map(|(answer, log, _)| (answer, log))
}

/// The same, with the events that a trace is told.
pub(crate) fn evaluate_and_tell(expr: E, steps: u32) -> Option<(Answer, Vec<String>, Vec<String>)> {
    let mut cek = Cek::default();
    cek.kont.push(Segment::new(Base::Plain));
    let mut control = Eval(expr, None);
    for _ in 0..steps {
        if cek.kont.len() > DEEPEST {
            return None;
        }
        control = match control {
            Eval(expr, env) => cek.eval(&expr, env),
            Give(answer) if cek.kont.is_empty() => {
                cek.tell(format!("done {}", ending(&answer)));
                return Some((answer, cek.log, cek.events));
            }
            Give(answer) => cek.give(answer),
        };
    }
    None
}

/// A word for how something ends.
fn ending(answer: &Answer) -> &'static str {
    match answer {
        Ok(_) => "value",
        Err(_) => "error",
    }
}

impl Cek {
    fn tell(&mut self, event: String) {
        self.events.push(event);
    }

    fn push(&mut self, work: Work, env: Env) {
        let innermost = self.kont.last_mut().expect("code runs in a segment");
        innermost.frames.push(Frame {
            work,
            env,
            doomed: false,
        });
    }

    /// Evaluates an expression, whose value this work waits for.
    fn first(&mut self, expr: &E, env: Env, work: Work) -> Control {
        self.push(work, env);
        Eval(expr.clone(), env)
    }

    fn eval(&mut self, expr: &E, env: Env) -> Control {
        match &**expr {
            Expr::Int(n) => Give(Ok(*n)),
            Expr::Arg => Give(Ok(env.map_or(0, |op| op.1))),
            Expr::Add(a, b) => self.first(a, env, Work::Add(b.clone())),
            Expr::Seq(a, b) => self.first(a, env, Work::Seq(b.clone())),
            Expr::Log(word, then) => {
                self.log.push((*word).to_owned());
                Eval(then.clone(), env)
            }
            Expr::Do(name, e) => self.first(e, env, Work::Do(name)),
            Expr::Raise(e) => self.first(e, env, Work::Raise),
            Expr::Try(a, b) => self.first(a, env, Work::Try(b.clone())),
            Expr::Finally(a, b) => self.first(a, env, Work::Finally(b.clone())),
            Expr::Under(bound, body) => {
                let boundary = self.boundary(bound);
                self.kont.push(boundary);
                self.tell(format!("installed {}", self.boundaries));
                Eval(body.clone(), env)
            }
            Expr::Use(of, tail, Way::With, e) => match self.target(*of) {
                Err(instead) => Give(instead),
                Ok(k) => self.go(*tail, Then::TransferWith(k, e.clone(), env)),
            },
            Expr::Use(of, tail, way, e) => self.first(e, env, Work::Use(*of, *tail, *way)),
            Expr::Unwind(of) => match self.target(*of) {
                Err(instead) => Give(instead),
                Ok(k) => self.unwind(k, Then::Answer(Ok(0))),
            },
            Expr::Drop(slot) => {
                self.slots[*slot] = None;
                Give(Ok(0))
            }
            Expr::Make(slot, bounds, e) => {
                let mut kont: Kont = bounds.iter().map(|bound| self.boundary(bound)).collect();
                kont.reverse();
                if kont.is_empty() {
                    kont.push(Segment::new(Base::Plain));
                }
                let innermost = kont.last_mut().expect("at least one was pushed");
                innermost.frames.push(Frame {
                    work: Work::Start(e.clone(), false),
                    env,
                    doomed: false,
                });
                self.slots[*slot] = Some(kont);
                Give(Ok(0))
            }
            Expr::Pass => match self.target(Of::Own) {
                Err(instead) => Give(instead),
                Ok(k) => {
                    // The handler is gone, as if it had not matched.
                    self.leave_activation();
                    self.tell("forwarded".to_owned());
                    self.dispatch(env.unwrap_or(Op("none", 0)), k)
                }
            },
            Expr::Delegate => {
                self.tell("delegated".to_owned());
                self.dispatch(env.unwrap_or(Op("none", 0)), Vec::new())
            }
            Expr::Look(seen) => {
                let line = match (seen, self.kont.last()) {
                    (Seen::Live, _) => trace(&self.kont),
                    (
                        Seen::Of(Of::Own),
                        Some(Segment {
                            base: Base::Activation(_, Some(k)),
                            ..
                        }),
                    ) => trace(k),
                    (Seen::Of(Of::Own), _) => "nothing".to_owned(),
                    (Seen::Of(Of::Kept(slot)), _) => match &self.slots[*slot] {
                        Some(k) => trace(k),
                        None => "nothing".to_owned(),
                    },
                    (Seen::Of(Of::Foreign), _) => "ForeignContinuation".to_owned(),
                };
                self.log.push(format!("look {line}"));
                Give(Ok(0))
            }
        }
    }

    fn boundary(&mut self, bound: &Bound) -> Segment {
        self.boundaries += 1;
        Segment::new(Base::Boundary(self.boundaries, bound.clone()))
    }

    /// Gives an answer to the innermost frame, or to the delimiter when there is no frame above it.
    fn give(&mut self, mut answer: Answer) -> Control {
        let segment = self.kont.last_mut().expect("somebody waits");
        match segment.frames.pop() {
            Some(frame) => {
                if frame.doomed && answer.is_ok() {
                    answer = Err(Fault::Unwind);
                }
                self.work(frame.work, frame.env, answer)
            }
            None => {
                if segment.unwound && answer.is_ok() {
                    answer = Err(Fault::Unwind);
                }
                let segment = self.kont.pop().expect("it was there");
                self.end(segment, answer)
            }
        }
    }

    fn work(&mut self, work: Work, env: Env, answer: Answer) -> Control {
        match (work, answer) {
            (Work::Try(b), Err(_)) => Eval(b, env),
            (Work::Finally(b), answer) => self.first(&b, env, Work::Cleaned(answer)),
            (_, Err(fault)) => Give(Err(fault)),
            (Work::Start(e, _), Ok(_)) => Eval(e, env),
            (Work::Add(b), Ok(n)) => self.first(&b, env, Work::Plus(n)),
            (Work::Plus(a), Ok(b)) => Give(Ok(a.wrapping_add(b))),
            (Work::Seq(b), Ok(_)) => Eval(b, env),
            (Work::Raise, Ok(n)) => Give(Err(Fault::User(n))),
            (Work::Try(_), Ok(n)) => Give(Ok(n)),
            (Work::Cleaned(answer), Ok(_)) => Give(answer),
            (Work::Do(name), Ok(n)) => self.perform(Op(name, n)),
            (Work::Use(of, tail, way), Ok(n)) => match self.target(of) {
                Err(instead) => Give(instead),
                Ok(k) => {
                    let answer = if way == Way::Throw {
                        Err(Fault::User(n))
                    } else {
                        Ok(n)
                    };
                    self.go(tail, Then::Transfer(k, answer))
                }
            },
        }
    }

    /// The last frame of a segment has ended.
    fn end(&mut self, segment: Segment, answer: Answer) -> Control {
        match &segment.base {
            Base::Boundary(id, _) if segment.unwound => self.tell(format!("unwound {id}")),
            Base::Boundary(id, _) => self.tell(format!("returned {id} {}", ending(&answer))),
            Base::Activation(id, _) => self.tell(format!("deactivated {id}")),
            Base::Plain | Base::Ending(_) => {}
        }
        match (segment.base, answer) {
            (Base::Boundary(id, bound), Err(fault)) if segment.unwound => self.after(
                id,
                bound.unwound,
                Op(bound.name, fault.number()),
                Err(fault),
            ),
            (Base::Boundary(id, bound), Ok(n)) => {
                self.after(id, bound.finish, Op(bound.name, n), Ok(n))
            }
            (Base::Boundary(..), answer) => Give(answer),
            (Base::Plain | Base::Activation(_, None), answer) => Give(answer),
            // It never used its continuation. What it raised is raised at the performer.
            (Base::Activation(_, Some(k)), Err(fault)) if !segment.unwound => {
                self.kont.extend(k);
                Give(Err(fault))
            }
            (Base::Activation(_, Some(k)), answer) => self.unwind(k, Then::Answer(answer)),
            (Base::Ending(then), answer) => {
                let instead = match (answer, &then) {
                    // A clean-up has failed.
                    (Err(fault), _) if fault != Fault::Unwind => fault,
                    (_, Then::Answer(_)) => return self.last(then),
                    // What waited for the unwinding is itself unwound.
                    _ if segment.unwound => Fault::Unwind,
                    _ => return self.last(then),
                };
                match then {
                    Then::Answer(_) => Give(Err(instead)),
                    Then::Transfer(k, _) | Then::TransferWith(k, ..) => {
                        self.unwind(k, Then::Answer(Err(instead)))
                    }
                }
            }
        }
    }

    /// What a handler does when its program has ended.
    fn after(&mut self, id: u64, after: Option<After>, op: Op, answer: Answer) -> Control {
        match after {
            None => Give(answer),
            Some(After::Run(clause)) => self.run(id, clause, op, None),
            Some(After::Perform(name)) => self.perform_outside(Op(name, op.1)),
            Some(After::Next(slot)) => match self.slots[slot].take() {
                Some(k) => self.last(Then::Transfer(k, Ok(op.1))),
                None => Give(answer),
            },
            Some(After::Unwind(slot)) => match self.slots[slot].take() {
                Some(k) => self.unwind(k, Then::Answer(answer)),
                None => Give(answer),
            },
        }
    }

    /// Runs a clause as an activation.
    fn run(&mut self, id: u64, clause: E, op: Op, k: Option<Kont>) -> Control {
        self.kont.push(Segment::new(Base::Activation(id, k)));
        self.tell(format!("activated {id}"));
        Eval(clause, Some(op))
    }

    /// A handler performs an effect, whose answer is that of its program.
    fn perform_outside(&mut self, op: Op) -> Control {
        // Outside of everything there is an empty program.
        if self.kont.is_empty() {
            self.kont.push(Segment::new(Base::Plain));
        }
        self.perform(op)
    }

    /// Shows an effect to the observers, innermost first, and then finds its handler.
    fn perform(&mut self, mut op: Op) -> Control {
        self.events.push(format!("performed {} {}", op.0, op.1));
        for segment in self.kont.iter().rev() {
            let Base::Boundary(id, bound) = &segment.base else {
                continue;
            };
            if bound.is_prompt() {
                continue;
            }
            let (word, made) = bound.observes(op);
            self.log.push(word);
            match made {
                Ok(same) if same == op => {}
                Ok(other) => {
                    op = other;
                    self.events
                        .push(format!("rewritten {id} {} {}", op.0, op.1));
                }
                Err(n) => return Give(Err(Fault::User(n))),
            }
        }
        self.dispatch(op, Vec::new())
    }

    /// Finds the nearest handler outside of what is captured already.
    fn dispatch(&mut self, op: Op, mut captured: Kont) -> Control {
        loop {
            let found = self.kont.iter().rposition(
                |segment| matches!(&segment.base, Base::Boundary(_, bound) if bound.handles(op)),
            );
            let Some(at) = found else {
                self.kont.extend(captured);
                return self.unhandled(op);
            };
            let Base::Boundary(id, bound) = &self.kont[at].base else {
                unreachable!("a boundary was found");
            };
            let (id, kind) = (*id, bound.kind.clone());
            if let Kind::Function(plus) = kind {
                self.tell(format!("answered {id}"));
                self.kont.extend(captured);
                return Give(Ok(op.1.wrapping_add(plus)));
            }
            self.tell(format!("dispatched {id}"));
            let mut k = self.kont.split_off(at);
            k.extend(captured);
            return match kind {
                Kind::Clause(clause) => self.run(id, clause, op, Some(k)),
                Kind::Keep(slot, clause) => {
                    self.slots[slot] = Some(k);
                    self.run(id, clause, op, None)
                }
                Kind::Native(Decision::Pass) => {
                    self.tell("forwarded".to_owned());
                    captured = k;
                    continue;
                }
                Kind::Native(decision) => self.decide(decision, op, k),
                _ => unreachable!("only these handle"),
            };
        }
    }

    fn unhandled(&mut self, op: Op) -> Control {
        if op.0 == "p" {
            self.tell("parked".to_owned());
            return self.park(op);
        }
        self.tell("unhandled".to_owned());
        let prompts = self.kont.iter().filter(|segment| segment.is_prompt());
        let fault = Fault::Unhandled(op.0, prompts.count());
        self.complain(MachineError::Unhandled, fault)
    }

    fn decide(&mut self, decision: Decision, op: Op, k: Kont) -> Control {
        match decision {
            Decision::Pass => self.dispatch(op, k),
            Decision::Transfer(n) => self.last(Then::Transfer(k, Ok(op.1.wrapping_add(n)))),
            Decision::Throw(n) => self.last(Then::Transfer(k, Err(Fault::User(n)))),
            Decision::With(e) => self.last(Then::TransferWith(k, e, Some(op))),
            Decision::Return(n) => Give(Ok(n)),
            Decision::Raise(n) => Give(Err(Fault::User(n))),
            Decision::Unwind(n) => self.unwind(k, Then::Answer(Ok(n))),
            Decision::Suspend(slot) => {
                self.slots[slot] = Some(k);
                self.idle()
            }
            Decision::Foreign => self.refuse(),
            Decision::Nest(bound, e) => {
                let boundary = self.boundary(&bound);
                self.kont.extend(k);
                // It is unstarted, and started by a value.
                self.tell("spawned".to_owned());
                self.tell("transferred value".to_owned());
                self.kont.push(boundary);
                Eval(e, Some(op))
            }
            Decision::Join(slot) => {
                self.kont.extend(k);
                match self.slots[slot].take() {
                    Some(inner) => self.last(Then::Transfer(inner, Ok(op.1))),
                    None => self.last(Then::Transfer(Vec::new(), Ok(NOTHING))),
                }
            }
            // Its own continuation is dropped.
            Decision::JoinForeign => self.refuse(),
            Decision::Perform(slot, name) => {
                self.slots[slot] = Some(k);
                self.perform_outside(Op(name, op.1))
            }
        }
    }

    /// The host answers an effect that nobody handles.
    fn park(&mut self, op: Op) -> Control {
        let chain = trace(&self.kont);
        self.log
            .push(format!("parked {} {} at {chain}", op.0, op.1));
        match reply(op) {
            Reply::Value(n) => Give(Ok(n)),
            Reply::Throw(n) => Give(Err(Fault::User(n))),
            Reply::With(e) => Eval(e, None),
            Reply::Unwind => {
                let k = std::mem::take(&mut self.kont);
                self.unwind(k, Then::Answer(Ok(0)))
            }
        }
    }

    /// Nothing runs: the host goes on with the first continuation that somebody keeps.
    fn idle(&mut self) -> Control {
        self.log.push("idle".to_owned());
        let (slot, k) = self
            .slots
            .iter_mut()
            .enumerate()
            .find_map(|(slot, kept)| Some((slot, kept.take()?)))
            .expect("one was kept just now");
        self.kont.extend(k);
        Give(Ok(slot as i64 + 20))
    }

    fn refuse(&mut self) -> Control {
        let error = MachineError::ForeignContinuation;
        self.complain(error, Fault::Machine(error))
    }

    fn complain(&mut self, error: MachineError, fault: Fault) -> Control {
        let chain = trace(&self.kont);
        self.log.push(format!("{error:?} at {chain}"));
        Give(Err(fault))
    }

    /// The continuation that is meant, or what whoever asked is given instead.
    fn target(&mut self, of: Of) -> Result<Kont, Answer> {
        let error = match (of, self.kont.last_mut()) {
            (Of::Kept(slot), _) => return self.slots[slot].take().ok_or(Ok(NOTHING)),
            (Of::Foreign, _) => MachineError::ForeignContinuation,
            (Of::Own, Some(segment)) => match &mut segment.base {
                Base::Activation(_, own) => match own.take() {
                    Some(k) => return Ok(k),
                    None => MachineError::ContinuationUsed,
                },
                _ => MachineError::NotInHandler,
            },
            (Of::Own, None) => MachineError::NotInHandler,
        };
        let chain = trace(&self.kont);
        self.log.push(format!("{error:?} at {chain}"));
        Err(Err(Fault::Machine(error)))
    }

    /// Goes on with a continuation: on top of whoever asked, or in place of its activation.
    fn go(&mut self, tail: Tail, then: Then) -> Control {
        if tail == Tail::Resume {
            let (with, control) = self.attach(then);
            self.tell(format!("resumed {with}"));
            return control;
        }
        match self.leave_activation() {
            // It ends without having used its own.
            Some(own) => self.unwind(own, then),
            None => self.last(then),
        }
    }

    /// Cuts the activation to which the code that asks belongs, if it belongs to one. Gives what it still owned.
    fn leave_activation(&mut self) -> Option<Kont> {
        let Some(Segment {
            base: Base::Activation(id, own),
            ..
        }) = self.kont.last_mut()
        else {
            return None;
        };
        let (id, own) = (*id, own.take());
        self.kont.pop();
        self.tell(format!("deactivated {id}"));
        own
    }

    /// Does what a computation does last, at the place that it has left.
    fn last(&mut self, then: Then) -> Control {
        if let Then::Answer(answer) = then {
            return Give(answer);
        }
        let (with, control) = self.attach(then);
        self.tell(format!("transferred {with}"));
        control
    }

    /// Appends a continuation, and gives what it goes on with, in a word and as it is.
    fn attach(&mut self, then: Then) -> (&'static str, Control) {
        match then {
            Then::Answer(answer) => (ending(&answer), Give(answer)),
            Then::Transfer(k, answer) => {
                let innermost = k.last().and_then(|segment| segment.frames.last());
                let begins =
                    matches!(innermost, Some(frame) if matches!(frame.work, Work::Start(_, false)));
                self.kont.extend(k);
                if begins && answer.is_ok() {
                    self.tell("spawned".to_owned());
                }
                (ending(&answer), Give(answer))
            }
            Then::TransferWith(k, e, env) => {
                self.kont.extend(k);
                let innermost = self.kont.last_mut().and_then(|it| it.frames.last_mut());
                if let Some(Work::Start(_, covered)) = innermost.map(|frame| &mut frame.work) {
                    *covered = true;
                }
                ("program", Eval(e, env))
            }
        }
    }

    /// Throws the unwinding into every frame of a continuation, and then does something.
    fn unwind(&mut self, k: Kont, then: Then) -> Control {
        self.kont.push(Segment::new(Base::Ending(then)));
        for mut segment in k {
            segment.unwound = true;
            for frame in &mut segment.frames {
                frame.doomed = true;
            }
            self.kont.push(segment);
        }
        self.tell("unwinding".to_owned());
        Give(Err(Fault::Unwind))
    }
}

impl Segment {
    fn is_prompt(&self) -> bool {
        matches!(&self.base, Base::Boundary(_, bound) if bound.is_prompt())
    }
}

/// One line for a continuation, innermost first: what `super::trace` makes of the machine's.
fn trace(kont: &Kont) -> String {
    let segments = kont.iter().rev().filter_map(|segment| {
        let mut words: Vec<String> = segment.frames.iter().rev().map(label).collect();
        let base = match &segment.base {
            Base::Plain if words.is_empty() => return None,
            Base::Plain => "plain".to_owned(),
            Base::Boundary(id, bound) => format!("{}:{id}", bound.name),
            Base::Activation(_, None) => "used".to_owned(),
            Base::Activation(_, Some(_)) => "owner".to_owned(),
            Base::Ending(_) => "ending".to_owned(),
        };
        words.push(format!("{base}{}", if segment.unwound { "~" } else { "" }));
        Some(words.join(" "))
    });
    segments.collect::<Vec<_>>().join(" | ")
}

fn label(frame: &Frame) -> String {
    let word = match frame.work {
        Work::Start(..) => "start",
        Work::Add(_) => "add",
        Work::Plus(_) => "plus",
        Work::Seq(_) => "seq",
        Work::Do(_) => "do",
        Work::Raise => "raise",
        Work::Use(..) => "use",
        Work::Try(_) => "try",
        Work::Finally(_) => "finally",
        Work::Cleaned(_) => "cleaned",
    };
    format!("{word}{}", if frame.doomed { "!" } else { "" })
}
