//! The guard: a fork of the host without exec, one for each worker, that outlives nobody and lets nobody outlive it.
//!
//! It forks the worker, then waits for the first of: an order of the host, the deadline, the worker's end, the
//! host's end. Then it ends the whole tree and says how many processes that were and how many are left. It is its own session,
//! blocks every signal, and holds no file of the host but its channel.
#![expect(unsafe_code, reason = "system calls in a forked process")]

use super::tree::{Tree, errno};
use crate::report::{
    Gone, NAMED_MAX, Order, RECORD_BYTES, Report, STAGE_CWD, STAGE_EXEC, STAGE_FORK, Why,
};
use core::ptr::{null, null_mut};
use libc::{c_char, c_int, pid_t};

/// How long a guard tries to end a tree before it reports what is left, in milliseconds.
pub(crate) const DESTROY_MS: i64 = 5_000;

/// The descriptors of a guard, each at its own number.
const CONTROL: c_int = 3;
const HOST: c_int = 4;
const WIRE: c_int = 5;
const OUTPUT: c_int = 6;
const FIRST_FREE: c_int = 7;

/// The descriptor of the wire in a worker.
pub(crate) const WORKER_WIRE: c_int = 3;
/// Where the worker-to-be tells that exec failed.
const WORKER_STATUS: c_int = 4;

/// All that a guard needs, made before the fork.
pub(super) struct Plan {
    pub(super) program: *const c_char,
    pub(super) argv: *const *const c_char,
    pub(super) envp: *const *const c_char,
    pub(super) directory: *const c_char,
    pub(super) control: c_int,
    pub(super) wire: c_int,
    pub(super) output: c_int,
    pub(super) null: c_int,
    /// A descriptor of the host's process, or -1 where the system has none.
    pub(super) host: c_int,
    pub(super) host_pid: pid_t,
    pub(super) tree: Tree,
}

/// Nothing here panics; but if something did, unwinding would go on as a second host.
struct NeverBack;

impl Drop for NeverBack {
    fn drop(&mut self) {
        // SAFETY: ends the process.
        unsafe { libc::_exit(1) };
    }
}

struct State<'a> {
    plan: &'a mut Plan,
    me: pid_t,
    worker: pid_t,
    status: Option<c_int>,
    armed_at_ms: Option<i64>,
}

enum Wake {
    Order(Order),
    HostGone,
    Nothing,
}

/// Runs the guard. Every signal must be blocked.
///
/// # Safety
/// Only in a process that was just forked, with the plan's pointers and descriptors valid there.
pub(super) unsafe fn run(plan: &mut Plan) -> ! {
    let _never_back = NeverBack;
    // SAFETY: as promised by the caller; everything called here is a system call.
    unsafe {
        take_over(plan);
        let me = libc::getpid();
        let Some(worker) = start(plan, me) else {
            libc::_exit(0);
        };
        tell(Report::Started { pid: worker });
        let mut state = State {
            plan,
            me,
            worker,
            status: None,
            armed_at_ms: None,
        };
        let (why, grace_ms) = state.watch();
        let left = state.end(why, grace_ms);
        // What the system does not let end is still this guard's: it stays until the last one is gone.
        let mut alone = left == 0;
        while !alone {
            pause_ms(1_000);
            alone = state.destroy(DESTROY_MS, &mut [0; NAMED_MAX]) == 0;
        }
        libc::_exit(0);
    }
}

/// Moves the descriptors to their places, closes all others, and leaves the host's session.
unsafe fn take_over(plan: &Plan) {
    // SAFETY: system calls on numbers, pointers to locals, and a NUL-terminated literal.
    unsafe {
        // First out of the way, then into place: a source may stand where another one belongs.
        let lift = |fd| libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 16);
        let (control, wire, output, null) = (
            lift(plan.control),
            lift(plan.wire),
            lift(plan.output),
            lift(plan.null),
        );
        let host = if plan.host < 0 { null } else { lift(plan.host) };
        for (from, to) in [
            (null, 0),
            (null, 1),
            (null, 2),
            (control, CONTROL),
            (host, HOST),
            (wire, WIRE),
            (output, OUTPUT),
        ] {
            if libc::dup2(from, to) < 0 {
                libc::_exit(1);
            }
        }
        close_from(FIRST_FREE);
        libc::setsid();
        for signal in 1..=64 {
            let mut action: libc::sigaction = core::mem::zeroed();
            action.sa_sigaction = libc::SIG_DFL;
            libc::sigaction(signal, &raw const action, null_mut());
        }
        // A default SIGCHLD does not wake a waiting call; a handler that does nothing does.
        let mut action: libc::sigaction = core::mem::zeroed();
        action.sa_sigaction = on_child as *const () as libc::sighandler_t;
        action.sa_flags = libc::SA_NOCLDSTOP;
        libc::sigaction(libc::SIGCHLD, &raw const action, null_mut());
        #[cfg(target_os = "linux")]
        {
            libc::prctl(libc::PR_SET_NAME, c"kont-guard".as_ptr());
            libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        }
    }
}

extern "C" fn on_child(_: c_int) {}

/// Forks and executes the worker. Gives its process, or `None` after it told why not.
unsafe fn start(plan: &Plan, me: pid_t) -> Option<pid_t> {
    // SAFETY: system calls on numbers and on pointers that the plan keeps valid.
    unsafe {
        let mut ends = [0; 2];
        if libc::pipe(ends.as_mut_ptr()) < 0 {
            tell(Report::NotStarted {
                stage: STAGE_FORK,
                errno: errno(),
            });
            return None;
        }
        let [from, to] = ends;
        let worker = fork();
        if worker == 0 {
            become_worker(plan, me, to);
        }
        let failure = errno();
        for fd in [to, WIRE, OUTPUT] {
            libc::close(fd);
        }
        if worker < 0 {
            tell(Report::NotStarted {
                stage: STAGE_FORK,
                errno: failure,
            });
            return None;
        }
        libc::chdir(c"/".as_ptr());
        // A successful exec closes the pipe; a failed one writes two integers into it.
        let mut failed = [0 as c_int; 2];
        let length = loop {
            let n = libc::read(from, failed.as_mut_ptr().cast(), size_of_val(&failed));
            if n >= 0 || errno() != libc::EINTR {
                break n;
            }
        };
        libc::close(from);
        if length == 0 {
            return Some(worker);
        }
        let [stage, errno] = failed;
        libc::waitpid(worker, null_mut(), 0);
        tell(Report::NotStarted { stage, errno });
        None
    }
}

/// The child of the guard: puts everything in place and executes the program.
unsafe fn become_worker(plan: &Plan, me: pid_t, status: c_int) -> ! {
    // SAFETY: system calls on numbers, pointers to locals, and pointers that the plan keeps valid.
    unsafe {
        #[cfg(target_os = "linux")]
        {
            // The guard has one thread, so its thread's end is its end.
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            if libc::getppid() != me {
                libc::_exit(127);
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _ = me;
        libc::setsid();
        libc::dup2(OUTPUT, 1);
        libc::dup2(OUTPUT, 2);
        libc::dup2(WIRE, WORKER_WIRE);
        libc::dup2(status, WORKER_STATUS);
        libc::fcntl(WORKER_STATUS, libc::F_SETFD, libc::FD_CLOEXEC);
        close_from(WORKER_STATUS + 1);
        let mut stage = STAGE_CWD;
        if plan.directory.is_null() || libc::chdir(plan.directory) == 0 {
            stage = STAGE_EXEC;
            let mut action: libc::sigaction = core::mem::zeroed();
            action.sa_sigaction = libc::SIG_DFL;
            libc::sigaction(libc::SIGCHLD, &raw const action, null_mut());
            let mut none: libc::sigset_t = core::mem::zeroed();
            libc::sigemptyset(&raw mut none);
            libc::sigprocmask(libc::SIG_SETMASK, &raw const none, null_mut());
            libc::execve(plan.program, plan.argv, plan.envp);
        }
        let failed = [stage, errno()];
        libc::write(WORKER_STATUS, failed.as_ptr().cast(), size_of_val(&failed));
        libc::_exit(127);
    }
}

impl State<'_> {
    /// Waits until the tree has to end. Gives why, and the time between asking and killing.
    fn watch(&mut self) -> (Why, c_int) {
        let mut armed: Option<(i64, c_int)> = None;
        loop {
            self.reap();
            if self.status.is_some() {
                return (Why::Exit, 0);
            }
            let rest = match armed {
                Some((at, grace_ms)) => {
                    let rest = at - now_ms();
                    if rest <= 0 {
                        return (Why::Deadline, grace_ms);
                    }
                    Some(rest)
                }
                None => None,
            };
            match self.wait(rest) {
                Wake::HostGone => return (Why::Order, 0),
                Wake::Order(Order::Kill { grace_ms }) => return (Why::Order, grace_ms),
                Wake::Order(Order::Arm {
                    deadline_ms,
                    grace_ms,
                }) => {
                    let now = now_ms();
                    self.armed_at_ms = Some(now);
                    armed = Some((now + i64::from(deadline_ms), grace_ms));
                }
                Wake::Order(Order::Disarm) => {
                    armed = None;
                    self.armed_at_ms = None;
                    tell(Report::Disarmed);
                }
                Wake::Nothing => {}
            }
        }
    }

    /// Asks, waits for the grace time, kills, and reports. Gives how many are left.
    fn end(&mut self, why: Why, grace_ms: c_int) -> c_int {
        let after = self.armed_at_ms.map_or(0, |at| now_ms() - at);
        if self.status.is_none() {
            self.plan.tree.scan(self.me);
            self.plan.tree.note_all();
            if grace_ms > 0 {
                self.ask(grace_ms);
            }
        }
        let mut named = [0; NAMED_MAX];
        let left = self.destroy(DESTROY_MS, &mut named);
        tell(Report::Gone(Gone {
            why,
            status: self.status,
            after_ms: after.clamp(0, i64::from(c_int::MAX)) as c_int,
            processes: self.plan.tree.count(),
            left,
            named,
        }));
        left
    }

    fn ask(&mut self, grace_ms: c_int) {
        // SAFETY: the worker leads its own group, and was not reaped, so the number is its own.
        unsafe { libc::kill(-self.worker, libc::SIGTERM) };
        let until = now_ms() + i64::from(grace_ms);
        while !self.reap() {
            let rest = until - now_ms();
            // A second order, or nobody left to wait for the answer: no more patience.
            if rest <= 0
                || matches!(
                    self.wait(Some(rest)),
                    Wake::HostGone | Wake::Order(Order::Kill { .. })
                )
            {
                return;
            }
        }
    }

    /// Ends every descendant. Gives how many are left after `bound_ms`, and names the first of them.
    fn destroy(&mut self, bound_ms: i64, named: &mut [pid_t]) -> c_int {
        if self.reap() {
            return 0;
        }
        let until = now_ms() + bound_ms;
        // Stopped processes neither fork nor see each other die, so each pass finds fewer new ones.
        loop {
            self.plan.tree.scan(self.me);
            if self.plan.tree.signal_all(self.me, libc::SIGSTOP) == 0 || now_ms() >= until {
                break;
            }
        }
        // `wait` is the proof: no child means no descendant, for an orphan would be a child.
        loop {
            self.plan.tree.scan(self.me);
            self.plan.tree.signal_all(self.me, libc::SIGKILL);
            if self.status.is_none() || cfg!(not(target_os = "linux")) {
                // For systems that show less than all in `/proc`, or nothing.
                // SAFETY: on Linux the group's leader is not reaped, so the number is its own.
                unsafe { libc::kill(-self.worker, libc::SIGKILL) };
            }
            if self.reap() {
                return 0;
            }
            if now_ms() >= until {
                self.plan.tree.scan(self.me);
                // There is a child, whether the scan can see it or not.
                return self.plan.tree.living(named).max(1);
            }
            pause_for_child();
        }
    }

    /// Reaps every child that has ended. True if there is no child any more.
    fn reap(&mut self) -> bool {
        loop {
            let mut status = 0;
            // SAFETY: writes to a local.
            match unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) } {
                0 => return false,
                pid if pid > 0 => {
                    if pid == self.worker {
                        self.status = Some(status);
                    }
                }
                _ if errno() == libc::EINTR => {}
                _ => return true,
            }
        }
    }

    /// Waits for an order, the host's end, a child's end, or the time.
    fn wait(&self, timeout_ms: Option<i64>) -> Wake {
        // Without a descriptor of the host's process its end is looked for twice in a second.
        let blind = self.plan.host < 0;
        let timeout_ms = match timeout_ms {
            Some(ms) if blind => Some(ms.min(500)),
            None if blind => Some(500),
            other => other,
        };
        // SAFETY: pointers to locals; both descriptors are far below the size of the set.
        unsafe {
            let mut ready: libc::fd_set = core::mem::zeroed();
            libc::FD_ZERO(&raw mut ready);
            libc::FD_SET(CONTROL, &raw mut ready);
            if !blind {
                libc::FD_SET(HOST, &raw mut ready);
            }
            let n = select(Some(&mut ready), timeout_ms);
            if blind && libc::getppid() != self.plan.host_pid {
                return Wake::HostGone;
            }
            if n <= 0 {
                return Wake::Nothing;
            }
            if libc::FD_ISSET(CONTROL, &raw const ready) {
                let mut bytes = [0u8; RECORD_BYTES];
                let length = libc::recv(
                    CONTROL,
                    bytes.as_mut_ptr().cast(),
                    bytes.len(),
                    libc::MSG_DONTWAIT,
                );
                if length < 0 && matches!(errno(), libc::EAGAIN | libc::EINTR) {
                    return Wake::Nothing;
                }
                return match Order::from_bytes(&bytes) {
                    Some(order) if length == RECORD_BYTES as isize => Wake::Order(order),
                    _ => Wake::HostGone,
                };
            }
            if !blind && libc::FD_ISSET(HOST, &raw const ready) {
                return Wake::HostGone;
            }
            Wake::Nothing
        }
    }
}

/// Waits with SIGCHLD, and only it, let through.
unsafe fn select(ready: Option<&mut libc::fd_set>, timeout_ms: Option<i64>) -> c_int {
    // SAFETY: pointers to locals or null, where null is allowed.
    unsafe {
        let mut mask: libc::sigset_t = core::mem::zeroed();
        libc::sigfillset(&raw mut mask);
        libc::sigdelset(&raw mut mask, libc::SIGCHLD);
        let time = timeout_ms.map(|ms| libc::timespec {
            tv_sec: (ms / 1000) as _,
            tv_nsec: (ms % 1000 * 1_000_000) as _,
        });
        libc::pselect(
            HOST + 1,
            ready.map_or(null_mut(), |set| &raw mut *set),
            null_mut(),
            null_mut(),
            time.as_ref().map_or(null(), |t| &raw const *t),
            &raw const mask,
        )
    }
}

/// A child that ends while this waits wakes it; one that ended before is found by the next `reap`.
fn pause_for_child() {
    // SAFETY: no descriptors.
    unsafe { select(None, Some(5)) };
}

fn pause_ms(ms: i64) {
    // SAFETY: no descriptors.
    unsafe { select(None, Some(ms)) };
}

fn now_ms() -> i64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: writes to a local.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

/// Tells the host. If it is gone there is nobody to tell.
fn tell(report: Report) {
    #[cfg(target_os = "linux")]
    const FLAGS: c_int = libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT;
    // SIGPIPE is blocked in a guard.
    #[cfg(not(target_os = "linux"))]
    const FLAGS: c_int = libc::MSG_DONTWAIT;
    let bytes = report.to_bytes();
    // SAFETY: reads from a local.
    unsafe { libc::send(CONTROL, bytes.as_ptr().cast(), bytes.len(), FLAGS) };
}

/// Forks without the handlers that libraries register for it: what runs next is system calls only.
pub(super) unsafe fn fork() -> pid_t {
    // SAFETY: without shared memory this is what `fork` does; the arguments after the flags are all zero.
    unsafe {
        #[cfg(all(target_os = "linux", not(target_arch = "s390x")))]
        return libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) as pid_t;
        #[cfg(not(all(target_os = "linux", not(target_arch = "s390x"))))]
        return libc::fork();
    }
}

/// Closes every descriptor from `first` on.
unsafe fn close_from(first: c_int) {
    // SAFETY: closing numbers; whatever they were is not used again in this process.
    unsafe {
        #[cfg(target_os = "linux")]
        if libc::syscall(libc::SYS_close_range, first, c_int::MAX, 0) == 0 {
            return;
        }
        let limit = libc::sysconf(libc::_SC_OPEN_MAX).clamp(0, 1 << 16);
        for fd in first..limit as c_int {
            libc::close(fd);
        }
    }
}
