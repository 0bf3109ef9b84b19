//! kont-scheduler: tasks, scopes, time and synchronisation, as an ordinary handler on the effect machine.
//!
//! The machine knows nothing of tasks. A task is a continuation that this handler keeps in a table; to schedule is to
//! transfer another one. So all concurrency is in one table in the domain's context, on one thread, and the same
//! program runs the same way each time.
//!
//! ```text
//!   what a program performs            the table                      who ends the wait
//!
//!   Spawn, Yield ──────────────▶ ready, by priority ──▶ runs
//!   Wait, Gather, Race ────────▶ task, promise ◀──────── its end, Settle, a Completer on any thread
//!   Acquire, Wait, Receive ────▶ lock, event, channel ◀─ Release, Set, Send
//!   Send ──────────────────────▶ full channel ◀───────── Receive
//!   Sleep, a deadline ─────────▶ timers ◀─────────────── advance, or a virtual clock
//!   Park ──────────────────────▶ parked ◀─────────────── Wake, the host
//!   Scope ─────────────────────▶ scope ◀──────────────── the ends of all of its tasks
//! ```
//!
//! # How a domain uses it
//!
//! * It implements [`SchedulerDomain`]: it lends the [`Scheduler`] from its context, says which effects are
//!   [`Request`]s, and makes values and errors. To open scopes it implements [`Scoped`] too.
//! * Its handler type delegates to [`Prompt`], which is installed around every task, and to [`ScopePrompt`].
//! * The host starts a program with [`spawn_main`] and runs it with [`block_on`]. One that has an event loop of its own
//!   calls [`drive`], and when that is idle it waits for what the program waits for: a completion
//!   ([`Mailbox::set_notify`]), the time of [`Scheduler::next_deadline`] (then [`advance`]), or what it has to say
//!   itself ([`settle`], [`wake`]).
//!
//! `examples/pipeline.rs` is a program with a deadline, in a language of one file.
//!
//! # Order
//!
//! The ready queue is first in, first out within a priority, and exact: being spawned, woken or told of an outcome is
//! one entry at its end. A spawner goes on; a task runs until it waits. What is given back (a permit, a message) is
//! handed to whoever has waited longest, at once. [`Order::Seeded`] chooses at random, the same for the same seed,
//! and [`explore`] runs a small program in all orders.
//!
//! # Scopes
//!
//! A scope ([`Op::scope`]) is a program that ends only when all tasks that were spawned in it have ended, those of
//! its children included. The first error, of its program or of a child, cancels the others; all are waited for, and
//! all errors are raised together ([`SchedulerDomain::group`]). A cancelled child is no error. Daemon tasks do not
//! keep a scope: they are cancelled at its end. A deadline cancels the scope, which then raises
//! [`SchedulerDomain::timed_out`]; one that is cancelled by its id gives what its program gave, or the unit value.
//!
//! Which scope a request comes from is said by the live chain alone: each scope's prompt writes its id on the
//! untagged requests that pass it. So a continuation with scopes in it can be kept, and resumed elsewhere.
//!
//! Outside of every scope, [`Op::Gather`] is one of its own. [`Op::Race`] always is: its losers are cancelled.
//!
//! # Cancelling
//!
//! * It is an edge: the error is thrown once, where the task waits; into a task that is running or ready with an
//!   answer, at its next request. A task that catches it goes on; its clean-up may perform effects, and wait.
//! * Requests that give something back or only ask (release, settle, wake, set, close, cancel, forget, who am I) never
//!   tell of it, so that no clean-up is kept from releasing what it holds.
//! * Whoever was handed a permit, a message, a wake-up or an outcome has it, and is told afterwards. Whoever is
//!   cancelled while it waits stands in no queue any more. So a cancelled waiter never eats anything.
//! * A task that has not begun ends without running. Cancelling what has finished is nothing, and answered `false`.
//! * A shield keeps what comes from outside of it back, until the task's next request outside of it.
//! * A task that waits for the tasks of its scope is cancelled through them: it is told when they have ended.
//!
//! # The end
//!
//! When the main task has ended, everything that is left is unwound, all at a time: clean-up runs, may perform
//! effects and sleep, and cannot swallow the unwinding. Then the main task's answer is given. A domain may say that
//! the rest is dropped instead ([`AtEnd::Drop`]).
//!
//! When nothing is ready, no timer is set and nothing can come from outside, that is a [`Deadlock`], at once: the main
//! task, or else the oldest that waits, is told who waits for what, and in which circle.
//!
//! # What it costs
//!
//! | operation | cost |
//! | --- | --- |
//! | spawn, yield, wake, switch, wait for one, end of a task | O(1), and O(log s) in a scope of s tasks |
//! | acquire, release, send, receive, set a timer, leave any queue when cancelled | O(log n) of those who wait at it |
//! | a timer that is due, a deadline, a shield | O(log n) of the timers |
//! | gather or race of m | O(m log m) in all |
//! | set an event, close a channel, end or cancel a scope | O(log n) for each task that it touches |
//! | a request from inside of scopes | one pass; O(depth) only while a cancellation has not been told |
//! | who may wake us from outside | a counter |
//! | a deadlock's report, a dump | O(tasks) |
//!
//! An entry is gone when its task has ended and it was forgotten ([`Op::Forget`], [`TaskOptions::detached`]): a service
//! that spawns for ever stays as it is.

#![forbid(unsafe_code)]

mod cancel;
mod clock;
mod deadlock;
mod domain;
mod drive;
mod end;
pub mod explore;
mod external;
mod host;
mod outcome;
mod parts;
mod prompt;
mod ready;
mod request;
mod scheduler;
mod scope;
mod sync;
mod table;
mod task;
#[cfg(test)]
mod tests;
mod waiters;

pub use deadlock::{Blocked, Deadlock};
pub use domain::{AtEnd, Refusal, SchedulerDomain, Scoped, Together};
pub use drive::{Next, advance, block_on, drive, next};
pub use external::{Completer, Mailbox};
pub use host::{
    Inherit, Tool, cancel, completer, forget, inherit, interrupt, make, restore, settle, spawn,
    spawn_main, take_all, wake,
};
pub use parts::{Broken, Handed, Parts, ScopeView, TaskPart, TaskState, TaskView};
pub use prompt::{Prompt, ScopePrompt};
pub use ready::{Guide, Order, Went};
pub use request::{MakePrompt, NewScope, NewTask, Op, Request, ScopeOptions, TaskOptions};
pub use scheduler::{Counters, Scheduler};
pub use table::Id;
pub use task::{Label, Waiting};
