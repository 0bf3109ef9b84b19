"""json: the functions of the module over the natives that read and write."""

JSONDecodeError = _kont_class_of("JSONDecodeError")


def loads(
    s,
    *,
    cls=None,
    object_hook=None,
    parse_float=None,
    parse_int=None,
    parse_constant=None,
    object_pairs_hook=None,
    **kw,
):
    if isinstance(s, bytes):
        s = s.decode("utf-8")
    elif not isinstance(s, str):
        raise TypeError(
            f"the JSON object must be str, bytes or bytearray, not {type(s).__name__}"
        )
    if parse_constant is not None:
        _kont_refuse("`json.loads` with `parse_constant`")
    if cls is not None and cls is not JSONDecoder:
        return cls(**kw).decode(s)
    if object_hook is None and object_pairs_hook is None and not parse_float and not parse_int:
        return _kont_json_loads(s, 0)
    mode = (1 if object_hook or object_pairs_hook else 0) | (2 if parse_float else 0)
    value = _kont_json_loads(s, mode | (4 if parse_int else 0))
    return _hooked(value, object_hook, object_pairs_hook, parse_float, parse_int)


def _hooked(value, object_hook, pairs_hook, parse_float, parse_int):
    """Calls the hooks in the order in which objects end."""
    if isinstance(value, tuple):
        pairs = []
        for key, item in value:
            pairs.append((key, _hooked(item, object_hook, pairs_hook, parse_float, parse_int)))
        if pairs_hook is not None:
            return pairs_hook(pairs)
        return object_hook(dict(pairs))
    if isinstance(value, list):
        return [_hooked(item, object_hook, pairs_hook, parse_float, parse_int) for item in value]
    if isinstance(value, dict):
        for key in value:
            value[key] = _hooked(value[key], object_hook, pairs_hook, parse_float, parse_int)
        return value
    if isinstance(value, bytes):
        text = value.decode()
        is_float = "." in text or "e" in text or "E" in text
        return parse_float(text) if is_float else parse_int(text)
    return value


def load(fp, **options):
    return loads(fp.read(), **options)


def dumps(
    obj,
    *,
    skipkeys=False,
    ensure_ascii=True,
    check_circular=True,
    allow_nan=True,
    cls=None,
    indent=None,
    separators=None,
    default=None,
    sort_keys=False,
    **kw,
):
    if cls is not None:
        encoder = cls(
            skipkeys=skipkeys,
            ensure_ascii=ensure_ascii,
            check_circular=check_circular,
            allow_nan=allow_nan,
            indent=indent,
            separators=separators,
            default=default,
            sort_keys=sort_keys,
            **kw,
        )
        return encoder.encode(obj)
    return _dump(
        obj, skipkeys, ensure_ascii, allow_nan, indent, separators, default, sort_keys
    )


def _dump(obj, skipkeys, ensure_ascii, allow_nan, indent, separators, default, sort_keys):
    if indent is not None and not isinstance(indent, str):
        indent = " " * indent
    if separators is not None:
        item_end, key_end = separators
    elif indent is not None:
        item_end, key_end = ",", ": "
    else:
        item_end, key_end = ", ", ": "
    style = (
        bool(skipkeys),
        bool(ensure_ascii),
        bool(allow_nan),
        bool(sort_keys),
        indent,
        item_end,
        key_end,
    )
    if default is None:
        return _kont_json_dumps(obj, *style, False)
    text = _kont_json_dumps(obj, *style, True)
    if text is NotImplemented:
        text = _kont_json_dumps(_plain(obj, default, bool(sort_keys), []), *style, False)
    return text


def _plain(obj, default, sort_keys, open):
    """The same value with `default` called for what JSON does not know, in the order of writing."""
    if obj is None or isinstance(obj, (str, int, float)):
        return obj
    for other in open:
        if other is obj:
            raise ValueError("Circular reference detected")
    open.append(obj)
    if isinstance(obj, (list, tuple)):
        result = [_plain(item, default, sort_keys, open) for item in obj]
    elif isinstance(obj, dict):
        result = {}
        items = sorted(obj.items(), key=lambda item: item[0]) if sort_keys else obj.items()
        for key, value in items:
            result[key] = _plain(value, default, sort_keys, open)
    else:
        result = _plain(default(obj), default, sort_keys, open)
    open.pop()
    return result


def dump(obj, fp, **options):
    fp.write(dumps(obj, **options))


class JSONEncoder:
    """Writes values; `default` may be given or overridden."""

    item_separator = ", "
    key_separator = ": "

    def __init__(
        self,
        *,
        skipkeys=False,
        ensure_ascii=True,
        check_circular=True,
        allow_nan=True,
        sort_keys=False,
        indent=None,
        separators=None,
        default=None,
    ):
        self.skipkeys = skipkeys
        self.ensure_ascii = ensure_ascii
        self.check_circular = check_circular
        self.allow_nan = allow_nan
        self.sort_keys = sort_keys
        self.indent = indent
        self.separators = separators
        if default is not None:
            self.default = default

    def default(self, o):
        raise TypeError(f"Object of type {type(o).__name__} is not JSON serializable")

    def encode(self, o):
        return _dump(
            o,
            self.skipkeys,
            self.ensure_ascii,
            self.allow_nan,
            self.indent,
            self.separators,
            self.default,
            self.sort_keys,
        )

    def iterencode(self, o, _one_shot=False):
        yield self.encode(o)


class JSONDecoder:
    """Reads values."""

    def __init__(self, **options):
        self._options = options

    def decode(self, s):
        return loads(s, **self._options)
