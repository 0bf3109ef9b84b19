//! What a person says when a run is resumed: checked against the record first, then recorded, then acted on.

use super::Driver;
use super::steps::was_killed;
use crate::codec;
use crate::error::{AnswerError, RunError};
use crate::guest::Guest;
use crate::host::{CallId, Execute, Queried, ToolSpec};
use crate::store::Store;
use crate::ui::Say;
use journal::{Change, Contents, Status, Step, StepKind, StepState};
use sandbox::{Data, Outcome};
use std::collections::BTreeMap;

/// One thing that a person says about one call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// The question is answered with yes.
    Approve,
    /// The question is answered with no.
    Deny,
    /// In doubt: ask the tool.
    Query,
    /// In doubt: run it again.
    Retry,
    /// In doubt: it had happened, with this result.
    AssumeDone(Data),
}

/// What a person says, by call.
#[derive(Debug, Default)]
pub(crate) struct Answers(BTreeMap<u64, (u32, Answer)>);

impl Answers {
    /// Checks answers against a record. Nothing is changed.
    ///
    /// # Errors
    /// [`AnswerError`] for the first answer to something that was not asked, or was answered already.
    pub(crate) fn check(
        contents: &Contents,
        given: impl IntoIterator<Item = (CallId, Answer)>,
    ) -> Result<Self, AnswerError> {
        let mut answers = BTreeMap::new();
        for (id, answer) in given {
            let step = match answer {
                Answer::Approve | Answer::Deny => open_question(contents, id)?,
                Answer::Query | Answer::Retry | Answer::AssumeDone(_) => doubt(contents, id)?,
            };
            if answers.insert(id.0, (step, answer)).is_some() {
                return Err(AnswerError::Twice { id });
            }
        }
        Ok(Self(answers))
    }

    /// Checks that every tool that is to be asked can be asked.
    ///
    /// # Errors
    /// [`AnswerError::NoQuery`] for the first that cannot.
    pub(crate) fn check_tools(
        &self,
        contents: &Contents,
        tools: &[ToolSpec],
    ) -> Result<(), AnswerError> {
        for (&call, (step, answer)) in &self.0 {
            let tool = doubtful_tool(contents, call, *step);
            let can_query = |name: &str| tools.iter().any(|it| it.name == name && it.can_query);
            if *answer == Answer::Query && !tool.as_deref().is_some_and(can_query) {
                let tool = tool.unwrap_or_default();
                return Err(AnswerError::NoQuery {
                    id: CallId(call),
                    tool,
                });
            }
        }
        Ok(())
    }
}

/// The step of a call that is an open question.
fn open_question(contents: &Contents, id: CallId) -> Result<u32, AnswerError> {
    let call = known(contents, id)?;
    let questions = || {
        contents
            .steps_of(id.0)
            .filter(|step| step.kind == StepKind::Question)
    };
    if let Some(open) = questions().find(|step| step.state == StepState::Open) {
        return Ok(open.step);
    }
    let help = what_waits(contents);
    Err(match questions().last() {
        Some(Step {
            result: Some(answer),
            ..
        }) => AnswerError::Answered {
            id,
            answer: answer.text.clone(),
            help,
        },
        _ => AnswerError::NotAsked {
            id,
            call: codec::short_recorded(call),
            help,
        },
    })
}

/// The step of a call that is in doubt.
fn doubt(contents: &Contents, id: CallId) -> Result<u32, AnswerError> {
    let call = known(contents, id)?;
    match contents.steps_of(id.0).find(|step| is_in_doubt(step)) {
        Some(step) => Ok(step.step),
        None => {
            let (call, help) = (codec::short_recorded(call), what_waits(contents));
            Err(AnswerError::NotInDoubt { id, call, help })
        }
    }
}

/// A call of the record.
///
/// # Errors
/// [`AnswerError::NoSuchCall`] if it has none of that number.
pub(crate) fn known(contents: &Contents, id: CallId) -> Result<&journal::Call, AnswerError> {
    contents
        .calls
        .get(&id.0)
        .ok_or_else(|| AnswerError::NoSuchCall {
            id,
            n_calls: contents.calls.len() as u64,
            help: what_waits(contents),
        })
}

/// Whether nobody runs a step that has begun and not ended. Only true of a record that no process works on.
pub(crate) fn is_in_doubt(step: &Step) -> bool {
    step.kind == StepKind::Execute && step.state == StepState::Open && step.key.is_some()
}

/// A line of help with the calls that wait for an answer.
fn what_waits(contents: &Contents) -> String {
    let list = |is_it: &dyn Fn(&Step) -> bool| {
        let calls = contents.steps.values().filter(|step| is_it(step));
        let calls: Vec<_> = calls.map(|step| CallId(step.call).to_string()).collect();
        calls.join(", ")
    };
    let questions = list(&|step| step.kind == StepKind::Question && step.state == StepState::Open);
    let doubts = list(&is_in_doubt);
    match (questions.as_str(), doubts.as_str()) {
        ("", "") => "\nhelp: nothing waits for an answer".to_owned(),
        (questions, "") => format!("\nhelp: open questions: {questions}"),
        ("", doubts) => format!("\nhelp: in doubt: {doubts}"),
        (questions, doubts) => format!("\nhelp: open questions: {questions}; in doubt: {doubts}"),
    }
}

fn doubtful_tool(contents: &Contents, call: u64, step: u32) -> Option<String> {
    let step = contents.steps.get(&(call, step))?;
    let execute: Execute = codec::value(&step.request).ok()?;
    Some(execute.tool)
}

impl<G: Guest, S: Store> Driver<'_, G, S> {
    /// Records what a person said: all of it at once, then what the tools say to the queries.
    pub(super) fn apply(&mut self, answers: &Answers) -> Result<(), RunError> {
        let now_ms = self.world.now_ms();
        let by = Some("person".to_owned());
        let mut changes = Vec::new();
        let mut queries = Vec::new();
        for (&call, (step, answer)) in &answers.0 {
            let step = *step;
            let result = match answer {
                Answer::Approve => codec::blob(&true, "approved".to_owned()),
                Answer::Deny => codec::blob(&false, "denied".to_owned()),
                Answer::AssumeDone(value) => codec::outcome(&Ok(value.clone())),
                Answer::Retry => {
                    changes.push(Change::Ready { call, step });
                    continue;
                }
                Answer::Query => {
                    queries.push((call, step));
                    continue;
                }
            };
            let answered_by = by.clone();
            changes.push(Change::End {
                call,
                step,
                result,
                ended_ms: now_ms,
                answered_by,
            });
        }
        if self.store.contents().run.status != Status::Running {
            changes.push(Change::Status {
                status: Status::Running,
                ending: None,
            });
        }
        if !changes.is_empty() {
            self.store.commit("answers", changes)?;
        }
        queries
            .into_iter()
            .try_for_each(|(call, step)| self.query(call, step))
    }

    /// Asks a tool whether what is in doubt had happened. If it cannot say, the doubt stays.
    fn query(&mut self, call: u64, step: u32) -> Result<(), RunError> {
        let contents = self.store.contents();
        let tool = doubtful_tool(contents, call, step).unwrap_or_default();
        let key = contents
            .steps
            .get(&(call, step))
            .and_then(|step| step.key.clone());
        let id = CallId(call);
        let queried = self.host.query(&tool, &key.unwrap_or_default());
        let change = match queried {
            Ok(Queried::Happened(value)) => {
                self.ui.say(&Say::Queried { id, happened: true });
                Change::End {
                    call,
                    step,
                    result: codec::outcome(&Ok(value)),
                    ended_ms: self.world.now_ms(),
                    answered_by: Some("query".to_owned()),
                }
            }
            Ok(Queried::NotHappened) => {
                self.ui.say(&Say::Queried {
                    id,
                    happened: false,
                });
                Change::Ready { call, step }
            }
            Err(failure) => {
                self.ui.say(&Say::QueryFailed {
                    id,
                    why: &failure.to_string(),
                });
                return Ok(());
            }
        };
        self.store
            .commit(&format!("query {call}.{step}"), vec![change])?;
        Ok(())
    }

    /// Counts what the end of the run tells, as far as the record goes.
    pub(super) fn count_the_past(&mut self) -> Result<(), RunError> {
        let contents = self.store.contents();
        for step in contents.steps.values().filter(|step| step.key.is_some()) {
            if let Some(result) = &step.result {
                let outcome: Outcome = codec::value(result).map_err(RunError::Unreadable)?;
                self.killed += usize::from(was_killed(&outcome));
            }
        }
        for step in contents
            .steps
            .values()
            .filter(|step| step.kind == StepKind::Question)
        {
            if let Some(result) = &step.result {
                let approved: bool = codec::value(result).map_err(RunError::Unreadable)?;
                self.denied += usize::from(!approved);
            }
        }
        for call in contents
            .calls
            .values()
            .filter(|call| call.name == "monotonic")
        {
            if let Some(delivered) = &call.delivered {
                let outcome: Outcome =
                    codec::value(&delivered.outcome).map_err(RunError::Unreadable)?;
                if let Ok(Data::Float(seconds)) = outcome {
                    #[expect(clippy::cast_possible_truncation, reason = "it was made from ms")]
                    let ms = (seconds * 1000.0).round() as i64;
                    self.monotonic_ms = self.monotonic_ms.max(ms);
                }
            }
        }
        Ok(())
    }
}
