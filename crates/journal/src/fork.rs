//! Forking: a new journal that holds a run up to the moment before one call got its answer.

use crate::rows::{Contents, Status, StepKind, StepState};
use crate::store::write_whole;
use crate::{JournalError, View};
use std::path::Path;

/// The contents of a run as they were before one call got its answer.
///
/// The call keeps what was done for it before its first question, and that question is open again; a call that was
/// never asked about begins anew. Other calls that had no answer at that moment keep their steps: what was done is
/// done, and is not done again by the branch.
///
/// * `id` – the call that is to be answered another way.
/// * `run_id` – the branch's name: its idempotency keys differ from the original's.
///
/// # Errors
/// [`JournalError::Misuse`] if there is no such call.
pub fn branch_at(from: &Contents, id: u64, run_id: String) -> Result<Contents, JournalError> {
    let Some(call) = from.calls.get(&id) else {
        let last = from.calls.len();
        let what = format!("there is no call {id}; the run has {last}");
        return Err(JournalError::Misuse(what));
    };
    let delivered = call
        .delivered
        .as_ref()
        .map_or(from.delivered, |it| it.seq - 1);

    let mut to = Contents::new(from.run.clone());
    to.run.forked_from = Some(format!("{}@{id}", from.run.run_id));
    to.run.run_id = run_id;
    to.run.status = Status::Waiting;
    to.run.ending = None;
    to.delivered = delivered;
    to.run.trace = trace_after(from, delivered);

    let calls = from
        .calls
        .iter()
        .filter(|(_, call)| call.performed_after <= delivered);
    to.calls = calls.map(|(&id, call)| (id, call.clone())).collect();
    for call in to.calls.values_mut() {
        call.delivered.take_if(|it| it.seq > delivered);
    }
    let steps = from
        .steps
        .iter()
        .filter(|((call, _), _)| to.calls.contains_key(call));
    to.steps = steps.map(|(&place, step)| (place, step.clone())).collect();
    reopen(&mut to, id);

    let snapshots = from
        .snapshots
        .iter()
        .filter(|&(&after, _)| after <= delivered);
    to.snapshots = snapshots
        .map(|(&after, row)| (after, row.clone()))
        .collect();
    let output = from
        .output
        .iter()
        .filter(|output| output.delivered <= delivered);
    to.output = output.cloned().collect();
    Ok(to)
}

/// Writes a branch of a journal as a new one; the original is only read.
///
/// # Errors
/// [`JournalError::Exists`] if there is a file at `path`, and whatever stops a new journal from being written.
pub fn write_branch(view: &View, branch: &Contents, path: &Path) -> Result<(), JournalError> {
    write_whole(path, branch, |delivered| view.snapshot(delivered))
}

/// The trace hash as it was after so many deliveries; zeros where it was not kept.
fn trace_after(from: &Contents, delivered: u64) -> [u8; 32] {
    let kept = from
        .calls
        .values()
        .filter_map(|call| call.delivered.as_ref());
    match kept.into_iter().find(|it| it.seq == delivered) {
        Some(it) => it.trace,
        None => from
            .snapshots
            .get(&delivered)
            .map_or([0; 32], |row| row.trace),
    }
}

/// Takes back what was decided about one call.
fn reopen(contents: &mut Contents, id: u64) {
    let question = contents
        .steps_of(id)
        .find(|step| step.kind == StepKind::Question);
    let first_gone = match question.map(|step| step.step) {
        Some(asked) => {
            let step = contents
                .steps
                .get_mut(&(id, asked))
                .expect("it was just found");
            step.state = StepState::Open;
            step.result = None;
            step.ended_ms = None;
            step.answered_by = None;
            asked + 1
        }
        None => 0,
    };
    contents
        .steps
        .retain(|&(call, step), _| call != id || step < first_gone);
}
