"""The event loops that the tests of `run_async` run on, with one face."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anyio
import trio
import uvloop


@dataclass(frozen=True)
class Library:
    """A library with an event loop.

    Attributes:
        run: runs an `async def` function on a loop of its own.
        sleep: the library's own.
        give_up_after: a context manager that cancels its block after so many seconds, and goes on after it.
        together: runs functions side by side and gives their values.
        start_and_cancel: starts a function, cancels it when `begun` is set by it, and gives how it ended.
        cancelled: what the library raises where something is cancelled.
    """

    name: str
    run: Callable[[Callable[[], Any]], Any]
    sleep: Callable[[float], Any]
    give_up_after: Callable[[float], Any]
    together: Callable[..., Any]
    start_and_cancel: Callable[[Callable[[], Any], list[Any]], Any]
    cancelled: type[BaseException]

    def __repr__(self) -> str:
        return self.name


class _GiveUpAfter:
    """What trio and anyio call `move_on_after`, with `asyncio.timeout`."""

    def __init__(self, seconds: float) -> None:
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, *raised: Any) -> bool:
        try:
            await self._timeout.__aexit__(*raised)
        except TimeoutError:
            return True
        return False


class _Async:
    """A context manager as one for `async with`."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __aenter__(self) -> Any:
        return self._inner.__enter__()

    async def __aexit__(self, *raised: Any) -> Any:
        return self._inner.__exit__(*raised)


async def _asyncio_together(*functions: Any) -> list[Any]:
    return await asyncio.gather(*(function() for function in functions))


async def _asyncio_cancel(function: Any, begun: list[Any]) -> Any:
    task = asyncio.ensure_future(function())
    while not begun:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    return "cancelled" if task.cancelled() else task.exception() or task.result()


async def _trio_together(*functions: Any) -> list[Any]:
    values: dict[int, Any] = {}

    async def one(at: int, function: Any) -> None:
        values[at] = await function()

    async with trio.open_nursery() as nursery:
        for at, function in enumerate(functions):
            nursery.start_soon(one, at, function)
    return [values[at] for at in range(len(functions))]


async def _trio_cancel(function: Any, begun: list[Any]) -> Any:
    outcome: list[Any] = []

    async def one() -> None:
        try:
            outcome.append(await function())
        except trio.Cancelled:
            outcome.append("cancelled")
            raise
        except BaseException as error:
            outcome.append(error)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(one)
        while not begun:
            await trio.sleep(0)
        nursery.cancel_scope.cancel()
    return outcome[0]


async def _anyio_together(*functions: Any) -> list[Any]:
    values: dict[int, Any] = {}

    async def one(at: int, function: Any) -> None:
        values[at] = await function()

    async with anyio.create_task_group() as group:
        for at, function in enumerate(functions):
            group.start_soon(one, at, function)
    return [values[at] for at in range(len(functions))]


async def _anyio_cancel(function: Any, begun: list[Any]) -> Any:
    outcome: list[Any] = []

    async def one() -> None:
        try:
            outcome.append(await function())
        except anyio.get_cancelled_exc_class():
            outcome.append("cancelled")
            raise
        except BaseException as error:
            outcome.append(error)

    async with anyio.create_task_group() as group:
        group.start_soon(one)
        while not begun:
            await anyio.sleep(0)
        group.cancel_scope.cancel()
    return outcome[0]


def _uvloop(main: Any) -> Any:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


LIBRARIES = [
    Library(
        "asyncio",
        lambda main: asyncio.run(main()),
        asyncio.sleep,
        _GiveUpAfter,
        _asyncio_together,
        _asyncio_cancel,
        asyncio.CancelledError,
    ),
    Library(
        "uvloop", _uvloop, asyncio.sleep, _GiveUpAfter, _asyncio_together, _asyncio_cancel, asyncio.CancelledError
    ),
    Library(
        "trio",
        trio.run,
        trio.sleep,
        lambda seconds: _Async(trio.move_on_after(seconds)),
        _trio_together,
        _trio_cancel,
        trio.Cancelled,
    ),
    *(
        Library(
            f"anyio on {backend}",
            lambda main, backend=backend: anyio.run(main, backend=backend),
            anyio.sleep,
            lambda seconds: _Async(anyio.move_on_after(seconds)),
            _anyio_together,
            _anyio_cancel,
            cancelled,
        )
        for backend, cancelled in [("asyncio", asyncio.CancelledError), ("trio", trio.Cancelled)]
    ),
]
