//! kont-journal.
