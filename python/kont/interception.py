"""Observers and interceptors: functions that see effects on their way to the handlers, or put others in their place."""

from __future__ import annotations

from kont import _kont
from kont._filters import count, name, runs, sort
from kont._typing import Any, TypeVar, overload
from kont._wrapping import wrap
from kont.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Literal

    from kont.rows import Performs

__all__ = ["WithIntercept", "interceptor", "observer"]

E = TypeVar("E")
T = TypeVar("T")


def observer(*wanted: Any) -> Callable[[Callable[[Any], Any]], _kont.Observer]:
    """Makes an observer of a function: it sees every effect performed inside it, before any handler does.

    Its value is ignored. What it raises is raised where the effect was performed, and no handler sees the effect.

    Args:
        wanted: what it sees: what `kont.handler` takes. Nothing means everything.

    >>> import kont
    >>> seen = []
    >>> @kont.observer()
    ... def note(effect):
    ...     seen.append(effect)
    >>> class Tick(kont.Effect[None]): pass
    >>> @kont.handler(Tick)
    ... def tock(effect): return None
    >>> kont.run(note(Tick()), tock); seen
    [Tick()]
    """
    return _maker(wanted, "observer", rewrites=False)


def interceptor(*wanted: Any) -> Callable[[Callable[[Any], Any]], _kont.Observer]:
    """Makes an interceptor of a function: the effect that it returns goes on in place of the one that it gets.

    It sees what an observer sees. Interceptors and observers are asked from the innermost outward, each with what the
    one before it has let go on; then the handlers get the last one, from the innermost outward, wherever the
    interceptors stand. The answer goes to the performer. It stays around the program while that waits in a
    continuation.

    What it raises is raised where the effect was performed. Returning anything but an effect is a `UsageError`
    there; the effect itself is returned to leave it as it is.

    Args:
        wanted: what it may replace: what `kont.handler` takes. Nothing means everything.

    >>> import kont
    >>> class Ask(kont.Effect[str]):
    ...     key: str
    >>> @kont.interceptor(Ask)
    ... def lower(effect):
    ...     return Ask(effect.key.lower())
    >>> @kont.handler(Ask)
    ... def table(effect):
    ...     return {"name": "world"}[effect.key]
    >>> kont.run(Ask("NAME"), lower, table)
    'world'
    """
    return _maker(wanted, "interceptor", rewrites=True)


@overload
def WithIntercept(
    function: Callable[[Any], Any],
    program: Coroutine[Any, Any, T],
    types: Any = (),
    mode: Literal["observe", "rewrite"] = "observe",
) -> _kont.Operation[Any, T]: ...
@overload
def WithIntercept(
    function: Callable[[Any], Any],
    program: Performs[E, T],
    types: Any = (),
    mode: Literal["observe", "rewrite"] = "observe",
) -> _kont.Operation[E, T]: ...
def WithIntercept(  # noqa: N802 - an operation, as its siblings are
    function: Callable[[Any], Any],
    program: Any,
    types: Any = (),
    mode: Literal["observe", "rewrite"] = "observe",
) -> Any:
    """A program with a function around it that sees its effects, or replaces them.

    Args:
        function: takes the effect.
        program: what it is put around.
        types: what it sees: one or a tuple of what `kont.handler` takes. Nothing means everything.
        mode: `"observe"`: its value is ignored, as with `kont.observer`. `"rewrite"`: the effect that it returns goes
            on in place of the one that it gets, as with `kont.interceptor`.

    Raises:
        UsageError: there is no such mode, or the function is a program.

    >>> import kont
    >>> class Ask(kont.Effect[str]):
    ...     key: str
    >>> @kont.handler(Ask)
    ... def echo(effect):
    ...     return effect.key
    >>> kont.run(kont.WithIntercept(lambda ask: Ask(ask.key * 2), Ask("ha"), Ask, mode="rewrite"), echo)
    'haha'
    """
    if mode not in ("observe", "rewrite"):
        raise UsageError(f"there is no mode {mode!r}\nhelp: `observe` ignores what the function returns, `rewrite` performs it")
    wanted = types if isinstance(types, tuple) else (types,)
    what = "interceptor" if mode == "rewrite" else "observer"
    return _maker(wanted, what, rewrites=mode == "rewrite")(function)(program)


def _maker(wanted: tuple[Any, ...], what: str, *, rewrites: bool) -> Callable[[Callable[[Any], Any]], _kont.Observer]:
    classes, tools, predicates = sort(wanted, what)

    def make(function: Callable[[Any], Any]) -> _kont.Observer:
        if count(function) != 1:
            raise UsageError(f"an {what} takes the effect and nothing else: `def {name(function)}(effect)`")
        if runs(function):
            raise UsageError(
                f"the {what} `{name(function)}` is a program, and would never run\n"
                "help: write a plain function; what performs effects on the way is a handler with `kont.Delegate()`"
            )
        made = _kont.Observer(classes, tools, predicates, function, rewrites)
        wrap(made, function)
        return made

    return make
