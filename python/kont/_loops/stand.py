"""What a task of a program is to the libraries of asyncio: the current task, that can be cancelled."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kont._loops.waits import Waits

__all__ = ["Stand", "stand_of"]

_STAND: contextvars.ContextVar[Stand] = contextvars.ContextVar("kont's task for asyncio")


class Told:
    """Why a task was cancelled last.

    A scope of anyio cancels all that is in it again and again, until it is left. What a program awaits of anyio is so
    cancelled each time; what it waits for of kont, only once: clean-up may wait.
    """

    def __init__(self) -> None:
        self._reason: str | None = None

    def again(self, reason: Any) -> bool:
        """Whether this is no news."""
        if not isinstance(reason, str) or not reason.startswith("Cancelled via cancel scope "):
            return False
        before, self._reason = self._reason, reason
        return before == reason


class Stand:
    """Stands for one task of a program in `asyncio.current_task()`.

    `asyncio.timeout`, `asyncio.TaskGroup` and the scopes of anyio keep it, and cancel it: what the task waits for is
    then cancelled, be it an awaitable of asyncio or something of kont.
    """

    def __init__(self, waits: Waits, number: int | None) -> None:
        self._waits = waits
        self.number = number
        self.told = Told()
        self._requests = 0
        self._is_done = False
        self._told_at_end: list[tuple[Callable[[Any], object], contextvars.Context | None]] = []

    def __repr__(self) -> str:
        return f"<{self.get_name()}>"

    # What asyncio's own code, and anyio's, look at.
    _must_cancel = False

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return self._waits.loop

    @property
    def _fut_waiter(self) -> asyncio.Future[Any] | None:
        return self._waits.awaited_by(self.number)

    def cancel(self, msg: Any = None) -> bool:
        self._requests += 1
        future = self._fut_waiter
        if future is None and self.told.again(msg):
            return True
        if future is None or not future.cancel(msg):
            error = asyncio.CancelledError() if msg is None else asyncio.CancelledError(msg)
            self._waits.cancel(self.number, error)
        return True

    def cancelling(self) -> int:
        return self._requests

    def uncancel(self) -> int:
        self._requests = max(0, self._requests - 1)
        return self._requests

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._waits.loop

    def get_name(self) -> str:
        return "kont's main task" if self.number is None else f"kont's task {self.number}"

    def get_coro(self) -> None:
        """None: its frames are the program's."""

    def get_stack(self, *, limit: int | None = None) -> list[Any]:
        return []

    def done(self) -> bool:
        return self._is_done

    def cancelled(self) -> bool:
        return False

    def add_done_callback(self, callback: Callable[[Any], object], *, context: Any = None) -> None:
        """Has a function called when the run has ended: not sooner, as others may wait for the task's outcome."""
        if not self._told_at_end:
            self._waits.to_end.append(self)
        self._told_at_end.append((callback, context))

    def remove_done_callback(self, callback: Callable[[Any], object]) -> int:
        before = len(self._told_at_end)
        self._told_at_end = [one for one in self._told_at_end if one[0] != callback]
        return before - len(self._told_at_end)

    def end(self) -> None:
        """The run has ended."""
        self._is_done = True
        told, self._told_at_end = self._told_at_end, []
        for callback, context in told:
            self._loop.call_soon(callback, self, context=context)


def stand_of(waits: Waits, number: int, context: contextvars.Context) -> Stand:
    """The one of a task, kept in its context variables, so that it is there as long as the task."""
    stand = context.get(_STAND)
    if stand is None or stand.number != number or stand._waits is not waits:
        stand = Stand(waits, number)
        context.run(_STAND.set, stand)
    return stand
