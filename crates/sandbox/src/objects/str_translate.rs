//! `str.translate` and `str.maketrans`.

use super::str::{str_arg, this};
use super::{args, dict, unwrap};
use crate::heap::{Object, Ref, Type, Value, dict::Dict};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Str, "translate", translate),
    NativeDef::method(Type::Str, "maketrans", maketrans),
];

fn translate(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = this(vm, a, "translate")?;
    let [_, table] = args::exact(vm, a, "str.translate")?;
    let table = match unwrap(&vm.heap, table) {
        Value::Ref(table) if matches!(vm.heap.get(table), Object::Dict(_)) => table,
        _ => {
            return Err(Raise::Refused(
                "`str.translate` with a table that is no dict".into(),
            ));
        }
    };
    vm.pay(vm.heap.str(r).chars() as u64 / 4)?;
    let mut out = String::new();
    let mut at = 0;
    while let Some(c) = vm.heap.text(r)[at..].chars().next() {
        at += c.len_utf8();
        let Some(found) = dict::get(vm, table, Value::Int(i64::from(c as u32)))? else {
            push(vm, &mut out, c)?;
            continue;
        };
        let plain = match unwrap(&vm.heap, found) {
            Value::None => continue,
            plain => plain,
        };
        if let Some(text) = vm.heap.as_str(plain) {
            vm.heap.grow_text(&mut out, text.len())?;
            out.push_str(text);
            continue;
        }
        let (Value::Int(_) | Value::Bool(_)) = plain else {
            return Err(vm.type_error("character mapping must return integer, None or str"));
        };
        let code = args::index(vm, plain)?;
        match u32::try_from(code).ok().and_then(char::from_u32) {
            Some(c) => push(vm, &mut out, c)?,
            None => {
                return Err(vm.value_error("character mapping must be in range(0x110000)"));
            }
        }
    }
    vm.pay(out.len() as u64 / 64)?;
    vm.new_str(out).map(Flow::Value)
}

fn push(vm: &Vm, out: &mut String, c: char) -> Res<()> {
    vm.heap.grow_text(out, c.len_utf8())?;
    out.push(c);
    Ok(())
}

fn maketrans(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    // A static method: an instance or the class before the arguments is not one of them.
    let [x, y, z] = args::between(vm, a, "maketrans", 1)?;
    let made = vm.alloc(Object::Dict(Box::<Dict>::default()))?;
    if y.is_unbound() {
        one_table(vm, x, made)?;
        return Ok(Flow::Value(Value::Ref(made)));
    }
    let Value::Ref(from) = unwrap(&vm.heap, x) else {
        return Err(vm.type_error(
            "first maketrans argument must be a string if there is a second argument",
        ));
    };
    if !matches!(vm.heap.get(from), Object::Str(_)) {
        return Err(vm.type_error(
            "first maketrans argument must be a string if there is a second argument",
        ));
    }
    let to = str_arg(vm, y, format_args!("maketrans() argument 2"))?;
    let n = vm.heap.str(from).chars();
    if n != vm.heap.str(to).chars() {
        return Err(vm.value_error("the first two maketrans arguments must have equal length"));
    }
    vm.pay(n as u64 / 4)?;
    let (mut i, mut j) = (0, 0);
    while let (Some(c), Some(d)) = (char_at(vm, from, &mut i), char_at(vm, to, &mut j)) {
        put(vm, made, c, Value::Int(i64::from(d as u32)))?;
    }
    if !z.is_unbound() {
        let gone = str_arg(vm, z, format_args!("maketrans() argument 3"))?;
        vm.pay(vm.heap.str(gone).chars() as u64 / 4)?;
        let mut i = 0;
        while let Some(c) = char_at(vm, gone, &mut i) {
            put(vm, made, c, Value::None)?;
        }
    }
    Ok(Flow::Value(Value::Ref(made)))
}

/// The character at a byte offset, which becomes that of the next one.
fn char_at(vm: &Vm, text: Ref, at: &mut usize) -> Option<char> {
    let c = vm.heap.text(text)[*at..].chars().next()?;
    *at += c.len_utf8();
    Some(c)
}

fn put(vm: &mut Vm, table: Ref, c: char, value: Value) -> Res<()> {
    dict::insert(vm, table, Value::Int(i64::from(c as u32)), value)
}

fn one_table(vm: &mut Vm, x: Value, made: Ref) -> Res<()> {
    let entries: Vec<(Value, Value)> = match unwrap(&vm.heap, x) {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Dict(d) => {
                vm.heap.room(d.len() * size_of::<(Value, Value)>())?;
                d.iter().map(|e| (e.key, e.value)).collect()
            }
            _ => {
                return Err(
                    vm.type_error("if you give only one argument to maketrans it must be a dict")
                );
            }
        },
        _ => {
            return Err(
                vm.type_error("if you give only one argument to maketrans it must be a dict")
            );
        }
    };
    vm.pay(entries.len() as u64 / 4)?;
    let held = entries.capacity() * size_of::<(Value, Value)>();
    vm.holding(held, |vm| put_all(vm, made, entries))
}

fn put_all(vm: &mut Vm, made: Ref, entries: Vec<(Value, Value)>) -> Res<()> {
    for (key, value) in entries {
        let plain = unwrap(&vm.heap, key);
        match plain {
            Value::Int(_) | Value::Bool(_) => dict::insert(vm, made, plain, value)?,
            _ => {
                let Some(text) = args::text(vm, key) else {
                    return Err(
                        vm.type_error("keys in translate table must be strings or integers")
                    );
                };
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) => put(vm, made, c, value)?,
                    _ => {
                        return Err(
                            vm.value_error("string keys in translate table must be of length 1")
                        );
                    }
                }
            }
        }
    }
    Ok(())
}
