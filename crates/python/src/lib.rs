//! kont._kont: the machine for CPython programs. The only room that knows CPython.
//!
//! ```text
//!   kont.run ── drive ── Machine<Live> ──┬── code     generators and coroutines, driven with send and throw
//!                                        ├── clause   handlers and observers: which effects, which function
//!                                        └── k        continuations as objects: one owner, one use
//! ```

mod clause;
mod code;
mod data;
mod domain;
mod drive;
mod host;
mod k;
mod names;
mod operation;
mod place;
mod program;
mod wanted;
mod workers;

use pyo3::prelude::*;

/// The extension of the package `kont`. Use the names that `kont` exports.
#[pymodule(gil_used = true)]
mod _kont {
    #[pymodule_export]
    use crate::{
        clause::{Handler, Observer},
        drive::{Drive, run},
        k::K,
        operation::{
            Delegate, GetOuterHandlers, Operation, Pass, Perform, Pure, Resume, ResumeThrow,
            ResumeWith, Transfer, TransferThrow, TransferWith, WithHandler, WithObserve,
        },
        program::Program,
        workers::Workers,
    };

    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
