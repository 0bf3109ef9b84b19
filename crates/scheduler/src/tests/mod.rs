//! The laws of the scheduler.

mod cancelling;
mod deadlock;
mod order;
mod parts;
mod world;
