//! The verbs of the command line. They are generic over the interpreter, so that tests can script the program.

mod fork;
mod replay;
mod resume;
mod run;
mod show;

#[cfg(test)]
mod tests;

use crate::args::{Cli, Command, Modules};
use crate::drive::Stop;
use crate::error::RunError;
use crate::guest::{Nursery, Spec};
use crate::host::{
    Call, CallId, Execution, HostError, HostTurn, Progress, Queried, StepAnswer, Told, ToolHost,
    ToolSpec,
};
use crate::limits::Limits;
use crate::program::Ending;
use crate::ui::{Say, Ui};
use crate::world::World;
use journal::{Contents, CrashAt};
use sandbox::Failure;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// The program did what it should.
pub(crate) const DONE: u8 = 0;
/// The program failed.
pub(crate) const FAILED: u8 = 1;
/// The command line or a file on it is wrong.
pub(crate) const USAGE: u8 = 2;
/// The run waits for a person; the number is `EX_TEMPFAIL`.
pub(crate) const WAITING: u8 = 75;
/// Ctrl-C.
const INTERRUPTED: u8 = 130;

/// What a command works with.
pub(crate) struct Setting<'a> {
    pub(crate) host: Option<&'a mut dyn ToolHost>,
    pub(crate) world: &'a mut dyn World,
    pub(crate) ui: Ui<'a>,
    pub(crate) crash_at: Option<CrashAt>,
}

/// Does what the command line says, and gives the exit status.
pub(crate) fn dispatch<N: Nursery>(cli: Cli, mut setting: Setting<'_>) -> u8 {
    let done = match cli.command {
        Command::Run(args) => run::run::<N>(&args, &mut setting),
        Command::Resume(args) => resume::resume::<N>(&args, &mut setting),
        Command::Replay(args) => replay::replay::<N>(&args, &mut setting),
        Command::Fork(args) => fork::fork::<N>(&args, &mut setting),
        Command::Show(args) => show::show(&args, &mut setting),
    };
    match done {
        Ok(status) => status,
        Err(err) => fail(&err, &mut setting.ui),
    }
}

fn fail(err: &RunError, ui: &mut Ui<'_>) -> u8 {
    match err {
        // Who closed the pipe knows why.
        RunError::Output(err) if err.kind() == ErrorKind::BrokenPipe => FAILED,
        RunError::Source(text) => {
            ui.say(&Say::Failed { traceback: text });
            FAILED
        }
        err => {
            ui.say(&Say::Error {
                text: &err.to_string(),
            });
            match err {
                RunError::Host(HostError::Interrupted) => INTERRUPTED,
                _ => USAGE,
            }
        }
    }
}

/// The exit status of a run that stopped.
pub(crate) fn status(stop: &Stop) -> u8 {
    match stop {
        Stop::Waiting => WAITING,
        Stop::Ended(Ending::Done(_)) => DONE,
        Stop::Ended(Ending::Failed(failed)) => failed.exit.unwrap_or(FAILED),
        Stop::Ended(Ending::Limited(_)) => FAILED,
    }
}

/// The text of a path, as messages and the journal have it.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// What the modules are, on the command line or else in the record, as absolute paths.
pub(crate) fn modules(given: &Modules, recorded: Option<&Contents>) -> Modules {
    let either = |given: &Option<PathBuf>, recorded: Option<&String>| {
        let given = given
            .as_ref()
            .map(|path| std::path::absolute(path).unwrap_or(path.clone()));
        given.or_else(|| recorded.map(PathBuf::from))
    };
    Modules {
        tools: either(&given.tools, recorded.and_then(|it| it.run.tools.as_ref())),
        policy: either(
            &given.policy,
            recorded.and_then(|it| it.run.policy.as_ref()),
        ),
    }
}

/// Loads tools and policy. Without CPython there can be none, and that is said.
pub(crate) fn load_tools<'h>(
    host: &'h mut Option<&mut dyn ToolHost>,
    none: &'h mut NoTools,
    modules: &Modules,
) -> Result<(&'h mut dyn ToolHost, Vec<ToolSpec>), RunError> {
    let host: &mut dyn ToolHost = match host {
        Some(host) => *host,
        None => none,
    };
    let tools = host.load(modules.tools.as_deref(), modules.policy.as_deref())?;
    Ok((host, tools))
}

/// How the program of a record is made anew.
pub(crate) fn recorded_spec(contents: &Contents) -> Result<Spec, RunError> {
    let run = &contents.run;
    let unreadable = |err: serde_json::Error| RunError::Unreadable(err.to_string());
    Ok(Spec {
        source: run.source.clone(),
        filename: run.filename.clone(),
        capabilities: serde_json::from_str(&run.capabilities).map_err(unreadable)?,
        limits: serde_json::from_str::<Limits>(&run.limits).map_err(unreadable)?,
        seed: run.seed,
    })
}

/// The last part of a program's file name, as places show it.
pub(crate) fn short_file(filename: &str) -> String {
    let name = Path::new(filename).file_name();
    name.map_or(filename.to_owned(), |name| {
        name.to_string_lossy().into_owned()
    })
}

/// The host of a command without CPython.
#[derive(Debug)]
pub(crate) struct NoTools;

impl ToolHost for NoTools {
    fn load(
        &mut self,
        tools: Option<&Path>,
        policy: Option<&Path>,
    ) -> Result<Vec<ToolSpec>, HostError> {
        match tools.or(policy) {
            None => Ok(Vec::new()),
            Some(path) => Err(HostError::Load(format!(
                "`{}` is Python, and this `kont` was built without CPython\n\
                 help: `pip install kont` brings a `kont` that runs tools",
                path.display()
            ))),
        }
    }

    fn start(&mut self, call: &Call) -> Result<HostTurn, HostError> {
        Err(HostError::Internal(format!(
            "no tool `{}` was granted",
            call.name
        )))
    }

    fn answer(&mut self, call: CallId, _answer: StepAnswer) -> Result<HostTurn, HostError> {
        Err(HostError::Internal(format!(
            "call {call} was never started"
        )))
    }

    fn execute(
        &mut self,
        batch: Vec<Execution>,
        _report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), HostError> {
        Err(HostError::Internal(format!(
            "there are no tools, and {} calls",
            batch.len()
        )))
    }

    fn query(&mut self, tool: &str, _key: &str) -> Result<Queried, Failure> {
        Err(Failure::new(
            "LookupError",
            format!("there is no tool `{tool}`"),
        ))
    }

    fn summary(&mut self, _calls: &[Told]) -> Result<Option<String>, Failure> {
        Ok(None)
    }
}
