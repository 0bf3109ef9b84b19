"""`cached`: what is put on a function, or on a class of effects, so that a cache around keeps what comes of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Hashable
from typing import Any, ParamSpec, Protocol, TypeVar, overload

from kont._kont import Program
from kont.effects import Effect
from kont.errors import UnhandledEffect, UsageError
from kont.programs import do
from kont.rows import Runnable
from kont.std.caches import Marked, Policy
from kont.std.keeping import Cached
from kont.std.programs import Scoped

__all__ = ["cached"]

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E", bound=Effect[Any])


class Marking(Protocol):
    """What `cached(...)` gives: it takes a class of effects, or a function that makes programs."""

    @overload
    def __call__(self, what: type[E], /) -> type[E]: ...
    @overload
    def __call__(self, what: Callable[P, Runnable[Any, T]], /) -> Callable[P, Program[Any, T]]: ...


@overload
def cached(what: type[E], /) -> type[E]: ...
@overload
def cached(what: Callable[P, Runnable[Any, T]], /) -> Callable[P, Program[Any, T]]: ...
@overload
def cached(*, ttl_s: float | None = None, key: Callable[..., Hashable] | None = None) -> Marking: ...
def cached(what: Any = None, /, *, ttl_s: float | None = None, key: Callable[..., Hashable] | None = None) -> Any:
    """Keeps what the programs of a function give, by its arguments, or the answers of a class of effects, by its fields.

    It is `@cached`, or `@cached(...)` with arguments. They are kept where a `cache` is installed. Without a cache around,
    the program simply runs, and the effect goes to its handler.

    Args:
        ttl_s: how long a value is good; None means the cache's own time.
        key: gives what tells a call or an effect from others. It takes the arguments of the function, or the effect;
            None means all of them, or all its fields, which must be hashable.

    >>> import kont
    >>> from kont.std import cache, cached
    >>> @cached
    ... @kont.do
    ... def square(n):
    ...     print("squaring", n)
    ...     yield kont.Pure(None)
    ...     return n * n
    >>> @kont.do
    ... def twice():
    ...     return (yield square(3)), (yield square(3))
    >>> kont.run(twice(), cache())
    squaring 3
    (9, 9)
    >>> @cached(ttl_s=60)
    ... class Fetch(kont.Effect[str]):
    ...     url: str
    >>> @kont.handler(Fetch)
    ... def server(effect):
    ...     print("fetching", effect.url)
    ...     return "page"
    >>> @kont.do
    ... def again():
    ...     return (yield Fetch("/a")), (yield Fetch("/a"))
    >>> kont.run(again(), cache(), server)
    fetching /a
    ('page', 'page')
    """

    def make(what: Any, /) -> Any:
        if isinstance(what, type):
            return _mark(what, Policy(ttl_s, key))
        if not callable(what):
            raise UsageError(f"@cached goes on a function that makes programs, or on an effect class, not on {what!r}")
        function: Callable[..., Any] = what
        name = f"{function.__module__}.{function.__qualname__}"

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            which: Hashable = (args, tuple(sorted(kwargs.items()))) if key is None else key(*args, **kwargs)
            return _cached((name, which), functools.partial(function, *args, **kwargs), ttl_s)

        return call

    return make if what is None else make(what)


def _mark(what: Any, policy: Policy) -> Any:
    if not issubclass(what, Effect) or issubclass(what, Scoped):
        raise UsageError(
            f"`{what.__name__}` cannot be cached\nhelp: mark a class of effects that carry no program"
        )
    setattr(what, "__kont_cached__", policy)
    Marked.register(what)
    return what


@do
def _cached(key: Hashable, make: Callable[[], Any], ttl_s: float | None) -> Generator[Any, Any, Any]:
    effect = Cached(key, _make(make), ttl_s)
    try:
        return (yield effect)
    except UnhandledEffect as error:
        if error.effect is not effect:
            raise
    return (yield make())


@do
def _make(make: Callable[[], Any]) -> Generator[Any, Any, Any]:
    # A coroutine that is made and not run warns: it is made when it is clear that it runs.
    return (yield make())
