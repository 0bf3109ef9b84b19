//! Where a run is kept while it goes on: in a journal, or nowhere.

use journal::{Change, Contents, Journal, JournalError};

/// What the driver needs of the place where a run is kept.
pub(crate) trait Store {
    /// What is kept so far.
    fn contents(&self) -> &Contents;

    /// Keeps some changes, all or none, before it returns.
    ///
    /// # Errors
    /// As [`Journal::commit`].
    fn commit(&mut self, label: &str, changes: Vec<Change>) -> Result<(), JournalError>;

    /// Whether another process can go on with the run.
    fn is_durable(&self) -> bool;
}

impl Store for Journal {
    fn contents(&self) -> &Contents {
        self.contents()
    }

    fn commit(&mut self, label: &str, changes: Vec<Change>) -> Result<(), JournalError> {
        self.commit(label, changes)
    }

    fn is_durable(&self) -> bool {
        true
    }
}

impl Store for Box<dyn Store> {
    fn contents(&self) -> &Contents {
        self.as_ref().contents()
    }

    fn commit(&mut self, label: &str, changes: Vec<Change>) -> Result<(), JournalError> {
        self.as_mut().commit(label, changes)
    }

    fn is_durable(&self) -> bool {
        self.as_ref().is_durable()
    }
}

/// A run without a journal: what is answered is forgotten, so that a long run does not grow.
pub(crate) struct Memory(Contents);

impl Memory {
    pub(crate) fn new(run: journal::Run) -> Self {
        Self(Contents::new(run))
    }
}

impl Store for Memory {
    fn contents(&self) -> &Contents {
        &self.0
    }

    fn commit(&mut self, _label: &str, mut changes: Vec<Change>) -> Result<(), JournalError> {
        changes.retain(|change| !matches!(change, Change::Output { .. } | Change::Snapshot { .. }));
        self.0.apply(changes)?;
        let Contents { calls, steps, .. } = &mut self.0;
        // The last call stays: the next one's number follows from it.
        let last = calls.keys().next_back().copied();
        calls.retain(|&id, call| call.delivered.is_none() || Some(id) == last);
        steps.retain(|(call, _), _| calls.contains_key(call));
        Ok(())
    }

    fn is_durable(&self) -> bool {
        false
    }
}
