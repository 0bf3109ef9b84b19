//! A producer, a channel with room for two, and two consumers, in a scope with a deadline; in virtual time, so that
//! thirteen seconds take none.
//!
//! Run it with `cargo run -p kont-scheduler --example pipeline`.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

mod common;

use std::time::Duration;

use common::{Fault, Program, Task, Value, program, run};
use scheduler::{Id, Op, Refusal, ScopeOptions};

/// Makes a number each second, as long as there is room for it.
fn producer(channel: Id, count: i64) -> Program {
    program(move |task: Task| async move {
        for number in 1..=count {
            task.sleep(1).await?;
            task.ask(Op::Send(channel, Value::Int(number))).await?;
            task.say(format!("made {number}"));
        }
        task.ask(Op::Close(channel)).await
    })
}

/// Needs three seconds for each number, until there are no more.
fn consumer(name: &'static str, channel: Id) -> Program {
    program(move |task: Task| async move {
        loop {
            let number = match task.ask(Op::Receive(channel)).await {
                Ok(Value::Int(number)) => number,
                Err(Fault::Refused(Refusal::Closed(_))) => return Ok(Value::Unit),
                Ok(other) => return Err(Fault::Wrong(format!("{other:?} is no number"))),
                Err(error) => return Err(error),
            };
            match task.sleep(3).await {
                Ok(_) => task.say(format!("{name} used {number}")),
                Err(error) => {
                    // Cancelled: clean-up may take its time, and perform effects.
                    task.sleep(1).await?;
                    task.say(format!("{name} put {number} back"));
                    return Err(error);
                }
            }
        }
    })
}

/// The pipeline, which is given so many seconds.
fn pipeline(seconds: u64) -> Program {
    program(move |task: Task| async move {
        let options = ScopeOptions {
            timeout: Some(Duration::from_secs(seconds)),
            ..ScopeOptions::default()
        };
        let body = program(|task: Task| async move {
            let channel = task.make(Op::Channel(2)).await?;
            task.spawn(producer(channel, 7)).await?;
            task.spawn(consumer("left", channel)).await?;
            task.spawn(consumer("right", channel)).await?;
            // The scope ends when all three have.
            Ok(Value::Unit)
        });
        match task.scope(options, body).await {
            Ok(_) => task.say("all is used"),
            Err(Fault::Refused(Refusal::TimedOut(_))) => task.say("out of time"),
            Err(error) => return Err(error),
        }
        Ok(Value::Unit)
    })
}

/// What the pipeline says, and the time that it takes.
fn story(seconds: u64) -> (String, Duration) {
    let (answer, lines, time) = run(pipeline(seconds));
    assert_eq!(answer, Ok(Value::Unit));
    (lines.join(", "), time)
}

fn main() {
    for seconds in [60, 8] {
        let (lines, time) = story(seconds);
        println!("{seconds} seconds are given, {time:?} are needed: {lines}");
    }
}

#[test]
fn it_does_what_it_says() {
    let enough = "made 1, made 2, made 3, left used 1, made 4, right used 2, made 5, made 6, left used 3, made 7, \
                  right used 4, left used 5, right used 6, left used 7, all is used";
    assert_eq!(story(60), (enough.to_owned(), Duration::from_secs(13)));
    let (lines, time) = story(8);
    assert!(lines.ends_with("out of time"), "{lines}");
    assert!(lines.contains("put"), "{lines}");
    assert_eq!(time, Duration::from_secs(9), "a second of clean-up");
}
