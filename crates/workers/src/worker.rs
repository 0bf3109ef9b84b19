//! One worker: spawn, call, end. A state machine that never waits by itself; `call` and `Calls` wait for it.

mod call;

use crate::command::{Command, ID_VARIABLE, Output};
use crate::error::{SpawnError, WorkerError};
use crate::os::{self, Guard};
use crate::report::{Order, RECORD_BYTES, Report, STAGE_CWD, STAGE_EXEC, Why};
use crate::survivors::{Pid, sweep};
use crate::tail::Tail;
use call::Call;
use std::io::{self, PipeReader, Read, Write};
use std::net::Shutdown;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

/// How long a spawn may take until the program is executed.
const SPAWN_BOUND: Duration = Duration::from_secs(10);
/// How long a closed worker has to end by itself before it is asked.
const CLOSE_PATIENCE: Duration = Duration::from_secs(1);
/// How long a channel may be closed before the worker's end is known: the system closes files before it ends the process.
const LOST_PATIENCE: Duration = Duration::from_millis(200);
/// How much later than promised a guard may be before it counts as lost. More than a guard takes for its own attempts.
const GUARD_BOUND: Duration = Duration::from_secs(8);
/// How long a host looks for the processes of a lost guard.
const SWEEP_BOUND: Duration = Duration::from_secs(2);

/// When a call has to be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Option<Duration>);

impl Deadline {
    /// This long after the start of the call.
    pub fn after(time: Duration) -> Self {
        Self(Some(time))
    }

    /// Never: the call lasts as long as the worker does.
    pub fn never() -> Self {
        Self(None)
    }
}

/// How a worker ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The status of its first process, where it is known.
    pub status: Option<ExitStatus>,
    /// Whether the first process ended without being told to.
    pub by_itself: bool,
    /// Processes that were ended: all that were alive when the end began, or appeared while it lasted.
    pub processes: u32,
    /// Processes that could not be ended.
    pub left: u32,
    /// The first few of those that are left.
    pub left_pids: Vec<Pid>,
    /// Where the deadline ended it: the time that had passed, as the guard saw it.
    deadline: Option<Duration>,
    guard_lost: bool,
}

/// A process, its tree, and the channel to it. Dropping it ends the tree within a bound.
pub struct Worker {
    id: String,
    pid: Pid,
    owner: Pid,
    guard: Guard,
    wire: UnixStream,
    output: Option<PipeReader>,
    forward: bool,
    tail: Tail,
    grace: Duration,
    frame_bytes_max: usize,
    call: Option<Call>,
    end: Option<End>,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker")
            .field("id", &self.id)
            .field("pid", &self.pid)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl Worker {
    /// Starts a worker. When this returns, its program is being executed.
    ///
    /// # Errors
    /// [`SpawnError`] says what failed; then no process is left.
    pub fn spawn(command: &Command) -> Result<Self, SpawnError> {
        let system = |what| move |source| SpawnError::System { what, source };
        let id = random_id().map_err(system("no random number for its id"))?;
        let prepared = os::prepare(command, &id)?;
        let ends =
            os::spawn(&prepared, command.output).map_err(system("no process for its guard"))?;
        let (keep_bytes, forward) = match command.output {
            Output::Inherit => (0, false),
            Output::Capture {
                keep_bytes,
                forward,
            } => (keep_bytes, forward),
        };
        let mut worker = Self {
            id,
            pid: 0,
            owner: os::now_pid(),
            guard: ends.guard,
            wire: ends.wire,
            output: ends.output,
            forward,
            tail: Tail::new(keep_bytes),
            grace: command.grace,
            frame_bytes_max: command.frame_bytes_max,
            call: None,
            end: None,
        };
        let failure = match worker.first_report() {
            Ok(Report::Started { pid }) => {
                worker.pid = pid;
                return Ok(worker);
            }
            Ok(Report::NotStarted { stage, errno }) => {
                let source = io::Error::from_raw_os_error(errno);
                match stage {
                    STAGE_CWD => SpawnError::Directory {
                        path: command
                            .directory
                            .as_ref()
                            .map_or_else(String::new, |path| path.display().to_string()),
                        source,
                    },
                    STAGE_EXEC => SpawnError::Exec {
                        program: prepared.program.display().to_string(),
                        source,
                    },
                    _ => system("no process")(source),
                }
            }
            Ok(_) => system("its guard")(io::ErrorKind::InvalidData.into()),
            Err(source) => system("its guard")(source),
        };
        worker.abandon_start();
        Err(failure)
    }

    fn first_report(&mut self) -> io::Result<Report> {
        let until = Instant::now() + SPAWN_BOUND;
        loop {
            if let Some(report) = self.read_report()? {
                return Ok(report);
            }
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            os::poll(&mut [wanted(&self.guard.control, libc::POLLIN)], Some(rest));
        }
    }

    fn abandon_start(&mut self) {
        // A guard that told why not has nothing below it and exits; one that is silent is ended with what it may have.
        self.guard.reap(Duration::from_millis(100));
        self.guard.kill();
        sweep(&self.marker(), SWEEP_BOUND);
        self.guard.reap(SWEEP_BOUND);
        self.end = Some(End::lost(0, Vec::new()));
    }

    /// The worker's id: random, in the environment of the whole tree as [`ID_VARIABLE`].
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The assignment that the environment of each process of the tree contains, for [`survivors`](crate::survivors()).
    pub fn marker(&self) -> String {
        format!("{ID_VARIABLE}={}", self.id)
    }

    /// The number of the worker's first process.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// How the worker ended, as far as this is known now.
    pub fn end(&mut self) -> Option<&End> {
        if self.end.is_none() && self.call.is_none() {
            self.read_reports();
        }
        self.end.as_ref()
    }

    /// The end of what the worker printed, where it is captured.
    pub fn printed(&mut self) -> String {
        self.read_output();
        self.tail.text()
    }

    /// Sends a request and waits for the answer, or for the deadline.
    ///
    /// The guard holds the deadline, so it is kept also if this process is stopped meanwhile. An answer that was complete
    /// when it passed, or that comes within the grace time, is given. After any error the worker has ended.
    ///
    /// # Errors
    /// [`WorkerError`] says how the call ended without an answer.
    pub fn call(&mut self, payload: &[u8], deadline: Deadline) -> Result<Vec<u8>, WorkerError> {
        self.start(payload, deadline)?;
        loop {
            if let Some(result) = self.step() {
                return result;
            }
            let mut wanted = Vec::new();
            self.wanted(&mut wanted);
            os::poll(&mut wanted, self.wake_after());
        }
    }

    /// Orders the end without waiting for it: SIGTERM now, SIGKILL to the whole tree after `grace`. A second order
    /// cuts the grace time short. A call that runs ends as [`WorkerError::Killed`].
    pub fn order_end(&mut self, grace: Duration) {
        if self.end.is_some() || self.owner != os::now_pid() {
            return;
        }
        self.send(Order::Kill {
            grace_ms: millis(grace),
        });
        if let Some(call) = &mut self.call {
            call.order_end(grace);
        }
    }

    /// Ends the tree at once and waits until it is gone. Bounded.
    pub fn kill(&mut self) -> &End {
        self.order_end(Duration::ZERO);
        self.finish(Duration::ZERO)
    }

    /// Ends the worker politely: closes its channel, waits a second for it to exit, then asks, then kills.
    /// What it started and left running is killed too. May be called again.
    pub fn close(&mut self) -> &End {
        if self.end().is_none() {
            if self.call.is_some() {
                return self.kill();
            }
            // Where the other side has closed it already there is nothing left to close.
            let _ = self.wire.shutdown(Shutdown::Both);
            self.send(Order::Arm {
                deadline_ms: millis(CLOSE_PATIENCE),
                grace_ms: millis(self.grace),
            });
        }
        self.finish(CLOSE_PATIENCE + self.grace)
    }

    /// Waits for the guard's last report; looks after the tree itself if none comes.
    fn finish(&mut self, patience: Duration) -> &End {
        let until = Instant::now() + patience + GUARD_BOUND;
        while self.end.is_none() {
            self.read_output();
            self.read_reports();
            let rest = until.saturating_duration_since(Instant::now());
            if self.end.is_none() && rest.is_zero() {
                self.lose_guard();
            }
            if self.end.is_none() {
                let mut wanted = vec![wanted(&self.guard.control, libc::POLLIN)];
                self.want_output(&mut wanted);
                os::poll(&mut wanted, Some(rest));
            }
        }
        self.end.get_or_insert_with(|| End::lost(0, Vec::new()))
    }

    fn send(&mut self, order: Order) {
        // A guard that is gone is found by reading.
        let _ = self.guard.control.write_all(&order.to_bytes());
    }

    fn read_report(&mut self) -> io::Result<Option<Report>> {
        let mut bytes = [0; RECORD_BYTES];
        match self.guard.control.read(&mut bytes) {
            Ok(RECORD_BYTES) => Report::from_bytes(&bytes)
                .map(Some)
                .ok_or(io::ErrorKind::InvalidData.into()),
            Ok(_) => Err(io::ErrorKind::UnexpectedEof.into()),
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Reads what the guard said. True if it forgot the deadline of the call.
    fn read_reports(&mut self) -> bool {
        let mut disarmed = false;
        while self.end.is_none() {
            match self.read_report() {
                Ok(None) => break,
                Ok(Some(Report::Disarmed)) => disarmed = true,
                Ok(Some(Report::Gone(gone))) => {
                    let mut left_pids = gone.named.to_vec();
                    left_pids.retain(|pid| *pid > 0);
                    self.end = Some(End {
                        status: gone.status.map(ExitStatus::from_raw),
                        by_itself: gone.why == Why::Exit,
                        deadline: (gone.why == Why::Deadline)
                            .then(|| Duration::from_millis(u64::from(count(gone.after_ms)))),
                        processes: count(gone.processes),
                        left: count(gone.left),
                        left_pids,
                        guard_lost: false,
                    });
                    // What was printed before the end is in the pipe by now; a second read would wait for nobody.
                    self.read_output();
                    if gone.left == 0 {
                        self.guard.reap(Duration::from_secs(1));
                    }
                }
                Ok(Some(Report::Started { .. } | Report::NotStarted { .. })) | Err(_) => {
                    self.lose_guard();
                }
            }
        }
        disarmed
    }

    /// The guard died or is silent: kill it, and look for the tree by its marker.
    fn lose_guard(&mut self) {
        // The worker is told by the system to die with its guard.
        self.guard.kill();
        let (killed, left) = sweep(&self.marker(), SWEEP_BOUND);
        self.guard.reap(Duration::from_secs(1));
        self.end = Some(End::lost(killed.len(), left));
    }

    fn read_output(&mut self) {
        if let Some(output) = &mut self.output
            && !self.tail.fill(output, self.forward)
        {
            self.output = None;
        }
    }

    fn want_output(&self, into: &mut Vec<libc::pollfd>) {
        if let Some(output) = &self.output {
            into.push(wanted(output, libc::POLLIN));
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A forked copy of the host has the descriptors, but neither the guard as a child nor the right to end it.
        if self.end.is_none() && self.owner == os::now_pid() {
            self.kill();
        }
    }
}

impl End {
    fn lost(processes: usize, left_pids: Vec<Pid>) -> Self {
        Self {
            status: None,
            by_itself: false,
            processes: u32::try_from(processes).unwrap_or(u32::MAX),
            left: u32::try_from(left_pids.len()).unwrap_or(u32::MAX),
            left_pids,
            deadline: None,
            guard_lost: true,
        }
    }
}

fn count(n: i32) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

/// Rounded up: a deadline never comes early.
fn millis(time: Duration) -> i32 {
    i32::try_from(time.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
}

fn wanted(fd: &impl AsRawFd, events: libc::c_short) -> libc::pollfd {
    libc::pollfd {
        fd: fd.as_raw_fd(),
        events,
        revents: 0,
    }
}

fn random_id() -> io::Result<String> {
    let mut bytes = [0u8; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
