//! From source text to bytecode: guard, parse, resolve names, lower. Nothing here runs a program.

pub mod code;
mod collect;
mod error;
mod functions;
mod guard;
mod lower;
pub mod op;
mod parse_error;
mod pattern_check;
mod scope;
mod show;
#[cfg(test)]
mod tests;

pub use error::{Diagnostic, DiagnosticKind};

use code::Unit;
use error::{Check, Refusal};
use ruff_python_parser::{Mode, ParseOptions};

/// Compiles a source text. `module` is the `__name__` it will have; a library's frames are hidden from tracebacks.
///
/// # Errors
/// What is not Python, and what is Python that kont does not do, with its place in the text.
pub fn compile(
    source: &str,
    filename: &str,
    module: &str,
    is_library: bool,
) -> Result<Unit, Diagnostic> {
    run(source, filename, module, is_library, &[]).map_err(|e| e.locate(source, filename))
}

/// Compiles the next part of a program: its global variables are those of the parts before, and more.
///
/// # Errors
/// As [`compile`].
pub fn compile_more(source: &str, filename: &str, before: &Unit) -> Result<Unit, Diagnostic> {
    run(source, filename, &before.module, false, &before.globals)
        .map_err(|e| e.locate(source, filename))
}

fn run(
    source: &str,
    filename: &str,
    module: &str,
    is_library: bool,
    globals: &[String],
) -> Check<Unit> {
    guard::check(source)?;
    let options =
        ParseOptions::from(Mode::Module).with_target_version(ruff_python_ast::PythonVersion::PY314);
    let parsed = ruff_python_parser::parse_unchecked(source, options);
    if let Some(error) = parsed.errors().first() {
        return Err(parse_error::refusal(source, error));
    }
    if let Some(error) = parsed.unsupported_syntax_errors().first() {
        use ruff_python_parser::UnsupportedSyntaxErrorKind::UnpackingInComprehension;
        let message = match error.kind {
            UnpackingInComprehension(_) => {
                "iterable unpacking cannot be used in comprehension".to_owned()
            }
            _ => error.to_string(),
        };
        return Err(Refusal::syntax(error.range, message));
    }
    let Some(parsed) = parsed.try_into_module() else {
        return Err(Refusal::syntax(Default::default(), "invalid syntax"));
    };
    let scopes = collect::collect(parsed.suite())?;
    lower::lower(
        source,
        filename,
        module,
        is_library,
        parsed.suite(),
        &scopes,
        globals,
    )
}
