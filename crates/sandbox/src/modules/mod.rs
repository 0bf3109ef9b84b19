//! The standard library that programs may import: some in Rust, the rest in Python run by the interpreter itself.

pub mod inside;
pub mod json;
pub mod library;
pub mod math;
pub mod re;
pub mod tasks;

use crate::vm::native::NativeDef;

/// The natives of all modules, in the order of their numbers.
pub const NATIVES: &[&[NativeDef]] = &[
    inside::NATIVES,
    json::NATIVES,
    math::NATIVES[0],
    math::NATIVES[1],
    re::api::NATIVES,
    re::matches::NATIVES,
    tasks::NATIVES,
];
