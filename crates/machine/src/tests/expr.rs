//! The expressions of the tests' language: integers, logs, effects, handlers, and every operation on continuations.

use std::rc::Rc;

/// An effect: its name, by which handlers find it, and its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Op(pub(crate) &'static str, pub(crate) i64);

/// How many numbered slots the world has for continuations that outlive their activation.
pub(crate) const SLOTS: usize = 3;

/// What an operation gives on what a slot holds, when the slot is empty.
pub(crate) const NOTHING: i64 = -1;

pub(crate) type E = Rc<Expr>;

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
    /// Installs a boundary around a body.
    Under(Bound, E),
    /// Resumes or transfers a continuation with what the expression says.
    Use(Of, Tail, Way, E),
    Unwind(Of),
    /// Abandons what a slot holds.
    Drop(usize),
    /// Puts a program that has not begun into a slot, under these boundaries, innermost first.
    Make(usize, Vec<Bound>, E),
    Pass,
    Delegate,
    /// Logs the chain from here outward, or a continuation.
    Look(Seen),
}

/// Which continuation an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// The activation's own.
    Own,
    /// The one in this slot.
    Kept(usize),
    /// One that another machine has captured.
    Foreign,
}

/// What a program looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Live,
    Of(Of),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    Resume,
    Transfer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Value,
    Throw,
    /// The expression itself is run where the continuation waits.
    With,
}

/// A boundary: what is installed, and around which effect.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// The effect that it is about; for an observer, the word that it logs.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Leaves effects with an odd argument to the handlers outside.
    pub(crate) even: bool,
    /// What becomes of the handled program's value.
    pub(crate) finish: Option<After>,
    /// What is done when the handled program was unwound; the argument says with which error.
    pub(crate) unwound: Option<After>,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A full handler: the clause runs as an activation that owns the continuation.
    Clause(E),
    /// A function handler: its answer is the argument plus this.
    Function(i64),
    /// A full handler that keeps the continuation in a slot, and then runs the clause.
    Keep(usize, E),
    /// A handler without code of its own.
    Native(Decision),
    /// An observer that logs.
    Watch,
    /// An observer that makes another effect of one.
    Rewrite(&'static str, &'static str),
    /// An observer that refuses an effect.
    Object(&'static str),
}

/// What a handler does when its program has ended.
#[derive(Clone, Debug)]
pub(crate) enum After {
    /// Runs this; its argument is what the program has ended with.
    Run(E),
    /// Goes on with what this slot holds, as a scheduler does, if there is something.
    Next(usize),
    /// Unwinds what this slot holds first, if there is something.
    Unwind(usize),
    /// Performs this outside.
    Perform(&'static str),
}

/// What a handler decides without running any code.
#[derive(Clone, Debug)]
pub(crate) enum Decision {
    Pass,
    /// Transfers the argument plus this.
    Transfer(i64),
    Throw(i64),
    With(E),
    /// The handled program's answer; its continuation is dropped.
    Return(i64),
    Raise(i64),
    /// Unwinds, and then gives this.
    Unwind(i64),
    /// Keeps the continuation, and nothing is run now.
    Suspend(usize),
    /// Drops its own continuation and goes on with one of another machine.
    Foreign,
    /// Runs a program under a boundary of its own at the performer's place.
    Nest(Box<Bound>, E),
    /// Resumes what this slot holds at the performer's place, or the performer if there is nothing.
    Join(usize),
    /// Tries to resume a continuation of another machine at the performer's place.
    JoinForeign,
    /// Keeps the continuation in this slot, and performs this outside.
    Perform(usize, &'static str),
}

impl Bound {
    pub(crate) fn new(name: &'static str, kind: Kind) -> Self {
        Bound {
            name,
            kind,
            even: false,
            finish: None,
            unwound: None,
        }
    }

    pub(crate) fn is_prompt(&self) -> bool {
        !matches!(self.kind, Kind::Watch | Kind::Rewrite(..) | Kind::Object(_))
    }

    /// Whether it handles the effect.
    pub(crate) fn handles(&self, op: Op) -> bool {
        self.is_prompt() && self.name == op.0 && !self.declines(op)
    }

    pub(crate) fn declines(&self, op: Op) -> bool {
        self.even && op.1 % 2 != 0
    }

    /// What an observer makes of an effect: what it logs, and the effect that goes on or the error that is raised.
    pub(crate) fn observes(&self, op: Op) -> (String, Result<Op, i64>) {
        let word = format!("{} {} {}", self.name, op.0, op.1);
        let made = match self.kind {
            Kind::Rewrite(from, to) if from == op.0 => Ok(Op(to, op.1.wrapping_add(1))),
            Kind::Object(name) if name == op.0 => Err(op.1),
            _ => Ok(op),
        };
        (word, made)
    }
}

/// What the host does with an effect that parks.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Value(i64),
    Throw(i64),
    With(E),
    Unwind,
}

/// The effect `p` parks when nobody handles it, and its argument decides what the host does.
pub(crate) fn reply(op: Op) -> Reply {
    match op.1.rem_euclid(7) {
        3 => Reply::Throw(op.1),
        5 => Reply::With(make::perform("a", make::int(op.1))),
        6 => Reply::Unwind,
        _ => Reply::Value(op.1.wrapping_add(7)),
    }
}

pub(crate) mod make {
    //! Short names for expressions.
    use super::{Bound, E, Expr, Kind, Of, Rc, Seen, Tail, Way};

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
        Rc::new(Expr::Unwind(Of::Own))
    }
    pub(crate) fn look() -> E {
        Rc::new(Expr::Look(Seen::Live))
    }
    pub(crate) fn under(name: &'static str, kind: Kind, body: E) -> E {
        Rc::new(Expr::Under(Bound::new(name, kind), body))
    }
    pub(crate) fn answer(op: &'static str, plus: i64, body: E) -> E {
        under(op, Kind::Function(plus), body)
    }
    pub(crate) fn handle(op: &'static str, clause: E, body: E) -> E {
        under(op, Kind::Clause(clause), body)
    }
    pub(crate) fn watch(word: &'static str, body: E) -> E {
        under(word, Kind::Watch, body)
    }
    /// Keeps the continuation of an effect in a slot, and runs a clause.
    pub(crate) fn keep(op: &'static str, slot: usize, clause: E, body: E) -> E {
        under(op, Kind::Keep(slot, clause), body)
    }
    pub(crate) fn log(word: &'static str, then: E) -> E {
        Rc::new(Expr::Log(word, then))
    }
    pub(crate) fn perform(op: &'static str, with: E) -> E {
        Rc::new(Expr::Do(op, with))
    }
    pub(crate) fn raise(e: E) -> E {
        Rc::new(Expr::Raise(e))
    }
    /// Uses what a slot holds.
    pub(crate) fn go(slot: usize, tail: Tail, way: Way, e: E) -> E {
        Rc::new(Expr::Use(Of::Kept(slot), tail, way, e))
    }
    macro_rules! own {
        ($($name:ident $tail:ident $way:ident)*) => {$(
            pub(crate) fn $name(e: E) -> E {
                Rc::new(Expr::Use(Of::Own, Tail::$tail, Way::$way, e))
            }
        )*};
    }
    own! {
        resume Resume Value transfer Transfer Value resume_throw Resume Throw
        transfer_throw Transfer Throw resume_with Resume With transfer_with Transfer With
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
