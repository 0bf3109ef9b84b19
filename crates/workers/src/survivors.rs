//! Finding processes by a word in their environment: the proof that none is left, and the last resort when a guard is lost.

use crate::os;
use std::io;
use std::time::{Duration, Instant};

/// A process's number.
pub type Pid = i32;

/// Every living process whose initial environment contains the marker, this process excepted.
///
/// A worker's environment has `KONT_WORKER_ID=<id>`, and descendants inherit it unless they are started with another
/// environment. Zombies have no environment any more and are not found.
///
/// # Errors
/// Only Linux shows environments; elsewhere this is an error of kind `Unsupported`.
pub fn survivors(marker: &str) -> io::Result<Vec<Pid>> {
    if !cfg!(target_os = "linux") {
        return Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "only Linux shows the environment of other processes",
        ));
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let Some(pid) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<Pid>().ok())
        else {
            continue;
        };
        if pid == os::now_pid() {
            continue;
        }
        // It may be gone by now, or belong to somebody else.
        let Ok(environment) = std::fs::read(format!("/proc/{pid}/environ")) else {
            continue;
        };
        if environment
            .windows(marker.len().max(1))
            .any(|window| window == marker.as_bytes())
        {
            found.push(pid);
        }
    }
    Ok(found)
}

/// Kills what carries the marker, for at most `bound`. Gives how many different processes that were, and which are left.
pub(crate) fn sweep(marker: &str, bound: Duration) -> (Vec<Pid>, Vec<Pid>) {
    let until = Instant::now() + bound;
    let mut killed = Vec::new();
    loop {
        let found = survivors(marker).unwrap_or_default();
        for pid in &found {
            os::kill(*pid, libc::SIGKILL);
            if !killed.contains(pid) {
                killed.push(*pid);
            }
        }
        if found.is_empty() || Instant::now() >= until {
            return (killed, found);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
