//! kont-sandbox: a Python interpreter for code that a model or a user wrote.

pub mod data;
pub mod text;

pub use data::{Data, Failure, Outcome};
