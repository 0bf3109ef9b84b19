# The second half of builtins.py: sequences, sets, sorting, iterators, lazy classes, awaiting.
# Both halves are one module.


# --- making sequences -----------------------------------------------------------------------------------------


def slow_list(iterable=()):
    return [x for x in iterable]


def slow_list_new(cls, iterable=()):
    return [x for x in iterable]


def slow_tuple(iterable=()):
    return tuple([x for x in iterable])


def slow_tuple_new(cls, iterable=()):
    return tuple([x for x in iterable])


def slow_set(iterable=()):
    result = set()
    for x in iterable:
        result.add(x)
    return result


def slow_set_new(cls, iterable=()):
    return slow_set(iterable)


def slow_frozenset(iterable=()):
    return _freeze(slow_set(iterable))


def slow_frozenset_new(cls, iterable=()):
    return _freeze(slow_set(iterable))


def _freeze(items):
    """A frozenset of a set's items. Their hashes are known, so nothing of Python runs."""
    return _kont_set_freeze(items)


def slow_list_extend(self, iterable):
    for x in iterable:
        self.append(x)


def slow_unpack(iterable, n):
    items = []
    iterator = iter(iterable)
    for x in iterator:
        if len(items) == n:
            raise ValueError(f"too many values to unpack (expected {n})")
        items.append(x)
    if len(items) < n:
        raise ValueError(f"not enough values to unpack (expected {n}, got {len(items)})")
    return items


def slow_unpack_star(iterable, before, after):
    items = [x for x in iterable]
    if len(items) < before + after:
        raise ValueError(
            f"not enough values to unpack (expected at least {before + after}, got {len(items)})"
        )
    rest = len(items) - after
    return items[:before] + [items[before:rest]] + items[rest:]


# --- lists and tuples -----------------------------------------------------------------------------------------


def _find_item(items, value, start, stop):
    start = _index(start)
    stop = _index(stop)
    if start < 0:
        start = max(start + len(items), 0)
    if stop < 0:
        stop = max(stop + len(items), 0)
    i = start
    while i < stop and i < len(items):
        x = items[i]
        if x is value or x == value:
            return i
        i += 1
    return -1


def slow_list_index(self, value, start=0, stop=9223372036854775807):
    i = _find_item(self, value, start, stop)
    if i < 0:
        raise ValueError(f"{value!r} is not in list")
    return i


def slow_tuple_index(self, value, start=0, stop=9223372036854775807):
    i = _find_item(self, value, start, stop)
    if i < 0:
        raise ValueError("tuple.index(x): x not in tuple")
    return i


def slow_list_count(self, value):
    n = 0
    for x in self:
        if x is value or x == value:
            n += 1
    return n


def slow_tuple_count(self, value):
    return slow_list_count(self, value)


def slow_list_remove(self, value):
    i = _find_item(self, value, 0, len(self))
    if i < 0:
        raise ValueError("list.remove(x): x not in list")
    # The comparison may have emptied the list.
    del self[i : i + 1]


def slow_list_contains(self, value):
    return slow_contains(self, value)


def slow_tuple_contains(self, value):
    return slow_contains(self, value)


# --- sorting --------------------------------------------------------------------------------------------------


def _merge_order(keys):
    """The stable order of keys as a list of positions: a merge sort that compares with `<` only."""
    n = len(keys)
    order = []
    # Runs that are in order already are kept, so that sorted input costs n comparisons.
    runs = []
    start = 0
    while start < n:
        end = start + 1
        while end < n and not (keys[end] < keys[end - 1]):
            end += 1
        runs.append(list(range(start, end)))
        start = end
    while len(runs) > 1:
        merged = []
        r = 0
        while r + 1 < len(runs):
            merged.append(_merge(keys, runs[r], runs[r + 1]))
            r += 2
        if r < len(runs):
            merged.append(runs[r])
        runs = merged
    if runs:
        order = runs[0]
    return order


def _merge(keys, a, b):
    out = []
    i = 0
    j = 0
    while i < len(a) and j < len(b):
        if keys[b[j]] < keys[a[i]]:
            out.append(b[j])
            j += 1
        else:
            out.append(a[i])
            i += 1
    out.extend(a[i:])
    out.extend(b[j:])
    return out


def _sorted(items, key, reverse):
    # The key function sees the items in their order, whatever the direction.
    keys = items if key is None else [key(x) for x in items]
    result = _kont_sorted(items, keys, bool(reverse))
    if result is not None:
        return result
    if reverse:
        # Equal items keep their order also in reverse.
        items = items[::-1]
        keys = keys[::-1]
    order = _kont_order(keys)
    if order is None:
        order = _merge_order(keys)
    result = [items[i] for i in order]
    return result[::-1] if reverse else result


def slow_sorted(iterable, /, *, key=None, reverse=False):
    return _sorted([x for x in iterable], key, reverse)


def slow_list_sort(self, *, key=None, reverse=False):
    items = self[:]
    self.clear()
    try:
        items = _sorted(items, key, reverse)
    finally:
        modified = len(self) > 0
        self[:] = items
    if modified:
        raise ValueError("list modified during sort")


def _extreme(name, args, kwargs, less):
    key = None
    default = _open
    for word in kwargs:
        if word == "key":
            key = kwargs[word]
        elif word == "default":
            default = kwargs[word]
        else:
            raise TypeError(f"{name}() got an unexpected keyword argument '{word}'")
    if len(args) == 0:
        raise TypeError(f"{name} expected at least 1 argument, got 0")
    if len(args) > 1:
        if default is not _open:
            raise TypeError(
                f"Cannot specify a default for {name}() with multiple positional arguments"
            )
        items = args
    else:
        items = args[0]
    found = False
    best = None
    best_key = None
    for item in items:
        item_key = item if key is None else key(item)
        if not found:
            found = True
            best = item
            best_key = item_key
        elif (item_key < best_key) if less else (item_key > best_key):
            best = item
            best_key = item_key
    if found:
        return best
    if default is not _open:
        return default
    raise ValueError(f"{name}() iterable argument is empty")


def slow_min(*args, **kwargs):
    return _extreme("min", args, kwargs, True)


def slow_max(*args, **kwargs):
    return _extreme("max", args, kwargs, False)


def slow_sum(iterable, /, start=0):
    if isinstance(start, str):
        raise TypeError("sum() can't sum strings [use ''.join(seq) instead]")
    if isinstance(start, bytes):
        raise TypeError("sum() can't sum bytes [use b''.join(seq) instead]")
    total = start
    for x in iterable:
        total = total + x
    return total


def slow_any(iterable):
    for x in iterable:
        if x:
            return True
    return False


def slow_all(iterable):
    for x in iterable:
        if not x:
            return False
    return True


# --- sets -----------------------------------------------------------------------------------------------------


def _like(first, result):
    return _freeze(result) if isinstance(first, frozenset) else result


def slow_set_contains(self, item):
    return _set_find(self, item, hash(item)) >= 0


def slow_set_discard(self, item):
    position = _set_find(self, item, hash(item))
    if position >= 0:
        _kont_set_drop(self, position)


def slow_set_remove(self, item):
    position = _set_find(self, item, hash(item))
    if position < 0:
        raise KeyError(item)
    _kont_set_drop(self, position)


def slow_set_update(self, *others):
    for other in others:
        for x in list(other):
            self.add(x)


def slow_set_union(self, *others):
    result = slow_set(self)
    slow_set_update(result, *others)
    return _like(self, result)


def slow_set_intersection(self, *others):
    result = slow_set(self)
    for other in others:
        other = slow_set(other)
        kept = set()
        for x in result:
            if x in other:
                kept.add(x)
        result = kept
    return _like(self, result)


def slow_set_difference(self, *others):
    result = slow_set(self)
    for other in others:
        for x in list(other):
            result.discard(x)
    return _like(self, result)


def slow_set_symmetric_difference(self, other):
    result = slow_set(self)
    for x in slow_set(other):
        if x in result:
            result.discard(x)
        else:
            result.add(x)
    return _like(self, result)


def _set_become(self, items):
    self.clear()
    for x in items:
        self.add(x)


def slow_set_intersection_update(self, *others):
    _set_become(self, list(slow_set_intersection(self, *others)))


def slow_set_difference_update(self, *others):
    for other in others:
        for x in list(other):
            self.discard(x)


def slow_set_symmetric_difference_update(self, other):
    _set_become(self, list(slow_set_symmetric_difference(self, other)))


def slow_set_issubset(self, other):
    return _all_in(self, slow_set(other))


def slow_set_issuperset(self, other):
    return _all_in(list(other), self)


def slow_set_isdisjoint(self, other):
    for x in list(other):
        if x in self:
            return False
    return True


# --- operators on containers ----------------------------------------------------------------------------------


def _unsupported(op, a, b):
    return TypeError(f"unsupported operand type(s) for {op}: '{_name(a)}' and '{_name(b)}'")


def slow_binary(op, a, b):
    if op == "%" and isinstance(a, str):
        return _percent(a, b)
    if _set_like(a) and _set_like(b):
        if op == "|":
            return slow_set_union(a, b)
        if op == "&":
            return slow_set_intersection(a, b)
        if op == "-":
            return slow_set_difference(a, b)
        if op == "^":
            return slow_set_symmetric_difference(a, b)
    if op == "|" and isinstance(a, dict) and isinstance(b, dict):
        result = a.copy()
        slow_dict_merge(result, b)
        return result
    if op == "*":
        # A sequence times an object that is a number by `__index__`.
        if isinstance(a, (str, bytes, list, tuple)):
            if _kont_special(b, "__index__", None) is None:
                raise TypeError(f"can't multiply sequence by non-int of type '{_name(b)}'")
            return a * _index(b)
        if isinstance(b, (str, bytes, list, tuple)):
            if _kont_special(a, "__index__", None) is None:
                raise TypeError(f"can't multiply sequence by non-int of type '{_name(a)}'")
            return _index(a) * b
    raise _unsupported(op, a, b)


def slow_inplace(op, a, b):
    if isinstance(a, set) and _set_like(b):
        if op == "|=":
            slow_set_update(a, b)
            return a
        if op == "&=":
            slow_set_intersection_update(a, b)
            return a
        if op == "-=":
            slow_set_difference_update(a, b)
            return a
        if op == "^=":
            slow_set_symmetric_difference_update(a, b)
            return a
    if op == "|=" and isinstance(a, dict):
        _dict_fill(a, b)
        return a
    if op == "+=" and isinstance(a, list):
        slow_list_extend(a, b)
        return a
    return slow_binary(op[:-1], a, b)


# --- iterators ------------------------------------------------------------------------------------------------


def slow_iter(o, *sentinel):
    if sentinel:
        if not callable(o):
            raise TypeError("iter(v, w): v must be callable")
        return _callable_iterator(o, sentinel[0])
    method = _kont_special(o, "__iter__", Ellipsis)
    if method is not Ellipsis:
        if method is None:
            raise TypeError(f"'{_name(o)}' object is not iterable")
        iterator = method(o)
        if not hasattr(iterator, "__next__"):
            raise TypeError(f"iter() returned non-iterator of type '{_name(iterator)}'")
        return iterator
    return slow_sequence_iter(o)


def slow_sequence_iter(o):
    if _kont_special(o, "__getitem__", None) is None:
        raise TypeError(f"'{_name(o)}' object is not iterable")
    return _sequence_iterator(o)


def slow_next(iterator, *default):
    method = _kont_special(iterator, "__next__", None)
    if method is None:
        raise TypeError(f"'{_name(iterator)}' object is not an iterator")
    if not default:
        return method(iterator)
    try:
        return method(iterator)
    except StopIteration:
        return default[0]


def _iterator_classes():
    # Inside a function, so that their names do not hide the built-in ones in this file.
    class callable_iterator:
        """Calls a function until it gives the sentinel."""

        def __init__(self, function, sentinel):
            self._function = function
            self._sentinel = sentinel

        def __iter__(self):
            return self

        def __next__(self):
            if self._function is None:
                raise StopIteration
            value = self._function()
            if value is self._sentinel or value == self._sentinel:
                self._function = None
                raise StopIteration
            return value

    class iterator:
        """Of an object that has `__getitem__` only."""

        def __init__(self, sequence):
            self._sequence = sequence
            self._next = 0

        def __iter__(self):
            return self

        def __next__(self):
            if self._sequence is None:
                raise StopIteration
            try:
                value = self._sequence[self._next]
            except (IndexError, StopIteration):
                self._sequence = None
                raise StopIteration from None
            self._next += 1
            return value

    class zip:
        """Iterators side by side."""

        def __init__(self, iterators, strict):
            self._iterators = iterators
            self._strict = strict

        def __iter__(self):
            return self

        def __next__(self):
            items = []
            if not self._iterators:
                raise StopIteration
            for one in self._iterators:
                try:
                    items.append(next(one))
                except StopIteration:
                    if self._strict:
                        self._check_ends(len(items))
                    self._iterators = []
                    raise
            return tuple(items)

        def _check_ends(self, n):
            if n:
                many = "" if n == 1 else "s 1-"
                before = " 1" if n == 1 else f"{n}"
                raise ValueError(
                    f"zip() argument {n + 1} is shorter than argument{many}{before}"
                )
            i = 0
            for one in self._iterators[1:]:
                i += 1
                try:
                    next(one)
                except StopIteration:
                    continue
                many = "" if i == 1 else "s 1-"
                before = " 1" if i == 1 else f"{i}"
                raise ValueError(
                    f"zip() argument {i + 1} is longer than argument{many}{before}"
                )

    class enumerate:
        """Items with their numbers."""

        def __init__(self, iterator, start):
            self._iterator = iterator
            self._next = start

        def __iter__(self):
            return self

        def __next__(self):
            value = next(self._iterator)
            number = self._next
            self._next = number + 1
            return number, value

    class reversed:
        """The items of a sequence from the last to the first."""

        def __init__(self, sequence, length):
            self._sequence = sequence
            self._left = length

        def __iter__(self):
            return self

        def __next__(self):
            if self._left <= 0:
                raise StopIteration
            self._left -= 1
            try:
                return self._sequence[self._left]
            except (IndexError, StopIteration):
                self._left = 0
                raise StopIteration from None

        def __length_hint__(self):
            return self._left

    return callable_iterator, iterator, zip, enumerate, reversed


_callable_iterator, _sequence_iterator, _Zip, _Enumerate, _Reversed = _iterator_classes()


def slow_zip(*iterables, strict=False):
    iterators = []
    for i in range(len(iterables)):
        try:
            iterators.append(iter(iterables[i]))
        except TypeError:
            if hasattr(iterables[i], "__iter__"):
                raise
            raise TypeError(f"'{_name(iterables[i])}' object is not iterable") from None
    return _Zip(iterators, strict)


def slow_zip_new(cls, *iterables, strict=False):
    return slow_zip(*iterables, strict=strict)


def slow_enumerate(iterable, start=0):
    return _Enumerate(iter(iterable), _index(start))


def slow_enumerate_new(cls, iterable, start=0):
    return slow_enumerate(iterable, start)


def slow_reversed(sequence):
    method = _kont_special(sequence, "__reversed__", Ellipsis)
    if method is not Ellipsis and method is not None:
        return method(sequence)
    if method is None or _kont_special(sequence, "__getitem__", None) is None:
        raise TypeError(f"'{_name(sequence)}' object is not reversible")
    return _Reversed(sequence, len(sequence))


def slow_reversed_new(cls, sequence):
    return slow_reversed(sequence)


class map:
    """Calls a function with the items of iterables, when asked for the next."""

    def __init__(self, func, *iterables):
        if not iterables:
            raise TypeError("map() must have at least two arguments.")
        self._func = func
        iterators = []
        for one in iterables:
            iterators.append(iter(one))
        self._iterators = iterators

    def __iter__(self):
        return self

    def __next__(self):
        iterators = self._iterators
        if len(iterators) == 1:
            return self._func(next(iterators[0]))
        items = []
        for one in iterators:
            items.append(next(one))
        return self._func(*items)


class filter:
    """The items for which a function gives a true value, when asked for the next."""

    def __init__(self, function, iterable):
        self._function = function
        self._iterator = iter(iterable)

    def __iter__(self):
        return self

    def __next__(self):
        function = self._function
        iterator = self._iterator
        if function is None:
            while True:
                item = next(iterator)
                if item:
                    return item
        while True:
            item = next(iterator)
            if function(item):
                return item


# --- awaiting -------------------------------------------------------------------------------------------------


def await_iter(iterator):
    """Awaits what an `__await__` written in Python gave: runs the iterator to its end.

    A bare `yield` in it gives way to the other tasks; a future that it yields is waited for.
    """
    while True:
        try:
            waited = next(iterator)
        except StopIteration as end:
            return end.value
        if waited is None:
            _kont_yield()
        elif hasattr(waited, "_kont_await"):
            waited._kont_await()
        else:
            raise RuntimeError(f"Task got bad yield: {waited!r}")


def aiter(async_iterable):
    method = getattr(type(async_iterable), "__aiter__", None)
    if method is None:
        raise TypeError(f"'{_name(async_iterable)}' object is not an async iterable")
    return method(async_iterable)


def anext(async_iterator, *default):
    method = getattr(type(async_iterator), "__anext__", None)
    if method is None:
        raise TypeError(f"'{_name(async_iterator)}' object is not an async iterator")
    if default:
        return _anext_or(async_iterator, default[0])
    return method(async_iterator)


async def _anext_or(async_iterator, default):
    try:
        return await type(async_iterator).__anext__(async_iterator)
    except StopAsyncIteration:
        return default


# --- re -------------------------------------------------------------------------------------------------------


def slow_pattern_subn(self, repl, string, count=0):
    """`Pattern.subn` whose replacement is a function."""
    if not callable(repl):
        raise TypeError(f"decoding to str: need a bytes-like object, {_name(repl)} found")
    parts = []
    at = 0
    n = 0
    for match in self.finditer(string):
        if n >= count > 0:
            break
        start, end = match.span()
        parts.append(string[at:start])
        text = repl(match)
        if text is not None:
            if not isinstance(text, type(string[:0])):
                want = "str instance" if isinstance(string, str) else "a bytes-like object"
                raise TypeError(
                    f"sequence item {len(parts)}: expected {want}, {_name(text)} found"
                )
            parts.append(text)
        at = end
        n += 1
    parts.append(string[at:])
    return string[:0].join(parts), n


def slow_pattern_sub(self, repl, string, count=0):
    return slow_pattern_subn(self, repl, string, count)[0]


# --- math -----------------------------------------------------------------------------------------------------


def slow_math_floor(x):
    method = _kont_special(x, "__floor__", None)
    if method is not None:
        return method(x)
    import math

    return math.floor(float(x))


def slow_math_ceil(x):
    method = _kont_special(x, "__ceil__", None)
    if method is not None:
        return method(x)
    import math

    return math.ceil(float(x))


def slow_math_trunc(x):
    method = _kont_special(x, "__trunc__", None)
    if method is not None:
        return method(x)
    raise TypeError(f"type {_name(x)} doesn't define __trunc__ method")
