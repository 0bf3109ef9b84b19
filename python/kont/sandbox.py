"""Sandboxes: Python source text that runs in kont's own interpreter, with no power but its tools."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

from kont import _kont
from kont.effects import Effect, Monotonic, Now, RandomBytes, Sleep
from kont.errors import LimitExceeded, SandboxError, UsageError
from kont.programs import do
from kont.tools import Process, Tool, ToolCall

__all__ = ["Limits", "Request", "Sandbox", "Turn"]


@dataclass(frozen=True)
class Limits:
    """What a sandboxed program may use. Having run out ends it with `LimitExceeded`, which it cannot catch.

    Attributes:
        steps: calls, loop turns, and the work of built-in functions in proportion to their data.
        memory_bytes: bytes of its heap.
        output_bytes: bytes printed.
        compute_s: seconds of computing; waiting for answers is free.
        depth_frames: nested calls; more is `RecursionError`, which it can catch, as in CPython.
        calls: requests to its host over the whole run.
        suspensions: how often it may wait for its host.
        boundary_bytes: bytes copied between program and host, both ways: arguments, answers, its value.
        wall_s: seconds since its first turn, waiting included.
        source_bytes: bytes of its text; more than a mebibyte is a `SyntaxError` in any case.
    """

    steps: int = 2_000_000_000
    memory_bytes: int = 256 << 20
    output_bytes: int = 16 << 20
    compute_s: float = 60.0
    depth_frames: int = 1000
    calls: int = 10_000
    suspensions: int = 1_000_000
    boundary_bytes: int = 256 << 20
    wall_s: float = 86_400.0
    source_bytes: int = 1 << 20

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise UsageError(f"{name}={value!r} is not a number from 0 on")

    def _numbers(self) -> tuple[int, int, int, int, int, int, tuple[int, int, int, int]]:
        compute_ms, wall_ms = (int(min(seconds * 1000, 2**53)) for seconds in (self.compute_s, self.wall_s))
        more = (self.suspensions, self.boundary_bytes, wall_ms, self.source_bytes)
        return (self.steps, self.memory_bytes, self.output_bytes, compute_ms, self.depth_frames, self.calls, more)


class Request:
    """What a suspended program waits for. Two are equal if all that they have is.

    Attributes:
        id: its number: 1, 2, 3... in the order in which the requests were made.
        line: the line of the program that made it.
        args: the positional arguments of a call.
    """

    __slots__ = ("_call", "_effect", "args", "id", "line")

    def __init__(self, id: int, line: int, effect: Effect[Any] | tuple[Tool[..., Any], tuple[Any, ...], dict[str, Any]]) -> None:
        self.id = id
        self.line = line
        # Of a call that fits its tool the effect is made when somebody wants to see it.
        self._call: tuple[Tool[..., Any], tuple[Any, ...], dict[str, Any]] | None
        self._effect: Effect[Any] | None
        if isinstance(effect, tuple):
            self._call, self._effect = effect, None
        else:
            self._call, self._effect = None, effect
        self.args: tuple[Any, ...] = () if self._call is None else self._call[1]

    @property
    def effect(self) -> Effect[Any]:
        """What it asks: a `ToolCall`, `Sleep`, `Now`, `Monotonic` or `RandomBytes`."""
        if self._effect is None:
            assert self._call is not None
            tool, args, kwargs = self._call
            self._effect = ToolCall(tool, args, kwargs, self.id)
            self._effect._kont_may_be_dropped()
        return self._effect

    @property
    def name(self) -> str:
        """The tool's name; the name of the effect's class if it is no call of a tool."""
        return type(self._effect).__name__ if self._call is None else self._call[0].name

    @property
    def kwargs(self) -> dict[str, Any]:
        """The keyword arguments of a call."""
        return {} if self._call is None else dict(self._call[2])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Request):
            return NotImplemented
        return (self.id, self.line, self.effect) == (other.id, other.line, other.effect)

    def __hash__(self) -> int:
        return hash((self.id, self.line))

    def __repr__(self) -> str:
        return f"Request(id={self.id!r}, line={self.line!r}, effect={self.effect!r})"


class Turn:
    """Where a program has come to. Two are equal if all that they have is.

    Attributes:
        done: whether it has ended.
        pending: what it waits for, if it has not.
    """

    __slots__ = ("_value", "done", "pending")

    def __init__(self, done: bool, pending: tuple[Request, ...] = (), _value: Any = None) -> None:
        self.done = done
        self.pending = pending
        self._value = _value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Turn):
            return NotImplemented
        return (self.done, self.pending, self._value) == (other.done, other.pending, other._value)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Turn(done=True, value={self._value!r})" if self.done else f"Turn(done=False, pending={self.pending!r})"

    @property
    def value(self) -> Any:
        """The value of the program's last expression.

        Raises:
            UsageError: it has not ended.
        """
        if not self.done:
            raise UsageError("the program has no value yet: it waits for its requests")
        return self._value


class Sandbox:
    """One program in a sandbox, from its start to its end; or a session, that is fed one part after another.

    The program has built-in Python, its limits, and the tools that it is given: no files, network, environment or
    processes. Each call of a tool suspends it; then it is plain data, which can be dumped, loaded and answered
    elsewhere.

    Args:
        source: the program's text.
        tools: what it may call: `@kont.tool` functions. A bare name stands for a tool whose calls the host answers
            itself, step by step or with a handler.
        limits: what it may use.
        filename: what tracebacks call it.
        seed: the key of string hashes, which decides the order of sets.
        capture: keep what it prints in `stdout` and `stderr`, in place of printing it.
        where: `kont.Process()` runs the interpreter in a process of its own, which ends with this object. Should it
            crash or hang, that is a `WorkerKilled` of this program, and what was dumped can be loaded again.

    Raises:
        SyntaxError: the text is no Python. The message has file, line and caret.
        RefusedError: it is Python that kont does not run; the message names it.
        WorkerKilled: its process has died or was killed. So any method raises that needs the program, from then on.

    >>> import kont
    >>> @kont.tool
    ... def fetch(name: str) -> str:
    ...     return f"<{name}>"
    >>> box = kont.Sandbox("page = fetch('home')\\nprint(len(page))\\npage.upper()", tools=[fetch])
    >>> box.run()
    6
    '<HOME>'
    """

    def __init__(
        self,
        source: str,
        *,
        tools: Iterable[Tool[..., Any] | str] = (),
        limits: Limits | None = None,
        filename: str = "<sandbox>",
        seed: int = 0,
        capture: bool = False,
        where: Process | None = None,
    ) -> None:
        self.tools = _by_name(tools)
        given = [(tool.name, tool.is_async, tool.text_signature(), tool.doc) for tool in self.tools.values()]
        limits = limits or Limits()
        numbers = limits._numbers()
        if where is None:
            run: _kont.SandboxRun | _kont.FarRun = _kont.SandboxRun(source, filename, given, numbers, seed)
        else:
            run = _kont.FarRun(*_process(where), source, filename, given, numbers, seed)
        self._start(run, capture, where)

    def _start(self, run: _kont.SandboxRun | _kont.FarRun, capture: bool, where: Process | None) -> None:
        self._run = run
        self._capture = capture
        self._where = where
        self._event: tuple[Any, ...] | None = None
        self._kept = ["", ""]
        # The exception that a request was answered with last, by what the program sees of it.
        self._thrown: dict[tuple[str, str], BaseException] = {}
        # Of what it prints, and the functions of its tools that can be called at once: made when they are first needed.
        self._decoders: tuple[codecs.IncrementalDecoder, ...] = ()
        self._quick: dict[str, tuple[Any, int, int]] | None = None

    @property
    def stdout(self) -> str:
        """What it has printed so far, with `capture`."""
        return self._kept[0]

    @property
    def stderr(self) -> str:
        """What it has printed so far to standard error, with `capture`."""
        return self._kept[1]

    def _print(self) -> None:
        printed = self._run.take_output()
        if printed is None:
            return
        if not self._decoders:
            new = codecs.getincrementaldecoder("utf-8")
            self._decoders = new("replace"), new("replace")
        for at, (data, stream) in enumerate(zip(printed, (sys.stdout, sys.stderr), strict=True)):
            text = self._decoders[at].decode(data)
            if self._capture:
                self._kept[at] += text
            elif text:
                stream.write(text)

    # A host's step by step.

    def advance(self) -> Turn:
        """Runs it until it waits for all of its `pending` requests, or ends.

        Returns:
            whether it is done; what it waits for, or its value.

        Raises:
            SandboxError: it ended with an exception that it did not catch.
            LimitExceeded: it ran out of something.
        """
        event = self._event
        if event is None or event[0] == "suspended":
            event = self._event = self._run.advance()
            self._print()
        return self._turn(event)

    def _turn(self, event: tuple[Any, ...]) -> Turn:
        if event[0] == "suspended":
            return Turn(False, self.pending)
        match event:
            case ("done", value):
                return Turn(True, (), value)
            case ("limit", kind, limit, used):
                raise LimitExceeded(kind, limit, used)
            case (_, type_name, message, traceback):
                error = SandboxError(type_name, message, traceback)
                error.add_note(f"in the sandbox:\n{traceback.rstrip()}")
                # What the program let pass is what its host has raised, or an error of its own.
                raise error from self._thrown.get((type_name, message))
        raise UsageError(f"an event that is none: {event!r}")

    @property
    def pending(self) -> tuple[Request, ...]:
        """What it waits for, in the order asked. A call that does not fit its tool is answered with `TypeError` at once."""
        requests = []
        for number, line, kind, *rest in self._run.pending():
            if kind != "call":
                effect = self._effect(kind, rest)
                effect._kont_may_be_dropped()
                requests.append(Request(number, line, effect))
                continue
            name, args, kwargs = rest
            tool = self.tools.get(name) or self.tools.setdefault(name, _bare(name))
            request = Request(number, line, (tool, args, kwargs))
            least, most = tool._positional
            try:
                if kwargs or not least <= len(args) <= most:
                    tool.signature.bind(*args, **kwargs)
                requests.append(request)
            except TypeError as error:
                self.throw(number, TypeError(f"{name}() {error}"))
        return tuple(requests)

    @staticmethod
    def _effect(kind: str, rest: list[Any]) -> Effect[Any]:
        match kind, rest:
            case "sleep", [seconds]:
                return Sleep(seconds)
            case "now", []:
                return Now()
            case "monotonic", []:
                return Monotonic()
            case "random", [count]:
                return RandomBytes(count)
        raise UsageError(f"an unknown request: {kind}")

    def answer(self, id: int, value: Any) -> None:
        """Answers one request with a value: plain data.

        Raises:
            UsageError: there is no such request, or it was answered; nothing has changed.
            TypeError: the value is no plain data; nothing has changed.
        """
        self._run.answer(id, value)

    def throw(self, id: int, error: BaseException) -> None:
        """Answers one request with an exception, which is raised in the program where it waits.

        Built-in exceptions arrive as themselves, others as the nearest built-in one.

        Raises:
            UsageError: there is no such request, or it was answered; nothing has changed.
        """
        from kont._host import describe

        type_name, message = describe(error)
        self._run.fail(id, type_name, message)
        seen = repr(message) if type_name == "KeyError" else message
        self._thrown = {(type_name, seen): error}

    def interrupt(self) -> None:
        """Ends it, from any thread, also while it computes: `LimitExceeded` of the kind `interrupted`, at its next step.

        >>> import kont, threading
        >>> box = kont.Sandbox("while True: pass")
        >>> threading.Timer(0.01, box.interrupt).start()
        >>> try:
        ...     box.run()
        ... except kont.LimitExceeded as error:
        ...     print(error.kind)
        interrupted
        """
        self._run.interrupt()

    def dump(self) -> bytes:
        """The whole program as bytes, where it waits or has ended: source, heap, frames, limits.

        Raises:
            UsageError: it computes, or was ended in its midst by a limit or a refusal.
        """
        return self._run.dump()

    @classmethod
    def load(
        cls,
        data: bytes,
        *,
        tools: Iterable[Tool[..., Any] | str] = (),
        capture: bool = False,
        where: Process | None = None,
    ) -> Sandbox:
        """The program that `dump` gave the bytes of, in this process or another.

        Args:
            data: the bytes.
            tools: the tools that it was given. Those that are missing are taken as bare names.
            capture: as for the constructor.
            where: as for the constructor, wherever it was dumped.

        Raises:
            RefusedError: the bytes are damaged, of another kont, or no program at all.
        """
        box = cls.__new__(cls)
        box.tools = _by_name(tools)
        run = _kont.SandboxRun.load(data) if where is None else _kont.FarRun.load(*_process(where), data)
        box._start(run, capture, where)
        return box

    def feed(self, source: str, *, filename: str = "<sandbox>") -> None:
        """Gives a program that has ended its next part, which `run` or `advance` then runs.

        The part has all that the parts before have left: variables, functions, modules. A part that ended with an
        exception leaves what it had done. Limits hold over all parts together.

        Args:
            source: the part's text.
            filename: what tracebacks call it.

        Raises:
            SyntaxError, RefusedError: as the constructor; nothing has changed.
            UsageError: it has not ended, or was ended in its midst by a limit or a refusal: go on from a fork or a dump.

        >>> import kont
        >>> session = kont.Sandbox("names = ['a']")
        >>> session.run()
        >>> session.feed("names.append('b'); names")
        >>> session.run()
        ['a', 'b']
        """
        self._run.feed(source, filename)
        self._event = None

    def fork(self) -> Sandbox:
        """Another sandbox in the same place, of the same kind and with the same tools, which goes its own way from here.

        Raises:
            UsageError: it computes, or was ended in its midst by a limit or a refusal.

        >>> import kont
        >>> session = kont.Sandbox("x = 1")
        >>> session.run()
        >>> other = session.fork()
        >>> other.feed("x += 1; x")
        >>> session.feed("x")
        >>> other.run(), session.run()
        (2, 1)
        """
        box = type(self).__new__(type(self))
        box.tools = dict(self.tools)
        run = self._run
        if not isinstance(run, _kont.SandboxRun):
            forked: _kont.SandboxRun | _kont.FarRun = _kont.FarRun.load(*_process(self._where or Process()), run.dump())
        else:
            forked = run.fork()
        box._start(forked, self._capture, self._where)
        box._event = self._event
        box._kept = list(self._kept)
        box._thrown = dict(self._thrown)
        if self._decoders:
            new = codecs.getincrementaldecoder("utf-8")
            box._decoders = new("replace"), new("replace")
            for one, other in zip(box._decoders, self._decoders, strict=True):
                one.setstate(other.getstate())
        return box

    def close(self) -> None:
        """Drops the program, and ends its process if it has one. `with kont.Sandbox(...) as box:` does it at the end."""
        if isinstance(self._run, _kont.FarRun):
            self._run.close()
        self._run = _CLOSED

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # Whole runs.

    def run(self, *handlers: Any) -> Any:
        """Runs it to its end, and gives the value of its last expression.

        Its requests are answered side by side. Each is a program of its own under the handlers: a handler sees one
        call, and what it makes of it is that call's outcome. Without a handler, tools run.

        Args:
            handlers: handlers and observers, the innermost first.

        Raises:
            SandboxError, LimitExceeded: as `advance`.
        """
        if not handlers:
            asyncio = sys.modules.get("asyncio")
            # With a loop around, what follows says what to do.
            if asyncio is None or asyncio._get_running_loop() is None:
                turn = self._run_at_once()
                if turn is not None:
                    return turn.value
        from kont import aio

        return aio.wait(self.run_async(*handlers))

    def _run_at_once(self) -> Turn | None:
        """Runs it as long as it waits for nothing but one call of a plain function after another: no loop is needed then."""
        if self._quick is None:
            quick = {name: (tool.function, *tool._positional) for name, tool in self.tools.items() if _is_plain(tool)}
            self._quick = quick
        while self._event is None or self._event[0] == "suspended":
            event = self._run.advance(self._quick)
            self._print()
            if event[0] == "raised":
                self.throw(event[1], event[2])
            elif event[0] != "printed":
                self._event = event
                if event[0] == "suspended" and not self._answer_at_once():
                    return None
        return self._turn(self._event)

    def _answer_at_once(self) -> bool:
        """Answers what it waits for, if that is one call of a plain function."""
        pending = self.pending
        if not pending:
            return True
        (call, id) = (pending[0]._call, pending[0].id)
        if len(pending) > 1 or call is None or not _is_plain(call[0]):
            return False
        try:
            self.answer(id, call[0].function(*call[1], **call[2]))
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            self.throw(id, error)
        return True

    async def run_async(self, *handlers: Any) -> Any:
        """What `run` does, on the event loop that runs."""
        import asyncio

        from kont.running import run_async

        tasks: dict[asyncio.Task[Any], int] = {}
        try:
            while not (turn := self.advance()).done:
                known = set(tasks.values())
                for request in turn.pending:
                    if request.id not in known:
                        tasks[asyncio.ensure_future(run_async(request.effect, *handlers))] = request.id
                if not tasks:
                    continue
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in sorted(done, key=tasks.__getitem__):
                    self._settle(tasks.pop(task), task)
            return turn.value
        finally:
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks)

    def _settle(self, id: int, task: Any) -> None:
        error = None if task.cancelled() else task.exception()
        if task.cancelled():
            error = RuntimeError("the call was cancelled")
        elif isinstance(error, KeyboardInterrupt | SystemExit):
            raise error
        try:
            if error is None:
                self.answer(id, task.result())
        except (TypeError, ValueError) as refused:
            error = refused
        if error is not None:
            self.throw(id, error)

    def program(self) -> _kont.Program[Any, Any]:
        """It as a program: `value = yield box.program()`.

        Its requests are effects of the program that runs it, with ordinary continuations, so that every handler
        works for it as for trusted code. One request is performed at a time.
        """
        return _program(self)


@do
def _program(box: Sandbox) -> Generator[Any, Any, Any]:
    while not (turn := box.advance()).done:
        for request in turn.pending[:1]:
            try:
                value = yield request.effect
                box.answer(request.id, value)
            except Exception as error:
                box.throw(request.id, error)
    return turn.value


def _is_plain(tool: Tool[..., Any]) -> bool:
    """Whether to run it is to call its function."""
    return type(tool) is Tool and not tool.is_async and tool.where is None and tool.idempotency_key is None


class _Closed:
    """Stands for the run of a sandbox that was closed."""

    def __getattr__(self, name: str) -> Any:
        # What asks an object of any kind what it is gets its usual answer.
        raise AttributeError(name) if name.startswith("__") else UsageError("this sandbox is closed")


_CLOSED: Any = _Closed()


def _process(where: Process) -> tuple[list[str], float]:
    """The command of a process for one program, and its time to end."""
    if not isinstance(where, Process):
        raise UsageError(f"a sandbox runs here or in `kont.Process()`, not in {where!r}")
    main = os.path.join(os.path.dirname(__file__), "_far.py")
    # It needs no site, and nothing of the environment shall decide what it runs.
    return [sys.executable, "-I", "-S", main, str(_kont.__file__)], where.grace_s


def _by_name(tools: Iterable[Tool[..., Any] | str]) -> dict[str, Tool[..., Any]]:
    found: dict[str, Tool[..., Any]] = {}
    for tool in tools:
        if isinstance(tool, str):
            tool = _bare(tool)
        if not isinstance(tool, Tool):
            raise UsageError(f"{tool!r} is no tool\nhelp: decorate the function with `@kont.tool`")
        if found.setdefault(tool.name, tool) is not tool:
            raise UsageError(f"two tools have the name `{tool.name}`")
    return found


def _bare(name: str) -> Tool[..., Any]:
    def nobody(*args: Any, **kwargs: Any) -> Any:
        raise UsageError(
            f"`{name}` was granted by its name only\nhelp: `answer()` its calls, handle them, or give a `@kont.tool`"
        )

    return Tool(nobody, name=name)
