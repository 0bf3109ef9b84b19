//! `kont fork`: another branch of a run, from the moment before one call got its answer.

use super::{DONE, Setting, resume, shown};
use crate::args::ForkArgs;
use crate::drive::{Answers, known};
use crate::error::RunError;
use crate::guest::Nursery;
use crate::ui::Say;
use journal::View;

/// How many random bytes name a run.
const RUN_ID_BYTES: usize = 16;

/// Forks a run and, if there are answers, drives the branch on. Gives the exit status.
pub(super) fn fork<N: Nursery>(args: &ForkArgs, setting: &mut Setting<'_>) -> Result<u8, RunError> {
    setting.ui.json = args.style.json;
    let view = View::open(&args.from.journal)?;
    let random = setting.world.random(RUN_ID_BYTES)?;
    let run_id = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let answers = resume::answers(&args.answers);
    let call = args.from.call;
    known(view.contents(), call)?;
    let branch = journal::branch_at(view.contents(), call.0, run_id)?;
    // Before the branch is written: an answer to what was not asked leaves no file behind.
    Answers::check(&branch, answers.iter().cloned())?;
    journal::write_branch(&view, &branch, &args.output)?;
    let output = shown(&args.output);
    if answers.is_empty() {
        let text = format!(
            "forked before the answer of call {call}: {output}\nhelp: go on with `kont resume {output}`"
        );
        setting.ui.say(&Say::Note { text: &text });
        return Ok(DONE);
    }
    drop(view);
    resume::go_on::<N>(&args.output, answers, &args.modules, false, setting)
}
