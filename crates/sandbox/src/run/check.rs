//! The check of a loaded image: every handle is in range and of the kind that its holder relies on, every place in
//! code exists. After it, nothing in the interpreter can be surprised by bytes.

use crate::compile::code::{CodeRef, UnitId};
use crate::heap::{
    Heap, Object, Ref, Text, Type, Value,
    object::{GeneratorState, Iter},
    trace,
};
use crate::vm::frame::{Pending, PyFrame, Saved};
use crate::vm::state::Vm;
use crate::vm::thread::Thread;
use std::collections::BTreeMap;

type Check = Result<(), String>;

/// Checks the state of a run with its threads and the values that its tasks will get.
pub(super) fn check(vm: &Vm, threads: &[&Thread], values: &[Value]) -> Check {
    let slots = vm.heap.slots();
    texts(slots)?;
    for (i, object) in slots.iter().enumerate().skip(Type::ALL.len()) {
        if matches!(object, Object::Str(_)) {
            continue;
        }
        let mut bad = None;
        trace::children(object, &mut |v| bad = bad.or(value(vm, v).err()));
        if let Some(what) = bad {
            return Err(format!("slot {i}: {what}"));
        }
        kinds(vm, object).map_err(|what| format!("slot {i}: {what}"))?;
    }
    for v in values {
        value(vm, *v)?;
    }
    let mut bad = None;
    vm.roots(&mut |v| bad = bad.take().or_else(|| value(vm, v).err()));
    if let Some(what) = bad {
        return Err(what.into());
    }
    let of_program = |unit: UnitId| {
        let unit = vm.units.get(usize::from(unit.0));
        unit.is_some_and(|unit| unit.home == UnitId(0))
    };
    let main = vm.modules.first().and_then(|main| main.unit);
    need(main.is_some_and(of_program), "the program's module")?;
    for module in &vm.modules {
        need(
            matches!(
                vm.heap.slots().get(module.object.0 as usize),
                Some(Object::Module(_))
            ),
            "a module",
        )?;
        need(
            module.unit.is_none_or(|u| (u.0 as usize) < vm.units.len()),
            "a module's unit",
        )?;
    }
    threads
        .iter()
        .try_for_each(|thread| check_thread(vm, thread))
}

/// Every string that is the start of a buffer is one, with as many characters as it says. Each buffer is read
/// once, however many strings it has.
fn texts(slots: &[Object]) -> Check {
    let mut starts: BTreeMap<Ref, Vec<(u32, u32)>> = BTreeMap::new();
    for object in slots {
        if let Object::Str(Text::Start {
            buffer,
            bytes,
            chars,
        }) = object
        {
            starts.entry(*buffer).or_default().push((*bytes, *chars));
        }
    }
    for (buffer, mut ends) in starts {
        let Some(Object::Buffer(buffer)) = slots.get(buffer.0 as usize) else {
            return Err("what should be a buffer is none".into());
        };
        ends.sort_unstable();
        ends.dedup();
        let (mut at, mut passed) = (0, 0);
        for (bytes, chars) in ends {
            let piece = buffer.text.get(at..bytes as usize);
            passed += piece.ok_or("a string's end")?.chars().count();
            at = bytes as usize;
            need(passed == chars as usize, "a string's length")?;
        }
    }
    Ok(())
}

fn need(good: bool, what: &str) -> Check {
    if good { Ok(()) } else { Err(what.into()) }
}

fn value(vm: &Vm, v: Value) -> Result<(), &'static str> {
    match v {
        Value::Ref(r) => match vm.heap.slots().get(r.0 as usize) {
            None => Err("a handle is out of range"),
            Some(Object::Free(_) | Object::Buffer(_)) => Err("a handle of a free slot"),
            Some(_) => Ok(()),
        },
        Value::Native(id) if !vm.has_native(id) => Err("an unknown native"),
        _ => Ok(()),
    }
}

/// What holders of an object take for granted about the objects that it names.
fn kinds(vm: &Vm, object: &Object) -> Check {
    let get = |r: Ref| &vm.heap.slots()[r.0 as usize];
    let class = |r: Ref| {
        need(
            matches!(get(r), Object::Class(_)),
            "what should be a class is none",
        )
    };
    let cell = |r: &Ref| {
        need(
            matches!(get(*r), Object::Cell(_)),
            "what should be a cell is none",
        )
    };
    match object {
        Object::Instance(i) => class(i.class),
        Object::Exception(e) => {
            class(e.class)?;
            need(
                matches!(get(e.args), Object::Tuple(_)),
                "an exception's arguments",
            )
        }
        Object::Class(c) => {
            c.bases.iter().chain(&c.mro).try_for_each(|r| class(*r))?;
            need(!c.mro.is_empty(), "a class without order")
        }
        Object::Function(f) => {
            let code = place(vm, f.code, 0)?;
            need(code.free.len() == f.closure.len(), "a function's cells")?;
            f.closure.iter().try_for_each(cell)
        }
        Object::Super { class: c, .. } => class(*c),
        Object::DictView { dict, .. } => need(matches!(get(*dict), Object::Dict(_)), "a view"),
        Object::MappingProxy(r) => class(*r),
        Object::Set(s) => need(s.is_sound(), "a set's table"),
        Object::Module(n) => need((*n as usize) < vm.modules.len(), "a module's number"),
        Object::HostFunction(n) => need((*n as usize) < vm.capabilities.len(), "a tool's number"),
        Object::HostCall(Some(call)) => need(
            (call.tool as usize) < vm.capabilities.len(),
            "a tool's number",
        ),
        Object::Alias { args, .. } => {
            need(matches!(get(*args), Object::Tuple(_)), "a type's arguments")
        }
        Object::Match(m) => need(
            matches!(
                (get(m.pattern), get(m.subject)),
                (Object::Pattern(_), Object::Str(_) | Object::Bytes(_))
            ),
            "a match",
        ),
        Object::Generator(g) => match &g.state {
            GeneratorState::Created(s) | GeneratorState::Suspended(s) => saved(vm, s),
            GeneratorState::Running | GeneratorState::Finished => Ok(()),
        },
        Object::Iter(i) => iter(&vm.heap, i, &get),
        _ => Ok(()),
    }
}

fn iter<'h>(heap: &Heap, iter: &Iter, get: &impl Fn(Ref) -> &'h Object) -> Check {
    let good = match iter {
        Iter::List(r, _) | Iter::ListReversed(r, _) => matches!(get(*r), Object::List(_)),
        Iter::Tuple(r, _) => matches!(get(*r), Object::Tuple(_)),
        Iter::Str(r, at) => {
            matches!(get(*r), Object::Str(_)) && heap.text(*r).is_char_boundary(*at)
        }
        Iter::Bytes(r, _) => matches!(get(*r), Object::Bytes(_)),
        Iter::Dict(r, ..) | Iter::DictReversed(r, ..) => matches!(get(*r), Object::Dict(_)),
        Iter::Set(r, ..) => matches!(get(*r), Object::Set(_)),
        Iter::Enumerate(r, _) => matches!(get(*r), Object::Iter(_)),
        Iter::Zip(parts, _) => parts.iter().all(|r| matches!(get(*r), Object::Iter(_))),
        Iter::Values(..) | Iter::Range(..) | Iter::Done => true,
    };
    need(good, "an iterator")
}

fn place(vm: &Vm, at: CodeRef, pc: u32) -> Result<&crate::compile::code::Code, String> {
    let unit = vm.units.get(at.unit.0 as usize).ok_or("a unit's number")?;
    let code = unit
        .unit
        .codes
        .get(at.index as usize)
        .ok_or("a code's number")?;
    if (pc as usize) < code.ops.len() {
        Ok(code)
    } else {
        Err("a place in code".into())
    }
}

fn frame(vm: &Vm, frame: &PyFrame, registers: usize) -> Check {
    let code = place(vm, frame.code, frame.pc)?;
    need(registers >= code.registers as usize, "a frame's registers")?;
    let generator = frame
        .generator
        .is_none_or(|r| matches!(vm.heap.get(r), Object::Generator(_)));
    need(generator, "a frame's generator")?;
    need(waits_well(code, frame), "what a frame waits for")
}

/// Whether what a frame waits for goes to registers and places that its code has.
fn waits_well(code: &crate::compile::code::Code, frame: &PyFrame) -> bool {
    match frame.pending {
        Pending::None | Pending::Drop => true,
        // It goes back to the instruction before.
        Pending::Retry => frame.pc > 0,
        // It skips the jump out of the loop.
        Pending::ForNext(dst) | Pending::AsyncForNext(dst) => {
            dst < code.registers && (frame.pc as usize) + 1 < code.ops.len()
        }
        Pending::Store(dst) | Pending::StoreNot(dst) | Pending::YieldFrom(dst) => {
            dst < code.registers
        }
        Pending::Branch { to, .. } => (to as usize) < code.ops.len(),
        Pending::Unpack { first, n } => {
            usize::from(first) + usize::from(n) <= usize::from(code.registers)
        }
    }
}

fn saved(vm: &Vm, saved: &Saved) -> Check {
    frame(vm, &saved.frame, saved.registers.len())
}

fn check_thread(vm: &Vm, thread: &Thread) -> Check {
    for v in thread.registers.iter().chain(&thread.entry) {
        value(vm, *v)?;
    }
    let mut bad = None;
    for f in &thread.frames {
        trace::frame(f, &mut |v| bad = bad.or(value(vm, v).err()));
    }
    if let Some(what) = bad {
        return Err(what.into());
    }
    for f in &thread.frames {
        let left = thread
            .registers
            .len()
            .checked_sub(f.base as usize)
            .ok_or("a frame's place")?;
        frame(vm, f, left)?;
    }
    Ok(())
}
