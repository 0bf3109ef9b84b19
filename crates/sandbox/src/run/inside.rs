//! What a run needs of the interpreter's state, and the interpreter itself does not.

use crate::compile::code::{Unit, UnitId};
use crate::heap::{NativeId, Object, Type, Value};
use crate::vm::natives::natives;
use crate::vm::state::Vm;
use crate::vm::thread::Thread;
use crate::vm::unit::LoadedUnit;
use std::sync::Arc;

impl Vm {
    /// Calls `see` with every value that a thread holds.
    pub(super) fn thread_roots(&self, thread: &Thread, see: &mut dyn FnMut(Value)) {
        thread.roots(|frame| usize::from(self.code(frame.code).registers), see);
    }

    /// Whether the table of natives has this number.
    pub(super) fn has_native(&self, id: NativeId) -> bool {
        (id.0 as usize) < natives().len()
    }

    /// Puts a unit back whose module has run already.
    pub(super) fn restore_unit(
        &mut self,
        unit: Arc<Unit>,
        consts: Vec<Vec<Value>>,
        home: UnitId,
        globals: Vec<Value>,
    ) {
        self.units.push(LoadedUnit {
            unit,
            consts,
            home,
            globals,
        });
    }

    /// The failure that the program was given last: it will be known where it is caught.
    pub(super) fn watch(&mut self, exception: Value) {
        self.watched = exception.as_ref();
        self.caught_at = None;
    }

    /// Where that failure was caught, if it was: the line of the `except`.
    pub(super) fn caught_at(&self) -> Option<u32> {
        self.caught_at
    }

    /// The exit status that an exception asks for, and what it says to standard error: `SystemExit` alone does.
    pub(super) fn exit_request(&mut self, exception: Value) -> Option<(u8, String)> {
        let Value::Ref(r) = exception else {
            return None;
        };
        let Object::Exception(e) = self.heap.get(r) else {
            return None;
        };
        if !self.heap.class(e.class).mro.contains(&Type::SystemExit.r()) {
            return None;
        }
        Some(match self.heap.tuple(e.args).first().copied() {
            None | Some(Value::None) => (0, String::new()),
            Some(Value::Bool(b)) => (u8::from(b), String::new()),
            Some(Value::Int(n)) => ((n & 0xff) as u8, String::new()),
            Some(other) => (1, self.text_of(other) + "\n"),
        })
    }
}
