"""copy: shallow and deep copies."""


class Error(Exception):
    """A thing cannot be copied."""


error = Error

# What is its own copy: asked first, for most of what is copied is that.
_ATOMS = frozenset(
    (
        int,
        float,
        str,
        bytes,
        bool,
        range,
        property,
        type,
        type(None),
        type(len),
        type([].append),
        type(Ellipsis),
        type(NotImplemented),
        type(lambda: None),
    )
)
_ATOM_NAMES = ("method", "module", "Pattern")


def _is_atom(cls):
    return cls in _ATOMS or issubclass(cls, type) or cls.__name__ in _ATOM_NAMES


def copy(x):
    cls = type(x)
    if _is_atom(cls) or cls is tuple or cls is frozenset:
        return x
    if cls is list:
        return x[:]
    if cls is dict or cls is set:
        return x.copy()
    if hasattr(cls, "__copy__"):
        return x.__copy__()
    return _instance(x, cls, None)


def deepcopy(x, memo=None):
    cls = type(x)
    if cls in _ATOMS:
        return x
    key = id(x)
    if memo is None:
        memo = {}
    else:
        # No copy is the memo itself, so that says there is none.
        found = memo.get(key, memo)
        if found is not memo:
            return found
    copier = _COPIERS.get(cls)
    if copier is not None:
        result = copier(x, memo)
    elif _is_atom(cls):
        return x
    else:
        own = getattr(x, "__deepcopy__", None)
        result = _instance(x, cls, memo) if own is None else own(memo)
    if result is not x:
        memo[key] = result
        _keep(x, memo)
    return result


def _keep(x, memo):
    """Holds what was copied as long as the memo: its id must not become another's."""
    kept = memo.get(id(memo))
    if kept is None:
        memo[id(memo)] = [x]
    else:
        kept.append(x)


def _deep_list(x, memo):
    result = []
    memo[id(x)] = result
    append = result.append
    for item in x:
        append(deepcopy(item, memo))
    return result


def _deep_dict(x, memo):
    result = {}
    memo[id(x)] = result
    for key, value in x.items():
        result[deepcopy(key, memo)] = deepcopy(value, memo)
    return result


def _deep_tuple(x, memo):
    items = [deepcopy(item, memo) for item in x]
    # A tuple that holds itself, by way of a list, was copied meanwhile.
    found = memo.get(id(x), memo)
    if found is not memo:
        return found
    for item, new in zip(x, items):
        if item is not new:
            return tuple(items)
    return x


def _deep_set(x, memo):
    return set([deepcopy(item, memo) for item in x])


def _deep_frozenset(x, memo):
    return frozenset([deepcopy(item, memo) for item in x])


_COPIERS = {
    list: _deep_list,
    dict: _deep_dict,
    tuple: _deep_tuple,
    set: _deep_set,
    frozenset: _deep_frozenset,
}


def _instance(x, cls, memo):
    """A copy of an instance, deep if there is a memo."""
    if memo is None:
        def each(value):
            return value
    else:
        def each(value):
            return deepcopy(value, memo)
    if not hasattr(x, "__dict__") and not isinstance(x, (list, dict, set, tuple)):
        raise TypeError(f"cannot pickle '{cls.__name__}' object")
    if isinstance(x, BaseException):
        result = cls.__new__(cls, *[each(arg) for arg in x.args])
    elif isinstance(x, tuple):
        result = tuple.__new__(cls, [each(item) for item in x])
    elif isinstance(x, (int, str, float, bytes)):
        return x
    elif isinstance(x, (list, dict, set)):
        result = cls.__new__(cls)
    else:
        result = object.__new__(cls)
    if memo is not None:
        memo[id(x)] = result
    for name, value in list(x.__dict__.items()):
        object.__setattr__(result, name, each(value))
    if isinstance(x, list):
        for item in list(x):
            list.append(result, each(item))
    elif isinstance(x, dict):
        for k, v in list(x.items()):
            dict.__setitem__(result, each(k), each(v))
    elif isinstance(x, set):
        for item in list(x):
            set.add(result, each(item))
    return result


def replace(obj, /, **changes):
    return type(obj).__replace__(obj, **changes)
