//! Doubles for the tests of the driver and the verbs: a scripted program, a bank with tools, a world without time.

mod bank;
mod program;
mod world;

pub(crate) use bank::{Bank, BankHost, ask_limit, is_denied};
pub(crate) use program::Scripted;
pub(crate) use world::{Disk, TestWorld};
