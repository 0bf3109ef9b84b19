"""The extension module of kont. Use the names that `kont` exports; see there for what they do."""

from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from contextvars import Context
from typing import Any, Generic, TypeVar, final

from kont.effects import Effect
from kont.handling import Several
from kont.reflection import ExecutionContext, Place
from kont.tools import Tool

T = TypeVar("T")

__version__: str

class EffectBase:
    """What `kont.Effect` is built on: it knows whether an effect was performed."""

    def _kont_may_be_dropped(self) -> None: ...

@final
class K:
    """The rest of a program, from the effect that a handler was called for up to that handler."""

    def __call__(self, value: Any = None, /) -> K: ...
    def throw(self, error: BaseException, /) -> K: ...
    @property
    def used(self) -> bool: ...

@final
class Program(Generic[T]):
    """A program that a function makes: what calling a `@kont.do` function gives."""

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any] | None = None, /
    ) -> None: ...
    def __iter__(self) -> Generator[Any, Any, T]: ...
    def __await__(self) -> Generator[Any, Any, T]: ...

class Operation(Generic[T]):
    """Something that is done by yielding or awaiting it."""

    def __iter__(self) -> Generator[Any, Any, T]: ...
    def __await__(self) -> Generator[Any, Any, T]: ...

class Resume(Operation[Any]):
    def __init__(self, k: K, value: Any = None) -> None: ...

class Transfer(Operation[Any]):
    def __init__(self, k: K, value: Any = None) -> None: ...

class ResumeThrow(Operation[Any]):
    def __init__(self, k: K, error: BaseException | type[BaseException]) -> None: ...

class TransferThrow(Operation[Any]):
    def __init__(self, k: K, error: BaseException | type[BaseException]) -> None: ...

class ResumeWith(Operation[Any]):
    def __init__(self, k: K, program: Awaitable[Any] | Generator[Any, Any, Any]) -> None: ...

class TransferWith(Operation[Any]):
    def __init__(self, k: K, program: Awaitable[Any] | Generator[Any, Any, Any]) -> None: ...

class Pass(Operation[Any]):
    def __init__(self) -> None: ...

class Delegate(Operation[Any]):
    def __init__(self) -> None: ...

class Perform(Operation[T]):
    def __init__(self, effect: Effect[T]) -> None: ...

class WithHandler(Operation[Any]):
    def __init__(
        self, handler: Handler | Observer | Several, program: Awaitable[Any] | Generator[Any, Any, Any]
    ) -> None: ...

class WithObserve(Operation[T]):
    def __init__(self, observer: Observer, program: Awaitable[T] | Generator[Any, Any, T]) -> None: ...

class Pure(Operation[T]):
    def __init__(self, value: T) -> None: ...

class GetOuterHandlers(Operation[list[Handler]]):
    def __init__(self) -> None: ...

class GetHandlers(Operation[list[Handler]]):
    def __init__(self, k: K | None = None) -> None: ...

class GetBoundaries(Operation[list[Handler | Observer]]):
    def __init__(self, k: K | None = None) -> None: ...

class GetTraceback(Operation[list[Place]]):
    def __init__(self, k: K | None = None) -> None: ...

class GetExecutionContext(Operation[ExecutionContext]):
    def __init__(self) -> None: ...

class CreateContinuation(Operation[K]):
    def __init__(
        self,
        program: Awaitable[Any] | Generator[Any, Any, Any],
        boundaries: Iterable[Handler | Observer | Several] | None = None,
    ) -> None: ...

@final
class Handler:
    """What answers effects: made by `@kont.handler`. Calling it with a program installs it around that program."""

    function: Any
    def __init__(
        self,
        clauses: Sequence[
            tuple[str, tuple[type, ...], tuple[Tool[..., Any], ...], tuple[Callable[[Any], Any], ...], Callable[..., Any]]
        ],
        function: Any,
    ) -> None: ...
    def __call__(self, program: Awaitable[T] | Generator[Any, Any, T]) -> Operation[Any]: ...

@final
class Observer:
    """What sees effects pass: made by `@kont.observer` and `@kont.interceptor`. Calling it with a program installs it."""

    function: Callable[[Any], Any]
    def __init__(
        self,
        types: tuple[type, ...],
        tools: tuple[Tool[..., Any], ...],
        predicates: tuple[Callable[[Any], Any], ...],
        function: Callable[[Any], Any],
        rewrites: bool = False,
    ) -> None: ...
    def __call__(self, program: Awaitable[T] | Generator[Any, Any, T]) -> Operation[T]: ...

@final
class Drive:
    """A program that its owner drives from stop to stop."""

    def __init__(
        self,
        program: Any,
        handlers: tuple[Any, ...] | None = None,
        *,
        questions: bool = False,
        seed: int | None = None,
        virtual_time: bool = False,
    ) -> None: ...
    def send(self, value: Any = None, /) -> Effect[Any] | Idle | None: ...
    def throw(self, error: BaseException, /) -> Effect[Any] | Idle | None: ...
    def wake(self, ended: list[tuple[int, Any, BaseException | None]], /) -> Effect[Any] | Idle | None: ...
    def interrupt(self, error: BaseException, /) -> Effect[Any] | Idle | None: ...
    def notify(self, outside: Any, /) -> None: ...
    def result(self) -> Any: ...

@final
class Idle:
    """What the owner of a program does while every task of it waits."""

    @property
    def begin(self) -> list[tuple[int, Effect[Any], Context | None]]: ...
    @property
    def give_up(self) -> list[int]: ...
    @property
    def timeout(self) -> float | None: ...

class Asked(EffectBase):
    """The base of the effects that a scheduler answers."""

@final
class Once(Generator[Any, Any, Any]):
    """Performs an effect without a frame of its own."""

    def __init__(self, effect: Effect[Any]) -> None: ...
    def __next__(self) -> Any: ...
    def send(self, value: Any, /) -> Any: ...
    def throw(self, error: BaseException, /) -> Any: ...  # type: ignore[override]
    def close(self) -> None: ...

class Shared:
    """What tasks of one run share. It gets its entry in the scheduler's table when it is first used."""

@final
class Task(Generic[T]):
    """A task: what `Spawn` answers. `await task` waits for its value."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str | None: ...
    def __iter__(self) -> Generator[Any, Any, T]: ...
    def __await__(self) -> Generator[Any, Any, T]: ...

@final
class Promise(Generic[T]):
    """A value that is still to come: what `CreatePromise` answers."""

    def __iter__(self) -> Generator[Any, Any, T]: ...
    def __await__(self) -> Generator[Any, Any, T]: ...

@final
class ExternalPromise(Generic[T]):
    """A value that comes from outside: what `CreateExternalPromise` answers."""

    def complete(self, value: T = ..., /) -> None: ...
    def fail(self, error: BaseException) -> None: ...
    def __iter__(self) -> Generator[Any, Any, T]: ...
    def __await__(self) -> Generator[Any, Any, T]: ...

@final
class Workers:
    """Worker processes that run tools side by side."""

    def __init__(self, program: list[str], warm: bytes) -> None: ...
    def __len__(self) -> int: ...
    def start(self, payload: bytes, deadline_s: float | None, grace_s: float, warm_up: bytes) -> int: ...
    def next_done(self, timeout_s: float) -> tuple[int, bytes | None, str | None] | None: ...
    def end_all(self) -> None: ...
    def close(self) -> None: ...

@final
class SandboxRun:
    """One run of a sandboxed program: what `kont.Sandbox` is made of."""

    def __init__(
        self,
        source: str,
        filename: str,
        tools: list[tuple[str, bool, str, str]],
        limits: tuple[int, int, int, int, int, int],
        seed: int,
    ) -> None: ...
    @classmethod
    def load(cls, data: bytes) -> SandboxRun: ...
    def advance(self) -> tuple[Any, ...]: ...
    def pending(self) -> list[tuple[Any, ...]]: ...
    def answer(self, id: int, value: Any) -> None: ...
    def fail(self, id: int, type_name: str, message: str) -> None: ...
    def dump(self) -> bytes: ...
    def take_output(self) -> tuple[bytes, bytes]: ...
    def used(self) -> tuple[int, int]: ...

def run(
    program: Effect[T] | Program[T] | Awaitable[T] | Generator[Any, Any, T],
    /,
    *handlers: Handler | Observer | Several,
    seed: int | None = None,
    virtual_time: bool = False,
) -> T: ...
def main(argv: list[str]) -> int:
    """Runs the `kont` command, and gives its exit status."""
