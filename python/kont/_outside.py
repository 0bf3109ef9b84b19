"""What a program waits for outside, while all of its tasks wait: asyncio's side of a run."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

from kont import _kont
from kont.defaults import answer_async

Ended = tuple[int, Any, BaseException | None]


class Outside:
    """The awaitables of one run, each by its number, on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.own = loop is None
        if loop is None:
            from kont import aio

            loop = aio.own_loop()
        self.loop = loop
        self.waits: dict[int, asyncio.Future[Any]] = {}
        self.ended: list[Ended] = []
        self.news = asyncio.Event()

    def tell(self) -> None:
        """Ends the wait; from any thread."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.news.set)

    def wait(self, idle: _kont.Idle) -> list[Ended]:
        """Waits on a loop of this thread's own."""
        return self.loop.run_until_complete(self.wait_async(idle))

    async def wait_async(self, idle: _kont.Idle) -> list[Ended]:
        """Waits until something has ended, something was told, or the time is up; gives what has ended."""
        given_up = set(idle.give_up)
        for number, effect, context in idle.begin:
            self._begin(number, effect, context or contextvars.copy_context())
        for number in given_up:
            future = self.waits.pop(number, None)
            if future is not None:
                future.cancel()
        if not self.ended:
            try:
                async with asyncio.timeout(idle.timeout):
                    await self.news.wait()
            except TimeoutError:
                pass
        self.news.clear()
        ended, self.ended = self.ended, []
        return ended

    def close(self) -> None:
        """Gives up what is still awaited."""
        for future in self.waits.values():
            future.cancel()
        self.waits.clear()

    def _begin(self, number: int, effect: Any, context: contextvars.Context) -> None:
        awaitable = getattr(effect, "awaitable", None)
        future: asyncio.Future[Any]
        if asyncio.isfuture(awaitable):
            future = awaitable
        else:
            future = self.loop.create_task(answer_async(effect), context=context)
        self.waits[number] = future
        future.add_done_callback(lambda future: self._done(number, future))

    def _done(self, number: int, future: asyncio.Future[Any]) -> None:
        if self.waits.pop(number, None) is None:
            # Nobody waits any more; an exception that it ended with is not to be reported as lost.
            if not future.cancelled():
                future.exception()
            return
        try:
            self.ended.append((number, future.result(), None))
        except BaseException as error:
            self.ended.append((number, None, error))
        self.news.set()
