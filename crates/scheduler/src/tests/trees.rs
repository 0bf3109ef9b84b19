//! Random trees of scopes and tasks, that fail, are late, are shielded and are cancelled, in any order: no task outlives
//! its scope, and nothing is left at the end.

use std::collections::BTreeMap;
use std::pin::Pin;

use proptest::prelude::*;

use super::world::*;
use crate::{Id, Op, Order, ScopeOptions};

#[derive(Clone, Debug)]
enum Act {
    Yield,
    Sleep(u64),
    Fail,
    /// Cancels whatever has this id, if it is something that can be cancelled.
    Cancel(u64),
    /// Holds the lock for a second.
    Lock,
    Spawn(Vec<Act>),
    Scope(Option<u64>, bool, Vec<Act>),
    Race(Vec<Act>, Vec<Act>),
    Gather(Vec<Act>, Vec<Act>),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let leaf = prop_oneof![
        Just(Act::Yield),
        (0..5u64).prop_map(Act::Sleep),
        Just(Act::Fail),
        (1..16u64).prop_map(Act::Cancel),
        Just(Act::Lock),
    ];
    let act = leaf.prop_recursive(4, 40, 4, |inner| {
        let acts = proptest::collection::vec(inner, 0..4);
        prop_oneof![
            3 => acts.clone().prop_map(Act::Spawn),
            3 => (proptest::option::of(0..4u64), any::<bool>(), acts.clone())
                .prop_map(|(timeout, shield, acts)| Act::Scope(timeout, shield, acts)),
            1 => (acts.clone(), acts.clone()).prop_map(|(a, b)| Act::Race(a, b)),
            1 => (acts.clone(), acts).prop_map(|(a, b)| Act::Gather(a, b)),
        ]
    });
    proptest::collection::vec(act, 1..6)
}

/// The lock that all have.
const LOCK: Id = Id(2);

/// Does this in a scope that is called so; 0 is none.
fn perform(me: Me, acts: Vec<Act>, scope: u64) -> Pin<Box<dyn Future<Output = Result<(), Fault>>>> {
    Box::pin(async move {
        for act in acts {
            match act {
                Act::Yield => drop(me.ask(Op::Yield).await?),
                Act::Sleep(seconds) => drop(me.sleep(seconds).await?),
                Act::Fail => return Err(Fault::User(1)),
                Act::Cancel(id) => match me.ask(Op::Cancel(Id(id))).await {
                    Ok(_) | Err(Fault::Refused(_)) => {}
                    Err(error) => return Err(error),
                },
                Act::Lock => {
                    me.ask(Op::Acquire(LOCK)).await?;
                    let slept = me.sleep(1).await;
                    me.ask(Op::Release(LOCK)).await?;
                    slept?;
                }
                Act::Spawn(acts) => drop(me.ask(Op::spawn(vec![], member(acts, scope))).await?),
                Act::Scope(timeout, shield, acts) => {
                    let options = ScopeOptions {
                        timeout: timeout.map(std::time::Duration::from_secs),
                        shield,
                        ..ScopeOptions::default()
                    };
                    // A name that no other has: the id of a promise.
                    let Id(name) = match me.ask(Op::Promise { external: false }).await? {
                        Value::Id(id) => id,
                        other => panic!("{other:?}"),
                    };
                    let answer = me
                        .scope(options, move |me| async move {
                            perform(me, acts, name).await.map(|()| Value::Unit)
                        })
                        .await;
                    me.say(format!("close {name}"));
                    if let Err(Fault::Cancelled | Fault::Unwind | Fault::Deadlock(_)) = answer {
                        answer?;
                    }
                }
                Act::Race(a, b) | Act::Gather(a, b) if a.len() + b.len() == 0 => {}
                Act::Race(a, b) => {
                    let ids = both(&me, a, b, scope).await?;
                    drop(me.ask(Op::Race(ids)).await?);
                }
                Act::Gather(a, b) => {
                    let ids = both(&me, a, b, scope).await?;
                    drop(me.ask(Op::Gather(ids)).await?);
                }
            }
        }
        Ok(())
    })
}

async fn both(me: &Me, a: Vec<Act>, b: Vec<Act>, scope: u64) -> Result<Vec<Id>, Fault> {
    let mut ids = Vec::new();
    for acts in [a, b] {
        match me.ask(Op::spawn(vec![], member(acts, scope))).await? {
            Value::Id(id) => ids.push(id),
            other => panic!("{other:?}"),
        }
    }
    Ok(ids)
}

/// A task of a scope, that says when it begins and ends, and takes a second to clean up.
fn member(acts: Vec<Act>, scope: u64) -> Task {
    go(move |me| async move {
        let Id(name) = me.make(Op::Current).await;
        me.say(format!("begin {scope} {name}"));
        let answer = perform(me.clone(), acts, scope).await;
        if answer.is_err() {
            // It may be cancelled once more here.
            me.sleep(1).await.ok();
        }
        me.say(format!("end {scope} {name}"));
        answer.map(|()| Value::Unit)
    })
}

/// Whether every task of a scope has ended when the scope has, and at the end every task.
fn check(log: &[String]) -> Result<(), String> {
    let mut open: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in log {
        let mut words = line.split(' ');
        let (what, scope) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let name = words.next().unwrap_or("");
        let inside = open.entry(scope).or_default();
        match what {
            "begin" => inside.push(name),
            "end" => inside.retain(|other| *other != name),
            "close" if !inside.is_empty() => {
                return Err(format!("{inside:?} outlive scope {scope}: {log:?}"));
            }
            _ => {}
        }
    }
    match open.values().flatten().next() {
        Some(name) => Err(format!("{name} never ends: {log:?}")),
        None => Ok(()),
    }
}

fn tree(acts: Vec<Act>, order: Order) -> Result<(), String> {
    let main = go(move |me| async move {
        assert_eq!(me.make(Op::Lock).await, LOCK);
        perform(me, acts, 0).await.map(|()| Value::Unit)
    });
    let (answer, log) = run_in(World::ordered(order), main);
    if let Err(Fault::Deadlock(deadlock)) = answer {
        return Err(deadlock.to_string());
    }
    check(&log)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8000, ..ProptestConfig::default() })]

    #[test]
    fn no_task_outlives_its_scope(acts in acts(), seed in proptest::option::of(any::<u64>())) {
        let order = seed.map_or(Order::Fifo, Order::Seeded);
        tree(acts, order).map_err(TestCaseError::fail)?;
    }
}
