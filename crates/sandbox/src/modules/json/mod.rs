//! `json`: text to values and back. The module's functions are in `library/json.py`; this is their core.

mod decode;
mod encode;

use crate::vm::native::NativeDef;

/// The natives of this module.
pub const NATIVES: &[NativeDef] = &[
    NativeDef::function("_kont_json_loads", decode::loads),
    NativeDef::function("_kont_json_dumps", encode::dumps),
];

/// How deep arrays and objects may nest: both directions recurse on the Rust stack.
const DEPTH_MAX: u32 = 900;
