"""Programs written as generators, and the small awaitables that the extension needs from Python."""

from __future__ import annotations

import sys

from kont import _kont
from kont._typing import Any, TypeVar, overload
from kont._wrapping import wrap
from kont.errors import UsageError

__all__ = ["do"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator
    from types import FrameType
    from typing import ParamSpec

    P = ParamSpec("P")
E = TypeVar("E")
T = TypeVar("T")


@overload
def do(function: Callable[P, Generator[E, Any, T]]) -> Callable[P, _kont.Program[E, T]]: ...
@overload
def do(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, _kont.Program[Any, T]]: ...
def do(function: Callable[P, Any]) -> Callable[P, _kont.Program[Any, Any]]:
    """Turns a generator function into a function that makes programs.

    Inside, `answer = yield effect` performs an effect, `result = yield other()` runs another program, and `return`
    ends with a value. `yield from` does the same and keeps the types. A program is a description: it may be run any
    number of times, and each run is a new one. Calling costs one small object; nothing runs before the program does.

    A function that is written `-> kont.Do[Ask | Tell, int]` makes programs that perform `Ask` and `Tell` and end with
    an int, and type checkers see to it.

    Args:
        function: a generator function, an `async def`, or a plain function, whose value is then the program's.

    >>> import kont
    >>> @kont.do
    ... def twice(x):
    ...     y = yield kont.Pure(x)
    ...     return 2 * y
    >>> kont.run(twice(21))
    42
    """
    if not callable(function):
        raise UsageError(f"@kont.do needs a function, not {function!r}")

    def make(*args: P.args, **kwargs: P.kwargs) -> _kont.Program[Any, Any]:
        return _kont.Program(function, args, kwargs or None)

    wrap(make, function)
    # What pytest knows tests that are programs by, before it has imported this package.
    make.__kont_do__ = True  # type: ignore[attr-defined]
    return make


def reduced(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> tuple[Any, ...]:
    """What `pickle` and `copy` keep of a program: the function, as it can be found by its name, and its arguments."""
    found: Any = sys.modules.get(getattr(function, "__module__", ""))
    for name in getattr(function, "__qualname__", "").split("."):
        found = getattr(found, name, None)
    # By its name, one that is decorated is found decorated.
    if found is not function and getattr(found, "__wrapped__", None) is function:
        return _call, (found, args, kwargs or {})
    return _kont.Program, (function, args, kwargs)


def _call(make: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return make(*args, **kwargs)


def perform_once(operation: Any) -> Generator[Any, Any, Any]:
    """What `await` and `yield from` drive when the thing is not a generator itself: CPython is fastest with one."""
    return (yield operation)


def running_frame() -> FrameType:
    """The frame of whoever calls, or of whoever called that if it is native."""
    return sys._getframe(1)
