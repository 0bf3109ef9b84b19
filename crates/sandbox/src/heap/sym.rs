//! Symbols: interned names. A name is compared and hashed as one number.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An interned name. The first [`KNOWN`] symbols are the same in every run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sym(pub u32);

/// The table of names of one run. Names are never removed.
///
/// What every run knows (names of natives, built-in classes) is one table that all runs share: see [`Symbols::share`].
#[derive(Debug, Clone, Default)]
pub struct Symbols {
    shared: Arc<Names>,
    own: Names,
}

/// Names by number and numbers by name.
#[derive(Debug, Clone, Default)]
struct Names {
    names: Vec<Arc<str>>,
    index: FxHashMap<Arc<str>, Sym>,
    bytes: usize,
}

macro_rules! known_symbols {
    ($($konst:ident = $text:expr),* $(,)?) => {
        /// Names that the interpreter itself uses, in the order of their numbers.
        pub const KNOWN: &[&str] = &[$($text),*];
        known_symbols!(@each 0u32; $($konst)*);
    };
    (@each $n:expr; $head:ident $($rest:ident)*) => {
        pub const $head: Sym = Sym($n);
        known_symbols!(@each $n + 1; $($rest)*);
    };
    (@each $n:expr;) => {};
}

/// The well-known symbols.
pub mod sym {
    #![expect(missing_docs, reason = "each constant is its name")]
    #![expect(clippy::module_inception, reason = "read as `sym::INIT` everywhere")]
    use super::Sym;
    known_symbols! {
        EMPTY = "",
        INIT = "__init__", NEW = "__new__", CALL = "__call__", REPR = "__repr__", STR = "__str__",
        BOOL = "__bool__", LEN = "__len__", HASH = "__hash__", ITER = "__iter__", NEXT = "__next__",
        CONTAINS = "__contains__", GETITEM = "__getitem__", SETITEM = "__setitem__", DELITEM = "__delitem__",
        MISSING = "__missing__", GETATTR = "__getattr__", GETATTRIBUTE = "__getattribute__",
        SETATTR = "__setattr__", DELATTR = "__delattr__", GET = "__get__", SET = "__set__",
        DELETE = "__delete__", SET_NAME = "__set_name__", INIT_SUBCLASS = "__init_subclass__",
        CLASS = "__class__", DICT = "__dict__", NAME = "__name__", QUALNAME = "__qualname__",
        MODULE = "__module__", DOC = "__doc__", BASES = "__bases__", MRO = "__mro__", SLOTS = "__slots__",
        ANNOTATIONS = "__annotations__", DEFAULTS = "__defaults__", KWDEFAULTS = "__kwdefaults__",
        MATCH_ARGS = "__match_args__", FORMAT = "__format__", INDEX = "__index__", INT = "__int__",
        FLOAT = "__float__", ROUND = "__round__", ABS = "__abs__", NEG = "__neg__", POS = "__pos__",
        INVERT = "__invert__", REVERSED = "__reversed__", ENTER = "__enter__", EXIT = "__exit__",
        AENTER = "__aenter__", AEXIT = "__aexit__", AWAIT = "__await__", AITER = "__aiter__", ANEXT = "__anext__",
        EQ = "__eq__", NE = "__ne__", LT = "__lt__", LE = "__le__", GT = "__gt__", GE = "__ge__",
        ADD = "__add__", SUB = "__sub__", MUL = "__mul__", TRUEDIV = "__truediv__", FLOORDIV = "__floordiv__",
        MOD = "__mod__", POW = "__pow__", LSHIFT = "__lshift__", RSHIFT = "__rshift__", AND = "__and__",
        OR = "__or__", XOR = "__xor__", MATMUL = "__matmul__", DIVMOD = "__divmod__",
        RADD = "__radd__", RSUB = "__rsub__", RMUL = "__rmul__", RTRUEDIV = "__rtruediv__",
        RFLOORDIV = "__rfloordiv__", RMOD = "__rmod__", RPOW = "__rpow__", RLSHIFT = "__rlshift__",
        RRSHIFT = "__rrshift__", RAND = "__rand__", ROR = "__ror__", RXOR = "__rxor__", RMATMUL = "__rmatmul__",
        RDIVMOD = "__rdivmod__",
        IADD = "__iadd__", ISUB = "__isub__", IMUL = "__imul__", ITRUEDIV = "__itruediv__",
        IFLOORDIV = "__ifloordiv__", IMOD = "__imod__", IPOW = "__ipow__", ILSHIFT = "__ilshift__",
        IRSHIFT = "__irshift__", IAND = "__iand__", IOR = "__ior__", IXOR = "__ixor__", IMATMUL = "__imatmul__",
        CAUSE = "__cause__", CONTEXT = "__context__", SUPPRESS_CONTEXT = "__suppress_context__",
        TRACEBACK = "__traceback__", NOTES = "__notes__", FILE = "__file__", BUILTINS = "__builtins__",
        MAIN = "__main__", CLASS_GETITEM = "__class_getitem__", SUBCLASSHOOK = "__subclasshook__",
        PREPARE = "__prepare__", CLASSCELL = "__classcell__", ARGS = "args", KEY = "key", REVERSE = "reverse",
        DEFAULT = "default", SEP = "sep", END = "end", SEND = "send", THROW = "throw", CLOSE = "close",
        VALUE = "value", SELF = "self", UNDERSCORE = "_", POST_INIT = "__post_init__",
        DATACLASS_FIELDS = "__dataclass_fields__", INSTANCECHECK = "__instancecheck__", WRAPPED = "__wrapped__",
        FGET = "fget", FSET = "fset", FDEL = "fdel", FUNC = "__func__", SELF_DUNDER = "__self__",
        RESULT = "__kont_result__", BYTES = "__bytes__", TRUNC = "__trunc__", FLOOR = "__floor__", CEIL = "__ceil__",
        COMPLEX = "__complex__", LENGTH_HINT = "__length_hint__", DIR = "__dir__", CODE = "__code__",
        START = "start", STOP = "stop", STEP = "step", FILE_KW = "file", FLUSH = "flush", STRICT = "strict",
        TYPE_PARAMS = "__type_params__", NAME_KW = "name", OBJ = "obj", DEL = "__del__", SUBCLASSES = "__subclasses__",
        PY_SLOW = "__kont_slow__",
    }
}

/// About how many bytes a name takes, with its places in both tables.
pub(super) fn bytes_of(name: &str) -> usize {
    name.len() + 40 + 2 * (size_of::<Arc<str>>() + size_of::<(Arc<str>, Sym)>())
}

impl Symbols {
    /// A table of the well-known symbols.
    pub fn known() -> Self {
        let mut symbols = Self::default();
        for name in sym::KNOWN {
            symbols.intern(name);
        }
        symbols
    }

    /// The same table, to be copied at no cost: what it has is shared by all copies from now on.
    #[must_use]
    pub fn share(self) -> Self {
        let mut all = Arc::unwrap_or_clone(self.shared);
        all.names.extend(self.own.names);
        all.index.extend(self.own.index);
        Self {
            shared: Arc::new(all),
            own: Names::default(),
        }
    }

    /// The symbol of a name, made on first sight.
    pub fn intern(&mut self, name: &str) -> Sym {
        if let Some(sym) = self.find(name) {
            return sym;
        }
        let sym = Sym(u32::try_from(self.len()).expect("fewer than 2^32 names"));
        self.own.bytes += bytes_of(name);
        let name: Arc<str> = name.into();
        self.own.names.push(name.clone());
        self.own.index.insert(name, sym);
        sym
    }

    /// The symbol of a name that was seen before, if it was.
    pub fn find(&self, name: &str) -> Option<Sym> {
        let own = || self.own.index.get(name);
        self.shared.index.get(name).or_else(own).copied()
    }

    /// The name of a symbol. One that a damaged snapshot has and this table has not is empty.
    pub fn name(&self, sym: Sym) -> &str {
        let at = sym.0 as usize;
        match self.shared.names.get(at) {
            Some(name) => name,
            None => {
                let own = self.own.names.get(at - self.shared.names.len());
                own.map_or("", |name| name)
            }
        }
    }

    /// About how many bytes the names after the shared ones take.
    pub fn own_bytes(&self) -> usize {
        self.own.bytes
    }

    /// How many names there are.
    #[expect(clippy::len_without_is_empty, reason = "the table is never empty")]
    pub fn len(&self) -> usize {
        self.shared.names.len() + self.own.names.len()
    }

    /// The names after the shared ones, in the order of their numbers: what a snapshot stores.
    pub fn own_names(&self) -> impl Iterator<Item = &str> {
        self.own.names.iter().map(AsRef::as_ref)
    }
}
