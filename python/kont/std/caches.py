"""Caches: answers that are kept, by effect or by call."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Hashable
from typing import Any, ParamSpec, TypeVar

from kont import _kont
from kont.effects import Effect, Now
from kont.errors import UnhandledEffect, UsageError
from kont.handling import handler
from kont.programs import do
from kont.std.programs import Runnable, Scoped
from kont.std.stores import Kept, Store, memory_store

__all__ = ["Cached", "cache", "cached"]

P = ParamSpec("P")
T = TypeVar("T")


class Cached(Scoped[T]):
    """The value of a program, kept by a key: what a `@cached` function performs.

    Attributes:
        key: what tells it from others.
        program: what makes the value when nothing is kept; it is run where this is performed.
        ttl_s: how long the value is good; None means the cache's own time.
    """

    key: Hashable
    program: Runnable[T]
    ttl_s: float | None = None


class Keep(Scoped[None]):
    """Brings the value of a program from the performer's place back to its cache, which is the nearest one there."""

    key: Hashable
    effect: Cached[Any]
    value: Any


def cache(
    *wanted: type[Effect[Any]],
    store: Store | None = None,
    ttl_s: float | None = None,
    key: Callable[[Any], Hashable] | None = None,
    keep: Callable[[Any, Any], bool] | None = None,
) -> _kont.Handler:
    """Answers effects of some types, and `Cached`, with what was kept; else asks outside of it, and keeps the answer.

    An error is not kept. Time is what `Now` says outside of the cache.

    Args:
        wanted: the types of the effects, besides `Cached`. Effects that carry a program cannot be among them.
        store: where answers are kept: `memory_store()`, which is what None means, or `sqlite_store(path)`.
        ttl_s: how many seconds an answer is good; None means for ever.
        key: what of an effect tells it from others; None means the effect itself, by its fields.
        keep: takes an effect and its answer, and tells whether to keep it; None means always.

    >>> import kont
    >>> from kont.std import cache
    >>> class Fetch(kont.Effect[str]):
    ...     url: str
    >>> @kont.handler(Fetch)
    ... def slow(effect):
    ...     print("fetching", effect.url)
    ...     return "page"
    >>> @kont.do
    ... def twice():
    ...     return (yield Fetch("/a")), (yield Fetch("/a"))
    >>> kont.run(twice(), cache(Fetch, ttl_s=60), slow)
    fetching /a
    ('page', 'page')
    """
    for one in wanted:
        if not isinstance(one, type) or not issubclass(one, Effect) or issubclass(one, Scoped):
            raise UsageError(f"{one!r} cannot be cached by type\nhelp: name effects that carry no program")
    kept = memory_store() if store is None else store
    types: tuple[type, ...] = wanted

    def save(full: Hashable, effect: Any, value: Any) -> Generator[Any, Any, None]:
        if keep is not None and not keep(effect, value):
            return
        good_s = effect.ttl_s if isinstance(effect, Cached) and effect.ttl_s is not None else ttl_s
        kept.put(full, Kept(value, None if good_s is None else (yield Now()) + good_s))

    @handler(Cached, Keep, *types)
    def cache(effect: Any, k: _kont.K) -> Generator[Any, Any, Any]:
        if isinstance(effect, Keep):
            yield from save(effect.key, effect.effect, effect.value)
            yield _kont.Transfer(k)
        by_call = isinstance(effect, Cached)
        name = effect.key if by_call else effect if key is None else key(effect)
        # Two types of effects with equal keys are two things; so are a call and an effect.
        full = (f"{type(effect).__module__}.{type(effect).__qualname__}", name)
        found = kept.get(full)
        if found is not None and (found.until_s is None or (yield Now()) < found.until_s):
            yield _kont.Transfer(k, found.value)
        if by_call:
            yield _kont.TransferWith(k, _fill(full, effect))
        value = yield effect
        yield from save(full, effect, value)
        yield _kont.Transfer(k, value)

    return cache


def cached(
    *, ttl_s: float | None = None, key: Callable[..., Hashable] | None = None
) -> Callable[[Callable[P, Any]], Callable[P, _kont.Program[Any, Any]]]:
    """Keeps what the programs of a function give, by its arguments, where a `cache` is installed.

    Without a cache around, the program simply runs.

    Args:
        ttl_s: how long a value is good; None means the cache's own time.
        key: takes the arguments, and gives what tells a call from others; None means all of them, which must be
            hashable.

    >>> import kont
    >>> from kont.std import cache, cached
    >>> @cached()
    ... @kont.do
    ... def square(n):
    ...     print("squaring", n)
    ...     yield kont.Pure(None)
    ...     return n * n
    >>> @kont.do
    ... def twice():
    ...     return (yield square(3)), (yield square(3))
    >>> kont.run(twice(), cache())
    squaring 3
    (9, 9)
    """

    def make(function: Callable[P, Any]) -> Callable[P, _kont.Program[Any, Any]]:
        name = f"{function.__module__}.{function.__qualname__}"

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> _kont.Program[Any, Any]:
            if key is None:
                which: Hashable = (args, tuple(sorted(kwargs.items())))
            else:
                which = key(*args, **kwargs)
            return _cached((name, which), functools.partial(function, *args, **kwargs), ttl_s)

        return call

    return make


@do
def _cached(key: Hashable, make: Callable[[], Any], ttl_s: float | None) -> Generator[Any, Any, Any]:
    effect = Cached(key, _make(make), ttl_s)
    try:
        return (yield effect)
    except UnhandledEffect as error:
        if error.effect is not effect:
            raise
    return (yield make())


@do
def _make(make: Callable[[], Any]) -> Generator[Any, Any, Any]:
    # A coroutine that is made and not run warns: it is made when it is clear that it runs.
    return (yield make())


@do
def _fill(key: Hashable, effect: Cached[Any]) -> Generator[Any, Any, Any]:
    """Runs at the place of the performer."""
    value = yield effect.program
    yield Keep(key, effect, value)
    return value
