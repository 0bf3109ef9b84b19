"""Runs a program on a running loop of asyncio, or of what stands in for it, such as uvloop."""

from __future__ import annotations

import asyncio
from asyncio.tasks import _enter_task, _leave_task
from typing import Any

from kont import _kont
from kont._loops.waits import Ended, Waits
from kont.defaults import answer_async
from kont.effects import Sleep

__all__ = ["drive", "runs"]


def runs() -> bool:
    """Whether a loop of asyncio runs here."""
    return asyncio._get_running_loop() is not None


class _Running(Waits):
    """A run's side of a loop that runs. Its main task is the task of asyncio that awaits `run_async`."""

    def ways(self) -> Any:
        """How libraries are shown the tasks of the program: the main one is the caller itself."""
        caller = asyncio.current_task(self.loop)
        return None if caller is None else (self.loop, None, _enter_task, _leave_task, None, caller)

    def knows(self, error: asyncio.CancelledError) -> bool:
        """Whether the main task was told of this cancellation before."""
        return self.main.told.again(error.args[0] if error.args else None)


async def drive(drive: _kont.Drive) -> Any:
    """Runs a program to its end and gives its value."""
    running = _Running(asyncio.get_running_loop())
    drive.attach(running)
    left: list[asyncio.Future[Any]] = []
    try:
        stop = drive.send(None)
        while stop is not None:
            stop = await _answer(drive, running, stop)
    finally:
        left = running.give_up()
        drive.detach()
    if left:
        # What was cancelled with the program has its own clean-up to do.
        await asyncio.wait(left)
    return drive.result()


async def _answer(drive: _kont.Drive, running: _Running, stop: Any) -> Any:
    """Waits for what the program has stopped for, and goes on to the next stop."""
    ended: list[Ended] = []
    value = None
    try:
        if isinstance(stop, _kont.Idle):
            ended = await running.until_news(stop)
        elif isinstance(stop, Sleep):
            await _sleep(running, stop)
        else:
            value = await answer_async(stop)
    except GeneratorExit as error:
        # The loop is gone, and nothing can be awaited any more.
        drive.cancel(error)
        raise
    except asyncio.CancelledError as error:
        if not running.knows(error) or not isinstance(stop, _kont.Idle):
            return drive.cancel(error)
    except BaseException as error:
        return drive.cancel(error)
    if isinstance(stop, _kont.Idle):
        return drive.wake(ended, running.cancels())
    return drive.send(value)


async def _sleep(running: _Running, effect: Sleep) -> None:
    left = max(0.0, effect.seconds)
    until = running.loop.time() + left
    while True:
        try:
            return await asyncio.sleep(left)
        except asyncio.CancelledError as error:
            if not running.knows(error):
                raise
        left = until - running.loop.time()
        if left <= 0:
            return
