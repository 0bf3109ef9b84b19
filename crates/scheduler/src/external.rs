//! What comes from outside: promises that any thread completes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use machine::{Answer, Domain};

use crate::Id;

/// A message to the scheduler: an answer, or that nobody will ever give one.
pub(crate) type Mail<D> = (Id, Option<Answer<D>>);

/// Where completions wait for the scheduler: from any thread, in the order of their coming.
///
/// The scheduler looks here by itself, before it chooses the next task. A host that has nothing to run waits with
/// [`Mailbox::wait`], or has its event loop told by [`Mailbox::set_notify`].
pub struct Mailbox<D: Domain> {
    has_mail: AtomicBool,
    inside: Mutex<Inside<D>>,
    arrived: Condvar,
}

type Notify = Arc<dyn Fn() + Send + Sync>;

struct Inside<D: Domain> {
    mail: Vec<Mail<D>>,
    /// How many completers there are.
    completers: usize,
    notify: Option<Notify>,
}

impl<D: Domain> Mailbox<D> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Mailbox {
            has_mail: AtomicBool::new(false),
            inside: Mutex::new(Inside {
                mail: Vec::new(),
                completers: 0,
                notify: None,
            }),
            arrived: Condvar::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inside<D>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A completer is gone, and has left this. Both at once: whoever waits for the last one sees its mail.
    fn close(&self, mail: Option<Mail<D>>) {
        let mut inside = self.lock();
        inside.completers -= 1;
        let mut notify = None;
        if let Some(mail) = mail {
            inside.mail.push(mail);
            self.has_mail.store(true, Ordering::Release);
            notify = inside.notify.clone();
        }
        drop(inside);
        self.arrived.notify_all();
        // Outside of the lock: it may do anything.
        if let Some(notify) = notify {
            notify();
        }
    }

    pub(crate) fn take(&self) -> Vec<Mail<D>> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut inside = self.lock();
        self.has_mail.store(false, Ordering::Release);
        std::mem::take(&mut inside.mail)
    }

    /// Whether nothing has come since the scheduler last looked.
    pub fn is_empty(&self) -> bool {
        !self.has_mail.load(Ordering::Acquire)
    }

    /// Waits until something has come. Gives whether it has: if not, there is no completer from which it could.
    pub(crate) fn wait_for_completer(&self) -> bool {
        let mut inside = self.lock();
        while inside.mail.is_empty() && inside.completers > 0 {
            inside = self
                .arrived
                .wait(inside)
                .unwrap_or_else(PoisonError::into_inner);
        }
        !inside.mail.is_empty()
    }

    /// Waits until something has come, or this much time has passed; for ever if there is no timeout. Gives
    /// whether something has come.
    pub fn wait(&self, timeout: Option<Duration>) -> bool {
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut inside = self.lock();
        while inside.mail.is_empty() {
            inside = match until {
                None => self
                    .arrived
                    .wait(inside)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return false;
                    }
                    let waited = self.arrived.wait_timeout(inside, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        true
    }

    /// Sets what is called after each completion, on the thread that completed: to wake an event loop.
    pub fn set_notify(&self, notify: Option<Arc<dyn Fn() + Send + Sync>>) {
        self.lock().notify = notify;
    }
}

/// The right to complete one external promise, once, from any thread if the domain's values can go there.
///
/// Dropped without being used, it settles the promise with the error for
/// [`Refusal::Abandoned`](crate::Refusal::Abandoned): nobody waits for ever.
pub struct Completer<D: Domain> {
    id: Id,
    mailbox: Option<Arc<Mailbox<D>>>,
}

impl<D: Domain> Completer<D> {
    pub(crate) fn new(id: Id, mailbox: Arc<Mailbox<D>>) -> Self {
        mailbox.lock().completers += 1;
        Completer {
            id,
            mailbox: Some(mailbox),
        }
    }

    /// The promise.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Settles the promise. If it was settled otherwise (cancelled, for one), nothing happens.
    pub fn complete(mut self, answer: Answer<D>) {
        self.close(Some(Some(answer)));
    }

    /// Gives up the right without settling the promise, and gives its id: the host settles it by that.
    pub fn into_id(mut self) -> Id {
        self.close(None);
        self.id
    }

    /// Uses the right, if it was not used yet.
    fn close(&mut self, mail: Option<Option<Answer<D>>>) {
        if let Some(mailbox) = self.mailbox.take() {
            mailbox.close(mail.map(|answer| (self.id, answer)));
        }
    }
}

impl<D: Domain> Drop for Completer<D> {
    fn drop(&mut self) {
        self.close(Some(None));
    }
}
