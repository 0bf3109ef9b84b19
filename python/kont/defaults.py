"""What `run` and `run_async` answer when no handler does."""

from __future__ import annotations

import uuid
from typing import Any

from kont.effects import Await
from kont.errors import UsageError
from kont.tools import ToolCall

__all__ = ["answer", "answer_async"]


def answer(effect: Any) -> Any:
    """The answer of a run that nobody awaits: it waits itself."""
    if isinstance(effect, Await):
        from kont import aio

        return aio.wait(effect.awaitable)
    if isinstance(effect, ToolCall):
        from kont import _execute

        return _execute.execute_one(effect, effect.key or uuid.uuid4().hex)
    raise UsageError(f"nothing answers {effect!r}")


async def answer_async(effect: Any) -> Any:
    """The answer on a running event loop."""
    if isinstance(effect, Await):
        if effect.awaitable is None:
            import asyncio

            return await asyncio.sleep(0)
        return await effect.awaitable
    if isinstance(effect, ToolCall):
        from kont import _execute

        return await _execute.execute_one_async(effect, effect.key or uuid.uuid4().hex)
    raise UsageError(f"nothing answers {effect!r}")
