"""Rows: the effects that a program may perform, as a part of its type. Nothing here costs anything when programs run."""

from __future__ import annotations

import typing
from collections.abc import Coroutine, Generator
from typing import TYPE_CHECKING, Any, Never, Protocol, TypeAlias

from kont import _kont
from kont.effects import RandomBytes
from kont.tools import ToolCall

__all__ = ["Answered", "Around", "Do", "Performs", "Runnable"]

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    # What a handler takes out of a row, and what it puts in. One that does not say is taken to do as is wished.
    H = TypeVar("H", default=Any)
    A = TypeVar("A", default=Any)
    A_co = TypeVar("A_co", covariant=True, default=Any)
    N_co = TypeVar("N_co", covariant=True, default=Never)
else:
    H = typing.TypeVar("H")
    A = typing.TypeVar("A")
    A_co = N_co = typing.TypeVar("A_co", covariant=True)

E = typing.TypeVar("E")
T = typing.TypeVar("T")
E_co = typing.TypeVar("E_co", covariant=True)
E_contra = typing.TypeVar("E_contra", contravariant=True)
T_co = typing.TypeVar("T_co", covariant=True)

# What a function under `@kont.do` is said to give: `-> kont.Do[Ask | Tell, int]` performs `Ask` and `Tell`, and ends
# with an int.
Do: TypeAlias = Generator[E, Any, T]

if TYPE_CHECKING:
    from kont._kont import Answered as Answered
else:
    # What `run` answers when no handler does. The last three are what `yield`, where it stands for `yield from`, leaves in
    # a row: what they perform is not known there, and not looked into.
    Answered = _kont.Asked | RandomBytes | ToolCall | _kont.Operation | _kont.Program | Coroutine


class Performs(Protocol[E_co, T_co]):
    """The type of all that has a row: programs, effects, generators, and programs with handlers around them.

    `def f(program: kont.Performs[Ask, int])` takes what performs `Ask` at most, and ends with an int. An `async def`
    program has no row, and is none of these.
    """

    def __iter__(self) -> Generator[E_co, Any, T_co]:
        """Performs them, and ends with the value."""


# What `yield` runs: what an effect carries, or a handler goes on with. A coroutine has no row.
Runnable: TypeAlias = Performs[E, T] | Coroutine[Any, Any, T]


class Around(Protocol[H, A_co]):
    """The type of all that is put around programs: it handles the effects `H`, and performs the effects `A` itself."""

    def _kont_row(self, handled: H, /) -> tuple[H, A_co]: ...


class Covers(Protocol[E_contra, A_co]):
    """The type of all that leaves nothing in a row `E` but what `run` answers, and performs the effects `A` itself."""

    def _kont_covers(self, row: E_contra, /) -> A_co: ...
