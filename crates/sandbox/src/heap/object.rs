//! Objects: what a heap slot holds. No pointers, no host objects: a heap is its own bytes.

use super::{
    attrs::Attrs,
    dict::Dict,
    set::Set,
    sym::Sym,
    text::{Buffer, Text},
    types::Type,
    value::{Ref, Value},
};
use crate::compile::code::CodeRef;
use crate::vm::frame::Saved;
use num_bigint::BigInt;
use serde::{Deserialize, Serialize};

/// A heap object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Object {
    /// A free slot; the number of the next free one, or `u32::MAX`.
    Free(u32),
    /// `str`.
    Str(Text),
    /// What strings are starts of: never a value itself.
    Buffer(Box<Buffer>),
    /// `bytes`.
    Bytes(Box<[u8]>),
    /// An `int` outside of 64 bits.
    BigInt(Box<BigInt>),
    /// `list`.
    List(Vec<Value>),
    /// `tuple`.
    Tuple(Box<[Value]>),
    /// `dict`.
    Dict(Box<Dict>),
    /// `set` or `frozenset`.
    Set(Box<Set>),
    /// `range`, its three numbers (each fits 64 bits; larger ranges are refused).
    Range(Box<[i64; 3]>),
    /// `slice`: start, stop, step.
    Slice(Box<[Value; 3]>),
    /// A variable shared by closures.
    Cell(Value),
    /// A function written in Python.
    Function(Box<Function>),
    /// A function with its first argument.
    Method {
        /// What is called.
        func: Value,
        /// The first argument.
        this: Value,
    },
    /// A class.
    Class(ClassBox),
    /// An instance of a class written in Python.
    Instance(Box<Instance>),
    /// An exception, of a built-in or an own class.
    Exception(Box<Exception>),
    /// A generator, coroutine or asynchronous generator.
    Generator(Box<Generator>),
    /// An iterator of the interpreter itself.
    Iter(Box<Iter>),
    /// `property`: getter, setter, deleter, doc.
    Property(Box<[Value; 4]>),
    /// `classmethod`.
    ClassMethod(Value),
    /// `staticmethod`.
    StaticMethod(Value),
    /// `super(class, object)`.
    Super {
        /// The class after which the search starts.
        class: Ref,
        /// The instance, or the class for class methods.
        this: Value,
    },
    /// A loaded module: its number in the run's table.
    Module(u32),
    /// A view of a dict.
    DictView {
        /// The dict.
        dict: Ref,
        /// Which view.
        kind: ViewKind,
    },
    /// The names of a class body while it runs.
    Namespace(Box<Attrs>),
    /// `mappingproxy`: the read-only `__dict__` of a class.
    MappingProxy(Ref),
    /// A tool that the host granted: its number in the run's table of capabilities.
    HostFunction(u32),
    /// A call of an asynchronous tool that was not awaited yet. `None` after it was.
    HostCall(Option<Box<HostCall>>),
    /// A compiled regular expression.
    Pattern(Box<Pattern>),
    /// A match of a regular expression.
    Match(Box<Match>),
    /// `list[int]`, `int | None`: something that only annotations use: origin and arguments.
    Alias {
        /// The generic class, or `types.UnionType`.
        origin: Value,
        /// Its arguments, a tuple.
        args: Ref,
    },
    /// A traceback as a program may hold it.
    Traceback(Box<[TracebackEntry]>),
}

/// A function written in Python.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Function {
    /// Its code.
    pub code: CodeRef,
    /// `__name__`.
    pub name: Sym,
    /// `__qualname__`.
    pub qualname: Sym,
    /// Defaults of the last positional parameters.
    pub defaults: Box<[Value]>,
    /// Defaults of keyword-only parameters, in their order; `Unbound` where there is none.
    pub kw_defaults: Box<[Value]>,
    /// The cells of its free variables, in the order of `Code::free`.
    pub closure: Box<[Ref]>,
    /// `__doc__` and what a program sets on it.
    pub attrs: Attrs,
}

/// A class.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Class {
    /// `__name__`.
    pub name: Sym,
    /// Direct bases.
    pub bases: Vec<Ref>,
    /// The method resolution order, itself first (C3).
    pub mro: Vec<Ref>,
    /// The class's own attributes. Methods of built-in classes are in the table of natives instead.
    pub attrs: Attrs,
    /// The built-in class whose representation instances have: `Object` for plain ones, `Exception`
    /// (any exception) for exceptions, `Dict`, `List`, `Str`, `Int`, ... for subclasses of these.
    #[serde(with = "type_number")]
    pub layout: Type,
    /// What special methods written in Python the class has, own or inherited: bits of `Dunder`.
    pub dunders: u32,
}

/// Where a class is: the built-in ones are the same object in all runs of a process.
#[derive(Debug, Clone)]
pub enum ClassBox {
    /// A built-in class.
    Builtin(&'static Class),
    /// A class of this run.
    Own(Box<Class>),
}

impl std::ops::Deref for ClassBox {
    type Target = Class;

    fn deref(&self) -> &Class {
        match self {
            Self::Builtin(class) => class,
            Self::Own(class) => class,
        }
    }
}

impl ClassBox {
    /// The class to change, which makes it this run's own.
    pub fn to_mut(&mut self) -> &mut Class {
        if let Self::Builtin(class) = self {
            *self = Self::Own(Box::new(class.clone()));
        }
        match self {
            Self::Own(class) => class,
            Self::Builtin(_) => unreachable!("it was made this run's own above"),
        }
    }
}

impl Serialize for ClassBox {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Class::serialize(self, to)
    }
}

impl<'de> Deserialize<'de> for ClassBox {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Class::deserialize(from).map(|class| Self::Own(Box::new(class)))
    }
}

/// Bits of [`Class::dunders`]: what the fast paths must not overlook.
pub mod dunder {
    #![expect(missing_docs, reason = "each bit is named after its method")]
    pub const EQ: u32 = 1;
    pub const HASH: u32 = 1 << 1;
    pub const BOOL_OR_LEN: u32 = 1 << 2;
    pub const REPR: u32 = 1 << 3;
    pub const STR: u32 = 1 << 4;
    pub const GETATTR: u32 = 1 << 5;
    pub const GETATTRIBUTE: u32 = 1 << 6;
    pub const SETATTR: u32 = 1 << 7;
    pub const NEW: u32 = 1 << 8;
    pub const INIT: u32 = 1 << 9;
    pub const ORDER: u32 = 1 << 10;
    pub const ITER: u32 = 1 << 11;
    pub const DATA_DESCRIPTOR: u32 = 1 << 12;
    pub const UNHASHABLE: u32 = 1 << 13;
    pub const FORMAT: u32 = 1 << 14;
    pub const ITEM: u32 = 1 << 15;
    pub const SLOTS: u32 = 1 << 16;
    pub const ABSTRACT: u32 = 1 << 17;
}

mod type_number {
    use super::Type;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(t: &Type, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u32(*t as u32)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Type, D::Error> {
        let n = u32::deserialize(d)?;
        Type::ALL
            .get(n as usize)
            .copied()
            .ok_or_else(|| D::Error::custom("unknown built-in class"))
    }
}

/// An instance of a class written in Python.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Instance {
    /// Its class.
    pub class: Ref,
    /// Its attributes.
    pub attrs: Attrs,
    /// The built-in value inside, for subclasses of `dict`, `list`, `str`, `int`, ...; else `Unbound`.
    pub native: Value,
}

/// An exception.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exception {
    /// Its class.
    pub class: Ref,
    /// `args`, a tuple.
    pub args: Ref,
    /// `__cause__`.
    pub cause: Value,
    /// `__context__`.
    pub context: Value,
    /// `__suppress_context__`.
    pub suppress_context: bool,
    /// Other attributes, `value` of `StopIteration` and `__notes__` among them.
    pub attrs: Attrs,
    /// Where it passed, innermost first.
    pub traceback: Vec<TracebackEntry>,
}

/// One place that an exception passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracebackEntry {
    /// The code.
    pub code: CodeRef,
    /// The instruction.
    pub pc: u32,
}

/// What kind of suspended function a [`Generator`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GeneratorKind {
    /// `def` with `yield`.
    Generator,
    /// `async def`.
    Coroutine,
    /// `async def` with `yield`.
    AsyncGenerator,
}

/// The one state machine of generators, coroutines and asynchronous generators.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Generator {
    /// Which kind.
    pub kind: GeneratorKind,
    /// `__name__`.
    pub name: Sym,
    /// Where it is in its life.
    pub state: GeneratorState,
    /// While it runs, where its frame was: it goes back there when it yields.
    #[serde(skip)]
    pub place: Option<Box<Saved>>,
}

/// The life of a generator. The frame is owned here while it is suspended, and moved out to run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum GeneratorState {
    /// Not started.
    Created(Box<Saved>),
    /// On a thread of execution now.
    Running,
    /// At a `yield`.
    Suspended(Box<Saved>),
    /// Ended.
    Finished,
}

/// Which view of a dict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ViewKind {
    /// `keys()`.
    Keys,
    /// `values()`.
    Values,
    /// `items()`.
    Items,
}

/// Iterators that the interpreter runs without Python code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Iter {
    /// Of a list: the list and the next index; an exhausted one stays so.
    List(Ref, usize),
    /// Of a tuple.
    Tuple(Ref, usize),
    /// Of a string: the next byte offset.
    Str(Ref, usize),
    /// Of bytes.
    Bytes(Ref, usize),
    /// Of a range: next, step, how many are left.
    Range(i64, i64, u64),
    /// Of a dict or a view: dict, next entry, number of live entries at the start, what to give.
    Dict(Ref, usize, usize, ViewKind),
    /// Of a set: set, next table position, size at the start.
    Set(Ref, usize, usize),
    /// `reversed` of a list: the list and the number of items left.
    ListReversed(Ref, usize),
    /// `reversed` of a dict or a view.
    DictReversed(Ref, usize, usize, ViewKind),
    /// `enumerate` over an iterator of the interpreter: the iterator and the next number.
    Enumerate(Ref, i64),
    /// `zip` over iterators of the interpreter, and whether it is strict.
    Zip(Box<[Ref]>, bool),
    /// Values that were all there when it was made (`re.finditer`, `reversed(tuple)`), and the next index.
    Values(Box<[Value]>, usize),
    /// At its end.
    Done,
}

/// A call of a tool, ready to be performed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HostCall {
    /// The tool's number.
    pub tool: u32,
    /// Positional arguments.
    pub args: Box<[Value]>,
    /// Keyword arguments.
    pub kwargs: Box<[(Sym, Value)]>,
}

/// A compiled regular expression: what it was made from. The program is compiled again after a load.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pattern {
    /// The pattern as a value (`str` or `bytes`).
    pub source: Value,
    /// `re` flags.
    pub flags: u32,
    /// The program, shared; empty after a load until first use.
    #[serde(skip)]
    pub program: std::cell::OnceCell<std::sync::Arc<crate::modules::re::Program>>,
}

/// A match of a regular expression.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Match {
    /// The pattern.
    pub pattern: Ref,
    /// The string.
    pub subject: Ref,
    /// Start and end of each group in bytes; group 0 is the whole match.
    pub spans: Box<[Option<(u32, u32)>]>,
    /// Number of the last group that matched, if any.
    pub last_group: Option<u32>,
    /// Where the search began and ended, in characters.
    pub range: (u32, u32),
}
