//! Random programs over everything that waits: the scheduler and the obvious model agree step by step.

use std::time::Duration;

use proptest::prelude::*;

use super::reference::{Ins, LOCK, Model, PERMITS, Plan, ROOM, Told};
use super::world::*;
use crate::{Id, Op, Order, TaskOptions, host};
use machine::{Answer, Machine, Step};

const TASKS: usize = 5;

fn ins() -> impl Strategy<Value = Ins> {
    let semaphore = 0..PERMITS.len();
    let channel = 0..ROOM.len();
    let task = 0..TASKS;
    prop_oneof![
        2 => Just(Ins::Yield),
        2 => (0..4u64).prop_map(Ins::Sleep),
        4 => semaphore.clone().prop_map(Ins::Acquire),
        4 => semaphore.prop_map(Ins::Release),
        3 => channel.clone().prop_map(Ins::Send),
        3 => channel.clone().prop_map(Ins::Receive),
        1 => channel.prop_map(Ins::Close),
        1 => Just(Ins::Set),
        1 => Just(Ins::Clear),
        2 => Just(Ins::AwaitEvent),
        2 => task.clone().prop_map(Ins::AwaitTask),
        4 => task.clone().prop_map(Ins::Cancel),
        2 => Just(Ins::Park),
        2 => task.prop_map(Ins::Wake),
    ]
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let plan = (
        proptest::collection::vec(ins(), 0..8),
        any::<bool>(),
        0..2i32,
    );
    let plan = plan.prop_map(|(does, stubborn, priority)| Plan {
        does,
        stubborn,
        priority,
    });
    proptest::collection::vec(plan, TASKS)
}

/// The ids of what every program has: the semaphores, the channels, the event, the tasks.
const SEMAPHORE: u64 = 2;
const CHANNEL: u64 = SEMAPHORE + PERMITS.len() as u64;
const EVENT: u64 = CHANNEL + ROOM.len() as u64;
const TASK: u64 = EVENT + 1;

fn op(ins: Ins, me: usize) -> Op<Lang> {
    let id = |base: u64, index: usize| Id(base + index as u64);
    let value = Value::Int(me as i64);
    match ins {
        Ins::Yield => Op::Yield,
        Ins::Sleep(seconds) => Op::Sleep(Duration::from_secs(seconds)),
        Ins::Acquire(s) => Op::Acquire(id(SEMAPHORE, s)),
        Ins::Release(s) => Op::Release(id(SEMAPHORE, s)),
        Ins::Send(c) => Op::Send(id(CHANNEL, c), value),
        Ins::Receive(c) => Op::Receive(id(CHANNEL, c)),
        Ins::Close(c) => Op::Close(id(CHANNEL, c)),
        Ins::Set => Op::Set(Id(EVENT)),
        Ins::Clear => Op::Clear(Id(EVENT)),
        Ins::AwaitEvent => Op::Wait(Id(EVENT)),
        Ins::AwaitTask(t) => Op::Wait(id(TASK, t)),
        Ins::Cancel(t) => Op::Cancel(id(TASK, t)),
        Ins::Park => Op::Park { external: false },
        Ins::Wake(t) => Op::Wake(id(TASK, t), Ok(value)),
    }
}

fn told(answer: &Answer<Lang>) -> Told {
    match answer {
        Ok(Value::Unit) => Told::Unit,
        Ok(Value::Int(number)) => Told::Number(usize::try_from(*number).expect("a task's number")),
        Ok(Value::Flag(flag)) => Told::Flag(*flag),
        Err(Fault::Cancelled) => Told::Cancelled,
        Err(Fault::Refused(_)) => Told::Refused,
        other => panic!("{other:?}"),
    }
}

fn worker(me: usize, plan: Plan) -> Task {
    let mut at = 0;
    task(move |world, turn, answer| {
        if turn > 0 {
            world.say(format!("{me}.{at} {:?}", told(&answer)));
            at += 1;
            if answer == Err(Fault::Cancelled) && !plan.stubborn {
                return Step::Raise(Fault::Cancelled);
            }
        }
        match plan.does.get(at) {
            Some(ins) => ask(op(*ins, me)),
            None => Step::Return(Value::Int(me as i64)),
        }
    })
}

/// Runs until nothing can go on.
fn run(plans: &[Plan], order: Order) -> (World, Machine<Lang>) {
    let mut world = World::ordered(order);
    let mut machine = Machine::new();
    world.tolerates_deadlock = true;
    let setup = go(|me| async move {
        for (index, permits) in PERMITS.into_iter().enumerate() {
            let op = if index == LOCK {
                Op::Lock
            } else {
                Op::Semaphore(permits)
            };
            me.make(op).await;
        }
        for room in ROOM {
            me.make(Op::Channel(room)).await;
        }
        me.ask(Op::Event).await
    });
    crate::spawn::<Lang>(&mut world, Vec::new(), setup);
    assert_eq!(drive(&mut machine, &mut world), None);
    for (me, plan) in plans.iter().enumerate() {
        let options = TaskOptions {
            priority: plan.priority,
            ..TaskOptions::default()
        };
        let code = worker(me, plan.clone());
        let id = host::spawn_in::<Lang>(&mut world, Vec::new(), code, options, None);
        assert_eq!(id, Id(TASK + me as u64));
    }
    assert_eq!(drive(&mut machine, &mut world), None);
    (world, machine)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn the_scheduler_does_what_the_model_does(plans in plans()) {
        let mut model = Model::new(plans.clone());
        let ends = model.run();
        let (mut world, mut machine) = run(&plans, Order::Fifo);
        prop_assert_eq!(&world.log, &model.log);
        for (index, end) in ends.into_iter().enumerate() {
            let outcome = world.scheduler.outcome(Id(TASK + index as u64)).map(told);
            prop_assert_eq!(outcome, end);
        }
        // Nothing is left of those who ended, and those who wait are let go.
        prop_assert_eq!(machine.fibers(), world.scheduler.alive());
        drop(crate::take_all::<Lang>(&mut world));
        machine.reclaim();
        prop_assert_eq!(machine.fibers(), 0);
    }

    /// In whatever order: every message that was sent was received, or waits; every permit is somewhere; a lock has
    /// one holder; nobody waits for what is there.
    #[test]
    fn nothing_is_lost_in_any_order(plans in plans(), seed in any::<u64>()) {
        let (world, _) = run(&plans, Order::Seeded(seed));
        world.scheduler.check_conservation().map_err(TestCaseError::fail)?;
        let count = |word: fn(&Ins) -> bool, told: &str| {
            let done = |line: &&String| {
                let (place, end) = line.split_once(' ').expect("a place and an end");
                let (task, at) = place.split_once('.').expect("a task and a step");
                let plan = &plans[task.parse::<usize>().expect("a number")];
                word(&plan.does[at.parse::<usize>().expect("a number")]) && end.starts_with(told)
            };
            world.log.iter().filter(done).count()
        };
        let sent = count(|ins| matches!(ins, Ins::Send(_)), "Unit");
        let received = count(|ins| matches!(ins, Ins::Receive(_)), "Number");
        let buffered: usize = world.scheduler.buffered();
        prop_assert_eq!(sent, received + buffered);
        let acquired = count(|ins| matches!(ins, Ins::Acquire(_)), "Unit");
        let released = count(|ins| matches!(ins, Ins::Release(_)), "Unit");
        prop_assert_eq!(acquired - released, world.scheduler.held());
    }

    #[test]
    fn one_seed_gives_one_run(plans in plans(), seed in any::<u64>()) {
        let (one, _) = run(&plans, Order::Seeded(seed));
        let (other, _) = run(&plans, Order::Seeded(seed));
        prop_assert_eq!(one.log, other.log);
    }
}
