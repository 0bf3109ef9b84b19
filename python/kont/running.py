"""`run_async`: programs on the event loop that runs. Its types are in `running.pyi`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

from kont import _kont
from kont._loops import drive_of_the_running_loop

__all__ = ["run_async"]


P = ParamSpec("P")


def _quiet(function: Callable[P, Coroutine[Any, Any, Any]]) -> Callable[P, Coroutine[Any, Any, Any]]:
    """Keeps the frame of a coroutine out of the tracebacks of what it raises."""

    @functools.wraps(function)
    def start(*args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, Any]:
        return _kont.Quiet(function(*args, **kwargs))

    return start


@_quiet
async def run_async(
    program: Any,
    /,
    *handlers: Any,
    seed: int | None = None,
    virtual_time: bool = False,
    order: _kont.Schedule | None = None,
) -> Any:
    """Runs a program on the event loop that runs, of asyncio or trio, and gives its value.

    What the program awaits is awaited on that loop and in this thread; any number of programs run on it side by side. A
    program that is busy for long lets the loop go on every few milliseconds.

    Args:
        program: what `kont.run` takes.
        handlers: handlers and observers, the innermost first.
        seed: as for `kont.run`.
        virtual_time: as for `kont.run`.
        order: as for `kont.run`.

    Raises:
        Exception: what the program raised.

    Cancelling it raises the loop's own error, `asyncio.CancelledError` or `trio.Cancelled`, where the program waits, in
    its main task if it has tasks. The others are unwound when that has ended. Clean-up may perform effects and wait.

    >>> import asyncio, kont
    >>> async def nap():
    ...     await asyncio.sleep(0)
    ...     return "slept"
    >>> asyncio.run(kont.run_async(nap()))
    'slept'
    """
    drive = drive_of_the_running_loop()
    return await drive(_kont.Drive(program, handlers, seed=seed, virtual_time=virtual_time, order=order))
