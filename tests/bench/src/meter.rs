//! The clock and the scale: time on the processor, and memory in use.

use cpu_time::ThreadTime;

/// What one run of a program took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Meter {
    /// Nanoseconds on the processor, in the parts that were timed.
    pub(crate) ns: f64,
    /// Memory that the program held at its largest, for those that measure it.
    pub(crate) bytes: Option<f64>,
}

impl Meter {
    /// Runs a part and counts its time.
    pub(crate) fn time<T>(&mut self, part: impl FnOnce() -> T) -> T {
        // The time of this thread on the processor: other programs on the machine do not count.
        let start = ThreadTime::now();
        let result = part();
        self.ns += start.elapsed().as_nanos() as f64;
        result
    }
}

/// Memory of this process that is resident; `None` where the system does not say.
pub(crate) fn resident_bytes() -> Option<f64> {
    const PAGE: f64 = 4096.0;
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * PAGE)
}

/// The most memory of this process that was ever resident; `None` where the system does not say.
pub(crate) fn peak_bytes() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes * 1024.0)
}
