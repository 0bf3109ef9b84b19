//! `kont run`: a program from its first line.

use super::{NoTools, Setting, load_tools, modules, short_file, shown, status};
use crate::args::RunArgs;
use crate::drive::{self, Answers, Driver};
use crate::error::RunError;
use crate::guest::{Nursery, Spec};
use crate::rebuild::{Base, rebuild};
use crate::store::{Memory, Store};
use crate::trace::Trace;
use journal::{Journal, Run, Status};
use std::fs;
use std::io::Read;
use std::path::Path;

/// How many random bytes name a run.
const RUN_ID_BYTES: usize = 16;

/// Runs a program, and gives the exit status.
pub(super) fn run<N: Nursery>(args: &RunArgs, setting: &mut Setting<'_>) -> Result<u8, RunError> {
    setting.ui.json = args.style.json;
    let (source, filename) = read_source(&args.file)?;
    if let Some(path) = &args.journal {
        // Before anything of the user's runs: loading tools may have effects of its own.
        journal::check_vacant(path)?;
    }
    let mut spec = Spec {
        source,
        filename,
        capabilities: Vec::new(),
        limits: args.limits.limits(),
        seed: seed(setting)?,
    };
    N::new(spec.clone()).compile().map_err(RunError::Source)?;
    let modules = modules(&args.modules, None);
    let mut none = NoTools;
    let (host, tools) = load_tools(&mut setting.host, &mut none, &modules)?;
    spec.capabilities = tools.clone();

    let random = setting.world.random(RUN_ID_BYTES)?;
    let json = |value: serde_json::Result<String>| {
        value.map_err(|err| RunError::Unreadable(err.to_string()))
    };
    let run = Run {
        run_id: random.iter().map(|byte| format!("{byte:02x}")).collect(),
        created_ms: setting.world.now_ms(),
        kont_version: env!("CARGO_PKG_VERSION").to_owned(),
        filename: spec.filename.clone(),
        source: spec.source.clone(),
        tools: modules.tools.as_deref().map(shown),
        policy: modules.policy.as_deref().map(shown),
        capabilities: json(serde_json::to_string(&spec.capabilities))?,
        limits: json(serde_json::to_string(&spec.limits))?,
        seed: spec.seed,
        forked_from: None,
        status: Status::Running,
        ending: None,
        trace: Trace::START.0,
    };
    let store: Box<dyn Store> = match &args.journal {
        Some(path) => Box::new(Journal::create(path, run, setting.crash_at.clone())?),
        None => Box::new(Memory::new(run)),
    };
    let compute_max_ms = spec.limits.compute_ms;
    let nursery = N::new(spec);
    let mut ignore_output = |_, _: &[u8]| Ok(());
    let rebuilt = rebuild(
        &nursery,
        store.contents(),
        &Base::Source,
        &mut ignore_output,
        &mut |_, _| Ok(()),
    )?;
    let setting = drive::Setting {
        store,
        host,
        world: setting.world,
        ui: setting.ui.reborrow(),
        tools,
        file: short_file(&shown(&args.file)),
        journal: args.journal.as_deref().map(shown),
        compute_max_ms,
    };
    Driver::run::<N>(setting, rebuilt, &Answers::default()).map(|stop| status(&stop))
}

fn seed(setting: &mut Setting<'_>) -> Result<u64, RunError> {
    let bytes = setting.world.random(size_of::<u64>())?;
    Ok(bytes
        .into_iter()
        .fold(0, |seed, byte| seed << 8 | u64::from(byte)))
}

/// The program's text and its name.
fn read_source(path: &Path) -> Result<(String, String), RunError> {
    let error = |why: String| RunError::File {
        path: shown(path),
        why,
    };
    let (bytes, name) = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|err| error(err.to_string()))?;
        (bytes, "<stdin>".to_owned())
    } else {
        (
            fs::read(path).map_err(|err| error(err.to_string()))?,
            shown(path),
        )
    };
    let text = String::from_utf8(bytes).map_err(|err| {
        let line = err.as_bytes()[..err.utf8_error().valid_up_to()]
            .split(|&b| b == b'\n')
            .count();
        error(format!("it is not Python source: line {line} is not UTF-8"))
    })?;
    // As CPython reads a file that an editor marked.
    let text = text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text);
    Ok((text, name))
}
