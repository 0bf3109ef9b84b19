//! kont._kont.
