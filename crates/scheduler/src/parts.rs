//! The table as plain data, to be written and read; and refused when it cannot be true.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use machine::{Answer, Continuation, Domain};

use crate::outcome::pending;
use crate::table::{Entry, Id, Outcome, Promise};
use crate::task::{Gift, Label, State, Task, Waiting};
use crate::{Scheduler, SchedulerDomain};

/// What a scheduler of tasks and promises is made of: what a snapshot writes and reads.
///
/// Scopes, timers, semaphores, events and channels have no parts: a scheduler that has one of them is not taken apart.
pub struct Parts<D: Domain> {
    /// All tasks.
    pub tasks: BTreeMap<Id, TaskPart<D>>,
    /// All promises: whether the host settles it, and how it was settled.
    pub promises: BTreeMap<Id, (bool, Option<Answer<D>>)>,
    /// The tasks that can run, in order.
    pub ready: Vec<Id>,
    /// The task that runs.
    pub current: Option<Id>,
    /// The task whose end is the end of the program.
    pub main: Option<Id>,
    /// The next id to give.
    pub next: u64,
    /// The time since the start.
    pub now: Duration,
}

/// A task, taken apart.
pub struct TaskPart<D: Domain> {
    /// Where it stands.
    pub state: TaskState<D>,
    /// Its priority.
    pub priority: i32,
    /// Whether its entry is removed when it ends.
    pub detached: bool,
    /// Whether it was cancelled, and has not been told.
    pub cancelled: bool,
}

impl<D: Domain> From<TaskState<D>> for TaskPart<D> {
    fn from(state: TaskState<D>) -> Self {
        TaskPart {
            state,
            priority: 0,
            detached: false,
            cancelled: false,
        }
    }
}

/// Where a task stands, taken apart.
pub enum TaskState<D: Domain> {
    /// In the ready queue, with what it will be resumed with.
    Ready(Continuation<D>, Answer<D>, Handed),
    /// It runs: whoever takes the scheduler apart has its continuation.
    Running,
    /// It waits; of those who wait for the same, the one with the smallest number is told first.
    Waiting(Continuation<D>, Waiting, u64),
    /// It has ended so.
    Ended(Answer<D>),
}

/// What a ready task is resumed with, and whether a cancellation may take its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handed {
    /// It only let others run first.
    Nothing,
    /// It has not begun.
    Begin,
    /// What it waited for: it is told of a cancellation later.
    Told,
    /// Its cancellation.
    Cancelled,
}

/// A task, looked at.
pub enum TaskView<'s, D: Domain> {
    /// In the ready queue, with what it will be resumed with.
    Ready(&'s Continuation<D>, &'s Answer<D>),
    /// It runs.
    Running,
    /// It waits.
    Waiting(&'s Continuation<D>, &'s Waiting),
    /// It has ended.
    Ended,
}

/// Why a scheduler is not taken apart, or parts are of no possible scheduler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not the state of a scheduler: {}", self.0)
    }
}

impl std::error::Error for Broken {}

impl<D: Domain> Scheduler<D> {
    /// All tasks, oldest first.
    pub fn tasks(&self) -> Vec<(Id, TaskView<'_, D>)> {
        let mut tasks: Vec<_> = self
            .table
            .iter()
            .filter_map(|(id, entry)| match entry {
                Entry::Task(task) => Some((
                    id,
                    match &task.state {
                        State::Ready(k, answer, _) => TaskView::Ready(k, answer),
                        State::Running => TaskView::Running,
                        State::Waiting(k, on, _) => TaskView::Waiting(k, on),
                        State::Ended => TaskView::Ended,
                    },
                )),
                _ => None,
            })
            .collect();
        tasks.sort_unstable_by_key(|(id, _)| *id);
        tasks
    }

    /// The tasks that can run, in the order in which they do if that is first in, first out.
    pub fn ready_order(&self) -> Vec<Id> {
        self.ready.iter().collect()
    }

    /// The number of the next entry.
    pub fn next_id(&self) -> u64 {
        self.table.next_id()
    }

    /// Takes the table apart.
    ///
    /// # Errors
    /// There is something that has no parts; the scheduler is then given back as it was.
    pub fn into_parts(self) -> Result<Parts<D>, (Box<Self>, Broken)> {
        let whole = self.table.iter().find_map(|(id, entry)| {
            let what = match entry {
                Entry::Promise(_) => return None,
                Entry::Task(task) => match &task.state {
                    State::Waiting(_, Waiting::Until(_), _) => "a timer",
                    State::Waiting(_, Waiting::Ends { .. }, _) => "a gather that ends",
                    State::Ready(_, _, Gift::Unwind) => "a task that is unwound",
                    _ if task.home.is_some() => "a task of a scope",
                    _ => return None,
                },
                Entry::Scope(_) => "a scope",
                Entry::Semaphore(_) => "a semaphore",
                Entry::Event(_) => "an event",
                Entry::Channel(_) => "a channel",
            };
            Some(format!("`{id}` is {what}"))
        });
        let whole = whole.or_else(|| self.end.as_ref().map(|_| "it ends".to_owned()));
        if let Some(whole) = whole {
            return Err((Box::new(self), Broken(whole)));
        }
        let mut parts = Parts {
            tasks: BTreeMap::new(),
            promises: BTreeMap::new(),
            ready: self.ready.iter().collect(),
            current: self.current,
            main: self.main,
            next: self.table.next_id(),
            now: self.clock.now,
        };
        for (id, entry) in self.table.into_entries() {
            match *entry {
                Entry::Task(task) => {
                    parts.tasks.insert(id, take_task(task));
                }
                Entry::Promise(promise) => {
                    let part = (promise.external, promise.outcome.answer);
                    parts.promises.insert(id, part);
                }
                _ => unreachable!("looked for above"),
            }
        }
        Ok(parts)
    }
}

fn take_task<D: Domain>(task: Task<D>) -> TaskPart<D> {
    let state = match (task.state, task.outcome.answer) {
        (State::Ready(k, answer, gift), _) => {
            let handed = match gift {
                Gift::Nothing => Handed::Nothing,
                Gift::Begin => Handed::Begin,
                Gift::Cancel(_) => Handed::Cancelled,
                _ => Handed::Told,
            };
            TaskState::Ready(k, answer, handed)
        }
        (State::Waiting(k, on, ticket), _) => TaskState::Waiting(k, on, ticket),
        (_, Some(answer)) => TaskState::Ended(answer),
        (_, None) => TaskState::Running,
    };
    TaskPart {
        state,
        priority: task.priority,
        detached: task.detached,
        cancelled: task.asked,
    }
}

impl<D: SchedulerDomain> Scheduler<D> {
    /// Puts a scheduler together, from bytes that need not be true.
    ///
    /// # Errors
    /// What cannot be in a table: nothing would ever run wrongly because of it, but something might never run.
    pub fn from_parts(parts: Parts<D>) -> Result<Self, Broken> {
        let mut scheduler = Scheduler::new();
        parts.check()?;
        scheduler.table.set_next_id(parts.next);
        (scheduler.current, scheduler.main) = (parts.current, parts.main);
        scheduler.clock.now = parts.now;
        for (id, (external, answer)) in parts.promises {
            let outcome = Outcome {
                answer,
                ..Outcome::default()
            };
            scheduler
                .table
                .put(id, Entry::Promise(Promise { external, outcome }));
        }
        for id in &parts.ready {
            let priority = parts.tasks.get(id).map_or(0, |task| task.priority);
            scheduler.ready.push(priority, *id);
        }
        let mut waiting = Vec::new();
        for (id, part) in parts.tasks {
            let mut outcome = Outcome::default();
            let state = match part.state {
                TaskState::Ready(k, answer, handed) => {
                    let gift = match handed {
                        Handed::Nothing => Gift::Nothing,
                        Handed::Begin => Gift::Begin,
                        Handed::Told => Gift::Told,
                        Handed::Cancelled => Gift::Cancel(None),
                    };
                    State::Ready(k, answer, gift)
                }
                TaskState::Running => State::Running,
                TaskState::Waiting(k, on, ticket) => {
                    waiting.push((ticket, id));
                    State::Waiting(k, on, ticket)
                }
                TaskState::Ended(answer) => {
                    outcome.answer = Some(answer);
                    State::Ended
                }
            };
            let mut task = Task::new(state);
            task.outcome = outcome;
            (task.priority, task.detached) = (part.priority, part.detached);
            (task.asked, task.alarm) = (part.cancelled, part.cancelled);
            scheduler.alive += usize::from(!task.has_ended());
            scheduler.table.put(id, Entry::Task(task));
        }
        for (ticket, id) in waiting {
            scheduler.tickets = scheduler.tickets.max(ticket);
            scheduler.queue_again(id, ticket)?;
        }
        Ok(scheduler)
    }

    /// Lets a task that waits stand in its queues again.
    fn queue_again(&mut self, id: Id, ticket: u64) -> Result<(), Broken> {
        let Some(on) = self.waiting(id).cloned() else {
            return Ok(());
        };
        let left = pending(self, on.ids()).map_err(|refusal| Broken(refusal.to_string()))?;
        let awaits = match &on {
            Waiting::Parked { .. } => true,
            Waiting::One(_) => left.len() == 1,
            Waiting::All { left: counted, .. } => *counted > 0 && *counted == left.len(),
            Waiting::First(ids) => left.len() == ids.iter().collect::<BTreeSet<_>>().len(),
            _ => false,
        };
        if !awaits {
            return Err(Broken(format!("`{id}` waits for what will never tell it")));
        }
        self.enter(id, &on, ticket);
        Ok(())
    }
}

impl<D: Domain> Parts<D> {
    fn check(&self) -> Result<(), Broken> {
        let broken = |what: String| Err(Broken(what));
        let queued: BTreeSet<Id> = self.ready.iter().copied().collect();
        if queued.len() != self.ready.len() {
            return broken("a task is ready twice".to_owned());
        }
        // So many were never given, and there must be room for more.
        if self.next > u64::MAX / 4 {
            return broken(format!("`{}` would be the next", self.next));
        }
        let mut tickets = BTreeSet::new();
        for (id, task) in &self.tasks {
            let ready = matches!(task.state, TaskState::Ready(..));
            if ready != queued.contains(id) {
                return broken(format!(
                    "`{id}` is in the ready queue and not ready, or the other way"
                ));
            }
            let running = matches!(task.state, TaskState::Running);
            if running != (self.current == Some(*id)) {
                return broken(format!("`{id}` runs and is not current, or the other way"));
            }
            if let TaskState::Waiting(_, on, ticket) = &task.state
                && (*ticket > u64::MAX / 4 || !on.ids().is_empty() && !tickets.insert(*ticket))
            {
                return broken(format!("`{id}` waits with a number that is not its own"));
            }
        }
        for id in self.tasks.keys().chain(self.promises.keys()) {
            if id.0 >= self.next {
                return broken(format!("`{id}` was never given"));
            }
        }
        if let Some(id) = self.promises.keys().find(|id| self.tasks.contains_key(id)) {
            return broken(format!("`{id}` is a task and a promise"));
        }
        let named = self.ready.iter().chain(&self.current);
        for id in named {
            if !self.tasks.contains_key(id) {
                return broken(format!("there is no task `{id}`"));
            }
        }
        Ok(())
    }
}

/// A scope, looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeView {
    /// The scope.
    pub id: Id,
    /// What it was called when it was opened.
    pub name: Option<Box<str>>,
    /// The scope in which it was opened.
    pub parent: Option<Id>,
    /// The task whose program is in it, or waits for its end.
    pub owner: Id,
    /// The tasks that were spawned in it and have not ended.
    pub children: Vec<Id>,
    /// Whether it was cancelled, so that it ends as soon as its tasks have.
    pub cancelled: bool,
}

impl<D: Domain> Scheduler<D> {
    /// All scopes that are open, oldest first: with [`Scheduler::tasks`] and [`Scheduler::blocked`] this is all that
    /// there is to see of a program that stands still.
    pub fn scopes(&self) -> Vec<ScopeView> {
        let mut scopes: Vec<ScopeView> = self
            .table
            .iter()
            .filter_map(|(id, entry)| match entry {
                Entry::Scope(scope) => Some(ScopeView {
                    id,
                    name: scope.name.clone(),
                    parent: scope.parent,
                    owner: scope.owner,
                    children: scope.children.iter().copied().collect(),
                    cancelled: scope.cancelled,
                }),
                _ => None,
            })
            .collect();
        scopes.sort_unstable_by_key(|scope| scope.id);
        scopes
    }

    /// What a task was called when it was spawned, and where that was.
    pub fn label(&self, id: Id) -> Option<&Label<D>> {
        match self.table.get(id)? {
            Entry::Task(task) => task.label.as_deref(),
            _ => None,
        }
    }
}
