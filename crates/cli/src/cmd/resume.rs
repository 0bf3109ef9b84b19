//! `kont resume`: a run goes on in another process.

use super::{
    DONE, FAILED, NoTools, Setting, load_tools, modules, recorded_spec, short_file, shown, status,
};
use crate::args::{AnswerArgs, Modules, ResumeArgs};
use crate::drive::{self, Answer, Answers, Driver};
use crate::error::RunError;
use crate::guest::Nursery;
use crate::host::{CallId, ToolSpec};
use crate::json;
use crate::rebuild::{Base, rebuild};
use crate::trace::Trace;
use crate::ui::Say;
use journal::{Change, Contents, Journal, Status};
use sandbox::Data;
use std::path::Path;

/// How many recorded answers are given before it is worth telling how far it is.
const ANSWERS_PER_PROGRESS: u64 = 5_000;

/// Goes on with a run, and gives the exit status.
pub(super) fn resume<N: Nursery>(
    args: &ResumeArgs,
    setting: &mut Setting<'_>,
) -> Result<u8, RunError> {
    setting.ui.json = args.style.json;
    let value = match &args.value {
        None => Data::None,
        Some(text) => json::data(text).map_err(RunError::Usage)?,
    };
    let mut given = answers(&args.answers);
    given.extend(args.query.iter().map(|&id| (id, Answer::Query)));
    given.extend(args.retry.iter().map(|&id| (id, Answer::Retry)));
    let assumed = |&id: &CallId| (id, Answer::AssumeDone(value.clone()));
    given.extend(args.assume_done.iter().map(assumed));
    go_on::<N>(&args.journal, given, &args.modules, args.rebuild, setting)
}

/// The answers to questions on a command line.
pub(super) fn answers(args: &AnswerArgs) -> Vec<(CallId, Answer)> {
    let approved = args.approve.iter().map(|&id| (id, Answer::Approve));
    let denied = args.deny.iter().map(|&id| (id, Answer::Deny));
    approved.chain(denied).collect()
}

/// Opens a journal and drives its run on.
pub(super) fn go_on<N: Nursery>(
    path: &Path,
    given: Vec<(CallId, Answer)>,
    given_modules: &Modules,
    from_source: bool,
    setting: &mut Setting<'_>,
) -> Result<u8, RunError> {
    let mut journal = Journal::open(path, setting.crash_at.clone())?;
    let answers = Answers::check(journal.contents(), given)?;
    if let Some(status) = finished(journal.contents(), path, setting) {
        return Ok(status);
    }
    let spec = recorded_spec(journal.contents())?;
    let modules = modules(given_modules, Some(journal.contents()));
    let mut none = NoTools;
    let (host, tools) = load_tools(&mut setting.host, &mut none, &modules)?;
    check_granted(&spec.capabilities, &tools, &modules)?;
    answers.check_tools(journal.contents(), &tools)?;

    let last = journal
        .contents()
        .snapshots
        .values()
        .next_back()
        .filter(|_| !from_source);
    let bytes = match last {
        Some(row) => journal.view().snapshot(row.delivered)?,
        None => Vec::new(),
    };
    let base = match last {
        Some(row) => Base::Snapshot {
            delivered: row.delivered,
            trace: Trace(row.trace),
            bytes: &bytes,
        },
        None => Base::Source,
    };
    let ui = &mut setting.ui;
    let mut on_answer = |done, of| {
        if done % ANSWERS_PER_PROGRESS == 0 {
            ui.say(&Say::Progress {
                what: "rebuilding: answers",
                done,
                of,
            });
        }
        Ok(())
    };
    let filename = spec.filename.clone();
    let compute_max_ms = spec.limits.compute_ms;
    let nursery = N::new(spec);
    let mut ignore_output = |_, _: &[u8]| Ok(());
    let contents = journal.contents();
    let rebuilt = rebuild(
        &nursery,
        contents,
        &base,
        &mut ignore_output,
        &mut on_answer,
    )?;
    note_modules(&mut journal, &modules)?;

    let setting = drive::Setting {
        store: journal,
        host,
        world: setting.world,
        ui: setting.ui.reborrow(),
        tools,
        file: short_file(&filename),
        journal: Some(shown(path)),
        compute_max_ms,
    };
    Driver::run::<N>(setting, rebuilt, &answers).map(|stop| status(&stop))
}

/// Says that a run is over, if it is.
fn finished(contents: &Contents, path: &Path, setting: &mut Setting<'_>) -> Option<u8> {
    let path = shown(path);
    let ending = contents
        .run
        .ending
        .as_ref()
        .map_or("", |ending| ending.text.trim_end());
    let (text, status) = match contents.run.status {
        Status::Running | Status::Waiting => return None,
        Status::Done => (format!("`{path}` is done already"), DONE),
        Status::Failed => (format!("{ending}\n`{path}` has failed already"), FAILED),
        Status::Limited => (
            format!("{ending}\n`{path}` was ended by a limit already"),
            FAILED,
        ),
    };
    let help = format!("{text}\nhelp: `kont replay {path}` shows its output again");
    setting.ui.say(&Say::Note { text: &help });
    Some(status)
}

/// Refuses tools that lack what the program was granted.
fn check_granted(
    granted: &[ToolSpec],
    tools: &[ToolSpec],
    modules: &Modules,
) -> Result<(), RunError> {
    let is_there = |name: &str| tools.iter().any(|tool| tool.name == name);
    let Some(missing) = granted.iter().find(|tool| !is_there(&tool.name)) else {
        return Ok(());
    };
    let place = modules
        .tools
        .as_deref()
        .map_or("no module of tools".to_owned(), shown);
    Err(RunError::Usage(format!(
        "tool `{}` was granted when the run began, and `{place}` does not have it\n\
         help: put it back, or name another module with `--tools`",
        missing.name
    )))
}

/// Records other modules than those that the run had.
fn note_modules(journal: &mut Journal, modules: &Modules) -> Result<(), RunError> {
    let tools = modules.tools.as_deref().map(shown);
    let policy = modules.policy.as_deref().map(shown);
    let run = &journal.contents().run;
    if run.tools != tools || run.policy != policy {
        journal.commit("modules", vec![Change::Modules { tools, policy }])?;
    }
    Ok(())
}
