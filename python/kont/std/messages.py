"""The writer: programs tell, somebody keeps what was told, and a part of a program can be listened to."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, ClassVar, Generic, Never, TypeVar

from kont import _kont
from kont.effects import Effect
from kont.handling import handler
from kont.interception import observer
from kont.programs import do
from kont.rows import Runnable
from kont.std.programs import Carrying, Clause, clauses

__all__ = ["Listen", "Tell", "Told", "listening", "writer"]

E = TypeVar("E")
T = TypeVar("T")


class Tell(Effect[None]):
    """Says something to whoever keeps it."""

    __kont_handler__: ClassVar[str] = "kont.std.writer()"
    message: Any


class Told(Effect[list[Any]]):
    """Everything that was told so far, in order."""

    __kont_handler__: ClassVar[str] = "kont.std.writer()"


class Listen(Carrying[E, tuple[T, list[Effect[Any]]]], Generic[E, T]):
    """Runs a program, and gives its value together with the effects of some types that were performed in it.

    The effects are answered as ever. If the program raises, so does this, and what was collected is gone.

    >>> import kont
    >>> from kont.std import Listen, Tell, writer
    >>> kont.run(Listen(Tell("hello")), writer())
    (None, [Tell(message='hello')])
    """

    __kont_handler__: ClassVar[str] = "kont.std.listening"
    program: Runnable[E, T]
    types: type | tuple[type, ...] = (Tell,)


def writer(messages: list[Any] | None = None) -> _kont.Handler[Tell | Told | Listen[Any, Any], Never]:
    """Answers `Tell`, `Told` and `Listen`.

    Args:
        messages: the list to which what is told is added. A new one if there is none; `Told` shows it.

    >>> import kont
    >>> from kont.std import Tell, writer
    >>> messages = []
    >>> @kont.do
    ... def program():
    ...     yield Tell("one")
    ...     yield Tell("two")
    >>> kont.run(program(), writer(messages))
    >>> messages
    ['one', 'two']
    """
    kept = [] if messages is None else messages

    def tell(effect: Tell) -> None:
        kept.append(effect.message)

    # A list of the caller's own class may do something else when something is added.
    telling: Clause = (Tell, ("function", "tell", (kept,)) if type(kept) is list else "function", tell)

    def told(effect: Told) -> list[Any]:
        return list(kept)

    def listen(effect: Listen[Any, Any], k: _kont.K) -> Any:
        return _kont.TransferWith(k, _listen(effect))

    return clauses("writer", telling, (Told, "function", told), (Listen, "transfer", listen))


@handler(Listen)
def listening(effect: Listen[Any, Any], k: _kont.K) -> object:
    """Answers `Listen` alone, for programs that tell nothing but, say, log."""
    return _kont.TransferWith(k, _listen(effect))


@do
def _listen(effect: Listen[Any, Any]) -> Generator[Any, Any, tuple[Any, list[Any]]]:
    """Runs at the place of the performer."""
    heard: list[Any] = []
    types = effect.types if isinstance(effect.types, tuple) else (effect.types,)
    plain = all(isinstance(wanted, type) for wanted in types)
    # The usual case is made directly: `observer` would look at `append` each time.
    hearing = _kont.Observer(types, (), (), heard.append) if plain else observer(*types)(heard.append)
    value = yield hearing(effect.program)
    return value, heard
