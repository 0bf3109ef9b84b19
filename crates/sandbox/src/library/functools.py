"""functools: functions that work with functions."""

_ABSENT = object()

WRAPPER_ASSIGNMENTS = ("__module__", "__name__", "__qualname__", "__doc__")
WRAPPER_UPDATES = ("__dict__",)


def reduce(function, iterable, initial=_ABSENT, /):
    iterator = iter(iterable)
    if initial is _ABSENT:
        try:
            value = next(iterator)
        except StopIteration:
            raise TypeError("reduce() of empty iterable with no initial value") from None
    else:
        value = initial
    for item in iterator:
        value = function(value, item)
    return value


def update_wrapper(wrapper, wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    for name in assigned:
        try:
            setattr(wrapper, name, getattr(wrapped, name))
        except AttributeError:
            pass
    for name, value in list(getattr(wrapped, "__dict__", {}).items()):
        setattr(wrapper, name, value)
    wrapper.__wrapped__ = wrapped
    return wrapper


def wraps(wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    return lambda wrapper: update_wrapper(wrapper, wrapped, assigned, updated)


class partial:
    """A call with some of its arguments given."""

    def __init__(self, func, /, *args, **keywords):
        if not callable(func):
            raise TypeError("the first argument must be callable")
        if isinstance(func, partial):
            args = func.args + args
            keywords = {**func.keywords, **keywords}
            func = func.func
        self.func = func
        self.args = args
        self.keywords = keywords

    def __call__(self, /, *args, **keywords):
        return self.func(*self.args, *args, **{**self.keywords, **keywords})

    def __repr__(self):
        parts = [repr(self.func)]
        for arg in self.args:
            parts.append(repr(arg))
        for name in self.keywords:
            parts.append(f"{name}={self.keywords[name]!r}")
        return f"functools.partial({', '.join(parts)})"


class partialmethod:
    """A method with some of its arguments given."""

    def __init__(self, func, /, *args, **keywords):
        self.func = func
        self.args = args
        self.keywords = keywords

    def __get__(self, obj, cls=None):
        return partial(getattr(self.func, "__get__")(obj, cls), *self.args, **self.keywords)


def cmp_to_key(mycmp):
    class K:
        __slots__ = ["obj"]

        def __init__(self, obj):
            self.obj = obj

        def __lt__(self, other):
            return mycmp(self.obj, other.obj) < 0

        def __gt__(self, other):
            return mycmp(self.obj, other.obj) > 0

        def __eq__(self, other):
            return mycmp(self.obj, other.obj) == 0

        def __le__(self, other):
            return mycmp(self.obj, other.obj) <= 0

        def __ge__(self, other):
            return mycmp(self.obj, other.obj) >= 0

        __hash__ = None

    return K


def total_ordering(cls):
    roots = []
    for name in ("__lt__", "__le__", "__gt__", "__ge__"):
        for base in cls.__mro__[:-1]:
            if name in base.__dict__:
                roots.append(name)
                break
    if not roots:
        raise ValueError("must define at least one ordering operation: < > <= >=")
    root = "__lt__" if "__lt__" in roots else roots[0]
    if "__le__" in roots and root != "__lt__":
        root = "__le__"
    made = _ORDERS[root]
    for name in made:
        if name not in roots:
            setattr(cls, name, made[name])
    return cls


def _derived(first, test):
    """A comparison made of another one of the class."""

    def compare(self, other):
        answer = getattr(type(self), first)(self, other)
        if answer is NotImplemented:
            return answer
        return test(answer, self, other)

    return compare


_ORDERS = {
    "__lt__": {
        "__gt__": _derived("__lt__", lambda lt, a, b: not lt and a != b),
        "__le__": _derived("__lt__", lambda lt, a, b: lt or a == b),
        "__ge__": _derived("__lt__", lambda lt, a, b: not lt),
    },
    "__le__": {
        "__ge__": _derived("__le__", lambda le, a, b: not le or a == b),
        "__lt__": _derived("__le__", lambda le, a, b: le and a != b),
        "__gt__": _derived("__le__", lambda le, a, b: not le),
    },
    "__gt__": {
        "__lt__": _derived("__gt__", lambda gt, a, b: not gt and a != b),
        "__ge__": _derived("__gt__", lambda gt, a, b: gt or a == b),
        "__le__": _derived("__gt__", lambda gt, a, b: not gt),
    },
    "__ge__": {
        "__le__": _derived("__ge__", lambda ge, a, b: not ge or a == b),
        "__gt__": _derived("__ge__", lambda ge, a, b: ge and a != b),
        "__lt__": _derived("__ge__", lambda ge, a, b: not ge),
    },
}


class _CacheInfo(tuple):
    """Hits, misses, maximum size and size."""

    @property
    def hits(self):
        return self[0]

    @property
    def misses(self):
        return self[1]

    @property
    def maxsize(self):
        return self[2]

    @property
    def currsize(self):
        return self[3]

    def __repr__(self):
        return (
            f"CacheInfo(hits={self[0]}, misses={self[1]}, maxsize={self[2]}, currsize={self[3]})"
        )


_MARK = object()


def _key(args, kwargs, typed):
    key = args
    if kwargs:
        key = key + (_MARK,)
        for item in kwargs.items():
            key = key + item
    if typed:
        key = key + tuple([type(v) for v in args]) + tuple([type(v) for v in kwargs.values()])
    return key


class _CachedFunction:
    """A function that remembers what it gave."""

    def __init__(self, function, maxsize, typed):
        update_wrapper(self, function)
        self._function = function
        self._maxsize = maxsize
        self._typed = typed
        self.cache_clear()

    def __call__(self, /, *args, **kwargs):
        if self._maxsize == 0:
            self._misses += 1
            return self._function(*args, **kwargs)
        key = _key(args, kwargs, self._typed)
        cache = self._cache
        value = cache.get(key, _ABSENT)
        if value is not _ABSENT:
            self._hits += 1
            if self._maxsize is not None:
                # The most recently used one is the last.
                del cache[key]
                cache[key] = value
            return value
        self._misses += 1
        value = self._function(*args, **kwargs)
        if self._maxsize is not None and key not in cache and len(cache) >= self._maxsize:
            for oldest in cache:
                break
            del cache[oldest]
        cache[key] = value
        return value

    def __get__(self, obj, cls=None):
        return self if obj is None else partial(self, obj)

    def __repr__(self):
        return f"<functools._lru_cache_wrapper object of {self.__qualname__}>"

    def cache_info(self):
        return _CacheInfo((self._hits, self._misses, self._maxsize, len(self._cache)))

    def cache_clear(self):
        self._cache = {}
        self._hits = 0
        self._misses = 0

    def cache_parameters(self):
        return {"maxsize": self._maxsize, "typed": self._typed}


def lru_cache(maxsize=128, typed=False):
    if callable(maxsize):
        return _CachedFunction(maxsize, 128, typed)
    if isinstance(maxsize, int):
        maxsize = max(maxsize, 0)
    elif maxsize is not None:
        raise TypeError("Expected first argument to be an integer, a callable, or None")
    return lambda function: _CachedFunction(function, maxsize, typed)


def cache(user_function, /):
    return _CachedFunction(user_function, None, False)


class cached_property:
    """A property that is computed once for each instance."""

    def __init__(self, func):
        self.func = func
        self.attrname = None
        self.__doc__ = func.__doc__

    def __set_name__(self, owner, name):
        self.attrname = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        # An attribute of the instance comes before this one, which has no `__set__`.
        value = self.func(instance)
        object.__setattr__(instance, self.attrname, value)
        return value


def singledispatch(func):
    registry = {}

    def find(cls):
        for base in cls.__mro__:
            if base in registry:
                return registry[base]
        return func

    def register(cls, function=None):
        if function is None:
            if isinstance(cls, type):
                return lambda f: register(cls, f)
            _kont_refuse("`singledispatch.register` by annotation (give the class)")
        registry[cls] = function
        return function

    def wrapper(*args, **kwargs):
        if not args:
            raise TypeError(f"{func.__name__} requires at least 1 positional argument")
        return find(type(args[0]))(*args, **kwargs)

    registry[object] = func
    update_wrapper(wrapper, func)
    wrapper.register = register
    wrapper.dispatch = find
    wrapper.registry = registry
    return wrapper
