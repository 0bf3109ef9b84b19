//! The built-in classes. Each has a fixed heap slot, so that it needs no look-up and no snapshot.

use super::value::{Ref, Value};

macro_rules! builtin_types {
    ($($variant:ident = $name:expr, $base:ident;)*) => {
        /// A built-in class. The number is the heap slot of its class object.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u32)]
        #[expect(missing_docs, reason = "each variant is named after its Python class")]
        pub enum Type { $($variant),* }

        impl Type {
            /// Every built-in class in the order of slots.
            pub const ALL: &[Type] = &[$(Type::$variant),*];

            /// The class's Python name.
            pub fn name(self) -> &'static str {
                match self { $(Type::$variant => $name),* }
            }

            /// The class's base. `object` is its own.
            pub fn base(self) -> Type {
                match self { $(Type::$variant => Type::$base),* }
            }
        }
    };
}

builtin_types! {
    Object = "object", Object;
    Type = "type", Object;
    NoneType = "NoneType", Object;
    EllipsisType = "ellipsis", Object;
    NotImplementedType = "NotImplementedType", Object;
    Int = "int", Object;
    Bool = "bool", Int;
    Float = "float", Object;
    Str = "str", Object;
    Bytes = "bytes", Object;
    List = "list", Object;
    Tuple = "tuple", Object;
    Dict = "dict", Object;
    Set = "set", Object;
    FrozenSet = "frozenset", Object;
    Range = "range", Object;
    Slice = "slice", Object;
    Function = "function", Object;
    Method = "method", Object;
    NativeFunction = "builtin_function_or_method", Object;
    Generator = "generator", Object;
    Coroutine = "coroutine", Object;
    AsyncGenerator = "async_generator", Object;
    Module = "module", Object;
    Property = "property", Object;
    ClassMethod = "classmethod", Object;
    StaticMethod = "staticmethod", Object;
    Super = "super", Object;
    Cell = "cell", Object;
    DictKeys = "dict_keys", Object;
    DictValues = "dict_values", Object;
    DictItems = "dict_items", Object;
    MappingProxy = "mappingproxy", Object;
    ListIterator = "list_iterator", Object;
    TupleIterator = "tuple_iterator", Object;
    StrIterator = "str_iterator", Object;
    BytesIterator = "bytes_iterator", Object;
    RangeIterator = "range_iterator", Object;
    DictKeyIterator = "dict_keyiterator", Object;
    DictValueIterator = "dict_valueiterator", Object;
    DictItemIterator = "dict_itemiterator", Object;
    SetIterator = "set_iterator", Object;
    Enumerate = "enumerate", Object;
    Zip = "zip", Object;
    Reversed = "reversed", Object;
    Pattern = "Pattern", Object;
    Match = "Match", Object;
    Union = "Union", Object;
    GenericAlias = "GenericAlias", Object;
    Traceback = "traceback", Object;
    HostFunction = "host_function", Object;
    HostCall = "coroutine", Object;
    BaseException = "BaseException", Object;
    Exception = "Exception", BaseException;
    BaseExceptionGroup = "BaseExceptionGroup", BaseException;
    ExceptionGroup = "ExceptionGroup", Exception;
    GeneratorExit = "GeneratorExit", BaseException;
    KeyboardInterrupt = "KeyboardInterrupt", BaseException;
    SystemExit = "SystemExit", BaseException;
    ArithmeticError = "ArithmeticError", Exception;
    FloatingPointError = "FloatingPointError", ArithmeticError;
    OverflowError = "OverflowError", ArithmeticError;
    ZeroDivisionError = "ZeroDivisionError", ArithmeticError;
    AssertionError = "AssertionError", Exception;
    AttributeError = "AttributeError", Exception;
    BufferError = "BufferError", Exception;
    EOFError = "EOFError", Exception;
    ImportError = "ImportError", Exception;
    ModuleNotFoundError = "ModuleNotFoundError", ImportError;
    LookupError = "LookupError", Exception;
    IndexError = "IndexError", LookupError;
    KeyError = "KeyError", LookupError;
    MemoryError = "MemoryError", Exception;
    NameError = "NameError", Exception;
    UnboundLocalError = "UnboundLocalError", NameError;
    OSError = "OSError", Exception;
    BlockingIOError = "BlockingIOError", OSError;
    ChildProcessError = "ChildProcessError", OSError;
    ConnectionError = "ConnectionError", OSError;
    BrokenPipeError = "BrokenPipeError", ConnectionError;
    ConnectionAbortedError = "ConnectionAbortedError", ConnectionError;
    ConnectionRefusedError = "ConnectionRefusedError", ConnectionError;
    ConnectionResetError = "ConnectionResetError", ConnectionError;
    FileExistsError = "FileExistsError", OSError;
    FileNotFoundError = "FileNotFoundError", OSError;
    InterruptedError = "InterruptedError", OSError;
    IsADirectoryError = "IsADirectoryError", OSError;
    NotADirectoryError = "NotADirectoryError", OSError;
    PermissionError = "PermissionError", OSError;
    ProcessLookupError = "ProcessLookupError", OSError;
    TimeoutError = "TimeoutError", OSError;
    ReferenceError = "ReferenceError", Exception;
    RuntimeError = "RuntimeError", Exception;
    NotImplementedError = "NotImplementedError", RuntimeError;
    RecursionError = "RecursionError", RuntimeError;
    StopIteration = "StopIteration", Exception;
    StopAsyncIteration = "StopAsyncIteration", Exception;
    SyntaxError = "SyntaxError", Exception;
    IndentationError = "IndentationError", SyntaxError;
    SystemError = "SystemError", Exception;
    TypeError = "TypeError", Exception;
    ValueError = "ValueError", Exception;
    UnicodeError = "UnicodeError", ValueError;
    UnicodeDecodeError = "UnicodeDecodeError", UnicodeError;
    UnicodeEncodeError = "UnicodeEncodeError", UnicodeError;
    Warning = "Warning", Exception;
    DeprecationWarning = "DeprecationWarning", Warning;
    RuntimeWarning = "RuntimeWarning", Warning;
    UserWarning = "UserWarning", Warning;
    FutureWarning = "FutureWarning", Warning;
    WorkerKilled = "WorkerKilled", Exception;
    PatternError = "PatternError", Exception;
    JSONDecodeError = "JSONDecodeError", ValueError;
}

impl Type {
    /// The handle of the class object.
    pub fn r(self) -> Ref {
        Ref(self as u32)
    }

    /// The class object as a value.
    pub fn value(self) -> Value {
        Value::Ref(self.r())
    }

    /// The built-in class that a handle names, if it names one.
    pub fn of_ref(r: Ref) -> Option<Type> {
        Self::ALL.get(r.0 as usize).copied()
    }
}
