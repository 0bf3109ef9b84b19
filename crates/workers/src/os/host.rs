//! The host's side of the system calls: preparing and forking a guard, waiting on descriptors, reaping.
#![expect(
    unsafe_code,
    reason = "system calls that the standard library does not offer"
)]

use super::guard::{self, Plan, WORKER_WIRE};
use super::tree::Tree;
use crate::command::{Command, FD_VARIABLE, ID_VARIABLE, Output};
use crate::error::SpawnError;
use std::ffi::{CString, OsStr, OsString, c_char};
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};

/// A command in the form that `execve` takes.
pub(crate) struct Prepared {
    pub(crate) program: PathBuf,
    path: CString,
    args: Vec<CString>,
    env: Vec<CString>,
    directory: Option<CString>,
}

/// Looks the program up and copies every word, because a forked process cannot.
pub(crate) fn prepare(command: &Command, id: &str) -> Result<Prepared, SpawnError> {
    let program = find(&command.program).ok_or_else(|| SpawnError::NotFound {
        program: command.program.to_string_lossy().into_owned(),
    })?;
    let mut args = vec![c_string(&command.program)?];
    for arg in &command.args {
        args.push(c_string(arg)?);
    }
    let wire = WORKER_WIRE.to_string();
    let ours = [(ID_VARIABLE, id), (FD_VARIABLE, wire.as_str())]
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let mut env: Vec<(OsString, OsString)> = std::env::vars_os().collect();
    for (name, value) in command.env.iter().chain(&ours) {
        env.retain(|(other, _)| other != name);
        env.push((name.clone(), value.clone()));
    }
    let env = env
        .into_iter()
        .map(|(mut name, value)| {
            name.push("=");
            name.push(value);
            c_string(&name)
        })
        .collect::<Result<_, _>>()?;
    Ok(Prepared {
        path: c_string(program.as_os_str())?,
        program,
        args,
        env,
        directory: command
            .directory
            .as_ref()
            .map(|path| c_string(path.as_os_str()))
            .transpose()?,
    })
}

fn c_string(word: &OsStr) -> Result<CString, SpawnError> {
    CString::new(word.as_bytes()).map_err(|_| SpawnError::Nul {
        word: word.to_string_lossy().into_owned(),
    })
}

fn find(program: &OsStr) -> Option<PathBuf> {
    if program.is_empty() {
        return None;
    }
    if program.as_bytes().contains(&b'/') {
        let path = std::path::absolute(Path::new(program)).ok()?;
        return path.exists().then_some(path);
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .filter_map(|path| std::path::absolute(path).ok())
        .find(|path| is_executable(path))
}

fn is_executable(path: &Path) -> bool {
    let Ok(name) = CString::new(OsString::from(path).into_vec()) else {
        return false;
    };
    // SAFETY: the path ends with NUL and lives through the call.
    path.is_file() && unsafe { libc::access(name.as_ptr(), libc::X_OK) } == 0
}

/// A guard as its host knows it.
pub(crate) struct Guard {
    pid: libc::pid_t,
    pub(crate) control: UnixStream,
    reaped: bool,
}

/// What the host keeps of a new worker.
pub(crate) struct Ends {
    pub(crate) guard: Guard,
    pub(crate) wire: UnixStream,
    pub(crate) output: Option<PipeReader>,
}

/// Forks a guard for the prepared command. The guard's first record tells whether the worker runs.
pub(crate) fn spawn(prepared: &Prepared, output: Output) -> io::Result<Ends> {
    let (control, guard_control) = UnixStream::pair()?;
    let (wire, worker_wire) = UnixStream::pair()?;
    let null_device = File::options().read(true).write(true).open("/dev/null")?;
    let pipe: Option<(PipeReader, PipeWriter)> = match output {
        Output::Inherit => None,
        Output::Capture { .. } => Some(io::pipe()?),
    };
    let host = host_descriptor();
    let pointers = |words: &[CString]| -> Vec<*const c_char> {
        words.iter().map(|w| w.as_ptr()).chain([null()]).collect()
    };
    let (argv, envp) = (pointers(&prepared.args), pointers(&prepared.env));
    let mut plan = Plan {
        program: prepared.path.as_ptr(),
        argv: argv.as_ptr(),
        envp: envp.as_ptr(),
        directory: prepared.directory.as_ref().map_or(null(), |d| d.as_ptr()),
        control: guard_control.as_raw_fd(),
        wire: worker_wire.as_raw_fd(),
        output: pipe.as_ref().map_or(2, |(_, to)| to.as_raw_fd()),
        null: null_device.as_raw_fd(),
        host: host.as_ref().map_or(-1, AsRawFd::as_raw_fd),
        host_pid: now_pid(),
        tree: Tree::new(),
    };
    // SAFETY: pointers to locals. Signals are blocked so that no handler of the host runs in the guard.
    let pid = unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
        let pid = guard::fork();
        if pid == 0 {
            guard::run(&mut plan);
        }
        let error = io::Error::last_os_error();
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, null_mut());
        if pid < 0 {
            return Err(error);
        }
        pid
    };
    wire.set_nonblocking(true)?;
    control.set_nonblocking(true)?;
    let output = match pipe {
        Some((from, _)) => {
            set_nonblocking(from.as_raw_fd())?;
            Some(from)
        }
        None => None,
    };
    Ok(Ends {
        guard: Guard {
            pid,
            control,
            reaped: false,
        },
        wire,
        output,
    })
}

/// A descriptor that becomes readable when this process ends.
fn host_descriptor() -> Option<OwnedFd> {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: the system call gives a new descriptor or an error.
        unsafe {
            let fd = libc::syscall(libc::SYS_pidfd_open, libc::getpid(), 0) as RawFd;
            (fd >= 0).then(|| std::os::fd::FromRawFd::from_raw_fd(fd))
        }
    }
    #[cfg(not(target_os = "linux"))]
    None
}

fn set_nonblocking(fd: RawFd) -> io::Result<()> {
    // SAFETY: the descriptor is open.
    let done = unsafe {
        let flags = libc::fcntl(fd, libc::F_GETFL);
        libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK)
    };
    if done < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

impl Guard {
    /// Kills a guard that does not answer. Its number is its own as long as it was not reaped.
    pub(crate) fn kill(&self) {
        if !self.reaped {
            kill(self.pid, libc::SIGKILL);
        }
    }

    /// Reaps a guard that is about to exit; gives up after `bound`.
    pub(crate) fn reap(&mut self, bound: Duration) {
        let until = Instant::now() + bound;
        while !self.reaped {
            // SAFETY: a null status is allowed.
            match unsafe { libc::waitpid(self.pid, null_mut(), libc::WNOHANG) } {
                0 if Instant::now() >= until => return,
                0 => std::thread::sleep(Duration::from_micros(200)),
                -1 if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
                // Reaped here, or by somebody else in this process who waits for any child.
                _ => self.reaped = true,
            }
        }
    }
}

/// Sends a signal, and does not mind if there is nobody.
pub(crate) fn kill(pid: libc::pid_t, signal: libc::c_int) {
    if pid > 0 {
        // SAFETY: a system call on numbers.
        unsafe { libc::kill(pid, signal) };
    }
}

/// This process, asked anew: a forked copy of a host is not the host.
pub(crate) fn now_pid() -> libc::pid_t {
    // SAFETY: `getpid` cannot fail.
    unsafe { libc::getpid() }
}

/// Waits until a descriptor is ready, a signal comes, or the time is over. False if it was a signal.
pub(crate) fn poll(wanted: &mut [libc::pollfd], timeout: Option<Duration>) -> bool {
    // Rounded up, so that a wait never ends just before the moment that it waits for.
    let ms = timeout.map_or(-1, |t| {
        i32::try_from(t.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
    });
    // SAFETY: the pointer and the length are of one slice.
    let n = unsafe { libc::poll(wanted.as_mut_ptr(), wanted.len() as libc::nfds_t, ms) };
    n >= 0 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted
}
