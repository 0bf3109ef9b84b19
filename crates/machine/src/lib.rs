//! kont-machine: effects, handlers and one-shot continuations, for any language.
mod continuation;
mod control;
mod dispatch;
mod domain;
mod error;
mod fiber;
#[cfg(any(test, feature = "invariants"))]
mod invariants;
mod run;
mod step;
#[cfg(test)]
mod tests;
mod unwind;
mod view;

pub use continuation::{Continuation, Part};
pub use domain::{Code, Domain, Handler, Observer, Slot};
pub use error::MachineError;
pub use fiber::{Base, Boundary, MachineId, ScopeId, Then};
pub use run::{Counters, Machine};
pub use step::{
    Answer, Control, Handled, Input, Observed, Outcome, Reflect, Step, Taking, Target, Unhandled,
};
pub use view::{FiberView, View};
