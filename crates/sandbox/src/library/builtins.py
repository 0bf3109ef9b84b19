"""What the built-in functions and operators do when Python code has to run inside them.

A native never calls Python code. Where a user's `__eq__`, `__hash__`, `__iter__`, `__repr__`, ... must run,
the interpreter calls one of these functions instead, with the native's own parameters:

    slow_<function>            slow form of a built-in function or of an operator
    slow_<class>_<method>      slow form of a method; `self` first
    slow_<class>_new           slow form of a construction; the class first, the result is the plain built-in value

Operators are named by their symbol: `slow_binary("|", a, b)`, `slow_inplace("|=", a, b)`.

Natives used here (seen by the library only):

    _kont_special(o, name, default)     the attribute of `type(o)` that Python code defined, unbound
    _kont_refuse(what)                  ends the run: kont does not do this
    _kont_dict_candidates(d, hash)      positions of the entries with this hash
    _kont_dict_at(d, position)          the pair (key, value), or None if it was removed
    _kont_dict_put(d, position, hash, key, value)   stores; position -1 adds
    _kont_dict_drop(d, position)        removes
    _kont_set_candidates(s, hash), _kont_set_at(s, position) -> (key,) or None,
    _kont_set_put(s, hash, key), _kont_set_drop(s, position)
    _kont_set_freeze(s)                 a frozenset of the items of a set
    _kont_sorted(items, keys, reverse)  the items in the stable order of simple keys, or None
    _kont_order(keys)                   the stable order of keys as a list of positions, or None if Python code must compare
"""

# What programs see. The rest is for the interpreter.
__all__ = ["map", "filter", "aiter", "anext"]

_MASK = (1 << 64) - 1


def _name(o):
    return type(o).__name__


# --- lookup by hash and equality ------------------------------------------------------------------------------


def _dict_find(d, key, h):
    for position in _kont_dict_candidates(d, h):
        pair = _kont_dict_at(d, position)
        if pair is not None and (pair[0] is key or pair[0] == key):
            return position
    return -1


def _set_find(s, key, h):
    for position in _kont_set_candidates(s, h):
        found = _kont_set_at(s, position)
        if found is not None and (found[0] is key or found[0] == key):
            return position
    return -1


def slow_dict_insert(d, key, value):
    h = hash(key)
    _kont_dict_put(d, _dict_find(d, key, h), h, key, value)


def slow_set_add(s, key):
    h = hash(key)
    if _set_find(s, key, h) < 0:
        _kont_set_put(s, h, key)


def slow_dict_get(self, key, default=None):
    position = _dict_find(self, key, hash(key))
    if position < 0:
        return default
    return _kont_dict_at(self, position)[1]


def slow_dict_setdefault(self, key, default=None):
    h = hash(key)
    position = _dict_find(self, key, h)
    if position >= 0:
        return _kont_dict_at(self, position)[1]
    _kont_dict_put(self, -1, h, key, default)
    return default


def slow_dict_pop(self, key, *default):
    position = _dict_find(self, key, hash(key))
    if position >= 0:
        value = _kont_dict_at(self, position)[1]
        _kont_dict_drop(self, position)
        return value
    if default:
        return default[0]
    raise KeyError(key)


def slow_dict_merge(d, other, call=False):
    if isinstance(other, dict) and _kont_special(other, "keys", None) is None:
        for key in list(other):
            value = other[key]
            if call:
                _check_keyword(d, key)
            d[key] = value
        return
    if not hasattr(other, "keys"):
        if call:
            raise TypeError(f"argument after ** must be a mapping, not {_name(other)}")
        raise TypeError(f"'{_name(other)}' object is not a mapping")
    for key in other.keys():
        if call:
            _check_keyword(d, key)
        d[key] = other[key]


def _check_keyword(d, key):
    if not isinstance(key, str):
        raise TypeError("keywords must be strings")
    if key in d:
        raise TypeError(f"got multiple values for keyword argument '{key}'")


def slow_dict_update(self, *args, **kwargs):
    if len(args) > 1:
        raise TypeError(f"update expected at most 1 argument, got {len(args)}")
    if args:
        _dict_fill(self, args[0])
    for key in kwargs:
        self[key] = kwargs[key]


def _dict_fill(d, source):
    if isinstance(source, dict) or hasattr(source, "keys"):
        slow_dict_merge(d, source)
        return
    n = 0
    for pair in source:
        try:
            items = list(pair)
        except TypeError:
            raise TypeError(
                f"cannot convert dictionary update sequence element #{n} to a sequence"
            ) from None
        if len(items) != 2:
            raise ValueError(
                f"dictionary update sequence element #{n} has length {len(items)}; 2 is required"
            )
        d[items[0]] = items[1]
        n += 1


def slow_dict_fromkeys(cls, keys, value=None):
    d = cls()
    for key in keys:
        d[key] = value
    return d


def slow_dict_contains(self, key):
    return _dict_find(self, key, hash(key)) >= 0


def slow_dict_new(cls, *args, **kwargs):
    if len(args) > 1:
        raise TypeError(f"dict expected at most 1 argument, got {len(args)}")
    d = {}
    if args:
        _dict_fill(d, args[0])
    for key in kwargs:
        d[key] = kwargs[key]
    return d


def slow_dict(*args, **kwargs):
    return slow_dict_new(dict, *args, **kwargs)


# --- items and slices -----------------------------------------------------------------------------------------


def _index(o):
    if isinstance(o, int):
        return o
    method = _kont_special(o, "__index__", None)
    if method is None:
        raise TypeError(f"'{_name(o)}' object cannot be interpreted as an integer")
    value = method(o)
    if not isinstance(value, int):
        raise TypeError(f"__index__ returned non-int (type {_name(value)})")
    return value


def _index_or_none(o):
    return None if o is None else _index(o)


def _native_index(o, key):
    if isinstance(key, slice):
        return slice(
            _index_or_none(key.start), _index_or_none(key.stop), _index_or_none(key.step)
        )
    if _kont_special(key, "__index__", None) is None:
        kind = _name(o)
        if isinstance(o, str):
            raise TypeError(f"string indices must be integers, not '{_name(key)}'")
        if isinstance(o, bytes):
            raise TypeError(f"byte indices must be integers or slices, not {_name(key)}")
        raise TypeError(f"{kind} indices must be integers or slices, not {_name(key)}")
    return _index(key)


def slow_getitem(o, key):
    if isinstance(o, dict):
        position = _dict_find(o, key, hash(key))
        if position >= 0:
            return _kont_dict_at(o, position)[1]
        missing = _kont_special(o, "__missing__", None)
        if missing is not None:
            return missing(o, key)
        raise KeyError(key)
    return o[_native_index(o, key)]


def slow_setitem(o, key, value):
    if isinstance(o, dict):
        slow_dict_insert(o, key, value)
    elif isinstance(key, slice):
        o[_native_index(o, key)] = slow_list(value)
    else:
        o[_native_index(o, key)] = value


def slow_delitem(o, key):
    if isinstance(o, dict):
        position = _dict_find(o, key, hash(key))
        if position < 0:
            raise KeyError(key)
        _kont_dict_drop(o, position)
    else:
        del o[_native_index(o, key)]


def slow_contains(container, item):
    if isinstance(container, dict):
        return slow_dict_contains(container, item)
    if isinstance(container, (set, frozenset)):
        return slow_set_contains(container, item)
    for x in container:
        if x is item or x == item:
            return True
    return False


# --- comparison -----------------------------------------------------------------------------------------------


def _all_in(a, b):
    for x in a:
        if x not in b:
            return False
    return True


def _set_like(o):
    if isinstance(o, (set, frozenset)):
        return True
    name = _name(o)
    return name == "dict_keys" or name == "dict_items"


def _sequences(a, b):
    return (isinstance(a, list) and isinstance(b, list)) or (
        isinstance(a, tuple) and isinstance(b, tuple)
    )


def slow_eq(a, b):
    if _sequences(a, b):
        if len(a) != len(b):
            return False
        i = 0
        while i < len(a) and i < len(b):
            x = a[i]
            y = b[i]
            if not (x is y or x == y):
                return False
            i += 1
        return True
    if isinstance(a, dict) and isinstance(b, dict):
        if len(a) != len(b):
            return False
        for key in list(a):
            h = hash(key)
            mine = _dict_find(a, key, h)
            other = _dict_find(b, key, h)
            if mine < 0 or other < 0:
                return False
            x = _kont_dict_at(a, mine)[1]
            y = _kont_dict_at(b, other)[1]
            if not (x is y or x == y):
                return False
        return True
    if _set_like(a) and _set_like(b):
        return len(a) == len(b) and _all_in(a, b)
    if isinstance(a, slice) and isinstance(b, slice):
        return (a.start, a.stop, a.step) == (b.start, b.stop, b.step)
    method = _kont_special(a, "__eq__", None)
    if method is not None:
        answer = method(a, b)
        if answer is not NotImplemented:
            return answer
    method = _kont_special(b, "__eq__", None)
    if method is not None:
        answer = method(b, a)
        if answer is not NotImplemented:
            return answer
    return a is b


def slow_ne(a, b):
    return not slow_eq(a, b)


def _order_of(a, b):
    """Compares two sequences: -1, 0 or 1 by length if one is the start of the other, else their first
    different items."""
    i = 0
    while i < len(a) and i < len(b):
        x = a[i]
        y = b[i]
        if not (x is y or x == y):
            return None, x, y
        i += 1
    return (len(a) > len(b)) - (len(a) < len(b)), None, None


def _cannot_order(symbol, a, b):
    return TypeError(
        f"'{symbol}' not supported between instances of '{_name(a)}' and '{_name(b)}'"
    )


def slow_lt(a, b):
    if _sequences(a, b):
        order, x, y = _order_of(a, b)
        return x < y if order is None else order < 0
    if _set_like(a) and _set_like(b):
        return len(a) < len(b) and _all_in(a, b)
    raise _cannot_order("<", a, b)


def slow_le(a, b):
    if _sequences(a, b):
        order, x, y = _order_of(a, b)
        return x <= y if order is None else order <= 0
    if _set_like(a) and _set_like(b):
        return len(a) <= len(b) and _all_in(a, b)
    raise _cannot_order("<=", a, b)


def slow_gt(a, b):
    if _sequences(a, b):
        order, x, y = _order_of(a, b)
        return x > y if order is None else order > 0
    if _set_like(a) and _set_like(b):
        return len(a) > len(b) and _all_in(b, a)
    raise _cannot_order(">", a, b)


def slow_ge(a, b):
    if _sequences(a, b):
        order, x, y = _order_of(a, b)
        return x >= y if order is None else order >= 0
    if _set_like(a) and _set_like(b):
        return len(a) >= len(b) and _all_in(b, a)
    raise _cannot_order(">=", a, b)


# --- hash -----------------------------------------------------------------------------------------------------


def _signed(n):
    return n - (1 << 64) if n >> 63 else n


def slow_hash(o):
    method = _kont_special(o, "__hash__", Ellipsis)
    if method is None:
        raise TypeError(f"unhashable type: '{_name(o)}'")
    if method is not Ellipsis:
        value = method(o)
        if not isinstance(value, int):
            raise TypeError("__hash__ method should return an integer")
        if -9223372036854775808 <= value <= 9223372036854775807:
            return -2 if value == -1 else int(value)
        return hash(int(value))
    if isinstance(o, tuple):
        acc = 2870177450012600261
        for item in o:
            acc = (acc + (hash(item) & _MASK) * 14029467366897019727) & _MASK
            acc = ((acc << 31) | (acc >> 33)) & _MASK
            acc = (acc * 11400714785074694791) & _MASK
        acc = (acc + (len(o) ^ (2870177450012600261 ^ 3527539))) & _MASK
        return 1546275796 if acc == _MASK else _signed(acc)
    if isinstance(o, frozenset):
        acc = 0
        for item in o:
            h = hash(item) & _MASK
            acc ^= ((h ^ 89869747) ^ ((h << 16) & _MASK)) * 3644798167 & _MASK
        acc ^= (len(o) + 1) * 1927868237 & _MASK
        acc ^= (acc >> 11) ^ (acc >> 25)
        acc = (acc * 69069 + 907133923) & _MASK
        return 590923713 if acc == _MASK else _signed(acc)
    raise TypeError(f"unhashable type: '{_name(o)}'")


# --- text -----------------------------------------------------------------------------------------------------

# Containers whose text is being made, so that one that holds itself ends.
_open = []


def _is_open(o):
    for other in _open:
        if other is o:
            return True
    return False


def _join_reprs(o, items):
    _open.append(o)
    try:
        texts = []
        for item in items:
            texts.append(repr(item))
        return ", ".join(texts)
    finally:
        _open.pop()


def _dict_repr(o):
    if _is_open(o):
        return "{...}"
    _open.append(o)
    try:
        texts = []
        for key, value in list(dict.items(o)):
            texts.append(repr(key) + ": " + repr(value))
        return "{" + ", ".join(texts) + "}"
    finally:
        _open.pop()


def slow_repr(o):
    method = _kont_special(o, "__repr__", None)
    if method is not None:
        text = method(o)
        if not isinstance(text, str):
            raise TypeError(f"__repr__ returned non-string (type {_name(text)})")
        return text
    return _plain_repr(o)


def _plain_repr(o):
    if isinstance(o, list):
        return "[...]" if _is_open(o) else "[" + _join_reprs(o, o) + "]"
    if isinstance(o, tuple):
        if _is_open(o):
            return "(...)"
        text = _join_reprs(o, o)
        return "(" + text + ",)" if len(o) == 1 else "(" + text + ")"
    if isinstance(o, dict):
        return _dict_repr(o)
    name = _name(o)
    if isinstance(o, (set, frozenset)):
        if _is_open(o):
            return name + "(...)"
        if len(o) == 0:
            return name + "()"
        text = "{" + _join_reprs(o, o) + "}"
        return text if type(o) is set else name + "(" + text + ")"
    if isinstance(o, BaseException):
        return name + "(" + _join_reprs(o, o.args) + ")"
    if name == "dict_keys" or name == "dict_values" or name == "dict_items":
        return name + "([" + _join_reprs(o, list(o)) + "])"
    if isinstance(o, slice):
        return f"slice({o.start!r}, {o.stop!r}, {o.step!r})"
    if name == "method":
        return f"<bound method {o.__func__.__qualname__} of {o.__self__!r}>"
    if name == "mappingproxy":
        return "mappingproxy(" + _dict_repr(dict(o)) + ")"
    _kont_refuse(f"the representation of a `{name}`")


def slow_str(o):
    method = _kont_special(o, "__str__", None)
    if method is not None:
        text = method(o)
        if not isinstance(text, str):
            raise TypeError(f"__str__ returned non-string (type {_name(text)})")
        return text
    if isinstance(o, BaseException) and _kont_special(o, "__repr__", None) is None:
        return _exception_text(o)
    return slow_repr(o)


def _exception_text(o):
    args = o.args
    if isinstance(o, BaseExceptionGroup):
        n = len(o.exceptions)
        return f"{args[0]} ({n} sub-exception{'' if n == 1 else 's'})"
    if len(args) == 0:
        return ""
    if len(args) == 1:
        return repr(args[0]) if isinstance(o, KeyError) else str(args[0])
    return repr(args)


def slow_str_new(cls, o=""):
    return str(o) if type(o) is str else slow_str(o)


def slow_ascii(o):
    return _escape(repr(o))


def _escape(text):
    parts = []
    for c in text:
        n = ord(c)
        if n < 128:
            parts.append(c)
        elif n < 256:
            parts.append("\\x" + format(n, "02x"))
        elif n < 65536:
            parts.append("\\u" + format(n, "04x"))
        else:
            parts.append("\\U" + format(n, "08x"))
    return "".join(parts)


def slow_format(o, spec=""):
    method = _kont_special(o, "__format__", None)
    if method is not None:
        text = method(o, spec)
        if not isinstance(text, str):
            raise TypeError(f"__format__ must return a str, not {_name(text)}")
        return text
    if spec == "":
        return str(o)
    raise TypeError(f"unsupported format string passed to {_name(o)}.__format__")


def slow_print(*args, sep=" ", end="\n", file=None, flush=False):
    if file is None:
        texts = []
        for arg in args:
            texts.append(str(arg))
        print(*texts, sep=sep, end=end)
        return
    sep = " " if sep is None else sep
    end = "\n" if end is None else end
    first = True
    for arg in args:
        if not first:
            file.write(sep)
        first = False
        file.write(str(arg))
    file.write(end)
    if flush and hasattr(file, "flush"):
        file.flush()


def slow_str_join(self, iterable):
    return self.join(slow_list(iterable))


def _convert(value, conversion):
    if conversion == "r":
        return repr(value)
    if conversion == "s":
        return str(value)
    if conversion == "a":
        return ascii(value)
    raise ValueError(f"Unknown conversion specifier {conversion!s}")


class _Fields:
    """The arguments of one `str.format`, and how far automatic numbering is."""

    def __init__(self, args, kwargs):
        self.args = args
        self.kwargs = kwargs
        self.next = 0
        self.manual = False

    def first(self, name):
        if name == "":
            if self.manual:
                raise ValueError(
                    "cannot switch from manual field specification to automatic field numbering"
                )
            name = self.next
            self.next += 1
        elif name.isdecimal():
            if self.next:
                raise ValueError(
                    "cannot switch from automatic field numbering to manual field specification"
                )
            self.manual = True
            name = int(name)
        else:
            return self.kwargs[name]
        if self.args is None:
            raise ValueError("Format string contains positional fields")
        if name >= len(self.args):
            raise IndexError(
                f"Replacement index {name} out of range for positional args tuple"
            )
        return self.args[name]

    def value(self, path):
        end = 0
        while end < len(path) and path[end] != "." and path[end] != "[":
            end += 1
        value = self.first(path[:end])
        while end < len(path):
            if path[end] == ".":
                start = end + 1
                end = start
                while end < len(path) and path[end] != "." and path[end] != "[":
                    end += 1
                if start == end:
                    raise ValueError("Empty attribute in format string")
                if path[start:end].startswith("_"):
                    _kont_refuse(f"`.{path[start:end]}` in a format string")
                value = getattr(value, path[start:end])
            else:
                close = path.find("]", end)
                if close < 0:
                    raise ValueError("Missing ']' in format string")
                key = path[end + 1 : close]
                if key == "":
                    raise ValueError("Empty attribute in format string")
                value = value[int(key) if key.isdecimal() else key]
                end = close + 1
                if end < len(path) and path[end] != "." and path[end] != "[":
                    raise ValueError(
                        "Only '.' or '[' may follow ']' in format field specifier"
                    )
        return value


def _format_text(text, fields, depth):
    if depth < 0:
        raise ValueError("Max string recursion exceeded")
    parts = []
    i = 0
    n = len(text)
    while i < n:
        c = text[i]
        if c == "{" and i + 1 < n and text[i + 1] == "{" or c == "}" and text[i + 1 : i + 2] == "}":
            parts.append(c)
            i += 2
        elif c == "}":
            raise ValueError("Single '}' encountered in format string")
        elif c == "{":
            i += 1
            start = i
            level = 1
            while i < n:
                if text[i] == "{":
                    level += 1
                elif text[i] == "}":
                    level -= 1
                    if level == 0:
                        break
                i += 1
            if level:
                if start == n:
                    raise ValueError("Single '{' encountered in format string")
                raise ValueError("expected '}' before end of string")
            parts.append(_format_field(text[start:i], fields, depth))
            i += 1
        else:
            start = i
            while i < n and text[i] != "{" and text[i] != "}":
                i += 1
            parts.append(text[start:i])
    return "".join(parts)


def _format_field(field, fields, depth):
    i = 0
    while i < len(field) and field[i] != "!" and field[i] != ":":
        if field[i] == "[":
            close = field.find("]", i)
            i = len(field) if close < 0 else close
        i += 1
    value = fields.value(field[:i])
    if field[i : i + 1] == "!":
        if i + 1 >= len(field):
            raise ValueError("end of string while looking for conversion specifier")
        value = _convert(value, field[i + 1])
        i += 2
        if i < len(field) and field[i] != ":":
            raise ValueError("expected ':' after conversion specifier")
    spec = field[i + 1 :]
    if "{" in spec or "}" in spec:
        spec = _format_text(spec, fields, depth - 1)
    return format(value, spec)


def slow_str_format(self, *args, **kwargs):
    return _format_text(self, _Fields(args, kwargs), 1)


def slow_str_format_map(self, mapping):
    return _format_text(self, _Fields(None, mapping), 1)


def _percent(text, args):
    """`text % args` where some argument's text is made by Python code."""
    mapping = None
    if not isinstance(args, tuple):
        mapping = args if hasattr(args, "__getitem__") and not isinstance(args, str) else None
        args = (args,)
    used = 0
    parts = []
    i = 0
    n = len(text)
    while i < n:
        start = text.find("%", i)
        if start < 0:
            parts.append(text[i:])
            break
        parts.append(text[i:start])
        i = start + 1
        value = None
        keyed = False
        if text[i : i + 1] == "(":
            close = text.find(")", i)
            if close < 0:
                raise ValueError("incomplete format key")
            if mapping is None:
                raise TypeError("format requires a mapping")
            value = mapping[text[i + 1 : close]]
            keyed = True
            i = close + 1
        spec = "%"
        stars = []
        while i < n and text[i] in "-+ #0123456789.*":
            if text[i] == "*":
                if used >= len(args):
                    raise TypeError("not enough arguments for format string")
                stars.append(args[used])
                used += 1
            spec += text[i]
            i += 1
        if i >= n:
            raise ValueError("incomplete format")
        kind = text[i]
        i += 1
        if kind == "%":
            parts.append("%")
            continue
        if not keyed:
            if used >= len(args):
                raise TypeError("not enough arguments for format string")
            value = args[used]
            used += 1
        if kind in "sra":
            value = _convert(value, kind)
            kind = "s"
        elif kind in "dixXo" and _kont_special(value, "__index__", None) is not None:
            value = _index(value)
        elif kind in "eEfFgG" and _kont_special(value, "__float__", None) is not None:
            value = float(value)
        parts.append((spec + kind) % (*stars, value))
    if mapping is None and used < len(args):
        raise TypeError("not all arguments converted during string formatting")
    return "".join(parts)


# --- truth, numbers -------------------------------------------------------------------------------------------


def slow_truth(o):
    method = _kont_special(o, "__bool__", None)
    if method is not None:
        value = method(o)
        if value is not True and value is not False:
            raise TypeError(f"__bool__ should return bool, returned {_name(value)}")
        return value
    if _kont_special(o, "__len__", None) is not None:
        return slow_len(o) != 0
    return True


def slow_bool_new(cls, o=False):
    return slow_truth(o)


def slow_len(o):
    method = _kont_special(o, "__len__", None)
    if method is None:
        raise TypeError(f"object of type '{_name(o)}' has no len()")
    n = method(o)
    if not isinstance(n, int):
        n = _index(n)
    if n < 0:
        raise ValueError("__len__() should return >= 0")
    return int(n)


def slow_abs(o):
    method = _kont_special(o, "__abs__", None)
    if method is None:
        raise TypeError(f"bad operand type for abs(): '{_name(o)}'")
    return method(o)


def slow_round(number, ndigits=None):
    method = _kont_special(number, "__round__", None)
    if method is None:
        raise TypeError(f"type {_name(number)} doesn't define __round__ method")
    return method(number) if ndigits is None else method(number, ndigits)


def slow_divmod(a, b):
    method = _kont_special(a, "__divmod__", None)
    if method is not None:
        answer = method(a, b)
        if answer is not NotImplemented:
            return answer
    method = _kont_special(b, "__rdivmod__", None)
    if method is not None:
        answer = method(b, a)
        if answer is not NotImplemented:
            return answer
    raise TypeError(
        f"unsupported operand type(s) for divmod(): '{_name(a)}' and '{_name(b)}'"
    )


def slow_pow(base, exp, mod=None):
    if mod is None:
        return base**exp
    method = _kont_special(base, "__pow__", None)
    if method is not None:
        answer = method(base, exp, mod)
        if answer is not NotImplemented:
            return answer
    raise TypeError(
        f"unsupported operand type(s) for ** or pow(): '{_name(base)}', '{_name(exp)}', '{_name(mod)}'"
    )


def slow_int_new(cls, x=0, *base):
    if base:
        return int(x, _index(base[0]))
    method = _kont_special(x, "__int__", None)
    if method is not None:
        value = method(x)
        if not isinstance(value, int):
            raise TypeError(f"__int__ returned non-int (type {_name(value)})")
        return value
    if _kont_special(x, "__index__", None) is not None:
        return _index(x)
    raise TypeError(
        f"int() argument must be a string, a bytes-like object or a real number, not '{_name(x)}'"
    )


def slow_float_new(cls, x=0.0):
    method = _kont_special(x, "__float__", None)
    if method is not None:
        value = method(x)
        if not isinstance(value, float):
            raise TypeError(f"{_name(x)}.__float__ returned non-float (type {_name(value)})")
        return value
    if _kont_special(x, "__index__", None) is not None:
        return float(_index(x))
    raise TypeError(f"float() argument must be a string or a real number, not '{_name(x)}'")


def slow_bytes_new(cls, source=b"", *rest):
    method = _kont_special(source, "__bytes__", None)
    if method is not None:
        value = method(source)
        if not isinstance(value, bytes):
            raise TypeError(f"__bytes__ returned non-bytes (type {_name(value)})")
        return value
    if _kont_special(source, "__index__", None) is not None:
        return bytes(_index(source))
    return bytes(slow_list(source), *rest)


def slow_range_new(cls, *args):
    return range(*[_index(arg) for arg in args])


def slow_bin(o):
    return bin(_index(o))


def slow_oct(o):
    return oct(_index(o))


def slow_hex(o):
    return hex(_index(o))


def slow_chr(o):
    return chr(_index(o))


# --- exception groups -----------------------------------------------------------------------------------------


def slow_group_split(self, condition):
    if isinstance(condition, (type, tuple)):
        wanted = condition
        condition = lambda error: isinstance(error, wanted)
    elif not callable(condition):
        raise TypeError("expected an exception type, a tuple of exception types, or a callable (other than a class)")
    if condition(self):
        return self, None
    matching, rest = [], []
    for error in self.exceptions:
        if isinstance(error, BaseExceptionGroup):
            inside, outside = error.split(condition)
        else:
            inside, outside = (error, None) if condition(error) else (None, error)
        if inside is not None:
            matching.append(inside)
        if outside is not None:
            rest.append(outside)
    return _group_part(self, matching), _group_part(self, rest)


def slow_group_subgroup(self, condition):
    return self.split(condition)[0]


def slow_group_derive(self, exceptions):
    plain = all(isinstance(error, Exception) for error in exceptions)
    return (ExceptionGroup if plain else BaseExceptionGroup)(self.message, exceptions)


def _group_part(group, errors):
    if not errors:
        return None
    part = group.derive(errors)
    part.__traceback__ = group.__traceback__
    part.__cause__ = group.__cause__
    part.__context__ = group.__context__
    for note in getattr(group, "__notes__", []):
        part.add_note(note)
    return part
