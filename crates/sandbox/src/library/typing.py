"""typing: names for annotations. Nothing is checked; a subscript is only remembered."""

TYPE_CHECKING = False


class _Form:
    """A special form: `Any`, `Optional`, ..."""

    def __init__(self, name):
        self._name = name

    def __getitem__(self, args):
        return _Subscripted(self, args if isinstance(args, tuple) else (args,))

    def __call__(self, *args, **kwargs):
        raise TypeError(f"Cannot instantiate typing.{self._name}")

    def __or__(self, other):
        return _Subscripted(Union, (self, other))

    def __ror__(self, other):
        return _Subscripted(Union, (other, self))

    def __repr__(self):
        return f"typing.{self._name}"


class _Subscripted:
    """A form with its arguments."""

    def __init__(self, origin, args):
        self.__origin__ = origin
        self.__args__ = args

    def __getitem__(self, args):
        return self

    def __or__(self, other):
        return _Subscripted(Union, (self, other))

    def __ror__(self, other):
        return _Subscripted(Union, (other, self))

    def __call__(self, *args, **kwargs):
        return self.__origin__(*args, **kwargs)

    def __eq__(self, other):
        if not isinstance(other, _Subscripted):
            return NotImplemented
        return self.__origin__ is other.__origin__ and self.__args__ == other.__args__

    def __hash__(self):
        return hash(self.__args__)

    def __repr__(self):
        texts = []
        for arg in self.__args__:
            if isinstance(arg, type):
                texts.append(arg.__qualname__)
            elif arg is Ellipsis:
                texts.append("...")
            elif arg is None:
                texts.append("None")
            else:
                texts.append(repr(arg))
        return f"{self.__origin__!r}[{', '.join(texts)}]"


class _Alias(_Form):
    """A generic alias of a built-in class: `List`, `Dict`, ..."""

    def __init__(self, name, origin):
        self._name = name
        self.__origin__ = origin

    def __call__(self, *args, **kwargs):
        return self.__origin__(*args, **kwargs)


Any = _Form("Any")
Optional = _Form("Optional")
Union = _Form("Union")
Literal = _Form("Literal")
Callable = _Form("Callable")
ClassVar = _Form("ClassVar")
Final = _Form("Final")
Annotated = _Form("Annotated")
Concatenate = _Form("Concatenate")
TypeAlias = _Form("TypeAlias")
TypeGuard = _Form("TypeGuard")
TypeIs = _Form("TypeIs")
NoReturn = _Form("NoReturn")
Never = _Form("Never")
Self = _Form("Self")
LiteralString = _Form("LiteralString")
Required = _Form("Required")
NotRequired = _Form("NotRequired")
ReadOnly = _Form("ReadOnly")
Unpack = _Form("Unpack")
Iterable = _Form("Iterable")
Iterator = _Form("Iterator")
Generator = _Form("Generator")
AsyncGenerator = _Form("AsyncGenerator")
AsyncIterable = _Form("AsyncIterable")
AsyncIterator = _Form("AsyncIterator")
Awaitable = _Form("Awaitable")
Coroutine = _Form("Coroutine")
Sequence = _Form("Sequence")
MutableSequence = _Form("MutableSequence")
Mapping = _Form("Mapping")
MutableMapping = _Form("MutableMapping")
Collection = _Form("Collection")
Container = _Form("Container")
Hashable = _Form("Hashable")
Sized = _Form("Sized")
Reversible = _Form("Reversible")
AbstractSet = _Form("AbstractSet")
MutableSet = _Form("MutableSet")
KeysView = _Form("KeysView")
ValuesView = _Form("ValuesView")
ItemsView = _Form("ItemsView")
ContextManager = _Form("ContextManager")
AsyncContextManager = _Form("AsyncContextManager")
SupportsInt = _Form("SupportsInt")
SupportsFloat = _Form("SupportsFloat")
SupportsIndex = _Form("SupportsIndex")
SupportsAbs = _Form("SupportsAbs")
SupportsRound = _Form("SupportsRound")
Pattern = _Form("Pattern")
Match = _Form("Match")
IO = _Form("IO")
TextIO = _Form("TextIO")
BinaryIO = _Form("BinaryIO")
List = _Alias("List", list)
Dict = _Alias("Dict", dict)
Set = _Alias("Set", set)
FrozenSet = _Alias("FrozenSet", frozenset)
Tuple = _Alias("Tuple", tuple)
Type = _Alias("Type", type)
Text = str
AnyStr = _Form("AnyStr")


def _library_alias(name):
    def make(*args, **kwargs):
        import collections

        return getattr(collections, name)(*args, **kwargs)

    return make


DefaultDict = _Alias("DefaultDict", _library_alias("defaultdict"))
OrderedDict = _Alias("OrderedDict", _library_alias("OrderedDict"))
Counter = _Alias("Counter", _library_alias("Counter"))
Deque = _Alias("Deque", _library_alias("deque"))


class TypeVar:
    """A type variable."""

    def __init__(self, name, *constraints, bound=None, covariant=False, contravariant=False, **kw):
        self.__name__ = name
        self.__bound__ = bound
        self.__constraints__ = constraints
        self._mark = "+" if covariant else "-" if contravariant else "~"

    def __or__(self, other):
        return _Subscripted(Union, (self, other))

    def __ror__(self, other):
        return _Subscripted(Union, (other, self))

    def __repr__(self):
        return self._mark + self.__name__


class ParamSpec(TypeVar):
    """The parameters of a function as a variable."""

    args = None
    kwargs = None


class TypeVarTuple(TypeVar):
    """Several type variables as one."""

    def __iter__(self):
        return iter((self,))


class Generic:
    """A class that takes types as arguments."""

    def __class_getitem__(cls, item):
        return cls


class Protocol:
    """A class that only says what others must have."""

    def __class_getitem__(cls, item):
        return cls


class NamedTuple:
    """The base of named tuples with annotated fields."""

    def __new__(cls, typename=None, fields=(), /):
        import collections

        if cls is not NamedTuple or typename is None:
            _kont_refuse("`typing.NamedTuple` as this kind of base")
        return collections.namedtuple(typename, [name for name, _ in fields])

    def __init_subclass__(cls, **kwargs):
        import collections

        if cls.__bases__[0] is not NamedTuple:
            return
        names = list(cls.__dict__.get("__annotations__", {}))
        defaults = {}
        for name in names:
            if name in cls.__dict__:
                defaults[name] = cls.__dict__[name]
            elif defaults:
                raise TypeError(
                    f"non-default namedtuple field {name} cannot follow default field"
                    f"{'s' if len(defaults) > 1 else ''} {', '.join(defaults)}"
                )
        made = collections._make_named(cls.__name__, names, defaults)
        for name, value in list(cls.__dict__.items()):
            if name not in names and name not in _OWN_NAMES:
                setattr(made, name, value)
        made.__doc__ = cls.__doc__
        _kont_become_class(cls, made)


_OWN_NAMES = frozenset(("__dict__", "__weakref__", "__module__", "__doc__", "__qualname__"))


class TypedDict(dict):
    """A dict with known keys: an ordinary dict at run time."""

    def __new__(cls, *args, **kwargs):
        return dict(*args, **kwargs)

    def __init_subclass__(cls, total=True, **kwargs):
        cls.__total__ = total


def NewType(name, tp):
    def new_type(value):
        return value

    new_type.__name__ = name
    new_type.__qualname__ = name
    new_type.__supertype__ = tp
    return new_type


def cast(typ, val):
    return val


def overload(func):
    return func


def override(method, /):
    return method


def final(f):
    return f


def no_type_check(arg):
    return arg


def runtime_checkable(cls):
    return cls


def dataclass_transform(**options):
    return lambda cls: cls


def assert_type(val, typ, /):
    return val


def reveal_type(obj, /):
    return obj


def assert_never(arg, /):
    raise AssertionError(f"Expected code to be unreachable, but got: {arg!r}")


def get_origin(tp):
    return getattr(tp, "__origin__", None)


def get_args(tp):
    return getattr(tp, "__args__", ())


def get_type_hints(obj, *args, **kwargs):
    _kont_refuse("`typing.get_type_hints`")
