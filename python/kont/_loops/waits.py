"""What the tasks of a program await on a loop of asyncio, each by its number."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

from kont import _kont
from kont._loops.stand import Stand, stand_of
from kont.defaults import answer_async

__all__ = ["Ended", "Waits"]

Ended = tuple[int, Any, BaseException | None]


class Waits:
    """The awaitables of one run, on one event loop."""

    is_trio = False

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.main = Stand(self, None)
        # By the number of the wait, and which wait a task is in.
        self.waits: dict[int, tuple[asyncio.Future[Any], int | None]] = {}
        self.awaited: dict[int | None, asyncio.Future[Any]] = {}
        # The tasks that were made here and have not ended.
        self.made: set[asyncio.Future[Any]] = set()
        self.ended: list[Ended] = []
        self.settled: list[tuple[asyncio.Future[Any], int | None]] = []
        self.cancelled: list[tuple[int | None, BaseException]] = []
        self.news: asyncio.Future[None] | None = None
        # Those who have somebody to tell of the end.
        self.to_end: list[Stand] = []

    def awaited_by(self, task: int | None) -> asyncio.Future[Any] | None:
        """What a task awaits."""
        return self.awaited.get(task)

    def cancel(self, task: int | None, error: BaseException) -> None:
        """Has an error raised where a task waits for something of kont; from the loop's thread."""
        self.cancelled.append((task, error))
        self._wake()

    def cancels(self) -> list[tuple[int | None, BaseException]]:
        """The tasks that were cancelled since this was last asked."""
        found, self.cancelled = self.cancelled, []
        return found

    def tell(self) -> None:
        """Ends the wait; from any thread."""
        try:
            self.loop.call_soon_threadsafe(self._wake)
        except RuntimeError:
            # The loop is closed: nobody waits any more.
            return

    def _wake(self) -> None:
        if self.news is not None and not self.news.done():
            self.news.set_result(None)

    async def until_news(self, idle: _kont.Idle) -> list[Ended]:
        """Waits until something has ended, something was told, or the time is up; gives what has ended."""
        self._take_over(idle)
        if not self.ended and not self.cancelled:
            if idle.timeout is not None and idle.timeout <= 0:
                await asyncio.sleep(0)
            else:
                await self._sleep(idle.timeout)
        # Until here a task still awaits what has ended: whoever cancels it meanwhile finds that.
        for wait in self.settled:
            self._forget(wait)
        self.settled.clear()
        ended, self.ended = self.ended, []
        return ended

    async def _sleep(self, timeout: float | None) -> None:
        self.news = self.loop.create_future()
        timer = None if timeout is None else self.loop.call_later(timeout, self._wake)
        try:
            await self.news
        finally:
            self.news = None
            if timer is not None:
                timer.cancel()

    def _take_over(self, idle: _kont.Idle) -> None:
        given_up = set(idle.give_up)
        for number, task, effect, context in idle.begin:
            if number in given_up:
                drop(effect)
            else:
                self._begin(number, task, effect, context or contextvars.copy_context())
        for number in given_up:
            found = self.waits.pop(number, None)
            if found is not None:
                self._forget(found)
                found[0].cancel()

    def _begin(self, number: int, task: int | None, effect: Any, context: contextvars.Context) -> None:
        awaitable = getattr(effect, "awaitable", None)
        future: asyncio.Future[Any]
        if asyncio.isfuture(awaitable):
            future = awaitable
        else:
            future = self.loop.create_task(answer_async(effect), context=context)
            self.made.add(future)
            future.add_done_callback(self.made.discard)
        self.waits[number] = future, task
        self.awaited[task] = future
        future.add_done_callback(lambda future: self._done(number, future))

    def _forget(self, wait: tuple[asyncio.Future[Any], int | None]) -> None:
        future, task = wait
        if self.awaited.get(task) is future:
            del self.awaited[task]

    def _done(self, number: int, future: asyncio.Future[Any]) -> None:
        found = self.waits.pop(number, None)
        if found is None:
            # Nobody waits any more; an exception that it ended with is not to be reported as lost.
            if not future.cancelled():
                future.exception()
            return
        self.settled.append(found)
        try:
            self.ended.append((number, future.result(), None))
        except BaseException as error:
            self.ended.append((number, None, error))
        self._wake()

    def give_up(self) -> list[asyncio.Future[Any]]:
        """Cancels what is still awaited; gives those of the cancelled that were made here, and have to end yet."""
        found = [future for future, _ in self.waits.values()]
        self.waits.clear()
        self.awaited.clear()
        if self.loop.is_closed():
            return []
        for stand in self.to_end:
            stand.end()
        self.to_end.clear()
        for future in found:
            future.cancel()
        for future in self.made:
            future.cancel()
        return list(self.made)

    def stand(self, task: int, context: contextvars.Context) -> Stand:
        """What a spawned task of the program is to asyncio."""
        return stand_of(self, task, context)


def drop(effect: Any) -> None:
    """Ends what nobody will await, so that it is not reported as forgotten."""
    awaitable = getattr(effect, "awaitable", None)
    if asyncio.isfuture(awaitable):
        awaitable.cancel()
    elif asyncio.iscoroutine(awaitable):
        awaitable.close()
