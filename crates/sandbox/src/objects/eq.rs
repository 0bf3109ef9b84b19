//! Equality of values.

use super::compare::Look;
use crate::heap::Value;
use crate::vm::raise::Res;
use crate::vm::state::Vm;

/// `a == b` as a truth value.
///
/// # Errors
/// [`crate::vm::raise::Raise::NeedsPython`] if a user's `__eq__` has to decide.
pub(crate) fn eq(vm: &mut Vm, a: Value, b: Value) -> Res<bool> {
    let look = Look::new(vm);
    let found = look.eq(a, b, 0);
    let cost = look.cost();
    vm.settle(cost, found)
}
