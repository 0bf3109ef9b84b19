//! The programs of the public effect-handlers suite that resume each continuation once, and two of Lexa's: `scheduler` and
//! `interruptible`.
//!
//! Each is written from its description, as an enum of frames. The suite's programs that resume a continuation many
//! times (nqueens, tree_explore, triples) have no place here: this machine's continuations are one-shot.

pub(crate) mod countdown;
pub(crate) mod fibonacci;
pub(crate) mod generator;
pub(crate) mod handler_sieve;
pub(crate) mod interruptible;
pub(crate) mod iterator;
pub(crate) mod parsing_dollars;
pub(crate) mod product_early;
pub(crate) mod resume_nontail;
pub(crate) mod scheduler;
