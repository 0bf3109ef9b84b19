"""State: cells that programs read and write by name."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, ClassVar, Never

from kont import _kont
from kont.effects import Effect
from kont.std.programs import Clause, clauses

__all__ = ["Get", "Modify", "Put", "state"]


class Get(Effect[Any]):
    """The value of a cell; None if nothing was ever put there."""

    __kont_handler__: ClassVar[str] = "kont.std.state()"
    key: Hashable


class Put(Effect[None]):
    """Gives a cell a value."""

    __kont_handler__: ClassVar[str] = "kont.std.state()"
    key: Hashable
    value: Any


class Modify(Effect[Any]):
    """Gives a cell the value that a function makes of the one it has; the answer is the new value."""

    __kont_handler__: ClassVar[str] = "kont.std.state()"
    key: Hashable
    function: Callable[[Any], Any]


def state(initial: Mapping[Any, Any] | None = None) -> _kont.Handler[Get | Put | Modify, Never]:
    """Answers `Get`, `Put` and `Modify` from cells that the handler owns.

    An error of the program does not undo anything, and programs that share the handler share the cells: make a
    handler for each run.

    Args:
        initial: the value of each cell in the beginning; copied.

    >>> import kont
    >>> from kont.std import Get, Modify, Put, state
    >>> @kont.do
    ... def count():
    ...     yield Put("n", 40)
    ...     yield Modify("n", lambda n: n + 2)
    ...     return (yield Get("n"))
    >>> kont.run(count(), state())
    42
    """
    cells = dict(initial or {})

    kinds: list[Clause] = [
        (effect, ("function", name, (cells,)), state) for effect, name in ((Get, "get"), (Put, "put"), (Modify, "modify"))
    ]
    return clauses("state", *kinds)
