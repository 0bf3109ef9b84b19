//! Tools that pay, and a bank that remembers every payment whatever happens to the process that asked for it.
//!
//! `pay N` asks above 50; if N ends in 7 it is logged afterwards, by a tool without side effects. `kill N` is killed.

use crate::host::{
    Call, CallId, Execute, Execution, HostError, HostTurn, Progress, Queried, Question, StepAnswer,
    Told, ToolHost, ToolSpec,
};
use sandbox::{Data, Failure};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;

/// What survives every crash.
#[derive(Debug, Default)]
pub(crate) struct Bank {
    /// Key and amount of each payment.
    pub(crate) payments: Vec<(String, i64)>,
    /// How often each tool ran.
    pub(crate) runs: BTreeMap<String, usize>,
    /// Whether the query function is out of order.
    pub(crate) is_mute: bool,
}

/// Above this a person is asked.
pub(crate) fn ask_limit() -> i64 {
    50
}

/// What the person of the tests says.
pub(crate) fn is_denied(amount: i64) -> bool {
    amount > ask_limit() && amount % 3 == 0
}

/// The trusted side in one process. What it holds is lost with the process; the bank is not.
pub(crate) struct BankHost {
    pub(crate) bank: Rc<RefCell<Bank>>,
    /// Decides the order in which tools begin and end.
    pub(crate) order: u64,
    /// Rather than 50, for tests of a policy that changed.
    pub(crate) limit: i64,
    has_tools: bool,
    programs: BTreeMap<CallId, HostProgram>,
}

/// A call under the policy.
struct HostProgram {
    call: Call,
    paid: Option<Data>,
}

impl BankHost {
    pub(crate) fn new(bank: &Rc<RefCell<Bank>>, order: u64) -> Self {
        Self {
            bank: Rc::clone(bank),
            order,
            limit: ask_limit(),
            programs: BTreeMap::new(),
            has_tools: false,
        }
    }

    fn pick(&mut self, below: usize) -> usize {
        self.order = self
            .order
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.order >> 33).unwrap() % below
    }

    fn run_tool(&mut self, execution: &Execution) -> Result<Data, Failure> {
        let mut bank = self.bank.borrow_mut();
        let tool = execution.execute.tool.clone();
        *bank.runs.entry(tool.clone()).or_default() += 1;
        let amount = amount(&execution.execute.args);
        match tool.as_str() {
            "pay" => {
                bank.payments.push((execution.key.clone(), amount));
                Ok(receipt(amount))
            }
            "kill" => Err(Failure::new(
                "WorkerKilled",
                "killed after 2.0 s, 2 processes, 0 left",
            )),
            _ => Ok(Data::None),
        }
    }
}

fn amount(args: &[Data]) -> i64 {
    match args {
        [Data::Int(amount)] => *amount,
        other => panic!("{other:?}"),
    }
}

fn receipt(amount: i64) -> Data {
    Data::Str(format!("paid {amount}"))
}

fn execute(tool: &str, call: &Call) -> HostTurn {
    HostTurn::Execute(Execute {
        tool: tool.to_owned(),
        args: call.args.clone(),
        kwargs: Vec::new(),
        place: None,
    })
}

impl ToolHost for BankHost {
    fn load(
        &mut self,
        tools: Option<&Path>,
        _policy: Option<&Path>,
    ) -> Result<Vec<ToolSpec>, HostError> {
        if let Some(path) = tools.filter(|path| path.ends_with("broken.py")) {
            return Err(HostError::Load(format!(
                "`{}` cannot be loaded",
                path.display()
            )));
        }
        self.has_tools = tools.is_some();
        let names: &[&str] = if tools.is_some() {
            &["pay", "kill", "log"]
        } else {
            &[]
        };
        let spec = |name: &&str| ToolSpec {
            name: (*name).to_owned(),
            is_async: false,
            signature: None,
            doc: String::new(),
            can_query: *name == "pay",
            retry_in_doubt: *name == "log",
        };
        Ok(names.iter().map(spec).collect())
    }

    fn start(&mut self, call: &Call) -> Result<HostTurn, HostError> {
        self.programs.insert(
            call.id,
            HostProgram {
                call: call.clone(),
                paid: None,
            },
        );
        if call.name == "pay" && amount(&call.args) > self.limit {
            let text = format!("amount > {}", self.limit);
            return Ok(HostTurn::Question(Question {
                text,
                data: Data::None,
            }));
        }
        Ok(execute(&call.name, call))
    }

    fn answer(&mut self, call: CallId, answer: StepAnswer) -> Result<HostTurn, HostError> {
        let program = self
            .programs
            .get_mut(&call)
            .expect("it was started in this process");
        Ok(match answer {
            StepAnswer::Approved => execute(&program.call.name, &program.call),
            StepAnswer::Denied => HostTurn::Done(Err(Failure::new("PermissionError", "denied"))),
            StepAnswer::Executed(outcome) => {
                let logs = program.call.name == "pay" && amount(&program.call.args) % 10 == 7;
                match (outcome, program.paid.take()) {
                    (Ok(_), Some(paid)) => HostTurn::Done(Ok(paid)),
                    (Ok(paid), None) if logs => {
                        program.paid = Some(paid);
                        execute("log", &program.call)
                    }
                    (outcome, _) => HostTurn::Done(outcome),
                }
            }
        })
    }

    fn execute(
        &mut self,
        mut batch: Vec<Execution>,
        report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), HostError> {
        let mut running = Vec::new();
        while !batch.is_empty() || !running.is_empty() {
            if !batch.is_empty() && (running.is_empty() || self.pick(2) == 0) {
                let execution = batch.swap_remove(self.pick(batch.len()));
                if report(Progress::Starting(execution.call)).is_break() {
                    return Ok(());
                }
                let outcome = self.run_tool(&execution);
                running.push((execution.call, outcome));
            } else {
                let (call, outcome) = running.swap_remove(self.pick(running.len()));
                if report(Progress::Ended(call, outcome)).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn query(&mut self, tool: &str, key: &str) -> Result<Queried, Failure> {
        assert_eq!(tool, "pay");
        let bank = self.bank.borrow();
        if bank.is_mute {
            return Err(Failure::new("ConnectionError", "the bank is closed"));
        }
        let paid = bank.payments.iter().find(|(known, _)| known == key);
        Ok(match paid {
            Some((_, amount)) => Queried::Happened(receipt(*amount)),
            None => Queried::NotHappened,
        })
    }

    fn summary(&mut self, _calls: &[Told]) -> Result<Option<String>, Failure> {
        let n_payments = self.bank.borrow().payments.len();
        Ok(self
            .has_tools
            .then(|| format!("ledger: {n_payments} payments")))
    }
}
