"""itertools: lazy iterators. Each class wraps a generator, so that it has its name and its methods."""


class _Lazy:
    def __iter__(self):
        return self

    def __next__(self):
        return next(self._items)


class count(_Lazy):
    def __init__(self, start=0, step=1):
        if not isinstance(start, (int, float)) and not hasattr(start, "__add__"):
            raise TypeError("a number is required")
        self._at = start
        self._step = step

    def __next__(self):
        value = self._at
        self._at = value + self._step
        return value

    def __repr__(self):
        if isinstance(self._step, int) and self._step == 1:
            return f"count({self._at!r})"
        return f"count({self._at!r}, {self._step!r})"


class cycle(_Lazy):
    def __init__(self, iterable, /):
        self._items = self._cycle(iter(iterable))

    def _cycle(self, iterator):
        saved = []
        for item in iterator:
            yield item
            saved.append(item)
        while saved:
            for item in saved:
                yield item


class repeat(_Lazy):
    def __init__(self, object, times=None):
        self._object = object
        self._left = None if times is None else max(times, 0)

    def __next__(self):
        if self._left is not None:
            if self._left <= 0:
                raise StopIteration
            self._left -= 1
        return self._object

    def __len__(self):
        if self._left is None:
            raise TypeError("len() of unsized object")
        return self._left

    def __repr__(self):
        if self._left is None:
            return f"repeat({self._object!r})"
        return f"repeat({self._object!r}, {self._left})"


class chain(_Lazy):
    def __init__(self, *iterables):
        self._items = self._chain(iterables)

    def _chain(self, iterables):
        for iterable in iterables:
            for item in iterable:
                yield item

    @classmethod
    def from_iterable(cls, iterable, /):
        self = cls()
        self._items = self._chain(iterable)
        return self


class accumulate(_Lazy):
    def __init__(self, iterable, func=None, *, initial=None):
        self._items = self._accumulate(iter(iterable), func, initial)

    def _accumulate(self, iterator, func, initial):
        total = initial
        if initial is None:
            for total in iterator:
                break
            else:
                return
        yield total
        for item in iterator:
            total = total + item if func is None else func(total, item)
            yield total


class batched(_Lazy):
    def __init__(self, iterable, n, *, strict=False):
        if n < 1:
            raise ValueError("n must be at least one")
        self._items = self._batched(iter(iterable), n, strict)

    def _batched(self, iterator, n, strict):
        batch = []
        for item in iterator:
            batch.append(item)
            if len(batch) == n:
                yield tuple(batch)
                batch = []
        if batch:
            if strict:
                raise ValueError("batched(): incomplete batch")
            yield tuple(batch)


class compress(_Lazy):
    def __init__(self, data, selectors):
        self._items = self._compress(iter(data), iter(selectors))

    def _compress(self, data, selectors):
        for item, selected in zip(data, selectors):
            if selected:
                yield item


class dropwhile(_Lazy):
    def __init__(self, predicate, iterable, /):
        self._items = self._drop(predicate, iter(iterable))

    def _drop(self, predicate, iterator):
        for item in iterator:
            if not predicate(item):
                yield item
                break
        for item in iterator:
            yield item


class takewhile(_Lazy):
    def __init__(self, predicate, iterable, /):
        self._items = self._take(predicate, iter(iterable))

    def _take(self, predicate, iterator):
        for item in iterator:
            if not predicate(item):
                return
            yield item


class filterfalse(_Lazy):
    def __init__(self, function, iterable, /):
        self._items = self._filter(function, iter(iterable))

    def _filter(self, function, iterator):
        for item in iterator:
            if not (item if function is None else function(item)):
                yield item


class starmap(_Lazy):
    def __init__(self, function, iterable, /):
        self._items = self._map(function, iter(iterable))

    def _map(self, function, iterator):
        for args in iterator:
            yield function(*args)


class pairwise(_Lazy):
    def __init__(self, iterable, /):
        self._items = self._pairs(iter(iterable))

    def _pairs(self, iterator):
        for before in iterator:
            break
        else:
            return
        for item in iterator:
            yield before, item
            before = item


class islice(_Lazy):
    def __init__(self, iterable, /, *args):
        if not 1 <= len(args) <= 3:
            n = len(args) + 1
            if n < 2:
                raise TypeError(f"islice expected at least 2 arguments, got {n}")
            raise TypeError(f"islice expected at most 4 arguments, got {n}")
        start, stop, step = 0, args[0], 1
        if len(args) > 1:
            start = 0 if args[0] is None else args[0]
            stop = args[1]
        if len(args) == 3 and args[2] is not None:
            step = args[2]
        if stop is not None and (not isinstance(stop, int) or stop < 0):
            if len(args) == 1:
                raise ValueError(
                    "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize."
                )
            raise ValueError(_BAD_INDICES)
        if not isinstance(start, int) or start < 0:
            raise ValueError(_BAD_INDICES)
        if not isinstance(step, int) or step < 1:
            raise ValueError("Step for islice() must be a positive integer or None.")
        self._items = self._slice(iter(iterable), start, stop, step)

    def _slice(self, iterator, start, stop, step):
        at = 0
        wanted = start
        while stop is None or wanted < stop:
            while at < wanted:
                for _ in iterator:
                    break
                else:
                    return
                at += 1
            for item in iterator:
                break
            else:
                return
            at += 1
            yield item
            wanted += step
        # What lies before the stop is used up too.
        while at < stop:
            for _ in iterator:
                break
            else:
                return
            at += 1


_BAD_INDICES = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize."


class zip_longest(_Lazy):
    def __init__(self, *iterables, fillvalue=None):
        self._items = self._zip([iter(one) for one in iterables], fillvalue)

    def _zip(self, iterators, fill):
        left = len(iterators)
        while left:
            items = []
            for i in range(len(iterators)):
                item = fill
                if iterators[i] is not None:
                    for item in iterators[i]:
                        break
                    else:
                        iterators[i] = None
                        left -= 1
                        if not left:
                            return
                        item = fill
                items.append(item)
            yield tuple(items)


class groupby(_Lazy):
    def __init__(self, iterable, key=None):
        self._iterator = iter(iterable)
        self._key = key
        self._has = False
        self._item = None
        self._item_key = None
        self._current = None
        self._turn = 0

    def _advance(self):
        for item in self._iterator:
            self._item = item
            self._item_key = item if self._key is None else self._key(item)
            self._has = True
            return True
        self._has = False
        return False

    def __next__(self):
        if self._turn == 0:
            if not self._advance():
                raise StopIteration
        else:
            # What is left of the group before is skipped.
            if not self._has and not self._advance():
                raise StopIteration
            while self._item_key == self._current:
                if not self._advance():
                    raise StopIteration
        self._turn += 1
        self._current = self._item_key
        return self._current, self._group(self._turn, self._current)

    def _group(self, turn, key):
        while self._turn == turn:
            if not self._has and not self._advance():
                return
            if not self._item_key == key:
                return
            item = self._item
            self._has = False
            yield item


class product(_Lazy):
    def __init__(self, *iterables, repeat=1):
        if repeat < 0:
            raise ValueError("repeat argument cannot be negative")
        pools = [tuple(pool) for pool in iterables] * repeat
        self._items = self._product(pools)

    def _product(self, pools):
        for pool in pools:
            if not pool:
                return
        n = len(pools)
        at = [0] * n
        while True:
            yield tuple([pools[i][at[i]] for i in range(n)])
            i = n - 1
            while i >= 0:
                at[i] += 1
                if at[i] < len(pools[i]):
                    break
                at[i] = 0
                i -= 1
            if i < 0:
                return


class permutations(_Lazy):
    def __init__(self, iterable, r=None):
        pool = tuple(iterable)
        r = len(pool) if r is None else r
        if r < 0:
            raise ValueError("r must be non-negative")
        self._items = self._permutations(pool, r)

    def _permutations(self, pool, r):
        n = len(pool)
        if r > n:
            return
        chosen = list(range(r))
        used = [i < r for i in range(n)]
        while True:
            yield tuple([pool[i] for i in chosen])
            # The next in order: the last place that can take a later item.
            place = r - 1
            while place >= 0:
                used[chosen[place]] = False
                later = chosen[place] + 1
                while later < n and used[later]:
                    later += 1
                if later < n:
                    chosen[place] = later
                    used[later] = True
                    break
                place -= 1
            if place < 0:
                return
            place += 1
            i = 0
            while place < r:
                while used[i]:
                    i += 1
                chosen[place] = i
                used[i] = True
                place += 1


class combinations(_Lazy):
    def __init__(self, iterable, r):
        pool = tuple(iterable)
        if r < 0:
            raise ValueError("r must be non-negative")
        self._items = self._combinations(pool, r)

    def _combinations(self, pool, r):
        n = len(pool)
        if r > n:
            return
        chosen = list(range(r))
        while True:
            yield tuple([pool[i] for i in chosen])
            place = r - 1
            while place >= 0 and chosen[place] == n - r + place:
                place -= 1
            if place < 0:
                return
            chosen[place] += 1
            for i in range(place + 1, r):
                chosen[i] = chosen[i - 1] + 1


class combinations_with_replacement(_Lazy):
    def __init__(self, iterable, r):
        pool = tuple(iterable)
        if r < 0:
            raise ValueError("r must be non-negative")
        self._items = self._combinations(pool, r)

    def _combinations(self, pool, r):
        n = len(pool)
        if not n and r:
            return
        chosen = [0] * r
        while True:
            yield tuple([pool[i] for i in chosen])
            place = r - 1
            while place >= 0 and chosen[place] == n - 1:
                place -= 1
            if place < 0:
                return
            chosen[place:] = [chosen[place] + 1] * (r - place)


def tee(iterable, n=2, /):
    if n < 0:
        raise ValueError("n must be >= 0")
    shared = _Shared(iter(iterable))
    return tuple([_tee(shared, 0) for _ in range(n)])


class _Shared:
    """Items of an iterator that several read: each node of the list holds one."""

    def __init__(self, iterator):
        self._iterator = iterator
        self._link = None

    def next(self):
        if self._link is None:
            value = next(self._iterator)
            self._link = (value, _Shared(self._iterator))
        return self._link


class _tee(_Lazy):
    def __init__(self, shared, _):
        self._shared = shared

    def __next__(self):
        value, self._shared = self._shared.next()
        return value

    def __copy__(self):
        return _tee(self._shared, 0)
