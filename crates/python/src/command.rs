//! The `kont` command inside the extension: the same one as the bare binary, with CPython for the tools.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::host::PythonHost;

/// Runs the `kont` command, and gives its exit status.
///
/// Args:
///     argv: the words of the command line after the command's own name.
#[pyfunction]
pub(crate) fn main(py: Python<'_>, argv: Vec<OsString>) -> u8 {
    let words = std::iter::once(OsString::from("kont")).chain(argv);
    // The command computes without Python, and asks for it when it needs a tool.
    py.detach(|| cli::main(words, Some(&mut PythonHost::default())))
}
