//! What becomes of a returned value before its caller gets it: the steps of protocols that go on after Python code ran.

use crate::compile::op::{BinOp, CmpOp};
use crate::heap::{NativeId, Ref, Sym, Value};
use serde::{Deserialize, Serialize};

/// One step of a protocol. It sees the value or the exception with which a frame ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum After {
    /// `__init__` gives None; the instance is the value.
    Init(Value),
    /// `__new__` gave an object: if it is an instance of the class, `__init__` follows.
    New(Box<NewCall>),
    /// A built-in value becomes an instance of a subclass.
    Wrap(Ref),
    /// A built-in value becomes the content of an instance of a subclass or of the built-in class itself.
    Refill(Value),
    /// The value is this one, whatever came.
    Constant(Value),
    /// `__bool__` gave it: it must be a bool.
    Bool,
    /// `__len__` gave it: it must be an int that is not negative.
    Length,
    /// `__len__` gave it: its truth is the value.
    LengthTruth,
    /// Its truth is the value.
    Truth,
    /// The opposite of its truth is the value.
    Negate,
    /// `__iter__` gave it: it must be an iterator.
    Iterator,
    /// An operator method gave it: `NotImplemented` means that the next candidate is asked.
    Binary {
        /// The operator.
        op: BinOp,
        /// Whether it is the form with `=`.
        in_place: bool,
        /// Left operand.
        a: Value,
        /// Right operand.
        b: Value,
        /// Candidates left: methods with receiver and argument.
        rest: Vec<(Value, Value, Value)>,
    },
    /// The same for comparisons.
    Compare {
        /// The comparison.
        op: CmpOp,
        /// Left operand.
        a: Value,
        /// Right operand.
        b: Value,
        /// Candidates left.
        rest: Vec<(Value, Value, Value)>,
    },
    /// An iterable became a list: the native goes on with it.
    Drain(Box<NativeCall>, u8),
    /// An exception class was called: its instance is raised, with this cause (`Unbound`: none was given).
    Raise(Value),
    /// The class of a cause was called: this exception is raised with it.
    RaiseFrom(Value),
    /// A class body ended: the class is made.
    Class(Box<ClassBuild>),
    /// An attribute was asked for: after an `AttributeError`, `__getattr__` is.
    AttributeFallback(Value, Sym),
    /// An attribute was asked for: an `AttributeError` gives this value instead.
    AttributeDefault(Value),
    /// `hasattr`: a value gives True, an `AttributeError` False.
    HasAttribute,
    /// `next(it, default)`: `StopIteration` gives the default.
    NextDefault(Value),
    /// `close()`: the generator must end now.
    Close,
    /// `send` on a coroutine: its value ends it with `StopIteration`.
    CoroutineEnd,
    /// A descriptor or attribute gave a callable: it is called with the arguments.
    Call(Vec<Value>, Vec<(Sym, Value)>),
    /// A body of a library module ended: the module is the value.
    Module(u32),
    /// What is given is awaited.
    Await,
    /// `__await__` gave it: the iterator is run to its end.
    AwaitIterator,
    /// This exception is raised, whatever came.
    Throw(Value),
}

/// A construction under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewCall {
    /// The class.
    pub class: Ref,
    /// Positional arguments.
    pub args: Vec<Value>,
    /// Keyword arguments.
    pub kwargs: Vec<(Sym, Value)>,
}

/// A call of a native that waits for its arguments.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NativeCall {
    /// The native.
    pub native: NativeId,
    /// Positional arguments.
    pub args: Vec<Value>,
    /// Keyword arguments.
    pub kwargs: Vec<(Sym, Value)>,
}

/// A class whose body runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClassBuild {
    /// Its name.
    pub name: Sym,
    /// The function of its body.
    pub body: Value,
    /// Its bases.
    pub bases: Vec<Ref>,
    /// Its names.
    pub namespace: Ref,
    /// Keyword arguments but `metaclass`.
    pub kwargs: Vec<(Sym, Value)>,
    /// Bases as they were written, if they were not all classes.
    pub original_bases: Value,
    /// Whether its metaclass is `ABCMeta`.
    pub is_abstract: bool,
}

impl After {
    /// Calls `see` with every value it holds.
    pub fn children(&self, see: &mut dyn FnMut(Value)) {
        let mut all = |args: &[Value], kwargs: &[(Sym, Value)]| {
            args.iter().for_each(|v| see(*v));
            kwargs.iter().for_each(|(_, v)| see(*v));
        };
        match self {
            Self::Bool
            | Self::Length
            | Self::LengthTruth
            | Self::Truth
            | Self::Negate
            | Self::Iterator
            | Self::HasAttribute
            | Self::Close
            | Self::CoroutineEnd
            | Self::Module(_)
            | Self::Await
            | Self::AwaitIterator => {}
            Self::Init(v)
            | Self::Refill(v)
            | Self::Constant(v)
            | Self::Raise(v)
            | Self::RaiseFrom(v)
            | Self::Throw(v)
            | Self::AttributeFallback(v, _)
            | Self::AttributeDefault(v)
            | Self::NextDefault(v) => see(*v),
            Self::Wrap(class) => see(Value::Ref(*class)),
            Self::New(call) => {
                all(&call.args, &call.kwargs);
                see(Value::Ref(call.class));
            }
            Self::Drain(call, _) => all(&call.args, &call.kwargs),
            Self::Call(args, kwargs) => all(args, kwargs),
            Self::Binary { a, b, rest, .. } | Self::Compare { a, b, rest, .. } => {
                all(&[*a, *b], &[]);
                for (f, x, y) in rest {
                    see(*f);
                    see(*x);
                    see(*y);
                }
            }
            Self::Class(build) => {
                all(&[build.body, build.original_bases], &build.kwargs);
                build.bases.iter().for_each(|r| see(Value::Ref(*r)));
                see(Value::Ref(build.namespace));
            }
        }
    }
}
