//! kont-scheduler.
