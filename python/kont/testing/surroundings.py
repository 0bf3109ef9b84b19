"""What a program finds around it in a test: time that jumps, random numbers that repeat, answers from a file."""

from __future__ import annotations

import os
from collections.abc import Coroutine, Generator
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, overload

from kont import _kont
from kont.effects import Monotonic, Now
from kont.handling import Handlers, Several, on
from kont.programs import do
from kont.rows import Performs
from kont.stacking import handlers

__all__ = ["Clock", "SeededRandom", "tape"]

T = TypeVar("T")
Boundary: TypeAlias = _kont.Handler | _kont.Observer | Several


class Clock(Handlers):
    """Time in which no test waits: it jumps to the next `Sleep` or deadline when every task waits.

    It is the clock of `kont.run(..., virtual_time=True)` with a first time of day, and goes on from one run to the
    next. `Now` and `Monotonic` show it.

    Args:
        start_s: the first `Now`, in seconds since 1970 in UTC. `Monotonic` begins with 0.

    Attributes:
        passed_s: how much time has passed until the end of the last run, in seconds.

    >>> import kont
    >>> from kont.testing import Clock
    >>> async def nap(seconds):
    ...     await kont.Sleep(seconds)
    >>> async def program():
    ...     await kont.Gather(await kont.Spawn(nap(60)), await kont.Spawn(nap(3600)))
    ...     return await kont.Now()
    >>> clock = Clock(start_s=1000.0)
    >>> clock.run(program()), clock.passed_s, clock.now_s
    (4600.0, 3600.0, 4600.0)
    """

    def __init__(self, start_s: float = 0.0) -> None:
        self.start_s = start_s
        self.passed_s = 0.0

    @property
    def now_s(self) -> float:
        """The time of day at the end of the last run, in seconds since 1970."""
        return self.start_s + self.passed_s

    @on(Now)
    def _now(self, effect: Now) -> Generator[Any, Any, float]:
        return self.now_s + (yield Monotonic())

    @on(Monotonic)
    def _monotonic(self, effect: Monotonic) -> Generator[Any, Any, float]:
        return self.passed_s + (yield Monotonic())

    @overload
    def run(
        self, program: Coroutine[Any, Any, T], /, *around: Boundary, seed: int | None = ..., order: _kont.Schedule | None = ...
    ) -> T: ...
    @overload
    def run(
        self, program: Performs[Any, T], /, *around: Boundary, seed: int | None = ..., order: _kont.Schedule | None = ...
    ) -> T: ...
    def run(
        self, program: Any, /, *around: Boundary, seed: int | None = None, order: _kont.Schedule | None = None
    ) -> Any:
        """Runs a program in this time. What it takes and gives is as with `kont.run`."""
        return _kont.run(self._timed(handlers(*around, self)(program)), seed=seed, virtual_time=True, order=order)

    @do
    def _timed(self, program: Any) -> Generator[Any, Any, Any]:
        __tracebackhide__ = True
        try:
            return (yield program)
        finally:
            # Outside of the clock's own answers: the time of this run alone.
            self.passed_s += yield Monotonic()


class SeededRandom(Several):
    """The handler `kont.std.seeded` with its seed in sight: the same numbers in each test, and after each `reset`.

    >>> import kont
    >>> from kont.std import RandomInt
    >>> from kont.testing import SeededRandom
    >>> random = SeededRandom(7)
    >>> first = kont.run(RandomInt(1, 1000), random)
    >>> random.reset()
    >>> kont.run(RandomInt(1, 1000), random) == first
    True
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.reset()

    def reset(self) -> None:
        """Begins again with the first number, for the runs that begin from now on."""
        from kont.std.chance import seeded

        self._seeded = seeded(self.seed)

    def _kont_boundaries(self) -> tuple[_kont.Handler | _kont.Observer, ...]:
        return (self._seeded,)

    def __repr__(self) -> str:
        return f"SeededRandom({self.seed})"


def tape(path: str | os.PathLike[str], *, record: bool | None = None) -> Several:
    """Answers `kont.std.Http` from a file; if there is none yet, from the network, and writes the file.

    Args:
        path: the file, as `kont.std.http_recorded` writes it. It holds what servers said, and no headers of requests.
        record: whether to ask the network and begin a new file. Usually only when there is no file.
    """
    from kont.std import http, http_recorded, http_replayed

    file = Path(path)
    if record is None:
        record = not file.exists()
    if not record:
        return handlers(http_replayed(file))
    file.unlink(missing_ok=True)
    return handlers(http_recorded(file), http())
