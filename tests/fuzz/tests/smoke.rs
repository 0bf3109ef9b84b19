//! A short run of each fuzzer, the same every time. With `FUZZ_SECONDS=3600` each goes on for so long from another
//! beginning (`FUZZ_SEED` chooses it, `FUZZ_CASE` runs one input alone), and says where it is.

#![allow(
    unsafe_code,
    clippy::print_stderr,
    reason = "a measuring allocator, and a long run that says where it is"
)]

use fuzz::Target;
use fuzz::entropy::Entropy;
use fuzz::host::MEMORY_BYTES;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How many inputs the short run has.
fn cases(target: Target) -> u64 {
    match target {
        Target::Source | Target::Boundary => 150,
        Target::Bytes => 100,
        Target::Parts => 50,
    }
}

/// Who works on one input for so long hangs.
const HANG: Duration = Duration::from_secs(120);
/// What a run may take beside a fifth more than its limit: compiled code, and two snapshots of it while they are made.
const BESIDE_BYTES: usize = 32 << 20;

thread_local! {
    static USED: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

/// Counts the bytes of each thread.
struct Measured;

fn count(bytes: isize) {
    let _ = USED.try_with(|used| {
        used.set(used.get() + bytes);
        let _ = MOST.try_with(|most| most.set(most.get().max(used.get())));
    });
}

// SAFETY: everything is left to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Measured {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static MEASURED: Measured = Measured;

/// Runs one input. What is wrong, if something is.
fn fault(target: Target, case: u64) -> Option<String> {
    let mut e = Entropy::new(case);
    let input = target.input(&mut e);
    if std::env::var_os("FUZZ_CASE").is_some() {
        eprintln!("{input:?}");
    }
    let before = USED.with(Cell::get);
    MOST.with(|most| most.set(before));
    let began = Instant::now();
    let done = catch_unwind(AssertUnwindSafe(|| input.check(&mut e)));
    let most = (MOST.with(Cell::get) - before) as usize;
    let bound = MEMORY_BYTES as usize / 5 * 6 + BESIDE_BYTES;
    let slow = began.elapsed();
    if long().is_some() && slow > Duration::from_secs(5) {
        eprintln!("{} case {case} took {slow:?}", target.name());
    }
    match done {
        Err(_) => Some("it panicked".into()),
        Ok(Err(what)) => Some(what),
        Ok(Ok(())) => (most > bound).then(|| format!("it took {most} bytes of memory")),
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// For how long, if not for a short run.
fn long() -> Option<Duration> {
    number("FUZZ_SECONDS").map(Duration::from_secs)
}

/// Ends the process if an input takes for ever: nothing else would say which one.
fn watch(target: Target, at: &'static AtomicU64) {
    std::thread::spawn(move || {
        let mut last = u64::MAX;
        loop {
            std::thread::sleep(HANG);
            let now = at.load(Relaxed);
            if now == last {
                eprintln!("{} case {now} does not end", target.name());
                std::process::abort();
            }
            last = now;
        }
    });
}

fn run(target: Target, at: &'static AtomicU64) {
    if let Some(case) = number("FUZZ_CASE") {
        let fault = fault(target, case);
        assert!(fault.is_none(), "{}", fault.unwrap_or_default());
        return;
    }
    watch(target, at);
    // An abort says nothing: the input that was under way is then the one after the last line here.
    let log = std::env::var_os("FUZZ_LOG").map(|path| std::fs::File::create(path).expect("a log"));
    let first = number("FUZZ_SEED").unwrap_or(0) << 32;
    let began = Instant::now();
    let (mut said, mut faults) = (began, 0);
    let mut texts = Vec::new();
    for case in first.. {
        let over = match long() {
            Some(long) => began.elapsed() >= long,
            None => case - first == cases(target),
        };
        if over {
            eprintln!(
                "{}: {} inputs, {faults} faults",
                target.name(),
                case - first
            );
            break;
        }
        at.store(case, Relaxed);
        if let Some(mut log) = log.as_ref() {
            use std::io::{Seek as _, Write as _};
            log.rewind().expect("a log");
            write!(log, "{} {case:20}", target.name()).expect("a log");
        }
        if let Some(fault) = fault(target, case) {
            faults += 1;
            eprintln!("{} case {case}: {fault}", target.name());
            texts.push(format!("case {case}: {fault}"));
        }
        if long().is_some() && said.elapsed().as_secs() >= 60 {
            said = Instant::now();
            eprintln!(
                "{}: {} inputs, {faults} faults",
                target.name(),
                case - first
            );
        }
    }
    assert!(texts.is_empty(), "{}", texts.join("\n"));
}

#[test]
fn source_texts_are_refused_or_run_within_their_limits() {
    static AT: AtomicU64 = AtomicU64::new(0);
    run(Target::Source, &AT);
}

#[test]
fn snapshots_with_changed_parts_are_refused_or_run_within_their_limits() {
    static AT: AtomicU64 = AtomicU64::new(0);
    run(Target::Parts, &AT);
}

#[test]
fn snapshots_with_changed_bytes_are_refused_or_run_within_their_limits() {
    static AT: AtomicU64 = AtomicU64::new(0);
    run(Target::Bytes, &AT);
}

#[test]
fn values_cross_the_boundary_and_come_back() {
    static AT: AtomicU64 = AtomicU64::new(0);
    run(Target::Boundary, &AT);
}
