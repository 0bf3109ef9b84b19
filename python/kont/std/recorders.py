"""What was performed, and what the answers were: for assertions."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Never

from kont import _kont
from kont.effects import Effect
from kont.errors import UsageError
from kont.handling import handler
from kont.scopes import Enter, Exit, Scope
from kont.std.programs import Scoped
from kont.tasks import Spawn

__all__ = ["Recorded", "recorder"]


@dataclass
class Recorded:
    """An effect, and what came of it.

    Attributes:
        effect: what was performed.
        answer: its answer, if it has one.
        error: the exception that was raised in place of an answer.
        done: whether there is an answer or an error yet.
    """

    effect: Effect[Any]
    answer: Any = None
    error: BaseException | None = None
    done: bool = False


def recorder(seen: list[Recorded], *wanted: type[Effect[Any]]) -> _kont.Handler[Never, Never]:
    """Keeps each effect together with the answer that handlers outside of it gave.

    Args:
        seen: the list to which they are added, in the order in which they were performed.
        wanted: the types that are recorded; nothing means all. An effect that carries a program, such as `Try` or
            `Spawn`, cannot be recorded without moving its program, and goes on as it is; `kont.testing.Recorder` can.

    >>> import kont
    >>> from kont.std import Ask, Recorded, reader, recorder
    >>> seen = []
    >>> kont.run(Ask("a"), recorder(seen), reader({"a": 1}))
    1
    >>> seen
    [Recorded(effect=Ask(key='a'), answer=1, error=None, done=True)]
    """
    moved = (Scoped, Spawn, Scope, Enter, Exit)
    for one in wanted:
        if isinstance(one, type) and issubclass(one, moved):
            raise UsageError(
                f"`{one.__name__}` carries a program, and cannot be recorded\nhelp: use `kont.testing.Recorder`, or an observer"
            )
    types = wanted or (Effect,)

    @handler(lambda effect: isinstance(effect, types) and not isinstance(effect, moved))
    def recorder(effect: Any) -> Generator[Any, Any, Any]:
        record = Recorded(effect)
        seen.append(record)
        try:
            record.answer = yield effect
        except Exception as error:
            record.error, record.done = error, True
            raise
        record.done = True
        return record.answer

    return recorder
