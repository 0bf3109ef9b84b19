"""Scopes: no task outlives the block in which it was spawned."""

from __future__ import annotations

from kont import _kont
from kont._typing import Any, TypeVar
from kont.effects import Effect
from kont.errors import Cancelled
from kont.tasks import Cancel, Spawn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from kont.rows import Runnable

E = TypeVar("E")
T = TypeVar("T")

__all__ = ["Scope", "scope", "shield", "timeout"]


class Scope(Effect[Any], _kont.Asked):
    """Runs a program in a scope of its own, and answers with its value when all tasks spawned in it have ended.

    The first exception, of the program or of a task, cancels the others; all are waited for. One exception is raised as
    it is, several as an `ExceptionGroup`. For generators; a coroutine writes `async with kont.scope()`.

    Args:
        program: what `run` takes.
        timeout: after how many seconds it is cancelled, and raises `TimeoutError`.
        shield: whether a cancellation from outside waits until it has ended.
        name: what to call it in reports.
    """

    program: Any
    timeout: float | None = None
    shield: bool = False
    name: str | None = None
    scope: Any = None
    _kind = "scope"


class Enter(Effect[None], _kont.Asked):
    """Opens a scope around what the coroutine does from here on."""

    scope: Any
    timeout: float | None
    shield: bool
    name: str | None
    _kind = "scope"


class Exit(Effect[None], _kont.Asked):
    """Ends the part of a coroutine that is in a scope."""

    scope: Any
    error: BaseException | None
    _kind = "exit"


class OpenScope(_kont.Shared):
    """What `async with kont.scope() as s` gives: `await s.spawn(program)`, `await s.cancel()`."""

    _kind = "open scope"

    def __init__(self, timeout: float | None, shield: bool, name: str | None) -> None:
        self._options = (timeout, shield, name)

    def spawn(
        self, program: Runnable[E, T], *, name: str | None = None, daemon: bool = False, priority: int = 0
    ) -> Spawn[E, T]:
        """The effect that spawns a task in this scope, from wherever it is performed."""
        return Spawn(program, name, daemon, priority, self)

    def cancel(self) -> Cancel:
        """The effect that cancels all that is in the scope. The block ends without an exception."""
        return Cancel(self)

    async def __aenter__(self) -> OpenScope:
        await Enter(self, *self._options)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        try:
            await Exit(self, error)
        except BaseException as raised:
            if raised is error:
                return False
            if isinstance(raised, TimeoutError) and isinstance(error, Cancelled):
                # What the block waited for when the time was up.
                raise raised from error
            raise
        # What the block raised was the scope's own cancellation.
        return error is not None


def scope(*, timeout: float | None = None, shield: bool = False, name: str | None = None) -> OpenScope:
    """A block that ends only when all tasks that were spawned in it have ended: `async with kont.scope() as s`.

    The first exception, of the block or of a task, cancels the others; all are waited for. One exception is raised as
    it is, several as an `ExceptionGroup`. Tasks that are spawned with the effect `Spawn` belong to the innermost
    scope around it; `s.spawn(program)` is for another.

    Args:
        timeout: after how many seconds it is cancelled, and raises `TimeoutError`.
        shield: whether a cancellation from outside waits until it has ended.
        name: what to call it in reports.

    >>> import kont
    >>> async def worker(n):
    ...     await kont.Sleep(n)
    ...     log.append(n)
    >>> async def program():
    ...     async with kont.scope() as s:
    ...         await s.spawn(worker(2))
    ...         await s.spawn(worker(1))
    ...     return log
    >>> log = []
    >>> kont.run(program(), virtual_time=True)
    [1, 2]
    """
    return OpenScope(timeout, shield, name)


def timeout(seconds: float) -> OpenScope:
    """A block that may take so long: `async with kont.timeout(5):`. It is cancelled then, and raises `TimeoutError`.

    >>> import kont
    >>> async def program():
    ...     async with kont.timeout(5):
    ...         await kont.Sleep(60)
    >>> kont.run(program(), virtual_time=True)
    Traceback (most recent call last):
    TimeoutError: the time is up
    """
    return OpenScope(seconds, False, None)


def shield() -> OpenScope:
    """A block that is not cancelled from outside: `async with kont.shield():`. What was kept back is told after it."""
    return OpenScope(None, True, None)
