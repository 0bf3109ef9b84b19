//! The scheduler: its table, its queues, its clock, and the few moves that everything else is made of.

use std::sync::Arc;
use std::time::Duration;

use machine::{Answer, Continuation, Domain};

use crate::clock::{Clock, Due};
use crate::external::Mailbox;
use crate::ready::{Order, Ready};
use crate::table::{Entry, Id, Table};
use crate::task::{Gift, State, Task, Waiting};
use crate::waiters::{Ticket, Waiters};

/// Tasks, promises, scopes, queues and time. The operations are functions of the crate: they need the domain's context.
pub struct Scheduler<D: Domain> {
    pub(crate) table: Table<D>,
    pub(crate) ready: Ready,
    pub(crate) order: Order,
    pub(crate) clock: Clock,
    pub(crate) current: Option<Id>,
    pub(crate) main: Option<Id>,
    pub(crate) tickets: Ticket,
    /// How many tasks have not ended.
    pub(crate) alive: usize,
    /// How many waits the host may end: external parks, and external promises that somebody waits for.
    pub(crate) external: usize,
    /// How many of these waits are external parks.
    pub(crate) parked: usize,
    pub(crate) mailbox: Arc<Mailbox<D>>,
    /// How many scopes are cancelled and have not told their program.
    pub(crate) untold: usize,
    /// What is still to be cancelled: a list, so that a chain of those who wait for one another takes no stack.
    pub(crate) jobs: Vec<Job>,
    pub(crate) end: Option<End<D>>,
    /// A deadlock was reported just now.
    pub(crate) is_stuck: bool,
    pub(crate) counters: Counters,
}

/// Something to be cancelled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Job {
    Task(Id),
    Scope(Id),
}

/// The main task has ended, and what was left is being unwound.
pub(crate) struct End<D: Domain> {
    /// The main task's answer, until the machine has it.
    pub(crate) answer: Option<Answer<D>>,
    /// The main task's error, and those of clean-ups.
    pub(crate) errors: Vec<D::Error>,
    /// A clean-up has failed.
    pub(crate) failed: bool,
    /// How many tasks are being unwound.
    pub(crate) unwinding: usize,
}

/// What a scheduler has done, for limits and for tests of cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Tasks spawned.
    pub spawned: u64,
    /// Times that a task went on.
    pub switches: u64,
    /// Entries looked for in the table: what an operation costs, up to a logarithm.
    pub lookups: u64,
}

impl<D: Domain> Default for Scheduler<D> {
    fn default() -> Self {
        Self::new()
    }
}

impl<D: Domain> Scheduler<D> {
    /// An empty one: first in, first out, at time zero.
    pub fn new() -> Self {
        Scheduler {
            table: Table::new(),
            ready: Ready::default(),
            order: Order::Fifo,
            clock: Clock::default(),
            current: None,
            main: None,
            tickets: 1,
            alive: 0,
            is_stuck: false,
            external: 0,
            parked: 0,
            mailbox: Mailbox::new(),
            untold: 0,
            jobs: Vec::new(),
            end: None,
            counters: Counters::default(),
        }
    }

    /// The same with another order of the ready tasks.
    #[must_use]
    pub fn with_order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Whether somebody says which task goes on, and is told which did: names of tasks are worth more than they cost.
    pub fn is_guided(&self) -> bool {
        matches!(self.order, Order::Guided(_))
    }

    /// The same with a virtual clock: when nothing else can run and nothing is awaited from outside, time jumps
    /// to the next timer.
    #[must_use]
    pub fn with_virtual_clock(mut self) -> Self {
        self.clock.is_virtual = true;
        self
    }

    /// Makes the clock virtual from here on: see [`with_virtual_clock`](Self::with_virtual_clock). Timers stay as they
    /// were set.
    pub fn make_clock_virtual(&mut self) {
        self.clock.is_virtual = true;
    }

    /// The task that runs.
    pub fn current(&self) -> Option<Id> {
        self.current
    }

    /// The task whose end is the end of the program.
    pub fn main(&self) -> Option<Id> {
        self.main
    }

    /// The time since the start, as the host last told it.
    pub fn now(&self) -> Duration {
        self.clock.now
    }

    /// When the next timer is due, if there is one: the host calls [`advance`](crate::advance) then.
    pub fn next_deadline(&self) -> Option<Duration> {
        self.clock.next()
    }

    /// How a task ended or a promise was settled, if it was.
    pub fn outcome(&self, id: Id) -> Option<&Answer<D>> {
        match self.table.get(id)? {
            Entry::Task(task) => task.outcome.answer.as_ref(),
            Entry::Promise(promise) => promise.outcome.answer.as_ref(),
            _ => None,
        }
    }

    /// Whether somebody was told how a task ended. What is no task has nothing to tell.
    pub fn is_heard(&self, id: Id) -> bool {
        match self.table.get(id) {
            Some(Entry::Task(task)) => task.outcome.heard,
            _ => true,
        }
    }

    /// Whether there is an entry of this number.
    pub fn contains(&self, id: Id) -> bool {
        self.table.contains(id)
    }

    /// Whether something from outside may still make a task ready.
    pub fn awaits_host(&self) -> bool {
        self.external > 0
    }

    /// How many tasks are parked until the host wakes them. Less than the host knows of: one was cancelled.
    pub fn parked(&self) -> usize {
        self.parked
    }

    /// Whether a task waits to be woken by the host.
    pub fn is_parked(&self, id: Id) -> bool {
        matches!(
            self.table.get(id),
            Some(Entry::Task(task))
                if matches!(task.state, State::Waiting(_, Waiting::Parked { external: true }, _))
        )
    }

    /// How many tasks have not ended.
    pub fn alive(&self) -> usize {
        self.alive
    }

    /// How many entries there are: tasks, ended ones that were not forgotten, promises, scopes, queues.
    pub fn entries(&self) -> usize {
        self.table.len()
    }

    /// How many tasks can run.
    pub fn ready(&self) -> usize {
        self.ready.len()
    }

    /// What it has done so far.
    pub fn counters(&self) -> Counters {
        Counters {
            lookups: self.table.lookups,
            ..self.counters
        }
    }

    /// Where completions from other threads arrive: to wait for one, or to be told of them.
    pub fn mailbox(&self) -> Arc<Mailbox<D>> {
        Arc::clone(&self.mailbox)
    }

    pub(crate) fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        self.tickets
    }

    /// Makes a task that can run, at the end of the ready queue.
    pub(crate) fn add_task(&mut self, task: Task<D>) -> Id {
        let (priority, home) = (task.priority, task.home);
        let daemon = task.daemon;
        let id = self.table.add(Entry::Task(task));
        if let Some(scope) = home.and_then(|home| self.table.scope(home)) {
            scope.children.insert(id);
            scope.waited += usize::from(!daemon);
        }
        self.alive += 1;
        self.counters.spawned += 1;
        self.ready.push(priority, id);
        id
    }

    /// The queue at which one waits for this, if there is one; and whether the host may end the wait.
    fn queue(&mut self, id: Id) -> Option<(&mut Waiters, bool)> {
        Some(match self.table.get_mut(id)? {
            Entry::Task(task) => (&mut task.outcome.waiters, false),
            Entry::Promise(promise) => {
                let external = promise.external && promise.outcome.answer.is_none();
                (&mut promise.outcome.waiters, external)
            }
            Entry::Semaphore(semaphore) => (&mut semaphore.waiters, false),
            Entry::Event(event) => (&mut event.waiters, false),
            Entry::Channel(channel) => (&mut channel.receivers, false),
            Entry::Scope(_) => return None,
        })
    }

    fn join(&mut self, at: Id, ticket: Ticket, id: Id) {
        if let Some((waiters, external)) = self.queue(at) {
            let first = waiters.is_empty();
            waiters.join(ticket, id);
            self.external += usize::from(external && first);
        }
    }

    fn leave(&mut self, at: Id, ticket: Ticket) {
        if let Some((waiters, external)) = self.queue(at) {
            let stood = !waiters.is_empty();
            waiters.leave(ticket);
            let last = stood && waiters.is_empty();
            self.external -= usize::from(external && last);
        }
    }

    /// Lets a task wait: it is in every queue that may end its wait.
    pub(crate) fn wait(&mut self, id: Id, k: Continuation<D>, on: Waiting) {
        let ticket = self.ticket();
        self.enter(id, &on, ticket);
        if let Some(task) = self.table.task(id) {
            task.state = State::Waiting(k, on, ticket);
        }
    }

    pub(crate) fn enter(&mut self, id: Id, on: &Waiting, ticket: Ticket) {
        match on {
            Waiting::Parked { external } => {
                self.external += usize::from(*external);
                self.parked += usize::from(*external);
            }
            Waiting::Permit(at) | Waiting::Event(at) | Waiting::Message(at) => {
                self.join(*at, ticket, id);
            }
            Waiting::Until(time) => self.clock.set((*time, ticket), Due::Task(id)),
            // The channel has the message with the ticket; the scope knows its owner.
            Waiting::Room(_) | Waiting::Children(_) => {}
            Waiting::One(_) | Waiting::All { .. } | Waiting::First(_) | Waiting::Ends { .. } => {
                for at in on.ids() {
                    self.join(*at, ticket, id);
                }
            }
        }
    }

    /// Takes a waiting task out of every queue that it stands in.
    pub(crate) fn quit(&mut self, on: &Waiting, ticket: Ticket) {
        match on {
            Waiting::Parked { external } => {
                self.external -= usize::from(*external);
                self.parked -= usize::from(*external);
            }
            Waiting::Permit(at) | Waiting::Event(at) | Waiting::Message(at) => {
                self.leave(*at, ticket);
            }
            Waiting::Until(time) => self.clock.remove((*time, ticket)),
            Waiting::Room(at) => {
                if let Some(channel) = self.table.channel(*at) {
                    channel.senders.remove(&ticket);
                }
            }
            Waiting::Children(_) => {}
            Waiting::One(_) | Waiting::All { .. } | Waiting::First(_) | Waiting::Ends { .. } => {
                for at in on.ids() {
                    self.leave(*at, ticket);
                }
            }
        }
    }

    /// Puts a waiting task at the end of the ready queue, out of every other.
    pub(crate) fn make_ready(&mut self, id: Id, answer: Answer<D>, gift: Gift) {
        let Some(task) = self.table.task(id) else {
            return;
        };
        match std::mem::replace(&mut task.state, State::Running) {
            State::Waiting(k, on, ticket) => {
                task.state = State::Ready(k, answer, gift);
                task.verdict = None;
                let priority = task.priority;
                self.quit(&on, ticket);
                self.ready.push(priority, id);
            }
            other => task.state = other,
        }
    }

    /// What a waiting task waits for.
    pub(crate) fn waiting(&mut self, id: Id) -> Option<&mut Waiting> {
        match &mut self.table.task(id)?.state {
            State::Waiting(_, on, _) => Some(on),
            _ => None,
        }
    }
}
