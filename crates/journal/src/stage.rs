//! A commit before it is written: the changes applied to copies of the rows that they touch.

use crate::JournalError;
use crate::rows::{
    Call, Change, Contents, Delivered, Output, Run, Snapshot, Step, StepKind, StepState,
};
use crate::seal::{Hash, Sealed, sha256, toggle};
use std::collections::BTreeMap;

/// The rows as they will be, and the contents as they are.
pub(crate) struct Stage<'a> {
    base: &'a Contents,
    pub(crate) run: Run,
    pub(crate) calls: BTreeMap<u64, Call>,
    pub(crate) steps: BTreeMap<(u64, u32), Step>,
    pub(crate) snapshots: BTreeMap<u64, (Snapshot, Vec<u8>)>,
    pub(crate) output: Vec<Output>,
    delivered: u64,
}

/// The rows of a stage, once it no longer needs the contents it was made on.
pub(crate) struct Rows {
    run: Run,
    calls: BTreeMap<u64, Call>,
    steps: BTreeMap<(u64, u32), Step>,
    snapshots: Vec<Snapshot>,
    output: Vec<Output>,
    delivered: u64,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(base: &'a Contents) -> Self {
        Self {
            base,
            run: base.run.clone(),
            calls: BTreeMap::new(),
            steps: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            output: Vec::new(),
            delivered: base.delivered,
        }
    }

    /// Applies one change.
    ///
    /// # Errors
    /// [`JournalError::Misuse`] if it contradicts what is recorded.
    pub(crate) fn apply(&mut self, change: Change) -> Result<(), JournalError> {
        match change {
            Change::Perform(call) => self.perform(call)?,
            Change::Begin(step) => self.begin(step)?,
            Change::End {
                call,
                step,
                result,
                ended_ms,
                answered_by,
            } => {
                let row = self.step(call, step)?;
                if row.state == StepState::Ended {
                    return misuse(format!("step {call}.{step} has ended already"));
                }
                row.state = StepState::Ended;
                row.result = Some(result);
                row.ended_ms = Some(ended_ms);
                row.answered_by = answered_by;
            }
            Change::Ready { call, step } => {
                let row = self.step(call, step)?;
                if row.kind != StepKind::Execute || row.state != StepState::Open {
                    return misuse(format!("step {call}.{step} is not in doubt"));
                }
                row.state = StepState::Ready;
            }
            Change::Deliver {
                call,
                outcome,
                note,
                trace,
            } => {
                let seq = self.delivered + 1;
                let row = self.call(call)?;
                if row.delivered.is_some() {
                    return misuse(format!("call {call} has its answer already"));
                }
                row.delivered = Some(Delivered {
                    seq,
                    outcome,
                    note,
                    trace,
                });
                self.run.trace = trace;
                self.delivered = seq;
            }
            Change::Output { stream, bytes } => self.output.push(Output {
                delivered: self.delivered,
                stream,
                bytes,
            }),
            Change::Snapshot { bytes } => {
                let row = Snapshot {
                    delivered: self.delivered,
                    trace: self.run.trace,
                    sha256: sha256(&bytes),
                    size_bytes: bytes.len() as u64,
                };
                self.snapshots.insert(self.delivered, (row, bytes));
            }
            Change::Trace(trace) => self.run.trace = trace,
            Change::Status { status, ending } => {
                self.run.status = status;
                self.run.ending = ending;
            }
            Change::Modules { tools, policy } => {
                self.run.tools = tools;
                self.run.policy = policy;
            }
        }
        Ok(())
    }

    fn perform(&mut self, mut call: Call) -> Result<(), JournalError> {
        let staged = self.calls.keys().next_back();
        let last = staged.max(self.base.calls.keys().next_back());
        let next = last.copied().unwrap_or(0) + 1;
        if call.id != next {
            return misuse(format!("call {} cannot follow call {}", call.id, next - 1));
        }
        call.performed_after = self.delivered;
        self.calls.insert(call.id, call);
        Ok(())
    }

    fn begin(&mut self, mut step: Step) -> Result<(), JournalError> {
        let place = (step.call, step.step);
        self.call(step.call)?;
        if let Some(old) = self
            .steps
            .get(&place)
            .or_else(|| self.base.steps.get(&place))
        {
            if old.state != StepState::Ready {
                return misuse(format!(
                    "step {}.{} has begun already",
                    step.call, step.step
                ));
            }
            step.attempts = old.attempts + 1;
        } else {
            let before = (step.call, step.step.wrapping_sub(1));
            if step.step > 0 && !self.base.steps.contains_key(&before) {
                return misuse(format!("step {}.{} skips a step", step.call, step.step));
            }
            step.attempts = 1;
        }
        step.state = StepState::Open;
        self.steps.insert(place, step);
        Ok(())
    }

    fn call(&mut self, id: u64) -> Result<&mut Call, JournalError> {
        if !self.calls.contains_key(&id) {
            let Some(call) = self.base.calls.get(&id) else {
                return misuse(format!("there is no call {id}"));
            };
            self.calls.insert(id, call.clone());
        }
        Ok(self.calls.get_mut(&id).expect("it was put there"))
    }

    fn step(&mut self, call: u64, step: u32) -> Result<&mut Step, JournalError> {
        let place = (call, step);
        if !self.steps.contains_key(&place) {
            let Some(row) = self.base.steps.get(&place) else {
                return misuse(format!("there is no step {call}.{step}"));
            };
            self.steps.insert(place, row.clone());
        }
        Ok(self.steps.get_mut(&place).expect("it was put there"))
    }

    /// Where the staged output begins among all output.
    pub(crate) fn first_output(&self) -> u64 {
        self.base.output.len() as u64
    }

    /// The seal as it will be, from the seal as it is.
    pub(crate) fn seal(&self, mut seal: Hash) -> Hash {
        let seal = &mut seal;
        replace(seal, Some(&self.base.run), &self.run);
        for (id, call) in &self.calls {
            replace(seal, self.base.calls.get(id), call);
        }
        for (place, step) in &self.steps {
            replace(seal, self.base.steps.get(place), step);
        }
        for (delivered, (snapshot, _)) in &self.snapshots {
            replace(seal, self.base.snapshots.get(delivered), snapshot);
        }
        for (output, idx) in self.output.iter().zip(self.first_output()..) {
            toggle(seal, (idx, output).digest());
        }
        *seal
    }

    pub(crate) fn into_rows(self) -> Rows {
        Rows {
            run: self.run,
            calls: self.calls,
            steps: self.steps,
            snapshots: self.snapshots.into_values().map(|(row, _)| row).collect(),
            output: self.output,
            delivered: self.delivered,
        }
    }
}

impl Rows {
    /// Makes the contents what they now are on disk.
    pub(crate) fn merge_into(self, contents: &mut Contents) {
        contents.run = self.run;
        contents.calls.extend(self.calls);
        contents.steps.extend(self.steps);
        contents
            .snapshots
            .extend(self.snapshots.into_iter().map(|row| (row.delivered, row)));
        contents.output.extend(self.output);
        contents.delivered = self.delivered;
    }
}

impl Contents {
    /// Makes some changes in memory only, all or none, as [`crate::Journal::commit`] makes them on disk.
    ///
    /// # Errors
    /// [`JournalError::Misuse`] if a change contradicts what is recorded.
    pub fn apply(&mut self, changes: Vec<Change>) -> Result<(), JournalError> {
        let mut stage = Stage::new(self);
        for change in changes {
            stage.apply(change)?;
        }
        stage.into_rows().merge_into(self);
        Ok(())
    }
}

/// The seal over all rows of some contents.
pub(crate) fn seal_of(contents: &Contents) -> Hash {
    let mut seal = contents.run.digest();
    let seal = &mut seal;
    contents
        .calls
        .values()
        .for_each(|row| toggle(seal, row.digest()));
    contents
        .steps
        .values()
        .for_each(|row| toggle(seal, row.digest()));
    contents
        .snapshots
        .values()
        .for_each(|row| toggle(seal, row.digest()));
    for (output, idx) in contents.output.iter().zip(0..) {
        toggle(seal, (idx, output).digest());
    }
    *seal
}

fn replace<T: Sealed>(seal: &mut Hash, old: Option<&T>, new: &T) {
    if let Some(old) = old {
        toggle(seal, old.digest());
    }
    toggle(seal, new.digest());
}

fn misuse<T>(what: String) -> Result<T, JournalError> {
    Err(JournalError::Misuse(what))
}
