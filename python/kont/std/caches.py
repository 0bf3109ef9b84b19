"""Caches: answers that are kept, by effect or by call, and computed once by those who ask at the same time."""

from __future__ import annotations

import abc
from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass
from typing import Any

from kont import _kont
from kont.effects import Effect
from kont.errors import UsageError
from kont.programs import do
from kont.rows import Answered
from kont.std.entries import ENTRIES, CacheDelete, CacheExists, CacheGet, CachePut, answer_entry
from kont.std.flights import Place
from kont.std.keeping import Cached, Keeping, Land, Look, Rules, UnderWay, marking
from kont.std.programs import Scoped, abandon, clauses
from kont.std.stores import Kept, Store, memory_store

__all__ = ["Marked", "Policy", "cache"]


@dataclass(frozen=True)
class Policy:
    """What an effect class says itself of how it is cached."""

    ttl_s: float | None = None
    key: Callable[[Any], Hashable] | None = None


class Marked(abc.ABC):
    """The effect classes that are marked with `@cached`, as if they inherited from this."""


def cache(
    *wanted: type[Effect[Any]],
    store: Store | None = None,
    ttl_s: float | None = None,
    key: Callable[[Any], Hashable] | None = None,
    keep: Callable[[Any, Any], bool] | None = None,
    keep_error: Callable[[Any, Exception], bool] | None = None,
    error_ttl_s: float | None = None,
) -> _kont.Handler[Cached[Any, Any] | CacheGet | CachePut | CacheExists | CacheDelete, Answered]:
    """Answers effects of some types, and what is marked with `@cached`, with what was kept; else asks outside of it.

    Of the tasks of a run that ask for the same at the same time, one causes the work, and the others wait for its
    answer. If it fails or is cancelled, the next one causes it anew. Time is what `Now` says outside of the cache.

    Args:
        wanted: the types of the effects, besides those that are marked. Effects that carry a program cannot be among
            them.
        store: where answers are kept: `memory_store()`, which is what None means, `sqlite_store(path)`, or a `Store` of
            your own, whose methods may be programs.
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
    keeping = Keeping(kept, Rules(ttl_s, keep, keep_error, error_ttl_s))

    def answer(effect: Any, k: _kont.K) -> Generator[Any, Any, Any]:
        policy: Policy = getattr(type(effect), "__kont_cached__", _NO_POLICY)
        make_key = policy.key or key
        by_call = isinstance(effect, Cached)
        name = effect.key if by_call else effect if make_key is None else make_key(effect)
        # Two types of effects with equal keys are two things; so are a call and an effect.
        full = (f"{type(effect).__module__}.{type(effect).__qualname__}", name)
        looked = kept.get(full)
        found: Kept | None = None
        pending: Any = None
        if looked is None or isinstance(looked, Kept):
            found = yield from keeping.good(looked)
        else:
            # A store that takes its time is asked by one at a time, below.
            pending = looked
        if found is None:
            # Where this handler is around itself, what is under way inside is no reason to wait outside.
            around = sum(one is made for one in (yield _kont.GetOuterHandlers()))
            place = yield from keeping.flights.place(full, around)
            if by_call:
                yield _kont.TransferWith(k, _fill(keeping, place, pending, effect))
            landed = yield from keeping.in_turn(
                place, pending, effect, looking, lambda landed: keeping.land(Land(place, effect, policy.ttl_s, landed))
            )
            found = Kept(landed.value, None, landed.error)
        if found.error is not None:
            yield _kont.TransferThrow(k, found.error)
        yield _kont.Transfer(k, found.value)

    def looking(pending: Any) -> Generator[Any, Any, Kept | None]:
        return (yield from keeping.good((yield pending)))

    def look(effect: Look, k: _kont.K) -> Generator[Any, Any, Any]:
        yield _kont.Transfer(k, (yield from looking(effect.pending)))

    def land(effect: Land, k: _kont.K) -> Generator[Any, Any, Any]:
        yield from keeping.land(effect)
        yield _kont.Transfer(k)

    def under_way(effect: UnderWay) -> bool:
        # What is under way answers itself: see `marking`.
        return False

    def entry(effect: Any, k: _kont.K) -> Generator[Any, Any, Any]:
        yield _kont.Transfer(k, (yield from answer_entry(effect, kept, ttl_s)))

    made = clauses(
        "cache",
        *((one, "full", answer) for one in (Cached, Marked, *wanted)),
        (Look, "full", look),
        (Land, "full", land),
        (UnderWay, "function", under_way),
        *((one, "full", entry) for one in ENTRIES),
    )
    return made


_NO_POLICY = Policy()


@do
def _fill(keeping: Keeping, place: Place, pending: Any, effect: Cached[Any, Any]) -> Generator[Any, Any, Any]:
    """The value of a cached program. Runs at the place of the performer, as the program does."""
    if keeping.flights.is_busy(place) and (yield UnderWay(place)):
        abandon(pending)
        raise UsageError(f"the cached value of {effect.key!r} asks for itself")
    landed = yield from keeping.in_turn(
        place,
        pending,
        marking(place, effect.program),
        Look,
        lambda landed: Land(place, effect, effect.ttl_s, landed),
    )
    if landed.error is not None:
        raise landed.error
    return landed.value
