"""Effects: what programs perform. A class with annotated fields is all that it takes."""

from __future__ import annotations

from kont import _kont
from kont._fields import declare
from kont._places import is_apart, keep_apart
from kont._typing import Any, Generic, TypeVar, dataclass_transform

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from dataclasses import field
    from typing import Self

    from kont._kont import Answered
else:
    Answered, field = object, None

__all__ = ["Await", "Effect", "Monotonic", "Now", "RandomBytes", "Sleep"]

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=True, field_specifiers=(field,))
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
            if is_apart(cls):
                keep_apart(cls)
            return
        if is_apart(cls) or not declare(cls):
            from kont._dataclasses import declare_whole

            declare_whole(cls)
        cls.__kont_frozen__ = True

    def __setattr__(self, name: str, value: Any) -> None:
        if self.__kont_frozen__:
            from dataclasses import FrozenInstanceError

            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        if self.__kont_frozen__:
            from dataclasses import FrozenInstanceError

            raise FrozenInstanceError(f"cannot delete field {name!r}")
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
        return (yield self)

    def __await__(self) -> Generator[Self, Any, T]:
        """Performs it: `answer = await effect`, which type checkers understand."""
        return (yield self)


class Await(Effect[Any], _kont.Asked):
    """An awaitable of another library that a program waits for.

    A program that awaits an asyncio future performs this by itself. `run` answers it with an event loop of its own,
    `run_async` with the loop that runs; a handler may answer it otherwise. `None` lets the loop turn once.
    """

    awaitable: Any
    _kind = "await"


class Sleep(Effect[None], _kont.Asked):
    """Waits, while other tasks go on.

    In virtual time, which `run(..., virtual_time=True)` and `kont.std.virtual_clock` begin, no time passes: when every
    task waits, the clock jumps to where the first of them goes on. `Now` and `Monotonic` follow it.
    """

    seconds: float
    _kind = "sleep"


class Now(Effect[float], _kont.OfRun):
    """The time of day: seconds since 1970 in UTC. Virtual time begins with 0."""

    _kind = "time"


class Monotonic(Effect[float], _kont.OfRun):
    """A clock that never goes back, in seconds; only differences mean something. Virtual time begins with 0."""

    _kind = "time"


class BeginVirtualTime(Effect[None], _kont.OfRun):
    """Lets no time pass in this run from here on but by jumps. What `kont.std.virtual_clock` performs."""

    _kind = "virtual"


class ThisRun(Effect[object], _kont.OfRun):
    """What is the same object for all who are in this run, and for nobody else.

    For handlers that several runs may share, and that keep what belongs to one of them.
    """

    _kind = "run"


class RandomBytes(Effect[bytes], Answered):
    """So many bytes that nobody can guess."""

    count: int


# What `kont.defaults` answers, but for the calls of tools.
ANSWERED = (Await, Sleep, Now, Monotonic, RandomBytes)
