"""Looking at programs: what `GetTraceback` and `GetExecutionContext` answer."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

from kont import _kont
from kont.effects import Effect
from kont.programs import perform_once

__all__ = ["ExecutionContext", "Place"]


class Place(NamedTuple):
    """A line of a program.

    Attributes:
        function: the qualified name of its function.
        file: the file that the function is in.
        line: the line where it waits; the first line of one that has not begun; 0 if nobody knows.
    """

    function: str
    file: str
    line: int


@dataclasses.dataclass(frozen=True)
class ExecutionContext:
    """Where a program stands, and what is around it.

    Attributes:
        traceback: the lines that wait for one another, innermost first; the first one is where it was asked.
        boundaries: the handlers, observers and interceptors in scope, innermost first.
        effect: the effect that is being handled, if a handler asks.
    """

    traceback: tuple[Place, ...]
    boundaries: tuple[_kont.Handler | _kont.Observer, ...]
    effect: Effect[Any] | None

    @property
    def handlers(self) -> tuple[_kont.Handler, ...]:
        """The handlers among the boundaries."""
        return tuple(one for one in self.boundaries if isinstance(one, _kont.Handler))


# Steps of kont itself on the way from a program to what it waits for: of no use to readers.
_OWN = {perform_once.__code__, Effect.__iter__.__code__, Effect.__await__.__code__}


def places(codes: Iterable[Any]) -> list[Place]:
    """The lines where generators, coroutines and functions stand, with what they `yield from` and `await`."""
    found: list[Place] = []
    for code in codes:
        chain = []
        while code is not None:
            place = _place(code)
            if place is not None:
                chain.append(place)
            code = getattr(code, "gi_yieldfrom", None) if hasattr(code, "gi_code") else getattr(code, "cr_await", None)
        found.extend(reversed(chain))
    return found


def context(codes: Iterable[Any], boundaries: Iterable[Any], effect: Any) -> ExecutionContext:
    """What the extension has collected, as a value."""
    return ExecutionContext(tuple(places(codes)), tuple(boundaries), effect)


def _place(code: Any) -> Place | None:
    frame = None
    for prefix in ("gi", "cr"):
        if hasattr(code, f"{prefix}_code"):
            written, frame = getattr(code, f"{prefix}_code"), getattr(code, f"{prefix}_frame")
            break
    else:
        written = getattr(inspect.unwrap(code), "__code__", None) if callable(code) else None
    if written is None or written in _OWN:
        return None
    return Place(written.co_qualname, written.co_filename, frame.f_lineno if frame else written.co_firstlineno)


def place_of(boundary: Any) -> Place | None:
    """Where a handler was written: a handler or observer, or the generator, coroutine or function that it runs."""
    if not isinstance(boundary, (_kont.Handler, _kont.Observer)):
        return _place(boundary)
    function = boundary.function
    name = getattr(boundary, "__qualname__", None) or getattr(function, "__qualname__", type(function).__qualname__)
    marked = getattr(type(function), "_kont_marked", None)
    place = _place(marked[0][1].function if marked else function)
    # An object that is no function: the file of its class will do.
    file = getattr(sys.modules.get(type(function).__module__), "__file__", None) or "?"
    return Place(str(name), place.file, place.line) if place else Place(str(name), file, 0)
