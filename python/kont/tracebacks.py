"""Tracebacks of programs: without the frames of kont, with the effects, handlers and tasks around the mistake."""

from __future__ import annotations

import dataclasses
import itertools
import os
import re
import sys
from collections.abc import Iterable, Iterator
from types import CodeType, TracebackType
from typing import Any

from kont import _kont
from kont.effects import Await, Effect
from kont.errors import KontError, UnhandledEffect, UsageError, shown
from kont.reflection import Place, place_of, places

__all__ = ["PerformedEffect", "SpawnedTask", "Traceback", "format_traceback", "traceback_of"]

_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep


@dataclasses.dataclass(frozen=True)
class PerformedEffect:
    """An effect that was being performed.

    Attributes:
        effect: its `repr`, at most 120 characters of it.
        handler: the handler that was asked about it; None if there is none, so that the run answers or refuses it.
    """

    effect: str
    handler: Place | None


@dataclasses.dataclass(frozen=True)
class SpawnedTask:
    """A task that was spawned.

    Attributes:
        id: its number in its run.
        name: what it was called when it was spawned.
        spawned: where that was.
    """

    id: int
    name: str | None
    spawned: Place | None


@dataclasses.dataclass(frozen=True)
class Traceback:
    """What an exception of a program tells of where it comes from: `kont.traceback_of` gives it.

    Attributes:
        places: the lines of the program and of what it called, innermost first.
        performed: the effects that were being performed, innermost first.
        more_performed: how many there are besides.
        handlers: the nearest handlers, observers and interceptors around the code that raised it, innermost first.
        more_handlers: how many there are besides.
        tasks: the task that raised it, the task that has spawned that, and so on.
        more_tasks: how many there are besides.
    """

    places: tuple[Place, ...]
    performed: tuple[PerformedEffect, ...]
    more_performed: int
    handlers: tuple[Place, ...]
    more_handlers: int
    tasks: tuple[SpawnedTask, ...]
    more_tasks: int


def traceback_of(error: BaseException) -> Traceback | None:
    """What an exception that a program has raised tells of where it comes from; None if no program has.

    >>> import kont
    >>> class Ask(kont.Effect[str]):
    ...     key: str
    >>> @kont.handler(Ask)
    ... def from_table(effect):
    ...     return {}[effect.key]
    >>> try:
    ...     kont.run(Ask("name"), from_table)
    ... except KeyError as error:
    ...     print(kont.traceback_of(error).performed[0].effect)
    Ask(key='name')
    """
    _check(error)
    known = error.__dict__.get("__kont_traceback__")
    if isinstance(known, _kont.Seen):
        known = written(known)
    if not isinstance(known, Traceback):
        return None
    lines = [
        Place(entry.tb_frame.f_code.co_qualname, entry.tb_frame.f_code.co_filename, entry.tb_lineno)
        for entry in _foreign(error.__traceback__)
    ]
    if isinstance(error, UnhandledEffect):
        known = dataclasses.replace(known, performed=(PerformedEffect(shown(error.effect), None), *known.performed))
    return dataclasses.replace(known, places=tuple(reversed(lines)))


def _check(error: BaseException) -> None:
    if not isinstance(error, BaseException):
        raise UsageError(f"a traceback is an exception's, and {error!r} is none")


def format_traceback(error: BaseException) -> str:
    """An exception as Python prints it, with its notes, its causes, and the exceptions of a group, as one text.

    What `kont.run` raises is complete: this is for exceptions that a program has caught, of which nobody was told
    yet. As at the end of a run, the frames of kont are taken out of it, and the notes are added; once.

    >>> import kont
    >>> class Ask(kont.Effect[str]):
    ...     key: str
    >>> @kont.handler(Ask)
    ... def from_table(effect):
    ...     return {}[effect.key]
    >>> async def program():
    ...     try:
    ...         return await Ask("name")
    ...     except KeyError as error:
    ...         return kont.format_traceback(error)
    >>> print(kont.run(program(), from_table), end="")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
      File ..., line 3, in program
        ...
      File ..., line 3, in from_table
        ...
    KeyError: 'name'
    while `from_table` (...:1) handled Ask(key='name')
    """
    import traceback

    _check(error)
    leave(error)
    return "".join(traceback.TracebackException.from_exception(error).format())


def leave(error: BaseException) -> None:
    """Makes an exception ready for whoever has run the program: no frames of kont, and notes. A second time is none."""
    seen: set[int] = set()
    waiting: list[tuple[BaseException, tuple[Place, ...]]] = [(error, ())]
    while waiting:
        one, around = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        _strip(one)
        handlers = _tell(one, around)
        waiting += [(other, handlers) for other in (one.__cause__, one.__context__) if other is not None]
        if isinstance(one, BaseExceptionGroup):
            waiting += [(other, handlers) for other in one.exceptions]


def written(seen: _kont.Seen) -> Traceback:
    """What the extension has noted, as people read it."""
    performed, more_performed, boundaries, more_handlers, tasks, more_tasks = seen.parts()
    return Traceback(
        (),
        tuple(
            PerformedEffect(shown(effect), None if by is None else place_of(by))
            for effect, by in performed
            # An awaitable shows nothing but its address, and the line that awaits it is in the traceback.
            if not isinstance(effect, Await)
        ),
        more_performed,
        tuple(place for one in boundaries if (place := place_of(one)) is not None),
        more_handlers,
        tuple(SpawnedTask(id, name, None if site is None else _site(*site)) for id, name, site in tasks),
        more_tasks,
    )


def place_of_site(code: CodeType, instruction: int) -> str:
    """Where a task was spawned, for people."""
    return _named(_site(code, instruction))


def place_of_wait(codes: Iterable[Any]) -> str | None:
    """The innermost line of what waits, for people; None if all of it is kont's own."""
    return next((_named(place) for place in places(codes) if not place.file.startswith(_FOLDER)), None)


def return_at(code: CodeType) -> int | None:
    """The instruction with which a function returns something that is not a constant, if that is on one line only."""
    import dis

    found: dict[int | None, int] = {}
    before = ""
    for step in dis.get_instructions(code):
        if step.opname == "RETURN_VALUE" and before not in ("LOAD_CONST", "LOAD_SMALL_INT"):
            found[step.positions.lineno if step.positions else None] = step.offset
        before = step.opname
    return next(iter(found.values())) if len(found) == 1 else None


def _tell(error: BaseException, around: tuple[Place, ...]) -> tuple[Place, ...]:
    """Adds the notes, if that was not done. Gives the handlers that the reader knows of then."""
    known = error.__dict__.get("__kont_traceback__")
    if not isinstance(known, _kont.Seen):
        return known.handlers if isinstance(known, Traceback) else around
    told = written(known)
    error.__dict__["__kont_traceback__"] = told
    # As `add_note` does it, which asks the class of the exception: that may refuse.
    notes = error.__dict__.setdefault("__notes__", [])
    if isinstance(notes, list):
        notes.extend(note for note in _notes(told, error, around) if note not in notes)
    return told.handlers or around


def _notes(told: Traceback, error: BaseException, around: tuple[Place, ...]) -> Iterator[str]:
    yield from _merged(
        f"while performing {one.effect}" if one.handler is None else f"while {_named(one.handler)} handled {one.effect}"
        for one in told.performed
    )
    if told.more_performed:
        yield f"and {told.more_performed} more effects"
    if forgotten := _forgotten(error, told):
        yield forgotten
    # A mistake in the use of kont is the same under all handlers, and an effect that nobody handles names them.
    if told.handlers and told.handlers != around and not isinstance(error, (UsageError, UnhandledEffect)):
        lines = [f"  {line}" for line in _merged(map(_named, told.handlers))]
        if told.more_handlers:
            lines.append(f"  and {told.more_handlers} more")
        yield "\n".join(["under the handlers, innermost first:", *lines])
    for task in told.tasks:
        name = "" if task.name is None else f" `{task.name}`"
        spawned = "" if task.spawned is None else f", spawned in {_named(task.spawned)}"
        yield f"in task {task.id}{name}{spawned}"
    if told.more_tasks:
        yield f"and {told.more_tasks} more tasks around"


def _merged(lines: Iterable[str]) -> Iterator[str]:
    """Each line once where it follows itself, with how often it does."""
    for line, same in itertools.groupby(lines):
        times = len(list(same))
        yield line if times == 1 else f"{line}, {times} times"


def _forgotten(error: BaseException, told: Traceback) -> str | None:
    """A hint, if Python has refused an effect or a program where its answer was meant."""
    if isinstance(error, KontError) or not isinstance(error, (TypeError, AttributeError)):
        return None
    words = set(re.findall(r"""['"]([\w.]+)['"]""", " ".join(map(shown, error.args))))
    if "coroutine" in words:
        return "help: a coroutine was not awaited: write `await` in front of it"
    if "kont.Program" in words:
        return "help: a program was not performed: write `yield` or `await` in front of it"
    kinds: list[type] = [Effect]
    for kind in kinds:
        # A handler may have misspelled an attribute of the effect that it has got.
        if kind.__name__ in words and not any(kind.__name__ in one.effect for one in told.performed):
            return f"help: the effect `{kind.__name__}` was not performed: write `yield` or `await` in front of it"
        kinds.extend(type.__subclasses__(kind))
    return None


def _named(place: Place) -> str:
    # A comprehension is a function of its own in some versions of CPython only.
    name = re.sub(r"\.<(locals|listcomp|setcomp|dictcomp)>", "", place.function)
    if place.file.startswith(_FOLDER):
        return f"`{name}` of kont"
    return f"`{name}` ({place.file}:{place.line})" if place.line else f"`{name}` ({place.file})"


def _site(code: CodeType, instruction: int) -> Place:
    lines = (line for start, end, line in code.co_lines() if start <= instruction < end and line is not None)
    return Place(code.co_qualname, code.co_filename, next(lines, code.co_firstlineno))


def _strip(error: BaseException) -> None:
    kept = list(_foreign(error.__traceback__))
    for entry, following in zip(kept, [*kept[1:], None], strict=False):
        if entry.tb_next is not following:
            entry.tb_next = following
    first = kept[0] if kept else None
    if error.__traceback__ is not first:
        error.__traceback__ = first


def _foreign(entry: TracebackType | None) -> Iterator[TracebackType]:
    """The entries that are not kont's, nor of an event loop on which kont lets something run."""
    files = (getattr(sys.modules.get(name), "__file__", None) for name in ("asyncio", "trio", "outcome"))
    loops = tuple(os.path.dirname(file) + os.sep for file in files if file)
    own = False
    while entry is not None:
        file = entry.tb_frame.f_code.co_filename
        own = file.startswith(_FOLDER) or (own and file.startswith(loops))
        if not own:
            yield entry
        entry = entry.tb_next
