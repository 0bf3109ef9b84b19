"""What `run` and `run_async` answer when no handler does."""

from __future__ import annotations

import os
import time
import uuid
from typing import Any

from kont.effects import Await, Monotonic, Now, RandomBytes, Sleep
from kont.errors import UsageError
from kont.tools import ToolCall

__all__ = ["ANSWERED", "answer", "answer_async", "answer_at_once"]

ANSWERED = (Await, ToolCall, Sleep, Now, Monotonic, RandomBytes)


def answer(effect: Any) -> Any:
    """The answer of a run that nobody awaits: it waits itself."""
    match effect:
        case Await(awaitable):
            from kont import aio

            return aio.wait(awaitable)
        case ToolCall():
            from kont import _execute

            return _execute.execute_one(effect, effect.key or uuid.uuid4().hex)
        case Sleep(seconds):
            return time.sleep(max(0.0, seconds))
    return answer_at_once(effect)


async def answer_async(effect: Any) -> Any:
    """The answer on a running event loop."""
    import asyncio

    match effect:
        case Await(None):
            return await asyncio.sleep(0)
        case Await(awaitable):
            return await awaitable
        case ToolCall():
            from kont import _execute

            return await _execute.execute_one_async(effect, effect.key or uuid.uuid4().hex)
        case Sleep(seconds):
            return await asyncio.sleep(max(0.0, seconds))
    return answer_at_once(effect)


def answer_at_once(effect: Any) -> Any:
    """The answer to what needs no waiting."""
    match effect:
        case Now():
            return time.time()
        case Monotonic():
            return time.monotonic()
        case RandomBytes(count):
            return os.urandom(count)
    raise UsageError(f"nothing answers {effect!r}")
