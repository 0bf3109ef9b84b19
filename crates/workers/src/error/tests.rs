//! The words of the errors.

use super::*;
use std::os::unix::process::ExitStatusExt;

#[test]
fn killed_counts() {
    let error = WorkerError::Killed {
        after: Duration::from_millis(2004),
        processes: 2,
        left: 0,
    };
    assert_eq!(error.to_string(), "killed after 2.0 s, 2 processes, 0 left");
    let error = WorkerError::Killed {
        after: Duration::from_millis(50),
        processes: 1,
        left: 1,
    };
    assert_eq!(error.to_string(), "killed after 0.1 s, 1 process, 1 left");
}

#[test]
fn died_shows_the_end_of_the_output() {
    let error = WorkerError::Died {
        status: ExitStatus::from_raw(3 << 8),
        stderr: "no room\n".into(),
    };
    assert_eq!(
        error.to_string(),
        "the worker died: exit status: 3\nno room"
    );
    let error = WorkerError::Died {
        status: ExitStatus::from_raw(11),
        stderr: String::new(),
    };
    assert!(error.to_string().contains("signal: 11"), "{error}");
}
