"""Tools: trusted functions that sandboxed programs may call. Each call is an effect, `ToolCall`."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar, overload

from kont import _kont
from kont.effects import Effect
from kont.errors import UsageError

__all__ = ["Approval", "CallReport", "Process", "RunReport", "Tool", "ToolCall", "summary", "tool"]

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Process:
    """Where a tool runs: in a worker process of its own, which can be killed with everything that it started.

    Args:
        grace_s: the time that it has between being asked to end and being killed.
    """

    grace_s: float = 0.2

    def __str__(self) -> str:
        return "worker process"


def _positional(parameters: list[inspect.Parameter]) -> tuple[int, int]:
    """How many arguments by position alone fit: at least, at most. None do if something must be given by name."""
    least = most = 0
    for one in parameters:
        if one.kind is one.VAR_POSITIONAL:
            most = sys.maxsize
        elif one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD):
            most += 1
            least += one.default is one.empty
        elif one.kind is one.KEYWORD_ONLY and one.default is one.empty:
            return 1, 0
    return least, most


class Tool(Generic[P, T]):
    """A function that sandboxed programs may call, made by `@kont.tool`. In trusted code it is still that function.

    Attributes:
        function: the function itself.
        name: what sandboxed programs call it.
        doc: its docstring.
        is_async: whether it is awaited.
        where: where it runs; None is the host's own process.
        deadline_s: how long it may take, in seconds.
        idempotency_key: the parameter that gets a key, which is the same over every retry of one call.
        query: a function that takes a key and gives the result of the call that had it, or None if there was none.
        retry_in_doubt: whether it may simply run again when a crash left it in doubt: it has no effect that counts.
        signature: its parameters, without the one for the key.
    """

    def __init__(
        self,
        function: Callable[P, T],
        *,
        name: str | None = None,
        where: Process | None = None,
        deadline_s: float | None = None,
        idempotency_key: str | None = None,
        query: Callable[[str], Any] | None = None,
        retry_in_doubt: bool = False,
    ) -> None:
        if not callable(function) or not hasattr(function, "__name__"):
            raise UsageError(f"a tool is made of a function, not of {function!r}\nhelp: put `@kont.tool` on a `def`")
        self.function = function
        self.name: str = function.__name__ if name is None else name
        self.doc: str = inspect.getdoc(function) or ""
        self.is_async: bool = inspect.iscoroutinefunction(function)
        self.where = where
        self.deadline_s = deadline_s
        self.idempotency_key = idempotency_key
        self.query = query
        self.retry_in_doubt = retry_in_doubt
        try:
            self._full = inspect.signature(function)
        except ValueError:
            raise UsageError(
                f"`{self.name}` does not tell what it takes\nhelp: put `@kont.tool` on a `def` that calls it"
            ) from None
        self._check()
        visible = [p for p in self._full.parameters.values() if p.name != idempotency_key]
        self.signature = self._full.replace(parameters=visible)
        self._positional = _positional(visible)
        self._text: str | None = None
        functools.update_wrapper(self, function)

    def _check(self) -> None:
        if not self.name.isidentifier():
            raise UsageError(f"a tool is called by its name, and `{self.name}` is none")
        if self.where is not None and not isinstance(self.where, Process):
            raise UsageError(f"a tool runs in the host or in `kont.Process()`, not in {self.where!r}")
        if self.deadline_s is not None:
            if self.deadline_s <= 0:
                raise UsageError(f"deadline_s={self.deadline_s!r} of tool `{self.name}` is not above 0")
            if self.where is None and not self.is_async:
                raise UsageError(
                    f"nothing can end `{self.name}` in the host's own process after {self.deadline_s} s\n"
                    "help: add `where=kont.Process()`, or make it an `async def`"
                )
        if self.query is not None and self.idempotency_key is None:
            raise UsageError(f"the query of `{self.name}` asks by a key\nhelp: name its parameter with idempotency_key=")
        if self.idempotency_key is None:
            return
        parameters = list(self._full.parameters.values())
        found = self._full.parameters.get(self.idempotency_key)
        if found is None:
            raise UsageError(f"`{self.name}` has no parameter `{self.idempotency_key}` for its key")
        last = found.kind is found.POSITIONAL_OR_KEYWORD and found is parameters[-1]
        if found.kind is not found.KEYWORD_ONLY and not last:
            raise UsageError(
                f"the parameter `{found.name}` of `{self.name}` is filled by kont, and stands among the others\n"
                f"help: put it behind a star: `*, {found.name}`"
            )

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Calls the function at once, as if it were no tool: no effect, no policy, no journal."""
        return self.function(*args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> ToolCall:
        """The effect of calling it: `yield send_money.call(iban, amount)`. Handlers decide; the default runs the tool.

        Raises:
            TypeError: the arguments do not fit.
        """
        return ToolCall(self, args, kwargs)

    def text_signature(self) -> str:
        """Its parameters as Python writes them, without annotations and without the one for the key."""
        if self._text is None:
            bare = [p.replace(annotation=inspect.Parameter.empty) for p in self.signature.parameters.values()]
            self._text = str(inspect.Signature(bare))
        return self._text

    def __repr__(self) -> str:
        return f"<tool {self.name}{self.text_signature()}>"

    def __reduce__(self) -> str:
        return self.function.__qualname__


@overload
def tool(function: Callable[P, T], /) -> Tool[P, T]: ...
@overload
def tool(
    *,
    name: str | None = None,
    where: Process | None = None,
    deadline_s: float | None = None,
    idempotency_key: str | None = None,
    query: Callable[[str], Any] | None = None,
    retry_in_doubt: bool = False,
) -> Callable[[Callable[P, T]], Tool[P, T]]: ...
def tool(function: Any = None, /, **options: Any) -> Any:
    """Makes a plain or async function callable, by its name, in sandboxed programs.

    Args:
        function: the function, when the decorator is used without options.
        name: another name than the function's.
        where: `kont.Process()` runs it in a worker process, which is killed at the deadline.
        deadline_s: how long one call may take, in seconds; the program gets `WorkerKilled`, or `TimeoutError`
            from an async tool in the host's process.
        idempotency_key: the name of a parameter that kont fills, with a text that is the same over every retry and
            resume of one call, and another one for every other call.
        query: a function that takes such a key and gives the result of the call, or None if it never took place.
        retry_in_doubt: run it again, unasked, if a crash leaves open whether it has run.

    Raises:
        UsageError: the options contradict one another or the function's parameters.

    >>> import kont
    >>> @kont.tool
    ... def add(a: int, b: int = 1) -> int:
    ...     "The sum."
    ...     return a + b
    >>> add, add(1, 2), kont.run(add.call(40, 2))
    (<tool add(a, b=1)>, 3, 42)
    """
    if function is not None:
        return Tool(function, **options)
    unknown = options.keys() - _OPTIONS
    if unknown:
        raise TypeError(f"@kont.tool has no option {', '.join(map(repr, sorted(unknown)))}: there are {', '.join(_OPTIONS)}")
    return lambda function: Tool(function, **options)


_OPTIONS = ("name", "where", "deadline_s", "idempotency_key", "query", "retry_in_doubt")


class ToolCall(Effect[Any], _kont.Asked):
    """A program calls a tool. Handlers may answer it, change it, ask somebody, or pass it on.

    Attributes:
        tool: which tool.
        args: positional arguments.
        kwargs: keyword arguments.
        id: the number of the call in its run; None in a trusted program.
        key: the idempotency key; None until the tool is about to run.
    """

    _kind: ClassVar[str] = "await"
    tool: Tool[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    id: int | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.tool, Tool):
            raise UsageError(f"a call is of a tool, and {self.tool!r} is none\nhelp: `my_tool.call(...)` makes the effect")
        least, most = self.tool._positional
        if self.kwargs or not least <= len(self.args) <= most:
            self.tool.signature.bind(*self.args, **self.kwargs)

    def __hash__(self) -> int:
        return hash((self.tool, self.args, tuple(self.kwargs.items()), self.id, self.key))

    @property
    def arguments(self) -> dict[str, Any]:
        """All arguments by the name of their parameter, defaults included."""
        bound = self.tool.signature.bind(*self.args, **self.kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)

    def replace(self, **arguments: Any) -> ToolCall:
        """The same call with some arguments changed: a policy may perform it in place of the one that it got."""
        bound = self.tool.signature.bind(*self.args, **self.kwargs)
        bound.apply_defaults()
        for name, value in arguments.items():
            if name not in bound.arguments:
                raise UsageError(f"`{self.tool.name}` has no parameter `{name}`")
            bound.arguments[name] = value
        return ToolCall(self.tool, bound.args, bound.kwargs, self.id, self.key)

    def __repr__(self) -> str:
        parts = [repr(value) for value in self.args]
        parts += [f"{name}={value!r}" for name, value in self.kwargs.items()]
        return f"{self.tool.name}({', '.join(parts)})"


class Approval(Effect[bool]):
    """Asks a person. The answer is True; when the person says no, `PermissionError` is raised at the `yield`.

    The `kont` command prints the question and goes on when it is answered, in another process if need be. A handler
    that answers it must keep the rule: True, or raise `PermissionError`. Then a policy that does not look at the
    answer is right.

    Attributes:
        reason: what is asked, in one line.
        data: what a program may want to know about it.
    """

    reason: str
    data: Any = None


@dataclass(frozen=True)
class CallReport:
    """What became of one call of a tool.

    Attributes:
        id: its number in the run.
        tool: the tool's name.
        arguments: its arguments by the name of the parameter.
        result: what the program got; None if it got an exception.
        error: the name of the exception's class that the program got; None if there was none.
    """

    id: int
    tool: str
    arguments: dict[str, Any]
    result: Any = None
    error: str | None = None


@dataclass(frozen=True)
class RunReport:
    """What the program of a run was told, from its first process to the last.

    Attributes:
        calls: its tool calls in the order in which they were made.
    """

    calls: tuple[CallReport, ...] = ()


def summary(function: F) -> F:
    """Marks the function of a tools module that says, in one line, what a finished run has done.

    Args:
        function: takes a `RunReport` and returns a text.
    """
    try:
        function.__kont_summary__ = callable(function)  # type: ignore[attr-defined]
    except AttributeError:
        raise UsageError(f"@kont.summary is put on a function, not on {function!r}") from None
    return function
