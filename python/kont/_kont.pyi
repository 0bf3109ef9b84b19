"""The extension module of kont. Use the names that `kont` exports; see there for what they do."""

from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Sequence
from contextvars import Context
from types import CodeType
from typing import Any, Generic, Never, final, overload

from typing_extensions import TypeVar

from kont.effects import Effect
from kont.handling import Several
from kont.reflection import ExecutionContext, Place
from kont.rows import Around, Covers, Performs
from kont.tools import Tool

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True, default=Any)
# The effects that something performs, what a handler takes of them, what it performs itself, and what is left.
E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)
Row = TypeVar("Row")
H = TypeVar("H", default=Any)
A_co = TypeVar("A_co", covariant=True, default=Any)
F = TypeVar("F")
H1 = TypeVar("H1")
H2 = TypeVar("H2")
H3 = TypeVar("H3")
H4 = TypeVar("H4")
H5 = TypeVar("H5")
H6 = TypeVar("H6")

__version__: str

class AnsweredByRun:
    """What may be in the row of a program that is run. It is there for type checkers only.

    Rows name `Answered`, and `run` names this. pyright would look for what handlers handle in another way, and not find
    all of it, if what `run` takes were in the row itself.
    """

class Answered(AnsweredByRun):
    """What `run` answers when no handler does, and what the machine does itself. It is there for type checkers only."""

class EffectBase:
    """What `kont.Effect` is built on: it knows whether an effect was performed."""

    def _kont_may_be_dropped(self) -> None: ...

def lay_out(cls: type, fields: list[tuple[str, Any]], missing: object, /) -> bool: ...

@final
class K:
    """The rest of a program, from the effect that a handler was called for up to that handler."""

    def __call__(self, value: Any = None, /) -> K: ...
    def throw(self, error: BaseException, /) -> K: ...
    @property
    def used(self) -> bool: ...

@final
class Program(Answered, Generic[E_co, T_co]):
    """A program that a function makes: what calling a `@kont.do` function gives.

    `Program[Ask | Tell, int]` performs `Ask` and `Tell`, and ends with an int.
    """

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any] | None = None, /
    ) -> None: ...
    def __iter__(self) -> Generator[E_co, Any, T_co]: ...
    def __await__(self) -> Generator[E_co, Any, T_co]: ...

class Operation(Answered, Generic[E_co, T_co]):
    """Something that is done by yielding or awaiting it. Those that the machine does itself have an empty row."""

    def __iter__(self) -> Generator[E_co, Any, T_co]: ...
    def __await__(self) -> Generator[E_co, Any, T_co]: ...

class Resume(Operation[Never, Any]):
    def __init__(self, k: K, value: Any = None) -> None: ...

class Transfer(Operation[Never, Any]):
    def __init__(self, k: K, value: Any = None) -> None: ...

class ResumeThrow(Operation[Never, Any]):
    def __init__(self, k: K, error: BaseException | type[BaseException]) -> None: ...

class TransferThrow(Operation[Never, Any]):
    def __init__(self, k: K, error: BaseException | type[BaseException]) -> None: ...

class ResumeWith(Operation[Never, Any]):
    def __init__(self, k: K, program: Awaitable[Any] | Performs[Any, Any]) -> None: ...

class TransferWith(Operation[Never, Any]):
    def __init__(self, k: K, program: Awaitable[Any] | Performs[Any, Any]) -> None: ...

class Pass(Operation[Never, Any]):
    def __init__(self) -> None: ...

class Delegate(Operation[Never, Any]):
    def __init__(self) -> None: ...

class Perform(Operation[E_co, T_co]):
    def __init__(self, effect: Performs[E_co, T_co]) -> None: ...

class WithHandler(Operation[E_co, T_co]):
    @overload
    def __init__(
        self: WithHandler[Any, T], handler: Around[Any, Any], program: Coroutine[Any, Any, T]
    ) -> None: ...
    @overload
    def __init__(self: WithHandler[Any, T], handler: Around[Any, Any], program: Performs[Any, T]) -> None: ...

class WithObserve(Operation[E_co, T_co]):
    @overload
    def __init__(self: WithObserve[Any, T], observer: Observer, program: Coroutine[Any, Any, T]) -> None: ...
    @overload
    def __init__(self, observer: Observer, program: Performs[E_co, T_co]) -> None: ...

class Pure(Operation[Never, T_co]):
    def __init__(self, value: T_co) -> None: ...

class GetOuterHandlers(Operation[Never, list[Handler[Any, Any]]]):
    def __init__(self) -> None: ...

class GetHandlers(Operation[Never, list[Handler[Any, Any]]]):
    def __init__(self, k: K | None = None) -> None: ...

class GetBoundaries(Operation[Never, list[Handler[Any, Any] | Observer]]):
    def __init__(self, k: K | None = None) -> None: ...

class GetTraceback(Operation[Never, list[Place]]):
    def __init__(self, k: K | None = None) -> None: ...

class GetExecutionContext(Operation[Never, ExecutionContext]):
    def __init__(self) -> None: ...

class CreateContinuation(Operation[Never, K]):
    def __init__(
        self,
        program: Awaitable[Any] | Performs[Any, Any],
        boundaries: Iterable[Around[Any, Any]] | None = None,
    ) -> None: ...

@final
class Handler(Generic[H, A_co]):
    """What answers effects: made by `@kont.handler`. Calling it with a program installs it around that program.

    `Handler[Ask, Tell]` takes `Ask` out of the row of the program, and performs `Tell` itself.
    """

    function: Any
    effects: list[type[Effect[Any]]]
    def __init__(
        self,
        clauses: Sequence[
            tuple[
                str | tuple[str, str, tuple[Any, ...]],
                tuple[type, ...],
                tuple[Tool[..., Any], ...],
                tuple[Callable[[Any], Any], ...],
                Callable[..., Any],
            ]
        ],
        function: Any,
    ) -> None: ...
    @overload
    def __call__(self, program: Coroutine[Any, Any, T], /) -> Operation[Any, T]: ...
    @overload
    def __call__(self, program: Performs[H, T], /) -> Operation[A_co, T]: ...
    @overload
    def __call__(self, program: Performs[H | F, T], /) -> Operation[F | A_co, T]: ...
    def _kont_row(self, handled: H, /) -> tuple[H, A_co]: ...
    def _kont_covers(self, row: H | AnsweredByRun | Coroutine[Any, Any, Any], /) -> A_co: ...

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
    @overload
    def __call__(self, program: Coroutine[Any, Any, T], /) -> Operation[Any, T]: ...
    @overload
    def __call__(self, program: Performs[E, T], /) -> Operation[E, T]: ...
    def _kont_row(self, handled: Never, /) -> tuple[Never, Never]: ...
    def _kont_covers(self, row: AnsweredByRun | Coroutine[Any, Any, Any], /) -> Never: ...

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
        order: Schedule | None = None,
    ) -> None: ...
    def send(self, value: Any = None, /) -> Effect[Any] | Idle | None: ...
    def throw(self, error: BaseException, /) -> Effect[Any] | Idle | None: ...
    def wake(
        self, ended: list[tuple[int, Any, BaseException | None]], cancels: list[tuple[int | None, BaseException]], /
    ) -> Effect[Any] | Idle | None: ...
    def cancel(self, error: BaseException, /) -> Effect[Any] | Idle | None: ...
    def attach(self, running: Any, /) -> None: ...
    def detach(self) -> None: ...
    def host(self, runs: bool, task: int | None, /) -> None: ...
    def result(self) -> Any: ...

@final
class Idle:
    """What the owner of a program does while every task of it waits."""

    @property
    def begin(self) -> tuple[tuple[int, int | None, Effect[Any], Context | None], ...]: ...
    @property
    def give_up(self) -> list[int]: ...
    @property
    def timeout(self) -> float | None: ...
    @property
    def paused(self) -> bool: ...
    @property
    def left(self) -> list[int]: ...
    @property
    def switch(self) -> bool: ...
    @property
    def next(self) -> int | None: ...

@final
class Schedule:
    """The order of tasks in one run: what is chosen beforehand, and what was chosen. See `kont.testing`."""

    def __init__(
        self, choices: Sequence[int] = ..., *, seed: int | None = None, preempts: bool = False
    ) -> None: ...
    @property
    def made(self) -> list[tuple[int, int]]: ...
    @property
    def went(self) -> list[tuple[int, str | None]]: ...
    @property
    def choices(self) -> list[int]: ...
    @property
    def preempts(self) -> bool: ...
    def following(self) -> list[int] | None: ...

class Asked(EffectBase, Answered):
    """The base of the effects that a scheduler answers."""

class OfRun(Asked):
    """The base of the effects about the run itself, which are answered at once."""

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
    def __iter__(self) -> Generator[Asked, Any, T]: ...
    def __await__(self) -> Generator[Asked, Any, T]: ...

@final
class Promise(Generic[T]):
    """A value that is still to come: what `CreatePromise` answers."""

    def __iter__(self) -> Generator[Asked, Any, T]: ...
    def __await__(self) -> Generator[Asked, Any, T]: ...

@final
class ExternalPromise(Generic[T]):
    """A value that comes from outside: what `CreateExternalPromise` answers."""

    def complete(self, value: T = ..., /) -> None: ...
    def fail(self, error: BaseException) -> None: ...
    def __iter__(self) -> Generator[Asked, Any, T]: ...
    def __await__(self) -> Generator[Asked, Any, T]: ...

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
        limits: tuple[int, int, int, int, int, int, tuple[int, int, int, int]],
        seed: int,
    ) -> None: ...
    @classmethod
    def load(cls, data: bytes) -> SandboxRun: ...
    def advance(self, tools: dict[str, tuple[Any, int, int]] | None = None) -> tuple[Any, ...]: ...
    def pending(self) -> list[tuple[Any, ...]]: ...
    def answer(self, id: int, value: Any) -> None: ...
    def fail(self, id: int, type_name: str, message: str) -> None: ...
    def interrupt(self) -> None: ...
    def feed(self, source: str, filename: str) -> None: ...
    def fork(self) -> SandboxRun: ...
    def dump(self) -> bytes: ...
    def take_output(self) -> tuple[bytes, bytes] | None: ...
    def used(self) -> tuple[int, int]: ...

@final
class FarRun:
    """One run of a sandboxed program in a worker process. Besides its own, it has the methods of `SandboxRun`."""

    def __init__(
        self,
        command: list[str],
        grace_s: float,
        source: str,
        filename: str,
        tools: list[tuple[str, bool, str, str]],
        limits: tuple[int, int, int, int, int, int, tuple[int, int, int, int]],
        seed: int,
    ) -> None: ...
    @classmethod
    def load(cls, command: list[str], grace_s: float, data: bytes) -> FarRun: ...
    @property
    def pid(self) -> int: ...
    def advance(self, tools: dict[str, tuple[Any, int, int]] | None = None) -> tuple[Any, ...]: ...
    def pending(self) -> list[tuple[Any, ...]]: ...
    def answer(self, id: int, value: Any) -> None: ...
    def fail(self, id: int, type_name: str, message: str) -> None: ...
    def interrupt(self) -> None: ...
    def feed(self, source: str, filename: str) -> None: ...
    def dump(self) -> bytes: ...
    def take_output(self) -> tuple[bytes, bytes] | None: ...
    def used(self) -> tuple[int, int]: ...
    def close(self) -> None: ...

def serve_sandbox() -> None: ...

@final
class Quiet(Coroutine[Any, Any, T]):
    """A coroutine of kont's own that does not show in the traceback of what it raises."""

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None: ...
    def __await__(self) -> Generator[Any, Any, T]: ...
    def send(self, value: Any, /) -> Any: ...
    def throw(self, *error: Any) -> Any: ...
    def close(self) -> None: ...

@final
class Seen:
    """What an exception knows of where it comes from, until it leaves its run."""

    def parts(
        self,
    ) -> tuple[
        list[tuple[Any, Any]],
        int,
        list[Handler[Any, Any] | Observer],
        int,
        list[tuple[int, str | None, tuple[CodeType, int] | None]],
        int,
    ]: ...

@overload
def run(
    program: Coroutine[Any, Any, T],
    /,
    *handlers: Around[Any, Any],
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
def run(
    program: Performs[AnsweredByRun | Coroutine[Any, Any, Any], T],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
def run(
    program: Performs[Row, T],
    h1: Covers[Row, AnsweredByRun | Coroutine[Any, Any, Any]],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
def run(
    program: Performs[H1 | H2 | AnsweredByRun | Coroutine[Any, Any, Any], T],
    h1: Around[H1, H2 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h2: Around[H2, AnsweredByRun | Coroutine[Any, Any, Any]],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
def run(
    program: Performs[H1 | H2 | H3 | AnsweredByRun | Coroutine[Any, Any, Any], T],
    h1: Around[H1, H2 | H3 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h2: Around[H2, H3 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h3: Around[H3, AnsweredByRun | Coroutine[Any, Any, Any]],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
def run(
    program: Performs[H1 | H2 | H3 | H4 | AnsweredByRun | Coroutine[Any, Any, Any], T],
    h1: Around[H1, H2 | H3 | H4 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h2: Around[H2, H3 | H4 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h3: Around[H3, H4 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h4: Around[H4, AnsweredByRun | Coroutine[Any, Any, Any]],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
def run(
    program: Performs[H1 | H2 | H3 | H4 | H5 | AnsweredByRun | Coroutine[Any, Any, Any], T],
    h1: Around[H1, H2 | H3 | H4 | H5 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h2: Around[H2, H3 | H4 | H5 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h3: Around[H3, H4 | H5 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h4: Around[H4, H5 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h5: Around[H5, AnsweredByRun | Coroutine[Any, Any, Any]],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
def run(
    program: Performs[H1 | H2 | H3 | H4 | H5 | H6 | AnsweredByRun | Coroutine[Any, Any, Any], T],
    h1: Around[H1, H2 | H3 | H4 | H5 | H6 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h2: Around[H2, H3 | H4 | H5 | H6 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h3: Around[H3, H4 | H5 | H6 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h4: Around[H4, H5 | H6 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h5: Around[H5, H6 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h6: Around[H6, AnsweredByRun | Coroutine[Any, Any, Any]],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
def run(
    program: Performs[Any, T],
    h1: Around[Any, Any],
    h2: Around[Any, Any],
    h3: Around[Any, Any],
    h4: Around[Any, Any],
    h5: Around[Any, Any],
    h6: Around[Any, Any],
    h7: Around[Any, Any],
    /,
    *more: Around[Any, Any],
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
def main(argv: list[str]) -> int:
    """Runs the `kont` command, and gives its exit status."""
