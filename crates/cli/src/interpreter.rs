//! The interpreter behind the driver: kont-sandbox.

use crate::guest::{Event, Failed, Guest, Limited, Nursery, Patience, Spec, Stream, Verdict};
use crate::host::ToolSpec;
use crate::limits::Limits;
use sandbox::vm::raise::LimitExceeded;
use sandbox::vm::request::Pending;
use sandbox::{Capability, Config, Data, Outcome, Program, Run};

/// Makes programs of kont's own Python.
pub(crate) struct Sandbox(Spec);

impl Nursery for Sandbox {
    type Guest = Run;

    fn new(spec: Spec) -> Self {
        Self(spec)
    }

    fn compile(&self) -> Result<Run, String> {
        let program = Program::compile(&self.0.source, &self.0.filename)
            .map_err(|diagnostic| diagnostic.to_string())?;
        let config = Config {
            limits: limits(&self.0.limits),
            capabilities: self.0.capabilities.iter().map(capability).collect(),
            seed: self.0.seed,
        };
        Ok(Run::new(program, config))
    }

    fn load(&self, snapshot: &[u8]) -> Result<Run, String> {
        Run::load(snapshot).map_err(|err| err.to_string())
    }
}

fn limits(limits: &Limits) -> sandbox::Limits {
    sandbox::Limits {
        steps: limits.steps,
        memory_bytes: limits.memory_bytes,
        output_bytes: limits.output_bytes,
        compute_ms: limits.compute_ms,
        calls: limits.calls,
        suspensions: u64::MAX,
        ..sandbox::Limits::default()
    }
}

fn capability(tool: &ToolSpec) -> Capability {
    Capability {
        name: tool.name.clone(),
        is_async: tool.is_async,
        signature: tool.signature.clone(),
        doc: tool.doc.clone(),
    }
}

impl Guest for Run {
    fn advance(&mut self, patience: &mut Patience<'_>) -> Event {
        let mut pauses = 0;
        loop {
            return match self.advance() {
                sandbox::Event::Suspended => Event::Suspended,
                sandbox::Event::Paused => {
                    pauses += 1;
                    match patience(pauses) {
                        Verdict::GoOn => continue,
                        Verdict::Interrupt => Event::Interrupted,
                        Verdict::TimeIsUp => {
                            let limit = self.limits().compute_ms;
                            let kind = "compute_ms".to_owned();
                            let exceeded = LimitExceeded {
                                kind,
                                limit,
                                used: limit,
                            };
                            let what = limit_text(&exceeded);
                            self.exceed(exceeded);
                            Event::Limit(Limited { what, pauses })
                        }
                    }
                }
                sandbox::Event::Done(value) => Event::Done(value),
                sandbox::Event::Failed(failed) => ending(failed),
                sandbox::Event::Limit(exceeded) => Event::Limit(Limited {
                    what: limit_text(&exceeded),
                    pauses: 0,
                }),
            };
        }
    }

    fn take_output(&mut self) -> Vec<(Stream, Vec<u8>)> {
        let [out, err] = self.take_output();
        vec![(Stream::Stdout, out), (Stream::Stderr, err)]
    }

    fn pending(&self, after: u64) -> Vec<Pending> {
        let known = self
            .pending()
            .partition_point(|pending| pending.id <= after);
        self.pending()[known..].to_vec()
    }

    fn answer(&mut self, id: u64, outcome: &Outcome) -> Result<(), String> {
        self.answer(id, outcome).map_err(|err| err.to_string())
    }

    fn dump(&self) -> Result<Vec<u8>, String> {
        self.dump().map_err(|err| err.to_string())
    }

    fn handled_at(&self) -> Option<u32> {
        self.handled_at()
    }
}

/// `SystemExit` ends a program as CPython does: quietly, but for a message.
fn ending(failed: sandbox::Failed) -> Event {
    match failed.exit {
        Some(0) => Event::Done(Data::None),
        Some(status) => {
            let is_status = failed.message.parse::<i64>().is_ok() || failed.message.is_empty();
            let traceback = if is_status {
                String::new()
            } else {
                format!("{}\n", failed.message)
            };
            Event::Failed(Failed {
                traceback,
                exit: Some(status),
            })
        }
        None => Event::Failed(Failed {
            traceback: failed.traceback,
            exit: None,
        }),
    }
}

/// What is said when a limit has ended a program, with the way to set it.
fn limit_text(exceeded: &LimitExceeded) -> String {
    let LimitExceeded { kind, limit, .. } = exceeded;
    let mib = |bytes: &u64| bytes >> 20;
    match kind.as_str() {
        "steps" => told(&format!("took more than {limit} steps"), "--max-steps"),
        "memory_bytes" => told(
            &format!("used more than {} MiB of memory", mib(limit)),
            "--max-memory-mib",
        ),
        "output_bytes" => told(
            &format!("printed more than {} MiB", mib(limit)),
            "--max-output-mib",
        ),
        "compute_ms" => {
            #[expect(clippy::cast_precision_loss, reason = "for people")]
            let seconds = *limit as f64 / 1000.0;
            told(
                &format!("computed for more than {seconds} s"),
                "--max-time-s",
            )
        }
        "boundary_bytes" => format!(
            "the program exchanged more than {} MiB with its tools",
            mib(limit)
        ),
        "calls" => told(&format!("made more than {limit} calls"), "--max-calls"),
        _ => exceeded.to_string(),
    }
}

fn told(what: &str, flag: &str) -> String {
    format!("the program {what}\nhelp: `{flag}` sets the limit")
}
