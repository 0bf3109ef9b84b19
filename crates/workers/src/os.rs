//! The only room with `unsafe`: calls to the operating system, and the code that runs between fork and exec.
//!
//! `host` has safe functions for the process that spawns workers. `guard` is what the forked guard runs,
//! `tree` is how it finds what to end. Everything in the last two runs in a copy of a process that may have had many threads:
//! no allocation, no lock, no panic, no drop; only system calls, and memory that was there before the fork.

mod guard;
mod host;
mod tree;

pub(crate) use host::{Guard, kill, now_pid, poll, prepare, spawn};
