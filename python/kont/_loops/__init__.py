"""The event loops that a run meets: asyncio's, trio's, and the one that `run` makes for itself.

Each module has one class, a run's side of the loop:

- `drive(drive)` of `on_asyncio` and `on_trio` runs a program to its end, in the task that awaits `run_async`. Effects of
  a program that has no tasks are answered there, in that task; when a program has tasks, each awaitable is awaited in
  a task of the loop, and the program goes on when one of them has ended.
- `ways` says how libraries are shown which task runs, while a coroutine of the program does.
- `tell` ends the wait, from any thread.
"""

from __future__ import annotations

import sys
from typing import Any

from kont.errors import UsageError

__all__ = ["drive_of_the_running_loop", "running"]


def running() -> Any:
    """The module for the loop that runs here, or None. No library is imported that is not in use."""
    # First of all trio: as a guest it runs on the loop of another library.
    if "trio" in sys.modules:
        from kont._loops import on_trio

        if on_trio.runs():
            return on_trio
    if "asyncio" in sys.modules:
        from kont._loops import on_asyncio

        if on_asyncio.runs():
            return on_asyncio
    return None


def drive_of_the_running_loop() -> Any:
    """The function that runs a program on the loop that runs here."""
    module = running()
    if module is None:
        raise UsageError(
            "no event loop of asyncio or trio runs here\nhelp: `asyncio.run(...)` or `trio.run(...)` around it; "
            "`kont.run(program)` needs none"
        )
    return module.drive
