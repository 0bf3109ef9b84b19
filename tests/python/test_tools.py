"""Tools: where they run, how they end, what their callers see."""

import asyncio
import os
import signal
import textwrap
import time

import pytest

import kont
from kont._host import Host, LoadError, describe

TOOLS = '''
import asyncio, os, time, subprocess, sys
from dataclasses import dataclass
import kont

@dataclass
class Point:
    x: int
    y: int = 0

@kont.tool
def add(a: int, b: int = 1) -> int:
    """The sum."""
    return a + b

arrived = 0

@kont.tool
async def add_together(a, b):
    "Comes back only when eight calls of it run at once."
    global arrived
    arrived += 1
    async with asyncio.timeout(60):
        while arrived < 8:
            await asyncio.sleep(0.01)
    return a + b

@kont.tool(deadline_s=0.05)
async def never():
    await asyncio.sleep(60)

@kont.tool(where=kont.Process(), deadline_s=20)
def pid(point=None):
    return os.getpid()

@kont.tool(where=kont.Process(grace_s=0), deadline_s=1.0)
def hang(pidfile):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with open(pidfile, "w") as f:
        f.write(f"{os.getpid()} {child.pid}")
    while True:
        time.sleep(1)

@kont.tool(where=kont.Process(), deadline_s=0.3)
def quick():
    return "in time"

@kont.tool(where=kont.Process(), deadline_s=20)
def crash():
    os._exit(3)

@kont.tool(where=kont.Process(), deadline_s=20)
def fails(text):
    raise LookupError(text)

class Odd(KeyError):
    pass

class Own(Exception):
    pass

@kont.tool
def odd():
    raise Odd("gone")

@kont.tool
def own():
    raise Own("mine")

@kont.tool
def leaves():
    raise SystemExit(4)

@kont.tool
def thing():
    return object()

@kont.tool
def point(x):
    return Point(x)

def by_key(key):
    return None if key == "unknown" else f"receipt of {key}"

@kont.tool(idempotency_key="key", query=by_key)
def pay(iban, amount, *, key):
    return f"{iban} {amount} {key}"

@kont.summary
def summary(run):
    return ", ".join(f"{c.tool}({c.arguments}) -> {c.result} {c.error}" for c in run.calls)
'''

POLICY = '''
import kont
from tools import add, pay, odd

@kont.handler(pay)
def ask(call, k):
    if call.arguments["amount"] > 50:
        yield kont.Approval(f"amount > 50", {"amount": call.arguments["amount"]})
    if call.arguments["amount"] == 13:
        yield kont.Transfer(k, "never 13")
    if call.arguments["amount"] == 14:
        result = yield call.replace(amount=15)
        yield kont.Transfer(k, result)
    yield kont.Pass()

@kont.handler(odd)
async def second_try(call):
    try:
        return await call
    except KeyError:
        return await add.call(1, 2)
'''


@pytest.fixture
def host(tmp_path, monkeypatch):
    (tmp_path / "tools.py").write_text(textwrap.dedent(TOOLS))
    (tmp_path / "policy.py").write_text(textwrap.dedent(POLICY))
    monkeypatch.setattr("sys.path", list(__import__("sys").path))
    import sys

    host = Host()
    host.load(str(tmp_path / "tools.py"), str(tmp_path / "policy.py"))
    yield host
    for name in ("tools", "policy"):
        sys.modules.pop(name, None)


def run(host, *calls):
    """Runs calls as the command does; gives what has ended in the order of ending."""
    events = host.execute([(at, name, args, {}, f"key{at}") for at, (name, *args) in enumerate(calls)])
    ended, started, event = {}, [], next(events)
    while True:
        if event[0] == "starting":
            started.append(event[1])
        else:
            assert event[1] in started
            ended[event[1]] = event[2]
        try:
            event = events.send(True)
        except StopIteration:
            return ended


def test_a_tool_is_its_function_and_tells_what_it_is(host):
    add = host.tools["add"]
    assert add(1) == 2
    assert (add.name, add.doc, add.is_async) == ("add", "The sum.", False)
    assert add.text_signature() == "(a, b=1)"
    assert host.tools["pay"].text_signature() == "(iban, amount)"
    assert add.call(4).arguments == {"a": 4, "b": 1}
    with pytest.raises(TypeError):
        add.call(1, 2, 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"deadline_s": 2.0}, "kont.Process"),
        ({"deadline_s": 0, "where": kont.Process()}, "not above 0"),
        ({"idempotency_key": "token"}, "no parameter"),
        ({"idempotency_key": "a"}, "behind a star"),
        ({"query": print}, "idempotency_key="),
        ({"where": "process"}, "kont.Process"),
        ({"name": "not a name"}, "called by its name"),
    ],
)
def test_options_that_contradict_one_another(options, message):
    with pytest.raises(kont.UsageError, match=message):

        @kont.tool(**options)
        def some(a, b):
            pass


def test_calls_of_tools_are_effects_with_a_default():
    @kont.tool
    def double(n):
        return 2 * n

    @kont.tool
    async def triple(n):
        await asyncio.sleep(0)
        return 3 * n

    @kont.handler(double)
    def cached(call):
        return call.arguments["n"] * 100

    @kont.do
    def program():
        return (yield double.call(1)), (yield triple.call(1))

    assert kont.run(program()) == (2, 3)
    assert kont.run(program(), cached) == (100, 3)
    assert asyncio.run(kont.run_async(program(), cached)) == (100, 3)


def test_the_key_is_filled_by_kont():
    seen = []

    @kont.tool(idempotency_key="key")
    def pay(amount, *, key):
        seen.append(key)

    @kont.do
    def program():
        yield pay.call(1)
        yield pay.call(1)

    kont.run(program())
    assert len(set(seen)) == 2 and all(seen)


def test_async_tools_run_side_by_side(host):
    assert run(host, *[("add_together", n, 1) for n in range(8)]) == {n: n + 1 for n in range(8)}


def test_a_deadline_in_this_process(host):
    failed = run(host, ("never",))[0]
    assert describe(failed)[0] == "TimeoutError"


def test_workers_are_other_processes_and_are_used_again(host):
    first = run(host, ("pid",))[0]
    second = run(host, ("pid",))[0]
    assert first == second != os.getpid()


def test_a_worker_is_killed_with_all_that_it_started(host, tmp_path):
    pidfile = tmp_path / "pids"
    start = time.monotonic()
    results = run(host, ("hang", str(pidfile)), ("add", 1, 1))
    assert time.monotonic() - start < 60
    assert results[1] == 2
    name, message = describe(results[0])
    assert name == "WorkerKilled"
    assert "2 processes, 0 left" in message
    for pid in pidfile.read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_the_start_of_a_worker_does_not_count(host, tmp_path):
    # Loading the tools takes longer than the deadline.
    path = tmp_path / "tools.py"
    path.write_text("import time; time.sleep(0.5)\n" + path.read_text())
    assert run(host, *[("quick",)] * 3) == dict.fromkeys(range(3), "in time")


def test_tools_that_a_worker_cannot_load(host, tmp_path):
    (tmp_path / "tools.py").write_text("raise RuntimeError('broken since')")
    name, message = describe(run(host, ("quick",))[0])
    assert (name, message) == ("RuntimeError", "broken since")


def test_a_worker_that_dies(host):
    name, message = describe(run(host, ("crash",))[0])
    assert name == "WorkerKilled"
    assert "3" in message


def test_exceptions_reach_programs_by_the_name_that_they_know(host):
    results = run(host, ("fails", "text"), ("odd",), ("own",), ("leaves",))
    assert describe(results[0]) == ("LookupError", "text")
    assert describe(results[1]) == ("KeyError", "gone")
    assert describe(results[2]) == ("Own", "mine")
    assert describe(results[3]) == ("RuntimeError", "the tool raised SystemExit: 4")


def test_stopping_a_batch_kills_what_runs(host, tmp_path):
    events = host.execute([(1, "hang", (str(tmp_path / "pids"),), {}, "k"), (2, "add", (1, 1), {}, "k")])
    assert next(events) == ("starting", 1)
    assert events.send(True) == ("starting", 2)
    start = time.monotonic()
    with pytest.raises(StopIteration):
        events.send(False)
    assert time.monotonic() - start < 60


def test_ctrl_c_leaves_a_batch(host, tmp_path):
    events = host.execute([(1, "hang", (str(tmp_path / "pids"),), {}, "k")])
    assert next(events) == ("starting", 1)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    old = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            events.send(True)
    finally:
        signal.signal(signal.SIGALRM, old)


def test_host_programs_park_on_tools_and_questions(host):
    assert host.start(1, "add", (1,), {}) == ("execute", "add", (1,), {}, None)
    assert host.answer(1, 2, None) == ("done", 2)

    assert host.start(2, "pay", ("DE", 10), {}) == ("execute", "pay", ("DE", 10), {}, None)
    assert host.answer(2, "R1", None) == ("done", "R1")

    assert host.start(3, "pay", ("DE", 60), {}) == ("question", "amount > 50", {"amount": 60})
    assert host.answer(3, True, None)[:2] == ("execute", "pay")
    assert host.answer(3, "R2", None) == ("done", "R2")

    assert host.start(4, "pay", ("DE", 60), {})[0] == "question"
    word, error = host.denied(4)
    assert word == "failed" and describe(error) == ("PermissionError", "denied: amount > 50")


def test_policies_may_answer_change_and_try_again(host):
    assert host.start(1, "pay", ("DE", 13), {}) == ("done", "never 13")
    assert host.start(2, "pay", ("DE", 14), {}) == ("execute", "pay", ("DE", 15), {}, None)
    assert host.answer(2, "R", None) == ("done", "R")
    assert host.start(3, "odd", (), {})[:2] == ("execute", "odd")
    assert host.answer(3, None, KeyError("gone"))[:3] == ("execute", "add", (1, 2))
    assert host.answer(3, 3, None) == ("done", 3)


def test_calls_that_do_not_fit_are_type_errors_of_the_program(host):
    word, error = host.start(1, "add", (1, 2, 3), {})
    assert word == "failed" and describe(error)[0] == "TypeError"
    word, error = host.start(1, "nothing", (), {})
    assert describe(error) == ("NameError", "name 'nothing' is not defined")


def test_query_and_summary(host):
    assert host.query("pay", "k") == "receipt of k"
    assert host.query("pay", "unknown") is None
    with pytest.raises(kont.UsageError, match="no query"):
        host.query("add", "k")
    told = host.summary([(1, "add", (1,), {}, 2, None), (2, "pay", ("DE", 1), {}, None, "PermissionError")])
    assert told == "add({'a': 1, 'b': 1}) -> 2 None, pay({'iban': 'DE', 'amount': 1}) -> None PermissionError"


def test_modules_that_cannot_be_loaded(tmp_path):
    broken, empty = tmp_path / "broken_tools.py", tmp_path / "empty_policy.py"
    broken.write_text("def f(:\n")
    empty.write_text("x = 1\n")
    with pytest.raises(LoadError, match="no such file"):
        Host().load(str(tmp_path / "nothing.py"), None)
    with pytest.raises(LoadError, match="SyntaxError"):
        Host().load(str(broken), None)
    with pytest.raises(LoadError, match="has no handler"):
        Host().load(None, str(empty))


def test_approval_in_a_trusted_run_needs_a_handler():
    with pytest.raises(kont.UnhandledEffect):
        kont.run(kont.Approval("may I?"))

    @kont.handler(kont.Approval)
    def yes(question):
        return True

    assert kont.run(kont.Approval("may I?"), yes) is True
