"""copy: shallow and deep copies."""


class Error(Exception):
    """A thing cannot be copied."""


error = Error

_ATOMS = (int, float, str, bytes, bool, type(None), type, range, frozenset, type(len), type(Ellipsis))


def _is_atom(x):
    if isinstance(x, (tuple, frozenset)):
        return False
    kind = type(x)
    return kind in _ATOMS or kind.__name__ in (
        "function",
        "method",
        "builtin_function_or_method",
        "module",
        "Pattern",
        "property",
        "ellipsis",
        "NotImplementedType",
    )


def copy(x):
    cls = type(x)
    if hasattr(cls, "__copy__"):
        return x.__copy__()
    if _is_atom(x) or cls is tuple or cls is frozenset:
        return x
    if cls is list:
        return x[:]
    if cls is dict or cls is set:
        return x.copy()
    return _instance(x, lambda value: value)


def deepcopy(x, memo=None):
    if memo is None:
        memo = {}
    if _is_atom(x):
        return x
    key = id(x)
    found = memo.get(key, memo)
    if found is not memo:
        return found[0]
    cls = type(x)
    if hasattr(cls, "__deepcopy__"):
        result = x.__deepcopy__(memo)
    elif cls is list:
        result = []
        memo[key] = (result, x)
        for item in x:
            result.append(deepcopy(item, memo))
    elif cls is dict:
        result = {}
        memo[key] = (result, x)
        for k, v in x.items():
            result[deepcopy(k, memo)] = deepcopy(v, memo)
    elif cls is set:
        result = set([deepcopy(item, memo) for item in x])
    elif cls is frozenset:
        result = frozenset([deepcopy(item, memo) for item in x])
    elif cls is tuple:
        result = tuple([deepcopy(item, memo) for item in x])
        if all([a is b for a, b in zip(result, x)]):
            result = x
    else:
        result = _instance(x, lambda value: deepcopy(value, memo), memo)
    memo[key] = (result, x)
    return result


def _instance(x, each, memo=None):
    cls = type(x)
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
        memo[id(x)] = (result, x)
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
