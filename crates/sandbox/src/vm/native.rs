//! Natives: functions and methods written in Rust. They never call Python code.
//!
//! A native gets its arguments, works on the heap and gives a value. When it meets something that only
//! Python code can do (a user's `__eq__`, `__hash__`, `__iter__`, `__repr__`, a key function), it returns
//! [`Raise::NeedsPython`] *before it has changed anything*, and the interpreter calls the native's slow
//! form instead: a function of the same parameters in the library written in Python (`library/builtins.py`).
//! Natives that take an iterable and use all of it declare so (`drains`): the interpreter turns an iterable
//! that runs Python code into a list first.

use super::raise::Res;
use super::state::Vm;
use crate::heap::{Sym, Type, Value};

/// Arguments of a native call.
#[derive(Debug, Clone, Copy)]
pub struct Args<'a> {
    /// Positional arguments; for methods the first is `self`.
    pub pos: &'a [Value],
    /// Keyword arguments.
    pub kw: &'a [(Sym, Value)],
}

/// What a native gives back.
#[derive(Debug, Clone)]
pub enum Flow {
    /// The call's value.
    Value(Value),
    /// Call this with these arguments; its value is the call's value (a tail call).
    Call(Value, Vec<Value>),
    /// Perform a request: the thread of execution is suspended, the answer is the call's value.
    Perform(super::request::Request),
}

/// A native's Rust function.
pub type NativeFn = fn(&mut Vm, Args<'_>) -> Res<Flow>;

/// A native's entry in the table.
#[derive(Debug, Clone, Copy)]
pub struct NativeDef {
    /// The class whose method it is; `None` for functions.
    pub owner: Option<Type>,
    /// Its Python name. Library-internal functions begin with `_kont_` and are seen by the library only.
    pub name: &'static str,
    /// The module it belongs to: `builtins`, `math`, ...
    pub module: &'static str,
    /// What it does.
    pub run: NativeFn,
    /// Bit i: positional argument i is an iterable that is used up.
    pub drains: u8,
    /// Its slow form: the name of a function in the library's `builtins`.
    pub slow: Option<&'static str>,
    /// Whether it is an attribute that is computed when it is asked for, not a method.
    pub getter: bool,
}

impl NativeDef {
    /// A built-in function.
    pub const fn function(name: &'static str, run: NativeFn) -> Self {
        Self {
            owner: None,
            name,
            module: "builtins",
            run,
            drains: 0,
            slow: None,
            getter: false,
        }
    }

    /// A function of a library module.
    pub const fn of_module(module: &'static str, name: &'static str, run: NativeFn) -> Self {
        Self {
            owner: None,
            name,
            module,
            run,
            drains: 0,
            slow: None,
            getter: false,
        }
    }

    /// A method of a built-in class. `__new__`-like construction (`int("5")`) is the method named `__new__`
    /// whose first argument is the class.
    pub const fn method(owner: Type, name: &'static str, run: NativeFn) -> Self {
        Self {
            owner: Some(owner),
            name,
            module: "builtins",
            run,
            drains: 0,
            slow: None,
            getter: false,
        }
    }

    /// Declares which positional arguments are iterables that are used up (bit 0 is the first; for methods that is `self`).
    pub const fn drains(mut self, bits: u8) -> Self {
        self.drains = bits;
        self
    }

    /// Declares the slow form.
    pub const fn slow(mut self, name: &'static str) -> Self {
        self.slow = Some(name);
        self
    }

    /// Declares it an attribute (`pattern.flags`): it runs when the attribute is asked for.
    pub const fn getter(mut self) -> Self {
        self.getter = true;
        self
    }
}
