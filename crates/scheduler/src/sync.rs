//! Semaphores, locks, events and channels.
//!
//! What is given back is handed to whoever has waited longest, at once: nobody who comes later can take it, and a
//! waiter that was cancelled is in no queue any more.

use std::collections::{BTreeMap, VecDeque};

use machine::{Answer, Continuation, Domain, Handled};

use crate::prompt::{go_on, reply};
use crate::table::{Entry, Id};
use crate::task::{Gift, Waiting};
use crate::waiters::{Ticket, Waiters};
use crate::{Refusal, Scheduler, SchedulerDomain};

pub(crate) struct Semaphore {
    pub(crate) permits: u64,
    pub(crate) max: u64,
    /// Only the holder gives it back, and takes it once.
    pub(crate) is_lock: bool,
    /// Who has how many, for locks and for the report of a deadlock.
    pub(crate) holders: BTreeMap<Id, u64>,
    pub(crate) waiters: Waiters,
}

impl Semaphore {
    pub(crate) fn new(permits: u64, is_lock: bool) -> Self {
        Semaphore {
            permits,
            max: permits,
            is_lock,
            holders: BTreeMap::new(),
            waiters: Waiters::default(),
        }
    }

    fn gave(&mut self, id: Id) {
        *self.holders.entry(id).or_default() += 1;
    }

    /// Notes that a permit came back, from this task if it had one, or else from any that had.
    fn got(&mut self, from: Option<Id>) {
        let from = from
            .filter(|id| self.holders.contains_key(id))
            .or_else(|| self.holders.keys().next().copied());
        if let Some(from) = from
            && let Some(count) = self.holders.get_mut(&from)
        {
            *count -= 1;
            if *count == 0 {
                self.holders.remove(&from);
            }
        }
    }
}

#[derive(Default)]
pub(crate) struct Event {
    pub(crate) is_set: bool,
    pub(crate) waiters: Waiters,
}

pub(crate) struct Channel<D: Domain> {
    capacity: usize,
    closed: bool,
    buffer: VecDeque<D::Value>,
    /// Those who wait for room, each with its message.
    pub(crate) senders: BTreeMap<Ticket, (Id, D::Value)>,
    pub(crate) receivers: Waiters,
}

impl<D: Domain> Channel<D> {
    pub(crate) fn new(capacity: usize) -> Self {
        Channel {
            capacity,
            closed: false,
            buffer: VecDeque::new(),
            senders: BTreeMap::new(),
            receivers: Waiters::default(),
        }
    }

    #[cfg(test)]
    pub(crate) fn buffered(&self) -> usize {
        self.buffer.len()
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.senders.is_empty() && self.receivers.is_empty()
    }
}

pub(crate) fn acquire<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    me: Id,
    k: Continuation<D>,
) -> Handled<D> {
    let Some(semaphore) = D::scheduler(cx).table.semaphore(id) else {
        return reply(cx, k, Err(Refusal::Unknown(id)));
    };
    if semaphore.is_lock && semaphore.holders.contains_key(&me) {
        return reply(cx, k, Err(Refusal::HeldAlready(id)));
    }
    if semaphore.permits > 0 {
        semaphore.permits -= 1;
        semaphore.gave(me);
        let unit = D::unit(cx);
        return reply(cx, k, Ok(Ok(unit)));
    }
    D::scheduler(cx).wait(me, k, Waiting::Permit(id));
    go_on::<D>(cx)
}

pub(crate) fn release<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    me: Option<Id>,
) -> Result<(), Refusal> {
    let unit = D::unit(cx);
    let scheduler = D::scheduler(cx);
    let semaphore = scheduler.table.semaphore(id).ok_or(Refusal::Unknown(id))?;
    let held_by_me = me.is_some_and(|me| semaphore.holders.contains_key(&me));
    if semaphore.permits == semaphore.max || semaphore.is_lock && !held_by_me {
        return Err(Refusal::NotHeld(id));
    }
    semaphore.got(me);
    match semaphore.waiters.first() {
        None => semaphore.permits += 1,
        Some((ticket, next)) => {
            semaphore.waiters.leave(ticket);
            semaphore.gave(next);
            scheduler.make_ready(next, Ok(unit), Gift::Permit(id));
        }
    }
    Ok(())
}

pub(crate) fn set<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id) -> Result<(), Refusal> {
    let Some(Entry::Event(event)) = D::scheduler(cx).table.get_mut(id) else {
        return Err(Refusal::Unknown(id));
    };
    event.is_set = true;
    for (_, waiter) in event.waiters.take() {
        let unit = D::unit(cx);
        D::scheduler(cx).make_ready(waiter, Ok(unit), Gift::Told);
    }
    Ok(())
}

pub(crate) fn clear<D: Domain>(scheduler: &mut Scheduler<D>, id: Id) -> Result<(), Refusal> {
    match scheduler.table.get_mut(id) {
        Some(Entry::Event(event)) => {
            event.is_set = false;
            Ok(())
        }
        _ => Err(Refusal::Unknown(id)),
    }
}

pub(crate) fn send<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    value: D::Value,
    me: Id,
    k: Continuation<D>,
) -> Handled<D> {
    let scheduler = D::scheduler(cx);
    let ticket = scheduler.ticket();
    let Some(channel) = scheduler.table.channel(id) else {
        return reply(cx, k, Err(Refusal::Unknown(id)));
    };
    if channel.closed {
        return reply(cx, k, Err(Refusal::Closed(id)));
    }
    if let Some((ticket, receiver)) = channel.receivers.first() {
        channel.receivers.leave(ticket);
        scheduler.make_ready(receiver, Ok(value), Gift::Message(id));
    } else if channel.buffer.len() < channel.capacity {
        channel.buffer.push_back(value);
    } else {
        channel.senders.insert(ticket, (me, value));
        if let Some(task) = scheduler.table.task(me) {
            task.state = crate::task::State::Waiting(k, Waiting::Room(id), ticket);
        }
        return go_on::<D>(cx);
    }
    let unit = D::unit(cx);
    reply(cx, k, Ok(Ok(unit)))
}

pub(crate) fn receive<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    me: Id,
    k: Continuation<D>,
) -> Handled<D> {
    let unit = D::unit(cx);
    let scheduler = D::scheduler(cx);
    let Some(channel) = scheduler.table.channel(id) else {
        return reply(cx, k, Err(Refusal::Unknown(id)));
    };
    let oldest = channel.buffer.pop_front();
    // There is room now, or a receiver where there is no buffer: the sender that has waited longest goes on.
    let sender = channel.senders.pop_first();
    let message = match (oldest, sender) {
        (oldest, Some((_, (sender, value)))) => {
            let message = match oldest {
                Some(oldest) => {
                    channel.buffer.push_back(value);
                    oldest
                }
                None => value,
            };
            scheduler.make_ready(sender, Ok(unit), Gift::Told);
            Ok(message)
        }
        (Some(oldest), None) => Ok(oldest),
        (None, None) if channel.closed => Err(Refusal::Closed(id)),
        (None, None) => {
            scheduler.wait(me, k, Waiting::Message(id));
            return go_on::<D>(cx);
        }
    };
    reply(cx, k, message.map(Ok))
}

pub(crate) fn close<D: SchedulerDomain>(cx: &mut D::Context<'_>, id: Id) -> Result<(), Refusal> {
    let channel = D::scheduler(cx)
        .table
        .channel(id)
        .ok_or(Refusal::Unknown(id))?;
    channel.closed = true;
    let senders = std::mem::take(&mut channel.senders);
    let receivers = channel.receivers.take();
    let senders = senders.into_values().map(|(sender, _)| sender);
    for waiter in senders.chain(receivers.into_iter().map(|(_, id)| id)) {
        let error = D::refused(cx, Refusal::Closed(id));
        D::scheduler(cx).make_ready(waiter, Err(error), Gift::Told);
    }
    Ok(())
}

/// Takes back what a task was handed that will never see it.
pub(crate) fn give_back<D: SchedulerDomain>(
    cx: &mut D::Context<'_>,
    id: Id,
    answer: Answer<D>,
    gift: Gift,
) {
    match (gift, answer) {
        (Gift::Permit(semaphore), _) => {
            // It is held: that it came to this task says so.
            release::<D>(cx, semaphore, Some(id)).unwrap_or_default();
        }
        (Gift::Message(at), Ok(message)) => {
            let scheduler = D::scheduler(cx);
            let Some(channel) = scheduler.table.channel(at) else {
                return;
            };
            match channel.receivers.first() {
                Some((ticket, receiver)) => {
                    channel.receivers.leave(ticket);
                    scheduler.make_ready(receiver, Ok(message), Gift::Message(at));
                }
                None => channel.buffer.push_front(message),
            }
        }
        _ => {}
    }
}
