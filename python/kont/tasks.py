"""Tasks: the effects that a scheduler answers. `run` and `run_async` bring one with them."""

from __future__ import annotations

import warnings

from kont import _kont
from kont._typing import Any, Generic, TypeVar
from kont.effects import Effect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Self

    from kont.rows import Runnable

E = TypeVar("E")
T = TypeVar("T")

__all__ = [
    "Cancel",
    "CompletePromise",
    "CreateExternalPromise",
    "CreatePromise",
    "FailPromise",
    "Gather",
    "Race",
    "Spawn",
    "Wait",
    "Yield",
]

class Spawn(Effect["_kont.Task[T]"], _kont.Asked, Generic[E, T]):
    """Runs a program as a task beside this one, and answers with the task at once.

    The task sees the handlers and observers around whoever spawns it, the same ones and in the same order, and a copy
    of the context variables. It starts when the spawner waits for something: first come, first served.

    Args:
        program: what `run` takes.
        name: what to call it in reports.
        daemon: whether its scope ends without waiting for it; it is cancelled then.
        priority: of tasks that could run, the one with the highest priority does; the usual one is 0.

    >>> import kont
    >>> async def square(x):
    ...     return x * x
    >>> async def program():
    ...     task = await kont.Spawn(square(7))
    ...     return await task
    >>> kont.run(program())
    49
    """

    program: Runnable[E, T]
    name: str | None = None
    daemon: bool = False
    priority: int = 0
    scope: Any = None
    _kind = "spawn"

    if TYPE_CHECKING:
        # What the task performs, the handlers around its spawner see.
        def __iter__(self) -> Generator[Self | E, Any, _kont.Task[T]]: ...  # type: ignore[override]


class Wait(Effect[Any], _kont.Asked):
    """Waits until a task has ended or a promise is settled: its value is the answer, its exception is raised.

    `await task` does the same.
    """

    task: Any
    _kind = "wait"

    def __iter__(self) -> Generator[Self, Any, Any]:
        return _kont.Once(self)

    def __await__(self) -> Generator[Self, Any, Any]:
        return _kont.Once(self)


class _Several(Effect[Any], _kont.Asked):
    """An effect about several tasks."""

    tasks: tuple[Any, ...]

    def __init__(self, *tasks: Any) -> None:
        object.__setattr__(self, "tasks", tasks)

    def __iter__(self) -> Generator[Self, Any, Any]:
        return _kont.Once(self)

    def __await__(self) -> Generator[Self, Any, Any]:
        return _kont.Once(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.tasks))})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, _Several) and other.tasks == self.tasks

    def __hash__(self) -> int:
        return hash((type(self), self.tasks))


class Gather(_Several):
    """Waits for all of these tasks or promises, and answers with the list of their values, in this order.

    When one fails, or the waiter is cancelled, the others are cancelled, all are waited for, and the exception is
    raised; several leave as an `ExceptionGroup`. In a scope the first exception is raised at once: the scope does
    the rest.

    >>> import kont
    >>> async def after(seconds, value):
    ...     await kont.Sleep(seconds)
    ...     return value
    >>> async def program():
    ...     slow = await kont.Spawn(after(2, "slow"))
    ...     fast = await kont.Spawn(after(1, "fast"))
    ...     return await kont.Gather(slow, fast)
    >>> kont.run(program(), virtual_time=True)
    ['slow', 'fast']
    """

    _kind = "gather"

    def __init__(self, *tasks: Any) -> None:
        super().__init__(*tasks)


class Race(_Several):
    """Waits for the first of these tasks to end, and answers with its value or raises its exception.

    The others are cancelled, and waited for.

    >>> import kont
    >>> async def after(seconds, value):
    ...     await kont.Sleep(seconds)
    ...     return value
    >>> async def program():
    ...     return await kont.Race(await kont.Spawn(after(2, "slow")), await kont.Spawn(after(1, "fast")))
    >>> kont.run(program(), virtual_time=True)
    'fast'
    """

    _kind = "race"

    def __init__(self, *tasks: Any) -> None:
        super().__init__(*tasks)


# They have constructors of their own, and are frozen all the same.
Gather.__kont_frozen__ = Race.__kont_frozen__ = True


class Cancel(Effect[bool], _kont.Asked):
    """Raises `Cancelled` in a task, where it waits. Answers whether there was anything to cancel.

    One that has not begun ends without running. It is raised once: a task that catches it goes on. What its `finally`
    does may be effects, and may wait.
    """

    task: Any
    _kind = "cancel"


class Yield(Effect[None], _kont.Asked):
    """Lets every other task that can run go first."""

    _kind = "yield"


class CreatePromise(Effect["_kont.Promise[Any]"], _kont.Asked):
    """Makes a promise: a value that somebody completes, and any number of tasks wait for.

    >>> import kont
    >>> async def giver(promise):
    ...     await kont.CompletePromise(promise, "gift")
    >>> async def program():
    ...     promise = await kont.CreatePromise()
    ...     await kont.Spawn(giver(promise))
    ...     return await promise
    >>> kont.run(program())
    'gift'
    """

    _kind = "promise"


class CompletePromise(Effect[None], _kont.Asked):
    """Gives a promise its value. Those who wait go on in the order in which they came."""

    promise: Any
    value: Any = None
    _kind = "complete"


class FailPromise(Effect[None], _kont.Asked):
    """Makes a promise fail: the exception is raised in all who wait."""

    promise: Any
    error: BaseException
    _kind = "fail"


class CreateExternalPromise(Effect["_kont.ExternalPromise[Any]"], _kont.Asked):
    """Makes a promise with the methods `complete(value)` and `fail(error)`, for any thread.

    >>> import kont, threading
    >>> async def program():
    ...     promise = await kont.CreateExternalPromise()
    ...     threading.Thread(target=promise.complete, args=("from a thread",)).start()
    ...     return await promise
    >>> kont.run(program())
    'from a thread'
    """

    _kind = "external"


def tell_unheard(task: int, error: BaseException) -> None:
    """Warns of the failure of a task that nobody waited for."""
    from kont.tracebacks import format_traceback

    warnings.warn(
        f"task {task} failed and nobody waited for it\nhelp: `await` the task, or spawn it in a scope\n{format_traceback(error)}",
        RuntimeWarning,
        stacklevel=2,
    )
