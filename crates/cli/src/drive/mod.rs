//! The driver of a run: it carries requests from the program to the host and answers back, and writes both down.
//!
//! ```text
//!   program performs ─▶ host program starts ─▶ parks on a step ─┬─ execute:  intent │ run │ result ─▶ goes on
//!        ▲                                                      └─ question: asked  │ ... │ answer ─▶ goes on
//!        └────────────── delivered, one at a time ◀── its outcome ◀─────────────────────────────────── ends
//! ```
//!
//! What holds at every moment, so that a crash at any of them loses nothing and does nothing twice:
//! - A tool runs only after its intent is durable, and what follows from its result only after the result is.
//! - An intent without a result, met after a crash, is in doubt: it is not run again without a word from outside.
//! - The program gets one answer, runs to its next stop, and then answer, output and requests are one commit.
//!   Nothing outside has seen them before, so a crash before that commit may give the answer in another order.
//! - Output is recorded before it is printed. What a crash leaves unprinted is in the record, and `kont replay` shows it.

mod answers;
mod steps;
mod turn;

#[cfg(test)]
mod tests;

pub(crate) use answers::{Answer, Answers, is_in_doubt, known};

use crate::codec;
use crate::error::RunError;
use crate::guest::{Guest, Nursery};
use crate::host::{Call, CallId, Execute, Told, ToolHost, ToolSpec};
use crate::program::{Ending, Program};
use crate::rebuild::Rebuilt;
use crate::store::Store;
use crate::ui::{Say, Ui};
use crate::world::World;
use journal::{Change, Status};
use sandbox::Outcome;
use sandbox::vm::request::{HostRequest, PendingRequest};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many answers a program may get before it is written down again, so that a crash costs no more than these.
const ANSWERS_PER_SNAPSHOT: u64 = 64;

/// From which length on a sleep is worth a snapshot, in milliseconds.
const LONG_SLEEP_MS: i64 = 1_000;

/// Where a request of the program stands.
#[derive(Debug)]
enum Live {
    /// Its host program has not been started in this process.
    Fresh(Call),
    /// A tool may run for it.
    Execute {
        step: u32,
        execute: Execute,
        key: String,
    },
    /// A person is asked.
    Asked { step: u32 },
    /// A crash left it in doubt.
    Doubt,
    /// It sleeps.
    Sleeping { until_ms: i64 },
    /// The clock or the random numbers answer at once.
    Instant(HostRequest),
    /// It has an outcome that the program will get.
    Ended,
}

/// How a run in this process came to its end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stop {
    /// The program ended.
    Ended(Ending),
    /// It waits for a person.
    Waiting,
}

/// A run in this process.
pub(crate) struct Driver<'a, G, S> {
    pub(crate) program: Program<G>,
    pub(crate) store: S,
    host: &'a mut dyn ToolHost,
    world: &'a mut dyn World,
    ui: Ui<'a>,
    tools: BTreeMap<String, ToolSpec>,
    /// The program's file, as places show it.
    file: String,
    /// The journal, as messages show it.
    journal: Option<String>,
    live: BTreeMap<u64, Live>,
    ready: VecDeque<(u64, Outcome)>,
    /// Calls that a line was shown for before their outcome.
    shown: BTreeSet<u64>,
    /// Calls whose question was shown when it was asked, in this process.
    asked_now: BTreeSet<u64>,
    /// The monotonic clock as the program saw it last, in milliseconds.
    monotonic_ms: i64,
    /// How long the program has computed in this process, and how long it may.
    computed_ms: u64,
    compute_max_ms: u64,
    last_snapshot: Option<u64>,
    denied: usize,
    killed: usize,
}

/// What a driver works with, besides the program.
pub(crate) struct Setting<'a, S> {
    pub(crate) store: S,
    pub(crate) host: &'a mut dyn ToolHost,
    pub(crate) world: &'a mut dyn World,
    pub(crate) ui: Ui<'a>,
    pub(crate) tools: Vec<ToolSpec>,
    pub(crate) file: String,
    pub(crate) journal: Option<String>,
    pub(crate) compute_max_ms: u64,
}

impl<'a, G: Guest, S: Store> Driver<'a, G, S> {
    /// Runs a program, new or rebuilt, until it ends or waits for a person.
    ///
    /// * `answers` – what a person said; it has been checked against the record.
    ///
    /// # Errors
    /// Whatever stops the run and is not the program's fault. The record stays as it is, and the run can be resumed.
    pub(crate) fn run<N: Nursery<Guest = G>>(
        setting: Setting<'a, S>,
        rebuilt: Rebuilt<G>,
        answers: &Answers,
    ) -> Result<Stop, RunError> {
        let Setting {
            store,
            host,
            world,
            ui,
            tools,
            file,
            journal,
            compute_max_ms,
        } = setting;
        let last_snapshot = store.contents().snapshots.keys().next_back().copied();
        let mut driver = Driver {
            program: rebuilt.program,
            store,
            host,
            world,
            ui,
            tools: tools
                .into_iter()
                .map(|tool| (tool.name.clone(), tool))
                .collect(),
            file,
            journal,
            live: BTreeMap::new(),
            ready: VecDeque::new(),
            shown: BTreeSet::new(),
            asked_now: BTreeSet::new(),
            monotonic_ms: 0,
            computed_ms: 0,
            compute_max_ms,
            last_snapshot,
            denied: 0,
            killed: 0,
        };
        let ended = if rebuilt.is_new {
            let seen = driver.turn(None)?;
            driver.settle(None, seen)?
        } else {
            driver.take_up(answers)?;
            rebuilt.ending
        };
        match ended {
            Some(ending) => driver.end(ending),
            None => driver.drive(),
        }
    }

    /// Makes the record's open requests live again, after what a person said is recorded.
    fn take_up(&mut self, answers: &Answers) -> Result<(), RunError> {
        self.apply(answers)?;
        self.count_the_past()?;
        let waits: Vec<_> = self.program.guest.pending(0);
        for pending in waits {
            self.shown.extend(
                self.store
                    .contents()
                    .steps_of(pending.id)
                    .map(|step| step.call),
            );
            let live = self.live(&pending)?;
            self.live.insert(pending.id, live);
        }
        Ok(())
    }

    fn drive(&mut self) -> Result<Stop, RunError> {
        loop {
            self.start_fresh()?;
            let next = match self.ready.pop_front() {
                Some(next) => Some(next),
                None => self.instant()?,
            };
            if let Some((id, outcome)) = next {
                let seen = self.turn(Some((id, &outcome)))?;
                self.live.remove(&id);
                if let Some(ending) = self.settle(Some((id, outcome)), seen)? {
                    return self.end(ending);
                }
                continue;
            }
            if self.execute()? || self.wake() {
                continue;
            }
            if self.waits_for_a_person() {
                return self.suspend();
            }
            self.sleep()?;
        }
    }

    /// Ends the sleeps whose time has come.
    fn wake(&mut self) -> bool {
        let now_ms = self.world.now_ms();
        let mut due: Vec<_> = self
            .live
            .iter()
            .filter_map(|(&id, live)| match live {
                Live::Sleeping { until_ms } if *until_ms <= now_ms => Some((*until_ms, id)),
                _ => None,
            })
            .collect();
        due.sort_unstable();
        for &(_, id) in &due {
            self.finish(id, Ok(sandbox::Data::None));
        }
        !due.is_empty()
    }

    /// Waits for the first sleep to end.
    fn sleep(&mut self) -> Result<(), RunError> {
        let sleeps = self.live.values().filter_map(|live| match live {
            Live::Sleeping { until_ms } => Some(*until_ms),
            _ => None,
        });
        let Some(until_ms) = sleeps.min() else {
            let what = "the program waits, and for nothing that could be answered";
            return Err(RunError::Sandbox(what.to_owned()));
        };
        if until_ms - self.world.now_ms() > LONG_SLEEP_MS {
            self.keep_snapshot("sleep", Vec::new())?;
        }
        self.world
            .sleep_until(until_ms, &mut || self.host.interrupted())?;
        Ok(())
    }

    fn waits_for_a_person(&self) -> bool {
        self.live
            .values()
            .any(|live| matches!(live, Live::Asked { .. } | Live::Doubt))
    }

    /// Commits some changes, with a snapshot if the program got answers since the last one.
    fn keep_snapshot(&mut self, label: &str, mut changes: Vec<Change>) -> Result<(), RunError> {
        let delivered = self.store.contents().delivered;
        if self.store.is_durable() && self.last_snapshot != Some(delivered) {
            let bytes = self.program.guest.dump().map_err(RunError::Sandbox)?;
            changes.push(Change::Snapshot { bytes });
            self.last_snapshot = Some(delivered);
        }
        if !changes.is_empty() {
            self.store.commit(label, changes)?;
        }
        Ok(())
    }

    /// Stores the program and tells what it waits for.
    fn suspend(&mut self) -> Result<Stop, RunError> {
        let status = Change::Status {
            status: Status::Waiting,
            ending: None,
        };
        self.keep_snapshot("suspend", vec![status])?;
        let (mut questions, mut doubts, mut place) = (0, 0, None);
        for (&id, live) in &self.live {
            let Some(call) = self.store.contents().calls.get(&id) else {
                continue;
            };
            let shown = &crate::codec::short_recorded(call);
            let id = CallId(id);
            match live {
                Live::Asked { step } => {
                    questions += 1;
                    let asked = self.store.contents().steps.get(&(id.0, *step));
                    if !self.asked_now.contains(&id.0)
                        && let Some(asked) = asked
                    {
                        let question = &asked.request.text;
                        self.ui.say(&Say::Ask {
                            id,
                            call: shown,
                            question,
                        });
                    }
                }
                Live::Doubt => {
                    doubts += 1;
                    let tool = self.doubtful_tool(id.0);
                    let can_query = tool.is_some_and(|tool| tool.can_query);
                    self.ui.say(&Say::Doubt {
                        id,
                        call: shown,
                        can_query,
                    });
                }
                _ => continue,
            }
            place.get_or_insert_with(|| call.place.clone());
        }
        let place = &place.unwrap_or_default();
        let journal = self.journal.as_deref();
        self.ui.say(&Say::Suspended {
            place,
            questions,
            doubts,
            journal,
        });
        Ok(Stop::Waiting)
    }

    /// What the tools have to say. A run without a journal forgets its calls as it goes on: then they are not asked.
    fn summary(&mut self) -> Result<Option<String>, RunError> {
        if !self.store.is_durable() {
            return Ok(None);
        }
        let told = self.told()?;
        Ok(self.host.summary(&told).unwrap_or_else(|failure| {
            let text = format!("warning: the tools' summary failed: {failure}");
            self.ui.say(&Say::Note { text: &text });
            None
        }))
    }

    /// The calls of tools that have their outcome.
    fn told(&self) -> Result<Vec<Told>, RunError> {
        let mut told = Vec::new();
        for (&id, call) in &self.store.contents().calls {
            let Some(delivered) = &call.delivered else {
                continue;
            };
            let request = codec::value(&call.request).map_err(RunError::Unreadable)?;
            let PendingRequest::Call { name, args, kwargs } = request else {
                continue;
            };
            let id = CallId(id);
            told.push(Told {
                call: Call {
                    id,
                    name,
                    args,
                    kwargs,
                },
                outcome: codec::value(&delivered.outcome).map_err(RunError::Unreadable)?,
            });
        }
        Ok(told)
    }

    /// Tells how the program ended. It is recorded already.
    fn end(&mut self, ending: Ending) -> Result<Stop, RunError> {
        match &ending {
            Ending::Done(_) => {
                let summary = self.summary()?;
                // A program that is kept nowhere ends as a script does: without a word.
                if self.ui.json || self.store.is_durable() || summary.is_some() {
                    self.ui.say(&Say::Done {
                        summary: summary.as_deref(),
                        denied: self.denied,
                        killed: self.killed,
                        trace: &self.program.trace.short(),
                    });
                }
            }
            Ending::Failed(failed) => self.ui.say(&Say::Failed {
                traceback: &failed.traceback,
            }),
            Ending::Limited(limited) => self.ui.say(&Say::Limited {
                what: &limited.what,
            }),
        }
        Ok(Stop::Ended(ending))
    }
}
