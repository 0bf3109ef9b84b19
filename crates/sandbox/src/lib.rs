//! kont-sandbox.
