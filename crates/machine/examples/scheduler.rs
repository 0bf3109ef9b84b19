//! A scheduler as a handler: tasks take turns, and one may wait for another.
//!
//! Run it with `cargo run -p kont-machine --example scheduler`.

mod common;

use std::collections::{HashMap, VecDeque};

use common::{Operation, Program, Tiny, done, perform, run, show, under};
use machine::{Answer, Boundary, Continuation, Handled, Handler};

type Lang = Tiny<Effect, Task, Tasks>;

enum Effect {
    /// Starts a task, and is answered with its number.
    Spawn(Box<Program<Lang>>),
    /// Lets the others run.
    Turn,
    /// Is answered with what a task ends with.
    Wait(i64),
    Print(String),
}

impl Operation for Effect {
    fn number(&self) -> u64 {
        match self {
            Effect::Spawn(_) => 0,
            Effect::Turn => 1,
            Effect::Wait(_) => 2,
            Effect::Print(_) => 3,
        }
    }
}

/// What all tasks share.
#[derive(Default)]
struct Tasks {
    /// Who can go on, and with what.
    ready: VecDeque<(Continuation<Lang>, Answer<Lang>)>,
    /// Who waits for a task.
    waiting: HashMap<i64, Vec<Continuation<Lang>>>,
    ended: HashMap<i64, Answer<Lang>>,
    spawned: i64,
    lines: Vec<String>,
}

impl Tasks {
    /// Goes on with whoever is next.
    fn next(&mut self) -> Handled<Lang> {
        match self.ready.pop_front() {
            Some((k, answer)) => Handled::Transfer(k, answer),
            None => match self.ended.remove(&0) {
                Some(Ok(value)) => Handled::Return(value),
                Some(Err(error)) => Handled::Raise(error),
                None => Handled::Raise("every task waits for another one".to_owned()),
            },
        }
    }
}

/// The handler around each task, with the task's number: all of them are the scheduler.
struct Task(i64);

impl Handler<Lang> for Task {
    fn accepts(&self, _: &mut Tasks, _: &Effect) -> bool {
        true
    }

    fn handle(&self, tasks: &mut Tasks, effect: Effect, k: Continuation<Lang>) -> Handled<Lang> {
        match effect {
            Effect::Spawn(program) => {
                tasks.spawned += 1;
                let number = tasks.spawned;
                let task = Continuation::new([Boundary::Prompt(Task(number))], *program);
                tasks.ready.push_back((task, Ok(0)));
                return Handled::Transfer(k, Ok(number));
            }
            Effect::Turn => tasks.ready.push_back((k, Ok(0))),
            Effect::Wait(task) => match tasks.ended.get(&task) {
                Some(answer) => return Handled::Transfer(k, answer.clone()),
                None => tasks.waiting.entry(task).or_default().push(k),
            },
            Effect::Print(line) => {
                tasks.lines.push(line);
                return Handled::Transfer(k, Ok(0));
            }
        }
        tasks.next()
    }

    /// A task has ended: those that waited for it can go on.
    fn finish(&self, tasks: &mut Tasks, answer: Answer<Lang>) -> Handled<Lang> {
        for k in tasks.waiting.remove(&self.0).unwrap_or_default() {
            tasks.ready.push_back((k, answer.clone()));
        }
        tasks.ended.insert(self.0, answer);
        tasks.next()
    }
}

fn counts(name: &'static str, from: i64, to: i64) -> Program<Lang> {
    if from > to {
        return done(to);
    }
    perform(Effect::Print(format!("{name} {from}")), move |_| {
        perform(Effect::Turn, move |_| counts(name, from + 1, to))
    })
}

fn waits_for(task: i64) -> Program<Lang> {
    perform(Effect::Wait(task), |value| {
        perform(Effect::Print(format!("it was {value}")), move |_| {
            done(value)
        })
    })
}

fn story() -> Vec<String> {
    let root: Program<Lang> = perform(Effect::Spawn(Box::new(counts("a", 1, 3))), |a| {
        perform(Effect::Spawn(Box::new(counts("b", 1, 2))), move |b| {
            perform(Effect::Wait(b), move |two| {
                perform(Effect::Wait(a), move |three| done(two * 10 + three))
            })
        })
    });
    let mut tasks = Tasks::default();
    let answer = run(under(Task(0), root), &mut tasks);
    tasks.lines.push(format!("the tasks gave {answer:?}"));

    // Two that wait for each other.
    let root: Program<Lang> = perform(Effect::Spawn(Box::new(waits_for(2))), |one| {
        perform(Effect::Spawn(Box::new(waits_for(one))), waits_for)
    });
    let mut knot = Tasks::default();
    let answer = run(under(Task(0), root), &mut knot);
    tasks.lines.push(format!("the knot gave {answer:?}"));
    tasks.lines
}

fn main() {
    show(story());
}

#[test]
fn it_does_what_it_says() {
    let lines = [
        "a 1",
        "b 1",
        "a 2",
        "b 2",
        "a 3",
        "the tasks gave Ok(23)",
        "the knot gave Err(\"every task waits for another one\")",
    ];
    assert_eq!(story(), lines);
}
