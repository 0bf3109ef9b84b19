"""Runs a program on trio. Each task of the program has a task of trio, and its code runs there and nowhere else.

So whatever a program awaits is awaited as trio's own functions are: their cancel scopes, nurseries and checkpoints know
the task that they are in. The program goes from one task of trio to another when a task of it does; while all of them
wait, a keeper listens for what has ended.
"""

from __future__ import annotations

import contextvars
import math
from typing import Any

import trio

from kont import _kont
from kont._loops.trio_answers import answer, drop, is_cancelled, is_trap, pass_on

__all__ = ["drive", "runs"]


def runs() -> bool:
    """Whether a task of trio runs here."""
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return False
    return True


class _Host:
    """The task of trio that a task of the program runs in."""

    def __init__(self, task: int | None) -> None:
        self.task = task
        self.turn = trio.Event()
        self.is_over = False
        # Whether it has told of a cancellation of trio that still holds.
        self.has_told = False

    def shields(self) -> bool:
        """Whether a wait is kept from being cancelled: it was, and the program cleans up."""
        self.has_told = self.has_told and trio.current_effective_deadline() == -math.inf
        return self.has_told


class _Running:
    """A run's side of trio."""

    is_trio = True

    def __init__(self, drive: _kont.Drive, nursery: trio.Nursery) -> None:
        self.drive = drive
        self.nursery = nursery
        self.token = trio.lowlevel.current_trio_token()
        self.main = _Host(None)
        self.hosts: dict[int | None, _Host] = {None: self.main}
        self.waits: dict[int, trio.CancelScope] = {}
        self.ended: list[tuple[int, Any, BaseException | None]] = []
        self.cancelled: list[tuple[int | None, BaseException]] = []
        self.news = trio.Event()
        # What the keeper does: wait for news, at most until then.
        self.keeping: trio.CancelScope | None = None
        self.asked = trio.Event()
        self.deadline = math.inf
        self.is_over = False

    def tell(self) -> None:
        """Ends the wait; from any thread."""
        try:
            self.token.run_sync_soon(self.hear)
        except trio.RunFinishedError:
            # Nobody waits any more.
            return

    def hear(self) -> None:
        self.news.set()

    def ways(self) -> None:
        """Nothing is to be shown: the task of trio that is the current one is the right one already."""

    def take_news(self) -> tuple[list[Any], list[Any]]:
        ended, self.ended = self.ended, []
        cancelled, self.cancelled = self.cancelled, []
        return ended, cancelled

    # Going on, from the task of trio that runs.

    async def run_here(self, me: _Host, stop: Any) -> None:
        """Does what the program has stopped for, until this host is not needed any more."""
        while not self.is_over:
            is_ready = False
            if stop is None:
                self._end()
                return
            if isinstance(stop, _kont.Idle) and not stop.paused:
                trap = self._look(stop)
                if trap is not None:
                    await self._wait_inside(me, *trap)
                    # What it has waited for of trio is decided, and it only waits until it is its turn.
                    is_ready = True
            else:
                stop = await self._answer(me, stop)
                continue
            if not await self._turn(me, is_ready):
                return
            self.drive.host(True, me.task)
            stop = self.drive.wake(*self.take_news())

    async def _answer(self, me: _Host, stop: Any) -> Any:
        try:
            if isinstance(stop, _kont.Idle):
                self._take_over(stop)
                with trio.CancelScope(shield=me.shields()):
                    await trio.lowlevel.checkpoint()
            else:
                value = await answer(stop, me.shields())
                me.has_told |= is_cancelled(value)
        except GeneratorExit as error:
            # Trio has crashed, and nothing can be awaited any more.
            self.drive.cancel(error)
            raise
        except BaseException as error:
            me.has_told = isinstance(error, trio.Cancelled)
            if isinstance(stop, _kont.Idle):
                return self._cancel(me, error)
            return self.drive.throw(error)
        if isinstance(stop, _kont.Idle):
            return self.drive.wake(*self.take_news())
        return self.drive.send(value)

    def _cancel(self, me: _Host, error: BaseException) -> Any:
        if me.task is None:
            return self.drive.cancel(error)
        self.cancelled.append((me.task, error))
        return self.drive.wake(*self.take_news())

    async def _wait_inside(self, me: _Host, number: int, trap: Any, scope: trio.CancelScope) -> None:
        """Waits for what the task's own code has asked trio for."""
        value, failure = None, None
        try:
            with scope:
                value = await pass_on(trap)
                me.has_told |= is_cancelled(value)
        except BaseException as error:
            me.has_told = isinstance(error, trio.Cancelled)
            failure = error
        self._have_ended(number, value, failure)

    async def _turn(self, me: _Host, is_ready: bool) -> bool:
        """Waits until the program runs here. False: this is over."""
        while not me.turn.is_set():
            try:
                with trio.CancelScope(shield=is_ready or me.shields()):
                    await me.turn.wait()
            except (trio.Cancelled, KeyboardInterrupt) as error:
                # It is raised where the task of the program waits; and this one is still waited for.
                me.has_told |= isinstance(error, trio.Cancelled)
                self.cancelled.append((me.task, error))
                self.news.set()
        me.turn = trio.Event()
        return not (me.is_over or self.is_over)

    def _pass_to(self, task: int | None) -> None:
        host = self.hosts.get(task)
        if host is None:
            host = self.hosts[task] = _Host(task)
            self.nursery.start_soon(self._begin, host, name=f"kont's task {task}")
        host.turn.set()

    async def _begin(self, host: _Host) -> None:
        if await self._turn(host, False):
            self.drive.host(True, host.task)
            await self.run_here(host, self.drive.wake(*self.take_news()))

    def _forget(self, left: list[int]) -> None:
        for task in left:
            host = self.hosts.pop(task, None)
            if host is not None:
                host.is_over = True
                host.turn.set()

    def _end(self) -> None:
        self.is_over = True
        for host in self.hosts.values():
            host.turn.set()
        if self.keeping is not None:
            self.keeping.cancel()
        self.nursery.cancel_scope.cancel()

    # While all tasks wait.

    def _take_over(self, idle: _kont.Idle) -> tuple[int, Any, trio.CancelScope] | None:
        """Begins what is to be awaited; gives what the task that runs has to wait for itself."""
        self._forget(idle.left)
        given_up = set(idle.give_up)
        trap = None
        for number, task, effect, context in idle.begin:
            if number in given_up:
                drop(effect)
                continue
            scope = self.waits[number] = trio.CancelScope()
            awaitable = getattr(effect, "awaitable", None)
            if is_trap(awaitable):
                trap = number, awaitable, scope
            else:
                begin = contextvars.copy_context() if context is None else context
                begin.run(self.nursery.start_soon, self._await, number, effect, scope)
        for number in given_up:
            given = self.waits.pop(number, None)
            if given is not None:
                given.cancel()
        return trap

    async def _await(self, number: int, effect: Any, scope: trio.CancelScope) -> None:
        value, failure = None, None
        try:
            with scope:
                value = await answer(effect, False)
        except BaseException as error:
            failure = error
        self._have_ended(number, value, failure)

    def _have_ended(self, number: int, value: Any, failure: BaseException | None) -> None:
        if self.waits.pop(number, None) is not None:
            self.ended.append((number, value, failure))
            self.news.set()
        if isinstance(failure, GeneratorExit):
            # Trio has crashed.
            raise failure

    def _keep(self, timeout: float | None) -> None:
        self.deadline = math.inf if timeout is None else trio.current_time() + timeout
        if self.keeping is None:
            self.keeping = trio.CancelScope(shield=True)
            self.nursery.start_soon(self._keeper, self.keeping, name="kont's keeper")
        self.asked.set()

    async def _keeper(self, scope: trio.CancelScope) -> None:
        with scope:
            while True:
                await self.asked.wait()
                self.asked = trio.Event()
                if not (self.ended or self.cancelled):
                    with trio.CancelScope(deadline=self.deadline):
                        await self.news.wait()
                self.news = trio.Event()
                self.drive.host(False, None)
                stop = self.drive.wake(*self.take_news())
                if isinstance(stop, _kont.Idle):
                    self._look(stop)
                else:
                    self._end()

    def _look(self, stop: _kont.Idle) -> tuple[int, Any, trio.CancelScope] | None:
        """Passes the program on to whoever goes on with it; gives what the task that runs has to wait for itself."""
        trap = self._take_over(stop)
        if stop.switch:
            self._pass_to(stop.next)
        else:
            self._keep(stop.timeout)
        return trap


async def drive(drive: _kont.Drive) -> Any:
    """Runs a program to its end and gives its value."""
    failure: BaseException | None = None
    async with trio.open_nursery() as nursery:
        running = _Running(drive, nursery)
        drive.attach(running)
        drive.host(True, None)
        try:
            await running.run_here(running.main, drive.send(None))
        except BaseException as error:
            # A nursery would wrap it.
            failure = error
            running._end()
            if isinstance(error, GeneratorExit):
                raise
    drive.detach()
    if failure is not None:
        raise failure
    return drive.result()
