//! kont._kont: the machine for CPython programs. The only room that knows CPython.
//!
//! ```text
//!   kont.run ─────── drive ── Machine<Live> ─┬─ code     generators and coroutines, driven with send and throw
//!                                            ├─ clause   handlers and observers: what they want, how they are called
//!                                            ├─ k        continuations as objects: one owner, one use
//!                                            ├─ spare    those that were used, for the effects to come
//!                                            ├─ reflect  looking at what runs and what waits
//!                                            ├─ trace    what an exception knows of where it comes from
//!                                            ├─ forgotten  warnings of what was made and not performed
//!                                            ├─ outside  the event loop around a run: its own, or the one that runs
//!                                            ├─ lend     what asyncio is shown of it while a coroutine runs
//!                                            ├─ prompt   what stands around a program: handlers, tasks, scopes
//!                                            ├─ stuck    what a program is told that can never go on
//!                                            ├─ tasks    kont-scheduler's domain; request and handles: its words
//!                                            └─ schedule  the order of tasks, for who explores it
//!   kont.Sandbox ─┬─ sandbox_run ── data ──── kont-sandbox
//!                 └─ far ── kont-workers ──── the same in a process of its own
//!   kont command ─── command ── cli ── host ── kont._host     tools and policy: one host program for each call
//!   kont._execute ── workers ──────────────── kont-workers
//! ```
//!
//! What holds here:
//! - No function of Python is called while a frame of the machine is borrowed: clauses run when the step has returned.
//! - A continuation is in one place: its `K`, or the machine. `K` is emptied by the first use, which leaves its place there.
//! - No lock is held while anything of Python runs, also no destructor: what is taken out of a lock is dropped after it. A
//!   machine belongs to the call that drives it. So the module needs no lock of the interpreter around it.
//! - Whatever a program does wrong is raised at its `yield` or `await`, as an exception class of `kont.errors`.

mod clause;
mod code;
mod command;
mod data;
mod domain;
mod drive;
mod far;
mod fields;
mod forgotten;
mod handles;
mod host;
mod k;
mod lend;
mod names;
mod native;
mod operation;
mod outside;
mod place;
mod program;
mod prompt;
mod quiet;
mod raw;
mod reflect;
mod request;
mod sandbox_run;
mod schedule;
mod sorts;
mod spare;
mod stuck;
mod tasks;
mod trace;
mod wanted;
mod workers;

use pyo3::prelude::*;

/// The extension of the package `kont`. Use the names that `kont` exports.
#[pymodule(gil_used = false)]
mod _kont {
    #[pymodule_export]
    use crate::{
        clause::{Handler, Observer},
        command::main,
        drive::{Drive, run},
        far::{FarRun, serve_sandbox},
        fields::lay_out,
        forgotten::EffectBase,
        handles::{ExternalPromise, Once, Promise, Shared, Task},
        k::K,
        operation::{
            CreateContinuation, Delegate, GetBoundaries, GetExecutionContext, GetHandlers,
            GetOuterHandlers, GetTraceback, Operation, Pass, Perform, Pure, Resume, ResumeThrow,
            ResumeWith, Transfer, TransferThrow, TransferWith, WithHandler, WithObserve,
        },
        outside::Idle,
        program::Program,
        quiet::Quiet,
        request::{Asked, OfRun},
        sandbox_run::SandboxRun,
        schedule::Schedule,
        trace::Seen,
        workers::Workers,
    };

    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        K::init(module.py())?;
        raw::make_directly(module.py());
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
