//! What a machine tells of its work, to whoever wants to know.

use crate::fiber::FiberId;
use crate::{Domain, Machine, ScopeId, View};

/// Where a program performs effects: the innermost fiber of its chain. The same in the events of one effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place(FiberId);

impl Place {
    /// A number for it, unique among the programs that exist at the same time and those before them.
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

impl From<FiberId> for Place {
    fn from(id: FiberId) -> Self {
        Place(id)
    }
}

/// One thing that a machine has done.
pub enum Event<'e, D: Domain> {
    /// A program has performed an effect; observers have not seen it yet.
    Performed {
        /// Who performed.
        at: Place,
        /// What.
        effect: &'e D::Effect,
    },
    /// An observer has put another effect in the place of what was performed.
    Rewritten {
        /// Who performed.
        at: Place,
        /// The observer's installation.
        scope: ScopeId,
        /// What goes on in its place.
        effect: &'e D::Effect,
    },
    /// A handler accepts the effect and is going to decide.
    Dispatched {
        /// Who performed.
        at: Place,
        /// The handler's installation.
        scope: ScopeId,
    },
    /// A handler has answered at once, in tail position, without a capture.
    Answered {
        /// Who performed.
        at: Place,
        /// The handler's installation.
        scope: ScopeId,
        /// Whether the answer is an error.
        threw: bool,
    },
    /// The handler's own code runs, as an activation.
    Activated {
        /// The activation.
        at: Place,
        /// The handler's installation.
        scope: ScopeId,
    },
    /// An activation is over: it has returned, raised, passed, transferred or was unwound.
    Deactivated {
        /// The handler's installation.
        scope: ScopeId,
    },
    /// A handler has declined: the search goes on outside.
    Forwarded {
        /// Who performed.
        at: Place,
    },
    /// A handler performs the handled effect outside and waits for the answer.
    Delegated {
        /// The activation.
        at: Place,
    },
    /// Nobody has accepted the effect: an error is raised at the performer.
    Unhandled {
        /// Who performed.
        at: Place,
    },
    /// Nobody has accepted the effect: the host is asked.
    Parked {
        /// Who performed.
        at: Place,
    },
    /// A program that had not begun begins: a task, a generator, whatever was made to be resumed. What comes next is
    /// told as of any continuation.
    Spawned {
        /// The program.
        at: Place,
    },
    /// A continuation goes on, on top of who resumed it.
    Resumed {
        /// The program that goes on.
        at: Place,
        /// With what.
        with: Given,
    },
    /// A continuation goes on in the place of who transferred.
    Transferred {
        /// The program that goes on.
        at: Place,
        /// With what.
        with: Given,
    },
    /// A boundary was installed by the running program.
    Installed {
        /// The installation.
        scope: ScopeId,
        /// Whether it is an observer's.
        observer: bool,
    },
    /// A program under a boundary has ended.
    Returned {
        /// The boundary's installation.
        scope: ScopeId,
        /// Whether it ended with an error.
        raised: bool,
    },
    /// A continuation that nobody will resume begins to be unwound.
    Unwinding {
        /// The program that is unwound.
        at: Place,
    },
    /// The unwinding has passed a boundary.
    Unwound {
        /// The boundary's installation.
        scope: ScopeId,
    },
    /// The outermost program has ended.
    Done {
        /// Whether it ended with an error.
        raised: bool,
    },
}

/// What a continuation goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// A value.
    Value,
    /// An error: it was thrown.
    Error,
    /// A program that runs where the continuation waits.
    Program,
}

impl Given {
    pub(crate) fn answer<V, E>(answer: &Result<V, E>) -> Self {
        match answer {
            Ok(_) => Given::Value,
            Err(_) => Given::Error,
        }
    }
}

/// What is told of each event.
///
/// It sees the machine and cannot change it. While none is installed, an event costs a test of one word.
pub trait Trace<D: Domain> {
    /// Something has been done. `running` is the running chain, from the innermost code outward.
    fn event(&mut self, cx: &mut D::Context<'_>, event: &Event<'_, D>, running: View<'_, D>);
}

impl<D: Domain> Machine<D> {
    /// Installs what is told of each event, or removes it. Gives what was installed before.
    pub fn set_trace(&mut self, trace: Option<TraceBox<D>>) -> Option<TraceBox<D>> {
        std::mem::replace(&mut self.trace, trace)
    }

    #[inline(always)]
    pub(crate) fn tell<'e>(&mut self, cx: &mut D::Context<'_>, event: impl FnOnce() -> Event<'e, D>)
    where
        D: 'e,
    {
        if self.trace.is_some() {
            self.tell_trace(cx, &event());
        }
    }

    /// A continuation has been attached, and `head` goes on: in the place of who did that, or on top of it.
    #[inline(always)]
    pub(crate) fn tell_going_on(
        &mut self,
        cx: &mut D::Context<'_>,
        head: FiberId,
        with: Given,
        in_place: bool,
    ) {
        if self.trace.is_some() {
            self.tell_trace_going_on(cx, head, with, in_place);
        }
    }

    #[cold]
    #[inline(never)]
    fn tell_trace_going_on(
        &mut self,
        cx: &mut D::Context<'_>,
        head: FiberId,
        with: Given,
        in_place: bool,
    ) {
        let at = head.into();
        let fiber = self.arena.get(head);
        let begins = fiber.unstarted().map(|index| index + 1) == Some(fiber.height());
        if begins && with == Given::Value {
            self.tell_trace(cx, &Event::Spawned { at });
        }
        let event = match in_place {
            true => Event::Transferred { at, with },
            false => Event::Resumed { at, with },
        };
        self.tell_trace(cx, &event);
    }

    #[cold]
    #[inline(never)]
    fn tell_trace(&mut self, cx: &mut D::Context<'_>, event: &Event<'_, D>) {
        let running = View::live(&self.arena, self.current);
        if let Some(trace) = &mut self.trace {
            trace.event(cx, event, running);
        }
    }
}

/// A trace as a machine keeps it: it goes where the machine goes, also to another thread.
pub type TraceBox<D> = Box<dyn Trace<D> + Send>;
