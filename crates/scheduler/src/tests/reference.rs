//! The rules of the scheduler once more: small, obvious and slow. All who wait stand in one list, in the order of their
//! coming, and everything is found by looking through it.

/// What a task does next. Numbers are of semaphores, channels and tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ins {
    Yield,
    Sleep(u64),
    Acquire(usize),
    Release(usize),
    Send(usize),
    Receive(usize),
    Close(usize),
    Set,
    Clear,
    AwaitEvent,
    AwaitTask(usize),
    Cancel(usize),
    Park,
    Wake(usize),
}

/// A task: what it does, whether it goes on when it was cancelled, and its priority.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) does: Vec<Ins>,
    pub(crate) stubborn: bool,
    pub(crate) priority: i32,
}

/// Permits of the semaphores; the last one is a lock.
pub(crate) const PERMITS: [u64; 3] = [1, 2, 1];
pub(crate) const LOCK: usize = 2;
/// How much the channels hold.
pub(crate) const ROOM: [usize; 2] = [0, 2];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Unit,
    Number(usize),
    Flag(bool),
    Cancelled,
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    New,
    Dead,
    /// With what it will be told; whether a cancellation may take its place.
    Ready(Told, bool),
    Running,
    Waiting,
    Ended(Told),
}

struct State {
    place: Place,
    at: usize,
    pending: bool,
}

pub(crate) struct Model {
    plans: Vec<Plan>,
    states: Vec<State>,
    ready: Vec<usize>,
    /// Everyone who waits, in the order of their coming, and for what.
    waiting: Vec<(usize, Ins)>,
    sleeping: Vec<(u64, usize)>,
    now: u64,
    permits: Vec<u64>,
    holders: Vec<Vec<usize>>,
    buffers: Vec<Vec<usize>>,
    closed: Vec<bool>,
    is_set: bool,
    pub(crate) log: Vec<String>,
}

impl Model {
    pub(crate) fn new(plans: Vec<Plan>) -> Self {
        let states = plans.iter().map(|_| State {
            place: Place::New,
            at: 0,
            pending: false,
        });
        Model {
            states: states.collect(),
            ready: (0..plans.len()).collect(),
            plans,
            waiting: Vec::new(),
            sleeping: Vec::new(),
            now: 0,
            permits: PERMITS.to_vec(),
            holders: vec![Vec::new(); PERMITS.len()],
            buffers: vec![Vec::new(); ROOM.len()],
            closed: vec![false; ROOM.len()],
            is_set: false,
            log: Vec::new(),
        }
    }

    /// Runs until nothing can go on; how each task has ended, if it has.
    pub(crate) fn run(&mut self) -> Vec<Option<Told>> {
        loop {
            let highest = self
                .ready
                .iter()
                .map(|task| self.plans[*task].priority)
                .max();
            let next = self
                .ready
                .iter()
                .position(|task| Some(self.plans[*task].priority) == highest);
            if let Some(next) = next {
                let task = self.ready.remove(next);
                self.turn(task);
                continue;
            }
            let Some(soonest) = self.sleeping.iter().map(|(time, _)| *time).min() else {
                break;
            };
            self.now = soonest;
            while let Some(at) = self.sleeping.iter().position(|(time, _)| *time == soonest) {
                let (_, task) = self.sleeping.remove(at);
                self.wake(task, Told::Unit);
            }
        }
        let ends = self.states.iter().map(|state| match state.place {
            Place::Ended(told) => Some(told),
            _ => None,
        });
        ends.collect()
    }

    fn turn(&mut self, task: usize) {
        let mut told = match self.states[task].place {
            Place::Dead => return self.end(task, Told::Cancelled),
            Place::New => None,
            Place::Ready(told, _) => Some(told),
            other => unreachable!("{other:?} in the ready queue"),
        };
        self.states[task].place = Place::Running;
        loop {
            if let Some(told) = told {
                self.log
                    .push(format!("{task}.{} {told:?}", self.states[task].at));
                self.states[task].at += 1;
                if told == Told::Cancelled && !self.plans[task].stubborn {
                    return self.end(task, Told::Cancelled);
                }
            }
            let Some(ins) = self.plans[task].does.get(self.states[task].at).copied() else {
                return self.end(task, Told::Number(task));
            };
            told = self.act(task, ins);
            if told.is_none() {
                return;
            }
        }
    }

    fn end(&mut self, task: usize, told: Told) {
        self.states[task].place = Place::Ended(told);
        while let Some(waiter) = self.first(Ins::AwaitTask(task)) {
            self.wake(waiter, told);
        }
    }

    /// Takes out whoever has waited longest for this.
    fn first(&mut self, what: Ins) -> Option<usize> {
        let at = self.waiting.iter().position(|(_, waits)| *waits == what)?;
        Some(self.waiting.remove(at).0)
    }

    fn wake(&mut self, task: usize, told: Told) {
        self.states[task].place = Place::Ready(told, false);
        self.ready.push(task);
    }

    fn wait(&mut self, task: usize, what: Ins) -> Option<Told> {
        self.states[task].place = Place::Waiting;
        self.waiting.push((task, what));
        None
    }

    fn act(&mut self, task: usize, ins: Ins) -> Option<Told> {
        let tells = !matches!(
            ins,
            Ins::Release(_) | Ins::Close(_) | Ins::Set | Ins::Clear | Ins::Cancel(_) | Ins::Wake(_)
        );
        if tells && std::mem::take(&mut self.states[task].pending) {
            return Some(Told::Cancelled);
        }
        match ins {
            Ins::Yield | Ins::Sleep(0) => {
                self.states[task].place = Place::Ready(Told::Unit, true);
                self.ready.push(task);
                None
            }
            Ins::Sleep(seconds) => {
                self.states[task].place = Place::Waiting;
                self.sleeping.push((self.now + seconds, task));
                None
            }
            Ins::Acquire(s) => {
                if s == LOCK && self.holders[s].contains(&task) {
                    return Some(Told::Refused);
                }
                if self.permits[s] == 0 {
                    return self.wait(task, ins);
                }
                self.permits[s] -= 1;
                self.holders[s].push(task);
                Some(Told::Unit)
            }
            Ins::Release(s) => {
                let mine = self.holders[s].iter().position(|holder| *holder == task);
                if self.permits[s] == PERMITS[s] || s == LOCK && mine.is_none() {
                    return Some(Told::Refused);
                }
                self.holders[s].remove(mine.unwrap_or(0));
                match self.first(Ins::Acquire(s)) {
                    Some(next) => {
                        self.holders[s].push(next);
                        self.wake(next, Told::Unit);
                    }
                    None => self.permits[s] += 1,
                }
                Some(Told::Unit)
            }
            Ins::Send(c) => {
                if self.closed[c] {
                    return Some(Told::Refused);
                }
                if let Some(receiver) = self.first(Ins::Receive(c)) {
                    self.wake(receiver, Told::Number(task));
                } else if self.buffers[c].len() < ROOM[c] {
                    self.buffers[c].push(task);
                } else {
                    return self.wait(task, ins);
                }
                Some(Told::Unit)
            }
            Ins::Receive(c) => {
                if self.buffers[c].is_empty() && ROOM[c] > 0 {
                    if self.closed[c] {
                        return Some(Told::Refused);
                    }
                    return self.wait(task, ins);
                }
                let sender = self.first(Ins::Send(c));
                if let Some(sender) = sender {
                    self.buffers[c].push(sender);
                    self.wake(sender, Told::Unit);
                }
                if self.buffers[c].is_empty() {
                    if self.closed[c] {
                        return Some(Told::Refused);
                    }
                    return self.wait(task, ins);
                }
                Some(Told::Number(self.buffers[c].remove(0)))
            }
            Ins::Close(c) => {
                self.closed[c] = true;
                while let Some(sender) = self.first(Ins::Send(c)) {
                    self.wake(sender, Told::Refused);
                }
                while let Some(receiver) = self.first(Ins::Receive(c)) {
                    self.wake(receiver, Told::Refused);
                }
                Some(Told::Unit)
            }
            Ins::Set => {
                self.is_set = true;
                while let Some(waiter) = self.first(Ins::AwaitEvent) {
                    self.wake(waiter, Told::Unit);
                }
                Some(Told::Unit)
            }
            Ins::Clear => {
                self.is_set = false;
                Some(Told::Unit)
            }
            Ins::AwaitEvent if self.is_set => Some(Told::Unit),
            Ins::AwaitTask(other) => match self.states[other].place {
                Place::Ended(told) => Some(told),
                _ => self.wait(task, ins),
            },
            Ins::AwaitEvent | Ins::Park => self.wait(task, ins),
            Ins::Wake(other) => {
                let parked = self
                    .waiting
                    .iter()
                    .position(|who| *who == (other, Ins::Park));
                Some(match parked {
                    Some(at) => {
                        self.waiting.remove(at);
                        self.wake(other, Told::Number(task));
                        Told::Unit
                    }
                    None => Told::Refused,
                })
            }
            Ins::Cancel(other) => Some(Told::Flag(self.cancel(other))),
        }
    }

    fn cancel(&mut self, task: usize) -> bool {
        let state = &mut self.states[task];
        match state.place {
            Place::Ended(_) => return false,
            Place::New => state.place = Place::Dead,
            Place::Dead | Place::Ready(Told::Cancelled, true) => {}
            Place::Ready(_, true) => state.place = Place::Ready(Told::Cancelled, true),
            Place::Ready(_, false) | Place::Running => state.pending = true,
            Place::Waiting => {
                self.waiting.retain(|(waiter, _)| *waiter != task);
                self.sleeping.retain(|(_, sleeper)| *sleeper != task);
                state.place = Place::Ready(Told::Cancelled, true);
                self.ready.push(task);
            }
        }
        true
    }
}
