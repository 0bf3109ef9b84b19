//! Programs that can never go on: who waits for what, and in which circle.

use std::collections::HashMap;
use std::fmt;

use machine::{Continuation, Domain};

use crate::scheduler::Job;
use crate::scope::{self, Body};
use crate::table::{Entry, Id};
use crate::task::{Gift, State, Waiting};
use crate::{Scheduler, SchedulerDomain};

/// A task that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The task.
    pub task: Id,
    /// What it was called when it was spawned.
    pub name: Option<Box<str>>,
    /// What it waits for.
    pub on: Waiting,
    /// Who has what it waits for, if it waits for a permit or a lock.
    pub held_by: Vec<Id>,
}

/// Nothing is ready, no timer is set, and nothing can come from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlock {
    /// Every task that waits, oldest first.
    pub blocked: Vec<Blocked>,
    /// Tasks of which each waits for the next, and the last for the first; empty if they wait for what nobody has.
    pub cycle: Vec<Id>,
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {}", self.task)?;
        if let Some(name) = &self.name {
            write!(f, " `{name}`")?;
        }
        f.write_str(" waits ")?;
        let some = |f: &mut fmt::Formatter<'_>, ids: &[Id]| {
            for (i, id) in ids.iter().enumerate() {
                write!(f, "{} {id}", if i > 0 { "," } else { "" })?;
            }
            Ok(())
        };
        match &self.on {
            Waiting::Parked { .. } => f.write_str("to be woken"),
            Waiting::One(id) => write!(f, "for {id}"),
            Waiting::All { ids, .. } => {
                f.write_str("for all of")?;
                some(f, ids)
            }
            Waiting::First(ids) => {
                f.write_str("for the first of")?;
                some(f, ids)
            }
            Waiting::Ends { ids, .. } => {
                f.write_str("for the ends of")?;
                some(f, ids)
            }
            Waiting::Permit(id) => {
                write!(f, "for a permit of {id}")?;
                if !self.held_by.is_empty() {
                    f.write_str(", held by")?;
                    some(f, &self.held_by)?;
                }
                Ok(())
            }
            Waiting::Event(id) => write!(f, "for event {id}"),
            Waiting::Room(id) => write!(f, "for room in channel {id}"),
            Waiting::Message(id) => write!(f, "for a message of channel {id}"),
            Waiting::Until(time) => write!(f, "until {time:?}"),
            Waiting::Children(id) => write!(f, "for the tasks in scope {id}"),
        }
    }
}

impl fmt::Display for Deadlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no task can ever go on")?;
        if let Some(first) = self.cycle.first() {
            f.write_str(": ")?;
            for id in &self.cycle {
                write!(f, "{id} waits for ")?;
            }
            write!(f, "{first}")?;
        }
        for blocked in &self.blocked {
            write!(f, "\n  {blocked}")?;
        }
        Ok(())
    }
}

impl<D: Domain> Scheduler<D> {
    /// Who waits, and for what, oldest first.
    pub fn blocked(&self) -> Vec<Blocked> {
        let mut blocked: Vec<Blocked> = self
            .table
            .iter()
            .filter_map(|(id, entry)| match entry {
                Entry::Task(task) => match &task.state {
                    State::Waiting(_, on, _) => Some(Blocked {
                        task: id,
                        name: task.label.as_ref().and_then(|label| label.name.clone()),
                        on: on.clone(),
                        held_by: self.holders(on),
                    }),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        blocked.sort_unstable_by_key(|blocked| blocked.task);
        blocked
    }

    fn holders(&self, on: &Waiting) -> Vec<Id> {
        match on {
            Waiting::Permit(id) => match self.table.get(*id) {
                Some(Entry::Semaphore(semaphore)) => semaphore.holders.keys().copied().collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The tasks for which a blocked one waits.
    fn waits_for(&self, blocked: &Blocked) -> Vec<Id> {
        match &blocked.on {
            Waiting::Permit(_) => blocked.held_by.clone(),
            Waiting::Children(id) => match self.table.get(*id) {
                Some(Entry::Scope(scope)) => scope.children.iter().copied().collect(),
                _ => Vec::new(),
            },
            on => on.ids().to_vec(),
        }
    }

    /// Tasks that wait for one another in a circle.
    fn cycle(&self, blocked: &[Blocked]) -> Vec<Id> {
        let waits: HashMap<Id, &Blocked> = blocked.iter().map(|b| (b.task, b)).collect();
        // Depth first; a task is looked at once.
        let mut seen: HashMap<Id, bool> = HashMap::new();
        for start in blocked {
            let mut path: Vec<(Id, Vec<Id>)> = Vec::new();
            let mut next = Some(start.task);
            loop {
                match next.take() {
                    Some(id) => match (waits.get(&id), seen.get(&id)) {
                        (_, Some(true)) => {
                            let from = path.iter().position(|(on_path, _)| *on_path == id);
                            return path[from.unwrap_or(0)..]
                                .iter()
                                .map(|(id, _)| *id)
                                .collect();
                        }
                        (Some(blocked), None) => {
                            seen.insert(id, true);
                            path.push((id, self.waits_for(blocked)));
                        }
                        _ => {}
                    },
                    None => match path.last_mut() {
                        None => break,
                        Some((id, others)) => match others.pop() {
                            Some(other) => next = Some(other),
                            None => {
                                seen.insert(*id, false);
                                path.pop();
                            }
                        },
                    },
                }
            }
        }
        Vec::new()
    }

    /// What a task will go on with, unless it runs or has ended.
    pub fn continuation(&self, task: Id) -> Option<&Continuation<D>> {
        match self.table.get(task) {
            Some(Entry::Task(task)) => match &task.state {
                State::Ready(k, ..) | State::Waiting(k, ..) => Some(k),
                State::Running | State::Ended => None,
            },
            _ => None,
        }
    }

    /// What to report when nothing can go on.
    pub(crate) fn deadlock(&self) -> Deadlock {
        let blocked = self.blocked();
        let cycle = self.cycle(&blocked);
        Deadlock { blocked, cycle }
    }
}

/// Nothing is ready and nothing is to come: raises the domain's error in the main task, or else the oldest that
/// waits. Gives whether a task is ready then.
pub(crate) fn end<D: SchedulerDomain>(cx: &mut D::Context<'_>) -> bool {
    let scheduler = D::scheduler(cx);
    if scheduler.external > 0 || scheduler.alive == 0 || !scheduler.clock.is_empty() {
        return false;
    }
    let deadlock = scheduler.deadlock();
    if deadlock.blocked.is_empty() {
        return false;
    }
    let main = scheduler.main;
    let is_main = |blocked: &&Blocked| Some(blocked.task) == main;
    let first = deadlock.blocked.iter().find(is_main);
    // Who waits for tasks that were cancelled already gets nothing from one more error: they do.
    let in_vain = |blocked: &Blocked| match &blocked.on {
        Waiting::Ends { .. } => true,
        Waiting::Children(id) => matches!(
            scheduler.table.get(*id),
            Some(Entry::Scope(scope)) if scope.cancelled || matches!(scope.body, Body::Unwound)
        ),
        _ => false,
    };
    let victim = first
        .filter(|main| !in_vain(main))
        .or_else(|| deadlock.blocked.iter().find(|blocked| !in_vain(blocked)))
        // Those who wait for the ends of one another: one of them is told that it waits no longer.
        .or_else(|| {
            let ends = |blocked: &&Blocked| matches!(blocked.on, Waiting::Ends { .. });
            deadlock.blocked.iter().find(ends)
        })
        .cloned();
    let Some(victim) = victim else {
        return false;
    };
    let Some(error) = D::deadlock(cx, &deadlock) else {
        return false;
    };
    D::scheduler(cx).is_stuck = true;
    match victim.on {
        Waiting::Children(id) => {
            scope::add_error::<D>(cx, id, error);
            D::scheduler(cx).jobs.push(Job::Scope(id));
            crate::cancel::run_jobs::<D>(cx);
        }
        _ => D::scheduler(cx).make_ready(victim.task, Err(error), Gift::Told),
    }
    !D::scheduler(cx).ready.is_empty()
}
