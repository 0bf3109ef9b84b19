//! The laws of the scheduler.

mod cancelling;
mod deadlock;
mod ending;
mod exploring;
mod order;
mod parts;
mod scopes;
mod world;
