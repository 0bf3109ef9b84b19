//! The interpreter: frames, calls, exceptions, generators, and how they sit on the machine.

pub mod after;
pub mod alone;
mod args;
mod at_hand;
mod attr;
pub(crate) mod call;
mod class;
mod display;
mod enter;
mod fast;
pub mod frame;
pub mod frames;
mod generator;
mod hot;
pub mod import;
mod known;
mod lacking;
mod matching;
mod member;
pub mod native;
pub(crate) mod natives;
mod operate;
pub mod raise;
pub mod request;
mod run;
mod special;
pub mod state;
pub mod thread;
mod traceback;
pub mod unit;
mod unwind;
mod warm;
pub mod watch;

#[cfg(test)]
mod tests;
