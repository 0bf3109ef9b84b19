//! kont-machine: effects, handlers and one-shot continuations, for any language.
//!
//! A program never does a side effect: it *performs an effect* and is thereby suspended. What comes out is the effect
//! and a [`Continuation`]: the rest of the program, as one value. A *handler* decides what becomes of both. This crate
//! is that one mechanism, for any language: pure, safe Rust, with no dependency, no input or output, no clock and no
//! thread.
//!
//! # How a language sits on it
//!
//! A language implements [`Domain`]: its values, its errors, its effects, its code, its handlers. A [`Code`] is
//! anything that can be resumed with an [`Input`] and gives a [`Step`]: it has ended, or it performs an effect, calls
//! another code, installs a handler, asks for an operation on continuations ([`Control`]). The host makes a
//! [`Machine`], starts a code and drives it with [`Machine::run`], lending the domain's [`Domain::Context`] to each
//! step. The folder `examples` has a state handler, a generator, exceptions and a scheduler.
//!
//! ```
//! use machine::{
//!     Boundary, Code, Continuation, Domain, Handled, Handler, Input, Key, Machine, MachineError,
//!     Outcome, Step, Unhandled, View,
//! };
//!
//! /// The only effect of this language, the handler that answers it, and a program that adds one to the answer.
//! struct Ask;
//! struct Answers(i64);
//! struct AddOne;
//!
//! impl Code<Lang> for AddOne {
//!     fn resume(&mut self, _: &mut (), input: Input<Lang>) -> Step<Lang> {
//!         match input {
//!             Input::Start => Step::Perform(Ask),
//!             Input::Value(value) => Step::Return(value + 1),
//!             Input::Error(error) => Step::Raise(error),
//!         }
//!     }
//! }
//!
//! impl Handler<Lang> for Answers {
//!     fn accepts(&self, _: &mut (), _: &Ask) -> bool {
//!         true
//!     }
//!     fn handle(&self, _: &mut (), _: Ask, k: Continuation<Lang>) -> Handled<Lang> {
//!         Handled::Transfer(k, Ok(self.0))
//!     }
//! }
//!
//! struct Lang;
//!
//! impl Domain for Lang {
//!     type Value = i64;
//!     type Error = String;
//!     type Effect = Ask;
//!     type Code = AddOne;
//!     type Handler = Answers;
//!     type Observer = std::convert::Infallible;
//!     type Slot = Option<Continuation<Lang>>;
//!     type Context<'c> = ();
//!
//!     fn key(_: &mut (), _: &Ask) -> Option<Key> {
//!         Some(Key(0))
//!     }
//!     fn unit(_: &mut ()) -> i64 {
//!         0
//!     }
//!     fn machine_error(_: &mut (), error: MachineError, _: Option<Ask>, _: View<'_, Lang>) -> String {
//!         error.to_string()
//!     }
//!     fn unwind_error(_: &mut ()) -> String {
//!         "unwound".to_owned()
//!     }
//!     fn is_unwind(_: &mut (), error: &String) -> bool {
//!         error == "unwound"
//!     }
//!     fn on_unhandled(_: &mut (), _: &Ask) -> Unhandled {
//!         Unhandled::Park
//!     }
//! }
//!
//! let mut machine = Machine::<Lang>::new();
//! let handled = Continuation::new([Boundary::Prompt(Answers(41))], AddOne);
//! machine.resume(handled, Ok(0))?;
//! assert!(matches!(machine.run(&mut (), u64::MAX), Outcome::Done(Ok(42))));
//!
//! // What no handler answers is the host's: it answers when it likes.
//! machine.start(AddOne)?;
//! let Outcome::Parked { effect: Ask, k } = machine.run(&mut (), u64::MAX) else {
//!     panic!("nobody answers");
//! };
//! machine.resume(k, Ok(6))?;
//! assert!(matches!(machine.run(&mut (), u64::MAX), Outcome::Done(Ok(7))));
//! # Ok::<(), MachineError>(())
//! ```
//!
//! # The picture
//!
//! A *fiber* is a stack of codes, each waiting for the next, with a [`Base`] below them: a handler's or observer's
//! installation, an activation of a handler, or nothing. Each fiber has one parent, so that what runs is a chain:
//!
//! ```text
//!   current                                                                      outermost
//!   [ body, helper ] ──▶ [ prompt of State: program ] ──▶ [ prompt of Ask: ... ] ──▶ [ plain: main ]
//!          │                                                        │
//!          └── performs Ask: the search goes outward ───────────────┘ this one accepts it
//!
//!   the chain up to and including that prompt is cut off: it is the continuation.
//!   the handler runs outside, in a fiber of its own, which owns the continuation until it takes it:
//!
//!   [ activation of Ask: the handler's code, with k in its slot ] ──▶ [ plain: main ]
//! ```
//!
//! Capturing and resuming re-link the two ends of a chain, whatever is between. Nothing is copied, looked up or
//! installed again.
//!
//! # What holds
//!
//! * A continuation is resumed once: it is moved into the resume. One of another machine is refused.
//! * After a resume, code sees the handlers and observers captured with it, and then the resumer's.
//! * A handler runs outside its own prompt: it does not handle its own effects.
//! * [`Control::Transfer`] in a loop takes constant memory, from however deep inside an activation.
//! * A handler that raises before it used its continuation raises at the performer; after that, where it is
//!   installed. One that returns without using it has the continuation unwound first: clean-up runs, with effects,
//!   and its value is the answer of the handled program.
//! * An unwinding cannot be swallowed: each frame is told in its turn. An error that a clean-up raises is not lost.
//! * An effect that nobody handles is raised at the performer, or parks the machine to its host, as the domain says.
//! * Nothing recurses on the thread's stack: not a million nested programs, handlers, activations, passes or drops.
//! * No code of a domain runs while the machine is anything but whole. A code is given the context and its input, and
//!   nothing through which it could reach the machine that runs it.
//!
//! The feature `invariants` checks the arena after steps: every fiber has one owner, every chain ends.
//!
//! # What it costs
//!
//! | operation | cost |
//! | --- | --- |
//! | capture, resume, transfer, throw | the same whatever is between; no allocation once the arena is warm |
//! | the search for the handler | the same under one handler and under a thousand, once it was made from that place |
//! | the first search from a place, and the first after a program has moved | one visit for each fiber on the way |
//! | a [`Handled::Pass`], a `Delegate` | a search from there |
//! | install, end of a handled program, activation | one fiber of the arena, which is used again |
//! | unwinding | one mark for each fiber of the continuation, and what its clean-up does |
//! | dropping a continuation | one lock where it is dropped; its frames at the machine's next step |
//! | [`Machine::inspect`], a trace's view | nothing until it is walked |
//!
//! A suspended program of one frame takes one fiber, some 120 bytes for a code of three words. What a search has found is
//! remembered by the effect's [`Domain::key`]; a program that is resumed at another place than where it was captured
//! makes it be forgotten once. Without a trace installed, an event is a test of one word. `docs/reference/benchmarks.md`
//! has the figures, beside OCaml 5.
//!
//! # What it does not know
//!
//! Tasks, time, names of effects, formats of snapshots, Python. A scheduler is a handler. A snapshot is made by
//! [`Machine::inspect`] and undone by [`Continuation::assemble`], by whoever can turn the domain's codes into bytes.

#![forbid(unsafe_code)]

mod continuation;
mod control;
mod detach;
mod dispatch;
mod domain;
mod error;
mod fiber;
mod home;
#[cfg(any(test, feature = "invariants"))]
mod invariants;
mod run;
mod search;
mod step;
#[cfg(test)]
mod tests;
mod trace;
mod unwind;
mod view;

pub use continuation::{Continuation, Part};
pub use domain::{Code, Domain, Handler, Observer, Slot};
pub use error::MachineError;
pub use fiber::{Base, Boundary, ScopeId, Then};
pub use home::MachineId;
pub use run::{Counters, Machine};
pub use step::{
    Answer, Control, Handled, Input, Key, Nest, Observed, Outcome, Reflect, Step, Taking, Target,
    Unhandled,
};
pub use trace::{Event, Given, Place, Trace, TraceBox};
pub use view::{FiberView, Mirror, View};
