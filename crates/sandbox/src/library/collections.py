"""collections: containers for special purposes."""

_ABSENT = object()


class defaultdict(dict):
    """A dict that makes the values of absent keys."""

    def __init__(self, default_factory=None, /, *args, **kwargs):
        if default_factory is not None and not callable(default_factory):
            raise TypeError("first argument must be callable or None")
        dict.__init__(self, *args, **kwargs)
        self.default_factory = default_factory

    def __missing__(self, key):
        if self.default_factory is None:
            raise KeyError(key)
        value = self.default_factory()
        self[key] = value
        return value

    def __repr__(self):
        return f"defaultdict({self.default_factory!r}, {dict.__repr__(self)})"

    def copy(self):
        return type(self)(self.default_factory, self)

    __copy__ = copy

    def __or__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        result = self.copy()
        result.update(other)
        return result


class OrderedDict(dict):
    """A dict whose order counts in comparison and can be changed."""

    def move_to_end(self, key, last=True):
        value = self[key]
        if last:
            del self[key]
            self[key] = value
            return
        items = list(self.items())
        self.clear()
        self[key] = value
        for k, v in items:
            if k is not key and k != key:
                self[k] = v

    def popitem(self, last=True):
        if not self:
            raise KeyError("dictionary is empty")
        if last:
            return dict.popitem(self)
        for key in self:
            break
        return key, self.pop(key)

    def __eq__(self, other):
        if isinstance(other, OrderedDict):
            return list(self.items()) == list(other.items())
        return dict.__eq__(self, other)

    def __ne__(self, other):
        return not self == other

    __hash__ = None

    def __repr__(self):
        if not self:
            return f"{type(self).__name__}()"
        return f"{type(self).__name__}({dict.__repr__(dict(self))})"

    def copy(self):
        return type(self)(self)

    @classmethod
    def fromkeys(cls, iterable, value=None):
        self = cls()
        for key in iterable:
            self[key] = value
        return self


class Counter(dict):
    """How often things occur."""

    def __init__(self, iterable=None, /, **kwds):
        dict.__init__(self)
        self.update(iterable, **kwds)

    def __missing__(self, key):
        return 0

    def update(self, iterable=None, /, **kwds):
        if iterable is not None:
            if hasattr(iterable, "items"):
                for key, n in iterable.items():
                    self[key] = self.get(key, 0) + n if key in self else n
            else:
                for item in iterable:
                    self[item] = self.get(item, 0) + 1
        if kwds:
            self.update(kwds)

    def subtract(self, iterable=None, /, **kwds):
        if iterable is not None:
            if hasattr(iterable, "items"):
                for key, n in iterable.items():
                    self[key] = self.get(key, 0) - n
            else:
                for item in iterable:
                    self[item] = self.get(item, 0) - 1
        if kwds:
            self.subtract(kwds)

    def most_common(self, n=None):
        items = sorted(self.items(), key=lambda pair: pair[1], reverse=True)
        return items if n is None else items[: max(n, 0)]

    def elements(self):
        for key, n in self.items():
            for _ in range(n):
                yield key

    def total(self):
        return sum(self.values())

    def copy(self):
        return type(self)(self)

    @classmethod
    def fromkeys(cls, iterable, v=None):
        raise NotImplementedError(
            "Counter.fromkeys() is undefined.  Use Counter(iterable) instead."
        )

    def __delitem__(self, key):
        if key in self:
            dict.__delitem__(self, key)

    def __repr__(self):
        if not self:
            return f"{type(self).__name__}()"
        try:
            shown = dict(self.most_common())
        except TypeError:
            shown = dict(self)
        return f"{type(self).__name__}({shown!r})"

    def _only_positive(self, counts):
        result = Counter()
        for key in counts:
            if counts[key] > 0:
                result[key] = counts[key]
        return result

    def __add__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        counts = {}
        for key, n in self.items():
            counts[key] = n + other[key]
        for key, n in other.items():
            if key not in self:
                counts[key] = n
        return self._only_positive(counts)

    def __sub__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        counts = {}
        for key, n in self.items():
            counts[key] = n - other[key]
        for key, n in other.items():
            if key not in self:
                counts[key] = -n
        return self._only_positive(counts)

    def __or__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        counts = {}
        for key, n in self.items():
            counts[key] = max(n, other[key])
        for key, n in other.items():
            if key not in self:
                counts[key] = n
        return self._only_positive(counts)

    def __and__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        counts = {}
        for key, n in self.items():
            counts[key] = min(n, other[key])
        return self._only_positive(counts)

    def __pos__(self):
        return self._only_positive(self)

    def __neg__(self):
        return self._only_positive({key: -n for key, n in self.items()})

    def _become(self, other):
        self.clear()
        dict.update(self, other)
        return self

    def __iadd__(self, other):
        return self._become(self + other)

    def __isub__(self, other):
        return self._become(self - other)

    def __ior__(self, other):
        return self._become(self | other)

    def __iand__(self, other):
        return self._become(self & other)

    def __eq__(self, other):
        if not isinstance(other, Counter):
            return dict.__eq__(self, other)
        for key in self:
            if self[key] != other[key]:
                return False
        for key in other:
            if self[key] != other[key]:
                return False
        return True

    def __ne__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        return not self == other

    __hash__ = None

    def __le__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        for key in list(self) + list(other):
            if self[key] > other[key]:
                return False
        return True

    def __lt__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        return self <= other and self != other

    def __ge__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        return other <= self

    def __gt__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        return other <= self and self != other


class deque:
    """A sequence that is quick at both ends."""

    # A list with room at the front: the items begin at `_head`.
    def __init__(self, iterable=(), maxlen=None):
        if maxlen is not None and (not isinstance(maxlen, int) or maxlen < 0):
            if not isinstance(maxlen, int):
                raise TypeError("an integer is required")
            raise ValueError("maxlen must be non-negative")
        self._list = []
        self._head = 0
        self._maxlen = maxlen
        self.extend(iterable)

    def __class_getitem__(cls, item):
        return cls

    @property
    def maxlen(self):
        return self._maxlen

    def _items(self):
        return self._list[self._head :]

    def __len__(self):
        return len(self._list) - self._head

    def __bool__(self):
        return len(self._list) > self._head

    def append(self, x):
        self._list.append(x)
        if self._maxlen is not None and len(self) > self._maxlen:
            self.popleft()

    def appendleft(self, x):
        if self._head == 0:
            room = max(8, len(self._list))
            self._list[0:0] = [None] * room
            self._head = room
        self._head -= 1
        self._list[self._head] = x
        if self._maxlen is not None and len(self) > self._maxlen:
            self.pop()

    def pop(self):
        if not self:
            raise IndexError("pop from an empty deque")
        return self._list.pop()

    def popleft(self):
        if not self:
            raise IndexError("pop from an empty deque")
        head = self._head
        item = self._list[head]
        self._list[head] = None
        self._head = head + 1
        if head > 64 and head * 2 > len(self._list):
            del self._list[: head + 1]
            self._head = 0
        return item

    def extend(self, iterable):
        if iterable is self:
            iterable = self._items()
        for x in iterable:
            self.append(x)

    def extendleft(self, iterable):
        if iterable is self:
            iterable = self._items()
        for x in iterable:
            self.appendleft(x)

    def clear(self):
        self._list = []
        self._head = 0

    def copy(self):
        return type(self)(self._items(), self._maxlen)

    __copy__ = copy

    def rotate(self, n=1):
        items = self._items()
        if items:
            n = n % len(items)
            if n:
                self._list = items[-n:] + items[:-n]
                self._head = 0

    def reverse(self):
        self._list = self._items()[::-1]
        self._head = 0

    def count(self, x):
        return self._items().count(x)

    def index(self, x, *bounds):
        try:
            return self._items().index(x, *bounds)
        except ValueError:
            raise ValueError(f"{x!r} is not in deque") from None

    def insert(self, i, x):
        if self._maxlen is not None and len(self) >= self._maxlen:
            raise IndexError("deque already at its maximum size")
        items = self._items()
        items.insert(i, x)
        self._list = items
        self._head = 0

    def remove(self, value):
        items = self._items()
        try:
            items.remove(value)
        except ValueError:
            raise ValueError("deque.remove(x): x not in deque") from None
        self._list = items
        self._head = 0

    def _place(self, i):
        if not isinstance(i, int):
            raise TypeError(f"sequence index must be integer, not '{type(i).__name__}'")
        n = len(self)
        if i < 0:
            i += n
        if not 0 <= i < n:
            raise IndexError("deque index out of range")
        return self._head + i

    def __getitem__(self, i):
        return self._list[self._place(i)]

    def __setitem__(self, i, value):
        self._list[self._place(i)] = value

    def __delitem__(self, i):
        del self._list[self._place(i)]

    def __contains__(self, x):
        return x in self._items()

    def __iter__(self):
        n = len(self)
        i = 0
        while i < n:
            if len(self) != n:
                raise RuntimeError("deque mutated during iteration")
            yield self._list[self._head + i]
            i += 1
        if len(self) != n:
            raise RuntimeError("deque mutated during iteration")

    def __reversed__(self):
        return iter(self._items()[::-1])

    def __repr__(self):
        text = repr(self._items())
        if self._maxlen is None:
            return f"deque({text})"
        return f"deque({text}, maxlen={self._maxlen})"

    def __eq__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return self._items() == other._items()

    __hash__ = None

    def __lt__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return self._items() < other._items()

    def __le__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return self._items() <= other._items()

    def __gt__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return self._items() > other._items()

    def __ge__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return self._items() >= other._items()

    def __add__(self, other):
        if not isinstance(other, deque):
            raise TypeError(
                f'can only concatenate deque (not "{type(other).__name__}") to deque'
            )
        return type(self)(self._items() + other._items(), self._maxlen)

    def __iadd__(self, other):
        self.extend(other)
        return self

    def __mul__(self, n):
        return type(self)(self._items() * n, self._maxlen)

    __rmul__ = __mul__


# --- namedtuple -----------------------------------------------------------------------------------------------

_KEYWORDS = frozenset(
    "False None True and as assert async await break class continue def del elif else except "
    "finally for from global if import in is lambda nonlocal not or pass raise return try while "
    "with yield".split()
)


class _Field:
    """The attribute of a named tuple's item."""

    def __init__(self, index):
        self._index = index

    def __get__(self, obj, cls=None):
        return self if obj is None else tuple.__getitem__(obj, self._index)

    def __set__(self, obj, value):
        raise AttributeError("can't set attribute")

    def __delete__(self, obj):
        raise AttributeError("can't delete attribute")


def _check_names(typename, names, rename):
    for name in [typename] + names:
        if not isinstance(name, str):
            raise TypeError("Type names and field names must be strings")
        if not name.isidentifier():
            raise ValueError(
                f"Type names and field names must be valid identifiers: {name!r}"
            )
        if name in _KEYWORDS:
            raise ValueError(f"Type names and field names cannot be a keyword: {name!r}")
    seen = set()
    for name in names:
        if name.startswith("_") and not rename:
            raise ValueError(f"Field names cannot start with an underscore: {name!r}")
        if name in seen:
            raise ValueError(f"Encountered duplicate field name: {name!r}")
        seen.add(name)


def _renamed(names):
    seen = set()
    result = []
    for i in range(len(names)):
        name = names[i]
        if not name.isidentifier() or name in _KEYWORDS or name.startswith("_") or name in seen:
            name = f"_{i}"
        seen.add(name)
        result.append(name)
    return result


def _listed(names):
    quoted = [repr(name) for name in names]
    if len(quoted) == 1:
        return quoted[0]
    if len(quoted) == 2:
        return quoted[0] + " and " + quoted[1]
    return ", ".join(quoted[:-1]) + ", and " + quoted[-1]


class _Named(tuple):
    """What all named tuples share. `_fields` and `_field_defaults` are the class's."""

    _fields = ()
    _field_defaults = {}

    def __new__(cls, *args, **kwargs):
        names = cls._fields
        n = len(names)
        if len(args) == n and not kwargs:
            return tuple.__new__(cls, args)
        where = f"{cls.__name__}.__new__()"
        if len(args) > n:
            least = n - len(cls._field_defaults)
            takes = f"from {least + 1} to {n + 1}" if least != n else f"{n + 1}"
            raise TypeError(
                f"{where} takes {takes} positional argument{'s' if n else ''} "
                f"but {len(args) + 1} were given"
            )
        values = list(args)
        missing = []
        for name in kwargs:
            if name not in names:
                raise TypeError(f"{where} got an unexpected keyword argument '{name}'")
            if names.index(name) < len(args):
                raise TypeError(f"{where} got multiple values for argument '{name}'")
        for name in names[len(args) :]:
            if name in kwargs:
                values.append(kwargs[name])
            elif name in cls._field_defaults:
                values.append(cls._field_defaults[name])
            else:
                missing.append(name)
        if missing:
            many = "s" if len(missing) != 1 else ""
            raise TypeError(
                f"{where} missing {len(missing)} required positional argument{many}: "
                + _listed(missing)
            )
        return tuple.__new__(cls, values)

    @classmethod
    def _make(cls, iterable):
        values = list(iterable)
        if len(values) != len(cls._fields):
            raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(values)}")
        return tuple.__new__(cls, values)

    def _replace(self, /, **kwds):
        values = []
        for name, value in zip(self._fields, self):
            values.append(kwds.pop(name, value))
        if kwds:
            raise TypeError(f"Got unexpected field names: {list(kwds)!r}")
        return self._make(values)

    def _asdict(self):
        return dict(zip(self._fields, self))

    def __getnewargs__(self):
        return tuple(self)

    def __repr__(self):
        parts = []
        for name, value in zip(self._fields, self):
            parts.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(parts)})"


def _make_named(typename, names, defaults):
    class made(_Named):
        pass

    made.__name__ = typename
    made.__qualname__ = typename
    made._fields = tuple(names)
    made._field_defaults = defaults
    made.__match_args__ = tuple(names)
    for i in range(len(names)):
        setattr(made, names[i], _Field(i))
    return made


def namedtuple(typename, field_names, *, rename=False, defaults=None, module=None):
    if isinstance(field_names, str):
        field_names = field_names.replace(",", " ").split()
    names = [str(name) for name in field_names]
    typename = str(typename)
    if rename:
        names = _renamed(names)
    _check_names(typename, names, rename)
    named_defaults = {}
    if defaults is not None:
        defaults = tuple(defaults)
        if len(defaults) > len(names):
            raise TypeError("Got more default values than field names")
        if defaults:
            named_defaults = dict(zip(names[-len(defaults) :], defaults))
    return _make_named(typename, names, named_defaults)


class ChainMap:
    """Several mappings as one. Refused."""

    def __init__(self, *maps):
        _kont_refuse("`collections.ChainMap`")


class UserDict:
    """A dict to inherit from, kept in `data`."""

    def __init__(self, dict=None, /, **kwargs):
        self.data = {}
        if dict is not None:
            self.update(dict)
        if kwargs:
            self.update(kwargs)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, key):
        if key in self.data:
            return self.data[key]
        if hasattr(type(self), "__missing__"):
            return type(self).__missing__(self, key)
        raise KeyError(key)

    def __setitem__(self, key, item):
        self.data[key] = item

    def __delitem__(self, key):
        del self.data[key]

    def __iter__(self):
        return iter(self.data)

    def __contains__(self, key):
        return key in self.data

    def __repr__(self):
        return repr(self.data)

    def __eq__(self, other):
        return dict(self.items()) == dict(other.items()) if hasattr(other, "items") else NotImplemented

    __hash__ = None

    def keys(self):
        return self.data.keys()

    def values(self):
        return [self[key] for key in self.data]

    def items(self):
        return [(key, self[key]) for key in self.data]

    def get(self, key, default=None):
        return self[key] if key in self else default

    def pop(self, key, *default):
        if key in self.data:
            value = self[key]
            del self[key]
            return value
        if default:
            return default[0]
        raise KeyError(key)

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, other=(), /, **kwds):
        if hasattr(other, "keys"):
            for key in other.keys():
                self[key] = other[key]
        else:
            for key, value in other:
                self[key] = value
        for key in kwds:
            self[key] = kwds[key]

    def clear(self):
        for key in list(self.data):
            del self[key]

    def copy(self):
        return type(self)(self.data)
