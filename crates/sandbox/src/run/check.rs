//! The check of a loaded image: every handle is in range and of the kind that its holder relies on, every place in
//! code exists. After it, nothing in the interpreter can be surprised by bytes.

use super::check_code::{CodeNeeds, Need, Needs};
use crate::compile::code::{Code, CodeRef, UnitId};
use crate::heap::{
    Heap, Object, Ref, Text, Type, Value,
    object::{GeneratorState, Iter, Match, TracebackEntry},
    trace,
};
use crate::vm::after::After;
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
        Object::Instance(i) => {
            class(i.class)?;
            need(content_fits(vm, i.class, i.native), "an instance's content")
        }
        Object::Exception(e) => {
            class(e.class)?;
            let layout = vm.heap.class(e.class).layout;
            need(layout == Type::Exception, "an exception's class")?;
            passed(vm, &e.traceback)?;
            need(
                matches!(get(e.args), Object::Tuple(_)),
                "an exception's arguments",
            )
        }
        Object::Class(c) => {
            c.bases.iter().chain(&c.mro).try_for_each(|r| class(*r))?;
            need(!c.mro.is_empty(), "a class without order")?;
            let last = c.mro.last();
            need(last == Some(&Type::Object.r()), "a class that is no object")
        }
        Object::Function(f) => {
            let code = place(vm, f.code, 0)?;
            need(code.free.len() == f.closure.len(), "a function's cells")?;
            let of = &code.params;
            let named = [0, usize::from(of.keyword_only)].contains(&f.kw_defaults.len());
            let fits = named && f.defaults.len() <= usize::from(of.positional);
            need(fits, "a function's defaults")?;
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
        Object::Match(m) => need(is_match(vm, m), "a match"),
        Object::Traceback(entries) => passed(vm, entries),
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

/// Whether what an instance has inside is of the built-in class that its class is made for.
fn content_fits(vm: &Vm, class: Ref, native: Value) -> bool {
    let layout = vm.heap.class(class).layout;
    match native {
        Value::Unbound => layout == Type::Object,
        native => layout != Type::Object && vm.class_of(native) == layout.r(),
    }
}

/// Whether the groups of a match lie in its text.
fn is_match(vm: &Vm, m: &Match) -> bool {
    let Object::Pattern(pattern) = vm.heap.get(m.pattern) else {
        return false;
    };
    let is_text = |v: Value| vm.heap.as_str(v).is_some();
    let good = |(from, to): (u32, u32), fits: &dyn Fn(usize) -> bool| {
        from <= to && fits(from as usize) && fits(to as usize)
    };
    let mut spans = m.spans.iter().flatten().copied();
    let first = m.spans.first().is_some_and(Option::is_some);
    let fits = match vm.heap.get(m.subject) {
        Object::Str(text) => {
            let text = vm.heap.text_of(text);
            spans.all(|span| good(span, &|at| text.is_char_boundary(at)))
        }
        Object::Bytes(bytes) => spans.all(|span| good(span, &|at| at <= bytes.len())),
        _ => false,
    };
    first && fits && is_text(pattern.source) == is_text(Value::Ref(m.subject))
}

/// Places that an exception passed.
fn passed(vm: &Vm, entries: &[TracebackEntry]) -> Check {
    entries
        .iter()
        .try_for_each(|entry| place(vm, entry.code, entry.pc).map(drop))
}

fn place(vm: &Vm, at: CodeRef, pc: u32) -> Result<&Code, String> {
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

/// Checks a frame with its registers. What its code needs of these from here on is the answer.
fn frame(vm: &Vm, frame: &PyFrame, registers: &[Value]) -> Result<Needs, String> {
    let code = place(vm, frame.code, frame.pc)?;
    need(
        registers.len() >= code.registers as usize,
        "a frame's registers",
    )?;
    let generator = frame
        .generator
        .is_none_or(|r| matches!(vm.heap.get(r), Object::Generator(_)));
    need(generator, "a frame's generator")?;
    need(waits_well(code, frame), "what a frame waits for")?;
    frame.after().iter().try_for_each(|step| after(vm, step))?;
    let needs = needs(code, frame)?;
    for (reg, wanted) in &needs {
        let v = registers.get(usize::from(*reg)).ok_or("a register")?;
        need(wanted.is_met(&vm.heap, *v), "a register's content")?;
    }
    Ok(needs)
}

/// What a frame's code takes for granted of its registers, whatever comes of what it waits for.
fn needs(code: &Code, frame: &PyFrame) -> Result<Needs, String> {
    let all = CodeNeeds::of(code);
    let pc = frame.pc as usize;
    let mut needs = all.at(pc);
    let (first, count) = match frame.pending {
        Pending::Store(dst) | Pending::StoreNot(dst) | Pending::YieldFrom(dst) => (dst, 1),
        Pending::ForNext(dst) | Pending::AsyncForNext(dst) => {
            needs.extend(all.at(pc + 1));
            (dst, 1)
        }
        Pending::Unpack { first, n } => (first, n),
        Pending::Branch { to, .. } => {
            needs.extend(all.at(to as usize));
            (0, 0)
        }
        Pending::Retry => {
            needs = all.at(pc.saturating_sub(1));
            (0, 0)
        }
        Pending::None | Pending::Drop => (0, 0),
    };
    for i in 0..count {
        // No answer is a cell or a display under way; the halves of a split group are exceptions.
        let needed = needs.remove(&first.saturating_add(i));
        need(
            needed.is_none_or(|n| n == Need::Exception),
            "where a frame's answer goes",
        )?;
    }
    needs.extend(all.raised(code, pc.saturating_sub(1)));
    Ok(needs)
}

/// What the steps after a returned value take for granted.
fn after(vm: &Vm, step: &After) -> Check {
    let is = |v: Value, good: fn(&Object) -> bool| v.as_ref().is_some_and(|r| good(vm.heap.get(r)));
    let is_class = |r: &Ref| matches!(vm.heap.get(*r), Object::Class(_));
    let is_exception = |v: Value| is(v, |o| matches!(o, Object::Exception(_)));
    let good = match step {
        After::Wrap(class) => is_class(class),
        After::New(call) => is_class(&call.class),
        After::Module(number) => (*number as usize) < vm.modules.len(),
        After::Throw(e) | After::RaiseFrom(e) => is_exception(*e),
        After::Drain(call, _) => vm.has_native(call.native),
        After::Class(build) => {
            build.bases.iter().all(is_class)
                && matches!(vm.heap.get(build.namespace), Object::Namespace(_))
        }
        _ => true,
    };
    need(good, "what comes after a call")
}

/// Whether what a frame waits for goes to registers and places that its code has.
fn waits_well(code: &Code, frame: &PyFrame) -> bool {
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
    frame(vm, &saved.frame, &saved.registers).map(drop)
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
    // A frame may begin in the registers of the one below, behind what that one needs.
    let mut free_from = 0;
    for f in &thread.frames {
        let base = f.base as usize;
        need(base >= free_from, "a frame's place")?;
        let registers = thread.registers.get(base..).ok_or("a frame's place")?;
        let needs = frame(vm, f, registers)?;
        let most = needs
            .last_key_value()
            .map_or(0, |(reg, _)| usize::from(*reg) + 1);
        free_from = base + most;
    }
    Ok(())
}
