//! The words of the command line.

use crate::host::CallId;
use crate::limits::Limits;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

const MIB: u64 = 1 << 20;

/// Runs Python programs that are suspended at each effect: approved, resumed, replayed and forked later.
#[derive(Debug, Parser)]
#[command(name = "kont", version, after_help = EXIT_STATUS)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_STATUS: &str = "\
Exit status:
  0   done
  1   the program failed, or was ended by a limit
  2   wrong arguments, or a file that is missing, damaged or held by another process
  75  the run waits for a person; go on with `kont resume`

The program's output goes to stdout. What kont says goes to stderr.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(RunArgs),
    Resume(ResumeArgs),
    Replay(ReplayArgs),
    Fork(ForkArgs),
    Show(ShowArgs),
}

/// Run a program in the sandbox, with the tools that it is granted.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kont run hello.py
  kont run pay.py --tools tools.py --policy policy.py --journal run.kj
  kont run untrusted.py --max-time-s 2 --max-memory-mib 64
  echo 'print(6 * 7)' | kont run -")]
pub(crate) struct RunArgs {
    /// The program; `-` reads it from stdin.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) modules: Modules,
    /// Keep the run in a new file, so that it survives crashes and can wait for a person.
    #[arg(long, value_name = "RUN.kj")]
    pub(crate) journal: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    #[command(flatten)]
    pub(crate) style: Style,
}

/// Go on with a run, in this process, where another one left it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kont resume run.kj                          go on after a crash
  kont resume run.kj --approve 9 --deny 14    answer two questions
  kont resume run.kj --query 14               ask the tool whether it had happened
  kont resume run.kj --retry 14               it had not happened: run it again
  kont resume run.kj --assume-done 14 --value '{\"id\": 7}'")]
pub(crate) struct ResumeArgs {
    /// The journal of the run.
    #[arg(value_name = "RUN.kj")]
    pub(crate) journal: PathBuf,
    #[command(flatten)]
    pub(crate) answers: AnswerArgs,
    /// In doubt: ask the tool of call N, by its key, whether the effect took place.
    #[arg(long, value_name = "N", value_parser = call_id)]
    pub(crate) query: Vec<CallId>,
    /// In doubt: run call N again.
    #[arg(long, value_name = "N", value_parser = call_id)]
    pub(crate) retry: Vec<CallId>,
    /// In doubt: take it that call N happened.
    #[arg(long, value_name = "N", value_parser = call_id)]
    pub(crate) assume_done: Vec<CallId>,
    /// The result of the call that is taken as done, as JSON.
    #[arg(long, value_name = "JSON", requires = "assume_done")]
    pub(crate) value: Option<String>,
    #[command(flatten)]
    pub(crate) modules: Modules,
    /// Run the program again from its source with the recorded answers, without its snapshots.
    #[arg(long)]
    pub(crate) rebuild: bool,
    #[command(flatten)]
    pub(crate) style: Style,
}

/// Run a program again from its record: the same output and trace, and no tool is called.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kont replay run.kj
  kont replay run.kj > output.txt")]
pub(crate) struct ReplayArgs {
    /// The journal of the run.
    #[arg(value_name = "RUN.kj")]
    pub(crate) journal: PathBuf,
    #[command(flatten)]
    pub(crate) style: Style,
}

/// Begin another branch of a run, in a new journal, before call N got its answer.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kont fork run.kj@9 -o other.kj                 then: kont resume other.kj --approve 9
  kont fork run.kj@9 --approve 9 -o other.kj     the same at once

The original is only read. What other calls had done by then is done, and is not done again;
what happens in the branch happens for real, with idempotency keys of its own.")]
pub(crate) struct ForkArgs {
    /// The journal of the run and the call.
    #[arg(value_name = "RUN.kj@N", value_parser = journal_at)]
    pub(crate) from: JournalAt,
    /// The new journal.
    #[arg(short, long, value_name = "OTHER.kj")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) answers: AnswerArgs,
    #[command(flatten)]
    pub(crate) modules: Modules,
    #[command(flatten)]
    pub(crate) style: Style,
}

/// Show what a journal holds; it may be in use.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kont show run.kj
  kont show run.kj --json | jq 'select(.state == \"open\")'")]
pub(crate) struct ShowArgs {
    /// The journal.
    #[arg(value_name = "RUN.kj")]
    pub(crate) journal: PathBuf,
    /// Print one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Modules {
    /// A Python module whose `@kont.tool` functions the program may call.
    #[arg(long, value_name = "TOOLS.py")]
    pub(crate) tools: Option<PathBuf>,
    /// A Python module whose handlers stand around each tool call.
    #[arg(long, value_name = "POLICY.py")]
    pub(crate) policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct AnswerArgs {
    /// Answer the question of call N with yes.
    #[arg(long, value_name = "N", value_parser = call_id)]
    pub(crate) approve: Vec<CallId>,
    /// Answer the question of call N with no.
    #[arg(long, value_name = "N", value_parser = call_id)]
    pub(crate) deny: Vec<CallId>,
}

#[derive(Debug, Args)]
pub(crate) struct Style {
    /// Say everything as one JSON object a line, on stderr.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// Steps that the program may take.
    #[arg(long, value_name = "N", default_value_t = 2_000_000_000)]
    max_steps: u64,
    /// Memory that it may hold, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    max_memory_mib: u64,
    /// Time that it may compute, in seconds; waiting does not count.
    #[arg(long, value_name = "S", default_value_t = 60.0, value_parser = seconds)]
    max_time_s: f64,
    /// What it may print, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 16)]
    max_output_mib: u64,
    /// Requests that it may make: tool calls, sleeps, clock, randomness.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    max_calls: u64,
}

impl LimitArgs {
    pub(crate) fn limits(&self) -> Limits {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the parser of the argument keeps it in range"
        )]
        let compute_ms = (self.max_time_s * 1000.0).ceil() as u64;
        Limits {
            steps: self.max_steps,
            memory_bytes: self.max_memory_mib.saturating_mul(MIB),
            compute_ms,
            output_bytes: self.max_output_mib.saturating_mul(MIB),
            calls: self.max_calls,
        }
    }
}

/// A journal and a call in it.
#[derive(Debug, Clone)]
pub(crate) struct JournalAt {
    pub(crate) journal: PathBuf,
    pub(crate) call: CallId,
}

fn journal_at(text: &str) -> Result<JournalAt, String> {
    let hint = "write the journal, `@` and the number of a call: `run.kj@9`";
    let (journal, call) = text.rsplit_once('@').ok_or(hint)?;
    if journal.is_empty() {
        return Err(hint.to_owned());
    }
    Ok(JournalAt {
        journal: journal.into(),
        call: call_id(call)?,
    })
}

fn call_id(text: &str) -> Result<CallId, String> {
    match text.parse() {
        Ok(id) if id > 0 => Ok(CallId(id)),
        _ => Err(format!("`{text}` is not the number of a call")),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.001..=1e9).contains(&seconds) => Ok(seconds),
        _ => Err("it is a number of seconds from 0.001 to 1e9".to_owned()),
    }
}
