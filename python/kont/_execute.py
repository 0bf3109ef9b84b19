"""Runs tools: plain ones here, async ones on one event loop, those with `where=Process()` in worker processes."""

from __future__ import annotations

import asyncio
import atexit
import os
import sys
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any

from kont import _kont, _worker, aio
from kont.errors import UsageError, WorkerKilled
from kont.tools import Process, Tool, ToolCall

__all__ = ["Execution", "Failed", "execute_one", "execute_one_async", "run_batch"]

WAIT_S = 0.02


@dataclass(frozen=True)
class Execution:
    """One tool to run now."""

    call: int
    tool: Tool[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    key: str


@dataclass(frozen=True)
class Failed:
    """How a tool failed: by an exception here, or by one in a worker, of which only words have come back.

    Attributes:
        error: the exception.
        type_name: the name of its class where it was raised.
        bases: the names of that class's bases, the nearest first.
    """

    error: BaseException
    type_name: str
    bases: tuple[str, ...]

    @classmethod
    def of(cls, error: BaseException) -> Failed:
        kinds = type(error).__mro__
        return cls(error, kinds[0].__name__, tuple(kind.__name__ for kind in kinds[1:-1]))


_all: list[_kont.Workers] = []
_free: list[_kont.Workers] = []


def _borrow() -> _kont.Workers:
    """Workers that no other batch uses, in whatever thread: one would get what another waits for. Given back with
    `_free.append`; they end with this process."""
    try:
        return _free.pop()
    except IndexError:
        workers = _kont.Workers(_command(), _worker.WARM)
        if not _all:
            atexit.register(_close_all)
        _all.append(workers)
        return workers


def _close_all() -> None:
    for workers in _all:
        workers.close()


def _command() -> list[str]:
    # -P: what lies in the working folder is not for a worker to import.
    return [sys.executable, "-P", "-m", "kont._worker"]


def source(tool: Tool[..., Any]) -> str:
    """The file of the module that has a tool: what its worker loads."""
    module = sys.modules.get(tool.__module__)
    path = getattr(module, "__file__", None)
    if path is None or not os.path.exists(path):
        raise UsageError(
            f"`{tool.name}` was not defined in a file, so that no worker process can load it\n"
            "help: put the tools into a module of their own"
        )
    return str(path)


def with_key(tool: Tool[..., Any], kwargs: dict[str, Any], key: str) -> dict[str, Any]:
    """The arguments, with the key if the tool wants one."""
    return kwargs if tool.idempotency_key is None else {**kwargs, tool.idempotency_key: key}


def _start(workers: _kont.Workers, place: Process, one: Execution) -> int:
    tool = one.tool
    path = source(tool)
    request = _worker.write_request(path, tool.name, one.args, one.kwargs, one.key)
    return workers.start(request, tool.deadline_s, place.grace_s, _worker.write_warm_up(path))


def _read(answer: bytes | None, trouble: str | None) -> Any:
    """The value that a worker gave, or `Failed`."""
    if answer is None:
        return Failed.of(WorkerKilled(trouble))
    message = _worker.read_answer(answer)
    if "ok" in message:
        return message["ok"]
    error = message["error"]
    names = (error["type"], *error["bases"])
    return Failed(rebuilt(names, error["message"], error["traceback"]), names[0], names[1:])


def rebuilt(names: tuple[str, ...], message: str, traceback: str | None = None) -> BaseException:
    """An exception of the nearest built-in class among the names. A note has the traceback of the worker."""
    import builtins

    found = (getattr(builtins, name, None) for name in names)
    kind = next((k for k in found if isinstance(k, type) and issubclass(k, Exception)), RuntimeError)
    text = message if kind.__name__ == names[0] else f"{names[0]}: {message}"
    try:
        error = kind(text)
    except TypeError:  # such as UnicodeDecodeError, which is not made of a text
        error = RuntimeError(f"{names[0]}: {message}")
    if traceback is not None:
        error.add_note(f"in a worker process:\n{traceback.rstrip()}")
    return error


async def _timed(tool: Tool[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    async with asyncio.timeout(tool.deadline_s):
        return await tool(*args, **kwargs)


def run_batch(batch: list[Execution]) -> Generator[tuple[Any, ...], bool, None]:
    """Runs tools side by side where it can.

    Yields `("starting", call)` before a tool runs, and `("ended", call, value or Failed)` when it has ended. What is
    sent back is whether to go on; after a False nothing more is started, and what runs is killed or cancelled.
    """
    elsewhere = [e for e in batch if e.tool.where is not None]
    awaited = [e for e in batch if e.tool.where is None and e.tool.is_async]
    plain = [e for e in batch if e.tool.where is None and not e.tool.is_async]
    running: dict[int, Execution] = {}
    tasks: dict[asyncio.Future[Any], Execution] = {}
    workers = _borrow() if elsewhere else None
    try:
        # What runs by itself goes first, so that the others run beside it.
        for one in elsewhere:
            if not (yield ("starting", one.call)):
                return
            try:
                place = one.tool.where
                assert place is not None and workers is not None
                running[_start(workers, place, one)] = one
            except Exception as error:
                if not (yield ("ended", one.call, Failed.of(error))):
                    return
        for one in awaited:
            if not (yield ("starting", one.call)):
                return
            kwargs = with_key(one.tool, one.kwargs, one.key)
            tasks[aio.start(_timed(one.tool, one.args, kwargs))] = one
        for one in plain:
            if not (yield ("starting", one.call)):
                return
            try:
                value = one.tool(*one.args, **with_key(one.tool, one.kwargs, one.key))
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                value = Failed.of(error)
            if not (yield ("ended", one.call, value)):
                return
        while running or tasks:
            if tasks:
                for task in aio.wait_for_some(tasks, WAIT_S if running else None):
                    one = tasks.pop(task)
                    ending = asyncio.CancelledError() if task.cancelled() else task.exception()
                    if isinstance(ending, KeyboardInterrupt):
                        raise ending
                    value = task.result() if ending is None else Failed.of(ending)
                    if not (yield ("ended", one.call, value)):
                        return
            if running and workers is not None:
                done = workers.next_done(0.0 if tasks else 0.2)
                if done is not None and done[0] in running:
                    one = running.pop(done[0])
                    if not (yield ("ended", one.call, _read(done[1], done[2]))):
                        return
    finally:
        if workers is not None:
            _stop(workers)
        _cancel(tasks)


def _stop(workers: _kont.Workers) -> None:
    if len(workers):
        workers.end_all()
        while len(workers):
            workers.next_done(1.0)
    _free.append(workers)


def _cancel(tasks: dict[asyncio.Future[Any], Execution]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        aio.wait_for_some(tasks, 1.0)


def execute_one(call: ToolCall, key: str) -> Any:
    """Runs the tool of one call, and waits."""
    execution = Execution(0, call.tool, call.args, dict(call.kwargs), key)
    batch = run_batch([execution])
    event = next(batch)
    while event[0] != "ended":
        event = batch.send(True)
    batch.close()
    value = event[2]
    if isinstance(value, Failed):
        raise value.error
    return value


async def execute_one_async(call: ToolCall, key: str) -> Any:
    """Runs the tool of one call beside whatever else the running loop does."""
    tool, kwargs = call.tool, with_key(call.tool, dict(call.kwargs), key)
    if tool.where is not None:
        return await execute_elsewhere(tool, tool.where, call, key, asyncio.sleep)
    if tool.is_async:
        return await _timed(tool, call.args, kwargs)
    return tool(*call.args, **kwargs)


async def execute_elsewhere(
    tool: Tool[..., Any], place: Process, call: ToolCall, key: str, sleep: Callable[[float], Awaitable[Any]]
) -> Any:
    """Waits for a worker of its own: cancelling kills it and nothing else."""
    own = _kont.Workers(_command(), _worker.WARM)
    try:
        path = source(tool)
        request = _worker.write_request(path, tool.name, call.args, dict(call.kwargs), key)
        own.start(request, tool.deadline_s, place.grace_s, _worker.write_warm_up(path))
        while (done := own.next_done(0.0)) is None:
            await sleep(WAIT_S)
        value = _read(done[1], done[2])
    finally:
        own.close()
    if isinstance(value, Failed):
        raise value.error
    return value
