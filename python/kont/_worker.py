"""What runs in a worker process: `python -m kont._worker` takes requests from its host and runs tools.

A request is the encoded dict `{"tools": path, "tool": name, "args": tuple, "kwargs": dict, "key": str | None}`, an
answer `{"ok": value}` or `{"error": {"type", "message", "traceback", "bases"}}`. The channel is the descriptor
that `KONT_WORKER_FD` names. Standard output and error are the host's to show; what a tool prints never meets the channel.
"""

from __future__ import annotations

import asyncio
import dataclasses
import importlib.util
import inspect
import os
import socket
import sys
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

from kont import _wire

__all__ = ["WARM", "main", "read_answer", "write_request", "write_warm_up"]

FD_VARIABLE = "KONT_WORKER_FD"


class ToolMissing(Exception):
    """The tools module has no such tool. The message names those that it has."""


def write_request(
    tools: str | os.PathLike[str], tool: str, args: tuple[Any, ...], kwargs: dict[str, Any], key: str | None = None
) -> bytes:
    """The host's side: the bytes that ask for one call.

    Args:
        tools: the file of the module that has the tool.
        tool: the tool's name.
        args: positional arguments, plain data.
        kwargs: named arguments, plain data.
        key: the idempotency key, for the parameter that the tool names.
    """
    path = os.path.abspath(tools)
    return _wire.encode({"tools": path, "tool": tool, "args": tuple(args), "kwargs": kwargs, "key": key})


def write_warm_up(tools: str | os.PathLike[str]) -> bytes:
    """The host's side: the bytes that ask for nothing but loading the tools, before a deadline begins to count."""
    return _wire.encode({"tools": os.path.abspath(tools), "tool": None, "args": (), "kwargs": {}, "key": None})


WARM = _wire.encode({"ok": None})
"""The answer to a warm-up that went well."""


def read_answer(answer: bytes) -> dict[str, Any]:
    """The host's side: `{"ok": value}` or `{"error": {...}}`, with nothing else in it.

    Raises:
        WireError: for bytes that no worker of this version sends.
    """
    message: dict[str, Any] = _wire.decode(answer)
    match message:
        case {"ok": _} if len(message) == 1:
            return message
        case {"error": {"type": str(), "message": str(), "traceback": str(), "bases": list()}}:
            return message
    raise _wire.WireError("the answer of the worker is neither a value nor an error")


def main() -> int:
    """Serve requests until the host closes the channel."""
    if FD_VARIABLE not in os.environ:
        print(f"kont._worker is started by kont; {FD_VARIABLE} names no channel", file=sys.stderr)
        return 2
    # Removed, so that a program that a tool starts does not take the channel for its own.
    number = int(os.environ.pop(FD_VARIABLE))
    os.set_inheritable(number, False)
    # Lines, not blocks: what was printed before a kill has been printed.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    modules: dict[str, ModuleType] = {}
    with socket.socket(fileno=number) as channel:
        while (request := _wire.receive(channel)) is not None:
            _wire.send(channel, _answer(request, modules))
    return 0


def _answer(request: bytes, modules: dict[str, ModuleType]) -> bytes:
    try:
        data = _wire.encode({"ok": _run(request, modules)})
        if len(data) > _wire.FRAME_BYTES_MAX:
            raise _wire.WireError(f"the result is {len(data)} bytes long, the limit is {_wire.FRAME_BYTES_MAX}")
        return data
    except BaseException as error:  # a tool may raise SystemExit; its host decides what that means
        return _wire.encode({"error": _describe(error)})
    finally:
        sys.stdout.flush()


def _run(request: bytes, modules: dict[str, ModuleType]) -> Any:
    # The module comes first: its classes are needed to make the arguments.
    asked = _wire.decode(request)
    path, name = asked["tools"], asked["tool"]
    if path not in modules:
        modules[path] = _load(path)
    module = modules[path]
    if name is None:
        return None
    asked = _wire.decode(request, _maker(module))
    tool = _find(module, name)
    kwargs = dict(asked["kwargs"])
    parameter = getattr(tool, "idempotency_key", None)
    if parameter is not None and asked["key"] is not None:
        kwargs[parameter] = asked["key"]
    result = _function(tool)(*asked["args"], **kwargs)
    return asyncio.run(_wait(result)) if inspect.isawaitable(result) else result


async def _wait(awaitable: Any) -> Any:
    return await awaitable


def _load(path: str) -> ModuleType:
    name = os.path.splitext(os.path.basename(path))[0]
    if name in sys.modules:
        name = f"_kont_tools_{name}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ToolMissing(f"`{path}` is no Python file")
    # Its own folder first, as for a script: a tools module may import what lies beside it.
    sys.path.insert(0, os.path.dirname(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _find(module: ModuleType, name: str) -> Any:
    found = getattr(module, name, None)
    if callable(found):
        return found
    # A tool may have another name than the variable that holds it.
    for value in vars(module).values():
        if _is_tool(value) and getattr(value, "name", None) == name:
            return value
    tools = sorted(str(getattr(v, "name", n)) for n, v in vars(module).items() if _is_tool(v))
    has = ", ".join(f"`{tool}`" for tool in tools) or "none"
    raise ToolMissing(f"`{module.__file__}` has no tool `{name}`\nhelp: it has {has}")


def _is_tool(value: Any) -> bool:
    return type(value).__name__ == "Tool" and type(value).__module__.partition(".")[0] == "kont"


def _function(tool: Any) -> Callable[..., Any]:
    # Calling a tool performs an effect; here the function under it has to run.
    function: Callable[..., Any] = tool.__wrapped__ if _is_tool(tool) else tool
    return function


def _maker(module: ModuleType) -> Callable[[str, dict[str, Any]], Any]:
    def make(class_name: str, fields: dict[str, Any]) -> Any:
        kind = getattr(module, class_name, None)
        if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
            return _wire.Record(class_name, fields)
        given = {f.name: fields[f.name] for f in dataclasses.fields(kind) if f.init and f.name in fields}
        return kind(**given)

    return make


def _describe(error: BaseException) -> dict[str, Any]:
    # The frames of this file say nothing about the tool.
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    text = "".join(traceback.format_exception(type(error), error, frames))
    return {
        "type": type(error).__name__,
        "message": _clean(_message(error)),
        "traceback": _clean(text),
        "bases": [kind.__name__ for kind in type(error).__mro__[1:-1]],
    }


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as second:
        return f"<no message: str() raised {type(second).__name__}>"


def _clean(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()


if __name__ == "__main__":
    raise SystemExit(main())
