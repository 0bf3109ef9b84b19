//! `str.translate` and `str.maketrans`.

use super::str::{room, str_arg, this};
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
    let text: Vec<char> = vm.heap.text(r).chars().collect();
    vm.pay(text.len() as u64 / 4)?;
    let mut out = String::new();
    for c in text {
        match dict::get(vm, table, Value::Int(i64::from(c as u32)))? {
            None => out.push(c),
            Some(Value::None) => {}
            Some(found) => {
                let plain = unwrap(&vm.heap, found);
                if let Some(text) = vm.heap.as_str(plain) {
                    let text = text.to_owned();
                    room(vm, text.len())?;
                    out.push_str(&text);
                    continue;
                }
                let (Value::Int(_) | Value::Bool(_)) = plain else {
                    return Err(vm.type_error("character mapping must return integer, None or str"));
                };
                let code = args::index(vm, plain)?;
                match u32::try_from(code).ok().and_then(char::from_u32) {
                    Some(c) => out.push(c),
                    None => {
                        return Err(vm.value_error("character mapping must be in range(0x110000)"));
                    }
                }
            }
        }
    }
    vm.new_str(out).map(Flow::Value)
}

fn maketrans(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    // A static method: an instance or the class before the arguments is not one of them.
    let [x, y, z] = args::between(vm, a, "maketrans", 1)?;
    let made = vm.alloc(Object::Dict(Box::<Dict>::default()))?;
    if y.is_unbound() {
        one_table(vm, x, made)?;
        return Ok(Flow::Value(Value::Ref(made)));
    }
    let Some(from) = args::text(vm, x) else {
        return Err(vm.type_error(
            "first maketrans argument must be a string if there is a second argument",
        ));
    };
    let to = str_arg(vm, y, format_args!("maketrans() argument 2"))?;
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = vm.heap.text(to).chars().collect();
    if from.len() != to.len() {
        return Err(vm.value_error("the first two maketrans arguments must have equal length"));
    }
    for (from, to) in from.into_iter().zip(to) {
        put(vm, made, from, Value::Int(i64::from(to as u32)))?;
    }
    if !z.is_unbound() {
        let gone = str_arg(vm, z, format_args!("maketrans() argument 3"))?;
        let gone: Vec<char> = vm.heap.text(gone).chars().collect();
        for c in gone {
            put(vm, made, c, Value::None)?;
        }
    }
    Ok(Flow::Value(Value::Ref(made)))
}

fn put(vm: &mut Vm, table: Ref, c: char, value: Value) -> Res<()> {
    dict::insert(vm, table, Value::Int(i64::from(c as u32)), value)
}

fn one_table(vm: &mut Vm, x: Value, made: Ref) -> Res<()> {
    let entries: Vec<(Value, Value)> = match unwrap(&vm.heap, x) {
        Value::Ref(r) => match vm.heap.get(r) {
            Object::Dict(d) => d.iter().map(|e| (e.key, e.value)).collect(),
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
