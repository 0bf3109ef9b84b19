"""enum: classes whose instances are all named. The members are made when the class body has ended."""

_ABSENT = object()


class auto:
    """A value that is chosen for the member."""

    def __init__(self):
        self.value = _ABSENT


class nonmember:
    """A value that makes no member."""

    def __init__(self, value):
        self.value = value


class member:
    """A value that makes a member, whatever it is."""

    def __init__(self, value):
        self.value = value


def _is_dunder(name):
    return len(name) > 4 and name[:2] == "__" and name[-2:] == "__"


def _makes_member(name, value):
    if isinstance(value, member):
        return True
    if _is_dunder(name) or isinstance(value, nonmember):
        return False
    if name[0] == "_":
        return False
    kind = type(value)
    if isinstance(value, (property, classmethod, staticmethod)) or kind is type(_makes_member):
        return False
    return not (hasattr(kind, "__get__") or hasattr(kind, "__set__"))


class Enum:
    """The base of enumerations."""

    _kont_members = None

    def __init_subclass__(cls, **kwargs):
        for base in cls.__mro__[1:]:
            if base.__dict__.get("_kont_members"):
                raise TypeError(f"<enum {cls.__name__!r}> cannot extend <enum {base.__name__!r}>")
        body = list(cls.__dict__.items())
        ignored = cls.__dict__.get("_ignore_", ())
        if isinstance(ignored, str):
            ignored = ignored.replace(",", " ").split()
        cls._kont_members = {}
        cls._kont_by_value = []
        values = []
        init = None
        if any([name == "__init__" for name, _ in body]):
            init = cls.__init__
        for name, value in body:
            if name in ignored:
                continue
            if isinstance(value, nonmember):
                setattr(cls, name, value.value)
            elif _makes_member(name, value):
                if isinstance(value, member):
                    value = value.value
                _add_member(cls, name, value, values, init)
        if cls.__hash__ is Enum.__hash__ and _data_class(cls) is not None:
            cls.__hash__ = _hash_of_value
        if init is not None:
            # `Color(1)` only looks a member up; it must not be initialised again.
            cls._kont_init = init
            del cls.__init__

    def __new__(cls, *args, **kwargs):
        if cls._kont_members is None or not cls._kont_members:
            if len(args) >= 2:
                _kont_refuse("an enumeration made by a call")
        value = args[0] if len(args) == 1 else args
        return _find_member(cls, value)

    def __kont_class_iter__(cls):
        return iter([m for name, m in cls._kont_members.items() if m._name_ == name])

    def __kont_class_getitem__(cls, name):
        return cls._kont_members[name]

    def __kont_class_len__(cls):
        return len([name for name, m in cls._kont_members.items() if m._name_ == name])

    def __kont_class_contains__(cls, value):
        if isinstance(value, cls):
            return True
        try:
            _find_member(cls, value)
            return True
        except ValueError:
            return False

    @property
    def name(self):
        return self._name_

    @property
    def value(self):
        return self._value_

    @classmethod
    def _missing_(cls, value):
        return None

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        if not last_values:
            return start
        numbers = [v for v in last_values if isinstance(v, int)]
        if len(numbers) != len(last_values):
            raise TypeError("unable to sort non-numeric values")
        return max(numbers) + 1

    def __repr__(self):
        return f"<{type(self).__name__}.{self._name_}: {self._value_!r}>"

    def __str__(self):
        return f"{type(self).__name__}.{self._name_}"

    def __format__(self, spec):
        return format(str(self), spec)

    def __hash__(self):
        return hash(self._name_)

    def __setattr__(self, name, value):
        if name == "name" or name == "value":
            raise AttributeError(f"<enum {type(self).__name__!r}> cannot set attribute {name!r}")
        object.__setattr__(self, name, value)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


def _hash_of_value(self):
    return hash(self._value_)


def _data_class(cls):
    """The built-in class whose values the members are too."""
    for base in cls.__mro__:
        if base is int or base is str or base is float or base is bytes or base is tuple:
            return base
    return None


def _add_member(cls, name, value, values, init):
    if isinstance(value, auto):
        if value.value is _ABSENT:
            value.value = cls._generate_next_value_(name, 1, len(cls._kont_members), values[:])
        value = value.value
    elif isinstance(value, tuple) and any([isinstance(v, auto) for v in value]):
        _kont_refuse("`enum.auto()` inside a tuple")
    args = value if isinstance(value, tuple) else (value,)
    data = _data_class(cls)
    own_new = None
    for base in cls.__mro__:
        if base is Enum:
            break
        if "__new__" in base.__dict__ and base is not data and base is not object:
            own_new = base.__dict__["__new__"]
            break
    if own_new is not None:
        _kont_refuse("`__new__` in an enumeration")
    for other in cls._kont_by_value:
        # The same value again is another name.
        if other._value_ == value and type(other._value_) is type(value):
            cls._kont_members[name] = other
            setattr(cls, name, other)
            return
    if data is None:
        one = object.__new__(cls)
    else:
        one = data.__new__(cls, *args)
        if not isinstance(value, tuple) or data is not tuple:
            value = data(*args) if data is not tuple else value
    object.__setattr__(one, "_name_", name)
    object.__setattr__(one, "_value_", value)
    object.__setattr__(one, "_sort_order_", len(cls._kont_by_value))
    if init is not None:
        init(one, *args)
    values.append(one._value_)
    cls._kont_members[name] = one
    cls._kont_by_value.append(one)
    cls.__members__ = cls._kont_members
    setattr(cls, name, one)


def _find_member(cls, value):
    if type(value) is cls:
        return value
    for one in cls._kont_by_value:
        if one._value_ == value:
            return one
    found = cls._missing_(value)
    if isinstance(found, cls):
        return found
    if found is not None:
        raise TypeError(
            f"error in {cls.__name__}._missing_: returned {found!r} instead of None or a valid member"
        )
    raise ValueError(f"{value!r} is not a valid {cls.__qualname__}")


class ReprEnum(Enum):
    """An enumeration whose members look like their values, but for `repr`."""


class IntEnum(int, ReprEnum):
    """Members that are integers."""

    def __str__(self):
        return repr(self._value_)

    def __format__(self, spec):
        return format(self._value_, spec)

    def __hash__(self):
        return hash(self._value_)


class StrEnum(str, ReprEnum):
    """Members that are strings."""

    def __str__(self):
        return self._value_

    def __format__(self, spec):
        return format(self._value_, spec)

    def __hash__(self):
        return hash(self._value_)

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return name.lower()


def _bits(value):
    bit = 1
    while bit <= value:
        if value & bit:
            yield bit
        bit <<= 1


class Flag(Enum):
    """Members that can be combined."""

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        if not last_values:
            return start if start is not None else 1
        highest = max(last_values)
        return 1 << highest.bit_length()

    def __kont_class_iter__(cls):
        singles = []
        for name, m in cls._kont_members.items():
            v = m._value_
            if m._name_ == name and v and not v & (v - 1):
                singles.append(m)
        return iter(singles)

    @classmethod
    def _missing_(cls, value):
        if not isinstance(value, int):
            return None
        known = 0
        for one in cls._kont_by_value:
            known |= one._value_
        if value < 0:
            value = known & value
            for one in cls._kont_by_value:
                if one._value_ == value:
                    return one
        if value & ~known:
            return None
        names = []
        for one in cls._kont_by_value:
            v = one._value_
            if v and not v & (v - 1) and value & v:
                names.append(one._name_)
        data = _data_class(cls)
        combined = object.__new__(cls) if data is None else data.__new__(cls, value)
        object.__setattr__(combined, "_name_", "|".join(names) if names else None)
        object.__setattr__(combined, "_value_", value)
        cls._kont_by_value.append(combined)
        return combined

    def _other(self, other):
        if isinstance(other, type(self)):
            return other._value_
        if isinstance(self, int) and isinstance(other, int):
            return other
        return None

    def __or__(self, other):
        v = self._other(other)
        return NotImplemented if v is None else type(self)(self._value_ | v)

    def __and__(self, other):
        v = self._other(other)
        return NotImplemented if v is None else type(self)(self._value_ & v)

    def __xor__(self, other):
        v = self._other(other)
        return NotImplemented if v is None else type(self)(self._value_ ^ v)

    __ror__ = __or__
    __rand__ = __and__
    __rxor__ = __xor__

    def __invert__(self):
        return type(self)(~self._value_)

    def __bool__(self):
        return bool(self._value_)

    def __contains__(self, other):
        if not isinstance(other, type(self)):
            raise TypeError(
                f"unsupported operand type(s) for 'in': {type(other).__name__!r} and {type(self).__name__!r}"
            )
        return other._value_ & self._value_ == other._value_

    def __iter__(self):
        return iter([type(self)(bit) for bit in _bits(self._value_)])

    def __len__(self):
        return len(list(_bits(self._value_)))

    def __repr__(self):
        if self._name_ is None:
            return f"<{type(self).__name__}: {self._value_!r}>"
        return f"<{type(self).__name__}.{self._name_}: {self._value_!r}>"

    def __str__(self):
        if self._name_ is None:
            return f"{type(self).__name__}({self._value_!r})"
        return f"{type(self).__name__}.{self._name_}"

    def __hash__(self):
        return hash(self._value_)


class IntFlag(int, Flag):
    """Members that are integers and can be combined."""

    def __str__(self):
        return repr(self._value_)

    def __format__(self, spec):
        return format(self._value_, spec)

    def __hash__(self):
        return hash(self._value_)


def unique(enumeration):
    doubles = []
    for name, one in enumeration._kont_members.items():
        if name != one._name_:
            doubles.append(f"{name} -> {one._name_}")
    if doubles:
        raise ValueError(f"duplicate values found in {enumeration!r}: {', '.join(doubles)}")
    return enumeration


EnumType = type
EnumMeta = type
property = property
