//! The laws of the scheduler.

mod cancelling;
mod conservation;
mod deadlock;
mod ending;
mod exploring;
mod hosts;
mod laws;
mod order;
mod outside;
mod parts;
mod random;
mod reference;
mod scale;
mod scopes;
mod sync;
mod together;
mod trees;
mod world;
