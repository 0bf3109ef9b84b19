"""The event loop of a run's own: made when something uses it, and closed when the run has ended."""

from __future__ import annotations

import asyncio
import contextvars
import sys
import weakref
from asyncio.tasks import _enter_task, _leave_task
from collections.abc import AsyncGenerator
from typing import Any

from kont import _kont
from kont._loops import running
from kont._loops.waits import Ended, Waits, drop
from kont.defaults import answer_async
from kont.effects import Await
from kont.errors import UsageError

__all__ = ["Own"]

if sys.platform == "win32":
    from asyncio import ProactorEventLoop as _Loop
else:
    from asyncio import SelectorEventLoop as _Loop


class _Later(_Loop):
    """A loop that opens its files when it is first used: most programs that might use one never do."""

    _is_open = False

    def __init__(self) -> None:
        # The base's is called by the first look at anything that it makes.
        pass

    def __getattr__(self, name: str) -> Any:
        if self._is_open:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self._is_open = True
        super().__init__()
        return getattr(self, name)

    def __del__(self) -> None:
        if self._is_open and not self.is_closed():
            self.close()


class Own(Waits):
    """A run's side of its own loop."""

    loop: _Later

    def __init__(self) -> None:
        super().__init__(_Later())
        self.generators: weakref.WeakSet[AsyncGenerator[Any, Any]] = weakref.WeakSet()
        self.hooks: Any = None

    @property
    def is_open(self) -> bool:
        """Whether anything has used the loop."""
        return self.loop._is_open

    def ways(self) -> Any:
        """How libraries are shown the loop and its tasks. None if a loop runs already: then that one is meant."""
        if running() is not None:
            return None
        self.hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self.generators.add, finalizer=self._finalize)
        return self.loop, asyncio._set_running_loop, _enter_task, _leave_task, self.main, None

    def _finalize(self, generator: AsyncGenerator[Any, Any]) -> None:
        self.generators.discard(generator)
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.loop.create_task, generator.aclose())

    def answer(self, effect: Any) -> Any:
        """Waits for what the main task awaits, while there are no others."""
        awaitable = getattr(effect, "awaitable", None)
        if isinstance(effect, Await) and awaitable is None and not self.is_open:
            return None
        _refuse_if_one_runs(effect)
        if asyncio.isfuture(awaitable):
            future = awaitable
        else:
            future = self.loop.create_task(answer_async(effect), context=contextvars.copy_context())
        self.awaited[None] = future
        try:
            return self.loop.run_until_complete(future)
        except KeyboardInterrupt:
            future.cancel()
            raise
        finally:
            del self.awaited[None]

    def wait(self, idle: _kont.Idle) -> list[Ended]:
        """Waits for what the tasks await."""
        for _, _, effect, _ in idle.begin:
            _refuse_if_one_runs(effect)
        return self.loop.run_until_complete(self.until_news(idle))

    def close(self) -> None:
        """Ends what is left: tasks are cancelled, async generators closed, threads waited for."""
        self._give_hooks_back()
        open_ones = [one for one in self.generators if getattr(one, "ag_frame", None) is not None]
        if self.loop.is_closed() if self.is_open else not open_ones:
            return
        self.give_up()
        try:
            self.loop.run_until_complete(_end(self.loop, open_ones))
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
        finally:
            self.loop.close()

    def abandon(self) -> None:
        """Lets go of a loop whose run nobody goes on with. After `close` there is nothing to do."""
        self._give_hooks_back()
        if self.is_open and not self.loop.is_closed() and not self.loop.is_running():
            self.loop.close()

    def _give_hooks_back(self) -> None:
        # They belong to a thread, and this may be another one.
        if self.hooks is not None and sys.get_asyncgen_hooks().finalizer == self._finalize:
            sys.set_asyncgen_hooks(*self.hooks)
        self.hooks = None


def _refuse_if_one_runs(effect: Any) -> None:
    if running() is None:
        return
    drop(effect)
    raise UsageError("an event loop runs here already\nhelp: `await kont.run_async(...)` uses it")


async def _end(loop: asyncio.AbstractEventLoop, generators: list[AsyncGenerator[Any, Any]]) -> None:
    left: list[Any] = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    closed = await asyncio.gather(*left, *(one.aclose() for one in generators), return_exceptions=True)
    for task, outcome in zip([*left, *generators], closed, strict=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
            context = {"message": f"what a program left behind failed: {task!r}", "exception": outcome}
            loop.call_exception_handler(context)
