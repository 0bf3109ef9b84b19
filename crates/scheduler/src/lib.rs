//! kont-scheduler: tasks and promises, as an ordinary handler on the effect machine.
//!
//! The machine knows nothing of tasks. A task is a continuation that this handler keeps in a table; to schedule
//! is to transfer another one. So that a snapshot can hold all of it, the table is plain data in the domain's
//! context, and no task is anywhere else.
//!
//! * A domain implements [`SchedulerDomain`]: it lends the [`Scheduler`] from its context and says which effects
//!   are [`Request`]s.
//! * Its handler type delegates to [`Prompt`], which is installed around every task by [`spawn`].
//! * The host starts a program with [`spawn_main`], drives the machine, and when the machine is idle it completes
//!   what came from outside ([`settle`], [`wake`]) and asks [`next`] what to resume.
//!
//! The ready queue is first in, first out, and exact: being spawned, woken or told of an outcome is one entry at
//! its end. A task is cancelled by throwing the domain's error in where it waits; one that has not begun ends
//! without running. When nothing is ready and nothing can come from outside, the main task gets the domain's
//! deadlock error, with the list of who waits for what.

mod domain;
mod operations;
mod prompt;
mod table;
#[cfg(test)]
mod tests;

pub use domain::{Blocked, Refusal, Request, SchedulerDomain};
pub use operations::{cancel, forget, interrupt, next, settle, spawn, spawn_main, take_all, wake};
pub use prompt::Prompt;
pub use table::{Broken, Entry, Id, Kind, Parts, Scheduler, State, Waiting};
