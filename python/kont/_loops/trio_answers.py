"""What trio answers for a run: awaitables, sleeping, tools."""

from __future__ import annotations

import inspect
import math
import types
import uuid
from collections.abc import Generator
from typing import Any

import trio

from kont.defaults import answer_at_once
from kont.effects import Await, Sleep
from kont.errors import UsageError
from kont.tools import ToolCall

__all__ = ["answer", "drop", "is_cancelled", "is_trap", "pass_on"]


def is_trap(awaitable: Any) -> bool:
    """Whether this is no awaitable, but what a coroutine of trio has said to trio itself."""
    module = getattr(awaitable, "__module__", None)
    return isinstance(module, str) and module.startswith("trio.") and not inspect.isawaitable(awaitable)


@types.coroutine
def pass_on(trap: Any) -> Generator[Any, Any, Any]:
    """Says to trio what the program has said, from the same task. The answer is an outcome, for the program to open."""
    return (yield trap)


def is_cancelled(answer: Any) -> bool:
    """Whether trio's answer to what was passed on is that the wait was cancelled."""
    return isinstance(getattr(answer, "error", None), trio.Cancelled)


async def answer(effect: Any, shield: bool) -> Any:
    """The answer to an effect that no handler has answered."""
    match effect:
        case Await(awaitable):
            return await _await(awaitable)
        case Sleep(seconds):
            with trio.CancelScope(shield=shield):
                return await trio.sleep(max(0.0, seconds))
        case ToolCall():
            return await _tool(effect)
    return answer_at_once(effect)


async def _await(awaitable: Any) -> Any:
    if awaitable is None:
        return await trio.lowlevel.checkpoint()
    if is_trap(awaitable):
        return await pass_on(awaitable)
    if hasattr(awaitable, "_asyncio_future_blocking"):
        raise UsageError(
            f"{awaitable!r} is of asyncio, and this program runs on trio\n"
            "help: `asyncio.run(kont.run_async(...))` runs it, or use what trio or anyio has for it"
        )
    return await awaitable


async def _tool(call: ToolCall) -> Any:
    from kont import _execute

    tool, key = call.tool, call.key or uuid.uuid4().hex
    if tool.where is not None:
        return await _execute.execute_elsewhere(tool, tool.where, call, key, trio.sleep)
    kwargs = _execute.with_key(tool, dict(call.kwargs), key)
    if not tool.is_async:
        return tool(*call.args, **kwargs)
    try:
        with trio.fail_after(math.inf if tool.deadline_s is None else tool.deadline_s):
            return await tool(*call.args, **kwargs)
    except trio.TooSlowError:
        raise TimeoutError from None


def drop(effect: Any) -> None:
    """Ends what nobody will await, so that it is not reported as forgotten."""
    awaitable = getattr(effect, "awaitable", None)
    if inspect.iscoroutine(awaitable):
        awaitable.close()
