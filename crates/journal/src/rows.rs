//! The rows of a journal as typed values, and the changes that a commit is made of.

use std::collections::BTreeMap;

/// Opaque bytes for the machine, and a text beside them for people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Blob {
    /// What the caller encoded.
    pub bytes: Vec<u8>,
    /// The same, readable.
    pub text: String,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It runs, or its process has died.
    Running,
    /// It waits for a person: a question, or a call in doubt.
    Waiting,
    /// The program ended.
    Done,
    /// The program ended with an exception of its own.
    Failed,
    /// The program was ended by a limit.
    Limited,
}

/// The one row that says what is run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// A random name of this run; idempotency keys are made from it.
    pub run_id: String,
    /// When it began, in milliseconds since 1970.
    pub created_ms: i64,
    /// The version of kont that made it.
    pub kont_version: String,
    /// The program's file name, as messages show it.
    pub filename: String,
    /// The program.
    pub source: String,
    /// The path of the module of tools.
    pub tools: Option<String>,
    /// The path of the policy.
    pub policy: Option<String>,
    /// What the program was granted, as JSON.
    pub capabilities: String,
    /// The program's limits, as JSON.
    pub limits: String,
    /// The seed of what is random inside the program (hashing).
    pub seed: u64,
    /// The run and the call from which it was forked: `<run id>@<call>`.
    pub forked_from: Option<String>,
    /// How far it is.
    pub status: Status,
    /// How it ended, if it has.
    pub ending: Option<Blob>,
    /// The hash over everything the program performed, got and printed up to the last delivery.
    pub trace: [u8; 32],
}

/// A request that the program performed.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Its number: 1, 2, 3.. in perform order.
    pub id: u64,
    /// The tool's name, or the kind of the request.
    pub name: String,
    /// The request.
    pub request: Blob,
    /// Where in the program: `pay.py:44`.
    pub place: String,
    /// How many deliveries the program had got when it performed it.
    pub performed_after: u64,
    /// Its answer, once the program has it.
    pub delivered: Option<Delivered>,
}

/// The answer to a call, as given to the program.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
    /// Which delivery it was: 1, 2, 3.. over the whole run.
    pub seq: u64,
    /// The outcome.
    pub outcome: Blob,
    /// More for people: where the program handled a failure.
    pub note: Option<String>,
    /// The trace hash once the program had got it and waited again.
    pub trace: [u8; 32],
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// A question to a person.
    Question,
    /// A tool that runs.
    Execute,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// A question without an answer, or an intent without a result (in doubt, unless it runs now).
    Open,
    /// It was in doubt, and it was decided that it runs again.
    Ready,
    /// Answered, or ended with a result.
    Ended,
}

/// One thing done for a call: intent first, result later.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The call it belongs to.
    pub call: u64,
    /// Its place among the call's steps: 0, 1, 2..
    pub step: u32,
    /// What it is.
    pub kind: StepKind,
    /// What is asked or run.
    pub request: Blob,
    /// The idempotency key of a tool that runs.
    pub key: Option<String>,
    /// How often it was begun.
    pub attempts: u32,
    /// How far it is.
    pub state: StepState,
    /// When it was begun last, in milliseconds since 1970.
    pub begun_ms: i64,
    /// The answer or result.
    pub result: Option<Blob>,
    /// When it ended, in milliseconds since 1970.
    pub ended_ms: Option<i64>,
    /// Who answered, where it was not the tool itself.
    pub answered_by: Option<String>,
}

/// The program as bytes; they are read with [`crate::View::snapshot`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// After how many deliveries.
    pub delivered: u64,
    /// The trace hash at that moment.
    pub trace: [u8; 32],
    /// The sha256 of the bytes.
    pub sha256: [u8; 32],
    /// How many bytes.
    pub size_bytes: u64,
}

/// A piece of what the program printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// After how many deliveries it was printed.
    pub delivered: u64,
    /// `stdout` or `stderr`.
    pub stream: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// All that a journal holds, but for the bytes of its snapshots.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// What is run.
    pub run: Run,
    /// The calls by number.
    pub calls: BTreeMap<u64, Call>,
    /// The steps by call and place.
    pub steps: BTreeMap<(u64, u32), Step>,
    /// The snapshots by the number of deliveries before them.
    pub snapshots: BTreeMap<u64, Snapshot>,
    /// The output, in order.
    pub output: Vec<Output>,
    /// How many answers the program has got.
    pub delivered: u64,
}

impl Contents {
    /// The contents of a run that has not begun.
    pub fn new(run: Run) -> Self {
        Self {
            run,
            calls: BTreeMap::new(),
            steps: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            output: Vec::new(),
            delivered: 0,
        }
    }

    /// The steps of one call, in order.
    pub fn steps_of(&self, call: u64) -> impl Iterator<Item = &Step> {
        self.steps
            .range((call, 0)..=(call, u32::MAX))
            .map(|(_, step)| step)
    }

    /// The calls in the order in which the program got their answers, from delivery `after + 1` on.
    pub fn deliveries_after(&self, after: u64) -> Vec<(&Call, &Delivered)> {
        let mut found: Vec<_> = self
            .calls
            .values()
            .filter_map(|call| Some((call, call.delivered.as_ref()?)))
            .filter(|(_, delivered)| delivered.seq > after)
            .collect();
        found.sort_by_key(|(_, delivered)| delivered.seq);
        found
    }
}

/// One change of a journal; a commit makes several at once, or none.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The program performed a request.
    Perform(Call),
    /// A question is asked, or a tool is about to run. With the place of a step that is ready, it runs again.
    Begin(Step),
    /// A question is answered, or a tool has ended.
    End {
        /// The call.
        call: u64,
        /// The step.
        step: u32,
        /// The answer or result.
        result: Blob,
        /// When, in milliseconds since 1970.
        ended_ms: i64,
        /// Who answered, where it was not the tool itself.
        answered_by: Option<String>,
    },
    /// A step in doubt is to run again.
    Ready {
        /// The call.
        call: u64,
        /// The step.
        step: u32,
    },
    /// The program got an answer: the next delivery.
    Deliver {
        /// The call.
        call: u64,
        /// The outcome.
        outcome: Blob,
        /// More for people.
        note: Option<String>,
        /// The trace hash once the program waits again.
        trace: [u8; 32],
    },
    /// The program printed.
    Output {
        /// `stdout` or `stderr`.
        stream: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// The program as bytes, as it stands after the deliveries so far.
    Snapshot {
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// The trace hash has grown.
    Trace([u8; 32]),
    /// The run is in another state.
    Status {
        /// The state.
        status: Status,
        /// How it ended, if it has.
        ending: Option<Blob>,
    },
    /// The modules of tools and policy are others now.
    Modules {
        /// The path of the module of tools.
        tools: Option<String>,
        /// The path of the policy.
        policy: Option<String>,
    },
}
