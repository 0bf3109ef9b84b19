"""The kont command of the package: tools and policies in Python around a sandboxed program."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

TOOLS = """
import kont, time

@kont.tool
def add(a, b=1):
    print("a tool speaks")
    return a + b

@kont.tool
def fails():
    raise LookupError("not here")

@kont.tool
def weird():
    return object()

@kont.tool
def slow():
    open("slow has begun", "w").close()
    time.sleep(60)

@kont.tool
async def double(n):
    return 2 * n

@kont.tool(idempotency_key="key")
def keyed(*, key):
    return key

@kont.summary
def summary(run):
    return f"{len(run.calls)} calls"
"""

POLICY = """
import kont
from tools import add

@kont.handler(add)
def ask(call, k):
    if call.arguments["a"] > 50:
        yield kont.Approval("a > 50")
    yield kont.Pass()
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tools.py").write_text(TOOLS)
    (tmp_path / "policy.py").write_text(POLICY)
    return tmp_path


def kont(folder, *words, program=None, **options):
    if program is not None:
        (folder / "main.py").write_text(textwrap.dedent(program))
    command = [sys.executable, "-m", "kont", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False, **options)


def test_the_programs_output_is_its_own(folder):
    done = kont(folder, "run", "main.py", "--tools", "tools.py", program="print(add(1))")
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr
    assert "a tool speaks" in done.stderr


def test_exceptions_and_values_that_cannot_cross(folder):
    program = """
        import asyncio
        try:
            fails()
        except LookupError as error:
            print("lookup", error)
        try:
            weird()
        except TypeError as error:
            print("type")
        try:
            add(1, 2, 3)
        except TypeError as error:
            print("arguments")
        async def main():
            return await asyncio.gather(double(1), double(2))
        print(asyncio.run(main()))
        print(keyed() != keyed())
    """
    done = kont(folder, "run", "main.py", "--tools", "tools.py", program=program)
    assert done.stdout == "lookup not here\ntype\narguments\n[2, 4]\nTrue\n", done.stderr


def test_a_question_is_answered_in_another_process(folder):
    program = "try:\n    print(add(51))\nexcept PermissionError as error:\n    print(error)"
    common = ("--tools", "tools.py", "--policy", "policy.py", "--journal", "run.kj")
    asked = kont(folder, "run", "main.py", *common, program=program)
    assert asked.returncode == 75, asked.stderr
    assert "a > 50" in asked.stderr
    denied = kont(folder, "resume", "run.kj", "--deny", "1")
    assert (denied.returncode, denied.stdout) == (0, "denied: a > 50\n"), denied.stderr
    assert "1 calls" in denied.stderr
    other = kont(folder, "fork", "run.kj@1", "--approve", "1", "-o", "other.kj")
    assert (other.returncode, other.stdout) == (0, "52\n"), other.stderr


def wait_for(path, process):
    """Waits until a file is there, which a process makes."""
    while not path.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def test_a_run_that_crashes_in_a_tool_is_in_doubt(folder):
    (folder / "main.py").write_text("slow()")
    command = [sys.executable, "-m", "kont", "run", "main.py", "--tools", "tools.py", "--journal", "run.kj"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE) as process:
        wait_for(folder / "slow has begun", process)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)
    again = kont(folder, "resume", "run.kj")
    assert again.returncode == 75
    assert "IN DOUBT" in again.stderr
    assumed = kont(folder, "resume", "run.kj", "--assume-done", "1")
    assert assumed.returncode == 0, assumed.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--tools", "missing.py"], "missing.py"),
        (["--tools", "broken.py"], "SyntaxError"),
        (["--tools", "tools.py", "--policy", "empty.py"], "has no handler"),
    ],
)
def test_modules_that_cannot_be_loaded(folder, words, message):
    (folder / "broken.py").write_text("def f(:\n")
    (folder / "empty.py").write_text("x = 1\n")
    done = kont(folder, "run", "main.py", *words, program="print(1)")
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_ctrl_c_in_a_tool(folder):
    (folder / "main.py").write_text("slow()")
    command = [sys.executable, "-m", "kont", "run", "main.py", "--tools", "tools.py"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        wait_for(folder / "slow has begun", process)
        os.kill(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert "Traceback" not in err


def test_ctrl_c_in_the_program(folder):
    (folder / "main.py").write_text("while True: pass")
    command = [sys.executable, "-m", "kont", "run", "main.py", "--journal", "run.kj"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        wait_for(folder / "run.kj", process)
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 130
