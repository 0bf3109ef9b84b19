"""Handlers and observers: the decorators that say what a function answers, and how."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from kont import _kont
from kont.effects import Effect
from kont.errors import UsageError

__all__ = ["handler", "observer"]


def handler(*wanted: Any) -> Callable[[Callable[..., Any]], _kont.Handler]:
    """Makes a handler of a function. Which kind it is, is decided here and never again:

    - `def h(effect)`: its value answers the effect, and the program goes on. The cheapest kind.
    - `def h(effect)` as a generator or `async def`: the same, and it may perform effects on the way.
    - `def h(effect, k)` as a generator or `async def`: it gets the rest of the program, and says with `Resume`,
      `Transfer`, `Pass` or `Delegate` what becomes of it. If it ends without using `k`, the rest is unwound, and its
      value is the value of the handled program.
    - `def h(effect, k)`, plain: `return k(value)` goes on with the program; any other value ends it with that value.

    What it raises before it has used `k` is raised where the effect was performed.

    Args:
        wanted: what it handles: effect classes, tools (then it handles their calls), or functions that take an
            effect and tell whether it is wanted. One that fits is enough.

    Raises:
        UsageError: nothing is wanted, or the function takes neither `(effect)` nor `(effect, k)`.

    >>> import kont
    >>> class Ask(kont.Effect[str]):
    ...     key: str
    >>> @kont.handler(Ask)
    ... def shout(effect):
    ...     return effect.key.upper()
    >>> kont.run(Ask("name"), shout)
    'NAME'
    """
    if not wanted:
        raise UsageError("@kont.handler needs what it handles\nhelp: write `@kont.handler(MyEffect)`")
    types, tools, predicates = _sort(wanted, "handler")

    def make(function: Callable[..., Any]) -> _kont.Handler:
        takes_k = _count(function) == 2
        target = inspect.unwrap(function)
        runs = inspect.isgeneratorfunction(target) or inspect.iscoroutinefunction(target)
        kind = ("full" if runs else "transfer") if takes_k else ("answering" if runs else "function")
        made = _kont.Handler(kind, types, tools, predicates, function)
        functools.update_wrapper(made, function)
        return made

    return make


def observer(*wanted: Any) -> Callable[[Callable[[Any], Any]], _kont.Observer]:
    """Makes an observer of a function: it sees every effect performed inside it, before any handler does.

    Its value is ignored. What it raises is raised where the effect was performed, and no handler sees the effect.

    Args:
        wanted: what it sees: effect classes, tools or predicates. Nothing means everything.

    >>> import kont
    >>> seen = []
    >>> @kont.observer()
    ... def note(effect):
    ...     seen.append(effect)
    >>> class Tick(kont.Effect[None]): pass
    >>> @kont.handler(Tick)
    ... def tock(effect): return None
    >>> kont.run(note(Tick()), tock); seen
    [Tick()]
    """
    types, tools, predicates = _sort(wanted, "observer")

    def make(function: Callable[[Any], Any]) -> _kont.Observer:
        if _count(function) != 1:
            raise UsageError(f"an observer takes the effect and nothing else: `def {_name(function)}(effect)`")
        made = _kont.Observer(types, tools, predicates, function)
        functools.update_wrapper(made, function)
        return made

    return make


def _sort(wanted: tuple[Any, ...], what: str) -> tuple[tuple[type, ...], tuple[Any, ...], tuple[Any, ...]]:
    from kont.tools import Tool

    types, tools, predicates = [], [], []
    for one in wanted:
        if isinstance(one, Tool):
            tools.append(one)
        elif isinstance(one, type):
            # A marker class is fine: effects may inherit from it too. A class of plain values is not.
            if not issubclass(one, Effect) and one.__module__ == "builtins" and one is not object:
                raise UsageError(f"`{one.__name__}` is no effect: no effect can ever be one")
            types.append(one)
        elif callable(one):
            predicates.append(one)
        else:
            raise UsageError(f"@kont.{what} takes effect classes, tools and predicates, not {one!r}")
    return tuple(types), tuple(tools), tuple(predicates)


def _count(function: Callable[..., Any]) -> int:
    if isinstance(function, type) or not callable(function):
        raise UsageError(f"a handler is made of a function, not of {function!r}")
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError) as error:
        raise UsageError(f"cannot tell what `{_name(function)}` takes: {error}") from None
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p for p in positional if p.default is p.empty]
    keyword = [p for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if len(needed) not in (1, 2) or keyword:
        raise UsageError(
            f"`{_name(function)}` takes {len(needed) + len(keyword)} arguments\n"
            "help: a handler takes `(effect)`, or `(effect, k)` with the rest of the program"
        )
    return len(needed)


def _name(function: Any) -> str:
    return getattr(function, "__qualname__", repr(function))
