"""Trying again what failed, or what came out wrong."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Never, TypeVar

from kont import _kont
from kont.effects import Effect, Monotonic, RandomBytes, Sleep
from kont.errors import UsageError
from kont.handling import handler
from kont.programs import do
from kont.rows import Answered, Runnable
from kont.std.programs import Scoped

__all__ = ["Backoff", "retry", "retrying"]

T = TypeVar("T")
On = type[Exception] | tuple[type[Exception], ...] | Callable[[Exception], bool]


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


@dataclass(frozen=True)
class _Plan:
    times: int | None
    backoff: Backoff
    on: On
    until: Callable[[Any], bool] | None
    deadline_s: float | None

    def __post_init__(self) -> None:
        if self.times is not None and self.times < 1:
            raise UsageError(f"there is at least one attempt, not {self.times}")
        if self.times is None and self.deadline_s is None:
            raise UsageError("nothing ends this\nhelp: say how many `times`, or give a `deadline_s`")
        if self.deadline_s is not None and not self.deadline_s >= 0:
            raise UsageError(f"a deadline is a number of seconds from 0, not {self.deadline_s}")
        kinds = self.on if isinstance(self.on, tuple) else (self.on,)
        for kind in kinds:
            if isinstance(kind, type) and not issubclass(kind, Exception) or not callable(kind):
                raise UsageError(f"`on` takes classes of exceptions, or a function of one, not {kind!r}")

    def is_good(self, value: Any) -> bool:
        return self.until is None or bool(self.until(value))

    def goes_on(self, error: Exception) -> bool:
        if isinstance(self.on, (type, tuple)):
            return isinstance(error, self.on)
        return bool(self.on(error))


def retry(
    make: Callable[[], Runnable[Any, T]],
    *,
    times: int | None = 3,
    backoff: Backoff = Backoff(),
    on: On = Exception,
    until: Callable[[T], bool] | None = None,
    deadline_s: float | None = None,
) -> _kont.Program[Any, T]:
    """A program that runs another one until it succeeds, and at its end does what the last attempt did.

    It waits by performing `Sleep`, and its jitter is drawn from `RandomBytes`: tests install a virtual clock and a seed.

    Args:
        make: makes the program anew for each attempt, such as a `@kont.do` function or an `async def`.
        times: how many attempts there are at most, from 1; None means as many as the deadline allows.
        backoff: how long to wait between them.
        on: the exceptions after which it is tried again, or a function that tells. Others are raised at once.
        until: tells whether a value is good; with another one it is tried again. None means that every value is.
        deadline_s: no attempt begins later than so many seconds after the first one, by `Monotonic`. An attempt that
            has begun is not disturbed: `kont.timeout` does that.

    >>> import kont
    >>> from kont.std import retry
    >>> left = [OSError("busy"), "not ready"]
    >>> @kont.do
    ... def connect():
    ...     yield kont.Pure(None)
    ...     answer = left.pop(0) if left else "connected"
    ...     if isinstance(answer, OSError):
    ...         raise answer
    ...     return answer
    >>> kont.run(retry(connect, on=OSError, until=lambda answer: answer == "connected"), virtual_time=True)
    'connected'
    """
    if not callable(make):
        raise UsageError(f"`retry` takes a function that makes the program, not {make!r}\nhelp: `retry(lambda: ...)`")
    return _until(make, _Plan(times, backoff, on, until, deadline_s))


def retrying(
    *wanted: type[Effect[Any]],
    times: int | None = 3,
    backoff: Backoff = Backoff(),
    on: On = Exception,
    until: Callable[[Any], bool] | None = None,
    deadline_s: float | None = None,
) -> _kont.Handler[Never, Answered]:
    """Performs effects of some types again outside of it, until the answer is a good one.

    Args:
        wanted: the types of the effects. Effects that carry a program cannot be among them.
        times: how many attempts there are at most, from 1; None means as many as the deadline allows.
        backoff: how long to wait between them.
        on: the exceptions after which it is tried again, or a function that tells.
        until: tells whether an answer is good. None means that every answer is.
        deadline_s: as for `retry`.

    >>> import kont
    >>> from kont.std import retrying
    >>> class Fetch(kont.Effect[str]): pass
    >>> left = [OSError("busy")]
    >>> @kont.handler(Fetch)
    ... def flaky(effect):
    ...     if left:
    ...         raise left.pop()
    ...     return "page"
    >>> kont.run(Fetch(), retrying(Fetch, on=OSError), flaky, virtual_time=True)
    'page'
    """
    plan = _Plan(times, backoff, on, until, deadline_s)
    for one in wanted:
        if isinstance(one, type) and issubclass(one, Scoped):
            raise UsageError(f"`{one.__name__}` carries a program, which can be run once\nhelp: use `retry`")

    types: tuple[type, ...] = wanted

    @handler(*types)
    def retrying(effect: Any) -> Generator[Any, Any, Any]:
        return (yield _until(lambda: effect, plan))

    return retrying


@do
def _until(make: Callable[[], Any], plan: _Plan) -> Generator[Any, Any, Any]:
    deadline = None if plan.deadline_s is None else (yield Monotonic()) + plan.deadline_s
    failures = 0
    while True:
        failures += 1
        is_last = failures == plan.times
        try:
            value = yield make()
        except Exception as error:
            if is_last or not plan.goes_on(error):
                raise
            wait_s = yield from _wait_s(plan, failures, deadline)
            if wait_s is None:
                raise
        else:
            if is_last or plan.is_good(value):
                return value
            wait_s = yield from _wait_s(plan, failures, deadline)
            if wait_s is None:
                return value
        yield Sleep(wait_s)


def _wait_s(plan: _Plan, failures: int, deadline: float | None) -> Generator[Any, Any, float | None]:
    """How long to wait until the next attempt; None if that would begin too late."""
    chance = 0.0
    if plan.backoff.jitter:
        chance = int.from_bytes((yield RandomBytes(4)), "big") / (1 << 32)
    wait_s = plan.backoff.wait_s(failures, chance)
    if deadline is not None and (yield Monotonic()) + wait_s > deadline:
        return None
    return wait_s
