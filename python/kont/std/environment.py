"""The reader: a program asks for values by name, and runs parts of itself with other values."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Mapping
from typing import Any, ClassVar, NamedTuple, Never, TypeVar

from kont import _kont
from kont.effects import Effect
from kont.errors import MissingKeyError, UsageError
from kont.programs import do
from kont.rows import Runnable
from kont.std.flights import Flights
from kont.std.programs import Carrying, Clause, Scoped, clauses, is_program

__all__ = ["Ask", "Local", "reader"]

E = TypeVar("E")
T = TypeVar("T")


class Ask(Effect[Any]):
    """The value that the surroundings have for a key."""

    __kont_handler__: ClassVar[str] = "kont.std.reader(values)"
    key: Hashable


class Local(Carrying[E, T]):
    """Runs a program with other values for some keys; the rest of the environment is as before.

    >>> import kont
    >>> from kont.std import Ask, Local, reader
    >>> kont.run(Local({"name": "you"}, Ask("name")), reader({"name": "world"}))
    'you'
    """

    __kont_handler__: ClassVar[str] = "kont.std.reader(values)"
    overrides: Mapping[Any, Any]
    program: Runnable[E, T]


class LazyScopes(Scoped[None]):
    """Collects what lies between the performer and the scope that has a lazy value, innermost first."""

    home: Any
    found: list[Any]


def reader(values: Mapping[Any, Any], *, strict: bool = True) -> _kont.Handler[Ask | Local[Any, Any], Never]:
    """Answers `Ask` and `Local` from a mapping, which is copied.

    A value that is a program is lazy: it is run at the place of the first asker, under the handlers there, and its
    result is kept as long as this handler. Tasks that ask meanwhile wait for it; if it fails or is cancelled, the next
    of them runs it. Below a `Local` that overrides something that it asked for, it is run
    anew, and that result is kept for that `Local`. An error is not kept.

    Args:
        values: the value of each key.
        strict: whether a key that is not there is an error. If not, the next reader outward is asked.

    Raises:
        MissingKeyError: at the `Ask`, when nothing has the key.
        UsageError: at the `Ask`, when a lazy value asks for itself.

    >>> import kont
    >>> from kont.std import Ask, reader
    >>> @kont.do
    ... def address():
    ...     return f"{(yield Ask('host'))}:{(yield Ask('port'))}"
    >>> kont.run(Ask("address"), reader({"host": "localhost", "port": 80, "address": address()}))
    'localhost:80'
    """
    return _answering(_Scope(dict(values)), strict)


def _answering(scope: _Scope, strict: bool) -> _kont.Handler:
    values, lazy = scope.values, scope.lazy

    def ask(effect: Ask) -> Any:
        try:
            return values[effect.key]
        except KeyError:
            raise MissingKeyError(effect.key, tuple(values)) from None

    def ask_lazily(effect: Ask, k: _kont.K) -> Any:
        key = effect.key
        if key in lazy:
            return _kont.TransferWith(k, _lazy(scope, key, values[key]))
        if key in values or strict:
            return k(ask(effect))
        return _kont.Pass()

    def local(effect: Local[Any, Any], k: _kont.K) -> Any:
        return _kont.TransferWith(k, _answering(_Scope(dict(effect.overrides)), False)(effect.program))

    def scopes(effect: LazyScopes, k: _kont.K) -> Any:
        effect.found.append(scope)
        return k() if effect.home is scope else _kont.Pass()

    asking: Clause = (Ask, ("transfer", "ask", (values, lazy)), ask_lazily)
    return clauses("reader", asking, (Local, "transfer", local), (LazyScopes, "transfer", scopes))


class _Kept(NamedTuple):
    value: Any
    asked: frozenset[Any]


class _Scope:
    """The values of one reader, or of one `Local`, and the results of lazy values that hold there."""

    def __init__(self, values: dict[Any, Any]) -> None:
        self.values = values
        self.lazy = {key for key, value in values.items() if is_program(value)}
        # By where the lazy value is from, and its key.
        self.kept: dict[tuple[_Scope, Any], _Kept] = {}
        self.flights = Flights()


class _Running:
    """A lazy value that is being run, and the keys that it has asked for so far."""

    def __init__(self, home: _Scope, key: Any) -> None:
        self.home = home
        self.key = key
        self.asked: set[Any] = set()

    def around(self, program: Any) -> Any:
        def asked(effect: Ask) -> None:
            self.asked.add(effect.key)

        def scopes(effect: LazyScopes, k: _kont.K) -> Any:
            effect.found.append(self)
            return _kont.Pass()

        watched = _kont.Observer((Ask,), (), (), asked)(program)
        return clauses("lazy value", (LazyScopes, "transfer", scopes))(watched)


@do
def _lazy(home: _Scope, key: Any, program: Any) -> Generator[Any, Any, Any]:
    """Runs at the place of the asker."""
    found: list[Any] = []
    yield LazyScopes(home, found)
    running = [one for one in found if isinstance(one, _Running)]
    scopes = [one for one in found if isinstance(one, _Scope)]
    if any(one.home is home and one.key == key for one in running):
        path = " -> ".join(repr(one.key) for one in [*reversed(running)]) + f" -> {key!r}"
        raise UsageError(f"the lazy value of {key!r} asks for itself: {path}")

    kept = _find(scopes, home, key)
    if kept is None:
        kept = yield from _in_turn(scopes, home, key, program)
    for one in running:
        one.asked |= kept.asked
    return kept.value


def _in_turn(scopes: list[_Scope], home: _Scope, key: Any, program: Any) -> Generator[Any, Any, _Kept]:
    """Waits for other tasks that run the same value, and runs it if what they have kept does not hold here."""
    flights = home.flights
    place = yield from flights.place(key)
    yield from flights.enter(place)
    try:
        kept = _find(scopes, home, key)
        if kept is None:
            run = _Running(home, key)
            value = yield run.around(program)
            kept = _Kept(value, frozenset(run.asked))
            # The innermost scope that it depends on is where the result holds.
            holder = next((scope for scope in scopes[:-1] if not kept.asked.isdisjoint(scope.values)), home)
            holder.kept[home, key] = kept
    except GeneratorExit:
        flights.drop(place)
        raise
    except BaseException:
        yield from flights.leave(place)
        raise
    yield from flights.leave(place)
    return kept


def _find(scopes: list[_Scope], home: _Scope, key: Any) -> _Kept | None:
    overridden: set[Any] = set()
    for scope in scopes:
        kept = scope.kept.get((home, key))
        if kept is not None and kept.asked.isdisjoint(overridden):
            return kept
        overridden |= scope.values.keys()
    return None
