//! Where dropped continuations go: a machine's letter box, found by the machine's number.
//!
//! A continuation knows its machine by number alone, so that making and using one counts no references. Only one that
//! is dropped has to find its machine, which it does here, from any thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use crate::fiber::FiberId;

/// A machine, unique in the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MachineId(NonZeroU64);

/// The letter boxes of all machines.
static BOXES: LazyLock<Mutex<HashMap<MachineId, Arc<LetterBox>>>> = LazyLock::new(Mutex::default);

thread_local! {
    /// The box that was found last, if its machine was there: who drops one continuation drops more of them.
    static LAST: RefCell<Option<(MachineId, Option<Arc<LetterBox>>)>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct LetterBox {
    waiting: AtomicBool,
    letters: Mutex<Letters>,
}

#[derive(Default)]
struct Letters {
    abandoned: Vec<FiberId>,
    /// The machine is gone, and its fibers with it.
    closed: bool,
    #[cfg(any(test, feature = "invariants"))]
    alive: std::collections::HashSet<FiberId>,
}

impl LetterBox {
    fn lock(&self) -> MutexGuard<'_, Letters> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A machine's side of its letter box, which closes with the machine.
pub(crate) struct Home {
    pub(crate) id: MachineId,
    letters: Arc<LetterBox>,
}

impl Home {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NonZeroU64::new(NEXT.fetch_add(1, Ordering::Relaxed));
        let id = MachineId(number.expect("fewer than 2^64 machines are made"));
        let letters = Arc::<LetterBox>::default();
        boxes().insert(id, letters.clone());
        Home { id, letters }
    }

    /// Whether [`Home::abandoned`] has something to give.
    #[inline]
    pub(crate) fn is_waiting(&self) -> bool {
        self.letters.waiting.load(Ordering::Acquire)
    }

    /// Takes out the tails of the chains that nobody will resume any more.
    pub(crate) fn abandoned(&self) -> Vec<FiberId> {
        let mut letters = self.letters.lock();
        self.letters.waiting.store(false, Ordering::Release);
        std::mem::take(&mut letters.abandoned)
    }

    /// The tails of all chains that a continuation owns, or owned until it was dropped.
    #[cfg(any(test, feature = "invariants"))]
    pub(crate) fn chains(&self) -> Vec<FiberId> {
        let letters = self.letters.lock();
        letters
            .abandoned
            .iter()
            .chain(&letters.alive)
            .copied()
            .collect()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        boxes().remove(&self.id);
        let mut letters = self.letters.lock();
        letters.closed = true;
        letters.abandoned = Vec::new();
    }
}

fn boxes() -> MutexGuard<'static, HashMap<MachineId, Arc<LetterBox>>> {
    BOXES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives the chain up to `tail` back to its machine. If that is gone, so are its fibers.
#[cold]
pub(crate) fn abandon(machine: MachineId, tail: FiberId) {
    with_box(machine, |letters| {
        let mut inside = letters.lock();
        if inside.closed {
            return;
        }
        inside.abandoned.push(tail);
        #[cfg(any(test, feature = "invariants"))]
        inside.alive.remove(&tail);
        letters.waiting.store(true, Ordering::Release);
    });
}

/// Notes which chains a continuation owns: what nobody else knows, and the invariants are about.
#[cfg(any(test, feature = "invariants"))]
pub(crate) fn note_alive(machine: MachineId, tail: FiberId, alive: bool) {
    with_box(machine, |letters| {
        let set = &mut letters.lock().alive;
        if alive {
            set.insert(tail);
        } else {
            set.remove(&tail);
        }
    });
}

fn with_box(machine: MachineId, found: impl Fn(&LetterBox)) {
    let done = LAST.try_with(|last| {
        let mut last = last.borrow_mut();
        if !matches!(&*last, Some((id, _)) if *id == machine) {
            *last = Some((machine, boxes().get(&machine).cloned()));
        }
        if let Some((_, Some(letters))) = &*last {
            found(letters);
        }
    });
    // The thread is ending, and its memory of the last box with it.
    if done.is_err() {
        let letters = boxes().get(&machine).cloned();
        if let Some(letters) = letters {
            found(&letters);
        }
    }
}
