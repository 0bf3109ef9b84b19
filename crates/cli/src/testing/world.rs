//! A clock that only sleeps move, and a disk on which a process can die.

use crate::host::HostError;
use crate::store::Store;
use crate::world::World;
use journal::{Change, Contents, JournalError};
use std::collections::BTreeMap;

/// A world without time.
#[derive(Debug)]
pub(crate) struct TestWorld {
    pub(crate) now_ms: i64,
    pub(crate) slept_ms: Vec<i64>,
    n_random: usize,
    looks: u64,
}

impl Default for TestWorld {
    fn default() -> Self {
        Self {
            now_ms: 1_790_000_000_000,
            slept_ms: Vec::new(),
            n_random: 0,
            looks: 0,
        }
    }
}

impl World for TestWorld {
    fn now_ms(&mut self) -> i64 {
        self.now_ms
    }

    /// Each look at the clock takes a second.
    fn stopwatch_ms(&mut self) -> u64 {
        self.looks += 1;
        self.looks * 1_000
    }

    fn sleep_until(
        &mut self,
        until_ms: i64,
        _interrupted: &mut dyn FnMut() -> bool,
    ) -> Result<(), HostError> {
        self.slept_ms.push(until_ms - self.now_ms);
        self.now_ms = self.now_ms.max(until_ms);
        Ok(())
    }

    fn random(&mut self, n_bytes: usize) -> Result<Vec<u8>, HostError> {
        let first = self.n_random;
        self.n_random += n_bytes;
        Ok((first..self.n_random)
            .map(|i| u8::try_from(i % 251).unwrap())
            .collect())
    }
}

/// A journal without a file, on which a process dies at a chosen boundary of a commit.
#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) contents: Contents,
    pub(crate) snapshots: BTreeMap<u64, Vec<u8>>,
    /// Boundaries until the crash; even: after a commit, odd: before it.
    pub(crate) crash_in: Option<u64>,
}

impl Disk {
    /// The error of a process that is dead.
    pub(crate) const CRASH: &str = "crash";

    fn boundary(&mut self) -> Result<(), JournalError> {
        match &mut self.crash_in {
            Some(0) => Err(JournalError::Misuse(Self::CRASH.to_owned())),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Store for &mut Disk {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn commit(&mut self, _label: &str, changes: Vec<Change>) -> Result<(), JournalError> {
        self.boundary()?;
        let bytes = changes.iter().find_map(|change| match change {
            Change::Snapshot { bytes } => Some(bytes.clone()),
            _ => None,
        });
        self.contents.apply(changes)?;
        if let Some(bytes) = bytes {
            self.snapshots.insert(self.contents.delivered, bytes);
        }
        self.boundary()
    }

    fn is_durable(&self) -> bool {
        true
    }
}
