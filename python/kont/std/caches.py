"""Caches: answers that are kept, by effect or by call, and computed once by those who ask at the same time."""

from __future__ import annotations

import abc
from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from kont import _kont
from kont.effects import Effect, Now
from kont.errors import UsageError
from kont.handling import handler
from kont.programs import do
from kont.std.entries import ENTRIES, answer_entry
from kont.std.flights import Flights, Landed, Place
from kont.std.programs import Runnable, Scoped, clauses
from kont.std.stores import Kept, Store, memory_store

__all__ = ["Cached", "Marked", "Policy", "cache"]

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


@dataclass(frozen=True)
class Policy:
    """What an effect class says itself of how it is cached."""

    ttl_s: float | None = None
    key: Callable[[Any], Hashable] | None = None


class Marked(abc.ABC):
    """The effect classes that are marked with `@cached`, as if they inherited from this."""


class Land(Scoped[None]):
    """Brings what came of a program from the performer's place back to its cache, which is the nearest one there."""

    full: Hashable
    place: Place
    effect: Cached[Any]
    landed: Landed


class UnderWay(Scoped[bool]):
    """Whether this is performed by the computation that is under way at the place."""

    place: Place


def cache(
    *wanted: type[Effect[Any]],
    store: Store | None = None,
    ttl_s: float | None = None,
    key: Callable[[Any], Hashable] | None = None,
    keep: Callable[[Any, Any], bool] | None = None,
    keep_error: Callable[[Any, Exception], bool] | None = None,
    error_ttl_s: float | None = None,
) -> _kont.Handler:
    """Answers effects of some types, and what is marked with `@cached`, with what was kept; else asks outside of it.

    Of the tasks of a run that ask for the same at the same time, one causes the work, and the others wait for its
    answer. If it fails or is cancelled, the next one causes it anew. Time is what `Now` says outside of the cache.

    Args:
        wanted: the types of the effects, besides those that are marked. Effects that carry a program cannot be among
            them.
        store: where answers are kept: `memory_store()`, which is what None means, or `sqlite_store(path)`.
        ttl_s: how many seconds an answer is good; None means for ever.
        key: what of an effect tells it from others; None means the effect itself, by its fields.
        keep: takes an effect and its answer, and tells whether to keep it; None means always.
        keep_error: takes an effect and the exception, and tells whether to keep that; None means never. What is kept
            is raised again, also in those who wait for it.
        error_ttl_s: how many seconds an exception is good; None means as long as an answer.

    >>> import kont
    >>> from kont.std import cache
    >>> class Fetch(kont.Effect[str]):
    ...     url: str
    >>> @kont.handler(Fetch)
    ... def slow(effect):
    ...     print("fetching", effect.url)
    ...     yield kont.Sleep(1)
    ...     return "page"
    >>> @kont.do
    ... def twice():
    ...     one, two = (yield kont.Spawn(Fetch("/a"))), (yield kont.Spawn(Fetch("/a")))
    ...     return (yield kont.Gather(one, two)), (yield Fetch("/a"))
    >>> kont.run(twice(), cache(Fetch, ttl_s=60), slow, virtual_time=True)
    fetching /a
    (['page', 'page'], 'page')
    """
    for one in wanted:
        if not isinstance(one, type) or not issubclass(one, Effect) or issubclass(one, Scoped):
            raise UsageError(f"{one!r} cannot be cached by type\nhelp: name effects that carry no program")
    kept = memory_store() if store is None else store
    flights = Flights()

    def save(full: Hashable, effect: Any, landed: Landed) -> Generator[Any, Any, bool]:
        own = effect.ttl_s if isinstance(effect, Cached) else _policy(effect).ttl_s
        good_s = ttl_s if own is None else own
        if landed.error is None:
            if keep is not None and not keep(effect, landed.value):
                return False
        elif isinstance(landed.error, Exception) and keep_error is not None and keep_error(effect, landed.error):
            good_s = good_s if error_ttl_s is None else error_ttl_s
        else:
            return False
        until_s = None if good_s is None else (yield Now()) + good_s
        kept.put(full, Kept(landed.value, until_s, landed.error))
        return True

    def land(full: Hashable, place: Place, effect: Any, landed: Landed) -> Generator[Any, Any, None]:
        is_shared = landed.error is None
        try:
            is_shared = (yield from save(full, effect, landed)) or is_shared
        finally:
            yield from flights.leave(place, landed if is_shared else None)

    def work(full: Hashable, place: Place, effect: Any) -> Generator[Any, Any, Landed]:
        landed = yield from flights.enter(place)
        if landed is not None:
            return landed
        try:
            landed = Landed((yield effect))
        except GeneratorExit:
            flights.drop(place)
            raise
        except BaseException as error:
            yield from land(full, place, effect, Landed(error=error))
            raise
        yield from land(full, place, effect, landed)
        return landed

    @do
    def fill(full: Hashable, place: Place, effect: Cached[Any]) -> Generator[Any, Any, Any]:
        # This runs at the place of the performer.
        if flights.is_busy(place) and (yield UnderWay(place)):
            raise UsageError(f"the cached value of {effect.key!r} asks for itself")
        landed = yield from flights.enter(place)
        if landed is None:
            try:
                landed = Landed((yield _marking(place, effect.program)))
            except GeneratorExit:
                flights.drop(place)
                raise
            except BaseException as error:
                yield Land(full, place, effect, Landed(error=error))
                raise
            yield Land(full, place, effect, landed)
        if landed.error is not None:
            raise landed.error
        return landed.value

    types: tuple[type, ...] = (Cached, Marked, Land, UnderWay, *ENTRIES, *wanted)

    @handler(*types)
    def cache(effect: Any, k: _kont.K) -> Generator[Any, Any, Any]:
        if isinstance(effect, Land):
            yield from land(effect.full, effect.place, effect.effect, effect.landed)
            yield _kont.Transfer(k)
        if isinstance(effect, UnderWay):
            yield _kont.Transfer(k, False)
        if isinstance(effect, ENTRIES):
            yield _kont.Transfer(k, (yield from answer_entry(effect, kept, ttl_s)))
        by_call = isinstance(effect, Cached)
        make_key = _policy(effect).key or key
        name = effect.key if by_call else effect if make_key is None else make_key(effect)
        # Two types of effects with equal keys are two things; so are a call and an effect.
        full = (f"{type(effect).__module__}.{type(effect).__qualname__}", name)
        found = kept.get(full)
        if found is None or found.until_s is not None and not (yield Now()) < found.until_s:
            # Where this handler is around itself, what is under way inside is no reason to wait outside.
            around = sum(one is cache for one in (yield _kont.GetOuterHandlers()))
            place = yield from flights.place(full, around)
            if by_call:
                yield _kont.TransferWith(k, fill(full, place, effect))
            landed = yield from work(full, place, effect)
            found = Kept(landed.value, None, landed.error)
        if found.error is not None:
            yield _kont.TransferThrow(k, found.error)
        yield _kont.Transfer(k, found.value)

    return cache


def _policy(effect: Any) -> Policy:
    found: Policy = getattr(type(effect), "__kont_cached__", _NO_POLICY)
    return found


_NO_POLICY = Policy()


def _marking(place: Place, program: Any) -> Any:
    """The program of a cached call, so that what is performed in it knows that it is."""

    def under_way(effect: UnderWay, k: _kont.K) -> Any:
        return k(True) if effect.place == place else _kont.Pass()

    return clauses("cache", (UnderWay, "transfer", under_way))(program)
