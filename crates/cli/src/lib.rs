//! kont: the command line, and the driver of durable runs that it is made of.

pub mod host;
