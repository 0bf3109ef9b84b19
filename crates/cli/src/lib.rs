//! kont: the command line.
