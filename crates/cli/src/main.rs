//! The bare `kont` command: everything but tools written in Python.

fn main() {}
