//! kont-sandbox: a Python interpreter for code that a model or a user wrote.

#![recursion_limit = "512"]

pub mod data;
pub mod text;

pub use data::{Data, Failure, Outcome};

pub mod compile;
pub mod heap;
pub mod modules;
pub mod objects;
pub mod vm;
