//! A test hook: the process kills itself at a chosen boundary of a commit, as a power cut would.

use std::str::FromStr;

/// Where the process sends itself SIGKILL.
///
/// Every commit has two boundaries: before it and after it. They are counted from 1 over the process, and each has a
/// name, `before <label>` or `after <label>`, with the label that the caller gave the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CrashAt {
    /// At the nth boundary.
    Nth(u64),
    /// At the first boundary of that name, such as `before result 14.1`.
    Named(String),
}

/// The text names no boundary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a number nor `before LABEL` nor `after LABEL`")]
pub struct CrashAtError(String);

impl FromStr for CrashAt {
    type Err = CrashAtError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(nth) = text.parse() {
            Ok(Self::Nth(nth))
        } else if text.starts_with("before ") || text.starts_with("after ") {
            Ok(Self::Named(text.to_owned()))
        } else {
            Err(CrashAtError(text.to_owned()))
        }
    }
}

/// Counts boundaries, and dies at the chosen one.
#[derive(Debug, Default)]
pub(crate) struct CrashPoint {
    at: Option<CrashAt>,
    seen: u64,
}

impl CrashPoint {
    pub(crate) fn new(at: Option<CrashAt>) -> Self {
        Self { at, seen: 0 }
    }

    pub(crate) fn pass(&mut self, when: &str, label: &str) {
        self.seen += 1;
        let here = match &self.at {
            None => false,
            Some(CrashAt::Nth(nth)) => *nth == self.seen,
            Some(CrashAt::Named(name)) => {
                name.strip_prefix(when)
                    .and_then(|rest| rest.strip_prefix(' '))
                    == Some(label)
            }
        };
        if here {
            let pid = rustix::process::getpid();
            // A process that may not signal itself does not exist; the loop only waits for the signal to arrive.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            loop {
                std::thread::park();
            }
        }
    }
}
