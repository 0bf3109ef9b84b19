//! What is refused before the parser sees it: texts whose size or nesting would cost too much.

use super::error::{Check, Refusal};
use ruff_text_size::{TextRange, TextSize};

/// The longest source text in bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// Refuses what the parser must not see.
pub(super) fn check(source: &str) -> Check<()> {
    if source.len() > MAX_BYTES {
        return Err(Refusal::syntax(
            TextRange::default(),
            format!(
                "source of {} bytes is longer than {MAX_BYTES}",
                source.len()
            ),
        ));
    }
    if let Some(at) = source.find('\0') {
        let at = TextSize::try_from(at).unwrap_or_default();
        return Err(Refusal::syntax(
            TextRange::empty(at),
            "source code string cannot contain null bytes",
        ));
    }
    Ok(())
}
