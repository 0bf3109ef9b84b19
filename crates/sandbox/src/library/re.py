"""re: the functions of the module. Patterns and matches themselves are natives."""

NOFLAG = 0
IGNORECASE = I = 2
LOCALE = L = 4
MULTILINE = M = 8
DOTALL = S = 16
UNICODE = U = 32
VERBOSE = X = 64
DEBUG = 128
ASCII = A = 256

PatternError = _kont_class_of("PatternError")
error = PatternError
Pattern = type(_kont_re_compile("", 0))
Match = type(_kont_re_compile("", 0).match(""))

_cache = {}
_CACHE_MAX = 512


def _compile(pattern, flags):
    kind = type(pattern)
    if kind is Pattern:
        if flags:
            raise ValueError("cannot process flags argument with a compiled pattern")
        return pattern
    if kind is not str and kind is not bytes:
        return _kont_re_compile(pattern, int(flags))
    key = (kind, pattern, flags)
    found = _cache.get(key)
    if found is None:
        found = _kont_re_compile(pattern, int(flags))
        if len(_cache) >= _CACHE_MAX:
            _cache.clear()
        _cache[key] = found
    return found


def compile(pattern, flags=0):
    return _compile(pattern, flags)


def match(pattern, string, flags=0):
    return _compile(pattern, flags).match(string)


def fullmatch(pattern, string, flags=0):
    return _compile(pattern, flags).fullmatch(string)


def search(pattern, string, flags=0):
    return _compile(pattern, flags).search(string)


def findall(pattern, string, flags=0):
    return _compile(pattern, flags).findall(string)


def finditer(pattern, string, flags=0):
    return _compile(pattern, flags).finditer(string)


def split(pattern, string, maxsplit=0, flags=0):
    return _compile(pattern, flags).split(string, maxsplit)


def sub(pattern, repl, string, count=0, flags=0):
    return _compile(pattern, flags).sub(repl, string, count)


def subn(pattern, repl, string, count=0, flags=0):
    return _compile(pattern, flags).subn(repl, string, count)


_SPECIAL = frozenset("()[]{}?*+-|^$\\.&~# \t\n\r\v\f")


def escape(pattern):
    if isinstance(pattern, bytes):
        return escape(pattern.decode("latin-1")).encode("latin-1")
    parts = []
    for c in pattern:
        parts.append("\\" + c if c in _SPECIAL else c)
    return "".join(parts)


def purge():
    _cache.clear()
