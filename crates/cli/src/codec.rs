//! Values to the journal's blobs and back, and the short texts in which people read them.

use crate::host::{Execute, Question};
use journal::Blob;
use sandbox::vm::request::{HostRequest, PendingRequest};
use sandbox::{Data, Failure, Outcome};
use serde::Serialize;
use serde::de::DeserializeOwned;

#[cfg(test)]
mod tests;

/// How much of a long string a line shows, in characters.
const SHOWN_CHARS: usize = 12;

/// How long a string may be to be shown whole, in characters.
const WHOLE_CHARS: usize = 24;

/// A value with its text.
///
/// # Panics
/// Never: the types that cross are plain data, and memory is the only thing that can run out.
pub(crate) fn blob(value: &impl Serialize, text: String) -> Blob {
    let bytes = postcard::to_stdvec(value).expect("plain data has bytes");
    Blob { bytes, text }
}

/// A value from a blob.
///
/// # Errors
/// In words, if the bytes are no such value: the journal is of a kont that wrote them otherwise.
pub(crate) fn value<T: DeserializeOwned>(blob: &Blob) -> Result<T, String> {
    postcard::from_bytes(&blob.bytes).map_err(|err| format!("`{}`: {err}", blob.text))
}

/// An outcome as a blob.
pub(crate) fn outcome(outcome: &Outcome) -> Blob {
    let text = match outcome {
        Ok(value) => value.repr(),
        Err(failure) => failure.to_string(),
    };
    blob(outcome, text)
}

/// A request as a blob.
pub(crate) fn request(request: &PendingRequest) -> Blob {
    blob(request, request_text(request, Data::repr))
}

/// A tool to run as a blob.
pub(crate) fn execute(execute: &Execute) -> Blob {
    let text = call_text(&execute.tool, &execute.args, &execute.kwargs, Data::repr);
    blob(execute, text)
}

/// A question as a blob.
pub(crate) fn question(question: &Question) -> Blob {
    blob(question, question.text.clone())
}

/// A request as a line shows it, with long strings cut.
pub(crate) fn short_request(request: &PendingRequest) -> String {
    request_text(request, short)
}

/// A recorded tool call as a line shows it; empty for the other powers.
pub(crate) fn short_recorded(call: &journal::Call) -> String {
    match value(&call.request) {
        Ok(request @ PendingRequest::Call { .. }) => short_request(&request),
        Ok(PendingRequest::Host(_)) => String::new(),
        Err(_) => call.request.text.clone(),
    }
}

/// The name of a request: the tool's, or the power's.
pub(crate) fn request_name(request: &PendingRequest) -> &str {
    match request {
        PendingRequest::Call { name, .. } => name,
        PendingRequest::Host(HostRequest::Sleep(_)) => "sleep",
        PendingRequest::Host(HostRequest::Now) => "now",
        PendingRequest::Host(HostRequest::Monotonic) => "monotonic",
        PendingRequest::Host(HostRequest::Random(_)) => "random",
    }
}

fn request_text(request: &PendingRequest, repr: fn(&Data) -> String) -> String {
    match request {
        PendingRequest::Call { name, args, kwargs } => call_text(name, args, kwargs, repr),
        PendingRequest::Host(HostRequest::Sleep(seconds)) => {
            format!("sleep({})", Data::Float(*seconds).repr())
        }
        PendingRequest::Host(HostRequest::Random(n_bytes)) => format!("random({n_bytes})"),
        PendingRequest::Host(_) => format!("{}()", request_name(request)),
    }
}

fn call_text(
    name: &str,
    args: &[Data],
    kwargs: &[(String, Data)],
    repr: fn(&Data) -> String,
) -> String {
    let args = args.iter().map(repr);
    let kwargs = kwargs
        .iter()
        .map(|(name, value)| format!("{name}={}", repr(value)));
    let all: Vec<_> = args.chain(kwargs).collect();
    format!("{name}({})", all.join(", "))
}

fn short(value: &Data) -> String {
    match value {
        Data::Str(text) if text.chars().count() > WHOLE_CHARS => {
            let head: String = text.chars().take(SHOWN_CHARS).collect();
            Data::Str(format!("{head}...")).repr()
        }
        Data::None | Data::Bool(_) | Data::Int(_) | Data::Float(_) | Data::Str(_) => value.repr(),
        _ => {
            let text = value.repr();
            if text.chars().count() <= WHOLE_CHARS {
                return text;
            }
            let head: String = text.chars().take(SHOWN_CHARS).collect();
            format!("{head}...")
        }
    }
}

/// An outcome as a line shows it.
pub(crate) fn short_outcome(outcome: &Outcome) -> String {
    match outcome {
        Ok(_) => "ok".to_owned(),
        Err(failure) if was_killed(failure) => match failure.message.strip_prefix("killed ") {
            Some(rest) => format!("KILLED {rest}"),
            None => format!("KILLED {}", failure.message),
        },
        Err(failure) => failure.to_string(),
    }
}

/// Whether a failure says that the tool's worker was killed.
pub(crate) fn was_killed(failure: &Failure) -> bool {
    failure.type_name == "WorkerKilled"
}
