//! What the driver takes from the world itself: the time, and randomness.

use crate::host::HostError;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How often a sleep looks whether it is interrupted.
const SLICE: Duration = Duration::from_millis(100);

/// The clock and the random numbers; a test has its own.
pub(crate) trait World {
    /// Milliseconds since 1970, in UTC.
    fn now_ms(&mut self) -> i64;

    /// Milliseconds since some moment in the past; it never goes back.
    fn stopwatch_ms(&mut self) -> u64;

    /// Waits until a moment.
    ///
    /// # Errors
    /// [`HostError::Interrupted`] as soon as `interrupted` says so.
    fn sleep_until(
        &mut self,
        until_ms: i64,
        interrupted: &mut dyn FnMut() -> bool,
    ) -> Result<(), HostError>;

    /// Random bytes, good enough for keys.
    ///
    /// # Errors
    /// [`HostError::Internal`] if the operating system has none.
    fn random(&mut self, n_bytes: usize) -> Result<Vec<u8>, HostError>;
}

/// The world as it is.
#[derive(Debug)]
pub(crate) struct RealWorld {
    begun: Instant,
}

impl Default for RealWorld {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
        }
    }
}

impl World for RealWorld {
    fn now_ms(&mut self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        }
    }

    fn stopwatch_ms(&mut self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn sleep_until(
        &mut self,
        until_ms: i64,
        interrupted: &mut dyn FnMut() -> bool,
    ) -> Result<(), HostError> {
        loop {
            if interrupted() {
                return Err(HostError::Interrupted);
            }
            let left_ms = u64::try_from(until_ms.saturating_sub(self.now_ms())).unwrap_or(0);
            if left_ms == 0 {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(left_ms).min(SLICE));
        }
    }

    fn random(&mut self, n_bytes: usize) -> Result<Vec<u8>, HostError> {
        let mut bytes = vec![0; n_bytes];
        getrandom::fill(&mut bytes).map_err(|err| HostError::Internal(err.to_string()))?;
        Ok(bytes)
    }
}
