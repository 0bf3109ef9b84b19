"""What the standard effects say about programs: which values are ones, and which effects carry one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from kont._kont import Handler, Operation, Program
from kont.effects import Effect

__all__ = ["Carrying", "Clause", "Scoped", "abandon", "clauses", "finished", "is_program"]

E = TypeVar("E")
T = TypeVar("T")

# A type of effects, the kind of function that answers it, and the function. The kind may be one with the name of what
# answers in the function's place, as far as it can, and the objects that this works on.
Kind = str | tuple[str, str, tuple[Any, ...]]
Clause = tuple[type, Kind, Callable[..., Any]]


class Scoped(Effect[T]):
    """An effect whose meaning hangs on where it is performed: it carries a program that is run there.

    A handler that performs such an effect again would move the program to its own place: it passes it on instead.
    """


class Carrying(Scoped[T], Generic[E, T]):
    """One whose program is for all to see: what that performs is a part of the row of who performs this."""

    if TYPE_CHECKING:

        def __iter__(self) -> Generator[Self | E, Any, T]: ...  # type: ignore[override]


def is_program(value: Any) -> bool:
    """Whether a value is something to be run: a program, an effect, an operation or a coroutine."""
    return isinstance(value, (Program, Effect, Operation)) or inspect.iscoroutine(value)


def finished(value: Any) -> Generator[Any, Any, Any]:
    """What a program gives, if this is one; else the value itself."""
    return (yield value) if is_program(value) else value


def abandon(program: Any) -> None:
    """Lets go of a program that is not run after all: a coroutine would warn."""
    if inspect.iscoroutine(program):
        program.close()


def clauses(name: str, *given: Clause) -> Handler:
    """One handler of several functions, each with the type that it handles and its kind.

    `@kont.handler` would look at the functions each time, and a `Local` makes a handler each time.
    """
    given[0][2].__qualname__ = name
    made = Handler([(kind, (wanted,), (), (), function) for wanted, kind, function in given], given[0][2])
    made.__name__ = made.__qualname__ = name  # type: ignore[attr-defined]
    return made
