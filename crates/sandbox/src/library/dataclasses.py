"""dataclasses: classes that are mostly their fields.

There is no `exec` here: the methods are closures over the list of fields.
"""


class FrozenInstanceError(AttributeError):
    """A field of a frozen instance was assigned or deleted."""


class _MissingType:
    def __repr__(self):
        return "<dataclasses._MISSING_TYPE object>"


class _KwOnlyType:
    pass


class _FactoryDefault:
    def __repr__(self):
        return "<factory>"


MISSING = _MissingType()
KW_ONLY = _KwOnlyType()
_FACTORY = _FactoryDefault()

_FIELDS = "__dataclass_fields__"
_PARAMS = "__dataclass_params__"


class Field:
    """What is known of one field."""

    def __init__(self, default, default_factory, init, repr, hash, compare, metadata, kw_only):
        self.name = None
        self.type = None
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.hash = hash
        self.compare = compare
        self.metadata = {} if metadata is None else metadata
        self.kw_only = kw_only
        self._class_var = False

    def __repr__(self):
        return (
            f"Field(name={self.name!r},type={self.type!r},default={self.default!r},"
            f"default_factory={self.default_factory!r},init={self.init!r},repr={self.repr!r},"
            f"hash={self.hash!r},compare={self.compare!r},metadata=mappingproxy({self.metadata!r}),"
            f"kw_only={self.kw_only!r},_field_type=_FIELD)"
        )


class InitVar:
    """A parameter of `__init__` that is no field. Refused."""

    def __init__(self, type):
        _kont_refuse("`dataclasses.InitVar`")

    def __class_getitem__(cls, type):
        _kont_refuse("`dataclasses.InitVar`")


class _Params:
    def __init__(self, **options):
        for name in options:
            setattr(self, name, options[name])


def field(
    *,
    default=MISSING,
    default_factory=MISSING,
    init=True,
    repr=True,
    hash=None,
    compare=True,
    metadata=None,
    kw_only=MISSING,
):
    if default is not MISSING and default_factory is not MISSING:
        raise ValueError("cannot specify both default and default_factory")
    return Field(default, default_factory, init, repr, hash, compare, metadata, kw_only)


def dataclass(
    cls=None,
    /,
    *,
    init=True,
    repr=True,
    eq=True,
    order=False,
    unsafe_hash=False,
    frozen=False,
    match_args=True,
    kw_only=False,
    slots=False,
    weakref_slot=False,
):
    options = _Params(
        init=init,
        repr=repr,
        eq=eq,
        order=order,
        unsafe_hash=unsafe_hash,
        frozen=frozen,
        match_args=match_args,
        kw_only=kw_only,
        slots=slots,
        weakref_slot=weakref_slot,
    )
    if cls is None:
        return lambda cls: _process(cls, options)
    return _process(cls, options)


def _is_class_var(annotation):
    text = annotation if isinstance(annotation, str) else ""
    head = text.split("[", 1)[0].strip()
    return head == "ClassVar" or head.endswith(".ClassVar")


def _is_init_var(annotation):
    head = annotation.split("[", 1)[0].strip() if isinstance(annotation, str) else ""
    return head == "InitVar" or head.endswith(".InitVar")


def _is_kw_only(annotation):
    text = annotation.strip() if isinstance(annotation, str) else ""
    return annotation is KW_ONLY or text == "KW_ONLY" or text.endswith(".KW_ONLY")


def _own_fields(cls, options):
    own = cls.__dict__
    annotations = own.get("__annotations__", {})
    found = []
    kw_only = options.kw_only
    saw_kw_only = False
    for name in annotations:
        annotation = annotations[name]
        if _is_kw_only(annotation):
            if saw_kw_only:
                raise TypeError(f"{name!r} is KW_ONLY, but KW_ONLY has already been specified")
            saw_kw_only = True
            kw_only = True
            continue
        if _is_init_var(annotation):
            _kont_refuse("`dataclasses.InitVar`")
        value = own.get(name, MISSING)
        if not isinstance(value, Field):
            one = field(default=value)
        else:
            one = value
        one.name = name
        one.type = annotation
        if _is_class_var(annotation):
            if one.default_factory is not MISSING:
                raise TypeError(f"field {name} cannot have a default factory")
            continue
        if one.kw_only is MISSING:
            one.kw_only = kw_only
        default = one.default
        if isinstance(default, (list, dict, set)) or _is_unhashable(default):
            raise ValueError(
                f"mutable default {type(default)} for field {name} is not allowed: "
                "use default_factory"
            )
        # The class attribute is the default itself, or is not there.
        if isinstance(value, Field):
            if default is MISSING:
                delattr(cls, name)
            else:
                setattr(cls, name, default)
        found.append(one)
    for name in list(own):
        if isinstance(own[name], Field) and name not in annotations:
            raise TypeError(f"{name!r} is a field but has no type annotation")
    return found


def _is_unhashable(value):
    return getattr(type(value), "__hash__", True) is None


def _process(cls, options):
    fields = {}
    any_frozen = False
    any_thawed = False
    for base in reversed(cls.__mro__[1:]):
        inherited = base.__dict__.get(_FIELDS)
        if inherited is not None:
            for name in inherited:
                fields[name] = inherited[name]
            if base.__dict__[_PARAMS].frozen:
                any_frozen = True
            else:
                any_thawed = True
    for one in _own_fields(cls, options):
        fields[one.name] = one
    if any_thawed and options.frozen:
        raise TypeError("cannot inherit frozen dataclass from a non-frozen one")
    if any_frozen and not options.frozen:
        raise TypeError("cannot inherit non-frozen dataclass from a frozen one")
    setattr(cls, _FIELDS, fields)
    setattr(cls, _PARAMS, options)
    own = cls.__dict__
    every = list(fields.values())
    has_eq = "__eq__" in own
    # A class body with `__eq__` alone has `__hash__ = None` of itself: that is not one that it wrote.
    has_hash = "__hash__" in own and not (own["__hash__"] is None and has_eq)
    if options.init:
        _check_order(every)
        if "__init__" not in own:
            cls.__init__ = _make_init(cls, every)
    if options.repr and "__repr__" not in own:
        cls.__repr__ = _make_repr([f for f in every if f.repr])
    compared = tuple([f.name for f in every if f.compare])
    if options.eq and not has_eq:
        cls.__eq__ = _make_eq(compared)
    if options.order:
        if not options.eq:
            raise ValueError("eq must be true if order is true")
        _add_order(cls, own, compared)
    if options.frozen:
        for name in ("__setattr__", "__delattr__"):
            if name in own:
                raise TypeError(f"Cannot overwrite attribute {name} in class {cls.__name__}")
        frozen = frozenset(fields)
        cls.__setattr__ = _make_frozen_setattr(cls, frozen)
        cls.__delattr__ = _make_frozen_delattr(cls, frozen)
    _add_hash(cls, options, has_hash, every)
    if options.match_args and "__match_args__" not in own:
        cls.__match_args__ = tuple([f.name for f in every if f.init and not f.kw_only])
    return cls


def _check_order(every):
    seen = None
    for f in every:
        if not f.init or f.kw_only:
            continue
        if f.default is not MISSING or f.default_factory is not MISSING:
            seen = f
        elif seen is not None:
            raise TypeError(
                f"non-default argument {f.name!r} follows default argument {seen.name!r}"
            )


def _quoted(names):
    quoted = [repr(name) for name in names]
    if len(quoted) == 1:
        return quoted[0]
    if len(quoted) == 2:
        return quoted[0] + " and " + quoted[1]
    return ", ".join(quoted[:-1]) + ", and " + quoted[-1]


def _make_init(cls, every):
    qualname = f"{cls.__qualname__}.__init__"
    positional = [f for f in every if f.init and not f.kw_only]
    keyword = [f for f in every if f.init and f.kw_only]
    names = tuple([f.name for f in positional])
    known = frozenset([f.name for f in every if f.init])
    n_positional = len(positional)
    n_required = 0
    for f in positional:
        if f.default is MISSING and f.default_factory is MISSING:
            n_required += 1
    frozen = getattr(cls, _PARAMS).frozen
    set_field = object.__setattr__
    # What is stored, in the order of the fields: name, whether it is a parameter, default, factory.
    stores = []
    for f in every:
        if f.init or f.default_factory is not MISSING:
            stores.append((f.name, f.init, f.default, f.default_factory))
    stores = tuple(stores)
    post_init = hasattr(cls, "__post_init__")

    def __init__(self, /, *args, **kwargs):
        if len(args) > n_positional:
            _too_many(args, kwargs)
        given = dict(zip(names, args)) if args else {}
        for name in kwargs:
            if name not in known:
                raise TypeError(f"{qualname}() got an unexpected keyword argument '{name}'")
            if name in given:
                raise TypeError(f"{qualname}() got multiple values for argument '{name}'")
            given[name] = kwargs[name]
        for name, is_parameter, default, factory in stores:
            if is_parameter and name in given:
                value = given[name]
            elif factory is not MISSING:
                value = factory()
            elif default is not MISSING:
                value = default
            else:
                _missing(given)
            if frozen:
                set_field(self, name, value)
            else:
                setattr(self, name, value)
        if post_init:
            self.__post_init__()

    def _too_many(args, kwargs):
        n_kw = 0
        for f in keyword:
            if f.name in kwargs:
                n_kw += 1
        takes = n_positional + 1
        got = len(args) + 1
        if n_required == n_positional:
            text = f"{takes} positional argument{'s' if takes != 1 else ''}"
        else:
            text = f"from {n_required + 1} to {takes} positional arguments"
        if n_kw:
            many = "s" if got != 1 else ""
            kw_many = "s" if n_kw != 1 else ""
            raise TypeError(
                f"{qualname}() takes {text} but {got} positional argument{many} "
                f"(and {n_kw} keyword-only argument{kw_many}) were given"
            )
        was = "was" if got == 1 else "were"
        raise TypeError(f"{qualname}() takes {text} but {got} {was} given")

    def _missing(given):
        for fields, kind in ((positional, "positional"), (keyword, "keyword-only")):
            absent = []
            for f in fields:
                if (
                    f.name not in given
                    and f.default is MISSING
                    and f.default_factory is MISSING
                ):
                    absent.append(f.name)
            if absent:
                many = "s" if len(absent) != 1 else ""
                raise TypeError(
                    f"{qualname}() missing {len(absent)} required {kind} argument{many}: "
                    + _quoted(absent)
                )

    __init__.__qualname__ = qualname
    return __init__


# Instances whose text is being made, so that one that holds itself ends.
_open = []


def _make_repr(fields):
    names = tuple([f.name for f in fields])

    def __repr__(self):
        for other in _open:
            if other is self:
                return "..."
        _open.append(self)
        try:
            parts = []
            for name in names:
                parts.append(f"{name}={getattr(self, name)!r}")
        finally:
            _open.pop()
        return f"{type(self).__qualname__}({', '.join(parts)})"

    return __repr__


def _values(o, names):
    return tuple([getattr(o, name) for name in names])


def _make_eq(names):
    def __eq__(self, other):
        if self is other:
            return True
        if type(other) is not type(self):
            return NotImplemented
        for name in names:
            mine = getattr(self, name)
            yours = getattr(other, name)
            if not (mine is yours or mine == yours):
                return False
        return True

    return __eq__


def _add_order(cls, own, names):
    def __lt__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return _values(self, names) < _values(other, names)

    def __le__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return _values(self, names) <= _values(other, names)

    def __gt__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return _values(self, names) > _values(other, names)

    def __ge__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return _values(self, names) >= _values(other, names)

    for name, method in (
        ("__lt__", __lt__),
        ("__le__", __le__),
        ("__gt__", __gt__),
        ("__ge__", __ge__),
    ):
        if name in own:
            raise TypeError(
                f"Cannot overwrite attribute {name} in class {cls.__name__}. "
                "Consider using functools.total_ordering"
            )
        setattr(cls, name, method)


def _make_frozen_setattr(cls, names):
    def __setattr__(self, name, value):
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    return __setattr__


def _make_frozen_delattr(cls, names):
    def __delattr__(self, name):
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return __delattr__


def _add_hash(cls, options, has_hash, every):
    if options.unsafe_hash:
        if has_hash:
            raise TypeError(f"Cannot overwrite attribute __hash__ in class {cls.__name__}")
    elif not options.eq or has_hash:
        return
    elif not options.frozen:
        cls.__hash__ = None
        return
    names = tuple([f.name for f in every if (f.compare if f.hash is None else f.hash)])

    def __hash__(self):
        return hash(_values(self, names))

    cls.__hash__ = __hash__


def is_dataclass(obj):
    cls = obj if isinstance(obj, type) else type(obj)
    return hasattr(cls, _FIELDS)


def fields(class_or_instance):
    found = getattr(class_or_instance, _FIELDS, None)
    if found is None:
        raise TypeError("must be called with a dataclass type or instance")
    return tuple(found.values())


def _is_instance(obj):
    return hasattr(type(obj), _FIELDS)


def asdict(obj, *, dict_factory=dict):
    if not _is_instance(obj):
        raise TypeError("asdict() should be called on dataclass instances")
    return _as_dict(obj, dict_factory)


def _as_dict(obj, dict_factory):
    if _is_instance(obj):
        pairs = []
        for f in fields(obj):
            pairs.append((f.name, _as_dict(getattr(obj, f.name), dict_factory)))
        return dict_factory(pairs)
    if isinstance(obj, tuple) and hasattr(obj, "_fields"):
        return type(obj)(*[_as_dict(v, dict_factory) for v in obj])
    if isinstance(obj, (list, tuple)):
        return type(obj)([_as_dict(v, dict_factory) for v in obj])
    if isinstance(obj, dict):
        pairs = [(_as_dict(k, dict_factory), _as_dict(v, dict_factory)) for k, v in obj.items()]
        if hasattr(type(obj), "default_factory"):
            result = type(obj)(obj.default_factory)
            for k, v in pairs:
                result[k] = v
            return result
        return type(obj)(pairs)
    return _copy(obj)


def astuple(obj, *, tuple_factory=tuple):
    if not _is_instance(obj):
        raise TypeError("astuple() should be called on dataclass instances")
    return _as_tuple(obj, tuple_factory)


def _as_tuple(obj, tuple_factory):
    if _is_instance(obj):
        return tuple_factory([_as_tuple(getattr(obj, f.name), tuple_factory) for f in fields(obj)])
    if isinstance(obj, tuple) and hasattr(obj, "_fields"):
        return type(obj)(*[_as_tuple(v, tuple_factory) for v in obj])
    if isinstance(obj, (list, tuple)):
        return type(obj)([_as_tuple(v, tuple_factory) for v in obj])
    if isinstance(obj, dict):
        pairs = [(_as_tuple(k, tuple_factory), _as_tuple(v, tuple_factory)) for k, v in obj.items()]
        return type(obj)(pairs)
    return _copy(obj)


def _copy(value):
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return value
    import copy

    return copy.deepcopy(value)


def replace(obj, /, **changes):
    if not _is_instance(obj):
        raise TypeError("replace() should be called on dataclass instances")
    for f in fields(obj):
        if not f.init:
            if f.name in changes:
                raise TypeError(
                    f"field {f.name} is declared with init=False, it cannot be specified with replace()"
                )
        elif f.name not in changes:
            changes[f.name] = getattr(obj, f.name)
    return type(obj)(**changes)


def make_dataclass(cls_name, fields, *, bases=(), namespace=None, **options):
    _kont_refuse("`dataclasses.make_dataclass`")
