//! The standard library that programs may import: some in Rust, the rest in Python run by the interpreter itself.

pub mod re;
