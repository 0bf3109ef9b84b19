"""The loop of a thread, on which tools run side by side where no loop runs."""

from __future__ import annotations

import asyncio
import atexit
import threading
from typing import Any

from kont.errors import UsageError

__all__ = ["start", "wait", "wait_for_some"]

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
