"""One at a time for a key: whoever comes while somebody is at it waits, and is told what came of it or takes its turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Hashable
from dataclasses import dataclass
from typing import Any

from kont.effects import ThisRun
from kont.tasks import CompletePromise, CreatePromise, Wait

__all__ = ["Flights", "Landed"]

Place = tuple[Any, ...]


@dataclass(frozen=True)
class Landed:
    """What came of a computation: a value, or an exception."""

    value: Any = None
    error: BaseException | None = None


class _Waiter:
    def __init__(self, promise: Any) -> None:
        self.promise = promise
        self.has_turn = False


class Flights:
    """The keys that somebody is at, in every run that shares this.

    Tasks change only at effects, so that what is done between two of them is done at once. A program in which nobody
    has to wait performs nothing but `ThisRun`, which makes no task of it.
    """

    def __init__(self) -> None:
        self._waiting: dict[Place, deque[_Waiter]] = {}

    def place(self, *key: Hashable) -> Generator[Any, Any, Place]:
        """The key in this run: the tasks of one cannot wait for those of another."""
        return ((yield ThisRun()), *key)

    def is_busy(self, place: Place) -> bool:
        """Whether somebody is at it."""
        return place in self._waiting

    def enter(self, place: Place) -> Generator[Any, Any, Landed | None]:
        """Waits while somebody is at it. None: it is the caller's turn now, who calls `leave` or `drop` in any case."""
        if place not in self._waiting:
            self._waiting[place] = deque()
            return None
        waiter = _Waiter((yield CreatePromise()))
        if place not in self._waiting:
            self._waiting[place] = deque()
            return None
        waiting = self._waiting[place]
        waiting.append(waiter)
        try:
            landed: Landed | None = yield Wait(waiter.promise)
        except GeneratorExit:
            self._forget(place, waiter)
            raise
        except BaseException:
            if waiter.has_turn:
                yield from self.leave(place)
            else:
                self._forget(place, waiter)
            raise
        return landed

    def leave(self, place: Place, landed: Landed | None = None) -> Generator[Any, Any, None]:
        """Ends the caller's turn. All who wait get what has landed; if nothing has, the first one takes its turn."""
        waiting = self._waiting[place]
        if landed is None and waiting:
            first = waiting.popleft()
            first.has_turn = True
            yield CompletePromise(first.promise)
            return
        del self._waiting[place]
        for waiter in waiting:
            yield CompletePromise(waiter.promise, landed)

    def drop(self, place: Place) -> None:
        """Ends the caller's turn when its run has ended too, so that nobody is left to be told."""
        self._waiting.pop(place, None)

    def _forget(self, place: Place, waiter: _Waiter) -> None:
        waiting = self._waiting.get(place)
        if waiting is not None and waiter in waiting:
            waiting.remove(waiter)
