"""asyncio: the event loop that `run` keeps for programs that await its futures, and `run_async`."""

from __future__ import annotations

import asyncio
import atexit
import functools
import threading
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

from kont import _kont
from kont._outside import Outside
from kont.defaults import answer_async
from kont.errors import UsageError

__all__ = ["run_async", "wait"]

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
    """Runs a program on the event loop that runs, and gives its value.

    Args:
        program: what `kont.run` takes.
        handlers: handlers and observers, the innermost first.
        seed: as for `kont.run`.
        virtual_time: as for `kont.run`.
        order: as for `kont.run`.

    Raises:
        Exception: what the program raised.

    Cancelling the task of asyncio raises `CancelledError` in the program, at what it waits for; a program that has
    tasks finds `kont.Cancelled` there, in its main task, and the others are unwound when that has ended.

    >>> import asyncio, kont
    >>> async def nap():
    ...     await asyncio.sleep(0)
    ...     return "slept"
    >>> asyncio.run(kont.run_async(nap()))
    'slept'
    """
    drive = _kont.Drive(program, handlers, seed=seed, virtual_time=virtual_time, order=order)
    outside: Outside | None = None
    effect = drive.send(None)
    try:
        while effect is not None:
            if isinstance(effect, _kont.Idle):
                if outside is None:
                    outside = Outside(asyncio.get_running_loop())
                    drive.notify(outside)
                try:
                    ended = await outside.wait_async(effect)
                except BaseException as error:
                    effect = drive.interrupt(error)
                else:
                    effect = drive.wake(ended)
                continue
            try:
                value = await answer_async(effect)
            except BaseException as error:
                effect = drive.throw(error)
            else:
                effect = drive.send(value)
    finally:
        if outside is not None:
            outside.close()
    return drive.result()


class _Lent:
    """An event loop of a thread, shown to libraries as the running one while a coroutine of a program runs."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.loop = self.runner.get_loop()

    def show(self) -> _Lent:
        asyncio._set_running_loop(self.loop)
        return self

    def take_back(self) -> None:
        asyncio._set_running_loop(None)

    def __del__(self) -> None:
        # The thread that it belongs to has ended; nothing of it can run any more.
        if not self.loop.is_closed():
            self.loop.close()


_local = threading.local()


def _own() -> _Lent:
    lent: _Lent | None = getattr(_local, "lent", None)
    if lent is None or lent.loop.is_closed():
        lent = _local.lent = _Lent()
        if threading.current_thread() is threading.main_thread():
            atexit.register(lent.runner.close)
    return lent


def lend() -> _Lent | None:
    """Shows this thread's loop as the running one. None if one runs already: then that one is meant."""
    if asyncio._get_running_loop() is not None:
        return None
    return _own().show()


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


def own_loop() -> asyncio.AbstractEventLoop:
    """The loop of this thread's own."""
    if asyncio._get_running_loop() is not None:
        raise UsageError("an event loop runs here already\nhelp: `await kont.run_async(...)` uses it")
    return _own().loop


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
