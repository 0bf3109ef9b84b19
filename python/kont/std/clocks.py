"""Virtual time for a part of a program, and with it for the whole run."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Never

from kont import _kont
from kont.effects import BeginVirtualTime, Monotonic, Now, Sleep
from kont.handling import handler
from kont.scopes import Enter, Scope

__all__ = ["virtual_clock"]


def virtual_clock(start_s: float = 0.0) -> _kont.Handler[Never, Never]:
    """Makes the time of the run virtual when the program first asks for the time, sleeps or sets a timeout.

    From there on it is as with `kont.run(..., virtual_time=True)`: when every task waits, the clock jumps to where the
    first of them goes on. A run has one clock: sleeps, timeouts, retries and caches of all its tasks go by it.

    Args:
        start_s: what `Now` says inside when the virtual time begins, in seconds since 1970 in UTC. `Monotonic` begins
            with 0.

    >>> import kont
    >>> from kont.std import virtual_clock
    >>> async def nap(seconds):
    ...     await kont.Sleep(seconds)
    ...     return await kont.Now()
    >>> async def program():
    ...     naps = await kont.Spawn(nap(3600)), await kont.Spawn(nap(60))
    ...     return await kont.Gather(*naps)
    >>> kont.run(program(), virtual_clock(start_s=1000.0))
    [4600.0, 1060.0]
    """

    @handler(Sleep, Now, Monotonic, Scope, Enter)
    def virtual_clock(effect: Any, k: _kont.K) -> Generator[Any, Any, None]:
        yield BeginVirtualTime()
        if isinstance(effect, Now):
            yield _kont.Transfer(k, start_s + (yield Monotonic()))
        yield _kont.Pass()

    return virtual_clock
