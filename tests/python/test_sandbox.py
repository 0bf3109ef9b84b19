"""Sandboxes from Python: tools, handlers, limits, snapshots, data that crosses. In this process, and in one of their own."""

import asyncio
import datetime
import subprocess
import sys
import textwrap
import threading

import pytest

import kont


@kont.tool
def fetch(name):
    return {"name": name, "size": len(name)}


@kont.tool
async def slow(n):
    await asyncio.sleep(0.1)
    return n * 2


arrived = 0


@kont.tool
async def together(n):
    """Comes back only when eight calls of it run at once."""
    global arrived
    arrived += 1
    async with asyncio.timeout(60):
        while arrived < 8:
            await asyncio.sleep(0.01)
    return n * 2


@kont.tool
def echo(value):
    return value


@kont.tool
def fails(kind):
    raise {"key": KeyError("gone"), "value": ValueError("bad"), "killed": kont.WorkerKilled("killed after 2.0 s")}[kind]


@pytest.fixture(params=[None, kont.Process()], ids=["here", "process"], autouse=True)
def where(request):
    """Every test runs in both places."""
    box.where = request.param
    return request.param


def box(source, *tools, **options):
    tools = tools or (fetch, slow, echo, fails)
    return kont.Sandbox(textwrap.dedent(source), tools=tools, **{"capture": True, "where": box.where, **options})


def test_the_value_of_the_last_expression_and_the_output():
    program = box("x = fetch('home')\nprint('hello', x['size'])\nx['name'].upper()")
    assert program.run() == "HOME"
    assert program.stdout == "hello 4\n"


def test_output_goes_to_the_hosts_unless_it_is_captured(capsys):
    box("print('out')", capture=False).run()
    assert capsys.readouterr().out == "out\n"


def test_calls_are_answered_side_by_side():
    program = box(
        """
        import asyncio
        async def main():
            return await asyncio.gather(*(together(n) for n in range(8)))
        asyncio.run(main())
        """,
        together,
    )
    assert program.run() == [2 * n for n in range(8)]


def test_handlers_see_calls():
    @kont.handler(fetch)
    def deny(call, k):
        if call.arguments["name"] == "secret":
            raise PermissionError("no secrets")
        yield kont.Pass()

    source = """
        out = []
        for name in ["home", "secret"]:
            try:
                out.append(fetch(name)["size"])
            except PermissionError as error:
                out.append(str(error))
        out
    """
    assert box(source).run(deny) == [4, "no secrets"]
    assert kont.run(box(source).program(), deny) == [4, "no secrets"]


def test_a_handler_of_the_host_has_the_rest_of_the_program():
    log = []

    @kont.handler(fetch)
    def around(call, k):
        log.append("before")
        result = yield kont.Resume(k, {"size": 1})
        log.append("after")
        return ("wrapped", result)

    @kont.do
    def host():
        inner = yield around(box("fetch('a')['size'] + 1").program())
        return inner

    assert kont.run(host()) == ("wrapped", 2)
    assert log == ["before", "after"]


def test_exceptions_of_tools_are_exceptions_inside():
    source = """
        out = []
        for kind in ["key", "value", "killed"]:
            try:
                fails(kind)
            except KeyError as error:
                out.append(("key", str(error)))
            except ValueError as error:
                out.append(("value", str(error)))
            except WorkerKilled as error:
                out.append(("killed", str(error)))
        out
    """
    expected = [("key", "'gone'"), ("value", "bad"), ("killed", "killed after 2.0 s")]
    assert box(source).run() == expected
    assert kont.run(box(source).program()) == expected


def test_an_exception_that_nobody_catches():
    with pytest.raises(kont.SandboxError, match="ZeroDivisionError: division by zero") as caught:
        box("def f(n):\n    return 1 / n\nf(0)", filename="calc.py").run()
    assert caught.value.type_name == "ZeroDivisionError"
    assert 'File "calc.py", line 2, in f' in caught.value.traceback


def test_arguments_that_do_not_fit():
    assert box("try:\n    fetch(1, 2, 3)\nexcept TypeError as e:\n    r = 'refused'\nr").run() == "refused"


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -(2**63), 2**200, 1.5, "text", "\u00fc\U0001f600", b"\x00\xff", [1, [2]], (1,), (),
        {"a": 1, 2: (3,)}, {1, 2}, frozenset({"x"}), [], {}, set(),
    ],
)  # fmt: skip
def test_data_goes_in_and_comes_out(value):
    program = box("echo(given())", echo, kont.tool(name="given")(lambda: value))
    result = program.run()
    assert result == value and type(result) is type(value)


def test_what_cannot_cross_is_a_type_error_inside():
    given = kont.tool(name="given")(lambda: object())
    source = "try:\n    given()\nexcept TypeError as e:\n    r = str(e)\nr"
    assert "cannot cross" in box(source, given).run()
    loop = []
    loop.append(loop)
    deep = kont.tool(name="given")(lambda: loop)
    source = "try:\n    given()\nexcept ValueError as e:\n    r = str(e)\nr"
    assert "nested" in box(source, deep).run()


def test_dataclasses_leave_by_their_fields():
    program = box(
        """
        from dataclasses import dataclass
        @dataclass
        class Point:
            x: int
            y: int
        [Point(1, 2)]
        """
    )
    (point,) = program.run()
    assert (point.x, point.y) == (1, 2)
    assert repr(point).startswith("Point")


def test_dates_leave():
    program = box(
        """
        from datetime import date, datetime, timedelta
        [date(2026, 11, 21), timedelta(days=2, seconds=-1), datetime(2026, 11, 21, 14, 30, 5, 7)]
        """
    )
    day, delta, moment = program.run()
    assert day == datetime.date(2026, 11, 21)
    assert delta == datetime.timedelta(days=2, seconds=-1)
    assert moment == datetime.datetime(2026, 11, 21, 14, 30, 5, 7)


def test_calls_of_every_shape_and_what_is_printed_between_them(capsys):
    @kont.tool
    def show(first, second="two", *, third="three"):
        print("tool", first, second, third)
        if first == "fails":
            raise LookupError("not there")
        return [first] if first != "bad" else object()

    @kont.tool
    async def later(first):
        print("later", first)
        return first

    source = """
        import asyncio
        out = []
        def ask(*args, **kwargs):
            print("program", *args)
            try:
                out.append(show(*args, **kwargs))
            except (LookupError, TypeError) as error:
                out.append(type(error).__name__)
        ask(1)
        ask(1, 2)
        ask(1, third=3)
        ask(second=2, first=1)
        ask()
        ask(1, 2, 3)
        ask(fourth=4)
        ask("fails")
        ask("bad")
        async def main():
            print("main")
            return await later(5)
        out.append(asyncio.run(main()))
        ask("last")
        out
    """
    failed = "TypeError"
    assert box(source, show, later, capture=False).run() == [
        [1], [1], [1], [1], failed, failed, failed, "LookupError", failed, 5, ["last"],
    ]  # fmt: skip
    lines = [
        "program 1", "tool 1 two three", "program 1 2", "tool 1 2 three", "program 1", "tool 1 two 3", "program", "tool 1 2 three",
        "program", "program 1 2 3", "program", "program fails", "tool fails two three", "program bad", "tool bad two three",
        "main", "later 5", "program last", "tool last two three",
    ]  # fmt: skip
    assert capsys.readouterr().out.splitlines() == lines


def test_a_tool_that_is_interrupted_leaves_the_program_where_it_waits():
    calls = []

    @kont.tool
    def ask(n):
        calls.append(n)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return n

    program = box("ask(1) + ask(2)", ask)
    with pytest.raises(KeyboardInterrupt):
        program.run()
    assert program.pending[0].args == (2,)
    assert program.run() == 3
    assert calls == [1, 2, 2]


def test_requests_and_turns_are_values():
    turns = [box("fetch('x')").advance() for _ in range(2)]
    assert turns[0] == turns[1] and hash(turns[0].pending[0]) == hash(turns[1].pending[0])
    assert repr(turns[0]) == "Turn(done=False, pending=(Request(id=1, line=1, effect=fetch('x')),))"
    (sleep,) = box("import asyncio\nasyncio.run(asyncio.sleep(2))").advance().pending
    assert (sleep.name, sleep.args, sleep.kwargs, sleep.effect) == ("Sleep", (), {}, kont.Sleep(2.0))
    assert sleep != turns[0].pending[0]
    ended = box("1").advance()
    assert ended == box("1").advance() and ended != turns[0]
    assert repr(ended) == "Turn(done=True, value=1)"


# Step by step


def test_step_by_step():
    program = box("a = fetch('x')\nb = fetch('y')\n(a, b)")
    turn = program.advance()
    assert not turn.done
    (request,) = turn.pending
    assert turn.pending == program.pending
    assert (request.id, request.line, request.name, request.args, request.kwargs) == (1, 1, "fetch", ("x",), {})
    assert request.effect.tool is fetch and request.effect.arguments == {"name": "x"}
    with pytest.raises(kont.UsageError):
        _ = turn.value
    program.answer(1, "first")
    assert not program.advance().done
    program.answer(2, "second")
    turn = program.advance()
    assert turn.done
    assert turn.value == ("first", "second")
    assert program.advance() == turn


def test_tools_by_name_only_are_answered_by_hand():
    program = box("price('tea', n=2)", "price")
    (request,) = program.advance().pending
    assert (request.name, request.args, request.kwargs) == ("price", ("tea",), {"n": 2})
    program.answer(request.id, 2.5)
    assert program.advance().value == 2.5

    with pytest.raises(kont.SandboxError, match="by its name only"):
        box("price('tea')", "price").run()


def test_answers_that_were_not_asked_for_change_nothing():
    program = box("fetch('x')")
    with pytest.raises(kont.UsageError):
        program.answer(1, "too early")
    program.advance()
    with pytest.raises(kont.UsageError):
        program.answer(7, "no such")
    with pytest.raises(TypeError):
        program.answer(1, object())
    program.answer(1, "fine")
    with pytest.raises(kont.UsageError):
        program.answer(1, "twice")
    assert program.advance().value == "fine"


def test_a_snapshot_goes_on_as_the_original():
    source = """
        def pages():
            for name in ["a", "b", "c"]:
                try:
                    yield fetch(name)
                finally:
                    print("closed", name)
        total = []
        for page in pages():
            total.append(page)
        total
    """

    def drive(program, snapshot_at):
        turns = 0
        while not (turn := program.advance()).done:
            if turns == snapshot_at:
                tools = (fetch, slow, echo, fails)
                program = kont.Sandbox.load(program.dump(), tools=tools, capture=True, where=box.where)
            for request in program.pending:
                program.answer(request.id, request.args[0] * 2)
            turns += 1
        return turn.value

    plain = drive(box(source), None)
    assert plain == ["aa", "bb", "cc"]
    assert [drive(box(source), at) for at in range(3)] == [plain] * 3


def test_snapshots_that_are_none():
    program = box("fetch('x')")
    program.advance()
    data = program.dump()
    for bad in (b"", b"not a snapshot", data[:-5], data[:40] + bytes([data[40] ^ 1]) + data[41:]):
        with pytest.raises(kont.RefusedError):
            kont.Sandbox.load(bad, where=box.where)


# Sessions


def test_a_session_keeps_what_its_parts_have_left():
    session = box("import math\ndef area(r): return math.pi * r * r\nseen = []")
    assert session.run() is None
    session.feed("seen.append(fetch('a')['size']); seen")
    assert session.run() == [1]
    assert session.run() == [1]
    session.feed("print(round(area(2)))\nseen.clear()\n1 / 0", filename="part.py")
    with pytest.raises(kont.SandboxError, match="division") as caught:
        session.run()
    assert 'File "part.py", line 3' in caught.value.traceback
    with pytest.raises(SyntaxError):
        session.feed("seen = = 1")
    session.feed("seen, area(0)")
    assert session.run() == ([], 0.0)
    assert session.stdout == "13\n"


def test_a_session_is_fed_when_it_has_ended():
    session = box("fetch('x')")
    for _ in range(2):
        with pytest.raises(kont.UsageError, match="not ended"):
            session.feed("1")
        session.advance()
    session.answer(1, None)
    session.advance()
    with pytest.raises(kont.UsageError):
        session.answer(1, None)
    session.feed("import subprocess")
    with pytest.raises(kont.SandboxError, match="subprocess"):
        session.run()
    for use in (lambda: session.feed("1"), session.fork, session.dump):
        with pytest.raises(kont.UsageError, match="midst"):
            use()


def test_forks_go_their_own_ways_from_every_place():
    tools = (fetch, slow, echo, fails)
    session = box("log = []\ndef note(x):\n    log.append(x)\n    print(x)\n    return log\nnote('start')")
    # Before it has begun, between parts, and where it waits.
    for program in (session, session.fork(), kont.Sandbox.load(session.dump(), tools=tools, capture=True, where=box.where)):
        assert program.run() == ["start"]
        forks = [program.fork(), kont.Sandbox.load(program.dump(), tools=tools, capture=True, where=box.where)]
        assert [fork.advance().value for fork in forks] == [["start"]] * 2
        for n, fork in enumerate(forks):
            fork.feed(f"for n in range(2): note(echo(n + {n}))\nlog")
            fork.advance()
        again = [fork.fork() for fork in forks]
        for fork in forks:
            assert fork.run() == ["start", *(n + forks.index(fork) for n in range(2))]
        for n, fork in enumerate(again):
            fork.answer(fork.pending[0].id, "other")
            assert fork.run() == ["start", "other", n + 1]
        program.feed("log")
        assert program.run() == ["start"]
    assert session.stdout == "start\n"
    assert forks[0].stdout == "start\n0\n1\n"
    assert again[0].stdout == "start\nother\n1\n"


def test_sandboxes_run_on_many_threads():
    import concurrent.futures

    source = "total = 0\nfor n in range(200): total += echo(n) + sum(range(n))\ntotal"
    wanted = sum(n + sum(range(n)) for n in range(200))
    session = box("seen = []")
    session.run()

    def one(k):
        other = box(source)
        value = other.run()
        fork = other.fork()
        fork.feed(f"total + {k}")
        return value, fork.run()

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert list(pool.map(one, range(12))) == [(wanted, wanted + k) for k in range(12)]
        # One session, from thread to thread.
        for n in range(5):
            session.feed(f"seen.append({n})\nseen")
            assert pool.submit(session.run).result() == list(range(n + 1))


def test_other_threads_go_on_while_a_program_computes():
    where = "" if box.where is None else ", where=kont.Process()"
    source = f"""
        import kont, os, threading, time
        program = kont.Sandbox("while True: pass"{where})
        threading.Thread(target=program.run, daemon=True).start()
        time.sleep(0.5)
        print("free", flush=True)
        os._exit(0)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(source)], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (0, "free\n"), ended.stderr


# Limits


@pytest.mark.parametrize(
    ("source", "limits", "kind"),
    [
        ("while True: pass", kont.Limits(steps=100_000), "steps"),
        ("while True: pass", kont.Limits(compute_s=0.2), "compute_ms"),
        ("x = []\nwhile True: x.append('a' * 1000)", kont.Limits(memory_bytes=5_000_000), "memory_bytes"),
        ("'x' * 10**7", kont.Limits(memory_bytes=4 << 20), "memory_bytes"),
        ("'x' * 10**12", kont.Limits(), "steps"),
        ("while True: print('x' * 100)", kont.Limits(output_bytes=10_000), "output_bytes"),
        ("while True: echo(1)", kont.Limits(calls=20), "calls"),
    ],
)
def test_limits_end_a_program_that_cannot_catch_them(source, limits, kind):
    wrapped = f"try:\n{textwrap.indent(source, '    ')}\nexcept BaseException:\n    print('caught')"
    with pytest.raises(kont.LimitExceeded) as caught:
        box(wrapped, limits=limits).run()
    assert caught.value.kind == kind


def test_recursion_without_end_is_an_exception_inside():
    assert box("def f(): f()\ntry:\n    f()\nexcept RecursionError:\n    r = 'deep'\nr").run() == "deep"


def test_limits_that_are_none():
    with pytest.raises(kont.UsageError):
        kont.Limits(steps=-1)


# Sources


def test_not_python():
    with pytest.raises(SyntaxError) as caught:
        box("x = = 1", filename="bad.py")
    assert (caught.value.filename, caught.value.lineno) == ("bad.py", 1)


def test_tools_that_are_none():
    with pytest.raises(kont.UsageError, match="no tool"):
        kont.Sandbox("1", tools=[print])


def test_nothing_of_the_host_is_there():
    for source in ("open('/etc/passwd')", "import os", "import subprocess", "__import__('os')", "eval('1')"):
        with pytest.raises((kont.SandboxError, kont.RefusedError)):
            box(source).run()


def test_time_and_chance_are_effects_that_a_handler_may_answer():
    @kont.handler(kont.Sleep, kont.Monotonic)
    def virtual(effect):
        return 0.0

    source = "import asyncio\nasync def main():\n    await asyncio.sleep(3600)\n    return 'slept'\nasyncio.run(main())"
    assert box(source).run(virtual) == "slept"


def test_many_sandboxes_beside_one_another():
    async def main():
        programs = [box(f"import asyncio\nasync def m():\n    return await slow({n})\nasyncio.run(m())") for n in range(5)]
        return await asyncio.gather(*(program.run_async() for program in programs))

    assert asyncio.run(main()) == [0, 2, 4, 6, 8]


@pytest.mark.parametrize(
    ("limits", "source", "kind"),
    [
        (kont.Limits(suspensions=3), "while True: echo(1)", "suspensions"),
        (kont.Limits(boundary_bytes=10_000), "echo('x' * 20_000)", "boundary_bytes"),
        (kont.Limits(boundary_bytes=10_000), "s = 'x' * 100\necho([s] * 1000)", "boundary_bytes"),
        (kont.Limits(boundary_bytes=10_000), "while True: echo(1)", "boundary_bytes"),
        (kont.Limits(boundary_bytes=10_000), "'x' * 20_000", "boundary_bytes"),
        (kont.Limits(source_bytes=5), "x = 1234", "source_bytes"),
        (kont.Limits(wall_s=0.05, compute_s=60), "import time\nwhile True: time.sleep(0.01)", "wall_ms"),
        (kont.Limits(compute_s=0.05, steps=10**15), "n = 3 ** 300_000\nwhile True: pow(n, n, n - 2)", "compute_ms"),
        (kont.Limits(compute_s=0.05), "sum(range(10**15))", "compute_ms"),
    ],
)
def test_limits_of_what_leaves_and_waits(limits, source, kind):
    wrapped = f"try:\n{textwrap.indent(source, '    ')}\nfinally:\n    print('went on')"
    program = box(wrapped if kind != "boundary_bytes" or "while" in source else source, limits=limits)
    with pytest.raises(kont.LimitExceeded) as caught:
        program.run()
    assert caught.value.kind == kind
    assert caught.value.used > caught.value.limit
    assert "went on" not in program.stdout


@pytest.mark.parametrize("source", ["while True: pass", "n = 3 ** 300_000\nwhile True: n * n // (n - 1)"])
def test_an_interrupt_from_another_thread(source):
    program = box(source)
    threading.Timer(0.05, program.interrupt).start()
    with pytest.raises(kont.LimitExceeded) as caught:
        program.run()
    assert caught.value.kind == "interrupted"
