"""Errors as values: what came of a program, a value or an exception."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NoReturn, TypeVar

from kont import _kont
from kont.effects import Effect
from kont.handling import handler
from kont.programs import do
from kont.rows import Runnable
from kont.std.programs import Carrying

__all__ = ["Err", "Ok", "Raise", "Try", "trying"]

E = TypeVar("E")
T = TypeVar("T")


@dataclass(frozen=True)
class Ok(Generic[T]):
    """A program ended with a value."""

    value: T

    def unwrap(self) -> T:
        """The value."""
        return self.value


@dataclass(frozen=True)
class Err:
    """A program ended with an exception."""

    error: Exception

    def unwrap(self) -> NoReturn:
        """Raises the exception."""
        raise self.error


class Try(Carrying[E, Ok[T] | Err], Generic[E, T]):
    """Runs a program, and gives `Ok` with its value or `Err` with the exception that it raised.

    What the program has done stays done. What is no `Exception`, such as an interrupt or an unwinding, goes on.

    >>> import kont
    >>> from kont.std import Raise, Try, trying
    >>> kont.run(Try(kont.Pure(1)), trying), kont.run(Try(Raise(ValueError("no"))), trying)
    (Ok(value=1), Err(error=ValueError('no')))
    """

    __kont_handler__: ClassVar[str] = "kont.std.trying"
    program: Runnable[E, T]


class Raise(Effect[NoReturn]):
    """Raises an exception: for where only an effect will do."""

    __kont_handler__: ClassVar[str] = "kont.std.trying"
    error: BaseException


@handler(Try, Raise)
def trying(effect: Try[Any, Any] | Raise, k: _kont.K) -> object:
    """Answers `Try` and `Raise`."""
    if isinstance(effect, Raise):
        return k.throw(effect.error)
    # Making the operation is the check: what is no program is a mistake at the `Try`, and no outcome.
    _checked = _kont.TransferWith(k, effect.program)
    return _kont.TransferWith(k, _attempt(effect.program))


@do
def _attempt(program: Any) -> Generator[Any, Any, Ok[Any] | Err]:
    """Runs at the place of the performer."""
    try:
        return Ok((yield program))
    except Exception as error:
        return Err(error)
