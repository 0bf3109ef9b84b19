//! The state of a run that every thread of execution shares: heap, loaded code, counters, output.

use super::raise::{LimitExceeded, Raise, Res};
use crate::heap::{
    Heap, Object, Ref, Sym, Type, Value,
    attrs::Attrs,
    object::{Exception, Str},
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The shared state of a run. It is the machine's context: lent to each step.
#[derive(Debug)]
pub struct Vm {
    /// Objects.
    pub heap: Heap,
    /// Steps still allowed.
    pub steps_left: u64,
    /// The limit of steps, for messages.
    pub steps_limit: u64,
    /// Set by the host to end a run from outside.
    pub interrupted: Arc<AtomicBool>,
    /// What was printed and not yet taken: standard output, standard error.
    pub output: [Vec<u8>; 2],
    /// Bytes that may still be printed.
    pub output_left: u64,
    /// The limit of output in bytes, for messages.
    pub output_limit: u64,
}

impl Vm {
    /// Pays for work before it is done: natives whose cost depends on data call it with about one step per 64
    /// bytes or 8 elements.
    ///
    /// # Errors
    /// [`Raise::Limit`] if the steps are used up or the host interrupted the run.
    pub fn pay(&mut self, steps: u64) -> Res<()> {
        if steps > self.steps_left || self.interrupted.load(Ordering::Relaxed) {
            return Err(self.out_of_steps(steps));
        }
        self.steps_left -= steps;
        Ok(())
    }

    #[cold]
    fn out_of_steps(&self, steps: u64) -> Raise {
        let used = (self.steps_limit - self.steps_left).saturating_add(steps);
        Raise::Limit(LimitExceeded {
            kind: "steps".into(),
            limit: self.steps_limit,
            used,
        })
    }

    /// Allocates an object after charging its bytes.
    ///
    /// # Errors
    /// [`Raise::Limit`] if memory is used up.
    pub fn alloc(&mut self, object: Object) -> Res<Ref> {
        self.heap
            .charge(crate::heap::store::object_bytes(&object))?;
        Ok(self.heap.alloc(object))
    }

    /// A new string value.
    pub fn new_str(&mut self, text: impl Into<Box<str>>) -> Res<Value> {
        self.alloc(Object::Str(Str::new(text))).map(Value::Ref)
    }

    /// A new list value.
    pub fn new_list(&mut self, items: Vec<Value>) -> Res<Value> {
        self.alloc(Object::List(items)).map(Value::Ref)
    }

    /// A new tuple value.
    pub fn new_tuple(&mut self, items: impl Into<Box<[Value]>>) -> Res<Value> {
        self.alloc(Object::Tuple(items.into())).map(Value::Ref)
    }

    /// An integer value of any size.
    pub fn new_int(&mut self, i: num_bigint::BigInt) -> Res<Value> {
        match i64::try_from(&i) {
            Ok(small) => Ok(Value::Int(small)),
            Err(_) => self.alloc(Object::BigInt(Box::new(i))).map(Value::Ref),
        }
    }

    /// An exception of a built-in class with one message argument, ready to be returned as an error.
    pub fn exception(&mut self, class: Type, message: impl Into<Box<str>>) -> Raise {
        let made = self
            .new_str(message)
            .and_then(|message| self.new_exception(class.r(), &[message]));
        match made {
            Ok(exc) => Raise::Exception(exc),
            Err(raise) => raise,
        }
    }

    /// A new exception object.
    pub fn new_exception(&mut self, class: Ref, args: &[Value]) -> Res<Value> {
        let Value::Ref(args) = self.new_tuple(args)? else {
            unreachable!("tuples are on the heap")
        };
        let exception = Exception {
            class,
            args,
            cause: Value::None,
            context: Value::None,
            suppress_context: false,
            attrs: Attrs::default(),
            traceback: Vec::new(),
        };
        self.alloc(Object::Exception(Box::new(exception)))
            .map(Value::Ref)
    }

    /// A `TypeError`.
    pub fn type_error(&mut self, message: impl Into<Box<str>>) -> Raise {
        self.exception(Type::TypeError, message)
    }

    /// A `ValueError`.
    pub fn value_error(&mut self, message: impl Into<Box<str>>) -> Raise {
        self.exception(Type::ValueError, message)
    }

    /// The class of a value.
    pub fn class_of(&self, v: Value) -> Ref {
        crate::objects::class_of(&self.heap, v)
    }

    /// The name of a value's class, as messages give it.
    pub fn type_name(&self, v: Value) -> &str {
        self.heap.name(self.heap.class(self.class_of(v)).name)
    }

    /// The symbol of a name.
    pub fn sym(&mut self, name: &str) -> Sym {
        self.heap.symbols.intern(name)
    }
}
