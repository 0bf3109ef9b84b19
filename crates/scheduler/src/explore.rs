//! Exploring interleavings: a small program is run under many orders of its tasks, to find one in which a law fails.
//!
//! A program is deterministic but for its order: which of the ready tasks runs next, and, if asked for, whether
//! another task runs before one goes on after a request. Each such choice is a number, and a list of them is a
//! *schedule*. All schedules are tried, depth first, up to a bound, and then as many random ones as wished.
//! A failure comes with its schedule, and [`replay`] runs that one again.
//!
//! ```
//! use scheduler::explore::{Explore, explore};
//!
//! // A stand-in for a program: two choices, one of which is bad after the other.
//! let failure = explore(Explore::default(), |mut order| {
//!     let first = order.choose_among(3);
//!     let second = order.choose_among(2);
//!     if (first, second) == (2, 1) { Err("bad luck".to_owned()) } else { Ok(()) }
//! })
//! .expect_err("one of six fails");
//! assert_eq!(failure.schedule, [2, 1]);
//! ```

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Id;
use crate::ready::{Guide, Order, random};

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub struct Explore {
    /// So many schedules are tried systematically; if there are no more, they were all.
    pub exhaustive: usize,
    /// So many random ones are tried after that, if those were not all.
    pub random: usize,
    /// The seed of the random ones.
    pub seed: u64,
    /// Whether another task may run after every request: more schedules, and finer ones.
    pub preempts: bool,
}

impl Default for Explore {
    fn default() -> Self {
        Explore {
            exhaustive: 10_000,
            random: 1_000,
            seed: 1,
            preempts: false,
        }
    }
}

/// What was tried without a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explored {
    /// How many schedules were run.
    pub runs: usize,
    /// Whether they were all that there are.
    pub complete: bool,
}

/// A law fails under this schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The choices, in order; what is not listed is 0.
    pub schedule: Vec<usize>,
    /// What the program said of it.
    pub message: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}\nhelp: it happens under the schedule {:?}; `explore::replay` runs it again",
            self.message, self.schedule
        )
    }
}

impl std::error::Error for Failure {}

/// How many of the tasks that went on are kept for a report.
pub const TOLD: usize = 1_000;

#[derive(Default)]
struct Script {
    /// What is chosen first.
    prefix: Vec<usize>,
    /// What was chosen, and among how many.
    made: Vec<(usize, usize)>,
    /// Which tasks went on, with their names: the first of them, up to [`TOLD`].
    went: Vec<(Id, Option<Box<str>>)>,
    /// Chooses after the prefix; the first one if there is none.
    seed: Option<u64>,
}

impl Script {
    fn choose(&mut self, among: usize) -> usize {
        let choice = match (self.prefix.get(self.made.len()), &mut self.seed) {
            (Some(choice), _) => (*choice).min(among - 1),
            (None, Some(seed)) => usize::try_from(random(seed) % among as u64).unwrap_or(0),
            (None, None) => 0,
        };
        self.made.push((choice, among));
        choice
    }
}

/// One run of a program: what is to be chosen in it, and what was. For whoever drives the runs without [`explore`].
#[derive(Clone)]
pub struct Attempt {
    script: Arc<Mutex<Script>>,
    seed: Option<u64>,
    preempts: bool,
}

impl Attempt {
    /// A run in which this is chosen. Behind its end is chosen at random by the seed, or the first without one.
    pub fn new(schedule: Vec<usize>, seed: Option<u64>, preempts: bool) -> Self {
        let script = Script {
            prefix: schedule,
            ..Script::default()
        };
        Attempt {
            script: Arc::new(Mutex::new(script)),
            seed,
            preempts,
        }
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The order to run a program in. What an earlier run has chosen is forgotten.
    pub fn order(&self) -> Order {
        {
            let mut script = self.script();
            script.made.clear();
            script.went.clear();
            script.seed = self.seed;
        }
        let (chooser, told) = (self.clone(), self.clone());
        Order::Guided(Guide {
            choose: Box::new(move |among| chooser.script().choose(among)),
            preempts: self.preempts,
            went: Box::new(move |id, name| {
                let mut script = told.script();
                if script.went.len() < TOLD {
                    script.went.push((id, name.map(Into::into)));
                }
            }),
        })
    }

    /// What was chosen, and among how many.
    pub fn made(&self) -> Vec<(usize, usize)> {
        self.script().made.clone()
    }

    /// Which tasks went on, in this order, with their names: the first [`TOLD`].
    pub fn went(&self) -> Vec<(Id, Option<Box<str>>)> {
        self.script().went.clone()
    }

    /// Whether another task may run after every request.
    pub fn preempts(&self) -> bool {
        self.preempts
    }

    /// What was chosen, without the zeros at the end: these are what is chosen anyway.
    pub fn schedule(&self) -> Vec<usize> {
        let mut schedule: Vec<usize> = self.script().made.iter().map(|made| made.0).collect();
        while schedule.last() == Some(&0) {
            schedule.pop();
        }
        schedule
    }

    /// The next schedule in depth-first order: the last choice that has an alternative left takes it.
    pub fn following(&self) -> Option<Vec<usize>> {
        let script = self.script();
        let at = script
            .made
            .iter()
            .rposition(|(choice, among)| choice + 1 < *among)?;
        let mut schedule: Vec<usize> = script.made[..=at].iter().map(|made| made.0).collect();
        schedule[at] += 1;
        Some(schedule)
    }
}

impl Order {
    /// One of so many, for tests that have choices of their own: the order's next choice.
    pub fn choose_among(&mut self, among: usize) -> usize {
        self.choose(among)
    }
}

fn attempt(
    attempt: &Attempt,
    program: &mut impl FnMut(Order) -> Result<(), String>,
) -> Result<(), Failure> {
    program(attempt.order()).map_err(|message| Failure {
        schedule: attempt.schedule(),
        message,
    })
}

/// Runs a program under many orders. The program makes a scheduler [`with_order`](crate::Scheduler::with_order) of
/// what it is given, runs, and says what is wrong, if anything is.
///
/// # Errors
/// The first schedule under which something is wrong.
pub fn explore(
    how: Explore,
    mut program: impl FnMut(Order) -> Result<(), String>,
) -> Result<Explored, Failure> {
    let mut schedule = Vec::new();
    let mut runs = 0;
    while runs < how.exhaustive {
        let one = Attempt::new(schedule, None, how.preempts);
        runs += 1;
        attempt(&one, &mut program)?;
        match one.following() {
            Some(next) => schedule = next,
            None => {
                return Ok(Explored {
                    runs,
                    complete: true,
                });
            }
        }
    }
    let mut seeds = how.seed;
    for _ in 0..how.random {
        let one = Attempt::new(Vec::new(), Some(random(&mut seeds)), how.preempts);
        runs += 1;
        attempt(&one, &mut program)?;
    }
    Ok(Explored {
        runs,
        complete: false,
    })
}

/// Runs a program under one schedule.
///
/// # Errors
/// Something is wrong under it.
pub fn replay(
    schedule: &[usize],
    preempts: bool,
    mut program: impl FnMut(Order) -> Result<(), String>,
) -> Result<(), Failure> {
    attempt(
        &Attempt::new(schedule.to_vec(), None, preempts),
        &mut program,
    )
}
