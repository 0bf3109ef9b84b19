//! kont-machine.
