"""A script of effects and answers: a double that says at which effect a program departs from it."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, NoReturn, TypeVar, overload

from kont import _kont
from kont.effects import Effect
from kont.errors import UsageError
from kont.handling import Several
from kont.testing.comparing import Wanted, check, difference, fits, name
from kont.testing.failures import ScriptError

__all__ = ["Expected", "Script", "expect", "script"]

T = TypeVar("T")
_NOTHING: Any = object()


class Expected:
    """One line of a script: an effect, and what becomes of it. Made by `expect`."""

    def __init__(self, wanted: Wanted, answer: Any, raises: Any, calls: Callable[[Any], Any] | None) -> None:
        self.wanted = wanted
        self.answer = answer
        self.raises = raises
        self.calls = calls

    def __repr__(self) -> str:
        if self.raises is not None:
            return f"{name(self.wanted)} raises {self.raises!r}"
        if self.calls is not None:
            return f"{name(self.wanted)} calls {getattr(self.calls, '__name__', self.calls)!s}"
        return f"{name(self.wanted)} -> {self.answer!r}"


@overload
def expect(wanted: Effect[T], answer: T = ...) -> Expected: ...
@overload
def expect(wanted: type[Effect[Any]], answer: Any = ...) -> Expected: ...
@overload
def expect(
    wanted: Effect[Any] | type[Effect[Any]], *, raises: BaseException | type[BaseException]
) -> Expected: ...
@overload
def expect(wanted: Effect[T], *, calls: Callable[[Any], T]) -> Expected: ...
@overload
def expect(wanted: type[Effect[Any]], *, calls: Callable[[Any], Any]) -> Expected: ...
def expect(
    wanted: Any,
    answer: Any = _NOTHING,
    *,
    raises: BaseException | type[BaseException] | None = None,
    calls: Callable[[Any], Any] | None = None,
) -> Expected:
    """A line of a script.

    Args:
        wanted: the effect that is expected, or its class when any of it will do.
        answer: its answer; None if nothing else is said.
        raises: what is raised where it was performed, in place of an answer.
        calls: a plain function that takes the effect and gives the answer.

    >>> import kont
    >>> from kont.testing import expect
    >>> class Ask(kont.Effect[str]):
    ...     key: str
    >>> expect(Ask("name"), "world"), expect(Ask, raises=KeyError("age"))
    (Ask(key='name') -> 'world', any Ask raises KeyError('age'))
    """
    if (answer is not _NOTHING) + (raises is not None) + (calls is not None) > 1:
        raise UsageError("an expected effect has an `answer`, or it `raises`, or it `calls`: one of them")
    return Expected(check(wanted), None if answer is _NOTHING else answer, raises, calls)


class Script(Several):
    """Answers effects in a given order. Made by `script`."""

    def __init__(self, expected: tuple[Expected, ...]) -> None:
        self.expected = expected
        self.place = 0
        self.departed: ScriptError | None = None
        types = tuple({one.wanted if isinstance(one.wanted, type) else type(one.wanted): None for one in expected})
        self._handler = _kont.Handler([("function", types, (), (), self._answer)], self._answer)
        self._handler.__name__ = self._handler.__qualname__ = "Script"  # type: ignore[attr-defined]

    def _kont_boundaries(self) -> tuple[_kont.Handler | _kont.Observer, ...]:
        return (self._handler,)

    def __repr__(self) -> str:
        return f"<Script, {self.place} of {len(self.expected)} effects performed>"

    @property
    def unused(self) -> list[Expected]:
        """What was not performed yet."""
        return list(self.expected[self.place :])

    def assert_done(self) -> None:
        """The program has performed all of the script, and has not departed from it.

        Raises:
            ScriptError: it has departed, also if the program has caught that then; or something is left.
        """
        __tracebackhide__ = True
        if self.departed is not None:
            raise ScriptError(*self.departed.args)
        if self.unused:
            count = len(self.unused)
            raise ScriptError(
                f"the program has ended, and {count} of {len(self.expected)} expected effects {'was' if count == 1 else 'were'} "
                f"not performed\n{self._shown()}"
            )

    def __enter__(self) -> Script:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        __tracebackhide__ = True
        # What the program raised by itself says more than what it has left.
        if error is None:
            self.assert_done()

    def _answer(self, effect: Any) -> Any:
        __tracebackhide__ = True
        if self.departed is not None:
            raise ScriptError(*self.departed.args)
        if self.place == len(self.expected):
            self._depart(effect, "nothing: the script has ended")
        line = self.expected[self.place]
        if not fits(effect, line.wanted):
            self._depart(effect, name(line.wanted), difference(line.wanted, effect))
        self.place += 1
        if line.raises is not None:
            raise line.raises
        return line.answer if line.calls is None else line.calls(effect)

    def _depart(self, effect: Any, wanted: str, differences: list[str] | None = None) -> NoReturn:
        __tracebackhide__ = True
        lines = [
            f"the program departs from the script at effect {self.place + 1}",
            f"  expected:  {wanted}",
            f"  performed: {effect!r}",
            *(f"    {line}" for line in differences or ()),
            self._shown(),
        ]
        self.departed = ScriptError("\n".join(lines))
        raise self.departed

    def _shown(self) -> str:
        marks = [" "] * self.place + [">"] + [" "] * len(self.expected)
        lines = [f"  {marks[at]} {at + 1}  {one!r}" for at, one in enumerate(self.expected)]
        if self.place == len(self.expected):
            lines.append(f"  > {self.place + 1}  (end)")
        return "\n".join(["script:", *lines])


def script(first: Expected, /, *more: Expected) -> Script:
    """A handler that answers effects in this order, and no other.

    It answers the effects of the classes that it names. One that is not the next is a `ScriptError` where it was
    performed, and again from `assert_done`, so that a program cannot hide it. As a context manager it checks at the
    end that everything was performed.

    >>> import kont
    >>> from kont.testing import expect, script
    >>> class Ask(kont.Effect[str]):
    ...     key: str
    >>> async def program():
    ...     return await Ask("name") + await Ask("agf")
    >>> kont.run(program(), script(expect(Ask("name"), "world"), expect(Ask("age"), "4")))
    Traceback (most recent call last):
    kont.testing.failures.ScriptError: the program departs from the script at effect 2
      expected:  Ask(key='age')
      performed: Ask(key='agf')
        key: 'age' was expected, 'agf' was performed
    script:
        1  Ask(key='name') -> 'world'
      > 2  Ask(key='age') -> '4'
    while `Script` of kont handled Ask(key='agf')
    under the handlers, innermost first:
      `Script` of kont
    """
    for one in (first, *more):
        if not isinstance(one, Expected):
            raise UsageError(f"{one!r} is no line of a script\nhelp: write `expect(MyEffect(...), answer)`")
    return Script((first, *more))
