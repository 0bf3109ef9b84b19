//! kont-workers: processes that end in bounded time, with all that they started, whatever they do.
//!
//! ```text
//!   host ──── control ──── guard                 one guard for each worker: a fork of the host without exec
//!     │   orders, report     │ parent, subreaper
//!     └────── wire ──────  worker                session and process group of its own, killed with its guard
//!          frames            ├── child
//!                            └── child ── grandchild (other session, double fork: becomes a child of the guard)
//! ```
//!
//! The *host* spawns a [`Worker`] and calls it: one frame out, one frame back. The payload is bytes; what they mean is the
//! callers' business. The *guard* holds the deadline of the call and ends the tree at the first of: deadline, order of
//! the host, end of the worker's first process, end of the host. It asks (SIGTERM to the worker's group), waits for the grace time, stops
//! every descendant (SIGSTOP, so that none forks or reacts to another's death), kills them, and reaps until the
//! system says that it has no child. Then it reports how many processes that were and how many are left.
//!
//! # Invariants
//! * No descendant outlives the guard's work: each one's chain of parents ends at the guard, because orphans become its
//!   children. `left` is zero only when `wait` has said that there is no child (on Linux; see the limits).
//! * The tree ends also when the host is killed by SIGKILL: the guard holds a descriptor of the host's process and the other end of its
//!   control channel. The worker's first process ends also when the guard is killed.
//! * Every wait has a bound. A guard that is silent for longer is killed, and its tree is looked for by the id that its environment carries.
//! * A frame is never longer than the bound, in both directions, and memory grows with what has arrived, never with what was announced.
//! * A closed channel ends the worker and fails the call at once, whichever side closed it.
//! * After fork the guard makes system calls only: no allocation, no lock, no handler of the host. It holds none of the host's files.
//!
//! # Limits
//! * What a worker asks *another* program to run (`systemd-run`, `at`, a container engine) is not its descendant and is not ended.
//! * A process in uninterruptible sleep, or of another user (setuid), cannot be killed. It is counted as left and named; the guard
//!   stays until it is gone.
//! * A worker has the rights of its host's user: it can kill or stop its guard. Workers are for code that is trusted and may hang,
//!   not for code that is hostile.
//! * The guard keeps the host's memory as it was at the fork, copy on write.
//! * macOS has no subreaper: there a process that is orphaned and has left the worker's group before the kill is not found. It compiles
//!   for macOS and is tested on Linux. Windows is refused when compiling.

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
compile_error!(
    "kont-workers needs Linux or macOS: it ends whole process trees with fork, sessions and signals"
);

mod calls;
mod command;
mod error;
mod frame;
mod os;
mod report;
mod survivors;
mod tail;
mod worker;

pub use calls::{CallId, Calls, Done};
pub use command::{Command, FD_VARIABLE, ID_VARIABLE, Output};
pub use error::{SpawnError, WorkerError};
pub use frame::{FRAME_BYTES_MAX, FRAME_HEAD_BYTES};
pub use survivors::{Pid, survivors};
pub use worker::{Deadline, End, Worker};
