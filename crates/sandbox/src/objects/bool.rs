//! `bool`: construction.

use super::{args, ops};
use crate::heap::{Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::Res;
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] =
    &[NativeDef::method(Type::Bool, "__new__", new).slow("slow_bool_new")];

fn new(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let [_, v] = args::between(vm, args, "bool.", 1)?;
    let truth = !v.is_unbound() && ops::truth(vm, v)?;
    Ok(Flow::Value(Value::Bool(truth)))
}
