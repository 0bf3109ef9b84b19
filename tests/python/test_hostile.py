"""Programs at their worst: deep, hostile, interrupted. They end with an exception of Python, and with no crash."""

import asyncio
import gc
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

import kont

DEEP = 100_000


class Ask(kont.Effect[int]):
    pass


@kont.handler(Ask)
def ask(effect):
    return 1


@kont.handler(Ask)
def passing(effect, k):
    yield kont.Pass()


@kont.do
def asking():
    return (yield Ask())


@kont.do
def deep(n):
    return (yield deep(n - 1)) + 1 if n else (yield Ask())


def tower(handler, program, height=DEEP):
    for _ in range(height):
        program = handler(program)
    return program


def test_deep_programs():
    assert kont.run(deep(DEEP), ask) == DEEP + 1


def test_deep_programs_that_fail():
    with pytest.raises(kont.UnhandledEffect):
        kont.run(deep(DEEP))


def test_programs_that_are_arguments_of_programs():
    @kont.do
    def one_more(program):
        return (yield program) + 1

    program = Ask()
    for _ in range(DEEP):
        program = one_more(program)
    assert kont.run(program, ask) == DEEP + 1
    del program
    gc.collect()


def test_towers_of_handlers_run_and_are_dropped():
    assert kont.run(tower(ask, Ask())) == 1
    assert kont.run(tower(passing, Ask(), 1_000), ask) == 1
    observer = kont.observer(kont.Now)(lambda effect: None)
    for made in (tower(ask, Ask()), tower(observer, Ask()), tower(lambda p: kont.CreateContinuation(p), Ask()), tower(kont.Pure, 1)):
        # Dropping goes as deep as making, and may not use the native stack for it.
        del made
    gc.collect()


def test_a_tower_that_shows_itself():
    with pytest.raises(RecursionError):
        repr(tower(ask, Ask()))


def test_coroutines_are_as_deep_as_cpython_lets_them():
    async def down(n):
        return await down(n - 1) + 1 if n else await Ask()

    assert kont.run(down(200), ask) == 201
    with pytest.raises(RecursionError):
        kont.run(down(DEEP), ask)


def test_many_tasks_at_once():
    async def one(n):
        await kont.Yield()
        return n

    async def program(count):
        tasks = [await kont.Spawn(one(n)) for n in range(count)]
        return sum(await kont.Gather(*tasks))

    count = 1_000_000 if os.environ.get("SLOW") else 30_000
    assert kont.run(program(count)) == count * (count - 1) // 2


class Boom(BaseException):
    pass


RAISED = [Boom, SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration, StopAsyncIteration, MemoryError, kont.Unwind, kont.Cancelled]


def raising_handlers(error):
    @kont.handler(Ask)
    def function(effect):
        raise error("here")

    @kont.handler(Ask)
    def transfer(effect, k):
        raise error("here")

    @kont.handler(Ask)
    def full(effect, k):
        raise error("here")
        yield

    @kont.handler(Ask)
    async def coroutine(effect, k):
        raise error("here")

    @kont.handler(Ask)
    def answering(effect):
        yield kont.Pure(None)
        raise error("here")

    @kont.handler(Ask)
    def throwing(effect, k):
        yield kont.TransferThrow(k, error("here"))

    @kont.handler(Ask)
    def throwing_and_waiting(effect, k):
        return (yield kont.ResumeThrow(k, error("here")))

    @kont.handler(Ask)
    def calling(effect, k):
        return k.throw(error("here"))

    @kont.observer(Ask)
    def observer(effect):
        raise error("here")

    @kont.interceptor(Ask)
    def interceptor(effect):
        raise error("here")

    def predicate(effect):
        raise error("here")

    filtered = kont.handler(predicate)(lambda effect: 1)
    return [function, transfer, full, coroutine, answering, throwing, throwing_and_waiting, calling, observer, interceptor, filtered]


# CPython does not let these two leave a generator or coroutine: they become a RuntimeError that names them.
def is_it(error, raised):
    return isinstance(raised, error) or (isinstance(raised, RuntimeError) and error.__name__ in str(raised))


@pytest.mark.parametrize("error", RAISED, ids=lambda error: error.__name__)
def test_what_is_raised_anywhere_is_raised_at_the_performer(error):
    @kont.do
    def generator():
        try:
            return (yield Ask())
        except BaseException as raised:
            return raised

    async def coroutine():
        try:
            return await Ask()
        except BaseException as raised:
            return raised

    for handler in raising_handlers(error):
        assert is_it(error, kont.run(generator(), handler)), handler
        assert is_it(error, kont.run(coroutine(), handler)), handler
        with pytest.raises((error, RuntimeError)) as raised:
            kont.run(asking(), handler)
        assert is_it(error, raised.value)


@pytest.mark.parametrize("error", RAISED, ids=lambda error: error.__name__)
def test_what_programs_tasks_and_cleanups_raise(error):
    async def fails():
        await kont.Yield()
        raise error("here")

    async def waits():
        task = await kont.Spawn(fails())
        try:
            await task
        except BaseException as raised:
            return raised

    @kont.handler(Ask)
    def dropping(effect, k):
        return 0

    @kont.do
    def cleaning_up():
        try:
            yield Ask()
        finally:
            raise error("here")

    @kont.do
    def around():
        try:
            return (yield dropping(cleaning_up()))
        except BaseException as raised:
            return raised

    with pytest.raises((error, RuntimeError)):
        kont.run(fails())
    assert is_it(error, kont.run(waits()))
    # A program that raises the unwinding itself has been unwound.
    found = kont.run(around())
    assert found == 0 if error is kont.Unwind else is_it(error, found)
    with pytest.raises((error, RuntimeError)):
        asyncio.run(kont.run_async(fails()))


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit], ids=lambda error: error.__name__)
def test_what_ends_python_in_a_task_that_nobody_waits_for_ends_the_program(error):
    log = []

    async def fails():
        await kont.Yield()
        raise error("in a task")

    async def program():
        await kont.Spawn(fails())
        try:
            await kont.Sleep(3_600)
        finally:
            log.append("cleaned up")

    with pytest.raises(error, match="in a task"):
        kont.run(program())
    assert log == ["cleaned up"]


def test_generators_that_do_not_let_themselves_be_closed():
    turns = []

    @kont.do
    def stubborn():
        while True:
            try:
                yield Ask()
            except BaseException as raised:
                turns.append(type(raised).__name__)
                if len(turns) > 3:
                    raise

    @kont.handler(Ask)
    def dropping(effect, k):
        return "ended"

    assert kont.run(stubborn(), dropping) == "ended"
    assert turns

    # Never resumed, it is closed when it is dropped; CPython says what it makes of that.
    @kont.do
    def deaf():
        while True:
            try:
                yield Ask()
            except GeneratorExit:
                if len(turns) > 50:
                    return
                turns.append("closed")

    @kont.handler(Ask)
    def keeping(effect, k):
        return [k]

    hook, sys.unraisablehook = sys.unraisablehook, lambda unraisable: turns.append(str(unraisable.exc_value))
    try:
        kept = kont.run(deaf(), keeping)
        kept.clear()
        gc.collect()
    finally:
        sys.unraisablehook = hook
    assert "generator ignored GeneratorExit" in turns


class Hostile(kont.Effect[int]):
    trap: str

    def _strike(self, name):
        if object.__getattribute__(self, "trap") == name:
            raise ZeroDivisionError(name)

    def __eq__(self, other):
        self._strike("eq")
        return self is other

    def __hash__(self):
        self._strike("hash")
        return 1

    def __repr__(self):
        self._strike("repr")
        return "<hostile>"

    def __bool__(self):
        self._strike("bool")
        return True

    def __del__(self):
        # It performs, makes garbage and raises; none of that is anybody's concern.
        gc.collect()
        kont.run(Ask(), ask)
        self._strike("del")


@kont.handler(Hostile)
def answers(effect):
    return 1


@kont.handler(Hostile)
def transfers(effect, k):
    return k(1)


@kont.handler(Hostile)
def decides(effect, k):
    return (yield kont.Resume(k, 1))


@pytest.mark.parametrize("handler", [answers, transfers, decides], ids=lambda handler: handler.__name__)
@pytest.mark.parametrize("trap", ["eq", "hash", "repr", "bool", "del"])
def test_effects_with_hostile_methods(trap, handler):
    @kont.do
    def program():
        return (yield Hostile(trap)) + (yield Hostile(trap))

    seen = []
    hook, sys.unraisablehook = sys.unraisablehook, lambda unraisable: seen.append(unraisable.exc_type)
    try:
        assert kont.run(program(), kont.observer(Hostile)(lambda effect: None), handler) == 2
        with pytest.raises((kont.UnhandledEffect, ZeroDivisionError)) as raised:
            kont.run(program())
        del raised
        gc.collect()
    finally:
        sys.unraisablehook = hook
    assert set(seen) <= {ZeroDivisionError}
    assert bool(seen) == (trap == "del")


def test_classes_that_lie_about_their_instances():
    class Liar(type(kont.Effect)):
        def __instancecheck__(cls, instance):
            raise ZeroDivisionError("asked")

    class Odd(kont.Effect[int], metaclass=Liar):
        pass

    odd = kont.handler(Odd)(lambda effect: 2)
    assert kont.run(Odd(), odd) == 2

    @kont.do
    def program():
        caught = []
        for _ in range(3):
            try:
                yield Ask()
            except kont.UsageError as error:
                caught.append(error)
        return caught, (yield Odd())

    caught, answer = kont.run(program(), odd, ask)
    assert answer == 2 and len(caught) == 3
    for error in caught:
        assert "a handler of `test_classes_that_lie_about_their_instances.<locals>.Odd` is for a `Ask`" in str(error)
        assert isinstance(error.__cause__, ZeroDivisionError)
    # One that stands outside of a handler that accepts is not asked.
    assert kont.run(Ask(), ask, odd) == kont.run(Ask(), ask)

    Liar.__instancecheck__ = lambda cls, instance: False
    assert kont.run(Ask(), odd, ask) == kont.run(Ask(), ask)


def test_observers_whose_classes_lie():
    class Liar(type(kont.Effect)):
        def __instancecheck__(cls, instance):
            raise ZeroDivisionError("asked")

    class Odd(kont.Effect[int], metaclass=Liar):
        pass

    with pytest.raises(kont.UsageError, match="`isinstance` raised ZeroDivisionError: asked\nhelp: "):
        kont.run(Ask(), kont.observer(Odd)(lambda effect: None), ask)


def test_runs_inside_of_handlers_observers_filters_and_destructors():
    results = []

    def nested(effect):
        results.append(kont.run(deep(3), ask))
        return True

    class Dying:
        def __del__(self):
            nested(self)

    @kont.handler(Ask)
    def inside(effect):
        Dying()
        return kont.run(deep(2), ask)

    @kont.handler(nested)
    def filtered(effect, k):
        yield kont.Pass()

    async def program():
        return await Ask(), await kont.Gather(await kont.Spawn(Ask()))

    assert kont.run(program(), kont.observer(Ask)(nested), filtered, inside) == (3, [3])
    assert set(results) == {4}


def test_the_collector_runs_inside_of_everything():
    thresholds = gc.get_threshold()

    @kont.handler(Ask)
    def collecting(effect, k):
        gc.collect()
        answer = yield kont.Delegate()
        gc.collect()
        return (yield kont.Resume(k, answer))

    @kont.observer(Ask)
    def watching(effect):
        gc.collect()

    async def task():
        gc.collect()
        async with kont.scope() as s:
            await s.spawn(Ask())
            return await Ask()

    async def program():
        tasks = [await kont.Spawn(task()) for _ in range(5)]
        await kont.Cancel(tasks[0])
        gc.collect()
        return await kont.Gather(*tasks[1:])

    try:
        for each in (1, 2, 3, 5, 700):
            gc.set_threshold(each)
            assert kont.run(program(), collecting, watching, ask) == [1] * 4
    finally:
        gc.set_threshold(*thresholds)


WAITS = {
    "sleep": "await kont.Sleep(60)",
    "promise of a thread": "promise = await kont.CreateExternalPromise(); await promise",
    "sleep beside a task": "await kont.Spawn(kont.Sleep(60)); await kont.Sleep(60)",
    "gather": "await kont.Gather(await kont.Spawn(kont.Sleep(60)))",
    "scope": "\n        async with kont.scope() as s: await s.spawn(kont.Sleep(60))",
    "asyncio": "await asyncio.sleep(60)",
    "asyncio in a task": "await kont.Gather(await kont.Spawn(nap()))",
    "computing": "\n        while True: await kont.Pure(1)",
    "computing beside a task": "\n        await kont.Spawn(kont.Sleep(60))\n        while True: await kont.Pure(1)",
    "yielding": "\n        while True: await kont.Yield()",
    "a task that computes": "await kont.Spawn(computes()); await kont.Sleep(60)",
}


RUN, RUN_ASYNC = "kont.run(program())", "asyncio.run(kont.run_async(program()))"


@pytest.mark.parametrize(
    ("how", "wait"),
    # asyncio itself interrupts no program that never comes back to its loop.
    [(RUN, wait) for wait in WAITS] + [(RUN_ASYNC, wait) for wait, code in WAITS.items() if "True" not in code and "comp" not in code],
)
def test_ctrl_c_ends_each_kind_of_wait(how, wait, tmp_path):
    code = f"""
import asyncio, signal, sys, kont
signal.signal(signal.SIGINT, signal.default_int_handler)
async def nap():
    await asyncio.sleep(60)
async def computes():
    while True: await kont.Pure(1)
async def program():
    try:
        # In here: a busy machine may let the process go on long after this was read.
        print("ready", flush=True)
        {WAITS[wait]}
    finally:
        print("cleaned up", flush=True)
try:
    {how}
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    file = tmp_path / "main.py"
    file.write_text(code)
    with subprocess.Popen([sys.executable, file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert out == "cleaned up\ninterrupted\n", err
    assert process.returncode == 0


def test_a_process_that_is_killed_goes_on_from_its_journal(tmp_path):
    (tmp_path / "tools.py").write_text(
        textwrap.dedent("""
            import kont, pathlib, time

            @kont.tool
            def note(n: int) -> int:
                with open("notes", "a") as file:
                    file.write(f"{n}\\n")
                return n

            @kont.tool
            def wait() -> None:
                pathlib.Path("waits").touch()
                while not pathlib.Path("go").exists():
                    time.sleep(0.01)
        """)
    )
    (tmp_path / "main.py").write_text("print(sum(note(n) for n in range(20)))\nwait()\nprint('the end')\n")
    command = [sys.executable, "-m", "kont", "run", "main.py", "--tools", "tools.py", "--journal", "run.kj"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not (tmp_path / "waits").exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        process.kill()
    (tmp_path / "go").touch()
    again = [sys.executable, "-m", "kont", "resume", "run.kj", "--retry", "21"]
    done = subprocess.run(again, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "the end"), done.stderr
    # Nothing was done twice.
    assert (tmp_path / "notes").read_text().splitlines() == [str(n) for n in range(20)]
