"""Threads: where calls go that block."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from kont import _kont
from kont.tasks import CreateExternalPromise, Wait

if TYPE_CHECKING:
    from kont.rows import Answered

__all__ = ["Thread"]

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Thread:
    """A thread of its own, for a function that blocks: other tasks, and the event loop, go on meanwhile.

    No thread can be ended from outside. A task that is cancelled goes on at once, and the function runs to its end, its
    outcome unheard; it does not keep the process from ending. What has to end in time belongs into `kont.Process`.

    >>> import kont, time
    >>> async def program():
    ...     await kont.Thread().call(time.sleep, 0.001)
    ...     return await kont.Thread().call(sorted, [2, 1], reverse=True)
    >>> kont.run(program())
    [2, 1]
    """

    name: str = "kont"

    def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> _kont.Program[Answered, T]:
        """The program that calls a function there, with a copy of the context variables, and ends as it does."""
        return _kont.Program(self._call, (function, args, kwargs))

    def _call(
        self, function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Generator[Any, Any, T]:
        promise = yield CreateExternalPromise()
        context = contextvars.copy_context()

        def work() -> None:
            try:
                value = context.run(function, *args, **kwargs)
            except BaseException as error:
                promise.fail(error)
            else:
                promise.complete(value)

        threading.Thread(target=work, name=self.name, daemon=True).start()
        value: T = yield Wait(promise)
        return value
