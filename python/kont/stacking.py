"""Stacks: several handlers, observers and interceptors as one."""

from __future__ import annotations

from kont import _kont
from kont._typing import Any, TypeVar, overload
from kont.errors import UsageError
from kont.handling import Several

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kont.handling import Boundary
    from kont.rows import Answered, Around

__all__ = ["handlers"]

# What each of them handles, and what it performs itself.
H1 = TypeVar("H1")
H2 = TypeVar("H2")
H3 = TypeVar("H3")
H4 = TypeVar("H4")
H5 = TypeVar("H5")
A1 = TypeVar("A1")
A2 = TypeVar("A2")
A3 = TypeVar("A3")
A4 = TypeVar("A4")
A5 = TypeVar("A5")


class _Stack(Several[Any, Any]):
    def __init__(self, parts: tuple[Boundary, ...]) -> None:
        self.parts = parts

    def _kont_boundaries(self) -> tuple[Boundary, ...]:
        return self.parts

    def __repr__(self) -> str:
        return f"kont.handlers({', '.join(map(repr, self.parts))})"


@overload
def handlers(first: Around[H1, A1], /) -> Several[H1, A1]: ...
@overload
def handlers(first: Around[H1, H2 | Answered], h2: Around[H2, A1], /) -> Several[H1 | H2, A1 | Answered]: ...
@overload
def handlers(first: Around[H1, A1], h2: Around[H2, A2], /) -> Several[H1 | H2, A1 | A2 | Answered]: ...
@overload
def handlers(
    first: Around[H1, H2 | H3 | Answered], h2: Around[H2, H3 | Answered], h3: Around[H3, A1], /
) -> Several[H1 | H2 | H3, A1 | Answered]: ...
@overload
def handlers(
    first: Around[H1, A1], h2: Around[H2, A2], h3: Around[H3, A3], /
) -> Several[H1 | H2 | H3, A1 | A2 | A3 | Answered]: ...
@overload
def handlers(
    first: Around[H1, H2 | H3 | H4 | Answered],
    h2: Around[H2, H3 | H4 | Answered],
    h3: Around[H3, H4 | Answered],
    h4: Around[H4, A1],
    /,
) -> Several[H1 | H2 | H3 | H4, A1 | Answered]: ...
@overload
def handlers(
    first: Around[H1, A1], h2: Around[H2, A2], h3: Around[H3, A3], h4: Around[H4, A4], /
) -> Several[H1 | H2 | H3 | H4, A1 | A2 | A3 | A4 | Answered]: ...
@overload
def handlers(
    first: Around[H1, H2 | H3 | H4 | H5 | Answered],
    h2: Around[H2, H3 | H4 | H5 | Answered],
    h3: Around[H3, H4 | H5 | Answered],
    h4: Around[H4, H5 | Answered],
    h5: Around[H5, A1],
    /,
) -> Several[H1 | H2 | H3 | H4 | H5, A1 | Answered]: ...
@overload
def handlers(
    first: Around[H1, A1], h2: Around[H2, A2], h3: Around[H3, A3], h4: Around[H4, A4], h5: Around[H5, A5], /
) -> Several[H1 | H2 | H3 | H4 | H5, A1 | A2 | A3 | A4 | A5 | Answered]: ...
@overload
def handlers(first: Around[Any, Any], /, *more: Around[Any, Any]) -> Several[Any, Any]: ...
def handlers(first: Any, /, *more: Any) -> Any:
    """Several handlers, observers and interceptors as one, innermost first.

    `handlers(a, b)(program)` is `b(a(program))`, and `kont.run(program, handlers(a, b), c)` is
    `kont.run(program, a, b, c)`. Each stays a handler of its own: what `a` performs goes to `b`.

    Raises:
        UsageError: one of them is none of these.

    >>> import kont
    >>> class Ask(kont.Effect[str]): pass
    >>> class Name(kont.Effect[str]): pass
    >>> @kont.handler(Ask)
    ... def ask(effect):
    ...     return "hello " + (yield Name())
    >>> @kont.handler(Name)
    ... def name(effect):
    ...     return "world"
    >>> kont.run(Ask(), kont.handlers(ask, name))
    'hello world'
    """
    parts: list[Boundary] = []
    for one in (first, *more):
        if isinstance(one, Several):
            parts.extend(one._kont_boundaries())
        elif isinstance(one, (_kont.Handler, _kont.Observer)):
            parts.append(one)
        else:
            # What it is instead, the extension says.
            _kont.WithHandler(one, _kont.Pure(None))
            raise UsageError(f"{one!r} is not a handler")
    return _Stack(tuple(parts))
