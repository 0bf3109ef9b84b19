"""`python -m kont._worker` as its host sees it: requests in, values and errors out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kont import _wire
from kont._worker import read_answer, write_request

TOOLS = '''
import asyncio, dataclasses, os, sys
import beside

@dataclasses.dataclass
class Invoice:
    number: int
    amount: float

def double(invoice: Invoice) -> Invoice:
    assert type(invoice) is Invoice
    return Invoice(invoice.number, invoice.amount * 2)

def echo(*args, **kwargs):
    return args, kwargs

async def later(x):
    await asyncio.sleep(0)
    return x + beside.ONE

class Refused(PermissionError):
    pass

def fail():
    raise Refused("not \\ud800 now")

def leave():
    sys.exit(3)

def bad():
    return {"a": object()}

def loud():
    print("to the host")
    return os.environ.get("KONT_WORKER_FD")

def huge():
    return bytes(70 << 20)
'''


class Host:
    """The other side of one worker."""

    def __init__(self, folder: Path) -> None:
        self.tools = folder / "tools.py"
        self.tools.write_text(TOOLS)
        (folder / "beside.py").write_text("ONE = 1")
        self.channel, theirs = socket.socketpair()
        self.channel.settimeout(60)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kont._worker"],
                env=os.environ | {"KONT_WORKER_FD": str(theirs.fileno()), "PYTHONPATH": os.pathsep.join(sys.path)},
                pass_fds=[theirs.fileno()],
                stdout=subprocess.PIPE,
            )

    def call(self, tool: str, *args: Any, tools: Path | None = None, **kwargs: Any) -> Any:
        _wire.send(self.channel, write_request(tools or self.tools, tool, args, kwargs))
        answer = _wire.receive(self.channel)
        assert answer is not None
        return read_answer(answer)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path)
    yield host
    host.channel.close()
    assert host.process.wait(60) == 0
    host.process.stdout.close()  # type: ignore[union-attr]


def test_values_and_arguments(host: Host) -> None:
    assert host.call("echo", 1, "two", three=[3.0]) == {"ok": ((1, "two"), {"three": [3.0]})}
    assert host.call("later", 1 << 70) == {"ok": (1 << 70) + 1}


def test_dataclasses_of_the_tools_module(host: Host) -> None:
    answer = host.call("double", _wire.Record("Invoice", {"number": 3, "amount": 1.5}))
    assert answer == {"ok": _wire.Record("Invoice", {"number": 3, "amount": 3.0})}


def test_errors_tell_type_bases_message_and_where(host: Host) -> None:
    error = host.call("fail")["error"]
    assert error["type"] == "Refused"
    assert error["message"] == "not \\ud800 now"
    assert error["bases"][:2] == ["PermissionError", "OSError"]
    assert 'raise Refused("not' in error["traceback"]
    assert "_worker.py" not in error["traceback"]
    assert host.call("leave")["error"]["type"] == "SystemExit"
    assert host.call("echo") == {"ok": ((), {})}, "the worker goes on after an error"


def test_what_does_not_cross_is_an_error_of_the_call(host: Host) -> None:
    error = host.call("bad")["error"]
    assert error["type"] == "WireError"
    assert "['a'] is of type `object`" in error["message"]
    assert "limit" in host.call("huge")["error"]["message"]


def test_tools_and_files_that_are_missing(host: Host, tmp_path: Path) -> None:
    assert "has no tool `nothing`" in host.call("nothing")["error"]["message"]
    assert host.call("echo", tools=tmp_path / "none.py")["error"]["type"] == "FileNotFoundError"
    (tmp_path / "broken.py").write_text("def")
    assert host.call("echo", tools=tmp_path / "broken.py")["error"]["type"] == "SyntaxError"


def test_printing_does_not_meet_the_channel_and_programs_do_not_get_it(host: Host) -> None:
    assert host.call("loud") == {"ok": None}
    assert host.process.stdout is not None
    assert host.process.stdout.readline() == b"to the host\n"


def test_the_idempotency_key_goes_where_the_tool_says(host: Host, tmp_path: Path) -> None:
    keyed = tmp_path / "keyed.py"
    keyed.write_text("def pay(amount, ref=None): return amount, ref\npay.idempotency_key = 'ref'\n")
    _wire.send(host.channel, write_request(keyed, "pay", (5,), {}, key="k1"))
    answer = _wire.receive(host.channel)
    assert answer is not None
    assert read_answer(answer) == {"ok": (5, "k1")}


def test_answers_that_are_none_are_refused() -> None:
    for message in ({}, {"ok": 1, "error": 2}, {"error": {"type": "X"}}, [1]):
        with pytest.raises(_wire.WireError):
            read_answer(_wire.encode(message))


def test_started_by_hand_it_says_what_it_is() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "KONT_WORKER_FD"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-m", "kont._worker"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "is started by kont" in done.stderr
