//! One turn of the program: an answer, what it did with it, and the commit that makes both last.

use super::{ANSWERS_PER_SNAPSHOT, Driver, Live};
use crate::codec;
use crate::error::RunError;
use crate::guest::{Guest, Verdict};
use crate::host::{Call, CallId};
use crate::program::{Ending, Seen};
use crate::store::Store;
use crate::ui::Say;
use journal::{Change, Step, StepKind, StepState};
use sandbox::vm::request::{HostRequest, Pending, PendingRequest};
use sandbox::{Data, Outcome};

/// How many random bytes a program may ask for at once.
const RANDOM_BYTES_MAX: u32 = 1 << 20;

impl<G: Guest, S: Store> Driver<'_, G, S> {
    /// Lets the program compute: from its beginning, or from an answer, to its next stop or the end of its time.
    pub(super) fn turn(&mut self, delivery: Option<(u64, &Outcome)>) -> Result<Seen, RunError> {
        let begun_ms = self.world.stopwatch_ms();
        let (host, world) = (&mut self.host, &mut self.world);
        let (computed_ms, max_ms) = (self.computed_ms, self.compute_max_ms);
        let mut patience = |_| {
            let now_ms = computed_ms + world.stopwatch_ms() - begun_ms;
            match host.interrupted() {
                true => Verdict::Interrupt,
                false if now_ms > max_ms => Verdict::TimeIsUp,
                false => Verdict::GoOn,
            }
        };
        let seen = match delivery {
            None => self.program.begin(&mut patience),
            Some((id, outcome)) => self.program.deliver(id, outcome, &mut patience),
        };
        self.computed_ms += self.world.stopwatch_ms() - begun_ms;
        seen
    }

    /// Records a turn of the program, then shows it, and makes its new requests live.
    ///
    /// * `delivery` – the answer that began the turn; `None` for the first one.
    ///
    /// Returns how the program ended, if it did.
    pub(super) fn settle(
        &mut self,
        delivery: Option<(u64, Outcome)>,
        seen: Seen,
    ) -> Result<Option<Ending>, RunError> {
        let place = |line: u32| format!("{}:{line}", self.file);
        let trace = self.program.trace.0;
        let handled = match &delivery {
            Some((_, Err(_))) => self.program.guest.handled_at().map(place),
            _ => None,
        };
        let mut changes = vec![match &delivery {
            None => Change::Trace(trace),
            Some((call, outcome)) => Change::Deliver {
                call: *call,
                outcome: codec::outcome(outcome),
                note: handled.as_ref().map(|at| format!("handled at {at}")),
                trace,
            },
        }];
        changes.extend(delivery.as_ref().and_then(|it| self.sleep_end(it)));
        for (stream, bytes) in &seen.output {
            changes.push(Change::Output {
                stream: stream.name().to_owned(),
                bytes: bytes.clone(),
            });
        }
        let now_ms = self.world.now_ms();
        for pending in &seen.performed {
            changes.push(Change::Perform(journal::Call {
                id: pending.id,
                name: codec::request_name(&pending.request).to_owned(),
                request: codec::request(&pending.request),
                place: format!("{}:{}", self.file, pending.line),
                performed_after: 0,
                delivered: None,
            }));
            if let PendingRequest::Host(HostRequest::Sleep(_)) = pending.request {
                changes.push(Change::Begin(sleep_step(pending, now_ms)));
            }
        }
        if let Some(ending) = &seen.ending {
            let (status, ending) = (ending.status(), Some(ending.blob()));
            changes.push(Change::Status { status, ending });
        }
        let shown = delivery.as_ref().and_then(|(id, _)| {
            let call = self.store.contents().calls.get(id)?;
            Some((codec::short_recorded(call), call.place.clone()))
        });
        self.commit_turn(delivery.is_some(), seen.ending.is_some(), changes)?;
        if let (Some((id, outcome)), Some((call, place))) = (&delivery, &shown) {
            self.show(CallId(*id), call, outcome, place, handled.as_deref());
        }
        for (stream, bytes) in &seen.output {
            self.ui.output(*stream, bytes).map_err(RunError::Output)?;
        }
        for pending in &seen.performed {
            let live = self.live(pending)?;
            self.live.insert(pending.id, live);
        }
        Ok(seen.ending)
    }

    /// The end of a sleep's record, if the answer is one.
    fn sleep_end(&mut self, (call, outcome): &(u64, Outcome)) -> Option<Change> {
        let ended_ms = self.world.now_ms();
        let step = self.store.contents().steps.get(&(*call, 0))?;
        let is_sleep = step.key.is_none() && step.kind == StepKind::Execute;
        let result = codec::outcome(outcome);
        let end = Change::End {
            call: *call,
            step: 0,
            result,
            ended_ms,
            answered_by: None,
        };
        is_sleep.then_some(end)
    }

    fn commit_turn(
        &mut self,
        has_answer: bool,
        has_ended: bool,
        changes: Vec<Change>,
    ) -> Result<(), RunError> {
        let delivered = self.store.contents().delivered + u64::from(has_answer);
        let label = format!("turn {delivered}");
        let since = delivered - self.last_snapshot.unwrap_or(0);
        if has_ended || !self.store.is_durable() || since < ANSWERS_PER_SNAPSHOT {
            self.store.commit(&label, changes)?;
            return Ok(());
        }
        let bytes = self.program.guest.dump().map_err(RunError::Sandbox)?;
        let snapshot = Change::Snapshot { bytes };
        self.store
            .commit(&label, [changes, vec![snapshot]].concat())?;
        self.last_snapshot = Some(delivered);
        Ok(())
    }

    fn show(
        &mut self,
        id: CallId,
        call: &str,
        outcome: &Outcome,
        place: &str,
        handled: Option<&str>,
    ) {
        if call.is_empty() {
            return;
        }
        let was_shown = self.shown.contains(&id.0);
        self.ui.say(&Say::Outcome {
            id,
            call,
            outcome,
            place,
            handled,
            was_shown,
        });
    }

    /// What a request begins as.
    pub(super) fn live(&mut self, pending: &Pending) -> Result<Live, RunError> {
        Ok(match &pending.request {
            PendingRequest::Call { name, args, kwargs } => Live::Fresh(Call {
                id: CallId(pending.id),
                name: name.clone(),
                args: args.clone(),
                kwargs: kwargs.clone(),
            }),
            PendingRequest::Host(HostRequest::Sleep(seconds)) => {
                let begun = self.store.contents().steps.get(&(pending.id, 0));
                let Some(begun) = begun else {
                    let what = format!("sleep {} has no beginning", pending.id);
                    return Err(RunError::Unreadable(what));
                };
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "it saturates, as it should"
                )]
                let wait_ms = (seconds.max(0.0) * 1000.0).ceil() as i64;
                Live::Sleeping {
                    until_ms: begun.begun_ms.saturating_add(wait_ms),
                }
            }
            PendingRequest::Host(request) => Live::Instant(request.clone()),
        })
    }

    /// An answer from the clock or the random numbers, if the program waits for one.
    pub(super) fn instant(&mut self) -> Result<Option<(u64, Outcome)>, RunError> {
        let asked = self.live.iter().find_map(|(&id, live)| match live {
            Live::Instant(request) => Some((id, request.clone())),
            _ => None,
        });
        let Some((id, request)) = asked else {
            return Ok(None);
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds since 1970 fit 53 bits"
        )]
        let outcome = match request {
            HostRequest::Now => Ok(Data::Float(self.world.now_ms() as f64 / 1000.0)),
            HostRequest::Monotonic => {
                let since_ms = self.world.now_ms() - self.store.contents().run.created_ms;
                self.monotonic_ms = self.monotonic_ms.max(since_ms);
                Ok(Data::Float(self.monotonic_ms as f64 / 1000.0))
            }
            HostRequest::Random(n_bytes) if n_bytes > RANDOM_BYTES_MAX => {
                let what = format!("at most {RANDOM_BYTES_MAX} random bytes at once");
                Err(sandbox::Failure::new("ValueError", what))
            }
            HostRequest::Random(n_bytes) => Ok(Data::Bytes(self.world.random(n_bytes as usize)?)),
            HostRequest::Sleep(_) => unreachable!("a sleep is never instant"),
        };
        Ok(Some((id, outcome)))
    }
}

/// The record of when a sleep began: a resumed run sleeps what is left of it.
fn sleep_step(pending: &Pending, now_ms: i64) -> Step {
    Step {
        call: pending.id,
        step: 0,
        kind: StepKind::Execute,
        request: codec::request(&pending.request),
        key: None,
        attempts: 0,
        state: StepState::Open,
        begun_ms: now_ms,
        result: None,
        ended_ms: None,
        answered_by: None,
    }
}
