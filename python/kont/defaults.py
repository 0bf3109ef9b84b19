"""What `run` and `run_async` answer when no handler does."""

from __future__ import annotations

import math
import os
import sys
import time
import uuid
from typing import Any

from kont import _kont
from kont.effects import Await, Monotonic, Now, RandomBytes, Sleep
from kont.errors import UsageError
from kont.tools import ToolCall

__all__ = ["answer", "answer_async", "answer_at_once"]


def answer(effect: Any) -> Any:
    """The answer of a run that nobody awaits: it waits itself."""
    match effect:
        case Await(awaitable):
            from kont import aio

            return aio.wait(_awaited(awaitable))
        case ToolCall():
            from kont import _execute

            return _execute.execute_one(effect, effect.key or uuid.uuid4().hex)
        case Sleep(seconds):
            return time.sleep(_time(seconds))
    return answer_at_once(effect)


async def answer_async(effect: Any) -> Any:
    """The answer on a running event loop."""
    import asyncio

    match effect:
        case Await(None):
            return await asyncio.sleep(0)
        case Await(awaitable):
            return await _awaited(awaitable)
        case ToolCall():
            from kont import _execute

            return await _execute.execute_one_async(effect, effect.key or uuid.uuid4().hex)
        case Sleep(seconds):
            return await asyncio.sleep(_time(seconds))
    return answer_at_once(effect)


def answer_at_once(effect: Any) -> Any:
    """The answer to what needs no waiting."""
    match effect:
        case Now():
            return time.time()
        case Monotonic():
            return time.monotonic()
        case RandomBytes(count):
            if not isinstance(count, int) or not 0 <= count < sys.maxsize:
                raise UsageError(f"`RandomBytes` takes how many bytes there are to be, not {count!r}")
            return os.urandom(count)
    raise UsageError(f"nothing answers {effect!r}")


def _time(seconds: Any) -> float:
    """A time to sleep: what is over is no time, and what is longer than anybody waits is a hundred years."""
    try:
        number = math.nan if isinstance(seconds, str) else float(seconds)
    except (TypeError, OverflowError):
        number = math.nan
    if math.isnan(number):
        raise UsageError(f"a time is a number of seconds, and not {seconds!r}")
    return max(0.0, min(number, 3e9))


def _awaited(awaitable: Any) -> Any:
    if isinstance(awaitable, (_kont.EffectBase, _kont.Operation, _kont.Program)):
        raise UsageError(f"`Await` is for other libraries, and {awaitable!r} is performed\nhelp: `yield` or `await` it itself")
    return awaitable
