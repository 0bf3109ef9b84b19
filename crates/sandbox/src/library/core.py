"""Protocols of the interpreter that go on in Python: see `vm/`."""


def answer(value):
    """Waits for the answer of a request, and hands it on."""
    return value


def finish_class(cls, named, init_subclass, kwargs):
    """The last steps of making a class."""
    for value, name in named:
        type(value).__set_name__(value, cls, name)
    if init_subclass is not None:
        init_subclass(cls, **kwargs)
    return cls


async def async_turn(generator, value, how):
    """What `__anext__`, `asend`, `athrow` and `aclose` of an asynchronous generator give."""
    return _kont_async_turn(generator, value, how)


def match_attributes(subject, values, names):
    """The values that a class pattern looks at, or None if one is missing."""
    values = list(values)
    for name in names:
        try:
            values.append(getattr(subject, name))
        except AttributeError:
            return None
    return tuple(values)


def match_keys(subject, keys):
    """The values of a mapping pattern's keys, or None if one is missing."""
    values = []
    absent = match_keys
    get = subject.get
    for key in keys:
        value = get(key, absent)
        if value is absent:
            return None
        values.append(value)
    return tuple(values)


def match_rest(subject, keys):
    """A dict of what a mapping pattern did not name."""
    rest = dict(subject)
    for key in keys:
        del rest[key]
    return rest


def format_value(value, conversion, spec):
    """A replacement field of an f-string."""
    if conversion == "r":
        value = repr(value)
    elif conversion == "s":
        value = str(value)
    elif conversion == "a":
        value = ascii(value)
    return format(value, spec)


def split_group(exc, types):
    """`except*`: what matches, and what is left; each None if empty."""
    if isinstance(exc, BaseExceptionGroup):
        matching, rest = [], []
        for one in exc.exceptions:
            inside, outside = split_group(one, types)
            if inside is not None:
                matching.append(inside)
            if outside is not None:
                rest.append(outside)
        return _group_of(exc, matching), _group_of(exc, rest)
    if isinstance(exc, types):
        return exc, None
    return None, exc


def _group_of(exc, parts):
    if not parts:
        return None
    group = type(exc)(exc.args[0], parts)
    group.__traceback__ = exc.__traceback__
    group.__cause__ = exc.__cause__
    group.__context__ = exc.__context__
    return group


def split_star(exc, types):
    """As `split_group`; an exception that is no group matches as a group of one."""
    if isinstance(exc, BaseExceptionGroup):
        return list(split_group(exc, types))
    if isinstance(exc, types):
        return [ExceptionGroup("", [exc]), None]
    return [None, exc]


def text_of(value):
    return str(value)


def make_set(items):
    made = set()
    for item in items:
        made.add(item)
    return made


def make_dict(items):
    made = {}
    i = 0
    while i < len(items):
        made[items[i]] = items[i + 1]
        i += 2
    return made
