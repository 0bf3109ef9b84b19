//! Everything that the command says: lines for people or one JSON object a line, on standard error.
//!
//! Standard output belongs to the program that runs, byte for byte.

use crate::codec;
use crate::guest::Stream;
use crate::host::CallId;
use sandbox::Outcome;
use serde_json::json;
use std::io::{self, Write};

#[cfg(test)]
mod tests;

/// How wide the column of calls is, in characters.
const CALL_WIDTH: usize = 40;

/// One thing to say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Say<'a> {
    /// A call has its outcome, and the program got it.
    Outcome {
        id: CallId,
        call: &'a str,
        outcome: &'a Outcome,
        /// Where the program performed it.
        place: &'a str,
        /// Where it handled a failure.
        handled: Option<&'a str>,
        /// Whether the call was shown before, with a question or a doubt.
        was_shown: bool,
    },
    /// A person is asked.
    Ask {
        id: CallId,
        call: &'a str,
        question: &'a str,
    },
    /// A crash left a call in doubt.
    Doubt {
        id: CallId,
        call: &'a str,
        can_query: bool,
    },
    /// A tool was asked about a key and could not say.
    QueryFailed { id: CallId, why: &'a str },
    /// A tool was asked about a key and said whether it had happened.
    Queried { id: CallId, happened: bool },
    /// The run waits for a person.
    Suspended {
        place: &'a str,
        questions: usize,
        doubts: usize,
        journal: Option<&'a str>,
    },
    /// The program ended.
    Done {
        summary: Option<&'a str>,
        denied: usize,
        killed: usize,
        trace: &'a str,
    },
    /// The program ended with an exception of its own.
    Failed { traceback: &'a str },
    /// The program was ended by a limit.
    Limited { what: &'a str },
    /// The program printed to its standard error.
    Stderr { text: &'a str },
    /// Long work goes on.
    Progress { what: &'a str, done: u64, of: u64 },
    /// A run was replayed, and is the same.
    Replayed {
        calls: u64,
        answers: u64,
        trace: &'a str,
        status: &'a str,
    },
    /// Something worth knowing.
    Note { text: &'a str },
    /// It could not be done.
    Error { text: &'a str },
}

/// Where output and messages go.
pub(crate) struct Ui<'a> {
    /// The program's standard output.
    pub(crate) out: &'a mut dyn Write,
    /// Messages, and the program's standard error.
    pub(crate) err: &'a mut dyn Write,
    /// Whether messages are JSON.
    pub(crate) json: bool,
}

impl Ui<'_> {
    /// The same, lent for a shorter time.
    pub(crate) fn reborrow(&mut self) -> Ui<'_> {
        Ui {
            out: self.out,
            err: self.err,
            json: self.json,
        }
    }

    /// Passes on what the program printed.
    ///
    /// # Errors
    /// If nobody reads it any more.
    pub(crate) fn output(&mut self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        match stream {
            Stream::Stdout => {
                self.out.write_all(bytes)?;
                self.out.flush()
            }
            Stream::Stderr if self.json => {
                let text = &String::from_utf8_lossy(bytes);
                self.say(&Say::Stderr { text });
                Ok(())
            }
            Stream::Stderr => self.err.write_all(bytes),
        }
    }

    /// Says one thing. That nobody listens is no reason to stop a run.
    pub(crate) fn say(&mut self, say: &Say<'_>) {
        let text = if self.json {
            let mut line = say.json().to_string();
            line.push('\n');
            line
        } else {
            say.text()
        };
        let _ = self.err.write_all(text.as_bytes());
        let _ = self.err.flush();
    }
}

impl Say<'_> {
    fn text(&self) -> String {
        match self {
            Self::Outcome {
                id,
                outcome: Err(failure),
                place,
                handled,
                was_shown: true,
                ..
            } if !codec::was_killed(failure) => {
                let handled = handled.map_or(String::new(), |at| format!(", handled at {at}"));
                format!("  {id} -> {} at {place}{handled}\n", failure.type_name)
            }
            Self::Outcome {
                id,
                call,
                outcome,
                handled,
                ..
            } => {
                let handled = match (handled, outcome) {
                    (Some(at), Err(failure)) => {
                        format!("     {at} except {}\n", failure.type_name)
                    }
                    _ => String::new(),
                };
                format!(
                    "{}{handled}",
                    line(*id, call, &codec::short_outcome(outcome))
                )
            }
            Self::Ask { id, call, question } => line(*id, call, &format!("ASK   {question}")),
            Self::Doubt {
                id,
                call,
                can_query,
            } => {
                let query = if *can_query {
                    format!("--query {id}, ")
                } else {
                    String::new()
                };
                format!(
                    "  {id} IN DOUBT: intent recorded, no result. Choose {query}--retry {id} or \
                     --assume-done {id}\n     {call}\n"
                )
            }
            Self::QueryFailed { id, why } => format!("  {id} query failed: {why}\n"),
            Self::Queried { id, happened: true } => format!("  {id} query: it had happened\n"),
            Self::Queried {
                id,
                happened: false,
            } => {
                format!("  {id} query: it had not happened, so it runs now\n")
            }
            Self::Suspended {
                place,
                questions,
                doubts,
                journal,
            } => {
                let what = [count(*questions, "question"), doubt_count(*doubts)];
                let what: Vec<_> = what.into_iter().flatten().collect();
                let kept = match journal {
                    Some(journal) => format!("{journal}\n"),
                    None => "Nothing was kept\nhelp: with `--journal RUN.kj` a run can be \
                             answered and goes on\n"
                        .to_owned(),
                };
                format!("suspended at {place}: {}. {kept}", what.join(", "))
            }
            Self::Done {
                summary,
                denied,
                killed,
                ..
            } => {
                let counts = [
                    (*denied > 0).then(|| format!("{denied} denied")),
                    count(*killed, "worker").map(|workers| format!("{workers} killed")),
                ];
                let counts: Vec<_> = counts.into_iter().flatten().collect();
                // The tools know better what their calls came to.
                let parts = summary.map_or_else(|| counts.join(", "), str::to_owned);
                format!("done. {parts}").trim_end().to_owned() + "\n"
            }
            Self::Failed { traceback: "" } => String::new(),
            Self::Failed { traceback } => with_newline(traceback),
            Self::Limited { what } => format!("error: {what}\n"),
            Self::Stderr { text } => (*text).to_owned(),
            Self::Progress { what, done, of } => format!("{what}: {done} of {of}\n"),
            Self::Replayed {
                calls,
                answers,
                trace,
                status,
            } => format!(
                "replayed: {calls} calls, {answers} answers, no tool called. The run is \
                 {status}\ntrace {trace}, the same as recorded\n"
            ),
            Self::Note { text } => with_newline(text),
            Self::Error { text } => format!("error: {}", with_newline(text)),
        }
    }

    fn json(&self) -> serde_json::Value {
        match self {
            Self::Outcome {
                id,
                call,
                outcome,
                place,
                handled,
                ..
            } => json!({
                "event": "outcome", "id": id.0, "call": call, "place": place, "handled": handled,
                "ok": outcome.is_ok(),
                "value": outcome.as_ref().ok().map(sandbox::Data::repr),
                "exception": outcome.as_ref().err().map(|failure| &failure.type_name),
                "message": outcome.as_ref().err().map(|failure| &failure.message),
            }),
            Self::Ask { id, call, question } => {
                json!({"event": "ask", "id": id.0, "call": call, "question": question})
            }
            Self::Doubt {
                id,
                call,
                can_query,
            } => {
                json!({"event": "in_doubt", "id": id.0, "call": call, "can_query": can_query})
            }
            Self::QueryFailed { id, why } => {
                json!({"event": "query_failed", "id": id.0, "message": why})
            }
            Self::Queried { id, happened } => {
                json!({"event": "queried", "id": id.0, "happened": happened})
            }
            Self::Suspended {
                place,
                questions,
                doubts,
                journal,
            } => json!({
                "event": "suspended", "place": place, "questions": questions, "in_doubt": doubts,
                "journal": journal,
            }),
            Self::Done {
                summary,
                denied,
                killed,
                trace,
            } => json!({
                "event": "done", "summary": summary, "denied": denied, "workers_killed": killed,
                "trace": trace,
            }),
            Self::Failed { traceback } => json!({"event": "failed", "traceback": traceback}),
            Self::Limited { what } => json!({"event": "limit", "message": what}),
            Self::Stderr { text } => json!({"event": "stderr", "text": text}),
            Self::Progress { what, done, of } => {
                json!({"event": "progress", "what": what, "done": done, "of": of})
            }
            Self::Replayed {
                calls,
                answers,
                trace,
                status,
            } => json!({
                "event": "replayed", "calls": calls, "answers": answers, "trace": trace,
                "status": status,
            }),
            Self::Note { text } => json!({"event": "note", "message": text}),
            Self::Error { text } => json!({"event": "error", "message": text}),
        }
    }
}

fn line(id: CallId, call: &str, outcome: &str) -> String {
    let line = format!("  {id} {call:<CALL_WIDTH$} {outcome}");
    line.trim_end().to_owned() + "\n"
}

fn count(n: usize, what: &str) -> Option<String> {
    match n {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{n} {what}s")),
    }
}

fn doubt_count(n: usize) -> Option<String> {
    (n > 0).then(|| format!("{n} in doubt"))
}

fn with_newline(text: &str) -> String {
    format!("{}\n", text.trim_end_matches('\n'))
}
