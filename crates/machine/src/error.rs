//! What the machine itself can find wrong with what a program asked of it.

use std::fmt;

/// A mistake that only the machine can see. It is handed to [`Domain::machine_error`], which turns it into
/// an error of the domain, raised at the code that made the mistake.
///
/// [`Domain::machine_error`]: crate::Domain::machine_error
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineError {
    /// No handler in scope accepts the effect, and the host does not take it either.
    Unhandled,
    /// The continuation was captured by another machine.
    ForeignContinuation,
    /// The activation's own continuation was asked for, outside the segment of any activation.
    NotInHandler,
    /// The activation's own continuation was asked for after it had been taken.
    ContinuationUsed,
    /// The host drove a machine that had something to run already.
    Busy,
}

impl fmt::Display for MachineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unhandled => "no handler in scope accepts the effect",
            Self::ForeignContinuation => {
                "the continuation belongs to another machine\nhelp: resume it in the run that captured it"
            }
            Self::NotInHandler => {
                "there is no continuation to use here: this code is not the activation of a handler"
            }
            Self::ContinuationUsed => {
                "the handler's continuation was used already\nhelp: a continuation is resumed once"
            }
            Self::Busy => "the machine is running something else\nhelp: run it until it is idle or done",
        })
    }
}

impl std::error::Error for MachineError {}
