//! The interpreter: frames, calls, exceptions, generators, and how they sit on the machine.

pub mod frame;
pub mod native;
pub mod raise;
pub mod request;
pub mod state;
