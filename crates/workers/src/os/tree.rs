//! Finding every descendant of the guard, and sending signals to them, without allocation.
//!
//! The guard is a *subreaper*: an orphan anywhere below it becomes its child, whatever session or group the
//! orphan made. So each living descendant has a chain of living parents that ends at the guard, and one pass over
//! `/proc` finds it. A pass can miss what is being forked; so passes repeat until `wait` says that there is no child.
#![expect(unsafe_code, reason = "system calls in a forked process")]

use libc::{c_int, pid_t};

/// How many processes of the whole system one pass can hold. A pass over more finds the rest later, when some have ended.
const ENTRIES_MAX: usize = 1 << 16;
/// How many processes of one tree are told apart when they are counted.
const SEEN_MAX: usize = 1 << 16;

#[derive(Clone, Copy, Default)]
struct Entry {
    pid: pid_t,
    parent: pid_t,
    alive: bool,
    ours: bool,
}

/// The memory of the search. Made before the fork; the pages are touched only if they are needed.
pub(super) struct Tree {
    entries: Vec<Entry>,
    len: usize,
    seen: Vec<pid_t>,
    count: c_int,
}

impl Tree {
    pub(super) fn new() -> Self {
        Self {
            entries: vec![Entry::default(); ENTRIES_MAX],
            len: 0,
            seen: vec![0; SEEN_MAX],
            count: 0,
        }
    }

    /// Different processes that `note_all` and `signal_all` have met so far.
    pub(super) fn count(&self) -> c_int {
        self.count
    }

    /// Looks at the system once: who descends from `root` now.
    pub(super) fn scan(&mut self, root: pid_t) {
        self.len = 0;
        self.read_table();
        let Some(entries) = self.entries.get_mut(..self.len) else {
            return;
        };
        entries.sort_unstable_by_key(|e| e.pid);
        // Parents mostly have smaller numbers than their children, so one pass marks nearly all of a tree.
        loop {
            let mut changed = false;
            for i in 0..entries.len() {
                let Some(&Entry {
                    pid, parent, ours, ..
                }) = entries.get(i)
                else {
                    break;
                };
                if ours || pid == root {
                    continue;
                }
                let below = parent == root
                    || entries
                        .binary_search_by_key(&parent, |e| e.pid)
                        .ok()
                        .and_then(|at| entries.get(at))
                        .is_some_and(|e| e.ours);
                if below && let Some(entry) = entries.get_mut(i) {
                    entry.ours = true;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// Counts the living members of the last scan. Gives how many were new.
    pub(super) fn note_all(&mut self) -> c_int {
        let mut new = 0;
        for i in 0..self.len {
            if let Some(&entry) = self.entries.get(i)
                && entry.ours
                && entry.alive
                && self.note(entry.pid)
            {
                new += 1;
            }
        }
        new
    }

    /// Sends a signal to each member of the last scan and counts them. Gives how many were new.
    pub(super) fn signal_all(&mut self, root: pid_t, signal: c_int) -> c_int {
        let mut new = 0;
        for i in 0..self.len {
            if let Some(&entry) = self.entries.get(i)
                && entry.ours
                && entry.alive
                && send(entry, root, signal)
                && self.note(entry.pid)
            {
                new += 1;
            }
        }
        new
    }

    /// The living members of the last scan: how many, and the first few by number.
    pub(super) fn living(&self, named: &mut [pid_t]) -> c_int {
        let mut count = 0;
        let mut names = named.iter_mut();
        for entry in self.entries.iter().take(self.len) {
            if entry.ours && entry.alive {
                count += 1;
                if let Some(name) = names.next() {
                    *name = entry.pid;
                }
            }
        }
        count
    }

    fn note(&mut self, pid: pid_t) -> bool {
        let start = (pid as usize).wrapping_mul(0x9E37_79B1) % SEEN_MAX;
        for step in 0..SEEN_MAX {
            let Some(slot) = self.seen.get_mut((start + step) % SEEN_MAX) else {
                return false;
            };
            if *slot == pid {
                return false;
            }
            if *slot == 0 {
                *slot = pid;
                self.count = self.count.saturating_add(1);
                return true;
            }
        }
        false
    }

    fn push(&mut self, entry: Entry) {
        if let Some(slot) = self.entries.get_mut(self.len) {
            *slot = entry;
            self.len += 1;
        }
    }

    #[cfg(target_os = "linux")]
    fn read_table(&mut self) {
        // A directory record: inode 8, offset 8, length 2, type 1, then the name and a NUL.
        const LENGTH_AT: usize = 16;
        const NAME_AT: usize = 19;
        let mut buffer = [0u64; 2048];
        // SAFETY: the path ends with NUL; the descriptor is closed below.
        let dir = unsafe {
            libc::open(
                c"/proc".as_ptr(),
                libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC,
            )
        };
        if dir < 0 {
            return;
        }
        loop {
            // SAFETY: the kernel writes at most the given length into the buffer.
            let filled = unsafe {
                libc::syscall(
                    libc::SYS_getdents64,
                    dir,
                    buffer.as_mut_ptr(),
                    size_of_val(&buffer),
                )
            };
            let Some(filled) = usize::try_from(filled).ok().filter(|n| *n > 0) else {
                break;
            };
            // SAFETY: the bytes are within the buffer and initialised; any byte is a valid `u8`.
            let bytes = unsafe {
                core::slice::from_raw_parts(
                    buffer.as_ptr().cast::<u8>(),
                    filled.min(size_of_val(&buffer)),
                )
            };
            let mut rest = bytes;
            while let Some(&[low, high]) = rest.get(LENGTH_AT..LENGTH_AT + 2) {
                let length = usize::from(u16::from_ne_bytes([low, high]));
                let (Some(name), Some(next)) = (rest.get(NAME_AT..length), rest.get(length..))
                else {
                    break;
                };
                if let Some(pid) = number(name)
                    && let Some(entry) = read_entry(pid)
                {
                    self.push(entry);
                }
                rest = next;
            }
        }
        // SAFETY: the descriptor was opened above and is used by nobody else.
        unsafe { libc::close(dir) };
    }

    /// Children can be listed, but there is no subreaper: what was orphaned before is not below the guard.
    #[cfg(target_vendor = "apple")]
    fn read_table(&mut self) {
        // SAFETY: `getpid` cannot fail.
        let mut parent = unsafe { libc::getpid() };
        let mut next = 0;
        loop {
            let mut children = [0 as pid_t; 1024];
            // SAFETY: the system writes at most the given length.
            let n = unsafe {
                libc::proc_listchildpids(
                    parent,
                    children.as_mut_ptr().cast(),
                    size_of_val(&children) as c_int,
                )
            };
            for pid in children.iter().take(usize::try_from(n).unwrap_or(0)) {
                if *pid > 0 {
                    self.push(Entry {
                        pid: *pid,
                        parent,
                        alive: true,
                        ours: false,
                    });
                }
            }
            let Some(entry) = self.entries.get(next).filter(|_| next < self.len) else {
                return;
            };
            parent = entry.pid;
            next += 1;
        }
    }
}

/// The number that a NUL-terminated name is, if it is one.
#[cfg(target_os = "linux")]
fn number(name: &[u8]) -> Option<pid_t> {
    let mut value: pid_t = 0;
    for (i, byte) in name.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                value = value
                    .checked_mul(10)?
                    .checked_add(pid_t::from(byte.wrapping_sub(b'0')))?;
            }
            0 if i > 0 => return Some(value),
            _ => return None,
        }
    }
    None
}

#[cfg(target_os = "linux")]
fn read_entry(pid: pid_t) -> Option<Entry> {
    let mut path = [0u8; 32];
    write_path(&mut path, pid)?;
    let mut text = [0u8; 1024];
    // SAFETY: the path ends with NUL; the kernel writes at most the given length; the descriptor is closed here.
    let length = unsafe {
        let file = libc::open(path.as_ptr().cast(), libc::O_RDONLY | libc::O_CLOEXEC);
        if file < 0 {
            return None;
        }
        let length = libc::read(file, text.as_mut_ptr().cast(), text.len());
        libc::close(file);
        length
    };
    let (parent, alive) = parse_stat(text.get(..usize::try_from(length).ok()?)?)?;
    Some(Entry {
        pid,
        parent,
        alive,
        ours: false,
    })
}

/// Writes `/proc/<pid>/stat` and a NUL.
#[cfg(target_os = "linux")]
fn write_path(path: &mut [u8; 32], pid: pid_t) -> Option<()> {
    let mut digits = [0u8; 10];
    let mut value = u32::try_from(pid).ok()?;
    let mut first = digits.len();
    loop {
        first = first.checked_sub(1)?;
        *digits.get_mut(first)? = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    let text = b"/proc/"
        .iter()
        .chain(digits.get(first..)?)
        .chain(b"/stat\0");
    for (slot, byte) in path.iter_mut().zip(text) {
        *slot = *byte;
    }
    Some(())
}

/// The parent, and whether the process still runs, from the text of `/proc/<pid>/stat`.
///
/// The command's name stands in parentheses and may itself contain them, so the last one counts. A process
/// whose first thread has ended shows as a zombie while its other threads run: it is alive.
#[cfg(any(target_os = "linux", test))]
fn parse_stat(text: &[u8]) -> Option<(pid_t, bool)> {
    const THREADS_AT: usize = 17;
    let after = text.iter().rposition(|byte| *byte == b')')?;
    let mut words = text.get(after + 1..)?.split(|byte| *byte == b' ').skip(1);
    let state = *words.next()?.first()?;
    let parent = decimal(words.next()?)?;
    // The state is word 0 here, the parent word 1.
    let threads = decimal(words.nth(THREADS_AT - 2)?)?;
    Some((parent, !matches!(state, b'Z' | b'X' | b'x') || threads > 1))
}

#[cfg(any(target_os = "linux", test))]
fn decimal(word: &[u8]) -> Option<pid_t> {
    let mut value: pid_t = 0;
    for byte in word {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value
            .checked_mul(10)?
            .checked_add(pid_t::from(byte.wrapping_sub(b'0')))?;
    }
    Some(value)
}

/// Sends a signal to exactly the process that the scan saw, never to another one that got its number since.
#[cfg(target_os = "linux")]
fn send(entry: Entry, root: pid_t, signal: c_int) -> bool {
    // SAFETY: system calls on numbers; the descriptor is closed here.
    unsafe {
        let fd = libc::syscall(libc::SYS_pidfd_open, entry.pid, 0) as c_int;
        if fd < 0 && errno() == libc::ESRCH {
            return false;
        }
        // While the descriptor's process is not reaped its number is taken, so if the signal below
        // arrives, this line was about the same process.
        let same = read_entry(entry.pid)
            .is_some_and(|now| now.parent == entry.parent || now.parent == root);
        let sent = same
            && if fd < 0 {
                libc::kill(entry.pid, signal) == 0
            } else {
                let none = core::ptr::null::<libc::siginfo_t>();
                libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, none, 0) == 0
            };
        if fd >= 0 {
            libc::close(fd);
        }
        sent
    }
}

#[cfg(target_vendor = "apple")]
fn send(entry: Entry, _root: pid_t, signal: c_int) -> bool {
    // SAFETY: a system call on numbers.
    unsafe { libc::kill(entry.pid, signal) == 0 }
}

/// The number of the last system call's error.
pub(super) fn errno() -> c_int {
    // SAFETY: the address of this thread's error number is always valid.
    unsafe {
        #[cfg(target_os = "linux")]
        return *libc::__errno_location();
        #[cfg(target_vendor = "apple")]
        return *libc::__error();
    }
}

#[cfg(test)]
mod tests;
