//! kont: the command line, and the driver of durable runs that it is made of.

mod args;
mod cmd;
mod codec;
mod drive;
mod error;
mod guest;
pub mod host;
mod json;
mod limits;
mod program;
mod rebuild;
mod store;
#[cfg(test)]
mod testing;
mod trace;
mod ui;
mod world;
