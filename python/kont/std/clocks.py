"""A clock for tests that jumps."""

from __future__ import annotations

from typing import Any

from kont import _kont
from kont.effects import Monotonic, Now, Sleep
from kont.handling import handler

__all__ = ["virtual_clock"]


def virtual_clock(start_s: float = 0.0) -> _kont.Handler:
    """Answers `Sleep`, `Now` and `Monotonic` without waiting: a sleep moves the clock by as much as it asks for.

    The clock is for one task: a sleep of one moves the time of all that share the handler.

    Args:
        start_s: the first `Now`, in seconds since 1970 in UTC. `Monotonic` begins with 0.

    >>> import kont
    >>> from kont.std import virtual_clock
    >>> @kont.do
    ... def nap():
    ...     yield kont.Sleep(3600)
    ...     return (yield kont.Now()), (yield kont.Monotonic())
    >>> kont.run(nap(), virtual_clock(start_s=1000.0))
    (4600.0, 3600.0)
    """
    passed_s = 0.0

    @handler(Sleep, Now, Monotonic)
    def virtual_clock(effect: Any) -> float | None:
        nonlocal passed_s
        if isinstance(effect, Sleep):
            passed_s += max(0.0, effect.seconds)
            return None
        return start_s + passed_s if isinstance(effect, Now) else passed_s

    return virtual_clock
