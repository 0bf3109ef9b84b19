"""Trying again what failed."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from kont import _kont
from kont.effects import Effect, RandomBytes, Sleep
from kont.errors import UsageError
from kont.handling import handler
from kont.programs import do
from kont.std.programs import Runnable, Scoped

__all__ = ["Backoff", "retry", "retrying"]

T = TypeVar("T")


@dataclass(frozen=True)
class Backoff:
    """How long to wait after each failure.

    Attributes:
        first_s: after the first one.
        factor: how many times longer after each one that follows.
        longest_s: never longer than this.
        jitter: how much of the wait is left to chance, from 0 (nothing) to 1 (all of it), so that many who failed
            together do not come back together.

    >>> from kont.std import Backoff
    >>> [Backoff(1.0, longest_s=5.0).wait_s(failures) for failures in (1, 2, 3, 4)]
    [1.0, 2.0, 4.0, 5.0]
    """

    first_s: float = 0.1
    factor: float = 2.0
    longest_s: float = 60.0
    jitter: float = 0.0

    def __post_init__(self) -> None:
        if self.first_s < 0 or self.longest_s < 0 or self.factor < 1 or not 0 <= self.jitter <= 1:
            raise UsageError(f"{self!r} makes no sense\nhelp: seconds from 0, a factor from 1, a jitter from 0 to 1")

    def wait_s(self, failures: int, chance: float = 0.0) -> float:
        """The wait after so many failures; `chance`, from 0 to 1, says how much of the jitter is taken off."""
        try:
            whole = min(self.longest_s, self.first_s * self.factor ** (failures - 1))
        except OverflowError:
            whole = self.longest_s
        return whole * (1 - self.jitter * chance)


def retry(
    make: Callable[[], Runnable[T]],
    *,
    times: int = 3,
    backoff: Backoff = Backoff(),
    on: type[Exception] | tuple[type[Exception], ...] = Exception,
) -> _kont.Program[Any, T]:
    """A program that runs another one until it succeeds.

    It waits by performing `Sleep`, and its jitter is drawn from `RandomBytes`: tests install a virtual clock and a seed.

    Args:
        make: makes the program anew for each attempt, such as a `@kont.do` function or an `async def`.
        times: how many attempts there are at most, from 1.
        backoff: how long to wait between them.
        on: the exceptions after which it is tried again. Others are raised at once, and so is the last one.

    >>> import kont
    >>> from kont.std import retry, virtual_clock
    >>> left = [OSError("busy"), OSError("busy")]
    >>> @kont.do
    ... def connect():
    ...     yield kont.Pure(None)
    ...     if left:
    ...         raise left.pop()
    ...     return "connected"
    >>> kont.run(retry(connect, on=OSError), virtual_clock())
    'connected'
    """
    if not callable(make):
        raise UsageError(f"`retry` takes a function that makes the program, not {make!r}\nhelp: `retry(lambda: ...)`")
    _check(times)
    return _until(make, times, backoff, on)


def retrying(
    *wanted: type[Effect[Any]],
    times: int = 3,
    backoff: Backoff = Backoff(),
    on: type[Exception] | tuple[type[Exception], ...] = Exception,
) -> _kont.Handler:
    """Performs effects of some types again outside of it, until the answer is no exception.

    Args:
        wanted: the types of the effects. Effects that carry a program cannot be among them.
        times: how many attempts there are at most, from 1.
        backoff: how long to wait between them.
        on: the exceptions after which it is tried again.

    >>> import kont
    >>> from kont.std import retrying, virtual_clock
    >>> class Fetch(kont.Effect[str]): pass
    >>> left = [OSError("busy")]
    >>> @kont.handler(Fetch)
    ... def flaky(effect):
    ...     if left:
    ...         raise left.pop()
    ...     return "page"
    >>> kont.run(Fetch(), retrying(Fetch, on=OSError), flaky, virtual_clock())
    'page'
    """
    _check(times)
    for one in wanted:
        if isinstance(one, type) and issubclass(one, Scoped):
            raise UsageError(f"`{one.__name__}` carries a program, which can be run once\nhelp: use `retry`")

    types: tuple[type, ...] = wanted

    @handler(*types)
    def retrying(effect: Any) -> Generator[Any, Any, Any]:
        return (yield _until(lambda: effect, times, backoff, on))

    return retrying


@do
def _until(make: Callable[[], Any], times: int, backoff: Backoff, on: Any) -> Generator[Any, Any, Any]:
    for failures in range(1, times):
        try:
            return (yield make())
        except on:
            pass
        chance = 0.0
        if backoff.jitter:
            chance = int.from_bytes((yield RandomBytes(4)), "big") / (1 << 32)
        yield Sleep(backoff.wait_s(failures, chance))
    return (yield make())


def _check(times: int) -> None:
    if times < 1:
        raise UsageError(f"there is at least one attempt, not {times}")
