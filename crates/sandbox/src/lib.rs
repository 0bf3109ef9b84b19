//! kont-sandbox: a Python interpreter for code that a model or a user wrote.

#![recursion_limit = "512"]

pub mod data;
pub mod text;

pub use compile::Diagnostic;
pub use data::{Data, Failure, Outcome};
pub use run::{
    AnswerError, Capability, Config, Event, Failed, FeedError, Limits, Program, Run, SnapshotError,
};
pub use vm::raise::LimitExceeded;
pub use vm::request::{HostRequest, Pending, PendingRequest};

pub mod compile;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod heap;
pub mod modules;
pub mod objects;
pub mod run;
pub mod vm;
