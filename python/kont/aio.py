"""`run_async`: programs on the event loop that runs. And the loop of a thread, on which tools run side by side."""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Awaitable, Generator
from typing import Any, TypeVar

from kont import _kont
from kont._loops import drive_of_the_running_loop
from kont.effects import Effect
from kont.errors import UsageError
from kont.handling import Several

__all__ = ["run_async", "wait"]

T = TypeVar("T")


async def run_async(
    program: Effect[T] | _kont.Program[T] | Awaitable[T] | Generator[Any, Any, T],
    /,
    *handlers: _kont.Handler | _kont.Observer | Several,
    seed: int | None = None,
    virtual_time: bool = False,
) -> T:
    """Runs a program on the event loop that runs, of asyncio or trio, and gives its value.

    What the program awaits is awaited on that loop and in this thread; any number of programs run on it side by side. A
    program that is busy for long lets the loop go on every few milliseconds.

    Args:
        program: what `kont.run` takes.
        handlers: handlers and observers, the innermost first.
        seed: as for `kont.run`.
        virtual_time: as for `kont.run`.

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
    value: T = await drive(_kont.Drive(program, handlers, seed=seed, virtual_time=virtual_time))
    return value


_local = threading.local()


class _Kept:
    """The event loop of a thread, for tools and sandboxed programs that are run without one."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.loop = self.runner.get_loop()

    def __del__(self) -> None:
        # The thread that it belongs to has ended; nothing of it can run any more.
        if not self.loop.is_closed():
            self.loop.close()


def _own() -> _Kept:
    kept: _Kept | None = getattr(_local, "kept", None)
    if kept is None or kept.loop.is_closed():
        kept = _local.kept = _Kept()
        if threading.current_thread() is threading.main_thread():
            atexit.register(kept.runner.close)
    return kept


def wait(awaitable: Any) -> Any:
    """Waits on this thread's loop; None lets it turn once. What runs beside it, goes on meanwhile."""
    if asyncio._get_running_loop() is not None:
        if asyncio.iscoroutine(awaitable):
            awaitable.close()
        raise UsageError("an event loop runs here already\nhelp: `await kont.run_async(...)` uses it")
    own = _own()
    if awaitable is None:
        awaitable = asyncio.sleep(0)
    if not asyncio.isfuture(awaitable) and not asyncio.iscoroutine(awaitable):
        awaitable = _await(awaitable)
    return own.loop.run_until_complete(awaitable)


def start(coroutine: Any) -> asyncio.Future[Any]:
    """Begins a coroutine on this thread's loop. It goes on while somebody waits."""
    return _own().loop.create_task(coroutine)


def wait_for_some(tasks: Any, timeout_s: float | None) -> set[asyncio.Future[Any]]:
    """Waits until one of the tasks has ended, or the time is up; gives those that have."""
    loop = _own().loop
    done, _ = loop.run_until_complete(asyncio.wait(tasks, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED))
    return done


async def _await(awaitable: Any) -> Any:
    return await awaitable
