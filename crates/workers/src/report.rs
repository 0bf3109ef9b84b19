//! The records that a host and a guard exchange: sixteen integers each, so that neither side allocates.

/// The length of a record, in bytes. Sent in one write, so it arrives whole.
pub(crate) const RECORD_BYTES: usize = 64;

/// How many survivors a report can name.
pub(crate) const NAMED_MAX: usize = 8;

const WORDS: usize = RECORD_BYTES / 4;

/// What a host tells its guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// End the tree in `deadline_ms`, unless disarmed before.
    Arm { deadline_ms: i32, grace_ms: i32 },
    /// Forget the deadline; answered by `Report::Disarmed`.
    Disarm,
    /// End the tree now.
    Kill { grace_ms: i32 },
}

/// Why a tree ended, as the guard saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// The worker's first process ended by itself.
    Exit,
    /// The host ordered it, or was gone.
    Order,
    /// The deadline passed.
    Deadline,
}

/// The end of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone {
    pub(crate) why: Why,
    /// The wait status of the worker's first process; `None` when it could not be reaped.
    pub(crate) status: Option<i32>,
    /// The time between the last `Arm` and the moment when the end began; zero without one.
    pub(crate) after_ms: i32,
    /// Processes that were alive when the end began, or appeared while it lasted.
    pub(crate) processes: i32,
    /// Processes that could not be ended.
    pub(crate) left: i32,
    /// The first of those that are left; the rest of the array is zero.
    pub(crate) named: [i32; NAMED_MAX],
}

/// What a guard tells its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Report {
    /// The worker runs.
    Started { pid: i32 },
    /// The worker could not be started: which stage failed, and the system's error number.
    NotStarted { stage: i32, errno: i32 },
    /// The deadline is forgotten, and the tree had not been touched.
    Disarmed,
    /// The tree has ended.
    Gone(Gone),
}

/// `NotStarted.stage`: the guard could not be set up or could not fork.
pub(crate) const STAGE_FORK: i32 = 1;
/// `NotStarted.stage`: the working directory could not be entered.
pub(crate) const STAGE_CWD: i32 = 2;
/// `NotStarted.stage`: the program could not be executed.
pub(crate) const STAGE_EXEC: i32 = 3;

type Words = [i32; WORDS];

fn pack(words: &Words) -> [u8; RECORD_BYTES] {
    let mut bytes = [0; RECORD_BYTES];
    for (slot, word) in bytes.chunks_exact_mut(4).zip(words) {
        slot.copy_from_slice(&word.to_ne_bytes());
    }
    bytes
}

fn unpack(bytes: &[u8; RECORD_BYTES]) -> Words {
    let mut words = [0; WORDS];
    for (word, chunk) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
        *word = i32::from_ne_bytes(*chunk);
    }
    words
}

impl Order {
    pub(crate) fn to_bytes(self) -> [u8; RECORD_BYTES] {
        let mut words = [0; WORDS];
        [words[0], words[1], words[2]] = match self {
            Self::Arm {
                deadline_ms,
                grace_ms,
            } => [1, deadline_ms, grace_ms],
            Self::Disarm => [2, 0, 0],
            Self::Kill { grace_ms } => [3, 0, grace_ms],
        };
        pack(&words)
    }

    pub(crate) fn from_bytes(bytes: &[u8; RECORD_BYTES]) -> Option<Self> {
        let [kind, deadline_ms, grace_ms, ..] = unpack(bytes);
        match kind {
            1 => Some(Self::Arm {
                deadline_ms,
                grace_ms,
            }),
            2 => Some(Self::Disarm),
            3 => Some(Self::Kill { grace_ms }),
            _ => None,
        }
    }
}

impl Report {
    pub(crate) fn to_bytes(self) -> [u8; RECORD_BYTES] {
        let mut words = [0; WORDS];
        match self {
            Self::Started { pid } => [words[0], words[1]] = [1, pid],
            Self::NotStarted { stage, errno } => {
                [words[0], words[1], words[2]] = [2, stage, errno];
            }
            Self::Disarmed => words[0] = 3,
            Self::Gone(gone) => {
                let why = match gone.why {
                    Why::Exit => 0,
                    Why::Order => 1,
                    Why::Deadline => 2,
                };
                let known = i32::from(gone.status.is_some());
                let status = gone.status.unwrap_or(0);
                words[..7].copy_from_slice(&[
                    4,
                    why,
                    known,
                    status,
                    gone.processes,
                    gone.left,
                    gone.after_ms,
                ]);
                for (word, pid) in words.iter_mut().skip(8).zip(gone.named) {
                    *word = pid;
                }
            }
        }
        pack(&words)
    }

    pub(crate) fn from_bytes(bytes: &[u8; RECORD_BYTES]) -> Option<Self> {
        let words = unpack(bytes);
        let [kind, a, b, c, d, e, f, ..] = words;
        match kind {
            1 => Some(Self::Started { pid: a }),
            2 => Some(Self::NotStarted { stage: a, errno: b }),
            3 => Some(Self::Disarmed),
            4 => {
                let mut named = [0; NAMED_MAX];
                for (pid, word) in named.iter_mut().zip(words.iter().skip(8)) {
                    *pid = *word;
                }
                Some(Self::Gone(Gone {
                    why: match a {
                        0 => Why::Exit,
                        1 => Why::Order,
                        _ => Why::Deadline,
                    },
                    status: (b != 0).then_some(c),
                    processes: d,
                    left: e,
                    after_ms: f,
                    named,
                }))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
