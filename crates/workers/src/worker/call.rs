//! The life of one call: talk, then settle or end. Each step moves what can be moved without waiting.

use super::{Deadline, GUARD_BOUND, LOST_PATIENCE, Worker, millis, wanted};
use crate::error::WorkerError;
use crate::frame::{FrameReader, FrameWriter, Progress};
use crate::report::Order;
use std::time::{Duration, Instant};

/// A call that runs.
pub(super) struct Call {
    started: Instant,
    deadline: Option<Duration>,
    request: FrameWriter,
    answer: FrameReader,
    pub(super) state: State,
}

/// Where a call stands.
pub(super) enum State {
    /// The request goes out, the answer comes in.
    Talking,
    /// The answer is here; the guard has to say whether it forgot the deadline or was faster.
    Settling { answer: Vec<u8>, until: Instant },
    /// The channel is closed; the guard will say in a moment if the process has ended.
    Lost { reason: String, since: Instant },
    /// The end was ordered; the guard will report it.
    Ending {
        cause: Cause,
        after: Duration,
        until: Instant,
    },
}

/// Why the host ordered the end.
pub(super) enum Cause {
    Ordered,
    Broken(String),
    TooLarge(usize),
}

impl Call {
    /// The end was ordered from outside.
    pub(super) fn order_end(&mut self, grace: Duration) {
        if matches!(self.state, State::Talking | State::Lost { .. }) {
            self.end(Cause::Ordered, grace);
        }
    }

    fn end(&mut self, cause: Cause, grace: Duration) {
        self.state = State::Ending {
            cause,
            after: self.started.elapsed(),
            until: Instant::now() + grace + GUARD_BOUND,
        };
    }
}

impl Worker {
    /// Begins a call. `step` moves it on.
    pub(crate) fn start(&mut self, payload: &[u8], deadline: Deadline) -> Result<(), WorkerError> {
        if payload.len() > self.frame_bytes_max {
            return Err(WorkerError::Protocol {
                direction: "request",
                bytes: payload.len(),
                limit: self.frame_bytes_max,
            });
        }
        if let Some(end) = self.end() {
            let reason = match end.status {
                Some(status) => format!("the worker has ended before ({status})"),
                None => "the worker has ended before".into(),
            };
            return Err(WorkerError::Broken { reason });
        }
        let Deadline(deadline) = deadline;
        if let Some(deadline) = deadline {
            self.send(Order::Arm {
                deadline_ms: millis(deadline),
                grace_ms: millis(self.grace),
            });
        }
        self.call = Some(Call {
            started: Instant::now(),
            deadline,
            request: FrameWriter::new(payload),
            answer: FrameReader::new(self.frame_bytes_max),
            state: State::Talking,
        });
        Ok(())
    }

    /// Moves the call as far as it goes without waiting. Gives its result once.
    pub(crate) fn step(&mut self) -> Option<Result<Vec<u8>, WorkerError>> {
        self.read_output();
        self.talk();
        let disarmed = self.read_reports();
        if self.end.is_some() {
            // The answer may have been complete when the process ended.
            self.talk();
            return self.ended();
        }
        let call = self.call.as_mut()?;
        let now = Instant::now();
        match &mut call.state {
            State::Settling { answer, .. } if disarmed || call.deadline.is_none() => {
                let answer = std::mem::take(answer);
                self.call = None;
                return Some(Ok(answer));
            }
            State::Lost { reason, since } if now >= *since + LOST_PATIENCE => {
                let reason = std::mem::take(reason);
                call.end(Cause::Broken(reason), Duration::ZERO);
                self.send(Order::Kill { grace_ms: 0 });
            }
            State::Talking => {
                let grace = self.grace;
                if call
                    .deadline
                    .is_some_and(|d| now >= call.started + d + grace + GUARD_BOUND)
                {
                    self.lose_guard();
                }
            }
            State::Settling { until, .. } | State::Ending { until, .. } if now >= *until => {
                self.lose_guard();
            }
            _ => {}
        }
        self.end.is_some().then(|| self.ended()).flatten()
    }

    /// Moves bytes in both directions.
    fn talk(&mut self) {
        let Some(call) = &mut self.call else { return };
        if !matches!(call.state, State::Talking) {
            return;
        }
        // A worker may answer, or end, without reading all; so a failed write does not yet decide.
        let written = call.request.advance(&mut self.wire);
        match call.answer.advance(&mut self.wire) {
            Progress::Ready(answer) => {
                call.state = State::Settling {
                    answer,
                    until: Instant::now() + self.grace + GUARD_BOUND,
                };
                if call.deadline.is_some() {
                    self.send(Order::Disarm);
                }
            }
            Progress::Broken(reason) => {
                call.state = State::Lost {
                    reason,
                    since: Instant::now(),
                };
            }
            Progress::TooLarge { bytes } => {
                call.end(Cause::TooLarge(bytes), Duration::ZERO);
                self.send(Order::Kill { grace_ms: 0 });
            }
            Progress::Waiting => {
                if let Progress::Broken(reason) = written {
                    call.state = State::Lost {
                        reason,
                        since: Instant::now(),
                    };
                }
            }
        }
    }

    /// The result of a call whose worker has ended.
    fn ended(&mut self) -> Option<Result<Vec<u8>, WorkerError>> {
        let call = self.call.take()?;
        let end = self.end.clone()?;
        let killed = |after| WorkerError::Killed {
            after,
            processes: end.processes,
            left: end.left,
        };
        let error = match call.state {
            State::Settling { answer, .. } => return Some(Ok(answer)),
            State::Ending {
                cause: Cause::Ordered,
                after,
                ..
            } => killed(after),
            State::Ending {
                cause: Cause::Broken(reason),
                ..
            } => WorkerError::Broken { reason },
            State::Ending {
                cause: Cause::TooLarge(bytes),
                ..
            } => WorkerError::Protocol {
                direction: "answer",
                bytes,
                limit: self.frame_bytes_max,
            },
            _ if let Some(after) = end.deadline => killed(after),
            _ if end.guard_lost => WorkerError::Broken {
                reason: format!(
                    "the guard of worker {} ({}) was lost, {} processes killed, {} left",
                    self.pid, self.id, end.processes, end.left
                ),
            },
            State::Lost { reason, .. } if !end.by_itself => WorkerError::Broken { reason },
            _ => match end.status {
                Some(status) => WorkerError::Died {
                    status,
                    stderr: self.tail.text(),
                },
                None => WorkerError::Broken {
                    reason: "the worker ended and left no status".into(),
                },
            },
        };
        Some(Err(error))
    }

    /// The descriptors that can move the call.
    pub(crate) fn wanted(&self, into: &mut Vec<libc::pollfd>) {
        into.push(wanted(&self.guard.control, libc::POLLIN));
        self.want_output(into);
        if let Some(call) = &self.call
            && matches!(call.state, State::Talking)
        {
            let events = if call.request.is_done() {
                libc::POLLIN
            } else {
                libc::POLLIN | libc::POLLOUT
            };
            into.push(wanted(&self.wire, events));
        }
    }

    /// The time until `step` has something to decide even if no descriptor is ready.
    pub(crate) fn wake_after(&self) -> Option<Duration> {
        let call = self.call.as_ref()?;
        let at = match &call.state {
            State::Talking => call.started + call.deadline? + self.grace + GUARD_BOUND,
            State::Lost { since, .. } => *since + LOST_PATIENCE,
            State::Settling { until, .. } | State::Ending { until, .. } => *until,
        };
        Some(at.saturating_duration_since(Instant::now()))
    }
}
