"""A record of the effects that a program performs, with assertions that show what is different."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, NoReturn, TypeVar

from kont import _kont
from kont.effects import Effect
from kont.errors import UsageError
from kont.handling import Several
from kont.programs import do
from kont.std.programs import Scoped
from kont.std.recorders import Recorded
from kont.testing.comparing import Wanted, check, compare, difference, fits, name
from kont.testing.failures import RecordError

__all__ = ["Recorder"]

E = TypeVar("E", bound=Effect[Any])


class Recorder(Several):
    """Keeps the effects that reach it, in the order in which they are performed, with their answers.

    It answers nothing: the handlers outside of it do, and `run`. As the innermost one it sees all that the program
    performs and does not handle itself, also `Spawn`, `Sleep` and the like.

    Args:
        wanted: the classes of effects that are kept; nothing means all.

    Attributes:
        records: each effect with its answer, or the exception that was raised in its place.

    >>> import kont
    >>> from kont.std import Ask, reader
    >>> from kont.testing import Recorder
    >>> recorder = Recorder()
    >>> kont.run(Ask("a"), recorder, reader({"a": 1}))
    1
    >>> recorder.effects, recorder.answer_to(Ask("a"))
    ([Ask(key='a')], 1)
    >>> recorder.assert_performed(Ask("b"))
    Traceback (most recent call last):
    kont.testing.failures.RecordError: what was performed differs from what was expected (- expected, + performed)
      - Ask(key='b')
      + Ask(key='a')
          key: 'b' was expected, 'a' was performed
    """

    def __init__(self, *wanted: type[Effect[Any]]) -> None:
        for one in wanted:
            if not (isinstance(one, type) and issubclass(one, Effect)):
                raise UsageError(f"{one!r} is no class of effects\nhelp: write `Recorder(MyEffect)`, or `Recorder()` for all")
        self.records: list[Recorded] = []
        self._types = wanted or (Effect,)
        # Effects that are performed a second time, at the place of their performer.
        self._again: set[int] = set()
        clauses: list[Any] = [
            ("transfer", (), (), (self._is_placed,), self._record_placed),
            ("answering", (), (), (self._is_plain,), self._record_plain),
        ]
        self._handler = _kont.Handler(clauses, self._record_plain)
        self._handler.__name__ = self._handler.__qualname__ = "Recorder"  # type: ignore[attr-defined]

    def _kont_boundaries(self) -> tuple[_kont.Handler | _kont.Observer, ...]:
        return (self._handler,)

    def __repr__(self) -> str:
        return f"<Recorder of {len(self.records)} effects>"

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Effect[Any]]:
        return iter(self.effects)

    def __bool__(self) -> bool:
        return True

    def clear(self) -> None:
        """Forgets what was recorded."""
        self.records.clear()

    @property
    def effects(self) -> list[Effect[Any]]:
        """What was performed, in order."""
        return [record.effect for record in self.records]

    def of(self, wanted: type[E]) -> list[E]:
        """The effects of one class, in order."""
        return [effect for effect in self.effects if isinstance(effect, wanted)]

    def answer_to(self, wanted: Wanted) -> Any:
        """The answer to the first effect that is this one, or of this class.

        Raises:
            RecordError: there is none, or it has no answer.
        """
        __tracebackhide__ = True
        for record in self.records:
            if fits(record.effect, check(wanted)):
                if record.error is not None:
                    raise RecordError(f"{record.effect!r} has no answer: {record.error!r} was raised") from record.error
                if not record.done:
                    raise RecordError(f"{record.effect!r} has no answer: the program has not gone on from it")
                return record.answer
        self._missing(wanted)

    def assert_performed(self, *wanted: Wanted) -> None:
        """These effects were performed in this order, and no others. A class stands for any effect of it."""
        __tracebackhide__ = True
        shown = compare([check(one) for one in wanted], self.effects)
        if shown is not None:
            raise RecordError(f"what was performed differs from what was expected (- expected, + performed)\n{shown}")

    def assert_in_order(self, *wanted: Wanted) -> None:
        """These effects were performed in this order, with any others before, between and after."""
        __tracebackhide__ = True
        at = 0
        for place, one in enumerate(wanted):
            while at < len(self.records) and not fits(self.records[at].effect, check(one)):
                at += 1
            if at == len(self.records):
                before = f" after {name(wanted[place - 1])}" if place else ""
                raise RecordError(f"{name(one)} was not performed{before}\n{self._shown()}")
            at += 1

    def assert_includes(self, wanted: Wanted, *, times: int | None = None) -> None:
        """This effect, or one of this class, was performed: at least once, or exactly so many times."""
        __tracebackhide__ = True
        count = sum(fits(effect, check(wanted)) for effect in self.effects)
        if times is None and not count:
            self._missing(wanted)
        if times is not None and count != times:
            raise RecordError(f"{name(wanted)} was performed {count} times, and not {times}\n{self._shown()}")

    def assert_never(self, wanted: Wanted) -> None:
        """This effect, or any of this class, was not performed."""
        __tracebackhide__ = True
        found = [effect for effect in self.effects if fits(effect, check(wanted))]
        if found:
            raise RecordError(f"{found[0]!r} was performed, {name(wanted)} should never be\n{self._shown()}")

    def _missing(self, wanted: Wanted) -> NoReturn:
        __tracebackhide__ = True
        lines = [f"{name(wanted)} was not performed"]
        differences = [difference(wanted, effect) for effect in self.effects]
        close = min(filter(None, differences), key=len, default=[])
        lines += [f"the closest: {line}" for line in close]
        raise RecordError("\n".join([*lines, self._shown()]))

    def _shown(self) -> str:
        if not self.records:
            return "performed: nothing"
        return "performed:\n" + "\n".join(f"    {effect!r}" for effect in self.effects)

    # The recording. Performing a plain effect again from the recorder's place changes nothing about it. One that
    # spawns, waits or carries a program means something by the place at which it is performed.

    def _is_placed(self, effect: Any) -> bool:
        if not isinstance(effect, (Scoped, _kont.Asked)) or not isinstance(effect, self._types):
            return False
        if id(effect) in self._again:
            self._again.remove(id(effect))
            return False
        return not _is_internal(effect)

    def _is_plain(self, effect: Any) -> bool:
        return isinstance(effect, self._types) and not isinstance(effect, (Scoped, _kont.Asked))

    def _record_placed(self, effect: Any, k: _kont.K) -> Any:
        return _kont.TransferWith(k, self._perform_again(effect))

    @do
    def _perform_again(self, effect: Any) -> Generator[Any, Any, Any]:
        self._again.add(id(effect))
        try:
            return (yield from self._record_plain(effect))
        finally:
            # A handler between the performer and this one may have answered this time.
            self._again.discard(id(effect))

    def _record_plain(self, effect: Any) -> Generator[Any, Any, Any]:
        __tracebackhide__ = True
        record = Recorded(effect)
        self.records.append(record)
        try:
            record.answer = yield effect
        except BaseException as error:
            record.error, record.done = error, True
            raise
        record.done = True
        return record.answer


def _is_internal(effect: Any) -> bool:
    """Whether it is no effect of a program's own.

    The ends of an `async with kont.scope()` are about the coroutine's own frame; handlers ask of the run what it is.
    """
    from kont.effects import BeginVirtualTime, ThisRun
    from kont.scopes import Enter, Exit

    return isinstance(effect, (Enter, Exit, BeginVirtualTime, ThisRun))
