"""What handlers, observers and interceptors want, and what their functions take: checked where they are made."""

from __future__ import annotations

import sys
from types import FunctionType, UnionType

from kont.effects import Effect
from kont.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

__all__ = ["count", "name", "runs", "sort"]


def sort(wanted: Iterable[Any], what: str) -> tuple[tuple[type, ...], tuple[Any, ...], tuple[Any, ...]]:
    """Sorts filters into classes, tools and predicates.

    Args:
        wanted: classes, unions of them (`A | B`), parametrised classes (`Ask[str]`, which means `Ask`), tools and
            functions of one argument.
        what: the decorator, for messages.

    Raises:
        UsageError: one of them can never fit an effect.
    """
    tools_module, typing = sys.modules.get("kont.tools"), sys.modules.get("typing")
    anything = typing and typing.Any
    classes: list[type] = []
    tools: list[Any] = []
    predicates: list[Any] = []
    waiting = list(wanted)[::-1]
    while waiting:
        one = waiting.pop()
        origin = getattr(one, "__origin__", None)
        if isinstance(one, UnionType) or (typing and origin is typing.Union):
            waiting.extend(reversed(one.__args__))
        elif isinstance(origin, type):
            waiting.append(origin)
        elif tools_module and isinstance(one, tools_module.Tool):
            tools.append(one)
        elif isinstance(one, type) and one is not anything:
            classes.append(_possible(one))
        elif callable(one) and one is not anything:
            predicates.append(_predicate(one))
        else:
            raise UsageError(
                f"@kont.{what} takes effect classes, tools and predicates, not {one!r}\n"
                f"help: write `@kont.{what}(MyEffect)`, `@kont.{what}(A | B)`, or a function that takes the effect"
            )
    return tuple(classes), tuple(tools), tuple(predicates)


def _possible(one: type) -> type:
    # A marker class is fine: effects may inherit from it too. A class of plain values is not.
    if not issubclass(one, Effect) and one.__module__ == "builtins" and one is not object:
        raise UsageError(
            f"`{one.__name__}` is no effect: no effect can ever be one\n"
            "help: name effect classes, or classes that effects inherit from as well"
        )
    return one


def _predicate(one: Callable[..., Any]) -> Callable[..., Any]:
    if runs(one):
        raise UsageError(
            f"the predicate `{name(one)}` is a program, and a program is always true\n"
            "help: a predicate is a plain function that takes the effect"
        )
    import inspect

    try:
        signature = inspect.signature(one)
    except (TypeError, ValueError):
        return one  # one of C, which does not tell
    try:
        signature.bind(None)
    except TypeError:
        raise UsageError(
            f"the predicate `{name(one)}` cannot be called with the effect alone: it takes {signature}"
        ) from None
    return one


def runs(function: Any) -> bool:
    """Whether calling a function makes a generator or a coroutine."""
    if _is_plain(function):
        return bool(function.__code__.co_flags & _RUNS)
    import inspect

    target = inspect.unwrap(function)
    return inspect.isgeneratorfunction(target) or inspect.iscoroutinefunction(target)


def count(function: Callable[..., Any], before: int = 0) -> int:
    """How many arguments a handler's function needs: 1 for `(effect)`, 2 for `(effect, k)`.

    Args:
        function: the function.
        before: how many arguments come before those: 1 for the `self` of a method.

    Raises:
        UsageError: it is no function, or it takes something else.
    """
    if isinstance(function, type) or not callable(function):
        raise UsageError(f"a handler is made of a function, not of {function!r}")
    needed, keyword = _needed(function)
    if needed - before not in (1, 2) or keyword:
        first = "self, " if before else ""
        raise UsageError(
            f"`{name(function)}` takes {needed + keyword} arguments\n"
            f"help: a handler takes `({first}effect)`, or `({first}effect, k)` with the rest of the program"
        )
    return needed - before


def _needed(function: Any) -> tuple[int, int]:
    """How many arguments must be given to a function: by their place, and by their name."""
    if _is_plain(function):
        code = function.__code__
        by_name = code.co_kwonlyargcount - len(function.__kwdefaults__ or ())
        return code.co_argcount - len(function.__defaults__ or ()), by_name
    import inspect

    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError) as error:
        raise UsageError(f"cannot tell what `{name(function)}` takes: {error}") from None
    empty = [p.kind for p in parameters if p.default is p.empty]
    by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(kind in by_place for kind in empty), empty.count(inspect.Parameter.KEYWORD_ONLY)


# The flags of the code of generators and coroutines. To ask `inspect` takes ten times as long as to import all of kont.
_RUNS = 0x20 | 0x80


def _is_plain(function: Any) -> bool:
    """Whether a function is a `def` with nothing said about it that `inspect` would look at."""
    return type(function) is FunctionType and not function.__dict__


def name(function: Any) -> str:
    """The name of a function, for messages."""
    return getattr(function, "__qualname__", repr(function))
