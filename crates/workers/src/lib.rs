//! kont-workers.
