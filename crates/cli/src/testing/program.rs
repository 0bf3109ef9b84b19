//! A program that is a script: each line is a task, tasks run side by side, and each answer is printed.
//!
//! ```text
//! a: pay 10; print hello; pay 70
//! b: sleep 2; now; random 4; fail ValueError
//! ```
//!
//! `spin` computes without end, and prints at each pause.

use crate::guest::{Event, Failed, Guest, Limited, Nursery, Patience, Spec, Stream, Verdict};
use sandbox::vm::request::{HostRequest, Pending, PendingRequest};
use sandbox::{Data, Outcome};
use serde::{Deserialize, Serialize};

/// A program in the middle of its script.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ScriptedRun {
    tasks: Vec<Task>,
    performed: u64,
    pending: Vec<Pending>,
    printed: Vec<u8>,
    failed: Option<String>,
    handled_at: Option<u32>,
    spins: bool,
    calls_max: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Task {
    name: String,
    ops: Vec<String>,
    next: usize,
    waits_for: Option<u64>,
}

/// The interpreter of scripts.
pub(crate) struct Scripted(Spec);

impl Nursery for Scripted {
    type Guest = ScriptedRun;

    fn new(spec: Spec) -> Self {
        Self(spec)
    }

    fn compile(&self) -> Result<ScriptedRun, String> {
        let mut tasks = Vec::new();
        for (line, number) in self.0.source.lines().zip(1..) {
            let Some((name, ops)) = line.split_once(": ") else {
                return Err(format!(
                    "  File \"{}\", line {number}\nSyntaxError: no task",
                    self.0.filename
                ));
            };
            let ops = ops.split("; ").map(str::to_owned).collect();
            tasks.push(Task {
                name: name.to_owned(),
                ops,
                next: 0,
                waits_for: None,
            });
        }
        let run = ScriptedRun {
            tasks,
            performed: 0,
            pending: Vec::new(),
            printed: Vec::new(),
            failed: None,
            handled_at: None,
            spins: false,
            calls_max: self.0.limits.calls,
        };
        Ok(run)
    }

    fn load(&self, snapshot: &[u8]) -> Result<ScriptedRun, String> {
        postcard::from_bytes(snapshot).map_err(|err| err.to_string())
    }
}

impl ScriptedRun {
    fn run_task(&mut self, idx: usize) {
        while self.tasks[idx].waits_for.is_none() && self.failed.is_none() {
            let task = &mut self.tasks[idx];
            let Some(op) = task.ops.get(task.next).cloned() else {
                return;
            };
            task.next += 1;
            let (verb, rest) = op.split_once(' ').unwrap_or((&op, ""));
            let request = match verb {
                "print" => {
                    self.printed
                        .extend(format!("{}: {rest}\n", task.name).bytes());
                    continue;
                }
                "spin" => {
                    self.spins = true;
                    return;
                }
                "fail" => {
                    self.failed = Some(rest.to_owned());
                    continue;
                }
                "sleep" => PendingRequest::Host(HostRequest::Sleep(rest.parse().unwrap())),
                "now" => PendingRequest::Host(HostRequest::Now),
                "monotonic" => PendingRequest::Host(HostRequest::Monotonic),
                "random" => PendingRequest::Host(HostRequest::Random(rest.parse().unwrap())),
                tool => PendingRequest::Call {
                    name: tool.to_owned(),
                    args: vec![Data::Int(rest.parse().unwrap())],
                    kwargs: Vec::new(),
                },
            };
            self.performed += 1;
            let line = u32::try_from(idx).unwrap() + 1;
            self.pending.push(Pending {
                id: self.performed,
                line,
                request,
            });
            self.tasks[idx].waits_for = Some(self.performed);
        }
    }
}

impl Guest for ScriptedRun {
    fn advance(&mut self, patience: &mut Patience<'_>) -> Event {
        for idx in 0..self.tasks.len() {
            self.run_task(idx);
        }
        for pauses in (1..).take_while(|_| self.spins) {
            self.printed.extend(format!("pause {pauses}\n").bytes());
            match patience(pauses) {
                Verdict::GoOn => {}
                Verdict::TimeIsUp => {
                    return Event::Limit(Limited {
                        what: "time".to_owned(),
                        pauses,
                    });
                }
                Verdict::Interrupt => return Event::Interrupted,
            }
        }
        if let Some(what) = &self.failed {
            let traceback = format!("Traceback (most recent call last):\n{what}\n");
            return Event::Failed(Failed {
                traceback,
                exit: None,
            });
        }
        if self.performed > self.calls_max {
            let what = format!("more than {} calls", self.calls_max);
            return Event::Limit(Limited { what, pauses: 0 });
        }
        if self.pending.is_empty() {
            Event::Done(Data::None)
        } else {
            Event::Suspended
        }
    }

    fn take_output(&mut self) -> Vec<(Stream, Vec<u8>)> {
        vec![(Stream::Stdout, std::mem::take(&mut self.printed))]
    }

    fn pending(&self, after: u64) -> Vec<Pending> {
        self.pending
            .iter()
            .filter(|it| it.id > after)
            .cloned()
            .collect()
    }

    fn answer(&mut self, id: u64, outcome: &Outcome) -> Result<(), String> {
        let Some(idx) = self.pending.iter().position(|pending| pending.id == id) else {
            return Err(format!("no request {id} waits"));
        };
        let pending = self.pending.remove(idx);
        let task = self
            .tasks
            .iter_mut()
            .find(|task| task.waits_for == Some(id))
            .unwrap();
        task.waits_for = None;
        self.handled_at = outcome.as_ref().err().map(|_| pending.line + 100);
        let text = match outcome {
            Ok(value) => value.repr(),
            Err(failure) => failure.to_string(),
        };
        self.printed
            .extend(format!("{}: {text}\n", task.name).bytes());
        Ok(())
    }

    fn dump(&self) -> Result<Vec<u8>, String> {
        postcard::to_stdvec(self).map_err(|err| err.to_string())
    }

    fn handled_at(&self) -> Option<u32> {
        self.handled_at
    }
}
