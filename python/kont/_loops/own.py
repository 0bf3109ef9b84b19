"""The event loop of a run's own: made when something uses it, and closed when the run has ended."""

from __future__ import annotations

import asyncio
import sys
import weakref
from asyncio.tasks import _enter_task, _leave_task
from collections.abc import AsyncGenerator
from typing import Any, cast

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
        self.free: bool | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything has used the loop."""
        return self.loop._is_open

    def ways(self) -> Any:
        """How libraries are shown the loop and its tasks. None if a loop runs already: then that one is meant."""
        if not self._is_free():
            return None
        return self.loop, asyncio._set_running_loop, _enter_task, _leave_task, self.main, None

    def _is_free(self) -> bool:
        """Whether no loop runs here. One that does goes on doing so until the run has ended, and is asked for once."""
        if self.free is None:
            self.free = running() is None
            if self.free:
                self.hooks = sys.get_asyncgen_hooks()
                sys.set_asyncgen_hooks(firstiter=self.generators.add, finalizer=self._finalize)
        return self.free

    def _refuse_if_one_runs(self, effect: Any) -> None:
        if not self._is_free():
            drop(effect)
            raise UsageError("an event loop runs here already\nhelp: `await kont.run_async(...)` uses it")

    def _finalize(self, generator: AsyncGenerator[Any, Any]) -> None:
        self.generators.discard(generator)
        if not self.loop.is_closed():
            # Made there and not here: the loop of an abandoned run does not turn any more, and would drop it unawaited.
            self.loop.call_soon_threadsafe(lambda: self.loop.create_task(cast(Any, generator.aclose())))

    def answer(self, effect: Any) -> Any:
        """Waits for what the main task awaits, while there are no others. A coroutine runs as a part of that task."""
        self._refuse_if_one_runs(effect)
        awaitable = getattr(effect, "awaitable", None)
        if isinstance(effect, Await) and awaitable is None:
            return self._turn()
        if asyncio.isfuture(awaitable):
            return self._until(awaitable)
        return self._drive(awaitable if asyncio.iscoroutine(awaitable) else answer_async(effect))

    def _drive(self, coroutine: Any) -> Any:
        error: BaseException | None = None
        while True:
            asyncio._set_running_loop(self.loop)
            _enter_task(self.loop, cast(Any, self.main))
            try:
                yielded = coroutine.send(None) if error is None else coroutine.throw(error)
            except StopIteration as stop:
                return stop.value
            finally:
                _leave_task(self.loop, cast(Any, self.main))
                asyncio._set_running_loop(None)
            error = self._wait_for(yielded)

    def _wait_for(self, yielded: Any) -> BaseException | None:
        """Waits for what a coroutine has yielded; gives what is to be raised there."""
        try:
            if yielded is None:
                self._turn()
            elif getattr(yielded, "_asyncio_future_blocking", None):
                yielded._asyncio_future_blocking = False
                self._until(yielded)
            else:
                return RuntimeError(f"a coroutine of a library has yielded {yielded!r}, which asyncio cannot wait for")
        except (KeyboardInterrupt, SystemExit) as error:
            return error
        except BaseException as error:
            # The outcome of a future is fetched by whoever awaits it.
            if yielded is None or not yielded.done():
                return error
        return self.cancelled.pop()[1] if self.cancelled else None

    def _turn(self) -> None:
        """Lets the loop turn once, if there is one."""
        if self.is_open:
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()

    def _until(self, future: asyncio.Future[Any]) -> Any:
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
            self._refuse_if_one_runs(effect)
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


async def _end(loop: asyncio.AbstractEventLoop, generators: list[AsyncGenerator[Any, Any]]) -> None:
    left: list[Any] = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    closed = await asyncio.gather(*left, *(one.aclose() for one in generators), return_exceptions=True)
    for task, outcome in zip([*left, *generators], closed, strict=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
            context = {"message": f"what a program left behind failed: {task!r}", "exception": outcome}
            loop.call_exception_handler(context)
