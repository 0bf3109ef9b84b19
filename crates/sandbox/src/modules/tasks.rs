//! What `asyncio` stands on: tasks of the interpreter, started, parked and woken. One ready queue, first in
//! first out; every wake-up is one entry at its end, as a loop's handle is in CPython.

use crate::heap::{Object, Value, object::GeneratorKind};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::Res;
use crate::vm::request::{HostRequest, Request};
use crate::vm::state::Vm;

/// The natives of this file.
pub const NATIVES: &[NativeDef] = &[
    NativeDef::function("_kont_spawn", spawn),
    NativeDef::function("_kont_park", park),
    NativeDef::function("_kont_wake", wake),
    NativeDef::function("_kont_wake_error", wake_error),
    NativeDef::function("_kont_interrupt", interrupt),
    NativeDef::function("_kont_report", report),
    NativeDef::function("_kont_yield", give_way),
    NativeDef::function("_kont_current_task", current_task),
    NativeDef::function("_kont_sleep", sleep),
    NativeDef::function("_kont_now", now),
    NativeDef::function("_kont_monotonic", monotonic),
    NativeDef::function("_kont_random", random),
    NativeDef::function("_kont_is_coroutine", is_coroutine),
];

fn arg(args: Args<'_>, i: usize) -> Value {
    args.pos.get(i).copied().unwrap_or(Value::None)
}

fn task_number(vm: &mut Vm, v: Value) -> Res<u64> {
    match v {
        Value::Int(n) if n >= 0 => Ok(n.unsigned_abs()),
        _ => Err(vm.type_error("a task's number is an int")),
    }
}

/// `_kont_spawn(function)`: starts a task that calls it; the task's number.
fn spawn(_: &mut Vm, args: Args<'_>) -> Res<Flow> {
    Ok(Flow::Perform(Request::Spawn(arg(args, 0))))
}

/// `_kont_park()`: waits until somebody wakes this task; what it was woken with.
fn park(_: &mut Vm, _: Args<'_>) -> Res<Flow> {
    Ok(Flow::Perform(Request::Park))
}

/// `_kont_wake(task, value)`.
fn wake(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let task = task_number(vm, arg(args, 0))?;
    Ok(Flow::Perform(Request::Wake(task, arg(args, 1))))
}

/// `_kont_wake_error(task, exception)`.
fn wake_error(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let task = task_number(vm, arg(args, 0))?;
    Ok(Flow::Perform(Request::WakeError(task, arg(args, 1))))
}

/// `_kont_interrupt(task, exception)`: whether the task waited for the host; then the exception is raised there.
fn interrupt(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let task = task_number(vm, arg(args, 0))?;
    Ok(Flow::Perform(Request::Interrupt(task, arg(args, 1))))
}

/// `_kont_report(text)`: a line on standard error, as far as output is allowed.
fn report(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let line = format!("{}\n", vm.heap.as_str(arg(args, 0)).unwrap_or_default());
    if line.len() as u64 <= vm.output_left {
        vm.output_left -= line.len() as u64;
        vm.output[1].extend_from_slice(line.as_bytes());
    }
    Ok(Flow::Value(Value::None))
}

/// `_kont_yield()`: goes to the end of the ready queue.
fn give_way(_: &mut Vm, _: Args<'_>) -> Res<Flow> {
    Ok(Flow::Perform(Request::Yield))
}

/// `_kont_current_task()`: the number of the running task.
fn current_task(_: &mut Vm, _: Args<'_>) -> Res<Flow> {
    Ok(Flow::Perform(Request::CurrentTask))
}

/// `_kont_sleep(seconds)`: this task waits, others run.
fn sleep(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let seconds = match arg(args, 0) {
        Value::Float(x) => x,
        Value::Int(n) => n as f64,
        Value::Bool(b) => f64::from(u8::from(b)),
        _ => return Err(vm.type_error("a number of seconds is required")),
    };
    Ok(Flow::Perform(Request::Host(HostRequest::Sleep(seconds))))
}

/// `_kont_now()`: seconds since 1970 in UTC, a float.
fn now(_: &mut Vm, _: Args<'_>) -> Res<Flow> {
    Ok(Flow::Perform(Request::Host(HostRequest::Now)))
}

/// `_kont_monotonic()`: seconds of the monotonic clock, a float.
fn monotonic(_: &mut Vm, _: Args<'_>) -> Res<Flow> {
    Ok(Flow::Perform(Request::Host(HostRequest::Monotonic)))
}

/// `_kont_random(n)`: n random bytes.
fn random(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    match arg(args, 0) {
        Value::Int(n) if (0..=4096).contains(&n) => {
            Ok(Flow::Perform(Request::Host(HostRequest::Random(n as u32))))
        }
        _ => Err(vm.value_error("0 to 4096 random bytes at once")),
    }
}

/// `_kont_is_coroutine(o)`: 1 for a coroutine, 2 for the call of an asynchronous tool, else 0.
fn is_coroutine(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let kind = match arg(args, 0) {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Generator(g) if g.kind == GeneratorKind::Coroutine => 1,
            Object::HostCall(_) => 2,
            _ => 0,
        },
        _ => 0,
    };
    Ok(Flow::Value(Value::Int(kind)))
}
