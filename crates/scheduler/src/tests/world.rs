//! A domain whose effects are the scheduler's requests, with two kinds of programs: a closure that is called once a
//! turn, and a Rust future that waits for the answers to its requests.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as Polling, Poll, Waker};

use machine::{
    Answer, Boundary, Code, Continuation, Control, Domain, Handled, Handler, Input, Key, Machine,
    MachineError, Observed, Observer, Outcome, Step, Unhandled, View,
};

use crate::{
    AtEnd, Completer, Deadlock, Id, Inherit, Next, Op, Order, Prompt, Refusal, Request, Scheduler,
    SchedulerDomain, ScopeOptions, ScopePrompt, Scoped, TaskOptions, Together,
};

pub(crate) struct Lang;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Unit,
    Int(i64),
    Id(Id),
    Flag(bool),
    List(Vec<Value>),
}

impl Value {
    pub(crate) fn id(&self) -> Id {
        match self {
            Value::Id(id) => *id,
            other => panic!("{other:?} is no id"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    User(i64),
    Cancelled,
    Deadlock(Deadlock),
    Refused(Refusal),
    Machine(MachineError),
    Group(Vec<Fault>),
    Unwind,
}

pub(crate) enum Effect {
    Task(Request<Lang>),
    /// Answered by the nearest reader.
    Read,
    /// The nearest keeper keeps the program, and answers in its place.
    Hand,
    /// The nearest keeper answers in the place of the program, which is unwound.
    Abort,
}

impl From<Op<Lang>> for Effect {
    fn from(op: Op<Lang>) -> Self {
        Effect::Task(op.into())
    }
}

#[derive(Default)]
pub(crate) struct World {
    pub(crate) scheduler: Scheduler<Lang>,
    pub(crate) log: Vec<String>,
    /// Somebody outside knows how to go on.
    pub(crate) tolerates_deadlock: bool,
    /// How many codes wait in each task, seen when a deadlock was told.
    pub(crate) stuck: Vec<(Id, usize)>,
    pub(crate) drops_at_end: bool,
    /// What keepers have kept.
    pub(crate) kept: Vec<Continuation<Lang>>,
    /// Where a program's external promises are put.
    pub(crate) completers: Vec<Completer<Lang>>,
    /// The only task that may run where the machine is driven from.
    pub(crate) only: Option<Id>,
    /// The task that may not.
    pub(crate) refused: Option<Id>,
    /// What this task finds when it is cancelled.
    pub(crate) reason: Option<(Id, Fault)>,
}

impl World {
    pub(crate) fn say(&mut self, word: impl Into<String>) {
        self.log.push(word.into());
    }

    /// A world with a virtual clock.
    pub(crate) fn timed() -> Self {
        World {
            scheduler: Scheduler::new().with_virtual_clock(),
            ..World::default()
        }
    }

    pub(crate) fn ordered(order: Order) -> Self {
        World {
            scheduler: Scheduler::new().with_virtual_clock().with_order(order),
            ..World::default()
        }
    }
}

type Turn = Box<dyn FnMut(&mut World, u32, Answer<Lang>) -> Step<Lang>>;
type Program = Pin<Box<dyn Future<Output = Answer<Lang>>>>;

pub(crate) enum Task {
    Turns(u32, Turn),
    Future(Program, Me),
}

/// What a future has of the world: its requests, their answers, and a voice.
#[derive(Clone, Default)]
pub(crate) struct Me(Rc<RefCell<Letters>>);

#[derive(Default)]
struct Letters {
    asked: Option<Step<Lang>>,
    answer: Option<Answer<Lang>>,
    said: Vec<String>,
}

impl Me {
    pub(crate) fn say(&self, word: impl Into<String>) {
        self.0.borrow_mut().said.push(word.into());
    }

    pub(crate) async fn step(&self, step: Step<Lang>) -> Answer<Lang> {
        self.0.borrow_mut().asked = Some(step);
        std::future::poll_fn(|_| match self.0.borrow_mut().answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        })
        .await
    }

    pub(crate) async fn ask(&self, op: Op<Lang>) -> Answer<Lang> {
        self.step(Step::Perform(op.into())).await
    }

    /// Makes something, and gives its id.
    pub(crate) async fn make(&self, op: Op<Lang>) -> Id {
        self.ask(op).await.expect("it is made").id()
    }

    /// Spawns a program that sees the handlers and observers around this one.
    pub(crate) async fn spawn(&self, code: Task) -> Id {
        let boundaries = self.surroundings().await;
        self.make(Op::spawn(boundaries, code)).await
    }

    pub(crate) async fn surroundings(&self) -> Vec<Boundary<Lang>> {
        let found = Rc::new(RefCell::new(Vec::new()));
        let put = Rc::clone(&found);
        let look = Box::new(move |mirror: machine::Mirror<'_, Lang>, _: &mut World| {
            *put.borrow_mut() = crate::inherit(mirror.live(), |boundary| match boundary {
                Boundary::Prompt(Handlers::Task) => Inherit::End,
                Boundary::Prompt(Handlers::Scope(_)) => Inherit::Skip,
                Boundary::Prompt(Handlers::Reader(number)) => {
                    Inherit::Copy(Boundary::Prompt(Handlers::Reader(*number)))
                }
                Boundary::Prompt(Handlers::Keeper) => {
                    Inherit::Copy(Boundary::Prompt(Handlers::Keeper))
                }
                Boundary::Observer(Listener) => Inherit::Copy(Boundary::Observer(Listener)),
            });
            Ok(Value::Unit)
        });
        self.step(Step::Control(Control::Reflect(look)))
            .await
            .expect("reflection succeeds");
        found.take()
    }

    pub(crate) async fn under(&self, boundary: Boundary<Lang>, body: Task) -> Answer<Lang> {
        self.step(Step::Install { boundary, body }).await
    }

    /// Runs a program in a scope.
    pub(crate) async fn scope<F>(
        &self,
        options: ScopeOptions,
        program: impl FnOnce(Me) -> F + 'static,
    ) -> Answer<Lang>
    where
        F: Future<Output = Answer<Lang>> + 'static,
    {
        self.ask(Op::scope(options, go(program))).await
    }

    pub(crate) async fn sleep(&self, seconds: u64) -> Answer<Lang> {
        self.ask(Op::Sleep(std::time::Duration::from_secs(seconds)))
            .await
    }
}

/// A program as a future.
pub(crate) fn go<F>(program: impl FnOnce(Me) -> F + 'static) -> Task
where
    F: Future<Output = Answer<Lang>> + 'static,
{
    let me = Me::default();
    let same = me.clone();
    Task::Future(Box::pin(async move { program(same).await }), me)
}

/// A program: what it does at each turn, given the answer to what it did in the turn before.
pub(crate) fn task(run: impl FnMut(&mut World, u32, Answer<Lang>) -> Step<Lang> + 'static) -> Task {
    Task::Turns(0, Box::new(run))
}

pub(crate) fn ask(op: Op<Lang>) -> Step<Lang> {
    Step::Perform(op.into())
}

/// Spawns a program for whose outcome nobody will ask.
pub(crate) fn detached(code: Task) -> Op<Lang> {
    let options = TaskOptions {
        detached: true,
        ..TaskOptions::default()
    };
    Op::spawn_with(Vec::new(), code, options)
}

pub(crate) fn end(answer: Answer<Lang>) -> Step<Lang> {
    match answer {
        Ok(value) => Step::Return(value),
        Err(error) => Step::Raise(error),
    }
}

/// A task that says its word and returns a number.
pub(crate) fn says(word: &'static str, number: i64) -> Task {
    task(move |world, _, _| {
        world.say(word);
        Step::Return(Value::Int(number))
    })
}

/// A task that fails at once.
pub(crate) fn fails(number: i64) -> Task {
    task(move |_, _, _| Step::Raise(Fault::User(number)))
}

/// The default of a scope with a timeout.
pub(crate) fn within(seconds: u64) -> ScopeOptions {
    ScopeOptions {
        timeout: Some(std::time::Duration::from_secs(seconds)),
        ..ScopeOptions::default()
    }
}

pub(crate) fn plain() -> ScopeOptions {
    ScopeOptions::default()
}

pub(crate) fn shielded() -> ScopeOptions {
    ScopeOptions {
        shield: true,
        ..ScopeOptions::default()
    }
}

/// A task that sleeps so long, and then says its word; it says so when it is cancelled, and cleans up for as long.
pub(crate) fn sleeper(word: &'static str, seconds: u64) -> Task {
    go(move |me| async move {
        match me.sleep(seconds).await {
            Ok(_) => me.say(word),
            Err(error) => {
                me.sleep(seconds).await.expect("it is told once");
                me.say(format!("{word} {error:?}"));
                return Err(error);
            }
        }
        Ok(Value::Unit)
    })
}

/// A task that waits for this, and ends as it does.
pub(crate) fn waits(id: Id) -> Task {
    task(move |_, turn, answer| {
        if turn == 0 {
            ask(Op::Wait(id))
        } else {
            end(answer)
        }
    })
}

/// A task that parks, and says what it was woken with.
pub(crate) fn parks(external: bool) -> Task {
    task(move |world, turn, answer| {
        if turn == 0 {
            return ask(Op::Park { external });
        }
        world.say(format!("{answer:?}"));
        end(answer)
    })
}

impl Code<Lang> for Task {
    fn resume(&mut self, world: &mut World, input: Input<Lang>) -> Step<Lang> {
        let (begins, answer) = match input {
            Input::Start => (true, Ok(Value::Unit)),
            Input::Value(value) => (false, Ok(value)),
            Input::Error(error) => (false, Err(error)),
        };
        match self {
            Task::Turns(turn, run) => {
                *turn += 1;
                run(world, *turn - 1, answer)
            }
            Task::Future(program, me) => {
                me.0.borrow_mut().answer = (!begins).then_some(answer);
                let polled = program
                    .as_mut()
                    .poll(&mut Polling::from_waker(Waker::noop()));
                let mut letters = me.0.borrow_mut();
                world.log.append(&mut letters.said);
                match polled {
                    Poll::Ready(answer) => end(answer),
                    Poll::Pending => letters.asked.take().expect("it waits for an answer"),
                }
            }
        }
    }
}

pub(crate) enum Handlers {
    Task,
    Scope(ScopePrompt),
    Reader(i64),
    Keeper,
}

impl Handler<Lang> for Handlers {
    fn accepts(&self, world: &mut World, effect: &Effect) -> bool {
        match self {
            Handlers::Task => Handler::<Lang>::accepts(&Prompt, world, effect),
            Handlers::Scope(prompt) => Handler::<Lang>::accepts(prompt, world, effect),
            Handlers::Reader(_) => matches!(effect, Effect::Read),
            Handlers::Keeper => matches!(effect, Effect::Hand | Effect::Abort),
        }
    }

    fn answer(&self, _: &mut World, _: &Effect) -> Option<Answer<Lang>> {
        match self {
            Handlers::Reader(number) => Some(Ok(Value::Int(*number))),
            _ => None,
        }
    }

    fn handle(&self, world: &mut World, effect: Effect, k: Continuation<Lang>) -> Handled<Lang> {
        match self {
            Handlers::Task => Prompt.handle(world, effect, k),
            Handlers::Scope(prompt) => prompt.handle(world, effect, k),
            Handlers::Reader(_) => unreachable!("it answers at once"),
            Handlers::Keeper => match effect {
                Effect::Abort => Handled::Unwind(k, Ok(Value::Int(3))),
                _ => {
                    world.kept.push(k);
                    Handled::Return(Value::Unit)
                }
            },
        }
    }

    fn finish(&self, world: &mut World, answer: Answer<Lang>) -> Handled<Lang> {
        match self {
            Handlers::Task => Prompt.finish(world, answer),
            Handlers::Scope(prompt) => prompt.finish(world, answer),
            Handlers::Reader(_) | Handlers::Keeper => match answer {
                Ok(value) => Handled::Return(value),
                Err(error) => Handled::Raise(error),
            },
        }
    }

    fn unwound(&self, world: &mut World, error: Fault) -> Handled<Lang> {
        match self {
            Handlers::Task => Prompt.unwound(world, error),
            Handlers::Scope(prompt) => prompt.unwound(world, error),
            Handlers::Reader(_) | Handlers::Keeper => Handled::Raise(error),
        }
    }
}

/// Writes down what is read.
pub(crate) struct Listener;

impl Observer<Lang> for Listener {
    fn observe(&self, world: &mut World, effect: &Effect) -> Observed<Lang> {
        if matches!(effect, Effect::Read) {
            world.say("heard");
        }
        Observed::Continue
    }
}

impl Domain for Lang {
    type Value = Value;
    type Error = Fault;
    type Effect = Effect;
    type Code = Task;
    type Handler = Handlers;
    type Observer = Listener;
    type Slot = Option<Continuation<Lang>>;
    type Context<'c> = World;

    fn key(_: &mut World, effect: &Effect) -> Option<Key> {
        Some(Key(match effect {
            Effect::Task(request) => u64::from(request.scope.is_some()),
            Effect::Read => 2,
            Effect::Hand | Effect::Abort => 3,
        }))
    }
    fn unit(_: &mut World) -> Value {
        Value::Unit
    }
    fn machine_error(
        _: &mut World,
        error: MachineError,
        _: Option<Effect>,
        _: View<'_, Lang>,
    ) -> Fault {
        Fault::Machine(error)
    }
    fn unwind_error(_: &mut World) -> Fault {
        Fault::Unwind
    }
    fn is_unwind(_: &mut World, error: &Fault) -> bool {
        *error == Fault::Unwind
    }
    fn on_unhandled(_: &mut World, _: &Effect) -> Unhandled {
        Unhandled::Raise
    }
}

impl SchedulerDomain for Lang {
    fn scheduler(world: &mut World) -> &mut Scheduler<Lang> {
        &mut world.scheduler
    }
    fn is_request(_: &mut World, effect: &Effect) -> bool {
        matches!(effect, Effect::Task(_))
    }
    fn request(_: &mut World, effect: Effect) -> Request<Lang> {
        match effect {
            Effect::Task(request) => request,
            _ => unreachable!("it is no request"),
        }
    }
    fn prompt(_: &mut World) -> Boundary<Lang> {
        Boundary::Prompt(Handlers::Task)
    }
    fn id_value(_: &mut World, id: Id) -> Value {
        Value::Id(id)
    }
    fn flag_value(_: &mut World, flag: bool) -> Value {
        Value::Flag(flag)
    }
    fn list_value(_: &mut World, values: Vec<Value>) -> Value {
        Value::List(values)
    }
    fn share(_: &mut World, answer: &Answer<Lang>) -> Answer<Lang> {
        answer.clone()
    }
    fn cancelled(_: &mut World) -> Fault {
        Fault::Cancelled
    }
    fn cancelled_task(world: &mut World, task: Id, origin: Option<Id>) -> Fault {
        let reason = world
            .reason
            .take_if(|(id, _)| *id == task && origin.is_none());
        reason.map_or(Fault::Cancelled, |(_, fault)| fault)
    }
    fn may_run(world: &mut World, task: Id) -> bool {
        let may = world.only.is_none_or(|only| only == task);
        world.refused = Some(task).filter(|_| !may);
        may
    }
    fn is_cancelled(_: &mut World, error: &Fault) -> bool {
        *error == Fault::Cancelled
    }
    fn group(_: &mut World, of: Together, mut errors: Vec<Fault>) -> Fault {
        match of {
            // One alone is no group, but for a scope.
            Together::Gather | Together::Race | Together::End if errors.len() == 1 => {
                errors.remove(0)
            }
            _ => Fault::Group(errors),
        }
    }
    fn deadlock(world: &mut World, deadlock: &Deadlock) -> Option<Fault> {
        (!world.tolerates_deadlock).then(|| Fault::Deadlock(deadlock.clone()))
    }
    fn stuck(world: &mut World, machine: &Machine<Lang>, next: &Next<Lang>) {
        let Next::Resume(told, _) = next else {
            return;
        };
        let blocked = world.scheduler.blocked().into_iter().map(|it| it.task);
        for id in world.scheduler.current().into_iter().chain(blocked) {
            let k = world.scheduler.continuation(id).unwrap_or(told);
            let view = machine.inspect(k).expect("its own");
            world.stuck.push((id, view.codes().count()));
        }
    }
    fn refused(_: &mut World, refusal: Refusal) -> Fault {
        Fault::Refused(refusal)
    }
    fn same(_: &mut World, one: &Fault, other: &Fault) -> bool {
        one == other
    }
    fn completer(world: &mut World, completer: Completer<Lang>) -> Value {
        let id = completer.id();
        world.completers.push(completer);
        Value::Id(id)
    }
    fn unheard(world: &mut World, task: Id, error: &Fault) {
        world.say(format!("unheard {task} {error:?}"));
    }
    fn at_end(world: &mut World) -> AtEnd {
        match world.drops_at_end {
            true => AtEnd::Drop,
            false => AtEnd::Unwind,
        }
    }
}

impl Scoped for Lang {
    fn scope_prompt(_: &mut World, prompt: ScopePrompt) -> Boundary<Lang> {
        Boundary::Prompt(Handlers::Scope(prompt))
    }
    fn as_request(effect: &Effect) -> Option<&Request<Lang>> {
        match effect {
            Effect::Task(request) => Some(request),
            _ => None,
        }
    }
    fn as_request_mut(effect: &mut Effect) -> Option<&mut Request<Lang>> {
        match effect {
            Effect::Task(request) => Some(request),
            _ => None,
        }
    }
    fn effect(_: &mut World, request: Request<Lang>) -> Effect {
        Effect::Task(request)
    }
}

/// Drives until the main task has ended, or the host is needed.
pub(crate) fn drive(machine: &mut Machine<Lang>, world: &mut World) -> Option<Answer<Lang>> {
    match crate::drive(machine, world, u64::MAX) {
        Outcome::Done(answer) => Some(answer),
        Outcome::Idle => None,
        other => panic!("the machine is {}", other.name()),
    }
}

/// Runs a main task to its end, in virtual time, and looks whether anything is left.
pub(crate) fn run_in(mut world: World, code: Task) -> (Answer<Lang>, Vec<String>) {
    let mut machine = Machine::new();
    crate::spawn_main::<Lang>(&mut world, code);
    let answer = drive(&mut machine, &mut world).expect("the main task ends");
    assert_eq!(world.scheduler.alive(), 0, "every task has ended");
    assert_eq!(machine.fibers(), 0, "every program has ended");
    world
        .scheduler
        .check_conservation()
        .unwrap_or_else(|wrong| panic!("{wrong}"));
    (answer, world.log)
}

/// Runs a main task to its end.
pub(crate) fn run_main(code: Task) -> (Answer<Lang>, Vec<String>) {
    run_in(World::timed(), code)
}

/// Runs a program to its end.
pub(crate) fn run<F>(program: impl FnOnce(Me) -> F + 'static) -> (Answer<Lang>, Vec<String>)
where
    F: Future<Output = Answer<Lang>> + 'static,
{
    run_main(go(program))
}
