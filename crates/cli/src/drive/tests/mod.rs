//! Tests of the driver: what it does in order, and that no crash makes it do anything twice or lose anything.

mod laws;
mod order;

use super::{Answer, Answers, Driver, Setting, Stop};
use crate::error::RunError;
use crate::guest::{Nursery, Spec};
use crate::host::{CallId, ToolHost};
use crate::limits::Limits;
use crate::rebuild::{Base, rebuild};
use crate::testing::{Bank, BankHost, Disk, Scripted, TestWorld};
use crate::trace::Trace;
use crate::ui::Ui;
use journal::{Contents, Run, Status};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

const CALLS_MAX: u64 = 200;

/// A run and everything around it that survives a process.
struct Bench {
    script: String,
    disk: Disk,
    bank: Rc<RefCell<Bank>>,
    world: TestWorld,
    order: u64,
    limit: i64,
}

/// What one process came to.
struct Process {
    stop: Result<Stop, RunError>,
    out: String,
    err: String,
}

impl Bench {
    fn new(script: &str) -> Self {
        let run = Run {
            run_id: "4f1d".to_owned(),
            created_ms: 1_790_000_000_000,
            kont_version: "0.1.0".to_owned(),
            filename: "pay.py".to_owned(),
            source: script.to_owned(),
            tools: Some("tools.py".to_owned()),
            policy: None,
            capabilities: "[]".to_owned(),
            limits: "{}".to_owned(),
            seed: 7,
            forked_from: None,
            status: Status::Running,
            ending: None,
            trace: [0; 32],
        };
        let disk = Disk {
            contents: Contents::new(run),
            snapshots: BTreeMap::new(),
            crash_in: None,
        };
        Self {
            script: script.to_owned(),
            disk,
            bank: Rc::default(),
            world: TestWorld::default(),
            order: 1,
            limit: crate::testing::ask_limit(),
        }
    }

    fn nursery(&self) -> Scripted {
        Scripted::new(Spec {
            source: self.script.clone(),
            filename: "pay.py".to_owned(),
            capabilities: Vec::new(),
            limits: Limits {
                steps: 0,
                memory_bytes: 0,
                compute_ms: 0,
                output_bytes: 0,
                calls: CALLS_MAX,
            },
            seed: 7,
        })
    }

    /// One process: takes the run up where the disk has it, and drives it as far as it goes.
    fn process(&mut self, given: &[(u64, Answer)]) -> Process {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let stop = self.drive(given, &mut out, &mut err);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Process {
            stop,
            out: text(out),
            err: text(err),
        }
    }

    fn drive(
        &mut self,
        given: &[(u64, Answer)],
        out: &mut Vec<u8>,
        err: &mut Vec<u8>,
    ) -> Result<Stop, RunError> {
        let given = given
            .iter()
            .map(|(id, answer)| (CallId(*id), answer.clone()));
        let answers = Answers::check(&self.disk.contents, given)?;
        let mut host = BankHost::new(&self.bank, self.order);
        host.limit = self.limit;
        let tools = host.load(Some(Path::new("tools.py")), None)?;
        answers.check_tools(&self.disk.contents, &tools)?;
        let last = self.disk.snapshots.last_key_value();
        let base = match last {
            None => Base::Source,
            Some((&delivered, bytes)) => Base::Snapshot {
                delivered,
                trace: Trace(self.disk.contents.snapshots[&delivered].trace),
                bytes,
            },
        };
        let nursery = self.nursery();
        let contents = &self.disk.contents;
        let rebuilt = rebuild(
            &nursery,
            contents,
            &base,
            &mut |_, _| Ok(()),
            &mut |_, _| Ok(()),
        )?;
        let setting = Setting {
            store: &mut self.disk,
            host: &mut host,
            world: &mut self.world,
            ui: Ui {
                out,
                err,
                json: false,
            },
            tools,
            file: "pay.py".to_owned(),
            journal: Some("run.kj".to_owned()),
            compute_max_ms: 5_000,
        };
        Driver::run::<Scripted>(setting, rebuilt, &answers)
    }

    /// The trace and output of the run, made again from the record alone.
    fn replay(&self, base: &Base<'_>) -> (Trace, String) {
        let mut printed = Vec::new();
        let rebuilt = rebuild(
            &self.nursery(),
            &self.disk.contents,
            base,
            &mut |_, bytes| {
                printed.extend_from_slice(bytes);
                Ok(())
            },
            &mut |_, _| Ok(()),
        )
        .unwrap();
        (rebuilt.program.trace, String::from_utf8(printed).unwrap())
    }

    fn printed(&self) -> String {
        let output = self.disk.contents.output.iter();
        String::from_utf8(output.flat_map(|it| it.bytes.clone()).collect()).unwrap()
    }

    fn paid(&self) -> Vec<i64> {
        let mut amounts: Vec<_> = self
            .bank
            .borrow()
            .payments
            .iter()
            .map(|(_, amount)| *amount)
            .collect();
        amounts.sort_unstable();
        amounts
    }
}
