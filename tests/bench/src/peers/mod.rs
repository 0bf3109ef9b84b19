//! The same programs as one would write them in Rust without the machine.

pub(crate) mod closures;
pub(crate) mod coroutines;
pub(crate) mod direct;
pub(crate) mod futures;
pub(crate) mod tokio;
