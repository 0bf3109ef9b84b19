//! What may end a run from outside, in the middle of anything: its host's will, and its host's clock.

use super::raise::LimitExceeded;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What a step of a native takes at most, as a rule: 64 bytes of text, or 8 elements of a list. Most of that is memory that the
/// process did not have before; where it had it, a step takes a quarter of this.
const STEP: Duration = Duration::from_nanos(32);

/// Work that would end no later than this after its time is begun.
const LATE_MOST: Duration = Duration::from_millis(4);

/// What long work looks at. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    /// Set by the host to end a run from outside.
    pub interrupted: Arc<AtomicBool>,
    /// When the host's clock ends it; `None` if its host looks at its clock itself.
    pub(crate) deadline: Option<Deadline>,
}

/// A clock that the host lends: the time since any moment, which never goes back.
pub type Clock = fn() -> Duration;

/// When a limit of time is reached, by a clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    pub(crate) clock: Clock,
    pub(crate) at: Duration,
    /// The limit, in the words and numbers of its end.
    pub(crate) kind: &'static str,
    pub(crate) limit_ms: u64,
}

impl Watch {
    /// Whether the host wants it to end.
    #[inline]
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Whether the run is at its end. Long work looks here about every tenth of a millisecond. Once it is, it stays so.
    #[cold]
    pub(crate) fn is_due(&self) -> bool {
        self.is_interrupted() || self.late(0).is_some()
    }

    /// The end of a run that would be late with work of so many steps, which nothing looks into.
    pub(crate) fn late(&self, steps: u64) -> Option<LimitExceeded> {
        let deadline = self.deadline?;
        let ahead = STEP.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX));
        let done = (deadline.clock)().saturating_add(ahead.saturating_sub(LATE_MOST));
        let over = done.checked_sub(deadline.at)?;
        let over_ms = u64::try_from(over.as_millis()).unwrap_or(u64::MAX);
        Some(LimitExceeded {
            kind: deadline.kind.into(),
            limit: deadline.limit_ms,
            used: deadline.limit_ms.saturating_add(over_ms).saturating_add(1),
        })
    }
}
