//! The heap: one arena of typed slots, addressed by number; a tracing collector; exact accounting.

pub mod attrs;
pub mod dict;
pub mod object;
pub mod room;
pub mod set;
pub mod store;
pub mod sym;
pub mod text;
pub mod trace;
pub mod types;
pub mod value;

pub use object::Object;
pub use store::Heap;
pub use sym::{Sym, Symbols};
pub use text::Text;
pub use types::Type;
pub use value::{NativeId, Ref, Value};
