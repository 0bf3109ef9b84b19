//! From source text to bytecode: guard, parse, resolve names, lower. Nothing here runs a program.

pub mod code;
pub mod op;
