//! `kont show`: what a journal holds, for people and for machines. It is the one command that answers on stdout.

use super::{DONE, Setting, shown};
use crate::args::ShowArgs;
use crate::codec;
use crate::drive::is_in_doubt;
use crate::error::RunError;
use crate::guest::Stream;
use crate::host::CallId;
use crate::trace::Trace;
use journal::{Call, Contents, Run, Step, StepKind, StepState, View};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Shows a journal, and gives the exit status.
pub(super) fn show(args: &ShowArgs, setting: &mut Setting<'_>) -> Result<u8, RunError> {
    let view = View::open(&args.journal)?;
    let text = if args.json {
        let lines = json_lines(view.contents());
        lines.iter().map(|line| format!("{line}\n")).collect()
    } else {
        text(&shown(&args.journal), view.contents())
    };
    setting
        .ui
        .output(Stream::Stdout, text.as_bytes())
        .map_err(RunError::Output)?;
    Ok(DONE)
}

fn text(path: &str, contents: &Contents) -> String {
    let mut text = head(path, contents);
    for call in contents.calls.values() {
        let id = CallId(call.id);
        let answer = match &call.delivered {
            Some(delivered) => {
                let note = delivered
                    .note
                    .as_ref()
                    .map_or(String::new(), |note| format!(", {note}"));
                format!("-> {}{note}", cut(&delivered.outcome.text))
            }
            None => "open".to_owned(),
        };
        let request = short(call);
        let _ = writeln!(text, "  {id} {request:<40} {}  {answer}", call.place);
        for step in contents.steps_of(call.id).filter(|step| is_work(step)) {
            let _ = writeln!(text, "     {}", step_line(call, step));
        }
    }
    text
}

fn head(path: &str, contents: &Contents) -> String {
    let Run {
        run_id,
        created_ms,
        kont_version,
        filename,
        status,
        trace,
        ..
    } = &contents.run;
    let snapshot_bytes: u64 = contents.snapshots.values().map(|row| row.size_bytes).sum();
    let mut text = format!(
        "{path}: {filename}, {}, begun {}\nrun {run_id}, kont {kont_version}, trace {}\n\
         {} calls, {} answers, {} snapshots of {snapshot_bytes} bytes\n",
        status.name(),
        utc(*created_ms),
        Trace(*trace).short(),
        contents.calls.len(),
        contents.delivered,
        contents.snapshots.len(),
    );
    if let Some(from) = &contents.run.forked_from {
        let _ = writeln!(text, "forked from {from}");
    }
    if let Some(ending) = &contents.run.ending {
        let _ = writeln!(text, "ended with {}", ending.text.trim_end());
    }
    text
}

fn step_line(call: &Call, step: &Step) -> String {
    let state = match (step.state, &step.result) {
        (StepState::Ready, _) => "to run again".to_owned(),
        (_, Some(result)) => cut(&result.text),
        _ if is_in_doubt(step) => "no result: it runs, or it is in doubt".to_owned(),
        _ => "open".to_owned(),
    };
    let by = step
        .answered_by
        .as_ref()
        .map_or(String::new(), |by| format!(" (by {by})"));
    match step.kind {
        StepKind::Question => format!("asked {}: {state}{by}", step.request.text),
        StepKind::Execute => {
            let same = step.request.text == call.request.text;
            let what = if same {
                String::new()
            } else {
                format!(" {}", cut(&step.request.text))
            };
            let times = if step.attempts > 1 {
                format!(" {} times", step.attempts)
            } else {
                String::new()
            };
            format!("ran{what}{times} {}: {state}{by}", utc(step.begun_ms))
        }
    }
}

/// Whether a step is more than the note of when a sleep began.
fn is_work(step: &Step) -> bool {
    step.kind == StepKind::Question || step.key.is_some()
}

fn short(call: &Call) -> String {
    let short = codec::short_recorded(call);
    if short.is_empty() {
        call.request.text.clone()
    } else {
        short
    }
}

/// A text that fits a line.
fn cut(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

fn json_lines(contents: &Contents) -> Vec<Value> {
    let run = &contents.run;
    let mut lines = vec![json!({
        "type": "run", "run_id": run.run_id, "file": run.filename, "status": run.status.name(),
        "created_ms": run.created_ms, "kont_version": run.kont_version,
        "tools": run.tools, "policy": run.policy, "forked_from": run.forked_from,
        "trace": Trace(run.trace).short(), "answers": contents.delivered,
        "ending": run.ending.as_ref().map(|ending| &ending.text),
    })];
    for call in contents.calls.values() {
        let delivered = call.delivered.as_ref();
        lines.push(json!({
            "type": "call", "id": call.id, "name": call.name, "request": call.request.text,
            "place": call.place, "performed_after": call.performed_after,
            "delivered": delivered.map(|it| it.seq),
            "outcome": delivered.map(|it| &it.outcome.text),
            "note": delivered.and_then(|it| it.note.as_ref()),
        }));
    }
    for step in contents.steps.values() {
        lines.push(json!({
            "type": "step", "call": step.call, "step": step.step, "kind": step.kind.name(),
            "request": step.request.text, "key": step.key, "attempts": step.attempts,
            "state": step.state.name(), "begun_ms": step.begun_ms, "ended_ms": step.ended_ms,
            "result": step.result.as_ref().map(|result| &result.text),
            "answered_by": step.answered_by,
        }));
    }
    for row in contents.snapshots.values() {
        lines.push(json!({
            "type": "snapshot", "answers": row.delivered, "size_bytes": row.size_bytes,
            "trace": Trace(row.trace).short(),
        }));
    }
    for output in &contents.output {
        lines.push(json!({
            "type": "output", "answers": output.delivered, "stream": output.stream,
            "text": String::from_utf8_lossy(&output.bytes),
        }));
    }
    lines
}

/// A moment as people read it: `2026-11-21 12:30:05 UTC`.
pub(super) fn utc(ms: i64) -> String {
    let seconds = ms.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // The civil calendar counted in years that begin in March, so that the leap day comes last.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}
