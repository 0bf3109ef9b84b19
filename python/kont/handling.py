"""Handlers: what a function or the methods of a class answer, and how."""

from __future__ import annotations

import abc

from kont import _kont
from kont._filters import count, runs, sort
from kont._typing import Any, Generic, TypeVar, overload
from kont._wrapping import wrap
from kont.errors import UsageError

__all__ = ["Handlers", "Several", "handler", "on"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Callable, Coroutine, Generator
    from typing import Never, Protocol, TypeAlias

    from kont.rows import A, A_co, H, N_co, Performs

    Boundary: TypeAlias = _kont.Handler[Any, Any] | _kont.Observer
    F = TypeVar("F", bound=Callable[..., Any])
else:
    Protocol, H, A_co, N_co = object, "H", "A_co", "N_co"

T = TypeVar("T")
R = TypeVar("R")


class _Makes(Protocol):
    """What `handler(Ask)` gives: the effects that the function takes are those that the handler takes out of a row."""

    @overload
    def __call__(self, function: Callable[[H], Generator[A, Any, Any]], /) -> _kont.Handler[H, A]: ...
    @overload
    def __call__(self, function: Callable[[H, _kont.K], Generator[A, Any, Any]], /) -> _kont.Handler[H, A]: ...
    @overload
    def __call__(self, function: Callable[[H], Any], /) -> _kont.Handler[H, Never]: ...
    @overload
    def __call__(self, function: Callable[[H, _kont.K], Any], /) -> _kont.Handler[H, Never]: ...


class _MakesPart(Protocol):
    """What `handler(predicate)` gives: it takes nothing out of a row, as it may leave any effect to others."""

    @overload
    def __call__(self, function: Callable[[Any], Generator[A, Any, Any]], /) -> _kont.Handler[Never, A]: ...
    @overload
    def __call__(self, function: Callable[[Any, _kont.K], Generator[A, Any, Any]], /) -> _kont.Handler[Never, A]: ...
    @overload
    def __call__(self, function: Callable[..., Any], /) -> _kont.Handler[Never, Never]: ...


@overload
def handler(*wanted: type[Any] | types.UnionType) -> _Makes: ...
@overload
def handler(*wanted: Any) -> _MakesPart: ...
def handler(*wanted: Any) -> Any:
    """Makes a handler of a function. Which kind it is, is decided here and never again:

    - `def h(effect)`: its value answers the effect, and the program goes on. The cheapest kind.
    - `def h(effect)` as a generator or `async def`: the same, and it may perform effects on the way.
    - `def h(effect, k)` as a generator or `async def`: it gets the rest of the program, and says with `Resume`,
      `Transfer`, `Pass` or `Delegate` what becomes of it. If it ends without using `k`, the rest is unwound, and its
      value is the value of the handled program.
    - `def h(effect, k)`, plain: `return k(value)` goes on with the program, and `return TransferWith(k, other)` runs
      another program first, where the effect was performed; any other value ends it with that value.

    What it raises before it has used `k` is raised where the effect was performed.

    Args:
        wanted: what it handles: effect classes, tools (then it handles their calls), or functions that take an
            effect and tell whether it is wanted. One that fits is enough.

    Raises:
        UsageError: nothing is wanted, or the function takes neither `(effect)` nor `(effect, k)`.

    >>> import kont
    >>> class Ask(kont.Effect[str]):
    ...     key: str
    >>> @kont.handler(Ask)
    ... def shout(effect):
    ...     return effect.key.upper()
    >>> kont.run(Ask("name"), shout)
    'NAME'
    """
    if not wanted:
        raise UsageError("@kont.handler needs what it handles\nhelp: write `@kont.handler(MyEffect)`")
    filters = sort(wanted, "handler")

    def make(function: Callable[..., Any]) -> _kont.Handler[Any, Any]:
        made: _kont.Handler[Any, Any] = _kont.Handler([(_kind(function), *filters, function)], function)
        wrap(made, function)
        return made

    return make


def _kind(function: Callable[..., Any], before: int = 0) -> str:
    takes_k = count(function, before) == 2
    if runs(function):
        return "full" if takes_k else "answering"
    return "transfer" if takes_k else "function"


class Several(abc.ABC, Generic[H, A_co]):
    """One or more handlers, observers and interceptors that are used as one: what `kont.run` takes too.

    `Several[Ask | Tell, Log]` takes `Ask` and `Tell` out of the row of a program, and performs `Log` itself.
    """

    @abc.abstractmethod
    def _kont_boundaries(self) -> tuple[Boundary, ...]:
        """What they are, the innermost first."""

    @overload
    def __call__(self, program: Coroutine[Any, Any, T], /) -> _kont.Operation[Any, T]: ...
    @overload
    def __call__(self, program: Performs[H, T], /) -> _kont.Operation[A_co, T]: ...
    @overload
    def __call__(self, program: Performs[H | R, T], /) -> _kont.Operation[R | A_co, T]: ...
    def __call__(self, program: Any, /) -> Any:
        """The program with all of them around it."""
        return _kont.WithHandler(self, program)

    if TYPE_CHECKING:

        def _kont_row(self, handled: H, /) -> tuple[H, A_co]: ...

        def _kont_covers(self, row: H | _kont.AnsweredByRun | Coroutine[Any, Any, Any], /) -> A_co: ...


class Handlers(Several[H, N_co]):
    """The base of handlers with several operations and a state of their own.

    `class Counter(kont.Handlers[Get | Add])` says for type checkers which effects it takes out of the row of a program,
    and a second one in the brackets what it performs itself.

    A method that is marked with `kont.on` handles effects, as a function under `kont.handler` does: the methods are
    one handler, so that what one of them performs goes to the handlers around it, and not to another one of them. If
    several fit an effect, the first one in the class gets it; those of base classes come later, and one that is
    defined again in a subclass keeps no mark of the one before. All that the object holds is the state, which
    programs share that run under the same object.

    >>> import kont
    >>> class Get(kont.Effect[int]): pass
    >>> class Add(kont.Effect[None]):
    ...     amount: int
    >>> class Counter(kont.Handlers):
    ...     def __init__(self, start: int) -> None:
    ...         self.count = start
    ...     @kont.on(Get)
    ...     def get(self, effect: Get) -> int:
    ...         return self.count
    ...     @kont.on(Add)
    ...     def add(self, effect: Add) -> None:
    ...         self.count += effect.amount
    >>> @kont.do
    ... def twice():
    ...     yield Add(20)
    ...     yield Add(21)
    ...     return (yield Get())
    >>> counter = Counter(1)
    >>> kont.run(twice(), counter), counter.count
    (42, 42)
    """

    _kont_marked: tuple[tuple[str, _Marked], ...] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        found: dict[str, _Marked] = {}
        hidden: set[str] = set()
        for base in cls.__mro__:
            for attribute, value in vars(base).items():
                if isinstance(value, _Marked) and attribute not in hidden:
                    found[attribute] = value
            hidden.update(vars(base))
        cls._kont_marked = tuple(found.items())

    def _kont_boundaries(self) -> tuple[Boundary, ...]:
        made: _kont.Handler[Any, Any] | None = self.__dict__.get("_kont_handler")
        if made is None:
            if not self._kont_marked:
                raise UsageError(
                    f"no method of `{type(self).__qualname__}` handles an effect\n"
                    "help: mark one with `@kont.on(MyEffect)`"
                )
            clauses = [(one.kind, *one.filters, getattr(self, name)) for name, one in self._kont_marked]
            made = self.__dict__["_kont_handler"] = _kont.Handler(clauses, self)
            made.__name__ = made.__qualname__ = type(self).__qualname__  # type: ignore[attr-defined]
        return (made,)

    def __repr__(self) -> str:
        classes = dict.fromkeys(one.__name__ for _, marked in self._kont_marked for one in marked.filters[0])
        return f"<{type(self).__qualname__}, handlers of {', '.join(classes) or 'what they choose'}>"

    def __getstate__(self) -> Any:
        return {name: value for name, value in self.__dict__.items() if name != "_kont_handler"}


class _Marked:
    """A method that handles effects; as an attribute of the object it is the method."""

    def __init__(self, kind: str, filters: tuple[Any, ...], function: Callable[..., Any]) -> None:
        self.kind = kind
        self.filters = filters
        self.function = function
        wrap(self, function)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else self.function.__get__(instance, owner)


def on(*wanted: Any) -> Callable[[F], F]:
    """Marks a method of a `kont.Handlers` class as a handler. What it takes and gives is as with `kont.handler`.

    Args:
        wanted: what it handles: what `kont.handler` takes.

    Raises:
        UsageError: nothing is wanted, or the method takes neither `(self, effect)` nor `(self, effect, k)`.

    >>> import kont
    >>> class Ask(kont.Effect[str]): pass
    >>> class Fixed(kont.Handlers):
    ...     @kont.on(Ask)
    ...     def ask(self, effect, k):
    ...         return k("fixed")
    >>> kont.run(Ask(), Fixed())
    'fixed'
    """
    if not wanted:
        raise UsageError("@kont.on needs what the method handles\nhelp: write `@kont.on(MyEffect)`")
    filters = sort(wanted, "on")

    def mark(function: F) -> F:
        if isinstance(function, (staticmethod, classmethod, property, _kont.Handler, _Marked)):
            raise UsageError(
                f"@kont.on marks a method, not {function!r}\nhelp: put it on top of a plain `def`, and only once"
            )
        return _Marked(_kind(function, before=1), filters, function)  # type: ignore[return-value]

    return mark
