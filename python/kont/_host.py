"""The trusted side of the `kont` command: it has the tools and the policy, and runs one host program per call."""

from __future__ import annotations

import os
import traceback
from collections.abc import Generator
from types import ModuleType
from typing import Any

from kont import _kont, _wire, _worker, defaults
from kont.errors import UsageError, WorkerKilled
from kont.tools import Approval, CallReport, RunReport, Tool, ToolCall

__all__ = ["Host"]

Turn = tuple[Any, ...]


class LoadError(Exception):
    """A module of tools or a policy that cannot be used; the text is complete."""


class Host:
    """Tools, policy, and the host programs of the calls that are under way.

    A turn is `("done", value)`, `("failed", exception)`, `("execute", tool, args, kwargs, place)` or
    `("question", text, data)`.
    """

    def __init__(self) -> None:
        self.tools: dict[str, Tool[..., Any]] = {}
        self.handlers: tuple[Any, ...] = ()
        self.drives: dict[int, _kont.Drive] = {}
        self.parked: dict[int, Any] = {}
        self.module: ModuleType | None = None

    def load(self, tools: str | None, policy: str | None) -> list[Tool[..., Any]]:
        """Loads the modules; gives the tools in the order of their definition."""
        if tools is not None:
            self.module = _load(tools, "tools")
            self.tools = tools_of(self.module)
        if policy is not None:
            self.handlers = handlers_of(_load(policy, "policy"))
        return list(self.tools.values())

    def make(self, class_name: str, fields: dict[str, Any]) -> Any:
        """The object for a class and its fields: of the tools' dataclass of that name, or a record."""
        if self.module is None:
            return _wire.Record(class_name, fields)
        return _worker._maker(self.module)(class_name, fields)

    def start(self, call: int, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Turn:
        """Starts the host program of a call: the call, performed under the policy's handlers."""
        tool = self.tools.get(name)
        if tool is None:
            return "failed", NameError(f"name '{name}' is not defined")
        try:
            effect = ToolCall(tool, args, kwargs, call)
        except TypeError as error:
            return "failed", TypeError(f"{name}() {error}")
        self.drives[call] = _kont.Drive(effect, self.handlers, questions=True)
        return self._go_on(call, None, None)

    def answer(self, call: int, value: Any, error: BaseException | None) -> Turn:
        """Answers what the host program of a call is parked on."""
        return self._go_on(call, value, error)

    @staticmethod
    def failure(type_name: str, message: str) -> BaseException:
        """The exception that a policy sees for a tool that failed, perhaps in an earlier process."""
        if type_name == "WorkerKilled":
            return WorkerKilled(message)
        from kont._execute import rebuilt

        return rebuilt((type_name,), message)

    def denied(self, call: int) -> Turn:
        """A person said no: that is what the policy sees, and the program if the policy lets it through."""
        effect = self.parked.get(call)
        reason = effect.reason if isinstance(effect, Approval) else "the call"
        return self._go_on(call, None, PermissionError(f"denied: {reason}"))

    def _go_on(self, call: int, value: Any, error: BaseException | None) -> Turn:
        drive = self.drives[call]
        try:
            effect = drive.send(value) if error is None else drive.throw(error)
            while effect is not None and not isinstance(effect, ToolCall | Approval):
                effect = self._answer(drive, effect)
            if effect is None:
                del self.drives[call]
                self.parked.pop(call, None)
                return "done", drive.result()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self.drives.pop(call, None)
            self.parked.pop(call, None)
            return "failed", error
        self.parked[call] = effect
        if isinstance(effect, Approval):
            return "question", str(effect.reason), effect.data
        tool = effect.tool
        if self.tools.get(tool.name) is not tool:
            return self._go_on(call, None, UsageError(f"the policy calls `{tool.name}`, which is no tool of this run"))
        place = None if tool.where is None else str(tool.where)
        return "execute", tool.name, tuple(effect.args), dict(effect.kwargs), place

    @staticmethod
    def _answer(drive: _kont.Drive, effect: Any) -> Any:
        try:
            value = defaults.answer(effect)
        except Exception as error:
            return drive.throw(error)
        return drive.send(value)

    def execute(self, batch: list[tuple[int, str, tuple[Any, ...], dict[str, Any], str]]) -> Generator[Any, bool, None]:
        """Runs tools side by side; see `kont._execute.run_batch`."""
        from kont._execute import Execution, run_batch

        return run_batch([Execution(call, self.tools[tool], args, kwargs, key) for call, tool, args, kwargs, key in batch])

    def query(self, tool: str, key: str) -> Any:
        """What the tool's query function says of a key; None means that the effect did not take place."""
        found = self.tools.get(tool)
        if found is None or found.query is None:
            raise UsageError(f"`{tool}` has no query function\nhelp: `@kont.tool(query=...)` names one")
        value = found.query(key)
        if found.is_async or hasattr(value, "__await__"):
            from kont import aio

            value = aio.wait(value) if hasattr(value, "__await__") else value
        return value

    def summary(self, calls: list[tuple[int, str, tuple[Any, ...], dict[str, Any], Any, str | None]]) -> str | None:
        """What the tools module says at the end. None if it has no summary function."""
        marked = [f for f in vars(self.module).values() if getattr(f, "__kont_summary__", False)] if self.module else []
        if not marked:
            return None
        if len(marked) > 1:
            raise UsageError("the tools module has more than one @kont.summary")
        text = marked[0](RunReport(tuple(self._report(*call) for call in calls)))
        return None if text is None else str(text)

    def _report(
        self, call: int, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any, error: str | None
    ) -> CallReport:
        try:
            arguments = ToolCall(self.tools[name], args, kwargs).arguments
        except (KeyError, TypeError):  # a call that never fitted, or a tool that is gone
            arguments = {**{str(at): value for at, value in enumerate(args)}, **kwargs}
        return CallReport(call, name, arguments, result, error)


def tools_of(module: ModuleType) -> dict[str, Tool[..., Any]]:
    """The tools of a module by their names."""
    found: dict[str, Tool[..., Any]] = {}
    for value in vars(module).values():
        if isinstance(value, Tool) and found.setdefault(value.name, value) is not value:
            raise LoadError(f"{module.__file__}: two tools have the name `{value.name}`")
    return found


def handlers_of(module: ModuleType) -> tuple[Any, ...]:
    """The handlers of a policy, innermost first: its list `handlers` if it has one, else all in order."""
    listed = vars(module).get("handlers")
    if isinstance(listed, list | tuple):
        return tuple(listed)
    kinds = (_kont.Handler, _kont.Observer)
    found = tuple({id(value): value for value in vars(module).values() if isinstance(value, kinds)}.values())
    if not found:
        raise LoadError(
            f"{module.__file__}: the policy has no handler\nhelp: decorate a function with `@kont.handler(some_tool)`"
        )
    return found


def _load(path: str, what: str) -> ModuleType:
    if not os.path.exists(path):
        raise LoadError(f"no such file: `{path}`")
    try:
        return _worker._load(os.path.abspath(path))
    except (KeyboardInterrupt, LoadError):
        raise
    except _worker.ToolMissing as error:
        raise LoadError(str(error)) from None
    except BaseException as error:
        frames = error.__traceback__
        ours = {__file__, _worker.__file__, "<frozen importlib._bootstrap_external>", "<frozen importlib._bootstrap>"}
        while frames is not None and frames.tb_frame.f_code.co_filename in ours:
            frames = frames.tb_next
        text = "".join(traceback.format_exception(type(error), error, frames)).rstrip()
        raise LoadError(f"cannot load the {what} `{path}`\n{text}") from None


def describe(error: BaseException) -> tuple[str, str]:
    """The class's name and the message with which an exception reaches a sandboxed program."""
    from kont._execute import Failed

    failed = error if isinstance(error, Failed) else Failed.of(error)
    names = (failed.type_name, *failed.bases)
    error = failed.error
    known = next((name for name in names if name in _KNOWN), None)
    message = str(error.args[0]) if isinstance(error, KeyError) and len(error.args) == 1 else str(error)
    if known is None and names[0] in _ENDING:
        return "RuntimeError", f"the tool raised {names[0]}: {message}"
    if known is None:
        return names[0], message
    return known, message


# These would end the program that called, and not only the tool.
_ENDING = frozenset({"SystemExit", "KeyboardInterrupt", "GeneratorExit"})


def _known() -> frozenset[str]:
    import builtins

    # Broad classes say less than the name of the class itself.
    broad = {"Exception", "BaseException"}
    kinds = (name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, Exception))
    return frozenset(kinds) - broad | {"WorkerKilled"}


_KNOWN = _known()
