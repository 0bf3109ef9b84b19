"""What a cache does with what it has not: who computes it, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from kont import _kont
from kont.effects import Now
from kont.rows import Runnable
from kont.std.flights import Flights, Landed, Place
from kont.std.programs import Carrying, Scoped, abandon, clauses, finished
from kont.std.stores import Kept, Store

__all__ = ["Cached", "Keeping", "Land", "Look", "Rules", "UnderWay", "marking"]

E = TypeVar("E")
T = TypeVar("T")


class Cached(Carrying[E, T]):
    """The value of a program, kept by a key: what a `@cached` function performs.

    Attributes:
        key: what tells it from others.
        program: what makes the value when nothing is kept; it is run where this is performed.
        ttl_s: how long the value is good; None means the cache's own time.
    """

    __kont_handler__: ClassVar[str] = "kont.std.cache()"
    key: Hashable
    program: Runnable[E, T]
    ttl_s: float | None = None


# A program of a call runs at the place of its performer. These bring back to its cache, which is the nearest one there,
# what is done at the place of the cache.


class Look(Scoped[Kept | None]):
    """Runs what looks into the store, and gives what is there and still good."""

    pending: Any


class Land(Scoped[None]):
    """Keeps what came of a computation, and tells those who wait."""

    place: Place
    effect: Any
    ttl_s: float | None
    landed: Landed


class UnderWay(Scoped[bool]):
    """Whether this is performed by the computation that is under way at the place."""

    place: Place


def marking(place: Place, program: Any) -> Any:
    """The program of a cached call, so that what is performed in it knows that it is."""

    def under_way(effect: UnderWay, k: _kont.K) -> Any:
        return k(True) if effect.place == place else _kont.Pass()

    return clauses("cache", (UnderWay, "transfer", under_way))(program)


@dataclass(frozen=True)
class Rules:
    """What is kept, and for how long."""

    ttl_s: float | None
    keep: Callable[[Any, Any], bool] | None
    keep_error: Callable[[Any, Exception], bool] | None
    error_ttl_s: float | None

    def are_for(self, effect: Any, landed: Landed) -> bool:
        """Whether this is kept."""
        if landed.error is None:
            return self.keep is None or self.keep(effect, landed.value)
        return isinstance(landed.error, Exception) and self.keep_error is not None and self.keep_error(effect, landed.error)

    def good_s(self, own_ttl_s: float | None, landed: Landed) -> float | None:
        """For how many seconds this is good; None means for ever."""
        if landed.error is not None and self.error_ttl_s is not None:
            return self.error_ttl_s
        return self.ttl_s if own_ttl_s is None else own_ttl_s


class Keeping:
    """A store, and what is on its way into it."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self.store = store
        self.rules = rules
        self.flights = Flights()

    def good(self, found: Kept | None) -> Generator[Any, Any, Kept | None]:
        """What was found, if its time is not over."""
        if found is None or found.until_s is not None and not (yield Now()) < found.until_s:
            return None
        return found

    def in_turn(
        self,
        place: Place,
        pending: Any,
        program: Any,
        look: Callable[[Any], Any],
        land: Callable[[Landed], Any],
    ) -> Generator[Any, Any, Landed]:
        """What another one computes who is at it already, what a store has that takes its time, or what is computed now.

        Args:
            place: what it is.
            pending: the program that looks into the store, if there is one.
            program: what computes it.
            look: runs `pending`: a generator function, or an effect.
            land: keeps what came of it, and tells those who wait: the same.
        """
        landed = yield from self.flights.enter(place)
        if landed is not None:
            abandon(pending)
            return landed
        found: Kept | None = None
        try:
            if pending is not None:
                found = yield from look(pending)
            landed = Landed((yield program)) if found is None else Landed(found.value, found.error)
        except GeneratorExit:
            self.flights.drop(place)
            raise
        except BaseException as error:
            yield from land(Landed(error=error))
            raise
        if found is None:
            yield from land(landed)
        else:
            yield from self.flights.leave(place, landed)
        return landed

    def land(self, effect: Land) -> Generator[Any, Any, None]:
        """Keeps what came of a computation if the rules are for it, and tells those who wait."""
        landed = effect.landed
        is_shared = landed.error is None
        try:
            if self.rules.are_for(effect.effect, landed):
                good_s = self.rules.good_s(effect.ttl_s, landed)
                kept = Kept(landed.value, None if good_s is None else (yield Now()) + good_s, landed.error)
                # The first part of a place is its run, the second the key.
                yield from finished(self.store.put(effect.place[1], kept))
                is_shared = True
        finally:
            yield from self.flights.leave(effect.place, landed if is_shared else None)
