//! The steps of calls: host programs start, park on a step, and go on when the step has its answer.

use super::{Driver, Live};
use crate::codec;
use crate::error::RunError;
use crate::guest::Guest;
use crate::host::{
    CallId, Execute, Execution, HostError, HostTurn, Progress, Question, StepAnswer, ToolSpec,
};
use crate::store::Store;
use crate::ui::Say;
use journal::{Blob, Change, Step, StepKind, StepState};
use sandbox::Outcome;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What a person can do when tools or policy ask for something else than is recorded.
const HELP: &str = "the tools or the policy have changed; go on with those that the run began with";

impl<G: Guest, S: Store> Driver<'_, G, S> {
    /// Starts the host programs of the calls that have none yet.
    pub(super) fn start_fresh(&mut self) -> Result<(), RunError> {
        let fresh: Vec<_> = self
            .live
            .values()
            .filter_map(|live| match live {
                Live::Fresh(call) => Some(call.clone()),
                _ => None,
            })
            .collect();
        for call in fresh {
            let turn = self.host.start(&call)?;
            self.park(call.id.0, 0, turn)?;
        }
        Ok(())
    }

    /// Notes what a host program is parked on, and answers it from the record as far as that goes.
    fn park(&mut self, id: u64, mut step: u32, mut turn: HostTurn) -> Result<(), RunError> {
        loop {
            let recorded = self.store.contents().steps.get(&(id, step)).cloned();
            let answer = match turn {
                HostTurn::Done(outcome) => {
                    if let Some(recorded) = recorded {
                        let now = codec::outcome(&outcome).text;
                        return Err(other_step(id, step, &recorded, format!("the end: {now}")));
                    }
                    self.finish(id, outcome);
                    return Ok(());
                }
                HostTurn::Execute(execute) => {
                    match self.met_execute(id, step, recorded.as_ref(), execute)? {
                        Some(outcome) => StepAnswer::Executed(outcome),
                        None => return Ok(()),
                    }
                }
                HostTurn::Question(question) => {
                    match self.met_question(id, step, recorded.as_ref(), &question)? {
                        Some(true) => StepAnswer::Approved,
                        Some(false) => StepAnswer::Denied,
                        None => return Ok(()),
                    }
                }
            };
            turn = self.host.answer(CallId(id), answer)?;
            step += 1;
        }
    }

    /// A host program wants a tool to run. Returns the outcome if it has run.
    fn met_execute(
        &mut self,
        id: u64,
        step: u32,
        recorded: Option<&Step>,
        execute: Execute,
    ) -> Result<Option<Outcome>, RunError> {
        let request = codec::execute(&execute);
        if let Some(recorded) = recorded {
            if recorded.kind != StepKind::Execute || recorded.request.bytes != request.bytes {
                return Err(other_step(id, step, recorded, request.text));
            }
            if let Some(result) = &recorded.result {
                return codec::value(result).map(Some).map_err(RunError::Unreadable);
            }
        }
        let in_doubt = recorded.is_some_and(|step| step.state == StepState::Open);
        let may_repeat = self
            .tools
            .get(&execute.tool)
            .is_some_and(|tool| tool.retry_in_doubt);
        if in_doubt && !may_repeat {
            self.live.insert(id, Live::Doubt);
            return Ok(None);
        }
        if in_doubt {
            let label = format!("ready {id}.{step}");
            self.store
                .commit(&label, vec![Change::Ready { call: id, step }])?;
        }
        let recorded_key = recorded.and_then(|step| step.key.clone());
        let key = recorded_key
            .unwrap_or_else(|| idempotency_key(&self.store.contents().run.run_id, id, step));
        self.live.insert(id, Live::Execute { step, execute, key });
        Ok(None)
    }

    /// A host program asks a person. Returns the answer if there is one.
    fn met_question(
        &mut self,
        id: u64,
        step: u32,
        recorded: Option<&Step>,
        question: &Question,
    ) -> Result<Option<bool>, RunError> {
        if let Some(recorded) = recorded {
            if recorded.kind != StepKind::Question || recorded.request.text != question.text {
                return Err(other_step(id, step, recorded, question.text.clone()));
            }
            if let Some(result) = &recorded.result {
                return codec::value(result).map(Some).map_err(RunError::Unreadable);
            }
        } else {
            let request = codec::question(question);
            let mut row = step_row(id, step, StepKind::Question, request, None);
            row.begun_ms = self.world.now_ms();
            self.store
                .commit(&format!("ask {id}.{step}"), vec![Change::Begin(row)])?;
            let call = self.store.contents().calls.get(&id);
            let call = &call.map(codec::short_recorded).unwrap_or_default();
            self.ui.say(&Say::Ask {
                id: CallId(id),
                call,
                question: &question.text,
            });
            self.asked_now.insert(id);
            self.shown.insert(id);
        }
        self.live.insert(id, Live::Asked { step });
        Ok(None)
    }

    /// Runs all tools that may run, side by side where the host can. Returns whether there were any.
    ///
    /// The host's reports are commits: the intent before a tool runs, the result as soon as it has ended.
    pub(super) fn execute(&mut self) -> Result<bool, RunError> {
        let mut steps = BTreeMap::new();
        let mut batch = Vec::new();
        for (&id, live) in &self.live {
            if let Live::Execute { step, execute, key } = live {
                let request = codec::execute(execute);
                let row = step_row(id, *step, StepKind::Execute, request, Some(key.clone()));
                steps.insert(id, row);
                let (execute, key) = (execute.clone(), key.clone());
                batch.push(Execution {
                    call: CallId(id),
                    execute,
                    key,
                });
            }
        }
        if batch.is_empty() {
            return Ok(false);
        }
        let mut ended = Vec::new();
        let mut failed = None;
        let (store, world) = (&mut self.store, &mut self.world);
        let executed = self.host.execute(batch, &mut |progress| {
            let committed = match progress {
                Progress::Starting(id) => match steps.get_mut(&id.0) {
                    Some(row)
                        if store
                            .contents()
                            .steps
                            .get(&(row.call, row.step))
                            .is_none_or(|recorded| recorded.state == StepState::Ready) =>
                    {
                        row.begun_ms = world.now_ms();
                        let label = format!("intent {}.{}", row.call, row.step);
                        let begin = vec![Change::Begin(row.clone())];
                        store.commit(&label, begin).map_err(RunError::from)
                    }
                    _ => Err(broken(format!("it began call {id} unasked"))),
                },
                Progress::Ended(id, outcome) => match steps.remove(&id.0) {
                    Some(row) => {
                        let label = format!("result {}.{}", row.call, row.step);
                        let end = Change::End {
                            call: row.call,
                            step: row.step,
                            result: codec::outcome(&outcome),
                            ended_ms: world.now_ms(),
                            answered_by: None,
                        };
                        ended.push((row.call, row.step, outcome));
                        store.commit(&label, vec![end]).map_err(RunError::from)
                    }
                    None => Err(broken(format!("it ended call {id} twice or unasked"))),
                },
            };
            match committed {
                Ok(()) => ControlFlow::Continue(()),
                Err(err) => {
                    failed.get_or_insert(err);
                    ControlFlow::Break(())
                }
            }
        });
        if let Some(err) = failed {
            return Err(err);
        }
        executed?;
        if let Some(id) = steps.keys().next() {
            return Err(broken(format!("it did not run call {id}")));
        }
        for (id, step, outcome) in ended {
            self.killed += usize::from(was_killed(&outcome));
            let turn = self
                .host
                .answer(CallId(id), StepAnswer::Executed(outcome))?;
            self.park(id, step + 1, turn)?;
        }
        Ok(true)
    }

    /// A request has its outcome.
    pub(super) fn finish(&mut self, id: u64, outcome: Outcome) {
        self.live.insert(id, Live::Ended);
        self.ready.push_back((id, outcome));
    }

    /// The tool of the step that leaves a call in doubt.
    pub(super) fn doubtful_tool(&self, id: u64) -> Option<&ToolSpec> {
        let step = self.store.contents().steps_of(id).last()?;
        let execute: Execute = codec::value(&step.request).ok()?;
        self.tools.get(&execute.tool)
    }
}

/// A step that has not begun.
fn step_row(call: u64, step: u32, kind: StepKind, request: Blob, key: Option<String>) -> Step {
    Step {
        call,
        step,
        kind,
        request,
        key,
        attempts: 0,
        state: StepState::Open,
        begun_ms: 0,
        result: None,
        ended_ms: None,
        answered_by: None,
    }
}

/// Whether an outcome says that the tool's worker was killed.
pub(super) fn was_killed(outcome: &Outcome) -> bool {
    outcome.as_ref().is_err_and(codec::was_killed)
}

/// The key of a step: the same over every retry and resume of a run, another one in every other run.
fn idempotency_key(run_id: &str, call: u64, step: u32) -> String {
    let hash = Sha256::digest(format!("{run_id}/{call}/{step}"));
    hash[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn other_step(id: u64, step: u32, recorded: &Step, now: String) -> RunError {
    RunError::Diverged {
        what: format!("step {step} of call {:02}", CallId(id)),
        recorded: format!("{} {}", recorded.kind.name(), recorded.request.text),
        now,
        help: HELP,
    }
}

fn broken(what: String) -> RunError {
    RunError::Host(HostError::Internal(format!(
        "the host of the tools breaks its rules: {what}"
    )))
}
