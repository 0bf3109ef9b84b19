"""Effects: what programs perform. A class with annotated fields is all that it takes."""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, dataclass_transform

from kont import _kont
from kont._declare import refuse_untyped, refused

if TYPE_CHECKING:
    from kont._kont import Answered
else:
    Answered = object

__all__ = ["Await", "Effect", "Monotonic", "Now", "RandomBytes", "Sleep"]

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=True, field_specifiers=(dataclasses.field,))
class Effect(_kont.EffectBase, Generic[T]):
    """A thing that a program asks of its surroundings; `T` is the type of the answer.

    A subclass is a frozen dataclass without being told: its annotated fields are the parameters of its constructor,
    and it is compared, hashed, shown and pickled by them. `@dataclass(frozen=True)` on top changes nothing. A class
    that defines `__init__` itself is left as it is. A default that can change, such as a list, and a value without a type
    in the body of the class are a `UsageError`.

    One that a statement makes and drops, as in `Ask("name")` with the `yield` or `await` forgotten, is a `KontWarning`
    at that line.

    Performing costs about as much as a call, and making the object less than that: a class that is nothing but fields
    is filled by the extension. What it has no default for is kept in the object as with `__slots__`, and `Ask.key` is
    then what reads it.

    >>> class Ask(Effect[str]):
    ...     key: str
    >>> Ask("name")
    Ask(key='name')
    >>> Ask("name") == Ask("name"), Ask("name") in {Ask("name")}
    (True, True)
    """

    __kont_frozen__ = False

    def __init__(self) -> None:
        if type(self) is Effect:
            raise TypeError("an effect says what it is by its class\nhelp: write `class MyEffect(kont.Effect[int]): ...`")

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__init__" in cls.__dict__:
            cls.__kont_frozen__ = False
            _keep_apart(cls)
            return
        factories = {name: value for name, value in cls.__dict__.items() if isinstance(value, dataclasses.Field)}
        try:
            dataclasses.dataclass(frozen=True)(cls)
        except (TypeError, ValueError) as error:
            better = refused(cls, error)
            if better is None:
                raise
            raise better from None
        refuse_untyped(cls)
        # A second @dataclass must find the class as it was written: it refuses one that has these, and it needs
        # the fields that the first has taken away.
        for name in ("__setattr__", "__delattr__"):
            delattr(cls, name)
        for name, value in factories.items():
            setattr(cls, name, value)
        cls.__kont_frozen__ = True
        if not _keep_apart(cls):
            _lay_out(cls)

    def __setattr__(self, name: str, value: Any) -> None:
        if self.__kont_frozen__:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        if self.__kont_frozen__:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        object.__delattr__(self, name)

    def __getnewargs__(self) -> tuple[()]:
        # An instance is made without arguments, and gets its fields as a state.
        return ()

    def __getstate__(self) -> Any:
        state: Any = super().__getstate__()
        slots: dict[str, Any] = {}
        if isinstance(state, tuple):
            state, slots = state
        state = {**(state or {}), **slots}
        for name in getattr(self, "__dataclass_fields__", ()):
            if name not in state and hasattr(self, name):
                state[name] = getattr(self, name)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)

    def __iter__(self) -> Generator[Self, Any, T]:
        """Performs it: `answer = yield from effect`, which type checkers understand."""
        answer: T = yield self
        return answer

    def __await__(self) -> Generator[Self, Any, T]:
        """Performs it: `answer = await effect`, which type checkers understand."""
        answer: T = yield self
        return answer


class _Kept:
    """A field in the dictionary of an effect."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        try:
            return instance.__dict__[self.name]
        except KeyError:
            raise AttributeError(f"{type(instance).__name__!r} object has no attribute {self.name!r}") from None

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.name] = value


def _keep_apart(cls: type) -> bool:
    """Sees to it that fields of two bases that know nothing of each other have not the same place in an object."""
    laid = [base for base in cls.__mro__[1:] if "__kont_layout__" in base.__dict__ and base.__dict__["__kont_layout__"].names]
    if all(issubclass(laid[0], base) for base in laid):
        return False
    for base in laid:
        for name in base.__dict__["__kont_layout__"].names:
            if name not in cls.__dict__:
                setattr(cls, name, _Kept(name))
    return True


def _lay_out(cls: type) -> None:
    """Has the extension make the effects of a class, if it is nothing but a frozen dataclass."""
    given = dataclasses.fields(cls)
    code = cls.__init__.__code__  # type: ignore[misc]
    names = tuple(field.name for field in given)
    if hasattr(cls, "__post_init__") or code.co_varnames[1 : code.co_argcount] != names or code.co_kwonlyargcount:
        return
    for field in given:
        # An attribute of that name is a default, or is where a base has laid it out.
        found = inspect.getattr_static(cls, field.name, field.default)
        is_own = found is field.default or isinstance(found, types.MemberDescriptorType)
        if field.default_factory is not dataclasses.MISSING or not is_own:
            return
    _kont.lay_out(cls, [(field.name, field.default) for field in given], dataclasses.MISSING)


class Await(Effect[Any], _kont.Asked):
    """An awaitable of another library that a program waits for.

    A program that awaits an asyncio future performs this by itself. `run` answers it with an event loop of its own,
    `run_async` with the loop that runs; a handler may answer it otherwise. `None` lets the loop turn once.
    """

    awaitable: Any
    _kind: ClassVar[str] = "await"


class Sleep(Effect[None], _kont.Asked):
    """Waits, while other tasks go on.

    In virtual time, which `run(..., virtual_time=True)` and `kont.std.virtual_clock` begin, no time passes: when every
    task waits, the clock jumps to where the first of them goes on. `Now` and `Monotonic` follow it.
    """

    seconds: float
    _kind: ClassVar[str] = "sleep"


class Now(Effect[float], _kont.OfRun):
    """The time of day: seconds since 1970 in UTC. Virtual time begins with 0."""

    _kind: ClassVar[str] = "time"


class Monotonic(Effect[float], _kont.OfRun):
    """A clock that never goes back, in seconds; only differences mean something. Virtual time begins with 0."""

    _kind: ClassVar[str] = "time"


class BeginVirtualTime(Effect[None], _kont.OfRun):
    """Lets no time pass in this run from here on but by jumps. What `kont.std.virtual_clock` performs."""

    _kind: ClassVar[str] = "virtual"


class ThisRun(Effect[object], _kont.OfRun):
    """What is the same object for all who are in this run, and for nobody else.

    For handlers that several runs may share, and that keep what belongs to one of them.
    """

    _kind: ClassVar[str] = "run"


class RandomBytes(Effect[bytes], Answered):
    """So many bytes that nobody can guess."""

    count: int
