//! The state of a run that every thread of execution shares: heap, loaded code, counters, output.

use super::import::ModuleState;
use super::known::Known;
use super::natives::Lookup;
use super::raise::{LimitExceeded, Raise, Res};
use super::unit::{Code, LoadedUnit, Table};
use super::watch::Watch;
use crate::compile::code::CodeRef;
use crate::heap::{
    Heap, Object, Ref, Sym, Symbols, Type, Value,
    attrs::Attrs,
    object::{Class, Exception},
    text::Text,
};
use std::sync::{Arc, OnceLock};

/// The shared state of a run. It is the machine's context: lent to each step.
#[derive(Debug)]
pub struct Vm {
    /// Objects.
    pub heap: Heap,
    /// Steps still allowed.
    pub steps_left: u64,
    /// The limit of steps, for messages.
    pub steps_limit: u64,
    /// What may end the run from outside.
    pub watch: Watch,
    /// With fewer steps left, it is looked at.
    look_at: u64,
    /// What was printed and not yet taken: standard output, standard error.
    pub output: [Vec<u8>; 2],
    /// Bytes that may still be printed.
    pub output_left: u64,
    /// The limit of output in bytes, for messages.
    pub output_limit: u64,
    /// Bytes that may still be copied between program and host.
    pub boundary_left: u64,
    /// The limit of those bytes, for messages.
    pub boundary_limit: u64,
    /// Loaded units: 0 is the program, then library modules in the order of their first use.
    pub units: Vec<LoadedUnit>,
    /// What the interpreter's loop reads of the units.
    pub(crate) table: Arc<Table>,
    /// Modules by number: `Object::Module`.
    pub modules: Vec<ModuleState>,
    /// Names of the host's functions, by number: `Object::HostFunction`.
    pub capabilities: Vec<CapabilityInfo>,
    /// The value of the last expression statement of the program.
    pub result: Value,
    /// How deep calls may nest, in frames.
    pub depth_limit: usize,
    /// When this many steps are left, the loop pauses: the end of a slice.
    pub pause_at: u64,
    /// An exception whose handler the host wants to know.
    pub watched: Option<Ref>,
    /// The line of the program's `except` that caught the watched exception, from 1.
    pub caught_at: Option<u32>,
    /// Where natives and built-in names are.
    pub(crate) lookup: Arc<Lookup>,
    /// How many callables stand for one another in the call under way.
    pub(crate) stands_for: u32,
    /// What look-ups in classes found.
    pub(crate) known: Known,
    /// Whether library code runs beneath the interpreter: no pause then.
    pub(crate) nested: u32,
}

/// What the interpreter knows of a function of the host.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CapabilityInfo {
    /// The name that programs call it by.
    pub name: String,
    /// Whether a call must be awaited.
    pub is_async: bool,
}

/// How the state of a run begins.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Steps allowed.
    pub steps: u64,
    /// Bytes of heap allowed.
    pub memory_bytes: usize,
    /// Bytes of output allowed.
    pub output_bytes: u64,
    /// Bytes allowed between program and host.
    pub boundary_bytes: u64,
    /// How deep calls may nest, in frames.
    pub depth_frames: usize,
    /// The key of string hashes.
    pub hash_key: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            steps: 2_000_000_000,
            memory_bytes: 256 << 20,
            output_bytes: 16 << 20,
            boundary_bytes: 256 << 20,
            depth_frames: 1000,
            hash_key: 0,
        }
    }
}

/// What is the same in every run, made once in a process.
struct Shared {
    symbols: Symbols,
    classes: Vec<Class>,
    lookup: Arc<Lookup>,
}

static SHARED: OnceLock<Shared> = OnceLock::new();

impl Shared {
    fn new() -> Self {
        let mut symbols = Symbols::known();
        let classes = Heap::builtin_classes(&mut symbols);
        let lookup = Arc::new(Lookup::new(&mut symbols));
        Self {
            symbols: symbols.share(),
            classes,
            lookup,
        }
    }
}

/// So many steps may pass between two looks at what is due: far less than a millisecond.
const CHECK_STEPS: u64 = 4096;

/// What is due at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// The step is paid.
    Nothing,
    /// Something that the loop's caller does; the step is not paid.
    Pause,
}

impl Vm {
    /// A state with nothing loaded.
    pub fn new(settings: &Settings) -> Self {
        let shared = SHARED.get_or_init(Shared::new);
        let heap = Heap::with(
            shared.symbols.clone(),
            &shared.classes,
            settings.memory_bytes,
            settings.hash_key,
        );
        let lookup = Arc::clone(&shared.lookup);
        Self {
            heap,
            steps_left: settings.steps,
            steps_limit: settings.steps,
            watch: Watch::default(),
            look_at: 0,
            output: [Vec::new(), Vec::new()],
            output_left: settings.output_bytes,
            output_limit: settings.output_bytes,
            boundary_left: settings.boundary_bytes,
            boundary_limit: settings.boundary_bytes,
            units: Vec::new(),
            table: Arc::default(),
            modules: Vec::new(),
            capabilities: Vec::new(),
            result: Value::None,
            depth_limit: settings.depth_frames,
            pause_at: 0,
            watched: None,
            caught_at: None,
            lookup,
            stands_for: 0,
            known: Known::default(),
            nested: 0,
        }
    }

    /// A state like this one, which shares with it only what neither can change. Cost: O(heap).
    pub(crate) fn fork(&self) -> Self {
        Self {
            heap: self.heap.clone(),
            watch: Watch::default(),
            output: self.output.clone(),
            units: self.units.clone(),
            table: self.fork_table(),
            modules: self.modules.clone(),
            capabilities: self.capabilities.clone(),
            lookup: Arc::clone(&self.lookup),
            known: Known::default(),
            ..*self
        }
    }

    /// Calls `see` with every value that the state holds outside of heap and threads.
    pub fn roots(&self, see: &mut dyn FnMut(Value)) {
        see(self.result);
        self.watched.iter().for_each(|r| see(Value::Ref(*r)));
        for unit in &self.units {
            unit.globals.iter().for_each(|v| see(*v));
            unit.consts.iter().flatten().for_each(|v| see(*v));
        }
        for module in &self.modules {
            see(Value::Ref(module.object));
            module.extra.iter().for_each(|(_, v)| see(v));
        }
    }

    /// The code that a reference means.
    pub(crate) fn code(&self, code: CodeRef) -> &Code {
        &self.table[code.unit.0 as usize].codes[code.index as usize]
    }

    /// A step that the loop's counter could not simply take: looks at everything that may be due.
    ///
    /// # Errors
    /// [`Raise::Limit`] if the steps are used up or the host interrupted the run.
    #[cold]
    pub(crate) fn step(&mut self, may_pause: bool) -> Res<Due> {
        if may_pause
            && self.nested == 0
            && self.steps_left > 0
            && (self.steps_left <= self.pause_at || self.heap.wants_collection())
        {
            return Ok(Due::Pause);
        }
        self.pay_and_look(1)?;
        let next = self.steps_left.saturating_sub(CHECK_STEPS);
        let pause = if self.nested == 0 { self.pause_at } else { 0 };
        self.heap.check_at = if pause < self.steps_left {
            next.max(pause)
        } else {
            next
        };
        Ok(Due::Nothing)
    }

    /// Pays for work before it is done: natives whose cost depends on data call it with about one step per 64
    /// bytes or 8 elements.
    ///
    /// # Errors
    /// [`Raise::Limit`] if the steps are used up or the host interrupted the run.
    pub fn pay(&mut self, steps: u64) -> Res<()> {
        match self.steps_left.checked_sub(steps) {
            Some(left) if left >= self.look_at => {
                self.steps_left = left;
                Ok(())
            }
            _ => self.pay_and_look(steps),
        }
    }

    #[cold]
    fn pay_and_look(&mut self, steps: u64) -> Res<()> {
        self.look(steps)?;
        self.steps_left -= steps;
        self.look_at = self.steps_left.saturating_sub(CHECK_STEPS);
        Ok(())
    }

    /// Looks at what may end the run, before so many more steps of work. Long work does so in its middle, too.
    ///
    /// # Errors
    /// [`Raise::Limit`] if there are not so many steps left, the host interrupted the run, or its time is up.
    #[cold]
    pub(crate) fn look(&self, steps: u64) -> Res<()> {
        let used = self.steps_limit - self.steps_left;
        let limit = if self.watch.is_interrupted() {
            // The host's will, not a number, has ended it: only the steps used are told.
            LimitExceeded {
                kind: "interrupted".into(),
                limit: 0,
                used,
            }
        } else if steps > self.steps_left {
            LimitExceeded {
                kind: "steps".into(),
                limit: self.steps_limit,
                used: used.saturating_add(steps),
            }
        } else if let Some(late) = self.watch.late(steps) {
            late
        } else {
            return Ok(());
        };
        Err(Raise::Limit(limit))
    }

    /// Accounts for bytes about to be copied between program and host, and pays for the copy.
    ///
    /// # Errors
    /// [`Raise::Limit`] if no more may be copied.
    pub fn cross(&mut self, bytes: u64) -> Res<()> {
        if bytes > self.boundary_left {
            let used = (self.boundary_limit - self.boundary_left).saturating_add(bytes);
            return Err(Raise::Limit(LimitExceeded {
                kind: "boundary_bytes".into(),
                limit: self.boundary_limit,
                used,
            }));
        }
        self.boundary_left -= bytes;
        self.pay(bytes / 64)
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

    /// Does something while bytes are held that no object accounts for.
    ///
    /// # Errors
    /// [`Raise::Limit`] if memory is used up; what `work` gives.
    pub(crate) fn holding<T>(
        &mut self,
        bytes: usize,
        work: impl FnOnce(&mut Self) -> Res<T>,
    ) -> Res<T> {
        self.heap.charge(bytes)?;
        let done = work(self);
        self.heap.refund(bytes);
        done
    }

    /// A new string value.
    pub fn new_str(&mut self, text: impl Into<Text>) -> Res<Value> {
        let text = text.into();
        if let Text::Short(s) = &text
            && let [byte @ 0..128] = *s.as_bytes()
        {
            return self.new_single(byte);
        }
        self.alloc(Object::Str(text)).map(Value::Ref)
    }

    /// The string of one character.
    pub fn new_char(&mut self, c: char) -> Res<Value> {
        match u8::try_from(c) {
            Ok(byte @ 0..128) => self.new_single(byte),
            _ => self.new_str(c.encode_utf8(&mut [0; 4])),
        }
    }

    /// The one string of an ASCII character.
    #[inline]
    pub(crate) fn new_single(&mut self, byte: u8) -> Res<Value> {
        if let Some(r) = self.heap.single(byte) {
            return Ok(Value::Ref(r));
        }
        let text = char::from(byte).encode_utf8(&mut [0; 4]).into();
        let r = self.alloc(Object::Str(text))?;
        self.heap.keep_single(byte, r);
        Ok(Value::Ref(r))
    }

    /// The decimal digits of an integer.
    pub(crate) fn int_text(&mut self, i: i64) -> Res<Value> {
        match i {
            0..=9 => self.new_single(b'0' + i as u8),
            _ => self.alloc(Object::Str(Text::of_int(i))).map(Value::Ref),
        }
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
        let message: Box<str> = message.into();
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

    /// The symbol of a name that is no text of the program: of those see [`Heap::name_of`].
    pub fn sym(&mut self, name: &str) -> Sym {
        match self.heap.name_of(name) {
            Ok(sym) => sym,
            // A name of the interpreter's own; what comes next does not fit.
            Err(_) => self.heap.symbols.intern(name),
        }
    }
}
