//! `kont replay`: a run again, from its record alone.

use super::{DONE, Setting, recorded_spec, shown};
use crate::args::ReplayArgs;
use crate::error::RunError;
use crate::guest::Nursery;
use crate::rebuild::{Base, rebuild};
use crate::ui::Say;
use journal::View;

/// Replays a run, and gives the exit status.
pub(super) fn replay<N: Nursery>(
    args: &ReplayArgs,
    setting: &mut Setting<'_>,
) -> Result<u8, RunError> {
    setting.ui.json = args.style.json;
    let path = shown(&args.journal);
    let view = View::open(&args.journal)?;
    let contents = view.contents();
    let spec = recorded_spec(contents)?;
    let nursery = N::new(spec);
    let ui = &mut setting.ui;
    let rebuilt = rebuild(
        &nursery,
        contents,
        &Base::Source,
        &mut |stream, bytes| ui.output(stream, bytes).map_err(RunError::Output),
        &mut |_, _| Ok(()),
    )?;
    if rebuilt.is_new {
        let text = format!("`{path}` has nothing to replay: its program has not begun");
        setting.ui.say(&Say::Note { text: &text });
        return Ok(DONE);
    }
    setting.ui.say(&Say::Replayed {
        calls: contents.calls.len() as u64,
        answers: contents.delivered,
        trace: &rebuilt.program.trace.short(),
        status: contents.run.status.name(),
    });
    Ok(DONE)
}
